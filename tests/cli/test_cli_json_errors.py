"""What every verb does with bad input: one object for programs, one line for people, exit code 2; nothing dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lisse.cli.main import main

BAD = {
    "no verb": [],
    "unknown verb": ["runn"],
    "run": ["run", "absent.toml"],
    "run without a case": ["run"],
    "run with an unknown option": ["run", "absent.toml", "--modle", "lumped"],
    "new": ["new", "cylindrical"],
    "map": ["map", "absent.toml", "--x", "stack_pressure=1..2 MPa", "--y", "temperature=10..20 degC"],
    "theory": ["theory", "no_such_formula"],
    "materials": ["materials", "unobtainium"],
    "image": ["image", "describe", "absent.tif"],
    "image conductivity": ["image", "conductivity", "absent.tif", "--tolerance", "small"],
    "fields": ["fields", "absent"],
    "analyse": ["analyse", "absent.mpr"],
}


@pytest.mark.parametrize("words", BAD.values(), ids=BAD.keys())
def test_with_json_bad_input_is_one_object_and_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--json"]) == 2
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    content = json.loads(line)
    assert (content["status"], content["exit_code"]) == ("error", 2)
    assert printed.err == f"lisse: error: {content['message']}\n"
    assert set(content) == {"status", "exit_code", "message", "what", "allowed", "advice", "where"}
    assert list(tmp_path.iterdir()) == []
    assert main(words) == 2
    assert capsys.readouterr().out == ""


TWICE = {
    "run": ["run", "absent.toml", "--seed", "1", "--seed", "2"],
    "run, written in two ways": ["run", "absent.toml", "-o", "one", "--output=two"],
    "map": ["map", "absent.toml", "--x", "a=1..2", "--x", "b=1..2"],
    "new": ["new", "-o", "one.toml", "-o", "two.toml"],
    "materials": ["materials", "--property", "creep", "--property", "density"],
    "image": ["image", "conductivity", "absent.tif", "--conductivity", "a=1 S/m", "--conductivity", "b=2 S/m"],
    "image generate": ["image", "generate", "polycrystal", "--seed", "1", "--set", "seed=2"],
    "analyse": ["analyse", "absent.mpr", "--area", "1 cm^2", "--area", "2 cm^2"],
}


@pytest.mark.parametrize("words", TWICE.values(), ids=TWICE.keys())
def test_a_value_given_twice_is_refused_and_names_the_first(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert "came before" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_lists_are_put_into_one_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(TWICE["image"]) == 2
    expected = "got 'b=2 S/m'; allowed: one --conductivity. 'a=1 S/m' came before; put all of it into one, with commas"
    assert expected in capsys.readouterr().err


def test_one_key_of_a_case_is_changed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.toml"
    assert main(["new", "-o", str(case)]) == 0
    twice = ["--set", "cell.stack.pressure=1 MPa", "--set", "cell.stack.pressure = 2 MPa"]
    assert main(["run", str(case), *twice]) == 2
    assert "one change of cell.stack.pressure. 'cell.stack.pressure=1 MPa' came before" in capsys.readouterr().err
    assert main(["run", str(case), "--model", "analytic", "--set", "model.name=lumped"]) == 2
    assert "'model.name=lumped' came before" in capsys.readouterr().err
