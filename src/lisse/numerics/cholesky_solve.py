"""Compiled sweeps through a Cholesky factor in fronts: down to the last unknown and back."""

from __future__ import annotations

import numpy as np

from lisse.numerics import blas_calls as blas
from lisse.numerics.conduction_kernels import compiled

__all__ = ["sweep_back", "sweep_forth"]

_LEFT, _LOWER, _PLAIN, _TURNED, _ANY = ord("L"), ord("L"), ord("N"), ord("T"), ord("N")


@compiled
def sweep_forth(addresses, layout, rows, panels, count, x):  # type: ignore[no-untyped-def]
    """``L y = x`` over all fronts, in place.

    Parameters
    ----------
    layout : as in `cholesky_fronts.factor_front`
    rows : array. Later unknowns of each front.
    count : int. Right-hand sides, one after another in `x`, in the order of elimination.
    """
    starts, begins, firsts = layout[1], layout[4], layout[5]
    room = np.empty(_widest(begins) * count)
    length = x.size // count
    for t in range(len(starts) - 1):
        _forth(t, addresses, starts, begins, rows, firsts, panels, count, length, x, room)


@compiled
def sweep_back(start, stop, parts, addresses, layout, rows, panels, count, x):  # type: ignore[no-untyped-def]
    """``L^T y = x`` over the fronts of the `parts` from `start` to `stop`, last first, in place.

    Parts that lie in different boxes of the tree may be handled at the same time.
    """
    starts, begins, firsts = layout[1], layout[4], layout[5]
    room = np.empty(_widest(begins) * count)
    length = x.size // count
    for part in range(stop - 1, start - 1, -1):
        for t in range(parts[part, 1] - 1, parts[part, 0] - 1, -1):
            _back(t, addresses, starts, begins, rows, firsts, panels, count, length, x, room)


@compiled
def _widest(begins):  # type: ignore[no-untyped-def]
    most = 1
    for t in range(begins.size - 1):
        most = max(most, begins[t + 1] - begins[t])
    return most


@compiled
def _forth(t, addresses, starts, begins, rows, firsts, panels, count, length, x, room):  # type: ignore[no-untyped-def]
    start, inner, rest = starts[t], starts[t + 1] - starts[t], begins[t + 1] - begins[t]
    if inner == 0:
        return
    size, panel, own = inner + rest, panels.ctypes.data + 8 * firsts[t], x.ctypes.data + 8 * start
    below, into = panel + 8 * inner, room.ctypes.data
    if count == 1:
        blas.solve_vector(addresses[4], (_LOWER, _PLAIN, _ANY, inner, panel, size, own, 1))
        if rest > 0:
            blas.multiply_vector(addresses[5], (_PLAIN, rest, inner, 1.0, below, size, own, 1, 0.0, into, 1))
    else:
        blas.solve_triangle(addresses[1], (_LEFT, _LOWER, _PLAIN, _ANY, inner, count, 1.0, panel, size, own, length))
        if rest > 0:
            blas.multiply(
                addresses[3], (_PLAIN, _PLAIN, rest, count, inner, 1.0, below, size, own, length, 0.0, into, rest)
            )
    for k in range(count):
        for n in range(rest):
            x[k * length + rows[begins[t] + n]] -= room[k * rest + n]


@compiled
def _back(t, addresses, starts, begins, rows, firsts, panels, count, length, x, room):  # type: ignore[no-untyped-def]
    start, inner, rest = starts[t], starts[t + 1] - starts[t], begins[t + 1] - begins[t]
    if inner == 0:
        return
    size, panel, own = inner + rest, panels.ctypes.data + 8 * firsts[t], x.ctypes.data + 8 * start
    below, into = panel + 8 * inner, room.ctypes.data
    for k in range(count):
        for n in range(rest):
            room[k * rest + n] = x[k * length + rows[begins[t] + n]]
    if count == 1:
        if rest > 0:
            blas.multiply_vector(addresses[5], (_TURNED, rest, inner, -1.0, below, size, into, 1, 1.0, own, 1))
        blas.solve_vector(addresses[4], (_LOWER, _TURNED, _ANY, inner, panel, size, own, 1))
    else:
        if rest > 0:
            blas.multiply(
                addresses[3], (_TURNED, _PLAIN, inner, count, rest, -1.0, below, size, into, rest, 1.0, own, length)
            )
        blas.solve_triangle(addresses[1], (_LEFT, _LOWER, _TURNED, _ANY, inner, count, 1.0, panel, size, own, length))
