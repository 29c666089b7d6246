"""The shape of the voltage within a half-cycle, and how two half-cycles of opposite sign differ.

The shape is read from twenty equal bins of time (medians), from a tenth of the half-cycle on, before a taper and
before a failure:

flat
    the bins stay within 5 % (or three times their noise) of each other
arcing
    the voltage rises, and faster in the later half: the surface that carries the current shrinks (contact loss)
levelling
    it rises, and slower in the later half: polarisation, or a growing layer
peaked
    it rises, and has come down again by a third of the rise or more
falling
    it ends lower than it began and was never much higher: more contact, a layer that dissolves, or a filament
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.trace import median, medians, noise

__all__ = ["SHAPES", "Shape", "asymmetry", "shape_of"]

SHAPES = ("flat", "arcing", "levelling", "peaked", "falling")
_BINS, _BEGIN, _TOLERANCE = 20, 0.1, 0.05
_MOST_RECORDS = 1000


@dataclass(frozen=True)
class Shape:
    """Shape of the polarisation in one half-cycle.

    Attributes
    ----------
    name : str
        One of `SHAPES`.
    change : float, 1
        Last bin over the bin at a tenth of the half-cycle, minus 1.
    peak : float, 1
        Highest bin over the bin at a tenth of the half-cycle, minus 1.
    """

    name: str
    change: float
    peak: float


def shape_of(time: np.ndarray, size: np.ndarray) -> Shape | None:
    """Shape of a half-cycle; ``None`` for fewer than ten records, or a voltage that is only noise.

    Parameters
    ----------
    time : (n,) array, s
    size : (n,) array, V
        Voltage counted in the direction of the current.
    """
    stride = max(time.size // _MOST_RECORDS, 1)
    time, size = time[::stride], size[::stride]
    if time.size < 10 or time[-1] <= time[0]:
        return None
    edges = time[0] + (time[-1] - time[0]) * np.linspace(_BEGIN, 1.0, _BINS + 1)
    places = np.searchsorted(time, edges)
    places[-1] = time.size
    levels = medians(size, np.unique(places))  # bins without a record are left out
    shake = noise(size)
    first, last = (float(levels[0]), float(levels[-1])) if levels.size > 2 else (0.0, 0.0)
    if first <= 3.0 * shake or first <= 0.0:
        return None
    tolerance = max(_TOLERANCE * first, 3.0 * shake / np.sqrt(max(time.size / _BINS, 1.0)))
    peak = float(levels.max())
    return Shape(_name(levels, tolerance), last / first - 1.0, peak / first - 1.0)


def asymmetry(plus: float, minus: float) -> float | None:
    """``(V+ - |V-|)/(V+ + |V-|)`` of two plateaus at the same current in either direction; 0 for a symmetric cell.

    Parameters
    ----------
    plus, minus : float, V
        Magnitudes at positive and at negative current, at rest voltage zero.
    """
    return (plus - minus) / (plus + minus) if plus > 0 and minus > 0 else None


def _name(levels: Sequence[float] | np.ndarray, tolerance: float) -> str:
    levels = np.asarray(levels)
    first, last, peak = levels[0], levels[-1], int(np.argmax(levels))
    if levels.max() - levels.min() <= tolerance:
        return "flat"
    rise, fall = levels[peak] - first, levels[peak] - last
    if rise > tolerance and fall > max(rise / 3.0, tolerance):
        return "peaked"
    if last - first > tolerance:
        middle = median(levels[levels.size // 2 - 1 : levels.size // 2 + 2])
        return "arcing" if last - middle > middle - first else "levelling"
    return "falling" if first - last > tolerance else "flat"
