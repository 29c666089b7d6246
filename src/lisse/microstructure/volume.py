"""A microstructure as voxels: which phase is where, how large a voxel is, and which grain it belongs to.

Only the description. Reading files is in ``readers``, writing them for other programs in ``export``, making structures
in ``generate``; numbers that come out of a volume (descriptors, transport, stiffness) have files of their own.

Axes 0, 1 and 2 of every array are x, y and z.
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest

__all__ = ["CHECKED_AT_ONCE", "Volume", "checked_voxel_size", "slab_boxes", "slabs"]

CHECKED_AT_ONCE = 100_000_000
"""Voxels up to which the labels are compared with the phase table at once; beyond, when they are first needed."""
_SLAB = 4_000_000  # voxels looked at together: bounds the memory of a pass over a mapped file
_COUNTABLE = 1_000_000  # labels that span no more than this are counted in a table


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Volume:
    """A segmented microstructure in 2-D or 3-D.

    The arrays are not copied: the volume looks at them through read-only views, so a scan mapped from a file stays in
    the file. Do not change them elsewhere afterwards.

    Parameters
    ----------
    labels : (nx, ny[, nz]) array of integers or booleans, 1. Which phase each voxel is. Booleans become 0 and 1.
    voxel_size : float or (2,) or (3,) floats, m. Edge of a voxel: one number for cubes, or one per axis. Kept as a
        tuple, one float per axis.
    phases : mapping of int to str. Name of each label; every label in use must be in it.
    grains : (nx, ny[, nz]) array of integers, 1, optional. Grain of each voxel, counted from 1; 0 is no grain.
    orientations : (n_grains + 1, 4) array or mapping of grain to 4 floats, 1, optional. Unit quaternions (w, x, y, z)
        that turn the axes of the crystal into those of the volume. Row 0 belongs to no grain.

    Examples
    --------
    >>> volume = Volume(np.array([[0, 1], [1, 1]]), 0.5e-6, {0: "pore", 1: "electrolyte"})
    >>> volume.phase_fractions()
    {'pore': 0.25, 'electrolyte': 0.75}
    """

    labels: np.ndarray[Any, np.dtype[Any]]
    voxel_size: tuple[float, ...]
    phases: Mapping[int, str]
    grains: np.ndarray[Any, np.dtype[Any]] | None = None
    orientations: np.ndarray[Any, np.dtype[Any]] | None = None

    def __init__(
        self,
        labels: Any,
        voxel_size: float | Sequence[float],
        phases: Mapping[int, str],
        grains: Any = None,
        orientations: Any = None,
    ) -> None:
        held = _integers("labels", labels)
        keep = object.__setattr__
        keep(self, "labels", held)
        keep(self, "voxel_size", checked_voxel_size(voxel_size, held.ndim))
        keep(self, "phases", MappingProxyType(_phase_table(phases)))
        keep(self, "grains", None if grains is None else _integers("grains", grains, held.shape))
        keep(self, "orientations", None if orientations is None else _quaternions(orientations))
        if orientations is not None and grains is None:
            raise InvalidInput("orientations", None, "none without grains", "Give the grains that they belong to")
        if self.size <= CHECKED_AT_ONCE:
            self.check()

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along x, y and (in 3-D) z."""
        return tuple(self.labels.shape)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return self.labels.ndim

    @property
    def size(self) -> int:
        """Number of voxels."""
        return int(self.labels.size)

    @property
    def extent(self) -> tuple[float, ...]:
        """Edges of the whole volume, m."""
        return tuple(count * edge for count, edge in zip(self.shape, self.voxel_size, strict=True))

    @property
    def cubic(self) -> bool:
        """Whether all edges of a voxel are the same, to one part in a million."""
        return max(self.voxel_size) <= min(self.voxel_size) * (1.0 + 1e-6)

    def check(self) -> None:
        """Compare labels with the phase table and grains with the orientations; done at once for small volumes.

        Raises
        ------
        InvalidInput
            For labels that have no name, grains below 0 and grains without an orientation.
        """
        _ = self._counts, self.grain_count

    def phase_fractions(self) -> dict[str, float]:
        """Share of the voxels of each phase, in the order of the phase table; 0 where there is none."""
        return {name: self._counts.get(label, 0) / self.size for label, name in self.phases.items()}

    @cached_property
    def grain_count(self) -> int:
        """The largest grain number; 0 without grains."""
        if self.grains is None:
            return 0
        low, high = _range(self.grains)
        if low < 0:
            raise InvalidInput("grains", low, "0 (no grain) or a number from 1 up")
        if self.orientations is not None and high >= len(self.orientations):
            rows = f"one row per grain and one for no grain: {high + 1}"
            raise InvalidInput("orientations", f"{len(self.orientations)} rows", rows)
        return high

    def label_of(self, phase: str | int) -> int:
        """The label of a phase, by its name (a label of the table is given back)."""
        if isinstance(phase, str):
            for label, name in self.phases.items():
                if name == phase:
                    return label
        elif _is_integer(phase) and int(phase) in self.phases:
            return int(phase)
        known = ", ".join(f"{label} = {name}" for label, name in self.phases.items())
        raise InvalidInput(
            "phase", phase, known, suggest(phase, self.phases.values()) if isinstance(phase, str) else ""
        )

    def mask(self, phase: str | int) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Where a phase is: (nx, ny[, nz]) booleans, true in the phase of that name or label."""
        found: np.ndarray[Any, np.dtype[np.bool_]] = np.equal(self.labels, self.label_of(phase))
        return found

    def replace(self, **changes: Any) -> Volume:
        """The same volume with some parts exchanged, checked anew."""
        unknown = next((name for name in changes if name not in self.__dataclass_fields__), None)
        if unknown is not None:
            fields = tuple(self.__dataclass_fields__)
            raise InvalidInput("part of a volume", unknown, ", ".join(fields), suggest(unknown, fields))
        return replace(self, **changes)

    def crop(self, slices: slice | Sequence[slice]) -> Volume:
        """A box cut out of the volume, such as ``volume.crop(np.s_[10:60, :, :20])``; nothing is copied.

        Parameters
        ----------
        slices : slice or sequence of slices. One per axis without a step; axes left out are kept whole.
        """
        box = tuple(slices) if isinstance(slices, Sequence) else (slices,)
        if len(box) > self.dimensions or not all(isinstance(one, slice) and one.step in (None, 1) for one in box):
            raise InvalidInput(
                "slices", slices, f"up to {self.dimensions} slices without a step", "Such as [10:60, :20]"
            )
        grains = None if self.grains is None else self.grains[box]
        return self.replace(labels=self.labels[box], grains=grains)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the volume to an ``.npz`` (compressed) or ``.h5`` (can be mapped) file; returns the path."""
        from lisse.microstructure.readers.saved import save_volume

        return save_volume(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Volume:
        """Open what `save` has written; from an ``.h5`` file the arrays are memory-mapped."""
        from lisse.microstructure.readers.saved import load_volume

        return load_volume(path)

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.shape))
        edges = " x ".join(f"{edge:.4g}" for edge in (self.voxel_size[:1] if self.cubic else self.voxel_size))
        grains = f", {self.grain_count} grains" if self.grains is not None and "grain_count" in self.__dict__ else ""
        return f"<Volume {shape} voxels of {edges} m: {', '.join(self.phases.values())}{grains}>"

    def __reduce__(self) -> tuple[type[Volume], tuple[Any, ...]]:
        """What rebuilds it in another process."""
        return Volume, (self.labels, self.voxel_size, dict(self.phases), self.grains, self.orientations)

    @cached_property
    def _counts(self) -> dict[int, int]:
        """Voxels of each label in use."""
        found: dict[int, int] = {}
        for slab in slabs(self.labels):
            for label, count in _counted(slab):
                found[label] = found.get(label, 0) + count
        unknown = sorted(label for label in found if label not in self.phases)
        if unknown:
            shown = ", ".join(map(str, unknown[:8])) + (f" and {len(unknown) - 8} more" if len(unknown) > 8 else "")
            table = ", ".join(f"{label} = {name}" for label, name in self.phases.items())
            grey = "These look like grey values: segment the image first" if len(unknown) > 20 else "Name these labels"
            raise InvalidInput("labels", shown, f"labels of the phase table ({table})", grey)
        return found


