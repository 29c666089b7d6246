"""One step of a set current under a constant pressure, where no state of a cell knows another.

The voids of each interface, its interphase, the salt and the alloys each obey an equation of their own. Salt and
alloys are linear and known exactly at any time; voids and interphases are integrated together, two numbers for each
interface, with CVODE's BDF. The balance of the voids is followed below zero, where it is smooth, and cut off there:
an interface closes at most once and stays closed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.models.lumped.cell_path import EVEN, FINE, CellPath, End, Margin, recorded_times
from lisse.models.lumped.equations import Equations
from lisse.models.lumped.integrator import integrate
from lisse.models.lumped.states import LENGTH, Instant, Record

__all__ = ["Apart", "Known"]

_STRAIGHT = 2e-3  # of the void height at lost contact, or of an interphase: how far straight lines may be off


@dataclass(frozen=True, eq=False)
class Known:
    """What runs of one cell share: flaws take a negligible share of the current and change neither voids nor films.

    Attributes
    ----------
    paths : dict
        Steps by all that they depend on: the laws, what was set and the state at the start.
    voltages : dict
        V along the records of those paths, by their identity; ``None`` where not asked for yet.
    """

    paths: dict[Any, CellPath | None] = field(default_factory=dict)
    voltages: dict[int, np.ndarray | None] = field(default_factory=dict)

    def voltage(self, equations: Equations, record: Record) -> np.ndarray:
        """V. Cell voltage along a record."""
        found = self.voltages.get(id(record))
        if found is None:
            found = equations.drops(record).total
            if id(record) in self.voltages:
                self.voltages[id(record)] = found
        return found


class Apart:
    """Runs such steps one after the other.

    Parameters
    ----------
    settings : dict
        Of CVODE.
    known : Known or None
        Of other runs of the same cell, and where to put what this one adds.
    """

    def __init__(self, settings: dict[str, Any], known: Known | None = None) -> None:
        # A second is short beside a step; where it is long for the voids, the step is left to the coupled route.
        self._settings = settings | {"first_step": 1.0}
        self._solvers: dict[int, Any] = {}
        self._known_paths = known

    def follow(
        self,
        equations: Equations,
        start: Record,
        current: float,
        length: float,
        lost: list[float],
        opened: list[bool],
        ends: list[tuple[Margin, End]],
    ) -> CellPath | None:
        """Run one step; ``None`` where it must be followed with all states together.

        That is where contact is lost, for which the time matters, where the cell is not one of these, or where the
        integrator has trouble.

        Parameters
        ----------
        equations : Equations
        start : Record
            Its last row is where the cell is.
        current : float, A/m2
        length : float, s
        lost : list of float
            Void heights at lost contact, in units of `LENGTH`.
        opened : list of bool
            Whether each interface has voids or gets them.
        ends : list
            Of `watched_ends`.
        """
        if not _known_apart(equations):
            return None
        self._equations, self._start, self._current = equations, start, current
        self._pressure = float(start.stack_pressure[-1])
        self._opened = opened
        layout = equations.layout
        self._vector = layout.pack(start, float(start.charge[-1]))
        curved = layout.size > 3 + 2 * layout.films or equations.cathode is not None
        count = FINE if curved else EVEN
        found = self._run(length, lost, count) if ends else self._remembered(length, lost, count)
        if found is None or not ends:
            return found
        first, failure = self._first_end(found.record, ends)
        if failure is None:
            return found
        if first > 0.0:
            found = self._run(first, lost, FINE)
        elif found is not None:
            found = CellPath(found.record.rows(slice(0, 1)))
        return None if found is None else dataclasses.replace(found, failure=failure)

    def _remembered(self, length: float, lost: list[float], count: int) -> CellPath | None:
        """`_run` of a cell without salt and alloys, once for all runs that come to the same step in the same state."""
        known, equations = self._known_paths, self._equations
        if known is None:
            return self._run(length, lost, count)
        laws = tuple((side.contact, side.interphase) for _, side in equations.metal)
        set_to = (equations.numbers.temperature, self._pressure, self._current, length, count)
        at_first = (self._vector.tobytes(), self._start.interphase_thickness[-1].tobytes())
        key = (laws, set_to, at_first, tuple(lost), tuple(self._opened))
        if key not in known.paths:
            found = known.paths[key] = self._run(length, lost, count)
            if found is not None:
                found.record.freeze()
                known.voltages[id(found.record)] = None
        return known.paths[key]

    # -- voids and interphases ----------------------------------------------------------------------------------------

    def _run(self, length: float, lost: list[float], count: int) -> CellPath | None:
        """The whole step; once more with closer times where straight lines in between are too far off."""
        time = recorded_times(length, count)
        if count == FINE and self._equations.layout.films:  # they grow as roots and logarithms of time
            time = np.union1d(time, np.geomspace(min(1.0, length), length, FINE)[:-1])
            time = time[np.append(np.diff(time) > 1e-12 * length, True)]  # none twice but for rounding
        few = self._few(time)
        if few is None:
            return None
        heights, limit = few[:, :2], min(lost)
        if heights.max() >= limit * (1.0 - 1e-9):
            return None
        if count < FINE:
            even = few[-count:]
            bend = np.abs(even[:-2] - 2.0 * even[1:-1] + even[2:]).max(axis=0) / 8.0
            if bend[:2].max() > _STRAIGHT * limit or (bend[3:] > _STRAIGHT * few[-1, 3:]).any():
                return self._run(length, lost, FINE)
        if any(self._opened):
            time, few = _closed(time, few)
        return CellPath(self._record(time, few))

    def _few(self, time: np.ndarray) -> np.ndarray | None:
        """(n, 3 or 5) array. Void heights, charge and interphases, scaled; ``None`` in trouble."""
        layout = self._equations.layout
        size = 3 + 2 * layout.films
        start = self._vector[:size]
        if not any(self._opened) and not layout.films:
            return np.tile(start, (len(time), 1))
        if size not in self._solvers:
            from sksundae.cvode import CVODE

            self._solvers[size] = CVODE(self._rates, **self._settings)
        found = integrate(self._solvers[size], time, start)
        return None if found.trouble else found.state

    def _rates(self, _: float, vector: np.ndarray, out: np.ndarray) -> None:
        out[:] = 0.0
        for place, side in self._equations.metal:
            if self._opened[place]:
                height = float(vector[place]) * LENGTH
                out[place] = side.contact.balance(height, -side.sign * self._current, self._pressure) / LENGTH
            if side.interphase is not None:
                scale = float(self._equations.layout.scale[3])
                out[3 + place] = side.interphase.growth_rate(float(vector[3 + place]) * scale, self._current) / scale

    # -- all states ---------------------------------------------------------------------------------------------------

    def _record(self, time: np.ndarray, few: np.ndarray) -> Record:
        layout, current = self._equations.layout, self._current
        states = np.empty((len(time), layout.size))
        states[:, : few.shape[1]] = few
        states[:, 2] = (self._start.charge[-1] + current * time) / layout.scale[2]
        for name, values in self._known(time).items():
            states[:, layout.places[name]] = values / layout.scale[layout.places[name]]
        return layout.unpack(time, states, np.full(len(time), current), self._start)

    def _known(self, time: np.ndarray) -> dict[str, np.ndarray]:
        """Salt and alloys at some times (s), (n, cells) each."""
        equations, start = self._equations, self._start
        found = {}
        if equations.salt is not None:
            found["salt"] = equations.salt.advance(start.salt[-1], self._current, time)
        for place, side in equations.metal:
            if side.alloy is not None:
                name = ("working_alloy", "counter_alloy")[place]
                found[name] = side.alloy.advance(start.alloys[place][-1], -side.sign * self._current, time)
        return found

    def _first_end(self, record: Record, ends: list[tuple[Margin, End]]) -> tuple[float, End]:
        """s. When the first of the margins falls through zero, and what that means; ``None`` where none does."""
        from scipy.optimize import brentq

        first: tuple[float, End] = (np.inf, None)
        for margin, failure in ends:
            beyond = np.flatnonzero(np.asarray(margin(_instants(record), self._current)) <= 0.0)
            if not len(beyond):
                continue
            row = int(beyond[0])
            when = 0.0
            if row > 0:
                low, high = record.time[row - 1 : row + 1]
                when = brentq(lambda t, margin=margin: self._left(margin, t), low, high, xtol=1e-9 * high)
            if when < first[0]:
                first = (float(when), failure)
        return first

    def _left(self, margin: Margin, time: float) -> float:
        known = {name: values[0] for name, values in self._known(np.array([time])).items()}
        none = self._vector[:0]
        alloys = known.get("working_alloy", none), known.get("counter_alloy", none)
        state = Instant(0.0, self._pressure, (0.0, 0.0), (0.0, 0.0), known.get("salt", none), alloys)
        return float(margin(state, self._current))


def _known_apart(equations: Equations) -> bool:
    """Whether the pressure is given, and salt and alloys are linear."""
    salt = equations.salt is None or equations.salt.linear
    alloys = all(side.alloy is None or side.alloy.linear for _, side in equations.metal)
    return salt and alloys and not equations.layout.pressure


def _instants(record: Record) -> Instant:
    """All salt and alloys of a record at once, (n, cells)."""
    return Instant(0.0, 0.0, (0.0, 0.0), (0.0, 0.0), record.salt, record.alloys)


def _closed(time: np.ndarray, few: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Void heights cut off at zero, with the times (s) at which they reach it put in."""
    for place in (0, 1):
        w = few[:, place]
        if w[-1] < 0.0 < w[0]:
            k = int(np.argmax(w < 0.0))
            share = w[k - 1] / (w[k - 1] - w[k])
            when = time[k - 1] + share * (time[k] - time[k - 1])
            if time[k - 1] < when < time[k] * (1.0 - 1e-12):
                row = few[k - 1] + share * (few[k] - few[k - 1])
                row[place] = 0.0
                time = np.concatenate((time[:k], [when], time[k:]))
                few = np.concatenate((few[:k], row[np.newaxis], few[k:]))
    few[:, :2] = np.maximum(few[:, :2], 0.0)
    return time, few
