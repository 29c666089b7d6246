"""Anderson acceleration of a fixed-point iteration x = g(x)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["Anderson"]

Floats = NDArray[np.float64]


class Anderson:
    """Next guesses for x = g(x) from the last few pairs of x and g(x).

    With residuals f = g(x) - x, the next guess is the combination of the last g(x), with weights that sum to 1, whose
    combined residual is the smallest. With no memory it is plain iteration, x <- g(x). Where the residual has grown
    tenfold, what is remembered is dropped.

    Parameters
    ----------
    memory : int. Earlier pairs that are kept, 0 or more.

    Examples
    --------
    >>> x, mix = np.array([1.0]), Anderson(2)
    >>> for _ in range(8):
    ...     x = mix.next(x, np.cos(x))
    >>> round(float(x[0]), 9)
    0.739085133
    """

    def __init__(self, memory: int = 5) -> None:
        if memory < 0:
            raise InvalidInput("memory", memory, "0 or more")
        self._memory = memory
        self._images: list[Floats] = []
        self._residuals: list[Floats] = []

    def next(self, x: Floats, image: Floats) -> Floats:
        """The guess after x, whose image under g is given; arrays of one shape."""
        residual = np.asarray(image - x, dtype=np.float64).reshape(-1)
        if self._residuals and np.linalg.norm(residual) > 10.0 * np.linalg.norm(self._residuals[-1]):
            self._images.clear()
            self._residuals.clear()
        self._images.append(np.array(image, dtype=np.float64).reshape(-1))
        self._residuals.append(residual)
        del self._images[: -self._memory - 1], self._residuals[: -self._memory - 1]
        if len(self._residuals) == 1:
            return np.array(image, dtype=np.float64)
        last_image, last = self._images[-1], self._residuals[-1]
        changes = np.stack([last - earlier for earlier in self._residuals[:-1]], axis=1)
        moved = np.stack([last_image - earlier for earlier in self._images[:-1]], axis=1)
        weights, *_ = np.linalg.lstsq(changes, last, rcond=1e-12)
        return np.asarray(last_image - moved @ weights).reshape(np.shape(image))
