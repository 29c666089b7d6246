"""One key of the record: kind of value, why a reader of the report needs it, and who says so."""

from __future__ import annotations

from dataclasses import dataclass

from lisse.keys import Field, Text

__all__ = ["Item", "may", "must", "text"]


@dataclass(frozen=True)
class Item:
    """One key of the record.

    Attributes
    ----------
    field : Field
        Kind of value, range, help, and an example.
    why : str
        Why a reader of the report needs it.
    source : str
        Citation key of who says so.
    needed : bool
        Whether a report without it is incomplete; ``False`` for what is stated where it is known.
    only_if : tuple of (str, tuple of str) or None
        Needed only where another key has one of these values.
    """

    field: Field
    why: str = ""
    source: str = ""
    needed: bool = True
    only_if: tuple[str, tuple[str, ...]] | None = None


def must(field: Field, why: str, source: str, only_if: tuple[str, tuple[str, ...]] | None = None) -> Item:
    """A key without which a report is incomplete, everywhere or where another key has one of some values."""
    return Item(field, why, source, only_if=only_if)


def may(field: Field, why: str = "", source: str = "") -> Item:
    """A key that is stated where it is known."""
    return Item(field, why, source, needed=False)


def text(help: str, example: str) -> Text:
    """A sentence or two."""
    return Text(help, example=example, longest=500)
