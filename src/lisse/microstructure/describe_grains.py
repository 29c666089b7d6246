"""Grains: their sizes, their neighbours, the boundaries between them and the misorientation across those."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.describe_checks import Periodic, closed_axes, grains_of
from lisse.microstructure.describe_sizes import equivalent_diameter
from lisse.microstructure.volume import Volume
from lisse.numerics.crofton import interface_density
from lisse.numerics.misorientation import SYMMETRIES, disorientation_angle, mackenzie_density

__all__ = [
    "GrainNeighbours",
    "GrainSizes",
    "Misorientations",
    "grain_neighbours",
    "grain_sizes",
    "misorientations",
]

_Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
_Integers = np.ndarray[Any, np.dtype[np.int64]]
_Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class GrainSizes:
    """Sizes of the grains as diameters of balls (discs) of the same volume (area).

    Attributes
    ----------
    grains : (m,) array of integers, 1. Numbers of the grains that have voxels.
    volumes : (m,) array, m3 (m2 in 2-D).
    diameters : (m,) array, m.
    cut : (m,) array of booleans. Whether the border of the volume cuts the grain (never on periodic sides).
    mean : float, m. Mean diameter, each grain counting once.
    volume_weighted_mean : float, m. Mean diameter, each grain counting with its volume.
    median : float, m. exp of the mean logarithm of the diameter: the median of the fitted log-normal distribution.
    log_spread : float, 1. Standard deviation of the logarithm of the diameter.
    """

    grains: _Integers
    volumes: _Floats
    diameters: _Floats
    cut: _Mask
    mean: float
    volume_weighted_mean: float
    median: float
    log_spread: float

    UNITS: ClassVar[dict[str, str]] = {
        "count": "1",
        "mean": "m",
        "volume_weighted_mean": "m",
        "median": "m",
        "log_spread": "1",
    }

    @property
    def count(self) -> int:
        """Number of grains."""
        return len(self.grains)


def grain_sizes(volume: Volume, periodic: Periodic = False, whole_only: bool = False) -> GrainSizes:
    """Size of every grain, with a log-normal fit by the moments of the logarithm.

    Parameters
    ----------
    volume : Volume. With grains.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    whole_only : bool. Leave out grains that the border cuts. Large grains are cut more often, so this makes the mean
        smaller; keeping the cut pieces makes it smaller too.
    """
    grains = grains_of(volume)
    voxels = np.bincount(grains.ravel(), minlength=volume.grain_count + 1)
    cut = np.zeros(len(voxels), dtype=bool)
    for axis, around in enumerate(closed_axes(volume, periodic)):
        if not around:
            cut[grains.take(0, axis=axis)] = True
            cut[grains.take(-1, axis=axis)] = True
    there = voxels > 0
    there[0] = False
    if whole_only:
        there &= ~cut
    if not there.any():
        raise InvalidInput(
            "grains", "no whole grain", "at least one that the border does not cut", "Use whole_only=False"
        )
    volumes = voxels[there] * float(np.prod(volume.voxel_size))
    diameters = equivalent_diameter(volumes, volume.dimensions)
    logarithms = np.log(diameters)
    return GrainSizes(
        grains=np.flatnonzero(there),
        volumes=volumes,
        diameters=diameters,
        cut=cut[there],
        mean=float(diameters.mean()),
        volume_weighted_mean=float(np.average(diameters, weights=volumes)),
        median=float(np.exp(logarithms.mean())),
        log_spread=float(logarithms.std(ddof=1)) if len(logarithms) > 1 else math.nan,
    )


@dataclass(frozen=True, eq=False)
class GrainNeighbours:
    """Which grains touch, and over which area.

    Attributes
    ----------
    pairs : (m, 2) array of integers, 1. Grains that share faces of voxels, the smaller number first.
    areas : (m,) array, m2 (m in 2-D). Area of each boundary: its voxel faces times 2/3 (pi/4 in 2-D), which is right on
        average for boundaries without a preferred direction.
    counts : (k,) array of integers, 1. Number of neighbours of each grain of `grains`.
    grains : (k,) array of integers, 1. Grains that have voxels.
    mean : float, 1. Mean number of neighbours.
    area_per_volume : float, 1/m. All grain boundaries per volume (length per area in 2-D), by Crofton's formula.
    """

    pairs: _Integers
    areas: _Floats
    counts: _Integers
    grains: _Integers
    mean: float
    area_per_volume: float

    UNITS: ClassVar[dict[str, str]] = {"mean": "1", "area_per_volume": "1/m"}


def grain_neighbours(volume: Volume, periodic: Periodic = False) -> GrainNeighbours:
    """Find the grains that touch. Only boundaries between two grains count, not those to pores or to the border.

    Parameters
    ----------
    volume : Volume. With grains.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    grains = grains_of(volume)
    closed = closed_axes(volume, periodic)
    base = volume.grain_count + 1
    keys, areas = [], []
    for axis, around in enumerate(closed):
        face = float(np.prod(volume.voxel_size)) / volume.voxel_size[axis]
        for low, high in _faces(grains, axis, around):
            touching = (low != high) & (low > 0) & (high > 0)
            first, second = low[touching].astype(np.int64), high[touching].astype(np.int64)
            found, count = np.unique(np.minimum(first, second) * base + np.maximum(first, second), return_counts=True)
            keys.append(found)
            areas.append(count * face)
    every, place = np.unique(np.concatenate(keys), return_inverse=True)
    area = np.bincount(place, np.concatenate(areas), minlength=len(every))
    pairs = np.column_stack(np.divmod(every, base))
    there = np.flatnonzero(np.bincount(grains.ravel(), minlength=base)[1:]) + 1
    counts = np.bincount(pairs.ravel(), minlength=base)[there]
    isotropic = 2.0 / 3.0 if volume.dimensions == 3 else math.pi / 4.0
    density = interface_density([grains], _between_grains, volume.voxel_size, closed)
    return GrainNeighbours(pairs, area * isotropic, counts, there, float(counts.mean()), density)


