"""Encodings, line ends, decimal signs, and times and dates written as text: the same numbers from each spelling."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import read
from lisse.measurement.readers.clock_text import dates_of, seconds_of

TABLE = "cell at 25 °C – Li|LLZO|Li\nTime (s);Voltage (V);Current (µA);Cycle\n0.5;0.125;-2.5;1\n1.5;-1.25;3.75;2\n"


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "cell.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_table_means_the_same_in_every_encoding_line_end_and_decimal_sign(written, encoding, end, decimal, separator):
    text = TABLE.replace(";", separator).replace(".", decimal).replace("\n", end)
    found = read(written(text.encode(encoding)))
    assert found["Test Time / s"].values.tolist() == [0.5, 1.5]
    assert found["Voltage / V"].values.tolist() == [0.125, -1.25]
    assert found["Current / A"].values == pytest.approx([-2.5e-6, 3.75e-6], rel=1e-15)
    assert found["Cycle Count"].values.tolist() == [1.0, 2.0]
    told = ("line 1 and 1 more is not UTF-8 text: read as Windows-1252",) if encoding == "cp1252" else ()
    assert found.warnings == told


@pytest.mark.parametrize("micro", ["\u00b5", "\u03bc", "u"])
def test_every_micro_sign_is_a_millionth(written, micro):
    found = read(written(TABLE.replace("µ", micro)))
    assert found["Current / A"].values[0] == pytest.approx(-2.5e-6, rel=1e-15)


def test_unicode_prime_of_windows_names_the_parts_of_the_impedance(written):
    rows = "".join(f"{10.0 ** (5 - k)},{50 + k},-2\n" for k in range(5))
    found = read(written(f"Freq (Hz),Z’ (Ohm),Z’’ (Ohm)\n{rows}".encode("cp1252")))
    assert found.spectra[0].impedance.tolist() == [50 + k - 2j for k in range(5)]


def test_utf16_that_is_cut_inside_a_letter_loses_its_last_row_only(written):
    content = TABLE.encode("utf-16")
    found = read(written(content[:-9]))
    assert found["Test Time / s"].values.tolist() == [0.5]
    assert "cut off" in found.warnings[0]


@pytest.mark.parametrize(
    ("first", "second", "seconds"),
    [
        ("00:00:10", "23:59:59.5", [10.0, 86399.5]),
        ("23:59:59", "24:00:01", [86399.0, 86401.0]),
        ("00:00:10", "100:00:00", [10.0, 360000.0]),
        ("00:00:10", "1-00:00:10", [10.0, 86410.0]),
        ("00:00:10", "1 00:00:11", [10.0, 86411.0]),
        ("00:00:10", "1d 02:00:00", [10.0, 93600.0]),
        ("00:00:10", "1.00:00:10.5", [10.0, 86410.5]),
        ("0d 00:00:01,5", "12d 3:04:05,25", [1.5, 1047845.25]),
        ("1 day, 2:03:04", "2 days, 2:03:04", [93784.0, 180184.0]),
        ("0:30", "25:45", [1800.0, 92700.0]),
    ],
)
def test_clock_text_with_and_without_days(written, first, second, seconds):
    assert seconds_of(np.array([first, "", second])).tolist() == pytest.approx(
        [seconds[0], np.nan, seconds[1]], nan_ok=True
    )
    found = read(written(f"Total Time;Voltage (V);Current (A)\n{first};1;1\n{second};1;1\n"))
    assert found["Test Time / s"].values.tolist() == pytest.approx(seconds)


@pytest.mark.parametrize("odd", ["-00:00:01", "ten", "1:2:3:4", "00:00:10 PM"])
def test_text_that_is_no_length_of_time_is_refused_with_its_line(written, odd):
    with pytest.raises(InvalidInput, match=f"line 3: column 'Total Time': got .*{odd.split()[0]}"):
        read(written(f"Total Time;Voltage (V);Current (A)\n{'00:00:10' if odd != 'ten' else '1'};1;1\n{odd};1;1\n"))


def test_time_of_day_that_passes_midnight_is_refused(written):
    with pytest.raises(InvalidInput, match="line 4: time .*got '1 s after 86399 s'"):
        read(written("Time;Voltage (V);Current (A)\n23:59:58;1;1\n23:59:59;1;1\n00:00:01;1;1\n"))


MIDNIGHT = 1652918400.0  # 2022-05-19, 00:00


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2022-05-18 23:59:59", "2022-05-19 00:00:01"),
        ("2022-05-18 23:59:59", "2022-05-19 00:00:01.000"),
        ("2022-05-18T23:59:59Z", "2022-05-19T02:00:01+02:00"),
        ("2022/5/18 23:59:59", "2022/5/19 0:00:01"),
        ("05/18/2022 11:59:59 PM", "05/19/2022 12:00:01 AM"),
        ("18.05.2022 23:59:59", "19.05.2022 00:00:01"),
        ("18-May-22 11:59:59 PM", "19-May-22 12:00:01 AM"),
        ("18-May-2022 23:59:59.5", "19-May-2022 00:00:00.5"),
    ],
)
def test_dates_that_pass_midnight(before, after):
    found = dates_of(np.array([before, after, ""]))
    step = 0.5 if ".5" in before else 1.0
    assert found.seconds[:2].tolist() == [MIDNIGHT - step, MIDNIGHT + step]
    assert np.isnan(found.seconds[2])
    assert found.reading == ""


def test_midnight_without_its_time_of_day_is_midnight():
    found = dates_of(np.array(["2022-05-18 23:59:59", "2022-05-19"]))
    assert found.seconds.tolist() == [MIDNIGHT - 1, MIDNIGHT]


@pytest.mark.parametrize("text", ["18.05.22 23:59:59", "2022-05-18", "99/99/2022 10:00:00", "a day"])
def test_dates_that_may_be_anything_are_none(text):
    assert dates_of(np.array([text])) is None


def test_day_and_month_that_may_be_exchanged_are_told_unless_the_clock_says(written):
    header = "DataPoint,Total Time,Current(mA),Voltage(V),Date\n"
    unsure = read(written(header + "1,00:00:00,1,1,01/02/2024 10:00:00\n2,00:00:09,1,1,01/02/2024 10:00:09\n"))
    assert unsure.warnings == ("column 'Date': day and month may be exchanged; read as month/day/year",)
    sure = read(written(header + "1,00:00:00,1,1,01/02/2024 10:00:00\n2,24:00:00,1,1,02/02/2024 10:00:00\n"))
    assert sure.warnings == ()
    assert sure["Unix Time / s"].values[0] == 1706781600.0  # 1 February
