"""Cells large enough that a defect does not meet its own image, and the largest hole in a crystal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.materials.atomistic.crystal_symmetry import conventional_cell

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["largest_hole", "plane_spacings", "supercell"]

_MOST_REPEATS = 6


def plane_spacings(cell: Any) -> NDArray[np.float64]:
    """(3,) lengths. Distance between the opposite faces of a cell, in the unit of the cell."""
    result: NDArray[np.float64] = 1.0 / np.linalg.norm(np.linalg.inv(np.asarray(cell, dtype=np.float64)), axis=0)
    return result


def supercell(atoms: Atoms, least: float) -> Atoms:
    """The fewest atoms whose images are no nearer than `least`: repeats of the primitive or the conventional cell.

    Parameters
    ----------
    atoms : ase.Atoms. A primitive cell.
    least : float, angstrom. Distance between opposite faces.
    """
    made = []
    for start in (atoms, conventional_cell(atoms)):
        needed = np.ceil(least / plane_spacings(start.cell) - 1e-6).astype(int)
        made.append(start.repeat(tuple(int(n) for n in np.clip(needed, 1, _MOST_REPEATS))))
    return min(made, key=len)


def largest_hole(atoms: Atoms, apart: float = 0.35) -> tuple[NDArray[np.float64], float]:
    """The point farthest from every atom, and that distance.

    Parameters
    ----------
    atoms : ase.Atoms
    apart : float, angstrom. Of the grid that is searched.

    Returns
    -------
    ((3,) array, float), angstrom
    """
    from scipy.spatial import cKDTree

    cell = np.asarray(atoms.cell)
    counts = np.maximum(4, np.ceil(atoms.cell.lengths() / apart).astype(int))
    grid = np.stack(np.meshgrid(*[np.arange(n) / n for n in counts], indexing="ij"), axis=-1).reshape(-1, 3) @ cell
    shifts = np.array(list(itertools.product((-1, 0, 1), repeat=3))) @ cell
    around = (atoms.get_positions(wrap=True)[None, :, :] + shifts[:, None, :]).reshape(-1, 3)
    distance, _ = cKDTree(around).query(grid)
    best = int(np.argmax(distance))
    return grid[best], float(distance[best])
