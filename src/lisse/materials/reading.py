"""From the tables of a TOML file to entries and laws in SI.

The units of the field are converted here and nowhere else in this room. Every message names the file and the row. The
file as a whole (name, kind, choices) is read in ``catalogue.py``.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.materials.laws import (
    REFERENCE_TEMPERATURE,
    Arrhenius,
    Constant,
    FractionSeries,
    Law,
    NortonCreep,
    Sum,
    Table,
    VogelFulcherTammann,
)
from lisse.materials.property import Entry, Property, PropertyDefinition, definition
from lisse.references import reference
from lisse.units import FARADAY, GAS_CONSTANT, convert, parse_quantity

__all__ = ["parse_unit", "read_law", "read_property"]

_ENTRY_KEYS = (
    "row",
    "value",
    "plus_minus",
    "low",
    "high",
    "middle",
    "unit",
    "temperature",
    "valid",
    "bound",
    "law",
    "conditions",
    "source",
    "via",
    "mark",
    "note",
)
_MIDDLES = ("arithmetic", "geometric")


def read_property(name: str, given: Any, choice: str | None, where: str) -> Property:
    """One property of a file.

    Parameters
    ----------
    name : str. A name of the vocabulary.
    given : list of tables, text or number. Entries with their sources; or the user's own ``"0.5 mS/cm"``.
    choice : str or None. Row in use; may be None where there is only one entry.
    where : str. File name for messages.
    """
    meant = definition(name)
    if isinstance(given, (str, int, float)) and not isinstance(given, bool):
        try:
            value = parse_quantity(given, parse_unit(meant.unit), name)
            return Property(name, meant.unit, (given_entry(meant, Constant(value)),), choice or "given")
        except InvalidInput as error:
            raise error.at(where) from None
    if not isinstance(given, Sequence) or not given or not all(isinstance(table, Mapping) for table in given):
        raise InvalidInput(name, given, f"[[{name}]] tables, or one number with its unit in quotes", where=where)
    entries = tuple(_read_entry(meant, table, where) for table in given)
    if choice is None and len(entries) > 1:
        rows = ", ".join(entry.row for entry in entries)
        raise InvalidInput(f"choice of {name}", allowed=rows, advice="Add it to the [choice] table", where=where)
    try:
        return Property(name, meant.unit, entries, choice or entries[0].row)
    except InvalidInput as error:
        raise error.at(where) from None


def given_entry(meant: PropertyDefinition, law: Law, source: str = "given by the user", note: str = "") -> Entry:
    """The entry of a user's own number."""
    return Entry(row="given", law=law, unit=meant.unit, source=source, mark="given", note=note)


def read_law(table: Mapping[str, Any], value: float | None, unit: str, to: str, temperature: float) -> Law:
    """A law from its table in a file.

    Parameters
    ----------
    table : mapping. ``kind`` and the parameters of that kind, with units in quotes.
    value : float or None, in `unit`. The number at `temperature`, where the law passes through one.
    unit : str. Unit of `value` and of the numbers in the table.
    to : str. SI unit of the property.
    temperature : float, K. Where `value` holds.
    """
    if not isinstance(table, Mapping):
        raise InvalidInput("law", table, "a table with kind and its parameters")
    kind = str(table.get("kind"))
    if kind not in _READERS:
        raise InvalidInput("law", kind, ", ".join(_READERS), suggest(kind, _READERS))
    allowed, through_value, read = _READERS[kind]
    _only_known(table, ("kind", *allowed), f"law {kind}")
    if not through_value and value is not None:
        raise InvalidInput("value", value, "nothing", f"A law of the kind {kind!r} holds its own numbers")
    anchor = None if value is None else _si(value, unit, to)
    try:
        law: Law = read(table, anchor, unit, to, temperature)
    except KeyError as error:
        raise InvalidInput(f"law {kind}", allowed=", ".join(allowed), advice=f"{error.args[0]!r} is missing") from None
    except InvalidInput:
        raise
    except (ArithmeticError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"law {kind}", dict(table), "numbers and texts as on the page Add a material", str(error)
        ) from None
    return law


