"""Closed-form physics of lithium-metal anodes, on plain numbers and arrays in SI units.

What belongs here: what could be written on paper, each formula with its range of validity and its source. Arguments
broadcast, scalars in give a float out, impossible input raises :class:`lisse.errors.InvalidInput`, and a quantity that
is infinite by theory is ``inf``. What does not belong here: cells, files, solvers.

:data:`lisse.theory.index.SECTIONS` lists the formulas by question.
"""

from lisse.theory.composite import (
    Bounds,
    Moduli,
    bruggeman,
    composite_moduli,
    general_effective_media,
    hanai,
    hashin_shtrikman,
    interface_resistance_inclusion,
    maxwell_garnett,
    shell_inclusion,
)
from lisse.theory.contact import (
    constriction_factor,
    constriction_resistance,
    contact_fraction_elastic,
    contact_fraction_plastic,
)
from lisse.theory.cracks import (
    ansell_critical_current,
    crack_opening_area,
    crack_overpotential,
    critical_flaw_length,
    extrusion_pressure,
    fracture_stress,
    grain_boundary_current_limit,
    plating_pressure,
)
from lisse.theory.creep import confined_pressure, creep_rate, creep_stress, pillar_strength
from lisse.theory.energy import (
    ALBERTUS_TARGETS,
    EnergyDensity,
    Target,
    cell_energy_density,
    fixture_pressure_change,
    fraction_passed,
    lithium_thickness,
)
from lisse.theory.focusing import boss_focusing, edge_focusing, patch_focusing, sphere_focusing
from lisse.theory.interphase import (
    interphase_thickness_mixed,
    interphase_thickness_parabolic,
    interphase_thickness_passivating,
    parabolic_rate_constant,
)
from lisse.theory.kinetics import (
    butler_volmer,
    kinetics_ratio,
    overpotential,
    stress_potential,
    tip_current,
    tip_radius_optimal,
)
from lisse.theory.leakage import (
    internal_plating_threshold,
    leakage_current,
    lithium_potential_n_type,
    lithium_potential_profile,
)
from lisse.theory.stability import (
    Stability,
    critical_shear_ratio,
    critical_wavenumber,
    interface_stability,
    interface_stability_anisotropic,
)
from lisse.theory.stripping import (
    replenishment_pressure,
    vacancy_depletion_time,
    vacancy_limited_current,
    void_closure_rate,
    void_contact_fraction,
    void_height_from_contact,
)
from lisse.theory.transport import (
    limiting_current,
    newman_number,
    polarisation_profile,
    polarisation_voltage,
    sand_time,
)

__all__ = [
    "ALBERTUS_TARGETS",
    "Bounds",
    "EnergyDensity",
    "Moduli",
    "Stability",
    "Target",
    "ansell_critical_current",
    "boss_focusing",
    "bruggeman",
    "butler_volmer",
    "cell_energy_density",
    "composite_moduli",
    "confined_pressure",
    "constriction_factor",
    "constriction_resistance",
    "contact_fraction_elastic",
    "contact_fraction_plastic",
    "crack_opening_area",
    "crack_overpotential",
    "creep_rate",
    "creep_stress",
    "critical_flaw_length",
    "critical_shear_ratio",
    "critical_wavenumber",
    "edge_focusing",
    "extrusion_pressure",
    "fixture_pressure_change",
    "fraction_passed",
    "fracture_stress",
    "general_effective_media",
    "grain_boundary_current_limit",
    "hanai",
    "hashin_shtrikman",
    "interface_resistance_inclusion",
    "interface_stability",
    "interface_stability_anisotropic",
    "internal_plating_threshold",
    "interphase_thickness_mixed",
    "interphase_thickness_parabolic",
    "interphase_thickness_passivating",
    "kinetics_ratio",
    "leakage_current",
    "limiting_current",
    "lithium_potential_n_type",
    "lithium_potential_profile",
    "lithium_thickness",
    "maxwell_garnett",
    "newman_number",
    "overpotential",
    "parabolic_rate_constant",
    "patch_focusing",
    "pillar_strength",
    "plating_pressure",
    "polarisation_profile",
    "polarisation_voltage",
    "replenishment_pressure",
    "sand_time",
    "shell_inclusion",
    "sphere_focusing",
    "stress_potential",
    "tip_current",
    "tip_radius_optimal",
    "vacancy_depletion_time",
    "vacancy_limited_current",
    "void_closure_rate",
    "void_contact_fraction",
    "void_height_from_contact",
]
