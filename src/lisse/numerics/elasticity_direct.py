"""The Cholesky factor of the stiffness operator, kept for many loads.

For two dimensions and for slabs of a few layers, where a factor is cheap and each further load costs milliseconds. In
three dimensions the factor fills up: use the multigrid solver.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.dissection_cholesky import DissectionCholesky
from lisse.numerics.elasticity_assembly import StiffnessMatrix
from lisse.numerics.elasticity_multigrid import Grid, GridStiffness

__all__ = ["FactoredStiffness"]

MOST_FREEDOMS = {2: 3_000_000, 3: 200_000}
"""Degrees of freedom beyond which a factorisation is refused."""
MOST_MEMORY = 4e9
"""Bytes of a factor beyond which it is refused; a slab of 64 x 64 x 6 voxels has 0.43e9, a cube of 30^3 0.69e9."""


class FactoredStiffness:
    """The free part of the matrix, factored; other stiffnesses of the same voxels cost the numbers only.

    Parameters
    ----------
    grid : Grid. Of equal voxels, in float64.
    moving : (freedoms,) bool array. Which degrees of freedom are solved for. Those without any stiffness are left out.
    """

    def __init__(self, grid: Grid, moving: NDArray[np.bool_]) -> None:
        most = MOST_FREEDOMS[grid.dimension]
        if grid.size > most:
            raise InvalidInput(
                "method", f"direct with {grid.size} degrees of freedom", f"up to {most}", "Use multigrid"
            )
        self.moving = np.flatnonzero(moving)
        self._matrix = StiffnessMatrix(grid, moving)
        points = np.stack(np.unravel_index(self.moving % math.prod(grid.nodes), grid.nodes), axis=1)
        matrix = self._matrix.values(grid.stiffness)
        with _explained():
            self._factor = DissectionCholesky(matrix, points, grid.nodes, grid.periodic, MOST_MEMORY)

    def update(self, stiffness: GridStiffness) -> int:
        """Factor another stiffness (damage) of the same voxels; where nothing changed, nothing is done anew.

        The first update keeps what makes this possible, which about doubles the memory.

        Parameters
        ----------
        stiffness : GridStiffness. With the same kind of coefficients, as ``VoxelStiffness.coefficients`` gives; what
            was void must be void, what was solid may become void.

        Returns
        -------
        int
            Degrees of freedom that were eliminated anew.
        """
        matrix = self._matrix.values(stiffness)
        with _explained():
            return self._factor.refactor(matrix)

    def solve(self, load: NDArray[np.float64]) -> NDArray[np.float64]:
        """Displacement of the moving degrees of freedom, 0 elsewhere, for a load on all of them.

        Parameters
        ----------
        load : (freedoms,) or (freedoms, k) array, N. One load, or several.
        """
        out = np.zeros(load.shape)
        out[self.moving] = self._factor.solve(load[self.moving])
        return out


@contextmanager
def _explained() -> Iterator[None]:
    """Say of a singular matrix what it means here."""
    try:
        yield
    except SolveFailed as error:
        raise SolveFailed(
            f"the stiffness matrix is singular ({error}): some part can turn about an edge or is held too little. "
            "Use method='multigrid', or add supports"
        ) from error
