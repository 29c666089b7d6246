"""Which event of one record belongs to which of another, and how likely that is by chance.

The shift test: the events of one record are moved around the common time, as on a circle, and it is asked how often one
comes as near. That keeps their number and spacing, and asks only whether the two series know of each other. A chance is
that of an event of the record with fewer events: each of those is in the table once, so that none of the choices goes
uncounted when the chances of all pairs are corrected together (Holm).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lisse.measurement.alignment.channel import Channel
from lisse.measurement.alignment.events import Event

__all__ = [
    "Correlation", "Pair", "Series", "corrected_together", "correlate", "holm", "pair_events", "series_chance",
    "series_of",
]  # fmt: skip

Floats = NDArray[np.float64]

_SHIFTS = 4000
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Pair:
    """Two events that may be one.

    Attributes
    ----------
    first, second : Event
        On the common clock.
    apart : float, s
        Second minus first.
    tolerance : float, s
        Combined uncertainty of both times; nearer than that is no nearer.
    chance : float
        Share of the circular shifts of the record with more events in which one of them comes as near.
    corrected : float
        The same for the whole table.
    significant : bool
        Whether `corrected` is at most 0.05.
    """

    first: Event
    second: Event
    apart: float
    tolerance: float
    chance: float
    corrected: float
    significant: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Series:
    """Whether the events of two records know of each other.

    Attributes
    ----------
    first, second : str
        The records.
    first_count, second_count : int
        Events that are news, in the common time.
    distance : float, s
        Mean time from each event of the shorter series to the nearest of the other, at least the tolerance.
    tolerance : float, s
    chance : float
        Share of the circular shifts with as small a distance.
    corrected : float
        The same for all pairs of records.
    """

    first: str
    second: str
    first_count: int
    second_count: int
    distance: float
    tolerance: float
    chance: float
    corrected: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Correlation:
    """How much a feature of pictures goes along with a channel.

    Attributes
    ----------
    first, second : str
        ``source: channel`` of both.
    rank : float
        Spearman's rank correlation at the times of the frames.
    rank_of_steps : float
        The same of the changes from frame to frame.
    chance : float
        Share of circular shifts of the changes with as high a correlation; not below 1 / frames.
    corrected : float
        The same for the whole table.
    frames : int
    """

    first: str
    second: str
    rank: float
    rank_of_steps: float
    chance: float
    corrected: float
    frames: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


Tested = TypeVar("Tested", Series, Correlation)


def pair_events(events: Sequence[Event], spans: Mapping[str, tuple[float, float]]) -> list[Pair]:
    """The nearest event of every other record for each event that is news, with its chance; most certain first.

    Parameters
    ----------
    events : sequence of Event, on the common clock
    spans : mapping of source to its first and last time on the common clock, s
    """
    return _corrected([row for two in _two_records(events, spans) for row in _nearest(*two)])


def _two_records(
    events: Sequence[Event], spans: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[list[Event], list[Event], float, float]]:
    """For every two records that both have news in their common time: the news of each, and its start and end (s)."""
    news = [event for event in events if not event.switch]
    for one, other in itertools.combinations(sorted({event.source for event in news}), 2):
        low, high = max(spans[one][0], spans[other][0]), min(spans[one][1], spans[other][1])
        inside = [event for event in news if low <= event.time <= high]
        mine, theirs = ([event for event in inside if event.source == source] for source in (one, other))
        if mine and theirs and high > low:
            yield mine, theirs, low, high


def _nearest(
    mine: list[Event], theirs: list[Event], low: float, high: float
) -> list[tuple[Event, Event, float, float, float]]:
    """Pairs, nearest first and every event once, and the chance of each."""
    many = max(mine, theirs, key=len)
    moving = np.array([event.time for event in many])
    tolerances = [[float(np.hypot(one.error, other.error)) for other in theirs] for one in mine]
    near = [
        (max(abs(other.time - one.time), tolerances[i][j]), -one.strength, i, j)
        for i, one in enumerate(mine)
        for j, other in enumerate(theirs)
    ]
    rows, used = [], (set[int](), set[int]())
    for distance, _, i, j in sorted(near):
        if i in used[0] or j in used[1]:
            continue
        used[0].add(i)
        used[1].add(j)
        chance = _chance(moving, distance, high - low)
        rows.append((mine[i], theirs[j], theirs[j].time - mine[i].time, tolerances[i][j], chance))
    return rows


def _chance(moving: Floats, near: float, length: float) -> float:
    """Share of all circular shifts that bring one of the moving events as near to a given moment.

    Each event covers the shifts up to `near` on either side of it; where two overlap, the gap between them is covered.
    """
    ordered = np.sort(moving)
    gaps = np.diff(ordered, append=ordered[0] + length)
    return float(min(1.0, np.minimum(gaps, 2.0 * near).sum() / length))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of one table corrected together, in the order given: at most 5 % that any below 5 % is by chance."""
    corrected, worst = [1.0] * len(chances), 0.0
    for rank, k in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        worst = max(worst, min(1.0, chances[k] * (len(chances) - rank)))
        corrected[k] = worst
    return corrected


