"""Energy of the easiest surface: slabs of several planes and cuts, the best of each plane brought to rest.

    gamma = (E_slab - n E_crystal) / (2 A)

Cuts of one plane are ranked as cut, without relaxation, and only the best is relaxed. Whether the slab of the easiest
plane is thick enough is seen on one half as thick again: a further layer must cost what it costs in the crystal.
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
_THICKER = 1.5
_THIN = 0.05  # relative change of the energy as cut that is let pass


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
    tried, skipped = _surfaces(work)
    if not tried:
        text = f"no plane gives a whole slab of at most {_MOST_ATOMS} atoms"
        return {"surface_energy": Found(None, 0.0, (text,), {})}
    best = min(tried, key=lambda each: each.energy)
    said = [] if best.converged else ["the slab did not come to rest"]
    if skipped:
        said.append(f"{skipped} planes were left out: their slabs have more than {_MOST_ATOMS} atoms")
    thicker = _as_cut_thicker(work, best)
    if abs(thicker - best.unrelaxed) > _THIN * abs(best.unrelaxed):
        said.append(f"the slab is thin: as cut {best.unrelaxed:.3g} J/m2, and {thicker:.3g} J/m2 for a thicker one")
    if best.energy < _REBUILT * best.unrelaxed:
        said.append("the surface gave up more than 40 % of its energy on relaxation: it may have been rebuilt")
    details = {
        "plane": list(best.indices),
        "as_cut_thicker_j_per_m2": thicker,
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
    return min(_surfaces(work)[0], key=lambda each: each.energy, default=None)


def _surfaces(work: Work) -> tuple[list[Surface], int]:
    """Relaxed slabs of as many planes as wanted, and how many planes were left out on the way."""
    crystal = relaxed_crystal(work)
    group = symmetry_of(crystal.atoms, RELAXED)
    tried: list[Surface] = []
    skipped = 0
    for plane in planes(crystal.atoms.cell, group.rotations):
        if len(tried) == work.settings.planes:
            break
        work.say(len(tried) / work.settings.planes, f"surface {plane}")
        found = _surface(work, crystal.atoms, crystal.energy / len(crystal.atoms), plane)
        if found is None:
            skipped += 1
        else:
            tried.append(found)
    return tried, skipped


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
    after, before = (_excess(atoms, energy, per_atom) for energy in (still.energy, energies[best]))
    return Surface(still.atoms, cut, _conventional(crystal, plane), after, before, still.converged)


def _excess(atoms: Atoms, energy: float, per_atom: float) -> float:
    """J/m2. Of a slab over as many atoms of the crystal, by the area of its two faces."""
    area = float(np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1])))
    return (energy - len(atoms) * per_atom) / (2 * area) * PER_AREA


def _as_cut_thicker(work: Work, best: Surface) -> float:
    """J/m2. Of the same cut of a thicker slab."""
    crystal = relaxed_crystal(work)
    spacing = 1.0 / float(np.linalg.norm(np.linalg.inv(np.asarray(crystal.atoms.cell)) @ np.array(best.cut.plane)))
    layers = int(np.ceil(_THICKER * len(best.atoms) / len(crystal.atoms)))  # one cell of the crystal is one layer
    atoms = slab(crystal.atoms, best.cut, layers * spacing, work.settings.vacuum * 1e10)
    energy = work.once("surface/thicker", lambda: {"energy": work.energy(atoms)})["energy"]
    return _excess(atoms, energy, crystal.energy / len(crystal.atoms))


def _conventional(crystal: Atoms, plane: tuple[int, int, int]) -> tuple[int, ...]:
    """Indices of a plane of the primitive cell in the basis of the conventional one."""
    normal = np.linalg.inv(np.asarray(crystal.cell)) @ np.array(plane)
    there: Any = np.round(np.asarray(conventional_cell(crystal).cell) @ normal).astype(int)
    divisor = int(np.gcd.reduce(there)) or 1
    return tuple(int(n) // divisor for n in there)
