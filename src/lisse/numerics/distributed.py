"""Steady conduction through voxels on many machines: the face-based finite volumes of ``conduction`` on PETSc and MPI.

This is what every rank runs, under an interpreter that may hold nothing but NumPy and petsc4py (with whatever MPI
that was built for)::

    mpirun -n 64 python3 -m lisse.numerics.distributed job.json result.json

The grid is a PETSc DMDA; each rank maps the files and reads its own box and one layer of voxels around it, nothing
else. Unknowns are the voxels that carry current. They are solved by conjugate gradients with algebraic multigrid
(hypre's BoomerAMG where PETSc has it, otherwise PETSc's own GAMG). What starts the ranks from an ordinary session is in
``distributed_run``. Not here: fields, batteries, and anything that one machine can hold (see ``conduction``).
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, LisseError
from lisse.numerics.distributed_grid import Box, petsc_module
from lisse.numerics.distributed_system import Faces, Outcome, System, carrying_voxels

__all__ = ["DistributedConductivity", "Problem", "effective_conductivity_distributed", "main"]

Array = np.ndarray[Any, np.dtype[Any]]

SIDES = ("no-flux", "periodic")


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


def effective_conductivity_distributed(
    labels: Any,
    conductivities: Mapping[int, float],
    voxel_size: float | Sequence[float],
    axis: int = 0,
    sides: str = "no-flux",
    tolerance: float = 1e-8,
    grains: Any = None,
    grain_boundary_resistance: float | None = None,
    preconditioner: str | None = None,
) -> DistributedConductivity:
    """Effective conductivity of a voxel volume. Every rank of the MPI job must call it with the same arguments.

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
    grain_boundary_resistance : float, ohm m2, optional. Of a face between two voxels of different grains.
    preconditioner : str, optional. ``"hypre"`` or ``"gamg"``; by default hypre where PETSc has it.

    Returns
    -------
    DistributedConductivity
        The same on every rank.

    Raises
    ------
    InvalidInput
        For arguments that make no sense, and for labels without a conductivity.
    SolveFailed
        When the solver stopped for any reason but convergence, or the currents at both ends do not agree.
    """
    start = time.perf_counter()
    problem = Problem(
        labels, conductivities, voxel_size, axis, sides, tolerance, grains, grain_boundary_resistance, preconditioner
    )
    return _solved(petsc_module(), problem, start)


class Problem:
    """The arguments of a distributed solve, checked, with the files mapped. See `effective_conductivity_distributed`.

    Raises
    ------
    InvalidInput
        For arguments that make no sense; the labels themselves are looked at by the ranks.
    """

    def __init__(
        self,
        labels: Any,
        conductivities: Mapping[int, float],
        voxel_size: float | Sequence[float],
        axis: int = 0,
        sides: str = "no-flux",
        tolerance: float = 1e-8,
        grains: Any = None,
        grain_boundary_resistance: float | None = None,
        preconditioner: str | None = None,
    ) -> None:
        self.labels = _mapped("labels", labels)
        self.grains = None if grains is None else _mapped("grains", grains)
        if self.grains is not None and self.grains.shape != self.labels.shape:
            raise InvalidInput("grains", self.grains.shape, f"the shape of the labels, {self.labels.shape}")
        self.keys, self.values = _table(conductivities)
        self.edges = _edges(voxel_size, self.labels.ndim)
        if isinstance(axis, bool) or axis not in range(self.labels.ndim):
            raise InvalidInput("axis", axis, f"0 to {self.labels.ndim - 1}")
        if sides not in SIDES:
            raise InvalidInput("sides", sides, ", ".join(SIDES))
        if not 1e-13 <= tolerance < 1.0:
            raise InvalidInput("tolerance", tolerance, "1e-13 to 1")
        resistance = 0.0 if grain_boundary_resistance is None else float(grain_boundary_resistance)
        if not 0.0 <= resistance < math.inf:
            raise InvalidInput("grain_boundary_resistance", resistance, "0 or more, finite, in ohm m2")
        if resistance > 0.0 and self.grains is None:
            raise InvalidInput("grains", None, "an array", "A grain boundary resistance needs to know the grains")
        if preconditioner not in (None, "hypre", "gamg"):
            raise InvalidInput("preconditioner", preconditioner, "hypre, gamg")
        self.axis, self.sides, self.tolerance, self.resistance = int(axis), sides, float(tolerance), resistance
        self.preconditioner = preconditioner

    @property
    def periodic(self) -> tuple[bool, ...]:
        """Axes along which the grid closes on itself."""
        return tuple(self.sides == "periodic" and axis != self.axis for axis in range(self.labels.ndim))

    @property
    def form_factor(self) -> float:
        """Cross section over length, m; in 2-D one metre thick."""
        extent = [count * edge for count, edge in zip(self.labels.shape, self.edges, strict=False)]
        return float(math.prod(extent) / extent[self.axis] ** 2)


def _mapped(what: str, source: Any) -> Array:
    """An array of integers as it is, or mapped from a file."""
    if isinstance(source, Mapping):
        keys = {"path", "shape", "dtype", "offset"}
        if set(source) != keys:
            raise InvalidInput(what, sorted(source), f"a mapping with {', '.join(sorted(keys))}")
        path, shape, kind = source["path"], tuple(source["shape"]), np.dtype(source["dtype"])
        _need_bytes(what, path, math.prod(shape) * kind.itemsize + source["offset"])
        array: Array = np.memmap(path, dtype=kind, mode="r", offset=source["offset"], shape=shape)
    elif isinstance(source, (str, os.PathLike)):
        try:
            array = np.load(source, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise InvalidInput(what, os.fspath(source), "a .npy file of integers", str(error)) from error
    else:
        array = source if isinstance(source, np.ndarray) else np.asarray(source)
    if array.dtype.kind == "b":
        array = array.view(np.uint8)
    if array.dtype.kind not in "iu" or array.ndim not in (2, 3) or not array.size:
        raise InvalidInput(what, f"{array.dtype} {array.shape}", "integers or booleans, (nx, ny) or (nx, ny, nz)")
    return array


def _need_bytes(what: str, path: Any, wanted: int) -> None:
    try:
        there = os.stat(path).st_size
    except OSError as error:
        raise InvalidInput(what, os.fspath(path), "a file", str(error.strerror)) from error
    if there < wanted:
        raise InvalidInput(what, f"{path} of {there} bytes", f"at least {wanted} bytes for that shape and type")


def _table(conductivities: Mapping[int, float]) -> tuple[Array, Array]:
    """Labels in order, and the conductivity of each."""
    if not conductivities:
        raise InvalidInput("conductivities", {}, "a mapping of label to S/m")
    for label, value in conductivities.items():
        if not 0.0 <= float(value) < math.inf:
            raise InvalidInput(f"conductivities[{label}]", value, "0 or more, finite, in S/m")
    pairs = sorted((int(label), float(value)) for label, value in conductivities.items())
    keys, values = zip(*pairs, strict=True)
    return np.array(keys, np.int64), np.array(values)


def _edges(voxel_size: float | Sequence[float], dimensions: int) -> tuple[float, float, float]:
    """Three edges of a voxel; the third of a 2-D grid is 1."""
    given = [float(voxel_size)] * dimensions if np.ndim(voxel_size) == 0 else [float(one) for one in voxel_size]  # type: ignore[union-attr, arg-type]
    if len(given) != dimensions or not all(0.0 < one < math.inf for one in given):
        raise InvalidInput("voxel_size", voxel_size, f"one positive number of metres, or {dimensions}")
    x, y, z = (given + [1.0])[:3]
    return x, y, z


def _solved(petsc: Any, problem: Problem, start: float) -> DistributedConductivity:
    box = Box(petsc, problem.labels.shape, problem.periodic)
    unit = float(problem.values.max())  # solved in units of the best conductor and of the edge along the axis
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

    def conductivity(labels: Array) -> Array:
        place = np.minimum(np.searchsorted(problem.keys, labels), problem.keys.size - 1)
        strangers = labels[problem.keys[place] != labels]
        if strangers.size:
            unknown.append(float(strangers.max()))
        return relative[place]

    relative = problem.values / unit
    conductivities = box.read(problem.labels, conductivity, np.float64)
    worst = box.largest(max(unknown))
    if worst > -math.inf:
        known = ", ".join(str(key) for key in problem.keys[:20])
        raise InvalidInput("conductivities", f"no value for label {worst:.0f}", f"labels {known}", "Give one in S/m")
    grains = None
    if problem.grains is not None and problem.resistance > 0.0:
        grains = box.read(problem.grains, np.asarray, problem.grains.dtype)
    edges = problem.edges[0] / pitch, problem.edges[1] / pitch, problem.edges[2] / pitch
    return Faces(box, conductivities, edges, problem.axis, grains, problem.resistance * unit / pitch)


def _result(
    box: Box, start: float, outcome: Outcome, value: float, preconditioner: str, unknowns: int
) -> DistributedConductivity:
    unit = 1 if sys.platform == "darwin" else 1024
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
        memory=box.largest(float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)),
    )


def main(arguments: Sequence[str]) -> int:
    """What each rank runs: read the job, solve, and let the first rank write the result.

    Parameters
    ----------
    arguments : two paths. The job, a JSON object with the arguments of `effective_conductivity_distributed` (paths are
        relative to the job's folder), and the result, a JSON object: the fields of `DistributedConductivity`, or
        ``error`` (class) and ``text``.

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
        asked["conductivities"] = {int(label): value for label, value in asked["conductivities"].items()}
        found = effective_conductivity_distributed(**asked)
    except Exception as error:
        _write(result, {"error": type(error).__name__, "text": str(error)})
        sys.stderr.write(str(error) if isinstance(error, LisseError) else traceback.format_exc())
        sys.stderr.flush()
        os._exit(1)  # leaving in the ordinary way would wait for the other ranks in MPI's finalisation
    if petsc_module().COMM_WORLD.rank == 0:
        _write(result, asdict(found))
    return 0


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: several ranks may report the same error."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
