"""Peaks of a distribution of relaxation times: one process each, with resistance, time constant and capacitance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.relaxation_times import RelaxationTimes

__all__ = ["RelaxationPeak", "relaxation_peaks"]

_VALLEY = 0.8
_SMALLEST = 0.02


@dataclass(frozen=True)
class RelaxationPeak:
    """One peak.

    Attributes
    ----------
    time_constant : float, s
        Where the distribution is highest.
    resistance, resistance_error : float, ohm
        Integral between the valleys on both sides, and its standard deviation for the penalty chosen. What smoothing
        moves from one peak to another is not in it, and may be several per cent for a constant phase element.
    capacitance : float, F
        Time constant over resistance.
    low, high : float, s
        The valleys.
    inside : bool
        Whether the time constant is one that the frequencies cover; otherwise the peak is the edge of something unseen.
    """

    time_constant: float
    resistance: float
    resistance_error: float
    capacitance: float
    low: float
    high: float
    inside: bool


def relaxation_peaks(found: RelaxationTimes) -> tuple[RelaxationPeak, ...]:
    """Peaks in the order of their time constants.

    Two maxima count as one peak unless the valley between them lies below 80 % of the lower one. A peak of less than
    2 % of the polarisation or than its own standard deviation counts with its neighbour, as the tail of a constant
    phase element that the inversion has cut off; it is left out where the frequencies do not reach.

    Parameters
    ----------
    found : RelaxationTimes

    Returns
    -------
    tuple of RelaxationPeak

    Notes
    -----
    Noise, and the tails of a constant phase element, can make side peaks of a few per cent beside a large one. A small
    peak counts as a process when a circuit with it is better by the criterion of ``circuit_choice`` as well.
    """
    g = found.distribution
    least = _SMALLEST * found.polarisation
    pieces = _segments(g)
    while len(pieces) > 1:
        small = min(range(len(pieces)), key=lambda i: _area(found, pieces[i])[0])
        size, error = _area(found, pieces[small])
        if size > max(least, error):
            break
        seen = _seen(found, found.time_constant[pieces[small][1]])
        pieces = _joined(pieces, small, g) if seen else pieces[:small] + pieces[small + 1 :]
    peaks = []
    for first, top, last in pieces:
        resistance, error = _area(found, (first, top, last))
        if resistance <= error:
            continue
        tau = _summit(found.time_constant, g, top)
        low, high = float(found.time_constant[first]), float(found.time_constant[last])
        peaks.append(RelaxationPeak(tau, resistance, error, tau / resistance, low, high, _seen(found, tau)))
    return tuple(peaks)


def _seen(found: RelaxationTimes, tau: float) -> bool:
    return bool(found.reach[0] <= tau <= found.reach[1])


def _area(found: RelaxationTimes, piece: tuple[int, int, int]) -> tuple[float, float]:
    """Integral of a piece and its standard deviation, ohm; a valley belongs half to either side."""
    first, _, last = piece
    share = np.zeros(found.widths.size)
    share[first : last + 1] = found.widths[first : last + 1]
    share[[first, last]] *= [1.0 if first == 0 else 0.5, 1.0 if last == share.size - 1 else 0.5]
    return float(share @ found.distribution), float(np.sqrt(share @ found.covariance @ share))


def _joined(pieces: list[tuple[int, int, int]], small: int, g: np.ndarray) -> list[tuple[int, int, int]]:
    """The pieces with a small one added to the neighbour behind the higher valley (the nearer one when alike)."""
    first, top, last = pieces[small]
    neighbours = [i for i in (small - 1, small + 1) if 0 <= i < len(pieces)]
    into = max(neighbours, key=lambda i: (g[first if i < small else last], -abs(pieces[i][1] - top)))
    left, right = sorted((small, into))
    summit = max(pieces[left][1], pieces[right][1], key=lambda at: g[at])
    return [*pieces[:left], (pieces[left][0], summit, pieces[right][2]), *pieces[right + 1 :]]


def _segments(g: np.ndarray) -> list[tuple[int, int, int]]:
    """First node, summit and last node of each peak."""
    padded = np.concatenate([[-1.0], g, [-1.0]])
    tops = [i for i in range(g.size) if padded[i + 1] > 0 and padded[i] < padded[i + 1] >= padded[i + 2]]
    kept = tops[:1]
    for top in tops[1:]:
        valley = g[kept[-1] : top].min()
        if valley < _VALLEY * min(g[kept[-1]], g[top]):
            kept.append(top)
        elif g[top] > g[kept[-1]]:
            kept[-1] = top
    if not kept:
        return []
    inner = [one + int(np.argmin(g[one : two + 1])) for one, two in zip(kept[:-1], kept[1:], strict=True)]
    edges = [0, *inner, g.size - 1]
    return list(zip(edges[:-1], kept, edges[1:], strict=True))


def _summit(tau: np.ndarray, g: np.ndarray, top: int) -> float:
    """Time constant of the parabola through the three highest nodes."""
    if not 0 < top < g.size - 1:
        return float(tau[top])
    left, middle, right = g[top - 1 : top + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(tau[top] * (tau[1] / tau[0]) ** shift)
