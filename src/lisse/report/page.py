"""One run as one self-contained HTML page: it needs no network, no script and no other file."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.materials.property import MARKS
from lisse.records import Solution, write_atomically
from lisse.report.distribution_section import distribution_section
from lisse.report.interlayer_section import interlayer_section
from lisse.report.limits_figure import limits_panel
from lisse.report.limits_tables import limit_details, reported_limits, sureness
from lisse.report.numbers_section import numbers_section
from lisse.report.nyquist_figure import hertz
from lisse.report.run_figures import interface_panels
from lisse.report.run_spectra import only_spectra, spectra_panel, spectra_table
from lisse.report.run_voltage import cycles_panel, failure_panel, voltage_panel
from lisse.report.summary import summary
from lisse.report.verdict import draws_words, headline, next_limit_words
from lisse.report.words import MODES, condition_words, duration, printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["KeyFigure", "environment", "key_figure", "report_html", "write_report"]

KeyFigure = dict[str, Any]
"""Label, number (SI), and how it is printed: value and unit apart."""

_TARGET_QUANTITIES = {
    "current_density": "current_density",
    "cycled_charge": "charge",
    "cumulative_charge": "charge",
}
_SEARCHES = ("ccd-ramp", "one-way")
"""Protocols that raise the current until the cell fails; in all others the current at failure is no critical one."""
_TONES = {"completed": "good", "stopped": "warn", "failed": "warn"}


def write_report(path: str | os.PathLike[str], solution: Solution, title: str) -> Path:
    """Write the page of a run, atomically; returns the path.

    Parameters
    ----------
    path : str or path
    solution : Solution
    title : str
        Any text; it is shown as it is.
    """
    return write_atomically(path, report_html(solution, summary(solution, title)))


def report_html(solution: Solution, content: Mapping[str, Any], resolved: Mapping[str, Any] | None = None) -> str:
    """The page as text.

    Parameters
    ----------
    solution : Solution
        Gives the traces.
    content : mapping
        `lisse.report.summary` of the same solution; gives every number that is written out.
    resolved : mapping or None
        The section of a run with fields, from `lisse.report.resolved_section`.
    """
    spectra_first = only_spectra(solution)
    following = [words for words in (next_limit_words(solution), draws_words(solution)) if words]
    return (
        environment()
        .get_template("run.html")
        .render(
            content=content,
            headline=headline(solution),
            following=" ".join(f"{_capitalised(words)}." for words in following),
            tone="bad" if content["verdict"]["mode"] != "none" else _TONES[content["status"]],
            key_figures=_spectrum_figures(content) if spectra_first else _key_figures(content),
            first=spectra_panel(solution) if spectra_first else voltage_panel(solution),
            spectra=spectra_table(content.get("spectra", ())),
            spectra_first=spectra_first,
            close_up=[panel for panel in (failure_panel(solution), cycles_panel(solution)) if panel is not None],
            panels=interface_panels(solution, with_spectra=not spectra_first),
            limits=limits_panel(content["limits"], content["uncertainty"]),
            reported=reported_limits(content),
            details=limit_details(content),
            sure=sureness(content),
            numbers=numbers_section(content.get("four_numbers")),
            distribution=distribution_section(content.get("critical_current_distribution")),
            interlayer=interlayer_section(content.get("interlayer")),
            resolved=resolved,
            modes=MODES,
            marks=MARKS,
            extremes=_extremes(content),
            targets=[_target(target) for target in content["targets"]],
        )
    )


def key_figure(label: str, name: str, value: float | None, absent: str = "not resolved", key: str = "") -> KeyFigure:
    """One number of the row at the top of a page."""
    number, _, unit = format_quantity(name, value).partition(" ") if value is not None else (absent, "", "")
    return {"label": label, "key": key or name, "value": value, "number": number, "unit": unit}


@functools.cache
def environment() -> Environment:
    """The templates, with every text escaped unless it is one of our own drawings."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("lisse.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,  # a page is rendered once: folding constants takes longer than it saves
    )
    made.filters |= {"printed": printed, "shown": _shown, "duration": duration, "error": _error, "number": _number}
    made.filters |= {"capitalize_first": _capitalised, "condition": condition_words}
    return made


