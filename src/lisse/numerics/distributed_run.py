"""Start a distributed solve from an ordinary session: hand the arrays over as files, start the ranks, read the answer.

The ranks run ``lisse.numerics.distributed`` under an interpreter of their own, because petsc4py comes with the system's
MPI and not from the package index. Only a folder and a subprocess pass between the two.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.distributed import DistributedConductivity, Problem
from lisse.numerics.distributed_arguments import RankProblem
from lisse.numerics.distributed_elasticity import DistributedElasticity, ElasticProblem
from lisse.numerics.distributed_grid import process_grid

__all__ = ["PYTHON", "Ranks", "conduct_on_ranks", "deform_on_ranks", "mapped_file", "run_distributed"]

PYTHON = "/usr/bin/python3"
"""The interpreter for which Debian and Ubuntu build petsc4py."""
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ranks:
    """Processes that solve together, and how they are started.

    Parameters
    ----------
    count : int. Processes.
    python : str. Interpreter of the ranks; it needs NumPy and petsc4py.
    mpirun : str. What starts them (a launcher that takes ``-n``, such as ``mpiexec`` or ``srun``).
    folder : str, optional. An existing folder for the hand-over; on several machines one that all of them see. Without
        it everything runs on this machine.
    timeout : float, s, optional. How long to wait.
    """

    count: int = 2
    python: str | os.PathLike[str] = PYTHON
    mpirun: str | os.PathLike[str] = "mpirun"
    folder: str | os.PathLike[str] | None = None
    timeout: float | None = None


def run_distributed(
    labels: Any,
    conductivities: Mapping[int, float],
    voxel_size: float | Sequence[float],
    axis: int = 0,
    sides: str = "no-flux",
    tolerance: float = 1e-8,
    grains: Any = None,
    grain_boundary_resistance: Any = None,
    preconditioner: str | None = None,
    ranks: int = 2,
    python: str | os.PathLike[str] = PYTHON,
    mpirun: str | os.PathLike[str] = "mpirun",
    folder: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
) -> DistributedConductivity:
    """Effective conductivity of a voxel volume by several processes: `conduct_on_ranks` without the two objects.

    Parameters
    ----------
    labels, conductivities, voxel_size, axis, sides, tolerance, grains, grain_boundary_resistance, preconditioner
        See `lisse.numerics.distributed.Problem`.
    ranks, python, mpirun, folder, timeout
        See `Ranks`; `ranks` is its count.

    Returns
    -------
    DistributedConductivity
    """
    problem = Problem(
        labels, conductivities, voxel_size, axis, sides, tolerance, grains, grain_boundary_resistance, preconditioner
    )
    return conduct_on_ranks(problem, Ranks(ranks, python, mpirun, folder, timeout))


def conduct_on_ranks(problem: Problem, ranks: Ranks) -> DistributedConductivity:
    """Effective conductivity of a voxel volume by several processes, started from here.

    An array that is mapped from a file is read from that file by the ranks; another is written to the folder first.

    Raises
    ------
    InvalidInput
        For ranks that make no sense, where `mpirun`, `python` or its petsc4py is missing, and for what the ranks find
        wrong with the volume.
    SolveFailed
        When the solver did not converge, or a rank died.
    """
    return DistributedConductivity(**_run(problem, ranks))


def deform_on_ranks(problem: ElasticProblem, ranks: Ranks) -> DistributedElasticity:
    """Stress and energy of a voxel volume under its loads, as `conduct_on_ranks`."""
    found = _run(problem, ranks)
    for name in ("mean_stress", "energy", "voigt", "reuss"):
        found[name] = tuple(tuple(row) for row in found[name])
    return DistributedElasticity(**{**found, "iterations": tuple(found["iterations"])})


def _run(problem: RankProblem, ranks: Ranks) -> dict[str, Any]:
    _check_ranks(ranks.count, problem.grid, alone=ranks.folder is None)
    starter, interpreter = _program("mpirun", ranks.mpirun), _program("python", ranks.python)
    with tempfile.TemporaryDirectory(prefix="lisse-", dir=ranks.folder) as name:
        work = Path(name)
        (work / "lisse").symlink_to(_PACKAGE)  # alone, so that no package of this environment reaches the ranks
        job = problem.job(lambda array, called: _handed_over(array, work / f"{called}.npy"))
        (work / "job.json").write_text(json.dumps(job), "utf-8")
        command = [starter, "-n", str(ranks.count), interpreter, "-m", "lisse.numerics.distributed"]
        done = _waited([*command, str(work / "job.json"), str(work / "result.json")], work, ranks.timeout)
        return _answer(work / "result.json", done)


def mapped_file(array: np.ndarray[Any, np.dtype[Any]]) -> dict[str, Any] | None:
    """Path, shape, dtype and offset of an array that lies in a file as it is, row by row; None for any other."""
    root: Any = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    if not isinstance(root, np.memmap) or root.filename is None or not array.flags.c_contiguous:
        return None
    if not os.path.isfile(root.filename) or root.mode == "c":
        return None
    offset = root.offset + array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    return {
        "path": os.path.abspath(root.filename),
        "shape": list(array.shape),
        "dtype": array.dtype.str,
        "offset": int(offset),
    }


def _handed_over(array: np.ndarray[Any, np.dtype[Any]], path: Path) -> dict[str, Any] | str:
    """Where the ranks find the array: in its own file, or in a copy."""
    there = mapped_file(array)
    if there is None:
        np.save(path, array)
        return path.name
    if isinstance(array, np.memmap) and array.mode != "r":
        array.flush()
    return there


def _check_ranks(ranks: int, shape: tuple[int, ...], alone: bool) -> None:
    most = 4 * (os.cpu_count() or 1)
    if isinstance(ranks, bool) or not isinstance(ranks, int) or ranks < 1:
        raise InvalidInput("ranks", ranks, "a whole number from 1 up")
    if alone and ranks > most:
        advice = "Give a folder that all machines see to use several"
        raise InvalidInput("ranks", ranks, f"at most {most} processes on the cores of this machine", advice)
    process_grid(ranks, (*shape, 1)[:3])


def _program(what: str, name: str | os.PathLike[str]) -> str:
    found = shutil.which(name)
    if found is None:
        advice = "On Debian or Ubuntu: scripts/install_petsc (the packages python3-petsc4py and mpi-default-bin)"
        raise InvalidInput(what, os.fspath(name), "a program that can be started", advice)
    return found


def _waited(command: list[str], work: Path, timeout: float | None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONSTARTUP")}
    environment["PYTHONPATH"] = str(work)
    environment.setdefault("OMP_NUM_THREADS", "1")  # one thread a rank: the ranks fill the cores
    environment.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")  # Open MPI counts cores, people count ranks
    environment.setdefault("OMPI_MCA_mpi_yield_when_idle", "1")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container; Open MPI asks to be told twice
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    try:
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SolveFailed(f"the distributed solve took longer than {timeout:.0f} s and was stopped") from error


def _answer(path: Path, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The result, or the error that a rank left behind."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if "error" in content and content["error"] == "InvalidInput":
        raise InvalidInput(content["text"].rstrip("."))
    if "error" in content:
        raise SolveFailed(f"a rank of the distributed solve failed: {content['error']}: {content['text']}")
    if done.returncode or not content:
        told = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise SolveFailed(f"the distributed solve ended with status {done.returncode} and no result. It said:\n{told}")
    return content
