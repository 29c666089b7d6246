"""Battery Data Format (BDF) tables: a unit in every column name, in csv or Parquet.

Both spellings of the format are read: ``"Test Time / s"`` and ``test_time_second``. Units are converted to SI; every
other channel (pressure, temperature, counters, text) is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lisse.measurement.columns import CURRENT
from lisse.measurement.readers.assemble import Channels
from lisse.measurement.readers.dialect import Dialect, text_format
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.headings import bare, split_heading

__all__ = ["BDF", "BDF_DIALECT", "tell_of_signs"]

_NAMES = (
    "Test Time", "Step Time", "Unix Time", "Voltage", "Current", "Set Current", "Set Voltage", "Power",
    "Ambient Temperature", "Ambient Pressure", "Applied Pressure", "Surface Pressure", "Charging Capacity",
    "Discharging Capacity", "Step Capacity", "Net Capacity", "Cumulative Capacity", "Charging Energy",
    "Discharging Energy", "Step Energy", "Net Energy", "Cumulative Energy", "Internal Resistance",
    "AC Internal Resistance", "DC Internal Resistance", "Temperature T1", "Temperature T2", "Temperature T3",
    "Temperature T4", "Temperature T5",
)  # fmt: skip
_COUNTS = ("Cycle Count", "Step Count", "Step Index", "Cycle Index", "Record Index", "Cycle Id", "Step Id")
_WORDS = ("Step Type", "Protocol Name", "Date Time")


def _wants(names: Sequence[str]) -> bool:
    units = {bare(name): unit for name, unit in (split_heading(text) for text in names if "(" not in text)}
    here = [name for name in ("test time", "current", "voltage", "applied pressure") if units.get(name) is not None]
    return len(here) >= 2 and "test time" in units


def tell_of_signs(_: Source, channels: Channels) -> None:
    """A step that is called a discharge has a negative current in BDF; some writers leave the sign off."""
    words, current = channels.columns.get("Step Type"), channels.columns.get(CURRENT)
    if words is None or current is None or words.dtype.kind != "U":
        return
    starts = np.flatnonzero(np.r_[True, words[1:] != words[:-1]]) if words.size else np.array([], dtype=int)
    told = ["discharge" in word.lower() or "dchg" in word.lower() for word in words[starts]]
    discharge = np.repeat(np.array(told, dtype=bool), np.diff([*starts, words.size]))
    wrong = np.flatnonzero(discharge & (current > 0))
    if wrong.size:
        channels.warnings.append(
            f"column {channels.origin[CURRENT]!r}, {channels.rows.names(wrong)}: the current is positive in a step "
            f"called {str(words[wrong[0]])!r}: signs kept as they are"
        )


BDF_DIALECT = Dialect(
    name="bdf",
    description="Battery Data Format table (.csv, .parquet; columns such as 'Test Time / s' or test_time_second)",
    instrument="bdf",
    columns={
        **{bare(name): (name, None) for name in _NAMES},
        **{bare(name): (name, "1") for name in (*_COUNTS, *_WORDS)},
    },
    wants=_wants,
    finish=tell_of_signs,
    extensions=(".csv", ".parquet"),
)
BDF = text_format(BDF_DIALECT)
