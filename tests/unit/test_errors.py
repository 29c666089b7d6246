"""Error messages: what, got, allowed, what to do next; and the tree of exceptions."""

from __future__ import annotations

import copy
import pickle

import pytest

from lisse import errors
from lisse.errors import (
    STATUSES,
    InvalidInput,
    LisseError,
    MissingExtra,
    MissingValue,
    NotResolved,
    SolveFailed,
    suggest,
)


def test_a_message_has_four_parts_in_order() -> None:
    error = InvalidInput("cell.area", "-1 cm^2", "an area above zero", "Give the electrode area")
    assert str(error) == "cell.area: got '-1 cm^2'; allowed: an area above zero. Give the electrode area"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"what": "area"}, "area"),
        ({"what": "area", "got": 0}, "area: got 0"),
        ({"what": "area", "got": ""}, "area: got ''"),
        ({"what": "area", "allowed": "a number"}, "area: allowed: a number"),
        ({"what": "area", "advice": "Measure it"}, "area. Measure it"),
        ({"what": "area", "got": 1, "where": "case.toml line 3"}, "case.toml line 3: area: got 1"),
    ],
)
def test_absent_parts_leave_no_gap(arguments: dict[str, object], text: str) -> None:
    assert str(InvalidInput(**arguments)) == text


def test_at_puts_the_file_and_line_in_front() -> None:
    error = InvalidInput("area", 0, "above zero", "Mend it").at("case.toml line 3", "cell.area")
    assert str(error) == "case.toml line 3: cell.area: got 0; allowed: above zero. Mend it"
    assert str(error.at("other.toml")).startswith("other.toml: cell.area: got 0")


@pytest.mark.parametrize("value", ["x" * 10_000, list(range(10_000)), 10**10_000], ids=["text", "list", "int"])
def test_a_huge_value_is_cut(value: object) -> None:
    assert len(str(InvalidInput("value", value))) < 150


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidInput("x"), ValueError),
        (MissingValue("x"), LookupError),
        (NotResolved("x"), KeyError),
        (MissingExtra("tifffile", "image", "Reading a TIFF"), ImportError),
        (SolveFailed("x"), Exception),
    ],
)
def test_each_is_a_lisse_error_and_the_builtin_one(error: Exception, builtin: type[Exception]) -> None:
    assert isinstance(error, LisseError)
    assert isinstance(error, builtin)


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("area", [1, 2], "a number", "Mend it", "case.toml line 3"),
        MissingValue("no value"),
        NotResolved("void_height: not resolved"),
        MissingExtra("tifffile", "image", "Reading a TIFF"),
        SolveFailed("stopped at 3 s", solution={"time": 3.0}),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_survives_the_way_to_another_process(error: LisseError, way: object) -> None:
    again = way(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_not_resolved_shows_plain_text() -> None:
    assert str(NotResolved("it's not here")) == "it's not here"
    assert str(NotResolved()) == ""


def test_a_missing_extra_says_how_to_install_it() -> None:
    with pytest.raises(MissingExtra, match=r"Reading a TIFF needs the package tifffile.*pip install 'lisse\[image\]'"):
        raise MissingExtra("tifffile", "image", "Reading a TIFF")


def test_solve_failed_carries_the_partial_solution() -> None:
    partial = object()
    assert SolveFailed("stopped", partial).solution is partial
    assert SolveFailed("stopped").solution is None


def test_suggest_names_the_closest_word_or_nothing() -> None:
    assert suggest("presure", ["pressure", "area"]) == "Did you mean 'pressure'?"
    assert suggest("qqq", ["pressure", "area"]) == ""
    assert suggest("x", []) == ""


def test_the_tree_in_the_docstring_names_every_exception() -> None:
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        if isinstance(getattr(errors, name), type):
            assert name in drawn


def test_every_status_is_explained() -> None:
    assert set(STATUSES) == {"completed", "stopped", "failed"}
    assert all(len(text) > 20 for text in STATUSES.values())
