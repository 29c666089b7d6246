"""A delimited table of numbers: read fast when it is regular, and with one complaint per mistake when it is not.

Used by the readers of text formats. What the columns mean is not known here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.rows import Rows
from lisse.measurement.readers.text import Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO_READING", "Table", "read_table", "split_cells", "to_number"]

_SAMPLE = 100
_CUT = "The file seems to be cut off"
_POINT = re.compile(r"[-+]?\d*\.\d+([eE][-+]?\d+)?")
_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_EITHER = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
"""Such as ``1,234``: with a decimal comma, or with one between thousands."""
_OVERLOAD = frozenset(("ovl", "ovld", "ovf", "ovr", "ol", "over", "overload", "overflow", "overrange"))
NO_READING = _OVERLOAD | {
    "", "-", "--", "---", "n/a", "na", "nan", "null", "none", "inf", "+inf", "-inf", "infinity", "1.#inf", "-1.#inf",
    "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "#n/a", "#value!", "#num!", "#div/0!",
}  # fmt: skip
"""What instruments and spreadsheets write where there is no number."""


@dataclass(frozen=True)
class Table:
    """Columns of a file as they stand in it.

    Attributes
    ----------
    columns : mapping of str to (n,) array
        Floats, or text where a column holds no numbers.
    rows : Rows
        Where each record stands.
    heading : str
        Where the column names stand, for complaints.
    warnings : tuple of str
    decimal : str
        Decimal sign of numbers that are still text.
    """

    columns: Mapping[str, np.ndarray]
    rows: Rows
    heading: str = "line 1"
    warnings: tuple[str, ...] = ()
    decimal: str = "."


def read_table(
    source: Source,
    text: Text,
    first_line: int,
    names: Sequence[str],
    separator: str,
    text_allowed: Collection[str] = (),
) -> Table:
    """Columns of a table as float arrays; columns in `text_allowed` stay text when they are not numbers.

    A last row that is cut short is left out, with a warning; any other row of another width is an error.

    Parameters
    ----------
    source : Source
        For the messages.
    text : Text
    first_line : int
        Number of the first row in the file, counted from 1.
    names : sequence of str
        One name per column.
    separator : str
        One character. Where it is no comma, a comma in a number is a decimal comma.
    text_allowed : collection of str
        Columns that may hold text.
    """
    body, has_end = _rows_of(text.content, text.offset(first_line))
    if not body:
        allowed = "at least one row of numbers below the column names"
        raise source.error("table", None, allowed, "Export the file again", first_line - 1)
    warnings: list[str] = []
    width = _width(body, names, separator)
    body = _without_a_cut_row(source, body, first_line, (width, len(names)), separator, has_end, warnings)
    sample = [line.split(separator) for line in body[:100_000].decode("utf-8", "replace").split("\n")[:_SAMPLE]]
    decimal = _decimal(sample, separator)
    words = {name: kind for name, kind in _text_columns(sample, names, decimal).items() if name in text_allowed}
    kinds = {names.index(name): kind for name, kind in words.items()}
    frame = None if b'"' in body else _parsed(body, separator, decimal, kinds)
    if frame is not None and body.count(separator.encode()) == len(frame) * (width - 1):
        # No row is too long, or the parser had refused it; with the right total none is too short either.
        rows = Rows(np.arange(first_line, first_line + len(frame)))
    else:
        body, numbers = _mended(source, body, first_line, (width, len(names)), separator, warnings)
        frame, rows = _parsed(body, separator, decimal, kinds), Rows(numbers)
        if frame is None or len(frame) != len(rows):
            raise source.error("table", None, "one row of numbers per line", "Are all quotes closed?", first_line)
    found = {}
    for index, name in enumerate(names):
        values = _array(frame[index])
        if values.dtype.kind != "f" and name not in words:
            values = to_number(source, values, name, rows, warnings, name in text_allowed, decimal)
        found[name] = values
    return Table(found, rows, f"line {first_line - 1}", (*text.warnings, *warnings), decimal)


def to_number(
    source: Source,
    values: np.ndarray,
    name: str,
    rows: Rows,
    warnings: list[str],
    text_allowed: bool = False,
    decimal: str = ".",
) -> np.ndarray:
    """Numbers out of a column of text: decimal commas, thousands, and words for "no reading" (then not a number).

    Parameters
    ----------
    values : (n,) array of str
    decimal : str
        Decimal sign of the table. In a table with points, ``1,234`` is a thousand where the column has a number such
        as ``1,234.5``, and a decimal comma where it has one such as ``1,5``.

    Raises
    ------
    InvalidInput
        Naming the row, for any other text, and for ``1,234`` where nothing says which it is; where text is allowed,
        the text is given back instead.
    """
    import pandas as pd

    column = pd.Series(values, dtype=object).str.strip()
    if decimal == ",":
        column = column.str.replace(",", ".")
    number = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, copy=True)
    left = np.flatnonzero(np.isnan(number))
    thousands = _has_thousands(column[left])
    notes: dict[str, list[int]] = {}
    bad = None
    for index in map(int, left):
        text = column[index]
        if text.lower() in NO_READING:
            if text.lower() in _OVERLOAD:
                notes.setdefault("the instrument was overloaded: taken as not a number", []).append(index)
            continue
        found = _with_commas(text, thousands)
        if found is None:
            bad = index
            break
        number[index] = found[0]
        notes.setdefault(found[1], []).append(index)
    if bad is not None:
        if text_allowed:
            return values.astype(str)
        where, advice = f"{source.path}, {rows.name(bad)}", "Mend or remove the line"
        if _EITHER.fullmatch(column[bad]):
            advice = "Is the comma a decimal sign, or between thousands? Write the column with points or without commas"
        raise InvalidInput(f"column {name!r}", str(values[bad]).strip(), "a number", advice, where)
    for note, indices in notes.items():
        warnings.append(f"column {name!r}, {rows.names(np.array(indices))}: {note}")
    return number


def _has_thousands(column: pd.Series[Any]) -> bool | None:
    """Whether a comma stands between thousands in these cells, by those that leave no doubt; ``None`` if none does."""
    clear = [cell for cell in column if "," in cell and not _EITHER.fullmatch(cell)]
    if any(map(_THOUSANDS.fullmatch, clear)):
        return True
    return False if any(map(_COMMA.fullmatch, clear)) else None


def _with_commas(text: str, thousands: bool | None) -> tuple[float, str] | None:
    """The number in a cell with commas and what was done about them; ``None`` when it is none, or could be two."""
    either = _EITHER.fullmatch(text)
    if either and thousands is None:
        return None
    if _COMMA.fullmatch(text) and not (either and thousands):
        return float(text.replace(",", ".")), "decimal commas beside decimal points: read as decimal commas"
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", "")), "commas between thousands: left out"
    return None


def _rows_of(content: bytes, start: int) -> tuple[bytes, bool]:
    """The rows from there on without blank lines at the end, and whether the last one has a line end."""
    end = len(content)
    while end > start:
        begin = max(content.rfind(b"\n", start, end) + 1, start)
        if content[begin:end].strip(b" \t,;\r"):
            break
        end = max(begin - 1, start)
    return content[start:end], end < len(content)


def _width(body: bytes, names: Sequence[str], separator: str) -> int:
    """Fields of a row: one per name, or one more where the rows end in a separator."""
    end = body.find(b"\n")
    line = (body[:end] if end >= 0 else body).rstrip(b"\r")
    sep = separator.encode()
    return len(names) + (1 if line.endswith(sep) and line.count(sep) == len(names) else 0)


def _without_a_cut_row(
    source: Source,
    body: bytes,
    first_line: int,
    widths: tuple[int, int],
    separator: str,
    has_end: bool,
    warnings: list[str],
) -> bytes:
    """The rows without the last one, where that was cut off while it was written."""
    start = body.rfind(b"\n") + 1
    last = body[start:]
    fields = _fields(last, separator)
    short = fields < min(widths)
    if not short and has_end:
        return body
    above = body[max(0, start - 20 * (len(last) + 100)) : max(start - 1, 0)].split(b"\n")[-20:] if start else []
    if not short and above and _end_alike(above[len(above) > 1 :], last, separator):
        return body
    line = first_line + body.count(b"\n")
    if not short and not above:
        warnings.append(f"line {line} has no line end: its last number may be cut off")
        return body
    found = f"has {fields} of {min(widths)} fields" if short else "has no line end and may stop inside a number"
    if not start:
        got, allowed = last.decode("utf-8", "replace")[:60], f"{min(widths)} fields, one per column name"
        raise source.error("row", got, allowed, f"{_CUT} in its only row; export it again", line)
    warnings.append(f"{_CUT}: line {line} {found}; it was left out")
    return body[: start - 1].rstrip(b"\r")


def _fields(line: bytes, separator: str) -> int:
    return len(split_cells(line.decode("utf-8", "replace"), separator))


def split_cells(line: str, separator: str) -> list[str]:
    """The cells of a row; a separator between quotes separates nothing."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return line.split(separator)  # quotes that are no quotes: a cell of that size is no table's


