from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cells import ramp_text
from lisse.cli.main import VERBS, main
from lisse.models.lumped import Lumped
from lisse.models.run import solve
from lisse.records import Solution, load_solution
from lisse.study import load_case

CASE = ramp_text("short ramp", "0.5", "0.5", "1", "0.1")
FILES = ["case.toml", "report.html", "solution.nc", "summary.json"]


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(CASE, encoding="utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def no_constants(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} in JSON")

    return json.loads(text, parse_constant=refuse)


def test_a_run_writes_its_results_beside_the_case(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(case_file)]) == 0
    folder = case_file.parent / "results" / "short"
    assert names(folder) == FILES
    printed = capsys.readouterr()
    assert printed.out.startswith("short ramp\n")
    assert f"report: {folder / 'report.html'}\n" in printed.out
    assert printed.err == ""
    assert load_case(folder / "case.toml") == load_case(case_file)
    assert load_solution(folder / "solution.nc").model == "lumped"
    assert no_constants((folder / "summary.json").read_text("utf-8"))["title"] == "short ramp"


def test_the_case_as_run_runs_again_to_the_same_end(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for number, source in enumerate([case_file, case_file.parent / "0" / "case.toml"]):
        assert main(["run", str(source), "-o", str(case_file.parent / str(number)), "--json"]) == 0
        found.append(no_constants(capsys.readouterr().out))
    assert found[0] == found[1]


def test_json_is_one_object_and_nothing_else(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(case_file), "--json"]) == 0
    printed = capsys.readouterr()
    summary = no_constants(printed.out)
    assert printed.err == ""
    for key in ("lisse_version", "title", "model", "status", "verdict", "limits", "warnings", "references", "units"):
        assert key in summary
    assert summary == no_constants((case_file.parent / "results" / "short" / "summary.json").read_text("utf-8"))


def test_a_value_a_model_and_a_seed_can_be_changed(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", str(case_file), "--json", "--seed", "3", "--model", "analytic"]
    changes = ["--set", 'cell.stack.pressure="5 MPa"', "--set", "title=softer"]
    assert main([*arguments, *changes]) == 0
    summary = no_constants(capsys.readouterr().out)
    assert (summary["model"], summary["title"]) == ("analytic", "softer")
    as_run = load_case(case_file.parent / "results" / "short" / "case.toml")
    assert as_run.cell.stack.pressure == 5e6
    assert as_run.model.name == "analytic"
    assert case_file.read_text("utf-8") == CASE


def test_a_seed_draws_the_flaws_repeatably(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(case_file), "--seed", "1"]) == 0
    capsys.readouterr()
    folder = case_file.parent / "results" / "short"
    drawn = load_solution(folder / "solution.nc")["flaw_length"].values
    assert main(["run", str(folder / "case.toml"), "-o", str(folder / "again")]) == 0
    repeated = load_solution(folder / "again" / "solution.nc")
    assert (repeated.seed, load_case(folder / "case.toml").seed) == (1, 1)
    assert np.array_equal(drawn, repeated["flaw_length"].values)
    case = load_case(case_file)
    again, median = (solve(case.model, case.cell, case.protocol, seed=seed)["flaw_length"].values for seed in (1, None))
    assert np.array_equal(drawn, again)
    assert not np.any(drawn[0] == median[0])


