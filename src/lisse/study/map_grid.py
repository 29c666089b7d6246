"""The points of a map: what cell and protocol stand at each, which of them cannot exist and why, and their inputs.

What a model makes of a point is not said here, but in `lisse.study.maps` and `lisse.study.map_runs`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.models.base import Progress
from lisse.models.inputs import Inputs
from lisse.models.limits import tables
from lisse.protocol import Protocol
from lisse.study.axes import Axis, Span

__all__ = ["REFUSALS", "Grid", "Point", "Refusal", "blank_notes", "check_ends", "grid_inputs"]

Point: TypeAlias = tuple[int, int]
"""Row (along y) and column (along x)."""
Refusal: TypeAlias = InvalidInput | MissingValue
REFUSALS = (InvalidInput, MissingValue)
"""How a cell, a protocol or a model says that it cannot be."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A cell and a protocol over two of their quantities.

    Attributes
    ----------
    cell : Cell
    protocol : Protocol
    x, y : Span
    """

    cell: Cell
    protocol: Protocol
    x: Span
    y: Span

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self.y.values.size, self.x.values.size

    def at(self, point: Point) -> tuple[Cell, Protocol]:
        """The cell and protocol of one point.

        The axis x is changed first, or y where the way over x cannot be: an electrolyte may be thinner than the flaws
        of the case when the other axis shortens them.

        Parameters
        ----------
        point : (row, column)

        Returns
        -------
        Cell, Protocol

        Raises
        ------
        InvalidInput
            When they cannot exist.
        """
        row, column = point
        x, y = (self.x.axis, float(self.x.values[column])), (self.y.axis, float(self.y.values[row]))
        try:
            return _changed_twice(self.cell, self.protocol, x, y)
        except REFUSALS:
            return _changed_twice(self.cell, self.protocol, y, x)

    def place(self, point: Point) -> str:
        """A point in words, ``"flaw_length = 80 um and electrolyte_thickness = 5 um"``."""
        row, column = point
        x, y = self.x, self.y
        return f"{x.axis.name} = {x.written(column)} and {y.axis.name} = {y.written(row)}"


def _changed_twice(
    cell: Cell, protocol: Protocol, first: tuple[Axis, float], second: tuple[Axis, float]
) -> tuple[Cell, Protocol]:
    for axis, value in (first, second):
        cell, protocol = axis.change(cell, protocol, value)
    return cell, protocol


@dataclass(frozen=True)
class GridInputs:
    """The inputs of closed forms over a grid.

    Attributes
    ----------
    tables : list of Inputs
        One for each condition of the protocol. Every number is an array of two dimensions that broadcasts to the
        grid, so that shapes never depend on what an axis is.
    refused : mapping of point to error
        The points that cannot exist; their numbers are those of another point.
    """

    tables: list[Inputs]
    refused: Mapping[Point, Refusal] = field(default_factory=dict)


def check_ends(grid: Grid, read: Callable[[Cell, Protocol], object]) -> None:
    """Refuse an axis of which an end can exist neither in the case as it is nor anywhere on the map.

    Parameters
    ----------
    grid : Grid
    read : callable
        Called with a cell and a protocol; raises where they cannot be.

    Raises
    ------
    InvalidInput, MissingValue
        Naming the axis and its value.
    """
    rows, columns = grid.shape
    for span, line in (
        (grid.x, lambda end: [(row, end % columns) for row in range(rows)]),
        (grid.y, lambda end: [(end % rows, column) for column in range(columns)]),
    ):
        for end in (0, -1):
            try:
                read(*span.axis.change(grid.cell, grid.protocol, float(span.values[end])))
            except REFUSALS as error:
                if not any(_exists(grid, point, read) for point in line(end)):
                    raise _of_axis(error, span, end) from None


def _exists(grid: Grid, point: Point, read: Callable[[Cell, Protocol], object]) -> bool:
    try:
        read(*grid.at(point))
    except REFUSALS:
        return False
    return True


def _of_axis(error: Refusal, span: Span, index: int) -> Refusal:
    where = f"axis {span.axis.name} at {span.written(index)}"
    if isinstance(error, InvalidInput):
        return error.at(where)
    return MissingValue(f"{where}: {error}", error.material, error.property)


_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


def blank_notes(grid: Grid, blank: Mapping[Point, object], words: str = "points are blank") -> tuple[str, ...]:
    """One sentence for every reason why points are blank, whatever the numbers in it: how many, where, and why.

    Parameters
    ----------
    grid : Grid
    blank : mapping of point to error or str
    words : str
        What is said of them.
    """
    reasons: dict[str, list[Point]] = {}
    for point, why in blank.items():
        reasons.setdefault(_NUMBER.sub("0", str(why)), []).append(point)
    total = grid.shape[0] * grid.shape[1]
    return tuple(
        f"{len(points)} of {total} {words}, such as {grid.place(points[0])}: {blank[points[0]]}"
        for points in reasons.values()
    )


# -- inputs of closed forms ----------------------------------------------------------------------------------------


def grid_inputs(grid: Grid, progress: Progress | None) -> GridInputs:
    """The inputs over the grid: read along each axis and spread, or read point by point.

    Point by point they are read only where both axes change the same input, where an axis changes which numbers are
    known, or where a point cannot exist.

    Raises
    ------
    InvalidInput, MissingValue
        When no point can exist.
    """
    spread = _along_axes(grid)
    if spread is None:
        return _every_point(grid, progress)
    if progress is not None:
        progress(1.0, "closed forms")
    return GridInputs(spread, _impossible(grid))


def _impossible(grid: Grid) -> dict[Point, Refusal]:
    """Where two values that can be alone cannot be together, as a flaw longer than a thin electrolyte.

    Looked for only where a corner of the map is such a point.
    """
    rows, columns = grid.shape
    corners = [(row, column) for row in (0, rows - 1) for column in (0, columns - 1)]
    refused: dict[Point, Refusal] = {}
    for point in () if all(_exists(grid, corner, tables) for corner in corners) else np.ndindex(rows, columns):
        try:
            grid.at(point)
        except REFUSALS as error:
            refused[point] = error
    return refused


def _along_axes(grid: Grid) -> list[Inputs] | None:
    cell, protocol = grid.cell, grid.protocol
    try:
        base = tables(cell, protocol)
        along_x = [tables(*grid.x.axis.change(cell, protocol, float(value))) for value in grid.x.values]
        along_y = [tables(*grid.y.axis.change(cell, protocol, float(value))) for value in grid.y.values]
    except REFUSALS:
        return None  # some points cannot exist: which ones, is found out point by point
    if {len(found) for found in (*along_x, *along_y)} != {len(base)}:
        return None
    spread = []
    for number, table in enumerate(base):
        of_x, of_y = (_changed(table, [found[number] for found in line]) for line in (along_x, along_y))
        if of_x is None or of_y is None or of_x.keys() & of_y.keys():
            return None
        arrays = {name: np.reshape(value, (1, 1)) for name, value in table.values.items()}
        arrays |= {name: values[None, :] for name, values in of_x.items()}
        arrays |= {name: values[:, None] for name, values in of_y.items()}
        spread.append(table.with_values(arrays))
    return spread


def _changed(base: Inputs, line: Sequence[Inputs]) -> dict[str, NDArray[np.float64]] | None:
    """What an axis changes or adds, as arrays along it; ``None`` where what is known changes along it."""
    known = line[0].values.keys()
    if not known >= base.values.keys() or any(table.values.keys() != known for table in line):
        return None
    arrays = {name: np.array([float(table[name]) for table in line]) for name in known}
    return {name: a for name, a in arrays.items() if name not in base.values or (a != base[name]).any()}


def _every_point(grid: Grid, progress: Progress | None) -> GridInputs:
    found: dict[Point, list[Inputs]] = {}
    refused: dict[Point, Refusal] = {}
    rows, columns = grid.shape
    for point in np.ndindex(rows, columns):
        try:
            found[point] = tables(*grid.at(point))
        except REFUSALS as error:
            refused[point] = error
        if progress is not None and point[1] == columns - 1:
            progress((point[0] + 1) / rows, f"row {point[0] + 1} of {rows}")
    if not found:
        raise next(iter(refused.values()))
    spread = []
    for number in range(max(map(len, found.values()))):  # the last table stands in where a point has fewer
        at = {point: there[min(number, len(there) - 1)] for point, there in found.items()}
        first = next(iter(at.values()))
        known = set.intersection(*(set(table.values) for table in at.values()))
        arrays = {name: np.full((rows, columns), float(first[name])) for name in first.values if name in known}
        for point, table in at.items():
            for name, array in arrays.items():
                array[point] = table[name]
        spread.append(first.with_values({name: _narrowed(array) for name, array in arrays.items()}))
    return GridInputs(spread, refused)


def _narrowed(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """The array without the directions along which it does not change."""
    array = array[:1] if (array == array[:1]).all() else array
    return array[:, :1] if (array == array[:, :1]).all() else array
