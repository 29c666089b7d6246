"""What is done to a cell: steps of current, voltage or rest, and the protocols that laboratories name.

A protocol is plain data: a tuple of steps, each ended by a time or an areal charge. Nothing here knows what a cell
is. Current density above zero plates the working electrode (see `lisse.units`).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput

__all__ = [
    "CommunityProtocol",
    "Condition",
    "Protocol",
    "Step",
    "Stretch",
    "ccd_ramp",
    "community_protocols",
    "cycle",
    "hold",
    "one_way",
    "rest",
    "steps",
]

_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Step:
    """One step of a protocol.

    Attributes
    ----------
    current_density : float or None
        A/m2, signed. Zero is a rest; ``None`` when the voltage is held.
    voltage : float or None
        V, signed. Held voltage; ``None`` when the current is set.
    duration : float or None
        s. The step ends after this time.
    charge : float or None
        C/m2, magnitude. The step ends after this areal charge (set currents only).
    stack_pressure : float or None
        Pa. Stack pressure from this step on; ``None`` keeps it.
    temperature : float or None
        K. Temperature from this step on; ``None`` keeps it.
    label : str
        Words for plots and tables.

    Raises
    ------
    InvalidInput
        Unless exactly one of current and voltage, and exactly one of duration and charge, is given and possible.
    """

    current_density: float | None = None
    voltage: float | None = None
    duration: float | None = None
    charge: float | None = None
    stack_pressure: float | None = None
    temperature: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        """Check that the step can be run and ends."""
        if (self.current_density is None) == (self.voltage is None):
            raise InvalidInput("current_density", self._given(), "exactly one of current_density and voltage")
        if (self.duration is None) == (self.charge is None):
            raise InvalidInput("duration", self._given(), "exactly one of duration and charge, to end the step")
        for name in ("current_density", "voltage"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise InvalidInput(name, value, "a finite number")
        for name in ("duration", "charge", "temperature"):
            _positive(name, getattr(self, name))
        if self.stack_pressure is not None:
            _not_negative("stack_pressure", self.stack_pressure)
        if self.charge is not None and not self.current_density:
            allowed = "a duration instead: a rest or a held voltage passes no set charge"
            raise InvalidInput("charge", self.charge, allowed)

    def _given(self) -> str:
        return ", ".join(name for name, value in self.to_dict().items() if value is not None) or "neither"

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI): what the step sets, and nothing else."""
        found = {part.name: getattr(self, part.name) for part in dataclasses.fields(self)}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def time(self) -> float | None:
        """s. How long the step lasts; ``None`` never (a set current turns charge into time)."""
        if self.duration is not None:
            return self.duration
        if self.charge is not None and self.current_density:
            return self.charge / abs(self.current_density)
        return None


Condition = tuple[float | None, float | None]
"""Stack pressure (Pa) and temperature (K) that the protocol has set so far; ``None`` while it has set none."""


@dataclass(frozen=True)
class Stretch:
    """Set current in one direction without reversal: a half-cycle. Rests do not end it.

    Attributes
    ----------
    direction : int
        1 where the working electrode is plated, -1 where it is stripped.
    charge : float
        C/m2, magnitude.
    unbroken_charge : float
        C/m2. The largest part of it without a rest.
    largest : mapping of Condition to float
        A/m2. Largest magnitude of the current density under each condition.
    timed : bool
        Whether any of its steps ends by time, so that its charge follows its current.
    """

    direction: int
    charge: float
    unbroken_charge: float
    largest: Mapping[Condition, float]
    timed: bool


