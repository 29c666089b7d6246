"""Small-strain elasticity on voxels, in 2-D (plane strain) and 3-D: what is given, the solve, and what comes out.

Every voxel is one Q1 element with mean dilatation (B-bar), so that nearly incompressible voxels do not lock; voids have
a stiffness of exactly zero and their nodes are left out. The operator is matrix-free (``elasticity_kernels``), solved
by conjugate gradients with a multigrid cycle (``elasticity_multigrid``), or by a kept sparse factor
(``elasticity_direct``). Axes 0, 1, 2 are x, y, z; Voigt order is 11, 22, 33, 23, 13, 12 with engineering shear strains,
also in plane strain. Stress is positive in tension.

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
    POSITIONS_2D,
    POSITIONS_3D,
    Grid,
    GridStiffness,
    Multigrid,
    conjugate_gradients,
    to_nodes,
)
from lisse.numerics.elasticity_tensor import checked_stiffness, is_isotropic, isotropic_projection

__all__ = [
    "ElasticSolution",
    "Support",
    "Traction",
    "VoxelElasticity",
    "VoxelStiffness",
    "elasticity_cost",
]

Floats = NDArray[np.float64]
INTEGRATION = ("mean-dilatation", "full")
METHODS = ("multigrid", "direct")
ENDS = ("low", "high")


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


@dataclass(frozen=True, eq=False)
class VoxelStiffness:
    """What every voxel is made of; made by ``of_materials`` or ``of_moduli``.

    Parameters
    ----------
    shape : tuple of int. Voxels along each axis.
    index : (voxels,) int32 array or None. Row of the table for each voxel.
    table : (n, 6, 6) array, Pa, or None.
    moduli : (2, voxels) array, Pa, or None. Bulk and shear modulus of each voxel.
    """

    shape: tuple[int, ...]
    index: NDArray[np.int32] | None = None
    table: Floats | None = None
    moduli: Floats | None = None

    @classmethod
    def of_materials(cls, index: ArrayLike, table: ArrayLike) -> VoxelStiffness:
        """Few materials (phases, grains) on many voxels.

        Parameters
        ----------
        index : (nx, ny[, nz]) int array. Row of the table for each voxel.
        table : (n, 6, 6) array, Pa. Stiffness of each material; all zeros is a void.
        """
        rows = np.asarray(index)
        if rows.ndim not in (2, 3) or rows.size == 0 or not np.issubdtype(rows.dtype, np.integer):
            raise InvalidInput("index", f"{rows.dtype} {rows.shape}", "integers on 2 or 3 axes")
        checked = np.stack([checked_stiffness(f"stiffness {n}", matrix) for n, matrix in enumerate(np.asarray(table))])
        low, high = int(rows.min()), int(rows.max())
        if low < 0 or high >= len(checked):
            raise InvalidInput("index", (low, high), f"rows of the stiffness table, 0 to {len(checked) - 1}")
        flat = np.ascontiguousarray(rows, dtype=np.int32).reshape(-1)
        return cls(tuple(rows.shape), index=flat, table=checked)

    @classmethod
    def of_moduli(cls, bulk: ArrayLike, shear: ArrayLike) -> VoxelStiffness:
        """Isotropic voxels, each with its own moduli (damage, graded layers).

        Parameters
        ----------
        bulk, shear : (nx, ny[, nz]) arrays, Pa. 0 or more; both 0 is a void.
        """
        pair = np.stack([np.asarray(bulk, dtype=np.float64), np.asarray(shear, dtype=np.float64)])
        if pair.ndim not in (3, 4) or pair.size == 0:
            raise InvalidInput("bulk", pair.shape[1:], "2 or 3 axes")
        if not np.all(np.isfinite(pair)) or pair.min() < 0:
            raise InvalidInput("bulk and shear modulus", float(np.nanmin(pair)), "finite numbers of 0 Pa or more")
        if np.any((pair[0] == 0) != (pair[1] == 0)):
            raise InvalidInput("bulk and shear modulus", None, "both 0 (a void) or both above 0 in every voxel")
        return cls(tuple(pair.shape[1:]), moduli=pair.reshape(2, -1))

    @cached_property
    def solid(self) -> NDArray[np.bool_]:
        """(nx, ny[, nz]) voxels that are not void."""
        if self.moduli is not None:
            solid: NDArray[np.bool_] = self.moduli[1] > 0
        else:
            stiff: NDArray[np.bool_] = np.abs(self._table).max(axis=(1, 2)) > 0
            solid = stiff[self._index]
        return solid.reshape(self.shape)

    @property
    def _table(self) -> Floats:
        if self.table is None:
            raise InvalidInput("stiffness", None, "made by VoxelStiffness.of_materials or of_moduli")
        return self.table

    @property
    def _index(self) -> NDArray[np.int32]:
        if self.index is None:
            raise InvalidInput("stiffness", None, "made by VoxelStiffness.of_materials or of_moduli")
        return self.index

    def coefficients(self) -> GridStiffness:
        """The numbers that the operator reads."""
        dimension = len(self.shape)
        if self.moduli is not None:
            if dimension == 3:
                return GridStiffness(self.moduli)
            bulk, shear = self.moduli
            row = {pair: np.zeros_like(bulk) for pair in POSITIONS_2D}
            for a, b in POSITIONS_2D:
                if a < 3 and b < 3:
                    row[a, b] = bulk + (4 / 3 if a == b else -2 / 3) * shear
            row[3, 3] = shear
            return GridStiffness(np.stack([row[pair] for pair in POSITIONS_2D]))
        if dimension == 3 and all(is_isotropic(matrix) for matrix in self._table):
            return GridStiffness(np.stack(isotropic_projection(self._table)), self._index)
        voigt = (0, 1, 2, 3, 4, 5) if dimension == 3 else (0, 1, 2, 5)
        places = POSITIONS_3D if dimension == 3 else POSITIONS_2D
        return GridStiffness(np.stack([self._table[:, voigt[a], voigt[b]] for a, b in places]), self._index)

    def stress(self, strain: Floats) -> Floats:
        """(6, nx, ny[, nz]) stress, Pa, of a strain field of that shape, or of one uniform strain (6,)."""
        wide = np.asarray(strain, dtype=np.float64).reshape(6, -1)
        out = np.zeros((6, math.prod(self.shape)))
        if self.moduli is not None:
            bulk, shear = self.moduli
            out[:3] = (bulk - 2 / 3 * shear) * wide[:3].sum(axis=0) + 2 * shear * wide[:3]
            out[3:] = shear * wide[3:]
        else:
            for a, b in itertools.product(range(6), repeat=2):
                column = self._table[:, a, b]
                if np.any(column) and np.any(wide[b]):
                    out[a] += column[self._index] * wide[b]
        return out.reshape(6, *self.shape)


def elasticity_cost(shape: Sequence[int], isotropic: bool = True, materials: bool = True) -> tuple[float, float]:
    """Memory and time that one solve is expected to take, before anything is allocated.

    Parameters
    ----------
    shape : sequence of int. Voxels along each axis.
    isotropic : bool. Whether all materials are isotropic.
    materials : bool. A table of materials instead of moduli per voxel.

    Returns
    -------
    tuple of float
        Peak memory in bytes, and seconds on two cores for a relative residual of 1e-8 (a rough figure).
    """
    voxels, dimension = float(math.prod(shape)), len(shape)
    freedom = dimension * math.prod(n + 1 for n in shape)
    coefficients = {2: 10, 3: 2 if isotropic else 21}[dimension]
    # float64: u, r, p, q, load, start and two passing vectors; float32: four lines and the diagonal, and coarse grids
    vectors = freedom * (8 * 8 + 5 * 4 * 8 / 7)
    stiffness = voxels * (4 + 4 * coefficients / 7 if materials else coefficients * (8 + 4 * 8 / 7))
    seconds = voxels * (2e-5 if isotropic else 5e-5) / (1 if dimension == 3 else 3)
    return vectors + stiffness + 64 * voxels, seconds


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
            need, _ = elasticity_cost(stiffness.shape, isotropic, stiffness.table is not None)
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
        return self._grid(1.0, 1.0, np.float64)

    def _grid(self, modulus: float, length: float, dtype: type[np.floating[Any]]) -> Grid:
        plain = self.stiffness.coefficients()
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
        _ = self._cycle if self.method == "multigrid" else self._factor
        return self

    @cached_property
    def _cycle(self) -> Multigrid:
        modulus = float(np.abs(self.stiffness.coefficients().coefficient).max())
        return Multigrid(self._grid(modulus, min(self.spacing), np.float32))

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
                "Look for parts that are held too little, for K/G above 1e4, or allow a larger tolerance",
                solution,
            )
        return solution

    def _displacement(self, load: Floats, start: Floats, tolerance: float, most: int) -> tuple[Floats, int, float]:
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


def _among(name: str, value: Any, allowed: Sequence[str] | Mapping[str, Any]) -> None:
    if value not in allowed:
        raise InvalidInput(name, value, " or ".join(repr(word) for word in allowed))
