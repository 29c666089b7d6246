"""The stiffness operator as an assembled sparse matrix, and its factors kept for many loads.

For two dimensions, where a factor is cheap and each further load costs milliseconds. In three dimensions the factor
fills up: use the multigrid solver.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.elasticity_element import brick_stiffness
from lisse.numerics.elasticity_multigrid import POSITIONS_2D, POSITIONS_3D, Grid

__all__ = ["FactoredStiffness", "assembled", "element_matrices"]

MOST_FREEDOMS = {2: 400_000, 3: 30_000}
"""Degrees of freedom beyond which a factorisation is refused."""


def element_matrices(grid: Grid) -> NDArray[np.float64]:
    """(columns, n, n) element matrices, N/m, of every column of the stiffness of a grid of equal voxels.

    Corners are in binary order (last axis fastest), components outermost.
    """
    d = grid.dimension
    widths = [float(h[0]) for h in grid.widths]
    full: NDArray[np.float64] = np.zeros((grid.stiffness.coefficient.shape[1], 6, 6))
    columns = np.asarray(grid.stiffness.coefficient, dtype=np.float64)
    if grid.stiffness.count == 2:
        full[:, :3, :3] = (columns[0] - 2 / 3 * columns[1])[:, None, None]
        for a in range(6):
            full[:, a, a] += columns[1] * (2 if a < 3 else 1)
    else:
        places, voigt = (POSITIONS_3D, (0, 1, 2, 3, 4, 5)) if d == 3 else (POSITIONS_2D, (0, 1, 2, 5))
        for (a, b), place in places.items():
            full[:, voigt[a], voigt[b]] = columns[place]
            full[:, voigt[b], voigt[a]] = columns[place]
    return brick_stiffness(full, widths, grid.full)


def assembled(grid: Grid) -> sparse.csc_matrix:
    """The operator of a grid of equal voxels as a sparse matrix over all degrees of freedom."""
    d = grid.dimension
    numbers = np.arange(math.prod(grid.nodes)).reshape(grid.nodes)
    for axis, around in enumerate(grid.periodic):
        if around:
            numbers = np.concatenate([numbers, numbers.take([0], axis=axis)], axis=axis)
    corners = [
        numbers[tuple(slice(s, s + n) for s, n in zip(corner, grid.cells, strict=True))].reshape(-1)
        for corner in itertools.product((0, 1), repeat=d)
    ]
    total = math.prod(grid.nodes)
    places = np.stack([corner + c * total for c in range(d) for corner in corners], axis=1)
    matrices = element_matrices(grid)
    index = grid.stiffness.index
    values = matrices if index is None else matrices[index]
    n = places.shape[1]
    rows, columns = np.repeat(places, n, axis=1).reshape(-1), np.tile(places, (1, n)).reshape(-1)
    return sparse.coo_matrix((values.reshape(-1), (rows, columns)), shape=(grid.size, grid.size)).tocsc()


class FactoredStiffness:
    """The free part of the matrix, factored once.

    Parameters
    ----------
    grid : Grid. Of equal voxels, in float64.
    moving : (freedoms,) bool array. Which degrees of freedom are solved for.
    """

    def __init__(self, grid: Grid, moving: NDArray[np.bool_]) -> None:
        most = MOST_FREEDOMS[grid.dimension]
        if grid.size > most:
            raise InvalidInput(
                "method", f"direct with {grid.size} degrees of freedom", f"up to {most}", "Use multigrid"
            )
        self.moving = np.flatnonzero(moving)
        matrix = assembled(grid)[self.moving][:, self.moving]
        try:
            self._factor: Any = splu(
                matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
            )
        except RuntimeError as error:
            raise SolveFailed(
                f"the stiffness matrix is singular ({error}): some part can turn about an edge or is held too little. "
                "Use method='multigrid', or add supports"
            ) from error

    def solve(self, load: NDArray[np.float64]) -> NDArray[np.float64]:
        """Displacement of the moving degrees of freedom, 0 elsewhere, for a load on all of them."""
        out = np.zeros(load.size)
        out[self.moving] = self._factor.solve(load[self.moving])
        return out
