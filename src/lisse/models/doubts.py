"""What a reader of a result should doubt, in words: criteria and numbers outside the range in which they hold."""

from __future__ import annotations

import math

from lisse.cell import Cell, LithiumElectrode
from lisse.materials import Material
from lisse.models.inputs import INTERFACE_SOURCES, at_temperature, library_numbers
from lisse.models.limits import formed_contact
from lisse.protocol import Protocol
from lisse.records import Limit
from lisse.theory import confined_pressure
from lisse.units import format_quantity

__all__ = ["held_warning", "validity_warnings"]

_ROOM, _NEAR = 298.15, 10.0  # K


def validity_warnings(cell: Cell, protocol: Protocol, criteria: tuple[Limit, ...]) -> tuple[str, ...]:
    """What a reader of the result should doubt, in words."""
    doubts = [
        f"{limit.criterion}: {limit.reason}"
        for limit in criteria
        if limit.applies and limit.decides and not limit.valid
    ]
    stack = (*_collector_warnings(cell), *_contact_warnings(cell), *_fixture_warnings(cell))
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
    return [*_estimate_warnings(cell), *_unsure_warnings(cell)]


def _estimate_warnings(cell: Cell) -> list[str]:
    """What of the electrolyte was computed from its phases."""
    material = cell.electrolyte.material
    entries = {name: material.entry(name) for name in material.properties}
    methods = dict.fromkeys(e.row for e in entries.values() if e.mark == "estimated")
    if not methods:
        return []
    return [f"electrolyte: numbers of {material.name} are estimates from its phases ({', '.join(methods)})"]


def _unsure_warnings(cell: Cell) -> list[str]:
    unsure = [f"{m.name} {n.replace('_', ' ')} ({m.entry(n).row})" for m, n in _unsure(cell)]
    if not unsure:
        return []
    return [f"inputs marked U (unsure), replace them by your own where you can: {', '.join(unsure)}"]


def held_warning(cell: Cell) -> list[str]:
    """What a Monte Carlo cannot vary although it is unsure: its intervals are too narrow."""
    held = [
        f"{m.name} {n.replace('_', ' ')} ({m.entry(n).row})"
        for m, n in _unsure(cell)
        if m.entry(n).low is None and m.entry(n).high is None
    ]
    if not held:
        return []
    return [f"draws: held at their value, though unsure, because no spread is known: {', '.join(held)}"]


def _unsure(cell: Cell) -> list[tuple[Material, str]]:
    """Numbers in use that the library marks unsure; a number of the interface counts while it is the library's."""
    metal, ceramic = cell.working.material, cell.electrolyte.material
    used = [(m, n) for m in (metal, ceramic) for n in _BULK if m.has(n)]
    used += [(material, name) for name, _, material in library_numbers(cell) if _acts(name, cell)]
    return [(m, n) for m, n in used if m.entry(n).mark == "U"]


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
