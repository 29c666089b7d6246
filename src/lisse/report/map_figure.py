"""The failure map as a picture: regions by limiting mechanism, contours of the limit, and what was seen on top.

Each layer has its file: `map_canvas` the frame, `map_regions`, `map_lines`, `map_marks`; `map_room` finds room for
texts.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lisse.report.map_canvas import Canvas, new_canvas, style
from lisse.report.map_lines import draw_lines
from lisse.report.map_marks import draw_marks, label_marks, place_marks
from lisse.report.map_points import map_points
from lisse.report.map_regions import Region, fill_regions, find_regions, name_regions
from lisse.report.map_room import text_size
from lisse.report.words import printed
from lisse.study.maps import FailureMap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["map_figure"]

_TITLE, _LEGEND = 11, 8.5  # points
_ROW, _HANDLE = 0.185, 0.5  # inches: height of a row of the legend, width of a symbol with its space


def map_figure(drawn: FailureMap) -> Figure:
    """Draw a failure map.

    Parameters
    ----------
    drawn : FailureMap

    Returns
    -------
    Figure
        Of matplotlib, with one axes.
    """
    with style():
        canvas = new_canvas(drawn)
        regions = find_regions(drawn)
        fills = fill_regions(canvas, regions)
        draw_lines(canvas, regions, fills)
        marks = place_marks(canvas, map_points(drawn))
        draw_marks(canvas, marks)
        unnamed = name_regions(canvas, regions)
        label_marks(canvas, marks)
        canvas.axes.set_title(_title(canvas), loc="left", fontsize=_TITLE, parse_math=False)
        _legend(canvas, unnamed)
    return canvas.figure


def _title(canvas: Canvas) -> str:
    """The title of the case, as much as fits, and what the map shows."""
    drawn = canvas.drawn
    words = {"analytic": "closed forms", "lumped": "lumped model"}.get(drawn.model, drawn.model)
    for width in range(70, 9, -5):
        title = textwrap.shorten(printed(drawn.title), width, placeholder=" …")
        text = f"{title}: what limits it ({words})"
        if text_size([text], _TITLE)[0] <= canvas.board.width:
            break
    return text


def _legend(canvas: Canvas, unnamed: Sequence[Region]) -> None:
    """What the colours without a name, the lines and the symbols are, below the map."""
    from matplotlib.patches import Patch

    handles = [*(Patch(facecolor=region.colour, label=region.words) for region in unnamed), *canvas.handles]
    if not handles:
        return
    widths = [text_size([str(handle.get_label())], _LEGEND)[0] + _HANDLE for handle in handles]
    half = math.ceil(len(handles) / 2)
    columns = 2 if half < len(handles) and max(widths[:half]) + max(widths[half:]) < canvas.board.width else 1
    high = _ROW * math.ceil(len(handles) / columns) + 0.1
    canvas.make_room(high)
    wide, total = canvas.figure.get_size_inches()
    place = canvas.axes.get_position()
    legend = canvas.figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(place.x0 - 0.35 / wide, (high + 0.06) / total),
        ncols=columns,
        frameon=False,
        fontsize=_LEGEND,
        handlelength=2.2,
        borderaxespad=0.0,
        labelspacing=0.35,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
