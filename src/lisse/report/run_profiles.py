"""Across the electrolyte: the salt at its faces and in between, and the lithium potential (Mode 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution
from lisse.report.figures import DASHED, SMALL, Panel, small_panel, ticks, time_limits
from lisse.report.run_traces import failure_record, failure_time, run_clock, run_time, shown
from lisse.report.svg import COLOURS
from lisse.report.thinning import thin
from lisse.report.words import duration, printed
from lisse.units import FARADAY, format_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["lithium_potential_panel", "salt_panels"]

_SHADES = ("step-2", "step-5", "step-8")
_FAR = 3.0  # thresholds more than so many times above the profiles are told in words
_THRESHOLD = "lithium potential above the threshold in pores"


def salt_panels(solution: Solution) -> tuple[Panel, ...]:
    """The salt at both faces against time, and across the electrolyte at three times; nothing without salt."""
    if "salt_concentration" not in solution:
        return ()
    salt = np.asarray(solution["salt_concentration"].values, dtype=float)
    if np.ptp(salt) <= 1e-6 * np.abs(salt).max():
        level = printed(format_quantity("salt_concentration", float(salt.mean())))
        return (Panel("Salt", text=f"{level} everywhere, constant throughout"),)
    return _salt_faces(solution), _salt_profiles(solution)


def _salt_faces(solution: Solution) -> Panel:
    time, salt = run_time(solution), shown(solution, "salt_concentration")

    def draw(axes: Axes) -> None:
        for side, column in (("working", salt[:, 0]), ("counter", salt[:, -1])):
            axes.plot(*thin(time, column, SMALL[0]), color=COLOURS[side], linewidth=1.2)
        failure, _ = failure_time(solution)
        if failure is not None:
            axes.axvline(failure, color=COLOURS["fail"], linewidth=0.8)
        axes.set(xlabel=f"Time ({run_clock(solution)[1]})", ylabel="Salt concentration (mol/L)")
        axes.set_ylim(bottom=0.0)
        time_limits(axes, time, None)
        ticks(axes, 6, 5)

    key = (("working", "at the working electrode"), ("counter", "at the counter electrode"))
    caption = "At zero it cannot carry the current any more."
    return small_panel("Salt at the electrodes", caption, "salt-faces", draw, "Salt concentration over time", key=key)


def _salt_profiles(solution: Solution) -> Panel:
    """At the start, at half of the time, and at the end or just before the failure."""
    time, salt = np.asarray(solution["time"].values, dtype=float), shown(solution, "salt_concentration")
    last = failure_record(solution)
    half = int(np.searchsorted(time, 0.5 * (time[0] + time[last])))
    records = list(dict.fromkeys((0, half, last)))
    shades = dict(zip(records, _SHADES if len(records) == 3 else _SHADES[-len(records) :], strict=True))

    def draw(axes: Axes) -> None:
        for record in records:
            axes.plot(shown(solution, "position"), salt[record], color=COLOURS[shades[record]], linewidth=1.6)
        _across(axes, "Salt concentration (mol/L)")
        axes.set_ylim(bottom=0.0)

    key = tuple((shades[record], _when(solution, record)) for record in records)
    return small_panel("Salt across the electrolyte", "", "salt", draw, "Salt concentration over distance", key=key)


def lithium_potential_panel(solution: Solution) -> Panel | None:
    """mu/F across the electrolyte at the largest current and just before the end; ``None`` where not resolved."""
    if "lithium_chemical_potential" not in solution:
        return None
    title = "Lithium potential"
    potential = np.asarray(solution["lithium_chemical_potential"].values, dtype=float) / FARADAY * 1e3
    last = failure_record(solution)
    known = np.asarray(np.isfinite(potential[: last + 1]).all(axis=1))
    if not known.any():
        return None
    if not np.abs(potential[: last + 1][known]).max():
        return Panel(title, text="zero against lithium metal throughout: no current was passed")
    records = _telling_records(solution, potential, known, last)
    shades = dict(zip(records, _SHADES[-len(records) :], strict=True))
    threshold = _threshold(solution)
    top = max(float(np.abs(potential[records]).max()), 1e-30)
    drawn = threshold is not None and threshold <= _FAR * top

    def draw(axes: Axes) -> None:
        for record in records:
            axes.plot(shown(solution, "position"), potential[record], color=COLOURS[shades[record]], linewidth=1.6)
        axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
        if drawn and threshold is not None:
            axes.axhline(threshold, color=COLOURS["fail"], linewidth=1.2, linestyle=DASHED)
        _across(axes, "µ/F against lithium (mV)")

    caption = "Chemical potential of lithium over F"
    if threshold is not None:
        caption += f"; a pore may fill where it exceeds {printed(format_quantity('overpotential', threshold / 1e3))}"
        caption += " (dashed)" if drawn else ", above this plot"
    key = tuple((shades[record], _when(solution, record)) for record in records)
    return small_panel(title, f"{caption}.", "potential", draw, "Lithium potential over distance", key=key)


def _telling_records(solution: Solution, potential: np.ndarray, known: np.ndarray, last: int) -> list[int]:
    """The record of the largest current (of those, of the largest potential) and the last one with a current."""
    current = np.abs(np.asarray(solution["current_density"].values, dtype=float))[: last + 1]
    size = np.where(known, np.abs(potential[: last + 1]).max(axis=1), -1.0)
    largest = np.flatnonzero(known & (current >= 0.999 * current[known].max()))
    peak = int(largest[np.argmax(size[largest])])
    end = int(np.flatnonzero(size > 0.0)[-1])
    return [end] if _when(solution, peak) == _when(solution, end) else [peak, end]


def _threshold(solution: Solution) -> float | None:
    """mV. From which potential a pore of this cell may fill with lithium; ``None`` where no limit tells it."""
    for limit in solution.limits:
        if limit.criterion == _THRESHOLD and "threshold" in limit.inputs:
            return limit.inputs["threshold"] * 1e3
    return None


def _across(axes: Axes, label: str) -> None:
    axes.set(xlabel="Distance from the working electrode (µm)", ylabel=label)
    axes.margins(x=0.0)
    ticks(axes, 6, 5)


def _when(solution: Solution, record: int) -> str:
    """Time and current of a record, such as ``"after 1.5 h at −0.3 mA/cm²"``."""
    time = float(solution["time"].values[record])
    if record == 0 and time == float(solution["time"].values[0]):
        return "start"
    words = f"after {duration(time)}"
    current = float(solution["current_density"].values[record]) if "current_density" in solution else np.nan
    return f"{words} at {printed(format_quantity('current_density', current))}" if np.isfinite(current) else words
