"""A set current at constant pressure: each state by itself gives what the coupled integration of all gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.models.lumped import Lumped
from lisse.models.lumped.apart import Apart
from lisse.records import Solution

CYCLE = {"name": "cycle", "current_density": "0.3 mA/cm^2", "half_cycle": "0.3 mAh/cm^2", "cycles": 2}
POLYMER: dict[str, Any] = {
    "cell__temperature": "90 degC",
    "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "100 um"},
    "cell__interface": {"contact_hardness": "0.1 MPa"},
    "cell__stack": {"pressure": "0.1 MPa"},
}
CASES: dict[str, dict[str, Any]] = {
    "voids": {"cell__stack": {"pressure": "0.5 MPa", "forming_pressure": "5 MPa"}},
    "salt": POLYMER,
    "Sand's time": POLYMER
    | {
        "protocol": {
            "name": "one-way",
            "start": "2 mA/cm^2",
            "step": "1 mA/cm^2",
            "stop": "2 mA/cm^2",
            "half_cycle": "3 h",
        }
    },
    "interphase": {
        "cell__electrolyte": {"material": "Li6PS5Cl", "thickness": "500 um"},
        "cell__interface": {
            "interphase": {"kind": "mixed-conducting", "conductivity": "1e-6 S/cm", "cycling_acceleration": 0.02}
        },
    },
    "full cell": {
        "cell__kind": "full",
        "cell__anode__thickness": "20 um",
        "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
    },
}


def solved(**changes: Any) -> Solution:
    case = llzo_case(**{"protocol": CYCLE, "cell__electrolyte__flaws": None} | changes)
    return Lumped(relative_tolerance=1e-7).solve(case.cell, case.protocol)


@pytest.mark.parametrize("name", CASES)
def test_both_routes_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = solved(**CASES[name])
    monkeypatch.setattr(Apart, "follow", lambda *_: None)
    coupled = solved(**CASES[name])
    assert apart.status == coupled.status
    assert apart.verdict.mode == coupled.verdict.mode
    if apart.verdict.time is not None:
        assert apart.verdict.time == pytest.approx(coupled.verdict.time, rel=2e-4)
    ends = [np.append(np.flatnonzero(np.diff(one["time"].values) == 0.0), -1) for one in (apart, coupled)]
    last = [one["time"].values[end] for one, end in zip((apart, coupled), ends, strict=True)]
    assert last[0] == pytest.approx(last[1], rel=2e-4)
    for quantity in ("voltage", "contact_fraction", "interphase_thickness", "salt_concentration", "charge"):
        if quantity not in apart or name == "Sand's time":
            continue
        values = [one[quantity].values[end] for one, end in zip((apart, coupled), ends, strict=True)]
        size = np.nanmax(np.abs(values[1]))
        assert values[0] == pytest.approx(values[1], rel=1e-4, abs=1e-5 * size, nan_ok=True), quantity


def test_a_route_that_does_not_apply_is_left_to_the_other() -> None:
    gap = {"pressure": "3 MPa", "forming_pressure": "400 MPa", "fixture": "constant-gap", "stiffness": "0.1 MPa/um"}
    found = solved(cell__stack=gap)
    assert found.status == "completed"
    assert float(np.ptp(found["stack_pressure"].values)) > 0.0
