"""What is known beside a map: published observations and library materials that lie on its axes."""

from __future__ import annotations

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
    x, y : float
        SI.
    x_range, y_range : (low, high) or None
        SI. Spread of a material's property.
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

    Nothing is filled in: what lacks one of the two quantities has no place on the map. A material whose value is
    below a logarithmic axis but whose spread reaches into it stands at the edge.
    """
    found = [*_observed(drawn), *_materials(drawn)]
    inside = [point for point in found if _inside(drawn.x, point.x) and _inside(drawn.y, point.y)]
    return tuple(sorted(inside, key=lambda point: point.same))


def _inside(span: Span, value: float) -> bool:
    low, high = span.values[0], span.values[-1]
    return bool(low * (1 - 1e-9) <= value <= high * (1 + 1e-9))


def _observed(drawn: FailureMap) -> list[MapPoint]:
    found = []
    for seen in observations():
        place = [seen.quantities.get(span.axis.name) for span in (drawn.x, drawn.y)]
        if place[0] is None or place[1] is None:
            continue
        words = (seen.what, seen.variant, seen.conditions)
        found.append(
            MapPoint(
                place[0],
                place[1],
                _surname(seen.source) or seen.id,
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


def _surname(key: str) -> str:
    """``"Wang 2019"``; empty where no author is recorded."""
    entry = reference(key)
    return (
        "" if entry.author.startswith("[") else f"{entry.author.split(' and ')[0].split(',')[0].strip()} {entry.year}"
    )


def _materials(drawn: FailureMap) -> list[MapPoint]:
    along_x, along_y = drawn.x.axis.material_property, drawn.y.axis.material_property
    if not along_x or not along_y:
        return []
    found = []
    for material in map(load, names()):
        if material.kind in ("electrolyte", "polymer") and material.has(along_x) and material.has(along_y):
            x, x_range = _value(material, along_x, drawn.x)
            y, y_range = _value(material, along_y, drawn.y)
            marks = "/".join(dict.fromkeys(material.entry(name).mark for name in (along_x, along_y)))
            same, name = material.name == drawn.electrolyte, material.name
            found.append(MapPoint(x, y, name, name, "material", "", "", marks, "", same, x_range, y_range))
    return found


def _value(material: Material, name: str, span: Span) -> tuple[float, tuple[float, float] | None]:
    """Value and spread of a property; at the edge of a logarithmic axis where only the spread reaches into it."""
    entry = material.entry(name)
    value = entry.at(material.reference_temperature)
    low, high = entry.spread_at(material.reference_temperature)
    if low is None and high is None:
        return value, None
    interval = (value if low is None else low, value if high is None else high)
    first = float(span.values[0])
    if span.logarithmic and value < first < interval[1]:
        return first, interval
    return value, interval
