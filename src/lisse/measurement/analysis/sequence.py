"""What happened to a cell, in the order of time: a rise, its peak, the drop behind it, dips, and the failure.

Some cells lose contact first, which concentrates the current, and short after that; the order says which came first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lisse.measurement.analysis.events import Event, Moment
from lisse.measurement.analysis.rises import Rise
from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.soft_short import StepDown, recovery
from lisse.measurement.analysis.trace import Trace, median

__all__ = ["sequence"]

_DROP = 0.9
_MOST_DIPS = 20
_NAMES = {"hard-short": "hard short", "soft-short": "soft short", "contact-loss": "loss of contact"}


def sequence(
    trace: Trace,
    steps: Sequence[Step],
    event: Event | None,
    climbs: Sequence[Rise],
    transients: Sequence[float],
    downs: Sequence[StepDown],
) -> tuple[Moment, ...]:
    """All moments worth telling, in the order of time."""
    found = [moment for rise in climbs for moment in _rise(trace, steps, rise, event)]
    found += [Moment(time, "transient", "fell as in a short and came back") for time in transients[:_MOST_DIPS]]
    last = event.record if event else trace.time.size
    dips = [down for down in downs if not down.lasting and down.record < last]
    found += [
        Moment(
            float(trace.time[down.record]),
            "step-down",
            f"fell at once from {down.before * 1e3:.3g} to {down.after * 1e3:.3g} mV and came back",
            down.after,
        )
        for down in dips[:_MOST_DIPS]
    ]
    if event is not None:
        name = _NAMES.get(event.mode, event.mode)
        text = f"{name}: " + "; ".join(event.evidence) if event.evidence else name
        found.append(Moment(event.time, event.mode, text, abs(float(trace.voltage[event.record]))))
        back = recovery(trace, steps, event)
        if back is not None:
            found.append(Moment(back, "recovery", "behind a rest the resistance is back: the filament was lost again"))
    return tuple(sorted(found, key=lambda moment: moment.time))


def _rise(trace: Trace, steps: Sequence[Step], rise: Rise, event: Event | None) -> list[Moment]:
    step = steps[rise.step]
    peak = abs(float(trace.voltage[rise.peak]))
    found = [
        Moment(
            float(trace.time[rise.record]),
            "rise",
            f"climbs at constant current, to {rise.ratio:.2f} times its early value",
            abs(float(trace.voltage[rise.record])),
        )
    ]
    stop = event.record if event and event.step == rise.step and event.record > rise.peak else step.taper
    behind = step.sign * trace.voltage[rise.peak : stop]
    shorted = event is not None and event.step == rise.step and event.record >= rise.peak
    if shorted or (behind.size > 3 and median(behind[-3:]) < _DROP * peak):
        found.append(Moment(float(trace.time[rise.peak]), "peak", f"peak of {peak * 1e3:.4g} mV", peak))
    if behind.size > 3 and median(behind[-3:]) < _DROP * peak:
        low = rise.peak + int(np.flatnonzero(behind < _DROP * peak)[0])
        end = median(behind[-3:])
        text = f"drops again, to {end * 1e3:.4g} mV" + (" before the short" if shorted else "")
        found.append(Moment(float(trace.time[low]), "drop", text, end))
    return found
