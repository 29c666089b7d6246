"""The design map of fillers as a picture: gain over size and interface resistance, with the critical size drawn on it.

One panel for each shape, loading and ratio of the bulk conductivities. Colour is the gain over the polymer, the thick
line is where it is 1, circles are points solved on voxels, in the colour of their own gain; the axis on the right says
which desolvation barrier an interface resistance stands for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.report.map_canvas import INK, style
from lisse.study.filler_map import FILLER_SHAPES, FillerMap
from lisse.study.filler_map_voxels import VoxelPoint
from lisse.units import FARADAY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["filler_map_figure"]

_PANEL = (3.6, 2.9)  # inches of the axes
_LEFT, _BETWEEN, _RIGHT, _ABOVE, _ROW, _BELOW = 0.8, 1.5, 1.75, 0.6, 1.15, 0.8  # inches around and between them
_BAR = (0.95, 0.14)  # inches of the colour bar: from the last panel, width
_MOST = 24  # panels
_LEVELS = (0.1, 0.2, 0.5, 0.8, 1.25, 2.0, 5.0, 10.0, 30.0, 100.0)
_REACH = math.log(5.0)  # of the colours; beyond it they stay the same
_TITLES = {
    "spheres": "spheres",
    "fibres-across": "fibres across the current",
    "fibres-along": "fibres along the current",
    "grains": "polymer in ceramic",
}


@dataclass(frozen=True)
class _Panel:
    """One axes: a map and the place of its ratio and loading."""

    drawn: FillerMap
    ratio: int
    loading: int


def filler_map_figure(*maps: FillerMap, columns: int = 2) -> Figure:
    """Draw design maps side by side, all in one scale of colours.

    Parameters
    ----------
    *maps : FillerMap
        Each gives a panel for every loading and ratio.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
        Of matplotlib.

    Raises
    ------
    InvalidInput
        For no panel, or more than 24.
    """
    panels = [
        _Panel(drawn, ratio, loading)
        for drawn in maps
        for loading in range(len(drawn.settings.loadings))
        for ratio in range(len(drawn.settings.ratios))
    ]
    if not 0 < len(panels) <= _MOST:
        raise InvalidInput("maps", f"{len(panels)} panels", f"1 to {_MOST}", "Draw fewer loadings, ratios or maps")
    with style():
        from matplotlib import colormaps
        from matplotlib.colors import ListedColormap, Normalize
        from matplotlib.figure import Figure

        # not as far as the dark ends, on which lines would be lost
        pale = ListedColormap(colormaps["RdBu"](np.linspace(0.13, 0.87, 256)))
        colours = {"cmap": pale, "norm": Normalize(-_REACH, _REACH)}
        figure = Figure()
        for axes, panel in zip(_grid(figure, len(panels), columns), panels, strict=True):
            mesh = _draw(axes, panel, colours)
        _colour_bar(figure, mesh)
        if any(panel.drawn.checks for panel in panels):
            below = 0.12 / float(figure.get_size_inches()[1])
            figure.text(0.03, below, "Circles: solved on voxels, the gain beside them.", fontsize=9)
    return figure


def _grid(figure: Figure, count: int, columns: int) -> list[Axes]:
    """Axes of one size in rows."""
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    wide = _LEFT + columns * _PANEL[0] + (columns - 1) * _BETWEEN + _RIGHT
    high = _ABOVE + rows * _PANEL[1] + (rows - 1) * _ROW + _BELOW
    figure.set_size_inches(wide, high)
    made = []
    for number in range(count):
        row, column = divmod(number, columns)
        left = _LEFT + column * (_PANEL[0] + _BETWEEN)
        bottom = high - _ABOVE - (row + 1) * _PANEL[1] - row * _ROW
        made.append(figure.add_axes((left / wide, bottom / high, _PANEL[0] / wide, _PANEL[1] / high)))
    return made


def _draw(axes: Axes, panel: _Panel, colours: dict[str, Any]) -> Any:
    """Everything of one panel; what the colours belong to is returned."""
    drawn, s = panel.drawn, panel.drawn.settings
    micrometres, ohm_cm2 = drawn.sizes * 1e6, drawn.resistances * 1e4
    axes.set(xscale="log", yscale="log", xlim=micrometres[[0, -1]], ylim=ohm_cm2[[0, -1]])
    gain = drawn.gain[panel.ratio, panel.loading]
    shown = np.log(np.maximum(gain, 1e-12))
    mesh = axes.pcolormesh(micrometres, ohm_cm2, shown, shading="gouraud", rasterized=True, **colours)
    levels = [level for level in _LEVELS if gain.min() < level < gain.max()]
    if drawn.bounds is not None:  # no lines in the band
        levels = [level for level in levels if not 0.7 < level < 1.4]
    if levels:
        lines = axes.contour(micrometres, ohm_cm2, gain, levels=levels, colors=INK, linewidths=0.7)
        axes.clabel(lines, fmt=lambda level: f"{level:g}×", fontsize=8)
    _critical(axes, panel)
    for check in drawn.checks:
        if (check.ratio, check.loading) == (s.ratios[panel.ratio], s.loadings[panel.loading]):
            _circle(axes, check, colours)
    _words(axes, panel)
    _barriers(axes, drawn)
    return mesh


def _circle(axes: Axes, check: VoxelPoint, colours: dict[str, Any]) -> None:
    """A point solved on voxels, with its gain."""
    place = (check.size * 1e6, check.resistance * 1e4)
    axes.scatter(*place, s=64, c=[math.log(check.gain)], edgecolors=INK, zorder=5, **colours)
    box = {"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.8}
    text = f"{check.gain:.2f}×"
    axes.annotate(text, place, xytext=(7, -4), textcoords="offset points", fontsize=8, zorder=6, bbox=box)


def _critical(axes: Axes, panel: _Panel) -> None:
    """The line where the gain is 1; for grains the band that the bounds leave."""
    drawn = panel.drawn
    micrometres, critical = drawn.sizes * 1e6, drawn.critical_resistance[panel.ratio] * 1e4
    if drawn.bounds is None:
        axes.plot(micrometres, critical, color=INK, linewidth=2.6)
        return
    axes.fill_between(micrometres, critical, critical / 0.6, facecolor=INK, alpha=0.25, linewidth=0)
    axes.plot(micrometres, critical, color=INK, linewidth=2.6)
    axes.plot(micrometres, critical / 0.6, color=INK, linewidth=1.4, linestyle=(0, (4, 3)))


def _words(axes: Axes, panel: _Panel) -> None:
    s = panel.drawn.settings
    more = f", {s.slenderness:g} times as long as thick" if s.shape == "fibres-along" else ""
    title = (
        f"{_TITLES[s.shape]}{more}\n{100 * s.loadings[panel.loading]:g} % filler, bulk ratio {s.ratios[panel.ratio]:g}"
    )
    axes.set_title(title, loc="left", fontsize=10, parse_math=False)
    axes.set_xlabel(f"{FILLER_SHAPES[s.shape]} (µm)")
    axes.set_ylabel("interface resistance (Ω cm²)")
    box = {"fc": "white", "ec": "none", "pad": 1.0, "alpha": 0.75}
    axes.text(0.97, 0.05, "helps", transform=axes.transAxes, ha="right", fontsize=10, bbox=box)
    axes.text(0.03, 0.91, "harms", transform=axes.transAxes, ha="left", fontsize=10, bbox=box)


def _barriers(axes: Axes, drawn: FillerMap) -> None:
    """A second axis with the desolvation barrier in eV, which is the logarithm of the resistance."""
    low, high = drawn.barriers[[0, -1]] / FARADAY
    right = axes.twinx()
    right.set_ylim(low, high)
    right.set_ylabel("desolvation barrier (eV)")


def _colour_bar(figure: Figure, mesh: Any) -> None:
    wide, high = figure.get_size_inches()
    box = ((wide - _RIGHT + _BAR[0]) / wide, 1.0 - (_ABOVE + _PANEL[1]) / high, _BAR[1] / wide, _PANEL[1] / high)
    bar = figure.colorbar(mesh, cax=figure.add_axes(box), extend="both", extendfrac=0.03)
    steps = (0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0)
    bar.set_ticks([math.log(value) for value in steps], labels=[f"{value:g}" for value in steps])
    bar.ax.set_title("gain", fontsize=10)
