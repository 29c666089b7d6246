"""Every field of the case file, spoilt in every way: exit 2, one clear message, nothing written.

The fields come from the schema, so that a new one is fuzzed without a change here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lisse.cli.main import main
from lisse.keys import REQUIRED, Choice, Field, Flag, HalfCycle, Integer, Quantity, Text
from lisse.materials import PROPERTIES
from lisse.study.schema import CATHODE, CRACKS, PROTOCOLS, SCAN, STEP, TABLES

Path_ = tuple[str | int, ...]
DELETE = object()
ELECTROLYTE: Path_ = ("cell", "electrolyte", "material")
CONDUCTIVITY = "ionic_conductivity"
HYBRID: Path_ = ("cell", "electrolyte", "hybrid")
RESOLVED: Path_ = ("model", "resolved")
FLAW_LENGTH: Path_ = ("cell", "electrolyte", "flaws", "mean_length")

BASE: dict[str, Any] = {
    "title": "fuzz",
    "cell": {
        "kind": "symmetric",
        "area": "1 cm^2",
        "electrolyte": {
            "material": "LLZO",
            "thickness": "300 um",
            "flaws": {"mean_length": "5 um", "density": "1e8 1/m^2"},
        },
        "anode": {"material": "lithium", "thickness": "50 um"},
        "counter": {},
        "interface": {
            "interphase": {"kind": "resistive", "conductivity": "1 mS/m"},
            "interlayer": {"material": "LiPON", "thickness": "1 um"},
        },
        "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
    },
    "protocol": {"name": "rest", "duration": "1 h"},
    "model": {"name": "lumped", "analytic": {}, "lumped": {}, "resolved": {}},
}
PROTOCOL_BASES: dict[str, dict[str, Any]] = {
    "ccd-ramp": {"start": "0.1 mA/cm^2", "step": "0.1 mA/cm^2", "stop": "1 mA/cm^2", "half_cycle": "1 h"},
    "one-way": {"start": "0.1 mA/cm^2", "step": "0.1 mA/cm^2", "stop": "1 mA/cm^2", "half_cycle": "1 h"},
    "cycle": {"current_density": "0.1 mA/cm^2", "half_cycle": "1 h", "cycles": 3},
    "break-in": {"current_density": "0.1 mA/cm^2", "half_cycle": "1 h", "cycles": 3},
    "full-cell": {
        "current_density": "0.1 mA/cm^2",
        "upper_voltage": "4.2 V",
        "cutoff_current": "0.01 mA/cm^2",
        "lower_voltage": "3 V",
        "half_cycle": "3 mAh/cm^2",
        "cycles": 3,
    },
    "hold": {"voltage": "50 mV", "duration": "1 h"},
    "rest": {"duration": "1 h"},
    "eis": {},
    "pressure-steps": {
        "current_density": "0.1 mA/cm^2",
        "start": "3 MPa",
        "step": "1 MPa",
        "stop": "1 MPa",
        "duration": "1 h",
    },
    "temperature-steps": {
        "current_density": "0.1 mA/cm^2",
        "start": "20 degC",
        "step": "10 K",
        "stop": "40 degC",
        "duration": "1 h",
    },
    "steps": {"steps": [{"current_density": "0.1 mA/cm^2", "duration": "1 h"}]},
}


# -- writing a case, and knowing where each key stands ---------------------------------------------------------------


def toml(value: Any) -> str:
    """Any value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def write(case: dict[str, Any], inline: Path_ = ()) -> tuple[str, dict[Path_, int]]:
    """The case as text, and the line of every key; the table at `inline` is written on one line."""
    lines: list[str] = []
    places: dict[Path_, int] = {}

    def table(values: dict[str, Any], path: Path_) -> None:
        below = []
        for key, value in values.items():
            here = (*path, key)
            if here != inline and isinstance(value, dict) and here != inline[: len(here) - 1]:
                below.append((here, value, f"[{'.'.join(map(str, here))}]"))
            elif here != inline and value and isinstance(value, list) and all(isinstance(v, dict) for v in value):
                below += [((*here, i), v, f"[[{'.'.join(map(str, here))}]]") for i, v in enumerate(value)]
            else:
                lines.append(f"{json.dumps(key) if not key.replace('_', '').isalnum() else key} = {toml(value)}")
                places[here] = len(lines)
        for here, value, header in below:
            lines.append(header)
            places[here] = len(lines)
            table(value, here)

    table(case, ())
    return "\n".join(lines) + "\n", places


