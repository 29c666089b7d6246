"""What a page says about the limits in tables: those beside the others, what is behind each, and how sure they are.

Everything is made from the summary, so that no number stands on the page alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lisse.report.input_words import NOT_SHOWN, amount, full_name, input_words, interval
from lisse.report.words import share, times
from lisse.units import format_quantity

__all__ = ["limit_details", "reported_limits", "sureness"]

_STABILITY = "interface stability"
_ROWS_OF_CELL: Mapping[str, tuple[str, ...]] = {
    "interface_resistance": ("resistance",),
    "stack_pressure": ("pressure",),
    "electrolyte_thickness": ("thickness",),
    "lithium_thickness": ("thickness",),
    "creep_prefactor": ("creep",),
    "creep_exponent": ("creep",),
}
"""Rows of the tables of inputs that hold a number of a criterion under another name."""
_PART_OF_A_LAW = ("creep_prefactor", "creep_exponent")
_FROM_THE_PROTOCOL = (
    "temperature",
    "stack_pressure",
    "stripped_charge",
    "plated_charge",
    "unbroken_charge",
    "charge",
    "voltage_limit",
)
_FROM_THE_FLAWS = ("flaw_length",)


def reported_limits(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Criteria that do not decide, grouped by the reason why: ``why`` and ``rows`` of what each says.

    Parameters
    ----------
    content : mapping
        The summary.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for limit in content["limits"]:
        if limit["applies"] and not limit["decides"]:
            rows = groups.setdefault(limit["validity"], [])
            rows.append({"limit": limit, "says": _says(limit), "draws": _says_in_draws(limit, content["uncertainty"])})
    return [{"why": why, "rows": rows} for why, rows in groups.items()]


def limit_details(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each criterion that applies with its inputs: name in words, number, and the row of the tables it is from."""
    return [
        {"limit": limit, "rows": list(_input_rows(limit, content["inputs"]))}
        for limit in content["limits"]
        if limit["applies"]
    ]


def sureness(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the draws say: rows of mechanisms, the one most often the lowest first, the lowest of all, and what varied.

    ``None`` where nothing was drawn.
    """
    drawn = content["uncertainty"]
    if drawn is None:
        return None
    rows = [{"mode": mode} | _quantiles(found) for mode, found in drawn["mechanisms"].items()]
    order = sorted(rows, key=lambda row: (-row["lowest_share"], -row["passed_share"]))
    varied = [
        {"words": each["words"], "interval": interval(name, each["low"], each["high"]), "source": each["source"]}
        for name, each in sorted(drawn["varied"].items(), key=lambda item: item[1]["words"].lower())
    ]
    return {
        "samples": drawn["samples"],
        "seed": drawn["seed"],
        "rows": order,
        "all": _quantiles(drawn["critical_current_density"]),
        "between": _between(drawn["critical_current_density"]),
        "margins": any(row["is_margin"] for row in rows),
        "varied": varied,
    }


def _says(limit: Mapping[str, Any]) -> str:
    stability = limit["criterion"].startswith(_STABILITY)
    if limit["unbounded"]:
        return "stable: no bound" if stability else "no bound"
    if limit["margin"] == 0.0:
        return "unstable at any current" if stability else "exceeded at any current"
    if limit["current_density"] is None:
        return "not resolved" if limit["margin"] is None else f"a margin of {times(limit['margin'])}"
    return format_quantity("current_density", limit["current_density"])


def _says_in_draws(limit: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    """What the draws make of it; empty where they say no more than the limit itself."""
    found = (drawn or {}).get("criteria", {}).get(limit["criterion"])
    if drawn is None or found is None or not drawn["varied"]:
        return ""
    word = "unstable" if limit["criterion"].startswith(_STABILITY) else "exceeded"
    if found["passed"] in (0.0, 1.0):
        return f"{word} in {'every draw' if found['passed'] else 'no draw'}"
    return f"{word} in {share(found['passed'])} of the draws"


def _input_rows(limit: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for short, value in limit["inputs"].items():
        name = full_name(limit["mechanism"], short)
        if short in NOT_SHOWN or value is None:
            continue
        shown = {"words": input_words(name), "shown": amount(name, value)}
        yield shown | _origin(name, value, tables)


def _origin(name: str, value: float, tables: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Source, row and mark of the number, from the tables of what went in; in words where it is in none of them.

    A property that the protocol takes at another temperature than that of the tables is credited by its name alone.
    """
    names = (name, *_ROWS_OF_CELL.get(name, ()))
    rows = [row for table in tables for row in table["rows"] if row["name"] in names]
    found = [row for row in rows if name in _PART_OF_A_LAW or _same(row["value"], value)]
    sourced = [row for row in rows if row["name"] == name and row["mark"]]
    if not found and len(sourced) == 1:
        found = sourced
    if found:
        best = max(found, key=lambda row: bool(row["mark"]))
        return {key: best[key] for key in ("source_short", "row", "mark", "interval")}
    if name in _FROM_THE_PROTOCOL:
        words = "from the protocol"
    else:
        words = "the longest of the flaws given" if name in _FROM_THE_FLAWS else "computed"
    return {"source_short": words, "row": "", "mark": "", "interval": ""}


def _same(one: Any, other: float) -> bool:
    return isinstance(one, (int, float)) and math.isclose(one, other, rel_tol=1e-9)


def _quantiles(found: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the table, with every number as it is printed (A/m2 in mA/cm2)."""
    is_margin = found["unit"] == "1"
    row: dict[str, Any] = {"is_margin": is_margin, "lowest_share": found["lowest"], "passed_share": found["passed"]}
    for name in ("low", "median", "high"):
        row[name] = "no bound" if name in found["unbounded"] else _quantile(found[name], is_margin)
    row["applies"] = "" if found["applies"] >= 1.0 else f"applies in {share(found['applies'])} of the draws"
    return row | {"lowest": share(found["lowest"]), "passed": share(found["passed"])}


def _quantile(value: float | None, is_margin: bool) -> str:
    if value is None:
        return "not resolved"
    if is_margin:
        return f"{times(value)}×"
    return format_quantity("current_density", value).partition(" ")[0]


def _between(found: Mapping[str, Any]) -> str:
    """The interval of 90 % of the lowest limit in words."""
    low, high = (None if end in found["unbounded"] else found[end] for end in ("low", "high"))
    if low is None:
        return "has no bound"
    start = format_quantity("current_density", low)
    if high is None:
        return f"lies above {start}"
    end = format_quantity("current_density", high)
    return f"lies at {start}" if start == end else f"lies between {start.partition(' ')[0]} and {end}"
