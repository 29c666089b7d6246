"""Arbin tests as HDF5 (``.h5``): the copy of Arbin's SQL tables that pandas writes, as cellpy uses it.

Read with h5py alone. The lists of column names are pickles; they are taken apart as text and never loaded, because
loading a pickle runs whatever it says.
"""

from __future__ import annotations

import io
import re

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.arbin import ARBIN_DIALECT
from lisse.measurement.readers.delimited import Table
from lisse.measurement.readers.dialect import measurement_from
from lisse.measurement.readers.foreign import foreign_reader
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement

__all__ = ["ARBIN_HDF5", "parse_arbin_hdf5"]

_MAGIC, _GROUP = b"\x89HDF\r\n\x1a\n", b"data_df"
_NAME = re.compile(rb"[VX]([A-Za-z][^\n]*)\n")
_ADVICE = "Write the file again, or export csv"


def parse_arbin_hdf5(source: Source) -> Measurement:
    """Turn the HDF5 copy of Arbin's tables into a Measurement."""
    import h5py

    notes: list[str] = []
    columns: dict[str, np.ndarray] = {}
    with foreign_reader(source, "h5py", notes, _ADVICE), h5py.File(io.BytesIO(source.content), "r") as file:
        table = file["data_df/table"]
        blocks, attributes = table[()], dict(table.attrs)
        for block in (name for name in blocks.dtype.names or () if name.startswith("values")):
            kind = attributes.get(f"{block}_kind")
            values = np.atleast_2d(blocks[block].T)
            if kind is None or values.dtype.kind not in "iuf":
                continue
            names = [name.decode("utf-8", "replace") for name in _NAME.findall(bytes(kind))]
            if len(names) != len(values):
                raise InvalidInput(source.path, f"{len(names)} names", f"{len(values)} names of columns", _ADVICE)
            columns.update(zip(names, np.array(values, dtype=float), strict=True))
    if not columns:
        raise InvalidInput(source.path, "no numbers", "a table data_df with columns of numbers", _ADVICE)
    dates = columns.pop("Date_Time", None)
    if dates is not None:
        columns["Unix Time / s"] = _unix(dates)
    count = len(next(iter(columns.values())))
    found = Table(columns, Rows(np.arange(1, count + 1), "record"), "data_df", tuple(notes))
    return measurement_from(source, found, ARBIN_DIALECT, format="arbin-hdf5")


def _unix(dates: np.ndarray) -> np.ndarray:
    """Seconds since 1970 from numbers of seconds, milliseconds or 100 ns since then, told apart by their size."""
    largest = np.nanmax(np.abs(dates)) if np.isfinite(dates).any() else 0.0
    return dates / 1e7 if largest > 1e15 else dates / 1e3 if largest > 1e11 else dates


ARBIN_HDF5 = Format(
    name="arbin-hdf5",
    description="Arbin tables as HDF5 (.h5), as cellpy keeps them",
    recognise=lambda source: source.content.startswith(_MAGIC) and _GROUP in source.content,
    parse=parse_arbin_hdf5,
    extensions=(".h5",),
)
