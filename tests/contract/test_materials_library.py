"""Every file of the library: readable, sourced, in bounds, and consistent where two routes lead to one number."""

import json
import math
import re
from pathlib import Path

import pytest

import lisse.materials
from lisse.errors import InvalidInput
from lisse.materials import MARKS, PROPERTIES, Material, load, load_file, names
from lisse.materials.laws import REFERENCE_TEMPERATURE, Table
from lisse.references import all_references
from lisse.units import FARADAY, GAS_CONSTANT

CORE = {
    "metal": ("molar_volume", "density", "youngs_modulus", "poisson_ratio"),
    "electrolyte": ("ionic_conductivity",),
    "polymer": (
        "ionic_conductivity",
        "transference_number",
        "salt_diffusivity",
        "salt_concentration",
        "thermodynamic_factor",
        "interface_resistance",
        "exchange_current_density",
    ),
    "cathode": ("specific_capacity", "density", "maximum_concentration", "active_volume_change"),
}
ENTRIES = [
    pytest.param(material, property, entry, id=f"{material.name}-{property.name}-{entry.row}")
    for material in map(load, names())
    for property in material.properties.values()
    for entry in property.entries
]
ROW = re.compile(r"[A-Z]+-[A-Z]?\d+[a-z]?")
CERAMICS = ("LLZO", "LLZTO", "LAGP", "LATP", "Na-beta-alumina", "Li6PS5Cl", "Li3PS4", "NMC811")


@pytest.mark.parametrize("name", names())
def test_the_substance_as_a_whole(name):
    material = load(name)
    assert material.name == name
    assert material.formula
    assert material.description.endswith(".")
    for property in CORE.get(material.kind, ()):
        assert material.has(property), f"{name} is a {material.kind} without {property}"
    assert Material.from_dict(json.loads(json.dumps(material.to_dict(), allow_nan=False))) == material


@pytest.mark.parametrize("name", names())
def test_every_chosen_number_evaluates(name):
    material = load(name)
    for property in material.properties:
        for temperature in (REFERENCE_TEMPERATURE, material.reference_temperature):
            value = material.value(property, temperature)
            assert math.isfinite(value)
            PROPERTIES[property].check(value)


@pytest.mark.parametrize(("material", "property", "entry"), ENTRIES)
def test_every_entry(material, property, entry):
    assert ROW.fullmatch(entry.row)
    assert entry.mark in MARKS
    assert entry.mark != "given"
    assert entry.unit == PROPERTIES[property.name].unit
    assert entry.source in all_references()
    assert entry.via == "" or entry.via in all_references()
    value = entry.at(entry.temperature)
    assert entry.low is None or entry.low <= value * (1 + math.copysign(1e-9, value))
    assert entry.high is None or entry.high >= value * (1 - math.copysign(1e-9, value))


def test_every_row_is_in_the_fact_table():
    table = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "materials.md"
    if not table.exists():
        pytest.skip("the fact table shared/reference/materials.md is not beside this repository")
    facts = set(re.findall(r"^\| ([A-Z]+-[A-Z]?\d+) \|", table.read_text(encoding="utf-8"), re.MULTILINE))
    own = {"LI-V1", "LI-V2", "LI-V3", "LI-V4"}
    rows = {parameter.values[2].row.rstrip("abcdefghijklmnop") for parameter in ENTRIES}
    assert rows - facts == own


def test_keys_named_in_running_text_are_references():
    words = set()
    for material in map(load, names()):
        texts = [*material.notes, *(e.note for p in material.properties.values() for e in p.entries)]
        words |= {word for text in texts for word in re.findall(r"\b[a-z]{2,}(?:19|20)\d\d[a-c]?\b", text)}
    assert words <= set(all_references())


# Traps of section 0 of the fact table --------------------------------------------------------------------------------


def test_trap_1_the_creep_prefactors_stand_apart():
    lithium = load("lithium")
    flow = {row: lithium.with_source("creep", row).value("creep") for row in ("LI-C1", "LI-C2", "LI-C3")}
    assert flow["LI-C3"] == pytest.approx(0.75e6, rel=0.01)
    assert flow["LI-C2"] == pytest.approx(1.02e6, rel=0.01)
    assert 0.72e6 < flow["LI-C1"] < 0.81e6, "Masias: 0.73-0.81 MPa"
    assert lithium.entry("creep").row == "LI-C3"
    laws = [lithium.with_source("creep", row).law("creep") for row in ("LI-C2", "LI-C3")]
    assert laws[1].prefactor(298.15) / laws[0].prefactor(298.15) == pytest.approx((3 / 2.2) ** 6.55)
    assert laws[0].rate(1e6, 298.15) == pytest.approx(8.7e-4, rel=0.05)


def test_trap_2_anand_narayan_is_another_law():
    lithium = load("lithium").with_source("creep", "LI-C5")
    assert lithium.law("creep").exponent == pytest.approx(1 / 0.15, rel=1e-6)
    assert "not the LePage prefactor" in lithium.entry("creep").note
    assert load("lithium").law("creep").reference_rate != 4.25e4


