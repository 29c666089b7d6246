"""The plots of what happens inside the cell along a run, in the order of the page.

Each function returns a `Panel`: drawings for a page, or the words that stand in for one where a trace is not
resolved or does not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution
from lisse.report.envelope import band, draw_band, half_cycles, of_cycles
from lisse.report.figures import BROKEN, DASHED, SMALL, Panel, small_panel, ticks, time_limits
from lisse.report.run_profiles import lithium_potential_panel, salt_panels
from lisse.report.run_spectra import spectra_panel
from lisse.report.run_traces import SHORTS, failure_window, not_resolved, run_clock, run_time, shown, sides
from lisse.report.run_voltage import split_panel
from lisse.report.svg import COLOURS
from lisse.report.thinning import thin
from lisse.report.words import printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["interface_panels"]


def interface_panels(solution: Solution, with_spectra: bool = True) -> tuple[Panel, ...]:
    """Voltage split, contact, voids and stack pressure; then whatever else this cell has.

    The spectra are left out where they stand elsewhere.
    """
    contact = "Share of the interface where lithium touches the electrolyte."
    voids = "Volume of the voids per area of the interface."
    panels = [
        split_panel(solution),
        _trace_panel(solution, "contact_fraction", "Contact", contact, "Contact fraction", bottom=0.0, top=1.04),
        _trace_panel(solution, "void_height", "Voids", voids, "Void height", bottom=0.0),
        _trace_panel(solution, "stack_pressure", "Stack pressure", "As a pressure cell would record it."),
    ]
    if _has_flaws(solution):
        in_flaws = "Largest pressure of the lithium plated into a flaw."
        panels += [
            _flaw_panel(solution),
            _trace_panel(solution, "plating_pressure", "Lithium pressure in flaws", in_flaws, "Pressure", bottom=0.0),
        ]
    panels += [_trace_panel(solution, name, *words) for name, words in _IF_THERE.items() if name in solution]
    panels += salt_panels(solution)
    spectra = spectra_panel(solution) if with_spectra else None
    panels += [panel for panel in (lithium_potential_panel(solution), spectra) if panel is not None]
    return tuple(panels)


_IF_THERE = {
    "lithium_thickness": ("Lithium metal", "Metal that can still be stripped.", "", None),
    "dead_lithium_thickness": (
        "Dead lithium",
        "Lithium cut off from its electrode, which cannot be stripped any more.",
        "",
        0.0,
    ),
    "interphase_thickness": ("Interphase", "Reaction layer between lithium and electrolyte.", "", 0.0),
    "lithium_fraction": ("Alloy", "Lithium at the face of the alloy.", "Lithium fraction", None),
}
"""Quantities that only some cells have: title, caption, label and lower end of the axis."""


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
        return Panel(title, text=not_resolved(solution))
    values = shown(solution, name)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Panel(title, text=not_resolved(solution))
    if np.ptp(finite) <= 1e-9 * max(abs(float(finite[0])), 1e-30):
        level = printed(format_quantity(name, float(np.nanmean(np.asarray(solution[name].values)))))
        return Panel(title, text=f"{level}, constant throughout")
    time, (factor, of_time) = run_time(solution), run_clock(solution)
    sided = "interface" in solution[name].dims
    lines = sides(solution, name) if sided else [("working", values)]
    many = half_cycles(solution)
    seen = [column if many is None else _edges(time, column, many) for _, column in lines]
    alike = len(lines) > 1 and _alike(*seen)
    lines = lines[:1] if alike else lines
    caption += " Bands: least to greatest in each cycle." if many is not None else ""

    def draw(axes: Axes) -> None:
        for side, column in lines:
            if many is not None:
                draw_band(axes, time, column, of_cycles(many), COLOURS[side])
                continue
            axes.plot(*thin(time, column, SMALL[0]), color=COLOURS[side], linewidth=1.2)
        if solution.verdict.time is not None:
            axes.axvline(factor * solution.verdict.time, color=COLOURS["fail"], linewidth=0.8)
        unit = printed(entry.display_unit)
        axes.set(xlabel=f"Time ({of_time})", ylabel=f"{label or entry.long_name}{f' ({unit})' if unit else ''}")
        room = 1.05 * float(finite.max()) if bottom == 0.0 and finite.max() > 0.0 else None
        axes.set_ylim(bottom=bottom, top=top or room)
        time_limits(axes, time, None)
        ticks(axes, 6, 5)

    key = tuple((side, "both electrodes" if alike else f"{side} electrode") for side, _ in lines if sided)
    return small_panel(title, caption, name.replace("_", "-"), draw, f"{entry.long_name} against time", key=key)


def _edges(time: np.ndarray, column: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Both edges of the band of a trace, end to end."""
    _, low, high = band(time, column, of_cycles(many))
    return np.concatenate([low, high])


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether one line would hide the other."""
    return bool(np.allclose(one, other, rtol=2e-3, equal_nan=True))


def _flaw_panel(solution: Solution) -> Panel:
    """The deepest flaw; around the failure where a flaw was the failure, because it grows within seconds."""
    title, window = "Longest flaw", failure_window(solution)
    if solution.verdict.mode not in SHORTS or window is None or "flaw_length" not in solution:
        return _trace_panel(solution, "flaw_length", title, "Depth of the deepest flaw.", bottom=0.0)
    records, x, unit = window
    lines, thickness = sides(solution, "flaw_length"), _electrolyte_thickness(solution)

    def draw(axes: Axes) -> None:
        for side, column in lines:
            axes.plot(*thin(x, column[records], SMALL[0]), color=COLOURS[side], linewidth=1.6)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=BROKEN)
        if thickness is not None:
            axes.axhline(thickness, color=COLOURS["muted"], linewidth=1.0, linestyle=DASHED)
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel="Flaw length (µm)")
        axes.set_ylim(bottom=0.0)
        ticks(axes, 6, 6)

    caption = "Depth of the deepest flaw up to the failure."
    caption += " At the dashed level it spans the electrolyte." if thickness is not None else ""
    key = tuple((side, f"{side} electrode") for side, _ in lines)
    return small_panel(title, caption, "flaw-length", draw, "Flaw length around the failure", key=key)


def _has_flaws(solution: Solution) -> bool:
    """Whether the case has flaws, or the record has traces of them."""
    cell = solution.inputs.get("cell") or {}
    return "flaw_length" in solution or cell.get("electrolyte", {}).get("flaws") is not None


def _electrolyte_thickness(solution: Solution) -> float | None:
    cell = solution.inputs.get("cell")
    return float(quantity("flaw_length").shown(cell["electrolyte"]["thickness"])) if cell else None
