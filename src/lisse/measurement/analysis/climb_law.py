"""What a climbing voltage follows: contact that shrinks, or salt that runs out. Told from the curvature alone.

Contact
    Contact that carries a constant current shrinks about in proportion to the charge stripped, and the resistance of an
    interface is inversely proportional to its contact. With everything else in series, ``V/I = c + b/(t* - t)``, where
    no contact would be left at t*. Between t1 and t2 the contact falls to ``(t* - t2)/(t* - t1) = (R1 - c)/(R2 - c)``.
    The share of the interface in the resistance of the cell drops out: b and c are free.
Gradient
    The concentration at an electrode falls as ``1 - sqrt(t/tau)`` (sand1901), and the voltage with its logarithm:
    ``V/I = c - b ln(1 - sqrt(t/tau))``. It climbs at once, slows down, and only then runs away.

A resistance of current lines that narrow towards few spots grows as ``1/sqrt(contact)`` only: where it counts, more
contact seems left than is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lisse.measurement.analysis.trace import equal_parts, medians

__all__ = ["ContactLeft", "contact_left", "follows_gradient"]

_BINS, _FEWEST = 40, 7
_BEYOND = np.logspace(-3.0, 1.5, 136)[:, None]
"""Times from the end of the climb to t* or tau that are tried, in lengths of the climb."""
_ALIKE = 6
"""Decimals of a share of a climb to which moments are told apart: half-cycles sampled alike share one set of laws."""
_TWO_SIGMA = 4.0
_CLEARLY = 1.7
"""Ratio of two sums of squares of forty bins that chance exceeds in one case of twenty (F distribution)."""


@dataclass(frozen=True)
class ContactLeft:
    """Share of the contact that is left at the peak of a climb.

    Attributes
    ----------
    value, high : float, 1
        Best value, and its upper bound (two standard deviations of the residuals).
    misfit : float, 1
        Root mean square of the residuals over the height of the climb; 0 where a spectrum sets the bound.
    """

    value: float
    high: float
    misfit: float


@dataclass(frozen=True)
class _Laws:
    """Values of every law tried at the moments of a climb: (m,) mean, (m, n) deviation from it, (m,) sum of squares."""

    mean: np.ndarray
    deviation: np.ndarray
    norm: np.ndarray


@dataclass(frozen=True)
class _Fits:
    """``c + b law`` for every law tried: (m,) arrays of c and b, ohm, and of the sum of squares, ohm2."""

    series: np.ndarray
    height: np.ndarray
    squares: np.ndarray

    @property
    def best(self) -> int:
        return int(np.argmin(self.squares))


def contact_left(time: np.ndarray, resistance: np.ndarray, fresh: float | None = None) -> ContactLeft | None:
    """Share of the contact that is left at the end of a climb; ``None`` where there is no climb to read.

    Parameters
    ----------
    time : (n,) array, s
        Of the climb, from its beginning to its peak.
    resistance : (n,) array, ohm
        Voltage over current.
    fresh : float, ohm, optional
        Resistance with all of the contact, such as that of earlier half-cycles of one direction, where it is lower than
        at the beginning of the climb.
    """
    if time.size < _FEWEST or time[-1] <= time[0]:
        return None
    share, level = _binned(time, resistance)
    fits = _fitted(_laws("contact", share.tobytes()), level)
    best = fits.best
    if fits.height[best] <= 0.0:
        return None
    beyond = _BEYOND[:, 0]
    pole = 1.0 / (1.0 + beyond[best] - share)
    above = fits.height / (1.0 + beyond)  # of the beginning, over what is in series
    above = above if fresh is None else np.minimum(above, fresh - fits.series)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.clip(above * beyond / fits.height, 0.0, 1.0)
    likely = fits.squares <= fits.squares[best] * (1.0 + _TWO_SIGMA / (level.size - 3))
    rise = fits.height[best] * (pole[-1] - pole[0])
    misfit = np.sqrt(fits.squares[best] / level.size) / rise
    return ContactLeft(float(left[best]), float(left[likely & (fits.height > 0.0)].max()), float(misfit))


def follows_gradient(time: np.ndarray, resistance: np.ndarray) -> bool:
    """Whether a climb is that of salt that runs out, clearly rather than that of contact that shrinks.

    Parameters
    ----------
    time : (n,) array, s
        Since the current was switched on.
    resistance : (n,) array, ohm
        Voltage over current.
    """
    if time.size < _FEWEST or time[-1] <= 0.0:
        return False
    share, level = _binned(time, resistance)
    share = np.round(share * (time[-1] - time[0]) / time[-1] + time[0] / time[-1], _ALIKE)
    contact = _fitted(_laws("contact", share.tobytes()), level)
    gradient = _fitted(_laws("gradient", share.tobytes()), level)
    if not np.any(gradient.height > 0.0):
        return False
    return bool(_CLEARLY * np.min(gradient.squares[gradient.height > 0.0]) < np.min(contact.squares))


def _binned(time: np.ndarray, resistance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Time from 0 to 1 and resistance (ohm), of up to forty bins of as many records."""
    edges = equal_parts(time.size, min(_BINS, time.size))
    share = np.add.reduceat(time - time[0], edges[:-1]) / (edges[1:] - edges[:-1]) / (time[-1] - time[0])
    return np.round(share, _ALIKE), medians(resistance, edges)


@lru_cache(maxsize=64)
def _laws(kind: str, moments: bytes) -> _Laws:
    """The laws of contact, or of a gradient, at moments from 0 to 1 (as bytes, to be told from others)."""
    share = np.frombuffer(moments)
    law = 1.0 / (1.0 + _BEYOND - share) if kind == "contact" else -np.log1p(-np.sqrt(share / (1.0 + _BEYOND)))
    mean = law.mean(axis=1)
    deviation = law - mean[:, None]
    return _Laws(mean, deviation, np.einsum("ij,ij->i", deviation, deviation))


def _fitted(laws: _Laws, level: np.ndarray) -> _Fits:
    """Least squares of ``level = c + b law`` for every law."""
    mean = float(level.sum()) / level.size
    rest = level - mean
    height = laws.deviation @ rest / laws.norm
    total = float(rest @ rest)
    squares = np.maximum(total - height**2 * laws.norm, np.finfo(float).eps * total)  # no less than rounding leaves
    return _Fits(mean - height * laws.mean, height, squares)
