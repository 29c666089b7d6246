"""The Pareto front of a screening: who is beaten by nobody, and how often when numbers are drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.numerics.ranking import pareto_front
from lisse.study.screen_draws import Drawer
from lisse.study.screen_judge import Array, Judge

__all__ = ["front_quantities", "front_shares"]

Indices = NDArray[np.int64]
_MOST_FRONT = 1000  # candidates that are drawn for the front
_FRONT_DRAWS = 64
_FRONTS_BEHIND = 3


def front_quantities(drawer: Drawer, goodness: Array) -> dict[str, Array]:
    """The quantities of the front at the central numbers, more is better, (n,) each; NaN where one is not known.

    Parameters
    ----------
    drawer : Drawer
    goodness : (n,) array
        Score of each candidate, more is better.
    """
    ranking, numbers = drawer.judge.ranking, drawer.numbers
    found = {name: np.full(len(goodness), np.nan) for name in ranking.pareto}
    for name, values in found.items():
        if name == ranking.by:
            values[:] = goodness
            continue
        for group in numbers.alike():
            values[group] = _calculated(drawer.judge, numbers.known(group), name, group.shape)
    return found


def front_shares(drawer: Drawer, values: Array, front: NDArray[np.bool_], likely: Indices) -> dict[int, float]:
    """Share of the draws in which candidates at the front and close behind it are on it, among themselves.

    Parameters
    ----------
    drawer : Drawer
    values : (n, quantities) array
        At the central numbers.
    front : (n,) mask
    likely : (m,) array of int
        Other candidates to draw, the likeliest first.
    """
    which = _near_front(values, front, likely)
    drawn = _front_draws(drawer, which)
    hits = np.mean([pareto_front(drawn[:, :, draw].T) for draw in range(drawn.shape[2])], axis=0)
    return {int(candidate): float(hit) for candidate, hit in zip(which, hits, strict=True)}


def _near_front(values: Array, front: NDArray[np.bool_], likely: Indices) -> Indices:
    """The front, some fronts behind it, and the likeliest of the best, up to some."""
    found, left = np.flatnonzero(front), ~front
    for _ in range(_FRONTS_BEHIND):
        rows = np.flatnonzero(left)
        behind = rows[pareto_front(values[rows])]
        found = np.concatenate([found, behind])
        left[behind] = False
    chosen = list(dict.fromkeys([*found.tolist()[:_MOST_FRONT], *likely.tolist()]))[:_MOST_FRONT]
    return np.sort(np.array(chosen, dtype=np.int64))


def _front_draws(drawer: Drawer, which: Indices) -> Array:
    """The quantities of the front in some draws, more is better, (quantities, n, draws)."""
    ranking, count = drawer.judge.ranking, min(_FRONT_DRAWS, drawer.draws)
    shared = [{name: array[:, :count] for name, array in each.items()} for each in drawer.shared()]
    found = np.full((len(ranking.pareto), len(which), count), np.nan)
    for group in drawer.numbers.alike(which):
        normals = {name: array[:, :count] for name, array in drawer.normals(which[group]).items()}
        numbers, shape = drawer.drawn(which[group], normals), (len(group), count)
        for place, name in enumerate(ranking.pareto):
            if name == ranking.by:
                found[place, group] = drawer.judge.parts(drawer.criteria, numbers, shape, shared).min(axis=0)
            else:
                found[place, group] = _calculated(drawer.judge, numbers, name, shape, shared)
    return found


def _calculated(judge: Judge, here: Mapping[str, Array], name: str, shape: tuple[int, ...], shared: Any = ()) -> Array:
    """A property, the stability parameter, or a score other than that of the ranking."""
    if name not in ("critical_current_density", "margin"):
        return judge.quantity(name, here, shape, shared)
    other = dataclasses.replace(judge, ranking=dataclasses.replace(judge.ranking, by=name))
    criteria = other.deciding({each: np.ravel(array)[:1] for each, array in here.items()})
    return np.asarray(other.parts(criteria, here, shape, shared).min(axis=0)) if criteria else np.full(shape, np.nan)
