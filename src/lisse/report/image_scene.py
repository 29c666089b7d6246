"""A microstructure as a solid body in parallel light: rays are cast through the voxels, and the picture is an array.

Only the picture and where points of the volume lie in it. Lines, letters and marks are put on top by
`lisse.report.image_drawings`. Plain NumPy and SciPy; a second or so, whatever the size of the volume, because it is
thinned to what a picture can show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.volume import Volume

__all__ = ["WIDTH", "Scene", "render"]

Array = np.ndarray[Any, np.dtype[Any]]

WIDTH = 620
"""Pixels across a picture."""
_AZIMUTH, _ELEVATION = math.radians(38.0), math.radians(27.0)
_TOWARDS = np.array(
    [
        math.cos(_ELEVATION) * math.cos(_AZIMUTH),
        math.cos(_ELEVATION) * math.sin(_AZIMUTH),
        math.sin(_ELEVATION),
    ]
)
"""From the volume to the eye, which looks at the corner of largest x, y and z."""
_RIGHT = np.array([-math.sin(_AZIMUTH), math.cos(_AZIMUTH), 0.0])
_UP = np.cross(_TOWARDS, _RIGHT)
_LIGHT = np.array([0.78, 0.18, 0.95]) / np.linalg.norm([0.78, 0.18, 0.95])
_READ, _COARSE = 256, 128  # voxels along the longest edge: looked at, and of the smoothed body
_CLEAR = 0.12  # cells less full than this hold no surface
_ROOM = 0.03  # around the box, of the size of the picture


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture and how it was taken.

    Attributes
    ----------
    pixels : (h, w, 4) array of bytes. Red, green, blue, opacity; the first row is the top.
    extent : (3,) floats, m. Edges of the volume.
    cut : (3,) floats, m, or None. Inner corner of the eighth that is cut away.
    depth : (h, w) array, m. How far a point lies towards the eye; ``-inf`` where nothing is.
    """

    pixels: Array
    extent: tuple[float, ...]
    cut: tuple[float, ...] | None
    depth: Array

    def place(self, point: Sequence[float]) -> tuple[float, float]:
        """Where a point of the volume (m) lies in the picture, in pixels from its upper left corner."""
        scale, middle = _camera(self.extent, self.pixels.shape[1])
        at = np.asarray(point, dtype=float)
        height, width = self.pixels.shape[:2]
        return (
            width / 2.0 + scale * float(at @ _RIGHT - middle[0]),
            height / 2.0 - scale * float(at @ _UP - middle[1]),
        )

    def hidden(self, point: Sequence[float]) -> bool:
        """Whether a point (m) lies behind something."""
        column, row = self.place(point)
        height, width = self.depth.shape
        seen = self.depth[min(max(int(row), 0), height - 1), min(max(int(column), 0), width - 1)]
        return bool(seen > float(np.asarray(point) @ _TOWARDS) + 0.02 * max(self.extent))


