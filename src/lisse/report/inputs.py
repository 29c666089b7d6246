"""What went into a run, as tables: every number of the cell, and every material property with its source and mark.

The tables are made from the plain data that a Solution carries (`lisse.records.Record.inputs`), so that a saved
result can be reported without the case that made it. A number of the interface is credited to the row of the material
that holds the same number for the same property. Whether any other number was given or is a default is not in that
data: case.toml, beside a result, says it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lisse.errors import InvalidInput
from lisse.materials.laws import Constant
from lisse.materials.property import PROPERTIES, Entry, Property
from lisse.references import all_references, cite
from lisse.report.input_words import USUAL_UNITS
from lisse.units import format_quantity, quantity

__all__ = ["input_tables", "reference_short"]

_ALWAYS_READ: Mapping[str, tuple[str, ...]] = {
    "metal": ("creep", "molar_volume", "surface_energy"),
    "electrolyte": ("ionic_conductivity",),
    "polymer": ("ionic_conductivity", "salt_concentration", "salt_diffusivity", "transference_number"),
    "cathode": (),
}
_READ_OF_LAYERS = {
    "ions": (
        *("ionic_conductivity", "electronic_conductivity", "youngs_modulus", "shear_modulus", "poisson_ratio"),
        *("molar_volume_ratio", "fracture_toughness", "fracture_surface_energy", "contact_angle", "work_of_adhesion"),
        *("salt_concentration", "salt_diffusivity", "transference_number"),
    ),
    "lithium": ("solid_diffusivity", "maximum_concentration", "youngs_modulus", "shear_modulus", "poisson_ratio"),
}
"""Of an interlayer, by what it carries."""
_READ_WITH_FLAWS = ("fracture_toughness", "youngs_modulus", "poisson_ratio")

_SHOWN: Mapping[str, str] = {
    "area": "area",
    "temperature": "temperature",
    "thickness": "length",
    "mean_length": "flaw_length",
    "flaw_length": "flaw_length",
    "nucleus_radius": "length",
    "mouth_half_width": "length",
    "roughness": "length",
    "void_density_current": "current_density",
    "vacancy_current": "current_density",
    "forming_temperature": "temperature",
    "forming_time": "time",
    "initial_thickness": "interphase_thickness",
    "youngs_modulus": "pressure",
    "grain_boundary_resistance": "area_resistance",
    "resistance": "area_resistance",
    "exchange_current_density": "current_density",
    "pressure": "pressure",
    "forming_pressure": "pressure",
    "contact_hardness": "pressure",
    "contact_limit": "contact_fraction",
    "areal_capacity": "charge",
}
"""Entry of `lisse.units.QUANTITIES` by which a number of the cell is shown."""

_OTHER_UNITS: Mapping[str, tuple[str, str, float]] = {
    "density": ("1/m2", "1/cm2", 1e-4),
    "void_density": ("1/m2", "1/cm2", 1e-4),
    "spot_density": ("1/m2", "1/cm2", 1e-4),
    "activation_energy": ("J/mol", "kJ/mol", 1e-3),
    "void_closure_activation_energy": ("J/mol", "kJ/mol", 1e-3),
    "contact_angle": ("rad", "deg", 180.0 / math.pi),
    "contaminated_contact_angle": ("rad", "deg", 180.0 / math.pi),
    "pore_radius": ("m", "nm", 1e9),
    "adhesion_strength": ("Pa", "kPa", 1e-3),
    "rate_constant": ("m2/s", "m2/s", 1.0),
    "reaction_rate": ("m/s", "nm/h", 3.6e12),
    "decay_length": ("m", "nm", 1e9),
    "conductivity": ("S/m", "mS/cm", 10.0),
    "fracture_toughness": ("Pa m^0.5", "MPa m^0.5", 1e-6),
    "void_closure_coefficient": ("A/m2/Pa", "mA/cm2/MPa", 1e5),
    "stiffness": ("Pa/m", "MPa/um", 1e-12),
}
"""Numbers of the cell that the vocabulary does not know: SI unit, display unit and factor."""

_SECTIONS = (
    ("electrolyte", "Electrolyte"),
    ("working", "Working electrode"),
    ("counter", "Counter electrode"),
    ("interface", "Interfaces"),
    ("stack", "Stack"),
)


def input_tables(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tables of the cell and its materials: each a title and rows of name, value, unit, source and mark.

    Parameters
    ----------
    inputs : mapping
        ``inputs`` of a Solution; without a ``"cell"`` there are no tables.
    """
    cell = inputs.get("cell")
    if not cell:
        return []
    temperature = float(cell["temperature"])
    materials = _materials(cell)
    credits = {name: entry for _, plain in materials for name, entry in _chosen(plain)}
    if cell["interface"].get("interlayer") is not None:
        credits |= dict(_chosen(cell["interface"]["interlayer"]["material"]))
    tables = [{"title": "Cell", "rows": list(_rows(cell, credits, temperature, skip=dict(_SECTIONS)))}]
    for section, title in _SECTIONS:
        rows = list(_rows(cell[section], credits, temperature, section == "interface"))
        material = cell[section].get("material")
        tables.append({"title": f"{title}, {material['name']}" if material else title, "rows": rows})
    flaws = cell["electrolyte"].get("flaws") is not None
    tables += [_material_table(title, plain, flaws, temperature) for title, plain in materials]
    layer = cell["interface"].get("interlayer")
    if layer is not None:
        read = _READ_OF_LAYERS[layer["carries"]]
        title = f"Properties of the interlayer, {layer['material']['name']}"
        tables.append(_material_table(title, layer["material"], flaws, temperature, read))
    return tables


