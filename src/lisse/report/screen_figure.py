"""What a measurement would gain, as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lisse.report.figures import Panel, new_axes
from lisse.report.screen_words import gain_text, telling_gains
from lisse.report.svg import COLOURS, drawing, inline_svg
from lisse.study.screen_quantities import ranked_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["gain_panel"]

_MOST = 8


def gain_panel(content: Mapping[str, Any]) -> Panel:
    """A bar for each uncertain property, and one for everything at once.

    Parameters
    ----------
    content : mapping
        As `lisse.study.Screening.to_dict` gives it, with a value.
    """
    value = content["value"]
    told = [name for name, _ in telling_gains(content)][:_MOST]
    names = told or list(value["every"])[:1]
    bars = [(ranked_quantity(name).long_name, value["every"][name]) for name in names]
    bars.append(("Everything", value["all_known"]))
    title = "Measured of every candidate before the choice"
    words = ", ".join(f"{name} {gain_text(content, gain)}" for name, gain in bars)
    with drawing(12):
        figure, axes = new_axes((440, 64 + 30 * len(bars)), 205, 60, top=8, bottom=44)
        _draw(axes, bars, content)
        svg = inline_svg(figure, "gains", title, f"Improvement of the chosen best: {words}")
    left_out = "" if len(told) == len(value["every"]) else " Numbers whose gain cannot be told from zero are left out."
    caption = f"Improvement of the mean of the {content['top']} chosen best.{left_out}"
    return Panel(title, caption, (("any", svg),))


def _draw(axes: Axes, bars: list[tuple[str, float]], content: Mapping[str, Any]) -> None:
    value, quantity = content["value"], ranked_quantity(content["ranked_by"]["name"])
    decades = value["unit"] == "decades"
    scale, unit = (1.0, "decades") if decades else (quantity.display_factor, quantity.display_unit)
    places = list(range(len(bars)))[::-1]
    colours = [COLOURS["part-1"]] * (len(bars) - 1) + [COLOURS["muted"]]
    axes.barh(places, [scale * gain for _, gain in bars], height=0.62, color=colours)
    for place, (_, gain) in zip(places, bars, strict=True):
        text = gain_text(content, gain).removeprefix("by ").replace("a factor of ", "× ")
        axes.annotate(f" {text}", (scale * gain, place), va="center", fontsize=11)
    axes.set_yticks(places, [name for name, _ in bars])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"Gain ({unit})")
    axes.set_xlim(0.0, 1.12 * scale * max([gain for _, gain in bars] + [value["resolution"], 1e-6]))
    axes.locator_params(axis="x", nbins=4)
    axes.spines[["left"]].set_visible(False)
    axes.grid(axis="x", linewidth=0.6)
    axes.set_axisbelow(True)
