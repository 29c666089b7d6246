"""Compiled loops of the sparse Cholesky factor: what each front holds, and its elimination.

A front is a dense matrix over the unknowns eliminated with one box of the tree and those later ones that they meet. Its
columns of eliminated unknowns, factored, are kept (the panel: column-major, as many rows as the front has unknowns);
the rest, the update, is added to the front of the whole. Inside a part of the tree the updates wait on two stacks, one
for boxes at an even depth and one for those at an odd depth, so that a whole never overwrites its halves.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics import blas_calls as blas
from lisse.numerics.conduction_kernels import compiled

__all__ = ["changed_fronts", "factor_front", "factor_parts", "front_rows", "places_in_fronts"]

_STRIP = 32
"""Columns eliminated before the rest of the panel is updated."""
_SMALL = 96
"""Rows up to which an update is formed as a whole instead of its lower triangle."""
_LOWER, _RIGHT, _PLAIN, _TURNED, _ANY = ord("L"), ord("R"), ord("N"), ord("T"), ord("N")


@compiled
def front_rows(pointers, columns, order, position, starts, halves, earliest):  # type: ignore[no-untyped-def]
    """Positions of the later unknowns of every front, in order.

    Returns
    -------
    begins : (fronts + 1,) int array, rows : int array. Those of front t are ``rows[begins[t]:begins[t + 1]]``.
    wrong : int. Unknown that is coupled across a cut, or -1.
    """
    count = len(halves)
    begins = np.zeros(count + 1, np.int64)
    rows = np.empty(max(16, 4 * order.size), np.int32)
    seen = np.full(order.size, -1, np.int32)
    owner = np.empty(order.size, np.int32)
    used = 0
    for t in range(count):
        owner[starts[t] : starts[t + 1]] = t
    for t in range(count):
        end = starts[t + 1]
        need = 0
        for j in range(starts[t], end):
            need += pointers[order[j] + 1] - pointers[order[j]]
        for half in halves[t]:
            if half >= 0:
                need += begins[half + 1] - begins[half]
        if used + need > rows.size:
            larger = np.empty(2 * rows.size + need, np.int32)
            larger[:used] = rows[:used]
            rows = larger
        for j in range(starts[t], end):
            for e in range(pointers[order[j]], pointers[order[j] + 1]):
                i = position[columns[e]]
                if i >= end and seen[i] != t:
                    if owner[i] <= t or earliest[owner[i]] > t:
                        return begins, rows[:used], order[j]
                    seen[i] = t
                    rows[used] = i
                    used += 1
        for half in halves[t]:
            if half >= 0:
                for i in rows[begins[half] : begins[half + 1]]:
                    if i >= end and seen[i] != t:
                        seen[i] = t
                        rows[used] = i
                        used += 1
        rows[begins[t] : used].sort()
        begins[t + 1] = used
    return begins, rows[:used].copy(), -1


@compiled
def places_in_fronts(pointers, columns, order, position, starts, halves, begins, rows):  # type: ignore[no-untyped-def]
    """Where the numbers of the matrix and of the halves' updates go.

    Returns
    -------
    entry : (entries,) int array. Row in the front of each entry of the matrix; -1 for the upper triangle.
    upward : (rows,) int array. Row in the front of the whole of each later unknown of a half.
    more_below : int. Entries below the diagonal less those above, 0 for a symmetric matrix.
    """
    where, more_below = np.zeros(order.size, np.int32), 0
    entry, upward = np.full(columns.size, -1, np.int32), np.full(rows.size, -1, np.int32)
    for t in range(len(halves)):
        start, end = starts[t], starts[t + 1]
        for n in range(begins[t], begins[t + 1]):
            where[rows[n]] = end - start + n - begins[t]
        for j in range(start, end):
            where[j] = j - start
        for j in range(start, end):
            for e in range(pointers[order[j]], pointers[order[j] + 1]):
                i = position[columns[e]]
                if i >= j:
                    entry[e] = where[i]
                more_below += (i > j) - (i < j)
        for half in halves[t]:
            if half >= 0:
                for n in range(begins[half], begins[half + 1]):
                    upward[n] = where[rows[n]]
    return entry, upward, more_below


@compiled
def changed_fronts(before, after, pointers, order, starts, entry):  # type: ignore[no-untyped-def]
    """(fronts,) truth values: whether an entry of the matrix that belongs to a front has changed."""
    out = np.zeros(len(starts) - 1, np.bool_)
    for t in range(out.size):
        for j in range(starts[t], starts[t + 1]):
            for e in range(pointers[order[j]], pointers[order[j] + 1]):
                if entry[e] >= 0 and before[e] != after[e]:
                    out[t] = True
    return out


@compiled
def _stack_lengths(low, high, halves, depth, begins):  # type: ignore[no-untyped-def]
    """Longest that the two stacks grow over the fronts from `low` to `high`."""
    top, most = np.zeros(2, np.int64), np.zeros(2, np.int64)
    for t in range(low, high):
        side = depth[t] % 2
        top[side] += (begins[t + 1] - begins[t]) ** 2
        most[side] = max(most[side], top[side])
        for half in halves[t]:
            if half >= 0:
                top[1 - side] -= (begins[half + 1] - begins[half]) ** 2
    return most


@compiled
def _assemble(t, matrix, order, starts, size, entry, panel):  # type: ignore[no-untyped-def]
    """Write the entries of the matrix into the panel; a row of zeros gets 1 on its diagonal."""
    pointers, values, idle = matrix
    panel[:] = 0
    for j in range(starts[t], starts[t + 1]):
        column = (j - starts[t]) * size
        for e in range(pointers[order[j]], pointers[order[j] + 1]):
            if entry[e] >= 0:
                panel[column + entry[e]] += values[e]
        own = column + j - starts[t]
        if idle[order[j]]:
            panel[own] = 1.0


@compiled
def _extend(low, high, upward, update, size, shift, target):  # type: ignore[no-untyped-def]
    """Add the columns `low` to `high` of a half's update to the columns of the whole's front."""
    used = upward.size
    for b in range(low, high):
        column = (upward[b] - shift) * size - shift
        source = update[b * used : (b + 1) * used]
        for a in range(b, used):
            target[column + upward[a]] += source[a]


@compiled
def _eliminate(addresses, inner, size, panel_at, update_at, info, info_at):  # type: ignore[no-untyped-def]
    """Factor the panel and write what it leaves; returns 0, or 1 + the column whose pivot is not positive.

    In strips of columns, because products of matrices run at twice the speed of triangular solves. As in a recursion
    over halves, the last 2^k strips are subtracted at once from as many that follow.
    """
    rest = size - inner
    for low in range(0, inner, _STRIP):
        wide = low & -low
        if low > 0:
            after = min(wide, inner - low)
            below, to = panel_at + 8 * ((low - wide) * size + low), panel_at + 8 * (low * size + low)
            blas.rank_update(addresses[2], (_LOWER, _PLAIN, after, wide, -1.0, below, size, 1.0, to, size))
            under = size - low - after
            if under > 0:
                left, to = below + 8 * after, to + 8 * after
                blas.multiply(
                    addresses[3], (_PLAIN, _TURNED, under, after, wide, -1.0, left, size, below, size, 1.0, to, size)
                )
        wide = min(_STRIP, inner - low)
        corner, under = panel_at + 8 * (low * size + low), size - low - wide
        blas.cholesky(addresses[0], (_LOWER, wide, corner, size, info_at))
        if info[0] != 0:
            return low + max(info[0], 1)
        if under > 0:
            below = corner + 8 * wide
            blas.solve_triangle(
                addresses[1], (_RIGHT, _LOWER, _TURNED, _ANY, under, wide, 1.0, corner, size, below, size)
            )
    left = panel_at + 8 * inner
    if rest > _SMALL:
        blas.rank_update(addresses[2], (_LOWER, _PLAIN, rest, inner, -1.0, left, size, 0.0, update_at, rest))
    elif rest > 0:  # twice the sums, in less time
        blas.multiply(
            addresses[3], (_PLAIN, _TURNED, rest, rest, inner, -1.0, left, size, left, size, 0.0, update_at, rest)
        )
    return 0


@compiled
def _pass_on(half, low, high, layout, update, size, shift, target):  # type: ignore[no-untyped-def]
    """Add to `target` what of a half's update lies in the columns from `low` to `high` of the whole's front."""
    begins, upward = layout[4], layout[7]
    if half >= 0:
        up = upward[begins[half] : begins[half + 1]]
        _extend(np.searchsorted(up, low), np.searchsorted(up, high), up, update, size, shift, target)


@compiled
def factor_front(t, addresses, matrix, layout, panels, first, second, update, pivots, info):  # type: ignore[no-untyped-def]
    """Eliminate front t.

    Parameters
    ----------
    matrix : (pointers, values, idle) of the rows; idle ones are zero.
    layout : (order, starts, halves, depth, begins, firsts, entry, upward)
    panels : array. The factor; that of front t starts at ``firsts[t]``.
    first, second : arrays. Updates of the halves.
    update : array. Gets what is left: rest x rest, lower triangle.
    pivots : (n,) array. Gets the square of each pivot over the diagonal entry of the matrix.
    info : (1,) int array. Room for what LAPACK reports.

    Returns
    -------
    int
        Position of the unknown whose pivot is not positive, or -1.
    """
    order, starts, halves, _, begins, firsts, entry, _ = layout
    start, inner, rest = starts[t], starts[t + 1] - starts[t], begins[t + 1] - begins[t]
    size = inner + rest
    panel = panels[firsts[t] : firsts[t + 1]]
    _assemble(t, matrix, order, starts, size, entry, panel)
    for k in range(inner):
        pivots[start + k] = panel[k * size + k]
    _pass_on(halves[t, 0], 0, inner, layout, first, size, 0, panel)
    _pass_on(halves[t, 1], 0, inner, layout, second, size, 0, panel)
    if inner > 0:
        panel_at, update_at = panels.ctypes.data + 8 * firsts[t], update.ctypes.data
        bad = _eliminate(addresses, inner, size, panel_at, update_at, info, info.ctypes.data)
        if bad != 0:
            return start + bad - 1
    else:
        update[:] = 0
    for k in range(inner):
        pivots[start + k] = panel[k * size + k] ** 2 / pivots[start + k]
    _pass_on(halves[t, 0], inner, size, layout, first, rest, inner, update)
    _pass_on(halves[t, 1], inner, size, layout, second, rest, inner, update)
    return -1


@compiled
def _factor_part(low, high, addresses, matrix, layout, panels, even, odd, last, pivots, info):  # type: ignore[no-untyped-def]
    """Eliminate the fronts from `low` to `high`, all inside one box; `last` gets what is left of it."""
    halves, depth, begins = layout[2], layout[3], layout[4]
    top = np.zeros(2, np.int64)
    for t in range(low, high):
        side = depth[t] % 2
        mine, theirs = (even, odd) if side == 0 else (odd, even)
        second = top[1 - side]
        first = second
        if halves[t, 1] >= 0:
            first -= (begins[halves[t, 1] + 1] - begins[halves[t, 1]]) ** 2
        bottom = first
        if halves[t, 0] >= 0:
            bottom -= (begins[halves[t, 0] + 1] - begins[halves[t, 0]]) ** 2
        above = top[side] + (begins[t + 1] - begins[t]) ** 2
        update = last if t == high - 1 else mine[top[side] : above]
        one, two = theirs[bottom:first], theirs[first:second]
        bad = factor_front(t, addresses, matrix, layout, panels, one, two, update, pivots, info)
        if bad >= 0:
            return bad
        top[1 - side], top[side] = bottom, above
    return -1


@compiled
def factor_parts(start, stop, parts, addresses, matrix, layout, panels, pivots, passed, wrong):  # type: ignore[no-untyped-def]
    """Eliminate the fronts of the `parts` from `start` to `stop`.

    Parameters
    ----------
    parts : (count, 4) int array. First and last-plus-one front of each, and where its update starts and ends in
        `passed`.
    wrong : (count,) int array. Gets the position of an unknown whose pivot is not positive, or -1.
    """
    info = np.zeros(1, np.int64)
    for part in range(start, stop):
        low, high = parts[part, 0], parts[part, 1]
        lengths = _stack_lengths(low, high, layout[2], layout[3], layout[4])
        even, odd = np.empty(lengths[0]), np.empty(lengths[1])
        last = passed[parts[part, 2] : parts[part, 3]]
        wrong[part] = _factor_part(low, high, addresses, matrix, layout, panels, even, odd, last, pivots, info)
        if wrong[part] >= 0:
            return
