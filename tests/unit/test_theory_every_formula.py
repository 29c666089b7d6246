"""What holds for every public formula: readable docstring, units, sources, checks, broadcasting."""

import doctest
import importlib
import inspect
import math
import pkgutil

import numpy as np
import pint
import pytest

from lisse import theory
from lisse.errors import InvalidInput
from lisse.references import all_references
from lisse.theory import index

LI = {"molar_volume": 13e-6}
SALT = {"salt_concentration": 1000.0, "diffusivity": 1e-12, "transference_number": 0.2}
TIP = {"exchange_current_density": 10.0, "diffusivity": 1e-12, "concentration": 1000.0, "surface_energy": 0.5}
ELASTIC = {
    "shear_modulus_electrolyte": 60e9,
    "poisson_ratio_electrolyte": 0.26,
    "shear_modulus_metal": 3.4e9,
    "poisson_ratio_metal": 0.42,
    "molar_volume_ratio": 0.1,
    "surface_energy": 0.5,
    **LI,
}
LAYER = {"diffusivity": 1e-15, "concentration": 7e4, "thickness": 1e-6}
CREEP = {"temperature": 298.15, "prefactor": 1e-36, "exponent": 6.55, "activation_energy": 37e3}
SLOT = {"creep_prefactor": 1e-43, "creep_exponent": 6.55, **LI}
TOUGH = {"fracture_toughness": 1e6}
KINETIC = {"exchange_current_density": 10.0, "temperature": 300.0, "anodic_transfer_coefficient": 0.4}
HOPS = {"hop_rate": 1e9, "hop_length": 3e-10}
BONDS = {"bond_fraction": 0.4, **HOPS}
FILLER = {"matrix": 1e-3, "inclusion": 0.05}
STIFF = (np.diag([20e9] * 3 + [10e9] * 3) + np.pad(np.full((3, 3), 10e9), (0, 3))).tolist()
INPUTS = {
    "limiting_current": {**SALT, "thickness": 50e-6},
    "sand_time": {"current_density": 20.0, **SALT, "thickness": 50e-6},
    "polarisation_profile": {"position": 1e-5, "time": 60.0, "current_density": 2.0, **SALT, "thickness": 50e-6},
    "polarisation_voltage": {
        "current_density": 2.0,
        "conductivity": 0.05,
        "temperature": 353.0,
        **SALT,
        "thickness": 5e-5,
        "thermodynamic_factor": 1.1,
    },
    "newman_number": {"conductivity": 0.05, "temperature": 353.0, **SALT, "thermodynamic_factor": 1.1},
    "butler_volmer": {"overpotential": 0.02, **KINETIC},
    "overpotential": {"current_density": 3.0, **KINETIC},
    "contact_angle_from_adhesion": {"work_of_adhesion": 0.6, "surface_energy": 0.5},
    "interlayer_limited_current": {**LAYER, "time": 600.0, "charge": 9000.0},
    "interlayer_depletion_time": {"current_density": 20.0, **LAYER},
    "interlayer_stability": {
        "wavenumber": 1e6,
        "thickness": 1e-7,
        "shear_modulus_layer": 1e9,
        "poisson_ratio_layer": 0.3,
        **ELASTIC,
    },
    "stress_potential": {"pressure": 1e8, **LI},
    "kinetics_ratio": {
        "chemical_potential_shift": 100.0,
        "anodic_transfer_coefficient": 0.5,
        "temperature": 300.0,
    },
    "tip_current": {"radius": 1e-6, "overpotential": 0.05, **TIP, "temperature": 300.0, **LI},
    "tip_radius_optimal": {"overpotential": 0.05, **TIP, "temperature": 300.0, **LI},
    "interface_stability": {"wavenumber": 1e8, **ELASTIC},
    "critical_shear_ratio": {
        "molar_volume_ratio": 0.1,
        "poisson_ratio_electrolyte": 0.3,
        "poisson_ratio_metal": 0.4,
    },
    "critical_wavenumber": ELASTIC,
    "interface_stability_anisotropic": {
        "wavenumber": 1e8,
        "stiffness_electrolyte": STIFF,
        "stiffness_metal": STIFF,
        "normal": [0.0, 0.0, 1.0],
        "direction": [1.0, 0.0, 0.0],
        "molar_volume_ratio": 0.1,
        "surface_energy": 0.5,
        **LI,
    },
    "ansell_critical_current": {
        "surface_energy": 1.0,
        "crack_half_width": 1e-6,
        "crack_length": 1e-5,
        "youngs_modulus": 150e9,
        "poisson_ratio": 0.26,
        "viscosity": 1e3,
        **LI,
    },
    "plating_pressure": {"overpotential": 0.01, **LI},
    "fracture_stress": {**TOUGH, "flaw_length": 5e-6},
    "crack_overpotential": {**TOUGH, "flaw_length": 5e-6, **LI},
    "critical_flaw_length": {"overpotential": 0.03, **TOUGH, **LI},
    "grain_boundary_current_limit": {"fracture_stress": 2e8, "grain_boundary_resistance": 1e-3, **LI},
    "extrusion_pressure": {"current_density": 10.0, "slot_half_width": 5e-7, "slot_depth": 5e-6, **SLOT},
    "crack_opening_area": {"pressure": 1e8, "crack_length": 4e-6, "youngs_modulus": 150e9, "poisson_ratio": 0.26},
    "lithium_potential_profile": {
        "position": 5e-5,
        "voltage": 0.1,
        "thicknesses": [5e-5, 5e-5],
        "ionic_conductivities": [0.1, 0.1],
        "electronic_conductivities": [1e-7, 1e-6],
        "ionic_interface_resistance": [1e-3, 1e-3],
        "electronic_interface_resistance": [1.0, 1.0],
    },
    "lithium_potential_n_type": {
        "position": 5e-5,
        "voltage": 0.1,
        "thickness": 1e-4,
        "ionic_conductivity": 0.1,
        "ionic_interface_resistance": 1e-3,
        "temperature": 300.0,
    },
    "leakage_current": {
        "voltage": 4.0,
        "thickness": 1e-4,
        "ionic_conductivity": 0.1,
        "electronic_conductivity": 1e-7,
        "temperature": 300.0,
    },
    "internal_plating_threshold": {"confining_pressure": 1e9, "surface_energy": 0.5, "nucleus_radius": 1e-8, **LI},
    "parabolic_rate_constant": {
        "molar_volume": 2e-5,
        "ionic_conductivity": 1e-4,
        "electronic_conductivity": 1e-6,
        "driving_voltage": 1.5,
    },
    "interphase_thickness_parabolic": {"time": 1e5, "rate_constant": 1e-20, "initial_thickness": 1e-9},
    "interphase_thickness_mixed": {
        "time": 1e5,
        "rate_constant": 1e-20,
        "reaction_rate": 1e-12,
        "initial_thickness": 1e-9,
    },
    "interphase_thickness_passivating": {
        "time": 1e5,
        "rate": 1e-9,
        "decay_length": 5e-10,
        "initial_thickness": 1e-9,
    },
    "maxwell_garnett": {"matrix": 1e-3, "inclusion": 0.1, "fraction": 0.3},
    "bruggeman": {"conductivities": [1e-3, 0.1], "fractions": [0.4, 0.6], "dimension": 3},
    "hanai": {"matrix": 1e-3, "inclusion": 0.1, "fraction": 0.3},
    "hashin_shtrikman": {"conductivities": [1e-3, 0.1], "fractions": [0.4, 0.6]},
    "composite_moduli": {"bulk_moduli": [1e9, 1e11], "shear_moduli": [4e8, 6e10], "fractions": [0.7, 0.3]},
    "general_effective_media": {
        "low": 1e-3,
        "high": 0.1,
        "fraction": 0.5,
        "threshold": 0.16,
        "exponent_low": 0.9,
        "exponent_high": 2.0,
    },
    "shell_inclusion": {
        "matrix": 1e-3,
        "core": 1e-8,
        "shell": 1e-2,
        "fraction": 0.1,
        "shell_thickness_ratio": 0.3,
    },
    "interface_resistance_inclusion": {
        "matrix": 1e-3,
        "inclusion": 0.1,
        "fraction": 0.3,
        "radius": 1e-6,
        "interface_resistance": 1e-2,
    },
    "critical_radius": {**FILLER, "interface_resistance": 1e-2},
    "critical_interface_resistance": {**FILLER, "radius": 1e-6},
    "fibres_across": {**FILLER, "fraction": 0.2, "radius": 1e-6, "interface_resistance": 1e-2},
    "fibres_along": {**FILLER, "fraction": 0.2, "radius": 1e-7, "length": 1e-5, "interface_resistance": 1e-2},
    "critical_fibre_length": {**FILLER, "radius": 1e-7, "interface_resistance": 1e-2},
    "brick_layer": {
        "matrix": 1e-3,
        "grain": 0.05,
        "fraction": 0.8,
        "grain_size": 1e-5,
        "interface_resistance": 1e-3,
    },
    "hop_rate": {"attempt_frequency": 1e13, "barrier": 33e3, "temperature": 300.0},
    "lattice_diffusivity": {**HOPS, "coordination": 6.0, "dimension": 3, "correlation_factor": 0.65},
    "nernst_einstein_conductivity": {"diffusivity": 1e-12, "concentration": 1e3, "temperature": 300.0},
    "vacancy_conductivity": {
        **HOPS,
        "site_concentration": 3e4,
        "occupied_fraction": 0.4,
        "temperature": 300.0,
        "coordination": 6.0,
        "correlation_factor": 0.9,
    },
    "renewal_rate_vtf": {
        "temperature": 333.0,
        "prefactor": 1e12,
        "pseudo_barrier": 1e4,
        "ideal_glass_temperature": 190.0,
    },
    "renewal_rate_wlf": {
        "temperature": 333.0,
        "reference_rate": 0.01,
        "reference_temperature": 230.0,
        "slope": 17.44,
        "temperature_scale": 51.6,
    },
    "frozen_bond_diffusivity": {"rate": 1e8, **BONDS, "dimension": 3},
    "dynamic_bond_diffusivity": {"frequency": 1e8, "renewal_rate": 1e8, **BONDS, "dimension": 3},
    "exchange_rate": {"attempt_frequency": 1e12, "desolvation_barrier": 58e3, "temperature": 300.0},
    "reverse_exchange_rate": {
        "exchange_rate": 70.0,
        "energy_offset": 5e3,
        "site_density_polymer": 2e3,
        "site_density_ceramic": 2e4,
        "temperature": 300.0,
    },
    "interface_exchange_current": {
        "rate_into_ceramic": 70.0,
        "rate_into_polymer": 30.0,
        "areal_concentration_polymer": 5e-7,
        "areal_concentration_ceramic": 5e-6,
        "transfer_coefficient": 0.4,
    },
    "exchange_resistance": {"exchange_rate": 70.0, "areal_concentration": 5e-7, "temperature": 300.0},
    "exchange_barrier": {
        "interface_resistance": 1e-2,
        "areal_concentration": 5e-7,
        "attempt_frequency": 1e12,
        "temperature": 300.0,
    },
    "debye_length": {"relative_permittivity": 7.5, "salt_concentration": 10.0, "temperature": 333.0},
    "gouy_chapman_potential": {
        "distance": 1e-9,
        "surface_potential": 0.1,
        "debye_length": 1e-9,
        "temperature": 300.0,
    },
    "gouy_chapman_charge": {
        "surface_potential": 0.1,
        "relative_permittivity": 7.5,
        "salt_concentration": 10.0,
        "temperature": 300.0,
    },
    "space_charge_resistance": {
        "surface_potential": 0.1,
        "debye_length": 1e-9,
        "conductivity": 1e-2,
        "temperature": 300.0,
    },
    "space_charge_conductance": {
        "surface_potential": -0.1,
        "debye_length": 1e-9,
        "conductivity": 1e-2,
        "temperature": 300.0,
    },
    "mott_schottky_width": {
        "potential_step": 0.3,
        "relative_permittivity": 20.0,
        "fixed_charge_concentration": 1e3,
    },
    "mott_schottky_resistance": {"potential_step": 0.3, "width": 1e-9, "conductivity": 0.05, "temperature": 300.0},
    "creep_rate": {"stress": 1e6, **CREEP},
    "creep_stress": {"strain_rate": 1e-3, **CREEP},
    "confined_pressure": {"yield_stress": 8e5, "radius": 5e-3, "thickness": 5e-5},
    "pillar_strength": {
        "diameter": 5e-6,
        "reference_strength": 1e8,
        "reference_diameter": 1e-6,
        "exponent": -0.68,
    },
    "vacancy_depletion_time": {"current_density": 10.0, "diffusivity": 5e-15, "concentration_change": 7e4},
    "vacancy_limited_current": {"diffusivity": 5e-15, "concentration_change": 7e4, "thickness": 1e-5},
    "void_closure_rate": {
        "pressure": 3e6,
        "creep_rate_prefactor": 1e-43,
        "creep_exponent": 6.55,
        "radius": 1e-6,
        "surface_energy": 0.5,
    },
    "replenishment_pressure": {
        "current_density": 10.0,
        "thickness": 5e-5,
        "creep_rate_prefactor": 1e-43,
        "creep_exponent": 6.55,
        **LI,
    },
    "void_contact_fraction": {"void_height": 1e-6, "void_density": 1e10, "contact_angle": 1.2},
    "void_height_from_contact": {"contact_fraction": 0.4, "void_density": 1e10, "contact_angle": 1.2},
    "contact_fraction_elastic": {"pressure": 1e7, "effective_modulus": 9e9, "rms_slope": 0.1},
    "contact_fraction_plastic": {"pressure": 1e6, "hardness": 2.3e6},
    "constriction_factor": {"ratio": 0.5},
    "constriction_resistance": {"spot_radius": 5e-6, "contact_fraction": 0.3, "conductivity": 0.05},
    "lithium_thickness": {"areal_charge": 1e5, **LI},
    "fraction_passed": {"cycled_charge": 1e5, "excess_charge": 1e5},
    "cell_energy_density": {
        "areal_charge": 1e5,
        "voltage": 3.8,
        "cathode_specific_charge": 7e5,
        "active_fraction": 0.8,
        "cathode_density": 3400.0,
        "electrolyte_thickness": 2e-5,
        "electrolyte_density": 5100.0,
        "excess_lithium_thickness": 1e-6,
        "copper_thickness": 6e-6,
        "aluminium_thickness": 1e-5,
        "lithium_density": 534.0,
    },
    "fixture_pressure_change": {
        "areal_charge": 1e5,
        "layer_thicknesses": [5e-5, 3e-4],
        "layer_moduli": [1.1e10, 2e11],
        "fixture_stiffness": 1e10,
        "cathode_molar_volume_change": -2e-6,
        **LI,
    },
    "edge_focusing": {"distance": 1e-5, "thickness": 3e-4},
    "boss_focusing": {"aspect_ratio": 2.0, "dimension": 3},
    "patch_focusing": {"position_ratio": 1.1},
    "sphere_focusing": {"conductivity_ratio": 0.2},
}
CONTRACT = """
limiting_current(salt_concentration, diffusivity, transference_number, thickness)
sand_time(current_density, salt_concentration, diffusivity, transference_number, thickness=None)
polarisation_profile(position, time, current_density, salt_concentration, diffusivity, transference_number, thickness)
polarisation_voltage(current_density, conductivity, temperature, salt_concentration, diffusivity, transference_number, \
thickness, thermodynamic_factor=1.0)
newman_number(conductivity, temperature, salt_concentration, diffusivity, transference_number, \
thermodynamic_factor=1.0)
interface_stability(wavenumber, shear_modulus_electrolyte, poisson_ratio_electrolyte, shear_modulus_metal, \
poisson_ratio_metal, molar_volume_ratio, surface_energy, molar_volume=1.3e-05, convention='published')
critical_shear_ratio(molar_volume_ratio, poisson_ratio_electrolyte, poisson_ratio_metal)
critical_wavenumber(shear_modulus_electrolyte, poisson_ratio_electrolyte, shear_modulus_metal, poisson_ratio_metal, \
molar_volume_ratio, surface_energy, molar_volume=1.3e-05, convention='published')
interface_stability_anisotropic(wavenumber, stiffness_electrolyte, stiffness_metal, normal, direction, \
molar_volume_ratio, surface_energy, molar_volume=1.3e-05, pressure='in-plane', convention='published')
contact_angle_from_adhesion(work_of_adhesion, surface_energy)
interlayer_limited_current(diffusivity, concentration, thickness, time=inf, charge=inf)
interlayer_depletion_time(current_density, diffusivity, concentration, thickness)
interlayer_stability(wavenumber, thickness, shear_modulus_layer, poisson_ratio_layer, shear_modulus_electrolyte, \
poisson_ratio_electrolyte, shear_modulus_metal, poisson_ratio_metal, molar_volume_ratio, surface_energy, \
molar_volume=1.3e-05, convention='published')
stress_potential(pressure, molar_volume=1.3e-05)
kinetics_ratio(chemical_potential_shift, anodic_transfer_coefficient, temperature)
tip_current(radius, overpotential, exchange_current_density, diffusivity, concentration, surface_energy, temperature, \
molar_volume=1.3e-05)
tip_radius_optimal(overpotential, exchange_current_density, diffusivity, concentration, surface_energy, temperature, \
molar_volume=1.3e-05)
ansell_critical_current(surface_energy, crack_half_width, crack_length, youngs_modulus, poisson_ratio, viscosity, \
molar_volume=1.3e-05)
crack_overpotential(fracture_toughness, flaw_length, geometry='edge', molar_volume=1.3e-05)
critical_flaw_length(overpotential, fracture_toughness, geometry='edge', molar_volume=1.3e-05)
plating_pressure(overpotential, molar_volume=1.3e-05)
fracture_stress(fracture_toughness, flaw_length, geometry='edge')
grain_boundary_current_limit(fracture_stress, grain_boundary_resistance, molar_volume=1.3e-05)
extrusion_pressure(current_density, slot_half_width, slot_depth, creep_prefactor, creep_exponent, molar_volume=1.3e-05)
lithium_potential_profile(position, voltage, thicknesses, ionic_conductivities, electronic_conductivities, \
ionic_interface_resistance=0.0, electronic_interface_resistance=0.0)
leakage_current(voltage, thickness, ionic_conductivity, electronic_conductivity, model='constant', temperature=298.15)
internal_plating_threshold(confining_pressure, surface_energy, nucleus_radius, molar_volume=1.3e-05)
parabolic_rate_constant(molar_volume, ionic_conductivity, electronic_conductivity, driving_voltage)
interphase_thickness_parabolic(time, rate_constant, initial_thickness=0.0)
interphase_thickness_mixed(time, rate_constant, reaction_rate, initial_thickness=0.0)
interphase_thickness_passivating(time, rate, decay_length, initial_thickness=0.0)
maxwell_garnett(matrix, inclusion, fraction)
bruggeman(conductivities, fractions, dimension=3)
hanai(matrix, inclusion, fraction)
hashin_shtrikman(conductivities, fractions)
general_effective_media(low, high, fraction, threshold, exponent_low, exponent_high)
shell_inclusion(matrix, core, shell, fraction, shell_thickness_ratio, mixing='bruggeman')
interface_resistance_inclusion(matrix, inclusion, fraction, radius, interface_resistance)
creep_rate(stress, temperature, prefactor, exponent, activation_energy)
creep_stress(strain_rate, temperature, prefactor, exponent, activation_energy)
confined_pressure(yield_stress, radius, thickness)
pillar_strength(diameter, reference_strength, reference_diameter, exponent)
vacancy_depletion_time(current_density, diffusivity, concentration_change)
vacancy_limited_current(diffusivity, concentration_change, thickness)
void_closure_rate(pressure, creep_rate_prefactor, creep_exponent, shape='sphere', radius=None, surface_energy=0.0)
replenishment_pressure(current_density, thickness, creep_rate_prefactor, creep_exponent, molar_volume=1.3e-05)
contact_fraction_elastic(pressure, effective_modulus, rms_slope)
contact_fraction_plastic(pressure, hardness)
constriction_factor(ratio, method='exact')
constriction_resistance(spot_radius, contact_fraction, conductivity, method='exact')
lithium_thickness(areal_charge, molar_volume=1.3e-05)
fraction_passed(cycled_charge, excess_charge)
cell_energy_density(areal_charge, voltage, cathode_specific_charge, active_fraction, cathode_density, \
electrolyte_thickness, electrolyte_density, excess_lithium_thickness, copper_thickness, aluminium_thickness, \
lithium_density=534.0)
fixture_pressure_change(areal_charge, layer_thicknesses, layer_moduli, fixture_stiffness, \
cathode_molar_volume_change=0.0, molar_volume=1.3e-05)
edge_focusing(distance, thickness)
boss_focusing(aspect_ratio, dimension=3)
patch_focusing(position_ratio, shape='disc')
sphere_focusing(conductivity_ratio)
critical_radius(matrix, inclusion, interface_resistance)
critical_interface_resistance(matrix, inclusion, radius)
fibres_across(matrix, inclusion, fraction, radius, interface_resistance)
fibres_along(matrix, inclusion, fraction, radius, length, interface_resistance)
critical_fibre_length(matrix, inclusion, radius, interface_resistance)
brick_layer(matrix, grain, fraction, grain_size, interface_resistance)
hop_rate(attempt_frequency, barrier, temperature)
lattice_diffusivity(hop_rate, hop_length, coordination=6.0, dimension=3, correlation_factor=1.0)
nernst_einstein_conductivity(diffusivity, concentration, temperature)
vacancy_conductivity(hop_rate, hop_length, site_concentration, occupied_fraction, temperature, coordination=6.0, \
correlation_factor=1.0)
renewal_rate_vtf(temperature, prefactor, pseudo_barrier, ideal_glass_temperature)
renewal_rate_wlf(temperature, reference_rate, reference_temperature, slope=17.44, temperature_scale=51.6)
frozen_bond_diffusivity(rate, bond_fraction, hop_rate, hop_length, dimension=3)
dynamic_bond_diffusivity(frequency, renewal_rate, bond_fraction, hop_rate, hop_length, dimension=3, renewal='together')
exchange_rate(attempt_frequency, desolvation_barrier, temperature)
reverse_exchange_rate(exchange_rate, energy_offset, site_density_polymer, site_density_ceramic, temperature)
interface_exchange_current(rate_into_ceramic, rate_into_polymer, areal_concentration_polymer, \
areal_concentration_ceramic, transfer_coefficient=0.5)
exchange_resistance(exchange_rate, areal_concentration, temperature)
exchange_barrier(interface_resistance, areal_concentration, attempt_frequency, temperature)
debye_length(relative_permittivity, salt_concentration, temperature)
gouy_chapman_potential(distance, surface_potential, debye_length, temperature)
gouy_chapman_charge(surface_potential, relative_permittivity, salt_concentration, temperature)
space_charge_resistance(surface_potential, debye_length, conductivity, temperature)
space_charge_conductance(surface_potential, debye_length, conductivity, temperature)
mott_schottky_width(potential_step, relative_permittivity, fixed_charge_concentration)
mott_schottky_resistance(potential_step, width, conductivity, temperature)
""".strip().splitlines()
"""Names, order and defaults that outside users rely on."""
SIGNED = {
    "areal_charge": {"cell_energy_density"},
    "cathode_molar_volume_change": (),
    "chemical_potential_shift": (),
    "current_density": {"extrusion_pressure", "interlayer_depletion_time"},
    "direction": (),
    "energy_offset": (),
    "normal": (),
    "overpotential": {"critical_flaw_length", "tip_radius_optimal"},
    "poisson_ratio": (),
    "poisson_ratio_electrolyte": (),
    "poisson_ratio_layer": (),
    "poisson_ratio_metal": (),
    "pressure": {"contact_fraction_elastic", "contact_fraction_plastic"},
    "surface_potential": (),
    "transference_number": (),
    "voltage": {"cell_energy_density", "leakage_current"},
}
"""What may be negative, except in these formulas (and the size exponent of a pillar); all else may not."""
UNBOUNDED = {
    ("critical_shear_ratio", "molar_volume_ratio"),
    ("fibres_along", "length"),
    ("fixture_pressure_change", "fixture_stiffness"),
    ("interlayer_limited_current", "charge"),
    ("interlayer_limited_current", "time"),
    ("interphase_thickness_mixed", "reaction_rate"),
    ("polarisation_profile", "time"),
    ("sphere_focusing", "conductivity_ratio"),
}
"""Where infinity is a limit of the formula; all else refuses it."""
NUMBERS = [(name, p.name) for name in index.names() for p in index.formula(name).parameters if p.kind == "number"]
BROADCAST = [
    (name, parameter)
    for name, parameter in NUMBERS
    if next(p for p in index.formula(name).parameters if p.name == parameter).shape is None
]
CHOICES = [(name, p.name) for name in index.names() for p in index.formula(name).parameters if p.kind == "choice"]


