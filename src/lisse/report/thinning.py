"""Make a long trace short enough to draw without losing a spike: first, least, greatest and last of every pixel."""

from __future__ import annotations

import numpy as np

__all__ = ["thin"]


def thin(x: np.ndarray, y: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """The records to draw, in order.

    Parameters
    ----------
    x : (n,) array, any unit
        Does not decrease.
    y : (n,) array, any unit
        May hold NaN, where the line is broken; a gap stays a gap.
    bins : int
        Bins of equal width along x, about one for each pixel.

    Returns
    -------
    tuple of two arrays
        At most five records a bin: first, least, greatest and last, and one of a gap.
    """
    if x.size <= 4 * bins or x[-1] <= x[0]:
        return x, y
    edges = np.unique(np.searchsorted(x, np.linspace(x[0], x[-1], bins + 1)[:-1], side="left"))
    last = np.append(edges[1:], x.size) - 1
    bin_of = np.repeat(np.arange(edges.size), last - edges + 1)
    kept = [edges, last, _first_of_each(np.isnan(y), bin_of)]
    for extreme in (np.fmin, np.fmax):
        kept.append(_first_of_each(y == extreme.reduceat(y, edges)[bin_of], bin_of))
    chosen = np.unique(np.concatenate(kept))
    return x[chosen], y[chosen]


def _first_of_each(found: np.ndarray, bin_of: np.ndarray) -> np.ndarray:
    """Index of the first record found in each bin; none for a bin without one."""
    records = np.flatnonzero(found)
    first: np.ndarray = records[np.unique(bin_of[records], return_index=True)[1]]
    return first
