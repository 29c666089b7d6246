"""Contact between lithium and electrolyte: how much there is, and what the missing part costs.

What belongs here: real contact area under pressure, and the constriction of the current to the spots that are left.
What does not: how voids grow or close (stripping), current peaks at edges and patches (focusing).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike

from lisse.theory.domain import Array, Values, fraction, nonnegative, one_of, plain, positive

__all__ = [
    "constriction_factor",
    "constriction_resistance",
    "contact_fraction_elastic",
    "contact_fraction_plastic",
]


# What solve_constriction() gives; kept because solving takes a fifth of a second. A test solves it again.
_COEFFICIENTS = (
    1.4258399474130767, 0.4844730529505552, 0.0704772417071792, 0.014472847302895168,
    0.0033237603594542843, 0.0009057959621065185, 0.0002871971137765095, 0.00010889699249658457,
    4.822156963960102e-05, 2.4278943059000923e-05, 1.345915371821334e-05, 8.01744554309544e-06,
    5.043734326262501e-06, 3.3118324802941617e-06, 2.2512840705658167e-06, 1.5749363019316537e-06,
    1.1287854292187233e-06, 8.258961606480052e-07, 6.150685424528952e-07, 4.6504953640591583e-07,
    3.5616433217996213e-07, 2.7568767485145857e-07, 2.151886646137137e-07, 1.6895845091683904e-07,
    1.3305262443930118e-07, 1.0469304303494168e-07, 8.188540089886433e-08, 6.316929478398643e-08,
    4.745127908998613e-08, 3.389072189423127e-08, 2.181960525889724e-08, 1.0684121612809981e-08,
)  # fmt: skip


def contact_fraction_elastic(pressure: ArrayLike, effective_modulus: ArrayLike, rms_slope: ArrayLike) -> Values:
    """Real contact fraction of elastic, self-affine rough surfaces (Persson).

    ::

        A/A0 = erf(sqrt(2) p / (E* h'))

    Parameters
    ----------
    pressure : array_like, Pa. Mean pressure p on the interface.
    effective_modulus : array_like, Pa. E* with 1/E* = (1 - nu1^2)/E1 + (1 - nu2^2)/E2.
    rms_slope : array_like, 1. Root-mean-square slope h' of the combined roughness.

    Returns
    -------
    float or array, 1
        Real contact fraction.

    Notes
    -----
    Validity: elastic, no adhesion; at low pressure the slope is sqrt(8/pi) p/(E* h'). Lithium usually flows first:
    see :func:`contact_fraction_plastic`. Confidence: S.
    Source: persson2001

    Examples
    --------
    >>> round(contact_fraction_elastic(10e6, 9e9, 0.1), 5)
    0.01773
    """
    from scipy import special

    p, modulus = nonnegative("pressure", pressure), positive("effective_modulus", effective_modulus)
    return plain(special.erf(math.sqrt(2) * p / (modulus * positive("rms_slope", rms_slope))))


def contact_fraction_plastic(pressure: ArrayLike, hardness: ArrayLike) -> Values:
    """Real contact fraction when every spot carries the hardness of the softer body.

    ::

        A/A0 = min(1, p / H)

    Parameters
    ----------
    pressure : array_like, Pa. Mean pressure p on the interface.
    hardness : array_like, Pa. Indentation hardness H of the softer body, about three times its yield stress.

    Returns
    -------
    float or array, 1
        Real contact fraction.

    Notes
    -----
    Validity: fully plastic spots, no creep and no hardening by confinement. Confidence: S.
    Source: bowden1939

    Examples
    --------
    >>> round(contact_fraction_plastic(1e6, 2.3e6), 3)
    0.435
    """
    return plain(np.minimum(1.0, nonnegative("pressure", pressure) / positive("hardness", hardness)))


def constriction_factor(ratio: ArrayLike, method: str = "exact") -> Values:
    """Constriction factor of an equipotential spot on the end of an insulated tube.

    ::

        R = psi(eps) / (4 sigma a),   eps = a/b;   power: psi = (1 - eps)^1.5

    Parameters
    ----------
    ratio : array_like, 1. Spot radius over tube radius, eps, from 0 to 1.
    method : {"exact", "power"}. Solution of the mixed boundary-value problem, or the power approximation.

    Returns
    -------
    float or array, 1
        psi, from 1 (spot on a half space) to 0 (full contact).

    Notes
    -----
    The exact value is interpolated between solutions of a Fredholm equation; it is good to 1e-6 relative over the
    whole range. It begins 1 - 1.40925 eps + 0.33801 eps^3 + 0.06790 eps^5 and ends as 2 (1 - eps)^2.
    Validity: tube long against its radius, no interface resistance. The power form is 17 % off at eps = 0.7.
    Confidence: S.
    Source: gibson1976, cooper1969

    Examples
    --------
    >>> round(constriction_factor(0.5), 5)
    0.33961
    """
    eps = fraction("ratio", ratio)
    if one_of("method", method, ("exact", "power")) == "power":
        return plain((1.0 - eps) ** 1.5)
    return plain((1.0 - eps) ** 2 * chebyshev.chebval(2.0 * eps - 1.0, _COEFFICIENTS))


def constriction_resistance(
    spot_radius: ArrayLike, contact_fraction: ArrayLike, conductivity: ArrayLike, method: str = "exact"
) -> Values:
    """Area-specific resistance of one interface that touches only at equal, evenly spread round spots.

    ::

        ASR = pi a psi(sqrt(f)) / (4 sigma f)

    Parameters
    ----------
    spot_radius : array_like, m. Radius of a contact spot, a.
    contact_fraction : array_like, 1. Contact fraction f; zero gives an infinite resistance.
    conductivity : array_like, S/m. Ionic conductivity of the electrolyte, sigma.
    method : {"exact", "power"}. How psi is found; see :func:`constriction_factor`.

    Returns
    -------
    float or array, ohm m^2
        Resistance to be added to that of the flat, fully contacted electrolyte.

    Notes
    -----
    Validity: electrolyte much thicker than the spacing of the spots; metal side taken as a perfect conductor.
    Confidence: S.
    Source: gibson1976, holm1967

    Examples
    --------
    >>> round(constriction_resistance(5e-6, 0.25, 0.05) * 1e4, 3)
    1.067
    """
    radius, f = positive("spot_radius", spot_radius), fraction("contact_fraction", contact_fraction)
    psi = constriction_factor(np.sqrt(f), method)
    with np.errstate(divide="ignore"):
        return plain(math.pi * radius * psi / (4.0 * positive("conductivity", conductivity) * f))


def solve_constriction(nodes: int = 32) -> Array:
    """Solve the problem behind `constriction_factor` anew.

    Parameters
    ----------
    nodes : int. Ratios at which it is solved.

    Returns
    -------
    (nodes,) array, 1
        Chebyshev coefficients on [0, 1] of psi/(1 - eps)^2, which is smooth up to full contact.
    """
    x = np.cos(math.pi * (np.arange(nodes) + 0.5) / nodes)
    eps = (1.0 + x) / 2.0
    values = np.array([_psi(float(e)) / (1.0 - e) ** 2 for e in eps])
    return np.asarray(chebyshev.chebfit(x, values, nodes - 1), dtype=np.float64)


def _psi(eps: float) -> float:
    """Solve the mixed boundary-value problem for one ratio (tube radius 1, conductivity 1).

    With the flux on the spot written as an Abel transform of f(t), 0 < t < eps, the disc is at constant potential and
    the wall is insulated when ``f(t) + (4/pi^2) int k(t, s) f(s) ds = 1``, where
    ``k = int_0^inf [K1(y)/I1(y) cosh(yt) cosh(ys) - 2/y^2] dy``; then ``psi = eps / int f``.
    """
    x, weight = np.polynomial.legendre.leggauss(40)
    u = (1.0 + x) / 2.0
    grade = 1.0 - (1.0 - u) ** 3  # finer towards the rim, where the kernel sharpens as eps goes to 1
    t, w = eps * grade, eps * weight / 2.0 * 3.0 * (1.0 - u) ** 2
    matrix = np.eye(t.size) + 4.0 / math.pi**2 * _kernel(t) * w
    return float(eps / (w @ np.linalg.solve(matrix, np.ones_like(t))))


def _kernel(t: Array) -> Array:
    from scipy import special

    x, weight = np.polynomial.legendre.leggauss(32)
    near = ((1.0 + x) / 2.0) ** 6  # below y = 1 the integrand has a logarithm at 0
    w_near = weight * 3.0 * ((1.0 + x) / 2.0) ** 5
    plus, minus = (t[:, None] + t) / 2.0, (t[:, None] - t) / 2.0
    ch = np.cosh(near[:, None] * t)
    kernel = (ch.T * (w_near * _wall(near))) @ ch
    sh = np.sinh(near[:, None, None] * plus) ** 2 + np.sinh(near[:, None, None] * minus) ** 2
    kernel += np.tensordot(w_near * 2.0 / near**2, sh, axes=1) - 2.0
    for panel in range(18):  # from y = 1 on, panels that double
        y = 2.0**panel * (1.5 + x / 2.0)
        # K1/I1 cosh cosh with the common factor exp(-2y) shared out, so that nothing overflows
        decay = 0.5 * (np.exp(y[:, None] * (t - 1.0)) + np.exp(-y[:, None] * (t + 1.0)))
        kernel += (decay.T * (2.0**panel * weight / 2.0 * special.k1e(y) / special.i1e(y))) @ decay
    return np.asarray(kernel)


def _wall(y: Array) -> Array:
    """K1(y)/I1(y) - 2/y^2 for 0 < y <= 1 by its series, free of cancellation."""
    from scipy import special

    k = np.arange(14)
    power = (y[:, None] ** 2 / 4.0) ** k / (special.factorial(k) * special.factorial(k + 1))
    first = y / 2.0 * power.sum(axis=1)
    digamma = (power * (special.digamma(k + 1) + special.digamma(k + 2))).sum(axis=1)
    rest = -power[:, 1:].sum(axis=1) / y - y / 4.0 * digamma
    return np.asarray(np.log(y / 2.0) + rest / first)
