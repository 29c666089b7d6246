import numpy as np
import pytest
from analysis_cells import staircase

from lisse.measurement.analysis.segments import rest_threshold, split_steps
from lisse.measurement.analysis.trace import Trace


def steps_of(time, current, voltage=None, **options):
    return split_steps(
        Trace(
            np.asarray(time, float),
            np.asarray(current, float),
            np.asarray(voltage if voltage is not None else 100 * np.asarray(current), float),
        ),
        **options,
    )


def test_half_cycles_and_rests_come_out_with_their_lengths_and_charges():
    time, current = staircase([0.0, 1e-3, -1e-3, 0.0, 2e-3])
    steps = steps_of(time, current)
    assert [step.sign for step in steps] == [0, 1, -1, 0, 1]
    assert [step.duration for step in steps] == pytest.approx([3600.0] * 5)
    assert [step.charge for step in steps] == pytest.approx([0.0, 3.6, -3.6, 0.0, 7.2])


def test_one_way_ramp_is_split_at_every_level():
    time, current = staircase([1e-3, 2e-3, 3e-3, 3.3e-3])
    assert [step.current for step in steps_of(time, current)] == pytest.approx([1e-3, 2e-3, 3e-3, 3.3e-3])


def test_drifting_and_noisy_current_is_one_step():
    time, current = staircase([1e-3, -1e-3])
    drift = current * (1 + 0.2 * (time % 3600) / 3600) + np.random.default_rng(1).normal(0, 5e-6, time.size)
    assert [step.sign for step in steps_of(time, drift)] == [1, -1]


def test_noise_in_rests_makes_no_half_cycles():
    time, current = staircase([0.0, 1e-4, 0.0, -3e-3, 0.0])
    noisy = current + np.random.default_rng(2).normal(0, 2e-6, time.size)
    assert [step.sign for step in steps_of(time, noisy)] == [0, 1, 0, -1, 0]


def test_single_record_of_another_sign_is_a_glitch():
    time, current = staircase([1e-3])
    current[40] = 0.0
    current[80] = -1e-3
    assert len(steps_of(time, current)) == 1


def test_held_voltage_makes_one_step_of_a_decaying_current():
    time = np.arange(0.0, 1000.0, 10.0)
    current = 1e-3 / np.sqrt(1.0 + time)
    assert len(steps_of(time, current, np.full(time.size, 0.3))) == 1


def test_switch_between_two_records_is_shared_half_and_half():
    time = np.arange(0.0, 200.0, 10.0)
    current = np.where(time < 95, 1e-3, -1e-3)
    first, second = steps_of(time, current)
    assert (first.end, second.start) == (95.0, 95.0)
    assert first.charge == pytest.approx(0.095)


def test_spectrum_ends_a_step_and_its_time_carries_no_charge():
    time = np.r_[np.arange(0.0, 100.0, 10.0), np.arange(400.0, 500.0, 10.0)]
    first, second = steps_of(time, np.full(20, 1e-3), interruptions=[100.0])
    assert (first.end, second.start) == (90.0, 400.0)
    assert first.charge == pytest.approx(0.09)


def test_nothing_recorded_gives_no_steps_and_rest_only_gives_no_current():
    assert steps_of([], []) == ()
    assert rest_threshold(np.zeros(5)) == 0.0
    assert [step.sign for step in steps_of([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])] == [0]


def test_rest_current_can_be_given():
    time, current = staircase([1e-6, 1e-3])
    assert [step.sign for step in steps_of(time, current)] == [1, 1]
    assert [step.sign for step in steps_of(time, current, rest_current=1e-5)] == [0, 1]


def test_a_rest_with_offset_and_noise_near_a_percent_of_the_current_is_one_rest() -> None:
    """Readings of 0.3 +- 0.08 % of the currents reach 0.65 %; a cut through them would make hundreds of steps."""
    generator = np.random.default_rng(4)
    set_current = np.repeat([0.0, 1e-3, 0.0, -1e-3, 0.0], 400)
    current = set_current + 3e-6 + 0.8e-6 * generator.standard_normal(set_current.size)
    current[100] = 6.5e-6
    trace = Trace(np.arange(current.size, dtype=float), current, 100.0 * set_current)
    assert [step.sign for step in split_steps(trace)] == [0, 1, 0, -1, 0]
