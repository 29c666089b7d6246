"""Walk the tables of a record: check every key and value, and build the protocol.

Nothing is filled in. What a record may hold is said in ``schema.py``; what it is as a whole, in ``reading.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.keys import OPTIONAL, REQUIRED, Field
from lisse.measurement.record.item import Item
from lisse.measurement.record.schema import HEAD, SCHEMA_VERSION, TABLES
from lisse.measurement.record.schema_protocol import PROTOCOL_NAME, PROTOCOL_STEPS, protocol_items
from lisse.protocol import PROTOCOLS, STEP, Protocol, Step, community_protocols, from_settings

__all__ = ["NOT_STATED", "RecordTables", "items_of"]

NOT_STATED = ("not stated", "unknown", "not known", "not measured", "n/a", "?", "tbd")
"""Texts that count as an absent key, whatever the case of their letters."""
_DOES_NOT_APPLY = "does not apply"
_LONGEST_KEY = 80


def items_of(kind: str | None) -> dict[str, Item]:
    """Every key that a record with that protocol may have, by dotted path, in order.

    Parameters
    ----------
    kind : str or None
        Name of the protocol in the record; ``None`` where it states none.
    """
    found = dict(HEAD)
    for path, items in TABLES.items():
        if path == "protocol":
            found |= _protocol_keys(kind)
        found |= {f"{path}.{name}": item for name, item in items.items()}
    return found


def _protocol_keys(kind: str | None) -> dict[str, Item]:
    """The keys that say which protocol, and its settings where that is known."""
    found = {"protocol.name": PROTOCOL_NAME}
    if kind is None:
        return found
    entry = community_protocols().get(kind)
    if kind == "steps":
        found["protocol.steps"] = PROTOCOL_STEPS
    settings = protocol_items(kind if entry is None else entry.builder)
    return found | {f"protocol.{name}": item for name, item in settings.items()}


class RecordTables:
    """Walks the tables of one record and keeps what they state."""

    def __init__(self, where: Callable[[str], str]) -> None:
        self._where = where
        self.values: dict[str, Any] = {}
        self.does_not_apply: dict[str, str] = {}

    def version(self, found: Any) -> None:
        """Complain about a record of a form that is not known here, before anything else in it."""
        if isinstance(found, int) and not isinstance(found, bool) and found > SCHEMA_VERSION:
            advice = "The record is of a newer form than this version of lisse reads: update lisse"
            raise self.error("version", found, f"at most {SCHEMA_VERSION}", advice)

    def table(self, raw: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        """The table of that path; empty where it is absent."""
        found: Any = raw
        for part in path.split("."):
            found = found.get(part, {})
            if not isinstance(found, Mapping):
                raise self.error(path, found, f"a table [{path}]")
        return found  # type: ignore[no-any-return]

    def fields(
        self, path: str, given: Mapping[str, Any], items: Mapping[str, Item], children: list[str] | None = None
    ) -> None:
        """Check every key of one table, and keep the values."""
        known = [*items, *(children or [])]
        for name in given:
            if name not in known:
                advice = suggest(name[:_LONGEST_KEY], known) or self._elsewhere(name) or "There is no such key"
                raise self.error(_join(path, name), None, ", ".join(known), advice)
        for name, item in items.items():
            if name in given:
                self.keep(_join(path, name), given[name], item.field)

    def keep(self, key: str, value: Any, field: Field) -> None:
        """One value, unless it says that there is none."""
        if _says_nothing(value):
            return
        reason = _reason(value)
        if reason is None:
            self.values[key] = self.read(key, field, value)
        elif reason:
            self.does_not_apply[key] = reason
        else:
            raise self.error(key, value, f"'{_DOES_NOT_APPLY}: ' and the reason", "Say why")

    def read(self, key: str, field: Field, value: Any) -> Any:
        """The value in SI; a complaint about it names the key, the file and the line."""
        try:
            return field.read(value, key)
        except InvalidInput as error:
            advice = error.advice or f"Or leave the key out, or write '{_DOES_NOT_APPLY}: ' and the reason"
            raise InvalidInput(error.what, error.got, error.allowed, advice, self._where(key)) from None

    def error(self, key: str, got: Any, allowed: str, advice: str = "") -> InvalidInput:
        """A complaint about a key, with the file and the line."""
        shown = key if len(key) <= _LONGEST_KEY else key[: _LONGEST_KEY - 3] + "..."
        return InvalidInput(shown, got, allowed, advice, self._where(key))

    @staticmethod
    def _elsewhere(name: str) -> str:
        """Advice for a key that belongs to another table."""
        homes = [path for path, items in TABLES.items() if name in items]
        return f"It belongs to [{homes[0]}]" if homes else ""

    # -- the protocol ---------------------------------------------------------------------------------------------

    def protocol(self, raw: Mapping[str, Any]) -> tuple[Protocol | None, tuple[str, ...], Mapping[str, str]]:
        """The protocol, or the keys without which there is none; and what a simulation has to assume."""
        given = dict(self.table(raw, "protocol"))
        self._impedance(given.pop("impedance", {}))
        name = given.get("name", "steps" if "steps" in given else None)
        extra = TABLES["protocol"]
        if name is None or _says_nothing(name):
            settings = {setting for table in PROTOCOLS.values() for setting in table}
            children = [*sorted(settings), "name", "steps", "impedance"]
            self.fields("protocol", given, extra, children)
            return None, ("protocol.name",), {}
        entry = community_protocols().get(name) if isinstance(name, str) else None
        kind = name if entry is None else entry.builder
        if not isinstance(kind, str) or kind not in PROTOCOLS:
            known = [*PROTOCOLS, *community_protocols()]
            raise self.error("protocol.name", name, ", ".join(known), suggest(str(name), known))
        self.values["protocol.name"] = name
        if entry is not None:
            given = dict(entry.settings) | given
        items = protocol_items(kind)
        children = ["name", "impedance", *(["steps"] if kind == "steps" else [])]
        self.fields("protocol", given, items | dict(extra), children)
        parts, gaps = self._steps(given) if kind == "steps" else ([], [])
        return self._build(name, items, parts, gaps)

    def _build(
        self, name: str, items: Mapping[str, Item], parts: list[Step], gaps: list[str]
    ) -> tuple[Protocol | None, tuple[str, ...], Mapping[str, str]]:
        settings, assumed = {}, {}
        for setting, item in items.items():
            key, default = f"protocol.{setting}", item.field.default
            if key in self.values:
                settings[setting] = self.values[key]
            elif default is REQUIRED:
                gaps.append(key)
            elif item.needed and default is not OPTIONAL:
                assumed[key] = str(default)
        if gaps:
            return None, tuple(gaps), {}
        try:
            built = from_settings(name, settings, parts)
        except InvalidInput as error:
            key = f"protocol.{error.what}"
            raise InvalidInput(key, error.got, error.allowed, error.advice, self._where(key)) from None
        return built, (), MappingProxyType(assumed)

    def _steps(self, given: Mapping[str, Any]) -> tuple[list[Step], list[str]]:
        rows = given.get("steps")
        if rows is None:
            return [], ["protocol.steps"]
        if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
            raise self.error("protocol.steps", rows, "[[protocol.steps]] tables, at least one")
        parts = [self._step(f"protocol.steps[{index}]", row) for index, row in enumerate(rows)]
        self.values["protocol.steps"] = tuple(parts)
        return parts, []

    def _step(self, path: str, row: Mapping[str, Any]) -> Step:
        for name in row:
            if name not in STEP:
                raise self.error(f"{path}.{name}", None, ", ".join(STEP), suggest(name, STEP) or "There is no such key")
        values = {name: self.read(f"{path}.{name}", STEP[name], value) for name, value in row.items()}
        try:
            return Step(**values)
        except InvalidInput as error:
            key = f"{path}.{error.what}"
            raise InvalidInput(key, row.get(error.what), error.allowed, error.advice, self._where(key)) from None

    def _impedance(self, given: Any) -> None:
        """The table of the spectra, or one text for all of it."""
        path = "protocol.impedance"
        items = TABLES[path]
        reason = _reason(given)
        if reason:
            self.does_not_apply |= {f"{path}.{name}": reason for name in items}
        elif isinstance(given, Mapping):
            self.fields(path, given, items)
        elif not _says_nothing(given):
            raise self.error(path, given, f"a table [{path}], or '{_DOES_NOT_APPLY}: ' and the reason")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _says_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in NOT_STATED)


def _reason(value: Any) -> str | None:
    """Why a key does not apply; empty where no reason is given; ``None`` for any other value."""
    if not isinstance(value, str) or not value.strip().lower().startswith(_DOES_NOT_APPLY):
        return None
    return value.strip()[len(_DOES_NOT_APPLY) :].lstrip(" :,;-").strip()
