"""Loss of contact: the voltage climbs at constant current, ever faster.

Contact loss
    At constant current the voltage magnitude rises to 1.5 times its early value (median between 10 and 30 % of the
    half-cycle) or more, keeps rising while it climbs (from a tenth above the early value to the peak, at least 70 % of
    up to twenty equal bins), rises faster in the later half of the time to the peak than in the earlier, and has not
    come back to 1.2 times the early value when the half-cycle ends, unless a short ended it. It is the failure of the
    cell from three times the early value on, and where no half-cycle follows or the following ones need as much voltage
    per current as its peak (95 % of it, in their median); a smaller one that passed is told beside the verdict. A rise
    that levels off is polarisation or a growing layer, and only a warning; one that comes back is a lead, or contact
    made again.
Depletion
    The same climb in a cell whose voltage then relaxes slowly without current: more than a fifth of the voltage is left
    in the first record of the rest and decays by half or more over it. A gradient of concentration does that; a lost
    contact carries no voltage once the current is off. Without a rest behind it the two are not told apart, and the
    verdict is contact loss.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.events import WITNESSES, Event, event_at, succession
from lisse.measurement.analysis.segments import Step, is_constant
from lisse.measurement.analysis.trace import Trace, median, noise

__all__ = ["Rise", "find_contact_loss", "rises"]

_RISE, _SUSPICIOUS_RISE, _BACK, _FAILED = 1.5, 1.2, 1.2, 3.0
_STEADY = 0.7
_LEFT_AT_REST, _DECAY = 0.2, 0.5
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
        First record that passed the limit (1.5 or 1.2 times the early value).
    peak : int
        Record of the highest value.
    ratio : float
        Highest value over early value (medians of five records).
    steady : float
        Share of bins of the climb that rise.
    accelerating : bool
        Whether the later half is steeper.
    bins : int
        Number of differences between bins.
    came_back : bool
        Whether the half-cycle ends near the early value again, without a short.
    passing : bool
        Whether later half-cycles needed less voltage per current than its peak.
    """

    step: int
    record: int
    peak: int
    ratio: float
    steady: float
    accelerating: bool
    bins: int
    came_back: bool
    passing: bool

    @property
    def is_contact_loss(self) -> bool:
        """Whether all conditions of the definition hold."""
        return self.ratio >= _RISE and self.steady >= _STEADY and self.accelerating and not self.came_back


def find_contact_loss(
    trace: Trace, steps: Sequence[Step], found: Sequence[Rise], only_large: bool = False
) -> Event | None:
    """The first of the rises that is a failure by loss of contact, or by depletion.

    Only those from three times the early value on, if asked for.
    """
    for rise in found:
        if rise.is_contact_loss and (rise.ratio >= _FAILED or not (rise.passing or only_large)):
            confidence = succession(round(rise.steady * rise.bins), rise.bins)
            relaxing = _relaxes_slowly(trace, steps, rise.step)
            evidence = [f"the voltage climbed to {rise.ratio:.2f} times its early value at constant current"]
            if relaxing is not None:
                evidence.append(f"{relaxing:.0%} of the voltage was left when the current stopped, and decayed slowly")
            mode = "contact-loss" if relaxing is None else "depletion"
            return event_at(mode, trace, rise.step, rise.record, confidence, evidence)
    return None


def rises(trace: Trace, steps: Sequence[Step], short: Event | None = None) -> list[Rise]:
    """Every half-cycle whose voltage climbed to 1.2 times its early value or more, before the short if there is one."""
    found = []
    for number, step in enumerate(steps):
        if not step.sign or (short and number > short.step):
            continue
        shorted = short is not None and number == short.step
        stop = short.record if short and shorted else step.taper
        rise = _rise(trace, step, number, stop, shorted)
        if rise:
            found.append(dataclasses.replace(rise, passing=_passes(trace, steps, rise)))
    return found


def _passes(trace: Trace, steps: Sequence[Step], rise: Rise) -> bool:
    """Whether the half-cycles behind a rise need less voltage per current than its peak."""
    step = steps[rise.step]
    later = [
        _late_resistance(trace, other)
        for other in steps[rise.step + 1 : rise.step + 1 + _MOST_LATER]
        if other.passes and other.taper - other.first >= 5
    ]
    peak = trace.voltage[rise.peak] / step.current
    return bool(later) and median(later) < _NOT_LESS * float(peak)


