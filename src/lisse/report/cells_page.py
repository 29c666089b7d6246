"""Many cells on one self-contained HTML page, for ``lisse analyse --cells -o DIR``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.measurement import Batch
from lisse.records import write_atomically
from lisse.report.cells_table import cells_rows, statistics_words
from lisse.report.distribution_section import share_panel, weibull_panel
from lisse.report.figures import Panel, small_panel, ticks, whole_numbers
from lisse.report.finding_page import MODES, named
from lisse.report.finding_panels import until_failure
from lisse.report.page import environment
from lisse.report.svg import COLOURS
from lisse.units import quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["write_cells_report"]

_DRAWN = {"critical_current_density": "current_density", "cumulative_charge": "charge"}
_SPREAD = 2
"""Failures at fewer different values than these give no plot of a distribution."""


def write_cells_report(path: str | os.PathLike[str], batch: Batch) -> Path:
    """Write the page of many cells, atomically; returns the path.

    Parameters
    ----------
    path : str or path
    batch : Batch
        From `lisse.measurement.compare_cells`.
    """
    content = batch.to_dict()
    heads, rows = cells_rows(content)
    failed = sum(count for mode, count in content["statistics"]["modes"].items() if mode != "none")
    definitions = {name: text for cell in content["cells"] for name, text in named(cell["definitions"]).items()}
    page = (
        environment()
        .get_template("cells.html")
        .render(
            content=content,
            title=f"{len(batch.names)} cell{'' if len(batch.names) == 1 else 's'}",
            sentence=_sentence(content),
            tone="bad" if failed else "good",
            heads=heads,
            rows=rows,
            statistics=statistics_words(content),
            panels=_panels(content),
            definitions=definitions,
        )
    )
    return write_atomically(path, page)


def _sentence(content: Mapping[str, Any]) -> str:
    modes = content["statistics"]["modes"]
    if not modes:
        return "No current was passed through any cell."
    told = ", ".join(f"{count} by {MODES[mode]}" for mode, count in modes.items() if mode != "none")
    failed = sum(count for mode, count in modes.items() if mode != "none")
    return f"{failed} of {sum(modes.values())} cells failed" + (f": {told}." if told else ".")


def _panels(content: Mapping[str, Any]) -> list[Panel]:
    """Share that failed and Weibull plot of each quantity that tells enough; resistances of all cells."""
    found = []
    for name, what in _DRAWN.items():
        each = content["statistics"]["distributions"].get(name)
        if each is None or len(each["failed_share"]["value"]) < _SPREAD:
            continue
        drawn = _as_drawn(each, content["statistics"]["confidence"])
        found.append(share_panel(drawn, what))
        if each["failed"] > _SPREAD:
            found.append(weibull_panel(drawn, what))
    resistances = _resistance_panel(content)
    return [*found, resistances] if resistances else found


def _as_drawn(each: Mapping[str, Any], confidence: float) -> dict[str, Any]:
    """A distribution under the keys that the panels of a simulated batch have."""
    share = dict(each["failed_share"])
    share["current_density"] = share.pop("value")
    lasted = [{"critical_current_density": cell["failed_at"], "passed": cell["stood"]} for cell in each["cells"]]
    return {
        **each,
        "failed_share": share,
        "confidence": confidence,
        "cells": lasted,
        "draws": len(lasted),
        "without_result": 0,
    }


def _resistance_panel(content: Mapping[str, Any]) -> Panel | None:
    """Resistance of each half-cycle of every cell to its failure."""
    areal = all(cell["area"] is not None for cell in content["cells"])
    key = "area_resistance" if areal else "resistance"
    scale = quantity("area_resistance").shown if areal else float
    lines = [
        [(number, scale(cycle[key])) for number, cycle in enumerate(until_failure(cell), 1) if cycle[key] is not None]
        for cell in content["cells"]
    ]
    lines = [line for line in lines if len(line) > 1]
    if not lines:
        return None

    def draw(axes: Axes) -> None:
        for place, line in enumerate(lines):
            colour = COLOURS[f"step-{1 + round(7 * place / max(len(lines) - 1, 1))}"]
            axes.plot(*zip(*line, strict=True), "-o", color=colour, markersize=2.5, linewidth=0.9)
        axes.set(xlabel="Half-cycle", ylabel="ASR (Ω cm²)" if areal else "Resistance (Ω)")
        axes.set_ylim(bottom=0.0)
        ticks(axes, 7, 6)
        whole_numbers(axes)

    caption = "Plateau voltage over current of each half-cycle to the failure; later cells of the table are darker."
    return small_panel("Resistance of all cells", caption, "resistances", draw, "Resistance of each half-cycle")
