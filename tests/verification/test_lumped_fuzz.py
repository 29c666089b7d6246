"""Random cells that nobody would build: every run ends, says how, and records numbers.

The quick part of benchmarks/lumped_fuzz.py, which draws the cells. Seeds that once hung, raised or failed come first.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cells import llzo_case
from example_scripts import as_module
from lisse.models.lumped import Lumped
from lisse.models.lumped.path import Follower

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "lumped_fuzz.py"

ONCE_BROKEN = {
    29: "a flaw whose solver looked at depths below zero",
    48: "a held voltage far from rest",
    100: "a limit that is met at a recorded time",
    142: "pressure in a gap so stiff that a trial overflowed",
    151: "voids that close 1e27 times a second at first",
    172: "voids too thin for the tolerance, which opened and closed for ever",
    219: "the same in a forming step",
    348: "a held voltage in a stiff gap",
    888: "slow growth of many flaws",
    5782: "two recorded times that differ by rounding only",
}


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    return as_module(SCRIPT)


@pytest.mark.parametrize("seed", ONCE_BROKEN)
def test_what_once_broke_ends_with_a_reason(fuzz: ModuleType, seed: int) -> None:
    found = fuzz.run(seed)
    assert found.status in ("completed", "stopped"), found.text
    assert found.seconds < 20.0


def test_random_cells_end_and_say_how(fuzz: ModuleType) -> None:
    found = [fuzz.run(seed) for seed in range(20_000, 20_040)]
    assert [one for one in found if one.defect] == []
    assert [one for one in found if one.status == "failed"] == []
    assert sum(one.status in ("completed", "stopped") for one in found) > 30
    assert len({one.kind.split(",")[0] for one in found}) == 3


def test_a_failed_run_names_the_physics(monkeypatch: pytest.MonkeyPatch) -> None:
    """An integrator that may take two steps only: the text says which part of the cell it could not follow."""
    usual = Follower.__init__

    def short(self: Follower, *settings: Any) -> None:
        usual(self, *settings)
        self._settings["max_num_steps"] = 2

    monkeypatch.setattr(Follower, "__init__", short)
    case = llzo_case(cell__stack={"pressure": "3 MPa", "fixture": "constant-gap", "stiffness": "1 MPa/um"})
    solution = Lumped().solve(case.cell, case.protocol)
    assert solution.status == "failed"
    assert "step 1 of" in solution.status_text
    assert "what changed fastest was the" in solution.status_text