@dataclass(frozen=True)
class Protocol:
    """A named list of steps.

    Attributes
    ----------
    name : str
    steps : tuple of Step
    voltage_limit : float
        V. The run stops when the magnitude of the voltage passes this.
    reference : str
        Citation key, for a protocol taken from a paper.
    settings : mapping
        What the protocol was made from, as plain data (SI).
    """

    name: str
    steps: tuple[Step, ...]
    voltage_limit: float = 5.0
    reference: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that there is something to do."""
        if not self.steps:
            raise InvalidInput("steps", None, "at least one step")
        _few_enough(len(self.steps))
        _positive("voltage_limit", self.voltage_limit)
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to worker processes as plain data."""
        return Protocol, (self.name, self.steps, self.voltage_limit, self.reference, dict(self.settings))

    @property
    def largest_current_density(self) -> float:
        """A/m2. Largest magnitude of the set currents; 0 when none is set."""
        return max((abs(step.current_density) for step in self.steps if step.current_density is not None), default=0.0)

    @functools.cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The half-cycles of the set currents, in order."""
        found: list[dict[str, Any]] = []
        condition: Condition = (None, None)
        unbroken = 0.0
        for step in self.steps:
            condition = (
                condition[0] if step.stack_pressure is None else step.stack_pressure,
                condition[1] if step.temperature is None else step.temperature,
            )
            passed = (step.current_density or 0.0) * (step.time or 0.0)
            if passed == 0.0:
                unbroken = 0.0
                continue
            direction = 1 if passed > 0 else -1
            if not found or found[-1]["direction"] != direction:
                found.append(
                    {"direction": direction, "charge": 0.0, "unbroken_charge": 0.0, "largest": {}, "timed": False}
                )
                unbroken = 0.0
            here, level = found[-1], abs(step.current_density or 0.0)
            unbroken += abs(passed)
            here["charge"] += abs(passed)
            here["unbroken_charge"] = max(here["unbroken_charge"], unbroken)
            here["largest"][condition] = max(here["largest"].get(condition, 0.0), level)
            here["timed"] = here["timed"] or step.duration is not None
        return tuple(Stretch(**entry) for entry in found)

    @property
    def half_cycle_charges(self) -> tuple[float, ...]:
        """C/m2. Charge of each stretch of set current without reversal, magnitudes in order."""
        return tuple(stretch.charge for stretch in self.stretches)

    @property
    def largest_half_cycle_charge(self) -> float:
        """C/m2. Largest charge passed in one direction without reversal, from the set currents."""
        return max(self.half_cycle_charges, default=0.0)

    @functools.cached_property
    def duration(self) -> float:
        """s. How long all steps last."""
        return sum(step.time or 0.0 for step in self.steps)

    @functools.cached_property
    def net_charges(self) -> tuple[float, ...]:
        """C/m2. Net charge passed up to the end of every step, from the set currents."""
        passed = ((step.current_density or 0.0) * (step.time or 0.0) for step in self.steps)
        return tuple(itertools.accumulate(passed))

    def with_largest_current(self, current_density: float) -> Protocol:
        """The same protocol with all set currents scaled so that the largest is this one.

        Steps that end by charge keep their charge, steps that end by time their time.

        Parameters
        ----------
        current_density : float
            A/m2, above zero.
        """
        _positive("current_density", current_density)
        scale = current_density / self._scalable("current_density", self.largest_current_density)
        parts = [
            dataclasses.replace(step, current_density=step.current_density * scale) if step.current_density else step
            for step in self.steps
        ]
        return dataclasses.replace(self, steps=tuple(parts), settings={})

    def with_largest_half_cycle(self, charge: float) -> Protocol:
        """The same protocol with all steps of set current lengthened so that the largest half-cycle has this charge.

        Parameters
        ----------
        charge : float
            C/m2, above zero.
        """
        _positive("half_cycle_charge", charge)
        scale = charge / self._scalable("half_cycle_charge", self.largest_half_cycle_charge)
        parts = []
        for step in self.steps:
            ended_by = "charge" if step.charge is not None else "duration"
            changed = {ended_by: getattr(step, ended_by) * scale} if step.current_density else {}
            parts.append(dataclasses.replace(step, **changed))
        return dataclasses.replace(self, steps=tuple(parts), settings={})

    def _scalable(self, what: str, value: float) -> float:
        if value == 0.0:
            raise InvalidInput(what, self.name, "a protocol with at least one step of set current")
        return value

    def to_dict(self) -> dict[str, Any]:
        """Plain data: name, settings, voltage limit and every step."""
        return {
            "name": self.name,
            "voltage_limit": self.voltage_limit,
            "reference": self.reference,
            "settings": dict(self.settings),
            "steps": [step.to_dict() for step in self.steps],
        }


def ccd_ramp(
    start: float,
    step: float,
    stop: float,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    cycles_per_step: int = 1,
    voltage_limit: float = 5.0,
) -> Protocol:
    """Critical-current-density test: plate and strip at a current that rises step by step.

    Parameters
    ----------
    start, step, stop : float
        A/m2. First current density, increment, and the last one allowed (reached if the increments lead to it).
    half_cycle_charge : float or None
        C/m2. Fixed areal charge per half-cycle; or
    half_cycle_time : float or None
        s. fixed time per half-cycle. Exactly one of the two.
    rest : float
        s. Rest after every half-cycle.
    cycles_per_step : int
        Full cycles at each current density.
    voltage_limit : float
        V.

    Raises
    ------
    InvalidInput
        For impossible values.
    """
    settings = _settings(locals())
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    levels, cycles = _levels(start, step, stop), _count("cycles_per_step", cycles_per_step)
    _few_enough(2 * half_cycle.steps * cycles * len(levels))
    parts = [part for level in levels for part in half_cycle.cycle(level) * cycles]
    return Protocol("ccd-ramp", tuple(parts), voltage_limit, settings=settings)


def one_way(
    start: float,
    step: float,
    stop: float,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
) -> Protocol:
    """One-way critical current: the current rises step by step in one direction, without reversal.

    Parameters are those of `ccd_ramp`; charge and time are per current step.
    """
    settings = _settings(locals())
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    levels = _levels(start, step, stop)
    _few_enough(half_cycle.steps * len(levels))
    parts = [part for level in levels for part in half_cycle.at(level)]
    return Protocol("one-way", tuple(parts), voltage_limit, settings=settings)


def cycle(
    current_density: float,
    cycles: int,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
) -> Protocol:
    """Plate and strip at one current density (A/m2) for a number of cycles, or until the cell fails.

    The other parameters are those of `ccd_ramp`.
    """
    settings = _settings(locals())
    _positive("current_density", current_density)
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    _few_enough(2 * half_cycle.steps * _count("cycles", cycles))
    return Protocol("cycle", tuple(half_cycle.cycle(current_density) * cycles), voltage_limit, settings=settings)


def hold(voltage: float, duration: float, voltage_limit: float = 5.0) -> Protocol:
    """Hold the cell at a voltage (V, signed) for a time (s)."""
    settings = _settings(locals())
    return Protocol("hold", (Step(voltage=voltage, duration=duration, label="hold"),), voltage_limit, settings=settings)


def rest(duration: float) -> Protocol:
    """Leave the cell at open circuit for a time (s)."""
    return Protocol(
        "rest", (Step(current_density=0.0, duration=duration, label="rest"),), settings={"duration": duration}
    )


def steps(parts: Sequence[Step], voltage_limit: float = 5.0) -> Protocol:
    """Any list of steps."""
    return Protocol("steps", tuple(parts), voltage_limit)


@dataclass(frozen=True)
class CommunityProtocol:
    """A protocol as a paper describes it: which builder, with which settings, and what the paper left out.

    Attributes
    ----------
    name : str
    builder : str
        Name of the protocol it is made with, such as ``"ccd-ramp"``.
    settings : mapping
        Settings as text with units, for the builder.
    reference : str
        Citation key.
    mark : str
        Confidence mark of the settings.
    note : str
        What else the source says, and what it does not.
    """

    name: str
    builder: str
    settings: Mapping[str, str | int]
    reference: str
    mark: str
    note: str


@functools.cache
def community_protocols() -> Mapping[str, CommunityProtocol]:
    """The protocols of the literature that ship with the package, by name."""
    text = resources.files("lisse").joinpath("protocols.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: CommunityProtocol(name, **entry) for name, entry in tomllib.loads(text).items()})


def _settings(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


@dataclass(frozen=True)
class _HalfCycle:
    """A half-cycle of a fixed charge (C/m2) or a fixed time (s), and the rest (s) after it."""

    charge: float | None
    time: float | None
    rest: float

    def __post_init__(self) -> None:
        if (self.charge is None) == (self.time is None):
            got = None if self.charge is None else (self.charge, self.time)
            raise InvalidInput("half_cycle", got, "exactly one of an areal charge and a time")
        _positive("half_cycle", self.charge if self.time is None else self.time)
        _not_negative("rest", self.rest)

    @property
    def steps(self) -> int:
        """Steps in one half-cycle."""
        return 2 if self.rest > 0 else 1

    def at(self, current_density: float) -> list[Step]:
        """The steps at a signed current density (A/m2)."""
        label = "plate" if current_density > 0 else "strip"
        parts = [Step(current_density=current_density, duration=self.time, charge=self.charge, label=label)]
        if self.rest > 0:
            parts.append(Step(current_density=0.0, duration=self.rest, label="rest"))
        return parts

    def cycle(self, current_density: float) -> list[Step]:
        """Plate, then strip."""
        return [*self.at(current_density), *self.at(-current_density)]


def _levels(start: float, step: float, stop: float) -> list[float]:
    """Current densities from `start` in increments up to `stop`, which counts as reached despite rounding."""
    for name, value in (("start", start), ("step", step), ("stop", stop)):
        _positive(name, value)
    if stop < start:
        raise InvalidInput("stop", stop, f"at least the first current density, {start:g} A/m2")
    increments = (stop - start) / step * (1 + 1e-12) + 1e-9
    if increments >= _MOST_STEPS:
        raise InvalidInput("step", step, f"an increment that gives at most {_MOST_STEPS} levels")
    return [min(start + k * step, stop) for k in range(math.floor(increments) + 1)]


def _few_enough(count: int) -> None:
    if count > _MOST_STEPS:
        advice = "Use fewer cycles or a larger current step"
        raise InvalidInput("steps", count, f"a protocol of at most {_MOST_STEPS} steps", advice)


def _count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_STEPS:
        raise InvalidInput(name, value, f"a whole number from 1 to {_MOST_STEPS}")
    return value


def _not_negative(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise InvalidInput(name, value, "a finite number, zero or more")


def _positive(name: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise InvalidInput(name, value, "a finite number above zero")
