"""The points of the interactive scatter of a screening: packed small enough for a page of its own, and nothing else.

Every number of an axis becomes two bytes between the smallest and the largest, in the logarithm where the values span
decades; a tip shows it with three digits.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from lisse.study import Screening
from lisse.study.screen_quantities import ranked_quantity

__all__ = ["MOST_POINTS", "points_payload"]

MOST_POINTS = 65_000
_MOST_BYTES = 1_750_000
_NONE = 65_535  # stands for a number that is not known
Floats = NDArray[np.float64]


def points_payload(found: Screening, content: Mapping[str, Any]) -> Markup:
    """The JSON that the script of the page reads.

    Parameters
    ----------
    found : Screening
    content : mapping
        Its plain data.
    """
    which = _thinned(found)
    names = "\n".join(_one_line(found.candidates.names[i], found.candidates.formulas[i]) for i in which)
    groups = list(found.deciding)
    limiting = found.limiting[which].astype(np.uint8) if groups else np.zeros(len(which), dtype=np.uint8)
    payload: dict[str, Any] = {
        "count": len(which),
        "of": len(found.scores),
        "names": names,
        "groups": groups,
        "group": _packed(limiting),
        "mark": _packed(_marks(found, which)),
        "top": content["top"],
        "axes": [],
    }
    room = _MOST_BYTES - len(json.dumps(payload))
    for name, values in _axes(found):
        axis = _axis(name, values[which])
        if axis is None:
            continue
        room -= len(json.dumps(axis))
        if room < 0 and len(payload["axes"]) >= 2:
            break
        payload["axes"].append(axis)
    return Markup(json.dumps(payload, allow_nan=False).replace("<", "\\u003c"))


def _thinned(found: Screening) -> NDArray[np.int64]:
    """All candidates, or those that stand out and an even choice of the others by rank."""
    count = len(found.scores)
    if count <= MOST_POINTS:
        return np.arange(count)
    kept = np.zeros(count, dtype=bool)
    kept[found.best], kept[found.front] = True, count - int(found.front.sum()) > MOST_POINTS // 2
    if found.drawn is not None:
        kept[found.drawn.which[np.argsort(-found.drawn.share, kind="stable")][: MOST_POINTS // 4]] = True
    others = found.order[~kept[found.order]]
    room = max(0, MOST_POINTS - int(kept.sum()))
    kept[others[np.linspace(0, len(others) - 1, room).round().astype(int)]] = True
    return np.flatnonzero(kept)


def _marks(found: Screening, which: NDArray[np.int64]) -> NDArray[np.uint8]:
    """1 for the best, 2 for the front, 3 for both."""
    best = np.zeros(len(found.scores), dtype=np.uint8)
    best[found.best] = 1
    return np.asarray((best + 2 * found.front.astype(np.uint8))[which], dtype=np.uint8)


def _axes(found: Screening) -> list[tuple[str, Floats]]:
    """The score, the probability, the quantities of the front, then all other properties."""
    axes = {found.study.ranking.by: found.scores, **found.pareto}
    if found.drawn is not None:
        axes["share"] = found.share
    return list({**axes, **found.numbers.values}.items())


def _axis(name: str, values: Floats) -> dict[str, Any] | None:
    """One axis; ``None`` where all values are the same."""
    if name == "share":
        label, unit, shown = "Probability of being among the best", "", values
    else:
        quantity = ranked_quantity(name)
        label, unit, shown = quantity.long_name, quantity.display_unit, quantity.shown(values)
    known = np.isfinite(shown)
    if not known.any() or np.ptp(shown[known]) == 0.0:
        return None
    low, high = float(shown[known].min()), float(shown[known].max())
    logarithmic = low > 0.0 and high > 20.0 * low
    if logarithmic:
        low, high = math.log10(low), math.log10(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        line = np.log10(shown) if logarithmic else shown
    steps = np.where(known, (np.where(known, line, low) - low) / (high - low) * (_NONE - 1), _NONE)
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "log": logarithmic,
        "low": low,
        "high": high,
        "data": _packed(steps.round().astype("<u2")),
    }


def _packed(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")


def _one_line(name: str, formula: str) -> str:
    """Name and formula without a line break."""
    text = f"{name} \u00b7 {formula}" if formula and formula != name else name
    return " ".join(text.split())
