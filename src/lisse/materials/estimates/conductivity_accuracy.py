"""How good the estimate of the ionic conductivity proved to be: tables for the docs, from the stored validation."""

from __future__ import annotations

from typing import Any

from lisse.materials.estimates.conductivity_model import MODELS
from lisse.materials.estimates.stored import stored

__all__ = ["conductivity_lines", "example_lines", "family_lines", "knowledge_lines"]

_ASKED = {
    "family": "a family not in the data",
    "elements": "elements not together in the data",
    "source": "a source not in the data",
}
_EXAMPLES = (
    "Li6PS5Cl",
    "Li6.4La3Zr1.4Ta0.6O12",
    "Li10GeP2S12",
    "Li3YCl6",
    "LiF",
    "Li2O",
    "Li2CO3",
    "NaCl",
    "Li3",
    "LiXx",
)


def conductivity_lines() -> list[str]:
    """Errors, baselines and coverage of both models, in Markdown."""
    head = (
        "| left out at once | model | mean absolute error | median | training median | nearest 1, 5, 10 | "
        "trend alone | trees alone | covered by 90 % | mean of families | mean width |"
    )
    return [head, "| --- " * 11 + "|", *(_overall(kind, name) for kind in _ASKED for name in MODELS)]


def _overall(kind: str, name: str) -> str:
    found = stored("conductivity")["models"][name]["validation"][kind]
    base = found["baselines"]
    return _line(
        _ASKED[kind],
        name,
        f"**{found['mean_absolute_error']:.2f}**",
        f"{found['median_absolute_error']:.2f}",
        f"{base['median']:.2f}",
        ", ".join(f"{base[key]:.2f}" for key in base if key.startswith("nearest")),
        f"{base['trend_alone']:.2f}",
        f"{base['trees_alone']:.2f}",
        f"{found['coverage']:.0%}",
        f"{found['coverage_mean_of_families']:.0%}",
        f"{found['mean_width']:.1f}",
    )


def family_lines() -> list[str]:
    """Every family left out, with the lattice known, in Markdown."""
    rows = [
        ("family", "rows", "error", "training median", "covered", "error when only a source is left out", "covered")
    ]
    known = stored("conductivity")["models"]["lattice"]["validation"]
    for family, out in known["family"]["families"].items():
        mild = known["source"]["families"][family]
        rows.append(
            (
                family,
                str(out["rows"]),
                f"{out['mean_absolute_error']:.2f}",
                f"{out['baselines']['median']:.2f}",
                f"{out['coverage']:.0%}",
                f"{mild['mean_absolute_error']:.2f}",
                f"{mild['coverage']:.0%}",
            )
        )
    head, *body = (_line(*row) for row in rows)
    return [head, "| --- " * 7 + "|", *body]


def knowledge_lines() -> list[str]:
    """Error and coverage against the applicability, whole sources left out, in Markdown."""
    lines = [
        "| applicability | model | rows | mean absolute error | covered by 90 % | mean width |",
        "| --- " * 6 + "|",
    ]
    for name in MODELS:
        classes: dict[str, Any] = stored("conductivity")["models"][name]["validation"]["source"]["by_applicability"]
        for label, part in classes.items():
            lines.append(
                _line(
                    label,
                    name,
                    str(part["rows"]),
                    f"{part['mean_absolute_error']:.2f}",
                    f"{part['coverage']:.0%}",
                    f"{part['mean_width']:.1f}",
                )
            )
    return lines


def example_lines() -> list[str]:
    """What the shipped model says of a few formulas, or why it says nothing, in Markdown."""
    from lisse.errors import InvalidInput
    from lisse.materials.estimates.estimate import estimate

    lines = ["| formula | S/cm | 90 % interval | applicability | |", "| --- " * 5 + "|"]
    for formula in _EXAMPLES:
        try:
            found = estimate(formula)
        except InvalidInput as error:
            lines.append(_line(formula, "refused", "", "", f"{error.what}: {error.allowed}"))
            continue
        value, lower, upper = (number / 100.0 for number in (found.value, found.lower, found.upper))
        said = "; ".join(found.warnings)
        lines.append(_line(formula, f"{value:.0e}", f"{lower:.0e} to {upper:.0e}", f"{found.applicability:.2f}", said))
    return lines


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
