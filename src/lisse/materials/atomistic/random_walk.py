"""Diffusivity of atoms from their paths, with its statistical error.

The mean square displacement of atoms that rattle in cages and hop between them is ``6 D t + c``: c is the rattling.
Steps of a lag tau that follow one another share a rattle with opposite sign, so that::

    D = <d_n . d_n> / (6 tau) + <d_n . d_(n+1)> / (3 tau)

has lost c (the covariance-based estimator, exact for a random walk with white noise). Source: vestergaard2014. Its
error is that of the mean over the atoms or over blocks of time, the larger: atoms that move together share their luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput

__all__ = ["Diffusivity", "diffusivity"]

_BLOCKS = 8
_LEAST_STEPS = 2 * _BLOCKS
_STEPS_AT_MOST = 64  # the first lag that is tried is a 64th of the run


@dataclass(frozen=True)
class Diffusivity:
    """A self-diffusivity and how well it is known.

    Parameters
    ----------
    value : float, m2/s. May be below zero when nothing moved.
    error : float, m2/s. One standard error.
    lag : float, s. Length of the steps that were used.
    squared_displacement : float, m2. Mean over the atoms, from the first frame to the last.
    """

    value: float
    error: float
    lag: float
    squared_displacement: float

    @property
    def seen(self) -> bool:
        """Whether the motion is more than luck: two standard errors above zero."""
        return self.value > 2 * self.error


def diffusivity(paths: ArrayLike, interval: float, shortest_lag: float = 0.0) -> Diffusivity:
    """Self-diffusivity in three dimensions.

    Parameters
    ----------
    paths : (frames, atoms, 3) array_like, m. Unwrapped positions, without the drift of the host.
    interval : float, s. Time between frames.
    shortest_lag : float, s. A few periods of the rattling: over shorter times atoms that swing look as if they walked.

    Raises
    ------
    InvalidInput
        For fewer than 17 frames or 16 of the shortest lags, no atom, or a time that is not positive.

    Examples
    --------
    >>> walk = np.cumsum(np.random.default_rng(0).normal(size=(2001, 50, 3)), axis=0)
    >>> found = diffusivity(walk, 1.0)
    >>> abs(found.value - 0.5) < 3 * found.error
    True
    """
    x = np.asarray(paths, dtype=np.float64)
    if x.ndim != 3 or x.shape[2] != 3 or x.shape[1] == 0 or not np.all(np.isfinite(x)):
        raise InvalidInput("paths", x.shape, "finite positions of shape (frames, atoms, 3)")
    if len(x) < _LEAST_STEPS + 1:
        raise InvalidInput("paths", f"{len(x)} frames", f"at least {_LEAST_STEPS + 1}", "Run longer")
    if not (np.isfinite(interval) and interval > 0):
        raise InvalidInput("interval", interval, "a positive time in s")
    least = max(1, int(np.ceil(shortest_lag / interval - 1e-9)))
    if len(x) - 1 < _LEAST_STEPS * least:
        raise InvalidInput("paths", f"{len(x) - 1} steps", f"at least {_LEAST_STEPS * least} of them", "Run longer")
    stride = _stride(x, least)
    steps = np.diff(x[::stride], axis=0)
    tau = stride * interval
    products = _products(steps) / tau
    value = float(products.mean())
    total = float(np.mean(np.sum((x[-1] - x[0]) ** 2, axis=1)))
    return Diffusivity(value, _error(products), tau, total)


def _products(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n - 1, atoms). Each entry has the diffusivity times tau for its mean."""
    own = np.sum(steps**2, axis=2)
    following = np.sum(steps[1:] * steps[:-1], axis=2)
    result: NDArray[np.float64] = (own[1:] + own[:-1]) / 12 + following / 3
    return result


def _stride(x: NDArray[np.float64], least: int) -> int:
    """Shortest lag (in frames) whose steps no longer remember those before the last, to within luck."""
    longest = (len(x) - 1) // _LEAST_STEPS
    stride = max(least, (len(x) - 1) // _STEPS_AT_MOST)
    while stride < longest:
        steps = np.diff(x[::stride], axis=0)
        memory = np.sum(steps[3:] * (steps[1:-2] + steps[:-3]), axis=2)
        by_atom = memory.mean(axis=0)
        luck = by_atom.std(ddof=1) / np.sqrt(len(by_atom)) if len(by_atom) > 1 else np.inf
        luck = max(luck, memory.mean(axis=1).std(ddof=1) / np.sqrt(len(memory)))
        if abs(memory.mean()) <= luck:
            break
        stride = min(2 * stride, longest)
    return stride


def _error(products: NDArray[np.float64]) -> float:
    """Standard error of the mean: of atoms as independent walkers, or of blocks of time; the larger."""
    blocks = np.array([block.mean() for block in np.array_split(products, _BLOCKS)])
    of_time = blocks.std(ddof=1) / np.sqrt(_BLOCKS)
    atoms = products.mean(axis=0)
    of_atoms = atoms.std(ddof=1) / np.sqrt(len(atoms)) if len(atoms) > 1 else 0.0
    return float(max(of_time, of_atoms))
