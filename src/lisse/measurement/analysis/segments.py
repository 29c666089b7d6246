"""Steps of a test, found in the data themselves: stretches of rest, and of current of one sign and one level.

The instrument's own counters are not looked at; they count what was programmed, and every make counts differently.
Where a half-cycle ends with its voltage held while the current falls (a taper), it is one half-cycle, and the record
from which the voltage is held is kept: a resistance is read before it, the charge goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.trace import TO_SIGMA, Trace, median, noise

__all__ = ["Step", "is_constant", "rest_threshold", "split_steps"]

_LEVEL = 0.05
"""A jump of the current by more than this fraction, that lasts, begins a new step."""
_NEIGHBOURS = 3
"""Records on either side over which "that lasts" is judged."""
_REST_SHARE, _SET_APART, _STEADY = 0.01, 5.0, 0.1
_MOST_STRETCHES, _ONE_SIDED = 2, 0.9
"""Readings below this share of the large currents are a rest's offset, if so many times smaller than all others; a
current that is set scatters by less than the last, and does not come back in more than a few stretches of one sign."""
_NO_CURRENT = 1e-18
"""A. Six electrons a second: no instrument reads so little."""
_HELD, _FALLEN = 0.002, 0.01
"""Shares by which a held voltage may wander, and by which the current has fallen when it is held."""
_CONSTANT = 0.05
"""A current is constant where its middle 80 % lie within this share."""


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
        Median of the records of that sign with the current set, where there are two; 0 in a rest.
    charge : float, C
        Integral of the measured current, with its sign; 0 in a rest.
    taper : int
        First record from which the voltage is held while the current falls; `stop` where it is not, `first` where it
        is held throughout.
    """

    first: int
    stop: int
    start: float
    end: float
    sign: int
    current: float
    charge: float
    taper: int

    @property
    def records(self) -> slice:
        """The records of the step in the trace."""
        return slice(self.first, self.stop)

    @property
    def duration(self) -> float:
        """Length, s."""
        return self.end - self.start

    @property
    def passes(self) -> bool:
        """Whether current flows for longer than one record."""
        return self.sign != 0 and self.stop - self.first > 1

    @property
    def control(self) -> str:
        """``"rest"``, ``"current"``, ``"voltage"``, or ``"current, then voltage"``."""
        if not self.sign:
            return "rest"
        if self.taper == self.stop:
            return "current"
        return "voltage" if self.taper == self.first else "current, then voltage"


def rest_threshold(current: np.ndarray, voltage: np.ndarray | None = None) -> float:
    """Current magnitude below which a record counts as rest.

    Five times the noise of the small currents, at least 1e-4 and at most 2 % of the large ones (their 95th percentile).
    Readings below one percent of the large currents that a gap of a factor of five sets apart from all others are
    the offset of an instrument at rest, unless they are steady to 10 %, their voltage is that of the same resistance as
    at the large currents (within a factor of two) and they are of both signs or come in one or two stretches: then they
    are a small current, as of a break-in.

    Parameters
    ----------
    current : (n,) array, A
    voltage : (n,) array, V, optional
        Without it, what is set apart counts as rest.

    Returns
    -------
    float, A
    """
    size = np.abs(current)
    flowing = size[size > 0]
    if not flowing.size:
        return 0.0
    large = float(np.quantile(flowing, 0.95))
    small = size < 0.02 * large
    pairs = small[1:] & small[:-1]
    scatter = TO_SIGMA * median(np.abs(np.diff(current))[pairs]) / np.sqrt(2.0) if pairs.any() else 0.0
    threshold = float(min(0.02 * large, max(1e-4 * large, 5.0 * scatter)))
    offset = _offset_at_rest(size, large)
    if offset > threshold and not _is_ohmic(current, voltage, offset):
        return offset
    return threshold


def _offset_at_rest(size: np.ndarray, large: float) -> float:
    """A current in the widest gap between readings of a rest and of currents, A; 0 where there is no such gap."""
    edges = np.arange(-5.0, 0.05, 0.1)
    counts, _ = np.histogram(np.log10(np.maximum(size / large, 1e-300)), edges)
    empty = counts <= 5e-4 * size.size
    needed = round(np.log10(_SET_APART) / 0.1)
    best = 0.0
    first = None
    for bin_number, nothing in enumerate([*empty.tolist(), False]):
        if nothing:
            first = bin_number if first is None else first
            continue
        if first and bin_number - first >= needed and edges[first] <= np.log10(_REST_SHARE):
            best = float(large * 10.0 ** (0.5 * (edges[first] + edges[bin_number])))
        first = None
    return min(best, 0.02 * large)


