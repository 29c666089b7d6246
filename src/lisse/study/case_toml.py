"""Write a case as TOML, with a comment beside every value that the user did not give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["write_case"]

_HEAD = "The case as it was run, with every default spelled out. It can be run again as it is."


def write_case(as_run: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    """The case as TOML text.

    Parameters
    ----------
    as_run : mapping
        Nested tables of plain values.
    notes : mapping
        Comments by dotted path.
    """
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    _fill(document, as_run, notes, "")
    return tomlkit.dumps(document)


def _fill(container: Any, values: Mapping[str, Any], notes: Mapping[str, str], path: str) -> None:
    """Plain values first, then tables, then lists of tables, as TOML wants it."""
    import tomlkit

    for name, value in values.items():
        if not isinstance(value, Mapping) and not _is_list_of_tables(value):
            item = tomlkit.item(value)
            _comment(item, notes, _join(path, name))
            container.add(name, item)
    for name, value in values.items():
        if isinstance(value, Mapping):
            table = tomlkit.table()
            _comment(table, notes, _join(path, name))
            _fill(table, value, notes, _join(path, name))
            container.add(name, table)
    for name, value in values.items():
        if _is_list_of_tables(value):
            array = tomlkit.aot()
            for element in value:
                table = tomlkit.table()
                _fill(table, element, {}, "")
                array.append(table)
            container.add(name, array)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(element, Mapping) for element in value)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _comment(item: Any, notes: Mapping[str, str], path: str) -> None:
    if path in notes:
        item.comment("".join(c if c.isprintable() else " " for c in notes[path]))
