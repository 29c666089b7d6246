"""Which mechanism limits where: a model over a grid of two quantities of a case.

The analytic model is evaluated for all points at once (`lisse.study.map_grid` reads their inputs); other models are run
at every point (`lisse.study.map_runs`). What the numbers look like is said in `lisse.report`.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse import __version__ as version
from lisse.errors import InvalidInput
from lisse.models.analytic import Analytic
from lisse.models.base import Progress
from lisse.models.criteria import Criterion, choose_criteria, evaluate
from lisse.models.limits import tables
from lisse.study.axes import Span
from lisse.study.case import Case
from lisse.study.map_grid import Grid, GridInputs, Point, Refusal, blank_notes, check_ends, grid_inputs
from lisse.study.map_runs import Task, run_points
from lisse.study.workers import check_workers

__all__ = ["CriterionMap", "FailureMap", "failure_map"]

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CriterionMap:
    """One criterion over the grid.

    Attributes
    ----------
    mechanism, name, reference : str
    decides : bool
    current_density : (ny, nx) array, A/m2
        Its limit; NaN where it does not apply, or is no current density. Read-only, as are the others.
    margin : (ny, nx) array, 1
        NaN where it does not apply.
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

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        _freeze(self, "current_density", "margin", "sign")

    @property
    def applies(self) -> bool:
        """Whether it applies anywhere on the map."""
        return not bool(np.isnan(self.margin).all())


@dataclass(frozen=True, eq=False)
class FailureMap:
    """A map of the limiting mechanism over two quantities. Rows follow y, columns x. Arrays are read-only.

    Attributes
    ----------
    title, model, electrolyte, version : str
    metal : str
        Formula of the metal of the working electrode.
    x, y : Span
    modes : tuple of str
        Verdict modes that occur.
    mode : (ny, nx) array of int
        Index into `modes`; -1 where the point cannot exist or the model failed.
    limit : (ny, nx) array, A/m2
        Critical current density: of the lowest limit, or of the failure that the model found; inf without one, NaN
        where the lowest limit is a charge or a time, and at blank points.
    margin : (ny, nx) array, 1
        Over the largest current density of the protocol there, in the direction that the limit concerns.
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
        Why points are blank, and axes that change nothing.
    """

    title: str
    model: str
    electrolyte: str
    metal: str
    version: str
    x: Span
    y: Span
    modes: tuple[str, ...]
    mode: Indices
    limit: Array
    margin: Array
    criteria: tuple[CriterionMap, ...]
    criterion: Indices
    current_density: float | None
    temperature: float | None
    case: dict[str, Any]
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        _freeze(self, "mode", "limit", "margin", "criterion")

    @property
    def shares(self) -> dict[str, float]:
        """Share of the grid points that each mode has.

        Returns
        -------
        dict of str to float, 1
        """
        return {mode: float(np.mean(self.mode == index)) for index, mode in enumerate(self.modes)}


