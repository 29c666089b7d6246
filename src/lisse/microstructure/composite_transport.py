"""Conduction through a periodic composite whose interfaces resist: the conductivity, and where the power is lost.

What belongs here: the cell problem (a mean field, no electrodes), interface resistances per true area, and the shares
of the dissipated power. Two electrodes, grains and the tensor of any volume are in `effective`. Nothing here knows what
the phases are.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput, SolveFailed
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.effective import conductivities_by_label, mean_conductivity
from lisse.microstructure.interface_area import stair_factors
from lisse.microstructure.volume import Volume

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator

__all__ = ["CompositeConductivity", "composite_conductivity"]

Array = np.ndarray[Any, np.dtype[Any]]
Pair = tuple[str | int, str | int]


@dataclass(frozen=True, eq=False)
class CompositeConductivity:
    """Conductivity of a periodic composite.

    Attributes
    ----------
    value : float, S/m. Mean of `along`.
    along : mapping of int to float, S/m. For a mean field along each axis that was asked for.
    shares : mapping of str to float, 1. Part of the power that each phase dissipates, and ``"interfaces"``; they add up
        to 1, and each is the sensitivity dln(value)/dln(conductivity) of its phase (of the interfaces: of 1/R). Empty
        where nothing conducts.
    interface_area : float, 1/m. True area with a resistance, per volume.
    iterations : int. Of all solves.
    residual : float, 1. The largest, over that of the sources; the error of the value is about its square.
    """

    value: float
    along: Mapping[int, float]
    shares: Mapping[str, float]
    interface_area: float
    iterations: int
    residual: float


def composite_conductivity(
    volume: Volume,
    conductivities: Mapping[str | int, float],
    axis: int | None = None,
    interface_resistance: Mapping[Pair, float] | None = None,
    contact_resistance: Mapping[str | int, float] | None = None,
    tolerance: float = 1e-6,
) -> CompositeConductivity:
    """Effective conductivity of a volume that repeats itself in all directions, with resistances between its phases.

    ::

        div(s grad phi) = 0,   phi = -E x + periodic,   jump of phi = R current  at an interface
        sigma_eff = power/(volume E^2)

    on voxel faces of conductance ``area/(h/2s1 + k R + h/2s2)``, where k is the area of the faces over the true area of
    the interface there (`interface_area`). No electrode cuts a particle open, so that a few particles are enough.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D, made periodic (a scan is taken to repeat itself).
    conductivities : mapping of phase names or labels to float, S/m. One for every phase that has voxels; 0 insulates.
    axis : int or None. Of the mean field; None takes the mean over all axes, for an isotropic structure.
    interface_resistance : mapping of pairs of phases to float, ohm m^2, optional. Per true area, whose
        normal is that of the first of the two; inf insulates.
    contact_resistance : mapping of a phase to float, ohm m^2, optional. Between two of its grains where their voxels
        touch, per area of the faces.
    tolerance : float, 1. Norm of the residual over that of the sources. A value below the square of it times the mean
        conductivity of the voxels is 0: nothing leads through.

    Returns
    -------
    CompositeConductivity

    Raises
    ------
    InvalidInput
        For bad arguments.
    SolveFailed
        When the tolerance is not reached.

    Notes
    -----
    First order in the voxel edge h, for R = 0 and for R > 0: a sphere 16 voxels across, 10 times as conductive as the
    matrix, changes the conductivity by 4 % too much at R = 0 and is right to 0.3 % of the whole elsewhere.

    Examples
    --------
    >>> layers = Volume(np.array([[0, 0, 1, 1], [0, 0, 1, 1]]), 1e-6, {0: "a", 1: "b"})
    >>> round(composite_conductivity(layers, {"a": 1.0, "b": 1.0}, 1, {("a", "b"): 2e-6}).value, 9)
    0.5
    """
    from lisse.numerics.conduction import FaceOperator, checked_tolerance, conduction_cost

    if not isinstance(volume, Volume):
        raise InvalidInput("volume", type(volume).__name__, "a Volume", "Volume(labels, voxel_size, phases) makes one")
    if axis is not None and (isinstance(axis, bool) or axis not in range(volume.dimensions)):
        raise InvalidInput("axis", axis, f"0 to {volume.dimensions - 1}, or None for the mean over all axes")
    tolerance = checked_tolerance(tolerance)
    require("the conductivity of a composite", Cost(*conduction_cost(volume.shape)))
    values = conductivities_by_label(conductivities, volume)
    network = _network(volume, values, interface_resistance or {}, contact_resistance or {})
    operator = FaceOperator(network.faces, np.zeros(volume.shape))
    axes = range(volume.dimensions) if axis is None else (int(axis),)
    along, spent, iterations, worst = {}, np.zeros(len(network.names) + 1), 0, 0.0
    least = tolerance**2 * mean_conductivity(volume, values)
    for each in axes:
        found, powers, count, residual = _one(operator, network, volume, each, tolerance)
        along[each] = found if found > least else 0.0
        spent += powers
        iterations, worst = iterations + count, max(worst, residual)
    total = float(spent.sum())
    names = [*network.names, "interfaces"]
    shares = {name: float(part) / total for name, part in zip(names, spent, strict=True)} if total > 0.0 else {}
    value = sum(along.values()) / len(along)
    return CompositeConductivity(value, along, shares, network.area, iterations, worst)


@dataclass(frozen=True, eq=False)
class _Network:
    """Conductances of the faces and what they are made of.

    Attributes
    ----------
    faces : conductance of each face, S (S m in a plane).
    jumps : for each axis, flat places of the faces with a resistance of their own, and that resistance, ohm.
    conductivity : S/m by voxel.
    labels : place of each voxel's phase in `names`.
    area : 1/m.
    """

    faces: tuple[Array, ...]
    jumps: tuple[tuple[Array, Array], ...]
    conductivity: Array
    labels: Array
    names: tuple[str, ...]
    area: float


def _network(
    volume: Volume,
    values: Mapping[int, float],
    pairs: Mapping[Pair, float],
    contacts: Mapping[str | int, float],
) -> _Network:
    from lisse.numerics.conduction import face_conductances

    edges, cell = volume.voxel_size, math.prod(volume.voxel_size)
    known = sorted(values)
    place = np.searchsorted(known, volume.labels)
    conductivity = np.array([values[label] for label in known])[place]
    faces = face_conductances(conductivity, edges, periodic=[n > 1 for n in volume.shape])
    jumps = [np.zeros(volume.shape) for _ in edges]
    area = 0.0
    for (one, other), resistance in pairs.items():
        a, b = volume.label_of(one), volume.label_of(other)
        _checked(f"interface_resistance[{one!r}, {other!r}]", resistance)
        if a == b:
            raise InvalidInput("interface_resistance", (one, other), "two different phases")
        if resistance > 0.0:
            area += _on_interface(volume.labels == a, volume.labels == b, edges, resistance, jumps)
    for phase, resistance in contacts.items():
        _checked(f"contact_resistance[{phase!r}]", resistance)
        if resistance > 0.0:
            _between_grains(volume, volume.label_of(phase), resistance, jumps)
    held = []
    for face, jump, edge in zip(faces, jumps, edges, strict=True):
        places = np.flatnonzero(jump)
        ohms = jump.reshape(-1)[places] * edge / cell
        flat = face.reshape(-1)
        with np.errstate(divide="ignore"):
            flat[places] = 1.0 / (1.0 / flat[places] + ohms)
        held.append((places, ohms))
    names = tuple(volume.phases[label] for label in known)
    return _Network(tuple(faces), tuple(held), conductivity, place, names, area / (cell * volume.size))


def _on_interface(one: Array, other: Array, edges: tuple[float, ...], resistance: float, jumps: list[Array]) -> float:
    """Put the resistance on the faces between two phases, in place; their true area, m2 (m in a plane)."""
    cell, area = math.prod(edges), 0.0
    for axis, factors in enumerate(stair_factors(one, edges)):
        cut = one != np.roll(one, -1, axis)
        between = (one & np.roll(other, -1, axis)) | (other & np.roll(one, -1, axis))
        factor = factors[between[cut]]
        jumps[axis][between] = resistance * factor
        area += float((cell / edges[axis] / factor).sum())
    return area


def _between_grains(volume: Volume, label: int, resistance: float, jumps: list[Array]) -> None:
    """Put the resistance on the faces between two grains of one phase, in place."""
    if volume.grains is None:
        raise InvalidInput("contact_resistance", resistance, "none without grains", "Give the volume grains")
    grains = np.where(volume.labels == label, volume.grains, 0)
    for axis, jump in enumerate(jumps):
        after = np.roll(grains, -1, axis)
        jump[(grains != after) & (grains > 0) & (after > 0)] = resistance


def _one(
    operator: FaceOperator, network: _Network, volume: Volume, axis: int, tolerance: float
) -> tuple[float, Array, int, float]:
    """Conductivity along one axis, the power by phase and at the interfaces (under 1 V/m), iterations and residual."""
    from lisse.numerics.conduction import solve
    from lisse.numerics.uniform_field import uniform_field_sources

    edge = volume.voxel_size[axis]
    if volume.shape[axis] == 1:
        raise InvalidInput("axis", axis, "an axis with more than one voxel")
    found = solve(operator, edge * uniform_field_sources(network.faces, axis), tolerance)
    spent = np.zeros(len(network.names) + 1)
    total = 0.0
    for each, (conductance, (places, ohms)) in enumerate(zip(network.faces, network.jumps, strict=True)):
        drop = found.x - np.roll(found.x, -1, each)
        if each == axis:
            drop += edge
        current = conductance * drop
        total += float(np.vdot(current, drop))
        spent += _by_phase(current**2, network, volume, each, places, ohms)
    value = total / (math.prod(volume.voxel_size) * volume.size)
    if not found.converged:
        text = f"conductivity of the composite along {'xyz'[axis]}: residual {found.residual:.1e}"
        raise SolveFailed(f"{text} after {found.iterations} iterations. Ask for a looser tolerance", value)
    return value, spent, found.iterations, found.residual


def _by_phase(square: Array, network: _Network, volume: Volume, axis: int, places: Array, ohms: Array) -> Array:
    """Power lost in each phase and at the interfaces, from the squares of the currents through the faces of an axis."""
    edge = volume.voxel_size[axis]
    half = edge**2 / (2.0 * math.prod(volume.voxel_size))  # of a half voxel: resistance times conductivity
    conducting = network.conductivity > 0.0
    ohm = np.where(conducting, half / np.where(conducting, network.conductivity, 1.0), 0.0)
    both = (square + np.roll(square, 1, axis)) * ohm
    count = len(network.names)
    found = np.zeros(count + 1)
    found[:count] = np.bincount(network.labels.reshape(-1), both.reshape(-1), count)
    finite = np.isfinite(ohms)
    found[count] = float(np.vdot(square.reshape(-1)[places[finite]], ohms[finite]))
    return found


def _checked(name: str, resistance: float) -> None:
    if isinstance(resistance, bool) or not isinstance(resistance, numbers.Real) or not resistance >= 0.0:
        raise InvalidInput(name, resistance, "a number of ohm m2, at least 0; inf where nothing passes")
