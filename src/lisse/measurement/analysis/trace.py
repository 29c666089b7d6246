"""The three columns that every analysis starts from, clean: time, current, voltage, and how noisy they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.records import Measurement

__all__ = ["TO_SIGMA", "Trace", "equal_parts", "median", "median_error", "medians", "noise", "readable", "trace_of"]

TO_SIGMA = 1.4826
"""Median absolute deviation of a normal distribution to its standard deviation."""

_OVERFLOW = 1e30


@dataclass(frozen=True)
class Trace:
    """Records of direct current, in the order of time.

    Attributes
    ----------
    time : (n,) array, s
        Does not decrease; two records may share a time where the current was switched.
    current : (n,) array, A
    voltage : (n,) array, V
    dropped : int
        Records left out because one of the three was not a readable number.
    """

    time: np.ndarray
    current: np.ndarray
    voltage: np.ndarray
    dropped: int = 0

    @property
    def duration(self) -> float:
        """From the first record to the last, s; 0 for fewer than two records."""
        return float(self.time[-1] - self.time[0]) if self.time.size else 0.0


def trace_of(measurement: Measurement) -> Trace:
    """Time, current and voltage of a measurement without the records that are no readable number.

    Raises
    ------
    InvalidInput
        When a column is missing or the clock runs backwards.
    """
    for label in (TIME, CURRENT, VOLTAGE):
        if label not in measurement:
            held = ", ".join(map(str, measurement.data.variables))
            raise InvalidInput("measurement", held, f"a column {label!r}", "Read the file with lisse.read")
    columns = [np.asarray(measurement[label].values, dtype=float) for label in (TIME, CURRENT, VOLTAGE)]
    good = np.all([readable(column) for column in columns], axis=0)
    time, current, voltage = (column[good] for column in columns)
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size:
        got = f"{time[back[0] + 1]:.6g} s after {time[back[0]]:.6g} s"
        raise InvalidInput("time", got, "times that do not decrease", "Sort the records or split the measurement there")
    return Trace(time, current, voltage, dropped=int(good.size - good.sum()))


def readable(values: np.ndarray) -> np.ndarray:
    """Which values are numbers: finite, and no overflow mark of an instrument (such as 9.9e37)."""
    return np.asarray(np.abs(values) < _OVERFLOW)


def median(values: np.ndarray | Sequence[float]) -> float:
    """Median of finite numbers (the one of NumPy takes longer to find out that there are no others)."""
    ordered = np.array(values)
    middle, odd = divmod(ordered.size, 2)
    if odd:
        ordered.partition(middle)
        return float(ordered[middle])
    ordered.partition((middle - 1, middle))
    return 0.5 * (float(ordered[middle - 1]) + float(ordered[middle]))


def equal_parts(size: int, count: int) -> np.ndarray:
    """Edges of `count` neighbouring parts of a series of `size` values: (count + 1,) array of int."""
    return np.arange(count + 1) * size // count


def medians(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Medians of neighbouring parts of a series, all at once; for parts of about one length.

    Parameters
    ----------
    values : (n,) array, any unit
    edges : (m + 1,) array of int
        Part k goes from ``edges[k]`` to ``edges[k + 1] - 1``, and has one value at least.

    Returns
    -------
    (m,) array
        In the same unit.
    """
    first, count = edges[:-1], edges[1:] - edges[:-1]
    place = np.arange(int(count.max()))
    parts = values[np.minimum(first[:, None] + place, edges[-1] - 1)]
    parts[place >= count[:, None]] = np.inf
    parts.sort(axis=1)
    row = np.arange(count.size)
    return np.asarray(0.5 * (parts[row, (count - 1) // 2] + parts[row, count // 2]))


def noise(values: np.ndarray) -> float:
    """Standard deviation of white noise, from the differences of neighbours; steps and steady drift do not count.

    ``sigma = 1.4826 median(|d[k] - median(d)|) / sqrt(2)`` with ``d[k] = x[k+1] - x[k]``

    Parameters
    ----------
    values : (n,) array, any unit

    Returns
    -------
    float
        In the same unit; 0 for fewer than three values.
    """
    if values.size < 3:
        return 0.0
    differences = np.diff(values)
    return TO_SIGMA * median(np.abs(differences - median(differences))) / float(np.sqrt(2.0))


def median_error(values: np.ndarray) -> float:
    """Standard error of the median of independent, roughly normal values, from their median absolute deviation."""
    if values.size < 2:
        return float("nan")
    spread = TO_SIGMA * median(np.abs(values - median(values)))
    return float(np.sqrt(np.pi / 2.0)) * spread / float(np.sqrt(values.size))
