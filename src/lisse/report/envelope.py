"""Runs of many half-cycles: bands between the least and the greatest value of each, which a page can still show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MANY", "band", "draw_band", "half_cycles", "of_cycles", "whole_cycles"]

MANY = 60
"""Half-cycles, from which lines would run together."""
_MOST = 400  # bins of a band, about one for a pixel of the smallest panel


def half_cycles(solution: Solution, records: slice = slice(None)) -> np.ndarray | None:
    """First record of each half-cycle (n,), where there are too many to tell one from the next; else ``None``.

    A half-cycle ends where the current turns round; rests belong to the one before.
    """
    if "current_density" not in solution:
        return None
    sign = np.sign(np.asarray(solution["current_density"].values, dtype=float)[records])
    passed = np.flatnonzero(np.nan_to_num(sign))
    turns = passed[1:][np.diff(sign[passed]) != 0.0]
    return np.append(0, turns) if len(turns) >= MANY else None


def of_cycles(starts: np.ndarray) -> np.ndarray:
    """First records of whole cycles, a few cycles together where there are more than a plot has pixels."""
    chosen: np.ndarray = starts[:: 2 * -(-starts.size // (2 * _MOST))]
    return chosen


def band(x: np.ndarray, y: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle of each bin, and the least and the greatest value in it; NaN where a bin has none.

    Parameters
    ----------
    x, y : (n,) arrays, any unit
    starts : (m,) array of int
        First record of each bin.
    """
    ends = np.append(starts[1:], x.size) - 1
    return 0.5 * (x[starts] + x[ends]), np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)


def draw_band(axes: Axes, x: np.ndarray, y: np.ndarray, starts: np.ndarray, colour: str, scale: float = 1.0) -> None:
    """The band of one trace with its two edges; a trace that does not change within a bin is a line."""
    middle, low, high = band(x, scale * y, starts)
    known = np.isfinite(low)
    middle, low, high = middle[known], low[known], high[known]
    axes.fill_between(middle, low, high, color=colour, alpha=0.3, linewidth=0)
    for edge in (low, high):
        axes.plot(middle, edge, color=colour, linewidth=1.0)


def whole_cycles(starts: np.ndarray, records: int) -> tuple[slice, slice]:
    """The records of the first cycle, and of the last one that was begun and ended."""
    ends = np.append(starts, records)
    last = 2 * ((starts.size - 1) // 2) - 2 if starts.size % 2 else starts.size - 2
    return slice(ends[0], ends[2]), slice(ends[last], ends[last + 2])
