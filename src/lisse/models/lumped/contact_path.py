"""Follow the contact of both interfaces through one step of the protocol.

Voids are complementary: at w = 0 and a balance below zero they stay closed. At a set current each interface closes at
most once and needs no watching; at a held voltage the interfaces share the current, and the integrator (CVODE's BDF,
SUNDIALS) runs from one opening or closing to the next, each located as an event. Every piece is smooth.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from lisse.models.lumped.equations import Equations
from lisse.models.lumped.integrator import falling, integrate
from lisse.protocol import Step

__all__ = ["ContactFollower", "ContactPath"]

_LENGTH = 1e-6  # m, scale of void heights
_CHARGE = 36000.0  # C/m2, scale of charge
_SHORTEST = 1e-9  # s
_MOST_PIECES = 1000
_EARLY = np.geomspace(1.0, 400.0, 7)  # s
_EVEN, _FINE = 10, 160
_STRAIGHT = 2e-3  # of the void height at lost contact: how far linear interpolation may be off

_Failure = tuple[str, int | None] | None
"""A verdict mode and the interface (0 working, 1 counter, None neither)."""


@dataclass(frozen=True)
class ContactPath:
    """Contact through one step.

    Attributes
    ----------
    time : (n,) array, s
        From the start of the step.
    void_height : (n, 2) array, m
    current_density : (n,) array, A/m2
    charge : (n,) array, C/m2
        Passed in this step.
    failure : (mode, side) or None
        What ended the step early, and at which interface (0 working, 1 counter).
    trouble : str
        Why the integrator stopped, or an empty string.
    """

    time: np.ndarray
    void_height: np.ndarray
    current_density: np.ndarray
    charge: np.ndarray
    failure: _Failure
    trouble: str

    def at(self, time: np.ndarray) -> ContactPath:
        """The path at other times (s), interpolated linearly."""
        heights = np.column_stack([np.interp(time, self.time, column) for column in self.void_height.T])
        current, charge = (np.interp(time, self.time, column) for column in (self.current_density, self.charge))
        return ContactPath(time, heights, current, charge, self.failure, self.trouble)


class ContactFollower:
    """Runs steps one after the other with one integrator, whose state is both void heights (um) and charge (mAh/cm2).

    Parameters
    ----------
    contact_limit : float
        1. Contact fraction that counts as lost.
    tolerance : float
        Relative tolerance.
    """

    def __init__(self, contact_limit: float, tolerance: float) -> None:
        from sksundae.cvode import CVODE

        self._contact_limit = contact_limit
        self._open = [True, True]
        settings = {"rtol": tolerance, "atol": tolerance * 1e-2, "first_step": 1.0, "max_num_steps": 20_000}
        self._smooth = CVODE(self._rates, **settings)
        self._switching = CVODE(self._rates, eventsfn=falling(self._events, 4), num_events=4, **settings)

    def follow(self, equations: Equations, step: Step, pressure: float, void_height: np.ndarray) -> ContactPath:
        """Run one step, or as far as contact lasts.

        Parameters
        ----------
        equations : Equations
        step : Step
        pressure : float
            Pa. Stack pressure.
        void_height : (2,) array
            m, at the start.
        """
        self._equations, self._pressure = equations, pressure
        self._set, self._voltage, self._length = step.current_density, step.voltage, step.time or 0.0
        self._lost = equations.contact.height(self._contact_limit) / _LENGTH
        state = np.array([*(void_height / _LENGTH), 0.0])
        found = self._in_one_piece(state, _EVEN) if self._set is not None else None
        return found or self._piece_by_piece(state)

    def _current(self, working: float, counter: float) -> float:
        """A/m2. Set, or what the held voltage drives."""
        if self._set is not None:
            return self._set
        return self._equations.current_at(self._voltage or 0.0, (working * _LENGTH, counter * _LENGTH))

    def _rates(self, _: float, state: np.ndarray, out: np.ndarray) -> None:
        working, counter, _charge = state.tolist()
        current = self._current(working, counter)
        balance = self._equations.contact.balance
        out[0] = balance(working * _LENGTH, -current, self._pressure) / _LENGTH if self._open[0] else 0.0
        out[1] = balance(counter * _LENGTH, current, self._pressure) / _LENGTH if self._open[1] else 0.0
        out[2] = current / _CHARGE

    def _events(self, _: float, state: np.ndarray, out: np.ndarray) -> None:
        """Fall through zero: an open interface closes, a closed one opens (first two); contact is lost (last two)."""
        working, counter, _charge = state.tolist()
        out[0] = working if self._open[0] else -self._opening(0, working, counter)
        out[1] = counter if self._open[1] else -self._opening(1, working, counter)
        out[2], out[3] = self._lost - working, self._lost - counter

    def _opening(self, side: int, working: float, counter: float) -> float:
        """um/s. Rate at which a closed interface would open; -1 where pressure keeps it closed."""
        current = self._current(working, counter)
        stripping = -current if side == 0 else current
        rate = self._equations.contact.rate(0.0, stripping, self._pressure)
        return rate / _LENGTH if rate > 0.0 else -1.0

    def _in_one_piece(self, state: np.ndarray, count: int) -> ContactPath | None:
        """A set current: the interfaces do not know each other, and one that closes stays closed for the step.

        The balance is followed below zero, where it is smooth, and cut off there. ``None`` where contact is lost, for
        which the time matters, or where the integrator has trouble. Where `count` even times are too few for straight
        lines in between, it is done again with more.
        """
        self._set_phases(state)
        found = integrate(self._smooth, np.append(0.0, _recorded_times(self._length, count)), state)
        heights = found.state[:, :2]
        if found.trouble or heights.max() >= self._lost * (1.0 - 1e-9):
            return None
        bend = float(np.abs(np.diff(heights[-count:], 2, axis=0)).max(initial=0.0)) / 8.0
        if count < _FINE and bend > _STRAIGHT * self._lost:
            return self._in_one_piece(state, _FINE)
        closing = [
            found.time[k] + (found.time[k + 1] - found.time[k]) * w[k] / (w[k] - w[k + 1])
            for w in heights.T
            for k in np.flatnonzero((w[:-1] > 0.0) & (w[1:] < 0.0))
        ]
        path = self._path(found.time, found.state, None, "")
        if not closing:
            return path
        time = np.union1d(found.time, closing)
        cut = [np.maximum(np.interp(time, found.time, w), 0.0) * _LENGTH for w in heights.T]
        return dataclasses.replace(path.at(time), void_height=np.column_stack(cut))

    def _piece_by_piece(self, state: np.ndarray) -> ContactPath:
        """A path that may end early: recorded closely up to where it ends."""
        found = self._pieces(state, _recorded_times(self._length, _FINE))
        end = float(found.time[-1])
        if _SHORTEST < end < 0.9 * self._length:
            found = self._pieces(state, np.append(_recorded_times(end, _FINE), self._length))
        return found

    def _pieces(self, state: np.ndarray, clock: np.ndarray) -> ContactPath:
        """From each opening or closing to the next, up to the loss of contact."""
        times, states = [np.zeros(1)], [state[np.newaxis]]
        failure: _Failure = None
        trouble, time, pieces = "", 0.0, 0
        while self._length - time > _SHORTEST and failure is None and not trouble:
            self._set_phases(state)
            lost = self._already_lost(state)
            if lost is not None:
                failure = ("contact-loss", lost)
                break
            found = integrate(self._switching, np.append(0.0, clock[clock > time + _SHORTEST] - time), state)
            event, trouble = found.event, found.trouble
            times.append(time + found.time[1:])
            states.append(found.state[1:])
            state, time, pieces = found.state[-1].copy(), time + float(found.time[-1]), pieces + 1
            if event is not None and event >= 2:
                failure = ("contact-loss", event - 2)
            elif event is not None:
                state[event] = max(state[event], 0.0) if not self._open[event] else 0.0
            if pieces > _MOST_PIECES:
                trouble = f"contact opened and closed more than {_MOST_PIECES} times within one step"
        return self._path(np.concatenate(times), np.concatenate(states), failure, trouble)

    def _set_phases(self, state: np.ndarray) -> None:
        for side in (0, 1):
            self._open[side] = bool(state[side] > 0.0 or self._opening(side, float(state[0]), float(state[1])) > 0.0)

    def _already_lost(self, state: np.ndarray) -> int | None:
        current = self._current(float(state[0]), float(state[1]))
        for side, stripping in ((0, -current), (1, current)):
            opens = self._equations.contact.balance(float(state[side]) * _LENGTH, stripping, self._pressure) > 0.0
            if opens and state[side] >= self._lost * (1.0 - 1e-9):
                return side
        return None

    def _path(self, time: np.ndarray, states: np.ndarray, failure: _Failure, trouble: str) -> ContactPath:
        heights = np.maximum(states[:, :2], 0.0) * _LENGTH
        if self._set is not None:
            current, charge = np.full(len(time), self._set), self._set * time
        else:
            current = np.array([self._current(float(w), float(c)) for w, c in states[:, :2]])
            charge = states[:, 2] * _CHARGE
        return ContactPath(time, heights, current, charge, failure, trouble)


def _recorded_times(length: float, count: int) -> np.ndarray:
    """s. Closely after a switch of the current, where flaws fill and empty within seconds, and evenly after that."""
    early = _EARLY[0.1 * length > _EARLY]
    return np.union1d(early, np.linspace(0.0, length, count + 1)[1:])
