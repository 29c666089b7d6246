"""What the phase field needs to be told so that cracks cost what they should: toughness of boundaries, and strength.

A smeared crack is wider than a grain boundary: it spreads over 4 ell, and the energy that it needs lies between that
of the boundary and that of the grain. The energy of a straight crack is a minimisation along one line, done here on the
same voxels that the crack will meet; its inverse says which energy to give to the voxels along a boundary.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from lisse.errors import InvalidInput
from lisse.models.resolved.phase_field import PhaseField

__all__ = [
    "crack_energy",
    "effective_toughness",
    "fracture_energy",
    "length_for_strength",
    "nominal_toughness",
    "strength",
]

BAND = 2
"""Voxels across a weak boundary: one on each side of the face between two grains."""


def fracture_energy(fracture_toughness: float, youngs_modulus: float, poisson_ratio: float) -> float:
    """J/m2. Energy of a crack per area, Gc = K_IC^2 (1 - nu^2)/E in plane strain.

    Examples
    --------
    >>> round(fracture_energy(1e6, 150e9, 0.26), 2)
    6.22
    """
    return fracture_toughness**2 * (1.0 - poisson_ratio**2) / youngs_modulus


def strength(youngs_modulus: float, energy: float, length: float) -> float:
    """Pa. Uniaxial stress (plane stress or a bar) at which intact material begins to be damaged.

    ::

        sigma_c = sqrt(3 E Gc/(8 ell))

    Parameters
    ----------
    youngs_modulus : float, Pa
    energy : float, J/m2
    length : float, m

    Notes
    -----
    A property of the regularisation, not of the material: the measured strengths of ceramics are those of their flaws.
    It has to exceed the pressures that cracks reach, and flaws have to be longer than 2 ell. After Pham, Amor, Marigo
    and Maurini (2011).

    Examples
    --------
    >>> round(strength(150e9, fracture_energy(1e6, 150e9, 0.26), 1e-6) / 1e6)
    591
    """
    return math.sqrt(3.0 * youngs_modulus * energy / (8.0 * length))


def length_for_strength(youngs_modulus: float, energy: float, stress: float) -> float:
    """m. Largest ell at which intact material bears a stress (Pa); the inverse of `strength`."""
    return 3.0 * youngs_modulus * energy / (8.0 * stress**2)


def crack_energy(length: float) -> float:
    """1. Energy of a straight crack of one row of voxels over Gc; nearly 1.

    Parameters
    ----------
    length : float, 1
        ell in voxels.

    Examples
    --------
    >>> round(crack_energy(2.0), 4)
    1.0078
    """
    return effective_toughness(1.0, length)


@lru_cache(maxsize=4096)
def effective_toughness(nominal: float, length: float, band: int = BAND) -> float:
    """1. Energy of a crack along a weak band over the Gc of the grains on either side.

    Parameters
    ----------
    nominal : float, 1
        Gc of the voxels of the band over that of the grains.
    length : float, 1
        ell in voxels.
    band : int
        Voxels across the band.

    Examples
    --------
    >>> round(effective_toughness(0.3, 2.0), 2)
    0.4
    """
    if not (math.isfinite(nominal) and nominal > 0):
        raise InvalidInput("nominal", nominal, "above 0, in units of the toughness of the grains")
    if band < 1:
        raise InvalidInput("band", band, "1 voxel or more")
    reach = math.ceil(2.0 * length) + 3
    toughness = np.ones((2 * reach + band, 1))
    toughness[reach : reach + band] = nominal
    field = PhaseField(toughness, length, 1.0)
    energies = []
    for place in range(reach, reach + (band + 1) // 2):  # the crack takes the cheapest row; the band is symmetric
        crack = np.zeros_like(toughness)
        crack[place] = 1.0
        energies.append(field.energy(field.advance(np.zeros_like(toughness), crack)))
    return min(energies)


@lru_cache(maxsize=4096)
def nominal_toughness(effective: float, length: float, band: int = BAND) -> float:
    """1. Gc to give to the voxels of a weak band so that a crack along it needs a given energy; Gc of the grains is 1.

    Parameters
    ----------
    effective : float, 1
        Energy of a crack along the boundary over that of one through a grain.
    length : float, 1
        ell in voxels.
    band : int
        Voxels across the band.

    Raises
    ------
    InvalidInput
        For an energy above that of the grain, or so small that no band of this width has it.

    Examples
    --------
    >>> round(nominal_toughness(0.4, 2.0), 2)
    0.3
    """
    from scipy.optimize import brentq

    lowest, highest = effective_toughness(1e-6, length, band), crack_energy(length)
    wanted = effective * highest  # both cracks cost a little more than Gc on voxels
    if not lowest < wanted <= highest:
        raise InvalidInput(
            "effective toughness",
            effective,
            f"above {lowest / highest:.3g} and up to 1 for a band of {band} voxels at a length of {length:.3g} voxels",
            "Use a shorter length in voxels, or a wider band",
        )
    return float(brentq(lambda nominal: effective_toughness(nominal, length, band) - wanted, 1e-6, 1.0, xtol=1e-8))
