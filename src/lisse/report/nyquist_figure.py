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
_ROOM = (44.0, 15.0)  # px, across and upward, that a label takes
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
    _mark_decades(axes, *spectra[-1], COLOURS[shade(len(spectra) - 1, len(spectra))])


def _one_scale(axes: Axes, impedance: np.ndarray) -> None:
    """Limits with one scale for both axes, and room for labels around the data and the real axis."""
    width, height = axes.bbox.size
    across, upward = impedance.real, np.append(-impedance.imag, 0.0)
    scale = max(np.ptp(across) / (width - 2.0 * _ROOM[0] - 14.0), np.ptp(upward) / (height - 2.0 * _ROOM[1]))
    scale = scale or abs(across[0]) / width or 1.0
    for values, pixels, set_limits in ((across, width, axes.set_xlim), (upward, height, axes.set_ylim)):
        middle = 0.5 * float(values.min() + values.max())
        set_limits(middle - 0.5 * scale * pixels, middle + 0.5 * scale * pixels)


def _mark_decades(axes: Axes, frequency: np.ndarray, impedance: np.ndarray, colour: str) -> None:
    """A larger mark at each whole decade of frequency, and its name beside the line where there is room."""
    known = np.isfinite(impedance)
    frequency, impedance = frequency[known], impedance[known]
    order = np.argsort(frequency)
    places = np.column_stack([impedance.real, -impedance.imag])[order]
    pixels = axes.transData.transform(places)
    middle = np.array([0.5 * (pixels[:, 0].min() + pixels[:, 0].max()), pixels[:, 1].min()])
    tangents = np.gradient(pixels, axis=0) if len(pixels) > 1 else np.array([[1.0, 0.0]])
    taken: list[np.ndarray] = []
    for record, decade in enumerate(np.log10(frequency[order])):
        if abs(decade - round(decade)) > 0.02:
            continue
        axes.plot(*places[record], color=colour, marker="o", markersize=4.5)
        if any((np.abs(pixels[record] - other) < _ROOM).all() for other in taken):
            continue
        taken.append(pixels[record])
        beside = _beside(tangents[record], pixels[record] - middle)
        axes.annotate(hertz(10.0 ** round(decade)), places[record], textcoords="offset points", fontsize=10, **beside)


def _beside(tangent: np.ndarray, outward: np.ndarray) -> dict[str, Any]:
    """Where a label stands clear of a line: across its direction, on the outer side."""
    across = np.array([-tangent[1], tangent[0]]) / (np.hypot(*tangent) or 1.0)
    across = across if across @ outward >= 0.0 else -across
    right, up = np.where(np.abs(across) > 0.4, np.sign(across), 0.0)
    return {
        "xytext": tuple(7.0 * across),
        "ha": {1.0: "left", 0.0: "center", -1.0: "right"}[right],
        "va": {1.0: "bottom", 0.0: "center", -1.0: "top"}[up],
    }


def hertz(frequency: float) -> str:
    """A frequency, such as ``"100 kHz"``."""
    factor, prefix = next((pair for pair in _PREFIXES if frequency >= 0.999 * pair[0]), _PREFIXES[-1])
    return f"{frequency / factor:.3g} {prefix}Hz"
