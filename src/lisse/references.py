"""Look up a citation key. The entries themselves are in ``references.bib``.

Only the part of BibTeX that our own file uses is read: one entry per ``@type{key, field = {value}, ...}``, no macros.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from lisse.errors import InvalidInput, LisseError, suggest

__all__ = ["Reference", "all_references", "cite", "reference"]


@dataclass(frozen=True)
class Reference:
    """One source: who, what, where, when."""

    key: str
    kind: str
    author: str
    title: str
    year: str
    journal: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    note: str = ""

    def text(self) -> str:
        """One line for a reference list, with the DOI where there is one."""
        where = " ".join(part for part in (self.journal, self.volume) if part)
        if self.pages:
            where = f"{where}, {self.pages}"
        parts = [_people(self.author), f"({self.year})", f"{self.title}.", f"{where}." if where else ""]
        if self.doi:
            parts.append(f"doi:{self.doi}")
        if self.note:
            parts.append(f"[{self.note}]")
        return " ".join(part for part in parts if part)


def reference(key: str) -> Reference:
    """The source with that citation key.

    Raises
    ------
    InvalidInput
        For an unknown key.
    """
    try:
        return all_references()[key]
    except KeyError:
        known = all_references()
        raise InvalidInput("citation key", key, "a key of references.bib", suggest(key, known)) from None


def cite(key: str) -> str:
    """Short form for running text: ``"Kasemchainan and others 2019"``; the title where no author is recorded."""
    entry = reference(key)
    if entry.author.startswith("["):
        return f"{entry.title.strip('[]')}, {entry.year}"
    names = [name.split(",")[0].strip() for name in entry.author.split(" and ")]
    few = len(names) <= 2 and "others" not in names
    return f"{' and '.join(names) if few else f'{names[0]} and others'} {entry.year}"


def _people(author: str) -> str:
    """``"A, B.; C, D. and others"`` from BibTeX's ``"A, B. and C, D. and others"``."""
    names = author.split(" and ")
    return "; ".join(names[:-1]) + " and others" if names[-1] == "others" and len(names) > 1 else "; ".join(names)


@functools.cache
def all_references() -> Mapping[str, Reference]:
    """Every entry of ``references.bib``, by key."""
    text = resources.files("lisse").joinpath("references.bib").read_text(encoding="utf-8")
    return MappingProxyType(_parse(text))


_ENTRY = re.compile(r"@(\w+)\s*\{\s*([\w.:-]+)\s*,(.*?)\n\}", re.DOTALL)
_BEGUN = re.compile(r"^\s*@\w+\s*\{\s*([^,\s]*)", re.MULTILINE)
_FIELD = re.compile(r"(\w+)\s*=\s*\{(.*?)\}\s*,?\s*$", re.MULTILINE)
_FIELDS = ("author", "title", "year", "journal", "volume", "pages", "doi", "note")


def _parse(text: str) -> dict[str, Reference]:
    found: dict[str, Reference] = {}
    for kind, key, body in _ENTRY.findall(text):
        fields = {name.lower(): value for name, value in _FIELD.findall(body)}
        if key in found:
            raise LisseError(f"references.bib: the key {key!r} stands there twice")
        missing = [name for name in ("author", "title", "year") if name not in fields]
        if missing:
            raise LisseError(f"references.bib: entry {key!r} lacks {', '.join(missing)}")
        found[key] = Reference(key, kind.lower(), **{name: fields.get(name, "") for name in _FIELDS})
    begun = _BEGUN.findall(text)
    if len(begun) != len(found):
        lost = ", ".join(key for key in begun if key not in found)
        raise LisseError(
            f"references.bib: cannot read {lost} or the entry before it (each ends with a brace on its own line)"
        )
    return found
