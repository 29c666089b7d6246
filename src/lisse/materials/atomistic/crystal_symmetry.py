"""What the space group says: primitive cell, rotations in Cartesian axes, which lithium sites are the same.

All by spglib; only the translation between its arrays and ours is here.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["Symmetry", "conventional_cell", "primitive_cell", "symmetry_of"]

TOLERANCE = 1e-2
"""Angstrom. Atoms that differ by less lie on the same orbit."""
RELAXED = 0.05
"""The same for a crystal that a potential has brought to rest, which leaves small forces."""


@dataclass(frozen=True)
class Symmetry:
    """The space group of a cell.

    Parameters
    ----------
    number : int. 1 to 230.
    symbol : str. International symbol.
    rotations : (n, 3, 3) integer array. On fractional coordinates.
    translations : (n, 3) array. Fractions of the cell.
    orbits : (atoms,) integer array. The same number for atoms that the group maps onto each other.
    """

    number: int
    symbol: str
    rotations: NDArray[np.int64]
    translations: NDArray[np.float64]
    orbits: NDArray[np.int64]

    @property
    def cubic(self) -> bool:
        """Whether the crystal is cubic."""
        return self.number >= 195

    def cartesian_rotations(self, cell: Any) -> NDArray[np.float64]:
        """The rotations in Cartesian axes, exactly orthogonal.

        Parameters
        ----------
        cell : (3, 3) array_like, any length. Rows are the cell vectors.
        """
        columns = np.asarray(cell, dtype=np.float64).T
        raw = columns @ self.rotations @ np.linalg.inv(columns)
        u, _, vt = np.linalg.svd(raw)
        result: NDArray[np.float64] = u @ vt
        return result


def _ask(question: str, atoms: Atoms, **choices: Any) -> Any:
    """What spglib answers about a cell.

    Older versions answer None where newer ones raise, and the ones between warn that they will.
    """
    try:
        import spglib
    except ImportError as error:
        raise MissingExtra("spglib", "atomistic", "Computing from atoms") from error
    failure: Exception | None = None
    cell = np.asarray(atoms.cell), atoms.get_scaled_positions(), atoms.numbers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            answer = getattr(spglib, question)(cell, **choices)
        except Exception as error:  # its error classes differ between versions
            answer, failure = None, error
    if answer is None:
        raise InvalidInput(
            "structure", atoms.get_chemical_formula(), "a crystal with a space group", "Are atoms on top of each other?"
        ) from failure
    return answer


def primitive_cell(atoms: Atoms) -> Atoms:
    """The primitive cell, in the axes of the standard conventional one (cubic axes along x, y and z)."""
    from ase import Atoms as Make

    cell, positions, numbers = _ask("standardize_cell", atoms, to_primitive=True, symprec=TOLERANCE)
    made: Atoms = Make(numbers, cell=cell, scaled_positions=positions, pbc=True)
    return made


def symmetry_of(atoms: Atoms, tolerance: float = TOLERANCE) -> Symmetry:
    """The space group of a cell, primitive or not.

    Parameters
    ----------
    atoms : ase.Atoms
    tolerance : float, angstrom
    """
    found = _ask("get_symmetry_dataset", atoms, symprec=tolerance)
    return Symmetry(
        int(found.number),
        str(found.international),
        np.asarray(found.rotations, dtype=np.int64),
        np.asarray(found.translations, dtype=np.float64),
        np.asarray(found.crystallographic_orbits, dtype=np.int64),
    )


def conventional_cell(atoms: Atoms) -> Atoms:
    """The standard conventional cell of a relaxed crystal: its atoms where they are, neither turned nor moved."""
    from ase.build import make_supercell

    standard, *_ = _ask("standardize_cell", atoms, no_idealize=True, symprec=TOLERANCE)
    whole = np.round(np.asarray(standard) @ np.linalg.inv(np.asarray(atoms.cell))).astype(int)
    made: Atoms = make_supercell(atoms, whole if np.linalg.det(whole) > 0 else -whole)
    return made
