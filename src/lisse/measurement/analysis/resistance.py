"""What a half-cycle says of the cell's resistance: plateau voltage, its trend, and voltage over current.

The plateau voltage is the median over the last three quarters of the half-cycle (before a failure, when one falls into
it, and before a taper), because the beginning is the charging of the interfaces. The resistance is the plateau voltage
over the current, as the field quotes it. The open-circuit voltage of the nearest rest is given beside it, and so is the
resistance with it taken off; over the whole test a constant offset drops out when neighbouring half-cycles of opposite
sign are subtracted (`pair_resistance`). All numbers here belong to the cell as it is: ohm and coulomb, no area.
"""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.polarisation import Shape, asymmetry, shape_of
from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace, median, median_error

__all__ = [
    "SYMMETRIC_LIMIT",
    "HalfCycle",
    "Slope",
    "half_cycles",
    "open_circuit_voltage",
    "pair_resistance",
    "resistance_trend",
    "slope",
    "voltage_against_current",
]

SYMMETRIC_LIMIT = 0.1
"""V. A cell that rests further from zero than this is not symmetric, and voltage over current is not a resistance."""

_LAST_PART = 0.75
_LEAST_SHARE, _LEAST_VOLTAGE = 0.25, 1e-3
"""Share of the charge that is passed against the voltage, and V: less is the offset of an instrument."""


@dataclass(frozen=True)
class Slope:
    """A straight line through data: slope and its standard error (residuals taken as independent)."""

    value: float
    error: float


@dataclass(frozen=True)
class HalfCycle:
    """One half-cycle in the units of the cell.

    Attributes
    ----------
    start, end : float, s
    sign : int
    current : float, A
        Median, with its sign.
    charge : float, C
        With the sign of the current.
    plateau_voltage : float, V
        Median over the last three quarters.
    plateau_error : float or None, V
        Standard error of that median.
    rest_voltage : float or None, V
        Median over the last three quarters of the rest in front of it, else behind it; ``None`` when there is neither.
    resistance : float or None, ohm
        Plateau voltage over current; ``None`` in a cell that is not symmetric.
    resistance_offset_corrected : float or None, ohm
        The same with `rest_voltage` taken off first; ``None`` without a rest, too.
    trend : Slope or None, V/s
        Slope of the voltage magnitude over the last three quarters.
    records : int
    control : str
        ``"current"``, ``"voltage"``, or ``"current, then voltage"``.
    shape : Shape or None
        Of the polarisation, see ``polarisation.py``.
    asymmetry : float or None, 1
        Of this plateau and the one of the half-cycle before, where that had the opposite sign and the same current
        (within 10 %): positive where the voltage at positive current is larger. Rest voltages are taken off.
    """

    start: float
    end: float
    sign: int
    current: float
    charge: float
    plateau_voltage: float
    plateau_error: float | None
    rest_voltage: float | None
    resistance: float | None
    resistance_offset_corrected: float | None
    trend: Slope | None
    records: int
    control: str = "current"
    shape: Shape | None = None
    asymmetry: float | None = None


def half_cycles(
    trace: Trace, steps: Sequence[Step], symmetric: bool = True, until: dict[int, int] | None = None
) -> tuple[HalfCycle, ...]:
    """The half-cycles of a test; a step of a single record has no duration and is left out.

    Parameters
    ----------
    trace : Trace
    steps : sequence of Step
    symmetric : bool
        Whether zero current means zero voltage.
    until : mapping of int to int, optional
        For the number of a step, the record at which the cell failed: its plateau is read before it.
    """
    stops = until or {}
    rests = [(number, _late_median(trace, step)) for number, step in enumerate(steps) if step.sign == 0]
    found = [
        _half_cycle(trace, step, number, rests, symmetric, stops.get(number, step.stop))
        for number, step in enumerate(steps)
        if step.passes
    ]
    if not symmetric:
        return tuple(found)
    return tuple(
        dataclasses.replace(cycle, asymmetry=_asymmetry(before, cycle) if before else None)
        for before, cycle in zip([None, *found], found, strict=False)
    )


def open_circuit_voltage(trace: Trace, steps: Sequence[Step]) -> float | None:
    """Voltage of the cell without current, V; ``None`` when the record does not tell.

    The median of its rests; without any, the middle between the plateaus of opposite currents, but only where both lie
    on one side of zero and further from it than a symmetric cell could (a shorted half-cycle would mislead otherwise).
    """
    rests = [_late_median(trace, step) for step in steps if step.sign == 0]
    if rests:
        return median(rests)
    sides = [[_late_median(trace, step) for step in steps if step.sign == sign] for sign in (1, -1)]
    if not sides[0] or not sides[1]:
        return None
    plus, minus = median(sides[0]), median(sides[1])
    one_sided = plus * minus > 0 and min(abs(plus), abs(minus)) > SYMMETRIC_LIMIT
    return 0.5 * (plus + minus) if one_sided else None


