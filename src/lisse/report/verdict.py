"""The verdict of a run in one plain sentence, and which limit would come next."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lisse.records import Limit, Solution
from lisse.report.words import FAILS_BY, MODES, duration, share, times
from lisse.units import format_quantity

__all__ = [
    "NextLimit",
    "draws_words",
    "headline",
    "largest_current",
    "next_limit",
    "next_limit_words",
    "verdict_sentence",
]


@dataclass(frozen=True)
class NextLimit:
    """The nearest limit apart from the one that the cell failed by.

    Attributes
    ----------
    limit : Limit
    ratio : float or None, 1
        Limit over the critical current density (over the largest one passed, where nothing failed); for a limit that
        is no current density, its margin. ``None`` when there is no current to compare with.
    """

    limit: Limit
    ratio: float | None


def verdict_sentence(solution: Solution) -> str:
    """One sentence: mechanism, current density, time, where, how far the next limit is, and how sure that is.

    Parameters
    ----------
    solution : Solution

    Examples
    --------
    ``"Fails by a filament short at 1.75 mA/cm2 after 41.2 h, from the working electrode; next limit: voltage limit
    (drops of the cell as formed) at 72 mA/cm2, 41 times that current."``
    """
    parts = (headline(solution), next_limit_words(solution), draws_words(solution))
    return "; ".join(part for part in parts if part) + "."


def headline(solution: Solution) -> str:
    """The first half of the sentence, without its full stop."""
    verdict = solution.verdict
    passed = verdict.highest_current_density_passed
    if verdict.mode != "none":
        at = _at(verdict.critical_current_density) + _closed_form(solution)
        return f"Fails by {FAILS_BY[verdict.mode]}{at}{_when_and_where(solution)}"
    end = _end_time(solution)
    after = "" if end is None else f" after {duration(end)}"
    if solution.status == "failed":
        up_to = f", no failure up to {format_quantity('current_density', passed)}" if passed is not None else ""
        return f"No verdict: the solver stopped{after}{up_to} ({solution.status_text or 'no reason recorded'})"
    if solution.status == "stopped":
        return f"Stopped without a failure{after} ({solution.status_text or 'no reason recorded'})"
    up_to = f" up to {format_quantity('current_density', passed)}" if passed is not None else ""
    return f"Passes: no failure{up_to}" + (f" in {duration(end)}" if end is not None else "")


def next_limit_words(solution: Solution) -> str:
    """The second half of the sentence; empty when no other limit applies."""
    found = next_limit(solution)
    if found is None:
        return ""
    limit, ratio = found.limit, found.ratio
    name = f"{MODES[limit.mechanism]} ({limit.criterion})"
    word = "nearest limit" if solution.verdict.mode == "none" else "next limit"
    if limit.current_density is None:
        return f"{word}: {name} with a margin of {times(ratio)}" if ratio is not None else f"{word}: {name}"
    current = format_quantity("current_density", limit.current_density)
    if ratio is None:
        return f"{word}: {name} at {current}"
    relation = f"at {current}, {times(ratio)} times that current"
    if ratio < 1.0:
        return f"a closed form lies lower: {name} {relation}"
    return f"{word}: {name} {relation}"


def draws_words(solution: Solution) -> str:
    """How often the protocol exceeds a limit when uncertain properties are drawn; empty where none were."""
    drawn = solution.uncertainty
    if not drawn or not drawn["varied"]:
        return ""
    exceeded = drawn["critical_current_density"]["passed"]
    if exceeded in (0.0, 1.0):
        which = f"{'all' if exceeded else 'none of'} {drawn['samples']} draws"
    else:
        which = f"{share(exceeded)} of {drawn['samples']} draws"
    return f"the protocol exceeds a limit in {which} of the uncertain properties"


def next_limit(solution: Solution) -> NextLimit | None:
    """The nearest applicable limit of another mechanism than the verdict's; ``None`` without one.

    Criteria that do not decide are none; without a current to compare with, margins say what is nearest.
    """
    base = largest_current(solution)
    found = [
        NextLimit(limit, _ratio(limit, base))
        for limit in solution.limits
        if limit.applies and limit.decides and limit.mechanism != solution.verdict.mode and _is_finite(limit)
    ]
    return min(found, key=_nearness, default=None)


def largest_current(solution: Solution) -> float | None:
    """A/m2. The current density that ratios refer to: the critical one, else the largest that was passed."""
    verdict = solution.verdict
    critical = verdict.critical_current_density
    return critical if critical is not None else verdict.highest_current_density_passed


def _is_finite(limit: Limit) -> bool:
    value = limit.margin if limit.current_density is None else limit.current_density
    return value is not None and math.isfinite(value)


def _nearness(found: NextLimit) -> float:
    known = found.limit.margin if found.ratio is None else found.ratio
    return math.inf if known is None else known


def _ratio(limit: Limit, base: float | None) -> float | None:
    if limit.current_density is None:
        return limit.margin
    return limit.current_density / base if base else None


def _closed_form(solution: Solution) -> str:
    """The closed form that an analytic verdict rests on, where it lies below the current of the step."""
    current = solution.verdict.critical_current_density
    own = (limit for limit in solution.limits if limit.applies and limit.decides)
    found = next((limit for limit in own if limit.mechanism == solution.verdict.mode), None)
    if solution.model != "analytic" or current is None or found is None or found.current_density is None:
        return ""
    if found.current_density == 0.0:
        return " (as at any current density)"
    limit, level = (format_quantity("current_density", each) for each in (found.current_density, current))
    return f" (limit: {limit})" if found.current_density < current and limit != level else ""


def _at(current: float | None) -> str:
    if current == 0.0:
        return " at any current density"
    return "" if current is None else f" at {format_quantity('current_density', current)}"


def _when_and_where(solution: Solution) -> str:
    verdict = solution.verdict
    after = "" if verdict.time is None else f" after {duration(verdict.time)}" if verdict.time else " from the start"
    if not verdict.where:
        return after
    begins = "from" if verdict.mode in ("filament-short", "soft-short") else "at"
    return f"{after}, {begins} the {verdict.where} electrode"


def _end_time(solution: Solution) -> float | None:
    """s. The last time in the record."""
    return float(solution["time"].values[-1]) if "time" in solution and solution["time"].size else None
