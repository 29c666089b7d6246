"""Which mechanism limits where: a model over a grid of two quantities of a case.

The analytic model is evaluated for all points at once: the table of inputs is read along each axis, and what either
axis changes is spread over the grid; only where both change the same input, or a point cannot exist, it is read point
by point. Other models are run at every point, on several processes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse import __version__ as version
from lisse.cell import Cell
from lisse.errors import InvalidInput, LisseError
from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.models.criteria import Criterion, choose_criteria, evaluate
from lisse.models.inputs import Inputs, read_inputs
from lisse.models.limits import conditions
from lisse.models.run import solve
from lisse.protocol import Protocol
from lisse.study.axes import Span
from lisse.study.case import Case

__all__ = ["CriterionMap", "FailureMap", "failure_map"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class CriterionMap:
    """One criterion over the grid.

    Attributes
    ----------
    mechanism, name, reference : str
    decides : bool
    current_density : (ny, nx) array, A/m2
        Its limit; NaN where it does not apply, or is no current density.
    margin : (ny, nx) array, 1
    sign : (ny, nx) array or None
        For a criterion that only says yes or no: what is above zero where the limit is zero, and below where there is
        none. Only its sign means something; it places the border between grid points.
    """

    mechanism: str
    name: str
    reference: str
    decides: bool
    current_density: Array
    margin: Array
    sign: Array | None = None


@dataclass(frozen=True)
class FailureMap:
    """A map of the limiting mechanism over two quantities. Rows follow y, columns x.

    Attributes
    ----------
    title, model, electrolyte, version : str
    x, y : Span
    modes : tuple of str
        Verdict modes that occur.
    mode : (ny, nx) array of int
        Index into `modes`; -1 where the point cannot exist or the model failed.
    limit : (ny, nx) array, A/m2
        Critical current density: of the lowest limit, or of the failure that the model found; inf without one.
    margin : (ny, nx) array, 1
        Over the largest current density of the protocol there.
    criteria : tuple of CriterionMap
        What each closed form says; empty for other models.
    criterion : (ny, nx) array of int
        Index of the lowest of `criteria`; -1 where there is none.
    current_density : float or None, A/m2
        Largest current density of the protocol, where it is the same on the whole map.
    temperature : float or None, K
        Of the cell, where it is the same on the whole map.
    case : mapping
        The case as run.
    warnings : tuple of str
    """

    title: str
    model: str
    electrolyte: str
    version: str
    x: Span
    y: Span
    modes: tuple[str, ...]
    mode: NDArray[np.int64]
    limit: Array
    margin: Array
    criteria: tuple[CriterionMap, ...]
    criterion: NDArray[np.int64]
    current_density: float | None
    temperature: float | None
    case: dict[str, Any]
    warnings: tuple[str, ...]

    @property
    def shares(self) -> dict[str, float]:
        """Share of the grid points that each mode has."""
        return {mode: float(np.mean(self.mode == index)) for index, mode in enumerate(self.modes)}


def failure_map(
    case: Case, x: Span, y: Span, *, progress: Progress | None = None, workers: int | None = None
) -> FailureMap:
    """Evaluate the model of a case over two of its quantities.

    Parameters
    ----------
    case : Case
    x, y : Span
        Two different quantities with their values.
    progress : callable or None
    workers : int or None
        Processes for a model that is run point by point; ``None`` for one on each core.

    Raises
    ------
    InvalidInput
        When both axes are the same quantity, or no point of the map can exist.
    """
    if x.axis.name == y.axis.name:
        raise InvalidInput("axes", x.axis.name, "two different quantities")
    if isinstance(case.model, Analytic):
        return _closed_forms(case, case.model, x, y, progress)
    return _point_by_point(case, x, y, progress, workers)


# -- closed forms, all points at once ------------------------------------------------------------------------------


def _closed_forms(case: Case, model: Analytic, x: Span, y: Span, progress: Progress | None) -> FailureMap:
    criteria = choose_criteria(model.stability)
    tables, possible = _tables(case, x, y, progress)
    shape = (y.values.size, x.values.size)
    found = [_over_grid(criterion, tables, shape, possible) for criterion in criteria]
    contest = np.array([np.where(c.decides & ~np.isnan(c.margin), c.margin, np.inf) for c in found])
    lowest = contest.min(axis=0)
    varied = "current_density" in (x.axis.name, y.axis.name)
    modes = tuple(dict.fromkeys(c.mechanism for c in found)) + ("none",)
    winner = np.array([modes.index(c.mechanism) for c in found])[contest.argmin(axis=0)]
    safe = np.isinf(lowest) | (varied & (lowest >= 1.0))
    mode = np.where(possible, np.where(safe, len(modes) - 1, winner), -1)
    criterion = np.where(possible & ~safe, contest.argmin(axis=0), -1)
    current = np.broadcast_to(tables[0]["current_density"], shape)
    with np.errstate(invalid="ignore"):
        limit = np.where(possible, lowest * current, np.nan)
    margin = np.where(possible, lowest, np.nan)
    largest = None if varied else float(current.flat[0])
    return _finished(case, x, y, modes, mode, limit, margin, largest, tuple(found), criterion)


def _over_grid(
    criterion: Criterion, tables: Sequence[Inputs], shape: tuple[int, int], possible: NDArray[np.bool_]
) -> CriterionMap:
    """The criterion at its worst condition, point by point."""
    limit, margin, sign = np.full(shape, np.nan), np.full(shape, np.nan), None
    for table in tables:
        said = evaluate(criterion, table)
        if not isinstance(said, str):
            margin = np.fmin(margin, said.margin)
            if said.current_density is not None:
                limit = np.fmin(limit, said.current_density)
            if said.sign is not None:
                sign = np.fmax(np.full(shape, -np.inf) if sign is None else sign, said.sign)
    limit, margin = (np.where(possible, values, np.nan) for values in (limit, margin))
    return CriterionMap(
        criterion.mechanism, criterion.name, criterion.reference, criterion.decides, limit, margin, sign
    )


def _tables(case: Case, x: Span, y: Span, progress: Progress | None) -> tuple[list[Inputs], NDArray[np.bool_]]:
    """The inputs over the grid, one table for each condition of the protocol, and which points can exist."""
    shape = (y.values.size, x.values.size)
    try:
        base = _read(case.cell, case.protocol)
        along_x = [_read(*x.axis.change(case.cell, case.protocol, value)) for value in x.values]
        along_y = [_read(*y.axis.change(case.cell, case.protocol, value)) for value in y.values]
    except InvalidInput:
        return _every_point(case, x, y, progress)  # some points cannot exist; the grid finds out which
    if {len(tables) for tables in (base, *along_x, *along_y)} != {len(base)}:
        return _every_point(case, x, y, progress)
    spread = []
    for number, table in enumerate(base):
        rows, columns = ([tables[number] for tables in line] for line in (along_y, along_x))
        of_x, of_y = _changed(table, columns), _changed(table, rows)
        if of_x is None or of_y is None or of_x.keys() & of_y.keys():
            return _every_point(case, x, y, progress)
        spread.append(table.with_values(of_x | {name: values[:, None] for name, values in of_y.items()}))
    if progress is not None:
        progress(1.0, "closed forms")
    return spread, np.ones(shape, dtype=bool)


def _read(cell: Cell, protocol: Protocol) -> list[Inputs]:
    return [read_inputs(there, protocol) for there in conditions(cell, protocol)]


def _changed(base: Inputs, line: Sequence[Inputs]) -> dict[str, Array] | None:
    """What an axis changes, as arrays along it; ``None`` where it changes which numbers are known at all."""
    if any(table.values.keys() != base.values.keys() for table in line):
        return None
    arrays = {name: np.array([float(table[name]) for table in line]) for name in base.values}
    return {name: values for name, values in arrays.items() if (values != base[name]).any()}


def _every_point(case: Case, x: Span, y: Span, progress: Progress | None) -> tuple[list[Inputs], NDArray[np.bool_]]:
    """The inputs read at every point; where a point cannot exist, NaN."""
    shape = (y.values.size, x.values.size)
    possible = np.zeros(shape, dtype=bool)
    grid: dict[tuple[int, int], list[Inputs]] = {}
    refusal: InvalidInput | None = None
    for row, column in np.ndindex(shape):
        try:
            cell, protocol = x.axis.change(case.cell, case.protocol, float(x.values[column]))
            grid[row, column] = _read(*y.axis.change(cell, protocol, float(y.values[row])))
            possible[row, column] = True
        except InvalidInput as error:
            refusal = error
        if progress is not None and column == shape[1] - 1:
            progress((row + 1) / shape[0], f"row {row + 1} of {shape[0]}")
    if refusal is not None and not grid:
        raise refusal
    first = next(iter(grid.values()))
    count = max(len(tables) for tables in grid.values())
    spread = []
    for number in range(count):
        names = set.intersection(*(set(tables[min(number, len(tables) - 1)].values) for tables in grid.values()))
        arrays = {name: np.ones(shape) for name in names}
        for point, tables in grid.items():
            for name in names:
                arrays[name][point] = tables[min(number, len(tables) - 1)][name]
        for name in names:  # a point that cannot exist takes the numbers of one that can, and is left blank later
            arrays[name][~possible] = arrays[name][possible][0]
        spread.append(first[min(number, len(first) - 1)].with_values(arrays))
    return spread, possible


# -- any other model, one run a point ------------------------------------------------------------------------------


def _point_by_point(case: Case, x: Span, y: Span, progress: Progress | None, workers: int | None) -> FailureMap:
    shape = (y.values.size, x.values.size)
    points: list[tuple[tuple[int, int], Cell, Protocol]] = []
    refusal: LisseError | None = None
    for row, column in np.ndindex(shape):
        try:
            cell, protocol = x.axis.change(case.cell, case.protocol, float(x.values[column]))
            points.append(((row, column), *y.axis.change(cell, protocol, float(y.values[row]))))
        except InvalidInput as error:
            refusal = error
    if refusal is not None and not points:
        raise refusal
    names: list[str] = []
    mode, limit, margin = np.full(shape, -1), np.full(shape, np.nan), np.full(shape, np.nan)
    failed = 0
    for done, (point, found, critical, largest) in enumerate(_run_all(case, points, workers), 1):
        if progress is not None:
            progress(done / len(points), f"{done} of {len(points)} runs")
        if found is None:
            failed += 1
            continue
        if found not in names:
            names.append(found)
        mode[point] = names.index(found)
        limit[point] = math.inf if critical is None else critical
        margin[point] = limit[point] / largest if largest else math.nan
    varied = "current_density" in (x.axis.name, y.axis.name)
    current = None if varied else case.protocol.largest_current_density
    notes = (f"{failed} of {len(points)} runs failed numerically and are left blank",) if failed else ()
    return _finished(case, x, y, tuple(names), mode, limit, margin, current, notes=notes)


_Answer = tuple[tuple[int, int], str | None, float | None, float]


def _run_all(case: Case, points: Sequence[tuple[tuple[int, int], Cell, Protocol]], workers: int | None) -> Any:
    jobs = [(case.model, cell, protocol, case.seed, point) for point, cell, protocol in points]
    if workers == 1:
        yield from map(_run_one, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_run_one, jobs, chunksize=max(1, min(8, len(jobs) // 16)))


def _run_one(job: tuple[Model, Cell, Protocol, int | None, tuple[int, int]]) -> _Answer:
    model, cell, protocol, seed, point = job
    solution = solve(model, cell, protocol, throw=False, seed=seed)
    if solution.status == "failed":
        return point, None, None, protocol.largest_current_density
    verdict = solution.verdict
    return point, verdict.mode, verdict.critical_current_density, protocol.largest_current_density


# -- the finished map ----------------------------------------------------------------------------------------------


def _finished(
    case: Case,
    x: Span,
    y: Span,
    modes: tuple[str, ...],
    mode: NDArray[np.int64],
    limit: Array,
    margin: Array,
    current: float | None,
    criteria: tuple[CriterionMap, ...] = (),
    criterion: NDArray[np.int64] | None = None,
    notes: tuple[str, ...] = (),
) -> FailureMap:
    """Keep the modes that occur, and say what is left blank."""
    kept = [index for index in range(len(modes)) if (mode == index).any()]
    renumbered = np.full(mode.shape, -1)
    for new, old in enumerate(kept):
        renumbered[mode == old] = new
    blank = int(np.sum(mode < 0))
    if blank and not notes:
        notes = (f"{blank} of {mode.size} points cannot exist (such as a flaw through the electrolyte) and are blank",)
    return FailureMap(
        case.title,
        case.model.name,
        case.cell.electrolyte.material.name,
        version,
        x,
        y,
        tuple(modes[index] for index in kept),
        renumbered,
        limit,
        margin,
        criteria,
        np.full(mode.shape, -1) if criterion is None else criterion,
        current,
        None if "temperature" in (x.axis.name, y.axis.name) else case.cell.temperature,
        dict(case.as_run),
        notes,
    )
