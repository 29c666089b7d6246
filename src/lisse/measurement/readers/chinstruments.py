"""CH Instruments text files of A.C. impedance: settings, then a table ``Freq/Hz, Z'/ohm, Z"/ohm, Z/ohm, Phase/deg``."""

from __future__ import annotations

import dataclasses

from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_points import planned_end
from lisse.measurement.readers.impedance_record import read_number
from lisse.measurement.readers.impedance_table import parse_impedance_table
from lisse.records import Measurement

__all__ = ["CHINSTRUMENTS", "parse_chinstruments"]

_LAST = "Low Frequency (Hz)"


def parse_chinstruments(source: Source) -> Measurement:
    """Turn a CH Instruments file into a Measurement."""
    found = parse_impedance_table(source, "chinstruments", "CH Instruments")
    warnings = list(found.warnings)
    planned_end(found.spectra, read_number(found.inputs["header"].get(_LAST, "")), f"{_LAST!r} of the header", warnings)
    model = found.inputs["header"].get("Instrument Model", "")
    return dataclasses.replace(found, warnings=tuple(warnings), instrument=f"CH Instruments {model}".strip())


CHINSTRUMENTS = Format(
    name="chinstruments",
    description="CH Instruments text file of A.C. impedance",
    recognise=lambda source: "A.C. Impedance" in source.head and "Instrument Model:" in source.head,
    parse=parse_chinstruments,
    extensions=(".txt", ".csv"),
)