def spoilt(case: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    case = copy.deepcopy(case)
    table: Any = case
    for part in path[:-1]:
        table = table[part]
    if value is DELETE:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = value
    return case


def refused(
    case: dict[str, Any], path: Path_, folder: Path, capsys: pytest.CaptureFixture[str], inline: Path_ = ()
) -> str:
    """Run a spoilt case, and check all that holds of every refusal; returns the message."""
    text, places = write(case, inline)
    file, output = folder / "case.toml", folder / "results"
    file.write_text(text, encoding="utf-8")
    code = main(["run", str(file), "-o", str(output)])
    printed = capsys.readouterr()
    told = f"{text}\n-> {code} {printed.err}"
    assert code == 2, told
    assert printed.err.startswith("lisse: error: "), told
    assert printed.err.count("\n") == 1, told
    assert "Traceback" not in printed.err, told
    assert printed.out == "", told
    assert not output.exists(), told
    assert str(path[-1]) in printed.err, told
    while path and path not in places:
        path = path[:-1]
    if path:
        assert f"case.toml, line {places[path]}: " in printed.err, told
    return printed.err


# -- the fields and what is wrong for each ---------------------------------------------------------------------------


def fields() -> Iterator[tuple[str, dict[str, Any], Path_, Field]]:
    """Every field of the schema with a valid case in which it may stand."""
    for table, entries in TABLES.items():
        case = spoilt(BASE, HYBRID, {"porosity": 0.02}) if table == ".".join(HYBRID) else BASE
        for name, field in entries.items():
            path = tuple(part for part in (*table.split("."), name) if part)
            yield ".".join(path), case, path, field
    full = copy.deepcopy(BASE)
    full["cell"] |= {"kind": "full", "counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}}
    full["model"] = {"name": "analytic"}
    for name, field in CATHODE.items():
        yield f"full.{name}", full, ("cell", "counter", name), field
    for protocol, entries in PROTOCOLS.items():
        case = spoilt(BASE, ("protocol",), {"name": protocol, **PROTOCOL_BASES[protocol]})
        for name, field in entries.items():
            yield f"{protocol}.{name}", case, ("protocol", name), field
    case = spoilt(BASE, ("protocol",), {"name": "steps", **PROTOCOL_BASES["steps"]})
    for name, field in STEP.items():
        yield f"step.{name}", case, ("protocol", "steps", 0, name), field
    for part, given, entries in (
        ("flaws", {"count": 2, "length": "4 um"}, CRACKS),
        ("microstructure", {"file": "scan.tif"}, SCAN),
    ):
        case = spoilt(BASE, RESOLVED, {"voxel": "0.5 um", part: given})
        for name, field in entries.items():
            yield f"resolved.{part}.{name}", case, (*RESOLVED, part, name), field


def wrong_values(field: Field) -> Iterator[Any]:
    """Values that the field must refuse."""
    nothing = [[], ["1 um"], date(2024, 2, 29), ""]
    if isinstance(field, Flag):
        yield from [*nothing, {}, 0, 1, "true", "yes"]
        return
    nothing.append(True)
    yield from [*nothing, {}, {"value": 1}]
    if isinstance(field, Text):
        yield from [1, 1.5, "   ", "x" * 10_000, "two\nlines", "\u0000"]
    elif isinstance(field, Choice):
        yield from [1, field.choices[0] + "x", field.choices[0].upper(), " "]
    elif isinstance(field, Integer):
        yield from [field.low - 1, field.high + 1, -1, 10**400, 2.0, "3", float("nan"), float("inf")]
    elif isinstance(field, HalfCycle):
        yield from [1, 1.0, "1", "1 um", "-1 h", "0 mAh/cm^2", "nan h", "inf h", "1e400 h", "1 h 2 h", "h"]
    elif isinstance(field, Quantity):
        yield from wrong_quantities(field)
    else:
        pytest.fail(f"say what is wrong for a {type(field).__name__}")


def wrong_quantities(field: Quantity) -> Iterator[Any]:
    unit = "" if field.unit == "1" else f" {field.unit}"
    yield from [f"nan{unit}", f"-inf{unit}", f"1e999{unit}", f"1,5{unit}", f"1{unit} kg"]
    yield from [float("nan"), 10**400, "9" * 5000 + unit, f"__import__('os'){unit}"]
    if unit:
        yield from [1, "1"]
    for limit, outside, is_open in ((field.low, -1, field.low_open), (field.high, 1, field.high_open)):
        if abs(limit) < float("inf"):
            further = limit + outside * max(1e-6 * abs(limit), 1e-30)
            yield f"{further!r}{unit}"
            if is_open:
                yield f"{limit!r}{unit}"


FIELDS = list(fields())


@pytest.mark.parametrize(("case", "path", "field"), [f[1:] for f in FIELDS], ids=[f[0] for f in FIELDS])
def test_every_wrong_value_is_refused(
    case: dict[str, Any], path: Path_, field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in wrong_values(field):
        refused(spoilt(case, path, value), path, tmp_path, capsys, inline=path)


REQUIRED_FIELDS = [field for field in FIELDS if field[3].default is REQUIRED]


@pytest.mark.parametrize(("case", "path"), [f[1:3] for f in REQUIRED_FIELDS], ids=[f[0] for f in REQUIRED_FIELDS])
def test_a_required_key_is_missed(
    case: dict[str, Any], path: Path_, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is missing" in refused(spoilt(case, path, DELETE), path, tmp_path, capsys)


@pytest.mark.parametrize(("case", "path"), [f[1:3] for f in FIELDS], ids=[f[0] for f in FIELDS])
def test_a_misspelt_key_is_refused_with_a_suggestion(
    case: dict[str, Any], path: Path_, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = str(path[-1])
    wrong = (*path[:-1], name[:-1] + "x" + name[-1])
    message = refused(spoilt(spoilt(case, path, DELETE), wrong, "1 um"), wrong, tmp_path, capsys)
    assert f"Did you mean {name!r}?" in message
    unknown = (*path[:-1], "zzz")
    assert "no such key" in refused(spoilt(case, unknown, "1 um"), unknown, tmp_path, capsys)


TABLE_PATHS = [tuple(path.split(".")) for path in TABLES if path] + [("protocol",)]


@pytest.mark.parametrize("path", TABLE_PATHS, ids=".".join)
def test_a_value_in_place_of_a_table_is_refused(
    path: Path_, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in (1, True, "text", [], [{}], date(2024, 2, 29), float("nan")):
        refused(spoilt(BASE, path, value), path, tmp_path, capsys, inline=path)


@pytest.mark.parametrize(
    "path", [("cell",), ("cell", "electrolyte"), ("cell", "anode"), ("cell", "stack"), ("protocol",)]
)
def test_a_missing_table_is_named(path: Path_, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is missing" in refused(spoilt(BASE, path, DELETE), path, tmp_path, capsys)


# -- materials -------------------------------------------------------------------------------------------------------

OWN = {"name": "my oxide", "ionic_conductivity": "1 mS/cm"}
WRONG_MATERIALS: list[tuple[Any, Path_, str]] = [
    (DELETE, (), "is missing"),
    (5, (), "a library name"),
    (True, (), "a library name"),
    ([], (), "a library name"),
    ({}, (), "a library name"),
    ("", (), "printable"),
    ("LLZ0", (), "Did you mean 'LLZO'"),
    ("lithium", (), "an electrolyte"),
    ({"material": 5}, ("material",), "printable"),
    ({"material": "LLZZ"}, ("material",), "Did you mean"),
    ({"material": "LLZO", "overide": {}}, ("overide",), "Did you mean 'override'"),
    ({"material": "LLZO", "sources": 3}, ("sources",), "a table"),
    ({"material": "LLZO", "sources": {"hardnes": "LLZO-M8a"}}, ("sources", "hardnes"), "Did you mean"),
    ({"material": "LLZO", "sources": {"ionic_conductivity": "LLZO-T99"}}, ("sources", CONDUCTIVITY), "LLZO-T1"),
    ({"material": "LLZO", "sources": {"ionic_conductivity": 3}}, ("sources", "ionic_conductivity"), "a row"),
    ({"material": "LLZO", "override": "1 S/m"}, ("override",), "a table"),
    ({"material": "LLZO", "override": {"hardnes": "1 GPa"}}, ("override", "hardnes"), "Did you mean"),
    ({"thickness": "1 um"}, ("name",), "is missing"),
    ({"name": 4}, ("name",), "printable"),
    ({**OWN, "formula": []}, ("formula",), "printable"),
    ({**OWN, "kind": "metal"}, (), "an electrolyte"),
    ({**OWN, "kind": "steel"}, ("kind",), "electrolyte, polymer"),
    ({**OWN, "ionic_conductivty": "1 S/m"}, ("ionic_conductivty",), "Did you mean 'ionic_conductivity'"),
]  # fmt: skip
VTF = {"kind": "vtf", "pseudo_activation": "1e9 K", "ideal_temperature": "200 K"}
STEEP = {"kind": "arrhenius", "activation_energy": "1e5 eV"}
HOT = {"kind": "table", "temperatures": ["40 degC", "60 degC"], "values": [1.0, 2.0]}
WRONG_LAWS: list[tuple[Any, str]] = [
    ({}, "value"),
    ({"value": "1 mS/cm", "law": 3}, "a table with kind"),
    ({"value": "1 mS/cm", "law": {}}, "arrhenius"),
    ({"value": "1 mS/cm", "law": {"kind": "arhenius"}}, "Did you mean 'arrhenius'"),
    ({"value": "1 mS/cm", "law": {"kind": "arrhenius"}}, "'activation_energy' is missing"),
    ({"value": "1 mS/cm", "law": {"kind": "arrhenius", "activation_energy": "0.3 V"}}, "activation_energy"),
    ({"value": "1 mS/cm", "law": {"kind": "arrhenius", "activation_energy": "-0.3 eV"}}, "activation_energy"),
    ({"value": "1 mS/cm", "law": {"kind": "arrhenius", "activation_energy": "0.3 eV", "x": 1}}, "'x'"),
    ({"value": "1 V", "law": {"kind": "arrhenius", "activation_energy": "0.3 eV"}}, "value"),
    ({"law": {"kind": "arrhenius", "activation_energy": "0.3 eV"}}, "value"),
    ({"law": {"kind": "norton-creep", "strength": 1.0, "exponent": 5}}, "one number at a temperature"),
    ({"law": {"kind": "table", "temperatures": "20 degC", "values": 3}}, "temperature"),
    ({"value": "1 mS/cm", "law": VTF}, "vtf"),
    ({"value": "1 mS/cm", "law": STEEP, "temperature": "60 degC"}, "above 0 [S/m], at the temperature of the cell"),
    ({"value": "1 mS/cm", "law": {**STEEP, "form": "resistance"}, "temperature": "60 degC"}, "gives a number at"),
    ({"law": HOT, "unit": "mS/cm", "temperature": "50 degC"}, "313.15 to 333.15 K, the range of the table, at the"),
    ({"value": "1 mS/cm", "lwa": {}}, "lwa"),
    ({"value": 1.0, "unit": 4}, "unit"),
    ({"value": 1.0, "unit": "V"}, "V"),
]


@pytest.mark.parametrize(("value", "below", "words"), WRONG_MATERIALS)
def test_every_form_of_material_is_checked(
    value: Any, below: Path_, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inline = () if isinstance(value, dict) and value else ELECTROLYTE
    assert words in refused(spoilt(BASE, ELECTROLYTE, value), (*ELECTROLYTE, *below), tmp_path, capsys, inline)


@pytest.mark.parametrize(("law", "words"), WRONG_LAWS)
@pytest.mark.parametrize("override", [True, False])
def test_every_form_of_law_is_checked(
    law: Any, words: str, override: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = {"material": "LLZO", "override": {CONDUCTIVITY: law}} if override else {**OWN, CONDUCTIVITY: law}
    path = (*ELECTROLYTE, *(["override"] if override else []), CONDUCTIVITY)
    assert words in refused(spoilt(BASE, ELECTROLYTE, value), path, tmp_path, capsys, inline=path)


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_of_an_own_material_is_checked(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = "" if PROPERTIES[name].unit == "1" else f" {PROPERTIES[name].unit}"
    wrong: list[Any] = [True, [], "", f"nan{unit}", f"1{unit} parsec"]
    if unit:
        wrong.append(1)
    if PROPERTIES[name].minimum > -float("inf"):
        wrong.append(f"{PROPERTIES[name].minimum - 1}{unit}")
    path = (*ELECTROLYTE, name)
    for value in wrong:
        refused(spoilt(BASE, ELECTROLYTE, {**OWN, name: value}), path, tmp_path, capsys, inline=path)


# -- values that are fine one by one ---------------------------------------------------------------------------------

STEPS = ("protocol", "steps")
TOGETHER: list[tuple[dict[Path_, Any], Path_, str]] = [
    ({FLAW_LENGTH: "400 um"}, FLAW_LENGTH, "less than the electrolyte thickness, 300 um"),
    ({("cell", "stack", "stiffness"): "1 MPa/um"}, ("cell", "stack", "stiffness"), "constant-gap"),
    ({("cell", "stack", "fixture"): "constant-gap"}, ("cell", "stack", "stiffness"), "stiffness"),
    ({("cell", "counter", "material"): "NMC811"}, ("cell", "counter", "material"), "a metal"),
    ({("cell", "anode", "material"): "LLZO"}, ("cell", "anode", "material"), "a metal"),
    ({("cell", "anode", "material"): "Li-In"}, ("cell", "anode", "material", "override", "creep"), "creep is missing"),
    ({("cell", "kind"): "full"}, ("cell", "counter", "material"), "is missing"),
    ({ELECTROLYTE: OWN}, ("cell", "interface", "resistance"), "no interface_resistance of my oxide"),
    ({("protocol",): {"name": "steps"}}, STEPS, "at least one"),
    ({("protocol",): {"name": "steps", "steps": []}}, STEPS, "at least one"),
    ({("protocol",): {"name": "steps", "steps": [1]}}, STEPS, "at least one"),
    ({("protocol",): {"steps": [{}]}}, (*STEPS, 0, "current_density"), "exactly one of current_density and voltage"),
    ({("protocol",): {"steps": [{"voltage": "1 V"}]}}, (*STEPS, 0, "duration"), "exactly one of duration and charge"),
    (
        {("protocol",): {"steps": [{"voltage": "1 V", "duration": "1 h"}, {"voltage": "1 V", "charge": "1 C/m^2"}]}},
        (*STEPS, 1, "charge"),
        "a duration instead",
    ),
    (
        {
            ("protocol",): {"steps": [{"voltage": "1 V", "duration": "1 h", "stack_pressure": "1 MPa"}]},
            ("cell", "stack", "fixture"): "constant-pressure",
        },
        ("cell", "stack", "fixture"),
        'Write fixture = "schedule" in [cell.stack]',
    ),
    ({("protocol",): {"name": "ccd-rmap"}}, ("protocol", "name"), "Did you mean 'ccd-ramp'"),
    ({("protocol",): {"name": 3}}, ("protocol", "name"), "ccd-ramp"),
    ({("protocol",): {}}, ("protocol", "name"), "is missing"),
    ({("protocol",): {"name": "duan-2023-cycling", "cycles": -1}}, ("protocol", "cycles"), "whole number"),
    (
        {("protocol",): {"name": "ccd-ramp", **PROTOCOL_BASES["ccd-ramp"], "stop": "0.01 mA/cm^2"}},
        ("protocol", "stop"),
        "at least the first",
    ),
    (
        {("protocol",): {"name": "ccd-ramp", **PROTOCOL_BASES["ccd-ramp"], "step": "1e-10 mA/cm^2"}},
        ("protocol", "step"),
        "at most 100000 levels",
    ),
    (
        {("protocol",): {"name": "cycle", **PROTOCOL_BASES["cycle"], "cycles": 50_000, "rest": "1 s"}},
        ("protocol", "steps"),
        "at most 100000 steps",
    ),
    ({("model", "name"): "resolvd"}, ("model", "name"), "Did you mean 'resolved'"),
    ({("model", "resolvd"): {}}, ("model", "resolvd"), "Did you mean 'resolved'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "words"), TOGETHER)
def test_values_that_do_not_go_together_are_refused(
    changes: dict[Path_, Any], path: Path_, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = BASE
    for where, value in changes.items():
        case = spoilt(case, where, value)
    inline = STEPS if case["protocol"].get("steps") in ([], [1]) else ()
    assert words in refused(case, path, tmp_path, capsys, inline)


def test_the_bases_are_fine() -> None:
    from lisse.study import read_case

    for _, case, _, _ in FIELDS:
        read_case(case)
