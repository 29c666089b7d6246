"""Where in a TOML text a key stands, so that an error can name the line.

The standard parser says what a file means, not where. But TOML is written in whole lines: cut after any line, a text
is valid unless a string, list or table is still open there, and then it means what the whole text means so far. So
the first cut after which the parser knows a key ends the statement that gives it; a second reader of TOML is not
needed.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

__all__ = ["holds", "key_line"]

_MOST_TO_PARSE = 1_000_000  # characters, about a second
_INDEX = re.compile(r"\[(\d+)\]\.?(.*)", re.DOTALL)


def holds(table: Any, path: str) -> bool:
    """Whether parsed TOML has a key.

    Parameters
    ----------
    table : mapping or list
    path : str
        Dotted, such as ``cell.stack.pressure`` or ``protocol.steps[0].charge``. Keys may themselves have dots.
    """
    if not path:
        return True
    if isinstance(table, list):
        index = _INDEX.fullmatch(path)
        return index is not None and int(index[1]) < len(table) and holds(table[int(index[1])], index[2])
    if not isinstance(table, dict):
        return False
    for key, value in table.items():
        rest = path.removeprefix(key)
        if path.startswith(key) and (not rest or rest[0] in ".[") and holds(value, rest.removeprefix(".")):
            return True
    return False


def key_line(text: str, path: str) -> int | None:
    """Line, from 1, on which the statement begins that gives a key or opens a table.

    Parameters
    ----------
    text : str
        A valid TOML document.
    path : str
        As for `holds`.

    Returns
    -------
    int or None
        ``None`` for a key that is not in the text, and in a text so long that the search would take seconds.
    """
    lines = text.split("\n")
    if not holds(tomllib.loads(text), path):
        return None
    before, after = 0, len(lines)  # two valid cuts: the key is unknown at the first and known at the second
    parsed = 0
    while True:
        middle = (before + after) // 2
        for cut in (*range(middle, before, -1), *range(middle + 1, after)):
            head = "\n".join(lines[:cut]) + "\n"
            parsed += len(head)
            if parsed > _MOST_TO_PARSE:
                return None
            table = _parsed(head)
            if table is not None:
                break
        else:  # no valid cut in between: one statement fills these lines
            return before + 1
        before, after = (before, cut) if holds(table, path) else (cut, after)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
