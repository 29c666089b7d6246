"""Small plots of a finding: resistance and voltage of each half-cycle, voltage over capacity, the failure, efficiency.

In the convention of the field: mA/cm2, mAh/cm2, ohm cm2 and h; mA, mAh and ohm where the area is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.records import Measurement
from lisse.report.field_units import time_unit
from lisse.report.figures import BROKEN, SMALL, Panel, small_panel, ticks, whole_numbers
from lisse.report.svg import COLOURS
from lisse.report.thinning import thin
from lisse.report.voltage_figure import readable
from lisse.units import quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["small_panels", "until_failure"]

_FEWEST = 3
_DRAWN = 6
_SWITCH = 0.02
"""Share of a half-cycle's charge in which the voltage may still be on its way from the half-cycle before."""
_BEFORE, _AFTER = 40, 20


def small_panels(measurement: Measurement, content: Mapping[str, Any]) -> list[Panel]:
    """Those of the small plots that this finding has something for.

    Parameters
    ----------
    measurement : Measurement
        The one that was analysed.
    content : mapping
        `Finding.to_dict`.
    """
    made = (
        _failure_panel(measurement, content),
        _resistance_panel(content),
        _ohmic_panel(content),
        _capacity_panel(measurement, content),
        _efficiency_panel(content),
    )
    return [panel for panel in made if panel is not None]


def _symmetric(content: Mapping[str, Any]) -> bool:
    """Whether voltage over current means something in this cell."""
    return any(cycle["resistance"] is not None for cycle in content["half_cycles"])


def _areal(content: Mapping[str, Any]) -> bool:
    return content["area"] is not None


def _resistance_panel(content: Mapping[str, Any]) -> Panel | None:
    """Resistance of each half-cycle, by direction of the current."""
    key = "area_resistance" if _areal(content) else "resistance"
    scale = quantity("area_resistance").shown if _areal(content) else float
    known = [(n, c) for n, c in enumerate(content["half_cycles"], start=1) if c[key] is not None]
    if len(known) < _FEWEST:
        return None
    name = "ASR (Ω cm²)" if _areal(content) else "Resistance (Ω)"

    def draw(axes: Axes) -> None:
        for sign, colour in ((1, "part-1"), (-1, "part-2")):
            chosen = [(n, scale(c[key])) for n, c in known if c["sign"] == sign]
            if chosen:
                style = "o" if len(chosen) <= 80 else "-"
                axes.plot(*zip(*chosen, strict=True), style, color=COLOURS[colour], markersize=4, linewidth=1.1)
        axes.set(xlabel="Half-cycle", ylabel=name)
        values = [scale(c[key]) for _, c in known]
        axes.set_ylim(min(0.0, 1.05 * min(values)), 1.1 * max(values) or 1.0)
        ticks(axes, 7, 6)
        whole_numbers(axes)

    caption = "Plateau voltage over current" + (" times area" if _areal(content) else "") + " of each half-cycle."
    return small_panel(
        "Resistance of the half-cycles", caption, "resistance", draw, "Resistance of each half-cycle", key=_DIRECTIONS
    )


_DIRECTIONS = (("part-1", "positive current"), ("part-2", "negative current"))


def _ohmic_panel(content: Mapping[str, Any]) -> Panel | None:
    """Plateau voltage over current: a straight line for a cell that is ohmic."""
    key = "current_density" if _areal(content) else "current"
    scale = quantity("current_density").shown if _areal(content) else _milliampere
    cycles = content["half_cycles"]
    levels = {round(abs(scale(cycle[key])), 9) for cycle in cycles}
    if len(cycles) < _FEWEST or max(levels) < 1.2 * min(levels) or not _symmetric(content):
        return None
    factor, unit = readable(np.array([cycle["plateau_voltage"] for cycle in cycles]))

    def draw(axes: Axes) -> None:
        for sign, colour in ((1, "part-1"), (-1, "part-2")):
            chosen = [(abs(scale(c[key])), factor * abs(c["plateau_voltage"])) for c in cycles if c["sign"] == sign]
            if chosen:
                axes.plot(*zip(*chosen, strict=True), "o", color=COLOURS[colour], markersize=4)
        ohms = content["area_resistance" if _areal(content) else "resistance"]
        if ohms is not None:
            most = max(abs(cycle[key]) for cycle in cycles)
            axes.plot([0.0, scale(most)], [0.0, factor * ohms * most], color=COLOURS["muted"], linewidth=1.0)
        axes.set(xlabel=_current_label(content), ylabel=f"Plateau voltage ({unit})")
        axes.set_xlim(left=0.0)
        axes.set_ylim(bottom=0.0)
        ticks(axes, 7, 6)

    caption = "Magnitudes. The line is the resistance from pairs of opposite half-cycles."
    return small_panel(
        "Voltage against current", caption, "ohmic", draw, "Plateau voltage over current", key=_DIRECTIONS
    )


def _current_label(content: Mapping[str, Any]) -> str:
    return "Current density (mA/cm²)" if _areal(content) else "Current (mA)"


def _milliampere(ampere: float) -> float:
    return 1e3 * ampere


def _columns(measurement: Measurement) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time, current, voltage = (np.asarray(measurement[label].values, dtype=float) for label in (TIME, CURRENT, VOLTAGE))
    good = np.isfinite(time) & np.isfinite(current) & np.isfinite(voltage)
    return time[good], current[good], voltage[good]


