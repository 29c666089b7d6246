"""The record made of an impedance file: spectra, direct current on the same clock, and what the header claims.

Used by all the impedance readers. Where the numbers stand in a file is the business of each reader.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, Column, bdf_dataset, si_column
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.impedance_columns import ImpedanceColumn
from lisse.measurement.readers.impedance_rows import ImpedanceRows, as_numbers
from lisse.records import Measurement, Spectrum

__all__ = [
    "SWEEP", "area_claim", "area_claim_cm2", "as_measurement", "check_clock", "direct_current", "mention_units",
    "read_number",
]  # fmt: skip

SWEEP = "Sweep / 1"
"""Column of our own tables that numbers the spectra from 1; 0 in rows of direct current."""
_OF_THE_WAVE = re.compile(
    r"(\|([zycmvei]|[vei]ac|ewe|ece)\||([eizy]\d?)[\s_]+(real|imag)\b|-?(re|im|phase)\(|tan\(|c[sp]/|(ac )?ampl).*",
    re.IGNORECASE,
)
"""Columns that belong to the alternating signal: they mean nothing in a row of direct current."""
_NAME_AND_UNIT = re.compile(r"\s*(.*\S)\s*[(\[/]\s*([^()\[\]]+?)\s*[)\]]?")
_COUNTS = ("Cycle Count", "Step Count", "Step Index", "Cycle Index")


def mention_units(columns: Mapping[str, ImpedanceColumn], line: int, warnings: list[str]) -> None:
    """A warning for columns without a unit, saying which one was taken."""
    taken = {"frequency": "Hz", "phase": "deg", "time": "s", "voltage": "V", "current": "A"}
    bare = [column for column in columns.values() if not column.unit_given]
    if bare:
        what = ", ".join(f"{column.name.strip()!r} in {taken.get(column.role, 'ohm')}" for column in bare)
        warnings.append(f"line {line}: columns without a unit; taken were {what}")


def direct_current(
    source: Source, table: ImpedanceRows, columns: Mapping[str, ImpedanceColumn], rows: np.ndarray
) -> dict[str, np.ndarray]:
    """The rows of direct current, in SI, under BDF names; empty columns when there are none."""
    labels = {"time": TIME, "current": CURRENT, "voltage": VOLTAGE}
    if not rows.any():
        return {label: np.zeros(0) for label in labels.values()}
    found = {
        label: as_numbers(source, table, columns[role].name)[rows] * columns[role].factor
        for role, label in labels.items()
    }
    used = {column.name for role, column in columns.items() if role != "sweep"} | {SWEEP}
    for name, values in table.columns.items():
        if name in used or (SWEEP not in table.columns and _OF_THE_WAVE.fullmatch(name.strip())):
            continue
        column = _auxiliary(name)
        is_number = values.dtype.kind == "f"
        label = column.label if is_number else name.strip().removesuffix(" / 1")
        found.setdefault(label, column.values(values[rows]) if is_number else values[rows])
    check_clock(source, found[TIME], table.line[rows])
    return found


def _auxiliary(name: str) -> Column:
    """The column of the record for any other channel, with its unit or "unit unknown"."""
    match = _NAME_AND_UNIT.fullmatch(name)
    if name.strip() in _COUNTS:
        return Column(name.strip())
    return si_column(match[1], match[2]) if match else si_column(name.strip(), None)


def check_clock(source: Source, time: np.ndarray, line: np.ndarray) -> None:
    """Complain when the clock of direct current runs backwards.

    Parameters
    ----------
    time : (n,) array, s
    line : (n,) integer array
        Line of each record in the file.
    """
    known = np.flatnonzero(np.isfinite(time))
    back = np.flatnonzero(np.diff(time[known]) < 0)
    if back.size:
        before, after = known[back[0]], known[back[0] + 1]
        got = f"{time[after]:.6g} s after {time[before]:.6g} s"
        advice = "Split the file there, or export one test per file"
        raise source.error("time", got, "times that do not decrease", advice, int(line[after]))


def as_measurement(
    source: Source,
    format: str,
    instrument: str,
    direct: Mapping[str, np.ndarray],
    spectra: Sequence[Spectrum],
    warnings: Sequence[str],
    inputs: Mapping[str, Any],
) -> Measurement:
    """The record of an impedance file; complains when there is neither a spectrum nor a row of direct current."""
    if not spectra and not direct[TIME].size:
        advice = "The file seems to be cut off; export it again"
        raise source.error("impedance", " ".join(warnings[-1:]) or None, "at least one readable point", advice, 1)
    return Measurement(
        data=bdf_dataset(direct),
        inputs={"format": format, **inputs},
        warnings=tuple(warnings),
        files=(source.path,),
        instrument=instrument,
        spectra=tuple(spectra),
    )


def area_claim_cm2(text: str, line: int, warnings: list[str]) -> dict[str, Any]:
    """What the header says of the area where the format defines cm2, in which 1 is what nobody typed."""
    value = read_number(text)
    shown = f"{value:.6g} cm^2" if value is not None else text
    return area_claim(shown, value * 1e-4 if value is not None else None, line, "1 cm^2", warnings)


def area_claim(text: str, square_metres: float | None, line: int, default: str, warnings: list[str]) -> dict[str, Any]:
    """What the header says of the area, for `inputs`; a warning says that it is not used.

    Parameters
    ----------
    text : str
        The claim as written, with its unit.
    square_metres : float or None
    line : int
    default : str
        What the instrument writes when nobody typed anything; empty when not known.
    """
    note = f", which is what the instrument writes when nobody typed one ({default})" if text == default else ""
    warnings.append(
        f"line {line}: the header claims an area of {text}{note}; it is not used, only what a person states"
    )
    return {"text": text, "area": square_metres, "used": False}


def read_number(text: str) -> float | None:
    """The number in a setting, with a point or a comma; ``None`` for other text, and for one that is not finite."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
