"""Linear models with a penalty, how far a new point is from their data, and how wide a prediction has to be.

What the columns mean, and whether numbers are logarithms, is the caller's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.numerics.conformal import weighted_quantile
from lisse.numerics.group_folds import leave_one_group_out

__all__ = [
    "LinearModel",
    "fit_linear_model",
    "group_half_width",
    "nested_coverage",
    "pooled_half_width",
    "predicted_without_group",
    "student_half_width",
]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class LinearModel:
    """y = coefficients . x, and the leverage of x.

    Attributes
    ----------
    coefficients : (p,) array
    spread : (p, p) array
        Inverse of the penalised normal matrix: covariance of the coefficients over the variance of one target.
    """

    coefficients: Array
    spread: Array

    def predict(self, columns: ArrayLike) -> Array:
        """y of (..., p) columns."""
        return np.asarray(np.asarray(columns, dtype=float) @ self.coefficients)

    def leverage(self, columns: ArrayLike) -> Array:
        """Variance of the prediction over that of one target, (...,): 0 amid many data, above 1 far from them."""
        x = np.asarray(columns, dtype=float)
        return np.asarray(np.einsum("...i,ij,...j->...", x, self.spread, x))


def fit_linear_model(
    columns: ArrayLike, targets: ArrayLike, penalty: ArrayLike, weights: ArrayLike = 1.0
) -> LinearModel:
    """Least squares with a penalty on each coefficient: the mean of a Gaussian posterior.

    ::

        minimise  sum w (y - c.x)^2 + sum penalty c^2

    Parameters
    ----------
    columns : (n, p) array
    targets : (n,) array
    penalty : (p,) array or float
        Not negative; variance of a target over the prior variance of the coefficient.
    weights : (n,) array or float
        Above zero.

    Examples
    --------
    >>> fit_linear_model([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0], 0.0).coefficients.round(9).tolist()
    [1.0, 2.0]
    """
    x, y = np.asarray(columns, dtype=float), np.asarray(targets, dtype=float)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise InvalidInput("columns", f"{x.shape} with targets {y.shape}", "n rows of columns and n targets")
    w = np.broadcast_to(np.asarray(weights, dtype=float), y.shape)
    normal = (x * w[:, None]).T @ x + np.diag(np.broadcast_to(np.asarray(penalty, dtype=float), x.shape[1:]))
    spread = np.linalg.inv(normal)
    spread = 0.5 * (spread + spread.T)
    return LinearModel(spread @ (x.T @ (w * y)), spread)


def predicted_without_group(fit: Callable[[Rows], Callable[[Rows], Array]], groups: Sequence[str]) -> Array:
    """Every row predicted by a model that has seen no row of its group.

    Parameters
    ----------
    fit : callable
        Takes the numbers of the rows to learn from and gives a callable that takes the k numbers of the rows to predict
        and gives (k, ...) predictions.
    groups : sequence of n labels
        Every row its own label for leave-one-out.

    Returns
    -------
    (n, ...) array
    """
    if len(set(groups)) < 2:
        raise InvalidInput("groups", sorted(set(groups)), "at least two groups")
    parts = [(out, np.asarray(fit(kept)(out), dtype=float)) for kept, out in leave_one_group_out(groups)]
    found = np.empty((len(groups), *parts[0][1].shape[1:]))
    for out, values in parts:
        found[out] = values
    return found


def group_half_width(residuals: ArrayLike, groups: Sequence[str], coverage: float = 0.9) -> float:
    """Half-width that covers a share of the absolute residuals, every group of equal weight.

    For residuals of rows whose group the model had not seen, it is that for a row of a new group.

    Parameters
    ----------
    residuals : (n,) array
    groups : sequence of n labels
    coverage : float
    """
    sizes = np.abs(np.asarray(residuals, dtype=float))
    labels = list(groups)
    weights = np.array([1.0 / labels.count(label) for label in labels])
    return weighted_quantile(sizes, weights, coverage)


def nested_coverage(
    fit: Callable[[Rows], Callable[[Rows], Array]],
    residual: Callable[[Rows, Array], Array],
    groups: Sequence[str],
    coverage: float = 0.9,
) -> Array:
    """Share of the rows inside intervals that know nothing of their group: neither the model does, nor the half-width.

    For each group, the half-width is the `group_half_width` of the others, each predicted without itself.

    Parameters
    ----------
    fit : callable
        As in `predicted_without_group`.
    residual : callable
        Takes the numbers of k rows and their predictions and gives (k, m) residuals of m targets.
    groups : sequence of n labels
        At least three.
    coverage : float

    Returns
    -------
    (m,) array
    """
    labels = np.asarray(groups, dtype=str)
    if len(set(groups)) < 3:
        raise InvalidInput("groups", sorted(set(groups)), "at least three groups")
    inside = []
    for kept, out in leave_one_group_out(groups):
        others = labels[kept].tolist()
        known = predicted_without_group(partial(_renumbered, fit, kept), others)
        widths = [group_half_width(column, others, coverage) for column in residual(kept, known).T]
        inside.append(np.abs(residual(out, np.asarray(fit(kept)(out), dtype=float))) <= widths)
    return np.asarray(np.concatenate(inside).mean(axis=0))


def _renumbered(fit: Callable[[Rows], Callable[[Rows], Array]], kept: Rows, part: Rows) -> Callable[[Rows], Array]:
    """A fit to part of the rows kept, which are counted among these."""
    predict = fit(kept[part])
    return lambda out: predict(kept[out])


def pooled_half_width(groups: Sequence[ArrayLike], coverage: float = 0.9) -> float:
    """Half-width of the interval of one value about the true mean of its group, from the scatter inside all groups.

    ::

        t(f, (1 + coverage)/2) s,   s^2 = sum (x - mean of its group)^2 / f,   f = sum (n - 1)

    Parameters
    ----------
    groups : sequence of (n,) arrays
        Those with one value say nothing.
    """
    from scipy.stats import t  # training only: slow to import

    values = [np.asarray(group, dtype=float).ravel() for group in groups]
    freedom = sum(max(each.size - 1, 0) for each in values)
    if freedom < 1:
        raise InvalidInput("groups", len(values), "a group with two values")
    square = sum(float(((each - each.mean()) ** 2).sum()) for each in values if each.size) / freedom
    return float(t.ppf(0.5 * (1.0 + coverage), freedom)) * math.sqrt(square)


def student_half_width(residuals: ArrayLike, coverage: float = 0.9) -> float:
    """Half-width of a prediction interval about the mean of a few normal residuals.

    ::

        t(n - 1, (1 + coverage)/2) s sqrt(1 + 1/n)

    Parameters
    ----------
    residuals : (n,) array
        At least 3; their mean is taken off.
    """
    from scipy.stats import t  # training only: slow to import

    values = np.asarray(residuals, dtype=float).ravel()
    if values.size < 3:
        raise InvalidInput("residuals", values.size, "at least 3")
    quantile = float(t.ppf(0.5 * (1.0 + coverage), values.size - 1))
    return quantile * float(values.std(ddof=1)) * math.sqrt(1.0 + 1.0 / values.size)
