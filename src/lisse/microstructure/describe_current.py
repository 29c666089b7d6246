"""The current that a solved field drives through an interface: how much, where, and its hot spots.

What belongs here: the normal current density on exactly the voxel faces between two phases, or between the volume and
an electrode, seen as a map and as statistics. The field comes from `lisse.microstructure.effective`; statistics of any
list of current densities, and an estimate without a field, are in `lisse.microstructure.describe_interface`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.describe_interface import HotSpots, hot_spots
from lisse.microstructure.volume import Volume, slab_boxes

if TYPE_CHECKING:
    from lisse.microstructure.effective import EffectiveConductivity
    from lisse.numerics.conduction import SurfaceResistance

__all__ = ["InterfaceCurrent", "Spot", "electrode_current", "hottest", "interface_current"]

_Array = np.ndarray[Any, np.dtype[Any]]
_Floats = np.ndarray[Any, np.dtype[np.float64]]
_ENDS = {"low": "electrode at the low end", "high": "electrode at the high end"}
_MISMATCH = 1e-3  # relative difference of currents beyond which a field cannot belong to the conductivities


@dataclass(frozen=True)
class Spot:
    """A place where the current crowds.

    Attributes
    ----------
    place : tuple of floats, m. Centre of the voxel face.
    normal : int or None. Axis that the face is normal to; None for a place in the bulk.
    density : float, A/m2. Normal current density under 1 V over the volume.
    relative : float, 1. The same over the mean current density through the volume.
    """

    place: tuple[float, ...]
    normal: int | None
    density: float
    relative: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        normal = None if self.normal is None else "xyz"[self.normal]
        return {"place": list(self.place), "normal": normal, "density": self.density, "over_mean": self.relative}


def hottest(values: _Array, places: _Array, count: int, apart: float) -> list[int]:
    """Numbers of the largest values that are not near to a larger one, the largest first.

    Parameters
    ----------
    values : (m,) array.
    places : (m, d) array, m.
    count : int. How many at most; only the 1000 `count` largest values are looked at.
    apart : float, m. What is nearer than that to a larger value belongs to it.
    """
    if count < 1:
        raise InvalidInput("count", count, "1 or more")
    found: list[int] = []
    order = np.argsort(-values, kind="stable")
    for one in order[: 1000 * count]:
        gaps = np.linalg.norm(places[found] - places[one], axis=1)
        if not (gaps <= apart).any():
            found.append(int(one))
        if len(found) == count:
            break
    return found


@dataclass(frozen=True, eq=False)
class InterfaceCurrent:
    """Normal current density on every voxel face of an interface, under 1 V over the volume.

    Attributes
    ----------
    between : (str, str). What lies on the two sides: phases, or an electrode and ``"volume"``.
    axis : int. Direction in which the current was sent.
    density : (m,) array, A/m2. Positive from the first side to the second.
    areas : (m,) array, m2 (m in 2-D). Areas of the faces.
    places : (m, d) array, m. Centres of the faces.
    normals : (m,) array of integers. Axis that each face is normal to.
    map : (ny[, nz]) array, A/m2. The current that passes the interface in each column along the axis, per area of the
        column. Half the current of a face along the axis goes to the column on either side of it.
    cover : (ny[, nz]) array, 1. Area of the interface in each column per area of the column, counted in the same way;
        0 where nothing touches.
    applied : float, A/m2. Mean current density through the volume.
    """

    between: tuple[str, str]
    axis: int
    density: _Floats
    areas: _Floats
    places: _Floats
    normals: _Array
    map: _Floats
    cover: _Floats
    applied: float

    @property
    def total(self) -> float:
        """Net current from the first side to the second, A (A/m in 2-D)."""
        return float(self.density @ self.areas)

    @property
    def area(self) -> float:
        """Area of the interface, steps in full, m2 (m in 2-D)."""
        return float(self.areas.sum())

    @property
    def focusing(self) -> float:
        """Largest current density on a face over the mean through the volume."""
        return float(np.abs(self.density).max()) / self.applied

    @cached_property
    def faces(self) -> HotSpots:
        """Statistics over the interface itself: how evenly it is used. Their mean is over its own area."""
        return hot_spots(self.density, self.areas)

    @cached_property
    def columns(self) -> HotSpots:
        """Statistics of the map: how evenly the electrode is used. Columns in which nothing touches count as 0."""
        return hot_spots(self.map)

    def hottest(self, count: int = 8, apart: float | None = None) -> tuple[Spot, ...]:
        """The places with the largest current density, the largest first.

        Parameters
        ----------
        count : int. How many at most.
        apart : float, m, optional. Faces nearer than that to a hotter one belong to it; a twentieth of the longest edge
            of the interface if not given.
        """
        reach = 0.05 * float(np.ptp(self.places, axis=0).max()) if apart is None else apart
        return tuple(self._spot(one) for one in hottest(np.abs(self.density), self.places, count, reach))

    def _spot(self, one: int) -> Spot:
        density = abs(float(self.density[one]))
        place = tuple(float(length) for length in self.places[one])
        return Spot(place, int(self.normals[one]), density, density / self.applied)

    def to_dict(self) -> dict[str, Any]:
        """The single numbers and the hottest places in SI units, ready for JSON."""

        def numbers(found: HotSpots) -> dict[str, float]:
            return {name: getattr(found, name) for name in HotSpots.UNITS}

        return {
            "between": list(self.between),
            "mean_current_density": self.applied,
            "current": self.total,
            "area": self.area,
            "focusing": self.focusing,
            "columns": numbers(self.columns),
            "faces": numbers(self.faces),
            "hottest": [one.to_dict() for one in self.hottest()],
        }


def interface_current(
    volume: Volume,
    conductivities: Mapping[str | int, float],
    solved: EffectiveConductivity,
    first: str | int,
    second: str | int,
    grain_boundary_resistance: SurfaceResistance | None = None,
) -> InterfaceCurrent:
    """Normal current density on exactly the voxel faces between two phases of a solved field.

    ::

        j = g (phi_first - phi_second) / area,    g = area / (h/2s_first + R + h/2s_second)

    the same conductance g that the solution was found with, so the currents through an interface that closes off one
    end add up to the current through the volume.

    Parameters
    ----------
    volume : Volume
    conductivities : mapping of phase names or labels to float, S/m. Those of `solved`.
    solved : EffectiveConductivity. Of this volume along one axis.
    first, second : str or int. Names or labels of the two phases.
    grain_boundary_resistance : optional, ohm m2. That of `solved`.

    Examples
    --------
    >>> from lisse.microstructure import effective_conductivity
    >>> layers = Volume(np.array([[0, 0], [1, 1]]), 1e-6, {0: "lithium", 1: "electrolyte"})
    >>> sigma = {"lithium": 1e7, "electrolyte": 0.05}
    >>> found = interface_current(layers, sigma, effective_conductivity(layers, sigma), "lithium", "electrolyte")
    >>> round(found.focusing, 6)
    1.0
    """
    from lisse.numerics.conduction import face_conductances

    one, other = volume.label_of(first), volume.label_of(second)
    if one == other:
        raise InvalidInput("second", second, "a phase other than the first", f"Both are {volume.phases[one]}")
    axis, potential = _field_of(solved, volume)
    conductivity = _conductivity(volume, conductivities)
    _same_field(solved, volume, conductivity, potential, axis)
    periodic = [solved.sides == "periodic" and side != axis for side in range(volume.dimensions)]
    regions = None if grain_boundary_resistance is None else volume.grains
    conductances = face_conductances(conductivity, volume.voxel_size, grain_boundary_resistance, regions, periodic)
    del conductivity
    parts = [
        _Part.of(volume, side, one, other, conductances[side], potential, periodic[side])
        for side in range(volume.dimensions)
    ]
    if not any(len(part.density) for part in parts):
        names = f"{volume.phases[one]} and {volume.phases[other]}"
        raise InvalidInput("interface", names, "two phases that touch", "No voxel face lies between them")
    return _collected((volume.phases[one], volume.phases[other]), volume, axis, parts, _applied(solved, volume, axis))


def electrode_current(
    volume: Volume,
    conductivities: Mapping[str | int, float],
    solved: EffectiveConductivity,
    end: Literal["low", "high"] = "low",
) -> InterfaceCurrent:
    """Normal current density on the outer face of the volume, where an electrode of one potential touches it.

    Faces of insulating voxels are no part of the interface. The current is positive from the electrode into the volume
    at the low end and from the volume into the electrode at the high one.

    Parameters
    ----------
    volume : Volume
    conductivities : mapping of phase names or labels to float, S/m. Those of `solved`.
    solved : EffectiveConductivity. Of this volume along one axis.
    end : str. ``"low"`` or ``"high"`` end of that axis.
    """
    from lisse.numerics.conduction import end_conductances

    if end not in _ENDS:
        raise InvalidInput("end", end, ", ".join(_ENDS), suggest(str(end), _ENDS))
    axis, potential = _field_of(solved, volume)
    conductivity = _conductivity(volume, conductivities)
    _same_field(solved, volume, conductivity, potential, axis)
    place = 0 if end == "low" else volume.shape[axis] - 1
    conductance = end_conductances(conductivity, volume.voxel_size, axis)[0 if end == "low" else 1]
    layer = np.take(potential, place, axis=axis)
    area = math.prod(volume.voxel_size) / volume.voxel_size[axis]
    difference = 1.0 - layer if end == "low" else layer
    touching = np.argwhere(conductance > 0.0)
    voxels = np.insert(touching, axis, place, axis=1)
    faces = (conductance * difference / area)[tuple(touching.T)]
    offset = np.full(volume.dimensions, 0.5)
    offset[axis] = 0.0 if end == "low" else 1.0
    part = _Part(axis, voxels, voxels, faces, (voxels + offset) * np.asarray(volume.voxel_size))
    between = (_ENDS["low"], "volume") if end == "low" else ("volume", _ENDS["high"])
    return _collected(between, volume, axis, [part], _applied(solved, volume, axis))


@dataclass(frozen=True)
class _Part:
    """Faces normal to one axis: the voxels on their two sides, current density from first to second, centres in m."""

    normal: int
    low: _Array
    high: _Array
    density: _Floats
    places: _Floats

    @classmethod
    def of(
        cls, volume: Volume, normal: int, one: int, other: int, conductance: _Array, potential: _Array, around: bool
    ) -> _Part:
        """Those between two labels."""
        low, way = _faces_between(volume, normal, one, other, around)
        high = low.copy()
        high[:, normal] = (low[:, normal] + 1) % volume.shape[normal]
        below, above = tuple(low.T), tuple(high.T)
        area = math.prod(volume.voxel_size) / volume.voxel_size[normal]
        density = way * conductance[below] * (potential[below] - potential[above]) / area
        offset = np.full(volume.dimensions, 0.5)
        offset[normal] = 1.0
        return cls(normal, low, high, density, (low + offset) * np.asarray(volume.voxel_size))


def _faces_between(volume: Volume, normal: int, one: int, other: int, around: bool) -> tuple[_Array, _Floats]:
    """Voxels below the faces between two labels, and +1 where the first label is below, -1 where it is above."""
    layers = np.moveaxis(volume.labels, normal, 0)
    found: list[_Array] = []
    ways: list[_Array] = []
    count = len(layers)
    for index in range(count if around and count > 1 else count - 1):
        low, high = layers[index], layers[(index + 1) % count]
        forth, back = (low == one) & (high == other), (low == other) & (high == one)
        here = np.argwhere(forth | back)
        found.append(np.insert(here, normal, index, axis=1))
        ways.append(np.where(forth[tuple(here.T)], 1.0, -1.0))
    if not found:
        return np.empty((0, volume.dimensions), dtype=np.intp), np.empty(0)
    return np.concatenate(found), np.concatenate(ways)


def _collected(
    between: tuple[str, str], volume: Volume, axis: int, parts: list[_Part], applied: float
) -> InterfaceCurrent:
    cell = math.prod(volume.voxel_size)
    column = cell / volume.voxel_size[axis]
    shape = tuple(count for side, count in enumerate(volume.shape) if side != axis)
    currents, cover = np.zeros(shape), np.zeros(shape)
    areas = [np.full(len(part.density), cell / volume.voxel_size[part.normal]) for part in parts]
    for part, area in zip(parts, areas, strict=True):
        for voxels in (part.low, part.high):
            at = tuple(np.delete(voxels, axis, axis=1).T)
            np.add.at(currents, at, 0.5 * part.density * area / column)
            np.add.at(cover, at, 0.5 * area / column)
    density = np.concatenate([part.density for part in parts])
    if not density.size or not np.abs(density).max() > 0.0:
        raise InvalidInput("interface", " and ".join(between), "an interface that a current passes", "None passes here")
    return InterfaceCurrent(
        between=between,
        axis=axis,
        density=density,
        areas=np.concatenate(areas),
        places=np.concatenate([part.places for part in parts]),
        normals=np.concatenate([np.full(len(part.density), part.normal) for part in parts]),
        map=currents,
        cover=cover,
        applied=applied,
    )


def _field_of(solved: EffectiveConductivity, volume: Volume) -> tuple[int, _Floats]:
    """Axis and potential of a solution that a current flows in; 0 V where no end reaches."""
    if solved.axis is None:
        raise InvalidInput("solved", "a tensor", "the field along one axis", "Solve with axis=0, 1 or 2")
    if not solved.value > 0.0:
        raise InvalidInput("solved", "no current", "a field with a current", "No conducting path spans the volume")
    potential = solved.potential
    if potential.shape != volume.shape:
        raise InvalidInput("solved", f"a field of shape {potential.shape}", f"one of this volume, {volume.shape}")
    return solved.axis, np.nan_to_num(potential)


def _conductivity(volume: Volume, conductivities: Mapping[str | int, float]) -> _Floats:
    """Conductivity of each voxel, S/m."""
    table = {volume.label_of(phase): float(value) for phase, value in conductivities.items()}
    for phase, share in volume.phase_fractions().items():
        if share > 0.0 and volume.label_of(phase) not in table:
            raise InvalidInput("conductivities", list(conductivities), f"every phase, also {phase!r}")
    found = np.zeros(volume.shape)
    for box in slab_boxes(volume.labels):
        for label, value in table.items():
            found[box][volume.labels[box] == label] = value
    return found


def _same_field(
    solved: EffectiveConductivity, volume: Volume, conductivity: _Floats, potential: _Floats, axis: int
) -> None:
    """Refuse conductivities that the field was not solved with: the current through the low end tells."""
    from lisse.numerics.conduction import end_conductances

    low, _ = end_conductances(conductivity, volume.voxel_size, axis)
    end = float(np.sum(low * (1.0 - np.take(potential, 0, axis=axis))))
    through = _applied(solved, volume, axis) * math.prod(volume.extent) / volume.extent[axis]
    if not abs(end - through) <= max(_MISMATCH, 10.0 * solved.residual) * through:
        got = f"{end:.4g} A through the low end"
        raise InvalidInput("conductivities", got, f"those of the field, {through:.4g} A", "Give what was solved with")


def _applied(solved: EffectiveConductivity, volume: Volume, axis: int) -> float:
    """Mean current density under 1 V, A/m2."""
    return solved.value / volume.extent[axis]
