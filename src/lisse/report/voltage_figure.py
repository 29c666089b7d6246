"""Voltage and current against time in the convention of the field, for simulated and measured cells alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from lisse.report.envelope import draw_band, of_cycles
from lisse.report.figures import BROKEN, DASHED, NARROW, WIDE, new_axes, ticks, time_limits
from lisse.report.svg import COLOURS, drawing, inline_svg
from lisse.report.thinning import thin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["readable", "voltage_current", "zoomed"]


_NOISE = 1e-9  # V: less than any instrument shows, and what solvers leave of zero


def readable(voltage: np.ndarray) -> tuple[float, str]:
    """Factor and unit in which volts read well: V from one volt on, else mV."""
    largest = float(np.abs(voltage[np.isfinite(voltage)]).max(initial=0.0))
    return (1.0, "V") if largest >= 1.0 else (1e3, "mV")


def zoomed(voltage: np.ndarray) -> bool:
    """Whether volts are those of a cell with a voltage of its own: all of one volt or more, so that zero is far."""
    finite = voltage[np.isfinite(voltage)]
    return bool(finite.size and finite.min() >= 1.0)


def voltage_current(
    time: np.ndarray,
    voltage: np.ndarray,
    current: np.ndarray,
    current_unit: str,
    failure: float | None,
    failure_words: str,
    bands: Sequence[tuple[float, float]] = (),
    open_circuit: np.ndarray | None = None,
    half_cycles: np.ndarray | None = None,
    time_unit: str = "h",
) -> tuple[tuple[str, Markup], ...]:
    """Voltage on the left axis, current on the right one and lighter; once for a page and once for a phone.

    Both have their zero at one height, unless zero is far from the voltage: then the current goes below it.

    Parameters
    ----------
    time : (n,) array, `time_unit`
    voltage : (n,) array, V
    current : (n,) array, `current_unit`
    current_unit : str
    failure : float or None, `time_unit`
    failure_words : str
    bands : sequence of (start, end), `time_unit`
        Stretches to shade.
    open_circuit : (n,) array, V, or None
        Drawn beside the voltage.
    half_cycles : (m,) array of int or None
        First record of each half-cycle: bands are drawn in place of lines, without the rests.
    time_unit : str
    """
    found = []
    what = f"{'Current density' if '/' in current_unit else 'Current'} ({current_unit})"
    description = f"Voltage and current over {time[-1] - time[0]:.4g} {time_unit}"
    voltage = np.where(np.abs(voltage) < _NOISE, 0.0, voltage)
    alive = voltage[: None if failure is None else int(np.searchsorted(time, failure)) + 1]  # a short may end far below
    factor, unit = readable(alive)
    for kind, size in (("wide", WIDE), ("narrow", NARROW)):
        wide = kind == "wide"
        with drawing(13 if wide else 11):
            figure, axes = new_axes(size, 66 if wide else 50, 62 if wide else 42, top=26, bottom=44)
            behind = axes.twinx()
            _put_behind(behind, axes, f"Time ({time_unit})", f"Voltage ({unit})", what)
            for start, end in bands:
                behind.axvspan(start, end, facecolor=COLOURS["grid"], alpha=0.45, linewidth=0)
            if half_cycles is None:
                _draw_lines(behind, axes, time, current, factor * voltage, size[0], 1.3 if wide else 0.9)
            else:
                _draw_bands(behind, axes, time, current, factor * voltage, half_cycles)
            if open_circuit is not None and half_cycles is None:
                rest = thin(time, factor * open_circuit, size[0])
                axes.plot(*rest, color=COLOURS["muted"], linewidth=1.0, linestyle=DASHED)
            time_limits(axes, time, failure)
            for each in (axes, behind):
                ticks(each, 9 if wide else 5, 7)
            if zoomed(alive):
                shown = alive if open_circuit is None else np.append(alive, open_circuit)
                _above(axes, factor * shown, behind, current)
            else:
                axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
                _align_zero(axes, factor * voltage, behind, current)
            if failure is not None:
                _mark_failure(axes, failure, failure_words)
            found.append((kind, inline_svg(figure, f"voltage-{kind}", "Voltage and current against time", description)))
    return tuple(found)


def _draw_lines(
    behind: Axes, axes: Axes, time: np.ndarray, current: np.ndarray, voltage: np.ndarray, width: int, line: float
) -> None:
    x, y = thin(time, current, width)
    behind.fill_between(x, y, color=COLOURS["current"], alpha=0.2, linewidth=0)
    behind.plot(x, y, color=COLOURS["current"], linewidth=0.9)
    axes.plot(*thin(time, voltage, width), color=COLOURS["voltage"], linewidth=line)


def _draw_bands(
    behind: Axes, axes: Axes, time: np.ndarray, current: np.ndarray, voltage: np.ndarray, starts: np.ndarray
) -> None:
    """Least to greatest in each cycle, once for each direction of the current."""
    cycles = of_cycles(starts)
    for here in (current > 0.0, current < 0.0):
        draw_band(behind, time, np.where(here, current, np.nan), cycles, COLOURS["current"])
        draw_band(axes, time, np.where(here, voltage, np.nan), cycles, COLOURS["voltage"])


def _put_behind(behind: Axes, axes: Axes, time: str, voltage: str, current: str) -> None:
    """Name both axes, and draw the ones of the current first."""
    behind.set_zorder(0)
    axes.set_zorder(1)
    behind.patch.set_visible(False)
    behind.tick_params(length=0)
    behind.spines[:].set_visible(False)
    axes.set(xlabel=time, ylabel=voltage)
    behind.set_ylabel(current)
    axes.yaxis.label.set_color(COLOURS["voltage"])
    behind.yaxis.label.set_color(COLOURS["current"])


_ROOM = (1.35, 1.06)  # the voltage stays inside the current, so that neither hides the other where both rise together


def _align_zero(left: Axes, left_values: np.ndarray, right: Axes, right_values: np.ndarray) -> None:
    """Put zero at one height on both axes, with the traces filling the plot."""
    ranges = [_range(values) for values in (left_values, right_values)]
    shares = [-low / (high - low) for low, high in ranges]
    below, above = max(shares), max(1.0 - share for share in shares)
    for axes, (low, high), stretch in zip((left, right), ranges, _ROOM, strict=True):
        unit = stretch * max(-low / below if below else 0.0, high / above if above else 0.0)
        axes.set_ylim(-unit * below, unit * above)


def _range(values: np.ndarray) -> tuple[float, float]:
    """Least and greatest, with zero among them; -1 and 1 where all are zero."""
    finite = values[np.isfinite(values)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    return (low, high) if high > low else (-1.0, 1.0)


_LOWER, _UPPER = 0.3, (0.38, 0.95)  # of the height: the current ends, the voltage begins and ends


def _above(left: Axes, volts: np.ndarray, right: Axes, current: np.ndarray) -> None:
    """The voltage fills the upper part of the plot and the current the lower one, each with ticks at its own height."""
    from matplotlib.ticker import MaxNLocator

    finite = volts[np.isfinite(volts)]
    middle, below, above = 0.5 * float(finite.min() + finite.max()), *_UPPER
    span = max(float(np.ptp(finite)), 0.02 * middle)
    low, high = middle - 0.5 * span, middle + 0.5 * span
    per_height = span / (above - below)
    left.set_ylim(low - below * per_height, high + (1.0 - above) * per_height)
    least, most = _range(current)
    right.set_ylim(least - 0.05 * (most - least), most + (most - least) * (1.0 / _LOWER - 1.05))
    right.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
    for axes, first, last, most_ticks in ((left, low, high, 5), (right, least, most, 3)):
        room = 0.05 * (last - first)
        every = MaxNLocator(most_ticks).tick_values(first, last)
        axes.set_yticks([tick for tick in every if first - room <= tick <= last + room])


def _mark_failure(axes: Axes, failure: float, words: str) -> None:
    axes.axvline(failure, color=COLOURS["fail"], linewidth=1.4, linestyle=BROKEN)
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
