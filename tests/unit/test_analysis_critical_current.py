import numpy as np
import pytest
from analysis_cells import AREA, ramp, ramp_levels, short_at

from lisse.measurement.analysis import analyse
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement

HOUR = 3600.0


def test_ramp_gives_current_threshold_and_cumulative_charge():
    # Short half an hour into the 13th half-cycle (level 7): 2 (1 + ... + 6) whole half-cycles before it.
    found = analyse(ramp(short_at(12.5 * HOUR)), area=AREA).to_dict()
    assert found["critical_current_density"] == pytest.approx(7.0)
    assert found["highest_current_density_passed"] == pytest.approx(6.0)
    assert found["threshold_charge"] == pytest.approx(7.0 * 1800.0, abs=7.0 * 15.0 + 1e-9)
    assert found["cumulative_charge"] == pytest.approx((42.0 + 3.5) * HOUR, abs=7.0 * 15.0 + 1e-9)
    assert found["verdict"]["charge"] == found["cumulative_charge"]


def test_charge_is_uncertain_by_half_a_sampling_interval():
    critical = analyse(ramp(short_at(12.5 * HOUR), interval=300.0)).critical
    assert critical.charge_error == pytest.approx(7e-4 * 150.0)
    assert critical.threshold_charge == pytest.approx(7e-4 * 1800.0, abs=critical.charge_error + 1e-12)


def test_one_way_ramp_fails_at_its_level():
    levels = [number * 1e-4 for number in range(1, 11)]
    finding = analyse(ramp(short_at(7.25 * HOUR), levels=levels), area=AREA)
    assert finding.critical_current_density == pytest.approx(8.0)
    assert finding.per_area(finding.critical.highest_passed) == pytest.approx(7.0)


def test_without_failure_there_is_no_critical_current():
    critical = analyse(ramp(levels=ramp_levels(3))).critical
    assert (critical.critical, critical.threshold_charge, critical.charge_error) == (None, None, None)
    assert critical.highest_passed == pytest.approx(3e-4)
    assert critical.cumulative_charge == pytest.approx(12e-4 * HOUR)


def test_short_in_the_first_half_cycle_has_passed_nothing():
    critical = analyse(ramp(short_at(0.5 * HOUR))).critical
    assert critical.highest_passed is None
    assert critical.critical == pytest.approx(1e-4)


def test_records_of_one_time_give_no_negative_uncertainty():
    # The current falls between two records of which the second has the time of the first: the charge still only rises.
    time = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]) * 1e-6
    current = np.array([0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    voltage = np.array([0.0, 0.0, 1e-9, 1e-9, 1e-9, 9.9e37, 0.0, 0.0, 0.0, 0.0])
    critical = analyse(Measurement(data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}))).critical
    assert critical.cumulative_charge == pytest.approx(1.25e-6)
    assert critical.charge_error == pytest.approx(0.25e-6)  # of 1.5 uC, 1 to 1.5 uC had flowed
