"""March a lumped cell through its protocol, step by step, to the end or to the first failure.

In each step the cell goes first, because flaws take a negligible share of the current; then the flaws of each metal
interface follow the drop that the cell sets. The earliest failure ends the run. Forming comes before: a plastic
contact, and creep of its voids for the forming time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol as Protocol_
from typing import TypeAlias

import numpy as np

from lisse.cell import Cell, LithiumElectrode
from lisse.models.base import Progress
from lisse.models.contact import contact_as_formed, nucleated_density
from lisse.models.inputs import at_temperature
from lisse.models.lumped.apart import Known
from lisse.models.lumped.bridges import Bridges
from lisse.models.lumped.equations import Equations, Side, build_equations, tension
from lisse.models.lumped.fixture import ConstantPressure
from lisse.models.lumped.flaw_path import FlawPath, Mouth, follow_flaws
from lisse.models.lumped.legs import Failure, Leg, March
from lisse.models.lumped.path import CellPath, Follower
from lisse.models.lumped.roughening import RougheningLaw, roughening_law
from lisse.models.lumped.short import is_soft
from lisse.models.lumped.states import Record
from lisse.protocol import Protocol, Step

__all__ = ["march"]

_POOR_SALT = 0.05  # of the mean: a voltage limit reached with less salt than that at an electrode is depletion


_BURNT = ("burnt", None)
"""What ends a leg whose filaments melt: no failure."""
_Watched: TypeAlias = tuple[Callable[[Record], np.ndarray], tuple[str, int | None] | None]
"""A margin along a record, and the failure that its fall below zero means (None: the step has done its work)."""


class Settings(Protocol_):
    """What the march takes from the model."""

    @property
    def flaw_classes(self) -> int:
        """Classes that stand for the flaws of one interface."""

    @property
    def relative_tolerance(self) -> float:
        """Of the time integration."""

    @property
    def stability(self) -> str:
        """Convention in which waves grow, or ``"reported"``."""

    @property
    def after_soft_short(self) -> str:
        """``"stop"`` or ``"go-on"``."""


def march(
    cell: Cell,
    protocol: Protocol,
    settings: Settings,
    seed: int | None,
    progress: Progress | None,
    known: Known | None = None,
) -> March:
    """Run the whole protocol.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
    settings : Settings
        Flaw classes of one interface, tolerance of the time integration, convention of stability.
    seed : int or None
    progress : callable or None
    known : Known or None
        Of other runs of this cell with these settings, whatever their protocol and seed.
    """
    run = _Run(cell, protocol, settings, seed, Known() if known is None else known)
    for index, step in enumerate(protocol.steps):
        run.take(step)
        if run.trouble:
            run.trouble = f"step {index + 1} of {len(protocol.steps)} ({step.label or 'step'}): {run.trouble}"
        if run.trouble or run.failure is not None:
            break
        if progress is not None:
            progress((index + 1) / len(protocol.steps), step.label or "step")
    return March(tuple(run.legs), run.failure, run.trouble, run.bridges.summary() if run.bridges.goes_on else None)


class _Run:
    """What is carried from one step to the next."""

    def __init__(self, cell: Cell, protocol: Protocol, settings: Settings, seed: int | None, known: Known) -> None:
        self._cell, self._classes, self._tolerance, self._seed = (
            cell,
            settings.flaw_classes,
            settings.relative_tolerance,
            seed,
        )
        self._stability = settings.stability
        self._voltage_limit = protocol.voltage_limit
        self._equations = self._built(cell.temperature)
        self._follower = Follower(cell.interface.contact_limit, settings.relative_tolerance, known)
        self._known = known
        self._density, self._waves = np.ones(2), np.full(2, cell.interface.roughness)
        self._layer_broken = [False, False]
        counter = cell.counter.thickness if isinstance(cell.counter, LithiumElectrode) else np.nan
        thickness = np.array([cell.working.thickness, counter])
        alloys = [None if side is None else side.alloy for side in self._equations.sides]
        lithium = [1.0 if alloy is None else alloy.lithium_fraction for alloy in alloys]
        self._lithium, self._dead = thickness * lithium, np.zeros(2)
        self._other_metal = thickness - self._lithium  # of an alloy, which the fixture feels too
        flaws = self._equations.sides[0].flaws
        m = 0 if flaws is None else len(flaws.initial_depth)
        self._filling, self._depth = np.zeros((2, m)), np.ones((2, m))
        self.bridges = Bridges(settings.after_soft_short == "go-on")
        self.legs: list[Leg] = []
        self.failure: Failure | None = None
        self.trouble = ""
        self._eaten = False
        self._counted: tuple[Record, Record, tuple[np.ndarray, np.ndarray]] | None = None
        self._state = self._formed()

    def _built(self, temperature: float) -> Equations:
        """The laws at a temperature (K)."""
        self._roughening: dict[int, RougheningLaw] = {}
        cell = at_temperature(self._cell, temperature)
        equations = build_equations(cell, self._classes, self._seed)
        if self._stability != "reported":
            sides = (place for place, _ in equations.metal)
            self._roughening = {place: roughening_law(cell, place, self._stability, temperature) for place in sides}
        return equations

    def _formed(self) -> Record:
        """The cell before the first step."""
        cell, equations = self._cell, self._equations
        stack = cell.stack
        contact = contact_as_formed(stack.forming_pressure, stack.pressure, cell.interface.contact_hardness)
        heights, films = np.zeros((1, 2)), np.zeros((1, 2))
        alloys = [np.zeros((1, 0)), np.zeros((1, 0))]
        for place, side in equations.metal:
            heights[0, place] = side.contact.height(float(contact))
            films[0, place] = 0.0 if side.interphase is None else side.interphase.initial_thickness
            if side.alloy is not None:
                alloys[place] = side.alloy.initial()[np.newaxis]
        salt = np.zeros((1, 0)) if equations.salt is None else equations.salt.initial()[np.newaxis]
        zero = np.zeros(1)
        state = Record(zero, zero, zero, np.array([stack.pressure]), heights, films, salt, (alloys[0], alloys[1]))
        if not stack.forming_time:
            return state
        pressed = dataclasses.replace(
            build_equations(at_temperature(cell, stack.forming_temperature or cell.temperature), 1, None),
            fixture=ConstantPressure(),
        )
        pressure = np.array([max(stack.forming_pressure, stack.pressure)])
        held = Step(current_density=0.0, duration=stack.forming_time, label="forming")
        start = dataclasses.replace(state, stack_pressure=pressure)
        path = self._follower.follow(pressed, held, start, self._lithium + self._other_metal)
        if path.trouble:
            self.trouble = f"forming: {path.trouble}"
        end = path.record.rows(slice(-1, None), zero)
        for place, side in pressed.metal:
            if side.interphase is not None:
                grown = end.interphase_thickness[0, place] - films[0, place]
                self._lithium[place] -= side.interphase.lithium_consumed(grown)
        return dataclasses.replace(end, stack_pressure=state.stack_pressure)

    def take(self, step: Step) -> None:
        """Run one step and keep its legs."""
        if step.temperature is not None and step.temperature != self._equations.numbers.temperature:
            self._equations = self._built(step.temperature)
        if step.stack_pressure is not None:
            self._state = dataclasses.replace(self._state, stack_pressure=np.array([step.stack_pressure]))
        rest: Step | None = step
        while rest is not None and self.failure is None and not self.trouble:
            rest = self._part(rest)
        self._eaten = False

    def _part(self, step: Step) -> Step | None:
        """Run a step, or as much of it as goes in one leg; what is left of it."""
        equations = self._nucleated(step)
        path = self._follower.follow(
            *self.bridges.beside(equations, step), self._state, self._lithium + self._other_metal
        )
        whole = path.record
        waves = self._followed_waves(equations, whole)
        path = consumed = path.cut(self._bare_metal(equations), None)
        for margin, failure in [*self._limits(equations, step), *self._spanned(whole, waves)]:
            path = path.cut(margin, failure)
        goes_on, eaten = False, self._eaten
        if path is consumed and path.record is not whole and path.record.current_density[-1] >= 0.0:
            # the interphase, not the current, took the last metal: it stops, and the step goes on
            self._eaten = goes_on = True
        flaws = self._flaws(equations, path)
        leg, ended = self._leg(equations, step, path, flaws)
        leg = self.bridges.told(leg)
        troubles = [path.trouble, *(flaw.trouble for flaw in flaws.values())]
        self.trouble = self.trouble or next((trouble for trouble in troubles if trouble), "")
        burnt = ended == _BURNT
        by_flaw = any(flaw.short is not None for flaw in flaws.values())
        if by_flaw and ended is not None and ended[0] == "filament-short" and ended[1] is not None:
            goes_on, self._eaten = False, eaten
            if is_soft(leg, ended[1], self.bridges.at(ended[1])):
                ended = ("soft-short", ended[1])
                if self.bridges.goes_on and not self.trouble and self.bridges.take(leg, ended[1] or 0, len(self.legs)):
                    ended, goes_on = None, True
        if burnt:
            ended, goes_on = None, True
        if ended is not None and not self.trouble:  # what the cell met may lie beyond the trouble of a flaw
            self.failure = Failure(ended[0], float(leg.record.time[-1]), ended[1])
        rest = _remainder(step, float(leg.record.time[-1] - leg.record.time[0])) if goes_on else None
        if rest is not None:  # the spectrum is taken at the end of it
            leg = dataclasses.replace(leg, step=_without_spectrum(step))
        self.legs.append(leg)
        self._state = leg.record.rows(slice(-1, None))
        self._lithium, self._dead = leg.lithium_thickness[-1], leg.dead_lithium[-1]
        self._filling, self._depth = leg.filling[-1], leg.depth[-1]
        if burnt:
            self._filling, self._depth, self._dead = self.bridges.burn(
                equations, self._filling, self._depth, self._dead
            )
        passed = leg.record.time[-1] - leg.record.time[0]
        for place, grown in waves.items():
            self._waves[place] = np.interp(passed, whole.time, grown)
        return rest

    def _bare_metal(self, equations: Equations) -> Callable[[Record], np.ndarray]:
        """Metal on the collector of an anode-free cell, whose end is what stripping it asks for."""
        bare, eaten = self._cell.kind == "anode-free", self._eaten

        def margin(record: Record) -> np.ndarray:
            if not bare:
                return np.ones(len(record.time))
            metal = self._metal(equations, record)[0][:, 0]
            return np.where(eaten & (record.current_density >= 0.0), 1.0, metal)

        return margin

    # -- waves between the flaws ------------------------------------------------------------------------------------

    def _followed_waves(self, equations: Equations, record: Record) -> dict[int, np.ndarray]:
        """m. Amplitude of the fastest wave along a record, by metal side."""
        found = {}
        for place, law in self._roughening.items():
            side = equations.metal[place][1]
            plating = side.sign * record.current_density
            heights, films = record.void_height[:, place], record.interphase_thickness[:, place]
            step = 1e-4 * np.abs(plating) + 1e-9
            high, low = (sum(side.drops(plating + way * step, heights, films)) for way in (1.0, -1.0))
            found[place] = law.follow(self._waves[place], record.time, plating, (high - low) / (2.0 * step))
        return found

    def _spanned(self, record: Record, waves: dict[int, np.ndarray]) -> list[_Watched]:
        """Margins to a wave that would span the electrolyte."""

        def margin(place: int) -> Callable[[Record], np.ndarray]:
            thickness, grown = self._cell.electrolyte.thickness, waves[place]
            return lambda here: np.asarray(thickness - np.interp(here.time, record.time, grown))

        return [(margin(place), ("filament-short", place)) for place in waves]

    def _nucleated(self, step: Step) -> Equations:
        """The laws with the number of pores that the current nucleates where an interface has no voids."""
        equations = self._equations
        if self._eaten:
            equations = equations.without_growth()
        if self._cell.interface.void_density_exponent == 0.0:
            return equations
        current = step.current_density
        if current is None:  # held: what it drives at first
            vector = equations.layout.pack(self._state, float(self._state.charge[-1]))
            current = equations.current_at(step.voltage or 0.0, equations.layout.instant(vector, self._state))
        for place, side in equations.metal:
            if self._state.void_height[-1, place] <= 0.0 and side.sign * current < 0.0:
                self._density[place] = nucleated_density(self._cell.interface, abs(current))
        return equations.nucleated(self._density)

    # -- limits that the path does not watch --------------------------------------------------------------------------

    def _limits(self, equations: Equations, step: Step) -> list[_Watched]:
        """Margins that end a step below zero, and the failure that it means (None: the step has done its work)."""
        found: list[_Watched] = []

        def lithium(place: int) -> Callable[[Record], np.ndarray]:
            return lambda record: self._metal(equations, record)[0][:, place]

        bare = self._cell.kind == "anode-free"
        found += [(lithium(place), ("lithium-exhausted", place)) for place, _ in equations.metal if place or not bare]
        if equations.cathode is not None:
            found.append((lambda record: _cathode_left(equations, record), ("lithium-exhausted", 1)))
        if any(side.interphase is not None for _, side in equations.metal):
            found.append(
                (
                    lambda record: equations.thickness - record.interphase_thickness.sum(axis=1),
                    ("interphase-growth", None),
                )
            )
            found.append((lambda record: self._unbroken(equations, record), ("electrolyte-fracture", None)))
        limit = self._voltage_limit
        found.append((lambda record: limit - np.abs(self._known.voltage(equations, record)), ("voltage-limit", None)))
        aim = step.until_voltage
        if aim is not None:
            sign = np.sign(step.current_density or 0.0)
            found.append((lambda record: sign * (aim - self._known.voltage(equations, record)), None))
        least = step.until_current
        if least is not None:
            beside = self.bridges.leak * (step.voltage or 0.0)
            found.append((lambda record: np.abs(record.current_density + beside) - least, None))
        bearable = self.bridges.left_over(equations, self._cell.working.material)
        if bearable is not None:
            found.append((lambda record: bearable - np.abs(equations.drops(record).total), _BURNT))
        return found

    def _unbroken(self, equations: Equations, record: Record) -> np.ndarray:
        """1. One less K/K_IC of the longest flaw in the stress that growing interphases put on the electrolyte."""
        stress = tension(equations, record.interphase_thickness)
        toughness = equations.numbers.fracture_toughness
        intensity = np.zeros(len(record.time))
        for place, side in equations.metal:
            if side.flaws is not None and toughness is not None:
                length = float((side.flaws.initial_depth * self._depth[place]).max())
                intensity = np.maximum(intensity, side.flaws.intensity_under(stress, length) / toughness)
        return np.asarray(1.0 - intensity)

    def _metal(self, equations: Equations, record: Record) -> tuple[np.ndarray, np.ndarray]:
        """m. Metal that can still be stripped, and dead metal, (n, 2) each, along a record of this step.

        Several margins and the leg itself ask for those of one record, which are counted once.
        """
        if self._counted is None or self._counted[0] is not record or self._counted[1] is not self._state:
            self._counted = (record, self._state, self._counted_metal(equations, record))
        return self._counted[2]

    def _counted_metal(self, equations: Equations, record: Record) -> tuple[np.ndarray, np.ndarray]:
        start, shape = self._state, (len(record.time), 2)
        metal, dead = np.full(shape, np.nan), np.zeros(shape)
        share = self._cell.interface.dead_share
        passed = record.charge - start.charge[-1]
        for place, side in equations.metal:
            plated = side.sign * passed * side.contact.volume_per_charge
            metal[:, place], dead[:, place] = self._lithium[place] + plated, self._dead[place]
            if share > 0.0:
                stripped = np.maximum(-np.diff(plated, prepend=0.0), 0.0)
                lost = np.cumsum(stripped) * (share / max(1.0 - share, 1e-12))
                metal[:, place] -= lost
                dead[:, place] += lost
            if side.interphase is not None:
                grown = record.interphase_thickness[:, place] - start.interphase_thickness[-1, place]
                metal[:, place] -= side.interphase.lithium_consumed(grown)
        return metal, dead

    # -- flaws --------------------------------------------------------------------------------------------------------

    def _flaws(self, equations: Equations, path: CellPath) -> dict[int, FlawPath]:
        return {
            place: follow_flaws(
                side.flaws,
                path.record.time,
                self._mouth_of(equations, path.record, place, side),
                self._filling[place],
                self._depth[place],
                equations.thickness,
                self._tolerance,
                self.bridges.at(place),
            )
            for place, side in equations.metal
            if side.flaws is not None
        }

    def _mouth_of(self, equations: Equations, record: Record, place: int, side: Side) -> Mouth:
        """What the flaws of one interface see: nothing, as long as a layer keeps the metal out of them."""
        mouth = _mouth(equations, record, place, side)
        if side.shield == 0.0 or self._layer_broken[place]:
            return mouth
        plating = side.sign * record.current_density
        state = record.void_height[:, place], record.interphase_thickness[:, place]
        seen = side.drop_in_layer(equations.focusing * plating, *state)
        beyond = np.flatnonzero((plating > 0.0) & (seen >= side.shield))
        self._layer_broken[place] = bool(len(beyond))  # the run ends where it does, or here
        first = record.time[beyond[0]] if len(beyond) else np.inf

        def shielded(time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | float]:
            plating, drop, tension = mouth(time)
            return np.where(time < first, 0.0, plating), np.where(time < first, 0.0, drop), tension

        return shielded

    def _leg(
        self, equations: Equations, step: Step, path: CellPath, flaws: dict[int, FlawPath]
    ) -> tuple[Leg, tuple[str, int | None] | None]:
        """Both paths on one clock, up to the earliest failure."""
        record, failure = path.record, path.failure
        shorts = [(flaw.short, place) for place, flaw in flaws.items() if flaw.short is not None]
        if any(flaw.time is not record.time for flaw in flaws.values()):
            end = min(float(flaw.time[-1]) for flaw in flaws.values())
            time = np.unique(np.concatenate([flaw.time for flaw in flaws.values()]))
            time = time[time <= end]
            record = record.at(time)
            failure = ("filament-short", min(shorts)[1]) if shorts else failure
        time = record.time
        shape = (len(time), *self._filling.shape)
        filling, depth = np.zeros(shape), np.ones(shape)
        for place, flaw in flaws.items():
            filling[:, place] = _on(time, flaw.time, flaw.filling)
            depth[:, place] = _on(time, flaw.time, flaw.depth)
        counted, dead = self._metal(equations, record)
        metal = counted.copy()
        for place, side in equations.metal:
            if side.flaws is not None:
                metal[:, place] -= (filling[:, place] - self._filling[place]) @ side.flaws.height_per_filling
        if failure is not None and failure[0] == "voltage-limit" and equations.salt is not None:
            left = float(equations.salt.least(record.salt[-1], float(record.current_density[-1])))
            failure = ("salt-depletion", None) if left < _POOR_SALT else failure
        absolute = dataclasses.replace(record, time=self._state.time[-1] + time)
        return Leg(step, equations, absolute, filling, depth, metal, dead), failure


def _without_spectrum(step: Step) -> Step:
    """The step without the spectrum at its end."""
    return dataclasses.replace(step, frequency_from=None, frequency_to=None, points_per_decade=None)


def _remainder(step: Step, passed: float) -> Step | None:
    """What is left of a step after a time (s); its pressure and temperature are set already."""
    left = (step.time or 0.0) - passed
    if left <= 1e-9 * (step.time or 0.0):
        return None
    return dataclasses.replace(step, duration=left, charge=None, temperature=None, stack_pressure=None)


def _cathode_left(equations: Equations, record: Record) -> np.ndarray:
    """C/m2. Charge to the end of the cathode's range that the current leads to."""
    cathode = equations.cathode
    if cathode is None:
        return np.full(len(record.time), np.inf)
    left = cathode.lithium(record.charge)
    room = np.where(record.current_density < 0.0, cathode.areal_capacity - left, np.inf)
    return np.asarray(np.where(record.current_density > 0.0, left, room))


def _mouth(equations: Equations, record: Record, place: int, side: Side) -> Mouth:
    """What the flaws of one interface see; the state is interpolated, the drop follows from it."""
    pulled = any(metal.interphase is not None and metal.interphase.misfit is not None for _, metal in equations.metal)

    def mouth(time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | float]:
        current, height, film = (
            record.current_density,
            record.void_height[:, place],
            record.interphase_thickness[:, place],
        )
        if time is not record.time:
            current, height, film = (np.interp(time, record.time, known) for known in (current, height, film))
        plating = side.sign * current
        kinetic, across = side.drops(equations.focusing * plating, height, film)
        if not pulled:
            return plating, kinetic + across, 0.0
        films = np.column_stack([np.interp(time, record.time, one) for one in record.interphase_thickness.T])
        return plating, kinetic + across, tension(equations, films)

    return mouth


def _on(time: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    if time is known or np.array_equal(time, known):
        return values
    return np.column_stack([np.interp(time, known, column) for column in values.T])
