"""Impedance and derivatives of the elements: exact values, limits, finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit import parse_circuit
from lisse.measurement.analysis.circuit_elements import ELEMENTS

F = np.logspace(-3, 6, 40)
OMEGA = 2 * np.pi * F
VALUES = {"exponent": 0.8, "resistance": 30.0, "time": 2e-3, "number": 1.7, "inductance": 1e-5}


def values_of(circuit: str) -> np.ndarray:
    return np.array([VALUES.get(one.kind, 1e-3) for one in parse_circuit(circuit).quantities])


@pytest.mark.parametrize("text", [*(f"{symbol}1" for symbol in ELEMENTS), "L0-R0-p(R1-Wo1,CPE1)-p(R2,C2-p(R3,C3))-Gs1"])
def test_derivatives_are_those_of_the_impedance(text: str) -> None:
    circuit, values = parse_circuit(text), values_of(text)
    exact = circuit.jacobian(F, values)
    assert exact.shape == (F.size, values.size)
    rounding = 1e-9 * np.abs(circuit.impedance(F, values)).max()
    for i, value in enumerate(values):
        step = 1e-6 * value
        up, down = values.copy(), values.copy()
        up[i], down[i] = value + step, value - step
        difference = (circuit.impedance(F, up) - circuit.impedance(F, down)) / (2 * step)
        assert np.abs(difference - exact[:, i]).max() < 1e-6 * np.abs(exact[:, i]).max() + rounding / value


@pytest.mark.parametrize("symbol", ELEMENTS)
def test_no_element_makes_energy(symbol: str) -> None:
    text = f"{symbol}1"
    assert (parse_circuit(text).impedance(F, values_of(text)).real >= -1e-12).all()


def test_laws_in_their_limits() -> None:
    def z(text: str, *values: float) -> np.ndarray:
        return parse_circuit(text).impedance(F, values)

    s = 1j * OMEGA
    np.testing.assert_allclose(z("CPE1", 1e-4, 1.0), z("C1", 1e-4), rtol=1e-12)
    np.testing.assert_allclose(z("CPE1", 1e-4, 0.5), 1e4 / np.sqrt(s), rtol=1e-12)
    np.testing.assert_allclose(z("W1", 5.0), 5 * (1 - 1j) / np.sqrt(OMEGA), rtol=1e-12)
    np.testing.assert_allclose(z("Zarc1", 9.0, 1e-3, 1.0), z("K1", 9.0, 1e-3), rtol=1e-12)
    np.testing.assert_allclose(z("p(R1,CPE1)", 9.0, 1e-3**0.8 / 9, 0.8), z("Zarc1", 9.0, 1e-3, 0.8), rtol=1e-11)
    np.testing.assert_allclose(z("G1", 9.0, 1e-3), 9 / np.sqrt(1 + s * 1e-3), rtol=1e-12)
    # finite diffusion: semi-infinite when fast, a resistance or a capacitance of tau/Z0 when slow
    fast = OMEGA * 2.0 > 200
    for text in ("Ws1", "Wo1"):
        np.testing.assert_allclose(z(text, 7.0, 2.0)[fast], (7 / np.sqrt(s * 2.0))[fast], rtol=1e-6)
    assert abs(z("Ws1", 7.0, 1e-3)[0] - 7.0) < 1e-4
    assert abs(z("Wo1", 7.0, 1e-3)[0] * s[0] - 7.0 / 1e-3) < 1e-1
    np.testing.assert_allclose(z("Gs1", 7.0, 1e-3, 50.0), z("G1", 7.0, 1e-3), rtol=1e-9)


def test_values_are_checked() -> None:
    circuit = parse_circuit("R0-p(R1,CPE1)")
    with pytest.raises(InvalidInput, match="CPE1_alpha: got 1.2"):
        circuit.impedance(F, [1, 2, 1e-3, 1.2])
    with pytest.raises(InvalidInput, match="R1: got -2"):
        circuit.impedance(F, [1, -2, 1e-3, 0.9])
    with pytest.raises(InvalidInput, match="got 'R0, R1'.*Give CPE1_Q, CPE1_alpha"):
        circuit.impedance(F, {"R0": 1, "R1": 2})
    with pytest.raises(InvalidInput, match="R3.*allowed: R0, R1, CPE1_Q, CPE1_alpha"):
        circuit.impedance(F, {"R0": 1, "R1": 2, "R3": 1})
    with pytest.raises(InvalidInput, match="above 0, in Hz"):
        circuit.impedance([0.0, 1.0], [1, 2, 1e-3, 0.9])
    with pytest.raises(InvalidInput, match="got 2; allowed: 4"):
        circuit.impedance(F, [1, 2])
