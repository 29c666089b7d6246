"""The line of a key, against documents that were written key by key."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.keys.toml_lines import holds, key_line

KEYS = st.one_of(
    st.sampled_from(["a", "b", "cell", "x-1", "0", "cell_2"]),
    st.text(st.sampled_from("ab .[]#=\"'é\u2028\\"), min_size=1, max_size=5),
)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.text(st.sampled_from("ab[]{}#='\"\\\n\u0085\u2028"), max_size=8),
    st.booleans(),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(KEYS, SCALARS, max_size=2))
BLANKS = st.lists(st.sampled_from(["", "   ", "# [cell]", '# a = "', "\t"]), max_size=2)
ENDS = st.sampled_from(["", " # comment", "   # [b] = '"])


def bare(key: str) -> str:
    return key if key and all(c in "abcdefghijklmnopqrstuvwxyz0123456789_-" for c in key) else json.dumps(key)


def spelled(draw: Any, value: Any) -> list[str]:
    """A value as TOML, on one line or on several."""
    if isinstance(value, str) and draw(st.booleans()):
        safe = value.replace("\\", "\\\\").replace('"', '\\"').replace("\u0085", "\\u0085").replace("\u2028", "\\u2028")
        return ('"""' + safe + '"""').split("\n")
    if isinstance(value, dict):
        return ["{" + ", ".join(f"{bare(k)} = {json.dumps(v)}" for k, v in value.items()) + "}"]
    if isinstance(value, list) and draw(st.booleans()):
        return ["[", *(f"  {json.dumps(item)}, # ]" for item in value), "]"]
    return [json.dumps(value)]


@st.composite
def documents(draw: Any) -> tuple[str, dict[str, int]]:
    """Text, and the line of every key, noted while writing."""
    lines: list[str] = []
    places: dict[str, int] = {}

    def fill(path: str) -> None:
        for key in draw(st.lists(KEYS, max_size=4, unique=True)):
            lines.extend(draw(BLANKS))
            value = draw(VALUES)
            first, *rest = spelled(draw, value)
            lines.append(f"{bare(key)} = {first}")
            place = f"{path}.{key}" if path else key
            places[place] = len(lines)
            if isinstance(value, dict):
                places.update({f"{place}.{inner}": len(lines) for inner in value})
            lines.extend(rest)
            lines[-1] += draw(ENDS)

    fill("")
    for name in draw(st.lists(st.sampled_from(["t1", "t2", "t3"]), unique=True)):
        if draw(st.booleans()):
            lines.extend([*draw(BLANKS), f"[{name}]{draw(ENDS)}"])
            places[name] = len(lines)
            fill(name)
        else:
            for index in range(draw(st.integers(1, 3))):
                lines.extend([*draw(BLANKS), f"[[{name}]]"])
                places.setdefault(name, len(lines))
                places[f"{name}[{index}]"] = len(lines)
                fill(f"{name}[{index}]")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from(["", end])), places


def ambiguous(places: dict[str, int], path: str) -> bool:
    """Whether keys with dots or brackets make two paths look the same."""
    odd = [other for other in places if other != path and ("." in other or "[" in other)]
    return any(path.startswith(other) or other.startswith(path) for other in odd)


@settings(max_examples=80)
@given(documents())
def test_every_key_is_found_on_its_line(document: tuple[str, dict[str, int]]) -> None:
    text, places = document
    assert tomllib.loads(text) is not None
    for path, line in places.items():
        found = key_line(text, path)
        if found != line:
            assert ambiguous(places, path), (path, found, line, text)


@settings(max_examples=30)
@given(documents())
def test_a_key_that_is_not_there_has_no_line(document: tuple[str, dict[str, int]]) -> None:
    text, _ = document
    assert key_line(text, "nowhere") is None
    assert key_line(text, "t1.nowhere") is None
    assert key_line(text, "t1[7]") is None


def test_holds_reads_dots_and_brackets() -> None:
    table = {"a": {"b": [{"c": 1}, {"d.e": 2}]}, "x.y": 3}
    for path in ("a", "a.b", "a.b[0]", "a.b[0].c", "a.b[1].d.e", "x.y", ""):
        assert holds(table, path)
    for path in ("b", "a.c", "a.b[2]", "a.b[0].d", "x", "a.b.c", "a.b[0].c.d"):
        assert not holds(table, path)


def test_a_long_text_is_given_up_rather_than_searched_for_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a = [\n" + "1,\n" * 200 + "]\nb = 1\n"
    assert (key_line(text, "a"), key_line(text, "b")) == (1, 203)
    monkeypatch.setattr("lisse.keys.toml_lines._MOST_TO_PARSE", 1000)
    assert (key_line(text, "a"), key_line(text, "b")) == (None, None)
