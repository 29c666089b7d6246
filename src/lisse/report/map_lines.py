"""The lines of a failure map: contours of the limit, where it is met, and where linear stability turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.report.map_canvas import INK, Canvas
from lisse.report.map_regions import Region, is_level
from lisse.report.map_room import text_size

__all__ = ["draw_lines", "legend_line"]

_FAR = 9.0  # decades that stand for "no limit"
_MOST_LEVELS = 9
_LABEL = 8  # points


def draw_lines(canvas: Canvas, regions: Sequence[Region], fills: Sequence[Any]) -> None:
    """Draw all lines of a map, and keep what the legend says of them.

    Parameters
    ----------
    canvas : Canvas
    regions : sequence of Region
    fills : sequence
        The smooth fill of each region, that its contours are clipped to; ``None`` where there is none.
    """
    if canvas.drawn.current_density is None:
        _line_of_failure(canvas)
    else:
        _contours(canvas, regions, fills)
    _stability(canvas)


def legend_line(**settings: Any) -> Any:
    """A line or symbol for the legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], **settings)


def _line_of_failure(canvas: Canvas) -> None:
    """With the current on an axis: the line on which the lowest limit is met."""
    drawn = canvas.drawn
    with np.errstate(divide="ignore"):
        height = np.clip(np.log10(np.where(np.isnan(drawn.margin), np.inf, drawn.margin)), -_FAR, _FAR)
    decades = np.ma.masked_where(drawn.mode < 0, height)
    if decades.count() and decades.min() < 0.0 < decades.max():
        _finish(canvas, canvas.axes.contour(canvas.x, canvas.y, decades, [0.0], colors=INK, linewidths=1.8, zorder=3))
        canvas.handles.append(legend_line(color=INK, linewidth=1.8, label="the lowest limit is met"))


def _contours(canvas: Canvas, regions: Sequence[Region], fills: Sequence[Any]) -> None:
    """Contours of each region's own limit, clipped to the region; and where it is the largest current."""
    levels = _levels(regions)
    now = canvas.drawn.current_density or 0.0
    any_contour = any_now = False
    if not canvas.drawn.criteria:  # only the limit of the run at each point is known: one field
        regions, fills = [_all_runs(canvas)], [None]
    for region, fill in zip(regions, fills, strict=True):
        decades = _field(canvas, region)
        if not decades.count():
            continue
        low, high = decades.min(), decades.max()
        edge = 0.01 * (high - low)  # a line along the very edge of the map would only be cut
        inside = [level for level in levels if low + edge < np.log10(level) < high - edge]
        inside = [level for level in inside if abs(level / now - 1.0) > 0.05]
        if inside and is_level(region) is None:
            thin: Any = {"colors": INK, "linewidths": 0.7, "linestyles": "-", "zorder": 2}
            lines = canvas.axes.contour(canvas.x, canvas.y, decades, np.log10(inside), **thin)
            _keep_clear(canvas, canvas.axes.clabel(lines, fmt=_number, fontsize=_LABEL, inline_spacing=3))
            _finish(canvas, lines, fill)
            any_contour = True
        if low < np.log10(now) < high:
            thick: Any = {"colors": INK, "linewidths": 2.0, "linestyles": "--", "zorder": 3}
            _finish(canvas, canvas.axes.contour(canvas.x, canvas.y, decades, [np.log10(now)], **thick), fill)
            any_now = True
    if any_contour:
        canvas.handles.append(legend_line(color=INK, linewidth=0.7, label="limit in mA/cm² (critical current density)"))
    if any_now:
        words = f"limit = largest current of the protocol, {now * 0.1:.3g} mA/cm²"
        canvas.handles.append(legend_line(color=INK, linewidth=2.0, linestyle="--", label=words))


def _all_runs(canvas: Canvas) -> Region:
    drawn = canvas.drawn
    return Region("", -1, 0, "", drawn.mode >= 0, drawn.limit)


def _field(canvas: Canvas, region: Region) -> Any:
    """log10 of the region's limit in A/m2, one point beyond its border where the limit is known there."""
    from scipy.ndimage import binary_dilation

    known = np.isfinite(region.limit) & (region.limit > 0.0) & (canvas.drawn.mode >= 0)
    here = binary_dilation(region.mask, np.ones((3, 3))) & known
    return np.ma.masked_where(~here, np.log10(np.where(here, region.limit, 1.0)))


def _finish(canvas: Canvas, lines: Any, fill: Any = None) -> None:
    """Clip lines to a fill, and remember where they run."""
    if fill is not None and fill.get_paths():
        lines.set_clip_path(fill.get_paths()[0], lines.axes.transData)
    to_axes = canvas.axes.transData + canvas.axes.transAxes.inverted()
    size = np.array([canvas.board.width, canvas.board.height])
    for path in lines.get_paths():
        canvas.board.lines += [to_axes.transform(piece) * size for piece in path.to_polygons(closed_only=False)]


def _keep_clear(canvas: Canvas, labels: Sequence[Any]) -> None:
    """Nothing else is written over the numbers on contours; a number that the edge would cut is left out."""
    to_axes = canvas.axes.transData + canvas.axes.transAxes.inverted()
    for label in labels:
        across, up = to_axes.transform(label.get_position())
        label.set_parse_math(False)
        wide, _ = text_size([label.get_text()], _LABEL)
        x, y, margin = across * canvas.board.width, up * canvas.board.height, wide / 2 + 0.02
        label.set_visible(margin < x < canvas.board.width - margin and margin < y < canvas.board.height - margin)
        canvas.board.take(x, y, wide, wide)


def _number(decades: float) -> str:
    """A contour's limit in mA/cm2."""
    return f"{float(f'{10.0**decades * 0.1:.3g}'):g}"


def _levels(regions: Sequence[Region]) -> list[float]:
    """A/m2. Round levels between the lowest and the highest limit, at most nine: decades, or with 2 and 5 between."""
    limits: NDArray[np.float64] = np.concatenate([region.limit[region.mask] for region in regions] or [np.zeros(0)])
    limits = limits[np.isfinite(limits) & (limits > 0.0)]
    if not limits.size:
        return []
    low, high = float(limits.min()), float(limits.max())
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    inside: list[float] = []
    for steps in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        levels = [step * 10.0**decade for decade in decades for step in steps]
        inside = [level for level in levels if low < level < high]
        if len(inside) <= _MOST_LEVELS:
            return inside
    return inside[:: len(inside) // _MOST_LEVELS + 1]


def _stability(canvas: Canvas) -> None:
    """Where linear stability changes its verdict: the same line in both conventions."""
    sign = next((criterion.sign for criterion in canvas.drawn.criteria if criterion.sign is not None), None)
    if sign is None or not sign.min() < 0.0 < sign.max():
        return
    masked = np.ma.masked_where(canvas.drawn.mode < 0, sign)
    dotted: Any = {"colors": INK, "linewidths": 1.3, "linestyles": ":", "zorder": 3}
    _finish(canvas, canvas.axes.contour(canvas.x, canvas.y, masked, [0.0], **dotted))
    words = "linear stability changes sign"
    canvas.handles.append(legend_line(color=INK, linewidth=1.3, linestyle=":", label=words))
