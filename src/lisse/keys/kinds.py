"""The kinds of value that a file written by people can hold, and how each is checked.

A field turns what stands in the file into a number in SI, or says what is wrong with it. Which fields a file has is
said by the room that reads it: `lisse.study.schema` for a case, `lisse.protocol.table` for a protocol,
`lisse.measurement.record.schema` for the record of a test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.units import parse_quantity

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "Choice",
    "Field",
    "Flag",
    "HalfCycle",
    "Integer",
    "Quantity",
    "SameAs",
    "Text",
    "quantity_text",
]


class _Sentinel:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED = _Sentinel("REQUIRED")
"""The file must give it."""
OPTIONAL = _Sentinel("OPTIONAL")
"""It may be absent, and then it does not exist."""


@dataclass(frozen=True)
class SameAs:
    """Default equal to another key."""

    path: str


@dataclass(frozen=True)
class Field:
    """One key: one line of help, its default, and an example. Interface; never made itself."""

    help: str
    default: Any = REQUIRED
    example: Any = None

    def read(self, value: Any, what: str) -> Any:
        """The checked value, in SI.

        Raises
        ------
        InvalidInput
            For a value that this key cannot have.
        """
        raise TypeError(f"{type(self).__name__} is an interface")

    def allowed(self) -> str:
        """What the key accepts, in words."""
        raise TypeError(f"{type(self).__name__} is an interface")


@dataclass(frozen=True)
class Quantity(Field):
    """A number with a unit, within a range in that unit; ``low`` itself is left out where ``low_open``, and so on."""

    unit: str = "1"
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def read(self, value: Any, what: str) -> float:
        """The number in SI."""
        number = parse_quantity(value, self.unit, what)
        too_low = number <= self.low if self.low_open else number < self.low
        too_high = number >= self.high if self.high_open else number > self.high
        if too_low or too_high:
            raise InvalidInput(what, value, self.allowed())
        return number

    def allowed(self) -> str:
        """The range."""
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'more than' if self.low_open else 'at least'} {quantity_text(self.low, self.unit)}")
        if self.high < math.inf:
            parts.append(f"{'less than' if self.high_open else 'at most'} {quantity_text(self.high, self.unit)}")
        unit = "" if self.unit == "1" else f" with a unit of the kind of {self.unit}"
        return " and ".join(parts) or f"a finite number{unit}"


@dataclass(frozen=True)
class Integer(Field):
    """A whole number."""

    low: int = 1
    high: int = 1_000_000

    def read(self, value: Any, what: str) -> int:
        """The whole number."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise InvalidInput(what, value, self.allowed())
        return value

    def allowed(self) -> str:
        """The range."""
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Text(Field):
    """Any text that can be printed; of several lines where ``lines``."""

    longest: int = 200
    lines: bool = False

    def read(self, value: Any, what: str) -> str:
        """The text."""
        if not isinstance(value, str) or not value.strip() or len(value) > self.longest or not self._printable(value):
            raise InvalidInput(what, value, self.allowed())
        return value

    def _printable(self, value: str) -> bool:
        return (value.replace("\r\n", "").replace("\n", "") if self.lines else value).isprintable()

    def allowed(self) -> str:
        """The length."""
        several = ", of one or several lines" if self.lines else ""
        return f"text in quotes, 1 to {self.longest} printable characters{several}"


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words."""

    choices: tuple[str, ...] = ()

    def read(self, value: Any, what: str) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.choices:
            raise InvalidInput(
                what, value, self.allowed(), suggest(value, self.choices) if isinstance(value, str) else ""
            )
        return value

    def allowed(self) -> str:
        """The words."""
        return ", ".join(self.choices)


@dataclass(frozen=True)
class HalfCycle(Field):
    """Either an areal charge or a time."""

    def read(self, value: Any, what: str) -> tuple[str, float]:
        """``("charge", C/m2)`` or ``("time", s)``."""
        for kind, unit, high in (("charge", "C/m^2", 3.6e9), ("time", "s", 1e10)):
            try:
                number = parse_quantity(value, unit, what)
            except InvalidInput:
                continue
            if 0 < number <= high:
                return kind, number
        raise InvalidInput(what, value, self.allowed())

    def allowed(self) -> str:
        """Both kinds."""
        return "an areal charge such as '0.25 mAh/cm^2', or a time such as '1 h', above zero"


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no."""

    def read(self, value: Any, what: str) -> bool:
        """Whether."""
        if not isinstance(value, bool):
            raise InvalidInput(what, value, self.allowed())
        return value

    def allowed(self) -> str:
        """Both words, as TOML writes them."""
        return "true or false, without quotes"


_SHOWN = {
    "ohm m^2": ("ohm cm^2", 1e4),
    "A/m^2": ("mA/cm^2", 0.1),
    "A/m^2/Pa": ("mA/cm^2/MPa", 1e5),
    "C/m^2": ("mAh/cm^2", 1 / 36000.0),
    "Pa": ("MPa", 1e-6),
    "Pa/m": ("MPa/um", 1e-12),
    "m": ("um", 1e6),
    "m^2": ("cm^2", 1e4),
    "m/s": ("nm/s", 1e9),
    "Pa m^0.5": ("MPa m^0.5", 1e-6),
    "rad": ("deg", 57.29577951308232),
    "J/mol": ("kJ/mol", 1e-3),
}


def quantity_text(number: float, unit: str) -> str:
    """An SI number as text with the unit that people write, such as ``"3 MPa"``."""
    shown, factor = _SHOWN.get(unit, (unit, 1.0))
    plain = f"{number * factor:.12g}"
    digits, power = f"{number * factor:.11e}".split("e")
    short = f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    text = short if "e" in plain or len(short) < len(plain) - 2 else plain
    return text if unit == "1" else f"{text} {shown}"
