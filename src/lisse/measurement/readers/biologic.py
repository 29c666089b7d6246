"""BioLogic EC-Lab text files (``.mpt``), by their documented column names.

The header is read for what it says of the technique and the instrument. Its electrode area is kept as the
instrument's claim and never used: 0.001 or 0.500 cm2 are defaults that nobody typed. The instrument's own counters
are kept as columns and trusted for nothing. Signs are the instrument's: positive current oxidises the working
electrode.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, SET_CURRENT, TIME, VOLTAGE, bdf_dataset, si_column
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.table import check_clock, read_table
from lisse.records import Measurement, Spectrum
from lisse.units import parse_quantity

__all__ = ["BIOLOGIC", "parse_biologic", "split_sweeps"]

_MAGIC = "EC-Lab ASCII FILE"
_HEADER_LENGTH = re.compile(r"\s*Nb header lines\s*:\s*(\d+)\s*")
_ADVICE = "In EC-Lab export the file as text again, with all variables"

_TIMES = ("time/s",)
_VOLTAGES = ("Ecell/V", "Ewe-Ece/V", "<Ecell>/V", "Ewe/V", "<Ewe>/V")
_CURRENTS = ("I/mA", "<I>/mA")
_SET_CURRENTS = ("control/mA",)
_FREQUENCY, _REAL, _IMAGINARY = "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"
_BDF_NAMES = {"cycle number": "Cycle Count", "Ns": "Step Index"}
_COUNTERS = (
    "mode",
    "ox/red",
    "error",
    "control changes",
    "Ns changes",
    "counter inc.",
    "Ns",
    "I Range",
    "half cycle",
    "z cycle",
    "cycle number",
)
_OF_A_SPECTRUM = re.compile(
    r"(-?(Re|Im|Phase)\(|\|[ZYCM]\||\|(Permittivity|Resistivity|Conductivity)\||Tan\(|Loss Angle|C[sp]/)"
)
"""Columns derived from the impedance: zeros in the rows of direct current, and found again from the spectrum."""


def parse_biologic(source: Source) -> Measurement:
    """Turn an ``.mpt`` file into a Measurement; rows with a frequency become spectra on the same clock."""
    lines = source.lines("latin-1")
    length = _header_length(source, lines)
    header, names = _header(lines[: length - 1]), _column_names(lines[length - 1])
    time_name = _first(names, _TIMES)
    if time_name is None:
        raise source.error("column time/s", names[:12], "a column 'time/s'", _ADVICE, length)
    has_spectra = _check_impedance_columns(source, names, length)
    first_line = length + 1
    table = _numbers(source, lines[length:], first_line, names)
    sweep = table[_FREQUENCY] > 0 if has_spectra else np.zeros(len(table[time_name]), dtype=bool)
    check_clock(source, table[time_name], first_line)
    _check_last_number(source, lines)
    warnings: list[str] = []
    columns, origin = _direct_current(source, table, ~sweep, header["technique"], length, warnings)
    return Measurement(
        data=bdf_dataset(columns),
        inputs={"format": "biologic", **header, "columns": origin},
        warnings=tuple(warnings),
        files=(source.path,),
        instrument=header.get("Device", "BioLogic"),
        spectra=_spectra(table, sweep, time_name) if has_spectra else (),
    )


def split_sweeps(frequency: np.ndarray) -> list[slice]:
    """Where each frequency sweep of a list of impedance points begins and ends.

    A new sweep begins where the frequency jumps back, against the direction of the sweep, by more than five
    ordinary steps.

    Parameters
    ----------
    frequency : (n,) array, Hz
    """
    step = np.diff(np.log(frequency))
    if step.size == 0:
        return [slice(0, len(frequency))]
    usual = np.median(step)
    edges = np.flatnonzero(-np.sign(usual) * step > 5 * abs(usual)) + 1 if usual else np.array([], dtype=int)
    return [slice(int(a), int(b)) for a, b in zip([0, *edges], [*edges, len(frequency)], strict=True)]


def _header_length(source: Source, lines: list[str]) -> int:
    match = _HEADER_LENGTH.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None:
        got = lines[1] if len(lines) > 1 else None
        raise source.error("header", got, "'Nb header lines : N' in the second line", _ADVICE, 2)
    length = int(match[1])
    if not 3 <= length <= len(lines):
        allowed = f"3 to {len(lines)} (the lines of this file)"
        raise source.error("Nb header lines", length, allowed, "The file seems to be cut off; export it again", 2)
    return length


def _column_names(line: str) -> list[str]:
    names = line.split("\t")
    return names[:-1] if len(names) > 1 and not names[-1].strip() else names


def _header(lines: list[str]) -> dict[str, Any]:
    """The technique, what matters of the instrument, and its claim of an area."""
    found: dict[str, Any] = {"technique": next((line.strip() for line in lines[2:] if line.strip()), "")}
    for line in lines:
        key, colon, value = (part.strip() for part in line.partition(" :"))
        if (
            colon
            and value
            and key in ("Device", "Acquisition started on", "File", "Electrode material", "Electrolyte", "Comments")
        ):
            found.setdefault(key, value)
        if colon and key == "Electrode surface area":
            found["instrument_area_claim"] = {"text": value, "area": _claimed_area(value), "used": False}
    return found


def _claimed_area(text: str) -> float | None:
    try:
        return parse_quantity(text.replace("²", "^2").replace(",", "."), "m^2")
    except InvalidInput:
        return None  # a claim that cannot be read is as good as one that is not used


def _check_impedance_columns(source: Source, names: list[str], line: int) -> bool:
    """Whether the file has spectra; all three columns must be there then."""
    needed = (_FREQUENCY, _REAL, _IMAGINARY)
    missing = [name for name in needed if name not in names]
    if len(missing) == len(needed):
        return False
    if missing:
        here = ", ".join(name for name in needed if name in names)
        raise source.error(
            f"column {missing[0]}", f"impedance columns {here} only", f"all of {', '.join(needed)}", _ADVICE, line
        )
    return True


def _numbers(source: Source, lines: list[str], first_line: int, names: list[str]) -> dict[str, np.ndarray]:
    try:
        return read_table(source, [line.rstrip("\t") for line in lines], first_line, names, "\t")
    except InvalidInput as error:
        if (
            error.what == "column 'time/s'"
            and isinstance(error.got, str)
            and re.match(r"\d+[/.-]\d+[/.-]\d+", error.got)
        ):
            raise InvalidInput(
                "time/s", error.got, "seconds", "Export the file again with relative time", error.where
            ) from None
        raise


def _check_last_number(source: Source, lines: list[str]) -> None:
    """EC-Lab ends no file with a line end, but writes every number of a column with as many digits."""
    if len(lines) < 2 or not source.cut_off:
        return
    above, last = (line.rsplit("\t", 1)[-1].lstrip("-") for line in lines[-2:])
    if "E" in above and len(last) < len(above):
        advice = "The file seems to be cut off; remove the last line or export the file again"
        raise source.error("row", last, f"a number with as many digits as the one above, {above}", advice, len(lines))


def _direct_current(
    source: Source, table: dict[str, np.ndarray], rows: np.ndarray, technique: str, line: int, warnings: list[str]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of the rows that belong to no spectrum, in SI, and which column of the file each came from."""
    names = list(table)
    main = {
        _first(names, _TIMES): TIME,
        _first(names, _VOLTAGES): VOLTAGE,
        _first(names, _CURRENTS): CURRENT,
        _first(names, _SET_CURRENTS): SET_CURRENT,
    }
    columns: dict[str, np.ndarray] = {}
    origin: dict[str, str] = {}
    for name, values in table.items():
        if _FREQUENCY in table and (name == _FREQUENCY or _OF_A_SPECTRUM.match(name)):
            continue
        column = si_column(*_name_and_unit(name))
        label = main.get(name, column.label)
        columns[label], origin[label] = column.values(values[rows]), name
    if VOLTAGE not in columns and rows.any():
        raise source.error("voltage", None, f"one of the columns {', '.join(_VOLTAGES)}", _ADVICE, line)
    if CURRENT not in columns and rows.any():
        if technique != "Open Circuit Voltage":
            raise source.error("current", None, f"one of the columns {', '.join(_CURRENTS)}", _ADVICE, line)
        warnings.append("no column of current; the technique is Open Circuit Voltage, so the current is 0")
    for label in (VOLTAGE, CURRENT):
        columns.setdefault(label, np.zeros(int(rows.sum())))
    first = (TIME, CURRENT, VOLTAGE)
    return {label: columns[label] for label in (*first, *(key for key in columns if key not in first))}, origin


