"""Lithium inside the electrolyte (Mode 2): electrons that leak through it, and the metal that they leave there.

Electrons cross every face that metal touches freely and run through the same voxels as the ions, of which they are a
millionth: the ionic potential phi is that of the charge balance, and only the electronic potential psi is solved for,

    sum over faces g_e (psi - psi_neighbour) + sum over metal faces g_e (psi - phi_M) = s,      mu/F = phi - psi - V p/F

with the lithium potential mu against lithium metal under the stack pressure p (as in the lumped model), and s the
current at which lithium forms. It forms in pores and along grain boundaries (the sites), where mu reaches the threshold
mu_c = 2 gamma V/r of a deposit of the radius of the cell's pores under that same pressure:

    s >= 0,   mu <= mu_c,   s (mu - mu_c) = 0         where there is no lithium and there is room;
    mu = mu_c, s of either sign                       where there is lithium: it dissolves when the potential falls

an obstacle problem, solved by an active set. A pore takes the lithium of all voxels around it until it is full, and
each of these gets back no more than it gave; a voxel along a grain boundary takes its own volume. Deposits do not
conduct, and carry no pressure: what they do to the electrolyte after they have formed is not followed, except that full
pores and boundaries that reach from electrode to electrode, by themselves or with cracks, are a short. Pores that open
to an electrode are its own.

Lithium is booked to the electrode that the electrons come from: it is plated with what deposits leave. The leak that
runs all the way through is told, and discharges nothing, as in the lumped model.
Source: wagner1975, dejonghe1981, han2019
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput, SolveFailed
from lisse.materials import Material
from lisse.models.resolved.clusters import Cluster
from lisse.models.resolved.domain import CRACK, ELECTROLYTE, PORE, Domain, role_of
from lisse.models.resolved.face_law import Faces
from lisse.numerics.components import label_components
from lisse.theory import internal_plating_threshold

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator

__all__ = ["Inside", "InternalDeposition", "deposition_threshold", "electronic_conductivity"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]
TOUCHES = 1e-3
"""Share of a face in contact from which electrons cross it."""
_MOST_ROUNDS = 100
_MOST_RETURNS = 4  # of a place that was emptied within a step
_EXACT = 1e-10  # V, by which mu may pass the threshold
_TOLERANCE = 1e-11  # of the residual currents
_FULL = 1.0 - 1e-9
_EMPTY = 1e-12  # of what was there: rounding of what has dissolved


@dataclass(frozen=True, eq=False)
class Inside:
    """Lithium potential and deposits of one instant.

    Attributes
    ----------
    potential : (nx, ny[, nz]) array, V
        mu/F against lithium metal under the stack pressure; NaN outside of the conductor.
    leak : (2,) array, A (A/m in a plane)
        Electronic current that enters the electrolyte from the working and from the counter metal; the sum is minus
        that of the deposits.
    rate : float, A (A/m in a plane)
        At which lithium forms inside.
    deposit : (nx, ny[, nz]) array, 1
        Volume of the lithium that has formed from each voxel, over that of a voxel; `InternalDeposition.fraction` says
        which voxels it fills.
    """

    potential: Floats
    leak: Floats
    rate: float
    deposit: Floats


def electronic_conductivity(
    domain: Domain,
    materials: Mapping[str, Material],
    roles: Mapping[str, str],
    temperature: float,
    boundary: float | None,
) -> Floats:
    """S/m. Of every voxel; 0 in pores and lithium.

    Parameters
    ----------
    domain : Domain
    materials : mapping of phase name to Material
        With ``"electrolyte"``.
    roles : mapping of phase name to the name of a role
    temperature : float, K
    boundary : float or None, S/m
        Of the two voxels along every grain boundary; ``None`` is that of the grains.

    Raises
    ------
    MissingValue
        Where the electronic conductivity of a phase is not known.
    """
    found = np.zeros(domain.shape)
    conducting = (domain.role == ELECTROLYTE) | (domain.role == CRACK)
    labels = np.asarray(domain.volume.labels)
    for label, name in domain.volume.phases.items():
        here = (labels == label) & conducting
        if here.any():
            plain = role_of(name, roles) is not None
            material = materials.get(name) or materials["electrolyte" if plain else name]
            found[here] = material.value("electronic_conductivity", temperature)
    if boundary is not None:
        found[domain.boundary] = boundary
    return found


def deposition_threshold(cell: Cell, temperature: float) -> float:
    """V. mu/F against metal under the stack pressure at which lithium forms in a pore, 2 gamma V/(r F).

    The deposit is under the same pressure as the electrodes, so that the pressure is in neither.
    """
    metal = cell.working.material
    return float(
        internal_plating_threshold(
            confining_pressure=0.0,
            surface_energy=metal.value("surface_energy", temperature),
            nucleus_radius=cell.electrolyte.pore_radius,
            molar_volume=metal.value("molar_volume", temperature),
        )
    )


class InternalDeposition:
    """Electrons and deposits in one electrolyte.

    Parameters
    ----------
    domain : Domain
    conductivity : (nx, ny[, nz]) array, S/m
        Electronic; above zero wherever ions are conducted.
    threshold : float, V
        mu/F at which lithium forms.
    volume_per_charge : float, m3/C
        Of the metal, V/F.

    Attributes
    ----------
    kept : list
        The last network with its factor.
    """

    def __init__(self, domain: Domain, conductivity: Floats, threshold: float, volume_per_charge: float) -> None:
        from lisse.numerics.conduction import face_conductances

        conducting = domain.conductivity > 0.0
        if not np.all(conductivity[conducting] > 0.0):
            raise InvalidInput("electronic conductivity", 0.0, "above 0 wherever ions are conducted")
        self.domain, self.conductivity, self.threshold = domain, conductivity, threshold
        self.volume_per_charge = volume_per_charge
        self.whole = face_conductances(
            conductivity, (domain.voxel,) * domain.dimension, periodic=(False, *(True for _ in domain.lateral))
        )
        self.site, self.holder, self.capacity = _reservoirs(domain)
        self._pinned = np.zeros(domain.role.size, dtype=bool)
        self.kept: list[tuple[list[Floats], FaceOperator]] = []

    def empty(self) -> Floats:
        """1. No deposit anywhere."""
        return np.zeros(self.domain.shape)

    def advance(
        self,
        deposit: Floats,
        potential: Floats,
        voltage: float,
        stack_pressure: float,
        faces: Faces,
        ions: Sequence[Floats],
        clusters: Sequence[Cluster],
        dt: float,
    ) -> Inside:
        """Potential at the end of a step, and deposits after it at the rates that it has there.

        Parameters
        ----------
        deposit : (nx, ny[, nz]) array, 1
            At the start.
        potential : (nx, ny[, nz]) array, V
            Ionic, against the counter metal; NaN in voxels that are joined to no metal.
        voltage : float, V
            Counter minus working.
        stack_pressure : float, Pa
        faces : Faces
            Between metal and electrolyte.
        ions : sequence of (nx, ny[, nz]) arrays, S
            Conductances for ions; cracks hinder electrons as they do ions.
        clusters : sequence of Cluster
            Their cracks and pores are no sites.
        dt : float, s
            0 gives potentials, and rates of what is there already.

        Raises
        ------
        SolveFailed
            When the deposits are not found.
        """
        network = _Network(self, potential, voltage, faces, ions)
        level, held = potential.reshape(-1) - self.volume_per_charge * stack_pressure, deposit.reshape(-1)
        site = np.where(self._closed(clusters) | ~network.there, -1, self.site)
        step = dt * self.volume_per_charge / self.domain.cell_volume  # voxels per ampere
        psi, source = self._settle(network, level, held, site, step)
        after = np.maximum(held + step * source, 0.0)  # below by rounding only
        after[after <= _EMPTY * held] = 0.0
        return Inside(
            potential=(level - psi).reshape(self.domain.shape),
            leak=network.leak(psi),
            rate=float(source.sum()),
            deposit=after.reshape(self.domain.shape),
        )

    def _closed(self, clusters: Sequence[Cluster]) -> Mask:
        """(voxels,) sites whose lithium is a crack's."""
        taken = np.zeros(self.domain.role.size, dtype=bool)
        for cluster in clusters:
            taken |= cluster.crack.reshape(-1)
            taken[cluster.pores] = True
        gone = np.unique(self.holder[taken & (self.holder >= 0)])
        return np.asarray(np.isin(self.site, gone) | taken)

    def _settle(
        self, network: _Network, level: Floats, held: Floats, site: Integers, step: float
    ) -> tuple[Floats, Floats]:
        """V and A. Electronic potential, and the current at which lithium forms in every voxel."""
        held, room = np.where(site >= 0, held, 0.0), self.capacity - self._totals(held)
        open_to_more = np.append(room > _EMPTY * self.capacity, False)[site]
        filled, fixed, given = held > 0.0, np.zeros(len(held), dtype=bool), np.zeros(len(held))
        emptied = np.zeros(len(held), dtype=np.int64)
        pinned = filled | ((site >= 0) & self._pinned & open_to_more)
        for _ in range(_MOST_ROUNDS):
            psi, source = network.solve(level - self.threshold, pinned, given)
            back = pinned & (source < 0.0) & ~filled
            under = pinned & filled & (held + step * source < -_EMPTY * held)
            gained, free = (step * self._totals(each) for each in (given, source))  # sources are those of pinned voxels
            settled = self._totals((back | under).astype(float)) == 0.0
            full = np.append((free + gained > room + _EMPTY * self.capacity) & settled, False)[site] & pinned
            free_to = (site >= 0) & ~pinned & ~fixed & open_to_more & (emptied < _MOST_RETURNS)
            more = free_to & (level - psi > self.threshold + _EXACT)
            if not (back.any() or under.any() or full.any() or more.any()):
                self._pinned = pinned
                return psi, np.where(pinned, source, given)
            given[under] = -held[under] / step
            given[full] = source[full] * ((room - gained) / np.where(free > 0.0, free, 1.0))[site[full]]
            emptied += under
            fixed |= (site >= 0) & np.isin(site, site[full])
            more &= ~fixed
            given[more] = 0.0
            pinned = (pinned & ~back & ~under & ~full) | more
        raise SolveFailed("lithium inside the electrolyte: where it forms was not found")

    def _totals(self, sites: Floats) -> Floats:
        """Sum over the sites of every reservoir."""
        there = self.site >= 0
        found = np.zeros(len(self.capacity))
        np.add.at(found, self.site[there], sites[there])
        return found

    def fraction(self, deposit: Floats) -> Floats:
        """1. Share of each voxel that deposits fill: those of a pore lie in it evenly."""
        share = self._totals(deposit.reshape(-1)) / np.maximum(self.capacity, 1.0)
        return np.append(share, 0.0)[self.holder].reshape(self.domain.shape)

    def absorbed(self, clusters: Sequence[Cluster], deposit: Floats) -> tuple[Sequence[Cluster], Floats]:
        """Clusters with the lithium that had formed in pores that they have reached, and the deposits without it."""
        if not deposit.any() or not any(len(cluster.pores) for cluster in clusters):
            return clusters, deposit
        left, found = deposit.copy(), []
        for cluster in clusters:
            names = np.unique(self.holder[cluster.pores])
            here = np.isin(self.site, names[names >= 0]).reshape(left.shape)
            found.append(cluster.holding(cluster.lithium + float(left[here].sum()) * self.domain.cell_volume))
            left[here] = 0.0
        return found, left

    def spans(self, deposit: Floats, clusters: Sequence[Cluster]) -> bool:
        """Whether voxels full of lithium join the two electrodes, with the help of cracks."""
        full = self.fraction(deposit) >= _FULL
        if not full.any():
            return False
        for cluster in clusters:
            full = full | cluster.crack
        labels, _ = label_components(full, self.domain.periodic)
        ends = np.intersect1d(labels[0][full[0]], labels[-1][full[-1]])
        return bool(ends.size)


