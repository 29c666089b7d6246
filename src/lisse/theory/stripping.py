"""Stripping: how fast a lithium surface loses atoms, and how fast creep gives them back.

What belongs here: vacancies in the metal, voids at the interface and their closing. What does not: what the remaining
contact costs (contact), the creep law itself (creep).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Values, fraction, nonnegative, one_of, plain, positive, real
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

__all__ = [
    "replenishment_pressure",
    "vacancy_depletion_time",
    "vacancy_limited_current",
    "void_closure_rate",
    "void_contact_fraction",
    "void_height_from_contact",
]


def vacancy_depletion_time(
    current_density: ArrayLike, diffusivity: ArrayLike, concentration_change: ArrayLike
) -> Values:
    """Time of stripping until the vacancies left behind reach saturation at the interface (Sand's form).

    ::

        t = pi D (F dc / (2 i))^2

    Parameters
    ----------
    current_density : array_like, A/m^2. Stripping current density; the magnitude is used.
    diffusivity : array_like, m^2/s. Diffusivity D that belongs to the concentration change.
    concentration_change : array_like, mol/m^3. Change of concentration the surface tolerates, dc.

    Returns
    -------
    float or array, s
        Depletion time; infinite at zero current.

    Notes
    -----
    Validity: thick metal, no creep. D and dc must belong together: tracer diffusivity with the site concentration, or
    vacancy diffusivity with the vacancy concentration. Confidence: L.
    Source: sand1901

    Examples
    --------
    >>> round(vacancy_depletion_time(10.0, 5.6e-15, 7.7e4))
    2428
    """
    current = np.abs(real("current_density", current_density))
    diffusion = positive("diffusivity", diffusivity)
    change = positive("concentration_change", concentration_change)
    with np.errstate(divide="ignore"):
        return plain(math.pi * diffusion * (FARADAY * change / (2 * current)) ** 2)


def vacancy_limited_current(diffusivity: ArrayLike, concentration_change: ArrayLike, thickness: ArrayLike) -> Values:
    """Steady stripping current that vacancy diffusion through a lithium layer can carry.

    ::

        i = F D dc / L

    Parameters
    ----------
    diffusivity : array_like, m^2/s. Diffusivity D that belongs to the concentration change.
    concentration_change : array_like, mol/m^3. Difference of concentration across the layer, dc.
    thickness : array_like, m. Thickness of the lithium, L.

    Returns
    -------
    float or array, A/m^2
        Limiting current density.

    Notes
    -----
    Validity: steady state, flat layer, no creep. Confidence: L.
    Source: jow1983

    Examples
    --------
    >>> round(vacancy_limited_current(5.6e-15, 7.7e4, 10e-6), 2)
    4.16
    """
    diffusion = positive("diffusivity", diffusivity)
    change = nonnegative("concentration_change", concentration_change)
    return plain(FARADAY * diffusion * change / positive("thickness", thickness))


def void_closure_rate(
    pressure: ArrayLike,
    creep_rate_prefactor: ArrayLike,
    creep_exponent: ArrayLike,
    shape: str = "sphere",
    radius: ArrayLike | None = None,
    surface_energy: ArrayLike = 0.0,
) -> Values:
    """Relative rate at which an isolated void changes its radius in creeping lithium under pressure.

    ::

        sphere    (1/a) da/dt = -(A/2) (3 P / (2 n))^n,             P = p + 2 gamma/a
        cylinder  (1/a) da/dt = -(sqrt(3)/2) A (sqrt(3) P / n)^n,   P = p + gamma/a

    Parameters
    ----------
    pressure : array_like, Pa. Far-field pressure p, positive in compression; tension opens the void.
    creep_rate_prefactor : array_like, 1/s. Uniaxial strain rate at 1 Pa, A in 1/(s Pa^n), at temperature.
    creep_exponent : array_like, 1. Stress exponent n.
    shape : {"sphere", "cylinder"}. Shape of the void; the cylinder is long (plane strain).
    radius : array_like, m. Radius a of the void; needed with a surface energy, unused without.
    surface_energy : array_like, J/m^2. Surface energy of lithium, gamma.

    Returns
    -------
    float or array, 1/s
        Negative when the void shrinks. A hemispherical void on a frictionless flat wall closes at the sphere's rate.

    Notes
    -----
    Validity: empty void in a body much larger than the void, incompressible power-law creep. Confidence: S.
    Source: wilkinson1975, norton1929

    Examples
    --------
    >>> round(void_closure_rate(3e6, 3.3e-7 / 3e5**6.55, 6.55) * 1e6, 2)
    -37.54
    """
    one_of("shape", shape, ("sphere", "cylinder"))
    a, n = positive("creep_rate_prefactor", creep_rate_prefactor), positive("creep_exponent", creep_exponent)
    gamma, p = nonnegative("surface_energy", surface_energy), real("pressure", pressure)
    if gamma.any():
        if radius is None:
            raise InvalidInput("radius", None, "a radius in m", "A surface energy acts through the radius of the void")
        p = p + (2 if shape == "sphere" else 1) * gamma / positive("radius", radius)
    elif radius is not None:
        p = p + 0.0 * positive("radius", radius)
    stress, front = (1.5 * p / n, 0.5) if shape == "sphere" else (math.sqrt(3) * p / n, math.sqrt(3) / 2)
    return plain(-front * np.sign(p) * (a ** (1 / n) * np.abs(stress)) ** n)


def replenishment_pressure(
    current_density: ArrayLike,
    thickness: ArrayLike,
    creep_rate_prefactor: ArrayLike,
    creep_exponent: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Pressure at which creep of the whole lithium layer brings back what stripping removes.

    ::

        A p^n h = i V / F

    Parameters
    ----------
    current_density : array_like, A/m^2. Stripping current density; the magnitude is used.
    thickness : array_like, m. Thickness of the lithium, h.
    creep_rate_prefactor : array_like, 1/s. Uniaxial strain rate at 1 Pa, A in 1/(s Pa^n), at temperature.
    creep_exponent : array_like, 1. Stress exponent n.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, Pa
        Pressure of the balance.

    Notes
    -----
    Validity: order of magnitude; the whole layer is taken to strain uniaxially at the stress p. It gives p ~ i^(1/n),
    far weaker than the critical stack pressures measured (four times the current needs about five times the pressure
    on a garnet), so diffusion and contact must enter. Confidence: U.
    Source: norton1929, wang2019

    Examples
    --------
    >>> round(replenishment_pressure(10.0, 50e-6, 3.3e-7 / 3e5**6.55, 6.55) / 1e6, 2)
    0.59
    """
    current = np.abs(real("current_density", current_density))
    rate = current * positive("molar_volume", molar_volume) / (FARADAY * positive("thickness", thickness))
    a, n = positive("creep_rate_prefactor", creep_rate_prefactor), positive("creep_exponent", creep_exponent)
    return plain(rate ** (1 / n) * a ** (-1 / n))


def void_contact_fraction(
    void_height: ArrayLike, void_density: ArrayLike, contact_angle: ArrayLike = math.pi / 2
) -> Values:
    """Contact that is left when voids of one size hold a given volume at an interface.

    ::

        a = 1 - N pi r^2,   w = N k r^3,   k = (pi/6) (2 - cos th) cos(th/2) / sin(th/2)^3

    Parameters
    ----------
    void_height : array_like, m. Void volume for each area of interface, w.
    void_density : array_like, 1/m^2. Voids for each area of interface, N.
    contact_angle : array_like, rad. Angle of lithium on the electrolyte, th, measured through the lithium.

    Returns
    -------
    float or array, 1
        Contact fraction, 0 once the footprints would cover the interface.

    Notes
    -----
    A void is a cap of a sphere of radius R standing on the electrolyte with the inner angle pi - th, footprint
    radius r = R sin th and height R (1 + cos th), hence k = volume / r^3. At th = 90 deg it is a hemisphere,
    k = 2 pi/3. Lithium that does not wet (th above 90 deg, a contaminated surface) makes a flat void, k falls, and
    the same volume costs more contact; lithium that wets makes a bead on a small foot.
    Validity: equal voids that do not overlap; capillary shape, voids smaller than the lithium is thick.
    Confidence: S. Geometry, derived here; the setting is that of the source.
    Source: hatzell2020

    Examples
    --------
    >>> round(void_contact_fraction(1e-6, 1e10), 3)
    0.587
    """
    w, density = nonnegative("void_height", void_height), positive("void_density", void_density)
    radius = np.cbrt(w / (density * _cap_volume(contact_angle)))
    return plain(np.maximum(0.0, 1.0 - density * math.pi * radius**2))


def void_height_from_contact(
    contact_fraction: ArrayLike, void_density: ArrayLike, contact_angle: ArrayLike = math.pi / 2
) -> Values:
    """Void volume for each area that leaves a given contact: the inverse of :func:`void_contact_fraction`.

    ::

        w = N k ((1 - a) / (N pi))^(3/2)

    Parameters
    ----------
    contact_fraction : array_like, 1. Contact fraction a; 0 gives the smallest volume that takes all contact.
    void_density : array_like, 1/m^2. Voids for each area of interface, N.
    contact_angle : array_like, rad. Angle of lithium on the electrolyte, measured through the lithium.

    Returns
    -------
    float or array, m
        Void volume for each area of interface.

    Notes
    -----
    Validity: as for the contact fraction; k is given there. Confidence: S.
    Source: hatzell2020

    Examples
    --------
    >>> round(void_height_from_contact(0.0, 1e10) * 1e6, 2)
    3.76
    """
    a, density = fraction("contact_fraction", contact_fraction), positive("void_density", void_density)
    return plain(density * _cap_volume(contact_angle) * ((1 - a) / (density * math.pi)) ** 1.5)


def _cap_volume(contact_angle: ArrayLike) -> Values:
    """Volume over cubed footprint radius; the angle is measured through the lithium."""
    angle = positive("contact_angle", contact_angle)
    if (angle >= math.pi).any():
        raise InvalidInput("contact_angle", float(angle.max()), "an angle between 0 and pi rad, both excluded")
    return math.pi / 6 * (2 - np.cos(angle)) * np.cos(angle / 2) / np.sin(angle / 2) ** 3