def _between_grains(low: Any, high: Any) -> Any:
    return (low != high) & (low > 0) & (high > 0)


def _faces(grains: Any, axis: int, around: bool) -> list[tuple[Any, Any]]:
    """Both sides of all faces normal to an axis."""
    turned = np.moveaxis(grains, axis, 0)
    found = [(turned[:-1], turned[1:])]
    return [*found, (turned[-1], turned[0])] if around else found


@dataclass(frozen=True, eq=False)
class Misorientations:
    """Smallest rotation angles between neighbouring grains, up to the symmetry of the crystal.

    Attributes
    ----------
    pairs : (m, 2) array of integers, 1. Neighbouring grains.
    angles : (m,) array, rad. Disorientation across each boundary.
    areas : (m,) array, m2 (m in 2-D). Area of each boundary.
    symmetry : str. Symmetry of the crystal.
    mean, area_weighted_mean, largest : float, rad. For random cubic grains 0.711 rad (40.7 degrees) and at most
        1.096 rad (62.8 degrees).
    """

    pairs: _Integers
    angles: _Floats
    areas: _Floats
    symmetry: str
    mean: float
    area_weighted_mean: float
    largest: float

    UNITS: ClassVar[dict[str, str]] = dict.fromkeys(("mean", "area_weighted_mean", "largest"), "rad")

    def histogram(self, bins: int = 36, by_area: bool = True) -> tuple[_Floats, _Floats, _Floats | None]:
        """Edges (rad), density (1/rad), and the density of random cubic grains (Mackenzie 1958), if cubic."""
        top = math.radians(63.0) if self.symmetry == "cubic" else math.pi
        density, edges = np.histogram(
            self.angles, bins, (0.0, top), density=True, weights=self.areas if by_area else None
        )
        random = mackenzie_density((edges[1:] + edges[:-1]) / 2.0) if self.symmetry == "cubic" else None
        return edges, density, random


def misorientations(
    volume: Volume, neighbours: GrainNeighbours | None = None, symmetry: str = "cubic", periodic: Periodic = False
) -> Misorientations:
    """Misorientation angle of every grain boundary.

    Parameters
    ----------
    volume : Volume. With grains and orientations.
    neighbours : GrainNeighbours, optional. If already known.
    symmetry : str. One of cubic, hexagonal, tetragonal, orthorhombic, none.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    if volume.orientations is None:
        raise InvalidInput(
            "orientations", "none", "a volume with an orientation for every grain", "Give them to Volume"
        )
    if symmetry not in SYMMETRIES:
        raise InvalidInput("symmetry", symmetry, ", ".join(SYMMETRIES), suggest(symmetry, SYMMETRIES))
    known = grain_neighbours(volume, periodic) if neighbours is None else neighbours
    if not len(known.pairs):
        raise InvalidInput("grains", "no boundary", "at least two grains that touch")
    turned = volume.orientations
    angles = disorientation_angle(turned[known.pairs[:, 0]], turned[known.pairs[:, 1]], symmetry)
    weighted = float(np.average(angles, weights=known.areas))
    return Misorientations(
        known.pairs, angles, known.areas, symmetry, float(angles.mean()), weighted, float(angles.max())
    )
