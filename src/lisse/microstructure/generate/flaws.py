"""Flaws of a surface: edge cracks, straight or along grain boundaries, and scratches.

The surface is where the host (the electrolyte) is seen first along x, from the low or the high side. Cracks are planes
of voxels that no path through faces or corners of voxels can cross. Pores are in `porosity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.special import ndtri

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.contamination import SIDES, first_voxels
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
from lisse.microstructure.generate.porosity import boundary_voxels
from lisse.microstructure.volume import Volume

__all__ = ["cracks", "scratches"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


def cracks(
    of: Generated | Volume,
    count: int,
    length: float,
    spread: float = 0.3,
    *,
    width: float = 0.0,
    tilt: float = 0.0,
    tilt_spread: float = 0.0,
    aspect: float = 1.0,
    along_boundaries: bool = False,
    side: str = "low",
    host: str | Sequence[str] | None = None,
    phase: str = "crack",
    seed: int = 0,
) -> Generated:
    """Cut edge cracks into a surface: lines in 2-D, half-ellipses in 3-D.

    A crack along grain boundaries is the surface between the grains that have their middle on one side of the plane
    of the crack and those that have it on the other.

    Parameters
    ----------
    of : Generated or Volume. What is cracked.
    count : int. How many cracks, at random places of the surface.
    length : float, m. Mean depth along the crack; at least 3 voxels.
    spread : float, 1. Standard deviation over the mean (log-normal), 0 to 1.
    width : float, m. Opening; at least one voxel is taken out whatever it is.
    tilt, tilt_spread : float, rad. Mean and standard deviation of the angle to the normal of the surface (to either
        side), 0 to 1.2.
    aspect : float, 1. Half-length along the surface over depth, in 3-D.
    along_boundaries : bool. Follow the grain boundaries instead of a plane.
    side : str. ``"low"``: the host seen first from x = 0; ``"high"``: from the far end.
    host : str or sequence. Phases that crack: the electrolyte unless told otherwise.

    Returns
    -------
    Generated
        Statistics ``crack_count``, ``crack_length`` and ``crack_spread`` (depth along the crack reached by voxels),
        ``cracks_touching_pores`` and ``cracks_through`` (that reach the far side).
    """
    volume, statistics, recipe = opened(of)
    box, allowed = Box.around(volume), host_of(volume, host)
    _check_cracks(volume, count, length, along_boundaries)
    spread, width = share("spread", spread), above("width", width, equal=True)
    tilt, tilt_spread = share("tilt", tilt, 0.0, 1.2), share("tilt_spread", tilt_spread, 0.0, 0.6)
    aspect, side, seed = above("aspect", aspect, unit="1"), one_of("side", side, SIDES), checked_seed(seed)
    rng = stream(seed, "cracks")
    depths = _depths(count, length, spread, rng)
    angles = np.clip(tilt + tilt_spread * rng.standard_normal(count), -1.3, 1.3) * rng.choice([-1.0, 1.0], count)
    first = first_voxels(allowed, side)
    columns = np.argwhere(first >= 0)
    taken = np.zeros(box.shape, bool)
    reached, touching, through = [], 0, 0
    best: tuple[Any, ...] = ()
    empty = _empty(volume)
    mouths = _at_boundaries(volume, columns, first) if along_boundaries else columns
    grains: Any = volume.grains
    tries = 40 if along_boundaries else 1
    for depth, angle in zip(depths, angles, strict=True):
        longest = -1.0
        for _ in range(tries):  # a plane may find no boundaries to follow: then it starts elsewhere
            column = mouths[rng.integers(len(mouths))]
            plane = _Plane.at(box, int(first[tuple(column)]), column, side, angle, rng.random() * 2.0 * math.pi)
            window = plane.window(box, depth, aspect, width)
            ahead, footprint, across = plane.footprint(box, window, depth, aspect)
            if along_boundaries:
                between = _between_grains(grains[window] * allowed[window], across, width, box)
                cells = _open_to_the_mouth(between & footprint & allowed[window], empty[window], ahead, box)
            else:
                thick = 0.5 * max(width, plane.thickness(box)) * (1.0 + 1e-9)
                cells = (np.abs(across) <= thick) & footprint & allowed[window]
            found_length = float(ahead[cells].max()) + 0.5 * plane.step(box) if cells.any() else 0.0
            if found_length > longest:
                longest, best = found_length, (window, cells, ahead)
            if longest >= 0.85 * depth:
                break
        window, cells, ahead = best
        taken[window] |= cells
        reached.append(longest)
        grown = ndimage.binary_dilation(cells, ndimage.generate_binary_structure(cells.ndim, 1))
        touching += bool((grown & empty[window]).any())
        through += _goes_through(cells, window, allowed, empty, ahead > 0.5 * min(depth, float(box.extent[0])), side)
    lengths = np.array(reached)
    found = {
        "crack_count": Statistic(float((lengths > 0.0).sum()), float(count)),
        "crack_length": Statistic(float(lengths.mean()), float(length), "m"),
        "crack_spread": Statistic(float(lengths.std() / lengths.mean()) if lengths.any() else 0.0, spread),
        "cracks_touching_pores": Statistic(float(touching)),
        "cracks_through": Statistic(float(through)),
    }
    entries = {
        "count": int(count),
        "length": length_text(length),
        "spread": spread,
        "width": length_text(width),
        "tilt": f"{tilt!r} rad",
        "tilt_spread": f"{tilt_spread!r} rad",
        "aspect": aspect,
        "along_boundaries": bool(along_boundaries),
        "side": side,
        "host": [host] if isinstance(host, str) else None if host is None else list(host),
        "phase": phase,
        "seed": seed,
    }
    made = recipe_of("cracks", recipe or {"generate": "given volume"}, **entries)
    return Generated(_without(volume, taken, phase), {**statistics, **found}, made, seed)


def scratches(
    of: Generated | Volume,
    count: int,
    depth: float,
    width: float,
    length: float | None = None,
    *,
    side: str = "low",
    host: str | Sequence[str] | None = None,
    phase: str = "pore",
    seed: int = 0,
) -> Generated:
    """Cut V-shaped grooves into a surface: notches in 2-D, straight lines of random direction in 3-D.

    Parameters
    ----------
    count : int. How many.
    depth, width : float, m. Of the groove at its middle; at least one and two voxels.
    length : float or None, m. Along the surface, in 3-D; across the whole face unless given.
    side, host, phase, seed : see `cracks`.

    Returns
    -------
    Generated
        Statistics ``scratch_count``, ``scratch_depth`` (deepest), ``scratched_area`` (part of the surface).
    """
    volume, statistics, recipe = opened(of)
    box, allowed = Box.around(volume), host_of(volume, host)
    count, side, seed = _whole("count", count), one_of("side", side, SIDES), checked_seed(seed)
    depth = above("depth", depth, box.voxel_size[0], equal=True)
    width = above("width", width, 2.0 * max(box.voxel_size[1:]), equal=True)
    rng = stream(seed, "scratches")
    flat = box.without(0)
    reach = 2.0 * float(np.linalg.norm(flat.extent)) if length is None else above("length", length)
    along = [(np.arange(n) + 0.5) * h for n, h in zip(flat.shape, flat.voxel_size, strict=True)]
    points = np.stack(np.meshgrid(*along, indexing="ij"), -1)
    dug = np.zeros(flat.shape)
    for _ in range(count):
        centre, angle = rng.random(flat.dimensions) * flat.extent, rng.random() * math.pi
        away = points - centre
        if flat.dimensions == 1:
            lateral, inside = np.abs(away[..., 0]), np.ones(flat.shape, bool)
        else:
            lateral = np.abs(-math.sin(angle) * away[..., 0] + math.cos(angle) * away[..., 1])
            inside = np.abs(math.cos(angle) * away[..., 0] + math.sin(angle) * away[..., 1]) <= 0.5 * reach
        dug = np.maximum(dug, np.where(inside, depth * np.maximum(0.0, 1.0 - 2.0 * lateral / width), 0.0))
    first, layers = first_voxels(allowed, side), np.rint(dug / box.voxel_size[0]).astype(int)
    x = np.arange(box.shape[0]).reshape(-1, *[1] * flat.dimensions)
    below = x - first if side == "low" else first - x
    taken = allowed & (first >= 0) & (below >= 0) & (below < layers)
    found = {
        "scratch_count": Statistic(float(count), float(count)),
        "scratch_depth": Statistic(float(layers.max()) * box.voxel_size[0], depth, "m"),
        "scratched_area": Statistic(float(taken.any(axis=0).mean())),
    }
    entries = {
        "count": count,
        "depth": length_text(depth),
        "width": length_text(width),
        "length": length_text(length),
        "side": side,
        "host": [host] if isinstance(host, str) else None if host is None else list(host),
        "phase": phase,
        "seed": seed,
    }
    made = recipe_of("scratches", recipe or {"generate": "given volume"}, **entries)
    return Generated(_without(volume, taken, phase), {**statistics, **found}, made, seed)


class _Plane:
    """Where one crack lies: its mouth, and unit vectors down, along the surface and across it."""

    def __init__(self, mouth: Floats, down: Floats, along: Floats | None, across: Floats) -> None:
        self.mouth, self.down, self.along, self.across = mouth, down, along, across

    @classmethod
    def at(cls, box: Box, first: int, column: Any, side: str, angle: float, azimuth: float) -> _Plane:
        sign = 1.0 if side == "low" else -1.0
        index = np.array([first, *column], float)
        mouth = (index + 0.5) * box.voxel_size
        mouth[0] -= 0.5 * sign * box.voxel_size[0]
        if box.dimensions == 2:
            down = np.array([sign * math.cos(angle), math.sin(angle)])
            return cls(mouth, down, None, np.array([-down[1], down[0]]))
        along = np.array([0.0, math.cos(azimuth), math.sin(azimuth)])
        sideways = np.array([0.0, -math.sin(azimuth), math.cos(azimuth)])
        down = math.cos(angle) * np.array([sign, 0.0, 0.0]) + math.sin(angle) * sideways
        return cls(mouth, down, along, np.cross(down, along))

    def step(self, box: Box) -> float:
        """Extent of a voxel along the crack, m."""
        return float(np.abs(self.down) @ np.array(box.voxel_size))

    def window(self, box: Box, depth: float, aspect: float, width: float) -> tuple[slice, ...]:
        """The part of the box in which the crack can lie, a crack's depth around it."""
        half = np.full(box.dimensions, depth * max(1.0, aspect) + width) + 2.0 * np.array(box.voxel_size)
        low = np.maximum(0, np.floor((self.mouth - half) / box.voxel_size)).astype(int)
        high = np.minimum(box.shape, np.ceil((self.mouth + half) / box.voxel_size).astype(int) + 1)
        return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))

    def coordinates(self, box: Box, window: tuple[slice, ...]) -> tuple[Any, Any, Any]:
        """Down, along and across of every voxel in the window, m."""
        total = [np.zeros(()), np.zeros(()), np.zeros(())]
        for axis, (part, h) in enumerate(zip(window, box.voxel_size, strict=True)):
            shape = [1] * box.dimensions
            shape[axis] = -1
            away = ((np.arange(part.start, part.stop) + 0.5) * h - self.mouth[axis]).reshape(shape)
            for index, vector in enumerate((self.down, self.along, self.across)):
                if vector is not None:
                    total[index] = total[index] + away * vector[axis]
        return total[0], total[1], total[2]

    def thickness(self, box: Box) -> float:
        """Least opening, m, at which the voxels of the plane also close the way through corners."""
        return float(np.abs(self.across) @ np.array(box.voxel_size))

    def footprint(self, box: Box, window: tuple[slice, ...], depth: float, aspect: float) -> tuple[Any, Any, Any]:
        """Depth of every voxel along the crack, whether it is within the (half) ellipse, and its distance across."""
        ahead, along, across = self.coordinates(box, window)
        ahead, along, across = np.broadcast_arrays(ahead, along, across)
        inside = (ahead > -depth) & ((ahead / depth) ** 2 + (along / (aspect * depth)) ** 2 <= 1.0)
        return ahead, inside, across


