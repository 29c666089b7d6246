"""Device targets against what a test passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from complete_records import complete, put, without
from lisse.errors import InvalidInput
from lisse.measurement.record import read_record
from lisse.measurement.record.score_card import Score, score_finding, score_record, share_passed
from lisse.measurement.record.targets import load_targets
from lisse.theory import ALBERTUS_TARGETS, lithium_thickness

FINDING: dict[str, Any] = {
    "area": 1e-4,
    "verdict": {"mode": "soft-short", "time": 300.0, "current": -0.0035},
    "half_cycles": [
        {"end": 100.0, "electric_charge": 10.0},
        {"end": 200.0, "electric_charge": -12.0},
        {"end": 301.0, "electric_charge": 90.0},
    ],
    "highest_current_passed": 0.0031,
    "cumulative_electric_charge": 37.0,
}


def by_name(scores: tuple[Score, ...]) -> dict[str, Score]:
    assert [score.name for score in scores] == list(ALBERTUS_TARGETS)
    return {score.name: score for score in scores}


def test_a_foil_of_30_um_passes_48_5_per_cent_at_3_mah() -> None:
    assert share_passed(3 * 36000.0, 30e-6) == pytest.approx(0.485, abs=5e-4)


@pytest.mark.parametrize("charge", [3.6e3, 3.6e4, 3.6e5])
def test_the_share_passed_is_the_ratio_of_thicknesses_and_never_above_one(charge: float) -> None:
    plated = float(lithium_thickness(charge))
    assert share_passed(charge, 4 * plated) == pytest.approx(0.25)
    assert share_passed(charge, plated) == 1.0
    assert share_passed(charge, plated / 2) == 1.0
    assert share_passed(charge, 0.0) == 1.0


def test_a_record_is_judged_by_what_it_passed() -> None:
    found = by_name(score_record(read_record(complete())))
    assert {score.outcome for score in found.values()} == {"not met"}
    assert found["current_density"].value == pytest.approx(8.5)
    assert found["cycled_charge"].value == pytest.approx(9000.0)
    assert found["cumulative_charge"].value == pytest.approx(8.6 * 36000)
    assert found["fraction_passed"].value == pytest.approx(0.25 * 4.85 / 30, rel=1e-2)


def test_a_half_cycle_by_time_counts_at_the_current_that_was_passed_not_at_the_largest_of_the_protocol() -> None:
    raw = put(complete(), "protocol.half_cycle", "1 h")
    found = by_name(score_record(read_record(raw)))
    assert found["cycled_charge"].value == pytest.approx(8.5 * 3600.0)


def test_a_device_worthy_cell_meets_all_four() -> None:
    raw = complete("cycle")
    put(raw, "protocol.current_density", "4 mA/cm^2")
    put(raw, "protocol.half_cycle", "4 mAh/cm^2")
    put(raw, "failure.highest_current_density_passed", "4 mA/cm^2")
    put(raw, "failure.cumulative_charge", "400 mAh/cm^2")
    put(raw, "lithium.thickness", "20 um")
    found = by_name(score_record(read_record(raw)))
    assert all(score.met for score in found.values())
    assert found["fraction_passed"].value == pytest.approx(0.97, abs=0.01)


@pytest.mark.parametrize(
    ("absent", "names"),
    [
        ("failure.cumulative_charge", {"cumulative_charge"}),
        ("failure.highest_current_density_passed", {"current_density", "cycled_charge", "fraction_passed"}),
        ("lithium.thickness", {"fraction_passed"}),
        ("protocol.half_cycle", {"cycled_charge", "fraction_passed"}),
    ],
)
def test_what_is_not_stated_is_not_judged(absent: str, names: set[str]) -> None:
    found = by_name(score_record(read_record(without(complete(), absent))))
    unjudged = {name for name, score in found.items() if score.met is None}
    assert unjudged == names
    assert all(found[name].outcome == "not stated" for name in names)
    assert all(absent in found[name].basis for name in names)


def test_a_cell_that_never_failed_passed_its_whole_protocol() -> None:
    raw = without(put(complete(), "failure.mode", "none"), "failure.highest_current_density_passed")
    found = by_name(score_record(read_record(raw)))
    assert found["current_density"].value == pytest.approx(30.0)
    assert "ran without failure" in found["current_density"].basis


def test_a_ramp_that_fails_at_its_first_level_passed_no_half_cycle() -> None:
    raw = complete()
    for name in ("break_in_current_density", "break_in_cycles", "break_in_half_cycle"):
        del raw["protocol"][name]
    put(raw, "failure.highest_current_density_passed", "0.01 mA/cm^2")
    found = by_name(score_record(read_record(raw)))
    assert found["cycled_charge"].value is None
    assert "no half-cycle" in found["cycled_charge"].basis


def test_a_finding_is_judged_by_the_half_cycles_before_its_failure() -> None:
    found = by_name(score_finding(FINDING, lithium_thickness=20e-6))
    assert found["current_density"].met is True
    assert found["cycled_charge"].value == pytest.approx(120_000.0)
    assert found["cycled_charge"].met is True
    assert found["cumulative_charge"].value == pytest.approx(370_000.0)
    assert found["cumulative_charge"].basis == "the files, both directions, until the failure"
    assert found["fraction_passed"].value == pytest.approx(share_passed(120_000.0, 20e-6))
    assert by_name(score_finding(FINDING))["fraction_passed"].outcome == "not stated"


def test_the_area_of_the_record_divides_what_the_files_show() -> None:
    own, other = by_name(score_finding(FINDING)), by_name(score_finding(FINDING, area=2e-4))
    for name in ("current_density", "cycled_charge", "cumulative_charge"):
        assert other[name].value == pytest.approx(own[name].value / 2)
    assert by_name(score_finding(FINDING | {"area": None}, area=1e-4)) == own


def test_without_an_area_a_finding_is_not_judged() -> None:
    found = by_name(score_finding(FINDING | {"area": None}, lithium_thickness=20e-6))
    assert {score.outcome for score in found.values()} == {"not stated"}
    assert {score.basis for score in found.values()} == {"the area is not known"}


def test_a_cell_that_did_not_fail_is_judged_by_all_its_half_cycles() -> None:
    sound = FINDING | {"verdict": {"mode": "none", "time": None, "current": None}}
    found = by_name(score_finding(sound))
    assert found["cycled_charge"].value == pytest.approx(900_000.0)
    assert found["cumulative_charge"].basis == "the files, both directions, in all"


def test_a_cell_that_failed_at_once_passed_no_half_cycle() -> None:
    early = FINDING | {"verdict": {"mode": "hard-short", "time": 9.0, "current": 1.0}, "highest_current_passed": None}
    found = by_name(score_finding(early, lithium_thickness=20e-6))
    for name in ("current_density", "cycled_charge", "fraction_passed"):
        assert (found[name].value, found[name].basis) == (None, "no whole half-cycle before the failure")
    assert found["cumulative_charge"].value == pytest.approx(370_000.0)


@pytest.mark.parametrize(
    ("name", "unit", "value", "shown"),
    [
        ("current_density", "A/m^2", 8.5, "0.85 mA/cm2"),
        ("cumulative_charge", "C/m^2", 360_000.0, "10 mAh/cm2"),
        ("fraction_passed", "1", 0.4851, "48.5 %"),
        ("fraction_passed", "1", None, "not stated"),
    ],
)
def test_a_value_is_shown_as_people_write_it(name: str, unit: str, value: float | None, shown: str) -> None:
    assert Score(name, "", unit, 1.0, value, "").shown == shown


def test_a_protocol_without_a_set_current_is_not_judged_by_it() -> None:
    raw = without(put(complete("eis"), "failure.mode", "none"), "failure.highest_current_density_passed")
    found = by_name(score_record(read_record(raw)))
    assert (found["current_density"].value, found["current_density"].basis) == (None, "the protocol sets no current")


def test_targets_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text('[current_density]\nvalue = "0.5 mA/cm^2"\ntext = "a first step"\n', encoding="utf-8")
    (score,) = score_record(read_record(complete()), load_targets(file))
    assert (score.met, score.text, score.target) == (True, "a first step", 5.0)
    assert score.to_dict()["outcome"] == "met"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[curent_density]\nvalue = "1 mA/cm^2"', "targets.toml: curent_density.*Did you mean 'current_density'"),
        ("[current_density]", r"targets.toml: current_density.value: allowed: 3 mA/cm\^2"),
        ("current_density = 3", "current_density.value"),
        ('[current_density]\nvalue = "1 MPa"', "targets.toml: current_density.value: got '1 MPa'"),
        ('[current_density]\nvalue = "1 mA/cm^2"\ntxt = "a"', "current_density.txt: .*Did you mean 'text'"),
        ('[current_density]\nvalue = "1 mA/cm^2"\ntext = 3', "current_density.text: got 3"),
        ("", "at least one of"),
        ("[", "valid TOML"),
    ],
)
def test_bad_targets_are_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        load_targets(file)
