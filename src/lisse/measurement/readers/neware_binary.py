"""Neware binary files (``.nda``, ``.ndax``), through fastnda (BSD-3).

Known of such files: auxiliary channels may be called voltage where they are temperatures, and a file that was cut off
between two records looks whole to most readers; the counts inside the file are compared here.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.assemble import Channels
from lisse.measurement.readers.bdf import tell_of_signs
from lisse.measurement.readers.delimited import Table
from lisse.measurement.readers.dialect import Dialect, measurement_from, names_with
from lisse.measurement.readers.foreign import foreign_reader, optional
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement

__all__ = ["NEWARE_BINARY", "parse_neware_binary"]

_NDA, _ZIP, _NDAX_PART = b"NEWARE", b"PK\x03\x04", b"data.ndc"
_ADVICE = "Copy the file from the cycler's computer again, or export csv in BTSDA"
_VERSION_BYTE, _SECTIONS, _MOST_SECTIONS = 14, 18, 5
_RECORD_29 = 86
_MOST_VOLTS = 15.0


def _tell_of_swapped(source: Source, channels: Channels) -> None:
    tell_of_signs(source, channels)
    for label, values in channels.columns.items():
        if not (label.startswith("aux") and label.endswith(" / V")):
            continue
        size = np.abs(values[np.isfinite(values)])
        if size.size and size.min() > _MOST_VOLTS:
            channels.warnings.append(
                f"column {channels.origin[label]!r}: {size[0]:.4g} V is more like a temperature in degC: kept as read"
            )


_DIALECT = Dialect(
    name="neware-binary",
    description="Neware binary file (.nda, .ndax)",
    instrument="Neware",
    columns={
        "total time": ("Test Time", "s"), "step time": ("Step Time", "s"), "unix time": ("Unix Time", "s"),
        "voltage": ("Voltage", "V"), "current": ("Current", "mA"), "index": ("Record Index", "1"),
        "cycle count": ("Cycle Count", "1"), "step count": ("Step Count", "1"), "step index": ("Step Index", "1"),
        "step type": ("Step Type", "1"), "capacity": ("Step Capacity", "mAh"), "energy": ("Step Energy", "mWh"),
    },
    wants=names_with(("voltage", "current", "total time")),
    finish=_tell_of_swapped,
)  # fmt: skip


def parse_neware_binary(source: Source) -> Measurement:
    """Turn an ``.nda`` or ``.ndax`` file into a Measurement."""
    fastnda = optional("fastnda", "neware", "reading a binary Neware file (.nda, .ndax)")
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / ("cell.nda" if source.content.startswith(_NDA) else "cell.ndax")
        copy.write_bytes(source.content)
        with foreign_reader(source, "fastnda", notes, _ADVICE):
            frame = fastnda.read(str(copy))
            columns = {name: _array(frame[name]) for name in frame.columns}
        claims = _claims(fastnda, copy, notes)
    count = len(next(iter(columns.values()), ()))
    if not count:
        raise InvalidInput(source.path, "no records", "a file with at least one record", _ADVICE)
    notes += _missing(source, columns, count, claims)
    table = Table(columns, Rows(np.arange(1, count + 1), "record"), "the column names", tuple(notes))
    mass = claims.get("active_mass_mg")
    inputs = {"instrument_mass_claims": {"active mass": {"text": f"{mass} mg", "used": False}}} if mass else {}
    return measurement_from(source, table, _DIALECT, inputs)


def _array(column: Any) -> np.ndarray:
    """A column of polars as floats or text."""
    values = column.to_numpy()
    return values.astype(float) if values.dtype.kind in "iuf" else np.array([str(value) for value in values], dtype=str)


def _claims(fastnda: Any, path: Path, notes: list[str]) -> dict[str, Any]:
    """What the file says of itself; empty, with a note, when that cannot be read."""
    try:
        with foreign_reader(Source(str(path), b""), "fastnda", [], ""):
            return dict(fastnda.read_metadata(str(path)))
    except InvalidInput:
        notes.append("what the file says of itself (mass, number of records) cannot be read: the records alone count")
        return {}


def _missing(source: Source, columns: dict[str, np.ndarray], count: int, claims: dict[str, Any]) -> list[str]:
    """Whether records are missing, by the counts and lengths that the file holds."""
    notes = []
    said = claims.get("num_datapoints")
    if isinstance(said, int) and said != count:
        notes.append(f"the file says that it has {said} records, {count} were found: the others are missing")
    elif _is_cut(source.content, columns):
        notes.append(f"the file is cut off behind record {count}: what came later is missing")
    index = columns.get("index")
    if index is not None and (jumps := np.flatnonzero(np.diff(index) != 1)).size:
        notes.append(f"record {jumps[0] + 2}: the numbers of the records jump {jumps.size} times: some may be missing")
    return notes


def _is_cut(content: bytes, columns: dict[str, np.ndarray]) -> bool:
    """Whether an ``.nda`` file is shorter than its own table of sections says, or ends inside a record."""
    if not content.startswith(_NDA) or len(content) < _SECTIONS + 16 * _MOST_SECTIONS:
        return False
    if content[_VERSION_BYTE] >= 128:
        ends = [sum(struct.unpack_from("<QQ", content, _SECTIONS + 16 * k)) for k in range(_MOST_SECTIONS)]
        return any(len(content) < end < 2**48 for end in ends)
    index = columns.get("index")
    if index is None or content[_VERSION_BYTE] != 29:
        return False
    start = content.rfind(b"\x55\x00" + struct.pack("<I", int(index[-1])))
    return start >= 0 and (len(content) - start) % _RECORD_29 != 0


def _recognise(source: Source) -> bool:
    content = source.content
    return content.startswith(_NDA) or (content.startswith(_ZIP) and _NDAX_PART in content)


NEWARE_BINARY = Format(
    name="neware-binary",
    description="Neware binary file (.nda, .ndax)",
    recognise=_recognise,
    parse=parse_neware_binary,
    extensions=(".nda", ".ndax"),
    extra="neware",
)
