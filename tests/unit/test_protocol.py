from __future__ import annotations

import pickle

import pytest

from lisse.errors import InvalidInput
from lisse.models import Analytic, solve
from lisse.protocol import (
    Protocol,
    Step,
    break_in,
    ccd_ramp,
    community_protocols,
    cycle,
    eis,
    full_cell,
    hold,
    one_way,
    pressure_steps,
    rest,
    steps,
    temperature_steps,
)
from lisse.references import reference
from lisse.report.words import protocol_words
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


def test_pressure_and_temperature_hold_until_a_step_sets_them_again() -> None:
    parts = [
        Step(current_density=1.0, duration=1.0),
        Step(current_density=1.0, duration=1.0, stack_pressure=2e6),
        Step(current_density=-1.0, duration=1.0, temperature=330.0),
        Step(current_density=0.0, duration=1.0),
        Step(current_density=3.0, duration=1.0, stack_pressure=0.0),
    ]
    protocol = steps(parts)
    assert protocol.conditions == ((None, None), (2e6, None), (2e6, 330.0), (2e6, 330.0), (0.0, 330.0))
    assert [dict(stretch.largest) for stretch in protocol.stretches] == [
        {(None, None): 1.0, (2e6, None): 1.0},
        {(2e6, 330.0): 1.0},
        {(0.0, 330.0): 3.0},
    ]


def test_a_full_cell_is_charged_in_two_phases_and_discharged_in_one() -> None:
    given = {"upper_voltage": 4.2, "lower_voltage": 3.0, "cutoff_current": 1.0, "half_cycle_charge": 36000.0}
    protocol = full_cell(10.0, cycles=3, rest=60.0, discharge_current_density=20.0, **given)
    assert len(protocol.steps) == 15
    charge, held, pause, drain, _ = protocol.steps[:5]
    assert (charge.current_density, charge.until_voltage, charge.charge) == (10.0, 4.2, 36000.0)
    assert (held.voltage, held.until_current, held.duration) == (4.2, 1.0, 36000.0)
    assert (drain.current_density, drain.until_voltage) == (-20.0, 3.0)
    assert [step.may_end_early for step in protocol.steps[:5]] == [True, True, False, True, False]
    assert pause.current_density == 0.0
    assert len(full_cell(10.0, cycles=3, **given).steps) == 9
    assert full_cell(10.0, cycles=1, **given).steps[-1].current_density == -10.0
    assert protocol.duration == pytest.approx(3 * (3600.0 + 36000.0 + 1800.0 + 120.0))  # its longest


def test_a_spectrum_runs_from_the_highest_frequency_down() -> None:
    (step,) = eis(1e4, 1e-1, 3, duration=60.0).steps
    found = step.frequencies
    assert len(found) == 16
    assert (found[0], found[-1]) == (1e4, 1e-1)
    ratios = [high / low for high, low in zip(found, found[1:], strict=False)]
    assert ratios == pytest.approx([10 ** (1 / 3)] * 15)
    assert Step(current_density=0.0, duration=1.0).frequencies == ()


@pytest.mark.parametrize(
    ("start", "step", "stop", "expected"),
    [(3e6, 1e6, 1e6, [3e6, 2e6, 1e6]), (0.0, 0.4e6, 1e6, [0.0, 0.4e6, 0.8e6]), (1e6, 1e6, 1e6, [1e6])],
)
def test_the_stack_pressure_goes_up_or_down(start: float, step: float, stop: float, expected: list[float]) -> None:
    protocol = pressure_steps(-1.0, start, step, stop, duration=60.0)
    assert [part.stack_pressure for part in protocol.steps] == pytest.approx(expected)
    assert {part.current_density for part in protocol.steps} == {-1.0}


def test_the_temperature_goes_up_or_down() -> None:
    protocol = temperature_steps(0.0, 330.0, 10.0, 300.0, duration=60.0)
    assert [part.temperature for part in protocol.steps] == [330.0, 320.0, 310.0, 300.0]
    assert protocol.steps[0].label == "56.9 degC"


