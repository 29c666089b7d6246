"""The plots of a run: voltage and current, what happens at the interfaces, and the limits.

Each function returns a `Panel`: drawings for a page, or the words that stand in for one where a trace is not
resolved or does not change. Numbers are converted to display units here and nowhere earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from lisse.records import Solution
from lisse.report.svg import COLOURS, drawing, inline_svg
from lisse.report.thinning import thin
from lisse.report.words import MODES, printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = ["Panel", "failure_panel", "interface_panels", "limits_panel", "new_axes", "voltage_current", "voltage_panel"]

WIDE, NARROW, SMALL = (940, 380), (343, 300), (420, 250)
"""Widths and heights in CSS pixels: a whole page, a phone, and half a page (which a phone shows as well)."""


@dataclass(frozen=True)
class Panel:
    """One figure of a page.

    Attributes
    ----------
    title, caption : str
    drawings : tuple of (str, Markup)
        Class of the element (``"wide"``, ``"narrow"`` or ``"any"``) and the drawing; empty where there is none.
    text : str
        What to read instead, where there is no drawing.
    key : tuple of (str, str)
        Class of the line and what it is, for the key under the drawing.
    """

    title: str
    caption: str = ""
    drawings: tuple[tuple[str, Markup], ...] = ()
    text: str = ""
    key: tuple[tuple[str, str], ...] = ()


_SIDES = ("working", "counter")
_BROKEN = (0, (4, 3))
_PARTS = (
    ("ohmic_drop", "electrolyte (ohmic)"),
    ("film_drop", "interface film"),
    ("charge_transfer_drop", "charge transfer"),
    ("constriction_drop", "constriction"),
)


def voltage_panel(solution: Solution) -> Panel:
    """Voltage (left) and current density (right) against hours, with the failure marked."""
    title = "Voltage and current"
    if not {"voltage", "current_density"} <= set(map(str, solution.data.variables)):
        return Panel(title, text=_not_resolved(solution))
    time, voltage, current = (_shown(solution, name) for name in ("time", "voltage", "current_density"))
    failure, words = _failure(solution)
    drawings = voltage_current(time, voltage, current, "mA/cm²", failure, words)
    caption = "A positive current plates the working electrode."
    if failure is not None:
        caption += f" The vertical line marks the failure: {words}."
    return Panel(title, caption, drawings, key=(("voltage", "voltage, left axis"), ("current", "current, right axis")))


def voltage_current(
    time: np.ndarray,
    voltage: np.ndarray,
    current: np.ndarray,
    current_unit: str,
    failure: float | None,
    failure_words: str,
    bands: Sequence[tuple[float, float]] = (),
) -> tuple[tuple[str, Markup], ...]:
    """The plot in the convention of the field, once for a page and once for a phone.

    Parameters
    ----------
    time : (n,) array, h
    voltage : (n,) array, mV
    current : (n,) array, `current_unit`
    current_unit : str
    failure : float or None, h
    failure_words : str
    bands : sequence of (start, end), h
        Stretches to shade.
    """
    found = []
    for kind, size in (("wide", WIDE), ("narrow", NARROW)):
        with drawing(13 if kind == "wide" else 11):
            left, right = (66, 62) if kind == "wide" else (50, 42)
            figure, axes = new_axes(size, left, right, top=26, bottom=44)
            behind = axes.twinx()
            behind.set_zorder(0)
            axes.set_zorder(1)
            behind.patch.set_visible(False)
            for start, end in bands:
                behind.axvspan(start, end, facecolor=COLOURS["grid"], alpha=0.45, linewidth=0)
            x, y = thin(time, current, size[0])
            behind.fill_between(x, y, color=COLOURS["current"], alpha=0.2, linewidth=0)
            behind.plot(x, y, color=COLOURS["current"], linewidth=0.9)
            axes.plot(*thin(time, voltage, size[0]), color=COLOURS["voltage"], linewidth=1.3 if kind == "wide" else 0.9)
            _align_zero(axes, voltage, behind, current)
            axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
            axes.set(xlabel="Time (h)", ylabel="Voltage (mV)")
            behind.set_ylabel(
                f"Current density ({current_unit})" if "/" in current_unit else f"Current ({current_unit})"
            )
            axes.yaxis.label.set_color(COLOURS["voltage"])
            behind.yaxis.label.set_color(COLOURS["current"])
            behind.tick_params(length=0)
            behind.spines[:].set_visible(False)
            _time_limits(axes, time, failure)
            if failure is not None:
                _mark_failure(axes, failure, failure_words)
            _ticks(axes, 9 if kind == "wide" else 5, 7)
            _ticks(behind, 9 if kind == "wide" else 5, 7)
            description = f"Voltage and current over {time[-1] - time[0]:.4g} h"
            found.append((kind, inline_svg(figure, f"voltage-{kind}", "Voltage and current against time", description)))
    return tuple(found)


def failure_panel(solution: Solution) -> Panel | None:
    """The voltage from the last change of the current to the end; ``None`` where the failure has no such record."""
    window = _failure_window(solution)
    if window is None or "voltage" not in solution:
        return None
    records, x, unit = window
    y = _shown(solution, "voltage")[records]

    def draw(axes: Axes) -> None:
        axes.plot(*thin(x, y, SMALL[0]), color=COLOURS["voltage"], linewidth=1.6)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=_BROKEN)
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel="Voltage (mV)")
        low, high = min(0.0, float(np.nanmin(y))), max(0.0, float(np.nanmax(y)))
        axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))

    caption = "The voltage in the half-cycle that failed"
    if solution.verdict.mode == "filament-short":
        caption += " and for a minute after the short"
    return _panel("Around the failure", f"{caption}.", "failure", draw, "Voltage around the failure")


def _failure_window(solution: Solution) -> tuple[slice, np.ndarray, str] | None:
    """Records since the current last changed before the failure, their time from the failure, and its unit."""
    failure = solution.verdict.time
    if failure is None or "current_density" not in solution:
        return None
    time = np.asarray(solution["time"].values, dtype=float)
    current = np.asarray(solution["current_density"].values, dtype=float)
    before = np.flatnonzero(time < failure)
    if before.size < 2:
        return None
    changes = np.flatnonzero(np.diff(current[: before[-1] + 1]) != 0)
    first = int(changes[-1]) + 1 if changes.size else 0
    if time.size - first < 8 or time[-1] <= time[first]:
        return None
    span = failure - time[first]
    unit, scale = ("h", 3600.0) if span > 7200 else ("min", 60.0) if span > 120 else ("s", 1.0)
    return slice(first, None), (time[first:] - failure) / scale, unit


def interface_panels(solution: Solution) -> tuple[Panel, ...]:
    """Voltage split, contact, voids, stack pressure, and the worst flaw."""
    contact = "Share of each interface where lithium touches the electrolyte."
    voids = "Volume of the voids per area of each interface."
    panels = [
        _split_panel(solution),
        _trace_panel(solution, "contact_fraction", "Contact", contact, "Contact fraction", bottom=0.0, top=1.04),
        _trace_panel(solution, "void_height", "Voids", voids, "Void height"),
        _trace_panel(solution, "stack_pressure", "Stack pressure", "As a pressure cell would record it.", bottom=0.0),
    ]
    if _has_flaws(solution):
        panels += [
            _flaw_panel(solution),
            _trace_panel(
                solution,
                "plating_pressure",
                "Lithium pressure in flaws",
                "Largest pressure of the lithium plated into a flaw of each interface.",
                "Pressure",
                bottom=0.0,
            ),
        ]
    return tuple(panels)


def limits_panel(limits: Sequence[Mapping[str, Any]]) -> Panel:
    """Margins of the limits as bars from 1, on a logarithmic axis.

    Parameters
    ----------
    limits : sequence of mapping
        ``limits`` of the summary, lowest margin first.
    """
    title = "How far each limit is"
    rows = [limit for limit in limits if limit["applies"] and limit["margin"] is not None and limit["margin"] > 0]
    if not rows:
        return Panel(title, text="No closed-form limit with a margin applies to this cell.")
    with drawing(12):
        size = (SMALL[0], 58 + 46 * len(rows))
        figure, axes = new_axes(size, 14, 14, top=8, bottom=44)
        margins = np.array([limit["margin"] for limit in rows])
        low, high = np.log10(min(1.0, margins.min())), np.log10(max(1.0, margins.max()))
        span = max(high - low, 0.6)
        axes.set_xscale("log")
        axes.set_xlim(10 ** (low - (0.22 if low < 0 else 0.08) * span), 10 ** (high + 0.2 * span))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        for row, (limit, margin) in enumerate(zip(rows, margins, strict=True)):
            colour = COLOURS["fail"] if margin < 1 else COLOURS["pass"]
            style = "-" if limit["valid"] else (0, (1, 1))
            axes.plot([1, margin], [row + 0.2] * 2, color=colour, linewidth=7, linestyle=style, solid_capstyle="butt")
            axes.plot([margin], [row + 0.2], "o", color=colour, markersize=10)
            words = f"{MODES[limit['mechanism']].capitalize()}: {limit['criterion']}{'' if limit['valid'] else ' *'}"
            behind = {"facecolor": COLOURS["surface"], "edgecolor": "none", "pad": 1.5}
            axes.text(0.0, row - 0.14, words, transform=axes.get_yaxis_transform(), bbox=behind)
            side = (8, "left") if margin >= 1 else (-8, "right")
            axes.annotate(
                f"{margin:.2g}×" if margin < 100 else f"{margin:.0f}×",
                (margin, row + 0.2),
                xytext=(side[0], 0),
                textcoords="offset points",
                ha=side[1],
                va="center",
                fontweight="bold",
            )
        axes.axvline(1.0, color=COLOURS["ink"], linewidth=1.2)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Limit over the largest current of the protocol")
        _plain_decades(axes.xaxis, (1.0, 2.0, 5.0) if span < 2 else (1.0,))
        description = "; ".join(
            f"{limit['criterion']}: {margin:.3g}" for limit, margin in zip(rows, margins, strict=True)
        )
        made = inline_svg(figure, "limits", "Margin of each limit", description)
    caption = "At 1 the protocol just reaches the limit; bars to the left of it are passed by the protocol."
    if not all(limit["valid"] for limit in rows):
        caption += " * outside the range of validity of the criterion."
    return Panel(title, caption, (("any", made),))


def new_axes(size: tuple[int, int], left: float, right: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """A figure of a size in pixels with one pair of axes inside margins in pixels."""
    from matplotlib.figure import Figure

    width, height = size
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    axes = figure.add_axes(box, facecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3)
    return figure, axes


def _panel(title: str, caption: str, name: str, draw: Callable[[Axes], None], description: str, **more: Any) -> Panel:
    with drawing(12):
        figure, axes = new_axes(SMALL, 60, 14, top=12, bottom=44)
        draw(axes)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        return Panel(title, caption, (("any", inline_svg(figure, name, title, description)),), **more)


def _trace_panel(
    solution: Solution,
    name: str,
    title: str,
    caption: str,
    label: str = "",
    bottom: float | None = None,
    top: float | None = None,
) -> Panel:
    """One quantity against time, a line for each interface that it has."""
    entry = quantity(name)
    if name not in solution:
        return Panel(title, text=_not_resolved(solution))
    values = _shown(solution, name)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Panel(title, text=_not_resolved(solution))
    if np.ptp(finite) <= 1e-9 * max(abs(float(finite[0])), 1e-30):
        level = printed(format_quantity(name, float(np.nanmean(np.asarray(solution[name].values)))))
        return Panel(title, text=f"{level}, constant throughout")
    time = _shown(solution, "time")
    sides = [str(side) for side in solution[name]["interface"].values] if values.ndim == 2 else []

    def draw(axes: Axes) -> None:
        columns = values.T if sides else values[np.newaxis]
        for column, role in zip(columns, _SIDES, strict=False):
            axes.plot(*thin(time, column, SMALL[0]), color=COLOURS[role], linewidth=1.2)
        if solution.verdict.time is not None:
            axes.axvline(quantity("time").shown(solution.verdict.time), color=COLOURS["fail"], linewidth=0.8)
        unit = printed(entry.display_unit)
        axes.set(xlabel="Time (h)", ylabel=f"{label or entry.long_name}{f' ({unit})' if unit else ''}")
        axes.set_ylim(bottom=bottom, top=top)
        _time_limits(axes, time, None)
        _ticks(axes, 6, 5)

    key = tuple((side, f"{side} electrode") for side in sides)
    return _panel(title, caption, name.replace("_", "-"), draw, f"{entry.long_name} against time", key=key)


def _flaw_panel(solution: Solution) -> Panel:
    """The deepest flaw; around the failure where a flaw was the failure, because it grows within seconds."""
    title, window = "Longest flaw", _failure_window(solution)
    if solution.verdict.mode != "filament-short" or window is None or "flaw_length" not in solution:
        return _trace_panel(solution, "flaw_length", title, "Deepest flaw of each interface.", bottom=0.0)
    records, x, unit = window
    values, thickness = _shown(solution, "flaw_length")[records], _electrolyte_thickness(solution)
    sides = [str(side) for side in solution["flaw_length"]["interface"].values]

    def draw(axes: Axes) -> None:
        for column, role in zip(values.T, _SIDES, strict=False):
            axes.plot(*thin(x, column, SMALL[0]), color=COLOURS[role], linewidth=1.6)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=_BROKEN)
        if thickness is not None:
            axes.axhline(thickness, color=COLOURS["muted"], linewidth=1.0, linestyle=(0, (3, 3)))
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel="Flaw length (µm)")
        axes.set_ylim(bottom=0.0)

    caption = "Deepest flaw of each interface in the half-cycle that failed."
    caption += " At the dashed level it spans the electrolyte." if thickness is not None else ""
    key = tuple((side, f"{side} electrode") for side in sides)
    return _panel(title, caption, "flaw-length", draw, "Flaw length around the failure", key=key)


def _split_panel(solution: Solution) -> Panel:
    """Magnitudes of the parts of the voltage; on a logarithmic axis where they differ much."""
    title, known = "Voltage split", [(name, words) for name, words in _PARTS if name in solution]
    if not known:
        return Panel(title, text=_not_resolved(solution))
    alive = _until_failure(solution)
    time = _shown(solution, "time")[alive]
    parts = [np.abs(_shown(solution, name))[alive] for name, _ in known]
    peaks = [float(np.nanmax(part)) for part in parts]
    seen = [peak for peak in peaks if peak > 0]
    if not seen:
        return Panel(title, text="No current was passed.")
    logarithmic = min(seen) < max(seen) / 30

    def draw(axes: Axes) -> None:
        floor = max(min(seen) / 30, max(seen) * 1e-5) if logarithmic else 0.0
        for number, part in enumerate(parts):
            values = np.where(part > floor, part, np.nan) if logarithmic else part
            axes.plot(*thin(time, values, SMALL[0]), color=COLOURS[f"part-{number + 1}"], linewidth=1.4)
        if logarithmic:
            axes.set_yscale("log")
            _plain_decades(axes.yaxis, (1.0,))
        axes.set(xlabel="Time (h)", ylabel="Voltage drop (mV)")
        axes.set_ylim(bottom=floor or 0.0)
        _time_limits(axes, time, None)
        _ticks(axes, 6, None if logarithmic else 5)

    absent = [words for name, words in _PARTS if name not in solution]
    caption = "Magnitude of each part of the cell voltage." + (f" Not resolved: {', '.join(absent)}." if absent else "")
    key = tuple((f"part-{number}", words) for number, (_, words) in enumerate(known, 1))
    return _panel(title, caption, "split", draw, "Parts of the cell voltage against time", key=key)


def _shown(solution: Solution, name: str) -> np.ndarray:
    """The trace in its display unit."""
    shown: np.ndarray = quantity(name).shown(np.asarray(solution[name].values, dtype=float))
    return shown


def _until_failure(solution: Solution) -> slice:
    """The records up to the first one at the time of the failure; all of them without a failure."""
    failure = solution.verdict.time
    if failure is None:
        return slice(None)
    return slice(int(np.searchsorted(np.asarray(solution["time"].values, dtype=float), failure)) + 1)


def _failure(solution: Solution) -> tuple[float | None, str]:
    verdict = solution.verdict
    if verdict.time is None or verdict.mode == "none":
        return None, ""
    return quantity("time").shown(verdict.time), MODES[verdict.mode]


def _not_resolved(solution: Solution) -> str:
    return f"not resolved by the {solution.model} model" if solution.model else "not resolved"


def _has_flaws(solution: Solution) -> bool:
    """Whether the case has flaws, or the record has traces of them."""
    cell = solution.inputs.get("cell") or {}
    return "flaw_length" in solution or cell.get("electrolyte", {}).get("flaws") is not None


def _electrolyte_thickness(solution: Solution) -> float | None:
    cell = solution.inputs.get("cell")
    return float(quantity("flaw_length").shown(cell["electrolyte"]["thickness"])) if cell else None


_ROOM = (1.35, 1.06)  # the voltage stays inside the current, so that neither hides the other where both rise together


def _align_zero(left: Axes, left_values: np.ndarray, right: Axes, right_values: np.ndarray) -> None:
    """Put zero at one height on both axes, with the traces filling the plot."""
    ranges = []
    for values in (left_values, right_values):
        finite = values[np.isfinite(values)]
        low, high = (min(0.0, float(finite.min())), max(0.0, float(finite.max()))) if finite.size else (0.0, 0.0)
        ranges.append((low, high) if high > low else (-1.0, 1.0))
    shares = [-low / (high - low) for low, high in ranges]
    below, above = max(shares), max(1.0 - share for share in shares)
    for axes, (low, high), stretch in zip((left, right), ranges, _ROOM, strict=True):
        unit = stretch * max(-low / below if below else 0.0, high / above if above else 0.0)
        axes.set_ylim(-unit * below, unit * above)


def _time_limits(axes: Axes, time: np.ndarray, failure: float | None) -> None:
    start, end = float(time[0]), float(time[-1])
    room = 0.02 * (end - start) or 1.0
    axes.set_xlim(start, max(end, failure or end) + room)


def _mark_failure(axes: Axes, failure: float, words: str) -> None:
    axes.axvline(failure, color=COLOURS["fail"], linewidth=1.4, linestyle=_BROKEN)
    low, high = axes.get_xlim()
    late = failure > 0.5 * (low + high)
    axes.annotate(
        words,
        (failure, 1.0),
        xycoords=axes.get_xaxis_transform(),
        xytext=(4 if late else -4, 6),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom",
        color=COLOURS["fail"],
        fontweight="bold",
    )


def _plain_decades(axis: Axis, steps: Sequence[float]) -> None:
    """Label a logarithmic axis with plain numbers, without small ticks between them."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=steps, numticks=8))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:g}")


def _ticks(axes: Axes, across: int, upward: int | None) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(across))
    if upward is not None:
        axes.yaxis.set_major_locator(MaxNLocator(upward))
