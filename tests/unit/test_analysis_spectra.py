from pathlib import Path

import numpy as np
import pytest

import lisse
from lisse.measurement import kramers_kronig
from lisse.measurement.analysis.spectra import read_ends, with_circuit
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
    assert read_ends(Spectrum(0.0, FREQUENCY, impedance)).dropped == 0


def test_a_noisy_point_inside_the_spectrum_is_no_first_point():
    impedance = circuit()
    impedance[20] *= 1.2
    assert kramers_kronig(FREQUENCY, impedance).noisy == (20,)
    assert read_ends(Spectrum(0.0, FREQUENCY, impedance)).dropped == 0


def test_first_points_of_a_solid_state_cell(shared_data: Path):
    """The points at 1 MHz and 0.79 MHz are off by 7 % or more in each of the eight spectra."""
    for spectrum in lisse.read(shared_data / "symcell" / "mb.mpt").spectra:
        assert read_ends(spectrum).dropped in (2, 3)


def test_arc_open_at_high_frequency_is_a_bound():
    reading = read_ends(Spectrum(0.0, FREQUENCY, circuit(capacitance=1e-9)))
    assert reading.low_is_bound
    assert reading.resistance_low > 50.0


def test_blocking_tail_is_a_bound():
    impedance = circuit() + 1.0 / (2j * np.pi * FREQUENCY * 1e-3)
    assert read_ends(Spectrum(0.0, FREQUENCY, impedance)).high_is_bound


@pytest.mark.parametrize("points", [3, 5, 6, 8])
def test_short_spectra_have_ends(points):
    reading = read_ends(Spectrum(0.0, FREQUENCY[::-1][:points], circuit()[::-1][:points]))
    assert (reading.dropped, reading.resistance_high) == (0, pytest.approx(250.0, rel=1e-3))


def test_points_without_an_impedance_are_left_out():
    impedance = circuit()
    impedance[[0, 7]] = [0.0, np.nan]
    reading = read_ends(Spectrum(0.0, FREQUENCY, impedance))
    assert (reading.points, reading.dropped) == (50, 0)
    assert reading.resistance_low == pytest.approx(50.0, rel=1e-3)


@pytest.mark.parametrize("size", [1e-300, 1e300, 9.9e37])
def test_numbers_that_no_instrument_records_are_left_out(size):
    frequency, impedance = FREQUENCY.copy(), circuit()
    frequency[3], impedance[9] = size, size
    spectrum = Spectrum(0.0, frequency, impedance)
    assert with_circuit(read_ends(spectrum), spectrum).fit.frequency.size == 48


def test_too_few_points_give_no_reading():
    reading = read_ends(Spectrum(0.0, FREQUENCY[:2], circuit()[:2]))
    assert (reading.resistance_high, reading.resistance_low) == (None, None)


def test_points_left_out_are_named_by_the_circuit_reading():
    impedance = circuit()
    impedance[7] = np.nan
    spectrum = Spectrum(0.0, FREQUENCY, impedance)
    reading = with_circuit(read_ends(spectrum), spectrum)
    assert "points 8 have no usable frequency or impedance and were left out" in reading.fit.warnings
    nothing = Spectrum(0.0, FREQUENCY, np.full(50, np.nan + 0j))
    assert with_circuit(read_ends(nothing), nothing).fit is None
