"""``lisse materials``: list, show, compare, filter; text fits the terminal, JSON is as promised."""

import argparse
import json
import math
import re

import pytest

from lisse.cli import materials as verb
from lisse.errors import InvalidInput
from lisse.materials import load, names, observations


@pytest.fixture
def lisse(capsys):
    parser = argparse.ArgumentParser(prog="lisse")
    verb.add_parser(parser.add_subparsers())

    def run(*words):
        args = parser.parse_args(["materials", *words])
        assert args.run(args) == 0
        return capsys.readouterr().out

    return run


KEYS = {"value", "unit", "source", "mark", "row", "chosen", "low", "high", "conditions", "quoted", "note"}


@pytest.mark.parametrize("name", names())
def test_json_of_one_substance(lisse, name):
    shown = json.loads(lisse(name, "--json"))
    material = load(name)
    assert shown["name"] == name
    assert set(shown["properties"]) == set(material.properties)
    for property, entries in shown["properties"].items():
        assert [entry["chosen"] for entry in entries] == [True] + [False] * (len(entries) - 1)
        expected = material.value(property, shown["reference_temperature"])
        assert entries[0]["value"] == pytest.approx(expected, rel=1e-9)
        for entry in entries:
            assert set(entry) - {"law"} == KEYS
            assert all(
                isinstance(x, float) and math.isfinite(x) for x in (entry["low"], entry["high"]) if x is not None
            )


def test_json_of_laws_and_of_tables_that_do_not_reach(lisse):
    entries = json.loads(lisse("Li3PS4-crystal", "--json"))["properties"]["ionic_conductivity"]
    tachez = next(entry for entry in entries if entry["row"] == "LPS-T4")
    assert tachez["value"] is None
    assert tachez["law"]["kind"] == "table"


def test_json_list_and_comparison(lisse):
    listed = json.loads(lisse("--json"))["materials"]
    assert [entry["name"] for entry in listed] == list(names())
    assert all(entry["sources"] >= 1 for entry in listed)
    compared = json.loads(lisse("LLZO", "Li6PS5Cl", "--json"))["materials"]
    assert [entry["name"] for entry in compared] == ["LLZO", "Li6PS5Cl"]


@pytest.mark.parametrize("name", names())
def test_one_substance_fits_100_columns(lisse, name):
    text = lisse(name)
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("\n• ") == len(load(name).properties) + 1, "one in use for each property, and the footer"


@pytest.mark.parametrize("words", [(), ("lithium", "Li-Mg", "sodium", "LLZO"), ("--property", "ionic_conductivity")])
def test_lists_and_comparisons_fit_100_columns(lisse, words):
    assert max(map(len, lisse(*words).splitlines())) <= 100


def test_list_names_every_substance_once(lisse):
    lines = lisse().splitlines()
    assert [line.split()[0] for line in lines[1 : len(names()) + 1]] == list(names())


def test_one_substance_shows_sources_side_by_side(lisse):
    text = lisse("lithium", "--property", "creep")
    lines = [line for line in text.splitlines() if "LI-C" in line]
    assert lines[0].startswith("• 0.7482 MPa")
    assert [line.split()[0] for line in lines[1:]] == ["0.7326", "1.02", "0.6394"]
    assert "S* read in a later paper" in text


def test_comparison_shows_numbers_in_use_and_what_is_missing(lisse):
    text = lisse("LLZO", "LLZTO", "lithium")
    row = next(line for line in text.splitlines() if line.startswith("fracture_toughness"))
    assert row.split()[1:] == ["0.97", "MPa", "m^0.5", "L", "1.51", "MPa", "m^0.5", "S", "-"]


def test_filter_by_source(lisse):
    shown = json.loads(lisse("LLZTO", "--source", "hu2021", "--json"))
    assert {entry["source"] for entries in shown["properties"].values() for entry in entries} == {"hu2021"}
    listed = json.loads(lisse("--source", "hu2021", "--json"))["materials"]
    assert [entry["name"] for entry in listed] == ["LLZTO"]


