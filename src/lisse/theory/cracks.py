"""Penetration by cracking (Mode 1): how much overpotential, current or pressure opens a flaw filled with lithium.

What belongs here: fracture mechanics of one lithium-filled flaw. What does not: populations of flaws and growth in
time (models), flow laws of lithium (creep).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Values, nonnegative, one_of, plain, poisson_ratio, positive, real
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

__all__ = [
    "ansell_critical_current",
    "crack_opening_area",
    "crack_overpotential",
    "critical_flaw_length",
    "extrusion_pressure",
    "fracture_stress",
    "grain_boundary_current_limit",
    "plating_pressure",
]

GEOMETRY_FACTORS = {"through": 1.0, "edge": 1.1215222, "penny": 2.0 / math.pi}
"""Y in K = Y sigma sqrt(pi a): through crack of length 2a, edge crack of depth a, penny-shaped crack of radius a."""


def ansell_critical_current(
    surface_energy: ArrayLike,
    crack_half_width: ArrayLike,
    crack_length: ArrayLike,
    youngs_modulus: ArrayLike,
    poisson_ratio: ArrayLike,
    viscosity: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Current density above which viscous metal cannot leave a crack fast enough to keep it from growing (Ansell).

    ::

        i_crit = pi (1 - nu^2) F gamma^2 c^2 / (8 V E eta l^3)

    Parameters
    ----------
    surface_energy : array_like, J/m^2. Effective surface energy of the metal, gamma.
    crack_half_width : array_like, m. Half the opening of the crack, c.
    crack_length : array_like, m. Length of the crack, l.
    youngs_modulus : array_like, Pa. Young's modulus of the electrolyte, E.
    poisson_ratio : array_like, 1. Poisson ratio of the electrolyte.
    viscosity : array_like, Pa s. Viscosity of the metal, eta.
    molar_volume : array_like, m^3/mol. Molar volume of the metal.

    Returns
    -------
    float or array, A/m^2
        Critical current density.

    Notes
    -----
    Validity: Newtonian metal flowing out of a long thin crack; a stiffer electrolyte lowers this limit, the opposite
    of what the stability theory of a smooth interface says. Report both verdicts, never their average.
    Confidence: L. The formula is taken as printed in the perspective.
    Source: ansell1986, hatzell2020

    Examples
    --------
    >>> round(ansell_critical_current(10.0, 1e-6, 1e-5, 150e9, 0.26, 1e3), 2)
    1.81
    """
    gamma = positive("surface_energy", surface_energy)
    c, length = positive("crack_half_width", crack_half_width), positive("crack_length", crack_length)
    modulus, nu = _elastic(youngs_modulus, poisson_ratio)
    eta, volume = positive("viscosity", viscosity), positive("molar_volume", molar_volume)
    return plain(math.pi * (1 - nu**2) * FARADAY * gamma**2 * c**2 / (8 * volume * modulus * eta * length**3))


def plating_pressure(overpotential: ArrayLike, molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME) -> Values:
    """Largest pressure at which lithium still plates against an overpotential.

    ::

        p = F eta / V

    Parameters
    ----------
    overpotential : array_like, V. Local plating overpotential, counted positive when it drives plating.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, Pa
        Pressure in compression; 7.4 MPa for each millivolt.

    Notes
    -----
    Validity: equilibrium bound, with the electrolyte itself unstressed. Confidence: S.
    Source: porz2017

    Examples
    --------
    >>> round(plating_pressure(1e-3) / 1e6, 3)
    7.422
    """
    return plain(FARADAY * real("overpotential", overpotential) / positive("molar_volume", molar_volume))


def fracture_stress(fracture_toughness: ArrayLike, flaw_length: ArrayLike, geometry: str = "edge") -> Values:
    """Stress, or pressure inside the flaw, at which a flaw of a given size grows.

    ::

        sigma_F = K_IC / (Y sqrt(pi a))

    Parameters
    ----------
    fracture_toughness : array_like, Pa m^0.5. Fracture toughness K_IC.
    flaw_length : array_like, m. Half-length (through), depth (edge) or radius (penny) of the flaw, a.
    geometry : {"through", "edge", "penny"}. Shape of the flaw; Y = 1, 1.1215222 and 2/pi.

    Returns
    -------
    float or array, Pa
        Fracture stress.

    Notes
    -----
    Validity: linear elasticity, flaw small against the body. Confidence: S.
    Source: griffith1921, porz2017

    Examples
    --------
    >>> round(fracture_stress(1e6, 5e-6, "edge") / 1e6, 1)
    225.0
    """
    toughness = positive("fracture_toughness", fracture_toughness)
    length = positive("flaw_length", flaw_length)
    return plain(toughness / (_factor(geometry) * np.sqrt(math.pi * length)))


