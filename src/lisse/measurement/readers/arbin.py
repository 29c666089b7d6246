"""Arbin tables: exports of MITS Pro as csv or xlsx, the HDF5 copy of its SQL tables, and the columns of its databases.

The mass in an Arbin file is what somebody typed, or a default; it is kept as a claim and never used.
"""

from __future__ import annotations

from lisse.measurement.readers.dialect import Dialect, names_with, text_format
from lisse.measurement.readers.neware import clock_from_dates

__all__ = ["ARBIN", "ARBIN_DIALECT"]

ARBIN_DIALECT = Dialect(
    name="arbin",
    description="Arbin MITS Pro export (.csv, .xlsx)",
    instrument="Arbin",
    columns={
        "test time": ("Test Time", "s"), "step time": ("Step Time", "s"), "date time": ("Date Time", "1"),
        "datetime": ("Date Time", "1"), "data point": ("Record Index", "1"), "test id": ("Test Number", "1"),
        "step index": ("Step Index", "1"), "cycle index": ("Cycle Count", "1"), "current": ("Current", "A"),
        "voltage": ("Voltage", "V"), "power": ("Power", "W"), "charge capacity": ("Charging Capacity", "Ah"),
        "discharge capacity": ("Discharging Capacity", "Ah"), "charge energy": ("Charging Energy", "Wh"),
        "discharge energy": ("Discharging Energy", "Wh"), "dv/dt": ("dV/dt", None),
        "internal resistance": ("Internal Resistance", "ohm"), "ac impedance": ("AC Internal Resistance", "ohm"),
        "acr": ("AC Internal Resistance", "ohm"), "aci phase angle": ("AC Phase", "deg"),
        "is fc data": ("Is FC Data", "1"),
    },
    wants=names_with(("data point", "test time", "current", "voltage")),
    finish=clock_from_dates,
    extensions=(".csv", ".xlsx"),
)  # fmt: skip
ARBIN = text_format(ARBIN_DIALECT)
