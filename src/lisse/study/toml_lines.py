"""Where in a TOML text each key stands, so that an error can name the line.

The standard parser says what a file means, not where. This reads the same text, already known to be valid TOML, only
far enough to find the line on which each key begins; keys inside an inline table get the line of that table.
"""

from __future__ import annotations

import re

__all__ = ["key_lines"]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)""", re.DOTALL
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str) -> dict[str, int]:
    """Line number (from 1) of every key and table, by dotted path.

    Elements of an array of tables are written ``protocol.steps[0].current_density``.

    Parameters
    ----------
    text : str
        A valid TOML document.

    Returns
    -------
    dict of str to int
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    open_value = ""  # a multi-line string or array that is not closed yet
    for number, line in enumerate(text.splitlines(), start=1):
        if open_value:
            open_value = "" if _closed(open_value + "\n" + line) else open_value + "\n" + line
            continue
        header = _HEADER.fullmatch(line)
        if header:
            table = _path(header[2])
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                lines.setdefault(table, number)
                table = f"{table}[{index}]"
            else:
                table = _inside_array(table, counts)
            lines.setdefault(table, number)
            continue
        match = _KEY.fullmatch(line)
        if match:
            path = ".".join(part for part in (table, _path(match[1])) if part)
            lines.setdefault(path, number)
            open_value = "" if _closed(match[2]) else match[2]
    return lines


def _path(text: str) -> str:
    return ".".join(part.strip("\"'") for part in _PART.findall(text))


def _inside_array(table: str, counts: dict[str, int]) -> str:
    """``steps.extra`` under the last ``[[steps]]`` is ``steps[n].extra``."""
    for array, count in counts.items():
        if table.startswith(array + "."):
            return f"{array}[{count - 1}]{table[len(array) :]}"
    return table


def _closed(value: str) -> bool:
    """Whether every bracket and multi-line string opened in the value is closed in it."""
    depth = 0
    at = 0
    while at < len(value):
        for quote in ('"""', "'''", '"', "'"):
            if value.startswith(quote, at):
                end = _end_of_string(value, at + len(quote), quote)
                if end < 0:
                    return False
                at = end
                break
        else:
            character = value[at]
            if character == "#":
                newline = value.find("\n", at)
                if newline < 0:
                    break
                at = newline
            depth += (character in "[{") - (character in "]}")
            at += 1
    return depth <= 0


def _end_of_string(value: str, start: int, quote: str) -> int:
    at = start
    while at < len(value):
        if value[at] == "\\" and '"' in quote:
            at += 2
            continue
        if value.startswith(quote, at):
            return at + len(quote)
        at += 1
    return -1
