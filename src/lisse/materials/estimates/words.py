"""How an estimate is told: its applicability in words, and the applicability that an entry carries in its note."""

from __future__ import annotations

import re

from lisse.materials.property import Entry

__all__ = ["FAR", "USABLE", "applicability_of", "applicability_words"]

_INSIDE = 0.7
FAR = 0.2
"""Applicability below which an estimate comes with a warning."""
USABLE = 0.01
"""Applicability below which a number is not to be used."""
_IN_NOTE = re.compile(r"\bapplicability (\d(?:\.\d+)?)")


def applicability_words(applicability: float) -> str:
    """An applicability (0 to 1) in words.

    Examples
    --------
    >>> applicability_words(0.9)
    'like the training data'
    """
    if applicability >= _INSIDE:
        return "like the training data"
    if applicability >= FAR:
        return "at their edge"
    return "far from them" if applicability >= USABLE else "do not use"


def applicability_of(entry: Entry) -> float | None:
    """The applicability that the note of an estimated entry states; None where it states none."""
    found = _IN_NOTE.search(entry.note)
    return None if found is None else float(found[1])
