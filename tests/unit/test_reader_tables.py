"""Neware, Arbin, Maccor, PEC, Excel and generic tables: what is known to be wrong in them, and what becomes of it."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import Source, read
from lisse.measurement.readers.arbin_database import auxiliary_columns


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "cell.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


MACCOR = "Rec\tStep\tTestTime\tCurrent [A]\tVoltage [V]\tMd\tES\tDPT Time\n"


def maccor(*times, dates=("1:00:00 PM", "2:00:00 PM")):
    rows = [f"{k}\t1\t{time}\t0.5\t1.0\t{'CD'[k]}\t1\t1/2/2024 {dates[k]}\n" for k, time in enumerate(times)]
    return MACCOR + "".join(rows)


@pytest.mark.parametrize(("last", "unit"), [("1.000", "h"), ("60.000", "min"), ("3600.000", "s")])
def test_maccor_clock_gets_its_unit_from_the_dates(written, last, unit):
    found = read(written(maccor("0.000", last)))
    assert found["Test Time / s"].values.tolist() == pytest.approx([0.0, 3600.0])
    assert any(f"no unit in the file; the dates say {unit}" in text for text in found.warnings)


def test_maccor_clock_that_fits_no_date_is_refused(written):
    with pytest.raises(
        InvalidInput, match=r"'TestTime': allowed: a unit of time. State it, .*--column .TestTime=Test Time"
    ):
        read(written(maccor("0.000", "7.000")))


def test_maccor_current_gets_its_sign_from_the_mode(written):
    found = read(written(maccor("0.000", "60.000")))
    assert found["Current / A"].values.tolist() == [0.5, -0.5]
    assert any("negative where 'Md' says D" in text for text in found.warnings)


def test_real_maccor_file_counts_minutes(shared_data):
    found = read(shared_data / "cycler_cellpy" / "maccor_002.txt")
    assert found["Test Time / s"].values[-1] == pytest.approx(3809.841833 * 60)
    dates = found["Unix Time / s"].values
    assert np.abs(found["Test Time / s"].values - (dates - dates[0])).max() < 120


def test_neware_temperature_whose_unit_was_lost_is_celsius_and_mass_columns_are_left_out(written):
    header = "DataPoint,Total Time,Current(mA),Voltage(V),T1(?),Spec. Cap.(mAh/g)\n"
    found = read(written(header + "1,00:00:00,1,0.1,25.0,3\n2,30:00:01,1,0.1,26.0,3\n"))
    assert found["Auxiliary Temperature 1 / K"].values == pytest.approx([298.15, 299.15])
    assert found["Test Time / s"].values.tolist() == [0.0, 30 * 3600 + 1]
    assert any("Spec. Cap.(mAh/g)" in text and "per mass" in text for text in found.warnings)


def test_neware_text_in_chinese_encoding(written):
    text = "DataPoint,Total Time,Current(mA),Voltage(V),T1(℃)\n1,00:00:00,1,0.1,25.0\n2,00:00:01,1,0.1,26.0\n"
    found = read(written(text, "gbk"))
    assert found["Auxiliary Temperature 1 / K"].values == pytest.approx([298.15, 299.15])
    assert "line 1 is not UTF-8" in found.warnings[0]


def test_neware_without_test_time_counts_from_the_dates(written):
    text = "DataPoint,Current(mA),Voltage(V),Date\n1,1,0.1,2024-01-02 10:00:00\n2,1,0.1,2024-01-02 10:00:30\n"
    found = read(written(text))
    assert found["Test Time / s"].values.tolist() == [0.0, 30.0]
    assert any("counted from the dates in 'Date'" in text for text in found.warnings)


def test_layered_step_without_records_is_told(written):
    text = (
        "Cycle Index,a\n,Step Index,Step Number,Step Type\n,,DataPoint,Total Time,Current(A),Voltage(V)\n"
        "1,0\n,1,1,Rest\n,2,2,CC Chg\n,,1,00:00:00,1.0,0.1\n,,2,00:00:05,1.0,0.1\n"
    )
    found = read(written(text))
    assert found["Step Count"].values.tolist() == [2.0, 2.0]
    assert found["Step Type"].values.tolist() == ["CC Chg", "CC Chg"]
    assert "steps without records (1, the first in line 5)" in found.warnings[0]


def test_arbin_tests_in_one_file_follow_each_other_by_their_dates(written):
    header = "Test_ID,Data_Point,Date_Time,Test_Time(s),Current(A),Voltage(V)\n"
    rows = ["1,1,2024-01-02 10:00:00,0.0", "1,2,2024-01-02 10:00:10,10.0", "2,1,2024-01-02 10:01:05,5.0"]
    found = read(written(header + "".join(f"{row},0.1,0.1\n" for row in rows)))
    assert found["Test Time / s"].values.tolist() == [0.0, 10.0, 65.0]
    assert "line 4: the clock starts anew" in found.warnings[0]


def test_real_arbin_database_has_its_auxiliary_temperature(shared_data):
    pytest.importorskip("access_parser")
    found = read(shared_data / "cycler_cellpy" / "aux_one_x_dx.res")
    assert found["Auxiliary Temperature 1 / K"].values[0] == pytest.approx(24.40658 + 273.15)
    assert np.all(np.diff(found["Record Index"].values) == 1)


def test_arbin_auxiliary_reading_of_a_missing_record_goes_to_no_other():
    source = Source("cell.res", b"")
    table = {"Data_Point": [1, 2, 3], "Data_Type": [1, 1, 1], "Auxiliary_Index": [0, 0, 0], "X": [20.0, 21.0, 22.0]}
    found = auxiliary_columns(source, table, np.array([1.0, 3.0, 4.0]), [])
    assert list(found) == ["Auxiliary Temperature 1 / degC"]
    assert found["Auxiliary Temperature 1 / degC"] == pytest.approx([20.0, 22.0, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("name", "share"),
    [("TestFile.nda", 0.5), ("TestFile.nda", 0.97), ("new_nda_file.nda", 0.97), ("new_nda_file.nda", 0.999)],
)
def test_cut_neware_file_never_looks_whole(shared_data, tmp_path, name, share):
    pytest.importorskip("fastnda")
    content = (shared_data / "cycler_neware" / name).read_bytes()
    path = tmp_path / "cell.nda"
    path.write_bytes(content[: int(share * len(content))])
    found = read(path)
    assert any("missing" in text for text in found.warnings)


@pytest.mark.parametrize("mark", ["1.#QNAN", "-1.#IND", "#N/A", "#DIV/0!", "OVL", "--", "overflow"])
def test_what_instruments_and_spreadsheets_write_for_no_number_is_none(written, mark):
    found = read(written(f"Test Time / s,Voltage / V,Current / A\n0,0.5,1\n1,{mark},1\n2,0.7,1\n"))
    assert np.isnan(found["Voltage / V"].values).tolist() == [False, True, False]


def test_a_neware_file_that_does_not_say_what_it_is_is_said_so(shared_data, monkeypatch):
    fastnda = pytest.importorskip("fastnda")

    def damaged(_):
        raise KeyError("no such section")

    path = shared_data / "cycler_neware" / "new_nda_file.nda"
    whole = read(path)
    monkeypatch.setattr(fastnda, "read_metadata", damaged)
    found = read(path)
    assert np.array_equal(found["Voltage / V"].values, whole["Voltage / V"].values)
    assert any("what the file says of itself" in text for text in found.warnings)
    assert not any("what the file says of itself" in text for text in whole.warnings)


CUSTOM = "some words\nt;E;I;extra\n0;0,5;1,25;a\n1;0,5;1,25;b\n"
MAP = {"t": "Test Time / h", "E": "Voltage / mV", "I": "Current / mA"}


def test_columns_that_a_person_names(written):
    found = read(written(CUSTOM), columns=MAP)
    assert found["Test Time / s"].values.tolist() == [0.0, 3600.0]
    assert found["Voltage / V"].values == pytest.approx([5e-4, 5e-4])
    assert found["Current / A"].values == pytest.approx([1.25e-3, 1.25e-3])
    assert found["extra"].values.tolist() == ["a", "b"]
    assert found.inputs["column_map"] == MAP


def test_faults_of_a_column_map_are_named(written):
    with pytest.raises(InvalidInput, match=r"column: got 'tt'; allowed: a column of the file: t, E, I, extra"):
        read(written(CUSTOM), columns={**MAP, "tt": "Step Time / h"})
    with pytest.raises(InvalidInput, match=r"columns: .*one column that is 'Current / A'"):
        read(written(CUSTOM), columns={"t": "Test Time / h", "E": "Voltage / mV"})
    with pytest.raises(InvalidInput, match=r"column 'Voltage': got 'E'; .* Its unit was given as 'mA'"):
        read(written(CUSTOM), columns={**MAP, "E": "Voltage / mA"})
    with pytest.raises(InvalidInput, match="either a format or columns"):
        read(written(CUSTOM), format="bdf", columns=MAP)


def test_real_table_with_a_column_map(shared_data):
    names = {"test_time": "Test Time / s", "current": "Current / A", "voltage": "Voltage / V", "cycle": "Cycle Count"}
    found = read(shared_data / "cycler_cellpy" / "custom_data_001.csv", columns=names)
    assert found.data.sizes["record"] == 2442
    assert found["Test Time / s"].values[:2].tolist() == [120.0, 240.0]
    assert found["index / unit unknown"].values[1] == 1.0


def test_units_that_are_missing_are_asked_for_and_areal_currents_refused(written):
    with pytest.raises(InvalidInput, match=r"line 1: column 'Voltage': got 'voltage'.*--column .voltage=Voltage / V"):
        read(written("time (s),voltage,current (A)\n0,1,1\n"))
    with pytest.raises(InvalidInput, match=r"column 'Current'.*per area cannot be read without the area"):
        read(written("time (s),voltage (V),current (mA/cm2)\n0,1,1\n"))


def test_dates_of_other_centuries_and_both_orders_of_day_and_month(written):
    header = "DataPoint,Total Time,Current(mA),Voltage(V),Date\n"
    far = read(written(header + "1,00:00:00,1,0.1,2024-01-02 10:00:00\n2,00:00:01,1,0.1,2626-01-02 10:00:00\n"))
    assert far["Unix Time / s"].values[0] == 1704189600.0
    for dates in (("01/02/2024 00:00:00", "02/02/2024 00:00:00"), ("02/01/2024 00:00:00", "02/02/2024 00:00:00")):
        rows = f"1,00:00:00,1,0.1,{dates[0]}\n2,24:00:00,1,0.1,{dates[1]}\n"
        found = read(written(header + rows))["Unix Time / s"].values
        assert found[1] - found[0] == 86400.0
