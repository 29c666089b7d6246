"""Pores in a structure: at grain boundaries, at the junctions of three grains, inside grains, or anywhere.

Every pore is a ball of a whole number of voxels, so the porosity is met to the voxel. Cracks and scratches are in
`flaws`, gaps under an electrode in `surfaces`.
"""

from __future__ import annotations

import itertools
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
    host_of,
    length_text,
    one_of,
    opened,
    recipe_of,
    share,
    stream,
    with_phase,
)
from lisse.microstructure.generate.grain_sizes import equivalent_diameter, log_normal_sizes
from lisse.microstructure.volume import Volume

__all__ = ["PLACES", "boundary_voxels", "junction_voxels", "pores"]

PLACES = ("boundary", "junction", "bulk", "anywhere")
"""Where pores sit: centred on a boundary of two grains, where three meet, inside a grain, or without a rule."""

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def pores(
    of: Generated | Volume,
    porosity: float,
    diameter: float,
    spread: float = 0.3,
    *,
    place: str = "boundary",
    overlap: bool = False,
    periodic: bool = False,
    host: str | Sequence[str] | None = None,
    phase: str = "pore",
    seed: int = 0,
) -> Generated:
    """Take pores out of a structure until the porosity is met to the voxel.

    Parameters
    ----------
    of : Generated or Volume. Where the pores go.
    porosity : float, 1. Share of the host that becomes pores, 0 to 0.6.
    diameter : float, m. Mean diameter, over the number of pores; at least 2 voxels.
    spread : float, 1. Standard deviation over the mean (log-normal), 0 to 1. The last pore is cut to fit.
    place : str. One of `PLACES`. In the bulk a pore lies wholly inside a grain.
    overlap : bool. Whether pores may merge; otherwise a layer of host stays between them.
    periodic : bool. Whether pores go on across opposite faces.
    host : str or sequence. Phases that may be replaced: the electrolyte unless told otherwise. Pores centred near
        another phase end at its surface, so they never reach into an electrode that is not named here.
    phase : str. Name of what fills the pores.
    seed : int. Same seed, same bytes.

    Returns
    -------
    Generated
        Statistics ``porosity`` (of the host), ``pore_diameter`` and ``pore_spread`` (before faces, other phases and
        other pores cut some of them), ``pore_count``.
    """
    volume, statistics, recipe = opened(of)
    porosity, spread = share("porosity", porosity, 0.0, 0.6), share("spread", spread)
    diameter, place, seed = above("diameter", diameter), one_of("place", place, PLACES), checked_seed(seed)
    _check_resolution(volume, diameter)
    box, allowed = Box.around(volume), host_of(volume, host)
    wanted = round(porosity * int(allowed.sum()))
    sites = np.flatnonzero(_sites(volume, allowed, place, periodic))
    if wanted and not sites.size:
        raise InvalidInput("place", place, ", ".join(PLACES), "The volume has no such place; it may have no grains")
    counts = _pore_voxels(box, wanted, diameter, spread)
    rng = stream(seed, "pores")
    taken, reached = _carve(box, volume, allowed, counts, wanted, sites, rng, place, overlap, periodic)

    table, label = with_phase(volume, phase)
    labels = np.where(taken, np.array(label, np.int32), volume.labels).astype(np.min_scalar_type(max(table)))
    grains = None if volume.grains is None else np.where(taken, 0, volume.grains)
    sizes = equivalent_diameter(np.array(reached) * box.voxel_volume, box.dimensions) if reached else np.zeros(1)
    mean = float(sizes.mean())
    found = {
        "porosity": Statistic(float(taken.sum() / allowed.sum()), porosity),
        "pore_diameter": Statistic(mean, diameter if reached else None, "m"),
        "pore_spread": Statistic(float(sizes.std()) / (mean or 1.0), spread if reached else None),
        "pore_count": Statistic(float(len(reached))),
    }
    made = recipe_of(
        "pores",
        recipe or {"generate": "given volume"},
        porosity=porosity,
        diameter=length_text(diameter),
        spread=spread,
        place=place,
        overlap=bool(overlap),
        periodic=bool(periodic),
        host=[host] if isinstance(host, str) else None if host is None else list(host),
        phase=phase,
        seed=seed,
    )
    result = volume.replace(labels=labels, phases=table, grains=grains)
    return Generated(result, {**statistics, **found}, made, seed)


def boundary_voxels(grains: Any, periodic: bool = False) -> Mask:
    """Voxels with a face to another grain."""
    found = np.zeros(grains.shape, bool)
    for axis in range(grains.ndim):
        ahead = np.roll(grains, -1, axis)
        differ = (grains != ahead) & (grains > 0) & (ahead > 0)
        if not periodic:
            differ[(slice(None),) * axis + (slice(-1, None),)] = False
        found |= differ
        found |= np.roll(differ, 1, axis)
    return found


def junction_voxels(grains: Any, periodic: bool = False) -> Mask:
    """Voxels from which a block of two voxels a side holds three grains or more."""
    shifts = list(itertools.product((0, 1), repeat=grains.ndim))
    axes = tuple(range(grains.ndim))
    block = np.stack([np.roll(grains, [-s for s in shift], axes) for shift in shifts])
    block.sort(axis=0)
    kinds = ((np.diff(block, axis=0) != 0) & (block[1:] > 0)).sum(axis=0) + (block[0] > 0)
    found = kinds >= 3
    if not periodic:
        for axis in axes:
            found[(slice(None),) * axis + (slice(-1, None),)] = False
    return np.asarray(found)


