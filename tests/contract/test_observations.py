"""Every published observation: readable, sourced, in the fact table, plausible; and spoilt blocks are named."""

import copy
import json
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lisse.errors import InvalidInput
from lisse.materials import MARKS, OBSERVED_QUANTITIES, load, names, observations
from lisse.materials.observed import KINDS_OF_OBSERVATION, MECHANISMS, OUTCOMES, read_observations
from lisse.records import VERDICT_MODES
from lisse.references import all_references
from lisse.units import QUANTITIES, convert, parse_quantity

POINTS = [pytest.param(point, id=point.id) for point in observations()]
BY_ID = {point.id: point for point in observations()}

PLAUSIBLE = {  # in the display unit of the vocabulary
    "current_density": (0.01, 30),
    "largest_local_current_density": (50, 1000),
    "stack_pressure": (0, 100),
    "temperature": (-40, 200),
    "time": (1, 1e4),
    "charge": (0.1, 20),
    "contact_fraction": (0.01, 1),
    "overpotential": (1, 1000),
    "flaw_length": (0.1, 500),
    "lithium_thickness": (0.1, 2000),
    "half_cycle_charge": (0.01, 10),
    "cycles": (1, 1e4),
    "interface_resistance": (0.05, 1e4),
    "grain_boundary_resistance": (0.01, 1e4),
    "electrolyte_thickness": (0.5, 3000),
    "grain_size": (0.1, 1000),
    "relative_density": (0.5, 1),
    "fracture_toughness": (0.1, 5),
    "ionic_conductivity": (1e-3, 30),
    "electronic_conductivity": (1e-13, 1e-5),
    "forming_pressure": (10, 1000),
    "in_plane_pressure": (10, 1000),
}

BLOCK = """
[electrolytes_without_a_file]
"NASICON" = "of our own"

[[observation]]
id = "V4a"
material = "LLZO"
metal = "lithium"
what = "critical stack pressure"
outcome = "limit"
bound = "lower"
quantities = {current_density = "0.1 mA/cm^2", stack_pressure = "0.4 MPa"}
mechanism = "contact-loss"
source = "wang2019"
mark = "L"
"""


@pytest.mark.parametrize("point", POINTS)
def test_every_observation(point):
    assert point.what in KINDS_OF_OBSERVATION
    assert point.outcome in OUTCOMES
    assert point.mark in set(MARKS) - {"given"}
    assert point.source in all_references()
    assert point.via == "" or (point.via in all_references() and point.via != point.source)
    assert load(point.metal).kind == "metal"
    assert set(point.quantities) == set(point.quoted)
    assert point.conditions == "" or not point.conditions.endswith(".")
    assert point.note == "" or point.note.endswith(".")
    if point.material in names():
        assert load(point.material).kind in ("electrolyte", "polymer")


@pytest.mark.parametrize("point", POINTS)
def test_every_number_is_plausible_and_as_quoted(point):
    for name, value in point.quantities.items():
        meant = OBSERVED_QUANTITIES[name]
        low, high = PLAUSIBLE[name]
        assert low <= meant.shown(value) * (1 + 1e-9), name
        assert meant.shown(value) <= high * (1 + 1e-9), name
        if meant.unit != "1":
            number, unit = point.quoted[name].split(" ", 1)
            assert value == pytest.approx(convert(float(number), unit, meant.unit), rel=1e-12)


@pytest.mark.parametrize("point", POINTS)
def test_room_temperature_is_said(point):
    """A source that says "room temperature" stands as 25 degC; the conditions, or those they point at, tell."""
    told = point.conditions
    while reference := re.search(r"\bas ([A-Z]\d+[a-z]?)", told):
        told = BY_ID[reference[1]].conditions
    if "room temperature" in told:
        assert point.quantities["temperature"] == pytest.approx(298.15)


def test_ids_follow_the_table_and_letters_have_no_gap():
    ids = [point.id for point in observations()]
    assert len(set(ids)) == len(ids)
    letters: dict[str, list[str]] = {}
    for name in ids:
        row, letter = re.fullmatch(r"([A-Z]\d+)([a-z]?)", name).groups()
        letters.setdefault(row, []).append(letter)
    for row, found in letters.items():
        assert found == [""] or (len(found) > 1 and found == [chr(97 + i) for i in range(len(found))]), row


