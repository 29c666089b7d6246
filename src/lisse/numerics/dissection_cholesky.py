"""Symmetric positive definite systems on grids, by a Cholesky factor in nested dissection with dense fronts.

The grid is cut by a plane of points, its halves by others (George 1973). All that happens at one cut is done on dense
matrices (Duff and Reid 1983), by BLAS. For planes, and for slabs of a few layers; in a cube the factor fills up, use
multigrid there. For conduction at any contrast of conductances see `lisse.numerics.conduction_dissection`, which never
subtracts; here a contrast of 1e12 costs twelve digits of what hangs on the weak side.

Small boxes are shared among threads as everywhere in this room; BLAS has threads of its own (``OMP_NUM_THREADS``). On
cores that others use too, more than one of these makes a factor several times slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics import blas_calls, cholesky_fronts, cholesky_solve, cholesky_tree
from lisse.numerics.threads import share

__all__ = ["DissectionCholesky"]

Floats = NDArray[np.float64]
SINGULAR = np.finfo(np.float64).eps / 4
"""Squared pivot over the entry on the diagonal, for each unknown, up to which a matrix counts as singular.

Rounding leaves 1e-14 in place of 0 in a loose plate of 16 x 16 voxels, and 1e-12 in one of 200 x 200.
"""
_PART = 1 / 32  # of the unknowns: boxes up to this size are handled by one thread each, and left out if nothing changed


class DissectionCholesky:
    """The Cholesky factor of a matrix on a grid, kept for many right-hand sides.

    The order of elimination and the places of all numbers depend on the grid and on which entries there are; they are
    found once. ``refactor`` takes other values.

    Parameters
    ----------
    matrix : (n, n) sparse matrix. Symmetric positive definite, both triangles stored. Unknowns with 0 on the diagonal
        are left out: their rows must be zero.
    points : (n, d) int array. Grid coordinates of each unknown, from 0; d is 1 to 3. Unknowns may share a point.
        Those at points further than one step apart must not be coupled.
    shape : (d,) ints, optional. Points of the grid along each axis; by default as far as the unknowns go.
    periodic : (d,) bools, optional. Axes whose last points are next to the first.
    most_memory : float, byte, optional. Refuse a factor that is larger.

    Raises
    ------
    SolveFailed
        When the matrix is singular or not positive definite.

    Examples
    --------
    >>> chain = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(5, 5)).tocsr()
    >>> DissectionCholesky(chain, np.arange(5)[:, None]).solve(np.ones(5)).round(6).tolist()
    [2.5, 4.0, 4.5, 4.0, 2.5]
    """

    def __init__(
        self,
        matrix: Any,
        points: ArrayLike,
        shape: Sequence[int] | None = None,
        periodic: Sequence[bool] | None = None,
        most_memory: float | None = None,
    ) -> None:
        rows = _rows(matrix)
        self._pointers, self._columns = rows.indptr.copy(), rows.indices.copy()  # the matrix may be changed in place
        self._layout, self._rows = _symbolic(rows, *_grid(np.asarray(points), rows.shape[0], shape, periodic))
        _, _, halves, _, begins, firsts, _, _ = self._layout
        if most_memory is not None and 8 * int(firsts[-1]) > most_memory:
            size, most = f"a factor of {8e-9 * firsts[-1]:.3g} GB", f"up to {1e-9 * most_memory:.3g} GB"
            raise InvalidInput("matrix", size, most, "Use multigrid")
        self._parts, self._top = _parts(halves, self._layout[1], begins)
        self._top_ranges = np.array([[t, t + 1] for t in self._top], np.int64).reshape(-1, 2)
        self._panels = np.empty(int(firsts[-1]))
        self._pivots = np.ones(self.size)
        self._passed: Floats | None = None  # what the parts left, and each front above them
        self._left: dict[int, Floats] = {}
        self._values: Floats | None = None
        self._kept = False  # whether what parts and fronts left is that of the last matrix
        self._position: NDArray[np.int32] | None = None
        self._own: NDArray[np.int64] | None = None
        self._factor(rows, keep=False)

    @property
    def size(self) -> int:
        """Unknowns."""
        return len(self._layout[0])

    @property
    def memory(self) -> int:
        """Bytes held."""
        held = (*self._layout, self._pointers, self._columns, self._panels, self._rows, self._pivots)
        kept = [*self._left.values()] + ([] if self._values is None else [self._values])
        return sum(array.nbytes for array in (*held, *kept))

    @property
    def front_sizes(self) -> NDArray[np.int64]:
        """(fronts, 2) unknowns eliminated in each front, and later ones that it couples."""
        return np.stack([np.diff(self._layout[1]), np.diff(self._layout[4])], axis=1)

    @property
    def smallest_pivot(self) -> float:
        """Smallest squared pivot over its entry on the diagonal, 1; 0 if the last matrix had no factor."""
        return self._smallest

    def refactor(self, matrix: Any, changed: NDArray[np.integer] | None = None) -> int:
        """Factor other values with entries at the same places; those that became zero must still be stored.

        From the second time on, parts of the grid where nothing changed since the last time are left as they are. What
        they pass on is kept for this, which about doubles the memory.

        Parameters
        ----------
        matrix : (n, n) sparse matrix
        changed : (m,) int array, optional. All rows with other values than the last time. Found by comparison if not
            given, for which the values of the last time are kept.

        Returns
        -------
        int
            Unknowns that were eliminated anew.
        """
        rows = _rows(matrix)
        if not np.array_equal(rows.indptr, self._pointers) or not np.array_equal(rows.indices, self._columns):
            raise InvalidInput("matrix", "entries at other places", "the same places as the first")
        return self._factor(rows, keep=True, rows_changed=changed)

    def _factor(self, rows: Any, keep: bool, rows_changed: NDArray[np.integer] | None = None) -> int:
        """Eliminate what has changed; returns how many unknowns."""
        changed = self._changed_fronts(rows, rows_changed)
        self._values, self._kept, self._smallest = None, False, 0.0  # until all is done
        self._idle = self._diagonal(rows) == 0
        if self._idle.any() and rows.data[np.repeat(self._idle, np.diff(self._pointers))].any():
            raise SolveFailed(_SINGULAR_WORDS)
        held = (blas_calls.addresses(), (self._pointers, rows.data, self._idle), self._layout, self._panels)
        eliminated = self._eliminate_parts(changed, held) + self._eliminate_top(changed, held, keep)
        smallest = float(self._pivots.min(initial=1.0))
        if not smallest > SINGULAR * self.size:
            raise SolveFailed(_SINGULAR_WORDS)
        self._smallest, self._kept = smallest, keep
        if not keep:
            self._passed, self._left = None, {}
        elif rows_changed is None:
            self._values = rows.data.copy()
        return eliminated

    def _diagonal(self, rows: Any) -> Floats:
        """(n,) diagonal entries; their places are found once, unless some are not stored or stored in parts."""
        if self._own is None:
            owner = np.repeat(np.arange(self.size), np.diff(self._pointers))
            self._own = np.flatnonzero(owner == self._columns)
            if not np.array_equal(self._columns[self._own], np.arange(self.size)):
                self._own = np.empty(0, np.int64)
        found: Floats = rows.data[self._own] if len(self._own) == self.size else rows.diagonal()
        return found

    def _changed_fronts(self, rows: Any, rows_changed: NDArray[np.integer] | None) -> NDArray[np.bool_]:
        """(fronts,) those with other values than at the last time; all where that is not known."""
        order, starts, halves, _, _, _, entry, _ = self._layout
        if self._kept and rows_changed is not None:
            if self._position is None:
                self._position = np.empty(order.size, np.int32)
                self._position[order] = np.arange(order.size)
            found: NDArray[np.bool_] = np.zeros(len(halves), np.bool_)
            found[np.searchsorted(starts, self._position[rows_changed], side="right") - 1] = True
            return found
        if self._values is not None:
            found = cholesky_fronts.changed_fronts(self._values, rows.data, self._pointers, order, starts, entry)
            return found
        return np.ones(len(halves), np.bool_)

    def _eliminate_parts(self, changed: NDArray[np.bool_], held: tuple[Any, ...]) -> int:
        """Eliminate the parts with a changed front, shared among threads; marks their last fronts as changed."""
        starts = self._layout[1]
        if self._passed is None:
            self._passed = np.empty(int(self._parts[-1, 3]) if len(self._parts) else 0)
        stale = [part for part in self._parts if changed[part[0] : part[1]].any()]
        again = np.array(stale, np.int64).reshape(-1, 4)
        wrong = np.full(len(again), -1, np.int64)
        share(cholesky_fronts.factor_parts, len(again), self.size, again, *held, self._pivots, self._passed, wrong)
        if np.any(wrong >= 0):
            raise SolveFailed(_SINGULAR_WORDS)
        changed[again[:, 1] - 1] = True
        return int((starts[again[:, 1]] - starts[again[:, 0]]).sum())

    def _eliminate_top(self, changed: NDArray[np.bool_], held: tuple[Any, ...], keep: bool) -> int:
        """Eliminate the fronts above the parts, one by one, where one or what is below it has changed."""
        _, starts, halves, _, begins, _, _, _ = self._layout
        info, nothing, eliminated = np.zeros(1, np.int64), np.empty(0), 0
        if self._passed is not None:
            self._left |= {int(part[1]) - 1: self._passed[part[2] : part[3]] for part in self._parts}
        for t in self._top:
            changed[t] |= any(half >= 0 and changed[half] for half in halves[t])
            if not changed[t]:
                continue
            update = self._left.get(t, nothing)
            if not update.size:
                update = np.empty(int(begins[t + 1] - begins[t]) ** 2)
            one, two = (self._left.get(int(half), nothing) for half in halves[t])
            if cholesky_fronts.factor_front(t, *held, one, two, update, self._pivots, info) >= 0:
                raise SolveFailed(_SINGULAR_WORDS)
            self._left[t] = update
            eliminated += int(starts[t + 1] - starts[t])
            if not keep:
                for half in halves[t]:
                    self._left.pop(int(half), None)
        return eliminated

    def solve(self, right: ArrayLike) -> Floats:
        """Solution for one or several right-hand sides; 0 where a row of the matrix is zero.

        Parameters
        ----------
        right : (n,) or (n, k) array

        Returns
        -------
        (n,) or (n, k) array
        """
        given = np.asarray(right, dtype=np.float64)
        if given.ndim not in (1, 2) or given.shape[0] != self.size:
            raise InvalidInput("right", given.shape, f"({self.size},) or ({self.size}, k)")
        if self._smallest == 0:
            raise SolveFailed("there is no factor: the last matrix was singular")
        if given.size == 0:
            return np.zeros(given.shape)
        wide = given.reshape(self.size, -1)
        count, order = wide.shape[1], self._layout[0]
        ordered = np.empty((count, self.size))
        for column, values in zip(ordered, wide.T, strict=True):
            np.take(values, order, out=column)
        if self._idle.any():
            ordered[:, self._idle[order]] = 0.0
        x = ordered.reshape(-1)
        held = (blas_calls.addresses(), self._layout, self._rows, self._panels, count, x)
        cholesky_solve.sweep_forth(*held)
        cholesky_solve.sweep_back(0, len(self._top_ranges), self._top_ranges, *held)
        share(cholesky_solve.sweep_back, len(self._parts), x.size, self._parts, *held)
        out = np.empty_like(wide, order="F")
        for column, values in zip(out.T, x.reshape(count, self.size), strict=True):
            column[order] = values
        return out.reshape(given.shape)


_SINGULAR_WORDS = "the matrix is singular or not positive definite: look for parts that are held too little"


def _rows(matrix: Any) -> Any:
    rows = matrix if isinstance(matrix, sparse.csr_array) else sparse.csr_array(matrix)
    if rows.ndim != 2 or rows.shape[0] != rows.shape[1]:
        raise InvalidInput("matrix", rows.shape, "as many rows as columns")
    return rows if rows.dtype == np.float64 else rows.astype(np.float64)


def _grid(
    points: NDArray[Any], size: int, shape: Sequence[int] | None, periodic: Sequence[bool] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Flat point of each unknown, points along three axes, and which of these are closed."""
    if points.ndim != 2 or points.shape[0] != size or not 1 <= points.shape[1] <= 3:
        raise InvalidInput("points", points.shape, f"({size}, d) with d from 1 to 3")
    if not np.issubdtype(points.dtype, np.integer) or (size and points.min() < 0):
        raise InvalidInput("points", points.dtype, "whole numbers of 0 or more")
    d = points.shape[1]
    reach = points.max(axis=0, initial=0) + 1
    extent = np.ones(3, np.int64)
    extent[:d] = reach if shape is None else shape
    if np.any(extent[:d] < reach):
        raise InvalidInput("shape", tuple(extent[:d].tolist()), f"at least {tuple(reach.tolist())}")
    around = np.zeros(3, np.bool_)
    around[:d] = False if periodic is None else periodic
    places = np.zeros(size, np.int64)
    for axis in range(3):
        places = places * extent[axis] + (points[:, axis] if axis < d else 0)
    return places, extent, around


