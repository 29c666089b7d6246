"""What every plot of a report has in common: the panel that holds it, its size, and plain axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from lisse.report.svg import drawing, inline_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = [
    "BROKEN",
    "DASHED",
    "NARROW",
    "SMALL",
    "WIDE",
    "Panel",
    "new_axes",
    "plain_decades",
    "small_panel",
    "ticks",
    "time_limits",
    "whole_numbers",
]

WIDE, NARROW, SMALL = (940, 380), (343, 300), (420, 250)
"""Widths and heights in CSS pixels: a whole page, a phone, and half a page (which a phone shows as well)."""
BROKEN = (0, (4, 3))
"""Dashes of the line that marks a failure."""
DASHED = (0, (3, 3))
"""Dashes of a level to compare with."""


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


def small_panel(
    title: str, caption: str, name: str, draw: Callable[[Axes], None], description: str, **more: Any
) -> Panel:
    """A panel of half a page's width, with what `draw` puts into its axes; `name` goes before its ids."""
    with drawing(12):
        figure, axes = new_axes(SMALL, 60, 14, top=12, bottom=44)
        draw(axes)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        return Panel(title, caption, (("any", inline_svg(figure, name, title, description)),), **more)


def time_limits(axes: Axes, time: np.ndarray, failure: float | None) -> None:
    """From the first record (h) to the last, or to the failure, with a little room behind it."""
    start, end = float(time[0]), float(time[-1])
    room = 0.02 * (end - start) or 1.0
    axes.set_xlim(start, max(end, failure or end) + room)


def plain_decades(axis: Axis, steps: Sequence[float]) -> None:
    """Label a logarithmic axis with plain numbers, without small ticks between them."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=steps, numticks=8))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:g}")


def ticks(axes: Axes, across: int, upward: int | None) -> None:
    """Round numbers, at most so many along each axis; ``None`` leaves the upward axis alone."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(across))
    if upward is not None:
        axes.yaxis.set_major_locator(MaxNLocator(upward))


def whole_numbers(axes: Axes) -> None:
    """Only whole numbers along the axis, at most eight: for things that are counted."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