def test_every_row_and_mark_is_that_of_the_fact_table():
    table = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "experiments.md"
    if not table.exists():
        pytest.skip("the fact table shared/reference/experiments.md is not beside this repository")
    rows = re.findall(r"^\| ([A-Z]\d+) \|.*\| ([^|]*) \|$", table.read_text(encoding="utf-8"), re.MULTILINE)
    marks = dict(rows)
    for point in observations():
        row = point.id.rstrip("abcdefgh")
        assert point.mark in re.findall(r"S\*|[SLU]\b", marks[row]), f"{point.id}: the table says {marks[row]}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("V1c", {"current_density": 5.0, "stack_pressure": 1e6, "temperature": 353.15}),
        ("V2", {"current_density": 25.0, "stack_pressure": 9e6, "temperature": 298.15}),
        ("V4b", {"current_density": 4.0, "stack_pressure": 2e6, "temperature": 298.15}),
        ("V7b", {"charge": 54000.0, "stack_pressure": 0.0}),
        ("V16a", {"contact_fraction": 0.2, "stack_pressure": 1e7}),
        ("I1a", {"interface_resistance": 0.03, "stack_pressure": 1e7, "temperature": 298.15}),
        ("C4", {"stack_pressure": 1e6, "cycles": 6.0, "electrolyte_thickness": 1.5e-3}),
        ("C17a", {"largest_local_current_density": 2050.0}),
        ("C19", {"current_density": 1.0, "half_cycle_charge": 2250.0}),
    ],
)
def test_numbers_checked_by_hand(name, expected):
    assert dict(BY_ID[name].quantities) == pytest.approx(expected, rel=1e-12)


def test_bounds_belong_to_what_was_observed():
    bounds = {point.id: (point.observed, point.bound) for point in observations() if point.bound}
    assert bounds["V1a"] == ("current_density", "upper")
    assert bounds["V2"] == ("stack_pressure", "lower")
    assert bounds["C7b"] == ("time", "lower")
    assert bounds["I1c"] == ("interface_resistance", "upper")


def test_the_trends_that_the_table_states():
    at = {name: point.quantities for name, point in BY_ID.items()}
    assert at["V3b"]["current_density"] == 5 * at["V3a"]["current_density"]
    assert at["V3c"]["current_density"] == at["V3d"]["current_density"]
    assert at["V4b"]["stack_pressure"] > at["V4a"]["stack_pressure"]
    assert at["I1a"]["interface_resistance"] * 10 > at["I1b"]["interface_resistance"] * 41, "faster than 1/p"
    assert at["C13b"]["current_density"] < at["C13a"]["current_density"]


def test_the_vocabularies():
    assert set(PLAUSIBLE) == set(OBSERVED_QUANTITIES)
    assert set(MECHANISMS) == set(VERDICT_MODES) - {"none"}
    for name, meant in OBSERVED_QUANTITIES.items():
        assert meant.name == name
        assert name not in QUANTITIES or meant is QUANTITIES[name]
        shown = meant.display_unit or "1"
        assert meant.shown(1.0) == pytest.approx(convert(1.0, meant.unit, shown), rel=1e-9), name
    for kind in KINDS_OF_OBSERVATION.values():
        assert kind.quantity in OBSERVED_QUANTITIES
        assert set(kind.outcomes) <= set(OUTCOMES)


def test_one_substance_by_name_alias_metal_or_declared_name():
    assert {point.material for point in observations("LLZO")} == {"LLZO"}
    assert observations("garnet") == observations("LLZO")
    assert {point.metal for point in observations("sodium")} == {"sodium"}
    assert [point.id for point in observations("nasicon")] == ["C19"]
    assert observations("LAGP") == ()
    metals = {point.metal for point in observations()}
    assert sum(len(observations(metal)) for metal in metals) == len(observations())


def test_an_unknown_name_is_refused_with_the_closest():
    with pytest.raises(InvalidInput, match=r"material: got 'NASICOM'; allowed: .*Did you mean 'NASICON'"):
        observations("NASICOM")
    with pytest.raises(InvalidInput, match=r"got 'llzoo'.*Did you mean 'LLZO'"):
        observations("llzoo")


def test_frozen_hashable_and_able_to_travel():
    point = BY_ID["V4a"]
    assert pickle.loads(pickle.dumps(point)) == copy.deepcopy(point) == point
    assert len(set(observations())) == len(observations())
    json.dumps(dict(point.quantities))
    with pytest.raises(TypeError):
        point.quantities["current_density"] = 0.0


