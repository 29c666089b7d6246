"""Connected pieces of a mask on a voxel grid, also across periodic sides.

The scan is SciPy's; pieces that meet through a periodic side are joined afterwards by a graph of a few edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["label_components"]

_Integers = np.ndarray[Any, np.dtype[np.int32]]


def label_components(mask: Any, periodic: Sequence[bool] | None = None) -> tuple[_Integers, int]:
    """Number the pieces of a mask that hang together through faces (in 2-D: edges) of voxels.

    Contact through an edge or a corner alone does not connect, because no flux passes there.

    Parameters
    ----------
    mask : (nx, ny[, nz]) array of booleans. Where the phase is.
    periodic : sequence of booleans, one per axis, optional. Axes along which the grid closes on itself.

    Returns
    -------
    labels : (nx, ny[, nz]) array of int32. 0 outside the mask, 1 to `count` inside. 4 bytes a voxel.
    count : int. Number of pieces.

    Examples
    --------
    >>> label_components(np.array([[1, 0, 1], [1, 0, 0]]), periodic=(False, True))[1]
    1
    """
    from scipy import ndimage

    inside = np.asarray(mask, dtype=bool)
    labels, count = ndimage.label(inside, output=np.int32)
    if periodic is None or not any(periodic) or count == 0:
        return labels, int(count)
    pairs = [_meeting(labels, axis) for axis, closed in enumerate(periodic) if closed]
    return _joined(labels, int(count), np.concatenate(pairs))


def _meeting(labels: _Integers, axis: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Pairs of pieces that touch through the two sides normal to an axis."""
    low, high = np.take(labels, 0, axis=axis).ravel(), np.take(labels, -1, axis=axis).ravel()
    touching = (low > 0) & (high > 0) & (low != high)
    return np.unique(np.column_stack([low[touching], high[touching]]).astype(np.int64), axis=0)


def _joined(labels: _Integers, count: int, pairs: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[_Integers, int]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return labels, count
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count + 1, count + 1))
    found, names = connected_components(graph, directed=False)
    # node 0 is the outside and meets nothing, so it keeps the name 0 that the search gives to its first node
    return names.astype(np.int32)[labels], int(found) - 1
