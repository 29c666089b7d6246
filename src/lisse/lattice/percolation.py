"""Percolation of the cubic lattice: at which fraction of bonds or sites a path first leads round, grid by grid.

The transport near the threshold is that of `lisse.lattice.random_bond_lattice` and `random_site_lattice`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import generator, require_memory, whole
from lisse.lattice.ion_lattice import IonLattice

__all__ = ["WrappingFractions", "percolates", "wrapping_fractions"]

Array = np.ndarray[Any, np.dtype[Any]]
_BYTES = 3 * 16.0 + 20.0  # of a site: numbers and order of three bonds, and its place in a set


@dataclass(frozen=True, eq=False)
class WrappingFractions:
    """Fractions at which grids of one size began to percolate.

    Attributes
    ----------
    size : int. Sites along an edge.
    fractions : (copies, 3) array, 1. Of bonds or sites, when a path first led round along each axis.
    """

    size: int
    fractions: Array

    @property
    def mean(self) -> float:
        """Mean of the fractions, over copies and axes."""
        return float(self.fractions.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean, from the scatter between copies."""
        return float(self.fractions.mean(axis=1).std(ddof=1) / np.sqrt(len(self.fractions)))

    def probability(self, fraction: float) -> float:
        """Probability that a grid with this fraction leads round along an axis."""
        return float(np.mean(self.fractions <= fraction))


def wrapping_fractions(kind: Literal["bond", "site"], size: int, copies: int, seed: int) -> WrappingFractions:
    """Fill cubic grids that close on themselves bond by bond, or site by site, until paths lead round them.

    ::

        <p_L> = p_c + A L^(-1/nu),   nu = 0.8765        p_c = 0.248812 (bonds), 0.311608 (sites)

    Parameters
    ----------
    kind : {"bond", "site"}
    size : int. Sites along an edge, L; above 1.
    copies : int. Independent grids, above 1.
    seed : int

    Returns
    -------
    WrappingFractions

    Notes
    -----
    Every bond (site) has a uniform random number; the fraction is that of the bond (site) that closed the path, so that
    each copy is a sample at every fraction at once. Cost: about 0.1 us for each bond put in.
    Validity: the simple cubic lattice. Confidence: S.
    Source: wang2013, newman2001

    Examples
    --------
    >>> bool(abs(wrapping_fractions("bond", 8, 50, seed=1).mean - 0.263) < 0.01)
    True
    """
    from lisse.numerics.wrapping import first_wraps

    if kind not in ("bond", "site"):
        raise InvalidInput("kind", kind, '"bond" or "site"')
    whole("size", size, 2)
    whole("copies", copies, 2)
    random = generator(seed)
    require_memory(f"grids of {size}^3 sites", float(size) ** 3, _BYTES)
    found = np.empty((copies, 3))
    for n in range(copies):
        levels = random.random(size**3 * (1 if kind == "site" else 3))
        order = np.argsort(levels)
        found[n] = levels[order[list(first_wraps((size,) * 3, order, kind == "site"))]]
    return WrappingFractions(int(size), found)


def percolates(lattice: IonLattice) -> tuple[bool, bool, bool]:
    """Axes along which ions can get round a lattice; bonds that renew count where they ever open.

    Parameters
    ----------
    lattice : IonLattice

    Returns
    -------
    three booleans
        False along axes that are not periodic.

    Examples
    --------
    >>> from lisse.lattice import uniform_lattice
    >>> percolates(uniform_lattice((4, 4, 1), 3e-10, 1e9, 1000.0, 300.0, (True, False, False)))
    (True, False, False)
    """
    from lisse.numerics.wrapping import wrapping_axes

    if not isinstance(lattice, IonLattice):
        raise InvalidInput("lattice", type(lattice).__name__, "an IonLattice")
    return wrapping_axes(lattice.averaged().exchange)
