"""Area of an interface from how often straight lines cross it (Crofton's formula), in 2-D and 3-D.

::

    area per volume   = 2 <crossings per length>        in 3-D
    length per area   = (pi/2) <crossings per length>   in 2-D

with the mean over all directions. On a grid the directions are those to the nearest neighbours: 13 in 3-D, 4 in 2-D,
each weighted with the share of directions nearest to it, which also does right by voxels that are no cubes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["direction_weights", "interface_density"]

_Array = np.ndarray[Any, np.dtype[Any]]
_SAMPLES = 40_000


@lru_cache(maxsize=16)
def direction_weights(spacing: tuple[float, ...]) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Steps to the nearest neighbours, one of each opposite pair, and the share of all directions each stands for.

    Examples
    --------
    >>> [round(weight, 2) for _, weight in direction_weights((1.0, 1.0))]
    [0.25, 0.25, 0.25, 0.25]
    """
    dimensions = len(spacing)
    zero = (0,) * dimensions
    steps = [step for step in itertools.product((-1, 0, 1), repeat=dimensions) if step > zero]
    ways = np.array(steps) * np.array(spacing)
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    nearest = np.argmax(np.abs(_directions(dimensions) @ ways.T), axis=1)
    share = np.bincount(nearest, minlength=len(steps)) / len(nearest)
    return tuple((step, float(weight)) for step, weight in zip(steps, share, strict=True))


def interface_density(
    arrays: Sequence[Any],
    crosses: Callable[..., Any],
    spacing: Sequence[float],
    periodic: Sequence[bool] | None = None,
) -> float:
    """Area of an interface per volume (3-D) or its length per area (2-D), by Crofton's formula.

    Right on average for interfaces without a preferred direction. A single flat one comes out between 7 % low (along
    the axes) and 2 % high in 3-D, 5 % low and 3 % high in 2-D; with voxels twice as long along one axis 12 % low and
    9 % high. Details of one or two voxels are missed, because a step over them counts as no crossing.

    Parameters
    ----------
    arrays : arrays of one shape. What the interface is a property of.
    crosses : function. Takes the arrays at one end of a step, then at the other, and says where the step crosses.
    spacing : sequence of floats, one per axis. Distance between centres.
    periodic : sequence of booleans, one per axis, optional. Axes along which the grid closes on itself.

    Returns
    -------
    float. In 1 over the unit of `spacing`.
    """
    held = [np.asarray(array) for array in arrays]
    dimensions = held[0].ndim
    closed = tuple(periodic or (False,) * dimensions)
    density = 0.0
    used = 0.0
    for step, weight in direction_weights(tuple(float(one) for one in spacing)):
        pairs = [_ends(array, step, closed) for array in held]
        if pairs[0][0].size == 0:
            continue
        crossing = crosses(*(low for low, _ in pairs), *(high for _, high in pairs))
        density += weight * float(np.mean(crossing)) / float(np.linalg.norm(np.multiply(step, spacing)))
        used += weight
    factor = 2.0 if dimensions == 3 else np.pi / 2.0
    return factor * density / used if used else 0.0


def _ends(array: _Array, step: tuple[int, ...], periodic: tuple[bool, ...]) -> tuple[_Array, _Array]:
    """The array at the beginnings and at the ends of all equal steps."""
    around = [axis for axis, one in enumerate(step) if one and periodic[axis]]
    far = np.roll(array, [-step[axis] for axis in around], around) if around else array
    low, high = [], []
    for axis, one in enumerate(step):
        free = one if axis not in around else 0
        low.append(slice(max(0, -free), array.shape[axis] - max(0, free)))
        high.append(slice(max(0, free), array.shape[axis] - max(0, -free)))
    return array[tuple(low)], far[tuple(high)]


def _directions(dimensions: int) -> _Array:
    """Evenly spread unit vectors: around the circle, or on the sphere by the golden angle."""
    index = np.arange(_SAMPLES) + 0.5
    if dimensions == 2:
        angle = np.pi * index / _SAMPLES
        return np.column_stack([np.cos(angle), np.sin(angle)])
    height = 1.0 - 2.0 * index / _SAMPLES
    angle = np.pi * (3.0 - np.sqrt(5.0)) * index
    across = np.sqrt(1.0 - height**2)
    return np.column_stack([across * np.cos(angle), across * np.sin(angle), height])
