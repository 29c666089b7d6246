"""Pixels as drawings of a page: a slice with its scale bar, a body in its box, the key of a colour scale.

Pixels are inside the drawing; lines and letters take the colours of the page, so that light, dark and print fit.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from lisse.report.image_figure import scale_bar_length
from lisse.report.image_scene import Scene
from lisse.report.image_words import length as length_words

__all__ = ["body_drawing", "colour_key", "sheet_drawing"]

Array = np.ndarray[Any, np.dtype[Any]]
Mark = tuple[float, float]

_FOOT = 34.0  # under a slice, in units of the drawing
_ROOMY = 200.0  # width from which there is room for the names of the axes


def sheet_drawing(
    pixels: Array,
    edges: tuple[float, float],
    axes: str,
    words: str,
    marks: Sequence[Mark] = (),
    width: float = 300.0,
) -> Markup:
    """A slice as ``<svg>``, with a scale bar, the names of its axes and numbered rings.

    Parameters
    ----------
    pixels : (n, m, 3) array, 0 to 1. Colours; the first axis to the right, the second up.
    edges : (2,) floats, m. Of the slice, to the right and up.
    axes : str. Two letters: the axis to the right, and that up.
    words : str. What a screen reader says.
    marks : sequence of (x, y), m. Places to ring, counted from 1.
    width : float. Of the drawing; letters have 13 of the same units.
    """
    scale = width / edges[0]
    height = edges[1] * scale
    bar = scale_bar_length(edges[0] * 1e6) * 1e-6
    parts = [
        f'<image href="{_uri(np.swapaxes(pixels, 0, 1)[::-1])}" width="{width:.0f}" height="{height:.2f}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>',
        f'<rect width="{width:.0f}" height="{height:.2f}" fill="none" stroke="var(--muted)" stroke-width="1"/>',
    ]
    parts += [
        _ring(x * scale, height - y * scale, str(number), width, height) for number, (x, y) in enumerate(marks, start=1)
    ]
    low = height + 12.0
    parts += [
        f'<path d="M0.5 {low:.1f}H{bar * scale:.1f}" stroke="var(--ink)" stroke-width="4"/>',
        f'<text x="{bar * scale + 8:.1f}" y="{low + 5:.1f}" fill="var(--ink)">{length_words(bar)}</text>',
    ]
    if width >= _ROOMY:
        names = f"{axes[0]} → {axes[1]} ↑"
        parts.append(f'<text x="{width:.0f}" y="{low + 5:.1f}" text-anchor="end" fill="var(--muted)">{names}</text>')
    return _svg(parts, (-1.0, -1.0, width + 2.0, height + _FOOT), words)


def body_drawing(scene: Scene, words: str, marks: Sequence[Sequence[float]] = ()) -> Markup:
    """A body in its box as ``<svg>``: edges with their lengths, and numbered rings, dashed where hidden.

    Parameters
    ----------
    scene : Scene
    words : str. What a screen reader says.
    marks : sequence of (3,) floats, m. Places to ring, counted from 1.
    """
    rows, columns = scene.pixels.shape[:2]
    x, y, z = scene.extent
    behind: list[Sequence[Sequence[float]]] = [((0, 0, 0), (x, 0, 0)), ((0, 0, 0), (0, y, 0)), ((0, 0, 0), (0, 0, z))]
    outline: list[Sequence[float]] = [(0, 0, z), (x, 0, z), (x, 0, 0), (x, y, 0), (0, y, 0), (0, y, z), (0, 0, z)]
    parts = [_line(scene, pair, "var(--grid)", 1.5) for pair in behind]
    parts.append(f'<image href="{_uri(scene.pixels)}" width="{columns}" height="{rows}"/>')
    parts.append(_line(scene, outline, "var(--muted)", 1.5))
    parts += [_line(scene, pair, "var(--muted)", 1.5) for pair in _near_edges(scene)]
    for middle, name, edge, offset in (
        ((x / 2, y, 0.0), "x", x, (26.0, 36.0)),
        ((x, y / 2, 0.0), "y", y, (-26.0, 36.0)),
        ((0.0, y, z / 2), "z", z, (14.0, 0.0)),
    ):
        across, down = scene.place(middle)
        anchor = "start" if name != "y" else "end"
        parts.append(
            f'<text x="{across + offset[0]:.0f}" y="{down + offset[1]:.0f}" text-anchor="{anchor}" '
            f'font-size="26" fill="var(--ink)">{name} {length_words(edge)}</text>'
        )
    for number, point in enumerate(marks, start=1):
        across, down = scene.place(point)
        parts.append(_ring(across, down, str(number), columns, rows, 2.1, scene.hidden(point)))
    return _svg(parts, (-70.0, 0.0, columns + 215.0, rows + 36.0), words)


def colour_key(colours: Array, numbers: Sequence[str], words: str) -> Markup:
    """A strip of colours with numbers under it.

    Parameters
    ----------
    colours : (n, 3) array, 0 to 1. From low to high.
    numbers : (3,) sequence of str. At the low end, in the middle and at the high end.
    words : str. What the colours mean.
    """
    parts = [
        f'<image href="{_uri(colours[None])}" y="2" width="300" height="11" preserveAspectRatio="none"/>',
        *(
            f'<text x="{at}" y="28" text-anchor="{anchor}" fill="var(--ink)">{escape(number)}</text>'
            for at, anchor, number in zip((0, 150, 300), ("start", "middle", "end"), numbers, strict=True)
        ),
        f'<text x="150" y="44" text-anchor="middle" fill="var(--muted)">{escape(words)}</text>',
    ]
    return _svg(parts, (0.0, 0.0, 300.0, 50.0), words)


def _near_edges(scene: Scene) -> list[list[tuple[float, ...]]]:
    """Edges that meet at the corner nearest to the eye, around the eighth that is cut away."""
    far = scene.extent
    cut = scene.cut or far
    lines = []
    for axis in range(3):
        one, two = (other for other in range(3) if other != axis)
        places = [(far[one], far[two], 0.0, cut[axis])]
        if scene.cut is not None:
            places += [
                (far[one], cut[two], cut[axis], far[axis]),
                (cut[one], far[two], cut[axis], far[axis]),
                (cut[one], cut[two], cut[axis], far[axis]),
            ]
        for at_one, at_two, start, stop in places:
            ends = []
            for along in (start, stop):
                point = [0.0, 0.0, 0.0]
                point[axis], point[one], point[two] = along, at_one, at_two
                ends.append(tuple(point))
            lines.append(ends)
    return lines


def _line(scene: Scene, points: Sequence[Sequence[float]], colour: str, wide: float) -> str:
    path = "L".join("{:.1f} {:.1f}".format(*scene.place(point)) for point in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'


def _ring(
    across: float, down: float, words: str, width: float, height: float, size: float = 1.0, hidden: bool = False
) -> str:
    """A ring with its number, which stands where there is room; pale under dark, so that it is seen on any colour."""
    radius = 7.0 * size
    right = across < width - 4.0 * radius
    at = across + (1.5 if right else -1.5) * radius
    level = min(max(down + 0.55 * radius, 1.7 * radius), height - 0.3 * radius)
    dashes = f' stroke-dasharray="{3 * size:.0f} {2.5 * size:.1f}"' if hidden else ""
    circle = f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}" fill="none"'
    return (
        f'{circle} stroke="#fff" stroke-width="{3.6 * size:.1f}"/>'
        f'{circle} stroke="#0067a3" stroke-width="{1.8 * size:.1f}"{dashes}/>'
        f'<text x="{at:.1f}" y="{level:.1f}" text-anchor="{"start" if right else "end"}" '
        f'font-size="{13 * size:.0f}" font-weight="700" fill="#0067a3" stroke="#fff" stroke-width="{3.2 * size:.1f}" '
        f'paint-order="stroke">{words}</text>'
    )


def _svg(parts: Sequence[str], view: tuple[float, ...], words: str) -> Markup:
    box = " ".join(f"{one:.1f}" for one in view)
    opening = f'<svg viewBox="{box}" role="img" aria-label="{escape(words)}" font-size="13">'
    return Markup(opening + "".join(parts) + "</svg>")  # the parts are made here; what comes from outside is escaped


def _uri(pixels: Array) -> str:
    """A PNG file as the address of a picture inside the page."""
    from matplotlib.image import imsave

    values = pixels if pixels.dtype == np.uint8 else (255.0 * np.clip(pixels, 0.0, 1.0) + 0.5).astype(np.uint8)
    stream = io.BytesIO()
    settings: Any = {"compress_level": 6}
    imsave(stream, np.ascontiguousarray(values), format="png", pil_kwargs=settings)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
