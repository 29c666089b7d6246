from __future__ import annotations

import html
import re

import numpy as np
import pytest

from lisse.measurement import analyse
from lisse.measurement.analysis.finding import FINDING_MODES
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement, Spectrum
from lisse.report import write_finding_report
from lisse.report.finding_page import MODES
from lisse.report.finding_panels import _without_switch
from lisse.report.page import environment


def symmetric_cell(cycles: int = 4, spectra: int = 0, name: str = "cell.csv") -> Measurement:
    """1 mA forwards and backwards through 50 ohm, half an hour each, with a little noise."""
    time = np.arange(0.0, cycles * 1800.0, 10.0)
    current = np.where((time // 1800.0) % 2 == 0, 1e-3, -1e-3)
    voltage = 50.0 * current + 1e-5 * np.sin(time)
    frequency = np.geomspace(1e5, 1.0, 40)
    arc = 10.0 + 40.0 / (1.0 + 2j * np.pi * frequency * 1e-3)
    return Measurement(
        data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}),
        files=(name,),
        instrument="BDF",
        version="0.1.0",
        spectra=tuple(Spectrum(1800.0 * k, frequency, arc * (1 + 0.02 * k)) for k in range(spectra)),
    )


def page(tmp_path, measurement, area=None) -> str:
    path = write_finding_report(tmp_path / "finding.html", analyse(measurement, area=area), measurement)
    return path.read_text(encoding="utf-8")


def test_every_mode_of_a_finding_has_words():
    assert set(MODES) == set(FINDING_MODES)


def test_key_figures_are_numbers_of_the_finding(tmp_path):
    measurement = symmetric_cell()
    for area in (None, 1e-4):
        content = analyse(measurement, area=area).to_dict()
        shown = re.findall(r'data-key="(\w+)" data-value="([^"]*)"', page(tmp_path, measurement, area))
        assert len(shown) == 3
        assert all(content[key] == float(value) for key, value in shown)


def test_verdict_half_cycles_and_plots_are_there(tmp_path):
    text = page(tmp_path, symmetric_cell(spectra=2), area=1e-4)
    assert "No failure was found in" in text
    assert 'id="voltage-wide-title"' in text
    assert 'id="nyquist-narrow-title"' in text
    assert "2 spectra; both axes have one scale." in text
    assert "Every second half-cycle is shaded." in text
    assert ">Current density (mA/cm²)</text>" in text


def test_without_an_area_no_areal_number_is_given(tmp_path):
    text = page(tmp_path, symmetric_cell())
    body = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", text, flags=re.DOTALL)
    assert "mAh/cm²" not in body
    assert "ASR" not in body
    assert "not known" in body
    assert ">Current (mA)</text>" in text


def test_readings_of_spectra_are_given_per_area_too(tmp_path):
    measurement = symmetric_cell(spectra=1)
    finding = analyse(measurement, area=0.5e-4)
    low, high = (0.5 * each for each in (finding.spectra[0].resistance_low, finding.spectra[0].resistance_high))
    text = html.unescape(page(tmp_path, measurement, area=0.5e-4)).replace("\xa0", " ")
    rows = re.findall(r"<tr>(.*?)</tr>", text.partition("Readings without a circuit")[2].partition("</table>")[0])
    assert "High-frequency end (Ω cm²)" in rows[0]
    cells = [float(cell.removeprefix("< ").removeprefix("> ")) for cell in re.findall(r">([^<>]+)</td>", rows[1])]
    assert cells[-2:] == pytest.approx([low, high], rel=1e-3)
    whole = html.unescape(page(tmp_path, measurement)).replace("\xa0", " ")
    assert "(Ω cm²)" not in whole.partition("Readings without a circuit")[2].partition("</table>")[0]


