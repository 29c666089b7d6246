"""The limits of a cell as bars: how far from the largest current of the protocol each one is."""

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


def limits_panel(limits: Sequence[Mapping[str, Any]]) -> Panel:
    """Margins of the limits as bars from 1, on a logarithmic axis.

    Parameters
    ----------
    limits : sequence of mapping
        ``limits`` of the summary, lowest margin first.
    """
    title = "How far each limit is"
    rows = [limit for limit in limits if limit["applies"] and limit["margin"] is not None and limit["margin"] > 0]
    if not rows:
        return Panel(title, text="No closed-form limit with a margin applies to this cell.")
    with drawing(12):
        figure, axes = new_axes((SMALL[0], 58 + 46 * len(rows)), 14, 14, top=8, bottom=44)
        _scale(axes, np.array([limit["margin"] for limit in rows]))
        for height, limit in enumerate(rows):
            _bar(axes, height, limit)
        axes.axvline(1.0, color=COLOURS["ink"], linewidth=1.2)
        description = "; ".join(f"{limit['criterion']}: {limit['margin']:.3g}" for limit in rows)
        made = inline_svg(figure, "limits", "Margin of each limit", description)
    caption = "At 1 the protocol just reaches the limit; it exceeds the limits whose bars point to the left."
    if not all(limit["valid"] for limit in rows):
        caption += " * outside the range of validity of the criterion."
    return Panel(title, caption, (("any", made),))


def _scale(axes: Axes, margins: np.ndarray) -> None:
    """A logarithmic axis with room for the numbers at both ends."""
    low, high = np.log10(min(1.0, margins.min())), np.log10(max(1.0, margins.max()))
    span = max(high - low, 0.6)
    axes.set_xscale("log")
    axes.set_xlim(10 ** (low - (0.22 if low < 0 else 0.08) * span), 10 ** (high + 0.2 * span))
    axes.set_ylim(margins.size - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Limit over the largest current of the protocol")
    plain_decades(axes.xaxis, (1.0, 2.0, 5.0) if span < 2 else (1.0,))


def _bar(axes: Axes, height: int, limit: Mapping[str, Any]) -> None:
    """One bar from 1 to the margin, its name above it and its number at its end."""
    margin, colour = limit["margin"], COLOURS["fail" if limit["margin"] < 1 else "pass"]
    style = "-" if limit["valid"] else (0, (1, 1))
    axes.plot([1, margin], [height + 0.2] * 2, color=colour, linewidth=7, linestyle=style, solid_capstyle="butt")
    axes.plot([margin], [height + 0.2], "o", color=colour, markersize=10)
    words = f"{MODES[limit['mechanism']].capitalize()}: {limit['criterion']}{'' if limit['valid'] else ' *'}"
    box = {"facecolor": COLOURS["surface"], "edgecolor": "none", "pad": 1.5}
    axes.text(0.0, height - 0.14, words, transform=axes.get_yaxis_transform(), bbox=box)
    axes.annotate(
        f"{times(margin)}×",
        (margin, height + 0.2),
        xytext=(8 if margin >= 1 else -8, 0),
        textcoords="offset points",
        ha="left" if margin >= 1 else "right",
        va="center",
        fontweight="bold",
    )
