"""Panels of a run that only some cells have: each appears exactly when its trace does."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from markupsafe import Markup
from report_solutions import LIMITS, SHORT, made_up

from lisse.records import Limit, Solution, Verdict, dataset
from lisse.report import figures
from lisse.report.figures import SMALL, Panel, new_axes
from lisse.report.nyquist_figure import chosen_spectra, draw_nyquist, shade
from lisse.report.page import report_html
from lisse.report.run_figures import interface_panels
from lisse.report.run_traces import clock, failure_window
from lisse.report.run_voltage import failure_panel, split_panel, voltage_panel
from lisse.report.summary import summary
from lisse.report.voltage_figure import readable, zoomed
from lisse.units import FARADAY

POSITION = np.linspace(0.0, 3e-4, 11)
RISE = np.linspace(0.0, 1.0, 201)[:, np.newaxis]
BOTH = np.array([1.0, 0.7])
ALONG, ACROSS = ("time", "interface"), ("time", "position")
PASSED = Verdict(highest_current_density_passed=17.5, cumulative_charge=1e4)


def with_traces(traces: dict[str, Any], solution: Solution | None = None, **coords: Any) -> Solution:
    """A made-up run with more traces, or with others of the same name."""
    base = solution or made_up(PASSED)
    more = dataset(traces, {"time": base["time"].values, "interface": ["working", "counter"], **coords})
    return dataclasses.replace(base, data=base.data.drop_vars(list(traces), errors="ignore").merge(more))


def potential(largest: float = 0.01) -> Solution:
    """mu/F up to `largest` (V), growing along the run."""
    values = FARADAY * largest * RISE * np.linspace(1.0, -1.0, 11)
    return with_traces({"lithium_chemical_potential": (ACROSS, values)}, position=POSITION)


def salt() -> Solution:
    values = 1000.0 + 900.0 * RISE * np.linspace(-1.0, 1.0, 11)
    return with_traces({"salt_concentration": (ACROSS, values)}, position=POSITION)


FREQUENCY = np.geomspace(1e6, 1e-2, 49)


def spectra(count: int = 1) -> Solution:
    arc = 6e-3 + 4e-4 / (1.0 + 1j * FREQUENCY / 1e3)
    found = np.array([arc * (1.0 + 0.1 * k) for k in range(count)])
    found[0, :3] = np.nan
    rows = ("spectrum", "frequency")
    return with_traces(
        {
            "spectrum_time": (("spectrum",), 1800.0 * np.arange(1.0, count + 1)),
            "impedance_real": (rows, found.real),
            "impedance_imaginary": (rows, found.imag),
        },
        frequency=FREQUENCY,
    )


def full() -> Solution:
    """A full cell: no counter interface, 4 V."""
    alone = np.hstack([RISE, np.full((201, 1), np.nan)])
    rest = 3.6 + 0.6 * RISE[:, 0]
    base = made_up(PASSED)
    return with_traces(
        {
            "voltage": (("time",), rest + base["voltage"].values),
            "open_circuit_voltage": (("time",), rest),
            "contact_fraction": (ALONG, 1.0 - 0.3 * alone),
            "void_height": (ALONG, 1e-6 * alone),
            "lithium_thickness": (ALONG, 2e-5 + 1e-5 * alone),
            "flaw_length": (ALONG, 3e-5 + 1e-6 * alone),
            "plating_pressure": (ALONG, 2e7 * alone),
        },
        base,
    )


def named(solution: Solution) -> dict[str, Panel]:
    return {panel.title: panel for panel in interface_panels(solution)}


def html(solution: Solution) -> str:
    return report_html(solution, summary(solution, "A title"))


def words(panel: Panel) -> str:
    """Text of the drawing."""
    return " ".join(re.findall(r"<text[^>]*>([^<]*)<", panel.drawings[0][1]))


@pytest.fixture(scope="module")
def usual() -> dict[str, Panel]:
    return named(made_up(PASSED))


ADDED = {
    "Interphase": with_traces({"interphase_thickness": (ALONG, 1e-8 * RISE * BOTH)}),
    "Lithium metal": with_traces({"lithium_thickness": (ALONG, 5e-5 + 1e-6 * RISE * BOTH)}),
    "Dead lithium": with_traces({"dead_lithium_thickness": (ALONG, 1e-6 * RISE * BOTH)}),
    "Alloy": with_traces({"lithium_fraction": (ALONG, 0.9 - 0.3 * RISE * BOTH)}),
    "Salt at the electrodes": salt(),
    "Salt across the electrolyte": salt(),
    "Lithium potential": potential(),
    "Impedance": spectra(),
}


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made and not written, which takes a third of the time."""
    monkeypatch.setattr(figures, "inline_svg", lambda *_: Markup("drawn"))


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("title", [title for title in ADDED if title != "Salt at the electrodes"])
def test_a_panel_is_there_exactly_when_its_trace_is(title: str, usual: dict[str, Panel]) -> None:
    titles = {"Salt at the electrodes", title} if title.startswith("Salt") else {title}
    found = named(ADDED[title])
    assert set(found) - set(usual) == titles
    assert all(len(found[each].drawings) == 1 for each in titles)


