"""How a cell fails, as a trace of voltage and current shows it: hard short, soft short, contact loss.

Only what can be told from the records is claimed. Definitions:

Hard short
    With the current on, the voltage falls within one sampling interval to under a tenth of its value before (median of
    three records, or the current times the median resistance of the test so far, whichever is smaller: a lead that
    makes contact again is no short; and at least ten times the noise of the voltage), and to under 1 mV (or three
    times the noise, or a twentieth of the value before, whichever is largest: a filament and the leads keep a few
    ohm, which at a large current is more than 1 mV). And it stays there: the median over that record and the next
    four with current is under both limits. Where fewer follow, because the instrument stopped, those count alone. A
    half-cycle that is under both limits throughout (95 % of its records), measured against the resistance of the one
    before, is a hard short at the switch. A fall that recovers is a transient: a warning, not a verdict.
Soft short
    The voltage is, from some record to the end of the half-cycle and for five records at least, lower than nine tenths
    of what the electrolyte alone needs: current times the high-frequency resistance of the last spectrum taken before.
    Without a spectrum before it no soft short is ever claimed.
Contact loss
    At constant current the voltage magnitude rises to 1.5 times its early value (median between 10 and 30 % of the
    half-cycle) or more, keeps rising (at least 70 % of up to twenty equal bins) and rises faster in the later half of
    the climb than in the earlier. A rise that levels off is polarisation or a growing layer, and only a warning.
Depletion
    Is not told apart from contact loss by these records alone, so it is never claimed.

Confidence, between 0 and 1, is ``(k + 1)/(n + 2)``, the rule of succession, for `k` of `n` observations that agree.
Hard and soft short: `n` records with current from the failure on (at most 20), `k` of them under the limit. Contact
loss: `n` steps from bin to bin, `k` of them upward. No failure: `n` half-cycles, all of them passed; 0 when no current
was passed at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace, noise

__all__ = [
    "Event",
    "Rise",
    "find_contact_loss",
    "find_hard_short",
    "find_soft_short",
    "find_transients",
    "rises",
    "succession",
]

_SHORT_VOLTAGE = 1e-3
"""V. Under this a cell with the current on is shorted, if it was far above before."""
_SHORT_FRACTION, _REMAINDER = 0.1, 0.05
_PERSISTENCE = 5
_WITNESSES = 20
_RISE, _SUSPICIOUS_RISE = 1.5, 1.2
_STEADY = 0.7


@dataclass(frozen=True)
class Event:
    """One failure.

    Attributes
    ----------
    mode : str
        ``"hard-short"``, ``"soft-short"`` or ``"contact-loss"``.
    step : int
        Number of the step in which it happened.
    record : int
        First record after it.
    time : float, s
        Time of that record.
    resolution : float, s
        It happened at most this long before.
    confidence : float
        See the top of this file.
    """

    mode: str
    step: int
    record: int
    time: float
    resolution: float
    confidence: float


@dataclass(frozen=True)
class Rise:
    """How the voltage magnitude climbed within one half-cycle.

    Attributes
    ----------
    step : int
    record : int
        First record that passed the limit (1.5 or 1.2 times the early value).
    ratio : float
        Highest value over early value (medians of five records).
    steady : float
        Share of bins that rise.
    accelerating : bool
        Whether the later half of the climb is steeper.
    bins : int
        Number of differences between bins.
    """

    step: int
    record: int
    ratio: float
    steady: float
    accelerating: bool
    bins: int

    @property
    def is_contact_loss(self) -> bool:
        """Whether all three conditions of the definition hold."""
        return self.ratio >= _RISE and self.steady >= _STEADY and self.accelerating


def succession(agreeing: int, total: int) -> float:
    """Laplace's rule of succession, ``(k + 1)/(n + 2)``."""
    return (agreeing + 1) / (total + 2)


