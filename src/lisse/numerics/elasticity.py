"""Small-strain elasticity on voxels, in 2-D (plane strain) and 3-D: supports, loads, and the solve.

Every voxel is one Q1 element with mean dilatation (B-bar), so that nearly incompressible voxels do not lock; voids have
a stiffness of exactly zero and their nodes are left out. The operator is matrix-free (``elasticity_kernels``), solved
by conjugate gradients with a multigrid cycle (``elasticity_multigrid``), with pressures besides where voxels are nearly
incompressible (``elasticity_pressure``), or by a kept sparse factor (``elasticity_direct``). What voxels are made of is
in ``elasticity_stiffness``, the fields that come out in ``elasticity_solution``.

Axes 0, 1, 2 are x, y, z; Voigt order is 11, 22, 33, 23, 13, 12 with engineering shear strains, also in plane strain.
Stress is positive in tension.

The sought displacement obeys ``div s + b = 0, s = C (e(u) + E - e*)`` with a mean strain E (over periodic axes) and an
eigenstrain e*. A layer of one voxel between stiff walls locks with any element: use two voxels, better four.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.elasticity_direct import FactoredStiffness
from lisse.numerics.elasticity_multigrid import (
    Grid,
    GridStiffness,
    Multigrid,
    conjugate_gradients,
    to_nodes,
)
from lisse.numerics.elasticity_pressure import (
    KEPT_BULK,
    PRESSURE_FROM,
    PressureGrid,
    PressureMultigrid,
    conjugate_residuals,
)
from lisse.numerics.elasticity_solution import ElasticSolution, nodal_forces
from lisse.numerics.elasticity_stiffness import VoxelStiffness, elasticity_cost
from lisse.numerics.elasticity_tensor import is_isotropic

__all__ = ["PRESSURES_FROM", "Support", "Traction", "VoxelElasticity"]

Floats = NDArray[np.float64]
INTEGRATION = ("mean-dilatation", "full")
METHODS = ("multigrid", "direct")
ENDS = ("low", "high")
PRESSURES_FROM = 50.0
"""Largest bulk over shear modulus from which multigrid solves for pressures too; below, it costs more than it saves."""


@dataclass(frozen=True)
class Support:
    """Displacement prescribed on one end face of the box.

    Parameters
    ----------
    axis : int. 0, 1 or 2: the face's normal.
    end : str. "low" or "high".
    displacement : sequence over the axes of float, array or None, m. None leaves that direction free: a roller is 0
        along `axis` and None elsewhere. An array holds one value per node of the face.
    """

    axis: int
    end: str
    displacement: Sequence[float | ArrayLike | None]


@dataclass(frozen=True)
class Traction:
    """Force per area on the solid voxels of one end face.

    Parameters
    ----------
    axis : int. 0, 1 or 2: the face's normal.
    end : str. "low" or "high".
    stress : sequence over the axes of float or array, Pa. Force per area along each axis; an array holds one value per
        voxel of the face and must be 0 on voids.
    where : array of bool, optional. Voxels of the face that are loaded; all that are not void by default. A void that
        was given a small stiffness is not a void here: leave it out, or it carries load.
    """

    axis: int
    end: str
    stress: Sequence[float | ArrayLike]
    where: ArrayLike | None = None


class VoxelElasticity:
    """An elastic box of voxels with its supports; solved for any number of loads.

    Parameters
    ----------
    stiffness : VoxelStiffness
    spacing : sequence of float, m. Edge of a voxel along each axis.
    supports : sequence of Support. Later ones take precedence where faces meet.
    periodic : sequence of bool, optional. Axes along which the displacement (less that of the mean strain) repeats.
    integration : str. "mean-dilatation" (B-bar), or "full", which locks when nearly incompressible.
    method : str. "multigrid", or "direct" (a kept factor; for 2-D).
    memory : float, byte, optional. Refuse a problem that is expected to need more.

    Examples
    --------
    >>> from lisse.numerics.elasticity_stiffness import VoxelStiffness
    >>> from lisse.numerics.elasticity_tensor import isotropic_stiffness
    >>> box = VoxelStiffness.of_materials(np.zeros((4, 4, 4), int), [isotropic_stiffness(10e9, 0.3)])
    >>> problem = VoxelElasticity(box, (1e-6,) * 3, periodic=(True,) * 3)
    >>> round(float(problem.solve(mean_strain=(1e-3, 0, 0, 0, 0, 0)).mean_stress[0]) / 1e6, 4)
    13.4615
    """

    def __init__(
        self,
        stiffness: VoxelStiffness,
        spacing: Sequence[float],
        supports: Sequence[Support] = (),
        periodic: Sequence[bool] | None = None,
        integration: str = "mean-dilatation",
        method: str = "multigrid",
        memory: float | None = None,
    ) -> None:
        self.stiffness = stiffness
        d = len(stiffness.shape)
        self.spacing = tuple(float(h) for h in spacing)
        if len(self.spacing) != d or not all(h > 0 and math.isfinite(h) for h in self.spacing):
            raise InvalidInput("spacing", list(spacing), f"{d} lengths above 0, in m")
        self.periodic = (False,) * d if periodic is None else tuple(bool(p) for p in periodic)
        if len(self.periodic) != d:
            raise InvalidInput("periodic", self.periodic, f"one truth value per axis ({d})")
        _among("integration", integration, INTEGRATION)
        _among("method", method, METHODS)
        self.integration, self.method = integration, method
        if memory is not None:
            isotropic = stiffness.table is None or all(is_isotropic(m) for m in stiffness.table)
            need, _ = elasticity_cost(stiffness.shape, isotropic, stiffness.table is not None, self.with_pressures)
            if need > memory:
                raise InvalidInput(
                    "shape", stiffness.shape, f"what needs {memory:.3g} bytes at most; this needs {need:.3g}"
                )
        if not stiffness.solid.any():
            raise InvalidInput("stiffness", "voids only", "some voxels with a stiffness above 0")
        self.supports = tuple(supports)
        self.prescribed = self._values(self.supports)

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return len(self.stiffness.shape)

    @property
    def nodes(self) -> tuple[int, ...]:
        """Nodes that carry degrees of freedom along each axis; a periodic axis has as many as voxels."""
        return tuple(n if p else n + 1 for n, p in zip(self.stiffness.shape, self.periodic, strict=True))

    @cached_property
    def grid(self) -> Grid:
        """The float64 operator."""
        return self._grid(self.stiffness, 1.0, 1.0, np.float64)

    def _grid(self, stiffness: VoxelStiffness, modulus: float, length: float, dtype: type[np.floating[Any]]) -> Grid:
        """Operator of a stiffness on this box, with a modulus and a length divided out."""
        plain = stiffness.coefficients()
        scaled = GridStiffness((plain.coefficient / modulus).astype(dtype), plain.index)
        if plain.count == 2 and plain.index is not None:  # two numbers a voxel are read faster than looked up
            scaled = GridStiffness(scaled.coefficient[:, plain.index])
        widths = tuple(np.full(n, h / length) for n, h in zip(self.stiffness.shape, self.spacing, strict=True))
        fixed = ~np.isnan(self.prescribed)
        full = self.integration == "full"
        return Grid(self.stiffness.shape, widths, self.periodic, scaled, fixed.reshape(self.dimension, -1), full, dtype)

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """(d * nodes,) degrees of freedom that belong to a solid voxel and are not prescribed."""
        near = to_nodes(self.stiffness.solid.astype(np.int8), self.periodic) > 0
        return (near & np.isnan(self.prescribed)).reshape(-1)

    def prepare(self) -> VoxelElasticity:
        """Build the grids or the factor now; otherwise the first solve does. Returns the problem itself."""
        if self.method == "direct":
            _ = self._factor
        elif self.with_pressures:
            _ = self._pressures
        else:
            _ = self._cycle
        return self

    @property
    def with_pressures(self) -> bool:
        """Whether the solve has pressures in nearly incompressible voxels."""
        suits = self.method == "multigrid" and self.integration == "mean-dilatation"
        return suits and self.stiffness.bulk_over_shear > PRESSURES_FROM

    @cached_property
    def _pressures(self) -> tuple[PressureGrid, PressureMultigrid, tuple[float, float]]:
        """The operator with pressures, its cycle, and the modulus and length divided out of the cycle."""
        stiffness, excess = self.stiffness.split(PRESSURE_FROM, KEPT_BULK)
        modulus, length = float(np.abs(stiffness.coefficients().coefficient).max()), min(self.spacing)

        def grid(unit: float, edge: float, dtype: type[np.floating[Any]]) -> PressureGrid:
            weight = np.where(excess > 0, math.prod(h / edge for h in self.spacing), 0.0)
            softness = np.divide(weight * unit, excess, out=np.zeros_like(weight), where=excess > 0)
            here = self._grid(stiffness, unit, edge, dtype)
            return PressureGrid(here, weight.astype(dtype), softness.astype(dtype))

        return grid(1.0, 1.0, np.float64), PressureMultigrid(grid(modulus, length, np.float32)), (modulus, length)

    @cached_property
    def _cycle(self) -> Multigrid:
        modulus = float(np.abs(self.stiffness.coefficients().coefficient).max())
        return Multigrid(self._grid(self.stiffness, modulus, min(self.spacing), np.float32))

    @cached_property
    def _factor(self) -> FactoredStiffness:
        moving = self.moving.reshape(self.dimension, -1).copy()
        numbers, held = self._pieces
        for piece in np.flatnonzero(~held) + 1:  # a piece that nothing holds: hold one node, if loads balance
            inside = np.flatnonzero((numbers == piece) & moving.any(axis=0))
            moving[:, inside[0]] = False
            if not all(self.periodic):
                moving[0, inside[-1]] = False
        return FactoredStiffness(self.grid, moving.reshape(-1))

    def solve(
        self,
        tractions: Sequence[Traction] = (),
        eigenstrain: ArrayLike | None = None,
        mean_strain: ArrayLike | None = None,
        body_force: ArrayLike | None = None,
        displacements: Sequence[Support] | None = None,
        tolerance: float = 1e-8,
        most_iterations: int = 500,
        throw: bool = True,
    ) -> ElasticSolution:
        """Solve for one set of loads; the grids or the factor are kept for the next.

        Parameters
        ----------
        tractions : sequence of Traction
        eigenstrain : (6,) or (6, nx, ny[, nz]) array_like, 1, optional. Strain without stress (thermal, deposit).
        mean_strain : (6,) array_like, 1, optional. Added to the strain of the repeating displacement.
        body_force : (d, nx, ny[, nz]) array_like, N/m3, optional. Force per volume of each voxel.
        displacements : sequence of Support, optional. Other values on the faces and directions given as supports.
        tolerance : float, 1. Norm of the residual forces over that of the applied ones.
        most_iterations : int. Where to give up.
        throw : bool. Raise when the tolerance is not reached; otherwise look at ``converged``.

        Raises
        ------
        InvalidInput
            For loads on voids, or on a piece that no support holds.
        SolveFailed
            When the tolerance is not reached; ``solution`` carries what there is.
        """
        if not 0 < tolerance < 1:
            raise InvalidInput("tolerance", tolerance, "above 0 and below 1")
        prescribed = self.prescribed if displacements is None else self._other_values(displacements)
        initial = self._initial_strain(eigenstrain, mean_strain)
        outside = self.external_forces(tractions, body_force)
        self._check_held(outside)
        load = outside.copy()
        if initial is not None:
            load -= nodal_forces(self.stiffness.stress(initial), self.spacing, self.periodic)
        start = np.nan_to_num(prescribed, nan=0.0).reshape(-1)
        u, iterations, residual = self._displacement(load.reshape(-1), start, tolerance, most_iterations)
        mean = np.zeros(6) if mean_strain is None else np.asarray(mean_strain, dtype=np.float64)
        shape = (self.dimension, *self.nodes)
        solution = ElasticSolution(
            self, u.reshape(shape), load, outside, initial, mean, iterations, residual, residual <= tolerance
        )
        if throw and not solution.converged:
            raise SolveFailed(
                f"elasticity: relative residual {residual:.2e} after {iterations} iterations, wanted {tolerance:.1e}. "
                "Look for parts that are held too little, for pockets or networks of K/G above 1e2 inside stiff solid "
                "(in 2-D use method='direct'), or allow a larger tolerance",
                solution,
            )
        return solution

    def _displacement(self, load: Floats, start: Floats, tolerance: float, most: int) -> tuple[Floats, int, float]:
        if self.with_pressures:
            return conjugate_residuals(*self._pressures, load, start, tolerance, most)
        if self.method == "multigrid":
            return conjugate_gradients(self.grid, self._cycle, load, start, tolerance, most)
        u, q = start * ~self.moving, np.zeros_like(start)
        self.grid.apply(u, q)
        right = np.where(self.moving, load - q, 0.0)
        reference = float(np.linalg.norm(right))
        if reference == 0:
            return u, 0, 0.0
        u = u + self._factor.solve(right)
        self.grid.apply(u, q)
        return u, 1, float(np.linalg.norm(np.where(self.moving, load - q, 0.0))) / reference

    # ---- what is given ------------------------------------------------------------------------------------------

    def _values(self, supports: Sequence[Support]) -> Floats:
        """(d, nx, ny[, nz]) prescribed displacement; NaN where it is sought."""
        out = np.full((self.dimension, *self.nodes), np.nan)
        for n, support in enumerate(supports):
            name = f"supports[{n}]"
            place = self._face(name, support.axis, support.end, nodes=True)
            if self.periodic[support.axis]:
                raise InvalidInput(f"{name}.axis", support.axis, "an axis that is not periodic")
            if len(support.displacement) != self.dimension:
                raise InvalidInput(f"{name}.displacement", len(support.displacement), f"{self.dimension} entries")
            for c, value in enumerate(support.displacement):
                if value is None:
                    continue
                face = out[c][place]
                given = np.asarray(value, dtype=np.float64)
                if given.shape not in ((), face.shape) or not np.all(np.isfinite(given)):
                    raise InvalidInput(
                        f"{name}.displacement[{c}]", given.shape, f"None, a finite number, or an array of {face.shape}"
                    )
                face[...] = given
        return out

    def _other_values(self, displacements: Sequence[Support]) -> Floats:
        values = self._values(displacements)
        if np.any(np.isnan(values) != np.isnan(self.prescribed)):
            raise InvalidInput("displacements", None, "the same faces and directions as the supports")
        return values

    def _face(self, name: str, axis: int, end: str, nodes: bool) -> tuple[slice | int, ...]:
        """Index of an end face in an array over the nodes or the voxels."""
        if axis not in range(self.dimension):
            raise InvalidInput(f"{name}.axis", axis, f"0 to {self.dimension - 1}")
        _among(f"{name}.end", end, ENDS)
        last = (self.nodes if nodes else self.stiffness.shape)[axis] - 1
        return tuple((0 if end == "low" else last) if a == axis else slice(None) for a in range(self.dimension))

    def _initial_strain(self, eigenstrain: ArrayLike | None, mean_strain: ArrayLike | None) -> Floats | None:
        """Strain that makes stress without displacement: mean strain less eigenstrain; (6,), (6, ...) or None."""
        total: Floats | None = None
        for name, value, sign in (("mean_strain", mean_strain, 1.0), ("eigenstrain", eigenstrain, -1.0)):
            if value is None:
                continue
            given = np.asarray(value, dtype=np.float64)
            field = (6, *self.stiffness.shape)
            if given.shape not in ((6,), field) or (name == "mean_strain" and given.ndim > 1):
                raise InvalidInput(name, given.shape, "(6,)" if name == "mean_strain" else f"(6,) or {field}")
            if not np.all(np.isfinite(given)):
                raise InvalidInput(name, "NaN or infinite entries", "finite numbers")
            before = 0.0 if total is None else total.reshape((6,) + (1,) * (given.ndim - 1))
            total = sign * given + before
        return total

    def external_forces(self, tractions: Sequence[Traction], body_force: ArrayLike | None) -> Floats:
        """(d, nx, ny[, nz]) nodal forces of tractions and body forces, N (per m of thickness in 2-D)."""
        out = np.zeros((self.dimension, *self.nodes))
        for n, traction in enumerate(tractions):
            self._add_traction(f"tractions[{n}]", traction, out)
        if body_force is not None:
            given = np.asarray(body_force, dtype=np.float64)
            if given.shape != (self.dimension, *self.stiffness.shape) or not np.all(np.isfinite(given)):
                raise InvalidInput("body_force", given.shape, f"{(self.dimension, *self.stiffness.shape)}, finite")
            if np.any(given[:, ~self.stiffness.solid]):
                raise InvalidInput("body_force", "a force in a void", "0 in every void voxel")
            volume = math.prod(self.spacing) / 2**self.dimension
            for c in range(self.dimension):
                out[c] += to_nodes(volume * given[c], self.periodic)
        return out

    def _add_traction(self, name: str, traction: Traction, out: Floats) -> None:
        axis, d = traction.axis, self.dimension
        voxels = self._face(name, axis, traction.end, nodes=False)
        if self.periodic[axis]:
            raise InvalidInput(f"{name}.axis", axis, "an axis that is not periodic")
        if len(traction.stress) != d:
            raise InvalidInput(f"{name}.stress", len(traction.stress), f"{d} entries")
        solid = self.stiffness.solid[voxels]
        where = solid if traction.where is None else np.asarray(traction.where)
        if where.shape != solid.shape or where.dtype != np.bool_:
            raise InvalidInput(f"{name}.where", f"{where.dtype} {where.shape}", f"truth values of shape {solid.shape}")
        if not where.any():
            raise InvalidInput(name, "a face without solid voxels", "a load that touches solid")
        area = math.prod(h for a, h in enumerate(self.spacing) if a != axis) / 2 ** (d - 1)
        around = [p for a, p in enumerate(self.periodic) if a != axis]
        nodes = self._face(name, axis, traction.end, nodes=True)
        for c, value in enumerate(traction.stress):
            given = np.asarray(value, dtype=np.float64)
            if given.shape not in ((), solid.shape) or not np.all(np.isfinite(given)):
                raise InvalidInput(f"{name}.stress[{c}]", given.shape, f"a finite number or an array of {solid.shape}")
            field = np.where(where, given, 0.0)
            if np.any(field[~solid]) or (given.ndim and np.any(given[~solid])):
                raise InvalidInput(
                    f"{name}.stress[{c}]", "a load on a void", "0 on void voxels", "Load the solid voxels only"
                )
            out[c][nodes] += to_nodes(area * field, around)

    # ---- pieces that nothing holds ------------------------------------------------------------------------------

    @cached_property
    def _pieces(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Connected piece of each node (0 in voids), and whether a prescribed node holds each piece (from 1 up)."""
        from scipy import ndimage  # not needed for a solve without tractions

        near = to_nodes(self.stiffness.solid.astype(np.int8), self.periodic) > 0
        solid = self.stiffness.solid
        labels, count = ndimage.label(solid, structure=np.ones((3,) * self.dimension))
        parent = np.arange(count + 1)

        def root(n: int) -> int:
            while parent[n] != n:
                n = int(parent[n])
            return n

        # the piece of a node is the largest label around it; labels that meet at a node only over a seam are joined
        wide = np.zeros(near.shape, dtype=np.int64)
        for corner in itertools.product((0, 1), repeat=self.dimension):
            shifted = self._shifted(labels, corner)
            both = (wide > 0) & (shifted > 0) & (wide != shifted)
            for a, b in np.unique(np.stack([wide[both], shifted[both]]), axis=1).T:
                parent[max(root(int(a)), root(int(b)))] = min(root(int(a)), root(int(b)))
            wide = np.maximum(wide, shifted)
        roots = np.array([root(n) for n in range(count + 1)])
        names, packed = np.unique(roots, return_inverse=True)
        numbers = packed[wide].reshape(-1)
        held = np.zeros(len(names), dtype=bool)
        held[np.unique(numbers[(~np.isnan(self.prescribed)).any(axis=0).reshape(-1)])] = True
        return numbers, held[1:]

    def _shifted(self, field: NDArray[Any], corner: Sequence[int]) -> NDArray[Any]:
        """A voxel field on the nodes at one corner of the voxels."""
        out = field
        for axis, bit in enumerate(corner):
            if self.periodic[axis]:
                out = np.roll(out, bit, axis=axis)
            else:
                pad = [(0, 0)] * out.ndim
                pad[axis] = (bit, 1 - bit)
                out = np.pad(out, pad)
        return out

    def _check_held(self, outside: Floats) -> None:
        """Refuse external forces on a piece that no support holds, unless they balance."""
        if not outside.any():
            return
        numbers, held = self._pieces
        for c in range(self.dimension):
            forces = outside[c].reshape(-1)
            net = np.bincount(numbers, weights=forces, minlength=held.size + 1)[1:]
            size = np.bincount(numbers, weights=np.abs(forces), minlength=held.size + 1)[1:]
            if np.any(~held & (np.abs(net) > 1e-9 * size)):
                raise InvalidInput(
                    "load",
                    "a force on a piece of solid that no support holds",
                    "loads on supported pieces",
                    "Remove the loose piece from the volume, or add a support",
                )


def _among(name: str, value: Any, allowed: Sequence[str] | Mapping[str, Any]) -> None:
    if value not in allowed:
        raise InvalidInput(name, value, " or ".join(repr(word) for word in allowed))
