"""Relaxed structures: the crystal with its cell (density), and atoms in a cell that is held.

Energies in eV, lengths in angstrom inside these steps; SI leaves them in `Found`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import RELAXED, symmetry_of
from lisse.materials.atomistic.work import Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["Relaxed", "relaxation", "relaxed", "relaxed_crystal", "rest"]

_AT_ONCE = 20  # steps between two lines of the checkpoint
_DALTON = 1.66053906660e-27
_AVOGADRO = 6.02214076e23
_LOST = 0.5  # relative change of volume beyond which the potential has made another substance


@dataclass(frozen=True)
class Relaxed:
    """Atoms at rest.

    Parameters
    ----------
    atoms : ase.Atoms
    energy : float, eV
    converged : bool. Whether the largest force is below the tolerance.
    """

    atoms: Atoms
    energy: float
    converged: bool


def relaxed(work: Work, name: str, atoms: Atoms, cell: bool = False, hold: Any = None, loose: float = 1.0) -> Relaxed:
    """Atoms moved to rest, in steps that a kill does not lose.

    Parameters
    ----------
    work : Work
    name : str. Of the step.
    atoms : ase.Atoms
    cell : bool. Whether the cell may change too.
    hold : array of int or None. Atoms that stay.
    loose : float. Times the tolerance of the settings.
    """
    now, rounds = atoms.copy(), -(-work.settings.relaxation_steps // _AT_ONCE)
    result: dict[str, Any] = {}
    for part in range(rounds):
        result = work.once(f"{name}/{part}", lambda now=now: _some_steps(work, now, cell, hold, loose))  # type: ignore[misc]
        now.set_cell(result["cell"])
        now.set_positions(result["positions"])
        if result["converged"]:
            break
    return Relaxed(now, float(result["energy"]), bool(result["converged"]))


def _some_steps(work: Work, start: Atoms, cell: bool, hold: Any, loose: float) -> dict[str, Any]:
    from ase.constraints import FixAtoms
    from ase.filters import FrechetCellFilter
    from ase.optimize import BFGS

    atoms = work.with_forces(start)
    if hold is not None and len(hold):
        atoms.set_constraint(FixAtoms(indices=hold))
    with BFGS(FrechetCellFilter(atoms) if cell else atoms, logfile=None) as optimizer:
        done = optimizer.run(fmax=work.settings.force_tolerance * loose, steps=_AT_ONCE)
    energy = float(atoms.get_potential_energy())
    return {
        "positions": atoms.get_positions(),
        "cell": np.asarray(atoms.cell),
        "energy": energy,
        "converged": bool(done),
    }


def relaxed_crystal(work: Work) -> Relaxed:
    """The primitive cell at rest, shape and volume included."""
    return relaxed(work, "crystal", work.primitive, cell=True)


def rest(found: Relaxed, before: Atoms) -> tuple[str, ...]:
    """What is wrong with a relaxed crystal, in words."""
    said = []
    if not found.converged:
        said.append("the structure did not come to rest")
    change = found.atoms.get_volume() / before.get_volume() - 1.0
    if abs(change) > 0.1:
        said.append(f"the volume changed by {100 * change:.0f} % on relaxation")
    was, now = symmetry_of(before), symmetry_of(found.atoms, RELAXED)
    if now.number != was.number:
        said.append(f"the space group changed from {was.symbol} to {now.symbol} on relaxation")
    return tuple(said)


def relaxation(work: Work) -> dict[str, Found]:
    """Density and lithium concentration of the relaxed crystal, at 0 K and no pressure."""
    found = relaxed_crystal(work)
    atoms, said = found.atoms, rest(found, work.primitive)
    volume = float(atoms.get_volume()) * 1e-30
    change = volume * 1e30 / work.primitive.get_volume() - 1.0
    lithium = atoms.get_chemical_symbols().count("Li")
    details = {
        "atoms": len(atoms),
        "cell_lengths_angstrom": [float(x) for x in atoms.cell.lengths()],
        "cell_angles_degree": [float(x) for x in atoms.cell.angles()],
        "volume_per_atom_m3": volume / len(atoms),
        "volume_change": change,
        "energy_per_atom_ev": found.energy / len(atoms),
        "space_group": symmetry_of(atoms, RELAXED).symbol,
    }
    if abs(change) > _LOST:
        return {name: Found(None, 0.0, said, details) for name in ("density", "lithium_concentration")}
    return {
        "density": Found(float(atoms.get_masses().sum()) * _DALTON / volume, 0.0, said, details),
        "lithium_concentration": Found(lithium / _AVOGADRO / volume, 0.0, said, details),
    }
