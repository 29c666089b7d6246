"""What ``lisse estimate`` prints: the table of estimates, what is measured beside it, and the same as plain data."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lisse.materials import Entry
from lisse.materials.estimates.words import applicability_words
from lisse.units import ELEMENTARY_CHARGE, FARADAY

if TYPE_CHECKING:
    from lisse.materials.atomistic import Computed
    from lisse.materials.estimates import Estimate, Lattice
    from lisse.materials.estimates.activation_energy import ActivationEnergy

__all__ = ["Shown", "lines", "plain"]

_WIDTH = 100
_UNITS: Mapping[str, tuple[str, float]] = {
    "S/m": ("mS/cm", 10.0),
    "Pa": ("GPa", 1e-9),
    "Pa m^0.5": ("MPa m^0.5", 1e-6),
    "kg/m3": ("g/cm3", 1e-3),
    "mol/m3": ("mol/L", 1e-3),
    "m3/mol": ("cm3/mol", 1e6),
    "m2/s": ("cm2/s", 1e4),
    "kg/mol": ("g/mol", 1e3),
    "J": ("eV", 1.0 / ELEMENTARY_CHARGE),
    "1": ("", 1.0),
}


@dataclass(frozen=True)
class Shown:
    """Everything that one call has to tell.

    Attributes
    ----------
    formula : str
    lattice : Lattice or None
    known : mapping of str to float, SI
        Given by the user.
    found : mapping of str to Estimate
    activation : ActivationEnergy or None
        Of the conductivity.
    computed : mapping of str to Computed
        From atoms.
    measured : mapping of str to mapping of str to Entry
        By substance of the library with this composition: the entry in use of each property.
    missing : mapping of str to str
        Why a property is not estimated.
    warnings : tuple of str
        Of the file.
    """

    formula: str
    lattice: Lattice | None
    known: Mapping[str, float]
    found: Mapping[str, Estimate]
    activation: ActivationEnergy | None
    computed: Mapping[str, Computed]
    measured: Mapping[str, Mapping[str, Entry]]
    missing: Mapping[str, str]
    warnings: tuple[str, ...]


# text ---------------------------------------------------------------------------------------------------------------


def lines(shown: Shown) -> list[str]:
    """The answer for people."""
    cell = "" if shown.lattice is None else f", cell of {shown.lattice.volume * 1e30:.5g} cubic angstrom"
    told = [f"{shown.formula}{cell}", ""]
    told += _table(shown)
    told += _computed(shown)
    told += _basis(shown)
    told += [f"not estimated: {name}: {why}" for name, why in shown.missing.items()]
    for text, names in _warnings(shown).items():
        told += _wrapped(f"warning: {', '.join(names)}{': ' if names else ''}{text}")
    return told


def _table(shown: Shown) -> Iterator[str]:
    """Each estimate, and below it what the library holds of the same composition."""
    if not shown.found and shown.activation is None:
        return
    yield f"{'estimates, 25 degC':<25}{'value':>10} {'unit':<10} {'90 % interval':<20}  applicability"
    measured = False
    if shown.activation is not None and "ionic_conductivity" not in shown.found:
        yield _activation(shown.activation)
    for name, each in shown.found.items():
        words = f"{each.applicability:.2f} {applicability_words(each.applicability)}"
        yield f"{_numbers(name, each)}  {words}"
        for substance, entries in shown.measured.items():
            if name in entries:
                measured = True
                yield _measured(substance, name, entries[name])
        if name == "ionic_conductivity" and shown.activation is not None:
            yield _activation(shown.activation)
    if measured:
        yield from ("", *_wrapped(_WINS))


_RULE = "rule of Meyer and Neldel, from the conductivity"
_WINS = (
    "Below an estimate: what the library holds of the same composition, with source and mark. A measured number wins; "
    "`lisse materials NAME` shows its conditions."
)


def _numbers(name: str, each: Estimate | Computed) -> str:
    """Name, value, unit and interval, in the columns of the table."""
    unit, factor = _unit(each.unit)
    if each.value is None or each.lower is None or each.upper is None:
        return f"{name:<25}{'-':>10}"
    interval = f"{_number(each.lower * factor)} to {_number(each.upper * factor)}"
    return f"{name:<25}{_number(each.value * factor):>10} {unit:<10} {interval:<20}"


def _activation(each: ActivationEnergy) -> str:
    value, lower, upper = (_number(energy / FARADAY) for energy in (each.value, each.lower, each.upper))
    return f"{'activation energy':<25}{value:>10} {'eV':<10} {f'{lower} to {upper}':<20}  of that conductivity"


def _measured(substance: str, name: str, entry: Entry) -> str:
    unit, factor = _unit(entry.unit)
    value, edges = entry.at(entry.temperature), entry.spread_at(entry.temperature)
    ends = " to ".join("?" if edge is None else _number(edge * factor) for edge in edges)
    interval = "" if edges == (None, None) else ends
    sign = {"lower": "> ", "upper": "< ", "": ""}[entry.bound]
    number = f"{sign}{_number(value * factor)}"
    return f"{f'  library: {substance}':<25}{number:>10} {unit:<10} {interval:<20}  {entry.source} [{entry.mark}]"


def _computed(shown: Shown) -> Iterator[str]:
    if not shown.computed:
        return
    yield from ("", f"{'computed from the atoms, 0 K; the interval is how far the potentials disagree'}")
    for name, each in shown.computed.items():
        factor = _unit(each.unit)[1]
        by = ", ".join(f"{who} {_number(value * factor)}" for who, value in each.values.items() if value is not None)
        yield f"{_numbers(name, each)}  {by or 'no potential gave a number'}"
        if name not in shown.found:
            for substance, entries in shown.measured.items():
                if name in entries:
                    yield _measured(substance, name, entries[name])


def _basis(shown: Shown) -> Iterator[str]:
    """Method and training data, once for all properties that share them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, each in shown.found.items():
        groups.setdefault((each.method, each.trained_on), []).append(name)
    if shown.activation is not None:
        groups[_RULE, shown.activation.trained_on] = ["activation energy"]
    if groups:
        yield ""
    for (method, trained_on), names in groups.items():
        yield from _wrapped(f"{', '.join(names)}: {method}; trained on {trained_on}")


