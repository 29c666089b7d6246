"""Growth of the interphase between lithium and an electrolyte.

What belongs here: thickness against time for the three kinds of interphase. What does not: the stress it makes, the
lithium it costs (models).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory.domain import Values, nonnegative, plain, positive
from lisse.units import FARADAY

__all__ = [
    "interphase_thickness_mixed",
    "interphase_thickness_parabolic",
    "interphase_thickness_passivating",
    "parabolic_rate_constant",
]


def parabolic_rate_constant(
    molar_volume: ArrayLike,
    ionic_conductivity: ArrayLike,
    electronic_conductivity: ArrayLike,
    driving_voltage: ArrayLike,
) -> Values:
    """Parabolic rate constant of an interphase that conducts ions and electrons (Wagner).

    ::

        k_p = V sig_e sig_i/(sig_e + sig_i) dE/F

    Parameters
    ----------
    molar_volume : array_like, m^3/mol. Interphase volume formed for each mole of lithium that passes through it.
    ionic_conductivity : array_like, S/m. Ionic conductivity of the interphase.
    electronic_conductivity : array_like, S/m. Electronic conductivity of the interphase; 0 stops the growth.
    driving_voltage : array_like, V. Reaction voltage dE across the interphase.

    Returns
    -------
    float or array, m^2/s
        k_p in L^2 = L0^2 + 2 k_p t.

    Notes
    -----
    Validity: growth controlled by transport through a dense, uniform interphase. Confidence: S.
    Source: wagner1975

    Examples
    --------
    >>> round(parabolic_rate_constant(20e-6, 1e-4, 1e-6, 1.5) * 1e16, 2)
    3.08
    """
    volume, drive = positive("molar_volume", molar_volume), nonnegative("driving_voltage", driving_voltage)
    ionic = positive("ionic_conductivity", ionic_conductivity)
    electronic = nonnegative("electronic_conductivity", electronic_conductivity)
    return plain(volume * electronic * ionic / (electronic + ionic) * drive / FARADAY)


def interphase_thickness_parabolic(
    time: ArrayLike, rate_constant: ArrayLike, initial_thickness: ArrayLike = 0.0
) -> Values:
    """Thickness of a mixed-conducting interphase, which never stops growing.

    ::

        L = sqrt(L0^2 + 2 k_p t)

    Parameters
    ----------
    time : array_like, s. Time t.
    rate_constant : array_like, m^2/s. Parabolic rate constant k_p.
    initial_thickness : array_like, m. Thickness L0 at time zero.

    Returns
    -------
    float or array, m
        Thickness.

    Notes
    -----
    Validity: diffusion control, constant driving voltage. Confidence: S.
    Source: wagner1975

    Examples
    --------
    >>> round(interphase_thickness_parabolic(86400.0, 1e-20) * 1e9, 2)
    41.57
    """
    t, rate = nonnegative("time", time), nonnegative("rate_constant", rate_constant)
    return plain(np.sqrt(nonnegative("initial_thickness", initial_thickness) ** 2 + 2 * rate * t))


def interphase_thickness_mixed(
    time: ArrayLike, rate_constant: ArrayLike, reaction_rate: ArrayLike, initial_thickness: ArrayLike = 0.0
) -> Values:
    """Thickness of an interphase limited first by reaction, later by diffusion (Deal and Grove).

    ::

        L^2/(2 k_p) + L/k_l = t + L0^2/(2 k_p) + L0/k_l

    Parameters
    ----------
    time : array_like, s. Time t.
    rate_constant : array_like, m^2/s. Parabolic rate constant k_p.
    reaction_rate : array_like, m/s. Linear growth rate k_l of a thin interphase; inf leaves diffusion alone.
    initial_thickness : array_like, m. Thickness L0 at time zero.

    Returns
    -------
    float or array, m
        Thickness.

    Notes
    -----
    Validity: dense interphase, constant driving voltage. Confidence: S.
    Source: deal1965

    Examples
    --------
    >>> round(interphase_thickness_mixed(86400.0, 1e-20, 1e-12) * 1e9, 2)
    32.76
    """
    slowness = 1 / positive("reaction_rate", reaction_rate, infinite=True)
    rate, start = positive("rate_constant", rate_constant), nonnegative("initial_thickness", initial_thickness)
    age = nonnegative("time", time) + start**2 / (2 * rate) + start * slowness
    with np.errstate(invalid="ignore"):
        thickness = 2 * age / (slowness + np.sqrt(slowness**2 + 2 * age / rate))
    return plain(np.where(age > 0, thickness, 0.0))


def interphase_thickness_passivating(
    time: ArrayLike, rate: ArrayLike, decay_length: ArrayLike, initial_thickness: ArrayLike = 0.0
) -> Values:
    """Thickness of a passivating interphase, which grows as the logarithm of time (tunnelling).

    ::

        dL/dt = k0 exp(-L/lam),   L = lam ln(exp(L0/lam) + k0 t/lam)

    Parameters
    ----------
    time : array_like, s. Time t.
    rate : array_like, m/s. Growth rate k0 of the bare surface.
    decay_length : array_like, m. Decay length lam of the growth rate.
    initial_thickness : array_like, m. Thickness L0 at time zero.

    Returns
    -------
    float or array, m
        Thickness.

    Notes
    -----
    Validity: electrons cross the film by tunnelling; undamaged film. Confidence: S.
    Source: cabrera1949

    Examples
    --------
    >>> round(interphase_thickness_passivating(86400.0, 1e-9, 0.5e-9) * 1e9, 2)
    6.03
    """
    t, growth = nonnegative("time", time), nonnegative("rate", rate)
    decay, start = positive("decay_length", decay_length), nonnegative("initial_thickness", initial_thickness)
    return plain(start + decay * np.log1p(growth * t / decay * np.exp(-start / decay)))
