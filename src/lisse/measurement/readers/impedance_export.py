"""A Measurement as one table of text, spectra and direct current in the order of their time.

The columns are those of the Battery Data Format, and behind them the frequency and both parts of the impedance, with
0 Hz in a row of direct current. `lisse.read` gives the same numbers back.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.measurement.readers.impedance_record import SWEEP
from lisse.records import Measurement, write_atomically

__all__ = ["write_impedance_csv"]

_IMPEDANCE = (SWEEP, "Frequency / Hz", "Re(Z) / ohm", "Im(Z) / ohm")


def write_impedance_csv(measurement: Measurement, path: str | os.PathLike[str]) -> Path:
    """Write a measurement with its spectra as csv.

    Parameters
    ----------
    measurement : Measurement
        SI numbers. Of a spectrum the time of its first point is known and stands in all its rows. Points that are not
        a number are written and left out again, with a warning, when they are read.
    path : path-like
        Replaced when it is there.

    Returns
    -------
    Path
    """
    labels = [TIME, CURRENT, VOLTAGE]
    labels += [str(name) for name in measurement.data.variables if name not in labels]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(label if " / " in label else f"{label} / 1" for label in labels), *_IMPEDANCE])
    writer.writerows(_rows(measurement, labels))
    target = Path(path)
    write_atomically(target, text.getvalue())
    return target


def _rows(measurement: Measurement, labels: list[str]) -> Iterator[list[str]]:
    """Rows of direct current up to the time of each spectrum, then its points."""
    columns = [measurement[label].values for label in labels]
    done, count = 0, len(columns[0])
    for number, spectrum in enumerate(measurement.spectra, start=1):
        later = np.flatnonzero(columns[0][done:] > spectrum.time)
        end = done + int(later[0]) if later.size else count
        yield from _direct(columns, done, end)
        done = end
        blank = [""] * (len(labels) - 1)
        for frequency, impedance in zip(spectrum.frequency, spectrum.impedance, strict=True):
            point = [_text(value) for value in (number, frequency, impedance.real, impedance.imag)]
            yield [_text(spectrum.time), *blank, *point]
    yield from _direct(columns, done, count)


def _direct(columns: list[np.ndarray], start: int, end: int) -> Iterator[list[str]]:
    for row in range(start, end):
        yield [*(_text(column[row]) for column in columns), "0", "0", "0", "0"]


def _text(value: object) -> str:
    """As many digits as it takes to get the same number back."""
    return str(value) if isinstance(value, (str, int)) else repr(float(value))  # type: ignore[arg-type]
