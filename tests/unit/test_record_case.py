"""A reported test becomes the case that simulates it as reported."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import lisse
from complete_records import KINDS, complete, put, without
from lisse.errors import InvalidInput
from lisse.measurement.record import CellRecord, read_record
from lisse.study.record_case import case_of_record, case_toml_of_record

RUNNABLE = [kind for kind in KINDS if kind != "full-cell"]


def load(tmp_path: Path, record: CellRecord, **options: Any) -> lisse.Case:
    file = tmp_path / "case.toml"
    file.write_text(case_toml_of_record(record, **options), encoding="utf-8")
    return lisse.load_case(file)


@pytest.mark.parametrize("kind", RUNNABLE)
def test_the_case_runs_the_protocol_of_the_record(kind: str, tmp_path: Path) -> None:
    record = read_record(complete(kind))
    assert load(tmp_path, record).protocol == record.protocol


def test_the_cell_is_the_one_that_was_reported(tmp_path: Path) -> None:
    record = read_record(complete())
    cell = load(tmp_path, record).cell
    assert cell.area == pytest.approx(record.area, rel=1e-11)
    assert cell.temperature == pytest.approx(298.15)
    assert cell.electrolyte.thickness == pytest.approx(300e-6)
    assert cell.electrolyte.material.value("ionic_conductivity", 298.15) == pytest.approx(0.05)
    assert (cell.working.thickness, cell.counter.thickness) == pytest.approx((30e-6, 30e-6))
    assert (cell.stack.pressure, cell.stack.forming_pressure) == pytest.approx((3e6, 400e6))
    assert cell.stack.forming_time == pytest.approx(300.0)
    assert cell.stack.fixture == "constant-pressure"


def test_a_constant_gap_keeps_its_stiffness(tmp_path: Path) -> None:
    stack = load(tmp_path, read_record(put(complete(), "cell.fixture", "constant-gap"))).cell.stack
    assert (stack.fixture, stack.stiffness) == ("constant-gap", pytest.approx(1e12))


def test_a_protocol_of_steps_goes_over_step_by_step(tmp_path: Path) -> None:
    raw = complete()
    steps = [
        {"current_density": "0.25 mA/cm^2", "charge": "0.1 mAh/cm^2"},
        {"current_density": "0 mA/cm^2", "duration": "1 h"},
        {"current_density": "-0.25 mA/cm^2", "duration": "20 min"},
    ]
    raw["protocol"] = {"name": "steps", "voltage_limit": "2 V", "steps": steps}
    record = read_record(raw)
    assert load(tmp_path, record).protocol == record.protocol


def test_a_protocol_of_the_literature_goes_over_by_name(tmp_path: Path) -> None:
    raw = complete()
    raw["protocol"] = {"name": "duan-2023-cycling"}
    record = read_record(raw)
    case = load(tmp_path, record)
    assert case.protocol == record.protocol
    assert case.protocol.reference == "duan2023"


def test_what_is_simulated_is_what_was_passed(tmp_path: Path) -> None:
    """One reported half-cycle, simulated: the charge that goes through is the one of the record."""
    raw = complete("cycle")
    put(raw, "protocol.cycles", 1)
    for name in ("current_density", "cycles", "half_cycle"):
        del raw["protocol"][f"break_in_{name}"]
    record = read_record(put(raw, "protocol.half_cycle", "0.1 mAh/cm^2"))
    case = load(tmp_path, record)
    solution = lisse.solve(case.model, case.cell, case.protocol)
    assert solution.status == "completed"
    assert solution.verdict.cumulative_charge == pytest.approx(2 * 0.1 * 36000.0, rel=1e-6)


def test_the_file_says_what_it_assumes_and_leaves_out() -> None:
    raw = without(complete(), "protocol.voltage_limit")
    del raw["lithium"]["counter_thickness"]
    put(raw, "lithium.interlayer", "20 nm of silver")
    text = case_toml_of_record(read_record(raw, name="mine.toml"))
    head = text[: text.index("title")]
    assert "# The test of mine.toml, to be simulated as reported" in head
    assert "default of a case: protocol.voltage_limit = 5 V" in head
    assert "counter electrode is taken to be like the working electrode" in head
    assert "Not simulated: lithium.interlayer = 20 nm of silver" in head
    assert "Not simulated: impedance spectra (before the test and after every step)" in head
    assert "no filament can start" in head
    assert "reference_electrode" not in tomllib.loads(text)["protocol"]


def test_the_material_can_be_chosen() -> None:
    raw = without(complete(), "electrolyte.material")
    record = read_record(raw)
    with pytest.raises(InvalidInput, match=r"electrolyte.material: .*Give it in the record, or with --material"):
        case_of_record(record)
    case = case_of_record(record, material="Li6PS5Cl", model="analytic")
    assert case["cell"]["electrolyte"]["material"]["material"] == "Li6PS5Cl"
    assert case["model"] == {"name": "analytic"}
    plain = case_of_record(read_record(without(raw, "electrolyte.conductivity")), material="Li6PS5Cl")
    assert plain["cell"]["electrolyte"]["material"] == "Li6PS5Cl"


@pytest.mark.parametrize(
    "key",
    ["lithium.area", "lithium.thickness", "electrolyte.thickness", "cell.stack_pressure", "cell.temperature"],
)
def test_what_a_case_needs_is_never_guessed(key: str) -> None:
    with pytest.raises(InvalidInput, match=rf"mine.toml: {key}: .*does not state it, and it is not guessed"):
        case_of_record(read_record(without(complete(), key), name="mine.toml"))


def test_without_a_whole_protocol_there_is_no_case() -> None:
    with pytest.raises(InvalidInput, match="protocol.half_cycle"):
        case_of_record(read_record(without(complete(), "protocol.half_cycle")))


def test_a_full_cell_is_written_by_hand() -> None:
    with pytest.raises(InvalidInput, match="no record describes a cathode"):
        case_of_record(read_record(put(complete("full-cell"), "cell.kind", "full")))


def test_a_case_that_cannot_be_names_the_record() -> None:
    raw = put(complete(), "electrolyte.material", "LLZOO")
    with pytest.raises(InvalidInput, match="case made of mine.toml: cell.electrolyte.material.*LLZO"):
        case_toml_of_record(read_record(raw, name="mine.toml"))
