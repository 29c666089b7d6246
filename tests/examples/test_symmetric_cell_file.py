"""The real file of the first issue: Li | LLZO tape | Li, 8 spectra and 8 half-cycles of an hour at 2.8 uA."""

import time

import numpy as np
import pytest

from lisse.measurement import analyse, read


@pytest.fixture(scope="module")
def measured(shared_data):
    return read(shared_data / "symcell" / "mb.mpt")


def test_half_cycles_are_an_hour_at_2_8_microampere(measured):
    cycles = analyse(measured).half_cycles
    assert [cycle.sign for cycle in cycles] == [1, -1] * 4
    assert [cycle.end - cycle.start for cycle in cycles] == pytest.approx([3600.0] * 8, abs=0.1)
    assert [abs(cycle.current) for cycle in cycles] == pytest.approx([2.8e-6] * 8, rel=2e-3)
    assert [abs(cycle.charge) for cycle in cycles] == pytest.approx([2.8e-6 * 3600] * 8, rel=2e-3)


def test_plateaus_are_3_76_millivolt(measured):
    assert [c.sign * c.plateau_voltage for c in analyse(measured).half_cycles] == pytest.approx(
        [3.76e-3] * 8, rel=0.015
    )


def test_resistance_is_about_1340_ohm_and_steady(measured):
    finding = analyse(measured)
    assert finding.resistance == pytest.approx(1340.0, rel=0.02)
    assert finding.verdict.mode == "none"
    assert abs(finding.resistance_trend.value) < 3 * finding.resistance_trend.error


def test_impedance_and_direct_current_agree_on_one_cell(measured):
    # Direct current waits an hour, the slowest point of the spectrum ten seconds: the cell shows a little more.
    finding = analyse(measured)
    slow = np.array([reading.resistance_high for reading in finding.spectra])
    assert [reading.points for reading in finding.spectra] == [70] * 8
    assert np.all(slow < finding.resistance)
    assert np.median(slow) == pytest.approx(finding.resistance, rel=0.2)
    assert slow.std() < 0.02 * slow.mean()
    assert all(reading.resistance_low < reading.resistance_high for reading in finding.spectra)


def test_area_of_the_header_is_not_used(measured):
    assert measured.inputs["instrument_area_claim"]["text"] == "0.500 cm²"
    content = analyse(measured).to_dict()
    assert content["area"] is None
    assert content["half_cycles"][0]["current_density"] is None
    given = analyse(measured, area=0.283e-4).to_dict()
    assert given["half_cycles"][0]["area_resistance"] == pytest.approx(1347 * 0.283e-4, rel=0.01)


def test_reading_and_analysing_takes_less_than_a_second(measured, shared_data):
    begin = time.perf_counter()
    analyse(read(shared_data / "symcell" / "mb.mpt"))
    assert time.perf_counter() - begin < 1.0