def _key_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    verdict = content["verdict"]
    failed = verdict["mode"] != "none"
    unreached = "not resolved" if failed else "not reached"
    if (content["protocol"] or {}).get("name", "ccd-ramp") in _SEARCHES:
        current, never = "Critical current density", unreached
    else:
        current, never = "Current density at failure", unreached if failed else "no failure"
    rows = (
        (current, "current_density", "critical_current_density", never),
        ("Highest current passed", "current_density", "highest_current_density_passed", "none"),
        ("Threshold charge", "charge", "threshold_charge", unreached),
        ("Cumulative charge", "charge", "cumulative_charge", "not resolved"),
        ("Time to failure", "time", "time", unreached),
    )
    figures = [key_figure(label, name, verdict[key], absent, key) for label, name, key, absent in rows]
    if verdict["time"] is not None:
        figures[-1]["number"], figures[-1]["unit"] = duration(verdict["time"]).split(" ")
    efficiency = verdict.get("coulombic_efficiency")
    if efficiency is not None:
        words = {"label": "Coulombic efficiency", "key": "coulombic_efficiency"}
        figures.append({**words, "value": efficiency, "number": f"{100.0 * efficiency:.4g}", "unit": "%"})
    return figures


def _spectrum_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    """What the last spectrum says: the numbers of a run that passed no current."""
    last = content["spectra"][-1]
    ends = [(end, last[f"{end}_frequency"], last[f"{end}_frequency_resistance"]) for end in ("high", "low")]
    figures = [
        key_figure(f"Resistance at {hertz(frequency)}", "impedance_real", value, key=f"{end}_frequency_resistance")
        for end, frequency, value in ends
    ]
    between = key_figure("Difference", "impedance_real", ends[1][2] - ends[0][2], key="difference_of_resistances")
    pressure, temperature = (key_figure(quantity(n).long_name, n, last[n]) for n in ("stack_pressure", "temperature"))
    return [*figures, between, pressure, temperature]


def _extremes(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the table: what and its unit, the number of the cell or one for each interface.

    A dash stands for a side that has none, such as the cathode of a full cell.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    resolved = {each["name"] for each in content["extremes"] if each["value"] is not None}
    for each in content["extremes"]:
        entry, what = quantity(each["name"]), each["what"]
        name = entry.long_name.lower()
        words = name if name.startswith(what) else f"{what} {name}"
        shown, unit = _shown(each["value"], each["name"]), entry.display_unit
        if each["value"] is None and each["name"] in resolved:
            shown = "–"
        elif each["name"] == "voltage" and (each["value"] or 0.0) >= 1.0:
            shown, unit = f"{each['value']:.3g}", "V"
        empty = {"words": words.capitalize(), "unit": printed(unit), "cell": "", "working": "", "counter": ""}
        row = rows.setdefault((each["name"], what), empty)
        row[each["interface"] or "cell"] = shown
    return list(rows.values())


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    name, value = target["name"], target["value"]
    if value is None:
        reached = "not resolved"
    elif name in _TARGET_QUANTITIES:
        reached = format_quantity(_TARGET_QUANTITIES[name], value)
    else:
        reached = f"{100 * value:.2g} %"
    return {"text": target.get("text") or name.replace("_", " "), "reached": reached, "met": target["met"]}


def _shown(value: float | None, name: str, digits: int = 3) -> str:
    """The number alone, in the display unit of the quantity, which the head of the column names."""
    if value is None:
        return "not resolved"
    return printed(format_quantity(name, value, digits).partition(" ")[0])


def _capitalised(text: str) -> str:
    """The first letter as a capital, the others (such as those of Poisson) as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def _error(value: float | None) -> str:
    """A relative closure error, such as ``"5×10⁻¹⁵"``."""
    return "not resolved" if value is None else printed(f"{value:.1g}")


def _number(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else printed(f"{value:.{digits}g}")
