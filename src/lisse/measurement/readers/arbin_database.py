"""Arbin databases (``.res``, a Microsoft Access file), through access-parser (Apache-2.0).

Known of such files: the records lie in no order, the mass and the capacity are what somebody typed, and reading takes
about 0.3 ms a record; export csv from MITS Pro for long tests.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.arbin import ARBIN_DIALECT
from lisse.measurement.readers.delimited import Table
from lisse.measurement.readers.dialect import measurement_from
from lisse.measurement.readers.foreign import foreign_reader, optional
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement

__all__ = ["ARBIN_DATABASE", "auxiliary_columns", "parse_arbin_database"]

_MAGICS = (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")
_ADVICE = "Export the test as csv or xlsx from Arbin's MITS Pro"
_RECORDS, _GLOBAL, _AUXILIARY = "Channel_Normal_Table", "Global_Table", "Auxiliary_Table"
_PAGE, _COUNT_AT = 4096, 16
_KINDS = {0: ("Auxiliary Voltage", "V"), 1: ("Auxiliary Temperature", "degC"), 2: ("Auxiliary Pressure", None)}
_EXCEL_EPOCH = 25569  # days from 1899-12-30, where Access counts from, to 1970


def parse_arbin_database(source: Source) -> Measurement:
    """Turn a ``.res`` database into a Measurement; several tests in one file are an error."""
    parser = optional("access_parser", "arbin", "reading an Arbin database (.res)")
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "cell.res"
        copy.write_bytes(source.content)
        with foreign_reader(source, "access-parser", notes, _ADVICE):
            database = parser.AccessParser(str(copy))
            found = {
                name: database.parse_table(name) for name in (_RECORDS, _GLOBAL, _AUXILIARY) if name in database.catalog
            }
            page = database.catalog.get(_RECORDS)
    records = {name: _numbers(source, name, values) for name, values in (found.get(_RECORDS) or {}).items()}
    if "Data_Point" not in records or not records["Data_Point"].size:
        raise InvalidInput(source.path, "no records", f"a table {_RECORDS} with records", _ADVICE)
    tests = np.unique(records.get("Test_ID", np.zeros(1)))
    if tests.size > 1:
        raise InvalidInput(source.path, f"{tests.size} tests", "one test in a file", _ADVICE)
    order = np.argsort(records["Data_Point"], kind="stable")
    records = {name: values[order] for name, values in records.items()}
    notes += _missing(source, records["Data_Point"], page)
    if "DateTime" in records:
        records["Unix Time / s"] = (records.pop("DateTime") - _EXCEL_EPOCH) * 86400.0
    records |= auxiliary_columns(source, found.get(_AUXILIARY) or {}, records["Data_Point"], notes)
    rows = Rows(records["Data_Point"].astype(int), "record")
    table = Table(records, rows, _RECORDS, tuple(notes))
    return measurement_from(source, table, ARBIN_DIALECT, _claims(found.get(_GLOBAL) or {}), format="arbin-database")


def _numbers(source: Source, name: str, values: Any) -> np.ndarray:
    try:
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    except (TypeError, ValueError):
        where = f"{source.path}, table {_RECORDS}"
        raise InvalidInput(f"column {name!r}", str(list(values)[:3]), "numbers", _ADVICE, where) from None


def _missing(source: Source, points: np.ndarray, page: int | None) -> list[str]:
    """Whether records are missing, by the count in the definition of the table and by their numbers."""
    notes = []
    if len(source.content) % _PAGE:
        notes.append("the file is cut off inside a page: records may be missing")
    if page is not None and len(source.content) >= page * _PAGE + _COUNT_AT + 4:
        said = struct.unpack_from("<I", source.content, page * _PAGE + _COUNT_AT)[0]
        if said != points.size:
            notes.append(
                f"the database says that it has {said} records, {points.size} were found: the others are missing"
            )
    if (jumps := np.flatnonzero(np.diff(points) != 1)).size:
        notes.append(f"record {points[jumps[0]]:.0f}: the numbers of the records jump {jumps.size} times behind it")
    return notes


def auxiliary_columns(
    source: Source, table: dict[str, Any], points: np.ndarray, notes: list[str]
) -> dict[str, np.ndarray]:
    """The auxiliary channels at the records that have them, not-a-number at the others.

    Parameters
    ----------
    source : Source
    table : mapping of column to values
        Of the database: ``Data_Point``, ``Data_Type`` (the kind of the channel, a number), ``Auxiliary_Index``, ``X``.
    points : (n,) array
        Numbers of the records, rising.
    notes : list of str
        Grows.
    """
    if not table or not len(table.get("Data_Point", ())):
        return {}
    columns = {name: _numbers(source, name, values) for name, values in table.items()}
    found = {}
    for kind in np.unique(columns["Data_Type"]):
        name, unit = _KINDS.get(int(kind), (f"Auxiliary channel of kind {kind:.0f}", None))
        for index in np.unique(columns["Auxiliary_Index"]):
            chosen = (columns["Data_Type"] == kind) & (columns["Auxiliary_Index"] == index)
            if not chosen.any():
                continue
            place = np.minimum(np.searchsorted(points, columns["Data_Point"][chosen]), points.size - 1)
            there = points[place] == columns["Data_Point"][chosen]
            held = np.full(points.size, np.nan)
            held[place[there]] = columns["X"][chosen][there]
            found[f"{name} {index + 1:.0f}" + (f" / {unit}" if unit else "")] = held
    if unknown := [name for name in found if "of kind" in name]:
        notes.append(f"auxiliary channels of an unknown kind: {', '.join(unknown)}: kept without a unit")
    return found


def _claims(table: dict[str, Any]) -> dict[str, Any]:
    """The mass that the file states, as a claim."""
    mass = next(iter(table.get("MASS", ())), None)
    claims = {"instrument_mass_claims": {"MASS": {"text": f"{mass} g", "used": False}}} if mass else {}
    name = next(iter(table.get("Test_Name", ())), None)
    return {**claims, **({"Test name": str(name)} if name else {})}


ARBIN_DATABASE = Format(
    name="arbin-database",
    description="Arbin database (.res)",
    recognise=lambda source: source.content.startswith(_MAGICS),
    parse=parse_arbin_database,
    extensions=(".res",),
    extra="arbin",
)
