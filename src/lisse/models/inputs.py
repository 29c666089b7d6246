"""The numbers of one cell and protocol that closed-form criteria take, by name, in SI units.

A flat table stands between the description of a cell and the criteria: the same names are overridden by arrays when a
map is drawn, and by samples when uncertainties are carried through. What is not known is not in the table, and asking
for it says why. What belongs here: where each number comes from, and how far it may lie from that. What does not: what
the numbers mean for the cell (`lisse.models.criteria`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.cell import Cell, Interface, Interlayer, Interphase, LithiumElectrode
from lisse.errors import MissingValue
from lisse.materials import Material
from lisse.materials.laws import NortonCreep
from lisse.materials.property import definition
from lisse.models.contact import nucleated_density, wetting_angle
from lisse.models.interlayer import LAYER_INPUTS, layer_number, layer_resistance, touches_polymer
from lisse.protocol import Condition, Protocol, Stretch
from lisse.units import GAS_CONSTANT

__all__ = [
    "ELECTROLYTE_PROPERTIES",
    "INPUT_UNITS",
    "INTERFACE_SOURCES",
    "METAL_PROPERTIES",
    "Inputs",
    "Spread",
    "at_temperature",
    "library_numbers",
    "read_inputs",
    "shear_modulus",
]

INPUT_UNITS: Mapping[str, str] = MappingProxyType(
    {
        # the cell
        "temperature": "K",
        "area": "m2",
        "electrolyte_thickness": "m",
        "lithium_thickness": "m",
        "counter_lithium_thickness": "m",
        "stack_pressure": "Pa",
        "forming_pressure": "Pa",
        # the protocol; a metal electrode is plated or stripped where it faces the electrolyte
        "current_density": "A/m2",
        "plating_current_density": "A/m2",
        "stripping_current_density": "A/m2",
        "half_cycle_charge": "C/m2",
        "unbroken_charge": "C/m2",
        "plated_charge": "C/m2",
        "stripped_charge": "C/m2",
        "smallest_stripped_charge": "C/m2",
        "stripping_half_cycles": "1",
        "timed_half_cycles": "1",
        "thinnest_stripped_lithium": "m",
        "thickest_stripped_lithium": "m",
        "working_stripped_charge": "C/m2",
        "counter_stripped_charge": "C/m2",
        "cathode_capacity": "C/m2",
        "duration": "s",
        "voltage_limit": "V",
        "open_circuit_voltage": "V",
        # flaws, boundaries and pores of the electrolyte
        "flaw_length": "m",
        "flaw_focusing": "1",
        "grain_boundary_resistance": "ohm m2",
        "grain_size": "m",
        "pore_radius": "m",
        # the interface
        "interface_resistance": "ohm m2",
        "exchange_current_density": "A/m2",
        "anodic_transfer_coefficient": "1",
        "void_density": "1/m2",
        "contact_angle": "rad",
        "void_closure_coefficient": "A/m2/Pa",
        "small_scale_strength_factor": "1",
        "contact_hardness": "Pa",
        "injection": "1",
        "refill": "1",
        "ended_by_voltage": "1",
        "nucleus_radius": "m",
        "contact_limit": "1",
        "vacancy_current": "A/m2",
        # the electrolyte
        "ionic_conductivity": "S/m",
        "electronic_conductivity": "S/m",
        "fracture_toughness": "Pa m^0.5",
        "fracture_surface_energy": "J/m2",
        "youngs_modulus": "Pa",
        "shear_modulus": "Pa",
        "poisson_ratio": "1",
        "molar_volume_ratio": "1",
        "interphase_rate_constant": "m2/s",
        "salt_concentration": "mol/m3",
        "salt_diffusivity": "m2/s",
        "transference_number": "1",
        # the metal
        "molar_volume": "m3/mol",
        "surface_energy": "J/m2",
        "creep_prefactor": "1/s/Pa^n",
        "creep_exponent": "1",
        "self_diffusivity": "m2/s",
        "site_concentration": "mol/m3",
        "metal_shear_modulus": "Pa",
        "metal_poisson_ratio": "1",
        "melting_point": "K",
        "melt_viscosity": "Pa s",
        # a layer between metal and electrolyte, where there is one
        "interlayer_thickness": "m",
        "interlayer_flaw_length": "m",
        "interlayer_resistance": "ohm m2",
        "interlayer_conductivity": "S/m",
        "interlayer_electronic_conductivity": "S/m",
        "interlayer_diffusivity": "m2/s",
        "interlayer_lithium": "mol/m3",
        "interlayer_toughness": "Pa m^0.5",
        "interlayer_shear_modulus": "Pa",
        "interlayer_poisson_ratio": "1",
        "interlayer_molar_volume_ratio": "1",
        "interlayer_salt_concentration": "mol/m3",
        "interlayer_salt_diffusivity": "m2/s",
        "interlayer_transference_number": "1",
        "interphase_lithium_ratio": "1",
        "reduction_potential": "V",
    }
)
"""Every input by name, with its SI unit."""

INTERFACE_SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "interface_resistance": ("electrolyte", "resistance"),
        "exchange_current_density": ("electrolyte", "exchange_current_density"),
        "contact_angle": ("electrolyte", "contact_angle"),
        "void_density": ("metal", "void_density"),
        "void_closure_coefficient": ("metal", "void_closure_coefficient"),
        "small_scale_strength_factor": ("metal", "small_scale_strength_factor"),
        "contact_hardness": ("metal", "contact_hardness"),
    }
)
"""Properties from which the interface takes its defaults: whose they are, and the field of the interface."""

ELECTROLYTE_PROPERTIES = (
    "ionic_conductivity",
    "electronic_conductivity",
    "fracture_toughness",
    "fracture_surface_energy",
    "youngs_modulus",
    "poisson_ratio",
    "molar_volume_ratio",
    "interphase_rate_constant",
    "salt_concentration",
    "salt_diffusivity",
    "transference_number",
    "grain_size",
)
"""Properties of the electrolyte that are inputs under their own name, besides the shear modulus."""
METAL_PROPERTIES = {
    "molar_volume": "molar_volume",
    "surface_energy": "surface_energy",
    "self_diffusivity": "self_diffusivity",
    "site_concentration": "site_concentration",
    "metal_shear_modulus": "shear_modulus",
    "metal_poisson_ratio": "poisson_ratio",
    "melting_point": "melting_point",
    "melt_viscosity": "melt_viscosity",
}
"""Properties of the metal, by the name that the input has."""
_PLAIN_INTERFACE = (
    "anodic_transfer_coefficient",
    "injection",
    "refill",
    "nucleus_radius",
    "contact_limit",
    "vacancy_current",
)


@dataclass(frozen=True)
class Spread:
    """How far an input may lie from its value: an interval of 90 %, and the range that it never leaves (SI)."""

    low: float
    high: float
    least: float = -math.inf
    most: float = math.inf
    source: str = ""


@dataclass(frozen=True)
class Inputs:
    """Numbers by name, each a float or an array that broadcasts with the others, and what they belong to.

    Attributes
    ----------
    values : mapping of str to array
        SI; names of `INPUT_UNITS`.
    missing : mapping of str to str
        Why there is no number, by name.
    spreads : mapping of str to Spread
        The inputs whose source gives a spread.
    polymer : bool
        Whether the electrolyte carries salt.
    flaw_geometry : str or None
        Shape of the flaws; ``None`` without flaws.
    metal_counter : bool
        Whether the counter electrode is a metal too.
    derived_shear_modulus : bool
        Whether the shear modulus of the electrolyte follows from its Young's modulus and Poisson's ratio.
    closure : str
        Which pressure closes voids.
    interlayer : str
        What crosses the layer between metal and electrolyte: ``"ions"`` or ``"lithium"``; empty without one.
    soft_contact : bool
        Whether the metal touches a polymer.
    layer_polymer : bool
        Whether the layer carries salt.
    """

    values: Mapping[str, NDArray[np.float64]]
    missing: Mapping[str, str]
    spreads: Mapping[str, Spread]
    polymer: bool = False
    flaw_geometry: str | None = None
    metal_counter: bool = True
    derived_shear_modulus: bool = False
    closure: str = "far-field"
    interlayer: str = ""
    soft_contact: bool = False
    layer_polymer: bool = False

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """The number or array of that name.

        Raises
        ------
        MissingValue
            When it is not known.
        """
        if name not in self.values:
            raise MissingValue(self.missing.get(name, f"no {name.replace('_', ' ')} is known"), "cell", name)
        return self.values[name]

    def with_values(self, changes: Mapping[str, ArrayLike]) -> Inputs:
        """The same inputs with some numbers replaced by other numbers or arrays."""
        values = {name: np.asarray(value, dtype=float) for name, value in changes.items()}
        return replace(self, values={**self.values, **values})


def read_inputs(cell: Cell, protocol: Protocol, condition: Condition | None = None) -> Inputs:
    """The table of inputs of a cell under a protocol.

    Parameters
    ----------
    cell : Cell
        At the pressure and temperature of the condition.
    protocol : Protocol
    condition : (stack pressure, temperature) or None
        Only half-cycles with steps under this condition of the protocol count; ``None`` takes all.
    """
    table = _Table(cell.temperature)
    given: dict[str, float] = {
        "temperature": cell.temperature,
        "area": cell.area,
        "electrolyte_thickness": cell.electrolyte.thickness,
        "lithium_thickness": cell.working.thickness,
        "stack_pressure": cell.stack.pressure,
        "forming_pressure": cell.stack.forming_pressure,
        **_passages(cell, protocol, condition),
        "voltage_limit": protocol.voltage_limit,
        "grain_boundary_resistance": cell.electrolyte.grain_boundary_resistance,
        "pore_radius": cell.electrolyte.pore_radius,
        **{name: getattr(cell.interface, name) for name in _PLAIN_INTERFACE},
    }
    metal_counter = isinstance(cell.counter, LithiumElectrode)
    if isinstance(cell.counter, LithiumElectrode):
        given |= {"counter_lithium_thickness": cell.counter.thickness, "open_circuit_voltage": 0.0}
    else:
        given["cathode_capacity"] = cell.counter.areal_capacity
        table.take("open_circuit_voltage", cell.counter.material, "open_circuit_voltage")
    flaws = cell.electrolyte.flaws
    if flaws is not None:
        given |= {"flaw_length": flaws.longest(cell.area), "flaw_focusing": flaws.focusing}
    table.values |= given
    metal, ceramic = cell.working.material, cell.electrolyte.material
    for name in ELECTROLYTE_PROPERTIES:
        table.take(name, ceramic, name)
    for name, property in METAL_PROPERTIES.items():
        table.take(name, metal, property)
    _shear_modulus(table, ceramic)
    _creep(table, metal)
    table.values |= {name: getattr(cell.interface, field) for name, (_, field) in INTERFACE_SOURCES.items()}
    for name, _, material in library_numbers(cell):
        table.note_spread(name, material, name)
    _interface_as_it_is(table, cell.interface)
    layer = cell.interface.interlayer
    if layer is not None:
        _interlayer(table, cell, layer)
    return Inputs(
        values={name: np.asarray(value, dtype=float) for name, value in table.values.items()},
        missing=table.missing,
        spreads=table.spreads,
        polymer=ceramic.kind == "polymer",
        flaw_geometry=None if flaws is None else flaws.geometry,
        metal_counter=metal_counter,
        derived_shear_modulus="shear_modulus" in table.values and not ceramic.has("shear_modulus"),
        closure=cell.interface.closure,
        interlayer="" if layer is None else layer.carries,
        soft_contact=touches_polymer(cell),
        layer_polymer=layer is not None and layer.carries == "ions" and layer.material.kind == "polymer",
    )


def _interlayer(table: _Table, cell: Cell, layer: Interlayer) -> None:
    """The numbers of a layer between metal and electrolyte, and its resistance on top of that of its faces."""
    resistance = layer_resistance(layer, table.temperature)
    table.values |= {"interlayer_thickness": layer.thickness, "interlayer_resistance": resistance}
    if layer.flaw_length is not None:
        table.values["interlayer_flaw_length"] = layer.flaw_length
    for name, property in LAYER_INPUTS.items():
        try:
            table.values[name] = layer_number(layer.material, name, table.temperature)
        except MissingValue as error:
            table.missing[name] = str(error)
        else:
            if layer.material.has(property) and name != "interlayer_conductivity":  # that acts through the resistance
                table.note_spread(name, layer.material, property)
    table.take("reduction_potential", cell.electrolyte.material, "reduction_potential")
    if cell.interface.interphase is not None:
        table.values["interphase_lithium_ratio"] = cell.interface.interphase.lithium_ratio
    table.values["interface_resistance"] += resistance
    spread = table.spreads.get("interface_resistance")
    if spread is not None:
        moved = replace(spread, low=spread.low + resistance, high=spread.high + resistance)
        table.spreads["interface_resistance"] = moved


def _interface_as_it_is(table: _Table, interface: Interface) -> None:
    """The density of pores that the protocol's stripping current nucleates, and the angle of a contaminated surface.

    The spread of the library belongs to the reference density and to the clean angle, so that it is left out there.
    """
    density = nucleated_density(interface, table.values["stripping_current_density"])
    if density != 1.0:
        table.values["void_density"] *= density
        table.spreads.pop("void_density", None)
    if interface.contamination > 0.0:
        table.values["contact_angle"] = wetting_angle(interface)
        table.spreads.pop("contact_angle", None)


def _passages(cell: Cell, protocol: Protocol, condition: Condition | None) -> dict[str, float]:
    """What the protocol passes, and which electrodes it plates and strips."""
    metal = {1: cell.working.thickness}  # by direction of the current that plates it
    if isinstance(cell.counter, LithiumElectrode):
        metal[-1] = cell.counter.thickness
    here = [s for s in protocol.stretches if condition is None or condition in s.largest]

    def largest(stretches: Sequence[Stretch]) -> float:
        levels = (max(s.largest.values()) if condition is None else s.largest[condition] for s in stretches)
        return max(levels, default=0.0)

    plating, stripping = [s for s in here if s.direction in metal], [s for s in here if -s.direction in metal]
    stripped_by = [s.direction for s in protocol.stretches if -s.direction in metal]
    thicknesses = [metal[-s.direction] for s in stripping] or [cell.working.thickness]
    net = protocol.net_charges
    return {
        "current_density": largest(here),
        "plating_current_density": largest(plating),
        "stripping_current_density": largest(stripping),
        "half_cycle_charge": max((s.charge for s in here), default=0.0),
        "unbroken_charge": max((s.unbroken_charge for s in here), default=0.0),
        "plated_charge": max((s.charge for s in plating), default=0.0),
        "stripped_charge": max((s.charge for s in stripping), default=0.0),
        "smallest_stripped_charge": min((s.charge for s in stripping), default=0.0),
        "stripping_half_cycles": max((stripped_by.count(direction) for direction in (1, -1)), default=0),
        "timed_half_cycles": float(any(s.timed for s in here)),
        "thinnest_stripped_lithium": min(thicknesses),
        "thickest_stripped_lithium": max(thicknesses),
        "working_stripped_charge": max(0.0, -min(net)),
        "counter_stripped_charge": max(0.0, max(net)),
        "duration": protocol.duration,
        "ended_by_voltage": float(any(step.may_end_early for step in protocol.steps)),
    }


def library_numbers(cell: Cell) -> Iterator[tuple[str, str, Material]]:
    """Property, field and material of every number of the interface that still is the library's."""
    layer = cell.interface.interlayer
    for name, (owner, field) in INTERFACE_SOURCES.items():
        material = cell.electrolyte.material if owner == "electrolyte" else cell.working.material
        if layer is not None and owner == "electrolyte" and layer.material.has(name):
            material = layer.material
        if material.has(name):
            library = material.value(name, cell.temperature)
            if math.isclose(getattr(cell.interface, field), library, rel_tol=1e-9):
                yield name, field, material


