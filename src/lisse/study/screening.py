"""A screening: every candidate of a table in one cell, ranked with the uncertainty of its numbers.

All candidates are judged at their central numbers; those that can be among the best are drawn. How candidates are
judged is in `lisse.study.screen_judge`, how they are drawn in `lisse.study.screen_draws`, what a measurement would
change in `lisse.study.screen_value`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse import __version__ as version
from lisse.errors import InvalidInput
from lisse.materials import PROPERTIES
from lisse.models.base import Progress
from lisse.models.criteria import Criterion
from lisse.numerics.ranking import pareto_front, top_share
from lisse.study.candidates import Candidates, read_candidates
from lisse.study.screen_draws import Drawer, Shortlist, shortlist
from lisse.study.screen_front import front_quantities, front_shares
from lisse.study.screen_judge import Array, Judge
from lisse.study.screen_jury import jury, nobody
from lisse.study.screen_numbers import ASSUMED, ORIGINS, Numbers, all_numbers
from lisse.study.screen_quantities import CANDIDATE_INPUTS, SCORES, ranked_quantity
from lisse.study.screen_runs import CandidateRun, run_candidates
from lisse.study.screen_study import ScreenStudy
from lisse.study.screen_value import Value, in_decades, value_of_measurements
from lisse.study.workers import check_workers

__all__ = ["Drawn", "Screening", "screen"]

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
_BLOCK = 200_000  # candidates at a time, which bounds the memory
_SMALLER = (0.9, 1e-3)  # a little, and as much as takes a criterion of yes or no to its other side
_MOST_VALUED = 2000  # candidates among which the value of a measurement is looked for


@dataclass(frozen=True, eq=False)
class Drawn:
    """The candidates that were drawn, in order of the table.

    Attributes
    ----------
    which : (m,) array of int
    draws : int
    low, median, high : (m,) array
        Quantiles of 5, 50 and 95 % of the score, SI.
    share, error : (m,) array, 1
        Probability of being among the best, and its standard error by the number of draws.
    limiting : (m, criteria) array, 1
        Share of the draws in which each of the deciding criteria is the lowest.
    audited, missed : int
        How many of the other candidates were drawn to check that none was left out, and how many should have been.
    """

    which: Indices
    draws: int
    low: Array
    median: Array
    high: Array
    share: Array
    error: Array
    limiting: Array
    audited: int
    missed: int


@dataclass(frozen=True, eq=False)
class Screening:
    """The outcome. Arrays over candidates follow the table, without the rows that are set aside.

    Attributes
    ----------
    study : ScreenStudy
    version : str
    candidates : Candidates
        Those that were judged.
    numbers : Numbers
        Of those.
    scores : (n,) array
        What they are ranked by, at their central numbers, SI; inf where nothing limits.
    order : (n,) array of int
        Candidates from the best to the worst.
    criteria : tuple of Criterion
        All that were asked.
    limits : (criteria, n) array, A/m2
        NaN where a criterion does not apply, or is no current density.
    deciding : tuple of str
        Names of the criteria that the score is the lowest of; empty where it is no such thing.
    unmoved : tuple of str
        Those of them that no number of a candidate changes.
    limiting : (n,) array of int
        Index into `deciding` of the lowest; -1 where nothing limits.
    pareto : mapping of str to (n,) array
        The quantities of the front, SI.
    front : (n,) mask
        On the front at the central numbers.
    front_share : mapping of int to float
        By candidate: share of the draws in which it is on the front of those drawn for it.
    drawn : Drawn or None
    value : Value or None
    valued : (k,) array of int
        Candidates that `value.one` speaks of, in its order.
    runs : tuple of CandidateRun
    set_aside : tuple of (str, int, str)
        Name, line of the table and reason of each candidate that was not judged.
    left_out : mapping of str to str
        Why a deciding criterion was asked of nobody.
    rows : int
        Candidates in the table.
    warnings : tuple of str
    """

    study: ScreenStudy
    version: str
    candidates: Candidates
    numbers: Numbers
    scores: Array
    order: Indices
    criteria: tuple[Criterion, ...]
    limits: Array
    deciding: tuple[str, ...]
    unmoved: tuple[str, ...]
    limiting: Indices
    pareto: Mapping[str, Array]
    front: Mask
    front_share: Mapping[int, float]
    drawn: Drawn | None
    value: Value | None
    valued: Indices
    runs: tuple[CandidateRun, ...]
    set_aside: tuple[tuple[str, int, str], ...]
    left_out: Mapping[str, str]
    rows: int
    warnings: tuple[str, ...]

    @cached_property
    def ranks(self) -> Indices:
        """(n,) array. Place of each candidate in `order`, from 1."""
        found = np.empty(len(self.order), dtype=np.int64)
        found[self.order] = np.arange(1, len(self.order) + 1)
        return found

    @property
    def best(self) -> Indices:
        """The best candidates at their central numbers, as many as were asked for."""
        return self.order[: self.study.ranking.top]

    @property
    def share(self) -> Array:
        """(n,) array, 1. Probability of being among the best; zero for who was not drawn, NaN without draws."""
        found = np.full(len(self.scores), np.nan if self.drawn is None else 0.0)
        if self.drawn is not None:
            found[self.drawn.which] = self.drawn.share
        return found

    @property
    def expected_right(self) -> float | None:
        """How many of the best by central numbers are expected to be truly among the best; ``None`` without draws."""
        return None if self.drawn is None else float(self.share[self.best].sum())

    @property
    def likelier(self) -> Indices:
        """Candidates outside the best that are likelier to belong there than the unlikeliest of the best.

        By more than twice the standard error that the number of draws leaves.
        """
        if self.drawn is None:
            return np.zeros(0, dtype=np.int64)
        share = self.share
        least = share[self.best].min()
        outside = np.setdiff1d(self.drawn.which, self.best)
        error = self.drawn.error[np.searchsorted(self.drawn.which, outside)]
        found = outside[share[outside] - 2.0 * error > least]
        return np.asarray(found[np.argsort(-share[found], kind="stable")])

    @property
    def capped(self) -> tuple[str, float] | None:
        """A criterion that no candidate changes, and the share of candidates that it limits; ``None`` without one.

        Of several, that which limits most.
        """
        shares = {name: float((self.limiting == place).mean()) for place, name in enumerate(self.deciding)}
        name = max(self.unmoved, key=shares.__getitem__, default="")
        return (name, shares[name]) if name and shares[name] > 0.0 else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, SI; ``null`` for what is not known or has no bound."""
        from lisse.study.screen_plain import plain_screening

        return plain_screening(self)


