"""The elastic tensor from strained cells, its stability, and the moduli of a polycrystal.

Each strain is taken forwards and backwards, the atoms come to rest in the strained cell, and the difference of the two
stresses over the difference of the strains is the slope: what is left of stress at no strain drops out, and so does the
curvature. Both sides are compared all the same: where they differ by more than a crystal bends, the potential is rough
at that strain, and that is said. The crystal class says how few strains are needed: 2 cells for a cubic crystal, where
ready packages take 24 and cannot go on after a kill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import RELAXED, symmetry_of
from lisse.materials.atomistic.relaxation import relaxed, relaxed_crystal, rest
from lisse.materials.atomistic.stiffness_fit import (
    allowed_stiffness,
    born_margin,
    fit_stiffness,
    needed_strains,
    polycrystal_moduli,
    strain_matrix,
)
from lisse.materials.atomistic.work import ELECTRONVOLT_PER_CUBIC_ANGSTROM, Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["elastic_tensor", "elasticity"]

_POLYCRYSTAL = {
    "bulk_modulus": "bulk",
    "shear_modulus": "shear",
    "youngs_modulus": "young",
    "poisson_ratio": "poisson",
}
_CUBIC = {"stiffness_c11": (0, 0), "stiffness_c12": (0, 1), "stiffness_c44": (3, 3)}
_POOR_FIT = 0.05  # of the largest constant
_ROUGH = 0.2  # of the largest constant; crystals bend by about ten times the strain of 0.0075


def elastic_tensor(work: Work) -> tuple[NDArray[np.float64], dict[str, Any], tuple[str, ...]]:
    """Stiffness of the relaxed crystal in Cartesian axes, Voigt order, Pa, with details and warnings.

    The axes are those of the standard conventional cell: for a cubic crystal along its edges.
    """
    found = relaxed_crystal(work)
    said = list(rest(found, work.primitive))
    basis, strains = _plan(work, found.atoms)
    start = np.array(work.once("elastic/rest/stress", lambda: _stress(work, found.atoms))["stress"])
    sides: list[NDArray[np.float64]] = []
    unrested = 0
    for number, direction in enumerate(strains):
        work.say(number / len(strains), f"elastic strain {number + 1} of {len(strains)}")
        both, rested = _slopes(work, found.atoms, start, number, direction)
        sides.append(both)
        unrested += not rested
    slopes = np.array(sides)
    tensor, left = fit_stiffness(basis, strains, slopes.mean(axis=1))
    forwards, backwards = (fit_stiffness(basis, strains, slopes[:, side])[0] for side in (0, 1))
    bend = float(np.abs(forwards - backwards).max() / np.abs(tensor).max())
    if unrested:
        said.append(f"atoms did not come to rest in {unrested} of {len(strains)} strained cells")
    if left > _POOR_FIT * np.abs(tensor).max():
        said.append(f"the stresses fit no tensor of the crystal class: {left * 1e-9:.2g} GPa is left")
    if bend > _ROUGH:
        said.append(
            f"stretched and pressed crystal differ by {100 * bend:.0f} % of the largest constant: a rough potential"
        )
    details = {
        "tensor_pa": tensor.tolist(),
        "stretched_less_pressed": bend,
        "born_margin_pa": born_margin(tensor),
        "stable": born_margin(tensor) > 0,
        "fit_residual_pa": left,
        "strains": len(strains),
        "constants": len(basis),
    }
    return tensor, details, tuple(said)


def _plan(work: Work, atoms: Atoms) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Basis of the tensors and the strains to take."""
    if not work.settings.use_symmetry:
        return allowed_stiffness([np.eye(3)]), np.eye(6)
    basis = allowed_stiffness(symmetry_of(atoms, RELAXED).cartesian_rotations(atoms.cell))
    return basis, needed_strains(basis)


def _slopes(
    work: Work, atoms: Atoms, start: NDArray[np.float64], number: int, direction: NDArray[np.float64]
) -> tuple[NDArray[np.float64], bool]:
    """(2, 6) Pa. Stress over strain along one direction, forwards and backwards, and whether the atoms came to rest."""
    slopes, rested = [], True
    for sign in (1.0, -1.0):
        strained = atoms.copy()
        deformed = np.asarray(atoms.cell) @ (np.eye(3) + strain_matrix(sign * work.settings.strain * direction))
        strained.set_cell(deformed, scale_atoms=True)
        name = f"elastic/{number}{'+' if sign > 0 else '-'}"
        still = relaxed(work, name, strained, loose=0.5)
        rested &= still.converged
        stress = work.once(f"{name}/stress", lambda at=still.atoms: _stress(work, at))["stress"]  # type: ignore[misc]
        slopes.append((np.array(stress) - start) / (sign * work.settings.strain))
    return np.array(slopes) * ELECTRONVOLT_PER_CUBIC_ANGSTROM, rested


def _stress(work: Work, atoms: Atoms) -> dict[str, Any]:
    return {"stress": work.with_forces(atoms).get_stress(voigt=True)}


def elasticity(work: Work) -> dict[str, Found]:
    """Hill's moduli, and C11, C12 and C44 of a cubic crystal. No moduli for a crystal that is not stable."""
    tensor, details, said = elastic_tensor(work)
    cubic = symmetry_of(relaxed_crystal(work).atoms, RELAXED).cubic
    found = {name: Found(float(tensor[place]), 0.0, said, details) for name, place in _CUBIC.items()} if cubic else {}
    if not details["stable"]:
        text = f"not stable: the smallest elastic eigenvalue is {details['born_margin_pa'] * 1e-9:.2g} GPa"
        return {name: Found(None, 0.0, (*said, text), details) for name in (*_POLYCRYSTAL, *found)}
    moduli = polycrystal_moduli(tensor)
    bounds = {
        "shear_voigt_pa": moduli.shear_voigt,
        "shear_reuss_pa": moduli.shear_reuss,
        "bulk_voigt_pa": moduli.bulk_voigt,
        "bulk_reuss_pa": moduli.bulk_reuss,
    }
    for name, attribute in _POLYCRYSTAL.items():
        found[name] = Found(float(getattr(moduli, attribute)), 0.0, said, {**details, **bounds})
    return found
