"""Materials as a case file gives them: by library name or file, with changes, or as a table of one's own.

The case as run holds the whole path of a material file, so that it can be run again from another folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.keys import Choice, Text
from lisse.materials import PROPERTIES, Material, load, load_file, names
from lisse.materials.estimates import Lattice
from lisse.materials.property import ESTIMATE_ROW
from lisse.materials.reading import parse_unit
from lisse.study.case_estimates import ESTIMATE_KEYS, estimate_tables, is_estimated, taken_from_cif
from lisse.study.case_tables import CaseTables, entry_text
from lisse.study.schema import OWN_KINDS
from lisse.units import parse_quantity

__all__ = ["read_material", "with_own_numbers"]

_FORMS = (
    "a library name, a file ending in .toml, {material, sources, override, estimate}, "
    "or a table of properties with a name"
)
_SUBSTANCE = Text("library name, or path of a material file from the folder of the case", longest=4096)
_SOURCE = "given in the case file"
_HEAD = {
    "name": Text("name of the material"),
    "formula": Text("chemical formula"),
    "kind": Choice("what it is used as", choices=OWN_KINDS),
}
_ENTRY_KEYS = (
    *("value", "low", "high", "unit", "law", "temperature", "valid", "conditions", "note"),
    *("mark", "row", "source"),  # of an estimate
)
_OWN_MARKS = ("given", "estimated")
_OF_ESTIMATES = "estimated when the case was read, and not again where it stands"


def read_material(tables: CaseTables, path: str, default_kind: str) -> Material:
    """The material of one part of the cell.

    Parameters
    ----------
    tables : CaseTables
    path : str
        Of the key ``material``.
    default_kind : str
        Kind of a material of one's own that does not say it.
    """
    parent, _, last = path.rpartition(".")
    value = tables.table(parent).get(last)
    if value is None:
        raise tables.error(path, None, _FORMS, f"The key is missing; the library has {', '.join(names())}")
    if isinstance(value, str):
        return _from_sources(tables, path, {"material": value}, path)
    if not isinstance(value, dict) or not value:
        raise tables.error(path, value, _FORMS)
    if "material" in value:
        return _from_sources(tables, path, value, f"{path}.material")
    return _own(tables, path, value, default_kind)


def _from_sources(tables: CaseTables, path: str, value: dict[str, Any], key: str) -> Material:
    """A material of the library or of a file, with other sources and own numbers where the case gives them."""
    tables.known(path, value, ("material", "sources", "override", "estimate"))
    name = tables.at(key, partial(_SUBSTANCE.read, value["material"], key))
    file = tables.folder.absolute() / name if name.endswith(".toml") else None
    material = tables.at(key, partial(load, name) if file is None else partial(load_file, file))
    sources, override = (_table(tables, f"{path}.{part}", value.get(part, {})) for part in ("sources", "override"))
    for property, row in sources.items():
        if property in override:
            raise tables.error(f"{path}.sources.{property}", row, "a source, or an override, of one property")
        material = _choose(tables, f"{path}.sources.{property}", material, property, row)
    material = with_own_numbers(tables, f"{path}.override", material, override)
    tables.put(f"{path}.material", material.name if file is None else str(file))
    for property in material.properties:
        if property not in override:
            entry = material.entry(property)
            note = entry_text(entry) if property in sources else f"default: {entry_text(entry)}"
            tables.put(f"{path}.sources.{property}", entry.row, note)
    for property, given in override.items():
        tables.put(f"{path}.override.{property}", given)
    if is_estimated(tables, path, value):
        material = _filled(tables, path, f"{path}.override", material, None)
    return material


def _filled(
    tables: CaseTables, path: str, numbers: str, material: Material, crystal: tuple[str, Lattice | None] | None
) -> Material:
    """With estimates of what is missing, put into the case as run under the path of its own numbers."""
    formula, lattice = crystal or (None, None)
    found = estimate_tables(tables, path, material, formula, lattice)
    for property, table in found.items():
        tables.put(f"{numbers}.{property}", table, _OF_ESTIMATES)
    return with_own_numbers(tables, numbers, material, found)


def _choose(tables: CaseTables, key: str, material: Material, property: str, row: Any) -> Material:
    if property not in material.properties:
        advice = suggest(property, material.properties) or f"`lisse materials {material.name}` shows them"
        raise tables.error(key, None, f"a property that {material.name} has", advice)
    if not isinstance(row, str):
        raise tables.error(key, row, "a row or a citation key, in quotes")
    return tables.at(key, partial(material.with_source, property, row))


def _own(tables: CaseTables, path: str, value: dict[str, Any], default_kind: str) -> Material:
    if "name" not in value:
        advice = 'Give `material = "LLZO"` for a library entry, or `name` for a material of your own'
        raise tables.error(f"{path}.name", None, "text in quotes", f"The key is missing. {advice}")
    estimate = is_estimated(tables, path, value)
    defaults = {"formula": (value["name"], "default: the name"), "kind": (default_kind, "default: from its place")}
    crystal = taken_from_cif(tables, path, value)
    if crystal is not None:
        defaults["formula"] = crystal[0], tables.notes[f"{path}.formula"]
    head = {}
    for key, field in _HEAD.items():
        text, note = (value[key], "") if key in value else defaults[key]
        head[key] = tables.at(f"{path}.{key}", partial(field.read, text, f"{path}.{key}"))
        tables.put(f"{path}.{key}", text, note)
    properties = {name: given for name, given in value.items() if name not in (*_HEAD, *ESTIMATE_KEYS)}
    for name, given in properties.items():
        tables.put(f"{path}.{name}", given)
    material = with_own_numbers(tables, path, Material(**head), properties)
    return _filled(tables, path, path, material, crystal) if estimate else material


def with_own_numbers(tables: CaseTables, path: str, material: Material, given: Mapping[str, Any]) -> Material:
    """The material with the properties of a table of the case, each a number or a table with a law."""
    for name, value in given.items():
        key = f"{path}.{name}"
        if name not in PROPERTIES:
            advice = (
                suggest(name[:80], (*PROPERTIES, *_HEAD, *ESTIMATE_KEYS)) or "lisse.materials.PROPERTIES lists them"
            )
            raise tables.error(key, None, "a property of the vocabulary", advice)
        entry = tables.at(key, partial(_as_entry, name, value))
        material = tables.at(key, partial(_changed, tables, material, name, entry, key))
    return material


def _changed(tables: CaseTables, material: Material, name: str, entry: Any, key: str) -> Material:
    """With one property given, which must have a possible value at the temperature of the cell."""
    changed = material.with_overrides({name: entry}, tables.place(key))
    try:
        number = changed.value(name, tables.temperature)
        PROPERTIES[name].check(number)
    except ArithmeticError:
        raise InvalidInput(name, None, "a law that gives a number at the temperature of the cell") from None
    except InvalidInput as error:
        raise InvalidInput(name, error.got, f"{error.allowed}, at the temperature of the cell", error.advice) from None
    return changed


def _as_entry(name: str, value: Any) -> Any:
    """A number as it is; a table ``{value, law, ...}`` as one entry of a library file."""
    if not isinstance(value, dict):
        if not isinstance(value, (str, int, float)):
            allowed = f"a number with a unit of the kind of {PROPERTIES[name].unit}, or a table with value and law"
            raise InvalidInput(name, value, allowed)
        return value
    for key in value:
        if key not in _ENTRY_KEYS:
            raise InvalidInput(key, None, ", ".join(_ENTRY_KEYS), suggest(key[:80], _ENTRY_KEYS))
    unit = value.get("unit", parse_unit(PROPERTIES[name].unit))
    entry = {**_said_by(value), **value, "unit": unit}
    for number in ("value", "low", "high"):
        if isinstance(value.get(number), str):
            entry[number] = parse_quantity(value[number], unit if isinstance(unit, str) else "1", f"{name} {number}")
        elif number in value and "unit" not in value and PROPERTIES[name].unit != "1":
            advice = "Write the number with its unit, in quotes, or give the unit of all numbers with `unit`"
            raise InvalidInput(f"{name} {number}", value[number], f"text with a unit of the kind of {unit!r}", advice)
    return [entry]


def _said_by(value: Mapping[str, Any]) -> dict[str, str]:
    """Mark, row and source of a number of the case; only an estimate may name its own."""
    mark = value.get("mark", "given")
    if mark not in _OWN_MARKS:
        raise InvalidInput("mark", mark, ", ".join(_OWN_MARKS), "Published numbers go into a material file")
    row = value.get("row", ESTIMATE_ROW)
    if mark == "estimated" and not (isinstance(row, str) and row.startswith(ESTIMATE_ROW)):
        raise InvalidInput("row", row, f"a name that begins with {ESTIMATE_ROW}")
    if mark == "estimated":
        return {"row": f"{ESTIMATE_ROW}own", "source": _SOURCE, "mark": mark}
    for key in ("row", "source"):
        if key in value:
            raise InvalidInput(key, value[key], 'nothing, unless mark = "estimated"')
    return {"row": "given", "source": _SOURCE, "mark": "given"}


def _table(tables: CaseTables, path: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise tables.error(path, value, "a table of property = value")
    return value
