"""Tables of impedance as text: any delimiter, a header in any of the usual spellings, or three bare columns.

This is the reader of plain csv and text exports; the readers of single instruments that write a table (Parstat,
CH Instruments, PowerSuite) are declarations on top of it. Rows with a frequency of 0 are direct current. The area is
never read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.clock_text import dates_of, seconds_of
from lisse.measurement.readers.delimited import split_cells
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_columns import (
    COLUMN_ADVICE,
    ImpedanceColumn,
    find_columns,
    has_impedance,
)
from lisse.measurement.readers.impedance_points import spectra_of
from lisse.measurement.readers.impedance_record import SWEEP, area_claim, as_measurement, direct_current, mention_units
from lisse.measurement.readers.impedance_rows import (
    ImpedanceRows,
    impedance_of,
    joined,
    read_rows,
    text_lines,
)
from lisse.records import Measurement
from lisse.units import parse_quantity

__all__ = ["IMPEDANCE_TABLE", "parse_impedance_table"]

_SEPARATORS = ("\t", ";", ",", "")
_HEADER_WITHIN = 400
_COMMENT = ("#", "%", "!", "//")
_BARE = ("Frequency / Hz", "Re(Z) / Ohm", "Im(Z) / Ohm")
_SETTING = re.compile(r"\s*([^=:\t;,]{2,60}?)\s*(?:\s=\s|=|:\s)\s*(\S.*?)\s*")


def parse_impedance_table(
    source: Source,
    name: str = "impedance-table",
    instrument: str = "impedance table",
    units: Mapping[str, str] | None = None,
) -> Measurement:
    """Turn a table of impedance into a Measurement.

    Parameters
    ----------
    source : Source
    name, instrument : str
    units : mapping of column name to str, optional
        Units that the format defines where the names state none.
    """
    warnings: list[str] = []
    lines = text_lines(source, warnings)
    head = _header(lines)
    if head is None:
        names, separator, first = list(_BARE), _separator_of_numbers(source, lines), 0
        warnings.append(
            "the file has no column names: the columns were taken as Frequency / Hz, Re(Z) / Ohm and Im(Z) / Ohm, "
            "with the sign as it stands (negative for a capacitor)"
        )
    else:
        names, separator, first = head.names, head.separator, head.index + 1
    line_of_names = first or 1
    below, skip = _units_below(lines, first, names, separator) if head else ({}, 0)
    given = {**(units or {}), **below}
    columns = find_columns(source, names, line_of_names, given)
    table = _blocks(source, lines, first + skip, names, separator, lines[first - 1] if first else None, warnings)
    table, columns = _with_clock(table, columns, warnings)
    mention_units(columns, line_of_names, warnings)
    points, direct = impedance_of(source, table, columns, warnings)
    spectra = spectra_of(points, warnings, numbered=SWEEP in names)
    head_lines = lines[: max(first - 1, 0)]
    inputs: dict[str, Any] = {
        "columns": {role: column.name for role, column in columns.items()},
        "header": _settings(head_lines),
    }
    inputs |= _area_of(head_lines, warnings)
    return as_measurement(
        source, name, instrument, direct_current(source, table, columns, direct), spectra, warnings, inputs
    )


def _with_clock(
    table: ImpedanceRows, columns: dict[str, ImpedanceColumn], warnings: list[str]
) -> tuple[ImpedanceRows, dict[str, ImpedanceColumn]]:
    """The table with a clock in seconds where that is written as ``00:12:30`` or as dates."""
    column = columns.get("time")
    values = table.columns[column.name] if column else np.zeros(0)
    if column is None or values.dtype.kind == "f" or not any(mark in str(values[0]) for mark in ":/-"):
        return table, columns
    seconds, note = seconds_of(values), "hours:minutes:seconds"
    if seconds is None:
        dates = dates_of(values)
        seconds = None if dates is None else dates.seconds - dates.seconds[0]
        note = f"dates{f' ({dates.reading})' if dates and dates.reading else ''}: seconds from the first"
    if seconds is None:
        warnings.append(f"column {column.name!r}: no clock can be read from {str(values[0])!r}; it was left out")
        return table, {role: other for role, other in columns.items() if role != "time"}
    warnings.append(f"column {column.name!r}: read as {note}")
    clock = replace(column, factor=1.0, unit_given=True)
    return replace(table, columns={**table.columns, column.name: seconds}), {**columns, "time": clock}


@dataclass(frozen=True)
class _Header:
    index: int
    names: list[str]
    separator: str


def _header(lines: Sequence[str]) -> _Header | None:
    """The line of the column names; the separator is ``""`` for any run of blanks."""
    for index, line in enumerate(lines[:_HEADER_WITHIN]):
        text = line.strip().lstrip("".join(_COMMENT)) if line.lstrip().startswith(_COMMENT) else line
        for separator in _SEPARATORS:
            cells = re.split(r"\s{2,}", text.strip()) if not separator else split_cells(text, separator)
            for names in (cells, text.split()) if not separator else (cells,):
                while names and not names[-1].strip():
                    names = names[:-1]
                if len(names) >= 3 and has_impedance(names):
                    return _Header(index, _distinct([cell.strip().strip("\ufeff") for cell in names]), separator)
    return None


def _distinct(names: Sequence[str]) -> list[str]:
    """Names without quotes around them; blank and repeated ones get their number."""
    bare = [name[1:-1].replace('""', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name for name in names]
    return [name if name and name not in bare[:k] else f"{name or 'column'} {k + 1}" for k, name in enumerate(bare)]


def _units_below(lines: Sequence[str], first: int, names: Sequence[str], separator: str) -> tuple[dict[str, str], int]:
    """A line of units under the names, when the next line is one; and how many lines to skip for it."""
    if first >= len(lines):
        return {}, 0
    line = lines[first].lstrip("".join(_COMMENT))
    cells = [cell.strip().strip('"()[]') for cell in (line.split(separator) if separator else line.split())]
    words = [cell for cell in cells if cell]
    if not words or any(_is_number(cell) or len(cell) > 12 for cell in words) or len(cells) < len(names):
        return {}, 0
    if not any(re.fullmatch(r"[kMm]?hz", cell, re.IGNORECASE) for cell in words):
        return {}, 0
    return {name: cell for name, cell in zip(names, cells, strict=False) if cell}, 1


def _blocks(
    source: Source,
    lines: Sequence[str],
    first: int,
    names: Sequence[str],
    separator: str,
    header: str | None,
    warnings: list[str],
) -> ImpedanceRows:
    """All rows; blank lines, comments and repeated headers stand between blocks."""
    edges = [k for k in range(first, len(lines)) if not lines[k][:1].isdigit() and _is_between(lines[k], header)]
    part = 0
    found: list[tuple[ImpedanceRows, int]] = []
    for start, end in zip([first, *(edge + 1 for edge in edges)], [*edges, len(lines)], strict=True):
        rows = lines[start:end] if separator else ["\t".join(line.split()) for line in lines[start:end]]
        table = read_rows(source, rows, start + 1, names, separator or "\t", warnings, end == len(lines))
        found += [(table, part)] if table else []
        part += end < len(lines) and header is not None and lines[end].strip() == header.strip()
    if not found:
        allowed = "at least one row of numbers below the column names"
        raise source.error("table", None, allowed, "The file seems to be cut off; export it again", len(lines))
    return joined([table for table, _ in found], [part for _, part in found])


def _is_between(line: str, header: str | None) -> bool:
    """Whether a line is blank, a comment or the header again."""
    bare = line.strip()
    return not bare or bare.startswith(_COMMENT) or (header is not None and bare == header.strip())


def _settings(lines: Sequence[str]) -> dict[str, str]:
    """What stands above the table as ``name = value`` or ``name: value``."""
    found: dict[str, str] = {}
    for line in lines[:200]:
        match = _SETTING.fullmatch(line)
        if match:
            found.setdefault(match[1], match[2])
    return found


def _area_of(lines: Sequence[str], warnings: list[str]) -> dict[str, Any]:
    """What stands above the table about an area: told, never used."""
    for number, line in enumerate(lines[:200], start=1):
        match = _SETTING.fullmatch(line)
        if match and re.search(r"\barea\b", match[1], re.IGNORECASE):
            try:
                area = parse_quantity(match[2], "m^2")
            except InvalidInput:
                area = None
            return {"instrument_area_claim": area_claim(match[2], area, number, "", warnings)}
    return {}


def _separator_of_numbers(source: Source, lines: Sequence[str]) -> str:
    """How three bare columns are separated; complains of names that lack a column."""
    line, first = next(((k, text) for k, text in enumerate(lines, start=1) if text.strip()), (1, ""))
    for separator in _SEPARATORS:
        cells = first.split(separator) if separator else first.split()
        if len(cells) == len(_BARE) and all(_is_number(cell) for cell in cells):
            return separator
    likely = max(_SEPARATORS[:-1], key=first.count)
    find_columns(source, split_cells(first, likely), line)
    allowed = "names of frequency and impedance in the first lines, or three bare columns of numbers"
    raise source.error("column names", first[:60], allowed, COLUMN_ADVICE, line)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?\s*", text) is not None


def _recognise(source: Source) -> bool:
    lines = re.split(r"\r*\n|\r", source.head)
    return _header(lines) is not None or _bare_sweep(lines[:-1] or lines)


def _bare_sweep(lines: Sequence[str]) -> bool:
    """Three columns of numbers, the first of them positive and in even steps of its logarithm: a sweep."""
    rows = [line for line in lines if line.strip()]
    for separator in _SEPARATORS:
        cells = [row.split(separator) if separator else row.split() for row in rows]
        if len(rows) >= 5 and all(len(row) == len(_BARE) and all(map(_is_number, row)) for row in cells):
            first = np.array([float(row[0].replace(",", ".")) for row in cells])
            if not (first > 0).all():
                return False
            step = np.diff(np.log(first))
            usual = float(np.median(step))
            even = np.abs(step - usual) < 0.3 * abs(usual)
            return abs(usual) > 0.01 and bool(even.mean() > 0.7)
    return False


IMPEDANCE_TABLE = Format(
    name="impedance-table",
    description="Impedance as csv or text (columns such as Frequency / Hz, Re(Z) / Ohm, -Im(Z) / Ohm)",
    recognise=_recognise,
    parse=parse_impedance_table,
    extensions=(".csv", ".txt", ".dat"),
)
