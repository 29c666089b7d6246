"""The failure map as a picture: regions by limiting mechanism, contours of the limit, and what was seen on top."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.report.map_points import MapPoint, map_points
from lisse.report.words import MODES, printed
from lisse.study.axes import Span
from lisse.study.maps import FailureMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = ["map_figure"]

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "none": "#f7f7f5",
        "contact-loss": "#a9d6f1",
        "filament-short": "#f2b78f",
        "soft-short": "#f7d9a0",
        "internal-plating": "#e3bcd3",
        "salt-depletion": "#9fd8c1",
        "interphase-growth": "#f0dc8c",
        "electrolyte-fracture": "#c9b5a2",
        "lithium-exhausted": "#c9cdd2",
        "voltage-limit": "#b9b3dc",
    }
)
"""Fill of each region: light tints of the Okabe-Ito colours, told apart without colour vision by their labels."""
_MARKERS = {"limit": "D", "stable": "o", "failed": "X", "measured": "s", "material": "o"}
_HOLLOW = ("stable", "measured")
_INK, _OTHER = "#1a1a1a", "#8a8a8a"
_AXES = (6.8, 4.0)  # inches, about: width and height of the axes


def map_figure(drawn: FailureMap) -> Figure:
    """Draw a failure map.

    Parameters
    ----------
    drawn : FailureMap
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": "sans-serif", "font.size": 10, "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.6, 5.2), layout="constrained")
        axes = figure.add_subplot()
        _frame(axes, drawn)
        regions = _found(drawn)
        _regions(axes, drawn, regions)
        lines: list[Any] = []
        _contours(axes, drawn, lines)
        _stability(axes, drawn, lines)
        points = map_points(drawn)
        _points(axes, drawn, points)
        unnamed = _names(axes, drawn, regions, points)
        swatches = {_region_words(region, regions, drawn): region.colour for region in unnamed}
        _legend(axes, drawn, swatches, points, lines)
        words = {"analytic": "closed forms", "lumped": "lumped model"}.get(drawn.model, drawn.model)
        title = printed(textwrap.shorten(drawn.title, 70))
        axes.set_title(f"{title}: what limits it ({words})", loc="left", fontsize=11)
    return figure


def _frame(axes: Axes, drawn: FailureMap) -> None:
    for span, scale, label, limits, direction in (
        (drawn.x, axes.set_xscale, axes.set_xlabel, axes.set_xlim, axes.xaxis),
        (drawn.y, axes.set_yscale, axes.set_ylabel, axes.set_ylim, axes.yaxis),
    ):
        shown = span.shown
        label(_printed(span.axis.label))
        if span.logarithmic:
            scale("log")
            _decades_on(direction, shown)
        limits(shown[0], shown[-1])
    axes.tick_params(direction="out", which="both")


def _decades_on(direction: Axis, shown: np.ndarray) -> None:
    """Plain numbers, with 2 and 5 where there are few decades; powers of ten where plain numbers are long."""
    from matplotlib.ticker import LogLocator, NullFormatter

    if shown[-1] / shown[0] < 100.0:
        direction.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    if shown[-1] < 1e4 and shown[0] >= 1e-3:
        direction.set_major_formatter(lambda value, _: f"{value:g}")
    direction.set_minor_formatter(NullFormatter())


def _printed(label: str) -> str:
    """Units with raised digits, as they are printed."""
    words, slash, unit = label.partition(" / ")
    unit = unit.replace("ohm", "Ω").replace("um", "µm").replace("degC", "°C").replace("m^0.5", "m$^{1/2}$")
    for plain, raised in (("cm2", "cm$^2$"), ("nm2", "nm$^2$"), ("J/m2", "J/m$^2$"), ("1/µm2", "µm$^{-2}$")):
        unit = unit.replace(plain, raised)
    return f"{words}{slash}{unit}"


