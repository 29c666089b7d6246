"""What an electrolyte answers to its loads: displacement, stress, energy and the volumes of its cracks.

Linear in the pressures of the lithium, so that one response serves all of them. Solving is in `electrolyte_body`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput

if TYPE_CHECKING:
    from lisse.models.resolved.electrolyte_body import ElectrolyteBody

__all__ = ["Response"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Response:
    """Everything elastic about an electrolyte at one damage, for any pressures in its clusters.

    Attributes
    ----------
    body : ElectrolyteBody
    damage : (nx, ny[, nz]) array, 1
    base : (d, nx + 1, ny[, nz]) array, m
        Displacement without pressure in the cracks; on the mean, the electrolyte stays in place.
    unit : (k, d, nx + 1, ny[, nz]) array, m/Pa
        Displacement of unit pressure in each cluster.
    base_volume : (k,) array, m3 (m2 in 2-D)
        Volume of each crack without pressure.
    compliance : (k, k) array, m3/Pa (m2/Pa in 2-D)
        Symmetric.
    lithium_stress : list of (6, nx, ny[, nz]) arrays, 1
        How each cluster bears its pressure: m A over its voxels and its skirt.
    eigenstrain : (6, nx, ny[, nz]) array or None, 1
    load : (d, nx + 1, ny[, nz]) array, N (N/m in 2-D)
        Nodal forces without pressure in the cracks.
    iterations : int
    residual : float, 1
    """

    body: ElectrolyteBody
    damage: Floats
    base: Floats
    unit: Floats
    base_volume: Floats
    compliance: Floats
    lithium_stress: list[Floats]
    eigenstrain: Floats | None
    load: Floats
    iterations: int
    residual: float

    def _pressures(self, pressures: ArrayLike) -> Floats:
        given = np.asarray(pressures, dtype=np.float64).reshape(-1)
        if given.shape != self.base_volume.shape or not np.all(np.isfinite(given)):
            raise InvalidInput("pressures", given.shape, f"one finite number per cluster ({len(self.base_volume)})")
        return given

    def crack_volume(self, pressures: ArrayLike) -> Floats:
        """(k,) m3 (m2 in 2-D). Volume of each crack."""
        out: Floats = self.base_volume + self.compliance @ self._pressures(pressures)
        return out

    def displacement(self, pressures: ArrayLike) -> Floats:
        """(d, nx + 1, ny[, nz]) m. 0 inside pores."""
        out: Floats = self.base + np.tensordot(self._pressures(pressures), self.unit, axes=1)
        return out

    def strain(self, pressures: ArrayLike) -> Floats:
        """(6, nx, ny[, nz]) strain at the voxel centres, 1, with engineering shears."""
        modes = self.body.mode_strains(self.displacement(pressures))
        return modes[0][1].reshape(6, *self.body.shape)

    def stress(self, pressures: ArrayLike) -> Floats:
        """(6, nx, ny[, nz]) Pa. Stress at the voxel centres, positive in tension; across a crack it is -p."""
        elastic = self.strain(pressures) - (0.0 if self.eigenstrain is None else self.eigenstrain)
        out = self.body.degradation(self.damage) * self.body.stiffness.stress(elastic)
        for pressure, pushed in zip(self._pressures(pressures), self.lithium_stress, strict=True):
            out -= pressure * pushed
        return out

    def strain_energy(self, pressures: ArrayLike) -> Floats:
        """(nx, ny[, nz]) J/m3. Energy density of the intact stiffness that drives damage.

        That of the strain, without the part of compressed volume: ``K <tr e>+^2/2`` and all of the shear. The pressure
        of the lithium is not in it: it works on the crack, not on the material.
        """
        total, swelling = self._energy(pressures)
        total -= 0.5 * self.body.bulk_modulus.reshape(-1) * np.minimum(swelling, 0.0) ** 2
        return np.maximum(total, 0.0).reshape(self.body.shape)

    def stored_energy(self, pressures: ArrayLike) -> float:
        """J (J/m in 2-D). Elastic energy in the degraded electrolyte."""
        softening = self.body.degradation(self.damage).reshape(-1)
        return float(softening @ self._energy(pressures)[0]) * self.body.spacing**self.body.dimension

    def _energy(self, pressures: ArrayLike) -> tuple[Floats, Floats]:
        """(voxels,) energy density of the intact stiffness, J/m3, and elastic volume strain."""
        moduli = self.body.stiffness.moduli
        if moduli is not None and self.eigenstrain is None:
            from lisse.numerics.element_energy import element_energy

            moved = self.displacement(pressures).reshape(self.body.dimension, -1)
            return element_energy(moduli[0], moduli[1], self.body.corners, moved, self.body.spacing)
        modes = self.body.mode_strains(self.displacement(pressures))
        if self.eigenstrain is not None:
            modes[0] = modes[0][0], modes[0][1] - self.eigenstrain.reshape(6, -1)
        total = np.zeros(math.prod(self.body.shape))
        for weight, strain in modes:
            stress = self.body.stiffness.stress(strain).reshape(6, -1)
            total += 0.5 * weight * np.einsum("vn,vn->n", stress, strain)
        return total, modes[0][1][:3].sum(axis=0)
