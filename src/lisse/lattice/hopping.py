"""How one kind of ion moves in a phase of a composite, and in the layer of it near another phase.

Lattices are made of them in `lisse.lattice.composite`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import number
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["Hopping", "Interphase"]

_ENOUGH_OPEN, _SLOW = 0.4, 0.1  # share of open bonds, and renewal over hops, from which the effective medium is good
_DEEPEST = 100.0  # energy of sites over R T beyond which nothing is left to solve


@dataclass(frozen=True)
class Hopping:
    """How one kind of ion moves in one phase.

    Attributes
    ----------
    hop_rate : float, 1/s. From a site to one of its six neighbours, through an open bond. For vacancies times the share
        of sites that are free.
    hop_length : float, m. Distance of neighbouring sites.
    concentration : float, mol/m3. Ions of this kind in the phase, in equilibrium with the other phases.
    open_fraction : float, 1. Probability that a bond is open (polymers); 1 where bonds always are.
    renewal : float, 1/s. Rate at which segmental motion draws a bond anew.

    Examples
    --------
    >>> Hopping(1e9, 3e-10, 1000.0).diffusivity
    9e-11
    """

    hop_rate: float
    hop_length: float
    concentration: float
    open_fraction: float = 1.0
    renewal: float = 0.0

    def __post_init__(self) -> None:
        for name in ("hop_length", "concentration"):
            number(name, getattr(self, name), above=True)
        for name in ("hop_rate", "renewal"):
            number(name, getattr(self, name))
        number("open_fraction", self.open_fraction, most=1.0)

    @property
    def diffusivity(self) -> float:
        """m2/s. Over many hops; where bonds renew, each by itself, by `lisse.theory.dynamic_bond_diffusivity`.

        That is an effective medium, which is too low where renewal is slow and few bonds are open; see `caution`.
        """
        whole = self.hop_rate * self.hop_length**2
        if self.open_fraction == 1.0 or whole == 0.0:
            return whole
        from lisse.theory.bond_percolation import dynamic_bond_diffusivity

        moving = self.renewal, self.open_fraction, self.hop_rate, self.hop_length
        return float(dynamic_bond_diffusivity(0.0, *moving, renewal="apart").real)

    @property
    def caution(self) -> str:
        """What is wrong with `diffusivity`; empty where the effective medium is good to 15 %.

        Measured by walks on the cubic lattice, for bonds that renew one by one, with w the hop rate: too low by 5 % at
        renewal 0.3 w; by 15, 45 and 75 % at 0.1, 0.01 and 0.001 w with a share of 0.2 to 0.3 open; by 10 % with 0.4.
        """
        if self.open_fraction >= _ENOUGH_OPEN or self.renewal >= _SLOW * self.hop_rate or not self.open_fraction:
            return ""
        bonds = f"bonds, {self.open_fraction:g} open, renewed at {self.renewal / self.hop_rate:.2g} of the hop rate"
        return f"effective medium of {bonds}: the diffusivity is too low, by 15 % to a factor of 4 and more"

    @classmethod
    def of_conductivity(
        cls, conductivity: float, concentration: float, temperature: float, hop_length: float = 3e-10
    ) -> Hopping:
        """That of a phase of known conductivity (S/m), by Nernst and Einstein."""
        number("conductivity", conductivity)
        above = {"concentration": concentration, "temperature": temperature, "hop_length": hop_length}
        for name, value in above.items():
            number(name, value, above=True)
        diffusivity = conductivity * GAS_CONSTANT * temperature / (FARADAY**2 * concentration)
        return cls(diffusivity / hop_length**2, hop_length, concentration)


@dataclass(frozen=True)
class Interphase:
    """A layer of one phase near another in which ions move differently.

    Attributes
    ----------
    thickness : float, m. A voxel whose centre is nearer than this to the surface of the other phase belongs to it.
    of : str. Phase that is changed, such as the polymer.
    near : str. Phase that changes it, such as the ceramic.
    rate_factor : float, 1. Hop rate over that of the bulk.
    renewal_factor : float, 1. Renewal rate over that of the bulk: below 1 where segments are slowed.
    energy : float, J/mol. Energy of the sites above that of the bulk; concentrations go with exp(-energy/(R T)).
    """

    thickness: float
    of: str
    near: str
    rate_factor: float = 1.0
    renewal_factor: float = 1.0
    energy: float = 0.0

    def __post_init__(self) -> None:
        number("thickness", self.thickness, above=True)
        number("rate_factor", self.rate_factor)
        number("renewal_factor", self.renewal_factor)
        if self.of == self.near:
            raise InvalidInput("near", self.near, "another phase than the one that is changed")
        if isinstance(self.energy, bool) or not isinstance(self.energy, (int, float, np.number)):
            raise InvalidInput("energy", self.energy, "a number, J/mol")
        if not math.isfinite(self.energy):
            raise InvalidInput("energy", self.energy, "a finite number")

    def changed(self, bulk: Hopping, temperature: float) -> Hopping:
        """How ions move in the layer."""
        heat = GAS_CONSTANT * number("temperature", temperature, above=True)
        if abs(self.energy) > _DEEPEST * heat:
            raise InvalidInput(
                "energy", self.energy, f"at most {_DEEPEST:g} R T either way, {_DEEPEST * heat:.3g} J/mol"
            )
        return Hopping(
            bulk.hop_rate * self.rate_factor,
            bulk.hop_length,
            bulk.concentration * math.exp(-self.energy / heat),
            bulk.open_fraction,
            bulk.renewal * self.renewal_factor,
        )