def test_read_once_and_only_when_asked_for():
    assert observations() is observations()
    code = (
        "import sys, lisse.materials\n"
        "module = sys.modules['lisse.materials.observed']\n"
        "assert module._published.cache_info().currsize == 0\n"
        "assert 'pint' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_block():
    (point,) = read_observations(BLOCK)
    assert (point.id, point.observed, point.bound) == ("V4a", "stack_pressure", "lower")
    assert point.quantities["current_density"] == parse_quantity("0.1 mA/cm^2", "A/m^2")
    assert point.conditions == point.via == point.note == point.variant == ""


def test_the_block_of_the_how_to():
    page = Path(__file__).resolve().parents[2] / "docs" / "howto" / "add_an_observation.md"
    text = page.read_text(encoding="utf-8")
    (block,) = re.findall(r"^   ```toml\n(.*?)^   ```", text, re.MULTILINE | re.DOTALL)
    (point,) = read_observations(textwrap.dedent(block), page.name)
    ours = BY_ID[point.id]
    assert (point.quantities, point.what, point.source, point.mark) == (
        ours.quantities,
        ours.what,
        ours.source,
        ours.mark,
    )
    for what, kind in KINDS_OF_OBSERVATION.items():
        assert re.search(
            rf"^\|.*\b{what}\b.*\| `{kind.quantity}` \| {' or '.join(kind.outcomes)} \|$", text, re.MULTILINE
        )


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('id = "V4a"', "", r"mine.toml, observation None: id: allowed: the row"),
        ('material = "LLZO"', 'material = "LLZOO"', r"observation V4a: material: got 'LLZOO'.*'LLZO'"),
        ('material = "LLZO"', "", r"observation V4a: material: allowed: text. Every observation needs id, material"),
        ('"lithium"', '"LLZO"', r"metal: got 'LLZO'; allowed: .*lithium"),
        ("critical stack pressure", "critical stack presure", r"what: got .*Did you mean 'critical stack pressure'"),
        ('"limit"', '"stable"', r"outcome: got 'stable'; allowed: limit, where what is 'critical stack pressure'"),
        ('"lower"', '"above"', r"bound: got 'above'; allowed: lower, upper"),
        ('"contact-loss"', '"contact loss"', r"mechanism: got 'contact loss'.*Did you mean 'contact-loss'"),
        ("wang2019", "wang2091", r"observation V4a: citation key: got 'wang2091'.*Did you mean"),
        ('mark = "L"', 'mark = "given"', r"mark: got 'given'; allowed: S, S\*, L, U"),
        ('mark = "L"', 'mark = "L"\nvia = "nobody1900"', r"citation key: got 'nobody1900'"),
        ('mark = "L"', 'mark = "L"\nnotes = "x"', r"key: got 'notes'.*Did you mean 'note'"),
        ("stack_pressure =", "stack_presure =", r"quantities: got 'stack_presure'.*Did you mean 'stack_pressure'"),
        ('"0.4 MPa"', '"0.4 mA"', r"observation V4a: stack_pressure: got '0.4 mA'; allowed: text with a unit"),
        ('"0.4 MPa"', "0.4", r"stack_pressure: got 0.4; .*Write the number with its unit"),
        ('"0.4 MPa"', '"-0.4 MPa"', r"stack_pressure: got '-0.4 MPa'; allowed: a magnitude"),
        (', stack_pressure = "0.4 MPa"', "", r"quantities: got \['current_density'\]; allowed: stack_pressure among"),
        (
            '{current_density = "0.1 mA/cm^2", stack_pressure = "0.4 MPa"}',
            "{}",
            r"quantities: got \{\}; allowed: a table",
        ),
        ('"NASICON" =', '"LLZO" =', r"mine.toml: electrolytes_without_a_file: got 'LLZO'.*Take the line out"),
        ('"of our own"', "1", r"mine.toml: electrolytes_without_a_file: got .*a table of name"),
        ("[[observation]]", "[observation]", r"mine.toml: observation: got .*blocks"),
        ("[[observation]]", "[[observations]]", r"mine.toml: key: got 'observations'.*Did you mean 'observation'"),
        ('id = "V4a"', "id = ", r"mine.toml: observations: allowed: a TOML file"),
    ],
)
def test_a_spoilt_block_is_named(right, wrong, message):
    assert BLOCK.count(right) == 1
    with pytest.raises(InvalidInput, match=message):
        read_observations(BLOCK.replace(right, wrong), "mine.toml")


def test_rules_between_keys():
    stable = BLOCK.replace("critical stack pressure", "cycling").replace('"limit"', '"stable"')
    with pytest.raises(InvalidInput, match="mechanism: got 'contact-loss'; allowed: nothing, where nothing failed"):
        read_observations(stable)
    with pytest.raises(InvalidInput, match="allowed: time among them, where what is 'cycling'"):
        read_observations(stable.replace('mechanism = "contact-loss"\n', ""))
    twice = BLOCK + BLOCK[BLOCK.index("[[observation]]") :]
    with pytest.raises(InvalidInput, match=r"observations.toml: id: got 'V4a'; allowed: each id once. Add a letter"):
        read_observations(twice)
