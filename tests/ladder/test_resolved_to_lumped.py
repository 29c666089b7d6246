"""The resolved model on a flat, homogeneous crystal is the lumped model: to 0.1 %, at the same instants, to the same
end.

Both run the same protocol, its steps cut into parts so that both record the same instants: the ends of the parts. The
resolved model takes time steps of its own to a tolerance of 2e-3 of the contact per step, the lumped model to 1e-7.
Traces are compared over their largest value, because voids and stress drops pass through zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lisse
from lisse.microstructure import Volume
from lisse.models import Lumped
from lisse.models.resolved.model import Resolved
from lisse.records import Solution
from lisse.study.case import Case
from resolved_cells import check_balances, flow, hold, resolved_case, run_model

NEAR = 1e-3
TRACES = (
    "voltage",
    "current_density",
    "charge",
    "contact_fraction",
    "void_height",
    "stack_pressure",
    "lithium_thickness",
    "interphase_thickness",
    "charge_transfer_drop",
    "film_drop",
    "constriction_drop",
    "ohmic_drop",
    "stress_drop",
    "open_circuit_voltage",
)
BLOCK = Volume(np.zeros((10, 3, 2), np.uint8), 3e-6, {0: "electrolyte"})
THICK = {"cell__anode__thickness": "500 um"}
CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "strip and plate": ([flow(0.5, 1500), flow(-0.5, 1500)], {}),
    "rest": ([flow(1, 1200), flow(0, 8000)], {}),
    "held voltage": ([hold(30, 1500), hold(-20, 500)], {}),
    "pressure step": ([flow(1, 1200), flow(0, 600, stack_pressure="10 MPa")], {}),
    "constant-gap fixture": (
        [flow(1, 1200)] * 2,
        {
            "cell__stack__fixture": "constant-gap",
            "cell__stack__stiffness": "1 MPa/um",
            "cell__interface__injection": 0.5,
        },
    ),
    "temperature step": ([flow(0.5, 900), flow(-0.5, 900, temperature="60 degC")], {}),
    "interphase": (
        [flow(0.3, 1200)] * 2,
        {
            "cell__interface__interphase": {
                "kind": "resistive",
                "conductivity": "1e-7 S/cm",
                "initial_thickness": "5 nm",
                "rate_constant": "1e-18 m^2/s",
                "lithium_ratio": 0.5,
            }
        },
    ),
    "asymmetric kinetics": (
        [flow(1, 1500), flow(-1, 400)],
        {
            "cell__interface__anodic_transfer_coefficient": 0.3,
            "cell__interface__exchange_current_density": "0.1 mA/cm^2",
        },
    ),
    "full cell": (
        [flow(0.5, 6000), flow(-0.5, 4000)],
        {"cell__kind": "full", "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}},
    ),
}
ENDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "contact-loss": ([flow(1, 1500)] * 4, {"cell__stack__pressure": "0.5 MPa"} | THICK),
    "lithium-exhausted": (
        [flow(1, 5000)] * 4,
        {"cell__stack__pressure": "50 MPa", "cell__anode__thickness": "20 um"},
    ),
    "voltage-limit": (
        [flow(1, 400)] * 4,
        {"cell__stack__pressure": "0.5 MPa", "protocol__voltage_limit": "60 mV"} | THICK,
    ),
}


def at_ends(solution: Solution, name: str, case: Case) -> np.ndarray[Any, Any]:
    """A trace at the end of every step that was passed, before the next begins; by interface where it has them."""
    time, values = solution.data["time"].values, np.asarray(solution.data[name].values)
    ends = np.cumsum([step.time for step in case.protocol.steps])
    rows = [np.flatnonzero(np.isclose(time, end, rtol=1e-9))[0] for end in ends if end <= time[-1] * (1 + 1e-9)]
    return values[rows]


def far_apart(one: Solution, other: Solution, case: Case) -> dict[str, float]:
    """Largest difference of each trace at the ends of steps, over its largest value; those above `NEAR`."""
    found = {}
    for name in TRACES:
        if name not in one.data or name not in other.data:
            continue
        a, b = at_ends(one, name, case), at_ends(other, name, case)
        scale = np.nanmax(np.abs(one.data[name].values))
        if scale == 0.0:
            assert np.nanmax(np.abs(b)) < 1e-12, name
            continue
        if name.endswith("_drop"):
            scale = np.nanmax(np.abs(one.data["voltage"].values))
        difference = np.abs(a - b)
        assert np.array_equal(np.isnan(a), np.isnan(b)), name
        if np.nanmax(difference, initial=0.0) > NEAR * scale:
            found[name] = float(np.nanmax(difference) / scale)
    return found


def both(name: str, table: dict[str, Any], **settings: Any) -> tuple[Solution, Solution, Case]:
    """The lumped and the resolved run of a case."""
    steps, changes = table[name]
    case = resolved_case(*steps, thickness=30.0, **{"cell__electrolyte__flaws": None} | changes)
    chosen = {"voxel": 3e-6, "width": 6e-6, "lithium": "fluid", "fracture": False} | settings
    mine = run_model(Resolved(**chosen), case)
    check_balances(mine)
    return lisse.solve(Lumped(relative_tolerance=1e-7), case.cell, case.protocol), mine.solution, case


@pytest.mark.parametrize("name", CASES)
def test_a_flat_homogeneous_cell_follows_the_lumped_model(name: str) -> None:
    lumped, resolved, case = both(name, CASES)
    assert lumped.verdict.mode == resolved.verdict.mode == "none"
    assert not far_apart(lumped, resolved, case)


@pytest.mark.parametrize("mode", ENDS)
def test_a_flat_homogeneous_cell_fails_when_the_lumped_model_does(mode: str) -> None:
    """End times to 1e-5: the tolerance of the void law, and of the search for the end within a time step."""
    lumped, resolved, case = both(mode, ENDS)
    assert (lumped.verdict.mode, lumped.verdict.where) == (resolved.verdict.mode, resolved.verdict.where)
    assert resolved.verdict.mode == mode
    assert resolved.verdict.time == pytest.approx(lumped.verdict.time, rel=1e-5)
    assert resolved.verdict.critical_current_density == pytest.approx(lumped.verdict.critical_current_density)
    assert resolved.verdict.cumulative_charge == pytest.approx(lumped.verdict.cumulative_charge, rel=1e-5)
    assert not far_apart(lumped, resolved, case)


FULL = {"cell__kind": "full", "cell__counter": {"material": "NMC811", "areal_capacity": "0.3 mAh/cm^2"}}


def test_a_voltage_or_a_current_ends_a_step_when_it_does_in_the_lumped_model() -> None:
    steps = [
        flow(0.5, 9000, until_voltage="4.0 V"),
        hold(4000, 9000) | {"until_current": "0.1 mA/cm^2"},
        flow(-0.5, 9000, until_voltage="3.7 V"),
        flow(-0.2, 9000, until_voltage="3.9 V"),  # beyond it at once
    ]
    lumped, resolved, _ = both("full", {"full": (steps, FULL)})
    ends = [np.array([one.data[name].values.max() for name in ("time", "charge")]) for one in (lumped, resolved)]
    np.testing.assert_allclose(*ends, rtol=1e-4)
    assert float(resolved.data["charge"][-1]) == pytest.approx(float(lumped.data["charge"][-1]), abs=1e-3 * ends[0][1])
    assert resolved.data["voltage"].values.max() == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize("current", [0.5, -0.5])
def test_a_cathode_that_is_empty_or_full_ends_a_run(current: float) -> None:
    lumped, resolved, _ = both("full", {"full": ([flow(-0.1, 60), flow(current, 4000)][current > 0.0 :], FULL)})
    for one in (lumped, resolved):
        assert (one.verdict.mode, one.verdict.where) == ("lithium-exhausted", "counter")
    assert resolved.verdict.time == pytest.approx(lumped.verdict.time, rel=1e-5, abs=1e-3)


def test_flowing_metal_and_an_intact_elastic_electrolyte_change_nothing_on_a_flat_cell() -> None:
    settings = {"lithium": "viscous", "fracture": True, "voxel": 3.75e-6, "width": 15e-6}
    lumped, resolved, case = both("temperature step", CASES, **settings)
    assert not far_apart(lumped, resolved, case)


def test_a_flat_cell_in_three_dimensions_follows_the_lumped_model() -> None:
    lumped, resolved, case = both("interphase", CASES, microstructure=BLOCK)
    assert not far_apart(lumped, resolved, case)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_flat_cell_of_flowing_metal_in_three_dimensions_follows_the_lumped_model(name: str) -> None:
    lumped, resolved, case = both(name, CASES, microstructure=BLOCK, lithium="viscous", fracture=True)
    assert not far_apart(lumped, resolved, case)
