"""Compiled loops of conduction on a voxel grid: the face operator, relaxation, and fused vector updates.

Only arithmetic belongs here: arrays in, arrays changed in place. A grid has three axes (a plane is one voxel thick
along the first); ``gx[i, j, k]`` is the conductance of the face between voxel (i, j, k) and its next neighbour along
the first axis, that of the last layer leads round to the first and is zero unless the sides are periodic. ``ground``
is the conductance of each voxel to the places of given potential. Everything is in the form sum g (x - x_neighbour),
which keeps constants exact.

Every kernel handles a range and releases the interpreter lock, so that Python threads share the work. Results do not
depend on the number of threads, except that of `relax` in the last bits where a periodic side has an odd number of
voxels (there two neighbours have the same colour).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

__all__ = [
    "CHUNK",
    "apply",
    "apply_and_multiply",
    "compiled",
    "extremes",
    "inverse_diagonal",
    "largest_face",
    "power",
    "reduction",
    "relax",
    "relax_from_zero",
    "residual",
    "series",
    "two_products",
    "update_direction",
    "update_solution",
]

CHUNK = 16384
"""Values of a vector handled by one task of the fused updates."""


def compiled(function: Callable[..., Any]) -> Any:
    """``numba.njit`` with the settings of the conduction kernels."""
    return numba.njit(cache=True, nogil=True, fastmath={"contract", "nsz"}, error_model="numpy")(function)


def reduction(function: Callable[..., Any]) -> Any:
    """The same for sums, whose terms may be added in any order."""
    return numba.njit(cache=True, nogil=True, fastmath={"contract", "nsz", "reassoc"}, error_model="numpy")(function)


@compiled
def series(start, stop, conductivity, count, step, around, factor, g):  # type: ignore[no-untyped-def]
    """Two half voxels in series for all faces along an axis with `count` voxels, `step` apart in flat arrays.

    `start` to `stop` counts layers of `step` voxels, `count` of them one after another along the axis.
    """
    for layer in range(start, stop):
        here = layer * step
        there = here + step
        if layer % count == count - 1:
            there = here - (count - 1) * step
            if not around:
                g[here : here + step] = 0.0
                continue
        for n in range(step):
            a, b = conductivity[here + n], conductivity[there + n]
            smaller, larger = min(a, b), max(a, b)
            g[here + n] = 2.0 * factor * smaller / (1.0 + smaller / larger) if smaller > 0.0 else 0.0


@compiled
def apply(start, stop, gx, gy, gz, ground, x, y):  # type: ignore[no-untyped-def]
    """``y = A x`` for the lines `start` to `stop` (of nx * ny) along the last axis."""
    nx, ny, nz = x.shape
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        before, after = (i - 1 if i > 0 else nx - 1), (i + 1 if i < nx - 1 else 0)
        left, right = (j - 1 if j > 0 else ny - 1), (j + 1 if j < ny - 1 else 0)
        ax, bx, ay, by = gx[i, j], gx[before, j], gy[i, j], gy[i, left]
        xi, xa, xb, xr, xl = x[i, j], x[after, j], x[before, j], x[i, right], x[i, left]
        az, own, out = gz[i, j], ground[i, j], y[i, j]
        for k in range(1, nz - 1):
            c = xi[k]
            out[k] = (
                own[k] * c
                + (ax[k] * (c - xa[k]) + bx[k] * (c - xb[k]))
                + (ay[k] * (c - xr[k]) + by[k] * (c - xl[k]))
                + (az[k] * (c - xi[k + 1]) + az[k - 1] * (c - xi[k - 1]))
            )
        for k in (0, nz - 1):
            c = xi[k]
            down, up = (k - 1 if k > 0 else nz - 1), (k + 1 if k < nz - 1 else 0)
            out[k] = (
                own[k] * c
                + (ax[k] * (c - xa[k]) + bx[k] * (c - xb[k]))
                + (ay[k] * (c - xr[k]) + by[k] * (c - xl[k]))
                + (az[k] * (c - xi[up]) + az[down] * (c - xi[down]))
            )


@reduction
def apply_and_multiply(start, stop, gx, gy, gz, ground, x, y, products):  # type: ignore[no-untyped-def]
    """``y = A x`` and, for each of the lines `start` to `stop`, ``x . y``."""
    _, ny, nz = x.shape
    for line in range(start, stop):
        apply(line, line + 1, gx, gy, gz, ground, x, y)
        i = line // ny
        j = line - i * ny
        xi, yi = x[i, j], y[i, j]
        total = 0.0
        for k in range(nz):
            total += xi[k] * yi[k]
        products[line] = total


@compiled
def residual(start, stop, gx, gy, gz, ground, b, x, r):  # type: ignore[no-untyped-def]
    """``r = b - A x`` for the lines `start` to `stop`."""
    apply(start, stop, gx, gy, gz, ground, x, r)
    _, ny, nz = x.shape
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        bi, ri = b[i, j], r[i, j]
        for k in range(nz):
            ri[k] = bi[k] - ri[k]


@compiled
def relax(start, stop, gx, gy, gz, inverse, b, x, colour):  # type: ignore[no-untyped-def]
    """Gauss-Seidel for the voxels of one colour (i + j + k + `colour` even) of the lines `start` to `stop`.

    The new values of a whole line are computed and those of the other colour dropped: this way the loop is made of
    vector instructions and takes a third of the time of one that skips every second voxel.
    """
    nx, ny, nz = x.shape
    new = np.empty(nz, x.dtype)
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        before, after = (i - 1 if i > 0 else nx - 1), (i + 1 if i < nx - 1 else 0)
        left, right = (j - 1 if j > 0 else ny - 1), (j + 1 if j < ny - 1 else 0)
        ax, bx, ay, by = gx[i, j], gx[before, j], gy[i, j], gy[i, left]
        xi, xa, xb, xr, xl = x[i, j], x[after, j], x[before, j], x[i, right], x[i, left]
        az, scale, bi = gz[i, j], inverse[i, j], b[i, j]
        for k in range(1, nz - 1):
            total = (bi[k] + ax[k] * xa[k] + bx[k] * xb[k]) + (ay[k] * xr[k] + by[k] * xl[k])
            new[k] = (total + (az[k] * xi[k + 1] + az[k - 1] * xi[k - 1])) * scale[k]
        for k in (0, nz - 1):
            down, up = (k - 1 if k > 0 else nz - 1), (k + 1 if k < nz - 1 else 0)
            total = (bi[k] + ax[k] * xa[k] + bx[k] * xb[k]) + (ay[k] * xr[k] + by[k] * xl[k])
            new[k] = (total + (az[k] * xi[up] + az[down] * xi[down])) * scale[k]
        other = (i + j + colour) & 1
        for k in range(nz):
            xi[k] = new[k] if (k ^ other) & 1 == 0 else xi[k]


@compiled
def relax_from_zero(start, stop, inverse, b, x):  # type: ignore[no-untyped-def]
    """Gauss-Seidel from x = 0 for the voxels of colour 0 of the lines `start` to `stop`; 0 for the others."""
    _, ny, nz = x.shape
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        xi, scale, bi = x[i, j], inverse[i, j], b[i, j]
        other = (i + j) & 1
        for k in range(nz):
            xi[k] = bi[k] * scale[k] if (k ^ other) & 1 == 0 else 0


@compiled
def inverse_diagonal(start, stop, gx, gy, gz, ground, inverse):  # type: ignore[no-untyped-def]
    """One over the diagonal, zero where the diagonal is zero (an insulating voxel), for the lines `start` to `stop`."""
    nx, ny, nz = inverse.shape
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        before, left = (i - 1 if i > 0 else nx - 1), (j - 1 if j > 0 else ny - 1)
        for k in range(nz):
            total = (gx[i, j, k] + gx[before, j, k]) + (gy[i, j, k] + gy[i, left, k])
            total += (gz[i, j, k] + gz[i, j, k - 1 if k > 0 else nz - 1]) + ground[i, j, k]
            inverse[i, j, k] = 1 / total if total > 0 else 0


@compiled
def largest_face(start, stop, gx, gy, gz, largest):  # type: ignore[no-untyped-def]
    """Largest conductance among the faces of each voxel, for the lines `start` to `stop`."""
    nx, ny, nz = largest.shape
    for line in range(start, stop):
        i = line // ny
        j = line - i * ny
        before, left = (i - 1 if i > 0 else nx - 1), (j - 1 if j > 0 else ny - 1)
        for k in range(nz):
            most = max(gx[i, j, k], gx[before, j, k], gy[i, j, k], gy[i, left, k])
            largest[i, j, k] = max(most, gz[i, j, k], gz[i, j, k - 1 if k > 0 else nz - 1])


@reduction
def power(start, stop, gx, gy, gz, x, sums):  # type: ignore[no-untyped-def]
    """Per plane across the first axis: the power, sum of g (difference)^2, and the currents summed along each axis."""
    nx, ny, nz = x.shape
    for i in range(start, stop):
        after = i + 1 if i < nx - 1 else 0
        total, along_x, along_y, along_z = 0.0, 0.0, 0.0, 0.0
        for j in range(ny):
            right = j + 1 if j < ny - 1 else 0
            xi, xa, xr = x[i, j], x[after, j], x[i, right]
            ax, ay, az = gx[i, j], gy[i, j], gz[i, j]
            for k in range(nz):
                up = k + 1 if k < nz - 1 else 0
                dx, dy, dz = xi[k] - xa[k], xi[k] - xr[k], xi[k] - xi[up]
                along_x += ax[k] * dx
                along_y += ay[k] * dy
                along_z += az[k] * dz
                total += ax[k] * dx * dx + ay[k] * dy * dy + az[k] * dz * dz
        sums[i, 0], sums[i, 1], sums[i, 2], sums[i, 3] = total, along_x, along_y, along_z


@reduction
def two_products(start, stop, z, r, q, sums):  # type: ignore[no-untyped-def]
    """Per chunk: ``z . r`` and ``z . q``."""
    for chunk in range(start, stop):
        first, second = 0.0, 0.0
        for n in range(chunk * CHUNK, min((chunk + 1) * CHUNK, r.size)):
            first += z[n] * r[n]
            second += z[n] * q[n]
        sums[chunk, 0], sums[chunk, 1] = first, second


@compiled
def extremes(start, stop, values, found):  # type: ignore[no-untyped-def]
    """Per chunk: the largest value, and the least of those above 0 (inf if there is none)."""
    for chunk in range(start, stop):
        most, least = 0.0, np.inf
        for n in range(chunk * CHUNK, min((chunk + 1) * CHUNK, values.size)):
            most = max(most, values[n])
            least = min(least, values[n] if values[n] > 0 else np.inf)
        found[chunk, 0], found[chunk, 1] = most, least


@compiled
def update_direction(start, stop, z, factor, p):  # type: ignore[no-untyped-def]
    """``p = z + factor p`` for the chunks `start` to `stop`."""
    for n in range(start * CHUNK, min(stop * CHUNK, p.size)):
        p[n] = z[n] + factor * p[n]


@reduction
def update_solution(start, stop, step, p, q, x, r, scale, scaled, sums):  # type: ignore[no-untyped-def]
    """``x += step p``, ``r -= step q``, ``scaled = scale r``, and per chunk ``r . r``."""
    for chunk in range(start, stop):
        total = 0.0
        for n in range(chunk * CHUNK, min((chunk + 1) * CHUNK, r.size)):
            x[n] += step * p[n]
            left = r[n] - step * q[n]
            r[n] = left
            scaled[n] = scale * left
            total += left * left
        sums[chunk, 0] = total