def parse_unit(unit: str) -> str:
    """The unit with its powers marked, as the unit parser wants it: ``"A/m2"`` becomes ``"A/m^2"``."""
    return re.sub(r"(?<=[A-Za-z])(\d)", r"^\1", unit)


def _read_entry(meant: PropertyDefinition, table: Mapping[str, Any], where: str) -> Entry:
    row = table.get("row")
    try:
        if not isinstance(row, str) or not row:
            raise InvalidInput("row", row, "the name of the row in the fact table", "Every entry needs one")
        return _convert_entry(meant, row, table)
    except InvalidInput as error:
        raise error.at(f"{where}, [{meant.name}], row {row}") from None


def _convert_entry(meant: PropertyDefinition, row: str, table: Mapping[str, Any]) -> Entry:
    _only_known(table, _ENTRY_KEYS, "key")
    for key in ("unit", "source", "mark", "conditions", "note", "bound", "via"):
        if not isinstance(table.get(key, None if key in ("unit", "source", "mark") else ""), str):
            raise InvalidInput(key, table.get(key), "text", "Every entry says its unit, source and mark")
    unit, note = table["unit"], table.get("note", "")
    value, low, high = _numbers(table)
    if "middle" in table:
        note = "; ".join(part for part in (f"{table['middle']} middle of the range", note) if part)
    temperature = _temperature(table["temperature"]) if "temperature" in table else REFERENCE_TEMPERATURE
    law_table = table.get("law")
    if law_table is not None:
        law = read_law(law_table, value, unit, meant.unit, temperature)
    elif value is None:
        raise InvalidInput("value", allowed="a number, a law, or low and high with middle")
    else:
        law = Constant(_si(value, unit, meant.unit))
    _check_source(table["source"], table["mark"])
    if "via" in table:
        reference(table["via"])
    return Entry(
        row=row,
        law=law,
        unit=meant.unit,
        source=table["source"],
        mark=table["mark"],
        quoted_value=value,
        quoted_unit=unit,
        conditions=table.get("conditions", ""),
        low=None if low is None else _si(low, unit, meant.unit),
        high=None if high is None else _si(high, unit, meant.unit),
        temperature=temperature,
        valid=_valid(table.get("valid")),
        bound=table.get("bound", ""),
        via=table.get("via", ""),
        note=note,
    )