def crack_overpotential(
    fracture_toughness: ArrayLike,
    flaw_length: ArrayLike,
    geometry: str = "edge",
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Plating overpotential at which lithium inside a flaw makes it grow (Griffith, Porz).

    ::

        eta_c = (V / F) K_IC / (Y sqrt(pi a))

    Parameters
    ----------
    fracture_toughness : array_like, Pa m^0.5. Fracture toughness of the electrolyte, K_IC.
    flaw_length : array_like, m. Half-length (through), depth (edge) or radius (penny) of the flaw, a.
    geometry : {"through", "edge", "penny"}. Shape of the flaw; Y = 1, 1.1215222 and 2/pi.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, V
        Critical overpotential.

    Notes
    -----
    Validity: lithium fills the flaw and cannot flow out of it. Confidence: S.
    Source: porz2017, griffith1921

    Examples
    --------
    >>> round(crack_overpotential(1e6, 5e-6, "edge"), 5)
    0.03031
    """
    volume = positive("molar_volume", molar_volume)
    return plain(volume / FARADAY * fracture_stress(fracture_toughness, flaw_length, geometry))


def critical_flaw_length(
    overpotential: ArrayLike,
    fracture_toughness: ArrayLike,
    geometry: str = "edge",
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Smallest flaw that an overpotential can make grow: the inverse of :func:`crack_overpotential`.

    ::

        a = (K_IC V / (Y F eta))^2 / pi

    Parameters
    ----------
    overpotential : array_like, V. Plating overpotential; zero gives an infinite length.
    fracture_toughness : array_like, Pa m^0.5. Fracture toughness of the electrolyte, K_IC.
    geometry : {"through", "edge", "penny"}. Shape of the flaw; Y = 1, 1.1215222 and 2/pi.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, m
        Half-length (through), depth (edge) or radius (penny).

    Notes
    -----
    Validity: as for the overpotential of a crack. Confidence: S.
    Source: porz2017, griffith1921

    Examples
    --------
    >>> round(critical_flaw_length(0.0303123, 1e6, "edge") * 1e6, 3)
    5.0
    """
    pressure = plating_pressure(nonnegative("overpotential", overpotential), molar_volume)
    toughness = positive("fracture_toughness", fracture_toughness)
    with np.errstate(divide="ignore"):
        return plain((toughness / (_factor(geometry) * np.asarray(pressure))) ** 2 / math.pi)


def grain_boundary_current_limit(
    fracture_stress: ArrayLike,
    grain_boundary_resistance: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Current density at which the drop across one grain boundary can fracture it (Raj and Wolfenstine).

    ::

        i_crit = sigma_F V / (F R_gb)

    Parameters
    ----------
    fracture_stress : array_like, Pa. Fracture stress of the boundary; see :func:`fracture_stress`.
    grain_boundary_resistance : array_like, ohm m^2. Area-specific resistance of one boundary.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, A/m^2
        Critical current density; infinite without a boundary resistance.

    Notes
    -----
    Validity: the boundary's ohmic drop is the overpotential that acts in the flaw, so i_crit R_gb equals
    :func:`crack_overpotential` for the same flaw. Confidence: L.
    Source: raj2017

    Examples
    --------
    >>> round(grain_boundary_current_limit(225e6, 1e-3), 2)
    30.32
    """
    stress = positive("fracture_stress", fracture_stress)
    resistance = nonnegative("grain_boundary_resistance", grain_boundary_resistance)
    with np.errstate(divide="ignore"):
        return plain(stress * positive("molar_volume", molar_volume) / (FARADAY * resistance))


def extrusion_pressure(
    current_density: ArrayLike,
    slot_half_width: ArrayLike,
    slot_depth: ArrayLike,
    creep_prefactor: ArrayLike,
    creep_exponent: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Pressure at the bottom of a rigid slot when lithium plated on both faces is squeezed out through its mouth.

    ::

        p = [(n + 2) (2 i V / F) / (2 B h^(n+2))]^(1/n) l^(1+1/n) / (1 + 1/n),   B = 3^((n+1)/2) A

    Parameters
    ----------
    current_density : array_like, A/m^2. Plating current density on each face of the slot.
    slot_half_width : array_like, m. Half the width of the slot, h.
    slot_depth : array_like, m. Depth of the slot, l.
    creep_prefactor : array_like, 1/s. Strain rate at a uniaxial stress of 1 Pa, A in 1/(s Pa^n), at temperature.
    creep_exponent : array_like, 1. Stress exponent n; 1 with A = 1/(3 viscosity) is a Newtonian metal.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, Pa
        Pressure at the tip in excess of the pressure at the mouth.

    Notes
    -----
    Validity: rigid walls, no slip, h much less than l. For scratches and pores open to the electrode; a crack opens
    under its own pressure, where this is no limit. Confidence: S.
    Source: ansell1986, norton1929

    Examples
    --------
    >>> round(extrusion_pressure(10.0, 0.5e-6, 5e-6, (1 / 3e5) ** 6.55 * 3.3e-7, 6.55) / 1e6, 1)
    10.8
    """
    current = nonnegative("current_density", current_density)
    h, depth = positive("slot_half_width", slot_half_width), positive("slot_depth", slot_depth)
    a, n = positive("creep_prefactor", creep_prefactor), positive("creep_exponent", creep_exponent)
    rate = 2 * current * positive("molar_volume", molar_volume) / FARADAY
    drive = ((n + 2) * rate / (2 * 3 ** ((n + 1) / 2) * a)) ** (1 / n)
    return plain(drive * h ** (-(1 + 2 / n)) * depth ** (1 + 1 / n) / (1 + 1 / n))


def crack_opening_area(
    pressure: ArrayLike,
    crack_length: ArrayLike,
    youngs_modulus: ArrayLike,
    poisson_ratio: ArrayLike,
    geometry: str = "through",
) -> Values:
    """Area that a pressurised crack opens, that is its volume for each metre of thickness (plane strain).

    ::

        area = m (1 - nu^2) Y^2 pi a^2 p / E,   m = 2 tips (through) or 1 (edge)

    Parameters
    ----------
    pressure : array_like, Pa. Uniform pressure inside the crack, p.
    crack_length : array_like, m. Half-length (through) or depth (edge) of the crack, a.
    youngs_modulus : array_like, Pa. Young's modulus of the electrolyte, E.
    poisson_ratio : array_like, 1. Poisson ratio of the electrolyte.
    geometry : {"through", "edge"}. Crack of length 2a in an infinite body, or of depth a from a free surface.

    Returns
    -------
    float or array, m^2
        Opened area; proportional to the pressure, so area/pressure is the compliance of the crack.

    Notes
    -----
    Energy argument: p^2 d(area/p)/da / 2 is the energy release rate of all tips, m K^2 (1 - nu^2)/E with
    K = Y p sqrt(pi a); integrate over a. For the through crack this is Sneddon's ellipse, 2 pi (1 - nu^2) a^2 p/E.
    Validity: linear elasticity, plane strain, crack short against the body. Confidence: S.
    Source: sneddon1946, griffith1921

    Examples
    --------
    >>> round(crack_opening_area(100e6, 4e-6, 150e9, 0.26) * 1e12, 4)
    0.0625
    """
    one_of("geometry", geometry, ("through", "edge"))
    tips = 2 if geometry == "through" else 1
    modulus, nu = _elastic(youngs_modulus, poisson_ratio)
    p, a = real("pressure", pressure), nonnegative("crack_length", crack_length)
    return plain(tips * (1 - nu**2) * _factor(geometry) ** 2 * math.pi * a**2 * p / modulus)


def _factor(geometry: str) -> float:
    return GEOMETRY_FACTORS[one_of("geometry", geometry, tuple(GEOMETRY_FACTORS))]


def _elastic(youngs_modulus: ArrayLike, ratio: ArrayLike) -> tuple[Values, Values]:
    return positive("youngs_modulus", youngs_modulus), poisson_ratio("poisson_ratio", ratio)
