"""Every exception of the package, and what a result status means.

::

    LisseError
    |-- InvalidInput    the user can mend it: a value, a key, a file (also a ValueError)
    |-- MissingValue    the library or a record holds no such number (also a LookupError)
    |-- NotResolved     this model does not compute that quantity (also a KeyError)
    |-- MissingExtra    an optional package is not installed (also an ImportError)
    `-- SolveFailed     numerical failure; carries the partial result

A message has four parts: what, got, allowed, what to do next. Nothing here knows about batteries.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

__all__ = [
    "STATUSES",
    "InvalidInput",
    "LisseError",
    "MissingExtra",
    "MissingValue",
    "NotResolved",
    "SolveFailed",
    "suggest",
]

STATUSES: dict[str, str] = {
    "completed": "the protocol ran to its end",
    "stopped": "the cell failed or a limit of the protocol was reached; the record is complete up to that time",
    "failed": "the solver could not go on; the record is valid up to the last time in it",
}
"""Result statuses and what each means for the reader of a result."""


class LisseError(Exception):
    """Base of every error that this package raises on purpose."""


class InvalidInput(LisseError, ValueError):
    """A value, key or file that the user can mend.

    Parameters
    ----------
    what : str
        Name of the argument, key or file that is wrong.
    got : object
        What was given (shown by ``repr``); omit when there was nothing.
    allowed : str
        What would have been accepted.
    advice : str
        What to do next.
    where : str
        File and line, when the value came from a file.
    """

    def __init__(self, what: str, got: Any = None, allowed: str = "", advice: str = "", where: str = "") -> None:
        self.what, self.got, self.allowed, self.advice, self.where = what, got, allowed, advice, where
        head = f"{where}: {what}" if where else what
        parts = []
        if got is not None:
            parts.append(f"got {_short(got)}")
        if allowed:
            parts.append(f"allowed: {allowed}")
        text = f"{head}: {'; '.join(parts)}" if parts else head
        super().__init__(f"{text}. {advice}" if advice else text)

    def at(self, where: str, what: str | None = None) -> InvalidInput:
        """The same complaint with the file and line (and a fuller name) put in front."""
        return InvalidInput(what or self.what, self.got, self.allowed, self.advice, where)


class MissingValue(LisseError, LookupError):
    """No trustworthy number is known; nothing is invented in its place.

    Attributes
    ----------
    material, property : str
        Which number of which substance; empty where the missing thing is another.
    """

    def __init__(self, text: str, material: str = "", property: str = "") -> None:
        super().__init__(text)
        self.material, self.property = material, property


class NotResolved(LisseError, KeyError):
    """The model that made this record does not compute the quantity."""

    def __str__(self) -> str:
        """Plain text (a KeyError would show its argument's repr)."""
        return str(self.args[0]) if self.args else ""


class MissingExtra(LisseError, ImportError):
    """An optional package is needed for this."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package, self.extra, self.purpose = package, extra, purpose
        super().__init__(f"{purpose} needs the package {package}. Install it with: pip install 'lisse[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str, str]]:
        """What rebuilds it in another process (the message alone would not do)."""
        return MissingExtra, (self.package, self.extra, self.purpose)


class SolveFailed(LisseError):
    """The solver stopped before the protocol ended.

    Attributes
    ----------
    solution : object
        The record up to the last good time; its status is ``"failed"``.
    """

    def __init__(self, text: str, solution: Any = None) -> None:
        super().__init__(text)
        self.solution = solution


def suggest(word: str, known: Iterable[str]) -> str:
    """``"Did you mean 'x'?"`` for the closest known word, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""


def _short(value: Any, limit: int = 120) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits refuses to be written
        text = f"a {type(value).__name__} too long to show"
    return text if len(text) <= limit else text[: limit - 3] + "..."
