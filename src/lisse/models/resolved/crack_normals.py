"""Where the lithium in a smeared crack pushes, and which way: across it, on its two walls, and not along it.

A crack is thin: its ends have no area to push on. A smeared one is as wide as its skirt, and a pressure equal in all
directions pushes a tip of that width forward. Inside a body the two ends balance; of a crack that is open to an
electrode only one end is there, and eight voxels deep its critical pressure comes out 10 % too high. So the pressure
acts through the tensor

    A = J/(largest eigenvalue of J),     J = mean over a few voxels of grad d x grad d

which is n x n in a straight crack of normal n, and nearer to the unit tensor where cracks turn and meet. Critical
pressures are then 2 % (open to an electrode) to 4 % (inside a body) low, eight voxels deep and with ell of two.

What belongs here: the tensor, and the skirt of a crack. What does not: the forces (`electrolyte_body`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["crack_normals", "pressure_regions"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_FLAT = 1e-8  # squared slope of the damage per voxel below which a crack has no direction


def crack_normals(damage: Floats, solid: Mask, length: float, wanted: Mask) -> Floats:
    """Voigt components of A in the wanted voxels; the unit tensor where damage has no direction.

    Parameters
    ----------
    damage : (nx, ny[, nz]) array, 1
        Lateral axes are periodic.
    solid : (nx, ny[, nz]) bool array
        Voxels that have a damage; slopes are taken between these.
    length : float, voxels
        Of the mean: ell.
    wanted : (nx, ny[, nz]) bool array

    Returns
    -------
    (6, wanted voxels) array, 1
        11, 22, 33, 23, 13, 12; 33 is zero in plane strain.
    """
    from scipy import ndimage

    d = damage.ndim
    slopes = [_slope(damage, solid, axis) for axis in range(d)]
    tensor = np.empty((int(np.count_nonzero(wanted)), d, d))
    for i, j in itertools.combinations_with_replacement(range(d), 2):
        mean = ndimage.gaussian_filter(slopes[i] * slopes[j], length, mode=["nearest"] + ["wrap"] * (d - 1))
        tensor[:, i, j] = tensor[:, j, i] = mean[wanted]
    largest = np.linalg.eigvalsh(tensor)[:, -1]
    flat = largest <= _FLAT
    tensor[flat], largest[flat] = np.eye(d), 1.0
    tensor /= largest[:, None, None]
    out = np.zeros((6, len(tensor)))
    for i, j in itertools.combinations_with_replacement(range(d), 2):
        out[i if i == j else (6 - i - j if d == 3 else 5)] = tensor[:, i, j]
    return out


def _slope(damage: Floats, solid: Mask, axis: int) -> Floats:
    """(nx, ny[, nz]) mean difference to the solid neighbours along an axis, per voxel."""
    up = np.where(solid & np.roll(solid, -1, axis), np.roll(damage, -1, axis) - damage, 0.0)
    if axis == 0:
        up[-1] = 0.0
    out: Floats = 0.5 * (up + np.roll(up, 1, axis))
    return out


def pressure_regions(damaged: Mask, clusters: Sequence[Mask], reach: float, spacing: float) -> list[Mask]:
    """Voxels on which the pressure of each cluster acts: its own, and the damaged ones around that are nearest to it.

    Parameters
    ----------
    damaged : (nx, ny[, nz]) bool array
        Solid voxels with any damage.
    clusters : sequence of (nx, ny[, nz]) bool arrays
        Must not share voxels. Lateral axes are periodic.
    reach : float, m
        Width of the skirt.
    spacing : float, m
    """
    if not clusters:
        return []
    from lisse.numerics.distance import distance_to_background

    if np.any(np.sum(clusters, axis=0) > 1):
        raise InvalidInput("clusters", "voxels in two clusters", "clusters that share no voxel", "Merge them")
    edges, around = (spacing,) * damaged.ndim, (False,) + (True,) * (damaged.ndim - 1)
    away = np.stack([distance_to_background(~np.asarray(mask), edges, around) for mask in clusters])
    nearest = away.argmin(axis=0)
    skirt = damaged & ~np.any(clusters, axis=0) & (away.min(axis=0) <= reach * (1 + 1e-6))
    return [np.asarray(mask) | (skirt & (nearest == n)) for n, mask in enumerate(clusters)]
