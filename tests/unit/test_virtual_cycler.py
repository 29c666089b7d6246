import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement import Cycler, analyse, observe
from lisse.records import Solution, dataset

AREA = 2e-4


def solution(time, current_density, voltage, inputs=None, **others):
    arrays = {
        name: (("time",), values)
        for name, values in {"current_density": current_density, "voltage": voltage, **others}.items()
    }
    return Solution(
        data=dataset(arrays, {"time": time}),
        inputs={"cell": {"area": AREA}} if inputs is None else inputs,
        model="made-up",
    )


def ramp(levels=(1.0, -1.0, 0.0, 2.0, -2.0), short=None):
    """Two records at each switch, and few in between, as an adaptive solver leaves them."""
    time = np.concatenate([3600.0 * k + np.array([0.0, 7.0, 1234.5, 3600.0]) for k in range(len(levels))])
    current = np.repeat(levels, 4).astype(float)
    voltage = 0.01 * current
    if short is not None:
        end = int(np.searchsorted(time, short))
        time = np.r_[time[:end], short, short, short + 60.0]
        current = np.r_[current[:end], [current[end]] * 3]
        voltage = np.r_[voltage[:end], 0.01 * current[end], 1e-6, 1e-6]
    return solution(time, current, voltage)


def test_switches_are_recorded_before_and_after_and_the_rest_at_the_interval():
    seen = observe(ramp(), Cycler(sampling_interval=1000.0))
    time, current = seen["Test Time / s"].values, seen["Current / A"].values
    assert time[:9].tolist() == [0, 1000, 2000, 3000, 3600, 3600, 4600, 5600, 6600]
    assert current[4:6].tolist() == [AREA, -AREA]
    assert np.all(np.diff(time) >= 0)


def test_small_steps_of_a_long_ramp_are_still_switches():
    seen = observe(ramp(levels=(0.0, 0.001, 1.0)), Cycler(sampling_interval=5000.0))
    assert seen["Current / A"].values == pytest.approx(AREA * np.array([0, 0, 0.001, 0.001, 1, 1]))


def test_analysis_gets_the_resistance_of_the_solution_back():
    finding = analyse(observe(ramp()))
    assert (finding.area, finding.area_source) == (AREA, "given")
    assert [cycle.sign for cycle in finding.half_cycles] == [1, -1, 1, -1]
    assert finding.area_resistance == pytest.approx(0.01)
    assert finding.to_dict()["cumulative_charge"] == pytest.approx(6 * 3600.0)


def test_short_of_the_solution_is_found_within_a_sample():
    finding = analyse(observe(ramp(short=3 * 3600 + 1500.0), Cycler(sampling_interval=10.0)))
    assert finding.verdict.mode == "hard-short"
    assert 0 <= finding.verdict.time - (3 * 3600 + 1500.0) <= 10.0
    assert finding.critical_current_density == pytest.approx(2.0)


def test_pressure_is_recorded_when_the_model_has_it():
    made = solution([0.0, 10.0], [1.0, 1.0], [0.1, 0.1], stack_pressure=[3e6, 4e6])
    assert observe(made)["Applied Pressure / Pa"].values.tolist() == [3e6, 4e6]


def test_noise_is_repeatable_and_of_the_size_asked_for():
    cycler = Cycler(sampling_interval=1.0, voltage_noise=1e-4, seed=5)
    seen = observe(ramp(), cycler)
    assert seen == observe(ramp(), cycler)
    quiet = observe(ramp(), Cycler(sampling_interval=1.0))
    assert np.std(seen["Voltage / V"].values - quiet["Voltage / V"].values) == pytest.approx(1e-4, rel=0.03)
    assert (seen.seed, seen.inputs["instrument"]["voltage_noise"]) == (5, 1e-4)


def test_readings_are_rounded_to_the_resolution():
    seen = observe(ramp(levels=(1.0,)), Cycler(voltage_resolution=0.004, current_resolution=1.5e-4))
    assert seen["Voltage / V"].values == pytest.approx(0.008)
    assert seen["Current / A"].values == pytest.approx(1.5e-4)


def test_area_comes_from_the_inputs_or_the_call():
    made = solution([0.0, 1.0], [1.0, 1.0], [0.1, 0.1], inputs={"cell": {"area": "2 cm^2"}})
    assert observe(made).area == pytest.approx(2e-4)
    assert observe(made, area=1e-4)["Current / A"].values.tolist() == [1e-4, 1e-4]
    bare = solution([0.0, 1.0], [1.0, 1.0], [0.1, 0.1], inputs={})
    with pytest.raises(InvalidInput, match="area.*This solution does not hold it"):
        observe(bare)
    with pytest.raises(InvalidInput, match="area: got 0"):
        observe(bare, area=0.0)


def test_impossible_instruments_are_refused():
    with pytest.raises(InvalidInput, match="instrument: got 'cycle'; allowed: cycler, .*Did you mean 'cycler'"):
        observe(ramp(), "cycle")
    with pytest.raises(InvalidInput, match="sampling_interval: got 0"):
        Cycler(sampling_interval=0.0)
    with pytest.raises(InvalidInput, match="voltage_noise: got -1"):
        Cycler(voltage_noise=-1.0)
    with pytest.raises(InvalidInput, match="seed.*integer"):
        Cycler(voltage_noise=1.0)
    with pytest.raises(InvalidInput, match="seed: got -1"):
        Cycler(seed=-1)
    with pytest.raises(InvalidInput, match="sampling_interval: got '1e-12 s'; allowed: .* s or more"):
        observe(ramp(), Cycler(sampling_interval=1e-12))


def test_charge_of_the_solution_is_recorded():
    made = ramp()
    seen = observe(made, Cycler(sampling_interval=77.0))
    truth = AREA * np.trapezoid(np.abs(made["current_density"].values), made["time"].values)
    found = np.trapezoid(np.abs(seen["Current / A"].values), seen["Test Time / s"].values)
    assert found == pytest.approx(truth, rel=1e-9)


def test_rounding_leads_no_reading_past_the_end_of_a_step():
    """In floating point 17 times 0.1 is more than 1.7: the last reading would lie behind the first of the next step."""
    time = np.array([0.0, 1.7, 1.7, 3.0])
    made = observe(solution(time, np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])), Cycler(0.1))
    assert np.all(np.diff(made["Test Time / s"].values) >= 0.0)
    assert made["Test Time / s"].values.max() <= 3.0