def _end_alike(above: Sequence[bytes], last: bytes, separator: str) -> bool:
    """Whether the last cell has the form that all cells above it have, digit for digit, so that none is missing."""
    cells = [row.rstrip(b"\r").decode("utf-8", "replace").rsplit(separator, 1)[-1].strip() for row in (*above, last)]
    if cells[0] and len(set(cells)) == 1 and not re.search(r"\d", cells[0]):
        return True
    forms = {re.sub(r"\d", "0", re.sub(r"^[-+]?\d+", "0", cell)) for cell in cells}
    return len(forms) == 1 and bool(re.search(r"[.,:]", next(iter(forms))))


def _decimal(sample: list[list[str]], separator: str) -> str:
    """The decimal sign of a table, by its first rows."""
    if separator == ",":
        return "."
    cells = [cell.strip() for row in sample for cell in row]
    return "," if any(map(_COMMA.fullmatch, cells)) and not any(map(_POINT.fullmatch, cells)) else "."


def _text_columns(sample: list[list[str]], names: Sequence[str], decimal: str) -> dict[str, str]:
    """The columns that hold text in the first row that says anything about them, and how pandas reads them fastest."""
    found = {}
    for index, name in enumerate(names):
        cells = [cell for row in sample if index < len(row) and (cell := row[index].strip())]
        word = cells[0] if cells else ""
        try:
            float(word.replace(decimal, ".") or 0)
        except ValueError:
            if word.lower() not in NO_READING and not _COMMA.fullmatch(word):
                found[name] = "category" if len(set(cells)) < len(cells) / 2 else "object"
    return found


