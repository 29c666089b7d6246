import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, climb_in_step, measurement, ramp, ramp_levels, short_at, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.events import succession
from lisse.records import Spectrum

HOUR = 3600.0


def spectrum(resistance, time=-10.0):
    return Spectrum(
        time,
        np.array([1e6, 1e5, 1e4, 1e3]),
        np.array([resistance, 1.2 * resistance, 1.3 * resistance, 1.4 * resistance], complex),
    )


@pytest.mark.parametrize("noise", [0.0, 2e-4])
@pytest.mark.parametrize("sign", [1, -1])
def test_known_short_in_a_ramp_is_found_to_one_sample(noise, sign):
    finding = analyse(
        ramp(short_at(12.5 * HOUR), levels=[sign * level for level in ramp_levels()], noise=noise), area=AREA
    )
    verdict = finding.verdict
    assert verdict.mode == "hard-short"
    assert verdict.time == pytest.approx(12.5 * HOUR)
    assert verdict.time_resolution == pytest.approx(30.0)
    assert finding.critical_current_density == pytest.approx(7.0)
    assert verdict.confidence > 0.9


def test_ramp_without_short_fails_nowhere():
    finding = analyse(ramp(noise=2e-4), area=AREA)
    assert finding.verdict.mode == "none"
    assert finding.critical_current_density is None
    assert finding.verdict.confidence == pytest.approx(21 / 22)


def test_short_that_begins_with_the_half_cycle_is_found_at_the_switch():
    finding = analyse(ramp(short_at(6.0 * HOUR), levels=ramp_levels()), area=AREA)
    # The last record of the sixth half-cycle shares the time of the switch.
    assert finding.verdict.mode == "hard-short"
    assert finding.verdict.time == pytest.approx(6.0 * HOUR)


def test_short_with_some_ohm_left_is_a_hard_short_but_a_fall_to_a_tenth_is_a_soft_one():
    # 700 mV before: 2 % is 14 mV, well over 1 mV.
    assert (
        analyse(ramp(short_at(12.5 * HOUR, residual=0.02), levels=[10 * j for j in ramp_levels()])).verdict.mode
        == "hard-short"
    )
    assert (
        analyse(ramp(short_at(12.5 * HOUR, residual=0.12), levels=[10 * j for j in ramp_levels()])).verdict.mode
        == "soft-short"
    )


def test_last_record_alone_can_show_the_short_with_less_confidence():
    time, current = staircase([1e-3])
    voltage = RESISTANCE * current
    voltage[-1] = 1e-5
    finding = analyse(measurement(time, current, voltage))
    assert finding.verdict.mode == "hard-short"
    assert finding.verdict.confidence == pytest.approx(2 / 3)


def test_collapse_of_one_sample_that_recovers_is_a_warning():
    time, current = staircase([1e-3, -1e-3])
    voltage = RESISTANCE * current
    voltage[60] = 1e-5
    finding = analyse(measurement(time, current, voltage))
    assert finding.verdict.mode == "none"
    assert any("recovered" in text for text in finding.warnings)


def test_lead_that_makes_contact_again_is_no_short():
    time, current = staircase([1e-3, -1e-3])
    voltage = RESISTANCE * current
    voltage[60:70] = 5.0
    assert analyse(measurement(time, current, voltage)).verdict.mode == "none"


def test_voltage_that_is_only_noise_is_no_short_and_no_burst_of_warnings():
    time, current = staircase([1e-3, -1e-3] * 20, interval=5.0)
    finding = analyse(measurement(time, current, np.random.default_rng(6).normal(0.0, 1e-2, time.size)))
    assert finding.verdict.mode == "none"
    assert [text for text in finding.warnings if "recovered" in text] == []


def test_zero_voltage_in_rest_is_no_short():
    assert analyse(ramp(levels=ramp_levels(3, rest=True))).verdict.mode == "none"


