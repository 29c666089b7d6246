"""Hundreds of virtual cells whose fate the model knows: the analysis must find it in their records alone.

A confusion table of truth against finding, with sampling, noise and what a laboratory adds (`virtual_cells`). A short
that is not there is worse than one that is missed, so that those on healthy cells are counted by themselves. Where the
model says contact-loss a twentieth of the contact is left and it stops; where the interface is a small share of the
resistance, the voltage has then risen by a tenth only. None of these cells was looked at while the rules were made.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from lisse.measurement import Finding, analyse
from virtual_cells import VirtualCell, virtual_cell, virtual_polymer

ASKED = ("none", "hard-short", "soft-short", "contact-loss")
QUICK, MANY, POLYMERS = range(7000, 7050), range(60000, 60400), range(2000, 2060)


@dataclass
class Confusion:
    """Truth against finding, and how far the numbers of right findings are off."""

    table: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: list[float] = field(default_factory=list)  # of shorts, in sampling intervals
    current: list[float] = field(default_factory=list)  # of shorts, relative

    def add(self, cell: VirtualCell, finding: Finding) -> None:
        self.table[cell.truth, finding.verdict.mode] += 1
        verdict = cell.solution.verdict
        if cell.truth != finding.verdict.mode or not cell.truth.endswith("short"):
            return
        assert finding.verdict.time is not None
        assert verdict.time is not None
        self.late.append((finding.verdict.time - verdict.time) / cell.interval)
        assert finding.critical_current_density is not None
        assert verdict.critical_current_density is not None
        self.current.append(abs(finding.critical_current_density / verdict.critical_current_density - 1.0))

    def of(self, truth: str, *found: str) -> int:
        return sum(self.table[truth, mode] for mode in found or {mode for _, mode in self.table})

    def right(self, truth: str) -> float:
        return self.of(truth, truth) / self.of(truth)


def confusion(seeds: range) -> Confusion:
    found = Confusion()
    for seed in seeds:
        cell = virtual_cell(seed)
        if cell is not None and cell.truth in ASKED:
            found.add(cell, analyse(cell.measurement))
    return found


def test_fates_of_fifty_virtual_cells_are_found() -> None:
    found = confusion(QUICK)
    assert found.of("none", "hard-short", "soft-short") == 0, found.table
    assert found.right("none") >= 0.95, found.table
    assert found.right("contact-loss") >= 0.9, found.table
    assert found.right("hard-short") >= 0.9, found.table
    assert max(found.current) < 0.05


@pytest.mark.slow
def test_fates_of_four_hundred_virtual_cells_are_found() -> None:
    found = confusion(MANY)
    assert min(found.of(truth) for truth in ASKED) >= 20, found.table
    assert found.of("none", "hard-short", "soft-short") == 0, found.table
    assert found.right("none") >= 0.98, found.table
    assert found.right("hard-short") >= 0.95, found.table
    assert found.right("soft-short") >= 0.95, found.table
    assert found.right("contact-loss") >= 0.97, found.table
    assert found.of("contact-loss", "hard-short", "soft-short") <= 2, found.table
    assert max(found.current) < 0.05
    in_time = [-1.0 - 1e-6 <= late <= 2.0 for late in found.late]
    assert sum(in_time) >= 0.97 * len(in_time)


@pytest.mark.slow
def test_a_depleted_polymer_is_called_nothing_else() -> None:
    """The record ends when the salt has run out; in some cells the voltage has not run away by then."""
    table = Counter((cell.truth, analyse(cell.measurement).verdict.mode) for cell in map(virtual_polymer, POLYMERS))
    depleted = sum(count for (truth, _), count in table.items() if truth == "depletion")
    assert table["depletion", "depletion"] >= 0.5 * depleted > 15, table
    assert {mode for truth, mode in table if truth == "depletion"} <= {"depletion", "none"}, table
    assert {mode for truth, mode in table if truth == "none"} == {"none"}, table