def _corrected(rows: list[tuple[Event, Event, float, float, float]]) -> list[Pair]:
    order = sorted(rows, key=lambda row: (row[4], abs(row[2]), row[0].time))
    corrected = holm([row[4] for row in order])
    return [Pair(*row, each, each <= SIGNIFICANT) for row, each in zip(order, corrected, strict=True)]


def corrected_together(found: Sequence[Tested]) -> list[Tested]:
    """The same with the chances of all of them corrected together."""
    corrected = holm([one.chance for one in found])
    return [replace(one, corrected=each) for one, each in zip(found, corrected, strict=True)]


def series_of(events: Sequence[Event], spans: Mapping[str, tuple[float, float]]) -> list[Series]:
    """For every two records, whether what happened in one knows of what happened in the other.

    Parameters
    ----------
    events : sequence of Event, on the common clock
    spans : mapping of source to its first and last time on the common clock, s
    """
    found = []
    for mine, theirs, low, high in _two_records(events, spans):
        tolerance = float(np.hypot(*(np.median([e.error for e in part]) for part in (mine, theirs))))
        few, many = sorted((mine, theirs), key=len)
        distance, chance = series_chance([e.time for e in few], [e.time for e in many], low, high, tolerance)
        names = (mine[0].source, theirs[0].source)
        found.append(Series(*names, len(mine), len(theirs), distance, tolerance, chance, chance))
    return corrected_together(found)


def series_chance(
    first: Sequence[float], second: Sequence[float], low: float, high: float, tolerance: float
) -> tuple[float, float]:
    """Whether two series of times know of each other: mean distance to the nearest, and its chance under a shift.

    Parameters
    ----------
    first, second : times, s
    low, high : float, s. The common time.
    tolerance : float, s. Nearer than that is no nearer.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    length = high - low
    shifts = np.append(0.0, (np.arange(_SHIFTS) + 0.5) / _SHIFTS * length)
    apart = (b[None, None, :] + shifts[:, None, None] - a[None, :, None]) % length
    distance = np.maximum(np.minimum(apart, length - apart).min(axis=2), tolerance).mean(axis=1)
    nearer = int(np.count_nonzero(distance[1:] <= distance[0] * (1 + 1e-9)))
    return float(distance[0]), float((1 + nearer) / (1 + _SHIFTS))


def correlate(feature: Channel, channel: Channel) -> Correlation | None:
    """A feature of pictures against a channel at the times of the frames; ``None`` with fewer than five in common."""
    from scipy.stats import spearmanr

    inside = (feature.time >= channel.time[0]) & (feature.time <= channel.time[-1])
    one, other = feature.value[inside], channel.at(feature.time[inside])
    count = len(one)
    if count < 5 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return None
    a, b = np.diff(one), np.diff(other)
    if np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return None
    steps = float(spearmanr(a, b).statistic)
    shifted = [abs(float(spearmanr(a, np.roll(b, k)).statistic)) for k in range(1, len(b))]
    chance = (1 + sum(value >= abs(steps) - 1e-12 for value in shifted)) / (1 + len(shifted))
    names = (f"{feature.source}: {feature.name}", f"{channel.source}: {channel.name}")
    return Correlation(*names, float(spearmanr(one, other).statistic), steps, float(chance), float(chance), count)
