"""What the columns of BioLogic's EC-Lab and BT-Lab mean, in their text (.mpt) and binary (.mpr) files alike.

Signs are the instrument's: a positive current oxidises the electrode that EC-Lab calls working, and the voltage is
working minus counter. The instrument's own counters are kept as columns and trusted for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from lisse.measurement.columns import CURRENT, SET_CURRENT, TIME, VOLTAGE, si_column
from lisse.measurement.readers.assemble import Channels, measurement_of
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.impedance_points import split_sweeps
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement, Spectrum

__all__ = ["ADVICE", "biologic_measurement", "check_names"]

ADVICE = "In EC-Lab export the file as text again, with all variables"
_TIMES = ("time/s",)
_VOLTAGES = ("Ecell/V", "Ewe-Ece/V", "<Ecell>/V", "Ewe/V", "<Ewe>/V")
_CURRENTS = ("I/mA", "<I>/mA")
_SET_CURRENT, _SET_EITHER, _SET_VOLTAGE = "control/mA", "control/V/mA", "control/V"
_CHARGES_BETWEEN = ("dq/mA.h", "dq/C")
_CHARGES_PASSED = ("(Q-Qo)/mA.h", "(Q-Qo)/C")
"""Since the start. "dQ" is none of the two: it counts from the start of each step."""
_WORKING, _COUNTER, _COUNTER_AWAY = "Ewe/V", "Ece/V", 0.01
"""V. A counter electrode that is further than this from the reference electrode is not joined to it."""
_FREQUENCY, _REAL, _IMAGINARY = "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"
_MODULUS, _PHASE = "|Z|/Ohm", "Phase(Z)/deg"
_MODE, _GALVANOSTATIC, _POTENTIOSTATIC, _REST = "mode", 1, 2, 3
_BDF_NAMES = {"cycle number": "Cycle Count", "Ns": "Step Index"}
_COUNTERS = (
    "mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.", "Ns", "I Range", "half cycle",
    "z cycle", "cycle number",
)  # fmt: skip
_OF_A_SPECTRUM = re.compile(
    r"(-?(Re|Im|Phase)\(|\|[ZYCM](we-ce|ce|we|stack)?\||\|(Permittivity|Resistivity|Conductivity)\||Tan\(|Loss Angle"
    r"|C[sp]/)"
)
"""Columns derived from the impedance: zeros in the rows of direct current, and found again from the spectrum."""


def biologic_measurement(
    source: Source,
    table: Mapping[str, np.ndarray],
    rows: Rows,
    heading: int | None,
    header: Mapping[str, Any],
    warnings: list[str],
    voltage_range: tuple[float, float] | None = None,
    format: str = "biologic",
) -> Measurement:
    """The record of a file; rows with a frequency become spectra on the same clock.

    Parameters
    ----------
    table : mapping of str to (n,) array
        The columns under the names that EC-Lab gives them.
    rows : Rows
    heading : int or None
        Line of the column names.
    header : mapping
        What the file says above them; ``technique`` and ``Device`` are used.
    warnings : list of str
    voltage_range : tuple of float, optional
        V.
    format : str
    """
    names = list(table)
    has_spectra = check_names(source, names, heading)
    sweep = table[_FREQUENCY] > 0 if has_spectra else np.zeros(len(rows), dtype=bool)
    channels = Channels(rows, warnings=warnings)
    main = {
        _first(names, _TIMES): TIME,
        _first(names, _VOLTAGES): VOLTAGE,
        _first(names, _CURRENTS): CURRENT,
        _SET_CURRENT: SET_CURRENT,
        _SET_VOLTAGE: "Set Voltage / V",
    }
    for name, values in table.items():
        if has_spectra and (name == _FREQUENCY or _OF_A_SPECTRUM.match(name)):
            continue
        column = si_column(*_name_and_unit(name))
        channels.add(main.get(name, column.label), name, column.values(values))
    _add_set_values(channels, table)
    _subtract_counter(channels, table)
    _require(source, channels, table, ~sweep, header, heading)

    def split(columns: dict[str, np.ndarray]) -> tuple[np.ndarray, list[Spectrum]]:
        frequency, real, imaginary = (columns.pop(label) for label in _SPECTRAL)
        return ~(frequency > 0), _spectra(columns[TIME], frequency, real + 1j * imaginary)

    if has_spectra:
        impedance = _impedance(table)
        bad = np.flatnonzero(sweep & ~(np.isfinite(impedance) & np.isfinite(table[_FREQUENCY])))
        if bad.size:
            warnings.append(f"{rows.names(bad)}: an impedance that is no number: left out of its spectrum")
        channels.columns |= dict(zip(_SPECTRAL, (table[_FREQUENCY], impedance.real, impedance.imag), strict=True))
    return measurement_of(
        source, format, channels, header.get("Device") or "BioLogic", header, voltage_range,
        split if has_spectra else None,
    )  # fmt: skip


_SPECTRAL = ("frequency of a spectrum", "real part of a spectrum", "imaginary part of a spectrum")


def check_names(source: Source, names: list[str], heading: int | None) -> bool:
    """Whether the file has spectra.

    Raises
    ------
    InvalidInput
        Without a clock, or with only some of the columns of a spectrum: frequency and both parts of the impedance.
    """
    if _first(names, _TIMES) is None:
        raise source.error("column time/s", names[:12], "a column 'time/s'", ADVICE, heading)
    for parts in ((_REAL, _IMAGINARY), (_MODULUS, _PHASE)):
        if _FREQUENCY in names and set(parts) <= set(names):
            return True
    present = [name for name in (_FREQUENCY, _REAL, _IMAGINARY) if name in names]
    if not present:
        return False
    needed = (_FREQUENCY, _REAL, _IMAGINARY)
    missing = next(name for name in needed if name not in names)
    got, allowed = f"impedance columns {', '.join(present)} only", f"all of {', '.join(needed)}"
    raise source.error(f"column {missing}", got, allowed, ADVICE, heading)


def _impedance(table: Mapping[str, np.ndarray]) -> np.ndarray:
    if _REAL in table and _IMAGINARY in table:
        return np.asarray(table[_REAL] - 1j * table[_IMAGINARY])
    return np.asarray(table[_MODULUS] * np.exp(1j * np.radians(table[_PHASE])))


def _spectra(time: np.ndarray, frequency: np.ndarray, impedance: np.ndarray) -> list[Spectrum]:
    """One spectrum per sweep; rows of direct current between two points end a sweep."""
    rows = np.flatnonzero(frequency > 0)
    found = []
    for block in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if rows.size else []:
        block = block[np.isfinite(impedance[block]) & np.isfinite(frequency[block])]
        if not block.size:
            continue
        for part in split_sweeps(frequency[block]):
            chosen = block[part]
            found.append(Spectrum(float(time[chosen[0]]), frequency[chosen], impedance[chosen]))
    return found


def _add_set_values(channels: Channels, table: Mapping[str, np.ndarray]) -> None:
    """Part the one column of set values into volt and ampere, by the mode of each row."""
    if _SET_EITHER not in table or _MODE not in table:
        return
    mode = table[_MODE]
    old = f"{_SET_EITHER} / unit unknown"
    if SET_CURRENT not in channels.columns and (mode == _GALVANOSTATIC).any():
        channels.add(SET_CURRENT, _SET_EITHER, np.where(mode == _GALVANOSTATIC, table[_SET_EITHER] * 1e-3, np.nan))
    if "Set Voltage / V" not in channels.columns and (mode == _POTENTIOSTATIC).any():
        channels.add("Set Voltage / V", _SET_EITHER, np.where(mode == _POTENTIOSTATIC, table[_SET_EITHER], np.nan))
    channels.columns.pop(old, None)
    channels.origin.pop(old, None)


def _subtract_counter(channels: Channels, table: Mapping[str, np.ndarray]) -> None:
    """The voltage of a cell with a reference electrode, where working minus counter is no column itself."""
    if channels.origin.get(VOLTAGE) != _WORKING or _COUNTER not in table:
        return
    counter = table[_COUNTER]
    if not (np.abs(counter) > _COUNTER_AWAY).any():
        return
    channels.columns[VOLTAGE] = table[_WORKING] - counter
    channels.origin[VOLTAGE] = f"{_WORKING} - {_COUNTER}"
    channels.add("Ewe / V", _WORKING, table[_WORKING])
    channels.warnings.append(
        f"columns {_WORKING!r} and {_COUNTER!r}: of a cell with a reference electrode; the voltage is their difference"
    )


def _require(
    source: Source,
    channels: Channels,
    table: Mapping[str, np.ndarray],
    direct: np.ndarray,
    header: Mapping[str, Any],
    heading: int | None,
) -> None:
    """See to it that there are a voltage and a measured current, or say why not."""
    if not direct.any():
        return
    if VOLTAGE not in channels.columns:
        raise source.error("voltage", None, f"one of the columns {', '.join(_VOLTAGES)}", ADVICE, heading)
    if CURRENT in channels.columns:
        return
    charge = _first(list(table), (*_CHARGES_BETWEEN, *_CHARGES_PASSED))
    resting = _MODE in table and bool((table[_MODE] == _REST).all())
    if resting or (charge is None and header.get("technique") == "Open Circuit Voltage"):
        why = "every row is at rest" if resting else "the technique is Open Circuit Voltage"
        channels.warnings.append(f"no column of current; {why}, so the current is 0")
        channels.columns[CURRENT] = np.zeros(len(channels.rows))
        return
    if charge is None:
        raise source.error("current", None, f"one of the columns {', '.join(_CURRENTS)}", ADVICE, heading)
    passed = table[charge] * (3.6 if charge.endswith("h") else 1.0)
    between = np.diff(passed, prepend=np.nan) if charge in _CHARGES_PASSED else passed
    channels.add(CURRENT, charge, _current_from_charge(channels, between))
    channels.warnings.append(
        f"no column of measured current: taken from the charge between two records (column {charge!r}), the mean since "
        "the record before"
    )


def _current_from_charge(channels: Channels, charge: np.ndarray) -> np.ndarray:
    """A, from C: the charge since the record before over the time since then; the set current where none has passed."""
    time = channels.columns[TIME]
    interval = np.diff(time, prepend=np.nan)
    passed = interval > 0
    current = np.full(charge.size, np.nan)
    np.divide(charge, interval, out=current, where=passed)
    set_current = channels.columns.get(SET_CURRENT)
    return current if set_current is None else np.where(passed, current, set_current)


def _name_and_unit(name: str) -> tuple[str, str | None]:
    if name in _COUNTERS:
        return _BDF_NAMES.get(name, name), "1"
    if name == _SET_EITHER:  # volt or milliampere, depending on the row
        return name, None
    for head, unit in _splits(name):
        if si_column(head, unit).label != si_column(head, None).label:
            return head, unit
    return name, None


def _splits(name: str) -> list[tuple[str, str]]:
    """``"Q charge/discharge/mA.h"`` may be cut at either slash; the longest unit comes first."""
    cuts = [index for index, letter in enumerate(name) if letter == "/"]
    return [(name[:cut], name[cut + 1 :]) for cut in cuts]


def _first(names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in wanted if name in names), None)
