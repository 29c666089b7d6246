"""What a ranking of electrolytes is worth, and what to measure next: the study of the library as a picture.

    python examples/screening.py            draws docs/images/screening.png
    python examples/screening.py FILE.svg   draws elsewhere

The same numbers as in the report of

    lisse screen examples/screen_library.toml

Left: the largest current that each candidate stands in a thin cell, with 90 % of the draws, and how likely it is among
the three best. The intervals overlap by a decade, so that the order of the first five is open; that the last four
conduct too little is not. Right: what measuring one number of every candidate before choosing would gain. It is not the
conductivity, which is known, but the interface resistance, which the study had to assume.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import lisse
from lisse.study import Screening, load_screen
from lisse.study.screen_quantities import ranked_quantity

HERE = Path(__file__).parent
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8a8f94"


def draw(path: Path) -> Screening:
    """Draw the ranking and the value of measurements; returns the screening."""
    found = lisse.screen(load_screen(HERE / "screen_library.toml"), workers=1)
    figure = Figure(figsize=(9.2, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1.0))
    ranking(left, found)
    gains(right, found)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", linewidth=0.5, color="0.9")
        axes.set_axisbelow(True)
    figure.savefig(path, dpi=150)
    return found


def ranking(axes: Axes, found: Screening) -> None:
    """Candidates from the best downwards."""
    drawn = found.drawn
    assert drawn is not None
    places = -np.arange(len(found.order))
    low, high, score = (0.1 * values[found.order] for values in (drawn.low, drawn.high, found.scores))
    axes.hlines(places, low, high, color=BLUE, linewidth=2.0, alpha=0.5)
    axes.plot(score, places, "o", color=BLUE, markersize=6)
    for place, candidate, edge in zip(places, found.order, high, strict=True):
        share = found.share[candidate]
        if share > 0.005:
            axes.annotate(f" {share:.0%}", (edge, place), va="center", fontsize=8, color=ORANGE)
    axes.set_yticks(places, [found.candidates.names[i] for i in found.order])
    axes.tick_params(axis="y", length=0)
    axes.set_xscale("log")
    axes.set_xlabel("Critical current density / mA cm$^{-2}$")
    axes.set_title(f"90 % of the draws; in orange, among the best {found.study.ranking.top}", fontsize=10)


def gains(axes: Axes, found: Screening) -> None:
    """A bar for each number that is worth measuring, and one for all."""
    value = found.value
    assert value is not None
    bars = [
        (ranked_quantity(name).long_name, gain) for name, gain in value.every.items() if gain > 0.01 * value.all_known
    ]
    bars.append(("Everything", value.all_known))
    rises = [100.0 * (10.0**gain - 1.0) for _, gain in bars]
    places = -np.arange(len(bars))
    axes.barh(places, rises, height=0.6, color=[*[BLUE] * (len(bars) - 1), GREY])
    axes.set_yticks(places, [name for name, _ in bars])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Rise of the chosen best / %")
    axes.set_title("Measured before the choice", fontsize=10)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "screening.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