def _is_ohmic(current: np.ndarray, voltage: np.ndarray | None, limit: float) -> bool:
    """Whether the currents under the limit meet the same resistance as those above it, within a factor of two."""
    if voltage is None:
        return False
    size = np.abs(current)
    small, large = (size > 0.01 * limit) & (size <= limit), size > limit
    if not small.any() or not large.any():
        return False
    usual = median(size[small])
    if TO_SIGMA * median(np.abs(size[small] - usual)) > _STEADY * usual:
        return False  # nobody sets a current that wanders so
    stretches = int(np.count_nonzero(np.diff(small.astype(np.int8)) == 1)) + int(small[0])
    if stretches > _MOST_STRETCHES and abs(float(np.mean(np.sign(current[small])))) > _ONE_SIDED:
        return False  # the same small current between all others, always of one sign
    below, above = (median(voltage[part] / current[part]) for part in (small, large))
    return above > 0 and 0.5 < below / above < 2.0


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
    threshold = rest_threshold(trace.current, trace.voltage) if rest_current is None else rest_current
    threshold = max(threshold, _NO_CURRENT)
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
    moments = np.sort(np.asarray(interruptions, dtype=float))
    shake = noise(trace.voltage)
    return tuple(_step(trace, a, b, int(sign[a]), moments, shake) for a, b in pieces)


def is_constant(current: np.ndarray) -> bool:
    """Whether a current (A) is constant: its middle 80 % lie within 5 %."""
    if current.size < 2:
        return True
    size, tenth = np.abs(current), current.size // 10
    ordered = np.partition(size, (tenth, size.size - 1 - tenth))
    return bool(ordered[size.size - 1 - tenth] <= (1.0 + _CONSTANT) * ordered[tenth])


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
        before, after = median(size[max(last, k - _NEIGHBOURS) : k]), median(size[k : k + _NEIGHBOURS])
        if abs(after - before) > max(_LEVEL * max(after, before), 6.0 * scatter):
            found.append(a + k)
            last = k
    return found


def _step(trace: Trace, a: int, b: int, sign: int, interruptions: np.ndarray, shake: float) -> Step:
    time, current = trace.time[a:b], trace.current[a:b]
    usual = median(np.diff(time)) if b - a > 1 else 0.0
    lead, tail = (_half_gap(trace, edge, usual, interruptions) for edge in (a, b))
    start, end = float(time[0]) - lead, float(time[-1]) + tail
    if sign == 0 or not np.any(np.sign(current) == sign):
        return Step(a, b, start, end, 0, 0.0, 0.0, b)
    taper = a + _held_from(np.abs(current), trace.voltage[a:b], shake)
    set_part = current[: taper - a] if taper - a > 1 else current
    flowing = set_part[np.sign(set_part) == sign]  # a mended glitch does not count
    charge = float(np.sum(0.5 * (current[1:] + current[:-1]) * np.diff(time)))
    charge += float(current[0]) * lead + float(current[-1]) * tail
    level = median(flowing if flowing.size else current[np.sign(current) == sign])
    return Step(a, b, start, end, sign, level, charge, taper)


def _held_from(size: np.ndarray, voltage: np.ndarray, shake: float) -> int:
    """First record from which the voltage is held while the current falls; the number of records where it is not."""
    count = size.size
    if count < _NEIGHBOURS + 1 or size[-1] > (1.0 - _LEVEL) * float(size.max()):
        return count
    end = median(voltage[-min(count, 5) :])
    off = np.flatnonzero(np.abs(voltage - end) > max(_HELD * abs(end), 4.0 * shake))
    first = int(off[-1]) + 1 if off.size else 0
    held = size[first:]
    if held.size < _NEIGHBOURS or held[-1] > (1.0 - _LEVEL) * held[0] or 4.0 * shake > _LEVEL * abs(end):
        return count
    if first <= 1:
        return 0
    falling = np.flatnonzero(held < (1.0 - _FALLEN) * held[0])  # the last rise before the limit is still set current
    return first + int(falling[0])


def _half_gap(trace: Trace, edge: int, usual: float, interruptions: np.ndarray) -> float:
    """Half the interval across a switch, s; 0 at the ends of the record, at a spectrum and across a hole."""
    if edge in (0, len(trace.time)) or not usual:
        return 0.0
    left, right = float(trace.time[edge - 1]), float(trace.time[edge])
    gap = right - left
    if gap > 1.5 * usual or np.searchsorted(interruptions, left, "right") < np.searchsorted(
        interruptions, right, "right"
    ):
        return 0.0
    return 0.5 * gap
