from __future__ import annotations

import pickle

import pytest

from lisse.errors import InvalidInput
from lisse.protocol import (
    Protocol,
    Step,
    ccd_ramp,
    community_protocols,
    cycle,
    hold,
    one_way,
    rest,
    steps,
)
from lisse.references import reference
from lisse.study import read_case

CELL = {
    "area": "1 cm^2",
    "electrolyte": {"material": "LLZO", "thickness": "300 um"},
    "anode": {"material": "lithium", "thickness": "50 um"},
    "stack": {"pressure": "3 MPa"},
}


def levels(protocol: Protocol) -> list[float]:
    return sorted({abs(step.current_density) for step in protocol.steps if step.current_density})


@pytest.mark.parametrize(
    ("start", "step", "stop", "count", "last"),
    [
        (0.5, 0.5, 30.0, 60, 30.0),
        (0.1, 0.1, 0.3, 3, 0.3),  # 0.1 + 2 x 0.1 is a little more than 0.3
        (0.1, 0.1, 0.7, 7, 0.7),  # and 0.1 + 6 x 0.1 a little less than 0.7
        (1.0, 2.0, 6.0, 3, 5.0),  # the increments do not lead to the last one allowed
        (1.0, 5.0, 1.0, 1, 1.0),
    ],
)
def test_a_ramp_reaches_its_last_level_despite_rounding(
    start: float, step: float, stop: float, count: int, last: float
) -> None:
    for protocol in (
        ccd_ramp(start, step, stop, half_cycle_time=60.0),
        one_way(start, step, stop, half_cycle_time=60.0),
    ):
        found = levels(protocol)
        assert len(found) == count
        assert found[-1] == pytest.approx(last, rel=1e-12)
        assert found[-1] <= stop
        assert protocol.largest_current_density == found[-1]


def test_a_ramp_plates_first_strips_as_much_and_rests() -> None:
    protocol = ccd_ramp(1.0, 1.0, 2.0, half_cycle_charge=3600.0, rest=60.0, cycles_per_step=2)
    assert len(protocol.steps) == 2 * 2 * 2 * 2
    assert [step.current_density for step in protocol.steps[:8]] == [1.0, 0.0, -1.0, 0.0] * 2
    assert [step.label for step in protocol.steps[:4]] == ["plate", "rest", "strip", "rest"]
    assert [step.time for step in protocol.steps[:2]] == [3600.0, 60.0]
    assert protocol.steps[-2].time == 1800.0
    assert protocol.name == "ccd-ramp"
    assert protocol.settings["half_cycle_charge"] == 3600.0
    assert "half_cycle_time" not in protocol.settings


def test_one_way_never_reverses_and_adds_up() -> None:
    protocol = one_way(1.0, 1.0, 3.0, half_cycle_time=10.0, rest=1.0)
    assert all((step.current_density or 0.0) >= 0 for step in protocol.steps)
    assert protocol.largest_half_cycle_charge == pytest.approx(10.0 + 20.0 + 30.0)


def test_the_charge_of_a_half_cycle_counts_until_the_current_reverses() -> None:
    parts = [
        Step(current_density=2.0, duration=10.0),
        Step(current_density=0.0, duration=99.0),
        Step(current_density=1.0, charge=5.0),
        Step(current_density=-3.0, charge=12.0),
        Step(current_density=-3.0, charge=14.0),
        Step(voltage=0.1, duration=1e6),
        Step(current_density=1.0, charge=1.0),
    ]
    assert steps(parts).largest_half_cycle_charge == 26.0
    assert steps(parts).largest_current_density == 3.0
    assert rest(3600.0).largest_half_cycle_charge == 0.0
    assert hold(0.1, 60.0).largest_current_density == 0.0


def test_cycles_are_counted() -> None:
    protocol = cycle(1.0, 7, half_cycle_time=60.0)
    assert len(protocol.steps) == 14
    assert sum(step.current_density * (step.time or 0.0) for step in protocol.steps if step.current_density) == 0.0


def test_plain_data_says_what_is_set_and_nothing_else() -> None:
    plain = rest(3600.0).to_dict()
    assert plain["name"] == "rest"
    assert plain["steps"] == [{"current_density": 0.0, "duration": 3600.0, "label": "rest"}]
    held = hold(-0.1, 60.0, voltage_limit=2.0).to_dict()
    assert held["voltage_limit"] == 2.0
    assert held["steps"] == [{"voltage": -0.1, "duration": 60.0, "label": "hold"}]
    assert held["settings"] == {"voltage": -0.1, "duration": 60.0, "voltage_limit": 2.0}


