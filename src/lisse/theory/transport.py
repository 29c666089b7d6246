"""Salt in a binary polymer electrolyte between two lithium electrodes: depletion and polarisation.

What belongs here: symmetric cell, 1:1 salt, constant diffusivity D and cation transference number t+. The
dimensionless current is r = i/i_lim; position 0 is the stripped face and L the plated one for a current above zero.
What does not: properties that vary with concentration (models).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Array, Values, nonnegative, plain, positive, real, transference
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "limiting_current",
    "newman_number",
    "polarisation_profile",
    "polarisation_voltage",
    "sand_time",
]


def limiting_current(
    salt_concentration: ArrayLike, diffusivity: ArrayLike, transference_number: ArrayLike, thickness: ArrayLike
) -> Values:
    """Largest current density that salt diffusion can sustain at steady state.

    ::

        i_lim = 2 F D c0 / ((1 - t+) L)

    Parameters
    ----------
    salt_concentration : array_like, mol/m^3. Mean salt concentration c0.
    diffusivity : array_like, m^2/s. Salt diffusivity D.
    transference_number : array_like, 1. Cation transference number t+, up to 1; may be negative.
    thickness : array_like, m. Distance between the electrodes, L.

    Returns
    -------
    float or array, A/m^2
        Limiting current density; infinite for t+ = 1.

    Notes
    -----
    Validity: binary 1:1 salt, constant D and t+, no convection. Confidence: S.
    Source: brissot1999, sand1901

    Examples
    --------
    >>> round(limiting_current(1000.0, 1e-12, 0.2, 50e-6), 3)
    4.824
    """
    c0, diffusion = positive("salt_concentration", salt_concentration), positive("diffusivity", diffusivity)
    anion = 1.0 - transference("transference_number", transference_number)
    with np.errstate(divide="ignore"):
        return plain(2 * FARADAY * diffusion * c0 / (anion * positive("thickness", thickness)))


def sand_time(
    current_density: ArrayLike,
    salt_concentration: ArrayLike,
    diffusivity: ArrayLike,
    transference_number: ArrayLike,
    thickness: ArrayLike | None = None,
) -> Values:
    """Time at which the salt at the plated face runs out.

    ::

        semi-infinite  t = pi D (F c0 / (2 i (1 - t+)))^2
        finite cell    c(L, t) = 0, that is sum_{n odd} (2/(n pi))^2 exp(-n^2 pi^2 D t/L^2) = (1 - 1/r)/2

    Parameters
    ----------
    current_density : array_like, A/m^2. Current density i; the magnitude is used.
    salt_concentration : array_like, mol/m^3. Mean salt concentration c0.
    diffusivity : array_like, m^2/s. Salt diffusivity D.
    transference_number : array_like, 1. Cation transference number t+, up to 1; may be negative.
    thickness : array_like, m. Distance between the electrodes, L; without it the electrolyte is semi-infinite.

    Returns
    -------
    float or array, s
        Sand's time. Infinite without current, for t+ = 1, and in a finite cell at or below the limiting current.

    Notes
    -----
    Validity: binary 1:1 salt, constant D and t+, smooth electrodes. Experiments on polymers follow it at high current
    and fail later than it says at low current. Confidence: S.
    Source: sand1901, brissot1999, bai2016

    Examples
    --------
    >>> round(sand_time(10.0, 1000.0, 1e-12, 0.2), 2)
    114.24
    """
    current = np.abs(real("current_density", current_density))
    c0, diffusion = positive("salt_concentration", salt_concentration), positive("diffusivity", diffusivity)
    anion = 1.0 - transference("transference_number", transference_number)
    with np.errstate(divide="ignore"):
        infinite = math.pi * diffusion * (FARADAY * c0 / (2 * current * anion)) ** 2
    if thickness is None:
        return plain(infinite)
    length = positive("thickness", thickness)
    r = current / limiting_current(c0, diffusion, transference_number, length)  # exactly 1 at the limiting current
    infinite, r, scale = np.broadcast_arrays(infinite, r, length**2 / diffusion)
    return plain(np.where(r >= _IMAGES_VANISH, infinite, scale * _finite_sand(r)))


def polarisation_profile(
    position: ArrayLike,
    time: ArrayLike,
    current_density: ArrayLike,
    salt_concentration: ArrayLike,
    diffusivity: ArrayLike,
    transference_number: ArrayLike,
    thickness: ArrayLike,
) -> Values:
    """Salt concentration between two lithium electrodes at a time after the current was switched on.

    ::

        c/c0 = 1 + 2 r [(1/2 - xi) - sum_{n odd} 4/(n pi)^2 cos(n pi xi) exp(-n^2 pi^2 tau)]
        r = i/i_lim,  xi = x/L,  tau = D t/L^2

    Parameters
    ----------
    position : array_like, m. Distance x from the face that is stripped by a positive current, 0 to L.
    time : array_like, s. Time since switching on, t; inf gives the steady state.
    current_density : array_like, A/m^2. Current density i, with its sign.
    salt_concentration : array_like, mol/m^3. Mean salt concentration c0.
    diffusivity : array_like, m^2/s. Salt diffusivity D.
    transference_number : array_like, 1. Cation transference number t+, up to 1; may be negative.
    thickness : array_like, m. Distance between the electrodes, L.

    Returns
    -------
    float or array, mol/m^3
        Salt concentration. A value below zero means that the face ran out of salt earlier: see :func:`sand_time`.

    Notes
    -----
    For tau < 0.05 the same solution is summed as images, so that short times are exact too.
    Validity: binary 1:1 salt, constant D and t+. Confidence: S.
    Source: sand1901, brissot1999

    Examples
    --------
    >>> round(polarisation_profile(50e-6, 600.0, 2.0, 1000.0, 1e-12, 0.2, 50e-6), 2)
    616.88
    """
    length = positive("thickness", thickness)
    xi = nonnegative("position", position) / length
    if (xi > 1).any():
        raise InvalidInput("position", np.max(position), "from 0 to the thickness")
    tau = nonnegative("time", time, infinite=True) * positive("diffusivity", diffusivity) / length**2
    c0 = positive("salt_concentration", salt_concentration)
    anion = 1.0 - transference("transference_number", transference_number)
    r = real("current_density", current_density) * anion * length / (2 * FARADAY * np.asarray(diffusivity) * c0)
    return plain(c0 * (1 + 2 * r * _shape(*np.broadcast_arrays(xi, tau))))


def polarisation_voltage(
    current_density: ArrayLike,
    conductivity: ArrayLike,
    temperature: ArrayLike,
    salt_concentration: ArrayLike,
    diffusivity: ArrayLike,
    transference_number: ArrayLike,
    thickness: ArrayLike,
    thermodynamic_factor: ArrayLike = 1.0,
) -> Values:
    """Steady voltage across the electrolyte of a symmetric cell: ohmic drop plus concentration polarisation.

    ::

        U = i L/kappa + (2 R T/F) (1 - t+) (1 + dlnf/dlnc) ln[(1 + r)/(1 - r)]

    Parameters
    ----------
    current_density : array_like, A/m^2. Current density i, with its sign.
    conductivity : array_like, S/m. Ionic conductivity kappa.
    temperature : array_like, K. Temperature.
    salt_concentration : array_like, mol/m^3. Mean salt concentration c0.
    diffusivity : array_like, m^2/s. Salt diffusivity D.
    transference_number : array_like, 1. Cation transference number t+, up to 1; may be negative.
    thickness : array_like, m. Distance between the electrodes, L.
    thermodynamic_factor : array_like, 1. 1 + dlnf/dlnc of the salt.

    Returns
    -------
    float or array, V
        Voltage with the sign of the current; infinite at and beyond the limiting current.

    Notes
    -----
    Validity: constant properties; interfaces not included. Confidence: S.
    Source: balsara2015, bruce1987

    Examples
    --------
    >>> round(polarisation_voltage(2.0, 0.05, 353.15, 1000.0, 1e-12, 0.2, 50e-6), 4)
    0.045
    """
    current, kappa = real("current_density", current_density), positive("conductivity", conductivity)
    absolute, length = positive("temperature", temperature), positive("thickness", thickness)
    factor = positive("thermodynamic_factor", thermodynamic_factor)
    anion = 1.0 - transference("transference_number", transference_number)
    limit = np.asarray(limiting_current(salt_concentration, diffusivity, transference_number, thickness))
    with np.errstate(divide="ignore"):
        diffusional = (
            4 * GAS_CONSTANT * absolute / FARADAY * anion * factor * np.arctanh(np.clip(current / limit, -1, 1))
        )
    return plain(current * length / kappa + diffusional)


def newman_number(
    conductivity: ArrayLike,
    temperature: ArrayLike,
    salt_concentration: ArrayLike,
    diffusivity: ArrayLike,
    transference_number: ArrayLike,
    thermodynamic_factor: ArrayLike = 1.0,
) -> Values:
    """Newman number: concentration polarisation over ohmic drop at small current.

    ::

        Ne = 2 kappa R T (1 - t+)^2 (1 + dlnf/dlnc) / (F^2 D c0),   i_ss/i_0 = 1/(1 + Ne)

    Parameters
    ----------
    conductivity : array_like, S/m. Ionic conductivity kappa.
    temperature : array_like, K. Temperature.
    salt_concentration : array_like, mol/m^3. Mean salt concentration c0.
    diffusivity : array_like, m^2/s. Salt diffusivity D.
    transference_number : array_like, 1. Cation transference number t+, up to 1; may be negative.
    thermodynamic_factor : array_like, 1. 1 + dlnf/dlnc of the salt.

    Returns
    -------
    float or array, 1
        Newman number; 1/(1 + Ne) is the steady over the initial current at a small constant voltage.

    Notes
    -----
    Validity: small voltage, constant properties, interfaces not included. Confidence: S.
    Source: balsara2015, bruce1987

    Examples
    --------
    >>> round(newman_number(0.05, 353.15, 1000.0, 1e-12, 0.2), 2)
    20.19
    """
    kappa, absolute = positive("conductivity", conductivity), positive("temperature", temperature)
    c0, diffusion = positive("salt_concentration", salt_concentration), positive("diffusivity", diffusivity)
    anion = 1.0 - transference("transference_number", transference_number)
    factor = positive("thermodynamic_factor", thermodynamic_factor)
    return plain(2 * kappa * GAS_CONSTANT * absolute * anion**2 * factor / (FARADAY**2 * diffusion * c0))


_SHORT = 0.05
"""D t/L^2 below which images converge faster than cosines; either needs few terms there."""
_IMAGES_VANISH = 6.0
"""i/i_lim from which the other electrode changes Sand's time by less than rounding."""


