"""Follow a cell through one step of the protocol.

Voids are complementary: at w = 0 and a balance below zero they stay closed. Where voids are the only states and the
current is set, the interfaces do not know each other and each closes at most once, so that one smooth integration
serves. In every other case the integrator (CVODE's BDF, SUNDIALS) runs from one opening or closing to the next, each
located as an event, and all states go together: voids, stack pressure, interphases, salt, alloys. Every piece is
smooth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.models.lumped.equations import Equations
from lisse.models.lumped.integrator import falling, integrate
from lisse.models.lumped.states import LENGTH, Instant, Layout, Record
from lisse.protocol import Step

__all__ = ["CellPath", "Follower"]

_SHORTEST = 1e-9  # s
_MOST_PIECES = 1000
_EARLY = np.geomspace(1.0, 400.0, 7)  # s
_EVEN, _FINE = 10, 160
_STRAIGHT = 2e-3  # of the void height at lost contact: how far linear interpolation may be off
_THINNEST = 1e-9  # m of metal that the fixture still feels

_Failure = tuple[str, int | None] | None
"""A verdict mode and the interface (0 working, 1 counter, None neither)."""


@dataclass(frozen=True)
class CellPath:
    """A cell through one step.

    Attributes
    ----------
    record : Record
        Times from the start of the step.
    failure : (mode, side) or None
        What ended the step early, and at which interface (0 working, 1 counter).
    trouble : str
        Why the integrator stopped, or an empty string.
    """

    record: Record
    failure: _Failure = None
    trouble: str = ""

    def cut(self, margin: Callable[[Record], np.ndarray], failure: _Failure) -> CellPath:
        """End the path where a margin falls below zero, located between the recorded times; as it is if it does not."""
        record = self.record
        beyond = np.flatnonzero(margin(record) < 0.0)
        if not len(beyond):
            return self
        first = int(beyond[0])
        time = record.time
        low = high = float(time[first])
        if first > 0:
            low = float(time[first - 1])
        while high - low > 1e-12 * high:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            below = margin(record.at(np.array([middle])))[0] < 0.0
            low, high = (low, middle) if below else (middle, high)
        kept = np.append(time[time < high], high)
        return CellPath(record.at(kept), failure)


class Follower:
    """Runs steps one after the other.

    Parameters
    ----------
    contact_limit : float
        1. Contact fraction that counts as lost.
    tolerance : float
        Relative tolerance.
    """

    def __init__(self, contact_limit: float, tolerance: float) -> None:
        self._contact_limit = contact_limit
        self._open = [True, True]
        self._settings = {"rtol": tolerance, "atol": tolerance * 1e-2, "max_num_steps": 20_000}
        self._solvers: dict[tuple[Layout, bool, int, bool], Any] = {}

    def follow(self, equations: Equations, step: Step, start: Record, lithium: np.ndarray) -> CellPath:
        """Run one step, or as far as contact lasts.

        Parameters
        ----------
        equations : Equations
        step : Step
        start : Record
            Its last row is where the cell is.
        lithium : (2,) array, m
            Metal of both electrodes at the start.
        """
        self._equations, self._start, self._lithium = equations, start, lithium
        self._layout = equations.layout
        self._charge = float(start.charge[-1])
        self._set, self._voltage, self._length = step.current_density, step.voltage or 0.0, step.time or 0.0
        self._lost = [np.inf, np.inf]
        for place, side in equations.metal:
            self._lost[place] = float(side.contact.height(self._contact_limit)) / LENGTH
        self._ends = self._watched()
        vector = self._layout.pack(start, self._charge)
        found = None
        if self._set is not None and self._layout.size == 3:
            found = self._in_one_piece(vector, _EVEN)
        return found or self._piece_by_piece(vector)

    # -- rates ------------------------------------------------------------------------------------------------------

    def _current(self, state: Instant) -> float:
        """A/m2. Set, or what the held voltage drives."""
        return self._set if self._set is not None else self._equations.current_at(self._voltage, state)

    def _rates(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        equations, layout = self._equations, self._layout
        state = layout.instant(vector, self._start)
        current = self._current(state)
        out[2] = current / layout.scale[2]
        rising = 0.0
        heights = []
        for place, side in equations.metal:
            plating, height = side.sign * current, float(vector[place]) * LENGTH
            net = side.contact.balance(height, -plating, state.stack_pressure) if self._open[place] else 0.0
            out[place] = net / LENGTH
            plated = side.contact.volume_per_charge
            rising += plating * plated + net
            moved = side.sign * (state.charge - self._charge) * plated
            heights.append(max(float(self._lithium[place]) + moved, _THINNEST))
            if side.interphase is not None:
                growth = side.interphase.growth_rate(state.interphase_thickness[place], current)
                first = layout.places["interphase_thickness"].start
                out[first + place] = growth / layout.scale[first + place]
                rising += side.interphase.height_change(growth)
            if side.alloy is not None:
                name = ("working_alloy", "counter_alloy")[place]
                out[layout.places[name]] = side.alloy.rates(state.alloys[place], -plating)
        if equations.salt is not None:
            out[layout.places["salt"]] = equations.salt.rates(state.salt, current) / layout.mean_salt
        if layout.pressure:
            if equations.cathode is not None:
                rising += equations.cathode.height_rate(current)
            rate = equations.fixture.pressure_rate(state.stack_pressure, rising, heights)
            where = layout.places["stack_pressure"].start
            out[where] = rate / layout.scale[where]

    def _simple_rates(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        """A set current, and voids as the only state."""
        pressure = float(self._start.stack_pressure[-1])
        current = self._set or 0.0
        out[:] = 0.0
        for place, side in self._equations.metal:
            if self._open[place]:
                height = float(vector[place]) * LENGTH
                out[place] = side.contact.balance(height, -side.sign * current, pressure) / LENGTH
        out[2] = current / self._layout.scale[2]

    # -- events -----------------------------------------------------------------------------------------------------

    def _watched(self) -> list[tuple[Callable[[Instant, float], float], _Failure]]:
        """What ends a step by falling through zero, apart from loss of contact."""
        equations = self._equations
        found: list[tuple[Callable[[Instant, float], float], _Failure]] = []
        salt = equations.salt
        if salt is not None:
            found.append((lambda state, j: float(salt.least(state.salt, j)), ("salt-depletion", None)))
        for place, side in equations.metal:
            alloy = side.alloy
            if alloy is not None:

                def surface(state: Instant, j: float, alloy=alloy, place=place, sign=side.sign) -> float:  # type: ignore[no-untyped-def]
                    return float(alloy.surface(state.alloys[place], -sign * j))

                found.append((surface, ("lithium-exhausted", place)))
        if self._layout.pressure:
            found.append((lambda state, _: equations.fixture.bond_left(state.stack_pressure), ("contact-loss", None)))  # type: ignore[union-attr]
        return found

    def _events(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        """Fall through zero: an open interface closes, a closed one opens; contact is lost; what else is watched."""
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        out[:4] = 1.0
        for place, _side in self._equations.metal:
            opening = self._opening(place, state, current)
            if not self._open[place]:
                out[place] = -opening
            elif opening <= 0.0:  # else it cannot close, however thin the voids are
                out[place] = vector[place]
            out[2 + place] = self._lost[place] - vector[place]
        for number, (margin, _failure) in enumerate(self._ends):
            out[4 + number] = margin(state, current)

    def _opening(self, place: int, state: Instant, current: float) -> float:
        """um/s. Rate at which a closed interface would open; -1 where pressure keeps it closed."""
        side = self._equations.sides[place]
        if side is None:
            return -1.0
        rate = side.contact.rate(0.0, -side.sign * current, state.stack_pressure)
        return rate / LENGTH if rate > 0.0 else -1.0

    # -- one smooth piece -------------------------------------------------------------------------------------------

    def _in_one_piece(self, vector: np.ndarray, count: int) -> CellPath | None:
        """A set current and voids only: the interfaces do not know each other, and one that closes stays closed.

        The balance is followed below zero, where it is smooth, and cut off there. ``None`` where contact is lost, for
        which the time matters, or where the integrator has trouble. Where `count` even times are too few for straight
        lines in between, it is done again with more.
        """
        self._set_phases(vector)
        solver = self._solver(events=False)
        found = integrate(solver, np.append(0.0, _recorded_times(self._length, count)), vector)
        heights, lost = found.state[:, :2], min(self._lost)
        if found.trouble or heights.max() >= lost * (1.0 - 1e-9):
            return None
        bend = float(np.abs(np.diff(heights[-count:], 2, axis=0)).max(initial=0.0)) / 8.0
        if count < _FINE and bend > _STRAIGHT * lost:
            return self._in_one_piece(vector, _FINE)
        closing = [
            found.time[k] + (found.time[k + 1] - found.time[k]) * w[k] / (w[k] - w[k + 1])
            for w in heights.T
            for k in np.flatnonzero((w[:-1] > 0.0) & (w[1:] < 0.0))
        ]
        path = self._path([found.time], [found.state], None, "")
        if not closing:
            return path
        time = np.union1d(found.time, closing)
        cut = [np.maximum(np.interp(time, found.time, w), 0.0) * LENGTH for w in heights.T]
        return CellPath(dataclasses.replace(path.record.at(time), void_height=np.column_stack(cut)))

    # -- piece by piece ---------------------------------------------------------------------------------------------

    def _piece_by_piece(self, vector: np.ndarray) -> CellPath:
        """A path that may end early: recorded closely up to where it ends."""
        found = self._pieces(vector, _recorded_times(self._length, _FINE))
        end = float(found.record.time[-1])
        if _SHORTEST < end < 0.9 * self._length:
            found = self._pieces(vector, np.append(_recorded_times(end, _FINE), self._length))
        return found

    def _pieces(self, vector: np.ndarray, clock: np.ndarray) -> CellPath:
        """From each opening or closing to the next, up to the loss of contact or another end."""
        times, vectors = [np.zeros(1)], [vector[np.newaxis]]
        failure: _Failure = None
        trouble, time, pieces = "", 0.0, 0
        while self._length - time > _SHORTEST and failure is None and not trouble:
            self._set_phases(vector)
            failure = self._already_ended(vector)
            if failure is not None:
                break
            clock_left = np.append(0.0, clock[clock > time + _SHORTEST] - time)
            found = integrate(self._solver(events=True), clock_left, vector)
            event, trouble = found.event, found.trouble
            times.append(time + found.time[1:])
            vectors.append(found.state[1:])
            vector, time, pieces = found.state[-1].copy(), time + float(found.time[-1]), pieces + 1
            if event is not None and event >= 4:
                failure = self._ends[event - 4][1]
            elif event is not None and event >= 2:
                failure = ("contact-loss", event - 2)
            elif event is not None:
                vector[event] = max(vector[event], 0.0) if not self._open[event] else 0.0
            if pieces > _MOST_PIECES:
                trouble = f"contact opened and closed more than {_MOST_PIECES} times within one step"
        return self._path(times, vectors, failure, trouble)

    def _set_phases(self, vector: np.ndarray) -> None:
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        for place in (0, 1):
            self._open[place] = bool(vector[place] > 0.0 or self._opening(place, state, current) > 0.0)

    def _already_ended(self, vector: np.ndarray) -> _Failure:
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        for place, side in self._equations.metal:
            height = float(vector[place]) * LENGTH
            opens = side.contact.balance(height, -side.sign * current, state.stack_pressure) > 0.0
            if opens and vector[place] >= self._lost[place] * (1.0 - 1e-9):
                return "contact-loss", place
        for margin, failure in self._ends:
            if margin(state, current) <= 0.0:
                return failure
        return None

    def _solver(self, events: bool) -> Any:
        """The integrator for this kind of step, kept for the next one."""
        from sksundae.cvode import CVODE

        held = self._set is None
        key = (self._layout, events, 4 + len(self._ends), held)
        if key not in self._solvers:
            settings: dict[str, Any] = dict(self._settings)
            if events:
                number = 4 + len(self._ends)
                settings |= {"eventsfn": falling(self._events, number), "num_events": number}
            if not held and self._layout.size > 12:
                settings["sparsity"] = self._pattern()
            rates = self._rates if events or self._layout.size > 3 else self._simple_rates
            self._solvers[key] = CVODE(rates, **settings)
        return self._solvers[key]

    def _pattern(self) -> np.ndarray:
        """(size, size) array. At a set current the parts know each other through the stack pressure only."""
        layout, equations = self._layout, self._equations
        known = np.eye(layout.size)
        if layout.pressure:
            few = layout.places["interphase_thickness"].stop
            known[:few, :few] = 1.0
        if equations.salt is not None:
            cells = layout.places["salt"]
            known[cells, cells] = equations.salt.sparsity()
        for place, side in equations.metal:
            if side.alloy is not None:
                where = layout.places[("working_alloy", "counter_alloy")[place]]
                known[where, where] = side.alloy.sparsity()
        return known

    def _path(self, times: list[np.ndarray], vectors: list[np.ndarray], failure: _Failure, trouble: str) -> CellPath:
        time, states = np.concatenate(times), np.concatenate(vectors)
        if self._set is not None:
            current = np.full(len(time), self._set)
            states[:, 2] = (self._charge + self._set * time) / self._layout.scale[2]  # exact
        else:
            current = np.array([self._current(self._layout.instant(row, self._start)) for row in states])
        return CellPath(self._layout.unpack(time, states, current, self._start), failure, trouble)


def _recorded_times(length: float, count: int) -> np.ndarray:
    """s. Closely after a switch of the current, where flaws fill and empty within seconds, and evenly after that."""
    early = _EARLY[0.1 * length > _EARLY]
    return np.union1d(early, np.linspace(0.0, length, count + 1)[1:])
