"""Polycrystals: grains of a given size, spread and texture, compact or columnar.

Pores between the grains are in `porosity`, cracks along their boundaries in `flaws`.
"""

from __future__ import annotations

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
from lisse.microstructure.generate.grain_sizes import (
    equivalent_diameter,
    grain_volumes,
    seeds_of_mean_size,
    seeds_of_volumes,
)
from lisse.microstructure.generate.laguerre import tessellate
from lisse.microstructure.generate.texture import RandomTexture, Texture
from lisse.microstructure.volume import Volume

__all__ = ["polycrystal"]


def polycrystal(
    size: Sequence[float],
    voxel_size: float | Sequence[float],
    grain: float,
    spread: float | None = 0.35,
    *,
    texture: Texture | None = None,
    columnar: int | None = None,
    periodic: bool = False,
    phase: str = "electrolyte",
    seed: int = 0,
) -> Generated:
    """Grains that fill a box, with the mean size and the spread of sizes asked for.

    With a spread the cells of a Laguerre diagram get log-normal sizes by optimal transport (see `grain_sizes`);
    without one (``None``) it is a Voronoi diagram of random points, whose spread follows by itself.

    Parameters
    ----------
    size : (2,) or (3,) floats, m. Edges of the box, rounded to whole voxels.
    voxel_size : float or one per axis, m. At most a quarter of a grain.
    grain : float, m. Mean equivalent diameter, over the number of grains. Of columns: that of their cross-section.
    spread : float or None, 1. Standard deviation of the equivalent diameter over its mean, 0 to 0.8.
    texture : Texture. `RandomTexture()` unless given; `FibreTexture(...)` or `SpreadTexture(...)`.
    columnar : int or None. The axis along which the grains run through the whole box; ``None`` for compact grains.
    periodic : bool. Whether the structure continues across opposite faces.
    phase : str. Name of the phase, label 1.
    seed : int. Same seed, same bytes.

    Returns
    -------
    Generated
        Volume with ``grains`` (1 to n) and ``orientations``; statistics ``grain``, ``grain_spread``, ``grain_count``,
        ``size_x``..., and those of the texture. In a box that is not periodic the grains cut by its faces count as
        they are.

    Examples
    --------
    >>> made = polycrystal((32e-6, 32e-6), 0.5e-6, grain=8e-6, seed=1)
    >>> made.volume.shape
    (64, 64)
    """
    box = Box.of(size, voxel_size)
    grain, seed, texture = above("grain", grain), checked_seed(seed), texture or RandomTexture()
    if spread is not None:
        spread = share("spread", spread, 0.0, 0.8, "None gives a Voronoi structure with its own spread")
    section = _section(box, columnar)
    _check_resolution(section, grain)
    rng = stream(seed, "polycrystal")
    if spread is None:
        seeds, weights = seeds_of_mean_size(section, grain, rng, periodic), None
    else:
        seeds, weights = seeds_of_volumes(section, grain_volumes(section, grain, spread), rng, periodic)
    cells = _numbered(tessellate(section, seeds, weights, periodic))
    counts = np.bincount(cells.ravel())[1:]
    grains = cells if columnar is None else _columns(cells, columnar, box.shape)

    quaternions = texture.draw(len(counts), stream(seed, "texture"))
    orientations = np.concatenate([[[1.0, 0.0, 0.0, 0.0]], quaternions])
    volume = Volume(np.ones(box.shape, np.uint8), box.voxel_size, {1: phase}, grains, orientations)
    diameters = equivalent_diameter(counts * section.voxel_volume, section.dimensions)
    statistics = {
        **box.size_statistics(size),
        "grain": Statistic(float(diameters.mean()), grain, "m"),
        "grain_spread": Statistic(float(diameters.std() / diameters.mean()), spread),
        "grain_count": Statistic(float(len(counts))),
        **texture.statistics(quaternions),
    }
    recipe = recipe_of(
        "polycrystal",
        **box.recipe(),
        grain=length_text(grain),
        spread="voronoi" if spread is None else spread,
        texture=texture.plain(),
        columnar=columnar,
        periodic=bool(periodic),
        phase=phase,
        seed=seed,
    )
    return Generated(volume, statistics, recipe, seed)


def _section(box: Box, columnar: Any) -> Box:
    if columnar is None:
        return box
    if isinstance(columnar, bool) or columnar not in range(box.dimensions):
        raise InvalidInput("columnar", columnar, f"None or an axis from 0 to {box.dimensions - 1}")
    return box.without(int(columnar))


def _check_resolution(box: Box, grain: float) -> None:
    voxels = grain / max(box.voxel_size)
    if voxels < 4.0:
        raise InvalidInput(
            "grain",
            f"{grain:.4g} m, {voxels:.2g} voxels of {max(box.voxel_size):.4g} m",
            "at least 4 voxels across a grain",
            f"Take voxels of {grain / 8.0:.3g} m or less for sizes that mean something",
        )
    if grain > float(box.extent.min()):
        raise InvalidInput(
            "grain",
            f"{grain:.4g} m in a box of {float(box.extent.min()):.4g} m",
            "grains no larger than the box",
            "Take a larger box",
        )


def _numbered(cells: Any) -> Any:
    """Grains from 1 without gaps (a cell may be smaller than a voxel)."""
    used = np.bincount(cells.ravel()) > 0
    if used[1:].all():
        return cells
    return (np.cumsum(used).astype(np.int32) * used)[cells]


def _columns(cells: Any, axis: int, shape: tuple[int, ...]) -> Any:
    return np.ascontiguousarray(np.broadcast_to(np.expand_dims(cells, axis), shape))
