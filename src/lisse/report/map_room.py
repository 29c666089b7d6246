"""Room on a plot: how large a text is, what is taken, and where a text still fits.

Lengths are inches from the lower left corner of the axes. Nothing here knows what the texts say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["PIXELS", "Board", "Box", "place_in", "text_size"]

PIXELS = 40
"""Points of the raster on an inch, on which `place_in` looks for room."""
_LINE = 1.25  # height of a line over the size of its font
_RINGS = (0.0, 0.12, 0.26, 0.42, 0.6, 0.85, 1.15)  # inches further out, tried in turn
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_GAP = 0.09  # inches between a symbol's centre and its label


class Box(NamedTuple):
    """A rectangle."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: Box) -> float:
        """Area in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.high, other.high) - max(self.low, other.low)
        return wide * high if wide > 0.0 and high > 0.0 else 0.0

    def distance(self, x: float, y: float) -> float:
        """How far a point lies outside."""
        across, up = max(self.left - x, x - self.right, 0.0), max(self.low - y, y - self.high, 0.0)
        return float(np.hypot(across, up))


def text_size(lines: Sequence[str], size: float, weight: str = "normal") -> tuple[float, float]:
    """Width and height of lines of plain text, at a font size in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="sans-serif", size=size, weight=weight)
    widths = [text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines]
    return max(widths, default=0.0) / 72.0, _LINE * size * len(lines) / 72.0


@dataclass
class Board:
    """The axes and what stands on it; it fills while a map is drawn.

    Attributes
    ----------
    width, height : float, inch
    taken : list of Box
        What must not be covered.
    lines : list of (n, 2) array
        Lines that had better not be covered.
    """

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)
    lines: list[NDArray[np.float64]] = field(default_factory=list)

    def take(self, x: float, y: float, wide: float, high: float) -> Box:
        """Something stands around this centre."""
        box = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        self.taken.append(box)
        return box

    def clear(self, free: NDArray[np.bool_], lines: bool) -> NDArray[np.bool_]:
        """What is left of an area on a raster of `PIXELS` on an inch; with the lines taken off too, if wanted."""
        free = free.copy()
        for box in self.taken:
            low, high, left, right = (max(0, round(edge * PIXELS)) for edge in (box.low, box.high, box.left, box.right))
            free[low:high, left:right] = False
        rows, columns = free.shape
        for line in self.lines if lines else ():
            for start, end in pairwise(line):
                count = 2 + int(np.abs(end - start).max() * 2 * PIXELS)
                x, y = (np.linspace(start, end, count).T * PIXELS).astype(int)
                free[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)] = False
        return free

    def place_beside(self, x: float, y: float, wide: float, high: float) -> Box:
        """Room for a text of this size as near to a point as can be; always inside the axes.

        Where nothing is free, the place that covers least is taken.
        """
        best, least = Box(0.0, 0.0, wide, high), np.inf
        for ring in _RINGS:
            for right, up in _SIDES:
                slant = 0.75 if right and up else 1.0
                centre_x = x + right * ((_GAP + ring) * slant + wide / 2)
                centre_y = y + up * ((_GAP + ring) * slant + high / 2)
                box = self._inside(centre_x, centre_y, wide, high)
                covered = sum(box.overlap(other) for other in self.taken)
                if covered < least:
                    best, least = box, covered
            if least == 0.0:
                break
        self.taken.append(best)
        return best

    def _inside(self, x: float, y: float, wide: float, high: float) -> Box:
        """The box around a centre, pushed into the axes."""
        margin = 0.03
        x = min(max(x, wide / 2 + margin), max(self.width - wide / 2 - margin, wide / 2 + margin))
        y = min(max(y, high / 2 + margin), max(self.height - high / 2 - margin, high / 2 + margin))
        return Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def place_in(free: NDArray[np.bool_], wide: float, high: float) -> tuple[float, float] | None:
    """Centre of a rectangle that fits into an area, far from its border and near its middle; ``None`` where none fits.

    Parameters
    ----------
    free : (rows, columns) array of bool
        The area on a raster of `PIXELS` on an inch, from the lower left corner.
    wide, high : float, inch

    Returns
    -------
    (x, y), inch, or None
    """
    from scipy.ndimage import distance_transform_edt, minimum_filter

    box = (max(1, round(high * PIXELS)), max(1, round(wide * PIXELS)))
    fits = minimum_filter(free.astype(np.uint8), size=box, mode="constant", cval=0) > 0
    if not fits.any():
        return None
    distance = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
    middle = np.argwhere(free).mean(axis=0)
    off_middle = np.linalg.norm(np.indices(free.shape) - middle[:, None, None], axis=0)
    score = np.where(fits, distance - 0.1 * off_middle, -np.inf)
    row, column = np.unravel_index(int(np.argmax(score)), free.shape)
    return (int(column) + 0.5) / PIXELS, (int(row) + 0.5) / PIXELS