def text(name, parameter):
    return next(p for p in index.formula(name).parameters if p.name == parameter).text


def fields(name, result):
    wanted = index.formula(name).returns
    return [result] if "value" in wanted else [getattr(result, field) for field in wanted]


def test_sections_hold_every_public_function_once():
    public = {name for name in theory.__all__ if inspect.isfunction(getattr(theory, name))}
    assert sorted(index.names()) == sorted(public)
    assert set(INPUTS) == public


@pytest.mark.parametrize("line", CONTRACT)
def test_names_and_arguments_are_the_contract(line):
    function = getattr(theory, line.partition("(")[0])
    parameters = inspect.signature(function).parameters.values()
    promised = line.count(",") + 1
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    assert f"{function.__name__}{inspect.Signature(plain[:promised])}" == line
    assert all(p.default is not p.empty for p in plain[promised:])  # what came later may be left out


@pytest.mark.parametrize("name", index.names())
def test_docstring_is_machine_readable(name):
    formula = index.formula(name)
    assert formula.summary.endswith((".", ")"))
    assert "Validity: " in formula.docstring
    assert any(f"Confidence: {mark}" in formula.docstring for mark in "SLU")
    assert formula.sources
    assert set(formula.sources) <= set(all_references())


def test_units_are_si():
    registry = pint.UnitRegistry()
    parameters = [p for name in index.names() for p in index.formula(name).parameters]
    units = {p.unit for p in parameters if p.unit} | {
        u for name in index.names() for u in index.formula(name).returns.values()
    }
    for unit in units:
        assert registry.Quantity(1.0, unit).to_base_units().magnitude == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("name", index.names())
