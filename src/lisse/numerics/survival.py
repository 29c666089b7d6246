"""How long things last when some were taken away before they failed, and when failure is only known to an interval.

``value`` is what a thing was loaded with when it failed, or, where it was taken away unharmed (censored), what it had
stood until then. Nothing here knows what fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput

__all__ = ["FailedShare", "WeibullFit", "failed_share", "quantile", "quantile_bounds", "weibull_fit"]

Array: TypeAlias = NDArray[np.float64]
_STEEPEST = 200.0  # a shape beyond this means that the data do not tell it


@dataclass(frozen=True, eq=False)
class FailedShare:
    """The share that has failed, rising at every value at which something failed.

    Attributes
    ----------
    value : (n,) array
        Rising.
    share : (n,) array, 1
        Failed at or below the value: the product-limit estimate.
    low, high : (n,) array, 1
        Interval of the confidence asked for, at each value on its own.
    """

    value: Array
    share: Array
    low: Array
    high: Array


def failed_share(value: ArrayLike, failed: ArrayLike, confidence: float = 0.95) -> FailedShare:
    """Product-limit (Kaplan-Meier) estimate of the share that has failed.

    ::

        1 - F(v) = product over v_i <= v of (1 - d_i/n_i)

    with d_i failures among n_i things that had lasted that far. The interval is the exact binomial one; what was taken
    away below v counts as lasting in its lower end and as failed in its upper end, so that it is never too narrow.

    Parameters
    ----------
    value : (n,) array
    failed : (n,) array of bool
        False where the thing was taken away.
    confidence : float, 1
        Between 0 and 1.
    """
    from scipy.special import betaincinv

    values, dead = _checked(value, failed)
    edge = 0.5 * (1.0 - _share(confidence))
    at = np.unique(values[dead])
    count = values.size
    last = np.array([np.sum(values >= each) for each in at])
    deaths = np.array([np.sum(dead & (values == each)) for each in at])
    surely = np.array([np.sum(dead & (values <= each)) for each in at])
    perhaps = surely + np.array([np.sum(~dead & (values < each)) for each in at])
    low = np.array([betaincinv(k, count - k + 1, edge) for k in surely])
    high = np.array([1.0 if k == count else betaincinv(k + 1, count - k, 1.0 - edge) for k in perhaps])
    return FailedShare(at, 1.0 - np.cumprod(1.0 - deaths / last) if at.size else at, low, high)


def quantile(found: FailedShare, share: float) -> float:
    """The smallest value by which that share (1) has failed; inf where fewer have."""
    reached = np.flatnonzero(found.share >= _share(share) - 1e-12)
    return float(found.value[reached[0]]) if reached.size else math.inf


def quantile_bounds(
    value: ArrayLike, failed: ArrayLike, share: float = 0.5, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of a quantile from order statistics, right for any distribution.

    The k-th smallest of n values lies below the quantile with the probability that a binomial number of n trials is at
    least k. What was taken away counts as failed at once for the lower end, and as lasting for ever for the upper end.

    Parameters
    ----------
    value : (n,) array
    failed : (n,) array of bool
    share : float, 1
        Of the quantile; 0.5 is the median.
    confidence : float, 1

    Returns
    -------
    low, high : float
        -inf and inf where n is too small, or too few have failed, for a bound.
    """
    from scipy.stats import binom

    values, dead = _checked(value, failed)
    edge, count = 0.5 * (1.0 - _share(confidence)), values.size
    below = binom.cdf(np.arange(count + 1), count, _share(share))  # P(fewer than k + 1 lie below the quantile)
    lower = int(np.searchsorted(below, edge, side="right"))
    upper = int(np.searchsorted(below, 1.0 - edge, side="left")) + 1
    pessimist, optimist = np.sort(values), np.sort(np.where(dead, values, np.inf))
    low = float(pessimist[lower - 1]) if lower >= 1 else -math.inf
    return low, float(optimist[upper - 1]) if upper <= count else math.inf


