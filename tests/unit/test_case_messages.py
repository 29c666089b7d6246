"""Messages of the case file speak in the units that people type, and name the key."""

from __future__ import annotations

from typing import Any

import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.protocol import ccd_ramp, pressure_steps, temperature_steps
from lisse.report.words import protocol_words
from lisse.study.measures import MeasureSettings

LAYER = {"kind": "mixed-conducting", "conductivity": "1 S/m", "rate_constant": "1e-19 m^2/s"}
PRESSURES = {
    "name": "pressure-steps",
    "current_density": "0.1 mA/cm^2",
    "start": "5 MPa",
    "step": "2 MPa",
    "stop": "1 MPa",
    "duration": "1 h",
}
STEP = {"current_density": "1 mA/cm^2", "duration": "1 h", "until_current": "0.2 mA/cm^2"}

MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"cell__stack__stiffness": "2 MPa/um"}, r"cell\.stack\.stiffness: got '2 MPa/um'; allowed: a stiffness, such as"),
    (
        {"cell__interface": {"interphase": LAYER | {"decay_length": "2 nm"}}},
        r"cell\.interface\.interphase\.decay_length: got '2 nm'",
    ),
    (
        {"cell__electrolyte__flaws__mean_length": "1 mm"},
        r"mean_length: got '1 mm'; allowed: less than the electrolyte thickness, 300 um",
    ),
    ({"protocol__stop": "50 uA/cm^2"}, r"protocol\.stop: got '50 uA/cm\^2'; allowed: at least .*, 0\.2 mA/cm2"),
    (
        {"protocol": {"name": "steps", "steps": [STEP]}},
        r"protocol\.steps\[0\]\.until_current: got '0\.2 mA/cm\^2'; allowed: only with a held voltage",
    ),
    (
        {"cell__anode": {"material": "Li-Mg", "thickness": "0 um"}, "cell__counter": {"thickness": "50 um"}},
        r"cell\.anode\.thickness: got '0 um'; allowed: above zero, because Li-Mg is an alloy",
    ),
    (
        {"cell__counter": {"material": "Li-Mg", "thickness": "0 mm"}},
        r"cell\.counter\.thickness: got '0 mm'; allowed: above zero, because Li-Mg is an alloy",
    ),
    (
        {"protocol": PRESSURES, "cell__stack__fixture": "constant-pressure"},
        r'cell\.stack\.fixture: .* Write fixture = "schedule" in \[cell\.stack\], or leave the key out',
    ),
    ({"protocol": PRESSURES | {"course": "there"}}, r"protocol\.course: got 'there'; allowed: once, there-and-back"),
]


@pytest.mark.parametrize(("changes", "message"), MESSAGES, ids=[message for _, message in MESSAGES])
def test_a_number_is_shown_as_it_was_written(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        llzo_case(**changes)


# -- steps of the stack pressure and of the temperature ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop", "course", "levels"),
    [
        ("1 MPa", "5 MPa", "once", [1, 3, 5]),
        ("5 MPa", "1 MPa", "once", [5, 3, 1]),
        ("1 MPa", "5 MPa", "there-and-back", [1, 3, 5, 3, 1]),
        ("5 MPa", "1 MPa", "there-and-back", [5, 3, 1, 3, 5]),
        ("1 MPa", "1 MPa", "there-and-back", [1]),
    ],
)
def test_the_pressure_rises_or_falls_and_may_come_back(start: str, stop: str, course: str, levels: list[float]) -> None:
    case = llzo_case(protocol=PRESSURES | {"start": start, "stop": stop, "course": course})
    assert [step.stack_pressure / 1e6 for step in case.protocol.steps] == pytest.approx(levels)
    assert ("and back" in protocol_words(case.protocol.to_dict())) == (course == "there-and-back")


def test_a_protocol_that_sets_the_pressure_brings_its_fixture() -> None:
    case = llzo_case(protocol=PRESSURES)
    assert case.cell.stack.fixture == case.as_run["cell"]["stack"]["fixture"] == "schedule"
    assert case.notes["cell.stack.fixture"] == "default: the protocol sets the stack pressure"
    assert llzo_case(protocol=PRESSURES, cell__stack__fixture="schedule") == case
    assert llzo_case().cell.stack.fixture == "constant-pressure"


def test_temperatures_come_back_too() -> None:
    found = temperature_steps(0.0, 300.0, 20.0, 345.0, 60.0, course="there-and-back")
    assert [step.temperature for step in found.steps] == [300.0, 320.0, 340.0, 320.0, 300.0]


def test_levels_of_pressure_are_no_levels_of_current() -> None:
    """The four numbers take start, step and stop from a ramp of the current, not from one of the pressure."""
    found = MeasureSettings.of(pressure_steps(1.0, 1e6, 1e6, 3e6, 3600.0))
    default = MeasureSettings()
    assert (found.start, found.step, found.stop) == (default.start, default.step, default.stop)
    assert found.current_density == 1.0
    ramp = MeasureSettings.of(ccd_ramp(1.0, 2.0, 9.0, half_cycle_time=60.0))
    assert (ramp.start, ramp.step, ramp.stop) == (1.0, 2.0, 9.0)
