"""Compiled loops of a body that is elastic and flows by a power law: stresses, forces, element matrices, products.

Only arithmetic belongs here: flat arrays in, flat arrays changed in place. Tables and shapes are made in
``power_law_element``. Degrees of freedom of an element: components outermost, corners in binary order; a symmetric
element matrix is its lower triangle, row by row. Deviators are in Mandel's order (shear components times sqrt 2), so
that the norm of a tensor is that of its components.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,no-any-return"
from __future__ import annotations

import math

import numpy as np

from lisse.numerics.conduction_kernels import compiled

__all__ = ["add_to_band", "apply_matrices", "element_diagonals", "element_matrices", "flow", "relax", "relaxed"]


@compiled
def relaxed(trial, factor, exponent):
    """Root q of ``q + factor q^exponent = trial``: its ratio to the trial value, and the slope dq/dtrial.

    Solved in log q from the smaller of the two bounds; there the function (a log of a sum of exponentials) is convex
    and rising and the start lies above the root, so Newton's steps never overshoot: at most 8 for any numbers.
    """
    if trial <= 0.0 or factor <= 0.0:
        return 1.0, 1.0
    goal, shift = math.log(trial), math.log(factor)
    x = min(goal, (goal - shift) / exponent)
    for _ in range(60):
        excess = shift + (exponent - 1.0) * x  # log of the flow term over the elastic term
        if excess > 0.0:
            small = math.exp(-excess)
            share, value = 1.0 / (1.0 + small), x + excess + math.log1p(small) - goal
        else:
            small = math.exp(excess)
            share, value = small / (1.0 + small), x + math.log1p(small) - goal
        step = value / (1.0 + share * (exponent - 1.0))
        x -= step
        if abs(step) < 1e-15 * (1.0 + abs(x)):
            break
    return math.exp(x - goal), 1.0 / (1.0 + exponent * math.exp(min(shift + (exponent - 1.0) * x, 700.0)))


@compiled
def relax(trials, factor, exponent, ratios, slopes):
    """`relaxed` for an array."""
    for i in range(trials.size):
        ratios[i], slopes[i] = relaxed(trials[i], factor, exponent)


@compiled
def flow(
    u, corners, cells_per_layer, strains, dilatations, volumes, old, old_mean, shear, bulk, factor, exponent,
    force, new, new_mean, ratios, slopes, directions,
):  # fmt: skip
    """Stresses after a displacement increment, their nodal forces (added), and what the tangent needs.

    u, force : (d nodes,); corners : (cells, 2^d); strains : (layers, points, components, freedoms), deviatoric;
    dilatations : (layers, freedoms); volumes : (layers,); old, new, directions : (cells, points, components);
    ratios, slopes : (cells, points); old_mean, new_mean : (cells,).
    """
    cells, sides = corners.shape
    points, components, freedoms = strains.shape[1:]
    total = u.size * sides // freedoms
    own, pull, trial = np.empty(freedoms), np.empty(freedoms), np.empty(components)
    for cell in range(cells):
        layer = cell // cells_per_layer
        for a in range(freedoms):
            own[a] = u[(a // sides) * total + corners[cell, a % sides]]
        swelling = 0.0
        for a in range(freedoms):
            swelling += dilatations[layer, a] * own[a]
        mean = old_mean[cell] + bulk * swelling
        new_mean[cell] = mean
        for a in range(freedoms):
            pull[a] = volumes[layer] * mean * dilatations[layer, a]
        weight = volumes[layer] / points
        for g in range(points):
            norm = 0.0
            for c in range(components):
                strain = 0.0
                for a in range(freedoms):
                    strain += strains[layer, g, c, a] * own[a]
                trial[c] = old[cell, g, c] + 2.0 * shear * strain
                norm += trial[c] * trial[c]
            norm = math.sqrt(norm)
            ratio, slope = relaxed(math.sqrt(1.5) * norm, factor, exponent)
            ratios[cell, g], slopes[cell, g] = ratio, slope
            for c in range(components):
                directions[cell, g, c] = trial[c] / norm if norm > 0.0 else 0.0
                stress = ratio * trial[c]
                new[cell, g, c] = stress
                for a in range(freedoms):
                    pull[a] += weight * stress * strains[layer, g, c, a]
        for a in range(freedoms):
            force[(a // sides) * total + corners[cell, a % sides]] += pull[a]


@compiled
def element_matrices(
    cells_per_layer, strains, squares, dilatations, volumes, shear, bulk, ratios, slopes, directions, out
):
    """Consistent tangents ``2 G [r I + (b - r) n n]`` and the bulk part: (cells, freedoms (freedoms + 1) / 2).

    squares : (layers, points, packed), lower triangles of strains^T strains.
    """
    cells, points = ratios.shape
    components, freedoms = strains.shape[2:]
    along = np.empty(freedoms)
    for cell in range(cells):
        layer = cell // cells_per_layer
        place = 0
        for a in range(freedoms):
            value = bulk * volumes[layer] * dilatations[layer, a]
            for b in range(a + 1):
                out[cell, place + b] = value * dilatations[layer, b]
            place += a + 1
        for g in range(points):
            modulus = 2.0 * shear * volumes[layer] / points
            ratio = modulus * ratios[cell, g]
            extra = modulus * slopes[cell, g] - ratio
            for a in range(freedoms):
                along[a] = 0.0
            for c in range(components):
                n = directions[cell, g, c]
                for a in range(freedoms):
                    along[a] += n * strains[layer, g, c, a]
            place = 0
            for a in range(freedoms):
                value = extra * along[a]
                for b in range(a + 1):
                    out[cell, place + b] += ratio * squares[layer, g, place + b] + value * along[b]
                place += a + 1


@compiled
def apply_matrices(matrices, corners, u, out):
    """Add the product of all element matrices with a nodal vector to `out`."""
    cells, sides = corners.shape
    freedoms = int((math.sqrt(8.0 * matrices.shape[1] + 1.0) - 1.0) / 2.0 + 0.5)
    total = u.size * sides // freedoms
    own, pull = np.empty(freedoms), np.empty(freedoms)
    for cell in range(cells):
        for a in range(freedoms):
            own[a] = u[(a // sides) * total + corners[cell, a % sides]]
            pull[a] = 0.0
        place = 0
        for a in range(freedoms):
            value, here = 0.0, own[a]
            for b in range(a):
                entry = matrices[cell, place + b]
                value += entry * own[b]
                pull[b] += entry * here
            pull[a] += value + matrices[cell, place + a] * here
            place += a + 1
        for a in range(freedoms):
            out[(a // sides) * total + corners[cell, a % sides]] += pull[a]


@compiled
def element_diagonals(matrices, corners, out):
    """Add the diagonal of the assembled matrix to `out`."""
    cells, sides = corners.shape
    freedoms = int((math.sqrt(8.0 * matrices.shape[1] + 1.0) - 1.0) / 2.0 + 0.5)
    total = out.size * sides // freedoms
    for cell in range(cells):
        place = 0
        for a in range(freedoms):
            out[(a // sides) * total + corners[cell, a % sides]] += matrices[cell, place + a]
            place += a + 1


@compiled
def add_to_band(matrices, corners, places, fixed, band, border, block):
    """Add element matrices to a lower band (columns contiguous), its border and the block beyond.

    places : (freedoms of the grid,) position in the band, or -1 - k for the k-th freedom of the border.
    fixed : (freedoms of the grid,) bool. Left out. band : (n, bandwidth + 1), border : (k, n), block : (k, k).
    """
    cells, sides = corners.shape
    freedoms = int((math.sqrt(8.0 * matrices.shape[1] + 1.0) - 1.0) / 2.0 + 0.5)
    total = places.size * sides // freedoms
    where = np.empty(freedoms, np.int64)
    held = np.empty(freedoms, np.bool_)
    for cell in range(cells):
        for a in range(freedoms):
            number = (a // sides) * total + corners[cell, a % sides]
            where[a], held[a] = places[number], fixed[number]
        place = -1
        for a in range(freedoms):
            p = where[a]
            for b in range(a + 1):
                place += 1
                if held[a] or held[b]:
                    continue
                q, value = where[b], matrices[cell, place]
                if p >= 0 and q >= 0:
                    # two corners may be one node where the grid is one voxel wide: both halves of the pair count
                    band[min(p, q), abs(p - q)] += 2.0 * value if p == q and a != b else value
                elif p >= 0:
                    border[-1 - q, p] += value
                elif q >= 0:
                    border[-1 - p, q] += value
                else:
                    block[-1 - p, -1 - q] += value
                    if a != b:
                        block[-1 - q, -1 - p] += value
