import numpy as np
import pytest

from lisse.measurement.analysis.spectra import noisy_first_points, read_ends
from lisse.records import Spectrum

FREQUENCY = np.logspace(6, -1, 50)


def circuit(series=50.0, arc=200.0, capacitance=1e-6, inductance=0.0):
    omega = 2 * np.pi * FREQUENCY
    return series + 1j * omega * inductance + arc / (1 + 1j * omega * arc * capacitance)


def test_closed_arc_gives_both_intercepts():
    reading = read_ends(Spectrum(12.0, FREQUENCY, circuit()))
    assert reading.resistance_low == pytest.approx(50.0, rel=1e-3)
    assert reading.resistance_high == pytest.approx(250.0, rel=1e-3)
    assert (reading.low_is_bound, reading.high_is_bound, reading.time, reading.points) == (False, False, 12.0, 50)


def test_inductive_beginning_is_read_where_it_crosses_the_axis():
    reading = read_ends(Spectrum(0.0, FREQUENCY, circuit(inductance=1e-6)))
    assert reading.resistance_low == pytest.approx(50.0, abs=0.5)


def test_order_of_the_points_does_not_matter():
    forward, backward = (read_ends(Spectrum(0.0, FREQUENCY[::k], circuit()[::k])) for k in (1, -1))
    assert forward == backward


def test_noisy_first_points_are_left_out():
    impedance = circuit()
    impedance[:2] += np.array([80 + 60j, -40 - 30j])
    reading = read_ends(Spectrum(0.0, FREQUENCY, impedance))
    assert reading.dropped == 2
    assert reading.resistance_low == pytest.approx(50.0, rel=1e-3)


def test_even_noise_is_no_reason_to_drop_points():
    random = np.random.default_rng(4)
    impedance = circuit() * (1 + 0.03 * random.normal(size=50))
    assert noisy_first_points(FREQUENCY, impedance) == 0


def test_arc_open_at_high_frequency_is_a_bound():
    reading = read_ends(Spectrum(0.0, FREQUENCY, circuit(capacitance=1e-9)))
    assert reading.low_is_bound
    assert reading.resistance_low > 50.0


def test_blocking_tail_is_a_bound():
    impedance = circuit() + 1.0 / (2j * np.pi * FREQUENCY * 1e-3)
    assert read_ends(Spectrum(0.0, FREQUENCY, impedance)).high_is_bound


def test_too_few_points_give_no_reading():
    reading = read_ends(Spectrum(0.0, FREQUENCY[:2], circuit()[:2]))
    assert (reading.resistance_high, reading.resistance_low) == (None, None)
