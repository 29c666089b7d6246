"""Panels of a page that show a volume itself: through its middle, one slice after another, and as a body.

Pictures of fields on a volume are in `lisse.report.image_current_views`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.microstructure.volume import Volume
from lisse.report.figures import Panel
from lisse.report.image_drawings import body_drawing, sheet_drawing
from lisse.report.image_figure import phase_colours
from lisse.report.image_scene import render
from lisse.report.image_words import length

__all__ = ["body_panels", "colour_table", "cut_out", "phase_key", "slice_panels", "thinned", "view_panels"]

Array = np.ndarray[Any, np.dtype[Any]]

_MOST = 420  # pixels along an edge of a slice: twice what a page shows
_SLICES = 6
_DENSE = 0.45  # a body that fills more is cut open
_EMPTY = "#7d858d"  # empty space drawn as a body


def cut_out(normal: int | None) -> tuple[int, int]:
    """The axes to the right and up in a slice normal to an axis (None in a plane)."""
    return {None: (0, 1), 0: (1, 2), 1: (0, 2), 2: (0, 1)}[normal]


def thinned(sheet: Array) -> Array:
    """Every so many voxels of a slice, as many as a page can show."""
    steps = [-(-count // _MOST) for count in sheet.shape[:2]]
    return np.asarray(sheet[:: steps[0], :: steps[1]])


def colour_table(volume: Volume, empty: str | None = None) -> tuple[Array, Array]:
    """Sorted labels and their colours, (n, 3) from 0 to 1; `empty` replaces the dark of empty space."""
    from matplotlib.colors import to_rgb

    table = phase_colours(volume.phases)
    dark = {label for label, colour in table.items() if colour == "#262626"}
    labels = np.array(sorted(table))
    return labels, np.array([to_rgb(empty if empty and label in dark else table[label]) for label in sorted(table)])


def phase_key(volume: Volume) -> list[tuple[str, str, float]]:
    """Colour, name and share of every phase, for the key of a page."""
    shares, colours = volume.phase_fractions(), phase_colours(volume.phases)
    return [(colours[label], name, shares[name]) for label, name in volume.phases.items()]


def view_panels(volume: Volume, at: Sequence[int] | None = None) -> list[Panel]:
    """Three slices at right angles through a voxel, the middle by default; a plane is one."""
    place = [count // 2 for count in volume.shape] if at is None else list(at)
    normals: tuple[int | None, ...] = (None,) if volume.dimensions == 2 else (2, 1, 0)
    return [_sheet(volume, normal, place) for normal in normals]


def slice_panels(volume: Volume, axis: int = 0) -> list[Panel]:
    """Slices one after another along an axis; none in a plane."""
    if volume.dimensions == 2:
        return []
    count = volume.shape[axis]
    found = sorted({int((index + 0.5) * count / _SLICES) for index in range(_SLICES)})
    return [_sheet(volume, axis, [one if side == axis else 0 for side in range(3)], 150.0) for one in found]


def body_panels(volume: Volume) -> list[Panel]:
    """The solid phases as a body, cut open where they are dense, and beside it the rarest phase, or what is left."""
    if volume.dimensions == 2:
        return []
    shares = volume.phase_fractions()
    there = [label for label, name in volume.phases.items() if shares[name] > 0.0]
    dark = {label for label, colour in phase_colours(volume.phases).items() if colour == "#262626"}
    solid = [label for label in there if label not in dark] or there
    rarest = min(there, key=lambda label: shares[volume.phases[label]])
    other = [rarest] if [rarest] != solid else [label for label in there if label != rarest]
    wanted = [solid, other] if other else [solid]
    return [_body(volume, labels) for labels in wanted]


def _body(volume: Volume, labels: Sequence[int]) -> Panel:
    names = [volume.phases[label] for label in labels]
    cut = sum(volume.phase_fractions()[name] for name in names) > _DENSE
    known, colours = colour_table(volume, _EMPTY)

    def colour(voxels: Array) -> Array:
        found: Array = colours[np.searchsorted(known, volume.labels[tuple(voxels.T)])]
        return found

    title = " and ".join(names) if len(names) < 4 else f"{len(names)} phases"
    drawing = body_drawing(render(volume, labels, colour, cut), f"The volume as a body: {title}")
    return Panel(_capital(title), "Seen from above, an eighth cut away." if cut else "", (("any", drawing),))


def _sheet(volume: Volume, normal: int | None, place: Sequence[int], width: float = 300.0) -> Panel:
    right, up = cut_out(normal)
    where: Any = tuple(place[side] if side == normal else slice(None) for side in range(volume.dimensions))
    known, colours = colour_table(volume)
    labels = np.asarray(volume.labels[where])
    pixels = colours[np.searchsorted(known, thinned(labels))]
    if volume.grains is not None:
        pixels[_borders(thinned(np.asarray(volume.grains[where])))] *= 0.45
    title = "" if normal is None else f"{'xyz'[normal]} = {length((place[normal] + 0.5) * volume.voxel_size[normal])}"
    axes = "xyz"[right] + "xyz"[up]
    drawing = sheet_drawing(
        pixels, (volume.extent[right], volume.extent[up]), axes, f"Slice {title} of the phases", width=width
    )
    return Panel(title, drawings=(("any", drawing),))


def _borders(grains: Array) -> Array:
    edge = np.zeros(grains.shape, dtype=bool)
    edge[:-1] |= (grains[:-1] != grains[1:]) & (grains[:-1] > 0) & (grains[1:] > 0)
    edge[:, :-1] |= (grains[:, :-1] != grains[:, 1:]) & (grains[:, :-1] > 0) & (grains[:, 1:] > 0)
    return edge


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
