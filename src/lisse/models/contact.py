"""Contact and voids at one interface.

State: the void volume per area, w >= 0. Cap-shaped pores of number density N share it, so that the contact fraction is

    a(w) = 1 - c w^(2/3)                                     (theory.void_contact_fraction)

Balance, with j > 0 stripping at this interface:

    dw/dt = max(beta j - j_v, 0) V/F - closure(w, p)           stripping
    dw/dt = -refill abs(j) V/F - closure(w, p)                 plating: voids are filled first
    dw/dt = 0                                                 where w = 0 and the balance is below zero

    closure = 3 w K (p_c + 2 gamma/r)^n + k_diff p_d V/F

The first term is the creep of a spherical pore under pressure and capillarity (theory.void_closure_rate, K its value
at 1 Pa, with the metal's strength multiplied by a small-scale factor); the second is diffusional, linear in the
pressure; j_v is what vacancies take away into the metal before they gather in voids. Which pressures act is a choice:

    form                p_c              p_d
    far-field           p                p          pores touch when contact is lost: no fold
    contact-limited     p                p a        closure fades with the contact: a fold
    contact-pressure    min(p/a, H)      p          the metal in contact carries all of the load

The radius in the capillary term is bounded below by that of the pores which an interface always has. Their number
density may follow the current that nucleates them, N = N_ref (j/j_ref)^m; contaminated patches of share f raise the
contact angle by cos(theta) = (1 - f) cos(theta_clean) + f cos(theta_contaminated) (Cassie). A pressure below zero
(a stiff fixture that pulls) opens pores by the same laws. The areal injection is j: the local current j/a multiplies
neither side. Below the critical stripping current the voids settle or stay closed; above it they grow until the pores
touch. Why the far-field pressure is the default, and what that choice costs, is told in
docs/explanation/lumped_model.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from lisse import theory
from lisse.cell import Interface
from lisse.models.base import CellNumbers
from lisse.units import FARADAY

__all__ = [
    "LEAST_CONTACT",
    "ContactLaw",
    "contact_as_formed",
    "contact_law",
    "contact_law_of",
    "nucleated_density",
    "wetting_angle",
]

LEAST_CONTACT = (
    1e-3  # contact fraction used beyond the point of lost contact, where the solver may look but never stays
)


def contact_as_formed(forming_pressure: Any, stack_pressure: Any, contact_hardness: Any) -> Any:
    """1. Contact fraction that the larger of two pressures (Pa) leaves, a0 = min(1, p/H); numbers or arrays."""
    pressure = np.maximum(forming_pressure, stack_pressure)
    formed = theory.contact_fraction_plastic(pressure=pressure, hardness=contact_hardness)
    return np.maximum(formed, LEAST_CONTACT)


@dataclass(frozen=True)
class ContactLaw:
    """Pores of one interface, as plain numbers (SI) for the inner loop.

    The fields may be arrays that broadcast; then `height`, `closure` and `critical_stripping_current` give arrays.

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
    vacancy_current : float, A/m2
        What vacancies take away.
    form : str
        Which pressure closes voids; a name of `lisse.cell.CLOSURES`.
    hardness : float, Pa
        Largest pressure on the metal in contact.
    wall_tension : float, N/m
        gamma sin(theta), with which the walls of the pores pull the metal onto the electrolyte.
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
    vacancy_current: float = 0.0
    form: str = "far-field"
    hardness: float = np.inf
    wall_tension: float = 0.0

    def fraction(self, void_height: float) -> float:
        """1. Contact fraction."""
        lost: float = self.contact_coefficient * max(void_height, 0.0) ** (2.0 / 3.0)
        return max(1.0 - lost, LEAST_CONTACT)

    def fractions(self, void_height: np.ndarray) -> np.ndarray:
        """1. Contact fractions of an array of void heights (m)."""
        lost = self.contact_coefficient * np.maximum(void_height, 0.0) ** (2.0 / 3.0)
        return np.asarray(np.maximum(1.0 - lost, LEAST_CONTACT))

    def height(self, fraction: Any) -> Any:
        """m. Void height at a contact fraction."""
        return ((1.0 - fraction) / self.contact_coefficient) ** 1.5

    def contact_pressure(self, pressure: Any, fraction: Any) -> Any:
        """Pa. Pressure on the metal in contact: the load on the contact fraction, up to the hardness."""
        return np.minimum(pressure / fraction, np.maximum(self.hardness, pressure))

    def pressed(self, pressure: Any, fraction: Any) -> Any:
        """Pa. Normal pressure on the metal in contact: the stack's, and what the walls of the pores pull.

        Force balance over the plane of the interface: pores of base radius r_b have the rim 2 pi r_b N per area, so
        that their walls add gamma sin(theta) 2 sqrt[pi N (1 - a)] to the load. Nothing without pores: the metal is flat
        there, and has no curvature of its own.
        """
        rim = 2.0 * self.contact_coefficient**0.5 / self.radius_coefficient  # 2 sqrt(pi N), from both
        return self.contact_pressure(pressure + self.wall_tension * rim * (1.0 - fraction) ** 0.5, fraction)

    def closure(self, void_height: Any, pressure: Any) -> Any:
        """m/s. Rate at which pressure and capillarity close the voids."""
        creeping = diffusing = pressure
        if self.form == "contact-limited":
            diffusing = pressure * self.fractions(void_height)
        elif self.form == "contact-pressure":
            creeping = self.contact_pressure(pressure, self.fractions(void_height))
        radius3 = self.radius_coefficient**3 * void_height + self.nucleus_radius**3
        driving = creeping + 2.0 * self.surface_energy / radius3 ** (1.0 / 3.0)
        creep = 3.0 * void_height * self.creep_coefficient * driving * abs(driving) ** (self.creep_exponent - 1.0)
        return creep + self.closure_velocity * diffusing

    def balance(self, void_height: float, stripping: float, pressure: float) -> float:
        """m/s. What is stripped into the voids less their closure; `stripping` in A/m2, below zero where plated."""
        if stripping >= 0.0:
            gathered = max(self.injection * stripping - self.vacancy_current, 0.0)
        else:
            gathered = self.refill * stripping
        net: float = gathered * self.volume_per_charge - self.closure(max(void_height, 0.0), pressure)
        return net

    def rate(self, void_height: float, stripping: float, pressure: float) -> float:
        """m/s. Rate of change of the void height: the balance, except that closed voids stay closed below zero."""
        net = self.balance(void_height, stripping, pressure)
        return net if void_height > 0.0 else max(net, 0.0)

    def course(
        self, start: Any, end: Any, pressure: Any, count: int = 128, dimensions: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Heights from start to end, closer at the start, and what injection is up against there, m and m/s.

        That is the closure and what vacancies take away; the arrays have the shape (count,) + that of the law.
        `dimensions` is at least how many the shape shall have, to broadcast with arrays that the law does not know.
        """
        numbers = (value for value in vars(self).values() if not isinstance(value, str))
        dimensions = max(dimensions, *(np.ndim(number) for number in (start, end, pressure, *numbers)))
        share = np.linspace(0.0, 1.0, count).reshape(-1, *(1,) * dimensions) ** 2
        heights = np.asarray(start + (end - start) * share)
        return heights, np.asarray(self.closure(heights, pressure) + self.vacancy_current * self.volume_per_charge)

    def nucleated(self, density_ratio: float) -> ContactLaw:
        """The law with another number density of pores, relative to that of this one."""
        third = density_ratio ** (1.0 / 3.0)
        return replace(
            self,
            contact_coefficient=self.contact_coefficient * third,
            radius_coefficient=self.radius_coefficient / third,
        )

    def critical_stripping_current(self, pressure: Any, contact_limit: Any, formed: Any = 1.0) -> Any:
        """A/m2. Largest stripping current density that closure can balance between two contact fractions.

        Parameters
        ----------
        pressure : float or array, Pa
        contact_limit, formed : float or array, 1
            Contact fraction that counts as lost, and the one at the start.
        """
        last = self.height(contact_limit)
        _, closure = self.course(np.minimum(self.height(formed), last), last, pressure)
        with np.errstate(divide="ignore"):
            return np.divide(closure.max(axis=0), self.injection * self.volume_per_charge)[()]


def wetting_angle(interface: Interface) -> float:
    """rad. Contact angle of the surface with its contaminated patches (Cassie)."""
    share, other = interface.contamination, interface.contaminated_contact_angle
    if share == 0.0 or other is None:
        return interface.contact_angle
    return math.acos((1.0 - share) * math.cos(interface.contact_angle) + share * math.cos(other))


def nucleated_density(interface: Interface, stripping: float) -> float:
    """1. Number density of the pores that a stripping current density (A/m2) nucleates over the reference density."""
    if interface.void_density_exponent == 0.0 or stripping <= 0.0:
        return 1.0
    return float((stripping / interface.void_density_current) ** interface.void_density_exponent)


def contact_law(interface: Interface, numbers: CellNumbers) -> ContactLaw:
    """The contact law of an interface at one temperature, with the reference density of pores."""
    fields = ("void_density", "small_scale_strength_factor", "void_closure_coefficient", "contact_hardness")
    others = ("nucleus_radius", "injection", "refill", "vacancy_current")
    own = {name: getattr(interface, name) for name in (*fields, *others)}
    metal = ("creep_prefactor", "creep_exponent", "molar_volume", "surface_energy")
    own |= {"contact_angle": wetting_angle(interface)} | {name: getattr(numbers, name) for name in metal}
    return contact_law_of(own, interface.closure)


class Numbers(Protocol):
    """Numbers or arrays by name."""

    def __getitem__(self, name: str, /) -> Any:
        """The number of that name."""


def contact_law_of(values: Numbers, form: str) -> ContactLaw:
    """The contact law from numbers or arrays by name, and the form of its closure.

    The names are those of `Interface`, with the contact angle and the density of pores as they are, and those of the
    metal in `CellNumbers`.
    """
    half = theory.void_height_from_contact(
        contact_fraction=0.5, void_density=values["void_density"], contact_angle=values["contact_angle"]
    )
    exponent = values["creep_exponent"]
    unit_rate = theory.void_closure_rate(
        pressure=1.0,
        creep_rate_prefactor=values["creep_prefactor"] * values["small_scale_strength_factor"] ** -exponent,
        creep_exponent=exponent,
    )
    per_charge = values["molar_volume"] / FARADAY
    return ContactLaw(
        contact_coefficient=0.5 / half ** (2.0 / 3.0),
        radius_coefficient=(0.5 / (np.pi * values["void_density"])) ** 0.5 / half ** (1.0 / 3.0),
        creep_coefficient=-unit_rate,
        creep_exponent=exponent,
        surface_energy=values["surface_energy"],
        closure_velocity=values["void_closure_coefficient"] * per_charge,
        nucleus_radius=values["nucleus_radius"],
        volume_per_charge=per_charge,
        injection=values["injection"],
        refill=values["refill"],
        vacancy_current=values["vacancy_current"],
        form=form,
        hardness=values["contact_hardness"],
        wall_tension=values["surface_energy"] * np.sin(values["contact_angle"]),
    )
