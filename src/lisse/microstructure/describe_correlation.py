"""Two-point statistics: the two-point correlation and the lineal path of a phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.describe_checks import Periodic, checked_axis, closed_axes, phase_mask
from lisse.microstructure.volume import Volume
from lisse.numerics.autocorrelation import autocorrelation, radial_average
from lisse.numerics.runs import run_lengths

__all__ = ["LinealPath", "TwoPointCorrelation", "lineal_path", "two_point_correlation"]

_Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]


@dataclass(frozen=True, eq=False)
class TwoPointCorrelation:
    """Probability that both ends of a stick lie in a phase, over the length of the stick.

    Attributes
    ----------
    phase : str. Name.
    distance : (m,) array, m. Length of the stick.
    probability : (m,) array, 1. Mean over all directions; the phase fraction at 0, its square far away.
    along : tuple of (distance, probability). The same for sticks along each axis.
    fraction : float, 1. Phase fraction.
    specific_surface : float, 1/m. From the slope at the origin, averaged over the axes: -4 dS2/dr in 3-D, -pi dS2/dr
        in 2-D. Right for structures without a preferred direction.
    correlation_length : float, m. Integral of (S2 - f^2)/(f - f^2) up to its first zero.
    """

    phase: str
    distance: _Floats
    probability: _Floats
    along: tuple[tuple[_Floats, _Floats], ...]
    fraction: float
    specific_surface: float
    correlation_length: float

    UNITS: ClassVar[dict[str, str]] = {"specific_surface": "1/m", "correlation_length": "m"}


def two_point_correlation(
    volume: Volume, phase: str | int, longest: float | None = None, periodic: Periodic = False
) -> TwoPointCorrelation:
    """Two-point correlation S2 of a phase by fast Fourier transform.

    ::

        S2(r) = P(x in phase and x + r in phase)

    Every lag is averaged over the pairs that lie wholly in the volume, so the border leaves no bias. With half the
    edges as longest lag, memory peaks at about 40 bytes a voxel in 3-D without periodic sides.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    longest : float, m, optional. Longest stick; half of each edge if not given, and never more than the edge.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    closed = closed_axes(volume, periodic)
    mask = phase_mask(volume, phase)
    if longest is not None and not longest > 0.0:
        raise InvalidInput("longest", longest, "a length in m above 0, or None for half of each edge")
    lags = tuple(
        min(count - 1, count // 2 if longest is None else math.ceil(longest / edge - 1e-9))
        for count, edge in zip(volume.shape, volume.voxel_size, strict=True)
    )
    table = autocorrelation(mask, lags, closed)
    last = volume.dimensions - 1
    origin = tuple(0 if axis == last else lag for axis, lag in enumerate(lags))
    along = []
    for axis, (lag, edge) in enumerate(zip(lags, volume.voxel_size, strict=True)):
        line = list(origin)
        ends: list[Any] = [*line[:axis], slice(line[axis], line[axis] + lag + 1), *line[axis + 1 :]]
        along.append((np.arange(lag + 1) * edge, np.asarray(table[tuple(ends)])))
    distance, probability = radial_average(table, lags, volume.voxel_size, min(volume.voxel_size))
    fraction = float(table[origin])
    slopes = [(line[0] - line[1]) / steps[1] for steps, line in along if len(line) > 1]
    surface = (4.0 if volume.dimensions == 3 else math.pi) * float(np.mean(slopes)) if slopes else math.nan
    return TwoPointCorrelation(
        phase=volume.phases[volume.label_of(phase)],
        distance=distance,
        probability=probability,
        along=tuple(along),
        fraction=fraction,
        specific_surface=surface,
        correlation_length=_correlation_length(distance, probability, fraction),
    )


def _correlation_length(distance: _Floats, probability: _Floats, fraction: float) -> float:
    if fraction >= 1.0:
        return math.nan
    reduced = (probability - fraction**2) / (fraction - fraction**2)
    below = np.flatnonzero(reduced <= 0.0)
    end = int(below[0]) + 1 if below.size else len(reduced)
    return float(np.trapezoid(np.maximum(reduced[:end], 0.0), distance[:end]))


@dataclass(frozen=True, eq=False)
class LinealPath:
    """Probability that a whole stick along an axis lies in a phase, over its length.

    Attributes
    ----------
    phase : str. Name.
    axis : int. Direction of the stick.
    distance : (n,) array, m. Length between the centres of its first and last voxel.
    probability : (n,) array, 1. The phase fraction at 0; never above the two-point correlation.
    """

    phase: str
    axis: int
    distance: _Floats
    probability: _Floats

    UNITS: ClassVar[dict[str, str]] = {"mean_length": "m"}

    @property
    def mean_length(self) -> float:
        """Integral of the probability over the length, relative to the phase fraction, m."""
        return float(np.trapezoid(self.probability, self.distance) / self.probability[0])


def lineal_path(volume: Volume, phase: str | int, axis: int = 0, periodic: Periodic = False) -> LinealPath:
    """Lineal-path function of a phase along an axis.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    axis : int. Direction of the stick.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    """
    axis = checked_axis(volume, axis)
    runs = run_lengths(phase_mask(volume, phase), axis, closed_axes(volume, periodic)[axis])
    distance = np.arange(volume.shape[axis]) * volume.voxel_size[axis]
    return LinealPath(volume.phases[volume.label_of(phase)], axis, distance, runs.path_probability())
