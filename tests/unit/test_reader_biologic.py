import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import read
from lisse.measurement.readers.impedance_points import split_sweeps

TABLE = {
    "mode": "1",
    "Ns": "3",
    "time/s": "1.0E+001",
    "control/V/mA": "1.0E+000",
    "Ewe/V": "2.0E-003",
    "<I>/mA": "1.5E+000",
    "control/mA": "1.6E+000",
    "cycle number": "1.0E+000",
    "Q charge/discharge/mA.h": "1.0E+000",
    "Temperature/°C": "2.5E+001",
    "Pressure/bar": "3.0E+001",
    "Odd": "7.0E+000",
}
COLUMNS, ROW = list(TABLE), list(TABLE.values())


def mpt(columns, rows, technique="Modulo Bat", area="0.001 cm²", end="\n"):
    header = [
        "EC-Lab ASCII FILE",
        "Nb header lines : 7",
        "",
        technique,
        "Device : VMP3",
        f"Electrode surface area : {area}",
    ]
    text = "\n".join([*header, "\t".join(columns) + "\t", *("\t".join(row) for row in rows)]) + end
    return text.encode("latin-1")


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "cell.mpt"
        path.write_bytes(content)
        return path

    return write


def rows_at(*times):
    return [[*ROW[:2], f"{time:.3E}", *ROW[3:]] for time in times]


def test_columns_come_in_si_under_their_bdf_names(written):
    found = read(written(mpt(COLUMNS, rows_at(0.0, 10.0))))
    first = {str(name): float(found[name].values[0]) for name in found.data.variables}
    assert first["Voltage / V"] == pytest.approx(2e-3)
    assert first["Current / A"] == pytest.approx(1.5e-3)
    assert first["Set Current / A"] == pytest.approx(1.6e-3)
    assert first["Q charge/discharge / C"] == pytest.approx(3.6)
    assert first["Temperature / K"] == pytest.approx(298.15)
    assert first["Pressure / Pa"] == pytest.approx(3e6)
    assert (first["Cycle Count"], first["Step Index"], first["mode"]) == (1.0, 3.0, 1.0)
    assert first["Odd / unit unknown"] == 7.0
    assert "control/V/mA / unit unknown" not in first  # its parts are there, told apart by the mode
    assert found["Voltage / V"].attrs == {"units": "V", "long_name": "Voltage"}


def test_area_of_the_header_is_told_but_never_used(written):
    found = read(written(mpt(COLUMNS, rows_at(0.0, 10.0))))
    assert found.area is None
    claim = found.inputs["instrument_area_claim"]
    assert (claim["text"], claim["used"]) == ("0.001 cm²", False)
    assert claim["area"] == pytest.approx(1e-7)


def test_unreadable_claim_of_an_area_does_no_harm(written):
    found = read(written(mpt(COLUMNS, rows_at(0.0, 10.0), area="a disc")))
    assert found.inputs["instrument_area_claim"]["area"] is None


def test_decimal_comma(written):
    with_points = read(written(mpt(COLUMNS, rows_at(0.0, 10.0))))
    with_commas = read(written(mpt(COLUMNS, [[cell.replace(".", ",") for cell in row] for row in rows_at(0.0, 10.0)])))
    assert with_commas.data.identical(with_points.data)


