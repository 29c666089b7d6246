"""Partial molar volume of lithium: how the cell grows with its lithium content.

Cells with one and two lithium atoms fewer, and with one more in the largest hole, come to rest with their volume; the
slope of volume against content by least squares is the answer, its standard error the scatter. Cells are neutral: it is
an atom that is taken, so that the host is oxidised; a potential knows no charge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import RELAXED, symmetry_of
from lisse.materials.atomistic.relaxation import relaxed, relaxed_crystal
from lisse.materials.atomistic.supercell import largest_hole, supercell
from lisse.materials.atomistic.work import Work
from lisse.units import LITHIUM_MOLAR_VOLUME

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["lithium_volume"]

_AVOGADRO = 6.02214076e23
_SITES_AT_MOST = 3


def lithium_volume(work: Work) -> dict[str, Found]:
    """Partial molar volume of lithium, and over that of lithium metal."""
    crystal = relaxed_crystal(work).atoms
    if set(crystal.get_chemical_symbols()) == {"Li"}:
        volume = crystal.get_volume() / len(crystal) * 1e-30 * _AVOGADRO
        return _both(volume, 0.0, ("pure lithium: the volume of an atom of the crystal",), {"cells": 1})
    cell = supercell(crystal, work.settings.supercell * 1e10)
    contents, volumes, unrested = [0], [float(cell.get_volume())], 0
    changed = list(_changed(cell))
    for number, (content, label, atoms) in enumerate(changed):
        work.say(number / len(changed), f"lithium content {content:+d}")
        still = relaxed(work, f"volume/{label}", atoms, cell=True, loose=2.0)
        unrested += not still.converged
        contents.append(content)
        volumes.append(float(still.atoms.get_volume()))
    slope, error = _slope(np.array(contents, dtype=float), np.array(volumes))
    said: tuple[str, ...] = (f"{unrested} of {len(changed)} cells did not come to rest",) if unrested else ()
    details = {"lithium": contents, "volumes_angstrom3": volumes, "atoms": len(cell)}
    per_mole = 1e-30 * _AVOGADRO
    return _both(slope * per_mole, error * per_mole, said, details)


def _both(volume: float, error: float, said: tuple[str, ...], details: dict[str, object]) -> dict[str, Found]:
    ratio = volume / LITHIUM_MOLAR_VOLUME
    outside = () if ratio >= 0 else ("the cell grows as lithium leaves: no ratio of volumes above zero",)
    return {
        "lithium_partial_molar_volume": Found(volume, error, said, details),
        "molar_volume_ratio": Found(
            ratio if ratio >= 0 else None, error / LITHIUM_MOLAR_VOLUME, (*said, *outside), details
        ),
    }


def _changed(cell: Atoms) -> Iterator[tuple[int, str, Atoms]]:
    """Change of lithium content, a label, and the cell."""
    lithium = [n for n, symbol in enumerate(cell.get_chemical_symbols()) if symbol == "Li"]
    orbits = symmetry_of(cell, RELAXED).orbits
    first = list({int(orbits[n]): n for n in reversed(lithium)}.values())[:_SITES_AT_MOST]
    for n in first:
        yield -1, f"-1/{n}", _without(cell, [n])
    if len(lithium) > 2:
        far = max(lithium, key=lambda other: cell.get_distance(first[0], other, mic=True))
        yield -2, f"-2/{first[0]}-{far}", _without(cell, [first[0], far])
    more = cell.copy()
    hole, _ = largest_hole(cell)
    more.extend(type(cell)("Li", positions=[hole]))
    yield 1, "+1", more


def _without(cell: Atoms, taken: list[int]) -> Atoms:
    made: Atoms = cell.copy()
    del made[taken]
    return made


def _slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Least-squares slope and its standard error."""
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    left = y - y.mean() - slope * centred
    return slope, float(np.sqrt(left @ left / (len(x) - 2) / (centred @ centred)))
