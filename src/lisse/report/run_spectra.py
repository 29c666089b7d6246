"""Impedance spectra that steps of a protocol ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lisse.records import Solution
from lisse.report.figures import Panel, small_panel
from lisse.report.nyquist_figure import chosen_spectra, draw_nyquist, shade
from lisse.report.run_traces import shown
from lisse.report.words import duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["spectra_panel"]


def spectra_panel(solution: Solution) -> Panel | None:
    """All spectra of a run, at most eight of them, in one Nyquist plot; ``None`` without any."""
    if "impedance_real" not in solution:
        return None
    frequency = shown(solution, "frequency")
    impedance = shown(solution, "impedance_real") + 1j * shown(solution, "impedance_imaginary")
    times = np.asarray(solution["spectrum_time"].values, dtype=float)
    chosen = chosen_spectra(len(times))

    def draw(axes: Axes) -> None:
        draw_nyquist(axes, [(frequency, impedance[number]) for number in chosen], "Ω cm²")

    several = len(times) > 1
    count = f"{len(times)} spectra" if several else f"One spectrum, after {duration(float(times[0]))}"
    count += f", of which {len(chosen)} are drawn" if len(times) > len(chosen) else ""
    caption = f"{count}; both axes have one scale. Larger dots mark decades of frequency."
    ends = ((0, "first, after"), (len(chosen) - 1, "last, after"))
    key = tuple(
        (shade(place, len(chosen)), f"{words} {duration(float(times[chosen[place]]))}") for place, words in ends
    )
    return small_panel(
        "Impedance", caption, "nyquist", draw, f"{len(chosen)} impedance spectra", key=key if several else ()
    )
