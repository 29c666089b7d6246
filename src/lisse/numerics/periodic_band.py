"""Direct solver of layers of voxels on a periodic line: a band Cholesky factor, with a rigid end as a border.

The columns of the ring are numbered 0, n-1, 1, n-2, ..., so that neighbours, also across the period, are two apart at
most and the matrix is a band of three columns' unknowns. The cost of a factor is 36 (d layers)^2 per unknown, whatever
the length of the ring. For one periodic axis; with two, the band would be as wide as a plane.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics import power_law_kernels as kernels
from lisse.numerics.power_law_element import LayeredMesh

__all__ = ["PeriodicBand"]

Floats = NDArray[np.float64]


class PeriodicBand:
    """Solves for the nodes of a layered mesh with one periodic axis.

    Parameters
    ----------
    mesh : LayeredMesh
        With one lateral axis.
    rigid : bool
        The high end moves as one: its nodes share one unknown per component.
    """

    def __init__(self, mesh: LayeredMesh, rigid: bool) -> None:
        if len(mesh.lateral) != 1:
            raise InvalidInput("mesh", mesh.lateral, "one periodic axis")
        self.mesh, self.rigid = mesh, rigid
        columns, kept, d = mesh.columns, mesh.layers + (not rigid), mesh.dimension
        across = np.arange(columns)
        turn = np.where(across < (columns + 1) // 2, 2 * across, 2 * (columns - 1 - across) + 1)
        places = np.empty((d, mesh.layers + 1, columns), np.int64)
        places[:, :kept] = d * (turn[None, None] * kept + np.arange(kept)[None, :, None]) + np.arange(d)[:, None, None]
        if rigid:
            places[:, -1] = -1 - np.arange(d)[:, None]
        self._places, self._size = places, columns * kept * d
        self._width = min(3 * d * kept, self._size)

    def factor(self, matrices: Floats, fixed: NDArray[np.bool_], springs: Floats) -> None:
        """Factor the element matrices with the nodes of `fixed` (shape of a nodal vector) held.

        springs : lateral array, N/m. Of the low end's free nodes along axis 0, to the ground.
        """
        beyond = self.mesh.dimension if self.rigid else 0
        band, border = np.zeros((self._size, self._width)), np.zeros((beyond, self._size))
        block = np.zeros((beyond, beyond))
        flat = self._places.reshape(-1)
        kernels.add_to_band(matrices, self.mesh.corners, flat, fixed.reshape(-1), band, border, block)
        own = flat >= 0
        band[self._places[0, 0], 0] += springs
        band[flat[own & fixed.reshape(-1)], 0] = 1.0
        factor, info = lapack.dpbtrf(band.T, lower=1, overwrite_ab=1)
        if info != 0:
            raise SolveFailed(f"the stiffness of the layers is not positive definite (pivot {info})")
        self._factor, self._border = factor, border
        self._fixed = fixed.copy()
        if beyond:
            self._moved = self._back(border.T)
            self._block = block - border @ self._moved

    def solve(self, load: Floats) -> Floats:
        """Displacement under nodal forces; held nodes stay. A rigid end takes the sum of the forces on its nodes."""
        free = np.where(self._fixed, 0.0, load)
        right = np.zeros(self._size)
        kept = self._places[:, : self.mesh.layers + (not self.rigid)]
        right[kept] = free[:, : kept.shape[1]]
        inner = self._back(right[:, None])[:, 0]
        out = np.empty(self.mesh.node_shape)
        if self.rigid:
            end = np.linalg.solve(
                self._block, free[:, -1].reshape(self.mesh.dimension, -1).sum(1) - self._border @ inner
            )
            inner = inner - self._moved @ end
            out[:, -1] = end[:, None]
        out[:, : kept.shape[1]] = inner[kept]
        return out

    def _back(self, right: Floats) -> Floats:
        found: Any
        found, info = lapack.dpbtrs(self._factor, np.asfortranarray(right), lower=1)
        if info != 0:
            raise SolveFailed(f"the band factor cannot be used ({info})")
        return np.asarray(found)
