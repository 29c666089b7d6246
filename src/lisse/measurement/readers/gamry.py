"""Gamry Framework files (``.DTA``): impedance, open-circuit and galvanostatic curves of one experiment.

Each table has names, then units, then rows that begin with a tab. ``ZCURVE`` holds impedance; a curve with a time and
a potential is direct current. The clock of a table starts with the table: where two overlap, the later one is moved
to follow the one in front of it. The electrode area is told and never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, si_column
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_columns import find_columns
from lisse.measurement.readers.impedance_points import planned_end, spectra_of
from lisse.measurement.readers.impedance_record import area_claim_cm2, as_measurement, check_clock, read_number
from lisse.measurement.readers.impedance_rows import ImpedanceRows, as_numbers, impedance_of, read_rows, text_lines
from lisse.records import Measurement, Spectrum

__all__ = ["GAMRY", "parse_gamry"]

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_ROLES = {"Freq": "frequency", "Zreal": "real", "Zimag": "imaginary", "Zphz": "phase", "Time": "time", "T": "time"}
_POTENTIALS, _CURRENTS = ("Vf", "Vm", "V"), ("Im", "I")
_RAW = ("FRACURVE", "LISSAJOUS")
_HEADER = ("TITLE", "DATE", "TIME", "PSTAT", "FREQINIT", "FREQFINAL", "PTSPERDEC", "VAC", "IAC", "VDC", "IDC", "EOC")
_ABSOLUTE_ZERO = -273.15


@dataclass(frozen=True)
class _Curve:
    """One table of the file: its name, line (counted from 1), rows and units."""

    name: str
    line: int
    table: ImpedanceRows
    units: dict[str, str]


def parse_gamry(source: Source) -> Measurement:
    """Turn a ``.DTA`` file into a Measurement."""
    warnings: list[str] = []
    header, curves = _read(source, text_lines(source, warnings), warnings)
    inputs: dict[str, Any] = {"header": {key: text for key, (text, _) in header.items() if key in _HEADER}}
    if "AREA" in header:
        inputs["instrument_area_claim"] = area_claim_cm2(*header["AREA"], warnings)
    aborted = header.get("EXPERIMENTABORTED")
    direct, spectra = _one_clock(source, curves, warnings)
    if aborted and aborted[0].upper().startswith("T"):
        points = spectra[-1].frequency.size if spectra else 0
        end = f"; the last sweep has {points} points, to {spectra[-1].frequency[-1]:.6g} Hz" if points else ""
        warnings.append(f"line {aborted[1]}: the experiment was aborted{end}")
    tag = header.get("TAG", ("", 2))[0]
    if "EIS" in tag and not spectra:
        warnings.append(
            f"the experiment is one of impedance (TAG {tag}), but no sweep is in the file: it seems cut off"
        )
    final = header.get("FREQFINAL")
    if final:
        planned_end(spectra, read_number(final[0]), f"line {final[1]}", warnings)
    return as_measurement(
        source, "gamry", f"Gamry {header.get('PSTAT', ('', 0))[0]}".strip(), direct, spectra, warnings, inputs
    )


def _read(source: Source, lines: list[str], warnings: list[str]) -> tuple[dict[str, tuple[str, int]], list[_Curve]]:
    """Settings (text and line by key) and tables."""
    header: dict[str, tuple[str, int]] = {}
    curves: list[_Curve] = []
    index, notes = 0, 0
    while index < len(lines):
        line, index = lines[index], index + 1
        if notes and line.startswith("\t"):
            notes -= 1
            continue
        if not line.strip() or line.strip() == "EXPLAIN":
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < 2 or not _KEY.fullmatch(cells[0]):
            if index == len(lines) and source.cut_off:
                warnings.append(f"line {index}: the file is cut off in this line; the line was left out")
                break
            allowed = "a key, its kind and its value, separated by tabs"
            raise source.error("line", line[:60], allowed, "Mend or remove the line", index)
        key, kind = cells[0], cells[1]
        notes = int(read_number(cells[2]) or 0) if kind == "NOTES" and len(cells) > 2 else 0
        if kind == "TABLE":
            curve, index = _curve(source, lines, index, key, cells, warnings)
            curves += [curve] if curve else []
        elif len(cells) > 1:  # TAG has no kind
            header.setdefault(key, (cells[min(2, len(cells) - 1)], index))
            if index == len(lines) and source.cut_off:
                warnings.append(f"line {index}: the file has no line end here: it seems to be cut off")
    return header, curves


def _curve(
    source: Source, lines: list[str], start: int, name: str, head: list[str], warnings: list[str]
) -> tuple[_Curve | None, int]:
    """The table whose names stand in line `start` (counted from 0), and the first line behind it."""
    end = start
    while end < len(lines) and lines[end].startswith("\t"):
        end += 1
    if end - start < 3:
        warnings.append(f"line {start}: the table {name} has no rows")
        return None, end
    if name.startswith(_RAW):
        warnings.append(f"line {start}: {name}, the raw signal of a single point, was left out")
        return None, end
    names = lines[start].rstrip("\t")[1:].split("\t")
    units = dict(zip(names, lines[start + 1][1:].split("\t"), strict=False))
    rows = [line[1:] for line in lines[start + 2 : end]]
    table = read_rows(source, rows, start + 3, names, "\t", warnings, end == len(lines))
    promised = read_number(head[2]) if len(head) > 2 else None
    if table is not None and promised is not None and promised != table.line.size:
        warnings.append(f"line {start}: the table {name} was to have {promised:.0f} rows and has {table.line.size}")
    return (_Curve(name, start, table, units) if table else None), end


def _one_clock(
    source: Source, curves: list[_Curve], warnings: list[str]
) -> tuple[dict[str, np.ndarray], tuple[Spectrum, ...]]:
    """Direct current and spectra of all the tables, one after the other."""
    parts: list[dict[str, np.ndarray]] = []
    spectra: list[Spectrum] = []
    end = -np.inf
    for curve in curves:
        time_name = next((name for name in ("Time", "T") if name in curve.table.columns), None)
        found: tuple[Spectrum, ...] = ()
        columns: dict[str, np.ndarray] = {}
        if "Freq" in curve.table.columns:
            found, last = _spectra(source, curve, warnings)
            times = np.array([spectrum.time for spectrum in found])
        else:
            columns = _direct(source, curve, time_name, warnings)
            times = columns.get(TIME, np.zeros(0))
            last = float(np.nanmax(times, initial=-np.inf))
        first = float(np.nanmin(times, initial=np.inf))
        if not times.size:
            continue
        shift = end - min(first, 0.0) if first < end else 0.0
        if shift:
            warnings.append(
                f"line {curve.line}: the clock of the table {curve.name} starts anew at {first:.6g} s; its zero was "
                f"put at the end of the table in front, {shift:.6g} s"
            )
        end = max(end, last + shift)
        spectra += [Spectrum(one.time + shift, one.frequency, one.impedance) for one in found]
        parts += [{**columns, TIME: columns[TIME] + shift}] if columns else []
    return _stacked(parts, warnings), tuple(spectra)


def _spectra(source: Source, curve: _Curve, warnings: list[str]) -> tuple[tuple[Spectrum, ...], float]:
    """The spectra of one table, and its last time."""
    names = [name for name in curve.table.columns if name in _ROLES]
    units = {name: curve.units.get(name, "") for name in names}
    units["Zphz"] = "rad" if units.get("Zphz", "").startswith("rad") else "deg"  # a degree sign in any encoding
    columns = find_columns(source, names, curve.line + 1, units, _ROLES)
    points, _ = impedance_of(source, curve.table, columns, warnings)
    last = float(np.nanmax(points.time, initial=-np.inf)) if points.time is not None else -np.inf
    return spectra_of(points, warnings), last


def _direct(source: Source, curve: _Curve, time_name: str | None, warnings: list[str]) -> dict[str, np.ndarray]:
    """A curve with a time and a potential, in SI under BDF names; open circuit has no current.

    Empty for another kind of table.
    """
    names = list(curve.table.columns)
    potential = next((name for name in _POTENTIALS if name in names), None)
    current = next((name for name in _CURRENTS if name in names), None)
    if time_name is None or potential is None:
        warnings.append(f"line {curve.line}: the table {curve.name} has no time and potential; it was left out")
        return {}
    if current is None and not curve.name.startswith("OCV"):
        warnings.append(f"line {curve.line}: the table {curve.name} has no current; it was left out")
        return {}
    found = {TIME: as_numbers(source, curve.table, time_name), VOLTAGE: as_numbers(source, curve.table, potential)}
    check_clock(source, found[TIME], curve.table.line)
    found[CURRENT] = as_numbers(source, curve.table, current) if current else np.zeros(curve.table.line.size)
    if current is None:
        warnings.append(f"line {curve.line}: the table {curve.name} is of open circuit, so the current is 0")
    if "Temp" in names:
        celsius = as_numbers(source, curve.table, "Temp")
        if (celsius > _ABSOLUTE_ZERO).all():
            found["Temperature / K"] = si_column("Temperature", "degC").values(celsius)
        else:
            got = f"{np.nanmin(celsius, initial=np.inf):.6g} degC"
            warnings.append(f"line {curve.line}: column 'Temp' of {curve.name} is at {got}: no probe; it was left out")
    for name, values in curve.table.columns.items():
        if name not in (time_name, potential, current, "Temp", "Pt", "") and values.dtype.kind == "f":
            column = si_column(name, curve.units.get(name, "").removesuffix(" vs. Ref."))
            found.setdefault(column.label, column.values(values))
    return {TIME: found[TIME], CURRENT: found[CURRENT], VOLTAGE: found[VOLTAGE], **found}


def _stacked(parts: list[dict[str, np.ndarray]], warnings: list[str]) -> dict[str, np.ndarray]:
    """The columns that all the curves have, one curve after the other."""
    every = dict.fromkeys(label for part in parts for label in part)
    lacking = [label for label in every if not all(label in part for part in parts)]
    if lacking:
        warnings.append(f"columns that not all curves have were left out: {', '.join(lacking)}")
    labels = [label for label in parts[0] if all(label in part for part in parts)] if parts else []
    return {label: np.concatenate([part[label] for part in parts]) for label in labels} or {
        label: np.zeros(0) for label in (TIME, CURRENT, VOLTAGE)
    }


GAMRY = Format(
    name="gamry",
    description="Gamry Framework (.DTA): impedance, open circuit and galvanostatic curves",
    recognise=lambda source: re.match(r"EXPLAIN\s*\r?\n\s*TAG\t", source.head) is not None,
    parse=parse_gamry,
    extensions=(".dta",),
)
