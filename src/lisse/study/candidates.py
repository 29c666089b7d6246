"""The table of candidates: from the cells of a csv file to arrays in SI, with a name for whatever is wrong in them.

An empty cell is a number that is not known. A cell that cannot be read, or holds what no substance has, is an error
with its row and column, or sets its row aside where the study says so; a bound (``<1e-10``) always sets its row aside,
because it is no number. Nothing is filled in here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.keys import read_text
from lisse.materials import PROPERTIES
from lisse.study.screen_columns import Column, LatticeColumns, Place
from lisse.study.screen_study import ScreenStudy

if TYPE_CHECKING:
    from lisse.materials.estimates import Lattice

__all__ = ["Candidates", "read_candidates"]

Floats = NDArray[np.float64]
_LARGEST_TABLE = 400_000_000  # bytes
_EMPTY = frozenset({"", "nan", "na", "n/a", "none", "null", "-", "--", "?"})
_BOUND = re.compile(r"\s*[<>≤≥~]=?\s*[-+]?[\d.]")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_SAMPLE = 100_000  # characters from which the delimiter is told
_SHOWN = 5  # bad cells in one message
_EDGE = 1.6448536269514722  # 90 % of a normal distribution lie within so many standard deviations


@dataclass(frozen=True, eq=False)
class Candidates:
    """The rows of a table that can be read.

    Attributes
    ----------
    names : tuple of str
        Each once.
    rows : (n,) array of int
        Line of each in the table, from 1.
    formulas : tuple of str
        Empty where there is none.
    values, low, high : mapping of str to (n,) array, SI
        By property; NaN where there is no number. The interval is one of 90 %, and the value itself without a spread.
    set_aside : tuple of (str, int, str)
        Name, line and reason of each row that is left out.
    lattices : tuple of Lattice or None
        The unit cell of each, where the table gives all of it; empty where no columns are named.
    """

    names: tuple[str, ...]
    rows: NDArray[np.int64]
    formulas: tuple[str, ...]
    values: Mapping[str, Floats]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    set_aside: tuple[tuple[str, int, str], ...] = ()
    lattices: tuple[Lattice | None, ...] = ()

    def of(self, which: NDArray[np.int64]) -> Candidates:
        """Some of them, in that order, without those set aside."""
        return Candidates(
            names=tuple(self.names[i] for i in which),
            rows=self.rows[which],
            formulas=tuple(self.formulas[i] for i in which),
            values={name: array[which] for name, array in self.values.items()},
            low={name: array[which] for name, array in self.low.items()},
            high={name: array[which] for name, array in self.high.items()},
            lattices=tuple(self.lattices[i] for i in which) if self.lattices else (),
        )

    def lattice(self, which: int) -> Lattice | None:
        """The unit cell of one candidate, if it is known."""
        return self.lattices[which] if self.lattices else None

    def __len__(self) -> int:
        """How many."""
        return len(self.names)


def read_candidates(study: ScreenStudy) -> Candidates:
    """Read the table of a study.

    Parameters
    ----------
    study : ScreenStudy

    Raises
    ------
    InvalidInput
        For a table without rows, a column that is not there or there twice, a cell that cannot be read or has an
        impossible number, and a name that comes twice; with the row and the column.
    """
    table = _read_table(study)
    names = _names(table, study)
    bad = _Bad(table, study.bad_rows == "set-aside")
    found = {column.name: _numbers(table, column, bad) for column in study.columns}
    lattices = [] if study.lattice is None else _lattices(table, study.lattice, bad)
    _twice(names, table, bad)
    bad.complain()
    kept = np.array([line not in bad.reasons for line in table.lines])
    formulas = table.column(study.formula, "formula") if study.formula is not None else [""] * len(names)
    if not kept.any():
        first = next(iter(bad.reasons.values()))
        raise InvalidInput("table", f"{len(kept)} rows, all set aside", "rows that can be read", first, table.name)
    place = np.flatnonzero(kept)
    return Candidates(
        names=tuple(names[i] for i in place),
        rows=np.asarray(table.lines)[place],
        formulas=tuple(formulas[i].strip() for i in place),
        values={name: arrays[0][place] for name, arrays in found.items()},
        low={name: arrays[1][place] for name, arrays in found.items()},
        high={name: arrays[2][place] for name, arrays in found.items()},
        set_aside=tuple((names[i], table.lines[i], bad.reasons[table.lines[i]]) for i in np.flatnonzero(~kept)),
        lattices=tuple(lattices[i] for i in place) if lattices else (),
    )


# -- the file ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Table:
    """The cells of a file, with the line that each row begins at."""

    name: str
    headings: tuple[str, ...] | None
    width: int
    cells: list[list[str]]
    lines: list[int]

    def place(self, where: Place, key: str) -> int:
        """Number of a column from 0."""
        if isinstance(where, int):
            if where > self.width:
                raise InvalidInput(key, where, f"a column from 1 to {self.width}", where=self.name)
            return where - 1
        headings = self.headings or ()
        count = headings.count(where)
        if count > 1:
            raise InvalidInput(
                key, where, "a heading that comes once", f"It heads {count} columns; give the number", self.name
            )
        if count == 0:
            shown = ", ".join(repr(heading) for heading in headings[:30])
            raise InvalidInput(key, where, f"a heading of the table: {shown}", suggest(where[:80], headings), self.name)
        return headings.index(where)

    def column(self, where: Place, key: str) -> list[str]:
        """The cells of one column."""
        place = self.place(where, f"columns.{key}")
        return [row[place] for row in self.cells]

    def words(self, where: Place) -> str:
        """A column as messages call it."""
        return f"column {where}" if isinstance(where, int) else f"column {where!r}"


def _read_table(study: ScreenStudy) -> _Table:
    text = read_text(study.table, "table", "a csv file", "There is no such file", _LARGEST_TABLE)
    name = study.table.name
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    cells, lines, before = [], [], 0
    try:
        for row in reader:
            if row and any(cell.strip() for cell in row):
                cells.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise InvalidInput("table", None, "csv", str(error), f"{name}, line {reader.line_num}") from None
    headings = None
    if study.header and cells:
        headings, cells, lines = tuple(cell.strip() for cell in cells[0]), cells[1:], lines[1:]
    if not cells:
        raise InvalidInput("table", "no rows", "at least one candidate, one a row", where=name)
    width = len(headings) if headings is not None else len(cells[0])
    for row, line in zip(cells, lines, strict=True):
        if len(row) != width:
            allowed = f"{width} cells, as {'the first row has' if headings is None else 'there are headings'}"
            raise InvalidInput("table", f"{len(row)} cells", allowed, where=f"{name}, line {line}")
    return _Table(name, headings, width, cells, lines)


def _delimiter(text: str) -> str:
    """What stands between the cells: what makes the first row and the next as long as each other, the most cells first.

    Semicolon and tabulator go before the comma, which may be a decimal one.
    """
    lines = [line for line in text[:_SAMPLE].splitlines() if line.strip()][:2]

    def cells(delimiter: str) -> tuple[bool, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        return len(set(counts)) == 1 and counts[0] > 1, max(counts, default=0)

    try:
        return max(";\t,", key=cells)
    except csv.Error:  # the reading of the whole table says where
        return ","


def _names(table: _Table, study: ScreenStudy) -> list[str]:
    if study.name is None:
        return [f"row {line}" for line in table.lines]
    names = [name.strip() for name in table.column(study.name, "name")]
    return [name or f"row {line}" for name, line in zip(names, table.lines, strict=True)]


def _twice(names: Sequence[str], table: _Table, bad: _Bad) -> None:
    """The second row of a name, and all after it."""
    if len(set(names)) == len(names):
        return
    first: dict[str, int] = {}
    for name, line in zip(names, table.lines, strict=True):
        if name in first:
            bad.row(line, f"{name!r} is the name of line {first[name]} already")
        first.setdefault(name, line)


class _Bad:
    """What is wrong with rows: kept, or raised together."""

    def __init__(self, table: _Table, keep: bool) -> None:
        self.table, self.keep = table, keep
        self.reasons: dict[int, str] = {}
        self.faults: list[str] = []

    def row(self, line: int, reason: str, harmless: bool = False) -> None:
        """Note a row; `harmless` ones are set aside whatever the study says."""
        self.reasons.setdefault(line, reason)
        if not harmless:
            self.faults.append(f"line {line}: {reason}")

    def complain(self) -> None:
        """Raise, unless rows may be set aside."""
        if self.keep or not self.faults:
            return
        shown = "; ".join(self.faults[:_SHOWN])
        more = f"; and {len(self.faults) - _SHOWN} more" if len(self.faults) > _SHOWN else ""
        advice = 'Mend them, or set such rows aside with bad_rows = "set-aside" in the study'
        raise InvalidInput(f"{shown}{more}", advice=advice, where=self.table.name)


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numbers(table: _Table, column: Column, bad: _Bad) -> tuple[Floats, Floats, Floats]:
    """Value and interval of one property, SI."""
    meant = PROPERTIES[column.name]
    value = _si(table, column, column.place, bad)
    low, high = value, value
    if column.spread is not None and column.by_factor:
        low, high = value * 10.0 ** (-_EDGE * column.spread), value * 10.0 ** (_EDGE * column.spread)
    elif column.spread is not None:
        low, high = value - _EDGE * column.spread, value + _EDGE * column.spread
    if column.low is not None:
        found = _si(table, column, column.low, bad)
        low = np.where(np.isnan(found), value, found)
    if column.high is not None:
        found = _si(table, column, column.high, bad)
        high = np.where(np.isnan(found), value, found)
    for i in np.flatnonzero((low > value) | (high < value)):
        bad.row(table.lines[i], f"low, value and high of {column.name} do not rise")
    return value, np.clip(low, meant.minimum, meant.maximum), np.clip(high, meant.minimum, meant.maximum)


def _lattices(table: _Table, columns: LatticeColumns, bad: _Bad) -> list[Lattice | None]:
    """The unit cell of each row; none where a part of it is missing."""
    from lisse.materials.estimates import Lattice

    raw = {
        name: _floats(table, table.column(where, f"lattice.{name}"), where, bad)
        for name, where in columns.places.items()
    }
    scale = {**dict.fromkeys("abc", columns.length), **dict.fromkeys(("alpha", "beta", "gamma"), columns.angle)}
    found: list[Lattice | None] = []
    for row, line in enumerate(table.lines):
        numbers: dict[str, Any] = {name: float(cells[row]) * scale.get(name, 1.0) for name, cells in raw.items()}
        group = numbers.pop("space_group", np.nan)
        found.append(None)
        if any(np.isnan(number) for number in numbers.values()):
            continue
        if not (np.isnan(group) or float(group).is_integer()):
            bad.row(line, f"space_group: got {group:g}; allowed: a whole number from 1 to 230, or nothing")
            continue
        try:
            found[row] = Lattice(**numbers, space_group=None if np.isnan(group) else int(group))
        except InvalidInput as error:
            bad.row(line, str(error))
    return found


def _si(table: _Table, column: Column, where: Place, bad: _Bad) -> Floats:
    """One column in SI, checked; NaN for what is not known or bad."""
    meant, cells = PROPERTIES[column.name], table.column(where, column.name)
    raw = _floats(table, cells, where, bad)
    with np.errstate(over="ignore"):
        value = 10.0**raw * column.factor if column.log10 else raw * column.factor + column.offset
    with np.errstate(invalid="ignore"):
        too_low = value <= meant.minimum if meant.open_minimum else value < meant.minimum
        wrong = too_low | (value > meant.maximum) | np.isinf(value)
    for i in np.flatnonzero(wrong):
        got = f"{cells[i].strip()[:40]!r} in {table.words(where)}"
        bad.row(table.lines[i], f"{got} is no {column.name}: allowed: {meant.allowed()}")
    return np.where(wrong, np.nan, value)


def _floats(table: _Table, cells: list[str], where: Place, bad: _Bad) -> Floats:
    try:
        if not any("_" in cell for cell in cells):  # Python reads 1_0 as ten, nobody else does
            return np.array(cells, dtype=float)
    except ValueError:
        pass
    found = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        text = cell.strip()
        if text.lower() in _EMPTY:
            continue
        try:
            found[i] = float(text.replace("\u2212", "-").replace("_", "no digit"))
        except ValueError:
            if _BOUND.match(text):
                bad.row(table.lines[i], f"{text[:40]!r} in {table.words(where)} is a bound, not a number", True)
            else:
                advice = ": decimals take a point, and thousands no comma" if _DECIMAL_COMMA.fullmatch(text) else ""
                bad.row(table.lines[i], f"{text[:40]!r} in {table.words(where)} is no number{advice}")
    return found
