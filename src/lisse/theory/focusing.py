"""Current focusing: how much higher the local current density is than the mean.

What belongs here: primary current distribution (uniform conductivity, no interface resistance) near edges, bosses,
blocked patches and inclusions; an upper bound, because interface resistance evens the current out. What does not:
resistance of constricted contact (contact).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Values, nonnegative, one_of, plain, positive

__all__ = ["boss_focusing", "edge_focusing", "patch_focusing", "sphere_focusing"]


def edge_focusing(distance: ArrayLike, thickness: ArrayLike) -> Values:
    """Current density near the edge of an electrode that is narrower than its electrolyte, over that far inside.

    ::

        i/i_far = 1 / sqrt(1 - exp(-pi s/L))

    Parameters
    ----------
    distance : array_like, m. Distance s from the edge, inward.
    thickness : array_like, m. Thickness L of the electrolyte.

    Returns
    -------
    float or array, 1
        Focusing factor; infinite at the edge itself.

    Notes
    -----
    Validity: straight edge, counter electrode that extends beyond it, primary distribution. Confidence: S.
    Source: newman2004, swamy2018

    Examples
    --------
    >>> round(edge_focusing(10e-6, 300e-6), 2)
    3.17
    """
    s, length = nonnegative("distance", distance), positive("thickness", thickness)
    with np.errstate(divide="ignore"):
        return plain(1 / np.sqrt(-np.expm1(-math.pi * s / length)))


def boss_focusing(aspect_ratio: ArrayLike, dimension: int = 3) -> Values:
    """Current density at the top of a boss on a flat electrode, over the mean.

    ::

        2-D (half-elliptic ridge)  1 + h/b
        3-D (half-spheroid)        1/N,  N = (h/b)/3 R_D(1, 1, (h/b)^2)

    Parameters
    ----------
    aspect_ratio : array_like, 1. Height over half-width (2-D) or base radius (3-D), h/b.
    dimension : int, 1. 2 for a ridge, 3 for a boss.

    Returns
    -------
    float or array, 1
        Focusing factor: 2 for a half cylinder, 3 for a hemisphere.

    Notes
    -----
    N is the depolarisation factor along the axis, R_D Carlson's elliptic integral.
    Validity: boss small against the thickness and alone, primary distribution. Confidence: S.
    Source: osborn1945

    Examples
    --------
    >>> round(boss_focusing(1.0), 6), round(boss_focusing(5.0), 2)
    (3.0, 17.91)
    """
    from scipy import special

    ratio = nonnegative("aspect_ratio", aspect_ratio)
    if dimension not in (2, 3):
        raise InvalidInput("dimension", dimension, "2 or 3")
    if dimension == 2:
        return plain(1 + ratio)
    safe = np.maximum(ratio, 1e-150)
    return plain(np.where(ratio > 1e-150, 3 / (safe * special.elliprd(1.0, 1.0, safe**2)), 1.0))


def patch_focusing(position_ratio: ArrayLike, shape: str = "disc") -> Values:
    """Current density on the electrode next to a blocked patch or void, over the mean.

    ::

        disc        (2/pi) [1/sqrt(x^2 - 1) + arccos(1/x)]
        strip       x / sqrt(x^2 - 1)
        hemisphere  1 + 1/(2 x^3)

    Parameters
    ----------
    position_ratio : array_like, 1. Distance from the centre over the radius (half-width) of the patch, x.
    shape : {"disc", "strip", "hemisphere"}. Flat round patch, long flat strip, or half-sphere in the electrolyte.

    Returns
    -------
    float or array, 1
        Focusing factor; zero on the patch (x below 1), infinite at the rim of a flat one.

    Notes
    -----
    The flat patch is the same problem as a crack under tension. Integrate the factor over the facet of interest: the
    peak at the rim is integrable.
    Validity: one patch, small against the thickness, primary distribution. Confidence: S.
    Source: sneddon1946, maxwell1873

    Examples
    --------
    >>> round(patch_focusing(1.1), 2), patch_focusing(1.0, "hemisphere")
    (1.66, 1.5)
    """
    x = nonnegative("position_ratio", position_ratio)
    outside = np.maximum(x, 1.0)
    root = np.sqrt((outside - 1) * (outside + 1))
    with np.errstate(divide="ignore"):
        if one_of("shape", shape, ("disc", "strip", "hemisphere")) == "disc":
            factor = 2 / math.pi * (1 / root + np.arccos(1 / outside))
        elif shape == "strip":
            factor = outside / root
        else:
            factor = 1 + 0.5 / outside**3
    return plain(np.where(x < 1, 0.0, factor))


def sphere_focusing(conductivity_ratio: ArrayLike) -> Values:
    """Largest current density in the matrix next to a spherical inclusion, over the mean.

    ::

        k >= 1 (poles)    3 k/(k + 2)
        k <= 1 (equator)  3/(k + 2)

    Parameters
    ----------
    conductivity_ratio : array_like, 1. Conductivity of the inclusion over that of the matrix, k; 0 void, inf metal.

    Returns
    -------
    float or array, 1
        Focusing factor: 1.5 at a void, 3 at a perfect conductor.

    Notes
    -----
    Validity: one sphere in a uniform field. Confidence: S.
    Source: maxwell1873

    Examples
    --------
    >>> sphere_focusing(0.0), round(sphere_focusing(10.0), 3)
    (1.5, 2.5)
    """
    k = nonnegative("conductivity_ratio", conductivity_ratio, infinite=True)
    with np.errstate(divide="ignore"):
        return plain(3 / np.where(k > 1, 1 + 2 / k, k + 2))