def test_the_voltage_before_the_switch_does_not_set_the_scale():
    settled = np.linspace(100.0, 110.0, 300)
    charge = np.linspace(0.0, 3.0, 302)
    assert _without_switch([(charge, np.concatenate([[-105.0, -40.0], settled]))]) == pytest.approx((0.0, 115.5))
    shorted = np.concatenate([settled, [0.1, -20.0]])
    low, high = _without_switch([(charge, shorted)])
    assert low < -20.0
    assert high > 110.0
    assert _without_switch([(np.zeros(2), np.array([-3.0, 5.0]))]) == pytest.approx((-3.4, 5.4))


def test_nyquist_axes_have_one_scale(tmp_path):
    from lisse.report import finding_page

    kept = []
    original = finding_page.inline_svg

    def spy(figure, *words):
        made = original(figure, *words)
        kept.extend(figure.axes)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding_page, "inline_svg", spy)
        page(tmp_path, symmetric_cell(spectra=1))
    for axes in kept:
        box = axes.get_window_extent()
        across, up = np.ptp(axes.get_xlim()) / box.width, np.ptp(axes.get_ylim()) / box.height
        assert across == pytest.approx(up, rel=1e-6)


def test_many_spectra_are_thinned_and_it_is_said(tmp_path):
    text = page(tmp_path, symmetric_cell(cycles=12, spectra=11))
    assert "11 spectra, of which 8 are drawn" in text


def test_without_spectra_there_is_no_impedance(tmp_path):
    assert "Impedance" not in page(tmp_path, symmetric_cell())


def test_many_half_cycles_are_folded(tmp_path):
    text = page(tmp_path, symmetric_cell(cycles=30), area=1e-4)
    assert "<details><summary>6 more half-cycles</summary>" in text


def test_nothing_is_loaded_and_file_names_are_escaped(tmp_path):
    text = page(tmp_path, symmetric_cell(name="<script>x"))
    assert "<script>" not in text
    assert "&lt;script&gt;x" in text
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "http" not in text


def test_a_record_at_rest_has_a_page(tmp_path):
    rest = Measurement(
        data=bdf_dataset({TIME: np.arange(5.0), CURRENT: np.zeros(5), VOLTAGE: np.zeros(5)}), files=("rest.csv",)
    )
    text = page(tmp_path, rest)
    assert "No current was passed" in text
    assert '<p class="verdict warn">' in text


def test_failure_definitions_and_small_plots_are_there(tmp_path):
    whole = symmetric_cell(6)
    time, current, voltage = (whole[label].values.copy() for label in (TIME, CURRENT, VOLTAGE))
    voltage[time >= 8000.0] *= 1e-4
    measurement = Measurement(data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}), files=("short.csv",))
    text = page(tmp_path, measurement, area=1e-4)
    assert "What happened" in text
    assert "the voltage fell from 50 to 0.005 mV within 10 s" in text
    for name in ("failure", "resistance", "capacity"):
        assert f'id="{name}-title"' in text or f'id="{name}-' in text
    assert "The test says nothing of other currents" in text
    assert "What the numbers mean" in text
    assert "None" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S)


def test_full_cell_shows_no_resistance(tmp_path):
    whole = symmetric_cell(4)
    shifted = {TIME: whole[TIME].values, CURRENT: whole[CURRENT].values, VOLTAGE: whole[VOLTAGE].values + 3.6}
    text = page(tmp_path, Measurement(data=bdf_dataset(shifted), files=("full.csv",)), area=1e-4)
    assert "is not symmetric" in text
    assert "not resolved" not in text


def full_cell() -> Measurement:
    """Charged and discharged between 3.2 and 3.6 V at two currents, after a rest."""
    time = np.arange(0.0, 5 * 1800.0, 10.0)
    part = (time // 1800.0).astype(int)
    current = np.array([0.0, 1e-3, -1e-3, 2e-3, -2e-3])[part]
    voltage = 3.4 + 0.2 * np.sign(current) * (time % 1800.0) / 1800.0 + 10.0 * current
    return Measurement(data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}), files=("full.csv",))


