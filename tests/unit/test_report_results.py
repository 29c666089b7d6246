from __future__ import annotations

import json

import pytest
from report_solutions import made_up

from lisse.errors import InvalidInput
from lisse.records import load_solution
from lisse.report import summary, write_results

FILES = {"case.toml", "solution.nc", "summary.json", "report.html"}


def test_four_files_are_written_into_a_new_folder(tmp_path):
    solution = made_up()
    folder = write_results(tmp_path / "new" / "deeper", solution, "A title", 'title = "A title"\n')
    assert folder == tmp_path / "new" / "deeper"
    assert {path.name for path in folder.iterdir()} == FILES
    assert load_solution(folder / "solution.nc") == solution
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == summary(solution, "A title")
    assert (folder / "case.toml").read_text(encoding="utf-8") == 'title = "A title"\n'


def test_a_second_run_replaces_the_first_and_leaves_no_scraps(tmp_path):
    write_results(tmp_path, made_up(), "the first run", "")
    write_results(tmp_path, made_up(status="failed", status_text="step 2"), "second", "")
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["title"] == "second"
    assert "the first run" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_same_run_gives_the_same_page(tmp_path):
    one, two = (write_results(tmp_path / name, made_up(), "t", "") / "report.html" for name in ("a", "b"))
    assert one.read_bytes() == two.read_bytes()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InvalidInput, match="output folder: got .*taken.*allowed: a folder, new or existing"):
        write_results(tmp_path / "taken", made_up(), "t", "")
    with pytest.raises(InvalidInput, match="output folder"):
        write_results(tmp_path / "taken" / "below", made_up(), "t", "")
    assert (tmp_path / "taken").read_text() == "mine"
