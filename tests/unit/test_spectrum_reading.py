"""Everything one spectrum says, put together; and the real files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import lisse
from impedance_cells import TWO_ARCS, F, drifting, noisy, two_arcs, zarc
from lisse.measurement import read_spectrum
from lisse.measurement.analysis.spectrum_reading import REFERENCES
from lisse.references import reference


def test_a_spectrum_of_two_arcs() -> None:
    found = read_spectrum(F, two_arcs(1e-3, 2), area=1e-4, thickness=5e-4)
    assert found.fit is not None
    assert found.fit.circuit == TWO_ARCS
    assert [one.process.kind for one in found.processes] == ["series", "arc", "arc"]
    assert found.kramers_kronig.verdict == "consistent"
    assert found.warnings == ()
    assert found.sentence.startswith(f"{TWO_ARCS}: R0 10 +- ")
    written = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert written["processes"][1]["area_resistance"] == pytest.approx(50e-4, rel=0.02)
    assert written["choice"]["criterion"] == "AICc"
    assert written["kramers_kronig"]["verdict"] == "consistent"


def test_noisy_points_are_named_and_left_out() -> None:
    data = two_arcs(1e-3, 2)
    data[20] *= 1.1
    found = read_spectrum(F, data, circuit=TWO_ARCS)
    assert found.warnings[0] == f"noisy points were left out: {F[20]:.4g} Hz"
    assert found.fit.frequency.size == F.size - 1
    assert found.choice is None
    assert found.fit.parameters["R1"] == pytest.approx(50, rel=0.02)


def test_a_drifting_cell_is_told() -> None:
    found = read_spectrum(F, drifting(0.4), circuit=TWO_ARCS)
    assert any("violates the Kramers-Kronig relations" in text for text in found.warnings)


def test_a_circuit_that_does_not_fit_is_told() -> None:
    found = read_spectrum(F, two_arcs(1e-3), circuit="R0-p(R1,CPE1)")
    assert any("does not follow the spectrum" in text for text in found.warnings)

    assert not any("any number of arcs" in text for text in found.warnings), "a second arc would follow it"


@pytest.mark.parametrize(("slow", "fast", "cause"), [(1e-6, 2e-7, "the instrument"), (1.0, 0.3, "an inductive loop")])
def test_a_spectrum_sharper_than_any_arc_is_told(slow: float, fast: float, cause: str) -> None:
    """Two poles in a row: causal and steady, but one of the two arcs it is the sum of is negative."""
    s = 2j * np.pi * F
    found = read_spectrum(F, noisy(10 + 100 / ((1 + s * slow) * (1 + s * fast)), 1e-3))
    assert found.kramers_kronig.verdict == "consistent"
    told = [text for text in found.warnings if "any number of arcs" in text]
    assert len(told) == 1
    assert f"look for {cause}" in told[0]


def test_an_arc_beyond_the_spectrum_is_told() -> None:
    found = read_spectrum(F, noisy(10 + zarc(50, 1e-4, 0.9) + zarc(90, 20.0, 1.0), 1e-3), circuit=TWO_ARCS)
    assert any("below the spectrum: an extrapolation" in text for text in found.warnings)


@pytest.mark.parametrize("points", [1, 3, 7])
def test_a_few_points_are_not_analysed(points: int) -> None:
    found = read_spectrum(F[:points], two_arcs()[:points])
    assert found.fit is None
    assert "too few" in found.sentence
    assert found.as_dict()["points"] == points


def test_one_frequency_again_and_again_is_not_a_spectrum() -> None:
    assert read_spectrum(np.full(40, 10.0), np.full(40, 5 - 1j)).fit is None


@pytest.mark.parametrize("points", [8, 9, 12, 20])
def test_short_spectra_are_read(points: int) -> None:
    frequency = np.logspace(5, 0, points)
    found = read_spectrum(frequency, noisy(10 + zarc(50, 1e-4, 0.9, frequency), 1e-3))
    assert found.fit is not None
    json.dumps(found.as_dict(), allow_nan=False)


def test_references_exist() -> None:
    assert all(reference(key) for key in REFERENCES)


def test_spectra_of_a_solid_state_cell(shared_data: Path) -> None:
    """Li | LLZO tape | Li: an arc of 0.9 to 1.0 kohm in each of the eight spectra, first points noisy."""
    spectra = lisse.read(shared_data / "symcell" / "mb.mpt").spectra
    assert len(spectra) == 8
    for spectrum in spectra[::3]:
        found = read_spectrum(spectrum.frequency, spectrum.impedance, area=0.283e-4, thickness=150e-6)
        assert found.kramers_kronig.verdict == "consistent"
        assert {0, 1} <= set(found.kramers_kronig.noisy) <= {0, 1, 2}
        largest = max((one.process for one in found.processes if one.process.resistance), key=lambda p: p.resistance)
        assert 880 < largest.resistance < 1000
        assert max(peak.resistance for peak in found.peaks) == pytest.approx(largest.resistance, rel=0.1)
        assert "cannot be told apart" in found.processes[0].meaning.text
        # its fast arc is sharper than any of R and C, and no inductance in series is the reason
        assert any("any number of arcs" in text for text in found.warnings)
        scores = {one.circuit: one.chi_square for one in found.choice.candidates}
        with_inductance = next(circuit for circuit in scores if circuit.startswith("L0-"))
        assert scores[with_inductance] == pytest.approx(scores[with_inductance.removeprefix("L0-")], rel=1e-3)


def test_a_file_for_which_the_circuit_is_known(shared_data: Path) -> None:
    """R0 and two arcs or an arc with diffusion: a public example, its resistance at the low end read by eye."""
    table = np.loadtxt(shared_data / "eis_impedancepy" / "exampleData.csv", delimiter=",")
    found = read_spectrum(table[:, 0], table[:, 1] + 1j * table[:, 2])
    assert found.kramers_kronig.verdict == "consistent"
    assert found.fit.noise < 0.01
    assert found.fit.parameters["R0"] == pytest.approx(0.015, rel=0.05)