class _Network:
    """The electronic conductors of one instant."""

    def __init__(
        self, owner: InternalDeposition, potential: Floats, voltage: float, faces: Faces, ions: Sequence[Floats]
    ) -> None:
        domain = owner.domain
        self.shape, self._kept = domain.shape, owner.kept
        self.there = ~np.isnan(potential).reshape(-1)
        self._bulk = []
        for axis, (electrons, now, intact) in enumerate(zip(owner.whole, ions, domain.bulk_faces, strict=True)):
            part = np.divide(now, intact, out=np.zeros(self.shape), where=intact > 0.0)
            there = self.there.reshape(self.shape)
            self._bulk.append(np.where(there & np.roll(there, -1, axis), electrons * part, 0.0))
        metal = np.array([-voltage, 0.0])
        touching = (faces.contact > TOUCHES) & self.there[faces.cell]
        cell, self._electrode = faces.cell[touching], faces.electrode[touching]
        conductance = 2.0 * owner.conductivity.reshape(-1)[cell] / domain.voxel * faces.area[touching]
        self._cell, self._conductance, self._metal = cell, conductance, metal
        size = self.there.size
        self._ground, self._load = np.zeros(size), np.zeros(size)
        np.add.at(self._ground, cell, conductance)
        np.add.at(self._load, cell, conductance * metal[self._electrode])
        self._guess = np.where(self.there, metal.mean(), 0.0)

    def solve(self, held: Floats, pinned: Mask, given: Floats) -> tuple[Floats, Floats]:
        """V and A. Potential, and the current that enters at pinned voxels.

        Parameters
        ----------
        held : (voxels,) array, V
            Of the pinned voxels.
        pinned : (voxels,) mask
        given : (voxels,) array, A
            Currents that enter at others.
        """
        from lisse.numerics.conduction import solve

        ground, load = self._ground.copy(), self._load + given
        there = pinned.reshape(self.shape)
        value = np.where(pinned, held, 0.0).reshape(self.shape)
        faces = []
        extra, drive = np.zeros(self.shape), np.zeros(self.shape)
        for axis, face in enumerate(self._bulk):
            beyond, far = np.roll(there, -1, axis), np.roll(value, -1, axis)
            first, second = face * (beyond & ~there), face * (there & ~beyond)  # which end is held
            extra += first + np.roll(second, 1, axis)
            drive += first * far + np.roll(second * value, 1, axis)
            faces.append(np.where(there | beyond, 0.0, face))
        ground = ground + extra.reshape(-1)
        load = load + drive.reshape(-1)
        ground[pinned], load[pinned] = 0.0, 0.0
        found = solve(
            self._operator(faces, ground.reshape(self.shape)),
            load.reshape(self.shape),
            tolerance=_TOLERANCE,
            guess=np.where(pinned, 0.0, self._guess).reshape(self.shape),
        )
        if not found.residual <= 1e3 * _TOLERANCE:
            raise SolveFailed(f"electrons: relative residual {found.residual:.1e}")
        psi = np.where(pinned, held, found.x.reshape(-1))
        return np.where(self.there, psi, np.nan), np.where(pinned, self._entering(psi), 0.0)

    def _operator(self, faces: list[Floats], ground: Floats) -> FaceOperator:
        """The operator, with its factor when it is that of the solve before."""
        from lisse.numerics.conduction import FaceOperator

        arrays = [*faces, ground]
        if not self._kept or any(not np.array_equal(a, b) for a, b in zip(arrays, self._kept[0][0], strict=True)):
            self._kept[:] = [(arrays, FaceOperator(faces, ground))]
        return self._kept[0][1]

    def _entering(self, psi: Floats) -> Floats:
        """A. What enters every voxel from none of its neighbours."""
        x = np.where(self.there, psi, 0.0).reshape(self.shape)
        net = (self._ground * x.reshape(-1) - self._load).reshape(self.shape)
        for axis, face in enumerate(self._bulk):
            flow = face * (x - np.roll(x, -1, axis))
            net += flow - np.roll(flow, 1, axis)
        return net.reshape(-1)

    def leak(self, psi: Floats) -> Floats:
        """A. From each metal into the electrolyte."""
        current = self._conductance * (self._metal[self._electrode] - psi[self._cell])
        return np.asarray(np.bincount(self._electrode, current, 2), dtype=float)


