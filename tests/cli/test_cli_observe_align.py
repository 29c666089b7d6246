"""``lisse observe`` and ``lisse align``: files written, tables, JSON and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from lisse.cli.main import main
from lisse.fields import load_fields
from lisse.measurement.virtual import ChemicalShiftImager, load_frames, observe
from lisse.records import load_measurement, load_solution
from lisse.report import observed_figure
from virtual_scenes import saved, solid, solution


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved run in which a void opens."""
    folder = tmp_path_factory.mktemp("observed") / "run"
    times = np.linspace(0.0, 4e4, 41)
    void = np.zeros((2, 24))
    void[0, 8:16] = 3e-6
    frames = {float(t): {"void_height": void * (k > 20)} for k, t in enumerate(times)}
    saved(folder, solid((8, 24)), frames)
    switched = np.where(np.floor(times / 1e4) % 2 == 0, 1.0, -2.0) + times / 1e5
    made = solution(times, stack_pressure=3e6 + 10.0 * times, lithium=8e-6)
    data = made.data.assign(
        current_density=made.data["current_density"].copy(data=switched),
        voltage=made.data["voltage"].copy(data=0.01 * switched),
    )
    dataclasses.replace(made, data=data).save(folder / "solution.nc")
    return folder


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("xct", {"xct.nc", "xct.tif", "xct.png"}),
        ("ndp", {"ndp.nc", "ndp.csv", "ndp.png"}),
        ("nmr", {"nmr.nc", "nmr.csv", "nmr.png"}),
    ],
)
def test_every_instrument_writes_a_record_a_table_or_images_and_a_picture(run, tmp_path, name, files, capsys):
    out = tmp_path / "out"
    assert (
        main(["observe", str(run / "solution.nc"), "--instrument", name, "-o", str(out), "--seed", "3", "--json"]) == 0
    )
    content = json.loads(capsys.readouterr().out)
    assert {path.name for path in out.iterdir()} == files
    assert content["instrument"] == name
    assert content["seed"] == 3
    assert content["declaration"]["environment"]
    assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    loaded = load_frames(out / f"{name}.nc")
    assert loaded.seed == 3
    if name == "ndp":
        rows = list(csv.reader((out / "ndp.csv").read_text().splitlines()))
        assert {"time / s", "depth / m", "counts / 1"} <= set(rows[0])
        assert len(rows) == 1 + loaded.picture.size