def slabs(array: np.ndarray[Any, np.dtype[Any]], voxels: int = _SLAB) -> Iterator[np.ndarray[Any, np.dtype[Any]]]:
    """The array in pieces of about `voxels` values along its slowest axis in memory, for passes over huge files."""
    yield from (array[box] for box in slab_boxes(array, voxels))


def slab_boxes(array: np.ndarray[Any, np.dtype[Any]], voxels: int = _SLAB) -> Iterator[tuple[slice, ...]]:
    """Where those pieces are: the index of each."""
    axis = int(np.argmax(np.abs(array.strides)))
    step = max(1, voxels // max(1, array.size // max(1, array.shape[axis])))
    for start in range(0, array.shape[axis], step):
        yield (*(slice(None),) * axis, slice(start, start + step))


def checked_voxel_size(voxel_size: Any, dimensions: int, what: str = "voxel_size") -> tuple[float, ...]:
    """One positive length in m per axis, from one number or one per axis."""
    allowed = f"a length in m above 0, or {dimensions} of them (x, y{', z' if dimensions == 3 else ''})"
    if voxel_size is None:
        raise InvalidInput(what, None, allowed, "The file does not tell how large a voxel is: say it")
    single = isinstance(voxel_size, numbers.Real) or (isinstance(voxel_size, np.ndarray) and voxel_size.ndim == 0)
    given = [voxel_size] * dimensions if single else voxel_size
    if isinstance(given, str) or not isinstance(given, (Sequence, np.ndarray)):
        raise InvalidInput(what, voxel_size, allowed, "Numbers are SI: 0.5e-6 rather than '0.5 um'")
    if len(given) != dimensions:
        raise InvalidInput(what, voxel_size, allowed, "Voxels that are no cubes need a size along every axis")
    if not all(isinstance(edge, numbers.Real) and not isinstance(edge, (bool, np.bool_)) for edge in given):
        raise InvalidInput(what, voxel_size, allowed, "Numbers are SI: 0.5e-6 rather than '0.5 um'")
    edges = tuple(float(edge) for edge in given)
    if not all(math.isfinite(edge) and edge > 0.0 for edge in edges):
        raise InvalidInput(what, voxel_size, allowed)
    return edges


def _integers(what: str, given: Any, shape: tuple[int, ...] | None = None) -> np.ndarray[Any, np.dtype[Any]]:
    """A read-only view of the integers; arrays are never copied."""
    array = given if isinstance(given, np.ndarray) else np.asarray(given)
    if array.dtype.kind == "b":
        array = array.view(np.uint8)
    if array.dtype.kind == "f":
        holes = "It holds NaN. " if array.size and any(np.isnan(slab).any() for slab in slabs(array)) else ""
        advice = f"{holes}Grey values need segmentation first; labels held as floats an explicit astype"
        raise InvalidInput(what, f"an array of {array.dtype}", "integers", advice)
    if array.dtype.kind not in "iu":
        raise InvalidInput(what, f"an array of {array.dtype}", "an array of integers")
    if array.ndim not in (2, 3) or array.size == 0:
        raise InvalidInput(what, f"an array of shape {array.shape}", "two or three axes, none of them empty")
    if shape is not None and array.shape != shape:
        raise InvalidInput(what, f"shape {array.shape}", f"the shape of the labels, {shape}")
    view = array.view()
    view.flags.writeable = False
    return view


def _is_integer(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_))


