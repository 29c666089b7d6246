"""Charge transfer at lithium, and how stress shifts it.

What belongs here: current against overpotential at one point, and the effect of pressure and curvature on it. What
does not: the shape of the interface (stability), current distribution (focusing).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Array, Values, nonnegative, open_fraction, plain, positive, real
from lisse.units import FARADAY, GAS_CONSTANT, LITHIUM_MOLAR_VOLUME

__all__ = [
    "butler_volmer",
    "kinetics_ratio",
    "overpotential",
    "stress_potential",
    "tip_current",
    "tip_radius_optimal",
]


def butler_volmer(
    overpotential: ArrayLike,
    exchange_current_density: ArrayLike,
    temperature: ArrayLike,
    anodic_transfer_coefficient: ArrayLike = 0.5,
) -> Values:
    """Current density of a one-electron transfer at an overpotential.

    ::

        i = i0 {exp[alpha_a F eta/(R T)] - exp[-(1 - alpha_a) F eta/(R T)]}

    Parameters
    ----------
    overpotential : array_like, V. Overpotential eta; above zero the current is anodic (stripping).
    exchange_current_density : array_like, A/m^2. Exchange current density i0.
    temperature : array_like, K. Temperature.
    anodic_transfer_coefficient : array_like, 1. Transfer coefficient alpha_a, between 0 and 1.

    Returns
    -------
    float or array, A/m^2
        Current density, anodic positive; infinite once it leaves the range of a float.

    Notes
    -----
    Validity: charge transfer alone, without film or transport. Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(butler_volmer(0.01, 10.0, 298.15), 4)
    3.9168
    """
    i0 = positive("exchange_current_density", exchange_current_density)
    x = real("overpotential", overpotential) * FARADAY / (GAS_CONSTANT * positive("temperature", temperature))
    alpha = open_fraction("anodic_transfer_coefficient", anodic_transfer_coefficient)
    with np.errstate(over="ignore"):
        return plain(i0 * (np.expm1(alpha * x) - np.expm1((alpha - 1) * x)))


def overpotential(
    current_density: ArrayLike,
    exchange_current_density: ArrayLike,
    temperature: ArrayLike,
    anodic_transfer_coefficient: ArrayLike = 0.5,
) -> Values:
    """Overpotential that drives a current density: the inverse of :func:`butler_volmer`.

    ::

        alpha_a = 1/2:  eta = (2 R T/F) asinh(i / (2 i0));   otherwise the root in logarithmic form

    Parameters
    ----------
    current_density : array_like, A/m^2. Current density, anodic (stripping) positive.
    exchange_current_density : array_like, A/m^2. Exchange current density i0.
    temperature : array_like, K. Temperature.
    anodic_transfer_coefficient : array_like, 1. Transfer coefficient alpha_a, between 0 and 1.

    Returns
    -------
    float or array, V
        Overpotential with the sign of the current.

    Notes
    -----
    Validity: charge transfer alone; any ratio i/i0 that a float can hold. Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(overpotential(3.9168, 10.0, 298.15), 5)
    0.01
    """
    current = real("current_density", current_density)
    i0 = positive("exchange_current_density", exchange_current_density)
    thermal = GAS_CONSTANT * positive("temperature", temperature) / FARADAY
    alpha = open_fraction("anodic_transfer_coefficient", anodic_transfer_coefficient)
    with np.errstate(divide="ignore", over="ignore"):
        log_ratio = np.log(np.abs(current)) - np.log(i0)
        half_ratio = 0.5 * np.abs(current) / i0
    if (alpha == 0.5).all():
        size = 2 * np.where(half_ratio < 1e300, np.arcsinh(half_ratio), log_ratio)
    else:
        log_ratio, forward = np.broadcast_arrays(log_ratio, np.where(current < 0, 1 - alpha, alpha))
        size = _inverse(log_ratio, forward)
    return plain(thermal * np.sign(current) * size)


def _inverse(log_ratio: Array, alpha: Array) -> Array:
    """Root x >= 0 of alpha x + ln(1 - exp(-x)) = log_ratio.

    The left side rises and is concave and the start lies below the root, so Newton climbs to it without passing it.
    """
    linear = log_ratio < -600.0  # there x is the ratio itself, and zero current gives zero
    target = np.where(linear, 0.0, log_ratio)
    x = np.maximum(np.logaddexp(0.0, target), target / alpha)
    for _ in range(60):
        small = x < 1e-8
        gap = np.where(small, np.log(x), np.log(-np.expm1(-x)))
        slope = alpha + np.exp(-x) / -np.expm1(-x)
        step = (target - alpha * x - gap) / slope
        x = np.maximum(x + step, 0.5 * x)
        if (np.abs(step) <= 1e-9 * x).all():  # the next step would be below rounding
            break
    return np.where(linear, np.exp(log_ratio), x)


def stress_potential(pressure: ArrayLike, molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME) -> Values:
    """Shift of the equilibrium potential by pressure in the metal.

    ::

        dU = V p / F

    Parameters
    ----------
    pressure : array_like, Pa. Pressure in the metal, positive in compression.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, V
        13.5 mV for 100 MPa; squeezed metal is harder to plate and easier to strip by this much.

    Notes
    -----
    Validity: electrolyte unstressed; otherwise the ion's own V p is subtracted. Confidence: S.
    Source: monroe2004

    Examples
    --------
    >>> round(stress_potential(100e6) * 1e3, 2)
    13.47
    """
    return plain(positive("molar_volume", molar_volume) * real("pressure", pressure) / FARADAY)


def kinetics_ratio(
    chemical_potential_shift: ArrayLike, anodic_transfer_coefficient: ArrayLike, temperature: ArrayLike
) -> Values:
    """Exchange current density of a deformed interface over that of a flat one.

    ::

        i/i_flat = exp[(1 - alpha_a) dmu / (R T)]

    Parameters
    ----------
    chemical_potential_shift : array_like, J/mol. Shift dmu of the electron's chemical potential by deformation.
    anodic_transfer_coefficient : array_like, 1. Transfer coefficient alpha_a, between 0 and 1.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, 1
        Ratio of current densities under Tafel plating; infinite once it leaves the range of a float.

    Notes
    -----
    Validity: the convention of the source, in which a negative shift at a peak slows plating there (stable).
    Confidence: S.
    Source: monroe2004

    Examples
    --------
    >>> round(kinetics_ratio(-100.0, 0.5, 298.15), 4)
    0.98
    """
    alpha = open_fraction("anodic_transfer_coefficient", anodic_transfer_coefficient)
    shift, absolute = real("chemical_potential_shift", chemical_potential_shift), positive("temperature", temperature)
    with np.errstate(over="ignore"):
        return plain(np.exp((1 - alpha) * shift / (GAS_CONSTANT * absolute)))


def tip_current(
    radius: ArrayLike,
    overpotential: ArrayLike,
    exchange_current_density: ArrayLike,
    diffusivity: ArrayLike,
    concentration: ArrayLike,
    surface_energy: ArrayLike,
    temperature: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Current density at the rounded tip of a filament: driving force less capillarity, over kinetics and diffusion.

    ::

        i = [eta - 2 gamma V/(F r)] / [R T/(F i0) + R T r/(F^2 D c)]

    Parameters
    ----------
    radius : array_like, m. Tip radius r.
    overpotential : array_like, V. Plating overpotential eta, positive when it drives plating.
    exchange_current_density : array_like, A/m^2. Exchange current density i0.
    diffusivity : array_like, m^2/s. Diffusivity D of the plated ion.
    concentration : array_like, mol/m^3. Concentration c of the plated ion far from the tip.
    surface_energy : array_like, J/m^2. Interfacial energy gamma of the tip.
    temperature : array_like, K. Temperature.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, A/m^2
        Plating current density at the tip; below zero the tip dissolves because it is too sharp.

    Notes
    -----
    Validity: small overpotential (linear kinetics), spherical diffusion to the tip. Confidence: L.
    Source: barton1962

    Examples
    --------
    >>> round(tip_current(1e-6, 0.05, 10.0, 1e-12, 1000.0, 0.5, 353.15), 3)
    14.847
    """
    r, eta = positive("radius", radius), real("overpotential", overpotential)
    drive = eta - 2 * _capillary(surface_energy, molar_volume) / r
    kinetic, diffusive = _resistances(exchange_current_density, diffusivity, concentration, temperature)
    return plain(drive / (kinetic + diffusive * r))