def test_scalars_give_floats(name):
    for value in fields(name, getattr(theory, name)(**INPUTS[name])):
        assert type(value) in (float, bool)
        assert math.isfinite(value)


@pytest.mark.parametrize(("name", "parameter"), BROADCAST)
def test_every_argument_broadcasts(name, parameter):
    function, inputs = getattr(theory, name), INPUTS[name]
    single = fields(name, function(**inputs))
    many = fields(name, function(**{**inputs, parameter: np.full((3, 1), inputs[parameter])}))
    cancels = "it cancels" in text(name, parameter) or "only the n-type" in text(name, parameter)
    assert any(np.shape(value) == (3, 1) for value in many) or cancels
    for one, value in zip(single, many, strict=True):
        np.testing.assert_allclose(value, one, rtol=1e-14)


@pytest.mark.parametrize(("name", "parameter"), NUMBERS)
def test_nan_is_refused_by_name(name, parameter):
    inputs = INPUTS[name]
    bad = np.array(inputs[parameter], dtype=float)
    bad.flat[-1] = math.nan
    with pytest.raises(InvalidInput, match=parameter):
        getattr(theory, name)(**{**inputs, parameter: bad})


def may_be_negative(name, parameter):
    if (name, parameter) == ("pillar_strength", "exponent"):
        return True
    return parameter in SIGNED and name not in SIGNED[parameter]


