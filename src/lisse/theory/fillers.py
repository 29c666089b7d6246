"""When a ceramic filler behind an interface resistance helps a polymer: critical sizes, fibres, grains in thin layers.

What belongs here: closed forms for shapes other than the sphere, whose mixture is interface_resistance_inclusion
(composite), and the size and the resistance at which a filler changes nothing. What does not: where the resistance
comes from (exchange, space_charge).

One length rules them all, a_c = R s_m s_p/(s_p - s_m): a sphere of that radius, a cylinder of that radius across the
field and a slab of that half thickness leave a uniform field as it is. Inside each the field is uniform and smaller by
s_m/s_p, and the potential that is missing at the interface is just what the current s_m E drops over R. So a mixture of
them conducts s_m exactly, at any loading and in any arrangement; larger ones raise the conductivity, smaller ones lower
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.theory import domain
from lisse.theory.composite import Bounds
from lisse.theory.domain import Array, Values, nonnegative, plain, positive

__all__ = [
    "brick_layer",
    "critical_fibre_length",
    "critical_interface_resistance",
    "critical_radius",
    "fibres_across",
    "fibres_along",
]


def critical_radius(matrix: ArrayLike, inclusion: ArrayLike, interface_resistance: ArrayLike) -> Values:
    """Size below which a filler behind an interface resistance harms: radius, or half thickness along the current.

    ::

        a_c = R_int s_m s_p / (s_p - s_m)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the polymer (of its cations, where only they enter the filler).
    inclusion : array_like, S/m. Conductivity s_p of the filler.
    interface_resistance : array_like, ohm m^2. R_int.

    Returns
    -------
    float or array, m
        Radius of spheres and of cylinders across the current, half thickness of slabs; inf where s_p <= s_m.

    Notes
    -----
    Exact at any loading and arrangement, for each particle by itself: at this size the particle leaves the field alone.
    Even a perfect conductor harms below R_int s_m.
    Validity: one interface resistance all around. Confidence: S.
    Source: hasselman1987, torquato1995

    Examples
    --------
    >>> round(critical_radius(1e-3, 5e-2, 1e-2) * 1e6, 2)  # 100 ohm cm2
    10.2
    """
    sm, sp = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    area = nonnegative("interface_resistance", interface_resistance)
    sm, sp, area = np.broadcast_arrays(sm, sp, area)
    better = sp > sm
    return plain(np.where(better, area * sm * sp / np.where(better, sp - sm, 1.0), np.inf))


def critical_interface_resistance(matrix: ArrayLike, inclusion: ArrayLike, radius: ArrayLike) -> Values:
    """Interface resistance above which a filler of a size harms.

    ::

        R_c = a (1/s_m - 1/s_p)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the polymer.
    inclusion : array_like, S/m. Conductivity s_p of the filler.
    radius : array_like, m. a of spheres and of cylinders across the current; half thickness of slabs.

    Returns
    -------
    float or array, ohm m^2
        The inverse of critical_radius; 0 where s_p <= s_m, which no interface helps. exchange_barrier turns it into the
        highest desolvation barrier at which the filler helps.

    Notes
    -----
    Validity: as for critical_radius. Confidence: S.
    Source: hasselman1987, torquato1995

    Examples
    --------
    >>> round(critical_interface_resistance(1e-3, 5e-2, 1e-6) * 1e4, 2)  # ohm cm2
    9.8
    """
    sm, sp = positive("matrix", matrix), positive("inclusion", inclusion)
    return plain(positive("radius", radius) * np.maximum(1 / sm - 1 / sp, 0.0))


def fibres_across(
    matrix: ArrayLike,
    inclusion: ArrayLike,
    fraction: ArrayLike,
    radius: ArrayLike,
    interface_resistance: ArrayLike,
) -> Values:
    """Effective conductivity across long aligned fibres behind an interface resistance.

    ::

        s/s_m = (1 + f b)/(1 - f b),   b = (s_a - s_m)/(s_a + s_m),   s_a = s_p/(1 + R_int s_p/a)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the polymer.
    inclusion : array_like, S/m. Conductivity s_p of the fibres.
    fraction : array_like, 1. Volume fraction f of the fibres.
    radius : array_like, m. Radius a of the fibres.
    interface_resistance : array_like, ohm m^2. R_int.

    Returns
    -------
    float or array, S/m
        Effective conductivity; that of the matrix at critical_radius, the same as for spheres.

    Notes
    -----
    Validity: round fibres that never touch, dilute to moderate fractions; a bound in the plane. Confidence: S.
    Source: hasselman1987, nan1997

    Examples
    --------
    >>> round(fibres_across(1e-3, 5e-2, 0.2, 1e-6, 1e-2) * 1e3, 4)
    0.7187
    """
    sm, sp = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    f, a = domain.fraction("fraction", fraction), positive("radius", radius)
    alone = sp / (1 + nonnegative("interface_resistance", interface_resistance) * sp / a)
    return plain(sm * (sm * (1 - f) + alone * (1 + f)) / (sm * (1 + f) + alone * (1 - f)))


def fibres_along(
    matrix: ArrayLike,
    inclusion: ArrayLike,
    fraction: ArrayLike,
    radius: ArrayLike,
    length: ArrayLike,
    interface_resistance: ArrayLike,
) -> Values:
    """Effective conductivity along aligned fibres that ions enter over their ends and sides.

    ::

        s = s_m + f (s_a - s_m) s_m/[s_m + L (1 - f)(s_a - s_m)]
        s_a = s_p {1 - (1/h)/[1/(R_int s_p) + coth(h/T)/T]},   T = (a R_int s_p/2)^(1/2),   h = length/2
        L of the spheroid of aspect p = h/a: {p (p^2 - 1)^(-1/2) ln[p + (p^2 - 1)^(1/2)] - 1}/(p^2 - 1)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the polymer.
    inclusion : array_like, S/m. Conductivity s_p of the fibres.
    fraction : array_like, 1. Volume fraction f of the fibres.
    radius : array_like, m. Radius a of the fibres.
    length : array_like, m. Length of the fibres; inf for fibres from electrode to electrode.
    interface_resistance : array_like, ohm m^2. R_int.

    Returns
    -------
    float or array, S/m
        Effective conductivity; that of phases in parallel for infinite length, which no interface lowers.

    Notes
    -----
    The fibre is a cable in the mean field of the matrix: what it carries has come in over its sides within the transfer
    length T and over its ends. For L = 1/3 and s_a of a sphere the first line is Maxwell and Garnett's formula.
    Validity: slender fibres at low loading. Against voxels of stacked square fibres (h = 5 a and 10 a, near the
    critical length): 2 % at a fraction of 0.1, 7 % at 0.2, up to a fifth too high at 0.4, where neighbours drain the
    matrix between them. Confidence: S (limits), L (between).
    Source: cox1952, nan1997

    Examples
    --------
    >>> round(fibres_along(1e-3, 5e-2, 0.2, 1e-7, 20e-6, 1e-2) * 1e3, 3)
    5.983
    """
    sm, sp = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    f, a = domain.fraction("fraction", fraction), positive("radius", radius)
    half = positive("length", length, infinite=True) / 2
    alone = sp * _share_carried(half, a, nonnegative("interface_resistance", interface_resistance) * sp)
    more = alone - sm
    return plain(sm + f * more * sm / (sm + _depolarisation(half / a) * (1 - f) * more))


def critical_fibre_length(
    matrix: ArrayLike, inclusion: ArrayLike, radius: ArrayLike, interface_resistance: ArrayLike
) -> Values:
    """Length below which aligned fibres harm the conductivity along them.

    ::

        s_a(h) = s_m for the half length h, s_a as in fibres_along
        h + 2 h^2/(3 a) = a_c for s_p >> s_m;   thin fibres (a << a_c): h = (3 a a_c/2)^(1/2)

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the polymer.
    inclusion : array_like, S/m. Conductivity s_p of the fibres.
    radius : array_like, m. Radius a of the fibres.
    interface_resistance : array_like, ohm m^2. R_int.

    Returns
    -------
    float or array, m
        Whole length 2 h, never above 2 critical_radius; inf where s_p <= s_m.

    Notes
    -----
    A fibre far too thin to help across (a << a_c) helps along once its half length passes the mean, in the geometric
    sense, of its radius and the critical one, times 1.22.
    Validity: as for fibres_along. Confidence: S (limits), L (between).
    Source: cox1952, nan1997

    Examples
    --------
    >>> round(critical_fibre_length(1e-3, 5e-2, 1e-7, 1e-2) * 1e6, 2)
    2.33
    """
    sm, sp = positive("matrix", matrix), nonnegative("inclusion", inclusion)
    a, area = positive("radius", radius), nonnegative("interface_resistance", interface_resistance)
    sm, sp, a, area = np.broadcast_arrays(sm, sp, a, area)
    largest = np.asarray(critical_radius(sm, sp, area))  # over the ends alone
    busy = np.isfinite(largest) & (largest > 0)
    high = np.log(np.where(busy, largest, 1.0))
    low, high = high - 40.0, high
    barrier, wanted = area * sp, sm / np.where(busy, sp, 1.0)
    for _ in range(64):
        middle = 0.5 * (low + high)
        below = _share_carried(np.exp(middle), a, barrier) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return plain(np.where(busy, 2 * np.exp(0.5 * (low + high)), largest))


def brick_layer(
    matrix: ArrayLike,
    grain: ArrayLike,
    fraction: ArrayLike,
    grain_size: ArrayLike,
    interface_resistance: ArrayLike,
) -> Bounds:
    """Bounds on the conductivity of ceramic cubes with a layer of polymer around each (polymer in ceramic).

    ::

        lower: (1 - l^2) s_m + l^2/[l/s_c + 2 R_int l/g + (1 - l)/s_m]          current in straight tubes
        upper: {(1 - l)/s_m + l/[l^2 s_g + (1 - l^2) s_m]}^-1,   1/s_g = 1/s_c + 6 R_int/(5 g)
        l = f^(1/3) = grain over period; layer between grains (1/l - 1) g

    Parameters
    ----------
    matrix : array_like, S/m. Conductivity s_m of the layers.
    grain : array_like, S/m. Conductivity s_c of the grains.
    fraction : array_like, 1. Volume fraction f of the grains.
    grain_size : array_like, m. Edge g of the cubes.
    interface_resistance : array_like, ohm m^2. R_int.

    Returns
    -------
    Bounds: lower S/m; upper S/m
        Of the simple cubic arrangement; close together for thin layers.

    Notes
    -----
    The lower one forbids current over the sides of a grain, the upper one keeps planes of equal potential between the
    layers of grains and gives each grain one uniform field: Thomson's and Dirichlet's principle, hence true bounds.
    Grains help if g/2 > a_c whatever the layer (lower; a_c = critical_radius), not below 0.6 a_c (upper). They keep
    half of s_c while 2 R_int + layer/s_m < g/s_c; the layers do better than sintered boundaries of resistance R_gb
    while 2 R_int + layer/s_m < R_gb.
    Validity: every grain is coated; where grains touch, the contacts carry the current. Confidence: S.
    Source: vandijk1981, hashin1962

    Examples
    --------
    >>> [round(bound * 1e3, 3) for bound in brick_layer(1e-3, 5e-2, 0.8, 10e-6, 1e-3)]
    [3.262, 4.562]
    """
    sm, sc = positive("matrix", matrix), nonnegative("grain", grain)
    share, g = np.cbrt(domain.fraction("fraction", fraction)), positive("grain_size", grain_size)
    area = nonnegative("interface_resistance", interface_resistance)
    column = sm * sc / (sm * share + sc * (2 * area * sm * share / g + 1 - share) + (sc == 0) * sm)
    seen = sc / (1 + 1.2 * area * sc / g)
    between = share**2 * seen + (1 - share**2) * sm
    safe = np.where(between > 0, between, 1.0)
    upper = np.where(between > 0, sm * safe / ((1 - share) * safe + share * sm), 0.0)
    return Bounds(plain((1 - share**2) * sm + share**2 * column), plain(upper))


def _share_carried(half: Array, radius: Array, barrier: Array) -> Array:
    """s_a/s_p of a fibre of half length h; `barrier` is R_int s_p, the length of fibre that resists as much."""
    half, radius, barrier = np.broadcast_arrays(half, radius, barrier)
    behind, finite = barrier > 0, np.isfinite(half)
    h, b = np.where(finite, half, 1.0), np.where(behind, barrier, 1.0)
    q = h * np.sqrt(2 / (radius * b))
    small = q < 0.05
    p = np.where(small, 1.0, q)
    rest = np.where(small, q**2 / 3 - q**4 / 45 + 2 * q**6 / 945, p / np.tanh(p) - 1)  # q coth q - 1
    share = (h / b + rest) / (h / b + rest + 1)
    return np.asarray(np.where(behind & finite, share, 1.0))


def _depolarisation(aspect: Array) -> Array:
    """Depolarisation factor along the axis of a spheroid: 1/3 for a sphere, 0 for a needle, 1 for a plate."""
    p = np.minimum(aspect, 1e8)
    e = p**2 - 1
    near = np.abs(e) < 1e-2
    size = np.sqrt(np.abs(np.where(near, 1.0, e)))
    angle = np.where(e > 0, np.arcsinh(size), np.arctan2(size, p))  # arcosh p, or arccos p
    series = 1 / 3 - 2 * e / 15 + 8 * e**2 / 105 - 16 * e**3 / 315 + 128 * e**4 / 3465
    return np.asarray(np.where(near, series, (p * angle / size - 1) / np.where(near, 1.0, e)))
