"""``lisse fields``: the list, the series for ParaView, the animated picture, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lisse.cli.main import main
from lisse.fields import FIELDS
from resolved_fields import saved_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    saved_run(tmp_path / "run", 16, frames=4)
    return tmp_path / "run"


def test_the_list_names_fields_times_and_events(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", str(run)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("4 saved times from 0 s to 7.5 s, 16 x 16 voxels of 0.5 um\n")
    assert all(f"  {name} " in text for name in FIELDS)
    assert ["stress", "Pa", "time,", "voigt,", "x,", "y"] in [line.split() for line in text.splitlines()]
    assert text.endswith("0 s: start\n2.5 s: first crack\n7.5 s: short\n")


def test_json_is_one_object_in_si(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, picture = tmp_path / "out", tmp_path / "crack.gif"
    words = ["fields", str(run), "--json", "--paraview", str(out), "--every", "2", "--animation", str(picture)]
    assert main([*words, "--show", "current-density"]) == 0
    printed = capsys.readouterr()
    content = json.loads(printed.out)
    assert printed.err == ""
    assert content["times"][1] == {"time": 2.5, "event": "first crack"}
    assert {row["name"]: row["unit"] for row in content["fields"]} == {name: FIELDS[name].unit for name in FIELDS}
    assert content["written"] == {"paraview": str(out / "fields.pvd"), "animation": str(picture)}
    assert sorted(path.name for path in out.glob("*.vti")) == [f"fields_00000{k}.vti" for k in (0, 2, 3)]
    assert picture.read_bytes().startswith(b"GIF89a")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--every", "0"], "--every: got 0; allowed: 1 or more"),
        (["--show", "damage"], "only together with --animation"),
        (["--animation", "a.gif", "--show", "dammage"], "Did you mean 'damage'?"),
        (["--animation", "a.mp4"], "a name that ends in .gif"),
        (["--paraview", "/dev/null/out"], "output folder"),
    ],
)
def test_what_is_refused(run: Path, words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", str(run), *words]) == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_without_fields_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", str(tmp_path)]) == 2
    assert "It holds no saved fields" in capsys.readouterr().err
