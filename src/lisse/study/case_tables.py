"""Walk the tables of a case: check keys and values, fill in defaults, and keep the whole as it was run.

Nothing is defaulted in silence: every value that the file did not give is kept with a note of where it came from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.keys import OPTIONAL, REQUIRED, Field, Quantity, SameAs, quantity_text
from lisse.materials import Entry, Material
from lisse.materials.laws import FractionSeries
from lisse.models.lumped.alloy import lithium_fraction_of
from lisse.study.fields import FromMaterial, GathersInVoids, LithiumRich

__all__ = ["CaseTables", "entry_text"]

_LONGEST_KEY = 80
_T = TypeVar("_T")


class CaseTables:
    """One case as plain data on its way to objects.

    Attributes
    ----------
    raw : mapping
        As parsed from TOML.
    folder : Path
        Where the case file lies.
    as_run : dict
        Every value, given or default, as it would stand in a file.
    notes : dict
        Where each default came from, by dotted key.
    owners : dict
        Materials that defaults are taken from, by the name that `FromMaterial` uses.
    temperature : float
        K. Where defaults are taken from a material; set once the cell's temperature is read.
    """

    def __init__(self, raw: Mapping[str, Any], where: Callable[[str], str], folder: str | os.PathLike[str]) -> None:
        self.raw, self._where, self.folder = raw, where, Path(folder)
        self.as_run: dict[str, Any] = {}
        self.notes: dict[str, str] = {}
        self.owners: dict[str, Material] = {}
        self.temperature = 298.15

    def table(self, path: str, required: bool = False) -> dict[str, Any]:
        """The table of that path in the case; empty where it is absent and need not be there."""
        table: Any = self.raw
        for part in path.split("."):
            table = table.get(part)
            if table is None:
                break
            if not isinstance(table, dict):
                raise self.error(path, table, f"a table [{path}]")
        if table is None and required:
            raise self.error(path, None, f"a table [{path}]", "The table is missing")
        return table or {}

    def values(
        self,
        path: str,
        given: Mapping[str, Any],
        fields: Mapping[str, Field],
        children: tuple[str, ...] = (),
        keep: bool = True,
    ) -> dict[str, Any]:
        """Check every key of one table against its fields; SI values by name.

        Parameters
        ----------
        path : str
            Of the table.
        given : mapping
            The table.
        fields : mapping of str to Field
        children : tuple of str
            Keys that may be there and are read elsewhere.
        keep : bool
            Whether to put the values into the case as run.
        """
        self.known(path, given, (*fields, *children))
        values = {}
        for name, field in fields.items():
            key = f"{path}.{name}" if path else name
            if name in given:
                text, note = given[name], ""
            elif field.default is OPTIONAL:
                continue
            else:
                text, note = self._default(key, field)
                if text is OPTIONAL:
                    continue
            values[name] = self.at(key, partial(field.read, text, key))
            if keep:
                self.put(key, text, note)
        return values

    def known(self, path: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
        """Complain about a key that is not one of those."""
        names = list(known)
        for key in given:
            if key not in names:
                full = f"{path}.{key}" if path else key
                advice = suggest(key[:_LONGEST_KEY], names) or "There is no such key"
                raise self.error(full, None, ", ".join(names), advice)

    def labels(self, path: str, example: str) -> dict[int, str]:
        """Names of the labels of an image, from a table whose keys are whole numbers as text."""
        found = {}
        for label, name in self.table(path).items():
            if not re.fullmatch(r"-?[0-9]{1,18}", label) or not isinstance(name, str):
                raise self.error(path, {label: name}, f"whole numbers and names, such as {example}")
            found[int(label)] = name
            self.put(f"{path}.{label}", name)
        return found

    def put(self, key: str, value: Any, note: str = "") -> None:
        """Keep a value of the case as run; `note` says where it came from unless the file gave it."""
        *parents, last = key.split(".")
        table = self.as_run
        for part in parents:
            table = table.setdefault(part, {})
        table[last] = value
        if note:
            self.notes.setdefault(key, note)

    def get(self, key: str) -> Any:
        """A value of the case as run."""
        table: Any = self.as_run
        for part in key.split("."):
            table = table[part]
        return table

    def at(self, key: str, action: Callable[[], _T]) -> _T:
        """Run an action on the value of one key; a complaint from it names that key, the file and the line."""
        try:
            return action()
        except InvalidInput as error:
            if error.where:
                raise
            name = key if error.what in (key, key.rpartition(".")[2]) else f"{key} ({error.what})"
            raise error.at(self._where(key), name) from None

    def build(self, path: str, action: Callable[[], _T]) -> _T:
        """Make an object from a whole table; a complaint about one field of it names its key, the file and the line."""
        try:
            return action()
        except InvalidInput as error:
            if error.where:
                raise
            key = f"{path}.{error.what}"
            written = InvalidInput(error.what, self._as_written(key, error.got), error.allowed, error.advice)
            raise written.at(self._where(key), key) from None

    def _as_written(self, key: str, got: Any) -> Any:
        """A number as it stands in the case, with its unit, where that is known."""
        if not isinstance(got, (int, float)):
            return got
        for start in (self.raw, self.as_run):
            found: Any = start
            for part in re.findall(r"[^.\[\]]+", key):
                rows, tables = isinstance(found, list) and part.isdigit(), isinstance(found, Mapping)
                found = found[int(part)] if rows else found.get(part) if tables else None
            if isinstance(found, str):
                return found
        return got

    def error(self, key: str, got: Any, allowed: str, advice: str = "") -> InvalidInput:
        """A complaint about a key, with the file and the line."""
        shown = key if len(key) <= _LONGEST_KEY else key[: _LONGEST_KEY - 3] + "..."
        return InvalidInput(shown, got, allowed, advice, self._where(key))

    def place(self, key: str) -> str:
        """File, line and key in one, for messages of rooms that name things in their own way."""
        return f"{self._where(key)}: {key}"

    def _default(self, key: str, field: Field) -> tuple[Any, str]:
        """Value as it would stand in the file, and where it comes from."""
        default = field.default
        if default is REQUIRED:
            raise self.error(key, None, field.allowed(), f"The key is missing ({field.help})")
        if isinstance(default, SameAs):
            return self.get(default.path), f"default: same as {default.path}"
        if isinstance(default, FromMaterial):
            return self.at(key, partial(self._from_material, key, field, default))
        if isinstance(default, LithiumRich):
            return self._lithium_rich(default)
        if isinstance(default, GathersInVoids):
            return self._gathers_in_voids()
        return default, "default"

    def _from_material(self, key: str, field: Field, default: FromMaterial) -> tuple[Any, str]:
        owner = self.owners[default.owner]
        try:
            number = owner.value(default.property, self.temperature)
        except MissingValue:
            if default.fallback is OPTIONAL:
                return OPTIONAL, ""
            if default.fallback is None:
                advice = f"The key is missing, and no {default.property} of {owner.name} is known"
                raise self.error(key, None, field.allowed(), advice) from None
            missing = f"assumed: no {default.property} of {owner.name} is known"
            if isinstance(default.fallback, SameAs):
                return self.get(default.fallback.path), f"{missing}; same as {default.fallback.path} [U]"
            return default.fallback, f"{missing} [U]"
        unit = field.unit if isinstance(field, Quantity) else "1"
        text = quantity_text(number, unit)
        note = f"default: {owner.name}, {entry_text(owner.entry(default.property))}"
        return (float(text) if unit == "1" else text), note

    def _gathers_in_voids(self) -> tuple[float, str]:
        electrolyte, metal = self.owners["electrolyte"], self.owners["metal"]
        if electrolyte.kind == "polymer":
            return 0.0, f"default: {electrolyte.name} is a polymer and yields to the metal"
        if metal.has("solid_diffusivity") and lithium_fraction_of(metal) is not None:
            return 0.0, f"default: the other metal of {metal.name} keeps the face in contact (krauskopf2019b) [S]"
        return 1.0, "default"

    def _lithium_rich(self, default: LithiumRich) -> tuple[Any, str]:
        cathode = self.owners["cathode"]
        law = cathode.law("open_circuit_voltage") if cathode.has("open_circuit_voltage") else None
        if not isinstance(law, FractionSeries):
            return default.fallback, f"assumed: no open_circuit_voltage of {cathode.name} is known [U]"
        entry = cathode.entry("open_circuit_voltage")
        end = "the lithium-rich end of its open-circuit voltage"
        return law.range[1], f"default: {cathode.name}, {entry.row}: {end} ({entry.source}) [{entry.mark}]"


def entry_text(entry: Entry) -> str:
    """One entry of a material in a few words: row, number, source, mark."""
    if entry.mark == "given":
        return "as the user gave it"
    return f"{entry.row}: {entry.quoted} ({entry.source}) [{entry.mark}]"