def _phase_table(phases: Any) -> dict[int, str]:
    allowed = 'labels with a name each, such as {0: "pore", 1: "electrolyte"}'
    if not isinstance(phases, Mapping) or not phases:
        raise InvalidInput("phases", phases, allowed)
    for label, name in phases.items():
        if not _is_integer(label) or not isinstance(name, str) or not name.strip():
            raise InvalidInput("phases", {label: name}, allowed)
    table = {int(label): name for label, name in phases.items()}
    if len(set(table.values())) != len(table):
        raise InvalidInput("phases", dict(table), "a different name for every label", "Merge labels of one phase first")
    return table


def _quaternions(given: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if isinstance(given, Mapping):
        given = _rows_of(given)
    try:
        rows = np.array(given, dtype=float)
    except (TypeError, ValueError):
        rows = np.empty(0)
    allowed = "unit quaternions (w, x, y, z): an array (n_grains + 1, 4), or a mapping of every grain to 4 floats"
    if rows.ndim != 2 or rows.shape[1] != 4:
        raise InvalidInput("orientations", f"an array of shape {np.shape(rows)}", allowed)
    wrong = np.flatnonzero(~(np.abs(np.linalg.norm(rows, axis=1) - 1.0) < 1e-6))
    if wrong.size:
        raise InvalidInput(
            "orientations", f"grain {wrong[0]}: {rows[wrong[0]].tolist()}", allowed, "Its length is not 1"
        )
    rows.flags.writeable = False
    return rows


def _rows_of(table: Mapping[Any, Any]) -> list[Any]:
    grains = range(1, len([grain for grain in table if grain != 0]) + 1)
    missing = next((grain for grain in grains if grain not in table), None)
    if missing is not None:
        raise InvalidInput("orientations", f"no grain {missing}", f"every grain from 1 to {len(grains)}, or more")
    return [table.get(0, (1.0, 0.0, 0.0, 0.0)), *(table[grain] for grain in grains)]


def _range(array: np.ndarray[Any, np.dtype[Any]]) -> tuple[int, int]:
    lows, highs = zip(*((int(slab.min()), int(slab.max())) for slab in slabs(array)), strict=True)
    return min(lows), max(highs)


def _counted(slab: np.ndarray[Any, np.dtype[Any]]) -> Iterator[tuple[int, int]]:
    """Each label of a slab and how many voxels have it."""
    low, high = int(slab.min()), int(slab.max())
    if high - low > _COUNTABLE:
        labels, counts = np.unique(slab, return_counts=True)
        yield from ((int(label), int(count)) for label, count in zip(labels, counts, strict=True))
        return
    flat = slab.ravel(order="K")
    table = np.bincount(flat if low == 0 else np.subtract(flat, low, dtype=np.int64), minlength=high - low + 1)
    yield from ((low + int(index), int(table[index])) for index in np.flatnonzero(table))
