"""The three columns that every analysis starts from, clean: time, current, voltage, and how noisy they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.records import Measurement

__all__ = ["TO_SIGMA", "Trace", "median", "median_error", "noise", "readable", "trace_of"]

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


def noise(values: np.ndarray) -> float:
    """Standard deviation of white noise, from the differences of neighbours; steps and slow drift do not count.

    ``sigma = 1.4826 median(|x[k+1] - x[k]|) / sqrt(2)``

    Parameters
    ----------
    values : (n,) array, any unit

    Returns
    -------
    float
        In the same unit; 0 for fewer than two values.
    """
    return TO_SIGMA * median(np.abs(np.diff(values))) / np.sqrt(2.0) if values.size > 1 else 0.0


def median_error(values: np.ndarray) -> float:
    """Standard error of the median of independent, roughly normal values, from their median absolute deviation."""
    if values.size < 2:
        return float("nan")
    spread = TO_SIGMA * median(np.abs(values - median(values)))
    return float(np.sqrt(np.pi / 2.0)) * spread / float(np.sqrt(values.size))
