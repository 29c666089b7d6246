"""Critical currents and charges of each kind of test, with what the sampling leaves open."""

import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, measurement, ramp, ramp_levels, short_at, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.critical_current import TEST_KINDS, critical_current, stood
from lisse.measurement.analysis.events import event_at
from lisse.measurement.analysis.segments import split_steps
from lisse.measurement.analysis.trace import trace_of

HOUR = 3600.0


@pytest.mark.parametrize(
    ("levels", "kind"),
    [
        (ramp_levels(5), "ccd-ramp"),
        ([1e-4, 2e-4, 3e-4], "one-way"),
        ([1e-4] * 2, "one-way-constant"),
        ([1e-4, -1e-4] * 3, "cycling"),
        ([3e-4, -3e-4, 1e-4, -1e-4, 2e-4, -2e-4], "other"),
        ([0.0, 0.0], "rest"),
    ],
)
def test_the_currents_tell_the_kind_of_test(levels, kind):
    assert kind in TEST_KINDS
    assert analyse(ramp(levels=levels)).critical.kind == kind


def test_the_limit_lies_between_the_last_level_that_stood_and_the_first_that_failed():
    for half_cycle in (12.5, 13.5):  # in either direction of the seventh level
        content = analyse(ramp(short_at(half_cycle * HOUR)), area=AREA).to_dict()
        assert content["critical_current_density"] == pytest.approx(7.0)
        assert content["critical_current_density_low"] == pytest.approx(6.0)
    assert "last level that stood" in content["definitions"]["critical_current_density_low"].lower()
    assert "after 0.6 mA/cm2 had been passed" in analyse(ramp(short_at(13.5 * HOUR)), area=AREA).sentence


def test_failure_at_the_first_level_leaves_nothing_that_stood():
    assert analyse(ramp(short_at(0.5 * HOUR))).critical.level_below == 0.0


def test_one_level_has_no_interval_and_its_definition_says_so():
    critical = analyse(ramp(short_at(2.5 * HOUR), levels=[1e-4, -1e-4] * 3)).critical
    assert critical.level_below is None
    assert "says nothing of other currents" in critical.definitions["critical_current_density"]


def test_threshold_capacity_counts_from_the_last_reversal():
    one_way = analyse(ramp(short_at(2.5 * HOUR), levels=[1e-4, 2e-4, 3e-4]))
    assert one_way.critical.threshold_charge == pytest.approx((1e-4 + 2e-4 + 0.5 * 3e-4) * HOUR, abs=3e-4 * 16)
    with_rest = analyse(ramp(short_at(4.5 * HOUR), levels=[-1e-4, 1e-4, 0.0, 1e-4, 2e-4]))
    assert with_rest.critical.threshold_charge == pytest.approx((2e-4 + 1e-4) * HOUR, abs=2e-4 * 16)
    assert with_rest.critical.cumulative_charge == pytest.approx((3e-4 + 1e-4) * HOUR, abs=2e-4 * 16)


def test_in_a_sweep_the_current_at_failure_counts():
    time = np.arange(0.0, 10 * HOUR, 60.0)
    current = 1e-3 * time / time[-1]
    voltage = np.where(time < 6.25 * HOUR, RESISTANCE * current, 1e-6)
    finding = analyse(measurement(time, current, voltage), area=AREA)
    assert finding.critical.kind == "sweep"
    at = float(np.interp(6.25 * HOUR, time, current))
    assert finding.critical.level_below < at <= finding.critical.critical * (1 + 1e-9)
    assert finding.critical.critical - finding.critical.level_below == pytest.approx(1e-3 * 60.0 / time[-1], rel=1e-6)


def test_uncertainty_follows_the_sampling():
    errors = []
    for interval in (10.0, 60.0, 300.0):
        finding = analyse(ramp(short_at(12.5 * HOUR), interval=interval), area=AREA)
        assert finding.verdict.time_resolution == interval
        exact = 42.0 * HOUR + 7.0 * 0.5 * HOUR
        assert finding.per_area(finding.critical.cumulative_charge) == pytest.approx(
            exact, abs=finding.per_area(finding.critical.charge_error) * (1 + 1e-9)
        )
        errors.append(finding.critical.charge_error)
    assert errors == pytest.approx([7e-4 * 5.0, 7e-4 * 30.0, 7e-4 * 150.0])


def test_a_failure_seen_from_half_cycle_to_half_cycle_is_uncertain_by_that_much():
    """It happened between one end of a half-cycle and the other: 4e-4 A for an hour, not a sampling interval."""
    trace = trace_of(ramp(levels=ramp_levels(5)))
    steps = split_steps(trace)
    event = event_at("soft-short", trace, 8, steps[8].first, 0.5, since=steps[7].first)  # shown by the step of +5e-4
    critical = critical_current(trace, steps, event)
    whole = (2 * (1 + 2 + 3) + 4) * 1e-4 * HOUR  # before the half-cycle of -4e-4
    assert critical.cumulative_charge == pytest.approx(whole + 0.5 * 4e-4 * HOUR, rel=1e-3)
    assert critical.charge_error == pytest.approx(0.5 * 4e-4 * HOUR, rel=1e-2)
    assert critical.threshold_charge == pytest.approx(0.5 * 4e-4 * HOUR, rel=1e-2)
    assert (critical.level_below, critical.critical) == pytest.approx((3e-4, 5e-4))  # 4e-4 may have been too much
    assert critical.highest_passed == pytest.approx(4e-4)  # in the other direction it stood


def test_a_half_cycle_in_which_the_failure_may_have_begun_has_not_passed():
    """Also where a rest lies between it and the half-cycle that shows the failure."""
    rested = [level for level in (1e-4, -1e-4, 2e-4, -2e-4, 3e-4) for level in (level, 0.0, 0.0, 0.0)]
    trace = trace_of(ramp(levels=rested))
    steps = split_steps(trace)
    flowing = [number for number, step in enumerate(steps) if step.passes]
    shows, begins = flowing[4], flowing[3]
    event = event_at("soft-short", trace, shows, steps[shows].first, 0.5, since=steps[begins].first)
    assert stood(trace, steps, event) == tuple(flowing[:3])
    critical = critical_current(trace, steps, event)
    assert (critical.level_below, critical.highest_passed) == pytest.approx((1e-4, 2e-4))
    assert critical.threshold_charge == pytest.approx(0.5 * 2e-4 * HOUR, rel=1e-2)  # since the current was -2e-4
    assert critical.cumulative_charge == pytest.approx(5e-4 * HOUR, rel=1e-2)


def test_a_short_at_the_switch_leaves_the_half_cycle_before_it_sound():
    trace = trace_of(ramp(levels=ramp_levels(3)))
    steps = split_steps(trace)
    event = event_at("hard-short", trace, 4, steps[4].first, 0.5)
    assert stood(trace, steps, event) == (0, 1, 2, 3)
    assert stood(trace, steps, None) == (0, 1, 2, 3, 4, 5)


def test_every_number_that_is_given_per_area_is_defined():
    definitions = analyse(ramp(short_at(12.5 * HOUR)), area=AREA).to_dict()["definitions"]
    for key in ("critical_current_density", "threshold_charge", "cumulative_charge", "area_resistance"):
        assert len(definitions[key]) > 40


def test_current_of_the_failing_step_is_split_from_the_one_before():
    time, current = staircase([1e-4, 2e-4])
    voltage = np.where(time < 1.9 * HOUR, RESISTANCE * current, 1e-6)
    finding = analyse(measurement(time, current, voltage))
    assert (finding.critical.level_below, finding.critical.critical) == pytest.approx((1e-4, 2e-4))