def render(
    volume: Volume,
    shown: Sequence[int],
    colours: Callable[[Array], Array],
    cut: bool = False,
    width: int | None = None,
    outlines: bool = True,
    soft: bool = False,
) -> Scene:
    """Look at some phases of a 3-D volume from above its corner of largest x, y and z.

    Parameters
    ----------
    volume : Volume. In 3-D.
    shown : sequence of ints. Labels of the phases that are seen; the others are clear.
    colours : function of an (m, 3) array of voxels to an (m, 3) array, 0 to 1. Colour of what is seen in each.
    cut : bool. Leave out the eighth nearest to the eye.
    width : int, optional. Pixels across; `WIDTH` if not given.
    outlines : bool. Draw a line between grains on flat faces, where the volume has them.
    soft : bool. Light that leaves colours nearly as they are, for colours that stand for numbers.

    Returns
    -------
    Scene
    """
    if volume.dimensions != 3:
        raise InvalidInput("volume", f"{volume.dimensions} dimensions", "3 dimensions", "A plane is a single picture")
    width = WIDTH if width is None else width
    body = _Body.of(volume, shown, cut)
    rays, height = _rays(volume.extent, width)
    hits = _cast(body, rays)
    image = np.zeros((height * width, 4))
    depth = np.full(height * width, -np.inf)
    voxels = body.voxels(hits)
    light = _light(body, hits)
    light = 0.7 + 0.3 * light if soft else light
    image[hits.ray, :3] = np.clip(colours(voxels), 0.0, 1.0) * light[:, None]
    image[hits.ray, 3] = 1.0
    depth[hits.ray] = hits.place @ _TOWARDS
    picture = image.reshape(height, width, 4)
    if outlines and volume.grains is not None:
        _outline(picture, _grain_image(volume, voxels, hits, (height, width)))
    return Scene(
        (255.0 * np.clip(picture, 0.0, 1.0) + 0.5).astype(np.uint8),
        volume.extent,
        tuple(float(one) for one in body.corner) if cut else None,
        depth.reshape(height, width),
    )


@dataclass(frozen=True, eq=False)
class _Hits:
    """What the rays met: number of the ray, place (m), unit normal, and whether it is a face of the box or the cut."""

    ray: Array
    place: Array
    normal: Array
    flat: Array