def at_temperature(cell: Cell, temperature: float) -> Cell:
    """The cell at another temperature (K).

    Numbers of the interface that are the library's follow their law there; the diffusional closure and the rates of the
    interphase follow an activation energy where the cell gives one.
    """
    changes: dict[str, Any] = {"temperature": temperature}
    changes |= {f"interface__{field}": owner.value(name, temperature) for name, field, owner in library_numbers(cell)}
    interface = cell.interface
    if interface.void_closure_activation_energy is not None:
        faster = _arrhenius(interface.void_closure_activation_energy, cell.temperature, temperature)
        changes["interface__void_closure_coefficient"] = interface.void_closure_coefficient * faster
    if interface.interphase is not None:
        changes |= _interphase_rates(cell, interface.interphase, temperature)
    return cell.replace(**changes)


def _interphase_rates(cell: Cell, interphase: Interphase, temperature: float) -> dict[str, float]:
    """Changes of the rates of an interphase at another temperature (K)."""
    rates = {name: getattr(interphase, name) for name in ("rate_constant", "reaction_rate")}
    known = {name: value for name, value in rates.items() if value is not None}
    if interphase.activation_energy is not None:
        faster = _arrhenius(interphase.activation_energy, cell.temperature, temperature)
        return {f"interface__interphase__{name}": value * faster for name, value in known.items()}
    material, property = cell.electrolyte.material, "interphase_rate_constant"
    if "rate_constant" not in known or not material.has(property):
        return {}
    if not math.isclose(known["rate_constant"], material.value(property, cell.temperature), rel_tol=1e-9):
        return {}
    return {"interface__interphase__rate_constant": material.value(property, temperature)}


