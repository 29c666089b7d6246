"""Exchange of ions between polymer and ceramic: rate, detailed balance, exchange current, interface resistance.

What belongs here: the step across the interface, where an ion leaves its solvation shell for a site of the ceramic.
What does not: the layers of charge beside it (space_charge), what the resistance does to a mixture (fillers), charge
transfer to a metal (kinetics).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Values, nonnegative, open_fraction, plain, positive, real
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "exchange_barrier",
    "exchange_rate",
    "exchange_resistance",
    "interface_exchange_current",
    "reverse_exchange_rate",
]


def exchange_rate(attempt_frequency: ArrayLike, desolvation_barrier: ArrayLike, temperature: ArrayLike) -> Values:
    """Rate at which one ion of the polymer's last layer enters the ceramic.

    ::

        k = nu exp(-E / (R T))

    Parameters
    ----------
    attempt_frequency : array_like, 1/s. Attempts nu, 1e12 to 1e13, times the free sites within reach.
    desolvation_barrier : array_like, J/mol. Energy E of the ion between shell and site above that in the polymer.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, 1/s
        Rate per ion, polymer to ceramic.

    Notes
    -----
    Validity: one step over one barrier; the shell follows at once. A solvating additive that lowers E by dE speeds the
    exchange by exp(dE/RT), tenfold for 59 meV at 25 degC. Confidence: S (form); the barriers are hardly known, U.
    Source: vineyard1957

    Examples
    --------
    >>> round(exchange_rate(1e12, 0.6 * 96485.33, 298.15), 1)
    72.1
    """
    nu = positive("attempt_frequency", attempt_frequency)
    energy = nonnegative("desolvation_barrier", desolvation_barrier)
    return plain(nu * np.exp(-energy / (GAS_CONSTANT * positive("temperature", temperature))))


def reverse_exchange_rate(
    exchange_rate: ArrayLike,
    energy_offset: ArrayLike,
    site_density_polymer: ArrayLike,
    site_density_ceramic: ArrayLike,
    temperature: ArrayLike,
) -> Values:
    """Rate of the way back from the ceramic into the polymer, by detailed balance.

    ::

        k' = k (N_p / N_c) exp(dE / (R T))      so that  n_p k = n_c k'  for  n ~ N exp(-E / (R T))

    Parameters
    ----------
    exchange_rate : array_like, 1/s. k, polymer to ceramic.
    energy_offset : array_like, J/mol. dE, energy of an ion in the ceramic less that in the polymer.
    site_density_polymer : array_like, mol/m^3. Sites N_p of the polymer.
    site_density_ceramic : array_like, mol/m^3. Sites N_c of the ceramic.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, 1/s
        Rate per ion, ceramic to polymer.

    Notes
    -----
    Validity: any two phases in equilibrium; sites of which few are taken, otherwise N times the free share. The
    potential step between the phases belongs to dE. Confidence: S.
    Source: onsager1931

    Examples
    --------
    >>> round(reverse_exchange_rate(100.0, 5e3, 2e3, 2e4, 298.15), 2)
    75.16
    """
    k, offset = nonnegative("exchange_rate", exchange_rate), real("energy_offset", energy_offset)
    sites = positive("site_density_polymer", site_density_polymer)
    ratio = sites / positive("site_density_ceramic", site_density_ceramic)
    return plain(k * ratio * np.exp(offset / (GAS_CONSTANT * positive("temperature", temperature))))


def interface_exchange_current(
    rate_into_ceramic: ArrayLike,
    rate_into_polymer: ArrayLike,
    areal_concentration_polymer: ArrayLike,
    areal_concentration_ceramic: ArrayLike,
    transfer_coefficient: ArrayLike = 0.5,
) -> Values:
    """Exchange current density between polymer and ceramic whose rates are those without a potential step.

    ::

        i0 = F (k n_p)^(1 - a) (k' n_c)^a

    Parameters
    ----------
    rate_into_ceramic : array_like, 1/s. k, per ion of the polymer's last layer.
    rate_into_polymer : array_like, 1/s. k', per ion of the ceramic's last layer.
    areal_concentration_polymer : array_like, mol/m^2. n_p, ions in that layer: concentration times hop length.
    areal_concentration_ceramic : array_like, mol/m^2. n_c likewise.
    transfer_coefficient : array_like, 1. a, share of a potential step that helps the way into the ceramic.

    Returns
    -------
    float or array, A/m^2
        Exchange current density; the interface then follows butler_volmer with these two coefficients.

    Notes
    -----
    Where the two flows differ, a step RT/F ln(k' n_c/(k n_p)) makes them equal in equilibrium, and what is left is this
    mean of theirs; where they are equal it is F k n_p. More salt alone (n_p) raises i0 by the power 1 - a.
    Validity: one step, charge layers that are thin or resist little. Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(interface_exchange_current(72.2, 72.2, 5e-7, 5e-7), 3)
    3.483
    """
    into, back = (
        nonnegative("rate_into_ceramic", rate_into_ceramic),
        nonnegative("rate_into_polymer", rate_into_polymer),
    )
    here = nonnegative("areal_concentration_polymer", areal_concentration_polymer)
    there = nonnegative("areal_concentration_ceramic", areal_concentration_ceramic)
    a = open_fraction("transfer_coefficient", transfer_coefficient)
    return plain(FARADAY * (into * here) ** (1 - a) * (back * there) ** a)


def exchange_resistance(exchange_rate: ArrayLike, areal_concentration: ArrayLike, temperature: ArrayLike) -> Values:
    """Resistance of an interface that ions cross by single hops, both ways equally often.

    ::

        R_int = R T / (F^2 k n) = k_B T / (e^2 k N_A n) = R T / (F i0)

    Parameters
    ----------
    exchange_rate : array_like, 1/s. Rate k per ion, out of either side.
    areal_concentration : array_like, mol/m^2. Ions n in the last layer of that side: concentration times hop length,
        1 mol/L x 0.5 nm = 5e-7 mol/m^2.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, ohm m^2
        Area-specific resistance.

    Notes
    -----
    It is the slope of butler_volmer at rest whatever the transfer coefficients. By detailed balance k n is the same
    from both sides, and so is the resistance.
    Validity: overpotentials below RT/F. Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(exchange_resistance(72.2, 5e-7, 298.15) * 1e4, 1)  # ohm cm2
    73.8
    """
    k, n = positive("exchange_rate", exchange_rate), positive("areal_concentration", areal_concentration)
    return plain(GAS_CONSTANT * positive("temperature", temperature) / (FARADAY**2 * k * n))


def exchange_barrier(
    interface_resistance: ArrayLike,
    areal_concentration: ArrayLike,
    attempt_frequency: ArrayLike,
    temperature: ArrayLike,
) -> Values:
    """Desolvation barrier that an interface resistance stands for.

    ::

        E = R T ln(nu F^2 n R_int / (R T))

    Parameters
    ----------
    interface_resistance : array_like, ohm m^2. R_int.
    areal_concentration : array_like, mol/m^2. Ions n in the last layer of the polymer.
    attempt_frequency : array_like, 1/s. Attempts nu.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, J/mol
        Barrier E, the inverse of exchange_rate in exchange_resistance; below zero where even hops at every attempt
        resist more.

    Notes
    -----
    Validity: the whole resistance is the step; a layer of poor conductor at the interface counts as barrier here. A
    wrong nu or n by a factor of ten moves E by 59 meV at 25 degC. Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(exchange_barrier(73.8e-4, 5e-7, 1e12, 298.15) / 96485.33, 3)  # eV
    0.6
    """
    area, n = (
        positive("interface_resistance", interface_resistance),
        positive("areal_concentration", areal_concentration),
    )
    thermal = GAS_CONSTANT * positive("temperature", temperature)
    return plain(thermal * np.log(positive("attempt_frequency", attempt_frequency) * FARADAY**2 * n * area / thermal))