def test_rows_with_a_frequency_become_spectra_and_leave_the_direct_current(written):
    columns = ["time/s", "Ewe/V", "I/mA", "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "|Z|/Ohm"]
    direct = [[f"{t:.1f}", "0.1", "1.0", "0", "0", "0", "0"] for t in (0, 10, 100)]
    sweep = [[f"{20 + k}.0", "0.5", "0.7", str(10 ** (5 - k)), "50", "2", "50"] for k in range(4)]
    found = read(written(mpt(columns, [*direct[:2], *sweep, direct[2]])))
    assert found["Test Time / s"].values.tolist() == [0.0, 10.0, 100.0]
    (spectrum,) = found.spectra
    assert spectrum.time == 20.0
    assert spectrum.impedance.tolist() == [50 - 2j] * 4
    assert [name for name in map(str, found.data.variables) if "Z" in name or "freq" in name] == []


def test_point_that_is_no_number_is_left_out_of_its_spectrum(written):
    columns = ["time/s", "Ewe/V", "I/mA", "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"]
    rows = [[str(k), "0.5", "0.7", str(10 ** (5 - k)), "nan" if k == 1 else "50", "2"] for k in range(4)]
    found = read(written(mpt(columns, rows)))
    assert found.spectra[0].frequency.tolist() == [1e5, 1e3, 1e2]
    assert found.warnings == ("line 9: an impedance that is no number: left out of its spectrum",)


def test_two_sweeps_in_a_row_are_told_apart():
    frequency = np.r_[np.logspace(5, 0, 20), np.logspace(5, 0, 20)]
    assert split_sweeps(frequency) == [slice(0, 20), slice(20, 40)]
    assert split_sweeps(frequency[::-1]) == [slice(0, 20), slice(20, 40)]
    assert split_sweeps(np.array([1.0])) == [slice(0, 1)]
    assert split_sweeps(np.array([5.0, 5.0, 5.0])) == [slice(0, 3)]


def test_open_circuit_file_without_current_has_none(written):
    found = read(written(mpt(["time/s", "Ewe/V"], [["0", "1.1"], ["1", "1.2"]], technique="Open Circuit Voltage")))
    assert found["Current / A"].values.tolist() == [0.0, 0.0]
    assert "the current is 0" in found.warnings[0]


def test_each_fault_names_file_line_and_remedy(written):
    def complaint(content, pattern):
        with pytest.raises(InvalidInput, match=pattern):
            read(written(content))

    complaint(b"EC-Lab ASCII FILE\nnonsense\n", r"cell\.mpt, line 2: header: got 'nonsense'.*Nb header lines")
    complaint(b"EC-Lab ASCII FILE\nNb header lines : 90\n", r"line 2: Nb header lines: got 90.*cut off")
    complaint(mpt(COLUMNS, []), r"line 7: table.*at least one row")
    complaint(
        mpt(COLUMNS, rows_at(0.0, 10.0, 5.0)), r"line 10: time \(column 'time/s'\): got '5 s after 10 s'.*decrease"
    )
    complaint(mpt(["Ewe/V"], [["1"]]), r"line 7: column time/s.*export the file as text again")
    complaint(mpt(["time/s", "I/mA"], [["1", "1"]]), r"line 7: voltage.*Ewe/V")
    complaint(mpt(["time/s", "Ewe/V"], [["1", "1"]]), r"line 7: current.*I/mA")
    complaint(mpt(COLUMNS, [ROW[:5]]), r"line 8: row: .*; allowed: 12 fields.*cut off in its only row")
    complaint(mpt(COLUMNS, [ROW[:5], *rows_at(0.0)]), r"line 8: row.*do not belong together")
    complaint(
        mpt(COLUMNS, [*rows_at(0.0), [*ROW[:11], "oops"]]), r"line 9: column 'Odd': got 'oops'; allowed: a number"
    )
    complaint(mpt([*COLUMNS, "Odd"], []), r"line 7: column names: got 'Odd'; allowed: each column once")
    dated = [["08/23/2021 11:44:40", *ROW[:2]]]
    complaint(mpt(["time/s", "Ewe/V", "I/mA"], dated), r"line 8: time/s: got '08/23/2021.*relative time")


def test_last_number_cut_short_is_noticed(written):
    whole = mpt(COLUMNS, rows_at(0.0, 10.0), end="")
    assert read(written(whole)).warnings == ()
    part = read(written(whole[:-2]))
    assert part["Test Time / s"].values.tolist() == [0.0]
    assert "line 9 has no line end" in part.warnings[0]


def test_last_row_of_too_few_fields_is_left_out(written):
    part = read(written(mpt(COLUMNS, [*rows_at(0.0), ROW[:5]])))
    assert part["Test Time / s"].values.tolist() == [0.0]
    assert "line 9 has 5 of 12 fields; it was left out" in part.warnings[0]


def test_set_values_are_parted_into_volt_and_ampere_by_the_mode(written):
    columns = ["mode", "time/s", "control/V/mA", "Ewe/V", "I/mA"]
    rows = [["1", "0", "2.5", "0.1", "2.4"], ["2", "1", "2.5", "2.5", "0.3"], ["3", "2", "0", "0.2", "0"]]
    found = read(written(mpt(columns, rows)))
    assert found["Set Current / A"].values == pytest.approx([2.5e-3, np.nan, np.nan], nan_ok=True)
    assert found["Set Voltage / V"].values == pytest.approx([np.nan, 2.5, np.nan], nan_ok=True)
    assert found["Current / A"].values == pytest.approx([2.4e-3, 0.3e-3, 0.0])


def test_current_of_a_file_without_one_comes_from_the_charge(written):
    columns = ["mode", "time/s", "control/mA", "Ewe/V", "dq/mA.h"]
    rows = [["1", "0", "3.6", "0.1", "0"], ["1", "10", "3.6", "0.1", "0.01"], ["1", "10", "7.2", "0.1", "0"]]
    found = read(written(mpt(columns, rows)))
    assert found["Current / A"].values == pytest.approx([3.6e-3, 3.6e-3, 7.2e-3])
    assert "the mean since the record before" in found.warnings[0]


def test_current_from_the_charge_that_has_passed_is_its_slope(written):
    columns = ["mode", "time/s", "Ewe/V", "dQ/C", "(Q-Qo)/C"]
    rows = [["1", "0", "0.1", "0", "0"], ["1", "10", "0.1", "1", "1"], ["1", "20", "0.1", "0.5", "1.5"]]
    found = read(written(mpt(columns, rows)))
    assert found["Current / A"].values == pytest.approx([np.nan, 0.1, 0.05], nan_ok=True)
    assert "column '(Q-Qo)/C'" in found.warnings[0]
    without = [row[:-1] for row in rows]
    with pytest.raises(InvalidInput, match="line 7: current"):  # dQ starts anew with every step
        read(written(mpt(columns[:-1], without)))


def test_current_from_the_charge_agrees_with_the_measured_one_of_a_real_polarisation(shared_data, tmp_path):
    path = shared_data / "symcell" / "ca.mpt"
    measured = read(path)["Current / A"].values
    lines = path.read_bytes().split(b"\n")
    head = next(k for k, line in enumerate(lines) if b"time/s\t" in line)
    place = lines[head].split(b"\t").index(b"I/mA")
    rows = [line.split(b"\t") for line in lines[head:]]
    kept = [b"\t".join(row[:place] + row[place + 1 :]) for row in rows]
    stripped = tmp_path / "ca.mpt"
    stripped.write_bytes(b"\n".join([*lines[:head], *kept]))
    current = read(stripped)["Current / A"].values
    assert np.median(current[100:] / measured[100:]) == pytest.approx(1.0, abs=0.02)


def test_voltage_of_a_cell_with_a_reference_electrode_is_working_minus_counter(written):
    columns = ["time/s", "Ewe/V", "Ece/V", "I/mA"]
    found = read(written(mpt(columns, [["0", "3.5", "-0.2", "1"], ["1", "3.6", "-0.3", "1"]])))
    assert found["Voltage / V"].values == pytest.approx([3.7, 3.9])
    assert found["Ewe / V"].values == pytest.approx([3.5, 3.6])
    assert "the voltage is their difference" in found.warnings[0]
    joined = read(written(mpt(columns, [["0", "3.5", "0.001", "1"], ["1", "3.6", "-0.001", "1"]])))
    assert joined["Voltage / V"].values.tolist() == [3.5, 3.6]
    assert joined.warnings == ()


def test_voltage_within_an_uneven_range_is_not_called_saturated(written):
    content = mpt(["time/s", "Ewe/V", "I/mA"], [[str(t), "4.0", "1"] for t in range(8)])
    ranged = content.replace(b"Nb header lines : 7", b"Nb header lines : 8")
    for limits, told in (("min = -2.50 V, max = 10.00 V", False), ("min = -4,00 V, max = 4,00 V", True)):
        header = f"Ewe ctrl range : {limits}\nDevice".encode()
        assert bool(read(written(ranged.replace(b"Device", header))).warnings) == told


def test_saturated_voltage_is_told_by_the_range_of_the_header(written):
    content = mpt(["time/s", "Ewe/V", "I/mA"], [[str(t), "2.5" if t > 3 else "1.0", "1"] for t in range(8)])
    ranged = content.replace(b"Nb header lines : 7", b"Nb header lines : 8").replace(
        b"Device", b"Ewe ctrl range : min = -2.50 V, max = 2.50 V\nDevice"
    )
    (warning,) = read(written(ranged)).warnings
    assert warning.startswith("column 'Ewe/V', lines 13, 14, 15 and 1 more: the voltage stays at 2.5 V")
    assert read(written(content)).warnings == ()


def test_masses_of_the_header_are_claims(written):
    content = mpt(COLUMNS, rows_at(0.0, 10.0)).replace(b"Device : VMP3", b"Characteristic mass : 0.001 g")
    claims = read(written(content)).inputs["instrument_mass_claims"]
    assert claims == {"Characteristic mass": {"text": "0.001 g", "used": False}}


def test_missing_frequency_column_of_a_real_file(shared_data):
    with pytest.raises(InvalidInput, match=r"MissingFreq\.mpt, line 61: column freq/Hz.*all of freq/Hz"):
        read(shared_data / "eis_impedancepy" / "exampleDataBioLogic_MissingFreq.mpt")


def test_impedance_only_file_has_one_spectrum_and_no_direct_current(shared_data):
    found = read(shared_data / "eis_impedancepy" / "exampleDataBioLogic.mpt")
    assert found.data.sizes["record"] == 0
    assert [spectrum.frequency.size for spectrum in found.spectra] == [43]
    assert found.spectra[0].impedance[0] == pytest.approx(65.470886 - 0.38998979j)


def test_real_open_circuit_and_polarisation_files(shared_data):
    rest = read(shared_data / "symcell" / "vsp_ocv_wo.mpt")
    assert rest.data.sizes["record"] == 121
    held = read(shared_data / "symcell" / "ca.mpt")
    assert held["Voltage / V"].values[-1] == pytest.approx(0.29859304)
    assert held["Current / A"].values[0] == pytest.approx(1.8604061e-5)
