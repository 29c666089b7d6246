"""The picture of an alignment: every channel on the common clock, its events, and lines where two belong together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.files import write_atomically
from lisse.measurement.alignment import Alignment, Channel, Event, changed_size, channels_of
from lisse.measurement.virtual import Frames
from lisse.records import Record
from lisse.report.field_units import field_unit, time_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["write_alignment_figure"]

_BLUE, _RED, _GREY = "#0072B2", "#D55E00", "#999999"


def write_alignment_figure(path: str | os.PathLike[str], found: Alignment, records: Mapping[str, Record]) -> Path:
    """Draw an alignment to a PNG file; returns the path."""
    from matplotlib.figure import Figure

    rows = _rows(records)
    figure = Figure(figsize=(9.0, 0.9 + 1.45 * max(1, len(rows))), layout="constrained")
    all_axes = figure.subplots(nrows=max(1, len(rows)), sharex=True, squeeze=False)[:, 0]
    last = max((float(found.clock(row.source)(row.time[-1])) for row in rows), default=1.0)
    length, unit = time_unit(last)
    factor = 1.0 / length
    for row, axes in zip(map(_shown, rows), all_axes, strict=False):
        clock = found.clock(row.source)
        steps = {"drawstyle": "steps-post", "marker": "o", "markersize": 3} if row.name.startswith("changed") else {}
        axes.plot(np.asarray(clock(row.time)) * factor, row.value, color=_BLUE, linewidth=1.0, **steps)
        axes.set_ylabel(f"{row.source}\n{row.name}\n/ {row.unit}", fontsize=8)
        axes.margins(x=0.01)
        _mark(axes, [event for event in found.events if _belongs(event, row)], row, clock, factor)
    for pair in found.pairs:
        if pair.significant:
            for axes in all_axes:
                axes.axvline(pair.first.time * factor, color=_RED, linewidth=0.8, alpha=0.6)
    all_axes[-1].set_xlabel(f"Time on the clock of {found.reference} / {unit}")
    words = "Open circles: at a switch of the current. Dots: events that nobody asked for. Vertical lines: two that "
    figure.suptitle(words + "belong together (5 %).", fontsize=9)
    figure.align_ylabels(all_axes)

    def draw(temporary: Path) -> None:
        figure.savefig(temporary, format="png", dpi=150)

    return write_atomically(path, draw)


def _rows(records: Mapping[str, Record]) -> list[Channel]:
    """What is drawn: known channels, and how much of pictures has changed."""
    rows = []
    for name, record in records.items():
        own = channels_of(record, name)
        rows += [own[key] for key in ("current", "voltage", "pressure") if key in own]
        if isinstance(record, Frames):
            changed = changed_size(record, name)
            rows += [] if changed is None else [changed]
    return rows


def _shown(row: Channel) -> Channel:
    """The channel in the unit of the field."""
    factor, unit = field_unit(row.unit)
    return Channel(row.source, row.name, row.time, row.value * factor, unit)


def _belongs(event: Event, row: Channel) -> bool:
    if event.source != row.source:
        return False
    return event.channel == row.name or (event.kind in ("appears", "grows") and row.name == f"changed {event.channel}")


def _mark(axes: Axes, events: list[Event], row: Channel, clock: Any, factor: float) -> None:
    """Dots on the curve, with the uncertainty of their times."""
    for event in events:
        height = float(np.interp(event.time, np.asarray(clock(row.time)), row.value))
        colour = _GREY if event.switch else _RED
        face = "none" if event.switch else colour
        place = (event.time * factor, height)
        axes.errorbar(*place, xerr=event.error * factor, fmt="o", ms=4, color=colour, mfc=face, lw=0.8)
