"""Panels of a page that show a current: in slices, on the body, through an interface, with the hot spots numbered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from lisse.microstructure.describe_current import InterfaceCurrent, Spot
from lisse.microstructure.volume import Volume
from lisse.report.figures import Panel
from lisse.report.image_crowding import Crowding
from lisse.report.image_drawings import body_drawing, colour_key, sheet_drawing
from lisse.report.image_scene import render
from lisse.report.image_views import cut_out, thinned
from lisse.report.image_words import length

__all__ = ["current_body", "current_key", "current_slices", "interface_body", "map_panel"]

Array = np.ndarray[Any, np.dtype[Any]]

_NOTHING = (0.56, 0.58, 0.61)
_MAP = "inferno"
_SKIN = 3.0  # voxels behind an interface that show its colour


def current_slices(volume: Volume, found: Crowding, spots: Sequence[Spot]) -> list[Panel]:
    """The current density in the slices through the hottest place, with the numbered spots that lie there."""
    normals: tuple[int | None, ...] = (None,) if volume.dimensions == 2 else (2, 1, 0)
    paint = _painter(_top(found))
    panels = []
    for normal in normals:
        right, up = cut_out(normal)
        where: Any = tuple(found.place[side] if side == normal else slice(None) for side in range(volume.dimensions))
        pixels = paint(thinned(found.relative[where]))
        level = 0.0 if normal is None else (found.place[normal] + 0.5) * volume.voxel_size[normal]
        title = "" if normal is None else f"{'xyz'[normal]} = {length(level)}"
        here = spots[: len(spots) if normal is None else 1]
        marks = [(one.place[right], one.place[up]) for one in here]
        words = f"Current density in the slice {title}"
        edges = (volume.extent[right], volume.extent[up])
        drawing = sheet_drawing(pixels, edges, "xyz"[right] + "xyz"[up], words, marks)
        panels.append(Panel(title, drawings=(("any", drawing),)))
    return panels


def current_body(volume: Volume, found: Crowding, spots: Sequence[Spot]) -> list[Panel]:
    """All that carries current as a body, coloured by its current density; none in a plane."""
    if volume.dimensions == 2:
        return []
    carrying = _carrying(volume, found)
    paint = _painter(_top(found))

    def colour(voxels: Array) -> Array:
        return paint(found.relative[tuple(voxels.T)])

    scene = render(volume, carrying, colour, cut=True, outlines=False, soft=True)
    drawing = body_drawing(scene, "The current density on the body, hot spots numbered", [one.place for one in spots])
    names = " and ".join(volume.phases[label] for label in carrying)
    caption = f"{names[:1].upper()}{names[1:]}, an eighth cut away."
    caption += " Dashed rings lie behind what is seen." if spots else ""
    return [Panel("On the body", caption, (("any", drawing),))]


def interface_body(volume: Volume, found: InterfaceCurrent, spots: Sequence[Spot]) -> list[Panel]:
    """The phase on the low side of an interface as a body, coloured by the current of each column; none in a plane.

    The eye is on the high side, so it looks at the interface. An electrode has no body.
    """
    names = [name for name in found.between if name in volume.phases.values()]
    if volume.dimensions == 2 or len(names) < 2:
        return []
    paint = _painter(_map_top(found))
    relative, level = np.abs(found.map) / found.applied, _levels(volume, found)

    def colour(voxels: Array) -> Array:
        column = tuple(np.delete(voxels, found.axis, axis=1).T)
        behind = np.abs(voxels[:, found.axis] + 0.5 - level[column]) > _SKIN
        return paint(np.where(behind, 0.0, relative[column]))

    lower = min(names, key=lambda name: _middle(volume, name, found.axis))
    scene = render(volume, [volume.label_of(lower)], colour, outlines=False, soft=True)
    places = [one.place for one in spots]
    drawing = body_drawing(scene, f"{lower} coloured by the current through the interface", places)
    caption = "Coloured by the current of each column; grey: nothing touches. Dashed rings lie behind what is seen."
    return [Panel(f"{lower[:1].upper()}{lower[1:]}, from the other side", caption, (("any", drawing),))]


def _levels(volume: Volume, found: InterfaceCurrent) -> Array:
    """Where the interface lies in each column, voxels; NaN where none of its faces is normal to the axis."""
    level = np.full(found.map.shape, np.nan)
    here = found.places[found.normals == found.axis] / np.asarray(volume.voxel_size)
    level[tuple(np.delete(here, found.axis, axis=1).astype(np.intp).T)] = here[:, found.axis]
    return level


def _middle(volume: Volume, name: str, axis: int) -> float:
    """Mean place of a phase along an axis, voxels."""
    layers = np.moveaxis(volume.labels, axis, 0)
    counts = np.array([np.count_nonzero(layer == volume.label_of(name)) for layer in layers])
    return float(counts @ np.arange(len(counts)) / counts.sum())


def current_key(found: Crowding) -> Markup:
    """The key of the colours."""
    return _key(_top(found))


def map_panel(volume: Volume, found: InterfaceCurrent, spots: Sequence[Spot]) -> Panel:
    """The current that passes an interface, seen along the axis; grey where nothing touches."""
    sides = [side for side in range(volume.dimensions) if side != found.axis]
    title = "Seen from the electrode"
    words = f"Current through the interface along {'xyz'[found.axis]}"
    relative = np.abs(found.map) / found.applied
    top = _map_top(found)
    if len(sides) == 1:
        return _profile(volume, found, relative, sides[0])
    pixels = np.asarray(_painter(top)(thinned(relative)))
    pixels[thinned(found.cover) == 0.0] = _NOTHING
    marks = [(one.place[sides[0]], one.place[sides[1]]) for one in spots]
    edges = (volume.extent[sides[0]], volume.extent[sides[1]])
    drawing = sheet_drawing(pixels, edges, "".join("xyz"[side] for side in sides), words, marks)
    caption = "Current in each column along the axis over the area of the column; grey: nothing touches."
    return Panel(title, caption, (("any", drawing), ("any", _key(top))))


def _profile(volume: Volume, found: InterfaceCurrent, relative: Array, side: int) -> Panel:
    from lisse.report.figures import small_panel
    from lisse.report.svg import COLOURS

    def draw(axes: Any) -> None:
        middles = (np.arange(len(relative)) + 0.5) * volume.voxel_size[side] * 1e6
        axes.step(middles, relative, where="mid", color=COLOURS["part-1"], linewidth=1.4)
        axes.axhline(1.0, color=COLOURS["muted"], linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set(xlabel=f"{'xyz'[side]} (µm)", ylabel="Current density / mean")
        axes.set_ylim(bottom=0.0)

    caption = "Current in each column along the axis; dashed: an even current."
    return small_panel("Seen from the electrode", caption, "profile", draw, "Current along the interface")


def _carrying(volume: Volume, found: Crowding) -> list[int]:
    """Labels of the phases in which a current flows."""
    carried = np.zeros(len(volume.phases))
    for index, label in enumerate(volume.phases):
        here = found.relative[volume.labels == label]
        carried[index] = float(here.max()) if here.size else 0.0
    return [label for index, label in enumerate(volume.phases) if carried[index] > 1e-6 * found.largest]


def _painter(top: float) -> Callable[[Array], Array]:
    """From values to colours, by the square root from 0 to `top`; grey where no current flows."""

    def paint(values: Array) -> Array:
        found = _colours(np.sqrt(np.clip(values / top, 0.0, 1.0)))
        found[values <= 0.0] = _NOTHING
        return found

    return paint


def _key(top: float) -> Markup:
    numbers = ("0", f"{top / 4.0:.3g}", f"{top:.3g}")
    return colour_key(_colours(np.linspace(0.0, 1.0, 256)), numbers, "current density / mean")


def _colours(values: Array) -> Array:
    import matplotlib

    return np.array(matplotlib.colormaps[_MAP](0.06 + 0.92 * values)[..., :3])


def _top(found: Crowding) -> float:
    return _round_top(found.percentile)


def _map_top(found: InterfaceCurrent) -> float:
    return _round_top(found.columns.percentile / found.applied)


def _round_top(value: float) -> float:
    """At least 1, rounded up to two digits."""
    value = max(1.0, value)
    step = 10.0 ** (np.floor(np.log10(value)) - 1.0)
    return float(np.ceil(value / step - 1e-9) * step)