def test_a_protocol_travels_to_another_process_and_cannot_be_changed() -> None:
    protocol = cycle(1.0, 2, half_cycle_time=60.0)
    assert pickle.loads(pickle.dumps(protocol)) == protocol
    with pytest.raises(TypeError):
        protocol.settings["cycles"] = 3  # type: ignore[index]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Step(), "current_density: got 'neither'; allowed: exactly one of current_density and voltage"),
        (lambda: Step(current_density=1.0, voltage=1.0, duration=1.0), "exactly one of current_density and voltage"),
        (lambda: Step(current_density=1.0), "duration: .*exactly one of duration and charge"),
        (lambda: Step(current_density=1.0, duration=1.0, charge=1.0), "exactly one of duration and charge"),
        (lambda: Step(voltage=1.0, charge=1.0), "charge: got 1.0; allowed: a duration instead"),
        (lambda: Step(current_density=0.0, charge=1.0), "a rest or a held voltage passes no set charge"),
        (lambda: Step(current_density=float("nan"), duration=1.0), "current_density: got nan; allowed: a finite"),
        (lambda: Step(voltage=float("inf"), duration=1.0), "voltage: got inf"),
        (lambda: Step(current_density=1.0, duration=0.0), "duration: got 0.0; allowed: a finite number above zero"),
        (lambda: Step(current_density=1.0, charge=-1.0), "charge: got -1.0"),
        (lambda: Step(current_density=1.0, duration=1.0, temperature=0.0), "temperature: got 0.0"),
        (lambda: Step(current_density=1.0, duration=1.0, stack_pressure=-1.0), "stack_pressure: got -1.0"),
        (lambda: steps([]), "steps: allowed: at least one step"),
        (lambda: steps([Step(current_density=1.0, duration=1.0)] * 100_001), "at most 100000 steps"),
        (lambda: steps([Step(current_density=1.0, duration=1.0)], voltage_limit=0.0), "voltage_limit: got 0.0"),
        (lambda: ccd_ramp(0.0, 1.0, 2.0, 1.0), "start: got 0.0"),
        (lambda: ccd_ramp(1.0, -1.0, 2.0, 1.0), "step: got -1.0"),
        (lambda: ccd_ramp(1.0, 1.0, float("nan"), 1.0), "stop: got nan"),
        (lambda: ccd_ramp(2.0, 1.0, 1.0, 1.0), "stop: got 1.0; allowed: at least the first current density, 2 A/m2"),
        (lambda: ccd_ramp(1e-300, 1e-308, 1e300, 1.0), "step: .*at most 100000 levels"),
        (lambda: ccd_ramp(1.0, 1.0, 9e4, 1.0, cycles_per_step=1000), "at most 100000 steps. Use fewer cycles"),
        (lambda: ccd_ramp(1.0, 1.0, 2.0), "half_cycle: allowed: exactly one of an areal charge and a time"),
        (lambda: ccd_ramp(1.0, 1.0, 2.0, 1.0, 1.0), "half_cycle: .*exactly one"),
        (lambda: ccd_ramp(1.0, 1.0, 2.0, -1.0), "half_cycle: got -1.0"),
        (lambda: one_way(1.0, 1.0, 2.0, 1.0, rest=-1.0), "rest: got -1.0; allowed: a finite number, zero or more"),
        (lambda: cycle(-1.0, 1, 1.0), "current_density: got -1.0"),
        (lambda: cycle(1.0, 0, 1.0), "cycles: got 0; allowed: a whole number from 1"),
        (lambda: cycle(1.0, True, 1.0), "cycles: got True"),
        (lambda: cycle(1.0, 2.0, 1.0), "cycles: got 2.0"),  # type: ignore[arg-type]
        (lambda: cycle(1.0, 50_001, 1.0), "at most 100000 steps"),
        (lambda: hold(1.0, -1.0), "duration: got -1.0"),
        (lambda: rest(0.0), "duration: got 0.0"),
    ],
)
def test_the_impossible_is_refused(make: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("name", community_protocols())
def test_every_community_protocol_runs_and_says_where_it_comes_from(name: str) -> None:
    entry = community_protocols()[name]
    case = read_case({"cell": CELL, "protocol": {"name": name}})
    assert case.protocol.name == name
    assert case.protocol.reference == entry.reference
    assert reference(entry.reference).year
    assert entry.mark in ("S", "S*", "L", "U")
    assert entry.note
    for key, value in entry.settings.items():
        assert case.as_run["protocol"][key] == value
        assert case.notes[f"protocol.{key}"] == f"default: {name} ({entry.reference}) [{entry.mark}]"


def test_a_departure_from_a_community_protocol_is_noted() -> None:
    case = read_case({"cell": CELL, "protocol": {"name": "duan-2023-cycling", "cycles": 3}})
    assert len(case.protocol.steps) == 6
    assert case.notes["protocol.cycles"] == "given; duan-2023-cycling (duan2023) has 350"
