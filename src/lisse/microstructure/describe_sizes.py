"""Sizes inside a phase: chords, pores by the balls that fit into them, and separate pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.describe_checks import Periodic, checked_axis, closed_axes, phase_mask
from lisse.microstructure.volume import Volume
from lisse.numerics.components import label_components
from lisse.numerics.runs import run_lengths

__all__ = [
    "ChordLengths",
    "PieceSizes",
    "PoreSizes",
    "chord_lengths",
    "equivalent_diameter",
    "local_thickness",
    "piece_sizes",
    "pore_sizes",
]

_Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
_Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class ChordLengths:
    """Lengths of the chords that lines along an axis cut out of a phase.

    Attributes
    ----------
    phase : str. Name.
    axis : int. Direction of the lines.
    length : (n,) array, m. One voxel, two voxels, and so on.
    count : (n,) array of integers, 1. Chords of that length with both ends inside the volume.
    cut : (n,) array of integers, 1. Chords that the border cuts off.
    mean : float, m. Length in the phase per chord, where a cut end counts half a chord, so that the border leaves a
        bias of one voxel in the length of a line only. ``inf`` if no chord ends inside the volume. For separate convex
        bodies, over all directions, it is 4 V/S.
    """

    phase: str
    axis: int
    length: _Floats
    count: _Counts
    cut: _Counts
    mean: float

    UNITS: ClassVar[dict[str, str]] = {"mean": "m"}

    @property
    def density(self) -> _Floats:
        """Probability density of the whole chords, 1/m."""
        total = self.count.sum() * self.length[0]
        return np.asarray(self.count / total if total > 0.0 else np.zeros(len(self.count)))


def chord_lengths(volume: Volume, phase: str | int, axis: int = 0, periodic: Periodic = False) -> ChordLengths:
    """Chord lengths of a phase along an axis.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    axis : int. Direction of the lines.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    axis = checked_axis(volume, axis)
    mask = phase_mask(volume, phase)
    around = closed_axes(volume, periodic)[axis]
    runs = run_lengths(mask, axis, around)
    edge, count = volume.voxel_size[axis], volume.shape[axis]
    through = int(runs.cut[count])
    ends = 2 * int(runs.whole.sum()) + int(runs.cut.sum()) - through
    mean = 2.0 * int(np.count_nonzero(mask)) * edge / ends if ends else math.inf
    length = np.arange(1, count + 1) * edge
    return ChordLengths(volume.phases[volume.label_of(phase)], axis, length, runs.whole[1:], runs.cut[1:], mean)


def local_thickness(volume: Volume, phase: str | int) -> _Floats:
    """Diameter of the largest ball (2-D: disc) inside a phase that covers each voxel.

    Balls are centred on voxel centres and hold no centre of another phase; the border of the volume counts for
    nothing. A slit of n voxels along an axis gets n voxels if n is even, n + 1 if odd. Time grows with the volume of
    the balls: a second or two for 128^3 and pores 8 to 14 voxels wide in the mean, half a minute for 200^3 where the
    phase is nearly everything and balls have radii up to 35 voxels.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.

    Returns
    -------
    (nx, ny[, nz]) array of float32, m. 0 outside the phase.
    """
    from lisse.numerics.maximal_spheres import local_radius

    mask = phase_mask(volume, phase)
    if mask.all():
        raise InvalidInput("phase", phase, "a phase that has a boundary", "The whole volume is of this phase")
    unit = min(volume.voxel_size)
    radius = local_radius(mask, [edge / unit for edge in volume.voxel_size])
    radius *= np.float32(2.0 * unit)
    return radius


@dataclass(frozen=True, eq=False)
class PoreSizes:
    """Distribution of a phase over the diameter of the largest ball that fits around each place.

    Attributes
    ----------
    phase : str. Name.
    edges : (m + 1,) array, m. Edges of the classes of diameter, one smallest voxel wide.
    share : (m,) array, 1. Share of the volume of the phase in each class.
    mean, d10, d50, d90, largest : float, m. Mean by volume, diameters below which 10, 50 and 90 % of the volume lie,
        and the largest ball.
    """

    phase: str
    edges: _Floats
    share: _Floats
    mean: float
    d10: float
    d50: float
    d90: float
    largest: float

    UNITS: ClassVar[dict[str, str]] = dict.fromkeys(("mean", "d10", "d50", "d90", "largest"), "m")


def pore_sizes(volume: Volume, phase: str | int) -> PoreSizes:
    """Sizes of a phase by its local thickness; works for pores and for any other phase.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    """
    thickness = local_thickness(volume, phase)
    inside = thickness[thickness > 0.0].astype(float)
    unit = min(volume.voxel_size)
    classes = math.ceil(float(inside.max()) / unit + 0.5)
    edges = (np.arange(classes + 1) + 0.5) * unit
    edges[0] = 0.0
    share = np.histogram(inside, edges)[0] / inside.size
    d10, d50, d90 = (float(one) for one in np.quantile(inside, (0.1, 0.5, 0.9)))
    name = volume.phases[volume.label_of(phase)]
    return PoreSizes(name, edges, share, float(inside.mean()), d10, d50, d90, float(inside.max()))


def equivalent_diameter(volume: Any, dimensions: int) -> _Floats:
    """Diameter of the ball of the same volume (2-D: of the disc of the same area).

    Parameters
    ----------
    volume : array_like, m3 (m2 in 2-D). Volume or area.
    dimensions : int. 2 or 3.
    """
    measure = np.asarray(volume, dtype=float)
    return np.asarray(2.0 * np.sqrt(measure / np.pi) if dimensions == 2 else np.cbrt(6.0 * measure / np.pi))


@dataclass(frozen=True, eq=False)
class PieceSizes:
    """Sizes of the separate pieces of a phase.

    Attributes
    ----------
    phase : str. Name.
    volumes : (m,) array, m3 (m2 in 2-D). From the largest to the smallest.
    diameters : (m,) array, m. Of balls (discs) of the same volume (area).
    mean : float, m. Mean diameter, each piece counting once.
    volume_weighted_mean : float, m. Mean diameter, each piece counting with its volume.
    """

    phase: str
    volumes: _Floats
    diameters: _Floats
    mean: float
    volume_weighted_mean: float

    UNITS: ClassVar[dict[str, str]] = {"count": "1", "mean": "m", "volume_weighted_mean": "m"}

    @property
    def count(self) -> int:
        """Number of pieces."""
        return len(self.volumes)


def piece_sizes(volume: Volume, phase: str | int, periodic: Periodic = False) -> PieceSizes:
    """Equivalent diameters of the pieces of a phase that do not touch through faces.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    labels, count = label_components(phase_mask(volume, phase), closed_axes(volume, periodic))
    voxels = np.sort(np.bincount(labels.ravel(), minlength=count + 1)[1:])[::-1]
    volumes = voxels * float(np.prod(volume.voxel_size))
    diameters = equivalent_diameter(volumes, volume.dimensions)
    weighted = float(np.average(diameters, weights=volumes))
    return PieceSizes(volume.phases[volume.label_of(phase)], volumes, diameters, float(diameters.mean()), weighted)
