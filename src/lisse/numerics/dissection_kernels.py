"""Compiled loops of nested dissection: rectangles of a plane, their fronts, elimination, and the sweeps that solve.

A front is what a rectangle knows when its cut (or, if it is small, all of it) is eliminated: the voxels to eliminate
first, then those around the rectangle; a table of the conductances between them, upper triangle only, and the ground of
each. Only arithmetic belongs here; the order of the work is in `lisse.numerics.conduction_dissection`.

A row of the tree describes a rectangle: its first and last-plus-one voxel along both axes, the same of its cut, and the
rows of its halves (-1 if none), which come before it.
"""

from __future__ import annotations

import numpy as np

from lisse.numerics.conduction_kernels import compiled, reduction

__all__ = [
    "PANEL",
    "assemble",
    "eliminate_panel",
    "eliminate_range",
    "front_sizes",
    "keep_update",
    "rectangles",
    "sweep_down",
    "sweep_up",
    "update_trailing",
]

PANEL = 32
"""Voxels eliminated before the rest of the front is updated."""
_LEAF = 20  # voxels of a rectangle that is not cut


@compiled
def rectangles(ny, nz, around_y, around_z):  # type: ignore[no-untyped-def]
    """All rectangles of a plane, halves before wholes: (count, 10) integers."""
    tree = np.empty((2 * ny * nz + 2, 10), np.int64)
    waiting = np.empty((4 * 64, 6), np.int64)  # rectangle, parent, which half
    waiting[0] = (0, ny, 0, nz, -1, 0)
    open_, count = 1, 0
    while open_ > 0:
        open_ -= 1
        y0, y1, z0, z1, parent, half = waiting[open_]
        row = tree[count]
        row[:] = (y0, y1, z0, z1, y0, y1, z0, z1, -1, -1)
        if parent >= 0:
            tree[parent, 8 + half] = count
        round_y, round_z = around_y and y1 - y0 == ny, around_z and z1 - z0 == nz
        if (y1 - y0) * (z1 - z0) > _LEAF:
            if round_y or (not round_z and y1 - y0 >= z1 - z0):  # a ring is cut open first
                cut = 0 if round_y else (y0 + y1) // 2
                row[4], row[5] = cut, cut + 1
                first, second = (y0, cut, z0, z1), (cut + 1, y1, z0, z1)
            else:
                cut = 0 if round_z else (z0 + z1) // 2
                row[6], row[7] = cut, cut + 1
                first, second = (y0, y1, z0, cut), (y0, y1, cut + 1, z1)
            for half, part in ((0, first), (1, second)):
                if part[0] < part[1] and part[2] < part[3]:
                    waiting[open_] = (part[0], part[1], part[2], part[3], count, half)
                    open_ += 1
        count += 1
    out = np.empty((count, 10), np.int64)  # a whole, its second half, its first half: turned round
    for n in range(count):
        out[count - 1 - n] = tree[n]
        for half in (8, 9):
            if tree[n, half] >= 0:
                out[count - 1 - n, half] = count - 1 - tree[n, half]
    return out


@compiled
def _front(row, ny, nz, around_y, around_z, ids):  # type: ignore[no-untyped-def]
    """Write the voxels of a front; returns how many are eliminated and how many there are."""
    y0, y1, z0, z1 = row[0], row[1], row[2], row[3]
    count = 0
    for y in range(row[4], row[5]):
        for z in range(row[6], row[7]):
            ids[count] = y * nz + z
            count += 1
    inner = count
    low = y0 - 1 if y0 > 0 else (ny - 1 if around_y and y1 < ny else -1)
    high = y1 if y1 < ny else (0 if around_y and y0 > 0 else -1)
    for y in (low, high if high != low else -1):
        if y >= 0:
            for z in range(z0, z1):
                ids[count] = y * nz + z
                count += 1
    low = z0 - 1 if z0 > 0 else (nz - 1 if around_z and z1 < nz else -1)
    high = z1 if z1 < nz else (0 if around_z and z0 > 0 else -1)
    for z in (low, high if high != low else -1):
        if z >= 0:
            for y in range(y0, y1):
                ids[count] = y * nz + z
                count += 1
    return inner, count


@compiled
def front_sizes(tree, ny, nz, around_y, around_z):  # type: ignore[no-untyped-def]
    """Voxels eliminated and all voxels of each front: (count, 2) integers."""
    ids = np.empty(ny * nz + 2 * (ny + nz), np.int64)
    out = np.empty((len(tree), 2), np.int64)
    for t in range(len(tree)):
        out[t, 0], out[t, 1] = _front(tree[t], ny, nz, around_y, around_z, ids)
    return out


