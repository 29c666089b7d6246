"""Steady conduction through voxels on many machines: the face-based finite volumes of ``conduction`` on PETSc and MPI.

The grid is a PETSc DMDA; each rank maps the files and reads its own box and one layer of voxels around it, nothing
else. Unknowns are the voxels that carry current. They are solved by conjugate gradients with algebraic multigrid
(hypre's BoomerAMG where PETSc has it, otherwise PETSc's own GAMG). Elasticity is in ``distributed_elasticity``.

This module is also what every rank runs, for both, under an interpreter that may hold nothing but NumPy and petsc4py
(with whatever MPI that was built for)::

    mpirun -n 64 python3 -m lisse.numerics.distributed job.json result.json

What starts the ranks from an ordinary session is in ``distributed_run``. Not here: fields, batteries, and anything that
one machine can hold (see ``conduction``).
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, LisseError
from lisse.numerics.distributed_arguments import (
    HandOver,
    checked_preconditioner,
    checked_tolerance,
    loaded,
    mapped_array,
    same_shape,
    voxel_edges,
)
from lisse.numerics.distributed_elasticity import (
    DistributedElasticity,
    ElasticProblem,
    elastic_response_distributed,
)
from lisse.numerics.distributed_grid import Box, petsc_module, resident_memory
from lisse.numerics.distributed_system import Faces, Outcome, System, carrying_voxels
from lisse.numerics.surface_resistance import resistance_law

__all__ = ["DistributedConductivity", "Problem", "effective_conductivity_distributed", "main"]

Array = np.ndarray[Any, np.dtype[Any]]

SIDES = ("no-flux", "periodic")
FORMS = "a number, a symmetric table or a mapping of pairs"


@dataclass(frozen=True)
class DistributedConductivity:
    """What came out of one distributed solve.

    Parameters
    ----------
    value : float, S/m. Effective conductivity along the axis; exactly 0 where nothing connects the two ends.
    percolates : bool. Whether a conducting path connects the two ends.
    imbalance : float, 1. Difference of the currents through the two ends, relative to the current.
    residual : float, 1. True residual, norm of b - A x over that of b, computed anew after the solve.
    iterations : int. Of the conjugate gradients, all rounds together.
    reason : int. PETSc's converged reason of the last round (always positive: anything else is an error).
    preconditioner : str. ``"hypre"`` or ``"gamg"``; empty where there was nothing to solve.
    ranks : int. Processes.
    unknowns : int. Voxels that carry current.
    seconds : float, s. Reading, assembly and solve, on the first rank.
    memory : float, bytes. Largest resident memory of a rank.
    """

    value: float
    percolates: bool
    imbalance: float
    residual: float
    iterations: int
    reason: int
    preconditioner: str
    ranks: int
    unknowns: int
    seconds: float
    memory: float


@dataclass(frozen=True, eq=False)
class Problem:
    """The arguments of a distributed conduction solve, checked, with the files mapped.

    div(s grad u) = 0 with u = 1 and u = 0 on the end faces, half a voxel beyond the first and last voxel centres;
    a face of area A between voxels 1 and 2 conducts A/(h/2 s1 + R + h/2 s2), where R stands between different grains
    only. The value is the energy of the field, whose error is quadratic in that of the potential.

    Parameters
    ----------
    labels : (nx, ny[, nz]) array of integers, path of a ``.npy`` file, or mapping with ``path``, ``shape``, ``dtype``
        and ``offset`` (bytes) of a raw file. Which phase each voxel is. Files are mapped, not read.
    conductivities : mapping of int to float, S/m. One for each label that occurs; 0 insulates exactly.
    voxel_size : float or (2,) or (3,) floats, m. Edge of a voxel.
    axis : int. Direction of the current.
    sides : str. ``"no-flux"`` or ``"periodic"`` side faces.
    tolerance : float, 1. Largest relative residual, and largest relative difference of the currents at both ends.
    grains : as labels, optional. Grain of each voxel, counted from 1; 0 is no grain.
    grain_boundary_resistance : ohm m2, optional. Of a face between two voxels of different grains: one number, a
        symmetric table ``[grain, grain]`` or the path of a ``.npy`` file of one, or a mapping of pairs
        ``(grain, grain)``, all others having none. ``inf`` insulates.
    preconditioner : str, optional. ``"hypre"`` or ``"gamg"``; by default hypre where PETSc has it.

    Raises
    ------
    InvalidInput
        For arguments that make no sense; the labels themselves are looked at by the ranks.
    """

    labels: Any
    conductivities: Mapping[int, float]
    voxel_size: float | Sequence[float]
    axis: int = 0
    sides: str = "no-flux"
    tolerance: float = 1e-8
    grains: Any = None
    grain_boundary_resistance: Any = None
    preconditioner: str | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "labels", mapped_array("labels", self.labels))
        if self.grains is not None:
            keep(self, "grains", same_shape("grains", mapped_array("grains", self.grains), self.labels))
        keep(self, "conductivities", _checked_conductivities(self.conductivities))
        keep(self, "voxel_size", voxel_edges(self.voxel_size, self.labels.ndim))
        if isinstance(self.axis, bool) or self.axis not in range(self.labels.ndim):
            raise InvalidInput("axis", self.axis, f"0 to {self.labels.ndim - 1}")
        if self.sides not in SIDES:
            raise InvalidInput("sides", self.sides, ", ".join(SIDES))
        keep(self, "tolerance", checked_tolerance(self.tolerance))
        checked_preconditioner(self.preconditioner)
        keep(self, "grain_boundary_resistance", _checked_resistance(self.grain_boundary_resistance))
        if self.boundary_law is not None and self.grains is None:
            raise InvalidInput("grains", None, "an array", "A grain boundary resistance needs to know the grains")

    @cached_property
    def boundary_law(self) -> Callable[[Array, Array], Array] | None:
        """Resistance, ohm m2, of two arrays of grain numbers, the smaller first; None where no boundary resists."""
        given = self.grain_boundary_resistance
        return None if given is None else resistance_law(given, "grain_boundary_resistance")

    @property
    def grid(self) -> tuple[int, ...]:
        """Voxels along each axis."""
        return tuple(self.labels.shape)

    @property
    def edges(self) -> tuple[float, float, float]:
        """Three edges of a voxel, m; the third of a 2-D grid is 1."""
        x, y, z = (*voxel_edges(self.voxel_size, self.labels.ndim), 1.0)[:3]
        return x, y, z

    @property
    def periodic(self) -> tuple[bool, ...]:
        """Axes along which the grid closes on itself."""
        return tuple(self.sides == "periodic" and axis != self.axis for axis in range(self.labels.ndim))

    @property
    def form_factor(self) -> float:
        """Cross section over length, m; in 2-D one metre thick."""
        extent = [count * edge for count, edge in zip(self.labels.shape, self.edges, strict=False)]
        return float(math.prod(extent) / extent[self.axis] ** 2)

    def job(self, hand_over: HandOver) -> dict[str, Any]:
        """The arguments as JSON takes them, with the arrays handed over."""
        resistance = self.grain_boundary_resistance
        if isinstance(resistance, Mapping):
            resistance = [[*pair, value] for pair, value in resistance.items()]
        elif isinstance(resistance, np.ndarray):
            resistance = hand_over(resistance, "resistance")
        return {
            "solve": "conduction",
            "labels": hand_over(self.labels, "labels"),
            "conductivities": {str(label): value for label, value in self.conductivities.items()},
            "voxel_size": list(self.edges[: self.labels.ndim]),
            "axis": int(self.axis),
            "sides": self.sides,
            "tolerance": self.tolerance,
            "grains": None if self.grains is None else hand_over(self.grains, "grains"),
            "grain_boundary_resistance": resistance,
            "preconditioner": self.preconditioner,
        }

    @classmethod
    def of_job(cls, job: Mapping[str, Any]) -> Problem:
        """The problem of a job: pairs of grains are rows of two numbers and the resistance, in ohm m2."""
        asked = dict(job)
        asked["conductivities"] = {int(label): value for label, value in job["conductivities"].items()}
        resistance = job.get("grain_boundary_resistance")
        if isinstance(resistance, list):
            if not all(isinstance(row, list) and len(row) == 3 for row in resistance):
                allowed = "rows of two grain numbers and their resistance in ohm m2"
                raise InvalidInput("grain_boundary_resistance", resistance, allowed)
            asked["grain_boundary_resistance"] = {(int(low), int(high)): value for low, high, value in resistance}
        return cls(**asked)


def effective_conductivity_distributed(problem: Problem) -> DistributedConductivity:
    """Effective conductivity of a voxel volume. Every rank of the MPI job must call it with the same arguments.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    DistributedConductivity
        The same on every rank.

    Raises
    ------
    InvalidInput
        For labels without a conductivity, and grains that the table of resistances does not know.
    SolveFailed
        When the solver stopped for any reason but convergence, or the currents at both ends do not agree.
    """
    return _solved(petsc_module(), problem, time.perf_counter())


def _checked_conductivities(given: Mapping[int, float]) -> dict[int, float]:
    """Conductivities by label, in order of the labels."""
    if not given:
        raise InvalidInput("conductivities", {}, "a mapping of label to S/m")
    for label, value in given.items():
        if not 0.0 <= float(value) < math.inf:
            raise InvalidInput(f"conductivities[{label}]", value, "0 or more, finite, in S/m")
    return {int(label): float(given[label]) for label in sorted(given, key=int)}


def _checked_resistance(given: Any) -> Any:
    """A number above 0, a table, a mapping of pairs of whole numbers, or None where no boundary resists."""
    name = "grain_boundary_resistance"
    if callable(given):
        advice = "A function cannot be handed to other processes: write it out for the pairs of grains that touch"
        raise InvalidInput(name, "a function", FORMS, advice)
    if isinstance(given, (str, os.PathLike)):
        given = loaded(name, given, "a symmetric table")
    if given is None:
        return None
    resistance_law(given, name, FORMS)  # refuses what has no such form
    if isinstance(given, Mapping):
        return {(int(low), int(high)): float(value) for (low, high), value in given.items()}
    if np.ndim(given) == 0:
        return float(given) or None
    return np.array(given, dtype=float)


def _solved(petsc: Any, problem: Problem, start: float) -> DistributedConductivity:
    box = Box(petsc, problem.labels.shape, problem.periodic)
    unit = max(problem.conductivities.values())  # solved in units of the best conductor and of the edge along the axis
    pitch = problem.edges[problem.axis]
    faces = _faces(box, problem, unit, pitch) if unit > 0.0 else None
    carrying = None if faces is None else carrying_voxels(box, faces)
    unknowns = 0 if carrying is None else int(box.total(float(carrying.sum())))
    if faces is None or carrying is None or not unknowns:
        return _result(box, start, Outcome(0.0, 0.0, 0.0, 0, 0), 0.0, "", 0)
    system = System(box, faces, carrying)
    outcome = system.solve(problem.tolerance, problem.preconditioner)
    value = outcome.conductance * unit * pitch / problem.form_factor
    return _result(box, start, outcome, value, system.preconditioner, unknowns)


def _faces(box: Box, problem: Problem, unit: float, pitch: float) -> Faces:
    """Read this rank's box of the files. Every rank learns of a label without conductivity on any of them."""
    unknown = [-math.inf]
    keys = np.array(list(problem.conductivities), np.int64)
    relative = np.array(list(problem.conductivities.values())) / unit

    def conductivity(labels: Array) -> Array:
        place = np.minimum(np.searchsorted(keys, labels), keys.size - 1)
        strangers = labels[keys[place] != labels]
        if strangers.size:
            unknown.append(float(strangers.max()))
        return relative[place]

    conductivities = box.read(problem.labels, conductivity, np.float64)
    worst = box.largest(max(unknown))
    if worst > -math.inf:
        known = ", ".join(str(key) for key in keys[:20])
        raise InvalidInput("conductivities", f"no value for label {worst:.0f}", f"labels {known}", "Give one in S/m")
    edges = problem.edges[0] / pitch, problem.edges[1] / pitch, problem.edges[2] / pitch
    law = problem.boundary_law
    if law is None or problem.grains is None:
        return Faces(box, conductivities, edges, problem.axis)
    grains = box.read(problem.grains, np.asarray, problem.grains.dtype)
    return Faces(box, conductivities, edges, problem.axis, grains, lambda a, b: law(a, b) * (unit / pitch))


