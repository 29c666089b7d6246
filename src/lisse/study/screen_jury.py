"""Who is judged, and by which criteria: all candidates by the same ones, and nobody dropped without a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.models.criteria import Criterion
from lisse.study.screen_judge import Judge
from lisse.study.screen_numbers import Numbers
from lisse.study.screen_quantities import SCORES

__all__ = ["NO_CURRENT", "Jury", "jury", "nobody"]

NO_CURRENT = ("interphase-growth", "lithium-exhausted")
"""Mechanisms whose limit is a charge or a time."""


@dataclass(frozen=True)
class Jury:
    """What all candidates are judged by.

    Attributes
    ----------
    criteria : tuple of Criterion
        Those that make up the score; none where it is a property.
    left_out : mapping of str to str
        Why a deciding criterion is asked of nobody, by its name.
    set_aside : mapping of int to str
        Why a candidate is not judged, by its number.
    """

    criteria: tuple[Criterion, ...]
    left_out: Mapping[str, str]
    set_aside: Mapping[int, str]


def jury(judge: Judge, numbers: Numbers) -> Jury:
    """The criteria that all candidates are judged by, why others are asked of nobody, and who is set aside.

    A criterion that half of the candidates or more have the numbers for sets the others aside; one that fewer have them
    for is asked of nobody.

    Parameters
    ----------
    judge : Judge
    numbers : Numbers
        Of all candidates.

    Raises
    ------
    InvalidInput
        When no criterion can be asked.
    """
    by = judge.ranking.by
    groups = numbers.alike()
    samples = [numbers.known(group[:1]) for group in groups]
    if by not in ("critical_current_density", "margin"):
        return Jury((), {}, _without(by, judge, numbers))
    asked = {criterion.name: criterion for sample in samples for criterion in judge.deciding(sample)}
    left_out: dict[str, str] = {}
    reasons: dict[int, str] = {}
    count = sum(len(group) for group in groups)
    for criterion in judge.criteria:
        if not criterion.decides or (by != "margin" and criterion.mechanism in NO_CURRENT):
            continue
        gaps = [judge.gap(criterion, sample) for sample in samples]
        lacking = sum(len(group) for gap, group in zip(gaps, groups, strict=True) if gap)
        if criterion.name not in asked and lacking < count:
            continue  # it does not apply to this cell
        if 2 * lacking > count:
            asked.pop(criterion.name, None)
            left_out[criterion.name] = _who(count - lacking, count, next(gap for gap in gaps if gap))
            continue
        for gap, group in zip(gaps, groups, strict=True):
            for candidate in group.tolist() if gap else ():
                reasons.setdefault(candidate, _why(numbers, candidate, gap, criterion.name))
    if not asked and not left_out:
        advice = 'by = "margin" counts limits of charge and of time as well' if by != "margin" else ""
        allowed = "at least one that is a limit for this cell and protocol"
        raise InvalidInput("rank.mechanisms", list(judge.ranking.mechanisms) or None, allowed, advice)
    if not asked:
        raise nobody((), left_out)
    return Jury(tuple(each for each in judge.criteria if each.name in asked), left_out, reasons)


def nobody(set_aside: Sequence[str], left_out: Mapping[str, str]) -> InvalidInput:
    """That no candidate can be judged, and what is missing.

    Parameters
    ----------
    set_aside : sequence of str
        The reason of each candidate.
    left_out : mapping of str to str
        Why criteria are asked of nobody.
    """
    told = [f"{count} candidates: {reason}" for reason, count in Counter(set_aside).most_common(3)]
    told += [f"{name}: {reason}" for name, reason in left_out.items()]
    advice = "Give the numbers as columns, or what stands in for them in [missing]"
    return InvalidInput("no candidate can be judged", None, "; ".join(told), advice)


def _without(by: str, judge: Judge, numbers: Numbers) -> dict[int, str]:
    """Candidates without the quantity that they are ranked by."""
    found: dict[int, str] = {}
    needs = [by] if by not in SCORES else ["shear_modulus", "poisson_ratio", "molar_volume_ratio"]
    for group in numbers.alike():
        sample = numbers.known(group[:1])
        if np.isnan(judge.quantity(by, sample, (1,))).any():
            lacks = next((name for name in needs if name not in sample), by)
            found |= {candidate: _why(numbers, candidate, lacks, by) for candidate in group.tolist()}
    return found


def _who(known: int, count: int, property: str) -> str:
    who = "no candidate has" if known == 0 else f"only {known} of {count} candidates have"
    return f"{who} {property.replace('_', ' ')}"


def _why(numbers: Numbers, candidate: int, property: str, what: str) -> str:
    """Why a candidate is not judged."""
    refused = numbers.refused.get((candidate, property), "")
    text = f"no {property.replace('_', ' ')}, which {what.replace('_', ' ')} needs"
    return f"{text} ({refused})" if refused else text
