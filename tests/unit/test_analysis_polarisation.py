import numpy as np
import pytest
from analysis_cells import RESISTANCE, measurement, ramp, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.polarisation import asymmetry, shape_of

TIME = np.linspace(0.0, 3600.0, 400)
SHARE = TIME / TIME[-1]


@pytest.mark.parametrize(
    ("size", "name"),
    [
        (np.full(400, 0.1), "flat"),
        (0.1 * (1.0 + 0.8 * SHARE**4), "arcing"),
        (0.1 * (1.0 + 0.8 * (1.0 - np.exp(-3.0 * SHARE))), "levelling"),
        (0.1 * (1.0 + np.sin(np.pi * SHARE)), "peaked"),
        (0.1 * (1.0 - 0.4 * SHARE), "falling"),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_each_shape_has_its_name(size, name, noise):
    found = shape_of(TIME, size + np.random.default_rng(1).normal(0.0, noise, 400))
    assert found.name == name


def test_change_and_peak_are_those_of_the_curve():
    found = shape_of(TIME, 0.1 * (1.0 + SHARE))
    assert found.change == pytest.approx(2.0 / 1.1 - 1.0, abs=0.06)  # bins are a twentieth wide
    assert found.peak == found.change


def test_noise_and_too_few_records_have_no_shape():
    assert shape_of(TIME[:9], np.ones(9)) is None
    assert shape_of(TIME, np.random.default_rng(2).normal(0.0, 1.0, 400)) is None


def test_asymmetry_is_that_of_the_two_electrodes_and_not_of_an_offset():
    assert asymmetry(0.12, 0.08) == pytest.approx(0.2)
    assert asymmetry(0.1, 0.1) == 0.0
    assert asymmetry(0.1, 0.0) is None
    time, current = staircase([0.0, 1e-3, -1e-3, 0.0])
    voltage = RESISTANCE * current * np.where(current > 0, 1.2, 0.8) + 5e-3
    first, second = analyse(measurement(time, current, voltage)).half_cycles
    assert first.asymmetry is None
    assert second.asymmetry == pytest.approx(0.2)


def test_only_half_cycles_of_one_current_are_compared():
    assert [cycle.asymmetry for cycle in analyse(ramp(levels=[1e-4, -2e-4])).half_cycles] == [None, None]
