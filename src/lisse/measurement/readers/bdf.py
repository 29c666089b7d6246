"""Battery Data Format (BDF) tables: ``.csv`` with a unit in every column name.

Both spellings of the format are read: ``"Test Time / s"`` and ``test_time_second``. Units are converted to SI; every
other channel (pressure, temperature, counters, text) is kept.
"""

from __future__ import annotations

import re

import numpy as np

from lisse.measurement.columns import CURRENT, PRESSURE, TIME, VOLTAGE, Column, bdf_dataset, si_column
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.table import check_clock, read_table
from lisse.records import Measurement

__all__ = ["BDF", "parse_bdf"]

_REQUIRED = (TIME, CURRENT, VOLTAGE)
_SEPARATORS = (",", ";", "\t")
_UNIT_WORDS = {
    "second": "s", "hour": "h", "volt": "V", "ampere": "A", "ah": "Ah", "wh": "Wh", "ohm": "ohm", "degc": "degC",
    "celsius": "degC", "kelvin": "K", "pa": "Pa", "pascal": "Pa", "watt": "W", "unitless": "1",
}  # fmt: skip
_MACHINE_NAME = re.compile(rf"([a-z0-9]+(?:_[a-z0-9]+)*)_({'|'.join(_UNIT_WORDS)})")
_COUNTS = ("cycle_count", "step_count", "step_index", "cycle_index")


def parse_bdf(source: Source) -> Measurement:
    """Turn a BDF table into a Measurement."""
    lines = source.lines("utf-8-sig")
    separator = _separator(lines[0])
    names = [name.strip().strip('"') for name in lines[0].split(separator)]
    columns = [_column(name) for name in names]
    _check_names(source, names, columns)
    aux = {name for name, column in zip(names, columns, strict=True) if column.label not in _REQUIRED}
    table = read_table(source, lines[1:], 2, names, separator, text_allowed=aux)
    data: dict[str, np.ndarray] = {}
    origin: dict[str, str] = {}
    for name, column in zip(names, columns, strict=True):
        values = table[name]
        if values.dtype.kind == "f":
            data[column.label], origin[column.label] = column.values(values), name
        else:
            label = name.removesuffix(" / 1")
            data[label], origin[label] = values, name
    check_clock(source, data[TIME], 2)
    warnings = ("the last line has no line end: its last number may be cut off",) if source.cut_off else ()
    return Measurement(
        data=bdf_dataset(data),
        inputs={"format": "bdf", "columns": origin},
        warnings=warnings,
        files=(source.path,),
        instrument="bdf",
    )


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _column(name: str) -> Column:
    """The column of the record for a BDF name in either spelling."""
    if name in _COUNTS:
        return Column(name.replace("_", " ").title())
    machine = _MACHINE_NAME.fullmatch(name)
    if machine:
        return si_column(machine[1].replace("_", " ").title(), _UNIT_WORDS[machine[2]])
    head, slash, unit = name.rpartition(" / ")
    return si_column(head.strip(), unit.strip()) if slash else Column(name)


def _check_names(source: Source, names: list[str], columns: list[Column]) -> None:
    labels = [column.label for column in columns]
    for needed in _REQUIRED:
        if needed not in labels:
            quantity = needed.split(" / ")[0]
            wrong = next((name for name in names if name.lower().startswith(quantity.lower())), None)
            allowed = f"a column {needed!r}, or one in another unit of that kind"
            raise source.error(f"column {quantity!r}", wrong, allowed, f"The file has: {', '.join(names[:12])}", 1)
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice:
        raise source.error("column names", twice, "each column once", "Rename or remove one of them", 1)


def _recognise(head: str) -> bool:
    line = head.splitlines()[0] if head else ""
    labels = [_column(name.strip().strip('"')).label for name in line.split(_separator(line))]
    starts = [label.split(" / ")[0] for label in labels]
    return sum(name.split(" / ")[0] in starts for name in (*_REQUIRED, PRESSURE)) >= 2


BDF = Format(
    name="bdf",
    description="Battery Data Format table (.csv with columns such as 'Test Time / s')",
    recognise=_recognise,
    parse=parse_bdf,
)
