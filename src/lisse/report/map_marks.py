"""The symbols of a failure map: what was observed, and substances of the library, with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.report.map_canvas import INK, OTHER, Canvas
from lisse.report.map_lines import legend_line
from lisse.report.map_points import MapPoint
from lisse.report.map_room import Box, text_size

__all__ = ["Mark", "draw_marks", "label_marks", "place_marks"]

_SYMBOLS = {"limit": "D", "stable": "o", "failed": "X", "measured": "s", "material": "o"}
_HOLLOW = ("stable", "measured")
_ARROWS = {(-1, 0): "<", (1, 0): ">", (0, -1): "v", (0, 1): "^"}
_APART = 0.13  # inches between symbols that would coincide
_SIZE = 7.5  # points of a name
_LEADER = 0.16  # inches from which a name is joined to its symbol


@dataclass(frozen=True)
class Mark:
    """A point with its place on the axes.

    Attributes
    ----------
    point : MapPoint
    x, y : float, inch
    beyond : (int, int)
        -1 or 1 where the point lies below or above the range of x and of y, and is drawn at the edge.
    """

    point: MapPoint
    x: float
    y: float
    beyond: tuple[int, int] = (0, 0)

    @property
    def colour(self) -> str:
        """Ink for the electrolyte of the case, grey for others."""
        return INK if self.point.same else OTHER

    @property
    def symbol(self) -> str:
        """By outcome; an arrow at the edge."""
        across, up = self.beyond
        return _SYMBOLS[self.point.kind] if self.beyond == (0, 0) else _ARROWS[(across, 0) if across else (0, up)]


def place_marks(canvas: Canvas, points: Sequence[MapPoint]) -> list[Mark]:
    """Where each point is drawn: at the edge where it lies beyond, side by side where several would coincide."""
    there: dict[tuple[float, float], list[Mark]] = {}
    board = canvas.board
    for point in points:
        x, y = canvas.inches(point.x, point.y)
        across, up = (int(v > top * (1 + 1e-9)) - int(v < -1e-9) for v, top in ((x, board.width), (y, board.height)))
        mark = Mark(point, min(max(x, 0.0), board.width), min(max(y, 0.0), board.height), (across, up))
        group = there.setdefault((round(x, 2), round(y, 2)), [])
        group.append(mark)
    marks = []
    for group in there.values():
        looks = list(dict.fromkeys((mark.symbol, mark.colour) for mark in group))
        for mark in group:
            shift = (looks.index((mark.symbol, mark.colour)) - 0.5 * (len(looks) - 1)) * _APART
            along_edge = mark.beyond[0] != 0
            x, y = (mark.x, mark.y + shift) if along_edge else (mark.x + shift, mark.y)
            marks.append(Mark(mark.point, x, y, mark.beyond))
    for mark in marks:
        board.take(mark.x, mark.y, 0.12, 0.12)
    return sorted(marks, key=lambda mark: mark.point.same)


def draw_marks(canvas: Canvas, marks: Sequence[Mark]) -> None:
    """Draw the symbols, the spread of substances, and keep what the legend says of them."""
    for mark in marks:
        if mark.point.kind == "material":
            _spread(canvas, mark)
        canvas.mark(
            mark.x,
            mark.y,
            marker=mark.symbol,
            linestyle="",
            color=mark.colour,
            markerfacecolor="white" if mark.point.kind in _HOLLOW else mark.colour,
            markersize=6.5 if mark.point.same else 5,
            markeredgewidth=1.1,
            zorder=6 if mark.point.same else 5,
        )
    _explain(canvas, marks)


def _spread(canvas: Canvas, mark: Mark) -> None:
    """Bars over the spread of both properties, as far as the map goes."""
    point, board = mark.point, canvas.board
    for direction, interval in enumerate((point.x_range, point.y_range)):
        if interval is None:
            continue
        top = (board.width, board.height)[direction]
        ends = []
        for value in interval:
            inch = canvas.inches(*((value, point.y) if direction == 0 else (point.x, value)))[direction]
            ends.append(min(max(inch, 0.0), top))
        low, high = (((end, mark.y) if direction == 0 else (mark.x, end)) for end in ends)
        canvas.line(low, high, color=mark.colour, linewidth=1.2, zorder=4)
        wide, up = (abs(end - start) + 0.04 for start, end in zip(low, high, strict=True))
        canvas.board.take(0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), wide, up)


def _explain(canvas: Canvas, marks: Sequence[Mark]) -> None:
    """What the symbols and their colours mean, for the legend."""
    from matplotlib.patches import Patch

    kinds = dict.fromkeys(mark.point.kind for mark in marks)
    observed = [kind for kind in _SYMBOLS if kind in kinds and kind != "material"]
    for kind in observed:
        face = "white" if kind in _HOLLOW else INK
        look = {"color": INK, "marker": _SYMBOLS[kind], "linestyle": "", "markerfacecolor": face}
        canvas.handles.append(legend_line(**look, label=f"observed: {kind}"))
    if "material" in kinds:
        for colour, same, words in (
            (INK, True, "electrolyte of the case, with the spread of its numbers"),
            (OTHER, False, "other electrolytes of the library, with the spread of their numbers"),
        ):
            if any(mark.point.same == same for mark in marks):
                canvas.handles.append(legend_line(color=colour, marker="o", linestyle="", label=words))
    if observed and any(not mark.point.same for mark in marks):
        words = "grey: another electrolyte, treated, or at another temperature"
        canvas.handles.append(Patch(facecolor=OTHER, label=words))
    if any(mark.beyond != (0, 0) for mark in marks):
        marker = next(mark.symbol for mark in marks if mark.beyond != (0, 0))
        words = "arrow: the number lies beyond the map, its spread reaches in"
        canvas.handles.append(legend_line(color=OTHER, marker=marker, linestyle="", label=words))


def label_marks(canvas: Canvas, marks: Sequence[Mark]) -> None:
    """Names of substances, and who observed the electrolyte of the case: beside the symbol, or joined to it."""
    named: dict[tuple[float, float], list[Mark]] = {}
    for mark in marks:
        if mark.point.same or mark.point.kind == "material":
            named.setdefault((round(mark.x, 2), round(mark.y, 2)), []).append(mark)
    for group in sorted(named.values(), key=lambda marks: not marks[0].point.same):
        x, y = group[0].x, group[0].y
        text = ", ".join(dict.fromkeys(mark.point.label for mark in group))
        wide, high = text_size([text], _SIZE)
        box = canvas.board.place_beside(x, y, wide + 0.05, high)
        if box.distance(x, y) > _LEADER:
            canvas.line((x, y), _nearest(box, x, y), color=group[0].colour, linewidth=0.6, zorder=4.5)
        canvas.write(
            text,
            0.5 * (box.left + box.right),
            0.5 * (box.low + box.high),
            fontsize=_SIZE,
            color=group[0].colour,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
            zorder=7,
        )


def _nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    """The point of a box that is nearest to another point."""
    return float(np.clip(x, box.left, box.right)), float(np.clip(y, box.low, box.high))