def _freeze(owner: object, *names: str) -> None:
    """Replace arrays by copies that cannot be written to."""
    for name in names:
        value = getattr(owner, name)
        if value is not None:
            value = np.array(value)
            value.flags.writeable = False
            object.__setattr__(owner, name, value)


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
        Called with the share done and a few words.
    workers : int or None
        Processes for a model that is run point by point; ``None`` for one on each core. A Python script that uses more
        than one must call this under ``if __name__ == "__main__":``.

    Returns
    -------
    FailureMap

    Raises
    ------
    InvalidInput, MissingValue
        When both axes are the same quantity, an end of an axis is forbidden, or the model can treat no point.
    SolveFailed
        When a process that ran points was killed.
    """
    for name, span in (("x", x), ("y", y)):
        if not isinstance(span, Span):
            allowed = "a Span, such as lisse.study.parse_span('temperature=0..60 degC', 50)"
            raise InvalidInput(name, type(span).__name__, allowed, where="failure map")
    if x.axis.name == y.axis.name:
        raise InvalidInput("axes", x.axis.name, "two different quantities", where="failure map")
    workers = check_workers(workers, "failure map")
    grid = Grid(case.cell, case.protocol, x, y)
    if isinstance(case.model, Analytic):
        return _closed_forms(case, case.model, grid, progress)
    return _point_by_point(case, grid, progress, workers)


# -- closed forms, all points at once ------------------------------------------------------------------------------


def _closed_forms(case: Case, model: Analytic, grid: Grid, progress: Progress | None) -> FailureMap:
    if case.protocol.largest_current_density == 0.0:
        allowed = "at least one step of set current for the analytic model"
        raise InvalidInput("protocol", case.protocol.name, allowed, "Use the lumped model")
    check_ends(grid, tables)
    there = grid_inputs(grid, progress)
    possible = np.ones(grid.shape, dtype=bool)
    for point in there.refused:
        possible[point] = False
    asked = choose_criteria(model.stability, case.cell.interface.interlayer is not None)
    found = tuple(_over_grid(criterion, there, possible) for criterion in asked)
    contest = np.array([np.where(c.decides & ~np.isnan(c.margin), c.margin, np.inf) for c in found])
    lowest, first = contest.min(axis=0), contest.argmin(axis=0)
    safe = np.isinf(lowest) | (_current_varies(grid) & (lowest >= 1.0))
    modes = (*dict.fromkeys(c.mechanism for c in found), "none")
    winner = np.array([modes.index(c.mechanism) for c in found])[first]
    limit = np.take_along_axis(np.array([c.current_density for c in found]), first[None], axis=0)[0]
    limit = np.where(np.isinf(lowest), np.inf, limit)
    return _finished(
        case,
        grid,
        modes,
        mode=np.where(possible, np.where(safe, len(modes) - 1, winner), -1),
        limit=np.where(possible, limit, np.nan),
        margin=np.where(possible, lowest, np.nan),
        criteria=found,
        criterion=np.where(possible & ~safe, first, -1),
        notes=(*blank_notes(grid, there.refused), *_idle_axes(grid, found, possible)),
    )


def _current_varies(grid: Grid) -> bool:
    return "current_density" in (grid.x.axis.name, grid.y.axis.name)


def _over_grid(criterion: Criterion, there: GridInputs, possible: NDArray[np.bool_]) -> CriterionMap:
    """The criterion at its worst condition, point by point."""
    shape = possible.shape
    limit, margin, sign = np.full(shape, np.nan), np.full(shape, np.nan), None
    for table in there.tables:
        said = evaluate(criterion, table)
        if not isinstance(said, str):
            worse = ~(margin <= said.margin) & ~np.isnan(said.margin)
            margin = np.where(worse, said.margin, margin)
            if said.current_density is not None:
                limit = np.where(worse, said.current_density, limit)
            if said.sign is not None:
                sign = np.fmax(np.full(shape, -np.inf) if sign is None else sign, said.sign)
    limit, margin = (np.where(possible, values, np.nan) for values in (limit, margin))
    return CriterionMap(
        criterion.mechanism, criterion.name, criterion.reference, criterion.decides, limit, margin, sign
    )


def _idle_axes(grid: Grid, criteria: tuple[CriterionMap, ...], possible: NDArray[np.bool_]) -> list[str]:
    """A sentence for each axis along which no criterion changes."""
    arrays = [array for c in criteria for array in (c.current_density, c.margin)]
    return [
        f"{span.axis.name} changes no limit of this cell"
        for span, direction in ((grid.y, 0), (grid.x, 1))
        if all(_is_constant(array, direction, possible) for array in arrays)
    ]


def _is_constant(array: Array, direction: int, possible: NDArray[np.bool_]) -> bool:
    """Whether an array changes along one direction, between points that exist."""
    before, after = (np.delete(array, end, axis=direction) for end in (-1, 0))
    both = np.delete(possible, -1, axis=direction) & np.delete(possible, 0, axis=direction)
    return bool((np.isclose(before, after, rtol=1e-9, atol=0.0, equal_nan=True) | ~both).all())


# -- any other model, one run a point ------------------------------------------------------------------------------


def _point_by_point(case: Case, grid: Grid, progress: Progress | None, workers: int | None) -> FailureMap:
    check_ends(grid, lambda cell, protocol: None)
    points: list[Point] = list(np.ndindex(*grid.shape))
    names: list[str] = []
    mode, limit, margin = np.full(grid.shape, -1), np.full(grid.shape, np.nan), np.full(grid.shape, np.nan)
    refused: dict[Point, Refusal] = {}
    failed: dict[Point, str] = {}
    with closing(run_points(Task(case.model, case.seed, grid), points, workers)) as outcomes:
        for done, outcome in enumerate(outcomes, 1):
            if progress is not None:
                progress(done / len(points), f"{done} of {len(points)} runs")
            if outcome.refusal is not None:
                refused[outcome.point] = outcome.refusal
                continue
            if not outcome.mode:
                failed[outcome.point] = outcome.failure
                continue
            names += [outcome.mode] if outcome.mode not in names else []
            critical = outcome.current_density
            mode[outcome.point] = names.index(outcome.mode)
            limit[outcome.point] = math.inf if critical is None else critical
            margin[outcome.point] = limit[outcome.point] / outcome.largest if outcome.largest else math.nan
    if len(refused) == len(points):
        raise refused[points[0]]
    notes = (*blank_notes(grid, refused), *blank_notes(grid, failed, "runs failed numerically and are left blank"))
    return _finished(case, grid, tuple(names), mode, limit, margin, notes=notes)


# -- the finished map ----------------------------------------------------------------------------------------------


def _finished(
    case: Case,
    grid: Grid,
    modes: tuple[str, ...],
    mode: Indices,
    limit: Array,
    margin: Array,
    criteria: tuple[CriterionMap, ...] = (),
    criterion: Indices | None = None,
    notes: tuple[str, ...] = (),
) -> FailureMap:
    """The map, with the modes that occur."""
    kept = [index for index in range(len(modes)) if (mode == index).any()]
    renumbered = np.full(mode.shape, -1)
    for new, old in enumerate(kept):
        renumbered[mode == old] = new
    return FailureMap(
        title=case.title,
        model=case.model.name,
        electrolyte=case.cell.electrolyte.material.name,
        metal=case.cell.working.material.formula,
        version=version,
        x=grid.x,
        y=grid.y,
        modes=tuple(modes[index] for index in kept),
        mode=renumbered,
        limit=limit,
        margin=margin,
        criteria=criteria,
        criterion=np.full(mode.shape, -1) if criterion is None else criterion,
        current_density=None if _current_varies(grid) else case.protocol.largest_current_density,
        temperature=None if "temperature" in (grid.x.axis.name, grid.y.axis.name) else case.cell.temperature,
        case=dict(case.as_run),
        warnings=notes,
    )
