"""The stiffness operator of voxels as a sparse matrix: the places of its entries, found once, and their values.

For solvers that need a matrix. Rows and columns are the chosen degrees of freedom, in their order in the displacement
(components outermost). Entries are stored for every two nodes of a voxel that is not void, also where they are zero, so
that other stiffnesses have them at the same places.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lisse.errors import InvalidInput
from lisse.numerics.conduction_kernels import compiled
from lisse.numerics.elasticity_element import brick_stiffness
from lisse.numerics.elasticity_multigrid import POSITIONS_2D, POSITIONS_3D, Grid, GridStiffness

if TYPE_CHECKING:
    from numpy import float64

__all__ = ["StiffnessMatrix", "element_matrices"]


def element_matrices(count: int, widths: tuple[float, ...], full: bool) -> NDArray[float64]:
    """(count, n, n) element matrices, m, for 1 in each coefficient of `GridStiffness` and 0 in the others.

    Corners are in binary order (last axis fastest), components outermost.
    """
    d = len(widths)
    unit: NDArray[float64] = np.zeros((count, 6, 6))
    if count == 2:
        unit[0, :3, :3] = 1
        unit[1, :3, :3] = -2 / 3
        unit[1, range(6), range(6)] += (2, 2, 2, 1, 1, 1)
    else:
        places, voigt = (POSITIONS_3D, (0, 1, 2, 3, 4, 5)) if d == 3 else (POSITIONS_2D, (0, 1, 2, 5))
        for (a, b), place in places.items():
            unit[place, voigt[a], voigt[b]] = unit[place, voigt[b], voigt[a]] = 1
    return brick_stiffness(unit, widths, full)


class StiffnessMatrix:
    """Places of the entries of the stiffness matrix of a grid of equal voxels.

    Parameters
    ----------
    grid : Grid. Of equal voxels, in float64.
    chosen : (freedoms,) bool array. Degrees of freedom that are rows and columns.
    """

    def __init__(self, grid: Grid, chosen: NDArray[np.bool_]) -> None:
        self._grid = grid
        self._cells = np.flatnonzero(_stiff(grid.stiffness))
        self._corners = _corners(grid)[self._cells]
        number = np.full(grid.size, -1, np.int32)
        number[chosen] = np.arange(np.count_nonzero(chosen))
        self._number = np.ascontiguousarray(number.reshape(grid.dimension, -1).T)
        self._size = int(np.count_nonzero(chosen))
        self._pointers, self._columns, self._offsets = _pattern(self._corners, self._number, self._size)

    def values(self, stiffness: GridStiffness) -> sparse.csr_array:
        """The matrix for a stiffness of the same voxels, N/m: (rows, rows), both triangles.

        Parameters
        ----------
        stiffness : GridStiffness. With the same kind of coefficients; what was void must be void.
        """
        count = self._grid.stiffness.count
        if stiffness.count != count:
            raise InvalidInput("stiffness", f"{stiffness.count} coefficients", f"{count}, as at first")
        stiff = _stiff(stiffness)
        if stiff.size != math.prod(self._grid.cells) or np.count_nonzero(stiff) != np.count_nonzero(stiff[self._cells]):
            raise InvalidInput("stiffness", "solid where there was a void", "the same voids", "Make a new matrix")
        data = np.zeros(len(self._columns))
        self._add(data, stiffness, np.arange(len(self._cells)), np.ones(len(self._number), np.bool_))
        return sparse.csr_array((data, self._columns, self._pointers), shape=(self._size, self._size))

    def renew(
        self, matrix: sparse.csr_array, stiffness: GridStiffness, changed: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Bring a matrix that `values` gave up to date, in place, where a few voxels have changed.

        Parameters
        ----------
        matrix : csr_array
        stiffness : GridStiffness. As for `values`.
        changed : (voxels,) bool array. What is not void in them is not void now.

        Returns
        -------
        (m,) int array
            Rows whose entries are new: all sums in them are made afresh, in the order of `values`.
        """
        touched = np.zeros(len(self._number), np.bool_)
        touched[self._corners[changed[self._cells]]] = True
        numbers = self._number[touched]
        rows: NDArray[np.int64] = np.sort(numbers[numbers >= 0]).astype(np.int64)
        lengths = (self._pointers[rows + 1] - self._pointers[rows]).astype(np.int64)
        first = np.repeat(self._pointers[rows] - np.cumsum(lengths) + lengths, lengths)
        matrix.data[first + np.arange(first.size)] = 0.0
        self._add(matrix.data, stiffness, np.flatnonzero(touched[self._corners].any(axis=1)), touched)
        return rows

    def _add(
        self, data: NDArray[float64], stiffness: GridStiffness, which: NDArray[np.int64], wanted: NDArray[np.bool_]
    ) -> None:
        """Add the elements number `which` to the rows of the wanted nodes."""
        count = stiffness.count
        unit = element_matrices(count, tuple(float(h[0]) for h in self._grid.widths), self._grid.full)
        unit = unit.reshape(count, -1)
        cells, by_material = self._cells[which], stiffness.index is not None
        index = np.zeros(1, np.int32) if stiffness.index is None else stiffness.index[cells]
        columns = stiffness.coefficient if by_material else stiffness.coefficient[:, cells]
        coefficient = np.ascontiguousarray(columns.T, dtype=np.float64)
        _add_elements(
            which,
            by_material,
            index,
            coefficient,
            coefficient @ unit if by_material else unit,
            self._corners,
            self._number,
            wanted,
            self._pointers,
            self._offsets,
            data,
        )


