"""Stiffness matrix of one voxel: the Q1 element with mean dilatation, by products of the reference coordinates.

Needs nothing but NumPy, because the processes of the distributed solver may have nothing else. The loops of
``elasticity_kernels`` are the same element without matrices; a test compares the two.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["brick_stiffness", "uniform_strain"]

Floats = NDArray[np.float64]


def brick_stiffness(stiffness: Floats, edges: Sequence[float], full: bool = False) -> Floats:
    """Element matrices of bricks of one size, for any number of materials.

    ::

        K = sum over modes m of volume / 3^|m|  B_m^T C B_m

    where B_m is the strain of one product of the reference coordinates (1, z, y, yz, ...; on a brick they are
    orthogonal). With mean dilatation all but the constant one are deviatoric.

    Parameters
    ----------
    stiffness : (n, 6, 6) array, Pa. Voigt order 11, 22, 33, 23, 13, 12.
    edges : (2,) or (3,) floats, m. Two for plane strain of unit thickness.
    full : bool. Full quadrature, which locks when nearly incompressible, in place of mean dilatation.

    Returns
    -------
    (n, d 2^d, d 2^d) array, N/m
        Corners in binary order (last axis fastest), components outermost.

    Examples
    --------
    >>> cube = brick_stiffness(np.eye(6)[None], (1.0, 1.0, 1.0))[0]
    >>> cube.shape, bool(abs(cube.sum(axis=1)).max() < 1e-12)  # moving it as a whole takes no force
    ((24, 24), True)
    """
    d = len(edges)
    corners = _corners(d)
    deviator = np.eye(6)
    if not full:
        deviator[:3, :3] -= 1 / 3
    out = np.zeros((len(stiffness), d * 2**d, d * 2**d))
    for mode in itertools.product((0, 1), repeat=d):
        strain = _strain_of_mode(mode, corners, edges)
        if any(mode):
            strain = deviator @ strain
        out += (math.prod(edges) / 3 ** sum(mode)) * (strain.T @ stiffness @ strain)
    return out


def uniform_strain(edges: Sequence[float]) -> Floats:
    """Corner displacements of a brick under each unit strain, without rotation about its low corner.

    Parameters
    ----------
    edges : (2,) or (3,) floats, m.

    Returns
    -------
    (d 2^d, 6) array, m; (8, 3) in plane strain
        Rows as in `brick_stiffness`; columns 11, 22, 33, 23, 13, 12, or 11, 22, 12; engineering shear strains.
    """
    d = len(edges)
    places = (_corners(d) + 1) / 2 * np.asarray(edges)
    pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)] if d == 3 else [(0, 0), (1, 1), (0, 1)]
    out = np.zeros((d, len(places), len(pairs)))
    for column, (i, j) in enumerate(pairs):
        out[i, :, column] += places[:, j] / 2
        out[j, :, column] += places[:, i] / 2
    return out.reshape(-1, len(pairs))


def _corners(dimension: int) -> NDArray[Any]:
    return np.array(list(itertools.product((-1.0, 1.0), repeat=dimension)))


def _strain_of_mode(mode: tuple[int, ...], corners: NDArray[Any], edges: Sequence[float]) -> Floats:
    """(6, n) strain of one product of the reference coordinates, for each corner displacement."""
    d = len(edges)
    gradient = np.zeros((d, len(corners)))
    for axis in range(d):
        if mode[axis]:
            continue
        # the corner function is prod (1 + s_a x_a) / 2; its slope along `axis` has this coefficient of the mode
        signs = np.prod([corners[:, a] if mode[a] else np.ones(len(corners)) for a in range(d) if a != axis], axis=0)
        gradient[axis] = corners[:, axis] * signs * (2 / edges[axis]) / 2**d
    out = np.zeros((6, d, len(corners)))
    for c in range(d):
        for axis in range(d):
            out[c if c == axis else 6 - c - axis if d == 3 else 5, c] += gradient[axis]
    return out.reshape(6, -1)
