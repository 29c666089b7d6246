"""A measurement and what it means as one self-contained HTML page, for ``lisse analyse -o DIR``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lisse.measurement import Finding
from lisse.measurement.analysis.critical_current import TEST_WORDS
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.records import Measurement, Spectrum, write_atomically
from lisse.report.field_units import time_unit
from lisse.report.figures import NARROW, Panel, new_axes
from lisse.report.finding_panels import small_panels
from lisse.report.nyquist_figure import chosen_spectra, draw_nyquist, shade
from lisse.report.page import KeyFigure, environment, key_figure
from lisse.report.svg import drawing, inline_svg
from lisse.report.voltage_figure import voltage_current
from lisse.report.words import duration, printed
from lisse.units import quantity

__all__ = ["LABELS", "MODES", "named", "write_finding_report"]

_MOST_ROWS = 24
_MOST_FOLDED = 400
_MOST_BANDS = 60

MODES = {
    "none": "no failure",
    "hard-short": "hard short",
    "soft-short": "soft short",
    "contact-loss": "loss of contact",
    "depletion": "depletion",
}


LABELS = {
    "critical_current_density": "Critical current density",
    "critical_current_density_low": "Last level that stood",
    "threshold_charge": "Threshold capacity",
    "cumulative_charge": "Cumulative capacity",
    "highest_current_density_passed": "Highest current density passed",
    "plateau_voltage": "Plateau voltage",
    "area_resistance": "Area-specific resistance",
    "coulombic_efficiency": "Coulombic efficiency",
}
"""What the page calls the numbers that a finding defines."""


def write_finding_report(path: str | os.PathLike[str], finding: Finding, measurement: Measurement) -> Path:
    """Write the page of a finding, atomically; returns the path.

    Parameters
    ----------
    path : str or path
    finding : Finding
        From `lisse.measurement.analyse`.
    measurement : Measurement
        The one that was analysed; gives the traces and the spectra.
    """
    content = finding.to_dict()
    cycles, only_spectra = content["half_cycles"], bool(content["spectra"]) and not content["half_cycles"]
    latest = max([content["duration"], *(spectrum["time"] for spectrum in content["spectra"])])
    page = (
        environment()
        .get_template("finding.html")
        .render(
            content=content,
            title=", ".join(Path(name).name for name in content["files"]) or "A measurement",
            sentence=_impedance_sentence(content) if only_spectra else finding.sentence,
            tone="good" if content["verdict"]["mode"] == "none" and cycles else "bad" if cycles else "warn",
            key_figures=_spectra_figures(content) if only_spectra else _key_figures(content),
            voltage=_voltage_panel(measurement, content),
            panels=small_panels(measurement, content),
            nyquist=_nyquist_panel(measurement.spectra, content["area"]),
            test=TEST_WORDS[content["test"]["kind"]],
            definitions=_SPECTRA_DEFINITIONS if only_spectra else named(content["definitions"]),
            clock=time_unit(latest),
            unit=_current_unit(content),
            factor=_current_factor(content),
            first=cycles[:_MOST_ROWS],
            folded=cycles[_MOST_ROWS : _MOST_ROWS + _MOST_FOLDED],
            left_out=max(len(cycles) - _MOST_ROWS - _MOST_FOLDED, 0),
            version=measurement.version,
        )
    )
    return write_atomically(path, page)


def named(definitions: Mapping[str, str]) -> dict[str, str]:
    """Definitions by what the page calls the number, without the name in front."""
    found = {}
    for key, text in definitions.items():
        head, _, rest = text.partition(": ")
        found[LABELS[key]] = rest[:1].upper() + rest[1:] if rest and "." not in head else text
    return found


_SPECTRA_DEFINITIONS = {
    "High-frequency end": "Where the spectrum meets the real axis at its high-frequency end, else the real part at the "
    "highest frequency, which is then an upper bound (<).",
    "Low-frequency end": "Median real part of the three lowest frequencies; a lower bound (>) where the curve does not "
    "reach the real axis there.",
}


def _impedance_sentence(content: Mapping[str, Any]) -> str:
    count = len(content["spectra"])
    spectra = "1 impedance spectrum" if count == 1 else f"{count} impedance spectra"
    return f"{spectra}; no current was passed, so that there is no verdict."


def _spectra_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    """How many spectra and points there are, both ends of the first, and what lies between them."""
    spectra, area = content["spectra"], content["area"]
    first = spectra[0]
    figures: list[KeyFigure] = [
        {"label": "Spectra", "key": "spectra", "value": len(spectra), "number": str(len(spectra)), "unit": ""},
        {"label": "Points", "key": "points", "value": first["points"], "number": str(first["points"]), "unit": ""},
    ]
    of_first = "" if len(spectra) == 1 else ", first spectrum"
    low, high = first["resistance_low"], first["resistance_high"]
    known = low is not None and high is not None
    rows = (
        (f"High-frequency end{of_first}", "resistance_low", low, "< " if first["low_is_bound"] else ""),
        (f"Low-frequency end{of_first}", "resistance_high", high, "> " if first["high_is_bound"] else ""),
        (f"Between the two{of_first}", "resistance_between", high - low if known else None,
         "> " if first["low_is_bound"] or first["high_is_bound"] else ""),
    )  # fmt: skip
    name, scale = ("resistance", 1.0) if area is None else ("area_resistance", area)
    for label, key, value, bound in rows:
        figure = key_figure(label, name, None if value is None else scale * value, "not found", key)
        figures.append(figure | {"number": bound + figure["number"]} if value is not None else figure)
    return figures


def _key_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    """Five numbers; per area where the area is known."""
    unreached = "not reached" if content["verdict"]["mode"] == "none" else "not known"
    areal = (
        ("Critical current density", "current_density", "critical_current_density", unreached),
        ("Highest current passed", "current_density", "highest_current_density_passed", "none"),
        ("Resistance", "area_resistance", "area_resistance", "not found"),
        ("Cumulative charge", "charge", "cumulative_charge", "not found"),
    )
    whole = (
        ("Critical current", "current", "critical_current", unreached),
        ("Highest current passed", "current", "highest_current_passed", "none"),
        ("Resistance", "resistance", "resistance", "not found"),
    )
    rows = whole if content["area"] is None else areal
    low = rows[0][2] + "_low"
    if content[low] is not None:
        rows = (rows[0], ("Last level that stood", rows[0][1], low, "none"), *rows[2:])
    figures = [key_figure(label, name, content[key], absent, key) for label, name, key, absent in rows]
    if content["area"] is None:
        figures.append(_charge(content["cumulative_electric_charge"]))
    if content["coulombic_efficiency"] is not None:
        shown = f"{100.0 * content['coulombic_efficiency']:.2f}"
        words = {"label": "Coulombic efficiency", "key": "coulombic_efficiency", "number": shown, "unit": "%"}
        return [*figures, {**words, "value": content["coulombic_efficiency"]}]
    return [*figures, key_figure("Time of the failure", "time", content["verdict"]["time"], unreached)]


def _charge(value: float) -> KeyFigure:
    """Charge of the whole cell in mAh, which the vocabulary does not know."""
    shown = f"{value / 3.6:.3g}"
    return {
        "label": "Cumulative charge",
        "key": "cumulative_electric_charge",
        "value": value,
        "number": shown,
        "unit": "mAh",
    }


def _voltage_panel(measurement: Measurement, content: Mapping[str, Any]) -> Panel | None:
    """Voltage and current of the whole record, with every second half-cycle shaded; ``None`` beside spectra alone."""
    title = "Voltage and current"
    columns = [np.asarray(measurement[label].values, dtype=float) for label in (TIME, VOLTAGE, CURRENT)]
    known = np.isfinite(columns[0])
    time, voltage, current = (column[known] for column in columns)
    if time.size < 2:
        return None if content["spectra"] else Panel(title, text="There are too few records to draw.")
    if content["area"] is not None:
        shown, unit = quantity("current_density").shown(current / content["area"]), "mA/cm²"
    else:
        shown, unit = current * _current_factor(content), printed(_current_unit(content))
    length, clock = time_unit(float(time[-1]))
    cycles = content["half_cycles"]
    few = 1 < len(cycles) <= _MOST_BANDS
    bands = [(cycle["start"] / length, cycle["end"] / length) for cycle in cycles[::2]] if few else []
    verdict = content["verdict"]
    failure = None if verdict["time"] is None else verdict["time"] / length
    words = MODES[verdict["mode"]]
    drawings = voltage_current(time / length, voltage, shown, unit, failure, words, bands, time_unit=clock)
    maker = content["instrument"]
    caption = f"{time.size} records" + (f" of {maker}." if maker else ".")
    caption += " Every second half-cycle is shaded." if bands else ""
    caption += "" if failure is None else " The vertical line marks the failure."
    return Panel(title, caption, drawings, key=(("voltage", "voltage, left axis"), ("current", "current, right axis")))


def _nyquist_panel(taken: Sequence[Spectrum], area: float | None) -> Panel | None:
    """Minus the imaginary against the real part, with one scale for both axes; later spectra are darker."""
    if not taken:
        return None
    spectra = [taken[number] for number in chosen_spectra(len(taken))]
    scale, unit = (1.0, "Ω") if area is None else (quantity("area_resistance").shown(area), "Ω cm²")
    lines = [(spectrum.frequency, scale * spectrum.impedance) for spectrum in spectra]
    made = []
    for kind, size in (("wide", (560, 400)), ("narrow", NARROW)):
        with drawing(12 if kind == "wide" else 11):
            figure, axes = new_axes(size, 62 if kind == "wide" else 52, 14, top=12, bottom=44)
            draw_nyquist(axes, lines, unit)
            description = f"{len(spectra)} spectra with equal axes"
            made.append((kind, inline_svg(figure, f"nyquist-{kind}", "Impedance spectra", description)))
    shown = "One spectrum" if len(taken) == 1 else f"{len(taken)} spectra"
    shown += f", of which {len(spectra)} are drawn" if len(taken) > len(spectra) else ""
    ends = ((0, "first, at"), (len(spectra) - 1, "last, at"))
    key = tuple((shade(place, len(spectra)), f"{words} {duration(spectra[place].time)}") for place, words in ends)
    caption = f"{shown}; both axes have one scale. Larger dots mark decades of frequency."
    return Panel("Impedance", caption, tuple(made), key=key if len(spectra) > 1 else ())


def _current_unit(content: Mapping[str, Any]) -> str:
    return "mA" if _current_factor(content) == 1e3 else "uA"


def _current_factor(content: Mapping[str, Any]) -> float:
    """Factor from A to the unit in which the currents of this measurement are readable."""
    largest = max((abs(cycle["current"]) for cycle in content["half_cycles"]), default=1.0)
    return 1e6 if largest < 1e-4 else 1e3
