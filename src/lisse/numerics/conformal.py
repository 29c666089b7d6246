"""Prediction intervals from the errors made on held-out data, wider where the model knows less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["ErrorBand", "calibrate", "weighted_quantile"]


@dataclass(frozen=True)
class ErrorBand:
    """How far below and above a prediction the truth may lie, against how much the model knows.

    Attributes
    ----------
    knowledge : (k,) array
        Knots, ascending.
    below, above : (k,) array
        Distances at the knots; straight lines between, constant outside.
    """

    knowledge: np.ndarray
    below: np.ndarray
    above: np.ndarray

    def at(self, knowledge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distances below and above.

        Parameters
        ----------
        knowledge : (n,) array.

        Returns
        -------
        below, above : (n,) arrays, not negative.
        """
        return (
            np.asarray(np.interp(knowledge, self.knowledge, self.below)),
            np.asarray(np.interp(knowledge, self.knowledge, self.above)),
        )


def calibrate(
    error: np.ndarray,
    knowledge: np.ndarray,
    labels: Sequence[str],
    *,
    edges: Sequence[float],
    sharing: Sequence[float] | None = None,
    coverage: float = 0.9,
) -> ErrorBand:
    """Quantiles of held-out errors, in classes of how much the model knew, with weights shared among groups.

    Where every group of a class has the same weight, the interval is one for a row of a new group; where every row
    has, it is one for one more row of the groups that are there, mostly the largest.

    Parameters
    ----------
    error : (n,) array. Truth minus prediction, of held-out rows.
    knowledge : (n,) array.
    labels : (n,) sequence of str. Group of each row.
    edges : ascending. Limits between the classes of `knowledge`.
    sharing : (classes,) or None. A group of n rows weighs n^(1 - sharing) in that class: the same as any other for 1,
        which is meant without, as its rows for 0.
    coverage : float. Share of the truth inside; the rest lies half below and half above.

    Returns
    -------
    ErrorBand. With knots at the mean of each class; classes without rows are left out.

    Notes
    -----
    Split conformal prediction: vovk2005. Groups are not exchangeable rows, so the coverage is to be checked.
    """
    groups = np.asarray(labels, dtype=str)
    classes = np.digitize(knowledge, edges)
    knots, below, above = [], [], []
    for place in np.unique(classes):
        inside = classes == place
        _, member, size = np.unique(groups[inside], return_inverse=True, return_counts=True)
        weight = size[member].astype(float) ** (-1.0 if sharing is None else -float(sharing[place]))
        tail = (1.0 - coverage) / 2.0
        knots.append(float(np.average(knowledge[inside], weights=weight)))
        below.append(max(0.0, weighted_quantile(-error[inside], weight, 1.0 - tail)))
        above.append(max(0.0, weighted_quantile(error[inside], weight, 1.0 - tail)))
    return ErrorBand(np.array(knots), np.array(below), np.array(above))


def weighted_quantile(values: np.ndarray, weights: np.ndarray, level: float) -> float:
    """The smallest value that at least that share of the weight does not exceed; one more row at the top is counted.

    Parameters
    ----------
    values, weights : (n,) arrays.
    level : float, 0 to 1.
    """
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order])
    total = share[-1] + float(np.mean(weights))  # the row to come, which may be worse than all
    place = int(np.searchsorted(share, level * total))
    return float(values[order][min(place, len(values) - 1)])
