"""One suite over every reader: a new one joins by being put into FORMATS and by giving a small file or a real one.

The small files stand in `small_cycler_files` and `small_impedance_files`; what is asked of a file is asked of all.
"""

import numpy as np
import pytest
from small_cycler_files import ONLY_REAL, PACKAGES, REAL_CYCLER, SMALL_CYCLER, STEPS, parquet
from small_impedance_files import REAL_IMPEDANCE, SMALL_IMPEDANCE

from lisse.errors import InvalidInput, MissingExtra
from lisse.measurement.analysis import analyse
from lisse.measurement.readers import FORMATS, open_source, read
from lisse.records import load_measurement

SMALL = {**SMALL_CYCLER, **{name: text.encode("latin-1") for name, text in SMALL_IMPEDANCE.items()}}
NAMES = [entry.name for entry in FORMATS]
SLOW = {"arbin-database"}  # seconds a file
EVERY = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in NAMES]
)
WRITTEN = pytest.mark.parametrize("name", [name for name in NAMES if name not in ONLY_REAL])
TEXT = pytest.mark.parametrize("name", [name for name in SMALL if name not in ("excel", "arbin-hdf5")])
REAL_FILES = [
    *((name, path, counts) for name, files in REAL_CYCLER.items() for path, counts in files.items()),
    *((name, path, None) for name, files in REAL_IMPEDANCE.items() for path in files),
]
REFUSED = {
    "eis_impedancepy/exampleDataBioLogic_MissingFreq.mpt": "column freq/Hz",
    "cycler_cellpy/custom_data_001.csv": "State the unit",
}


def needs(name):
    if name in PACKAGES:
        pytest.importorskip(PACKAGES[name])


def content_of(name, shared_data=None):
    needs(name)
    if name in SMALL:
        return SMALL[name]
    if name == "parquet":
        time, current = np.array(STEPS).T
        return parquet(["test_time_second", "current_ampere", "voltage_volt"], [time, current, current * 100])
    return (shared_data / ONLY_REAL[name]).read_bytes()


@pytest.fixture
def file_of(tmp_path, shared_data):
    def write(name, content=None):
        path = tmp_path / "cell.txt"  # whatever it is called
        path.write_bytes(content_of(name, shared_data) if content is None else content)
        return path

    return write


def obeys(measurement):
    assert list(measurement.data.variables)[:3] == ["Test Time / s", "Current / A", "Voltage / V"]
    assert measurement.area is None
    assert np.isfinite(measurement["Test Time / s"].values).all()
    assert np.all(np.diff(measurement["Test Time / s"].values) >= 0)
    assert not np.isinf([measurement["Current / A"].values, measurement["Voltage / V"].values]).any()
    for label, column in measurement.data.variables.items():
        _, slash, unit = str(label).rpartition(" / ")
        assert column.dims == ("record",)
        assert column.attrs["units"] == (unit if slash else "1")
        assert column.attrs["long_name"]
        assert column.dtype.kind in "fU"
    for spectrum in measurement.spectra:
        assert spectrum.frequency.shape == spectrum.impedance.shape
        assert np.iscomplexobj(spectrum.impedance)
        assert np.all(spectrum.frequency > 0)
        assert np.isfinite(spectrum.time)
    assert list(measurement.spectra) == sorted(measurement.spectra, key=lambda spectrum: spectrum.time)
    assert measurement.data.sizes["record"] or measurement.spectra
    assert len(measurement.files) == 1
    assert measurement.version


def test_every_format_says_what_it_is_and_has_a_file_here():
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) == {*SMALL, *ONLY_REAL, "parquet"}
    for entry in FORMATS:
        assert entry.description
        assert all(extension.startswith(".") for extension in entry.extensions)
        assert entry.extensions
        assert bool(entry.extra) == (entry.name in PACKAGES)


@EVERY
def test_file_is_recognised_by_its_content_and_obeys(file_of, name):
    path = file_of(name)
    measurement = read(path)
    assert measurement.inputs["format"] == name
    obeys(measurement)
    assert read(path, format=name) == measurement


@WRITTEN
def test_small_file_means_the_same_in_every_format(file_of, name):
    measurement = read(file_of(name))
    if name in SMALL_IMPEDANCE or name == "biologic":
        (spectrum,) = measurement.spectra
        assert spectrum.frequency.tolist() == pytest.approx([1e5, 1e4, 1e3, 1e2, 1e1])
        assert spectrum.impedance.tolist() == pytest.approx([50 - 2j, 51 - 2j, 52 - 2j, 53 - 2j, 54 - 2j])
    if name in SMALL_IMPEDANCE and name != "parstat":
        return
    cycles = analyse(measurement).half_cycles
    assert [cycle.resistance for cycle in cycles] == pytest.approx([100.0, 100.0])
    assert [cycle.current for cycle in cycles] == pytest.approx([1e-3, -1e-3])
    if name in SMALL_CYCLER and name != "biologic":
        assert np.ptp(measurement["Test Time / s"].values) == pytest.approx(19 * 60)


@EVERY
def test_save_and_load_give_it_back(file_of, tmp_path, name):
    measurement = read(file_of(name))
    assert load_measurement(measurement.save(tmp_path / "cell.nc")) == measurement


@EVERY
def test_no_reader_takes_the_files_of_another(file_of, name):
    recognised = [entry.name for entry in FORMATS if entry.recognise(open_source(file_of(name)))]
    assert recognised[0] == name
    assert set(recognised[1:]) <= {"impedance-table", "generic", "neware"}  # the readers of any table, asked last


