"""The table of one or many cells that pastes into a paper's supporting information: CSV, Markdown or LaTeX.

One row for each cell in the units of the field, with the uncertainty beside each number, and the statistics over all
cells below. A cell that did not fail shows the largest current and charge that it stood, with ``>``. Nothing is
computed here.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.measurement import Batch
from lisse.measurement.analysis.critical_current import TEST_WORDS
from lisse.units import quantity

__all__ = ["TABLE_STYLES", "cells_rows", "cells_table", "statistics_words"]

TABLE_STYLES: Mapping[str, str] = MappingProxyType({"csv": "csv", "markdown": "md", "latex": "tex"})
"""Styles of the table, and the ending of its file."""
_MODES = {"none": "none", "hard-short": "hard short", "soft-short": "soft short", "contact-loss": "contact loss"}


@dataclass(frozen=True)
class _Column:
    """Heading, unit, and what a cell shows; `plain` is the number alone, for CSV."""

    heading: str
    unit: str
    shown: Callable[[Mapping[str, Any]], str]
    plain: Callable[[Mapping[str, Any]], Any]


def cells_table(batch: Batch, style: str = "markdown") -> str:
    """The table as text.

    Parameters
    ----------
    batch : Batch
        From `lisse.measurement.compare_cells`.
    style : str
        One of `TABLE_STYLES`.
    """
    if style not in TABLE_STYLES:
        raise InvalidInput("table", style, ", ".join(TABLE_STYLES), suggest(style, TABLE_STYLES))
    content = batch.to_dict()
    columns = _columns(content)
    if style == "csv":
        return _as_csv(columns, content["cells"])
    rows = [[column.shown(cell) for column in columns] for cell in content["cells"]]
    notes = statistics_words(content)
    return _as_markdown(columns, rows, notes) if style == "markdown" else _as_latex(columns, rows, notes)


def cells_rows(content: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """Heading and unit of each column, and what each cell shows.

    Parameters
    ----------
    content : mapping
        `Batch.to_dict`.
    """
    columns = _columns(content)
    heads = [(column.heading, _printed(column.unit)) for column in columns]
    return heads, [[column.shown(cell) for column in columns] for cell in content["cells"]]


def statistics_words(content: Mapping[str, Any]) -> list[str]:
    """One sentence for each quantity that was compared: median, range, share that failed, Weibull modulus."""
    statistics = content["statistics"]
    found = []
    widest = max((cell["verdict"]["time_resolution"] or 0.0 for cell in content["cells"]), default=0.0)
    if widest:
        found.append(f"Times are those of the first record that shows the failure, at most {widest:.3g} s after it.")
    for name, each in statistics["distributions"].items():
        what, of_what = _SHOWN[name]
        entry = quantity(of_what)
        scale, unit = (entry.shown, entry.display_unit) if "electric" not in name else (_milliampere_hours, "mAh")
        count = each["failed"] + each["censored"]
        if not each["failed"]:
            found.append(f"{what}: none of {count} cells failed.")
            continue
        text = f"{what}: {each['failed']} of {count} cells failed, at {scale(each['smallest']):.3g} to "
        text += f"{scale(each['largest']):.3g} {unit}"
        if each["median"] is not None:
            ends = [
                "no bound" if each[edge] is None else f"{scale(each[edge]):.3g}"
                for edge in ("median_low", "median_high")
            ]
            text += f"; median {scale(each['median']):.3g} {unit} ({100 * statistics['confidence']:g} % interval "
            text += f"{ends[0]} to {ends[1]})"
        else:
            text += "; fewer than half of all, so that the median is not reached"
        fit = each["weibull"]
        if fit is not None:
            text += f"; Weibull modulus {fit['shape']:.2g} ({fit['shape_low']:.2g} to {fit['shape_high']:.2g})"
            text += f", scale {scale(fit['scale']):.3g} {unit}"
        found.append(text + ".")
    if statistics["early_failures"]:
        listed = ", ".join(statistics["early_failures"])
        found.append(f"Failed at the first level or in the first half-cycle, and counted: {listed}.")
    return found


_SHOWN = {
    "critical_current_density": ("Critical current density", "current_density"),
    "threshold_charge": ("Threshold capacity", "charge"),
    "cumulative_charge": ("Cumulative capacity to failure", "charge"),
    "critical_current": ("Critical current", "current"),
    "threshold_electric_charge": ("Threshold capacity", "charge"),
    "cumulative_electric_charge": ("Cumulative capacity to failure", "charge"),
}


def _milliampere_hours(coulomb: float) -> float:
    return coulomb / 3.6


def _milliampere(ampere: float) -> float:
    return 1e3 * ampere


# -- columns ---------------------------------------------------------------------------------------------------------


def _columns(content: Mapping[str, Any]) -> list[_Column]:
    """Per area where every cell has one; an efficiency where any has."""
    areal = all(cell["area"] is not None for cell in content["cells"])
    efficiency = any(cell["coulombic_efficiency"] is not None for cell in content["cells"])
    current: Callable[[float], Any]
    charge: Callable[[float], Any]
    of_resistance: Callable[[float], Any]
    if areal:
        current, charge, ohms = quantity("current_density").shown, quantity("charge").shown, quantity("area_resistance")
        keys = ("critical_current_density", "highest_current_density_passed", "threshold_charge", "cumulative_charge")
        units = ("mA cm-2", "mAh cm-2", "ohm cm2")
        resistance, of_resistance = "area_resistance", ohms.shown
    else:
        current, charge = _milliampere, _milliampere_hours
        keys = ("critical_current", "highest_current_passed", "threshold_electric_charge", "cumulative_electric_charge")
        units = ("mA", "mAh", "ohm")
        resistance, of_resistance = "resistance", float
    critical, passed, threshold, cumulative = keys
    low, per_half = f"{critical}_low", "charge" if areal else "electric_charge"
    found = [_Column("Cell", "", lambda cell: cell["name"], lambda cell: cell["name"])]
    if areal:
        found.append(_number("Area", "cm2", "area", quantity("area").shown, 4))
    found += [
        _Column("Test", "", lambda cell: TEST_WORDS[cell["test"]["kind"]], lambda cell: cell["test"]["kind"]),
        _Column("Charge per half-cycle", units[1], *_half_cycle_charge(per_half, charge)),
        _number("ASR" if areal else "Resistance", units[2], resistance, of_resistance, 4),
        _number("Last level that stood", units[0], low, current),
        _Column("CCD" if areal else "Critical current", units[0], *_bounded(critical, passed, current)),
        _Column("Failure", "", lambda cell: _mode(cell), lambda cell: cell["verdict"]["mode"]),
        _Column("Time of failure", "h", _failure_time, lambda cell: _scaled(cell["verdict"]["time"], 1.0 / 3600.0)),
        _Column("Threshold capacity", units[1], *_with_error(threshold, f"{threshold}_error", charge)),
        _Column("Cumulative capacity", units[1], *_cumulative(cumulative, charge)),
    ]
    if efficiency:
        found.append(_number("CE", "%", "coulombic_efficiency", lambda value: 100.0 * value, 4))
    return found


def _number(heading: str, unit: str, key: str, scale: Callable[[float], Any], digits: int = 3) -> _Column:
    return _Column(
        heading,
        unit,
        lambda cell: "-" if cell[key] is None else f"{scale(cell[key]):.{digits}g}",
        lambda cell: None if cell[key] is None else float(scale(cell[key])),
    )


def _mode(cell: Mapping[str, Any]) -> str:
    return _MODES.get(cell["verdict"]["mode"], cell["verdict"]["mode"]) if cell["half_cycles"] else "not tested"


def _failure_time(cell: Mapping[str, Any]) -> str:
    verdict = cell["verdict"]
    if verdict["time"] is None:
        return "-"
    return f"{verdict['time'] / 3600:.4g}"


def _bounded(key: str, passed: str, scale: Callable[[float], Any]) -> tuple[Callable[..., str], Callable[..., Any]]:
    def shown(cell: Mapping[str, Any]) -> str:
        if cell[key] is not None:
            return f"{scale(cell[key]):.3g}"
        return "-" if cell[passed] is None else f"> {scale(cell[passed]):.3g}"

    return shown, lambda cell: None if cell[key] is None else float(scale(cell[key]))


def _with_error(key: str, error: str, scale: Callable[[float], Any]) -> tuple[Callable[..., str], Callable[..., Any]]:
    def shown(cell: Mapping[str, Any]) -> str:
        if cell[key] is None:
            return "-"
        value, spread = scale(cell[key]), cell[error]
        return _rounded(value, scale(spread)) if spread else f"{value:.3g}"

    return shown, lambda cell: None if cell[key] is None else float(scale(cell[key]))


def _rounded(value: float, error: float) -> str:
    """A number to the decimal of its uncertainty."""
    decimals = min(max(-math.floor(math.log10(error)), 0), 6)
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def _cumulative(key: str, scale: Callable[[float], Any]) -> tuple[Callable[..., str], Callable[..., Any]]:
    with_error, plain = _with_error(
        key, f"{key}_error" if "electric" not in key else "threshold_electric_charge_error", scale
    )

    def shown(cell: Mapping[str, Any]) -> str:
        if not cell["half_cycles"]:
            return "-"
        return ("> " if cell["verdict"]["mode"] == "none" else "") + with_error(cell)

    return shown, lambda cell: plain(cell) if cell["half_cycles"] else None


def _half_cycle_charge(key: str, scale: Callable[[float], Any]) -> tuple[Callable[..., str], Callable[..., Any]]:
    """The charge of the whole half-cycles: the middle one of all but the last."""

    def plain(cell: Mapping[str, Any]) -> float | None:
        cycles = cell["half_cycles"][:-1] or cell["half_cycles"]
        sizes = sorted(abs(cycle[key]) for cycle in cycles)
        return float(scale(sizes[len(sizes) // 2])) if sizes else None

    def shown(cell: Mapping[str, Any]) -> str:
        value = plain(cell)
        return "-" if value is None else f"{value:.3g}"

    return shown, plain


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


# -- styles ----------------------------------------------------------------------------------------------------------


def _as_csv(columns: Sequence[_Column], cells: Sequence[Mapping[str, Any]]) -> str:
    """Numbers alone, in the units of the field; an unknown number is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    extra = ["Cell did not fail", "Time resolution / s", "Confidence"]
    writer.writerow([*(f"{c.heading} / {c.unit}" if c.unit else c.heading for c in columns), *extra])
    for cell in cells:
        verdict = cell["verdict"]
        row = [column.plain(cell) for column in columns]
        row += [int(verdict["mode"] == "none"), verdict["time_resolution"], f"{verdict['confidence']:.3f}"]
        writer.writerow(["" if each is None else f"{each:.6g}" if isinstance(each, float) else each for each in row])
    return text.getvalue()