def test_settings_are_quantities_and_the_words_tell_what_cannot_be_seen(run, capsys):
    words = ["observe", str(run / "solution.nc"), "--instrument", "xct", "--set", "voxel=1 um", "--set", "noise=0"]
    words += ["--set", "attenuation=electrolyte: 300 1/m, lithium: 9 1/m"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "cannot see lithium: lithium attenuates hardly more than nothing" in text
    assert "x 22, y 12" in text


def test_a_technique_is_named_for_a_feature(capsys):
    assert main(["observe", "--can-see", "2 um", "--material", "void", "--through", "300 um LLZO", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["asked"] == {"size": 2e-6, "time": None, "feature": "void", "through": [pytest.approx(3e-4), "LLZO"]}
    answers = {row["technique"]: row["answer"] for row in content["techniques"]}
    assert answers["xct"] == "maybe"
    assert answers["cycler"] == answers["ndp"] == answers["nmr"] == answers["sem"] == "no"
    assert all(reason["mark"] for row in content["techniques"] for reason in row["reasons"])
    assert main(["observe", "--can-see", "50 um", "--material", "lithium", "--time", "2 h"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("yes    7Li chemical-shift imager") for line in lines)
    assert any(line.startswith("no     X-ray tomograph") for line in lines)


def test_larger_and_slower_is_never_harder_to_see(capsys):
    seen = []
    for size in ("0.02 um", "0.5 um", "2 um", "30 um"):
        assert main(["observe", "--can-see", size, "--time", "10 h", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["techniques"]
        seen.append({row["technique"] for row in rows if row["answer"] != "no"} - {"tem"})  # TEM: a field of 1 um
    assert all(before <= after for before, after in zip(seen, seen[1:], strict=False))
    assert seen[0] < seen[-1]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--instrument", "xct"], "SOLUTION.nc"),
        (["RUN"], "--instrument"),
        (["RUN", "--instrument", "xtc"], "Did you mean 'xct'"),
        (["RUN", "--instrument", "xct", "--set", "voxl=1 um"], "Did you mean 'voxel'"),
        (["RUN", "--instrument", "xct", "--set", "voxel=1"], "The unit is missing"),
        (["RUN", "--instrument", "xct", "--set", "seed=1"], "--seed N"),
        (["RUN", "--instrument", "impedance"], "this solution has no spectra"),
        (["RUN", "--instrument", "xct", "--time", "1 h"], "only together with --can-see"),
        (["--can-see", "2 um", "--instrument", "xct"], "without instrument"),
        (["--can-see", "2 um", "--material", "voids"], "Did you mean 'void'"),
        (["--can-see", "2 um", "--through", "LLZO"], "such as '300 um LLZO'"),
        (["--can-see", "2 um", "--through", "3 um LLZ"], "Did you mean 'LLZO'"),
        (["--can-see", "0 um"], "size: got 0.0; allowed: a number above 0"),
    ],
)
def test_what_observe_refuses(run, words, complaint, capsys):
    given = [str(run / "solution.nc") if word == "RUN" else word for word in words]
    assert main(["observe", *given]) == 2
    assert complaint in capsys.readouterr().err


def test_a_lumped_run_has_no_image_and_exit_code_two(tmp_path, capsys):
    solution(model="lumped").save(tmp_path / "solution.nc")
    assert main(["observe", str(tmp_path / "solution.nc"), "--instrument", "xct", "--json"]) == 2
    content = json.loads(capsys.readouterr().out)
    assert "The resolved model saves them" in content["message"]


@pytest.fixture(scope="module")
def observed(run: Path) -> Path:
    """Files of three instruments of one run."""
    out = run.parent / "seen"
    for name, more in (("cycler", []), ("optical", ["--set", "frame_time=1 s"]), ("pressure", [])):
        assert main(["observe", str(run / "solution.nc"), "--instrument", name, "-o", str(out), *more, "--json"]) == 0
    assert {path.suffix for path in out.glob("cycler.*")} == {path.suffix for path in out.glob("pressure.*")}
    assert {path.name for path in out.glob("cycler.*")} == {"cycler.nc", "cycler.csv", "cycler.png"}
    assert load_measurement(out / "pressure.nc").instrument == "virtual pressure cell"
    return out


def test_align_writes_tables_records_and_a_picture(observed, tmp_path, capsys):
    out = tmp_path / "out"
    files = [str(observed / f"{name}.nc") for name in ("cycler", "optical", "pressure")]
    assert main(["align", *files, "--on", "time", "-o", str(out), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [clock["source"] for clock in content["clocks"]] == ["cycler", "optical", "pressure"]
    assert {path.name for path in out.iterdir()} == {
        "alignment.json", "events.csv", "pairs.csv", "alignment.png", "aligned_cycler.nc", "aligned_optical.nc",
        "aligned_pressure.nc",
    }  # fmt: skip
    kinds = {(event["source"], event["kind"], event["switch"]) for event in content["events"]}
    assert ("optical", "appears", False) in kinds
    assert ("cycler", "jump", True) in kinds
    rows = list(csv.DictReader((out / "events.csv").read_text().splitlines()))
    assert len(rows) == len(content["events"])
    assert (out / "alignment.png").read_bytes().startswith(b"\x89PNG")
    assert load_frames(out / "aligned_optical.nc").inputs["own_clock"]["method"] == "as recorded"


def test_align_says_what_it_did_in_words(observed, capsys):
    files = [str(observed / f"{name}.nc") for name in ("cycler", "optical")]
    assert main(["align", *files, "--mark", "cycler=0 s", "--mark", "optical=100 s"]) == 0
    text = capsys.readouterr().out
    assert "optical: offset -100 s, drift 0 ppm, by marks" in text
    assert "events beside" in text


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["cycler.nc"], "two or more of one cell"),
        (["cycler.nc", "cycler.nc"], "files of different names"),
        (["cycler.nc", "optical.nc", "--mark", "opticl=1 s"], "Did you mean 'optical'"),
        (["cycler.nc", "optical.nc", "--mark", "optical=1"], "The unit is missing"),
        (["cycler.nc", "optical.nc", "--register", "rigit"], "Did you mean 'rigid'"),
        (["cycler.nc", "optical.nc", "--on", "voltage"], "a channel that both records have"),
        (["cycler.nc", "nothing.nc"], "nothing.nc"),
        (["cycler.nc", "cycler.png"], "cycler.png"),
    ],
)
def test_what_align_refuses(observed, words, complaint, capsys):
    given = [str(observed / word) if "." in word and "=" not in word else word for word in words]
    assert main(["align", *given]) == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_in_place_of_the_solution_says_which_file(run, capsys):
    assert main(["observe", str(run), "--instrument", "cycler"]) == 2
    assert str(run / "solution.nc") in capsys.readouterr().err


@pytest.mark.parametrize("name", ["xct", "ndp", "nmr"])
def test_a_picture_that_takes_longer_than_the_run_says_so(run, name, capsys):
    words = ["observe", str(run / "solution.nc"), "--instrument", name, "--json", "--set"]
    for frame_time, told in (("1 h", False), ("12 h", True)):
        assert main([*words, f"frame_time={frame_time}"]) == 0
        warnings = json.loads(capsys.readouterr().out)["warnings"]
        assert any("one scan takes 12 h, longer than all of the run (11.1 h)" in text for text in warnings) is told


def test_readings_are_drawn_in_the_units_of_the_field(run):
    made = observe(load_solution(run / "solution.nc"), "cycler", area=1e-4)
    figure = observed_figure._readings(made)
    drawn = {axes.get_ylabel().replace("\n", " "): axes.lines[0].get_ydata() for axes in figure.axes}
    assert set(drawn) == {"Current / mA", "Voltage / mV", "Applied Pressure / MPa"}
    assert drawn["Current / mA"] == pytest.approx(1e3 * made.data["Current / A"].values)
    assert drawn["Voltage / mV"] == pytest.approx(1e3 * made.data["Voltage / V"].values)
    assert drawn["Applied Pressure / MPa"] == pytest.approx(1e-6 * made.data["Applied Pressure / Pa"].values)
    volts, words = observed_figure._in_field_units("Voltage / V", np.array([0.2, 3.6, np.nan]))
    assert (words, volts[1]) == ("Voltage / V", 3.6)
    assert observed_figure._in_field_units("Cycle Count", np.ones(2))[1] == "Cycle Count"


def test_one_frame_of_shifts_is_drawn_once(run):
    solution, fields = load_solution(run / "solution.nc"), load_fields(run)
    for frame_time, count in ((5e4, 2), (0.0, 3)):
        made = observe(solution, ChemicalShiftImager(frame_time=frame_time), fields=fields)
        pictures = [axes for axes in observed_figure._spectral_images(made).axes if axes.images]
        spectra = [line for axes in observed_figure._spectral_images(made).axes for line in axes.lines]
        assert (len(pictures) + 1, len(spectra) + 1) == (count, count)
