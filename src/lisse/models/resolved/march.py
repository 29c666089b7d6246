"""A protocol from its first step to its last, or to the failure of the cell: lengths of steps, events, records.

What belongs here: time. What happens within one step is in `cell_step`, how long it is in `step_size`, what the records
become in `traces`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lisse.models.base import Progress
from lisse.models.resolved.cell_step import CellStep, Drive, Outcome, StepFailed
from lisse.models.resolved.state import State
from lisse.models.resolved.step_size import StepSize, Trial
from lisse.protocol import Protocol, Step
from lisse.units import duration

__all__ = ["Event", "March", "Position", "Row", "Watch", "voxels"]

Floats = NDArray[np.float64]
_FIRST = 5e-3  # of a protocol step, the first time step
_LONGEST = 1 / 6  # of a protocol step
_LOCATED = 1e-6  # of a time step, to which an end is located
_MOST_TRIES = 60


@dataclass(frozen=True)
class Event:
    """Something worth telling: the time (s), what it is, and more words."""

    time: float
    what: str
    text: str


@dataclass(frozen=True)
class Position:
    """Where in the protocol a run is.

    Attributes
    ----------
    step : int
    time : float, s
        Spent in the step.
    length : float, s
        Of the next time step.
    """

    step: int = 0
    time: float = 0.0
    length: float = 0.0


Row = tuple[int, Outcome]
"""Number of the protocol's step, and the cell at one time."""


@dataclass(frozen=True)
class Watch:
    """What ends a run: a margin that falls through zero, and the mode and interface that it then names.

    A margin that is not `gradual` jumps, so that where it is zero cannot be located within a time step. Without a mode
    it ends the protocol's step only, which has then done its work.
    """

    margin: Callable[[Outcome], float]
    mode: str
    where: int | None = None
    gradual: bool = True


