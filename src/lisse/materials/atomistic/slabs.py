"""Slabs of a crystal: lattice planes, cuts between them that tear no molecule, and slabs that keep the composition.

Geometry only, in angstrom and in the basis of the cell that is given. A slab is made of whole unit cells, so that it
has the composition of the crystal; where the two faces differ its surface energy is their mean.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["Cut", "cuts", "molecules", "plane_basis", "planes", "slab"]

Indices = tuple[int, int, int]
_METALLOIDS = frozenset(("H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Ge", "As", "Se", "Br", "Sb", "Te", "I"))
_BOND = 1.2  # times the sum of covalent radii
_LEAST_GAP = 0.3  # angstrom between atoms on both sides of a cut


@dataclass(frozen=True)
class Cut:
    """Where a crystal is cut: across planes `plane`, at a share `at` of their spacing; `gap` (angstrom) is empty."""

    plane: Indices
    at: float
    gap: float


def planes(cell: Any, rotations: Any) -> tuple[Indices, ...]:
    """Distinct lattice planes with indices of -1, 0 and 1, the widest spacing first.

    Parameters
    ----------
    cell : (3, 3) array_like, angstrom
    rotations : (m, 3, 3) integer array_like. Of the crystal class, on fractions.
    """
    reciprocal = np.linalg.inv(np.asarray(cell, dtype=np.float64))
    found: dict[Indices, float] = {}
    seen: set[Indices] = set()
    candidates = [(a, b, c) for a, b, c in itertools.product((1, 0, -1), repeat=3) if (a, b, c) != (0, 0, 0)]
    for h in sorted(candidates, key=lambda h: round(float(np.linalg.norm(reciprocal @ np.array(h))), 6)):
        if h in seen:
            continue
        for rotation in np.asarray(rotations):
            a, b, c = (int(n) for n in np.array(h) @ rotation)
            seen |= {(a, b, c), (-a, -b, -c)}
        found[h] = float(np.linalg.norm(reciprocal @ np.array(h)))
    return tuple(sorted(found, key=lambda h: (round(found[h], 6), [-n for n in h])))


def plane_basis(cell: Any, plane: Indices) -> NDArray[np.int64]:
    """Three lattice vectors, (3, 3) integers in rows: the two shortest of a basis of the plane, and one to the next."""
    vectors = np.asarray(cell, dtype=np.float64)
    steps = np.array([n for n in itertools.product(range(-3, 4), repeat=3) if any(n)])
    length = np.linalg.norm(steps @ vectors, axis=1)
    steps = steps[np.argsort(np.round(length, 6), kind="stable")]
    inside = steps[steps @ np.array(plane) == 0]
    up = steps[steps @ np.array(plane) == 1][0]
    first = inside[0]
    for second in inside[1:]:
        basis = np.array([first, second, up])
        if abs(round(float(np.linalg.det(basis)))) == 1:
            return basis if np.linalg.det(basis @ vectors) > 0 else np.array([second, first, up])
    raise AssertionError("a primitive plane has a basis of short vectors")  # pragma: no cover


def molecules(atoms: Atoms) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which covalent unit each atom belongs to, and positions in which every unit is whole.

    Atoms of non-metals that are bonded (PS4, SO4) form a unit; every other atom is one of its own.
    """
    from ase.data import covalent_radii
    from ase.neighborlist import neighbor_list

    symbols = atoms.get_chemical_symbols()
    radii = _BOND * covalent_radii[atoms.numbers]
    first, second, steps = neighbor_list("ijD", atoms, list(radii))
    around: dict[int, list[tuple[int, NDArray[np.float64]]]] = {}
    for i, j, step in zip(first, second, steps, strict=True):
        if symbols[i] in _METALLOIDS and symbols[j] in _METALLOIDS:
            around.setdefault(int(i), []).append((int(j), step))
    unit = np.full(len(atoms), -1, dtype=np.int64)
    places = atoms.get_positions()
    for seed in range(len(atoms)):
        if unit[seed] >= 0:
            continue
        unit[seed], waiting = seed, [seed]
        while waiting:
            here = waiting.pop()
            for there, step in around.get(here, []):
                if unit[there] < 0:
                    unit[there] = seed
                    places[there] = places[here] + step
                    waiting.append(there)
    return unit, places


