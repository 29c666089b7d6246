"""What a walker on a site of a lattice needs to know: where it may go, how likely, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.lattice.ion_lattice import IonLattice

__all__ = ["SiteTable", "site_table"]

Array = np.ndarray[Any, np.dtype[Any]]
_MOST_VALUES = 1024  # six numbers of 10 bits each make the key of a site


@dataclass(frozen=True, eq=False)
class SiteTable:
    """Rows that sites share, as the compiled walks read them.

    Attributes
    ----------
    rows : (m, 8) array. Columns 0 to 4: running sums of the probabilities of a hop to -x, +x, -y, +y, -z; column 5:
        mean time on the site, s, inf where nothing leads away; the rest makes a row as long as a line of the cache.
    kind : (sites,) integers. Row of each site.
    cumulative : (sites,) array. Running sum of the weights, from which the first sites are drawn; a single number where
        they are all alike.
    fastest : float, 1/s. Largest rate at which any site is left.
    """

    rows: Array
    kind: Array
    cumulative: Array
    fastest: float


def site_table(lattice: IonLattice, arriving: bool = False) -> SiteTable:
    """Table of a lattice with all its bonds open.

    Parameters
    ----------
    lattice : IonLattice
    arriving : bool. Instead of where an ion on the site goes: from where ions come into the site if it is empty and
        its neighbours are occupied, which is how a vacancy moves.
    """
    rates = []
    for axis in range(3):
        up, down = lattice.hop_rates(axis)
        if arriving:
            up, down = down, up
        rates += [np.roll(down, 1, axis).ravel(), up.ravel()]
    kind, chosen = _kinds(rates)
    picked = np.stack([rate[chosen] for rate in rates], axis=1)
    total = picked.sum(axis=1)
    rows = _lines(len(chosen))
    moves = total > 0.0
    sums = np.cumsum(picked[moves], axis=1)
    shares = sums[:, :5] / sums[:, 5:]
    shares[sums[:, :5] == sums[:, 5:]] = 2.0  # directions after the last possible one
    rows[moves, :5], rows[moves, 5] = shares, 1.0 / sums[:, 5]
    weight = lattice.weight.ravel()
    alike = weight.min() == weight.max()
    return SiteTable(rows, kind, np.ones(1) if alike else np.cumsum(weight), float(total.max()))


def _lines(count: int) -> Array:
    """(count, 8) array of inf that starts where a line of the cache does."""
    room = np.full(8 * count + 7, np.inf)
    first = -room.ctypes.data % 64 // 8
    return room[first : first + 8 * count].reshape(count, 8)


def _kinds(rates: Sequence[Array]) -> tuple[Array, Array]:
    """Row of each site, and a site for each row: sites with the same rates share one, if there are few rates."""
    key = np.zeros(rates[0].size, dtype=np.int64)
    for rate in rates:
        values, code = np.unique(rate, return_inverse=True)
        if len(values) > _MOST_VALUES:
            every = np.arange(rate.size, dtype=np.int32)
            return every, every
        key = key * len(values) + code
    _, chosen, kind = np.unique(key, return_index=True, return_inverse=True)
    return kind.astype(np.uint8 if len(chosen) <= 256 else np.int32), chosen
