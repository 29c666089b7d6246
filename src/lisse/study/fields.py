"""The kinds of value that a case file can hold, and how each is checked.

A field turns what stands in the file into a number in SI, or says what is wrong with it. Which fields there are is
said in `lisse.study.schema`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.units import parse_quantity

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "Choice",
    "Field",
    "FromMaterial",
    "HalfCycle",
    "Integer",
    "Number",
    "Quantity",
    "SameAs",
    "Text",
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
class FromMaterial:
    """Default taken from the chosen source of a material's property.

    ``owner`` is ``"electrolyte"`` or ``"metal"``; ``fallback`` is used, and said to be assumed, when the library holds
    no number.
    """

    owner: str
    property: str
    fallback: str | None = None


@dataclass(frozen=True)
class SameAs:
    """Default equal to another key."""

    path: str


@dataclass(frozen=True)
class Field:
    """One key: its default, one line of help, and an example for templates. Base class; never made itself."""

    help: str
    default: Any = REQUIRED

    def read(self, value: Any, what: str) -> Any:
        """The checked value, in SI; raises InvalidInput."""
        raise TypeError(f"{type(self).__name__} is an interface")


@dataclass(frozen=True)
class Quantity(Field):
    """A number with a unit."""

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
        """The range in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'more than' if self.low_open else 'at least'} {self.low:g}{unit}")
        if self.high < math.inf:
            parts.append(f"{'less than' if self.high_open else 'at most'} {self.high:g}{unit}")
        return " and ".join(parts) or f"a finite number{unit}"


@dataclass(frozen=True)
class Number(Quantity):
    """A pure number."""


@dataclass(frozen=True)
class Integer(Field):
    """A whole number."""

    low: int = 1
    high: int = 1_000_000

    def read(self, value: Any, what: str) -> int:
        """The whole number."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise InvalidInput(what, value, f"a whole number from {self.low} to {self.high}")
        return value


@dataclass(frozen=True)
class Text(Field):
    """Any short text."""

    longest: int = 200

    def read(self, value: Any, what: str) -> str:
        """The text."""
        if not isinstance(value, str) or not value.strip() or len(value) > self.longest or not value.isprintable():
            raise InvalidInput(what, value, f"text of 1 to {self.longest} printable characters")
        return value


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words."""

    choices: tuple[str, ...] = ()

    def read(self, value: Any, what: str) -> str:
        """The word."""
        if value not in self.choices or not isinstance(value, str):
            near = suggest(value, self.choices) if isinstance(value, str) else ""
            raise InvalidInput(what, value, ", ".join(self.choices), near)
        return value


@dataclass(frozen=True)
class HalfCycle(Field):
    """Either an areal charge or a time."""

    def read(self, value: Any, what: str) -> tuple[str, float]:
        """``("charge", C/m2)`` or ``("time", s)``."""
        allowed = "an areal charge such as '0.25 mAh/cm^2', or a time such as '1 h', above zero"
        readers: tuple[tuple[str, Callable[[], float]], ...] = (
            ("charge", lambda: parse_quantity(value, "C/m^2", what)),
            ("time", lambda: parse_quantity(value, "s", what)),
        )
        for kind, reader in readers:
            try:
                number = reader()
            except InvalidInput:
                continue
            if number > 0:
                return kind, number
        raise InvalidInput(what, value, allowed)
