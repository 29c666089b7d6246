"""A delimited table of numbers with one complaint per mistake: file, line, column.

Used by the readers of text formats. What the columns mean is not known here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence

import numpy as np

from lisse.measurement.readers.format import Source

__all__ = ["check_clock", "read_table"]


def read_table(
    source: Source,
    lines: Sequence[str],
    first_line: int,
    names: Sequence[str],
    separator: str,
    text_allowed: Collection[str] = (),
) -> dict[str, np.ndarray]:
    """Columns of a table as float arrays; columns in `text_allowed` stay text when they are not numbers.

    Parameters
    ----------
    source : Source
        For the messages.
    lines : sequence of str
        The rows, without the header; blank ones at the end are ignored.
    first_line : int
        Number of the first row in the file, counted from 1.
    names : sequence of str
        One name per column.
    separator : str
        One character. Where it is no comma, a comma in a number is a decimal comma.
    text_allowed : collection of str
        Columns that may hold text.
    """
    import pandas as pd

    rows = list(lines)
    while rows and not rows[-1].strip():
        rows.pop()
    if not rows:
        raise source.error(
            "table", None, "at least one row of numbers below the column names", "Export the file again", first_line - 1
        )
    _check_widths(source, rows, first_line, names, separator)
    text = "\n".join(rows) + "\n"
    try:
        decimal = "," if separator != "," and "," in text and not _has_point(rows[0], separator) else "."
        frame = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, names=range(len(names)), index_col=False,
            decimal=decimal, low_memory=False, skip_blank_lines=False,
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError) as error:
        raise source.error("table", None, "a table of numbers", f"Reading failed: {error}", first_line) from None
    found = {}
    for index, name in enumerate(names):
        column = frame[index]
        if pd.api.types.is_numeric_dtype(column.dtype):
            found[name] = column.to_numpy(dtype=float)
        elif name in text_allowed:
            found[name] = column.fillna("").astype(str).to_numpy(dtype=str)
        else:
            number = pd.to_numeric(column, errors="coerce")
            row = int(np.flatnonzero(number.isna() & column.notna())[0])
            raise source.error(f"column {name!r}", column[row], "a number", "Mend or remove the line", first_line + row)
    return found


def check_clock(source: Source, time: np.ndarray, first_line: int) -> None:
    """Complain when the clock runs backwards (NaN is passed over).

    Parameters
    ----------
    time : (n,) array, s
    first_line : int
        Line of the first record in the file.
    """
    rows = np.flatnonzero(np.isfinite(time))
    back = np.flatnonzero(np.diff(time[rows]) < 0)
    if back.size:
        before, after = rows[back[0]], rows[back[0] + 1]
        got = f"{time[after]:.6g} s after {time[before]:.6g} s"
        raise source.error(
            "time",
            got,
            "times that do not decrease",
            "Split the file there, or export one test per file",
            first_line + int(after),
        )


def _has_point(row: str, separator: str) -> bool:
    return any("." in cell and "," not in cell for cell in row.split(separator))


def _check_widths(source: Source, rows: Sequence[str], first_line: int, names: Sequence[str], separator: str) -> None:
    for number, row in enumerate(rows):
        width = row.count(separator) + 1 if '"' not in row else len(next(csv.reader([row], delimiter=separator)))
        if width == len(names):
            continue
        advice = "The column names and the rows do not belong together; export the file again"
        if number == len(rows) - 1 and width < len(names):
            advice = "The file seems to be cut off; remove the last line or export the file again"
        raise source.error(
            "row", f"{width} fields", f"{len(names)} fields, one per column name", advice, first_line + number
        )
