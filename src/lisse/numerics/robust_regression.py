"""Linear regression that a few wild points cannot bend, with targets of which only an upper bound is known."""

from __future__ import annotations

import numpy as np

__all__ = ["huber_regression", "huber_regressions"]

_ITERATIONS = 60
_TOLERANCE = 1e-9


def huber_regression(
    features: np.ndarray,
    target: np.ndarray,
    bounded: np.ndarray,
    *,
    threshold: float = 0.7,
    ridge: float = 10.0,
) -> np.ndarray:
    """Minimise the Huber loss of the residuals plus a ridge on the slopes of standardised features.

    A row that is `bounded` says only that the truth is at most its target: it counts when the fit lies above, and not
    at all when the fit lies below. Solved by iteratively reweighted least squares.

    Parameters
    ----------
    features : (n, k) array.
    target : (n,) array.
    bounded : (n,) array of bool. Whether the target is an upper bound.
    threshold : float, unit of the target. Residuals beyond count linearly.
    ridge : float, 1. Strength of the ridge, in rows.

    Returns
    -------
    (k + 1,) array. Intercept and slopes, for features as given.

    Notes
    -----
    Source: huber1964.
    """
    rows = np.ones((1, len(target)), dtype=bool)
    fits = huber_regressions(features, target, bounded, rows, threshold=threshold, ridge=ridge)
    return np.asarray(fits[0])


def huber_regressions(
    features: np.ndarray,
    target: np.ndarray,
    bounded: np.ndarray,
    rows: np.ndarray,
    *,
    threshold: float = 0.7,
    ridge: float = 10.0,
) -> np.ndarray:
    """As `huber_regression`, for several choices of rows at once.

    Parameters
    ----------
    features, target, bounded, threshold, ridge
        As there.
    rows : (fits, n) array of bool. Which rows each fit uses.

    Returns
    -------
    (fits, k + 1) array. Intercept and slopes of each.
    """
    used = rows.astype(float)
    count = used.sum(axis=1, keepdims=True)
    middle, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    standard = (features - middle) / scale
    design = np.column_stack([np.ones(len(target)), standard])
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(target), size * size)
    spread = np.maximum((used @ standard**2) / count - ((used @ standard) / count) ** 2, 0.0)  # of the rows of each fit
    penalty = np.zeros((len(rows), size, size))
    slopes = np.arange(1, size)
    penalty[:, slopes, slopes] = ridge * np.where(spread > 0.0, spread, 1.0)
    weights = np.zeros((len(rows), size))
    weights[:, 0] = [np.median(target[chosen]) for chosen in rows]
    for _ in range(_ITERATIONS):
        fit = weights @ design.T
        aim = np.where(bounded, np.minimum(target, fit), target)
        away = np.abs(aim - fit)
        trust = used * np.where(away <= threshold, 1.0, threshold / np.maximum(away, threshold))
        left = (trust @ products).reshape(-1, size, size) + penalty
        new = np.linalg.solve(left, ((trust * aim) @ design)[:, :, None])[:, :, 0]
        done = np.abs(new - weights).max() < _TOLERANCE
        weights = new
        if done:
            break
    raw = weights[:, 1:] / scale
    return np.column_stack([weights[:, 0] - raw @ middle, raw])
