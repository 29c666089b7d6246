"""Series of spectra: processes keep their names, and what they do is said."""

from __future__ import annotations

import numpy as np
import pytest

from impedance_cells import TWO_ARCS, F, noisy, zarc
from lisse.errors import InvalidInput
from lisse.measurement import read_series
from lisse.measurement.analysis.spectrum_series import _said

PRESSURE = np.array([1.0, 2, 5, 10, 20, 50]) * 1e6


def pressed(exponent: float, noise: float = 2e-3) -> list[tuple[np.ndarray, np.ndarray]]:
    """A bulk-like arc that stays and a contact that falls with the pressure."""
    size = 120 * (PRESSURE / PRESSURE[0]) ** -exponent
    return [(F, noisy(8 + zarc(40, 4e-6, 0.95) + zarc(one, 1e-3, 0.9), noise, seed)) for seed, one in enumerate(size)]


def test_a_contact_follows_the_pressure_and_a_bulk_does_not() -> None:
    series = read_series(pressed(0.8), PRESSURE, "pressure")
    assert series.circuit == TWO_ARCS
    _, bulk, contact = series.tracks
    np.testing.assert_allclose(bulk.resistance, 40, rtol=0.02)
    assert contact.slope == pytest.approx(-0.8, abs=0.02)
    assert abs(contact.slope + 0.8) < 4 * contact.slope_error
    assert "as a contact (constriction) does" in contact.text
    assert "does not follow the pressure" in bulk.text


def test_weak_dependence_cannot_be_told() -> None:
    assert "cannot be told apart" in _said("arc", -0.15, 0.1, "pressure")
    assert "cannot be told apart" in _said("arc", 0.0, 0.3, "pressure")


def test_a_growing_interphase() -> None:
    time = np.linspace(0, 36000, 6)
    spectra = [
        (F, noisy(8 + zarc(40, 4e-6, 0.95) + zarc(10 + 0.002 * t, 1e-3, 0.9), 2e-3, i)) for i, t in enumerate(time)
    ]
    series = read_series(spectra, time, "time", TWO_ARCS)
    assert np.all(np.diff(series.tracks[2].resistance) > 0)
    assert "grows with the time" in series.tracks[2].text
    assert "no change beyond its uncertainty" in series.tracks[1].text


def test_processes_that_cross_keep_their_names_until_there_and_it_is_said() -> None:
    taus = np.geomspace(3e-2, 1e-6, 12)
    spectra = [(F, noisy(5 + zarc(60, 3e-4, 0.95) + zarc(20, tau, 0.95), 5e-4, i)) for i, tau in enumerate(taus)]
    series = read_series(spectra, np.arange(12), "number", TWO_ARCS)
    before = taus > 4 * 3e-4
    np.testing.assert_allclose(series.tracks[1].resistance[before], 60, rtol=0.02)
    np.testing.assert_allclose(series.tracks[2].resistance[before], 20, rtol=0.05)
    assert any("their names may be exchanged" in text for text in series.warnings)
    assert not any("exchanged" in text for text in read_series(pressed(0.8), PRESSURE, "pressure", TWO_ARCS).warnings)


def test_warnings_say_where() -> None:
    spectra = pressed(0.8)
    broken = spectra[2][1].copy()
    broken[30] *= 1.2
    spectra[2] = (F, broken)
    series = read_series(spectra, PRESSURE, "pressure", TWO_ARCS)
    assert "spectrum 3: 1 noisy points were left out" in series.warnings


def test_bad_input_is_told() -> None:
    spectra = pressed(0.8)
    with pytest.raises(InvalidInput, match="one finite number for each of the 6 spectra"):
        read_series(spectra, PRESSURE[:3], "pressure")
    with pytest.raises(InvalidInput, match="pressures above 0"):
        read_series(spectra, PRESSURE - 1e6, "pressure")
    with pytest.raises(InvalidInput, match="coordinate_name"):
        read_series(spectra, PRESSURE, "force")
