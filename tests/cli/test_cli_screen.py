"""``lisse screen`` on the command line: its files, its output, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lisse.cli.main import main
from screens import COLUMNS, study_file


def test_a_screening_writes_its_files_and_says_the_best(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["screen", str(study_file(tmp_path)), "-o", str(folder)]) == 0
    text = capsys.readouterr().out.splitlines()
    assert text[0] == "Which?"
    assert text[1].startswith("The ranking stands: the best by critical current density, hard")
    assert text[3].split()[:2] == ["1", "hard"]
    assert text[-1] == f"report: {folder / 'report.html'}"
    assert {path.name for path in folder.iterdir()} == {"candidates.csv", "case.toml", "report.html", "screening.json"}


def test_the_default_folder_is_beside_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", str(study_file(tmp_path))]) == 0
    assert (tmp_path / "results" / "study" / "report.html").is_file()
    assert capsys.readouterr().err == ""


def test_json_is_one_object_and_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["screen", str(study_file(tmp_path)), "-o", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((folder / "screening.json").read_text())
    assert printed.err == ""


@pytest.mark.parametrize(
    ("parts", "options", "message"),
    [
        ({"table": "name,sigma,K\na,1,x\n"}, [], "line 2: 'x' in column 'K' is no number"),
        ({"table": "name,sigma,K\n"}, [], "table: got 'no rows'"),
        ({"columns": COLUMNS.replace("mS/cm", "mS/cmm")}, [], "columns.ionic_conductivity.unit: got 'mS/cmm'"),
        ({"rank": "top = 9"}, [], "rank.top: got 9; allowed: at most 3"),
        ({}, ["--workers", "0"], "--workers: got 0; allowed: 1 or more"),
    ],
)
def test_what_is_refused_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parts: dict[str, str], options: list[str], message: str
) -> None:
    path = study_file(tmp_path, **parts)
    assert main(["screen", str(path), "-o", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""
    assert not (tmp_path / "out").exists()


def test_a_study_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", str(tmp_path / "no.toml"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["what"] == "study file"
