"""Draws of everything that is uncertain in a screening, and which candidates have to be drawn at all.

What belongs to the cell (lithium, interface, the longest flaw) is one draw for all candidates; what belongs to a
candidate is its own, and depends on the seed and on its row of the table only. Candidates that cannot reach the best
are not drawn: each is first given its most favourable numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.materials import PROPERTIES
from lisse.models.base import Progress
from lisse.models.criteria import Criterion
from lisse.models.uncertainty import spread_out
from lisse.numerics.ranking import top_share
from lisse.study.screen_judge import Array, Judge, Shared
from lisse.study.screen_numbers import Numbers

__all__ = ["Drawer", "Shortlist", "shortlist"]

_EDGE = 1.6448536269514722
_BLOCK = 40_000  # numbers at a time: candidates times draws
_FAVOURABLE = 3.3  # standard deviations; one normal number in 2000 lies beyond
_ALL_DRAWN = 1000  # so many candidates are drawn without looking for those that cannot win
_MOST_DRAWN = 100_000
_WORLDS = 4
_LEAST = 1e-6  # of its value, where a number must be above zero
_AUDITED = 300


@dataclass(frozen=True, eq=False)
class Drawer:
    """Draws of candidates that stand in one cell.

    Attributes
    ----------
    judge : Judge
    criteria : tuple of Criterion
        Those that decide.
    cell : Cell
    numbers : Numbers
        Of all candidates.
    rows : (n,) array of int
        Line of each candidate in the table.
    draws, seed : int
    """

    judge: Judge
    criteria: tuple[Criterion, ...]
    cell: Cell
    numbers: Numbers
    rows: NDArray[np.int64]
    draws: int
    seed: int

    def shared(self) -> list[dict[str, Array]]:
        """The numbers of the cell in every draw, for each of its conditions: arrays (1, draws)."""
        generator = np.random.default_rng((self.seed, 0))
        names = sorted({name for table in self.judge.tables for name in table.spreads})
        normal = {name: generator.standard_normal(self.draws) for name in names}
        quantile = generator.uniform(size=self.draws)
        flaws = self.cell.electrolyte.flaws
        found = []
        for table in self.judge.tables:
            here = {
                name: spread_out(float(table[name]), spread, normal[name])[None]
                for name, spread in table.spreads.items()
                if name in table.values
            }
            if flaws is not None:
                here["flaw_length"] = flaws.longest_at(self.cell.area, quantile)[None]
            found.append(here)
        return found

    def normals(self, which: NDArray[np.int64]) -> dict[str, Array]:
        """Standard normal numbers behind the uncertain properties of some candidates, (n, draws) each."""
        names = sorted(self.numbers.uncertain)
        own = np.empty((len(names), len(which), self.draws))
        for place, candidate in enumerate(which):
            generator = np.random.default_rng((self.seed, 1, int(self.rows[candidate])))
            own[:, place] = generator.standard_normal((len(names), self.draws))
        common = np.random.default_rng((self.seed, 2)).standard_normal((len(names), self.draws))
        return {
            name: np.where(self.numbers.shared[name][which][:, None], common[place], own[place])
            for place, name in enumerate(names)
        }

    def drawn(self, which: NDArray[np.int64], normals: Mapping[str, Array]) -> dict[str, Array]:
        """The numbers of candidates of which the same are known, from normal numbers that broadcast to (n, draws)."""
        return {
            name: _spread_over(name, self.numbers, which, normals.get(name))
            for name, array in self.numbers.values.items()
            if not np.isnan(array[which[0]])
        }

    def scores(self, which: NDArray[np.int64], progress: Callable[[int], None] | None = None) -> tuple[Array, Array]:
        """Scores of some candidates, (n, draws), and in which share of draws each part is the lowest, (n, parts)."""
        shared, scores, done = self.shared(), np.empty((len(which), self.draws)), 0
        limiting = np.zeros((len(which), max(1, len(self.criteria))))
        size = max(1, _BLOCK // self.draws)
        for group in self.numbers.alike(which):
            for start in range(0, len(group), size):
                here = group[start : start + size]
                numbers = self.drawn(which[here], self.normals(which[here]))
                parts = self.judge.parts(self.criteria, numbers, (len(here), self.draws), shared)
                scores[here] = parts.min(axis=0)
                lowest = np.where(np.isfinite(scores[here]), parts.argmin(axis=0), -1)
                limiting[here] = np.stack([(lowest == part).mean(axis=1) for part in range(len(parts))], axis=1)
                done += len(here)
                if progress is not None:
                    progress(done)
        return scores, limiting

    def scores_in(self, world: Shared, which: NDArray[np.int64]) -> Array:
        """Scores of some candidates with their own draws in one fixed draw of the cell, (n, draws)."""
        found = np.empty((len(which), self.draws))
        for here in self.numbers.alike(which):
            numbers = self.drawn(which[here], self.normals(which[here]))
            found[here] = self.judge.parts(self.criteria, numbers, (len(here), self.draws), world).min(axis=0)
        return found

    def upside(self, which: NDArray[np.int64], worlds: Sequence[Shared]) -> Array:
        """What the score hardly exceeds, (worlds, n): all uncertain numbers of a candidate at their favourable end.

        Which end is favourable is asked of each part of the score on its own, number by number, so that no part hides
        another; the score is then at most the smallest of the parts at their best. Exact where each part rises or falls
        with each number throughout.
        """
        found = np.empty((len(worlds), len(which)))
        for here in self.numbers.alike(which):
            for start in range(0, len(here), _BLOCK):
                block = here[start : start + _BLOCK]
                found[:, block] = self._upside(which[block], worlds)
        return found

    def _upside(self, which: NDArray[np.int64], worlds: Sequence[Shared]) -> Array:
        """The same for candidates of which the same numbers are known."""
        uncertain = [name for name in self.numbers.uncertain if not self.numbers.shared[name][which].all()]
        shape = (len(which), 1)
        best, favourable = self._parts_at(which, {}, ()), {}
        for name in uncertain:
            up, down = (self._parts_at(which, {name: np.full(shape, end)}, ()) for end in (_FAVOURABLE, -_FAVOURABLE))
            favourable[name] = np.where(down > up, -_FAVOURABLE, _FAVOURABLE)
            best = np.maximum(best, np.maximum(up, down))
        found = []
        for world in worlds:
            corners = [
                self._parts_at(which, {name: sign[part] for name, sign in favourable.items()}, world, part)
                for part in range(len(best))
            ]
            alone = np.full_like(best, -np.inf) if world else best
            found.append(np.maximum(np.array(corners), alone).min(axis=0)[:, 0])
        return np.array(found)

    def _parts_at(
        self, which: NDArray[np.int64], normals: dict[str, Array], world: Shared, part: int | None = None
    ) -> Array:
        numbers = self.drawn(which, normals)
        criteria = self.criteria if part is None or not self.criteria else self.criteria[part : part + 1]
        found = self.judge.parts(criteria, numbers, (len(which), 1), world)
        return found if part is None else found[0]


def _spread_over(name: str, numbers: Numbers, which: NDArray[np.int64], normal: Array | None) -> Array:
    """Draws of one property as `lisse.models.uncertainty.spread_out` makes them, for many candidates at once."""
    value, low, high = (array[name][which][:, None] for array in (numbers.values, numbers.low, numbers.high))
    if normal is None:
        return value
    q = normal / _EDGE
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(q > 0.0, high / value, value / low)
        scaled = value * np.exp(q * np.log(ratio))
        shifted = value + q * np.where(q > 0.0, high - value, value - low)
    found = np.where((value > 0.0) & (low > 0.0), scaled, shifted)
    meant = PROPERTIES[name]
    least = meant.minimum + _LEAST * value if meant.open_minimum else meant.minimum
    return np.asarray(np.clip(found, least, meant.maximum))


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The candidates that are drawn.

    Attributes
    ----------
    which : (m,) array of int
        In order of the table.
    audited, missed : int
        How many of the others were drawn all the same, chosen at random, and how many of those would have been among
        the best in more than 1 % of the draws.
    left : int
        How many that might reach the best were not drawn, because there were too many.
    """

    which: NDArray[np.int64]
    audited: int = 0
    missed: int = 0
    left: int = 0