def screen(study: ScreenStudy, *, workers: int | None = None, progress: Progress | None = None) -> Screening:
    """Judge every candidate of a table in one cell, and rank them with the uncertainty of their numbers.

    Parameters
    ----------
    study : ScreenStudy
        From `load_screen` or `read_screen`.
    workers : int or None
        Processes for the runs of the best candidates; ``None`` for one on each core. A Python script that uses more
        than one must call this under ``if __name__ == "__main__":``.
    progress : callable or None
        Called with the share done and a few words.

    Returns
    -------
    Screening

    Raises
    ------
    InvalidInput
        For a table that cannot be read, and when no candidate can be judged.

    Examples
    --------
    ``screen(load_screen("study.toml")).best``
    """
    if not isinstance(study, ScreenStudy):
        raise InvalidInput(
            "study", type(study).__name__, "a ScreenStudy, such as load_screen('study.toml')", where="screen"
        )
    workers = check_workers(workers, "screen")
    table = read_candidates(study)
    judge = Judge.of(study.case, study.ranking)
    numbers = all_numbers(study, table, _wanted(study), _part(progress, 0.0, 0.3))
    jurors = jury(judge, numbers)
    kept = np.array([place for place in range(len(table)) if place not in jurors.set_aside], dtype=np.int64)
    reasons = sorted(jurors.set_aside.items())
    set_aside = (*table.set_aside, *((table.names[i], int(table.rows[i]), reason) for i, reason in reasons))
    if len(kept) == 0:
        raise nobody([reason for _, _, reason in set_aside], jurors.left_out)
    candidates, numbers, criteria = table.of(kept), numbers.of(kept), jurors.criteria
    _check_top(study, len(kept), set_aside)
    limits, parts = _central(judge, criteria, numbers, len(kept))
    goodness = parts.min(axis=0)
    order = np.argsort(-goodness, kind="stable")
    limiting = np.where(np.isfinite(goodness) & bool(criteria), parts.argmin(axis=0), -1)
    drawer = Drawer(judge, criteria, study.case.cell, numbers, candidates.rows, study.ranking.draws, study.ranking.seed)
    drawn, scores, listed = _draw(drawer, goodness, study, _part(progress, 0.35, 0.85))
    pareto = front_quantities(drawer, goodness)
    front, front_share = _front(drawer, pareto, drawn)
    value, valued = _value(drawer, drawn, scores, study)
    best = order[: min(study.best.runs, len(order))].tolist()
    runs = run_candidates(study, candidates, numbers, best, workers=workers, progress=_part(progress, 0.9, 1.0))
    sign = judge.sign(study.ranking.by)
    return Screening(
        study=study,
        version=version,
        candidates=candidates,
        numbers=numbers,
        scores=goodness * sign,
        order=order,
        criteria=judge.criteria,
        limits=limits,
        deciding=tuple(each.name for each in criteria),
        unmoved=_unmoved(judge, criteria, numbers, parts),
        limiting=limiting,
        pareto={name: values * judge.sign(name) for name, values in pareto.items()},
        front=front,
        front_share=front_share,
        drawn=drawn,
        value=value,
        valued=valued,
        runs=runs,
        set_aside=set_aside,
        left_out=jurors.left_out,
        rows=len(table) + len(table.set_aside),
        warnings=(
            *_ties(goodness, order, study),
            *_without_front(pareto),
            *_warnings(study, numbers, jurors.left_out, drawn, listed),
        ),
    )


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Progress of a part of the work."""
    if progress is None:
        return None
    return lambda share, words: progress(start + (end - start) * share, words)


def _check_top(study: ScreenStudy, judged: int, set_aside: Sequence[tuple[str, int, str]]) -> None:
    """Complain when more best are wanted than there are candidates."""
    if study.ranking.top > judged:
        advice = ""
        if set_aside:
            advice = f"{len(set_aside)} rows are set aside, such as {set_aside[0][0]}: {set_aside[0][2]}"
        allowed = f"at most {judged}, as many as can be judged"
        raise InvalidInput("rank.top", study.ranking.top, allowed, advice)


def _wanted(study: ScreenStudy) -> list[str]:
    """Properties that are estimated where they are missing."""
    ranking = study.ranking
    named = [name for name in (ranking.by, *ranking.pareto) if name not in SCORES]
    return list(dict.fromkeys([*CANDIDATE_INPUTS, *named]))


# -- central numbers ---------------------------------------------------------------------------------------------------


def _central(judge: Judge, criteria: tuple[Criterion, ...], numbers: Numbers, count: int) -> tuple[Array, Array]:
    """Limits of all criteria (criteria, n) in A/m2, and the parts of the score (parts, n)."""
    limits = np.full((len(judge.criteria), count), np.nan)
    parts = np.full((max(1, len(criteria)), count), np.nan)
    for group in numbers.alike():
        for start in range(0, len(group), _BLOCK):
            rows = group[start : start + _BLOCK]
            here = numbers.known(rows)
            there = judge.placed(here)
            for place, criterion in enumerate(judge.criteria):
                limits[place, rows] = judge.ask(criterion, there, rows.shape)[0]
            parts[:, rows] = judge.parts(criteria, here, rows.shape)
    return limits, parts


def _unmoved(judge: Judge, criteria: tuple[Criterion, ...], numbers: Numbers, parts: Array) -> tuple[str, ...]:
    """Criteria that say the same of all candidates, and of the first with each of its numbers smaller."""
    own, found = numbers.known(np.zeros(1, dtype=np.int64)), []
    for criterion, part in zip(criteria, parts, strict=False):  # a score that is a property has a part and no criterion
        others = (
            judge.parts((criterion,), {**own, name: factor * value}, (1,))
            for name, value in own.items()
            for factor in _SMALLER
        )
        if (part == part[0]).all() and all((each == part[0]).all() for each in others):
            found.append(criterion.name)
    return tuple(found)


# -- draws -------------------------------------------------------------------------------------------------------------


def _draw(
    drawer: Drawer, goodness: Array, study: ScreenStudy, progress: Progress | None
) -> tuple[Drawn | None, Array, Shortlist]:
    """The candidates that can be among the best, drawn, and their scores (m, draws)."""
    top = study.ranking.top
    if study.ranking.draws == 0:
        return None, np.zeros((0, 0)), Shortlist(np.zeros(0, dtype=np.int64))
    listed = shortlist(drawer, goodness, top, _part(progress, 0.0, 0.3))
    which, rest = listed.which, _part(progress, 0.3, 1.0)

    def told(done: int) -> None:
        if rest is not None:
            rest(done / len(which), f"{done} of {len(which)} candidates drawn {study.ranking.draws} times")

    scores, limiting = drawer.scores(which, told)
    found = top_share(scores, top)
    low, median, high = np.quantile(
        scores * drawer.judge.sign(study.ranking.by), (0.05, 0.5, 0.95), axis=1, method="inverted_cdf"
    )
    drawn = Drawn(
        which,
        study.ranking.draws,
        low,
        median,
        high,
        found.share,
        found.error,
        limiting,
        listed.audited,
        listed.missed,
    )
    return drawn, scores, listed


def _front(drawer: Drawer, pareto: Mapping[str, Array], drawn: Drawn | None) -> tuple[Mask, dict[int, float]]:
    """Who is on the front, and how often in the draws."""
    if not pareto:
        return np.zeros(len(drawer.rows), dtype=bool), {}
    values = np.array(list(pareto.values())).T
    front = pareto_front(values)
    if drawn is None or not front.any():
        return front, {}
    return front, front_shares(drawer, values, front, drawn.which[np.argsort(-drawn.share, kind="stable")])


def _value(drawer: Drawer, drawn: Drawn | None, scores: Array, study: ScreenStudy) -> tuple[Value | None, Indices]:
    """What measurements would gain, among the likeliest candidates."""
    top = study.ranking.top
    if drawn is None or not drawer.numbers.uncertain or len(drawn.which) <= top:
        return None, np.zeros(0, dtype=np.int64)
    by, sign = study.ranking.by, drawer.judge.sign(study.ranking.by)
    order = np.lexsort((-sign * drawn.median, -drawn.share))[:_MOST_VALUED]
    which = drawn.which[order]
    linear = by == "stability_parameter" or (by not in SCORES and PROPERTIES[by].minimum < 0.0)
    level = scores[order] if linear else sign * in_decades(scores[order] * sign)
    normals = drawer.normals(which)
    unit = ranked_quantity(by).unit if linear else "decades"
    return value_of_measurements(level, normals, top, unit, study.ranking.seed), which


def _ties(goodness: Array, order: Indices, study: ScreenStudy) -> list[str]:
    """Candidates that are among the best only because they stand higher in the table."""
    top = study.ranking.top
    if top == len(order) or goodness[order[top]] != goodness[order[top - 1]]:
        return []
    alike = int((goodness == goodness[order[top - 1]]).sum())
    return [f"{alike} candidates have the same score as the last of the best {top}; they stand in order of the table"]


def _without_front(pareto: Mapping[str, Array]) -> list[str]:
    """Candidates that cannot be on the front, because a quantity of it is not known of them."""
    lacking = {name: int(np.isnan(values).sum()) for name, values in pareto.items()}
    return [
        f"{count} of {len(pareto[name])} candidates have no {name}, and cannot be on the Pareto front"
        for name, count in lacking.items()
        if count
    ]


def _warnings(
    study: ScreenStudy, numbers: Numbers, left_out: Mapping[str, str], drawn: Drawn | None, listed: Shortlist
) -> list[str]:
    found = [f"{name} is asked of nobody: {reason}" for name, reason in left_out.items()]
    conditions = {float(step.temperature) for step in study.case.protocol.steps if step.temperature is not None}
    if len(conditions | {study.case.cell.temperature}) > 1:
        found.append("the protocol changes the temperature, and the numbers of candidates are the same at each")
    for name, origin in numbers.origin.items():
        still = (origin == ASSUMED) & (numbers.low[name] == numbers.high[name])
        if still.any():
            text = f"{name} is {ORIGINS[ASSUMED]} for {int(still.sum())} candidates without a spread"
            found.append(f"{text}: the ranking takes it as known")
    if drawn is not None and drawn.missed:
        text = f"{drawn.missed} of {drawn.audited} candidates that were not expected among the best, drawn to check"
        found.append(f"{text}, belong there: shares are too large, and others are left out")
    if listed.left:
        found.append(f"{listed.left} candidates that might be among the best were not drawn: there are too many")
    return found
