"""Strain inside a voxel element, mode by mode, so that energy densities are those of the solver to rounding.

On a square or a cube the strain of the element is a sum of products of the reference coordinates, which are orthogonal:
the constant one, that of the centre, and deviatoric others of weight 3^-m for m coordinates.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

__all__ = ["strain_modes"]

Floats = NDArray[np.float64]


def strain_modes(dimension: int, spacing: float) -> list[tuple[float, Floats]]:
    """Weight in the mean energy and (6, d 2^d) strain of unit corner displacements, 1/m, of each mode.

    Parameters
    ----------
    dimension : int
        2 (plane strain) or 3.
    spacing : float, m
        Edge of the voxel.

    Notes
    -----
    Corners in binary order (last axis fastest), components outermost; Voigt order 11, 22, 33, 23, 13, 12.

    Examples
    --------
    >>> modes = strain_modes(2, 1.0)
    >>> [round(weight, 3) for weight, _ in modes]
    [1.0, 0.333, 0.333]
    >>> (modes[0][1] @ np.array([0, 0, 1, 1, 0, 0, 0, 0]))[:2].tolist()  # pulled along the first axis
    [1.0, 0.0]
    """
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=dimension)))
    deviator = np.eye(6)
    deviator[:3, :3] -= 1.0 / 3.0
    out = []
    for mode in itertools.product((0, 1), repeat=dimension):
        if all(mode):
            continue  # a product of all coordinates has no slope of its own
        signs = np.prod(np.where(np.array(mode, dtype=bool), corners, 1.0), axis=1)
        strain = np.zeros((6, dimension, len(corners)))
        for c, axis in itertools.product(range(dimension), repeat=2):
            if mode[axis]:
                continue
            row = c if c == axis else (6 - c - axis if dimension == 3 else 5)
            strain[row, c] += corners[:, axis] * signs * 2.0 / (spacing * 2**dimension)
        matrix = strain.reshape(6, -1)
        out.append((3.0 ** -sum(mode), deviator @ matrix if any(mode) else matrix))
    return out
