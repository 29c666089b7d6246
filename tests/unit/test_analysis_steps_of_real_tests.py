"""Steps as laboratories record them: tapers, offsets at rest, drifted sources, spectra in between, no counters."""

import numpy as np
import pytest
from analysis_cells import RESISTANCE, measurement, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.segments import rest_threshold, split_steps
from lisse.measurement.analysis.trace import Trace


def test_a_taper_belongs_to_its_half_cycle_and_not_to_its_resistance():
    time = np.arange(0.0, 7200.0, 30.0)
    held = time > 3600.0
    current = np.where(held, 1e-3 * np.exp(-(time - 3600.0) / 900.0), 1e-3)
    voltage = np.where(held, RESISTANCE * 1e-3, RESISTANCE * 1e-3)
    voltage = np.where(held, voltage, voltage * (0.8 + 0.2 * time / 3600.0))
    (step,) = split_steps(Trace(time, current, voltage))
    assert step.control == "current, then voltage"
    assert time[step.taper] == pytest.approx(3600.0, abs=60.0)
    assert step.current == pytest.approx(1e-3, rel=1e-3)
    assert step.charge == pytest.approx(3.6 + 0.9 * (1.0 - np.exp(-4.0)), rel=0.02)
    (cycle,) = analyse(measurement(time, current, voltage)).half_cycles
    assert cycle.resistance == pytest.approx(92.5, abs=0.8)  # middle of the last three quarters: 0.8 + 0.2 * 0.625


def test_a_voltage_that_is_held_throughout_is_no_set_current():
    time = np.arange(0.0, 7200.0, 30.0)
    current = 1e-4 * (0.1 + np.exp(-time / 1000.0))
    finding = analyse(measurement(time, current, np.full(time.size, 0.3)))
    assert finding.critical.kind == "polarisation"
    assert finding.half_cycles[0].control == "voltage"
    assert finding.half_cycles[0].shape is None


@pytest.mark.parametrize("offset", [2e-6, -3e-6])
def test_an_offset_of_the_source_at_rest_is_a_rest(offset):
    time, current = staircase([0.0, 1e-3, 0.0, -1e-3, 0.0])
    voltage = RESISTANCE * current + 3e-5
    finding = analyse(measurement(time, current + offset, voltage))
    assert [cycle.sign for cycle in finding.half_cycles] == [1, -1]


def test_an_offset_that_happens_to_look_ohmic_is_still_a_rest():
    time, current = staircase([1e-3, 0.0, -1e-3, 0.0] * 3)
    offset = current + 1e-6
    finding = analyse(measurement(time, offset, RESISTANCE * offset))
    assert [cycle.sign for cycle in finding.half_cycles] == [1, -1] * 3


def test_a_small_current_of_a_break_in_is_no_offset():
    time, current = staircase([1e-6, -1e-6, 1e-3, -1e-3])
    finding = analyse(measurement(time, current, RESISTANCE * current))
    assert [cycle.current for cycle in finding.half_cycles] == pytest.approx([1e-6, -1e-6, 1e-3, -1e-3])
    assert rest_threshold(current) > 1e-6  # without the voltage nobody could tell


def test_charge_of_a_drifting_current_is_its_integral_and_the_drift_is_told():
    time, current = staircase([1e-3, -1e-3])
    drifted = current * (1.0 - 0.04 * (time % 3600.0) / 3600.0)
    finding = analyse(measurement(time, drifted, RESISTANCE * drifted))
    assert len(finding.half_cycles) == 2
    assert finding.half_cycles[0].charge == pytest.approx(3.6 * 0.98, rel=1e-3)
    assert any("the current drifts within 2 half-cycles" in text for text in finding.warnings)


def test_holes_in_the_record_are_told_and_do_not_cut_a_half_cycle():
    time, current = staircase([1e-3, -1e-3])
    kept = (time < 600.0) | (time > 2400.0)
    finding = analyse(measurement(time[kept], current[kept], RESISTANCE * current[kept]))
    assert len(finding.half_cycles) == 2
    assert finding.half_cycles[0].charge == pytest.approx(3.6, rel=1e-3)
    assert any("1 hole in the record" in text and "after 0.1583 h" in text for text in finding.warnings)


def test_a_dead_channel_is_told():
    time, current = staircase([1e-3, -1e-3])
    finding = analyse(measurement(time, current, np.full(time.size, 2.5)))
    assert any("2.5 V in every record" in text for text in finding.warnings)


def test_zero_current_only_gives_no_verdict_but_a_reason():
    time, current = staircase([0.0, 0.0])
    finding = analyse(measurement(time, current, 1e-3 + current))
    assert finding.half_cycles == ()
    assert finding.critical.kind == "rest"
    assert any("nothing to judge" in text for text in finding.warnings)


def test_a_record_of_which_most_is_unreadable_says_so():
    time, current = staircase([1e-3, -1e-3])
    voltage = RESISTANCE * current
    voltage[np.random.default_rng(2).uniform(size=time.size) < 0.5] = np.nan
    finding = analyse(measurement(time, current, voltage))
    assert finding.half_cycles[0].resistance == pytest.approx(RESISTANCE)
    assert any("so much that no number here is safe" in text for text in finding.warnings)


def test_a_cell_without_voltage_from_the_start_is_told():
    time, current = staircase([1e-3, -1e-3])
    finding = analyse(measurement(time, current, 0.05 * current))
    assert any("shorted before the record began" in text for text in finding.warnings)