def tip_radius_optimal(
    overpotential: ArrayLike,
    exchange_current_density: ArrayLike,
    diffusivity: ArrayLike,
    concentration: ArrayLike,
    surface_energy: ArrayLike,
    temperature: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Tip radius of the fastest filament: the maximum of :func:`tip_current` over the radius.

    ::

        r = g + sqrt(g^2 + g F D c/i0),   g = 2 gamma V/(F eta)

    Parameters
    ----------
    overpotential : array_like, V. Plating overpotential eta, above zero.
    exchange_current_density : array_like, A/m^2. Exchange current density i0.
    diffusivity : array_like, m^2/s. Diffusivity D of the plated ion.
    concentration : array_like, mol/m^3. Concentration c of the plated ion far from the tip.
    surface_energy : array_like, J/m^2. Interfacial energy gamma of the tip.
    temperature : array_like, K. Temperature; it cancels and is only checked.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, m
        Radius of the fastest tip; g is the radius below which a tip dissolves.

    Notes
    -----
    Validity: as for the tip current. Confidence: L (form), S (maximum).
    Source: barton1962

    Examples
    --------
    >>> round(tip_radius_optimal(0.05, 10.0, 1e-12, 1000.0, 0.5, 353.15) * 1e9, 1)
    164.0
    """
    critical = 2 * _capillary(surface_energy, molar_volume) / positive("overpotential", overpotential)
    kinetic, diffusive = _resistances(exchange_current_density, diffusivity, concentration, temperature)
    return plain(critical + np.sqrt(critical**2 + critical * kinetic / diffusive))


def _capillary(surface_energy: ArrayLike, molar_volume: ArrayLike) -> Values:
    return nonnegative("surface_energy", surface_energy) * positive("molar_volume", molar_volume) / FARADAY


def _resistances(
    exchange_current_density: ArrayLike, diffusivity: ArrayLike, concentration: ArrayLike, temperature: ArrayLike
) -> tuple[Values, Values]:
    """Charge-transfer resistance [ohm m2] and diffusion resistance for each metre of tip radius [ohm m]."""
    thermal = GAS_CONSTANT * positive("temperature", temperature) / FARADAY
    supply = FARADAY * positive("diffusivity", diffusivity) * positive("concentration", concentration)
    return thermal / positive("exchange_current_density", exchange_current_density), thermal / supply
