"""The cracks of an electrolyte at the end of one step: damage, and the pressure of the lithium in every cluster.

Volume of a cluster, with the elastic response of the damaged electrolyte and pores that are filled first:

    V_k = V0_k + sum over l of C_kl p_l + pores_k,          p_k >= 0, and p_k = 0 while its pores are not full

Lithium in it at the end of the step, implicit in the pressure (the stress term of the overpotential):

    V_k = V_k(before) + dt (V/F) [I_k + s_k (p_k - q_k)],   s_k = -(V/F) sum over its faces of area dj/de

with the currents I_k of a charge solve at the pressures q_k. Both sides are equal: a small linear system with a sign
condition. Damage and pressures alternate: at given damage the pressures follow, at given pressures the damage, over-
relaxed, the more the longer the damage goes one way, until the estimate r/(1 - r) of what is left of the change falls
below the tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.clusters import CRACKED, Cluster
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.electrolyte_body import ElectrolyteBody, Response
from lisse.models.resolved.interphase_stress import stretched
from lisse.models.resolved.phase_field import PhaseField

__all__ = ["Cracked", "Cracks", "Filling", "advance", "cluster_pressures"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
OVER_RELAXATION = 1.5
MOST_RELAXATION = 4.0
"""While a crack runs, damage goes the same way for many passes; longer steps along it save one in four of them."""
_ONWARD = 0.9  # cosine of the angle between two steps of the damage that go the same way
_FASTER = 1.3  # times longer than the one before
_BACK = 0.5  # cosine, with the sign turned, of two steps between which the damage swings
_LEAST_RELAXATION = 0.3
MOST_STAGGERS, MOST_IN_JUMP = 200, 2000
_PATIENCE = 60  # staggers after which a step counts as a jump


@dataclass(frozen=True, eq=False)
class Filling:
    """What a charge solve says about the lithium of every cluster; arrays of one entry per cluster.

    Attributes
    ----------
    before : array, m3 or m2
        Lithium at the start of the step.
    gained : array, m3 or m2
        dt (V/F) I.
    slope : array, m3/Pa or m2/Pa
        dt (V/F) s, not above zero.
    pressure : array, Pa
        q, of the charge solve.
    pores : array, m3 or m2
        Volume of the pores of each cluster.
    """

    before: Floats
    gained: Floats
    slope: Floats
    pressure: Floats
    pores: Floats

    def missed(self, pressure: Floats) -> float:
        """1. Largest difference between the volume of a cluster and its lithium at pressures (Pa), over the lithium.

        The pressures are found with the slopes of the currents; this is what the charge solve has not yet followed.
        """
        lithium = np.maximum(np.abs(self.before + self.gained), 1e-300)
        return float((np.abs(self.slope * (pressure - self.pressure)) / lithium).max(initial=0.0))


@dataclass(frozen=True, eq=False)
class Cracked:
    """Damage and pressures that agree.

    Attributes
    ----------
    damage : (nx, ny[, nz]) array, 1
    pressure : (k,) array, Pa
    response : Response
        Of the electrolyte, at this damage.
    staggers : int
    converged : bool
    new : int
        Voxels that have cracked.
    advance : int
        How many voxels far cracks have run (see `advance`).
    """

    damage: Floats
    pressure: Floats
    response: Response
    staggers: int
    converged: bool
    new: int
    advance: int


def cluster_pressures(base: Floats, compliance: Floats, filling: Filling) -> Floats:
    """Pa. Pressures that make the volume of every cluster that of its lithium, none below zero.

    Parameters
    ----------
    base : (k,) array, m3 or m2
        V0, volume of each crack without pressure.
    compliance : (k, k) array, m3/Pa or m2/Pa
    filling : Filling

    Notes
    -----
    A cluster with lithium for less than its crack and pores is at zero pressure. Found by dropping clusters whose
    pressure would be below zero and taking back those whose lithium then exceeds their volume.
    """
    count = len(base)
    pressure = np.zeros(count)
    if count == 0:
        return pressure
    matrix = compliance - np.diag(filling.slope)
    load = filling.before + filling.gained - filling.slope * filling.pressure - base - filling.pores
    full = load > 0.0
    for _ in range(4 * count + 4):
        pressure[:] = 0.0
        if full.any():
            pressure[full] = np.linalg.solve(matrix[np.ix_(full, full)], load[full])
        below = full & (pressure < 0.0)
        again = ~full & (load - matrix @ pressure > 0.0)
        if not below.any() and not again.any():
            break
        full = (full & ~below) if below.any() else (full | again)
    return np.maximum(pressure, 0.0)


class Cracks:
    """Damage and clusters of one electrolyte.

    Parameters
    ----------
    domain : Domain
    body : ElectrolyteBody
    field : PhaseField
    tolerance : float, 1
        Of the damage.
    """

    def __init__(self, domain: Domain, body: ElectrolyteBody, field: PhaseField, tolerance: float = 5e-4) -> None:
        self.domain, self.body, self.field, self.tolerance = domain, body, field, tolerance
        self._inputs: list[NDArray[Any]] = []
        self._last: Response
        self._planes = np.zeros(domain.shape, dtype=bool)
        self._planes[[0, -1]] = domain.initial_damage[[0, -1]] < CRACKED

    def settled(self, damage: Floats) -> Floats:
        """1. Damage of cracks without load: with the skirt that the phase field gives them."""
        return self.field.advance(np.zeros_like(damage), damage)

    def settle(
        self,
        before: Floats,
        start: Floats,
        clusters: Sequence[Cluster],
        filling: Filling,
        traction: tuple[Floats, Floats],
        frozen: Mask,
        most_new: int,
        stretch: float = 0.0,
    ) -> Cracked:
        """Damage and pressures at the end of a step.

        Parameters
        ----------
        before, start : (nx, ny[, nz]) arrays, 1
            Damage that cannot heal, and where to start from.
        clusters : sequence of Cluster
        filling : Filling
        traction : tuple of two (d, lateral) arrays, Pa
            On the low and on the high end plane, at the nodes.
        frozen : mask
            Voxels whose damage stays (loose blocks).
        most_new : int
            Give up as soon as cracks have run farther than so many voxels.
        stretch : float, 1
            Elastic strain along both lateral axes that interphases put on the whole electrolyte, tension positive.
        """
        damage, step, relaxation = start, np.zeros_like(start), OVER_RELAXATION
        last_change, done, held, floor = np.inf, False, frozen | self._whole_planes(clusters), before
        jump = most_new >= damage.size
        for count in range(1, (MOST_IN_JUMP if jump else MOST_STAGGERS) + 1):
            response = self.response(damage, clusters, traction, stretch)
            pressure = cluster_pressures(response.base_volume, response.compliance, filling)
            energy = response.strain_energy(pressure)
            wanted = self.field.advance(energy, floor, held)
            change = float(np.abs(wanted - damage).max())
            ratio = min(change / last_change, 0.95) if last_change > 0.0 else 0.0
            left = change * (ratio / (1.0 - ratio) if count > 1 else 1.0)
            if min(change, left) <= self.tolerance or change == 0.0:
                done = True
                break
            last_step, step = step, wanted - damage
            relaxation = _relaxation(relaxation, last_step, step)
            sudden = jump or count > _PATIENCE
            damage = np.clip(damage + (1.0 if sudden else relaxation) * step, floor, 1.0)
            if sudden:  # what cracks in a jump stays cracked, also while the pressure falls
                floor = np.where(damage >= CRACKED, damage, before)
            last_change = change
            if not jump and advance(before, damage) > most_new:
                break
        new = int(np.count_nonzero(_new(before, damage)))
        return Cracked(damage, pressure, response, count, done, new, advance(before, damage))

    def _whole_planes(self, clusters: Sequence[Cluster]) -> Mask:
        """Voxels of the end planes that may not crack.

        A crack does not run along the plane of its own electrode, but it breaks through that of the other one.
        """
        planes, reach = self._planes.copy(), round(self.body.skirt / self.domain.voxel)
        for cluster in clusters:
            last = slice(-1 - reach, None) if cluster.side == 0 else slice(None, 1 + reach)
            ahead = cluster.crack[last].any(axis=0)
            if ahead.any():
                for axis in range(ahead.ndim):
                    ahead = np.any([np.roll(ahead, shift, axis) for shift in range(-2 * reach, 2 * reach + 1)], axis=0)
                planes[-1 if cluster.side == 0 else 0] &= ~ahead
        return planes

    def response(
        self, damage: Floats, clusters: Sequence[Cluster], traction: tuple[Floats, Floats], stretch: float = 0.0
    ) -> Response:
        """The elastic response; the last one where nothing has changed."""
        regions = [self._region(cluster) for cluster in clusters]
        inputs = [damage, *traction, *regions, np.array(stretch)]
        same = len(inputs) == len(self._inputs)
        if same and all(np.array_equal(a, b) for a, b in zip(inputs, self._inputs, strict=True)):
            return self._last
        strain = stretched(self.domain, stretch) if stretch else None
        self._last = self.body.respond(damage, traction[0], traction[1], regions, strain)
        self._inputs = [np.array(each) for each in inputs]
        return self._last

    def capacity(
        self,
        damage: Floats,
        clusters: Sequence[Cluster],
        pressure: Floats,
        traction: tuple[Floats, Floats],
        stretch: float,
    ) -> Floats:
        """(k,) m3 or m2. Lithium that each cluster holds at a pressure (Pa), with its pores full."""
        pores = np.array([cluster.pore_volume(self.domain.cell_volume) for cluster in clusters])
        return np.asarray(self.response(damage, clusters, traction, stretch).crack_volume(pressure) + pores)

    def _region(self, cluster: Cluster) -> Mask:
        """Cracked voxels and all pores of a cluster."""
        region = cluster.crack.copy()
        region.reshape(-1)[cluster.pores] = True
        return region


def _relaxation(before: float, last_step: Floats, step: Floats) -> float:
    """1. How much of the next step of the damage is made, after the last two."""
    sizes = float(np.linalg.norm(step) * np.linalg.norm(last_step))
    along = float(np.vdot(step, last_step))
    if along > _ONWARD * sizes:
        return min(_FASTER * before, MOST_RELAXATION)
    if along < -_BACK * sizes:  # pressure falls as damage grows: the secant between the two (Aitken)
        turn = last_step - step
        return min(max(before * float(np.vdot(last_step, turn) / np.vdot(turn, turn)), _LEAST_RELAXATION), 1.0)
    return OVER_RELAXATION


def advance(before: Floats, damage: Floats) -> int:
    """How many voxels far cracks have run between two damages: in a plane, as many as are newly cracked.

    In space the front of a crack is a line, and all of it moves: so many different distances, in whole voxels, the new
    ones have from the cracks that were there, so that a crack that is the same along one axis counts as in a plane.
    """
    new = _new(before, damage)
    count = int(np.count_nonzero(new))
    if damage.ndim == 2 or count <= 1 or not (before >= CRACKED).any():
        return count
    from lisse.numerics.distance import distance_to_background

    away = distance_to_background(before < CRACKED, None, (False, *[True] * (damage.ndim - 1)))
    return len(np.unique(np.round(away[new])))


def _new(before: Floats, damage: Floats) -> Mask:
    """Voxels that have cracked between two damages."""
    return np.asarray((damage >= CRACKED) & (before < CRACKED))
