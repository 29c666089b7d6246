"""What the panels of a run read from its Solution: traces in display units, sides, and stretches of time.

Nothing is drawn here. Numbers are converted to display units here and nowhere earlier.
"""

from __future__ import annotations

import numpy as np

from lisse.records import Solution
from lisse.report.words import MODES
from lisse.units import quantity

__all__ = [
    "SHORTS",
    "clock",
    "failure_record",
    "failure_time",
    "failure_window",
    "not_resolved",
    "run_clock",
    "run_time",
    "shown",
    "sides",
    "until_failure",
]

SHORTS = ("filament-short", "soft-short")
"""Verdict modes that leave a filament across the electrolyte."""
_BEFORE_SHORT = 300.0  # s, of the picture of a short; the minute after it stays visible
_FEWEST = 8  # records that make a picture


def shown(solution: Solution, name: str) -> np.ndarray:
    """The trace in its display unit."""
    values: np.ndarray = quantity(name).shown(np.asarray(solution[name].values, dtype=float))
    return values


def sides(solution: Solution, name: str) -> list[tuple[str, np.ndarray]]:
    """Each interface that has numbers of that name, with its trace in the display unit.

    A side without a single number, such as the cathode of a full cell, is left out.
    """
    columns = shown(solution, name).T
    named = zip(solution[name]["interface"].values, columns, strict=True)
    return [(str(side), column) for side, column in named if np.isfinite(column).any()]


def not_resolved(solution: Solution) -> str:
    """What to read instead of a drawing of what the model does not follow."""
    return f"not resolved by the {solution.model} model" if solution.model else "not resolved"


def clock(last: float) -> tuple[float, str]:
    """Seconds, minutes or hours, so that numbers up to `last` (s) are readable: the factor, and the unit."""
    return (1.0, "s") if last <= 120.0 else (1 / 60.0, "min") if last < 7200.0 else (1 / 3600.0, "h")


def run_clock(solution: Solution) -> tuple[float, str]:
    """The clock of all pictures of a run."""
    time = np.asarray(solution["time"].values, dtype=float)
    return clock(float(time[-1]) if time.size else 0.0)


def run_time(solution: Solution) -> np.ndarray:
    """The times of the records by the clock of the run."""
    return np.asarray(solution["time"].values, dtype=float) * run_clock(solution)[0]


def failure_time(solution: Solution) -> tuple[float | None, str]:
    """Time of the failure by the clock of the run and what it is called; ``None`` and an empty string without one."""
    verdict = solution.verdict
    if verdict.time is None or verdict.mode == "none":
        return None, ""
    return verdict.time * run_clock(solution)[0], MODES[verdict.mode]


def failure_record(solution: Solution) -> int:
    """Index of the first record at the time of the failure, or of the last record of all."""
    time = np.asarray(solution["time"].values, dtype=float)
    failure = solution.verdict.time
    return time.size - 1 if failure is None else min(int(np.searchsorted(time, failure)), time.size - 1)


def until_failure(solution: Solution) -> slice:
    """The records up to the first one at the time of the failure; all of them without a failure."""
    return slice(failure_record(solution) + 1)


def failure_window(solution: Solution) -> tuple[slice, np.ndarray, str] | None:
    """Records since the last step before the failure, their time from the failure, and its unit.

    Before a short, five minutes at most. ``None`` where there are too few records for a picture.
    """
    failure = solution.verdict.time
    if failure is None or "current_density" not in solution:
        return None
    time = np.asarray(solution["time"].values, dtype=float)
    before = np.flatnonzero(time < failure)
    if before.size < 2:
        return None
    first = _last_step(time[: before[-1] + 1], np.asarray(solution["current_density"].values, dtype=float))
    if solution.verdict.mode in SHORTS:
        recent = min(int(np.searchsorted(time, failure - _BEFORE_SHORT)), time.size - _FEWEST)
        first = max(first, recent)
    if time.size - first < _FEWEST or time[-1] <= time[first]:
        return None
    factor, unit = clock(failure - time[first])
    return slice(first, None), (time[first:] - failure) * factor, unit


def _last_step(time: np.ndarray, current: np.ndarray) -> int:
    """Index from which the current has not jumped: two records at one time, or by more than half of the largest."""
    change = np.abs(np.diff(current[: time.size]))
    largest = float(np.nanmax(np.abs(current), initial=0.0))
    jumps = np.flatnonzero((change > 0.5 * largest) | ((np.diff(time) == 0.0) & (change > 0.0)))
    return int(jumps[-1]) + 1 if jumps.size else 0
