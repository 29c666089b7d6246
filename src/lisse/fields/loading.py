"""Reading fields: one xarray Dataset over all saved times, of which only what is asked for is read.

No file stays open, so a folder can be read while the run still writes to it; nothing but h5py is needed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lisse.errors import InvalidInput
from lisse.fields.schema import FIELDS, FOLDER, VERSION, saved_files

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Head", "damaged", "in_order", "load_fields", "phases_of", "read_head", "times_of"]

_DAMAGED = "a whole file of a resolved run"
_ADVICE = "Remove it to open the others, or copy it again"


@dataclass(frozen=True)
class Head:
    """What a file says of itself: its time (s), its event, and the names of its fields."""

    time: float
    event: str
    names: frozenset[str]


def load_fields(directory: str | os.PathLike[str]) -> xr.Dataset:
    """The fields of a resolved run over time, opened lazily.

    Parameters
    ----------
    directory : str or path
        The folder that the run wrote, or the ``fields`` folder in it.

    Returns
    -------
    xarray.Dataset
        The fields by name (see `lisse.fields.FIELDS`), with the dimension ``time`` (s) in front; ``grain`` has none.
        Places are in m. The coordinate ``event`` tells what happened at a time. Numbers are read when they are used:
        ``fields["damage"].sel(time=120.0, method="nearest")`` reads one file.

    Raises
    ------
    InvalidInput
        When there are none, or when a file is damaged or of another origin; it is named.

    Examples
    --------
    >>> fields = load_fields("results/run")  # doctest: +SKIP
    >>> fields["damage"].isel(time=-1).plot()  # doctest: +SKIP
    """
    import xarray as xr

    from lisse.fields.lazy import FieldsBackend

    folder = _folder(Path(directory))
    return xr.open_dataset(folder, engine=FieldsBackend, cache=False)


def phases_of(fields: xr.Dataset) -> dict[int, str]:
    """Name of each label of ``phase``."""
    return {int(label): name for label, name in json.loads(fields.attrs["phases"]).items()}


def read_head(path: Path) -> Head:
    """What one file says of itself.

    Raises
    ------
    InvalidInput
        When it cannot be read, or is not one of ours.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            kind, version = file.attrs.get("lisse_kind"), int(np.ravel(file.attrs.get("lisse_fields_version", 0))[0])
            if kind != "fields":
                raise InvalidInput("fields file", str(path), "a file of the fields of a resolved run", _ADVICE)
            if version > VERSION:
                raise InvalidInput("format of the fields", version, f"up to {VERSION}", "Update lisse", str(path))
            names = frozenset(name for name in file if name in FIELDS)
            return Head(float(file["time"][()]), str(file.attrs["event"]), names)
    except (OSError, KeyError, RuntimeError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> InvalidInput:
    """The complaint about a file that cannot be read."""
    return InvalidInput("fields file", str(path), _DAMAGED, f"Reading failed: {error}. {_ADVICE}")


def _folder(directory: Path) -> Path:
    below = directory / FOLDER
    folder = below if below.is_dir() else directory
    if not saved_files(folder):
        allowed = "the folder of a resolved run, with fields/000000.nc and so on"
        advice = "It holds no saved fields" if directory.is_dir() else "There is no such folder"
        raise InvalidInput("directory", str(directory), allowed, advice)
    return folder


def in_order(folder: Path) -> list[tuple[Path, Head]]:
    """The files with their heads.

    Raises
    ------
    InvalidInput
        When they do not belong to one run: other fields, or times that do not rise.
    """
    found = [(path, read_head(path)) for path in saved_files(folder)]
    for (_, before), (path, head) in zip(found, found[1:], strict=False):
        if head.names != before.names:
            changed = ", ".join(sorted(head.names ^ before.names))
            raise InvalidInput(str(path), changed, "the fields of the file before it", "Two runs share this folder")
        if not head.time > before.time:
            allowed = f"a time after {before.time:g} s, as in the file before it"
            raise InvalidInput(str(path), f"{head.time:g} s", allowed, "Two runs share this folder")
    return found


def times_of(found: list[tuple[Path, Head]]) -> np.ndarray:
    """(n,) array, s."""
    return np.array([head.time for _, head in found])