def find_hard_short(trace: Trace, steps: Sequence[Step]) -> Event | None:
    """The first hard short, by the definition at the top of this file."""
    on, size = _records_with_current(steps), np.abs(trace.voltage)
    scatter = noise(trace.voltage[on])
    for number, step in enumerate(steps):
        if not step.sign:
            continue
        inside = [
            (record, limit) for record, limit in _falls(trace, step, on, scatter) if _stays(size, on, record, limit)
        ]
        at_switch = None if inside else _shorted_from_switch(size, steps, number, scatter)
        if inside or at_switch is not None:
            record, limit = inside[0] if inside else (step.first, at_switch)
            return _event("hard-short", trace, number, record, _agreement(size < limit, on, record))
    return None


def find_transients(trace: Trace, steps: Sequence[Step], stop: int | None = None) -> list[float]:
    """Times (s) at which the voltage fell as in a hard short and recovered, before the record `stop`."""
    on, size = _records_with_current(steps), np.abs(trace.voltage)
    scatter = noise(trace.voltage[on])
    return [
        float(trace.time[record])
        for step in steps
        if step.sign
        for record, limit in _falls(trace, step, on, scatter)
        if (stop is None or record < stop) and not _stays(size, on, record, limit)
    ]


def find_soft_short(trace: Trace, steps: Sequence[Step], resistances: Sequence[tuple[float, float]]) -> Event | None:
    """The first soft short.

    Parameters
    ----------
    resistances : sequence of (time, resistance), s and ohm
        High-frequency readings of the spectra, in the order of time.
    """
    on = _records_with_current(steps)
    for number, step in enumerate(steps):
        earlier = [resistance for time, resistance in resistances if time <= step.start and resistance > 0]
        if not step.sign or not earlier:
            continue
        needed = 0.9 * earlier[-1] * np.abs(trace.current)
        low = step.sign * trace.voltage < needed
        inside = low[step.records]
        high = np.flatnonzero(~inside)
        begin = int(high[-1]) + 1 if high.size else 0
        if inside.size - begin < _PERSISTENCE:
            continue
        record = step.first + begin
        return _event("soft-short", trace, number, record, _agreement(low, on, record))
    return None


def find_contact_loss(trace: Trace, found: Sequence[Rise]) -> Event | None:
    """The first of the rises that fulfils the definition of contact loss."""
    for rise in found:
        if rise.is_contact_loss:
            confidence = succession(round(rise.steady * rise.bins), rise.bins)
            return _event("contact-loss", trace, rise.step, rise.record, confidence)
    return None


def rises(trace: Trace, steps: Sequence[Step], short: Event | None = None) -> list[Rise]:
    """Every half-cycle whose voltage climbed to 1.2 times its early value or more, before the short if there is one."""
    found = []
    for number, step in enumerate(steps):
        if not step.sign or (short and number > short.step):
            continue
        stop = short.record if short and number == short.step else step.stop
        rise = _rise(trace, step, number, stop)
        if rise:
            found.append(rise)
    return found


def _event(mode: str, trace: Trace, step: int, record: int, confidence: float) -> Event:
    time = float(trace.time[record])
    return Event(mode, step, record, time, time - float(trace.time[max(record - 1, 0)]), confidence)


def _limit(scatter: float, before: float) -> float:
    """Voltage magnitude under which a cell that showed `before` is shorted, V; `scatter` is the noise."""
    if before < scatter / _SHORT_FRACTION:
        return 0.0
    return min(max(_SHORT_VOLTAGE, 3.0 * scatter, _REMAINDER * before), _SHORT_FRACTION * before)


def _records_with_current(steps: Sequence[Step]) -> np.ndarray:
    chosen = [np.arange(step.first, step.stop) for step in steps if step.sign]
    return np.concatenate(chosen) if chosen else np.array([], dtype=int)


