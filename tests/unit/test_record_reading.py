"""Records of tests: every key checked, in SI, with the file and the line of what is wrong."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

from complete_records import KINDS, complete, complete_text, put, without
from lisse.errors import InvalidInput
from lisse.keys import Flag, Quantity, Text
from lisse.measurement import load_record
from lisse.measurement.record import TABLES, read_record, record_template
from lisse.measurement.record.kinds import OneOfCells
from lisse.measurement.record.record_tables import NOT_STATED, items_of
from lisse.measurement.record.schema import HEAD, SCHEMA_VERSION
from lisse.measurement.record.schema_cell import CELL_KINDS, FIXTURES
from lisse.measurement.record.schema_protocol import PROTOCOL_STEPS
from lisse.protocol import PROTOCOLS, ccd_ramp, community_protocols

KEYS = sorted(set(items_of("ccd-ramp")) - {"protocol.steps"})
ITEMS = items_of("ccd-ramp").items()
DIMENSIONED = [key for key, item in ITEMS if isinstance(item.field, Quantity) and item.field.unit != "1"]


def small() -> dict[str, Any]:
    """A record that says which protocol, and nothing else."""
    return {"protocol": {"name": "ccd-ramp"}}


def load(path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    return load_record(path)


def test_a_complete_record_is_in_si() -> None:
    record = read_record(complete())
    assert record.get("electrolyte.thickness") == pytest.approx(300e-6)
    assert record.get("electrolyte.conductivity") == pytest.approx(0.05)
    assert record.get("electrolyte.activation_energy") == pytest.approx(0.4 * 96485.33, rel=1e-5)
    assert record.get("cell.stack_pressure") == pytest.approx(3e6)
    assert record.get("lithium.purity") == pytest.approx(0.999)
    assert record.area == pytest.approx(math.pi * 0.003**2)
    assert record.get("statistics.critical_current_densities")[-1] == OneOfCells(pytest.approx(30.0), reached=False)


def test_the_protocol_is_the_one_that_simulations_run() -> None:
    raw = complete()
    for name in ("break_in_current_density", "break_in_cycles", "break_in_half_cycle"):
        del raw["protocol"][name]
    expected = ccd_ramp(0.5, 0.5, 30.0, half_cycle_charge=9000.0)
    found = read_record(raw).protocol
    assert found is not None
    for step, like in zip(found.steps, expected.steps, strict=True):
        assert (step.label, step.duration) == (like.label, like.duration)
        assert (step.current_density, step.charge) == pytest.approx((like.current_density, like.charge), rel=1e-12)
    assert found.voltage_limit == expected.voltage_limit


@pytest.mark.parametrize("kind", KINDS)
def test_every_protocol_can_be_reported(kind: str) -> None:
    record = read_record(complete(kind))
    assert record.protocol is not None
    assert record.protocol.name == kind
    assert record.protocol_gaps == ()
    assert record.assumed == {}


@pytest.mark.parametrize("name", community_protocols())
def test_a_protocol_of_the_literature_brings_its_settings(name: str) -> None:
    raw = put({}, "protocol.name", name)
    record = read_record(raw)
    assert record.protocol is not None
    assert record.values["protocol.half_cycle"][1] > 0
    assert "protocol.voltage_limit" in record.assumed
    assert raw == {"protocol": {"name": name}}, "what was given stays as it was"


def test_steps_make_a_protocol() -> None:
    steps = [
        {"current_density": "0.25 mA/cm^2", "duration": "1 h"},
        {"current_density": "0 mA/cm^2", "duration": "1 h"},
    ]
    record = read_record({"protocol": {"steps": steps, "voltage_limit": "2 V"}})
    assert record.protocol is not None
    assert [step.current_density for step in record.protocol.steps] == pytest.approx([2.5, 0.0])
    assert record.protocol.voltage_limit == 2.0
    assert "protocol.steps" in items_of("steps")
    assert PROTOCOL_STEPS.needed


def test_without_a_setting_there_is_no_protocol_and_the_record_says_which() -> None:
    record = read_record(without(complete(), "protocol.half_cycle"))
    assert record.protocol is None
    assert record.protocol_gaps == ("protocol.half_cycle",)
    assert read_record({}).protocol_gaps == ("protocol.name",)
    assert read_record({"protocol": {"name": "steps"}}).protocol_gaps == ("protocol.steps",)


def test_a_setting_with_a_default_is_assumed_aloud() -> None:
    record, whole = read_record(without(complete(), "protocol.rest")), read_record(complete())
    assert record.assumed == {"protocol.rest": "0 s"}
    assert record.protocol is not None
    assert whole.protocol is not None
    assert record.protocol.steps == whole.protocol.steps


@pytest.mark.parametrize("word", NOT_STATED)
def test_a_word_for_nothing_is_nothing(word: str) -> None:
    record = read_record(put(complete(), "electrolyte.grain_size", word.upper()))
    assert not record.states("electrolyte.grain_size")
    assert record.get("electrolyte.grain_size") is None


def test_null_is_nothing() -> None:
    assert not read_record(put(complete(), "electrolyte.grain_size", None)).states("electrolyte.grain_size")


def test_what_does_not_apply_says_why() -> None:
    record = read_record(put(complete(), "electrolyte.grain_size", "Does not apply: polymer"))
    assert record.does_not_apply == {"electrolyte.grain_size": "polymer"}
    assert record.states("electrolyte.grain_size")
    assert record.get("electrolyte.grain_size") is None
    with pytest.raises(InvalidInput, match=r"electrolyte.grain_size: got 'does not apply'.*Say why"):
        read_record(put(complete(), "electrolyte.grain_size", "does not apply"))


def test_one_text_can_stand_for_all_spectra() -> None:
    record = read_record(put(complete(), "protocol.impedance", "does not apply: none was taken"))
    assert {key for key in record.does_not_apply} == {
        f"protocol.impedance.{name}" for name in TABLES["protocol.impedance"]
    }
    with pytest.raises(InvalidInput, match=r"protocol.impedance: got 'yes'; allowed: a table \[protocol.impedance\]"):
        read_record(put(complete(), "protocol.impedance", "yes"))


@pytest.mark.parametrize("key", KEYS)
def test_an_unknown_key_beside_each_key_gets_a_suggestion(key: str) -> None:
    path, _, name = key.rpartition(".")
    wrong = f"{name}x"
    full = f"{path}.{wrong}" if path else wrong
    with pytest.raises(InvalidInput, match=rf"^record: {full}: allowed: .*Did you mean '{name}'\?"):
        read_record(put(small(), full, "1 m"))


@pytest.mark.parametrize("path", [path for path in TABLES if path != "protocol.impedance"])
def test_a_table_has_to_be_one(path: str) -> None:
    with pytest.raises(InvalidInput, match=rf"{path}: got 3; allowed: a table \[{path}\]"):
        read_record(put(complete(), path, 3))


def test_a_key_in_the_wrong_table_is_sent_home() -> None:
    with pytest.raises(InvalidInput, match=r"area: allowed: .*It belongs to \[lithium\]"):
        read_record({"area": "1 cm^2"})


@pytest.mark.parametrize("key", KEYS)
def test_a_wrong_type_is_refused_by_name(key: str) -> None:
    field = items_of("ccd-ramp")[key].field
    for wrong in (True, -7, 1.5, [], {}, [[1]], {"value": 3}, "3 apples", "", "nan m", "1e999 m", -1e300):
        if (isinstance(field, Flag) and wrong is True) or (
            isinstance(field, Text) and isinstance(wrong, str) and wrong
        ):
            continue
        with pytest.raises(InvalidInput) as caught:
            read_record(put(small(), key, wrong))
        assert str(caught.value).startswith(f"record: {key}")
        assert "allowed: " in str(caught.value)


@pytest.mark.parametrize("key", DIMENSIONED)
def test_a_unit_of_another_dimension_is_refused(key: str) -> None:
    for wrong in ("3 kg", 3, "3", "3 1"):
        with pytest.raises(InvalidInput, match=rf"^record: {key}: got {wrong!r}; allowed: "):
            read_record(put(small(), key, wrong))


@pytest.mark.parametrize(("text", "area"), [("1 cm^2", 1e-4), ("6 mm", math.pi * 9e-6), ("28.3 mm^2", 28.3e-6)])
def test_an_electrode_has_an_area_or_a_diameter(text: str, area: float) -> None:
    assert read_record(put({}, "lithium.area", text)).area == pytest.approx(area)


@pytest.mark.parametrize("wrong", ["0 mm", "-1 cm^2", "3 kg", "6", 6, "200 m"])
def test_no_other_size_is_an_electrode(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"lithium.area: got .*or the diameter of a disc such as '6 mm'"):
        read_record(put({}, "lithium.area", wrong))


def test_a_value_of_one_cell_is_named_by_its_place() -> None:
    with pytest.raises(InvalidInput, match=r"statistics.critical_current_densities\[1\]: got '3 MPa'"):
        read_record(put({}, "statistics.critical_current_densities", ["> 3 mA/cm^2", "3 MPa"]))


def test_the_message_names_file_and_line(tmp_path: Path) -> None:
    text = complete_text().replace('stack_pressure = "3 MPa"', 'stack_pressure = "3 mm"')
    line = text[: text.index('"3 mm"')].count("\n") + 1
    with pytest.raises(InvalidInput, match=rf"^cell.toml, line {line}: cell.stack_pressure: got '3 mm'"):
        load(tmp_path / "cell.toml", text)
    steps = '[[protocol.steps]]\ncurrent_density = "1 mA/cm^2"\nduration = "1 h"\ncharge = "1 mAh/cm^2"\n'
    with pytest.raises(InvalidInput, match=r"^cell.toml, line \d+: protocol.steps\[0\].duration: .*exactly one"):
        load(tmp_path / "cell.toml", steps)
    with pytest.raises(
        InvalidInput, match=r"^cell.toml, line 2: protocol.steps\[0\].current_densit: .*Did you mean 'current_density'"
    ):
        load(tmp_path / "cell.toml", '[[protocol.steps]]\ncurrent_densit = "1 mA/cm^2"\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"\nauthors = [1\nb', r"record.toml, line 3: b: allowed: valid TOML"),
        ('version = 2\nodd = 3', r"line 1: version: got 2; allowed: at most 1.*update lisse"),
        ('[protocol]\nname = "ccd-rampe"', r"line 2: protocol.name: got 'ccd-rampe'.*Did you mean 'ccd-ramp'"),
        ("[protocol]\nname = 3", r"line 2: protocol.name: got 3"),
        ("[protocol]\nsteps = 3", r"line 2: protocol.steps: got 3"),
        ("date = 2026-13-01", "valid TOML"),
        ("date = 2026-01-01T10:00:00", r"date: got .*a day such as 2026-01-31"),
        ("files = [1]", r"files: got \[1\]"),
        ('files = ["a", "a"]', r"files: got .*each of them once"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(tmp_path / "record.toml", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"record.json, line 1: test record: allowed: valid JSON"),
        ("[1]", "a JSON object"),
        ('{"version": NaN}', "NaN is no number"),
        ('{"title": "a", "title": "b"}', "A key stands there twice"),
        ('{"lithium": {"area": "3 MPa"}}', r"^record.json: lithium.area: got '3 MPa'"),
        ("[" * 100_000, "record.json"),
    ],
)
def test_a_bad_json_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(tmp_path / "record.json", text)


def test_an_absent_file_says_where_to_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no such file; `lisse new record` writes one"):
        load_record(tmp_path / "none.toml")
    with pytest.raises(InvalidInput, match="test record"):
        load_record(tmp_path)


def test_a_template_is_of_a_protocol_that_is_known() -> None:
    with pytest.raises(InvalidInput, match="protocol: got 'ccd-rampe'.*Did you mean 'ccd-ramp'"):
        record_template("ccd-rampe")


def test_a_note_may_have_lines_and_a_title_may_not(tmp_path: Path) -> None:
    assert load(tmp_path / "a.toml", 'note = """one\ntwo"""').get("note") == "one\ntwo"
    with pytest.raises(InvalidInput, match="title: got .*1 to 500 printable characters"):
        load(tmp_path / "b.toml", 'title = """one\ntwo"""')
    with pytest.raises(InvalidInput, match="note: got .*of one or several lines"):
        load(tmp_path / "c.toml", 'note = "one\\u0007"')


def test_data_files_lie_beside_the_record(tmp_path: Path) -> None:
    record = load(tmp_path / "record.toml", 'files = ["raw/cell.mpt"]')
    assert record.files == (tmp_path / "raw/cell.mpt",)
    assert record.title == "record.toml"
    assert record.folder == tmp_path


def test_a_key_that_no_record_has_cannot_be_asked_for() -> None:
    with pytest.raises(InvalidInput, match="key of a record: got 'lithium.thicknes'.*Did you mean 'lithium.thickness'"):
        read_record({}).get("lithium.thicknes")


def test_the_words_are_those_of_a_case_file() -> None:
    from lisse import cell, study

    assert cell.CELL_KINDS == CELL_KINDS
    assert set(FIXTURES) < set(cell.FIXTURES)
    assert study.schema.PROTOCOLS is PROTOCOLS
    assert not set(HEAD) & set(TABLES)
    assert SCHEMA_VERSION == 1


def test_a_record_cannot_be_changed() -> None:
    record = read_record(complete())
    with pytest.raises(TypeError):
        record.values["title"] = "other"  # type: ignore[index]


def test_a_record_keeps_nothing_of_the_callers_and_travels() -> None:
    raw = complete()
    record = read_record(raw, folder="/somewhere", name="mine.toml")
    raw["lithium"]["thickness"] = "1 m"
    assert record.given["lithium"]["thickness"] == "30 um"
    again = pickle.loads(pickle.dumps(record))
    assert again == record
    assert (again.folder, again.name) == (record.folder, record.name)


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    toml = load(tmp_path / "a.toml", complete_text())
    raw = json.loads(json.dumps(dict(toml.given), default=str))
    assert load(tmp_path / "a.json", json.dumps(raw)) == toml
