"""The lumped run against one plain integration of the same balance, and the failures that are located within a step."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cells import llzo_case
from lisse.models import Lumped, solve
from lisse.models.base import cell_numbers
from lisse.models.contact import contact_law
from lisse.models.lumped.equations import build_equations
from lisse.models.lumped.states import Instant
from lisse.protocol import Protocol, Step

HOT = {
    "cell__temperature": "80 degC",
    "cell__stack__pressure": "10 MPa",
    "cell__interface__refill": 0.7,
    "cell__electrolyte__flaws": None,
}


def test_voids_in_hot_pressed_creep_follow_a_plain_integration() -> None:
    """Strip, then plate: the counter interface, by LSODA at tight tolerance."""
    case = llzo_case(**HOT)
    law, pressure = contact_law(case.cell.interface, cell_numbers(case.cell)), case.cell.stack.pressure
    steps = (Step(current_density=60.0, duration=900.0), Step(current_density=-60.0, duration=900.0))
    solution = solve(Lumped(relative_tolerance=1e-7), case.cell, Protocol("strip and plate", steps))
    time, voids = solution["time"].values, solution["void_height"].values[:, 1]
    start = law.height(1.0)
    for sign, begin, end in ((1.0, 0.0, 900.0), (-1.0, 900.0, 1800.0)):
        part = (time >= begin) & (time <= end)
        clock = np.unique(time[part])
        plain = solve_ivp(
            lambda t, w, s=sign: [law.rate(w[0], s * 60.0, pressure) if w[0] > 0 or s > 0 else 0.0],
            (begin, end),
            [start],
            t_eval=clock,
            method="LSODA",
            rtol=1e-10,
            atol=1e-14,
            max_step=5.0,
        )
        mine = np.interp(clock, time[part], voids[part])
        assert mine == pytest.approx(np.maximum(plain.y[0], 0.0), abs=2e-3 * law.height(0.05))
        start = max(float(plain.y[0, -1]), 0.0)


@pytest.mark.parametrize("hours", [3.0, 100.0])
def test_the_voltage_limit_is_met_where_the_voltage_meets_it(hours: float) -> None:
    """However long the step: the time of an LSODA run with the limit as an event."""
    case = llzo_case(cell__electrolyte__flaws=None, cell__anode__thickness="500 um")
    protocol = Protocol("strip", (Step(current_density=5.0, duration=hours * 3600),), voltage_limit=0.045)
    found = solve(Lumped(relative_tolerance=1e-7), case.cell, protocol)
    equations = build_equations(case.cell, 6, None)
    pressure = case.cell.stack.pressure

    def limit(t: float, w: np.ndarray) -> float:
        here = Instant(0.0, pressure, (0.0, float(w[0])), (0.0, 0.0), np.empty(0), (np.empty(0), np.empty(0)))
        return 0.045 - equations.voltage(5.0, here)

    limit.terminal = True  # type: ignore[attr-defined]
    plain = solve_ivp(
        lambda t, w: [equations.sides[1].contact.rate(w[0], 5.0, pressure)],
        (0.0, hours * 3600),
        [0.0],
        events=limit,
        rtol=1e-10,
        atol=1e-15,
        method="LSODA",
        first_step=1.0,
    )
    assert found.verdict.mode == "voltage-limit"
    assert found.verdict.time == pytest.approx(plain.t_events[0][0], rel=2e-3)
    assert found["voltage"].values[-1] == pytest.approx(0.045, rel=1e-6)


def test_a_flaw_that_spans_the_electrolyte_shorts_at_the_first_plating() -> None:
    case = llzo_case(cell__electrolyte__thickness="20 um")
    solution = solve(Lumped(), case.cell, case.protocol)
    assert (solution.verdict.mode, solution.verdict.time) == ("filament-short", 0.0)
    assert abs(solution["voltage"].values[-1]) < 1e-3
    assert any("spans the electrolyte" in text for text in solution.warnings)


def test_voids_that_are_closing_are_not_lost_contact() -> None:
    case = llzo_case(
        cell__stack={"pressure": "0.2 MPa", "forming_pressure": "0 MPa"},
        cell__electrolyte__flaws=None,
        protocol={"name": "cycle", "current_density": "0.001 mA/cm^2", "half_cycle": "1 h", "cycles": 2},
    )
    assert solve(Lumped(), case.cell, case.protocol).verdict.mode == "none"


def test_a_short_at_a_held_voltage_lets_the_current_rise() -> None:
    case = llzo_case(cell__electrolyte__thickness="25 um")
    solution = solve(Lumped(), case.cell, Protocol("hold", (Step(voltage=0.05, duration=600.0),)))
    assert solution.verdict.mode == "filament-short"
    assert solution["voltage"].values[-1] == pytest.approx(0.05, rel=1e-9)
    assert solution["current_density"].values[-1] > 10 * solution["current_density"].values[0]
