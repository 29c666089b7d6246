"""What the analysis of the files found, and where a record states something else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complete_records import complete, put, without
from lisse.errors import InvalidInput
from lisse.measurement.record import check_record, load_finding, read_record, score_finding
from lisse.measurement.record.disagreements import disagreements
from lisse.measurement.record.measured import Measured, measured

AREA = 0.28274333882308137e-4  # of a disc of 6 mm
RECORD = read_record(complete())
SEEN = Measured(AREA, "soft-short", -9.0 * AREA, 8.5 * AREA, 9000.0 * AREA, 8.6 * 36000 * AREA)
"""What the complete record states."""
FINDING: dict[str, Any] = {
    "area": AREA,
    "verdict": {"mode": "soft-short", "time": 250.0, "current": -0.002},
    "half_cycles": [
        {"end": 100.0, "electric_charge": 0.2},
        {"end": 200.0, "electric_charge": -0.3},
        {"end": 300.0, "electric_charge": 0.4},
    ],
    "highest_current_passed": 0.001,
    "cumulative_electric_charge": 0.55,
}


def changed(**changes: Any) -> Measured:
    return Measured(**{**vars(SEEN), **changes})


def test_half_cycles_that_ended_after_the_failure_do_not_count() -> None:
    assert measured(FINDING) == Measured(AREA, "soft-short", -0.002, 0.001, 0.3, 0.55)
    sound = FINDING | {"verdict": {"mode": "none", "time": None, "current": None}}
    assert measured(sound).half_cycle_charge == 0.4
    assert measured(sound | {"half_cycles": []}).half_cycle_charge is None


def test_what_is_not_known_is_no_zero() -> None:
    blank = measured(
        FINDING | {"half_cycles": [{"end": 1.0, "electric_charge": None}]} | {"cumulative_electric_charge": None}
    )
    assert (blank.half_cycle_charge, blank.cumulative_charge) == (None, None)
    assert {score.name for score in score_finding(blank) if score.value is not None} == {"current_density"}


def test_a_file_says_what_the_finding_says(tmp_path: Path) -> None:
    file = tmp_path / "finding.json"
    file.write_text(json.dumps(FINDING), encoding="utf-8")
    assert load_finding(file) == measured(FINDING)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "finding.json: finding: allowed: a JSON object"),
        ("{", "finding.json, line 1: finding: allowed: valid JSON"),
        ("{}", "finding.json: verdict: allowed: .*With --cells, each cell has a finding.json of its own"),
        (FINDING | {"verdict": {"mode": "tired"}}, "verdict.mode: got 'tired'; allowed: none, hard-short"),
        (FINDING | {"verdict": {"mode": "none"}}, "finding.json: time: allowed"),
        (FINDING | {"half_cycles": [3]}, "finding.json: end: allowed"),
        (FINDING | {"area": 0}, "area: got 0; allowed: a number above zero"),
        (FINDING | {"highest_current_passed": "1 mA"}, "highest_current_passed: got '1 mA'"),
        (FINDING | {"cumulative_electric_charge": True}, "cumulative_electric_charge: got True"),
        (FINDING | {"area": float("inf")}, "Infinity is no number"),
        (FINDING | {"area": 10**400}, "area: got 1000"),
        ('{"area": NaN}', "NaN is no number"),
    ],
)
def test_what_is_no_finding_of_one_cell_is_refused(content: Any, message: str, tmp_path: Path) -> None:
    file = tmp_path / "finding.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        load_finding(file)


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from([*FINDING]), st.sampled_from([*FINDING["verdict"], *FINDING["half_cycles"][0]]), NONSENSE)
def test_nonsense_in_a_finding_is_read_or_refused_by_name(key: str, inner: str, value: Any) -> None:
    nested = FINDING[key] | {inner: value} if key == "verdict" else [{"end": 1.0, "electric_charge": 1.0, inner: value}]
    for broken in ({key: value}, {key: nested} if key in ("verdict", "half_cycles") else {}):
        try:
            seen = measured(FINDING | broken)
        except InvalidInput as error:
            refused = str(error)
        else:
            disagreements(RECORD, seen)
            score_finding(seen, lithium_thickness=30e-6)
            continue
        assert refused.startswith("finding: ")


def test_a_record_that_says_what_its_files_show_raises_no_doubt() -> None:
    assert disagreements(RECORD, SEEN) == ()
    drifted = changed(current=9.3 * AREA, highest_passed=8.4 * AREA, cumulative_charge=8.3 * 36000 * AREA)
    assert disagreements(RECORD, drifted) == ()


@pytest.mark.parametrize(
    ("changes", "key", "text"),
    [
        ({"area": 0.5e-4}, "lithium.area", "0.283 cm2, but the analysis divided by 0.5 cm2"),
        ({"mode": "none"}, "failure.mode", "soft-short, but the analysis of the files finds none"),
        ({"current": -18.0 * AREA}, "failure.current_density", "0.9 mA/cm2, but the files show 1.8 mA/cm2"),
        ({"highest_passed": 4.25 * AREA}, "failure.highest_current_density_passed", "0.85 .* show 0.425 mA/cm2"),
        ({"cumulative_charge": 86 * 36000 * AREA}, "failure.cumulative_charge", "8.6 .* show 86 mAh/cm2"),
    ],
)
def test_where_the_record_states_something_else_is_a_doubt(changes: dict[str, Any], key: str, text: str) -> None:
    found = check_record(RECORD, changed(**changes))
    assert found.publishable
    assert [each.key for each in found.doubts] == [key]
    assert re.search(text, found.doubts[0].text)
    assert found.doubts[0].why


def test_what_one_of_the_two_does_not_know_is_not_compared() -> None:
    assert disagreements(read_record({}), SEEN) == ()
    blank = Measured(None, "soft-short", None, None, None, 8.6 * 36000 * AREA)
    assert disagreements(RECORD, blank) == ()
    other = put(without(complete(), "lithium.area"), "failure.cumulative_charge", "100 mAh/cm^2")
    assert disagreements(read_record(other), SEEN) == ()
