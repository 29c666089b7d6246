"""What becomes of the faults of a file, each told with its row and column."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import read

HEADER = "Test Time / s,Current / A,Voltage / V"


@pytest.fixture
def reading(tmp_path):
    def read_rows(*rows, header=HEADER, encoding="utf-8"):
        path = tmp_path / "cell.csv"
        path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
        return read(path)

    return read_rows


def test_reversed_file_is_turned_round(reading):
    found = reading("3,1,30", "2,1,20", "1,1,10")
    assert found["Voltage / V"].values.tolist() == [10.0, 20.0, 30.0]
    assert "run backwards from the first row to the last: rows turned round" in found.warnings[0]


def test_clock_that_steps_back_is_an_error_and_one_that_trembles_is_held(reading):
    with pytest.raises(InvalidInput, match=r"line 4: time \(column 'Test Time / s'\): got '1 s after 2 s'"):
        reading("0,1,1", "2,1,1", "1,1,1", "3,1,1")
    found = reading("0,1,1", "2,1,1", "1.9999,1,2", "3,1,1")
    assert found["Test Time / s"].values.tolist() == [0.0, 2.0, 2.0, 3.0]
    assert "column 'Test Time / s', line 4: the clock steps back by up to 0.0001 s" in found.warnings[0]


def test_repeated_rows_are_left_out_and_different_ones_at_one_time_stay(reading):
    found = reading("0,1,1", "1,1,2", "1,1,2", "1,1,3", "2,1,1")
    assert found["Voltage / V"].values.tolist() == [1.0, 2.0, 3.0, 1.0]
    assert found.warnings == ("line 4: every column as in the row above: left out",)
    crowded = reading("0,1,1", *(f"1,1,{k}" for k in range(2, 8)), "2,1,1")
    assert crowded.data.sizes["record"] == 8
    assert "line 3: 6 different records at one time" in crowded.warnings[0]


def test_rows_without_a_time_are_left_out(reading):
    found = reading("0,1,1", ",1,2", "2,1,3")
    assert found["Voltage / V"].values.tolist() == [1.0, 3.0]
    assert found.warnings[0] == "column 'Test Time / s', line 3: no time: left out"
    with pytest.raises(InvalidInput, match="at least one time"):
        reading(",1,1", ",1,2")


def test_gaps_are_told_and_not_filled(reading):
    rows = [f"{10 * k + (5000 if k > 30 else 0)},1,1" for k in range(60)]
    found = reading(*rows)
    assert found.data.sizes["record"] == 60
    assert found.warnings[0].startswith("column 'Test Time / s', line 33: no records for up to 5010 s before")


@pytest.mark.parametrize("value", ["9.9e37", "inf", "OVL"])
def test_words_and_numbers_for_no_reading_are_not_a_number(reading, value):
    found = reading("0,1,1", f"1,1,{value}", "2,1,2")
    assert np.isnan(found["Voltage / V"].values).tolist() == [False, True, False]
    assert all("column 'Voltage / V', line 3: " in text for text in found.warnings)
    assert found.warnings


def test_saturated_voltage_is_told_and_kept(reading):
    found = reading("0,1,1", "1,1,10", "2,1,10", "3,1,10", "4,1,2")
    assert found["Voltage / V"].values.max() == 10.0
    assert "lines 3, 4 and 5: the voltage stays at 10 V, the end of the range" in found.warnings[0]
    assert reading("0,1,1", "1,1,4.2", "2,1,4.2", "3,1,4.2", "4,1,2").warnings == ()  # a held voltage


def test_missing_numbers_are_told(reading):
    found = reading("0,1,1", "1,,1", "2,1,1")
    assert found.warnings == ("column 'Current / A', line 3: no number: kept as not a number",)


def test_decimal_commas_and_thousands_among_points(reading):
    found = reading('0,1,"1,5"', '1,1,"1.5"', '2,1,"1,234.5"')
    assert found["Voltage / V"].values.tolist() == [1.5, 1.5, 1234.5]
    assert sum("line 2" in text or "line 4" in text for text in found.warnings) == 2


@pytest.mark.parametrize(("sure", "number"), [("1,234.5", 1234.0), ("1,5", 1.234)])
def test_comma_before_three_digits_is_what_the_rest_of_the_column_says(reading, sure, number):
    found = reading("0,1,0.5", '1,1,"1,234"', f'2,1,"{sure}"')
    assert found["Voltage / V"].values[1] == number
    assert any("lines 3 and 4" in text and "commas" in text for text in found.warnings)


def test_comma_before_three_digits_that_nothing_explains_is_refused(reading):
    with pytest.raises(InvalidInput, match=r"line 3: column 'Voltage / V': got '1,234'.*decimal sign, or between"):
        reading("0,1,0.5", '1,1,"1,234"')


def test_word_in_a_column_of_decimal_commas_changes_no_other_number(reading):
    rows = ["0;1;0,125", "1;1;OVL", "2;1;1,234"]
    found = reading(*rows, header=HEADER.replace(",", ";"))
    assert found["Voltage / V"].values == pytest.approx([0.125, np.nan, 1.234], nan_ok=True)
    assert not any("decimal commas" in text for text in found.warnings)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_encodings(reading, encoding):
    found = reading("0,1,1,20", "1,1,1,20", header=HEADER + ",Ambient Temperature / °C", encoding=encoding)
    assert found["Ambient Temperature / K"].values.tolist() == [293.15, 293.15]
    assert ("line 1 is not UTF-8 text: read as Windows-1252" in found.warnings) == (encoding == "latin-1")


def test_zeros_behind_a_file_that_was_not_closed(tmp_path):
    path = tmp_path / "cell.csv"
    path.write_bytes(f"{HEADER}\n0,1,1\n1,1,2\n".encode() + b"\0" * 512)
    found = read(path, format="bdf")
    assert found["Voltage / V"].values.tolist() == [1.0, 2.0]
    assert "the last 512 bytes are zeros" in found.warnings[0]


def test_blank_lines_keep_the_line_numbers(reading):
    with pytest.raises(InvalidInput, match="line 5: column 'Voltage / V': got 'x'"):
        reading("0,1,1", "", "1,1,2", "2,1,x")
    found = reading("0,1,1", "", ",,", "1,,2")
    assert "2 blank lines were left out" in found.warnings
    assert "column 'Current / A', line 5: no number: kept as not a number" in found.warnings
