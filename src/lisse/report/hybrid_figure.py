"""The pictures of a loading curve: voxels against loading, beside the formulas, the two ions, the cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.report.figures import DASHED, Panel, new_axes, plain_decades
from lisse.report.hybrid_words import celsius, diameter_text, groups, has_critical_size
from lisse.report.svg import COLOURS, drawing, inline_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cell_panels", "curve_panels", "formula_panels", "path_panels"]

_SIZE = (440, 290)
_MOST_CURVES, _MOST_FORMULAS = 6, 5
_BOUNDS = "Hashin-Shtrikman {}, no interface"
_LOADING = "Loading (vol. %)"


def curve_panels(content: Mapping[str, Any]) -> list[Panel]:
    """Conductivity against loading, one panel for each temperature and a curve for each size."""
    panels = []
    for number, at in enumerate(content["study"]["temperatures"]):
        curves = [(d, points) for t, d, points in groups(content) if t == at]
        shown = _spread_out(curves)
        label = {d: diameter_text(d) for d, _ in shown}

        def draw(axes: Axes, shown: Sequence[Any] = shown) -> None:
            for place, (_, points) in enumerate(shown):
                _points(axes, points, COLOURS[f"part-{place + 1}"], line=True)
            axes.axhline(10.0 * _matrix(shown[0][1][0]), color=COLOURS["muted"], linewidth=1.0, linestyle=DASHED)
            _conductivity_axis(axes)

        key = tuple((f"part-{place + 1}", label[d]) for place, (d, _) in enumerate(shown))
        caption = "Points and lines by voxels; bars: error over structures and voxels; dashed, the matrix alone."
        words = "; ".join(f"{label[d]}: {_ends(points)}" for d, points in shown)
        panels.append(_panel(f"At {celsius(at)}", caption, f"curve-{number}", draw, words, key))
    return panels


def formula_panels(content: Mapping[str, Any]) -> list[Panel]:
    """The formulas beside the voxels, for the smallest and the largest size at the first temperature."""
    every = groups(content)
    first = every[0][0]
    curves = [each for each in every if each[0] == first]
    panels = []
    for number, (at, diameter, points) in enumerate(curves[:1] + curves[1:][-1:]):
        named = [row["formula"] for row in content["agreement"] if "Hashin" not in row["formula"]]
        named = [name for name in named if any(name in point["formulas"] for point in points)][:_MOST_FORMULAS]

        def draw(axes: Axes, points: Any = points, named: Sequence[str] = named) -> None:
            lower, upper = (_formula(points, _BOUNDS.format(end)) for end in ("lower", "upper"))
            if lower[1] and upper[1]:
                axes.fill_between(lower[0], lower[1], upper[1], color=COLOURS["grid"], alpha=0.55, linewidth=0)
            for place, name in enumerate(named):
                dashes = "-" if place < 4 else (0, (4, 2))
                axes.plot(*_formula(points, name), color=COLOURS[f"part-{place + 1}"], linewidth=1.6, linestyle=dashes)
            _points(axes, points, COLOURS["ink"], line=False)
            _conductivity_axis(axes)

        key = tuple((f"part-{place + 1}", name) for place, name in enumerate(named))
        title = f"{diameter_text(diameter)} at {celsius(at)}"
        caption = "Points: voxels, with their error. Grey: between the bounds without interface."
        shown = caption if any("Hashin" in name for name in points[0]["formulas"]) else caption.split(" Grey")[0]
        panels.append(_panel(title, shown, f"formulas-{number}", draw, f"Voxels {_ends(points)}", key))
    return panels


def path_panels(content: Mapping[str, Any]) -> list[Panel]:
    """Share of the cations in the current, and where their power is lost."""
    every = groups(content)
    shown = _spread_out([(each[1], each[2]) for each in every if each[0] == every[0][0]])
    key = tuple((f"part-{place + 1}", diameter_text(d)) for place, (d, _) in enumerate(shown))
    panels = [_cations(content, shown, every[0][0], key)]
    what: list[tuple[str, str, str]] = [("interface_share", "Lost at interfaces", "Power of the cations (%)")]
    if any(point["anion"] for point in content["points"]):
        what.insert(0, ("transference", "Carried by cations", "Current (%)"))
    for number, (name, title, label) in enumerate(what):

        def draw(axes: Axes, name: str = name, label: str = label) -> None:
            for place, (_, points) in enumerate(shown):
                known = [point for point in points if point[name] is not None]
                across = [100.0 * point["loading"] for point in known]
                style: Any = {"color": COLOURS[f"part-{place + 1}"], "marker": "o", "markersize": 4.0}
                axes.plot(across, [100.0 * point[name] for point in known], **style)
            axes.set_xlabel(_LOADING)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0.0)

        last = "; ".join(f"{diameter_text(d)}: {100.0 * (points[-1][name] or 0.0):.3g} %" for d, points in shown)
        panels.append(_panel(f"{title}, {celsius(every[0][0])}", "", f"path-{number}", draw, last, key))
    return panels


def _cations(content: Mapping[str, Any], shown: Sequence[Any], at: float, key: tuple[tuple[str, str], ...]) -> Panel:
    """Conductivity of the cations over that in the matrix, which the critical diameter rules."""

    def draw(axes: Axes) -> None:
        for place, (_, points) in enumerate(shown):
            across = [100.0 * point["loading"] for point in points]
            style: Any = {"color": COLOURS[f"part-{place + 1}"], "marker": "o", "markersize": 4.0}
            axes.plot(across, [point["cation_gain"] for point in points], **style)
        axes.axhline(1.0, color=COLOURS["muted"], linewidth=1.0, linestyle=DASHED)
        axes.set_xlabel(_LOADING)
        axes.set_ylabel("Cations over the matrix")
        axes.set_ylim(bottom=0.0)

    size = next(each["critical_diameter"] for each in content["by_temperature"] if each["temperature"] == at)
    caption = (
        f"Above the dashed line beyond a diameter of {diameter_text(size)}."
        if size and has_critical_size(content)
        else ""
    )
    words = "; ".join(f"{diameter_text(d)}: {points[-1]['cation_gain']:.3g}" for d, points in shown)
    return _panel(f"Conductivity of the cations, {celsius(at)}", caption, "path-cations", draw, words, key)


def cell_panels(content: Mapping[str, Any]) -> list[Panel]:
    """Critical current density against loading, one panel for each model."""
    panels = []
    for number, model in enumerate(dict.fromkeys(each["model"] for each in content["cells"])):
        runs = [each for each in content["cells"] if each["model"] == model and each["status"] != "refused"]
        sizes = sorted({each["diameter"] for each in runs})
        curves = _spread_out([(d, [each for each in runs if each["diameter"] == d]) for d in sizes])
        if not curves:
            continue

        def draw(axes: Axes, curves: Sequence[Any] = curves) -> None:
            for place, (_, points) in enumerate(curves):
                colour = COLOURS[f"part-{place + 1}"]
                known = [(100.0 * p["loading"], 0.1 * _reached(p), p["mode"] == "none") for p in points]
                axes.plot([x for x, _, _ in known], [y for _, y, _ in known], color=colour, linewidth=1.4)
                for x, y, lasted in known:
                    style = "^" if lasted else "o"
                    axes.plot([x], [y], marker=style, markersize=6.0 if lasted else 4.5, color=colour)
            axes.set_xlabel(_LOADING)
            axes.set_ylabel("Current density (mA/cm²)")
            axes.set_ylim(bottom=0.0)

        key = tuple((f"part-{place + 1}", diameter_text(d)) for place, (d, _) in enumerate(curves))
        caption = "Current density at which the cell fails; a triangle where it outlives the protocol."
        words = "; ".join(f"{diameter_text(d)}: {0.1 * _reached(p[-1]):.3g} mA/cm2 last" for d, p in curves)
        panels.append(_panel(f"Cell, {model} model", caption, f"cell-{number}", draw, words, key))
    return panels


def _panel(
    title: str, caption: str, name: str, draw: Callable[[Axes], None], words: str, key: tuple[tuple[str, str], ...]
) -> Panel:
    with drawing(12):
        figure, axes = new_axes(_SIZE, 62, 14, top=12, bottom=46)
        draw(axes)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        svg = inline_svg(figure, name, title, words)
    return Panel(title, caption, (("any", svg),), key=key)


def _points(axes: Axes, points: Sequence[Mapping[str, Any]], colour: str, *, line: bool) -> None:
    across = [100.0 * point["loading"] for point in points]
    value = [10.0 * point["conductivity"] for point in points]
    error = [10.0 * (point["error"] or 0.0) for point in points]
    settings: Any = {"color": colour, "marker": "o", "markersize": 4.5, "capsize": 3.0, "elinewidth": 1.2}
    axes.errorbar(across, value, error, linestyle="-" if line else "none", linewidth=1.4, **settings)


def _formula(points: Sequence[Mapping[str, Any]], name: str) -> tuple[list[float], list[float]]:
    known = [point for point in points if name in point["formulas"]]
    return [100.0 * point["loading"] for point in known], [10.0 * point["formulas"][name] for point in known]


def _conductivity_axis(axes: Axes) -> None:
    """Logarithmic where the numbers span more than a factor of eight, otherwise from zero."""
    drawn = [y for line in axes.lines for y in np.asarray(line.get_ydata(), dtype=float).tolist() if y > 0.0]
    if drawn and max(drawn) > 8.0 * min(drawn):
        axes.set_yscale("log")
        plain_decades(axes.yaxis, (1.0, 2.0, 5.0))
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_xlabel(_LOADING)
    axes.set_ylabel("Conductivity (mS/cm)")


def _spread_out(curves: list[Any]) -> list[Any]:
    """At most as many as there are colours, from the first to the last."""
    if len(curves) <= _MOST_CURVES:
        return curves
    return [curves[round(n * (len(curves) - 1) / (_MOST_CURVES - 1))] for n in range(_MOST_CURVES)]


def _matrix(point: Mapping[str, Any]) -> float:
    return float(point["transport"]["cation"] + point["transport"]["anion"])


def _reached(cell: Mapping[str, Any]) -> float:
    """A/m2. At which it failed, or the largest that it stood."""
    return float(cell["critical_current_density"] or cell["passed"] or 0.0)


def _ends(points: Sequence[Mapping[str, Any]]) -> str:
    first, last = points[0], points[-1]
    return f"{10 * first['conductivity']:.3g} to {10 * last['conductivity']:.3g} mS/cm"