def shortlist(drawer: Drawer, central: Array, count: int, progress: Progress | None = None) -> Shortlist:
    """The candidates that may be among the `count` best in more than 1 % of the draws.

    The best by their favourable numbers are drawn first. In every draw, the last of the `count` best of all scores at
    least as much as the last of the `count` best of these; a candidate whose favourable score (one number in 2000 is
    more favourable) stays below that in all draws is not drawn. This is asked in several draws of the cell. Some of the
    others are drawn to check it.

    Parameters
    ----------
    drawer : Drawer
    central : (n,) array
        Scores at the central numbers.
    count : int
    progress : callable or None
    """
    everyone = np.arange(len(central))
    if len(central) <= max(_ALL_DRAWN, 5 * count):
        return Shortlist(everyone)
    first = drawer.upside(everyone, [()])[0]
    leaders = np.union1d(np.argsort(-first)[: 5 * count], np.argsort(-central)[: 5 * count])
    worlds = _worlds(drawer, leaders, count)
    upside = drawer.upside(everyone, worlds)
    reach = np.zeros(len(central), dtype=bool)
    for place, world in enumerate(worlds):
        if progress is not None:
            progress((place + 1) / len(worlds), "candidates that can reach the best")
        scores = drawer.scores_in(world, leaders)
        edge = np.partition(scores, len(leaders) - count, axis=0)[len(leaders) - count]
        reach |= upside[place] >= edge.min()
    reach[leaders] = True
    which = np.flatnonzero(reach)
    left = max(0, len(which) - _MOST_DRAWN)
    if left:
        which = np.sort(which[np.argsort(-upside[:, which].max(axis=0))[:_MOST_DRAWN]])
    return _audited(drawer, which, count, left, upside.max(axis=0))


