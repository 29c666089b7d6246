"""From a Measurement to a Finding: each step of the analysis, in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lisse.errors import InvalidInput
from lisse.measurement.analysis.critical_current import critical_current
from lisse.measurement.analysis.finding import AREA_SOURCES, FailureEvent, Finding
from lisse.measurement.analysis.resistance import (
    SYMMETRIC_LIMIT,
    half_cycles,
    open_circuit_voltage,
    pair_resistance,
    resistance_trend,
)
from lisse.measurement.analysis.segments import Step, split_steps
from lisse.measurement.analysis.shorts import (
    Event,
    Rise,
    find_contact_loss,
    find_hard_short,
    find_soft_short,
    find_transients,
    rises,
    succession,
)
from lisse.measurement.analysis.spectra import SpectrumReading, read_spectrum
from lisse.measurement.analysis.trace import Trace, trace_of
from lisse.records import Measurement

__all__ = ["analyse"]

_NO_AREA = (
    "the area is not known, so current densities, areal charges and area-specific resistances are not given; "
    "give --area, for example --area '0.785 cm^2' (an area in the file is not used)"
)


def analyse(
    measurement: Measurement,
    area: float | None = None,
    area_source: str | None = None,
    rest_current: float | None = None,
) -> Finding:
    """Find half-cycles, resistances, spectra readings and the failure of a cell.

    Parameters
    ----------
    measurement : Measurement
        From a file or a virtual instrument.
    area : float, m2, optional
        Area that the current is divided by; the measurement's own when a person gave it one. Never taken from a file.
    area_source : str, optional
        ``"given"`` (the default with an area) or ``"record"``.
    rest_current : float, A, optional
        Magnitude of current below which the cell rests; found from the data when not given.

    Returns
    -------
    Finding

    Raises
    ------
    InvalidInput
        For an area that is not a positive number, a measurement without time, current or voltage, or a clock that
        runs backwards.
    """
    area, source = _area(measurement, area, area_source)
    if rest_current is not None and not (math.isfinite(rest_current) and rest_current >= 0):
        raise InvalidInput("rest_current", rest_current, "a current of 0 A or more")
    trace = trace_of(measurement)
    readings = tuple(read_spectrum(spectrum) for spectrum in measurement.spectra)
    steps = split_steps(trace, [reading.time for reading in readings], rest_current)
    ocv = open_circuit_voltage(trace, steps)
    symmetric = ocv is None or abs(ocv) <= SYMMETRIC_LIMIT
    event, climbs = _failure(trace, steps, readings, symmetric)
    cycles = half_cycles(trace, steps, symmetric, {event.step: event.record} if event else None)
    sound = [cycle for cycle in cycles if event is None or cycle.end <= steps[event.step].start]
    critical = critical_current(trace, steps, event)
    warnings = [
        *measurement.warnings,
        *_warnings_of_cell(ocv, symmetric, readings),
        *_warnings(trace, steps, event, climbs),
    ]
    if area is None:
        warnings.append(_NO_AREA)
    return Finding(
        files=measurement.files,
        instrument=measurement.instrument,
        duration=trace.duration,
        area=area,
        area_source=source,
        verdict=_verdict(event, steps, critical.cumulative_charge, len(cycles)),
        half_cycles=cycles,
        spectra=readings,
        critical=critical,
        resistance=pair_resistance(sound) if symmetric else None,
        resistance_trend=resistance_trend(sound),
        open_circuit_voltage=ocv,
        warnings=tuple(warnings),
    )


def _area(measurement: Measurement, area: float | None, source: str | None) -> tuple[float | None, str | None]:
    chosen = measurement.area if area is None else area
    if source is not None and source not in AREA_SOURCES:
        raise InvalidInput("area_source", source, ", ".join(AREA_SOURCES))
    if chosen is None:
        return None, None
    if not isinstance(chosen, (int, float)) or isinstance(chosen, bool) or not (math.isfinite(chosen) and chosen > 0):
        raise InvalidInput("area", chosen, "a number above 0, in m2", "0.785 cm2 is 0.785e-4 m2")
    return float(chosen), source or "given"


def _failure(
    trace: Trace, steps: Sequence[Step], readings: Sequence[SpectrumReading], symmetric: bool
) -> tuple[Event | None, list[Rise]]:
    """The failure that the verdict is about, and every rise of the voltage.

    A hard short outranks everything before it; without one, the earlier of a soft short and contact loss counts. In a
    cell that is not symmetric only a hard short can be told.
    """
    hard = find_hard_short(trace, steps)
    climbs = rises(trace, steps, hard) if symmetric else []
    if hard is not None or not symmetric:
        return hard, climbs
    known = [(reading.time, reading.resistance_low) for reading in readings if reading.resistance_low is not None]
    found = [event for event in (find_soft_short(trace, steps, known), find_contact_loss(trace, climbs)) if event]
    return min(found, key=lambda event: event.record, default=None), climbs


def _verdict(event: Event | None, steps: Sequence[Step], charge: float, cycles: int) -> FailureEvent:
    if event is None:
        return FailureEvent(confidence=succession(cycles, cycles) if cycles else 0.0)
    return FailureEvent(
        event.mode, event.time, event.resolution, abs(steps[event.step].current), charge, event.confidence
    )


def _warnings(trace: Trace, steps: Sequence[Step], event: Event | None, climbs: Sequence[Rise]) -> list[str]:
    found = []
    if trace.dropped:
        found.append(f"{trace.dropped} records without a readable time, current or voltage were left out")
    single = sum(1 for step in steps if step.sign and step.stop - step.first == 1)
    if single:
        found.append(f"{single} stretches of current with a single record have no duration and were left out")
    if not any(step.sign and step.stop - step.first > 1 for step in steps):
        found.append("no current was passed for more than one record: there is nothing to judge")
    transients = find_transients(trace, steps, event.record if event else None)
    if transients:
        hours = ", ".join(f"{time / 3600:.4g} h" for time in transients[:3]) + (", ..." if len(transients) > 3 else "")
        how_often = f"{len(transients)} time{'s' if len(transients) > 1 else ''} (at {hours})"
        found.append(f"the voltage fell as in a short and recovered {how_often}: possibly a filament that burnt off")
    return found + [_describe_rise(trace, rise, event) for rise in climbs]


def _describe_rise(trace: Trace, rise: Rise, event: Event | None) -> str:
    hours = f"{float(trace.time[rise.record]) / 3600:.4g} h"
    climb = (
        f"the voltage climbed to {rise.ratio:.2f} times its early value at constant current (limit passed at {hours})"
    )
    if rise.is_contact_loss:
        return f"contact loss: {climb}" + (", before the short" if event and event.mode == "hard-short" else "")
    if rise.accelerating:
        return f"contact loss is suspected: {climb}, faster towards the end"
    return f"{climb} and levelled off: polarisation or a growing layer"


def _warnings_of_cell(ocv: float | None, symmetric: bool, readings: Sequence[SpectrumReading]) -> list[str]:
    found = []
    if not symmetric and ocv is not None:
        found.append(f"the cell rests at {ocv:.3g} V and is not symmetric: voltage over current is no resistance here")
    bounds = sum(reading.low_is_bound for reading in readings)
    if bounds:
        count = f"{bounds} of {len(readings)} spectra"
        found.append(
            f"{count} do not reach the real axis at high frequency: the true intercept is below resistance_low"
        )
    return found
