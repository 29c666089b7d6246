"""VersaStudio files (``.par``) of VersaSTAT and PARSTAT instruments: segments of impedance and of direct current.

Each segment names its columns in a line ``Definition=``. Rows with a frequency are impedance in ohm, Im Z with the
sign as it stands; rows without one are direct current on the same clock. The electrode area is told and never used.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_columns import find_columns, has_impedance
from lisse.measurement.readers.impedance_points import planned_end, spectra_of
from lisse.measurement.readers.impedance_record import area_claim_cm2, as_measurement, direct_current, read_number
from lisse.measurement.readers.impedance_rows import ImpedanceRows, impedance_of, joined, read_rows, text_lines
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement

__all__ = ["VERSASTUDIO", "parse_versastudio"]

_UNITS = {"Z Real": "ohm", "Z Imag": "ohm"}
_AREA_KEY = "Working Electrode Area (cm2)"
_KEPT = ("Type", "SN", "TimeAcquired", "DateAcquired", "Measured Open Circuit")


def parse_versastudio(source: Source) -> Measurement:
    """Turn a ``.par`` file into a Measurement."""
    warnings: list[str] = []
    lines = text_lines(source, warnings)
    settings = _settings(lines)
    inputs: dict[str, Any] = {"header": {key: settings[key][0] for key in _KEPT if key in settings}}
    if _AREA_KEY in settings:
        inputs["instrument_area_claim"] = area_claim_cm2(*settings[_AREA_KEY], warnings)
    stray = _outside(lines)
    if stray.size:
        where = Rows(stray).names(np.arange(stray.size))
        warnings.append(f"{where}: text outside of any section <...> was left out")
    tables, names, definition = _segments(source, lines, warnings)
    table = joined(tables)
    if not has_impedance(names):
        allowed = "columns Frequency(Hz), Z Real and Z Imag"
        advice = "The file holds no impedance; export direct current as csv"
        raise source.error("columns", ", ".join(names[:10]), allowed, advice, definition)
    columns = find_columns(source, names, definition, _UNITS)
    points, direct = impedance_of(source, table, columns, warnings)
    spectra = spectra_of(points, warnings)
    last = settings.get("End Frequency (Hz)")
    if last:
        planned_end(spectra, read_number(last[0]), f"line {last[1]}", warnings)
    inputs["columns"] = {role: column.name for role, column in columns.items()}
    instrument = settings.get("Type", ("VersaSTAT", 0))[0]
    return as_measurement(
        source, "versastudio", instrument, direct_current(source, table, columns, direct), spectra, warnings, inputs
    )


def _segments(source: Source, lines: list[str], warnings: list[str]) -> tuple[list[ImpedanceRows], list[str], int]:
    """The tables of all segments, their column names, and the line of those."""
    tables: list[ImpedanceRows] = []
    names: list[str] = []
    definition = 0
    starts = [k for k, line in enumerate(lines) if re.fullmatch(r"<Segment\d+>", line.strip())]
    for start in starts:
        tag = lines[start].strip().replace("<", "</")
        stop = next((k for k in range(start, len(lines)) if lines[k].strip() == tag), None)
        end = len(lines) if stop is None else stop
        if stop is None:
            warnings.append(f"line {len(lines)}: the file is cut off in the segment that begins in line {start + 1}")
        at = next((k for k in range(start, end) if lines[k].startswith("Definition=")), None)
        if at is None:
            continue
        here = [name.strip() for name in lines[at].removeprefix("Definition=").split(",")]
        here = here[:-1] if here[-1] in ("", "0") else here  # the list ends in a 0 that is no column
        if names and here != names:
            advice = "Export the segments one by one"
            raise source.error("columns of the segment", ", ".join(here[:10]), ", ".join(names[:10]), advice, at + 1)
        names, definition = here, at + 1
        table = read_rows(source, lines[at + 1 : end], at + 2, names, ",", warnings, stop is None)
        tables += [table] if table else []
    if not tables:
        advice = "The file seems to be cut off; export it again"
        raise source.error("segments", None, "at least one segment with rows of numbers", advice, len(lines))
    return tables, names, definition


def _outside(lines: list[str]) -> np.ndarray:
    """Lines (counted from 1) that are not blank and in no section ``<Name> ... </Name>``."""
    found, section = [], ""
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if section:
            section = "" if bare == f"</{section}>" else section
        elif match := re.fullmatch(r"<(\w+)>", bare):
            section = match[1]
        elif bare:
            found.append(number)
    return np.array(found, dtype=int)


def _settings(lines: list[str]) -> dict[str, tuple[str, int]]:
    """Text and line of each ``name=value`` in front of the graphs; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines, start=1):
        if line.startswith("<Graph"):
            break
        key, equal, text = line.partition("=")
        if equal and len(key) < 60:
            found.setdefault(key.strip(), (text.strip(), number))
    return found


VERSASTUDIO = Format(
    name="versastudio",
    description="VersaStudio (.par) of VersaSTAT and PARSTAT",
    recognise=lambda source: source.head.startswith("<Application>") and "VersaStudio" in source.head,
    parse=parse_versastudio,
    extensions=(".par",),
)
