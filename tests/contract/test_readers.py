"""One suite over every reader: a new one joins by being put into FORMATS and by giving a small file here."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.analysis import analyse
from lisse.measurement.readers import FORMATS, read
from lisse.records import load_measurement

SMALL = {
    "biologic": (
        "EC-Lab ASCII FILE\nNb header lines : 5\n\nModulo Bat\n"
        "time/s\tEwe/V\tI/mA\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t\n"
        + "".join(f"{t}.0\t0.1\t1.0\t0.0\t0.0\t0.0\n" for t in range(0, 100, 10))
        + "".join(f"{100 + k}.0\t0.0\t0.0\t{10.0 ** (5 - k)}\t{50.0 + k}\t2.0\n" for k in range(5))
        + "".join(f"{t}.0\t-0.1\t-1.0\t0.0\t0.0\t0.0\n" for t in range(110, 210, 10))
    ),
    "bdf": "Test Time / min,Current / mA,Voltage / mV,Applied Pressure / MPa\n"
    + "".join(f"{t},{1 if t < 10 else -1},{100 if t < 10 else -100},5\n" for t in range(20)),
}
REAL = {
    "biologic": [
        "symcell/mb.mpt",
        "symcell/ca.mpt",
        "symcell/vsp_ocv_wo.mpt",
        "eis_impedancepy/exampleDataBioLogic.mpt",
    ],
    "bdf": ["cycler_cellpy/batmo_bdf.csv"],
}
EVERY = pytest.mark.parametrize("name", [entry.name for entry in FORMATS])


@pytest.fixture
def small(tmp_path):
    def write(name):
        path = tmp_path / "cell.txt"
        path.write_text(SMALL[name], encoding="latin-1")
        return path

    return write


def obeys(measurement):
    assert {"Test Time / s", "Current / A", "Voltage / V"} <= set(measurement.data.variables)
    assert measurement.area is None
    assert np.all(np.diff(measurement["Test Time / s"].values) >= 0)
    for label, column in measurement.data.variables.items():
        _, slash, unit = str(label).rpartition(" / ")
        assert column.dims == ("record",)
        assert column.attrs["units"] == (unit if slash else "1")
        assert column.attrs["long_name"]
    for spectrum in measurement.spectra:
        assert spectrum.frequency.shape == spectrum.impedance.shape
        assert np.iscomplexobj(spectrum.impedance)
        assert np.all(spectrum.frequency > 0)
        assert np.isfinite(spectrum.time)
    assert list(measurement.spectra) == sorted(measurement.spectra, key=lambda spectrum: spectrum.time)
    assert len(measurement.files) == 1
    assert measurement.version


def test_every_format_has_a_small_file_and_real_ones():
    names = {entry.name for entry in FORMATS}
    assert set(SMALL) == names
    assert set(REAL) == names
    assert all(entry.description for entry in FORMATS)


@EVERY
def test_small_file_is_recognised_by_its_content_and_obeys(small, name):
    measurement = read(small(name))
    assert measurement.inputs["format"] == name
    obeys(measurement)
    assert read(small(name), format=name) == measurement


@EVERY
def test_small_file_means_the_same_in_every_format(small, name):
    cycles = analyse(read(small(name))).half_cycles
    assert [cycle.resistance for cycle in cycles] == pytest.approx([100.0, 100.0])
    assert [cycle.current for cycle in cycles] == pytest.approx([1e-3, -1e-3])


@EVERY
def test_real_files_obey(shared_data, name):
    for path in REAL[name]:
        obeys(read(shared_data / path))


@EVERY
def test_save_and_load_give_it_back(small, tmp_path, name):
    measurement = read(small(name))
    assert load_measurement(measurement.save(tmp_path / "cell.nc")) == measurement


@EVERY
def test_no_reader_takes_the_files_of_another(small, name):
    recognised = [entry.name for entry in FORMATS if entry.recognise(SMALL[name])]
    assert recognised == [name]


@EVERY
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_cut_off_file_fails_politely_or_gives_less(small, name, share):
    path = small(name)
    whole = read(path)
    path.write_text(SMALL[name][: int(share * len(SMALL[name]))], encoding="latin-1")
    part = complaint = None
    try:
        part = read(path)
    except InvalidInput as error:
        complaint = str(error)
    if part is None:
        assert str(path) in complaint
    else:
        obeys(part)
        assert part.data.sizes["record"] <= whole.data.sizes["record"]


@EVERY
def test_garbage_behind_a_good_beginning_fails_politely(small, name):
    path = small(name)
    beginning = SMALL[name].splitlines()
    for garbage in ("\x01\x02\x03", "lorem ipsum", "\t\t\t,,,;;;", "1e999999,nope\tnope", '"'):
        path.write_text("\n".join([*beginning[:-1], garbage, ""]), encoding="latin-1")
        with pytest.raises(InvalidInput, match=r"cell\.txt, line \d+"):
            read(path)


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        (b"", r"The file is empty"),
        (b" \n\n", r"The file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", r"a binary file.*Export it as text"),
        (b"BIO-LOGIC MODULAR FILE\x1a", r"binary BioLogic file \(\.mpr\).*Export as Text"),
        (b"hello\nworld\n", r"line 1: format: got 'hello'; allowed: biologic: .*; bdf: .*or add a reader"),
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
    with pytest.raises(InvalidInput, match="allowed: biologic, bdf. Did you mean 'biologic'"):
        read(tmp_path, format="biologik")
