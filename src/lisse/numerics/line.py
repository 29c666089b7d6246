"""Conservative finite volumes on a line, of fourth order, and the exact course in time of linear diffusion on it.

The unknowns are the means over the cells, and the slopes at both ends are known. The slope and the value at an edge
come from the polynomial of third degree that has the means of the four cells around it; near an end a cell makes way
for the known slope there. What leaves a cell enters the next one, so that the sum is kept to rounding.

Only the mathematics belongs here; what diffuses does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["FEWEST_CELLS", "Line", "Relaxation", "graded_edges"]

FEWEST_CELLS = 6
"""Below that the stencils of both ends overlap."""

_Array = NDArray[np.float64]
_Modes = NDArray[np.complex128]
_AROUND = 2  # cells on each side of an edge


def graded_edges(length: float, cells: int, stretch: float, both_ends: bool) -> _Array:
    """Edges of cells that widen smoothly away from the start, or from both ends towards the middle.

    ::

        x/length = sinh(stretch s)/sinh(stretch),   s = 0, 1/cells ... 1      (from the start)

    Parameters
    ----------
    length : float.
        Of the line, above zero.
    cells : int, 1.
        At least `FEWEST_CELLS`; even where both ends are fine.
    stretch : float, 1.
        Above zero. Widest over narrowest cell is about cosh(stretch).
    both_ends : bool.
        Whether both ends are fine, or only the start.

    Returns
    -------
    (cells + 1,) array
        From 0 to `length`.

    Examples
    --------
    >>> graded_edges(1.0, 8, 2.0, both_ends=True).round(3).tolist()
    [0.0, 0.072, 0.162, 0.294, 0.5, 0.706, 0.838, 0.928, 1.0]
    """
    if isinstance(cells, bool) or not isinstance(cells, int) or cells < FEWEST_CELLS or (both_ends and cells % 2):
        raise InvalidInput("cells", cells, f"a whole number, {FEWEST_CELLS} or more" + ", even" * both_ends)
    if not (np.isfinite([length, stretch]).all() and length > 0.0 and stretch > 0.0):
        raise InvalidInput("length, stretch", (length, stretch), "finite numbers above zero")
    count = cells // 2 if both_ends else cells
    share = np.sinh(stretch * np.arange(count + 1) / count) / np.sinh(stretch)
    if both_ends:
        share = 0.5 * np.concatenate([share, 2.0 - share[-2::-1]])
    return np.asarray(length * share)


@dataclass(frozen=True, eq=False)
class Line:
    """Cells on a line.

    Attributes
    ----------
    edges : (n + 1,) array
        Rising.
    """

    edges: _Array

    def __post_init__(self) -> None:
        """Check the edges, and keep them from being changed."""
        edges = np.array(self.edges, dtype=float)
        if edges.ndim != 1 or len(edges) <= FEWEST_CELLS or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
            raise InvalidInput("edges", self.edges, f"rising finite numbers of {FEWEST_CELLS} cells or more")
        edges.setflags(write=False)
        object.__setattr__(self, "edges", edges)

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.edges) - 1

    @property
    def length(self) -> float:
        """Of the line."""
        return float(self.edges[-1] - self.edges[0])

    @cached_property
    def widths(self) -> _Array:
        """(n,) array. Of the cells."""
        return np.diff(self.edges)

    @cached_property
    def centres(self) -> _Array:
        """(n,) array. Of the cells."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    @cached_property
    def slopes(self) -> tuple[_Array, _Array]:
        """(n + 1, n) and (n + 1, 2) arrays. What makes slopes at the edges of cell means and of the end slopes."""
        return self._stencils(derivative=1)

    @cached_property
    def values(self) -> tuple[_Array, _Array]:
        """(n + 1, n) and (n + 1, 2) arrays. What makes values at the edges of cell means and of the end slopes."""
        return self._stencils(derivative=0)

    @cached_property
    def curvature(self) -> tuple[_Array, _Array]:
        """(n, n) and (n, 2) arrays. What makes the mean second derivative of cell means and of the end slopes."""
        of_means, of_ends = self.slopes
        return np.diff(of_means, axis=0) / self.widths[:, None], np.diff(of_ends, axis=0) / self.widths[:, None]

    def gain(self, flux: _Array) -> _Array:
        """(..., n) array. Rate of change of the cell means by fluxes at the edges, (..., n + 1), towards the end."""
        return np.asarray((flux[..., :-1] - flux[..., 1:]) / self.widths)

    def amount(self, means: _Array) -> _Array:
        """(...) array. Integral over the line of cell means (..., n)."""
        return np.asarray(means @ self.widths)

    def _stencils(self, derivative: int) -> tuple[_Array, _Array]:
        last = self.count
        of_means, of_ends = np.zeros((last + 1, last)), np.zeros((last + 1, 2))
        for edge in range(last + 1):
            first, stop = edge - _AROUND, edge + _AROUND
            ends = []
            if first < 0:
                ends, first, stop = [0], 0, 2 * _AROUND - 1
            elif stop > last:
                ends, first, stop = [1], last - 2 * _AROUND + 1, last
            weights = self._weights(range(first, stop), ends, self.edges[edge], derivative)
            of_means[edge, first:stop] = weights[: stop - first]
            of_ends[edge, ends] = weights[stop - first :]
        return of_means, of_ends

    def _weights(self, cells: range, ends: Sequence[int], at: float, derivative: int) -> _Array:
        """Of cell means and end slopes, so that a derivative at one place is exact for every polynomial that fits."""
        near = self.edges[cells.start : cells.stop + 1]
        scale = near[-1] - near[0]
        order = np.arange(len(cells) + len(ends))[:, None]
        place = (near - at) / scale
        powers = place ** (order + 1) / (order + 1)
        columns = [np.diff(powers, axis=1) / np.diff(place)]
        for end in ends:
            there = (self.edges[(0, -1)[end]] - at) / scale
            columns.append(order * there ** np.maximum(order - 1, 0) / scale)
        wanted = np.zeros(len(order))
        wanted[derivative] = 1.0 / scale**derivative
        return np.linalg.solve(np.hstack(columns), wanted)


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Exact course in time of ``d means/d time = diffusivity * curvature`` while the slopes at both ends are held.

    Attributes
    ----------
    line : Line
    diffusivity : float
    """

    line: Line
    diffusivity: float

    @cached_property
    def _modes(self) -> tuple[_Modes, _Modes, _Modes]:
        """Rates, modes as columns, and what takes means to shares of the modes; without the uniform mode.

        Scaled by the root of the widths the operator is nearly symmetric, so that its modes are well conditioned.
        """
        root = np.sqrt(self.line.widths)
        rates, vectors = np.linalg.eig(root[:, None] * self.line.curvature[0] / root)
        kept = np.argsort(np.abs(rates))[1:]
        modes, shares = (vectors / root[:, None])[:, kept], (np.linalg.inv(vectors) * root)[kept]
        return (
            (self.diffusivity * rates[kept]).astype(np.complex128),
            modes.astype(np.complex128),
            shares.astype(np.complex128),
        )

    def advance(self, means: _Array, end_slopes: _Array, times: _Array) -> _Array:
        """Cell means after some times.

        Parameters
        ----------
        means : (n,) array
            At the start.
        end_slopes : (2,) array
            At the start and the end of the line.
        times : (m,) array
            Zero or later.

        Returns
        -------
        (m, n) array
        """
        after = np.asarray(times, dtype=float)
        if after.ndim != 1 or not np.isfinite(after).all() or (after < 0.0).any():
            raise InvalidInput("times", times, "a list of finite numbers, zero or later")
        rates, modes, shares = self._modes
        source = self.diffusivity * (self.line.curvature[1] @ end_slopes)
        decay = np.expm1(np.multiply.outer(after, rates))  # (m, n - 1)
        moved = means + ((decay * (shares @ means + (shares @ source) / rates)) @ modes.T).real
        wanted = self.line.amount(means) + after * self.diffusivity * (end_slopes[1] - end_slopes[0])
        return np.asarray(moved + ((wanted - self.line.amount(moved)) / self.line.length)[:, None])
