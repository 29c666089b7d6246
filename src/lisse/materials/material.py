"""A substance: its properties, and how to ask for a number.

A `Material` never invents a number: what the library does not hold raises `MissingValue`. To change one, make a new
one with `with_source` or `with_value`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, MissingValue
from lisse.materials.laws import REFERENCE_TEMPERATURE, Constant, Law
from lisse.materials.property import Entry, Property, definition
from lisse.materials.reading import given_entry, parse_unit, read_law, read_property

__all__ = ["KINDS", "Material"]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "metal": "anode metal or alloy",
        "electrolyte": "inorganic solid electrolyte",
        "polymer": "polymer electrolyte with salt",
        "cathode": "cathode active material",
        "interlayer": "layer between anode and electrolyte",
        "compound": "interphase or impurity compound",
    }
)
"""What a substance is used as."""
_UNCITED = ("given", "estimated")  # marks of entries whose source need be no citation key


@dataclass(frozen=True)
class Material:
    """A substance with the properties that are known of it.

    Parameters
    ----------
    name : str. Library name, for example ``"LLZO"``.
    formula : str. Chemical formula.
    kind : str. One of `KINDS`.
    description : str. One or two sentences.
    properties : mapping of str to Property.
    notes : tuple of str. Facts that are not numbers.
    reference_temperature : float, K. Where tables show the numbers; 298.15 unless the substance is used hot.
    """

    name: str
    formula: str = ""
    kind: str = "compound"
    description: str = ""
    properties: Mapping[str, Property] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reference_temperature: float = REFERENCE_TEMPERATURE

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidInput(f"kind of {self.name}", self.kind, ", ".join(KINDS))
        for name, entry in self.properties.items():
            if name != entry.name:
                raise InvalidInput(f"property of {self.name}", name, f"its own name, {entry.name!r}")
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))
        object.__setattr__(self, "notes", tuple(self.notes))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to worker processes as plain data."""
        return Material.from_dict, (self.to_dict(),)

    def has(self, property: str) -> bool:
        """Whether a number is known.

        Raises
        ------
        InvalidInput
            For a name that is not in the vocabulary.
        """
        return definition(property).name in self.properties

    def value(self, property: str, temperature: float = REFERENCE_TEMPERATURE) -> float:
        """The chosen number, in the SI unit of the property.

        Parameters
        ----------
        property : str. A name of `lisse.materials.PROPERTIES`.
        temperature : float, K.

        Raises
        ------
        MissingValue
            When the library holds no number.
        InvalidInput
            For a name that is not in the vocabulary, or a temperature outside a table.

        Examples
        --------
        >>> from lisse.materials import load
        >>> load("LLZO").value("ionic_conductivity")
        0.046
        """
        return self.entry(property).at(temperature)

    def law(self, property: str) -> Law:
        """The chosen law: how the number depends on temperature, stress or lithium fraction."""
        return self.entry(property).law

    def entry(self, property: str) -> Entry:
        """The chosen entry: number, source, mark, spread and conditions."""
        if not self.has(property):
            raise self._missing(property)
        return self.properties[property].chosen

    def validity_warnings(self, temperature: float, properties: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What to tell the user when chosen numbers are used outside the temperatures they hold for.

        Parameters
        ----------
        temperature : float, K.
        properties : tuple of str. Those in use; all of them when empty.
        """
        found = []
        for name in properties or tuple(self.properties):
            entry = self.entry(name)
            if entry.valid is not None and not entry.valid[0] <= temperature <= entry.valid[1]:
                low, high = (limit - 273.15 for limit in entry.valid)
                found.append(
                    f"{self.name}: {name} (row {entry.row}) holds from {low:.4g} to {high:.4g} degC, "
                    f"used at {temperature - 273.15:.4g} degC"
                )
        return tuple(found)

    def with_source(self, property: str, row_or_source_key: str) -> Material:
        """The same substance with another source in use for one property.

        Parameters
        ----------
        property : str.
        row_or_source_key : str. A row such as ``"LI-C2"``, or a citation key that only one entry has.
        """
        if not self.has(property):
            raise self._missing(property)
        return self._with(self.properties[property].choose(row_or_source_key))

    def with_value(
        self,
        property: str,
        value: float | Law,
        source: str = "given by the user",
        temperature_law: Mapping[str, Any] | Law | None = None,
    ) -> Material:
        """The same substance with the user's own number in use for one property; the sources stay beside it.

        Parameters
        ----------
        property : str.
        value : float or Law, SI unit of the property. The number at 298.15 K, or the whole law.
        source : str. Who says so; free text.
        temperature_law : mapping, Law or None. As in a library file, for example
            ``{"kind": "arrhenius", "activation_energy": "0.34 eV"}``; it passes through `value` at 298.15 K. A Law
            must give `value` at 298.15 K. Without one the number is the same at every temperature.
        """
        meant = definition(property)
        if not isinstance(value, Law):
            meant.check(value)
        if isinstance(value, Law):
            law: Law = value
        elif isinstance(temperature_law, Law):
            law = temperature_law
            if abs(law.at(REFERENCE_TEMPERATURE) - value) > 1e-6 * abs(value):
                raise InvalidInput("temperature_law", law.at(REFERENCE_TEMPERATURE), f"the value {value:g} at 298.15 K")
        elif temperature_law is not None:
            law = read_law(temperature_law, value, parse_unit(meant.unit), meant.unit, REFERENCE_TEMPERATURE)
        elif meant.law is not None:
            raise InvalidInput(property, value, f"a law of the kind {meant.law.kind!r}", "One number is not enough")
        else:
            law = Constant(value)
        own = given_entry(meant, law, source)
        others = self.properties[property].entries if property in self.properties else ()
        kept = tuple(entry for entry in others if entry.row != own.row)
        return self._with(Property(property, meant.unit, (own, *kept), own.row))

    def with_overrides(self, overrides: Mapping[str, Any], where: str = "") -> Material:
        """The same substance with properties as a case file gives them; the sources stay beside them.

        Parameters
        ----------
        overrides : mapping. Property to text with a unit (``"0.5 mS/cm"``), to a plain number where the unit is 1, or
            to a list of entries as in a library file.
        where : str. File and place, for messages.
        """
        changed = self
        for name, given in overrides.items():
            own = read_property(name, given, None, where)
            rows = {entry.row for entry in own.entries}
            others = self.properties[name].entries if name in self.properties else ()
            kept = tuple(entry for entry in others if entry.row not in rows)
            changed = changed._with(dataclasses.replace(own, entries=(*own.entries, *kept)))
        return changed

    def sources(self) -> tuple[str, ...]:
        """Citation keys of all entries, sorted; users' own numbers and estimates are left out."""
        entries = (entry for prop in self.properties.values() for entry in prop.entries)
        return tuple(sorted({entry.source for entry in entries if entry.mark not in _UNCITED}))

    def references(self, properties: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Citation keys of the chosen entries (of the named properties, or of all), sorted."""
        chosen = (self.entry(name) for name in properties or tuple(self.properties))
        return tuple(sorted({entry.source for entry in chosen if entry.mark not in _UNCITED}))

    def chosen(self) -> Material:
        """The same substance with the sources in use only."""
        return self._chosen

    @functools.cached_property
    def _chosen(self) -> Material:
        kept = {name: Property(name, p.unit, (p.chosen,), p.choice) for name, p in self.properties.items()}
        return dataclasses.replace(self, properties=kept)

    def to_dict(self) -> dict[str, Any]:
        """Plain data with SI numbers, from which `from_dict` makes the same material."""
        return {
            "name": self.name,
            "formula": self.formula,
            "kind": self.kind,
            "description": self.description,
            "reference_temperature": self.reference_temperature,
            "properties": {name: entry.to_dict() for name, entry in self.properties.items()},
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Material:
        """The material that `to_dict` described."""
        given = dict(plain)
        given["properties"] = {name: Property.from_dict(entry) for name, entry in given["properties"].items()}
        given["notes"] = tuple(given["notes"])
        return cls(**given)

    def _with(self, changed: Property) -> Material:
        return dataclasses.replace(self, properties={**self.properties, changed.name: changed})

    def _missing(self, property: str) -> MissingValue:
        meant = definition(property)
        form = '"NUMBER"' if meant.unit == "1" else f'"NUMBER {parse_unit(meant.unit)}"'
        if meant.law is not None:
            form = f'{{law = {{kind = "{meant.law.kind}", ...}}}}'
        text = (
            f"{self.name} has no {property} ({meant.meaning}): no trustworthy number is known, and none is invented. "
            f"Give your own in the case file, {property} = {form}, "
            f"or in Python with_value({property!r}, NUMBER); see also `lisse materials {self.name}`"
        )
        return MissingValue(text, self.name, property)
