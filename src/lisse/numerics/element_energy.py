"""Strain energy of isotropic voxel elements, voxel by voxel, in one compiled loop over the displacement.

The strain of an element is a sum of orthogonal modes: the strain at its centre, and deviatoric ones that are products
of the reference coordinates, of weight 3^-m for m coordinates. So the mean energy density is a weighted sum of theirs.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lisse.numerics.conduction_kernels import compiled

__all__ = ["element_energy"]

Floats = NDArray[np.float64]


def element_energy(
    bulk: Floats, shear: Floats, corners: NDArray[np.int64], displacement: Floats, spacing: float
) -> tuple[Floats, Floats]:
    """Mean energy density of every voxel, J/m3, and the volume strain at its centre, 1.

    Parameters
    ----------
    bulk, shear : (voxels,) arrays, Pa
    corners : (voxels, 2^d) int array
        Nodes in binary order (last axis fastest).
    displacement : (d, nodes) array, m
        Plane strain in 2-D.
    spacing : float, m
        Edge of a voxel.

    Examples
    --------
    >>> pulled = np.array([[0.0, 0.0, 0.1, 0.1], [0.0, 0.0, 0.0, 0.0]])
    >>> energy, swelling = element_energy(np.ones(1), np.zeros(1), np.array([[0, 1, 2, 3]]), pulled, 1.0)
    >>> float(round(energy[0], 6)), float(round(swelling[0], 6))
    (0.005, 0.1)
    """
    d = len(displacement)
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=d)))
    modes = np.array([mode for mode in itertools.product((0, 1), repeat=d) if not all(mode)], dtype=np.int64)
    slopes = np.zeros((len(modes), d, len(signs)))  # of each mode along each axis, per displacement of a corner
    for m, mode in enumerate(modes):
        for axis in np.flatnonzero(mode == 0):
            slopes[m, axis] = signs[:, axis] * np.prod(np.where(mode, signs, 1.0), axis=1) * 2.0 / (spacing * 2**d)
    energy, swelling = np.empty(len(corners)), np.empty(len(corners))
    weights = 3.0 ** -modes.sum(axis=1)
    _energies(bulk, shear, corners, np.ascontiguousarray(displacement), modes, weights, slopes, energy, swelling)
    return energy, swelling


@compiled
def _energies(bulk, shear, corners, displacement, modes, weights, slopes, energy, swelling):  # type: ignore[no-untyped-def]
    d, many = len(displacement), corners.shape[1]
    gradient, value = np.zeros((3, 3)), np.empty((d, many))
    for e in range(len(corners)):
        for b in range(many):
            for c in range(d):
                value[c, b] = displacement[c, corners[e, b]]
        energy[e] = swelling[e] = 0.0
        if bulk[e] == 0.0 and shear[e] == 0.0:
            continue
        for m in range(len(modes)):
            for axis in range(d):
                for c in range(d):
                    slope = 0.0
                    if modes[m, axis] == 0:
                        for b in range(many):
                            slope += slopes[m, axis, b] * value[c, b]
                    gradient[c, axis] = slope
            trace = gradient[0, 0] + gradient[1, 1] + gradient[2, 2]
            squares = -trace * trace / 3.0  # of the deviator
            for c in range(3):
                squares += gradient[c, c] ** 2
                for axis in range(c):
                    squares += 0.5 * (gradient[c, axis] + gradient[axis, c]) ** 2
            energy[e] += weights[m] * shear[e] * squares
            if m == 0:
                swelling[e] = trace
                energy[e] += 0.5 * bulk[e] * trace * trace