def test_voltage_that_rises_ever_faster_is_contact_loss():
    finding = analyse(ramp(climb_in_step(9, 3.0, 3.0), levels=ramp_levels(5)), area=AREA)
    assert finding.verdict.mode == "contact-loss"
    assert 9 * HOUR < finding.verdict.time < 10 * HOUR
    assert finding.critical_current_density == pytest.approx(5.0)
    assert finding.verdict.confidence > 0.8


def test_voltage_that_levels_off_is_only_a_warning():
    finding = analyse(ramp(climb_in_step(9, 3.0, 0.3), levels=ramp_levels(5)))
    assert finding.verdict.mode == "none"
    assert any("levelled off" in text for text in finding.warnings)


def test_small_rise_is_only_a_suspicion():
    finding = analyse(ramp(climb_in_step(9, 1.35, 3.0), levels=ramp_levels(5)))
    assert finding.verdict.mode == "none"
    assert any("suspected" in text for text in finding.warnings)


def test_rise_then_collapse_is_a_short_and_the_rise_is_told():
    climb, collapse = climb_in_step(9, 3.6, 3.0), short_at(9.9 * HOUR)
    finding = analyse(ramp(lambda t, i, v: collapse(t, i, climb(t, i, v)), levels=ramp_levels(5)))
    assert finding.verdict.mode == "hard-short"
    assert any("contact loss" in text and "before the short" in text for text in finding.warnings)


def test_voltage_under_what_the_electrolyte_needs_is_a_soft_short():
    time, current = staircase([1e-3, -1e-3])
    voltage = RESISTANCE * current * np.where(time > 1.5 * HOUR, 0.5, 1.0)
    finding = analyse(measurement(time, current, voltage, [spectrum(80.0)]), area=AREA)
    assert finding.verdict.mode == "soft-short"
    assert finding.verdict.time == pytest.approx(1.5 * HOUR, abs=60.0)


def test_only_a_spectrum_before_it_says_what_the_electrolyte_needs():
    time, current = staircase([1e-3, -1e-3])
    gradual = 0.95 - 0.5 * (time / HOUR - 1.5)  # no sudden step
    voltage = RESISTANCE * current * np.where(time > 1.5 * HOUR, gradual, 1.0)
    assert analyse(measurement(time, current, voltage, [spectrum(80.0)])).verdict.mode == "soft-short"
    assert analyse(measurement(time, current, voltage)).verdict.mode == "none"
    assert analyse(measurement(time, current, voltage, [spectrum(80.0, time=2.1 * HOUR)])).verdict.mode == "none"


def test_spectra_count_by_their_time_and_not_by_their_order():
    time, current = staircase([1e-3, -1e-3])
    gradual = 0.95 - 0.5 * (time / HOUR - 1.5)
    voltage = RESISTANCE * current * np.where(time > 1.5 * HOUR, gradual, 1.0)
    taken = [spectrum(80.0), spectrum(20.0, time=HOUR), spectrum(20.0, time=2.1 * HOUR)]
    modes = {analyse(measurement(time, current, voltage, order)).verdict.mode for order in (taken, taken[::-1])}
    assert modes == {"none"}  # the spectrum right before the half-cycle asks for 20 ohm only


def test_rule_of_succession():
    assert succession(0, 0) == 0.5
    assert succession(1, 1) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("left", "mode"), [(0.05, "hard-short"), (0.14, "hard-short"), (1.0, "none")])
def test_after_a_climb_contact_leaves_what_the_sound_cell_needs_and_a_short_far_less(left, mode):
    """The voltage has climbed to four times; `left` is the share of the sound voltage that the fall ends at."""
    climb = climb_in_step(9, 4.0, 2.0)

    def change(time, current, voltage):
        return np.where(time >= 9.98 * HOUR, left * voltage, climb(time, current, voltage))

    finding = analyse(ramp(change, levels=[*ramp_levels(5), 5e-4]))
    assert finding.verdict.mode == mode
    told = [moment.what for moment in finding.events]
    assert "rise" in told
    if mode == "hard-short":
        assert told.index("rise") < told.index("peak") < told.index(mode)
        assert finding.verdict.time == pytest.approx(9.98 * HOUR, abs=30.0)
        assert any("before it" in text and "contact loss" in text for text in finding.verdict.evidence)
