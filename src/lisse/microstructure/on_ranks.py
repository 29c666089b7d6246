"""Effective conductivity and stiffness of a volume by several processes (ranks), for volumes that outgrow one machine.

The same questions and results as in ``effective`` and ``stiffness``, without fields; the mathematics runs on PETSc and
MPI in ``numerics.distributed``. Labels and grains that are mapped from files are read there by each rank.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.effective import (
    SIDES,
    EffectiveConductivity,
    conductivities_by_label,
    mean_conductivity,
)
from lisse.microstructure.stiffness import SIDES as STIFFNESS_SIDES
from lisse.microstructure.stiffness import EffectiveStiffness, from_tensor, phase_matrices
from lisse.microstructure.volume import Volume

if TYPE_CHECKING:
    from lisse.numerics.distributed_elasticity import Held
    from lisse.numerics.distributed_run import Ranks
    from lisse.numerics.surface_resistance import SurfaceResistance

__all__ = ["effective_conductivity_on_ranks", "effective_stiffness_on_ranks"]

_CONDUCTION = 450.0  # bytes for each conducting voxel, all ranks together: measured
_ELASTICITY = 9000.0  # bytes for each solid voxel in 3-D: measured
_INTERPRETER = 70e6  # bytes of each rank before it reads anything


def effective_conductivity_on_ranks(
    volume: Volume,
    conductivities: Mapping[str | int, float],
    axis: int = 0,
    grain_boundary_resistance: SurfaceResistance | None = None,
    sides: Literal["no-flux", "periodic"] = "no-flux",
    tolerance: float = 1e-8,
    ranks: int | Ranks = 2,
) -> EffectiveConductivity:
    """`effective_conductivity` along one axis, solved by several processes.

    Parameters
    ----------
    volume, conductivities, sides, tolerance
        See `effective_conductivity`.
    axis : int. Direction of the field; ask once for each axis that is wanted.
    grain_boundary_resistance : optional, ohm m2. One number, a symmetric table ``[grain, grain]``, or a mapping of
        pairs ``(grain, grain)``; a function cannot be handed to other processes.
    ranks : int or Ranks. How many processes on this machine; `Ranks` says more (another interpreter, launcher, folder).

    Returns
    -------
    EffectiveConductivity
        Without ``potential`` and ``current``.

    Raises
    ------
    InvalidInput
        For bad arguments, where PETSc or MPI is missing, and when this machine has not the memory: about 450 bytes for
        each conducting voxel (not asked when a folder for several machines is given).
    SolveFailed
        When the solver did not converge, or a rank died.
    """
    from lisse.numerics.distributed import Problem
    from lisse.numerics.distributed_run import conduct_on_ranks

    _check_volume(volume)
    if isinstance(axis, bool) or axis not in range(volume.dimensions):
        raise InvalidInput("axis", axis, f"0 to {volume.dimensions - 1}", "Ask once for each axis")
    if sides not in SIDES:
        raise InvalidInput("sides", sides, ", ".join(SIDES), suggest(str(sides), SIDES))
    if grain_boundary_resistance is not None and volume.grains is None:
        advice = "Give the volume grains, or leave the resistance out"
        raise InvalidInput("grain_boundary_resistance", grain_boundary_resistance, "none without grains", advice)
    values = conductivities_by_label(conductivities, volume)
    processes = _processes(ranks)
    _require("the effective conductivity", _CONDUCTION, volume, values, processes)
    grains = None if grain_boundary_resistance is None else volume.grains
    problem = Problem(
        volume.labels, values, volume.voxel_size, axis, sides, tolerance, grains, grain_boundary_resistance
    )
    found = conduct_on_ranks(problem, processes)
    name = "xyz"[axis]
    return EffectiveConductivity(
        value=found.value,
        tensor=None,
        tortuosity=mean_conductivity(volume, values) / found.value if found.percolates else math.inf,
        axis=int(axis),
        sides=sides,
        percolates=found.percolates,
        iterations=found.iterations,
        residual=max(found.residual, found.imbalance),
        warnings=()
        if found.percolates
        else (f"No conducting path leads through the volume along {name}: the value is 0.",),
    )


def effective_stiffness_on_ranks(
    volume: Volume,
    stiffnesses: Mapping[Any, Any],
    sides: str = "periodic",
    tolerance: float = 1e-8,
    boundary_softening: float = 1.0,
    ranks: int | Ranks = 2,
) -> EffectiveStiffness:
    """`effective_stiffness`, solved by several processes.

    The tensor is taken from the energy of pairs of load cases, whose error is quadratic in that of the displacement.

    Parameters
    ----------
    volume, stiffnesses, sides, tolerance, boundary_softening
        See `effective_stiffness`.
    ranks : int or Ranks. How many processes on this machine; `Ranks` says more (another interpreter, launcher, folder).

    Returns
    -------
    EffectiveStiffness
        Without ``solutions``.

    Raises
    ------
    InvalidInput
        For bad arguments, where PETSc or MPI is missing, and when this machine has not the memory: about 9 kB for each
        solid voxel (not asked when a folder for several machines is given).
    SolveFailed
        When the solver did not converge, or a rank died.
    """
    from lisse.numerics.distributed_elasticity import ElasticProblem
    from lisse.numerics.distributed_run import deform_on_ranks

    _check_volume(volume)
    if sides not in STIFFNESS_SIDES:
        raise InvalidInput("sides", sides, " or ".join(map(repr, STIFFNESS_SIDES)))
    if boundary_softening != 1.0 and volume.grains is None:
        raise InvalidInput("boundary_softening", None, "a volume with grains", "Give the grains, or a factor of 1")
    matrices = phase_matrices(volume, stiffnesses)
    processes = _processes(ranks)
    d = volume.dimensions
    each = _ELASTICITY if d == 3 else _ELASTICITY / 8
    _require(
        "the effective stiffness", each, volume, {key: matrix.any() for key, matrix in matrices.items()}, processes
    )
    repeats = sides == "periodic"
    problem = ElasticProblem(
        volume.labels,
        matrices,
        volume.voxel_size,
        periodic=(repeats,) * d,
        supports=() if repeats else _whole_surface(d),
        tolerance=tolerance,
        grains=volume.grains,
        orientations=volume.orientations,
        boundary_softening=boundary_softening,
    )
    found = deform_on_ranks(problem, processes)
    tensor = np.array(found.energy)
    return from_tensor(
        (tensor + tensor.T) / 2,
        np.array(found.voigt),
        np.array(found.reuss),
        sides,
        found.iterations,
        found.residual,
        found.energy_error,
    )


def _check_volume(volume: Any) -> None:
    if not isinstance(volume, Volume):
        raise InvalidInput("volume", type(volume).__name__, "a Volume", "Volume(labels, voxel_size, phases) makes one")


def _processes(ranks: int | Ranks) -> Ranks:
    from lisse.numerics.distributed_run import Ranks

    return ranks if isinstance(ranks, Ranks) else Ranks(ranks)


def _require(what: str, each: float, volume: Volume, weights: Mapping[int, Any], processes: Ranks) -> None:
    """Refuse what this machine cannot hold, when all ranks run on it."""
    if processes.folder is None:
        share = sum(part for name, part in volume.phase_fractions().items() if weights.get(volume.label_of(name)))
        memory = each * share * volume.size + _INTERPRETER * processes.count
        require(what, Cost(memory), "Give more machines (Ranks with a folder that all of them see), or crop the volume")


def _whole_surface(dimensions: int) -> list[Held]:
    """No displacement of the surface beyond that of the mean strain."""
    return [(axis, end, (0.0,) * dimensions) for axis in range(dimensions) for end in ("low", "high")]
