"""Files of instruments, read into one kind of record.

A reader is one file with one small declaration (`Format`); it joins by being put into `FORMATS`, and the contract
suite then runs over it. What the numbers mean is the business of ``analysis``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping

import numpy as np

from lisse import __version__
from lisse.errors import InvalidInput, suggest
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE
from lisse.measurement.readers.arbin import ARBIN
from lisse.measurement.readers.arbin_database import ARBIN_DATABASE
from lisse.measurement.readers.arbin_hdf5 import ARBIN_HDF5
from lisse.measurement.readers.autolab import AUTOLAB
from lisse.measurement.readers.bdf import BDF
from lisse.measurement.readers.biologic import BIOLOGIC
from lisse.measurement.readers.biologic_binary import BIOLOGIC_BINARY
from lisse.measurement.readers.chinstruments import CHINSTRUMENTS
from lisse.measurement.readers.containers import PARQUET, WORKBOOK
from lisse.measurement.readers.format import Format, Source, open_source
from lisse.measurement.readers.gamry import GAMRY
from lisse.measurement.readers.generic import GENERIC, read_with_columns
from lisse.measurement.readers.headings import EXAMPLE, column_advice
from lisse.measurement.readers.impedance_table import IMPEDANCE_TABLE
from lisse.measurement.readers.join import join
from lisse.measurement.readers.maccor import MACCOR
from lisse.measurement.readers.neware import NEWARE, NEWARE_LAYERED
from lisse.measurement.readers.neware_binary import NEWARE_BINARY
from lisse.measurement.readers.parstat import PARSTAT
from lisse.measurement.readers.pec import PEC
from lisse.measurement.readers.powersuite import POWERSUITE
from lisse.measurement.readers.versastudio import VERSASTUDIO
from lisse.measurement.readers.zview import ZVIEW
from lisse.records import Measurement

__all__ = ["FORMATS", "Format", "Source", "join", "open_source", "read"]

_IMPEDANCE = (GAMRY, ZVIEW, AUTOLAB, VERSASTUDIO, CHINSTRUMENTS, PARSTAT, POWERSUITE, IMPEDANCE_TABLE)
_BINARY = (BIOLOGIC_BINARY, NEWARE_BINARY, ARBIN_DATABASE, ARBIN_HDF5, WORKBOOK, PARQUET)
_CYCLERS = (BDF, NEWARE_LAYERED, NEWARE, ARBIN, MACCOR, PEC)

FORMATS: tuple[Format, ...] = (*_BINARY, BIOLOGIC, *_IMPEDANCE, *_CYCLERS, GENERIC)
"""Every format that can be read, the most specific first."""


def read(
    path: str | os.PathLike[str], format: str | None = None, columns: Mapping[str, str] | None = None
) -> Measurement:
    """Read one file of an instrument.

    Parameters
    ----------
    path : path-like
        The file.
    format : str, optional
        Name of a format; by default it is recognised from the content, whatever the file is called.
    columns : mapping of str to str, optional
        For a table that no format knows: from a column's name in the file to what it is and the unit of its numbers
        there, as in ``{"t": "Test Time / h", "E": "Voltage / V", "I": "Current / mA"}``.

    Returns
    -------
    Measurement
        SI numbers; no area, whatever the file claims.

    Raises
    ------
    InvalidInput
        For a file that is missing, empty, damaged or of no known format; it names the file and the line.
    MissingExtra
        For a format that needs an optional package that is not installed.
    """
    names = ", ".join(entry.name for entry in FORMATS)
    if format is not None and format not in {entry.name for entry in FORMATS}:
        raise InvalidInput("format", format, names, suggest(str(format), [entry.name for entry in FORMATS]))
    if columns is not None and format is not None:
        raise InvalidInput("format", format, "either a format or columns", "With columns the file is read as a table")
    source = open_source(path)
    if columns is not None:
        with np.errstate(all="ignore"):
            return _sound(source, read_with_columns(source, columns))
    for entry in FORMATS:
        if entry.name == format or (format is None and entry.recognise(source)):
            with np.errstate(all="ignore"):  # nonsense numbers of a damaged file are found and told of as such
                return _sound(source, entry.parse(source))
    raise _unknown(source)


def _sound(source: Source, measurement: Measurement) -> Measurement:
    """The record with the version in it, if it is what every reader promises.

    Raises
    ------
    InvalidInput
        When there is no record at all, the clock steps back, or a voltage or current is infinite: a damaged file.
    """
    advice = "The file seems to be damaged; export it again"
    time = measurement[TIME].values
    if not time.size and not measurement.spectra:
        raise source.error("records", "none", "at least one record or spectrum", advice)
    back = np.flatnonzero(~(np.diff(time) >= 0))
    if back.size or not np.isfinite(time).all():
        got = f"{time[back[0] + 1]:.6g} s after {time[back[0]]:.6g} s" if back.size else "a time that is no number"
        raise source.error("time", got, "times that do not decrease", advice)
    for label in (VOLTAGE, CURRENT):
        if np.isinf(measurement[label].values).any():
            raise source.error(label.split(" / ")[0], "an infinite number", "a number that can be measured", advice)
    return dataclasses.replace(measurement, version=__version__)


def _unknown(source: Source) -> InvalidInput:
    """The complaint about a file that no reader takes."""
    known = ", ".join(entry.name for entry in FORMATS)
    if source.is_binary:
        advice = "It may be damaged, or of another program: export it as text or csv from the instrument's program"
        return InvalidInput(source.path, "a binary file of an unknown kind", known, advice)
    first = source.head.splitlines()[0][:60] if source.head else ""
    advice = f"Say what the columns are, if it is a table: {column_advice(EXAMPLE)}"
    return source.error("format", first, known, advice, 1)
