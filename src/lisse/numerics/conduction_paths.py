"""Which voxels are joined to places of given potential by faces that conduct.

A union-find over the faces, in time and memory (6 bytes a voxel) that do not depend on how winding the paths are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics.aggregation import find_roots, root
from lisse.numerics.conduction_kernels import compiled
from lisse.numerics.threads import share

__all__ = ["HIGH", "LOW", "joined_to_ends"]

Array = np.ndarray[Any, np.dtype[Any]]

LOW, HIGH = 1, 2
"""Bits of the answer of `joined_to_ends`."""


def joined_to_ends(faces: Sequence[Array], low: Array, high: Array, axis: int) -> Array:
    """For every voxel whether a conducting path leads to the low end, the high end, or both.

    Parameters
    ----------
    faces : sequence of (nx, ny[, nz]) arrays, one per axis. From `lisse.numerics.conduction.face_conductances`.
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
    flat = [np.ascontiguousarray(face).reshape(-1) for face in faces]
    for face, count in zip(reversed(flat), reversed(box), strict=False):
        _join_along(face, flat[-1], box[-1], parent, step, count)
        step *= count
    share(find_roots, parent.size, parent.size, parent)
    flags = np.zeros(shape, dtype=np.uint8)
    numbers = np.moveaxis(parent.reshape(shape), axis, 0)
    reached = flags.reshape(-1)
    for layer, conductance, bit in ((0, low, LOW), (-1, high, HIGH)):
        reached[np.unique(numbers[layer][np.asarray(conductance) > 0.0])] |= bit
    return np.take(reached, parent, mode="clip").reshape(shape)


@compiled
def _join_along(face, last, length, parent, step, count):  # type: ignore[no-untyped-def]
    """Join the voxels on both sides of each face along one axis.

    `last` are the faces along the last axis, with `length` voxels in a line. Where the voxels before, in the line, are
    joined to each other and to these, there is nothing left to do: this saves most of the searches.
    """
    for n in range(face.size):
        if face[n] > 0.0:
            place = n // step % count
            other = n + step if place < count - 1 else n - (count - 1) * step
            done = step > 1 and n % length > 0 and face[n - 1] > 0.0 and last[n - 1] > 0.0 and last[other - 1] > 0.0
            if not done:
                a, b = root(parent, n), root(parent, other)
                if a < b:
                    parent[b] = a
                elif b < a:
                    parent[a] = b
