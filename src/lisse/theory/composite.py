"""Effective conductivity of mixtures: polymer with ceramic, ceramic with pores, a two-phase interphase.

What belongs here: effective-medium formulas, from fractions and shapes. What does not: conductivity of a given
microstructure (microstructure.effective). The formulas leave out what happens at a polymer/ceramic interface beyond an
interface resistance or a shell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory import domain
from lisse.theory.domain import Array, Values, nonnegative, one_of, open_fraction, plain, positive

__all__ = [
    "Bounds",
    "bruggeman",
    "general_effective_media",
    "hanai",
    "hashin_shtrikman",
    "interface_resistance_inclusion",
    "maxwell_garnett",
    "shell_inclusion",
]


class Bounds(NamedTuple):
    """Lower and upper bound of the effective conductivity [S/m]."""

    lower: Values
    upper: Values


def maxwell_garnett(matrix: ArrayLike, inclusion: ArrayLike, fraction: ArrayLike) -> Values:
    """Effective conductivity of separate spheres in a continuous matrix.

    ::

        s/sm = (1 + 2 f b)/(1 - f b),   b = (si - sm)/(si + 2 sm)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity of the matrix, sm.
    inclusion : array_like, S/m. Conductivity of the spheres, si; 0 for pores.
    fraction : array_like, 1. Volume fraction f of the spheres.

    Returns
    -------
    float or array, S/m
        Effective conductivity; it is a Hashin-Shtrikman bound.

    Notes
    -----
    Validity: dilute to moderate fractions, inclusions that never touch. Confidence: S.
    Source: maxwellgarnett1904, maxwell1873

    Examples
    --------
    >>> round(maxwell_garnett(1e-3, 1e-1, 0.3) * 1e3, 3)
    2.232
    """
    sm, si = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    shift = domain.fraction("fraction", fraction) * (si - sm)
    return plain(sm * (si + 2 * sm + 2 * shift) / (si + 2 * sm - shift))


def bruggeman(conductivities: ArrayLike, fractions: ArrayLike, dimension: int = 3) -> Values:
    """Effective conductivity of a random mixture in which no phase is the matrix (symmetric effective medium).

    ::

        sum phi_i (s_i - s)/(s_i + (d - 1) s) = 0

    Parameters
    ----------
    conductivities : (n,) array, S/m. Conductivity of each phase, along the last axis; 0 allowed.
    fractions : (n,) array, 1. Volume fraction of each phase; they add up to 1.
    dimension : int, 1. 2 or 3.

    Returns
    -------
    float or array, S/m
        Effective conductivity; 0 when the conducting phases do not percolate (below 1/dimension).

    Notes
    -----
    The left side falls steadily in s, so the root between the bounds is the only one; it is bracketed, which keeps
    clear of the spurious tiny roots of the polynomial form.
    Validity: equiaxed grains; the threshold is too high for coated or elongated phases. Confidence: S.
    Source: bruggeman1935

    Examples
    --------
    >>> round(bruggeman([1e-3, 1e-1], [0.5, 0.5]) * 1e3, 2)
    27.1
    """
    if dimension not in (2, 3):
        raise InvalidInput("dimension", dimension, "2 or 3")
    sigma, phi = _phases(conductivities, fractions)
    part = np.where(sigma > 0, phi, 0.0)
    reach = np.maximum(dimension * part.sum(axis=-1) - 1, 0.0) / (dimension - 1)
    low, high = (np.where(reach > 0, reach, 1.0) * f(np.where(part > 0, sigma, g), axis=-1) for f, g in _EXTREMES)
    low, high = (np.where(reach > 0, bound, 1.0) for bound in (low, high))

    def residual(s: Array) -> Array:
        s = s[..., None]
        return np.asarray(-(phi * (sigma - s) / (sigma + (dimension - 1) * s)).sum(axis=-1))

    return plain(np.where(reach > 1e-15, _root(residual, low, high), 0.0))


def hanai(matrix: ArrayLike, inclusion: ArrayLike, fraction: ArrayLike) -> Values:
    """Effective conductivity of spheres of many sizes in a matrix (differential effective medium).

    ::

        (s - si)/(sm - si) (sm/s)^(1/3) = 1 - f

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity of the matrix, sm.
    inclusion : array_like, S/m. Conductivity of the spheres, si; 0 gives sm (1 - f)^1.5.
    fraction : array_like, 1. Volume fraction f of the spheres.

    Returns
    -------
    float or array, S/m
        Effective conductivity.

    Notes
    -----
    Validity: wide size distribution, matrix continuous up to high fractions. Confidence: S.
    Source: hanai1960, bruggeman1935

    Examples
    --------
    >>> round(hanai(1e-3, 1e-1, 0.3) * 1e3, 3)
    2.762
    """
    sm, si = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    f = domain.fraction("fraction", fraction)
    sm, si, f = np.broadcast_arrays(sm, si, f)
    pores = sm * (1 - f) ** 1.5
    start = np.where(si < sm, np.maximum(si, pores), si)
    busy = (f > 0) & (f < 1) & (si != sm) & (start > 0)

    def residual(s: Array) -> Array:
        return np.asarray((s - si) * np.cbrt(sm / s) - (1 - f) * (sm - si))

    low, high = np.where(busy, np.minimum(start, sm), 1.0), np.where(busy, np.maximum(start, sm), 1.0)
    found = _root(residual, low, high)
    return plain(np.where(busy, found, np.where(f < 1, sm, si)))


def hashin_shtrikman(conductivities: ArrayLike, fractions: ArrayLike) -> Bounds:
    """Tightest bounds on the conductivity of an isotropic mixture of which only the fractions are known.

    ::

        s_x = [sum phi_i/(s_i + 2 s_x')]^-1 - 2 s_x',   s_x' = smallest (lower) or largest (upper) conductivity

    Parameters
    ----------
    conductivities : (n,) array, S/m. Conductivity of each phase, along the last axis; 0 allowed.
    fractions : (n,) array, 1. Volume fraction of each phase; they add up to 1.

    Returns
    -------
    Bounds: lower S/m; upper S/m
        Lower and upper bound.

    Notes
    -----
    Validity: isotropic, three dimensions, no interface effects. Confidence: S.
    Source: hashin1962

    Examples
    --------
    >>> [round(bound * 1e3, 2) for bound in hashin_shtrikman([1e-3, 1e-1], [0.5, 0.5])]
    [3.83, 40.72]
    """
    sigma, phi = _phases(conductivities, fractions)
    lower, upper = (_mixed(sigma, phi, f(np.where(phi > 0, sigma, g), axis=-1)[..., None]) for f, g in _EXTREMES)
    return Bounds(plain(lower), plain(upper))


def general_effective_media(
    low: ArrayLike,
    high: ArrayLike,
    fraction: ArrayLike,
    threshold: ArrayLike,
    exponent_low: ArrayLike,
    exponent_high: ArrayLike,
) -> Values:
    """Effective conductivity with a measured percolation threshold and exponents (McLachlan).

    ::

        (1 - phi) (l - y)/(l + A y) + phi (h - z)/(h + A z) = 0,   A = (1 - phic)/phic
        l = low^(1/s), y = x^(1/s), h = high^(1/t), z = x^(1/t)

    Parameters
    ----------
    low : array_like, S/m. Conductivity of the poorer phase; 0 allowed.
    high : array_like, S/m. Conductivity of the better phase.
    fraction : array_like, 1. Volume fraction phi of the better phase.
    threshold : array_like, 1. Percolation threshold phic of the better phase, between 0 and 1.
    exponent_low : array_like, 1. Exponent s below the threshold, about 0.87.
    exponent_high : array_like, 1. Exponent t above the threshold, about 2.

    Returns
    -------
    float or array, S/m
        Effective conductivity x.

    Notes
    -----
    With s = t = 1 and phic = 1/3 it is Bruggeman's; with low = 0 it is high [(phi - phic)/(1 - phic)]^t.
    Validity: an interpolation between percolation laws. Confidence: S.
    Source: mclachlan1990

    Examples
    --------
    >>> round(general_effective_media(1e-3, 1e-1, 0.5, 0.16, 0.87, 2.0) * 1e3, 2)
    17.49
    """
    poor, rich = nonnegative("low", low), positive("high", high)
    phi, critical = domain.fraction("fraction", fraction), open_fraction("threshold", threshold)
    s, t = positive("exponent_low", exponent_low), positive("exponent_high", exponent_high)
    if (poor > rich).any():
        raise InvalidInput("low", float(poor.max()), "a conductivity not above that of the better phase")
    poor, rich, phi, critical, s, t = np.broadcast_arrays(poor, rich, phi, critical, s, t)
    bottom = np.maximum(poor, rich * (np.maximum(phi - critical, 0.0) / (1 - critical)) ** t)
    a = (1 - critical) / critical
    log_poor, log_rich = np.log(np.where(poor > 0, poor, rich)), np.log(rich)

    def residual(x: Array) -> Array:
        z = np.exp((np.log(x) - log_rich) / t)
        y = np.exp(np.minimum((np.log(x) - log_poor) / s, 700.0))
        first = np.where(poor > 0, (1 - y) / (1 + a * y), -1 / a)
        return np.asarray(-((1 - phi) * first + phi * (1 - z) / (1 + a * z)))

    busy = (poor > 0) & (poor < rich) & (phi > 0) & (phi < 1)
    found = _root(residual, np.where(busy, bottom, rich), rich)
    return plain(np.where(busy, found, np.where(phi == 1, rich, bottom)))


def shell_inclusion(
    matrix: ArrayLike,
    core: ArrayLike,
    shell: ArrayLike,
    fraction: ArrayLike,
    shell_thickness_ratio: ArrayLike,
    mixing: str = "bruggeman",
) -> Values:
    """Effective conductivity of particles that carry a shell of another conductivity (Nan).

    ::

        u = (1 + t/R)^-3,   s_cs = ss [sc + 2 ss + 2 u (sc - ss)]/[sc + 2 ss - u (sc - ss)],   f_eff = f/u

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity of the matrix.
    core : array_like, S/m. Conductivity of the particles, sc.
    shell : array_like, S/m. Conductivity of the shell, ss.
    fraction : array_like, 1. Volume fraction f of the cores.
    shell_thickness_ratio : array_like, 1. Shell thickness over core radius, t/R.
    mixing : {"bruggeman", "maxwell-garnett"}. How the coated particles mix with the matrix.

    Returns
    -------
    float or array, S/m
        Effective conductivity.

    Notes
    -----
    Validity: shells that do not overlap: cores and shells together must fit, f (1 + t/R)^3 <= 1. Confidence: S.
    Source: nan1993

    Examples
    --------
    >>> round(shell_inclusion(1e-3, 1e-8, 1e-2, 0.1, 0.3) * 1e3, 3)
    1.447
    """
    one_of("mixing", mixing, ("bruggeman", "maxwell-garnett"))
    sm, sc, ss = positive("matrix", matrix), nonnegative("core", core), positive("shell", shell)
    share = (1 + nonnegative("shell_thickness_ratio", shell_thickness_ratio)) ** -3.0
    filled = domain.fraction("fraction", fraction) / share
    if (filled > 1).any():
        advice = f"Cores with shells would fill {float(np.max(filled)):.3g} of the volume"
        raise InvalidInput("fraction", float(np.max(fraction)), "f (1 + t/R)^3 not above 1", advice)
    coated = maxwell_garnett(ss, sc, share)
    if mixing == "maxwell-garnett":
        return maxwell_garnett(sm, coated, filled)
    sm, coated, filled = np.broadcast_arrays(sm, coated, filled)
    return bruggeman(np.stack([sm, coated], axis=-1), np.stack([1 - filled, filled], axis=-1))


def interface_resistance_inclusion(
    matrix: ArrayLike,
    inclusion: ArrayLike,
    fraction: ArrayLike,
    radius: ArrayLike,
    interface_resistance: ArrayLike,
) -> Values:
    """Effective conductivity of spheres behind an interface resistance (Hasselman and Johnson).

    ::

        Maxwell-Garnett with si replaced by si/(1 + R_int si/R)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity of the matrix.
    inclusion : array_like, S/m. Conductivity of the spheres, si.
    fraction : array_like, 1. Volume fraction of the spheres.
    radius : array_like, m. Radius of the spheres, R.
    interface_resistance : array_like, ohm m^2. Area-specific resistance of the interface, R_int.

    Returns
    -------
    float or array, S/m
        Effective conductivity; adding good filler lowers it once R_int si/R exceeds si/sm - 1.

    Notes
    -----
    Validity: as for Maxwell-Garnett. Confidence: S.
    Source: hasselman1987

    Examples
    --------
    >>> round(interface_resistance_inclusion(1e-3, 1e-1, 0.3, 1e-6, 1e-2) * 1e3, 4)
    0.6582
    """
    si = nonnegative("inclusion", inclusion)
    barrier = nonnegative("interface_resistance", interface_resistance) / positive("radius", radius)
    return maxwell_garnett(matrix, si / (1 + barrier * si), fraction)


_EXTREMES = ((np.min, np.inf), (np.max, -np.inf))


def _phases(conductivities: ArrayLike, fractions: ArrayLike) -> tuple[Array, Array]:
    sigma = np.atleast_1d(nonnegative("conductivities", conductivities))
    return domain.together("conductivities", sigma, "fractions", domain.fractions("fractions", fractions))


def _mixed(sigma: Array, phi: Array, other: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(phi > 0, phi / (sigma + 2 * other), 0.0)
        return np.asarray(1 / terms.sum(axis=-1) - 2 * other[..., 0])


def _root(rising: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Root of a rising function between positive bounds, by bisection of the logarithm."""
    left, right = np.log(low), np.log(high)
    for _ in range(60):
        middle = 0.5 * (left + right)
        below = rising(np.exp(middle)) < 0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return np.exp(0.5 * (left + right))
