"""What a reader of a result should doubt, in words: criteria and numbers outside the range in which they hold."""

from __future__ import annotations

import math

from lisse.cell import Cell, LithiumElectrode
from lisse.materials import Entry, Material
from lisse.materials.estimates.words import applicability_of, applicability_words
from lisse.materials.property import ESTIMATE_ROW
from lisse.models.inputs import ELECTROLYTE_PROPERTIES, INTERFACE_SOURCES, at_temperature, library_numbers
from lisse.models.interlayer import has_toughness, is_pierced
from lisse.models.limits import formed_contact
from lisse.protocol import Protocol
from lisse.records import Limit
from lisse.theory import confined_pressure
from lisse.units import format_quantity

__all__ = ["estimate_warnings", "held_warning", "validity_warnings"]

_ROOM, _NEAR = 298.15, 10.0  # K


def validity_warnings(cell: Cell, protocol: Protocol, criteria: tuple[Limit, ...]) -> tuple[str, ...]:
    """What a reader of the result should doubt, in words."""
    doubts = [
        f"{limit.criterion}: {limit.reason}"
        for limit in criteria
        if limit.applies and limit.decides and not limit.valid
    ]
    stack = (
        *_collector_warnings(cell),
        *_contact_warnings(cell),
        *_fixture_warnings(cell),
        *_interlayer_warnings(cell),
    )
    return (*doubts, *stack, *_temperature_warnings(cell, protocol), *_input_warnings(cell))


def _collector_warnings(cell: Cell) -> list[str]:
    """An anode-free cell that starts with metal is not what its name says."""
    if cell.kind != "anode-free" or cell.working.thickness == 0.0:
        return []
    there = format_quantity("length", cell.working.thickness)
    return [
        f"cell: kind is anode-free, yet {there} of {cell.working.material.name} lies on the collector at the start; it "
        "can be stripped as well, and to strip all of it ends a step and is no failure"
    ]


def _voids_can_act(cell: Cell) -> bool:
    """Whether there are voids at the start, or anything that could open some."""
    return cell.interface.injection > 0.0 or formed_contact(cell) < 1.0 or cell.stack.stiffness is not None


def _contact_warnings(cell: Cell) -> list[str]:
    found = []
    thinnest = min((e.thickness for e in (cell.working, cell.counter) if isinstance(e, LithiumElectrode)), default=0.0)
    spacing = 1.0 / math.sqrt(cell.interface.void_density)
    if 0 < thinnest < spacing and _voids_can_act(cell):
        thin, wide = (format_quantity("length", length) for length in (thinnest, spacing))
        found.append(f"contact law: the lithium ({thin}) is thinner than the spacing of the pores ({wide})")
    formed = formed_contact(cell)
    if formed < 0.5:
        below = ", which is below the contact limit" if formed < cell.interface.contact_limit else ""
        found.append(f"contact law: only {formed:.1%} contact after forming{below}; the pores of the law overlap there")
    if cell.stack.forming_time:
        found.append("limits: they take the contact as it is pressed, without the creep of the forming time")
    flaws, thickness = cell.electrolyte.flaws, cell.electrolyte.thickness
    if flaws is not None and flaws.longest(cell.area) >= thickness:
        longest = format_quantity("length", flaws.longest(cell.area))
        found.append(f"flaws: the longest ({longest}) spans the electrolyte ({format_quantity('length', thickness)})")
    return found


def _fixture_warnings(cell: Cell) -> list[str]:
    """A constant gap loses its pressure where metal can flow out of it (validation/koerver_2018)."""
    if cell.stack.stiffness is None:
        return []
    found = []
    radius = math.sqrt(cell.area / math.pi)
    for electrode in (cell.working, cell.counter):
        if not isinstance(electrode, LithiumElectrode) or electrode.thickness == 0.0:
            continue
        metal = electrode.material
        if not metal.has("yield_strength"):
            continue
        borne = float(confined_pressure(metal.value("yield_strength"), radius, electrode.thickness))
        if cell.stack.pressure > borne:
            pressure, least = (format_quantity("pressure", value) for value in (cell.stack.pressure, borne))
            height = format_quantity("length", electrode.thickness)
            found.append(
                f"fixture: at {pressure} a free disc of {height} of {metal.name} flows (from {least} on), and the "
                "pressure of a constant gap falls; in a die with walls it would not"
            )
    return list(dict.fromkeys(found))


