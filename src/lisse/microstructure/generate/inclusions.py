"""Particles in a matrix: spheres that keep apart or overlap, and fibres of a given alignment.

Networks without particles are in `networks`, the interphase around inclusions is in `interphase`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.generated import (
    Generated,
    Statistic,
    above,
    checked_seed,
    length_text,
    recipe_of,
    share,
    stream,
)
from lisse.microstructure.generate.grain_sizes import log_normal_sizes
from lisse.microstructure.generate.networks import percolation
from lisse.microstructure.generate.packing import MOST_PACKED, push_apart
from lisse.microstructure.volume import Volume

__all__ = ["fibres", "spheres"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


def spheres(
    size: Sequence[float],
    voxel_size: float | Sequence[float],
    fraction: float,
    diameter: float,
    spread: float = 0.0,
    *,
    overlap: bool = False,
    gap: float = 0.0,
    periodic: bool = True,
    phases: Sequence[str] = ("polymer", "ceramic"),
    seed: int = 0,
) -> Generated:
    """Spheres (discs in 2-D) in a matrix, with the volume fraction met to the voxel.

    Spheres that keep apart are placed at random and pushed apart (see `packing`) up to 0.58 in 3-D and 0.80 in 2-D for
    equal sizes; those that may overlap are random points. In the end all surfaces move by the same small distance, so
    that the count of voxels is right.

    Parameters
    ----------
    size, voxel_size : m. The box, see `polycrystal`.
    fraction : float, 1. Volume fraction of the spheres.
    diameter : float, m. Mean diameter, over the number of spheres; at least 4 voxels.
    spread : float, 1. Standard deviation over the mean (log-normal), 0 to 0.8.
    overlap : bool. Overlapping spheres form a percolating network above about 0.29 in 3-D (0.68 in 2-D).
    gap : float, m. Least distance between the surfaces of spheres that keep apart.
    periodic : bool. Whether opposite faces are joined; otherwise the spheres stay inside the box.
    phases : names of the matrix (label 1) and of the spheres (label 2).

    Returns
    -------
    Generated
        ``grains`` numbers the spheres. Statistics ``fraction``, ``diameter``, ``diameter_spread``, ``sphere_count``,
        ``surface_shift`` (m), ``percolates_x``... (1 or 0).
    """
    box = Box.of(size, voxel_size)
    diameter, gap, seed = above("diameter", diameter), above("gap", gap, equal=True), checked_seed(seed)
    spread = share("spread", spread, 0.0, 0.8)
    _check_diameter(box, diameter)
    rng = stream(seed, "spheres")
    d = box.dimensions
    most = 0.95 if overlap else MOST_PACKED[d] * (1.0 + gap / diameter) ** -d
    fraction = share("fraction", fraction, 1e-6, most, "Allow overlap = true, or a smaller gap" if not overlap else "")
    radii = _radii_of_fraction(box, fraction, diameter, spread, overlap)
    if overlap:
        centres = rng.random((len(radii), d)) * box.extent
        radii = rng.permutation(radii)
    else:
        centres, left = push_apart(box, radii + 0.5 * gap, rng, periodic)
        if left > 0.05:
            raise InvalidInput(
                "fraction", f"{fraction:.3g}, overlaps of {left:.2g} radii left", f"less than {most:.3g}", "Take less"
            )
    distance, nearest = _spheres_field(box, centres, radii, 2.0 * max(box.voxel_size), periodic)
    inside, shift = _exact(distance, fraction)
    labels = np.where(inside, 2, 1).astype(np.uint8)
    volume = Volume(labels, box.voxel_size, {1: phases[0], 2: phases[1]}, np.where(inside, nearest, 0))
    sizes = 2.0 * (radii + shift)
    statistics = {
        **box.size_statistics(size),
        "fraction": Statistic(float(inside.mean()), fraction),
        "diameter": Statistic(float(sizes.mean()), diameter, "m"),
        "diameter_spread": Statistic(float(sizes.std() / sizes.mean()), spread),
        "sphere_count": Statistic(float(len(radii))),
        "surface_shift": Statistic(shift, None, "m"),
        **percolation(inside),
    }
    recipe = recipe_of(
        "spheres",
        **box.recipe(),
        fraction=fraction,
        diameter=length_text(diameter),
        spread=spread,
        overlap=bool(overlap),
        gap=length_text(gap),
        periodic=bool(periodic),
        phases=list(phases),
        seed=seed,
    )
    return Generated(volume, statistics, recipe, seed)


def fibres(
    size: Sequence[float],
    voxel_size: float | Sequence[float],
    fraction: float,
    diameter: float,
    length: float,
    *,
    direction: Sequence[float] | None = None,
    misalignment: float = 0.0,
    phases: Sequence[str] = ("polymer", "ceramic"),
    seed: int = 0,
) -> Generated:
    """Straight fibres with round ends that may cross, in a periodic box; the volume fraction is met to the voxel.

    Parameters
    ----------
    size, voxel_size : m. The box.
    fraction : float, 1. Volume fraction, up to 0.7.
    diameter, length : float, m. Of every fibre; at least 3 voxels thick and longer than thick.
    direction : floats or None. Direction of aligned fibres (x, y[, z]); ``None`` for all directions alike.
    misalignment : float, rad. Root mean square angle to that direction, 0 to 0.6.
    phases : names of the matrix (label 1) and of the fibres (label 2).

    Returns
    -------
    Generated
        Statistics ``fraction``, ``fibre_count``, ``surface_shift``, ``alignment`` (largest eigenvalue of the mean of
        p p^T, 1 for parallel and 1/d for random fibres), ``percolates_x``...
    """
    box = Box.of(size, voxel_size)
    fraction, seed = share("fraction", fraction, 1e-6, 0.7), checked_seed(seed)
    diameter = above("diameter", diameter, 3.0 * max(box.voxel_size), equal=True)
    length = above("length", length, diameter)
    misalignment = share("misalignment", misalignment, 0.0, 0.6)
    rng = stream(seed, "fibres")
    directions: list[Floats] = []
    distance = np.full(box.shape, np.inf, np.float32)
    wanted = round(fraction * box.voxels)
    while int((distance <= 0.0).sum()) < wanted:
        for _ in range(_fibres_missing(box, distance, wanted, diameter, length)):
            along = _direction(box.dimensions, direction, misalignment, rng)
            _draw_fibre(box, distance, rng.random(box.dimensions) * box.extent, along, diameter, length)
            directions.append(along)
    inside, shift = _exact(distance, fraction)
    table = np.array(directions)
    tensor = table.T @ table / len(table)
    volume = Volume(np.where(inside, 2, 1).astype(np.uint8), box.voxel_size, {1: phases[0], 2: phases[1]})
    statistics = {
        **box.size_statistics(size),
        "fraction": Statistic(float(inside.mean()), fraction),
        "fibre_count": Statistic(float(len(directions))),
        "surface_shift": Statistic(shift, None, "m"),
        "alignment": Statistic(float(np.linalg.eigvalsh(tensor)[-1])),
        **percolation(inside),
    }
    recipe = recipe_of(
        "fibres",
        **box.recipe(),
        fraction=fraction,
        diameter=length_text(diameter),
        length=length_text(length),
        direction=None if direction is None else [float(x) for x in direction],
        misalignment=f"{misalignment!r} rad",
        phases=list(phases),
        seed=seed,
    )
    return Generated(volume, statistics, recipe, seed)


def _check_diameter(box: Box, diameter: float) -> None:
    voxels = diameter / max(box.voxel_size)
    if voxels < 4.0:
        advice = f"Take voxels of {diameter / 8.0:.3g} m or less"
        raise InvalidInput("diameter", f"{voxels:.2g} voxels", "at least 4 voxels across", advice)
    if diameter > 0.5 * float(box.extent.min()):
        raise InvalidInput("diameter", diameter, f"up to half the box, {0.5 * box.extent.min():.3g} m", "A larger box")


def _radii_of_fraction(box: Box, fraction: float, diameter: float, spread: float, overlap: bool) -> Floats:
    """Radii, m, whose balls fill the fraction, or would where they overlap at random: 1 - exp(-n v / V)."""
    ball = math.pi / 4.0 if box.dimensions == 2 else math.pi / 6.0
    wanted = box.content * (-math.log1p(-fraction) if overlap else fraction)
    count = max(1, round(wanted / (ball * diameter**box.dimensions)))
    for _ in range(8):
        sizes = log_normal_sizes(count, diameter, spread)
        count = max(1, round(count * wanted / float((ball * sizes**box.dimensions).sum())))
    sizes = log_normal_sizes(count, diameter, spread)
    return np.asarray(0.5 * sizes * (wanted / float((ball * sizes**box.dimensions).sum())) ** (1.0 / box.dimensions))


def _exact(distance: Any, fraction: float) -> tuple[Any, float]:
    """The voxels of least distance, as many as the fraction asks for, and how far the surface moved for it, m."""
    count = round(fraction * distance.size)
    chosen = np.zeros(distance.size, bool)
    order = np.argpartition(distance.ravel(), count - 1)[:count]
    chosen[order] = True
    return chosen.reshape(distance.shape), float(distance.ravel()[order].max())


def _local(box: Box, centre: Floats, reach: float, periodic: bool) -> tuple[tuple[Any, ...], list[Floats]]:
    """Indices of the voxels around a point, and their offsets from it along each axis, m."""
    index, offsets = [], []
    for n, h, c in zip(box.shape, box.voxel_size, centre, strict=True):
        low, high = math.floor((c - reach) / h), math.ceil((c + reach) / h)
        if high - low + 1 > n and periodic:
            low = math.floor(c / h) - n // 2
            high = low + n - 1
        cells = np.arange(low, high + 1)
        cells = cells if periodic else cells[(cells >= 0) & (cells < n)]
        offsets.append((cells + 0.5) * h - c)
        index.append(np.mod(cells, n))
    return np.ix_(*index), offsets


def _squares(offsets: list[Floats]) -> Floats:
    total = np.zeros([1] * len(offsets))
    for axis, offset in enumerate(offsets):
        total = total + (offset**2).reshape([-1 if k == axis else 1 for k in range(len(offsets))])
    return np.asarray(total)


def _spheres_field(box: Box, centres: Floats, radii: Floats, reach: float, periodic: bool) -> tuple[Any, Any]:
    """Distance of every voxel from the nearest surface (negative inside; far outside infinite), and of which sphere."""
    distance, nearest = np.full(box.shape, np.inf, np.float32), np.zeros(box.shape, np.int32)
    for number, (centre, radius) in enumerate(zip(centres, radii, strict=True), start=1):
        where, offsets = _local(box, centre, radius + reach, periodic)
        own = (np.sqrt(_squares(offsets)) - radius).astype(np.float32)
        held = distance[where]
        better = own < held
        distance[where] = np.where(better, own, held)
        nearest[where] = np.where(better, number, nearest[where])
    return distance, nearest


def _fibres_missing(box: Box, distance: Any, wanted: int, diameter: float, length: float) -> int:
    d = box.dimensions
    one = diameter * length if d == 2 else math.pi / 4.0 * diameter**2 * length
    now, goal = float((distance <= 0.0).mean()), wanted / box.voxels
    return max(1, math.floor(0.8 * (math.log1p(-now) - math.log1p(-goal)) * box.content / one))


def _direction(d: int, direction: Any, misalignment: float, rng: np.random.Generator) -> Floats:
    if direction is None:
        drawn = rng.standard_normal(d)
        return np.asarray(drawn / np.linalg.norm(drawn))
    mean = np.array([float(x) for x in direction])
    if mean.shape != (d,) or not np.isfinite(mean).all() or not mean.any():
        raise InvalidInput("direction", direction, f"{d} finite numbers, not all of them 0")
    mean = mean / np.linalg.norm(mean)
    across = rng.standard_normal(d)
    across -= mean * (across @ mean)
    across /= np.linalg.norm(across) or 1.0
    angle = misalignment * (abs(rng.standard_normal()) if d == 2 else math.sqrt(-math.log1p(-rng.random())))
    return np.asarray(math.cos(angle) * mean + math.sin(angle) * across)


def _draw_fibre(box: Box, distance: Any, middle: Floats, along: Floats, diameter: float, length: float) -> None:
    """Lower the distances around one fibre, piece by piece (so that it may be longer than the box)."""
    radius, straight = 0.5 * diameter, length - diameter
    pieces = max(1, math.ceil(straight / min(3.0 * diameter, 0.4 * float(box.extent.min()))))
    half = 0.5 * straight / pieces
    for number in range(pieces):
        centre = middle + along * (straight * ((number + 0.5) / pieces - 0.5))
        where, offsets = _local(box, centre, half + radius + 2.0 * max(box.voxel_size), True)
        shape = [len(offset) for offset in offsets]
        run = np.zeros(shape)
        for axis, offset in enumerate(offsets):
            run = run + (along[axis] * offset).reshape([-1 if k == axis else 1 for k in range(len(shape))])
        nearest = np.clip(run, -half, half)
        square = np.maximum(_squares(offsets) - 2.0 * run * nearest + nearest**2, 0.0)
        distance[where] = np.minimum(distance[where], (np.sqrt(square) - radius).astype(np.float32))
