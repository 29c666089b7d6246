"""What is known beside a map: published observations and library materials that lie on its axes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lisse.materials import Material, Observation, load, names, observations
from lisse.references import reference
from lisse.study.axes import Span
from lisse.study.maps import FailureMap

__all__ = ["MapPoint", "map_points"]

_NEAR = 15.0  # K


@dataclass(frozen=True)
class MapPoint:
    """One point on a map.

    Attributes
    ----------
    x, y : float, SI
        They may lie beyond the map where a spread reaches into it.
    x_range, y_range : (low, high) or None, SI
        Spread of a material's property.
    label : str
        Words at the point.
    material : str
    kind : str
        ``"limit"``, ``"stable"``, ``"failed"`` or ``"measured"`` for an observation, ``"material"`` for a substance.
    mechanism : str
    source : str
        Citation key; empty for a substance.
    mark : str
    note : str
        Conditions and variant, in words.
    same : bool
        Whether it is the electrolyte of the case, without a variant.
    """

    x: float
    y: float
    label: str
    material: str
    kind: str
    mechanism: str = ""
    source: str = ""
    mark: str = ""
    note: str = ""
    same: bool = False
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


def map_points(drawn: FailureMap) -> tuple[MapPoint, ...]:
    """Observations and materials with both quantities of a map, inside its range; the case's own electrolyte last.

    Nothing is filled in: what lacks one of the two quantities has no place on the map. A material whose number lies
    beyond an axis belongs to the map where its spread reaches into it. Cells and electrolytes of another metal than
    that of the case are left out.

    Parameters
    ----------
    drawn : FailureMap

    Returns
    -------
    tuple of MapPoint
    """
    found = [*_observed(drawn), *_materials(drawn)]
    inside = [p for p in found if _inside(drawn.x, p.x, p.x_range) and _inside(drawn.y, p.y, p.y_range)]
    return tuple(sorted(inside, key=lambda point: point.same))


def _inside(span: Span, value: float, spread: tuple[float, float] | None) -> bool:
    """Whether a value, or some of its spread, lies on an axis."""
    first, last = span.values[0], span.values[-1]
    low, high = (value, value) if spread is None else (min(value, spread[0]), max(value, spread[1]))
    return bool(first * (1 - 1e-9) <= high and low <= last * (1 + 1e-9))


_ELEMENT = re.compile(r"[A-Z][a-z]?")


def _is_of_other_metal(formula: str, drawn: FailureMap) -> bool:
    """Whether a formula has the alkali metals of other cells only."""
    own, other = ({"Li", "Na", "K"} & set(_ELEMENT.findall(text)) for text in (drawn.metal, formula))
    return bool(own and other and not own & other)


def _observed(drawn: FailureMap) -> list[MapPoint]:
    found = []
    for seen in observations():
        place = [seen.quantities.get(span.axis.name) for span in (drawn.x, drawn.y)]
        if place[0] is None or place[1] is None or _is_of_other_metal(load(seen.metal).formula, drawn):
            continue
        words = (seen.what, seen.variant, seen.conditions)
        found.append(
            MapPoint(
                place[0],
                place[1],
                _who(seen.source),
                seen.material,
                seen.outcome,
                seen.mechanism,
                seen.source,
                seen.mark,
                "; ".join(text for text in words if text),
                _is_same(seen, drawn),
            )
        )
    return found


def _is_same(seen: Observation, drawn: FailureMap) -> bool:
    """The electrolyte of the case, plain, and within 15 K of its temperature where both are told."""
    there = seen.quantities.get("temperature", drawn.temperature)
    close = drawn.temperature is None or there is None or abs(there - drawn.temperature) <= _NEAR
    return seen.material == drawn.electrolyte and not seen.variant and close


def _who(key: str) -> str:
    """``"Wang 2019"``; ``"unknown author, 2021"`` where none is recorded."""
    entry = reference(key)
    surname = entry.author.split(" and ")[0].split(",")[0].strip()
    return f"unknown author, {entry.year}" if surname.startswith("[") else f"{surname} {entry.year}"


def _materials(drawn: FailureMap) -> list[MapPoint]:
    along_x, along_y = drawn.x.axis.material_property, drawn.y.axis.material_property
    if not along_x or not along_y:
        return []
    found = []
    for material in map(load, names()):
        if material.kind not in ("electrolyte", "polymer") or _is_of_other_metal(material.formula, drawn):
            continue
        if material.has(along_x) and material.has(along_y):
            x, x_range = _value(material, along_x)
            y, y_range = _value(material, along_y)
            marks = "/".join(dict.fromkeys(material.entry(name).mark for name in (along_x, along_y)))
            same, name = material.name == drawn.electrolyte, material.name
            found.append(MapPoint(x, y, name, name, "material", "", "", marks, "", same, x_range, y_range))
    return found


def _value(material: Material, name: str) -> tuple[float, tuple[float, float] | None]:
    """Value and spread of a property (SI), at the temperature for which tables show it."""
    entry = material.entry(name)
    value = entry.at(material.reference_temperature)
    low, high = entry.spread_at(material.reference_temperature)
    if low is None and high is None:
        return value, None
    return value, (value if low is None else low, value if high is None else high)
