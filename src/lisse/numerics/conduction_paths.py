"""Which voxels are joined to places of given potential by faces that conduct.

A union-find over the faces, in time and memory (6 bytes a voxel) that do not depend on how winding the paths are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics.conduction_kernels import compiled

__all__ = ["HIGH", "LOW", "joined_to_ends"]

Array = np.ndarray[Any, np.dtype[Any]]

LOW, HIGH = 1, 2
"""Bits of the answer of `joined_to_ends`."""


def joined_to_ends(faces: Sequence[Array], low: Array, high: Array, axis: int) -> Array:
    """For every voxel whether a conducting path leads to the low end, the high end, or both.

    Parameters
    ----------
    faces : sequence of (nx, ny[, nz]) arrays, one per axis. As `lisse.numerics.conduction.face_conductances` gives them.
    low, high : arrays of the shape of a layer. Conductances between the first and last layer and the ends.
    axis : int. Direction from end to end.

    Returns
    -------
    (nx, ny[, nz]) array of uint8
        0, `LOW`, `HIGH`, or ``LOW | HIGH`` where current can pass from end to end.

    Examples
    --------
    >>> face = np.array([[2.0, 0.0, 0.0]])  # three voxels in a line, the third behind a wall
    >>> joined_to_ends((np.zeros_like(face), face), np.ones(1), np.ones(1), axis=1).tolist()
    [[1, 1, 2]]
    """
    shape = faces[0].shape
    box = shape if len(shape) == 3 else (1, *shape)
    parent = np.arange(faces[0].size, dtype=np.int32)
    step = 1
    for face, count in zip(reversed(faces), reversed(box), strict=False):
        _join_along(np.ascontiguousarray(face).reshape(-1), parent, step, count)
        step *= count
    _flatten(parent)
    flags = np.zeros(shape, dtype=np.uint8)
    numbers = np.moveaxis(parent.reshape(shape), axis, 0)
    reached = flags.reshape(-1)
    for layer, conductance, bit in ((0, low, LOW), (-1, high, HIGH)):
        reached[np.unique(numbers[layer][np.asarray(conductance) > 0.0])] |= bit
    return np.take(reached, parent, mode="clip").reshape(shape)


@compiled
def _root(parent, n):  # type: ignore[no-untyped-def]
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@compiled
def _join_along(face, parent, step, count):  # type: ignore[no-untyped-def]
    for n in range(face.size):
        if face[n] > 0.0:
            place = n // step % count
            a = _root(parent, n)
            b = _root(parent, n + step if place < count - 1 else n - (count - 1) * step)
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b


@compiled
def _flatten(parent):  # type: ignore[no-untyped-def]
    for n in range(parent.size):
        parent[n] = _root(parent, n)
