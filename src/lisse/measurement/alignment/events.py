"""Events of a channel: jumps, where consecutive readings differ far more than usual, and kinks, where the slope breaks.

A kink is looked for in every stretch between jumps: in windows around each reading a broken line is fitted, and a
cubic, which has one number more. It counts when the change of slope is many times its standard error and the broken
line leaves clearly less than the cubic, or leaves the noise alone where the cubic does not: what bends smoothly, as
after a switch, is no kink.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.measurement.alignment.channel import Channel, noise
from lisse.measurement.analysis.trace import TO_SIGMA

__all__ = ["Event", "find_events", "switches_of"]

Floats = NDArray[np.float64]

_WINDOWS = (6, 12, 25)  # readings on either side
_COARSER = (2, 4, 8)  # readings that are averaged for still wider windows
_LEAST = 8.0  # standard errors of a change of slope, and of a jump over its neighbours
_BETTER = 1.5  # misfit of the cubic over that of the broken line
_GAINED = 30.0  # fall of the misfit from the cubic to the broken line, in squares of the noise
_SIZE = 0.005  # of the range of the channel: smaller is no event
_GRID = 10_000  # readings looked at in a stretch


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    source, channel : str
    kind : str
        ``"jump"``, ``"kink"``, ``"appears"`` or ``"grows"``.
    time : float, s
        On the clock of the record.
    error : float, s
        Half the interval, or the standard error, within which it happened.
    size : float
        Of a jump in the unit of the channel, of a kink in that unit per second; of a feature its area or volume.
    unit : str
    strength : float
        Size over its uncertainty.
    switch : bool
        Whether the current was switched there, in this record or in another: asked for, not news.
    place : tuple of float or None
        m. Where, in a picture.
    """

    source: str
    channel: str
    kind: str
    time: float
    error: float
    size: float
    unit: str
    strength: float
    switch: bool = False
    place: tuple[float, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class _Kink:
    """Time (s) and its error, change of slope, strength, and half the window (s)."""

    time: float
    error: float
    change: float
    strength: float
    reach: float


def find_events(channel: Channel, current: Channel | None = None) -> list[Event]:
    """Jumps and kinks of a channel in order of time.

    Parameters
    ----------
    channel : Channel
    current : Channel, optional
        Of the same record, to tell what was asked for.
    """
    jumps = _jumps(channel)
    span = float(np.ptp(channel.value))
    switches, slack = switches_of(current), channel.spacing
    found = [_as_event(channel, a, b, switches, slack) for a, b in jumps]
    edges = [0, *(k for a, b in jumps for k in (a + 1, b)), len(channel.time)]
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        found += _kinks(channel, a, b, span)
    return sorted(found, key=lambda event: event.time)


def switches_of(current: Channel | None) -> Floats:
    """(n, 2) array, s. Times of the readings before and after each switch of the current."""
    if current is None:
        return np.zeros((0, 2))
    largest = float(np.abs(current.value).max())
    places = np.flatnonzero(np.abs(np.diff(current.value)) > 0.01 * largest)
    return np.stack([current.time[places], current.time[places + 1]], axis=1)


def _jumps(channel: Channel) -> list[tuple[int, int]]:
    """Readings between which the value jumps; steps of one sign that follow each other are one jump."""
    steps = np.diff(channel.value)
    size, span = np.abs(steps), float(np.ptp(channel.value))
    usual = TO_SIGMA * _around(size, 15)
    places = np.flatnonzero((size > _LEAST * usual) & (size > 4.0 * _SIZE * span))
    found: list[tuple[int, int]] = []
    for k in places.tolist():
        if found and found[-1][1] == k and steps[k] * steps[k - 1] > 0.0:
            found[-1] = (found[-1][0], k + 1)
        else:
            found.append((k, k + 1))
    return found


def _around(values: Floats, reach: int) -> Floats:
    """Median over the neighbours."""
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(values, size=2 * reach + 1, mode="nearest"), dtype=float)