@dataclass(frozen=True)
class WeibullFit:
    """F(v) = 1 - exp[-(v/scale)^shape].

    Attributes
    ----------
    shape : float, 1
        The modulus: large where all fail at nearly the same value.
    scale : float
        The value at which 63.2 % have failed.
    shape_low, shape_high : float, 1
        Interval of the confidence asked for, from the curvature of the likelihood.
    """

    shape: float
    scale: float
    shape_low: float
    shape_high: float


def weibull_fit(low: ArrayLike, high: ArrayLike, confidence: float = 0.95) -> WeibullFit | None:
    """Fit a Weibull distribution to failures that are known to an interval, by maximum likelihood.

    Parameters
    ----------
    low : (n,) array
        What each thing stood, zero or more.
    high : (n,) array
        What it failed at, above `low`; inf where it was taken away.
    confidence : float, 1

    Returns
    -------
    WeibullFit or None
        ``None`` where the intervals leave the shape open: when nearly all failures fall into one or two of them.
    """
    from scipy.optimize import minimize
    from scipy.special import ndtri

    stood, fell = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if stood.shape != fell.shape or stood.ndim != 1 or not stood.size:
        raise InvalidInput(
            "low, high", (stood.shape, fell.shape), "two one-dimensional arrays of one length, not empty"
        )
    if not ((stood >= 0.0) & (fell > stood)).all():
        raise InvalidInput("low, high", None, "0 <= low < high everywhere")
    finite = np.isfinite(fell)
    if np.unique(fell[finite]).size < 3:
        return None

    def cost(logarithms: Array) -> float:
        shape, scale = np.exp(logarithms)
        if shape > 1e4:
            return math.inf
        with np.errstate(over="ignore", divide="ignore"):
            start = (stood / scale) ** shape
            passed = (fell[finite] / scale) ** shape - start[finite]
            return float(np.sum(start) - np.sum(np.log(-np.expm1(-passed))))

    spread = max(float(np.std(np.log(fell[finite]))), 1e-3)
    first = np.array([math.log(1.2 / spread), float(np.mean(np.log(fell[finite])))])
    best = minimize(cost, first, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000})
    shape, scale = (float(value) for value in np.exp(best.x))
    error = _error_of_first(cost, best.x)
    if not best.success or shape > _STEEPEST or not math.isfinite(error):
        return None
    reach = math.exp(-float(ndtri(0.5 * (1.0 - _share(confidence)))) * error)
    return WeibullFit(shape, scale, shape / reach, shape * reach)


def _error_of_first(cost: Callable[[Array], float], best: Array, step: float = 1e-3) -> float:
    """Standard error of the first parameter, from the curvature of the negative logarithm of the likelihood."""
    unit = step * np.eye(2)
    centre = cost(best)
    first, second = (cost(best + unit[k]) - 2.0 * centre + cost(best - unit[k]) for k in (0, 1))
    both = cost(best + unit[0] + unit[1]) - cost(best + unit[0] - unit[1])
    mixed = 0.25 * (both - cost(best - unit[0] + unit[1]) + cost(best - unit[0] - unit[1]))
    determinant = first * second - mixed**2
    return math.sqrt(second / determinant) * step if determinant > 0.0 and second > 0.0 else math.nan


def _checked(value: ArrayLike, failed: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    values, dead = np.asarray(value, dtype=float), np.asarray(failed, dtype=bool)
    if values.shape != dead.shape or values.ndim != 1 or not values.size:
        shapes = (values.shape, dead.shape)
        raise InvalidInput("value, failed", shapes, "two one-dimensional arrays of one length, not empty")
    if not np.isfinite(values).all():
        raise InvalidInput("value", None, "finite numbers")
    return values, dead


def _share(value: float) -> float:
    if not 0.0 < value < 1.0:
        raise InvalidInput("share", value, "a number between 0 and 1")
    return value
