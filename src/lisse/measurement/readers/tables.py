"""Where the table stands in a file, be it delimited text, an Excel sheet or a Parquet file."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.delimited import Table, read_table, split_cells
from lisse.measurement.readers.foreign import foreign_reader, optional
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.rows import Rows
from lisse.measurement.readers.text import Text, text_of

__all__ = ["find_table", "headings_of_text", "is_parquet", "is_workbook", "open_workbook", "parquet_table"]

Wanted = Callable[[Sequence[str]], bool]
"""Whether a row of cells is the row of column names that is looked for."""

_SEPARATORS = ("\t", ";", ",", "|")
_MOST_LINES = 300
_PARQUET = b"PAR1"
_DAY_ZERO, _MARCH_1900, _FIRST_DATE = (datetime.datetime(*day) for day in ((1899, 12, 31), (1900, 3, 1), (1904, 1, 1)))
"""Day 0 of a workbook; from when on it is one day ahead, for a 29 February 1900; what is no length of time any more."""


def headings_of_text(lines: Sequence[str], wanted: Wanted) -> tuple[int, str, list[str]] | None:
    """Line number (from 1), separator and names of the first row of names that is wanted."""
    for number, line in enumerate(lines, start=1):
        for separator in sorted(_SEPARATORS, key=line.count, reverse=True)[:2]:
            if separator not in line:
                continue
            names = [name.strip().strip('"').strip() for name in split_cells(line, separator)]
            while names and not names[-1]:
                names.pop()
            if wanted(names):
                return number, separator, names
    return None


def find_table(source: Source, wanted: Wanted, text: Text | None = None) -> Table | None:
    """The table of a delimited text whose column names are wanted; ``None`` when there is none."""
    text = text or text_of(source)
    found = headings_of_text(text.lines(_MOST_LINES), wanted)
    if found is None:
        return None
    number, separator, names = found
    line = number + 1
    if not text.content[text.offset(line) : text.offset(line + 1)].strip() and text.offset(line) < len(text.content):
        line += 1  # some programs leave a blank line below the names
    table = read_table(source, text, line, distinct(names), separator, text_allowed=set(distinct(names)))
    return replace(table, heading=f"line {number}")


def distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number behind those that are there already, and a word for columns without one."""
    found: list[str] = []
    for index, name in enumerate(names):
        name = name or f"column {index + 1}"
        count, other = 1, name
        while other in found:
            count += 1
            other = f"{name} {count}"
        found.append(other)
    return found


def is_workbook(source: Source) -> bool:
    """Whether the file is an Excel workbook (.xlsx)."""
    return source.content.startswith(b"PK\x03\x04") and b"xl/" in source.content


def is_parquet(source: Source) -> bool:
    """Whether the file is an Apache Parquet file."""
    return source.content.startswith(_PARQUET)


@dataclass(frozen=True)
class Workbook:
    """The cells of every sheet of an Excel workbook, by the name of the sheet, and what its reader had to say."""

    sheets: Mapping[str, Sequence[Sequence[object]]]
    warnings: tuple[str, ...] = ()

    def tables(self, wanted: Wanted) -> list[Table]:
        """The tables of all sheets whose column names are wanted, in the order of the sheets."""
        found = []
        for name, cells in self.sheets.items():
            for number, row in enumerate(cells[:_MOST_LINES]):
                names = [str(cell).strip() for cell in row]
                while names and not names[-1]:
                    names.pop()
                if wanted(names):
                    found.append(_of_sheet(name, distinct(names), cells[number + 1 :], number + 2, self.warnings))
                    break
        return found


def open_workbook(source: Source) -> Workbook:
    """The cells of an Excel workbook.

    Raises
    ------
    InvalidInput
        When it is damaged.
    """
    calamine = optional("python_calamine", "excel", "reading an Excel workbook (.xlsx)")
    notes: list[str] = []
    sheets: dict[str, Sequence[Sequence[object]]] = {}
    advice = "Save the workbook again, or export csv"
    with foreign_reader(source, "python-calamine", notes, advice):
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            broken = archive.testzip()
        if broken is not None:
            raise InvalidInput(source.path, f"a damaged part {broken}", "a whole workbook", advice)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.content))
        for name in book.sheet_names:
            sheets[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return Workbook(sheets, tuple(notes))


def _of_sheet(
    sheet: str, names: Sequence[str], cells: Sequence[Sequence[object]], first: int, notes: Sequence[str]
) -> Table:
    kept = [(number, row) for number, row in enumerate(cells, start=first) if any(str(cell).strip() for cell in row)]
    columns = {name: _column([row[index] for _, row in kept]) for index, name in enumerate(names)}
    rows = Rows(np.array([number for number, _ in kept], dtype=int), f"sheet {sheet!r}, row")
    return Table(columns, rows, f"sheet {sheet!r}, row {first - 1}", tuple(notes))


def _column(cells: Sequence[object]) -> np.ndarray:
    """Floats where every cell is a number or empty; otherwise text."""
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) or cell == "" for cell in cells):
        return np.array([np.nan if cell == "" else float(cell) for cell in cells])  # type: ignore[arg-type]
    words = [_word(cell) for cell in cells]
    try:
        return np.array([np.nan if word == "" else float(word) for word in words])
    except ValueError:
        return np.array(words, dtype=str)


def _word(cell: object) -> str:
    """The text of a cell; lengths of time and times of day as ``hours:minutes:seconds``, dates with their time of day.

    A workbook counts days. A cell in the form of a time of day that holds a day or more comes as a date of 1900 (the
    60th as the 59th again, which is found when the clock steps back), a midnight as a date without a time.
    """
    if isinstance(cell, datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.date):
        moment = datetime.datetime.combine(cell, datetime.time()) if not isinstance(cell, datetime.datetime) else cell
        if moment >= _FIRST_DATE:
            return moment.isoformat(" ")
        cell = moment - (_DAY_ZERO if moment < _MARCH_1900 else _DAY_ZERO - datetime.timedelta(days=1))
    if isinstance(cell, datetime.timedelta):
        whole, micro = divmod(cell // datetime.timedelta(microseconds=1), 1_000_000)
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}.{micro:06d}"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def parquet_table(source: Source) -> Table:
    """The table of a Parquet file."""
    parquet = optional("pyarrow.parquet", "parquet", "reading a Parquet file")
    notes: list[str] = []
    with foreign_reader(source, "pyarrow", notes, "Write the file again"):
        frame = parquet.read_table(io.BytesIO(source.content)).to_pandas()
        columns = {}
        for name in frame.columns:
            column = frame[name]
            if column.dtype.kind in "iuf":
                columns[str(name)] = column.to_numpy(dtype=float)
            elif column.dtype.kind == "M":
                seconds = column.dt.tz_localize(None).astype("datetime64[ns]").to_numpy().astype(float) / 1e9
                columns["Unix Time / s" if "Unix Time / s" not in columns else str(name)] = seconds
            elif column.dtype.kind == "m":
                columns[str(name)] = column.dt.total_seconds().to_numpy(dtype=float)
            else:
                columns[str(name)] = column.astype(str).to_numpy(dtype=str)
    return Table(columns, Rows(np.arange(1, len(frame) + 1), "row"), "the column names", tuple(notes))
