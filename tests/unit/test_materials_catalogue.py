"""Finding and reading library files; what a user's own file may and may not say."""

import subprocess
import sys

import pytest

from lisse.errors import InvalidInput
from lisse.materials import load, load_file, names

GOOD = """
name = "mine"
formula = "Li2X"
kind = "electrolyte"
density = "2.1 g/cm^3"
poisson_ratio = 0.3

[[ionic_conductivity]]
row = "M-1"
value = 0.5
unit = "mS/cm"
temperature = "30 degC"
law = {kind = "arrhenius", activation_energy = "30 kJ/mol"}
low = 0.3
high = 0.9
conditions = "pellet, 95 % dense"
source = "our lab"
mark = "given"
"""


@pytest.fixture
def write(tmp_path):
    def _write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


@pytest.mark.parametrize(
    ("spelling", "name"), [("llzo", "LLZO"), ("Li", "lithium"), ("LGPS", "Li10GeP2S12"), ("na", "sodium")]
)
def test_case_and_aliases(spelling, name):
    assert load(spelling).name == name


def test_loading_twice_gives_the_same_object():
    assert load("LLZO") is load("llzo")


@pytest.mark.parametrize(("wrong", "right"), [("LLZT", "LLZTO"), ("Li6PS5C", "Li6PS5Cl"), ("lithum", "lithium")])
def test_a_misspelling_gets_a_suggestion(wrong, right):
    with pytest.raises(InvalidInput, match=f"material: got '{wrong}'.*Did you mean '{right}'"):
        load(wrong)


def test_every_promised_name_is_there():
    sulfides = {"Li6PS5Cl", "Li3PS4", "Li10GeP2S12"}
    others = {"LLZO", "LiPON", "LAGP", "LATP", "PEO-LiTFSI", "lithium", "Li-Mg", "NMC811"}
    assert sulfides | others <= set(names())


def test_importing_the_room_parses_no_file_and_no_unit():
    code = "import sys, lisse.materials; print(sorted({'pint', 'pandas', 'xarray', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_users_own_file(write):
    mine = load_file(write(GOOD))
    assert mine.value("density") == pytest.approx(2100.0)
    assert mine.value("poisson_ratio") == 0.3
    assert mine.value("ionic_conductivity", 303.15) == pytest.approx(0.05)
    assert mine.entry("ionic_conductivity").low == pytest.approx(0.03)
    assert mine.entry("ionic_conductivity").conditions == "pellet, 95 % dense"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "mS/cm"', 'unit = "mS"', r"mine.toml, \[ionic_conductivity\], row M-1"),
        ('unit = "mS/cm"', "", "unit.*Every entry says its unit, source and mark"),
        ("value = 0.5", 'value = "0.5"', "row M-1: value: got '0.5'; allowed: a number"),
        ("value = 0.5", "value = -0.5", r"ionic_conductivity, row M-1: got -0.05.*above 0"),
        ("value = 0.5", "value = nan", "value: got nan"),
        ("value = 0.5", "", "A law of this kind passes through the value"),
        ("low = 0.3", "low = 0.6", "low of ionic_conductivity, row M-1"),
        ("low = 0.3", "lower = 0.3", "key: got 'lower'.*Did you mean 'low'"),
        ('mark = "given"', 'mark = "S"', "citation key: got 'our lab'"),
        ('mark = "given"', 'mark = "X"', "row M-1: citation key"),
        ('kind = "electrolyte"', 'kind = "electrolite"', "Did you mean 'electrolyte'"),
        ("[[ionic_conductivity]]", "[[ionic_conductvity]]", "mine.toml: property.*Did you mean 'ionic_conductivity'"),
        ('row = "M-1"', "", "Every entry needs one"),
        ('temperature = "30 degC"', "temperature = 30.0", "temperature: got 30.0.*with its unit"),
        ('"arrhenius"', '"arrhenus"', "law: got 'arrhenus'.*Did you mean 'arrhenius'"),
        ("activation_energy", "energy", "law arrhenius: got 'energy'"),
        ('"30 kJ/mol"', '"30 S"', "activation_energy"),
        ('density = "2.1 g/cm^3"', "density = 2.1", "density: got 2.1.*unit"),
        ('name = "mine"', "", "mine.toml: name"),
        ('name = "mine"', "name = mine", "mine.toml: TOML.*line 2"),
        ('name = "mine"', 'name = "mine"\nnotes = "one"', "notes: got 'one'; allowed: a list of texts"),
        ('name = "mine"', 'name = "mine"\nchoice = "one"', "choice: got 'one'"),
        ('name = "mine"', 'name = "mine"\nreference_temperature = 300', "reference_temperature: got 300"),
        ("low = 0.3", "valid = '30 degC'", "row M-1: valid: got '30 degC'; allowed: two temperatures"),
        ("low = 0.3", "note = 3", "row M-1: note: got 3; allowed: text"),
        ("{kind = ", "['arrhenius'] #", "row M-1: law: got .*a table with kind"),
        (
            'kind = "arrhenius", activation_energy = "30 kJ/mol"',
            'kind = "table", temperatures = 3, values = 4',
            "holds its own",
        ),
        ('formula = "Li2X"', '[choice]\nionic_conductivity = "M-7"', "choice"),
    ],
)
def test_a_mistake_is_named_with_file_and_row(write, old, new, message):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if "[choice]" in new:
        text = GOOD.replace("[[ionic", "[choice]\nionic_conductivity = 'M-7'\n\n[[ionic", 1)
    with pytest.raises(InvalidInput, match=message):
        load_file(write(text))


