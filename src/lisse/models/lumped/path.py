"""Follow a cell through one step of the protocol.

Voids are complementary: at w = 0 and a balance below zero they stay closed. Under a set current and a constant
pressure no state knows another (`lisse.models.lumped.apart`). In every other case, and where contact is lost, the
integrator (CVODE's BDF, SUNDIALS) runs from one opening or closing to the next, each located as an event, and all
states go together: voids, stack pressure, interphases, salt, alloys. Every piece is smooth.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lisse.models.lumped.apart import Apart, Known
from lisse.models.lumped.cell_path import FINE, CellPath, End, Margin, recorded_times, watched_ends
from lisse.models.lumped.equations import Equations
from lisse.models.lumped.integrator import falling, integrate
from lisse.models.lumped.states import LENGTH, Instant, Layout, Record
from lisse.protocol import Step

__all__ = ["CellPath", "Follower"]

_SHORTEST = 1e-9  # s
_MOST_PIECES = 1000
_SECANTS = 8
_NOTHING = 1e-9  # of the void height at lost contact: what opens by less within a step stays closed
_THINNEST = 1e-9  # m of metal that the fixture still feels


class Follower:
    """Runs steps one after the other.

    Parameters
    ----------
    contact_limit : float
        1. Contact fraction that counts as lost.
    tolerance : float
        Relative tolerance.
    known : Known or None
        Of other runs of the same cell.
    """

    def __init__(self, contact_limit: float, tolerance: float, known: Known | None = None) -> None:
        self._contact_limit = contact_limit
        self._open = [True, True]
        self._settings = {"rtol": tolerance, "atol": tolerance * 1e-2, "max_num_steps": 20_000, "max_conv_fails": 100}
        self._solvers: dict[tuple[Layout, int, bool], Any] = {}
        self._apart = Apart(self._settings, known)

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
        self._last: tuple[float, float] | None = None
        self._ends = watched_ends(equations)
        if self._set is None:
            self._ends += _ends_of_a_hold(equations, step)
        vector = self._layout.pack(start, self._charge)
        found = None
        if self._set is not None:
            self._set_phases(vector)
            found = self._apart.follow(
                equations, start, self._set, self._length, self._lost, self._open.copy(), self._ends
            )
        return found or self._piece_by_piece(vector)

    # -- rates ------------------------------------------------------------------------------------------------------

    def _current(self, state: Instant) -> float:
        """A/m2. Set, or what the held voltage drives."""
        if self._set is not None:
            return self._set
        current = self._from_last(state)
        if current is None:
            current = self._equations.current_at(self._voltage, state)
            further = current + max(1e-6 * abs(current), 1e-9)
            slope = (self._equations.voltage(further, state) - self._voltage) / (further - current)
            self._last = (current, slope) if slope > 0.0 else None
        return current

    def _from_last(self, state: Instant) -> float | None:
        """A/m2. What the held voltage drives, by secants from the current found last; ``None`` if they do not settle.

        The state has changed little since then, so that a few evaluations of the voltage serve.
        """
        if self._last is None:
            return None
        (low, slope), voltage, aim = self._last, self._equations.voltage, self._voltage
        over = voltage(low, state) - aim
        current = low - over / slope
        for _ in range(_SECANTS):
            if current == low:
                return current
            beyond = voltage(current, state) - aim
            slope = (beyond - over) / (current - low)
            if not slope > 0.0:
                return None
            low, over, current = current, beyond, current - beyond / slope
            if abs(current - low) <= 1e-9 * abs(current) or abs(beyond) <= 1e-15 * max(abs(aim), 1e-3):
                self._last = (current, slope)
                return current
        return None

    def _rates(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        equations, layout = self._equations, self._layout
        state = layout.instant(vector, self._start)
        current = self._current(state)
        out[:] = 0.0  # a cathode has no voids and no interphase
        out[2] = current / layout.scale[2]
        rising = 0.0
        heights = []
        for place, side in equations.metal:
            plating, height = side.sign * current, float(vector[place]) * LENGTH
            net = side.contact.balance(height, -plating, state.stack_pressure) if self._open[place] else 0.0
            out[place] = net / LENGTH
            plated = side.contact.volume_per_charge
            if side.alloy is None or side.alloy.recedes:
                rising += plating * plated + net
            elif self._open[place]:  # sites stay behind, as voids or not, and only their closure takes height away
                rising -= side.contact.closure(max(height, 0.0), state.stack_pressure)
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

    # -- events -----------------------------------------------------------------------------------------------------

    def _events(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        """Fall through zero: an open interface closes, a closed one opens; contact is lost; what else is watched."""
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        out[:4] = 1.0
        for place, side in self._equations.metal:
            opening = self._opening(place, state, current)
            if not self._open[place]:
                out[place] = -opening
            elif opening <= 0.0:  # else it cannot close, however thin the voids are
                out[place] = vector[place]
            left = self._lost[place] - float(vector[place])
            if left < 0.0:  # beyond the limit contact is lost where voids grow, not while they close
                height = float(vector[place]) * LENGTH
                left = max(left, -side.contact.balance(height, -side.sign * current, state.stack_pressure) / LENGTH)
            out[2 + place] = left
        for number, (margin, _failure) in enumerate(self._ends):
            out[4 + number] = margin(state, current)

    def _opening(self, place: int, state: Instant, current: float) -> float:
        """um/s. Rate at which a closed interface would open; -1 where it stays closed, or as good as that."""
        side = self._equations.sides[place]
        if side is None:
            return -1.0
        rate = side.contact.rate(0.0, -side.sign * current, state.stack_pressure) / LENGTH
        return rate if rate * self._length > _NOTHING * self._lost[place] else -1.0

    # -- piece by piece ---------------------------------------------------------------------------------------------

    def _piece_by_piece(self, vector: np.ndarray) -> CellPath:
        """A path that may end early: recorded closely up to where it ends."""
        found = self._pieces(vector, recorded_times(self._length, FINE))
        end = float(found.record.time[-1])
        if _SHORTEST < end < 0.9 * self._length:
            found = self._pieces(vector, np.append(recorded_times(end, FINE), self._length))
        return found

    def _pieces(self, vector: np.ndarray, clock: np.ndarray) -> CellPath:
        """From each opening or closing to the next, up to the loss of contact or another end."""
        times, vectors = [np.zeros(1)], [vector[np.newaxis]]
        failure: End = None
        trouble, time, pieces = "", 0.0, 0
        ended = False
        while self._length - time > _SHORTEST and not ended and not trouble:
            self._set_phases(vector)
            ended, failure = self._already_ended(vector)
            if ended:
                break
            clock_left = np.append(0.0, clock[clock > time + _SHORTEST] - time)
            found = integrate(self._solver(), clock_left, vector)
            event, trouble = found.event, found.trouble
            times.append(time + found.time[1:])
            vectors.append(found.state[1:])
            vector, time, pieces = found.state[-1].copy(), time + float(found.time[-1]), pieces + 1
            if event is not None and event >= 4:
                ended, failure = True, self._ends[event - 4][1]
            elif event is not None and event >= 2:
                ended, failure = True, ("contact-loss", event - 2)
            elif event is not None:
                vector[event] = max(vector[event], 0.0) if not self._open[event] else 0.0
            if trouble:
                trouble += f"; what changed fastest was {self._fastest(vector)}"
            if pieces > _MOST_PIECES:
                trouble = f"contact opened and closed more than {_MOST_PIECES} times within one step"
        return self._path(times, vectors, failure, trouble)

    def _fastest(self, vector: np.ndarray) -> str:
        """The state that changes fastest, relative to its size, with its rate."""
        rates = np.zeros_like(vector)
        self._rates(0.0, vector, rates)
        relative = np.abs(rates) / (np.abs(vector) + self._settings["atol"])
        index = int(np.argmax(relative))
        return f"{self._layout.named(index)}, at {relative[index]:.2g} of its size in a second"

    def _set_phases(self, vector: np.ndarray) -> None:
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        for place in (0, 1):
            self._open[place] = bool(vector[place] > 0.0 or self._opening(place, state, current) > 0.0)

    def _already_ended(self, vector: np.ndarray) -> tuple[bool, End]:
        state = self._layout.instant(vector, self._start)
        current = self._current(state)
        for place, side in self._equations.metal:
            height = float(vector[place]) * LENGTH
            opens = side.contact.balance(height, -side.sign * current, state.stack_pressure) > 0.0
            if opens and vector[place] >= self._lost[place] * (1.0 - 1e-9):
                return True, ("contact-loss", place)
        for margin, failure in self._ends:
            if margin(state, current) <= 0.0:
                return True, failure
        return False, None

    def _solver(self) -> Any:
        """The integrator for this kind of step, kept for the next one."""
        from sksundae.cvode import CVODE

        held, number = self._set is None, 4 + len(self._ends)
        key = (self._layout, number, held)
        if key not in self._solvers:
            settings = self._settings | {"eventsfn": falling(self._events, number), "num_events": number}
            if not held and self._layout.size > 12:
                settings["sparsity"] = self._pattern()
            self._solvers[key] = CVODE(self._rates, **settings)
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

    def _path(self, times: list[np.ndarray], vectors: list[np.ndarray], failure: End, trouble: str) -> CellPath:
        time, states = np.concatenate(times), np.concatenate(vectors)
        later = np.append(np.diff(time) > 0.0, True)  # pieces shorter than a time can tell
        time, states = time[later], states[later]
        if self._set is not None:
            current = np.full(len(time), self._set)
            states[:, 2] = (self._charge + self._set * time) / self._layout.scale[2]  # exact
        else:
            current = np.array([self._current(self._layout.instant(row, self._start)) for row in states])
        return CellPath(self._layout.unpack(time, states, current, self._start), failure, trouble)


def _ends_of_a_hold(equations: Equations, step: Step) -> list[tuple[Margin, End]]:
    """What the current that a held voltage drives may lead to: an end of the cathode, or the cutoff."""
    found: list[tuple[Margin, End]] = []
    cathode, least = equations.cathode, step.until_current
    if cathode is not None:
        full = cathode.areal_capacity

        def left(state: Instant, current: float) -> float:
            return min(cathode.charge_left(state.charge, current), full) / full

        found.append((left, ("lithium-exhausted", 1)))
    if least is not None:
        found.append((lambda _, current: abs(current) / least - 1.0, None))
    return found
