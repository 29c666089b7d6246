"""Where and by how much a current crowds, relative to its mean: the numbers that stand in the picture and the JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.describe_current import Spot, hottest
from lisse.microstructure.volume import Volume

__all__ = ["Crowding", "crowding", "hot_places"]

_LOOKED_AT = 50_000  # voxels with the largest current density


@dataclass(frozen=True, eq=False)
class Crowding:
    """A current density over its mean along one axis.

    Parameters
    ----------
    relative : (nx, ny[, nz]) array, 1. Magnitude in each voxel over the mean of the component along the axis.
    largest : float, 1. Its largest value.
    percentile : float, 1. What 99.9 % of the voxels that carry current do not exceed.
    place : tuple of ints, voxel. Where it is largest.
    mean : float, A/m2. Mean of the component along the axis.
    """

    relative: np.ndarray[Any, np.dtype[np.float64]]
    largest: float
    percentile: float
    place: tuple[int, ...]
    mean: float

    def to_dict(self) -> dict[str, Any]:
        """The numbers, ready for JSON."""
        return {
            "largest_current_over_mean": self.largest,
            "percentile_99_9_current_over_mean": self.percentile,
            "hottest_voxel": list(self.place),
        }


def crowding(volume: Volume, current: Any, axis: int) -> Crowding:
    """Compare the current density in the voxels with its mean along an axis.

    Parameters
    ----------
    volume : Volume
    current : (nx, ny[, nz], 2 or 3) array, A/m2. Current density in the voxels; its scale drops out.
    axis : int. Axis along which the current was sent.

    Raises
    ------
    InvalidInput
        For another shape, another axis, or where no current flows.
    """
    field = np.asarray(current)
    if field.shape != (*volume.shape, volume.dimensions):
        raise InvalidInput("current", f"shape {field.shape}", f"{(*volume.shape, volume.dimensions)}")
    if not 0 <= axis < volume.dimensions:
        raise InvalidInput("axis", axis, f"0 to {volume.dimensions - 1}")
    mean = abs(float(field[..., axis].mean()))
    if not mean > 0.0:
        raise InvalidInput("current", "no current on average", "a current through the volume", "No phase spans it")
    relative = np.sqrt(np.sum(np.square(field, dtype=float), axis=-1)) / mean
    place = tuple(int(one) for one in np.unravel_index(int(relative.argmax()), relative.shape))
    percentile = float(np.percentile(relative[relative > 0.0], 99.9))
    return Crowding(relative, float(relative.max()), percentile, place, mean)


def hot_places(volume: Volume, found: Crowding, count: int = 8) -> tuple[Spot, ...]:
    """The voxels with the largest current density, at least a twentieth of the longest edge from one another.

    Parameters
    ----------
    volume : Volume
    found : Crowding. Of that volume.
    count : int. How many at most.
    """
    flat = found.relative.ravel()
    few = min(_LOOKED_AT, flat.size)
    candidates = np.argpartition(flat, flat.size - few)[flat.size - few :]
    candidates = candidates[flat[candidates] > 0.0]
    voxels = np.stack(np.unravel_index(candidates, found.relative.shape), axis=1)
    places = (voxels + 0.5) * np.asarray(volume.voxel_size)
    chosen = hottest(flat[candidates], places, count, 0.05 * max(volume.extent))
    return tuple(
        Spot(
            tuple(map(float, places[one])),
            None,
            float(flat[candidates[one]]) * found.mean,
            float(flat[candidates[one]]),
        )
        for one in chosen
    )
