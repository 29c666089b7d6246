"""Energy of the easiest surface: slabs of several planes and cuts, the best of each plane brought to rest.

    gamma = (E_slab - n E_crystal) / (2 A)

Cuts of one plane are ranked as cut, without relaxation, and only the best is relaxed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import RELAXED, conventional_cell, symmetry_of
from lisse.materials.atomistic.relaxation import relaxed, relaxed_crystal
from lisse.materials.atomistic.slabs import Cut, cuts, planes, slab
from lisse.materials.atomistic.work import ELECTRONVOLT_PER_CUBIC_ANGSTROM, Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["Surface", "easiest_surface", "surface"]

PER_AREA = ELECTRONVOLT_PER_CUBIC_ANGSTROM * 1e-10
"""J/m2 in an eV per square angstrom."""
_MOST_ATOMS = 220
_REBUILT = 0.6  # of the energy as cut


@dataclass(frozen=True)
class Surface:
    """A relaxed slab.

    Parameters
    ----------
    atoms : ase.Atoms
    cut : Cut
    indices : tuple of int. Of the plane, in the conventional cell.
    energy : float, J/m2. Per area of the two faces.
    unrelaxed : float, J/m2. The same as cut.
    converged : bool
    """

    atoms: Atoms
    cut: Cut
    indices: tuple[int, ...]
    energy: float
    unrelaxed: float
    converged: bool


def surface(work: Work) -> dict[str, Found]:
    """Energy of the easiest of several surfaces."""
    tried = _surfaces(work)
    if not tried:
        text = f"no plane gives a whole slab of at most {_MOST_ATOMS} atoms"
        return {"surface_energy": Found(None, 0.0, (text,), {})}
    best = min(tried, key=lambda each: each.energy)
    said = [] if best.converged else ["the slab did not come to rest"]
    if best.energy < _REBUILT * best.unrelaxed:
        said.append("the surface gave up more than 40 % of its energy on relaxation: it may have been rebuilt")
    details = {
        "plane": list(best.indices),
        "surfaces": [
            {
                "plane": list(each.indices),
                "energy_j_per_m2": each.energy,
                "as_cut_j_per_m2": each.unrelaxed,
                "atoms": len(each.atoms),
            }
            for each in tried
        ],
    }
    if best.energy <= 0:
        said.append(f"the crystal gains {-best.energy:.2g} J/m2 by being cut: it is not at rest under this potential")
        return {"surface_energy": Found(None, 0.0, tuple(said), details)}
    return {"surface_energy": Found(best.energy, 0.0, tuple(said), details)}


def easiest_surface(work: Work) -> Surface | None:
    """The slab of least surface energy, or none when no slab is small enough."""
    return min(_surfaces(work), key=lambda each: each.energy, default=None)


def _surfaces(work: Work) -> list[Surface]:
    crystal = relaxed_crystal(work)
    group = symmetry_of(crystal.atoms, RELAXED)
    tried: list[Surface] = []
    distinct = planes(crystal.atoms.cell, group.rotations)
    for plane in distinct:
        if len(tried) == work.settings.planes:
            break
        work.say(len(tried) / work.settings.planes, f"surface {plane}")
        found = _surface(work, crystal.atoms, crystal.energy / len(crystal.atoms), plane)
        if found is not None:
            tried.append(found)
    return tried


def _surface(work: Work, crystal: Atoms, per_atom: float, plane: tuple[int, int, int]) -> Surface | None:
    made = []
    for cut in cuts(crystal, plane):
        atoms = slab(crystal, cut, work.settings.slab_thickness * 1e10, work.settings.vacuum * 1e10)
        if len(atoms) <= _MOST_ATOMS:
            made.append((cut, atoms))
    if not made:
        return None
    name = "surface/" + ",".join(map(str, plane))
    energies = work.once(f"{name}/cuts", lambda: {"energies": [work.energy(atoms) for _, atoms in made]})["energies"]
    best = int(np.argmin(energies))
    cut, atoms = made[best]
    still = relaxed(work, name, atoms, loose=3.0)
    area = float(np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1])))

    def excess(energy: float) -> float:
        return (energy - len(atoms) * per_atom) / (2 * area) * PER_AREA

    indices = _conventional(crystal, plane)
    return Surface(still.atoms, cut, indices, excess(still.energy), excess(energies[best]), still.converged)


def _conventional(crystal: Atoms, plane: tuple[int, int, int]) -> tuple[int, ...]:
    """Indices of a plane of the primitive cell in the basis of the conventional one."""
    normal = np.linalg.inv(np.asarray(crystal.cell)) @ np.array(plane)
    there: Any = np.round(np.asarray(conventional_cell(crystal).cell) @ normal).astype(int)
    divisor = int(np.gcd.reduce(there)) or 1
    return tuple(int(n) // divisor for n in there)
