from __future__ import annotations

import dataclasses
import itertools

import pytest

from lisse.models.criteria import CRITERIA, evaluate
from lisse.models.inputs import INPUT_UNITS, read_inputs
from lisse.report.input_words import INPUT_NAMES, amount, full_name, input_unit, input_words, interval
from lisse.study.case import load_case
from lisse.units import QUANTITIES


def test_every_input_of_the_models_has_its_unit_here():
    assert {name: INPUT_NAMES.get(name) for name in INPUT_UNITS} == INPUT_UNITS


def test_names_that_the_vocabulary_knows_have_its_unit():
    shared = set(INPUT_NAMES) & set(QUANTITIES)
    assert "stack_pressure" in shared
    assert all(INPUT_NAMES[name] == QUANTITIES[name].unit for name in shared)


def test_every_number_of_the_criteria_has_a_unit(repository):
    changes = ["cell.electrolyte.grain_boundary_resistance='5 ohm cm^2'", "protocol.half_cycle='2 mAh/cm^2'"]
    case = load_case(repository / "examples" / "ccd_llzo.toml", changes)
    table = read_inputs(case.cell, case.protocol).with_values(
        {"salt_concentration": 1e3, "salt_diffusivity": 1e-11, "transference_number": 0.2}
        | {"interphase_rate_constant": 1e-20, "fracture_surface_energy": 1.0, "melt_viscosity": 1e-3}
    )
    cases = (
        table,
        dataclasses.replace(table, polymer=True),
        dataclasses.replace(table.with_values({"cathode_capacity": 1e5}), metal_counter=False),
        table.with_values({"temperature": 600.0, "stack_pressure": 0.0}),
    )
    used, silent = set(), {criterion.name for criterion in CRITERIA}
    for criterion, inputs in itertools.product(CRITERIA, cases):
        said = evaluate(criterion, inputs)
        if not isinstance(said, str):
            used |= {full_name(criterion.mechanism, name) for name in said.numbers}
            silent.discard(criterion.name)
    assert silent == set()
    assert used <= set(INPUT_NAMES)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("fracture_toughness", 9.7e5, "0.97 MPa m^0.5"),
        ("stack_pressure", 3e6, "3 MPa"),
        ("shear_modulus", 6e10, "60 GPa"),
        ("flaw_length", 2.97e-5, "29.7 um"),
        ("pore_radius", 1e-7, "100 nm"),
        ("interface_resistance", 2e-4, "2 ohm cm2"),
        ("exchange_current_density", 2500.0, "250 mA/cm2"),
        ("crack_overpotential", 0.0121, "12.1 mV"),
        ("voltage_limit", 5.0, "5 V"),
        ("half_cycle_charge", 9000.0, "0.25 mAh/cm2"),
        ("temperature", 298.15, "25 degC"),
        ("salt_concentration", 1410.0, "1.41 mol/L"),
        ("electronic_conductivity", 5.5e-6, "5.5e-08 S/cm"),
        ("duration", 4.68e6, "1300 h"),
        ("molar_volume_ratio", 0.0, "0"),
        ("creep_prefactor", 3.35e-42, "3.35e-42 1/s/Pa^n"),
        ("something_new", 2.5, "2.5"),
    ],
)
def test_amounts_are_in_the_units_of_the_field(name, value, shown):
    assert amount(name, value) == shown


def test_an_interval_has_one_unit_and_as_many_digits_as_it_needs():
    assert interval("electronic_conductivity", 1e-8, 5.5e-6) == "1e-10 to 5.5e-08 S/cm"
    assert interval("molar_volume", 1.297e-5, 1.3e-5) == "12.97 to 13 cm3/mol"
    assert interval("shear_modulus", 1e4, 1e6) == "0.01 to 1 MPa"
    assert interval("transference_number", 0.2, 0.2) == "0.2 to 0.2"


def test_short_names_of_a_criterion_become_full_ones():
    assert full_name("contact-loss", "thickness") == "lithium_thickness"
    assert full_name("salt-depletion", "thickness") == "electrolyte_thickness"
    assert full_name("filament-short", "flaw_length") == "flaw_length"
    assert input_words("fracture_toughness") == "fracture toughness"
    assert input_unit("something_new") is None
