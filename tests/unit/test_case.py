from __future__ import annotations

import copy
import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from lisse.cell import Cathode
from lisse.errors import InvalidInput
from lisse.keys import SameAs
from lisse.materials import load, load_file, names
from lisse.models.analytic import Analytic
from lisse.models.lumped import Lumped
from lisse.study import Case, load_case, read_case
from lisse.study.schema import TABLES

RAW: dict[str, Any] = {
    "cell": {
        "area": "1 cm^2",
        "electrolyte": {"material": "LLZO", "thickness": "300 um"},
        "anode": {"material": "lithium", "thickness": "50 um"},
        "stack": {"pressure": "3 MPa"},
    },
    "protocol": {"name": "rest", "duration": "1 h"},
}
FILE = """\
title = "a cell"   # a comment with [brackets] = and "quotes"

[cell]
area = "1 cm^2"
electrolyte = { material = "LLZO", thickness = "300 um" }

[cell.anode]
material = "lithium"
thickness = "50 um"

[cell.stack]
pressure = "3 MPa"

[protocol]
name = "steps"

[[protocol.steps]]
current_density = "1 mA/cm^2"
duration = "1 h"

[[protocol.steps]]
current_density = "-1 mA/cm^2"
charge = "1 mAh/cm^2"
"""


def raw(**changes: Any) -> dict[str, Any]:
    """The smallest case, with ``cell__stack__pressure="1 MPa"`` and the like changed."""
    case = copy.deepcopy(RAW)
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = case
        for part in parents:
            table = table.setdefault(part, {})
        table[last] = value
    return case


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "cell.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def again(case: Case, tmp_path: Path) -> Case:
    path = tmp_path / "as_run.toml"
    path.write_text(case.to_toml(), encoding="utf-8")
    return load_case(path)


# -- values and defaults ---------------------------------------------------------------------------------------------


def test_units_become_si() -> None:
    case = read_case(raw(cell__temperature="60 degC", cell__stack__forming_pressure="0.4 GPa"))
    assert case.cell.area == pytest.approx(1e-4)
    assert case.cell.temperature == pytest.approx(333.15)
    assert case.cell.electrolyte.thickness == pytest.approx(3e-4)
    assert case.cell.stack.forming_pressure == pytest.approx(4e8)
    assert case.protocol.steps[0].duration == 3600.0


def test_every_default_is_written_with_a_note() -> None:
    case = read_case(raw())
    for path, table in TABLES.items():
        tables = ("cell.electrolyte.flaws", "cell.electrolyte.hybrid")
        absent = (*tables, "cell.interface.interphase", "cell.interface.interlayer")
        if path in ("", *absent, "model.analytic", "model.resolved"):
            continue
        values: Any = case.as_run
        for part in path.split("."):
            values = values[part]
        for name, field in table.items():
            given = name in ("area", "thickness", "pressure") and not isinstance(field.default, SameAs)
            if name in values:
                assert given or f"{path}.{name}" in case.notes, f"{path}.{name}"
            else:
                assert name in ("stiffness", "seed", "spot_density", "void_closure_activation_energy")
    assert case.title == case.as_run["title"] == "untitled"
    assert "no table of flaws is given" in case.notes["cell.electrolyte"]
    assert case.cell.electrolyte.flaws is None


def test_a_default_of_the_library_says_its_source() -> None:
    case = read_case(raw())
    assert case.cell.interface.resistance == pytest.approx(load("LLZO").value("interface_resistance"))
    assert case.notes["cell.interface.resistance"] == "default: LLZO, LLZO-I1: 2 ohm cm^2 (sharafi2017) [S]"
    assert case.notes["cell.counter.thickness"] == "default: same as cell.anode.thickness"
    assert case.notes["cell.interface.injection"] == "default"
    assert case.cell.counter == case.cell.working


