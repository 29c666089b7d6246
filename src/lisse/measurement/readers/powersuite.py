"""PowerSuite text exports: three columns ``Frequency``, ``Zre``, ``Zimg``, in Hz and ohm though they do not say so."""

from __future__ import annotations

import re

from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_table import parse_impedance_table
from lisse.records import Measurement

__all__ = ["POWERSUITE", "parse_powersuite"]

_NAMES = re.compile(r"Frequency\t\s*Zre\t\s*Zimg\s*[\r\n]")


def parse_powersuite(source: Source) -> Measurement:
    """Turn a PowerSuite table into a Measurement; the export always is in Hz and ohm."""
    return parse_impedance_table(source, "powersuite", "PowerSuite", {"Frequency": "Hz", "Zre": "ohm", "Zimg": "ohm"})


POWERSUITE = Format(
    name="powersuite",
    description="PowerSuite text export (Frequency, Zre, Zimg)",
    recognise=lambda source: _NAMES.match(source.head) is not None,
    parse=parse_powersuite,
    extensions=(".txt",),
)
