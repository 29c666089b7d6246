"""March a lumped cell through its protocol, step by step, to the end or to the first failure.

In each step the contact goes first, because flaws take a negligible share of the current; then the flaws of both
interfaces follow the drop that the contact sets. The earliest failure ends the run.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from lisse.cell import Cell
from lisse.models.base import Progress, symmetric_counter
from lisse.models.limits import formed_contact
from lisse.models.lumped.contact_path import ContactFollower, ContactPath
from lisse.models.lumped.equations import Equations, build_equations
from lisse.models.lumped.flaw_path import FlawPath, Mouth, follow_flaws
from lisse.protocol import Protocol, Step

__all__ = ["Failure", "Leg", "March", "march"]


@dataclass(frozen=True)
class Failure:
    """What ended the run: a verdict mode, the time (s) and the interface (0 working, 1 counter, None neither)."""

    mode: str
    time: float
    where: int | None


@dataclass(frozen=True)
class Leg:
    """One step of the protocol as it was run.

    Attributes
    ----------
    step : Step
    equations : Equations
    time : (n,) array, s
        From the start of the protocol.
    current_density : (n,) array, A/m2
    charge : (n,) array, C/m2
        Signed, from the start of the protocol.
    void_height : (n, 2) array, m
    filling, depth : (n, 2, m) array
        Scaled state of the flaws; m = 0 without flaws.
    lithium_thickness : (n, 2) array, m
        Of both electrodes, less what is in the flaws.
    stack_pressure : float, Pa
    """

    step: Step
    equations: Equations
    time: np.ndarray
    current_density: np.ndarray
    charge: np.ndarray
    void_height: np.ndarray
    filling: np.ndarray
    depth: np.ndarray
    lithium_thickness: np.ndarray
    stack_pressure: float


@dataclass(frozen=True)
class March:
    """All legs, and how it ended: `failure` of the cell, or `trouble` of the solver (a sentence), or neither."""

    legs: tuple[Leg, ...]
    failure: Failure | None
    trouble: str


def march(
    cell: Cell, protocol: Protocol, classes: int, tolerance: float, seed: int | None, progress: Progress | None
) -> March:
    """Run the whole protocol.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
    classes : int
        Flaw classes of one interface.
    tolerance : float
        Relative tolerance of the time integration.
    seed : int or None
    progress : callable or None
    """
    run = _Run(cell, protocol, classes, tolerance, seed)
    for index, step in enumerate(protocol.steps):
        run.take(step)
        if run.trouble:
            run.trouble = f"step {index + 1} of {len(protocol.steps)} ({step.label or 'step'}): {run.trouble}"
        if run.trouble or run.failure is not None:
            break
        if progress is not None:
            progress((index + 1) / len(protocol.steps), step.label or "step")
    return March(tuple(run.legs), run.failure, run.trouble)


class _Run:
    """What is carried from one step to the next."""

    def __init__(self, cell: Cell, protocol: Protocol, classes: int, tolerance: float, seed: int | None) -> None:
        self._cell, self._classes, self._tolerance, self._seed = cell, classes, tolerance, seed
        self._voltage_limit = protocol.voltage_limit
        self._equations = build_equations(cell, classes, seed)
        self._follower = ContactFollower(cell.interface.contact_limit, tolerance)
        self._pressure = cell.stack.pressure
        self._lithium = np.array([cell.working.thickness, symmetric_counter(cell, "lumped").thickness])
        self._void_height = np.full(2, self._equations.contact.height(formed_contact(cell)))
        flaws = self._equations.flaws
        m = 0 if flaws is None else len(flaws[0].initial_depth)
        self._filling, self._depth = np.zeros((2, m)), np.ones((2, m))
        self._time = self._charge = 0.0
        self.legs: list[Leg] = []
        self.failure: Failure | None = None
        self.trouble = ""

    def take(self, step: Step) -> None:
        """Run one step and keep its leg."""
        if step.temperature is not None and step.temperature != self._equations.numbers.temperature:
            self._equations = build_equations(self._cell, self._classes, self._seed, step.temperature)
        self._pressure = self._pressure if step.stack_pressure is None else step.stack_pressure
        contact = self._follower.follow(self._equations, step, self._pressure, self._void_height)
        contact = self._cut_at_voltage(self._cut_at_lithium(contact))
        flaws = self._flaws(contact)
        leg, failure = self._leg(step, contact, flaws)
        troubles = [contact.trouble, *(path.trouble for path in flaws)]
        self.trouble = next((trouble for trouble in troubles if trouble), "")
        if failure is not None and not self.trouble:  # what the contact met may lie beyond the trouble of a flaw
            self.failure = Failure(failure[0], float(leg.time[-1]), failure[1])
        self.legs.append(leg)
        self._time, self._charge = float(leg.time[-1]), float(leg.charge[-1])
        self._void_height, self._filling, self._depth = leg.void_height[-1], leg.filling[-1], leg.depth[-1]

    # -- limits that the contact path does not watch ----------------------------------------------------------------

    def _cut_at_lithium(self, path: ContactPath) -> ContactPath:
        """End the path where an electrode has no lithium left."""
        per_charge = self._equations.contact.volume_per_charge
        for side, sign in ((0, 1.0), (1, -1.0)):
            left = self._lithium[side] + sign * (self._charge + path.charge) * per_charge
            if left[-1] < 0.0:
                time = float(np.interp(0.0, -left, path.time))
                path = _cut(path, time, ("lithium-exhausted", side))
        return path

    def _cut_at_voltage(self, path: ContactPath) -> ContactPath:
        """End the path where the voltage passes the limit; it rises as voids grow, which bounds it at once."""
        largest = float(np.abs(path.current_density).max())
        widest = float(path.void_height[:, 0].max()), float(path.void_height[:, 1].max())
        if (
            max(self._equations.voltage(largest, widest), -self._equations.voltage(-largest, widest))
            <= self._voltage_limit
        ):
            return path
        size = np.abs(self._equations.drops(path.current_density, path.void_height).total)
        beyond = np.flatnonzero(size > self._voltage_limit)
        if not len(beyond):
            return path
        first = int(beyond[0])
        if first == 0:
            return _cut(path, float(path.time[0]), ("voltage-limit", None))
        low, high = float(path.time[first - 1]), float(path.time[first])
        while high - low > 1e-12 * high:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            there = path.at(np.array([middle]))
            working, counter = there.void_height[0].tolist()
            voltage = self._equations.voltage(float(there.current_density[0]), (working, counter))
            low, high = (low, middle) if abs(voltage) > self._voltage_limit else (middle, high)
        return _cut(path, high, ("voltage-limit", None))

    # -- flaws --------------------------------------------------------------------------------------------------------

    def _flaws(self, contact: ContactPath) -> list[FlawPath]:
        laws = self._equations.flaws
        if laws is None:
            return []
        equations = self._equations
        return [
            follow_flaws(
                law,
                contact.time,
                _mouth(equations, contact, side),
                self._filling[side],
                self._depth[side],
                equations.thickness,
                self._tolerance,
            )
            for side, law in enumerate(laws)
        ]

    def _leg(
        self, step: Step, contact: ContactPath, flaws: list[FlawPath]
    ) -> tuple[Leg, tuple[str, int | None] | None]:
        """Both paths on one clock, up to the earliest failure."""
        failure = contact.failure
        shorts = [(path.short, side) for side, path in enumerate(flaws) if path.short is not None]
        time = contact.time
        if any(path.time is not time for path in flaws):
            end = min(float(path.time[-1]) for path in flaws)
            time = np.union1d(flaws[0].time, flaws[1].time)
            time = time[time <= end]
            contact = contact.at(time)
            failure = ("filament-short", min(shorts)[1]) if shorts else failure
        filling = depth = np.empty((len(time), 2, 0))
        if flaws:
            filling = np.stack([_on(time, path.time, path.filling) for path in flaws], axis=1)
            depth = np.stack([_on(time, path.time, path.depth) for path in flaws], axis=1)
        charge = self._charge + contact.charge
        plated = charge[:, np.newaxis] * [1.0, -1.0] * self._equations.contact.volume_per_charge
        lithium = self._lithium + plated - _in_flaws(self._equations, filling)
        leg = Leg(
            step,
            self._equations,
            self._time + time,
            contact.current_density,
            charge,
            contact.void_height,
            filling,
            depth,
            lithium,
            self._pressure,
        )
        return leg, failure


def _mouth(equations: Equations, contact: ContactPath, side: int) -> Mouth:
    """What the flaws of one interface see; voids are interpolated, the drop follows from them."""
    sign = (1.0, -1.0)[side]

    def mouth(time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        plating = sign * np.interp(time, contact.time, contact.current_density)
        void_height = np.interp(time, contact.time, contact.void_height[:, side])
        return plating, equations.mouth_drop(plating, void_height)

    return mouth


def _cut(path: ContactPath, time: float, failure: tuple[str, int | None]) -> ContactPath:
    kept = np.append(path.time[path.time < time], time)
    return dataclasses.replace(path.at(kept), failure=failure, trouble="")


def _on(time: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    if time is known or np.array_equal(time, known):
        return values
    return np.column_stack([np.interp(time, known, column) for column in values.T])


def _in_flaws(equations: Equations, filling: np.ndarray) -> np.ndarray | float:
    """m. Lithium in the flaws of each interface, (n, 2)."""
    if equations.flaws is None:
        return 0.0
    height = np.stack([law.height_per_filling for law in equations.flaws])
    return np.asarray((filling * height).sum(axis=-1))