def test_an_assumed_default_says_that_it_is_assumed() -> None:
    case = read_case(raw(cell__electrolyte__material="Li6PS5Cl", cell__interface__exchange_current_density="1 A/m^2"))
    assert case.notes["cell.interface.contact_angle"] == "assumed: no contact_angle of Li6PS5Cl is known [U]"
    assert case.cell.interface.contact_angle == pytest.approx(math.pi / 2)


def test_defaults_of_the_library_are_taken_at_the_temperature_of_the_cell() -> None:
    cold, hot = (
        read_case(raw(cell__electrolyte__material="PEO-LiTFSI", cell__temperature=t)) for t in ("70 degC", "90 degC")
    )
    assert hot.cell.interface.resistance < cold.cell.interface.resistance


@pytest.mark.parametrize("name", names())
def test_every_substance_of_the_library_can_be_used_or_is_refused_clearly(name: str) -> None:
    """Defaults taken from the library lie within the ranges of the schema."""
    kind = load(name).kind
    given = {"resistance": "1 ohm cm^2", "exchange_current_density": "1 mA/cm^2"}
    part = "anode" if kind == "metal" else "electrolyte"
    changes: dict[str, Any] = {f"cell__{part}__material": name, "cell__temperature": "60 degC"}
    if part == "electrolyte":
        known = {"resistance": "interface_resistance", "exchange_current_density": "exchange_current_density"}
        given = {key: text for key, text in given.items() if not load(name).has(known[key])}
    changes["cell__interface"] = given
    if kind in ("metal", "electrolyte", "polymer"):
        assert read_case(raw(**changes)).as_run["cell"][part]["material"]["material"] == name
    else:
        with pytest.raises(InvalidInput, match="an electrolyte or a polymer"):
            read_case(raw(**changes))


def test_a_full_cell_takes_a_cathode() -> None:
    counter = {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}
    case = read_case(raw(cell__kind="full", cell__counter=counter, model={"name": "analytic"}))
    assert isinstance(case.cell.counter, Cathode)
    assert case.cell.counter.areal_capacity == pytest.approx(3 * 36.0 * 1000)
    assert isinstance(case.model, Analytic)
    with pytest.raises(InvalidInput, match=r"cell.counter: .*The table is missing"):
        read_case(raw(cell__kind="full"))


def test_tables_of_other_models_are_kept_but_checked() -> None:
    scan = {"file": "/absent/scan.tif", "phases": {"0": "pore", "1": "electrolyte"}}
    resolved = {"voxel": "0.5 um", "microstructure": scan}
    case = read_case(raw(model={"name": "analytic", "lumped": {"flaw_classes": 3}, "resolved": resolved}))
    assert case.model == Analytic()
    assert case.as_run["model"]["resolved"]["microstructure"]["file"] == "/absent/scan.tif"
    assert case.as_run["model"]["resolved"]["microstructure"]["phases"] == {"0": "pore", "1": "electrolyte"}
    assert case.notes["model.resolved"] == "not read by the analytic model"
    assert case.notes["model.lumped"] == "not read by the analytic model"
    assert read_case(raw(model={"lumped": {"flaw_classes": 3}})).model == Lumped(flaw_classes=3)
    with pytest.raises(InvalidInput, match="model.lumped.flaw_classes: got 65"):
        read_case(raw(model={"name": "analytic", "lumped": {"flaw_classes": 65}}))
    with pytest.raises(InvalidInput, match="model.resolved.voxle: .*Did you mean 'voxel'"):
        read_case(raw(model={"resolved": {"voxle": "1 um"}}))


def test_the_raw_case_is_left_alone() -> None:
    given = raw(protocol={"name": "duan-2023-cycling"})
    before = copy.deepcopy(given)
    read_case(given)
    assert given == before


# -- materials -------------------------------------------------------------------------------------------------------


