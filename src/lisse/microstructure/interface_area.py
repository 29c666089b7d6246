"""True area behind the voxel faces of a curved or tilted interface.

A voxel model of a surface with unit normal n shows ``sum |n_a|`` times its area as faces: 1 for a flat one along the
grid, 1.5 for a sphere, sqrt(3) for a plane across the diagonal. A resistance per area that acted on all of these faces
would be too small by as much. Here the normal comes from the gradient of the phase, smoothed over a few voxels, and
every face gets its own factor. Which resistance acts there is the business of `composite_transport`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["mean_stair_factor", "stair_factors", "true_area"]

Array = np.ndarray[Any, np.dtype[Any]]
_SMOOTHED = 1.5  # voxels; one keeps more of the staircase, three round off spheres of eight voxels


def stair_factors(mask: Array, spacing: Sequence[float]) -> tuple[Array, ...]:
    """Area of the voxel faces over the true area, for every face on the boundary of one phase in a periodic box.

    ::

        factor = sum over axes |n_a|,   n = grad m/|grad m|,   m the phase (1 inside, 0 outside), smoothed

    so that the sum over faces of (face area)/factor is the area of the boundary, and a resistance times `factor` on
    each face passes as much current as the resistance on the true surface.

    Parameters
    ----------
    mask : (nx, ny[, nz]) array of bool. Voxels of the phase.
    spacing : (2,) or (3,) floats, m. Edges of a voxel.

    Returns
    -------
    tuple of 1-D arrays, one per axis
        In the order of ``np.nonzero`` of the faces that part the phase from the rest, where entry i along the axis is
        the face between voxels i and i + 1 and the last leads round to the first.

    Examples
    --------
    >>> [factor.tolist() for factor in stair_factors(np.array([[True] * 4, [False] * 4]), (1.0, 1.0))][1]
    []
    """
    gradient = _gradient(mask, spacing)
    factors = []
    for axis in range(mask.ndim):
        cut = mask != np.roll(mask, -1, axis)
        normal = [(part + np.roll(part, -1, axis))[cut].astype(float) for part in gradient]
        length = np.sqrt(sum((part**2 for part in normal), np.zeros(int(cut.sum()))))
        spread = sum((np.abs(part) for part in normal), np.zeros(length.shape))
        known = length > 1e-6 * float(length.max(initial=0.0))  # else a film or a point without a side of its own
        factors.append(np.where(known, spread / np.where(known, length, 1.0), 1.0))
    return tuple(factors)


def true_area(mask: Array, spacing: Sequence[float]) -> float:
    """Area of the boundary of a phase in a periodic box.

    Parameters
    ----------
    mask : (nx, ny[, nz]) array of bool. Voxels of the phase.
    spacing : (2,) or (3,) floats, m. Edges of a voxel.

    Returns
    -------
    float, m2; in a plane m

    Examples
    --------
    >>> true_area(np.array([[True] * 4, [True] * 4, [False] * 4, [False] * 4]), (1.0, 0.5))
    4.0
    """
    factors, cell = stair_factors(mask, spacing), math.prod(spacing)
    return sum(float((cell / edge / each).sum()) for edge, each in zip(spacing, factors, strict=True))


def mean_stair_factor(one: Array, other: Array, spacing: Sequence[float]) -> float:
    """Area of all voxel faces between two phases over their true area; 1 where they do not touch.

    Parameters
    ----------
    one, other : (nx, ny[, nz]) arrays of bool. Voxels of the two; the normal is that of the first.
    spacing : (2,) or (3,) floats, m. Edges of a voxel.

    Returns
    -------
    float, 1

    Examples
    --------
    >>> mean_stair_factor(np.array([[True] * 4, [False] * 4]), np.array([[False] * 4, [True] * 4]), (1.0, 1.0))
    1.0
    """
    faces = area = 0.0
    for axis, (factors, edge) in enumerate(zip(stair_factors(one, spacing), spacing, strict=True)):
        after = np.roll(other, -1, axis), np.roll(one, -1, axis)
        between = ((one & after[0]) | (other & after[1]))[one != after[1]]
        faces += float(np.count_nonzero(between)) / edge
        area += float((1.0 / factors[between]).sum()) / edge
    return faces / area if area > 0.0 else 1.0


def _gradient(mask: Array, spacing: Sequence[float]) -> list[Array]:
    """Central differences of the smoothed phase; 0 along axes of one voxel."""
    from scipy import ndimage

    reach = [_SMOOTHED * max(spacing) / edge for edge in spacing]
    smooth = ndimage.gaussian_filter(mask.astype(np.float32), reach, mode="wrap", truncate=3.0)
    return [(np.roll(smooth, -1, axis) - np.roll(smooth, 1, axis)) / (2.0 * edge) for axis, edge in enumerate(spacing)]
