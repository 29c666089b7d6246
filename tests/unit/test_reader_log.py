"""Logs without voltage or current: what is one, what is read, and what damage does to it."""

from __future__ import annotations

import pytest

from lisse.errors import InvalidInput
from lisse.measurement import read
from lisse.measurement.columns import PRESSURE, TIME
from lisse.measurement.readers.log import is_log, read_log

LOG = "logger 7\nTime / min;Pressure (bar);T (degC);note\n" + "".join(
    f"{k / 2:.1f};{30 + k / 10:.2f};25,3;\n".replace(".", ",") for k in range(12)
)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "press.txt"
    path.write_text(LOG)
    return path


def test_a_log_is_in_si_with_its_clock_and_nothing_that_it_does_not_have(log):
    found = read_log(log)
    assert is_log(log)
    assert found[TIME].values.tolist() == [30.0 * k for k in range(12)]
    assert found[PRESSURE].values == pytest.approx([1e5 * (30 + k / 10) for k in range(12)])
    assert {"Voltage / V", "Current / A"}.isdisjoint(map(str, found.data.data_vars))
    assert found["T / K"].values == pytest.approx(273.15 + 25.3)  # no second clock, though t is one elsewhere
    assert found.version
    with pytest.raises(InvalidInput, match="format: got 'logger 7'"):
        read(log)  # alone it says nothing of a cell


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Test Time / s,Applied Pressure / Pa", True),
        ("Time / s,Voltage / V", True),
        ("Time / s,Voltage / V,Current / A", False),
        ("Time,Pressure / bar", False),
        ("Pressure / bar,T / degC", False),
        ("Time / s", False),
        ("t (h:mm:ss),Pressure / bar", True),
    ],
)
def test_a_log_has_a_clock_with_a_unit_and_not_both_voltage_and_current(tmp_path, head, told):
    path = tmp_path / "table.csv"
    path.write_text(head + "\n" + ",".join("0:00:01" for _ in head.split(",")) + "\n")
    assert is_log(path) is told


def test_files_of_instruments_are_no_logs(shared_data):
    for name in ("symcell/mb.mpt", "eis_impedancepy/exampleDataGamry.DTA", "cycler_cellpy/neware_uio.csv"):
        assert not is_log(shared_data / name)


def test_said_columns_decide(log):
    said = {"Time / min": "Test Time / min", "Pressure (bar)": "Applied Pressure / MPa"}
    assert is_log(log, said)
    assert not is_log(log, {"a": "Test Time / s", "b": "Voltage / V", "c": "Current / A"})
    assert read_log(log, said)[PRESSURE].values[0] == pytest.approx(30e6)
    with pytest.raises(InvalidInput, match="one column that is 'Test Time / s'"):
        read_log(log, {"Pressure (bar)": "Applied Pressure / bar"})
    with pytest.raises(InvalidInput, match="'P'; allowed: a column of the file"):
        read_log(log, {"Time / min": "Test Time / min", "P": "Applied Pressure / bar"})


def test_a_log_cut_anywhere_is_read_or_refused(tmp_path):
    path = tmp_path / "cut.txt"
    for length in range(len(LOG)):
        path.write_text(LOG[:length])
        try:
            found = read_log(path)
        except InvalidInput:
            continue
        assert (found[TIME].values[1:] >= found[TIME].values[:-1]).all()
