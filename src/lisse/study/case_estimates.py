"""``estimate = true`` of a material in a case file: what nobody has measured is filled in with estimates.

The numbers are spelled out in the case as run, as tables with mark, method and interval, and read from there: the file
beside the results gives the same case without estimating again, whatever a later version would estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lisse.errors import InvalidInput
from lisse.keys import OPTIONAL, Flag, Text
from lisse.materials import Entry, Material
from lisse.materials.estimates import Lattice, estimated_material
from lisse.materials.estimates.cif import read_cif
from lisse.materials.estimates.measured import formula_of
from lisse.materials.estimates.words import USABLE, applicability_of
from lisse.materials.laws import REFERENCE_TEMPERATURE, Arrhenius, Constant, Law
from lisse.materials.reading import parse_unit
from lisse.study.case_tables import CaseTables
from lisse.units import convert

__all__ = ["ESTIMATE_KEYS", "estimate_tables", "is_estimated", "taken_from_cif"]

ESTIMATE_KEYS = {
    "estimate": Flag("fill what is missing with estimates from the formula, each with its interval", False),
    "cif": Text(
        "path of a CIF from the folder of the case, in place of the formula: its cell makes estimates better",
        OPTIONAL,
        "my-electrolyte.cif",
        longest=4096,
    ),
}
"""Keys of a material that are read here."""
_DIGITS = 4
_NO_CELL_WITHOUT = ("ionic_conductivity",)


def is_estimated(tables: CaseTables, path: str, value: Mapping[str, Any]) -> bool:
    """Whether a material asks for estimates; it must then be an electrolyte."""
    key = f"{path}.estimate"
    wanted = tables.at(key, partial(ESTIMATE_KEYS["estimate"].read, value.get("estimate", False), key))
    if not wanted and "cif" in value:
        raise tables.error(f"{path}.cif", value["cif"], "a file beside estimate = true, for which it is read")
    return bool(wanted)


def taken_from_cif(tables: CaseTables, path: str, value: Mapping[str, Any]) -> tuple[str, Lattice | None] | None:
    """Formula and cell of the CIF that a material names; ``None`` without one."""
    if "cif" not in value:
        return None
    key = f"{path}.cif"
    name = tables.at(key, partial(ESTIMATE_KEYS["cif"].read, value["cif"], key))
    if "formula" in value:
        raise tables.error(key, name, "either a formula or a CIF, which brings its own")
    found = tables.at(key, partial(read_cif, tables.folder.absolute() / name))
    told = "; ".join((f"from {name}", *found.warnings))
    tables.put(f"{path}.formula", found.formula, told)
    return found.formula, found.lattice


def estimate_tables(
    tables: CaseTables, path: str, material: Material, formula: str | None, lattice: Lattice | None
) -> dict[str, dict[str, Any]]:
    """The properties that a material lacks and that can be estimated, each as a table of the case.

    Parameters
    ----------
    tables : CaseTables
    path : str
        Of the material.
    material : Material
        With what is known; estimates may use it.
    formula : str or None
        ``None`` for that of the material.
    lattice : Lattice or None

    Raises
    ------
    InvalidInput
        Naming the key, for a material that is no ceramic electrolyte, or a formula that cannot be read.
    """
    key = f"{path}.estimate"
    if material.kind != "electrolyte":
        raise tables.error(key, material.kind, "an inorganic electrolyte: of nothing else are there estimates")
    formula = formula or formula_of(material) or material.formula
    if not formula:
        raise tables.error(f"{path}.formula", None, "a chemical formula", f"{material.name} has none to start from")
    known = {name: number for name in material.properties if (number := _at_room(material, name)) is not None}
    found = tables.at(
        f"{path}.formula",
        partial(estimated_material, formula, name=material.name, lattice=lattice, known=known),
    )
    entries = {name: found.entry(name) for name in found.properties if not material.has(name)}
    usable = {name: entry for name, entry in entries.items() if _usable(tables, path, name, entry)}
    return {name: entry_table(entry) for name, entry in usable.items()}


def _usable(tables: CaseTables, path: str, name: str, entry: Entry) -> bool:
    """Whether an estimate may stand in a cell; one that is not to be used is left out, and said to be."""
    applicability = applicability_of(entry)
    if applicability is None or applicability >= USABLE:
        return True
    if name in _NO_CELL_WITHOUT:
        advice = f"The estimate is not to be used: {entry.note}"
        raise tables.error(f"{path}.{name}", None, "a number of your own", advice)
    _note(tables, path, f"{name} is left out: its estimate has an applicability of 0")
    return False


def _note(tables: CaseTables, path: str, text: str) -> None:
    tables.notes[path] = "; ".join(part for part in (tables.notes.get(path, ""), text) if part)


def entry_table(entry: Entry) -> dict[str, Any]:
    """An estimated entry as the table that a case file holds, with rounded numbers."""
    unit = parse_unit(entry.quoted_unit or entry.unit)
    numbers = {"value": entry.at(entry.temperature), "low": entry.low, "high": entry.high}
    table: dict[str, Any] = {
        name: _rounded(convert(number, parse_unit(entry.unit), unit))
        for name, number in numbers.items()
        if number is not None
    }
    table["unit"] = unit
    if entry.temperature != REFERENCE_TEMPERATURE:
        table["temperature"] = f"{entry.temperature!r} K"
    table |= _law_table(entry.law)
    words = ("mark", "row", "source", "conditions", "note")
    return table | {word: getattr(entry, word) for word in words if getattr(entry, word)}


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _law_table(law: Law) -> dict[str, Any]:
    if isinstance(law, Constant):
        return {}
    if isinstance(law, Arrhenius):
        energy = _rounded(law.activation_energy / 1e3)
        form = {} if law.form == "sigma" else {"form": law.form}
        return {"law": {"kind": law.kind, "activation_energy": f"{energy!r} kJ/mol"} | form}
    raise TypeError(f"an estimate with a law of the kind {law.kind!r}, which a case cannot spell")


def _at_room(material: Material, name: str) -> float | None:
    """The number at which estimates are made; none where a law does not reach there."""
    try:
        return material.value(name, REFERENCE_TEMPERATURE)
    except InvalidInput:
        return None
