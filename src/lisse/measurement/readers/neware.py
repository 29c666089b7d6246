"""Neware tables: exports of BTSDA as csv or xlsx, in its plain and its layered form.

Known of such files: the sign of a unit may be lost ("T1(?)" where it was degC), the clock often has a resolution of one
second only, and capacities per gram were computed with whatever mass stood in the program.
"""

from __future__ import annotations

import numpy as np

from lisse.measurement.columns import TIME
from lisse.measurement.readers.assemble import Channels
from lisse.measurement.readers.bdf import tell_of_signs
from lisse.measurement.readers.delimited import Table, read_table
from lisse.measurement.readers.dialect import Dialect, measurement_from, names_with, text_format
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.tables import distinct
from lisse.measurement.readers.text import Text, text_of
from lisse.records import Measurement

__all__ = ["NEWARE", "NEWARE_DIALECT", "NEWARE_LAYERED", "clock_from_dates"]

_AUXILIARY = {
    **{f"t{k}": (f"Auxiliary Temperature {k}", "degC") for k in range(1, 17)},
    **{f"v{k}": (f"Auxiliary Voltage {k}", "V") for k in range(1, 17)},
    **{f"aux. t{part}": (f"Auxiliary Temperature {part}", "degC") for part in ("max", "min")},
    "aux.ave.t": ("Auxiliary Temperature mean", "degC"),
    "cpu": ("Channel Temperature", "degC"),
}


def clock_from_dates(_: Source, channels: Channels) -> None:
    """Where there is no test time, take it from the dates; then tell of odd signs."""
    dates = channels.columns.get("Unix Time / s")
    if TIME not in channels.columns and dates is not None and np.isfinite(dates).any():
        channels.add(TIME, channels.origin["Unix Time / s"], dates - dates[np.isfinite(dates)][0])
        channels.warnings.append(f"no column of test time: counted from the dates in {channels.origin[TIME]!r}")
    tell_of_signs(_, channels)


NEWARE_DIALECT = Dialect(
    name="neware",
    description="Neware BTSDA export of records (.csv, .xlsx)",
    instrument="Neware",
    columns={
        "total time": ("Test Time", "s"), "cumulative time": ("Test Time", "s"), "time": ("Step Time", "s"),
        "relative time": ("Step Time", "s"), "current": ("Current", None), "voltage": ("Voltage", None),
        "datapoint": ("Record Index", "1"), "record id": ("Record Index", "1"), "record number": ("Record Index", "1"),
        "cycle index": ("Cycle Count", "1"), "cycle": ("Cycle Count", "1"), "step index": ("Step Index", "1"),
        "step number": ("Step Count", "1"), "step": ("Step Count", "1"), "step type": ("Step Type", "1"),
        "capacity": ("Step Capacity", None), "chg. cap.": ("Charging Capacity", None),
        "dchg. cap.": ("Discharging Capacity", None), "energy": ("Step Energy", None),
        "chg. energy": ("Charging Energy", None), "dchg. energy": ("Discharging Energy", None),
        "contact resistance": ("Contact Resistance", "mohm"), "date": ("Date Time", "1"),
        "real time": ("Date Time", "1"), "absolute time": ("Date Time", "1"), **_AUXILIARY,
    },
    wants=names_with(("datapoint", "current", "voltage"), ("record id", "current", "voltage")),
    finish=clock_from_dates,
    extensions=(".csv", ".xlsx"),
)  # fmt: skip


def _layers(lines: list[str]) -> list[str] | None:
    """The column names of the records in a layered export, below those of cycles and steps."""
    if len(lines) < 3 or not lines[0].startswith("Cycle") or lines[1][:1] != "," or lines[2][:2] != ",,":
        return None
    names = [name.strip() for name in lines[2].split(",")[2:]]
    return names if NEWARE_DIALECT.wants(names) else None


def parse_layered(source: Source) -> Measurement:
    """Turn a layered export into a Measurement; the rows of cycles and steps number the records below them."""
    text = text_of(source)
    names = _layers(text.lines(3))
    if names is None:
        allowed = "three rows of column names: of cycles, of steps, of records"
        raise source.error("column names", None, allowed, "Export the file again", 1)
    lines = text.content.split(b"\n")
    kinds = np.array([_kind(line) for line in lines])
    kinds[:3] = 0
    notes = _refuse_other_rows(source, lines, kinds)
    records = b"\n".join(line[2:] if kind == 3 else b"" for line, kind in zip(lines, kinds, strict=True))
    table = read_table(source, Text(records, text.warnings), 4, distinct(names), ",", text_allowed=set(distinct(names)))
    line_of = table.rows.numbers - 1
    starts = {kind: np.flatnonzero(kinds == kind) for kind in (1, 2)}
    columns = dict(table.columns)
    for kind, name in ((1, "cycle index"), (2, "step number")):
        columns[name] = np.searchsorted(starts[kind], line_of).astype(float)
    step_rows = [lines[index].decode("utf-8", "replace").split(",") for index in starts[2]]
    types = np.array(["", *(row[3].strip() if len(row) > 3 else "" for row in step_rows)])
    columns["step type"] = types[columns["step number"].astype(int)]
    warnings = [*notes, *(note for note in table.warnings if "blank line" not in note)]
    counts = np.bincount(columns["step number"].astype(int), minlength=len(step_rows) + 1)[1:]
    if (empty := np.flatnonzero(counts == 0)).size:
        numbers = ", ".join(str(starts[2][index] + 1) for index in empty[:3])
        warnings.append(f"steps without records ({empty.size}, the first in line {numbers}): nothing to read there")
    found = Table(columns, table.rows, "line 3", tuple(warnings))
    return measurement_from(source, found, NEWARE_DIALECT, format="neware-layered")


_OTHER = 4


def _kind(line: bytes) -> int:
    """1 for a row of a cycle, 2 of a step, 3 of a record, 0 for nothing, `_OTHER` for what is none of these."""
    if not line.strip(b" \t\r,;"):
        return 0
    cells = line.split(b",", 3)
    place = next(index for index, cell in enumerate([*cells, b"x"]) if cell.strip())
    return place + 1 if place < 3 and len(cells) > place + 1 and cells[place].strip().isdigit() else _OTHER


def _refuse_other_rows(source: Source, lines: list[bytes], kinds: np.ndarray) -> list[str]:
    """Tell of a last row that is cut off; refuse any other row that belongs to no layer."""
    other = np.flatnonzero(kinds[3:] == _OTHER) + 3
    if not other.size:
        return []
    line = int(other[0]) + 1
    if any(row.strip() for row in lines[line:]):
        got, allowed = lines[line - 1].decode("utf-8", "replace")[:60], "a row of a cycle, a step or a record"
        raise source.error("row", got, allowed, "Mend or remove the line", line)
    return [f"The file seems to be cut off: line {line} is no row of a cycle, a step or a record; it was left out"]


NEWARE = text_format(NEWARE_DIALECT)
NEWARE_LAYERED = Format(
    name="neware-layered",
    description="Neware BTSDA export in layers of cycles, steps and records (.csv)",
    recognise=lambda source: _layers(source.head.splitlines()) is not None,
    parse=parse_layered,
    extensions=(".csv",),
)
