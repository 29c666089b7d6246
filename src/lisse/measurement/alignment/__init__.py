"""Several records of one cell on one clock and in one frame, and the table of what happened.

`align` does it all; `by_marks` and `by_shape` find clocks, `register` the map between two pictures, `find_events` and
`image_events` what happened in one record, `pair_events` which of it belongs together and how likely that is by chance.
"""

from __future__ import annotations

from lisse.measurement.alignment.align import Alignment, align, on_common_clock
from lisse.measurement.alignment.channel import Channel, channels_of
from lisse.measurement.alignment.clock import Clock, by_marks, by_shape
from lisse.measurement.alignment.events import Event, find_events
from lisse.measurement.alignment.features import changed_size, first_changes, image_events
from lisse.measurement.alignment.pairing import Correlation, Pair, Series, correlate, pair_events, series_of
from lisse.measurement.alignment.registration import Registration, register, resample

__all__ = [
    "Alignment",
    "Channel",
    "Clock",
    "Correlation",
    "Event",
    "Pair",
    "Registration",
    "Series",
    "align",
    "by_marks",
    "by_shape",
    "changed_size",
    "channels_of",
    "correlate",
    "find_events",
    "first_changes",
    "image_events",
    "on_common_clock",
    "pair_events",
    "register",
    "resample",
    "series_of",
]
