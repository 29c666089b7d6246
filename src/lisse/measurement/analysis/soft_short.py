"""Soft shorts: part of the current goes past the electrolyte, and the voltage says so, more or less clearly.

Each sign is looked for by itself; they are told apart by how much they prove.

Below the electrolyte (decides alone)
    The voltage is, from some record to the end of the half-cycle and for five records at least, lower than nine tenths
    of what the electrolyte alone needs: current times the high-frequency resistance of the last spectrum taken before.
    A spectrum that does not come down to the real axis serves as well: at no frequency is the real part of a sound,
    steady cell above its resistance to a direct current.
Step down (decides alone)
    At constant current the voltage falls within one or two sampling intervals by 8 % or more (and by six times its
    noise), stays down to the end of the half-cycle, and is then lower by 8 % than in the early part of the half-cycle
    or, at its start, than the resistance of the half-cycles before asks for. A fall back after a climb is no short.
Weak signs (two of them at one place, within two steps, decide)
    *resistance drop*: voltage over current falls by 20 % or more from one half-cycle to the next of that sign (at
    currents within a factor of 1.5), and all later half-cycles stay at least 15 % under the median of all earlier ones;
    *erratic*: the noise of the voltage in a half-cycle, as a share of the plateau, is more than four times the largest
    of the half-cycles before (two at least), and more than 1 %;
    *impedance collapse*: the low-frequency end of a spectrum is less than half of that of the spectrum before, with
    current in between;
    *dips*: at least three times in a half-cycle the voltage falls by 8 % or more at once and comes back.
Recovery
    After a soft short the resistance of a later half-cycle behind a rest is back at nine tenths of the one before it or
    more. It is told, and does not take the verdict back: the filament was there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.events import (
    SIGNS_WEIGHT,
    STEP_WEIGHT,
    Event,
    agreement,
    event_at,
    records_with_current,
    succession,
)
from lisse.measurement.analysis.segments import Step, is_constant
from lisse.measurement.analysis.spectra import SpectrumReading
from lisse.measurement.analysis.trace import Trace, median, noise

__all__ = ["StepDown", "Weakness", "below_electrolyte", "find_soft_short", "recovery", "step_downs", "weak_signs"]

_BELOW, _DOWN, _NOISES = 0.9, 0.08, 6.0
_PERSISTENCE, _FEWEST = 5, 4
_RESISTANCE_DROP, _LATER, _ALIKE = 0.8, 0.85, 1.5
_ERRATIC, _ERRATIC_SHARE = 4.0, 0.01
_COLLAPSE, _DIPS = 0.5, 3


@dataclass(frozen=True)
class StepDown:
    """A sudden fall of the voltage at constant current.

    Attributes
    ----------
    step, record : int
        Number of the step, and first record after the fall.
    before, after : float, V
        Magnitudes: medians of five records.
    lasting : bool
        Whether it fulfils the definition at the top of this file; else the voltage came back.
    """

    step: int
    record: int
    before: float
    after: float
    lasting: bool


@dataclass(frozen=True)
class Weakness:
    """A weak sign.

    Attributes
    ----------
    kind : str
    step, last : int
        Numbers of the first and the last step in which it may have happened.
    text : str
    """

    kind: str
    step: int
    last: int
    text: str


def find_soft_short(
    trace: Trace, steps: Sequence[Step], readings: Sequence[SpectrumReading], downs: Sequence[StepDown]
) -> Event | None:
    """The first soft short by the definitions at the top of this file."""
    taken = sorted(readings, key=lambda reading: reading.time)
    found = [
        below_electrolyte(trace, steps, [(r.time, r.resistance_low) for r in taken if r.resistance_low is not None]),
        _by_step_down(trace, steps, downs),
        _by_signs(trace, steps, weak_signs(trace, steps, taken, downs)),
    ]
    return min((event for event in found if event), key=lambda event: event.record, default=None)


def below_electrolyte(trace: Trace, steps: Sequence[Step], resistances: Sequence[tuple[float, float]]) -> Event | None:
    """The first half-cycle that ends below what the electrolyte needs.

    Parameters
    ----------
    resistances : sequence of (time, resistance), s and ohm
        High-frequency readings of the spectra, in the order of time.
    """
    if not resistances:
        return None
    on = records_with_current(steps)
    times, values = (np.array(column) for column in zip(*resistances, strict=True))
    low = np.zeros(trace.time.size, dtype=bool)
    needing: dict[int, float] = {}
    for number, step in enumerate(steps):
        earlier = int(np.searchsorted(times, step.start, side="right")) - 1
        if step.sign and earlier >= 0 and values[earlier] > 0:
            needing[number] = float(values[earlier])
            needed = _BELOW * values[earlier] * np.abs(trace.current[step.records])
            low[step.records] = step.sign * trace.voltage[step.records] < needed
    for number, resistance in needing.items():
        step = steps[number]
        high = np.flatnonzero(~low[step.records])
        record = step.first + (int(high[-1]) + 1 if high.size else 0)
        if step.stop - record < _PERSISTENCE:
            continue
        tail = slice(record, step.stop)
        share = median(step.sign * trace.voltage[tail] / np.abs(trace.current[tail]))
        evidence = [f"voltage over current is {share:.4g} ohm, where the electrolyte alone has {resistance:.4g}"]
        return event_at("soft-short", trace, number, record, agreement(low, on, record), evidence)
    return None


def step_downs(trace: Trace, steps: Sequence[Step]) -> list[StepDown]:
    """Every sudden fall of the voltage at constant current, lasting or not."""
    found: list[StepDown] = []
    plateaus: list[tuple[float, float]] = []  # size of the current and resistance of the half-cycles before
    for number, step in enumerate(steps):
        if not step.passes:
            continue
        found += _step_downs(trace, step, number, plateaus)
        chosen = slice(step.first, step.taper, max((step.taper - step.first) // 200, 1))
        if step.taper - step.first >= _PERSISTENCE:
            voltage = median(step.sign * trace.voltage[chosen])
            plateaus.append((abs(step.current), voltage / abs(step.current)))
    return found


def weak_signs(
    trace: Trace, steps: Sequence[Step], readings: Sequence[SpectrumReading], downs: Sequence[StepDown]
) -> list[Weakness]:
    """All weak signs, in no order."""
    number_of = [number for number, step in enumerate(steps) if step.taper - step.first >= 2 * _PERSISTENCE]
    looks = [(number, *_level_and_noise(trace, steps[number])) for number in number_of if steps[number].sign]
    return [
        *_resistance_drops(steps, looks),
        *_erratic(looks),
        *_dips(downs),
        *_impedance_collapses(steps, readings),
    ]


def recovery(trace: Trace, steps: Sequence[Step], event: Event) -> float | None:
    """Time (s) of the half-cycle, behind a rest, in which the resistance is back after a soft short."""
    if event.mode != "soft-short":
        return None
    before = [_resistance(trace, step) for step in steps[: event.step] if step.passes]
    if not before and event.record - steps[event.step].first >= _PERSISTENCE:
        step = steps[event.step]
        voltage = median(step.sign * trace.voltage[step.first : event.record])
        before = [voltage / abs(step.current)]
    rested = False
    for step in steps[event.step + 1 :]:
        rested = rested or step.sign == 0
        if rested and step.passes and before and _resistance(trace, step) >= 0.9 * before[-1]:
            return step.start
    return None


# -- the signs -------------------------------------------------------------------------------------------------------


def _by_step_down(trace: Trace, steps: Sequence[Step], downs: Sequence[StepDown]) -> Event | None:
    for down in downs:
        if not down.lasting:
            continue
        step = steps[down.step]
        half = 0.5 * (down.before + down.after)
        after = step.sign * trace.voltage[down.record : step.taper][:20]
        sure = STEP_WEIGHT * succession(int(np.sum(after < half)), after.size)
        evidence = [
            f"the voltage stepped down from {down.before * 1e3:.3g} to {down.after * 1e3:.3g} mV at constant current"
        ]
        return event_at("soft-short", trace, down.step, down.record, sure, evidence)
    return None


def _by_signs(trace: Trace, steps: Sequence[Step], signs: Sequence[Weakness]) -> Event | None:
    for number in sorted({sign.step for sign in signs}):
        here = [sign for sign in signs if sign.step <= number + 2 and sign.last >= number]
        kinds = {sign.kind: sign.text for sign in reversed(here)}
        if len(kinds) >= 2:
            sure = SIGNS_WEIGHT * succession(len(kinds), len(kinds))
            step = steps[number]
            previous = max((k for k in range(number) if steps[k].passes), default=number)
            since = steps[previous].first  # it may have happened anywhere since the half-cycle before began
            return event_at("soft-short", trace, number, step.first, sure, list(kinds.values()), min(since, step.first))
    return None


def _step_downs(trace: Trace, step: Step, number: int, plateaus: Sequence[tuple[float, float]]) -> list[StepDown]:
    first, stop = step.first, step.taper
    if stop - first < _FEWEST:
        return []
    signed = step.sign * trace.voltage[first:stop]
    over_two = np.append(signed[:-2] - signed[2:], signed[-2] - signed[-1])
    most = np.maximum(signed[:-1] - signed[1:], over_two)
    loud = most > _DOWN * np.abs(signed[:-1])
    if not loud.any() or not is_constant(trace.current[first : stop : max((stop - first) // 500, 1)]):
        return []
    scatter = noise(signed)
    candidates = np.flatnonzero(loud & (most > _NOISES * scatter * np.sqrt(2.0)))
    if not candidates.size:
        return []
    time = trace.time[first:stop]
    early = int(np.searchsorted(time, time[0] + 0.3 * (time[-1] - time[0])))
    found = []
    for group in np.split(candidates, np.flatnonzero(np.diff(candidates) > 2) + 1):
        inside = signed[group[0] : group[-1] + 3]
        record = int(group[0] + np.argmax(inside[:-1] - inside[1:])) + 1
        found += _judged(signed, record, scatter, early, step, number, plateaus)
    return found


def _judged(
    signed: np.ndarray,
    record: int,
    scatter: float,
    early: int,
    step: Step,
    number: int,
    plateaus: Sequence[tuple[float, float]],
) -> list[StepDown]:
    """A candidate with what was before and after it; nothing where it is only noise or the end of a switch."""
    if record < 2:
        before = _expected(step, plateaus)
        if before is None:
            return []
    else:
        before = median(signed[max(0, record - _PERSISTENCE) : record])
    after = median(signed[record + 1 : record + 1 + _PERSISTENCE]) if record + 1 < signed.size else 0.0
    needed = max(_DOWN * abs(before), 3.0 * scatter)
    if before <= 5.0 * scatter or before - after < needed or signed.size - record - 1 < 2:
        return []
    rest = median(signed[record + 1 :])
    stays = before - rest >= needed and float(np.quantile(signed[record + 1 :], 0.9)) < before - 0.5 * (before - after)
    reference = [before]
    if record > early:
        reference.append(median(signed[early // 3 : early]))
    expected = _expected(step, plateaus)
    if expected is not None:
        reference.append(expected)
    lower = after < (1.0 - _DOWN) * min(reference)
    return [StepDown(number, step.first + record, before, after, bool(stays and lower))]


def _expected(step: Step, plateaus: Sequence[tuple[float, float]]) -> float | None:
    """Voltage that the last half-cycles of a like current ask for, V."""
    like = [r for size, r in plateaus[-6:] if 1.0 / _ALIKE <= abs(step.current) / size <= _ALIKE]
    return abs(step.current) * median(like) if like else None


def _level_and_noise(trace: Trace, step: Step) -> tuple[float, float, float]:
    """Current magnitude, resistance, and noise as a share of the plateau, of the later part of a half-cycle."""
    begin = step.first + (step.taper - step.first) // 4
    signed = step.sign * trace.voltage[begin : step.taper]
    stride = max(signed.size // 500, 1)
    level = median(signed[::stride])
    shake = noise(signed[:4000])
    return abs(step.current), level / abs(step.current), shake / abs(level) if level else np.inf


def _resistance(trace: Trace, step: Step) -> float:
    return _level_and_noise(trace, step)[1]


def _resistance_drops(steps: Sequence[Step], looks: Sequence[tuple[int, float, float, float]]) -> list[Weakness]:
    found = []
    resistance = np.array([look[2] for look in looks])
    for place in range(1, len(looks)):
        number, size, now, _ = looks[place]
        same = [look for look in looks[max(0, place - 2) : place] if steps[look[0]].sign == steps[number].sign]
        before = (same or [looks[place - 1]])[-1]
        alike = 1.0 / _ALIKE <= size / before[1] <= _ALIKE
        if not alike or not 0 < now <= _RESISTANCE_DROP * before[2]:
            continue
        if np.max(resistance[place:]) <= _LATER * np.median(resistance[:place]):
            text = f"voltage over current fell from {before[2]:.4g} to {now:.4g} ohm between two half-cycles"
            found.append(Weakness("resistance-drop", number, number, text))
    return found


def _erratic(looks: Sequence[tuple[int, float, float, float]]) -> list[Weakness]:
    found = []
    largest = 0.0
    for place, (number, size, resistance, shake) in enumerate(looks):
        absolute = shake * resistance * size  # the instrument's own noise does not grow with the current
        if place >= 2 and shake > _ERRATIC_SHARE and absolute > _ERRATIC * largest:
            text = f"the noise of the voltage grew to {shake:.1%} of the plateau, {absolute * 1e3:.2g} mV"
            found.append(Weakness("erratic", number, number, text))
        largest = max(largest, absolute)
    return found


def _dips(downs: Sequence[StepDown]) -> list[Weakness]:
    counts = Counter(down.step for down in downs if not down.lasting)
    return [
        Weakness("dips", number, number, f"the voltage fell and came back {count} times in one half-cycle")
        for number, count in sorted(counts.items())
        if count >= _DIPS
    ]


def _impedance_collapses(steps: Sequence[Step], readings: Sequence[SpectrumReading]) -> list[Weakness]:
    found = []
    known = [(r.time, r.resistance_high) for r in readings if r.resistance_high is not None]
    for (before, one), (after, two) in zip(known[:-1], known[1:], strict=True):
        between = [n for n, step in enumerate(steps) if step.sign and before <= step.start and step.end <= after]
        if between and 0 <= two < _COLLAPSE * one:
            text = f"the impedance fell from {one:.4g} to {two:.4g} ohm"
            found.append(Weakness("impedance-collapse", between[0], between[-1], text))
    return found
