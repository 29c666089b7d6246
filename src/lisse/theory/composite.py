"""Effective conductivity and stiffness of mixtures: polymer with ceramic, ceramic with pores, a two-phase interphase.

What belongs here: effective-medium formulas, from fractions and shapes. What does not: conductivity of a given
microstructure (microstructure.effective). The formulas leave out what happens at a polymer/ceramic interface beyond an
interface resistance or a shell.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory import domain
from lisse.theory.domain import Array, Values, nonnegative, one_of, open_fraction, plain, positive

__all__ = [
    "Bounds",
    "Moduli",
    "bruggeman",
    "composite_moduli",
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


class Moduli(NamedTuple):
    """Effective bulk and shear modulus [Pa]."""

    bulk: Values
    shear: Values


def composite_moduli(bulk_moduli: ArrayLike, shear_moduli: ArrayLike, fractions: ArrayLike) -> Moduli:
    """Effective stiffness of separate spheres in a continuous matrix, which is the first phase.

    ::

        K = [sum phi_i/(K_i + 4 G_1/3)]^-1 - 4 G_1/3
        G = [sum phi_i/(G_i + z)]^-1 - z,   z = G_1 (9 K_1 + 8 G_1)/[6 (K_1 + 2 G_1)]

    Parameters
    ----------
    bulk_moduli : (n,) array, Pa. K of each phase, along the last axis, the matrix first; 0 for pores.
    shear_moduli : (n,) array, Pa. G of each phase; 0 for pores.
    fractions : (n,) array, 1. Volume fraction of each phase; they add up to 1.

    Returns
    -------
    Moduli: bulk Pa; shear Pa
        Of the mixture.

    Notes
    -----
    Validity: isotropic, well bonded; a bound where the matrix is the softest or the stiffest phase. Confidence: S.
    Source: hashin1963

    Examples
    --------
    >>> [round(modulus / 1e9, 2) for modulus in composite_moduli([1e9, 100e9], [0.4e9, 60e9], [0.7, 0.3])]
    [1.64, 0.76]
    """
    bulk, phi = _phases_of("bulk_moduli", bulk_moduli, fractions)
    shear, _ = _phases_of("shear_moduli", shear_moduli, fractions)
    positive("bulk_moduli", bulk[0]), positive("shear_moduli", shear[0])
    k1, g1 = bulk[0], shear[0]
    stiff = 4.0 * g1 / 3.0
    z = g1 * (9.0 * k1 + 8.0 * g1) / (6.0 * (k1 + 2.0 * g1))
    return Moduli(plain(_in_matrix(bulk, phi, stiff)), plain(_in_matrix(shear, phi, z)))


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
    f = domain.fraction("fraction", fraction)
    return plain(sm * (si * (1 + 2 * f) + 2 * sm * (1 - f)) / (si * (1 - f) + sm * (2 + f)))


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
    The left side falls steadily in s, so the root between the bounds is the only one. Two phases make a quadratic, of
    which the positive root is taken in the form without cancellation; more phases are solved by a climb from the
    lower bound that cannot pass the root. Neither meets the tiny spurious roots of the polynomial form.
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
    best = sigma.max(axis=0)
    scale = np.where(best > 0, best, 1.0)
    relative = sigma / scale
    mixed = _two_phases if len(sigma) == 2 else _many_phases
    return plain(scale * mixed(relative, phi, dimension))


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
    With y = (s/sm)^(1/3) it is a cubic of one positive root, y^3 + (1 - f)(si/sm - 1) y = si/sm, solved by Newton.
    Validity: wide size distribution, matrix continuous up to high fractions. Confidence: S.
    Source: hanai1960, bruggeman1935

    Examples
    --------
    >>> round(hanai(1e-3, 1e-1, 0.3) * 1e3, 3)
    2.762
    """
    sm, si = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    return plain(sm * _hanai_root(si / sm, 1 - domain.fraction("fraction", fraction)) ** 3)


