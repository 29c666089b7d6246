"""The regions of a failure map: where each mechanism limits, filled and named."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.report.map_canvas import Canvas, print_units
from lisse.report.map_room import place_in, text_size
from lisse.report.words import MODES
from lisse.study.axes import Span
from lisse.study.maps import FailureMap
from lisse.units import format_quantity

__all__ = ["COLOURS", "Region", "fill_regions", "find_regions", "is_level", "name_regions"]

COLOURS: Mapping[str, str] = MappingProxyType(
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
_FAR = 12.0  # decades of margin that stand for "does not apply"
_LARGE = 0.06  # share of the map that makes a part of a region worth a name of its own
_LEVEL = 0.02  # a limit that changes less over its region is written as one number


@dataclass(frozen=True)
class Region:
    """Where one mode, or one criterion of it, limits.

    Attributes
    ----------
    mode : str
    criterion : int
        Index of the criterion; -1 for a model without, and for no failure.
    index : int
        Counts the criteria of the mode.
    words : str
        The name of the mode; with its criterion where the mode has several on this map.
    mask : (ny, nx) array of bool
    limit : (ny, nx) array, A/m2
        Its limit, beyond its border too where the criterion says it there; NaN where it is no current density.
    """

    mode: str
    criterion: int
    index: int
    words: str
    mask: NDArray[np.bool_]
    limit: NDArray[np.float64]

    @property
    def colour(self) -> str:
        """The tint of the mode, darker for its second and third criterion."""
        from matplotlib.colors import to_hex, to_rgb

        red, green, blue = (channel * 0.9**self.index for channel in to_rgb(COLOURS[self.mode]))
        return str(to_hex((red, green, blue)))


def find_regions(drawn: FailureMap) -> list[Region]:
    """The regions of a map; a mode is split where several of its criteria limit."""
    regions = []
    for number, mode in enumerate(drawn.modes):
        here = drawn.mode == number
        criteria = np.unique(drawn.criterion[here])
        for index, criterion in enumerate(criteria):
            words = MODES[mode] if len(criteria) == 1 else f"{MODES[mode]}: {drawn.criteria[criterion].name}"
            mask = here & (drawn.criterion == criterion)
            own = np.where(mask, drawn.limit, np.nan) if criterion < 0 else drawn.criteria[criterion].current_density
            regions.append(Region(mode, int(criterion), index, words, mask, own))
    return regions


def is_level(region: Region) -> float | None:
    """A/m2. The limit of a region over which it hardly changes; ``None`` where it changes, or is no current."""
    inside = region.limit[region.mask]
    if region.mode == "none" or not np.isfinite(inside).all() or inside.min() <= 0.0:
        return None
    flat = inside.max() - inside.min() < _LEVEL * inside.min()
    return float(np.median(inside)) if flat else None


def fill_regions(canvas: Canvas, regions: Sequence[Region]) -> list[Any]:
    """Fill: cell by cell, and over that with smooth borders where every criterion is known everywhere.

    Returns
    -------
    list
        The smooth fill of each region, or ``None`` where there is none.
    """
    from matplotlib.colors import ListedColormap

    drawn, axes = canvas.drawn, canvas.axes
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
        return [None] * len(regions)
    fills: list[Any] = [None] * len(regions)
    advantages = _advantages(drawn, regions)
    for index, (region, ahead) in enumerate(zip(regions, advantages, strict=True)):
        over = 0.6 if _sign(drawn, region) is not None else 0.0  # the others lie under it
        fills[index] = axes.contourf(
            canvas.x, canvas.y, ahead, [0.0, np.inf], colors=[region.colour], zorder=0.5 + over
        )
        axes.contour(canvas.x, canvas.y, ahead, [0.0], colors="white", linewidths=1.6, zorder=1 + over)
    return fills


def _advantages(drawn: FailureMap, regions: Sequence[Region]) -> Sequence[Any]:
    """How far each region's criterion is ahead of all others, above zero inside: decades of margin.

    Where a criterion only says yes or no, its own sign takes that place, and it is left out of the others' contest:
    they lie under it.
    """
    blank = drawn.mode < 0
    decades = [_decades(drawn, region) for region in regions]
    signs = [_sign(drawn, region) for region in regions]
    found = []
    for index, (own, sign) in enumerate(zip(decades, signs, strict=True)):
        others = [d for k, d in enumerate(decades) if k != index and signs[k] is None]
        ahead = sign if sign is not None else np.minimum.reduce([np.full(own.shape, 2 * _FAR), *others]) - own
        found.append(np.ma.masked_where(blank, ahead))
    return found


def _sign(drawn: FailureMap, region: Region) -> NDArray[np.float64] | None:
    """What a criterion that only says yes or no is above zero by; ``None`` for any other."""
    return drawn.criteria[region.criterion].sign if region.criterion >= 0 else None


def _decades(drawn: FailureMap, region: Region) -> NDArray[np.float64]:
    if region.criterion < 0:  # no failure: as a limit that lies just at the current
        return np.full(drawn.mode.shape, 0.0 if drawn.current_density is None else _FAR)
    margin = drawn.criteria[region.criterion].margin
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(np.where(np.isnan(margin), np.inf, margin)), -_FAR, _FAR)


def _edges(span: Span) -> NDArray[np.float64]:
    """Edges of the cells around the values; the first and last cell end at the first and last value."""
    values = np.log(span.shown) if span.logarithmic else span.shown
    edges = np.concatenate([values[:1], 0.5 * (values[1:] + values[:-1]), values[-1:]])
    return np.exp(edges) if span.logarithmic else edges


def name_regions(canvas: Canvas, regions: Sequence[Region]) -> list[Region]:
    """Write the name of each region into every large part of it, clear of what stands there.

    Where the limit of a region is one number, that stands below the name.

    Returns
    -------
    list of Region
        Those that have no room for their name.
    """
    return [region for region in regions if not _is_named(canvas, region)]


def _is_named(canvas: Canvas, region: Region) -> bool:
    from scipy.ndimage import label

    parts, count = label(canvas.raster(region.mask))
    sizes = [int((parts == number).sum()) for number in range(1, count + 1)]
    named = False
    for number, size in sorted(enumerate(sizes, 1), key=lambda part: -part[1]):
        if not named or size > _LARGE * parts.size:
            named = _write_name(canvas, region, parts == number) or named
    return named


def _write_name(canvas: Canvas, region: Region, part: NDArray[np.bool_]) -> bool:
    from matplotlib.patheffects import withStroke

    level = is_level(region)
    number = [] if level is None else [print_units(f"limit {format_quantity('current_density', level, 2)}")]
    for free in (canvas.board.clear(part, lines=True), canvas.board.clear(part, lines=False)):
        for width, size in ((22, 10.5), (13, 10.5), (22, 8.5), (13, 8.5)):
            lines = [*textwrap.wrap(region.words, width), *number]
            wide, high = text_size(lines, size, "bold")
            place = place_in(free, wide + 0.08, high + 0.04)
            if place is not None:
                canvas.board.take(*place, wide, high)
                outline = [withStroke(linewidth=3, foreground=region.colour)]
                look: Any = {"fontsize": size, "color": "#3a3a3a", "fontweight": "bold", "path_effects": outline}
                canvas.write("\n".join(lines), *place, zorder=4, **look)
                return True
    return False
