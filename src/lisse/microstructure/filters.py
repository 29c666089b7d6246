"""Filters that take noise out of a grey image before it is segmented.

Each takes an array or a `readers.Image` and returns the same kind. Images larger than a slab are filtered slab by slab
with a margin, which gives the same values with bounded memory (except non-local means, whose noise estimate is then
taken once from the whole).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.extras import scikit_image
from lisse.microstructure.readers import Image

__all__ = ["SLAB_VOXELS", "gaussian", "grey_values", "median", "non_local_means", "unsharp"]

SLAB_VOXELS = 50_000_000
"""Voxels beyond which an image is filtered in slabs along its first axis."""

_Array = np.ndarray[Any, np.dtype[Any]]
_Grey = TypeVar("_Grey", _Array, Image)
_REACH = 4.0  # standard deviations at which the Gaussian is cut off


def grey_values(image: Any) -> _Array:
    """The values of an image or array, if they are finite numbers in two or three axes."""
    values = image.values if isinstance(image, Image) else np.asarray(image)
    if values.ndim not in (2, 3) or values.size == 0 or values.dtype.kind not in "biuf":
        raise InvalidInput("image", f"{values.dtype} of shape {values.shape}", "numbers along two or three axes")
    if values.dtype.kind == "f" and not all(np.isfinite(layer).all() for layer in values):
        raise InvalidInput("image", "NaN or infinite values", "finite grey values", "Fill or crop the holes first")
    return values


def median(image: _Grey, radius: float = 1.0) -> _Grey:
    """Median over a ball (disc): takes out single wrong voxels and keeps edges.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values.
    radius : float, voxels. Radius of the ball; 1 takes the 6 (4) nearest neighbours.
    """
    from scipy import ndimage

    values = grey_values(image)
    reach = math.floor(_positive("radius", radius, 1.0))
    grid = np.indices((2 * reach + 1,) * values.ndim) - reach
    ball = (grid**2).sum(axis=0) <= radius**2 + 1e-9

    def filtered(slab: _Array) -> _Array:
        return np.asarray(ndimage.median_filter(slab, footprint=ball, mode="nearest"))

    return _like(image, _by_slab(values, reach, filtered, values.dtype))


def gaussian(image: _Grey, width: float = 1.0) -> _Grey:
    """Gaussian blur: takes out noise and softens edges.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values.
    width : float, voxels. Standard deviation.
    """
    from scipy import ndimage

    values = grey_values(image)
    reach = math.ceil(_REACH * _positive("width", width) + 1.0)

    def filtered(slab: _Array) -> _Array:
        return np.asarray(ndimage.gaussian_filter(slab.astype(np.float32), width, mode="nearest", truncate=_REACH))

    return _like(image, _by_slab(values, reach, filtered, np.dtype(np.float32)))


def unsharp(image: _Grey, width: float = 1.0, amount: float = 1.0) -> _Grey:
    """Unsharp mask: the image plus `amount` times what a Gaussian blur takes away; steepens edges, and noise too.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values.
    width : float, voxels. Standard deviation of the blur.
    amount : float, 1. Strength.
    """
    values = grey_values(image).astype(np.float32)
    _positive("amount", amount)
    blurred = gaussian(values, width)
    blurred -= values
    blurred *= np.float32(-amount)
    blurred += values
    return _like(image, blurred)


def non_local_means(image: _Grey, strength: float = 1.0, patch: int = 3, search: int = 5) -> _Grey:
    """Non-local means: averages places that look alike, so it takes out noise and keeps edges. Slow in 3-D.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values.
    strength : float, 1. Smoothing relative to the noise, which is estimated from the image.
    patch : int, voxels. Edge of the patches that are compared.
    search : int, voxels. How far to look for patches.
    """
    restoration = scikit_image("restoration", "The non-local means filter")
    values = grey_values(image)
    _positive("strength", strength)
    noise = _noise(values)
    if noise == 0.0:
        return _like(image, values.astype(np.float32))

    def filtered(slab: _Array) -> _Array:
        return np.asarray(
            restoration.denoise_nl_means(
                slab.astype(np.float32),
                patch_size=patch,
                patch_distance=search,
                h=0.8 * strength * noise,
                sigma=noise,
                fast_mode=True,
                preserve_range=True,
            )
        )

    return _like(image, _by_slab(values, patch + search, filtered, np.dtype(np.float32)))


def _noise(values: _Array) -> float:
    """Standard deviation of the noise, from differences of second order along the last axis.

    The median makes it blind to edges as long as these are few.
    """
    if values.shape[-1] < 3:
        raise InvalidInput("image", f"{values.shape[-1]} layers", "3 or more layers along the last axis")
    layers = values[:: max(1, values.shape[0] // 64)] if values.ndim == 3 else values[None]
    second = layers[..., 2:].astype(np.float32) - 2.0 * layers[..., 1:-1] + layers[..., :-2]
    return float(np.median(np.abs(second)) / (0.6745 * math.sqrt(6.0)))


def _by_slab(values: _Array, margin: int, filtered: Callable[[_Array], _Array], kind: np.dtype[Any]) -> _Array:
    """Filter slabs along the first axis with a margin on both sides."""
    if values.size <= SLAB_VOXELS:
        return filtered(values)
    result = np.empty(values.shape, dtype=kind)
    layers = max(1, SLAB_VOXELS // (values.size // len(values)))
    for start in range(0, len(values), layers):
        end = min(start + layers, len(values))
        low = max(0, start - margin)
        slab = filtered(np.asarray(values[low : end + margin]))
        result[start:end] = slab[start - low : end - low]
    return result


def _like(image: _Grey, values: _Array) -> _Grey:
    if isinstance(image, Image):
        return replace(image, values=values, bit_depth=8 * values.dtype.itemsize)
    return values


def _positive(what: str, value: float, least: float = 0.0) -> float:
    if not (math.isfinite(value) and value > 0.0 and value >= least):
        raise InvalidInput(what, value, f"a number of at least {least:g}" if least else "a number above 0")
    return float(value)
