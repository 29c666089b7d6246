"""A file that a person wrote, as bytes and as tables; what cannot be read is said with the file and the line."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lisse.errors import InvalidInput
from lisse.keys.toml_lines import holds, key_line

__all__ = ["Source", "nearest_key", "parse_json", "parse_toml", "read_text"]

_LARGEST_FILE = 1_000_000
_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)", re.DOTALL)


@dataclass(frozen=True)
class Source:
    """A TOML file: its tables, and how to say where a key of it stands.

    Attributes
    ----------
    tables : dict
        As parsed.
    name : str
        Of the file, for messages.
    text : str
        The file; empty where there is no TOML text, and then no line is named.
    folder : Path
        Where the file lies: paths in it are taken from there.
    """

    tables: dict[str, Any]
    name: str
    text: str = ""
    folder: Path = field(default_factory=Path)

    def where(self, key: str) -> str:
        """File and line of a dotted key, or of the nearest table around it that is there."""
        if not self.text:
            return self.name
        key = nearest_key(tomllib.loads(self.text), key)
        line = key_line(self.text, key) if key else None
        return self.name if line is None else f"{self.name}, line {line}"


def nearest_key(tables: dict[str, Any], key: str) -> str:
    """The dotted key, or that of the nearest table around it that is there; empty for none."""
    while key and not holds(tables, key):
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return key


def read_toml(path: str | os.PathLike[str], what: str, absent: str) -> Source:
    """A TOML file that a person wrote.

    Parameters
    ----------
    path : path
    what : str
        What messages call the file, such as ``"case file"``.
    absent : str
        Advice where there is no such file.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, is too long or is no TOML.
    """
    name, text = Path(path).name, read_text(path, what, "a TOML file", absent)
    return Source(parse_toml(text, name, what), name, text, Path(path).absolute().parent)


def read_text(path: str | os.PathLike[str], what: str, kind: str, absent: str, largest: int = _LARGEST_FILE) -> str:
    """The text of a file that a person wrote.

    Parameters
    ----------
    path : path
    what : str
        What messages call the file, such as ``"case file"``.
    kind : str
        What it has to be, such as ``"a TOML file"``.
    absent : str
        Advice where there is no such file.
    largest : int
        Bytes; what a person writes is less than 1 MB.

    Raises
    ------
    InvalidInput
        For a file that is absent, not readable, too long or not in UTF-8.
    """
    name, shown = Path(path).name, str(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(largest + 1)
    except FileNotFoundError:
        raise InvalidInput(what, shown, kind, absent) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        readable = kind.replace("a ", "a readable ", 1)
        raise InvalidInput(what, shown, readable, getattr(error, "strerror", "") or str(error)) from None
    if len(raw) > largest:
        raise InvalidInput(what, f"more than {largest} bytes", f"at most {largest} bytes", where=name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        bad = raw[error.start : error.start + 1]
        raise InvalidInput(what, bad, "text in UTF-8", where=f"{name}, line {line}") from None


def parse_toml(text: str, name: str, what: str) -> dict[str, Any]:
    """The tables of a TOML text; `name` is that of the file, and `what` is what messages call it.

    Raises
    ------
    InvalidInput
        For what is no TOML, with the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.fullmatch(str(error))
        if found is None:
            raise InvalidInput(what, None, "valid TOML", str(error), name) from None
        line = text.split("\n")[int(found[2]) - 1].strip()
        raise InvalidInput(line[:60] or what, None, "valid TOML", found[1], f"{name}, line {found[2]}") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists in lists without end
        reason = (
            "A number has too many digits" if isinstance(error, ValueError) else "Tables or lists are nested too deep"
        )
        raise InvalidInput(what, None, "valid TOML", reason, name) from None


def parse_json(text: str, name: str, what: str) -> dict[str, Any]:
    """The object of a JSON text; `name` is that of the file, and `what` is what messages call it.

    Raises
    ------
    InvalidInput
        For what is no JSON, with the line, for a key that stands there twice, and for what is no object.
    """
    try:
        tables = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise InvalidInput(what, None, "valid JSON", error.msg, f"{name}, line {error.lineno}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "Tables or lists are nested too deep"
        raise InvalidInput(what, None, "valid JSON", reason, name) from None
    if not isinstance(tables, dict):
        raise InvalidInput(what, None, "a JSON object", "The file holds something else", name)
    return tables


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands there twice")
    return found
