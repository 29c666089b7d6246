import argparse
import csv
import json
import shlex

import numpy as np
import pytest

from lisse.cli import analyse
from lisse.errors import InvalidInput
from lisse.measurement.analysis.analyse import CELL_KINDS
from lisse.report import TABLE_STYLES


@pytest.fixture
def cell(tmp_path):
    """A BDF file of a ramp of 100 ohm that shorts in its fourth half-cycle."""
    rows = ["Test Time / s,Current / mA,Voltage / mV"]
    for step, level in enumerate([1, -1, 2, -2]):
        for moment in np.arange(0, 3601, 60):
            dead = step == 3 and moment >= 1800
            rows.append(f"{3600 * step + moment},{level},{0.01 if dead else 100 * level}")
    path = tmp_path / "ramp.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def run(*words):
    parser = argparse.ArgumentParser()
    analyse.add_parser(parser.add_subparsers())
    args = parser.parse_args(["analyse", *map(str, words)])
    return args.run(args)


def test_summary_is_in_the_units_of_the_field(cell, capsys):
    assert run(cell, "--area", "2 cm^2") == 0
    text = capsys.readouterr().out
    assert "bdf, 4 h, 4 half-cycles, 2 cm2 (given)" in text
    assert "current / mA" in text
    assert "ASR / ohm cm2" in text
    assert "The cell failed by hard short at 3.5 h, at 1 mA/cm2" in text
    assert "Critical current: 2 mA, 1 mA/cm2" in text


def test_without_area_it_says_what_is_missing_and_how_to_give_it(cell, capsys):
    assert run(cell) == 0
    text = capsys.readouterr().out
    assert "area not known" in text
    assert "ASR" not in text
    assert "give --area" in text
    assert "100" in text


def test_json_is_one_object_with_null_for_the_unknown(cell, capsys):
    assert run(cell, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["area"], content["area_source"], content["critical_current_density"]) == (None, None, None)
    assert content["critical_current"] == pytest.approx(2e-3)
    assert content["files"] == [str(cell)]


def test_record_states_the_area(cell, tmp_path, capsys):
    record = tmp_path / "record.toml"
    record.write_text('[lithium]\narea = "2 cm^2"\n')
    assert run(cell, "--record", record, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["area"], content["area_source"]) == (pytest.approx(2e-4), "record")
    assert content["critical_current_density"] == pytest.approx(10.0)
    assert run(cell, "--record", record, "--area", "200 mm^2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["area_source"] == "given"


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        ('[lithium]\naera = "2 cm^2"', r"record\.toml, line 2: .*aera.*Did you mean 'area'"),
        ("[lithium]\narea = 2", r"record\.toml, line 2: lithium\.area: got 2"),
        ('[lithium]\narea = "2 s"', r"record\.toml, line 2: lithium\.area: got '2 s'"),
        ('[lithium]\narea = "-2 cm^2"', r"record\.toml, line 2: lithium\.area: got '-2 cm\^2'"),
        ('area = "2 cm^2"', r"record\.toml, line 1: area: .*It belongs to \[lithium\]"),
        ('[lithium]\narea = "2 cm^2', r"record\.toml: .*TOML.*Unterminated string"),
        ('[lithium]\narea = "3 cm^2"', r"--area: got '2 cm\^2'; allowed: the 3 cm2 of .*record\.toml"),
    ],
)
def test_faults_of_the_record_are_named(cell, tmp_path, content, pattern):
    record = tmp_path / "record.toml"
    record.write_text(content)
    with pytest.raises(InvalidInput, match=pattern):
        run(cell, "--record", record, "--area", "2 cm^2")


@pytest.mark.parametrize("area", ["2", "2 s", "0 mm", "nan cm^2", "0 cm^2", "-1 cm^2", "area"])
def test_faults_of_the_area_are_named(cell, area):
    with pytest.raises(InvalidInput, match="^--area: got"):
        run(cell, f"--area={area}")


