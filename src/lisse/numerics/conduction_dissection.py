"""Conduction in a plane by nested dissection: the network is eliminated, for any contrast of its conductances.

A rectangle of voxels is cut by a line of voxels, its halves by shorter lines, and so on (George 1973). From the
smallest rectangles up, each cut is eliminated; what is left of the network connects the voxels around the rectangle.
To eliminate a voxel turns its star of conductances into a mesh between its neighbours, ``g_i g_j / sum g``. Nothing is
ever subtracted, so every conductance of a mesh is right relative to *itself*, however much larger others are, and a
part of the network that reaches no ground shows as an exact zero. The meshes are kept in single precision; potentials
are computed in double precision with the sums of these very numbers, so that constants are exact. As a preconditioner
this takes two to four iterations.

Memory grows with the logarithm of the size, 166 bytes a voxel for 128 x 128 and 30 more for every doubling of the
edges, and time with the cube of the edges in the end. In space there would be far more of both; there
`lisse.numerics.conduction_multigrid` is the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics import dissection_kernels as kernels
from lisse.numerics.threads import SERIAL_BELOW, share

__all__ = ["Dissection"]

Array = np.ndarray[Any, np.dtype[Any]]

_PART = 1 / 8  # of the plane: rectangles up to this size are handled by one thread each, larger ones by all together


class Dissection:
    """The eliminated network of a plane; made once for any number of right-hand sides.

    One solution at a time: it holds the vectors.

    Parameters
    ----------
    faces : two (ny, nz) arrays. Face conductances, as in `lisse.numerics.conduction.FaceOperator`.
    ground : (ny, nz) array. Conductance of each voxel to places of given potential.
    """

    def __init__(self, faces: Sequence[Array], ground: Array) -> None:
        largest = max(float(array.max()) for array in (*faces, ground)) or 1.0  # single precision has a short range
        gy, gz, to_ground = (np.multiply(array, 1.0 / largest).astype(np.float32) for array in (*faces, ground))
        around = bool(gy[-1].any()), bool(gz[:, -1].any())
        self._largest = largest
        self._shape = (*ground.shape, *around)
        self._tree = kernels.rectangles(*self._shape)
        self._sizes = kernels.front_sizes(self._tree, *self._shape)
        inner, front = self._sizes.T
        self._first = np.zeros(len(inner) + 1, np.int64)
        np.cumsum(inner * front - inner * (inner + 1) // 2, out=self._first[1:])
        self._parts, self._top = _parts(self._tree, ground.size)
        self._meshes = np.empty(int(self._first[-1]), np.float32)
        self._inverse, self._x, self._b = (np.zeros(ground.size) for _ in range(3))
        self._eliminate((gy, gz, to_ground, *around))

    @property
    def right_hand_side(self) -> Array:
        """(n,) array: where to write the right-hand side before `cycle`."""
        return self._b

    @property
    def memory(self) -> int:
        """Bytes held."""
        arrays = (self._meshes, self._inverse, self._b, self._x, self._tree, self._sizes, self._first)
        return sum(array.nbytes for array in arrays)

    def cycle(self) -> Array:
        """The potentials under the right-hand side that was written: (n,) array, overwritten by the next cycle."""
        held = (self._tree, self._shape, self._sizes, self._first, self._meshes, self._inverse, self._b)
        kernels.sweep_up(0, len(self._tree), *held)
        for t in reversed(self._top):
            kernels.sweep_down(0, 1, np.array([[t, t + 1]]), *held, self._x)
        share(kernels.sweep_down, len(self._parts), self._x.size, self._parts, *held, self._x)
        return self._x

    def _eliminate(self, plane: tuple[Any, ...]) -> None:
        """First the small rectangles, shared among threads; then the few large ones, one by one."""
        left = self._sizes[:, 1] - self._sizes[:, 0]
        lengths = left * (left + 1) // 2
        ends = np.cumsum(lengths[self._parts[:, 1] - 1])
        begins = np.concatenate([[0], ends])
        updates = np.empty(int(begins[-1]), np.float32)
        room = np.array([_room(self._tree, lengths, low, high) for low, high in self._parts])
        held = (self._parts, plane, self._tree, self._sizes, self._first, self._meshes, self._inverse)
        share(kernels.eliminate_range, len(self._parts), self._x.size, *held, updates, begins, room)
        kept = {
            int(high) - 1: updates[begin:end]
            for (_, high), begin, end in zip(self._parts, begins[:-1], begins[1:], strict=True)
        }
        where = np.zeros(self._x.size, np.int32)
        for t in self._top:
            halves = [kept.pop(int(half), updates[:0]) for half in self._tree[t, 8:]]
            kept[t] = self._eliminate_one(t, plane, where, halves)

    def _eliminate_one(self, t: int, plane: tuple[Any, ...], where: Array, halves: list[Array]) -> Array:
        """Eliminate the cut of a large rectangle; returns what is left."""
        inner, size = (int(n) for n in self._sizes[t])
        ids, table, ground = np.empty(size, np.int64), np.empty(size * size, np.float32), np.empty(size, np.float32)
        ratio, inverse = np.empty(kernels.PANEL * size, np.float32), np.empty(size)
        meshes = self._meshes[self._first[t] : self._first[t + 1]]
        kernels.assemble(t, plane, self._tree, where, ids, table, ground, *halves)
        for low in range(0, inner, kernels.PANEL):
            high = min(low + kernels.PANEL, inner)
            begin = low * size - low * (low + 1) // 2
            kernels.eliminate_panel(low, high, size, table, ground, ratio, inverse, meshes[begin:])
            pairs = (size - high + 1) // 2
            share(kernels.update_trailing, pairs, 4 * pairs * size, low, high, size, table, ratio)
        self._inverse[ids[:inner]] = inverse[:inner]
        update = np.empty((size - inner) * (size - inner + 1) // 2, np.float32)
        kernels.keep_update(inner, size, table, ground, update)
        return update


def _parts(tree: Array, voxels: int) -> tuple[Array, list[int]]:
    """Ranges of rows with all rectangles inside a small one, and the rows of the larger ones."""
    whole = voxels if voxels < SERIAL_BELOW else _PART * voxels
    area = (tree[:, 1] - tree[:, 0]) * (tree[:, 3] - tree[:, 2])
    large = np.flatnonzero(area > whole)
    halves = tree[large, 8:].ravel() if large.size else np.array([len(tree) - 1])
    roots = np.sort(halves[(halves >= 0) & ~np.isin(halves, large)])
    return np.array([[_first_inside(tree, root), root + 1] for root in roots]), [int(t) for t in large]


def _first_inside(tree: Array, root: int) -> int:
    """The first row of the rectangles inside that of row `root`."""
    while True:
        halves = tree[root, 8:]
        inside = halves[halves >= 0]
        if not inside.size:
            return int(root)
        root = int(inside[0])


def _room(tree: Array, lengths: Array, low: int, high: int) -> int:
    """Length of the stack that a part needs."""
    top = most = 0
    for t in range(low, high):
        for half in tree[t, 8:]:
            top -= int(lengths[half]) if half >= 0 else 0
        top += int(lengths[t])
        most = max(most, top)
    return most
