"""Numbers that describe a composition and a cell: exact on small cases, blind to how the formula is written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.materials.estimates.applicability import Neighbourhood, points
from lisse.materials.estimates.composition import composition
from lisse.materials.estimates.features import (
    COMPOSITION_FEATURES,
    LATTICE_FEATURES,
    composition_features,
    lattice_features,
    packing_fraction,
)
from lisse.materials.estimates.lattice import Lattice

RIGHT = math.pi / 2
ARGYRODITE = Lattice(9.857e-10, 9.857e-10, 9.857e-10, RIGHT, RIGHT, RIGHT, 4, 216)
FORMULAS = ("LiF", "Li6PS5Cl", "Li1.3Al0.3Ti1.7(PO4)3", "Li2(OH)0.9F0.1Cl", "Li3N", "Li7La3Zr2O12", "Li4P2S6")


def named(formula: str) -> dict[str, float]:
    return dict(zip(COMPOSITION_FEATURES, composition_features(composition(formula)), strict=True))


def test_exact_numbers_of_a_small_formula() -> None:
    found = named("LiTi2(PO4)3")
    assert found["lithium_fraction"] == pytest.approx(1 / 18)
    assert found["lithium_per_anion"] == pytest.approx(1 / 12)
    assert found["framework_per_anion"] == pytest.approx(5 / 12)
    assert found["lithium_charge_share"] == pytest.approx(1 / 24)
    assert found["framework_charge_mean"] == pytest.approx((2 * 4 + 3 * 5) / 5)
    assert found["framework_charge_lowest"] == 4.0
    assert found["framework_charge_highest"] == 5.0
    assert found["anion_radius_mean"] == pytest.approx(1.40)
    assert found["anion_electronegativity_spread"] == pytest.approx(0.0, abs=1e-7)
    assert found["framework_entropy"] == pytest.approx(-(0.4 * math.log(0.4) + 0.6 * math.log(0.6)))
    assert found["oxide_share"] == 1.0
    assert found["tetrahedral_per_anion"] == pytest.approx(3 / 12)
    assert found["octahedral_per_anion"] == pytest.approx(2 / 12)
    assert found["log_whole_formula"] == pytest.approx(math.log10(18))


def test_disorder_of_a_formula() -> None:
    assert named("Li1.1Al0.1Ti1.9(PO4)3")["log_whole_formula"] == pytest.approx(math.log10(181))
    assert named("Li0.5La0.5TiO3")["log_whole_formula"] == pytest.approx(1.0)
    shared, alone = named("Li1.3Al0.3Ti1.7(PO4)3"), named("LiTi2(PO4)3")
    assert shared["dopant_mismatch"] > 1.5 * alone["dopant_mismatch"]  # Al3+ on sites of Ti4+; P5+ is far smaller
    assert named("Li6PS5Cl0.5Br0.5")["anion_entropy"] > named("Li6PS5Cl")["anion_entropy"] > 0.0


@given(st.sampled_from(FORMULAS), st.integers(2, 12))
@settings(max_examples=40, deadline=None)
def test_nothing_depends_on_how_the_formula_is_written(formula: str, times: int) -> None:
    once, often = composition(formula), composition(f"({formula}){times}")
    np.testing.assert_allclose(composition_features(often), composition_features(once), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(points([often]), points([once]), rtol=1e-9, atol=1e-12)


def test_every_feature_is_a_number_for_every_kind_of_formula() -> None:
    for formula in (*FORMULAS, "LiH", "LiNH2", "LiAlH4", "Li2SO4", "Li3YCl6", "LiPb2(PO4)3", "Li2.5V2(PO4)3"):
        found = composition_features(composition(formula))
        assert found.shape == (len(COMPOSITION_FEATURES),)
        assert np.isfinite(found).all()


def test_the_cell_of_an_argyrodite() -> None:
    found = dict(zip(LATTICE_FEATURES, lattice_features(composition("Li6PS5Cl"), ARGYRODITE), strict=True))
    volume = 9.857**3
    assert found["log_volume_per_atom"] == pytest.approx(math.log10(volume / 52))
    assert found["log_volume_per_lithium"] == pytest.approx(math.log10(volume / 24))
    assert found["log_volume_per_anion"] == pytest.approx(math.log10(volume / 24))
    assert found["crystal_system"] == 6.0
    assert found["high_symmetry"] == 1.0
    assert found["log_point_group_order"] == pytest.approx(math.log2(24))
    spheres = 6 * 0.76**3 + 0.38**3 + 5 * 1.84**3 + 1.81**3
    filled = 4 * 4 / 3 * math.pi * spheres / volume
    assert found["free_volume"] == pytest.approx(1.0 - filled)
    assert packing_fraction(composition("Li6PS5Cl"), ARGYRODITE) == pytest.approx(filled)


@pytest.mark.parametrize(
    ("group", "system", "order"),
    [(1, 0, 1), (2, 0, 2), (3, 1, 2), (15, 1, 4), (62, 2, 8), (137, 3, 16), (167, 4, 12), (194, 5, 24), (230, 6, 48)],
)
def test_symmetry_of_a_space_group(group: int, system: int, order: int) -> None:
    cell = Lattice(5e-10, 6e-10, 7e-10, RIGHT, RIGHT, RIGHT, 2, group)
    found = dict(zip(LATTICE_FEATURES, lattice_features(composition("Li2O"), cell), strict=True))
    assert found["crystal_system"] == system
    assert found["log_point_group_order"] == pytest.approx(math.log2(order))
    assert found["high_symmetry"] == float(group >= 75)


def test_volume_of_a_triclinic_cell() -> None:
    one, two, three = math.radians(70), math.radians(80), math.radians(100)
    cell = Lattice(5e-10, 6e-10, 7e-10, one, two, three, 2, 2)
    a = np.array([5.0, 0.0, 0.0])
    b = 6.0 * np.array([math.cos(three), math.sin(three), 0.0])
    along = (math.cos(one) - math.cos(two) * math.cos(three)) / math.sin(three)
    c = 7.0 * np.array([math.cos(two), along, math.sqrt(1 - math.cos(two) ** 2 - along**2)])
    assert cell.volume * 1e30 == pytest.approx(float(a @ np.cross(b, c)))
    assert cell.formula_volume == pytest.approx(cell.volume / 2)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"a": 5.5}, "lattice a: got 5.5.*Lengths are in metres"),
        ({"b": -5e-10}, "lattice b"),
        ({"c": math.nan}, "lattice c"),
        ({"alpha": 90.0}, "lattice alpha: got 90.0.*angles in radians"),
        ({"alpha": 0.2, "beta": 0.2, "gamma": 2.0}, "three angles that span a volume"),
        ({"formula_units": 0}, "formula_units"),
        ({"a": "5.4"}, "lattice a: got '5.4'.*a finite number"),
        ({"space_group": math.inf}, "lattice space_group"),
        ({"space_group": 231}, "a number from 1 to 230"),
        ({"space_group": 2.5}, "a number from 1 to 230"),
    ],
)
def test_cells_that_cannot_be(changed: dict[str, float], why: str) -> None:
    cell = dict(a=5e-10, b=5e-10, c=5e-10, alpha=RIGHT, beta=RIGHT, gamma=RIGHT, formula_units=4, space_group=None)
    with pytest.raises(InvalidInput, match=why):
        Lattice(**(cell | changed))  # type: ignore[arg-type]


def test_similar_elements_are_near_and_others_far() -> None:
    chloride, bromide, oxide = points([composition(f) for f in ("Li3YCl6", "Li3YBr6", "Li3PO4")])
    assert np.linalg.norm(chloride - bromide) < 0.6 * np.linalg.norm(chloride - oxide)
    pairs = (("LiTi2(PO4)3", "LiGe2(PO4)3"), ("Li3PO4", "Li3PS4"))  # as the module says
    near, far = (points([composition(one), composition(other)]) for one, other in pairs)
    assert float(((near[0] - near[1]) ** 2).sum()) / 0.5 == pytest.approx(0.06, abs=0.005)
    assert float(((far[0] - far[1]) ** 2).sum()) / 0.5 == pytest.approx(3.8, abs=0.05)


def test_the_nearest_of_a_neighbourhood() -> None:
    known = points([composition(f) for f in ("LiF", "Li3YCl6", "Li7La3Zr2O12")])
    around = Neighbourhood(known, np.array([225, 0, 230]))
    distance, rows = around.nearest(known, np.array([225, 12, 230]), 2)
    assert distance[:, 0] == pytest.approx([0, 0, 0], abs=1e-9)
    assert rows[:, 0].tolist() == [0, 1, 2]
    assert (distance[:, 1] > 0.1).all()
    other_structure, unknown_structure = (around.nearest(known[:1], np.array([group]), 1)[0] for group in (62, 0))
    assert 0.1 < float(other_structure[0, 0]) <= 1.0
    assert unknown_structure == pytest.approx(np.array([[0.0]]), abs=1e-9)
    to_garnet = float(((known[0] - known[2]) ** 2).sum()) / 0.5 + 1.0  # another composition and another structure
    assert distance[0, 1] == pytest.approx(to_garnet, rel=1e-9)
