"""The voltage of a run: against time with the current, around the failure, and split into its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution
from lisse.report.envelope import half_cycles, whole_cycles
from lisse.report.figures import BROKEN, DASHED, SMALL, Panel, plain_decades, small_panel, ticks, time_limits
from lisse.report.run_traces import (
    SHORTS,
    failure_time,
    failure_window,
    not_resolved,
    run_clock,
    run_time,
    shown,
    until_failure,
)
from lisse.report.svg import COLOURS
from lisse.report.thinning import thin
from lisse.report.voltage_figure import readable, voltage_current, zoomed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cycles_panel", "failure_panel", "split_panel", "voltage_panel"]

_MAIN_PARTS = (
    ("ohmic_drop", "electrolyte (ohmic)"),
    ("film_drop", "interface film"),
    ("charge_transfer_drop", "charge transfer"),
    ("constriction_drop", "constriction"),
)
_MORE_PARTS = (("concentration_drop", "concentration"), ("stress_drop", "stress"))
_HELD = 1e-3  # of the voltage: it changes less where it is held
_NOTHING = 1e-6  # mV: less than any instrument shows, and what solvers leave of zero
_NEGLIGIBLE = 1e-5  # of the largest part: smaller ones are left out


def voltage_panel(solution: Solution) -> Panel:
    """Voltage (left) and current density (right) against time, with the failure marked."""
    title = "Voltage and current"
    if not {"voltage", "current_density"} <= set(map(str, solution.data.variables)):
        return Panel(title, text=not_resolved(solution))
    time, current = run_time(solution), shown(solution, "current_density")
    voltage = np.asarray(solution["voltage"].values, dtype=float)
    rest = np.asarray(solution["open_circuit_voltage"].values) if "open_circuit_voltage" in solution else None
    failure, words = failure_time(solution)
    many = half_cycles(solution)
    drawings = voltage_current(
        time,
        voltage,
        current,
        "mA/cm²",
        failure,
        words,
        open_circuit=rest,
        half_cycles=many,
        time_unit=run_clock(solution)[1],
    )
    caption = "A positive current plates the working electrode."
    if many is not None:
        caption += f" Bands: least to greatest in each of {many.size} half-cycles, plating apart from stripping."
    if failure is not None:
        caption += f" The vertical line marks the failure: {words}."
    key = [("voltage", "voltage, left axis"), ("current", "current, right axis")]
    if rest is not None and many is None:
        key.insert(1, ("open-circuit", "open-circuit voltage, left axis"))
    return Panel(title, caption, drawings, key=tuple(key))


def cycles_panel(solution: Solution) -> Panel | None:
    """The voltage of the first and of the last whole cycle, where there are too many to draw; else ``None``."""
    alive = until_failure(solution)
    starts = half_cycles(solution, alive)
    if starts is None or "voltage" not in solution:
        return None
    time = shown(solution, "time")[alive]
    voltage = np.asarray(solution["voltage"].values, dtype=float)[alive]
    first, last = whole_cycles(starts, time.size)
    factor, unit = readable(np.concatenate([voltage[first], voltage[last]]))

    def draw(axes: Axes) -> None:
        for cycle, role, width in ((first, "step-3", 2.6), (last, "step-8", 1.3)):
            x = time[cycle] - time[cycle.start]
            axes.plot(*thin(x, factor * voltage[cycle], SMALL[0]), color=COLOURS[role], linewidth=width)
        axes.set(xlabel="Time in the cycle (h)", ylabel=f"Voltage ({unit})")
        ticks(axes, 6, 6)

    key = (
        ("step-3", f"first, from {time[first.start]:.3g} h on"),
        ("step-8", f"last, from {time[last.start]:.4g} h on"),
    )
    caption = "The voltage in the first and in the last whole cycle"
    caption += " before the failure." if solution.verdict.time is not None else "."
    return small_panel("First and last cycle", caption, "cycles", draw, "Voltage in two cycles", key=key)


def failure_panel(solution: Solution) -> Panel | None:
    """The voltage, or the current of a held cell, from the last step to the end; ``None`` without such a record."""
    window = failure_window(solution)
    if window is None or "voltage" not in solution:
        return None
    records, x, unit = window
    values = np.asarray(solution["voltage"].values, dtype=float)[records]
    if not np.isfinite(values).any():
        return None
    current = shown(solution, "current_density")[records]
    held = _change(values) < _HELD < 0.1 * _change(current)
    role = what = "voltage"
    factor, of_what = readable(values)
    if held:
        values, role, what, of_what, factor = current, "current", "current density", "mA/cm²", 1.0
    finite = values[np.isfinite(values)]

    def draw(axes: Axes) -> None:
        axes.plot(*thin(x, factor * values, SMALL[0]), color=COLOURS[role], linewidth=1.6)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=BROKEN)
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel=f"{what.capitalize()} ({of_what})")
        low, high = float(finite.min()), float(finite.max())
        if held or not zoomed(values):
            low, high = min(0.0, low), max(0.0, high)
        room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        axes.set_ylim(factor * (low - room), factor * (high + room))
        ticks(axes, 6, 6)

    caption = f"The {what} up to the failure"
    if solution.verdict.mode in SHORTS:
        caption += " and for a minute after the short"
    caption += "; the voltage is held" if held else ""
    return small_panel("Around the failure", f"{caption}.", "failure", draw, f"{what.capitalize()} around the failure")


def _change(values: np.ndarray) -> float:
    """1. By how much values change, over the largest."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    return float(np.ptp(finite)) / largest if largest else 0.0