def test_a_file_of_ones_own_is_shown_like_a_substance(lisse, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nkind = "electrolyte"\nionic_conductivity = "0.31 mS/cm"\n')
    (entry,) = json.loads(lisse(str(path), "--json"))["properties"]["ionic_conductivity"]
    assert (entry["value"], entry["mark"]) == (pytest.approx(0.031), "given")
    assert "0.031 S/m" in lisse(str(path))
    assert "0.031 S/m given" in lisse(str(path), "LLZO")


def test_one_property_over_all_substances(lisse):
    text = lisse("--property", "creep")
    assert [line for line in text.splitlines() if line in names()] == ["Li-Mg", "lithium", "sodium"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("LLZOO",), "material: got 'LLZOO'.*Did you mean 'LLZO'"),
        (("LLZO", "--property", "ionic_conductivit"), "--property.*Did you mean 'ionic_conductivity'"),
        (("--property", "qqq"), "--property: got 'qqq'; .* For example molar_mass, .* in all"),
        (("LLZO", "--source", "qqq"), "--source: got 'qqq'; .* For example [a-z]+[0-9]{4}"),
        (("nothing.toml",), "material file: got 'nothing.toml'; .* There is no such file"),
        (("LLZO", "--source", "krauskop2019"), "--source.*Did you mean 'krauskopf2019'"),
    ],
)
def test_bad_words_are_named(lisse, words, message):
    with pytest.raises(InvalidInput, match=message):
        lisse(*words)


def test_an_unknown_property_of_a_substance_is_said_and_not_invented(lisse):
    assert "nothing is invented" in lisse("Li6PS5Cl", "--property", "yield_strength")


def test_observations_of_one_substance(lisse):
    text = lisse("Na-beta-alumina", "--observations")
    assert "sodium | Na-beta-alumina" in text
    assert "V2 " in text
    assert "stack pressure > 9 MPa, current density 2.5 mA/cm^2, temperature 25 degC" in text
    assert "spencerjolly2020" in text
    assert "\n1 observation.\nS read in the source" in text


def test_all_observations_fit_100_columns(lisse):
    lines = lisse("--observations").splitlines()
    assert max(map(len, lines)) <= 100
    assert [line.split()[0] for line in lines if re.match(r"  [A-Z]", line)].count("V1a") == 1
    assert lines[-2] == f"{len(observations())} observations."


def test_json_of_observations(lisse):
    shown = json.loads(lisse("LLZO", "sodium", "--observations", "--json"))["observations"]
    assert [point["id"] for point in shown] == [
        point.id for point in observations() if point.material == "LLZO" or point.metal == "sodium"
    ]
    (point,) = (point for point in shown if point["id"] == "V4a")
    assert point["quantities"]["stack_pressure"] == {"value": 4e5, "unit": "Pa", "quoted": "0.4 MPa"}
    assert (point["observed"], point["mark"], point["source"]) == ("stack_pressure", "L", "wang2019")


def test_observations_of_one_source_and_of_none(lisse):
    shown = json.loads(lisse("--observations", "--source", "duan2023", "--json"))["observations"]
    assert {point["source"] for point in shown} == {"duan2023"}
    assert lisse("LAGP", "--observations") == "Nothing is recorded; nothing is invented.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("NASICOM", "--observations"), "material: got 'NASICOM'.*Did you mean 'NASICON'"),
        (("--observations", "--source", "duan2032"), "--source: got 'duan2032'.*Did you mean 'duan2023'"),
        (("--observations", "--property", "creep"), "--property: got 'creep'; allowed: nothing beside --observations"),
    ],
)
def test_bad_words_beside_observations_are_named(lisse, words, message):
    with pytest.raises(InvalidInput, match=message):
        lisse(*words)
