"""The state of a lumped cell along time, and how it lies in the vector of the integrator.

No physics: only what there is, how large it typically is, and how it is read between two times.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

__all__ = ["LENGTH", "Instant", "Layout", "Record"]

LENGTH = 1e-6
"""m. Scale of void heights."""
_CHARGE = 36000.0  # C/m2
_PRESSURE = 1e6  # Pa
_FILM = 1e-8  # m


@dataclass(frozen=True)
class Record:
    """States at some times, one row for each.

    Attributes
    ----------
    time : (n,) array, s
    current_density : (n,) array, A/m2
    charge : (n,) array, C/m2
        Signed.
    stack_pressure : (n,) array, Pa
    void_height : (n, 2) array, m
        At the working and the counter interface.
    interphase_thickness : (n, 2) array, m
    salt : (n, k) array, mol/m3
        Concentration in each cell of the electrolyte; k = 0 without salt.
    alloys : tuple of (n, m) arrays
        State of `AlloyLaw` of both electrodes; m = 0 in a pure metal.
    """

    time: np.ndarray
    current_density: np.ndarray
    charge: np.ndarray
    stack_pressure: np.ndarray
    void_height: np.ndarray
    interphase_thickness: np.ndarray
    salt: np.ndarray
    alloys: tuple[np.ndarray, np.ndarray]

    def freeze(self) -> None:
        """Let nobody write to the arrays, which several runs share."""
        for values in (*vars(self).values(), *self.alloys):
            if isinstance(values, np.ndarray):
                values.flags.writeable = False

    def at(self, time: np.ndarray) -> Record:
        """The states at other times (s), interpolated linearly."""
        here = self.time
        place = np.clip(np.searchsorted(here, time, side="right") - 1, 0, max(len(here) - 2, 0))
        if len(here) == 1:
            return self.rows(np.zeros(len(time), dtype=int), time)
        share = np.clip((time - here[place]) / (here[place + 1] - here[place]), 0.0, 1.0)

        def between(values: np.ndarray) -> np.ndarray:
            weight = share if values.ndim == 1 else share[:, np.newaxis]
            low = values[place]
            return np.asarray(low + weight * (values[place + 1] - low))

        return self._mapped(between, time)

    def rows(self, which: np.ndarray | slice, time: np.ndarray | None = None) -> Record:
        """Some of the rows, with other times if given."""
        return self._mapped(lambda values: values[which], self.time[which] if time is None else time)

    def joined(self, other: Record) -> Record:
        """These rows, then those of the other record."""
        alloys = tuple(np.concatenate(pair) for pair in zip(self.alloys, other.alloys, strict=True))
        plain = {
            part.name: np.concatenate([getattr(self, part.name), getattr(other, part.name)])
            for part in dataclasses.fields(self)
            if part.name != "alloys"
        }
        return Record(**plain, alloys=(alloys[0], alloys[1]))

    def _mapped(self, change: Callable[[np.ndarray], np.ndarray], time: np.ndarray) -> Record:
        first, second = self.alloys
        return Record(
            time=time,
            current_density=change(self.current_density),
            charge=change(self.charge),
            stack_pressure=change(self.stack_pressure),
            void_height=change(self.void_height),
            interphase_thickness=change(self.interphase_thickness),
            salt=change(self.salt) if self.salt.shape[1] else np.empty((len(time), 0)),
            alloys=(
                change(first) if first.shape[1] else np.empty((len(time), 0)),
                change(second) if second.shape[1] else np.empty((len(time), 0)),
            ),
        )


class Instant(NamedTuple):
    """One state, as `Record` has many."""

    charge: float
    stack_pressure: float
    void_height: tuple[float, float]
    interphase_thickness: tuple[float, float]
    salt: np.ndarray
    alloys: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Layout:
    """Where each state lies in the vector of the integrator: void heights, charge, then what a cell has besides.

    Attributes
    ----------
    pressure : bool
        Whether the stack pressure is a state.
    films : bool
        Whether interphases grow.
    salt : int
        Cells with salt.
    mean_salt : float, mol/m3
    alloys : tuple of int
        Cells in the working and the counter electrode.
    """

    pressure: bool = False
    films: bool = False
    salt: int = 0
    mean_salt: float = 1.0
    alloys: tuple[int, int] = (0, 0)

    @cached_property
    def places(self) -> dict[str, slice]:
        """Slice of each kind of state; empty for what is not there."""
        sizes = {
            "void_height": 2,
            "charge": 1,
            "stack_pressure": int(self.pressure),
            "interphase_thickness": 2 * int(self.films),
            "salt": self.salt,
            "working_alloy": self.alloys[0],
            "counter_alloy": self.alloys[1],
        }
        ends = np.cumsum(list(sizes.values())).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    @cached_property
    def size(self) -> int:
        """Number of states."""
        return 3 + int(self.pressure) + 2 * int(self.films) + self.salt + sum(self.alloys)

    @cached_property
    def scale(self) -> np.ndarray:
        """(size,) array. SI per unit of the vector."""
        out = np.ones(self.size)
        scales = {
            "void_height": LENGTH,
            "charge": _CHARGE,
            "stack_pressure": _PRESSURE,
            "interphase_thickness": _FILM,
            "salt": self.mean_salt,
        }
        for name, value in scales.items():
            out[self.places[name]] = value
        return out

    def named(self, index: int) -> str:
        """What the state of that index is, in words."""
        words: dict[str, tuple[str, ...]] = {
            "void_height": ("the voids of the working interface", "the voids of the counter interface"),
            "charge": ("the charge",),
            "stack_pressure": ("the stack pressure",),
            "interphase_thickness": ("the interphase of the working side", "the interphase of the counter side"),
            "salt": ("the salt",) * self.salt,
            "working_alloy": ("the lithium in the working electrode",) * self.alloys[0],
            "counter_alloy": ("the lithium in the counter electrode",) * self.alloys[1],
        }
        kind = next(kind for kind, place in self.places.items() if place.start <= index < place.stop)
        found: str = words[kind][index - self.places[kind].start]
        return found

    def pack(self, state: Record, charge: float) -> np.ndarray:
        """(size,) array. The last row of a record as a vector, with the charge given (C/m2)."""
        parts = {
            "void_height": state.void_height[-1],
            "charge": charge,
            "stack_pressure": state.stack_pressure[-1:],
            "interphase_thickness": state.interphase_thickness[-1],
            "salt": state.salt[-1],
            "working_alloy": state.alloys[0][-1],
            "counter_alloy": state.alloys[1][-1],
        }
        out = np.zeros(self.size)
        for name, values in parts.items():
            place = self.places[name]
            if place.stop > place.start:
                out[place] = values
        return np.asarray(out / self.scale)

    def instant(self, vector: np.ndarray, start: Record) -> Instant:
        """One vector as plain numbers; what is no state keeps its last value in `start`."""
        places, scale = self.places, self.scale
        w, c = vector[:2].tolist()
        films: list[float] = start.interphase_thickness[-1].tolist()
        if self.films:
            films = (vector[places["interphase_thickness"]] * _FILM).tolist()
        pressure = float(vector[3]) * _PRESSURE if self.pressure else float(start.stack_pressure[-1])
        alloys = vector[places["working_alloy"]], vector[places["counter_alloy"]]
        heights = max(w, 0.0) * LENGTH, max(c, 0.0) * LENGTH
        salt = vector[places["salt"]] * scale[places["salt"]] if self.salt else vector[:0]
        return Instant(float(vector[2]) * _CHARGE, pressure, heights, (films[0], films[1]), salt, alloys)

    def unpack(self, time: np.ndarray, vectors: np.ndarray, current: np.ndarray, start: Record) -> Record:
        """Vectors (n, size) as a record; what is no state keeps its last value in `start`."""
        values, count = vectors * self.scale, len(time)

        def part(name: str, kept: np.ndarray) -> np.ndarray:
            place = self.places[name]
            there = place.stop > place.start
            return np.asarray(values[:, place] if there else np.repeat(kept[-1:], count, axis=0))

        pressure = values[:, self.places["stack_pressure"]]
        return Record(
            time=time,
            current_density=current,
            charge=values[:, self.places["charge"]][:, 0],
            stack_pressure=pressure[:, 0] if self.pressure else np.full(count, start.stack_pressure[-1]),
            void_height=np.maximum(part("void_height", start.void_height), 0.0),
            interphase_thickness=part("interphase_thickness", start.interphase_thickness),
            salt=part("salt", start.salt),
            alloys=(part("working_alloy", start.alloys[0]), part("counter_alloy", start.alloys[1])),
        )