def test_a_page_with_all_of_them_needs_nothing_but_itself_and_shows_no_nan() -> None:
    every = full()
    for other in (potential(), spectra(3)):
        every = dataclasses.replace(every, data=every.data.merge(other.data, compat="override"))
    text = html(every)
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert "http" not in text
    assert not re.search(r"url\((?!#)", text)
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert "#a0b0" not in text


def test_the_voltage_of_a_full_cell_is_in_volts_without_a_forced_zero() -> None:
    panel = voltage_panel(full())
    assert "Voltage (V)" in words(panel)
    assert "mV" not in words(panel)
    assert ("open-circuit", "open-circuit voltage, left axis") in panel.key
    shown = [float(text) for text in words(panel).split() if re.fullmatch(r"[34]\.\d+", text)]
    assert shown
    assert min(shown) >= 3.4
    assert "Voltage (mV)" in words(voltage_panel(made_up(PASSED)))
    assert "open-circuit" not in dict(voltage_panel(made_up(PASSED)).key)


def test_a_short_of_a_full_cell_does_not_stretch_its_axis() -> None:
    good = full()
    volts = good["voltage"].values.copy()
    volts[-3:] = 0.1
    time = good["time"].values
    short = with_traces({"voltage": (("time",), volts)}, good)
    short = dataclasses.replace(short, verdict=dataclasses.replace(SHORT, time=float(time[-4])))
    above_zero = [text for text in words(voltage_panel(short)).split() if re.fullmatch(r"3\.[5-9]\d*", text)]
    assert len(above_zero) > 1
    around = failure_panel(short)
    assert around is not None
    assert "Voltage (V)" in words(around)
    assert "0.0" in words(around)  # here the collapse is the point


@pytest.mark.usefixtures("undrawn")
def test_only_sides_that_exist_are_in_the_keys_and_in_the_table() -> None:
    panels = named(full())
    for title in ("Contact", "Voids", "Lithium metal", "Longest flaw", "Lithium pressure in flaws"):
        assert [side for side, _ in panels[title].key] == ["working"], title
    text = re.sub(r"<[^>]*>", " ", html(full()))
    extremes = re.sub(r"\s+", " ", text[text.index("Extremes over the run") :])
    assert re.search(r"Largest cell voltage \(V\) 4\.\d+", extremes)
    assert re.search(r"Smallest contact fraction 0\.7 –", extremes)


@pytest.mark.usefixtures("undrawn")
def test_lines_that_would_hide_each_other_are_drawn_once() -> None:
    alike = with_traces({"interphase_thickness": (ALONG, 1e-8 * RISE * np.ones(2))})
    assert named(alike)["Interphase"].key == (("working", "both electrodes"),)
    assert len(named(ADDED["Interphase"])["Interphase"].key) == 2


def test_the_split_shows_all_six_parts_and_hides_those_that_are_zero() -> None:
    assert "part-4" not in dict(split_panel(made_up(PASSED)).key)  # no constriction
    drop = 1e-3 * RISE[:, 0]
    six = with_traces({f"{name}_drop": (("time",), drop) for name in ("constriction", "concentration", "stress")})
    panel = split_panel(six)
    assert dict(panel.key) == {
        "part-1": "electrolyte (ohmic)",
        "part-2": "interface film",
        "part-3": "charge transfer",
        "part-4": "constriction",
        "part-5": "concentration",
        "part-6": "stress",
    }
    text = html(six)
    for role in ("part-5", "part-6"):
        assert text.count(f"--{role}: #") == 2  # light and dark
        assert f".key .{role}::before" in text
        assert f"stroke: var(--{role})" in text


def test_what_a_solver_leaves_of_zero_is_no_voltage() -> None:
    noise = {name: (("time",), 1e-14 * RISE[:, 0]) for name in ("ohmic_drop", "film_drop", "charge_transfer_drop")}
    assert split_panel(with_traces(noise)).text == "No current was passed."