def _as_event(channel: Channel, k: int, end: int, switches: Floats, slack: float) -> Event:
    before, after = float(channel.time[k]), float(channel.time[end])
    size = float(channel.value[end] - channel.value[k])
    asked = bool(((switches[:, 0] <= after + slack) & (switches[:, 1] >= before - slack)).any())
    usual = TO_SIGMA * float(np.median(np.abs(np.diff(channel.value[max(0, k - 15) : k + 17]))))
    return Event(
        channel.source, channel.name, "jump", 0.5 * (before + after), 0.5 * (after - before) or 0.5 * slack, size,
        channel.unit, abs(size) / usual if usual > 0.0 else math.inf, asked,
    )  # fmt: skip


def _kinks(channel: Channel, a: int, b: int, span: float) -> list[Event]:
    """Kinks in one stretch without jumps."""
    if b - a < 2 * _WINDOWS[0] + 1 or span == 0.0:
        return []
    steps = np.diff(channel.time[a:b])
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    length = float(channel.time[b - 1] - channel.time[a])
    if step <= 0.0:
        return []
    step = max(step, length / _GRID)
    grid = channel.time[a] + step * np.arange(int(length / step * (1 + 1e-9)) + 1)
    value = np.interp(grid, channel.time[a:b], channel.value[a:b])
    found: list[_Kink] = []
    for window in _WINDOWS:
        found += _peaks(grid, value, window, span)
    for factor in _COARSER:
        count = len(grid) // factor * factor
        mean_time, mean = (each[:count].reshape(-1, factor).mean(axis=1) for each in (grid, value))
        found += _peaks(mean_time, mean, _WINDOWS[-1], span)
    kept: list[_Kink] = []
    for one in sorted(found, key=lambda kink: -kink.strength):
        if all(abs(one.time - other.time) > max(one.reach, other.reach) for other in kept):
            kept.append(one)
    name, unit = channel.name, f"{channel.unit}/s"
    return [Event(channel.source, name, "kink", k.time, k.error, k.change, unit, k.strength) for k in kept]


def _peaks(time: Floats, value: Floats, window: int, span: float) -> list[_Kink]:
    """The strongest kinks of readings at equal steps, for one window."""
    if len(value) < 2 * window + 1:
        return []
    step = float(time[1] - time[0])
    t = np.arange(-window, window + 1) * step
    broken = np.stack([np.ones_like(t), t, np.maximum(t, 0.0)], axis=1)
    cubic = np.stack([np.ones_like(t), t / t[-1], (t / t[-1]) ** 2, (t / t[-1]) ** 3], axis=1)
    pieces = np.lib.stride_tricks.sliding_window_view(value, len(t))
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    solved = np.linalg.pinv(broken)
    rest = pieces - (pieces @ solved.T) @ broken.T
    freedom = len(t) - 3
    sigma = np.sqrt((rest**2).sum(axis=1) / freedom) + 1e-9 * span
    smooth = np.sqrt(((pieces - (pieces @ np.linalg.pinv(cubic).T) @ cubic.T) ** 2).sum(axis=1) / (freedom - 1))
    change = pieces @ solved[2]
    strength = np.abs(change) / (sigma * math.sqrt(np.linalg.inv(broken.T @ broken)[2, 2]))
    better = smooth > math.sqrt(_BETTER) * sigma
    gained = (freedom - 1) * smooth**2 - freedom * sigma**2
    usual = noise(value)
    better |= (sigma < 1.15 * usual) & (gained > _GAINED * usual**2)  # down to the noise, which the cubic is not
    fine = (strength >= _LEAST) & better & (np.abs(change) * window * step > 2.0 * _SIZE * span)
    found = []
    score = np.where(fine, strength, 0.0)
    while score.max(initial=0.0) > 0.0:
        k = int(np.argmax(score))
        where = 1.5 * float(sigma[k]) / (abs(float(change[k])) * math.sqrt(window))
        error = max(where, 0.5 * step)
        found.append(_Kink(float(time[k + window]), error, float(change[k]), float(strength[k]), window * step))
        score[max(0, k - window) : k + window + 1] = 0.0
    return found
