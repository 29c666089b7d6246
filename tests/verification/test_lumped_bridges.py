"""Soft shorts that go on: a leak beside the cell, burning open, forming again; charges and lithium closed."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Lumped
from lisse.models.lumped.bridges import MOST_BURNS
from lisse.models.lumped.short import melting_voltage
from lisse.records import Solution
from lumped_cases import FULL

ONE_WAY = {"name": "one-way", "start": "0.2 mA/cm^2", "step": "0.2 mA/cm^2", "half_cycle": "0.5 h"}
LARGE = {"cell__area": "3000 cm^2", "cell__anode__thickness": "500 um", "cell__stack__pressure": "50 MPa"}
GOES_ON = Lumped(after_soft_short="go-on")


def run(model: Lumped, stop: str = "1.4 mA/cm^2", **changes: Any) -> Solution:
    case = llzo_case(**LARGE | {"protocol": ONE_WAY | {"stop": stop}} | changes)
    return model.solve(case.cell, case.protocol)


@pytest.fixture(scope="module")
def mild() -> Solution:
    """A run whose filaments stand to its end."""
    return run(GOES_ON)


@pytest.fixture(scope="module")
def burning() -> Solution:
    """A run whose filaments melt again and again."""
    return run(GOES_ON, "6 mA/cm^2")


def test_the_default_ends_at_the_first_soft_short_and_the_other_keeps_its_verdict(mild: Solution) -> None:
    stopped = run(Lumped())
    assert (stopped.status, mild.status) == ("stopped", "completed")
    for name in ("mode", "time", "where", "critical_current_density", "highest_current_density_passed"):
        assert getattr(mild.verdict, name) == getattr(stopped.verdict, name)
    assert mild.verdict.mode == "soft-short"
    assert "softly shorted from 2.01 h on" in mild.status_text
    assert mild["time"].values[-1] == pytest.approx(7 * 1800.0)
    assert any("filaments: 2 formed and 0 burnt open" in warning for warning in mild.warnings)


def test_the_voltage_drops_by_the_divider_of_cell_and_filament(mild: Solution) -> None:
    """U' = U/(1 + G U/j) for a linear cell: kinetics bend by less than a thousandth here."""
    leak, voltage, current = (mild[name].values for name in ("short_conductance", "voltage", "current_density"))
    (first, *_) = np.flatnonzero(np.diff(leak) > 0.0)
    before, after = voltage[first], voltage[first + 1]
    assert after < before
    assert after == pytest.approx(before / (1.0 + leak[first + 1] * before / current[first]), rel=1e-3)


def test_the_outer_circuit_sees_the_set_current_and_the_cell_what_is_left(mild: Solution) -> None:
    leak, voltage, current = (mild[name].values for name in ("short_conductance", "voltage", "current_density"))
    set_to = np.repeat(2.0 * np.arange(1, 8), 1)
    assert np.isin(current.round(6), set_to).all()
    assert mild["charge"].values[-1] == pytest.approx(set_to.sum() * 1800.0, rel=1e-9)
    plated = mild["lithium_thickness"].values[-1, 0] - mild["lithium_thickness"].values[0, 0]
    inner = current - leak * voltage
    charge = np.trapezoid(inner, mild["time"].values)
    assert plated == pytest.approx(charge * 13e-6 / 96485.33, rel=1e-3)
    assert charge < 0.999 * mild["charge"].values[-1]


def test_lithium_and_charge_close_with_filaments_that_burn(mild: Solution, burning: Solution) -> None:
    for found in (mild, burning):
        assert found.conservation["lithium"] < 1e-8
        assert found.conservation["charge"] < 1e-8
    assert burning["dead_lithium_thickness"].values[-1].sum() > 0.0  # beads in the cracks


def test_filaments_burn_at_the_melting_voltage_and_form_again(burning: Solution) -> None:
    leak, voltage, time = (burning[name].values for name in ("short_conductance", "voltage", "time"))
    limit = melting_voltage(298.15, 453.65)
    burnt = np.flatnonzero((leak[:-1] > 0.0) & (leak[1:] == 0.0))
    formed = np.flatnonzero(leak[1:] > leak[:-1])
    assert len(burnt) > 10
    assert (voltage[burnt] >= limit * (1.0 - 1e-6)).all()
    assert (voltage[(leak > 0.0) & ~np.isin(np.arange(len(leak)), burnt)][:-4] <= limit * (1.0 + 1e-6)).all()
    again = formed[formed > burnt[0]]
    assert (time[again] > time[burnt[0]]).all()  # it takes lithium, and so time
    assert burning.status == "stopped"
    assert any(f"{MOST_BURNS} burnt open" in w or "burnt open" in w for w in burning.warnings)


def test_a_hard_short_still_ends_the_run() -> None:
    found = run(GOES_ON, "6 mA/cm^2", cell__area="1 cm^2")
    assert (found.status, found.verdict.mode) == ("stopped", "filament-short")
    alike = run(Lumped(), "6 mA/cm^2", cell__area="1 cm^2")
    assert found.verdict == alike.verdict


def test_a_held_cell_goes_on_with_more_current() -> None:
    steps = {"name": "hold", "voltage": "90 mV", "duration": "9 h"}
    found = run(GOES_ON, protocol=steps, cell__area="1000 cm^2")
    leak, current = found["short_conductance"].values, found["current_density"].values
    (first, *_) = np.flatnonzero(np.diff(leak) > 0.0)
    assert current[first + 1] - current[first] == pytest.approx(leak[first + 1] * 0.09, rel=1e-9)
    assert found["voltage"].values == pytest.approx(0.09, rel=1e-6)
    assert found.conservation["lithium"] < 1e-8


def test_the_coulombic_efficiency_of_a_full_cell_sees_what_passed_the_filament() -> None:
    """A metal without a known melting point, so that 4 V do not open the filament: charge comes back short."""
    steps = [
        {"current_density": "1.2 mA/cm^2", "duration": "1.5 h"},
        {"current_density": "-0.4 mA/cm^2", "duration": "12 h", "until_voltage": "3.6 V"},
    ]
    case = llzo_case(
        **FULL | {"protocol": {"steps": steps}, "cell__area": "200000 cm^2", "cell__interface__injection": 0.0}
    )
    metal = case.cell.working.material
    cold = dataclasses.replace(metal, properties={k: v for k, v in metal.properties.items() if k != "melting_point"})
    found = GOES_ON.solve(case.cell.replace(working__material=cold), case.protocol)
    plain = GOES_ON.solve(case.cell.replace(working__material=cold, electrolyte__flaws=None), case.protocol)
    assert found.verdict.mode == "soft-short"
    assert found.verdict.coulombic_efficiency is not None
    assert plain.verdict.coulombic_efficiency is not None
    assert found.verdict.coulombic_efficiency < 0.98 * plain.verdict.coulombic_efficiency
    lost = np.trapezoid(found["short_conductance"].values * found["voltage"].values, found["time"].values)
    came, went = (
        np.trapezoid(np.clip(sign * found["current_density"].values, 0.0, None), found["time"].values)
        for sign in (1, -1)
    )
    start, end = (found["lithium_thickness"].values[row, 0] for row in (0, -1))
    left = (end - start) * 96485.33 / 13e-6
    assert came - went == pytest.approx(lost + left, rel=2e-3)
    assert found.conservation["lithium"] < 1e-8


def test_words_that_are_none_of_the_two_are_refused() -> None:
    with pytest.raises(InvalidInput, match="go-on"):
        Lumped(after_soft_short="go on")
