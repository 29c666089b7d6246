"""From the columns of a file to a Measurement: units, clock, faults and the order of the columns, for every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.measurement.readers.format import Source
from lisse.measurement.readers.repair import mend_clock, mend_readings, restart_by_dates
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement, Spectrum

__all__ = ["Channels", "measurement_of"]


@dataclass
class Channels:
    """What has been read of a file so far: columns in SI under their labels, and what was said about them.

    Attributes
    ----------
    rows : Rows
    columns : dict of label to (n,) array
    origin : dict of label to str
        What the file calls each column.
    warnings : list of str
    """

    rows: Rows
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, label: str, name: str, values: np.ndarray) -> None:
        """Take a column; a label that is taken already gets the file's name for it in brackets."""
        if label in self.columns:
            head, slash, unit = label.rpartition(" / ")
            label = f"{head} ({name}) / {unit}" if slash else f"{label} ({name})"
        self.columns[label], self.origin[label] = values, name


def measurement_of(
    source: Source,
    format: str,
    channels: Channels,
    instrument: str = "",
    inputs: Mapping[str, Any] | None = None,
    voltage_range: tuple[float, float] | None = None,
    split: Callable[[dict[str, np.ndarray]], tuple[np.ndarray, Sequence[Spectrum]]] | None = None,
) -> Measurement:
    """The record of a file.

    Parameters
    ----------
    source : Source
    format : str
        Name of the format.
    channels : Channels
        With the clock; voltage and current may be absent only where `split` leaves no record.
    instrument : str
    inputs : mapping
        What else the file says.
    voltage_range : tuple of float, optional
        V. What the instrument can measure.
    split : function of the columns, optional
        Which records (in order of time) are of direct current, and the spectra made of the others; the columns
        that only a spectrum has are taken out of the mapping.
    """
    name, columns, warnings = channels.origin.get(TIME, TIME), dict(channels.columns), list(channels.warnings)
    restart_by_dates(columns, channels.rows, name, warnings)
    clock = mend_clock(source, columns, channels.rows, name)
    columns = {label: values[clock.order] for label, values in columns.items()}
    columns[TIME] = clock.time
    rows = channels.rows.take(clock.order)
    spectra: tuple[Spectrum, ...] = ()
    warnings += clock.warnings
    away = None
    if split is not None:
        direct, found = split(columns)
        spectra, away = tuple(found), columns[TIME][~direct]
        if not direct.all():
            columns = {label: values[direct] for label, values in columns.items()}
            rows = rows.take(np.flatnonzero(direct))
    _drop_empty(columns, channels.origin, warnings)
    mend_readings(columns, rows, channels.origin, warnings, voltage_range, away)
    first = (TIME, CURRENT, VOLTAGE)
    for label in first:
        columns.setdefault(label, np.zeros(len(rows)))
    ordered = {label: columns[label] for label in (*first, *(key for key in columns if key not in first))}
    origin = {label: channels.origin[label] for label in ordered if label in channels.origin}
    return Measurement(
        data=bdf_dataset(ordered),
        inputs={"format": format, **(inputs or {}), "columns": origin},
        warnings=tuple(warnings),
        files=(source.path,),
        instrument=instrument or format,
        spectra=spectra,
    )


def _drop_empty(columns: dict[str, np.ndarray], origin: Mapping[str, str], warnings: list[str]) -> None:
    """Leave out columns without a single number or word."""
    empty = []
    for label, values in columns.items():
        if label in (TIME, CURRENT, VOLTAGE) or not values.size:
            continue
        if values.dtype.kind == "f":
            blank = bool(np.isnan(values[0]) and np.isnan(values).all())
        else:
            blank = not values[0] and not (values != "").any()
        if blank:
            empty.append(label)
    for label in empty:
        del columns[label]
    if empty:
        warnings.append(f"columns without any entry were left out: {', '.join(origin.get(key, key) for key in empty)}")
