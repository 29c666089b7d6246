"""Grids that close on themselves with an odd number of nodes, made even by a node in the middle of each closing face.

Relaxation in two colours needs neighbours of different colour. Round an odd ring two neighbours share one, the cycle of
multigrid is no longer symmetric, and conjugate gradients may stall on pieces that hang on few faces. A face split into
two of twice the conductance, with a node between them, carries exactly the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics.conduction import FaceOperator

__all__ = ["EvenGrid"]

Array = np.ndarray[Any, np.dtype[Any]]


class EvenGrid:
    """A network and its even equivalent.

    Parameters
    ----------
    operator : FaceOperator

    Attributes
    ----------
    operator : FaceOperator. The same network with an even number of nodes along every axis that closes on itself.

    Examples
    --------
    >>> ring = FaceOperator((np.zeros((1, 3)), np.ones((1, 3))), np.zeros((1, 3)))
    >>> EvenGrid(ring).operator.faces[1].tolist()
    [[1.0, 1.0, 2.0, 2.0]]
    """

    def __init__(self, operator: FaceOperator) -> None:
        faces, ground = list(operator.faces), operator.ground
        self._inner = tuple(slice(count) for count in operator.shape)
        odd = [n for n, face in enumerate(faces) if face.shape[n] % 2 and np.take(face, -1, axis=n).any()]
        for axis in odd:
            faces, ground = _split(faces, axis), _longer(ground, axis)
        self.operator: FaceOperator = FaceOperator(faces, ground) if odd else operator

    def inside(self, values: Array) -> Array:
        """The values on the nodes of the given network."""
        return values[self._inner]

    def with_zeros(self, values: Array) -> Array:
        """The values on the nodes of the given network, 0 on the added ones."""
        if values.shape == self.operator.shape:
            return values
        out = np.zeros(self.operator.shape, values.dtype)
        out[self._inner] = values
        return out


def _split(faces: Sequence[Array], axis: int) -> list[Array]:
    """A node in each face that closes the axis."""
    longer = [_longer(face, axis) for face in faces]
    along = np.moveaxis(longer[axis], axis, 0)
    along[-2] *= 2.0
    along[-1] = along[-2]
    return longer


def _longer(values: Array, axis: int) -> Array:
    """One more layer, of zeros."""
    layer = np.zeros_like(np.take(values, [0], axis=axis))
    return np.concatenate([values, layer], axis=axis)