def test_the_voltage_of_a_cell_that_is_not_symmetric_is_drawn_as_it_is(tmp_path):
    text = page(tmp_path, full_cell())
    assert "Voltage of the cell, for the first half-cycle and the last ones." in text
    assert "Voltage against current" not in text
    panel = text.partition('id="capacity-title"')[2].partition("</svg>")[0]
    assert "−3" not in panel
    assert "3.4" in panel
    assert "Voltage against current" in page(tmp_path, ramp())


def ramp() -> Measurement:
    """50 ohm at 1, 2 and 3 mA in both directions; dead from the middle of the fifth half-cycle on."""
    time = np.arange(0.0, 6 * 1800.0, 10.0)
    part = (time // 1800.0).astype(int)
    current = 1e-3 * np.array([1.0, -1.0, 2.0, -2.0, 3.0, -3.0])[part]
    voltage = 50.0 * current * np.where(time < 8100.0, 1.0, 1e-4)
    return Measurement(data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}), files=("ramp.csv",))


def test_the_half_cycles_behind_a_failure_are_not_drawn_over_capacity(tmp_path):
    text = page(tmp_path, ramp(), area=1e-4)
    assert "last (half-cycle 5)" in text
    assert "for the first half-cycle and the last ones to the failure." in text
    assert "<td>CCD ramp: half-cycles in both directions at currents that rise</td>" in text


def test_small_charges_are_in_microampere_hours(tmp_path):
    assert "Capacity (mAh/cm²)" in page(tmp_path, symmetric_cell(), area=1e-4)
    assert "Capacity (µAh/cm²)" in page(tmp_path, symmetric_cell(), area=1.0)


def test_a_page_of_spectra_alone_is_about_spectra(tmp_path):
    whole = symmetric_cell(spectra=2)
    alone = Measurement(
        data=bdf_dataset({TIME: np.array([]), CURRENT: np.array([]), VOLTAGE: np.array([])}),
        files=("eis.z",), spectra=whole.spectra,
    )  # fmt: skip
    text = html.unescape(page(tmp_path, alone, area=0.5e-4))
    assert "2 impedance spectra; no current was passed, so that there is no verdict." in text
    assert re.findall(r'data-key="(\w+)"', text) == [
        "spectra", "points", "resistance_low", "resistance_high", "resistance_between",
    ]  # fmt: skip
    assert "<h2>Half-cycles</h2>" not in text
    assert "<h2>Voltage and current</h2>" not in text
    assert "Confidence of the verdict" not in text
    assert "no current was passed for more than one record" not in text
    between = float(re.findall(r'data-key="resistance_between" data-value="([^"]*)"', text)[0])
    assert between == pytest.approx(40.0 * 0.5e-4, rel=0.01)


def test_a_blocking_electrode_shows_the_capacitance_of_its_surface(tmp_path):
    frequency = np.geomspace(1e6, 0.1, 60)
    blocking = 20.0 + 80.0 / (1.0 + 2j * np.pi * frequency * 1e-5) + 1.0 / (1e-5 * (2j * np.pi * frequency) ** 0.9)
    nothing = {TIME: np.array([]), CURRENT: np.array([]), VOLTAGE: np.array([])}
    alone = Measurement(data=bdf_dataset(nothing), files=("eis.z",), spectra=(Spectrum(0.0, frequency, blocking),))
    finding = analyse(alone, fit_spectra=True)
    processes = finding.to_dict()["spectra"][0]["fit"]["processes"]
    (surface,) = [p["surface_capacitance"] for p in processes if p["capacitance"] is None and p["surface_capacitance"]]
    assert surface == pytest.approx(1e-5, rel=0.8)
    text = write_finding_report(tmp_path / "finding.html", finding, alone).read_text(encoding="utf-8")
    rows = re.findall(r"<tr><td>[^<]*</td>(?:<td class=\"number\">([^<]*)</td>){3}<td>", text)
    assert len(rows) == len(processes)
    assert environment().from_string("{{ value|number }}").render(value=surface) in rows


def test_one_half_cycle_is_not_shaded(tmp_path):
    assert "is shaded" not in page(tmp_path, symmetric_cell(cycles=1))
