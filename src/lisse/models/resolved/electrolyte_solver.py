"""Displacement of a degraded elastic box with free end planes: what is kept from one damage to the next.

Two ways with one interface: ``set_degradation`` takes new numbers, ``solve`` several loads. In two dimensions a
Cholesky factor on a kept pattern; in three a multigrid cycle, kept while damage changes little, in conjugate gradients.
Loads balance, so rigid motion is free; here it is held by very soft springs, or left to the iteration.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lisse.errors import SolveFailed

if TYPE_CHECKING:
    from lisse.numerics.elasticity_multigrid import Grid, GridStiffness

__all__ = ["BodySolver", "KeptCycle", "KeptFactor"]

Floats = NDArray[np.float64]
SPRING = 1e-12
"""Springs that hold what nothing holds, over the diagonal of the stiffness; refined away."""
_MOST_REFINEMENTS = 6
_ROUNDING = 1e-14  # of a stiffness times a displacement
_LOOSEST = 1e-5  # residual up to which rounding is an excuse
_MANY = 0.2  # share of voxels that have changed, from which a matrix is assembled as a whole
_MOST_CYCLES = 300
_USUAL = 3.0  # iterations per digit of a fresh cycle that has not yet been used
_STALE = 1.4  # times more iterations than a fresh cycle needs, from which it is made anew


class BodySolver(Protocol):
    """Displacement of a degraded body."""

    def set_degradation(self, degradation: Floats) -> None:
        """Take the stiffness of every voxel (voxels,) over the intact one, 1."""

    def solve(self, load: Floats, start: Floats, tolerance: float) -> tuple[Floats, Floats, int, float]:
        """Displacement (freedoms, k), m, of balanced loads, N, and the forces left over; iterations, and the largest
        relative residual.
        """


def degraded(base: GridStiffness, voxels: Floats) -> GridStiffness:
    """Coefficients of every voxel times its degradation."""
    from lisse.numerics.elasticity_multigrid import GridStiffness

    plain = base.coefficient if base.index is None else base.coefficient[:, base.index]
    return GridStiffness(plain * voxels)


class KeptFactor:
    """A Cholesky factor with a kept pattern, for planes and thin slabs.

    Parameters
    ----------
    grid : Grid
        Of the intact body, in float64.
    moving : (freedoms,) bool array
        Those that belong to a voxel with stiffness.
    """

    def __init__(self, grid: Grid, moving: NDArray[np.bool_]) -> None:
        from lisse.numerics.elasticity_assembly import StiffnessMatrix

        self._base, self._moving = grid.stiffness, np.flatnonzero(moving)
        self._pattern = StiffnessMatrix(_per_voxel(grid), moving)
        nodes = grid.nodes
        self._points = np.stack(np.unravel_index(self._moving % math.prod(nodes), nodes), axis=1)
        self._nodes, self._periodic = nodes, grid.periodic
        self._factor: Any = None
        self._matrix: Any = None  # with the springs
        self._degradation: Floats | None = None

    def set_degradation(self, degradation: Floats) -> None:
        """Assemble and factor, where voxels have changed."""
        from lisse.numerics.dissection_cholesky import DissectionCholesky

        stiffness, before = degraded(self._base, degradation), self._degradation
        self._degradation = None  # until all is done
        changed = None if before is None else degradation != before
        rows = None
        if changed is None or np.count_nonzero(changed) > _MANY * changed.size:
            self._matrix = self._pattern.values(stiffness)
            owner = np.repeat(np.arange(self._matrix.shape[0]), np.diff(self._matrix.indptr))
            self._diagonal = np.flatnonzero(owner == self._matrix.indices)
            self._matrix.data[self._diagonal] *= 1.0 + SPRING
        else:
            rows = self._pattern.renew(self._matrix, stiffness, changed)
            self._matrix.data[self._diagonal[rows]] *= 1.0 + SPRING
        self._stiff = self._matrix.data[self._diagonal]
        if self._factor is None:
            self._factor = DissectionCholesky(self._matrix, self._points, self._nodes, self._periodic)
        else:
            self._factor.refactor(self._matrix, np.arange(len(self._stiff)) if rows is None else rows)
        self._degradation = degradation.copy()

    def solve(self, load: Floats, start: Floats, tolerance: float) -> tuple[Floats, Floats, int, float]:
        """See `BodySolver`; `start` is not needed."""
        right = np.asfortranarray(load[self._moving])
        scale = np.linalg.norm(right, axis=0)
        scale[scale == 0.0] = 1.0
        u, left, count = np.zeros_like(right), right, 0
        residual, reached = 1.0, False
        while count < _MOST_REFINEMENTS and not reached:
            count += 1
            change = self._factor.solve(left)
            u = change if count == 1 else u + change
            left = right - self._matrix @ u + SPRING / (1.0 + SPRING) * self._stiff[:, None] * u
            errors = np.linalg.norm(left, axis=0) / scale
            # a part that hangs by cracked voxels moves so far that its forces are known to rounding only
            rounding = _ROUNDING * np.linalg.norm(self._stiff[:, None] * u, axis=0) / scale
            residual = float(errors.max(initial=0.0))
            reached = bool(np.all(errors <= np.maximum(tolerance, np.minimum(rounding, _LOOSEST))))
        if not reached:
            raise SolveFailed(
                f"electrolyte: relative residual {residual:.1e} after {count} refinements of the factor, wanted "
                f"{tolerance:.1e}. Look for loaded parts that hang by an edge between pores, or that cracks cut off"
            )
        out, remains = np.zeros_like(load, order="F"), np.zeros_like(load, order="F")
        out[self._moving], remains[self._moving] = u, left
        return out, remains, count, residual


class KeptCycle:
    """Conjugate gradients with a multigrid cycle that is kept while damage changes little.

    Parameters
    ----------
    grid : Grid
        Of the intact body, in float64.
    moving : (freedoms,) bool array
        Those that belong to a voxel with stiffness.
    """

    def __init__(self, grid: Grid, moving: NDArray[np.bool_]) -> None:
        self._base = grid
        self._unit = float(np.abs(grid.stiffness.coefficient).max())
        self._edge = min(float(h[0]) for h in grid.widths)
        self._grid: Grid | None = None
        self._cycle: Any = None
        self._cycle_of: Floats | None = None  # the degradation of the cycle
        self._pace = _USUAL  # iterations per digit that the cycle needed when it was fresh

    def set_degradation(self, degradation: Floats) -> None:
        """Take new numbers; the cycle follows when it no longer suits."""
        self._degradation = degradation
        self._grid = self._made(degraded(self._base.stiffness, degradation), 1.0, 1.0, np.float64)
        if self._cycle is None:
            self._renew()

    def _made(self, stiffness: GridStiffness, unit: float, edge: float, dtype: type[np.floating[Any]]) -> Grid:
        from lisse.numerics.elasticity_multigrid import Grid, GridStiffness

        base = self._base
        widths = tuple(h / edge for h in base.widths)
        scaled = GridStiffness((stiffness.coefficient / unit).astype(dtype), stiffness.index)
        return Grid(base.cells, widths, base.periodic, scaled, base.fixed, base.full, dtype)

    def _renew(self) -> None:
        from lisse.numerics.elasticity_multigrid import Multigrid

        stiffness = degraded(self._base.stiffness, self._degradation)
        self._cycle = Multigrid(self._made(stiffness, self._unit, self._edge, np.float32))
        self._cycle_of, self._pace = self._degradation, _USUAL

    def solve(self, load: Floats, start: Floats, tolerance: float) -> tuple[Floats, Floats, int, float]:
        """See `BodySolver`."""
        if self._grid is None:
            raise SolveFailed("electrolyte: no damage was given yet")
        out, left = np.zeros_like(load), load.copy()
        total, worst, force = 0, 0.0, np.zeros(load.shape[0])
        for column in range(load.shape[1]):
            u, count, residual = self._one(self._grid, load[:, column].copy(), start[:, column].copy(), tolerance)
            self._grid.apply(u, force)
            out[:, column] = u
            left[:, column] -= force
            total, worst = total + count, max(worst, residual)
        return out, left, total, worst

    def _one(self, grid: Grid, load: Floats, start: Floats, tolerance: float) -> tuple[Floats, int, float]:
        from lisse.numerics.elasticity_multigrid import conjugate_gradients

        first = self._residual(grid, load, start)
        if first > 1.0:  # of another damage: nothing is nearer
            start, first = np.zeros_like(start), 1.0
        digits = math.log10(max(first / tolerance, 1.0))
        fresh = self._cycle_of is self._degradation
        most = _MOST_CYCLES if fresh else math.ceil(_STALE * self._pace * digits) + 2
        u, count, residual = conjugate_gradients(grid, self._cycle, load, start, tolerance, most)
        total = count
        if residual > tolerance and not fresh:  # the cycle is of another damage, and may have led astray
            self._renew()
            u, first = (u, residual) if residual < first else (start, first)
            digits, fresh = math.log10(first / tolerance), True
            u, count, residual = conjugate_gradients(grid, self._cycle, load, u, tolerance, _MOST_CYCLES)
            total += count
        if not residual <= tolerance:
            raise SolveFailed(
                f"electrolyte: relative residual {residual:.1e} after {total} iterations, wanted "
                f"{tolerance:.1e}. Look for loaded parts that hang by an edge between pores, or that cracks cut off"
            )
        if fresh and digits > 1.0:
            self._pace = count / digits
        return u, total, residual

    def _residual(self, grid: Grid, load: Floats, start: Floats) -> float:
        """1. Forces that a displacement leaves over, over the load; 0 without a load."""
        size = float(np.linalg.norm(load))
        force = np.zeros_like(load)
        grid.apply(start, force)
        return float(np.linalg.norm(load - force)) / size if size else 0.0


def _per_voxel(grid: Grid) -> Grid:
    """The same grid with a column of coefficients for every voxel."""
    from lisse.numerics.elasticity_multigrid import Grid

    voxels = degraded(grid.stiffness, np.ones(math.prod(grid.cells)))
    return Grid(grid.cells, grid.widths, grid.periodic, voxels, grid.fixed, grid.full, grid.dtype)
