"""From a record file, TOML or JSON, to a CellRecord: every key checked, every quantity in SI, nothing filled in.

A key that is absent is absent; so is one that says ``"not stated"``. A key that makes no sense for a test says so and
why: ``grain_size = "does not apply: polymer"``. What is missing is the business of the checklist.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.keys import Source, parse_json, parse_toml, read_text
from lisse.measurement.record.record_tables import RecordTables, items_of
from lisse.measurement.record.schema import HEAD, SCHEMA_VERSION, TABLES
from lisse.protocol import Protocol
from lisse.units import duration

__all__ = ["CellRecord", "load_record", "read_record"]

_WHAT = "test record"
_ABSENT = "There is no such file; `lisse new record` writes one to fill in"


@dataclass(frozen=True)
class CellRecord:
    """What a laboratory states of one test of a cell.

    Attributes
    ----------
    values : mapping
        What is stated, by dotted key such as ``"lithium.thickness"``: SI numbers, texts, whole numbers.
    does_not_apply : mapping of str to str
        Keys that make no sense for this test, with the reason given.
    given : mapping
        The tables as they stand in the file.
    protocol : Protocol or None
        The same object that a simulation runs; ``None`` where the record states too little of it.
    protocol_gaps : tuple of str
        Keys without which there is no protocol.
    assumed : mapping of str to str
        Settings of the protocol that the record leaves out and a simulation takes from their defaults.
    folder : Path
        Where the record lies: data files are looked for from there.
    name : str
        Of the file.
    """

    values: Mapping[str, Any]
    does_not_apply: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)
    protocol: Protocol | None = None
    protocol_gaps: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path, compare=False)
    name: str = field(default="record", compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other processes as the plain data that it was made from."""
        return _read_again, (self.given, self.folder, self.name)

    def get(self, key: str) -> Any:
        """The value of a dotted key; ``None`` where it is not stated or does not apply.

        Raises
        ------
        InvalidInput
            For a key that no record has.
        """
        if key not in self.values and key not in items_of(self.values.get("protocol.name")):
            known = items_of(self.values.get("protocol.name"))
            raise InvalidInput("key of a record", key, "a key of lisse.measurement.record.TABLES", suggest(key, known))
        return self.values.get(key)

    def states(self, key: str) -> bool:
        """Whether the record gives a value for a key, or says why it does not apply."""
        return key in self.values or key in self.does_not_apply

    @property
    def title(self) -> str:
        """One line; the name of the file where there is none."""
        return str(self.values.get("title", self.name))

    @property
    def area(self) -> float | None:
        """m2. Area that the current is divided by; ``None`` where it is not stated."""
        return self.values.get("lithium.area")

    @property
    def protocol_sentence(self) -> str:
        """Whether the test can be simulated as reported, and with what besides."""
        if self.protocol is None:
            return f"The protocol cannot be simulated: {', '.join(self.protocol_gaps)} not stated."
        count = len(self.protocol.steps)
        steps = f"{count} step{'s' if count > 1 else ''}, {duration(self.protocol.duration)}"
        words = f"The protocol can be simulated as reported: {self.protocol.name}, {steps}."
        if self.assumed:
            settings = ", ".join(f"{key.rpartition('.')[2]} = {value}" for key, value in self.assumed.items())
            words += f" Not stated, so a simulation takes the default of a case: {settings}."
        return words

    @property
    def files(self) -> tuple[Path, ...]:
        """Data files of the cell, from the folder of the record."""
        return tuple(self.folder / name for name in self.values.get("files", ()))


def load_record(path: str | os.PathLike[str]) -> CellRecord:
    """Read the record of a test.

    Parameters
    ----------
    path : path
        A TOML file, or a JSON file (by its ending ``.json``) of the same form.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, a key that is not known (with a suggestion) and a value that cannot be, with
        the key, the file and the line. A key that is absent is no error here; see `check_record`.
    """
    source = _source(Path(path))
    return read_record(source.tables, source.where, source.folder, source.name)


def _source(path: Path) -> Source:
    text = read_text(path, _WHAT, "a TOML or JSON file", _ABSENT)
    folder = path.absolute().parent
    if path.suffix.lower() == ".json":
        return Source(parse_json(text, path.name, _WHAT), path.name, "", folder)
    return Source(parse_toml(text, path.name, _WHAT), path.name, text, folder)


def read_record(
    raw: Mapping[str, Any],
    where: Callable[[str], str] = lambda key: "record",
    folder: str | os.PathLike[str] = ".",
    name: str = "record",
) -> CellRecord:
    """Check a record given as plain data.

    Parameters
    ----------
    raw : mapping
        As parsed from TOML or JSON.
    where : callable
        File and line of a dotted key, for messages.
    folder : path
        Where the record lies.
    name : str
        Of the file.

    Raises
    ------
    InvalidInput
        As `load_record`.
    """
    raw = copy.deepcopy(dict(raw))
    reader = RecordTables(where)
    reader.version(raw.get("version", SCHEMA_VERSION))
    groups = [path for path in TABLES if "." not in path]
    reader.fields("", raw, HEAD, groups)
    for path, items in TABLES.items():
        if path.startswith("protocol"):
            continue
        reader.fields(path, reader.table(raw, path), items)
    protocol, gaps, assumed = reader.protocol(raw)
    return CellRecord(
        MappingProxyType(reader.values),
        MappingProxyType(reader.does_not_apply),
        raw,
        protocol,
        gaps,
        assumed,
        Path(folder),
        name,
    )


def _read_again(raw: Mapping[str, Any], folder: Path, name: str) -> CellRecord:
    return read_record(raw, folder=folder, name=name)
