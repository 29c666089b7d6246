"""What the cathode of a full cell leaves of the tests of the four numbers.

A ramp or cycling of a full cell plates lithium that comes out of the cathode. A half-cycle that empties it measures the
cathode; so that the lithium electrode is measured, each test takes no more than a share of it in one direction.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from lisse.cell import Cathode, Cell
from lisse.models.lumped.cathode import cathode_law
from lisse.study.measure_settings import AMOUNTS, MeasureSettings
from lisse.units import format_quantity

__all__ = ["SHARE", "cathode_reserve", "fits", "limited", "needs", "reserve_note"]

SHARE = 0.4
"""Share of the cathode's lithium that a test takes in one direction at most; twice as much can be tried, too."""


def cathode_reserve(cell: Cell) -> float | None:
    """C/m2. Lithium that the cathode can give at the start; ``None`` for a cell with two metal electrodes."""
    law = cathode_law(cell, cell.temperature) if isinstance(cell.counter, Cathode) else None
    return None if law is None else float(law.lithium(0.0))


def needs(measure: str, settings: MeasureSettings, current_density: float) -> float:
    """C/m2. Most charge that the test of a measure passes in one direction; zero where it goes on to the end.

    `current_density` (A/m2) is that of cycling, or the level that a ramp with reversals gets to.
    """
    if measure == "threshold_charge":
        return 0.0
    if measure == "one_way_critical_current":
        return settings.protocol(measure, current_density).largest_half_cycle_charge
    return settings.half_cycle_charge or (settings.half_cycle_time or 0.0) * current_density


def limited(measure: str, settings: MeasureSettings, current_density: float, reserve: float | None) -> MeasureSettings:
    """The settings with half-cycles as short as the reserve (C/m2) asks for; unchanged without a reserve.

    Parameters
    ----------
    measure : str
        A name of `MEASURES`.
    settings : MeasureSettings
    current_density : float
        A/m2. As `needs` takes it.
    reserve : float or None
        C/m2.
    """
    needed = needs(measure, settings, current_density)
    if reserve is None or needed <= SHARE * reserve:
        return settings
    amount = next(name for name in AMOUNTS if getattr(settings, name) is not None)
    shorter = float(f"{getattr(settings, amount) * SHARE * reserve / needed:.12g}")
    changes: dict[str, Any] = {amount: shorter}
    return dataclasses.replace(settings, **changes)


def fits(measure: str, settings: MeasureSettings, current_density: float, reserve: float | None) -> bool:
    """Whether a test can be done without emptying the cathode."""
    return reserve is None or needs(measure, settings, current_density) < reserve * (1.0 - 1e-9)


def reserve_note(reserve: float | None) -> list[str]:
    """What to tell the reader of numbers that were measured with shorter half-cycles."""
    if reserve is None:
        return []
    whole, share = (format_quantity("charge", charge) for charge in (reserve, SHARE * reserve))
    return [
        f"four numbers of a full cell: its cathode gives {whole}. So that the lithium electrode is measured and not "
        f"the cathode, a half-cycle, and a whole one-way ramp, passes {share} at most; tests that would empty the "
        "cathode are left out"
    ]
