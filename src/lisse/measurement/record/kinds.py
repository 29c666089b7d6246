"""Kinds of value that only the record of a test has: sizes of electrodes, the values of all cells, names, days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput
from lisse.keys import Field
from lisse.units import parse_quantity

__all__ = ["Date", "ElectrodeSize", "Names", "OneOfCells", "Values"]

_MOST_VALUES = 100_000
_LONGEST_NAME = 4096


@dataclass(frozen=True)
class ElectrodeSize(Field):
    """The area of an electrode, or the diameter of a disc."""

    def read(self, value: Any, what: str) -> float:
        """The area in m2."""
        for unit, power, high in (("m^2", 1, 100.0), ("m", 2, 10.0)):
            try:
                number = parse_quantity(value, unit, what)
            except InvalidInput:
                continue
            if 0 < number <= high:
                return number if power == 1 else math.pi / 4 * number**2
        raise InvalidInput(what, value, self.allowed())

    def allowed(self) -> str:
        """Both kinds."""
        return "an area such as '0.283 cm^2', or the diameter of a disc such as '6 mm', above zero"


@dataclass(frozen=True)
class OneOfCells:
    """What one cell gave.

    Attributes
    ----------
    value : float
        SI.
    reached : bool
        Whether the cell failed there; ``False`` where it was still sound (written ``"> 3 mA/cm^2"``).
    """

    value: float
    reached: bool = True


@dataclass(frozen=True)
class Values(Field):
    """A list of quantities of one kind, one for each cell; a cell that did not fail is written ``"> 3 mA/cm^2"``."""

    unit: str = "1"

    def read(self, value: Any, what: str) -> tuple[OneOfCells, ...]:
        """One entry for each cell, in SI."""
        if not isinstance(value, list) or not 1 <= len(value) <= _MOST_VALUES:
            raise InvalidInput(what, value, self.allowed())
        return tuple(self._one(each, f"{what}[{index}]") for index, each in enumerate(value))

    def _one(self, value: Any, what: str) -> OneOfCells:
        text = value.strip() if isinstance(value, str) else value
        beyond = isinstance(text, str) and text.startswith(">")
        number = parse_quantity(text[1:] if beyond else text, self.unit, what)
        if number < 0:
            raise InvalidInput(what, value, "zero or more")
        return OneOfCells(number, not beyond)

    def allowed(self) -> str:
        """The form."""
        return f"a list of quantities of the kind of {self.unit}, one for each cell; '> 3 ...' where it did not fail"


@dataclass(frozen=True)
class Names(Field):
    """A list of short texts."""

    def read(self, value: Any, what: str) -> tuple[str, ...]:
        """The texts."""
        good = isinstance(value, list) and all(
            isinstance(each, str) and each.strip() and each.isprintable() and len(each) <= _LONGEST_NAME
            for each in value
        )
        if not good or not value or len(set(value)) != len(value):
            raise InvalidInput(what, value, self.allowed())
        return tuple(value)

    def allowed(self) -> str:
        """The form."""
        return "a list of texts in quotes, at least one, each of them once"


@dataclass(frozen=True)
class Date(Field):
    """A day, as text or as TOML writes it."""

    def read(self, value: Any, what: str) -> str:
        """``YYYY-MM-DD``."""
        import datetime

        if isinstance(value, datetime.datetime):
            raise InvalidInput(what, str(value), self.allowed())
        try:
            return datetime.date.fromisoformat(
                str(value) if isinstance(value, (str, datetime.date)) else ""
            ).isoformat()
        except ValueError:
            raise InvalidInput(what, value, self.allowed()) from None

    def allowed(self) -> str:
        """The form."""
        return "a day such as 2026-01-31"