def voltage_against_current(trace: Trace, steps: Sequence[Step]) -> tuple[str, float] | None:
    """What a voltage against the current says, and that voltage (V); ``None`` where voltage and current agree.

    A symmetric cell only takes energy up. ``"own voltage"``: a quarter of the charge or more flowed at plateaus against
    it by more than a symmetric cell rests from zero, and those of the other direction have the same sign: the cell
    gives current. ``"turned"``: the plateaus of both directions lie against the current: one of the two has the sign of
    the other lead.
    """
    flowing = [(abs(step.charge), step.sign, step.sign * _late_median(trace, step)) for step in steps if step.passes]
    sides = [[along for _, sign, along in flowing if sign == way] for way in (1, -1)]
    if all(sides) and all(median(side) < -_LEAST_VOLTAGE for side in sides):
        return "turned", median([along for side in sides for along in side])
    against = [(charge, along) for charge, _, along in flowing if along < -SYMMETRIC_LIMIT]
    if not against or sum(charge for charge, _ in against) < _LEAST_SHARE * sum(charge for charge, _, _ in flowing):
        return None
    return "own voltage", median([-along for _, along in against])


def pair_resistance(cycles: Sequence[HalfCycle]) -> float | None:
    """Median of ``(V1 - V2)/(I1 - I2)`` over neighbouring half-cycles of opposite sign, ohm; offsets drop out."""
    pairs = [
        (one.plateau_voltage - two.plateau_voltage) / (one.current - two.current)
        for one, two in zip(cycles[:-1], cycles[1:], strict=True)
        if one.sign * two.sign < 0
    ]
    return median(pairs) if pairs else None


def resistance_trend(cycles: Sequence[HalfCycle]) -> Slope | None:
    """Slope of the half-cycles' resistance over time, ohm/s; ``None`` for fewer than three."""
    known = [(0.5 * (cycle.start + cycle.end), cycle.resistance) for cycle in cycles if cycle.resistance is not None]
    return slope(np.array([t for t, _ in known]), np.array([r for _, r in known]))


def slope(x: np.ndarray, y: np.ndarray) -> Slope | None:
    """Least-squares slope and its standard error; ``None`` for fewer than three points or no spread in `x`."""
    dx = x - x.mean() if x.size else x
    spread = float(dx @ dx)
    if x.size < 3 or spread == 0.0:
        return None
    value = float(dx @ (y - y.mean())) / spread
    residual = y - y.mean() - value * dx
    return Slope(value, math.sqrt(float(residual @ residual) / (x.size - 2) / spread))


def _asymmetry(one: HalfCycle, two: HalfCycle) -> float | None:
    if one.sign == two.sign or not 0.9 < abs(one.current / two.current) < 1.1:
        return None
    rest = two.rest_voltage or 0.0
    sizes = {cycle.sign: cycle.sign * (cycle.plateau_voltage - rest) for cycle in (one, two)}
    return asymmetry(sizes[1], sizes[-1])


def _half_cycle(
    trace: Trace, step: Step, number: int, rests: Sequence[tuple[int, float]], symmetric: bool, stop: int
) -> HalfCycle:
    stop = min(stop, step.taper) if step.taper > step.first else stop
    stop = stop if stop > step.first else step.stop
    chosen = _late_part(trace, step.first, stop)
    voltage = trace.voltage[chosen]
    plateau = median(voltage)
    error = median_error(voltage)
    rest = _nearest_rest(rests, number)
    return HalfCycle(
        start=step.start,
        end=step.end,
        sign=step.sign,
        current=step.current,
        charge=step.charge,
        plateau_voltage=plateau,
        plateau_error=error if math.isfinite(error) else None,
        rest_voltage=rest,
        resistance=plateau / step.current if symmetric else None,
        resistance_offset_corrected=(plateau - rest) / step.current if symmetric and rest is not None else None,
        trend=slope(trace.time[chosen], step.sign * voltage),
        records=step.stop - step.first,
        control=step.control,
        shape=shape_of(trace.time[step.first : stop], step.sign * trace.voltage[step.first : stop])
        if step.control != "voltage"
        else None,
    )


def _nearest_rest(rests: Sequence[tuple[int, float]], number: int) -> float | None:
    """Voltage of the last rest before a step, else of the first behind it, V."""
    if not rests:
        return None
    place = bisect.bisect(rests, (number, -math.inf))
    return rests[max(place - 1, 0)][1]


def _late_part(trace: Trace, first: int, stop: int) -> slice:
    """Records of the last three quarters of the time, and never fewer than the last three (or all)."""
    time = trace.time[first:stop]
    begin_time = time[-1] - _LAST_PART * (time[-1] - time[0])
    begin = first + int(np.searchsorted(time, begin_time))
    return slice(max(first, min(begin, stop - 3)), stop)


def _late_median(trace: Trace, step: Step) -> float:
    return median(trace.voltage[_late_part(trace, step.first, step.stop)])