def test_a_source_can_be_chosen_and_a_number_replaced() -> None:
    material = {
        "material": "LLZO",
        "sources": {"fracture_toughness": load("LLZO").properties["fracture_toughness"].entries[-1].row},
        "override": {"ionic_conductivity": "1 mS/cm", "poisson_ratio": 0.3},
    }
    case = read_case(raw(cell__electrolyte__material=material))
    chosen = case.cell.electrolyte.material
    assert chosen.value("ionic_conductivity") == pytest.approx(0.1)
    assert chosen.value("poisson_ratio") == 0.3
    assert chosen.entry("ionic_conductivity").mark == "given"
    assert "ionic_conductivity" not in case.as_run["cell"]["electrolyte"]["material"]["sources"]
    assert chosen.entry("fracture_toughness") == load("LLZO").properties["fracture_toughness"].entries[-1]
    assert chosen.entry("fracture_toughness") != load("LLZO").entry("fracture_toughness")


def test_a_material_of_ones_own_may_hold_laws() -> None:
    own = {
        "name": "my oxide",
        "ionic_conductivity": {"value": "1 mS/cm", "law": {"kind": "arrhenius", "activation_energy": "0.3 eV"}},
        "interface_resistance": {"value": 5.0, "unit": "ohm cm^2", "note": "from the cell of May"},
        "exchange_current_density": "1 mA/cm^2",
    }
    case = read_case(raw(cell__electrolyte__material=own))
    material = case.cell.electrolyte.material
    assert material.kind == "electrolyte"
    assert material.value("ionic_conductivity", 298.15) == pytest.approx(0.1)
    assert material.value("ionic_conductivity", 350.0) > 0.3
    assert case.cell.interface.resistance == pytest.approx(5e-4)
    assert case.notes["cell.interface.resistance"] == "default: my oxide, as the user gave it"
    assert case.notes["cell.electrolyte.material.kind"] == "default: from its place"


def test_key_of_says_where_a_missing_number_goes() -> None:
    case = read_case(raw(cell__anode__material={"name": "my metal"}))
    assert case.key_of("LLZO", "creep") == "cell.electrolyte.material.override.creep"
    assert case.key_of("my metal", "creep") == "cell.anode.material.creep"
    with pytest.raises(InvalidInput, match="a material of this case"):
        case.key_of("steel", "creep")


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_are_fine(case_file: Path, change: Any) -> None:
    plain = load_case(case_file)
    case_file.write_bytes(change(FILE).encode("utf-8"))
    assert load_case(case_file) == plain
    case_file.write_bytes(change(FILE.replace("50 um", "50 kg")).encode("utf-8"))
    with pytest.raises(InvalidInput, match=r"cell.toml, line 9: cell.anode.thickness: got '50 kg'"):
        load_case(case_file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"cell.toml: cell: allowed: a table \[cell\]. The table is missing"),
        (b"cell = 1", r"cell.toml, line 1: cell: got 1; allowed: a table \[cell\]"),
        (b"a = 1\n" * 200_000, "case file: got 'more than 1000000 bytes'"),
        (b"title = 'L\xe9'", r"cell.toml, line 1: case file: got b'\\xe9'; allowed: text in UTF-8"),
        (b"\n\n[cell\n", r"cell.toml, line 3: \[cell: allowed: valid TOML. Expected"),
        (b"[cell]\n[cell]", "cell.toml, line 2: .*valid TOML. Cannot declare"),
        (b"title = 'a'\ntitle = 'b'\n", "cell.toml, line 2: .*Cannot overwrite"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "nested too deep"),
        (b"x = " + b"9" * 5000, "too many digits"),
        (b'"a\\nb" = 1', "There is no such key"),
        (b"k" * 5000 + b" = 1", r"line 1: k{77}\.\.\.: allowed: title"),
        (b"title = 'x'\x00", "cell.toml, line 1: .*valid TOML"),
    ],
)
def test_an_ugly_file_is_refused_with_its_line(case_file: Path, content: bytes, message: str) -> None:
    case_file.write_bytes(content)
    with pytest.raises(InvalidInput, match=message):
        load_case(case_file)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"There is no such file; `lisse new` writes one"):
        load_case(tmp_path / "nothing.toml")
    with pytest.raises(InvalidInput, match="a readable TOML file"):
        load_case(tmp_path)
    with pytest.raises(InvalidInput, match="a readable TOML file"):
        load_case("a\0b")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('"300 um"', '"300 V"', 5, "cell.electrolyte.thickness"),  # within an inline table
        ('charge = "1 mAh/cm^2"', 'charge = "1"', 23, r"protocol.steps\[1\].charge"),
        ('charge = "1 mAh/cm^2"', 'chrage = "1 C"', 23, r"protocol.steps\[1\].chrage"),
        ('duration = "1 h"', 'voltage = "1 V"', 18, r"protocol.steps\[0\].current_density"),
        ('"1 cm^2"', '"""\n1 kg"""', 4, "cell.area"),
        ('"a cell"', "'''a\ncell'''", 1, "title"),
        ('pressure = "3 MPa"', "", 11, "cell.stack.pressure"),
    ],
)
def test_an_error_names_the_line(case_file: Path, old: str, new: str, line: int, key: str) -> None:
    case_file.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"^cell.toml, line {line}: {key}: "):
        load_case(case_file)


