"""What is written above a column, taken apart into a name and a unit, in the spellings of many programs.

What an instrument's names mean is said by its reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["EXAMPLE", "bare", "column_advice", "split_heading"]

_STYLES = (
    re.compile(r"(?P<name>.*?\S)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*"),
    re.compile(r"(?P<name>.*?\S) / (?P<unit>\S.*)"),
    re.compile(r"(?P<name>[^/]*[^/\s])/(?P<unit>[^/\s]+)"),
)
EXAMPLE = {"t": "Test Time / h", "E": "Voltage / V", "I": "Current / mA"}
"""What is said of the columns t, E and I of a table."""
_DERIVATIVE = re.compile(r"d\w+/d\w+")
_UNITS = {
    "": None, "?": None, "sec": "s", "secs": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "amp": "A", "amps": "A", "ampere": "A", "amperes": "A",
    "volt": "V", "volts": "V", "℃": "degC", "°c": "degC", "c°": "degC", "celsius": "degC", "deg c": "degC",
    "ohms": "ohm", "ohm": "ohm", "ω": "ohm", "mOhm": "mohm", "mOhms": "mohm", "mO": "mohm", "℉": "degF",
    "unitless": "1", "watt": "W", "watts": "W", "Amp-hr": "Ah", "Watt-hr": "Wh",
}  # fmt: skip
_MACHINE_UNITS = {
    "second": "s", "minute": "min", "hour": "h", "volt": "V", "millivolt": "mV", "ampere": "A", "milliampere": "mA",
    "ah": "Ah", "mah": "mAh", "wh": "Wh", "mwh": "mWh", "ohm": "ohm", "degc": "degC", "celsius": "degC",
    "kelvin": "K", "pa": "Pa", "pascal": "Pa", "watt": "W", "unitless": "1", "s": "s", "h": "h", "v": "V", "mv": "mV",
    "a": "A", "ma": "mA",
}  # fmt: skip
_MACHINE = re.compile(rf"(?P<name>[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)_(?P<unit>{'|'.join(_MACHINE_UNITS)})", re.IGNORECASE)


def split_heading(heading: str) -> tuple[str, str | None]:
    """Name and unit of a column; the unit is ``None`` where none is stated.

    Examples
    --------
    >>> split_heading("Voltage(V)"), split_heading("Test Time / h"), split_heading("Rec#")
    (('Voltage', 'V'), ('Test Time', 'h'), ('Rec#', None))
    >>> split_heading("current_ma")
    ('current', 'mA')
    """
    text = heading.strip().strip('"').strip()
    for style in _STYLES:
        if (found := style.fullmatch(text)) and not _DERIVATIVE.fullmatch(text):
            unit = _unit(found["unit"].strip())
            if unit in ("C", "F") and "temp" in text.lower():
                unit = f"deg{unit}"
            return found["name"], unit
    if found := _MACHINE.fullmatch(text):
        return found["name"], _MACHINE_UNITS[found["unit"].lower()]
    return text, None


def column_advice(columns: Mapping[str, str]) -> str:
    """How a person says what the columns of a table are, on the command line and in Python."""
    words = " ".join(f'--column "{name}={label}"' for name, label in columns.items())
    return f"on the command line {words}, or in Python lisse.read(path, columns={dict(columns)!r})"


def bare(name: str) -> str:
    """The name as it is compared: small letters, single blanks, no underscores."""
    return re.sub(r"[\s_]+", " ", name).strip().lower()


def _unit(text: str) -> str | None:
    return _UNITS.get(text, _UNITS.get(text.lower(), text))