def hashin_shtrikman(conductivities: ArrayLike, fractions: ArrayLike) -> Bounds:
    """Tightest bounds on the conductivity of an isotropic mixture of which only the fractions are known.

    ::

        s_x = [sum phi_i/(s_i + 2 s_x')]^-1 - 2 s_x',   s_x' = smallest (lower) or largest (upper) conductivity
            = sum [phi_i s_i/(s_i + 2 s_x')] / sum [phi_i/(s_i + 2 s_x')]      (the same, without cancellation)

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
    worst = np.where(phi > 0, sigma, math.inf).min(axis=0)
    return Bounds(plain(_bound(sigma, phi, worst)), plain(_bound(sigma, phi, sigma.max(axis=0))))


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
    Solved by a climb from the larger of the two percolation laws, which cannot pass the root.
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
    above = (np.maximum(phi - critical, 0.0) / (1 - critical)) ** t
    relative = poor / rich
    bottom = np.asarray(np.maximum(relative, above))
    busy = (relative > 0) & (relative < 1) & (phi > 0) & (phi < 1)
    inverse = np.stack([1 / np.where(busy, relative, 1.0), np.ones_like(relative)])
    weights, powers = np.stack([1 - phi, phi]), 1 / np.stack([s, t])
    bottom[busy] = _climb(bottom[busy], inverse[:, busy], weights[:, busy], 1 / critical[busy], powers[:, busy])
    return plain(rich * bottom)


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


def _phases(conductivities: ArrayLike, fractions: ArrayLike) -> tuple[Array, Array]:
    """Conductivities and fractions with the phases along the first axis; an absent phase conducts nothing."""
    sigma, phi = _phases_of("conductivities", conductivities, fractions)
    return np.where(phi > 0, sigma, 0.0), phi


def _phases_of(name: str, values: ArrayLike, fractions: ArrayLike) -> tuple[Array, Array]:
    """Values and fractions with the phases along the first axis."""
    each = np.atleast_1d(nonnegative(name, values))
    each, phi = domain.together(name, each, "fractions", domain.fractions("fractions", fractions))
    each, phi = (np.ascontiguousarray(np.moveaxis(array, -1, 0)) for array in (each, phi))
    return each, phi / phi.sum(axis=0)


def _in_matrix(values: Array, phi: Array, stiff: Array) -> Array:
    """[sum phi/(value + stiff)]^-1 - stiff without cancellation."""
    weight = phi / (values + stiff)
    return np.asarray((weight * values).sum(axis=0) / weight.sum(axis=0))


def _bound(sigma: Array, phi: Array, other: Array) -> Array:
    safe = np.where(other > 0, other, 1.0)
    weight = phi / (sigma + 2 * safe)
    return np.where(other > 0, (weight * sigma).sum(axis=0) / weight.sum(axis=0), 0.0)


def _two_phases(sigma: Array, phi: Array, dimension: int) -> Array:
    """(d - 1) s^2 - q s - s1 s2 = 0 with q = sum (d phi_i - 1) s_i."""
    q = ((dimension * phi - 1) * sigma).sum(axis=0)
    product = sigma[0] * sigma[1]
    reach = np.sqrt(q**2 + 4 * (dimension - 1) * product) + np.abs(q)
    safe = np.where(reach > 0, reach, 1.0)
    return np.asarray(np.where(q > 0, reach / (2 * (dimension - 1)), 2 * product / safe))


def _many_phases(sigma: Array, phi: Array, dimension: int) -> Array:
    """Bruggeman's root for conductivities of at most 1."""
    conducts = sigma > 0
    reach = np.asarray((dimension * np.where(conducts, phi, 0.0).sum(axis=0) - 1) / (dimension - 1))
    # below the threshold by rounding is at the threshold
    start = np.asarray(np.where(reach > 1e-15, reach * np.where(conducts, sigma, math.inf).min(axis=0), 0.0))
    busy = start > 0
    with np.errstate(divide="ignore"):
        inverse = 1 / sigma[:, busy]
    start[busy] = _climb(start[busy], inverse, phi[:, busy], np.full(inverse.shape[1:], float(dimension)))
    return start


