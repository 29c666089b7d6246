"""Ions that hop on a lattice of sites: descriptions, exact transport of independent ions, percolation.

Public names are loaded when first used, so that importing the room stays fast. Nothing here knows of cells, protocols
or models.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lisse.lattice.ion_lattice import IonLattice as IonLattice

_HOMES = {
    "Hopping": "lisse.lattice.hopping",
    "Interphase": "lisse.lattice.hopping",
    "IonLattice": "lisse.lattice.ion_lattice",
    "LatticeConductivity": "lisse.lattice.master_equation",
    "LatticeGas": "lisse.lattice.single_occupancy",
    "RenewingConductivity": "lisse.lattice.time_dependence",
    "TracerDiffusion": "lisse.lattice.kinetic_monte_carlo",
    "Transference": "lisse.lattice.transport_numbers",
    "WrappingFractions": "lisse.lattice.percolation",
    "ac_conductivity": "lisse.lattice.time_dependence",
    "composite_lattice": "lisse.lattice.composite",
    "laplace_diffusivity": "lisse.lattice.time_dependence",
    "lattice_gas": "lisse.lattice.single_occupancy",
    "percolates": "lisse.lattice.percolation",
    "random_barrier_lattice": "lisse.lattice.builders",
    "random_bond_lattice": "lisse.lattice.builders",
    "random_site_lattice": "lisse.lattice.builders",
    "renewing_conductivity": "lisse.lattice.time_dependence",
    "tracer_diffusion": "lisse.lattice.kinetic_monte_carlo",
    "transference": "lisse.lattice.transport_numbers",
    "uniform_lattice": "lisse.lattice.builders",
    "wrapping_fractions": "lisse.lattice.percolation",
    "zero_field_conductivity": "lisse.lattice.master_equation",
}
"""Public name to the module that holds it, one line per name. No module may have the name of a public function."""

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'lisse.lattice' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return list(__all__)
