"""A protocol: its steps, and what they come to (half-cycles, charges, conditions, duration)."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput
from lisse.protocol.checks import few_enough, positive
from lisse.protocol.step import Step

__all__ = ["Condition", "Protocol", "Stretch"]

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
        few_enough(len(self.steps))
        positive("voltage_limit", self.voltage_limit)
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
        positive("current_density", current_density)
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
        positive("half_cycle_charge", charge)
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
