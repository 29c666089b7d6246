"""Whether what hangs together on a grid that closes on itself leads round it, and when it first does.

A union-find in which every node knows its way to the one that stands for its set: where a bond joins two nodes of one
set and the two ways differ, the set winds round the grid. What does not belong here: what flows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.numerics.conduction_kernels import compiled

__all__ = ["first_wraps", "joined_pieces", "wrapping_axes"]

Array = np.ndarray[Any, np.dtype[Any]]


def wrapping_axes(faces: Sequence[Array]) -> tuple[bool, bool, bool]:
    """Axes round which a path leads through faces above 0.

    Parameters
    ----------
    faces : three (nx, ny, nz) arrays. As those of `lisse.numerics.conduction.face_conductances`: the last layer along
        an axis leads round to the first.

    Returns
    -------
    three booleans. Along an axis of one node there are no faces, and no path leads round.

    Examples
    --------
    >>> across = np.zeros((2, 3, 1))
    >>> wrapping_axes((np.ones((2, 3, 1)), across, across))
    (True, False, False)
    """
    shape = faces[0].shape
    parent, way = _alone(faces[0].size)
    found = np.zeros(3, np.bool_)
    _join_all(*(np.ascontiguousarray(face).reshape(-1) for face in faces), np.array(shape), parent, way, found)
    x, y, z = (bool(one) for one in found)
    return x, y, z


def joined_pieces(faces: Sequence[Array]) -> Array:
    """Number the parts of a network that hang together through faces above 0.

    Parameters
    ----------
    faces : three (nx, ny, nz) arrays. As for `wrapping_axes`.

    Returns
    -------
    (nx * ny * nz,) array of integers, from 0 without gaps.

    Examples
    --------
    >>> face, none = np.array([1.0, 0.0, 0.0]).reshape(1, 1, 3), np.zeros((1, 1, 3))
    >>> joined_pieces((none, none, face)).tolist()
    [0, 0, 1]
    """
    shape = np.array(faces[0].shape)
    parent, way = _alone(faces[0].size)
    _join_all(*(np.ascontiguousarray(face).reshape(-1) for face in faces), shape, parent, way, np.zeros(3, np.bool_))
    _find_all(parent, way)
    numbers: Array = np.unique(parent, return_inverse=True)[1]
    return numbers


def first_wraps(shape: Sequence[int], order: Array, sites: bool) -> tuple[int, int, int]:
    """Put bonds or sites on an empty grid one by one until paths lead round it along every axis.

    Parameters
    ----------
    shape : three integers above 1. Nodes along the axes, all of which close on themselves.
    order : (n,) integers. Sites, numbered in C order, or bonds: that along axis a from site s has the number
        ``3 s + a``. Each once.
    sites : bool. Whether `order` holds sites; neighbours that are both there are joined.

    Returns
    -------
    three integers. For each axis, the place in the order of what first closed a path round it; -1 if nothing did.

    Examples
    --------
    >>> first_wraps((2, 2, 2), np.arange(24), sites=False)
    (12, 7, 5)
    """
    size = np.array(shape)
    if size.shape != (3,) or size.min() < 2:
        raise InvalidInput("shape", tuple(shape), "three whole numbers above 1")
    parent, way = _alone(int(size.prod()))
    found = np.full(3, -1, np.int64)
    (_add_sites if sites else _add_bonds)(np.asarray(order, dtype=np.int64), size, parent, way, found)
    x, y, z = (int(one) for one in found)
    return x, y, z


def _alone(count: int) -> tuple[Array, Array]:
    return np.arange(count, dtype=np.int32), np.zeros((count, 3), np.int32)


@compiled
def _root(parent, way, n):  # type: ignore[no-untyped-def]
    """The node that stands for the set of n; afterwards n points at it, and ``way[n]`` is the way from it to n."""
    top, x, y, z = n, 0, 0, 0
    while parent[top] != top:
        x, y, z = x + way[top, 0], y + way[top, 1], z + way[top, 2]
        top = parent[top]
    while parent[n] != n:
        above, dx, dy, dz = parent[n], way[n, 0], way[n, 1], way[n, 2]
        parent[n], way[n, 0], way[n, 1], way[n, 2] = top, x, y, z
        n, x, y, z = above, x - dx, y - dy, z - dz
    return top


@compiled
def _join(parent, way, rank, a, b, axis):  # type: ignore[no-untyped-def]
    """Join a to b, one step further along an axis. Returns the winding of the loop that this closes, 0 if none."""
    ra, rb = _root(parent, way, a), _root(parent, way, b)
    x, y, z = way[a, 0] - way[b, 0], way[a, 1] - way[b, 1], way[a, 2] - way[b, 2]
    if axis == 0:
        x += 1
    elif axis == 1:
        y += 1
    else:
        z += 1
    if ra == rb:
        return x, y, z
    if rank[ra] < rank[rb]:
        parent[ra], way[ra, 0], way[ra, 1], way[ra, 2] = rb, -x, -y, -z
    else:
        parent[rb], way[rb, 0], way[rb, 1], way[rb, 2] = ra, x, y, z
        if rank[ra] == rank[rb]:
            rank[ra] += 1
    return 0, 0, 0


@compiled
def _neighbour(n, axis, shape, up):  # type: ignore[no-untyped-def]
    """Number of the neighbour of n up or down an axis, round the grid at its ends."""
    step = 1
    for later in range(axis + 1, 3):
        step *= shape[later]
    place, around = n // step % shape[axis], (shape[axis] - 1) * step
    if up:
        return n + step if place < shape[axis] - 1 else n - around
    return n - step if place > 0 else n + around


@compiled
def _join_all(gx, gy, gz, shape, parent, way, found):  # type: ignore[no-untyped-def]
    rank = np.zeros(parent.size, np.int8)
    for n in range(parent.size):
        for axis in range(3):
            face = gx[n] if axis == 0 else gy[n] if axis == 1 else gz[n]
            if face > 0.0:
                x, y, z = _join(parent, way, rank, n, _neighbour(n, axis, shape, True), axis)
                found[0] |= x != 0
                found[1] |= y != 0
                found[2] |= z != 0


@compiled
def _find_all(parent, way):  # type: ignore[no-untyped-def]
    for n in range(parent.size):
        _root(parent, way, n)


@compiled
def _note(x, y, z, place, found):  # type: ignore[no-untyped-def]
    """Keep the first place at which a path closed round each axis. Returns whether all have one."""
    if x != 0 and found[0] < 0:
        found[0] = place
    if y != 0 and found[1] < 0:
        found[1] = place
    if z != 0 and found[2] < 0:
        found[2] = place
    return found[0] >= 0 and found[1] >= 0 and found[2] >= 0


@compiled
def _add_bonds(order, shape, parent, way, found):  # type: ignore[no-untyped-def]
    rank = np.zeros(parent.size, np.int8)
    for place in range(order.size):
        n, axis = order[place] // 3, order[place] % 3
        x, y, z = _join(parent, way, rank, n, _neighbour(n, axis, shape, True), axis)
        if _note(x, y, z, place, found):
            return


@compiled
def _add_sites(order, shape, parent, way, found):  # type: ignore[no-untyped-def]
    rank, there = np.zeros(parent.size, np.int8), np.zeros(parent.size, np.bool_)
    for place in range(order.size):
        n = order[place]
        there[n] = True
        done = False
        for axis in range(3):
            up = _neighbour(n, axis, shape, True)
            down = _neighbour(n, axis, shape, False)
            if there[up]:
                x, y, z = _join(parent, way, rank, n, up, axis)
                done = _note(x, y, z, place, found)
            if there[down]:
                x, y, z = _join(parent, way, rank, down, n, axis)
                done = _note(x, y, z, place, found)
        if done:
            return
