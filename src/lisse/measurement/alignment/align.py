"""`align`: several records of one cell on one clock and in one frame, and what happened in all of them as one table."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.measurement.alignment.channel import Channel, channels_of, pairs_to_try
from lisse.measurement.alignment.clock import Clock, by_marks, by_shape
from lisse.measurement.alignment.events import Event, find_events, switches_of
from lisse.measurement.alignment.features import changed_size, image_events
from lisse.measurement.alignment.pairing import (
    Correlation,
    Pair,
    Series,
    corrected_together,
    correlate,
    pair_events,
    series_of,
)
from lisse.measurement.alignment.registration import Registration, register
from lisse.measurement.columns import TIME
from lisse.measurement.virtual.frames import Frames
from lisse.records import Measurement, Record, Solution

__all__ = ["Alignment", "align", "on_common_clock"]

_UNITS = {
    "time": "s", "error": "s", "offset": "s", "middle": "s", "drift": "1", "drift_error": "1", "apart": "s",
    "tolerance": "s", "distance": "s", "place": "m", "shift": "m", "shift_error": "m", "centre": "m", "angle": "rad",
}  # fmt: skip
_SURE = 4.0  # standard errors within which two clocks agree
_OPEN = 1e-3  # error of a drift that tells nothing
_TOLD = ("voltage", "current", "pressure")  # channels whose events are looked for


@dataclass(frozen=True)
class Alignment:
    """Records on one clock and in one frame.

    Attributes
    ----------
    reference : str
        Record whose clock is kept.
    clocks : tuple of Clock
    registrations : mapping of source to Registration
        Of every further picture against the first.
    events : tuple of Event
        On the common clock, in order of time.
    pairs : tuple of Pair
    series : tuple of Series
    correlations : tuple of Correlation
    warnings : tuple of str
    """

    reference: str
    clocks: tuple[Clock, ...]
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    pairs: tuple[Pair, ...] = ()
    series: tuple[Series, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    warnings: tuple[str, ...] = ()

    def clock(self, source: str) -> Clock:
        """That of a record."""
        for one in self.clocks:
            if one.source == source:
                return one
        known = [one.source for one in self.clocks]
        raise InvalidInput("record", source, ", ".join(known), suggest(source, known))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, SI."""
        return {
            "reference": self.reference,
            "clocks": [clock.to_dict() for clock in self.clocks],
            "registrations": {name: dataclasses.asdict(found) for name, found in self.registrations.items()},
            "events": [event.to_dict() for event in self.events],
            "pairs": [pair.to_dict() for pair in self.pairs],
            "series": [one.to_dict() for one in self.series],
            "correlations": [one.to_dict() for one in self.correlations],
            "warnings": list(self.warnings),
            "units": dict(_UNITS),
        }


def align(
    records: Mapping[str, Record],
    on: str | None = None,
    marks: Mapping[str, Sequence[float]] | None = None,
    register_as: str | None = "rigid",
) -> Alignment:
    """Put records of one cell on the clock of the first, and look for events in all of them.

    Parameters
    ----------
    records : mapping of name to Measurement, Solution or Frames
        The first keeps its clock.
    on : str, optional
        ``"time"``: clocks are taken as recorded. A channel (``"voltage"``, ``"current"``, ``"pressure"``): only that
        is compared. By default marks where there are some, else the best channel that two records share.
    marks : mapping of name to own times (s), optional
        The n-th mark of every record is the same moment.
    register_as : str or None
        How further pictures are registered to the first: ``"shift"``, ``"rigid"``, ``"affine"``; ``None`` for not.

    Raises
    ------
    InvalidInput
        Fewer than two records, marks of unknown records, a channel that no two share, clocks that go back.
    """
    if len(records) < 2:
        raise InvalidInput("records", list(records), "two or more of one cell")
    given = _checked_marks(records, marks or {})
    channels = {name: channels_of(record, name) for name, record in records.items()}
    reference, warnings = next(iter(records)), list[str]()
    clocks = [Clock(reference, method="reference", error=0.0, drift_error=0.0)]
    for name in list(records)[1:]:
        clocks.append(_clock(name, reference, channels, given, on, warnings))
    registrations = _registrations(records, register_as, warnings)
    by_name = {clock.source: clock for clock in clocks}
    moved = {name: {key: _moved(one, by_name[name]) for key, one in own.items()} for name, own in channels.items()}
    features = {name: changed_size(record, name) for name, record in records.items() if isinstance(record, Frames)}
    events = _events(records, channels, by_name)
    spans = {name: tuple(by_name[name](np.array(_span(record)))) for name, record in records.items()}
    common = {name: (float(a), float(b)) for name, (a, b) in spans.items()}
    pairs, series = pair_events(events, common), series_of(events, common)
    correlations = _correlations(
        {name: _moved(one, by_name[name]) for name, one in features.items() if one is not None}, moved
    )
    return Alignment(
        reference,
        tuple(clocks),
        registrations,
        tuple(events),
        tuple(pairs),
        tuple(series),
        tuple(correlations),
        tuple(warnings),
    )


