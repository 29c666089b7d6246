"""What the reader of a finding should know beside it: records left out, holes, climbs, dips, a cell of another kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lisse.measurement.analysis.events import Event
from lisse.measurement.analysis.resistance import SYMMETRIC_LIMIT
from lisse.measurement.analysis.rises import Rise
from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.shorts import SHORT_VOLTAGE
from lisse.measurement.analysis.spectra import SpectrumReading
from lisse.measurement.analysis.trace import Trace, median

__all__ = ["doubts_of_cell", "doubts_of_spectra", "doubts_of_trace"]

_HOLE = 10.0
_DRIFT = 0.02
_MOST_CLIMBS = 12


def doubts_of_cell(
    ocv: float | None, symmetric: bool, plating: int, against: tuple[str, float] | None, said: str | None
) -> list[str]:
    """Doubts that follow from the kind of cell; `against` is what `voltage_against_current` found."""
    found = []
    if plating:
        how = "taken for" if said is None else "said to be"
        way = "negative" if plating < 0 else "positive"
        found.append(
            f"the cell is {how} lithium on a foreign metal, plated by {way} current: its stripping ends at a cut-off; "
            "failures other than a hard short are not told"
        )
    elif against is not None and (symmetric or said is None) and (ocv is None or abs(ocv) <= SYMMETRIC_LIMIT):
        found.append(_contrary(*against, symmetric))
    elif not symmetric and ocv is not None:
        found.append(f"the cell rests at {ocv:.3g} V and is not symmetric: voltage over current is no resistance here")
    return found


def _contrary(meaning: str, volts: float, symmetric: bool) -> str:
    if meaning == "turned":
        seen = "the cell has its voltage against the current in both directions: one of the two has a turned sign"
        advice = "turn one and analyse again; --kind says what the cell is"
    else:
        seen = f"the cell gives current at a voltage of its own ({volts:.3g} V), as a full cell does"
        advice = "--kind other says so"
    if symmetric:
        return f"{seen}; it was said to be symmetric, and resistances may be negative"
    return f"{seen}, and is not taken for symmetric: voltage over current is no resistance here ({advice})"


def doubts_of_spectra(readings: Sequence[SpectrumReading]) -> list[str]:
    """Doubts that follow from the spectra."""
    found = []
    bounds = sum(reading.low_is_bound for reading in readings)
    if bounds:
        count = f"{bounds} of {len(readings)} spectra"
        found.append(
            f"{count} do not reach the real axis at high frequency: the true intercept is below the high-frequency end"
        )
    return found


def doubts_of_trace(
    trace: Trace, steps: Sequence[Step], event: Event | None, climbs: Sequence[Rise], transients: Sequence[float]
) -> list[str]:
    """Doubts that follow from the records themselves."""
    found = []
    if trace.dropped:
        share = trace.dropped / (trace.dropped + trace.time.size)
        found.append(
            f"{trace.dropped} records without a readable time, current or voltage were left out"
            + (f": {share:.0%} of all, so much that no number here is safe" if share > 0.2 else "")
        )
    single = sum(1 for step in steps if step.sign and not step.passes)
    if single:
        found.append(f"{single} stretches of current with a single record have no duration and were left out")
    if not any(step.passes for step in steps):
        found.append("no current was passed for more than one record: there is nothing to judge")
    elif _no_voltage(trace, steps):
        found.append(
            "the voltage is under 1 mV from the first half-cycle on: a cell that was shorted before the record began, "
            "or one of very little resistance; the record cannot tell"
        )
    elif trace.time.size > 2 and float(np.ptp(trace.voltage)) == 0.0:
        volts = float(trace.voltage[0])
        found.append(
            f"the voltage is {volts:.4g} V in every record, whatever the current: the channel is dead or saturated"
        )
    found += _holes(trace, steps)
    found += _drifts(trace, steps)
    if transients:
        hours = ", ".join(f"{time / 3600:.4g} h" for time in transients[:3]) + (", ..." if len(transients) > 3 else "")
        how_often = f"{len(transients)} time{'s' if len(transients) > 1 else ''} (at {hours})"
        found.append(f"the voltage fell as in a short and recovered {how_often}: possibly a filament that burnt off")
    found += [_describe_rise(trace, rise, event) for rise in climbs[:_MOST_CLIMBS]]
    if len(climbs) > _MOST_CLIMBS:
        found.append(f"the voltage climbed in {len(climbs) - _MOST_CLIMBS} more half-cycles")
    return found


def _no_voltage(trace: Trace, steps: Sequence[Step]) -> bool:
    first = next(step for step in steps if step.passes)
    size = np.abs(trace.voltage[first.records])
    return median(size) < SHORT_VOLTAGE and float(np.ptp(trace.voltage)) > 0.0


def _holes(trace: Trace, steps: Sequence[Step]) -> list[str]:
    """Gaps inside half-cycles."""
    gaps = np.diff(trace.time)
    inside = np.zeros(gaps.size, dtype=bool)
    for step in steps:
        if step.passes:
            inside[step.first : step.stop - 1] = True
    if np.count_nonzero(inside) < 20:
        return []
    usual = float(np.quantile(gaps[inside], 0.95))
    holes = np.flatnonzero(inside & (gaps > _HOLE * usual)) if usual > 0 else np.array([], dtype=int)
    if not holes.size:
        return []
    worst = int(holes[np.argmax(gaps[holes])])
    return [
        f"{holes.size} hole{'s' if holes.size > 1 else ''} in the record with the current on, the longest of "
        f"{float(gaps[worst]):.4g} s after {float(trace.time[worst]) / 3600:.4g} h (usual interval {usual:.3g} s): "
        "the current is taken to have gone on"
    ]


def _drifts(trace: Trace, steps: Sequence[Step]) -> list[str]:
    """Half-cycles over which a set current drifted."""
    found = []
    for step in steps:
        count = step.taper - step.first
        if count < 20 or step.control != "current":
            continue
        size = np.abs(trace.current[step.first : step.taper : max(count // 200, 1)])
        tenth = max(size.size // 10, 1)
        change = median(size[-tenth:]) / median(size[:tenth]) - 1.0
        if abs(change) > _DRIFT:
            found.append((change, step.start))
    if not found:
        return []
    change, start = max(found, key=lambda pair: abs(pair[0]))
    return [
        f"the current drifts within {len(found)} half-cycle{'s' if len(found) > 1 else ''}, most by {change:+.1%} in "
        f"the one that begins at {start / 3600:.4g} h; charges are integrals of the measured current"
    ]


def _describe_rise(trace: Trace, rise: Rise, event: Event | None) -> str:
    hours = f"{float(trace.time[rise.record]) / 3600:.4g} h"
    climb = f"the voltage climbed to {rise.ratio:.2f} times its early value at constant current (at {hours})"
    if rise.left is not None:
        climb += f", which left about {rise.left.value:.0%} of the contact"
    depleted = rise.gradient or (event is not None and event.mode == "depletion")
    lost, was_lost = ("depletion", "salt ran out") if depleted else ("contact loss", "contact was lost")
    if rise.is_loss and rise.passing:
        return f"{was_lost} for a while: {climb}, and passed"
    if rise.is_loss:
        return f"{lost}: {climb}" + (", before the short" if event and event.mode.endswith("-short") else "")
    if rise.came_back:
        return f"{climb} and came back in the same half-cycle: a lead, or contact that was made again"
    if rise.accelerating:
        return f"{lost} is suspected: {climb}, faster towards the end"
    return f"{climb} and levelled off: polarisation or a growing layer"