def _mended(
    source: Source, body: bytes, first_line: int, widths: tuple[int, int], separator: str, warnings: list[str]
) -> tuple[bytes, np.ndarray]:
    """The rows without blank ones, and the line of each; any other row of a wrong width is an error."""
    width, named = widths
    kept, numbers, blank = [], [], 0
    for number, line in enumerate(body.split(b"\n"), start=first_line):
        line = line.rstrip(b"\r")
        if not line.strip(b" \t,;"):
            blank += 1
            continue
        fields = _fields(line, separator)
        if fields not in (width, named):
            advice = "The column names and the rows do not belong together; export the file again"
            raise source.error("row", f"{fields} fields", f"{named} fields, one per column name", advice, number)
        kept.append(line + separator.encode() * (width - fields))
        numbers.append(number)
    if blank:
        warnings.append(f"{blank} blank line{'s were' if blank > 1 else ' was'} left out")
    return b"\n".join(kept), np.array(numbers)


def _parsed(body: bytes, separator: str, decimal: str, kinds: Mapping[int, str]) -> pd.DataFrame | None:
    """The cells; ``None`` when the rows are not all as wide as the first."""
    import pandas as pd

    try:
        return pd.read_csv(
            io.BytesIO(body), sep=separator, header=None, low_memory=False, skip_blank_lines=False, decimal=decimal,
            dtype=dict(kinds), encoding_errors="replace",
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError):
        return None


def _array(column: pd.Series[Any]) -> np.ndarray:
    """Floats, or text with an empty string where there is nothing."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        known = np.array([*map(str, column.cat.categories), ""])
        return known[column.cat.codes.to_numpy()]
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=float)
    return np.array(["" if cell != cell else str(cell) for cell in column.tolist()], dtype=str)
