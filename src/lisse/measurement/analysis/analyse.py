"""From a Measurement to a Finding: each step of the analysis, in order."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.measurement.analysis.contact_loss import find_contact_loss
from lisse.measurement.analysis.critical_current import critical_current, stood
from lisse.measurement.analysis.doubts import doubts_of_cell, doubts_of_spectra, doubts_of_trace
from lisse.measurement.analysis.efficiency import coulombic_efficiency, strips_from_foreign_metal
from lisse.measurement.analysis.events import Event, succession
from lisse.measurement.analysis.finding import AREA_SOURCES, FailureEvent, Finding
from lisse.measurement.analysis.resistance import (
    SYMMETRIC_LIMIT,
    half_cycles,
    open_circuit_voltage,
    pair_resistance,
    resistance_trend,
    voltage_against_current,
)
from lisse.measurement.analysis.rises import Rise, rises
from lisse.measurement.analysis.segments import Step, split_steps
from lisse.measurement.analysis.sequence import sequence
from lisse.measurement.analysis.shorts import find_hard_short, find_transients
from lisse.measurement.analysis.soft_short import StepDown, find_soft_short, step_downs
from lisse.measurement.analysis.spectra import SpectrumReading, read_ends, with_circuit
from lisse.measurement.analysis.trace import Trace, trace_of
from lisse.measurement.columns import INSTRUMENT_AREA
from lisse.records import Measurement
from lisse.units import format_quantity

__all__ = ["CELL_KINDS", "analyse"]

CELL_KINDS = ("symmetric", "lithium-copper", "other")
"""What a person may say of a cell: lithium on both sides; lithium plated on a foreign metal; any other."""

_NO_AREA = (
    "the area is not known, so current densities, areal charges and area-specific resistances are not given; "
    "give --area, for example --area '0.785 cm^2' (an area in the file is not used)"
)
_INSTRUMENT_AREA = (
    "the area is 0.001 cm2 (a disc of 0.36 mm), which is what instruments write where nobody entered one: if the "
    "electrode is larger, every number per area is wrong by the ratio of the areas"
)


def analyse(
    measurement: Measurement,
    area: float | None = None,
    area_source: str | None = None,
    rest_current: float | None = None,
    cell: str | None = None,
    fit_spectra: bool = False,
    progress: Callable[[float, str], None] | None = None,
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
    cell : str, optional
        One of `CELL_KINDS`; found from the data when not given.
    fit_spectra : bool
        Whether circuits are fitted to the spectra too, which takes up to a second for each (``lisse analyse`` does).
    progress : callable, optional
        Called with the share of the spectra done and a few words.

    Returns
    -------
    Finding

    Raises
    ------
    InvalidInput
        For an area that is not a positive number, a kind of cell that is not known, a measurement without time, current
        or voltage, or a clock that runs backwards.
    """
    area, source = _area(measurement, area, area_source)
    if rest_current is not None and not (_is_number(rest_current) and rest_current >= 0):
        raise InvalidInput("rest_current", rest_current, "a number of 0 or more, in A", "100 nA is 1e-7")
    if cell is not None and cell not in CELL_KINDS:
        raise InvalidInput("cell", cell, ", ".join(CELL_KINDS), suggest(str(cell), CELL_KINDS))
    trace = trace_of(measurement)
    readings = tuple(read_ends(spectrum) for spectrum in measurement.spectra)
    steps = split_steps(trace, [reading.time for reading in readings], rest_current)
    ocv = open_circuit_voltage(trace, steps)
    plating = _plating_sign(trace, steps, cell)
    against = voltage_against_current(trace, steps)
    at_zero = against is None and (ocv is None or abs(ocv) <= SYMMETRIC_LIMIT)
    symmetric = cell == "symmetric" or (cell is None and not plating and at_zero)
    level = _from_rest(trace, ocv) if symmetric else trace
    downs = step_downs(level, steps) if symmetric else []
    event, climbs = _failure(level, steps, readings, symmetric, downs)
    cycles = half_cycles(trace, steps, symmetric, {event.step: event.record} if event else None)
    sound = cycles[: len(stood(trace, steps, event))]
    critical = critical_current(trace, steps, event)
    transients = find_transients(level, steps, event.record if event else None) if not plating else []
    events = sequence(trace, steps, event, climbs, transients, downs)
    only_spectra = bool(readings) and not any(step.sign for step in steps)
    warnings = [
        *measurement.warnings,
        *doubts_of_cell(ocv, symmetric, plating, against, cell),
        *doubts_of_spectra(readings),
        *([] if only_spectra else doubts_of_trace(trace, steps, event, climbs, transients)),
    ]
    if area is None:
        warnings.append(_NO_AREA)
    elif abs(area - INSTRUMENT_AREA) < 1e-3 * INSTRUMENT_AREA:
        warnings.append(_INSTRUMENT_AREA)
    return Finding(
        files=measurement.files,
        instrument=measurement.instrument,
        duration=trace.duration,
        area=area,
        area_source=source,
        verdict=_verdict(event, critical.cumulative_charge, len(cycles), critical.critical),
        half_cycles=cycles,
        spectra=_with_circuits(readings, measurement, area, progress) if fit_spectra else readings,
        critical=critical,
        resistance=pair_resistance(sound) if symmetric else None,
        resistance_trend=resistance_trend(sound),
        open_circuit_voltage=ocv,
        events=events,
        efficiencies=coulombic_efficiency(trace, steps[: event.step] if event else steps, plating) if plating else (),
        warnings=tuple(warnings),
    )


