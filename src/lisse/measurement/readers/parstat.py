"""Text exports of PARSTAT instruments: one table in which rows with a frequency of 0 are direct current."""

from __future__ import annotations

import re

from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_table import parse_impedance_table
from lisse.records import Measurement

__all__ = ["PARSTAT", "parse_parstat"]

_NAMES = re.compile(r"Potential \(V\)\tCurrent \(A\)\tElapsed Time \(s\)\tFrequency \(Hz\)\tZre \(ohms\)\tZim \(ohms\)")


def parse_parstat(source: Source) -> Measurement:
    """Turn a PARSTAT table into a Measurement; spectra and direct current stay on one clock."""
    return parse_impedance_table(source, "parstat", "PARSTAT")


PARSTAT = Format(
    name="parstat",
    description="PARSTAT text export (Potential, Current, Elapsed Time, Frequency, Zre, Zim)",
    recognise=lambda source: _NAMES.match(source.head) is not None,
    parse=parse_parstat,
    extensions=(".txt",),
)
