"""The vocabulary against pint, and what unit parsing takes and refuses."""

from __future__ import annotations

import math
import time

import numpy as np
import pint
import pytest

from lisse import units
from lisse.errors import InvalidInput
from lisse.units import FARADAY, QUANTITIES, convert, format_quantity, parse_quantity, quantity

PINT = pint.UnitRegistry()


def in_pint(unit: str) -> str:
    """The vocabulary writes ``A/m2``, pint ``A/m**2``; an independent spelling, not the one of lisse.units."""
    for power in "23":
        unit = unit.replace(f"m{power}", f"m**{power}")
    return unit or "dimensionless"


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_display_factor_is_pints(name: str) -> None:
    entry = quantity(name)
    for value in (0.0, 1.0, -2.5):
        si = PINT.Quantity(value, "dimensionless" if entry.unit == "1" else in_pint(entry.unit))
        expected = si.to(in_pint(entry.display_unit)).magnitude
        assert entry.shown(value) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_vocabulary_is_complete(name: str) -> None:
    entry = quantity(name)
    assert entry.name == name
    assert name.replace("_", "").isalpha()
    assert name.islower()
    assert entry.unit
    assert entry.long_name[0].isupper()
    assert np.array_equal(entry.shown(np.array([0.0, 1.0])), [entry.shown(0.0), entry.shown(1.0)])


def test_the_vocabulary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        QUANTITIES["time"] = quantity("voltage")


def test_the_constants_are_those_of_codata() -> None:
    pairs = [
        (units.FARADAY, "faraday_constant", "C/mol"),
        (units.GAS_CONSTANT, "molar_gas_constant", "J/mol/K"),
        (units.BOLTZMANN, "boltzmann_constant", "J/K"),
        (units.ELEMENTARY_CHARGE, "elementary_charge", "C"),
    ]
    for ours, theirs, unit in pairs:
        assert ours == pytest.approx(PINT.Quantity(1, theirs).to(unit).magnitude, rel=1e-9)


def test_an_unknown_quantity_gets_a_suggestion() -> None:
    with pytest.raises(InvalidInput, match="quantity: got 'curent_density'.*Did you mean 'current_density'"):
        quantity("curent_density")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.5 mA/cm^2", "A/m^2", 5.0),
        ("0.5 mA/cm2", "A/m2", 5.0),
        ("0.5 mA/cm²", "A/m^2", 5.0),
        ("0.5 mA cm^-2", "A/m^2", 5.0),
        ("0.5 mA cm-2", "A/m^2", 5.0),
        ("0.5 mA·cm⁻²", "A/m^2", 5.0),
        ("0.5mA/cm**2", "A/m^2", 5.0),
        ("0.25 mAh/cm^2", "C/m^2", 9000.0),
        ("1 h", "s", 3600.0),
        ("300 um", "m", 300e-6),
        ("300 µm", "m", 300e-6),
        ("300 μm", "m", 300e-6),
        ("3 Å", "m", 3e-10),
        ("10 ohm cm^2", "ohm m^2", 1e-3),
        ("10 Ω cm²", "ohm m^2", 1e-3),
        ("0.3 mS/cm", "S/m", 0.03),
        ("3 MPa", "Pa", 3e6),
        ("1 MPa m^0.5", "Pa m^0.5", 1e6),
        ("1e8 1/m^2", "1/m^2", 1e8),
        ("1e8 /m^2", "1/m^2", 1e8),
        ("1e8 m^-2", "1/m^2", 1e8),
        ("50 W/(m K)", "W/m/K", 50.0),
        ("8.3 J/(mol K)", "J/mol/K", 8.3),
        ("37 kJ/mol", "J/mol", 37e3),
        ("0.4 eV", "J/mol", 0.4 * FARADAY),
        ("59 meV", "J/mol", 0.059 * FARADAY),
        ("-5 mV", "V", -5e-3),
        ("  +.5  m ", "m", 0.5),
        ("5.E-1 m", "m", 0.5),
        ("5 %", "1", 0.05),
        ("0.5", "1", 0.5),
        (0.5, "1", 0.5),
        (3, "1", 3.0),
        (np.float32(0.5), "1", 0.5),
        (np.int64(3), "1", 3.0),
    ],
)
def test_what_people_write_is_understood(text: object, unit: str, value: float) -> None:
    found = parse_quantity(text, unit)
    assert type(found) is float
    assert found == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "kelvin"),
    [("25 degC", 298.15), ("-20 °C", 253.15), ("0 K", 0.0), ("77 degF", 298.15), ("5 delta_degC", 5.0)],
)
def test_a_temperature_keeps_its_offset(text: str, kelvin: float) -> None:
    assert parse_quantity(text, "K") == pytest.approx(kelvin, abs=1e-9)


def test_in_a_product_a_degree_is_a_difference() -> None:
    assert convert(5.0, "J/degC", "J/K") == pytest.approx(5.0)


