"""``lisse map`` on the command line: its files, its output, and what it refuses."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cells import ramp_text
from lisse.cli.main import main

CASE = ramp_text("Li | LLZO | Li", "0.2", "0.2", "3", "2")
AXES = ["--x", "stack_pressure=0.1..50 MPa", "--y", "current_density=0.02..10 mA/cm^2"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "cell.toml"
    path.write_text(CASE)
    return path


def test_a_map_is_a_picture_a_table_and_one_object(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = tmp_path / "out"
    assert main(["map", str(case), *AXES, "--points", "15", "-o", str(folder)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Li | LLZO | Li\n")
    assert "loss of contact" in text
    assert f"map: {folder / 'map.png'}" in text
    assert sorted(path.name for path in folder.iterdir()) == ["map.csv", "map.json", "map.png", "map.svg"]
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")
    ET.parse(folder / "map.svg")
    rows = list(csv.DictReader((folder / "map.csv").read_text().splitlines()))
    assert len(rows) == 15 * 15
    content = json.loads((folder / "map.json").read_text())
    first = rows[0]
    assert float(first["Stack pressure / MPa"]) * 1e6 == pytest.approx(content["x"]["values"][0])
    assert float(first["Current density / mA/cm2"]) * 10 == pytest.approx(content["y"]["values"][0])
    assert first["mechanism"] == content["mechanism"][0][0]
    assert float(first["critical current density / mA/cm2"]) * 10 == pytest.approx(
        content["current_density"][0][0], rel=1e-3
    )
    assert set(map(tuple, content["mechanism"])) != {("none",) * 15}
    crack = next(c for c in content["criteria"] if c["criterion"].startswith("crack"))
    column = f"filament-short: {crack['criterion']} / mA/cm2"
    assert float(first[column]) * 10 == pytest.approx(crack["current_density"][0][0], rel=1e-3)


def test_the_points_of_the_literature_stand_on_the_map_with_their_source(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(["map", str(case), *AXES, "--points", "5", "--json", "-o", str(tmp_path / "out")]) == 0
    content = json.loads(capsys.readouterr().out)
    wang = [p for p in content["points"] if p["source"] == "wang2019" and p["kind"] == "limit"]
    assert {(round(p["x"]), round(p["y"], 3)) for p in wang} >= {(400_000, 1.0), (2_000_000, 4.0)}
    assert all(p["same"] and p["mark"] == "L" for p in wang)
    assert content["references"]["wang2019"] == "Wang and others 2019"
    assert {"limit", "stable", "failed"} >= {p["kind"] for p in content["points"]} - {"measured"}
    assert sum(content["shares"].values()) == pytest.approx(1.0)
    assert content["units"]["stack_pressure"] == "Pa"


def test_materials_of_the_library_stand_on_a_map_of_two_properties(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    axes = ["--x", "molar_volume_ratio=0.01..30", "--y", "shear_modulus=1e-5..300 GPa"]
    assert main(["map", str(case), *axes, "--points", "4", "--json", "-o", str(tmp_path / "out")]) == 0
    points = {p["material"]: p for p in json.loads(capsys.readouterr().out)["points"]}
    assert set(points) == {"LLZO", "LLZTO", "PEO-LiTFSI"}
    assert points["LLZO"]["x"] == 0.0  # beyond a logarithmic axis; its spread reaches into the map
    assert points["LLZO"]["x_range"] == [0.0, 0.1]
    assert points["PEO-LiTFSI"]["x"] == pytest.approx(12.9)


def test_a_model_that_is_run_point_by_point(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    axes = ["--x", "stack_pressure=0.3..20 MPa", "--y", "half_cycle_charge=0.2..2 mAh/cm^2", "--points", "2"]
    arguments = ["--model", "lumped", "--workers", "1", "--set", 'protocol.step="0.8 mA/cm^2"']
    assert main(["map", str(case), *axes, *arguments, "-o", str(tmp_path / "out")]) == 0
    content = json.loads((tmp_path / "out" / "map.json").read_text())
    assert content["model"] == "lumped"
    assert content["criteria"] == []
    assert {mode for row in content["mechanism"] for mode in row} <= {"filament-short", "contact-loss", "none"}


def test_the_folder_is_beside_the_case_unless_told(case: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["map", str(case), *AXES, "--points", "3"]) == 0
    assert (case.parent / "results" / "cell-map" / "map.png").exists()
    capsys.readouterr()


def test_the_quantities_are_listed(capsys: pytest.CaptureFixture) -> None:
    assert main(["map", "--quantities"]) == 0
    assert "stack_pressure                MPa           Stack pressure" in capsys.readouterr().out
    assert main(["map", "--quantities", "--json"]) == 0
    listed: dict[str, Any] = json.loads(capsys.readouterr().out)
    needed = (
        "stack_pressure current_density temperature flaw_length shear_modulus molar_volume_ratio transference_number"
    )
    needed += " grain_boundary_resistance electronic_conductivity electrolyte_thickness"
    assert set(needed.split()) <= set(listed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "argument of lisse map: --x QUANTITY=LOW..HIGH: allowed: it is needed. See which there are"),
        (["--x", "pressure=1..2 MPa", "--y", "flaw_length=1..2 um"], "quantity of an axis: got 'pressure'"),
        (["--x", "stack_pressure=1..2 um", "--y", "flaw_length=1..2 um"], "stack_pressure: got '2 um'"),
        ([*AXES, "--points", "1"], "points: got 1; allowed: a whole number from 2 to 1000"),
        ([*AXES, "--model", "resolve"], "model.name: got 'resolve'; allowed: analytic, lumped, resolved"),
        ([*AXES, "--workers", "0"], "--workers: got 0; allowed: 1 or more"),
        ([*AXES, "--set", "cell.stack.presure=1"], "no such key"),
        (
            ["--x", "flaw_length=2..3 mm", "--y", "stack_pressure=1..2 MPa"],
            "mean_length",
        ),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture, arguments: list[str], message: str
) -> None:
    folder = tmp_path / "out"
    assert main(["map", str(case), *arguments, "-o", str(folder)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err or (message == "no such key" and "presure" in shown.err)
    assert shown.err.count("\n") == 1
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--model", "analytic", "--set", "model.name=lumped"],
            "--model: got 'analytic'; allowed: the model once, not also as --set model.name=lumped",
        ),
        (["--model", "lumped", "--set", 'model = {name="lumped"}'], "the model once, not also as --set model"),
        (
            ["--set", 'protocol={name="hold", voltage="50 mV", duration="1 h"}'],
            "command line: protocol: got 'hold'; allowed: at least one step of set current",
        ),
    ],
)
def test_what_a_model_cannot_do_is_said_with_its_place(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture, arguments: list[str], message: str
) -> None:
    axes = ["--x", "stack_pressure=1..2 MPa", "--y", "flaw_length=1..2 um", "--points", "2", "--workers", "1"]
    assert main(["map", str(case), *axes, *arguments, "-o", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_refusal_of_the_model_names_file_and_line(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    head = CASE.partition("[protocol]")[0]
    case.write_text(f'{head}[protocol]\nname = "hold"\nvoltage = "50 mV"\nduration = "1 h"\n')
    axes = ["--x", "stack_pressure=1..2 MPa", "--y", "temperature=20..30 degC", "--points", "2", "--workers", "1"]
    assert main(["map", str(case), *axes, "-o", str(tmp_path / "out")]) == 2
    assert "cell.toml, line 16: protocol: got 'hold'" in capsys.readouterr().err


def test_the_model_may_be_named_by_set(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    arguments = ["--set", "model.name=lumped", "--workers", "1", "--set", 'protocol.step="1.4 mA/cm^2"']
    axes = ["--x", "stack_pressure=1..20 MPa", "--y", "flaw_length=1..20 um", "--points", "2"]
    assert main(["map", str(case), *axes, *arguments, "--json", "-o", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "lumped"


def test_warnings_of_the_map_are_told(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    axes = ["--x", "stack_pressure=1..20 MPa", "--y", "salt_diffusivity=1e-8..1e-7 cm^2/s", "--points", "3"]
    assert main(["map", str(case), *axes, "-o", str(tmp_path / "out")]) == 0
    assert "warning: salt_diffusivity changes no limit of this cell\n" in capsys.readouterr().out


def test_a_killed_worker_is_exit_code_3(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    def broken(*given: Any, **settings: Any) -> None:
        raise BrokenProcessPool("a child process terminated abruptly")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", broken)
    axes = ["--x", "stack_pressure=1..20 MPa", "--y", "flaw_length=1..20 um", "--points", "2"]
    assert main(["map", str(case), *axes, "--model", "lumped", "--workers", "2", "-o", str(tmp_path / "out")]) == 3
    assert "take fewer processes (--workers 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_no_case_is_bad_input(capsys: pytest.CaptureFixture) -> None:
    assert main(["map", *AXES]) == 2
    assert "CASE.toml" in capsys.readouterr().err
