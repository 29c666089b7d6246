"""A whole lumped cell with a polymer: Sand's time, the limiting current and the steady voltage of the closed forms."""

import math

import numpy as np
import pytest

from lisse import theory
from lisse.models.charge_transfer import charge_transfer
from lisse.models.lumped.salt import salt_law
from lisse.protocol import Step
from lumped_cases import POLYMER, bare, cell_of, run

QUIET = POLYMER | bare(injection=0.0) | {"cell__anode__thickness": "500 um"}
CELL = cell_of(**QUIET)
_MATERIAL, T = CELL.electrolyte.material, CELL.temperature
SALT = {
    "salt_concentration": _MATERIAL.value("salt_concentration", T),
    "diffusivity": _MATERIAL.value("salt_diffusivity", T),
    "transference_number": _MATERIAL.value("transference_number", T),
    "thickness": CELL.electrolyte.thickness,
}
LIMIT = theory.limiting_current(**SALT)
SETTLED = SALT["thickness"] ** 2 / SALT["diffusivity"] * 3.0  # s


@pytest.mark.parametrize("ratio", [1.05, 1.5, 4.0])
def test_salt_runs_out_at_sands_time(ratio: float) -> None:
    found = run(Step(current_density=ratio * LIMIT, duration=1e5), voltage_limit=1e3, **QUIET)
    assert found.verdict.mode == "salt-depletion"
    expected = theory.sand_time(current_density=ratio * LIMIT, **SALT)
    assert found.verdict.time == pytest.approx(expected, rel=3e-4)
    profile = found["salt_concentration"].values[-1]
    assert profile[0] == pytest.approx(0.0, abs=1e-6 * SALT["salt_concentration"])
    assert profile[-1] == profile.max()


def test_salt_runs_out_above_the_limiting_current_and_never_below() -> None:
    modes = [
        run(Step(current_density=r * LIMIT, duration=10 * SETTLED), voltage_limit=1e3, **QUIET).verdict.mode
        for r in (0.99, 1.01)
    ]
    assert modes == ["none", "salt-depletion"]


@pytest.mark.parametrize("ratio", [-0.9, 0.2, 0.9])
def test_the_steady_voltage_is_that_of_the_closed_form(ratio: float) -> None:
    current = ratio * LIMIT
    found = run(Step(current_density=current, duration=4 * SETTLED), tolerance=1e-9, **QUIET)
    electrolyte = found["ohmic_drop"].values[-1] + found["concentration_drop"].values[-1]
    expected = theory.polarisation_voltage(
        current_density=current,
        conductivity=_MATERIAL.value("ionic_conductivity", T),
        temperature=T,
        thermodynamic_factor=_MATERIAL.value("thermodynamic_factor", T),
        **SALT,
    )
    assert electrolyte == pytest.approx(expected, rel=1e-6)
    kinetics = charge_transfer(CELL.interface, T)
    low, high = math.sqrt(1.0 - abs(ratio)), math.sqrt(1.0 + abs(ratio))  # exchange current at both faces
    drops = kinetics.kinetic_drop(abs(current) / low) + kinetics.kinetic_drop(abs(current) / high)
    assert abs(found["charge_transfer_drop"].values[-1]) == pytest.approx(drops, rel=1e-5)


def test_reversal_mirrors_the_profile_and_the_voltage() -> None:
    one, two = (run(Step(current_density=sign * 0.7 * LIMIT, duration=900.0), **QUIET) for sign in (1.0, -1.0))
    assert two["voltage"].values == pytest.approx(-one["voltage"].values, rel=1e-7)
    assert two["salt_concentration"].values[:, ::-1] == pytest.approx(one["salt_concentration"].values, rel=1e-7)


def test_salt_is_neither_made_nor_lost_over_cycles() -> None:
    steps = [Step(current_density=j, duration=1200.0) for j in (15.0, 0.0, -20.0, 8.0)]
    found = run(*steps, tolerance=1e-4, **POLYMER)
    law = salt_law(CELL, T)
    assert law is not None
    amount = law.amount(found["salt_concentration"].values[:, 1:-1])
    assert amount == pytest.approx(np.full(len(amount), amount[0]), rel=1e-8)
    assert found["salt_concentration"].values[0] == pytest.approx(SALT["salt_concentration"], rel=0.05)


def test_a_held_voltage_settles_at_the_current_that_needs_it() -> None:
    """The current falls as salt polarises; the steady one, set, has the voltage that was held."""
    held = run(Step(voltage=0.08, duration=3 * SETTLED), tolerance=1e-8, **QUIET)
    current = held["current_density"].values
    assert held["voltage"].values == pytest.approx(0.08, rel=1e-9)
    assert 0.2 < current[-1] / current[0] < 0.8
    assert (np.diff(current) <= 1e-7 * current[0]).all()
    steady = run(Step(current_density=float(current[-1]), duration=4 * SETTLED), **QUIET)
    assert steady["voltage"].values[-1] == pytest.approx(0.08, rel=1e-5)


def test_the_electrolyte_is_ohmic_at_first() -> None:
    """Up to the salt that the first cell of the grid cannot resolve, 3 % of the drop."""
    found = run(Step(current_density=2.0, duration=10.0), **QUIET)
    ohmic = 2.0 * SALT["thickness"] / _MATERIAL.value("ionic_conductivity", T)
    assert found["ohmic_drop"].values[0] == pytest.approx(ohmic, rel=1e-12)
    assert found["concentration_drop"].values[0] == pytest.approx(0.0, abs=0.04 * ohmic)
