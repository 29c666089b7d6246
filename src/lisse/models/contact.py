"""Contact and voids at one interface.

State: the void volume per area, w >= 0. Cap-shaped pores of number density N share it, so that the contact fraction is

    a(w) = 1 - c w^(2/3)                                     (theory.void_contact_fraction)

Balance, with j > 0 stripping at this interface:

    dw/dt = beta j V/F - closure(w, p)                        stripping
    dw/dt = -refill abs(j) V/F - closure(w, p)                 plating: voids are filled first
    dw/dt = 0                                                 where w = 0 and the balance is below zero

    closure = 3 w K (p + 2 gamma/r)^n + k_diff p V/F

The first term is the creep of a spherical pore under the far-field pressure and capillarity (theory.void_closure_rate,
K its value at 1 Pa, with the metal's strength multiplied by a small-scale factor); the second is diffusional, linear
in the pressure. The radius in the capillary term is bounded below by that of the pores which an interface always has.
The areal injection is j: the local current j/a multiplies neither side. Below the critical stripping current the
voids settle or stay closed; above it they grow until the pores touch. Why the far-field pressure and not p/a, and
what that choice costs, is told in docs/explanation/lumped_model.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lisse import theory
from lisse.cell import Interface
from lisse.models.base import CellNumbers
from lisse.units import FARADAY

__all__ = ["LEAST_CONTACT", "ContactLaw", "contact_law"]

LEAST_CONTACT = (
    1e-3  # contact fraction used beyond the point of lost contact, where the solver may look but never stays
)


@dataclass(frozen=True)
class ContactLaw:
    """Pores of one interface, as plain numbers (SI) for the inner loop.

    Attributes
    ----------
    contact_coefficient : float, m^(-2/3)
        c in a = 1 - c w^(2/3).
    radius_coefficient : float, m^(2/3)
        Pore radius over w^(1/3).
    creep_coefficient : float, 1/s/Pa^n
        K: (1/r) dr/dt of a pore at unit pressure, magnitude.
    creep_exponent : float
    surface_energy : float, J/m2
    closure_velocity : float, m/s/Pa
        k_diff V/F.
    nucleus_radius : float, m
    volume_per_charge : float, m3/C
        V/F.
    injection, refill : float
    """

    contact_coefficient: float
    radius_coefficient: float
    creep_coefficient: float
    creep_exponent: float
    surface_energy: float
    closure_velocity: float
    nucleus_radius: float
    volume_per_charge: float
    injection: float
    refill: float

    def fraction(self, void_height: float) -> float:
        """1. Contact fraction."""
        lost: float = self.contact_coefficient * max(void_height, 0.0) ** (2.0 / 3.0)
        return max(1.0 - lost, LEAST_CONTACT)

    def height(self, fraction: float) -> float:
        """m. Void height at a contact fraction."""
        return float(((1.0 - fraction) / self.contact_coefficient) ** 1.5)

    def closure(self, void_height: float, pressure: float) -> float:
        """m/s. Rate at which pressure and capillarity close the voids."""
        radius3 = self.radius_coefficient**3 * void_height + self.nucleus_radius**3
        driving = pressure + 2.0 * self.surface_energy / radius3 ** (1.0 / 3.0)
        creep: float = 3.0 * void_height * self.creep_coefficient * driving**self.creep_exponent
        return creep + self.closure_velocity * pressure

    def balance(self, void_height: float, stripping: float, pressure: float) -> float:
        """m/s. What is stripped into the voids less their closure; `stripping` in A/m2, below zero where plated."""
        share = self.injection if stripping >= 0.0 else self.refill
        return share * stripping * self.volume_per_charge - self.closure(max(void_height, 0.0), pressure)

    def rate(self, void_height: float, stripping: float, pressure: float) -> float:
        """m/s. Rate of change of the void height: the balance, except that closed voids stay closed below zero."""
        net = self.balance(void_height, stripping, pressure)
        return net if void_height > 0.0 else max(net, 0.0)

    def critical_stripping_current(self, pressure: float, contact_limit: float) -> float:
        """A/m2. Largest stripping current density that closure can balance while contact stays above the limit."""
        if self.injection == 0.0:
            return math.inf
        heights = np.geomspace(1e-6, 1.0, 200) * self.height(contact_limit)
        return max(self.closure(float(h), pressure) for h in heights) / (self.injection * self.volume_per_charge)


def contact_law(interface: Interface, numbers: CellNumbers) -> ContactLaw:
    """The contact law of an interface at one temperature."""
    half = float(
        theory.void_height_from_contact(
            contact_fraction=0.5, void_density=interface.void_density, contact_angle=interface.contact_angle
        )
    )
    contact_coefficient = 0.5 / half ** (2.0 / 3.0)
    radius_coefficient = (0.5 / (np.pi * interface.void_density)) ** 0.5 / half ** (1.0 / 3.0)
    strength = interface.small_scale_strength_factor
    prefactor = numbers.creep_prefactor * strength**-numbers.creep_exponent
    unit_rate = theory.void_closure_rate(
        pressure=1.0, creep_rate_prefactor=prefactor, creep_exponent=numbers.creep_exponent
    )
    per_charge = numbers.molar_volume / FARADAY
    return ContactLaw(
        contact_coefficient=contact_coefficient,
        radius_coefficient=radius_coefficient,
        creep_coefficient=-float(unit_rate),
        creep_exponent=numbers.creep_exponent,
        surface_energy=numbers.surface_energy,
        closure_velocity=interface.void_closure_coefficient * per_charge,
        nucleus_radius=interface.nucleus_radius,
        volume_per_charge=per_charge,
        injection=interface.injection,
        refill=interface.refill,
    )
