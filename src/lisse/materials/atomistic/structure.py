"""Reading a crystal and refusing what cannot be computed: broken, disordered, without lithium, not periodic, too large.

Everything after this file may assume an ordered three-dimensional crystal that holds lithium.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["crystal", "formula_of"]

_CLOSEST = 0.45  # of the sum of two covalent radii: 1.15 angstrom for lithium on lithium, where real pairs keep 2
_ORDERED = 1e-3


def crystal(structure: str | os.PathLike[str] | Atoms) -> Atoms:
    """The crystal of a file or of an ASE object, checked.

    Parameters
    ----------
    structure : path or ase.Atoms. A CIF, or any file that ASE reads; the last image where there are several.

    Returns
    -------
    ase.Atoms
        A copy with no calculator, constraint or velocity.

    Raises
    ------
    InvalidInput
        For a file that is missing or broken, partial occupation, atoms on top of each other, no lithium, or a cell that
        is not periodic in three directions.
    MissingExtra
        Without ASE.
    """
    try:
        from ase import Atoms
    except ImportError as error:
        raise MissingExtra("ase", "atomistic", "Computing from atoms") from error
    if isinstance(structure, Atoms):
        atoms, name = structure.copy(), structure.get_chemical_formula()
    else:
        atoms, name = _read(Path(structure)), str(structure)
    _check_ordered(atoms, name)
    _check_periodic(atoms, name)
    if "Li" not in atoms.get_chemical_symbols():
        raise InvalidInput(
            f"structure {name}", formula_of(atoms), "a crystal that holds lithium", "Nothing moves in this one"
        )
    plain: Atoms = Atoms(atoms.numbers, cell=atoms.cell, scaled_positions=atoms.get_scaled_positions(), pbc=True)
    return plain


def formula_of(atoms: Atoms) -> str:
    """Smallest whole-number formula, for example ``"Li7La3Zr2O12"``."""
    return str(atoms.symbols.formula.reduce()[0].format("metal"))


def _read(path: Path) -> Any:
    from ase.io import read

    if not path.is_file():
        raise InvalidInput("structure", str(path), "a file, for example a CIF", "There is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on space-group settings; what matters is checked below
            atoms = read(path)
    except Exception as error:  # the readers of ASE raise whatever the broken line led them to
        advice = f"Its reader says: {type(error).__name__}: {str(error)[:200]}"
        raise InvalidInput(f"structure {path}", None, "a whole CIF or another file that ASE reads", advice) from error
    if len(atoms) == 0:
        raise InvalidInput(f"structure {path}", "no atoms", "a crystal")
    return atoms


def _check_ordered(atoms: Atoms, name: str) -> None:
    """No site is shared or part empty."""
    shared = [
        ", ".join(f"{kind} {share:.3g}" for kind, share in kinds.items())
        for kinds in atoms.info.get("occupancy", {}).values()
        if len(kinds) > 1 or any(abs(share - 1.0) > _ORDERED for share in kinds.values())
    ]
    if shared:
        advice = "Choose one ordered arrangement (a supercell in which every site is full or empty) and give that"
        raise InvalidInput(f"structure {name}", f"sites with {'; '.join(shared[:4])}", "full sites only", advice)


def _check_periodic(atoms: Atoms, name: str) -> None:
    volume = abs(float(np.linalg.det(np.asarray(atoms.cell))))
    if not (np.all(np.isfinite(np.asarray(atoms.cell))) and np.all(np.isfinite(atoms.positions))):
        raise InvalidInput(f"structure {name}", "a cell or position that is not a number", "finite numbers")
    if volume < 1.0 or not np.all(atoms.pbc):
        raise InvalidInput(f"structure {name}", "no three-dimensional cell", "a crystal, periodic in three directions")
    if volume / len(atoms) > 250.0:
        got = f"{volume / len(atoms):.3g} cubic angstrom an atom"
        raise InvalidInput(f"structure {name}", got, "a solid (at most 250)", "Is it a slab or a molecule in a box?")
    pair = _too_near(atoms)
    if pair is not None:
        advice = "A site that is listed twice, or a disordered site without its occupancy?"
        raise InvalidInput(f"structure {name}", pair, f"{_CLOSEST:g} of the sum of their radii or more", advice)


def _too_near(atoms: Atoms) -> str | None:
    """The two atoms that lie the most on top of each other, in words; none where all keep their distance."""
    from ase.data import covalent_radii
    from ase.neighborlist import neighbor_list

    radii = _CLOSEST * covalent_radii[atoms.numbers]
    first, second, apart = neighbor_list("ijd", atoms, list(radii))
    if len(apart) == 0:
        return None
    worst = int(np.argmin(apart / (radii[first] + radii[second])))
    symbols = atoms.get_chemical_symbols()
    return f"two atoms {apart[worst]:.2f} angstrom apart ({symbols[first[worst]]} and {symbols[second[worst]]})"