def _name_and_unit(name: str) -> tuple[str, str | None]:
    if name in _COUNTERS:
        return _BDF_NAMES.get(name, name), "1"
    if name == "control/V/mA":  # volt or milliampere, depending on the row
        return name, None
    for head, unit in _splits(name):
        if si_column(head, unit).label != si_column(head, None).label:
            return head, unit
    return name, None


def _splits(name: str) -> list[tuple[str, str]]:
    """``"Q charge/discharge/mA.h"`` may be cut at either slash; the longest unit comes first."""
    cuts = [index for index, letter in enumerate(name) if letter == "/"]
    return [(name[:cut], name[cut + 1 :]) for cut in cuts]


def _spectra(table: dict[str, np.ndarray], sweep: np.ndarray, time_name: str) -> tuple[Spectrum, ...]:
    """One spectrum per sweep; rows of direct current between two points end a sweep."""
    rows = np.flatnonzero(sweep)
    found = []
    for block in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if rows.size else []:
        for part in split_sweeps(table[_FREQUENCY][block]):
            chosen = block[part]
            impedance = table[_REAL][chosen] - 1j * table[_IMAGINARY][chosen]
            found.append(Spectrum(float(table[time_name][chosen[0]]), table[_FREQUENCY][chosen], impedance))
    return tuple(found)


def _first(names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in wanted if name in names), None)


BIOLOGIC = Format(
    name="biologic",
    description="BioLogic EC-Lab text export (.mpt)",
    recognise=lambda head: head.startswith((_MAGIC, "BT-Lab ASCII FILE")),
    parse=parse_biologic,
)
