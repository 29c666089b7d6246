"""Write a case as TOML, with a comment beside every value that the user did not give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["write_case"]


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
    document.add(
        tomlkit.comment("The case as it was run, with every default spelled out. It can be run again as it is.")
    )
    _fill(document, as_run, notes, "")
    return tomlkit.dumps(document)


def _fill(container: Any, values: Mapping[str, Any], notes: Mapping[str, str], path: str) -> None:
    import tomlkit

    for name, value in values.items():
        if isinstance(value, Mapping):
            continue
        full = f"{path}.{name}" if path else name
        if isinstance(value, list):
            array = tomlkit.aot()
            for element in value:
                table = tomlkit.table()
                _fill(table, element, notes, full)
                array.append(table)
            container.add(name, array)
            continue
        item = tomlkit.item(value)
        if full in notes:
            item.comment(notes[full])
        container.add(name, item)
    for name, value in values.items():
        if isinstance(value, Mapping):
            full = f"{path}.{name}" if path else name
            table = tomlkit.table()
            if full in notes:
                table.comment(notes[full])
            _fill(table, value, notes, full)
            container.add(name, table)
