"""Runs of a mask along the lines of a grid: how long they are, and whether the border cuts them off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["RunLengths", "run_lengths"]

_Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class RunLengths:
    """How often a run of each length occurs along the lines of one axis.

    Attributes
    ----------
    whole : (n + 1,) array of integers. Runs of 0, 1, ... n voxels that end inside the grid at both ends.
    cut : (n + 1,) array of integers. Runs that the border of the grid cuts off; on a periodic axis these are the lines
        without an end.
    lines : int. Number of lines.
    periodic : bool. Whether the lines close on themselves.
    """

    whole: _Counts
    cut: _Counts
    lines: int
    periodic: bool

    def path_probability(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Probability that k steps along the axis, k + 1 voxels, lie wholly inside: (n,) for k = 0 ... n - 1."""
        count = len(self.whole) - 1
        both = self.whole + self.cut
        # sum over runs of length m of max(m - k, 0), by summing the tail of the counts twice
        tail = np.cumsum(both[::-1])[::-1]
        places = np.cumsum(tail[::-1])[::-1][1:].astype(float)
        if not self.periodic:
            return np.asarray(places / (self.lines * np.arange(count, 0, -1)))
        endless = self.cut[count]
        return np.asarray((places - endless * np.arange(count, 0, -1) + endless * count) / (self.lines * count))


def run_lengths(mask: Any, axis: int = 0, periodic: bool = False) -> RunLengths:
    """Count the runs of a mask along an axis by their length.

    Parameters
    ----------
    mask : (nx, ny[, nz]) array of booleans. What to follow.
    axis : int. Direction of the lines.
    periodic : bool. Whether the lines close on themselves.

    Examples
    --------
    >>> run_lengths(np.array([[0, 1, 1, 0, 1]]), axis=1).whole.tolist()
    [0, 0, 1, 0, 0, 0]
    """
    inside = np.asarray(mask, dtype=bool)
    count = inside.shape[axis]
    lines = np.moveaxis(inside, axis, -1).reshape(-1, count)
    padded = np.zeros((len(lines), count + 2), dtype=bool)
    padded[:, 1:-1] = lines
    line, place = np.divmod(np.flatnonzero(padded[:, 1:] != padded[:, :-1]), count + 1)
    line, begin, end = line[::2], place[::2], place[1::2]
    length, at_low, at_high = end - begin, begin == 0, end == count
    if periodic:
        return _closed(len(lines), count, line, length, at_low, at_high)
    border = at_low | at_high
    return RunLengths(
        np.bincount(length[~border], minlength=count + 1),
        np.bincount(length[border], minlength=count + 1),
        len(lines),
        False,
    )


def _closed(lines: int, count: int, line: Any, length: Any, at_low: Any, at_high: Any) -> RunLengths:
    """Runs on lines that close on themselves: the two that meet over the border are one."""
    endless = at_low & at_high
    over = np.zeros(lines, dtype=np.int64)
    for end in (at_low & ~endless, at_high & ~endless):
        over[line[end]] += length[end]
    whole = np.bincount(np.concatenate([length[~(at_low | at_high)], over[over > 0]]), minlength=count + 1)
    return RunLengths(whole, np.bincount(length[endless], minlength=count + 1), lines, True)