def _temperature_warnings(cell: Cell, protocol: Protocol) -> list[str]:
    temperatures = sorted({cell.temperature, *(s.temperature for s in protocol.steps if s.temperature is not None)})
    found = dict.fromkeys(_without_temperature_law(cell, temperatures))
    for temperature in temperatures:
        for material in (cell.working.material, cell.electrolyte.material):
            names = tuple(name for name in (*_BULK, *INTERFACE_SOURCES) if material.has(name) and _acts(name, cell))
            found.update(dict.fromkeys(material.validity_warnings(temperature, names)))
        metal = cell.working.material
        if metal.has("melting_point") and temperature > metal.value("melting_point"):
            found[
                f"{metal.name} is molten at {format_quantity('temperature', temperature)}: its creep law is meaningless"
            ] = None
    own = {"interface_resistance", "exchange_current_density"} - {name for name, _, _ in library_numbers(cell)}
    if len(temperatures) > 1 and own:
        words = " and ".join(name.replace("_", " ") for name in sorted(own))
        found[f"{words}: given for the cell, kept when a step changes the temperature"] = None
    return list(found)


def _without_temperature_law(cell: Cell, temperatures: list[float]) -> list[str]:
    """What the models keep far from room temperature, although it changes (validation/spencer_jolly_2021)."""
    far = [t for t in temperatures if abs(t - _ROOM) > _NEAR]
    if not far:
        return []
    farthest = max(far, key=lambda t: abs(t - _ROOM))
    away = format_quantity("temperature", farthest)
    found = []
    name = "void_closure_coefficient"
    owner = next((material for other, _, material in library_numbers(cell) if other == name), None)
    constant = owner is not None and math.isclose(owner.value(name, _ROOM), owner.value(name, farthest))
    constant = constant and cell.interface.void_closure_activation_energy is None
    if constant and cell.interface.void_closure_coefficient > 0.0 and _voids_can_act(cell):
        found.append(
            f"contact law: diffusional closure has no temperature law; at {away} it is that of room temperature"
        )
    there = at_temperature(cell, farthest).interface.interphase
    if there is not None and there == at_temperature(cell, _ROOM).interface.interphase:
        found.append(f"interphase: its growth has no temperature law; at {away} its numbers are used as they are")
    return found


def _input_warnings(cell: Cell) -> list[str]:
    return [*estimate_warnings("electrolyte", cell.electrolyte.material), *_unsure_warnings(cell)]


def estimate_warnings(part: str, material: Material) -> list[str]:
    """What of a material was computed from its phases, and each number that was estimated for it, by method.

    Parameters
    ----------
    part : str. Of the cell, for example ``"electrolyte"``.
    material : Material
    """
    entries = {name: material.entry(name) for name in material.properties}
    estimated = {name: entry for name, entry in entries.items() if entry.mark == "estimated"}
    for_it = {name: entry for name, entry in estimated.items() if _for_the_substance(entry)}
    by_method: dict[str, list[str]] = {}
    for name, entry in for_it.items():
        if name in _OF_CRITERIA:
            method = entry.conditions or entry.note or "a method that is not told"
            by_method.setdefault(method, []).append(f"{name.replace('_', ' ')} {_told(entry)}")
    found = [
        f"{part}: estimates for {material.name}, not measured ({method}): {'; '.join(numbers)}"
        for method, numbers in by_method.items()
    ]
    rest = [name.replace("_", " ") for name in for_it if name not in _OF_CRITERIA]
    if rest:
        found.append(f"{part}: also estimated for {material.name}, and read by no criterion: {', '.join(rest)}")
    mixed = {name: entry for name, entry in estimated.items() if not _for_the_substance(entry)}
    if mixed:
        rules = ", ".join(dict.fromkeys(entry.row for entry in mixed.values()))
        found.append(f"{part}: numbers of {material.name} are estimates from its phases ({rules})")
    told = (f"{part}: {name.replace('_', ' ')} {entry.note}" for name, entry in mixed.items() if entry.note)
    return [*found, *told]


_OF_CRITERIA = (*ELECTROLYTE_PROPERTIES, "shear_modulus", *INTERFACE_SOURCES)


def _for_the_substance(entry: Entry) -> bool:
    """Whether a number was estimated for the substance itself, and not mixed from its phases."""
    return entry.row.startswith(ESTIMATE_ROW)


def _told(entry: Entry) -> str:
    """An estimate with its interval and applicability, as far as they are known."""
    applicability = applicability_of(entry)
    here, parts = entry.at(entry.temperature), []
    if entry.low is not None and entry.high is not None:
        factor = entry.quoted_value / here if entry.quoted_value is not None and here != 0.0 else 1.0
        parts.append(f"90 %: {entry.low * factor:.3g} to {entry.high * factor:.3g}")
    if applicability is not None:
        words = applicability_words(applicability)
        parts.append(f"applicability {applicability:.2f}, {words}" if applicability < 1.0 else "applicability 1")
    return f"{entry.quoted or here} ({'; '.join(parts) or 'no interval'})"


