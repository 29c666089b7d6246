"""What following a cell through one step gives, the times that are recorded, and what ends a step early."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lisse.models.lumped.alloy import AlloyLaw
from lisse.models.lumped.equations import Equations
from lisse.models.lumped.fixture import ConstantGap
from lisse.models.lumped.layer import LayerLaw
from lisse.models.lumped.states import Instant, Record

__all__ = ["EVEN", "FINE", "CellPath", "End", "Margin", "recorded_times", "watched_ends"]

EVEN, FINE = 10, 160
"""Even times of a step that are recorded where it is nearly straight, and where it is not."""
_EARLY = np.geomspace(1.0, 400.0, 7)  # s

End = tuple[str, int | None] | None
"""A verdict mode and the interface (0 working, 1 counter, None neither)."""

Margin = Callable[[Instant, float], Any]
"""State and current density (A/m2) to what ends the step by falling through zero."""


@dataclass(frozen=True)
class CellPath:
    """A cell through one step.

    Attributes
    ----------
    record : Record
        Times from the start of the step.
    failure : (mode, side) or None
        What ended the step early, and at which interface (0 working, 1 counter).
    trouble : str
        Why the integrator stopped, or an empty string.
    """

    record: Record
    failure: End = None
    trouble: str = ""

    def cut(self, margin: Callable[[Record], np.ndarray], failure: End) -> CellPath:
        """End the path where a margin falls below zero, located between the recorded times; as it is if it does not."""
        record = self.record
        beyond = np.flatnonzero(margin(record) < 0.0)
        if not len(beyond):
            return self
        first, time = int(beyond[0]), record.time

        def left(when: float) -> float:
            return float(margin(record.at(np.array([when])))[0])

        high = float(time[first])
        if first > 0:
            high = _falls(left, float(time[first - 1]), high)
        kept = np.append(time[time < high], high)
        return CellPath(record.at(kept), failure)


def _falls(left: Callable[[float], float], low: float, high: float) -> float:
    """s. Where a margin that is not below zero at `low` and below zero at `high` falls below it."""
    from scipy.optimize import brentq

    first, last = left(low), left(high)
    if not first > 0.0 > last:  # at one of the ends, to rounding
        return low if first <= 0.0 else high
    if math.isfinite(first) and math.isfinite(last):
        return float(brentq(left, low, high, xtol=1e-12 * high, rtol=1e-13))
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if left(middle) < 0.0 else (middle, high)
    return high


@lru_cache(maxsize=256)  # the steps of a protocol are of few lengths
def recorded_times(length: float, count: int) -> np.ndarray:
    """s. From zero to the length (s) of a step, both included, with about `count` times in between.

    Closely after a switch of the current, where flaws fill and empty within seconds, and evenly after that.
    """
    early = _EARLY[0.1 * length > _EARLY]
    times = np.union1d(early, np.linspace(0.0, length, count + 1))
    times.flags.writeable = False  # they are shared
    return times


def watched_ends(equations: Equations) -> list[tuple[Margin, End]]:
    """What ends a step by falling through zero, apart from loss of contact by voids."""
    found: list[tuple[Margin, End]] = []
    salt = equations.salt
    if salt is not None:
        found.append((lambda state, j: salt.least(state.salt, j), ("salt-depletion", None)))
    for place, side in equations.metal:
        if side.alloy is not None:
            found.append((_alloy_face(side.alloy, place, side.sign), ("lithium-exhausted", place)))
    fixture = equations.fixture
    if isinstance(fixture, ConstantGap):
        found.append((lambda state, _: fixture.bond_left(state.stack_pressure), ("contact-loss", None)))
    return found


def _alloy_face(alloy: AlloyLaw | LayerLaw, place: int, sign: float) -> Margin:
    """Lithium fraction at the face of an alloy electrode or layer."""
    return lambda state, current: alloy.surface(state.alloys[place], -sign * current)
