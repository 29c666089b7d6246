"""Excel workbooks and Parquet files: the table inside tells which program wrote it."""

from __future__ import annotations

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.arbin import ARBIN_DIALECT
from lisse.measurement.readers.bdf import BDF_DIALECT
from lisse.measurement.readers.delimited import Table
from lisse.measurement.readers.dialect import Dialect, measurement_from
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.generic import GENERIC_DIALECT
from lisse.measurement.readers.headings import EXAMPLE, column_advice
from lisse.measurement.readers.maccor import MACCOR_DIALECT
from lisse.measurement.readers.neware import NEWARE_DIALECT
from lisse.measurement.readers.pec import PEC_DIALECT
from lisse.measurement.readers.rows import Rows
from lisse.measurement.readers.tables import is_parquet, is_workbook, open_workbook, parquet_table
from lisse.records import Measurement

__all__ = ["DIALECTS", "PARQUET", "WORKBOOK"]

DIALECTS: tuple[Dialect, ...] = (
    BDF_DIALECT, ARBIN_DIALECT, NEWARE_DIALECT, PEC_DIALECT, MACCOR_DIALECT, GENERIC_DIALECT,
)  # fmt: skip
"""Every way of naming columns, the most specific first."""

_ADVICE = f"Say what the columns are: {column_advice(EXAMPLE)}"


def parse_workbook(source: Source) -> Measurement:
    """Turn an Excel workbook into a Measurement; several sheets of one table are put one after the other."""
    book = open_workbook(source)
    for dialect in DIALECTS:
        tables = book.tables(dialect.wants)
        if not tables:
            continue
        first = tables[0]
        alike = [table for table in tables if list(table.columns) == list(first.columns)]
        notes = list(first.warnings)
        if len(alike) < len(tables):
            notes.append(f"only {first.heading} and sheets with the same columns were read")
        columns = {name: np.concatenate([table.columns[name] for table in alike]) for name in first.columns}
        rows = Rows(
            np.concatenate([table.rows.numbers for table in alike]), first.rows.word if len(alike) == 1 else "row"
        )
        table = Table(columns, rows, first.heading, tuple(notes))
        return measurement_from(source, table, dialect, {"dialect": dialect.name}, format="excel")
    allowed = "a sheet with columns of time, voltage and current"
    raise InvalidInput(source.path, "a workbook without such a sheet", allowed, _ADVICE)


def parse_parquet(source: Source) -> Measurement:
    """Turn a Parquet file into a Measurement."""
    table = parquet_table(source)
    for dialect in DIALECTS:
        if dialect.wants(list(table.columns)):
            return measurement_from(source, table, dialect, {"dialect": dialect.name}, format="parquet")
    got, allowed = ", ".join(list(table.columns)[:12]), "columns of time, voltage and current"
    raise InvalidInput(source.path, got, allowed, _ADVICE)


WORKBOOK = Format(
    name="excel",
    description="Excel workbook (.xlsx) of any of the tables",
    recognise=is_workbook,
    parse=parse_workbook,
    extensions=(".xlsx",),
    extra="excel",
)
PARQUET = Format(
    name="parquet",
    description="Parquet file (.parquet) of any of the tables",
    recognise=is_parquet,
    parse=parse_parquet,
    extensions=(".parquet",),
    extra="parquet",
)
