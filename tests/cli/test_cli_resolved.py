"""``lisse run`` and ``lisse map`` with the resolved model, on a handful of voxels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from lisse import load_fields
from lisse.cli.main import main
from lisse.models.resolved.model import Resolved
from lisse.records import load_solution
from lisse.study import load_case

CASE = """\
title = "a few voxels"
[cell]
area = "1 cm^2"
[cell.electrolyte]
material = "LLZO"
thickness = "4 um"
[cell.anode]
material = "lithium"
thickness = "20 um"
[cell.stack]
pressure = "3 MPa"
forming_pressure = "400 MPa"
[protocol]
name = "cycle"
current_density = "1 mA/cm^2"
half_cycle = "20 s"
cycles = 1
[model]
name = "resolved"
[model.resolved]
voxel = "1 um"
width = "2 um"
fracture = false
lithium = "fluid"
scatter = 0.3
time_tolerance = 0.05
saved_times = 4
"""
FILES = {"animation.gif", "case.toml", "checkpoint.npz", "fields", "report.html", "solution.nc", "summary.json"}


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "few.toml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A case that was run, and its results."""
    folder = tmp_path_factory.mktemp("resolved")
    file = folder / "few.toml"
    file.write_text(CASE, encoding="utf-8")
    assert main(["run", str(file), "-o", str(folder / "out"), "--json"]) == 0
    return file, folder / "out"


def test_a_run_writes_fields_and_a_page_with_them(done: tuple[Path, Path]) -> None:
    file, out = done
    assert {path.name for path in out.iterdir()} == FILES
    fields = load_fields(out)
    assert fields.sizes["time"] >= 4
    assert float(fields["time"][-1]) == pytest.approx(40.0)
    assert "Where and when it happens" in (out / "report.html").read_text("utf-8")
    content = json.loads((out / "summary.json").read_text("utf-8"))
    assert (content["model"], content["status"]) == ("resolved", "completed")
    assert content["events"] == []
    assert "fields" in content
    assert load_case(out / "case.toml") == load_case(file)


def test_resuming_after_an_interruption_gives_the_same_result(
    done: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stopped by the user in the second half-cycle, and then taken up from the checkpoint."""
    file, whole = done
    out = tmp_path / "out"
    kept = Resolved.solve.__globals__["_Run"]._keep
    count = 0

    def interrupt(self, *arguments) -> None:  # type: ignore[no-untyped-def]
        nonlocal count
        kept(self, *arguments)
        count += 1
        if count == 16:
            raise KeyboardInterrupt

    monkeypatch.setattr("lisse.models.resolved.model.CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr("lisse.models.resolved.model._Run._keep", interrupt)
    assert main(["run", str(file), "-o", str(out)]) == 130
    told = capsys.readouterr().err
    assert f"--resume -o {out} goes on from the last checkpoint" in told
    assert not (out / "solution.nc").exists()
    assert main(["run", str(file), "-o", str(out), "--resume"]) == 0
    one, two = load_solution(whole / "solution.nc"), load_solution(out / "solution.nc")
    for name, array in one.data.items():
        np.testing.assert_allclose(two.data[name].values, array.values, rtol=1e-9, atol=1e-12, err_msg=str(name))
    times = load_fields(out)["time"].values  # where it was taken up, there is one more
    assert set(load_fields(whole)["time"].values) <= set(times)
    assert (np.diff(times) > 0).all()


def test_an_interruption_before_the_first_checkpoint_says_so(
    case_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lisse.models.resolved.model._Run._keep", interrupt)
    assert main(["run", str(case_file), "-o", str(tmp_path / "out")]) == 130
    assert "there is no checkpoint yet to --resume from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--set", 'cell.stack.pressure="5 MPa"'], "of another case'; allowed: one of this case"),
        (["--model", "lumped"], "--resume: got 'the lumped model'; allowed: the resolved model, which keeps"),
    ],
)
def test_what_cannot_be_resumed_is_refused(
    done: tuple[Path, Path], extra: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = done
    before = (out / "solution.nc").read_bytes(), load_fields(out).sizes["time"]
    assert main(["run", str(file), "-o", str(out), "--resume", *extra]) == 2
    assert message in capsys.readouterr().err
    assert (out / "solution.nc").read_bytes() == before[0]
    assert load_fields(out).sizes["time"] == before[1]


def test_there_is_nothing_to_resume_without_a_checkpoint(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(case_file), "-o", str(tmp_path / "new"), "--resume"]) == 2
    assert re.search(r"--resume: got '.*new'; allowed: a folder that has a checkpoint.npz", capsys.readouterr().err)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('microstructure={generate="polycrystal",size=["8 um","8 um"],grain="4 um"}', "microstructure: got '8 um"),
        ('microstructure={generate="polycrystal",size=["4 um","8 um"],grain="-4 um"}', "microstructure.grain: got -4"),
        ('flaws={count=3,length="1 um"}', "flaws.length: got 1e-06"),
        (
            'microstructure={generate="polycrystal",size=["4um","8um"],grain="4 um",porosity=0.1,pore_diameter="1um"}',
            "microstructure.pore_diameter: got '1e-06 m, 1 voxels of 1e-06 m'; allowed: at least 2 voxels across",
        ),
        ('microstructure={file="labels.npy",phases={0="pore",1="coating"}}', "phases.coating: allowed: one of"),
    ],
)  # fmt: skip
def test_what_shows_only_when_the_voxels_are_made_is_named_by_its_key(
    change: str, message: str, case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(case_file.parent / "labels.npy", np.indices((4, 4))[1].astype(np.uint8) // 2)
    assert main(["run", str(case_file), "--set", f"model.resolved.{change}"]) == 2
    assert f": model.resolved.{message}" in capsys.readouterr().err


def test_a_batch_of_cells_draws_the_scatter_of_the_interface(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draws = ["--draws", "2", "--workers", "1"]
    assert main(["run", str(case_file), "-o", str(tmp_path / "out"), "--json", *draws]) == 0
    found = json.loads(capsys.readouterr().out)["critical_current_distribution"]
    assert found["flaws"] is True
    assert len({cell["seed"] for cell in found["cells"]}) == 2
    assert [cell["status"] for cell in found["cells"]] == ["completed", "completed"]


def test_a_map_runs_it_at_every_point(case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["--x", "stack_pressure=1..10 MPa", "--y", "current_density=1..1000 mA/cm^2", "--points", "2"]
    arguments = [*axes, "--model", "resolved", "--workers", "1", "--json", "-o", str(tmp_path / "map")]
    assert main(["map", str(case_file), *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"] == "resolved"
    assert found["mechanism"][0] == ["none", "none"]
    assert "none" not in found["mechanism"][1]
