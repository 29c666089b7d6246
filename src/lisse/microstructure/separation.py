"""Grains and separate particles out of a segmented or grey image, by watersheds; and taking out specks."""

from __future__ import annotations

from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.describe_checks import phase_mask
from lisse.microstructure.extras import scikit_image
from lisse.microstructure.filters import grey_values
from lisse.microstructure.volume import Volume
from lisse.numerics.components import label_components

__all__ = ["grains_from_distance", "grains_from_image", "remove_small_pieces"]

_Array = np.ndarray[Any, np.dtype[Any]]


def grains_from_distance(volume: Volume, phase: str | int, depth: float | None = None) -> Volume:
    """Split a phase at its necks: watershed of the distance to the other phases.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Phase to split.
    depth : float, m, optional. How much narrower than both bodies a neck must be, in radius; one smallest voxel if not
        given. Larger values join more.

    Returns
    -------
    Volume. The same with `grains`: 1, 2, ... in the phase, 0 elsewhere.
    """
    from lisse.numerics.distance import distance_to_background

    mask = phase_mask(volume, phase)
    if mask.all():
        raise InvalidInput("phase", phase, "a phase that has a boundary", "Dense grains need grains_from_image")
    distance = distance_to_background(mask, volume.voxel_size)
    least = min(volume.voxel_size) if depth is None else _positive_depth(depth)
    return volume.replace(grains=_flooded(distance, least, mask), orientations=None)


def grains_from_image(
    volume: Volume, image: Any, depth: float, boundaries: str = "dark", phase: str | int | None = None
) -> Volume:
    """Grains of a grey image whose boundaries are darker (or brighter) than the grains: watershed of the grey value.

    Parameters
    ----------
    volume : Volume. Of the same shape; its phases are kept.
    image : Image or (nx, ny[, nz]) array. Grey values, filtered before if noisy.
    depth : float, grey value. How far a boundary must stand out from both grains. Larger values join more.
    boundaries : str. ``dark`` or ``bright``.
    phase : str or int, optional. Look for grains in this phase only; everywhere if not given.
    """
    values = grey_values(image).astype(np.float32)
    if values.shape != volume.shape:
        raise InvalidInput("image", f"shape {values.shape}", f"the shape of the volume, {volume.shape}")
    if boundaries not in ("dark", "bright"):
        raise InvalidInput("boundaries", boundaries, "dark or bright")
    mask = np.ones(volume.shape, dtype=bool) if phase is None else phase_mask(volume, phase)
    height = values if boundaries == "dark" else -values
    return volume.replace(grains=_flooded(height, _positive_depth(depth), mask), orientations=None)


def _flooded(height: _Array, depth: float, mask: _Array) -> _Array:
    """Watershed from the tops that stand out by `depth`, downhill."""
    morphology = scikit_image("morphology", "A watershed")
    segmentation = scikit_image("segmentation", "A watershed")
    floor = float(height[mask].min()) - 2.0 * depth
    ground = np.where(mask, height, floor).astype(np.float32)
    lowered = morphology.reconstruction(ground - np.float32(depth), ground, method="dilation")
    tops = morphology.local_maxima(lowered, connectivity=ground.ndim) & mask
    markers, count = label_components(tops)
    if count == 0:
        raise InvalidInput("depth", depth, "less than the span of the values", "No grain stands out by so much")
    return np.asarray(segmentation.watershed(-ground, markers, mask=mask)).astype(np.int32)


def remove_small_pieces(volume: Volume, phase: str | int, into: str | int, smallest: int) -> Volume:
    """Turn pieces of a phase with fewer voxels than `smallest` into another phase.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Phase whose specks go.
    into : str or int. Phase that they become.
    smallest : int, voxels. Pieces of at least this size stay.
    """
    if not isinstance(smallest, (int, np.integer)) or isinstance(smallest, bool) or smallest < 1:
        raise InvalidInput("smallest", smallest, "a number of voxels from 1 up")
    target = volume.label_of(into)
    if target == volume.label_of(phase):
        raise InvalidInput("into", into, "a phase other than the one whose specks go")
    pieces, _ = label_components(volume.mask(phase))
    small = np.bincount(pieces.ravel()) < smallest
    small[0] = False
    return volume.replace(labels=np.where(small[pieces], volume.labels.dtype.type(target), volume.labels))


def _positive_depth(depth: float) -> float:
    if not (np.isfinite(depth) and depth > 0.0):
        raise InvalidInput("depth", depth, "a number above 0")
    return float(depth)
