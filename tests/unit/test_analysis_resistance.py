import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, measurement, ramp, ramp_levels, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.resistance import slope
from lisse.measurement.analysis.trace import median_error, noise


def test_ohmic_cell_gives_its_resistance_in_every_half_cycle():
    finding = analyse(ramp(), area=AREA)
    assert [cycle.resistance for cycle in finding.half_cycles] == pytest.approx([RESISTANCE] * 20)
    assert finding.area_resistance == pytest.approx(RESISTANCE * AREA)
    assert finding.resistance_trend.value == pytest.approx(0.0, abs=1e-12)


def test_constant_offset_is_stated_and_drops_out_of_pairs():
    finding = analyse(ramp(lambda time, current, voltage: voltage + 2e-3, levels=ramp_levels(4, rest=True)))
    first = finding.half_cycles[0]
    assert first.rest_voltage == pytest.approx(2e-3)
    assert first.resistance == pytest.approx(RESISTANCE + 20.0)
    assert first.resistance_offset_corrected == pytest.approx(RESISTANCE)
    assert finding.resistance == pytest.approx(RESISTANCE)


def test_plateau_leaves_out_the_charging_at_the_start():
    time, current = staircase([1e-3])
    voltage = 0.1 * (1 - np.exp(-time / 200.0))
    (cycle,) = analyse(measurement(time, current, voltage)).half_cycles
    assert cycle.plateau_voltage == pytest.approx(0.1, rel=1e-3)


def test_growing_resistance_shows_as_a_trend_with_its_error():
    growth = 1.0 / 3600.0
    finding = analyse(
        ramp(lambda time, current, voltage: voltage + growth * time * current, levels=[1e-4, -1e-4] * 6, noise=1e-5)
    )
    assert finding.resistance_trend.value == pytest.approx(growth, rel=0.02)
    assert 0 < finding.resistance_trend.error < 0.02 * growth
    first = finding.half_cycles[0]
    assert first.trend.value == pytest.approx(growth * 1e-4, abs=4 * first.trend.error)


def test_full_cell_gets_voltages_but_no_resistance():
    finding = analyse(ramp(lambda time, current, voltage: 3.6 + voltage, levels=ramp_levels(2, rest=True)))
    assert {cycle.resistance for cycle in finding.half_cycles} == {None}
    assert finding.resistance is None
    assert any("not symmetric" in text for text in finding.warnings)


def test_full_cell_without_rests_is_seen_by_its_two_plateaus():
    finding = analyse(ramp(lambda time, current, voltage: 3.6 + voltage, levels=[1e-3, -1e-3]))
    assert finding.open_circuit_voltage == pytest.approx(3.6)
    assert finding.half_cycles[0].resistance is None


def test_slope_of_a_line_and_of_too_few_points():
    x = np.arange(5.0)
    assert slope(x, 3.0 * x).value == pytest.approx(3.0)
    assert slope(x[:2], x[:2]) is None
    assert slope(np.ones(4), x[:4]) is None


def test_noise_and_error_of_the_median_are_those_of_normal_numbers():
    numbers = np.random.default_rng(3).normal(0.0, 2.0, 20000)
    assert noise(numbers) == pytest.approx(2.0, rel=0.03)
    assert noise(numbers + 50.0 * np.arange(20000)) == pytest.approx(2.0, rel=0.03)  # a steady drift is no noise
    assert median_error(numbers) == pytest.approx(2.0 * np.sqrt(np.pi / 2 / 20000), rel=0.03)
    assert np.isnan(median_error(numbers[:1]))


def test_shorted_half_cycles_do_not_pass_for_a_full_cell():
    finding = analyse(
        ramp(lambda time, current, voltage: np.where(current < 0, 0.0, 10 * voltage), levels=[1e-3, -1e-3])
    )
    assert finding.open_circuit_voltage is None
    assert finding.half_cycles[0].resistance == pytest.approx(10 * RESISTANCE)


def test_a_cell_that_gives_current_at_its_own_voltage_is_not_symmetric():
    """Discharge alone, without a rest; and both directions after a rest near zero, as before the first charge."""
    time, current = staircase([-1e-3])
    alone = analyse(measurement(time, current, 4.0 + RESISTANCE * current))
    time, current = staircase([0.0, 1e-3, -1e-3, 1e-3, -1e-3])
    both = analyse(measurement(time, current, np.where(current == 0.0, 0.05, 3.1 + RESISTANCE * current)))
    for finding in (alone, both):
        assert {cycle.resistance for cycle in finding.half_cycles} == {None}
        assert finding.resistance is None
        assert any("as a full cell does" in text and "--kind other" in text for text in finding.warnings)


def test_a_turned_sign_is_told_and_gives_no_negative_resistance():
    finding = analyse(ramp(lambda time, current, voltage: -voltage))
    assert {cycle.resistance for cycle in finding.half_cycles} == {None}
    assert any("against the current in both directions" in text for text in finding.warnings)
    said = analyse(ramp(lambda time, current, voltage: -voltage), cell="symmetric")
    assert any("resistances may be negative" in text for text in said.warnings)


def test_an_offset_of_some_millivolt_leaves_a_cell_symmetric():
    finding = analyse(ramp(lambda time, current, voltage: voltage + 0.03, levels=ramp_levels(2)))
    assert finding.resistance == pytest.approx(RESISTANCE)
