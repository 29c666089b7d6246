"""The inputs of closed-form criteria by name: what people call them, and the unit in which they write them.

What belongs here: names, SI units and usual units. What does not: where a number comes from (`lisse.report.inputs`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from lisse.units import quantity

__all__ = ["INPUT_NAMES", "NOT_SHOWN", "USUAL_UNITS", "amount", "full_name", "input_unit", "input_words", "interval"]

USUAL_UNITS: Mapping[str, tuple[str, float]] = {
    "S/m": ("mS/cm", 10.0),
    "ohm m2": ("ohm cm2", 1e4),
    "A/m2": ("mA/cm2", 0.1),
    "A/m2/Pa": ("mA/cm2/MPa", 1e5),
    "1/m2": ("1/cm2", 1e-4),
    "m2/s": ("cm2/s", 1e4),
    "m3/mol": ("cm3/mol", 1e6),
    "kg/m3": ("g/cm3", 1e-3),
    "kg/mol": ("g/mol", 1e3),
    "Pa": ("MPa", 1e-6),
    "Pa m^0.5": ("MPa m^0.5", 1e-6),
    "m": ("um", 1e6),
    "rad": ("deg", 180.0 / math.pi),
}
"""Usual unit and factor, by SI unit."""

_UNITS_OF_CRITERIA: Mapping[str, tuple[str, float]] = {
    **USUAL_UNITS,
    "C/m2": ("mAh/cm2", 1 / 36000.0),
    "V": ("mV", 1e3),
    "s": ("h", 1 / 3600.0),
    "m2": ("cm2", 1e4),
    "mol/m3": ("mol/L", 1e-3),
    "Pa s": ("mPa s", 1e3),
}
_UNITS_BY_NAME: Mapping[str, tuple[str, float]] = {
    "electronic_conductivity": ("S/cm", 0.01),
    "voltage_limit": ("V", 1.0),
    "open_circuit_voltage": ("V", 1.0),
    "pore_radius": ("nm", 1e9),
    "nucleus_radius": ("nm", 1e9),
    "interphase_thickness": ("nm", 1e9),
    "deposit": ("nm", 1e9),
    "crack_half_width": ("nm", 1e9),
    "interlayer_thickness": ("nm", 1e9),
    "interlayer_flaw_length": ("nm", 1e9),
    "interlayer_electronic_conductivity": ("S/cm", 0.01),
}

_BY_UNIT: Mapping[str, str] = {
    "K": "temperature melting_point",
    "m2": "area",
    "m": "electrolyte_thickness lithium_thickness counter_lithium_thickness flaw_length grain_size pore_radius "
    "nucleus_radius interphase_thickness crack_half_width thinnest_stripped_lithium thickest_stripped_lithium deposit "
    "interlayer_thickness interlayer_flaw_length",
    "Pa": "stack_pressure forming_pressure contact_hardness youngs_modulus shear_modulus metal_shear_modulus "
    "fracture_stress interlayer_shear_modulus",
    "A/m2": "current_density exchange_current_density closure_current_density steady_limiting_current_density "
    "current_density_of_threshold plating_current_density stripping_current_density vacancy_current",
    "C/m2": "half_cycle_charge unbroken_charge plated_charge stripped_charge smallest_stripped_charge "
    "working_stripped_charge counter_stripped_charge cathode_capacity charge_to_lose_contact capacity charge",
    "s": "duration time_to_span",
    "V": "voltage_limit open_circuit_voltage crack_overpotential threshold reduction_potential",
    "1": "flaw_focusing anodic_transfer_coefficient small_scale_strength_factor injection refill contact_limit "
    "ended_by_voltage poisson_ratio molar_volume_ratio transference_number creep_exponent metal_poisson_ratio "
    "contact_fraction grain_boundaries shear_ratio critical_shear_ratio sign stripping_half_cycles timed_half_cycles "
    "interlayer_poisson_ratio interlayer_molar_volume_ratio interlayer_transference_number interphase_lithium_ratio",
    "ohm m2": "grain_boundary_resistance interface_resistance series_resistance interlayer_resistance",
    "1/m2": "void_density",
    "rad": "contact_angle",
    "A/m2/Pa": "void_closure_coefficient",
    "S/m": "ionic_conductivity electronic_conductivity interlayer_conductivity interlayer_electronic_conductivity",
    "Pa m^0.5": "fracture_toughness interlayer_toughness",
    "m2/s": "interphase_rate_constant salt_diffusivity self_diffusivity interlayer_diffusivity "
    "interlayer_salt_diffusivity",
    "mol/m3": "salt_concentration site_concentration interlayer_lithium interlayer_salt_concentration",
    "m3/mol": "molar_volume",
    "J/m2": "surface_energy fracture_surface_energy",
    "Pa s": "melt_viscosity",
    "1/s/Pa^n": "creep_prefactor",
}
INPUT_NAMES: Mapping[str, str] = {name: unit for unit, names in _BY_UNIT.items() for name in names.split()}
"""SI unit of everything that goes into a criterion or comes out of it on the way, by name."""

NOT_SHOWN = ("sign",)
"""What a criterion carries along for itself only."""

_OTHER_NAMES: Mapping[tuple[str, str], str] = {
    ("contact-loss", "diffusivity"): "self_diffusivity",
    ("contact-loss", "concentration_change"): "site_concentration",
    ("contact-loss", "thickness"): "lithium_thickness",
    ("filament-short", "crack_length"): "flaw_length",
    ("filament-short", "surface_energy"): "fracture_surface_energy",
    ("filament-short", "viscosity"): "melt_viscosity",
    ("salt-depletion", "diffusivity"): "salt_diffusivity",
    ("salt-depletion", "thickness"): "electrolyte_thickness",
}
_WORDS: Mapping[str, str] = {
    "threshold": "threshold of the lithium potential",
    "grain_boundary_resistance": "resistance of one grain boundary",
    "grain_boundaries": "grain boundaries in series",
    "shear_ratio": "shear modulus over that of the metal",
    "critical_shear_ratio": "critical ratio of the shear moduli",
    "poisson_ratio": "Poisson ratio",
    "youngs_modulus": "Young's modulus",
    "metal_poisson_ratio": "Poisson ratio of the metal",
    "metal_shear_modulus": "shear modulus of the metal",
    "current_density_of_threshold": "current density that reaches the threshold",
    "deposit": "lithium that the leak deposits",
    "capacity": "lithium in the electrode",
    "charge": "charge taken from it",
    "stripped_charge": "charge stripped in a half-cycle",
    "plated_charge": "charge plated in a half-cycle",
    "unbroken_charge": "charge passed without a rest",
    "time_to_span": "time to grow through the electrolyte",
    "duration": "duration of the protocol",
    "flaw_length": "length of the longest flaw",
    "half_cycle_charge": "half-cycle charge",
    "interlayer_lithium": "lithium in the interlayer",
}


def full_name(mechanism: str, name: str) -> str:
    """The name of `INPUT_NAMES` for a number of a criterion, some of which go by shorter names there."""
    return _OTHER_NAMES.get((mechanism, name), name)


def input_words(name: str) -> str:
    """What people call an input, such as ``"fracture toughness"``."""
    return _WORDS.get(name, name.replace("_", " "))


def input_unit(name: str) -> str | None:
    """SI unit of an input; ``None`` for a name of another version of lisse."""
    return INPUT_NAMES.get(name)


def amount(name: str, value: float, digits: int = 3) -> str:
    """An input (SI) in its usual unit, such as ``"0.97 MPa m^0.5"``; as it is where its unit is not known."""
    factor, unit = _scale(name, value)
    return f"{_number(_shown(name, value, factor), digits)} {unit}".strip()


def interval(name: str, low: float, high: float, digits: int = 3) -> str:
    """An interval of an input (SI) in its usual unit, such as ``"0.86 to 1.63 MPa m^0.5"``."""
    factor, unit = _scale(name, high)
    start, end = (_number(_shown(name, value, factor), digits) for value in (low, high))
    if start == end and low != high and digits < 6:
        return interval(name, low, high, digits + 1)  # 12.97 to 13 rather than 13 to 13
    return f"{start} to {end} {unit}".strip()


def _scale(name: str, value: float) -> tuple[float, str]:
    """Factor and unit; large pressures, which are elastic moduli, are written in GPa."""
    si = INPUT_NAMES.get(name, "")
    if si == "K":
        return 1.0, "degC"
    if si == "Pa" and abs(value) >= 1e9:
        return 1e-9, "GPa"
    unit, factor = _UNITS_BY_NAME.get(name) or _UNITS_OF_CRITERIA.get(si, ("" if si == "1" else si, 1.0))
    return factor, unit


def _shown(name: str, value: float, factor: float) -> float:
    return float(quantity("temperature").shown(value)) if INPUT_NAMES.get(name) == "K" else value * factor


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e" in text and 1.0 <= abs(value) < 1e6 else text