def test_trap_3_three_shear_moduli_of_lithium_stand_side_by_side():
    values = [entry.at() / 1e9 for entry in load("lithium").properties["shear_modulus"].entries]
    assert {2.83, 3.4, 4.5} <= {round(value, 2) for value in values}


def test_trap_4_numbers_that_disagree_under_one_doi_say_so():
    for name, rows in {
        "LLZTO": ("LLZTO-T1a", "LLZTO-T1b"),
        "LATP": ("LATP-T1a", "LATP-T1b", "LATP-T2d", "LATP-T2e"),
        "Li6PS5Cl": ("ARG-T2a", "ARG-T2b"),
    }.items():
        entries = {entry.row: entry for entry in load(name).properties["ionic_conductivity"].entries}
        assert all("different numbers under this doi" in entries[row].note for row in rows)
    series = [e for e in load("LLZTO").properties["ionic_conductivity"].entries if e.row.startswith("LLZTO-T3")]
    assert len(series) == 16
    assert all("total" in e.conditions or "bulk" in e.conditions for e in series)


def test_trap_5_argyrodite_both_readings_are_kept():
    first, second = (load("Li6PS5Cl").with_source("ionic_conductivity", row) for row in ("ARG-T2a", "ARG-T2b"))
    assert first.value("ionic_conductivity", 298.55) == pytest.approx(0.0537, rel=1e-6)
    assert first.value("ionic_conductivity", 323.65) == pytest.approx(0.132, rel=1e-6)
    assert second.value("ionic_conductivity") == pytest.approx(0.13)


def test_the_activation_energy_of_that_table_is_the_computed_one():
    table = load("Li6PS5Cl").with_source("ionic_conductivity", "ARG-T2a").law("ionic_conductivity")
    (_, cold, _, hot), (_, low, _, high) = table.temperatures, table.values
    energy = GAS_CONSTANT * math.log(high * hot / (low * cold)) / (1 / cold - 1 / hot)
    assert energy / FARADAY == pytest.approx(0.351, abs=0.001)


def test_trap_6_the_two_li3ps4_are_two_materials():
    nanoporous, crystal = load("Li3PS4-beta"), load("Li3PS4-crystal")
    assert nanoporous.value("ionic_conductivity") / crystal.value("ionic_conductivity") == pytest.approx(180, rel=0.01)
    sources = {e.source for e in crystal.properties["ionic_conductivity"].entries}
    assert "liu2013" in sources
    for name in ("Li3PS4", "Li3PS4-beta", "Li3PS4-crystal"):
        rows = {e.row for e in load(name).properties["ionic_conductivity"].entries}
        assert len(rows & {"LPS-T1", "LPS-T2", "LPS-T5"}) == 1


def test_trap_7_pillar_sizes():
    rows = {entry.row: entry for entry in load("lithium").properties["pillar_strength"].entries}
    assert rows["LI-Y5a"].at() == 105e6
    assert "0.98 um" in rows["LI-Y5a"].conditions
    assert "1.39 um" in rows["LI-Y5b"].conditions
    assert rows["LI-Y5b"].temperature == pytest.approx(363.15)


def test_trap_8_a_clean_garnet_interface_has_no_charge_transfer_arc():
    for name in ("LLZO", "LLZTO"):
        garnet = load(name)
        assert garnet.value("interface_resistance") <= 2e-4 * (1 + 1e-12)
        assert garnet.entry("exchange_current_density").bound == "lower"
        assert garnet.value("exchange_current_density") == pytest.approx(2500.0)


def test_trap_9_electronic_conductivity_comes_with_a_range():
    for material in map(load, names()):
        if material.kind == "electrolyte" and material.has("electronic_conductivity"):
            entry = material.entry("electronic_conductivity")
            assert entry.low is not None
            assert entry.high is not None
            assert entry.high >= 10 * entry.low * (1 - 1e-9)


@pytest.mark.parametrize("name", CERAMICS)
def test_trap_10_toughness_states_its_density(name):
    for entry in load(name).properties["fracture_toughness"].entries:
        assert re.search(r"dens(e|ity)", entry.conditions), f"{name} {entry.row}"


# One number by two routes --------------------------------------------------------------------------------------------


ELASTIC = ("youngs_modulus", "shear_modulus", "poisson_ratio")


@pytest.mark.parametrize("name", [name for name in names() if all(load(name).has(p) for p in ELASTIC)])
def test_shear_modulus_from_youngs_modulus(name):
    young, shear, poisson = (load(name).value(property) for property in ELASTIC)
    assert shear == pytest.approx(young / (2 * (1 + poisson)), rel=0.06)


@pytest.mark.parametrize("name", ["lithium", "sodium", "Li-Mg"])
def test_molar_volume_is_mass_over_density(name):
    metal = load(name)
    assert metal.value("molar_volume") == pytest.approx(metal.value("molar_mass") / metal.value("density"), rel=0.005)


