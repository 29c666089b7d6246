"""The plots of a run: voltage and current, the moment of failure, and what happens at the interfaces.

Each function returns a `Panel`: drawings for a page, or the words that stand in for one where a trace is not
resolved or does not change. Numbers are converted to display units here and nowhere earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution
from lisse.report.figures import BROKEN, SMALL, Panel, plain_decades, small_panel, ticks, time_limits
from lisse.report.svg import COLOURS
from lisse.report.thinning import thin
from lisse.report.voltage_figure import voltage_current
from lisse.report.words import MODES, printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["failure_panel", "interface_panels", "voltage_panel"]

_SIDES = ("working", "counter")
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


def failure_panel(solution: Solution) -> Panel | None:
    """The voltage from the last change of the current to the end; ``None`` where the failure has no such record."""
    window = _failure_window(solution)
    if window is None or "voltage" not in solution:
        return None
    records, x, unit = window
    y = _shown(solution, "voltage")[records]
    if not np.isfinite(y).any():
        return None

    def draw(axes: Axes) -> None:
        axes.plot(*thin(x, y, SMALL[0]), color=COLOURS["voltage"], linewidth=1.6)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=BROKEN)
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel="Voltage (mV)")
        finite = y[np.isfinite(y)]
        low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
        axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))
        ticks(axes, 6, 6)

    caption = "The voltage up to the failure"
    if solution.verdict.mode == "filament-short":
        caption += " and for a minute after the short"
    return small_panel("Around the failure", f"{caption}.", "failure", draw, "Voltage around the failure")


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
    sides = [str(side) for side in solution[name]["interface"].values] if "interface" in solution[name].dims else []

    def draw(axes: Axes) -> None:
        columns = values.T if sides else values[np.newaxis]
        for column, role in zip(columns, _SIDES, strict=False):
            axes.plot(*thin(time, column, SMALL[0]), color=COLOURS[role], linewidth=1.2)
        if solution.verdict.time is not None:
            axes.axvline(quantity("time").shown(solution.verdict.time), color=COLOURS["fail"], linewidth=0.8)
        unit = printed(entry.display_unit)
        axes.set(xlabel="Time (h)", ylabel=f"{label or entry.long_name}{f' ({unit})' if unit else ''}")
        axes.set_ylim(bottom=bottom, top=top)
        time_limits(axes, time, None)
        ticks(axes, 6, 5)

    key = tuple((side, f"{side} electrode") for side in sides)
    return small_panel(title, caption, name.replace("_", "-"), draw, f"{entry.long_name} against time", key=key)


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
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=BROKEN)
        if thickness is not None:
            axes.axhline(thickness, color=COLOURS["muted"], linewidth=1.0, linestyle=(0, (3, 3)))
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel="Flaw length (µm)")
        axes.set_ylim(bottom=0.0)
        ticks(axes, 6, 6)

    caption = "Deepest flaw of each interface up to the failure."
    caption += " At the dashed level it spans the electrolyte." if thickness is not None else ""
    key = tuple((side, f"{side} electrode") for side in sides)
    return small_panel(title, caption, "flaw-length", draw, "Flaw length around the failure", key=key)


def _split_panel(solution: Solution) -> Panel:
    """Magnitudes of the parts of the voltage; on a logarithmic axis where they differ much."""
    title, known = "Voltage split", [(name, words) for name, words in _PARTS if name in solution]
    if not known:
        return Panel(title, text=_not_resolved(solution))
    alive = _until_failure(solution)
    time = _shown(solution, "time")[alive]
    parts = [np.abs(_shown(solution, name))[alive] for name, _ in known]
    peaks = [float(part[np.isfinite(part)].max()) for part in parts if np.isfinite(part).any()]
    if not peaks:
        return Panel(title, text=_not_resolved(solution))
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
            plain_decades(axes.yaxis, (1.0,))
        axes.set(xlabel="Time (h)", ylabel="Voltage drop (mV)")
        axes.set_ylim(bottom=floor or 0.0)
        time_limits(axes, time, None)
        ticks(axes, 6, None if logarithmic else 5)

    absent = [words for name, words in _PARTS if name not in solution]
    caption = "Magnitude of each part of the cell voltage." + (f" Not resolved: {', '.join(absent)}." if absent else "")
    key = tuple((f"part-{number}", words) for number, (_, words) in enumerate(known, 1))
    return small_panel(title, caption, "split", draw, "Parts of the cell voltage against time", key=key)


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
