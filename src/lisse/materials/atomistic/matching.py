"""Lithium on another crystal: a film of metal stretched a little until it repeats with the surface under it.

Geometry only, in angstrom. The surface keeps its cell, repeated if need be; the film takes the strain, because lithium
is the softer of the two by ten times.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Match", "best_match"]

Plane = NDArray[np.float64]
_REACH = 9


@dataclass(frozen=True)
class Match:
    """How a film fits a surface.

    Parameters
    ----------
    repeats : (n, m). Of the surface cell along its two vectors.
    film : (2, 2) integer array. Rows: the repeated surface vectors in film vectors.
    strain : float. Largest principal strain of the film, 1.
    """

    repeats: tuple[int, int]
    film: NDArray[np.int64]
    strain: float

    @property
    def film_cells(self) -> int:
        """Film cells in the common cell."""
        return abs(round(float(np.linalg.det(self.film))))


def best_match(surface: Any, film: Any, tolerance: float, largest_area: float) -> Match | None:
    """The smallest common cell with a strain below the tolerance; else the least strained one.

    Parameters
    ----------
    surface, film : (2, 2) array_like, angstrom. Rows are the vectors in the plane; the film may be turned at will.
    tolerance : float, 1
    largest_area : float, square angstrom. Of the common cell.

    Returns
    -------
    Match or None
        None when even one surface cell is larger than that.
    """
    under, over = np.asarray(surface, dtype=np.float64), np.asarray(film, dtype=np.float64)
    area = abs(float(np.linalg.det(under)))
    steps = np.array([n for n in itertools.product(range(-_REACH, _REACH + 1), repeat=2) if any(n)])
    found = []
    for n, m in itertools.product(range(1, 9), repeat=2):
        if n * m * area <= largest_area:
            match = _fit(under * np.array([[n], [m]]), over, steps, (n, m))
            if match is not None:
                found.append(match)
    good = [match for match in found if match.strain <= tolerance]
    if good:
        return min(good, key=lambda match: (match.repeats[0] * match.repeats[1], match.strain))
    return min(found, key=lambda match: match.strain, default=None)


def _fit(under: Plane, over: Plane, steps: NDArray[np.int64], repeats: tuple[int, int]) -> Match | None:
    """The least strained film on one cell of the surface."""
    reach = steps @ over
    lengths = np.linalg.norm(reach, axis=1)
    near = [steps[np.abs(lengths / np.linalg.norm(edge) - 1.0) < 0.25] for edge in under]
    best: Match | None = None
    for a in near[0]:
        b = near[1]
        turned = (a[0] * b[:, 1] - a[1] * b[:, 0]) * np.linalg.det(over) * np.linalg.det(under) > 0
        for second in b[turned]:
            strain = _strain(np.array([a, second]) @ over, under)
            if best is None or strain < best.strain - 1e-9:
                best = Match(repeats, np.array([a, second]), strain)
    return best


def _strain(free: Plane, held: Plane) -> float:
    """Largest principal strain that takes one cell to another, whatever the rotation."""
    stretch = np.linalg.svd(np.linalg.inv(free) @ held, compute_uv=False)
    return float(np.abs(stretch - 1.0).max())