def _check_resolution(volume: Volume, diameter: float) -> None:
    voxels = diameter / max(volume.voxel_size)
    if voxels < 2.0:
        raise InvalidInput(
            "diameter",
            f"{diameter:.4g} m, {voxels:.2g} voxels of {max(volume.voxel_size):.4g} m",
            "at least 2 voxels across a pore",
            f"Take voxels of {diameter / 2.0:.3g} m or less, better half of that",
        )


def _sites(volume: Volume, allowed: Mask, place: str, periodic: bool) -> Mask:
    if place in ("boundary", "junction"):
        if volume.grains is None:
            raise InvalidInput("place", place, "bulk or anywhere", "The volume has no grains, so no boundaries")
        seek = boundary_voxels if place == "boundary" else junction_voxels
        return np.asarray(seek(volume.grains, periodic) & allowed)
    return allowed


def _pore_voxels(box: Box, wanted: int, diameter: float, spread: float) -> list[int]:
    """Voxels of each pore, largest first; together at least those wanted."""
    ball = math.pi / 4.0 if box.dimensions == 2 else math.pi / 6.0
    count = 0
    total = 0
    voxels = np.zeros(0, int)
    guess = max(1, round(wanted * box.voxel_volume / (ball * diameter**box.dimensions)))
    for _ in range(20):
        count = guess
        sizes = log_normal_sizes(count, diameter, spread)
        voxels = np.maximum(1, np.rint(ball * sizes**box.dimensions / box.voxel_volume)).astype(int)
        total = int(voxels.sum())
        guess = max(1, round(count * wanted / total))
        if guess == count:
            break
    while total < wanted:
        voxels = np.append(voxels, max(1, round(total / count)))
        total = int(voxels.sum())
    return sorted((int(n) for n in voxels), reverse=True)


def _ball_offsets(box: Box, voxels: int) -> Any:
    """(m, d) integer steps from a voxel, nearest first, at least as many as asked for."""
    ball = math.pi / 4.0 if box.dimensions == 2 else math.pi / 6.0
    radius = 0.5 * (voxels * box.voxel_volume / ball) ** (1.0 / box.dimensions)
    reach = [math.ceil(radius / h) + 1 for h in box.voxel_size]
    grid = np.stack(np.meshgrid(*[np.arange(-r, r + 1) for r in reach], indexing="ij"), -1).reshape(-1, box.dimensions)
    steps = grid * np.array(box.voxel_size)
    return grid[np.lexsort((*grid.T, np.round((steps**2).sum(1) / min(box.voxel_size) ** 2, 6)))]


def _carve(
    box: Box,
    volume: Volume,
    allowed: Mask,
    counts: Sequence[int],
    wanted: int,
    sites: Any,
    rng: np.random.Generator,
    place: str,
    overlap: bool,
    periodic: bool,
) -> tuple[Mask, list[int]]:
    """Where the pores are, and the voxels of each."""
    taken, shape = np.zeros(box.shape, bool), np.array(box.shape)
    flat, free = taken.reshape(-1), allowed.reshape(-1)
    offsets = _ball_offsets(box, 4 * max(counts, default=1) + 60)
    grains = None if volume.grains is None else volume.grains.reshape(-1)
    reached: list[int] = []
    left, tries, queue = wanted, 0, list(counts)
    extra = queue[0] if queue else 0
    most = 200 * len(queue) + 20_000
    while left > 0:
        size = min(queue[len(reached)] if len(reached) < len(queue) else extra, left)
        tries += 1
        if tries > most:
            raise InvalidInput(
                "porosity",
                f"{(wanted - left) / allowed.sum():.4g} reached",
                "as much as finds room",
                "Allow overlap = true, smaller pores or place = 'anywhere'",
            )
        home = int(sites[rng.integers(len(sites))])
        around = np.array(np.unravel_index(home, box.shape)) + offsets[: _with_skin(size, box.dimensions)]
        around, core = _within(around, shape, size, periodic)
        if not free[home] or (flat[home] if overlap else flat[around].any()):
            continue
        cells = around[core]
        cells = cells[free[cells] & ~flat[cells]]
        if place == "bulk" and grains is not None and (grains[around] != grains[home]).any():
            continue
        flat[cells[:left]] = True
        reached.append(size)
        extra = queue[int(rng.integers(len(queue)))]
        left -= min(len(cells), left)
    return taken, reached


def _with_skin(voxels: int, dimensions: int) -> int:
    """Voxels of the ball that is about one voxel larger all around."""
    ball = math.pi / 4.0 if dimensions == 2 else math.pi / 6.0
    across: float = (voxels / ball) ** (1.0 / dimensions) + 2.0
    return math.ceil(ball * across**dimensions)


def _within(around: Any, shape: Any, size: int, periodic: bool) -> tuple[Any, Any]:
    """Flat indices of the voxels in the box, and which of them belong to the ball itself."""
    core = np.arange(len(around)) < size
    if periodic:
        around = np.mod(around, shape)
    else:
        inside = ((around >= 0) & (around < shape)).all(axis=1)
        around, core = around[inside], core[inside]
    return np.ravel_multi_index(tuple(around.T), tuple(shape)), core
