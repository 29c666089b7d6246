"""The lumped run does not depend on what it should not depend on."""

import dataclasses

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Lumped, solve
from lisse.protocol import Protocol, Step


def time_to_failure(model: Lumped, **changes: object) -> float:
    case = llzo_case(**changes)
    time = solve(model, case.cell, case.protocol).verdict.time
    assert time is not None
    return time


def test_time_to_short_converges_with_the_tolerance() -> None:
    best = time_to_failure(Lumped(relative_tolerance=1e-9))
    errors = [abs(time_to_failure(Lumped(relative_tolerance=t)) / best - 1) for t in (1e-3, 1e-5, 1e-7)]
    assert errors[1] < 1e-5
    assert errors[2] < 1e-7
    assert errors[0] > errors[2]


def test_time_to_short_does_not_depend_on_the_number_of_flaw_classes() -> None:
    """The longest flaw decides; the others only fill."""
    times = [time_to_failure(Lumped(flaw_classes=n, relative_tolerance=1e-7)) for n in (1, 3, 6, 24)]
    assert times == pytest.approx([times[0]] * 4, rel=1e-6)


def test_swapping_the_electrodes_mirrors_the_run() -> None:
    case = llzo_case(protocol__rest="5 min")
    mirrored = tuple(
        dataclasses.replace(step, current_density=-(step.current_density or 0.0)) for step in case.protocol.steps
    )
    one = solve(Lumped(), case.cell, case.protocol)
    two = solve(Lumped(), case.cell, Protocol("mirrored", mirrored))
    assert one.verdict.time == pytest.approx(two.verdict.time, rel=1e-9)
    assert {one.verdict.where, two.verdict.where} == {"working", "counter"}
    assert one["voltage"].values == pytest.approx(-two["voltage"].values, rel=1e-7, abs=1e-12)
    for name in ("contact_fraction", "flaw_length"):
        assert one[name].values == pytest.approx(two[name].values[:, ::-1], rel=1e-7)


def test_cutting_a_step_in_two_changes_nothing() -> None:
    case = llzo_case(cell__electrolyte__flaws=None)
    whole = Protocol("whole", (Step(current_density=20.0, duration=7200.0),))
    halves = Protocol(
        "halves", (Step(current_density=20.0, duration=3000.0), Step(current_density=20.0, duration=4200.0))
    )
    one, two = (solve(Lumped(relative_tolerance=1e-8), case.cell, p) for p in (whole, halves))
    assert one["void_height"].values[-1] == pytest.approx(two["void_height"].values[-1], rel=1e-6)
    assert one["voltage"].values[-1] == pytest.approx(two["voltage"].values[-1], rel=1e-6)


def test_a_held_voltage_drives_the_current_that_a_set_current_needs() -> None:
    case = llzo_case(cell__electrolyte__flaws=None, cell__interface__injection=0.0)
    driven = solve(Lumped(), case.cell, Protocol("hold", (Step(voltage=0.05, duration=600.0),)))
    current = float(driven["current_density"].values[-1])
    set_current = solve(Lumped(), case.cell, Protocol("set", (Step(current_density=current, duration=600.0),)))
    assert set_current["voltage"].values[-1] == pytest.approx(0.05, rel=1e-9)
    assert driven.conservation["charge"] < 1e-8


def test_a_held_voltage_with_growing_voids_conserves_charge_and_lets_the_current_fall() -> None:
    case = llzo_case(cell__electrolyte__flaws=None, cell__interface__resistance="50 ohm cm^2")
    held = solve(Lumped(relative_tolerance=1e-7), case.cell, Protocol("hold", (Step(voltage=0.1, duration=7200.0),)))
    current = held["current_density"].values
    assert held.verdict.mode == "none"
    assert current[-1] < 0.97 * current[0]
    assert held["voltage"].values == pytest.approx(0.1, rel=1e-6)
    assert held.conservation["charge"] < 1e-3  # trapezoids over the recorded times
    assert (np.diff(held["charge"].values) >= 0).all()


def test_a_pressure_schedule_finds_the_pressure_at_which_contact_goes() -> None:
    """Stepping the pressure down at constant current: voids stay closed above j/k and open below."""
    case = llzo_case(
        cell__electrolyte__flaws=None,
        cell__stack__fixture="schedule",
        cell__interface__small_scale_strength_factor=100.0,
        protocol={
            "name": "steps",
            "steps": [
                {"current_density": "0.1 mA/cm^2", "duration": "1 h", "stack_pressure": f"{p} MPa"}
                for p in (3, 2, 1.6, 1.4, 1)
            ],
        },
    )
    solution = solve(case.model, case.cell, case.protocol)
    pressure, voids = solution["stack_pressure"].values / 1e6, solution["void_height"].values[:, 1]
    threshold = 0.1 / 0.066  # MPa
    assert voids[pressure > threshold].max() < 1e-12
    assert voids[pressure == 1.0][-1] > 1e-8


def test_a_warmer_step_changes_conductivity_and_closure() -> None:
    case = llzo_case(cell__electrolyte__flaws=None)
    protocol = Protocol(
        "warm",
        (Step(current_density=1.0, duration=600.0), Step(current_density=1.0, duration=600.0, temperature=353.15)),
    )
    solution = solve(Lumped(), case.cell, protocol)
    ohmic = np.unique(solution["ohmic_drop"].values)
    ratio = case.cell.electrolyte.material.value("ionic_conductivity", 353.15) / case.cell.electrolyte.material.value(
        "ionic_conductivity", 298.15
    )
    assert ohmic.max() / ohmic.min() == pytest.approx(ratio, rel=1e-9)
    assert set(np.unique(solution["temperature"].values)) == {298.15, 353.15}


def test_seeds_scatter_the_critical_current_and_repeat_it() -> None:
    case = llzo_case()
    found = [
        solve(Lumped(), case.cell, case.protocol, seed=s).verdict.critical_current_density
        for s in (1, 2, 3, 4, 5, 6, 1)
    ]
    assert found[0] == found[-1]
    assert len(set(found)) > 1


def test_lithium_runs_out_when_a_half_cycle_takes_more_than_there_is() -> None:
    case = llzo_case(
        cell__electrolyte__flaws=None,
        cell__anode__thickness="1 um",
        cell__interface__injection=0.0,
        protocol={"name": "cycle", "current_density": "0.1 mA/cm^2", "half_cycle": "5 h", "cycles": 1},
    )
    solution = solve(Lumped(), case.cell, case.protocol)
    assert (solution.verdict.mode, solution.verdict.where) == ("lithium-exhausted", "counter")
    assert solution.verdict.threshold_charge == pytest.approx(1e-6 * 96485.33212 / 13e-6, rel=1e-9)
    assert solution["lithium_thickness"].values[-1] == pytest.approx([2e-6, 0.0], abs=1e-15)
