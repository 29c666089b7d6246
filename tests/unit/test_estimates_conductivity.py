"""Ionic conductivity of a formula: near the data, far from it, and where nothing may be said."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.materials import Lattice, Material, estimate, estimated_material
from lisse.materials.estimates import METHODS, estimates
from lisse.materials.estimates.composition import composition
from lisse.materials.estimates.conductivity import predict_conductivities
from lisse.materials.estimates.conductivity_model import HIGHEST, LOWEST, MODELS, load_model
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.substance import substance
from lisse.references import reference

RIGHT = math.pi / 2


def cubic(edge: float, formula_units: int, space_group: int | None) -> Lattice:
    return Lattice(edge, edge, edge, RIGHT, RIGHT, RIGHT, formula_units, space_group)


ARGYRODITE = cubic(9.857e-10, 4, 216)
GARNET = cubic(12.97e-10, 8, 230)


@pytest.mark.parametrize(
    ("formula", "lattice", "low", "high"),  # S/m: room-temperature values of the training data
    [
        ("Li6PS5Cl", None, 0.13, 0.21),
        ("Li6PS5Cl", ARGYRODITE, 0.13, 0.21),
        ("Li6.4La3Zr1.4Ta0.6O12", GARNET, 0.1, 0.1),
        ("Li10GeP2S12", None, 0.14, 2.46),
    ],
)
def test_well_known_conductors_are_near_the_data(
    formula: str, lattice: Lattice | None, low: float, high: float
) -> None:
    found = estimate(formula, lattice=lattice)
    assert found.applicability > 0.95
    assert found.warnings == ()
    assert found.lower < low
    assert found.upper > high
    assert low / 5.0 < found.value < 5.0 * high
    assert found.upper / found.lower < 1e4


@pytest.mark.parametrize("formula", ["LiF", "Li2O", "Li2S", "Li3OCl", "LiI"])
def test_binary_salts_are_far_from_the_data_and_say_so(formula: str) -> None:
    found = estimate(formula)
    assert found.applicability < 0.2
    assert "good to decades" in found.warnings[0]
    assert found.upper / found.lower > 1e6
    assert any("mostly conduct less" in text for text in found.warnings) == (formula != "Li3OCl")


def test_salts_with_their_cell_are_not_to_be_trusted() -> None:
    """The lattice model likes high symmetry; published are 1e-12 S/m for LiF and 1e-10 for Li2O."""
    for formula, edge in (("LiF", 4.026e-10), ("Li2O", 4.61e-10)):
        found = estimate(formula, lattice=cubic(edge, 4, 225))
        assert found.applicability < 0.1
        assert any("mostly conduct less" in text for text in found.warnings)


def test_a_chloride_of_another_structure_is_in_the_interval() -> None:
    found = estimate("Li3YCl6")
    assert found.applicability < 0.7
    assert found.upper / found.lower > 1e6
    assert found.lower < 0.3e-2 < found.upper  # 3e-5 S/cm as sintered; that of milled powder, 5e-4, is just above
    assert found.upper > 3e-2


def test_an_element_that_the_data_lack_gives_no_confident_number() -> None:
    found = estimate("Li2CO3")
    assert found.applicability == 0.0
    assert found.warnings == ("the training data hold no C: do not use the number",)
    assert found.upper / found.lower > 1e6


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("NaCl", "one with lithium"),
        ("Li3", "charge-neutral under common oxidation states"),
        ("LiXx", "element: got 'Xx'"),
        ("Li2O.H2O", "without the dot"),
    ],
)
def test_what_is_refused(formula: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        estimate(formula)


def test_arguments_that_are_wrong() -> None:
    with pytest.raises(InvalidInput, match="one that can be estimated.*Did you mean 'ionic_conductivity'"):
        estimate("LiF", "electronic_conductivity")
    with pytest.raises(InvalidInput, match="property"):
        estimate("LiF", "colour")
    with pytest.raises(InvalidInput, match="lattice: got 5.4"):
        estimate("LiF", lattice=5.4)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="density"):
        estimate("LiF", known={"density": -1.0})
    with pytest.raises(InvalidInput, match="density: got 'heavy'"):
        estimate("LiF", known={"density": "heavy"})  # type: ignore[dict-item]
    with pytest.raises(InvalidInput, match="known: got 3.0"):
        estimate("LiF", known=3.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="formula"):
        estimate(["LiF"])  # type: ignore[arg-type]


def test_a_lattice_that_cannot_be_used_is_said_and_left_out() -> None:
    plain = estimate("Li6PS5Cl")
    without_group = estimate("Li6PS5Cl", lattice=cubic(9.857e-10, 4, None))
    wrong_content = estimate("Li6PS5Cl", lattice=cubic(9.857e-10, 1, 216))
    assert without_group.value == wrong_content.value == plain.value
    assert "no space group" in without_group.warnings[0]
    assert "would fill 0.17 of the cell: check formula_units" in wrong_content.warnings[0]


def test_an_unbalanced_formula_carries_its_warning() -> None:
    assert "charge-neutral only to" in estimate("Li5.74La3Zr1.5Ta0.5O12").warnings[0]


def test_it_does_not_matter_how_the_formula_is_written() -> None:
    once = estimate("LiTi2(PO4)3")
    for same in ("LiTi2P3O12", "Li2Ti4P6O24", "Ti2P3O12Li"):
        other = estimate(same)
        assert other.value == pytest.approx(once.value, rel=1e-9)
        assert other.applicability == pytest.approx(once.applicability, abs=1e-6)


def test_many_at_once_say_the_same_as_one_by_one() -> None:
    formulas = ["Li6PS5Cl", "LiF", "Li7La3Zr2O12", "Li2CO3"]
    together = predict_conductivities([composition(formula) for formula in formulas])
    for row, formula in enumerate(formulas):
        alone = estimate(formula)
        numbers = [100.0 * 10.0 ** float(edge[row]) for edge in (together.lower, together.middle, together.upper)]
        assert numbers == pytest.approx([alone.lower, alone.value, alone.upper])


def test_no_estimate_beats_every_known_solid() -> None:
    found = predict_conductivities([composition(formula) for formula in ("Li10GeP2S12", "Li9.54Si1.74P1.44S11.7Cl0.3")])
    assert (found.upper <= HIGHEST).all()
    assert (found.lower >= LOWEST).all()


def test_as_an_entry_it_is_marked_estimated() -> None:
    found = estimate("Li3YCl6")
    entry = found.entry()
    assert entry.mark == "estimated"
    assert entry.row == "EST-trees-composition"
    assert (entry.low, entry.high) == (found.lower, found.upper)
    assert entry.at() == found.value
    assert "OBELiX" in entry.note
    assert f"applicability {found.applicability:.2f}" in entry.note
    for key in found.references:
        assert reference(key).year


def test_a_material_of_estimates() -> None:
    material = estimated_material("Li3YCl6", known={"density": 2500.0})
    assert material.kind == "electrolyte"
    assert material.entry("ionic_conductivity").mark == "estimated"
    assert material.entry("density").mark == "given"
    assert material.value("density") == 2500.0
    again = Material.from_dict(material.to_dict())
    assert again.entry("ionic_conductivity") == material.entry("ionic_conductivity")
    assert estimated_material("Li3YCl6", name="mine").name == "mine"


def test_what_is_known_is_not_estimated() -> None:
    assert "ionic_conductivity" not in estimates("Li3YCl6", known={"ionic_conductivity": 0.05})
    assert list(estimates("Li3YCl6", properties=["ionic_conductivity"])) == ["ionic_conductivity"]
    assert estimated_material("Li3YCl6", known={"ionic_conductivity": 0.05}).value("ionic_conductivity") == 0.05


def test_the_band_is_wider_where_less_is_known() -> None:
    for name in MODELS:
        model = load_model(name)
        far, near = (model.band.at(np.array([known])) for known in (0.0, 1.0))
        assert 2.5 * (far[0] + far[1]) > 2.0 * 0.5 * (near[0] + near[1])
        assert (model.band.below > 0.0).all()
        assert (model.band.above > 0.0).all()


def test_the_shipped_figures_say_what_the_docs_say() -> None:
    found = stored("conductivity")
    assert found["data"]["used"] == 476
    for name in MODELS:
        checked = found["models"][name]["validation"]
        for kind in ("family", "elements", "source"):
            overall = checked[kind]
            rows = sum(part["rows"] for part in overall["families"].values())
            assert rows == overall["rows"] == found["models"][name]["rows"]
            mean = sum(p["rows"] * p["mean_absolute_error"] for p in overall["families"].values()) / rows
            assert mean == pytest.approx(overall["mean_absolute_error"], abs=1e-3)
            assert overall["mean_absolute_error"] < overall["baselines"]["median"]
            assert overall["mean_absolute_error"] < overall["baselines"]["trend_alone"] + 0.1
            assert overall["coverage"] >= 0.85
        unseen = found["models"][name]["validation"]["family"]
        assert unseen["mean_absolute_error"] < min(unseen["baselines"][f"nearest_{k}"] for k in (1, 5, 10))


def test_a_candidate_travels_to_another_process() -> None:
    subject = substance("Li6PS5Cl", lattice=ARGYRODITE, known={"density": 1860.0})
    again = pickle.loads(pickle.dumps(subject))
    assert again == subject
    assert METHODS["ionic_conductivity"](again) == METHODS["ionic_conductivity"](subject)
