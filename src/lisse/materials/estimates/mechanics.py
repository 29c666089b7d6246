"""Estimators of density, stiffness, toughness and surfaces, by property: what the table of methods takes from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lisse.materials.estimates.density import density, lithium_concentration, molar_mass, molar_volume
from lisse.materials.estimates.lithium_ratio import molar_volume_ratio
from lisse.materials.estimates.moduli import bulk_modulus, poisson_ratio, shear_modulus, youngs
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.surface_energy import surface_energy
from lisse.materials.estimates.toughness import fracture_surface_energy, fracture_toughness

__all__ = ["MECHANICS"]

MECHANICS: Mapping[str, Callable[[Substance], Estimate]] = MappingProxyType(
    {
        "molar_mass": molar_mass,
        "density": density,
        "molar_volume": molar_volume,
        "lithium_concentration": lithium_concentration,
        "youngs_modulus": youngs,
        "shear_modulus": shear_modulus,
        "bulk_modulus": bulk_modulus,
        "poisson_ratio": poisson_ratio,
        "fracture_toughness": fracture_toughness,
        "fracture_surface_energy": fracture_surface_energy,
        "surface_energy": surface_energy,
        "molar_volume_ratio": molar_volume_ratio,
    }
)
"""Property to its estimator, in the order of the vocabulary."""
