"""Stiffness of every voxel: isotropic, or that of cubic crystals turned by the orientation of their grains.

Voxels along grain boundaries keep their softening, which is a factor on all of their stiffness.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.models.resolved.domain import Domain, role_of

if TYPE_CHECKING:
    from lisse.numerics.elasticity_stiffness import VoxelStiffness

__all__ = ["crystal_stiffness", "cubic_constants", "isotropic_stiffness"]

Matrix = NDArray[np.float64]


def isotropic_stiffness(domain: Domain) -> VoxelStiffness:
    """From Young's modulus and Poisson's ratio of every voxel."""
    from lisse.numerics.elasticity_stiffness import VoxelStiffness  # compiled code, loaded when it is needed

    modulus, ratio = domain.youngs_modulus, domain.poisson_ratio
    bulk = np.where(modulus > 0.0, modulus / (3.0 * (1.0 - 2.0 * ratio)), 0.0)
    shear = np.where(modulus > 0.0, modulus / (2.0 * (1.0 + ratio)), 0.0)
    return VoxelStiffness.of_moduli(bulk, shear)


def cubic_constants(
    domain: Domain, materials: Mapping[str, Material], roles: Mapping[str, str], temperature: float
) -> dict[int, Matrix]:
    """Pa. 6 x 6 stiffness, in the axes of the crystal, of the phases whose material has cubic constants, by label.

    Parameters
    ----------
    domain : Domain
    materials : mapping of phase name to Material
        With ``"electrolyte"``.
    roles : mapping of phase name to the name of a role
    temperature : float, K

    Raises
    ------
    InvalidInput
        Where no material has them, or the grains have no orientations.
    """
    names = ("stiffness_c11", "stiffness_c12", "stiffness_c44")
    volume, found = domain.volume, {}
    for label, name in volume.phases.items():
        plain = role_of(name, roles)
        material = materials.get(name) or (materials["electrolyte"] if plain is not None else None)
        if material is None or not domain.solid[np.asarray(volume.labels) == label].any():
            continue
        if all(material.has(each) for each in names):
            found[label] = _cubic(*(material.value(each, temperature) for each in names))
    if not found:
        advice = "Give stiffness_c11, stiffness_c12 and stiffness_c44, or leave crystal_elasticity out"
        raise InvalidInput("crystal_elasticity", True, "a material with the constants of a cubic crystal", advice)
    if volume.grains is None or volume.orientations is None:
        advice = "Generated polycrystals have them; leave crystal_elasticity out of others"
        raise InvalidInput("crystal_elasticity", True, "a microstructure of grains with orientations", advice)
    return found


def _cubic(c11: float, c12: float, c44: float) -> Matrix:
    matrix = np.zeros((6, 6))
    matrix[:3, :3] = c12
    matrix[np.arange(3), np.arange(3)] = c11
    matrix[np.arange(3, 6), np.arange(3, 6)] = c44
    return matrix


def crystal_stiffness(domain: Domain, constants: Mapping[int, Matrix], boundary_softening: float) -> VoxelStiffness:
    """Grains of cubic phases turned by their orientations, and all else as it is.

    Parameters
    ----------
    domain : Domain
    constants : mapping of label to (6, 6) array, Pa
        In the axes of the crystal; labels without are isotropic.
    boundary_softening : float, 1
        Stiffness of the voxels along grain boundaries over that of the grain.
    """
    from lisse.numerics.elasticity_stiffness import VoxelStiffness
    from lisse.numerics.elasticity_tensor import isotropic_stiffness as isotropic
    from lisse.numerics.elasticity_tensor import rotated_stiffness

    volume = domain.volume
    if volume.grains is None or volume.orientations is None:
        raise InvalidInput("volume", "no grains with orientations", "a volume that has them")
    labels, grains = np.asarray(volume.labels), np.asarray(volume.grains)
    index, table = np.zeros(domain.shape, dtype=np.int32), [np.zeros((6, 6))]
    turned = np.isin(labels, list(constants)) & domain.solid
    for label, matrix in constants.items():
        here = turned & (labels == label)
        if not here.any():
            continue
        kinds, rows = np.unique(2 * grains[here].astype(np.int64) + domain.boundary[here], return_inverse=True)
        numbers, soft = kinds // 2, kinds % 2 == 1
        made = rotated_stiffness(matrix, volume.orientations[numbers])
        made[numbers == 0] = matrix  # outside the grains the axes are those of the volume
        made[soft] *= boundary_softening
        index[here] = len(table) + rows
        table.extend(made)
    rest = domain.solid & ~turned
    if rest.any():
        pairs = np.stack([domain.youngs_modulus[rest], domain.poisson_ratio[rest]], axis=1)
        different, rows = np.unique(pairs, axis=0, return_inverse=True)
        index[rest] = len(table) + rows.reshape(-1)
        table.extend(isotropic(modulus, ratio) for modulus, ratio in different)
    return VoxelStiffness.of_materials(index, np.stack(table))
