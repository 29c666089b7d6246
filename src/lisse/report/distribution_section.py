"""The critical current density of a batch of cells: the share that fails, and the Weibull plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.report.figures import Panel, plain_decades, small_panel
from lisse.report.svg import COLOURS
from lisse.report.words import MODES, protocol_words
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["distribution_section", "distribution_sentence", "share_panel", "weibull_panel"]

_TITLES = {"current_density": "Which share fails", "charge": "Which share fails, over capacity"}
_LABELS = {"current_density": "Current density (mA/cm²)", "charge": "Capacity (mAh/cm²)"}
_PROBABILITIES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99)


def distribution_section(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the page shows of ``critical_current_distribution`` of the summary; ``None`` without it."""
    if content is None:
        return None
    share = content["failed_share"]
    spread = bool(share["current_density"]) and not _one_current(content)
    return {
        "sentence": distribution_sentence(content),
        "test": protocol_words(content["protocol"]),
        "panels": [share_panel(content), weibull_panel(content)] if spread else [],
        "modes": [(MODES[mode], count) for mode, count in content["modes"].items()],
        "quantiles": []
        if _one_current(content)
        else [(f"{100 * float(at):g} %", _current(value)) for at, value in content["quantiles"].items()],
        "drawn": _drawn(content),
        "warnings": content["warnings"],
    }


def distribution_sentence(content: Mapping[str, Any]) -> str:
    """Median with its interval, how many lasted, and the Weibull modulus."""
    known = content["draws"] - content["without_result"]
    if _one_current(content):
        return _sentence_of_one_current(content, known)
    if content["median"] is None:
        head = f"Fewer than half of {known} cells failed"
    else:
        head = f"Median critical current density of {known} cells: {_current(content['median'])}"
        low, high = content["median_low"], content["median_high"]
        ends = f"{_current(low) if low is not None else '0'} to {_current(high) if high is not None else 'no bound'}"
        head += f" ({100 * content['confidence']:g} % interval {ends})"
    parts = [head]
    if content["censored"]:
        parts.append(f"{content['censored']} had not failed at the end, which is counted and not left out")
    fit = content["weibull"]
    if fit is not None:
        interval = f"{fit['shape_low']:.2g} to {fit['shape_high']:.2g}"
        parts.append(f"Weibull modulus {fit['shape']:.2g} ({interval}), scale {_current(fit['scale'])}")
    return "; ".join(parts)


def _one_current(content: Mapping[str, Any]) -> bool:
    """Whether the test had a single current, at which a cell fails or does not."""
    return len(content.get("levels", ())) == 1


def _sentence_of_one_current(content: Mapping[str, Any], known: int) -> str:
    """The share of cells that one current ends, with its interval; there is no more to tell."""
    (level,), share = content["levels"], content["failed_share"]
    failed = known - content["censored"]
    head = f"{failed or 'None'} of {known} cells failed at {_current(level)}, the one current of the protocol"
    if failed:
        low, high = (f"{100 * share[edge][-1]:.0f}" for edge in ("low", "high"))
        head += f" ({100 * content['confidence']:g} % interval of that share {low} to {high} %)"
    return f"{head}; how critical currents are distributed, only a ramp can tell"


def _current(value: float | None) -> str:
    return "not reached" if value is None else format_quantity("current_density", value)


def _drawn(content: Mapping[str, Any]) -> str:
    flaws = "flaws of the surfaces" if content["model"] == "resolved" else "longest flaw of each interface"
    parts = [f"the {flaws}"] if content["flaws"] else []
    parts += [name.replace("_", " ") for name in content["varied"]]
    return ", ".join(parts)


