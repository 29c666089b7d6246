"""``lisse hybrid`` on the command line: its files, its output, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hybrids import STUDY, study_file
from lisse.cli.main import main

SMALL = STUDY.replace('"70 degC", ', "")


def test_a_study_writes_its_files_and_says_whether_the_filler_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hybrid", str(study_file(tmp_path, SMALL))]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    text = said.out.splitlines()
    assert text[0] == "LLZO in PEO"
    assert text[1].startswith("LLZO lowers the conductivity at every loading, yet cations gain: 1.33 times")
    assert text[-1] == f"report: {tmp_path / 'results' / 'study' / 'report.html'}"
    assert (tmp_path / "results" / "study" / "loading.csv").is_file()


def test_json_is_one_object_and_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["hybrid", str(study_file(tmp_path, SMALL)), "-o", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((folder / "hybrid.json").read_text())
    assert printed.err == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("voxels = 32", "voxel = 32", "study.toml, line 7: structure.voxel"),
        ("[0.3]", "[0.8]", "loading.fractions[0]"),
        ('"LLZO"', '"LLZOO"', "filler.material"),
        ("cell.toml", "none.toml", "none.toml"),
    ],
)
def test_what_is_refused_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    path = study_file(tmp_path, SMALL.replace(old, new, 1))
    assert main(["hybrid", str(path), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""
    assert not (tmp_path / "out").exists()