def _hanai_root(contrast: Array, rest: Array) -> Array:
    """Positive root y of y^3 + p y = c with c the contrast and p = (1 - f)(c - 1).

    The cubic is convex there, so Newton from above descends to the root; the start is less than twice the root.
    """
    c, p = np.broadcast_arrays(contrast, rest * (contrast - 1))
    root = np.cbrt(c)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(p > 0, np.fmin(root, c / p), root + np.sqrt(np.maximum(-p, 0.0)))
    y = np.asarray(y)
    safe = np.where(y > 0, y, 1.0)
    for _ in range(12):
        step = (safe**3 + p * safe - c) / (3 * safe**2 + p)
        safe = np.where(y > 0, safe - step, 1.0)
        if (np.abs(step) <= 1e-9 * safe)[y > 0].all():  # the next step would be below rounding
            break
    return np.asarray(np.where(y > 0, safe, 0.0))


_ROUNDS = 30
"""Newton rounds before the few points that are left (exponents far apart) are handed to bisection."""
_BLOCK = 16384
"""Points that are solved together, so that the work stays in the cache."""


def _climb(start: Array, inverse: Array, phi: Array, target: Array, powers: Array | None = None) -> Array:
    """Root x <= 1 of 1/g = target, g(x) = sum phi_i/(1 + A (x/s_i)^p_i), A = target - 1, from a start below it.

    Bruggeman's formula (every p_i = 1) and McLachlan's in one; `inverse` holds 1/s_i. In z = x^m, m the largest power,
    each denominator is concave and grows, hence so does their harmonic mean 1/g: Newton in z climbs to the root without
    passing it.
    """
    result = start.copy()
    for first in range(0, start.size, _BLOCK):
        block = np.s_[..., first : first + _BLOCK]
        _climb_block(
            result[block], inverse[block], phi[block], target[block], None if powers is None else powers[block]
        )
    return result


def _climb_block(result: Array, inverse: Array, phi: Array, target: Array, powers: Array | None) -> None:
    """Move `result`, a view, to the root; points that have arrived are left out of the next round."""
    where, x = np.arange(result.size), result
    for _ in range(_ROUNDS):
        part, rest = _parts(x, inverse, target, powers)
        share = phi * part
        g = share.sum(axis=0)
        slope = share * rest if powers is None else share * rest * (powers / powers.max(axis=0))
        step = (g * target - 1) * g / slope.sum(axis=0)
        growth = 1 + np.maximum(step, 0.0)
        x = x * (growth if powers is None else growth ** (1 / powers.max(axis=0)))
        result[where] = x
        on = step > 1e-9  # otherwise the next step would be below rounding, or rounding has passed the root
        if not on.any():
            return
        if not on.all():
            where, x, target = where[on], x[on], target[on]
            inverse, phi = inverse.compress(on, axis=1), phi.compress(on, axis=1)
            powers = None if powers is None else powers.compress(on, axis=1)
    result[where] = _halve(x, inverse, phi, target, powers)


def _halve(left: Array, inverse: Array, phi: Array, target: Array, powers: Array | None) -> Array:
    """The same root by bisection of the logarithm between `left` and 1."""
    right = np.ones_like(left)
    for _ in range(64):
        middle = np.sqrt(left * right)
        below = (phi * _parts(middle, inverse, target, powers)[0]).sum(axis=0) * target > 1
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return np.asarray(np.sqrt(left * right))


def _parts(x: Array, inverse: Array, target: Array, powers: Array | None) -> tuple[Array, Array]:
    """w = 1/(1 + A (x/s_i)^p_i) of each phase, and 1 - w without cancellation."""
    with np.errstate(over="ignore"):
        ratio = x * inverse if powers is None else (x * inverse) ** powers
        ratio = np.minimum((target - 1) * ratio, 1e200)
    part = 1 / (1 + ratio)
    return part, ratio * part