def _reservoirs(domain: Domain) -> tuple[Integers, Integers, Floats]:
    """Where lithium can form, by number of the place that takes it.

    Returns
    -------
    site, holder : (voxels,) arrays of int
        For voxels of electrolyte that lithium forms from, and for voxels that it fills; -1 for all others.
    capacity : (n,) array, voxels
    """
    solid = domain.role == ELECTROLYTE
    labels, count = label_components(domain.role == PORE, domain.periodic)
    outer = np.unique(np.concatenate([labels[0].reshape(-1), labels[-1].reshape(-1)]))
    pores = np.where(np.isin(labels, outer), 0, labels).astype(np.int64)
    beside = np.zeros(domain.shape, dtype=np.int64)
    for axis in range(domain.dimension):
        for shift in (1, -1):
            near = np.roll(pores, shift, axis)
            if axis == 0:
                near[0 if shift == 1 else -1] = 0
            beside = np.maximum(beside, near)
    site = np.where(solid, beside, 0) - 1
    holder = pores - 1
    along = domain.boundary & solid & (site < 0)
    site[along] = holder[along] = count + np.arange(int(np.count_nonzero(along)))
    site, holder = site.reshape(-1), holder.reshape(-1)
    capacity = np.bincount(holder[holder >= 0], minlength=count + int(np.count_nonzero(along)))
    return site, holder, np.asarray(capacity, dtype=np.float64)