@dataclass(frozen=True)
class _Region:
    """Where one mode, or one criterion of it, limits; `index` counts the criteria of the mode."""

    mode: str
    criterion: int
    index: int
    mask: np.ndarray

    @property
    def colour(self) -> str:
        """The tint of the mode, darker for its second and third criterion."""
        from matplotlib.colors import to_hex, to_rgb

        red, green, blue = (channel * 0.9**self.index for channel in to_rgb(REGIONS[self.mode]))
        return str(to_hex((red, green, blue)))


def _found(drawn: FailureMap) -> list[_Region]:
    """The regions of a map; a mode is split where several of its criteria limit."""
    regions = []
    for number, mode in enumerate(drawn.modes):
        here = drawn.mode == number
        for index, criterion in enumerate(np.unique(drawn.criterion[here])):
            regions.append(_Region(mode, int(criterion), index, here & (drawn.criterion == criterion)))
    return regions


def _region_words(region: _Region, regions: Sequence[_Region], drawn: FailureMap) -> str:
    """The name of the mode; with its criterion where the mode has several on this map."""
    alone = sum(other.mode == region.mode for other in regions) == 1
    return MODES[region.mode] if alone else f"{MODES[region.mode]}: {drawn.criteria[region.criterion].name}"


def _regions(axes: Axes, drawn: FailureMap, regions: Sequence[_Region]) -> None:
    """Fill the regions: cell by cell, and over that with smooth borders where every criterion is known everywhere."""
    from matplotlib.colors import ListedColormap

    number = np.full(drawn.mode.shape, -1)
    for index, region in enumerate(regions):
        number[region.mask] = index
    axes.pcolormesh(
        _edges(drawn.x),
        _edges(drawn.y),
        np.ma.masked_less(number, 0),
        cmap=ListedColormap([region.colour for region in regions]),
        vmin=-0.5,
        vmax=len(regions) - 0.5,
        rasterized=True,
        zorder=0,
    )
    if len(regions) < 2 or not drawn.criteria:
        return
    for region, ahead in zip(regions, _advantages(drawn, regions), strict=True):
        axes.contourf(drawn.x.shown, drawn.y.shown, ahead, [0.0, np.inf], colors=[region.colour], zorder=0.5)
        axes.contour(drawn.x.shown, drawn.y.shown, ahead, [0.0], colors="white", linewidths=1.6, zorder=1)


def _advantages(drawn: FailureMap, regions: Sequence[_Region]) -> Sequence[np.ndarray]:
    """How far each region's criterion is ahead of all others, above zero inside: decades of margin.

    Where a criterion only says yes or no, its own sign takes that place, and it is left out of the others' contest:
    they lie under it.
    """
    blank = drawn.mode < 0
    decades = [_decades(drawn, region) for region in regions]
    signs = [drawn.criteria[region.criterion].sign if region.criterion >= 0 else None for region in regions]
    found = []
    for index, (own, sign) in enumerate(zip(decades, signs, strict=True)):
        others = [d for k, d in enumerate(decades) if k != index and signs[k] is None]
        ahead = sign if sign is not None else np.minimum.reduce([np.full(own.shape, 2 * _FAR), *others]) - own
        found.append(np.ma.masked_where(blank, ahead))
    return found


_FAR = 12.0  # decades of margin that stand for "does not apply"


def _decades(drawn: FailureMap, region: _Region) -> np.ndarray:
    if region.criterion < 0:  # no failure: as a limit that lies just at the current
        return np.full(drawn.mode.shape, 0.0 if drawn.current_density is None else _FAR)
    margin = drawn.criteria[region.criterion].margin
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(np.where(np.isnan(margin), np.inf, margin)), -_FAR, _FAR)


def _edges(span: Span) -> np.ndarray:
    """Edges of the cells around the values; the first and last cell end at the first and last value."""
    values = np.log(span.shown) if span.logarithmic else span.shown
    edges = np.concatenate([values[:1], 0.5 * (values[1:] + values[:-1]), values[-1:]])
    return np.exp(edges) if span.logarithmic else edges


