"""Hard shorts, as a trace of voltage and current shows them.

With the current on, the voltage falls within one sampling interval to under a tenth of its value before, and to under
1 mV, or three times the noise, or a twentieth of the value before, whichever is largest: a filament and the leads keep
a few ohm, which at a large current is more than 1 mV. The value before is the median of three records, or what the cell
usually needs, whichever is smaller (a lead that makes contact again is no short), and at least ten times the noise;
what it usually needs is the current times the median resistance of the half-cycles so far, or the voltage in the first
third of this one, whichever is larger. And it stays there: the median over that record and the next four with current
is under both limits. Where fewer follow, because the instrument stopped, those count alone.

Where the voltage had climbed far above what the cell usually needs, a fall to under a twentieth of the voltage just
before counts too, if it ends under a third of what the cell usually needs. Contact that is made again, or a lead,
brings the voltage back to that at best: under a third of it two thirds of the current go past the electrolyte.

A collapse that takes several records, as fast sampling shows it, counts when the half-cycle is under both limits from
some record to its end, for five records at least. The time resolution is the length of the collapse. A half-cycle that
is under both limits throughout (95 % of its records), measured against the resistance of the one before, is a hard
short at the switch. A fall that recovers is a transient: a warning, not a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lisse.measurement.analysis.events import Event, agreement, event_at, records_with_current, signed_voltage
from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace, median, noise

__all__ = ["SHORT_VOLTAGE", "find_hard_short", "find_transients"]

SHORT_VOLTAGE = 1e-3
"""V. Under this a cell with the current on is shorted, if it was far above before."""
_SHORT_FRACTION, _REMAINDER = 0.1, 0.05
_OF_SOUND = 1.0 / 3.0
"""Share of what the sound cell needs, under which a fall from far above it ends in a short and not in contact."""
_PERSISTENCE, _FEWEST = 5, 3


def find_hard_short(trace: Trace, steps: Sequence[Step]) -> Event | None:
    """The first hard short, by the definition at the top of this file."""
    on, size = records_with_current(steps), np.abs(trace.voltage)
    scatter = noise(trace.voltage[on])
    resistances = _resistances(trace, steps)
    falls = _falls(trace, steps, scatter, resistances)
    for number, step in enumerate(steps):
        if not step.sign:
            continue
        inside = [(record, limit) for record, limit in falls.get(number, ()) if _stays(size, on, record, limit)]
        if inside:
            record, limit = inside[0]
            since = _begins(step.sign * trace.voltage, step, record)
            sure = agreement(size < limit, on, record)
            return event_at("hard-short", trace, number, record, sure, [_fell(trace, since, record)], since=since)
        slow = _slow_collapse(trace, step, number, scatter, resistances)
        if slow is not None:
            since, record, limit = slow
            evidence = [_fell(trace, since, record) + f" over {record - since} records"]
            sure = agreement(size < limit, on, record)
            return event_at("hard-short", trace, number, record, sure, evidence, since=since)
        at_switch = _shorted_from_switch(size, steps, number, scatter)
        if at_switch is not None:
            evidence = ["the half-cycle has no voltage from its start on, while the one before it had"]
            sure = agreement(size < at_switch, on, step.first)
            return event_at("hard-short", trace, number, step.first, sure, evidence)
    return None


def find_transients(trace: Trace, steps: Sequence[Step], stop: int | None = None) -> list[float]:
    """Times (s) at which the voltage fell as in a hard short and recovered, before the record `stop`."""
    on, size = records_with_current(steps), np.abs(trace.voltage)
    found = [
        fall
        for falls in _falls(trace, steps, noise(trace.voltage[on]), _resistances(trace, steps)).values()
        for fall in falls
    ]
    return [
        float(trace.time[record])
        for record, limit in found
        if (stop is None or record < stop) and not _stays(size, on, record, limit)
    ]


def _limit(scatter: float, needed: float, before: float = 0.0) -> float:
    """Voltage magnitude under which a cell is shorted, V.

    Parameters
    ----------
    scatter : float, V
        Noise.
    needed : float, V
        What the cell usually needs, or what it showed just before if that is less.
    before : float, V
        What it showed just before, where that may be far more.
    """
    if needed < scatter / _SHORT_FRACTION:
        return 0.0
    usual = min(max(SHORT_VOLTAGE, 3.0 * scatter, _REMAINDER * needed), _SHORT_FRACTION * needed)
    return max(usual, min(_REMAINDER * before, _OF_SOUND * needed))


def _fell(trace: Trace, since: int, record: int) -> str:
    before, after = abs(float(trace.voltage[since])) * 1e3, abs(float(trace.voltage[record])) * 1e3
    span = float(trace.time[record] - trace.time[since])
    return f"the voltage fell from {before:.3g} to {after:.3g} mV within {span:.3g} s with the current on"


def _falls(
    trace: Trace, steps: Sequence[Step], scatter: float, resistances: np.ndarray
) -> dict[int, list[tuple[int, float]]]:
    """Records that are under the limit one interval after an ordinary voltage, each with its limit, by step."""
    size, signed, current = np.abs(trace.voltage), signed_voltage(trace, steps), np.abs(trace.current)
    with np.errstate(invalid="ignore"):
        fell = (
            (current[1:] > 0.5 * current[:-1])
            & (size[1:] < 2.0 * _SHORT_FRACTION * signed[:-1])
            & (signed[:-1] > 5.0 * scatter)
        )
    candidates = np.flatnonzero(fell) + 1
    if not candidates.size:
        return {}
    firsts = np.array([step.first for step in steps])
    found: dict[int, list[tuple[int, float]]] = {}
    for record in candidates.tolist():
        number = int(np.searchsorted(firsts, record, side="right")) - 1
        step = steps[number]
        if record == step.first or not step.sign:
            continue
        local = median(signed[max(step.first, record - 3) : record])
        if signed[record - 1] <= 0.5 * local:
            continue
        needed = max(_usual(resistances, number, step, record), _early(signed, trace.time, step, record))
        limit = _limit(scatter, min(local, needed), local)
        if size[record] < limit:
            found.setdefault(number, []).append((record, limit))
    return found


def _resistances(trace: Trace, steps: Sequence[Step]) -> np.ndarray:
    """Median voltage magnitude over current of every step, ohm; NaN in rests."""
    found = np.full(len(steps), np.nan)
    for number, step in enumerate(steps):
        if step.passes:
            chosen = slice(step.first, step.stop, max((step.stop - step.first) // 200, 1))
            found[number] = abs(median(trace.voltage[chosen]) / step.current)
    return found


def _usual(resistances: np.ndarray, number: int, step: Step, record: int | None = None) -> float:
    """Voltage that the step's current needed so far, V; inf where it is the first.

    The step itself counts too where most of it lies before `record`.
    """
    last = number + 1 if record is not None and record - step.first > 0.5 * (step.stop - step.first) else number
    earlier = resistances[:last]
    earlier = earlier[np.isfinite(earlier)]
    return abs(step.current) * median(earlier) if earlier.size else np.inf


def _begins(signed: np.ndarray, step: Step, record: int) -> int:
    """The last record before a collapse: further back, the voltage does not fall by a tenth from record to record."""
    since = record - 1
    while since > step.first and signed[since] < 0.9 * signed[since - 1]:
        since -= 1
    return since


def _early(signed: np.ndarray, time: np.ndarray, step: Step, record: int) -> float:
    """Median voltage of the first third of a half-cycle up to a record, V; 0 where that is too short."""
    third = step.first + int(
        np.searchsorted(time[step.first : record], time[step.first] + (time[record] - time[step.first]) / 3.0)
    )
    return median(signed[step.first : third]) if third - step.first >= _PERSISTENCE else 0.0


def _stays(size: np.ndarray, on: np.ndarray, record: int, limit: float) -> bool:
    begin = int(np.searchsorted(on, record))
    return median(size[on[begin : begin + _PERSISTENCE]]) < limit


def _slow_collapse(
    trace: Trace, step: Step, number: int, scatter: float, resistances: np.ndarray
) -> tuple[int, int, float] | None:
    """Last sound record, first shorted record and limit, where a half-cycle is shorted from some record to its end."""
    count = step.taper - step.first
    if count < 2 * _PERSISTENCE or not _is_down(trace, step):
        return None
    usual = _usual(resistances, number, step)
    signed = step.sign * trace.voltage[step.first : step.taper]
    before = min(usual, float(np.quantile(signed, 0.9)))
    limit = _limit(scatter, before)
    high = np.flatnonzero(np.abs(signed) >= limit)
    if not limit or not high.size or count - int(high[-1]) - 1 < _PERSISTENCE:
        return None
    sound = np.flatnonzero(signed > 0.5 * before)
    sound = sound[sound <= high[-1]]
    if sound.size < _PERSISTENCE or abs(float(trace.current[step.taper - 1])) < 0.5 * abs(step.current):
        return None
    return step.first + int(sound[-1]), step.first + int(high[-1]) + 1, limit


def _is_down(trace: Trace, step: Step) -> bool:
    """Whether the last records are so low that a closer look is worth it."""
    last = np.abs(trace.voltage[step.taper - _PERSISTENCE : step.taper])
    first = np.abs(trace.voltage[step.first : step.taper : max((step.taper - step.first) // 50, 1)])
    return median(last) < 2.0 * _SHORT_FRACTION * float(first.max())


def _shorted_from_switch(size: np.ndarray, steps: Sequence[Step], number: int, scatter: float) -> float | None:
    """The limit, when a half-cycle is under it throughout while the one before it was not."""
    step = steps[number]
    if step.stop - step.first < _FEWEST:
        return None
    previous = next((steps[k] for k in range(number - 1, -1, -1) if steps[k].passes), None)
    if previous is None:
        return None
    limit = _limit(scatter, median(size[previous.records]) * abs(step.current / previous.current))
    if median(size[step.records]) >= limit:
        return None
    return limit if float(np.quantile(size[step.records], 0.95)) < limit else None
