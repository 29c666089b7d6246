"""Spectra of the lumped model: limits at both ends of frequency, and the voltage that a small step really drives."""

from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Lumped
from lisse.models.lumped.equations import build_equations
from lisse.records import Solution

SPECTRUM = {
    "current_density": "0 mA/cm^2",
    "duration": "1 s",
    "frequency_from": "1e9 Hz",
    "frequency_to": "1e-6 Hz",
    "points_per_decade": 2,
}
POLYMER = {
    "cell__temperature": "90 degC",
    "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "100 um"},
    "cell__interface": {"contact_hardness": "0.1 MPa"},
    "cell__stack": {"pressure": "0.1 MPa"},
}
FULL = {
    "cell__kind": "full",
    "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
}


def spectrum(**changes: Any) -> tuple[Solution, np.ndarray]:
    case = llzo_case(**changes, protocol={"steps": [SPECTRUM]})
    found = Lumped().solve(case.cell, case.protocol)
    return found, found["impedance_real"].values[0] + 1j * found["impedance_imaginary"].values[0]


def resistance(**changes: Any) -> float:
    """ohm m2. A tiny steady current, long enough for all transport."""
    step = {"current_density": "1e-5 mA/cm^2", "duration": "30 h"}
    case = llzo_case(**changes, protocol={"steps": [step]})
    found = Lumped(relative_tolerance=1e-8).solve(case.cell, case.protocol)
    return float(found["voltage"].values[-1]) / 1e-4


@pytest.mark.parametrize("changes", [{}, POLYMER], ids=["ceramic", "polymer"])
def test_the_slowest_point_is_the_steady_resistance_and_the_fastest_the_electrolyte(changes: dict[str, Any]) -> None:
    found, z = spectrum(**changes)
    case = llzo_case(**changes)
    equations = build_equations(case.cell, 6, None)
    assert found["frequency"].values[[0, -1]] == pytest.approx([1e9, 1e-6])
    assert z[-1].real == pytest.approx(resistance(**changes), rel=1e-4)
    bulk = case.cell.electrolyte.thickness / equations.numbers.conductivity
    boundaries = case.cell.electrolyte.grain_boundary_resistance
    side = equations.sides[0]
    across = 0.0 if side.capacitance else 2.0 * side.transfer.small_signal_resistance  # no arc without a capacitance
    assert z.real[0] == pytest.approx(bulk + boundaries + across, rel=2e-3)
    assert (z.imag <= 1e-12).all()
    assert (np.diff(z.real) > -1e-9).all()


def test_one_arc_has_its_top_where_theory_puts_it() -> None:
    """(R_ct + R_film) C w = 1 at the top of the arc; its width is twice the resistance of one interface."""
    _, z = spectrum()
    equations = build_equations(llzo_case().cell, 6, None)
    side = equations.sides[0]
    width = 2.0 * side.transfer.small_signal_resistance
    assert z.real[-1] - z.real[0] == pytest.approx(width, rel=1e-3)
    frequencies = np.geomspace(1e9, 1e-6, len(z))
    top = 1.0 / (2.0 * np.pi * side.transfer.small_signal_resistance * side.capacitance)
    assert abs(np.log10(frequencies[np.argmin(z.imag)] / top)) < 0.5  # one point of the grid
    assert -z.imag.min() == pytest.approx(0.5 * width, rel=0.1)


def test_the_salt_gives_the_warburg_element_of_half_the_electrolyte() -> None:
    """Z = R tanh(sqrt(i w t))/sqrt(i w t) with t = (L/2)^2/D: the middle of the electrolyte keeps its salt."""
    found, z = spectrum(**POLYMER)
    case = llzo_case(**POLYMER)
    salt = build_equations(case.cell, 6, None).salt
    assert salt is not None
    omega = 2.0 * np.pi * found["frequency"].values
    argument = np.sqrt(1j * omega * (0.5 * case.cell.electrolyte.thickness) ** 2 / salt.diffusivity)
    slow = omega < 100.0  # the first cell of the line resolves that layer
    shape = np.tanh(argument[slow]) / argument[slow]
    whole = z[slow] - z[slow][0]
    expected = (shape - shape[0]) * (z[slow][-1].real - z[slow][0].real) / (shape[-1].real - shape[0].real)
    assert np.abs(whole - expected).max() < 1e-3 * abs(expected[-1])


def test_a_full_cell_ends_in_the_capacitance_of_its_open_circuit_voltage() -> None:
    found, z = spectrum(**FULL)
    case = llzo_case(**FULL)
    cathode = build_equations(case.cell, 6, None).cathode
    assert cathode is not None
    charge = 1e-4 * cathode.areal_capacity
    slope = (cathode.open_circuit(cathode.fraction(charge)) - cathode.open_circuit(cathode.fraction(0.0))) / charge
    omega = 2.0 * np.pi * 1e-6
    assert -z[-1].imag * omega == pytest.approx(slope, rel=1e-2)
    assert found.verdict.mode == "none"
