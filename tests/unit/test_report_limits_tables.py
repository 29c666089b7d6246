from __future__ import annotations

import dataclasses

import pytest
from report_solutions import DRAWN, REPORTED, drawn, made_up

from lisse.materials import load
from lisse.records import Limit
from lisse.report import summary
from lisse.report.limits_tables import limit_details, reported_limits, sureness


def test_reasons_are_told_once_for_all_that_share_them():
    groups = reported_limits(summary(drawn(), ""))
    assert [(group["why"], len(group["rows"])) for group in groups] == [("Linear waves.", 2), ("Uniform flow.", 1)]
    assert [row["says"] for group in groups for row in group["rows"]] == [
        "unstable at any current",
        "stable: no bound",
        "330 mA/cm2",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"current_density": 0.0, "margin": 0.0}, "exceeded at any current"),
        ({"current_density": float("inf"), "margin": float("inf")}, "no bound"),
        ({"current_density": None, "margin": 3.2}, "a margin of 3.2"),
        ({"current_density": None, "margin": None}, "not resolved"),
    ],
)
def test_what_other_reported_criteria_say(changes, says):
    creep = dataclasses.replace(REPORTED[2], **changes)
    (group,) = reported_limits(summary(made_up(limits=(creep,)), ""))
    assert [(row["says"], row["draws"]) for row in group["rows"]] == [(says, "")]


def details(inputs, mechanism="filament-short"):
    limit = Limit(mechanism, "made up", 1.0, 1.0, inputs=inputs)
    (found,) = limit_details(summary(made_up(limits=(limit,)), ""))
    return {row["words"]: (row["shown"], row["source_short"], row["row"]) for row in found["rows"]}


def test_numbers_are_credited_to_the_row_that_they_are_from():
    toughness = load("LLZO").entry("fracture_toughness")
    given = details({"fracture_toughness": toughness.at(), "interface_resistance": 2e-4, "stack_pressure": 3e6})
    assert given["fracture toughness"][2] == toughness.row
    assert given["interface resistance"] == ("2 ohm cm2", "Sharafi and others 2017", "LLZO-I1")
    assert given["stack pressure"] == ("3 MPa", "case or default, see case.toml", "")


def test_a_property_at_another_temperature_keeps_its_row():
    assert details({"ionic_conductivity": 0.5})["ionic conductivity"][2] == load("LLZO").entry("ionic_conductivity").row


def test_what_is_in_no_table_is_told_in_words():
    found = details({"crack_overpotential": 0.012, "stack_pressure": 1e5, "flaw_length": 3e-5, "plated_charge": 7200.0})
    assert [source for _, source, _ in found.values()] == [
        "computed",
        "from the protocol",
        "the longest of the flaws given",
        "from the protocol",
    ]
    assert details({"sign": 1.0}) == {}


def test_nothing_is_sure_where_nothing_was_drawn():
    assert sureness(summary(made_up(), "")) is None


def test_a_limit_that_is_a_charge_has_margins_and_the_mechanism_keeps_its_share():
    mechanisms = {**DRAWN["mechanisms"]}
    mechanisms["lithium-exhausted"] = {**mechanisms["lithium-exhausted"], "lowest": 0.25}
    sure = sureness(summary(drawn(uncertainty={**DRAWN, "mechanisms": mechanisms}), ""))
    rows = {row["mode"]: row for row in sure["rows"]}
    assert (rows["lithium-exhausted"]["median"], rows["lithium-exhausted"]["lowest"]) == ("41×", "25 %")
    assert rows["filament-short"]["median"] == "2.39"
    assert [row["mode"] for row in sure["rows"]] == ["filament-short", "lithium-exhausted", "voltage-limit"]
    assert sure["margins"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(5.431, 5.432, "lies at 0.543 mA/cm2"), (16.5, 39.0, "lies between 1.65 and 3.9 mA/cm2")],
)
def test_one_value_is_no_interval(low, high, words):
    lowest = {**DRAWN["critical_current_density"], "low": low, "high": high}
    assert sureness(summary(drawn(uncertainty={**DRAWN, "critical_current_density": lowest}), ""))["between"] == words
