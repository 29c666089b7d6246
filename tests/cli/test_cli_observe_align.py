"""``lisse observe`` and ``lisse align``: files written, tables, JSON and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import json
import shlex
from pathlib import Path

import numpy as np
import pytest

import lisse
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
        assert {"time / s", "depth / um", "counts"} <= set(rows[0])
        assert len(rows) == 1 + loaded.picture.size


def test_the_table_of_the_cycler_is_bdf_and_reads_back(run, tmp_path, capsys):
    assert main(["observe", str(run / "solution.nc"), "--instrument", "cycler", "-o", str(tmp_path), "--json"]) == 0
    capsys.readouterr()
    back, made = lisse.read(tmp_path / "cycler.csv"), load_measurement(tmp_path / "cycler.nc")
    assert set(back.data.data_vars) >= {"Test Time / s", "Voltage / V", "Current / A", "Applied Pressure / Pa"}
    for name in made.data.data_vars:
        assert back.data[name].values == pytest.approx(made.data[name].values, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("ndp", {"time / s", "exposure_start / s", "exposure_end / s", "depth / um", "counts"}),
        ("nmr", {"time / s", "exposure_start / s", "exposure_end / s", "x / um", "shift / ppm", "lithium / mol/L"}),
        ("pressure", {"Test Time / s", "Applied Pressure / MPa"}),
    ],
)
def test_other_tables_are_in_the_units_of_the_field(run, tmp_path, name, headings):
    words = ["observe", str(run / "solution.nc"), "--instrument", name, "-o", str(tmp_path), "--json"]
    assert main([*words, "--set", "pixel=30 um"] if name == "nmr" else words) == 0
    rows = list(csv.DictReader((tmp_path / f"{name}.csv").read_text().splitlines()))
    assert set(rows[0]) == headings
    if name == "pressure":
        true = load_measurement(tmp_path / "pressure.nc").data["Applied Pressure / Pa"].values
        assert [float(row["Applied Pressure / MPa"]) for row in rows] == pytest.approx(1e-6 * true)
        assert all(len(row["Applied Pressure / MPa"]) <= 8 for row in rows)
        return
    picture = load_frames(tmp_path / f"{name}.nc").picture
    signal = "counts" if name == "ndp" else "lithium / mol/L"
    scale = 1.0 if name == "ndp" else 1e-3
    assert [float(row[signal]) for row in rows] == pytest.approx(scale * picture.values.ravel())
    place = "depth" if name == "ndp" else "x"
    assert sorted({float(row[f"{place} / um"]) for row in rows}) == pytest.approx(1e6 * picture[place].values)


def test_chemical_shifts_are_given_in_ppm(run, capsys):
    words = ["observe", str(run / "solution.nc"), "--instrument", "nmr", "--set", "bulk_shift=260 ppm", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["bulk_shift"] == 260.0


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
    assert answers["cycler"] == answers["ndp"] == answers["nmr"] == answers["xps"] == "no"
    assert all(reason["mark"] for row in content["techniques"] for reason in row["reasons"])
    assert main(["observe", "--can-see", "50 um", "--material", "lithium", "--time", "2 h"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("yes    7Li chemical-shift imager") for line in lines)
    assert any(line.startswith("no     X-ray tomograph") for line in lines)


@pytest.mark.parametrize(
    ("words", "sees", "blind"),
    [
        (["50 nm", "--material", "interphase"], {"tem", "xps"}, {"xct", "ndp", "nmr", "optical", "impedance"}),
        (["200 nm", "--material", "filament", "--through", "300 um LLZO"], set(), {"xct", "optical", "ndp", "nmr"}),
        (["20 um", "--material", "lithium"], {"ndp", "optical"}, {"xct", "nano-xct", "cycler"}),
        (["5 um", "--material", "crack", "--through", "500 um Li6PS5Cl"], {"xct"}, {"ndp", "nmr", "cycler"}),
        (["5 um", "--material", "lithium", "--through", "60 um lithium"], {"ndp"}, {"optical", "xct", "nmr"}),
        (["5 um", "--material", "lithium", "--through", "30 um LLZO"], set(), {"ndp", "xct"}),
        (["1 um", "--material", "grain-boundary"], {"sem", "tem"}, {"xct", "ndp", "optical", "impedance"}),
    ],
)
def test_answers_are_those_of_an_experimentalist(words, sees, blind, capsys):
    assert main(["observe", "--can-see", *words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["techniques"]
    answers = {row["technique"]: row["answer"] for row in rows}
    assert {name for name in answers if answers[name] == "yes"} == sees
    assert all(answers[name] == "no" for name in blind)
    for row in rows:
        assert {reason["answer"] for reason in row["reasons"]} >= {row["answer"]}
        assert row["environment"]


def test_a_feature_of_just_the_resolution_is_found_and_what_speaks_for_a_blind_one_is_left_out(capsys):
    assert main(["observe", "--can-see", "20 um", "--material", "lithium"]) == 0
    text = capsys.readouterr().out
    assert "maybe  7Li chemical-shift imager" in text
    assert "no     X-ray tomograph                     lithium attenuates hardly more than nothing (S)" in text
    assert main(["observe", "--can-see", "1e-9 um"]) == 0
    assert "resolution 1 um: 1e+09 times the feature" in capsys.readouterr().out


def test_larger_and_slower_is_never_harder_to_see(capsys):
    seen = []
    for size in ("0.02 um", "0.5 um", "2 um", "30 um"):
        assert main(["observe", "--can-see", size, "--time", "10 h", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["techniques"]
        seen.append({row["technique"] for row in rows if row["answer"] != "no"} - {"tem", "xps"})  # small fields
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
        (["RUN", "--instrument", "xct", "--seed", "-1"], "seed: got -1; allowed: a whole number"),
        (["RUN", "--instrument", "nmr", "--set", "bulk_shift=260"], "The unit is missing"),
        (["--can-see", "1 ppm"], "such as '20 um'"),
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
    assert [float(row["time / h"]) for row in rows] == pytest.approx([e["time"] / 3600 for e in content["events"]])
    places = [event["place"] for event in content["events"] if event["source"] == "optical"]
    seen = [row for row in rows if row["source"] == "optical"]
    assert [float(row["x / um"]) for row in seen] == pytest.approx([1e6 * place[0] for place in places])
    assert {row["unit"] for row in seen} == {"um2"}
    assert {row["unit"] for row in rows if row["channel"] == "voltage" and row["kind"] == "jump"} == {"mV"}
    assert (out / "alignment.png").read_bytes().startswith(b"\x89PNG")
    assert load_frames(out / "aligned_optical.nc").inputs["own_clock"]["method"] == "as recorded"


def test_align_says_what_it_did_in_words(observed, capsys):
    files = [str(observed / f"{name}.nc") for name in ("cycler", "optical")]
    assert main(["align", *files, "--mark", "cycler=0 s", "--mark", "optical=100 s"]) == 0
    text = capsys.readouterr().out
    assert "optical: offset -100 s, drift 0 ppm, by marks" in text
    assert "of them without a partner in another record" in text


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


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
    """A cell, a log of its pressure that started 10 min later, the same under names that say nothing, and two
    records of regular cycling."""
    folder = tmp_path_factory.mktemp("bench")
    random = np.random.default_rng(0)
    time = np.arange(0.0, 6 * 3600.0, 10.0)
    ends, levels = np.array([0.0, 3600.0, 9000.0, 10000.0, 15000.0]), np.array([1.0, -1.0, 2.0, -1.5, 1.0])
    current = levels[np.searchsorted(ends, time, side="right") - 1]
    charge = np.append(0.0, np.cumsum(0.5 * (current[1:] + current[:-1]) * 10.0)) / 3600.0
    regular = np.where((time // 3600) % 2 == 0, 1.0, -1.0)
    for name, amperes, start in (("cell", current, 0.0), ("cycler", regular, 0.0), ("logger", regular, 900.0)):
        rows = zip(time + start, amperes, 100.0 * amperes + 0.1 * random.normal(size=time.size), strict=True)
        lines = [f"{t:.1f},{i},{v:.4f}" for t, i, v in rows]
        (folder / f"{name}.csv").write_text("\n".join(["Test Time / s,Current / mA,Voltage / mV", *lines]) + "\n")
    own = np.arange(0.0, 5 * 3600.0, 30.0)
    pressure = 30.0 + 2.0 * np.interp(own + 600.0, time, charge) + 1e-3 * random.normal(size=own.size)
    for name, head, scale in (("press", "Time / s,Pressure / bar", 1.0), ("strange", "Uhr,P", 60.0)):
        lines = [f"{t / scale:.4f},{p:.5f}" for t, p in zip(own, pressure, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([head, *lines]) + "\n")
    return folder


@pytest.mark.parametrize(
    ("log", "said"),
    [("press", []), ("strange", ["strange: Uhr=Test Time / min", "strange: P=Applied Pressure / bar"])],
)
def test_a_log_of_the_pressure_needs_no_voltage(bench, tmp_path, log, said, capsys):
    files = [str(bench / "cell.csv"), str(bench / f"{log}.csv")]
    words = [word for text in said for word in ("--column", text)]
    assert main(["align", *files, *words, "-o", str(tmp_path), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    clock = content["clocks"][1]
    assert clock["channels"] == ["charge", "pressure"]
    assert clock["offset"] + clock["drift"] * 9000.0 == pytest.approx(600.0, abs=4 * clock["error"])
    kinks = [event for event in content["events"] if event["source"] == log]
    assert len(kinks) == 4
    assert all(event["switch"] for event in kinks)  # the pressure turns round with the current of the other record
    saved_log = load_measurement(tmp_path / f"aligned_{log}.nc")
    assert sorted(map(str, saved_log.data.data_vars)) == ["Applied Pressure / Pa", "Test Time / s"]


def test_regular_cycling_asks_for_a_mark_in_words_that_work(bench, capsys):
    files = [str(bench / "cycler.csv"), str(bench / "logger.csv")]
    assert main(["align", *files]) == 0
    text = capsys.readouterr().out
    assert "by shape of current (one of several places, see the warning)" in text
    assert "an offset of -8100 s fits about as well as -900 s" in text
    advice = shlex.split(text.partition("give the time of one moment on both clocks (")[2].partition(", or marks=")[0])
    assert advice == ["--mark", "cycler=TIME", "--mark", "logger=TIME"]
    moments = {"cycler=TIME": "cycler=1 h", "logger=TIME": "logger=4500 s"}
    assert main(["align", *files, *(moments.get(word, word) for word in advice)]) == 0
    text = capsys.readouterr().out
    assert "logger: offset -900 s, drift 0 ppm, by marks" in text
    assert "repeats" not in text


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (["strange: P"], "NAME=MEANING"),
        (["strange: P=Applied Pressure / bar"], "one column that is 'Test Time / s'"),
        (["strange: Uhr=Test Time / min", "strange: p=Applied Pressure / bar"], "a column of the file: Uhr, P"),
        (["Uhr=Test Time / min"], "a column of the file: Test Time / s"),  # without a name it is said of every table
        ([], "--column"),
    ],
)
def test_faults_of_the_columns_of_a_log_are_named(bench, said, complaint, capsys):
    words = [word for text in said for word in ("--column", text)]
    assert main(["align", str(bench / "cell.csv"), str(bench / "strange.csv"), *words]) == 2
    assert complaint in capsys.readouterr().err
