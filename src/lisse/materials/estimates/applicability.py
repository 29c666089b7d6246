"""How near a substance is to the training data: applicability from 0 to 1.

A substance is a point: its atoms per anion, element by element, with similar elements counted as partly the same. The
squared distance of two substances is that of their points in units of 0.5 (LiTi2(PO4)3 and LiGe2(PO4)3 are 0.06 apart,
Li3PO4 and Li3PS4 are 3.8), plus 1 where both space groups are known and differ. The applicability is exp(-d^2/(2 w^2))
with the distance d to the nearest substance of the training data and a width w that belongs to the model.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.elements import elements

__all__ = ["Neighbourhood", "points"]

_ELECTRONEGATIVITY, _LOG_POLARISABILITY, _CHARGE, _RADIUS = 0.8, 0.7, 2.0, 0.4e-10
"""By how much two elements differ that are counted as exp(-1/2) the same; the radius in m."""
_UNIT = 0.5  # atoms per anion, squared
_CHUNK = 2048


@dataclass(frozen=True)
class Neighbourhood:
    """The substances that a model was trained on, as points.

    Attributes
    ----------
    points : (n, elements) array
    groups : (n,) array of int
        Space groups; 0 where not known or not used.
    """

    points: np.ndarray
    groups: np.ndarray

    def nearest(self, coordinates: np.ndarray, groups: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The nearest of the training data.

        Parameters
        ----------
        coordinates : (m, elements) array.
        groups : (m,) array of int. 0 where unknown.
        count : int. How many.

        Returns
        -------
        squared_distance : (m, count) array, ascending.
        rows : (m, count) array of int. Which rows of the training data.
        """
        distances, rows = [], []
        for start in range(0, len(coordinates), _CHUNK):
            part = slice(start, start + _CHUNK)
            apart = _squared(coordinates[part], self.points) / _UNIT
            asked = groups[part, None]
            apart += (asked != self.groups) & (asked > 0) & (self.groups > 0)
            near = np.argsort(apart, axis=1, kind="stable")[:, :count]
            rows.append(near)
            distances.append(np.take_along_axis(apart, near, axis=1))
        return np.concatenate(distances), np.concatenate(rows)


def points(found: Sequence[Composition]) -> np.ndarray:
    """Substances as points.

    Parameters
    ----------
    found : (n,) sequence of Composition.

    Returns
    -------
    (n, elements) array. Squared distances count similar elements as partly the same.
    """
    column = {symbol: place for place, symbol in enumerate(elements())}
    amounts = np.zeros((len(found), len(column)))
    for row, each in enumerate(found):
        anions = sum(each.amounts[symbol] for symbol in each.anions)
        for symbol, amount in each.amounts.items():
            amounts[row, column[symbol]] = amount / anions
    return np.asarray(amounts @ _similarity_root())


@functools.cache
def _similarity_root() -> np.ndarray:
    """Factor of the matrix that says how similar two elements are."""
    rows = np.array(
        [
            (
                each.electronegativity / _ELECTRONEGATIVITY,
                np.log(each.polarisability) / _LOG_POLARISABILITY,
                each.states[0] / _CHARGE,
                each.radius(each.states[0]) / _RADIUS,
            )
            for each in elements().values()
        ]
    )
    alike = np.exp(-_squared(rows, rows) / 2.0)
    root: np.ndarray = np.linalg.cholesky(alike + 1e-8 * np.eye(len(alike)))
    return root


def _squared(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Squared distances of all pairs."""
    return np.asarray(np.maximum((one**2).sum(1)[:, None] + (other**2).sum(1) - 2.0 * one @ other.T, 0.0))
