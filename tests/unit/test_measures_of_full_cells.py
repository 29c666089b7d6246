"""Four numbers of a full cell are those of its lithium electrode: no test may empty the cathode."""

from __future__ import annotations

import dataclasses

import pytest

from lisse.cell import Cell
from lisse.study import read_case
from lisse.study.cathode_reserve import SHARE, cathode_reserve, fits, limited, needs
from lisse.study.measures import MEASURES, MeasureSettings, four_numbers
from lisse.study.templates import TEMPLATES
from scripted_models import Rule

CASE = read_case(TEMPLATES["full"].raw())
CAPACITY = 3.0 * 36000.0  # C/m2: 3 mAh/cm2
ASKED = MeasureSettings(start=1.0, step=1.0, stop=20.0, half_cycle_charge=CAPACITY, cycles=20)


def cell(**changes: float) -> Cell:
    return CASE.cell.replace(**changes)


def test_the_reserve_is_what_the_cathode_holds_at_the_start() -> None:
    assert cathode_reserve(cell()) == pytest.approx(CAPACITY)
    law = CASE.cell.counter.material.law("open_circuit_voltage")
    half = 0.5 * sum(law.range)
    assert cathode_reserve(cell(counter__initial_lithium_fraction=half)) == pytest.approx(0.5 * CAPACITY)
    assert cathode_reserve(read_case(TEMPLATES["symmetric"].raw()).cell) is None


@pytest.mark.parametrize(
    "amount", [{"half_cycle_charge": CAPACITY}, {"half_cycle_charge": None, "half_cycle_time": 36000.0}]
)
@pytest.mark.parametrize("name", MEASURES)
def test_a_test_takes_no_more_than_its_share(name: str, amount: dict[str, float]) -> None:
    asked = dataclasses.replace(ASKED, **amount)
    found = limited(name, asked, 20.0, CAPACITY)
    protocol = found.protocol(name, 20.0)
    if name == "threshold_charge":  # it goes on until something ends
        assert found == asked
        return
    assert protocol.largest_half_cycle_charge == pytest.approx(SHARE * CAPACITY)
    assert needs(name, found, 20.0) == pytest.approx(SHARE * CAPACITY)
    assert fits(name, found, 20.0, CAPACITY)
    assert not fits(name, asked, 20.0, CAPACITY)
    assert limited(name, found, 20.0, CAPACITY) == found
    assert limited(name, asked, 20.0, None) == asked


def test_the_numbers_are_those_of_the_rule_and_no_test_empties_the_cathode() -> None:
    """The rule fails above 10.5 A/m2: with half-cycles of the whole cathode it would have been asked of the cathode."""
    found = four_numbers(CASE.cell, Rule(), ASKED)
    assert found["critical_current_density"].value == 11.0
    settings = {name: number.protocol["settings"] for name, number in found.numbers.items()}
    for name in ("critical_current_density", "cumulative_charge"):
        assert settings[name]["half_cycle_charge"] == pytest.approx(SHARE * CAPACITY)
    assert settings["one_way_critical_current"]["half_cycle_charge"] == pytest.approx(SHARE * CAPACITY / 20)
    by = {(each.measure, each.setting): each for each in found.dependences}
    charges = by["critical_current_density", "half_cycle_charge"].at
    assert charges == pytest.approx([factor * SHARE * CAPACITY for factor in (0.25, 0.5, 1.0, 2.0)])
    times = by["critical_current_density", "half_cycle_time"].at
    assert max(times) * 11.0 < CAPACITY
    (note,) = found.warnings
    assert note.startswith("four numbers of a full cell: its cathode gives 3 mAh/cm2.")
    assert "passes 1.2 mAh/cm2 at most" in note


def test_an_empty_cathode_is_no_failure_of_the_lithium_electrode() -> None:
    found = four_numbers(CASE.cell, Rule(charge=5000.0, mode="lithium-exhausted"), ASKED, factors=())
    for name in MEASURES:
        assert found[name].value is None
        assert "the cathode ran out of lithium" in found[name].note


def test_short_half_cycles_are_left_as_they_are() -> None:
    short = dataclasses.replace(ASKED, half_cycle_charge=100.0)
    found = four_numbers(CASE.cell, Rule(), short, factors=())
    assert found.warnings == ()
    assert found["critical_current_density"].protocol["settings"]["half_cycle_charge"] == 100.0