def _as_markdown(columns: Sequence[_Column], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    heads = [f"{c.heading} ({_printed(c.unit)})" if c.unit else c.heading for c in columns]
    table = [heads, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(columns))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in table]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n" + "".join(f"\n{note}" + ("  " if note != notes[-1] else "\n") for note in notes)


def _printed(unit: str) -> str:
    return {"mA cm-2": "mA/cm²", "mAh cm-2": "mAh/cm²", "ohm cm2": "Ω cm²", "ohm": "Ω", "cm2": "cm²"}.get(unit, unit)


_TEX_UNITS = {
    "mA cm-2": r"mA\,cm$^{-2}$",
    "mAh cm-2": r"mAh\,cm$^{-2}$",
    "ohm cm2": r"$\Omega$\,cm$^{2}$",
    "ohm": r"$\Omega$",
    "cm2": r"cm$^{2}$",
    "%": r"\%",
}
_TEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    ">": r"$>$",
    "<": r"$<$",
}


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)


def _as_latex(columns: Sequence[_Column], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A booktabs table with its statistics as the caption."""
    align = "".join("l" if column.unit == "" else "r" for column in columns)
    heads = " & ".join(_tex(column.heading) for column in columns)
    units = " & ".join(_TEX_UNITS.get(c.unit, c.unit) and f"({_TEX_UNITS.get(c.unit, c.unit)})" for c in columns)
    body = "\n".join("    " + " & ".join(_tex(cell) for cell in row) + r" \\" for row in rows)
    caption = _tex(" ".join(notes).replace("mA/cm2", "mA cm-2").replace("mAh/cm2", "mAh cm-2"))
    return (
        "% needs \\usepackage{booktabs}\n"
        "\\begin{table}\n  \\centering\n"
        f"  \\caption{{{caption}}}\n"
        f"  \\begin{{tabular}}{{{align}}}\n    \\toprule\n    {heads} \\\\\n    {units} \\\\\n    \\midrule\n"
        f"{body}\n    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n"
    )
