"""What knowing one number better would change: the value of a measurement for choosing the best candidates.

Scores of currents, margins and properties are compared in decades, so that one very large draw does not stand for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.numerics.ranking import conditional_means, gain_of_knowing_all, gain_of_knowing_one
from lisse.study.screen_judge import Array

__all__ = ["Value", "in_decades", "value_of_measurements"]

_IDLE = 3  # numbers that change nothing, to see what gain they seem to have
_BLOCK = 200  # candidates at a time, which bounds the memory of the fits


@dataclass(frozen=True, eq=False)
class Value:
    """What measurements would gain, as the rise of the mean score of the best that are chosen.

    Attributes
    ----------
    unit : str
        ``"decades"``, or the unit of the score.
    every : mapping of str to float
        By property: when it were known of every candidate.
    one : mapping of str to (m,) array
        By property: when it were known of this candidate alone.
    all_known : float
        When everything were known of every candidate.
    resolution, resolution_of_one : float
        The largest gain that is found for some numbers which change nothing: smaller ones cannot be told from zero.
    candidates : int
        Among how many candidates.
    """

    unit: str
    every: Mapping[str, float]
    one: Mapping[str, Array]
    all_known: float
    resolution: float
    resolution_of_one: float
    candidates: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data without the numbers of single candidates."""
        return {name: value if name != "every" else dict(value) for name, value in vars(self).items() if name != "one"}


def in_decades(scores: Array) -> Array:
    """Decimal logarithms of scores above zero; no bound counts as the largest score that is bounded."""
    bounded = scores[np.isfinite(scores)]
    most = float(bounded.max()) if bounded.size else 1.0
    with np.errstate(divide="ignore"):
        found = np.log10(np.minimum(scores, most))
    least = found[np.isfinite(found)]
    return np.asarray(np.maximum(found, least.min() if least.size else 0.0))


def value_of_measurements(scores: Array, normals: Mapping[str, Array], count: int, unit: str, seed: int) -> Value:
    """The gain of measuring each uncertain property.

    Parameters
    ----------
    scores : (m, draws) array
        More is better, without NaN and infinity.
    normals : mapping of str to (m, draws) array
        The normal numbers that each property was drawn with.
    count : int
        How many best are chosen.
    unit : str
        Of the scores.
    seed : int
        Of the numbers that change nothing.
    """
    level = _without_common(scores)
    nothing = np.random.default_rng((seed, 4)).standard_normal((_IDLE, *scores.shape))
    names: list[str | int] = [*normals, *range(_IDLE)]
    columns = [*normals.values(), *nothing]
    blocks = [
        conditional_means(level[start : start + _BLOCK], [each[start : start + _BLOCK] for each in columns])
        for start in range(0, len(level), _BLOCK)
    ]
    means = {name: np.concatenate([block[place] for block in blocks]) for place, name in enumerate(names)}
    every = {name: gain_of_knowing_all(means[name], count) for name in normals}
    one = {name: gain_of_knowing_one(means[name], count) for name in normals}
    return Value(
        unit=unit,
        resolution=max(gain_of_knowing_all(means[name], count) for name in range(_IDLE)),
        resolution_of_one=max(float(gain_of_knowing_one(means[name], count).max()) for name in range(_IDLE)),
        every=dict(sorted(every.items(), key=lambda pair: -pair[1])),
        one=one,
        all_known=gain_of_knowing_all(scores, count),
        candidates=len(scores),
    )


def _without_common(scores: Array) -> Array:
    """Scores without what moves all candidates alike, which changes no choice and would only scatter the fits.

    From each draw the mean departure of all candidates is taken; a candidate is part of that mean, so that its own
    departure is given back by n/(n - 1).
    """
    count = len(scores)
    if count == 1:
        return scores
    mean = scores.mean(axis=1, keepdims=True)
    apart = scores - mean
    return np.asarray(mean + (apart - apart.mean(axis=0)) * count / (count - 1))
