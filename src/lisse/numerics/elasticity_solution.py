"""What comes out of an elastic solve: displacement, strain, stress, reactions and energies of a box of voxels.

Also the one-point strain of voxels and its transpose. Solving is in ``elasticity``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.numerics.elasticity_multigrid import to_nodes

if TYPE_CHECKING:
    from lisse.numerics.elasticity import VoxelElasticity

__all__ = ["ElasticSolution", "centre_strain", "nodal_forces"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class ElasticSolution:
    """Displacement of a box of voxels under one set of loads, and the fields that follow from it.

    Parameters
    ----------
    problem : VoxelElasticity
    repeating : (d, nx, ny[, nz]) array, m. Displacement without that of the mean strain, on the nodes with freedoms.
    load, external : (d, nx, ny[, nz]) arrays, N. Nodal forces of all loads, and of tractions and body forces alone.
    initial_strain : array or None, 1. Mean strain less eigenstrain.
    mean_strain : (6,) array, 1.
    iterations : int. 1 for a direct solve.
    residual : float, 1. Relative residual forces, recomputed at the end.
    converged : bool.
    """

    problem: VoxelElasticity
    repeating: Floats
    load: Floats
    external: Floats
    initial_strain: Floats | None
    mean_strain: Floats
    iterations: int
    residual: float
    converged: bool

    @cached_property
    def displacement(self) -> Floats:
        """(d, nx + 1, ny + 1[, nz + 1]) displacement of all nodes, m; that of the mean strain has no mean rotation."""
        out = self._unfolded
        d = self.problem.dimension
        if not self.mean_strain.any():
            return out
        places = [
            (np.arange(n) * h).reshape([-1 if a == axis else 1 for a in range(d)])
            for axis, (n, h) in enumerate(zip(out.shape[1:], self.problem.spacing, strict=True))
        ]
        out = out.copy()
        for c, j in itertools.product(range(d), repeat=2):
            factor = self.mean_strain[c] if c == j else self.mean_strain[6 - c - j if d == 3 else 5] / 2
            out[c] += factor * places[j]
        return out

    @cached_property
    def _unfolded(self) -> Floats:
        """(d, n + 1 ...) repeating displacement with both ends of periodic axes."""
        out = self.repeating
        for axis, around in enumerate(self.problem.periodic):
            if around:
                out = np.concatenate([out, out.take([0], axis=axis + 1)], axis=axis + 1)
        return out

    @cached_property
    def strain(self) -> Floats:
        """(6, nx, ny[, nz]) total strain at the voxel centres, 1; in voids it is that of the nodes around."""
        out = centre_strain(self._unfolded, self.problem.spacing)
        return out + self.mean_strain.reshape((6,) + (1,) * self.problem.dimension)

    @cached_property
    def stress(self) -> Floats:
        """(6, nx, ny[, nz]) stress at the voxel centres, Pa; 0 in voids."""
        strain = centre_strain(self._unfolded, self.problem.spacing)
        if self.initial_strain is not None:
            start = self.initial_strain
            strain = strain + start.reshape(6, *([1] * self.problem.dimension if start.ndim == 1 else start.shape[1:]))
        return self.problem.stiffness.stress(strain)

    @cached_property
    def node_stress(self) -> Floats:
        """(6, nx + 1, ny + 1[, nz + 1]) mean stress of the solid voxels around each node, Pa; 0 inside voids."""
        solid = self.problem.stiffness.solid
        ends = (False,) * self.problem.dimension
        count = to_nodes(solid.astype(np.float64), ends)
        return np.stack([to_nodes(s, ends) / np.maximum(count, 1.0) for s in self.stress])

    @property
    def mean_stress(self) -> Floats:
        """(6,) mean over the box, Pa."""
        out: Floats = self.stress.reshape(6, -1).mean(axis=1)
        return out

    @cached_property
    def reactions(self) -> Floats:
        """(d, nx, ny[, nz]) forces with which the supports hold the nodes, N (per m of thickness in 2-D)."""
        fixed = ~np.isnan(self.problem.prescribed)
        return np.where(fixed, self._inner - self.load, 0.0)

    @cached_property
    def _inner(self) -> Floats:
        out = np.zeros(self.repeating.size)
        self.problem.grid.apply(np.ascontiguousarray(self.repeating).reshape(-1), out)
        return out.reshape(self.repeating.shape)

    @property
    def _initial_energy(self) -> float:
        """``1/2 integral e0 C e0`` of the initial strain."""
        if self.initial_strain is None:
            return 0.0
        start = self.initial_strain
        field = start.reshape(6, *([1] * self.problem.dimension if start.ndim == 1 else start.shape[1:]))
        volume = math.prod(self.problem.spacing)
        return 0.5 * volume * float(np.sum(self.problem.stiffness.stress(start) * field))

    @property
    def stored_energy(self) -> float:
        """``1/2 integral s C^-1 s``, J (per m of thickness in 2-D), from the operator itself."""
        inner = 0.5 * float(np.vdot(self.repeating, self._inner))
        return inner - float(np.vdot(self.repeating, self.load - self.external)) + self._initial_energy

    @property
    def work(self) -> float:
        """Half of the loads and reactions times their displacement, of mean strain and eigenstrain times the stress, J.

        Equal to ``stored_energy`` for an exact solution.
        """
        outside = float(np.vdot(self.repeating, self.external + self.reactions))
        return 0.5 * (outside - float(np.vdot(self.repeating, self.load - self.external))) + self._initial_energy


def centre_strain(displacement: Floats, spacing: Sequence[float]) -> Floats:
    """(6, nx, ny[, nz]) strain at the voxel centres of a (d, nx + 1, ny + 1[, nz + 1]) displacement."""
    d = len(spacing)
    out = np.zeros((6, *(n - 1 for n in displacement.shape[1:])))
    for c, axis in itertools.product(range(d), repeat=2):
        slope = displacement[c]
        for a in range(d):
            low = slope[tuple(slice(None, -1) if b == a else slice(None) for b in range(d))]
            high = slope[tuple(slice(1, None) if b == a else slice(None) for b in range(d))]
            slope = (high - low) / spacing[a] if a == axis else (high + low) / 2
        out[c if c == axis else (6 - c - axis if d == 3 else 5)] += slope
    return out


def nodal_forces(stress: Floats, spacing: Sequence[float], periodic: Sequence[bool]) -> Floats:
    """(d, nx, ny[, nz]) forces, N, of a uniform stress in each voxel: the transpose of ``centre_strain`` x volume."""
    d = len(spacing)
    volume = math.prod(spacing)
    parts = []
    for c in range(d):
        total: Any = 0.0
        for axis in range(d):
            force = stress[c if c == axis else (6 - c - axis if d == 3 else 5)] * (
                volume / spacing[axis] / 2 ** (d - 1)
            )
            for a in range(d):
                force = _spread(force, a, periodic[a], -1.0 if a == axis else 1.0)
            total = total + force
        parts.append(total)
    return np.stack(parts)


def _spread(field: Floats, axis: int, around: bool, sign: float) -> Floats:
    """Add a voxel field to the nodes at both ends of an axis, times `sign` at the low end."""
    if around:
        return sign * field + np.roll(field, 1, axis=axis)
    low, high = [(0, 0)] * field.ndim, [(0, 0)] * field.ndim
    low[axis], high[axis] = (0, 1), (1, 0)
    return sign * np.pad(field, low) + np.pad(field, high)
