"""The table of agreement of the universal potentials: the page is what the script prints, its rows are real."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from example_scripts import as_module
from lisse.materials.atomistic import ATOMISTIC_PROPERTIES, POTENTIALS
from lisse.references import reference


@pytest.fixture(scope="module")
def script(repository: Path) -> ModuleType:
    return as_module(repository / "validation" / "atomistic" / "compare.py", "validation_atomistic")


def test_the_table_in_the_docs_is_the_one_that_the_script_prints(script: ModuleType) -> None:
    text = script.PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in (*script.lines(), *script.unknown_lines()) if line not in text] == []


def test_every_known_number_has_a_source_and_a_mark(script: ModuleType) -> None:
    for row in script.KNOWN["known"]:
        low, high, where = script.known(row)
        assert 0 <= low <= high
        assert where.count("[") >= 1
        if "source" in row:
            assert row["mark"] in ("S", "S*", "L", "U")
            assert reference(row["source"]).title
        assert row["property"] in ATOMISTIC_PROPERTIES


def test_what_is_compared_was_asked_for_and_has_a_structure(script: ModuleType) -> None:
    for name, asked in script.KNOWN["structures"].items():
        assert script.structure(name).is_file()
        words = {word for group in asked["compute"] for word in group}
        assert words >= {row["property"] for row in script.KNOWN["known"] if row["crystal"] == name}


def test_the_stored_numbers_are_whole(script: ModuleType) -> None:
    stored = json.loads(script.COMPUTED.read_text(encoding="utf-8"))
    assert {"lithium", "LiF", "Li2O", "Li2S"} <= set(stored)
    for words in stored.values():
        for word, answer in words.items():
            assert word in ATOMISTIC_PROPERTIES
            assert set(POTENTIALS) <= set(answer["values"])
            given = [value is not None for value in answer["values"].values()]
            assert answer["status"] == ("completed" if all(given) else "stopped" if any(given) else "failed")


def test_a_number_from_a_run_is_shown_with_its_error(script: ModuleType) -> None:
    answer = {
        "values": {"sevennet": 2.54e-9, "chgnet": None},
        "details": {"sevennet": {"standard_error_m2_per_s": 5.4e-10}, "chgnet": {"standard_error_m2_per_s": 1e-10}},
    }
    told = [script.number(answer, name, "lithium_diffusivity", "m^2/s") for name in ("sevennet", "chgnet", "other")]
    assert told == ["2.54e-09 +- 5.4e-10", "none", "not run"]


def test_off_counts_from_the_nearest_known_number(script: ModuleType) -> None:
    assert script.off(1.5, 1.0, 2.0) == "inside"
    assert script.off(3.0, 1.0, 2.0) == "+50 %"
    assert script.off(0.5, 1.0, 2.0) == "-50 %"
    assert script.off(None, 1.0, 2.0) == "-"