def _checked_marks(records: Mapping[str, Record], marks: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    for name in marks:
        if name not in records:
            raise InvalidInput("mark", name, ", ".join(records), suggest(name, records))
    reference = next(iter(records))
    if marks and reference not in marks:
        raise InvalidInput("mark", ", ".join(marks), f"also marks of {reference}, whose clock is kept")
    if marks and len(marks) == 1:
        raise InvalidInput("mark", ", ".join(marks), "marks of at least two records")
    return {name: [float(value) for value in values] for name, values in marks.items()}


def _clock(
    name: str,
    reference: str,
    channels: Mapping[str, Mapping[str, Channel]],
    marks: Mapping[str, Sequence[float]],
    on: str | None,
    warnings: list[str],
) -> Clock:
    if name in marks:
        clock = by_marks(name, marks[reference], marks[name])
        if clock.error is None:
            few = "one mark gives no drift and" if len(marks[name]) == 1 else "two marks give"
            warnings.append(f"{name}: {few} no error of the clock, which is left out of all errors; give three or more")
        return clock
    if on == "time":
        return Clock(name)
    groups = pairs_to_try(channels[reference], channels[name], on)
    if on is not None and not groups:
        have = sorted(set(channels[reference]) & set(channels[name]))
        advice = f"{reference} and {name} share {', '.join(have) or 'none that changes'}"
        raise InvalidInput("--on", on, "time, or a channel that both records have", advice)
    best = next((clock for clock in map(_best, groups) if clock is not None), None)
    if best is None:
        why = "no two channels have the same shape" if groups else "they share no channel that changes"
        advice = _how_to_mark(reference, name)
        warnings.append(f"{name}: its clock is taken as recorded, for {why}; if it is another clock, {advice}")
        return Clock(name)
    if best.ambiguous and best.second is not None:
        places = f"an offset of {best.second[0]:.6g} s fits about as well as {best.offset:.6g} s"
        guess = f"which is only the nearest to its clock as recorded; {_how_to_mark(reference, name)}"
        warnings.append(f"{name}: the record repeats, so that {places}, {guess}")
    return best


def _best(pairs: Sequence[tuple[Channel, Channel]]) -> Clock | None:
    """The clock of the pair that fits best, one with a single place before all others; ``None`` where none fits.

    A channel that repeats may be the sharper one: where the single place decides between its places, it is taken.
    """
    fits = [(by_shape(a, b), a, b) for a, b in pairs]
    found = [(clock, a, b) for clock, a, b in fits if clock is not None and not _by_chance(clock)]
    best = max(
        (fit[0] for fit in found), key=lambda clock: (not clock.ambiguous, clock.correlation or 0.0), default=None
    )
    if best is None or best.ambiguous:
        return best
    sharper = [fit for fit in found if fit[0].ambiguous and (fit[0].error or 0.0) < (best.error or 0.0)]
    for _, one, other in sorted(sharper, key=lambda fit: fit[0].error or 0.0):
        middle = float(other.time.mean())
        clock = by_shape(one, other, near=best(middle) - middle)
        if clock is not None and _decides(best, clock):
            return dataclasses.replace(clock, ambiguous=False)
    return best


def _decides(sure: Clock, repeating: Clock) -> bool:
    """Whether two clocks agree, and the surer one is too exact for the next place of the other."""
    reach = _SURE * math.hypot(sure.error_at(repeating.middle), repeating.error or 0.0)
    apart = abs(sure(repeating.middle) - repeating(repeating.middle))
    return repeating.second is not None and apart <= reach < 0.5 * abs(repeating.second[0] - repeating.offset)


def _how_to_mark(reference: str, name: str) -> str:
    """What a person can do where shapes do not tell the clock."""
    given = f'--mark "{reference}=TIME" --mark "{name}=TIME"'
    return f"give the time of one moment on both clocks ({given}, or marks= in Python)"


def _by_chance(clock: Clock) -> bool:
    """Whether so little of the records overlaps that many places fit, and the drift stays open."""
    return clock.ambiguous and (clock.drift_error or 0.0) > _OPEN


def _moved(channel: Channel, clock: Clock) -> Channel:
    return dataclasses.replace(channel, time=np.asarray(clock(channel.time)))


def _span(record: Record) -> tuple[float, float]:
    if isinstance(record, Frames):
        return float(record.data["exposure_start"].values[0]), float(record.data["exposure_end"].values[-1])
    times = record.data[TIME].values if isinstance(record, Measurement) else record.data["time"].values
    return float(times[0]), float(times[-1])


def _events(
    records: Mapping[str, Record], channels: Mapping[str, Mapping[str, Channel]], clocks: Mapping[str, Clock]
) -> list[Event]:
    """Events of all records on the common clock."""
    found: list[Event] = []
    for name, record in records.items():
        own: list[Event] = []
        if isinstance(record, Frames):
            own = image_events(record, name)
        current = channels[name].get("current")
        for key in _TOLD:
            if key in channels[name]:
                own += find_events(channels[name][key], current)
        clock = clocks[name]
        found += [
            dataclasses.replace(
                event,
                time=float(clock(event.time)),
                error=float(np.hypot(event.error * (1.0 + clock.drift), clock.error_at(event.time))),
            )
            for event in own
        ]
    return sorted(_asked_elsewhere(found, channels, clocks), key=lambda event: event.time)


def _asked_elsewhere(
    events: Sequence[Event], channels: Mapping[str, Mapping[str, Channel]], clocks: Mapping[str, Clock]
) -> list[Event]:
    """Jumps and kinks of a log without a current of its own are no news where the current of another record switches.

    The pressure of a cell turns round with the current. Pictures are left alone: between two frames there is nearly
    always a switch.
    """
    times = [clocks[name](switches_of(own["current"])) for name, own in channels.items() if "current" in own]
    switches = np.concatenate(times) if times else np.zeros((0, 2))
    found = []
    for event in events:
        if event.kind in ("jump", "kink") and "current" not in channels[event.source]:
            reach = 2.0 * event.error
            near = (switches[:, 0] <= event.time + reach) & (switches[:, 1] >= event.time - reach)
            event = dataclasses.replace(event, switch=bool(near.any()))
        found.append(event)
    return found


def _registrations(records: Mapping[str, Record], kind: str | None, warnings: list[str]) -> dict[str, Registration]:
    """Every further picture with two places or more against the first; the first frames are compared."""
    pictures = {
        name: record
        for name, record in records.items()
        if isinstance(record, Frames) and len(record.places) >= 2 and record.picture.ndim == len(record.places) + 1
    }
    if kind is None or len(pictures) < 2:
        return {}
    first, *others = pictures
    found = {}
    for name in others:
        one, other = pictures[first], pictures[name]
        if one.places != other.places:
            warnings.append(f"{name}: not registered, for its axes {other.places} are not {one.places} of {first}")
            continue
        try:
            found[name] = register(
                one.picture.values[0], other.picture.values[0], one.voxel_size, other.voxel_size, kind
            )
        except InvalidInput as error:
            warnings.append(f"{name}: not registered to {first}: {error}")
    return found


def _correlations(features: Mapping[str, Channel], channels: Mapping[str, Mapping[str, Channel]]) -> list[Correlation]:
    found = []
    for source, feature in features.items():
        for name, own in channels.items():
            if name == source:
                continue
            for key in _TOLD:
                one = correlate(feature, own[key]) if key in own else None
                if one is not None:
                    found.append(one)
    return corrected_together(found)


def on_common_clock(record: Record, clock: Clock) -> Record:
    """The record with its times on the common clock; the clock it had is in its inputs.

    Parameters
    ----------
    record : Measurement, Solution or Frames
    clock : Clock
        From `Alignment.clock`.
    """
    inputs = {**record.inputs, "own_clock": clock.to_dict()}
    data = record.data
    if isinstance(record, Measurement):
        moved = data.assign({TIME: data[TIME].copy(data=np.asarray(clock(data[TIME].values)))})
        spectra = tuple(dataclasses.replace(one, time=float(clock(one.time))) for one in record.spectra)
        return dataclasses.replace(record, data=moved, inputs=inputs, spectra=spectra)
    names = [n for n in ("time", "exposure_start", "exposure_end", "spectrum_time") if n in data.variables]
    changed = {name: (data[name].dims, np.asarray(clock(data[name].values)), data[name].attrs) for name in names}
    coords = {name: value for name, value in changed.items() if name in data.coords}
    rest = {name: value for name, value in changed.items() if name not in data.coords}
    more: dict[str, Any] = {}
    if isinstance(record, Solution):
        failed = record.verdict.time
        more["verdict"] = dataclasses.replace(record.verdict, time=None if failed is None else float(clock(failed)))
        more["events"] = tuple({**event, "time": float(clock(event["time"]))} for event in record.events)
    return dataclasses.replace(record, data=data.assign_coords(coords).assign(rest), inputs=inputs, **more)
