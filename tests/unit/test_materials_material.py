"""A substance: asking for numbers, changing the source, giving one's own."""

import pickle

import pytest

from lisse.errors import InvalidInput, MissingValue
from lisse.materials import MARKS, PROPERTIES, Material, load
from lisse.materials.laws import Arrhenius, Constant, NortonCreep
from lisse.materials.property import Entry, Property


def entry(row="A-1", value=5.0, unit="Pa", **more):
    return Entry(row=row, law=Constant(value), unit=unit, source="masias2019", mark="S", **more)


def modulus(*entries, choice="A-1"):
    return Property("youngs_modulus", "Pa", entries, choice)


def test_value_is_the_chosen_row_and_never_an_average():
    steel = Material("steel", properties={"youngs_modulus": modulus(entry(), entry("A-2", 7.0))})
    assert steel.value("youngs_modulus") == 5.0
    assert steel.with_source("youngs_modulus", "A-2").value("youngs_modulus") == 7.0
    assert steel.value("youngs_modulus") == 5.0, "the first one is unchanged"


def test_a_missing_number_is_never_invented():
    with pytest.raises(MissingValue, match='Li6PS5Cl has no yield_strength.*yield_strength = "NUMBER Pa"'):
        load("Li6PS5Cl").value("yield_strength")
    with pytest.raises(MissingValue, match="none is invented"):
        load("Li6PS5Cl").with_source("yield_strength", "ARG-M1")


def test_a_misspelt_property_is_another_error_than_a_missing_one():
    for ask in (load("LLZO").value, load("LLZO").has, load("LLZO").law):
        with pytest.raises(InvalidInput, match="Did you mean 'ionic_conductivity'"):
            ask("ionic_conductivty")


def test_source_by_citation_key_must_be_unique():
    lithium = load("lithium")
    assert lithium.with_source("creep", "masias2019").entry("creep").row == "LI-C1"
    with pytest.raises(InvalidInput, match="one of its rows: LI-C2, LI-C3"):
        lithium.with_source("creep", "lepage2019")
    with pytest.raises(InvalidInput, match="Did you mean 'LI-C"):
        lithium.with_source("creep", "LI-C9")


def test_own_number_is_marked_given_and_keeps_the_sources_beside_it():
    own = load("LLZO").with_value("ionic_conductivity", 0.08, source="our pellet 12")
    assert own.value("ionic_conductivity", 400.0) == 0.08
    assert own.entry("ionic_conductivity").mark == "given"
    assert own.entry("ionic_conductivity").source == "our pellet 12"
    assert (
        len(own.properties["ionic_conductivity"].entries)
        == len(load("LLZO").properties["ionic_conductivity"].entries) + 1
    )
    again = own.with_value("ionic_conductivity", 0.09)
    assert len(again.properties["ionic_conductivity"].entries) == len(own.properties["ionic_conductivity"].entries)


def test_own_number_with_a_temperature_law():
    table = {"kind": "arrhenius", "activation_energy": "0.34 eV"}
    own = load("LLZO").with_value("ionic_conductivity", 0.046, temperature_law=table)
    assert own.value("ionic_conductivity", 340.0) == pytest.approx(load("LLZO").value("ionic_conductivity", 340.0))
    law = Arrhenius(0.046, 3e4)
    assert load("LLZO").with_value("ionic_conductivity", 0.046, temperature_law=law).law("ionic_conductivity") == law
    with pytest.raises(InvalidInput, match="the value 0.05 at 298.15 K"):
        load("LLZO").with_value("ionic_conductivity", 0.05, temperature_law=law)


def test_overrides_as_a_case_file_gives_them():
    creep = [
        {
            "row": "own",
            "unit": "MPa",
            "source": "us",
            "mark": "given",
            "law": {"kind": "norton-creep", "strength": 2.5e5, "exponent": 6.0},
        }
    ]
    own = load("lithium").with_overrides(
        {"molar_volume": "13.1 cm^3/mol", "poisson_ratio": 0.4, "creep": creep}, "case.toml"
    )
    assert own.value("molar_volume") == pytest.approx(13.1e-6)
    assert own.value("poisson_ratio") == 0.4
    assert own.law("creep").exponent == 6.0
    assert own.with_source("creep", "LI-C3").value("creep") == load("lithium").value("creep")
    with pytest.raises(InvalidInput, match="case.toml: molar_volume"):
        own.with_overrides({"molar_volume": "13 cm^2"}, "case.toml")
    with pytest.raises(InvalidInput, match="case.toml: poisson_ratio.*at most 0.5"):
        own.with_overrides({"poisson_ratio": 0.7}, "case.toml")


