"""PEC csv exports: a header of 40 or so lines, then one table.

Known of such files: currents of discharge may come without a sign.
"""

from __future__ import annotations

from lisse.measurement.readers.dialect import Dialect, names_with, text_format
from lisse.measurement.readers.neware import clock_from_dates

__all__ = ["PEC", "PEC_DIALECT"]

PEC_DIALECT = Dialect(
    name="pec",
    description="PEC csv export",
    instrument="PEC",
    columns={
        "total time": ("Test Time", None), "step time": ("Step Time", None), "real time": ("Date Time", "1"),
        "position start time": ("Position Start", "1"), "voltage": ("Voltage", None), "current": ("Current", None),
        "step": ("Step Index", "1"), "cycle": ("Cycle Count", "1"), "instruction name": ("Step Type", "1"),
        "charge capacity": ("Charging Capacity", None), "discharge capacity": ("Discharging Capacity", None),
        "charge energy": ("Charging Energy", None), "discharge energy": ("Discharging Energy", None),
        "test": ("Test Number", "1"), "cell": ("Cell Number", "1"), "rack": ("Rack", "1"), "shelf": ("Shelf", "1"),
        "position": ("Position", "1"), "reasoncode": ("Reason Code", "1"),
    },
    wants=names_with(("total time", "load on time", "voltage"), ("reasoncode", "voltage", "current")),
    finish=clock_from_dates,
)  # fmt: skip
PEC = text_format(PEC_DIALECT)
