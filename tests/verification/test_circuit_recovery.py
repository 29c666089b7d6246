"""Circuits recovered from synthetic spectra: no worse than from the truth, and uncertainties that cover."""

from __future__ import annotations

import math

import numpy as np
import pytest

from impedance_cells import TWO_ARCS, TWO_ARCS_VALUES, F, noisy, two_arcs
from lisse.measurement import choose_circuit, fit_circuit, parse_circuit, relaxation_peaks, relaxation_times
from lisse.measurement.analysis.circuit_processes import processes

NAMES = parse_circuit(TWO_ARCS).names


def random_two_arcs(draw: np.random.Generator) -> list[float]:
    """R0, then two arcs of 1 to 300 ohm, exponents of 0.7 to 1, half a decade or more apart, inside the spectrum."""
    first = 10 ** draw.uniform(-6, -1.5)
    taus = (first, min(first * 10 ** draw.uniform(0.7, 3), 0.8))
    values = [10 ** draw.uniform(0, 2.5)]
    for tau in taus:
        resistance, exponent = 10 ** draw.uniform(0, 2.5), draw.uniform(0.7, 1)
        values += [resistance, tau**exponent / resistance, exponent]
    return values


def ratios_to_the_truth(count: int, seed: int) -> np.ndarray:
    """Chi square of fits without starting values over that of fits that start at the truth."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = random_two_arcs(draw)
        data = noisy(parse_circuit(TWO_ARCS).impedance(F, values), 10 ** draw.uniform(-4, -2), number)
        blind = fit_circuit(F, data, TWO_ARCS)
        told = fit_circuit(F, data, TWO_ARCS, dict(zip(NAMES, values, strict=True)))
        found.append(blind.chi_square / told.chi_square)
    return np.array(found)


def test_fits_without_starting_values_end_where_fits_from_the_truth_do() -> None:
    """Circuits anywhere, also with a second arc of 1 % of the first, buried in noise."""
    ratio = ratios_to_the_truth(40, 11)
    assert np.mean(ratio <= 1 + 1e-6) >= 0.95
    assert ratio.max() < 1.05


@pytest.mark.slow
def test_a_thousand_fits_without_starting_values() -> None:
    ratio = ratios_to_the_truth(1000, 12)
    assert np.mean(ratio <= 1 + 1e-6) >= 0.97
    assert ratio.max() < 1.2


def test_uncertainties_cover_the_truth() -> None:
    """Standard deviations of 150 draws: 68 % and 95 % of the errors inside one and two, within 3.5 binomial sigmas."""
    pulls = []
    for seed in range(150):
        fit = fit_circuit(F, two_arcs(3e-3, seed), TWO_ARCS, TWO_ARCS_VALUES)
        pulls.append([(fit.parameters[n] - TWO_ARCS_VALUES[n]) / fit.uncertainties[n] for n in NAMES])
    for column in np.abs(np.array(pulls)).T:
        for inside, expected in ((1.0, 0.683), (2.0, 0.954)):
            tolerance = 3.5 * math.sqrt(expected * (1 - expected) / len(pulls))
            assert abs(np.mean(column < inside) - expected) < tolerance


def test_uncertainties_of_the_physical_reading_cover_the_truth() -> None:
    """Resistances, capacitances and what a conductivity rests on, blind, of an electrolyte before a blocking electrode.

    The impedance and the true numbers are written out here, without the circuit.
    """
    s = 2j * np.pi * F
    before, size, q, alpha, q_end, alpha_end = 5.0, 80.0, 2e-7, 0.85, 8e-6, 0.9
    data = before + 1 / (1 / size + q * s**alpha) + 1 / (q_end * s**alpha_end)
    through = q ** (1 / alpha) * size ** (1 / alpha - 1)
    along = q ** (1 / alpha) * (1 / before + 1 / size) ** (1 - 1 / alpha)
    blocking = q_end ** (1 / alpha_end) * (before + size) ** (1 / alpha_end - 1)
    pulls = []
    for seed in range(100):
        series, arc, end = processes(fit_circuit(F, noisy(data, 3e-3, 1000 + seed), "R0-p(R1,CPE1)-CPE2"))
        pulls.append([
            (series.resistance - before) / series.resistance_error, (arc.resistance - size) / arc.resistance_error,
            (arc.capacitance - through) / arc.capacitance_error,
            (arc.surface_capacitance - along) / arc.surface_capacitance_error,
            (end.surface_capacitance - blocking) / end.surface_capacitance_error,
        ])  # fmt: skip
    for column in np.abs(np.array(pulls)).T:
        for inside, expected in ((1.0, 0.683), (2.0, 0.954)):
            assert abs(np.mean(column < inside) - expected) < 3.5 * math.sqrt(expected * (1 - expected) / len(pulls))


def test_two_routes_to_the_resistances() -> None:
    """The distribution of relaxation times, which knows no circuit, finds the same two resistances."""
    data = two_arcs(1e-3, 3)
    fit = fit_circuit(F, data, TWO_ARCS)
    drt = relaxation_times(F, data)
    largest = sorted(relaxation_peaks(drt), key=lambda peak: -peak.resistance)[:2]
    fast, slow = sorted(largest, key=lambda peak: peak.time_constant)
    assert fast.resistance == pytest.approx(fit.parameters["R1"], rel=0.08)
    assert slow.resistance == pytest.approx(fit.parameters["R2"], rel=0.08)
    assert drt.polarisation + drt.resistance == pytest.approx(90, rel=2e-3)
    assert np.log10(fast.time_constant) == pytest.approx(-4, abs=0.1)
    assert np.log10(slow.time_constant) == pytest.approx(-2, abs=0.1)


CASES = {
    "one arc": ("R0-p(R1,CPE1)", [10, 50, 1e-5, 0.9]),
    "two arcs": (TWO_ARCS, list(TWO_ARCS_VALUES.values())),
    "inductance": ("L0-R0-p(R1,CPE1)", [2e-6, 10, 50, 1e-5, 0.9]),
    "finite diffusion": ("R0-p(R1,CPE1)-Ws2", [10, 50, 1e-5, 0.9, 20, 0.5]),
    "blocking electrode": ("R0-p(R1,CPE1)-CPE2", [10, 50, 1e-5, 0.9, 1e-3, 0.9]),
    "no series resistance": ("p(R1,CPE1)-p(R2,CPE2)", [300, 1e-8, 0.95, 30, 1e-4, 0.9]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_criterion_finds_the_circuit(name: str) -> None:
    circuit, values = CASES[name]
    choice = choose_circuit(F, noisy(parse_circuit(circuit).impedance(F, values), 1e-3, 5))
    truth = fit_circuit(F, noisy(parse_circuit(circuit).impedance(F, values), 1e-3, 5), circuit)
    assert choice.fit.circuit == circuit
    assert choice.fit.chi_square == pytest.approx(truth.chi_square, rel=1e-6)
    assert choice.candidates[0].difference == 0
    assert sum(one.weight for one in choice.candidates) == pytest.approx(1)
    assert "AICc" in choice.reason
