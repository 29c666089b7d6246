"""What is done about the faults of a file: each repair is told with the row, the column and what was done.

A clock that runs backwards is an error, because nobody can know which records belong together; a file that is
reversed as a whole is turned round. No reading is ever invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lisse.measurement.columns import CURRENT, SET_CURRENT, TIME, VOLTAGE
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.rows import Rows

__all__ = ["Clock", "mend_clock", "mend_readings", "restart_by_dates"]

_TICK = 1e-3
"""s. A step back of the clock by less is the rounding of an instrument that starts a new technique."""
_LONGEST = {VOLTAGE: 1e4, CURRENT: 1e5}
"""No cycler measures more; a larger number is a sign for "no reading", such as 9.9e37."""
_FULL_SCALES = (5.0, 6.0, 10.0, 12.0, 15.0, 20.0)
_GAP_FACTOR, _GAP_LEAST, _GAP_ROWS = 10.0, 60.0, 20
_MANY_AT_ONCE = 3


@dataclass(frozen=True)
class Clock:
    """Which records are kept, in which order, and their times.

    Attributes
    ----------
    order : (m,) int array or slice
        Records of the file, counted from 0.
    time : (m,) array, s
        Never decreasing.
    warnings : tuple of str
    """

    order: np.ndarray | slice
    time: np.ndarray
    warnings: tuple[str, ...] = ()


def restart_by_dates(columns: dict[str, np.ndarray], rows: Rows, column: str, warnings: list[str]) -> None:
    """Where the clock starts anew (several tests in one file, a test gone on with), go on by the dates.

    Parameters
    ----------
    columns : dict of label to (n,) array
        The clock under `TIME` is changed in place where the dates, under ``"Unix Time / s"``, do not step back.
    """
    time, dates, tests = columns[TIME], columns.get("Unix Time / s"), columns.get("Test Number")
    if dates is None or time.size < 2 or not (np.isfinite(time).all() and np.isfinite(dates).all()):
        return
    anew = np.diff(time) < -_TICK
    if tests is not None and tests.dtype.kind == "f":
        anew |= np.diff(tests) != 0
    if not anew.any() or (np.diff(time) < 0).all() or (np.diff(dates)[anew] < 0).any():
        return
    starts = np.flatnonzero(np.r_[True, anew])
    begun = dates[starts] - time[starts]
    columns[TIME] = time + np.repeat(begun - begun[0], np.diff([*starts, time.size]))
    warnings.append(
        f"column {column!r}, {rows.names(starts[1:])}: the clock starts anew: put behind the others by their dates"
    )


def mend_clock(source: Source, columns: Mapping[str, np.ndarray], rows: Rows, column: str = TIME) -> Clock:
    """Put the records into order of time.

    Parameters
    ----------
    columns : mapping of label to (n,) array
        All columns; the clock (s) is under `TIME`.
    rows : Rows
    column : str
        What the file calls the clock, for messages.

    Raises
    ------
    InvalidInput
        When no record has a time, or the clock steps back within the file.
    """
    time, warnings = columns[TIME], []
    order: np.ndarray | slice = slice(None)
    known = np.isfinite(time)
    if not known.all():
        missing = np.flatnonzero(~known)
        if missing.size == time.size:
            raise source.error(f"column {column!r}", None, "at least one time", "Export the file again")
        warnings.append(f"column {column!r}, {rows.names(missing)}: no time: left out")
        order = np.flatnonzero(known)
        time = time[order]
    step = np.diff(time)
    if step.size and (step < 0).all():
        warnings.append(f"column {column!r}: the times run backwards from the first row to the last: rows turned round")
        order = np.arange(columns[TIME].size)[order][::-1]
        time, step = time[::-1], -step[::-1]
    back = np.flatnonzero(step < 0)
    if back.size:
        names = rows.take(order)
        worst = back[int(np.argmin(step[back]))]
        if -step[worst] > _TICK:
            first = back[0]
            got = f"{time[first + 1]:.6g} s after {time[first]:.6g} s"
            advice = "Split the file there, or export one test per file"
            error = source.error(f"time (column {column!r})", got, "times that do not decrease", advice)
            raise error.at(f"{source.path}, {names.name(first + 1)}")
        warnings.append(
            f"column {column!r}, {names.names(back + 1)}: the clock steps back by up to {-step[worst]:.3g} s, less "
            "than it can resolve: held at the time before"
        )
        time = np.maximum.accumulate(time)
    return _without_repeats(Clock(order, time, tuple(warnings)), columns, rows, column)


def _without_repeats(clock: Clock, columns: Mapping[str, np.ndarray], rows: Rows, column: str) -> Clock:
    """Leave out rows that repeat the one above in every column; tell of many different records at one time."""
    same = np.flatnonzero(np.diff(clock.time) == 0)
    if not same.size:
        return clock
    warnings = list(clock.warnings)
    repeated = np.ones(same.size, dtype=bool)
    for label, values in columns.items():
        if label != TIME and repeated.any():
            held = values[clock.order]
            above, below = held[same], held[same + 1]
            equal = above == below
            if values.dtype.kind == "f":
                equal |= np.isnan(above) & np.isnan(below)
            repeated &= equal
    order, time = clock.order, clock.time
    if repeated.any():
        twice = same[repeated] + 1
        names = rows.take(order)
        warnings.append(f"{names.names(twice)}: every column as in the row above: left out")
        keep = np.ones(time.size, dtype=bool)
        keep[twice] = False
        order, time = np.arange(columns[TIME].size)[order][keep], time[keep]
    _, starts, counts = np.unique(time, return_index=True, return_counts=True)
    if counts.max(initial=0) > _MANY_AT_ONCE:
        crowded = int(np.argmax(counts))
        names = rows.take(order)
        warnings.append(
            f"column {column!r}, {names.name(starts[crowded])}: {counts[crowded]} different records at one time (the "
            "clock is too coarse): kept in the order of the file"
        )
    return Clock(order, time, tuple(warnings))


def mend_readings(
    columns: dict[str, np.ndarray],
    rows: Rows,
    origin: Mapping[str, str],
    warnings: list[str],
    voltage_range: tuple[float, float] | None = None,
    away: np.ndarray | None = None,
) -> None:
    """Turn signs for "no reading" into not-a-number, and tell of missing, saturated and distant records.

    Parameters
    ----------
    columns : dict of label to (n,) array
        In SI; changed in place.
    rows : Rows
    origin : mapping of label to str
        What the file calls each column.
    warnings : list of str
        Grows.
    voltage_range : tuple of float, optional
        V. What the instrument can measure, where the file says so.
    away : (k,) array, s, optional
        Times at which the instrument did something else (a spectrum), so that a gap there is none.
    """
    for label in [*_LONGEST, SET_CURRENT]:
        values = columns.get(label)
        if values is None:
            continue
        name = origin.get(label, label)
        wild = np.flatnonzero(np.isinf(values) | (np.abs(values) > _LONGEST.get(label, np.inf)))
        if wild.size:
            warnings.append(
                f"column {name!r}, {rows.names(wild)}: {values[wild[0]]:.3g} is no reading: taken as not a number"
            )
            columns[label] = values = np.where(np.isin(np.arange(values.size), wild), np.nan, values)
        missing = np.flatnonzero(np.isnan(values)) if label != SET_CURRENT else np.array([], dtype=int)
        missing = np.setdiff1d(missing, wild)
        if missing.size:
            warnings.append(f"column {name!r}, {rows.names(missing)}: no number: kept as not a number")
    if VOLTAGE in columns:
        _tell_of_saturation(columns[VOLTAGE], rows, origin.get(VOLTAGE, VOLTAGE), warnings, voltage_range)
    if TIME in columns:
        _tell_of_gaps(columns[TIME], rows, origin.get(TIME, TIME), warnings, away)


def _tell_of_saturation(
    voltage: np.ndarray, rows: Rows, name: str, warnings: list[str], limits: tuple[float, float] | None
) -> None:
    """Readings at the end of the range of the instrument: three in a row at the very same largest magnitude."""
    if limits is not None:
        low, high = limits
        at_end = ((voltage >= 0.999 * high) & (high > 0)) | ((voltage <= 0.999 * low) & (low < 0))
    else:
        size = np.abs(voltage)
        largest = np.nanmax(size) if np.isfinite(size).any() else 0.0
        at_end = (size == largest) & any(abs(largest - scale) < 5e-3 * scale for scale in _FULL_SCALES)
    if not (at_end[2:] & at_end[1:-1] & at_end[:-2]).any():
        return
    stuck = np.flatnonzero(at_end)
    warnings.append(
        f"column {name!r}, {rows.names(stuck)}: the voltage stays at {voltage[stuck[0]]:.4g} V, the end of the range: "
        "it may be saturated; kept as read"
    )


def _tell_of_gaps(time: np.ndarray, rows: Rows, name: str, warnings: list[str], away: np.ndarray | None) -> None:
    """Intervals without records, far longer than nearly all others of the file."""
    step = np.diff(time)
    if step.size < _GAP_ROWS:
        return
    usual = np.partition(step, int(0.99 * (step.size - 1)))[int(0.99 * (step.size - 1))]
    gaps = np.flatnonzero(step > max(_GAP_FACTOR * usual, _GAP_LEAST))
    if away is not None and away.size:
        between = np.searchsorted(away, time[gaps + 1]) > np.searchsorted(away, time[gaps])
        gaps = gaps[~between]
    if gaps.size:
        longest = step[gaps].max()
        warnings.append(
            f"column {name!r}, {rows.names(gaps + 1)}: no records for up to {longest:.4g} s before: nothing filled in"
        )
