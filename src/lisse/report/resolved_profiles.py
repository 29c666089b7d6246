"""Plots of a resolved run: along both electrodes at the telling moments, and the growth of the cracks over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lisse.report.figures import Panel, small_panel, ticks
from lisse.report.resolved_moments import Moment
from lisse.report.run_traces import clock
from lisse.report.svg import COLOURS
from lisse.report.words import duration, printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

__all__ = ["crack_panels", "profile_panels"]

_PROFILES = ("local_current_density", "contact_fraction", "void_height", "contact_pressure")
_SHADES = ("step-2", "step-4", "step-6", "step-8")
_SIDES = ("working", "counter")


def profile_panels(fields: xr.Dataset, shown: tuple[Moment, ...], z: int | None) -> list[Panel]:
    """Local current, contact, voids and pressure along y at both electrodes; in 3-D on one line of the face.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    shown : tuple of Moment
    z : int or None. The slice of a volume.
    """
    place = np.asarray(fields["y"].values) * 1e6
    panels = []
    for name in _PROFILES:
        if name not in fields:
            continue
        for side, electrode in enumerate(_SIDES):
            lines = [_line(fields, name, moment.index, side, z) for moment in shown]
            panels.append(_profile(name, electrode, place, lines, shown))
    return panels


def crack_panels(history: Mapping[str, np.ndarray], dimensions: int) -> list[Panel]:
    """Size and depth of the cracks over time; words where nothing grows.

    Parameters
    ----------
    history : mapping. From `lisse.fields.crack_history`.
    dimensions : int
    """
    size, time = history["size"], history["time"]
    what, factor, unit = ("Crack length", 1e6, "µm") if dimensions == 2 else ("Crack area", 1e12, "µm²")
    if size.size < 2 or np.ptp(size) == 0.0:
        text = f"{what}: {size[0] * factor:.3g} {unit} throughout" if size[0] > 0.0 else "Nothing is cracked"
        return [Panel(what, text=text)]
    scale, of_time = clock(float(time[-1]))

    def draw_size(axes: Axes) -> None:
        axes.plot(time * scale, size * factor, color=COLOURS["fail"], linewidth=1.6)
        axes.set(xlabel=f"Time ({of_time})", ylabel=f"{what} ({unit})")
        _from_zero(axes)

    def draw_depth(axes: Axes) -> None:
        for side in _SIDES:
            axes.plot(time * scale, history[f"{side}_depth"] * 1e6, color=COLOURS[side], linewidth=1.6)
        axes.set(xlabel=f"Time ({of_time})", ylabel="Depth (µm)")
        _from_zero(axes)

    caption = "Voxels with damage of 0.9 and above, an edge (a face in 3-D) each."
    key = tuple((side, f"from the {side} electrode") for side in _SIDES)
    return [
        small_panel(what, caption, "crack-size", draw_size, f"{what} over time"),
        small_panel(
            "Depth of cracks that start at an electrode", "", "crack-depth", draw_depth, "Depth over time", key=key
        ),
    ]


def _profile(name: str, electrode: str, place: np.ndarray, lines: list[np.ndarray], shown: tuple[Moment, ...]) -> Panel:
    entry = quantity(name)
    title = f"{entry.long_name}, {electrode} electrode"
    known = np.concatenate(lines)
    known = known[np.isfinite(known)]
    if not known.size:
        return Panel(title, text="not resolved: this electrode does not have it")
    if np.ptp(known) <= 1e-6 * np.abs(known).max():
        value = printed(format_quantity(name, float(known.mean())))
        return Panel(title, text=f"{value} everywhere, at all of these times")
    shades = _SHADES[-len(shown) :]

    def draw(axes: Axes) -> None:
        for line, shade in zip(lines, shades, strict=True):
            axes.plot(place, entry.shown(line), color=COLOURS[shade], linewidth=1.5)
        unit = f" ({printed(entry.display_unit)})" if entry.display_unit else ""
        axes.set(xlabel="y (µm)", ylabel=f"{entry.long_name}{unit}")
        axes.margins(x=0.0)
        ticks(axes, 6, 5)

    key = tuple((shade, _when(moment)) for shade, moment in zip(shades, shown, strict=True))
    return small_panel(title, "", f"profile-{name}-{electrode}", draw, f"{title} over y", key=key)


def _line(fields: xr.Dataset, name: str, index: int, side: int, z: int | None) -> np.ndarray:
    frame = fields[name].isel(time=index, electrode=side)
    return np.asarray((frame if z is None else frame.isel(z=z)).values, dtype=float)


def _when(moment: Moment) -> str:
    return f"{duration(moment.time)}{f' ({moment.words})' if moment.words else ''}"


def _from_zero(axes: Axes) -> None:
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.0)
    ticks(axes, 6, 5)