# -- overrides -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ('cell.stack.pressure="5 MPa"', "cell.stack.pressure", "5 MPa"),
        ("cell.stack.pressure=5 MPa", "cell.stack.pressure", "5 MPa"),
        (" cell . stack . pressure = '5 MPa' ", "cell.stack.pressure", "5 MPa"),
        ("title=a = b", "title", "a = b"),
        ("title=x\ny = 1", "title", None),
        ("cell.interface.injection=0.5", "cell.interface.injection", 0.5),
        ("protocol.steps[1].charge=2 mAh/cm^2", "protocol.steps", None),
        ('cell.electrolyte.material="LLZTO"', "cell.electrolyte.material.material", "LLZTO"),
        ("cell.electrolyte.material.override.hardness=2 GPa", "cell.electrolyte.material.override.hardness", "2 GPa"),
        ('protocol={name="rest", duration="2 h"}', "protocol.duration", "2 h"),
        ("model.name=analytic", "model.name", "analytic"),
        ("model.lumped.flaw_classes=3", "model.lumped.flaw_classes", 3),
    ],
)  # fmt: skip
def test_an_override_changes_one_value(case_file: Path, override: str, path: str, value: Any) -> None:
    if override.startswith("title=x"):
        with pytest.raises(InvalidInput, match="command line: title: .*printable"):
            load_case(case_file, [override])
        return
    case = load_case(case_file, [override])
    if "steps[1]" in override:
        assert case.protocol.steps[1].charge == pytest.approx(2 * 36000)
        return
    found: Any = case.as_run
    for part in path.split("."):
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("cell.stack.pressure", '--set: .*key.path="value"'),
        ("=1", "--set: .*key.path"),
        ("cell..area=1", "--set: .*key.path"),
        ("cell.area.x=1", "--set: .*'area' is a value, not a table"),
        ("protocol.steps[2].charge=1 C", "--set: .*The case has 2 elements"),
        ("cell[0].area=1", "--set: .*no list of that name"),
        ("cell.stack.presure=1 MPa", "command line: cell.stack.presure: .*Did you mean 'pressure'"),
        ("cell.stack.pressure=5", "command line: cell.stack.pressure: got 5; .*with its unit, in quotes"),
        ("cell.stack.pressure=-5 MPa", "command line: cell.stack.pressure: got '-5 MPa'; allowed: at least 0 MPa"),
        ("cell.stack.pressure=nan", "command line: cell.stack.pressure: got nan"),
        ("cell.stack=5", r"command line: cell.stack: got 5; allowed: a table \[cell.stack\]"),
        ("cell.stack.pressure={a=1}", "command line: cell.stack.pressure: got {'a': 1}"),
        ("modl.name=lumped", "command line: modl: .*Did you mean 'model'"),
    ],
)
def test_an_override_that_fits_nowhere_is_refused(case_file: Path, override: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        load_case(case_file, [override])


# -- the case as run -------------------------------------------------------------------------------------------------


OWN = {
    "name": "my metal",
    "formula": "Li0.9Mg0.1",
    "creep": {"law": {"kind": "norton-creep", "strength": 2.2e5, "exponent": 6.55, "activation_energy": "37 kJ/mol"}},
    "self_diffusivity": {
        "unit": "m^2/s",
        "law": {"kind": "table", "temperatures": ["0 degC", "90 degC"], "values": [1e-15, 2e-15]},
    },
}
STEPS = [
    {"current_density": "1 mA/cm^2", "duration": "1 h", "stack_pressure": "5 MPa", "label": "# first"},
    {"voltage": "-50 mV", "duration": "10 min", "temperature": "60 degC"},
]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": 'quotes " and \\ backslashes # and ünïcode 🔋'},
        {"cell__electrolyte__flaws": {"mean_length": "5 um", "density": "1e8 1/m^2"}},
        {"cell__anode__material": OWN},
        {"cell__electrolyte__material": {"material": "LLZO", "override": {"ionic_conductivity": "1 mS/cm"}}},
        {"cell__electrolyte__material": {"material": "LLZO", "sources": {"youngs_modulus": "LLZO-M1b"}}},
        {"cell__kind": "full", "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}},
        {"cell__kind": "anode-free", "cell__anode__thickness": "0 um", "cell__counter": {"thickness": "50 um"}},
        {"protocol": {"steps": STEPS}, "cell__stack__fixture": "schedule"},
        {"protocol": {"name": "empa-2022-ccd", "rest": "5 min"}},
        {"protocol": {"name": "hold", "voltage": "50 mV", "duration": "1 h"}},
        {"cell__stack": {"pressure": "3 MPa", "fixture": "constant-gap", "stiffness": "1 MPa/um"}},
        {"model": {"seed": 0}},
        {"model": {"name": "analytic", "resolved": {"fracture": False, "flaws": {"count": 2, "length": "4 um"}}}},
    ],
)
def test_the_as_run_file_gives_an_equal_case(changes: dict[str, Any], tmp_path: Path) -> None:
    case = read_case(raw(**changes))
    once = again(case, tmp_path)
    assert once == case
    assert (once.cell, once.protocol, once.model) == (case.cell, case.protocol, case.model)
    assert once.as_run == case.as_run
    defaults = [key for key, note in once.notes.items() if note.startswith(("default", "assumed"))]
    flaws, interphase = case.cell.electrolyte.flaws, case.cell.interface.interphase
    absent = {"cell.electrolyte": flaws is None, "cell.interface": interphase is None}
    assert sorted(defaults) == [key for key, is_absent in absent.items() if is_absent]
    assert again(once, tmp_path) == case