def _stiff(stiffness: GridStiffness) -> NDArray[np.bool_]:
    """(voxels,) voxels that are not void."""
    stiff: NDArray[np.bool_] = (np.asarray(stiffness.coefficient) != 0).any(axis=0)
    return stiff if stiffness.index is None else stiff[stiffness.index]


def _corners(grid: Grid) -> NDArray[np.int32]:
    """(voxels, 2^d) nodes at the corners of each voxel, in binary order."""
    numbers = np.arange(math.prod(grid.nodes), dtype=np.int32).reshape(grid.nodes)
    for axis, around in enumerate(grid.periodic):
        if around:
            numbers = np.concatenate([numbers, numbers.take([0], axis=axis)], axis=axis)
    corners = [
        numbers[tuple(slice(s, s + n) for s, n in zip(corner, grid.cells, strict=True))].reshape(-1)
        for corner in itertools.product((0, 1), repeat=grid.dimension)
    ]
    return np.stack(corners, axis=1)


@compiled
def _pattern(corners, number, size):  # type: ignore[no-untyped-def]
    """Row pointers, columns, and where in the rows of corner a the entries of corner b begin: (voxels, 2^d, 2^d)."""
    nodes, d = number.shape
    cells, many = corners.shape
    begin = np.zeros(nodes + 1, np.int64)
    for e in range(cells):
        for a in range(many):
            begin[corners[e, a] + 1] += 1
    for n in range(nodes):
        begin[n + 1] += begin[n]
    at, around = begin.copy(), np.empty(begin[nodes], np.int64)
    for e in range(cells):
        for a in range(many):
            around[at[corners[e, a]]] = e * many + a
            at[corners[e, a]] += 1
    freedoms = np.zeros(nodes, np.int64)
    for n in range(nodes):
        for c in range(d):
            freedoms[n] += number[n, c] >= 0
    pointers = np.zeros(size + 1, np.int32)
    seen, place = np.full(nodes, -1, np.int64), np.zeros(nodes, np.int64)
    offsets = np.zeros((cells, many, many), np.int16)
    for n in range(nodes):
        used = 0
        for k in range(begin[n], begin[n + 1]):
            e, a = around[k] // many, around[k] % many
            for b in range(many):
                m = corners[e, b]
                if seen[m] != n:
                    seen[m], place[m] = n, used
                    used += freedoms[m]
                offsets[e, a, b] = place[m]
        for c in range(d):
            if number[n, c] >= 0:
                pointers[number[n, c] + 1] = used
    for row in range(size):
        pointers[row + 1] += pointers[row]
    columns = np.empty(pointers[size], np.int32)
    for e in range(cells):
        for a in range(many):
            for b in range(many):
                for c in range(d):
                    row = number[corners[e, a], c]
                    if row >= 0:
                        to = pointers[row] + offsets[e, a, b]
                        for other in number[corners[e, b]]:
                            if other >= 0:
                                columns[to] = other
                                to += 1
    return pointers, columns, offsets


@compiled
def _add_elements(which, by_material, index, coefficient, table, corners, number, wanted, pointers, offsets, data):  # type: ignore[no-untyped-def]
    """Add the element matrix of some voxels: a row of `table`, or such rows times the voxel's coefficients.

    `index` or `coefficient` have an entry for each of `which`; rows of nodes that are not `wanted` get nothing.
    """
    many, d = corners.shape[1], number.shape[1]
    side = many * d
    element = np.empty(side * side)
    for n in range(len(which)):
        e = which[n]
        if by_material:
            element[:] = table[index[n]]
        else:
            element[:] = 0
            for m in range(len(table)):
                factor, part = coefficient[n, m], table[m]
                if factor != 0:
                    for k in range(element.size):
                        element[k] += factor * part[k]
        for c in range(d):
            for a in range(many):
                row = number[corners[e, a], c]
                if row < 0 or not wanted[corners[e, a]]:
                    continue
                for b in range(many):
                    to = pointers[row] + offsets[e, a, b]
                    for j in range(d):
                        if number[corners[e, b], j] >= 0:
                            data[to] += element[(c * many + a) * side + j * many + b]
                            to += 1
