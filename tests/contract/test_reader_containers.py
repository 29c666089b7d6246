"""Excel workbooks, Parquet and HDF5 files, beyond what the suite over all readers asks."""

import csv
import io
import pickle

import h5py
import numpy as np
import pytest
from small_cycler_files import CLOCK, DATE, LENGTH, parquet, workbook

from lisse.errors import InvalidInput
from lisse.measurement.readers import read


def test_excel_workbook_with_a_cover_sheet_and_a_column_map(tmp_path):
    pytest.importorskip("python_calamine")
    path = tmp_path / "cell.xlsx"
    rows = [["my", "words"], [], ["t", "E", "I"], [0, 0.1, 1], [1, 0.2, ""], [2, 0.3, 1]]
    path.write_bytes(workbook({"cover": [["nothing here"]], "data": rows}))
    found = read(path, columns={"t": "Test Time / min", "E": "Voltage / V", "I": "Current / mA"})
    assert found["Test Time / s"].values.tolist() == [0.0, 60.0, 120.0]
    assert found.warnings == ("column 'I', sheet 'data', row 5: no number: kept as not a number",)
    path.write_bytes(workbook({"cover": rows[:2]}))
    with pytest.raises(InvalidInput, match="a workbook without such a sheet.*Say what the columns are"):
        read(path)
    path.write_bytes(workbook({"cover": [["nothing here"]], "data": rows}))
    with pytest.raises(InvalidInput, match="sheet 'data', row 3: column 'Test Time': got 't'.*State the unit"):
        read(path)


def as_cell(text):
    """A number where the text is one, as when somebody opens a csv and saves it as a workbook."""
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("name", ["neware_uio.csv", "Test25205.csv", "batmo_bdf.csv"])
def test_real_table_saved_as_a_workbook_gives_the_same_numbers(shared_data, tmp_path, name):
    pytest.importorskip("python_calamine")
    lines = (shared_data / "cycler_cellpy" / name).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    small = tmp_path / name
    small.write_text("".join(lines[:1500]), encoding="utf-8")
    rows = [[as_cell(cell) for cell in row] for row in csv.reader(lines[:1500])]
    book = tmp_path / "cell.xlsx"
    book.write_bytes(workbook({"notes": [["by hand"]], "data": rows}))
    table, sheet = read(small), read(book)
    both = set(table.data.variables) & set(sheet.data.variables)
    assert {"Test Time / s", "Current / A", "Voltage / V"} <= both
    assert set(table.data.variables) - both <= {"Cell ID"}  # a long number written as text
    for label in both:
        assert np.array_equal(sheet[label].values, table[label].values, equal_nan=table[label].dtype.kind == "f")
    assert sheet.inputs["format"] == "excel"
    assert sheet.inputs["dialect"] == table.inputs["format"]
    assert len(sheet.warnings) == len(table.warnings)


def test_dates_and_clocks_of_a_workbook_pass_midnight_and_the_day(tmp_path):
    pytest.importorskip("python_calamine")
    path = tmp_path / "cell.xlsx"
    days = [0.25, 1.0, 1.5, 59.75, 61.25]
    for form in (CLOCK, LENGTH):
        names = ["DataPoint", "Total Time", "Date", "Current(mA)", "Voltage(V)"]
        rows = [[k, (day, form), (44699 + day, DATE), 1.0, 0.1] for k, day in enumerate(days)]
        path.write_bytes(workbook({"record": [names, *rows]}))
        found = read(path)
        assert found["Test Time / s"].values == pytest.approx(np.array(days) * 86400)
        passed = found["Unix Time / s"].values - 1652832000.0  # since 2022-05-18, 00:00
        assert passed == pytest.approx(np.array(days) * 86400)


def test_name_that_a_workbook_or_parquet_file_lacks_is_answered_with_those_it_has(tmp_path):
    pytest.importorskip("python_calamine")
    wanted = {"t": "Test Time / s", "E": "Voltage / V", "J": "Current / A"}
    path = tmp_path / "cell.xlsx"
    path.write_bytes(workbook({"data": [["t", "E", "I"], [0, 1, 1]]}))
    with pytest.raises(InvalidInput, match="column: got 'J'; allowed: a column of the file: t, E, I"):
        read(path, columns=wanted)
    path.write_bytes(parquet(["t", "E", "I"], [[0.0], [1.0], [1.0]]))
    with pytest.raises(InvalidInput, match="column: got 'J'; allowed: a column of the file: t, E, I"):
        read(path, columns=wanted)


def test_hdf5_copy_of_real_arbin_tables_agrees_with_its_own_blocks(shared_data):
    path = shared_data / "cycler_cellpy" / "20200624_test001_cc_01.h5"
    with h5py.File(path) as file:
        table = file["data_df/table"]
        columns = {}
        for block in (name for name in table.dtype.names if name.startswith("values")):
            names = pickle.loads(table.attrs[f"{block}_kind"])
            columns |= dict(zip(names, table[block].T, strict=True))
    found = read(path)
    for name, label, factor in [
        ("Current", "Current / A", 1.0), ("Voltage", "Voltage / V", 1.0), ("Step_Time", "Step Time / s", 1.0),
        ("Charge_Capacity", "Charging Capacity / C", 3600.0), ("Data_Point", "Record Index", 1.0),
        ("Date_Time", "Unix Time / s", 1e-7),
    ]:  # fmt: skip
        assert found[label].values == pytest.approx(np.asarray(columns[name], dtype=float) * factor, rel=1e-12)
    starts = [0, 2, 6, 13, 47]  # where the clock of the file starts anew, with a new test or without
    for start, end in zip(starts, starts[1:], strict=False):
        passed = found["Test Time / s"].values[start:end] - found["Test Time / s"].values[start]
        assert passed == pytest.approx(columns["Test_Time"][start:end] - columns["Test_Time"][start], abs=1e-6)
    assert "records 3, 7 and 14: the clock starts anew" in found.warnings[0]


@pytest.mark.parametrize(
    ("group", "pattern"),
    [("CellpyData/raw", "a binary file of an unknown kind"), ("data_df/block0_values", "h5py could not read it")],
)
def test_other_hdf5_files_are_refused_with_what_to_do(tmp_path, group, pattern):
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file[group] = np.zeros(3)
    path = tmp_path / "cell.h5"
    path.write_bytes(held.getvalue())
    with pytest.raises(InvalidInput, match=f"{pattern}.*export"):
        read(path)


def test_parquet_file_without_the_columns_is_refused_with_its_names(tmp_path):
    path = tmp_path / "cell.parquet"
    path.write_bytes(parquet(["a", "b"], [[1.0], [2.0]]))
    with pytest.raises(InvalidInput, match=r"got 'a, b'; allowed: columns of time, voltage and current"):
        read(path)