def _result(
    box: Box, start: float, outcome: Outcome, value: float, preconditioner: str, unknowns: int
) -> DistributedConductivity:
    return DistributedConductivity(
        value=value,
        percolates=unknowns > 0,
        imbalance=outcome.imbalance,
        residual=outcome.residual,
        iterations=outcome.iterations,
        reason=outcome.reason,
        preconditioner=preconditioner,
        ranks=box.comm.size,
        unknowns=unknowns,
        seconds=box.largest(time.perf_counter() - start),
        memory=box.largest(resident_memory()),
    )


def main(arguments: Sequence[str]) -> int:
    """What each rank runs: read the job, solve, and let the first rank write the result.

    Parameters
    ----------
    arguments : two paths. The job, a JSON object with ``solve`` ("conduction" or "elasticity") and the arguments of
        `Problem` or `ElasticProblem` (paths are relative to the job's folder), and the result, a JSON object: the
        fields of `DistributedConductivity` or `DistributedElasticity`, or ``error`` (class) and ``text``.

    Returns
    -------
    int
        0. A rank that fails writes the result and ends its process at once, which makes MPI end the others.
    """
    try:
        job, result = (Path(one).absolute() for one in arguments)
    except ValueError:
        sys.stderr.write("usage: mpirun -n RANKS python3 -m lisse.numerics.distributed JOB.json RESULT.json\n")
        return 2
    try:
        asked = json.loads(job.read_text("utf-8"))
        os.chdir(job.parent)
        found = _found(asked)
    except Exception as error:
        _write(result, {"error": type(error).__name__, "text": str(error)})
        sys.stderr.write(str(error) if isinstance(error, LisseError) else traceback.format_exc())
        sys.stderr.flush()
        os._exit(1)  # leaving in the ordinary way would wait for the other ranks in MPI's finalisation
    if petsc_module().COMM_WORLD.rank == 0:
        _write(result, asdict(found))
    return 0


def _found(job: dict[str, Any]) -> DistributedConductivity | DistributedElasticity:
    kind = job.pop("solve", "conduction")
    if kind == "conduction":
        return effective_conductivity_distributed(Problem.of_job(job))
    if kind == "elasticity":
        return elastic_response_distributed(ElasticProblem.of_job(job))
    raise InvalidInput("solve", kind, "conduction or elasticity")


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: several ranks may report the same error."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