def _late_resistance(trace: Trace, step: Step) -> float:
    """Voltage over current in the later half of a half-cycle, ohm."""
    begin = step.first + (step.taper - step.first) // 2
    return median(trace.voltage[begin : step.taper : max((step.taper - begin) // 200, 1)]) / step.current


def _rise(trace: Trace, step: Step, number: int, stop: int, shorted: bool) -> Rise | None:
    stride = max((stop - step.first) // _MOST_RECORDS, 1)
    chosen = slice(step.first, stop, stride)
    time, size = trace.time[chosen], step.sign * trace.voltage[chosen]
    if size.size < 10 or time[-1] <= time[0] or not is_constant(trace.current[chosen]):
        return None
    share = (time - time[0]) / (time[-1] - time[0])
    early_part, late = size[(share >= 0.1) & (share <= 0.3)], share > 0.3
    if early_part.size < 2:
        return None
    early = median(early_part)
    if early <= 5.0 * noise(size) or float(size[late].max()) < _SUSPICIOUS_RISE * early:
        return None
    smooth = _running_median(size)
    peak = int(np.argmax(np.where(late, smooth, -np.inf)))
    if smooth[peak] < _SUSPICIOUS_RISE * early:
        return None
    ratio = float(smooth[peak]) / early
    passed = int(np.flatnonzero(late & (smooth >= min(_RISE * early, float(smooth[peak]))))[0])
    begin = int(np.flatnonzero(share >= 0.1)[0])
    climb = max(int(np.flatnonzero(smooth[:peak] <= 1.1 * early)[-1]) if peak else 0, begin)
    steady, bins = _steadiness(smooth[climb : peak + 1])
    accelerating = _accelerates(time[begin : peak + 1], smooth[begin : peak + 1])
    back = not shorted and median(size[-5:]) < _BACK * early
    return Rise(
        number, step.first + passed * stride, step.first + peak * stride, ratio, steady, accelerating, bins, back, False
    )


def _steadiness(size: np.ndarray) -> tuple[float, int]:
    """Share of equal bins that rise, and the number of differences."""
    count = int(min(WITNESSES + 1, size.size))
    if count < 3:
        return 0.0, 0
    levels = np.array([median(part) for part in np.array_split(size, count)])
    upward = np.diff(levels) > 0
    return float(upward.mean()), int(upward.size)


def _accelerates(time: np.ndarray, size: np.ndarray) -> bool:
    """Whether the later half of the time brings more than the earlier."""
    middle = float(np.interp(0.5 * (time[0] + time[-1]), time, size))
    return bool(size[-1] - middle > middle - size[0])


def _relaxes_slowly(trace: Trace, steps: Sequence[Step], number: int) -> float | None:
    """Share of the last voltage that the rest behind a step begins with, where it decays slowly from there."""
    if number + 1 >= len(steps) or steps[number + 1].sign:
        return None
    step, rest = steps[number], steps[number + 1]
    voltage = step.sign * trace.voltage[rest.records]
    last = median(step.sign * trace.voltage[max(step.first, step.stop - 3) : step.stop])
    if voltage.size < 5 or last <= 0:
        return None
    end = median(voltage[-3:])
    left, decay = float(voltage[0]) - end, float(voltage[0]) / last
    slow = left > _DECAY * float(voltage[0]) and float(voltage[1]) - end > 0.5 * left
    return decay if slow and left > max(_LEFT_AT_REST * last, 5.0 * noise(voltage)) else None


def _running_median(values: np.ndarray, width: int = 5) -> np.ndarray:
    """Median over a window of records around each one; the window shrinks at the ends, so nothing is invented there."""
    half = min(width, values.size) // 2
    ends = [
        median(values[max(0, k - half) : k + half + 1]) for k in (*range(half), *range(values.size - half, values.size))
    ]
    if half == 0:
        return values
    middle = np.median(np.lib.stride_tricks.sliding_window_view(values, 2 * half + 1), axis=1)
    return np.concatenate([ends[:half], middle, ends[half:]])
