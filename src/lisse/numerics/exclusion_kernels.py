"""Compiled continuous-time hops of many particles of which no two share a site.

Only arithmetic belongs here; sites, directions and tables are those of `lisse.numerics.walk_kernels`. What moves is the
rarer kind: particles, or holes, which a particle next to them fills. One of them is chosen at random after each
exponential time of the rate ``movers * fastest``; it rests with the probability that its site is left more slowly than
the fastest, and where its target is taken by its own kind. All copies are independent of each other.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled
from lisse.numerics.random_streams import next_exponential, next_uniform, stream
from lisse.numerics.walk_kernels import add_squares

__all__ = ["exclusion_walks"]


@compiled
def _below(state, n):  # type: ignore[no-untyped-def]
    """A whole number from 0 to n - 1 and the state after it."""
    u, state = next_uniform(state)
    return min(np.int64(u * n), n - 1), state


@compiled
def _fill(state, sites, chance, alike, particles, places, particle_at):  # type: ignore[no-untyped-def]
    """Put particles on sites in equilibrium; leaves in `places` first the sites taken, then those left empty.

    Sites alike: any choice is as likely as any other. Otherwise each site is taken with its chance, until the number
    taken is right: exactly the distribution at that number.
    """
    size = sites.size
    if alike:
        places[:] = sites
        for n in range(particles):
            m, state = _below(state, size - n)
            places[n], places[n + m] = places[n + m], places[n]
    else:
        taken = -1
        while taken != particles:
            taken, free = 0, size
            for n in range(size):
                u, state = next_uniform(state)
                if u < chance[sites[n]]:
                    places[taken] = sites[n]
                    taken += 1
                else:
                    free -= 1
                    places[free] = sites[n]
    particle_at[:] = -1
    for n in range(particles):
        particle_at[places[n]] = n
    return state


@compiled
def _record(moved, single, collective):  # type: ignore[no-untyped-def]
    """Add the products of the displacements of the particles, and those of their sum."""
    x, y, z = np.int64(0), np.int64(0), np.int64(0)
    for n in range(moved.shape[0]):
        p, q, r = np.int64(moved[n, 0]), np.int64(moved[n, 1]), np.int64(moved[n, 2])
        add_squares(single, p, q, r)
        x, y, z = x + p, y + q, z + r
    add_squares(collective, x, y, z)


@compiled
def exclusion_walks(  # type: ignore[no-untyped-def]
    start,
    stop,
    rows,
    kind,
    fastest,
    holes,
    sites,
    chance,
    alike,
    particles,
    shape,
    lags,
    copies,
    seed,
    first,
    single,
    collective,
    hops,
    tries,
):
    """Walk the blocks `start` to `stop`, of `copies` copies each, block b with the streams from ``first + b * copies``.

    ``single[block, lag, :]`` and ``collective[block, lag, :]`` are the sums over the copies of xx, yy, zz, yz, xz, xy
    of the displacements of all particles one by one, and of those of their sum. `holes` says that `rows` are those of
    holes (0 or 1); `sites` are the places that exist.
    """
    nx, ny, nz = shape
    count = lags.size
    particle_at = np.empty(nx * ny * nz, dtype=np.int32)
    moved = np.empty((particles, 3), dtype=np.int32)
    movers = sites.size - particles if holes else particles
    places = np.empty_like(sites)
    at = np.empty(movers, dtype=np.int64)
    for block in range(start, stop):
        made, tried = 0, 0
        for copy in range(copies):
            state = stream(seed, first + block * copies + copy)
            state = _fill(state, sites, chance, alike, particles, places, particle_at)
            offset = particles if holes else 0
            for n in range(movers):
                at[n] = places[offset + n]
            moved[:] = 0
            time, lag = 0.0, 0
            while True:
                wait, state = next_exponential(state)
                time += wait / (movers * fastest)
                while lag < count and time > lags[lag]:
                    _record(moved, single[block, lag], collective[block, lag])
                    lag += 1
                if lag == count:
                    break
                tried += 1
                mover, state = _below(state, movers)
                site = at[mover]
                row = rows[kind[site]]
                u, state = next_uniform(state)
                u *= fastest * row[5]
                if not u < 1.0:
                    continue
                way = (u >= row[0]) + (u >= row[1]) + (u >= row[2]) + (u >= row[3]) + (u >= row[4])
                sense, axis = (way & 1) * 2 - 1, way >> 1
                k, rest = site % nz, site // nz
                j, i = rest % ny, rest // ny
                if axis == 0:
                    i = (i + sense + nx) % nx
                elif axis == 1:
                    j = (j + sense + ny) % ny
                else:
                    k = (k + sense + nz) % nz
                there = (i * ny + j) * nz + k
                if (particle_at[there] >= 0) != holes:
                    continue
                if holes:
                    particle, sense = particle_at[there], -sense
                    particle_at[site], particle_at[there] = particle, -1
                else:
                    particle = mover
                    particle_at[there], particle_at[site] = particle, -1
                at[mover] = there
                moved[particle, axis] += sense
                made += 1
        hops[block], tries[block] = made, tried