MY_FILE = """\
name = "my oxide"
kind = "electrolyte"
ionic_conductivity = "0.31 mS/cm"
interface_resistance = "3 ohm cm^2"

[[exchange_current_density]]
row = "us-1"
value = 20.0
unit = "mA/cm^2"
source = "our lab, notebook 7"
mark = "given"
"""


@pytest.fixture
def my_file(tmp_path: Path) -> Path:
    path = tmp_path / "materials" / "mine.toml"
    path.parent.mkdir()
    path.write_text(MY_FILE, encoding="utf-8")
    return path


def test_a_material_file_is_found_from_the_case_and_again_from_elsewhere(
    my_file: Path, case_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_file.write_text(FILE.replace('"LLZO"', '"materials/mine.toml"'), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    case = load_case("cell.toml")
    assert case.cell.electrolyte.material == load_file(my_file)
    assert case.cell.interface.resistance == pytest.approx(3e-4)
    assert case.as_run["cell"]["electrolyte"]["material"]["material"] == str(my_file)
    assert case.notes["cell.interface.resistance"] == "default: my oxide, as the user gave it"
    assert case.key_of("my oxide", "density") == "cell.electrolyte.material.override.density"
    elsewhere = tmp_path / "results" / "cell"
    elsewhere.mkdir(parents=True)
    monkeypatch.chdir("/")
    assert again(case, elsewhere) == case


def test_a_material_file_can_be_changed_like_a_library_entry(my_file: Path, tmp_path: Path) -> None:
    given = {"material": str(my_file), "override": {"ionic_conductivity": "1 mS/cm"}}
    case = read_case(raw(cell__electrolyte__material=given))
    assert case.cell.electrolyte.material.value("ionic_conductivity") == pytest.approx(0.1)
    assert again(case, tmp_path) == case


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"case: cell.electrolyte.material \(material file\): got '.*mine.toml'; .* There is no such file"),
        ("name = ", r"mine.toml: TOML: allowed: a valid TOML file"),
        ("name = 'm'\nkind = 'electrolyte'\ndensty = 1", r"mine.toml: property: got 'densty'; .*'density'"),
        ("name = 'm'\nkind = 'metal'", "an electrolyte or a polymer"),
    ],
)
def test_faults_of_a_material_file_are_named(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        read_case(raw(cell__electrolyte__material="mine.toml"), folder=tmp_path)


def test_a_seed_is_a_whole_number_and_none_by_default() -> None:
    assert read_case(raw()).seed is None
    assert read_case(raw(model__seed=7)).seed == 7
    for seed in (-1, 1.5, True, "7"):
        with pytest.raises(InvalidInput, match="case: model.seed: got .*a whole number from 0"):
            read_case(raw(model__seed=seed))


def test_the_as_run_file_marks_what_was_not_given() -> None:
    text = read_case(raw()).to_toml()
    assert "It can be run again as it is." in text.splitlines()[0]
    assert 'resistance = "2 ohm cm^2" # default: LLZO, LLZO-I1' in text
    assert 'pressure = "3 MPa"\n' in text
    assert "[cell.electrolyte] # default: no table of flaws is given" in text


def test_numbers_of_a_spread_need_their_unit() -> None:
    for spread in ({"value": "1 MPa m^0.5", "low": 0.8}, {"value": 1.0, "low": 0.8, "high": 1.3}):
        own = {"material": "LLZO", "override": {"fracture_toughness": spread}}
        with pytest.raises(InvalidInput, match=r"fracture_toughness.*allowed: text with a unit"):
            read_case(raw(cell__electrolyte={"material": own, "thickness": "1 mm"}))


# -- mechanisms that a case may do without ---------------------------------------------------------------------------

INTERPHASES = {
    "mixed-conducting": {"conductivity": "1 mS/cm", "rate_constant": "1e-19 m^2/s", "reaction_rate": "1 nm/s"},
    "passivating": {"conductivity": "1e-8 S/cm", "reaction_rate": "1 nm/s", "decay_length": "2 nm"},
    "resistive": {"conductivity": "1e-8 S/cm", "initial_thickness": "20 nm"},
}


def test_a_case_that_names_no_mechanism_has_none() -> None:
    """The defaults of the schema are those that switch a mechanism off, as in the description of the cell."""
    cell = read_case(raw()).cell
    for part in (cell.interface, cell.stack):
        for field in dataclasses.fields(part):
            if field.name in ("contaminated_contact_angle", "forming_temperature", "adhesion_strength"):
                continue  # taken from elsewhere; nothing without contamination, forming time or a constant gap
            if field.default is not dataclasses.MISSING:
                assert getattr(part, field.name) == field.default, field.name
    assert cell.interface.contaminated_contact_angle == pytest.approx(math.radians(142.0))
    assert cell.stack.forming_temperature == cell.temperature
    assert cell.interface.adhesion_strength == pytest.approx(22.1e3)


@pytest.mark.parametrize("kind", INTERPHASES)
@pytest.mark.parametrize("electrolyte", ["LLZO", "Li6PS5Cl"])
def test_every_kind_of_interphase_is_read_and_written(kind: str, electrolyte: str, tmp_path: Path) -> None:
    """Also where the library knows a rate constant that this kind has no use for."""
    changes = {"kind": kind, **INTERPHASES[kind]}
    case = read_case(
        raw(
            cell__electrolyte__material=electrolyte,
            cell__interface__exchange_current_density="1 mA/cm^2",
            cell__interface__interphase=changes,
        )
    )
    interphase = case.cell.interface.interphase
    assert interphase is not None
    assert interphase.kind == kind
    assert interphase.lithium_ratio == 0.54
    assert (interphase.rate_constant is None) == (kind == "passivating" or (kind, electrolyte) == ("resistive", "LLZO"))
    assert "cell.interface" not in case.notes
    assert again(case, tmp_path) == case


def test_growth_and_volume_come_from_the_electrolyte() -> None:
    case = read_case(
        raw(
            cell__electrolyte__material="Li6PS5Cl",
            cell__interface__exchange_current_density="1 mA/cm^2",
            cell__interface__interphase={"kind": "mixed-conducting", "conductivity": "1 mS/cm"},
        )
    )
    interphase = case.cell.interface.interphase
    assert interphase is not None
    assert interphase.rate_constant == pytest.approx(load("Li6PS5Cl").value("interphase_rate_constant"))
    assert interphase.volume_change == -0.27
    key = "cell.interface.interphase.rate_constant"
    assert case.notes[key].startswith("default: Li6PS5Cl, ARG-I3: ")


@pytest.mark.parametrize(
    ("interphase", "key"),
    [
        ({"kind": "mixed-conducting", "conductivity": "1 mS/cm"}, "rate_constant: allowed: a number with kind"),
        ({**INTERPHASES["passivating"], "kind": "passivating", "rate_constant": "1e-19 m^2/s"}, "rate_constant: got"),
        ({"kind": "passivating", "conductivity": "1 mS/cm"}, "reaction_rate: allowed: a number with kind"),
        ({"kind": "resistive"}, "conductivity: .*The key is missing"),
        ({"conductivity": "1 mS/cm"}, "kind: .*The key is missing"),
    ],
)
def test_an_interphase_that_does_not_fit_its_kind_is_refused(interphase: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidInput, match=rf"case: cell\.interface\.interphase\.{key}"):
        read_case(raw(cell__interface__interphase=interphase))


def test_a_cathode_starts_full_unless_the_case_says_otherwise() -> None:
    counter = {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}
    full = read_case(raw(cell__kind="full", cell__counter=counter))
    assert isinstance(full.cell.counter, Cathode)
    assert full.cell.counter.initial_lithium_fraction == 0.908
    assert full.notes["cell.counter.initial_lithium_fraction"] == (
        "default: NMC811, NMC-1: the lithium-rich end of its open-circuit voltage (chen2020) [S]"
    )
    half = read_case(raw(cell__kind="full", cell__counter={**counter, "initial_lithium_fraction": 0.5}))
    assert isinstance(half.cell.counter, Cathode)
    assert half.cell.counter.initial_lithium_fraction == 0.5
    unknown = read_case(raw(cell__kind="full", cell__counter={**counter, "material": "LCO"}))
    assert unknown.notes["cell.counter.initial_lithium_fraction"].startswith("assumed: no open_circuit_voltage of LCO")
    with pytest.raises(InvalidInput, match=r"case: cell\.counter\.initial_lithium_fraction: got 0\.95"):
        read_case(raw(cell__kind="full", cell__counter={**counter, "initial_lithium_fraction": 0.95}))


@pytest.mark.parametrize(
    ("changes", "injection", "words"),
    [
        ({}, 1.0, "default"),
        ({"cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "50 um"}}, 0.0, "PEO-LiTFSI is a polymer"),
        ({"cell__anode__material": "Li-Mg"}, 0.0, "the other metal of Li-Mg keeps the face"),
        ({"cell__anode__material": "Li-Mg", "cell__interface": {"injection": 0.3}}, 0.3, None),
    ],
)
def test_voids_gather_by_default_where_a_pure_metal_meets_a_rigid_electrolyte(
    changes: dict[str, Any], injection: float, words: str | None
) -> None:
    case = read_case(raw(**changes))
    note = case.notes.get("cell.interface.injection")
    assert case.cell.interface.injection == injection
    assert note is None if words is None else note is not None and words in note