def _capacity_panel(measurement: Measurement, content: Mapping[str, Any]) -> Panel | None:
    """Voltage magnitude over the charge of the half-cycle, for the first and the last half-cycles to the failure."""
    cycles = until_failure(content)
    if len(cycles) < _FEWEST:
        return None
    time, current, voltage = _columns(measurement)
    symmetric = _symmetric(content)
    numbers = [0, *range(max(1, len(cycles) - _DRAWN + 1), len(cycles))]
    curves = []
    for number in numbers:
        cycle = cycles[number]
        first, stop = np.searchsorted(time, [cycle["start"], cycle["end"]])
        t, i, v = time[first:stop], current[first:stop], voltage[first:stop]
        if t.size > 1:
            charge = np.concatenate([[0.0], np.cumsum(0.5 * np.abs(i[1:] + i[:-1]) * np.diff(t))])
            curves.append((number, charge, cycle["sign"] * v if symmetric else v))
    if not curves:
        return None
    scale, capacity = _capacity_unit(max(charge[-1] for _, charge, _ in curves), content["area"])
    curves = [(number, scale * charge, v) for number, charge, v in curves]
    factor, unit = readable(np.concatenate([v for _, _, v in curves]))
    limits = _without_switch([(charge, factor * v) for _, charge, v in curves], symmetric)

    def draw(axes: Axes) -> None:
        for place, (_, charge, v) in enumerate(curves):
            axes.plot(*thin(charge, factor * v, SMALL[0]), color=COLOURS[_shade(place, len(curves))], linewidth=1.2)
        axes.set(xlabel=f"Capacity ({capacity})", ylabel=f"Voltage ({unit})")
        axes.set_xlim(left=0.0)
        axes.set_ylim(*limits)
        ticks(axes, 7, 6)

    ends = ((0, "first"), (len(curves) - 1, "last"))
    key = tuple((_shade(k, len(curves)), f"{word} (half-cycle {curves[k][0] + 1})") for k, word in ends)
    until = "" if content["verdict"]["time"] is None else " to the failure"
    counted = "Voltage counted in the direction of the current" if symmetric else "Voltage of the cell"
    caption = f"{counted}, for the first half-cycle and the last ones{until}."
    return small_panel(
        "Voltage over capacity", caption, "capacity", draw, "Voltage over capacity of half-cycles", key=key
    )


def until_failure(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The half-cycles to the one in which the cell failed; all of them where it did not."""
    failure = content["verdict"]["time"]
    return [cycle for cycle in content["half_cycles"] if failure is None or cycle["start"] <= failure]


def _capacity_unit(largest: float, area: float | None) -> tuple[float, str]:
    """Factor from C to the unit in which charges up to `largest` (C) read well, and that unit."""
    scale, unit = (1.0 / 3.6, "mAh") if area is None else (quantity("charge").display_factor / area, "mAh/cm²")
    return (scale, unit) if scale * largest >= 0.1 else (1e3 * scale, f"µ{unit[1:]}")


def _without_switch(curves: Sequence[tuple[np.ndarray, np.ndarray]], from_zero: bool = True) -> tuple[float, float]:
    """Ends of an axis for curves (charge, voltage) that come from the voltage of the half-cycle before."""
    settled = np.concatenate([v[charge >= _SWITCH * charge[-1]] for charge, v in curves])
    low, high = float(settled.min()), float(settled.max())
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.05 * (high - low) or 1.0
    return (0.0 if low == 0.0 else low - margin), high + margin


def _shade(place: int, count: int) -> str:
    return f"step-{1 + round(7 * place / max(count - 1, 1))}"


def _failure_panel(measurement: Measurement, content: Mapping[str, Any]) -> Panel | None:
    """The records around the failure, one by one."""
    failure = content["verdict"]["time"]
    if failure is None:
        return None
    time, _, voltage = _columns(measurement)
    record = int(np.searchsorted(time, failure))
    chosen = slice(max(record - _BEFORE, 0), record + _AFTER)
    since = time[chosen] - failure
    if since.size < 2:
        return None
    per, unit = time_unit(float(np.ptp(since)))
    factor, volts = readable(voltage[chosen])

    def draw(axes: Axes) -> None:
        axes.plot(since / per, factor * voltage[chosen], "-o", color=COLOURS["voltage"], markersize=2.6, linewidth=1.0)
        axes.axvline(0.0, color=COLOURS["fail"], linewidth=1.2, linestyle=BROKEN)
        axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
        axes.set(xlabel=f"Time from the failure ({unit})", ylabel=f"Voltage ({volts})")
        ticks(axes, 6, 6)

    caption = "Every dot is one record; the line marks the first one that shows the failure."
    return small_panel("Around the failure", caption, "failure", draw, "Voltage of the records around the failure")


def _efficiency_panel(content: Mapping[str, Any]) -> Panel | None:
    """Coulombic efficiency of each block that was stripped to its end."""
    blocks = content["efficiencies"]
    if len(blocks) < 2:
        return None

    def draw(axes: Axes) -> None:
        numbers = np.arange(1, len(blocks) + 1)
        values = 100.0 * np.array([block["value"] for block in blocks])
        errors = 100.0 * np.array([block["error"] for block in blocks])
        axes.errorbar(numbers, values, errors, fmt="o", color=COLOURS["part-1"], markersize=4, linewidth=1.0)
        axes.set(xlabel="Cycle", ylabel="Coulombic efficiency (%)")
        ticks(axes, 7, 6)
        whole_numbers(axes)

    caption = "Charge stripped over charge plated; bars from the sampling."
    return small_panel("Coulombic efficiency", caption, "efficiency", draw, "Coulombic efficiency of each cycle")
