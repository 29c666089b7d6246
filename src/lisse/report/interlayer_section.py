"""What an interlayer moves, as a table of the page and a sentence of the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lisse.report.words import FAILS_BY, MODES, times
from lisse.units import format_quantity

__all__ = ["interlayer_section", "interlayer_sentence"]

_NO_LIMIT = "no limit"


def interlayer_section(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the page shows of ``interlayer`` of the summary; ``None`` without it."""
    if content is None:
        return None
    shown = [row for row in content["moves"] if _applies(row["bare"]) or _applies(row["layered"])]
    hidden = [row for row in content["moves"] if row not in shown]
    layer = format_quantity("length", content["thickness"])
    return {
        "layer": f"{layer} of {content['material']}, which carries {content['carries']}",
        "rows": [_row(row) for row in shown],
        "hidden": [{"criterion": row["criterion"], "reason": _why(row)} for row in hidden if _why(row)],
        "sentence": interlayer_sentence(content),
        "trouble": content["runs"]["trouble"],
    }


def interlayer_sentence(content: Mapping[str, Any]) -> str:
    """How the run ends with the layer and without it; what the closed forms say where it was not run twice."""
    runs = content["runs"]
    if runs["bare"] is not None and runs["layered"] is not None:
        return f"Without the interlayer: {_ends(runs['bare'])}; with it: {_ends(runs['layered'])}"
    first = {side: _lowest(content["moves"], side) for side in ("bare", "layered")}
    return f"Lowest closed form without the interlayer: {first['bare']}; with it: {first['layered']}"


def _ends(run: Mapping[str, Any]) -> str:
    if run["mode"] == "none":
        return "no failure"
    current = run["critical_current_density"]
    at = f" at {format_quantity('current_density', current)}" if current is not None else ""
    return f"{FAILS_BY[run['mode']]}{at}"


def _lowest(moves: list[Mapping[str, Any]], side: str) -> str:
    there = [row for row in moves if row["decides"] and _applies(row[side]) and row[side]["margin"] is not None]
    if not there:
        return "none applies"
    row = min(there, key=lambda row: row[side]["margin"])
    return f"{MODES[row['mechanism']]}, {_said(row[side])}"


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mechanism": MODES[row["mechanism"]],
        "criterion": row["criterion"],
        "decides": row["decides"],
        "bare": _said(row["bare"]),
        "layered": _said(row["layered"]),
        "factor": _factor(row),
        "reason": _why(row),
    }


def _applies(side: Mapping[str, Any] | None) -> bool:
    return side is not None and bool(side["applies"])


def _said(side: Mapping[str, Any] | None) -> str:
    """A limit in words: its current density, or its margin where it is none."""
    if side is None or not side["applies"]:
        return "–" if side is None else _NO_LIMIT
    if side["unbounded"]:
        return "never"
    if side["current_density"] is not None:
        return format_quantity("current_density", side["current_density"])
    return "–" if side["margin"] is None else f"margin {times(side['margin'])}"


def _factor(row: Mapping[str, Any]) -> str:
    if row["unbounded"]:
        return "gone"
    factor = row["factor"]
    if factor is None:
        return "–"
    if factor == 0.0:
        return "new"
    return "unmoved" if abs(factor - 1.0) < 5e-3 else f"×{times(factor)}"


def _why(row: Mapping[str, Any]) -> str:
    """What is said of the limit with the layer, where it differs from what is said without."""
    before = "" if row["bare"] is None else row["bare"]["reason"]
    after: str = row["layered"]["reason"]
    return "" if after == before or "not a failure yet" in after else after
