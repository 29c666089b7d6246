"""Stiffness tensors as 6 x 6 Voigt matrices: making, checking, turning and averaging them.

Voigt order is 11, 22, 33, 23, 13, 12; shear strains are engineering ones (twice the tensor's). Only algebra on such
matrices belongs here; nothing knows of grids.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput

__all__ = [
    "checked_stiffness",
    "is_isotropic",
    "isotropic_projection",
    "isotropic_stiffness",
    "rotated_stiffness",
    "universal_anisotropy",
    "zener_ratio",
]

Matrix = NDArray[np.float64]
PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Tensor indices of each Voigt entry."""


def isotropic_stiffness(youngs_modulus: float, poisson_ratio: float) -> Matrix:
    """6 x 6 stiffness of an isotropic solid; a modulus of exactly 0 is a void.

    ``C11 = K + 4 G / 3, C12 = K - 2 G / 3, C44 = G``.

    Parameters
    ----------
    youngs_modulus : float, Pa. 0 or more.
    poisson_ratio : float, 1. Between -1 and 0.5, both excluded.

    Returns
    -------
    (6, 6) array, Pa

    Examples
    --------
    >>> float(isotropic_stiffness(150e9, 0.25)[3, 3])
    60000000000.0
    """
    young, poisson = float(youngs_modulus), float(poisson_ratio)
    if not (np.isfinite(young) and young >= 0):
        raise InvalidInput("youngs_modulus", youngs_modulus, "0 (a void) or a positive number of Pa")
    if not -1 < poisson < 0.5:
        raise InvalidInput(
            "poisson_ratio", poisson_ratio, "above -1 and below 0.5", "For a nearly incompressible solid write 0.4999"
        )
    shear = young / (2 * (1 + poisson))
    bulk = young / (3 * (1 - 2 * poisson))
    out = np.zeros((6, 6))
    out[:3, :3] = bulk - 2 / 3 * shear
    out[np.arange(6), np.arange(6)] += [2 * shear] * 3 + [shear] * 3
    return out


def checked_stiffness(what: str, stiffness: ArrayLike) -> Matrix:
    """The matrix as floats when it is symmetric and either positive definite or zero (a void).

    Parameters
    ----------
    what : str. Name for the message.
    stiffness : (6, 6) array_like, Pa
    """
    matrix = np.array(stiffness, dtype=np.float64)
    if matrix.shape != (6, 6) or not np.all(np.isfinite(matrix)):
        raise InvalidInput(what, matrix.shape, "a 6 x 6 matrix of finite numbers in Pa, order 11 22 33 23 13 12")
    largest = float(np.abs(matrix).max())
    if largest == 0:
        return matrix
    if np.abs(matrix - matrix.T).max() > 1e-8 * largest:
        raise InvalidInput(what, "a matrix that is not symmetric", "C_ij = C_ji")
    lowest = float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
    if lowest <= 1e-14 * largest:
        raise InvalidInput(
            what,
            f"a matrix with the eigenvalue {lowest:.3g} Pa",
            "a positive definite one, or all zeros for a void",
            "Check the signs and the Voigt order",
        )
    return (matrix + matrix.T) / 2


def rotation_matrices(quaternions: ArrayLike) -> NDArray[np.float64]:
    """(n, 3, 3) rotations from (n, 4) quaternions (w, x, y, z), normalised here."""
    q = np.atleast_2d(np.asarray(quaternions, dtype=np.float64))
    norm = np.linalg.norm(q, axis=1)
    if q.shape[1] != 4 or not np.all(norm > 0) or not np.all(np.isfinite(q)):
        raise InvalidInput("quaternions", q.shape, "rows of four finite numbers (w, x, y, z), not all zero")
    w, x, y, z = (q / norm[:, None]).T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], axis=-1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], axis=-1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=-1),
        ],
        axis=1,
    )


