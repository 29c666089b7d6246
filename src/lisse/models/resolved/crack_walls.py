"""Forces of the lithium on the nodes that hang in it: taken off, and given to the walls around.

Where a crack turns, meets another or opens at an electrode, a node can have cracked voxels only around it. The tensor
of `crack_normals` differs between these, so that a force is left on a node that next to nothing holds; it would move by
micrometres, and the volume of the crack with it. Lithium that hangs in lithium bears no force: what is left of it
belongs to the walls.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["given_to_walls", "strongest_around"]

Floats = NDArray[np.float64]
_HOLDS = 0.05  # stiffness over the intact one from which a voxel holds its nodes; the side of a straight crack has 0.1
_REACHED = 1e-2  # of what a node and its neighbours keep: from which they take the rest


def given_to_walls(force: Floats, strength: Floats, periodic: Sequence[bool]) -> Floats:
    """Forces on the nodes that a wall holds, with the sum of all forces kept.

    Parameters
    ----------
    force : (nodes) array, N or N/m
        One component.
    strength : (nodes) array, 1
        Of the strongest voxel around each node: its stiffness over the intact one; 0 in pores.
    periodic : sequence of bool
        The axes that close.

    Notes
    -----
    A node keeps its force times ``min(1, strength/0.05)`` and gives the rest to its neighbours in proportion to what
    these keep; where no neighbour keeps anything, the rest goes nearer to the walls first. Forces inside pores stay.
    """
    keeps = np.minimum(strength / _HOLDS, 1.0)
    rest = np.where(strength > 0.0, 1.0 - keeps, 0.0) * force
    out = force - rest
    if not rest.any():
        return out
    around = _around(keeps, periodic)
    reached = [around >= _REACHED]
    while np.any(rest[~reached[-1]]):
        wider = _around(reached[-1].astype(np.float64), periodic) > 0.0
        if np.array_equal(wider, reached[-1]):  # nothing holds anywhere
            return force.copy()
        reached.append(wider)
    for outer, inner in zip(reached[:0:-1], reached[-2::-1], strict=True):  # the farthest first
        here = outer & ~inner
        takes = inner.astype(np.float64)
        share = np.where(here, rest, 0.0) / np.where(here, _around(takes, periodic), 1.0)
        rest = np.where(here, 0.0, rest) + takes * _around(share, periodic)
    return np.asarray(out + keeps * _around(rest / np.where(reached[0], around, 1.0), periodic))


def strongest_around(field: Floats, periodic: Sequence[bool]) -> Floats:
    """(nodes) largest value of a voxel field around each node; 0 beyond the ends of an axis that does not close."""
    out = field
    for axis, closes in enumerate(periodic):
        wide = out if closes else np.pad(out, [(0, 1) if a == axis else (0, 0) for a in range(out.ndim)])
        out = np.maximum(wide, np.roll(wide, 1, axis))
    return out


def _around(field: Floats, periodic: Sequence[bool]) -> Floats:
    """Sum over a node and its neighbours, corner to corner."""
    out = field
    for axis, closes in enumerate(periodic):
        wide = out if closes else np.pad(out, [(1, 1) if a == axis else (0, 0) for a in range(out.ndim)])
        total = wide + np.roll(wide, 1, axis) + np.roll(wide, -1, axis)
        out = total if closes else np.take(total, range(1, total.shape[axis] - 1), axis)
    return out
