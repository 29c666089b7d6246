"""Pictures of a microstructure: slices with a scale bar, a block with one corner cut away, and where current crowds.

Only drawing. What is drawn is a `Volume` and fields on it; the numbers come from `lisse.microstructure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.volume import Volume
from lisse.report.image_crowding import crowding

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["block_figure", "current_figure", "phase_colours", "scale_bar_length", "slices_figure"]

Array = np.ndarray[Any, np.dtype[Any]]

_EMPTY = ("pore", "void", "crack", "gas", "air", "background")
_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#0072B2", "#F0E442", "#999999")
_DARK, _INK = "#262626", "#1a1a1a"
_MOST_PIXELS = 900  # along an edge of a panel; a picture shows no more
_UM = 1e6
_FONT: Any = {"font.family": "sans-serif", "font.size": 9, "svg.fonttype": "none"}


def phase_colours(phases: Mapping[int, str]) -> dict[int, str]:
    """A colour for each label: empty space dark, the others in the order of the Okabe-Ito palette."""
    solid = iter(_COLOURS * (1 + len(phases) // len(_COLOURS)))
    return {
        label: _DARK if any(word in name.lower() for word in _EMPTY) else next(solid)
        for label, name in sorted(phases.items())
    }


def slices_figure(volume: Volume, at: Sequence[int] | None = None, title: str = "") -> Figure:
    """Three slices through a 3-D volume at right angles and the block they come from, or a 2-D volume.

    With a scale bar, the phases named, and thin pale lines between grains.

    Parameters
    ----------
    volume : Volume
    at : (3,) ints, voxels. Where the slices cross; the middle by default.
    title : str
    """
    import matplotlib
    from matplotlib.figure import Figure

    place = _place(volume, at)
    with matplotlib.rc_context(_FONT):
        if volume.dimensions == 2:
            figure = Figure(figsize=(5.2, 5.0), layout="constrained")
            _panel(figure.add_subplot(), volume, None, place)
        else:
            figure, panels = _panels(volume)
            for axes, normal in zip(panels, (2, 0, 1), strict=False):
                _panel(axes, volume, normal, place)
            for axes in panels[3:]:
                _block(axes, volume)
        _legend(figure, volume)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def block_figure(volume: Volume, title: str = "") -> Figure:
    """A 3-D volume as a block from above one corner, with an eighth cut away so that its inside shows.

    Parameters
    ----------
    volume : Volume. In 3-D.
    title : str
    """
    import matplotlib
    from matplotlib.figure import Figure

    if volume.dimensions != 3:
        raise InvalidInput("volume", f"{volume.dimensions} dimensions", "3 dimensions", "Draw slices_figure instead")
    with matplotlib.rc_context(_FONT):
        figure = Figure(figsize=(5.6, 5.4), layout="constrained")
        axes = figure.add_subplot()
        _block(axes, volume)
        _legend(figure, volume)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def current_figure(volume: Volume, current: Any, axis: int = 0, title: str = "") -> Figure:
    """Where the current crowds: the slice through the hottest voxel, in units of the mean over the whole volume.

    Parameters
    ----------
    volume : Volume
    current : (nx, ny[, nz], 2 or 3) array, A/m2. Current density in the voxels; its scale drops out.
    axis : int. Axis along which the current was sent.
    title : str
    """
    import matplotlib
    from matplotlib.figure import Figure

    found = crowding(volume, current, axis)
    normal = None if volume.dimensions == 2 else next(one for one in (2, 1, 0) if one != axis)
    sheet, edges, names = _sheet(found.relative, volume, normal, found.place)
    with matplotlib.rc_context(_FONT):
        figure = Figure(figsize=(6.0, 5.0), layout="constrained")
        axes = figure.add_subplot()
        shown = np.ma.masked_where(sheet <= 0.0, sheet)
        colours = matplotlib.colormaps["inferno"].with_extremes(bad="#9aa0a6")
        extent, top = (0, edges[0], 0, edges[1]), max(1.0, found.percentile)
        drawn = axes.imshow(shown.T, origin="lower", extent=extent, cmap=colours, vmin=0.0, vmax=top)
        _bare(axes, names)
        _scale_bar(axes, edges)
        middles = [(index + 0.5) * edge * _UM for index, edge in zip(found.place, volume.voxel_size, strict=True)]
        x, y = (middle for one, middle in enumerate(middles) if one != normal)
        ring: Any = {"markersize": 12, "markerfacecolor": "none", "markeredgecolor": "#56B4E9", "markeredgewidth": 1.8}
        axes.plot([x], [y], marker="o", **ring)
        bar = figure.colorbar(drawn, ax=axes, extend="max", shrink=0.85)
        bar.set_label("Local current density / mean current density")
        where = "" if normal is None else f", at {'xyz'[normal]} = {middles[normal]:.4g} µm"
        words = [
            *([title] if title else []),
            f"current along {'xyz'[axis]}{where}; grey: no current",
            f"largest {found.largest:.3g}, 99.9th percentile {found.percentile:.3g}",
        ]
        axes.set_title("\n".join(words), loc="left", fontsize=9)
    return figure


def scale_bar_length(width: float) -> float:
    """The round length (1, 2 or 5 and zeros) nearest below a third of the width; same unit as the width."""
    third = width / 3.0
    decade = 10.0 ** np.floor(np.log10(third))
    return float(max(step * decade for step in (1.0, 2.0, 5.0) if step * decade <= third * (1.0 + 1e-9)))


def _place(volume: Volume, at: Sequence[int] | None) -> tuple[int, ...]:
    if at is None:
        return tuple(count // 2 for count in volume.shape)
    fits = len(at) == volume.dimensions and all(0 <= one < count for one, count in zip(at, volume.shape, strict=True))
    if not fits:
        raise InvalidInput("at", tuple(at), f"a voxel of {volume.shape}")
    return tuple(int(one) for one in at)


def _panels(volume: Volume) -> tuple[Figure, list[Axes]]:
    """Panels x-y (lower left), z-y (right of it), x-z (above it) in proportion; the block too where there is room."""
    from matplotlib.figure import Figure

    x, y, z = volume.extent
    least = 0.35 * max(volume.extent)  # a thin film must still be seen
    wide, high = (x, max(z, least)), (max(z, least), y)
    total, tall = sum(wide), sum(high)
    scale = 6.0 / max(total, tall)
    size = (max(3.6, total * scale + 0.9), max(3.2, tall * scale + 1.2))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=wide, height_ratios=high)
    places = [(1, 0), (1, 1), (0, 0), *([(0, 1)] if 2.0 * z >= max(x, y) else [])]
    return figure, [figure.add_subplot(grid[place]) for place in places]


def _sheet(
    values: Array, volume: Volume, normal: int | None, place: Sequence[int]
) -> tuple[Array, tuple[float, float], str]:
    """A slice, thinned to what a picture can show; its edges in um; the names of its axes (right, up)."""
    if normal is None:
        kept, sheet = (0, 1), values
    else:
        kept = ((1, 2), (0, 2), (0, 1))[normal]
        sheet = values[tuple(place[one] if one == normal else slice(None) for one in range(3))]
    steps = [max(1, count // _MOST_PIXELS) for count in sheet.shape]
    edges = (volume.extent[kept[0]] * _UM, volume.extent[kept[1]] * _UM)
    return np.asarray(sheet[:: steps[0], :: steps[1]]), edges, "".join("xyz"[one] for one in kept)


def _panel(axes: Axes, volume: Volume, normal: int | None, place: Sequence[int]) -> None:
    labels, edges, names = _sheet(volume.labels, volume, normal, place)
    grains = None if volume.grains is None else _sheet(volume.grains, volume, normal, place)[0]
    colours = _coloured(volume, labels, grains)
    if normal == 0:  # z to the right, y up, beside the x-y panel
        colours, edges, names = colours.swapaxes(0, 1), edges[::-1], names[::-1]
    extent = (0, edges[0], 0, edges[1])
    axes.imshow(colours.swapaxes(0, 1), origin="lower", extent=extent, interpolation="nearest", aspect="equal")
    _bare(axes, names)
    if normal in (None, 2):
        _scale_bar(axes, edges)
    if normal is not None:
        where = (place[normal] + 0.5) * volume.voxel_size[normal] * _UM
        axes.set_title(f"{'xyz'[normal]} = {where:.4g} µm", fontsize=9, loc="left")


def _coloured(volume: Volume, labels: Array, grains: Array | None) -> Array:
    """(n, m, 3) colours of the labels, with thin pale lines between grains."""
    from matplotlib.colors import to_rgb

    table = phase_colours(volume.phases)
    colours = np.zeros((*labels.shape, 3))
    for label in volume.phases:
        colours[labels == label] = to_rgb(table[label])
    if grains is not None:
        edge = np.zeros(labels.shape, dtype=bool)
        edge[:-1] |= (grains[:-1] != grains[1:]) & (grains[:-1] > 0) & (grains[1:] > 0)
        edge[:, :-1] |= (grains[:, :-1] != grains[:, 1:]) & (grains[:, :-1] > 0) & (grains[:, 1:] > 0)
        colours[edge] = 0.25 * colours[edge] + 0.75
    return colours


def _bare(axes: Axes, names: str) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(names[0], labelpad=2)
    axes.set_ylabel(names[1], labelpad=8, rotation=0, va="center")


def _scale_bar(axes: Axes, edges: tuple[float, float]) -> None:
    from matplotlib.patches import Rectangle

    length = scale_bar_length(edges[0])
    left, low = 0.04 * edges[0], 0.04 * edges[1]
    box = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    words = (
        f"{length:g} µm"
        if 0.1 <= length < 1000.0
        else f"{length / 1e3:g} mm"
        if length >= 1000.0
        else f"{length * 1e3:g} nm"
    )
    height = 0.018 * edges[1]
    axes.add_patch(Rectangle((left, low), length, height, facecolor="white", edgecolor=_INK, linewidth=0.8, zorder=3))
    axes.text(left + length / 2, low + 2.4 * height, words, ha="center", va="bottom", fontsize=8, bbox=box, zorder=3)


def _legend(figure: Figure, volume: Volume) -> None:
    from matplotlib.patches import Patch

    shares = volume.phase_fractions()
    colours = phase_colours(volume.phases)
    patches = [
        Patch(facecolor=colours[label], edgecolor=_INK, linewidth=0.5, label=f"{name}  {_percent(shares[name])}")
        for label, name in volume.phases.items()
    ]
    figure.legend(handles=patches, loc="outside lower center", ncols=min(4, len(patches)), frameon=False)


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


_WAYS = (np.array([-0.866, -0.36]), np.array([0.866, -0.36]), np.array([0.0, 1.0]))
"""Where x, y and z go on the paper, seen from above the corner of largest x, y and z (right-handed)."""


def _block(axes: Axes, volume: Volume) -> None:
    """Three outer faces, then the three faces of the corner that is cut away, which cover just their part."""
    half = tuple(max(1, count // 2) for count in volume.shape)
    for normal, shade in ((2, 1.0), (0, 0.86), (1, 0.72)):
        _face(axes, volume, normal, volume.shape[normal] - 1, (0, 0, 0), shade)
    if min(volume.shape) > 1:
        for normal, shade in ((2, 1.0), (0, 0.86), (1, 0.72)):
            _face(axes, volume, normal, half[normal] - 1, half, shade)
    _block_edges(axes, volume, half)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.autoscale_view()


def _face(axes: Axes, volume: Volume, normal: int, index: int, start: Sequence[int], shade: float) -> None:
    from matplotlib.transforms import Affine2D

    one, two = (axis for axis in range(3) if axis != normal)
    box: list[Any] = [slice(start[axis], None) for axis in range(3)]
    box[normal] = index
    labels = np.asarray(volume.labels[tuple(box)])
    grains = None if volume.grains is None else np.asarray(volume.grains[tuple(box)])
    steps = [max(1, count // _MOST_PIXELS) for count in labels.shape]
    thin = (slice(None, None, steps[0]), slice(None, None, steps[1]))
    colours = _coloured(volume, labels[thin], None if grains is None else grains[thin]) * shade
    corner = [start[axis] * volume.voxel_size[axis] * _UM for axis in range(3)]
    corner[normal] = (index + 1) * volume.voxel_size[normal] * _UM
    lengths = [volume.extent[axis] * _UM - corner[axis] for axis in (one, two)]
    origin = _on_paper(corner)
    matrix = np.eye(3)
    matrix[:2, 0], matrix[:2, 1], matrix[:2, 2] = _WAYS[one], _WAYS[two], origin
    drawn = axes.imshow(
        colours.swapaxes(0, 1), origin="lower", extent=(0, lengths[0], 0, lengths[1]), interpolation="nearest"
    )
    drawn.set_transform(Affine2D(matrix) + axes.transData)


def _on_paper(point: Sequence[float]) -> Array:
    found: Array = point[0] * _WAYS[0] + point[1] * _WAYS[1] + point[2] * _WAYS[2]
    return found


def _block_edges(axes: Axes, volume: Volume, half: Sequence[int]) -> None:
    """Outline, and the length of each edge written along it."""
    x, y, z = (edge * _UM for edge in volume.extent)
    outline = [(0, 0, z), (x, 0, z), (x, 0, 0), (x, y, 0), (0, y, 0), (0, y, z), (0, 0, z)]
    places = np.array([_on_paper(point) for point in outline])
    axes.plot(places[:, 0], places[:, 1], color=_INK, linewidth=0.8)
    for line in _inner_edges((x, y, z), [cut * edge * _UM for cut, edge in zip(half, volume.voxel_size, strict=True)]):
        ends = np.array([_on_paper(point) for point in line])
        axes.plot(ends[:, 0], ends[:, 1], color=_INK, linewidth=0.5)
    low, high = places.min(axis=0), places.max(axis=0)
    room = 0.09 * float((high - low).max())
    axes.set_xlim(low[0] - room, high[0] + room)
    axes.set_ylim(low[1] - room, high[1] + room)
    slope = float(np.degrees(np.arctan2(0.36, 0.866)))
    for name, length, point, angle, across in (
        ("x", x, (x / 2, y, 0), slope, (0.35, -0.6)),
        ("y", y, (x, y / 2, 0), -slope, (-0.35, -0.6)),
        ("z", z, (0, y, z / 2), 90.0, (0.6, 0.0)),
    ):
        where = _on_paper(point) + np.array(across) * room
        axes.text(where[0], where[1], f"{name}  {length:.4g} µm", rotation=angle, ha="center", va="center", fontsize=9)


def _inner_edges(far: Sequence[float], cut: Sequence[float]) -> list[list[tuple[float, ...]]]:
    """The edges that meet at the corner of the block and around its cut: three lines along each axis."""
    lines = []
    for axis in range(3):
        one, two = (other for other in range(3) if other != axis)
        for at_one, at_two, start, stop in (
            (far[one], far[two], 0.0, cut[axis]),
            (far[one], cut[two], cut[axis], far[axis]),
            (cut[one], far[two], cut[axis], far[axis]),
            (cut[one], cut[two], cut[axis], far[axis]),
        ):
            ends = []
            for along in (start, stop):
                point = [0.0, 0.0, 0.0]
                point[axis], point[one], point[two] = along, at_one, at_two
                ends.append(tuple(point))
            lines.append(ends)
    return lines
