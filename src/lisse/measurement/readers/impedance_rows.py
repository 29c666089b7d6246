"""Rows of an impedance table as numbers: what all the impedance readers share.

Which columns there are and where they stand in the file is the business of each reader.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lisse.measurement.readers.delimited import NO_READING, split_cells
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.impedance_columns import ImpedanceColumn
from lisse.measurement.readers.impedance_points import Points, points_of
from lisse.measurement.readers.text import text_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ImpedanceRows",
    "as_numbers",
    "impedance_of",
    "joined",
    "read_rows",
    "text_lines",
]

_MARKS = NO_READING | {"invalid", "error"}


@dataclass(frozen=True)
class ImpedanceRows:
    """Rows of a table.

    Attributes
    ----------
    columns : mapping of name to (n,) array
        Numbers, or text where a column has text in it.
    line : (n,) integer array
        Line of each row in the file, counted from 1.
    part : (n,) array
        Which part of the file a row is from: a repeated header or a new segment begins a new one.
    decimal_comma : bool
        Whether the numbers may have a comma in place of the point.
    """

    columns: Mapping[str, np.ndarray]
    line: np.ndarray
    part: np.ndarray
    decimal_comma: bool


def text_lines(source: Source, warnings: list[str]) -> list[str]:
    """The text of the file, line by line; each line end counts once."""
    text = text_of(source, single_byte=True)
    if b"\0" in text.content:
        raise source.error("text", "a binary file", "a text file", "Export it as text or csv from the program")
    warnings += text.warnings
    lines = text.content.replace(b"\r\n", b"\n").rstrip(b"\r").decode("utf-8", "replace").split("\n")
    return lines if lines[-1] else lines[:-1]


def read_rows(
    source: Source,
    lines: Sequence[str],
    first_line: int,
    names: Sequence[str],
    separator: str,
    warnings: list[str],
    last: bool = False,
) -> ImpedanceRows | None:
    """One block of rows under known names; a last row that is cut off is left out with a warning.

    Beside `read_table`, which reads the one table at the end of a file and leaves out a last row that may stop inside a
    number: a file of impedance has several blocks, and the last point of a sweep is kept, with a warning.

    Parameters
    ----------
    source : Source
        For the messages.
    lines : sequence of str
        Rows without a blank one between them.
    first_line : int
        Line of the first of them, counted from 1.
    names : sequence of str
    separator : str
        One character.
    warnings : list of str
    last : bool
        Whether the file ends with these rows.

    Returns
    -------
    ImpedanceRows or None
        ``None`` when there is no whole row.
    """
    rows = list(lines)
    if last and source.cut_off and rows:
        _check_the_end(rows, first_line, names, separator, warnings)
    if not rows:
        return None
    comma = separator != ","
    arrays = _regular(rows, len(names), separator) or _irregular(source, rows, first_line, len(names), separator)
    line = np.arange(first_line, first_line + len(rows))
    return ImpedanceRows(dict(zip(names, arrays, strict=True)), line, np.zeros(len(rows)), comma)


def _regular(rows: Sequence[str], width: int, separator: str) -> list[np.ndarray] | None:
    """The columns of a table without quotes in which every row has that width; ``None`` for any other."""
    import pandas as pd

    text = "\n".join(rows)
    count = text.count(separator)
    one_more = count == len(rows) * width and rows[0].rstrip(" ").endswith(separator)
    if '"' in text or "\r" in text or not (one_more or count == len(rows) * (width - 1)):
        return None
    point = "," if separator != "," and "," in text and "." not in text else "."
    try:
        frame = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, decimal=point, low_memory=False, skip_blank_lines=False,
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError, OverflowError):
        return None
    if frame.shape != (len(rows), width + one_more) or (one_more and frame[width].notna().any()):
        return None
    return [_floats_or_text(frame[k]) for k in range(width)]


def _floats_or_text(column: pd.Series) -> np.ndarray:
    if column.dtype.kind in "iuf":
        return column.to_numpy(dtype=float)
    return column.fillna("").astype(str).to_numpy(dtype=str)


def _irregular(source: Source, rows: Sequence[str], first_line: int, width: int, separator: str) -> list[np.ndarray]:
    """The columns of a table row by row; complains of the first row of another width."""
    cells = [split_cells(row, separator) for row in rows]
    cells = [row[:-1] if len(row) == width + 1 and not row[-1].strip() else row for row in cells]
    for number, row in enumerate(cells, start=first_line):
        if len(row) != width:
            advice = "The column names and the rows do not belong together; mend or remove the line"
            raise source.error("row", f"{len(row)} fields", f"{width} fields, one per column name", advice, number)
    found = []
    for column in zip(*cells, strict=True):
        try:
            found.append(np.array([float(cell) if cell.strip() else np.nan for cell in column]))
        except ValueError:
            found.append(np.array(column, dtype=str))
    return found


def _check_the_end(rows: list[str], first_line: int, names: Sequence[str], separator: str, warnings: list[str]) -> None:
    """Leave out a last row that is too short; mention that a last number, or rows, may be missing."""
    line, width = first_line + len(rows) - 1, len(split_cells(rows[-1], separator))
    if width < len(names):
        warnings.append(f"line {line}: the file is cut off in this row; the row was left out")
        rows.pop()
    elif width == len(names):
        what = f"its last number, of column {names[-1].strip()!r}, may be cut off"
        warnings.append(f"line {line}: the last line has no line end: {what}")
    else:
        warnings.append(f"line {line}: the last line has no line end: rows behind it may be missing")


def as_numbers(source: Source, table: ImpedanceRows, name: str) -> np.ndarray:
    """One column as numbers; NaN where the file says that there is none (blank, OVL, 1.#IND ...).

    Raises
    ------
    InvalidInput
        For text that is neither, naming line and column.
    """
    values = table.columns[name]
    if values.dtype.kind == "f":
        return values
    numbers = np.full(values.size, np.nan)
    for row, text in enumerate(values):
        cell = str(text).strip()
        if cell.lower() in _MARKS:
            continue
        try:
            numbers[row] = float(cell.replace(",", ".") if table.decimal_comma else cell)
        except ValueError:
            advice = "Mend or remove the line"
            raise source.error(f"column {name!r}", cell[:40], "a number", advice, int(table.line[row])) from None
    return numbers


def impedance_of(
    source: Source, table: ImpedanceRows, columns: Mapping[str, ImpedanceColumn], warnings: list[str]
) -> tuple[Points, np.ndarray]:
    """The impedance points of a table, and which rows are direct current.

    Those have a frequency of 0, or neither frequency nor impedance beside a voltage and a current.
    """
    values = {role: as_numbers(source, table, column.name) * column.factor for role, column in columns.items()}
    direct = np.zeros(table.line.size, dtype=bool)
    if {"voltage", "current", "time"} <= values.keys():
        read = np.isfinite(values["voltage"]) & np.isfinite(values["current"])
        blank = np.isnan(values["frequency"]) & np.isnan(values.get("real", values.get("modulus", values["frequency"])))
        direct = (values["frequency"] == 0) | (blank & read)
    sweep = ~direct
    chosen = {role: numbers[sweep] for role, numbers in values.items()}
    blocks = np.cumsum(np.diff(direct.astype(int), prepend=0) != 0)
    chosen["sweep"] = _changes(table.part, values.get("sweep", np.zeros(direct.size)), blocks)[sweep]
    names = {role: column.name for role, column in columns.items()}
    return points_of(chosen, names, table.line[sweep], warnings), direct


def _changes(*numbers: np.ndarray) -> np.ndarray:
    """A counter that goes up wherever one of the arrays changes (NaN is no change)."""
    change = np.zeros(numbers[0].size, dtype=bool)
    for array in numbers:
        with np.errstate(invalid="ignore"):
            change[1:] |= np.abs(np.diff(array)) > 0
    return np.cumsum(change).astype(float)


def joined(tables: Sequence[ImpedanceRows], parts: Sequence[float] | None = None) -> ImpedanceRows:
    """Tables of the same columns, one after the other.

    Parameters
    ----------
    tables : sequence of ImpedanceRows
        At least one.
    parts : sequence of float, optional
        The part of the file that each is from; counted up when not given.
    """
    numbers = range(len(tables)) if parts is None else parts
    columns = {}
    for name in tables[0].columns:
        arrays = [table.columns[name] for table in tables]
        mixed = len({array.dtype.kind for array in arrays}) > 1
        columns[name] = np.concatenate([array.astype(str) if mixed else array for array in arrays])
    part = np.concatenate([np.full(table.line.size, float(k)) for table, k in zip(tables, numbers, strict=True)])
    return ImpedanceRows(columns, np.concatenate([table.line for table in tables]), part, tables[0].decimal_comma)