REFUSED = {
    "unit missing": ("5", "m", "The unit is missing"),
    "plain number where a unit is due": (5, "m", "Write the number with its unit, in quotes"),
    "joules of one particle": ("6e-20 J", "J/mol", "text with a unit of the kind of 'J/mol'"),
    "electronvolts for joules per kelvin": ("0.4 eV", "J/mol/K", "text with a unit of the kind"),
    "another kind": ("5 mV", "m", "text with a unit of the kind of 'm', such as '20 um'"),
    "the sign of the power forgotten": ("5 mA/cm^-2", "A/m^2", "such as '0.5 mA/cm\\^2'"),
    "unknown unit": ("5 furlongz", "m", "The unit 'furlongz' is not known"),
    "not a number": ("nan m", "m", "a finite number"),
    "NaN": (math.nan, "1", "a finite number"),
    "infinite": ("inf m", "m", "a finite number"),
    "infinite number": (-math.inf, "1", "a finite number"),
    "too large": ("1e400 m", "m", "a finite number"),
    "too large after conversion": ("1e308 km", "m", "a finite number"),
    "too large an integer": (10**400, "1", "a finite number"),
    "an integer too long to write": (10**5000, "1", "a finite number"),
    "decimal comma": ("0,5 mA/cm^2", "A/m^2", "Write decimals with a point"),
    "two numbers": ("5 1", "1", "a number"),
    "thousands": ("1_000 m", "m", "such as '20 um'"),
    "true": (True, "1", "got True; allowed: a number"),
    "numpy true": (np.bool_(True), "1", "allowed: a number"),
    "None": (None, "m", "text with a unit"),
    "list": ([5], "1", "got \\[5\\]; allowed: a number"),
    "bytes": (b"5 m", "m", "got b'5 m'"),
    "empty": ("", "m", "such as '20 um'"),
    "blank": ("   ", "m", "such as '20 um'"),
    "unit alone": ("m", "m", "such as '20 um'"),
    "sum": ("5 m + 5 m", "m", "is not known"),
    "huge power": ("5 m^999999999", "m", "is not known"),
    "power of a power": ("5 m**9**9**9", "m", "is not known"),
    "nested brackets": ("5 " + "(" * 30 + "m" + ")" * 30, "m", "is not known"),
    "call": ("5 __import__('os').system('true')", "m", "is not known"),
    "attribute": ("5 m.real", "m", "is not known"),
    "lambda": ("5 lambda: 0", "m", "is not known"),
    "comprehension": ("5 [0]*m", "m", "is not known"),
    "statement": ("5 m; import os", "m", "is not known"),
    "control characters": ("5 m\x00", "m", "is not known"),
    "long unit": ("5 " + " ".join(["m"] * 500), "m", "such as '20 um'"),
    "long number": ("1" * 100_000 + " m", "m", "such as '20 um'"),
    "long blank": ("5" + " " * 1_000_000 + "m", "m", "such as '20 um'"),
}


@pytest.mark.parametrize(("text", "unit", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_quantity_is_refused_at_once(text: object, unit: str, message: str) -> None:
    convert(1.0, "m", "m")  # the first call loads pint
    start = time.perf_counter()
    with pytest.raises(InvalidInput, match=message) as caught:
        parse_quantity(text, unit, "cell.thickness")
    assert time.perf_counter() - start < 1.0
    assert str(caught.value).startswith("cell.thickness: ")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("unit", ["m**9**9**9", "m^99999999", "exec('1')", "m" * 100_000, "(" * 5000, ""])
def test_convert_refuses_what_is_no_unit(unit: str) -> None:
    with pytest.raises(InvalidInput, match="a unit of the kind of 'm'.*is not known") as caught:
        convert(1.0, unit, "m")
    assert len(str(caught.value)) < 400


def test_convert_between_kinds_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unit: got 'V'; allowed: a unit of the kind of 'm'"):
        convert(1.0, "V", "m")


def test_convert_knows_pure_numbers() -> None:
    assert convert(5.0, "%", "1") == pytest.approx(0.05)
    assert convert(0.05, "1", "%") == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("current_density", 4.5, "0.45 mA/cm2"),
        ("temperature", 298.15, "25 degC"),
        ("contact_fraction", 0.5, "0.5"),
        ("resistance", 1340.4, "1340 ohm"),
        ("resistance", 123456.0, "123000 ohm"),
        ("resistance", 1.5e9, "1.5e+09 ohm"),
        ("voltage", -0.00376, "-3.76 mV"),
        ("voltage", 0.0, "0 mV"),
        ("voltage", None, "not resolved"),
    ],
)
def test_numbers_are_shown_as_people_write_them(name: str, value: float | None, text: str) -> None:
    assert format_quantity(name, value) == text


def test_digits_can_be_chosen() -> None:
    assert format_quantity("voltage", 0.0123456, digits=5) == "12.346 mV"
