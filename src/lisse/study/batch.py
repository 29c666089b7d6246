"""Many runs of one model on local processes: cells, protocols and seeds in, verdicts or whole solutions out.

What a run comes to does not depend on the number of processes. What belongs here: how a list of runs is put together
and handed to `lisse.study.workers`. What does not: where cells come from (`lisse.study.draws`), and what many verdicts
mean together (`lisse.study.distribution`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from lisse.cell import Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.models.base import Judge, Model, Outcome, Progress
from lisse.models.run import solve
from lisse.protocol import Protocol
from lisse.records import Solution, Verdict
from lisse.study.case import Case
from lisse.study.workers import KILLED, Killed, check_workers, run_on_workers

__all__ = ["BatchRun", "solve_many"]

Refusal: TypeAlias = InvalidInput | MissingValue
_REFUSALS = (InvalidInput, MissingValue)
_KEEP = ("verdict", "solution")
_WHERE = "solve_many"


@dataclass(frozen=True)
class BatchRun:
    """What one run of a batch came to.

    Attributes
    ----------
    index : int
        Its place in the batch.
    seed : int or None
    status : str
        ``"completed"``, ``"stopped"`` or ``"failed"``, as of a Solution; ``"refused"`` where the model cannot treat
        the cell or a number is missing; ``"killed"`` where the run took its process with it, twice.
    status_text : str
    verdict : Verdict
        Of mode ``"none"``, with nothing in it, where there was no run.
    end : float or None
        s. Last time in the record.
    refusal : InvalidInput, MissingValue or None
    solution : Solution or None
        Where it was asked for.
    """

    index: int
    seed: int | None
    status: str
    status_text: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    end: float | None = None
    refusal: Refusal | None = None
    solution: Solution | None = field(default=None, repr=False)

    @property
    def ran(self) -> bool:
        """Whether the run came to its own end: the protocol's, or a failure of the cell."""
        return self.status in ("completed", "stopped")


def solve_many(
    model: Model,
    cells: Cell | Case | Sequence[Cell] | Sequence[Case],
    protocol: Protocol | Sequence[Protocol] | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    seeds: Sequence[int | None] | int | None = None,
    keep: str = "verdict",
) -> tuple[BatchRun, ...]:
    """Run a model on many cells, protocols or seeds.

    Of `cells`, `protocol` and `seeds`, each is one for all runs or a sequence with one for each run.

    Parameters
    ----------
    model : Model
    cells : Cell or Case, or a sequence of one kind
        A Case brings its cell, its protocol unless one is given, and its seed unless seeds are given.
    protocol : Protocol, sequence of Protocol or None
    workers : int or None
        Processes of this machine; ``None`` takes one for each core, 1 stays in this process. A Python script that uses
        more than one must call this under ``if __name__ == "__main__":``.
    progress : callable or None
        Called with the share done and a few words.
    seeds : sequence of int or None, int or None
        For `lisse.solve`; ``None`` takes the median flaw.
    keep : str
        ``"verdict"`` keeps a light record of each run; ``"solution"`` the whole Solution with it.

    Returns
    -------
    tuple of BatchRun
        In the order of the runs, the same whatever the number of processes. A run that fails numerically, is refused or
        is killed does not end the others; its status says so.

    Raises
    ------
    InvalidInput
        For sequences of different lengths, or things that are no cells, protocols or seeds.
    SolveFailed
        When processes are killed before any has done anything.

    Examples
    --------
    ``solve_many(Lumped(), case.cell, case.protocol, seeds=range(100))``
    """
    if not isinstance(model, Model):
        raise InvalidInput("model", type(model).__name__, "a model object, such as lisse.models.Lumped()", where=_WHERE)
    if keep not in _KEEP:
        raise InvalidInput("keep", keep, ", ".join(_KEEP), where=_WHERE)
    count = check_workers(workers, _WHERE)
    task, jobs = _jobs(model, cells, protocol, seeds, keep)
    found: list[BatchRun] = []
    with closing(run_on_workers(_run, task, jobs, count)) as results:
        for job, result in zip(jobs, results, strict=True):
            killed = BatchRun(job.index, job.seed, "killed", f"the process that ran it was killed, twice. {KILLED}")
            found.append(killed if isinstance(result, Killed) else result)
            if progress is not None:
                progress(len(found) / len(jobs), f"{len(found)} of {len(jobs)} runs")
    return tuple(found)


