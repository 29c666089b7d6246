"""BioLogic EC-Lab and BT-Lab text files (``.mpt``).

The header is read for what it says of the technique and the instrument. Its electrode area and its masses are kept as
the instrument's claims and never used: 0.001 cm2 and 0.001 g are defaults that nobody typed.
"""

from __future__ import annotations

import re
from typing import Any

from lisse.errors import InvalidInput
from lisse.measurement.readers.biologic_columns import ADVICE, biologic_measurement, check_names
from lisse.measurement.readers.delimited import read_table
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.text import text_of
from lisse.records import Measurement
from lisse.units import parse_quantity

__all__ = ["BIOLOGIC", "parse_biologic"]

_MAGICS = ("EC-Lab ASCII FILE", "BT-Lab ASCII FILE")
_HEADER_LENGTH = re.compile(r"\s*Nb header lines\s*:\s*(\d+)\s*")
_LONGEST_HEADER = 5000
_RANGE = re.compile(r"min = (-?[\d.,]+) V, max = (-?[\d.,]+) V")
_DATE = re.compile(r"\d+[/.-]\d+[/.-]\d+")
_KEPT = ("Device", "Acquisition started on", "File", "Electrode material", "Electrolyte", "Comments")
_MASSES = ("Characteristic mass", "Mass of active material")


def parse_biologic(source: Source) -> Measurement:
    """Turn an ``.mpt`` file into a Measurement; rows with a frequency become spectra on the same clock."""
    text = text_of(source, single_byte=True)
    length = _header_length(source, text.lines(2))
    lines = text.lines(length)
    if len(lines) < length or text.offset(length) >= len(text.content):
        raise source.error(
            "Nb header lines", length, f"3 to {len(lines)} (the lines of this file)",
            "The file seems to be cut off; export it again", 2,
        )  # fmt: skip
    header, voltage_range = _header(lines[: length - 1])
    names = _column_names(lines[length - 1])
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise source.error("column names", twice, "each column once", ADVICE, length)
    check_names(source, names, length)
    try:
        table = read_table(source, text, length + 1, names, "\t")
    except InvalidInput as error:
        if error.what == "column 'time/s'" and isinstance(error.got, str) and _DATE.match(error.got):
            advice = "Export the file again with relative time"
            raise InvalidInput("time/s", error.got, "seconds", advice, error.where) from None
        raise
    warnings = [*table.warnings]
    return biologic_measurement(source, table.columns, table.rows, length, header, warnings, voltage_range)


def _header_length(source: Source, lines: list[str]) -> int:
    match = _HEADER_LENGTH.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None:
        got = lines[1] if len(lines) > 1 else None
        raise source.error("header", got, "'Nb header lines : N' in the second line", ADVICE, 2)
    length = int(match[1][:9])
    if not 3 <= length <= _LONGEST_HEADER:
        raise source.error("Nb header lines", length, f"3 to {_LONGEST_HEADER}", ADVICE, 2)
    return length


def _column_names(line: str) -> list[str]:
    names = [name.strip() for name in line.split("\t")]
    return names[:-1] if len(names) > 1 and not names[-1] else names


def _header(lines: list[str]) -> tuple[dict[str, Any], tuple[float, float] | None]:
    """The technique, what matters of the instrument, its claims of an area and of masses; and its range in volt."""
    found: dict[str, Any] = {"technique": next((line.strip() for line in lines[2:] if line.strip()), "")}
    limits = None
    for line in lines:
        key, colon, value = (part.strip() for part in line.partition(" :"))
        if not colon or not value:
            continue
        if key in _KEPT:
            found.setdefault(key, value)
        elif key == "Electrode surface area":
            found["instrument_area_claim"] = {"text": value, "area": _claimed_area(value), "used": False}
        elif key in _MASSES:
            found.setdefault("instrument_mass_claims", {})[key] = {"text": value, "used": False}
        elif key == "Ewe ctrl range" and (match := _RANGE.search(value)):
            limits = _limits(match)
    return found, limits


def _limits(match: re.Match[str]) -> tuple[float, float] | None:
    try:
        low, high = (float(text.replace(",", ".")) for text in match.groups())
    except ValueError:
        return None  # a range that cannot be read warns of nothing
    return low, high


def _claimed_area(text: str) -> float | None:
    try:
        return parse_quantity(text.replace("²", "^2").replace(",", "."), "m^2")
    except InvalidInput:
        return None  # a claim that cannot be read is as good as one that is not used


BIOLOGIC = Format(
    name="biologic",
    description="BioLogic EC-Lab or BT-Lab text export (.mpt)",
    recognise=lambda source: source.head.startswith(_MAGICS),
    parse=parse_biologic,
    extensions=(".mpt",),
)
