"""Maccor text exports (``.txt``, tab-separated).

Known of such files: the current has no sign (the column of the mode, C or D, says which), and the unit of the test time
depends on a setting of the export that the file does not state; it is found from the dates.
"""

from __future__ import annotations

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, TIME
from lisse.measurement.readers.assemble import Channels
from lisse.measurement.readers.dialect import Dialect, names_with, text_format
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.headings import column_advice

__all__ = ["MACCOR", "MACCOR_DIALECT"]

_RAW_TIME, _RAW_STEP_TIME = "Test Time / unit unknown", "Step Time / unit unknown"
_DATES, _MODE = "Unix Time / s", "Step Mode"
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def _finish(source: Source, channels: Channels) -> None:
    """Give the clock its unit and the current its sign."""
    if TIME not in channels.columns and _RAW_TIME in channels.columns:
        _set_clock(source, channels)
    mode, current = channels.columns.get(_MODE), channels.columns.get(CURRENT)
    if mode is None or current is None or mode.dtype.kind != "U" or (current < 0).any():
        return
    letters, codes = np.unique(mode, return_inverse=True)
    sign = np.array([-1.0 if letter.strip().upper().startswith("D") else 1.0 for letter in letters])[codes]
    channels.columns[CURRENT] = current * sign
    if (sign < 0).any():
        column, by = channels.origin[CURRENT], channels.origin[_MODE]
        channels.warnings.append(
            f"column {column!r}: without a sign in the file; negative where {by!r} says D (discharge)"
        )


def _set_clock(source: Source, channels: Channels) -> None:
    """Seconds, minutes or hours: whichever makes the test as long as the dates say."""
    time, dates = channels.columns[_RAW_TIME], channels.columns.get(_DATES)
    name = channels.origin[_RAW_TIME]
    passed = np.nanmax(time) - np.nanmin(time) if np.isfinite(time).any() else 0.0
    unit = None
    if dates is not None and np.isfinite(dates).any() and passed > 0:
        ratio = (np.nanmax(dates) - np.nanmin(dates)) / passed
        unit = next((unit for unit, factor in _UNITS.items() if abs(ratio / factor - 1) < 0.2), None)
    if unit is None:
        advice = f"State it, and the columns of voltage and current: {column_advice({name: 'Test Time / s'})}"
        raise InvalidInput(f"column {name!r}", None, "a unit of time", advice, source.path)
    for old, label in ((_RAW_TIME, TIME), (_RAW_STEP_TIME, "Step Time / s")):
        if old in channels.columns:
            channels.add(label, channels.origin.pop(old), channels.columns.pop(old) * _UNITS[unit])
    channels.warnings.append(f"column {name!r}: no unit in the file; the dates say {unit}")


MACCOR_DIALECT = Dialect(
    name="maccor",
    description="Maccor text export (.txt)",
    instrument="Maccor",
    columns={
        "rec": ("Record Index", "1"), "rec#": ("Record Index", "1"), "cycle p": ("Cycle Count (procedure)", "1"),
        "cycle c": ("Cycle Count", "1"), "cyc#": ("Cycle Count", "1"), "cycle": ("Cycle Count", "1"),
        "step": ("Step Index", "1"), "testtime": ("Test Time", None), "test time": ("Test Time", None),
        "test": ("Test Time", None), "steptime": ("Step Time", None), "step time": ("Step Time", None),
        "cap.": ("Step Capacity", None), "amp-hr": ("Step Capacity", "Ah"), "capacity": ("Step Capacity", "Ah"),
        "ener.": ("Step Energy", None), "watt-hr": ("Step Energy", "Wh"), "energy": ("Step Energy", "Wh"),
        "current": ("Current", "A"), "amps": ("Current", "A"), "voltage": ("Voltage", "V"), "volts": ("Voltage", "V"),
        "md": (_MODE, "1"), "state": (_MODE, "1"), "es": ("End Status", "1"), "dpt time": ("Date Time", "1"),
        "temp 1": ("Auxiliary Temperature 1", "degC"), "temp 2": ("Auxiliary Temperature 2", "degC"),
    },
    wants=names_with(("es", "md"), ("es", "state"), ("es", "dpt time"), ("rec#", "amps", "volts")),
    finish=_finish,
    extensions=(".txt",),
)  # fmt: skip
MACCOR = text_format(MACCOR_DIALECT)
