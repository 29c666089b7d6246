"""Coarsening of a conductance network by aggregates that follow strong connections.

Voxels are lumped within blocks of 2 x 2 x 2 along faces that conduct well, seen from both sides; so an aggregate never
reaches across a resistive boundary or an insulating wall, however thin. What is left alone joins its strongest
neighbour. The coarse network has one node per aggregate, and as conductance between two the sum over the faces between
them: the Galerkin operator of piecewise constant interpolation. The same is done with the coarse network, whose nodes
keep the block they lie in.

Compiled loops only; the cycle that uses them is in `lisse.numerics.conduction_multigrid`. Networks are stored by rows:
neighbours ``index[first[n]:first[n + 1]]`` with the conductances ``conductance[...]``, and the ``ground`` of each node.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled

__all__ = [
    "add_to_members",
    "aggregate_network",
    "coarse_network",
    "coarse_rows_of_voxels",
    "diagonal_of_network",
    "find_roots",
    "join_in_blocks",
    "join_singles",
    "members",
    "name_aggregates",
    "network_residual",
    "number_roots",
    "pack_rows",
    "parent_blocks",
    "relax_network",
    "root",
    "sum_over_members",
    "weaken_strong",
]


@compiled
def root(parent, n):  # type: ignore[no-untyped-def]
    """The node that stands for the set of n in a union-find, with its path halved."""
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@compiled
def _join(parent, size, a, b):  # type: ignore[no-untyped-def]
    a, b = root(parent, a), root(parent, b)
    if a != b:
        if b < a:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]


@compiled
def number_roots(parent, size):  # type: ignore[no-untyped-def]
    """Write the numbers 0, 1, ... of the aggregates into `size` at their roots; returns how many there are."""
    count = 0
    for n in range(parent.size):
        if parent[n] == n:
            size[n] = count
            count += 1
    return count


@compiled
def find_roots(start, stop, parent):  # type: ignore[no-untyped-def]
    """Point the nodes `start` to `stop` at their roots. Others may do the same at the same time."""
    for n in range(start, stop):
        if parent[n] >= 0:
            home = parent[n]
            while parent[home] != home:
                home = parent[home]
            parent[n] = home


@compiled
def name_aggregates(start, stop, size, parent):  # type: ignore[no-untyped-def]
    """Replace the roots that the nodes `start` to `stop` point at by the numbers of the aggregates."""
    for n in range(start, stop):
        if parent[n] >= 0:
            parent[n] = size[parent[n]]


@compiled
def join_in_blocks(start, stop, shape, gx, gy, gz, largest, threshold, parent, size):  # type: ignore[no-untyped-def]
    """Join voxels within blocks of 2 x 2 x 2 along strong faces, for the pairs of planes `start` to `stop`.

    A face is strong if it has at least `threshold` times the `largest` conductance of both its voxels. `parent` becomes
    the union-find of voxels, -1 for those without conducting faces, and `size` the number of voxels at each root.
    """
    nx, ny, nz = shape
    plane = ny * nz
    for i in range(2 * start, min(2 * stop, nx)):
        for n in range(i * plane, (i + 1) * plane):
            parent[n] = n if largest[n] > 0 else -1
            size[n] = 1
    for i in range(2 * start, min(2 * stop, nx)):
        for j in range(ny):
            for k in range(nz):
                n = (i * ny + j) * nz + k
                own = threshold * largest[n]
                if own == 0:
                    continue
                if k % 2 == 0 and k + 1 < nz and gz[n] >= max(own, threshold * largest[n + 1]):
                    _join(parent, size, n, n + 1)
                if j % 2 == 0 and j + 1 < ny and gy[n] >= max(own, threshold * largest[n + nz]):
                    _join(parent, size, n, n + nz)
                if i % 2 == 0 and i + 1 < nx and gx[n] >= max(own, threshold * largest[n + plane]):
                    _join(parent, size, n, n + plane)


@compiled
def join_singles(shape, gx, gy, gz, parent, size):  # type: ignore[no-untyped-def]
    """Join voxels that were left alone to their strongest neighbours."""
    other, g = np.empty(6, np.int64), np.empty(6, np.float32)
    for n in range(parent.size):
        if size[n] == 1 and parent[n] == n:
            _neighbours(n, shape, gx, gy, gz, other, g)
            home = root(parent, other[np.argmax(g)])
            parent[n] = home
            size[home] += 1


@compiled
def _neighbours(n, shape, gx, gy, gz, other, g):  # type: ignore[no-untyped-def]
    """The voxels behind the six faces of voxel n, and the conductances of the faces."""
    nx, ny, nz = shape
    plane = ny * nz
    i = n // plane
    j = n // nz - i * ny
    k = n - (i * ny + j) * nz
    other[0] = n + plane if i < nx - 1 else n - (nx - 1) * plane
    other[1] = n - plane if i > 0 else n + (nx - 1) * plane
    other[2] = n + nz if j < ny - 1 else n - (ny - 1) * nz
    other[3] = n - nz if j > 0 else n + (ny - 1) * nz
    other[4] = n + 1 if k < nz - 1 else n - (nz - 1)
    other[5] = n - 1 if k > 0 else n + (nz - 1)
    g[0], g[1], g[2], g[3], g[4], g[5] = gx[n], gx[other[1]], gy[n], gy[other[3]], gz[n], gz[other[5]]


@compiled
def members(parent, count):  # type: ignore[no-untyped-def]
    """Members of each aggregate: ``member[first[a]:first[a + 1]]``."""
    first = np.zeros(count + 1, np.uint64)
    for n in range(parent.size):
        if parent[n] >= 0:
            first[parent[n] + 1] += 1
    for a in range(count):
        first[a + 1] += first[a]
    member = np.empty(first[count], np.uint32)
    place = first[:-1].copy()
    for n in range(parent.size):
        a = parent[n]
        if a >= 0:
            member[place[a]] = n
            place[a] += 1
    return first, member


@compiled
def coarse_rows_of_voxels(  # type: ignore[no-untyped-def]
    start, stop, shape, gx, gy, gz, ground, parent, first_member, member, index, conductance, begins, length, to_ground
):
    """Rows `start` to `stop` of the network of the aggregates of voxels, written one after another.

    `index` and `conductance` have room for six entries per voxel; the first of these rows is written where those of all
    voxels before would end. `begins` and `length` tell where each row is. `pack_rows` closes the gaps.
    """
    place = np.full(to_ground.size, -1, np.int64)
    other, g = np.empty(6, np.int64), np.empty(6, np.float32)
    used = np.int64(6 * first_member[start])
    for a in range(start, stop):
        begin = used
        total = 0.0
        for m in range(first_member[a], first_member[a + 1]):
            n = np.int64(member[m])
            total += ground[n]
            _neighbours(n, shape, gx, gy, gz, other, g)
            for face in range(6):
                if g[face] > 0:
                    b = parent[other[face]]
                    if b == a:
                        continue
                    if place[b] < begin:
                        place[b] = used
                        index[used], conductance[used] = b, g[face]
                        used += 1
                    else:
                        conductance[place[b]] += g[face]
        to_ground[a] = total
        begins[a], length[a] = begin, used - begin


@compiled
def pack_rows(start, stop, begins, index, conductance, first, out_index, out):  # type: ignore[no-untyped-def]
    """Copy the rows `start` to `stop` to where they belong."""
    for a in range(start, stop):
        shift = begins[a] - np.int64(first[a])
        for e in range(np.int64(first[a]), np.int64(first[a + 1])):
            out_index[e], out[e] = index[e + shift], conductance[e + shift]


@compiled
def coarse_network(first, index, conductance, ground, parent, first_member, member):  # type: ignore[no-untyped-def]
    """Network of the aggregates of a network."""
    count = first_member.size - 1
    out_index, out = np.empty(index.size, np.uint32), np.empty(index.size, np.float32)
    out_first, to_ground = np.zeros(count + 1, np.uint64), np.zeros(count, np.float32)
    place = np.full(count, -1, np.int64)
    used = 0
    for a in range(count):
        begin = used
        total = 0.0
        for m in range(first_member[a], first_member[a + 1]):
            n = member[m]
            total += ground[n]
            for e in range(first[n], first[n + 1]):
                b = parent[index[e]]
                if b != a:
                    if place[b] < begin:
                        place[b] = used
                        out_index[used], out[used] = b, conductance[e]
                        used += 1
                    else:
                        out[place[b]] += conductance[e]
        to_ground[a] = total
        out_first[a + 1] = used
    return out_first, out_index[:used].copy(), out[:used].copy(), to_ground


@compiled
def _largest_of_network(first, conductance, largest):  # type: ignore[no-untyped-def]
    for n in range(largest.size):
        most = np.float32(0)
        for e in range(first[n], first[n + 1]):
            most = max(most, conductance[e])
        largest[n] = most


@compiled
def weaken_strong(first, index, conductance, ground, threshold, factor):  # type: ignore[no-untyped-def]
    """Multiply strong connections by `factor`, in place.

    Piecewise constant interpolation makes a coarse network of a smooth medium too stiff, by 2 for full coarsening,
    because all the drop between two aggregates falls on the faces between them. Across a weak face it does fall there.
    """
    largest = np.empty(ground.size, np.float32)
    _largest_of_network(first, conductance, largest)
    for n in range(ground.size):
        if ground[n] >= threshold * largest[n]:
            ground[n] *= factor
        for e in range(first[n], first[n + 1]):
            if conductance[e] >= threshold * max(largest[n], largest[index[e]]):
                conductance[e] *= factor


@compiled
def diagonal_of_network(first, conductance, ground, inverse, largest):  # type: ignore[no-untyped-def]
    """One over the diagonal (0 where it is 0) and the largest conductance of each node."""
    _largest_of_network(first, conductance, largest)
    for n in range(ground.size):
        total = np.float64(ground[n])
        for e in range(first[n], first[n + 1]):
            total += conductance[e]
        inverse[n] = 1 / total if total > 0 else 0


@compiled
def aggregate_network(first, index, conductance, largest, block, threshold, parent, size):  # type: ignore[no-untyped-def]
    """Aggregates of the nodes of a network that lie in the same `block`, as those of voxels.

    `parent` gets the number of each node's aggregate, -1 for nodes without connections; `size` is room for the work.
    Returns the number of aggregates.
    """
    for n in range(parent.size):
        parent[n] = n if largest[n] > 0 else -1
        size[n] = 1
    for n in range(parent.size):
        for e in range(first[n], first[n + 1]):
            m = index[e]
            if m > n and block[m] == block[n] and conductance[e] >= threshold * max(largest[n], largest[m]):
                _join(parent, size, n, m)
    for n in range(parent.size):
        if parent[n] == n and size[n] == 1:
            most, found = np.float32(0), -1
            for e in range(first[n], first[n + 1]):
                if conductance[e] > most:
                    most, found = conductance[e], index[e]
            home = root(parent, found)
            parent[n] = home
            size[home] += 1
    count = number_roots(parent, size)
    find_roots(0, parent.size, parent)
    name_aggregates(0, parent.size, size, parent)
    return count


@compiled
def parent_blocks(block, ny, nz):  # type: ignore[no-untyped-def]
    """The block of 2 x 2 x 2 that each place of a grid (flat numbers, `ny` and `nz` along its last axes) lies in."""
    out = np.empty(block.size, np.int32)
    wide, deep = (ny + 1) // 2, (nz + 1) // 2
    for n in range(block.size):
        i = block[n] // (ny * nz)
        j = block[n] // nz - i * ny
        k = block[n] - (i * ny + j) * nz
        out[n] = ((i // 2) * wide + j // 2) * deep + k // 2
    return out


@compiled
def sum_over_members(start, stop, first, member, values, sums):  # type: ignore[no-untyped-def]
    """For the aggregates `start` to `stop`: the sum of the values of the members."""
    for a in range(start, stop):
        total = np.float32(0)
        for m in range(first[a], first[a + 1]):
            total += values[member[m]]
        sums[a] = total


@compiled
def add_to_members(start, stop, first, member, values, out):  # type: ignore[no-untyped-def]
    """For the aggregates `start` to `stop`: add the value of the aggregate to all members."""
    for a in range(start, stop):
        for m in range(first[a], first[a + 1]):
            out[member[m]] += values[a]


@compiled
def relax_network(start, stop, piece, first, index, conductance, inverse, b, old, x, backward):  # type: ignore[no-untyped-def]
    """Gauss-Seidel within pieces of `piece` nodes, with the `old` values of others, for the pieces `start` to `stop`.

    The pieces do not depend on the number of threads, so the result does not either.
    """
    for part in range(start, stop):
        low, high = part * piece, min((part + 1) * piece, b.size)
        for step in range(high - low):
            n = high - 1 - step if backward else low + step
            total = b[n]
            for e in range(first[n], first[n + 1]):
                m = index[e]
                total += conductance[e] * (x[m] if low <= m < high else old[m])
            x[n] = total * inverse[n]


@compiled
def network_residual(start, stop, first, index, conductance, ground, b, x, r):  # type: ignore[no-untyped-def]
    """``r = b - A x`` for the nodes `start` to `stop`."""
    for n in range(start, stop):
        own = x[n]
        total = b[n] - ground[n] * own
        for e in range(first[n], first[n + 1]):
            total -= conductance[e] * (own - x[index[e]])
        r[n] = total
