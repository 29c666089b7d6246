from __future__ import annotations

import json

import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Analytic, Lumped
from lisse.protocol import ccd_ramp, cycle, hold
from lisse.report.numbers_section import numbers_section, numbers_sentence
from lisse.study.measures import MEASURES, MeasureSettings, four_numbers
from scripted_models import Moody, Rule

SETTINGS = MeasureSettings(start=1.0, step=1.0, stop=20.0, half_cycle_charge=3600.0, cycles=20)


def test_four_numbers_of_a_cell_that_fails_by_a_rule() -> None:
    """Above 10.5 A/m2 it fails at once, so that the ramp stops at 11 after 10; cycled at half of that it lasts."""
    found = four_numbers(llzo_case().cell, Rule(), SETTINGS, factors=())
    ccd, one_way = found["critical_current_density"], found["one_way_critical_current"]
    for number in (ccd, one_way):
        assert (number.value, number.at_least, number.resolution) == (11.0, 10.0, 1.0)
        assert number.mode == "filament-short"
    assert found.settings.current_density == 5.5
    cumulative = found["cumulative_charge"]
    assert (cumulative.value, cumulative.at_least) == (None, pytest.approx(20 * 2 * 3600.0))
    assert cumulative.note == "the whole test was passed"
    assert found["threshold_charge"].at_least == pytest.approx(SETTINGS.longest_charge)
    assert found.dependences == ()


def test_charges_are_counted_to_the_failure_and_not_to_the_end_of_a_step() -> None:
    cell = llzo_case().cell
    found = four_numbers(cell, Rule(charge=1234.5), SETTINGS, factors=())
    assert found["threshold_charge"].value == pytest.approx(1234.5)
    assert found["threshold_charge"].resolution is None
    assert found["cumulative_charge"].value == pytest.approx(1234.5)
    late = four_numbers(cell, Rule(life=10_000.0), SETTINGS, factors=())
    assert late["cumulative_charge"].value == pytest.approx(10_000.0)
    assert late["threshold_charge"].value == pytest.approx(10_000.0)


def test_every_number_moves_with_its_test_as_the_rule_says() -> None:
    """The rule: a half-cycle fails at 3000 C/m2. So a smaller one never fails below the limit of the current."""
    found = four_numbers(llzo_case().cell, Rule(charge=3000.0), SETTINGS)
    by = {(each.measure, each.setting): each for each in found.dependences}
    ramp = by["critical_current_density", "half_cycle_charge"]
    assert ramp.at == (900.0, 1800.0, 3600.0, 7200.0, 14400.0)
    assert [each.value for each in ramp.found] == [11.0, 11.0, 1.0, 1.0, 1.0]
    assert ramp.ratio == 11.0
    one_way = by["one_way_critical_current", "half_cycle_charge"]
    assert [each.value for each in one_way.found] == [4.0, 2.0, 1.0, 1.0, 1.0]  # 3000 C/m2 over all steps together
    assert [each.value for each in by["threshold_charge", "current_density"].found] == pytest.approx([3000.0] * 5)
    step = by["critical_current_density", "current_step"]
    assert step.base == 1.0
    assert step.at == (0.25, 0.5, 1.0, 2.0, 4.0)
    assert ("cumulative_charge", "half_cycle_time") not in by


def test_a_coarser_ramp_overstates_the_current_by_no_more_than_its_step() -> None:
    found = four_numbers(llzo_case().cell, Rule(), SETTINGS)
    (steps,) = [e for e in found.dependences if (e.measure, e.setting) == ("critical_current_density", "current_step")]
    for each in steps.found:
        assert each.value is not None
        assert each.at_least is not None
        assert each.at_least <= 10.5 < each.value
        assert each.resolution == pytest.approx(each.value - each.at_least)


def test_a_half_cycle_by_time_is_compared_at_the_same_charge() -> None:
    found = four_numbers(llzo_case().cell, Rule(), SETTINGS)
    (times,) = [
        e for e in found.dependences if (e.measure, e.setting) == ("critical_current_density", "half_cycle_time")
    ]
    assert times.base == pytest.approx(3600.0 / 11.0)
    assert len(times.at) == 5


def test_a_reserve_that_runs_out_is_no_threshold() -> None:
    found = four_numbers(llzo_case().cell, Rule(charge=5000.0, mode="lithium-exhausted"), SETTINGS, factors=())
    assert found["threshold_charge"].value is None
    assert found["threshold_charge"].at_least == pytest.approx(5000.0)
    assert "ran out of lithium" in found["threshold_charge"].note
    assert found["one_way_critical_current"].value is None


