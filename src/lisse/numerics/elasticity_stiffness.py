"""What every voxel of an elastic box is made of, and the time and memory that a solve with it will take.

Voigt order is 11, 22, 33, 23, 13, 12 with engineering shear strains, also in plane strain. Supports and loads are in
``elasticity``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.numerics.elasticity_multigrid import POSITIONS_2D, POSITIONS_3D, GridStiffness
from lisse.numerics.elasticity_tensor import checked_stiffness, is_isotropic, isotropic_projection

__all__ = ["VoxelStiffness", "elasticity_cost"]

Floats = NDArray[np.float64]
EARLIER_DIRECTIONS = 16
"""Directions that ``elasticity_pressure`` keeps."""
PRESSURE_EFFORT = 17.0
"""Time of a solve with pressures over that of one without."""


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

    @property
    def bulk_over_shear(self) -> float:
        """Largest ratio of bulk to shear modulus of a material in it, 1."""
        return float(self._ratios().max())

    def _ratios(self) -> Floats:
        """Bulk over shear modulus of each material or voxel; 0 for a void."""
        if self.moduli is not None:
            bulk, shear = self.moduli
        else:
            bulk, shear = _moduli(self._table)
        ratio: Floats = np.divide(bulk, shear, out=np.zeros_like(bulk), where=shear > 0)
        return ratio

    def split(self, from_ratio: float, kept: float) -> tuple[VoxelStiffness, Floats]:
        """The same voxels with less bulk modulus, and what was taken from each.

        Parameters
        ----------
        from_ratio : float, 1. Bulk over shear modulus from which a voxel is changed.
        kept : float, 1. Bulk over shear modulus that it keeps.

        Returns
        -------
        tuple of VoxelStiffness and (voxels,) array, Pa
        """
        high = self._ratios() > from_ratio
        if self.moduli is not None:
            bulk, shear = self.moduli
            less = np.where(high, kept * shear, bulk)
            return VoxelStiffness(self.shape, moduli=np.stack([less, shear])), bulk - less
        bulk, shear = _moduli(self._table)
        excess = np.where(high, bulk - kept * shear, 0.0)
        table = self._table.copy()
        table[:, :3, :3] -= excess[:, None, None]
        return VoxelStiffness(self.shape, self._index, table), excess[self._index]


def _moduli(table: Floats) -> tuple[Floats, Floats]:
    """Bulk modulus (under uniform pressure) and isotropic shear modulus of each matrix; 0 for a void."""
    bulk, shear = np.zeros((2, len(table)))
    for n, matrix in enumerate(table):
        if matrix.any():
            bulk[n] = 1 / np.linalg.inv(matrix)[:3, :3].sum()
            shear[n] = isotropic_projection(matrix)[1]
    return bulk, shear


def elasticity_cost(
    shape: Sequence[int], isotropic: bool = True, materials: bool = True, pressures: bool = False
) -> tuple[float, float]:
    """Memory and time that one solve by multigrid is expected to take, before anything is allocated.

    Parameters
    ----------
    shape : sequence of int. Voxels along each axis.
    isotropic : bool. Whether all materials are isotropic.
    materials : bool. A table of materials instead of moduli per voxel.
    pressures : bool. Whether nearly incompressible voxels have pressures (``VoxelElasticity.with_pressures``).

    Returns
    -------
    tuple of float
        Peak memory in bytes beyond that of the given arrays (measured at 64^3: 353 bytes a voxel for isotropic
        materials, 335 for crystals, 363 for moduli), and seconds on two cores for a relative residual of 1e-8 (a rough
        figure).
    """
    voxels, dimension = float(math.prod(shape)), len(shape)
    freedom = dimension * math.prod(n + 1 for n in shape)
    coefficients = {2: 10, 3: 2 if isotropic else 21}[dimension]
    # float64: u, r, p, q, load, start and two passing vectors; float32: four lines and the diagonal, and coarse grids
    vectors = freedom * (8 * 8 + 5 * 4 * 8 / 7)
    stiffness = voxels * (4 + 4 * coefficients / 7 if materials else coefficients * (8 + 4 * 8 / 7))
    seconds = voxels * (12e-6 if isotropic else 26e-6) / (1 if dimension == 3 else 1.5)
    if pressures:  # the earlier directions with their products, and what the cycle keeps
        vectors += (freedom + voxels) * (8 * 2 * EARLIER_DIRECTIONS + 80)
        seconds *= PRESSURE_EFFORT
    return vectors + stiffness + 64 * voxels, seconds