def _numbers(table: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    value, low, high = (_number(table, key) for key in ("value", "low", "high"))
    spread = _number(table, "plus_minus")
    if spread is not None:
        if value is None or low is not None or high is not None:
            raise InvalidInput("plus_minus", spread, "beside a value, without low and high")
        low, high = value - spread, value + spread
    if "middle" in table:
        rule = table["middle"]
        if rule not in _MIDDLES or value is not None or low is None or high is None:
            raise InvalidInput("middle", rule, "arithmetic or geometric, with low and high and without value")
        value = _middle(str(rule), low, high)
    return value, low, high


def _middle(rule: str, low: float, high: float) -> float:
    """To three digits where that stays within the range."""
    if rule == "geometric" and min(low, high) <= 0:
        raise InvalidInput("middle", rule, "arithmetic, unless low and high are above zero")
    exact = (low + high) / 2 if rule == "arithmetic" else math.sqrt(low * high)
    rounded = float(f"{exact:.3g}")
    return rounded if low <= rounded <= high else exact


def _number(table: Mapping[str, Any], key: str) -> float | None:
    number = table.get(key)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise InvalidInput(key, number, "a number", "The unit stands in its own line")
    return float(number)


def _check_source(source: str, mark: str) -> None:
    if mark not in ("given", "estimated"):
        reference(source)


def _only_known(table: Mapping[str, Any], allowed: Iterable[str], what: str) -> None:
    names = list(allowed)
    for key in table:
        if key not in names:
            raise InvalidInput(what, key, ", ".join(names), suggest(key, names))


@functools.cache
def _factor(unit: str, to: str) -> float:
    return convert(1.0, unit, parse_unit(to))


def _si(value: float, unit: str, to: str) -> float:
    """Linear units only; a temperature is never given with an offset here."""
    return value * _factor("dimensionless" if unit == "1" else unit, "dimensionless" if to == "1" else to)


def _temperature(given: Any) -> float:
    return parse_quantity(given, "K", "temperature")


def _valid(given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise InvalidInput("valid", given, "two temperatures with their units")
    return _temperature(given[0]), _temperature(given[1])


def _energy(text: Any) -> float:
    """Activation energy, J/mol, from kJ/mol or eV (per atom)."""
    if isinstance(text, str) and "/mol" not in text:
        return parse_quantity(text, "eV", "activation_energy") * FARADAY
    return parse_quantity(text, "J/mol", "activation_energy")


def _given(anchor: float | None) -> float:
    if anchor is None:
        raise InvalidInput("value", allowed="a number", advice="A law of this kind passes through the value")
    return anchor


def _read_arrhenius(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    return Arrhenius(_given(anchor), _energy(table["activation_energy"]), temperature, table.get("form", "sigma"))


def _read_vtf(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    pseudo = parse_quantity(table["pseudo_activation"], "K", "pseudo_activation")
    ideal = parse_quantity(table["ideal_temperature"], "K", "ideal_temperature")
    shape = VogelFulcherTammann(1.0, pseudo, ideal)
    return VogelFulcherTammann(_given(anchor) / shape.at(temperature), pseudo, ideal)


def _read_table(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    temperatures = tuple(_temperature(t) for t in table["temperatures"])
    values = tuple(_si(v, unit, to) for v in table["values"])
    return Table(temperatures, values, table.get("interpolation", "linear"))


def _read_sum(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    prefactors, energies = table["prefactors"], [_energy(text) for text in table["activation_energies"]]
    if len(prefactors) != len(energies):
        raise InvalidInput("prefactors", len(prefactors), f"as many as activation energies ({len(energies)})")
    return Sum(
        tuple(
            Arrhenius(_si(prefactor, unit, to) * math.exp(-energy / (GAS_CONSTANT * temperature)), energy, temperature)
            for prefactor, energy in zip(prefactors, energies, strict=True)
        )
    )


def _read_creep(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    energy = _energy(table["activation_energy"]) if "activation_energy" in table else 0.0
    if "strength" in table:
        if "reference_rate" in table or "reference_stress" in table:
            raise InvalidInput("strength", table["strength"], "strength, or reference_rate and reference_stress")
        return NortonCreep(1.0, float(table["strength"]), float(table["exponent"]), energy)
    rate = parse_quantity(table["reference_rate"], "1/s", "reference_rate")
    stress = parse_quantity(table["reference_stress"], "Pa", "reference_stress")
    return NortonCreep(rate, stress, float(table["exponent"]), energy)


def _read_series(table: Mapping[str, Any], anchor: float | None, unit: str, to: str, temperature: float) -> Law:
    tanh, exponentials = (tuple(map(tuple, table.get(key, ()))) for key in ("tanh", "exponentials"))
    low, high = table["range"]
    return FractionSeries(float(table["constant"]), float(table["slope"]), tanh, exponentials, (low, high))


_READERS: Mapping[str, tuple[tuple[str, ...], bool, Any]] = {
    Arrhenius.kind: (("activation_energy", "form"), True, _read_arrhenius),
    VogelFulcherTammann.kind: (("pseudo_activation", "ideal_temperature"), True, _read_vtf),
    Table.kind: (("temperatures", "values", "interpolation"), False, _read_table),
    Sum.kind: (("prefactors", "activation_energies"), False, _read_sum),
    NortonCreep.kind: (
        ("strength", "reference_rate", "reference_stress", "exponent", "activation_energy"),
        False,
        _read_creep,
    ),
    FractionSeries.kind: (("constant", "slope", "tanh", "exponentials", "range"), False, _read_series),
}
