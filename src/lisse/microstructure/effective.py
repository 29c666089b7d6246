"""Effective conductivity of a volume: one number along an axis, or the whole tensor.

What belongs here: phases and grain boundaries as conductances of voxel faces, the two ends, and what the solution means
(conductivity, tortuosity, fields). The mathematics is in `lisse.numerics.conduction`; tortuosity of one phase under
other conventions of the ends is in `lisse.microstructure.describe_tortuosity`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from lisse.errors import InvalidInput, NotResolved, SolveFailed, suggest
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.volume import Volume, slab_boxes

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator, SurfaceResistance

__all__ = ["SIDES", "EffectiveConductivity", "effective_conductivity"]

Array = np.ndarray[Any, np.dtype[Any]]
SIDES = {
    "no-flux": "nothing passes the sides across the axis",
    "periodic": "opposite sides across the axis are joined",
}
"""What happens at the sides."""
_TABLE = 1 << 16  # labels up to which a table is used to look up conductivities
_NO_FIELD = "a tensor has one field per axis, and a solve on ranks keeps none; ask effective_conductivity for one axis"
_ROUNDING = 16 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class EffectiveConductivity:
    """Effective conductivity of a volume and how far it can be trusted.

    Attributes
    ----------
    value : float, S/m. Along the axis; with ``axis=None`` a third (in a plane, half) of the trace of the tensor.
    tensor : (d, d) array, S/m, or None. With ``axis=None``: row, direction of the current; column, of the field.
    tortuosity : float, 1. Mean conductivity of the phases over `value` (for one conducting phase: phase fraction times
        sigma over sigma_eff); ``inf`` where nothing percolates.
    axis : int or None. Direction of the field.
    sides : str. One of `SIDES`.
    percolates : bool. Whether a conducting path leads from end to end (with ``axis=None``: along every axis).
    iterations : int. Iterations of the solver (with ``axis=None``: of all solves).
    residual : float, 1. The larger of two errors: norm of the residual over that of the sources, and difference of the
        currents through the two ends over the current.
    warnings : tuple of str. What to know before using the number.
    """

    value: float
    tensor: Array | None
    tortuosity: float
    axis: int | None
    sides: str
    percolates: bool
    iterations: int
    residual: float
    warnings: tuple[str, ...] = ()
    _potential: Array | None = field(default=None, repr=False)
    _problem: _Problem | None = field(default=None, repr=False)

    UNITS: ClassVar[dict[str, str]] = {
        "value": "S/m",
        "tensor": "S/m",
        "tortuosity": "1",
        "residual": "1",
        "potential": "V",
        "current": "A/m2",
    }

    @property
    def potential(self) -> Array:
        """(nx, ny[, nz]) array, V. 1 V at the low end, 0 V at the high one; NaN in voxels that no end reaches."""
        if self._potential is None:
            raise NotResolved(f"potential: {_NO_FIELD}")
        return self._potential

    @property
    def current(self) -> Array:
        """(nx, ny[, nz], d) array, A/m2. Current density in the voxels under 1 V, computed when asked for."""
        if self._problem is None or self.axis is None:
            raise NotResolved(f"current: {_NO_FIELD}")
        return self._problem.current(self.axis, self.potential)


def effective_conductivity(
    volume: Volume,
    conductivities: Mapping[str | int, float],
    axis: int | None = 0,
    grain_boundary_resistance: SurfaceResistance | None = None,
    sides: Literal["no-flux", "periodic"] = "no-flux",
    tolerance: float = 1e-8,
) -> EffectiveConductivity:
    """Effective conductivity of a volume between two opposite faces.

    ::

        div(s grad phi) = 0,  phi = 1 V on the low face, 0 V on the high one
        sigma_eff = current * length / area

    by finite volumes with one conductance per voxel face, ``area / (h/2s1 + R + h/2s2)``; the given potentials lie on
    the outer faces, half a voxel from the first centres. Voxels of conductivity 0 insulate exactly. The current is
    taken from the power, whose error is the square of that of the potentials.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    conductivities : mapping of phase names or labels to float, S/m. One for every phase that has voxels; 0 insulates.
    axis : int or None. Direction of the field; None solves along every axis and gives the tensor. Its column e is the
        mean current density under a field along e divided by the mean field, ends along e as above. Off the diagonal
        that is the bulk property for periodic sides and a large volume; with ``sides="no-flux"`` the sides, which
        let no current leave sideways, hold these entries down.
    grain_boundary_resistance : optional, ohm m2. Resistance times area of the faces between two different grains, none
        of them 0: one number, a symmetric table ``[grain, grain]``, a mapping of pairs ``(grain, grain)``, or a
        function of two arrays of grain numbers. ``inf`` insulates.
    sides : str. One of `SIDES`.
    tolerance : float, 1. For the residual and for the difference of the currents through the two ends.

    Returns
    -------
    EffectiveConductivity

    Raises
    ------
    InvalidInput
        For bad arguments, for a contrast above 1e14 between conducting phases (0 insulates, and is exact), and when
        the memory will not do: about 150 bytes a voxel, in a plane 300 to 450.
    SolveFailed
        When the tolerance is not reached; carries the result.

    Examples
    --------
    >>> layers = Volume(np.array([[0], [1]]), 1e-6, {0: "a", 1: "b"})
    >>> round(effective_conductivity(layers, {"a": 1.0, "b": 3.0}).value, 12)
    1.5
    """
    from lisse.numerics.conduction import checked_tolerance, conduction_cost

    if not isinstance(volume, Volume):
        raise InvalidInput("volume", type(volume).__name__, "a Volume", "Volume(labels, voxel_size, phases) makes one")
    axes = _checked_axes(axis, volume)
    if sides not in SIDES:
        raise InvalidInput("sides", sides, ", ".join(SIDES), suggest(str(sides), SIDES))
    tolerance = checked_tolerance(tolerance)
    if grain_boundary_resistance is not None and volume.grains is None:
        advice = "Give the volume grains, or leave the resistance out"
        raise InvalidInput("grain_boundary_resistance", grain_boundary_resistance, "none without grains", advice)
    require("the effective conductivity", Cost(*conduction_cost(volume.shape)))
    values = conductivities_by_label(conductivities, volume)
    problem = _Problem(volume, values, grain_boundary_resistance, sides)
    mean = mean_conductivity(volume, values)
    if axis is not None:
        return _along(problem, axes[0], mean, tolerance)[0]
    return _tensor(problem, mean, tolerance)


@dataclass(frozen=True)
class _Problem:
    """Everything but the axis."""

    volume: Volume
    values: Mapping[int, float]
    boundary: SurfaceResistance | None
    sides: str

    def network(self, axis: int) -> tuple[FaceOperator, Array, Array]:
        """The operator with its two ends as ground, and the conductances of the ends."""
        from lisse.numerics.conduction import FaceOperator, end_conductances, face_conductances

        volume = self.volume
        conductivity = _field(volume, self.values)
        periodic = [self.sides == "periodic" and other != axis for other in range(volume.dimensions)]
        regions = None if self.boundary is None else volume.grains
        try:
            faces = face_conductances(conductivity, volume.voxel_size, self.boundary, regions, periodic)
        except InvalidInput as error:
            raise error.at("", error.what.replace("surface_resistance", "grain_boundary_resistance")) from None
        low, high = end_conductances(conductivity, volume.voxel_size, axis)
        ground = np.zeros(volume.shape)
        layers = np.moveaxis(ground, axis, 0)
        layers[0] += low
        layers[-1] += high
        return FaceOperator(faces, ground), low, high

    def current(self, axis: int, potential: Array) -> Array:
        """Current density in the voxels, those of the end layers with what passes through the ends."""
        from lisse.numerics.conduction import current_density

        operator, low, high = self.network(axis)
        x = np.nan_to_num(potential)
        density = current_density(operator, x, self.volume.voxel_size)
        edges = self.volume.voxel_size
        area = math.prod(edges) / edges[axis]
        layers, values = np.moveaxis(density[..., axis], axis, 0), np.moveaxis(x, axis, 0)
        layers[0] += 0.5 * low * (1.0 - values[0]) / area
        layers[-1] += 0.5 * high * values[-1] / area
        return density


def _along(
    problem: _Problem, axis: int, mean: float, tolerance: float
) -> tuple[EffectiveConductivity, tuple[float, ...]]:
    """The result along one axis, and the mean current density under a mean field of 1 V/m."""
    from lisse.numerics.conduction import solve
    from lisse.numerics.conduction_paths import HIGH, LOW, joined_to_ends

    volume = problem.volume
    operator, low, high = problem.network(axis)
    reach = joined_to_ends(operator.faces, low, high, axis)
    start = _first_guess(reach, axis)
    through = bool((reach == LOW | HIGH).any())
    iterations, residual, converged = 0, 0.0, True
    x = start
    if through:
        ends = _Ends(low, high, axis)
        found = solve(operator, ends.sources(volume.shape), tolerance, start, accepted=ends.balanced(tolerance))
        x, iterations, converged = found.x, found.iterations, found.converged
        residual = max(found.residual, ends.imbalance(x))
    value, currents = _flow(operator, x, low, high, axis, volume) if through else (0.0, (0.0,) * volume.dimensions)
    x[reach == 0] = np.nan
    name = "xyz"[axis]
    result = EffectiveConductivity(
        value=value,
        tensor=None,
        tortuosity=mean / value if through else math.inf,
        axis=axis,
        sides=problem.sides,
        percolates=through,
        iterations=iterations,
        residual=residual,
        warnings=_doubts(through, name, residual if converged else 0.0, tolerance),
        _potential=x,
        _problem=problem,
    )
    if not converged:
        text = f"effective conductivity along {name}: residual {residual:.1e} after {iterations} iterations"
        raise SolveFailed(f"{text}, tolerance {tolerance:.1e}. Ask for a looser tolerance", result)
    return result, currents


def _doubts(through: bool, name: str, residual: float, tolerance: float) -> tuple[str, ...]:
    """What to know before using a value."""
    if not through:
        return (f"No conducting path leads through the volume along {name}: the value is 0.",)
    if residual > tolerance:
        text = (
            "the contrast is so large that potentials of 16 digits tell no more. The value, from the power, is better"
        )
        return (f"The currents through the two ends along {name} differ by {residual:.1e} of the current: {text}.",)
    return ()


def _tensor(problem: _Problem, mean: float, tolerance: float) -> EffectiveConductivity:
    solved = [_along(problem, axis, mean, tolerance) for axis in range(problem.volume.dimensions)]
    results = [result for result, _ in solved]
    tensor = np.array([currents for _, currents in solved]).T
    value = float(np.trace(tensor)) / len(results)
    return EffectiveConductivity(
        value=value,
        tensor=tensor,
        tortuosity=mean / value if value > 0.0 else math.inf,
        axis=None,
        sides=problem.sides,
        percolates=all(result.percolates for result in results),
        iterations=sum(result.iterations for result in results),
        residual=max(result.residual for result in results),
        warnings=tuple(text for result in results for text in result.warnings),
    )


@dataclass(frozen=True)
class _Ends:
    """Conductances between the end layers and the two ends, at 1 V (low) and 0 V (high)."""

    low: Array
    high: Array
    axis: int

    def sources(self, shape: tuple[int, ...]) -> Array:
        """Right-hand side of the potentials."""
        sources = np.zeros(shape)
        np.moveaxis(sources, self.axis, 0)[0] = self.low
        return sources

    def currents(self, x: Array) -> tuple[float, float]:
        """Into the low end and out of the high end."""
        layers = np.moveaxis(x, self.axis, 0)
        return float(np.sum(self.low * (1.0 - layers[0]))), float(np.sum(self.high * layers[-1]))

    def imbalance(self, x: Array) -> float:
        """Difference of the two currents over the larger."""
        low, high = self.currents(x)
        return abs(low - high) / max(abs(low), abs(high))

    def balanced(self, tolerance: float) -> Callable[[Array], bool]:
        """Whether the currents agree, to the tolerance or as well as potentials of 16 digits can tell."""
        rounding = _ROUNDING * float(self.low.sum() + self.high.sum())

        def accepted(x: Array) -> bool:
            low, high = self.currents(x)
            return abs(low - high) <= max(tolerance * max(low, high), rounding)

        return accepted


def _first_guess(reach: Array, axis: int) -> Array:
    """A straight line where current can pass; the potential of the end in dead ends; 0 where no end is."""
    from lisse.numerics.conduction_paths import HIGH, LOW

    count = reach.shape[axis]
    line = (count - 0.5 - np.arange(count)) / count
    shape = [1] * reach.ndim
    shape[axis] = count
    guess = np.where(reach == LOW | HIGH, line.reshape(shape), 0.0)
    guess[reach == LOW] = 1.0
    return guess


def _flow(
    operator: FaceOperator, x: Array, low: Array, high: Array, axis: int, volume: Volume
) -> tuple[float, tuple[float, ...]]:
    """Effective conductivity from the power, and the mean current densities along all axes under a field of 1 V/m."""
    layers = np.moveaxis(x, axis, 0)
    power, sums = operator.power(x)
    power += float(np.sum(low * (1.0 - layers[0]) ** 2)) + float(np.sum(high * layers[-1] ** 2))
    length, cell = volume.extent[axis], math.prod(volume.voxel_size)
    value = power * length**2 / (cell * volume.size)
    factor = length / (cell * volume.size)
    currents = [total * edge * factor for total, edge in zip(sums, volume.voxel_size, strict=True)]
    currents[axis] = value
    return value, tuple(currents)


def _field(volume: Volume, values: Mapping[int, float]) -> Array:
    """Conductivity of each voxel, slab by slab."""
    labels = np.array(sorted(values))
    found = np.array([values[int(label)] for label in labels])
    out = np.empty(volume.shape)
    direct = labels[0] >= 0 and labels[-1] < _TABLE
    if direct:
        table = np.zeros(int(labels[-1]) + 1)
        table[labels] = found
    for box in slab_boxes(volume.labels):
        out[box] = table[volume.labels[box]] if direct else found[np.searchsorted(labels, volume.labels[box])]
    return out


def mean_conductivity(volume: Volume, values: Mapping[int, float]) -> float:
    """Mean over the voxels, S/m, of conductivities by label."""
    fractions = volume.phase_fractions()
    return sum(values[volume.label_of(name)] * share for name, share in fractions.items() if share > 0.0)


def conductivities_by_label(conductivities: Mapping[str | int, float], volume: Volume) -> dict[int, float]:
    """Checked conductivities by label; every phase that has voxels has one."""
    if not isinstance(conductivities, Mapping):
        known = ", ".join(volume.phases.values())
        raise InvalidInput("conductivities", conductivities, f"a mapping of phases ({known}) to S/m")
    values: dict[int, float] = {}
    for phase, value in conductivities.items():
        label = volume.label_of(phase)
        name = f"conductivities[{phase!r}]"
        if label in values:
            raise InvalidInput(name, value, "one conductivity per phase", f"{volume.phases[label]} has one already")
        if not isinstance(value, numbers.Real) or isinstance(value, bool) or not 0.0 <= float(value) < math.inf:
            raise InvalidInput(name, value, "a number in S/m, finite and at least 0")
        values[label] = float(value)
    present = [phase for phase, share in volume.phase_fractions().items() if share > 0.0]
    for phase in present:
        if volume.label_of(phase) not in values:
            advice = f"Add {phase!r}: 0.0 if it insulates"
            raise InvalidInput("conductivities", list(conductivities), f"every phase, also {phase!r}", advice)
    _check_contrast({phase: values[volume.label_of(phase)] for phase in present})
    return values


def _check_contrast(values: Mapping[str, float]) -> None:
    """Currents through a phase that hardly conducts are lost in potentials of double precision."""
    from lisse.numerics.conduction import LARGEST_CONTRAST

    conducting = {phase: value for phase, value in values.items() if value > 0.0}
    worst, best = (choose(conducting, key=lambda phase: conducting[phase], default="") for choose in (min, max))
    if worst != best and conducting[best] > LARGEST_CONTRAST * conducting[worst]:
        contrast = conducting[best] / conducting[worst]
        got = f"{conducting[worst]:.3g} S/m beside {conducting[best]:.3g} S/m of {best!r}, a contrast of {contrast:.0e}"
        allowed = f"exactly 0, or a contrast up to {LARGEST_CONTRAST:.0e}"
        raise InvalidInput(f"conductivities[{worst!r}]", got, allowed, f"Set {worst!r} to 0.0: it insulates")


def _checked_axes(axis: Any, volume: Volume) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(volume.dimensions))
    if isinstance(axis, bool) or not isinstance(axis, numbers.Integral) or not 0 <= int(axis) < volume.dimensions:
        allowed = "0 (x), 1 (y)" + (", 2 (z)" if volume.dimensions == 3 else "") + ", or None for the tensor"
        raise InvalidInput("axis", axis, allowed, f"The volume has {volume.dimensions} axes")
    return (int(axis),)
