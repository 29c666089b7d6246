"""Compiled continuous-time walks on a grid of sites: frozen hops, and hops over bonds that open and close.

Only arithmetic belongs here. A site is ``(i * ny + j) * nz + k`` of a grid with joined sides. Directions are numbered
-x, +x, -y, +y, -z, +z. Row ``kind[site]`` of a table holds what a walker on the site needs: in columns 0 to 4 the
running sums of the probabilities of directions 0 to 4, in column 5 the mean time until it tries to leave (inf where it
cannot).

A walker stands on its site for an exponential time, then leaves in a random direction: no hop is rejected and no time
step chosen. A block of walkers is one task; its sums are integers, so that neither the number of threads nor their
order can change a digit. ``squares[block, lag, :]`` are sums over the walkers of xx, yy, zz, yz, xz, xy of
displacements in steps. A plan says when they are taken: at the time ``when[event]`` (rising; the last ends the walk)
the displacement since the origin ``slot[event]`` is added for the lag ``lag[event]``; a negative one means the lag
``-1 - lag[event]``, after which the origin moves there.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled
from lisse.numerics.random_streams import next_exponential, next_uniform, stream

__all__ = ["add_squares", "frozen_walks", "renewing_walks"]

_SLOTS = 8  # origins, at least as many as a plan has
_LANES = 8  # walkers that go on in turns


@compiled
def _drawn_site(cumulative, sites, u):  # type: ignore[no-untyped-def]
    """First site whose running sum of weights exceeds the share `u` of the total; one sum alone: all sites alike."""
    if cumulative.size == 1:
        return min(np.int64(u * sites), sites - 1)
    low, high = 0, cumulative.size - 1
    target = u * cumulative[high]
    while low < high:
        middle = (low + high) >> 1
        if cumulative[middle] > target:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def add_squares(sums, x, y, z):  # type: ignore[no-untyped-def]
    """Add the products of one displacement."""
    sums[0] += x * x
    sums[1] += y * y
    sums[2] += z * z
    sums[3] += y * z
    sums[4] += x * z
    sums[5] += x * y


@compiled
def _record(squares, origin, lag, x, y, z):  # type: ignore[no-untyped-def]
    """Add a displacement since an origin, which a negative lag brings here."""
    moves = lag < 0
    if moves:
        lag = -1 - lag
    add_squares(squares[lag], x - origin[0], y - origin[1], z - origin[2])
    if moves:
        origin[0], origin[1], origin[2] = x, y, z


@compiled
def _step(direction, axis):  # type: ignore[no-untyped-def]
    """-1, 0 or 1: what a hop adds to a coordinate."""
    return ((direction & 1) * 2 - 1) if direction >> 1 == axis else 0


@compiled
def _around(i, n):  # type: ignore[no-untyped-def]
    """A coordinate brought back between 0 and n - 1."""
    if i < 0:
        return i + n
    return i - n if i >= n else i


@compiled
def frozen_walks(  # type: ignore[no-untyped-def]
    start, stop, table, kind, cumulative, shape, when, slot, lag, walkers, seed, first, squares, hops
):
    """Walk the blocks `start` to `stop`; block b uses the streams from ``first + b * walkers``.

    The walkers of a block go on in turns, one hop each, so that the memory answers several at once.
    """
    nx, ny, nz = shape
    count = when.size
    origin = np.empty((_LANES, _SLOTS, 3), dtype=np.int64)
    at = np.empty((_LANES, 3), dtype=np.int64)
    moved = np.empty((_LANES, 3), dtype=np.int64)
    states = np.empty((_LANES, 4), dtype=np.uint64)
    times, events = np.empty(_LANES), np.empty(_LANES, dtype=np.int64)
    for block in range(start, stop):
        made = 0
        begun = ended = lanes = 0
        while ended < walkers:
            while lanes < _LANES and begun < walkers:
                state = stream(seed, first + block * walkers + begun)
                u, state = next_uniform(state)
                site = _drawn_site(cumulative, nx * ny * nz, u)
                at[lanes, 0], at[lanes, 1], at[lanes, 2] = site // (ny * nz), site // nz % ny, site % nz
                moved[lanes], origin[lanes], times[lanes], events[lanes] = 0, 0, 0.0, 0
                states[lanes, 0], states[lanes, 1], states[lanes, 2], states[lanes, 3] = state
                begun, lanes = begun + 1, lanes + 1
            lane = 0
            while lane < lanes:
                state = states[lane, 0], states[lane, 1], states[lane, 2], states[lane, 3]
                i, j, k = at[lane, 0], at[lane, 1], at[lane, 2]
                row = table[kind[(i * ny + j) * nz + k]]
                wait, state = next_exponential(state)
                time = times[lane] + wait * row[5]
                event = events[lane]
                if time > when[event]:
                    x, y, z = moved[lane, 0], moved[lane, 1], moved[lane, 2]
                    while event < count and time > when[event]:
                        _record(squares[block], origin[lane, slot[event]], lag[event], x, y, z)
                        event += 1
                    events[lane] = event
                    if event == count:
                        ended, lanes = ended + 1, lanes - 1
                        at[lane], moved[lane], origin[lane] = at[lanes], moved[lanes], origin[lanes]
                        states[lane], times[lane], events[lane] = states[lanes], times[lanes], events[lanes]
                        continue
                times[lane] = time
                u, state = next_uniform(state)
                way = (u >= row[0]) + (u >= row[1]) + (u >= row[2]) + (u >= row[3]) + (u >= row[4])
                dx, dy, dz = _step(way, 0), _step(way, 1), _step(way, 2)
                moved[lane, 0] += dx
                moved[lane, 1] += dy
                moved[lane, 2] += dz
                at[lane, 0], at[lane, 1], at[lane, 2] = _around(i + dx, nx), _around(j + dy, ny), _around(k + dz, nz)
                states[lane, 0], states[lane, 1], states[lane, 2], states[lane, 3] = state
                made += 1
                lane += 1
        hops[block] = made


@compiled
def renewing_walks(  # type: ignore[no-untyped-def]
    start,
    stop,
    table,
    kind,
    cumulative,
    shape,
    open_fraction,
    renewal,
    together,
    when,
    slot,
    lag,
    walkers,
    seed,
    first,
    squares,
    hops,
    tries,
):
    """The same where a bond lets walkers pass only while open; every walker meets bonds of its own.

    Entry ``axis * sites + i`` of `open_fraction` and `renewal` belongs to the face of site i towards +axis: the
    probability that the bond is open, and the rate at which it is drawn anew; at the rate `together` all bonds are
    drawn anew at once. The table is that of all bonds open. A bond is drawn when a walker first tries it, and with it
    the time until which it stays as it is; a walker that tries it later draws both again. This is exact: what is open
    does not depend on where the walker tries to go, and renewals that nobody saw leave nothing behind.
    """
    nx, ny, nz = shape
    sites, count = nx * ny * nz, when.size
    origin = np.zeros((_SLOTS, 3), dtype=np.int64)
    seen = np.zeros(3 * sites, dtype=np.int64)
    lasts = np.empty(3 * sites)
    opened = np.zeros(3 * sites, dtype=np.bool_)
    age = np.int64(0)
    for block in range(start, stop):
        made, tried = 0, 0
        for walker in range(walkers):
            state = stream(seed, first + block * walkers + walker)
            u, state = next_uniform(state)
            site = _drawn_site(cumulative, nx * ny * nz, u)
            k, rest = site % nz, site // nz
            j, i = rest % ny, rest // ny
            x, y, z = 0, 0, 0
            time, event = 0.0, 0
            origin[:] = 0
            due, redrawn = when[0], np.inf
            age += 1
            if together > 0.0:
                wait, state = next_exponential(state)
                redrawn = wait / together
            while True:
                row = table[kind[site]]
                wait, state = next_exponential(state)
                time += wait * row[5]
                if time > due:
                    while event < count and time > when[event]:
                        _record(squares[block], origin[slot[event]], lag[event], x, y, z)
                        event += 1
                    if event == count:
                        break
                    due = when[event]
                while time > redrawn:
                    wait, state = next_exponential(state)
                    redrawn += wait / together
                    age += 1
                u, state = next_uniform(state)
                way = (u >= row[0]) + (u >= row[1]) + (u >= row[2]) + (u >= row[3]) + (u >= row[4])
                dx, dy, dz = _step(way, 0), _step(way, 1), _step(way, 2)
                p, q, r = _around(i + dx, nx), _around(j + dy, ny), _around(k + dz, nz)
                there = (p * ny + q) * nz + r
                bond = (way >> 1) * sites + (there if way & 1 == 0 else site)
                if seen[bond] != age or time > lasts[bond]:
                    u, state = next_uniform(state)
                    opened[bond] = u < open_fraction[bond]
                    seen[bond], lasts[bond] = age, np.inf
                    if renewal[bond] > 0.0:
                        wait, state = next_exponential(state)
                        lasts[bond] = time + wait / renewal[bond]
                tried += 1
                if opened[bond]:
                    x, y, z = x + dx, y + dy, z + dz
                    i, j, k, site = p, q, r, there
                    made += 1
        hops[block], tries[block] = made, tried
