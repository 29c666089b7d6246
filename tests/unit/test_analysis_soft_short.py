"""Soft shorts and what happens around them, each sign by itself."""

import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, climb_in_step, measurement, ramp, ramp_levels, staircase

from lisse.measurement.analysis import analyse
from lisse.records import Spectrum

HOUR = 3600.0


def step_at(moment, left=0.6, until=np.inf):
    return lambda time, current, voltage: np.where((time >= moment) & (time < until), left * voltage, voltage)


@pytest.mark.parametrize("noise", [0.0, 2e-4])
@pytest.mark.parametrize("left", [0.3, 0.6, 0.85])
def test_a_sudden_step_down_that_stays_is_a_soft_short(left, noise):
    finding = analyse(ramp(step_at(12.5 * HOUR, left), noise=noise), area=AREA)
    assert finding.verdict.mode == "soft-short"
    assert finding.verdict.time == pytest.approx(12.5 * HOUR)
    assert finding.verdict.time_resolution == pytest.approx(30.0)
    assert finding.critical_current_density == pytest.approx(7.0)
    assert "stepped down from 70" in finding.verdict.evidence[0]
    assert 0.6 < finding.verdict.confidence < 0.8


def test_a_step_that_comes_back_is_told_and_is_no_verdict():
    finding = analyse(ramp(step_at(12.5 * HOUR, 0.6, until=12.6 * HOUR)))
    assert finding.verdict.mode == "none"
    assert [event.what for event in finding.events] == ["step-down"]
    assert finding.events[0].time == pytest.approx(12.5 * HOUR)


@pytest.mark.parametrize(
    "change",
    [
        lambda t, i, v: v * (1.0 - 0.3 * np.clip(t / (20 * HOUR), 0, 1)),  # contact that gets better
        lambda t, i, v: v * (1.0 + 0.3 * np.exp(-(t % HOUR) / 60.0)),  # the overshoot of nucleation
        lambda t, i, v: v * (1.0 + 0.1 * np.sin(t / 9000.0)),  # a room that warms and cools
        lambda t, i, v: v + 3e-4 * np.sign(i),  # contact voltages
        lambda t, i, v: 0.08 * np.arcsinh(v / 0.08),  # kinetics that are not ohmic
    ],
)
def test_what_healthy_cells_do_is_no_short(change):
    assert analyse(ramp(change, noise=5e-5)).verdict.mode == "none"


def test_a_fall_after_a_climb_to_the_old_level_is_no_short():
    def back(time, current, voltage):
        climbed = climb_in_step(9, 1.4, 1.0)(time, current, voltage)
        return np.where(time > 9.8 * HOUR, voltage, climbed)

    finding = analyse(ramp(back, levels=ramp_levels(6)))
    assert finding.verdict.mode == "none"


def test_two_weak_signs_together_are_a_soft_short_and_one_is_not():
    def quiet(time, current, voltage):
        return np.where(time >= 8 * HOUR, 0.75 * voltage, voltage)  # at the switch, so that no step is seen

    def erratic(time, current, voltage):
        shaken = voltage * (1.0 + 0.03 * np.random.default_rng(4).normal(size=voltage.size))
        return np.where(time >= 8 * HOUR, shaken, voltage)

    levels = [1e-3, -1e-3] * 8
    assert analyse(ramp(quiet, levels=levels, noise=1e-5)).verdict.mode == "none"
    assert analyse(ramp(erratic, levels=levels, noise=1e-5)).verdict.mode == "none"
    both = analyse(ramp(lambda t, i, v: erratic(t, i, quiet(t, i, v)), levels=levels, noise=1e-5))
    assert both.verdict.mode == "soft-short"
    assert both.verdict.time == pytest.approx(8 * HOUR)
    assert len(both.verdict.evidence) == 2
    assert both.verdict.confidence == pytest.approx(0.6 * 0.75)


def test_an_impedance_that_collapses_is_a_weak_sign():
    frequency = np.logspace(6, 0, 30)

    def taken(time, resistance):
        return Spectrum(time, frequency, 10.0 + resistance / (1.0 + 2j * np.pi * frequency * 1e-6 * resistance))

    time, current = staircase([1e-3, -1e-3] * 4)
    voltage = RESISTANCE * current * np.where(time >= 4 * HOUR, 0.75, 1.0)  # at the switch, so that no step is seen
    before, after, steady = taken(-1.0, 90.0), taken(8.01 * HOUR, 20.0), taken(8.01 * HOUR, 80.0)
    finding = analyse(measurement(time, current, voltage, [before, after]))
    assert finding.verdict.mode == "soft-short"
    assert any("impedance fell from 100 to 30 ohm" in text for text in finding.verdict.evidence)
    assert analyse(measurement(time, current, voltage, [before, steady])).verdict.mode == "none"
    sound = measurement(time, current, RESISTANCE * current, [before, after])
    assert analyse(sound).verdict.mode == "none"


def test_a_filament_that_is_lost_at_rest_is_told():
    time, current = staircase([1e-3, -1e-3, 1e-3, 0.0, -1e-3, 1e-3])
    voltage = RESISTANCE * current * np.where((time >= 2.5 * HOUR) & (time < 3.5 * HOUR), 0.6, 1.0)
    finding = analyse(measurement(time, current, voltage))
    assert finding.verdict.mode == "soft-short"
    assert [event.what for event in finding.events] == ["soft-short", "recovery"]
    assert finding.events[1].time == pytest.approx(4 * HOUR, abs=31.0)


def test_rise_peak_and_drop_are_told_in_order():
    def story(time, current, voltage):
        climbed = climb_in_step(9, 3.6, 3.0)(time, current, voltage)
        return np.where(time >= 9.9 * HOUR, 1e-4 * voltage, climbed)

    finding = analyse(ramp(story, levels=ramp_levels(5)))
    assert finding.verdict.mode == "hard-short"
    assert [event.what for event in finding.events] == ["rise", "peak", "hard-short"]
    assert [event.time for event in finding.events] == sorted(event.time for event in finding.events)
    assert finding.events[1].voltage > 0.14


def test_a_collapse_that_fast_sampling_resolves_is_a_hard_short():
    time, current = staircase([1e-3, -1e-3], interval=1.0)
    slow = np.clip((time - 1.5 * HOUR) / 8.0, 0.0, 1.0)
    finding = analyse(measurement(time, current, RESISTANCE * current * (1.0 - 0.999 * slow)))
    assert finding.verdict.mode == "hard-short"
    assert finding.verdict.time == pytest.approx(1.5 * HOUR + 8.0, abs=1.5)
    assert finding.verdict.time_resolution == pytest.approx(8.0, abs=1.0)
    assert "from 100 to" in finding.verdict.evidence[0]


def test_slow_relaxation_at_rest_tells_depletion_from_lost_contact():
    time, current = staircase([1e-3, 0.0])
    climb = 0.1 * np.where(time <= HOUR, 1.0 + 3.0 * (time / HOUR) ** 4, 0.0)
    lost = analyse(measurement(time, current, climb))
    assert lost.verdict.mode == "contact-loss"
    relaxing = np.where((current == 0), 0.3 * np.exp(-(time - HOUR) / 600.0), climb)
    assert analyse(measurement(time, current, relaxing)).verdict.mode == "depletion"


def test_a_small_climb_that_passes_is_told_beside_the_verdict():
    finding = analyse(ramp(climb_in_step(4, 1.8, 3.0), levels=ramp_levels(6)))
    assert finding.verdict.mode == "none"
    assert any("contact was lost for a while" in text for text in finding.warnings)
