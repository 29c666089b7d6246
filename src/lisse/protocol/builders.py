"""The protocols that laboratories name, each made from its few settings."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.protocol.checks import MOST_STEPS, count, few_enough, not_negative, positive
from lisse.protocol.protocol import Protocol
from lisse.protocol.step import Step
from lisse.units import format_quantity

__all__ = [
    "COURSES",
    "break_in",
    "ccd_ramp",
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


COURSES = ("once", "there-and-back")
"""Ways of stepping a pressure or a temperature from the first level to the last."""


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
    levels, cycles = _levels(start, step, stop), count("cycles_per_step", cycles_per_step)
    few_enough(2 * half_cycle.steps * cycles * len(levels))
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
    few_enough(half_cycle.steps * len(levels))
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
    positive("current_density", current_density)
    half_cycle = _HalfCycle(half_cycle_charge, half_cycle_time, rest)
    few_enough(2 * half_cycle.steps * count("cycles", cycles))
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
    positive("current_density", current_density)
    positive("discharge_current_density", discharge)
    positive("hold", hold)
    if not lower_voltage < upper_voltage:
        raise InvalidInput("lower_voltage", lower_voltage, f"less than upper_voltage, {upper_voltage:g} V")
    if not upper_voltage <= voltage_limit:
        raise InvalidInput("upper_voltage", upper_voltage, f"at most voltage_limit, {voltage_limit:g} V")
    if not cutoff_current < current_density:
        allowed = f"less than the current, {format_quantity('current_density', current_density)}"
        raise InvalidInput("cutoff_current", cutoff_current, allowed)
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
    few_enough(len(parts) * count("cycles", cycles))
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
    course: str = "once",
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
    course : str
        ``"once"`` from the first to the last pressure, or ``"there-and-back"`` to the first again.
    """
    settings = _settings(locals())
    for name, value in (("start", start), ("stop", stop)):
        not_negative(name, value)
    parts = [
        Step(current_density=current_density, duration=duration, stack_pressure=level, label=f"{level / 1e6:.3g} MPa")
        for level in _turned(_course(start, step, stop), course)
    ]
    return Protocol("pressure-steps", tuple(parts), voltage_limit, settings=settings)


def temperature_steps(
    current_density: float,
    start: float,
    step: float,
    stop: float,
    duration: float,
    voltage_limit: float = 5.0,
    course: str = "once",
) -> Protocol:
    """One current, while the temperature (K) changes step by step; the parameters are those of `pressure_steps`."""
    settings = _settings(locals())
    for name, value in (("start", start), ("stop", stop)):
        positive(name, value)
    parts = [
        Step(current_density=current_density, duration=duration, temperature=level, label=f"{level - 273.15:.3g} degC")
        for level in _turned(_course(start, step, stop), course)
    ]
    return Protocol("temperature-steps", tuple(parts), voltage_limit, settings=settings)


def steps(parts: Sequence[Step], voltage_limit: float = 5.0) -> Protocol:
    """Any list of steps."""
    return Protocol("steps", tuple(parts), voltage_limit)


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
        positive("half_cycle", self.charge if self.time is None else self.time)
        not_negative("rest", self.rest)

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
        positive(name, value)
    if stop < start:
        allowed = f"at least the first current density, {format_quantity('current_density', start)}"
        raise InvalidInput("stop", stop, allowed)
    return _course(start, step, stop)


def _course(start: float, step: float, stop: float) -> list[float]:
    """Values from `start` in changes of the size `step`, up or down to `stop`, which is reached despite rounding."""
    positive("step", step)
    sign = 1.0 if stop >= start else -1.0
    changes = abs(stop - start) / step * (1 + 1e-12) + 1e-9
    if changes >= MOST_STEPS:
        raise InvalidInput("step", step, f"a change that gives at most {MOST_STEPS} levels")
    inner = [start + sign * k * step for k in range(math.floor(changes) + 1)]
    return [min(value, stop) if sign > 0 else max(value, stop) for value in inner]


def _turned(levels: list[float], course: str) -> list[float]:
    """The levels, and the way back to the first of them where that is asked for."""
    if course not in COURSES:
        raise InvalidInput("course", course, ", ".join(COURSES), suggest(course, COURSES))
    return levels + levels[-2::-1] if course == "there-and-back" else levels
