"""The words of a report: failure modes, durations, protocols, and units as they are printed.

Plain text only; HTML is made in the templates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lisse.units import duration, format_quantity

__all__ = ["FAILS_BY", "MODES", "condition_words", "duration", "printed", "protocol_words", "share", "times"]

MODES: Mapping[str, str] = {
    "none": "no failure",
    "contact-loss": "loss of contact",
    "filament-short": "filament short",
    "soft-short": "soft short",
    "internal-plating": "plating inside the electrolyte",
    "salt-depletion": "salt depletion",
    "interphase-growth": "interphase growth",
    "electrolyte-fracture": "fracture of the electrolyte",
    "lithium-exhausted": "lithium exhausted",
    "voltage-limit": "voltage limit",
}
"""What each mode of `lisse.records.VERDICT_MODES` is called in a table or on a plot."""

FAILS_BY: Mapping[str, str] = {
    **MODES,
    "filament-short": "a filament short",
    "soft-short": "a soft short",
    "lithium-exhausted": "exhaustion of the lithium",
    "voltage-limit": "reaching the voltage limit",
}
"""How the sentence "Fails by ..." goes on."""


def times(ratio: float) -> str:
    """A ratio with two digits, such as ``"3.2"`` or ``"41"``."""
    return f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}"


def share(part: float) -> str:
    """A part of a whole in per cent with two digits; never ``"0 %"`` or ``"100 %"`` unless it is exactly that."""
    text = f"{100 * part:.2g}"
    if part < 1.0 and float(text) >= 100.0:
        return "> 99 %"
    return "< 0.01 %" if 0.0 < part < 1e-4 else f"{float(text):g} %"


def condition_words(condition: Mapping[str, float]) -> str:
    """Temperature and stack pressure of a limit where the protocol changes them, such as ``" at 60 degC"``."""
    found = " and ".join(format_quantity(name, value) for name, value in condition.items())
    return f" at {found}" if found else ""


def protocol_words(protocol: Mapping[str, Any]) -> str:
    """What was done to the cell, in one or two sentences.

    Parameters
    ----------
    protocol : mapping
        As `lisse.protocol.Protocol.to_dict` writes it.
    """
    name, settings = protocol["name"], protocol.get("settings", {})
    build = _BUILDERS.get(name)
    if build is not None and settings:
        text = build(settings) + _break_in_before(settings)
    else:
        count = len(protocol.get("steps", ()))
        text = f"A list of {count} step{'' if count == 1 else 's'}"
    stop = protocol.get("voltage_limit")
    return f"{text}." + (f" The run stops beyond {stop:.3g} V." if stop is not None else "")


def _ramp(settings: Mapping[str, Any]) -> str:
    cycles = settings.get("cycles_per_step", 1)
    each = "one plating and stripping cycle" if cycles == 1 else f"{cycles} plating and stripping cycles"
    return f"CCD ramp: {_rise(settings)}, {each} at each, {_half_cycle(settings)}"


def _one_way(settings: Mapping[str, Any]) -> str:
    if settings["start"] == settings["stop"]:
        current = format_quantity("current_density", settings["start"])
        return f"One current of {current} in one direction, {_half_cycle(settings, 'test')}"
    return f"One-way ramp: {_rise(settings)}, without reversal, {_half_cycle(settings, 'current step')}"


def _cycle(settings: Mapping[str, Any]) -> str:
    current = format_quantity("current_density", settings["current_density"])
    return f"{settings['cycles']} plating and stripping cycles at {current}, {_half_cycle(settings)}"


def _break_in(settings: Mapping[str, Any]) -> str:
    return f"Break-in: {_cycle(settings)}"


def _break_in_before(settings: Mapping[str, Any]) -> str:
    """The conditioning cycles that a protocol starts with."""
    first = {name.removeprefix("break_in_"): value for name, value in settings.items() if name.startswith("break_in_")}
    return f"; before that, as a break-in, {_cycle(first)}" if first else ""


def _full_cell(settings: Mapping[str, Any]) -> str:
    charge, cutoff = (
        format_quantity("current_density", settings[name]) for name in ("current_density", "cutoff_current")
    )
    discharge = format_quantity(
        "current_density", settings.get("discharge_current_density", settings["current_density"])
    )
    return (
        f"{settings['cycles']} cycles of a full cell: charge at {charge} to {settings['upper_voltage']:.4g} V and hold "
        f"until the current has fallen to {cutoff}; discharge at {discharge} to {settings['lower_voltage']:.4g} V; at "
        f"most {_half_cycle(settings, 'half-cycle at constant current')}"
    )


def _eis(settings: Mapping[str, Any]) -> str:
    return (
        f"Impedance spectrum from {settings['frequency_from']:.3g} Hz to {settings['frequency_to']:.3g} Hz, "
        f"{settings['points_per_decade']} points per decade, after a rest of {duration(settings['duration'])}"
    )


def _condition_steps(settings: Mapping[str, Any], name: str, what: str) -> str:
    start, stop = (format_quantity(name, settings[end]) for end in ("start", "stop"))
    step = f"{settings['step']:.3g} K" if name == "temperature" else format_quantity(name, settings["step"])
    current = format_quantity("current_density", settings["current_density"])
    at_each = duration(settings["duration"])
    back = " and back" if settings.get("course") == "there-and-back" else ""
    return f"The {what} changes from {start} to {stop}{back} in steps of {step}, {at_each} at each, at {current}"


def _pressure_steps(settings: Mapping[str, Any]) -> str:
    return _condition_steps(settings, "stack_pressure", "stack pressure")


def _temperature_steps(settings: Mapping[str, Any]) -> str:
    return _condition_steps(settings, "temperature", "temperature")


def _hold(settings: Mapping[str, Any]) -> str:
    return f"Voltage held at {format_quantity('voltage', settings['voltage'])} for {duration(settings['duration'])}"


def _rest(settings: Mapping[str, Any]) -> str:
    return f"Rest for {duration(settings['duration'])}"


_BUILDERS = {
    "ccd-ramp": _ramp,
    "one-way": _one_way,
    "cycle": _cycle,
    "break-in": _break_in,
    "full-cell": _full_cell,
    "hold": _hold,
    "rest": _rest,
    "eis": _eis,
    "pressure-steps": _pressure_steps,
    "temperature-steps": _temperature_steps,
}


def _rise(settings: Mapping[str, Any]) -> str:
    start, step, stop = (format_quantity("current_density", settings[name]) for name in ("start", "step", "stop"))
    return f"the current density rises from {start} to {stop} in steps of {step}"


def _half_cycle(settings: Mapping[str, Any], what: str = "half-cycle") -> str:
    charge, time = settings.get("half_cycle_charge"), settings.get("half_cycle_time")
    amount = format_quantity("charge", charge) if charge is not None else duration(time or 0.0)
    rest = settings.get("rest") or 0.0
    return f"{amount} per {what}, " + (f"{duration(rest)} rest after each" if rest else "without rests")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _raised(unit: str, exponent: str) -> str:
    return unit + exponent.translate(_SUPERSCRIPT)


def _power(mantissa: str, exponent: str) -> str:
    return f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


_PRINTED = (
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([-+]?\d+)\b"), lambda found: _power(found[1], found[2])),
    (re.compile(r"\^n\b"), lambda found: "ⁿ"),
    (re.compile(r"\bm\^0\.5"), lambda found: "√m"),
    (
        re.compile(r"(?<![\w-])([cmu]?m)\^?(-?[23])\b(?!\.\d)"),
        lambda found: found[1] + found[2].translate(_SUPERSCRIPT),
    ),
    (re.compile(r"\bu([mAF])\b"), lambda found: "µ" + found[1]),
    (re.compile(r"\bohm\b"), lambda found: "Ω"),
    (re.compile(r"\bdegC\b"), lambda found: "°C"),
    (re.compile(r"(?<=\d )deg\b"), lambda found: "°"),
    (re.compile(r"(?<![\w-])-(?=\d)"), lambda found: "−"),
)


def printed(text: str) -> str:
    """Units and numbers as they are set in print, such as ``"2×10⁻⁶ A/m²"`` for ``"2e-6 A/m2"``."""
    for pattern, replacement in _PRINTED:
        text = pattern.sub(replacement, text)
    return text