def _contours(axes: Axes, drawn: FailureMap, handles: list[Any]) -> None:
    """Contours of the limiting current density; with the current on an axis, the line on which a limit is met."""
    line = partial(_line, color=_INK)
    x, y = drawn.x.shown, drawn.y.shown
    finite = np.isfinite(drawn.limit) & (drawn.limit > 0)
    if not finite.any():
        return
    if drawn.current_density is None:
        with np.errstate(divide="ignore"):
            height = np.log10(np.clip(np.where(np.isnan(drawn.margin), 1e9, drawn.margin), 1e-9, 1e9))
        if height.min() < 0 < height.max():
            axes.contour(x, y, height, [0.0], colors=_INK, linewidths=1.8, zorder=3)
            handles.append(line(linewidth=1.8, label="the lowest limit is met"))
        return
    limit = np.ma.masked_where(~finite, drawn.limit * 0.1)  # mA/cm2
    now = drawn.current_density * 0.1
    levels = [level for level in _levels(float(limit.min()), float(limit.max())) if abs(level / now - 1) > 0.05]
    if levels:
        lines = axes.contour(x, y, limit, levels, colors=_INK, linewidths=0.7, zorder=2)
        axes.clabel(lines, fmt=lambda value: f"{value:g}", fontsize=8, inline_spacing=3)
        handles.append(line(linewidth=0.7, label="critical current density / mA cm$^{-2}$"))
    if limit.min() < now < limit.max():
        axes.contour(x, y, limit, [now], colors=_INK, linewidths=2.0, linestyles="--", zorder=3)
        words = f"that of the protocol's largest current, {now:.3g} mA cm$^{{-2}}$"
        handles.append(line(linewidth=2.0, linestyle="--", label=words))