def rotated_stiffness(stiffness: ArrayLike, quaternions: ArrayLike) -> NDArray[np.float64]:
    """Stiffness in the axes of the sample of a crystal that is turned by each quaternion.

    ``C' = M C M^T`` with the stress transformation M of Bond, ``M_(ij)(kl) = R_ik R_jl`` (summed over both orders
    of kl).

    Parameters
    ----------
    stiffness : (6, 6) array_like, Pa. In the axes of the crystal.
    quaternions : (4,) or (n, 4) array_like, 1. (w, x, y, z), turning crystal axes into sample axes.

    Returns
    -------
    (6, 6) or (n, 6, 6) array, Pa
    """
    matrix = np.asarray(stiffness, dtype=np.float64)
    r = rotation_matrices(quaternions)
    bond = np.empty((len(r), 6, 6))
    for row, (i, j) in enumerate(PAIRS):
        for column, (k, m) in enumerate(PAIRS):
            value = r[:, i, k] * r[:, j, m]
            bond[:, row, column] = value if k == m else value + r[:, i, m] * r[:, j, k]
    out: NDArray[np.float64] = bond @ matrix @ bond.transpose(0, 2, 1)
    return out[0] if np.ndim(quaternions) == 1 else out


def isotropic_projection(stiffness: ArrayLike) -> tuple[Any, Any]:
    """Bulk and shear modulus of the isotropic tensor nearest to C (the Voigt averages of C).

    ``9 K = C11 + C22 + C33 + 2 (C12 + C13 + C23)``;
    ``15 G = C11 + C22 + C33 - C12 - C13 - C23 + 3 (C44 + C55 + C66)``.

    Parameters
    ----------
    stiffness : (..., 6, 6) array_like, Pa

    Returns
    -------
    tuple of two (...) arrays, Pa
    """
    c = np.asarray(stiffness, dtype=np.float64)
    normal = c[..., 0, 0] + c[..., 1, 1] + c[..., 2, 2]
    cross = c[..., 0, 1] + c[..., 0, 2] + c[..., 1, 2]
    return (normal + 2 * cross) / 9, (normal - cross + 3 * (c[..., 3, 3] + c[..., 4, 4] + c[..., 5, 5])) / 15


def is_isotropic(stiffness: ArrayLike, tolerance: float = 1e-12) -> bool:
    """Whether C is its own isotropic projection to `tolerance` of its largest entry."""
    c = np.asarray(stiffness, dtype=np.float64)
    bulk, shear = isotropic_projection(c)
    expected = np.zeros((6, 6))
    expected[:3, :3] = bulk - 2 / 3 * shear
    expected[np.arange(6), np.arange(6)] += np.array([2, 2, 2, 1, 1, 1]) * shear
    return bool(np.abs(c - expected).max() <= tolerance * np.abs(c).max())


def zener_ratio(stiffness: ArrayLike) -> float:
    """``2 C44 / (C11 - C12)`` of the means over the three axes; 1 for an isotropic solid."""
    c = np.asarray(stiffness, dtype=np.float64)
    normal = (c[0, 0] + c[1, 1] + c[2, 2]) / 3
    cross = (c[0, 1] + c[0, 2] + c[1, 2]) / 3
    return float(2 * (c[3, 3] + c[4, 4] + c[5, 5]) / 3 / (normal - cross))


def universal_anisotropy(stiffness: ArrayLike) -> float:
    """``5 G_V / G_R + K_V / K_R - 6`` from the Voigt and Reuss averages of one tensor; 0 for an isotropic solid."""
    c = np.asarray(stiffness, dtype=np.float64)
    bulk, shear = isotropic_projection(c)
    s = np.linalg.inv(c)
    normal, cross = s[0, 0] + s[1, 1] + s[2, 2], s[0, 1] + s[0, 2] + s[1, 2]
    bulk_reuss = 1 / (normal + 2 * cross)
    shear_reuss = 15 / (4 * (normal - cross) + 3 * (s[3, 3] + s[4, 4] + s[5, 5]))
    return float(5 * shear / shear_reuss + bulk / bulk_reuss - 6)
