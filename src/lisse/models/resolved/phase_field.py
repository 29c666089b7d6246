"""Damage of a brittle solid on voxels: the AT1 phase field with a bound, which lets cracks grow but never heal.

Damage d is one number per voxel (0 intact, 1 cracked) and minimises, between its value before and 1,

::

    integral of (1 - d)^2 psi + (3 Gc/8) (d/ell + ell |grad d|^2)

with the strain energy density psi that drives it. Gradients act over the faces between voxels, with the smaller Gc of
the two, so that a row of weak voxels along a boundary stays weak. Nothing happens below the strength
sqrt(3 E Gc/(8 ell)); a crack is one row of voxels with d = 1 and a skirt of 2 ell on either side.

What belongs here: damage at a given energy. What does not: stresses (`electrolyte_body`), and which Gc to put in so
that a weak boundary has the toughness it should (`fracture_calibration`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput, SolveFailed

__all__ = ["PhaseField"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST_SETS = 200
"""Trials of the set of growing voxels before giving up."""
_DIRECT_BELOW = {2: 60_000, 3: 6_000}  # growing voxels up to which a factor is faster than conjugate gradients
_ZERO = 1e-11  # of Gc/ell: driving forces below it are rounding


class PhaseField:
    """Crack growth on a grid of voxels, lateral axes periodic.

    Parameters
    ----------
    toughness : (nx, ny[, nz]) array, J/m2
        Fracture energy Gc; 0 where there is nothing to crack (pores, metal).
    length : float, m
        ell, half of the half-width of a crack's skirt. Two voxels are enough; below 1.5 a crack costs too much.
    spacing : float, m
        Edge of a voxel.
    frozen : (nx, ny[, nz]) bool array, optional
        Voxels whose damage never changes.

    Notes
    -----
    The functional is AT1 of Pham, Amor, Marigo and Maurini (2011). It needs no correction for the size of the voxels: a
    straight crack costs 1.008 Gc at two voxels to ell.

    Examples
    --------
    >>> field = PhaseField(np.full((9, 1), 7.0), length=1e-6, spacing=0.5e-6)
    >>> cracked = field.advance(np.zeros((9, 1)), np.eye(9)[:, 4:5])
    >>> cracked[2:7, 0].round(2).tolist()
    [0.25, 0.56, 1.0, 0.56, 0.25]
    """

    def __init__(
        self, toughness: ArrayLike, length: float, spacing: float, frozen: NDArray[np.bool_] | None = None
    ) -> None:
        self.toughness: Floats = np.array(toughness, dtype=np.float64)
        if self.toughness.ndim not in (2, 3) or not np.all(np.isfinite(self.toughness)) or self.toughness.min() < 0:
            raise InvalidInput("toughness", self.toughness.shape, "finite numbers of 0 J/m2 or more on 2 or 3 axes")
        for name, value in (("length", length), ("spacing", spacing)):
            if not (math.isfinite(value) and value > 0):
                raise InvalidInput(name, value, "above 0, in m")
        if length < spacing:
            raise InvalidInput(
                "length", length, f"one voxel or more ({spacing:.3g} m)", "Use smaller voxels, or a larger length"
            )
        self.length, self.spacing = float(length), float(spacing)
        self.shape = tuple(self.toughness.shape)
        self.frozen = self._mask("frozen", frozen) | (self.toughness == 0.0)
        self._onset = 3.0 / 8.0 * self.toughness / self.length
        self._faces = [self._face_weights(axis) for axis in range(self.toughness.ndim)]
        self._neighbours = _neighbours(self.shape)
        self._grown: Mask | None = None  # of the last answer, near which the next one often is

    def advance(self, energy: ArrayLike, before: ArrayLike, frozen: NDArray[np.bool_] | None = None) -> Floats:
        """Damage that minimises the energy without healing; exact, by trials of the set of growing voxels.

        Parameters
        ----------
        energy : (nx, ny[, nz]) array, J/m3
            Strain energy density that drives cracks, of the intact stiffness.
        before : (nx, ny[, nz]) array, 1
            Damage that is there and stays.
        frozen : (nx, ny[, nz]) bool array, optional
            More voxels that keep their damage, in this call.

        Returns
        -------
        (nx, ny[, nz]) array, 1

        Raises
        ------
        SolveFailed
            When the set of growing voxels does not settle.
        """
        psi, old = self._field("energy", energy), self._field("before", before)
        if psi.min() < 0 or old.min() < 0 or old.max() > 1:
            raise InvalidInput("energy and before", None, "an energy of 0 or more, and a damage between 0 and 1")
        free = ~(self.frozen | self._mask("frozen", frozen))
        damage, limit = old.copy(), -_ZERO * self._onset
        slope = self._slope(damage, psi)
        growing = free & (slope < limit)
        if not growing.any():
            return damage
        near = self._grown if self._grown is not None and self._grown[growing].all() else self._widened(growing)
        # what nothing pulls stays out: with no energy anywhere, a piece that is free as a whole has no answer
        growing |= near & free & (slope < self._onset)
        for _ in range(MOST_SETS):
            damage = old.copy()
            damage[growing] = self._balance(psi, old, growing)
            healed = growing & (damage < old)
            # with what would heal still in it: so the sets shrink from trial to trial (an M-matrix)
            more = free & ~growing & (self._slope(damage, psi) < limit)
            if not healed.any() and not more.any():
                self._grown = growing
                return np.clip(damage, old, 1.0)
            growing = (growing & ~healed) | more
        raise SolveFailed(f"damage: the set of growing voxels did not settle in {MOST_SETS} trials")

    def energy(self, damage: ArrayLike) -> float:
        """J (J per metre of depth in 2-D). Energy that the cracks have cost."""
        d = self._field("damage", damage)
        total = float(np.sum(self._onset * d))
        for axis, weight in enumerate(self._faces):
            total += 0.5 * float(np.sum(weight * (np.roll(d, -1, axis) - d) ** 2))
        return total * self.spacing**d.ndim

    # ---- inside -------------------------------------------------------------------------------------------------

    def _face_weights(self, axis: int) -> Floats:
        """(nx, ny[, nz]) 3 Gc ell/(4 h^2) of the face above each voxel, J/m3; 0 where there is none."""
        smaller: Floats = np.minimum(self.toughness, np.roll(self.toughness, -1, axis))
        weight = 0.75 * self.length / self.spacing**2 * smaller
        if self.shape[axis] == 1:
            weight[...] = 0.0
        elif axis == 0:
            weight[-1] = 0.0
        return weight

    def _slope(self, d: Floats, psi: Floats) -> Floats:
        """Derivative of the energy by the damage of each voxel, per volume, J/m3."""
        from lisse.numerics.face_fluxes import add_differences

        out: Floats = self._onset - 2.0 * (1.0 - d) * psi
        for axis, weight in enumerate(self._faces):
            add_differences(out, d, weight, axis)
        return out

    def _widened(self, mask: Mask) -> Mask:
        """The mask and what lies within the skirt of a crack, which is about to grow with it."""
        out = mask
        for _ in range(math.ceil(2.0 * self.length / self.spacing)):
            wide = out.copy()
            wide[1:] |= out[:-1]
            wide[:-1] |= out[1:]
            for axis in range(1, out.ndim):
                wide |= np.roll(out, 1, axis) | np.roll(out, -1, axis)
            out = wide
        return out

    def _balance(self, psi: Floats, old: Floats, growing: Mask) -> Floats:
        """Damage of the growing voxels at which the slope vanishes, the others held."""
        from scipy import sparse

        places = np.flatnonzero(growing)
        number = np.full(growing.size, -1, dtype=np.int64)
        number[places] = np.arange(places.size)
        local, flat_old = psi.reshape(-1)[places], old.reshape(-1)
        diagonal = 2.0 * local
        right = 2.0 * local - self._onset.reshape(-1)[places]
        rows, columns, values = [], [], []
        for weight, (above, below) in zip(self._faces, self._neighbours, strict=True):
            flat = weight.reshape(-1)
            for other, strength in ((above[places], flat[places]), (below[places], flat[below[places]])):
                diagonal += strength
                inside = (number[other] >= 0) & (strength > 0.0)
                right += np.where(inside, 0.0, strength * flat_old[other])
                rows.append(np.flatnonzero(inside))
                columns.append(number[other[inside]])
                values.append(-strength[inside])
        rows.append(np.arange(places.size))
        columns.append(np.arange(places.size))
        values.append(diagonal)
        entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        return _solved(sparse.coo_matrix(entries, shape=(places.size,) * 2).tocsc(), diagonal, right, growing.ndim)

    def _field(self, name: str, value: ArrayLike) -> Floats:
        given = np.asarray(value, dtype=np.float64)
        if given.shape != self.shape or not np.all(np.isfinite(given)):
            raise InvalidInput(name, given.shape, f"finite numbers of shape {self.shape}")
        return given

    def _mask(self, name: str, value: NDArray[np.bool_] | None) -> Mask:
        if value is None:
            return np.zeros(self.shape, dtype=bool)
        given = np.asarray(value)
        if given.shape != self.shape or given.dtype != np.bool_:
            raise InvalidInput(name, f"{given.dtype} {given.shape}", f"truth values of shape {self.shape}")
        return given


def _neighbours(shape: tuple[int, ...]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Per axis, the flat voxel above and below each one, around the ends."""
    flat = np.arange(math.prod(shape)).reshape(shape)
    return [(np.roll(flat, -1, axis).reshape(-1), np.roll(flat, 1, axis).reshape(-1)) for axis in range(len(shape))]


def _solved(matrix: Any, diagonal: Floats, right: Floats, dimension: int) -> Floats:
    """Solution with a well conditioned M-matrix."""
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import cg, splu

    if right.size <= _DIRECT_BELOW[dimension]:
        factor: Any = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        out: Floats = factor.solve(right)
        return out
    found, failed = cg(matrix.tocsr(), right, rtol=1e-12, maxiter=2000, M=diags_array(1.0 / diagonal))
    if failed:
        raise SolveFailed(f"damage: conjugate gradients did not settle on {right.size} voxels")
    solution: Floats = found
    return solution
