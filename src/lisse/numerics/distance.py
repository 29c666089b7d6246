"""Exact Euclidean distance on a voxel grid, with voxels that are no cubes and with periodic axes.

Squared distances are lower envelopes of parabolas, found one axis after the other in linear time (Felzenszwalb and
Huttenlocher 2012). Lines are independent, so they run in parallel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange

__all__ = ["distance_to_background"]

_Floats = np.ndarray[Any, np.dtype[np.float32]]
_SERIAL = 20_000  # values below which starting threads costs more than it saves


def distance_to_background(
    mask: Any, spacing: Sequence[float] | None = None, periodic: Sequence[bool] | None = None
) -> _Floats:
    """Distance from the centre of each voxel of the mask to the nearest centre outside the mask.

    The border of the grid counts for nothing: outside it the mask is taken to go on.

    Parameters
    ----------
    mask : (nx, ny[, nz]) array of booleans. Where to measure; 0 is returned elsewhere.
    spacing : sequence of floats, one per axis, optional. Distance between centres; 1 if not given.
    periodic : sequence of booleans, one per axis, optional. Axes along which the grid closes on itself.

    Returns
    -------
    (nx, ny[, nz]) array of float32. ``inf`` everywhere if nothing lies outside the mask. 4 bytes a voxel.

    Examples
    --------
    >>> distance_to_background(np.array([[0, 1, 1, 1, 0]])).tolist()
    [[0.0, 1.0, 2.0, 1.0, 0.0]]
    """
    inside = np.asarray(mask, dtype=bool)
    lift = (1,) * (3 - inside.ndim)
    squared = np.where(inside, np.float32(np.inf), np.float32(0.0)).reshape(lift + inside.shape)
    steps = (1.0,) * len(lift) + tuple(float(step) for step in (spacing or (1.0,) * inside.ndim))
    closed = (False,) * len(lift) + tuple(bool(one) for one in (periodic or (False,) * inside.ndim))
    for axis in range(3):
        if squared.shape[axis] > 1:
            lines = np.moveaxis(squared, axis, 2)
            sweep = _sweep if squared.size < _SERIAL or get_num_threads() == 1 else _sweep_parallel
            sweep(lines, steps[axis] ** 2, closed[axis])
    return np.sqrt(squared, out=squared).reshape(inside.shape)


def _sweep_lines(lines: Any, weight: float, periodic: bool) -> None:
    """Replace every line along the last axis by its lower envelope of parabolas."""
    count = lines.shape[2]
    for i in prange(lines.shape[0]):
        values = np.empty(count, dtype=np.float64)
        apex = np.empty(3 * count, dtype=np.int64)
        start = np.empty(3 * count, dtype=np.float64)
        for j in range(lines.shape[1]):
            for k in range(count):
                values[k] = lines[i, j, k]
            last = _envelope(values, weight, periodic, apex, start)
            if last < 0:
                continue
            m = 0
            for k in range(count):
                while m < last and start[m + 1] < k:
                    m += 1
                lines[i, j, k] = weight * (k - apex[m]) ** 2 + values[apex[m] % count]


@njit(cache=True)
def _envelope(values: Any, weight: float, periodic: bool, apex: Any, start: Any) -> int:
    """Apexes of the lowest parabolas and where each begins to be the lowest; returns the index of the last, or -1."""
    count = len(values)
    low, high = (-count, 2 * count) if periodic else (0, count)
    last = -1
    for q in range(low, high):
        here = values[q % count]
        if here == np.inf:
            continue
        cross = -np.inf
        while last >= 0:
            p = apex[last]
            cross = ((here + weight * q * q) - (values[p % count] + weight * p * p)) / (2.0 * weight * (q - p))
            if cross > start[last]:
                break
            last -= 1
        last += 1
        apex[last] = q
        start[last] = cross if last > 0 else -np.inf
    return last


_sweep = njit(cache=True)(_sweep_lines)
_sweep_parallel = njit(cache=True, parallel=True)(_sweep_lines)