def test_a_break_in_comes_first_and_is_told_of() -> None:
    first = break_in(0.1, 2, half_cycle_time=60.0)
    for protocol in (
        ccd_ramp(1.0, 1.0, 2.0, half_cycle_time=60.0, break_in=first),
        one_way(1.0, 1.0, 2.0, half_cycle_time=60.0, break_in=first),
        cycle(1.0, 2, half_cycle_time=60.0, break_in=first),
    ):
        assert [step.current_density for step in protocol.steps[:5]] == [0.1, -0.1, 0.1, -0.1, 1.0]
        assert protocol.steps[0].label == "break-in: plate"
        assert protocol.settings["break_in_current_density"] == 0.1
        assert protocol.settings["break_in_cycles"] == 2
        assert "before that, as a break-in, 2 plating and stripping cycles at 0.01 mA/cm2" in protocol_words(
            protocol.to_dict()
        )
        assert pickle.loads(pickle.dumps(protocol)) == protocol


NEW = [
    ({"name": "break-in", "current_density": "0.1 mA/cm^2", "half_cycle": "1 h", "cycles": 3}, "Break-in: 3 plating"),
    (
        {
            "name": "full-cell",
            "current_density": "1 mA/cm^2",
            "upper_voltage": "4.2 V",
            "cutoff_current": "0.05 mA/cm^2",
            "lower_voltage": "3 V",
            "half_cycle": "4 mAh/cm^2",
            "cycles": 10,
        },
        "to 4.2 V and hold until the current has fallen to 0.05 mA/cm2; discharge at 1 mA/cm2 to 3 V",
    ),
    ({"name": "eis"}, "Impedance spectrum from 1e+06 Hz to 0.1 Hz, 10 points per decade, after a rest of 10 min"),
    (
        {
            "name": "pressure-steps",
            "current_density": "-0.1 mA/cm^2",
            "start": "3 MPa",
            "step": "1 MPa",
            "stop": "1 MPa",
            "duration": "1 h",
        },
        "The stack pressure changes from 3 MPa to 1 MPa in steps of 1 MPa, 1 h at each, at -0.1 mA/cm2",
    ),
    (
        {
            "name": "temperature-steps",
            "current_density": "0.1 mA/cm^2",
            "start": "25 degC",
            "step": "10 K",
            "stop": "45 degC",
            "duration": "1 h",
        },
        "The temperature changes from 25 degC to 45 degC in steps of 10 K, 1 h at each",
    ),
]


@pytest.mark.parametrize(("given", "words"), NEW)
def test_every_protocol_can_be_written_in_a_case_file(given: dict[str, object], words: str) -> None:
    cell = {**CELL, "stack": {"pressure": "3 MPa", "fixture": "schedule"}}
    case = read_case({"cell": cell, "protocol": given})
    assert case.protocol.name == given["name"]
    assert words in protocol_words(case.protocol.to_dict())


def test_steps_of_a_case_file_end_by_a_voltage_or_a_current_and_take_spectra() -> None:
    parts = [
        {"current_density": "1 mA/cm^2", "duration": "9 h", "until_voltage": "4.2 V"},
        {"voltage": "4.2 V", "duration": "9 h", "until_current": "0.05 mA/cm^2"},
        {
            "current_density": "0 mA/cm^2",
            "duration": "1 h",
            "frequency_from": "1 kHz",
            "frequency_to": "1 Hz",
            "points_per_decade": 5,
        },
    ]
    found = read_case({"cell": CELL, "protocol": {"steps": parts}}).protocol.steps
    assert found[0].until_voltage == pytest.approx(4.2)
    assert found[1].until_current == pytest.approx(0.5)
    assert len(found[2].frequencies) == 16


