"""Space charge at an interface: Debye length, Gouy-Chapman and Mott-Schottky layers, and what they do to the current.

What belongs here: equilibrium profiles of one flat interface and the resistance across or conductance along them. What
does not: the hop over the interface itself (exchange).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Array, Values, nonnegative, plain, positive, real
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "debye_length",
    "gouy_chapman_charge",
    "gouy_chapman_potential",
    "mott_schottky_resistance",
    "mott_schottky_width",
    "space_charge_conductance",
    "space_charge_resistance",
]

_VACUUM = 8.8541878128e-12  # F/m (CODATA 2018)


def debye_length(relative_permittivity: ArrayLike, salt_concentration: ArrayLike, temperature: ArrayLike) -> Values:
    """Distance over which mobile ions screen a charge.

    ::

        l = [eps eps0 R T / (2 F^2 c)]^(1/2)

    Parameters
    ----------
    relative_permittivity : array_like, 1. eps.
    salt_concentration : array_like, mol/m^3. c of a 1:1 salt: of each of the two ions that move.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, m
        Debye length; sqrt(2) longer where only one of the ions moves.

    Notes
    -----
    Validity: dilute. At 1 mol/L it is below the size of an ion, which means that charge layers in such a polymer are
    one ion thick, not that the formula is exact. Confidence: S.
    Source: debye1923

    Examples
    --------
    >>> round(debye_length(7.5, 10.0, 333.15) * 1e9, 3)
    0.994
    """
    eps, c = (
        positive("relative_permittivity", relative_permittivity),
        positive("salt_concentration", salt_concentration),
    )
    thermal = GAS_CONSTANT * positive("temperature", temperature)
    return plain(np.sqrt(eps * _VACUUM * thermal / (2 * FARADAY**2 * c)))


def gouy_chapman_potential(
    distance: ArrayLike, surface_potential: ArrayLike, debye_length: ArrayLike, temperature: ArrayLike
) -> Values:
    """Potential in the diffuse layer of a 1:1 salt before a charged plane.

    ::

        phi = (4 R T/F) artanh[tanh(F phi0/(4 R T)) exp(-x/l)]

    Parameters
    ----------
    distance : array_like, m. x from the plane.
    surface_potential : array_like, V. phi0 at the plane, against the bulk; any sign.
    debye_length : array_like, m. l.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, V
        Potential against the bulk. Cations there have exp(-F phi/(R T)) of their bulk concentration, anions the
        inverse.

    Notes
    -----
    Validity: point ions in a thick layer; steps of many RT/F crowd ions beyond their size. Confidence: S.
    Source: gouy1910, chapman1913

    Examples
    --------
    >>> round(gouy_chapman_potential(1e-9, 0.1, 1e-9, 298.15) * 1e3, 2)
    29.11
    """
    x, unit = nonnegative("distance", distance), _thermal(temperature)
    size = np.tanh(real("surface_potential", surface_potential) / (4 * unit))
    return plain(4 * unit * np.arctanh(size * np.exp(-x / positive("debye_length", debye_length))))


def gouy_chapman_charge(
    surface_potential: ArrayLike,
    relative_permittivity: ArrayLike,
    salt_concentration: ArrayLike,
    temperature: ArrayLike,
) -> Values:
    """Charge of a plane behind a diffuse layer of a 1:1 salt.

    ::

        q = (8 eps eps0 R T c)^(1/2) sinh(F phi0/(2 R T))

    Parameters
    ----------
    surface_potential : array_like, V. phi0 at the plane, against the bulk; any sign.
    relative_permittivity : array_like, 1. eps.
    salt_concentration : array_like, mol/m^3. c of a 1:1 salt.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, C/m^2
        Charge of the plane; the layer holds the opposite.

    Notes
    -----
    At small potentials it is a plate condenser of one Debye length, q = eps eps0 phi0/l.
    Validity: point ions, thick layer. Confidence: S.
    Source: gouy1910, chapman1913

    Examples
    --------
    >>> round(gouy_chapman_charge(0.1, 78.5, 100.0, 298.15), 4)
    0.1273
    """
    phi = real("surface_potential", surface_potential)
    eps, c = (
        positive("relative_permittivity", relative_permittivity),
        positive("salt_concentration", salt_concentration),
    )
    absolute = positive("temperature", temperature)
    scale = np.sqrt(8 * eps * _VACUUM * GAS_CONSTANT * absolute * c)
    return plain(scale * np.sinh(phi / (2 * _thermal(absolute))))


def space_charge_resistance(
    surface_potential: ArrayLike, debye_length: ArrayLike, conductivity: ArrayLike, temperature: ArrayLike
) -> Values:
    """What a diffuse layer adds to the resistance of cations that cross it.

    ::

        dR = (1/s) int [c_bulk/c - 1] dx = (2 l/s) [exp(F phi0/(2 R T)) - 1]

    Parameters
    ----------
    surface_potential : array_like, V. phi0 at the plane, against the bulk; above zero the layer is depleted of cations.
    debye_length : array_like, m. l.
    conductivity : array_like, S/m. s of the cations in the bulk.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, ohm m^2
        Area-specific resistance beyond that of the bulk; below zero, at most by 2 l/s, where cations gather.

    Notes
    -----
    Exact for the profile of Gouy and Chapman. For 2 l = 1 nm and 0.1 mS/cm a step of 0.4 V makes 2.4 ohm cm2 at
    25 degC: depletion explains large interface resistances only where the step is large.
    Validity: a small current, cations of constant mobility, anions at rest. Confidence: S.
    Source: maier1995

    Examples
    --------
    >>> round(space_charge_resistance(0.2, 1e-9, 1e-2, 298.15) * 1e4, 3)  # ohm cm2
    0.096
    """
    phi, length = real("surface_potential", surface_potential), positive("debye_length", debye_length)
    factor = 2 * length / positive("conductivity", conductivity)
    return plain(factor * np.expm1(phi / (2 * _thermal(temperature))))


def space_charge_conductance(
    surface_potential: ArrayLike, debye_length: ArrayLike, conductivity: ArrayLike, temperature: ArrayLike
) -> Values:
    """What a diffuse layer adds to the conductance of cations along it.

    ::

        dG = s int [c/c_bulk - 1] dx = 2 l s [exp(-F phi0/(2 R T)) - 1]

    Parameters
    ----------
    surface_potential : array_like, V. phi0 at the plane, against the bulk; below zero cations gather in the layer.
    debye_length : array_like, m. l.
    conductivity : array_like, S/m. s of the cations in the bulk.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, S
        Conductance of a square of the layer beyond that of the bulk; a layer of thickness t conducts s + dG/t.

    Notes
    -----
    Validity: as for space_charge_resistance. Confidence: S.
    Source: maier1995

    Examples
    --------
    >>> round(space_charge_conductance(-0.2, 1e-9, 1e-2, 298.15) * 1e9, 3)
    0.96
    """
    phi, length = real("surface_potential", surface_potential), positive("debye_length", debye_length)
    return plain(2 * length * positive("conductivity", conductivity) * np.expm1(-phi / (2 * _thermal(temperature))))


def mott_schottky_width(
    potential_step: ArrayLike, relative_permittivity: ArrayLike, fixed_charge_concentration: ArrayLike
) -> Values:
    """Width of a layer that its mobile ions have left, while a fixed charge stays.

    ::

        W = [2 eps eps0 phi0 / (F N)]^(1/2)

    Parameters
    ----------
    potential_step : array_like, V. Size of the step phi0 over the layer.
    relative_permittivity : array_like, 1. eps.
    fixed_charge_concentration : array_like, mol/m^3. N, charges of the frozen lattice (dopants) that the ions balanced.

    Returns
    -------
    float or array, m
        Width.

    Notes
    -----
    Validity: steps of several RT/F, one mobile ion, uniform dopant. Confidence: S.
    Source: schottky1939, mott1939

    Examples
    --------
    >>> round(mott_schottky_width(0.3, 20.0, 1000.0) * 1e9, 3)
    1.049
    """
    phi, n = (
        nonnegative("potential_step", potential_step),
        positive("fixed_charge_concentration", fixed_charge_concentration),
    )
    eps = positive("relative_permittivity", relative_permittivity)
    return plain(np.sqrt(2 * eps * _VACUUM * phi / (FARADAY * n)))


def mott_schottky_resistance(
    potential_step: ArrayLike, width: ArrayLike, conductivity: ArrayLike, temperature: ArrayLike
) -> Values:
    """What a depleted layer with a fixed charge adds to the resistance of the ions that cross it.

    ::

        dR = (W/s) [e^u D(u^1/2)/u^1/2 - 1],   u = F phi0/(R T),   D(y) = e^(-y^2) int_0^y e^(t^2) dt
           -> (W/s) e^u/(2 u)   for a large step

    Parameters
    ----------
    potential_step : array_like, V. Size of the step phi0 over the layer.
    width : array_like, m. W.
    conductivity : array_like, S/m. s in the bulk.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, ohm m^2
        Area-specific resistance beyond that of the bulk.

    Notes
    -----
    Exact for a parabola of the potential and ions in equilibrium with it, n = N exp(-F phi/(R T)).
    Validity: a small current, ions few enough to follow Boltzmann. Confidence: S.
    Source: maier1995

    Examples
    --------
    >>> round(mott_schottky_resistance(0.3, 1e-9, 0.05, 298.15) * 1e4, 3)  # ohm cm2
    1.059
    """
    from scipy import special

    u = nonnegative("potential_step", potential_step) / _thermal(temperature)
    base = positive("width", width) / positive("conductivity", conductivity)
    y = np.sqrt(np.where(u > 1e-4, u, 1.0))
    exact = np.exp(u) * special.dawsn(y) / y - 1.0
    return plain(base * np.where(u > 1e-4, exact, u / 3 + u**2 / 10))


def _thermal(temperature: ArrayLike) -> Array:
    """R T/F in volts."""
    return GAS_CONSTANT * positive("temperature", temperature) / FARADAY
