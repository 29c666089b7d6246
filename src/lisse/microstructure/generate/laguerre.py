"""Fill a box with the cells of a Voronoi or Laguerre (power) diagram.

Voxel x belongs to the seed s with the smallest power (x - s)^2 - w. Lifting a seed to (s, sqrt(w_max - w)) turns the
power into a squared distance, so that a k-d tree finds the seeds that matter to a block of voxels; within the block
the power is linear in x up to a term common to all seeds, so the comparison is one small matrix product. The result is
exact, not an approximation by blocks.

Only the geometry; how seeds and weights are chosen so that the sizes come out is in `grain_sizes`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from lisse.microstructure.generate.box import Box

__all__ = ["tessellate"]

_AT_ONCE = 400_000  # values of one matrix product: stays in the cache

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int32]]


def tessellate(box: Box, seeds: Floats, weights: Floats | None = None, periodic: bool = False) -> Integers:
    """Number, from 1, of the seed that owns each voxel.

    Parameters
    ----------
    box : Box. The voxels; 1, 2 or 3 axes.
    seeds : (n, d) array, m. Inside the box.
    weights : (n,) array, m2. Laguerre weights; ``None`` for a Voronoi diagram.
    periodic : bool. Whether opposite faces of the box are joined.

    Returns
    -------
    (nx[, ny[, nz]]) array of int32
    """
    power = np.zeros(len(seeds)) if weights is None else np.asarray(weights, float)
    block = _block_shape(box, len(seeds))
    counts = tuple(math.ceil(n / b) for n, b in zip(box.shape, block, strict=True))
    padded = np.empty([c * b for c, b in zip(counts, block, strict=True)], np.int32)
    split = padded.reshape([value for pair in zip(counts, block, strict=True) for value in pair])
    d = box.dimensions
    by_block = split.transpose(*range(0, 2 * d, 2), *range(1, 2 * d, 2))

    centres = _block_centres(box, block, counts)
    half = (np.array(block) - 1) / 2 * box.voxel_size
    points, power, owner = _with_images(box, seeds, power, centres, half, periodic)
    candidates, how_many = _candidates(points, power, centres, half)
    offsets = _offsets(block, box.voxel_size)
    order = np.argsort(how_many, kind="stable")
    bounds = np.searchsorted(how_many[order], np.arange(1, how_many.max() + 2))
    for count in range(1, int(how_many.max()) + 1):
        rows = order[bounds[count - 1] : bounds[count]]
        step = max(1, _AT_ONCE // (count * offsets.shape[1]))
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            near = candidates[chunk, :count]
            winner = _winners(points, power, centres[chunk], near, offsets)
            where = np.unravel_index(chunk, counts)
            by_block[where] = owner[winner].reshape(len(chunk), *block)
    return np.ascontiguousarray(padded[tuple(slice(0, n) for n in box.shape)])


def _block_shape(box: Box, seeds: int) -> tuple[int, ...]:
    spacing = (box.content / seeds) ** (1.0 / box.dimensions)
    return tuple(
        min(n, max(1, min(24, round(spacing / (2.0 * h))))) for n, h in zip(box.shape, box.voxel_size, strict=True)
    )


def _block_centres(box: Box, block: tuple[int, ...], counts: tuple[int, ...]) -> Floats:
    along = [(np.arange(c) * b + 0.5 * b) * h for c, b, h in zip(counts, block, box.voxel_size, strict=True)]
    return np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, box.dimensions)


def _offsets(block: tuple[int, ...], voxel_size: tuple[float, ...]) -> Floats:
    """(d + 1, voxels): positions in a block from its centre, and a row of ones for the constant term."""
    along = [(np.arange(b) + 0.5 - 0.5 * b) * h for b, h in zip(block, voxel_size, strict=True)]
    grid = np.stack(np.meshgrid(*along, indexing="ij")).reshape(len(block), -1)
    return np.vstack([grid, np.ones(grid.shape[1])])


def _with_images(
    box: Box, seeds: Floats, power: Floats, centres: Floats, half: Floats, periodic: bool
) -> tuple[Floats, Floats, Integers]:
    """Seeds with those periodic images that can own a voxel, their weights and their numbers from 1."""
    owner = np.arange(1, len(seeds) + 1, dtype=np.int32)
    if not periodic:
        return np.asarray(seeds, float), power, owner
    lift = np.sqrt(power.max() - power)
    nearest = cKDTree(np.column_stack([seeds, lift])).query(np.column_stack([centres, np.zeros(len(centres))]))[0]
    reach = float(nearest.max()) + 2.0 * float(np.linalg.norm(half))
    parts = []
    for shift in itertools.product((-1, 0, 1), repeat=box.dimensions):
        moved = seeds + np.array(shift) * box.extent
        outside = np.maximum(np.maximum(-moved, moved - box.extent), 0.0)
        keep = np.linalg.norm(outside, axis=1) <= reach
        parts.append((moved[keep], power[keep], owner[keep]))
    points, weights, owners = (np.concatenate(column) for column in zip(*parts, strict=True))
    return points, weights, owners


def _candidates(points: Floats, power: Floats, centres: Floats, half: Floats) -> tuple[Integers, Integers]:
    """For each block the seeds that can own one of its voxels, nearest first, and how many they are.

    With D the lifted distance of the block's centre and r half its diagonal, a seed farther than the nearest by more
    than 2 r owns nothing. What the tree finds is then sifted with the exact bound of the linear difference.
    """
    lifted = np.column_stack([points, np.sqrt(power.max() - power)])
    tree, radius = cKDTree(lifted), float(np.linalg.norm(half))
    at = np.column_stack([centres, np.zeros(len(centres))])
    k, rows = min(8, len(points)), np.arange(len(centres))
    found: list[tuple[Any, Any]] = []
    while rows.size:
        distance, index = tree.query(at[rows], k=k)
        distance, index = distance.reshape(len(rows), k), index.reshape(len(rows), k)
        enough = (distance[:, -1] > distance[:, 0] + 2.0 * radius) | (k == len(points))
        found.append((rows[enough], _sifted(points, distance[enough], index[enough], half)))
        rows, k = rows[~enough], min(2 * k, len(points))
    width = max(table.shape[1] for _, table in found)
    candidates = np.full((len(centres), width), -1, np.int32)
    for some, table in found:
        candidates[some, : table.shape[1]] = table
    return candidates, (candidates >= 0).sum(axis=1).astype(np.int32)


def _sifted(points: Floats, distance: Floats, index: Integers, half: Floats) -> Integers:
    if not len(index):
        return np.empty((0, 1), np.int32)
    lead = distance**2 - distance[:, :1] ** 2
    swing = 2.0 * np.abs(points[index] - points[index[:, :1]]) @ half
    keep = lead <= swing * (1.0 + 1e-9) + 1e-12 * distance[:, :1] ** 2
    keep[:, 0] = True
    order = np.argsort(~keep, axis=1, kind="stable")
    table = np.where(np.take_along_axis(keep, order, 1), np.take_along_axis(index, order, 1), -1)
    return table[:, : int(keep.sum(axis=1).max())].astype(np.int32)


def _winners(points: Floats, power: Floats, centres: Floats, near: Integers, offsets: Floats) -> Integers:
    """(blocks, voxels): the candidate of least power, the first of equals."""
    if near.shape[1] == 1:
        return np.broadcast_to(near, (len(near), offsets.shape[1]))
    away = points[near] - centres[:, None, :]
    constant = (away**2).sum(axis=2) - power[near]
    planes = np.concatenate([-2.0 * away, constant[:, :, None]], axis=2) @ offsets
    best, winner = planes[:, 0].copy(), np.repeat(near[:, :1], offsets.shape[1], axis=1)
    for rank in range(1, near.shape[1]):
        better = planes[:, rank] < best
        np.copyto(best, planes[:, rank], where=better)
        np.copyto(winner, near[:, rank : rank + 1], where=better)
    return winner
