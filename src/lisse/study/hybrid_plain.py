"""A loading curve as plain data in SI: what stands in hybrid.json and on the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lisse.study.hybrid_cells import HybridCell
    from lisse.study.loading_curve import LoadingCurve, LoadingPoint

__all__ = ["plain_curve"]

_PLACE = ("temperature", "diameter", "loading")


def plain_curve(found: LoadingCurve) -> dict[str, Any]:
    """Plain data; ``None`` for what is not known or has no bound.

    Parameters
    ----------
    found : LoadingCurve
    """
    best, most = found.best, max(found.points, key=lambda each: each.cation_gain)
    return {
        "status": "completed",
        "title": found.study.title,
        "lisse_version": found.version,
        "study": _plain(found.study.to_dict()),
        "points": [_point(each) for each in found.points],
        "best": {key: getattr(best, key) for key in _PLACE} | {"gain": best.gain},
        "best_for_cations": {key: getattr(most, key) for key in _PLACE} | {"cation_gain": most.cation_gain},
        "agreement": [dict(vars(each)) for each in found.agreement],
        "by_temperature": [
            {
                "temperature": at,
                "critical_diameter": _bounded(found.critical_diameters[at]),
                "desolvation_barrier": found.barriers[at],
            }
            for at in found.study.temperatures
        ],
        "cells": [_cell(each) for each in found.cells],
        "maps": [_plain(each.as_plain()) for each in found.maps],
        "warnings": list(found.warnings),
    }


def _point(each: LoadingPoint) -> dict[str, Any]:
    return {
        "temperature": each.temperature,
        "diameter": each.diameter,
        "loading": each.loading,
        "gain": each.gain,
        "cation_gain": each.cation_gain,
        **_plain(dict(vars(each.found))),
        "formulas": dict(each.formulas),
        "transport": _plain(dict(vars(each.transport))),
    }


def _cell(each: HybridCell) -> dict[str, Any]:
    return {key: _plain(value) for key, value in vars(each).items()}


def _plain(value: Any) -> Any:
    """Tables and lists as such, and numbers without bound as ``None``."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return _bounded(value) if isinstance(value, float) else value


def _bounded(value: float) -> float | None:
    return value if math.isfinite(value) else None
