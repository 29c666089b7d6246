"""Excel workbooks and Parquet files, beyond what the suite over all readers asks."""

import pytest
from small_cycler_files import parquet, workbook

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


def test_parquet_file_without_the_columns_is_refused_with_its_names(tmp_path):
    path = tmp_path / "cell.parquet"
    path.write_bytes(parquet(["a", "b"], [[1.0], [2.0]]))
    with pytest.raises(InvalidInput, match=r"got 'a, b'; allowed: columns of time, voltage and current"):
        read(path)