def _symbolic(
    rows: Any, places: NDArray[np.int64], extent: NDArray[np.int64], around: NDArray[np.bool_]
) -> tuple[tuple[NDArray[Any], ...], NDArray[Any]]:
    """The layout that `cholesky_fronts` works on, and the later unknowns of each front."""
    cuts, halves = cholesky_tree.boxes(extent, around, cholesky_tree.LEAF)
    order, starts = cholesky_tree.elimination_order(extent, cuts, places)
    position = np.empty(order.size, np.int32)
    position[order] = np.arange(order.size)
    pattern = (rows.indptr, rows.indices, order, position, starts, halves)
    depth, earliest = cholesky_tree.places_in_tree(halves)
    begins, later, wrong = cholesky_fronts.front_rows(*pattern, earliest)
    if wrong >= 0:
        raise InvalidInput("matrix", f"unknown {wrong} coupled across more than one step", "neighbouring points only")
    entry, upward, more_below = cholesky_fronts.places_in_fronts(*pattern, begins, later)
    if more_below != 0:
        raise InvalidInput(
            "matrix", "one triangle, or entries that have no partner across the diagonal", "both triangles"
        )
    inner, rest = np.diff(starts), np.diff(begins)
    firsts = np.concatenate([np.zeros(1, np.int64), np.cumsum(inner * (inner + rest))])
    return (order, starts, halves, depth, begins, firsts, entry, upward), later


def _parts(
    halves: NDArray[np.int64], starts: NDArray[np.int64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[int]]:
    """Ranges of fronts inside small boxes, with room for what they pass on; and the fronts of the larger boxes."""
    _, earliest = cholesky_tree.places_in_tree(halves)
    large = starts[1:] - starts[earliest] > _PART * starts[-1]
    large |= np.arange(len(halves)) == len(halves) - 1
    roots = [int(h) for t in np.flatnonzero(large) for h in halves[t] if h >= 0 and not large[h]]
    parts = np.zeros((len(roots), 4), np.int64)
    parts[:, 0], parts[:, 1] = earliest[sorted(roots)], np.array(sorted(roots), np.int64) + 1
    ends = np.cumsum((begins[parts[:, 1]] - begins[parts[:, 1] - 1]) ** 2)
    parts[1:, 2], parts[:, 3] = ends[:-1], ends
    return parts, [int(t) for t in np.flatnonzero(large)]