def _with_circuits(
    readings: Sequence[SpectrumReading],
    measurement: Measurement,
    area: float | None,
    progress: Callable[[float, str], None] | None,
) -> tuple[SpectrumReading, ...]:
    found = []
    for number, (reading, spectrum) in enumerate(zip(readings, measurement.spectra, strict=True), start=1):
        found.append(with_circuit(reading, spectrum, area))
        if progress is not None:
            progress(number / len(readings), f"spectrum {number} of {len(readings)}")
    return tuple(found)


def _area(measurement: Measurement, area: float | None, source: str | None) -> tuple[float | None, str | None]:
    chosen = measurement.area if area is None else area
    if source is not None and source not in AREA_SOURCES:
        raise InvalidInput("area_source", source, ", ".join(AREA_SOURCES))
    if chosen is None:
        return None, None
    if not (_is_number(chosen) and chosen > 0):
        raise InvalidInput("area", chosen, "a number above 0, in m2", "0.785 cm2 is 0.785e-4 m2")
    return float(chosen), source or "given"


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return math.isfinite(value)


def _from_rest(trace: Trace, ocv: float | None) -> Trace:
    """The trace with its voltage counted from the voltage at rest."""
    return dataclasses.replace(trace, voltage=trace.voltage - ocv) if ocv else trace


def _plating_sign(trace: Trace, steps: Sequence[Step], cell: str | None) -> int:
    """Sign of the current that plates a foreign metal; 0 where the cell is another."""
    if cell in ("symmetric", "other"):
        return 0
    found = strips_from_foreign_metal(trace, steps)
    if cell == "lithium-copper" and not found:
        return next((step.sign for step in steps if step.passes), 0)
    return found


def _failure(
    trace: Trace, steps: Sequence[Step], readings: Sequence[SpectrumReading], symmetric: bool, downs: Sequence[StepDown]
) -> tuple[Event | None, list[Rise]]:
    """The failure that the verdict is about, and every rise of the voltage.

    A hard short outranks everything before it, and a soft short a loss of contact before it that was below three times
    the early voltage: cells lose contact first and short after. Else the earlier of the two counts. What was lost
    before a short is told in its evidence. In a cell that is not symmetric only a hard short can be told.
    """
    hard = find_hard_short(trace, steps)
    climbs = rises(trace, steps, hard, readings) if symmetric else []
    if hard is not None or not symmetric:
        return (_after_loss(trace, steps, hard, climbs) if hard is not None else None), climbs
    soft = find_soft_short(trace, steps, readings, downs)
    lost = find_contact_loss(trace, steps, climbs, only_large=soft is not None)
    first = min((event for event in (soft, lost) if event), key=lambda event: event.record, default=None)
    return first, rises(trace, steps, first, readings) if first is soft and soft is not None else climbs


def _after_loss(trace: Trace, steps: Sequence[Step], short: Event, climbs: Sequence[Rise]) -> Event:
    """The short, and the failure by loss of contact or depletion that came before it, if one did."""
    lost = find_contact_loss(trace, steps, climbs)
    if lost is None or lost.record >= short.record:
        return short
    before = f"before it, at {format_quantity('time', lost.time, 4)}, {lost.mode.replace('-', ' ')}"
    return dataclasses.replace(short, evidence=(*short.evidence, f"{before}: {lost.evidence[0]}"))


def _verdict(event: Event | None, charge: float, cycles: int, current: float | None) -> FailureEvent:
    if event is None:
        return FailureEvent(confidence=succession(cycles, cycles) if cycles else 0.0)
    return FailureEvent(event.mode, event.time, event.resolution, current, charge, event.confidence, event.evidence)
