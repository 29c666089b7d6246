"""Four numbers of one cell, and what each depends on: a table, and a plot for each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lisse.report.figures import Panel, plain_decades, small_panel
from lisse.report.svg import COLOURS
from lisse.report.words import MODES, duration, printed, protocol_words, times
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["numbers_section", "numbers_sentence"]

_SETTINGS = {
    "half_cycle_charge": ("charge per half-cycle", "charge", 1),
    "half_cycle_time": ("time per half-cycle", "time", 2),
    "current_step": ("step of the current", "current_density", 3),
    "current_density": ("current density", "current_density", 4),
}
"""What a setting is called, its quantity, and its colour."""
_OTHER = " What ends a half-cycle in the other way passes the same charge at the current of failure."
_LOG_BEYOND = 8.0  # largest over smallest value, from which the axis is logarithmic


def numbers_section(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the page shows of ``four_numbers`` of the summary; ``None`` without it."""
    if content is None:
        return None
    numbers, dependences = content["numbers"], content["dependences"]
    panels = [
        panel
        for name, number in numbers.items()
        if (panel := _panel(number, [each for each in dependences if each["measure"] == name])) is not None
    ]
    return {
        "rows": [_row(number, [d for d in dependences if d["measure"] == name]) for name, number in numbers.items()],
        "panels": panels,
        "points": [_points(each, numbers[each["measure"]]) for each in dependences],
        "warnings": content["warnings"],
    }


def numbers_sentence(content: Mapping[str, Any]) -> list[str]:
    """One line for each number, for a terminal."""
    lines = []
    for number in content["numbers"].values():
        parts = (_stood(number), MODES[number["mode"]], number["note"])
        lines.append(f"{number['label']}: {_value(number)} ({'; '.join(part for part in parts if part)})")
    return lines


def _row(number: Mapping[str, Any], dependences: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "label": number["label"],
        "definition": number["definition"],
        "value": _value(number),
        "stood": _stood(number),
        "mode": MODES[number["mode"]],
        "note": number["note"],
        "test": protocol_words(number["protocol"]),
        "moves": [
            (f"{'> ' if d['ratio_is_bound'] else ''}×{times(d['ratio'])}", _SETTINGS[d["setting"]][0])
            for d in dependences
            if d["ratio"] is not None
        ],
    }


def _value(number: Mapping[str, Any]) -> str:
    """``"1.8 mA/cm2"``, ``"> 50 mAh/cm2"`` where the test did not reach it, or words."""
    name, value, passed = number["quantity"], number["value"], number["at_least"]
    if value is None:
        return f"> {format_quantity(name, passed)}" if passed else "not reached"
    return format_quantity(name, value)


def _stood(number: Mapping[str, Any]) -> str:
    """What a ramp passed before the step at which the cell failed."""
    if number["value"] is None or number["at_least"] is None:
        return ""
    return f"stood {format_quantity(number['quantity'], number['at_least'])}"


def _points(dependence: Mapping[str, Any], number: Mapping[str, Any]) -> dict[str, Any]:
    words, name, _ = _SETTINGS[dependence["setting"]]
    return {
        "title": f"{number['label']} over the {words}",
        "rows": [
            {
                "at": duration(point["at"]) if name == "time" else format_quantity(name, point["at"]),
                "value": _value({**number, **point}),
                "mode": MODES[point["mode"]],
            }
            for point in dependence["points"]
        ],
    }


def _panel(number: Mapping[str, Any], dependences: Sequence[Mapping[str, Any]]) -> Panel | None:
    """The number over its settings, each relative to the one of the test; open triangles lie above the mark."""
    entry = quantity(number["quantity"])
    curves = [(each, _shown(each, entry.shown)) for each in dependences]
    heights = [y for _, points in curves for _, y, _ in points if y > 0.0]
    if not heights:
        return None
    logarithmic = max(heights) > _LOG_BEYOND * min(heights)

    def draw(axes: Axes) -> None:
        for each, points in curves:
            colour = COLOURS[f"part-{_SETTINGS[each['setting']][2]}"]
            reached = [(x, y) for x, y, is_value in points if is_value]
            beyond = [(x, y) for x, y, is_value in points if not is_value]
            axes.plot(*_columns(reached), "o-", color=colour, linewidth=1.4, markersize=5)
            axes.plot(*_columns(beyond), "^", color=colour, markersize=6, markerfacecolor="none")
        axes.axvline(1.0, color=COLOURS["muted"], linewidth=0.8, linestyle=(0, (3, 3)))
        axes.set_xscale("log")
        settings = sorted({float(f"{x:.3g}") for _, points in curves for x, _, _ in points})
        axes.set_xticks(settings, [f"{x:g}" for x in settings])
        axes.set_xticks([], minor=True)
        if logarithmic:
            axes.set_yscale("log")
            axes.set_ylim(0.6 * min(heights), 1.7 * max(heights))
            plain_decades(axes.yaxis, (1.0,) if max(heights) > 100.0 * min(heights) else (1.0, 2.0, 5.0))
        else:
            axes.set_ylim(0.0, 1.12 * max(heights))
        axes.set(xlabel="Setting over that of the test", ylabel=f"{_short(number)} ({printed(entry.display_unit)})")

    key = tuple((f"part-{_SETTINGS[each['setting']][2]}", _SETTINGS[each["setting"]][0]) for each, _ in curves)
    lower = any(not is_value for _, points in curves for *_, is_value in points)
    caption = "At 1 the test of the table."
    caption += _OTHER if {"half_cycle_charge", "half_cycle_time"} <= {each["setting"] for each in dependences} else ""
    caption += " Triangles: no failure up to there." if lower else ""
    name = number["label"].lower().replace(" ", "-")
    return small_panel(
        number["label"], caption, name, draw, f"{number['label']} over the settings of its test", key=key
    )


def _shown(dependence: Mapping[str, Any], shown: Any) -> list[tuple[float, float, bool]]:
    """Setting relative to its base, number in its display unit, and whether it was reached."""
    points = []
    for point in dependence["points"]:
        known = point["value"] if point["value"] is not None else point["at_least"]
        if known is not None:
            points.append((point["at"] / dependence["base"], float(shown(known)), point["value"] is not None))
    return points


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _short(number: Mapping[str, Any]) -> str:
    return "Current density" if number["quantity"] == "current_density" else "Areal charge"