@dataclass(frozen=True, eq=False)
class _Body:
    """A thinned volume: how full its cells are, smoothed, and how far it is to the nearest that is not quite clear."""

    volume: Volume
    shown: Array
    filled: Array
    away: Array
    step: Array
    cell: Array
    corner: Array
    cut: bool

    @classmethod
    def of(cls, volume: Volume, shown: Sequence[int], cut: bool) -> _Body:
        from scipy import ndimage

        stride = [-(-count // _READ) for count in volume.shape]
        labels = np.asarray(volume.labels[tuple(slice(None, None, one) for one in stride)])
        mask = np.isin(labels, np.asarray(shown))
        if not mask.any():
            raise InvalidInput("shown", list(shown), "labels that have voxels", "There is nothing to see")
        filled = _halved(mask.astype(np.float32))
        cell = np.asarray(volume.extent) / filled.shape
        filled = ndimage.gaussian_filter(filled, 0.6, mode="nearest")
        away = ndimage.distance_transform_edt(filled < _CLEAR, sampling=cell).astype(np.float32)
        half = np.array([max(1, count // 2) for count in volume.shape]) * np.asarray(volume.voxel_size)
        return cls(volume, np.asarray(shown), filled, away, np.asarray(stride), cell, half, cut)

    def solid(self, place: Array) -> Array:
        """Whether the voxel at each place (m) is shown."""
        found: Array = np.isin(self.volume.labels[self._index(place)], self.shown)
        return found

    def _index(self, place: Array) -> tuple[Array, ...]:
        at = np.floor(place / np.asarray(self.volume.voxel_size)).astype(np.intp)
        return tuple(np.clip(at, 0, np.asarray(self.volume.shape) - 1).T)

    def fullness(self, place: Array) -> Array:
        """How full the body is at each place (m), between cells."""
        return self.sample(self.filled, place)

    def sample(self, field: Array, place: Array) -> Array:
        """A field of the cells at each place (m)."""
        from scipy import ndimage

        found: Array = ndimage.map_coordinates(field, (place / self.cell - 0.5).T, order=1, mode="nearest")
        return found

    def gap(self, place: Array) -> Array:
        """How far (m) it is safe to go from each place without meeting anything."""
        at = np.clip((place / self.cell).astype(np.intp), 0, np.asarray(self.filled.shape) - 1)
        found: Array = self.away[tuple(at.T)]
        return found

    def voxels(self, hits: _Hits) -> Array:
        """The voxel, of a phase that is shown, behind each place."""
        inside = hits.place - np.where(hits.flat, 1e-3, 0.6)[:, None] * float(self.cell.min()) * hits.normal
        found = np.stack(self._index(inside), axis=1)
        off = np.flatnonzero(~np.isin(self.volume.labels[tuple(found.T)], self.shown))
        for reach in (1, 2, 3, 4):
            for shift in _SHIFTS:
                if not off.size:
                    return found
                near = np.clip(found[off] + reach * shift * self.step, 0, np.asarray(self.volume.shape) - 1)
                right = np.isin(self.volume.labels[tuple(near.T)], self.shown)
                found[off[right]] = near[right]
                off = off[~right]
        return found


_SHIFTS = np.array([(i, j, k) for i in (0, -1, 1) for j in (0, -1, 1) for k in (0, -1, 1) if (i, j, k) != (0, 0, 0)])


def _halved(filled: Array) -> Array:
    """Means over two cells along each axis that is longer than needed."""
    for axis in range(filled.ndim):
        if filled.shape[axis] > _COARSE:
            layers = np.moveaxis(filled, axis, 0)
            even = layers[: len(layers) // 2 * 2]
            filled = np.moveaxis(0.5 * (even[0::2] + even[1::2]), 0, axis)
    return filled


def _camera(extent: Sequence[float], width: int) -> tuple[float, tuple[float, float]]:
    """Pixels per metre, and the middle of the box in the plane of the picture (m)."""
    corners = np.array([[x, y, z] for x in (0.0, extent[0]) for y in (0.0, extent[1]) for z in (0.0, extent[2])])
    right, up = corners @ _RIGHT, corners @ _UP
    scale = width * (1.0 - 2.0 * _ROOM) / float(np.ptp(right))
    return scale, (float(right.max() + right.min()) / 2.0, float(up.max() + up.min()) / 2.0)


def _rays(extent: Sequence[float], width: int) -> tuple[Array, int]:
    """(h w, 3) starting points (m) in the plane through the origin across the view, and the rows of the picture."""
    scale, middle = _camera(extent, width)
    corners = np.array([[x, y, z] for x in (0.0, extent[0]) for y in (0.0, extent[1]) for z in (0.0, extent[2])])
    height = int(np.ceil(float(np.ptp(corners @ _UP)) * scale + 2.0 * _ROOM * width))
    across = (np.arange(width) + 0.5 - width / 2.0) / scale + middle[0]
    upward = (height / 2.0 - np.arange(height) - 0.5) / scale + middle[1]
    grid = upward[:, None, None] * _UP + across[None, :, None] * _RIGHT
    return grid.reshape(-1, 3), height


def _cast(body: _Body, rays: Array) -> _Hits:
    """The first thing that each ray meets; a place is ``ray + t towards``, and t falls on the way."""
    extent = np.asarray(body.volume.extent)
    entry = (extent - rays) / _TOWARDS
    face = np.argmin(entry, axis=1)
    start, end = entry.min(axis=1), (-rays / _TOWARDS).max(axis=1)
    if body.cut:
        inside = np.all(rays + start[:, None] * _TOWARDS >= body.corner * (1.0 - 1e-9), axis=1)
        leave = (body.corner - rays) / _TOWARDS
        start = np.where(inside, leave.max(axis=1), start)
        face = np.where(inside, np.argmax(leave, axis=1), face)
    alive = np.flatnonzero(start > end)
    skin = 1e-4 * float(body.cell.min())
    first = rays[alive] + (start[alive] - skin)[:, None] * _TOWARDS
    flat = body.solid(first)
    ray, place, normal = alive[flat], first[flat], np.eye(3)[face[alive[flat]]]
    deep = _march(body, rays, alive[~flat], start[alive[~flat]], end[alive[~flat]])
    return _Hits(
        np.concatenate([ray, deep.ray]),
        np.concatenate([place, deep.place]),
        np.concatenate([normal, deep.normal]),
        np.concatenate([np.ones(len(ray), bool), deep.flat]),
    )


def _march(body: _Body, rays: Array, ray: Array, t: Array, end: Array) -> _Hits:
    """Go on, through what is clear as far as it is to the nearest cell that is not, until the body begins."""
    least, slack = 0.5 * float(body.cell.min()), float(np.linalg.norm(body.cell))
    met, at = [np.empty(0, np.intp)], [np.empty(0)]
    while ray.size:
        place = rays[ray] + t[:, None] * _TOWARDS
        gap = body.gap(place)
        full = np.zeros(len(ray), bool)
        near = np.flatnonzero(gap <= 0.0)
        full[near] = body.fullness(place[near]) > 0.5
        met.append(ray[full])
        at.append(t[full])
        go = ~full
        ray, end, t = ray[go], end[go], t[go] - np.maximum(gap[go] - slack, least)
        inside = t > end
        ray, t, end = ray[inside], t[inside], end[inside]
    found, low = np.concatenate(met), np.concatenate(at)
    high = low + least  # full below, clear above
    for _ in range(4):
        middle = 0.5 * (low + high)
        full = body.fullness(rays[found] + middle[:, None] * _TOWARDS) > 0.5
        low, high = np.where(full, middle, low), np.where(full, high, middle)
    place = rays[found] + high[:, None] * _TOWARDS
    return _Hits(found, place, _normals(body, place), np.zeros(len(found), bool))


def _normals(body: _Body, place: Array) -> Array:
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(body.filled, 1.0, mode="nearest")
    slope = np.stack(
        [-body.sample(np.gradient(smooth, axis=axis), place) / edge for axis, edge in enumerate(body.cell)], axis=1
    )
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    return np.where(length > 0.0, slope / np.where(length > 0.0, length, 1.0), _TOWARDS)


def _light(body: _Body, hits: _Hits) -> Array:
    """Brightness of each place: from the sky, from the light, and less where the body stands around it."""
    from scipy import ndimage

    around = body.filled.copy()
    if body.cut:
        around[tuple(slice(int(round(one)), None) for one in body.corner / body.cell)] = 0.0
    near = ndimage.gaussian_filter(around, 2.5, mode="constant")
    far = float(np.mean(body.cell)) * 3.5
    shade = body.sample(near, hits.place + far * hits.normal)
    outside = np.any(hits.place + far * hits.normal > np.asarray(body.volume.extent), axis=1)
    shade = np.where(outside, 0.0, shade)
    open_sky = 1.0 - 0.75 * np.clip(shade * 1.6, 0.0, 1.0)
    direct = np.clip(hits.normal @ _LIGHT, 0.0, 1.0)
    sky = 0.5 + 0.5 * hits.normal[:, 2]
    towards = hits.place @ _TOWARDS
    fog = 0.72 + 0.28 * towards / float(np.asarray(body.volume.extent) @ _TOWARDS)
    found: Array = open_sky * (0.34 + 0.20 * sky + 0.60 * direct) * np.where(hits.flat, 1.06, 0.92 * fog)
    return found


def _grain_image(volume: Volume, voxels: Array, hits: _Hits, shape: tuple[int, int]) -> Array:
    """Grain seen in each pixel on flat faces, with the face in the last digit; -1 elsewhere."""
    assert volume.grains is not None
    image = np.full(shape[0] * shape[1], -1, dtype=np.int64)
    flat = hits.flat
    face = np.argmax(hits.normal[flat], axis=1)
    image[hits.ray[flat]] = 4 * volume.grains[tuple(voxels[flat].T)].astype(np.int64) + face
    return image.reshape(shape)


def _outline(picture: Array, grains: Array) -> None:
    """Darken pixels between two grains of one face."""
    edge = np.zeros(grains.shape, bool)
    for axis in (0, 1):
        here = np.moveaxis(grains, axis, 0)
        differ = (here[1:] != here[:-1]) & (here[1:] >= 4) & (here[:-1] >= 4) & (here[1:] % 4 == here[:-1] % 4)
        np.moveaxis(edge, axis, 0)[1:] |= differ
    picture[edge, :3] *= 0.55