def _worlds(drawer: Drawer, leaders: NDArray[np.int64], count: int) -> list[Shared]:
    """The cell as it is, and some of its draws, from the worst for the leaders to the best."""
    if not any(drawer.shared()):
        return [()]
    scores = drawer.scores(leaders)[0]
    edge = np.partition(scores, len(leaders) - count, axis=0)[len(leaders) - count]
    order = np.argsort(edge)[np.linspace(0, drawer.draws - 1, _WORLDS).round().astype(int)]
    shared = drawer.shared()
    return [
        (),
        *([{name: array[:, place : place + 1] for name, array in each.items()} for each in shared] for place in order),
    ]


def _audited(drawer: Drawer, which: NDArray[np.int64], count: int, left: int, upside: Array) -> Shortlist:
    """Draw some of the others beside the leaders of the shortlist, and count those that should have been on it.

    Half of them are the nearest to it, half are chosen at random.
    """
    others = np.setdiff1d(np.arange(len(drawer.rows)), which)
    if len(others) == 0:
        return Shortlist(which, left=left)
    others = others[np.argsort(-upside[others], kind="stable")]
    nearest, rest = others[: _AUDITED // 2], others[_AUDITED // 2 :]
    random = np.random.default_rng((drawer.seed, 3)).choice(rest, min(_AUDITED // 2, len(rest)), replace=False)
    chosen = np.concatenate([nearest, random])
    best = which if len(which) <= 10 * count else which[np.argsort(-upside[which], kind="stable")[: 10 * count]]
    scores = drawer.scores(np.concatenate([best, chosen]))[0]
    share = top_share(scores, count).share[len(best) :]
    return Shortlist(which, len(chosen), int((share > 0.01).sum()), left)
