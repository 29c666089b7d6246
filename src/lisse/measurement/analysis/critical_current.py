"""Critical current and the charges that go with it, once it is known where the cell failed. All in ampere and coulomb.

What a critical current is depends on the test, and the kind of test is found from the data (`kind_of_test`). Every
number is given with its definition in words (`DEFINITIONS`) and with what the sampling leaves open: the true critical
current lies between the last level that stood (`level_below`) and the first that failed (`critical`); both charges are
uncertain by half the charge of the interval in which the cell failed (one sampling interval for a short that is seen at
once, a half-cycle or more for one that only shows from one half-cycle to the next).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.events import Event
from lisse.measurement.analysis.segments import Step, is_constant
from lisse.measurement.analysis.trace import Trace, median

__all__ = ["DEFINITIONS", "TEST_KINDS", "TEST_WORDS", "CriticalCurrent", "critical_current", "kind_of_test", "stood"]

TEST_KINDS: Mapping[str, str] = {
    "rest": "no current was passed",
    "polarisation": "the voltage was held",
    "ccd-ramp": "half-cycles in both directions at currents that rise",
    "one-way": "currents that rise, in one direction",
    "one-way-constant": "one current in one direction",
    "sweep": "a current that rises all the time, in one direction",
    "cycling": "half-cycles in both directions at one current",
    "other": "currents in no order that is known here",
}
"""Kinds of test, as the currents themselves show them."""

TEST_WORDS: Mapping[str, str] = {
    "rest": "rest",
    "polarisation": "held voltage",
    "ccd-ramp": "CCD ramp",
    "one-way": "one-way ramp",
    "one-way-constant": "one-way, constant",
    "sweep": "one-way sweep",
    "cycling": "cycling",
    "other": "other",
}
"""What people call them."""

_CRITICAL = {
    "ccd-ramp": "Critical current density: current density of the half-cycle in which the cell failed, in a test with "
    "half-cycles in both directions at currents that rise. It depends on the charge per half-cycle, which belongs to "
    "the number.",
    "one-way": "One-way critical current density: current density of the step in which the cell failed, in a test "
    "whose current rises in one direction, without reversal.",
    "sweep": "One-way critical current density: the current density at the moment of failure, in a test whose current "
    "rises all the time in one direction.",
    "cycling": "Current density of the half-cycle in which the cell failed, in a test at one current density. The test "
    "says nothing of other currents.",
}
_CRITICAL["one-way-constant"] = _CRITICAL["cycling"]
_CRITICAL["other"] = "Current density of the half-cycle in which the cell failed; the currents rise in no order."
_CRITICAL["polarisation"] = "Current density at the moment of failure, at a held voltage."

DEFINITIONS: Mapping[str, str] = {
    "threshold_charge": "Threshold capacity: charge passed in one direction, from the last reversal of the current to "
    "the failure, per area. The failure is taken to lie in the middle of the interval in which it happened (the time "
    "resolution of the verdict); half the charge of that interval is the uncertainty.",
    "cumulative_charge": "Cumulative capacity to failure: charge passed in both directions together, from the first "
    "record to the failure (or to the end of the record, if the cell did not fail), per area.",
    "highest_current_density_passed": "Largest current density of a half-cycle that ended before the failure may have "
    "begun.",
    "critical_current_density_low": "Last level that stood: the largest current density below the critical one of "
    "which no half-cycle failed. The true limit lies between this and the critical one.",
    "plateau_voltage": "Median voltage of the last three quarters of a half-cycle, before a failure and a taper.",
    "area_resistance": "Plateau voltage over current, times the area. The resistance of the whole test is the median "
    "over neighbouring half-cycles of opposite sign, (V1 - V2)/(I1 - I2), in which a constant offset drops out.",
}
"""The other numbers of a result in words."""

_ALIKE = 0.1
"""Currents within this share of each other are one level."""


@dataclass(frozen=True)
class CriticalCurrent:
    """Currents and charges at failure.

    Attributes
    ----------
    kind : str
        One of `TEST_KINDS`.
    critical : float or None, A
        ``None`` when the cell did not fail.
    level_below : float or None, A
        Last level that stood: largest current below the critical one of which every half-cycle ended before the failure
        may have begun; 0 where the first level failed; ``None`` when the cell did not fail, or the test has one level.
    highest_passed : float or None, A
        Largest current of a half-cycle that ended before the failure may have begun; ``None`` when there is none.
    threshold_charge : float or None, C
        Since the last reversal.
    cumulative_charge : float, C
    charge_error : float or None, C
        Half the charge of the interval in which it failed.
    """

    kind: str
    critical: float | None
    level_below: float | None
    highest_passed: float | None
    threshold_charge: float | None
    cumulative_charge: float
    charge_error: float | None

    @property
    def definitions(self) -> dict[str, str]:
        """What each number means in this test, by its key in the result."""
        first = {"critical_current_density": _CRITICAL[self.kind]} if self.kind in _CRITICAL else {}
        return {**first, **DEFINITIONS}


def critical_current(trace: Trace, steps: Sequence[Step], event: Event | None) -> CriticalCurrent:
    """Currents and charges of a test that failed with `event`, or did not fail.

    The moment of failure is taken as the middle of the interval in which it happened, as the event gives it.
    """
    kind = kind_of_test(trace, steps)
    sound = [steps[number] for number in stood(trace, steps, event)]
    highest = max((abs(step.current) for step in sound), default=None)
    if event is None:
        return CriticalCurrent(kind, None, None, highest, None, float(sum(abs(step.charge) for step in sound)), None)
    passed = [step for step in steps[: event.step] if step.passes]
    critical, below = _levels(trace, steps[event.step], event, passed, len(sound), kind)
    since_reversal, total, error = _charges(trace, steps[event.step], event, passed)
    return CriticalCurrent(kind, critical, below, highest, since_reversal, total, error)


def stood(trace: Trace, steps: Sequence[Step], event: Event | None) -> tuple[int, ...]:
    """Numbers of the half-cycles that ended before the failure may have begun; all of them without a failure."""
    flowing = [number for number, step in enumerate(steps) if step.passes]
    if event is None:
        return tuple(flowing)
    begin = event.time - (1.0 - 1e-6) * event.resolution  # the record there showed no failure yet
    return tuple(n for n in flowing if n < event.step and trace.time[steps[n].stop - 1] <= begin)


def kind_of_test(trace: Trace, steps: Sequence[Step]) -> str:
    """Kind of test, from the signs and levels of its currents."""
    flowing = [step for step in steps if step.passes]
    if not flowing:
        return "rest"
    if all(step.control == "voltage" for step in flowing):
        return "polarisation"
    set_ones = [step for step in flowing if step.control != "voltage"]
    sizes = np.array([abs(step.current) for step in set_ones])
    rises = bool(sizes.max() > (1.0 + _ALIKE) * sizes[0]) and bool(
        np.mean(np.diff(sizes) >= -_ALIKE * sizes[:-1]) > 0.9
    )
    one_level = bool(sizes.max() <= (1.0 + _ALIKE) * np.median(sizes) and sizes.min() >= (1.0 - _ALIKE) * sizes.max())
    if len({step.sign for step in flowing}) > 1:
        return "ccd-ramp" if rises else "cycling" if one_level else "other"
    if _is_swept(trace, max(set_ones, key=lambda step: step.duration)):
        return "sweep"
    return "one-way" if rises else "one-way-constant" if one_level else "other"


def _is_swept(trace: Trace, step: Step) -> bool:
    """Whether the current of a step rises all the time."""
    size = np.abs(trace.current[step.first : step.taper])
    if size.size < 20 or is_constant(size):
        return False
    fifths = [median(part) for part in np.array_split(size, 5)]
    return fifths[-1] > 1.5 * fifths[0] and all(b > a for a, b in zip(fifths[:-1], fifths[1:], strict=True))


def _levels(
    trace: Trace, step: Step, event: Event, passed: Sequence[Step], sound: int, kind: str
) -> tuple[float, float | None]:
    """Current at failure, and the last level that stood, A; the first `sound` half-cycles passed for certain."""
    at = max(event.record - 1, step.first)
    if kind == "polarisation":
        return abs(float(trace.current[at])), None
    if kind == "sweep":
        since = int(np.searchsorted(trace.time, event.time - event.resolution))
        return abs(float(trace.current[event.record])), abs(float(trace.current[max(since, step.first)]))
    critical = abs(step.current)
    if kind in ("cycling", "one-way-constant"):
        return critical, None
    lowest = min([critical, *(abs(s.current) for s in passed[sound:])])  # it may have failed in these, too
    return critical, max((abs(s.current) for s in passed if abs(s.current) < (1.0 - 0.02) * lowest), default=0.0)


def _charges(trace: Trace, step: Step, event: Event, passed: Sequence[Step]) -> tuple[float, float, float]:
    """Charge since the last reversal and in all, in the middle of the interval of failure; half that interval's charge.

    All in C. The interval may begin in a half-cycle before the one that shows the failure.
    """
    begin, middle = event.time - event.resolution, event.time - 0.5 * event.resolution
    flowing = [*passed, step]
    low = sum(_until(trace, each, begin) for each in flowing)
    high = sum(_until(trace, each, event.time) for each in flowing)
    here = next((k for k, each in enumerate(flowing) if each.start <= middle < each.end), None)
    if here is None:  # in a rest: the half-cycle in which the middle of the charge was passed
        here = int(np.searchsorted(np.cumsum([abs(each.charge) for each in passed]), 0.5 * (low + high)))
    while here and flowing[here - 1].sign == flowing[here].sign:
        here -= 1
    before = sum(abs(each.charge) for each in flowing[:here])
    return max(0.5 * (low + high) - before, 0.0), 0.5 * (low + high), 0.5 * (high - low)


def _until(trace: Trace, step: Step, moment: float) -> float:
    """Charge that a step had passed by a moment (s), without sign, C; it never falls with time."""
    if moment <= step.start:
        return 0.0
    if moment >= step.end:
        return abs(step.charge)
    inside = slice(step.first, step.stop)
    time, current = trace.time[inside], np.abs(trace.current[inside])
    before = time < moment
    at, flow = np.append(time[before], moment), np.append(current[before], np.interp(moment, time, current))
    passed = float(np.sum(0.5 * (flow[1:] + flow[:-1]) * np.diff(at)))
    from_the_start = float(current[0]) * (min(float(time[0]), moment) - step.start)
    return min(from_the_start + passed, abs(step.charge))