def _shape(xi: Array, tau: Array) -> Array:
    """(c/c0 - 1)/(2 r)."""
    result, early = np.empty(xi.shape), tau < _SHORT
    result[early] = _images(xi[early], tau[early])
    result[~early] = _cosines(xi[~early], tau[~early])
    return result


def _cosines(xi: Array, tau: Array) -> Array:
    total = 0.5 - xi
    for n in (1, 3, 5, 7, 9):
        total = total - 4 / (n * math.pi) ** 2 * np.cos(n * math.pi * xi) * np.exp(-((n * math.pi) ** 2) * tau)
    return np.asarray(total)


def _images(xi: Array, tau: Array) -> Array:
    root = 2 * np.sqrt(np.maximum(tau, 1e-300))
    total = np.zeros_like(xi)
    for m in (0, 2):
        total += _ierfc((m + xi) / root) + _ierfc((m + 2 - xi) / root)
        total -= _ierfc((m + 1 - xi) / root) + _ierfc((m + 1 + xi) / root)
    return np.where(tau > 0, root * total, 0.0)


def _ierfc(x: Array) -> Array:
    """Integral of erfc from x to infinity, without cancellation far out."""
    from scipy import special

    return np.asarray(np.exp(-(np.minimum(x, 1e3) ** 2)) * (1 / math.sqrt(math.pi) - x * special.erfcx(x)))


def _finite_sand(r: Array) -> Array:
    """D t/L^2 where the face runs out, for 1 < r < `_IMAGES_VANISH`; infinite for r <= 1.

    Newton on the logarithm of the sum, which is convex: from below it approaches the root without passing it.
    """
    result = np.full(r.shape, math.inf)
    inside = (r > 1) & (r < _IMAGES_VANISH)
    ratio = r[inside]
    target = (ratio - 1) / (2 * ratio)
    tau = np.maximum(math.pi / (16 * ratio**2), np.log(4 / (math.pi**2 * target)) / math.pi**2)
    for _ in range(30):
        total, slope = np.zeros_like(tau), np.zeros_like(tau)
        for n in range(1, 32, 2):
            term = 4 * np.exp(-((n * math.pi) ** 2) * tau)
            total += term / (n * math.pi) ** 2
            slope += term
        step = np.log(total / target) * total / slope
        tau = tau + step
        if (np.abs(step) <= 1e-9 * tau).all():  # the next step would be below rounding
            break
    result[inside] = tau
    return result
