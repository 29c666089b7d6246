"""Every item that is missing has its own message; what cannot be is told from what should be said."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from complete_records import KINDS, complete, put, without
from lisse.measurement.record import GROUPS, read_record
from lisse.measurement.record.checklist import Check, check_record
from lisse.measurement.record.record_tables import items_of
from lisse.references import all_references

KEYS = [(kind, key) for kind in KINDS for key, item in items_of(kind).items() if item.needed and key != "protocol.name"]
FIRST = [(kind, key) for kind, key in KEYS if kind == "ccd-ramp" or key.startswith("protocol.")]
CONDITIONS = {
    "cell.stiffness": ("cell.fixture", "constant-gap"),
    "failure.voltage_drop": ("failure.definition", "voltage-drop"),
}


def check(raw: dict[str, Any]) -> Check:
    return check_record(read_record(raw))


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_record_can_be_published(kind: str) -> None:
    found = check(complete(kind))
    assert found.missing == ()
    if kind == "ccd-ramp":
        assert (found.contradictions, found.doubts) == ((), ())
        assert found.sentence == f"Publishable: all {sum(found.needed.values())} items are stated."
        assert found.stated == found.needed


@pytest.mark.parametrize(("kind", "key"), FIRST)
def test_each_item_that_is_missing_says_so_and_why(kind: str, key: str) -> None:
    raw = complete(kind)
    if key in CONDITIONS:
        put(raw, *CONDITIONS[key])
        assert key not in {each.key for each in check(raw).missing}
    found = check(without(raw, key))
    assert [each.key for each in found.missing] == [key]
    (missing,) = found.missing
    assert missing.why
    assert missing.source in all_references()
    assert missing.help
    assert not found.publishable
    assert found.sentence.startswith(f"Not publishable yet: 1 of {sum(found.needed.values())} items are missing")
    read_record(put(complete(kind), key, missing.example))


def test_no_two_items_say_the_same() -> None:
    said = [f"{key}: {item.field.help} {item.why}" for key, item in items_of("ccd-ramp").items()]
    assert len(set(said)) == len(said)


def test_without_a_protocol_its_name_is_missing() -> None:
    raw = complete()
    del raw["protocol"]["name"]
    found = check(raw)
    assert [each.key for each in found.missing] == ["protocol.name"]


def test_an_empty_record_lacks_everything() -> None:
    found = check({})
    assert set(found.needed) == {"record", *GROUPS}
    assert set(found.stated.values()) == {0}
    assert len(found.missing) == sum(found.needed.values())
    assert all(found.needed[group] for group in GROUPS)


@pytest.mark.parametrize("key", ["cell.stiffness", "failure.voltage_drop"])
def test_what_another_key_makes_needed_is_asked_for_only_then(key: str) -> None:
    assert check(without(complete(), key)).publishable


def test_without_a_failure_nothing_about_it_is_asked_for() -> None:
    raw = put(complete(), "failure.mode", "none")
    for name in ("current_density", "first_suspicious_half_cycle", "collapse_time"):
        without(raw, f"failure.{name}")
    assert check(raw).publishable


def test_what_does_not_apply_is_not_missing() -> None:
    assert check(put(complete(), "electrolyte.grain_size", "does not apply: polymer")).publishable


CONTRADICTIONS = [
    ({"lithium.area": "0.001 cm^2"}, "lithium.area", "what instruments write where nobody entered an area"),
    (
        {"cell.forming_pressure": "1 MPa"},
        "cell.forming_pressure",
        "1 MPa of forming is less than the stack",
    ),
    ({"statistics.early_failures": 6}, "statistics.early_failures", "6 early failures among 5 cells"),
    ({"statistics.cells": 7}, "statistics.critical_current_densities", "5 values for 7 cells"),
    ({"statistics.early_failures_kept": False}, "statistics.critical_current_densities", "5 values for 4 cells"),
    ({"failure.current_density": "0.5 mA/cm^2"}, "failure.current_density", "failed at 0.5 mA/cm2, after 0.85"),
    (
        {"failure.current_density": "4 mA/cm^2"},
        "failure.current_density",
        "4 mA/cm2 is more than the protocol sets",
    ),
    ({"protocol.impedance.frequency_to": "2 MHz"}, "protocol.impedance.frequency_to", "is not below the highest, 1e"),
    ({"failure.mode": "none"}, "failure.current_density", "though no failure was seen"),
]
DOUBTS = [
    ({"cell.pressure_reading": "torque"}, "cell.pressure_reading", "torque of screws alone"),
    (
        {"cell.fixture": "constant-gap", "cell.pressure_reading": "nominal"},
        "cell.pressure_reading",
        "between rigid plates was not logged",
    ),
    ({"cell.forming_pressure": "3 MPa"}, "cell.forming_pressure", "forming and stack pressure are both 3 MPa"),
    ({"lithium.thickness": "31 um", "caveats.usable_fraction": "3.9 %"}, "lithium.thickness", "31 um of metal"),
    ({"lithium.counter_thickness": "100 um"}, "lithium.counter_thickness", "100 um of metal"),
    ({"lithium.area": "0.5 cm^2"}, "lithium.area", "divided by 0.5 cm2, but the electrodes have 0.283 cm2 and 0.283"),
    (
        {"statistics.cells": 2, "statistics.critical_current_densities": ["1 mA/cm^2"] * 2}
        | {"statistics.cumulative_charges": ["1 mAh/cm^2"] * 2},
        "statistics.cells",
        "2 cells, fewer than 3",
    ),
    (
        {"statistics.early_failures_kept": False, "statistics.critical_current_densities": ["1 mA/cm^2"] * 4}
        | {"statistics.cumulative_charges": ["1 mAh/cm^2"] * 4},
        "statistics.early_failures_kept",
        "1 early failure is left out",
    ),
    ({"failure.sampling_interval": "30 s"}, "failure.sampling_interval", "every 30 s, but .* within 20 s"),
    ({"failure.electrolyte_resistance": "600 ohm cm^2"}, "failure.electrolyte_resistance", "is 60 ohm cm2"),
    ({"caveats.usable_fraction": "50 %"}, "caveats.usable_fraction", "0.5, but thickness and half-cycle .* 0.0404"),
    ({"caveats.full_cell_claimed": True}, "caveats.full_cell_claimed", "said to hold for full cells"),
    ({"files": ["nowhere.mpt"]}, "files", "there is no file nowhere.mpt"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "text"), CONTRADICTIONS)
def test_what_cannot_be_stops_publication(changes: dict[str, Any], key: str, text: str) -> None:
    raw = complete()
    for name, value in changes.items():
        put(raw, name, value)
    found = check(raw)
    assert not found.publishable
    assert key in {each.key for each in found.contradictions}
    (said,) = (each.text for each in found.contradictions if each.key == key)
    assert re.search(text, said)
    assert all(each.source in {"", *all_references()} and each.why for each in found.contradictions)
    assert "contradict" in found.sentence


@pytest.mark.parametrize(("changes", "key", "text"), DOUBTS)
def test_a_doubt_is_said_and_stops_nothing(changes: dict[str, Any], key: str, text: str) -> None:
    raw = complete()
    for name, value in changes.items():
        put(raw, name, value)
    found = check(raw)
    assert [each.key for each in found.doubts] == [key]
    assert re.search(text, found.doubts[0].text)
    assert found.doubts[0].source in {"", *all_references()}
    assert found.publishable
    assert found.sentence.endswith("; 1 point to say in the text.")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"lithium.thickness": "30 um"}, "lithium.thickness"),
        ({"failure.sampling_interval": "20 s"}, "failure.sampling_interval"),
        ({"lithium.area": "0.284 cm^2"}, "lithium.area"),
        ({"failure.electrolyte_resistance": "100 ohm cm^2"}, "failure.electrolyte_resistance"),
    ],
)
def test_at_the_limit_there_is_no_doubt(changes: dict[str, Any], rule: str) -> None:
    raw = complete()
    for name, value in changes.items():
        put(raw, name, value)
    assert rule not in {each.key for each in check(raw).doubts}


def test_a_cell_that_is_cycled_may_fail_below_what_it_passed_before() -> None:
    raw = complete("cycle")
    put(raw, "failure.highest_current_density_passed", "0.5 mA/cm^2")
    put(raw, "failure.current_density", "0.4 mA/cm^2")
    assert check(raw).contradictions == ()


def test_the_result_is_plain_data() -> None:
    found = check({"lithium": {"area": "0.001 cm^2", "thickness": "1 mm"}})
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert content["publishable"] is False
    assert content["groups"]["lithium"] == {"stated": 2, "needed": 13}
    assert {"key", "help", "why", "source", "citation", "example"} == set(content["missing"][0])
    assert content["contradictions"][0]["key"] == "lithium.area"
    assert content["doubts"][0]["citation"] == "Hatzell and others 2020"
