"""Half-cycles whose voltage climbs at constant current, and how it climbs. What that means stands in `contact_loss`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.climb_law import ContactLeft, contact_left, follows_gradient
from lisse.measurement.analysis.events import WITNESSES, Event
from lisse.measurement.analysis.segments import Step, is_constant
from lisse.measurement.analysis.spectra import SpectrumReading
from lisse.measurement.analysis.trace import Trace, equal_parts, median, medians, noise

__all__ = ["FAILED", "LOST", "Rise", "rises"]

LOST = 0.2
"""Share of the contact: where less is left, it is lost."""
FAILED = 3.0
"""Times the early value: what needs so much voltage has failed, whatever comes after."""
_RISE, _SUSPICIOUS_RISE, _LEAST_RISE, _BACK = 1.5, 1.2, 1.1, 1.2
_STEADY = 0.7
_EARLY = (0.1, 0.3)
_SWITCHED = 0.02
"""Share of a half-cycle in which interfaces are charged."""
_READABLE = 0.015
"""Largest misfit of a climb that is that of shrinking contact."""
_SERIES = 0.95
"""Share of a high-frequency resistance that is in series with the contact for certain (leads, temperature)."""
_NOT_LESS, _MOST_LATER = 0.95, 50
_MOST_RECORDS = 4000
"""Records that the shape of one half-cycle is read from."""


@dataclass(frozen=True)
class Rise:
    """How the voltage magnitude climbed within one half-cycle.

    Attributes
    ----------
    step : int
    record : int
        First record that passed 1.5 times the early value; the peak, where that is lower.
    peak : int
        Record of the highest value.
    top : float, V
        Highest value: a median of five records, as a lead may flicker; the last record where it climbs to the end.
    ratio : float, 1
        Highest value over early value (medians of five records).
    steady : float, 1
        Share of bins of the climb that rise.
    accelerating : bool
        Whether the later half is steeper.
    bins : int
        Number of differences between bins.
    came_back : bool
        Whether the half-cycle ends near the early value again, without a short.
    passing : bool
        Whether later half-cycles needed less voltage per current than its peak, or none follows and one like it passed.
    left : ContactLeft or None
        Contact at the peak; ``None`` where neither the curvature nor a spectrum tells it, or it does not run away.
    gradient : bool
        Whether it climbs as salt that runs out rather than as contact that shrinks.
    """

    step: int
    record: int
    peak: int
    top: float
    ratio: float
    steady: float
    accelerating: bool
    bins: int
    came_back: bool
    passing: bool = False
    left: ContactLeft | None = None
    gradient: bool = False

    @property
    def runs_away(self) -> bool:
        """Whether it climbs steadily and ever faster, and stays up."""
        return self.steady >= _STEADY and self.accelerating and not self.came_back

    @property
    def is_loss(self) -> bool:
        """Whether the climb is one of lost contact, or of a depleted electrolyte."""
        if not self.runs_away:
            return False
        if self.ratio >= FAILED:
            return True
        return self.ratio >= _RISE if self.left is None else self.left.high <= LOST


def rises(
    trace: Trace, steps: Sequence[Step], short: Event | None = None, readings: Sequence[SpectrumReading] = ()
) -> list[Rise]:
    """Every half-cycle whose voltage climbed, before the short if there is one.

    To 1.2 times its early value or more, or to 1.1 times where little contact is left.

    Parameters
    ----------
    trace : Trace
    steps : sequence of Step
    short : Event, optional
    readings : sequence of SpectrumReading
        A high-frequency resistance is in series with the contact, which bounds what is left of it from above.
    """
    found: list[Rise] = []
    late = _late_resistances(trace, steps)
    chain: list[float] = []  # early resistances of the half-cycles since the current was reversed, ohm
    sign = 0
    for number, step in enumerate(steps):
        if not step.sign or (short and number > short.step):
            continue
        chain = chain if step.sign == sign else []
        sign = step.sign
        shorted = short is not None and number == short.step
        stop = short.record if short and shorted else step.taper
        early = _early_voltage(trace, step, stop)
        if early is None:
            continue
        rise = _rise(trace, step, number, stop, shorted, early)
        chain.append(early / abs(step.current))
        if rise is None:
            continue
        if rise.runs_away:
            begin = trace.time[step.taper - 1] - trace.time[step.first]
            time, resistance = _climb(trace, step, rise)
            shrinking, running = (int(np.searchsorted(time, share * begin)) for share in (_EARLY[0], _SWITCHED))
            series = _in_series(readings, step.start)
            left = _contact_left(time[shrinking:], resistance[shrinking:], min(chain), series)
            gradient = left is None and follows_gradient(time[running:], resistance[running:])
            rise = dataclasses.replace(rise, left=left, gradient=gradient)
        if rise.ratio < _SUSPICIOUS_RISE and (rise.left is None or rise.left.high > LOST):
            continue
        passing = _passes(late, steps, rise) or _passed_before(steps, rise, found)
        found.append(dataclasses.replace(rise, passing=passing))
    return found


# -- the climb of one half-cycle -------------------------------------------------------------------------------------


def _thinned(step: Step, stop: int) -> slice:
    """Records of a half-cycle up to `stop`, few enough to read a shape from."""
    return slice(step.first, stop, max((stop - step.first) // _MOST_RECORDS, 1))


def _early_voltage(trace: Trace, step: Step, stop: int) -> float | None:
    """Median between 10 and 30 % of a half-cycle, V; ``None`` where it is too short, noise, or not at one current."""
    chosen = _thinned(step, stop)
    time, size = trace.time[chosen], step.sign * trace.voltage[chosen]
    if size.size < 10 or time[-1] <= time[0] or not is_constant(trace.current[chosen]):
        return None
    share = (time - time[0]) / (time[-1] - time[0])
    part = size[(share >= _EARLY[0]) & (share <= _EARLY[1])]
    if part.size < 2:
        return None
    early = median(part)
    return early if early > 5.0 * noise(size) else None


def _rise(trace: Trace, step: Step, number: int, stop: int, shorted: bool, early: float) -> Rise | None:
    """The climb from the early value (V), without what it means; ``None`` where there is none."""
    chosen = _thinned(step, stop)
    time, size = trace.time[chosen], step.sign * trace.voltage[chosen]
    share = (time - time[0]) / (time[-1] - time[0])
    late = share > _EARLY[1]
    if float(size[late].max()) < _LEAST_RISE * early:
        return None
    smooth = _running_median(size)
    peak = int(np.argmax(np.where(late, smooth, -np.inf)))
    top = float(smooth[peak])
    if top < _LEAST_RISE * early:
        return None
    begin = int(np.flatnonzero(share >= _EARLY[0])[0])
    passed = int(np.flatnonzero(late & (smooth >= min(_RISE * early, top)))[0])
    low = np.flatnonzero(smooth[:peak] <= early + min((_LEAST_RISE - 1.0) * early, 0.5 * (top - early)))
    steady, bins = _steadiness(smooth[max(int(low[-1]) if low.size else 0, begin) : peak + 1])
    back = median(size[-5:]) < early + min((_BACK - 1.0) * early, 0.5 * (top - early))
    return Rise(
        step=number,
        record=step.first + passed * chosen.step,
        peak=step.first + peak * chosen.step,
        top=float(_sharp(size, smooth)[peak]),
        ratio=top / early,
        steady=steady,
        accelerating=_accelerates(time[begin : peak + 1], smooth[begin : peak + 1]),
        bins=bins,
        came_back=back and not shorted,
    )


def _steadiness(size: np.ndarray) -> tuple[float, int]:
    """Share of equal bins that rise, and the number of differences."""
    count = int(min(WITNESSES + 1, size.size))
    if count < 3:
        return 0.0, 0
    levels = medians(size, equal_parts(size.size, count))
    upward = np.diff(levels) > 0
    return float(upward.mean()), int(upward.size)


def _accelerates(time: np.ndarray, size: np.ndarray) -> bool:
    """Whether the later half of the time brings more than the earlier."""
    middle = float(np.interp(0.5 * (time[0] + time[-1]), time, size))
    return bool(size[-1] - middle > middle - size[0])


def _running_median(values: np.ndarray, width: int = 5) -> np.ndarray:
    """Median over a window of records around each one; the window shrinks at the ends, so nothing is invented there."""
    half = min(width, values.size) // 2
    if half == 0:
        return values
    windows = np.stack([values[k : values.size - 2 * half + k] for k in range(2 * half + 1)], axis=1)
    windows.sort(axis=1)
    ends = (*range(half), *range(values.size - half, values.size))
    outer = [median(values[max(0, k - half) : k + half + 1]) for k in ends]
    return np.concatenate([outer[:half], windows[:, half], outer[half:]])


def _sharp(values: np.ndarray, smooth: np.ndarray) -> np.ndarray:
    """Running median with the last two records as they are: a median blunts the end of a climb."""
    return np.concatenate([smooth[:-2], values[-2:]])


# -- what it follows, and what comes after ---------------------------------------------------------------------------


def _climb(trace: Trace, step: Step, rise: Rise) -> tuple[np.ndarray, np.ndarray]:
    """Time since the switch (s) and voltage over current (ohm), to the peak."""
    chosen = _thinned(step, rise.peak + 1)
    time, size = trace.time[chosen], step.sign * trace.voltage[chosen] / abs(step.current)
    return time - time[0], _sharp(size, _running_median(size))


def _contact_left(time: np.ndarray, resistance: np.ndarray, fresh: float, series: float | None) -> ContactLeft | None:
    """Contact at the end of a climb (s, ohm), as a share of that at the lowest resistance since the reversal."""
    if not resistance.size:
        return None
    lowest = int(np.argmin(resistance))
    found = contact_left(time[lowest:], resistance[lowest:], fresh)
    if found is not None and found.misfit > _READABLE:
        found = None
    fresh = min(fresh, float(resistance[lowest]))
    if series is None or not series < fresh:
        return found
    bound = (fresh - series) / (float(resistance[-1]) - series)
    if found is None:
        return ContactLeft(bound, bound, 0.0) if bound <= LOST else None
    return dataclasses.replace(found, value=min(found.value, bound), high=min(found.high, bound))


def _in_series(readings: Sequence[SpectrumReading], moment: float) -> float | None:
    """High-frequency resistance of the last spectrum before a moment (s), ohm; ``None`` where it is no safe bound."""
    before = [each for each in readings if each.time <= moment and each.resistance_low is not None]
    if not before:
        return None
    last = max(before, key=lambda each: each.time)
    return None if last.low_is_bound or last.resistance_low is None else _SERIES * last.resistance_low


def _passes(late: np.ndarray, steps: Sequence[Step], rise: Rise) -> bool:
    """Whether the half-cycles behind a rise need less voltage per current (`late`, ohm) than its peak."""
    later = late[rise.step + 1 : rise.step + 1 + _MOST_LATER]
    later = later[np.isfinite(later)]
    return bool(later.size) and median(later) < _NOT_LESS * rise.top / abs(steps[rise.step].current)


def _passed_before(steps: Sequence[Step], rise: Rise, found: Sequence[Rise]) -> bool:
    """Whether a climb that ends the record is no higher than one of the same direction that passed."""
    if any(steps[number].passes for number in range(rise.step + 1, len(steps))):
        return False
    sign = steps[rise.step].sign
    alike = [each for each in found if each.is_loss and each.passing and steps[each.step].sign == sign]
    before = [each.top / abs(steps[each.step].current) for each in alike]
    return bool(before) and _NOT_LESS * rise.top / abs(steps[rise.step].current) <= max(before)


def _late_resistances(trace: Trace, steps: Sequence[Step]) -> np.ndarray:
    """Voltage over current in the later half of every step, ohm; NaN in rests and where it is too short to tell."""
    found = np.full(len(steps), np.nan)
    for number, step in enumerate(steps):
        if step.passes and step.taper - step.first >= 5:
            begin = step.first + (step.taper - step.first) // 2
            chosen = slice(begin, step.taper, max((step.taper - begin) // 200, 1))
            found[number] = median(trace.voltage[chosen]) / step.current
    return found
