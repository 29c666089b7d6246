"""Seeds and Laguerre weights whose cells have given volumes.

For fixed seeds the weights that give every cell its volume exist and are unique up to a constant (semi-discrete
optimal transport). They are found by Newton's method: the derivative of the volume of cell i by the weight of its
neighbour j is -A_ij / (2 d_ij), with A_ij the area of their common face and d_ij their distance, so each step is one
sparse symmetric solve. Between steps the seeds move to the centroids of their cells, which keeps the grains compact
[bourne2020].

The search runs on a coarse grid of the same box; what it reaches on the fine grid is counted there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import cg
from scipy.special import ndtri

from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.laguerre import tessellate
from lisse.microstructure.generate.packing import push_apart

__all__ = ["equivalent_diameter", "grain_volumes", "log_normal_sizes", "seeds_of_mean_size", "seeds_of_volumes"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
_VOXELS_A_GRAIN = {1: 40, 2: 400, 3: 700}
_STEPS, _MOVES = 14, 3
_SMALLEST = 0.05  # part of its volume below which a cell is about to vanish
_CLOSE = 8e-3  # root mean square error of the volumes that is close to what voxels can show


def equivalent_diameter(volumes: Any, dimensions: int) -> Floats:
    """Diameter of the sphere (circle in 2-D, length in 1-D) of the same content: m from m3 (m2, m)."""
    ball = {1: 1.0, 2: math.pi / 4.0, 3: math.pi / 6.0}[dimensions]
    return np.asarray((np.asarray(volumes, float) / ball) ** (1.0 / dimensions))


def _content(diameters: Floats, dimensions: int) -> Floats:
    return np.asarray({1: 1.0, 2: math.pi / 4.0, 3: math.pi / 6.0}[dimensions] * diameters**dimensions)


def log_normal_sizes(count: int, mean: float, spread: float) -> Floats:
    """`count` sizes at evenly spaced quantiles of a log-normal law, smallest first.

    Evenly spaced, not random: mean and spread of the sample are then those asked for however few there are.

    Parameters
    ----------
    mean : float, any unit.
    spread : float, 1. Standard deviation divided by the mean.
    """
    if count == 1 or spread == 0.0:
        return np.full(count, float(mean))
    z = ndtri((np.arange(count) + 0.5) / count)

    def excess(sigma: float) -> float:
        sizes = np.exp(sigma * z)
        return float(sizes.std() / sizes.mean()) - spread

    high = 4.0 * math.sqrt(math.log1p(spread**2)) + 0.1
    sigma = brentq(excess, 0.0, high) if excess(high) > 0.0 else high
    sizes = np.exp(sigma * z)
    return np.asarray(sizes * (mean / sizes.mean()))


def grain_volumes(box: Box, mean: float, spread: float) -> Floats:
    """Contents of log-normal grains that fill the box, m3 (m2 in 2-D): the number nearest to the mean diameter."""

    def total(count: int) -> float:
        return float(_content(log_normal_sizes(count, mean, spread), box.dimensions).sum())

    guess = max(1, round(box.content / float(_content(np.array(mean), box.dimensions))))
    for _ in range(8):
        guess = max(1, round(guess * box.content / total(guess)))
    count = min(range(max(1, guess - 2), guess + 3), key=lambda n: abs(math.log(total(n) / box.content)))
    volumes = _content(log_normal_sizes(count, mean, spread), box.dimensions)
    return np.asarray(volumes * (box.content / volumes.sum()))


def seeds_of_volumes(box: Box, volumes: Floats, rng: np.random.Generator, periodic: bool) -> tuple[Floats, Floats]:
    """Seeds (n, d) in m and weights (n,) in m2 of a Laguerre diagram whose cells have the given volumes."""
    volumes = rng.permutation(volumes)
    coarse = _coarse(box, len(volumes))
    radii = 0.5 * equivalent_diameter(volumes, box.dimensions)
    seeds, _ = push_apart(box, 0.85 * radii, rng, periodic, sweeps=60, tolerance=0.05)
    cells = _Cells.of(coarse, seeds, radii**2, volumes, periodic)
    if cells.smallest < _SMALLEST:
        cells = _Cells.of(coarse, seeds, np.zeros_like(radii), volumes, periodic)
    best, moves = cells, 0
    for _ in range(_STEPS if len(volumes) > 1 else 0):
        change = _newton_step(coarse, cells.owner, cells.seeds, volumes - cells.volumes, periodic)
        part, settled = 1.0, True
        while part > 0.1:
            trial = _Cells.of(coarse, cells.seeds, cells.weights + part * change, volumes, periodic)
            settled = trial.error >= (1.0 - 0.5 * part) * cells.error or trial.smallest < _SMALLEST
            if not settled:
                cells = trial
                break
            part *= 0.5
        best = cells if cells.error < best.error or moves < _MOVES else best
        if moves < _MOVES and (cells.error < 0.2 or settled):
            moves += 1
            cells = _recentred(coarse, cells, volumes, periodic)
        elif settled or cells.error < _CLOSE:
            break
    return best.seeds, best.weights


@dataclass(frozen=True)
class _Cells:
    """A diagram on the coarse grid, and how far its volumes are from those wanted (root mean square, relative)."""

    seeds: Floats
    weights: Floats
    owner: Any
    volumes: Floats
    error: float
    smallest: float

    @classmethod
    def of(cls, box: Box, seeds: Floats, weights: Floats, wanted: Floats, periodic: bool) -> _Cells:
        owner = tessellate(box, seeds, weights, periodic)
        volumes = np.asarray(np.bincount(owner.ravel(), minlength=len(seeds) + 1)[1:] * box.voxel_volume, float)
        error = float(np.sqrt(np.mean((volumes - wanted) ** 2)) / wanted.mean())
        return cls(seeds, weights, owner, volumes, error, float((volumes / wanted).min()))


def _recentred(box: Box, cells: _Cells, volumes: Floats, periodic: bool) -> _Cells:
    """The seeds moved to the centroids of their cells, less far if a cell would vanish."""
    goal = _towards_centroids(box, cells.owner, cells.seeds, periodic)
    step = goal - cells.seeds
    if periodic:
        step -= box.extent * np.round(step / box.extent)
    for part in (1.0, 0.5, 0.25):
        seeds = cells.seeds + part * step
        seeds = np.mod(seeds, box.extent) if periodic else seeds
        moved = _Cells.of(box, seeds, cells.weights, volumes, periodic)
        if moved.smallest >= _SMALLEST:
            return moved
    return cells


def seeds_of_mean_size(box: Box, mean: float, rng: np.random.Generator, periodic: bool) -> Floats:
    """As many random seeds (n, d) in m as give Voronoi cells of that mean equivalent diameter."""
    most = max(4, 4 * round(box.content / float(_content(np.array(mean), box.dimensions))))
    drawn = rng.random((most, box.dimensions)) * box.extent
    count = max(1, most // 4)
    for _ in range(6):
        owner = tessellate(_coarse(box, count), drawn[:count], None, periodic)
        cells = np.bincount(owner.ravel())[1:]
        reached = equivalent_diameter(cells[cells > 0] * (box.content / owner.size), box.dimensions).mean()
        proposed = min(most, max(1, round(count * float(reached / mean) ** box.dimensions)))
        if proposed == count:
            break
        count = proposed
    return np.asarray(drawn[:count])


def _coarse(box: Box, grains: int) -> Box:
    factor = (box.voxels / (grains * _VOXELS_A_GRAIN[box.dimensions])) ** (1.0 / box.dimensions)
    if factor <= 1.2:
        return box
    shape = tuple(max(4, round(n / factor)) for n in box.shape)
    return Box(shape, tuple(float(edge) / n for edge, n in zip(box.extent, shape, strict=True)))


def _newton_step(box: Box, owner: Any, seeds: Floats, missing: Floats, periodic: bool) -> Floats:
    """Change of the weights, m2, that would mend the volumes if the faces stayed as they are."""
    n = len(seeds)
    rows, columns, values = [], [], []
    for axis in range(box.dimensions):
        ahead = np.roll(owner, -1, axis)
        here = owner if periodic else owner[(slice(None),) * axis + (slice(0, -1),)]
        ahead = ahead if periodic else ahead[(slice(None),) * axis + (slice(0, -1),)]
        differ = here != ahead
        i, j = here[differ].astype(np.int64) - 1, ahead[differ].astype(np.int64) - 1
        key, count = np.unique(np.minimum(i, j) * n + np.maximum(i, j), return_counts=True)
        i, j = key // n, key % n
        away = seeds[j] - seeds[i]
        if periodic:
            away -= box.extent * np.round(away / box.extent)
        square = np.maximum((away**2).sum(axis=1), 1e-12 * float((box.extent**2).sum()))
        face = box.voxel_volume / box.voxel_size[axis]
        rows.append(i)
        columns.append(j)
        values.append(0.5 * count * face * np.abs(away[:, axis]) / square)
    i, j, value = (np.concatenate(parts) for parts in (rows, columns, values))
    links = coo_array((np.r_[value, value], (np.r_[i, j], np.r_[j, i])), shape=(n, n)).tocsr()
    diagonal = np.asarray(links.sum(axis=1)).ravel()
    diagonal = np.where(diagonal > 0.0, diagonal, diagonal.max() or 1.0) * (1.0 + 1e-6)
    solution, _ = cg(
        diags_array(diagonal) - links, missing - missing.mean(), rtol=1e-5, maxiter=400, M=diags_array(1.0 / diagonal)
    )
    return np.asarray(solution)


def _towards_centroids(box: Box, owner: Any, seeds: Floats, periodic: bool) -> Floats:
    """Seeds moved to the centroids of their cells; those of empty cells stay."""
    label = owner.ravel() - 1
    count = np.bincount(label, minlength=len(seeds))
    moved = seeds.copy()
    for axis in range(box.dimensions):
        shape = [1] * box.dimensions
        shape[axis] = -1
        centres = ((np.arange(box.shape[axis]) + 0.5) * box.voxel_size[axis]).reshape(shape)
        away = np.broadcast_to(centres, box.shape).ravel() - seeds[label, axis]
        edge = box.extent[axis]
        if periodic:
            away -= edge * np.round(away / edge)
        moved[:, axis] += np.bincount(label, away, len(seeds)) / np.maximum(count, 1)
        moved[:, axis] = np.mod(moved[:, axis], edge) if periodic else moved[:, axis]
    return moved
