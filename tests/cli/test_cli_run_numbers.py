from __future__ import annotations

import json
from pathlib import Path

import pytest

from cells import ramp_text
from lisse.cli.main import main

CASE = ramp_text("short ramp", "1", "0.5", "4", "0.1")


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(CASE, encoding="utf-8")
    return path


def test_numbers_stand_in_the_summary_and_on_the_page(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--model", "analytic", "--set", "model.analytic.samples=0", "--numbers", "--workers", "1"]
    assert main(["run", str(case_file), *arguments, "--numbers-current", "0.8 mA/cm^2"]) == 0
    printed = capsys.readouterr().out
    assert "Critical current density: 2.5 mA/cm2 (stood 2 mA/cm2; filament short)" in printed
    folder = case_file.parent / "results" / "short"
    content = json.loads((folder / "summary.json").read_text("utf-8"))
    numbers = content["four_numbers"]["numbers"]
    assert numbers["critical_current_density"]["value"] == pytest.approx(25.0)
    assert content["four_numbers"]["settings"]["current_density"] == pytest.approx(8.0)
    assert content["critical_current_distribution"] is None
    page = (folder / "report.html").read_text("utf-8")
    assert "Four numbers of this cell" in page
    assert page.count("<svg") >= 4
    assert "A batch of such cells" not in page


def test_draws_stand_in_the_summary_and_on_the_page(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(case_file), "--draws", "8", "--seed", "3", "--workers", "1", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    drawn = content["critical_current_distribution"]
    assert (drawn["draws"], drawn["seed"], len(drawn["cells"])) == (8, 3, 8)
    assert drawn["median"] > 0.0
    assert content["four_numbers"] is None
    page = (case_file.parent / "results" / "short" / "report.html").read_text("utf-8")
    assert "Weibull plot" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", "0"], "--draws: got 0; allowed: 1 or more"),
        (["--draws", "3", "--workers", "0"], "--workers: got 0"),
        (["--numbers-current", "1 mA/cm^2"], "only together with --numbers"),
        (["--numbers", "--numbers-current", "1 MPa"], "--numbers-current"),
        (["--model", "analytic", "--draws", "3"], "a model that draws flaws, such as lumped"),
    ],
)
def test_what_cannot_be_is_bad_input(
    case_file: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(case_file), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (case_file.parent / "results").exists()
