"""Rough surfaces and the partial contact of lithium with a rough electrolyte.

A surface is a height over each point of a plane; a partially contacted interface is lithium that rests on its peaks,
with voids over its valleys. Foreign patches on an interface are in `contamination`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from lisse.microstructure.generate.random_field import self_affine_field, top_share
from lisse.microstructure.volume import Volume

__all__ = ["InterfaceMap", "rough_interface", "rough_surface"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class InterfaceMap:
    """One number (or label) per point of an interface.

    Parameters
    ----------
    values : (n,) or (ny, nz) array. Heights in m, or booleans: where a patch is.
    spacing : floats, m. Between points, one per axis.
    statistics : mapping of name to `Statistic`.
    """

    values: np.ndarray[Any, np.dtype[Any]]
    spacing: tuple[float, ...]
    statistics: Mapping[str, Statistic]


def rough_surface(
    shape: Sequence[int],
    spacing: float | Sequence[float],
    rms: float,
    hurst: float = 0.8,
    correlation_length: float = 5e-6,
    *,
    periodic: bool = True,
    seed: int = 0,
) -> InterfaceMap:
    """Heights of a self-affine surface, mean 0, with exactly the root mean square height asked for.

    Power spectrum (1 + q^2 xi^2)^-(H + d/2): up to the correlation length xi the mean square difference of heights
    grows as r^(2 H), beyond it the heights have nothing to do with each other.

    Parameters
    ----------
    shape : (n,) or (ny, nz) ints. Points of the surface.
    spacing : float or one per axis, m.
    rms : float, m. Root mean square height; 0 is flat.
    hurst : float, 1. Hurst exponent, 0.05 to 1: small is jagged.
    correlation_length : float, m. At least 2 points and at most half the shortest edge.
    """
    steps = tuple(float(s) for s in np.broadcast_to(np.asarray(spacing, float), (len(shape),)))
    rms, hurst = above("rms", rms, equal=True), share("hurst", hurst, 0.05, 1.0)
    length = above("correlation_length", correlation_length)
    edges = [n * h for n, h in zip(shape, steps, strict=True)]
    if rms > 0.0 and not 2.0 * max(steps) <= length <= 0.5 * min(edges):
        raise InvalidInput(
            "correlation_length",
            f"{length:.4g} m",
            f"{2 * max(steps):.3g} m (2 voxels) to {0.5 * min(edges):.3g} m (half the surface)",
            "Take a larger box or smaller voxels",
        )
    heights = np.zeros(tuple(shape))
    if rms > 0.0:
        rng = stream(seed, "rough_surface")
        heights = rms * self_affine_field(shape, steps, hurst, length, rng, periodic)
    statistics = {
        "rms": Statistic(float(heights.std()), rms, "m"),
        "peak_to_valley": Statistic(float(np.ptp(heights)), None, "m"),
    }
    return InterfaceMap(heights, steps, statistics)


def rough_interface(
    size: Sequence[float],
    voxel_size: float | Sequence[float],
    rms: float,
    hurst: float = 0.8,
    correlation_length: float = 5e-6,
    contact_fraction: float = 1.0,
    *,
    lithium: float | None = None,
    periodic: bool = True,
    phases: Sequence[str] = ("lithium", "electrolyte", "pore"),
    seed: int = 0,
) -> Generated:
    """Lithium (low x) on a rough electrolyte (high x), touching it on a given part of its columns.

    With full contact the lithium follows the surface. Otherwise it ends in a plane at the height that the wanted
    part of the columns reaches; below lie voids, at least one voxel deep, so that the contact fraction of the voxels
    is exact to one column.

    Parameters
    ----------
    size : (2,) or (3,) floats, m. Edges of the box; x runs from the lithium to the electrolyte.
    voxel_size : float or one per axis, m.
    rms, hurst, correlation_length : see `rough_surface`. Below half a voxel a roughness is refused.
    contact_fraction : float, 1. Part of the projected area where lithium touches the electrolyte, above 0.
    lithium : float or None, m. Mean position of the surface along x; the middle unless given.
    phases : names of the metal, the electrolyte and the voids; labels 1, 2 and 0.

    Returns
    -------
    Generated
        Statistics ``contact_fraction``, ``rms`` (of the voxel surface), ``void_height`` (void volume per area, m).
    """
    box = Box.of(size, voxel_size)
    contact = share("contact_fraction", contact_fraction, 1e-9, 1.0, "Without contact there is no interface")
    middle = 0.5 * float(box.extent[0]) if lithium is None else above("lithium", lithium)
    h = box.voxel_size[0]
    if contact < 1.0 and above("rms", rms, equal=True) < 0.5 * h:
        raise InvalidInput("rms", rms, f"at least half a voxel, {0.5 * h:.3g} m", "Or use patches of voids")
    surface = rough_surface(
        box.shape[1:], box.voxel_size[1:], rms, hurst, correlation_length, periodic=periodic, seed=seed
    )
    heights = surface.values
    position = middle - heights
    if position.min() < 2.0 * h or position.max() > box.extent[0] - 2.0 * h:
        raise InvalidInput(
            "rms",
            f"the surface runs from {position.min():.3g} to {position.max():.3g} m along x",
            f"two voxels of each phase in 0 to {box.extent[0]:.3g} m",
            "Take a longer box or a smaller roughness",
        )
    start = np.rint(position / h).astype(int)  # first voxel of electrolyte in every column
    front = start.copy()
    touching = top_share(heights, contact)
    if contact < 1.0:
        level = int(start[touching].max())
        front = np.where(touching, start, np.minimum(level, start - 1))
    x = np.arange(box.shape[0]).reshape(-1, *[1] * (box.dimensions - 1))
    labels = np.where(x < front, 1, np.where(x < start, 0, 2)).astype(np.uint8)
    metal, ceramic, void = phases
    volume = Volume(labels, box.voxel_size, {0: void, 1: metal, 2: ceramic})
    statistics = {
        **box.size_statistics(size),
        "contact_fraction": Statistic(float((front == start).mean()), contact),
        "rms": Statistic(float((start * h).std()), float(rms), "m"),
        "void_height": Statistic(float(((start - front) * h).mean()), None, "m"),
    }
    recipe = recipe_of(
        "rough_interface",
        **box.recipe(),
        rms=length_text(rms),
        hurst=float(hurst),
        correlation_length=length_text(correlation_length),
        contact_fraction=contact,
        lithium=length_text(middle),
        periodic=bool(periodic),
        phases=list(phases),
        seed=checked_seed(seed),
    )
    return Generated(volume, statistics, recipe, checked_seed(seed))