def split_panel(solution: Solution) -> Panel:
    """Magnitudes of the parts of the voltage that are not zero; on a logarithmic axis where they differ much."""
    title = "Voltage split"
    known = [(name, words) for name, words in (*_MAIN_PARTS, *_MORE_PARTS) if name in solution]
    if not known:
        return Panel(title, text=not_resolved(solution))
    alive = until_failure(solution)
    time = run_time(solution)[alive]
    parts = {words: np.abs(shown(solution, name)[alive]) for name, words in known}
    peaks = {words: float(part[np.isfinite(part)].max(initial=0.0)) for words, part in parts.items()}
    if not any(np.isfinite(part).any() for part in parts.values()):
        return Panel(title, text=not_resolved(solution))
    largest = max(peaks.values())
    if largest < _NOTHING:
        return Panel(title, text="No current was passed.")
    crowded = half_cycles(solution, alive)
    if crowded is not None:
        time = time[crowded]
        parts = {words: np.fmax.reduceat(part, crowded) for words, part in parts.items()}
    drawn = [words for words, peak in peaks.items() if peak > _NEGLIGIBLE * largest]
    least = min(peaks[words] for words in drawn)
    logarithmic = least < largest / 30

    def draw(axes: Axes) -> None:
        floor = max(least / 30, largest * _NEGLIGIBLE) if logarithmic else 0.0
        for words in drawn:
            role, part = _ROLES[words], parts[words]
            values = np.where(part > floor, part, np.nan) if logarithmic else part
            style = DASHED if role in ("part-5", "part-6") else "-"
            axes.plot(*thin(time, values, SMALL[0]), color=COLOURS[role], linewidth=1.4, linestyle=style)
        if logarithmic:
            axes.set_yscale("log")
            plain_decades(axes.yaxis, (1.0,))
        axes.set(xlabel=f"Time ({run_clock(solution)[1]})", ylabel="Voltage drop (mV)")
        axes.set_ylim(bottom=floor or 0.0)
        time_limits(axes, time, None)
        ticks(axes, 6, None if logarithmic else 5)

    absent = [words for name, words in _MAIN_PARTS if name not in solution]
    caption = (
        f"{'Magnitude' if crowded is None else 'Largest magnitude in each half-cycle'} of each part of the cell voltage"
    )
    caption += " besides the open-circuit voltage." if "open_circuit_voltage" in solution else "."
    caption += f" Not resolved: {', '.join(absent)}." if absent else ""
    key = tuple((_ROLES[words], words) for words in drawn)
    return small_panel(title, caption, "split", draw, "Parts of the cell voltage against time", key=key)


_ROLES = {words: f"part-{number}" for number, (_, words) in enumerate((*_MAIN_PARTS, *_MORE_PARTS), 1)}
