"""Differences over the faces between voxels, times weights, summed up voxel by voxel: a compiled loop per axis."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lisse.numerics.conduction_kernels import compiled

__all__ = ["add_differences"]

Floats = NDArray[np.float64]


def add_differences(out: Floats, field: Floats, weight: Floats, axis: int) -> None:
    """Add weight (field - neighbour) over the faces along an axis to the voxels on both sides of each.

    Parameters
    ----------
    out : (nx, ny[, nz]) array
        Changed in place.
    field : (nx, ny[, nz]) array
    weight : (nx, ny[, nz]) array
        Of the face above each voxel; that of the last voxel joins it to the first, 0 where the axis does not close.
    axis : int

    Examples
    --------
    >>> out = np.zeros((3, 1))
    >>> add_differences(out, np.array([[0.0], [1.0], [3.0]]), np.array([[1.0], [1.0], [0.0]]), 0)
    >>> out[:, 0].tolist()
    [-1.0, -1.0, 2.0]
    """
    shape = field.shape
    extent = math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])
    if not out.flags.c_contiguous:
        raise ValueError("the array to add to must be contiguous")
    flat = [np.ascontiguousarray(each).reshape(extent) for each in (field, weight)]
    _differences(out.reshape(extent), flat[0], flat[1])


@compiled
def _differences(out, field, weight):  # type: ignore[no-untyped-def]
    before, count, after = field.shape
    for o in range(before):
        for k in range(count):
            up = k + 1 if k + 1 < count else 0
            for i in range(after):
                flux = weight[o, k, i] * (field[o, k, i] - field[o, up, i])
                out[o, k, i] += flux
                out[o, up, i] -= flux