def _between_grains(grains: Any, across: Any, width: float, box: Box) -> Any:
    """Voxels of the grains above the plane that touch a grain below it, thickened to the opening."""
    flat = grains.ravel()
    count = np.maximum(np.bincount(flat), 1)
    above_plane = (np.bincount(flat, across.ravel()) / count > 0.0)[grains] & (grains > 0)
    below_plane = (grains > 0) & ~above_plane
    full = np.ones((3,) * grains.ndim, bool)
    cells = above_plane & ndimage.binary_dilation(below_plane, full)
    more = round(width / max(box.voxel_size)) - 1
    return ndimage.binary_dilation(cells, full, iterations=more // 2) if more >= 2 else cells


def _at_boundaries(volume: Volume, columns: Any, first: Any) -> Any:
    """The columns whose surface voxel lies at a grain boundary."""
    at = boundary_voxels(volume.grains)
    index = first[tuple(columns.T)]
    kept = columns[at[(index, *columns.T)]]
    if not len(kept):
        raise InvalidInput("along_boundaries", True, "false", "No grain boundary meets the surface")
    return kept


def _open_to_the_mouth(cells: Any, empty: Any, ahead: Any, box: Box) -> Any:
    """The part of a crack that hangs together with the surface, directly or through pores."""
    parts, _ = ndimage.label(cells | empty, np.ones((3,) * cells.ndim))
    start = np.unique(parts[cells & (ahead <= 1.5 * max(box.voxel_size))])
    return cells & np.isin(parts, start[start > 0])


def _goes_through(cells: Any, window: tuple[slice, ...], allowed: Any, empty: Any, deep: Any, side: str) -> bool:
    """Whether a crack meets another solid, or the face of the box, beyond half its depth."""
    other = ~allowed[window] & ~empty[window]
    at_end = window[0].stop == allowed.shape[0] if side == "low" else window[0].start == 0
    last = (cells & deep)[-1 if side == "low" else 0]
    return bool((ndimage.binary_dilation(cells) & other & deep).any() or (at_end and last.any()))


def _depths(count: int, mean: float, spread: float, rng: np.random.Generator) -> Floats:
    """Depths of a log-normal law, in random order: each drawn from its own share of the law.

    Any seed gives the law's middle and its ends, as far as there are flaws enough; of one flaw a seed draws the depth.
    """
    if spread == 0.0:
        return np.asarray(rng.permutation(np.full(count, float(mean))))
    shares = (rng.permutation(count) + rng.random(count)) / count
    sigma = math.sqrt(math.log1p(spread**2))
    return np.asarray(mean * np.exp(sigma * ndtri(shares) - 0.5 * sigma**2))


def _check_cracks(volume: Volume, count: Any, length: Any, along_boundaries: bool) -> None:
    _whole("count", count)
    least = 3.0 * max(volume.voxel_size)
    above("length", length, least, equal=True)
    if along_boundaries and volume.grains is None:
        raise InvalidInput("along_boundaries", True, "false", "The volume has no grains, so no boundaries")


def _whole(what: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise InvalidInput(what, value, "a whole number of at least 1")
    return int(value)


def _empty(volume: Volume) -> Any:
    """Voxels of pores and voids."""
    return np.isin(volume.labels, [label for label, name in volume.phases.items() if name in ("pore", "void")])


def _without(volume: Volume, taken: Any, phase: str) -> Volume:
    table, label = with_phase(volume, phase)
    labels = np.where(taken, np.int32(label), volume.labels).astype(np.min_scalar_type(max(table)))
    grains = None if volume.grains is None else np.where(taken, 0, volume.grains)
    return volume.replace(labels=labels, phases=table, grains=grains)
