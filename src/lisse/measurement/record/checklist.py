"""What a record leaves out, what in it cannot be, and what a reader should doubt.

A record is publishable when nothing that is needed is missing and nothing contradicts itself. Doubts do not stop it:
they are things to say in the paper, because a reader will ask. The rules for both are in ``doubts.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lisse.keys import Choice
from lisse.measurement.record.disagreements import disagreements
from lisse.measurement.record.doubts import Doubt, contradictions, doubts
from lisse.measurement.record.item import Item
from lisse.measurement.record.measured import Measured
from lisse.measurement.record.reading import CellRecord
from lisse.measurement.record.record_tables import items_of
from lisse.measurement.record.schema import GROUPS, HEAD
from lisse.measurement.record.writing import example_of
from lisse.references import cite

__all__ = ["Check", "Missing", "check_record"]


@dataclass(frozen=True)
class Missing:
    """A key that a publishable record needs and this one does not have.

    Attributes
    ----------
    key : str
        Dotted.
    help : str
        What it is.
    why : str
        Why a reader needs it.
    source : str
        Citation key of who says so.
    example : object
        As it could stand in the file.
    """

    key: str
    help: str
    why: str
    source: str
    example: Any

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "key": self.key,
            "help": self.help,
            "why": self.why,
            "source": self.source,
            "citation": cite(self.source),
            "example": self.example,
        }


@dataclass(frozen=True)
class Check:
    """What the checklist says of a record.

    Attributes
    ----------
    missing : tuple of Missing
    contradictions, doubts : tuple of Doubt
    stated, needed : mapping of str to int
        By group: how many of the needed keys are there, and how many are needed.
    """

    missing: tuple[Missing, ...]
    contradictions: tuple[Doubt, ...]
    doubts: tuple[Doubt, ...]
    stated: Mapping[str, int]
    needed: Mapping[str, int]

    @property
    def publishable(self) -> bool:
        """Whether nothing needed is missing and nothing contradicts itself."""
        return not self.missing and not self.contradictions

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.publishable:
            count = len(self.doubts)
            doubt = f"; {count} point{'s' if count > 1 else ''} to say in the text" if count else ""
            return f"Publishable: all {sum(self.needed.values())} items are stated{doubt}."
        parts = []
        if self.missing:
            parts.append(f"{len(self.missing)} of {sum(self.needed.values())} items are missing")
        if self.contradictions:
            count = len(self.contradictions)
            parts.append(f"{count} contradict{'s' if count == 1 else ''} the rest")
        return f"Not publishable yet: {', and '.join(parts)}."

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "publishable": self.publishable,
            "sentence": self.sentence,
            "missing": [each.to_dict() for each in self.missing],
            "contradictions": [each.to_dict() for each in self.contradictions],
            "doubts": [each.to_dict() for each in self.doubts],
            "groups": {name: {"stated": self.stated[name], "needed": self.needed[name]} for name in self.needed},
        }


def check_record(record: CellRecord, seen: Measured | None = None) -> Check:
    """Go through the checklist.

    Parameters
    ----------
    record : CellRecord
        From `load_record`.
    seen : Measured, optional
        What the analysis of its files found, from `load_finding`; where the record states something else is a doubt.
    """
    kind = record.values.get("protocol.name")
    needed = {key: item for key, item in items_of(kind).items() if _is_needed(record, item)}
    missing = tuple(_missing(key, item, kind or "") for key, item in needed.items() if not record.states(key))
    groups = ["record", *GROUPS]
    return Check(
        missing,
        contradictions(record),
        (*doubts(record), *(disagreements(record, seen) if seen is not None else ())),
        {name: sum(_group(key) == name and record.states(key) for key in needed) for name in groups},
        {name: sum(_group(key) == name for key in needed) for name in groups},
    )


def _is_needed(record: CellRecord, item: Item) -> bool:
    """Whether the record needs a key, given its other keys; a condition on an absent key waits for that key."""
    if item.only_if is None:
        return item.needed
    key, values = item.only_if
    return item.needed and record.values.get(key) in values


def _group(key: str) -> str:
    return "record" if key in HEAD else key.partition(".")[0]


def _missing(key: str, item: Item, kind: str) -> Missing:
    field = item.field
    choices = f": {', '.join(field.choices)}" if isinstance(field, Choice) else ""
    example = example_of(field, kind, key.rpartition(".")[2])
    return Missing(key, f"{field.help}{choices}", item.why, item.source, example)
