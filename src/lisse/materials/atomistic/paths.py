"""Hops between neighbouring lithium sites: which are distinct under the space group, and which span the crystal.

A hop goes from site i of the home cell to site j of the cell at an integer offset. Pure geometry and counting.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["Hop", "HopFamily", "hop_families", "spanned_directions"]

_SAME_SITE = 0.05  # angstrom
_IN_THE_WAY = 1.0  # angstrom; a lithium site this near to the middle of a hop makes it two hops


@dataclass(frozen=True, order=True)
class Hop:
    """From site `start` of the home cell to site `end` of the cell at `offset` (three integers)."""

    start: int
    end: int
    offset: tuple[int, int, int]

    @property
    def back(self) -> Hop:
        """The same hop, the other way."""
        a, b, c = self.offset
        return Hop(self.end, self.start, (-a, -b, -c))


@dataclass(frozen=True)
class HopFamily:
    """Hops that the space group, or walking backwards, maps onto each other.

    Parameters
    ----------
    length : float, angstrom
    hops : tuple of Hop. All of one cell, each in one direction; the first stands for the family.
    """

    length: float
    hops: tuple[Hop, ...]


def hop_families(cell: Any, sites: Any, rotations: Any, translations: Any, longest: float) -> tuple[HopFamily, ...]:
    """Distinct hops between sites, the shortest first.

    Parameters
    ----------
    cell : (3, 3) array_like, angstrom. Rows are the cell vectors.
    sites : (n, 3) array_like, fractions of the cell.
    rotations : (m, 3, 3) integer array_like. Of the space group, on fractions.
    translations : (m, 3) array_like, fractions.
    longest : float, angstrom. Hops up to this length.
    """
    vectors, points = np.asarray(cell, dtype=np.float64), np.asarray(sites, dtype=np.float64) % 1.0
    found = _all_hops(vectors, points, longest)
    images = [
        _image(vectors, points, np.asarray(r), np.asarray(t)) for r, t in zip(rotations, translations, strict=True)
    ]
    families, seen = [], set()
    for length, hop in sorted(found):
        if hop in seen:
            continue
        members = {min(each, each.back) for each in (_moved(hop, image) for image in images)}
        seen |= members | {member.back for member in members}
        families.append(HopFamily(length, tuple(sorted(members))))
    return tuple(families)


def _all_hops(vectors: NDArray[np.float64], points: NDArray[np.float64], longest: float) -> list[tuple[float, Hop]]:
    """Length and hop, both ways, without those that pass over another site."""
    spacing = 1.0 / np.linalg.norm(np.linalg.inv(vectors), axis=0)
    reach = [int(np.ceil(longest / width)) for width in spacing]
    found = []
    offsets = np.array(list(itertools.product(*[range(-n, n + 1) for n in reach])))
    around = (points[None, :, :] + offsets[:, None, :]) @ vectors
    for i, start in enumerate(points @ vectors):
        step = around - start
        length = np.linalg.norm(step, axis=-1)
        for o, j in np.argwhere((length > _SAME_SITE) & (length <= longest)):
            middle = start + step[o, j] / 2
            if length[o, j] > 2 * _IN_THE_WAY and np.linalg.norm(around - middle, axis=-1).min() < _IN_THE_WAY:
                continue
            offset = tuple(int(n) for n in offsets[o])
            found.append((round(float(length[o, j]), 6), Hop(i, int(j), offset)))  # type: ignore[arg-type]
    return found


def _image(vectors: Any, points: Any, rotation: Any, translation: Any) -> tuple[Any, Any, Any]:
    """Where an operation takes each site: its index and integer offset, and the rotation for offsets."""
    moved = points @ rotation.T + translation
    apart = moved[:, None, :] - points[None, :, :]
    whole = np.round(apart)
    distance = np.linalg.norm((apart - whole) @ vectors, axis=-1)
    index = distance.argmin(axis=1)
    rows = np.arange(len(points))
    if distance[rows, index].max() > 0.5:
        raise InvalidInput("sites", None, "sites that the space group maps onto each other")
    return index, whole[rows, index].astype(int), np.asarray(rotation, dtype=int)


def _moved(hop: Hop, image: tuple[Any, Any, Any]) -> Hop:
    index, whole, rotation = image
    offset = rotation @ np.array(hop.offset) + whole[hop.end] - whole[hop.start]
    a, b, c = (int(n) for n in offset)
    return Hop(int(index[hop.start]), int(index[hop.end]), (a, b, c))


def spanned_directions(hops: Iterable[Hop], sites: int) -> int:
    """In how many independent directions hops lead without end (0: caged, 3: through the whole crystal).

    Parameters
    ----------
    hops : iterable of Hop
    sites : int. Number of sites in a cell.
    """
    around: list[list[tuple[int, NDArray[np.int64]]]] = [[] for _ in range(sites)]
    for hop in hops:
        around[hop.start].append((hop.end, np.array(hop.offset)))
        around[hop.end].append((hop.start, -np.array(hop.offset)))
    most = 0
    placed: dict[int, NDArray[np.int64]] = {}
    for first in range(sites):
        if first not in placed:
            placed[first] = np.zeros(3, dtype=np.int64)
            most = max(most, _rank(_loops(first, around, placed)))
    return most


def _loops(first: int, around: Sequence[Any], placed: dict[int, NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Offsets by which closed walks on one connected set of sites end in another cell."""
    loops, waiting = [], [first]
    while waiting:
        here = waiting.pop()
        for there, offset in around[here]:
            where = placed[here] + offset
            if there not in placed:
                placed[there] = where
                waiting.append(there)
            elif np.any(where != placed[there]):
                loops.append(where - placed[there])
    return loops


def _rank(loops: Sequence[NDArray[np.int64]]) -> int:
    return int(np.linalg.matrix_rank(np.array(loops))) if loops else 0
