"""How good the estimates of density, stiffness, toughness and activation energy proved to be: a table for the docs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lisse.materials.estimates.stored import stored

__all__ = ["accuracy_lines"]

_HEAD = (
    "| estimate | learnt from | left out at once | mean absolute error | without the model | 90 % interval | covered |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)
_MODULI = {
    "bulk_modulus": "bulk modulus",
    "shear_modulus": "shear modulus",
    "youngs_modulus": "Young's modulus",
    "poisson_ratio": "shear over bulk modulus",
}


def accuracy_lines() -> list[str]:
    """The table in Markdown, from what the training stored beside the numbers."""
    return [*_HEAD, _volume(), *_moduli(), *_factors(), _activation()]


def _volume() -> str:
    plain = stored("volume")
    checked = plain["validation"]
    return _line(
        "volume per atom, density",
        f"{checked['entries']} unit cells",
        f"{checked['families']} families",
        _percent(checked["mean_absolute_error"]),
        f"{_percent(checked['baseline_mean_absolute_error'])} (mean)",
        _factor(plain["half_width"]),
        f"{checked['coverage']:.0%}",
    )


def _moduli() -> list[str]:
    plain = stored("moduli")
    checked = plain["validation"]
    return [
        _line(
            title,
            f"{checked['solids']} cubic solids, {checked['minerals']} minerals",
            f"{len(checked['groups'])} chemistries",
            _percent(checked["mean_absolute_error"][name]),
            f"{_percent(checked['baseline_volume'][name])} (line on volume)",
            _factor(math.hypot(plain["half_widths"][name], plain["scatter"])),
            f"{checked['coverage'][name]:.0%}",
        )
        for name, title in _MODULI.items()
    ]


def _factors() -> list[str]:
    titles = {"toughness": "toughness at known moduli", "surface": "surface energy at known modulus"}
    return [_scaled(title, stored("relations")[name]) for name, title in titles.items()]


def _scaled(title: str, plain: Mapping[str, Any]) -> str:
    checked = plain["validation"]
    count, error = f"{checked['substances']} substances", _percent(checked["mean_absolute_error_one_out"])
    return _line(title, count, "each", error, "-", _factor(plain["half_width"]), f"{checked['coverage_one_out']:.0%}")


def _activation() -> str:
    plain = stored("relations")["activation"]
    checked = plain["validation"]
    return _line(
        "activation energy at known conductivity",
        f"{checked['rows']} rows",
        f"{checked['substances']} substances",
        f"{checked['mean_absolute_error']:.3f} eV",
        f"{checked['baseline_mean_absolute_error']:.3f} eV (mean)",
        f"{plain['half_width']:.2f} eV either side",
        f"{checked['coverage']:.0%}",
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(error: float) -> str:
    return f"{math.expm1(error):.0%}"


def _factor(half_width: float) -> str:
    return f"factor {math.exp(half_width):.2f}"