def test_a_numerical_failure_is_3_and_leaves_the_partial_result(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(self: Lumped, *arguments: Any, **settings: Any) -> Solution:
        import dataclasses

        whole = solve_well(self, *arguments, **settings)
        return dataclasses.replace(whole, status="failed", status_text="numerical failure in step 2")

    solve_well = Lumped.solve
    monkeypatch.setattr(Lumped, "solve", fail)
    assert main(["run", str(case_file), "--json"]) == 3
    printed = capsys.readouterr()
    assert no_constants(printed.out)["status"] == "failed"
    folder = case_file.parent / "results" / "short"
    assert printed.err == f"lisse: numerical failure in step 2; the partial result is in {folder}\n"
    assert names(folder) == FILES


# -- what goes wrong -------------------------------------------------------------------------------------------------


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("lisse: error: ")
    assert printed.err.count("\n") == 1
    assert bool(printed.out) == ("--json" in arguments)
    return printed.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], f"verb: allowed: {', '.join(VERBS)}. The verb is missing"),
        (["--json"], "The verb is missing"),
        (["rnu"], "verb: got 'rnu'; .* Did you mean 'run'"),
        (["run"], "CASE.toml. See `lisse run --help`"),
        (["run", "{}", "more"], "argument of lisse run: got 'more'"),
        (["run", "{}", "--modle", "lumped"], "got '--modle'; .*Did you mean '--model'"),
        (["run", "{}", "--out=x"], "got '--out=x'; .*Did you mean '--output'"),
        (["run", "{}", "--seed", "one"], "argument --seed: invalid int value: 'one'"),
        (["run", "{}", "--seed", "-1"], "command line: model.seed: got -1; allowed: a whole number from 0"),
        (["run", "{}", "--model", ""], "command line: model.name: got ''; allowed: analytic, lumped"),
        (
            ["run", "{}", "--model", "resolve"],
            "command line: model.name: got 'resolve'; allowed: analytic, lumped, res",
        ),
        (["run", "{}", "--resume"], "--resume: got 'the lumped model'; allowed: the resolved model"),
        (
            ["run", "{}", "--resume", "--model", "resolved"],
            "results/short'; allowed: a folder that has a checkpoint.npz",
        ),
        (["run", "{}", "--model", 'x"; title="y'], "command line: model.name: got"),
        (["run", "{}", "--set"], "expected one argument"),
        (["run", "{}", "--set", "cell.area"], "--set: got 'cell.area'"),
        (["run", "nothing.toml"], "There is no such file; `lisse new` writes one"),
        (["run", "no\nthing.toml"], r"no\\nthing.toml"),
        (
            ["run", "{}", "--set", "cell.anode.material=Li-In"],
            "command line: cell.anode.material.override.creep is missing",
        ),
    ],
)
def test_a_wrong_argument_is_one_clear_message(
    arguments: list[str], message: str, case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refused([word.format(case_file) if word == "{}" else word for word in arguments], capsys)
    assert re.search(message, error), error
    assert not (case_file.parent / "results").exists()


def test_a_number_that_is_missing_is_named_by_key_and_line(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = '{ name = "my metal", molar_volume = "13 cm^3/mol" }'
    case_file.write_text(CASE.replace('material = "lithium"', f"material = {own}"), encoding="utf-8")
    error = refused(["run", str(case_file)], capsys)
    assert "short.toml, line 11: cell.anode.material.creep is missing: my metal has no creep" in error
    assert 'creep = {law = {kind = "norton-creep", ...}}' in error


@pytest.mark.parametrize("output", ["taken", "taken/below", "taken/below/deeper"])
def test_results_cannot_go_where_a_file_is(
    output: str, case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = case_file.parent / "taken"
    taken.write_text("precious", encoding="utf-8")
    monkeypatch.setattr(Lumped, "solve", lambda *a, **k: pytest.fail("solved before the folder was checked"))
    error = refused(["run", str(case_file), "-o", str(case_file.parent / output)], capsys)
    assert "is not a folder" in error
    assert taken.read_text("utf-8") == "precious"


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield folder
    folder.chmod(stat.S_IRWXU)


def test_a_folder_without_permission_is_refused_before_the_run(
    locked: Path, case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write everywhere")
    for folder in (locked, locked / "new"):
        assert "is not writable" in refused(["run", str(case_file), "-o", str(folder)], capsys)


def test_a_full_disk_is_one_clear_message(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(self: Solution, path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Solution, "save", full)
    assert "solution.nc: No space left on device" in refused(["run", str(case_file)], capsys)


def test_ctrl_c_is_130(case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*arguments: Any, **settings: Any) -> Solution:
        raise KeyboardInterrupt

    monkeypatch.setattr(Lumped, "solve", interrupt)
    assert main(["run", str(case_file)]) == 130
    assert capsys.readouterr().err.startswith("lisse: stopped by the user")


def test_help_and_version_are_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(verb in printed for verb in VERBS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("lisse ")
    for verb in VERBS:
        assert main([verb, "--help"]) == 0
        assert f"lisse {verb}" in capsys.readouterr().out


def test_the_verdict_has_finite_numbers(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(case_file), "--json"]) == 0
    verdict = no_constants(capsys.readouterr().out)["verdict"]
    assert all(math.isfinite(value) for value in verdict.values() if isinstance(value, float))
