"""What the four numbers are, and with which protocol each is measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput
from lisse.protocol import Protocol, ccd_ramp, cycle, one_way

__all__ = ["AMOUNTS", "MEASURES", "Measure", "MeasureSettings"]


@dataclass(frozen=True)
class Measure:
    """One of the four numbers.

    Attributes
    ----------
    name, label : str
    quantity : str
        ``"current_density"`` or ``"charge"``, of the vocabulary.
    definition : str
        In words.
    settings : tuple of str
        Settings of its test that are varied.
    """

    name: str
    label: str
    quantity: str
    definition: str
    settings: tuple[str, ...]


AMOUNTS = ("half_cycle_charge", "half_cycle_time")
"""Settings of what ends a half-cycle; one of the two is given."""

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        each.name: each
        for each in (
            Measure(
                "critical_current_density",
                "Critical current density",
                "current_density",
                "the current density at which the cell fails when it is plated and stripped in turn at a current that "
                "rises step by step",
                (*AMOUNTS, "current_step"),
            ),
            Measure(
                "one_way_critical_current",
                "One-way critical current",
                "current_density",
                "the current density at which the cell fails when the current rises step by step in one direction, "
                "without reversal",
                (*AMOUNTS, "current_step"),
            ),
            Measure(
                "threshold_charge",
                "Threshold areal capacity",
                "charge",
                "the charge that one current plates in one direction before the cell fails",
                ("current_density",),
            ),
            Measure(
                "cumulative_charge",
                "Cumulative areal capacity to failure",
                "charge",
                "the charge passed in both directions, all half-cycles added, until a cell cycled at one current fails",
                (*AMOUNTS, "current_density"),
            ),
        )
    }
)
"""The four numbers, by name."""


@dataclass(frozen=True)
class MeasureSettings:
    """With what the four numbers are measured.

    Attributes
    ----------
    start, step, stop : float
        A/m2. Of both ramps.
    half_cycle_charge, half_cycle_time : float or None
        C/m2 or s. Of a half-cycle, and of one step of the one-way ramp. Exactly one of the two.
    rest : float
        s. After every half-cycle.
    current_density : float or None
        A/m2. Of plating and cycling; ``None`` takes half of the critical current density.
    longest_charge : float
        C/m2. Where plating in one direction is given up.
    cycles : int
        After so many, cycling is given up.
    cycles_per_step : int
        Of the ramp.
    voltage_limit : float
        V.
    """

    start: float = 0.5
    step: float = 0.5
    stop: float = 30.0
    half_cycle_charge: float | None = 9000.0
    half_cycle_time: float | None = None
    rest: float = 0.0
    current_density: float | None = None
    longest_charge: float = 3.6e6
    cycles: int = 100
    cycles_per_step: int = 1
    voltage_limit: float = 5.0

    def __post_init__(self) -> None:
        """Check by making every protocol once."""
        for name in MEASURES:
            self.protocol(name, self.current_density or self.stop)

    @classmethod
    def of(cls, protocol: Protocol) -> MeasureSettings:
        """The settings that a protocol has, and the defaults for what it does not say.

        Parameters
        ----------
        protocol : Protocol
            A ramp gives its levels, a ramp and cycling their half-cycles, cycling its current.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        given = {name: value for name, value in protocol.settings.items() if name in known}
        if "current_density" in given:  # then it is no ramp of the current: its levels are those of something else
            given = {name: value for name, value in given.items() if name not in ("start", "step", "stop")}
            given["current_density"] = abs(given["current_density"]) or None
        if set(given) & set(AMOUNTS):
            given = dict.fromkeys(AMOUNTS) | given
        return cls(**{**given, "voltage_limit": protocol.voltage_limit})

    def protocol(self, measure: str, current_density: float) -> Protocol:
        """What is done to the cell for one of the four numbers.

        Parameters
        ----------
        measure : str
            A name of `MEASURES`.
        current_density : float
            A/m2. Of plating and cycling.
        """
        levels = (self.start, self.step, self.stop)
        half_cycle: dict[str, Any] = {
            "half_cycle_charge": self.half_cycle_charge,
            "half_cycle_time": self.half_cycle_time,
            "rest": self.rest,
            "voltage_limit": self.voltage_limit,
        }
        if measure == "critical_current_density":
            return ccd_ramp(*levels, **half_cycle, cycles_per_step=self.cycles_per_step)
        if measure == "one_way_critical_current":
            return one_way(*levels, **half_cycle)
        if measure == "threshold_charge":
            once = (current_density, current_density, current_density)
            return one_way(*once, self.longest_charge, voltage_limit=self.voltage_limit)
        if measure == "cumulative_charge":
            return cycle(current_density, self.cycles, **half_cycle)
        raise InvalidInput("measure", measure, ", ".join(MEASURES))
