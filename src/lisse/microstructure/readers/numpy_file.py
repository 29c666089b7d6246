"""NumPy files: ``.npy`` (memory-mapped) and ``.npz``. Axes are x, y, z as they are indexed, unless told otherwise."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.readers.found import Found, in_order

__all__ = ["read_numpy"]


def read_numpy(path: Path, dataset: str | None = None, axes: str | None = None) -> Found:
    """Open an array; in an ``.npz`` file the only one with two or three axes, or the one named.

    Raises
    ------
    InvalidInput
        For a file that is cut short, holds objects, or holds several arrays and none is named.
    """
    try:
        if path.suffix.lower() == ".npy":
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        else:
            array = _one_of(path, dataset)
    except (ValueError, EOFError, zipfile.BadZipFile, OSError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("image file", path.name, "a whole NumPy file of numbers", str(error), str(path)) from error
    order = in_order(axes, "xyz", array.ndim, str(path))
    return Found(array, order, bit_depth=8 * array.dtype.itemsize)


def _one_of(path: Path, dataset: str | None) -> np.ndarray[Any, np.dtype[Any]]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        if dataset is None:
            names = [name for name in held.files if held[name].ndim in (2, 3)]
        else:
            names = [name for name in held.files if name == dataset]
        if len(names) != 1:
            known = ", ".join(held.files)
            raise InvalidInput("dataset", dataset, f"one of: {known}", suggest(dataset or "", held.files), str(path))
        found: np.ndarray[Any, np.dtype[Any]] = held[names[0]]
    return found
