"""One estimated property: the number, how far it can be trusted, and where it comes from."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from lisse.errors import InvalidInput
from lisse.materials.laws import REFERENCE_TEMPERATURE, Constant, Law
from lisse.materials.property import Entry, definition

__all__ = ["Estimate"]

_PRINTED = {
    "S/m": ("mS/cm", 10.0),
    "Pa": ("GPa", 1e-9),
    "Pa m^0.5": ("MPa m^0.5", 1e-6),
    "kg/m3": ("g/cm^3", 1e-3),
    "kg/mol": ("g/mol", 1e3),
    "m3/mol": ("cm^3/mol", 1e6),
    "mol/m3": ("mol/L", 1e-3),
}


@dataclass(frozen=True)
class Estimate:
    """An estimated property with its 90 % prediction interval.

    Attributes
    ----------
    property : str
        A name of `lisse.materials.PROPERTIES`.
    value : float
        SI unit of the property. Median of the prediction.
    lower, upper : float
        SI unit of the property. 90 % prediction interval for one measurement of a new substance.
    unit : str
        SI unit of the property.
    applicability : float
        From 0 to 1, from the distance to the training data: 1 inside, 0 not to be used.
    method : str
        A few words.
    trained_on : str
        The data behind the method.
    references : tuple of str
        Citation keys of data and method.
    warnings : tuple of str
        What the user must know before using the number.
    short_method : str
        One or two words for the row of an entry.
    law : Law or None
        How the property depends on temperature; `None` for a number that holds at 298.15 K.
    """

    property: str
    value: float
    lower: float
    upper: float
    unit: str
    applicability: float
    method: str
    trained_on: str
    references: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    short_method: str = ""
    law: Law | None = None

    def __post_init__(self) -> None:
        meant = definition(self.property)
        if self.unit != meant.unit:
            raise InvalidInput(f"unit of {self.property}", self.unit, meant.unit)
        for number in (self.value, self.lower, self.upper):
            meant.check(number)
        if not self.lower <= self.value <= self.upper:
            raise InvalidInput(f"interval of {self.property}", (self.lower, self.upper), f"around {self.value:g}")
        if not 0.0 <= self.applicability <= 1.0:
            raise InvalidInput("applicability", self.applicability, "from 0 to 1")

    @builtins.property
    def row(self) -> str:
        """Name of the row in a table of sources, for example ``"EST-trees"``."""
        return f"EST-{self.short_method or self.method.split()[0].lower()}"

    def entry(self) -> Entry:
        """The estimate as one more source of a `Property`, marked ``estimated``."""
        shown, factor = _PRINTED.get(self.unit, (self.unit, 1.0))
        notes = (
            f"90 % interval {self.lower * factor:.3g} to {self.upper * factor:.3g} {shown}; "
            f"applicability {self.applicability:.2f}; {self.method}; trained on {self.trained_on}",
            *self.warnings,
        )
        return Entry(
            row=self.row,
            law=self.law or Constant(self.value),
            unit=self.unit,
            source=self.references[0] if self.references else self.trained_on,
            mark="estimated",
            quoted_value=self.value * factor,
            quoted_unit=shown,
            conditions=self.method,
            low=self.lower,
            high=self.upper,
            temperature=REFERENCE_TEMPERATURE,
            note=". ".join(notes),
        )
