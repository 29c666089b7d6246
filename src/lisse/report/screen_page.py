"""A screening as one self-contained HTML page: it needs no network and no other file.

It is the only page with a script, of its own, for the scatter; without scripts the tables say the same of the best.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lisse.report.page import KeyFigure, environment
from lisse.report.screen_figure import gain_panel
from lisse.report.screen_points import points_payload
from lisse.report.screen_tables import (
    candidate_table,
    limits_table,
    properties_table,
    runs_table,
    set_aside_table,
    single_table,
)
from lisse.report.screen_words import (
    gain_text,
    in_sentence,
    screening_following,
    screening_sentence,
    screening_tone,
    telling_gains,
)
from lisse.study import Screening
from lisse.study.screen_quantities import ranked_quantity

__all__ = ["screening_html"]

_MOST_ROWS = 50
_MOST_OF_FRONT = 25


def screening_html(found: Screening, content: Mapping[str, Any]) -> str:
    """The page as text.

    Parameters
    ----------
    found : Screening
        Gives the points.
    content : mapping
        Its plain data; gives every number that is written out.
    """
    front = content["pareto"]["front"]
    return (
        environment()
        .get_template("screen.html")
        .render(
            content=content,
            sentence=screening_sentence(content),
            following=screening_following(content),
            tone=screening_tone(content),
            key_figures=_key_figures(content),
            best=candidate_table(content, content["best"][:_MOST_ROWS], _best_note(content)),
            likelier=candidate_table(content, content["likelier"][:10]),
            front=candidate_table(content, front[:_MOST_OF_FRONT] if len(content["pareto"]["quantities"]) > 1 else []),
            front_sentence=_front_sentence(content),
            value=_value(content),
            runs=runs_table(content),
            limits=limits_table(content),
            properties=properties_table(content),
            drawn_note=_drawn_note(content),
            aside=set_aside_table(content),
            groups=list(found.deciding),
            points=points_payload(found, content),
        )
    )


def _key_figures(content: Mapping[str, Any]) -> list[KeyFigure]:
    rows: list[tuple[str, str, Any]] = [
        ("Candidates in the table", "rows", content["rows"]),
        ("Judged", "judged", content["judged"]),
        ("Set aside", "set_aside", content["set_aside"]["count"]),
    ]
    if content["drawn"] is not None:
        rows.append(("Drawn", "drawn", content["drawn"]["candidates"]))
    if content["pareto"]["quantities"]:
        rows.append(("On the Pareto front", "front", content["pareto"]["count"]))
    figures = [
        {"label": label, "key": key, "value": value, "number": f"{value}", "unit": ""} for label, key, value in rows
    ]
    if content["expected_right"] is not None:
        expected = content["expected_right"]
        words = {"label": f"Expected right of the best {content['top']}", "key": "expected_right", "value": expected}
        figures.append({**words, "number": f"{expected:.3g}", "unit": ""})
    return figures


def _best_note(content: Mapping[str, Any]) -> str:
    parts = ["Ranked at central numbers."]
    if content["drawn"] is not None:
        parts.append(
            f"The second line of a number is its interval of 90 %; the probability of being among the best "
            f"{content['top']} has the standard error that {content['draws']} draws leave."
        )
    origins = {word for each in content["properties"].values() for word, count in each["origins"].items() if count}
    if "estimated" in origins:
        parts.append("Numbers in italics are estimated from the formula.")
    if "assumed" in origins:
        parts.append("Grey numbers are assumed, the same for all that have none of their own.")
    limited = {record["limited_by"] for record in content["best"]}
    if len(limited) == 1 and limited != {None}:
        parts.append(f"All of them are limited by {limited.pop()}.")
    if len(content["best"]) > _MOST_ROWS:
        parts.append(f"The first {_MOST_ROWS} of {len(content['best'])}.")
    return " ".join(parts)


def _front_sentence(content: Mapping[str, Any]) -> str:
    names = [in_sentence(ranked_quantity(name).long_name) for name in content["pareto"]["quantities"]]
    if len(names) < 2:
        return ""
    count = content["pareto"]["count"]
    head = f"{count} of {content['judged']} candidates" if count != 1 else "One candidate"
    text = (
        f"{head} {'is' if count == 1 else 'are'} beaten by no other in all of {', '.join(names[:-1])} and {names[-1]}."
    )
    if any(record["front_share"] is not None for record in content["pareto"]["front"]):
        text += " The share says how often a candidate is on the front when all numbers are drawn."
    if count > _MOST_OF_FRONT:
        text += f" The best {_MOST_OF_FRONT} of them by {in_sentence(content['ranked_by']['label'])}:"
    return text


def _value(content: Mapping[str, Any]) -> dict[str, Any] | None:
    value = content["value"]
    if value is None:
        return None
    told = telling_gains(content)
    if told:
        name, gain = told[0]
        words = in_sentence(ranked_quantity(name).long_name)
        sentence = (
            f"Measuring the {words} of all candidates before choosing would improve the mean of the {content['top']} "
            f"chosen best {gain_text(content, gain)}; knowing everything would improve it "
            f"{gain_text(content, value['all_known'])}."
        )
    else:
        sentence = "No single kind of measurement would change the choice by more than the draws can tell."
    averaged = " Scores are averaged in decades." if value["unit"] == "decades" else ""
    return {
        "sentence": sentence,
        "panel": gain_panel(content),
        "single": single_table(content),
        "note": f"Expected improvement of the mean score of the candidates that one would choose, among the "
        f"{value['candidates']} likeliest, from {content['draws']} draws. A number that changes nothing gains "
        f"{value['resolution']:.2g} {value['unit']} by the scatter of the draws.{averaged}",
    }


def _drawn_note(content: Mapping[str, Any]) -> str:
    drawn = content["drawn"]
    if drawn is None:
        return "Nothing was drawn."
    if drawn["candidates"] == content["judged"]:
        return f"All candidates were drawn {content['draws']} times. What belongs to the cell is the same draw for all."
    text = (
        f"{drawn['candidates']} candidates that can reach the best {content['top']} at their favourable numbers were "
        f"drawn {content['draws']} times. What belongs to the cell is the same draw for all."
    )
    if drawn["audited"]:
        text += (
            f" Of {drawn['audited']} others that were drawn to check, {drawn['missed'] or 'none'} "
            f"{'belong' if drawn['missed'] > 1 else 'belongs'} among the best in more than 1 % of the draws."
        )
    return text
