"""Stiffness of a crystal from stresses of strained cells: which strains are needed, the fit, stability and averages.

Only algebra: stresses come from elsewhere. A stiffness that the crystal class allows is a sum ``C = sum_k p_k B_k``
over a basis B of the symmetric 6 x 6 matrices that no rotation of the class changes; the p follow by least squares from
the slopes of stress against strain. Voigt order is 11, 22, 33, 23, 13, 12 with engineering shear strains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from lisse.errors import InvalidInput
from lisse.numerics.elasticity_tensor import isotropic_projection, rotated_stiffness

__all__ = [
    "PolycrystalModuli",
    "allowed_stiffness",
    "born_margin",
    "fit_stiffness",
    "needed_strains",
    "polycrystal_moduli",
    "strain_matrix",
]

Array = NDArray[np.float64]
_ROWS, _COLUMNS = np.triu_indices(6)
_PATTERNS = np.array(
    [[1, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 1], [0, 1, 0, 0, 1, 0], *np.eye(6).tolist()], dtype=np.float64
)
"""Strains to choose from: three that stretch and shear at once, which serve classes of high symmetry, and the six."""


def strain_matrix(strain: ArrayLike) -> Array:
    """The symmetric 3 x 3 strain of a Voigt strain.

    Parameters
    ----------
    strain : (6,) array_like, 1. Shear components are engineering ones.
    """
    e = np.asarray(strain, dtype=np.float64)
    return np.array([[e[0], e[5] / 2, e[4] / 2], [e[5] / 2, e[1], e[3] / 2], [e[4] / 2, e[3] / 2, e[2]]])


def allowed_stiffness(rotations: Sequence[ArrayLike] | Array) -> Array:
    """A basis of the stiffness matrices that a crystal class allows.

    Parameters
    ----------
    rotations : sequence of (3, 3) arrays, 1. Orthogonal matrices of the class in Cartesian axes; improper ones act as
        their proper part, since an inversion changes no stiffness.

    Returns
    -------
    (m, 6, 6) array, 1
        3 matrices for a cubic class, 2 for an isotropic one (were it a crystal class), 21 for a triclinic one.
    """
    matrices = np.asarray(rotations, dtype=np.float64)
    if matrices.ndim != 3 or matrices.shape[1:] != (3, 3) or len(matrices) == 0:
        raise InvalidInput("rotations", matrices.shape, "one or more 3 x 3 matrices")
    proper = matrices * np.linalg.det(matrices)[:, None, None]
    quaternions = np.atleast_2d(Rotation.from_matrix(proper).as_quat()[:, [3, 0, 1, 2]])
    projector = np.empty((21, 21))
    for k, (i, j) in enumerate(zip(_ROWS, _COLUMNS, strict=True)):
        unit = np.zeros((6, 6))
        unit[i, j] = unit[j, i] = 1.0
        projector[:, k] = rotated_stiffness(unit, quaternions).mean(axis=0)[_ROWS, _COLUMNS]
    u, size, _ = np.linalg.svd(projector)
    kept = u[:, size > 0.5]
    basis = np.zeros((kept.shape[1], 6, 6))
    basis[:, _ROWS, _COLUMNS] = kept.T
    basis[:, _COLUMNS, _ROWS] = kept.T
    return basis


def needed_strains(basis: Array) -> Array:
    """As few strains as determine every constant that the basis leaves open.

    Parameters
    ----------
    basis : (m, 6, 6) array, 1. From `allowed_stiffness`.

    Returns
    -------
    (n, 6) array, 1
        Strains of unit size: 1 for a cubic crystal, 3 for an orthorhombic one, 6 for a triclinic one.
    """
    chosen: list[Array] = []
    while _rank(basis, chosen) < len(basis):
        gains = [_rank(basis, [*chosen, pattern]) for pattern in _PATTERNS]
        chosen.append(_PATTERNS[int(np.argmax(gains))])
    return np.array(chosen)


def _rank(basis: Array, strains: Sequence[Array]) -> int:
    if not strains:
        return 0
    return int(np.linalg.matrix_rank(_design(basis, np.array(strains)), tol=1e-6))


def _design(basis: Array, strains: Array) -> Array:
    """(6 n, m). Stress of each basis matrix at each strain."""
    stress: Array = np.einsum("kij,sj->sik", basis, strains)
    return stress.reshape(-1, len(basis))


def fit_stiffness(basis: Array, strains: ArrayLike, slopes: ArrayLike) -> tuple[Array, float]:
    """The stiffness nearest to measured slopes of stress.

    Parameters
    ----------
    basis : (m, 6, 6) array, 1
    strains : (n, 6) array_like, 1. Directions.
    slopes : (n, 6) array_like, Pa. Stress per strain along each direction.

    Returns
    -------
    ((6, 6) array, float), Pa
        The stiffness, and the root mean square of what the fit leaves.
    """
    design = _design(basis, np.asarray(strains, dtype=np.float64))
    wanted = np.asarray(slopes, dtype=np.float64).reshape(-1)
    weights, _, rank, _ = np.linalg.lstsq(design, wanted, rcond=1e-8)
    if rank < len(basis):
        raise InvalidInput("strains", len(design) // 6, "strains that determine every constant", "Use needed_strains")
    left = wanted - design @ weights
    tensor: Array = np.einsum("k,kij->ij", weights, basis)
    return tensor, float(np.sqrt(np.mean(left**2)))


def born_margin(stiffness: ArrayLike) -> float:
    """Smallest eigenvalue of the stiffness; the crystal resists every small strain when it is above zero.

    The Born criteria of every class in one number: for a cubic crystal the eigenvalues are ``C11 + 2 C12``,
    ``C11 - C12`` (twice) and ``C44`` (three times). Source: mouhat2014.

    Parameters
    ----------
    stiffness : (6, 6) array_like, Pa

    Returns
    -------
    float, Pa
    """
    matrix = np.asarray(stiffness, dtype=np.float64)
    return float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])


@dataclass(frozen=True)
class PolycrystalModuli:
    """Moduli of grains that lie at random: Hill's mean of the bounds of Voigt (even strain) and Reuss (even stress).

    All in Pa but the Poisson ratio (1).
    """

    bulk_voigt: float
    bulk_reuss: float
    shear_voigt: float
    shear_reuss: float

    @property
    def bulk(self) -> float:
        """Pa. Hill's mean."""
        return (self.bulk_voigt + self.bulk_reuss) / 2

    @property
    def shear(self) -> float:
        """Pa. Hill's mean."""
        return (self.shear_voigt + self.shear_reuss) / 2

    @property
    def young(self) -> float:
        """Pa. ``9 K G / (3 K + G)``."""
        return 9 * self.bulk * self.shear / (3 * self.bulk + self.shear)

    @property
    def poisson(self) -> float:
        """1. ``(3 K - 2 G) / (2 (3 K + G))``."""
        return (3 * self.bulk - 2 * self.shear) / (2 * (3 * self.bulk + self.shear))


def polycrystal_moduli(stiffness: ArrayLike) -> PolycrystalModuli:
    """Voigt and Reuss bounds of a stable crystal. Source: hill1952.

    Parameters
    ----------
    stiffness : (6, 6) array_like, Pa

    Raises
    ------
    InvalidInput
        For a matrix that is not positive definite: grains of it would not stay.
    """
    matrix = np.asarray(stiffness, dtype=np.float64)
    margin = born_margin(matrix)
    if not margin > 0:
        raise InvalidInput("stiffness", f"smallest eigenvalue {margin:.3g} Pa", "a positive definite matrix")
    bulk, shear = isotropic_projection(matrix)
    s = np.linalg.inv(matrix)
    normal, cross = s[0, 0] + s[1, 1] + s[2, 2], s[0, 1] + s[0, 2] + s[1, 2]
    bulk_reuss = 1 / (normal + 2 * cross)
    shear_reuss = 15 / (4 * (normal - cross) + 3 * (s[3, 3] + s[4, 4] + s[5, 5]))
    return PolycrystalModuli(float(bulk), float(bulk_reuss), float(shear), float(shear_reuss))
