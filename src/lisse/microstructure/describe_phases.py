"""How much there is of a phase, how large its surface is, and to which electrode it connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.describe_checks import Periodic, checked_axis, closed_axes, phase_mask
from lisse.microstructure.extras import scikit_image
from lisse.microstructure.volume import Volume
from lisse.numerics.components import label_components
from lisse.numerics.crofton import interface_density

__all__ = ["SURFACE_METHODS", "Connectivity", "connectivity", "specific_surface"]

SURFACE_METHODS = {
    "crofton": "crossings of lines in 13 directions (4 in 2-D); right on average for rough and round surfaces",
    "faces": "area of the voxel faces; exact for walls along the axes, 3/2 of the area (4/pi in 2-D) for round ones",
    "marching-cubes": "triangulated surface (3-D); 5 to 10 % too large for round surfaces, needs scikit-image",
}
"""Ways to measure a surface, and what each is good for."""


def specific_surface(volume: Volume, phase: str | int, method: str = "crofton", periodic: Periodic = False) -> float:
    """Area between a phase and all others, per volume of the whole (2-D: length per area).

    The outer border of the volume is no surface.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    method : str. One of `SURFACE_METHODS`.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.

    Returns
    -------
    float, 1/m.

    Examples
    --------
    >>> stripes = Volume(np.array([[0, 1], [0, 1]]), 1e-6, {0: "pore", 1: "electrolyte"})
    >>> round(specific_surface(stripes, "pore", "faces"))
    500000
    """
    closed = closed_axes(volume, periodic)
    mask = phase_mask(volume, phase)
    if method == "crofton":
        return interface_density([mask], np.not_equal, volume.voxel_size, closed)
    if method == "faces":
        return _face_area(mask, volume, closed) / float(np.prod(volume.extent))
    if method == "marching-cubes":
        return _marching_cubes(mask, volume, closed)
    raise InvalidInput("method", method, ", ".join(SURFACE_METHODS), suggest(method, SURFACE_METHODS))


def _face_area(mask: Any, volume: Volume, closed: tuple[bool, ...]) -> float:
    area = 0.0
    for axis, around in enumerate(closed):
        faces = int(np.count_nonzero(np.diff(mask, axis=axis)))
        if around:
            faces += int(np.count_nonzero(mask.take(0, axis=axis) != mask.take(-1, axis=axis)))
        area += faces * float(np.prod(volume.voxel_size)) / volume.voxel_size[axis]
    return area


def _marching_cubes(mask: Any, volume: Volume, closed: tuple[bool, ...]) -> float:
    if volume.dimensions == 2:
        raise InvalidInput("method", "marching-cubes", "crofton or faces for a 2-D volume")
    if mask.all():
        return 0.0
    measure = scikit_image("measure", "A triangulated surface")
    field = np.pad(mask, [(0, int(around)) for around in closed], mode="wrap").astype(np.float32)
    if field.min() == field.max() or min(field.shape) < 2:
        return 0.0
    points, triangles, _, _ = measure.marching_cubes(field, 0.5, spacing=volume.voxel_size)
    return float(measure.mesh_surface_area(points, triangles)) / float(np.prod(volume.extent))


@dataclass(frozen=True)
class Connectivity:
    """What share of a phase hangs together with the electrodes at both ends of an axis.

    Attributes
    ----------
    phase : str. Name.
    axis : int. Direction from the low to the high electrode.
    low, high : float, 1. Share of the phase connected to the face at the beginning and at the end of the axis.
    both : float, 1. Share connected to both: it can carry a current through.
    isolated : float, 1. Share connected to neither.
    pieces : int, 1. Number of separate pieces.
    largest : float, 1. Share of the largest piece.
    """

    phase: str
    axis: int
    low: float
    high: float
    both: float
    isolated: float
    pieces: int
    largest: float

    UNITS: ClassVar[dict[str, str]] = dict.fromkeys(("low", "high", "both", "isolated", "pieces", "largest"), "1")

    @property
    def percolates(self) -> bool:
        """Whether a path leads from one electrode to the other."""
        return self.both > 0.0


def connectivity(volume: Volume, phase: str | int, axis: int = 0, periodic: Periodic = False) -> Connectivity:
    """Follow a phase through faces of voxels from both ends of an axis.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    axis : int. Direction from one electrode to the other; never periodic.
    periodic : bool or one per axis. Whether the sides along the other axes are joined.
    """
    axis = checked_axis(volume, axis)
    closed = tuple(one and side != axis for side, one in enumerate(closed_axes(volume, periodic)))
    labels, count = label_components(phase_mask(volume, phase), closed)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    low, high = np.zeros(count + 1, dtype=bool), np.zeros(count + 1, dtype=bool)
    low[labels.take(0, axis=axis)] = True
    high[labels.take(-1, axis=axis)] = True

    def share(chosen: Any) -> float:
        return float(sizes[chosen].sum() / sizes.sum())

    name = volume.phases[volume.label_of(phase)]
    largest = float(sizes.max() / sizes.sum())
    return Connectivity(name, axis, share(low), share(high), share(low & high), share(~(low | high)), count, largest)
