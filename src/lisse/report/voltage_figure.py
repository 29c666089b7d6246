"""Voltage and current against time in the convention of the field, for simulated and measured cells alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from lisse.report.figures import BROKEN, NARROW, WIDE, new_axes, ticks, time_limits
from lisse.report.svg import COLOURS, drawing, inline_svg
from lisse.report.thinning import thin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["voltage_current"]


def voltage_current(
    time: np.ndarray,
    voltage: np.ndarray,
    current: np.ndarray,
    current_unit: str,
    failure: float | None,
    failure_words: str,
    bands: Sequence[tuple[float, float]] = (),
) -> tuple[tuple[str, Markup], ...]:
    """Voltage on the left axis, current on the right one and lighter; once for a page and once for a phone.

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
    what = f"{'Current density' if '/' in current_unit else 'Current'} ({current_unit})"
    description = f"Voltage and current over {time[-1] - time[0]:.4g} h"
    for kind, size in (("wide", WIDE), ("narrow", NARROW)):
        wide = kind == "wide"
        with drawing(13 if wide else 11):
            figure, axes = new_axes(size, 66 if wide else 50, 62 if wide else 42, top=26, bottom=44)
            behind = axes.twinx()
            _put_behind(behind, axes, what)
            for start, end in bands:
                behind.axvspan(start, end, facecolor=COLOURS["grid"], alpha=0.45, linewidth=0)
            x, y = thin(time, current, size[0])
            behind.fill_between(x, y, color=COLOURS["current"], alpha=0.2, linewidth=0)
            behind.plot(x, y, color=COLOURS["current"], linewidth=0.9)
            axes.plot(*thin(time, voltage, size[0]), color=COLOURS["voltage"], linewidth=1.3 if wide else 0.9)
            axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
            _align_zero(axes, voltage, behind, current)
            time_limits(axes, time, failure)
            if failure is not None:
                _mark_failure(axes, failure, failure_words)
            for each in (axes, behind):
                ticks(each, 9 if wide else 5, 7)
            found.append((kind, inline_svg(figure, f"voltage-{kind}", "Voltage and current against time", description)))
    return tuple(found)


def _put_behind(behind: Axes, axes: Axes, what: str) -> None:
    """Name both axes, and draw the ones of the current first."""
    behind.set_zorder(0)
    axes.set_zorder(1)
    behind.patch.set_visible(False)
    behind.tick_params(length=0)
    behind.spines[:].set_visible(False)
    axes.set(xlabel="Time (h)", ylabel="Voltage (mV)")
    behind.set_ylabel(what)
    axes.yaxis.label.set_color(COLOURS["voltage"])
    behind.yaxis.label.set_color(COLOURS["current"])


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
