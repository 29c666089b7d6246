"""Every real impedance file against its own numbers, found by a second and much simpler route."""

import json
import re

import numpy as np
import pytest

from lisse.cli.main import main
from lisse.measurement.readers import read

GAMRY = ["exampleDataGamry.DTA", "exampleDataGamryABORT.DTA"]
ZPLOT = ["exampleDataZPlot.z", "Circuit1_EIS_1.z", "Circuit2_EIS_1.z", "Circuit3_EIS_1.z"]
EVERY = [
    *GAMRY,
    *ZPLOT,
    "exampleDataAutolab.txt",
    "exampleDataVersaStudio.par",
    "exampleDataParstat.txt",
    "exampleDataCHInstruments.txt",
    "exampleDataPowersuite.txt",
    "exampleData.csv",
    "exampleDataBioLogic.mpt",
]


@pytest.fixture
def eis(shared_data):
    return shared_data / "eis_impedancepy"


def matrix(path, start, separator, columns, stop=None):
    """Numbers of the rows between the line that contains `start` and the one that begins with `stop`."""
    lines = [line for line in re.split(r"[\r\n]+", path.read_text(encoding="latin-1")) if line.strip()]
    first = next(k for k, line in enumerate(lines) if start in line) + 1 if start else 0
    last = next((k for k in range(first, len(lines)) if stop and lines[k].startswith(stop)), len(lines))
    return np.array([[float(line.split(separator)[k]) for k in columns] for line in lines[first:last]])


def same(spectrum, table):
    """Columns of the table: frequency, real and imaginary part."""
    assert np.array_equal(spectrum.frequency, table[:, 0])
    assert np.array_equal(spectrum.impedance, table[:, 1] + 1j * table[:, 2])


@pytest.mark.parametrize("name", GAMRY)
def test_gamry(eis, name):
    found = read(eis / name)
    (spectrum,) = found.spectra
    sweep = matrix(eis / name, "\t#\ts\tHz\tohm", "\t", (3, 4, 5), "EXPERIMENTABORTED")
    assert len(sweep) == 72
    same(spectrum, sweep)
    rest = matrix(eis / name, "\t#\ts\tV vs. Ref.", "\t", (2, 3, 4, 5), "EOC")
    assert np.array_equal(found["Vm / V"].values, rest[:, 2])
    assert np.array_equal(found["Ach / V"].values, rest[:, 3])
    assert np.array_equal(found["Test Time / s"].values, rest[:, 0])
    assert np.array_equal(found["Voltage / V"].values, rest[:, 1])
    assert not found["Current / A"].values.any()
    assert spectrum.time == rest[-1, 0] + 1.0  # the sweep's own clock says 1 s; its zero follows the rest
    assert any("ZCURVE starts anew at 1 s" in text for text in found.warnings)
    assert any("'Temp' of OCVCURVE is at -327.6" in text for text in found.warnings)
    assert found.area is None
    assert found.inputs["instrument_area_claim"] == {"text": "1 cm^2", "area": 1e-4, "used": False}
    assert any("claims an area of 1 cm^2" in text and "nobody typed one" in text for text in found.warnings)


def test_gamry_that_was_aborted_keeps_its_points_and_says_where(eis):
    warnings = read(eis / "exampleDataGamryABORT.DTA").warnings
    assert "line 172: the experiment was aborted; the last sweep has 72 points, to 0.0158898 Hz" in warnings
    assert "line 11: the last sweep was to end at 0.001 Hz; it has 72 points, to 0.0158898 Hz" in warnings
    assert any(text.startswith("line 173: FRACURVE") for text in warnings)
    assert not any("abort" in text or "to end" in text for text in read(eis / "exampleDataGamry.DTA").warnings)


@pytest.mark.parametrize("name", ZPLOT)
def test_zplot(eis, name):
    found = read(eis / name)
    table = matrix(eis / name, "End Comments", "\t", (0, 4, 5, 3))
    (spectrum,) = found.spectra
    same(spectrum, table)
    assert spectrum.time == table[0, 3]
    assert found.data.sizes["record"] == 0
    promised = "line 121: the file was to have 56 points and has 21"
    assert (promised in found.warnings) == (name == "exampleDataZPlot.z")


def test_autolab(eis):
    found = read(eis / "exampleDataAutolab.txt")
    table = matrix(eis / "exampleDataAutolab.txt", "Freq (Hz)", ",", (0, 4, 5))
    assert len(table) == 41
    same(found.spectra[0], table)
    assert found.warnings == ("the file has no clock of the points: the spectrum is put at 0 s",)


def test_versastudio(eis):
    found = read(eis / "exampleDataVersaStudio.par")
    table = matrix(eis / "exampleDataVersaStudio.par", "Definition=", ",", (9, 14, 15, 4), "</Segment1>")
    assert len(table) == 61
    (spectrum,) = found.spectra
    same(spectrum, table)
    assert spectrum.time == table[0, 3] == 1.812
    assert found.instrument == "VersaSTAT4"
    assert "line 106: the last sweep was to end at 0.001 Hz; it has 61 points, to 0.0215444 Hz" in found.warnings
    current = matrix(eis / "exampleDataVersaStudio.par", "Definition=", ",", (10, 11, 12, 13), "</Segment1>")
    ratio = (current[:, 0] + 1j * current[:, 1]) / (current[:, 2] + 1j * current[:, 3])
    assert spectrum.impedance == pytest.approx(ratio, rel=2e-3)  # Z is E over I, sign included


