"""Diffusion on a lattice whose bonds are open or closed at random, frozen or renewed (dynamic bond percolation).

What belongs here: the effective medium of single bonds, at any frequency, and what renewal does to it. What does not:
rates of hops and of renewal (hopping), lattices that are solved or walked (lisse.lattice).

The effective medium replaces every bond but one by an effective rate v, and asks that the one changes nothing in the
mean. With s the Laplace variable, x = s/v and G the lattice's Green function at the origin,

    v = w (f - r)/(1 - r),   r(x) = (1 - s G)/d     (r: conductance of a bond over that between its ends)

It is exact for f = 1 and s -> infinity, and to first order in 1 - f. Its threshold is f = 1/d, where that of the cubic
lattice is 0.2488. On a chain and for s -> 0 it gives (2 - f)/2 of the exact value.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.theory import domain
from lisse.theory.domain import Array, Values, nonnegative, one_of, plain, positive

__all__ = ["AcDiffusivity", "dynamic_bond_diffusivity", "frozen_bond_diffusivity"]

Complex = NDArray[np.complex128]


class AcDiffusivity(NamedTuple):
    """Real and imaginary part of a diffusivity at a frequency [m2/s]."""

    real: Values
    imaginary: Values


def frozen_bond_diffusivity(
    rate: ArrayLike, bond_fraction: ArrayLike, hop_rate: ArrayLike, hop_length: ArrayLike, dimension: int = 3
) -> Values:
    """Diffusivity on a cubic lattice with bonds open at random for good, at a Laplace variable.

    ::

        D0(s) = v a^2,   v = w (f - r)/(1 - r),   r = [1 - s G(s/v)]/d
        s -> inf: f w a^2;   s = 0: w a^2 (f d - 1)/(d - 1) above f = 1/d, zero below

    Parameters
    ----------
    rate : array_like, 1/s. Laplace variable s; 0 for the steady state.
    bond_fraction : array_like, 1. Share f of the bonds that is open.
    hop_rate : array_like, 1/s. Rate w over an open bond.
    hop_length : array_like, m. Length a of a bond.
    dimension : int, 1. 1 (chain), 2 (square) or 3 (simple cubic).

    Returns
    -------
    float or array, m^2/s
        s^2/(2 d) times the Laplace transform of the mean square displacement.

    Notes
    -----
    Exact for f = 1, to first order in 1 - f, and for large s. In between an approximation whose threshold is 1/d (3-D:
    1/3, exact 0.2488); on a chain it is down to (2 - f)/2 of the exact value s f a^2/(2 (1 - f)^2) for small s.
    Validity: bonds open independently of one another. Confidence: S.
    Source: odagaki1981, kirkpatrick1973, joyce1998

    Examples
    --------
    >>> round(frozen_bond_diffusivity(0.0, 0.6, 1e9, 3e-10) * 1e12, 6)
    36.0
    """
    d = _dimension(dimension)
    s, f = nonnegative("rate", rate), domain.fraction("bond_fraction", bond_fraction)
    w, a = positive("hop_rate", hop_rate), positive("hop_length", hop_length)
    s, f, w, a = np.broadcast_arrays(s, f, w, a)
    return plain(w * a**2 * _frozen(s / w, f, d))


def dynamic_bond_diffusivity(
    frequency: ArrayLike,
    renewal_rate: ArrayLike,
    bond_fraction: ArrayLike,
    hop_rate: ArrayLike,
    hop_length: ArrayLike,
    dimension: int = 3,
    renewal: str = "together",
) -> AcDiffusivity:
    """Diffusivity on a lattice whose bonds are drawn anew by the motion of the polymer (Druger, Nitzan and Ratner).

    ::

        D(omega) = D0(s = lambda + i omega),   D0 of the frozen lattice: frozen_bond_diffusivity
        lambda -> inf: f w a^2;   omega = 0, lambda -> 0 below the threshold: lambda <R^2>/(2 d) -> 0

    Parameters
    ----------
    frequency : array_like, 1/s. Angular frequency omega; 0 for direct current.
    renewal_rate : array_like, 1/s. Renewals lambda of a bond; 0 for a frozen lattice.
    bond_fraction : array_like, 1. Share f of the bonds that is open.
    hop_rate : array_like, 1/s. Rate w over an open bond.
    hop_length : array_like, m. Length a of a bond.
    dimension : int, 1. 1, 2 or 3.
    renewal : {"together", "apart"}. Whether a renewal redraws all bonds at once, or each bond has renewals of its own.

    Returns
    -------
    AcDiffusivity: real m^2/s; imaginary m^2/s
        In the sign of exp(i omega t): the imaginary part is above zero where ions lag.

    Notes
    -----
    The shift by lambda is exact for renewals of all bonds together, for any frozen D0; what is approximate is the D0 of
    the effective medium. Bonds apart: the single bond, which renews at lambda, sees a medium whose memory renews too,
    v(s) = w f (1 - r)/[1 - r + r (1 - f) w/v(s + lambda)] with r at s + lambda and v(s + lambda), climbed down
    from large s. Ions get further than with "together", from the second order in 1 - f on: exact rings by 10 % at
    f = 0.2 and lambda = 0.1 w, the effective medium by more where renewal is slow and f near the threshold.
    Walks on the cubic lattice with bonds apart: the formula is too low by 5 % at lambda = 0.3 w, and with f = 0.2 to
    0.3 by 15 % at 0.1 w, 45 % at 0.01 w and 75 % at 0.001 w; from f = 0.4 on by 10 % at most.
    Validity: as for frozen_bond_diffusivity. Confidence: S (together), L (apart: derived here, checked on small rings).
    Source: druger1983, druger1985, harrison1985

    Examples
    --------
    >>> round(dynamic_bond_diffusivity(0.0, 1e8, 0.3, 1e9, 3e-10).real * 1e12, 3)
    5.655
    """
    d = _dimension(dimension)
    one_of("renewal", renewal, ("together", "apart"))
    omega, lam = nonnegative("frequency", frequency), nonnegative("renewal_rate", renewal_rate)
    f, w = domain.fraction("bond_fraction", bond_fraction), positive("hop_rate", hop_rate)
    a = positive("hop_length", hop_length)
    omega, lam, f, w, a = np.broadcast_arrays(omega, lam, f, w, a)
    found = _frozen_at((lam + 1j * omega) / w, f, d) if renewal == "together" else _apart(lam / w, omega / w, f, d)
    return AcDiffusivity(plain(w * a**2 * found.real), plain(w * a**2 * found.imag))


# -- effective rate over w, with s in units of w --------------------------------------------------------------------


def _frozen(s: Array, f: Array, d: int) -> Array:
    """Effective rate for real s by bisection of ln x; the side of the root is that of x (f - r)/(1 - r) - s."""
    steady = np.maximum(f * d - 1, 0.0) / (d - 1) if d > 1 else np.where(f == 1.0, 1.0, 0.0)
    moving = (s > 0) & (f > 0)
    t, g = np.where(moving, s, 1.0), np.where(moving, f, 1.0)
    low, high = np.log(t / g), np.log(np.maximum(4.0, 2 * t) / g)
    for _ in range(64):
        middle = 0.5 * (low + high)
        below = _variable(np.exp(middle), g, d) < t
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.where(moving, t / np.exp(0.5 * (low + high)), np.where(f > 0, steady, 0.0)))


_TURNS = 8
"""Steps from the positive axis to the imaginary one, on each of which Newton finds x from the last."""


def _frozen_at(s: Any, f: Array, d: int) -> Complex:
    """Effective rate for complex s with a real part not below zero, followed from |s| on the real axis."""
    size, angle = np.abs(s), np.angle(s)
    real = _frozen(size, f, d)
    busy = (size > 0) & (f > 0) & (angle != 0)
    size, g, angle = np.where(busy, size, 1.0), np.where(busy, f, 1.0), np.where(busy, angle, 0.0)
    u = np.log(size / np.where(busy, real, 1.0)).astype(complex)
    for turn in range(1, _TURNS + 1):
        target = size * np.exp(1j * angle * turn / _TURNS)
        for _ in range(12):
            here = _variable(np.exp(u), g, d)
            slope = (_variable(np.exp(u + 1e-5), g, d) - _variable(np.exp(u - 1e-5), g, d)) / 2e-5
            step = np.log(target / here) * here / slope
            u = u + step
            if (np.abs(step) < 1e-14).all():
                break
    return np.asarray(np.where(busy, np.where(busy, s, 1.0) / np.exp(u), real))


_MOST_STEPS = 1 << 13
"""Renewals that are followed; only at f = 1/d, and slower than 1e-8 w, are they not enough."""


def _apart(lam: Array, omega: Array, f: Array, d: int) -> Complex:
    """Effective rate for bonds that renew each by itself; more steps until the start no longer matters."""
    still = _frozen_at(1j * omega, f, d)
    busy = (lam > 0) & (f > 0)
    step, g = np.where(busy, lam, 1.0), np.where(busy, f, 1.0)
    steps, last = 32, None
    while True:
        found = _descend(step, omega, g, d, steps)
        if last is not None and (np.abs(found - last) <= 1e-10 * np.abs(found)).all():
            return np.asarray(np.where(busy, found, still))
        if steps >= _MOST_STEPS:
            ratio = float(np.min(step))
            allowed = "a faster renewal for bonds apart at the threshold of the medium, f = 1/d"
            raise InvalidInput("renewal_rate", f"{ratio:.3g} of the hop rate", allowed, "Take it above 1e-8 of that")
        steps, last = 2 * steps, found


def _descend(lam: Array, omega: Array, f: Array, d: int, steps: int) -> Complex:
    rate = _frozen_at(steps * lam + 1j * omega, f, d)
    for number in range(steps, 0, -1):
        r = _bond_share((number * lam + 1j * omega) / rate, d)
        rate = f * (1 - r) / (1 - r + r * (1 - f) / rate)
    return rate


def _variable(x: Any, f: Array, d: int) -> Any:
    """s/w at x = s/v: x (f - r)/(1 - r), which grows with x above its zero and is below zero before it."""
    r = _bond_share(x, d)
    return x * (f - r) / (1 - r)


# -- lattice Green function -----------------------------------------------------------------------------------------


def _bond_share(x: Any, d: int) -> Any:
    """r(x) = (1 - s G)/d, from 1/d at x = 0 to 2/x for large x, where the difference is taken term by term."""
    z = 2 * d / (2 * d + x)
    far = np.abs(x) > 1e3
    safe = np.where(far, 1.0, x)
    # closed walks of two and of four steps
    tail = z * (1 - x / (2 * d) * (z**2 / (2 * d) + z**4 * (12 * d**2 - 6 * d) / (2 * d) ** 4)) / d
    return np.where(far, tail, (1 - _returns(safe, d)) / d)


def _returns(x: Any, d: int) -> Any:
    """s G, from 0 at x = 0 to 1. Chain: a root; square: one elliptic integral; cube: Joyce's square of one."""
    y = np.sqrt(x * (4 * d + x)) / (2 * d + x)  # sqrt(1 - z^2) with z = 2 d/(2 d + x)
    if d == 1:
        return np.sqrt(x / (4 + x))
    if d == 2:
        return x / (4 + x) / _agm(y)
    z2 = (6 / (6 + x)) ** 2
    xi = np.sqrt(z2 / 9 / ((1 + np.sqrt(1 - z2 / 9)) * (1 + y)))
    below = (1 - xi) ** 3 * (1 + 3 * xi)
    return x / (6 + x) * (1 - 9 * xi**4) / below / _agm(np.sqrt(1 - 16 * xi**3 / below)) ** 2


def _agm(second: Any) -> Any:
    """Arithmetic-geometric mean of 1 and a number of the right half plane: 2 K(m)/pi = 1/agm(1, sqrt(1 - m))."""
    a, b = np.ones_like(second), second
    for _ in range(14):
        a, b = 0.5 * (a + b), np.sqrt(a * b)
    return a


def _dimension(value: int) -> int:
    if value not in (1, 2, 3):
        raise InvalidInput("dimension", value, "1, 2 or 3")
    return int(value)
