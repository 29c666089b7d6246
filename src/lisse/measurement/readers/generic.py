"""Any table with a clock, a voltage and a current: told by its own column names, or by what a person says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lisse.errors import InvalidInput, suggest
from lisse.measurement.readers.bdf import tell_of_signs
from lisse.measurement.readers.delimited import Table
from lisse.measurement.readers.dialect import REQUIRED, Dialect, measurement_from, text_format
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.headings import bare, split_heading
from lisse.measurement.readers.tables import (
    Wanted,
    find_table,
    is_parquet,
    is_workbook,
    open_workbook,
    parquet_table,
)
from lisse.measurement.readers.text import text_of
from lisse.records import Measurement

__all__ = ["GENERIC", "GENERIC_DIALECT", "read_with_columns"]

_CLOCKS = ("test time", "time", "elapsed time", "total time", "t", "testtime", "time elapsed")
_VOLTAGES = (
    "voltage",
    "cell voltage",
    "potential",
    "ecell",
    "ewe",
    "v",
    "u",
    "e",
    "volts",
    "volt",
    "working potential",
)
_CURRENTS = ("current", "cell current", "i", "amps", "applied current")


def _wants(names: Sequence[str]) -> bool:
    known = {bare(split_heading(name)[0]) for name in names}
    return all(known & set(group) for group in (_CLOCKS, _VOLTAGES, _CURRENTS))


GENERIC_DIALECT = Dialect(
    name="generic",
    description="any table with columns of time, voltage and current and their units (.csv, .txt, .xlsx, .parquet)",
    instrument="generic table",
    columns={
        **{name: ("Test Time", None) for name in _CLOCKS},
        **{name: ("Voltage", None) for name in _VOLTAGES},
        **{name: ("Current", None) for name in _CURRENTS},
        "set current": ("Set Current", None), "pressure": ("Applied Pressure", None),
        "stack pressure": ("Applied Pressure", None), "temperature": ("Ambient Temperature", None),
        "cycle": ("Cycle Count", "1"), "cycle number": ("Cycle Count", "1"), "step": ("Step Index", "1"),
    },
    wants=_wants,
    finish=tell_of_signs,
    extensions=(".csv", ".txt", ".xlsx", ".parquet"),
)  # fmt: skip
GENERIC = text_format(GENERIC_DIALECT)


def read_with_columns(source: Source, columns: Mapping[str, str], required: tuple[str, ...] = REQUIRED) -> Measurement:
    """Read a table whose columns a person names.

    Parameters
    ----------
    source : Source
    columns : mapping of str to str
        From a column's name in the file to ``"Name / unit"``: what it is, and the unit of its numbers there.
    required : tuple of str
        What must be among them.

    Raises
    ------
    InvalidInput
        For a name that the file does not have, or a mapping without one that is required.
    """
    meant = {name.strip(): split_heading(label) for name, label in columns.items()}
    _check(columns, meant, required)

    def wants(names: Sequence[str]) -> bool:
        return set(meant) <= set(names)

    table = _table(source, wants)
    if table is None:
        raise _not_found(source, list(meant))
    dialect = replace(GENERIC_DIALECT, columns={}, headings=meant, wants=wants, required=required)
    return measurement_from(source, table, dialect, {"column_map": dict(columns)})


def _check(columns: Mapping[str, str], meant: Mapping[str, tuple[str, str | None]], required: tuple[str, ...]) -> None:
    for label in required:
        needed = label.split(" / ")[0]
        given = [unit for name, unit in meant.values() if bare(name) == bare(needed)]
        if len(given) != 1 or given[0] is None:
            allowed = f"one column that is {label!r} (or in another unit of that kind)"
            advice = f"Map a column of the file to {'each of the three' if len(required) > 1 else 'it'}"
            raise InvalidInput("columns", dict(columns), allowed, advice)


def _table(source: Source, wants: Wanted) -> Table | None:
    if is_workbook(source):
        return next(iter(open_workbook(source).tables(wants)), None)
    if is_parquet(source):
        table = parquet_table(source)
        return table if wants(list(table.columns)) else None
    if source.is_binary:
        allowed = "a table as text, .xlsx or .parquet"
        raise InvalidInput(source.path, "a binary file", allowed, "A column map is for tables only; leave it out")
    return find_table(source, wants)


def _rows(source: Source) -> list[list[str]]:
    """Rows that may hold the column names."""
    if is_workbook(source):
        sheets = open_workbook(source).sheets.values()
        return [[str(cell).strip() for cell in row] for cells in sheets for row in cells[:300]]
    if is_parquet(source):
        return [list(parquet_table(source).columns)]
    lines = text_of(source).lines(300)
    return [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines for mark in ("\t", ";", ",")]


def _not_found(source: Source, wanted: Sequence[str]) -> InvalidInput:
    """Which of the names the file does not have, by the row that has most of them."""
    rows = _rows(source)
    best = max(rows, key=lambda cells: (len(set(cells) & set(wanted)), len(cells)), default=[])
    absent = next((name for name in wanted if name not in best), wanted[0])
    allowed = f"a column of the file: {', '.join(cell for cell in best[:12] if cell)}"
    return InvalidInput(f"{source.path}: column", absent, allowed, suggest(absent, best))