def test_parstat_keeps_direct_current_and_sweep_on_one_clock(eis):
    found = read(eis / "exampleDataParstat.txt")
    table = matrix(eis / "exampleDataParstat.txt", "Potential (V)", "\t", range(6))
    sweep = table[:, 3] > 0
    assert (sweep.sum(), (~sweep).sum()) == (31, 781)
    same(found.spectra[0], table[sweep][:, 3:])
    assert found.spectra[0].time == table[sweep][0, 2]
    assert found.spectra[0].time > found["Test Time / s"].values[-1]
    for column, label in enumerate(("Voltage / V", "Current / A", "Test Time / s")):
        assert np.array_equal(found[label].values, table[~sweep][:, column])
    assert list(found.data.variables) == ["Test Time / s", "Current / A", "Voltage / V"]
    assert found.warnings == ()


def test_ch_instruments(eis):
    found = read(eis / "exampleDataCHInstruments.txt")
    table = matrix(eis / "exampleDataCHInstruments.txt", "Freq/Hz", ",", (0, 1, 2, 3, 4))
    (spectrum,) = found.spectra
    same(spectrum, table)
    assert np.abs(spectrum.impedance) == pytest.approx(table[:, 3], rel=2e-3)
    assert np.angle(spectrum.impedance, deg=True) == pytest.approx(table[:, 4], abs=0.06)
    assert found.instrument == "CH Instruments CHI660E"


def test_power_suite_with_its_odd_line_ends(eis):
    found = read(eis / "exampleDataPowersuite.txt")
    same(found.spectra[0], matrix(eis / "exampleDataPowersuite.txt", "Frequency", "\t", (0, 1, 2)))
    assert found.spectra[0].frequency[0] == 0.1  # in the order of the file, which rises


def test_bare_columns(eis):
    found = read(eis / "exampleData.csv")
    same(found.spectra[0], np.loadtxt(eis / "exampleData.csv", delimiter=","))
    assert "no column names" in found.warnings[0]
    assert "the sign as it stands" in found.warnings[0]


def test_biologic(eis):
    table = matrix(eis / "exampleDataBioLogic.mpt", "freq/Hz", "\t", (0, 1, 2))
    same(read(eis / "exampleDataBioLogic.mpt").spectra[0], table * [1, 1, -1])


def test_biologic_cell_with_eight_spectra_between_its_half_cycles(shared_data):
    found = read(shared_data / "symcell" / "mb.mpt")
    assert len(found.spectra) == 8
    lines = (shared_data / "symcell" / "mb.mpt").read_text(encoding="latin-1").splitlines()
    names = lines[90].split("\t")
    wanted = [names.index(name) for name in ("freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "time/s")]
    table = np.array([[float(line.split("\t")[k]) for k in wanted] for line in lines[91:]])
    sweep = table[table[:, 0] > 0]
    assert np.array_equal(np.concatenate([one.frequency for one in found.spectra]), sweep[:, 0])
    assert np.array_equal(np.concatenate([one.impedance for one in found.spectra]), sweep[:, 1] - 1j * sweep[:, 2])
    starts = sweep[np.r_[True, np.diff(sweep[:, 0]) > 0], 3]
    assert np.isin([one.time for one in found.spectra], starts).all()
    assert found.data.sizes["record"] == len(table) - len(sweep)


@pytest.mark.parametrize("name", EVERY)
def test_analyse_reads_every_file(eis, capsys, name):
    assert main(["analyse", str(eis / name), "--json", "--no-fit"]) == 0
    shown = json.loads(capsys.readouterr().out)
    (spectrum,) = shown["spectra"]
    assert spectrum["points"] == read(eis / name).spectra[0].frequency.size
    assert shown["area"] is None


def test_missing_frequency_is_an_error_for_analyse(eis, capsys):
    assert main(["analyse", str(eis / "exampleDataBioLogic_MissingFreq.mpt")]) == 2
    assert "freq" in capsys.readouterr().err


def test_binary_biologic_files_hold_the_spectra_of_their_text_exports(shared_data):
    pytest.importorskip("galvani", reason="the extra for binary BioLogic files is not installed")
    text, binary = (read(shared_data / "symcell" / name) for name in ("mb.mpt", "mb.mpr"))
    assert len(binary.spectra) == len(text.spectra) == 8
    for one, two in zip(text.spectra, binary.spectra, strict=True):
        assert two.time == pytest.approx(one.time)
        assert two.frequency == pytest.approx(one.frequency, rel=1e-6)
        assert two.impedance == pytest.approx(one.impedance, rel=1e-6)
    (point,) = read(shared_data / "symcell" / "zir.mpr").spectra
    assert point.frequency.tolist() == pytest.approx([10019.53125])
    assert point.impedance.tolist() == pytest.approx([104070.59 - 93853.56j])
