"""What radiation meets: composition and density of the substances of a cell, and what follows from them.

Densities carry the marks of the materials library. Mass attenuation coefficients of the elements are those tabulated by
elam2002 (S); other tables differ by up to 3 %, for hydrogen by 7 %. Ranges of tritons are those that the stopping
powers of SRIM-2013 give (ziegler2010, S*), good to about 10 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.records import Solution

__all__ = ["ENERGY", "LITHIUM", "SUBSTANCES", "Substance", "substance_of"]

ENERGY = 30e3
"""eV. Of the X-rays that the attenuation is for."""

_MASS_ATTENUATION = {  # m2/kg at 30 keV, with scattering; S: elam2002
    "H": 0.0357, "Li": 0.0164, "C": 0.0256, "N": 0.0307, "O": 0.0378, "F": 0.0449, "Al": 0.1128, "P": 0.1700,
    "S": 0.2113, "Cl": 0.2426, "Ti": 0.4972, "Ge": 1.386, "Zr": 2.486, "La": 1.053,
}  # fmt: skip
_MOLAR_MASS = {  # kg/mol
    "H": 1.008e-3, "Li": 6.94e-3, "C": 12.011e-3, "N": 14.007e-3, "O": 15.999e-3, "F": 18.998e-3, "Al": 26.982e-3,
    "P": 30.974e-3, "S": 32.06e-3, "Cl": 35.45e-3, "Ti": 47.867e-3, "Ge": 72.630e-3, "Zr": 91.224e-3, "La": 138.905e-3,
}  # fmt: skip


@dataclass(frozen=True)
class Substance:
    """A substance as radiation meets it.

    Attributes
    ----------
    name : str
    atoms : mapping of element to number
    density : float, kg/m3
    mark : str
        Confidence in the density.
    triton_range : float, m
        How far a triton of 2.728 MeV, that of 6Li and a slow neutron, comes; mark S*.
    """

    name: str
    atoms: Mapping[str, float]
    density: float
    mark: str
    triton_range: float

    @property
    def molar_mass(self) -> float:
        """kg/mol."""
        return sum(count * _MOLAR_MASS[element] for element, count in self.atoms.items())

    @property
    def lithium_concentration(self) -> float:
        """mol/m3."""
        return self.atoms.get("Li", 0.0) * self.density / self.molar_mass

    @property
    def attenuation(self) -> float:
        """1/m, linear, at `ENERGY`; as sure as the density."""
        parts = (count * _MOLAR_MASS[e] * _MASS_ATTENUATION[e] for e, count in self.atoms.items())
        return self.density * sum(parts) / self.molar_mass


LITHIUM = Substance("lithium", {"Li": 1.0}, 534.0, "S", 133e-6)
SUBSTANCES: Mapping[str, Substance] = {
    row.name: row
    for row in (
        LITHIUM,
        Substance("LLZO", {"Li": 6.25, "Al": 0.25, "La": 3.0, "Zr": 2.0, "O": 12.0}, 5100.0, "S*", 27e-6),
        Substance("Li6PS5Cl", {"Li": 6.0, "P": 1.0, "S": 5.0, "Cl": 1.0}, 1850.0, "S*", 50e-6),
        Substance("Li3PS4", {"Li": 3.0, "P": 1.0, "S": 4.0}, 1880.0, "S*", 49e-6),
        Substance("Li10GeP2S12", {"Li": 10.0, "Ge": 1.0, "P": 2.0, "S": 12.0}, 2050.0, "S*", 47e-6),
        Substance("LiPON", {"Li": 2.9, "P": 1.0, "O": 3.3, "N": 0.5}, 2300.0, "L", 37e-6),
        Substance("LAGP", {"Li": 1.5, "Al": 0.5, "Ge": 1.5, "P": 3.0, "O": 12.0}, 3420.0, "S*", 29e-6),
        Substance("LATP", {"Li": 1.3, "Al": 0.3, "Ti": 1.7, "P": 3.0, "O": 12.0}, 2930.0, "S*", 32e-6),
        Substance(
            "PEO-LiTFSI",
            {"C": 38.0, "H": 72.0, "O": 22.0, "Li": 1.0, "N": 1.0, "S": 2.0, "F": 6.0},
            1200.0,
            "L",
            57e-6,
        ),
    )
}
"""By the names of the materials library."""


def substance_of(phase: str, solution: Solution, setting: str) -> Substance:
    """The substance of a solid phase: by its own name, or as the electrolyte of the cell.

    Parameters
    ----------
    phase : str
    solution : Solution
    setting : str
        Which setting of the instrument could give the number instead.

    Raises
    ------
    InvalidInput
        When neither is known here.
    """
    if phase in SUBSTANCES:
        return SUBSTANCES[phase]
    name = _electrolyte(solution)
    if phase.lower() == "electrolyte" and name in SUBSTANCES:
        return SUBSTANCES[str(name)]
    got = f"{phase} ({name})" if phase.lower() == "electrolyte" and name else phase
    advice = (
        suggest(phase, SUBSTANCES) or f"Or give its number in the setting {setting}, for example {{{phase!r}: ...}}"
    )
    raise InvalidInput("phase", got, ", ".join(SUBSTANCES), advice)


def _electrolyte(solution: Solution) -> str | None:
    found: Any = solution.inputs
    for key in ("cell", "electrolyte", "material"):
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get("name")
    return found if isinstance(found, str) else None
