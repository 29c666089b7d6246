"""One time step of a resolved cell: charge, contact, metal and cracks brought into agreement at its end.

Within the step these are one after another, and again until contact pressures and crack pressures stand still. What
voids and metal integrate is the mean of the current and the pressure at both ends of the step (second order); the
pressure of cracks, which is stiff, is taken at its end.

1. charge: face currents for the contact and the pressures of the last pass;
2. voids: each column's void height at the end of the step, from its current and its pressure;
3. metal: what is plated, less what voids give and take, moves the metal; its viscous flow gives the contact pressure;
4. cracks: damage and the pressure of every lithium-filled cluster, whose volume must be that of its lithium.

Lithium is booked with the currents of the last charge solve, so that charge and lithium close to rounding whatever the
tolerance of the passes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import SolveFailed
from lisse.models.lumped.fixture import ConstantGap
from lisse.models.resolved.charge import ChargeBalance, ChargeState
from lisse.models.resolved.clusters import DRAINED, Cluster, find_clusters, in_one_piece, loose_blocks
from lisse.models.resolved.contact_columns import ContactColumns
from lisse.models.resolved.cracks import Cracked, Cracks, Filling
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.electrodes import Electrodes, FlowFailed, Pressed
from lisse.models.resolved.electrolyte_body import Response
from lisse.models.resolved.face_law import Faces, equilibrium_potential
from lisse.models.resolved.internal import Inside, InternalDeposition
from lisse.models.resolved.interphase_stress import interphase_stretch
from lisse.models.resolved.laws import Laws
from lisse.models.resolved.metal_faces import FacePlaces, face_places
from lisse.models.resolved.state import State
from lisse.numerics.fixed_point import Anderson

__all__ = ["CellStep", "Drive", "Outcome", "StepFailed"]

Floats = NDArray[np.float64]
MOST_PASSES = 40
MOST_NEW = 4
_EMPTY_CRACK = 1e-6  # conductance of a cracked voxel without lithium over that of an intact one
_NOT_LIMITED = 1 << 40
VOLUME = 1e-8
"""Volume of a crack without its lithium, or lithium without a volume, over the lithium, at the end of a step."""
_CRACK_PRESSURE = 1e8  # Pa, of the order of those that cracks reach


class StepFailed(Exception):
    """A step that came to no agreement; the message names the physics. The march retries it; it never leaves the room.

    Parameters
    ----------
    message : str
    advance : int
        How many voxels far cracks had run when it was given up.
    length : float, s, optional
        Up to where the step can be made.
    """

    def __init__(self, message: str, advance: int = 0, length: float | None = None) -> None:
        super().__init__(message)
        self.advance, self.length = advance, length


@dataclass(frozen=True)
class Drive:
    """What the outer circuit does: a current density (A/m2), or a held voltage (V)."""

    current_density: float | None = None
    voltage: float | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """A cell at the end of a step, and what went through it.

    Attributes
    ----------
    state : State
    drive : Drive
    current_density, voltage : float, A/m2 and V
    drops : mapping of str to float, V
        The parts of the voltage by dissipation: the sum over the faces of current times drop, over the current.
    contact : (2, lateral) array, 1
        NaN at a cathode, and where no electrolyte meets the electrode.
    column_current : (2, lateral) array, A/m2
        Reduction positive, without cracks.
    places : FacePlaces
    charge : ChargeState
    cluster_current : (k,) array, A or A/m
        Into each cluster; above zero it plates.
    cracked : int
        Voxels that cracked in the step.
    severed : bool
        Whether cracks then cut the electrolyte from side to side.
    passes : int
    charge_error : float, A/m2
        What enters at one electrode and does not leave at the other.
    news : tuple of (str, str)
        Events: what, and more words.
    cracks : Cracked or None
        With the response of the electrolyte, for stress and displacement.
    inside : Inside or None
        Lithium potential and electronic leak, where they are followed.
    """

    state: State
    drive: Drive
    current_density: float
    voltage: float
    drops: dict[str, float]
    contact: Floats
    column_current: Floats
    places: FacePlaces
    charge: ChargeState
    cluster_current: Floats
    cracked: int
    severed: bool
    passes: int
    charge_error: float
    news: tuple[tuple[str, str], ...] = ()
    cracks: Cracked | None = None
    inside: Inside | None = None


@dataclass(frozen=True, eq=False)
class _Pass:
    """What one pass found."""

    charge: ChargeState
    void_height: Floats
    contact: Floats
    pressed: tuple[Pressed, Pressed]
    cracked: Cracked | None
    stack_pressure: float
    cluster_current: Floats
    missed: float


@dataclass(frozen=True, eq=False)
class _Pressures:
    """Pa. What the passes bring into agreement: of the metal, on faces that bear it and on its own; of the clusters."""

    contact: Floats
    own: Floats
    clusters: Floats

    def units(self, least: float) -> Floats:
        """Pa. Of the vector of all."""
        planes = np.full(self.contact.size + self.own.size, least)
        return np.concatenate([planes, np.full(self.clusters.size, _CRACK_PRESSURE)])

    def next(self, mixing: Anderson, image: _Pressures, units: Floats) -> _Pressures:
        """The guess after this one, which has an image."""
        here, there = (np.concatenate([p.contact, p.own, p.clusters], axis=None) / units for p in (self, image))
        mixed, size = units * mixing.next(here, there), self.contact.size
        contact, own = mixed[: 2 * size].reshape(2, *self.contact.shape)
        return _Pressures(contact, own, mixed[2 * size :])


class CellStep:
    """The physics of one cell at one temperature, with what solvers keep from step to step.

    Parameters
    ----------
    domain : Domain
    laws : Laws
    electrodes : Electrodes
    cracks : Cracks or None
        ``None`` leaves out fracture.
    tolerance : float, 1
        Of the passes: change of contact pressures over the stack pressure, and of crack pressures over the largest.
    """

    def __init__(
        self,
        domain: Domain,
        laws: Laws,
        electrodes: Electrodes,
        cracks: Cracks | None,
        tolerance: float = 1e-6,
        surface_diffusion: float = 0.0,
        internal: InternalDeposition | None = None,
    ) -> None:
        self.domain, self.laws, self.tolerance = domain, laws, tolerance
        self.electrodes, self.cracks, self.internal = electrodes, cracks, internal
        self.columns = ContactColumns(domain, laws, surface_diffusion)
        self._humps = self.columns.there & ~electrodes.solid  # lithium of the grid, which bears no load there
        self._last: ChargeState | None = None
        self._balance: ChargeBalance | None = None
        self._key: tuple[object, ...] = ()
        self.conductances: tuple[Floats, ...] = ()

    # -- one step ------------------------------------------------------------------------------------------------------

    def take(self, state: State, drive: Drive, dt: float, any_number: bool = False) -> Outcome:
        """The cell a time `dt` (s) later; 0 gives the cell at the first instant of a drive.

        Parameters
        ----------
        state : State
        drive : Drive
        dt : float, s
        any_number : bool
            Let any number of voxels crack at once (a jump).

        Raises
        ------
        StepFailed
            When the charge cannot be balanced, metal or cracks come to no equilibrium, or the passes do not agree.
        """
        places, balance = self._network(state)
        guess = _Pressures(state.contact_pressure, state.contact_pressure, state.cluster_pressure)
        contact, damage = self.columns.contact(state.void_height), state.damage
        mixing, change = Anderson(12), np.inf
        least = max(state.stack_pressure, 1e5)  # Pa; contact pressures and crack pressures count alike
        units = guess.units(least)
        current = drive.current_density if drive.current_density is not None else state.current_density
        for count in range(1, MOST_PASSES + 1):
            mean = _mean(state.current_density, current or 0.0)
            film, _ = self.columns.films(state.film, abs(mean), dt)
            passed = state.charge + dt * mean
            faces = self._faces(state, places, contact, film, passed, guess, drive)
            charge = self._charge(balance, faces, drive)
            before, current = current, float(charge.electrode_current[0]) / self.domain.area
            stretch = interphase_stretch(self.laws, self.domain, film)
            found = self._answer(state, places, charge, faces, guess, damage, dt, any_number, stretch)
            image = self._pressures(state, found)
            changes = (
                np.abs(image.contact - guess.contact).max(initial=0.0) / least,
                np.abs(image.clusters - guess.clusters).max(initial=0.0)
                / max(float(image.clusters.max(initial=0.0)), 1e6),
                np.nanmax(np.abs(found.contact - contact), initial=0.0),
                abs(current - before) / max(abs(current), 1e-6) if before is not None else 1.0,
                found.missed / VOLUME * self.tolerance,
            )
            change = float(np.max(changes))  # NaN where one is
            contact = found.contact
            if found.cracked is not None:
                damage = found.cracked.damage
            if dt == 0.0 or change <= self.tolerance:
                return self._booked(state, drive, dt, places, found, faces, count)
            guess = guess.next(mixing, image, units)
        raise StepFailed(f"contact and crack pressures: they still change by {change:.1e} after {MOST_PASSES} passes")

    def _answer(
        self,
        state: State,
        places: FacePlaces,
        charge: ChargeState,
        faces: Faces,
        guess: _Pressures,
        damage: Floats,
        dt: float,
        any_number: bool,
        stretch: float,
    ) -> _Pass:
        """Voids, metal and cracks for the currents of a charge solve."""
        columns = _mean(state.column_current, self.columns.currents(places, charge.current_density))
        try:
            mean_pressure = self._on_metal(state, 0.5 * (state.contact_pressure + guess.contact))
            height, growth = self.columns.advance(state.void_height, columns, mean_pressure, dt)
        except SolveFailed as error:
            raise StepFailed(str(error)) from error
        per_charge = self.laws.volume_per_charge
        stack = self._stack_pressure(state, growth, dt)
        if dt > 0.0:
            try:
                voids = self.columns.yielding(state.void_height, columns, mean_pressure, dt, growth)
                slope = self.columns.currents(places, charge.slope) * (columns > 0.0)  # pressure stops plating
                yielding = np.where(self._humps, 0.0, 0.5 * (voids + dt * per_charge**2 * slope))
                pressed = self.electrodes.press(state.metal, growth, stack, dt, guess.own, yielding)
            except (FlowFailed, SolveFailed) as error:
                raise StepFailed(str(error)) from error
        else:
            pressed = self.electrodes.kept(state.metal, state.contact_pressure)
        currents = np.zeros(len(state.clusters))
        np.add.at(currents, places.cluster[~places.planar], (charge.current_density * faces.area)[~places.planar])
        cracked, missed = None, 0.0
        if self.cracks is not None and dt > 0.0:
            slopes = np.zeros(len(state.clusters))
            np.add.at(slopes, places.cluster[~places.planar], (charge.slope * faces.area)[~places.planar])
            filling = Filling(
                before=np.array([cluster.lithium for cluster in state.clusters]),
                gained=dt * per_charge * currents,
                slope=-dt * per_charge**2 * slopes,
                pressure=guess.clusters,
                pores=np.array([cluster.pore_volume(self.domain.cell_volume) for cluster in state.clusters]),
            )
            try:
                cracked = self.cracks.settle(
                    state.damage,
                    damage,
                    state.clusters,
                    filling,
                    (pressed[0].traction, pressed[1].traction),
                    state.loose,
                    _NOT_LIMITED if any_number else MOST_NEW,
                    stretch,
                )
            except SolveFailed as error:
                raise StepFailed(str(error)) from error
            if not cracked.converged:
                raise StepFailed("fracture: damage and crack pressures come to no agreement", cracked.advance)
            missed = filling.missed(cracked.pressure)
        contact = self.columns.contact(height)
        return _Pass(charge, height, contact, pressed, cracked, stack, currents, missed)

    def _on_metal(self, state: State, pressure: Floats) -> Floats:
        """Pa. Of the metal in each column: the contact pressure; the stack's where lithium fills the plane."""
        return np.where(self._humps, state.stack_pressure, pressure)

    def _pressures(self, state: State, found: _Pass) -> _Pressures:
        """What a pass implies."""
        return _Pressures(
            np.stack([side.contact_pressure for side in found.pressed]),
            np.stack([side.own for side in found.pressed]),
            state.cluster_pressure if found.cracked is None else found.cracked.pressure,
        )

    def response(self, outcome: Outcome) -> Response | None:
        """The elastic response of the electrolyte at the end of a step; ``None`` where fracture is not followed."""
        if self.cracks is None:
            return None
        if outcome.cracks is not None:
            return outcome.cracks.response
        state = outcome.state
        low, high = self.electrodes.kept(state.metal, state.contact_pressure)
        stretch = interphase_stretch(self.laws, self.domain, state.film)
        return self.cracks.response(state.damage, state.clusters, (low.traction, high.traction), stretch)

    # -- charge --------------------------------------------------------------------------------------------------------

    def _network(self, state: State) -> tuple[FacePlaces, ChargeBalance]:
        """Faces and bulk conductances of a state; kept while neither damage nor clusters change."""
        key = (state.damage, *(cluster.crack for cluster in state.clusters))
        filled = [cluster.filled(self.domain.cell_volume) for cluster in state.clusters]
        conducting = self.domain.solid.copy()
        for cluster in state.clusters:
            conducting &= ~cluster.crack
        places = face_places(self.domain, conducting, state.clusters, filled)
        changed = len(key) != len(self._key) or any(a is not b for a, b in zip(key, self._key, strict=False))
        if changed:
            self.conductances = self._bulk(state.damage, conducting)
        if self._balance is None:
            self._balance = ChargeBalance(self.conductances, self.domain.voxel)
        elif changed:
            self._balance.update(self.conductances)
        self._key = key
        return places, self._balance

    def _bulk(self, damage: Floats, conducting: NDArray[np.bool_]) -> tuple[Floats, ...]:
        """Conductances of the faces between conducting voxels, less where they are cracked."""
        found = []
        for axis, intact in enumerate(self.domain.bulk_faces):
            worse = np.maximum(damage, np.roll(damage, -1, axis))
            both = conducting & np.roll(conducting, -1, axis)
            found.append(np.where(both, intact * ((1.0 - worse) ** 2 + _EMPTY_CRACK), 0.0))
        return tuple(found)

    def _faces(
        self,
        state: State,
        places: FacePlaces,
        contact: Floats,
        film: Floats,
        passed: float,
        guess: _Pressures,
        drive: Drive,
    ) -> Faces:
        """The laws of all faces, for contact and pressures of the moment."""
        parts = self.columns.face_laws(places, contact, film)
        pressed = self.columns.pressed(self._on_metal(state, guess.contact), contact)
        felt = pressed.reshape(2, -1)[places.electrode, places.column]
        crack = ~places.planar
        if crack.any():
            felt = np.where(crack, np.append(guess.clusters, 0.0)[places.cluster], felt)
            parts["contact"] = np.where(crack, self._wet(state, drive)[places.cluster], parts["contact"])
            parts["constriction"] = np.where(crack, 0.0, parts["constriction"])
        shift = equilibrium_potential(
            felt, self.laws.volume_per_charge, self.columns.open_circuit(passed)[places.electrode]
        )
        area = np.full(places.count, self.domain.face_area)
        half = 0.5 * self.domain.voxel / self.domain.conductivity.reshape(-1)[places.cell]
        transfer = [side.transfer for side in (self.laws.equations.sides) if side is not None]
        anodic = tuple(1.0 - each.transfer_coefficient for each in (transfer[0], transfer[-1]))
        return Faces(
            cell=places.cell,
            electrode=places.electrode,
            area=area,
            half=half,
            shift=shift,
            temperature=self.laws.temperature,
            anodic=(anodic[0], anodic[1]),
            kinetics=(transfer[0].kinetics, transfer[-1].kinetics),
            **parts,
        )

    def _wet(self, state: State, drive: Drive) -> Floats:
        """1. Contact of each cluster's faces.

        None at a cathode, in an electrolyte too rigid to make room for lithium (without fracture), and without lithium
        in a crack that is not being plated.
        """
        least, plating = DRAINED * self.domain.cell_volume, self._direction(state, drive)
        wet = [
            float(cluster.lithium > least or (1.0, -1.0)[cluster.side] * plating > 0.0)
            * (self.laws.surfaces[cluster.side] is not None and self.cracks is not None)
            for cluster in state.clusters
        ]
        return np.array([*wet, 0.0])

    def _direction(self, state: State, drive: Drive) -> float:
        """Above zero where the drive plates the working electrode, below where it strips it."""
        if drive.voltage is None:
            return drive.current_density or 0.0
        rest = self.columns.open_circuit(state.charge)
        return drive.voltage - float(rest[1] - rest[0])

    def _charge(self, balance: ChargeBalance, faces: Faces, drive: Drive) -> ChargeState:
        try:
            if drive.voltage is not None:
                found = balance.solve_at(faces, drive.voltage, start=self._last)
            else:
                assert drive.current_density is not None
                found = balance.solve(faces, drive.current_density * self.domain.area, start=self._last)
        except SolveFailed as error:
            raise StepFailed(f"charge: {str(error).removeprefix('charge: ')}") from error
        if not found.converged:
            raise StepFailed(f"charge: {found.message}")
        self._last = found
        return found

    # -- fixture -------------------------------------------------------------------------------------------------------

    def pressed_by(self, state: State, stack_pressure: float) -> State:
        """The state just after the stack pressure has been set (Pa); the metal passes the change on evenly, at once."""
        even = self.electrodes.even
        contact_pressure = state.contact_pressure + even(stack_pressure) - even(state.stack_pressure)
        return dataclasses.replace(state, stack_pressure=stack_pressure, contact_pressure=contact_pressure)

    def _stack_pressure(self, state: State, growth: Floats, dt: float) -> float:
        """Pa. At the end of the step, by the law of the fixture under a steady growth of the electrodes."""
        fixture = self.laws.equations.fixture
        if dt == 0.0 or not isinstance(fixture, ConstantGap):
            return state.stack_pressure
        from scipy.integrate import solve_ivp

        rate = float(np.nansum(np.mean(growth.reshape(2, -1), axis=1))) / dt + self._other_growth(state)
        metals = [float(h) for h in state.metal_height if np.isfinite(h)]
        found = solve_ivp(
            lambda _, p: [fixture.pressure_rate(float(p[0]), rate, metals)],
            (0.0, dt),
            [state.stack_pressure],
            method="LSODA",
            rtol=1e-8,
            atol=1e-2,
        )
        if not found.success:
            raise StepFailed(f"fixture: {found.message}")
        return float(found.y[0, -1])

    def _other_growth(self, state: State) -> float:
        """m/s. Rate at which interphases and a cathode raise the stack."""
        current = state.current_density or 0.0
        total = 0.0
        for place, surface in self.laws.metal:
            law = surface.side.interphase
            if law is not None:
                total += float(law.height_change(law.growth_rate(float(state.film[place]), current)))
        cathode = self.laws.equations.cathode
        return total if cathode is None else total + float(cathode.height_rate(current))

    # -- what comes out ------------------------------------------------------------------------------------------------

    def _booked(
        self, state: State, drive: Drive, dt: float, places: FacePlaces, found: _Pass, faces: Faces, passes: int
    ) -> Outcome:
        charge, area, per_charge = found.charge, self.domain.area, self.laws.volume_per_charge
        current = float(charge.electrode_current[0]) / area if drive.current_density is None else drive.current_density
        mean = _mean(state.current_density, current)
        passed = mean * dt
        gained = dt * per_charge * found.cluster_current
        lithium = np.array([cluster.lithium for cluster in state.clusters]) + gained
        if lithium.size and lithium.min() < -DRAINED * self.domain.cell_volume:
            first = float(np.min([c.lithium / -g for c, g in zip(state.clusters, gained, strict=True) if g < 0.0]))
            raise StepFailed("cracks: more lithium would leave one than it holds", length=first * dt)
        clusters: Sequence[Cluster] = [c.holding(max(v, 0.0)) for c, v in zip(state.clusters, lithium, strict=True)]
        film, eaten = self.columns.films(state.film, abs(mean), dt)
        height = state.metal_height + per_charge * passed * np.array([1.0, -1.0]) - eaten
        for earlier, cluster in zip(state.clusters, clusters, strict=True):  # no more than an emptied crack had
            height[cluster.side] -= (cluster.lithium - earlier.lithium) / area
        damage = state.damage if found.cracked is None else found.cracked.damage
        cracked, severed, news, loose = 0, False, [], state.loose
        pressures = state.cluster_pressure if found.cracked is None else found.cracked.pressure
        if found.cracked is not None:
            cracked = found.cracked.new
            if cracked:
                old = clusters
                clusters = find_clusters(self.domain, damage, old)
                pressures = _carried(clusters, old, pressures)
                clusters, excess = self._fitting(clusters, old, pressures, damage, found, film)
                if excess.any():
                    height += excess / area
                    news.append(("squeezed out", "lithium that a broken ligament had held is the electrode's again"))
                found_loose = loose_blocks(self.domain, damage, loose) & ~loose
                if found_loose.any():
                    loose = loose | found_loose
                    news.append(("spalled", f"a block of {int(found_loose.sum())} voxels came loose"))
                severed = not in_one_piece(self.domain, damage)
        inside = self._inside(state, charge, faces, found.stack_pressure, clusters, dt)
        deposit = state.deposit
        if inside is not None and self.internal is not None:
            height[self._plated(charge.voltage)] -= dt * per_charge * inside.rate / area
            clusters, deposit = self.internal.absorbed(clusters, inside.deposit)
            if deposit.any() and not np.any(state.deposit):
                news.append(("internal plating", "lithium forms inside the electrolyte"))
        columns = self.columns.currents(places, charge.current_density)
        after = dataclasses.replace(
            state,
            time=state.time + dt,
            charge=state.charge + passed,
            stack_pressure=found.stack_pressure,
            void_height=found.void_height,
            contact_pressure=np.stack([side.contact_pressure for side in found.pressed]),
            metal=(found.pressed[0].state, found.pressed[1].state),
            damage=damage,
            clusters=tuple(clusters),
            cluster_pressure=pressures,
            metal_height=height,
            film=film,
            loose=loose,
            current_density=current,
            column_current=columns,
            deposit=deposit,
        )
        return Outcome(
            state=after,
            drive=drive,
            current_density=current,
            voltage=charge.voltage,
            drops=self.columns.drops(faces, charge, state.charge + passed),
            contact=found.contact,
            column_current=columns,
            places=places,
            charge=charge,
            cluster_current=found.cluster_current,
            cracked=cracked,
            severed=severed,
            passes=passes,
            charge_error=abs(float(charge.electrode_current.sum())) / area,
            news=tuple(news),
            cracks=found.cracked,
            inside=inside,
        )

    def _fitting(
        self,
        clusters: Sequence[Cluster],
        before: Sequence[Cluster],
        pressures: Floats,
        damage: Floats,
        found: _Pass,
        film: Floats,
    ) -> tuple[Sequence[Cluster], Floats]:
        """Clusters with no more lithium than fits at their pressure, where they have reached a pore; and the rest.

        The ligament between crack and pore gives way far more than the crack and the pore that are left when it has
        broken. What they do not hold then, the crack's mouth gives back: (2,) volumes, m3 or m2, by electrode.
        """
        excess, kept = np.zeros(2), list(clusters)
        reached = [
            cluster.pores.size > sum(other.pores.size for other in before if (other.crack & cluster.crack).any())
            for cluster in clusters
        ]
        if self.cracks is not None and any(reached):
            traction = found.pressed[0].traction, found.pressed[1].traction
            stretch = interphase_stretch(self.laws, self.domain, film)
            room = self.cracks.capacity(damage, clusters, pressures, traction, stretch)
            for n, cluster in enumerate(clusters):
                over = cluster.lithium - max(float(room[n]), 0.0)
                if reached[n] and over > 0.0:
                    kept[n] = cluster.holding(cluster.lithium - over)
                    excess[cluster.side] += over
        return kept, excess

    def _inside(
        self,
        state: State,
        charge: ChargeState,
        faces: Faces,
        stack_pressure: float,
        clusters: Sequence[Cluster],
        dt: float,
    ) -> Inside | None:
        """Lithium inside the electrolyte at the end of a step; ``None`` where it is not followed."""
        if self.internal is None:
            return None
        deposit = self.internal.empty() if state.deposit is None else state.deposit
        try:
            return self.internal.advance(
                deposit, charge.potential, charge.voltage, stack_pressure, faces, self.conductances, clusters, dt
            )
        except SolveFailed as error:
            raise StepFailed(str(error)) from error

    def _plated(self, voltage: float) -> int:
        """Place of the metal that electrons come from: what is plated there is less by the deposits inside."""
        return 1 if voltage < 0.0 and self.laws.surfaces[1] is not None else 0


def _mean(before: Any, now: Any) -> Any:
    """Of both ends of a step, a number or an array; its end alone where the current sets in."""
    return now if before is None else 0.5 * (before + now)


def _carried(clusters: Sequence[Cluster], before: Sequence[Cluster], pressure: Floats) -> Floats:
    """Pa. The pressure of each cluster that a step begins with: the largest of those that it took over."""
    found = np.zeros(len(clusters))
    for n, cluster in enumerate(clusters):
        for earlier, value in zip(before, pressure, strict=True):
            if (earlier.crack & cluster.crack).any():
                found[n] = max(found[n], value)
    return found
