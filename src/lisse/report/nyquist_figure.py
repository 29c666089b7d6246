"""Impedance spectra as a Nyquist plot, for simulated and measured cells alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.report.svg import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_SPECTRA", "chosen_spectra", "draw_nyquist", "hertz", "shade"]

MOST_SPECTRA = 8
"""There are no more shades than that."""
_ROOM = (44.0, 20.0)  # px, across and upward, that a label beside the data takes
_NEAR = 14.0  # px: marks nearer than that share one name
_SIZE, _HEIGHT, _APART = 10.0, 13.0, 6.0  # px: letters of a label, its height, and how far it stands from its mark
_PREFIXES = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"))


def chosen_spectra(count: int) -> list[int]:
    """Numbers of at most eight spectra, evenly from the first to the last."""
    if count <= MOST_SPECTRA:
        return list(range(count))
    return [int(number) for number in np.linspace(0, count - 1, MOST_SPECTRA).round()]


def shade(number: int, count: int) -> str:
    """Role of the colour of one of `count` spectra; later ones are darker."""
    return f"step-{1 + round(7 * number / (count - 1))}" if count > 1 else "step-6"


def draw_nyquist(axes: Axes, spectra: Sequence[tuple[np.ndarray, np.ndarray]], unit: str) -> None:
    """Minus the imaginary against the real part, with one scale for both axes and the decades of the last one marked.

    Parameters
    ----------
    axes : Axes
    spectra : sequence of (frequency, impedance)
        Hz, and complex numbers in `unit`; where an impedance is NaN, nothing is drawn.
    unit : str
    """
    for number, (frequency, impedance) in enumerate(spectra):
        order = np.argsort(-frequency)
        real, imaginary = impedance.real[order], -impedance.imag[order]
        colour = COLOURS[shade(number, len(spectra))]
        axes.plot(real, imaginary, color=colour, linewidth=1.2, marker="o", markersize=2.2)
    axes.axhline(0.0, color=COLOURS["muted"], linewidth=0.6)
    axes.grid(linewidth=0.5)
    axes.set_axisbelow(True)
    _one_scale(axes, np.concatenate([impedance[np.isfinite(impedance)] for _, impedance in spectra]))
    axes.set(xlabel=f"Real part ({unit})", ylabel=f"− Imaginary part ({unit})")
    _mark_decades(axes, spectra, COLOURS[shade(len(spectra) - 1, len(spectra))])


def _one_scale(axes: Axes, impedance: np.ndarray) -> None:
    """Limits with one scale for both axes, and room for labels around the data and the real axis; the rest is above."""
    width, height = axes.bbox.size
    across, upward = impedance.real, np.append(-impedance.imag, 0.0)
    scale = max(np.ptp(across) / (width - 2.0 * _ROOM[0] - 14.0), np.ptp(upward) / (height - 2.0 * _ROOM[1]))
    scale = scale or abs(across[0]) / width or 1.0
    middle, bottom = 0.5 * float(across.min() + across.max()), float(upward.min()) - scale * _ROOM[1]
    axes.set_xlim(middle - 0.5 * scale * width, middle + 0.5 * scale * width)
    axes.set_ylim(bottom, bottom + scale * height)


def _mark_decades(axes: Axes, spectra: Sequence[tuple[np.ndarray, np.ndarray]], colour: str) -> None:
    """A larger mark at each whole decade of the last spectrum's frequency, and its name where that covers nothing."""
    drawn = [_places(*spectrum) for spectrum in spectra]
    lines = [axes.transData.transform(places) for _, places in drawn]
    (frequency, places), pixels = drawn[-1], lines[-1]
    if not frequency.size:
        return
    middle = np.array([0.5 * (pixels[:, 0].min() + pixels[:, 0].max()), pixels[:, 1].min()])
    frame, named = np.array([axes.bbox.min, axes.bbox.max]), list[np.ndarray]()
    axis = np.column_stack([frame[:, 0], np.full(2, axes.transData.transform((0.0, 0.0))[1])])
    taken = np.concatenate([_dense(line) for line in (axis, *lines)])
    for record, decade in enumerate(np.log10(frequency)):
        if abs(decade - round(decade)) > 0.02:
            continue
        real, minus_imaginary = places[record]
        axes.plot(real, minus_imaginary, color=colour, marker="o", markersize=4.5)
        if any(np.hypot(*(pixels[record] - other)) < _NEAR for other in named):
            continue
        words = hertz(10.0 ** round(decade))
        box = _free_box(pixels[record], pixels[record] - middle, _width(words), taken, frame)
        if box is None:
            continue
        taken = np.concatenate([taken, _filled(box)])
        named.append(pixels[record])
        right, up = (box.mean(axis=0) - pixels[record]).tolist()
        at: Any = {"xytext": (right, up), "textcoords": "offset pixels", "ha": "center", "va": "center"}
        axes.annotate(words, (real, minus_imaginary), fontsize=_SIZE, **at)


def _places(frequency: np.ndarray, impedance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies of known impedances, rising, and where they stand in the plot, (n, 2)."""
    order = np.argsort(frequency)
    order = order[np.isfinite(impedance[order])]
    return frequency[order], np.column_stack([impedance.real, -impedance.imag])[order]


def _width(words: str) -> float:
    """px. Of a label."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return float(text_to_path.get_text_width_height_descent(words, FontProperties(size=_SIZE), ismath=False)[0])


def _dense(line: np.ndarray) -> np.ndarray:
    """Points of a line, two pixels apart at most."""
    if not len(line):
        return line
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    steps = np.linspace(0.0, along[-1], 2 + int(along[-1] / 2.0))
    return np.column_stack([np.interp(steps, along, each) for each in line.T])


def _filled(box: np.ndarray) -> np.ndarray:
    """Points all over a box, two pixels apart at most."""
    sides = [np.linspace(low, high, 2 + int((high - low) / 2.0)) for low, high in box.T]
    return np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)


def _free_box(
    point: np.ndarray, outward: np.ndarray, width: float, taken: np.ndarray, frame: np.ndarray
) -> np.ndarray | None:
    """Lower left and upper right corner (2, 2) of a label beside a point that covers nothing taken; outside first."""
    half = np.array([0.5 * width, 0.5 * _HEIGHT])
    ways = [np.array([np.cos(angle), np.sin(angle)]) for angle in np.arange(0.0, 2.0 * np.pi, np.pi / 4.0)]
    for way in sorted(ways, key=lambda way: -float(way @ outward)):
        centre = point + way * (half + _APART)
        box = np.array([centre - half, centre + half])
        inside = (box[0] >= frame[0]).all() and (box[1] <= frame[1]).all()
        if inside and not ((taken > box[0]) & (taken < box[1])).all(axis=1).any():
            return box
    return None


def hertz(frequency: float) -> str:
    """A frequency, such as ``"100 kHz"``."""
    factor, prefix = next((pair for pair in _PREFIXES if frequency >= 0.999 * pair[0]), _PREFIXES[-1])
    return f"{frequency / factor:.3g} {prefix}Hz"
