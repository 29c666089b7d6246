"""What is done to a cell: steps of current, voltage or rest, and the protocols that laboratories name.

A protocol is plain data: a tuple of steps, each ended by a time or an areal charge, or before that by a voltage or a
current. Nothing here knows what a cell is. Current density above zero plates the working electrode (see `lisse.units`).
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
    "break_in",
    "ccd_ramp",
    "community_protocols",
    "cycle",
    "eis",
    "full_cell",
    "hold",
    "one_way",
    "pressure_steps",
    "rest",
    "steps",
    "temperature_steps",
]

_MOST_STEPS = 100_000
_MOST_POINTS = 100


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
        s. The step ends after this time, at the latest.
    charge : float or None
        C/m2, magnitude. The step ends after this areal charge, at the latest (set currents only).
    until_voltage : float or None
        V, signed. The step ends earlier, once the voltage has risen to this under a positive current, or fallen to it
        under a negative one (set currents only).
    until_current : float or None
        A/m2, magnitude. The step ends earlier, once the current has fallen to this (held voltages only).
    stack_pressure : float or None
        Pa. Stack pressure from this step on; ``None`` keeps it.
    temperature : float or None
        K. Temperature from this step on; ``None`` keeps it.
    frequency_from, frequency_to : float or None
        Hz. Highest and lowest frequency of an impedance spectrum, taken at the end of a rest (current zero).
    points_per_decade : int or None
        Frequencies of the spectrum in a decade.
    label : str
        Words for plots and tables.

    Raises
    ------
    InvalidInput
        Unless exactly one of current and voltage, and exactly one of duration and charge, is given and possible; and
        for an end or a spectrum that the step cannot have.
    """

    current_density: float | None = None
    voltage: float | None = None
    duration: float | None = None
    charge: float | None = None
    stack_pressure: float | None = None
    temperature: float | None = None
    label: str = ""
    until_voltage: float | None = None
    until_current: float | None = None
    frequency_from: float | None = None
    frequency_to: float | None = None
    points_per_decade: int | None = None

    def __post_init__(self) -> None:
        """Check that the step can be run and ends."""
        if (self.current_density is None) == (self.voltage is None):
            raise InvalidInput("current_density", self._given(), "exactly one of current_density and voltage")
        if (self.duration is None) == (self.charge is None):
            raise InvalidInput("duration", self._given(), "exactly one of duration and charge, to end the step")
        for name in ("current_density", "voltage", "until_voltage"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise InvalidInput(name, value, "a finite number")
        for name in ("duration", "charge", "temperature", "until_current", "frequency_from", "frequency_to"):
            _positive(name, getattr(self, name))
        if self.stack_pressure is not None:
            _not_negative("stack_pressure", self.stack_pressure)
        if self.charge is not None and not self.current_density:
            allowed = "a duration instead: a rest or a held voltage passes no set charge"
            raise InvalidInput("charge", self.charge, allowed)
        if self.until_voltage is not None and not self.current_density:
            raise InvalidInput("until_voltage", self.until_voltage, "only with a set current that is not zero")
        if self.until_current is not None and self.voltage is None:
            raise InvalidInput("until_current", self.until_current, "only with a held voltage")
        self._check_spectrum()

    def _check_spectrum(self) -> None:
        sweep = {name: getattr(self, name) for name in ("frequency_from", "frequency_to", "points_per_decade")}
        missing = [name for name, value in sweep.items() if value is None]
        if len(missing) == len(sweep):
            return
        if missing:
            raise InvalidInput(missing[0], None, f"{', '.join(sweep)} together, or none of them")
        highest, lowest = sweep["frequency_from"], sweep["frequency_to"]
        if not lowest < highest:
            raise InvalidInput("frequency_to", lowest, f"less than frequency_from, {highest:g} Hz")
        _count("points_per_decade", sweep["points_per_decade"], _MOST_POINTS)
        if self.current_density != 0.0:
            raise InvalidInput("frequency_from", highest, "only in a rest: current_density = 0")

    def _given(self) -> str:
        return ", ".join(name for name, value in self.to_dict().items() if value is not None) or "neither"

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI): what the step sets, and nothing else."""
        found = {part.name: getattr(self, part.name) for part in dataclasses.fields(self)}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def time(self) -> float | None:
        """s. How long the step lasts, at most; ``None`` never (a set current turns charge into time)."""
        if self.duration is not None:
            return self.duration
        if self.charge is not None and self.current_density:
            return self.charge / abs(self.current_density)
        return None

    @property
    def may_end_early(self) -> bool:
        """Whether a voltage or a current may end the step before its duration or charge does."""
        return self.until_voltage is not None or self.until_current is not None

    @property
    def frequencies(self) -> tuple[float, ...]:
        """Hz. Frequencies of the spectrum, from the highest down, evenly in the logarithm; empty without one."""
        if self.frequency_from is None or self.frequency_to is None or self.points_per_decade is None:
            return ()
        decades = math.log10(self.frequency_from / self.frequency_to)
        intervals = max(1, round(decades * self.points_per_decade))
        between = (self.frequency_from * 10 ** (-decades * k / intervals) for k in range(1, intervals))
        return (self.frequency_from, *between, self.frequency_to)


Condition = tuple[float | None, float | None]
"""Stack pressure (Pa) and temperature (K) that the protocol has set so far; ``None`` while it has set none."""


@dataclass(frozen=True)
class Stretch:
    """Set current in one direction without reversal: a half-cycle. Rests do not end it.

    A step that may end early counts with its longest time.

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
    def conditions(self) -> tuple[Condition, ...]:
        """The stack pressure (Pa) and temperature (K) that the protocol has set by each step, that step included."""
        found: list[Condition] = []
        pressure = temperature = None
        for step in self.steps:
            pressure = pressure if step.stack_pressure is None else step.stack_pressure
            temperature = temperature if step.temperature is None else step.temperature
            found.append((pressure, temperature))
        return tuple(found)

    @functools.cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The half-cycles of the set currents, in order."""
        found: list[dict[str, Any]] = []
        unbroken = 0.0
        for step, condition in zip(self.steps, self.conditions, strict=True):
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
        """s. How long all steps last; a step that may end early counts with its longest time."""
        return sum(step.time or 0.0 for step in self.steps)

    @functools.cached_property
    def net_charges(self) -> tuple[float, ...]:
        """C/m2. Net charge passed up to the end of every step, from the set currents, none of which ends early."""
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
    break_in: Protocol | None = None,
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
    break_in : Protocol or None
        Made by `break_in`: its steps come first.

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
    return _after(break_in, Protocol("ccd-ramp", tuple(parts), voltage_limit, settings=settings))


def one_way(
    start: float,
    step: float,
    stop: float,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
    break_in: Protocol | None = None,
) -> Protocol:
    """One-way critical current: the current rises step by step in one direction, without reversal.

    Parameters are those of `ccd_ramp`; charge and time are per current step.
    """
    settings = _settings(locals())
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    levels = _levels(start, step, stop)
    _few_enough(half_cycle.steps * len(levels))
    parts = [part for level in levels for part in half_cycle.at(level)]
    return _after(break_in, Protocol("one-way", tuple(parts), voltage_limit, settings=settings))


def cycle(
    current_density: float,
    cycles: int,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
    break_in: Protocol | None = None,
) -> Protocol:
    """Plate and strip at one current density (A/m2) for a number of cycles, or until the cell fails.

    The other parameters are those of `ccd_ramp`.
    """
    settings = _settings(locals())
    _positive("current_density", current_density)
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    _few_enough(2 * half_cycle.steps * _count("cycles", cycles))
    parts = tuple(half_cycle.cycle(current_density) * cycles)
    return _after(break_in, Protocol("cycle", parts, voltage_limit, settings=settings))


def break_in(
    current_density: float,
    cycles: int,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
) -> Protocol:
    """Conditioning: a few cycles at a small current (A/m2), alone or before another protocol.

    The other parameters are those of `cycle`.
    """
    settings = _settings(locals())
    made = cycle(current_density, cycles, half_cycle_charge, half_cycle_time, rest, voltage_limit)
    parts = (dataclasses.replace(step, label=f"break-in: {step.label}") for step in made.steps)
    return Protocol("break-in", tuple(parts), voltage_limit, settings=settings)


def full_cell(
    current_density: float,
    upper_voltage: float,
    lower_voltage: float,
    cutoff_current: float,
    cycles: int,
    half_cycle_charge: float | None = None,
    half_cycle_time: float | None = None,
    discharge_current_density: float | None = None,
    hold: float = 36000.0,
    rest: float = 0.0,
    voltage_limit: float = 5.0,
) -> Protocol:
    """Cycle a full cell: constant current, then constant voltage to charge it; constant current to discharge it.

    Parameters
    ----------
    current_density, discharge_current_density : float
        A/m2, magnitudes. Of charging and of discharging; the same where only the first is given.
    upper_voltage, lower_voltage : float
        V. Where charging turns to constant voltage, and where discharging ends.
    cutoff_current : float
        A/m2. The constant voltage ends once the current has fallen to this.
    cycles : int
        Cycles, each of them charge and discharge.
    half_cycle_charge : float or None
        C/m2. Most areal charge of charging, and of discharging, at constant current; or
    half_cycle_time : float or None
        s. its longest time. Exactly one of the two: what ends the step in a cell that never reaches the voltage.
    hold : float
        s. Longest time at the upper voltage.
    rest : float
        s. Rest after charging and after discharging.
    voltage_limit : float
        V.

    Raises
    ------
    InvalidInput
        For impossible values.
    """
    settings = _settings(locals())
    discharge = current_density if discharge_current_density is None else discharge_current_density
    _positive("current_density", current_density)
    _positive("discharge_current_density", discharge)
    _positive("hold", hold)
    if not lower_voltage < upper_voltage:
        raise InvalidInput("lower_voltage", lower_voltage, f"less than upper_voltage, {upper_voltage:g} V")
    if not upper_voltage <= voltage_limit:
        raise InvalidInput("upper_voltage", upper_voltage, f"at most voltage_limit, {voltage_limit:g} V")
    if not cutoff_current < current_density:
        raise InvalidInput("cutoff_current", cutoff_current, f"less than the current, {current_density:g} A/m2")
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    charge, *pause = half_cycle.at(current_density)
    drain, *_ = half_cycle.at(-discharge)
    parts = (
        dataclasses.replace(charge, until_voltage=upper_voltage, label="charge"),
        Step(voltage=upper_voltage, duration=hold, until_current=cutoff_current, label="hold"),
        *pause,
        dataclasses.replace(drain, until_voltage=lower_voltage, label="discharge"),
        *pause,
    )
    _few_enough(len(parts) * _count("cycles", cycles))
    return Protocol("full-cell", parts * cycles, voltage_limit, settings=settings)


def hold(voltage: float, duration: float, voltage_limit: float = 5.0) -> Protocol:
    """Hold the cell at a voltage (V, signed) for a time (s)."""
    settings = _settings(locals())
    return Protocol("hold", (Step(voltage=voltage, duration=duration, label="hold"),), voltage_limit, settings=settings)


def rest(duration: float) -> Protocol:
    """Leave the cell at open circuit for a time (s)."""
    return Protocol(
        "rest", (Step(current_density=0.0, duration=duration, label="rest"),), settings={"duration": duration}
    )


def eis(
    frequency_from: float = 1e6,
    frequency_to: float = 0.1,
    points_per_decade: int = 10,
    duration: float = 600.0,
) -> Protocol:
    """An impedance spectrum at open circuit.

    Parameters
    ----------
    frequency_from, frequency_to : float
        Hz. Highest and lowest frequency.
    points_per_decade : int
    duration : float
        s. Rest before the spectrum, which itself takes no time.
    """
    settings = _settings(locals())
    return Protocol("eis", (Step(current_density=0.0, label="spectrum", **settings),), settings=settings)


def pressure_steps(
    current_density: float,
    start: float,
    step: float,
    stop: float,
    duration: float,
    voltage_limit: float = 5.0,
) -> Protocol:
    """Critical stack pressure: one current, while the stack pressure changes step by step.

    Parameters
    ----------
    current_density : float
        A/m2, signed; zero leaves the cell at rest.
    start, step, stop : float
        Pa. First stack pressure, size of the changes, and the last one allowed, above or below the first.
    duration : float
        s. Time at each pressure.
    voltage_limit : float
        V.
    """
    settings = _settings(locals())
    for name, value in (("start", start), ("stop", stop)):
        _not_negative(name, value)
    parts = [
        Step(current_density=current_density, duration=duration, stack_pressure=level, label=f"{level / 1e6:.3g} MPa")
        for level in _course(start, step, stop)
    ]
    return Protocol("pressure-steps", tuple(parts), voltage_limit, settings=settings)


def temperature_steps(
    current_density: float,
    start: float,
    step: float,
    stop: float,
    duration: float,
    voltage_limit: float = 5.0,
) -> Protocol:
    """One current, while the temperature (K) changes step by step; the parameters are those of `pressure_steps`."""
    settings = _settings(locals())
    for name, value in (("start", start), ("stop", stop)):
        _positive(name, value)
    parts = [
        Step(current_density=current_density, duration=duration, temperature=level, label=f"{level - 273.15:.3g} degC")
        for level in _course(start, step, stop)
    ]
    return Protocol("temperature-steps", tuple(parts), voltage_limit, settings=settings)


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
    """The arguments of a builder as plain data; those of a break-in before it with their own names."""
    first = arguments.get("break_in")
    given = {name: value for name, value in arguments.items() if value is not None and name != "break_in"}
    if first is None:
        return given
    of_break_in = ("current_density", "cycles", "half_cycle_charge", "half_cycle_time", "rest")
    return given | {f"break_in_{name}": first.settings[name] for name in of_break_in if name in first.settings}


def _after(first: Protocol | None, then: Protocol) -> Protocol:
    """A protocol with the steps of a break-in before its own."""
    if first is None:
        return then
    if first.name != "break-in":
        raise InvalidInput("break_in", first.name, "a protocol made by lisse.protocol.break_in")
    return dataclasses.replace(then, steps=first.steps + then.steps)


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
    """Current densities from `start` in increments up to `stop`."""
    for name, value in (("start", start), ("step", step), ("stop", stop)):
        _positive(name, value)
    if stop < start:
        raise InvalidInput("stop", stop, f"at least the first current density, {start:g} A/m2")
    return _course(start, step, stop)


def _course(start: float, step: float, stop: float) -> list[float]:
    """Values from `start` in changes of the size `step`, up or down to `stop`, which is reached despite rounding."""
    _positive("step", step)
    sign = 1.0 if stop >= start else -1.0
    changes = abs(stop - start) / step * (1 + 1e-12) + 1e-9
    if changes >= _MOST_STEPS:
        raise InvalidInput("step", step, f"a change that gives at most {_MOST_STEPS} levels")
    inner = [start + sign * k * step for k in range(math.floor(changes) + 1)]
    return [min(value, stop) if sign > 0 else max(value, stop) for value in inner]


def _few_enough(count: int) -> None:
    if count > _MOST_STEPS:
        advice = "Use fewer cycles or a larger current step"
        raise InvalidInput("steps", count, f"a protocol of at most {_MOST_STEPS} steps", advice)


def _count(name: str, value: int, most: int = _MOST_STEPS) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidInput(name, value, f"a whole number from 1 to {most}")
    return value


def _not_negative(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise InvalidInput(name, value, "a finite number, zero or more")


def _positive(name: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise InvalidInput(name, value, "a finite number above zero")
