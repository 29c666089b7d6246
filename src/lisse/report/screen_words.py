"""The sentences of a screening: what its ranking is worth, before anything else is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lisse.report.words import share
from lisse.study.screen_quantities import LESS_IS_BETTER, ranked_quantity

__all__ = [
    "FIRM",
    "SWAMPED",
    "gain_text",
    "in_sentence",
    "score_text",
    "screening_following",
    "screening_sentence",
    "screening_tone",
    "telling_gains",
]

FIRM, SWAMPED = 0.8, 0.5
"""Shares of the best by central numbers that are expected to be truly among the best: above the first the ranking
stands, below the second it is swamped."""


def screening_sentence(content: Mapping[str, Any]) -> str:
    """What can be said, in one sentence.

    Parameters
    ----------
    content : mapping
        As `lisse.study.Screening.to_dict` gives it.
    """
    label, top = _label(content), content["top"]
    capped, expected = content["capped"], content["expected_right"]
    if capped is not None and capped["share"] >= SWAMPED:
        what = f"{capped['criterion']} limits {share(capped['share'])} of the candidates at the same current"
        return f"The ranking says little: {what}, whatever electrolyte stands in the cell"
    unlimited = _unlimited(content)
    if unlimited > top:
        return f"The ranking says nothing of the best: no criterion limits any of {unlimited} candidates"
    if expected is None or not _uncertain(content):
        first = content["best"][0]
        why = "nothing was drawn" if expected is None else "no number has a spread"
        head = f"{first['name']} leads by {label}, {score_text(content, first['score'])}"
        return f"{head}; how sure that is stays open, because {why}"
    part, named = expected / top, f"of the {top} best by {label}" if top > 1 else f"the best by {label}"
    found = _count(expected) if top > 1 else f"with a probability of {share(part)}"
    if top == 1:
        head = "The ranking stands" if part >= FIRM else "The ranking is open"
        return f"{head}: {named}, {content['best'][0]['name']}, is truly the best {found}"
    verb = f"expected to be truly among the best {top}"
    if part >= FIRM:
        return f"The ranking stands: {named}, {found} are {verb}"
    if part >= SWAMPED:
        return f"The ranking is a first choice: {named}, {found} are {verb}"
    return f"The spread of the numbers swamps the ranking: {named}, only {found} are {verb}"


def screening_following(content: Mapping[str, Any]) -> str:
    """What to know besides: who was judged, and what would help most."""
    parts = [f"{content['judged']:,} of {content['rows']:,} candidates were judged".replace(",", "\u202f")]
    value = content["value"]
    if value is not None and value["every"]:
        for name, gain in telling_gains(content)[:1]:
            words = in_sentence(ranked_quantity(name).long_name)
            parts.append(
                f"measuring the {words} of all of them first would improve the chosen best {gain_text(content, gain)}"
            )
    return "; ".join(parts) + "."


def telling_gains(content: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Properties whose gain can be told from zero and is more than a hundredth of knowing everything, largest first."""
    value = content["value"]
    if value is None:
        return []
    least = max(2.0 * value["resolution"], 0.01 * value["all_known"])
    return [(name, gain) for name, gain in value["every"].items() if gain > least]


def screening_tone(content: Mapping[str, Any]) -> str:
    """``"good"``, ``"warn"`` or ``"bad"``."""
    capped, expected = content["capped"], content["expected_right"]
    if capped is not None and capped["share"] >= SWAMPED:
        return "bad"
    if _unlimited(content) > content["top"]:
        return "bad"
    if expected is None or not _uncertain(content):
        return "warn"
    part = expected / content["top"]
    return "good" if part >= FIRM else "warn" if part >= SWAMPED else "bad"


def gain_text(content: Mapping[str, Any], gain: float) -> str:
    """A gain in words, such as ``"by 12 %"`` or ``"by a factor of 3.2"``; per cent less, where less is better."""
    if content["value"]["unit"] != "decades":
        quantity = ranked_quantity(content["ranked_by"]["name"])
        return f"by {gain * quantity.display_factor:.2g} {quantity.display_unit}".strip()
    factor = 10.0**gain
    change = 1.0 - 1.0 / factor if content["ranked_by"]["name"] in LESS_IS_BETTER else factor - 1.0
    return f"by {100.0 * change:.2g} %" if factor < 2.0 else f"by a factor of {factor:.2g}"


def in_sentence(label: str) -> str:
    """A label inside a sentence: its first letter is small, unless it is a name's."""
    return label if label.startswith(("Young", "Poisson")) else label[:1].lower() + label[1:]


def score_text(content: Mapping[str, Any], score: float | None) -> str:
    """A score as people write it."""
    if score is None:
        return "no limit"
    quantity = ranked_quantity(content["ranked_by"]["name"])
    return f"{quantity.shown(score):.3g} {quantity.display_unit}".strip()


def _label(content: Mapping[str, Any]) -> str:
    return in_sentence(str(content["ranked_by"]["label"]))


def _unlimited(content: Mapping[str, Any]) -> int:
    """How many candidates have a score without bound, and are all alike the best."""
    return sum(score is None for score in content["candidates"]["score"])


def _uncertain(content: Mapping[str, Any]) -> bool:
    return any(each["uncertain"] for each in content["properties"].values())


def _count(expected: float) -> str:
    """A number of candidates that is an expectation."""
    return (
        f"{expected:.1f}"
        if expected < 10.0 and not math.isclose(expected, round(expected), abs_tol=0.05)
        else f"{expected:.0f}"
    )
