"""The case file as a file: its bytes, the changes made on the command line, and where each key stands.

What the keys mean is said in `lisse.study.case`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lisse.errors import InvalidInput
from lisse.keys import Source, holds, read_toml

__all__ = ["CaseSource", "read_source"]

_INDEXED = re.compile(r"(.+)\[(\d+)\]")


@dataclass(frozen=True)
class CaseSource:
    """A case as plain data, and how to say where a key of it stands.

    Attributes
    ----------
    tables : dict
        As parsed from TOML, with the changes of the command line.
    name : str
        Of the file, for messages.
    text : str
        The file.
    changed : tuple of str
        Dotted keys that the command line set.
    folder : Path
        Where the file lies: paths in it are taken from there.
    """

    tables: dict[str, Any]
    name: str = "case"
    text: str = ""
    changed: tuple[str, ...] = ()
    folder: Path = Path()

    def where(self, key: str) -> str:
        """File and line of a dotted key, or of the nearest table around it that is there; or ``command line``."""
        in_file = tomllib.loads(self.text)
        for path in self.changed:
            if key == path or key.startswith(f"{path}.") or (path.startswith(f"{key}.") and not holds(in_file, key)):
                return "command line"
        return Source(in_file, self.name, self.text).where(key)


def read_source(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> CaseSource:
    """Read a TOML file and change it.

    Parameters
    ----------
    path : path
    overrides : iterable of str
        ``"key.path=value"`` each. The value is TOML; what is not TOML is taken as text.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, is too long or is no TOML, and for an override that fits nowhere.
    """
    source = read_toml(path, "case file", "There is no such file; `lisse new` writes one to start from")
    changed: dict[str, str] = {}
    for override in overrides:
        key = _change(source.tables, override)
        if key in changed:
            raise InvalidInput("--set", override, f"one change of {key}", f"{changed[key]!r} came before")
        changed[key] = override
    return CaseSource(source.tables, source.name, source.text, tuple(changed), source.folder)


def _change(tables: dict[str, Any], override: str) -> str:
    """Set one value; returns its dotted key."""
    path, equals, text = override.partition("=")
    parts = [part.strip() for part in path.split(".")]
    if not equals or not all(parts):
        raise InvalidInput("--set", override, 'key.path="value", such as cell.stack.pressure="5 MPa"')
    table: Any = tables
    for part in parts[:-1]:
        table = _inside(table, part, override)
    if parts[-1] == "material" and isinstance(table.get("material"), dict):
        table.pop("material")
    table[parts[-1]] = _value(text)
    return ".".join(parts)


def _inside(table: dict[str, Any], part: str, override: str) -> dict[str, Any]:
    """The table of that name, made where it is absent; ``steps[0]`` is the first of a list."""
    indexed = _INDEXED.fullmatch(part)
    if indexed is not None:
        rows = table.get(indexed[1])
        if not isinstance(rows, list) or int(indexed[2]) >= len(rows):
            count = f"{len(rows)} elements" if isinstance(rows, list) else "no list of that name"
            raise InvalidInput("--set", override, "an element that is there", f"The case has {count}")
        found = rows[int(indexed[2])]
    else:
        found = table.setdefault(part, {})
        if part == "material" and isinstance(found, str):  # a library name becomes a table that can hold an override
            found = table[part] = {"material": found}
    if not isinstance(found, dict):
        raise InvalidInput("--set", override, "a path through tables", f"{part!r} is a value, not a table")
    return found


def _value(text: str) -> Any:
    """TOML where it is that, plain text otherwise (the shell eats quotes)."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text.strip()
    return parsed["value"] if len(parsed) == 1 else text.strip()
