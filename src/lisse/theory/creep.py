"""Mechanics of lithium metal: power-law creep, confinement and size effect.

What belongs here: stress against strain rate, and strength against size. What does not: closing of voids (stripping),
flow out of a slot (cracks).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Values, nonnegative, plain, positive, real
from lisse.units import GAS_CONSTANT

__all__ = ["confined_pressure", "creep_rate", "creep_stress", "pillar_strength"]


def creep_rate(
    stress: ArrayLike,
    temperature: ArrayLike,
    prefactor: ArrayLike,
    exponent: ArrayLike,
    activation_energy: ArrayLike,
) -> Values:
    """Steady strain rate of power-law creep under a uniaxial (equivalent) stress.

    ::

        rate = A s^n exp(-Q / (R T))

    Parameters
    ----------
    stress : array_like, Pa. Equivalent stress s, not below zero.
    temperature : array_like, K. Temperature.
    prefactor : array_like, 1/s. Strain rate at 1 Pa and infinite temperature, A in 1/(s Pa^n).
    exponent : array_like, 1. Stress exponent n.
    activation_energy : array_like, J/mol. Activation energy Q.

    Returns
    -------
    float or array, 1/s
        Strain rate.

    Notes
    -----
    Validity: for lithium n = 6.55 and Q = 37 kJ/mol from -25 to 125 degC, 1e-5 to 1e-1 1/s; the prefactor, usually
    quoted as A^(-1/n) = 3e5 Pa s^(1/n), is uncertain: keep it editable. The viscoplastic form of Anand and Narayan
    (A = 4.25e4 1/s, m = 0.15) is another law; its numbers do not belong here. Confidence: S (n, Q), U (prefactor).
    Source: lepage2019, norton1929

    Examples
    --------
    >>> round(creep_rate(1.02e6, 298.15, 3e5**-6.55, 6.55, 37e3), 4)
    0.001
    """
    s, absolute = nonnegative("stress", stress), positive("temperature", temperature)
    a, n = positive("prefactor", prefactor), positive("exponent", exponent)
    energy = nonnegative("activation_energy", activation_energy)
    return plain((a ** (1 / n) * s) ** n * np.exp(-energy / (GAS_CONSTANT * absolute)))


def creep_stress(
    strain_rate: ArrayLike,
    temperature: ArrayLike,
    prefactor: ArrayLike,
    exponent: ArrayLike,
    activation_energy: ArrayLike,
) -> Values:
    """Flow stress at a strain rate: the inverse of :func:`creep_rate`.

    ::

        s = [rate exp(Q / (R T)) / A]^(1/n)

    Parameters
    ----------
    strain_rate : array_like, 1/s. Equivalent strain rate, not below zero.
    temperature : array_like, K. Temperature.
    prefactor : array_like, 1/s. Strain rate at 1 Pa and infinite temperature, A in 1/(s Pa^n).
    exponent : array_like, 1. Stress exponent n.
    activation_energy : array_like, J/mol. Activation energy Q.

    Returns
    -------
    float or array, Pa
        Equivalent stress.

    Notes
    -----
    Validity: as for the creep rate. Confidence: S (n, Q), U (prefactor).
    Source: lepage2019, norton1929

    Examples
    --------
    >>> round(creep_stress(1e-3, 298.15, 3e5**-6.55, 6.55, 37e3) / 1e6, 2)
    1.02
    """
    rate, absolute = nonnegative("strain_rate", strain_rate), positive("temperature", temperature)
    a, n = positive("prefactor", prefactor), positive("exponent", exponent)
    energy = nonnegative("activation_energy", activation_energy)
    return plain(rate ** (1 / n) * a ** (-1 / n) * np.exp(energy / (n * GAS_CONSTANT * absolute)))


def confined_pressure(yield_stress: ArrayLike, radius: ArrayLike, thickness: ArrayLike) -> Values:
    """Mean pressure that a thin disc of lithium carries between sticking plates before it flows (friction hill).

    ::

        p = s_y (1 + 2 R / (3 sqrt(3) h))

    Parameters
    ----------
    yield_stress : array_like, Pa. Uniaxial yield stress s_y; 0.73 to 0.81 MPa for bulk lithium.
    radius : array_like, m. Radius of the disc, R.
    thickness : array_like, m. Thickness of the disc, h.

    Returns
    -------
    float or array, Pa
        Mean pressure over the disc.

    Notes
    -----
    Validity: full sticking (shear strength s_y/sqrt(3)) and R much larger than h. A foil of 50 um in a 1 cm cell
    carries tens of megapascals. Confidence: S.
    Source: masias2019, hill1950

    Examples
    --------
    >>> round(confined_pressure(0.8e6, 5e-3, 50e-6) / 1e6, 1)
    31.6
    """
    strength = positive("yield_stress", yield_stress)
    ratio = nonnegative("radius", radius) / positive("thickness", thickness)
    return plain(strength * (1 + 2 * ratio / (3 * math.sqrt(3))))


def pillar_strength(
    diameter: ArrayLike, reference_strength: ArrayLike, reference_diameter: ArrayLike, exponent: ArrayLike
) -> Values:
    """Strength of a small body of lithium: smaller is stronger.

    ::

        s = s_ref (d / d_ref)^m

    Parameters
    ----------
    diameter : array_like, m. Diameter of the pillar, d.
    reference_strength : array_like, Pa. Strength s_ref at the reference diameter.
    reference_diameter : array_like, m. Reference diameter d_ref.
    exponent : array_like, 1. Size exponent m; -0.68 for lithium at room temperature.

    Returns
    -------
    float or array, Pa
        Strength.

    Notes
    -----
    Validity: 1 to 10 um; measured as 105 MPa at 0.98 um, room temperature (a secondary quote pairs the same stress
    with 1.39 um). Below bulk strength the law ends. Confidence: L.
    Source: xu2017

    Examples
    --------
    >>> round(pillar_strength(5e-6, 105e6, 0.98e-6, -0.68) / 1e6, 1)
    34.7
    """
    ratio = positive("diameter", diameter) / positive("reference_diameter", reference_diameter)
    return plain(positive("reference_strength", reference_strength) * ratio ** real("exponent", exponent))
