"""Channels: one quantity of one record over its own clock, and what follows from it (charge, rate).

A Measurement gives its columns, a Solution its traces, Frames how much of the picture has changed. What the numbers
mean is for others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.measurement.analysis.trace import TO_SIGMA
from lisse.measurement.columns import CURRENT, PRESSURE, TIME, VOLTAGE
from lisse.measurement.virtual.frames import Frames
from lisse.records import Measurement, Record, Solution

__all__ = ["Channel", "channels_of", "charge", "noise", "pairs_to_try", "rate"]

Floats = NDArray[np.float64]

_COLUMNS = {"voltage": VOLTAGE, "current": CURRENT, "pressure": PRESSURE}
_TRACES = {"voltage": "voltage", "current": "current_density", "pressure": "stack_pressure"}


@dataclass(frozen=True, eq=False)
class Channel:
    """One quantity over time.

    Attributes
    ----------
    source : str
        Name of the record.
    name : str
        ``"voltage"``, ``"current"``, ``"pressure"``, or the column of the record.
    time : (n,) array, s
        Not falling; two readings at one time mark a switch.
    value : (n,) array
    unit : str
    """

    source: str
    name: str
    time: Floats
    value: Floats
    unit: str

    def at(self, time: Floats) -> Floats:
        """The value at other times, linear between readings."""
        return np.asarray(np.interp(time, self.time, self.value))

    @property
    def spacing(self) -> float:
        """s. Median time between readings."""
        steps = np.diff(self.time)
        return float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0


def channels_of(record: Record, source: str) -> dict[str, Channel]:
    """The channels of a record by name.

    Raises
    ------
    InvalidInput
        When its clock goes backwards, or it is a record of another kind.
    """
    if isinstance(record, Measurement):
        time = record.data[TIME].values if TIME in record.data else None
        found = _columns(record, source)
    elif isinstance(record, Solution):
        time, found = record["time"].values, _traces(record, source)
    elif isinstance(record, Frames):
        time, found = record.data["time"].values, {}
    else:
        raise InvalidInput(source, record.kind, "a measurement, a solution or frames")
    if time is None:
        raise InvalidInput(source, None, f"a record with the column {TIME!r}")
    clock = np.asarray(time, dtype=float)
    if clock.size == 0:
        only_spectra = isinstance(record, Measurement) and bool(record.spectra)
        advice = "Impedance alone has no course in time that could be aligned" if only_spectra else ""
        raise InvalidInput(source, "no readings", "a record with readings over time", advice)
    if not np.isfinite(clock).all():
        raise InvalidInput(source, "a clock without numbers", "finite times")
    if np.any(np.diff(clock) < 0):
        raise InvalidInput(source, "times that go back", "times that do not fall", "Cut the record into its parts")
    return found


def _columns(record: Measurement, source: str) -> dict[str, Channel]:
    time = np.asarray(record.data[TIME].values, dtype=float)
    names = {label: name for name, label in _COLUMNS.items()}
    found: dict[str, Channel] = {}
    for label, variable in record.data.data_vars.items():
        unit = str(variable.attrs.get("units", "1"))
        if variable.dtype.kind != "f" or variable.dims != ("record",) or _is_bookkeeping(variable.values, unit):
            continue
        name = names.get(str(label), str(label).rpartition(" / ")[0] or str(label))
        _add(found, source, name, time, variable.values, unit)
    return found


def _is_bookkeeping(values: Floats, unit: str) -> bool:
    """Whether a column is a clock, or a counter or flag of the instrument: it tells nothing of the cell."""
    return unit == "s" or (unit == "1" and bool(np.all(np.isnan(values) | (values == np.round(values)))))


def _traces(record: Solution, source: str) -> dict[str, Channel]:
    time = np.asarray(record["time"].values, dtype=float)
    found: dict[str, Channel] = {}
    for name, trace in _TRACES.items():
        if trace in record:
            _add(found, source, name, time, record[trace].values, str(record[trace].attrs["units"]))
    return found


def _add(found: dict[str, Channel], source: str, name: str, time: Floats, values: Any, unit: str) -> None:
    value = np.asarray(values, dtype=float)
    there = np.isfinite(value) & np.isfinite(time)
    if there.sum() >= 3 and np.ptp(value[there]) > 0.0:  # a constant says nothing of time
        found[name] = Channel(source, name, time[there], value[there], unit)


def noise(values: Floats) -> float:
    """Standard deviation of white noise, from second differences, in which slopes and slow bends drop out."""
    return TO_SIGMA * float(np.median(np.abs(np.diff(values, 2)))) / math.sqrt(6.0)


def charge(current: Channel) -> Channel:
    """Charge passed, from the current by trapezoids."""
    steps = 0.5 * (current.value[1:] + current.value[:-1]) * np.diff(current.time)
    unit = "C" if current.unit == "A" else f"{current.unit} s"
    return Channel(current.source, "charge", current.time, np.append(0.0, np.cumsum(steps)), unit)


def rate(channel: Channel, spacing: float) -> Channel:
    """Size of the change per time on an even grid: where anything happens, whatever its sign."""
    start, end = float(channel.time[0]), float(channel.time[-1])
    grid = np.arange(start, end + 0.5 * spacing, spacing)
    slope = np.abs(np.gradient(channel.at(grid), spacing)) if len(grid) > 2 else np.zeros(len(grid))
    return Channel(channel.source, f"rate of {channel.name}", grid, slope, f"{channel.unit}/s")


def pairs_to_try(
    reference: Mapping[str, Channel], moving: Mapping[str, Channel], on: str | None
) -> list[list[tuple[Channel, Channel]]]:
    """Groups of pairs of channels that may share their shape, the surest first; no group is empty.

    The same quantity, then what follows from the current (pressure from the charge passed, voltage from the current),
    and where there is neither, the rates at which any two channels change.
    """
    if on is not None:
        return [[(reference[on], moving[on])]] if on in reference and on in moving else []
    shared = set(reference) & set(moving)
    same = [(reference[name], moving[name]) for name in sorted(shared, key=lambda name: (name not in _COLUMNS, name))]
    follows = []
    for one, other in ((reference, moving), (moving, reference)):
        for name, cause in (("pressure", charge), ("voltage", _itself)):
            if "current" in one and name in other:
                pair = (cause(one["current"]), other[name])
                follows.append(pair if one is reference else pair[::-1])
    if same or follows:
        return [group for group in (same, follows) if group]
    steps = [(one, other, max(one.spacing, other.spacing)) for one in reference.values() for other in moving.values()]
    rates = [(rate(one, step), rate(other, step)) for one, other, step in steps]
    return [rates] if rates else []


def _itself(channel: Channel) -> Channel:
    return channel
