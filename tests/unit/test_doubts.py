"""Warnings name what acts in the cell at hand, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from cells import llzo_case
from lisse.models.doubts import held_warning, validity_warnings
from lisse.study import read_case
from lisse.study.templates import TEMPLATES

OF_VOIDS = ("LI-V1", "LI-V2", "LI-V3", "void", "diffusional closure", "pores")
WITHOUT_VOIDS: dict[str, Any] = {"cell__interface": {"injection": 0.0}}


def warned(case: Any) -> str:
    return " ".join([*validity_warnings(case.cell, case.protocol, ()), *held_warning(case.cell)])


def test_a_polymer_is_not_warned_of_voids_that_it_cannot_have() -> None:
    text = warned(read_case(TEMPLATES["polymer"].raw()))
    assert not any(words in text for words in OF_VOIDS), text
    assert "PEO-12" in text  # what acts is still told of


def test_void_numbers_are_doubted_as_soon_as_they_act() -> None:
    assert "LI-V3" in warned(llzo_case())
    closed = warned(llzo_case(**WITHOUT_VOIDS))
    assert "LI-V3" not in closed
    assert "LI-V4" in closed  # the hardness says how much contact forming makes
    half_formed = llzo_case(**WITHOUT_VOIDS, cell__stack__forming_pressure="20 MPa")
    assert "LI-V3" in warned(half_formed)  # voids are there from the start
    stiff = {"cell__stack__fixture": "constant-gap", "cell__stack__stiffness": "1 MPa/um"}
    assert "LI-V3" in warned(llzo_case(**WITHOUT_VOIDS, **stiff))  # a gap may pull them open


@pytest.mark.parametrize(("thickness", "told"), [("0 um", False), ("20 um", True)])
def test_metal_on_the_collector_of_an_anode_free_cell_is_told_of(thickness: str, told: bool) -> None:
    counter = {"thickness": "50 um"}
    case = llzo_case(cell__kind="anode-free", cell__anode__thickness=thickness, cell__counter=counter)
    assert ("kind is anode-free, yet 20 um of lithium lies on the collector" in warned(case)) == told