def _falls(trace: Trace, step: Step, on: np.ndarray, scatter: float) -> list[tuple[int, float]]:
    """Records of a step that are under the limit one interval after an ordinary voltage, each with its limit."""
    size, current = np.abs(trace.voltage), np.abs(trace.current)
    inside = size[step.records]
    steep = np.flatnonzero(inside[1:] < 0.5 * inside[:-1]) + 1 + step.first
    found = []
    for record in steep.tolist():
        local = float(np.median(size[max(step.first, record - 3) : record]))
        if size[record] >= _limit(scatter, local) or size[record - 1] <= 0.5 * local:
            continue
        earlier = on[: int(np.searchsorted(on, record))]
        earlier = earlier[current[earlier] > 0]
        usual = abs(step.current) * float(np.median(size[earlier] / current[earlier])) if earlier.size else np.inf
        limit = _limit(scatter, min(local, usual))
        if size[record] < limit:
            found.append((record, limit))
    return found


def _stays(size: np.ndarray, on: np.ndarray, record: int, limit: float) -> bool:
    begin = int(np.searchsorted(on, record))
    return float(np.median(size[on[begin : begin + _PERSISTENCE]])) < limit


def _shorted_from_switch(size: np.ndarray, steps: Sequence[Step], number: int, scatter: float) -> float | None:
    """The limit, when a half-cycle is under it throughout while the one before it was not."""
    step = steps[number]
    previous = next((other for other in reversed(steps[:number]) if other.sign and other.stop - other.first > 1), None)
    if previous is None:
        return None
    limit = _limit(scatter, float(np.median(size[previous.records])) * abs(step.current / previous.current))
    return limit if float(np.quantile(size[step.records], 0.95)) < limit else None


def _agreement(low: np.ndarray, on: np.ndarray, record: int) -> float:
    begin = int(np.searchsorted(on, record))
    witnesses = low[on[begin : begin + _WITNESSES]]
    return succession(int(witnesses.sum()), witnesses.size)


def _rise(trace: Trace, step: Step, number: int, stop: int) -> Rise | None:
    time, size = trace.time[step.first : stop], step.sign * trace.voltage[step.first : stop]
    if size.size < 10 or time[-1] <= time[0]:
        return None
    current = np.abs(trace.current[step.first : stop])
    if np.quantile(current, 0.9) > 1.05 * np.quantile(current, 0.1):  # the current is not constant
        return None
    share = (time - time[0]) / (time[-1] - time[0])
    early_part = size[(share >= 0.1) & (share <= 0.3)]
    smooth = _running_median(size)
    if early_part.size < 2:
        return None
    early, late = float(np.median(early_part)), share > 0.3
    peak = int(np.argmax(np.where(late, smooth, -np.inf)))
    if early <= 5.0 * noise(size) or smooth[peak] < _SUSPICIOUS_RISE * early:
        return None
    ratio = float(smooth[peak]) / early
    passed = int(np.flatnonzero(late & (smooth >= min(ratio, _RISE) * early))[0])
    begin = int(np.flatnonzero(share >= 0.1)[0])
    steady, accelerating, bins = _climb(time[begin : peak + 1], smooth[begin : peak + 1])
    return Rise(number, step.first + passed, ratio, steady, accelerating, bins)


def _climb(time: np.ndarray, size: np.ndarray) -> tuple[float, bool, int]:
    """Share of equal time bins that rise, whether the later half is steeper, and the number of differences."""
    count = int(min(_WITNESSES + 1, size.size))
    if count < 3:
        return 0.0, False, 0
    bins = [part for part in np.array_split(size, count) if part.size]
    levels = np.array([np.median(part) for part in bins])
    upward = np.diff(levels) > 0
    middle = float(np.interp(0.5 * (time[0] + time[-1]), time, size))
    return float(upward.mean()), bool(size[-1] - middle > middle - size[0]), int(upward.size)


def _running_median(values: np.ndarray, width: int = 5) -> np.ndarray:
    """Median over a window of records around each one; the window shrinks at the ends, so nothing is invented there."""
    half = min(width, values.size) // 2
    ends = [
        float(np.median(values[max(0, k - half) : k + half + 1]))
        for k in (*range(half), *range(values.size - half, values.size))
    ]
    if half == 0:
        return values
    middle = np.median(np.lib.stride_tricks.sliding_window_view(values, 2 * half + 1), axis=1)
    return np.concatenate([ends[:half], middle, ends[half:]])
