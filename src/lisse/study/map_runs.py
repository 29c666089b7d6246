"""A model that is run at every point of a map, on several processes.

Workers are started afresh, never forked from a process with threads. They carry the case once and are then told points
only; and they end with the process that started them, whatever ends it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import Connection

from lisse.errors import SolveFailed
from lisse.models.base import Model
from lisse.models.run import solve
from lisse.study.map_grid import REFUSALS, Grid, Point, Refusal

__all__ = ["Outcome", "Task", "run_points"]

_KILLED = (
    "a process that ran points of the map was killed, and nothing is written. Often the memory was full: take fewer "
    'processes (--workers 1, or workers=1). A Python script needs `if __name__ == "__main__":` around its calls'
)
_MOST_WORKERS = 61  # what every system can wait for at once


@dataclass(frozen=True, eq=False)
class Task:
    """What is the same for all points: the model, its seed and the grid."""

    model: Model
    seed: int | None
    grid: Grid


@dataclass(frozen=True)
class Outcome:
    """What a run at one point came to.

    Attributes
    ----------
    point : (row, column)
    mode : str
        Verdict mode; empty for a run that did not come to one.
    current_density : float or None, A/m2
        Critical current density; ``None`` without a failure.
    largest : float, A/m2
        Largest current density of the protocol.
    failure : str
        Why the run failed numerically.
    refusal : InvalidInput, MissingValue or None
        Why there is no run: the point cannot exist, or the model cannot treat it.
    """

    point: Point
    mode: str = ""
    current_density: float | None = None
    largest: float = 0.0
    failure: str = ""
    refusal: Refusal | None = None


def run_points(task: Task, points: Sequence[Point], workers: int | None) -> Generator[Outcome, None, None]:
    """Run the model at every point, in order.

    Parameters
    ----------
    task : Task
    points : sequence of (row, column)
    workers : int or None
        Processes; 1 runs in this one, ``None`` takes one for each core.

    Yields
    ------
    Outcome

    Raises
    ------
    SolveFailed
        When a worker was killed.
    """
    count = min(_cores() if workers is None else workers, len(points), _MOST_WORKERS)
    if count <= 1:
        for point in points:
            yield _run(task, point)
        return
    context = multiprocessing.get_context("spawn")
    listening, lifeline = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(listening, task))
    try:
        yield from pool.map(_run_in_worker, points, chunksize=max(1, min(8, len(points) // (8 * count))))
    except BrokenProcessPool as error:
        raise SolveFailed(_KILLED) from error
    finally:
        lifeline.close()  # workers that are not done yet end here
        pool.shutdown(wait=True, cancel_futures=True)
        listening.close()


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_TASKS: list[Task] = []  # of a worker process: its one task


def _start_worker(listening: Connection, task: Task) -> None:
    """Keep the task, leave an interrupt of the keyboard to the parent, and watch that the parent lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _TASKS[:] = [task]
    threading.Thread(target=_end_with_parent, args=(listening,), daemon=True).start()


def _end_with_parent(listening: Connection) -> None:
    """Wait for the end of the line, whose other end only the parent holds, and go at once."""
    try:
        listening.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def _run_in_worker(point: Point) -> Outcome:
    return _run(_TASKS[0], point)


def _run(task: Task, point: Point) -> Outcome:
    try:
        cell, protocol = task.grid.at(point)
        solution = solve(task.model, cell, protocol, throw=False, seed=task.seed)
    except REFUSALS as error:
        return Outcome(point, refusal=error)
    if solution.status == "failed":
        return Outcome(point, failure=solution.status_text or "no reason given")
    verdict = solution.verdict
    return Outcome(point, verdict.mode, verdict.critical_current_density, protocol.largest_current_density)