def test_of_many_half_cycles_the_split_shows_the_largest_of_each() -> None:
    time = np.linspace(0.0, 7200.0, 1001)
    current = np.sign(np.sin(np.pi * (np.arange(1001) + 0.5) / 10)) * np.linspace(1.0, 17.0, 1001)
    traces = {"current_density": current, "ohmic_drop": 1e-3 * current, "film_drop": 2e-4 * current}
    many = made_up(PASSED, data=dataset({n: (("time",), v) for n, v in traces.items()}, {"time": time}))
    panel = split_panel(many)
    assert panel.caption.startswith("Largest magnitude in each half-cycle")
    assert "Largest" not in split_panel(made_up(PASSED)).caption


def test_a_soft_short_is_worded_and_shown_like_one() -> None:
    soft = dataclasses.replace(SHORT, mode="soft-short", time=6000.0)
    solution = made_up(soft)
    text = html(solution)
    assert "Fails by a soft short at 1.75 mA/cm²" in text
    assert ">soft short</text>" in text
    assert "up to the failure and for a minute after the short" in text


def test_around_a_short_the_minute_after_it_is_visible() -> None:
    time = np.append(np.linspace(0.0, 7200.0, 401), 7200.0 + np.array([0.0, 1.0, 10.0, 60.0]))
    volts = np.append(np.full(401, 0.1), np.full(4, 0.06))
    traces = {"voltage": (("time",), volts), "current_density": (("time",), np.full(405, 5.0))}
    solution = made_up(dataclasses.replace(SHORT, mode="soft-short"), data=dataset(traces, {"time": time}))
    window = failure_window(solution)
    assert window is not None
    _, x, unit = window
    assert unit == "min"
    assert x[-1] == pytest.approx(1.0)
    assert -5.0 <= x[0] < 0.0


def test_a_held_cell_has_a_picture_of_its_failure() -> None:
    """Its current changes all the time, which is no new step."""
    time = np.linspace(0.0, 3600.0, 61)
    traces = {"voltage": (("time",), np.full(61, 0.05)), "current_density": (("time",), 2.0 + time / 3600.0)}
    verdict = Verdict("contact-loss", 3600.0, 3.0)
    panel = failure_panel(made_up(verdict, data=dataset(traces, {"time": time})))
    assert panel is not None
    assert panel.caption == "The current density up to the failure; the voltage is held."
    assert "Current density (mA/cm²)" in words(panel)


@pytest.mark.usefixtures("undrawn")
def test_salt_is_shown_at_the_start_at_half_and_at_the_end() -> None:
    panel = named(salt())["Salt across the electrolyte"]
    assert [label.split(" at ")[0] for _, label in panel.key] == ["start", "after 1 h", "after 2 h"]
    still = with_traces({"salt_concentration": (ACROSS, np.full((201, 11), 1200.0))}, position=POSITION)
    assert named(still)["Salt"].text == "1.2 mol/L everywhere, constant throughout"


@pytest.mark.parametrize(("threshold", "said"), [(0.012, "12 mV (dashed)"), (0.15, "150 mV, above this plot")])
def test_the_threshold_of_the_pores_is_drawn_or_told(threshold: float, said: str) -> None:
    limit = Limit(
        "internal-plating", "lithium potential above the threshold in pores", 5.0, 2.0, inputs={"threshold": threshold}
    )
    panel = named(dataclasses.replace(potential(), limits=(*LIMITS, limit)))["Lithium potential"]
    assert f"a pore may fill where it exceeds {said}." in panel.caption
    assert ("var(--fail)" in panel.drawings[0][1]) == ("dashed" in said)
    assert "pore" not in named(potential())["Lithium potential"].caption


def test_a_cell_at_rest_has_no_lithium_potential() -> None:
    panel = named(potential(0.0))["Lithium potential"]
    assert panel.text == "zero against lithium metal throughout: no current was passed"


def test_a_nyquist_plot_has_one_scale_and_names_decades() -> None:
    figure, axes = new_axes(SMALL, 60, 14, top=12, bottom=44)
    impedance = 60.0 + 4.0 / (1.0 + 1j * FREQUENCY / 1e3)
    draw_nyquist(axes, [(FREQUENCY, impedance)], "Ω cm²")
    figure.draw_without_rendering()
    origin, right, up = axes.transData.transform([(60.0, 0.0), (61.0, 0.0), (60.0, 1.0)])
    assert right[0] - origin[0] == pytest.approx(up[1] - origin[1])
    labels = {text.get_text() for text in axes.texts}
    assert "1 kHz" in labels
    assert len(labels) < 9  # those at the ends would cover each other
    marks = {float(line.get_xdata()[0]) for line in axes.lines if len(line.get_xdata()) == 1}
    assert marks == {float(impedance.real[k]) for k in range(0, 49, 6)}


