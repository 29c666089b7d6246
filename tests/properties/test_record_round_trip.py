"""Records of any content: TOML and JSON say the same, and nothing but our own error ever comes out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complete_records import complete, complete_text
from lisse.errors import InvalidInput
from lisse.keys import Choice, Field, Flag, HalfCycle, Integer, Quantity, Text
from lisse.measurement import load_record
from lisse.measurement.record import CellRecord, read_record
from lisse.measurement.record.checklist import check_record
from lisse.measurement.record.kinds import Date, ElectrodeSize, Names, Values
from lisse.measurement.record.record_tables import NOT_STATED, items_of
from lisse.measurement.record.score_card import score_record
from lisse.measurement.record.writing import bdf_record, json_schema, record_json, record_template, record_toml
from lisse.report.record_page import record_page

ITEMS = {key: item for key, item in items_of("ccd-ramp").items() if key not in ("protocol.name", "version")}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
NUMBERS = st.floats(0.01, 0.9)
UNITS = {"A/m^2": "mA/cm^2", "C/m^2": "mAh/cm^2"}


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Values that a key can have, and words for none."""
    if isinstance(field, Choice):
        return st.sampled_from(field.choices)
    if isinstance(field, Text):
        return WORDS
    if isinstance(field, Integer):
        return st.integers(max(field.low, 1), min(field.high, 20))
    if isinstance(field, Flag):
        return st.booleans()
    if isinstance(field, Values):
        unit = UNITS[field.unit]
        return st.lists(st.builds(lambda x, beyond: f"{'> ' * beyond}{x} {unit}", NUMBERS, st.booleans()), min_size=1)
    if isinstance(field, Names):
        return st.lists(WORDS, min_size=1, max_size=3, unique=True)
    if isinstance(field, Date):
        return st.dates().map(str)
    if isinstance(field, (HalfCycle, ElectrodeSize)):
        return st.just(field.example or "1 h")
    assert isinstance(field, Quantity)
    return st.just(field.example or field.default if isinstance(field.default, str) or field.example else "0.1 mA/cm^2")


@st.composite
def records(draw: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for key, item in ITEMS.items():
        kind = draw(st.sampled_from(("absent", "stated", "stated", "not stated", "does not apply: so")))
        if kind == "absent":
            continue
        *path, name = key.split(".")
        table = raw
        for part in path:
            table = table.setdefault(part, {})
        table[name] = draw(value_of(item.field)) if kind == "stated" else kind
    return raw


def reads(raw: dict[str, Any]) -> CellRecord | None:
    try:
        return read_record(raw)
    except InvalidInput:
        return None


@settings(max_examples=30)
@given(records())
def test_toml_and_json_say_the_same(raw: dict[str, Any]) -> None:
    record = read_record(raw)
    from_toml = read_record(tomllib.loads(record_toml(record)))
    from_json = read_record(json.loads(record_json(record)))
    assert {**record.values, "version": 1} == dict(from_toml.values)
    assert from_toml == from_json
    assert from_toml.protocol == record.protocol
    assert record_toml(from_json) == record_toml(record)


@settings(max_examples=20)
@given(records())
def test_whatever_is_stated_can_be_checked_scored_listed_and_shown(raw: dict[str, Any]) -> None:
    record = read_record(raw)
    check, scores = check_record(record), score_record(record)
    stated = sum(check.stated.values())
    assert stated + len(check.missing) == sum(check.needed.values())
    json.dumps(check.to_dict(), allow_nan=False)
    json.dumps([score.to_dict() for score in scores], allow_nan=False)
    flat = bdf_record(record)
    json.dumps(flat, allow_nan=False)
    assert None not in flat.values()
    assert check.sentence.split(",")[0].split(";")[0].rstrip(".") in record_page(record, check, scores)


PLACES = [*ITEMS, "version", "protocol", "protocol.name", "protocol.steps", "protocol.impedance", "lithium", "other"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(
    st.sampled_from(["", *ITEMS, "protocol", "protocol.name", "protocol.steps", "protocol.impedance", "lithium"]), JSON
)
def test_nonsense_anywhere_is_read_or_refused(key: str, value: Any) -> None:
    raw = complete()
    *path, name = key.split(".")
    table: Any = raw
    for part in path:
        table = table[part]
    table[name] = value
    record = reads(raw)
    if record is not None:
        check_record(record)
        score_record(record)
        bdf_record(record)


@settings(max_examples=60)
@given(st.integers(0, len(complete_text().encode())), st.binary(max_size=4))
def test_a_file_cut_or_broken_at_any_byte_is_read_or_refused(tmp_path_factory: Any, place: int, noise: bytes) -> None:
    file = Path(tmp_path_factory.getbasetemp()) / "broken.toml"
    whole = complete_text().encode()
    for broken in (whole[:place], whole[:place] + noise + whole[place:]):
        file.write_bytes(broken)
        try:
            check_record(load_record(file))
        except InvalidInput as error:
            refused = str(error)
        else:
            continue
        assert "broken.toml" in refused


def test_the_template_is_a_record_that_states_nothing() -> None:
    record = read_record(tomllib.loads(record_template()))
    assert record.values == {}
    assert record.does_not_apply == {}


def shape_fits(shape: dict[str, Any], value: Any) -> bool:
    """As far as our own JSON Schema goes: the few words of it that we use."""
    import re

    if "anyOf" in shape:
        return any(shape_fits(each, value) for each in shape["anyOf"])
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    if not isinstance(value, kinds[shape["type"]]) or (isinstance(value, bool) and shape["type"] != "boolean"):
        return False
    if isinstance(value, str):
        return re.search(shape.get("pattern", ""), value) is not None and value in shape.get("enum", [value])
    if isinstance(value, list):
        return all(shape_fits(shape["items"], each) for each in value)
    if isinstance(value, dict):
        known = shape["properties"]
        return all(name in known and shape_fits(known[name], each) for name, each in value.items())
    return shape.get("minimum", value) <= value <= shape.get("maximum", value)


@settings(max_examples=20)
@given(records())
def test_the_json_schema_takes_what_the_reader_takes(raw: dict[str, Any]) -> None:
    assert shape_fits(json_schema(), json.loads(record_json(read_record(raw))))


@pytest.mark.parametrize("words", [*NOT_STATED, "Unknown", "Does not apply: polymer"])
def test_the_json_schema_takes_the_words_for_nothing(words: str) -> None:
    raw = complete()
    raw["electrolyte"]["grain_size"] = words
    assert shape_fits(json_schema(), raw)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("lithium.thickness", 3), ("lithium.thicknes", "3 um"), ("statistics.cells", "three"), ("cell.kind", "round"),
        ("statistics.cells", 0), ("files", "a.mpt"), ("protocol.half_cycle", 1), ("caveats.full_cell_claimed", "no"),
    ],
)  # fmt: skip
def test_the_json_schema_refuses_what_the_reader_refuses(key: str, wrong: Any) -> None:
    raw = complete()
    assert shape_fits(json_schema(), json.loads(record_json(read_record(raw))))
    *path, name = key.split(".")
    table: Any = raw
    for part in path:
        table = table[part]
    table[name] = wrong
    assert reads(raw) is None
    assert not shape_fits(json_schema(), raw)
