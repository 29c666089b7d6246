"""The frame of a failure map: its axes, of one size on every map, and the way from quantities to inches on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.report.map_room import PIXELS, Board
from lisse.report.words import printed
from lisse.study.axes import Span
from lisse.study.maps import FailureMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = ["INK", "OTHER", "Canvas", "new_canvas", "print_units", "style"]

INK, OTHER = "#1a1a1a", "#7a7a7a"
_WIDTH, _HEIGHT = 6.5, 4.1  # inches of the axes
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.8, 0.3, 0.42, 0.62  # inches around it, without the legend

_STYLE = {
    "font.family": "sans-serif",
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "lisse",
    "axes.unicode_minus": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Settings to draw and to write a map with, whatever the user's own settings are; put back afterwards."""
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        yield


@dataclass(frozen=True)
class Canvas:
    """A map that is being drawn.

    Attributes
    ----------
    drawn : FailureMap
    figure, axes : of matplotlib
    board : Board
        What is taken on the axes.
    handles : list
        Of the legend, in order.
    """

    drawn: FailureMap
    figure: Figure
    axes: Axes
    board: Board
    handles: list[Any]

    @property
    def x(self) -> NDArray[np.float64]:
        """Values along x in the display unit."""
        return self.drawn.x.shown

    @property
    def y(self) -> NDArray[np.float64]:
        """Values along y in the display unit."""
        return self.drawn.y.shown

    def inches(self, x: float, y: float) -> tuple[float, float]:
        """Place of a point in SI, in inches from the lower left corner; beyond the axes where it lies there."""
        return _share(self.drawn.x, x) * _WIDTH, _share(self.drawn.y, y) * _HEIGHT

    def raster(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of grid points on the raster of `lisse.report.map_room.place_in`, by nearest point."""
        rows, columns = (_nearest(span, n) for span, n in ((self.drawn.y, _HEIGHT), (self.drawn.x, _WIDTH)))
        return np.asarray(mask[np.ix_(rows, columns)])

    def write(self, text: str, x: float, y: float, **settings: Any) -> None:
        """Plain text around a centre in inches."""
        place = (x / _WIDTH, y / _HEIGHT)
        centred = {"ha": "center", "va": "center", "parse_math": False, "transform": self.axes.transAxes}
        self.axes.text(*place, text, **{**centred, **settings})

    def line(self, start: tuple[float, float], end: tuple[float, float], **settings: Any) -> None:
        """A straight line between two places in inches."""
        xs, ys = zip(start, end, strict=True)
        self.axes.plot(
            np.divide(xs, _WIDTH), np.divide(ys, _HEIGHT), transform=self.axes.transAxes, clip_on=False, **settings
        )

    def mark(self, x: float, y: float, **settings: Any) -> None:
        """A symbol at a place in inches."""
        self.axes.plot([x / _WIDTH], [y / _HEIGHT], transform=self.axes.transAxes, clip_on=False, **settings)

    def make_room(self, below: float) -> None:
        """Give the figure room below the axes, in inches; the axes keep their size."""
        wide, high = _LEFT + _WIDTH + _RIGHT, below + _BOTTOM + _HEIGHT + _TOP
        self.figure.set_size_inches(wide, high)
        self.axes.set_position((_LEFT / wide, (below + _BOTTOM) / high, _WIDTH / wide, _HEIGHT / high))


def new_canvas(drawn: FailureMap) -> Canvas:
    """Axes with labels and scales, and nothing on it."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    canvas = Canvas(drawn, figure, axes, Board(_WIDTH, _HEIGHT), [])
    canvas.make_room(0.0)
    for span, scale, label, limits, direction in (
        (drawn.x, axes.set_xscale, axes.set_xlabel, axes.set_xlim, axes.xaxis),
        (drawn.y, axes.set_yscale, axes.set_ylabel, axes.set_ylim, axes.yaxis),
    ):
        label(print_units(span.axis.label), parse_math=False)
        if span.logarithmic:
            scale("log")
            _label_decades(direction, span.shown)
        limits(span.shown[0], span.shown[-1])
    axes.tick_params(direction="out", which="both")
    return canvas


def print_units(text: str) -> str:
    """Words and units as they are printed; also of units that only axes have."""
    return printed(text.replace("1/um2", "1/µm²").replace("nm2", "nm²"))


def _label_decades(direction: Axis, shown: NDArray[np.float64]) -> None:
    """Plain numbers, with 2 and 5 where there are few decades; powers of ten where plain numbers are long."""
    from matplotlib.ticker import LogLocator, NullFormatter

    if shown[-1] / shown[0] < 100.0:
        direction.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    if shown[-1] < 1e4 and shown[0] >= 1e-3:
        direction.set_major_formatter(lambda value, _: f"{value:g}")
    direction.set_minor_formatter(NullFormatter())


def _share(span: Span, value: float) -> float:
    """Where a value lies between the ends of the span, 0 to 1."""
    low, high = float(span.values[0]), float(span.values[-1])
    if not span.logarithmic:
        return (value - low) / (high - low)
    return float(np.log(value / low) / np.log(high / low)) if value > 0.0 else -1.0


def _nearest(span: Span, inches: float) -> NDArray[np.int64]:
    """Index of the nearest value for every point of the raster."""
    middles = (np.arange(round(inches * PIXELS)) + 0.5) / round(inches * PIXELS)
    shares = np.array([_share(span, float(value)) for value in span.values])
    return np.asarray(np.argmin(np.abs(middles[:, None] - shares[None, :]), axis=1))