# -- putting the runs together ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Task:
    """What every process carries: the model, and each cell and protocol once."""

    model: Model
    cells: tuple[Cell, ...]
    protocols: tuple[Protocol, ...]
    keep: str
    judges: dict[tuple[int, int], Judge] = field(default_factory=dict, init=False)

    def judge(self, job: _Job) -> Judge:
        """That of the cell and protocol of a run, kept for the next run if it has the same."""
        here = (job.cell, job.protocol)
        if here not in self.judges:
            self.judges.clear()
            self.judges[here] = self.model.judge(self.cells[job.cell], self.protocols[job.protocol])
        return self.judges[here]


@dataclass(frozen=True)
class _Job:
    """One run: places in the task, and the seed."""

    index: int
    cell: int
    protocol: int
    seed: int | None


def _jobs(model: Model, cells: Any, protocol: Any, seeds: Any, keep: str) -> tuple[_Task, list[_Job]]:
    columns = (
        _column("cells", cells, lambda one: isinstance(one, (Cell, Case)), "a Cell or a Case"),
        _column("protocol", protocol, lambda one: one is None or isinstance(one, Protocol), "a Protocol"),
        _column("seeds", seeds, _is_seed, "whole numbers, zero or more, or None"),
    )
    lengths = {len(column) for column, is_one in columns if not is_one}
    if len(lengths) > 1:
        allowed = "sequences of one length, or one for all runs"
        raise InvalidInput("cells, protocol, seeds", [len(column) for column, _ in columns], allowed, where=_WHERE)
    count = lengths.pop() if lengths else 1
    spread = [column * count if is_one else column for column, is_one in columns]
    known_cells, known_protocols = _Shelf(), _Shelf()
    jobs = []
    for index, (thing, given, seed) in enumerate(zip(*spread, strict=True)):
        is_case = isinstance(thing, Case)
        what = thing.protocol if given is None and is_case else given
        if what is None:
            raise InvalidInput("protocol", None, "a Protocol, because cells are no cases", where=_WHERE)
        own_seed = thing.seed if seeds is None and is_case else seed
        cell = thing.cell if is_case else thing
        number = None if own_seed is None else int(own_seed)
        jobs.append(_Job(index, known_cells.place(cell), known_protocols.place(what), number))
    return _Task(model.writing_nothing(), tuple(known_cells.things), tuple(known_protocols.things), keep), jobs


class _Shelf:
    """Things, each kept once."""

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._places: dict[int, int] = {}

    def place(self, thing: Any) -> int:
        """Where that very thing stands."""
        if id(thing) not in self._places:
            self._places[id(thing)] = len(self.things)
            self.things.append(thing)
        return self._places[id(thing)]


def _column(name: str, given: Any, fits: Callable[[Any], bool], allowed: str) -> tuple[list[Any], bool]:
    """The things given, and whether that is one for all runs."""
    if fits(given):
        return [given], True
    try:
        column = list(given)
    except TypeError:
        raise InvalidInput(name, type(given).__name__, allowed, where=_WHERE) from None
    if not column:
        raise InvalidInput(name, column, f"at least one: {allowed}", where=_WHERE)
    for one in column:
        if not fits(one):
            raise InvalidInput(name, one, allowed, where=_WHERE)
    return column, False


def _is_seed(value: Any) -> bool:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return value is None or (whole and bool(value >= 0))


# -- one run -----------------------------------------------------------------------------------------------------------


def _run(task: _Task, job: _Job) -> BatchRun:
    try:
        cell, protocol = task.cells[job.cell], task.protocols[job.protocol]
        solution = None
        if task.keep == "solution":
            solution = solve(task.model, cell, protocol, throw=False, seed=job.seed)
            found = Outcome.of(solution)
        else:
            found = task.judge(job)(job.seed)
    except _REFUSALS as error:
        return BatchRun(job.index, job.seed, "refused", str(error), refusal=error)
    how = (found.status, found.status_text, found.verdict, found.end)
    return BatchRun(job.index, job.seed, *how, solution=solution)