def _arrhenius(activation_energy: float, reference: float, temperature: float) -> float:
    """1. Rate at a temperature over that at a reference (K), for an activation energy in J/mol."""
    return math.exp(activation_energy / GAS_CONSTANT * (1.0 / reference - 1.0 / temperature))


class _Table:
    """The table while it is filled."""

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature
        self.values: dict[str, float] = {}
        self.missing: dict[str, str] = {}
        self.spreads: dict[str, Spread] = {}

    def take(self, name: str, material: Material, property: str) -> None:
        """A property of a material at the cell's temperature, with its spread; or why there is none."""
        try:
            self.values[name] = material.value(property, self.temperature)
        except MissingValue as error:
            self.missing[name] = str(error)
        else:
            self.note_spread(name, material, property)

    def note_spread(self, name: str, material: Material, property: str) -> None:
        """Keep how far a number may lie, where its source tells."""
        entry, value = material.entry(property), self.values[name]
        low, high = entry.spread_at(self.temperature)
        if low is not None or high is not None:
            allowed = definition(property)
            self.spreads[name] = Spread(
                value if low is None else low,
                value if high is None else high,
                allowed.minimum,
                allowed.maximum,
                f"{material.name} {entry.row}",
            )


def shear_modulus(youngs_modulus: Any, poisson_ratio: Any) -> Any:
    """Pa. G = E/(2 (1 + nu)), of numbers or arrays."""
    return youngs_modulus / (2.0 * (1.0 + poisson_ratio))


