"""Impedance files that are cut off, broken or saturated: a warning that names line and column, or one clear error."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput, MissingExtra
from lisse.measurement.readers import FORMATS, read
from lisse.measurement.readers.format import Source

ROWS = [(10.0 ** (5 - k / 2), 50.0 + k, -2.0 - k) for k in range(9)]
NAMES = "Frequency / Hz,Z' / Ohm,Z'' / Ohm"
REAL = [
    "exampleDataGamryABORT.DTA",
    "exampleDataZPlot.z",
    "exampleDataAutolab.txt",
    "exampleDataVersaStudio.par",
    "exampleDataParstat.txt",
    "exampleDataCHInstruments.txt",
    "exampleDataPowersuite.txt",
    "exampleData.csv",
]


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "cell.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def lines():
    return [NAMES, *(f"{f!r},{re!r},{im!r}" for f, re, im in ROWS)]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1000.0,OVL,-6.0", 'column "Z\' / Ohm": no readable number; the point was left out'),
        ("1000.0,54.0,", "column \"Z'' / Ohm\": no readable number; the point was left out"),
        ("1000.0,54.0,nan", "column \"Z'' / Ohm\": no readable number; the point was left out"),
        ("1000.0,9.9E37,-6.0", 'column "Z\' / Ohm": overflow (9.9e+37); the point was left out'),
        ("1000.0,54.0,-1.#IND", "column \"Z'' / Ohm\": no readable number; the point was left out"),
        ("0,54.0,-6.0", "column 'Frequency / Hz': a frequency of 0; the point was left out"),
        ("-1000,54.0,-6.0", "column 'Frequency / Hz': a frequency of -1000; the point was left out"),
    ],
)
def test_points_that_are_no_reading_are_left_out_and_named(written, row, fault):
    text = lines()
    text[5] = row
    found = read(written("\n".join([*text, ""])))
    assert f"line 6, {fault}" in found.warnings
    (spectrum,) = found.spectra
    assert spectrum.frequency.tolist() == [f for k, (f, _, _) in enumerate(ROWS) if k != 4]
    assert np.isfinite(spectrum.impedance).all()


def test_many_faults_of_a_kind_make_one_warning(written):
    text = [line.rsplit(",", 1)[0] + ",OVL" if k in (2, 3, 4, 5, 6) else line for k, line in enumerate(lines())]
    found = read(written("\n".join([*text, ""])))
    assert (
        "lines 3, 4, 5 and 2 more, column \"Z'' / Ohm\": no readable number; 5 points were left out" in found.warnings
    )


def test_a_frequency_measured_twice_is_kept_and_named(written):
    text = lines()
    text.insert(5, text[4])
    found = read(written("\n".join([*text, ""])))
    assert "line 6: a frequency of this sweep was measured again; all points are kept" in found.warnings
    assert found.spectra[0].frequency.size == 10


def test_a_row_that_is_cut_off_is_left_out(written):
    found = read(written("\n".join(lines())[:-12]))
    assert found.spectra[0].frequency.size == 8
    assert "line 10: the file is cut off in this row; the row was left out" in found.warnings


def test_a_last_line_without_an_end_is_mentioned(written):
    found = read(written("\n".join(lines())))
    assert found.spectra[0].frequency.size == 9
    assert any(text.startswith("line 10: the last line has no line end: its last number") for text in found.warnings)


@pytest.mark.parametrize(
    ("row", "pattern"),
    [
        ("1000.0,hello,-6.0", r"line 6: column \"Z' / Ohm\": got 'hello'; allowed: a number"),
        ("1000.0,54.0", r"line 6: row: got '2 fields'; allowed: 3 fields"),
        ("1000.0,54.0,-6.0,7.0", r"line 6: row: got '4 fields'; allowed: 3 fields"),
        ("lorem ipsum", r"line 6: row: got '1 fields'"),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error(written, row, pattern):
    text = lines()
    text[5] = row
    with pytest.raises(InvalidInput, match=pattern):
        read(written("\n".join([*text, ""])))


def test_a_table_without_rows_is_an_error(written):
    with pytest.raises(InvalidInput, match="at least one row of numbers below the column names"):
        read(written(NAMES + "\n"))


def test_a_table_of_nothing_but_overflow_is_an_error(written):
    with pytest.raises(InvalidInput, match="at least one readable point"):
        read(written("\n".join([NAMES, *(f"{f},9.9E37,9.9E37" for f, _, _ in ROWS), ""])))


def test_gamry_cut_off_before_its_sweep_says_so(shared_data, written):
    content = (shared_data / "eis_impedancepy" / "exampleDataGamry.DTA").read_bytes()
    found = read(written(content[: content.index(b"ZCURVE")]))
    assert found.spectra == ()
    assert found.data.sizes["record"] == 387
    assert any("(TAG EISPOT), but no sweep is in the file" in text for text in found.warnings)


@pytest.mark.parametrize("count", ["nan", "inf", "many"])
def test_promise_that_is_no_number_promises_nothing(shared_data, written, count):
    text = (shared_data / "eis_impedancepy" / "Circuit1_EIS_1.z").read_text(encoding="latin-1")
    found = read(written(re.sub(r"Data Points:\s*\d+", f"Data Points: {count}", text)))
    assert not any("was to have" in text for text in found.warnings)
    assert found.spectra[0].frequency.size > 20


def test_gamry_with_several_sweeps_and_a_curve_of_current(written):
    head = "EXPLAIN\nTAG\tMULTI\n"
    sweep = "ZCURVE{}\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\n\t#\ts\tHz\tohm\tohm\n" + "".join(
        f"\t{k}\t{k + 1}\t{f}\t{re}\t{im}\n" for k, (f, re, im) in enumerate(ROWS)
    )
    curve = "CURVE\tTABLE\t3\n\tPt\tT\tVf\tIm\tTemp\n\t#\ts\tV vs. Ref.\tA\tdeg C\n" + "".join(
        f"\t{k}\t{10 * k}\t0.1\t1E-3\t25\n" for k in range(3)
    )
    found = read(written(head + sweep.format(1) + curve + sweep.format(2)))
    assert [one.time for one in found.spectra] == [1.0, 30.0]
    assert found["Test Time / s"].values.tolist() == [9.0, 19.0, 29.0]
    assert found["Current / A"].values.tolist() == [1e-3] * 3
    assert found["Temperature / K"].values.tolist() == [298.15] * 3


def test_gamry_with_a_clock_that_runs_backwards_is_refused(written):
    rows = "".join(f"\t{k}\t{t}\t0.1\t1E-3\n" for k, t in enumerate((0, 10, 5)))
    text = f"EXPLAIN\nTAG\tGALV\nCURVE\tTABLE\t3\n\tPt\tT\tVf\tIm\n\t#\ts\tV\tA\n{rows}"
    with pytest.raises(InvalidInput, match=r"line 8: time: got '5 s after 10 s'"):
        read(written(text))


def outcome(source):
    """What the first reader that knows the content makes of it; a complaint has to be one of ours."""
    entry = next((entry for entry in FORMATS if entry.recognise(source)), None)
    if entry is None:
        return None
    try:
        found = entry.parse(source)
    except InvalidInput as error:
        if source.path not in str(error):
            pytest.fail(f"a complaint that does not name its file: {error}")
        return None
    except MissingExtra:  # the bytes became the mark of a format that needs another package
        return None
    for spectrum in found.spectra:
        assert np.isfinite(spectrum.time)
        assert (spectrum.frequency > 0).all()
        assert np.isfinite(spectrum.impedance).all()
    return found


@pytest.mark.parametrize("name", REAL)
def test_cut_off_anywhere_there_are_never_other_points(shared_data, name):
    """The points of a cut file are the first points of the whole one; only the very last number may be short."""
    path = shared_data / "eis_impedancepy" / name
    content = path.read_bytes()
    (whole,) = read(path).spectra
    sizes = set()
    for end in np.unique(np.linspace(1, len(content) - 1, 40).astype(int)):
        found = outcome(Source(str(path), content[:end]))
        if found is None or not found.spectra:
            continue
        (part,) = found.spectra
        sizes.add(part.frequency.size)
        sure = part.frequency.size - any("may be cut off" in text for text in found.warnings)
        assert np.array_equal(part.frequency[:sure], whole.frequency[:sure])
        assert np.array_equal(part.impedance[:sure], whole.impedance[:sure])
    assert len(sizes) > 3


@pytest.mark.parametrize("name", REAL)
@given(data=st.data())
@settings(max_examples=15)
def test_bytes_that_are_changed_never_give_a_traceback(repository, name, data):
    path = repository.parent / "shared" / "data" / "eis_impedancepy" / name
    if not path.is_file():
        pytest.skip("measured files (../shared/data) are not beside this repository")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        content[start : start + length] = data.draw(st.binary(max_size=8))
        if not content:
            return
    outcome(Source(str(path), bytes(content)))