def test_the_name_of_a_decade_covers_no_spectrum_and_no_other_name() -> None:
    figure, axes = new_axes((560, 400), 62, 14, top=12, bottom=44)
    arcs = [
        40.0 + (200.0 + 5.0 * k) / (1.0 + 1j * FREQUENCY / 3e4) + 30.0 / np.sqrt(1.0 + 1j * FREQUENCY) for k in (0, 1)
    ]
    draw_nyquist(axes, [(FREQUENCY, arc) for arc in arcs], "Ω")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) >= 4
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
    for arc in arcs:
        pixels = axes.transData.transform(np.column_stack([arc.real, -arc.imag]))
        assert not any(box.count_contains(pixels) for box in boxes)


def test_a_single_point_is_a_spectrum_too() -> None:
    _, axes = new_axes(SMALL, 60, 14, top=12, bottom=44)
    draw_nyquist(axes, [(np.array([1e3]), np.array([5.0 - 1.0j]))], "Ω")
    assert [text.get_text() for text in axes.texts] == ["1 kHz"]


@pytest.mark.usefixtures("undrawn")
def test_of_many_spectra_eight_are_drawn() -> None:
    assert chosen_spectra(3) == [0, 1, 2]
    assert chosen_spectra(100)[0] == 0
    assert chosen_spectra(100)[-1] == 99
    assert len(chosen_spectra(100)) == 8
    assert [shade(k, 8) for k in range(8)] == [f"step-{k}" for k in range(1, 9)]
    panel = named(spectra(10))["Impedance"]
    assert panel.caption.startswith("10 spectra, of which 8 are drawn")
    assert panel.key == (("step-1", "first, after 30 min"), ("step-8", "last, after 5 h"))
    assert named(spectra())["Impedance"].caption.startswith("One spectrum, after 30 min")


@pytest.mark.parametrize(
    ("volts", "unit", "far"),
    [([0.0, 0.05], "mV", False), ([-2.0, 5.0], "V", False), ([3.6, np.nan, 4.2], "V", True), ([np.nan], "mV", False)],
)
def test_the_unit_of_a_voltage_follows_its_size(volts: list[float], unit: str, far: bool) -> None:
    assert readable(np.array(volts))[1] == unit
    assert zoomed(np.array(volts)) == far


@pytest.mark.usefixtures("undrawn")
def test_the_current_at_failure_is_critical_only_where_it_was_searched_for() -> None:
    assert "Critical current density</dt>" in html(made_up())
    inputs = dict(made_up().inputs)
    inputs["protocol"] = {**inputs["protocol"], "name": "cycle", "settings": {}}
    assert "Current density at failure</dt>" in html(made_up(inputs=inputs))
    assert re.search(r"Current density at failure</dt><dd [^>]*>no failure", html(made_up(PASSED, inputs=inputs)))


def test_the_record_of_the_stack_pressure_is_drawn_close_up() -> None:
    breathing = with_traces({"stack_pressure": (("time",), 3e6 + 1e5 * RISE[:, 0])})
    panel = named(breathing)["Stack pressure"]
    assert panel.key == ()
    labels = [float(text) for text in re.findall(r">(\d\.\d+)</text>", panel.drawings[0][1])]
    assert len([label for label in labels if 2.9 < label < 3.2]) > 3


@pytest.mark.parametrize(("last", "unit"), [(100.0, "s"), (1200.0, "min"), (7200.0, "h")])
def test_the_axes_of_time_are_in_the_unit_that_reads_well(last: float, unit: str) -> None:
    """Every picture of one run has the same clock, and the failure stands where the voltage ends."""
    base = made_up()
    scale = last / 7200.0
    data = base.data.assign_coords(time=("time", base["time"].values * scale, base["time"].attrs))
    run = dataclasses.replace(base, data=data, verdict=dataclasses.replace(SHORT, time=last))
    drawn = [voltage_panel(run), *interface_panels(run)]
    labels = re.findall(r">(Time \([^)]*\))</text>", "".join(str(d) for panel in drawn for _, d in panel.drawings))
    assert len(labels) >= 4
    assert set(labels) == {f"Time ({unit})"}
    assert clock(last)[0] * last == pytest.approx({"s": 100.0, "min": 20.0, "h": 2.0}[unit])