def test_creep_wants_a_law_and_takes_one():
    law = NortonCreep(1.0, 3e5, 6.0, 3e4)
    assert load("lithium").with_value("creep", law).law("creep") == law
    with pytest.raises(InvalidInput, match="norton-creep.*One number is not enough"):
        load("lithium").with_value("creep", 1e6)


@pytest.mark.parametrize(
    ("property", "value", "message"),
    [
        ("ionic_conductivity", -1.0, r"above 0 \[S/m\]"),
        ("poisson_ratio", 0.6, "at least 0 and at most 0.5"),
        ("relative_density", 1.2, "at most 1"),
        ("density", float("nan"), "density"),
        ("contact_angle", 4.0, "contact_angle"),
    ],
)
def test_impossible_numbers_are_refused(property, value, message):
    with pytest.raises(InvalidInput, match=message):
        load("LLZO").with_value(property, value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choice": "A-9"}, "choice of youngs_modulus: got 'A-9'; allowed: A-1"),
        ({"unit": "GPa"}, "unit of youngs_modulus"),
        ({"entries": (entry(), entry())}, "each row once"),
        ({"entries": (entry(low=6.0),)}, "low of youngs_modulus, row A-1.*low <= value <= high"),
        ({"entries": (entry(high=4.0),)}, "high of youngs_modulus, row A-1"),
        ({"entries": (entry(bound="about"),)}, "lower or upper"),
        ({"entries": (entry(valid=(400.0, 300.0)),)}, "two rising temperatures"),
        ({"entries": (entry(unit="GPa"),)}, "unit of youngs_modulus, row A-1"),
    ],
)
def test_a_property_checks_its_entries(change, message):
    arguments = {"name": "youngs_modulus", "unit": "Pa", "entries": (entry(),), "choice": "A-1", **change}
    with pytest.raises(InvalidInput, match=message):
        Property(**arguments)


def test_unknown_kind_and_misfiled_property_are_refused():
    with pytest.raises(InvalidInput, match="kind of x"):
        Material("x", kind="liquid")
    with pytest.raises(InvalidInput, match="its own name"):
        Material("x", properties={"shear_modulus": modulus(entry())})


def test_a_material_cannot_be_changed_behind_its_back():
    lithium = load("lithium")
    with pytest.raises(TypeError):
        lithium.properties["creep"] = None


def test_a_material_travels_to_other_processes():
    lithium = load("lithium").with_value("molar_volume", 13.1e-6)
    assert pickle.loads(pickle.dumps(lithium)) == lithium


def test_leaving_the_validity_range_is_said_in_words():
    peo = load("PEO-LiTFSI")
    assert peo.validity_warnings(353.15, ("ionic_conductivity", "salt_diffusivity")) == ()
    (text,) = peo.validity_warnings(298.15, ("ionic_conductivity",))
    assert text == "PEO-LiTFSI: ionic_conductivity (row PEO-1a) holds from 60 to 100 degC, used at 25 degC"


def test_spread_is_carried_by_the_law():
    chosen = load("PEO-LiTFSI").entry("ionic_conductivity")
    low, high = chosen.spread_at(343.15)
    assert low / chosen.at(343.15) == pytest.approx(chosen.low / chosen.at(363.15))
    assert high > chosen.at(343.15)


def test_quoted_shows_bounds():
    assert load("LLZO").entry("exchange_current_density").quoted == "> 0.25 A/cm^2"
    assert load("LLZO").entry("ionic_conductivity").quoted == "0.00046 S/cm"


def test_references_are_those_of_the_numbers_in_use():
    assert load("lithium").references(("creep", "youngs_modulus")) == ("lepage2019", "masias2019")
    assert load("lithium").with_value("creep", NortonCreep(1.0, 3e5, 6.0)).references(("creep",)) == ()


def test_vocabulary_is_complete_and_marks_are_known():
    assert all(name == meant.name and meant.unit and meant.meaning for name, meant in PROPERTIES.items())
    assert set(MARKS) == {"S", "S*", "L", "U", "given", "estimated"}
