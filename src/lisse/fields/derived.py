"""Stresses and magnitudes that follow from saved fields, voxel by voxel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["hydrostatic_stress", "largest_principal_stress", "magnitude"]

Floats = NDArray[np.floating[Any]]


def hydrostatic_stress(stress: Any) -> Floats:
    """Mean of the three normal stresses, (xx + yy + zz)/3.

    Parameters
    ----------
    stress : (6, ...) array, Pa. Voigt order xx, yy, zz, yz, xz, xy.

    Returns
    -------
    (...) array, Pa
    """
    values = _voigt(stress)
    out: Floats = (values[0] + values[1] + values[2]) / 3
    return out


def largest_principal_stress(stress: Any) -> Floats:
    """The largest eigenvalue of the stress tensor, by the angle form of the cubic.

    s1 = m + 2 q cos(acos(r)/3), with m the mean, q = sqrt(tr(S^2)/6) and r = det(S/q)/2 of the deviator S.

    Parameters
    ----------
    stress : (6, ...) array, Pa. Voigt order xx, yy, zz, yz, xz, xy.

    Returns
    -------
    (...) array, Pa
        NaN where a component is.
    """
    xx, yy, zz, yz, xz, xy = _voigt(stress).astype(np.float64)
    mean = (xx + yy + zz) / 3
    a, b, c = xx - mean, yy - mean, zz - mean
    size = np.sqrt((a * a + b * b + c * c + 2 * (yz * yz + xz * xz + xy * xy)) / 6)
    scale = np.where(size > 0.0, size, 1.0)
    a, b, c, yz, xz, xy = (part / scale for part in (a, b, c, yz, xz, xy))
    determinant = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    angle = np.arccos(np.clip(determinant / 2, -1.0, 1.0)) / 3
    out: Floats = mean + 2 * size * np.cos(angle)
    return out


def magnitude(vector: Any) -> Floats:
    """Length of a vector field.

    Parameters
    ----------
    vector : (d, ...) array

    Returns
    -------
    (...) array, same unit
    """
    values = np.asarray(vector, dtype=np.float64)
    out: Floats = np.sqrt((values * values).sum(axis=0))
    return out


def _voigt(stress: Any) -> Floats:
    values = np.asarray(stress)
    if values.ndim < 1 or values.shape[0] != 6:
        raise InvalidInput("stress", f"shape {values.shape}", "(6, ...): xx, yy, zz, yz, xz, xy")
    return values
