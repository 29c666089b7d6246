"""Grids of the multigrid cycle for voxel elasticity, and conjugate gradients preconditioned by it.

The fine operator is applied in float64 by conjugate gradients; one V-cycle in float32 is the preconditioner. Coarse
grids merge two voxels (three at the end of an odd axis) along every axis that is not already much coarser than the
others; their stiffness is the volume mean of the voxels (a harmonic mean never converges) and their operator is the
same element again. The smoother is a Chebyshev polynomial of the Jacobi iteration, the transfer trilinear, and the
coarsest grid is solved by a dense pseudo-inverse, so that rigid motions and loose pieces need no special care.

A degree of freedom whose voxels all have no stiffness, and one that is prescribed, has an inverse diagonal of zero and
never moves. Boundary conditions and loads are in ``elasticity``; compiled loops in ``elasticity_kernels``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.numerics import elasticity_kernels as kernels
from lisse.numerics.threads import SERIAL_BELOW, share

__all__ = ["Grid", "GridStiffness", "Multigrid", "conjugate_gradients"]

DENSE_BELOW = 400
"""Degrees of freedom of the coarsest grid, solved densely."""
SMOOTHING_DEGREE = 2
SMOOTHING_RANGE = 6.0
"""The smoother damps the upper part of the spectrum, from the largest eigenvalue down to this part of it."""

Floats = NDArray[Any]


def chunks(size: int) -> int:
    """Chunks that the fused vector kernels cut `size` values into."""
    return -(-size // kernels.CHUNK)


@dataclass(frozen=True)
class GridStiffness:
    """What each voxel is made of, as numbers that the kernels read.

    Parameters
    ----------
    coefficient : (count, rows) array, Pa. Bulk and shear modulus (count 2), the upper triangle of the 6 x 6 stiffness
        (21) or, in 2-D, of its part over 11, 22, 33, 12 (10). One column per material or per voxel.
    index : (voxels,) int32 array or None. Column of each voxel; None when there is a column per voxel.
    """

    coefficient: Floats
    index: NDArray[np.int32] | None = None

    @property
    def count(self) -> int:
        """Coefficients per material."""
        return int(self.coefficient.shape[0])

    def per_voxel(self, m: int) -> Floats:
        """Coefficient `m` of every voxel."""
        row: Floats = self.coefficient[m]
        return row if self.index is None else row[self.index]


@dataclass(frozen=True)
class Grid:
    """One grid of voxels with its operator, in one floating-point type.

    Parameters
    ----------
    cells : tuple of int. Voxels along each axis (2 or 3 axes).
    widths : sequence of arrays, m. Width of the voxels along each axis.
    periodic : tuple of bool. Axes whose two ends are the same nodes.
    stiffness : GridStiffness
    fixed : (dimension, nodes) bool array. Degrees of freedom that are prescribed.
    full : bool. Full integration instead of mean dilatation.
    dtype : numpy floating type of the operator.
    """

    cells: tuple[int, ...]
    widths: tuple[Floats, ...]
    periodic: tuple[bool, ...]
    stiffness: GridStiffness
    fixed: NDArray[np.bool_]
    full: bool
    dtype: type[np.floating[Any]]
    _arguments: tuple[Any, ...] = field(init=False, repr=False)
    _kernel: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare the arguments of the compiled operator."""
        kind = self.dtype
        widths = [np.ascontiguousarray(h, dtype=kind) for h in self.widths]
        index, coefficient = self.stiffness.index, self.stiffness.coefficient
        arguments = (
            np.array(self.cells, dtype=np.int64),
            np.array(self.nodes, dtype=np.int64),
            widths[0],
            widths[1],
            widths[-1],
            index is not None,
            np.zeros(1, dtype=np.int32) if index is None else index,
            np.ascontiguousarray(coefficient if index is None else coefficient.T, dtype=kind).reshape(-1),
            kind(1 / 3),
            kind(1.0 if self.full else 0.0),
        )
        object.__setattr__(self, "_arguments", arguments)
        force = {2: kernels.isotropic_force, 21: kernels.general_force, 10: kernels.plane_force}
        object.__setattr__(self, "_kernel", force[self.stiffness.count])

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return len(self.cells)

    @property
    def nodes(self) -> tuple[int, ...]:
        """Nodes along each axis."""
        return tuple(n if p else n + 1 for n, p in zip(self.cells, self.periodic, strict=True))

    @property
    def size(self) -> int:
        """Degrees of freedom."""
        return self.dimension * math.prod(self.nodes)

    def apply(self, displacement: Floats, force: Floats) -> None:
        """Write ``K u`` into `force`, prescribed degrees of freedom included."""
        force.fill(0)
        n = self.cells[0]
        if self.size < SERIAL_BELOW:
            self._kernel(0, n, 1, 0, displacement, force, *self._arguments)
            return
        for colour in range(2):
            share(self._kernel, n // 2, self.size, 2, colour, displacement, force, *self._arguments)
        if n % 2:  # an odd last slab meets the first one where the axis is periodic
            self._kernel(n - 1, n, 1, 0, displacement, force, *self._arguments)

    @cached_property
    def inverse_diagonal(self) -> Floats:
        """(dimension * nodes,) 1 over the diagonal; 0 where nothing may move."""
        out = np.zeros((self.dimension, *self.nodes), dtype=self.dtype)
        for c, element in enumerate(self._element_diagonal()):
            out[c] = to_nodes(element, self.periodic)
        floor = np.finfo(np.float32).tiny * 1e6
        moving = (out > floor) & ~self.fixed.reshape(out.shape)
        np.divide(1.0, out, out=out, where=moving)
        out[~moving] = 0
        return out.reshape(-1)

    def _element_diagonal(self) -> list[Floats]:
        """Per component, the diagonal of every voxel's element averaged over its corners.

        A shear coupling (C16 and the like) adds to one corner what it takes from another, so it drops out.
        """
        d = self.dimension
        steps = [
            (1 / (2 ** (d - 1) * np.asarray(h, dtype=self.dtype)) ** 2).reshape([-1 if a == c else 1 for a in range(d)])
            for c, h in enumerate(self.widths)
        ]
        volume = np.ones((1,) * d, dtype=self.dtype)
        for c, h in enumerate(self.widths):
            volume = volume * np.asarray(h, dtype=self.dtype).reshape([-1 if a == c else 1 for a in range(d)])
        higher = (4 / 3) ** (d - 1) - 1
        constant, others, shear = self._diagonal_moduli()
        out = []
        for c in range(d):
            total = volume * steps[c] * self._on_voxels(constant[c] + higher * others[c])
            for j in range(d):
                if j != c:
                    total += volume * steps[j] * self._on_voxels((1 + higher) * shear[c, j])
            out.append(total)
        return out

    def _on_voxels(self, column: Floats) -> Floats:
        """A value per column of the coefficients, on the voxels."""
        index = self.stiffness.index
        return (column if index is None else column[index]).reshape(self.cells).astype(self.dtype, copy=False)

    def _diagonal_moduli(self) -> tuple[list[Floats], list[Floats], dict[tuple[int, int], Floats]]:
        """Normal modulus of the constant and of the other modes per component, and shear modulus per pair of axes."""
        value, d = self.stiffness.coefficient, self.dimension
        if self.stiffness.count == 2:
            bulk, mu = value
            normal = bulk + 4 / 3 * mu
            higher = normal if self.full else 4 / 3 * mu
            return [normal] * d, [higher] * d, {(c, j): mu for c in range(d) for j in range(d)}
        position = POSITIONS_3D if d == 3 else POSITIONS_2D
        normals = [[value[position[min(a, b), max(a, b)]] for a in range(3)] for b in range(3)]
        total = sum(sum(row) for row in normals)
        deviatoric = [normals[c][c] - 2 / 3 * sum(normals[c]) + total / 9 for c in range(d)]
        shear = {}
        for c in range(d):
            for j in range(d):
                voigt = 6 - c - j if d == 3 else 3
                if c != j:
                    shear[c, j] = value[position[voigt, voigt]]
        constant = [normals[c][c] for c in range(d)]
        return constant, constant if self.full else deviatoric, shear

    def coarser(self) -> tuple[Grid, Transfer] | None:
        """The next coarser grid and the transfer to it, or None when no axis can be merged."""
        mean = [float(np.mean(h)) for h in self.widths]
        able = [a for a in range(self.dimension) if self.cells[a] >= 4]
        if not able:
            return None
        finest = min(mean[a] for a in able)
        merged = [a in able and mean[a] < 1.6 * finest for a in range(self.dimension)]
        starts = [2 * np.arange(n // 2) if m else np.arange(n) for n, m in zip(self.cells, merged, strict=True)]
        widths = tuple(np.add.reduceat(h, s) for h, s in zip(self.widths, starts, strict=True))
        coefficient = np.stack([self._merge(self.stiffness.per_voxel(m), starts, widths) for m in range(self.count)])
        picks = [s if p else np.append(s, n) for s, n, p in zip(starts, self.cells, self.periodic, strict=True)]
        fixed = self.fixed.reshape(self.dimension, *self.nodes)[np.ix_(np.arange(self.dimension), *picks)]
        grid = Grid(
            tuple(len(s) for s in starts),
            widths,
            self.periodic,
            GridStiffness(coefficient),
            np.ascontiguousarray(fixed).reshape(self.dimension, -1),
            self.full,
            self.dtype,
        )
        return grid, Transfer.between(self, grid, starts)

    @property
    def count(self) -> int:
        """Coefficients per voxel."""
        return self.stiffness.count

    def _merge(self, values: Floats, starts: Sequence[NDArray[Any]], widths: Sequence[Floats]) -> Floats:
        """Volume mean of a voxel field over merged voxels."""
        out = values.reshape(self.cells)
        for axis, start in enumerate(starts):
            if len(start) == self.cells[axis]:
                continue
            across = [-1 if a == axis else 1 for a in range(self.dimension)]
            weighted = out * self.widths[axis].astype(self.dtype).reshape(across)
            out = np.add.reduceat(weighted, start, axis=axis) / widths[axis].astype(self.dtype).reshape(across)
        return out.reshape(-1)


POSITIONS_3D = {pair: n for n, pair in enumerate((a, b) for a in range(6) for b in range(a, 6))}
"""Place of C_ab in the 21 coefficients."""
POSITIONS_2D = {pair: n for n, pair in enumerate((a, b) for a in range(4) for b in range(a, 4))}
"""Place of C_ab in the 10 plane coefficients; 3 stands for the 12 shear."""


def to_nodes(element: Floats, periodic: Sequence[bool]) -> Floats:
    """Sum of a voxel field over the voxels of each node."""
    out = element
    for axis, around in enumerate(periodic):
        if around:
            out = out + np.roll(out, 1, axis=axis)
        else:
            shape = list(out.shape)
            shape[axis] += 1
            wide = np.zeros(shape, dtype=out.dtype)
            low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(out.ndim))
            high = tuple(slice(1, None) if a == axis else slice(None) for a in range(out.ndim))
            wide[low] += out
            wide[high] += out
            out = wide
    return out


@dataclass(frozen=True)
class Transfer:
    """Trilinear interpolation from a coarse grid to a fine one, and its transpose."""

    fine_nodes: NDArray[np.int64]
    coarse_nodes: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    wl: Floats
    wr: Floats
    rows: NDArray[np.int64]
    weights: Floats

    @classmethod
    def between(cls, fine: Grid, coarse: Grid, starts: Sequence[NDArray[Any]]) -> Transfer:
        """Tables of one line per axis; a plane problem gets a first axis of one node."""
        tables = [_axis_table(fine.widths[a], starts[a], fine.nodes[a], coarse.nodes[a]) for a in range(fine.dimension)]
        if fine.dimension == 2:
            tables.insert(0, _axis_table(np.ones(1), np.zeros(1, dtype=np.int64), 1, 1))
        mf, mc = (np.array([1] * (3 - fine.dimension) + list(g.nodes), dtype=np.int64) for g in (fine, coarse))
        left, right = np.zeros((2, 3, mf.max()), dtype=np.int64)
        wl, wr = np.zeros((2, 3, mf.max()), dtype=fine.dtype)
        gathers: list[list[list[tuple[int, float]]]] = []
        for axis, (low, high, weight) in enumerate(tables):
            n = len(low)
            left[axis, :n], right[axis, :n], wl[axis, :n], wr[axis, :n] = low, high, 1 - weight, weight
            gather: list[list[tuple[int, float]]] = [[] for _ in range(mc[axis])]
            for i in range(n):
                gather[low[i]].append((i, 1 - weight[i]))
                gather[high[i]].append((i, weight[i]))
            gathers.append([[(i, w) for i, w in entry if w > 0] for entry in gather])
        most = max(len(entry) for gather in gathers for entry in gather)
        rows = np.zeros((3, mc.max(), most), dtype=np.int64)
        weights = np.zeros((3, mc.max(), most), dtype=fine.dtype)
        for axis, gather in enumerate(gathers):
            for n, entry in enumerate(gather):
                for place, (i, w) in enumerate(entry):
                    rows[axis, n, place], weights[axis, n, place] = i, w
        return cls(mf, mc, left, right, wl, wr, rows, weights)

    def restrict(self, fine: Floats, coarse: Floats, inverse_diagonal: Floats) -> None:
        """Write the gathered `fine` residual into `coarse`."""
        planes = coarse.size // math.prod(self.coarse_nodes[1:])
        nodes = self.fine_nodes, self.coarse_nodes
        share(kernels.restrict, planes, fine.size, fine, coarse, inverse_diagonal, *nodes, self.rows, self.weights)

    def prolong(self, coarse: Floats, fine: Floats, inverse_diagonal: Floats) -> None:
        """Add the interpolated `coarse` correction to `fine`."""
        planes = fine.size // math.prod(self.fine_nodes[1:])
        nodes = self.coarse_nodes, self.fine_nodes
        tables = self.left, self.right, self.wl, self.wr
        share(kernels.prolong, planes, fine.size, coarse, fine, inverse_diagonal, *nodes, *tables)


def _axis_table(
    widths: Floats, starts: NDArray[Any], fine_nodes: int, coarse_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Left and right coarse node of each fine node of an axis, and the weight of the right one."""
    place = np.concatenate([[0.0], np.cumsum(widths, dtype=float)])
    ends = np.append(starts, len(widths))
    low = np.clip(np.searchsorted(ends, np.arange(fine_nodes), side="right") - 1, 0, len(starts) - 1)
    begin, end = place[ends[low]], place[ends[low + 1]]
    weight = (place[:fine_nodes] - begin) / (end - begin)
    return low % coarse_nodes, (low + 1) % coarse_nodes, weight


class Multigrid:
    """One symmetric V-cycle in float32 as an approximate inverse of a grid's operator."""

    def __init__(self, fine: Grid) -> None:
        self.grids: list[Grid] = [fine]
        self.transfers: list[Transfer] = []
        while self.grids[-1].size > DENSE_BELOW:
            step = self.grids[-1].coarser()
            if step is None:
                break
            self.grids.append(step[0])
            self.transfers.append(step[1])
        self._work = [np.zeros((4, grid.size), dtype=grid.dtype) for grid in self.grids]
        self._largest = [largest_eigenvalue(grid) for grid in self.grids[:-1]]
        self._coarsest = pseudo_inverse(self.grids[-1])

    def __call__(self, residual: Floats, scale: float) -> Floats:
        """Approximate solution for ``residual / scale``, which must suit float32; valid until the next call."""
        np.divide(residual, scale, out=self._work[0][1], casting="unsafe")
        self._cycle(0)
        solution: Floats = self._work[0][0]
        return solution

    def _cycle(self, level: int) -> None:
        """Solve for the residual in work line 1 into line 0."""
        solution, residual, direction, product = self._work[level]
        if level == len(self.grids) - 1:
            solution[:] = self._coarsest @ residual
            return
        grid, coarse = self.grids[level], self.grids[level + 1]
        solution[:] = 0
        self._smooth(level, first=False)
        grid.apply(direction, product)
        residual -= product
        self.transfers[level].restrict(residual, self._work[level + 1][1], coarse.inverse_diagonal)
        self._cycle(level + 1)
        direction[:] = 0
        self.transfers[level].prolong(self._work[level + 1][0], direction, grid.inverse_diagonal)
        solution += direction
        self._smooth(level, first=True)

    def _smooth(self, level: int, first: bool) -> None:
        """Chebyshev steps; `first` when the residual does not yet know of the last direction."""
        solution, residual, direction, product = self._work[level]
        grid = self.grids[level]
        upper = 1.1 * self._largest[level]
        centre, half = upper * (1 + 1 / SMOOTHING_RANGE) / 2, upper * (1 - 1 / SMOOTHING_RANGE) / 2
        ratio = half / centre
        kind = grid.dtype
        keep, size = 0.0, 1 / centre
        for n in range(SMOOTHING_DEGREE):
            if n or first:
                grid.apply(direction, product)
            else:
                product[:] = 0
            if n:
                last = ratio
                ratio = 1 / (2 * centre / half - last)
                keep, size = ratio * last, 2 * ratio / half
            vectors = residual, product, direction, solution, grid.inverse_diagonal
            share(kernels.chebyshev, chunks(grid.size), grid.size, *vectors, kind(keep), kind(size))


def largest_eigenvalue(grid: Grid, steps: int = 10) -> float:
    """Largest eigenvalue of the operator over its diagonal, by a few steps of power iteration from a fixed start."""
    inverse = grid.inverse_diagonal
    x = np.random.default_rng(0).standard_normal(grid.size).astype(grid.dtype)
    x *= inverse > 0
    y = np.zeros_like(x)
    value = 1.0
    for _ in range(steps):
        norm = float(np.linalg.norm(x))
        if norm == 0:
            return 1.0
        x /= norm
        grid.apply(x, y)
        np.multiply(inverse, y, out=x)
        value = float(np.linalg.norm(x))
    return value


def pseudo_inverse(grid: Grid) -> Floats:
    """Dense inverse on everything that the operator resists; rigid motions and loose pieces get no correction."""
    exact = Grid(grid.cells, grid.widths, grid.periodic, grid.stiffness, grid.fixed, grid.full, np.float64)
    moving = np.flatnonzero(exact.inverse_diagonal)
    root = np.sqrt(exact.inverse_diagonal[moving])
    matrix = np.empty((moving.size, moving.size))
    unit, force = np.zeros(exact.size), np.zeros(exact.size)
    for column, place in enumerate(moving):
        unit[place] = 1
        exact.apply(unit, force)
        unit[place] = 0
        matrix[:, column] = root * force[moving] * root[column]
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept = values > 1e-12 * max(values[-1], 1e-300) if values.size else np.zeros(0, dtype=bool)
    half = root[:, None] * vectors[:, kept] / np.sqrt(values[kept])
    out = np.zeros((grid.size, grid.size), dtype=grid.dtype)
    out[np.ix_(moving, moving)] = half @ half.T
    return out


def conjugate_gradients(
    operator: Grid, cycle: Multigrid, load: Floats, start: Floats, tolerance: float, most: int
) -> tuple[Floats, int, float]:
    """Solve ``K u = load`` over what may move; returns u, the iterations, and the true relative residual.

    The direction update is the flexible one, ``beta = z . (r - r_old) / (z_old . r_old)``, because a float32 cycle is
    symmetric only to rounding. Prescribed degrees of freedom keep the value they have in `start`; the residual is
    measured against the load with what those values contribute.
    """
    free = cycle.grids[0].inverse_diagonal != 0
    u = np.array(start, dtype=np.float64)
    q = np.zeros_like(u)
    prescribed = np.where(free, 0.0, u)
    operator.apply(prescribed, q)
    reference = float(np.linalg.norm(np.where(free, load - q, 0.0)))
    if reference == 0:
        return prescribed, 0, 0.0
    done = 0
    residual = math.inf
    for _ in range(3):  # a restart when the recurrence has drifted from the true residual
        operator.apply(u, q)
        r = np.where(free, load - q, 0.0)
        residual = float(np.linalg.norm(r)) / reference
        if residual <= tolerance or done >= most:
            break
        done += _iterate(operator, cycle, u, r, q, free, tolerance * reference, most - done)
    return u, done, residual


def _iterate(
    operator: Grid, cycle: Multigrid, u: Floats, r: Floats, q: Floats, free: NDArray[np.bool_], goal: float, most: int
) -> int:
    """Conjugate-gradient steps that change `u` and `r` until the norm of `r` is under `goal`; returns their number."""
    p = np.zeros_like(u)
    largest = float(np.abs(r).max())
    alpha = zr = 0.0
    for n in range(most):
        z = cycle(r, largest)
        zr_new, zq = _two_products(z, r, q)
        zr_new, zq = zr_new * largest, zq * largest
        beta = -alpha * zq / zr if n else 0.0
        share(kernels.update_direction, chunks(p.size), p.size, p, z, largest, beta)
        operator.apply(p, q)
        q *= free
        pq, rp = _two_products(p, q, r)
        if not pq > 0 or not math.isfinite(pq):
            return n + 1
        alpha, zr = rp / pq, zr_new
        parts = np.zeros((chunks(u.size), 2))
        share(kernels.update_solution, len(parts), u.size, u, r, p, q, alpha, parts)
        largest, squares = float(parts[:, 0].max()), float(parts[:, 1].sum())
        if math.sqrt(squares) <= goal or largest == 0:
            return n + 1
    return most


def _two_products(a: Floats, b: Floats, c: Floats) -> tuple[float, float]:
    """``a . b`` and ``a . c`` in float64, summed in chunks of fixed length: the same for any number of threads."""
    parts = np.zeros((chunks(a.size), 2))
    share(kernels.two_products, len(parts), a.size, a, b, c, parts)
    return float(parts[:, 0].sum()), float(parts[:, 1].sum())