def test_a_break_in_of_a_case_file_needs_all_its_keys() -> None:
    given = {"name": "duan-2023-cycling", "break_in_current_density": "0.05 mA/cm^2", "break_in_cycles": 3}
    whole = read_case({"cell": CELL, "protocol": {**given, "break_in_half_cycle": "1 h"}}).protocol
    assert len(whole.steps) == 2 * 350 + 6
    assert whole.steps[0].duration == 3600.0
    with pytest.raises(InvalidInput, match=r"protocol.break_in_half_cycle: allowed: .* together. The key is missing"):
        read_case({"cell": CELL, "protocol": given})


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
        (
            lambda: Step(current_density=0.0, duration=1.0, until_voltage=1.0),
            "until_voltage: .*a set current that is not",
        ),
        (
            lambda: Step(voltage=1.0, duration=1.0, until_voltage=1.0),
            "until_voltage: got 1.0; allowed: only with a set",
        ),
        (
            lambda: Step(current_density=1.0, duration=1.0, until_current=1.0),
            "until_current: .*only with a held voltage",
        ),
        (lambda: Step(voltage=1.0, duration=1.0, until_current=0.0), "until_current: got 0.0"),
        (lambda: Step(current_density=0.0, duration=1.0, frequency_from=1.0), "frequency_to: .*together, or none of"),
        (lambda: Step(1.0, None, 1.0, None, None, None, "", None, None, 9.0, 1.0, 5), "frequency_from: .*in a rest"),
        (lambda: eis(1.0, 2.0), "frequency_to: got 2.0; allowed: less than frequency_from, 1 Hz"),
        (lambda: eis(points_per_decade=0), "points_per_decade: got 0; allowed: a whole number from 1 to 100"),
        (lambda: full_cell(1.0, 3.0, 4.0, 0.1, 1, 1.0), "lower_voltage: got 4.0; allowed: less than upper_voltage"),
        (lambda: full_cell(1.0, 6.0, 4.0, 0.1, 1, 1.0), "upper_voltage: got 6.0; allowed: at most voltage_limit, 5 V"),
        (lambda: full_cell(1.0, 4.0, 3.0, 2.0, 1, 1.0), "cutoff_current: got 2.0; allowed: less than the current"),
        (lambda: pressure_steps(1.0, -1.0, 1.0, 2.0, 1.0), "start: got -1.0"),
        (lambda: temperature_steps(1.0, 300.0, 0.0, 310.0, 1.0), "step: got 0.0"),
        (lambda: cycle(1.0, 1, 1.0, break_in=rest(1.0)), "break_in: got 'rest'; allowed: a protocol made by"),
        (lambda: steps([]), "steps: allowed: at least one step"),
        (lambda: steps([Step(current_density=1.0, duration=1.0)] * 100_001), "at most 100000 steps"),
        (lambda: steps([Step(current_density=1.0, duration=1.0)], voltage_limit=0.0), "voltage_limit: got 0.0"),
        (lambda: ccd_ramp(0.0, 1.0, 2.0, 1.0), "start: got 0.0"),
        (lambda: ccd_ramp(1.0, -1.0, 2.0, 1.0), "step: got -1.0"),
        (lambda: ccd_ramp(1.0, 1.0, float("nan"), 1.0), "stop: got nan"),
        (
            lambda: ccd_ramp(2.0, 1.0, 1.0, 1.0),
            "stop: got 1.0; allowed: at least the first current density, 0.2 mA/cm2",
        ),
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


def test_the_analytic_model_says_what_it_does_not_follow() -> None:
    parts = [
        {"current_density": "0.1 mA/cm^2", "duration": "1 h", "until_voltage": "1 V"},
        {"voltage": "1 V", "duration": "1 h", "until_current": "0.01 mA/cm^2"},
        {
            "current_density": "0 mA/cm^2",
            "duration": "1 h",
            "frequency_from": "1 kHz",
            "frequency_to": "1 Hz",
            "points_per_decade": 5,
        },
    ]
    case = read_case({"cell": CELL, "protocol": {"steps": parts}})
    said = " ".join(solve(Analytic(samples=0), case.cell, case.protocol).warnings)
    assert "held voltage are not treated" in said
    assert "count with their longest charge or time" in said
    assert "spectra are not computed" in said
