"""Two phases that run through each other: level sets of a Gaussian random field, and whether a phase percolates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.generated import (
    Generated,
    Statistic,
    above,
    checked_seed,
    length_text,
    one_of,
    recipe_of,
    share,
    stream,
)
from lisse.microstructure.generate.random_field import gaussian_field, top_share
from lisse.microstructure.volume import Volume

__all__ = ["network", "percolation"]


def network(
    size: Sequence[float],
    voxel_size: float | Sequence[float],
    fraction: float,
    correlation_length: float,
    *,
    kind: str = "one-cut",
    periodic: bool = True,
    phases: Sequence[str] = ("polymer", "ceramic"),
    seed: int = 0,
) -> Generated:
    """A network as the level set of a smooth random field, its volume fraction met to the voxel.

    One cut (field above a level) gives blobs that join; two cuts (field between -level and level) give walls that
    percolate at small fractions. With one cut at fraction 1/2 the two-point probability of the phase at distance r is
    1/4 + asin(exp(-(r / correlation_length)^2)) / (2 pi).

    Parameters
    ----------
    size, voxel_size : m. The box.
    fraction : float, 1. Volume fraction of the second phase.
    correlation_length : float, m. Of the field; at least 2 voxels, at most a quarter of the shortest edge.
    kind : str. ``"one-cut"`` or ``"two-cut"``.
    phases : names of the matrix (label 1) and of the network (label 2).

    Returns
    -------
    Generated
        Statistics ``fraction``, ``percolates_x``... (1 or 0: joined from face to face through faces of voxels).
    """
    box = Box.of(size, voxel_size)
    fraction, kind = share("fraction", fraction), one_of("kind", kind, ("one-cut", "two-cut"))
    length, seed = above("correlation_length", correlation_length), checked_seed(seed)
    low, high = 2.0 * max(box.voxel_size), 0.25 * float(box.extent.min())
    if not low <= length <= high:
        allowed = f"{low:.3g} m (2 voxels) to {high:.3g} m (a quarter of the box)"
        raise InvalidInput("correlation_length", length, allowed, "Take a larger box or smaller voxels")
    field = gaussian_field(box.shape, box.voxel_size, length, stream(seed, "network"), periodic)
    inside = top_share(field if kind == "one-cut" else -np.abs(field), fraction)
    volume = Volume(np.where(inside, 2, 1).astype(np.uint8), box.voxel_size, {1: phases[0], 2: phases[1]})
    statistics = {
        **box.size_statistics(size),
        "fraction": Statistic(float(inside.mean()), fraction),
        **percolation(inside),
    }
    recipe = recipe_of(
        "network",
        **box.recipe(),
        fraction=fraction,
        correlation_length=length_text(length),
        kind=kind,
        periodic=bool(periodic),
        phases=list(phases),
        seed=seed,
    )
    return Generated(volume, statistics, recipe, seed)


def percolation(mask: Any) -> dict[str, Statistic]:
    """1 where a phase joins the two faces across an axis through faces of voxels, 0 where it does not."""
    labels, _ = ndimage.label(mask)
    found = {}
    for axis, name in zip(range(mask.ndim), "xyz", strict=False):
        first, last = np.take(labels, 0, axis), np.take(labels, -1, axis)
        joined = np.intersect1d(first[first > 0], last[last > 0])
        found[f"percolates_{name}"] = Statistic(float(joined.size > 0))
    return found
