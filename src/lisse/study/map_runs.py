"""A model that is run at every point of a map, on several processes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from lisse.errors import SolveFailed
from lisse.models.base import Model
from lisse.models.run import solve
from lisse.study.map_grid import REFUSALS, Grid, Point, Refusal
from lisse.study.workers import KILLED, Killed, run_on_workers

__all__ = ["Outcome", "Task", "run_points"]


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
        When a point kills the process that runs it.
    """
    with closing(run_on_workers(_run, task, points, workers)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, Killed):
                raise SolveFailed(f"a process that ran points of the map was killed, and nothing is written. {KILLED}")
            yield outcome


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