@compiled
def assemble(t, plane, tree, where, ids, table, ground, first, second):  # type: ignore[no-untyped-def]
    """Table and ground of front t from the network and what its halves left; returns its two sizes.

    `plane` is (gy, gz, ground, around_y, around_z); `first` and `second` are what `keep_update` wrote for the halves;
    `where` is room for the place of each voxel in the front, `ids` for its voxels.
    """
    gy, gz, to_ground, around_y, around_z = plane
    ny, nz = to_ground.shape
    inner, size = _front(tree[t], ny, nz, around_y, around_z, ids)
    for m in range(size):
        where[ids[m]] = m
        ground[m] = 0
        table[m * size + m : (m + 1) * size] = 0
    other = np.empty(4, np.int64)
    g = np.empty(4, np.float32)
    for m in range(inner):
        n = ids[m]
        y, z = n // nz, n % nz
        up, down = (y + 1 if y + 1 < ny else 0), (y - 1 if y > 0 else ny - 1)
        right, left = (z + 1 if z + 1 < nz else 0), (z - 1 if z > 0 else nz - 1)
        other[0], other[1], other[2], other[3] = up * nz + z, down * nz + z, y * nz + right, y * nz + left
        g[0], g[1], g[2], g[3] = gy[y, z], gy[down, z], gz[y, z], gz[y, left]
        ground[m] += to_ground[y, z]
        for face in range(4):
            k = where[other[face]]
            if g[face] > 0 and m < k < size and ids[k] == other[face]:
                table[m * size + k] += g[face]
    rest = np.empty(size + 4 * (ny + nz), np.int64)
    for half, update in ((8, first), (9, second)):
        child = tree[t, half]
        if child >= 0:
            begin, end = _front(tree[child], ny, nz, around_y, around_z, rest)
            used = end - begin
            for a in range(begin, end):
                m = where[rest[a]]
                ground[m] += update[used * (used - 1) // 2 + a - begin]
                offset = (a - begin) * (2 * used - (a - begin) - 1) // 2 - (a + 1)
                for b in range(a + 1, end):
                    k = where[rest[b]]
                    low, high = min(m, k), max(m, k)
                    table[low * size + high] += update[offset + b]
    return inner, size


@compiled
def eliminate_panel(low, high, size, table, ground, ratio, inverse, meshes):  # type: ignore[no-untyped-def]
    """Eliminate the voxels `low` to `high` of a front from each other, and write their meshes.

    Row k of `ratio` gets the part of the current into voxel low + k that goes on to each later voxel, `inverse` one
    over its sum of conductances.
    """
    used = 0
    for k in range(low, high):
        row = table[k * size : (k + 1) * size]
        _update_row(k, low, k, size, table, ratio)
        total = np.float64(ground[k])
        for j in range(k + 1, size):
            total += row[j]
        inverse[k] = 1 / total if total > 0 else 0.0
        factor, own = np.float32(inverse[k]), ground[k]
        parts = ratio[(k - low) * size : (k - low + 1) * size]
        for j in range(k + 1, size):
            meshes[used + j - k - 1] = row[j]
            parts[j] = row[j] * factor
            ground[j] += parts[j] * own
        used += size - k - 1


@compiled
def update_trailing(start, stop, low, high, size, table, ratio):  # type: ignore[no-untyped-def]
    """Add what the voxels `low` to `high` left to the rows behind them.

    `start` to `stop` counts pairs of rows, a long one from the front and a short one from the back, so that equal
    ranges are equal work.
    """
    rows = size - high
    for pair in range(start, stop):
        for i in (high + pair, size - 1 - pair):
            _update_row(i, low, high, size, table, ratio)
            if 2 * pair + 1 == rows:
                break


@compiled
def _update_row(i, low, high, size, table, ratio):  # type: ignore[no-untyped-def]
    row = table[i * size + i + 1 : (i + 1) * size]
    q = low
    while q < high:
        if q + 4 <= high:
            a, b = table[q * size + i], table[(q + 1) * size + i]
            c, d = table[(q + 2) * size + i], table[(q + 3) * size + i]
            if a + b + c + d > 0:
                begin = (q - low) * size + i + 1
                ra, rb = ratio[begin : begin + row.size], ratio[begin + size : begin + size + row.size]
                begin += 2 * size
                rc, rd = ratio[begin : begin + row.size], ratio[begin + size : begin + size + row.size]
                for j in range(row.size):
                    row[j] += a * ra[j] + b * rb[j] + c * rc[j] + d * rd[j]
            q += 4
        else:
            a = table[q * size + i]
            if a > 0:
                begin = (q - low) * size + i + 1
                ra = ratio[begin : begin + row.size]
                for j in range(row.size):
                    row[j] += a * ra[j]
            q += 1


@compiled
def keep_update(inner, size, table, ground, update):  # type: ignore[no-untyped-def]
    """Copy what is left of a front: the upper triangle, row by row, then the ground."""
    used = 0
    for i in range(inner, size):
        for j in range(i + 1, size):
            update[used] = table[i * size + j]
            used += 1
    for i in range(inner, size):
        update[used] = ground[i]
        used += 1


@compiled
def eliminate_range(start, stop, parts, plane, tree, sizes, first, meshes, inverse, updates, begins, room):  # type: ignore[no-untyped-def]
    """Eliminate all fronts of the rectangles of the `parts` (row of the first and last) from `start` to `stop`.

    `first` tells where the meshes of each front begin. What the last front of each part leaves goes into `updates` from
    `begins` on; `room` is the length of a stack that holds what fronts leave meanwhile.
    """
    to_ground = plane[2]
    where = np.zeros(to_ground.size, np.int32)
    for part in range(start, stop):
        low, high = parts[part]
        largest = 0
        for t in range(low, high):
            largest = max(largest, sizes[t, 1])
        ids = np.empty(largest + 4, np.int64)
        table, ground = np.empty(largest * largest, np.float32), np.empty(largest, np.float32)
        ratio, inverses = np.empty(PANEL * largest, np.float32), np.empty(largest)
        stack, top = np.empty(room[part], np.float32), 0
        for t in range(low, high):
            used_first, used_second = _left_by(tree[t, 8], sizes), _left_by(tree[t, 9], sizes)
            middle, base = top - used_second, top - used_second - used_first
            inner, size = assemble(t, plane, tree, where, ids, table, ground, stack[base:], stack[middle:])
            _eliminate(inner, size, table, ground, ratio, inverses, meshes[first[t] : first[t + 1]])
            for m in range(inner):
                inverse[ids[m]] = inverses[m]
            keep_update(inner, size, table, ground, stack[base:])
            top = base + _left_by(t, sizes)
        updates[begins[part] : begins[part] + top] = stack[:top]


@compiled
def _left_by(t, sizes):  # type: ignore[no-untyped-def]
    if t < 0:
        return 0
    left = sizes[t, 1] - sizes[t, 0]
    return left * (left + 1) // 2


@compiled
def _eliminate(inner, size, table, ground, ratio, inverses, meshes):  # type: ignore[no-untyped-def]
    low = 0
    while low < inner:
        high = min(low + PANEL, inner)
        used = low * size - low * (low + 1) // 2
        eliminate_panel(low, high, size, table, ground, ratio, inverses, meshes[used:])
        update_trailing(0, (size - high + 1) // 2, low, high, size, table, ratio)
        low = high


@compiled
def sweep_up(start, stop, tree, shape, sizes, first, meshes, inverse, b):  # type: ignore[no-untyped-def]
    """Pass the sources `b` of eliminated voxels on to the later ones, for the fronts `start` to `stop`, in place."""
    ny, nz, around_y, around_z = shape
    largest = 0
    for t in range(start, stop):
        largest = max(largest, sizes[t, 1])
    ids, values = np.empty(largest + 4, np.int64), np.empty(largest)
    for t in range(start, stop):
        inner, size = _front(tree[t], ny, nz, around_y, around_z, ids)
        for m in range(size):
            values[m] = b[ids[m]]
        used = first[t]
        for k in range(inner):
            part = values[k] * inverse[ids[k]]
            mesh, later = meshes[used : used + size - k - 1], values[k + 1 : size]
            if part != 0:
                for j in range(mesh.size):
                    later[j] += part * mesh[j]
            used += size - k - 1
        for m in range(size):
            b[ids[m]] = values[m]


@reduction
def sweep_down(start, stop, parts, tree, shape, sizes, first, meshes, inverse, b, x):  # type: ignore[no-untyped-def]
    """Potentials of eliminated voxels from the later ones, for the fronts of the `parts` from `start` to `stop`."""
    ny, nz, around_y, around_z = shape
    for part in range(start, stop):
        low, high = parts[part]
        largest = 0
        for t in range(low, high):
            largest = max(largest, sizes[t, 1])
        ids, values = np.empty(largest + 4, np.int64), np.empty(largest)
        for t in range(high - 1, low - 1, -1):
            inner, size = _front(tree[t], ny, nz, around_y, around_z, ids)
            for m in range(inner, size):
                values[m] = x[ids[m]]
            used = first[t + 1]
            for k in range(inner - 1, -1, -1):
                used -= size - k - 1
                mesh, later = meshes[used : used + size - k - 1], values[k + 1 : size]
                total = b[ids[k]]
                for j in range(mesh.size):
                    total += later[j] * mesh[j]
                values[k] = total * inverse[ids[k]]
                x[ids[k]] = values[k]