@pytest.mark.parametrize("name", ["lithium", "sodium"])
def test_one_atom_per_site(name):
    metal = load(name)
    assert metal.value("site_concentration") * metal.value("molar_volume") == pytest.approx(1.0, rel=0.002)


def test_capacity_of_lithium_is_faraday():
    lithium = load("lithium")
    assert lithium.value("specific_capacity") == pytest.approx(FARADAY / lithium.value("molar_mass"), rel=1e-3)
    assert lithium.value("volumetric_capacity") == pytest.approx(FARADAY / lithium.value("molar_volume"), rel=2e-3)


@pytest.mark.parametrize(
    ("name", "row", "celsius", "published"),
    [
        ("LLZTO", "LLZTO-T1b", 127.0, 2.81),
        ("Li10GeP2S12", "LGPS-T1b", 25.0, 1.2),
        ("LAGP", "LAGP-T2a", 127.0, 8.4),
        ("LATP", "LATP-T1b", 200.0, 3.3),
        ("PEO-LiTFSI", "PEO-1a", 60.0, 5.5e-2),
        ("Na-beta-alumina", "BAL-2a", 300.0, 28.0),
    ],
)
def test_a_conductivity_law_meets_the_second_published_point(name, row, celsius, published):
    material = load(name).with_source("ionic_conductivity", row)
    tolerance = {"PEO-LiTFSI": 0.4, "Na-beta-alumina": 0.4}.get(name, 0.03)  # these two are quoted as wide ranges
    assert material.value("ionic_conductivity", celsius + 273.15) == pytest.approx(published, rel=tolerance)


def test_self_diffusion_of_lithium_at_80_celsius():
    assert load("lithium").value("self_diffusivity", 353.15) == pytest.approx(2.0e-13, rel=0.25)


def test_creep_of_sodium_against_its_own_flow_stresses():
    law = load("sodium").with_source("creep", "NA-5").law("creep")
    assert law.flow_stress(1.2e-5, 298.15) == pytest.approx(0.15e6, rel=0.05)
    assert law.flow_stress(1.2e-2, 298.15) == pytest.approx(0.36e6, rel=0.3)


def test_interphase_growth_of_argyrodite_meets_its_thickness():
    material = load("Li6PS5Cl")
    week = math.sqrt(2 * material.value("interphase_rate_constant") * 7 * 86400)
    assert week == pytest.approx(material.value("interphase_thickness"), rel=0.1)


def test_open_circuit_voltage_of_nmc811_at_the_printed_points():
    law = load("NMC811").law("open_circuit_voltage")
    for x, voltage in (
        (0.4, 4.105),
        (0.5, 3.972),
        (0.6, 3.825),
        (0.7, 3.730),
        (0.8, 3.649),
        (0.27, 4.27),
        (0.908, 3.56),
    ):
        assert law.evaluate(x) == pytest.approx(voltage, abs=0.006)


def test_open_circuit_voltage_of_lfp_is_a_plateau():
    law = load("LFP").law("open_circuit_voltage")
    assert all(3.39 < law.evaluate(x) < 3.43 for x in (0.1, 0.3, 0.5, 0.7))


def test_own_contact_parameters_say_that_they_are_ours():
    lithium = load("lithium")
    for property in ("void_closure_coefficient", "small_scale_strength_factor"):
        assert lithium.entry(property).source == "lisse2026"
        assert lithium.entry(property).mark == "U"
        assert "kasemchainan2019" in lithium.entry(property).note
    assert lithium.value("void_closure_coefficient") == pytest.approx(6.6e-7)
    assert lithium.value("contact_hardness") * 0.2 == pytest.approx(10e6)
    for metal in ("sodium", "Li-Mg", "Li-In"):
        assert not load(metal).has("void_closure_coefficient"), "not measured for this metal"


def test_the_table_of_tachez_is_not_stretched_to_room_temperature():
    crystal = load("Li3PS4-crystal").with_source("ionic_conductivity", "tachez1984")
    assert isinstance(crystal.law("ionic_conductivity"), Table)
    with pytest.raises(InvalidInput, match="not extrapolated"):
        crystal.value("ionic_conductivity")


def test_public_names():
    assert set(lisse.materials.__all__) >= {"load", "load_file", "names", "Material", "Property", "Entry", "PROPERTIES"}


def test_the_example_of_the_how_to_page_can_be_loaded(tmp_path):
    page = Path(__file__).resolve().parents[2] / "docs" / "howto" / "add_a_material.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "my-argyrodite.toml"
    path.write_text(example, encoding="utf-8")
    material = load_file(path)
    assert material.value("ionic_conductivity") == pytest.approx(0.31)
    assert material.value("ionic_conductivity", 333.15) > 0.8
    assert material.with_source("youngs_modulus", "deng2016").value("youngs_modulus") == pytest.approx(22.1e9)
