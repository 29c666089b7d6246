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
_SEEN = 2.0  # standard errors


def lithium_volume(work: Work) -> dict[str, Found]:
    """Partial molar volume of lithium, and over that of lithium metal."""
    crystal = relaxed_crystal(work).atoms
    if set(crystal.get_chemical_symbols()) == {"Li"}:
        volume = float(crystal.get_volume()) / len(crystal) * 1e-30 * _AVOGADRO
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
    per_mole = 1e-30 * _AVOGADRO
    said = [f"{unrested} of {len(changed)} cells did not come to rest"] if unrested else []
    details = {"lithium": contents, "volumes_angstrom3": volumes, "atoms": len(cell)}
    return _both(slope * per_mole, error * per_mole, tuple(said), details)


def _both(volume: float, error: float, said: tuple[str, ...], details: dict[str, object]) -> dict[str, Found]:
    """The volume, and its ratio to that of the metal: 0 where it lies below by less than its scatter tells."""
    if abs(volume) < _SEEN * error:
        said = (*said, f"no trend: {volume * 1e6:.2g} cm3/mol with a standard error of {error * 1e6:.2g}")
    ratio: float | None = volume / LITHIUM_MOLAR_VOLUME
    outside: tuple[str, ...] = ()
    if volume < -_SEEN * error:
        ratio, outside = None, ("the cell grows as lithium leaves: no ratio of volumes above zero",)
    elif volume < 0:
        ratio, outside = 0.0, ("a ratio of 0 stands for a volume below zero by less than its scatter tells",)
    own, relative = {"standard_error_m3_per_mol": error}, {"standard_error": error / LITHIUM_MOLAR_VOLUME}
    return {
        "lithium_partial_molar_volume": Found(volume, error, said, {**details, **own}),
        "molar_volume_ratio": Found(ratio, error / LITHIUM_MOLAR_VOLUME, (*said, *outside), {**details, **relative}),
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
