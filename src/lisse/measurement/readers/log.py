"""Logs beside a cell that no cycler wrote: pressure, temperature, anything over time, as a table with units.

They have no voltage or current, or only one of the two, so that `lisse.read` does not take them: alone they say
nothing of a cell. `lisse align` puts them on one clock with a record that has both.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lisse import __version__
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, si_column
from lisse.measurement.readers.dialect import text_format
from lisse.measurement.readers.format import open_source
from lisse.measurement.readers.generic import GENERIC_DIALECT, read_with_columns
from lisse.measurement.readers.headings import bare, split_heading
from lisse.records import Measurement

__all__ = ["is_log", "read_log"]

_BOTH = {"Voltage", "Current"}


def _meant(names: Iterable[str]) -> set[tuple[str, bool]]:
    """What the columns are, and whether their unit is one of time."""
    found = set()
    for name, unit in map(split_heading, names):
        of_time = unit is not None and (":" in unit or si_column(name, unit).label.endswith(" / s"))
        found.add((GENERIC_DIALECT.columns.get(bare(name), (name, None))[0], of_time))
    return found


def _wants(names: Sequence[str]) -> bool:
    known = _meant(names)
    return ("Test Time", True) in known and len(known) > 1 and not _BOTH.issubset(name for name, _ in known)


_LOG = text_format(
    dataclasses.replace(
        GENERIC_DIALECT,
        name="log",
        description="a table with a clock and one column more, with their units (.csv, .txt)",
        instrument="log",
        wants=_wants,
        required=(TIME,),
    )
)


def is_log(path: str | os.PathLike[str], columns: Mapping[str, str] | None = None) -> bool:
    """Whether a file lacks voltage or current, by what is said of its columns, or by their names beside a clock.

    Parameters
    ----------
    path : path-like
    columns : mapping of str to str, optional
        As for `read_log`.
    """
    from lisse.measurement.readers import FORMATS

    if columns is not None:
        return not _BOTH.issubset(name for name, _ in _meant(columns.values()))
    source = open_source(path)
    known = next((entry.name for entry in FORMATS if entry.recognise(source)), None)
    return known in (None, "bdf") and _LOG.recognise(source)


def read_log(path: str | os.PathLike[str], columns: Mapping[str, str] | None = None) -> Measurement:
    """Read a log of anything over time.

    Parameters
    ----------
    path : path-like
    columns : mapping of str to str, optional
        As `lisse.read` takes it, with the clock at least: ``{"t": "Test Time / s", "P": "Applied Pressure / bar"}``.

    Returns
    -------
    Measurement
        SI numbers; the clock, and the columns that the file has.

    Raises
    ------
    InvalidInput
        For a file without a clock whose unit is known, and a column that it does not have.
    """
    source = open_source(path)
    with np.errstate(all="ignore"):  # nonsense numbers of a damaged file are found and told of as such
        found = _LOG.parse(source) if columns is None else read_with_columns(source, columns, (TIME,))
    absent = [label for label in (VOLTAGE, CURRENT) if label not in found.inputs["columns"]]
    return dataclasses.replace(found, data=found.data.drop_vars(absent), version=__version__)