@pytest.mark.parametrize(("name", "parameter"), NUMBERS)
def test_negative_values_are_refused_by_name_unless_they_have_a_meaning(name, parameter):
    inputs = INPUTS[name]
    call = {**inputs, parameter: -np.abs(np.asarray(inputs[parameter], dtype=float))}
    if may_be_negative(name, parameter):
        assert all(np.isfinite(value).all() for value in fields(name, getattr(theory, name)(**call)))
    else:
        with pytest.raises(InvalidInput, match=f"^{parameter}: got .*allowed"):
            getattr(theory, name)(**call)


@pytest.mark.parametrize(("name", "parameter"), NUMBERS)
def test_infinity_is_refused_by_name_unless_it_is_a_limit(name, parameter):
    inputs = INPUTS[name]
    value = np.array(inputs[parameter], dtype=float)
    value.flat[-1] = math.inf
    call = {**inputs, parameter: value}
    if (name, parameter) in UNBOUNDED:
        assert all(not np.isnan(value).any() for value in fields(name, getattr(theory, name)(**call)))
    else:
        with pytest.raises(InvalidInput, match=f"{parameter}: got .*allowed"):
            getattr(theory, name)(**call)


ABSOLUTE = [(name, parameter) for name, parameter in NUMBERS if parameter == "temperature"]
FRACTIONS = [
    (name, parameter)
    for name, parameter in NUMBERS
    if parameter.endswith("fraction") or parameter in ("fractions", "ratio", "threshold")
]