def test_several_sources_need_a_choice(write):
    second = GOOD[GOOD.index("[[ionic") :].replace("M-1", "M-2")
    with pytest.raises(InvalidInput, match="choice of ionic_conductivity: allowed: M-1, M-2"):
        load_file(write(GOOD + second))


def test_a_choice_for_nothing_is_refused(write):
    with pytest.raises(InvalidInput, match="choice: got .'creep'"):
        load_file(write(GOOD + '\n[choice]\ncreep = "M-1"\n'))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="nothing.toml"):
        load_file(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ("low = 1.0\nhigh = 4.0\nmiddle = 'harmonic'", "arithmetic or geometric"),
        ("value = 1.0\nhigh = 4.0\nmiddle = 'geometric'", "without value"),
        ("plus_minus = 1.0", "beside a value"),
        ("low = -1.0\nhigh = 4.0\nmiddle = 'geometric'", "unless low and high are above zero"),
        ("low = 1.0", "or low and high with middle"),
    ],
)
def test_ranges_say_how_their_middle_is_taken(write, numbers, message):
    entry = f"\n[[density]]\nrow = 'D-1'\nunit = 'kg/m^3'\nsource = 'us'\nmark = 'given'\n{numbers}\n"
    with pytest.raises(InvalidInput, match=message):
        load_file(write("name = 'mine'\nkind = 'metal'\n" + entry))


def test_the_middle_is_what_the_note_says(write):
    numbers = "low = 1.0\nhigh = 4.0\nmiddle = 'geometric'\nunit = 'g/cm^3'"
    entry = f"[[density]]\nrow = 'D-1'\nsource = 'us'\nmark = 'given'\n{numbers}\n"
    density = load_file(write("name = 'mine'\nkind = 'metal'\n" + entry)).entry("density")
    assert density.at() == pytest.approx(2000.0)
    assert density.note == "geometric middle of the range"
    narrow = entry.replace("low = 1.0", "low = 3.9981").replace("high = 4.0", "high = 3.9989")
    inside = load_file(write("name = 'mine'\nkind = 'metal'\n" + narrow)).value("density")
    assert inside == pytest.approx(3998.5), "rounding never leaves a narrow range"
