"""Steps of a test, found in the data themselves: stretches of rest, and of current of one sign and one level.

The instrument's own counters are not looked at; they count what was programmed, and every make counts differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.trace import Trace, noise

__all__ = ["Step", "rest_threshold", "split_steps"]

_LEVEL = 0.05
"""A jump of the current by more than this fraction, that lasts, begins a new step."""
_NEIGHBOURS = 3
"""Records on either side over which "that lasts" is judged."""


@dataclass(frozen=True)
class Step:
    """One stretch of records: a rest (sign 0), or current of one sign and level. A half-cycle is a step with current.

    Attributes
    ----------
    first, stop : int
        The records are ``first`` to ``stop - 1`` of the trace.
    start, end : float, s
        Where the switch falls between two records, half of the interval between them belongs to either step.
    sign : int
        -1, 0 or 1.
    current : float, A
        Median of the records of that sign; 0 in a rest.
    charge : float, C
        Integral of the measured current, with its sign; 0 in a rest.
    """

    first: int
    stop: int
    start: float
    end: float
    sign: int
    current: float
    charge: float

    @property
    def records(self) -> slice:
        """The records of the step in the trace."""
        return slice(self.first, self.stop)

    @property
    def duration(self) -> float:
        """Length, s."""
        return self.end - self.start


def rest_threshold(current: np.ndarray) -> float:
    """Current magnitude below which a record counts as rest.

    Five times the noise of the small currents, at least 1e-4 and at most 2 % of the large ones (their 95th percentile).

    Parameters
    ----------
    current : (n,) array, A

    Returns
    -------
    float, A
    """
    size = np.abs(current)
    if not np.any(size > 0):
        return 0.0
    large = float(np.quantile(size[size > 0], 0.95))
    small = size < 0.02 * large
    pairs = small[1:] & small[:-1]
    scatter = 1.4826 * float(np.median(np.abs(np.diff(current))[pairs])) / np.sqrt(2.0) if pairs.any() else 0.0
    return float(min(0.02 * large, max(1e-4 * large, 5.0 * scatter)))


def split_steps(
    trace: Trace, interruptions: Sequence[float] = (), rest_current: float | None = None
) -> tuple[Step, ...]:
    """Split a trace into rests and half-cycles.

    A step ends where the current changes sign, goes to rest, jumps by more than 5 % (and by more than six times its
    noise) for at least three records, or where an impedance spectrum was taken. A single record of another sign
    between two of one sign is a glitch, not a step. While the voltage is held constant, a changing current is no new
    step.

    Parameters
    ----------
    trace : Trace
    interruptions : sequence of float, s
        Times of spectra.
    rest_current : float, A, optional
        Magnitude below which the cell rests; found from the data (`rest_threshold`) when not given.
    """
    if trace.time.size == 0:
        return ()
    threshold = rest_threshold(trace.current) if rest_current is None else rest_current
    sign = np.where(np.abs(trace.current) > threshold, np.sign(trace.current), 0.0).astype(int)
    sign = _without_glitches(sign)
    cuts = set((np.flatnonzero(np.diff(sign)) + 1).tolist())
    cuts |= {int(np.searchsorted(trace.time, moment)) for moment in interruptions}
    cuts -= {0, len(sign)}
    edges = [0, *sorted(cuts), len(sign)]
    scatter = noise(trace.current)
    pieces: list[tuple[int, int]] = []
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        inner = _level_changes(trace, a, b, scatter) if sign[a] else []
        ends = [a, *inner, b]
        pieces += list(zip(ends[:-1], ends[1:], strict=True))
    moments = np.asarray(interruptions, dtype=float)
    return tuple(_step(trace, a, b, int(sign[a]), moments) for a, b in pieces)


def _without_glitches(sign: np.ndarray) -> np.ndarray:
    alone = np.flatnonzero((sign[1:-1] != sign[:-2]) & (sign[:-2] == sign[2:])) + 1
    # Two glitches side by side are an alternation, not glitches.
    alone = alone[~np.isin(alone - 1, alone) & ~np.isin(alone + 1, alone)]
    mended = sign.copy()
    mended[alone] = sign[alone - 1]
    return mended


def _level_changes(trace: Trace, a: int, b: int, scatter: float) -> list[int]:
    """First records of new current levels inside the records a to b - 1, all of one sign."""
    size, voltage = np.abs(trace.current[a:b]), np.abs(trace.voltage[a:b])
    larger = np.maximum(size[1:], size[:-1])
    needed = np.maximum(_LEVEL * larger, 6.0 * scatter)
    jump = np.abs(np.diff(size)) > needed
    held = np.abs(np.diff(voltage)) < 0.02 * np.maximum(voltage[1:], voltage[:-1])
    found: list[int] = []
    last = 0
    for k in (np.flatnonzero(jump & ~held) + 1).tolist():
        if k - last < 2 or len(size) - k < 2:
            continue
        before, after = np.median(size[max(last, k - _NEIGHBOURS) : k]), np.median(size[k : k + _NEIGHBOURS])
        if abs(after - before) > max(_LEVEL * max(after, before), 6.0 * scatter):
            found.append(a + k)
            last = k
    return found


def _step(trace: Trace, a: int, b: int, sign: int, interruptions: np.ndarray) -> Step:
    time, current = trace.time[a:b], trace.current[a:b]
    lead = _half_gap(trace, a, a, b, interruptions)
    tail = _half_gap(trace, b, a, b, interruptions)
    start, end = float(time[0]) - lead, float(time[-1]) + tail
    flowing = current[np.sign(current) == sign]  # a mended glitch does not count
    if sign == 0 or flowing.size == 0:
        return Step(a, b, start, end, 0, 0.0, 0.0)
    charge = float(np.sum(0.5 * (current[1:] + current[:-1]) * np.diff(time)))
    charge += float(current[0]) * lead + float(current[-1]) * tail
    return Step(a, b, start, end, sign, float(np.median(flowing)), charge)


def _half_gap(trace: Trace, edge: int, a: int, b: int, interruptions: np.ndarray) -> float:
    """Half the interval across a switch, s; 0 at the ends of the record, at a spectrum and across a hole."""
    if edge in (0, len(trace.time)) or b - a < 2:
        return 0.0
    left, right = float(trace.time[edge - 1]), float(trace.time[edge])
    gap = right - left
    usual = float(np.median(np.diff(trace.time[a:b])))
    if gap > 1.5 * usual or bool(np.any((interruptions > left) & (interruptions <= right))):
        return 0.0
    return 0.5 * gap