def cuts(atoms: Atoms, plane: Indices, most: int = 6) -> tuple[Cut, ...]:
    """Cuts between planes of atoms that tear no molecule, the widest gap first.

    Parameters
    ----------
    atoms : ase.Atoms
    plane : Indices, in the basis of its cell.
    most : int
    """
    spacing = 1.0 / float(np.linalg.norm(np.linalg.inv(np.asarray(atoms.cell)) @ np.array(plane)))
    unit, places = molecules(atoms)
    height = places @ np.linalg.inv(np.asarray(atoms.cell)) @ np.array(plane)
    spans = [(height[unit == u].min(), height[unit == u].max()) for u in np.unique(unit)]
    gaps = _gaps([(low % 1.0, low % 1.0 + high - low) for low, high in spans])
    wide = [(width * spacing, middle) for width, middle in gaps if width * spacing >= _LEAST_GAP]
    ordered = sorted(wide, key=lambda pair: (-round(pair[0], 3), pair[1]))
    return tuple(Cut(plane, middle % 1.0, width) for width, middle in ordered[:most])


def _gaps(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Width and middle of what spans on a circle of length 1 leave free."""
    line = sorted((low + turn, high + turn) for low, high in spans for turn in (-1.0, 0.0, 1.0))
    gaps, reached = [], line[0][1]
    for low, high in line[1:]:
        middle = (reached + low) / 2
        if low > reached and 0.0 <= middle < 1.0:
            gaps.append((low - reached, middle))
        reached = max(reached, high)
    return gaps


def slab(atoms: Atoms, cut: Cut, thickness: float, vacuum: float) -> Atoms:
    """A slab of whole cells with empty space above; the plane lies in x and y.

    Parameters
    ----------
    atoms : ase.Atoms
    cut : Cut
    thickness, vacuum : float, angstrom. The slab is that thick or more, less at most a quarter of a spacing.
    """
    vectors = np.asarray(atoms.cell, dtype=np.float64)
    basis = plane_basis(vectors, cut.plane) @ vectors
    spacing = 1.0 / float(np.linalg.norm(np.linalg.inv(vectors) @ np.array(cut.plane)))
    unit, places = molecules(atoms)
    height = places @ np.linalg.inv(vectors) @ np.array(cut.plane)
    for u in np.unique(unit):
        members = unit == u
        places[members] -= np.floor(height[members].min() - cut.at) * basis[2]
    layers = max(1, int(np.ceil(thickness / spacing - 0.25)))
    stacked = np.concatenate([places + n * basis[2] for n in range(layers)])
    return _upright(type(atoms), np.tile(atoms.numbers, layers), stacked, basis, vacuum)


def _upright(make: Any, numbers: Any, places: Any, basis: Any, vacuum: float) -> Atoms:
    """In axes with the first vector along x and the normal along z, atoms between equal halves of the vacuum."""
    along = basis[0] / np.linalg.norm(basis[0])
    normal = np.cross(basis[0], basis[1])
    normal /= np.linalg.norm(normal)
    turn = np.array([along, np.cross(normal, along), normal])
    turned, cell = places @ turn.T, basis @ turn.T
    low, high = turned[:, 2].min(), turned[:, 2].max()
    turned[:, 2] += vacuum / 2 - low
    cell[2] = [0.0, 0.0, high - low + vacuum]
    made: Atoms = make(numbers, positions=turned, cell=cell, pbc=True)
    fractions = made.get_scaled_positions(wrap=False)
    fractions[:, :2] %= 1.0
    made.set_scaled_positions(fractions)
    return made
