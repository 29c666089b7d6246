"""``lisse check`` and ``lisse new record``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import lisse
from complete_records import complete_text
from lisse.cli.main import main
from lisse.measurement import load_record
from lisse.measurement.record.writing import json_schema, record_template

COMPLETE = complete_text().replace('files = ["cell_07.mpt"]', 'files = ["cell.csv"]')
PARTIAL = '[lithium]\narea = "6 mm"\nthickness = "100 um"\n[cell]\npressure_reading = "torque"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "complete.toml").write_text(COMPLETE, encoding="utf-8")
    (tmp_path / "partial.toml").write_text(PARTIAL, encoding="utf-8")
    rows = "".join(f"{time},0.01,0.001\n" for time in range(20))
    (tmp_path / "cell.csv").write_text(f"Test Time / s,Voltage / V,Current / A\n{rows}", encoding="utf-8")
    return tmp_path


def as_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_complete_record_is_publishable(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "complete.toml"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("CCD of Li | LLZO | Li at 3 MPa (complete.toml)\n\nPublishable: all 63 items are stated.")
    assert "not met     > 3 mA/cm2: 0.85 mA/cm2, from failure" in text
    assert "The protocol can be simulated as reported: ccd-ramp, 126 steps, 52.8 h." in text
    assert "Missing" not in text


def test_what_is_missing_is_listed_with_why_and_who_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "partial.toml"]) == 2
    text = capsys.readouterr().out
    assert re.search(r"Not publishable yet: \d+ of 52 items are missing", text)
    whole = re.sub(r"\s+", " ", text)
    assert (
        '[cell] kind: kind of cell: symmetric, full, anode-free; such as "symmetric" Why: full cells short at' in whole
    )
    assert 'stack_pressure: during the test; such as "3 MPa" Why: below a critical stack pressure' in whole
    assert "(Wang and others 2019)" in whole
    assert "To say in the text" in text
    assert "cell.pressure_reading: the stack pressure is known from the torque of screws alone" in text
    assert "lithium.thickness: 100 um of metal, more than 30 um" in text
    assert "The protocol cannot be simulated: protocol.name not stated." in text
    assert max(len(line) for line in text.splitlines()) <= 120


def test_json_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "complete.toml", "--json"]) == 0
    found = as_json(capsys)
    assert (found["status"], found["publishable"], found["missing"]) == ("publishable", True, [])
    assert found["area"] == pytest.approx(0.2827e-4, rel=1e-3)
    assert found["protocol"]["name"] == "ccd-ramp"
    assert [target["met"] for target in found["targets"]] == [False] * 4
    assert main(["check", "partial.toml", "--json"]) == 2
    found = as_json(capsys)
    assert (found["status"], found["publishable"], found["protocol"]) == ("incomplete", False, None)
    assert {"key", "help", "why", "source", "citation", "example"} == set(found["missing"][0])
    assert {each["outcome"] for each in found["targets"]} == {"not stated"}


def test_a_record_that_cannot_be_read_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.toml").write_text('[lithium]\nthicknes = "3 um"\n', encoding="utf-8")
    assert main(["check", "bad.toml", "--json"]) == 2
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["status"] == "error"
    assert "bad.toml, line 2: lithium.thicknes" in found["message"]
    assert "Did you mean 'thickness'?" in printed.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "RECORD: allowed: a TOML or JSON file. `lisse new record` writes one to fill in"),
        (["check", "none.toml"], "There is no such file; `lisse new record` writes one"),
        (["check", "complete.toml", "--material", "LLZO"], "--material: got 'LLZO'; allowed: only with --case"),
        (["check", "complete.toml", "--model", "lumped"], "only with --case"),
        (["check", "partial.toml", "--case", "c.toml"], "partial.toml: lithium|electrolyte|cell"),
        (["check", "complete.toml", "--case", "c.toml", "--model", "lumpd"], "Did you mean 'lumped'"),
        (["check", "complete.toml", "--targets", "none.toml"], "targets: got 'none.toml'.*There is no such file"),
        (["check", "complete.toml", "--finding", "none.json"], "finding: got 'none.json'.*`lisse analyse DATA -o DIR`"),
        (["check", "complete.toml", "--finding", "complete.toml"], "complete.toml, line 1: finding: .*valid JSON"),
        (["check", "complete.toml", "--crates", "x"], "Did you mean '--crate'"),
        (["check", "complete.toml", "--crate", "."], "It is in use"),
        (["check", "complete.toml", "-o", "complete.toml"], "-o: got 'complete.toml'"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("lisse: error: ")
    assert error.count("\n") == 1
    assert re.search(message, error)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_reported_test_can_be_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "complete.toml", "--case", "case.toml", "--model", "analytic"]) == 0
    assert capsys.readouterr().err == "case.toml\n"
    assert lisse.load_case("case.toml").protocol == load_record("complete.toml").protocol
    assert main(["run", "case.toml", "--json"]) == 0
    assert as_json(capsys)["model"] == "analytic"


def test_the_results_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "partial.toml", "-o", "out"]) == 2
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["check.json", "record.bdf.json", "report.html"]
    content = json.loads((folder / "out/check.json").read_text("utf-8"))
    assert content["doubts"][0]["key"] == "cell.pressure_reading"
    page = (folder / "out/report.html").read_text("utf-8")
    assert all(each["why"].split(";")[0].split("2 ")[0][:20] in page for each in content["missing"][:5])
    assert "http://" not in page
    assert "<script" not in page
    flat = json.loads((folder / "out/record.bdf.json").read_text("utf-8"))
    assert flat["Lithium Thickness / m"] == pytest.approx(1e-4)


def test_the_bundle_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "complete.toml", "--crate", "crate"]) == 0
    assert (folder / "crate/ro-crate-metadata.json").is_file()
    assert (folder / "crate/cell.csv").is_file()
    assert "Publishable" in (folder / "crate/report.html").read_text("utf-8")
    assert main(["check", "crate/record.json"]) == 0


def test_targets_of_ones_own_are_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.toml").write_text('[current_density]\nvalue = "0.5 mA/cm^2"\n', encoding="utf-8")
    assert main(["check", "complete.toml", "--targets", "mine.toml", "--json"]) == 0
    (target,) = as_json(capsys)["targets"]
    assert (target["met"], target["text"]) == (True, "> 0.5 mA/cm^2")


def test_the_score_card_is_that_of_the_data_where_they_were_analysed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{time},0.01,{0.001 if time < 1800 else -0.001}\n" for time in range(0, 3601, 10))
    (folder / "cell.csv").write_text(f"Test Time / s,Voltage / V,Current / A\n{rows}", encoding="utf-8")
    assert main(["analyse", "cell.csv", "-o", "out"]) == 0
    capsys.readouterr()
    assert main(["check", "complete.toml", "--finding", "out/finding.json", "--json"]) == 0
    found = as_json(capsys)
    assert found["finding"] == "out/finding.json"
    area = found["area"]
    value = {target["name"]: target["value"] for target in found["targets"]}
    assert value["current_density"] == pytest.approx(0.001 / area)
    assert value["cycled_charge"] == pytest.approx(0.001 * 1800 / area, rel=0.01)
    assert value["cumulative_charge"] == pytest.approx(0.001 * 3600 / area, rel=0.01)
    assert value["fraction_passed"] == pytest.approx(value["cycled_charge"] / (6.18 * 36000), rel=0.01)
    assert {"failure.mode", "failure.cumulative_charge"} <= {each["key"] for each in found["doubts"]}
    assert main(["check", "complete.toml", "--finding", "out/finding.json", "-o", "out"]) == 0
    assert "3.54 mA/cm2, from the files, all half-cycles" in capsys.readouterr().out
    assert "the files, all half-cycles" in (folder / "out/report.html").read_text("utf-8")


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    assert as_json(capsys) == json_schema()


def test_a_record_to_fill_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "record"]) == 0
    assert capsys.readouterr().err == "record.toml: edit it, then: lisse check record.toml\n"
    assert (folder / "record.toml").read_text("utf-8") == record_template()
    assert main(["check", "record.toml"]) == 2
    assert "52 of 52 items are missing" in capsys.readouterr().out
    assert main(["new", "record"]) == 2
    assert "It is there already" in capsys.readouterr().err
    assert main(["new", "recrd"]) == 2
    assert "Did you mean 'record'?" in capsys.readouterr().err
    assert main(["new", "record", "-o", "-", "--json"]) == 0
    assert as_json(capsys) == {"kind": "record", "model": None, "file": None, "text": record_template()}


def test_a_page_shows_text_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "odd.toml").write_text(
        'title = "<b>&bold"\n[cell]\ndie = "<script>alert(1)</script>"\n', encoding="utf-8"
    )
    assert main(["check", "odd.toml", "-o", "out"]) == 2
    page = (folder / "out/report.html").read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;b&gt;&amp;bold" in page
