"""Ranking under uncertainty: who is among the best, who is beaten in every way, and what would be worth knowing.

Scores are given as draws, (n,) candidates by (s,) draws, more is better; NaN is a draw without a score and is never
among the best. Nothing is assumed of how draws of different candidates hang together, so that a number which all share
moves all scores alike and changes no ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["TopShare", "conditional_means", "gain_of_knowing_all", "gain_of_knowing_one", "pareto_front", "top_share"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_DEGREE = 3  # of the polynomial in the rank scores of an input
_DRAWS_A_DEGREE = 8


@dataclass(frozen=True)
class TopShare:
    """How often each candidate is among the best.

    Attributes
    ----------
    share : (n,) array, 1
    error : (n,) array, 1
        Standard error that the number of draws leaves, sqrt(p (1 - p)/s), with one half added to hits and to misses
        so that it is never zero.
    """

    share: Floats
    error: Floats


def top_share(scores: Floats, count: int) -> TopShare:
    """Share of the draws in which each candidate is among the `count` best.

    Where several candidates tie for the last places, those places are shared evenly among them.

    Parameters
    ----------
    scores : (n, s) array
    count : int
        From 1 to n.

    Raises
    ------
    InvalidInput
        For scores that are no matrix, or an impossible count.
    """
    _check(scores, count)
    filled = np.where(np.isnan(scores), -np.inf, scores)
    edge = -np.partition(-filled, count - 1, axis=0)[count - 1]
    above, level = filled > edge, (filled == edge) & (filled > -np.inf)
    left = count - above.sum(axis=0)
    places = np.where(level, left / np.maximum(level.sum(axis=0), 1), 0.0)
    draws = scores.shape[1]
    share = (above + np.minimum(places, 1.0)).mean(axis=1)
    smooth = (share * draws + 0.5) / (draws + 1.0)
    return TopShare(share, np.sqrt(smooth * (1.0 - smooth) / draws))


def pareto_front(values: Floats) -> Mask:
    """Candidates that no other one beats in one column without being worse in another.

    Parameters
    ----------
    values : (n, m) array
        More is better in every column; a row with NaN is not on the front. Rows that are alike are all on it.

    Returns
    -------
    (n,) mask

    Notes
    -----
    Two columns are swept once. With more, rows are visited by falling first column (then second, ...), so that none can
    be beaten by a later one; the time is n times the size of the front.
    """
    if np.ndim(values) != 2:
        raise InvalidInput("values", f"an array of shape {np.shape(values)}", "candidates by columns")
    front = np.zeros(len(values), dtype=bool)
    known = np.flatnonzero(~np.isnan(values).any(axis=1))
    if len(known) == 0 or values.shape[1] == 0:
        return front
    order = known[np.lexsort(-values[known].T[::-1])]
    rows = values[order]
    front[order] = _swept(rows) if values.shape[1] == 2 else _visited(rows)
    return front


def _swept(rows: Floats) -> Mask:
    """The front of two columns, for rows in falling order: the best second column of all larger first ones is below."""
    first, second = rows.T
    group = np.concatenate([[0], np.cumsum(first[1:] < first[:-1])])
    starts = np.searchsorted(group, np.arange(group[-1] + 1))
    best = second[starts]  # of each group of the same first column
    before = np.concatenate([[-np.inf], np.maximum.accumulate(best)[:-1]])
    return np.asarray((second == best[group]) & ((second > before[group]) | (group == 0)))


def _visited(rows: Floats) -> Mask:
    """The front of any columns, for rows in falling order."""
    front, kept, count = np.zeros(len(rows), dtype=bool), np.empty_like(rows), 0
    for place, row in enumerate(rows):
        others = kept[:count]
        no_worse = (others >= row).all(axis=1)
        if not (no_worse.any() and (others[no_worse] > row).any()):
            front[place], kept[count] = True, row
            count += 1
    return front


def conditional_means(scores: Floats, inputs: Sequence[Floats]) -> list[Floats]:
    """E[score | input] of every candidate at each of its draws, for each of some inputs that are drawn independently.

    The score of a candidate is fitted by least squares with a sum of polynomials of third degree, one in the normal
    score of the rank of each input. The part of one input is then its conditional mean; fitted together, no input pays
    for the scatter that another one makes. Exact where the score is such a sum.

    Parameters
    ----------
    scores : (n, s) array
        Without NaN.
    inputs : sequence of (n, s) or (s,) arrays
        The draws of each input; one row for all where they share it.

    Returns
    -------
    list of (n, s) arrays
        One for each input; the mean itself where the input does not vary.
    """
    mean = scores.mean(axis=1, keepdims=True)
    powers = [_hermite(np.broadcast_to(np.atleast_2d(rows), scores.shape)) for rows in inputs]
    basis = np.concatenate(powers, axis=-1) if powers else np.zeros((*scores.shape, 0))
    product = np.einsum("nsd,nse->nde", basis, basis)
    still = np.einsum("ndd->nd", product) == 0.0
    product += still[:, :, None] * np.eye(basis.shape[-1])
    weights = np.linalg.solve(product, np.einsum("nsd,ns->nd", basis, scores - mean)[..., None])[..., 0]
    degrees = [slice(_DEGREE * place, _DEGREE * (place + 1)) for place in range(len(powers))]
    return [mean + np.einsum("nsd,nd->ns", basis[..., each], weights[:, each]) for each in degrees]


def _hermite(rows: Floats) -> Floats:
    """Centred polynomials in the normal score of the rank along each row, (n, s, degree); zero for a row that is still.

    With few draws only the first degrees are there, so that no fit goes through every point.
    """
    from scipy.special import ndtri

    draws = rows.shape[1]
    z = ndtri((rows.argsort(axis=1).argsort(axis=1) + 0.5) / draws)
    found = np.stack([z, z**2 - 1.0, z**3 - 3.0 * z], axis=-1)
    found[..., max(0, (draws - 1) // _DRAWS_A_DEGREE) :] = 0.0
    found -= found.mean(axis=1, keepdims=True)
    found[np.ptp(rows, axis=1) == 0.0] = 0.0
    return found


def gain_of_knowing_all(conditional: Floats, count: int) -> float:
    """How much better the `count` best become when one input of every candidate is known before they are chosen.

    E[mean of the best by E[score | input]] - mean of the best by E[score]: never negative, and zero where the input
    moves no candidate past another.

    Parameters
    ----------
    conditional : (n, s) array
        From `conditional_means`.
    count : int

    Returns
    -------
    float, unit of the score
    """
    _check(conditional, count)
    best = np.partition(conditional, len(conditional) - count, axis=0)[len(conditional) - count :]
    now = np.sort(conditional.mean(axis=1))[-count:]
    return max(float(best.mean() - now.mean()), 0.0)


def gain_of_knowing_one(conditional: Floats, count: int) -> Floats:
    """The same for one candidate at a time: what measuring the input of this candidate alone would gain.

    A candidate outside the `count` best is chosen if what is found lifts it above the last of them; one inside is left
    out if it falls below the first outside:

        gain = E[max(E[s | x] - s_count, 0)]/count   or   E[max(s_(count+1) - E[s | x], 0)]/count

    Parameters
    ----------
    conditional : (n, s) array
        From `conditional_means`.
    count : int

    Returns
    -------
    (n,) array, unit of the score
    """
    _check(conditional, count)
    mean = conditional.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    if count == len(mean):
        return np.zeros(len(mean))
    last_in, first_out = mean[order[count - 1]], mean[order[count]]
    inside = np.zeros(len(mean), dtype=bool)
    inside[order[:count]] = True
    rise = np.maximum(conditional - last_in, 0.0).mean(axis=1)
    fall = np.maximum(first_out - conditional, 0.0).mean(axis=1)
    return np.asarray(np.where(inside, fall, rise) / count)


def _check(scores: Floats, count: int) -> None:
    if np.ndim(scores) != 2 or 0 in np.shape(scores):
        raise InvalidInput("scores", f"an array of shape {np.shape(scores)}", "candidates by draws, at least one each")
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or not 1 <= count <= len(scores):
        raise InvalidInput("count", count, f"a whole number from 1 to {len(scores)}, the number of candidates")
