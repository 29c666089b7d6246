"""Nodes of a grid of voxels whose first axis ends and whose other axes close, and what hangs together by them."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["corner_nodes", "loose_pieces", "mean_at_nodes"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def mean_at_nodes(faces: Floats) -> Floats:
    """Mean of the faces of an end plane around each of its nodes, (ny[, nz]); keeps the mean over all."""
    for axis in range(faces.ndim):
        faces = (faces + np.roll(faces, 1, axis)) / 2.0
    return faces


def corner_nodes(shape: tuple[int, ...]) -> Whole:
    """(voxels, 2^d) flat nodes at the corners of each voxel, last axis fastest.

    Examples
    --------
    >>> corner_nodes((1, 2)).tolist()
    [[0, 1, 2, 3], [1, 0, 3, 2]]
    """
    nodes = (shape[0] + 1, *shape[1:])
    numbers = np.arange(math.prod(nodes)).reshape(nodes)
    for axis in range(1, len(shape)):
        numbers = np.concatenate([numbers, numbers.take([0], axis=axis)], axis=axis)
    corners = [
        numbers[tuple(slice(s, s + n) for s, n in zip(corner, shape, strict=True))].reshape(-1)
        for corner in itertools.product((0, 1), repeat=len(shape))
    ]
    return np.stack(corners, axis=1)


def loose_pieces(corners: Whole, nodes: int) -> Whole:
    """(nodes,) 0 for the largest piece of solid and for nodes without any, 1 and up for other pieces.

    Parameters
    ----------
    corners : (solid voxels, 2^d) int array
        Voxels that share a node hang together.
    nodes : int
        How many there are.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    pairs = np.repeat(corners[:, :1], corners.shape[1] - 1, axis=1).reshape(-1), corners[:, 1:].reshape(-1)
    _, names = connected_components(sparse.coo_matrix((np.ones(len(pairs[0])), pairs), shape=(nodes, nodes)))
    solid = np.unique(corners)
    kinds, sizes = np.unique(names[solid], return_counts=True)
    out = np.zeros(nodes, dtype=np.int64)
    number = np.zeros(int(names.max()) + 1, dtype=np.int64)
    number[np.delete(kinds, sizes.argmax())] = np.arange(1, len(kinds))
    out[solid] = number[names[solid]]
    return out
