"""The order in which a grid is eliminated: a box is cut by a plane of points, its halves by others, and so on.

A row of the tree is one box; the points of its cut (of the whole box, if it is small) are eliminated together, after
those of its two halves, which come earlier. An axis that closes on itself is cut by two planes at once, and only where
that is cheaper than to cut across another axis. The tree knows the grid only; the matrix is in `cholesky_fronts`.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled

__all__ = ["LEAF", "boxes", "elimination_order", "places_in_tree"]

LEAF = 16
"""Points of a box that is not cut."""


@compiled
def boxes(shape, around, leaf):  # type: ignore[no-untyped-def]
    """All boxes of a grid with three axes, halves before wholes.

    Returns
    -------
    cuts : (count, 12) int array
        First and last-plus-one point along each axis of the cut, and of its second plane (empty but for closed axes).
    halves : (count, 2) int array
        Rows of the halves; -1 if none.
    """
    most = 2 * shape[0] * shape[1] * shape[2] + 2
    cuts, halves = np.zeros((most, 12), np.int64), np.full((most, 2), -1, np.int64)
    waiting = np.empty((256, 8), np.int64)  # box, parent, which half
    waiting[0] = (0, shape[0], 0, shape[1], 0, shape[2], -1, 0)
    open_, count = 1, 0
    box, first, second = np.empty(6, np.int64), np.empty(6, np.int64), np.empty(6, np.int64)
    while open_ > 0:
        open_ -= 1
        box[:] = waiting[open_, :6]
        parent, half = waiting[open_, 6], waiting[open_, 7]
        if parent >= 0:
            halves[parent, half] = count
        cuts[count, :6] = box
        volume = (box[1] - box[0]) * (box[3] - box[2]) * (box[5] - box[4])
        axis, lowest = -1, volume
        for a in range(3):
            long = box[2 * a + 1] - box[2 * a]
            closed = around[a] and long == shape[a]
            if long > (3 if closed else 2):
                cost = volume // long * (2 if closed else 1)
                if cost < lowest or (cost == lowest and closed):
                    axis, lowest = a, cost
        if volume > leaf and axis >= 0:
            low, high = box[2 * axis], box[2 * axis + 1]
            first[:], second[:] = box, box
            if around[axis] and high - low == shape[axis]:
                middle = (low + 1 + high) // 2
                cuts[count, 6:] = box
                cuts[count, 2 * axis + 1] = low + 1
                cuts[count, 6 + 2 * axis], cuts[count, 7 + 2 * axis] = middle, middle + 1
                first[2 * axis] = low + 1
            else:
                middle = (low + high) // 2
                cuts[count, 2 * axis], cuts[count, 2 * axis + 1] = middle, middle + 1
            first[2 * axis + 1], second[2 * axis] = middle, middle + 1
            for half, part in ((0, first), (1, second)):
                if part[2 * axis] < part[2 * axis + 1]:
                    waiting[open_, :6] = part
                    waiting[open_, 6], waiting[open_, 7] = count, half
                    open_ += 1
        count += 1
    turned, rows = np.empty((count, 12), np.int64), np.full((count, 2), -1, np.int64)
    for n in range(count):  # a whole, its second half, its first half: turned round
        turned[count - 1 - n] = cuts[n]
        for half in range(2):
            if halves[n, half] >= 0:
                rows[count - 1 - n, half] = count - 1 - halves[n, half]
    return turned, rows


@compiled
def places_in_tree(halves):  # type: ignore[no-untyped-def]
    """How many boxes each box is inside of, and the first row of the boxes inside it: two (count,) int arrays."""
    depth, earliest = np.zeros(len(halves), np.int64), np.arange(len(halves))
    for t in range(len(halves)):
        for half in halves[t]:
            if half >= 0:
                earliest[t] = min(earliest[t], earliest[half])
    for t in range(len(halves) - 1, -1, -1):
        for half in halves[t]:
            if half >= 0:
                depth[half] = depth[t] + 1
    return depth, earliest


@compiled
def elimination_order(shape, cuts, places):  # type: ignore[no-untyped-def]
    """Unknowns in the order of their elimination.

    Parameters
    ----------
    places : (n,) int array. Point of each unknown, last axis fastest.

    Returns
    -------
    order : (n,) int array. Unknown at each position.
    starts : (boxes + 1,) int array. First position of each box's cut.
    """
    ny, nz = shape[1], shape[2]
    begin = np.zeros(shape[0] * ny * nz + 1, np.int64)
    for place in places:
        begin[place + 1] += 1
    for n in range(begin.size - 1):
        begin[n + 1] += begin[n]
    at = begin.copy()
    held = np.empty(places.size, np.int64)
    for n in range(places.size):
        held[at[places[n]]] = n
        at[places[n]] += 1
    order, starts = np.empty(places.size, np.int64), np.zeros(len(cuts) + 1, np.int64)
    used = 0
    for t in range(len(cuts)):
        starts[t] = used
        for part in (0, 6):
            for x in range(cuts[t, part], cuts[t, part + 1]):
                for y in range(cuts[t, part + 2], cuts[t, part + 3]):
                    for z in range(cuts[t, part + 4], cuts[t, part + 5]):
                        point = (x * ny + y) * nz + z
                        for m in range(begin[point], begin[point + 1]):
                            order[used] = held[m]
                            used += 1
    starts[len(cuts)] = used
    return order, starts
