"""The limits of a cell as bars: how far from the largest current of the protocol each one is.

Only criteria that decide are drawn; what the others say stands in a table (`lisse.report.limits_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.report.figures import SMALL, Panel, new_axes, plain_decades
from lisse.report.svg import COLOURS, drawing, inline_svg
from lisse.report.words import MODES, times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["limits_panel"]

_ROW = 66  # pixels
_MARGIN, _SPREAD = 0.15, 0.31  # heights of the bar and of the interval under it, in rows
_FURTHEST = 100.0  # an interval widens the axis by no more than this factor beyond the margins


def limits_panel(limits: Sequence[Mapping[str, Any]], uncertainty: Mapping[str, Any] | None = None) -> Panel:
    """Margins of the limits as bars from 1, on a logarithmic axis, each with its interval of 90 % where one is known.

    Parameters
    ----------
    limits : sequence of mapping
        ``limits`` of the summary, lowest margin first.
    uncertainty : mapping or None
        ``uncertainty`` of the summary.
    """
    title = "How far each limit is"
    rows = [limit for limit in limits if limit["applies"] and limit["decides"] and _is_drawn(limit)]
    if not rows:
        return Panel(title, text="No closed-form limit with a margin applies to this cell.")
    spreads = _spreads(rows, uncertainty)
    with drawing(12):
        figure, axes = new_axes((SMALL[0], 52 + _ROW * len(rows)), 14, 14, top=4, bottom=44)
        _scale(axes, rows, spreads)
        for height, limit in enumerate(rows):
            _name(axes, height, limit)
            _bar(axes, height, limit)
            if limit["criterion"] in spreads:
                _interval(axes, height, *spreads[limit["criterion"]])
        for height in range(len(rows)):
            axes.plot([1, 1], [height + _MARGIN - 0.14, height + _SPREAD + 0.08], color=COLOURS["ink"], linewidth=1.2)
        description = "; ".join(f"{limit['criterion']}: {_number(limit)}" for limit in rows)
        made = inline_svg(figure, "limits", "Margin of each limit", description)
    caption = "At 1 the protocol just reaches the limit; it exceeds the limits whose bars point to the left."
    if spreads:
        caption += " The line under a bar holds 90 % of the draws of the uncertain properties; an arrow leads further."
    if not all(limit["valid"] for limit in rows):
        caption += " * outside the range of validity of the criterion."
    return Panel(title, caption, (("any", made),))


def _is_drawn(limit: Mapping[str, Any]) -> bool:
    return limit["unbounded"] or limit["margin"] is not None


def _number(limit: Mapping[str, Any]) -> str:
    return "no bound" if limit["margin"] is None else f"{times(limit['margin'])}×"


def _spreads(
    rows: Sequence[Mapping[str, Any]], uncertainty: Mapping[str, Any] | None
) -> dict[str, tuple[float, float]]:
    """Interval of the margin by criterion; inf where it has no bound."""
    found = {}
    for limit in rows:
        drawn = (uncertainty or {}).get("criteria", {}).get(limit["criterion"])
        if drawn is None:
            continue
        ends = [np.inf if end in drawn["unbounded"] else drawn["margins"][end] for end in ("low", "high")]
        if None not in ends:
            found[limit["criterion"]] = (ends[0], ends[1])
    return found


def _scale(axes: Axes, rows: Sequence[Mapping[str, Any]], spreads: Mapping[str, tuple[float, float]]) -> None:
    """A logarithmic axis with room for the numbers at both ends; zero and infinity lie outside of it."""
    margins = np.array([1.0, *(limit["margin"] for limit in rows if limit["margin"])])
    ends = np.array([end for pair in spreads.values() for end in pair])
    ends = ends[(ends > margins.min() / _FURTHEST) & (ends < margins.max() * _FURTHEST)]
    low, high = (np.log10(edge(np.concatenate([margins, ends]))) for edge in (np.min, np.max))
    span = max(high - low, 0.6)
    axes.set_xscale("log")
    axes.set_xlim(10 ** (low - (0.22 if low < 0 else 0.08) * span), 10 ** (high + 0.2 * span))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Limit over the largest current of the protocol")
    plain_decades(axes.xaxis, (1.0, 2.0, 5.0) if span < 2 else (1.0,))


def _name(axes: Axes, height: int, limit: Mapping[str, Any]) -> None:
    """The mechanism, and the criterion below it."""
    place: dict[str, Any] = {
        "transform": axes.get_yaxis_transform(),
        "bbox": {"facecolor": COLOURS["surface"], "edgecolor": "none", "pad": 1.0},
    }
    axes.text(0.0, height - 0.33, MODES[limit["mechanism"]].capitalize(), **place)
    criterion = f"{limit['criterion']}{'' if limit['valid'] else ' *'}"
    axes.text(0.0, height - 0.09, criterion, color=COLOURS["muted"], fontsize=11, **place)


def _bar(axes: Axes, height: int, limit: Mapping[str, Any]) -> None:
    """One bar from 1 to the margin, its number at its end; to the edge where the margin is zero or has no bound."""
    margin, edges = limit["margin"], axes.get_xlim()
    below = margin is not None and margin < 1
    colour, away = COLOURS["fail" if below else "pass"], -1 if below else 1
    end, marker = (margin, "o") if margin else (edges[0 if below else 1], "<" if below else ">")
    row, style = height + _MARGIN, "-" if limit["valid"] else (0, (1, 1))
    axes.plot([1, end], [row] * 2, color=colour, linewidth=7, linestyle=style, solid_capstyle="butt")
    axes.plot([end], [row], marker, color=colour, markersize=10, clip_on=False)
    towards = away if margin else -away
    axes.annotate(
        _number(limit),
        (end, row),
        xytext=(8 * towards if margin else 10 * towards, 0),
        textcoords="offset points",
        ha="left" if towards > 0 else "right",
        va="center",
        fontweight="bold",
        bbox=None if margin else {"facecolor": COLOURS["surface"], "edgecolor": "none", "pad": 1.5},
    )


def _interval(axes: Axes, height: int, low: float, high: float) -> None:
    """A thin line from low to high, with an arrow where it leaves the axis."""
    left, right = axes.get_xlim()
    start, end, row = float(np.clip(low, left, right)), float(np.clip(high, left, right)), height + _SPREAD
    axes.plot([start, end], [row] * 2, color=COLOURS["muted"], linewidth=1.4)
    for place, inside, arrow in ((start, low >= left, "<"), (end, high <= right, ">")):
        axes.plot(
            [place],
            [row],
            "|" if inside else arrow,
            color=COLOURS["muted"],
            markersize=7 if inside else 6,
            clip_on=False,
        )
