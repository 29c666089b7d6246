"""Files of ZPlot and ZView (``.z``): a header of settings, then one table of impedance.

The impedance is in ohm, with the sign of the imaginary part as it stands: ``Z''(b)`` is Im Z. The surface area of
the header is told and never used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_columns import find_columns
from lisse.measurement.readers.impedance_points import planned_end, spectra_of
from lisse.measurement.readers.impedance_record import area_claim_cm2, as_measurement, read_number
from lisse.measurement.readers.impedance_rows import impedance_of, read_rows, text_lines
from lisse.records import Measurement, Spectrum

__all__ = ["ZVIEW", "parse_zview", "zview_measurement"]

COLUMNS = ("Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range")
_UNITS = {"Z'(a)": "ohm", "Z''(b)": "ohm", "Time(Sec)": "s"}
_KEPT = ("Measured Data", "Experiment Type", "Date", "Time", "Open Circuit Potential (V)")


def parse_zview(source: Source) -> Measurement:
    """Turn a ``ZPLOT2 ASCII`` file into a Measurement."""
    warnings: list[str] = []
    lines = text_lines(source, warnings)
    end = next((k for k, line in enumerate(lines) if line.strip() == "End Comments"), None)
    if end is None:
        advice = "The file seems to be cut off; export it again"
        raise source.error("header", None, "a line 'End Comments' before the points", advice, len(lines))
    settings = _settings(lines[:end])
    inputs: dict[str, Any] = {"header": {key: settings[key][0] for key in _KEPT if key in settings}}
    if "Surface Area" in settings:
        inputs["instrument_area_claim"] = area_claim_cm2(*settings["Surface Area"], warnings)
    last = settings.get("vs Freq-Final")
    text, line = settings.get("Data Points", ("", 0))
    promised = read_number(text)
    return zview_measurement(
        source,
        "zview",
        "ZPlot",
        lines,
        end + 1,
        lines[end - 1] if lines[end - 1].lstrip().startswith("Freq") else "\t".join(COLUMNS),
        warnings,
        inputs,
        promised=(int(promised), line) if promised is not None else None,
        last=(read_number(last[0]), last[1]) if last else None,
    )


def zview_measurement(
    source: Source,
    format: str,
    instrument: str,
    lines: Sequence[str],
    first: int,
    names_line: str,
    warnings: list[str],
    inputs: dict[str, Any],
    promised: tuple[int, int] | None = None,
    last: tuple[float | None, int] | None = None,
) -> Measurement:
    """The record of a table with the columns of ZView.

    Parameters
    ----------
    first : int
        First line of points, counted from 0.
    names_line : str
        The column names.
    promised : (int, int), optional
        How many points the header announces, and its line.
    last : (float, int), optional
        Last frequency that the header announces, Hz, and its line.
    """
    names = _names(names_line)
    rows = [line.strip() for line in lines[first:]]
    while rows and not rows[-1]:
        rows.pop()
    separator = next((mark for mark in ("\t", ",", ";") if rows and mark in rows[0]), "\t")
    table = read_rows(source, rows, first + 1, names, separator, warnings, first + len(rows) == len(lines))
    if table is None:
        advice = "The file seems to be cut off; export it again"
        raise source.error("table", None, "at least one row of numbers", advice, first)
    columns = find_columns(source, names, first, _UNITS)
    points, _ = impedance_of(source, table, columns, warnings)
    spectra: tuple[Spectrum, ...] = spectra_of(points, warnings)
    if promised is not None and promised[0] != table.line.size:
        warnings.append(f"line {promised[1]}: the file was to have {promised[0]} points and has {table.line.size}")
    elif promised is None and last is not None:
        planned_end(spectra, last[0], f"line {last[1]}", warnings)
    inputs = {"columns": {role: column.name for role, column in columns.items()}, **inputs}
    direct = {label: np.zeros(0) for label in (TIME, CURRENT, VOLTAGE)}
    return as_measurement(source, format, instrument, direct, spectra, warnings, inputs)


def _names(line: str) -> list[str]:
    """``"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range"``, cut at tabs or blanks."""
    bare = re.sub(r"\s+\(", "(", line.strip().strip('"'))
    return bare.split()


def _settings(lines: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Text and line of each ``name: value`` of the header; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines, start=1):
        key, colon, text = line.partition(":")
        if colon:
            found.setdefault(key.strip(), (text.strip(), number))
    return found


ZVIEW = Format(
    name="zview",
    description="ZPlot and ZView (.z)",
    recognise=lambda source: source.head.startswith("ZPLOT2 ASCII"),
    parse=parse_zview,
    extensions=(".z",),
)
