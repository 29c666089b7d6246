"""Corners of the lumped model that a review found: what lies between the steps and beyond the limits."""

from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Lumped
from lisse.records import Solution

FULL = {"cell__kind": "full", "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}}
BARE = {"cell__kind": "anode-free", "cell__anode__thickness": "0 um", "cell__counter": {"thickness": "50 um"}}


def run(steps: list[dict[str, Any]] | None = None, stability: str = "reported", **changes: Any) -> Solution:
    if steps is not None:
        changes["protocol"] = {"steps": steps}
    case = llzo_case(**changes)
    return Lumped(stability=stability).solve(case.cell, case.protocol)


def test_contact_that_heals_from_beyond_the_limit_and_opens_again_is_lost() -> None:
    """In a stiff gap the pressure falls while the full cell is discharged: voids close at first, then they open."""
    found = run(
        [{"current_density": "-0.15 mA/cm^2", "duration": "20 h"}],
        **{**FULL, "cell__counter": {**FULL["cell__counter"], "initial_lithium_fraction": 0.4}},
        cell__electrolyte__flaws=None,
        cell__interface={"contact_limit": 0.5, "contact_hardness": "10 MPa"},
        cell__stack={
            "pressure": "3 MPa",
            "forming_pressure": "4 MPa",
            "fixture": "constant-gap",
            "stiffness": "0.5 MPa/um",
        },
    )
    contact = found["contact_fraction"].values[:, 0]
    assert contact[0] < 0.5
    assert contact[1] > contact[0]
    assert found.verdict.mode == "contact-loss"
    assert contact[-1] <= 0.5 + 1e-9
    assert contact[-1] > 0.35


@pytest.mark.parametrize("rate", ["1e-17 m^2/s", "1e-20 m^2/s"])
def test_no_step_is_lost_where_the_interphase_eats_the_metal_of_a_bare_collector(rate: str) -> None:
    interphase = {"kind": "mixed-conducting", "conductivity": "1 mS/cm", "rate_constant": rate}
    steps = [
        {"current_density": "0 mA/cm^2", "duration": "10 min"},
        {"current_density": "0.1 mA/cm^2", "duration": "1 h"},
        {"current_density": "-0.1 mA/cm^2", "duration": "1 h"},
        {"current_density": "0 mA/cm^2", "duration": "10 h"},
        {"current_density": "0.1 mA/cm^2", "duration": "1 h"},
    ]
    found = run(steps, **BARE, cell__electrolyte__flaws=None, cell__interface={"interphase": interphase})
    assert found.status == "completed"
    time, current = found["time"].values, found["current_density"].values
    plated = float(np.trapezoid(np.maximum(current, 0.0), time))
    assert plated == pytest.approx(2.0 * 3600.0, rel=1e-9)
    stripped = -float(np.trapezoid(np.minimum(current, 0.0), time))
    assert stripped < 3600.0
    assert time[-1] == pytest.approx(600.0 + 2.0 * 3600.0 + 36000.0 + stripped, rel=1e-9)
    assert found["lithium_thickness"].values[:, 0].min() > -1e-10
    assert found.conservation["lithium"] < 1e-8


@pytest.mark.parametrize(("area", "mode"), [("20 cm^2", "filament-short"), ("10000 cm^2", "soft-short")])
def test_a_short_of_a_full_cell_is_judged_by_its_whole_voltage(area: str, mode: str) -> None:
    found = run(
        [{"current_density": "2 mA/cm^2", "duration": "5 h"}],
        **FULL,
        cell__area=area,
        cell__electrolyte__thickness="100 um",
        cell__stack__pressure="50 MPa",
    )
    voltage = found["voltage"].values
    assert found.verdict.mode == mode
    assert (voltage[-1] > 0.5 * voltage[-5]) == (mode == "soft-short")
    assert any("would melt it" in text for text in found.warnings)


def test_waves_that_short_have_no_conductance() -> None:
    found = run(
        [{"current_density": "0.1 mA/cm^2", "charge": "0.5 mAh/cm^2"}],
        stability="published",
        cell__electrolyte__thickness="3 um",
        cell__electrolyte__flaws__mean_length="0.01 um",
        cell__stack__pressure="50 MPa",
    )
    assert found.verdict.mode == "filament-short"
    assert (found["short_conductance"].values == 0.0).all()
    assert found["time"].values[-1] == found.verdict.time


@pytest.mark.parametrize("hours", [2, 20, 200, 2000])
def test_the_time_of_a_failure_does_not_depend_on_the_length_of_the_step(hours: int) -> None:
    """Lithium eaten by an interphase at rest: after L^2/(2 k), whatever the step was meant to last."""
    interphase = {
        "kind": "mixed-conducting",
        "conductivity": "1 mS/cm",
        "rate_constant": "1e-12 m^2/s",
        "lithium_ratio": 0.54,
    }
    found = run(
        [{"current_density": "0 mA/cm^2", "duration": f"{hours} h"}],
        cell__electrolyte__flaws=None,
        cell__interface={"interphase": interphase},
    )
    assert found.verdict.mode == "lithium-exhausted"
    assert found.verdict.time == pytest.approx((50e-6 / 0.54) ** 2 / 2e-12, rel=5e-3)


def test_a_step_that_ends_at_once_stands_no_current_and_says_so() -> None:
    found = run([{"current_density": "-0.3 mA/cm^2", "duration": "1 h", "until_voltage": "4.3 V"}], **FULL)
    assert found["charge"].values[-1] == 0.0
    assert found.verdict.highest_current_density_passed is None
    assert any("1 of 1 steps ended at once" in text for text in found.warnings)


def test_dead_lithium_is_recorded_from_the_first_step_on() -> None:
    steps = [
        {"current_density": "0.1 mA/cm^2", "duration": "1 h"},
        {"current_density": "-0.1 mA/cm^2", "duration": "1 h", "temperature": "310 K"},
    ]
    found = run(steps, **FULL, cell__electrolyte__flaws=None, cell__interface={"dead_share": 0.1})
    dead = found["dead_lithium_thickness"].values[:, 0]
    assert dead[0] == 0.0
    assert dead[-1] == pytest.approx(3600.0 * 1.3e-5 / 96485.33 / 9.0, rel=1e-3)


def test_forming_consumes_the_lithium_of_the_interphase_that_it_grows() -> None:
    interphase = {
        "kind": "mixed-conducting",
        "conductivity": "1 mS/cm",
        "rate_constant": "1e-16 m^2/s",
        "lithium_ratio": 0.5,
    }
    found = run(
        [{"current_density": "0 mA/cm^2", "duration": "1 s"}],
        cell__electrolyte__flaws=None,
        cell__interface={"interphase": interphase},
        cell__stack={"pressure": "3 MPa", "forming_pressure": "400 MPa", "forming_time": "24 h"},
    )
    grown = found["interphase_thickness"].values[0, 0] - 1e-9
    assert grown == pytest.approx(np.sqrt(2e-16 * 86400.0), rel=1e-3)
    assert found["lithium_thickness"].values[0, 0] == pytest.approx(50e-6 - 0.5 * grown, rel=1e-9)


def test_a_held_cell_nucleates_as_many_voids_as_its_current_does() -> None:
    changes: dict[str, Any] = {
        "cell__electrolyte__flaws": None,
        "cell__stack__pressure": "0.5 MPa",
        "cell__interface": {"void_density_exponent": 0.5, "void_density_current": "0.01 mA/cm^2"},
    }
    set_ = run([{"current_density": "0.1 mA/cm^2", "duration": "20 h"}], **changes)
    held = run([{"voltage": f"{float(set_['voltage'].values[1])} V", "duration": "20 h"}], **changes)
    assert set_.verdict.mode == held.verdict.mode == "contact-loss"
    assert held.verdict.time == pytest.approx(set_.verdict.time, rel=0.2)