def _warnings(shown: Shown) -> dict[str, list[str]]:
    """Each warning once, with the properties that it concerns; none for those of the file."""
    found: dict[str, list[str]] = {text: [] for text in shown.warnings}
    told = [(name, each.warnings) for name, each in shown.found.items()]
    told += [(name, computed.warnings) for name, computed in shown.computed.items()]
    told += [("activation energy", shown.activation.warnings)] if shown.activation is not None else []
    for name, texts in told:
        for text in texts:
            found.setdefault(text, []).append(name)
    return {text: list(dict.fromkeys(names)) for text, names in found.items()}


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _unit(unit: str) -> tuple[str, float]:
    return _UNITS.get(unit, (unit, 1.0))


def _number(value: float) -> str:
    """Three digits, with a plain exponent."""
    text = f"{value:.3g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    power = int(exponent)
    return f"{value:.0f}" if 0 <= power < 6 and math.isfinite(value) else f"{digits}e{power}"


# JSON ---------------------------------------------------------------------------------------------------------------


def plain(shown: Shown) -> dict[str, Any]:
    """The answer for programs: SI numbers."""
    lattice = shown.lattice
    return {
        "formula": shown.formula,
        "lattice": None if lattice is None else vars(lattice),
        "known": dict(shown.known),
        "estimates": {name: _plain_estimate(each) for name, each in shown.found.items()},
        "activation_energy": None if shown.activation is None else _plain_activation(shown.activation),
        "computed": {name: _plain_computed(each) for name, each in shown.computed.items()},
        "measured": {
            name: {key: _plain_entry(entry) for key, entry in entries.items()}
            for name, entries in shown.measured.items()
        },
        "not_estimated": dict(shown.missing),
        "warnings": list(shown.warnings),
    }


def _plain_estimate(each: Estimate) -> dict[str, Any]:
    numbers = ("value", "lower", "upper", "unit", "applicability", "method", "trained_on")
    return {name: getattr(each, name) for name in numbers} | {
        "applicability_words": applicability_words(each.applicability),
        "mark": "estimated",
        "references": list(each.references),
        "warnings": list(each.warnings),
    }


def _plain_activation(each: ActivationEnergy) -> dict[str, Any]:
    numbers = ("value", "lower", "upper", "trained_on")
    return {name: getattr(each, name) for name in numbers} | {
        "unit": "J/mol",
        "method": _RULE,
        "mark": "estimated",
        "references": list(each.references),
        "warnings": list(each.warnings),
    }


def _plain_computed(each: Computed) -> dict[str, Any]:
    from lisse.report.summary import finite

    names = ("value", "lower", "upper", "spread", "unit", "status", "formula", "conditions")
    return {name: getattr(each, name) for name in names} | {
        "values": dict(each.values),
        "details": finite({name: dict(details) for name, details in each.details.items()}),
        "mark": "estimated",
        "references": list(each.references),
        "warnings": list(each.warnings),
    }


def _plain_entry(entry: Entry) -> dict[str, Any]:
    low, high = entry.spread_at(entry.temperature)
    return {
        "value": entry.at(entry.temperature),
        "unit": entry.unit,
        "low": low,
        "high": high,
        "temperature": entry.temperature,
        "source": entry.source,
        "mark": entry.mark,
        "row": entry.row,
        "quoted": entry.quoted,
        "conditions": entry.conditions,
    }
