"""How one program names its columns, and the reader that follows from that for text, Excel and Parquet alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, TIME, UNKNOWN, VOLTAGE, si_column
from lisse.measurement.readers.assemble import Channels, measurement_of
from lisse.measurement.readers.clock_text import dates_of, odd_length, seconds_of
from lisse.measurement.readers.delimited import Table, to_number
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.headings import bare, column_advice, split_heading
from lisse.measurement.readers.tables import Wanted, find_table, headings_of_text
from lisse.records import Measurement

__all__ = ["REQUIRED", "Dialect", "measurement_from", "names_with", "text_format"]

REQUIRED = (TIME, CURRENT, VOLTAGE)
_REQUIRED_NAMES = tuple(label.split(" / ")[0] for label in REQUIRED)
_PER_MASS = ("/g", "/kg", "/mg")
_PER_AREA = ("/cm2", "/cm^2", "/cm²", "/m2", "/m^2", "/m²", " cm-2", "/cm**2")
_HEAD_LINES = 100


@dataclass(frozen=True)
class Dialect:
    """How one program names its columns.

    Attributes
    ----------
    name : str
        Of the format.
    description : str
    instrument : str
    columns : mapping of str to (str, str or None)
        From a name as `bare` gives it (without unit) to the BDF name and the unit of files that state none.
    wants : function of the column names
        Whether they are of this program.
    finish : function, optional
        What is left to do once the columns are in SI: signs, clocks. Gets the channels.
    extensions : tuple of str
    headings : mapping of str to (str, str or None)
        Whole column names and what they are, whatever unit the name itself states.
    required : tuple of str
        Columns without which the file is refused.
    """

    name: str
    description: str
    instrument: str
    columns: Mapping[str, tuple[str, str | None]]
    wants: Wanted
    finish: Callable[[Source, Channels], None] | None = None
    extensions: tuple[str, ...] = (".csv",)
    headings: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    required: tuple[str, ...] = REQUIRED


def names_with(*groups: Sequence[str]) -> Wanted:
    """Whether all bare names of one of the groups are among the column names."""

    def wants(names: Sequence[str]) -> bool:
        known = {bare(split_heading(name)[0]) for name in names}
        return any(set(group) <= known for group in groups)

    return wants


def text_format(dialect: Dialect) -> Format:
    """The reader of the delimited text files of a program."""

    def recognise(source: Source) -> bool:
        if source.is_binary:
            return False
        return headings_of_text(source.head.splitlines()[:_HEAD_LINES], dialect.wants) is not None

    def parse(source: Source) -> Measurement:
        table = find_table(source, dialect.wants)
        if table is None:
            allowed = f"the row of column names of: {dialect.description}"
            raise source.error("column names", None, allowed, "Export the file again, with all columns", 1)
        return measurement_from(source, table, dialect)

    return Format(dialect.name, dialect.description, recognise, parse, dialect.extensions)


def measurement_from(
    source: Source, table: Table, dialect: Dialect, inputs: Mapping[str, Any] | None = None, format: str | None = None
) -> Measurement:
    """The record of a table whose columns are named as the dialect says; of the dialect's format unless named.

    Raises
    ------
    InvalidInput
        When a required column (clock, voltage, current) is absent or has no unit that can be understood.
    """
    channels = Channels(table.rows, warnings=[*table.warnings])
    left_out = []
    for heading, values in table.columns.items():
        if heading in dialect.headings:
            _take(source, channels, heading, values, *dialect.headings[heading], table)
            continue
        name, unit = split_heading(heading)
        if unit is not None and unit.replace(".", "/").rstrip(")").endswith(_PER_MASS):
            left_out.append(heading)
            continue
        meant, usual = dialect.columns.get(bare(name), (name, None))
        if meant == "Test Time" and si_column(name, unit).label not in (f"{name} / s", f"{name} / {UNKNOWN}"):
            meant = name  # T / degC is no time
        _take(source, channels, heading, values, meant, unit or usual, table)
    if left_out:
        channels.warnings.append(
            "left out, because they are per mass and the mass is what somebody typed into the cycler: "
            + ", ".join(left_out)
        )
    if dialect.finish is not None:
        dialect.finish(source, channels)
    _require(source, table, channels, dialect)
    return measurement_of(source, format or dialect.name, channels, dialect.instrument, inputs)


def _take(
    source: Source, channels: Channels, heading: str, values: np.ndarray, name: str, unit: str | None, table: Table
) -> None:
    """One column into the channels, in SI."""
    if values.dtype.kind != "f":
        is_time = name.endswith("Time") or unit is not None and ":" in unit
        if is_time and (seconds := seconds_of(values)) is not None:
            values, unit = seconds, "s"
        elif (dates := dates_of(values, channels.columns.get(TIME))) is not None:
            channels.add("Unix Time / s", heading, dates.seconds)
            if dates.reading:
                channels.warnings.append(f"column {heading!r}: day and month may be exchanged; read as {dates.reading}")
            return
        elif name in _REQUIRED_NAMES:
            if is_time and (odd := odd_length(values)) is not None:
                where, allowed = f"{source.path}, {table.rows.name(odd)}", "a length of time, as in the rows above"
                raise InvalidInput(f"column {heading!r}", str(values[odd]), allowed, "Mend or remove the line", where)
            values = to_number(source, values, heading, table.rows, channels.warnings, decimal=table.decimal)
        else:
            channels.add(name, heading, values)
            return
    column = si_column(name, unit)
    if column.label in REQUIRED and column.label in channels.columns:
        where = f"{source.path}, {table.heading}"
        raise InvalidInput("column names", heading, "each column once", "Rename or remove one of them", where)
    channels.add(column.label, heading, column.values(values))


def _map(channels: Channels, unsaid: str) -> dict[str, str]:
    """The three needed columns as the file names them; `unsaid` is one whose unit nobody states."""
    found = {}
    for label in REQUIRED:
        quantity, _, unit = label.partition(" / ")
        heading = next((origin for key, origin in channels.origin.items() if key.split(" / ")[0] == quantity), "...")
        stated = None if label == unsaid else split_heading(heading)[1]
        found[heading] = f"{quantity} / {stated or unit}"
    return found


def _require(source: Source, table: Table, channels: Channels, dialect: Dialect) -> None:
    for label in dialect.required:
        if label in channels.columns:
            continue
        quantity = label.split(" / ")[0]
        wrong = next((origin for key, origin in channels.origin.items() if key.split(" / ")[0] == quantity), None)
        allowed = f"a column {label!r}, or one in another unit of that kind"
        advice = f"The file has: {', '.join(list(table.columns)[:12])}"
        if wrong is not None and any(part in wrong for part in _PER_AREA):
            advice = "A current per area cannot be read without the area; export the current itself"
        elif wrong is not None and wrong in dialect.headings:
            advice = f"Its unit was given as {dialect.headings[wrong][1]!r}"
        elif wrong is not None and split_heading(wrong)[1] is None:
            advice = f"State the unit: {column_advice(_map(channels, label))}"
        raise InvalidInput(f"column {quantity!r}", wrong, allowed, advice, f"{source.path}, {table.heading}")
