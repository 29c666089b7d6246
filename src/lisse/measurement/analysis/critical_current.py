"""Critical current and the charges that go with it, once it is known where the cell failed.

Critical current: magnitude of the current of the half-cycle in which the cell failed. It is known no better than the
spacing of the ramp: the true limit lies between the largest current that a whole half-cycle was passed with
(`highest_passed`) and this one. Threshold charge: passed in that half-cycle up to the failure. Cumulative charge:
passed in both directions up to the failure, or to the end of the record. Both charges are uncertain by half the charge
of the sampling interval in which the cell failed. All in ampere and coulomb; the caller divides by an area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.shorts import Event
from lisse.measurement.analysis.trace import Trace

__all__ = ["CriticalCurrent", "critical_current"]


@dataclass(frozen=True)
class CriticalCurrent:
    """Currents and charges at failure.

    Attributes
    ----------
    critical : float or None, A
        ``None`` when the cell did not fail.
    highest_passed : float or None, A
        Largest current of a half-cycle that ended without failure; ``None`` when there is none.
    threshold_charge : float or None, C
    cumulative_charge : float, C
    charge_error : float or None, C
        Half the charge of the sampling interval in which it failed.
    """

    critical: float | None
    highest_passed: float | None
    threshold_charge: float | None
    cumulative_charge: float
    charge_error: float | None


def critical_current(trace: Trace, steps: Sequence[Step], event: Event | None) -> CriticalCurrent:
    """Currents and charges of a test that failed with `event`, or did not fail.

    The moment of failure is taken as the middle of the sampling interval before the record that shows it.
    """
    passed = [
        step
        for number, step in enumerate(steps)
        if step.sign and step.stop - step.first > 1 and (event is None or number < event.step)
    ]
    highest = max((abs(step.current) for step in passed), default=None)
    total = float(sum(abs(step.charge) for step in passed))
    if event is None:
        return CriticalCurrent(None, highest, None, total, None)
    step = steps[event.step]
    threshold, error = _charge_until(trace, step, event) if event.record > step.first else (0.0, 0.0)
    return CriticalCurrent(abs(step.current), highest, threshold, total + threshold, error)


def _charge_until(trace: Trace, step: Step, event: Event) -> tuple[float, float]:
    """Charge from the start of the step to the middle of the interval of failure; half that interval's charge; C."""
    time, current = trace.time[step.first : event.record], np.abs(trace.current[step.first : event.record])
    before = float(np.sum(0.5 * (current[1:] + current[:-1]) * np.diff(time)))
    before += float(current[0]) * (float(time[0]) - step.start)
    error = 0.5 * abs(step.current) * event.resolution
    return before + error, error
