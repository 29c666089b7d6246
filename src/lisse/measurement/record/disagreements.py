"""Where a record states something else than the analysis of its files finds."""

from __future__ import annotations

from collections.abc import Iterator

from lisse.measurement.record.doubts import Doubt
from lisse.measurement.record.measured import Measured
from lisse.measurement.record.reading import CellRecord
from lisse.units import format_quantity

__all__ = ["disagreements"]

_SAME = 0.05
"""Currents drift from those that were set, and charges end within a sample: no more than this is the same."""


def disagreements(record: CellRecord, seen: Measured) -> tuple[Doubt, ...]:
    """Where the record states something else than its files show: one of the two has to be mended, or explained."""
    return (*_area(record, seen), *_mode(record, seen), *_amounts(record, seen))


def _area(record: CellRecord, seen: Measured) -> Iterator[Doubt]:
    if record.area is not None and seen.area is not None and abs(seen.area - record.area) > 1e-3 * record.area:
        text = (
            f"{format_quantity('area', record.area)}, but the analysis divided by {format_quantity('area', seen.area)}"
        )
        yield Doubt("lithium.area", text, "every current density of the analysis is off by the ratio", "yadg2026")


def _mode(record: CellRecord, seen: Measured) -> Iterator[Doubt]:
    stated = record.values.get("failure.mode")
    if stated is not None and stated != seen.mode:
        text = f"{stated}, but the analysis of the files finds {seen.mode}"
        yield Doubt("failure.mode", text, "whoever analyses the files will ask what decided")


def _amounts(record: CellRecord, seen: Measured) -> Iterator[Doubt]:
    """Currents and charge; nothing is compared where one of the two is not known."""
    amounts = (
        ("current_density", "current_density", seen.current),
        ("highest_current_density_passed", "current_density", seen.highest_passed),
        ("cumulative_charge", "charge", seen.cumulative_charge),
    )
    for name, quantity, amount in amounts:
        stated = record.values.get(f"failure.{name}")
        if stated is None or amount is None or record.area is None:
            continue
        found = abs(amount) / record.area
        if abs(found - stated) > _SAME * max(found, stated):
            text = f"{format_quantity(quantity, stated)}, but the files show {format_quantity(quantity, found)}"
            yield Doubt(f"failure.{name}", text, "whoever analyses the files will ask which of the two holds")
