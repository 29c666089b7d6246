"""Curves of a page about a microstructure: sizes, chords, correlation, grains, and the grey values of a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.microstructure.segmentation import Segmentation
from lisse.microstructure.thresholds import histogram_of
from lisse.report.figures import NARROW, WIDE, Panel, new_axes, small_panel
from lisse.report.svg import COLOURS, drawing, inline_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["description_panels", "grain_panel", "grey_panel"]

Array = np.ndarray[Any, np.dtype[Any]]
_MOST = 4  # curves of one plot
_UM = 1e6
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.2, 1.6)))


def description_panels(results: Mapping[tuple[str, str], Any]) -> list[Panel]:
    """Every distribution that was computed.

    Parameters
    ----------
    results : mapping of (part, subject). As in `lisse.microstructure.Description`.
    """
    by_part: dict[str, dict[str, Any]] = {}
    for (part, subject), result in results.items():
        by_part.setdefault(part, {})[subject] = result
    found = []
    grains = by_part.get("grains", {})
    if "sizes" in grains:
        found.append(grain_panel(grains["sizes"]))
    for part, make in (("sizes", _thickness), ("chords", _chords), ("correlation", _correlation)):
        if by_part.get(part):
            found.append(make(by_part[part]))
    if "misorientation" in grains:
        found.append(_misorientation(grains["misorientation"]))
    return found


def grain_panel(sizes: Any) -> Panel:
    """How many grains have which diameter.

    Parameters
    ----------
    sizes : GrainSizes
    """
    diameters = sizes.diameters * _UM

    def draw(axes: Axes) -> None:
        bins = np.histogram_bin_edges(diameters, bins=min(24, max(5, round(2.0 * len(diameters) ** (1 / 3)))))
        axes.hist(diameters, bins=bins.tolist(), color=COLOURS["part-1"], rwidth=0.92)
        axes.axvline(sizes.mean * _UM, color=COLOURS["ink"], linewidth=1.0)
        _named(axes, "Diameter of the grain (µm)", "Grains")

    caption = (
        f"{len(diameters)} grains, mean {sizes.mean * _UM:.3g} µm (line). Diameter of a ball of the same volume; "
        f"the border of the volume cuts {int(np.sum(sizes.cut))} of them."
    )
    return small_panel("Grain sizes", caption, "grains", draw, "Histogram of grain diameters")


def grey_panel(found: Segmentation) -> Panel:
    """How often each grey value occurs, the thresholds, and the range in which each may lie."""
    histogram = histogram_of(found.image)
    centres, counts = histogram.centres, histogram.total / histogram.total.sum()
    width = centres[1] - centres[0]
    made = []
    for kind, size in (("wide", (WIDE[0], 260)), ("narrow", NARROW)):
        with drawing(12 if kind == "wide" else 11):
            figure, axes = new_axes(size, 62 if kind == "wide" else 54, 14, top=22, bottom=44)
            axes.fill_between(centres, 100.0 * counts, step="mid", color=COLOURS["part-1"], alpha=0.35, linewidth=0.0)
            axes.step(centres, 100.0 * counts, where="mid", color=COLOURS["part-1"], linewidth=1.2)
            for cut, (low, high) in zip(found.thresholds, found.ranges, strict=True):
                axes.axvspan(low, high, color=COLOURS["part-2"], alpha=0.22, linewidth=0.0)
                axes.axvline(cut, color=COLOURS["part-2"], linewidth=1.8)
                axes.annotate(
                    f"{cut:.5g}", (cut, 1.01), xycoords=("data", "axes fraction"), ha="center", color=COLOURS["part-2"]
                )
            axes.set_xlim(centres[0] - width / 2, centres[-1] + width / 2)
            axes.set_ylim(bottom=0.0)
            axes.grid(axis="y", linewidth=0.6)
            axes.set_axisbelow(True)
            _named(axes, "Grey value", "Share of the voxels (%)")
            words = "Histogram of grey values with thresholds"
            made.append((kind, inline_svg(figure, f"grey-{kind}", "Grey values", words)))
    how = _METHODS[found.method]
    caption = f"Line: threshold ({how}); shaded: where it may lie."
    if len(found.thresholds) > 1:
        caption = f"Lines: thresholds ({how}); shaded: where they may lie."
    return Panel("Grey values", caption, tuple(made))


_METHODS = {"otsu": "Otsu's method", "multi-otsu": "Otsu's method for several classes", "given": "as given"}


def _thickness(of: Mapping[str, Any]) -> Panel:
    chosen = list(of.items())[:_MOST]

    def draw(axes: Axes) -> None:
        for number, (_, one) in enumerate(chosen, start=1):
            middles = 0.5 * (one.edges[1:] + one.edges[:-1]) * _UM
            axes.step(middles, 100.0 * one.share, where="mid", color=COLOURS[f"part-{number}"], linewidth=1.6)
        axes.set_ylim(bottom=0.0)
        _named(axes, "Local thickness (µm)", "Share of the phase (%)")

    caption = "Diameter of the largest ball inside the phase that covers a place."
    return small_panel(
        "Thickness", caption, "thickness", draw, "Local thickness", key=_key([name for name, _ in chosen])
    )


def _chords(of: Mapping[str, Any]) -> Panel:
    known = [one for one in of.values() if one.count.sum() > 0]
    phases = list(dict.fromkeys(one.phase for one in known))[:_MOST]
    if not known:
        return Panel("Chords", text="Every line lies in one phase from end to end.")

    def draw(axes: Axes) -> None:
        longest = 0.0
        for one in (one for one in known if one.phase in phases):
            total = np.cumsum(one.count)
            longest = max(longest, float(one.length[np.searchsorted(total, 0.995 * total[-1])]))
            colour = COLOURS[f"part-{phases.index(one.phase) + 1}"]
            axes.plot(one.length * _UM, one.density / _UM, color=colour, linewidth=1.4, linestyle=_DASHES[one.axis])
        axes.set_xlim(0.0, longest * _UM)
        axes.set_ylim(bottom=0.0)
        _named(axes, "Length of the chord (µm)", "Density (1/µm)")

    caption = "Chords with both ends inside the volume; solid along x, dashed along y, dotted along z."
    return small_panel("Chords", caption, "chords", draw, "Chord lengths", key=_key(phases))


def _correlation(of: Mapping[str, Any]) -> Panel:
    chosen = list(of.items())[:_MOST]

    def draw(axes: Axes) -> None:
        farthest = 0.0
        for number, (_, one) in enumerate(chosen, start=1):
            colour = COLOURS[f"part-{number}"]
            axes.plot(one.distance * _UM, one.probability, color=colour, linewidth=1.6)
            axes.axhline(one.fraction**2, color=colour, linewidth=0.8, linestyle=(0, (4, 3)))
            farthest = max(farthest, min(float(one.distance[-1]), 12.0 * float(one.correlation_length)))
        axes.set_xlim(0.0, farthest * _UM or None)
        axes.set_ylim(bottom=0.0)
        _named(axes, "Distance (µm)", "Both ends in the phase")

    caption = "Probability that both ends of a stick lie in the phase; dashed: without any order."
    names = [name for name, _ in chosen]
    return small_panel("Two-point correlation", caption, "correlation", draw, "Two-point correlation", key=_key(names))


def _misorientation(found: Any) -> Panel:
    angles = np.degrees(found.angles)

    def draw(axes: Axes) -> None:
        axes.hist(angles, bins=np.arange(0.0, angles.max() + 4.0, 4.0).tolist(), weights=_shares(found.areas),
                  color=COLOURS["part-1"], rwidth=0.92)  # fmt: skip
        _named(axes, "Misorientation (°)", "Share of the boundaries (%)")

    caption = f"Across {len(angles)} boundaries, by area, for {found.symmetry} crystals."
    return small_panel("Misorientation", caption, "misorientation", draw, "Histogram of misorientations")


def _shares(areas: Array) -> Array:
    found: Array = 100.0 * areas / areas.sum()
    return found


def _key(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"part-{number}", name) for number, name in enumerate(names, start=1))


def _named(axes: Axes, right: str, up: str) -> None:
    axes.set(xlabel=right, ylabel=up)
