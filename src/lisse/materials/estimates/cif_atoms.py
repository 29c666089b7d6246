"""The atoms in the cell of a CIF, counted by symmetry and occupancy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.materials.estimates.cif_symmetry import distinct, images, read_operations
from lisse.materials.estimates.cif_text import Block, Item
from lisse.materials.estimates.elements import elements

__all__ = ["AtomCount", "count_atoms"]

_MOST_ATOMS = 200_000
_MOST_OPERATIONS = 1000  # of a space group in a usual cell there are 192 at most
_SAME_PLACE = 0.05e-10  # m; two images of one site are nearer than that only where they are one atom
_TOO_NEAR = 0.6e-10  # m; no two atoms come as near, the shortest bond is that of H2 with 0.74e-10
_MOST_NEIGHBOURS = 10_000_000  # in all; 200 000 places of a crystal have a tenth
_FULL = 1.02  # occupancies are rounded
_FULL_NEAR = 1.2  # of two sites side by side; free refinements of split sites overshoot


@dataclass(frozen=True)
class AtomCount:
    """What is in the cell.

    Attributes
    ----------
    contents : mapping of str to float, or None
        Atoms of each element, a site that is half filled counting half; ``None`` where they cannot be counted.
    disordered : bool
        Whether a site is shared or not always filled.
    warnings : tuple of str
    """

    contents: Mapping[str, float] | None
    disordered: bool
    warnings: tuple[str, ...]


def count_atoms(block: Block, edges: NDArray[np.float64], angles: NDArray[np.float64]) -> AtomCount:
    """Count the atoms of one block.

    Parameters
    ----------
    block : Block
    edges : (3,) array, m. Of the cell.
    angles : (3,) array, rad. Of the cell.

    Raises
    ------
    InvalidInput
        Naming the line, for sites that no crystal has.
    """
    return _Counter(block, edges, angles).count()


@dataclass(frozen=True)
class _Site:
    """One row of the atom list."""

    label: str
    symbol: str
    position: NDArray[np.float64]
    occupancy: float
    line: int


class _Counter:
    """One count, with what it has to say."""

    def __init__(self, block: Block, edges: NDArray[np.float64], angles: NDArray[np.float64]) -> None:
        self.block, self.edges, self.angles = block, edges, angles
        self.warnings: list[str] = []

    def count(self) -> AtomCount:
        sites, operations = self._sites(), read_operations(self.block)
        mixed = any(site.occupancy < 1.0 - 1e-3 for site in sites)
        if not sites or operations is None:
            if sites:
                self.warnings.append("there are no symmetry operations in the file: its atoms are not counted")
            return AtomCount(None, mixed, tuple(self.warnings))
        if len(operations) > _MOST_OPERATIONS:
            raise self.block.error("CIF", f"{len(operations)} symmetry operations", f"at most {_MOST_OPERATIONS}")
        if len(sites) * len(operations) > _MOST_ATOMS:
            got = f"{len(sites)} sites with {len(operations)} operations"
            raise self.block.error("CIF", got, f"at most {_MOST_ATOMS} atoms in the cell")
        orbits = [distinct(images(site.position, operations), self.edges, _SAME_PLACE) for site in sites]
        shared = self._check_filled(sites, orbits)
        found: dict[str, float] = {}
        for site, orbit in zip(sites, orbits, strict=True):
            if site.occupancy > 0.0:
                found[site.symbol] = found.get(site.symbol, 0.0) + site.occupancy * len(orbit)
        return AtomCount(found or None, mixed or shared, tuple(self.warnings))

    def _check_filled(self, sites: Sequence[_Site], orbits: Sequence[NDArray[np.float64]]) -> bool:
        """Complain about a place that holds more than one atom; whether places are shared."""
        places = np.concatenate(orbits)
        owner = np.repeat(np.arange(len(sites)), [len(orbit) for orbit in orbits])
        filled = np.array([site.occupancy for site in sites])[owner]
        pairs, apart = self._near(places)
        same = pairs[apart <= _SAME_PLACE]
        total = filled.copy()
        np.add.at(total, same[:, 0], filled[same[:, 1]])
        np.add.at(total, same[:, 1], filled[same[:, 0]])
        together = filled[pairs].sum(axis=1)  # two at a time: a site that is split in many need not be filled
        if total.max() > _FULL:
            worst, held, advice = int(np.argmax(total)), float(total.max()), "those at the same place"
        elif len(pairs) and together.max() > _FULL_NEAR:
            place = int(np.argmax(together))
            worst, held = int(pairs[place, 0]), float(together[place])
            advice = f"{sites[owner[pairs[place, 1]]].label}, {apart[place] * 1e10:.2f} angstrom away,"
        else:
            return bool(len(same))
        site = sites[owner[worst]]
        advice = f"Site {site.label} and {advice} hold {held:.3g} atoms together"
        raise self.block.error("_atom_site_occupancy", held, "at most 1 at one place", advice, site.line)

    def _near(self, places: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Pairs of places that are too near for two atoms, (k, 2), and their distances in m, (k,)."""
        from scipy.spatial import cKDTree

        cosines = np.cos(self.angles)
        metric = np.outer(self.edges, self.edges) * np.array(
            [[1.0, cosines[2], cosines[1]], [cosines[2], 1.0, cosines[0]], [cosines[1], cosines[0], 1.0]]
        )
        if np.linalg.det(metric) <= 0.0:  # no cell: the lattice complains of its angles
            return np.zeros((0, 2), dtype=np.int64), np.zeros(0)
        spacings = 1.0 / np.sqrt(np.diagonal(np.linalg.inv(metric)))  # two atoms differ by no more along any of them
        wrapped = np.clip(places, 0.0, np.nextafter(1.0, 0.0)) * spacings
        tree = cKDTree(np.minimum(wrapped, np.nextafter(spacings, 0.0)), boxsize=spacings)
        if tree.count_neighbors(tree, _TOO_NEAR, p=np.inf) > _MOST_NEIGHBOURS:
            raise self.block.error("CIF", f"{len(places)} places nearly on top of each other", "atoms apart")
        pairs = tree.query_pairs(_TOO_NEAR, p=np.inf, output_type="ndarray")
        shift = places[pairs[:, 0]] - places[pairs[:, 1]]
        shift -= np.round(shift)
        apart = np.sqrt(np.maximum(np.einsum("ki,ij,kj->k", shift, metric, shift), 0.0))
        near = apart <= _TOO_NEAR
        return pairs[near], apart[near]

    def _sites(self) -> list[_Site]:
        block = self.block
        positions = [block.column(f"_atom_site_fract_{axis}") for axis in "xyz"]
        labels, types = block.column("_atom_site_label"), block.column("_atom_site_type_symbol")
        rows = labels or types
        if not rows or not all(positions):
            return []
        flags = block.column("_atom_site_calc_flag")
        shares = block.column("_atom_site_occupancy")
        if any(column and len(column) != len(rows) for column in (*positions, labels, types, flags, shares)):
            raise self.block.error("_atom_site", None, "columns of one length, in one loop", line=rows[0].line)
        found, lost = [], []
        for number, row in enumerate(rows):
            if flags and flags[number].text.lower() == "dum":
                continue
            if not all(column[number].known for column in positions):
                lost.append(row.text)
                continue
            tags = (f"_atom_site_fract_{axis}" for axis in "xyz")
            place = [column[number].number(tag, self.block.where) for column, tag in zip(positions, tags, strict=True)]
            symbol = self._symbol(types[number] if types else row, bool(types))
            share = self._occupancy(shares[number]) if shares and shares[number].known else 1.0
            found.append(_Site(row.text, symbol, np.array(place), share, row.line))
        if lost:
            without = f"sites without a position: {', '.join(lost[:5])}"
            if block.one("_chemical_formula_sum") is None:
                allowed = "a position for every site, or the line _chemical_formula_sum"
                raise block.error("_atom_site", without, allowed, line=rows[0].line)
            self.warnings.append(f"{without}: they are not counted")
        return found

    def _occupancy(self, item: Item) -> float:
        share = item.number("_atom_site_occupancy", self.block.where)
        if not 0.0 <= share <= _FULL:
            raise self.block.error("_atom_site_occupancy", item.text, "a number from 0 to 1", line=item.line)
        return min(share, 1.0)

    def _symbol(self, item: Item, is_type: bool) -> str:
        """The element of a type symbol such as ``"Li1+"``, or of a label such as ``"LI2A"``."""
        letters = re.match(r"[A-Za-z]*", item.text)
        word = "" if letters is None else letters[0]
        tries = [word] if is_type else [word, word[:2], word[:1]]
        for part in tries:
            symbol = "H" if part in ("D", "T") else part.capitalize()
            if symbol in elements():
                return symbol
        tag = "_atom_site_type_symbol" if is_type else "_atom_site_label"
        raise self.block.error(tag, item.text, "an element of the table (H to U without noble gases)", line=item.line)