def test_a_cell_that_fails_at_once_gives_a_bound() -> None:
    found = four_numbers(llzo_case().cell, Rule(limit=0.5), SETTINGS, factors=())
    number = found["critical_current_density"]
    assert (number.value, number.at_least, number.resolution) == (1.0, None, 1.0)
    assert "first current of the ramp" in number.note


def test_a_protocol_says_with_what_to_measure() -> None:
    of = MeasureSettings.of
    ramp = of(ccd_ramp(1.0, 2.0, 9.0, half_cycle_time=60.0, rest=5.0, cycles_per_step=2, voltage_limit=1.0))
    assert (ramp.start, ramp.step, ramp.stop, ramp.half_cycle_time, ramp.half_cycle_charge) == (1, 2, 9, 60, None)
    assert (ramp.rest, ramp.cycles_per_step, ramp.voltage_limit, ramp.current_density) == (5.0, 2, 1.0, None)
    cycling = of(cycle(3.0, 7, half_cycle_charge=90.0))
    assert (cycling.current_density, cycling.cycles, cycling.half_cycle_charge) == (3.0, 7, 90.0)
    assert of(hold(0.1, 60.0)) == MeasureSettings()


def test_runs_without_a_result_are_told_of_and_refusals_raised() -> None:
    cell = llzo_case().cell
    found = four_numbers(cell, Moody(), SETTINGS, factors=(), seed=1)
    assert found["critical_current_density"].value is None
    assert found.warnings[0] == "Critical current density: a run had no result: by rule"
    with pytest.raises(InvalidInput, match="another cell"):
        four_numbers(cell, Moody(), SETTINGS, seed=2)
    with pytest.raises(InvalidInput, match="measure: got 'ccd'"):
        found["ccd"]
    with pytest.raises(InvalidInput, match="start: got -1"):
        MeasureSettings(start=-1.0)


def test_both_models_answer_and_agree_on_what_closed_forms_resolve() -> None:
    """One-way loss of contact is the same physics in both: a quadrature here, an integrator there."""
    case = llzo_case(protocol__start="0.1 mA/cm^2", protocol__step="0.1 mA/cm^2", protocol__stop="1 mA/cm^2")
    settings = MeasureSettings.of(case.protocol)
    closed, run = (four_numbers(case.cell, model, settings, factors=()) for model in (Analytic(), Lumped()))
    for name in ("one_way_critical_current", "threshold_charge"):
        assert closed[name].mode == run[name].mode == "contact-loss"
    assert closed["one_way_critical_current"].value == run["one_way_critical_current"].value
    assert closed["threshold_charge"].value == pytest.approx(run["threshold_charge"].value, rel=0.01)


def test_the_report_shows_all_of_it() -> None:
    found = four_numbers(llzo_case().cell, Rule(charge=3000.0), SETTINGS).to_dict()
    section = numbers_section(json.loads(json.dumps(found, allow_nan=False)))
    assert section is not None
    assert [row["label"] for row in section["rows"]] == [each.label for each in MEASURES.values()]
    assert [panel.title for panel in section["panels"]] == [each.label for each in MEASURES.values()]
    assert section["rows"][2]["value"] == "0.0833 mAh/cm2"
    assert "One current of 0.05 mA/cm2 in one direction" in section["rows"][2]["test"]
    assert len(section["points"]) == len(found["dependences"]) == 9
    assert numbers_section(None) is None
    first = numbers_sentence(four_numbers(llzo_case().cell, Rule(), SETTINGS, factors=()).to_dict())[0]
    assert first == "Critical current density: 1.1 mA/cm2 (stood 1 mA/cm2; filament short)"


def test_steps_that_end_early_do_not_move_the_level_of_the_failure() -> None:
    """Stripping of a bare collector ends where the metal ends: the level is the one that the run was in."""
    case = llzo_case(
        cell__kind="anode-free",
        cell__anode__thickness="0 um",
        cell__counter={"thickness": "50 um"},
        cell__interface={"dead_share": 0.3},
        cell__stack__pressure="20 MPa",
    )
    verdict = Lumped().solve(case.cell, case.protocol).verdict
    found = four_numbers(case.cell, Lumped(), case.protocol, factors=(), workers=1)
    measured = found["critical_current_density"]
    assert verdict.mode != "none"
    assert measured.value == verdict.critical_current_density
