"""Compiled loops of voxel elasticity: the stiffness operator, transfer between grids, and fused vector updates.

Only arithmetic belongs here: flat arrays in, flat arrays changed in place. Boundary conditions, cycles and checks are
in the other ``elasticity`` files.

**How the operator works.** On a brick the products of the reference coordinates 1, x, y, z, yz, xz, xy are orthogonal.
The displacement of an element is turned into its eight such modes by sums and differences of the corner values; each
mode of the strain has its own stress, ``s = C e``, weighted by the integral of the mode squared (V, V/3, V/9); and the
same sums and differences turn the stresses into corner forces. This is exactly Q1 with full quadrature at a fifth of
the multiplications of a 24 x 24 matrix. Mean dilatation (B-bar, the same element as selective reduced integration on a
brick) means that all modes but the constant one see the deviatoric strain only. Lines of voxels along the last axis are
handled in pieces of fixed length in one scratch array, so that the compiler makes vector instructions of every loop.

Every kernel handles a range of slabs, planes or chunks and releases the interpreter lock, so that Python threads share
the work. Slabs of even number are handled before those of odd number, so that no two threads add to the same node and
the result does not depend on their number.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,no-any-return"
# The arithmetic is in the type of the arrays: no bare float may touch a float32 value, hence `third` and its like.
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np

__all__ = [
    "CHUNK",
    "chebyshev",
    "dilatation",
    "general_force",
    "isotropic_force",
    "plane_force",
    "pressure_force",
    "prolong",
    "restrict",
    "two_products",
    "update_direction",
    "update_solution",
]

PIECE = 64
"""Voxels of a line that are handled together."""
ROW = PIECE + 8
"""Length of a scratch line: a piece, its end node, and a step off the power of two."""
LINES = 66
"""Scratch lines: 0 to 7 corners, 8 to 28 three times seven modes, 29 to 49 coefficients, 50 inverse widths, 51 to 56 a
strain or stress, 57 to 65 sums."""
CHUNK = 8192
"""Values of a vector handled by one task of the fused updates."""

Function = TypeVar("Function", bound=Callable[..., Any])


def _compiled(function: Function) -> Function:
    """``numba.njit`` with the settings of this file, under a type that checkers understand."""
    settings: Any = numba.njit(cache=True, nogil=True, fastmath={"contract", "nsz"}, error_model="numpy")
    return settings(function)


@_compiled
def _load_coefficients(w, first, count, base, n, indexed, index, coefficient):
    """Coefficient lines times the voxel volumes (which are in line `first` + `count`).

    The coefficients of a material lie side by side in a table: vector gathers are slow on many processors.
    """
    scale = (first + count) * ROW
    if indexed:
        for k in range(n):
            place = np.uint64(index[base + k]) * np.uint64(count)
            volume = w[scale + k]
            for m in range(count):
                w[(first + m) * ROW + k] = volume * coefficient[place + np.uint64(m)]
    else:
        stride = coefficient.size // count
        for m in range(count):
            out = (first + m) * ROW
            start = m * stride + base
            for k in range(n):
                w[out + k] = w[scale + k] * coefficient[start + k]


@_compiled
def _isotropic_modes(w, n, gx, gy, third, full):
    """Stress forces of the modes of isotropic elements, in place; lines 29 and 30 are K V and mu V, 50 is 1/(4 hz)."""
    a, b, c = 8 * ROW, 15 * ROW, 22 * ROW
    for k in range(n):
        gz = w[50 * ROW + k]
        bulk = w[29 * ROW + k]
        mu = w[30 * ROW + k]
        twice = mu + mu
        # constant mode
        exx = gx * w[a + k]
        eyy = gy * w[b + ROW + k]
        ezz = gz * w[c + 2 * ROW + k]
        p = (bulk - third * twice) * (exx + eyy + ezz)
        syz = mu * (gz * w[b + 2 * ROW + k] + gy * w[c + ROW + k])
        sxz = mu * (gz * w[a + 2 * ROW + k] + gx * w[c + k])
        sxy = mu * (gy * w[a + ROW + k] + gx * w[b + k])
        w[a + k] = gx * (twice * exx + p)
        w[a + ROW + k] = gy * sxy
        w[a + 2 * ROW + k] = gz * sxz
        w[b + k] = gx * sxy
        w[b + ROW + k] = gy * (twice * eyy + p)
        w[b + 2 * ROW + k] = gz * syz
        w[c + k] = gx * sxz
        w[c + ROW + k] = gy * syz
        w[c + 2 * ROW + k] = gz * (twice * ezz + p)
        # x, y, z modes
        ayz, axz, axy = w[a + 3 * ROW + k], w[a + 4 * ROW + k], w[a + 5 * ROW + k]
        byz, bxz, bxy = w[b + 3 * ROW + k], w[b + 4 * ROW + k], w[b + 5 * ROW + k]
        cyz, cxz, cxy = w[c + 3 * ROW + k], w[c + 4 * ROW + k], w[c + 5 * ROW + k]
        mu = mu * third
        twice = mu + mu
        q = third * (full * bulk - twice)
        gxx, gyy, gzz = gx * gx * mu, gy * gy * mu, gz * gz * mu
        eyy = gy * bxy
        ezz = gz * cxz
        p = q * (eyy + ezz)
        syz = mu * (gz * bxz + gy * cxy)
        fbxy = gy * (twice * eyy + p) + gxx * bxy
        fbxz = gz * syz
        fcxy = gy * syz
        fcxz = gz * (twice * ezz + p) + gxx * cxz
        exx = gx * axy
        ezz = gz * cyz
        p = q * (exx + ezz)
        sxz = mu * (gz * ayz + gx * cxy)
        faxy = gx * (twice * exx + p) + gyy * axy
        fayz = gz * sxz
        fcxy += gx * sxz
        fcyz = gz * (twice * ezz + p) + gyy * cyz
        exx = gx * axz
        eyy = gy * byz
        p = q * (exx + eyy)
        sxy = mu * (gy * ayz + gx * bxz)
        w[a + 3 * ROW + k] = fayz + gy * sxy
        w[a + 4 * ROW + k] = gx * (twice * exx + p) + gzz * axz
        w[a + 5 * ROW + k] = faxy
        w[b + 3 * ROW + k] = gy * (twice * eyy + p) + gzz * byz
        w[b + 4 * ROW + k] = fbxz + gx * sxy
        w[b + 5 * ROW + k] = fbxy
        w[c + 3 * ROW + k] = fcyz
        w[c + 4 * ROW + k] = fcxz
        w[c + 5 * ROW + k] = fcxy
        # yz, xz, xy modes, which all hang on the one trilinear coefficient
        q = (q + twice) * third
        gxx, gyy, gzz = gxx * third, gyy * third, gzz * third
        w[a + 6 * ROW + k] *= gx * gx * q + gyy + gzz
        w[b + 6 * ROW + k] *= gy * gy * q + gxx + gzz
        w[c + 6 * ROW + k] *= gz * gz * q + gxx + gyy


@_compiled
def _stress(w, n, part):
    """Stress of a mode in place of its strain (lines 51 to 56) from 21 coefficient lines (29 to 49).

    `part` of the mean normal strain and stress is left out.
    """
    for k in range(n):
        cut = part * (w[51 * ROW + k] + w[52 * ROW + k] + w[53 * ROW + k])
        e1, e2, e3 = w[51 * ROW + k] - cut, w[52 * ROW + k] - cut, w[53 * ROW + k] - cut
        e4, e5, e6 = w[54 * ROW + k], w[55 * ROW + k], w[56 * ROW + k]
        c12, c13, c14 = w[30 * ROW + k], w[31 * ROW + k], w[32 * ROW + k]
        c15, c16, c23 = w[33 * ROW + k], w[34 * ROW + k], w[36 * ROW + k]
        c24, c25, c26 = w[37 * ROW + k], w[38 * ROW + k], w[39 * ROW + k]
        c34, c35, c36 = w[41 * ROW + k], w[42 * ROW + k], w[43 * ROW + k]
        c45, c46, c56 = w[45 * ROW + k], w[46 * ROW + k], w[48 * ROW + k]
        s1 = w[29 * ROW + k] * e1 + c12 * e2 + c13 * e3 + c14 * e4 + c15 * e5 + c16 * e6
        s2 = c12 * e1 + w[35 * ROW + k] * e2 + c23 * e3 + c24 * e4 + c25 * e5 + c26 * e6
        s3 = c13 * e1 + c23 * e2 + w[40 * ROW + k] * e3 + c34 * e4 + c35 * e5 + c36 * e6
        cut = part * (s1 + s2 + s3)
        w[51 * ROW + k] = s1 - cut
        w[52 * ROW + k] = s2 - cut
        w[53 * ROW + k] = s3 - cut
        w[54 * ROW + k] = c14 * e1 + c24 * e2 + c34 * e3 + w[44 * ROW + k] * e4 + c45 * e5 + c46 * e6
        w[55 * ROW + k] = c15 * e1 + c25 * e2 + c35 * e3 + c45 * e4 + w[47 * ROW + k] * e5 + c56 * e6
        w[56 * ROW + k] = c16 * e1 + c26 * e2 + c36 * e3 + c46 * e4 + c56 * e5 + w[49 * ROW + k] * e6


@_compiled
def _general_modes(w, n, gx, gy, third, full):
    """As ``_isotropic_modes`` for any stiffness: lines 29 to 49 are the upper triangle of C V, row by row.

    Mode by mode: the strain goes to lines 51 to 56, becomes the stress there, and its forces go back to the lines of
    the modes (the constant and the trilinear one) or are gathered in lines 57 to 65 (x, y and z).
    """
    part = third - third * full
    none = third - third
    wx, wy = gx * third, gy * third
    # constant
    for k in range(n):
        gz = w[50 * ROW + k]
        w[51 * ROW + k] = gx * w[8 * ROW + k]
        w[52 * ROW + k] = gy * w[16 * ROW + k]
        w[53 * ROW + k] = gz * w[24 * ROW + k]
        w[54 * ROW + k] = gz * w[17 * ROW + k] + gy * w[23 * ROW + k]
        w[55 * ROW + k] = gz * w[10 * ROW + k] + gx * w[22 * ROW + k]
        w[56 * ROW + k] = gy * w[9 * ROW + k] + gx * w[15 * ROW + k]
    _stress(w, n, none)
    for k in range(n):
        gz = w[50 * ROW + k]
        w[8 * ROW + k] = gx * w[51 * ROW + k]
        w[9 * ROW + k] = gy * w[56 * ROW + k]
        w[10 * ROW + k] = gz * w[55 * ROW + k]
        w[15 * ROW + k] = gx * w[56 * ROW + k]
        w[16 * ROW + k] = gy * w[52 * ROW + k]
        w[17 * ROW + k] = gz * w[54 * ROW + k]
        w[22 * ROW + k] = gx * w[55 * ROW + k]
        w[23 * ROW + k] = gy * w[54 * ROW + k]
        w[24 * ROW + k] = gz * w[53 * ROW + k]
    # x
    for k in range(n):
        gz = w[50 * ROW + k]
        w[51 * ROW + k] = none
        w[52 * ROW + k] = gy * w[20 * ROW + k]
        w[53 * ROW + k] = gz * w[26 * ROW + k]
        w[54 * ROW + k] = gz * w[19 * ROW + k] + gy * w[27 * ROW + k]
        w[55 * ROW + k] = gz * w[12 * ROW + k]
        w[56 * ROW + k] = gy * w[13 * ROW + k]
    _stress(w, n, part)
    for k in range(n):
        wz = w[50 * ROW + k] * third
        w[59 * ROW + k] = wy * w[56 * ROW + k]
        w[58 * ROW + k] = wz * w[55 * ROW + k]
        w[62 * ROW + k] = wy * w[52 * ROW + k]
        w[61 * ROW + k] = wz * w[54 * ROW + k]
        w[65 * ROW + k] = wy * w[54 * ROW + k]
        w[64 * ROW + k] = wz * w[53 * ROW + k]
    # y
    for k in range(n):
        gz = w[50 * ROW + k]
        w[51 * ROW + k] = gx * w[13 * ROW + k]
        w[52 * ROW + k] = none
        w[53 * ROW + k] = gz * w[25 * ROW + k]
        w[54 * ROW + k] = gz * w[18 * ROW + k]
        w[55 * ROW + k] = gz * w[11 * ROW + k] + gx * w[27 * ROW + k]
        w[56 * ROW + k] = gx * w[20 * ROW + k]
    _stress(w, n, part)
    for k in range(n):
        wz = w[50 * ROW + k] * third
        w[59 * ROW + k] += wx * w[51 * ROW + k]
        w[57 * ROW + k] = wz * w[55 * ROW + k]
        w[62 * ROW + k] += wx * w[56 * ROW + k]
        w[60 * ROW + k] = wz * w[54 * ROW + k]
        w[65 * ROW + k] += wx * w[55 * ROW + k]
        w[63 * ROW + k] = wz * w[53 * ROW + k]
    # z
    for k in range(n):
        w[51 * ROW + k] = gx * w[12 * ROW + k]
        w[52 * ROW + k] = gy * w[18 * ROW + k]
        w[53 * ROW + k] = none
        w[54 * ROW + k] = gy * w[25 * ROW + k]
        w[55 * ROW + k] = gx * w[26 * ROW + k]
        w[56 * ROW + k] = gy * w[11 * ROW + k] + gx * w[19 * ROW + k]
    _stress(w, n, part)
    for k in range(n):
        w[11 * ROW + k] = w[57 * ROW + k] + wy * w[56 * ROW + k]
        w[12 * ROW + k] = w[58 * ROW + k] + wx * w[51 * ROW + k]
        w[13 * ROW + k] = w[59 * ROW + k]
        w[18 * ROW + k] = w[60 * ROW + k] + wy * w[52 * ROW + k]
        w[19 * ROW + k] = w[61 * ROW + k] + wx * w[56 * ROW + k]
        w[20 * ROW + k] = w[62 * ROW + k]
        w[25 * ROW + k] = w[63 * ROW + k] + wy * w[54 * ROW + k]
        w[26 * ROW + k] = w[64 * ROW + k] + wx * w[55 * ROW + k]
        w[27 * ROW + k] = w[65 * ROW + k]
    # yz, xz, xy
    for k in range(n):
        w[51 * ROW + k] = gx * w[14 * ROW + k]
        w[52 * ROW + k] = none
        w[53 * ROW + k] = none
        w[54 * ROW + k] = none
        w[55 * ROW + k] = gx * w[28 * ROW + k]
        w[56 * ROW + k] = gx * w[21 * ROW + k]
    _stress(w, n, part)
    for k in range(n):
        w[57 * ROW + k] = wx * w[51 * ROW + k]
        w[58 * ROW + k] = wx * w[56 * ROW + k]
        w[59 * ROW + k] = wx * w[55 * ROW + k]
    for k in range(n):
        w[51 * ROW + k] = none
        w[52 * ROW + k] = gy * w[21 * ROW + k]
        w[53 * ROW + k] = none
        w[54 * ROW + k] = gy * w[28 * ROW + k]
        w[55 * ROW + k] = none
        w[56 * ROW + k] = gy * w[14 * ROW + k]
    _stress(w, n, part)
    for k in range(n):
        w[57 * ROW + k] += wy * w[56 * ROW + k]
        w[58 * ROW + k] += wy * w[52 * ROW + k]
        w[59 * ROW + k] += wy * w[54 * ROW + k]
    for k in range(n):
        gz = w[50 * ROW + k]
        w[51 * ROW + k] = none
        w[52 * ROW + k] = none
        w[53 * ROW + k] = gz * w[28 * ROW + k]
        w[54 * ROW + k] = gz * w[21 * ROW + k]
        w[55 * ROW + k] = gz * w[14 * ROW + k]
        w[56 * ROW + k] = none
    _stress(w, n, part)
    for k in range(n):
        wz = w[50 * ROW + k] * third
        w[14 * ROW + k] = third * (w[57 * ROW + k] + wz * w[55 * ROW + k])
        w[21 * ROW + k] = third * (w[58 * ROW + k] + wz * w[54 * ROW + k])
        w[28 * ROW + k] = third * (w[59 * ROW + k] + wz * w[53 * ROW + k])


@_compiled
def _corners_to_modes(w, n, out):
    """Lines 0 to 3 (nodes at low/high x and y) to the modes x, y, z, yz, xz, xy, xyz."""
    for k in range(n):
        s0, d0 = w[k + 1] + w[k], w[k + 1] - w[k]
        s1, d1 = w[ROW + k + 1] + w[ROW + k], w[ROW + k + 1] - w[ROW + k]
        s2, d2 = w[2 * ROW + k + 1] + w[2 * ROW + k], w[2 * ROW + k + 1] - w[2 * ROW + k]
        s3, d3 = w[3 * ROW + k + 1] + w[3 * ROW + k], w[3 * ROW + k + 1] - w[3 * ROW + k]
        w[out + k] = (s2 + s3) - (s0 + s1)
        w[out + ROW + k] = (s3 - s2) + (s1 - s0)
        w[out + 2 * ROW + k] = (d2 + d3) + (d0 + d1)
        w[out + 3 * ROW + k] = (d3 - d2) + (d1 - d0)
        w[out + 4 * ROW + k] = (d2 + d3) - (d0 + d1)
        w[out + 5 * ROW + k] = (s3 - s2) - (s1 - s0)
        w[out + 6 * ROW + k] = (d3 - d2) - (d1 - d0)


@_compiled
def _modes_to_corners(w, n, source, v):
    """Forces of the modes to the lines of `v`: 0 to 3 (low z) and 4 to 7 (high z)."""
    for k in range(n):
        fx, fy, fz = w[source + k], w[source + ROW + k], w[source + 2 * ROW + k]
        fyz, fxz, fxy = w[source + 3 * ROW + k], w[source + 4 * ROW + k], w[source + 5 * ROW + k]
        f = w[source + 6 * ROW + k]
        e0, o0 = fxy - fx - fy, fz - fyz - fxz + f
        e1, o1 = fy - fx - fxy, fz + fyz - fxz - f
        e2, o2 = fx - fy - fxy, fz - fyz + fxz - f
        e3, o3 = fx + fy + fxy, fz + fyz + fxz + f
        v[k], v[ROW + k], v[2 * ROW + k], v[3 * ROW + k] = e0 - o0, e1 - o1, e2 - o2, e3 - o3
        v[4 * ROW + k], v[5 * ROW + k], v[6 * ROW + k], v[7 * ROW + k] = e0 + o0, e1 + o1, e2 + o2, e3 + o3


@_compiled
def _read_line(w, n, k0, i, i1, j, j1, u, nodes):
    """Modes of `n` voxels of a line from the displacement of their nodes."""
    my, mz = nodes[1], nodes[2]
    size = nodes[0] * my * mz
    last = (k0 + n) % mz
    for c in range(3):
        for corner in range(4):
            line = c * size + ((i1 if corner >= 2 else i) * my + (j1 if corner % 2 else j)) * mz
            for k in range(n):
                w[corner * ROW + k] = u[line + k0 + k]
            w[corner * ROW + n] = u[line + last]
        _corners_to_modes(w, n, (8 + 7 * c) * ROW)


@_compiled
def _add_pair(f, start, v, low, high, count):
    """``f[start + k] += v[low + k] + v[high + k]``; unsigned places need no check for negative ones."""
    a, b, c = np.uint64(start), np.uint64(low), np.uint64(high)
    for k in range(np.uint64(count)):
        f[a + k] += v[b + k] + v[c + k]


@_compiled
def _add_line(w, v, n, k0, i, i1, j, j1, f, nodes):
    """Add the forces of the modes of `n` voxels of a line to the nodes."""
    my, mz = nodes[1], nodes[2]
    size = nodes[0] * my * mz
    last = (k0 + n) % mz
    for c in range(3):
        _modes_to_corners(w, n, (8 + 7 * c) * ROW, v)
        for corner in range(4):
            line = c * size + ((i1 if corner >= 2 else i) * my + (j1 if corner % 2 else j)) * mz
            low, high = corner * ROW, (corner + 4) * ROW
            f[line + k0] += v[low]
            _add_pair(f, line + k0 + 1, v, low + 1, high, n - 1)
            f[line + last] += v[high + n - 1]


@_compiled
def _read_material(w, n, k0, line, area, hz, quarter, indexed, index, coefficient, count):
    """Coefficients times volumes from line 29 on, and 1/(4 hz) in line 50."""
    for k in range(n):
        w[(29 + count) * ROW + k] = area * hz[k0 + k]
    _load_coefficients(w, 29, count, line + k0, n, indexed, index, coefficient)
    for k in range(n):
        w[50 * ROW + k] = quarter / hz[k0 + k]


@_compiled
def isotropic_force(
    start, stop, stride, offset, u, f, cells, nodes, hx, hy, hz, indexed, index, coefficient, third, full
):
    """Add the forces ``K u`` of slabs ``stride * p + offset``, p from `start` to `stop`, of isotropic voxels to `f`.

    Parameters
    ----------
    u, f : (3 * nodes,) array, m and N. Displacement and force, component by component.
    cells, nodes : (3,) int array. Voxels and nodes along each axis; as many nodes as voxels where it is periodic.
    hx, hy, hz : array, m. Voxel widths along each axis.
    indexed : bool. Whether `coefficient` is a table read through `index`, or one value per voxel.
    index : (voxels,) int array. Column of the table for each voxel.
    coefficient : array, Pa. Bulk and shear modulus of each material in turn; or, of all voxels, bulk then shear moduli.
    third : float. One third in the type of `u`.
    full : float. 1 for full integration, 0 for mean dilatation.
    """
    w, v = np.zeros(LINES * ROW, u.dtype), np.zeros(8 * ROW, u.dtype)
    ny, nz = cells[1], cells[2]
    one = third + third + third
    quarter = one / (one + one + one + one)
    for pair in range(start, stop):
        i = stride * pair + offset
        i1 = (i + 1) % nodes[0]
        for j in range(ny):
            j1 = (j + 1) % nodes[1]
            for k0 in range(0, nz, PIECE):
                n = min(PIECE, nz - k0)
                line = (i * ny + j) * nz
                _read_material(w, n, k0, line, hx[i] * hy[j], hz, quarter, indexed, index, coefficient, 2)
                _read_line(w, n, k0, i, i1, j, j1, u, nodes)
                _isotropic_modes(w, n, quarter / hx[i], quarter / hy[j], third, full)
                _add_line(w, v, n, k0, i, i1, j, j1, f, nodes)


@_compiled
def general_force(
    start, stop, stride, offset, u, f, cells, nodes, hx, hy, hz, indexed, index, coefficient, third, full
):
    """As ``isotropic_force`` for any stiffness: `coefficient` holds the 21 entries of the upper triangle of C."""
    w, v = np.zeros(LINES * ROW, u.dtype), np.zeros(8 * ROW, u.dtype)
    ny, nz = cells[1], cells[2]
    one = third + third + third
    quarter = one / (one + one + one + one)
    for pair in range(start, stop):
        i = stride * pair + offset
        i1 = (i + 1) % nodes[0]
        for j in range(ny):
            j1 = (j + 1) % nodes[1]
            for k0 in range(0, nz, PIECE):
                n = min(PIECE, nz - k0)
                line = (i * ny + j) * nz
                _read_material(w, n, k0, line, hx[i] * hy[j], hz, quarter, indexed, index, coefficient, 21)
                _read_line(w, n, k0, i, i1, j, j1, u, nodes)
                _general_modes(w, n, quarter / hx[i], quarter / hy[j], third, full)
                _add_line(w, v, n, k0, i, i1, j, j1, f, nodes)


@_compiled
def _plane_stress_of_mode(w, k, part, e1, e2, e6):
    """In-plane stress of a mode in plane strain; the deviatoric strain has a 33 part though the strain has none."""
    cut = part * (e1 + e2)
    e1, e2, e3 = e1 - cut, e2 - cut, -cut
    o = 29 * ROW + k
    c12, c13, c16 = w[o + ROW], w[o + 2 * ROW], w[o + 3 * ROW]
    c23, c26, c36 = w[o + 5 * ROW], w[o + 6 * ROW], w[o + 8 * ROW]
    s1 = w[o] * e1 + c12 * e2 + c13 * e3 + c16 * e6
    s2 = c12 * e1 + w[o + 4 * ROW] * e2 + c23 * e3 + c26 * e6
    s3 = c13 * e1 + c23 * e2 + w[o + 7 * ROW] * e3 + c36 * e6
    s6 = c16 * e1 + c26 * e2 + c36 * e3 + w[o + 9 * ROW] * e6
    cut = part * (s1 + s2 + s3)
    return s1 - cut, s2 - cut, s6


@_compiled
def plane_force(start, stop, stride, offset, u, f, cells, nodes, hx, hy, hz, indexed, index, coefficient, third, full):
    """As ``isotropic_force`` in plane strain of unit thickness: 10 entries of C over 11, 22, 33, 12; `hz` is unused."""
    w = np.zeros(LINES * ROW, u.dtype)
    ny, my = cells[1], nodes[1]
    size = nodes[0] * my
    one = third + third + third
    half = one / (one + one)
    part = third - third * full
    none = third - third
    for pair in range(start, stop):
        i = stride * pair + offset
        i1 = (i + 1) % nodes[0]
        gx = half / hx[i]
        for k0 in range(0, ny, PIECE):
            n = min(PIECE, ny - k0)
            last = (k0 + n) % my
            for k in range(n):
                w[39 * ROW + k] = hx[i] * hy[k0 + k]
                w[50 * ROW + k] = half / hy[k0 + k]
            _load_coefficients(w, 29, 10, i * ny + k0, n, indexed, index, coefficient)
            for line in range(4):  # component, then low or high x
                start = (line // 2) * size + (i1 if line % 2 else i) * my
                for k in range(n):
                    w[line * ROW + k] = u[start + k0 + k]
                w[line * ROW + n] = u[start + last]
            for k in range(n):
                gy = w[50 * ROW + k]
                s0, d0 = w[k + 1] + w[k], w[k + 1] - w[k]
                s1, d1 = w[ROW + k + 1] + w[ROW + k], w[ROW + k + 1] - w[ROW + k]
                ax, ay, axy = s1 - s0, d1 + d0, d1 - d0
                s0, d0 = w[2 * ROW + k + 1] + w[2 * ROW + k], w[2 * ROW + k + 1] - w[2 * ROW + k]
                s1, d1 = w[3 * ROW + k + 1] + w[3 * ROW + k], w[3 * ROW + k + 1] - w[3 * ROW + k]
                bx, by, bxy = s1 - s0, d1 + d0, d1 - d0
                s1, s2, s6 = _plane_stress_of_mode(w, k, none, gx * ax, gy * by, gy * ay + gx * bx)
                fax, fay, fbx, fby = gx * s1, gy * s6, gx * s6, gy * s2
                s1, s2, s6 = _plane_stress_of_mode(w, k, part, none, gy * bxy, gy * axy)
                faxy, fbxy = gy * s6, gy * s2
                s1, s2, s6 = _plane_stress_of_mode(w, k, part, gx * axy, none, gx * bxy)
                faxy, fbxy = third * (faxy + gx * s1), third * (fbxy + gx * s6)
                # low y at low and high x, then high y
                w[8 * ROW + k], w[9 * ROW + k] = faxy - fax - fay, fax - fay - faxy
                w[10 * ROW + k], w[11 * ROW + k] = fbxy - fbx - fby, fbx - fby - fbxy
                w[12 * ROW + k], w[13 * ROW + k] = fay - fax - faxy, fax + fay + faxy
                w[14 * ROW + k], w[15 * ROW + k] = fby - fbx - fbxy, fbx + fby + fbxy
            for line in range(4):
                start = (line // 2) * size + (i1 if line % 2 else i) * my
                low, high = (8 + line) * ROW, (12 + line) * ROW
                f[start + k0] += w[low]
                _add_pair(f, start + k0 + 1, w, low + 1, high, n - 1)
                f[start + last] += w[high + n - 1]


@_compiled
def _difference_of_lines(u, start, plus0, plus1, minus0, minus1, count, out):
    """``out[k] = u[plus0 + k] + u[plus1 + k] - u[minus0 + k] - u[minus1 + k]``, all from `start` on."""
    a, b = np.uint64(start + plus0), np.uint64(start + plus1)
    c, d = np.uint64(start + minus0), np.uint64(start + minus1)
    for k in range(np.uint64(count)):
        out[k] = (u[a + k] + u[b + k]) - (u[c + k] + u[d + k])


@_compiled
def _sum_of_lines(u, start, l0, l1, l2, l3, count, out):
    """``out[k] = u[l0 + k] + u[l1 + k] + u[l2 + k] + u[l3 + k]``, all from `start` on."""
    a, b = np.uint64(start + l0), np.uint64(start + l1)
    c, d = np.uint64(start + l2), np.uint64(start + l3)
    for k in range(np.uint64(count)):
        out[k] = (u[a + k] + u[b + k]) + (u[c + k] + u[d + k])


@_compiled
def dilatation(start, stop, u, out, weight, cells, nodes, first, gx, gy, gz):
    """Write `weight` times the one-point dilatation of slabs `start` to `stop` of voxels to `out`.

    Three axes always: a plane problem has a first axis of one voxel and one node, and `first` = 1, the first axis with
    a displacement. `gx`, `gy`, `gz` are 1 / (4 h) of the voxels along each axis.
    """
    nz, my, mz = cells[2], nodes[1], nodes[2]
    size = nodes[0] * my * mz
    y, z = (1 - first) * size, (2 - first) * size
    line = np.zeros(nz + 1, u.dtype)
    for i in range(start, stop):
        i1 = (i + 1) % nodes[0]
        for j in range(cells[1]):
            j1 = (j + 1) % my
            base = (i * cells[1] + j) * nz
            l0, l1, l2, l3 = (i * my + j) * mz, (i * my + j1) * mz, (i1 * my + j) * mz, (i1 * my + j1) * mz
            _sum_of_lines(u, z, l0, l1, l2, l3, mz, line)
            if mz == nz:
                line[nz] = line[0]
            for k in range(nz):
                out[base + k] = gz[k] * (line[k + 1] - line[k])
            _difference_of_lines(u, y, l1, l3, l0, l2, mz, line)
            if mz == nz:
                line[nz] = line[0]
            for k in range(nz):
                out[base + k] += gy[j] * (line[k] + line[k + 1])
            if first == 0:
                _difference_of_lines(u, 0, l2, l3, l0, l1, mz, line)
                if mz == nz:
                    line[nz] = line[0]
                for k in range(nz):
                    out[base + k] += gx[i] * (line[k] + line[k + 1])
            for k in range(nz):
                out[base + k] *= weight[base + k]


@_compiled
def _add_line_to(f, start, count, scale, line):
    """``f[start + k] += scale * line[k]``."""
    a = np.uint64(start)
    for k in range(np.uint64(count)):
        f[a + k] += scale * line[k]


@_compiled
def pressure_force(start, stop, stride, offset, p, f, weight, cells, nodes, first, gx, gy, gz):
    """Add the transpose of ``dilatation`` of `p` to `f`, slabs ``stride * n + offset`` for n from `start` to `stop`."""
    nz, my, mz = cells[2], nodes[1], nodes[2]
    size = nodes[0] * my * mz
    y, z = (1 - first) * size, (2 - first) * size
    total, slope = np.zeros(nz + 1, f.dtype), np.zeros(nz + 1, f.dtype)
    push = np.zeros(nz + 2, f.dtype)  # a zero at both ends
    pull = np.zeros(nz + 2, f.dtype)
    one = gz[0] / gz[0]
    for pair in range(start, stop):
        i = stride * pair + offset
        i1 = (i + 1) % nodes[0]
        for j in range(cells[1]):
            j1 = (j + 1) % my
            base = (i * cells[1] + j) * nz
            l0, l1, l2, l3 = (i * my + j) * mz, (i * my + j1) * mz, (i1 * my + j) * mz, (i1 * my + j1) * mz
            for k in range(nz):
                push[k + 1] = weight[base + k] * p[base + k]
                pull[k + 1] = gz[k] * push[k + 1]
            for k in range(nz + 1):
                total[k] = push[k] + push[k + 1]
                slope[k] = pull[k] - pull[k + 1]
            if mz == nz:
                total[0] += total[nz]
                slope[0] += slope[nz]
            for line in (l0, l1, l2, l3):
                _add_line_to(f, z + line, mz, one, slope)
            for line in (l1, l3):
                _add_line_to(f, y + line, mz, gy[j], total)
            for line in (l0, l2):
                _add_line_to(f, y + line, mz, -gy[j], total)
            if first == 0:
                for line in (l2, l3):
                    _add_line_to(f, line, mz, gx[i], total)
                for line in (l0, l1):
                    _add_line_to(f, line, mz, -gx[i], total)


@_compiled
def _prolong_plane(plane, coarse, fine, inverse_diagonal, mc, mf, left, right, wl, wr, t):
    """Add the interpolated coarse values to fine node plane `plane` (component and first index in one number)."""
    c, i = plane // mf[0], plane % mf[0]
    a0, a1, va, wa = left[0, i], right[0, i], wl[0, i], wr[0, i]
    for j in range(mf[1]):
        b0, b1, vb, wb = left[1, j], right[1, j], wl[1, j], wr[1, j]
        l00 = ((c * mc[0] + a0) * mc[1] + b0) * mc[2]
        l01 = ((c * mc[0] + a0) * mc[1] + b1) * mc[2]
        l10 = ((c * mc[0] + a1) * mc[1] + b0) * mc[2]
        l11 = ((c * mc[0] + a1) * mc[1] + b1) * mc[2]
        for k in range(mc[2]):
            t[k] = va * (vb * coarse[l00 + k] + wb * coarse[l01 + k]) + wa * (
                vb * coarse[l10 + k] + wb * coarse[l11 + k]
            )
        line = ((c * mf[0] + i) * mf[1] + j) * mf[2]
        for k in range(mf[2]):
            if inverse_diagonal[line + k] != 0:
                fine[line + k] += wl[2, k] * t[left[2, k]] + wr[2, k] * t[right[2, k]]


@_compiled
def prolong(start, stop, coarse, fine, inverse_diagonal, mc, mf, left, right, wl, wr):
    """Add the trilinear interpolation of `coarse` to planes of `fine`, where `inverse_diagonal` is not 0.

    `mc` and `mf` are the node counts (three axes; a plane problem has a first axis of one node); fine node `n` of an
    axis lies between coarse nodes `left` and `right` with weights `wl` and `wr`.
    """
    t = np.zeros(mc[2], fine.dtype)
    for plane in range(start, stop):
        _prolong_plane(plane, coarse, fine, inverse_diagonal, mc, mf, left, right, wl, wr, t)


@_compiled
def _restrict_plane(plane, fine, coarse, inverse_diagonal, mf, mc, rows, weights, t):
    """Gather fine residuals into coarse node plane `plane`; the transpose of the interpolation."""
    c, i = plane // mc[0], plane % mc[0]
    for j in range(mc[1]):
        for k in range(mf[2]):
            t[k] = 0
        for a in range(rows.shape[2]):
            wa = weights[0, i, a]
            if wa == 0:
                continue
            for b in range(rows.shape[2]):
                w = wa * weights[1, j, b]
                if w == 0:
                    continue
                line = ((c * mf[0] + rows[0, i, a]) * mf[1] + rows[1, j, b]) * mf[2]
                for k in range(mf[2]):
                    t[k] += w * fine[line + k]
        line = ((c * mc[0] + i) * mc[1] + j) * mc[2]
        for k in range(mc[2]):
            total = t[0] - t[0]
            if inverse_diagonal[line + k] != 0:
                for a in range(rows.shape[2]):
                    total += weights[2, k, a] * t[rows[2, k, a]]
            coarse[line + k] = total


@_compiled
def restrict(start, stop, fine, coarse, inverse_diagonal, mf, mc, rows, weights):
    """Transpose of the interpolation: coarse node `n` of an axis gathers fine nodes `rows[axis, n]` by `weights`."""
    t = np.zeros(mf[2], fine.dtype)
    for plane in range(start, stop):
        _restrict_plane(plane, fine, coarse, inverse_diagonal, mf, mc, rows, weights, t)


@_compiled
def chebyshev(start, stop, residual, product, direction, solution, inverse_diagonal, keep, step):
    """One step of the smoother in chunks of a vector: ``r -= K d; d = keep d + step r / diagonal; x += d``."""
    for k in range(start * CHUNK, min(residual.size, stop * CHUNK)):
        residual[k] -= product[k]
        direction[k] = keep * direction[k] + step * inverse_diagonal[k] * residual[k]
        solution[k] += direction[k]


@_compiled
def two_products(start, stop, a, b, c, parts):
    """Write ``a . b`` and ``a . c`` of each chunk into a row of `parts`."""
    for chunk in range(start, stop):
        first, second = 0.0, 0.0
        for k in range(chunk * CHUNK, min(a.size, (chunk + 1) * CHUNK)):
            first += a[k] * b[k]
            second += a[k] * c[k]
        parts[chunk, 0] = first
        parts[chunk, 1] = second


@_compiled
def update_solution(start, stop, x, r, p, q, alpha, parts):
    """``x += alpha p; r -= alpha q``; the largest magnitude and the sum of squares of `r` go into `parts`."""
    for chunk in range(start, stop):
        largest, squares = 0.0, 0.0
        for k in range(chunk * CHUNK, min(x.size, (chunk + 1) * CHUNK)):
            x[k] += alpha * p[k]
            r[k] -= alpha * q[k]
            largest = max(largest, abs(r[k]))
            squares += r[k] * r[k]
        parts[chunk, 0] = largest
        parts[chunk, 1] = squares


@_compiled
def update_direction(start, stop, p, z, scale, beta):
    """``p = scale z + beta p``."""
    for k in range(start * CHUNK, min(p.size, stop * CHUNK)):
        p[k] = scale * z[k] + beta * p[k]
