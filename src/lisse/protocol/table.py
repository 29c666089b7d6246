"""Every key of a protocol in a file: unit, range, default and one line of help; and the protocol that they make.

Case files and the records of tests have the same table, so that a test that was reported can be simulated as reported.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.keys import (
    OPTIONAL,
    REQUIRED,
    Choice,
    Field,
    HalfCycle,
    Integer,
    Quantity,
    SameAs,
    Text,
    current,
    duration,
    pressure,
    temperature,
    within,
)
from lisse.protocol import builders
from lisse.protocol.builders import COURSES
from lisse.protocol.community import community_protocols
from lisse.protocol.protocol import Protocol
from lisse.protocol.step import Step

__all__ = ["PROTOCOLS", "STEP", "from_settings"]

Table = Mapping[str, Field]

_HALF_CYCLE = HalfCycle("areal charge, or time, of a half-cycle", example="0.25 mAh/cm^2")
_REST = duration(0.0, "rest after every half-cycle", "0 s")
_RAMP: Table = {
    "start": current("first current density"),
    "step": current("increment"),
    "stop": current("last current density"),
    "half_cycle": _HALF_CYCLE,
    "rest": _REST,
}
_LIMIT: Table = {"voltage_limit": within(1e-3, 1e3, "V", "the run stops beyond this voltage", "5 V")}
_BREAK_IN: Table = {
    "break_in_current_density": within(
        1e-9, 1e8, "A/m^2", "of conditioning cycles before the test", OPTIONAL, "0.05 mA/cm^2"
    ),
    "break_in_cycles": Integer("conditioning cycles before the test", OPTIONAL, 3, high=1000),
    "break_in_half_cycle": HalfCycle(
        "areal charge, or time, of a half-cycle of the conditioning", OPTIONAL, "0.05 mAh/cm^2"
    ),
}


def _cell_voltage(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return within(-10.0, 10.0, "V", help, default, example)


def _signed_current(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return within(-1e8, 1e8, "A/m^2", help, default, example)


def _frequency(help: str, default: Any, example: Any = None) -> Quantity:
    return within(1e-6, 1e9, "Hz", help, default, example)


_POINTS_PER_DECADE = "frequencies in a decade"
_COURSE = "from first to last, or back to the first as well"

PROTOCOLS: Mapping[str, Table] = MappingProxyType(
    {
        "ccd-ramp": {
            **_RAMP,
            "cycles_per_step": Integer("full cycles at each current", 1, high=1000),
            **_LIMIT,
            **_BREAK_IN,
        },
        "one-way": {**_RAMP, **_LIMIT, **_BREAK_IN},
        "cycle": {
            "current_density": current("of every half-cycle"),
            "half_cycle": _HALF_CYCLE,
            "cycles": Integer("full cycles, or until failure", high=50_000),
            "rest": _REST,
            **_LIMIT,
            **_BREAK_IN,
        },
        "break-in": {
            "current_density": current("small, of every half-cycle"),
            "half_cycle": _HALF_CYCLE,
            "cycles": Integer("full cycles", high=50_000),
            "rest": _REST,
            **_LIMIT,
        },
        "full-cell": {
            "current_density": current("of charging"),
            "discharge_current_density": within(
                1e-9, 1e8, "A/m^2", "of discharging", SameAs("protocol.current_density")
            ),
            "upper_voltage": _cell_voltage("where charging turns to constant voltage"),
            "cutoff_current": current("the constant voltage ends once the current has fallen to this"),
            "lower_voltage": _cell_voltage("where discharging ends"),
            "half_cycle": HalfCycle("most charge, or longest time, of charging and discharging at constant current"),
            "hold": duration(1e-9, "longest time at the upper voltage", "10 h"),
            "cycles": Integer("charges and discharges, or until failure", high=20_000),
            "rest": _REST,
            **_LIMIT,
        },
        "hold": {
            "voltage": _cell_voltage("voltage held (its sign is that of the current)"),
            "duration": duration(1e-9, "for how long"),
            **_LIMIT,
        },
        "rest": {"duration": duration(1e-9, "for how long")},
        "eis": {
            "frequency_from": _frequency("highest frequency of the spectrum", "1 MHz"),
            "frequency_to": _frequency("lowest frequency", "0.1 Hz"),
            "points_per_decade": Integer(_POINTS_PER_DECADE, 10, high=100),
            "duration": duration(1e-9, "rest before the spectrum", "10 min"),
        },
        "pressure-steps": {
            "current_density": _signed_current("signed, the same at every pressure; zero is a rest"),
            "start": pressure("first stack pressure"),
            "step": within(1.0, 1e10, "Pa", "size of the changes"),
            "stop": pressure("last stack pressure, above or below the first"),
            "duration": duration(1e-9, "time at each pressure"),
            "course": Choice(_COURSE, "once", choices=COURSES),
            **_LIMIT,
        },
        "temperature-steps": {
            "current_density": _signed_current("signed, the same at every temperature; zero is a rest"),
            "start": temperature("first temperature", REQUIRED),
            "step": within(1e-3, 100.0, "K", "size of the changes, in K"),
            "stop": temperature("last temperature, above or below the first", REQUIRED),
            "duration": duration(1e-9, "time at each temperature"),
            "course": Choice(_COURSE, "once", choices=COURSES),
            **_LIMIT,
        },
        "steps": {**_LIMIT},
    }
)
"""Settings of each protocol, by name; ``steps`` also has a list of ``[[protocol.steps]]``."""

STEP: Table = MappingProxyType(
    {
        "current_density": _signed_current("signed; zero is a rest", OPTIONAL, "0.5 mA/cm^2"),
        "voltage": _cell_voltage("held voltage, signed", OPTIONAL, "50 mV"),
        "duration": duration(1e-9, "ends the step", OPTIONAL, "1 h"),
        "charge": within(3.6e-5, 3.6e9, "C/m^2", "ends the step", OPTIONAL, "0.25 mAh/cm^2"),
        "until_voltage": _cell_voltage(
            "ends a step of set current earlier, once the voltage has risen (negative current: fallen) to this",
            OPTIONAL,
            "4.2 V",
        ),
        "until_current": within(
            1e-9,
            1e8,
            "A/m^2",
            "ends a held voltage earlier, once the current has fallen to this magnitude",
            OPTIONAL,
            "0.02 mA/cm^2",
        ),
        "stack_pressure": pressure("from this step on", OPTIONAL, "5 MPa"),
        "temperature": temperature("from this step on", OPTIONAL, "60 degC"),
        "frequency_from": _frequency("highest frequency of a spectrum at the end of a rest", OPTIONAL, "1 MHz"),
        "frequency_to": _frequency("lowest frequency of the spectrum", OPTIONAL, "0.1 Hz"),
        "points_per_decade": Integer(_POINTS_PER_DECADE, OPTIONAL, 10, high=100),
        "label": Text("words for plots", OPTIONAL, "plate"),
    }
)
"""Keys of one of ``[[protocol.steps]]``."""


def from_settings(name: str, values: Mapping[str, Any], parts: Sequence[Step] = ()) -> Protocol:
    """The protocol that checked settings make.

    Parameters
    ----------
    name : str
        Of `PROTOCOLS`, or of a protocol of the literature (`community_protocols`), whose name and source it then has.
    values : mapping
        SI values by key, as the fields of that table read them: a half-cycle is ``("charge", C/m2)`` or
        ``("time", s)``.
    parts : sequence of Step
        Of ``steps``, and of no other.

    Raises
    ------
    InvalidInput
        For an unknown name, for settings that do not go together and for those that are missing.
    """
    entry = community_protocols().get(name)
    kind = name if entry is None else entry.builder
    if kind not in PROTOCOLS:
        known = [*PROTOCOLS, *community_protocols()]
        raise InvalidInput("name", name, ", ".join(known), suggest(name, known))
    settings = _named_by_end(values)
    first = _break_in(settings)
    if first is not None:
        settings["break_in"] = first
    if kind == "steps":
        settings["parts"] = list(parts)
    built: Protocol = getattr(builders, kind.replace("-", "_"))(**settings)
    return built if entry is None else dataclasses.replace(built, name=name, reference=entry.reference)


def _named_by_end(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which a half-cycle is named by what ends it, as the builders want it: a charge or a time."""
    found = {name: value for name, value in values.items() if name != "half_cycle"}
    if "half_cycle" in values:
        ended_by, amount = values["half_cycle"]
        found[f"half_cycle_{ended_by}"] = amount
    return found


def _break_in(settings: dict[str, Any]) -> Protocol | None:
    """The conditioning cycles before a protocol, whose settings are taken out of `settings`."""
    names = ("current_density", "cycles", "half_cycle")
    given = {name: settings.pop(f"break_in_{name}") for name in names if f"break_in_{name}" in settings}
    if not given:
        return None
    for name in names:
        if name not in given:
            together = ", ".join(f"break_in_{each}" for each in names)
            raise InvalidInput(f"break_in_{name}", None, f"{together} together", "The key is missing")
    return builders.break_in(**_named_by_end(given), rest=settings.get("rest", 0.0))
