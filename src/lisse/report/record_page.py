"""The record of a test as one self-contained HTML page: what it states, what it lacks, and how it stands to targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lisse.measurement.record import GROUPS, CellRecord
from lisse.measurement.record.checklist import Check, Missing
from lisse.measurement.record.record_tables import items_of
from lisse.measurement.record.score_card import Score
from lisse.references import cite, reference
from lisse.report.page import environment
from lisse.report.words import printed

__all__ = ["record_page"]


def record_page(record: CellRecord, check: Check, scores: Sequence[Score]) -> str:
    """The page as text.

    Parameters
    ----------
    record : CellRecord
    check : Check
        From `lisse.measurement.record.checklist.check_record`, of the same record.
    scores : sequence of Score
        From `lisse.measurement.record.score_card.score_record`.
    """
    from lisse import __version__

    doubtful = {each.source for each in (*check.contradictions, *check.doubts)}
    sources = sorted((doubtful | {each.source for each in check.missing}) - {""})
    return (
        environment()
        .get_template("record.html")
        .render(
            title=record.title,
            check=check,
            tone="good" if check.publishable and not check.doubts else "warn" if check.publishable else "bad",
            groups=[(name, check.stated[name], check.needed[name]) for name in check.needed],
            missing=_missing(check),
            stated=_stated(record),
            scores=scores,
            protocol=record.protocol_sentence,
            cite=cite,
            sources=[(key, reference(key).text().replace("{", "").replace("}", "")) for key in sources],
            version=__version__,
        )
    )


def _missing(check: Check) -> list[tuple[str, list[tuple[str, Missing]]]]:
    """Group, then name and entry of every missing key."""
    found = []
    for group, words in {"": "this record", **GROUPS}.items():
        rows = [(_name(each.key), each) for each in check.missing if _group(each.key) == group]
        if rows:
            found.append((words, rows))
    return found


def _group(key: str) -> str:
    return key.partition(".")[0] if "." in key else ""


def _name(key: str) -> str:
    return key.partition(".")[2] or key


def _stated(record: CellRecord) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Group, then name, value as given and meaning of every key that is stated or does not apply."""
    items = items_of(record.values.get("protocol.name"))
    found = []
    for group, words in {"": "this record", **GROUPS}.items():
        rows = []
        for key, item in items.items():
            if _group(key) == group and record.states(key):
                rows.append((_name(key), _as_given(record, key), item.field.help))
        if rows:
            found.append((words, rows))
    return found


def _as_given(record: CellRecord, key: str) -> str:
    """The value with the unit that a person wrote."""
    if key in record.does_not_apply:
        return f"does not apply: {record.does_not_apply[key]}"
    found: Any = record.given
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if key == "protocol.steps":
        return f"{len(record.values[key])} steps"
    if found is None:  # a setting that a protocol of the literature brings along
        return f"as in {record.values.get('protocol.name')}"
    if isinstance(found, bool):
        return "yes" if found else "no"
    return printed(", ".join(str(each) for each in found) if isinstance(found, list) else str(found))