def _shear_modulus(table: _Table, ceramic: Material) -> None:
    """G as given; otherwise E/(2 (1 + nu)), where both are known."""
    table.take("shear_modulus", ceramic, "shear_modulus")
    if "shear_modulus" in table.missing and {"youngs_modulus", "poisson_ratio"} <= table.values.keys():
        table.missing.pop("shear_modulus")
        table.values["shear_modulus"] = shear_modulus(table.values["youngs_modulus"], table.values["poisson_ratio"])


def _creep(table: _Table, metal: Material) -> None:
    """rate = A s^n; a spread of the flow stress S is one of A ~ S^-n."""
    if not metal.has("creep"):
        table.missing["creep_prefactor"] = table.missing["creep_exponent"] = f"{metal.name} has no creep law"
        return
    entry = metal.entry("creep")
    law = entry.law
    if not isinstance(law, NortonCreep):
        reason = f"the creep law of {metal.name} ({entry.row}) is no power law"
        table.missing["creep_prefactor"] = table.missing["creep_exponent"] = reason
        return
    prefactor = law.prefactor(table.temperature)
    table.values |= {"creep_prefactor": prefactor, "creep_exponent": law.exponent}
    low, high = entry.spread_at(table.temperature)
    if low is not None or high is not None:
        stress = law.at(table.temperature)
        strong, weak = (stress if edge is None else edge for edge in (high, low))
        table.spreads["creep_prefactor"] = Spread(
            prefactor * (stress / strong) ** law.exponent,
            prefactor * (stress / weak) ** law.exponent,
            0.0,
            source=f"{metal.name} {entry.row}",
        )
