"""What every descriptor asks of its arguments: an axis, which sides are periodic, and a phase that is there."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.volume import Volume

__all__ = ["Periodic", "checked_axis", "closed_axes", "grains_of", "phase_mask"]

Periodic = bool | Sequence[bool]
_Mask = np.ndarray[Any, np.dtype[np.bool_]]


def checked_axis(volume: Volume, axis: int) -> int:
    """The axis, if the volume has it."""
    known = numbers.Integral
    if not isinstance(axis, known) or isinstance(axis, bool) or not 0 <= int(axis) < volume.dimensions:
        names = "0 (x) or 1 (y)" if volume.dimensions == 2 else "0 (x), 1 (y) or 2 (z)"
        raise InvalidInput("axis", axis, names, f"The volume has {volume.dimensions} axes")
    return int(axis)


def closed_axes(volume: Volume, periodic: Periodic) -> tuple[bool, ...]:
    """One boolean per axis: whether the volume goes on with its own other side."""
    if isinstance(periodic, (bool, np.bool_)):
        return (bool(periodic),) * volume.dimensions
    given = tuple(periodic)
    if len(given) != volume.dimensions or not all(isinstance(one, (bool, np.bool_)) for one in given):
        raise InvalidInput("periodic", periodic, f"true, false, or {volume.dimensions} of them, one per axis")
    return tuple(bool(one) for one in given)


def phase_mask(volume: Volume, phase: str | int) -> _Mask:
    """Where a phase is; refuses a phase of which there is no voxel."""
    mask = volume.mask(phase)
    if not mask.any():
        name = volume.phases[volume.label_of(phase)]
        there = ", ".join(one for one, share in volume.phase_fractions().items() if share > 0.0)
        raise InvalidInput(
            "phase", name, f"one that has voxels: {there}", "The phase table names it, no voxel is of it"
        )
    return mask


def grains_of(volume: Volume) -> np.ndarray[Any, np.dtype[Any]]:
    """The grain of each voxel; refuses a volume without grains."""
    if volume.grains is None or volume.grain_count == 0:
        advice = "Read them from a file, generate a polycrystal, or find them with grains_from_distance"
        raise InvalidInput("grains", "none", "a volume whose voxels belong to grains", advice)
    return volume.grains
