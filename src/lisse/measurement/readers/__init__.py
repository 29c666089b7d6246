"""Files of instruments, read into one kind of record.

A reader is one file with one small declaration (`Format`); it joins by being put into `FORMATS`, and the contract
suite then runs over it. What the numbers mean is the business of ``analysis``.
"""

from __future__ import annotations

import dataclasses
import os

from lisse import __version__
from lisse.errors import InvalidInput, suggest
from lisse.measurement.readers.bdf import BDF
from lisse.measurement.readers.biologic import BIOLOGIC
from lisse.measurement.readers.format import Format, Source, open_source
from lisse.measurement.readers.join import join
from lisse.records import Measurement

__all__ = ["FORMATS", "Format", "Source", "join", "read"]

FORMATS: tuple[Format, ...] = (BIOLOGIC, BDF)
"""Every format that can be read, the most specific first."""

_HEAD = 8192


def read(path: str | os.PathLike[str], format: str | None = None) -> Measurement:
    """Read one file of an instrument.

    Parameters
    ----------
    path : path-like
        The file.
    format : str, optional
        Name of a format; by default it is recognised from the content, whatever the file is called.

    Returns
    -------
    Measurement
        SI numbers; no area, whatever the file claims.

    Raises
    ------
    InvalidInput
        For a file that is missing, empty, binary, cut off or of no known format; it names the file and the line.
    """
    names = ", ".join(entry.name for entry in FORMATS)
    if format is not None and format not in {entry.name for entry in FORMATS}:
        raise InvalidInput("format", format, names, suggest(str(format), [entry.name for entry in FORMATS]))
    source = open_source(path)
    head = source.content[:_HEAD].decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip()
    for entry in FORMATS:
        if entry.name == format or (format is None and entry.recognise(head)):
            return dataclasses.replace(entry.parse(source), version=__version__)
    known = "; ".join(f"{entry.name}: {entry.description}" for entry in FORMATS)
    first = head.splitlines()[0][:60] if head else ""
    raise source.error("format", first, known, "Export the data in one of these formats, or add a reader", 1)