def _unsure_warnings(cell: Cell) -> list[str]:
    unsure = [f"{m.name} {n.replace('_', ' ')} ({m.entry(n).row})" for m, n in _unsure(cell)]
    if not unsure:
        return []
    return [f"inputs marked U (unsure), replace them by your own where you can: {', '.join(unsure)}"]


def held_warning(cell: Cell) -> list[str]:
    """What a Monte Carlo cannot vary although it is unsure: its intervals are too narrow."""
    doubted = [(m, n) for m, n in _used(cell) if m.entry(n).mark == "U" or _for_the_substance(m.entry(n))]
    held = [
        f"{m.name} {n.replace('_', ' ')} ({m.entry(n).row})"
        for m, n in doubted
        if m.entry(n).low is None and m.entry(n).high is None
    ]
    if not held:
        return []
    return [f"draws: held at their value, though unsure, because no spread is known: {', '.join(held)}"]


def _unsure(cell: Cell) -> list[tuple[Material, str]]:
    """Numbers in use that the library marks unsure."""
    return [(material, name) for material, name in _used(cell) if material.entry(name).mark == "U"]


def _used(cell: Cell) -> list[tuple[Material, str]]:
    """Numbers that the models read; a number of the interface counts while it is the library's."""
    metal, ceramic = cell.working.material, cell.electrolyte.material
    used = [(m, n) for m in (metal, ceramic) for n in _BULK if m.has(n)]
    layer = cell.interface.interlayer
    if layer is not None:
        used += [(layer.material, name) for name in _OF_LAYERS[layer.carries] if layer.material.has(name)]
    return used + [(material, name) for name, _, material in library_numbers(cell) if _acts(name, cell)]


def _interlayer_warnings(cell: Cell) -> list[str]:
    """What is not known of an interlayer, and what stands in for it."""
    layer = cell.interface.interlayer
    if layer is None:
        return []
    assumed = [
        name.replace("_", " ")
        for name, property in _OF_FACES.items()
        if not layer.material.has(property) and getattr(cell.interface, name) == getattr(layer.bare, name) != 0.0
    ]
    needed = ["fracture_toughness"] * (not is_pierced(layer)) if layer.carries == "ions" else []
    tough = has_toughness(layer.material)
    missing = [
        name.replace("_", " ")
        for name in (*_OF_LAYERS[layer.carries], *needed)
        if not layer.material.has(name) and not (name == "fracture_toughness" and tough)
    ]
    found = []
    if layer.thickness > cell.electrolyte.thickness:
        found.append("interlayer: it is thicker than the electrolyte, and is meant to be a thin layer on that")
    if layer.carries == "ions" and layer.material.has("solid_diffusivity"):
        found.append(f"interlayer: the solid diffusivity of {layer.material.name} is not read, as it carries ions")
    if layer.carries == "lithium" and cell.working.thickness == 0.0:
        found.append(
            f"interlayer: {layer.material.name} is taken to be full of lithium from the start, though no metal is "
            "behind it; what it takes up before metal forms is not counted"
        )
    if assumed:
        words = ", ".join(assumed)
        found.append(f"interlayer: {words} the same as without it; {layer.material.name} has no number of its own")
    if missing:
        words = "what needs them is as without the layer, or does not apply"
        found.append(f"interlayer: not known of {layer.material.name}: {', '.join(missing)}; {words}")
    return found


_OF_FACES = {
    "contact_angle": "contact_angle",
    "exchange_current_density": "exchange_current_density",
    "resistance": "interface_resistance",
}
"""Numbers of the contact with an interlayer, by the property that tells them."""
_OF_LAYERS = {
    "ions": (
        "ionic_conductivity",
        "electronic_conductivity",
        "youngs_modulus",
        "poisson_ratio",
        "molar_volume_ratio",
    ),
    "lithium": ("solid_diffusivity", "youngs_modulus", "poisson_ratio"),
}
"""Properties of an interlayer that the models read, by what it carries."""


def _acts(name: str, cell: Cell) -> bool:
    """Whether a property can make a difference to this cell."""
    return name not in _OF_VOIDS or _voids_can_act(cell)


_OF_VOIDS = ("void_density", "contact_angle", "void_closure_coefficient", "small_scale_strength_factor")
"""Properties of the interface that act through voids alone."""

_BULK = (
    "creep",
    "molar_volume",
    "surface_energy",
    "ionic_conductivity",
    "fracture_toughness",
    "youngs_modulus",
    "poisson_ratio",
)
"""Properties that the models read from the materials."""
