"""The contract of fit_circuit: names, units, errors, warnings, what starting values do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from impedance_cells import TWO_ARCS, TWO_ARCS_VALUES, F, noisy, two_arcs, zarc
from lisse.errors import InvalidInput
from lisse.measurement import fit_circuit, parse_circuit
from lisse.measurement.analysis.circuit_fit import fit_grown
from lisse.measurement.analysis.circuit_processes import processes
from lisse.measurement.analysis.circuit_values import capacitance, exponent, surface_capacitance, time_constant


def test_exact_data_give_back_every_parameter() -> None:
    fit = fit_circuit(F, two_arcs(), TWO_ARCS)
    assert fit.status == "converged"
    assert fit.chi_square < 1e-18
    for name, value in TWO_ARCS_VALUES.items():
        assert fit.parameters[name] == pytest.approx(value, rel=1e-6)
    assert fit.units["CPE1_Q"] == "F s^(alpha-1)"
    np.testing.assert_allclose(fit.impedance, two_arcs(), rtol=1e-8)


def test_chi_square_is_what_it_says() -> None:
    data = two_arcs(1e-2)
    fit = fit_circuit(F, data, TWO_ARCS)
    assert fit.chi_square == pytest.approx(float(np.sum(np.abs((data - fit.impedance) / data) ** 2)), rel=1e-12)
    assert fit.noise == pytest.approx(1e-2, rel=0.2)
    unit = fit_circuit(F, data, TWO_ARCS, weighting="unit")
    assert unit.chi_square >= fit.chi_square * (1 - 1e-9)
    assert np.sum(np.abs(data - unit.impedance) ** 2) <= np.sum(np.abs(data - fit.impedance) ** 2) * (1 + 1e-9)


def test_the_order_of_points_and_the_unit_of_impedance_do_not_matter() -> None:
    data = two_arcs(3e-3)
    fit, turned = fit_circuit(F, data, TWO_ARCS), fit_circuit(F[::-1], data[::-1], TWO_ARCS)
    per_area = fit_circuit(F, data * 1e-4, TWO_ARCS)
    for name in TWO_ARCS_VALUES:
        factor = {"R": 1e-4, "Q": 1e4}.get("Q" if name.endswith("Q") else name[0], 1.0)
        assert turned.parameters[name] == pytest.approx(fit.parameters[name], rel=1e-5)
        assert per_area.parameters[name] == pytest.approx(fit.parameters[name] * factor, rel=1e-5)
    np.testing.assert_allclose(turned.impedance[::-1], fit.impedance, rtol=1e-6)


def test_arcs_come_in_the_order_of_their_time_constants_unless_told() -> None:
    data = two_arcs(1e-3)
    fit = fit_circuit(F, data, TWO_ARCS)
    assert fit.parameters["R1"] == pytest.approx(50, rel=0.02)
    swapped = {name.translate(str.maketrans("12", "21")): value for name, value in TWO_ARCS_VALUES.items()}
    other = fit_circuit(F, data, TWO_ARCS, swapped)
    assert other.parameters["R2"] == pytest.approx(fit.parameters["R1"], rel=1e-5)
    assert other.chi_square == pytest.approx(fit.chi_square, rel=1e-9)
    part = fit_circuit(F, data, TWO_ARCS, {"R0": 10.0})
    assert part.chi_square == pytest.approx(fit.chi_square, rel=1e-6)


def test_what_the_data_do_not_hold_is_said() -> None:
    one = noisy(10 + zarc(50, 1e-4, 0.85), 3e-3)
    fit = fit_circuit(F, one, TWO_ARCS)
    assert fit.status == "doubtful"
    assert any("not determined" in text or "at the bound" in text for text in fit.warnings)
    same = fit_circuit(F, one, "R0-R9-p(R1,CPE1)")
    assert same.status == "doubtful"
    assert "R0 is not determined by these data" in same.warnings
    assert same.parameters["R0"] + same.parameters["R9"] == pytest.approx(10, rel=0.01)
    none = fit_circuit(F, noisy(zarc(50, 1e-4, 1.0), 1e-3), "R0-p(R1,C1)")
    assert none.status == "doubtful"
    assert none.uncertainties["R0"] > none.parameters["R0"]


def test_an_exponent_of_one_is_a_capacitor_with_an_uncertainty() -> None:
    found = [fit_circuit(F, noisy(10 + zarc(50, 1e-4, 1.0), 1e-3, seed), "R0-p(R1,CPE1)") for seed in range(6)]
    held = [fit for fit in found if fit.parameters["CPE1_alpha"] == 1.0]
    assert held
    for fit in held:
        assert fit.status == "converged"
        assert 1e-5 < fit.uncertainties["CPE1_alpha"] < 1e-2
        assert any("ideal capacitor" in text for text in fit.warnings)


def test_points_that_are_no_numbers_are_left_out_and_named() -> None:
    data = two_arcs(1e-3)
    data[[3, 7]] = np.nan
    fit = fit_circuit(F, data, TWO_ARCS)
    assert fit.frequency.size == F.size - 2
    assert fit.warnings[0] == "points 4, 8 have no usable frequency or impedance and were left out"
    assert fit.parameters["R1"] == pytest.approx(50, rel=0.02)


def test_bad_input_is_told() -> None:
    data = two_arcs()
    with pytest.raises(InvalidInput, match="at least 4 points"):
        fit_circuit(F[:3], data[:3], TWO_ARCS)
    with pytest.raises(InvalidInput, match="two one-dimensional arrays"):
        fit_circuit(F[:3], data, TWO_ARCS)
    with pytest.raises(InvalidInput, match="numbers: frequency in Hz"):
        fit_circuit(["a"] * 3, data[:3], TWO_ARCS)
    with pytest.raises(InvalidInput, match="Did you mean 'CPE1_Q'"):
        fit_circuit(F, data, TWO_ARCS, {"CPE1_q": 1.0})
    with pytest.raises(InvalidInput, match="R1: got 0"):
        fit_circuit(F, data, TWO_ARCS, {"R1": 0.0})
    with pytest.raises(InvalidInput, match="a mapping"):
        fit_circuit(F, data, TWO_ARCS, [1.0])  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="weighting"):
        fit_circuit(F, data, TWO_ARCS, weighting="best")
    with pytest.raises(InvalidInput, match="circuit, character 4"):
        fit_circuit(F, data, "R0-Q1")


def test_processes_of_a_fit() -> None:
    series, fast, slow = processes(fit_circuit(F, two_arcs(1e-3), TWO_ARCS))
    assert (series.kind, fast.kind, slow.kind) == ("series", "arc", "arc")
    assert fast.name == "R1+CPE1"
    assert fast.time_constant == pytest.approx(1e-4, rel=0.02)
    assert fast.capacitance == pytest.approx(1e-4 / 50, rel=0.02)
    assert slow.exponent == pytest.approx(0.9, abs=0.01)
    assert abs(fast.capacitance - 2e-6) < 4 * fast.capacitance_error
    assert fast.summit == pytest.approx(1 / (2 * math.pi * 1e-4), rel=0.02)
    assert series.time_constant is None


def test_error_of_a_capacitance_follows_from_many_draws() -> None:
    found = [processes(fit_circuit(F, two_arcs(3e-3, seed), TWO_ARCS, TWO_ARCS_VALUES))[1] for seed in range(60)]
    spread = np.std([one.capacitance for one in found])
    assert np.mean([one.capacitance_error for one in found]) == pytest.approx(spread, rel=0.3)


def test_a_capacitance_belongs_to_the_resistance_beside_it() -> None:
    """Randles circuits and nested arcs: not to the diffusion in series, nor to the arc inside."""
    numbers = {"R0": 5.0, "R1": 20.0, "CPE1_Q": 1e-5, "CPE1_alpha": 0.9, "R2": 30.0, "CPE2_Q": 1e-3, "CPE2_alpha": 0.8}
    numbers |= {"Ws1_Z0": 40.0, "Ws1_tau": 2.0, "Wo1_Z0": 40.0, "Wo1_tau": 2.0}
    for text in ("R0-p(R1-Ws1,CPE1)", "R0-p(R1-Wo1,CPE1)", "R0-p(R1-p(R2,CPE2),CPE1)", "R0-p(CPE1,R1-p(R2,CPE2))"):
        circuit = parse_circuit(text)
        values = circuit.values({name: numbers[name] for name in circuit.names})
        part = circuit.tree.parts[1]
        assert exponent(part, circuit, values) == 0.9
        assert time_constant(part, circuit, values) == pytest.approx((20 * 1e-5) ** (1 / 0.9))
        assert capacitance(part, circuit, values) == pytest.approx((20 * 1e-5) ** (1 / 0.9) / 20)


@pytest.mark.parametrize(
    ("resistance", "q", "alpha", "published"),
    [(1.30e3, 5.9e-6, 0.95, 4.6e-6), (2.01e3, 3.5e-6, 0.90, 2.0e-6), (3.65e3, 2.5e-6, 0.88, 1.3e-6)],
)
def test_capacitance_of_published_oxide_films(resistance: float, q: float, alpha: float, published: float) -> None:
    """Niobium oxide, for 1 cm2 (hirschorn2010, table 1, as later notes quote it)."""
    circuit = parse_circuit("p(R1,CPE1)")
    found = capacitance(circuit.tree.parts[0], circuit, np.array([resistance, q, alpha]))
    assert found == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize("where", ["through a layer", "along the electrode"])
def test_each_formula_gives_back_the_capacitance_that_was_spread(where: str) -> None:
    """One median capacitance, time constants spread as Cole and Cole have it: layers in a row, or patches side by side.

    A patch is the series resistance with (R beside C): its time constant is that of both resistances in parallel.
    """
    series, resistance, true, alpha = 20.0, 400.0, 1e-5, 0.8
    shift = np.linspace(-40, 40, 4001)
    share = 1 / (np.cosh(alpha * shift) - np.cos((1 - alpha) * np.pi))
    share /= share.sum()
    arcs = resistance / (1 + 2j * np.pi * F[:, None] * resistance * true * np.exp(shift))
    through = series + arcs @ share
    along = 1 / ((1 / (series + arcs)) @ share)
    _, arc = processes(fit_circuit(F, through if where == "through a layer" else along, "R0-p(R1,CPE1)"))
    right, wrong = arc.capacitance, arc.surface_capacitance
    if where == "along the electrode":
        right, wrong = wrong, right
    assert arc.exponent == pytest.approx(alpha, abs=1e-3)
    assert right == pytest.approx(true, rel=5e-3)
    assert abs(math.log(wrong / true)) == pytest.approx((1 / alpha - 1) * math.log(1 + resistance / series), rel=0.01)


def test_capacitances_of_a_capacitor_and_of_a_blocking_electrode() -> None:
    circuit = parse_circuit("R0-p(R1,C1)-CPE2")
    values = np.array([5.0, 50.0, 1e-6, 1e-4, 0.8])
    arc, blocking = circuit.tree.parts[1:]
    assert capacitance(arc, circuit, values) == surface_capacitance(arc, circuit, values) == 1e-6
    assert capacitance(blocking, circuit, values) is None
    assert surface_capacitance(blocking, circuit, values) == pytest.approx(1e-4**1.25 * 55**0.25)
    alone = parse_circuit("p(R1,CPE1)")
    assert surface_capacitance(alone.tree.parts[0], alone, np.array([50.0, 1e-6, 0.8])) is None


def test_a_circuit_with_one_part_more_is_not_the_worse_one() -> None:
    """A part that the data do not want (here a negative inductance would fit) comes out as nothing."""
    data = noisy(10 + zarc(50, 1e-6, 1.0) - 1e-7 * 2j * np.pi * F, 1e-4)
    small = fit_circuit(F, data, "R0-p(R1,CPE1)")
    large = fit_grown(F, data, "L0-R0-p(R1,CPE1)", smaller=small)
    assert large.chi_square <= small.chi_square * 1.001


@pytest.mark.parametrize(
    "circuit", ["R0-p(R1-Wo1,CPE1)", "R0-p(CPE1,R1-p(R2,CPE2))", "R0-C1", "R0-Zarc1-G1", "R0-La1-K1"]
)
def test_other_circuits_start_well_too(circuit: str) -> None:
    values = {"R0": 5, "R1": 20, "Wo1_Z0": 30, "Wo1_tau": 1.0, "CPE1_Q": 1e-5, "CPE1_alpha": 0.9, "R2": 30, "C1": 1e-3}
    values |= {"CPE2_Q": 1e-3, "CPE2_alpha": 0.9, "Zarc1_R": 20, "Zarc1_tau": 1e-4, "Zarc1_alpha": 0.8, "G1_R": 30}
    values |= {"G1_tau": 0.1, "La1_L": 1e-6, "La1_alpha": 0.9, "K1_R": 20, "K1_tau": 1e-2}
    own = {name: float(values[name]) for name in parse_circuit(circuit).names}
    fit = fit_circuit(F, noisy(parse_circuit(circuit).impedance(F, own), 2e-3), circuit)
    assert fit.status == "converged"
    for name, value in own.items():
        assert abs(fit.parameters[name] - value) < 5 * fit.uncertainties[name]
