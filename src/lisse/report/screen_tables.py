"""The tables of a screening's page: rows of text from its plain data, in the units that people write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lisse.report.screen_words import gain_text, telling_gains
from lisse.report.words import MODES, duration, share
from lisse.study.screen_quantities import ranked_quantity
from lisse.units import format_quantity

__all__ = ["candidate_table", "limits_table", "properties_table", "runs_table", "set_aside_table", "single_table"]

Table = dict[str, Any]
_KINDS = {"given": "", "estimated": "of-estimate", "assumed": "of-study"}
_NO_LIMIT = {"text": "no limit", "interval": "", "kind": ""}
_MOST_NUMBERS = 4


def candidate_table(content: Mapping[str, Any], records: Sequence[Mapping[str, Any]], note: str = "") -> Table:
    """Candidates with their scores, probabilities and numbers."""
    score = ranked_quantity(content["ranked_by"]["name"])
    shown = [name for name in _telling(content) if name != score.name and any(_cell(each, name) for each in records)]
    shown = shown[:_MOST_NUMBERS]
    shares, fronts = content["drawn"] is not None, bool(content["pareto"]["quantities"])
    limits = len({record["limited_by"] for record in records}) > 1
    heads = [("Rank", "", True), ("Candidate", "", False), (score.long_name, score.display_unit, True)]
    heads += [(f"Among the best {content['top']}", "", True)] if shares else []
    heads += [("On the front", "", True)] if fronts else []
    heads += [("Limited by", "", False)] if limits else []
    heads += [(ranked_quantity(name).long_name, ranked_quantity(name).display_unit, True) for name in shown]
    return {
        "heads": heads,
        "shares": shares,
        "fronts": fronts,
        "limits": limits,
        "rows": [_row(record, shown, score.name) for record in records],
        "note": note,
    }


def _telling(content: Mapping[str, Any]) -> list[str]:
    """Quantities of the front, then numbers by what knowing them would gain, then those that the table gives."""
    gains = [name for name, _ in telling_gains(content)]
    given = [name for name, each in content["properties"].items() if each["origins"]["given"]]
    return list(dict.fromkeys([*content["pareto"]["quantities"], *gains, *given]))


def _row(record: Mapping[str, Any], shown: Sequence[str], score: str) -> dict[str, Any]:
    probability = record.get("share")
    return {
        "rank": record["rank"],
        "name": record["name"],
        "formula": record["formula"] if record["formula"] != record["name"] else None,
        "score": _number(score, record["score"], record.get("low"), record.get("high")) or _NO_LIMIT,
        "share": None if probability is None else share(probability),
        "part": 0.0 if probability is None else f"{probability:.4f}",
        "error": "" if probability is None else f"± {100 * record['share_error']:.2g} %",
        "front": _front(record),
        "limited": _limited(record),
        "numbers": [_cell(record, name) for name in shown],
    }


def _front(record: Mapping[str, Any]) -> str:
    if record["front_share"] is None:
        return "yes" if record["front"] else "no"
    return f"{'yes' if record['front'] else 'no'}, {share(record['front_share'])}"


def _limited(record: Mapping[str, Any]) -> str:
    """The criterion that limits at the central numbers, with its share of the draws."""
    name = record["limited_by"]
    if name is None:
        return "nothing" if record["score"] is None else ""
    part = record.get("limiting", {}).get(name)
    return str(name) if part is None or part >= 1.0 else f"{name} ({share(part)} of the draws)"


def _cell(record: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """One number with its interval and where it comes from."""
    found = record["numbers"].get(name)
    if found is None:
        return _number(name, record[name], None, None) if record.get(name) is not None else None
    cell = _number(name, found["value"], found["low"], found["high"])
    return None if cell is None else {**cell, "kind": _KINDS[found["origin"]]}


def _number(name: str, value: float | None, low: float | None, high: float | None) -> dict[str, str] | None:
    if value is None:
        return None
    quantity = ranked_quantity(name)
    interval = ""
    if low is not None and high is not None and low < high:
        interval = f"{_short(quantity.shown(low), 2)} to {_short(quantity.shown(high), 2)}"
    return {"text": _short(quantity.shown(value), 3), "interval": interval, "kind": ""}


def _short(number: float, digits: int) -> str:
    """A number with a few digits: 1340 rather than 1.34e+03."""
    text = f"{number:.{digits}g}"
    return f"{float(text):.0f}" if "e" in text and 1.0 <= abs(number) < 1e6 else text


def single_table(content: Mapping[str, Any]) -> Table:
    """One number of one candidate, and what measuring it would gain."""
    rows = [
        (each["name"], ranked_quantity(each["property"]).long_name, gain_text(content, each["gain"]))
        for each in content["value"]["single"][:10]
    ]
    return {"heads": [("Candidate", False), ("Number", False), ("Improves the chosen best", True)], "rows": rows}


def runs_table(content: Mapping[str, Any]) -> Table:
    """What the runs of the best came to."""
    rows = []
    for run in content["runs"]:
        current = run["critical_current_density"]
        reached = "not reached" if current is None else format_quantity("current_density", current)
        outcome = MODES.get(run["mode"], run["mode"])
        if run["status"] not in ("completed", "stopped"):
            outcome, reached = f"{run['status']}: {run['status_text']}", "–"
        rows.append((run["name"], outcome, reached, "–" if run["time"] is None else duration(run["time"])))
    heads = [("Candidate", False), ("Outcome", False), ("Current density at failure", True), ("After", True)]
    return {"heads": heads, "rows": rows}


def limits_table(content: Mapping[str, Any]) -> Table:
    """Each criterion: whom it concerns, where its limit lies, and whom it limits."""
    rows = []
    for each in content["criteria"]:
        ends = [
            format_quantity("current_density", each[end]) for end in ("low", "median", "high") if each[end] is not None
        ]
        spread = "no bound" if not ends else ends[1] if ends[0] == ends[2] else f"{ends[1]} ({ends[0]} to {ends[2]})"
        limits = f"{each['limits']}" if each["decides"] else "reported only"
        rows.append((MODES[each["mechanism"]], each["criterion"], f"{each['applies_to']}", spread, limits))
    heads = [
        ("Mechanism", False), ("Criterion", False), ("Applies to", True), ("Median limit (90 % of them)", True),
        ("Limits", True),
    ]  # fmt: skip
    return {"heads": heads, "rows": rows}


def properties_table(content: Mapping[str, Any]) -> Table:
    """How many candidates have each number from where."""
    rows = []
    for each in content["properties"].values():
        origins = each["origins"]
        sources = "; ".join(each["sources"]) or "the table"
        if each["median_applicability"] is not None:
            sources += f" (median applicability {each['median_applicability']:.2f})"
        if each["shared"]:
            sources += "; one unknown number shared by all that take it"
        counts = [f"{origins[word]}" for word in ("given", "estimated", "assumed", "unknown")]
        rows.append((each["label"], *counts, f"{each['uncertain']}", sources))
    heads = [
        ("Number", False), ("Given", True), ("Estimated", True), ("Assumed", True), ("Unknown", True),
        ("With a spread", True), ("From", False),
    ]  # fmt: skip
    return {"heads": heads, "rows": rows}


def set_aside_table(content: Mapping[str, Any]) -> Table:
    """Why candidates were not judged."""
    aside = content["set_aside"]
    count = aside["count"]
    title = f"{count} candidate{'' if count == 1 else 's'} set aside"
    rows: list[tuple[str, ...]]
    if len(aside["reasons"]) > 8:
        rows = [(each["name"], f"{each['line']}", each["reason"]) for each in aside["candidates"][:20]]
        return {"title": title, "heads": [("Candidate", False), ("Line", True), ("Why", False)], "rows": rows}
    rows = [(reason, f"{number}") for reason, number in aside["reasons"].items()]
    return {"title": title, "heads": [("Why", False), ("Candidates", True)], "rows": rows}
