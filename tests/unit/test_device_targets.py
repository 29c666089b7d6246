"""Targets of the field against what a run reached."""

from __future__ import annotations

import dataclasses

import pytest

from cells import llzo_case
from lisse.models.targets import targets
from lisse.records import Verdict

STOOD = Verdict("none", highest_current_density_passed=5.0, cumulative_charge=1e5)


@pytest.mark.parametrize(("thickness", "share"), [(30, 0.485), (14.4, 1.0), (5, 1.0)])
def test_a_foil_passes_its_own_lithium(thickness: float, share: float) -> None:
    """30 um at 3 mAh/cm2 pass 48.5 %, as the perspective prints; no electrode passes more than it has."""
    case = llzo_case(cell__anode__thickness=f"{thickness} um")
    found = {one["name"]: one["value"] for one in targets(case.cell, case.protocol, STOOD, 3.0 * 36000.0)}
    assert found["fraction_passed"] == pytest.approx(share, abs=5e-3)


def test_nothing_that_stood_passes_nothing() -> None:
    case = llzo_case()
    failed = dataclasses.replace(STOOD, highest_current_density_passed=None)
    found = {one["name"]: one["value"] for one in targets(case.cell, case.protocol, failed)}
    assert found["fraction_passed"] is None
    assert found["cycled_charge"] is None
