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
    kept: set[int] = set()
    for begin, stop in zip(edges, [*edges[1:], x.size], strict=True):
        part = y[begin:stop]
        kept |= {int(begin), int(stop) - 1}
        gaps = np.isnan(part)
        if gaps.any():
            kept.add(int(begin + np.argmax(gaps)))
        if not gaps.all():
            kept |= {int(begin + np.nanargmin(part)), int(begin + np.nanargmax(part))}
    chosen = np.array(sorted(kept))
    return x[chosen], y[chosen]
