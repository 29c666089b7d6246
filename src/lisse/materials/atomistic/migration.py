"""Barrier of a lithium vacancy: nudged elastic bands with a climbing image along the shortest distinct hops.

Families of hops are taken in order of length until they span the crystal. The barrier of the crystal is the least
height below which the hops still span it, above the easiest vacancy. Source: henkelman2000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import RELAXED, symmetry_of
from lisse.materials.atomistic.paths import Hop, HopFamily, hop_families, spanned_directions
from lisse.materials.atomistic.relaxation import Relaxed, relaxed, relaxed_crystal
from lisse.materials.atomistic.supercell import plane_spacings, supercell
from lisse.materials.atomistic.work import Work
from lisse.units import ELEMENTARY_CHARGE

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["migration"]

_LONGEST = 5.0  # angstrom
_BAND_STEPS = 10  # between two lines of the checkpoint
_ROUNDS = 8
_BAND_FORCE = 0.06  # eV/angstrom


def migration(work: Work) -> dict[str, Found]:
    """Migration barrier of a lithium vacancy through the crystal."""
    crystal = relaxed_crystal(work).atoms
    lithium, families = _families(crystal)
    bands: list[tuple[HopFamily, dict[str, Any]]] = []
    said: list[str] = []
    for number, family in enumerate(families[: work.settings.paths]):
        work.say(number / work.settings.paths, f"hop of {family.length:.2f} angstrom")
        bands.append((family, _band(work, crystal, lithium, number, family.hops[0])))
        if spanned_directions([hop for each, _ in bands for hop in each.hops], len(lithium)):
            break
    details = {"hops": [{"length_angstrom": each.length, **band} for each, band in bands]}
    said.extend(
        f"the band of the hop of {each.length:.2f} angstrom did not converge"
        for each, band in bands
        if not band["converged"]
    )
    barrier = _barrier(bands, len(lithium))
    if barrier is None:
        said.append(f"the {len(bands)} shortest distinct hops do not lead through the crystal")
        return {"migration_barrier": Found(None, 0.0, tuple(said), details)}
    return {"migration_barrier": Found(barrier * ELEMENTARY_CHARGE, 0.0, tuple(said), details)}


def _families(crystal: Atoms) -> tuple[list[int], tuple[HopFamily, ...]]:
    lithium = [n for n, symbol in enumerate(crystal.get_chemical_symbols()) if symbol == "Li"]
    group = symmetry_of(crystal, RELAXED)
    sites = crystal.get_scaled_positions()[lithium]
    return lithium, hop_families(crystal.cell, sites, group.rotations, group.translations, _LONGEST)


def _barrier(bands: list[tuple[HopFamily, dict[str, Any]]], sites: int) -> float | None:
    """EV. Highest point of the easiest way through the crystal above the easiest vacancy."""
    ends = [band["start_ev"] + edge for _, band in bands for edge in (band["energies_ev"][0], band["energies_ev"][-1])]
    tops = [(family, band["start_ev"] + band["top_ev"]) for family, band in bands]
    height = _spanning_height(tops, sites)
    return None if height is None else height - min(ends)


def _spanning_height(heights: list[tuple[HopFamily, float]], sites: int) -> float | None:
    """Least height below which the hops span the crystal in some direction."""
    for _, limit in sorted(heights, key=lambda pair: pair[1]):
        open_hops = [hop for family, height in heights if height <= limit for hop in family.hops]
        if spanned_directions(open_hops, sites):
            return limit
    return None


def _band(work: Work, crystal: Atoms, lithium: list[int], number: int, hop: Hop) -> dict[str, Any]:
    """Energies along one hop, eV, above that of its start, and the highest.

    The cells of all hops hold the same atoms, so that the energies of their starts (vacancies on other sites) compare.
    """
    cell = supercell(crystal, work.settings.supercell * 1e10)
    here = crystal.get_scaled_positions()[lithium[hop.start]] @ np.asarray(crystal.cell)
    there = (crystal.get_scaled_positions()[lithium[hop.end]] + np.array(hop.offset)) @ np.asarray(crystal.cell)
    mover, empty = _site(cell, here), _site(cell, there)
    start = cell.copy()
    end = cell.copy()
    end.positions[mover] += there - here
    del start[empty]
    del end[empty]
    first = relaxed(work, f"hop/{number}/start", start, loose=2.0)
    last = relaxed(work, f"hop/{number}/end", end, loose=2.0)
    return _climbed(work, number, first, last)


def _site(cell: Atoms, place: Any) -> int:
    """Index of the atom at a point (to a lattice vector of the supercell)."""
    apart = (cell.get_positions() - place) @ np.linalg.inv(np.asarray(cell.cell))
    apart -= np.round(apart)
    return int(np.argmin(np.linalg.norm(apart @ np.asarray(cell.cell), axis=1)))


def _climbed(work: Work, number: int, first: Relaxed, last: Relaxed) -> dict[str, Any]:
    places = work.once(f"hop/{number}/guess", lambda: {"places": _guess(work, first.atoms, last.atoms)})["places"]
    result: dict[str, Any] = {}
    for part in range(_ROUNDS):
        words = f"band of hop {number + 1}, round {part + 1}"
        work.say((number + part / _ROUNDS) / work.settings.paths, words)
        now = places
        result = work.once(
            f"hop/{number}/band/{part}",
            lambda now=now, climb=part > 0: _band_steps(work, first, last, now, climb),  # type: ignore[misc]
        )
        places = result["places"]
        if result["converged"] and part > 0:
            break
    energies = [first.energy, *result["energies"], last.energy]
    return {
        "start_ev": first.energy,
        "energies_ev": [energy - first.energy for energy in energies],
        "top_ev": max(energies) - first.energy,
        "converged": bool(result["converged"] and first.converged and last.converged),
        "atoms": len(first.atoms),
    }


def _images(work: Work, first: Atoms, last: Atoms, places: Any) -> list[Atoms]:
    images = [first.copy() for _ in range(work.settings.images + 2)]
    images[-1] = last.copy()
    for image, place in zip(images[1:-1], places, strict=True):
        image.set_positions(np.array(place))
    return images


def _guess(work: Work, first: Atoms, last: Atoms) -> list[Any]:
    """Image positions between the ends, by the image-dependent pair potential; straight where a hop is long.

    The pair potential looks to the nearest image, which for a hop of half the cell would be the wrong way round.
    """
    from ase.mep import NEB

    images = [first.copy() for _ in range(work.settings.images + 1)] + [last.copy()]
    band = NEB(images, method="improvedtangent")
    farthest = np.linalg.norm(last.get_positions() - first.get_positions(), axis=1).max()
    if farthest < 0.49 * plane_spacings(first.cell).min():
        band.interpolate(method="idpp", mic=True)
    else:
        band.interpolate()
    return [image.get_positions() for image in images[1:-1]]


def _band_steps(work: Work, first: Relaxed, last: Relaxed, places: Any, climb: bool) -> dict[str, Any]:
    """Some steps of the band; it climbs once its shape is roughly there."""
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.mep import NEB
    from ase.optimize import BFGS

    images, ends = _images(work, first.atoms, last.atoms, places), (first.energy, last.energy)
    for image in images[1:-1]:
        image.calc = work.potential.calculator
    for image, energy in zip((images[0], images[-1]), ends, strict=True):  # else they are computed at every step
        image.calc = SinglePointCalculator(image, energy=energy, forces=np.zeros((len(image), 3)))
    band = NEB(images, climb=climb, method="improvedtangent", allow_shared_calculator=True)
    with BFGS(band, logfile=None) as optimizer:
        done = optimizer.run(fmax=_BAND_FORCE, steps=_BAND_STEPS)
    inner = images[1:-1]
    return {
        "places": [image.get_positions() for image in inner],
        "energies": [float(energy) for energy in band.energies[1:-1]],
        "converged": bool(done),
    }