def share_panel(content: Mapping[str, Any], what: str = "current_density") -> Panel:
    """The share of cells that fail, as a staircase in a band, with the median and its interval.

    `content` is that of ``critical_current_distribution``, or as much of it for another quantity of the vocabulary,
    ``"charge"``, under the same keys.
    """
    entry, label = quantity(what), _LABELS[what]
    share = content["failed_share"]
    x = entry.shown(np.array(share["current_density"]))
    y, low, high = (np.concatenate([[0.0], np.array(share[name])]) for name in ("share", "low", "high"))
    lasted = [
        cell["passed"] for cell in content["cells"] if cell["critical_current_density"] is None and cell["passed"]
    ]
    end = max([float(x[-1]), *(float(entry.shown(each)) for each in lasted)])
    start = max(0.0, float(x[0]) - 0.25 * (end - float(x[0]) or float(x[0])))
    steps = np.concatenate([[start], x, [end]])

    def draw(axes: Axes) -> None:
        band: dict[str, Any] = {"step": "post", "color": COLOURS["part-1"], "alpha": 0.2, "linewidth": 0}
        bottom, top = (100 * np.append(edge, edge[-1]) for edge in (low, high))
        axes.fill_between(steps, bottom, top, **band)
        axes.step(steps, 100 * np.append(y, y[-1]), where="post", color=COLOURS["part-1"], linewidth=1.6)
        if content["median"] is not None:
            edges = (content["median_low"], content["median_high"])
            ends = [end if e is None else float(entry.shown(e)) for e in edges]
            axes.plot(ends, [50, 50], color=COLOURS["fail"], linewidth=1.6)
            axes.plot([entry.shown(content["median"])], [50], "o", color=COLOURS["fail"], markersize=6)
        axes.set(xlabel=label, ylabel="Share of cells that fail (%)")
        axes.set_xlim(start, end)
        axes.set_ylim(0, 102)

    caption = (
        f"The band holds {100 * content['confidence']:g} % at each current; the point is the median with its interval."
    )
    return small_panel(
        _TITLES[what],
        caption,
        f"share-{what}",
        draw,
        f"Share of cells that fail over {entry.long_name}",
    )


def weibull_panel(content: Mapping[str, Any], what: str = "current_density") -> Panel:
    """ln(-ln(1 - F)) over ln(j): a Weibull distribution is a straight line whose slope is its modulus."""
    entry, label = quantity(what), _LABELS[what]
    share, known = content["failed_share"], content["draws"] - content["without_result"]
    x = entry.shown(np.array(share["current_density"]))
    ranks = (np.array(share["share"]) * known - 0.3) / (known + 0.4)
    fit = content["weibull"]

    def draw(axes: Axes) -> None:
        axes.plot(x, _stretched(ranks), "o", color=COLOURS["part-1"], markersize=5)
        low, high = float(x[0]) / 1.15, float(x[-1]) * 1.15
        if fit is not None:
            ends = np.geomspace(low, high, 50)
            height = fit["shape"] * np.log(ends / entry.shown(fit["scale"]))
            axes.plot(ends, height, color=COLOURS["fail"], linewidth=1.4)
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        plain_decades(axes.xaxis, (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
        bottom, top = min(0.02, float(ranks.min()) / 1.5), min(max(0.95, float(ranks.max()) + 0.02), 0.998)
        axes.set_ylim(*_stretched(np.array([bottom, top])))
        ticks = [each for each in _PROBABILITIES if bottom <= each <= top]
        axes.set_yticks(_stretched(np.array(ticks)), [f"{100 * each:g}" for each in ticks])
        axes.set(xlabel=label, ylabel="Share of cells that fail (%)")

    caption = "Weibull axes, median ranks. " + (
        "The line is fitted to the steps of the current between which each cell fails; its slope is the modulus."
        if fit is not None
        else "No line: the cells fail within so few steps of the current that the modulus stays open."
    )
    return small_panel("Weibull plot", caption, f"weibull-{what}", draw, f"Weibull plot of the {entry.long_name}")


def _stretched(share: np.ndarray) -> np.ndarray:
    """1. The upward coordinate of a Weibull plot."""
    return np.asarray(np.log(-np.log1p(-share)))