def _levels(low: float, high: float) -> list[float]:
    """Round levels between two numbers, at most nine: each decade, or with 2 and 5 in between."""
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        levels = [step * 10.0**decade for decade in decades for step in steps]
        inside = [level for level in levels if low < level < high]
        if len(inside) <= 9:
            return inside
    return inside[:: len(inside) // 9 + 1]


def _stability(axes: Axes, drawn: FailureMap, handles: list[Any]) -> None:
    """Where linear stability changes its verdict: the same line in both conventions."""
    sign = next((criterion.sign for criterion in drawn.criteria if criterion.sign is not None), None)
    if sign is not None and sign.min() < 0 < sign.max():
        axes.contour(drawn.x.shown, drawn.y.shown, sign, [0.0], colors=_INK, linewidths=1.3, linestyles=":", zorder=3)
        handles.append(_line(color=_INK, linewidth=1.3, linestyle=":", label="linear stability changes sign"))


def _line(**settings: Any) -> Any:
    """A line for the legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], **settings)


def _points(axes: Axes, drawn: FailureMap, points: Sequence[MapPoint]) -> None:
    """Observations and materials; those of the case's electrolyte in ink and named, the others in grey."""
    texts: dict[tuple[float, float, str], list[str]] = {}
    for point in points:
        x, y = (span.axis.quantity.shown(value) for span, value in ((drawn.x, point.x), (drawn.y, point.y)))
        colour = _INK if point.same else _OTHER
        if point.kind == "material":
            _spread(axes, drawn, point, colour)
        axes.plot(
            [x],
            [y],
            _MARKERS[point.kind],
            color=colour,
            markerfacecolor="white" if point.kind in _HOLLOW else colour,
            markersize=6.5 if point.same else 5,
            markeredgewidth=1.1,
            zorder=6 if point.same else 5,
            clip_on=False,
        )
        if point.same or point.kind == "material":
            there = texts.setdefault((x, y, colour), [])
            there += [point.label] if point.label not in there else []
    _label_points(axes, [(x, y, ", ".join(labels), colour) for (x, y, colour), labels in texts.items()])


def _spread(axes: Axes, drawn: FailureMap, point: MapPoint, colour: str) -> None:
    for span, other, interval, draw in (
        (drawn.x, point.y, point.x_range, axes.hlines),
        (drawn.y, point.x, point.y_range, axes.vlines),
    ):
        if interval is not None:
            ends = np.clip(interval, span.values[0], span.values[-1])
            across = drawn.y if span is drawn.x else drawn.x
            shown = span.axis.quantity.shown(np.array(ends))
            draw(across.axis.quantity.shown(other), *shown, color=colour, linewidth=1.2, zorder=4)


def _label_points(axes: Axes, texts: Sequence[tuple[float, float, str, str]]) -> None:
    """Names beside their points, pushed apart upwards where they would cover each other."""
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
    taken: list[tuple[float, float]] = []
    to_axes = axes.transData + axes.transAxes.inverted()
    for x, y, text, colour in sorted(texts, key=lambda entry: entry[:2]):
        across, up = to_axes.transform((x, y))
        right = across < 0.72
        height = up + 0.02
        while any(abs(height - other) < 0.042 and abs(across - place) < 0.3 for place, other in taken):
            height += 0.042
        taken.append((across, height))
        axes.annotate(
            text,
            (x, y),
            xytext=(across + (0.016 if right else -0.016), height),
            textcoords=axes.transAxes,
            fontsize=7.5,
            color=colour,
            ha="left" if right else "right",
            va="center",
            bbox=box,
            zorder=7,
        )


def _names(axes: Axes, drawn: FailureMap, regions: Sequence[_Region], points: Sequence[MapPoint]) -> list[_Region]:
    """Write the name of each region inside it, where it has room; returns those that are left unnamed."""
    from matplotlib.patheffects import withStroke

    unnamed = []
    for region in regions:
        free = region.mask.copy()
        for point in points:
            row, column = (int(np.argmin(np.abs(s.values - v))) for s, v in ((drawn.y, point.y), (drawn.x, point.x)))
            free[row, column] = False
        for width, size in ((20, 10.5), (12, 10.5), (12, 8.5)):
            text = textwrap.wrap(_region_words(region, regions, drawn), width)
            place = _room(free, text, size)
            if place is not None:
                axes.text(
                    drawn.x.shown[place[1]],
                    drawn.y.shown[place[0]],
                    "\n".join(text),
                    ha="center",
                    va="center",
                    fontsize=size,
                    color="#3a3a3a",
                    fontweight="bold",
                    path_effects=[withStroke(linewidth=3, foreground=region.colour)],
                    zorder=4,
                )
                break
        else:
            unnamed.append(region)
    return unnamed


def _room(free: np.ndarray, lines: Sequence[str], size: float) -> tuple[int, int] | None:
    """Row and column at which a text fits into a region, as far from its border as it can be; ``None`` where not."""
    from scipy.ndimage import distance_transform_edt, minimum_filter

    rows, columns = free.shape
    wide = 0.72 * size / 72 * max(map(len, lines)) / _AXES[0]  # share of the axes that the text takes
    high = 1.6 * size / 72 * len(lines) / _AXES[1]
    box = (max(1, round(high * rows)), max(1, round(wide * columns)))
    fits = minimum_filter(free.astype(np.uint8), size=box, mode="constant", cval=0) > 0
    if not fits.any():
        return None
    distance = distance_transform_edt(np.pad(free, 1), sampling=(_AXES[1] / rows, _AXES[0] / columns))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(np.where(fits, distance, -1.0))), free.shape)
    return int(row), int(column)


def _legend(
    axes: Axes, drawn: FailureMap, swatches: Mapping[str, str], points: Sequence[MapPoint], lines: Sequence[Any]
) -> None:
    """What the lines and symbols are, below the map."""
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(facecolor=colour, label=words) for words, colour in swatches.items()]
    handles += lines
    for kind in dict.fromkeys(point.kind for point in points):
        face = "white" if kind in _HOLLOW else _INK
        word = "electrolyte of the library" if kind == "material" else f"observed: {kind}"
        handles.append(_line(color=_INK, marker=_MARKERS[kind], linestyle="", markerfacecolor=face, label=word))
    if any(not point.same for point in points) and any(point.kind != "material" for point in points):
        words = f"grey: not {drawn.electrolyte}, or treated or at another temperature"
        handles.append(_line(color=_OTHER, marker="o", linestyle="", label=words))
    if handles:
        axes.figure.legend(
            handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=8.5, handlelength=2.2
        )