@pytest.mark.parametrize(("name", "parameter"), ABSOLUTE)
def test_absolute_zero_is_refused(name, parameter):
    with pytest.raises(InvalidInput, match=r"^temperature: got 0.0; allowed: a finite number above 0"):
        getattr(theory, name)(**{**INPUTS[name], parameter: 0.0})


@pytest.mark.parametrize(("name", "parameter"), FRACTIONS)
def test_more_than_all_is_refused(name, parameter):
    call = {**INPUTS[name], parameter: np.full(np.shape(INPUTS[name][parameter]), 1.001)}
    with pytest.raises(InvalidInput, match=f"^{parameter}: got 1.001"):
        getattr(theory, name)(**call)


@pytest.mark.parametrize(("name", "parameter"), [(n, p) for n, p in NUMBERS if p.startswith("poisson_ratio")])
@pytest.mark.parametrize("value", [-1.0, 0.5000001])
def test_poisson_ratio_lies_above_minus_one_and_up_to_a_half(name, parameter, value):
    with pytest.raises(
        InvalidInput, match=f"^{parameter}: got {value}; allowed: a Poisson ratio above -1 and up to 0.5"
    ):
        getattr(theory, name)(**{**INPUTS[name], parameter: value})


@pytest.mark.parametrize(("name", "parameter"), NUMBERS)
def test_text_is_refused_by_name(name, parameter):
    with pytest.raises(InvalidInput, match=parameter):
        getattr(theory, name)(**{**INPUTS[name], parameter: "much"})