@pytest.mark.parametrize(
    ("name", "path", "counts"),
    [pytest.param(*file, marks=pytest.mark.slow if file[1].endswith("cc_01.res") else ()) for file in REAL_FILES],
    ids=[path for _, path, _ in REAL_FILES],
)
def test_real_file_obeys(shared_data, name, path, counts):
    needs(name)
    measurement = read(shared_data / path)
    assert measurement.inputs["format"] == name
    obeys(measurement)
    if counts is not None:
        assert (measurement.data.sizes["record"], len(measurement.spectra)) == counts


@pytest.mark.parametrize("path", ["symcell/mb.mpt", "symcell/gcpl.mpr", "cycler_cellpy/biol.mpr"])
def test_positive_current_of_a_real_potentiostat_oxidises_its_working_electrode(shared_data, path):
    needs("biologic-binary")
    found = read(shared_data / path)
    current, oxidising = found["Current / A"].values, found["ox/red"].values
    flowing = np.abs(current) > 1e-9
    assert flowing.sum() > 900
    assert np.array_equal(current[flowing] > 0, oxidising[flowing] == 1)


@pytest.mark.parametrize("path", ["neware_uio.csv", "nw_regular_export_ife_example.csv", "maccor_002.txt"])
def test_positive_current_of_a_real_cycler_raises_the_voltage(shared_data, path):
    found = read(shared_data / "cycler_cellpy" / path)
    sign, rise = np.sign(found["Current / A"].values), np.diff(found["Voltage / V"].values)
    held = sign[1:] == sign[:-1]
    assert rise[held & (sign[1:] > 0)].mean() > 5e-4
    assert rise[held & (sign[1:] < 0)].mean() < -5e-4


def test_every_file_of_the_data_folders_is_read_or_refused_for_a_reason(shared_data):
    folders = ("symcell", "cycler_cellpy", "cycler_neware", "eis_impedancepy")
    there = {f"{folder}/{path.name}" for folder in folders for path in (shared_data / folder).iterdir()}
    known = {path for _, path, _ in REAL_FILES} | set(REFUSED) | {f"{folder}/SOURCE.txt" for folder in folders}
    assert there == known
    for path, reason in REFUSED.items():
        with pytest.raises(InvalidInput, match=reason):
            read(shared_data / path)


@EVERY
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_cut_off_file_fails_politely_or_gives_less(file_of, name, share):
    path = file_of(name)
    content = path.read_bytes()
    whole = read(path)
    cut = content[: int(share * len(content))]
    path.write_bytes(cut)
    part = complaint = None
    try:
        part = read(path)
    except InvalidInput as error:
        complaint = str(error)
    if part is None:
        assert str(path) in complaint
        return
    obeys(part)
    count = part.data.sizes["record"]
    assert part.warnings or cut.endswith(b"\n") or content[len(cut) : len(cut) + 1] in (b"\r", b"\n")
    for label in ("Test Time / s", "Current / A", "Voltage / V"):
        assert np.array_equal(part[label].values, whole[label].values[:count], equal_nan=True)


@TEXT
@pytest.mark.parametrize("garbage", ["\x01\x02\x03", "lorem ipsum", "\t\t\t,,,;;;", "1e999999,nope\tnope", '"'])
def test_garbage_behind_a_good_beginning_is_told_with_its_line(file_of, name, garbage):
    lines = SMALL[name].decode("latin-1").splitlines()
    path = file_of(name, "\n".join([*lines, garbage, ""]).encode("latin-1"))
    try:
        measurement = read(path)
    except InvalidInput as error:
        assert f"{path}, line {len(lines) + 1}" in str(error)  # noqa: PT017
        return
    obeys(measurement)
    assert any(f"line {len(lines) + 1}" in text for text in measurement.warnings) or not garbage.strip("\t,;")


@pytest.mark.parametrize(("name", "package"), PACKAGES.items())
def test_lacking_package_is_named_with_how_to_install_it(monkeypatch, shared_data, tmp_path, name, package):
    import sys

    for module in [module for module in sys.modules if module.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    path = tmp_path / "cell.txt"
    magic = (
        SMALL.get(name, b"PAR1 and so on") if name not in ONLY_REAL else (shared_data / ONLY_REAL[name]).read_bytes()
    )
    path.write_bytes(magic)
    extra = next(entry.extra for entry in FORMATS if entry.name == name)
    with pytest.raises(MissingExtra, match=rf"pip install 'lisse\[{extra}\]'"):
        read(path)


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        (b"", r"The file is empty"),
        (b" \n\n", r"The file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", r"a binary file of an unknown kind.*export it as text"),
        (b"hello\nworld\n", r"line 1: format: got 'hello'; allowed: .*biologic, .*bdf.*Say what the columns are"),
        (b"a,b,c\n1,2,3\n", r"line 1: format"),
    ],
)
def test_files_of_no_format_are_refused(tmp_path, content, pattern):
    path = tmp_path / "cell.mpt"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=pattern):
        read(path)


def test_absent_files_folders_and_unknown_formats_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        read(tmp_path / "nothing.mpt")
    with pytest.raises(InvalidInput, match="This is a folder"):
        read(tmp_path)
    with pytest.raises(InvalidInput, match=r"allowed: .*biologic, .*bdf.* Did you mean 'biologic'"):
        read(tmp_path, format="biologik")
