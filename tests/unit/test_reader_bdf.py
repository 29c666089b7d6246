import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import read

HEADER = (
    "Test Time / h,Current / mA,Voltage / V,Ambient Temperature / degC,Applied Pressure / MPa,"
    "Step Type / 1,Cycle Count / 1,Torque / N m"
)
ROWS = ["0,1,0.1,25,3,charge,1,2", "0.5,-1,-0.1,25,3,rest,1,2"]


@pytest.fixture
def written(tmp_path):
    def write(*lines, end="\n"):
        path = tmp_path / "cell.csv"
        path.write_text("\n".join(lines) + end, encoding="utf-8")
        return path

    return write


def test_units_of_the_header_become_si_and_other_channels_stay(written):
    found = read(written(HEADER, *ROWS))
    last = {str(name): found[name].values[-1] for name in found.data.variables}
    assert last["Test Time / s"] == 1800.0
    assert last["Current / A"] == pytest.approx(-1e-3)
    assert last["Ambient Temperature / K"] == pytest.approx(298.15)
    assert last["Applied Pressure / Pa"] == pytest.approx(3e6)
    assert last["Step Type"] == "rest"
    assert last["Cycle Count"] == 1.0
    assert last["Torque / J"] == 2.0
    assert found.inputs["columns"]["Test Time / s"] == "Test Time / h"


def test_machine_readable_names_are_the_same_columns(written):
    found = read(
        written(
            "test_time_second,voltage_volt,current_ampere,cycle_count,applied_pressure_pa", "0,0.1,1,1,5", "1,0.1,1,1,5"
        )
    )
    assert set(found.data.variables) == {
        "Test Time / s",
        "Voltage / V",
        "Current / A",
        "Cycle Count",
        "Applied Pressure / Pa",
    }


def test_semicolons_with_decimal_commas_and_a_byte_order_mark(written):
    found = read(written("\ufeffTest Time / s;Current / A;Voltage / V", "0;0,5;1,25", "1;0,5;1,5"))
    assert found["Voltage / V"].values.tolist() == [1.25, 1.5]


def test_unknown_unit_is_kept_and_said(written):
    found = read(written("Test Time / s,Current / A,Voltage / V,Smell / olf", "0,1,1,3"))
    assert found["Smell / unit unknown"].values.tolist() == [3.0]


def test_quoted_text_may_hold_the_separator(written):
    found = read(written("Test Time / s,Current / A,Voltage / V,Protocol Name / 1", '0,1,1,"rest, then go"'))
    assert found["Protocol Name"].values.tolist() == ["rest, then go"]


def test_empty_cells_are_not_a_number(written):
    found = read(written("Test Time / s,Current / A,Voltage / V", "0,1,1", "1,,1"))
    assert found["Current / A"].isnull().values.tolist() == [False, True]


def test_faults_name_file_line_and_remedy(written):
    def complaint(pattern, *lines):
        with pytest.raises(InvalidInput, match=pattern):
            read(written(*lines))

    header = "Test Time / s,Current / A,Voltage / V"
    complaint(
        r"cell\.csv, line 1: column 'Voltage': got 'Voltage / mA'", "Test Time / s,Current / A,Voltage / mA", "0,1,1"
    )
    complaint(r"line 1: column 'Current'.*The file has: Test Time / s, Voltage / V", "Test Time / s,Voltage / V", "0,1")
    complaint(
        r"line 1: column names: got 'Voltage / mV'; allowed: each column once", header + ",Voltage / mV", "0,1,1,1000"
    )
    complaint(r"line 4: time \(column 'Test Time / s'\): got '1 s after 2 s'", header, "1,1,1", "2,1,1", "1,1,1")
    complaint(r"line 3: column 'Voltage / V': got 'x'; allowed: a number", header, "0,1,1", "1,1,x")
    complaint(r"line 3: row: got '2 fields'.*do not belong together", header, "0,1,1", "1,1", "2,1,1")
    complaint(r"line 3: row: got '4 fields'.*do not belong together", header, "0,1,1", "1,1,1,1", "2,1,1")
    complaint(r"line 1: table.*at least one row", header)


def test_missing_line_end_is_a_warning(written):
    assert "cut off" in read(written("Test Time / s,Current / A,Voltage / V", "0,1,1", end="")).warnings[0]


def test_current_that_is_positive_in_a_discharge_is_told_and_kept(written):
    header = "Test Time / s,Current / A,Voltage / V,Step Type / 1"
    found = read(written(header, "0,1,1,discharge", "1,-1,1,discharge", "2,1,1,charge"))
    assert found["Current / A"].values.tolist() == [1.0, -1.0, 1.0]
    assert found.warnings == (
        "column 'Current / A', line 2: the current is positive in a step called 'discharge': signs kept as they are",
    )


def test_real_file_in_hours(shared_data):
    found = read(shared_data / "cycler_cellpy" / "batmo_bdf.csv")
    assert found.data.sizes["record"] == 21206
    assert found["Test Time / s"].values[0] == pytest.approx(500.0)
    assert found["Discharge Capacity / C"].values[1] == pytest.approx(0.000840994167925692 * 3600)
    assert str(found["Step Type"].values[0]) == "discharge"