@pytest.mark.parametrize(("name", "parameter"), CHOICES)
def test_choices_are_as_documented(name, parameter):
    choices = next(p for p in index.formula(name).parameters if p.name == parameter).choices
    for choice in choices:
        getattr(theory, name)(**{**INPUTS[name], parameter: choice})
    with pytest.raises(InvalidInput, match=f"{parameter}: got 'purple'.*{choices[0]}"):
        getattr(theory, name)(**{**INPUTS[name], parameter: "purple"})


@pytest.mark.parametrize("name", [m.name for m in pkgutil.iter_modules(theory.__path__)])
def test_examples_run(name):
    module = importlib.import_module(f"lisse.theory.{name}")
    result = doctest.testmod(module, extraglobs={"np": np})
    assert result.failed == 0
    functions = [f for _, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
    for function in functions:
        if function.__name__ in index.names():
            assert ">>> " in (function.__doc__ or "")


def test_unknown_formula():
    with pytest.raises(InvalidInput, match="Did you mean 'sand_time'"):
        index.formula("sandtime")


def test_docstring_without_units_is_a_bug():
    def careless(stress):
        """Do something.

        Parameters
        ----------
        stress : float
        """

    with pytest.raises(TypeError, match="shape and unit"):
        index._parameters(careless, index._part(inspect.getdoc(careless), "Parameters"))