def test_absent_files_are_named(cell, tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        run(tmp_path / "none.mpt")
    with pytest.raises(InvalidInput, match="none.toml.*no such file"):
        run(cell, "--record", tmp_path / "none.toml")


def test_output_folder_gets_the_finding_and_the_table(cell, tmp_path, capsys):
    folder = tmp_path / "a" / "b"
    assert run(cell, "-o", folder, "--json") == 0
    assert json.loads((folder / "finding.json").read_text()) == json.loads(capsys.readouterr().out)
    with (folder / "half_cycles.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert float(rows[0]["plateau_voltage / mV"]) == pytest.approx(100.0)
    assert float(rows[2]["current / mA"]) == pytest.approx(2.0)
    assert float(rows[1]["start / h"]) == pytest.approx(1.0)
    assert rows[0]["area_resistance / ohm cm2"] == rows[0]["charge / mAh cm-2"] == ""
    assert sorted(path.name for path in folder.iterdir()) == ["finding.json", "half_cycles.csv", "report.html"]


def test_output_that_is_a_file_is_refused(cell):
    with pytest.raises(InvalidInput, match="-o: got .*a folder"):
        run(cell, "-o", cell)


def test_a_folder_that_cannot_be_made_is_refused_before_the_files_are_read(cell, tmp_path):
    with pytest.raises(InvalidInput, match="-o: got .*a folder"):
        run(tmp_path / "none.mpt", "-o", cell / "folder")


def test_one_is_not_many(tmp_path, capsys):
    path = tmp_path / "one.csv"
    rows = [f"{t},1,100" for t in range(0, 3600, 60)]
    path.write_text("\n".join(["Test Time / s,Current / mA,Voltage / mV", *rows]) + "\n")
    assert run(path) == 0
    assert "59 min, 1 half-cycle, area not known" in capsys.readouterr().out


def test_several_files_are_one_test(cell, tmp_path, capsys):
    second = tmp_path / "second.csv"
    second.write_bytes(cell.read_bytes())
    assert run(cell, second, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert len(content["half_cycles"]) == 8
    assert any("moved by 14400 s" in text for text in content["warnings"])


def test_long_tables_are_cut(tmp_path, capsys):
    path = tmp_path / "long.csv"
    moments = range(0, 20 * 600, 60)
    lines = [f"{t},{1 if (t // 600) % 2 else -1},{100 if (t // 600) % 2 else -100}" for t in moments]
    path.write_text("\n".join(["Test Time / s,Current / mA,Voltage / mV", *lines]) + "\n")
    assert run(path) == 0
    assert "... and 8 more" in capsys.readouterr().out


def test_a_record_names_the_files_of_its_cell(cell, tmp_path, capsys):
    record = tmp_path / "record.toml"
    record.write_text('files = ["ramp.csv"]\n[lithium]\narea = "2 cm^2"\n')
    assert run("--record", record, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert content["files"] == [str(cell)]
    assert content["critical_current_density"] == pytest.approx(10.0)
    record.write_text('[lithium]\narea = "2 cm^2"\n')
    with pytest.raises(InvalidInput, match=r"FILE: .*names its files.*record\.toml names none"):
        run("--record", record)
    with pytest.raises(InvalidInput, match="FILE: allowed: one file at least"):
        run()


@pytest.fixture
def batch(cell, tmp_path):
    """Four cells: a file, its copy in a folder, a record of it, and one that does not fail."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data.csv").write_bytes(cell.read_bytes())
    record = tmp_path / "third.toml"
    record.write_text('files = ["ramp.csv"]\n[lithium]\narea = "2 cm^2"\n')
    lines = cell.read_text().splitlines()
    sound = tmp_path / "sound.csv"
    sound.write_text("\n".join([lines[0], *(line for line in lines[1:] if not line.endswith("0.01"))]) + "\n")
    return [cell, folder, record, sound]


def test_cells_are_compared(batch, tmp_path, capsys):
    assert run(*batch, "--cells", "--area", "2 cm^2", "--json", "-o", tmp_path / "out") == 0
    content = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in content["cells"]] == ["ramp", "folder", "third", "sound"]
    assert content["statistics"]["modes"] == {"hard-short": 3, "none": 1}
    found = content["statistics"]["distributions"]["critical_current_density"]
    assert (found["failed"], found["censored"]) == (3, 1)
    assert found["median"] == pytest.approx(10.0)
    written = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert written >= {"cells.json", "cells.csv", "cells.md", "cells.tex", "report.html", "ramp/finding.json"}
    assert json.loads((tmp_path / "out" / "cells.json").read_text()) == content


def test_table_of_cells_is_text_that_pastes(batch, capsys):
    assert run(*batch, "--cells", "--area", "2 cm^2") == 0
    text = capsys.readouterr().out
    assert text.startswith("| Cell ")
    assert "Critical current density: 3 of 4 cells failed" in text
    assert run(*batch, "--cells", "--area", "2 cm^2", "--table", "latex") == 0
    assert r"\begin{tabular}" in capsys.readouterr().out
    assert run(batch[0], "--area", "2 cm^2", "--table", "csv") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 1
    assert float(rows[0]["CCD / mA cm-2"]) == pytest.approx(1.0)


def test_each_cell_may_have_its_own_area(batch, capsys):
    assert run(*batch, "--cells", "--area", "2 cm^2, 1 cm^2, 2 cm^2, 2 cm^2", "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert [one["area"] for one in content["cells"]] == pytest.approx([2e-4, 1e-4, 2e-4, 2e-4])
    with pytest.raises(InvalidInput, match="--area: .*one area for all cells, or 4"):
        run(*batch, "--cells", "--area", "2 cm^2,1 cm^2")
    with pytest.raises(InvalidInput, match="--area: .*allowed: one area.*--cells"):
        run(batch[0], "--area", "2 cm^2,1 cm^2")


def test_faults_of_a_comparison_are_named(cell, tmp_path):
    with pytest.raises(InvalidInput, match="--record: .*no --record with --cells"):
        run(cell, "--cells", "--record", "any.toml")
    with pytest.raises(InvalidInput, match="--table: .*one of --json and --table"):
        run(cell, "--json", "--table", "csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="FILE: .*The folder is empty"):
        run(tmp_path / "empty", "--cells")


def test_cells_of_one_name_are_told_apart(cell, tmp_path, capsys):
    names = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "ramp.csv"
        path.write_bytes(cell.read_bytes())
        names.append(path)
    assert run(*names, "--cells", "--json") == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["cells"]] == ["a_ramp", "b_ramp"]


@pytest.fixture
def strange(tmp_path):
    """A table of 100 ohm whose column names say nothing: hours, millivolt, milliampere, with decimal commas."""
    rows = ["Messung 7", "Zeit;U1;I"]
    for step, level in enumerate([1, -1, 1, -1]):
        rows += [f"{step + k / 10:.1f};{100 * level},5;{level},0".replace(".", ",") for k in range(10)]
    path = tmp_path / "strange.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_columns_of_a_table_that_no_format_knows_are_said(strange, capsys):
    said = ["--column", "Zeit=Test Time / h", "--column", "U1=Voltage / mV", "--column", "I=Current / mA"]
    assert run(strange, *said, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert len(content["half_cycles"]) == 4
    assert content["resistance"] == pytest.approx(100.5, rel=1e-2)
    assert content["half_cycles"][1]["start"] == pytest.approx(3600.0, abs=400.0)
    assert run("--cells", strange, *said, "--table", "csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("strange,cycling,1,100.5")


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        (["Zeit"], "^--column: got 'Zeit'; allowed: NAME=MEANING"),
        (["=Voltage / V"], "^--column: got '=Voltage / V'; allowed: NAME=MEANING"),
        (["I=Current / A", "I=Current / mA"], "^--column: .*each column once.*'Current / A' before"),
        (
            ["Zeit=Test Time / h", "U=Voltage / V", "I=Current / A"],
            "column: got 'U'; allowed: a column of the file: Zeit",
        ),
        (["Zeit=Test Time / h", "I=Current / A"], "^columns: .*'Voltage / V'"),
        ([], r'--column "t=Test Time / h" --column "E=Voltage / V" --column "I=Current / mA"'),
    ],
)
def test_faults_of_columns_are_named(strange, said, pattern):
    with pytest.raises(InvalidInput, match=pattern):
        run(strange, *(word for text in said for word in ("--column", text)))


def test_a_unit_that_nobody_states_is_asked_for_with_words_that_work(tmp_path, capsys):
    path = tmp_path / "half.csv"
    path.write_text("Test Time (h),Ecell,I\n0,0.1,1\n1,0.2,1\n2,0.2,1\n")
    with pytest.raises(InvalidInput) as complaint:
        run(path)
    words = shlex.split(str(complaint.value).partition("on the command line ")[2].partition(", or in Python")[0])
    assert sorted(words[1::2]) == ["Ecell=Voltage / V", "I=Current / A", "Test Time (h)=Test Time / h"]
    assert run(path, *words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["duration"] == pytest.approx(7200.0)


def test_the_diameter_of_a_disc_is_an_area_as_in_a_record(cell, capsys):
    assert run(cell, "--area", "6 mm", "--json") == 0
    assert json.loads(capsys.readouterr().out)["area"] == pytest.approx(np.pi / 4 * 36e-6)


@pytest.mark.parametrize(
    "words", [["--area", "0,283 cm^2"], ["--cells", "--area", "0,283 cm^2"], ["--area", " ,283cm^2"]]
)
def test_a_decimal_comma_in_the_area_is_told_from_two_areas(cell, words):
    with pytest.raises(InvalidInput, match=r"^--area: .*a decimal point.*\.283 ?cm"):
        run(cell, cell, *words)


def test_the_area_of_an_instrument_is_doubted_and_a_real_one_is_not(cell, capsys):
    assert run(cell, "--area", "0.001 cm^2", "--json") == 0
    assert any("0.001 cm2" in text for text in json.loads(capsys.readouterr().out)["warnings"])
    assert run(cell, "--area", "0.01 cm^2", "--json") == 0
    assert not any("cm2" in text for text in json.loads(capsys.readouterr().out)["warnings"])


def test_a_folder_is_a_cell_only_with_cells(cell):
    with pytest.raises(InvalidInput, match="This is a folder; with --cells"):
        run(cell.parent)


def test_a_voltage_at_rest_reads_in_volt_from_one_volt_on(tmp_path, capsys):
    rows = ["Test Time / s,Current / mA,Voltage / V"]
    rows += [f"{60 * k},{0 if k < 20 else 1},{3.5 if k < 20 else 3.6}" for k in range(40)]
    path = tmp_path / "full.csv"
    path.write_text("\n".join(rows) + "\n")
    assert run(path) == 0
    assert "Open-circuit voltage: 3.5 V" in capsys.readouterr().out


@pytest.fixture
def spectrum(tmp_path):
    """A table of one spectrum: 10 ohm, and 40 ohm at 1 us beside it, down to the real axis."""
    frequency = np.geomspace(1e7, 1.0, 71)
    impedance = 10.0 + 40.0 / (1.0 + 2j * np.pi * frequency * 1e-6)
    path = tmp_path / "spectrum.csv"
    rows = [f"{f},{z.real},{z.imag}" for f, z in zip(frequency, impedance, strict=True)]
    path.write_text("\n".join(["Frequency / Hz,Re(Z) / Ohm,Im(Z) / Ohm", *rows]) + "\n")
    return path


def test_spectra_are_per_area_where_the_area_is_known_and_the_heading_says_so(spectrum, capsys):
    for words, unit, factor in (([], "ohm", 1.0), (["--area", "2 cm^2"], "ohm cm2", 2.0)):
        assert run(spectrum, *words) == 0
        text = capsys.readouterr().out
        row = text.partition(f"low-frequency end / {unit}\n")[2].splitlines()[0].split()
        assert float(row[-1]) == pytest.approx(50.0 * factor, rel=1e-3)
        circuit = text.partition("Circuits of the spectra")[2]
        assert f"{unit}  +-  what it may be" in " ".join(circuit.split()).replace(" +- ", "  +-  ")
        assert str(round(40 * factor)) in circuit.split()


def test_a_file_of_spectra_says_what_is_there(spectrum, capsys):
    assert run(spectrum, "--no-fit") == 0
    assert "1 spectrum of 71 points, area not known" in capsys.readouterr().out


def test_times_of_a_short_record_are_in_seconds(tmp_path, capsys):
    path = tmp_path / "pulse.csv"
    rows = [f"{t},{0 if t < 20 else 1},{0 if t < 20 else 100}" for t in range(60)]
    path.write_text("\n".join(["Test Time / s,Current / mA,Voltage / mV", *rows]) + "\n")
    assert run(path) == 0
    text = capsys.readouterr().out
    assert "59 s, 1 half-cycle" in text
    assert "start / s" in text


def test_every_kind_and_style_is_in_the_help_and_another_is_refused(cell, capsys):
    with pytest.raises(SystemExit):
        run("--help")
    told = " ".join(capsys.readouterr().out.split())
    assert all(name in told for name in (*CELL_KINDS, *TABLE_STYLES))
    for option, value, pattern in (
        ("--kind", "symetric", "^--kind: got 'symetric'.*Did you mean 'symmetric'"),
        ("--table", "latx", "^--table: got 'latx'.*Did you mean 'latex'"),
    ):
        with pytest.raises(InvalidInput, match=pattern):
            run(cell, option, value)
    assert run(cell, "--kind", "other", "--json") == 0
    assert json.loads(capsys.readouterr().out)["resistance"] is None
