"""Hopping of ions: rates over barriers, diffusion on a lattice of sites, and how fast a polymer rearranges.

What belongs here: laws of one site and its neighbours, from which a lattice model takes its numbers. What does not:
disordered and renewing networks of bonds (bond_percolation), the step from one phase into another (exchange).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory import domain
from lisse.theory.domain import Values, nonnegative, plain, positive
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "hop_rate",
    "lattice_diffusivity",
    "nernst_einstein_conductivity",
    "renewal_rate_vtf",
    "renewal_rate_wlf",
    "vacancy_conductivity",
]


def hop_rate(attempt_frequency: ArrayLike, barrier: ArrayLike, temperature: ArrayLike) -> Values:
    """Rate of hops of one ion to one free neighbouring site.

    ::

        w = nu exp(-E / (R T))

    Parameters
    ----------
    attempt_frequency : array_like, 1/s. Attempts nu, 1e12 to 1e13 for Li+; it carries the entropy of migration.
    barrier : array_like, J/mol. Energy E of the saddle above the site; 1 eV is 96.5 kJ/mol.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, 1/s
        Rate from a site to one neighbour, not to all of them together.

    Notes
    -----
    Validity: barriers of several RT, harmonic sites, no memory between hops. Confidence: S.
    Source: vineyard1957

    Examples
    --------
    >>> round(hop_rate(1e13, 0.35 * 96485.33, 298.15) / 1e6, 1)
    12.1
    """
    nu, energy = positive("attempt_frequency", attempt_frequency), nonnegative("barrier", barrier)
    return plain(nu * np.exp(-energy / (GAS_CONSTANT * positive("temperature", temperature))))


def lattice_diffusivity(
    hop_rate: ArrayLike,
    hop_length: ArrayLike,
    coordination: ArrayLike = 6.0,
    dimension: int = 3,
    correlation_factor: ArrayLike = 1.0,
) -> Values:
    """Diffusivity of ions that hop on a lattice.

    ::

        D = f z w a^2 / (2 d)          simple cubic, square and chain: z = 2 d, hence D = f w a^2

    Parameters
    ----------
    hop_rate : array_like, 1/s. Rate w to one neighbour.
    hop_length : array_like, m. Distance a of the neighbours.
    coordination : array_like, 1. Neighbours z of a site.
    dimension : int, 1. 1, 2 or 3.
    correlation_factor : array_like, 1. f; 1 for a lone ion. For a tracer among vacancies 0.6531 on the simple cubic
        lattice, 0.7272 on the body-centred and 0.7815 on the face-centred one.

    Returns
    -------
    float or array, m^2/s
        Diffusivity.

    Notes
    -----
    Validity: one kind of site and one kind of hop, all neighbours at one distance and spread evenly. Confidence: S.
    Source: mehrer2007

    Examples
    --------
    >>> lattice_diffusivity(1e9, 3e-10) * 1e12
    90.0
    """
    d = _dimension(dimension)
    w, a = nonnegative("hop_rate", hop_rate), positive("hop_length", hop_length)
    z, f = positive("coordination", coordination), positive("correlation_factor", correlation_factor)
    return plain(f * z * w * a**2 / (2 * d))


def nernst_einstein_conductivity(diffusivity: ArrayLike, concentration: ArrayLike, temperature: ArrayLike) -> Values:
    """Conductivity of ions that move independently of one another.

    ::

        s = F^2 c D / (R T)

    Parameters
    ----------
    diffusivity : array_like, m^2/s. D; the tracer's, where the Haven ratio is 1.
    concentration : array_like, mol/m^3. Mobile ions of one kind, c.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, S/m
        Conductivity of that kind of ion; kinds add up.

    Notes
    -----
    Validity: dilute, or divided by the Haven ratio (tracer diffusivity over that of the charge). Confidence: S.
    Source: mehrer2007

    Examples
    --------
    >>> round(nernst_einstein_conductivity(1e-12, 1000.0, 298.15) * 1e3, 3)
    3.755
    """
    d, c = nonnegative("diffusivity", diffusivity), nonnegative("concentration", concentration)
    return plain(FARADAY**2 * c * d / (GAS_CONSTANT * positive("temperature", temperature)))


def vacancy_conductivity(
    hop_rate: ArrayLike,
    hop_length: ArrayLike,
    site_concentration: ArrayLike,
    occupied_fraction: ArrayLike,
    temperature: ArrayLike,
    coordination: ArrayLike = 6.0,
    correlation_factor: ArrayLike = 1.0,
) -> Values:
    """Conductivity of ions that share a lattice of sites and need a free neighbour (vacancies or interstitials).

    ::

        s = F^2 N x (1 - x) f z w a^2 / (6 R T)

    Parameters
    ----------
    hop_rate : array_like, 1/s. Rate w to one free neighbour.
    hop_length : array_like, m. Distance a of the neighbours.
    site_concentration : array_like, mol/m^3. Sites N, taken or free.
    occupied_fraction : array_like, 1. Share x of the sites that is taken: small for interstitials, near 1 for
        vacancies.
    temperature : array_like, K. Temperature.
    coordination : array_like, 1. Neighbours z of a site.
    correlation_factor : array_like, 1. f of the charge. Exactly 1 for ions that only exclude one another from a site
        (the lattice gas); the correlation of a tracer is the Haven ratio then, and not part of this.

    Returns
    -------
    float or array, S/m
        Conductivity; the same for x and 1 - x.

    Notes
    -----
    Validity: one kind of site in three dimensions, no order and no force between ions beyond exclusion. Confidence: S.
    Source: kutner1981, murch1982

    Examples
    --------
    >>> round(vacancy_conductivity(1e9, 3e-10, 30e3, 0.5, 298.15), 3)
    2.535
    """
    n, x = positive("site_concentration", site_concentration), domain.fraction("occupied_fraction", occupied_fraction)
    lone = lattice_diffusivity(hop_rate, hop_length, coordination, 3, correlation_factor)
    return nernst_einstein_conductivity(lone, n * x * (1 - x), temperature)


def renewal_rate_vtf(
    temperature: ArrayLike, prefactor: ArrayLike, pseudo_barrier: ArrayLike, ideal_glass_temperature: ArrayLike
) -> Values:
    """Rate at which segmental motion rearranges a polymer (Vogel, Tammann and Fulcher).

    ::

        lambda = lambda_0 exp(-B / (R (T - T0))),   0 at and below T0

    Parameters
    ----------
    temperature : array_like, K. Temperature T.
    prefactor : array_like, 1/s. lambda_0.
    pseudo_barrier : array_like, J/mol. B, which is no barrier to cross: with T0 = 0 it becomes one.
    ideal_glass_temperature : array_like, K. T0, usually 30 to 50 K below the glass transition.

    Returns
    -------
    float or array, 1/s
        Renewals of one bond, lambda; 1/lambda is the renewal time.

    Notes
    -----
    The law of Williams, Landel and Ferry is the same with B/R = ln(10) C1 C2 and T0 = T_ref - C2.
    Validity: above the glass transition, below which real polymers age instead of freezing at T0. Confidence: S.
    Source: vogel1921, fulcher1925

    Examples
    --------
    >>> round(renewal_rate_vtf(333.15, 1e12, 10e3, 190.0) / 1e6)
    224
    """
    absolute, rate = positive("temperature", temperature), positive("prefactor", prefactor)
    energy = nonnegative("pseudo_barrier", pseudo_barrier)
    above = absolute - nonnegative("ideal_glass_temperature", ideal_glass_temperature)
    molten = above > 0
    with np.errstate(over="ignore"):
        factor = np.exp(-energy / (GAS_CONSTANT * np.where(molten, above, 1.0)))
    return plain(np.where(molten, rate * factor, 0.0))


def renewal_rate_wlf(
    temperature: ArrayLike,
    reference_rate: ArrayLike,
    reference_temperature: ArrayLike,
    slope: ArrayLike = 17.44,
    temperature_scale: ArrayLike = 51.6,
) -> Values:
    """Rate at which segmental motion rearranges a polymer (Williams, Landel and Ferry).

    ::

        log10(lambda / lambda_ref) = C1 (T - T_ref) / (C2 + T - T_ref),   0 at and below T_ref - C2

    Parameters
    ----------
    temperature : array_like, K. Temperature T.
    reference_rate : array_like, 1/s. lambda_ref, the rate at T_ref; about 0.01 at the glass transition.
    reference_temperature : array_like, K. T_ref, such as the glass transition.
    slope : array_like, 1. C1; 17.44 for many polymers with T_ref at the glass transition.
    temperature_scale : array_like, K. C2; 51.6 K likewise.

    Returns
    -------
    float or array, 1/s
        Renewals of one bond, lambda.

    Notes
    -----
    Validity: from the glass transition to about 100 K above it. Confidence: S (form), L (the two universal numbers).
    Source: williams1955

    Examples
    --------
    >>> round(renewal_rate_wlf(333.15, 0.01, 230.0) / 1e9, 2)
    4.21
    """
    absolute, rate = positive("temperature", temperature), positive("reference_rate", reference_rate)
    apart = absolute - positive("reference_temperature", reference_temperature)
    c1, c2 = nonnegative("slope", slope), positive("temperature_scale", temperature_scale)
    molten = c2 + apart > 0
    exponent = c1 * apart / np.where(molten, c2 + apart, 1.0)
    return plain(np.where(molten, rate * np.exp(math.log(10.0) * np.where(molten, exponent, 0.0)), 0.0))


def _dimension(value: int) -> int:
    if value not in (1, 2, 3):
        raise InvalidInput("dimension", value, "1, 2 or 3")
    return int(value)
