"""Resistances of impedance spectra, and the page of a run that has nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from cells import llzo_case
from lisse.models.run import solve
from lisse.records import Solution
from lisse.report.page import report_html
from lisse.report.run_spectra import only_spectra, spectra_rows, spectra_table
from lisse.report.summary import summary

SPECTRUM = {
    "current_density": "0 mA/cm^2",
    "duration": "10 min",
    "frequency_from": "1 MHz",
    "frequency_to": "0.1 Hz",
    "points_per_decade": 5,
}
PLATE = {"current_density": "0.1 mA/cm^2", "duration": "2 h"}
FILM = {"interphase": {"kind": "resistive", "conductivity": "1e-6 S/cm", "rate_constant": "1e-20 m^2/s"}}


def solved(**changes: object) -> Solution:
    case = llzo_case(**changes)
    return solve(case.model, case.cell, case.protocol)


@pytest.fixture(scope="module")
def between_steps() -> Solution:
    """Three spectra, between which charge passes and a film grows."""
    steps = [SPECTRUM, PLATE, SPECTRUM, PLATE | {"temperature": "60 degC"}, SPECTRUM]
    return solved(cell__interface=FILM, protocol={"name": "steps", "steps": steps})


def test_resistances_are_the_real_parts_at_both_ends(between_steps: Solution) -> None:
    rows = spectra_rows(between_steps)
    real = between_steps["impedance_real"].values
    assert [row["high_frequency_resistance"] for row in rows] == real[:, 0].tolist()
    assert [row["low_frequency_resistance"] for row in rows] == real[:, -1].tolist()
    assert {(row["high_frequency"], row["low_frequency"]) for row in rows} == {(1e6, 0.1)}
    assert [row["time"] for row in rows] == pytest.approx([600.0, 8400.0, 16200.0])
    assert [row["passed_charge"] for row in rows] == pytest.approx([0.0, 7200.0, 14400.0])
    assert [row["temperature"] for row in rows] == pytest.approx([298.15, 298.15, 333.15])
    assert summary(between_steps, "steps")["spectra"] == rows


def test_low_less_high_frequency_is_what_the_interfaces_add(between_steps: Solution) -> None:
    """Both faces: the film of the library and the grown one, over its conductivity, and charge transfer R T/(F i0)."""
    case = llzo_case(cell__interface=FILM)
    interface, row = case.cell.interface, spectra_rows(between_steps)[1]
    record = int(np.searchsorted(between_steps["time"].values, row["time"]))
    film = between_steps["interphase_thickness"].values[record]
    thermal = 8.314462618 * 298.15 / 96485.33212
    expected = 2.0 * (interface.resistance + thermal / interface.exchange_current_density) + (film / 1e-4).sum()
    found = row["low_frequency_resistance"] - row["high_frequency_resistance"]
    assert found == pytest.approx(expected, rel=2e-3)


def test_the_table_has_a_column_for_what_changes_and_a_note_for_what_does_not(between_steps: Solution) -> None:
    table = spectra_table(spectra_rows(between_steps))
    assert table is not None
    assert table["head"] == ["After", "Temperature", "Passed charge", "High (1 MHz)", "Low (100 mHz)", "Difference"]
    assert [row[1] for row in table["rows"]] == ["25 degC", "25 degC", "60 degC"]
    assert table["note"] == "All at 3 MPa."
    one = spectra_table(spectra_rows(between_steps)[:1])
    assert one is not None
    assert one["note"] == "At 25 degC and 3 MPa."
    assert spectra_table([]) is None


def test_a_run_of_spectra_alone_shows_them_first() -> None:
    alone = solved(protocol={"name": "eis"})
    assert only_spectra(alone)
    page = report_html(alone, summary(alone, "spectrum"))
    assert page.index("Impedance</h2>") < page.index('id="spectra"') < page.index("Inside the cell")
    assert "Voltage and current" not in page
    assert 'data-key="high_frequency_resistance"' in page
    assert page.count("Impedance</h") == 1


def test_beside_a_current_the_table_stands_below_the_plots(between_steps: Solution) -> None:
    assert not only_spectra(between_steps)
    page = report_html(between_steps, summary(between_steps, "steps"))
    assert page.index("Voltage and current</h2>") < page.index("Inside the cell") < page.index('id="spectra"')
    assert page.count("Impedance</h3>") == 1
    assert np.isfinite([row["low_frequency_resistance"] for row in spectra_rows(between_steps)]).all()
