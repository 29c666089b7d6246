"""Pieces of a network that hang together, each with a small ground: the constant on each that balances its currents.

Where the ground is far below the faces, the mean potential of a piece is a mode of its own that iterations hardly see.
It follows from one balance a piece instead: what flows to ground is what flows in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics.wrapping import joined_pieces

__all__ = ["Pieces"]

Array = np.ndarray[Any, np.dtype[Any]]
_SMALL = 1e-2  # ground over the largest face, above which no mode stands out


class Pieces:
    """Pieces of a network in space.

    Parameters
    ----------
    faces : three (nx, ny, nz) arrays. As in `lisse.numerics.conduction.FaceOperator`.
    ground : (nx, ny, nz) array, real or complex.

    Examples
    --------
    >>> face, none = np.array([1.0, 0.0, 0.0]).reshape(1, 1, 3), np.zeros((1, 1, 3))
    >>> pieces = Pieces((none, none, face), np.full((1, 1, 3), 1e-3))
    >>> pieces.constants(np.array([2e-3, 0.0, 5e-3]).reshape(1, 1, 3)).ravel().tolist()
    [1.0, 1.0, 5.0]
    """

    def __init__(self, faces: Sequence[Array], ground: Array) -> None:
        largest = max(float(face.max()) for face in faces)
        self._needed = bool(0.0 < float(np.abs(ground).max()) < _SMALL * largest) and len(faces) == 3
        self._numbers = joined_pieces(faces) if self._needed else np.zeros(0, int)
        self._total = self._sums(ground) if self._needed else np.zeros(0)

    def constants(self, currents: Array) -> Array | float:
        """Potential of each piece at which its ground takes up the currents into its nodes; 0 where none is needed."""
        if not self._needed:
            return 0.0
        sums = self._sums(currents)
        mean = np.divide(sums, self._total, out=np.zeros_like(sums), where=self._total != 0)
        values: Array = mean[self._numbers].reshape(currents.shape)
        return values

    def _sums(self, values: Array) -> Array:
        flat = values.reshape(-1)
        real = np.bincount(self._numbers, flat.real)
        return real + 1j * np.bincount(self._numbers, flat.imag) if np.iscomplexobj(values) else real
