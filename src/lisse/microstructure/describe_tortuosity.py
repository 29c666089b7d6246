"""Tortuosity of a phase: of the current through it, and of the shortest path. They are different quantities.

The tortuosity (factor) of a current compares the conductivity of the phase with what is left of it; the geodesic
tortuosity compares the length of the shortest path with the straight one. The square of the second is often taken for
the first, which holds for tubes of constant width only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.describe_checks import checked_axis, phase_mask
from lisse.microstructure.volume import Volume

__all__ = ["ENDS", "SIDES", "GeodesicTortuosity", "Tortuosity", "geodesic_tortuosity", "tortuosity"]

ENDS = {
    "half-voxel": "the potential is given on the outer faces, half a voxel before the first centres; length n voxels",
    "voxel-centre": "the potential is given at the centres of the first and last layer; length n - 1 voxels",
}
"""Where the potential is given at the two ends."""
SIDES = {
    "no-flux": "nothing passes the sides across the axis",
    "periodic": "opposite sides across the axis are joined",
}
"""What happens at the sides."""


@dataclass(frozen=True)
class Tortuosity:
    """Tortuosity factor of the current through a phase, with its conventions.

    Attributes
    ----------
    phase : str. Name.
    axis : int. Direction of the current.
    value : float, 1. fraction / relative_conductivity; ``inf`` if the phase does not percolate.
    relative_conductivity : float, 1. Effective conductivity over that of the phase.
    fraction : float, 1. Phase fraction of the whole volume.
    ends, sides : str. Conventions, from `ENDS` and `SIDES`.
    """

    phase: str
    axis: int
    value: float
    relative_conductivity: float
    fraction: float
    ends: str
    sides: str

    UNITS: ClassVar[dict[str, str]] = {"value": "1", "relative_conductivity": "1"}


def tortuosity(
    volume: Volume,
    phase: str | int,
    axis: int = 0,
    ends: Literal["half-voxel", "voxel-centre"] = "half-voxel",
    sides: Literal["no-flux", "periodic"] = "no-flux",
    tolerance: float = 1e-6,
) -> Tortuosity:
    """Tortuosity factor of a phase, all others insulating.

    ::

        tau = phase fraction * sigma / sigma_eff

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    phase : str or int. Name or label.
    axis : int. Direction of the current.
    ends : str. One of `ENDS`; ``voxel-centre`` needs 3 or more layers. The two agree as the volume grows.
    sides : str. One of `SIDES`.
    tolerance : float, 1. Relative residual of the solver.
    """
    axis = checked_axis(volume, axis)
    for what, given, known in (("ends", ends, ENDS), ("sides", sides, SIDES)):
        if given not in known:
            raise InvalidInput(what, given, ", ".join(known), suggest(str(given), known))
    mask = phase_mask(volume, phase)
    fraction = float(np.count_nonzero(mask)) / volume.size
    solve = _between_faces if ends == "half-voxel" else _between_centres
    relative = solve(mask, volume, axis, sides, tolerance)
    value = fraction / relative if relative > 0.0 else math.inf
    return Tortuosity(volume.phases[volume.label_of(phase)], axis, value, relative, fraction, ends, sides)


def _between_faces(mask: Any, volume: Volume, axis: int, sides: Any, tolerance: float) -> float:
    """Conductivity over that of the phase, with the potential given on the outer faces."""
    from lisse.microstructure.effective import effective_conductivity

    network = Volume(mask, volume.voxel_size, {0: "other", 1: "phase"})
    found = effective_conductivity(network, {0: 0.0, 1: 1.0}, axis=axis, sides=sides, tolerance=tolerance)
    return float(found.value)


def _between_centres(mask: Any, volume: Volume, axis: int, sides: Any, tolerance: float) -> float:
    """The same with the potential given at the centres of the first and last layer.

    The network between the outer faces becomes that between the centres if the voxels of the two end layers conduct
    twice as well and pass nothing to their neighbours in the layer: from a face to the centre of the second layer the
    resistance is then h/4 + h/4 + h/2 = h, as from centre to centre. To insulate them from each other, each is a grain
    of its own behind a boundary that passes nothing; all other voxels belong to no grain and have no boundaries.
    """
    from lisse.microstructure.effective import effective_conductivity

    layers = volume.shape[axis]
    if layers < 3:
        raise InvalidInput("ends", "voxel-centre", "half-voxel for fewer than 3 layers", f"There are {layers}")
    labels, grains = mask.astype(np.uint8), np.zeros(mask.shape, dtype=np.int32)
    first, last = (np.moveaxis(labels, axis, 0)[end] for end in (0, -1))
    first *= 2
    last *= 2
    for end, offset in ((0, 1), (-1, 1 + first.size)):
        np.moveaxis(grains, axis, 0)[end] = np.arange(offset, offset + first.size).reshape(first.shape)
    network = Volume(labels, volume.voxel_size, {0: "other", 1: "phase", 2: "end"}, grains=grains)
    found = effective_conductivity(
        network,
        {0: 0.0, 1: 1.0, 2: 2.0},
        axis=axis,
        grain_boundary_resistance=math.inf,
        sides=sides,
        tolerance=tolerance,
    )
    return float(found.value) * (layers - 1) / layers


@dataclass(frozen=True)
class GeodesicTortuosity:
    """Length of the shortest paths through a phase over the straight distance.

    Attributes
    ----------
    phase : str. Name.
    axis : int. Direction.
    mean : float, 1. Mean over the voxels of the last layer that can be reached; ``inf`` if none can.
    spread : float, 1. Standard deviation over them.
    shortest : float, 1. Of the best of them.
    reached : float, 1. Share of the voxels of the phase in the last layer that can be reached.
    """

    phase: str
    axis: int
    mean: float
    spread: float
    shortest: float
    reached: float

    UNITS: ClassVar[dict[str, str]] = dict.fromkeys(("mean", "spread", "shortest", "reached"), "1")


def geodesic_tortuosity(volume: Volume, phase: str | int, axis: int = 0) -> GeodesicTortuosity:
    """Geodesic tortuosity: shortest ways from the first layer to each voxel of the last, over the straight way.

    Not the tortuosity of a current: it knows nothing of bottlenecks. Steps go to neighbours and along diagonals that
    stay inside the phase, so that oblique ways come out up to 10 % too long.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D, 2 or more layers along the axis.
    phase : str or int. Name or label.
    axis : int. Direction.
    """
    from lisse.numerics.shortest_path import path_length_from_side

    axis = checked_axis(volume, axis)
    if volume.shape[axis] < 2:
        raise InvalidInput("volume", f"{volume.shape[axis]} layer along the axis", "2 or more")
    length = np.take(path_length_from_side(phase_mask(volume, phase), axis, volume.voxel_size), [-1], axis=axis)
    there = np.take(volume.labels, -1, axis=axis) == volume.label_of(phase)
    reached = length[np.isfinite(length)] / ((volume.shape[axis] - 1) * volume.voxel_size[axis])
    name = volume.phases[volume.label_of(phase)]
    if not reached.size:
        return GeodesicTortuosity(name, axis, math.inf, math.nan, math.inf, 0.0)
    share = reached.size / int(np.count_nonzero(there))
    return GeodesicTortuosity(name, axis, float(reached.mean()), float(reached.std()), float(reached.min()), share)