def reference_short(key: str) -> str:
    """``"Porz and others 2017"``; the text itself where it is no citation key (a user's own source)."""
    return cite(key) if key in all_references() else key


def _materials(cell: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each different material once, with a title."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for section in ("electrolyte", "working", "counter"):
        material = cell[section]["material"]
        if all(material != known for _, known in found):
            found.append((f"Properties of {material['name']}", material))
    return found


def _chosen(material: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, Entry]]]:
    for name, plain in material["properties"].items():
        yield name, (material["name"], Property.from_dict(plain).chosen)


def _rows(
    section: Mapping[str, Any],
    credits: Mapping[str, tuple[str, Entry]],
    temperature: float,
    credited: bool = False,
    skip: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    for name, value in section.items():
        if name == "material" or name in (skip or {}) or value is None:
            continue
        if isinstance(value, Mapping):
            yield from (row | {"words": f"{name}: {row['words']}"} for row in _rows(value, {}, temperature))
            continue
        row = {"name": name, "words": name.replace("_", " "), "used": True} | _shown(name, value)
        row |= _credit(name, value, credits, temperature) if credited else _GIVEN
        yield row


_GIVEN: Mapping[str, Any] = {
    "low": None,
    "high": None,
    "row": "",
    "source": "",
    "source_short": "case or default, see case.toml",
    "mark": "",
    "interval": "",
}


def _shown(name: str, value: Any) -> dict[str, Any]:
    """Value and unit (SI) and how it is printed."""
    if isinstance(value, (str, bool)):
        return {"value": value, "unit": "", "shown": str(value)}
    if name in _SHOWN:
        return {"value": value, "unit": quantity(_SHOWN[name]).unit, "shown": format_quantity(_SHOWN[name], value, 4)}
    unit, display, factor = _OTHER_UNITS.get(name, ("1", "", 1.0))
    return {"value": value, "unit": unit, "shown": f"{value * factor:.4g} {display}".strip()}


def _credit(
    name: str, value: float, credits: Mapping[str, tuple[str, Entry]], temperature: float
) -> dict[str, Any] | Mapping[str, Any]:
    found = credits.get("interface_resistance" if name == "resistance" else name)
    if found is None:
        return _GIVEN
    _, entry = found
    known = _value(entry, temperature)
    if known is None or not math.isclose(known, value, rel_tol=1e-9):
        return _GIVEN
    return _source(entry, temperature) | {"row": entry.row}


def _material_table(
    title: str, material: Mapping[str, Any], flaws: bool, temperature: float, layer: tuple[str, ...] = ()
) -> dict[str, Any]:
    read = layer or (*_ALWAYS_READ.get(material["kind"], ()), *(_READ_WITH_FLAWS if flaws else ()))
    rows = []
    for name, (_, entry) in _chosen(material):
        rows.append(
            {
                "name": name,
                "words": name.replace("_", " "),
                "used": name in read and (bool(layer) or material["kind"] != "metal" or name not in _READ_WITH_FLAWS),
                "value": _value(entry, temperature),
                "unit": PROPERTIES[name].unit,
                "shown": _printed_value(entry, temperature),
            }
            | _source(entry, temperature)
        )
    return {"title": title, "rows": sorted(rows, key=lambda row: (not row["used"], row["words"]))}


def _value(entry: Entry, temperature: float) -> float | None:
    """SI. At the temperature of the cell; ``None`` where that lies outside the table of the law."""
    try:
        return entry.at(temperature)
    except InvalidInput:
        return None


def _own_number(value: float, unit: str) -> str:
    """A user's own number, which has no unit of a source: in the unit that people write, where there is a usual one."""
    shown, factor = USUAL_UNITS.get(unit, ("" if unit == "1" else unit, 1.0))
    if unit == "Pa" and abs(value) >= 1e9:
        shown, factor = "GPa", 1e-9
    return f"{value * factor:.5g} {shown}".strip()


def _source(entry: Entry, temperature: float) -> dict[str, Any]:
    carried = _value(entry, temperature) and entry.at(entry.temperature)  # neither unknown nor zero
    low, high = entry.spread_at(temperature) if carried else (entry.low, entry.high)
    return {
        "low": low,
        "high": high,
        "row": entry.row,
        "source": entry.source if entry.source in all_references() else "",
        "source_short": reference_short(entry.source),
        "mark": entry.mark,
        "interval": _interval(low, high, entry) if entry.mark == "estimated" else "",
    }


def _interval(low: float | None, high: float | None, entry: Entry) -> str:
    """Of an estimate, in the unit in which its number is shown; nothing without both ends."""
    if low is None or high is None:
        return ""
    quoted = entry.quoted_value is not None and entry.at(entry.temperature) != 0.0
    factor = (entry.quoted_value or 0.0) / entry.at(entry.temperature) if quoted else 1.0
    return f"{low * factor:.3g} to {high * factor:.3g}"


def _printed_value(entry: Entry, temperature: float) -> str:
    """In the unit of the source, at the temperature of the cell; a law without a number of its own in words."""
    if entry.quoted_value is None:
        return _own_number(entry.law.value, entry.unit) if isinstance(entry.law, Constant) else entry.law.text()
    here, measured = _value(entry, temperature), entry.at(entry.temperature)
    if here is None:
        return f"unknown at this temperature ({entry.quoted})"
    value = entry.quoted_value * (1.0 if temperature == entry.temperature or measured == 0.0 else here / measured)
    number = f"{value:.2e}".replace(".00e", "e").replace("0e", "e") if 0 < abs(value) < 1e-2 else f"{value:.5g}"
    sign = {"lower": "> ", "upper": "< ", "": ""}[entry.bound]
    return f"{sign}{number} {'' if entry.quoted_unit == '1' else entry.quoted_unit}".strip()