@dataclass
class March:
    """A run under way.

    Attributes
    ----------
    protocol : Protocol
    watches : callable
        What ends the run, for a protocol's step.
    physics : callable
        The `CellStep` at a temperature (K).
    state : State
    keep : callable
        Called with the number of the step, every `Outcome` that stands, and the position reached.
    tolerance : float, 1
        Of the contact fraction, per time step.
    most_steps : int
    """

    protocol: Protocol
    physics: Callable[[float | None], CellStep]
    watches: Callable[[CellStep, Step], list[Watch]]
    state: State
    keep: Callable[[int, Outcome, Position], None]
    tolerance: float
    most_steps: int
    progress: Progress | None = None
    position: Position = Position()
    events: list[Event] = field(default_factory=list)
    failure: tuple[str, float, int | None] | None = None
    trouble: str = ""
    taken: int = 0
    _rate: Floats | None = None

    def run(self) -> None:
        """Go on from the position to the end."""
        for index in range(self.position.step, len(self.protocol.steps)):
            if index != self.position.step:
                self.position = Position(index)
            self._follow(index, self.protocol.steps[index])
            if self.trouble or self.failure is not None:
                return

    def _follow(self, index: int, step: Step) -> None:
        """One step of the protocol."""
        physics = self.physics(step.temperature)
        if step.stack_pressure is not None and self.position.time == 0.0:
            self.state = physics.pressed_by(self.state, step.stack_pressure)
        drive = Drive(step.current_density, step.voltage)
        watches, whole = [*self.watches(physics, step), *_ends(step)], step.time
        if whole is None:
            raise ValueError("a step without an end")  # Step refuses to be made without
        sizes = StepSize(self.tolerance)
        if self.position.time == 0.0:
            self._rate = None
            self.position = dataclasses.replace(self.position, length=_FIRST * whole)
            self._begin(index, step, drive, watches)
        while not self.trouble and self.failure is None:
            left = whole - self.position.time
            if left <= 1e-12 * whole:
                return
            length = min(self.position.length, _LONGEST * whole, left)
            if left - length < 0.05 * length:  # no crumbs
                length = left
            outcome = self._advance(physics, drive, length, sizes)
            if outcome is None:
                return
            self._stand(index, step, outcome, outcome.state.time - self.state.time, watches)

    def _begin(self, index: int, step: Step, drive: Drive, watches: list[Watch]) -> None:
        """The cell at the first instant of a step."""
        try:
            outcome = self.physics(step.temperature).take(self.state, drive, 0.0)
        except StepFailed as error:
            self.trouble = str(error)
            return
        self.state = outcome.state
        self._record(index, outcome)
        for watch in watches:
            if watch.margin(outcome) < 0.0:
                self._ended(step, watch)
                return

    def _ended(self, step: Step, watch: Watch) -> None:
        """What a margin below zero ends: the protocol's step, or the run."""
        if watch.mode:
            self.failure = (watch.mode, self.state.time, watch.where)
        else:
            self.position = dataclasses.replace(self.position, time=step.time or 0.0)

    def _advance(self, physics: CellStep, drive: Drive, length: float, sizes: StepSize) -> Outcome | None:
        """One time step that stands, or ``None`` after trouble."""
        jump, why, wanted = False, "", 0.0
        for _ in range(_MOST_TRIES):
            outcome = None
            try:
                outcome = physics.take(self.state, drive, length, jump)
            except StepFailed as error:
                if error.length is not None and 0.0 < error.length < length:  # up to where something ends
                    wanted, length = max(wanted, length), error.length
                    continue
                why, trial = str(error), Trial(length, advance=error.advance, settled=False)
            else:
                trial = dataclasses.replace(self._trial(physics, outcome, length), jumped=jump)
            growth = sizes.judge(trial)
            if growth.accepted and outcome is not None:
                if growth.jump:
                    self.events.append(Event(outcome.state.time, "jump", _jumped(outcome, trial)))
                self.position = dataclasses.replace(self.position, length=max(growth.next_length, wanted))
                return outcome
            if growth.accepted or (growth.next_length >= length and not growth.jump) or (jump and outcome is None):
                break
            jump, length = growth.jump, growth.next_length
        self.trouble = why or "a step that no length suits"
        return None

    def _trial(self, physics: CellStep, outcome: Outcome, length: float) -> Trial:
        """What a step did, for its length to be judged."""
        before, columns = self.state, physics.columns
        change = _mean_change(columns.contact(before.void_height), outcome.contact)
        error = self._current_error(outcome)
        if self._rate is not None:
            straight = columns.contact(np.maximum(before.void_height + length * self._rate, 0.0))
            error = max(error, 0.5 * _mean_change(straight, outcome.contact))
        pressure, advance = 0.0, 0
        if outcome.cracks is not None:
            pressure = float(np.abs(outcome.cracks.pressure - before.cluster_pressure).max(initial=0.0))
            advance = outcome.cracks.advance
        return Trial(length, error, change, advance, pressure)

    def _current_error(self, outcome: Outcome) -> float:
        """1. A quarter of how much the current of a held voltage changes in a step, over its size."""
        before = self.state.current_density
        if outcome.drive.voltage is None or before is None:
            return 0.0
        largest = max(abs(before), abs(outcome.current_density))
        return 0.25 * abs(outcome.current_density - before) / largest if largest > 0.0 else 0.0

    def _stand(self, index: int, step: Step, outcome: Outcome, length: float, watches: list[Watch]) -> None:
        """Take over a step, or the part of it up to the first end."""
        ended_by = None
        if min((watch.margin(outcome) for watch in watches), default=1.0) < 0.0:
            outcome, ended_by = self._locate(step, outcome, length, watches)
        before = self.state
        length = outcome.state.time - before.time
        self._rate = (outcome.state.void_height - before.void_height) / length if length > 0.0 else None
        self.position = dataclasses.replace(self.position, time=self.position.time + length)
        for text in outcome.news:
            self.events.append(Event(outcome.state.time, *text))
        self.state = outcome.state
        if ended_by is not None:
            self._ended(step, ended_by)
        self._record(index, outcome)
        self.taken += 1
        if self.taken >= self.most_steps and self.failure is None:
            self.trouble = f"{self.taken} time steps were not enough (model.resolved.most_steps)"

    def _locate(self, step: Step, outcome: Outcome, length: float, watches: list[Watch]) -> tuple[Outcome, Watch]:
        """The end within a step, and what ended it first; a margin that jumps ends it where the step does."""
        from scipy.optimize import brentq

        first = min(watches, key=lambda watch: watch.margin(outcome))
        if not first.gradual:
            return outcome, first
        physics, drive = self.physics(step.temperature), Drive(step.current_density, step.voltage)
        tried: dict[float, Outcome] = {length: outcome}

        def left(when: float) -> float:
            if when not in tried:
                tried[when] = physics.take(self.state, drive, when)
            return min(watch.margin(tried[when]) for watch in watches)

        try:
            if math.isfinite(left(length)):
                at_once = left(0.0) <= 0.0
                root = 0.0 if at_once else float(brentq(left, 0.0, length, xtol=_LOCATED * length, rtol=1e-12))
                beyond = _LOCATED * length
                while left(min(root, length)) >= 0.0:
                    root, beyond = root + beyond, 2.0 * beyond
        except StepFailed:
            pass  # the end is where the shortest step that could be made has it
        end = min(when for when, there in tried.items() if min(watch.margin(there) for watch in watches) < 0.0)
        return tried[end], min(watches, key=lambda watch: watch.margin(tried[end]))

    def _record(self, index: int, outcome: Outcome) -> None:
        self.keep(index, outcome, self.position)
        if self.progress is not None:
            step = self.protocol.steps[index]
            inside = self.position.time / step.time if step.time else 1.0
            text = f"step {index + 1} of {len(self.protocol.steps)}, {duration(outcome.state.time)}"
            self.progress((index + min(inside, 1.0)) / len(self.protocol.steps), text)


def voxels(count: int) -> str:
    """How many, in words."""
    return f"{count} voxel" if count == 1 else f"{count} voxels"


def _ends(step: Step) -> list[Watch]:
    """The voltage or the current that ends a protocol's step before its time."""
    aim, least = step.until_voltage, step.until_current
    if aim is not None:
        sign = math.copysign(1.0, step.current_density or 0.0)
        return [Watch(lambda out: sign * (aim - out.voltage), "")]
    return [] if least is None else [Watch(lambda out: abs(out.current_density) - least, "")]


def _jumped(outcome: Outcome, trial: Trial) -> str:
    if outcome.cracked:
        return f"{voxels(outcome.cracked)} cracked at once"
    return f"the pressure of a crack changed by {trial.pressure_change / 1e6:.3g} MPa at once"


def _mean_change(one: Floats, other: Floats) -> float:
    """1. Largest change of the mean contact of an interface."""
    there = ~np.isnan(one) & ~np.isnan(other)
    means = [abs(float(np.mean((other - one)[place][there[place]]))) for place in (0, 1) if there[place].any()]
    return max(means, default=0.0)
