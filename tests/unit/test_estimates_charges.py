"""Which oxidation states make a formula neutral, and which formulas have none."""

from __future__ import annotations

import pytest

from lisse.errors import InvalidInput
from lisse.materials.estimates.composition import composition, lithium_composition


@pytest.mark.parametrize(
    ("formula", "states"),
    [
        ("LiF", {"Li": 1, "F": -1}),
        ("Li6PS5Cl", {"Li": 1, "P": 5, "S": -2, "Cl": -1}),
        ("Li3P", {"Li": 1, "P": -3}),
        ("Li4P2S6", {"Li": 1, "P": 4, "S": -2}),
        ("Li3SbS3", {"Li": 1, "Sb": 3, "S": -2}),
        ("Li3SbS4", {"Li": 1, "Sb": 5, "S": -2}),
        ("Li2SO4", {"Li": 1, "S": 6, "O": -2}),
        ("LiClO4", {"Li": 1, "Cl": 7, "O": -2}),
        ("LiAlH4", {"Li": 1, "Al": 3, "H": -1}),
        ("LiNH2", {"Li": 1, "N": -3, "H": 1}),
        ("LiFePO4", {"Li": 1, "Fe": 2, "P": 5, "O": -2}),
        ("LiFeSb(PO4)3", {"Li": 1, "Fe": 3, "Sb": 5, "P": 5, "O": -2}),
        ("Li2.5V2(PO4)3", {"Li": 1, "V": 3.25, "P": 5, "O": -2}),
        ("LiMn2O4", {"Li": 1, "Mn": 3.5, "O": -2}),
    ],
)
def test_states(formula: str, states: dict[str, float]) -> None:
    found = composition(formula)
    assert found.states == pytest.approx(states)
    assert found.imbalance == pytest.approx(0.0, abs=1e-12)
    assert found.warnings == ()


@pytest.mark.parametrize("formula", ["Li3", "Li2O2", "LiO", "Li22Si5", "Li2B12H12", "Na", "LiCl2", "Li6PS6Cl"])
def test_what_is_not_neutral_is_refused_with_the_nearest_states(formula: str) -> None:
    with pytest.raises(InvalidInput, match="charge-neutral under common oxidation states; the nearest is"):
        composition(formula)


def test_a_measured_composition_may_miss_by_a_little_and_says_so() -> None:
    found = composition("Li5.74La3Zr1.5Ta0.5O12")  # an entry of the training data
    assert found.imbalance == pytest.approx(-0.76 / 23.24)
    assert "only to 3.3 % of the positive charge" in found.warnings[0]


def test_rounding_is_no_doubt() -> None:
    assert composition("Li0.33La0.557TiO3").warnings == ()


def test_lithium_must_be_there() -> None:
    assert composition("NaCl").states == {"Na": 1.0, "Cl": -1.0}
    with pytest.raises(InvalidInput, match="got 'NaCl'; allowed: one with lithium"):
        lithium_composition("NaCl")


def test_many_elements_are_refused_before_the_choices_explode() -> None:
    with pytest.raises(InvalidInput, match="at most 15 elements"):
        composition("LiVCrMnMoTcReWUNbRuIrTiOSe")


def test_masses_and_parts() -> None:
    found = composition("Li6.4La3Zr1.4Ta0.6O12")
    assert found.molar_mass == pytest.approx(0.889360, rel=1e-4)  # 6.4, 3, 1.4, 0.6 and 12 atomic weights
    assert found.anions == ("O",)
    assert found.framework == ("La", "Zr", "Ta")
    assert sum(found.fractions.values()) == pytest.approx(1.0)
