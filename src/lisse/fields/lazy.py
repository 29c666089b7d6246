"""How xarray reads a folder of saved fields: the backend behind `lisse.fields.load_fields`.

Imported only when fields are read, because it imports xarray.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from lisse.errors import InvalidInput
from lisse.fields.loading import damaged, in_order, times_of
from lisse.fields.schema import FIELDS, dims_of

__all__ = ["FieldsBackend"]


class FieldsBackend(BackendEntrypoint):
    """Opens a ``fields`` folder; handed to ``xarray.open_dataset`` as its engine."""

    open_dataset_parameters = ("filename_or_obj", "drop_variables")

    def open_dataset(self, filename_or_obj: Any, *, drop_variables: str | Iterable[str] | None = None) -> xr.Dataset:
        """The dataset of a folder; nothing but the heads of its files is read."""
        left_out = {drop_variables} if isinstance(drop_variables, str) else set(drop_variables or ())
        found = in_order(Path(filename_or_obj))
        paths = [path for path, _ in found]
        data = _first(paths[0])
        dimensions = len([axis for axis in "xyz" if axis in data.coords])
        variables: dict[str, Any] = {}
        for name, (shape, dtype, attributes) in data.attrs.pop("_fields").items():
            if name in left_out:
                continue
            field = FIELDS[name]
            kept = paths[:1] if field.fixed else paths
            array = _Frames(tuple(kept), name, shape, dtype)
            held = indexing.LazilyIndexedArray(array)
            variable = xr.Variable(("time", *dims_of(field, dimensions)), held, attributes)
            variables[name] = variable.isel(time=0) if field.fixed else variable
        words = np.array([head.event for _, head in found])
        clock = ("time", times_of(found), {"units": "s", "long_name": "Time"})
        return data.assign(variables).assign_coords(time=clock, event=("time", words))


def _first(path: Path) -> xr.Dataset:
    """Coordinates and attributes, and under ``_fields`` shape, type and attributes of every field."""
    import h5netcdf

    try:
        with h5netcdf.File(path, "r") as file:
            names = [name for name in FIELDS if name in file.variables]
            fields = {
                name: (
                    tuple(file.variables[name].shape),
                    np.dtype(file.variables[name].dtype),
                    {key: _plain(value) for key, value in file.variables[name].attrs.items()},
                )
                for name in names
            }
            attributes = {key: _plain(value) for key, value in file.attrs.items() if key != "event"}
            places = {name: _coordinate(held) for name, held in file.variables.items() if held.dimensions == (name,)}
    except (OSError, KeyError, RuntimeError) as error:
        raise damaged(path, error) from error
    return xr.Dataset(coords=places, attrs={**attributes, "_fields": fields})


def _coordinate(held: Any) -> tuple[str, np.ndarray, dict[str, Any]]:
    values = held[...]
    array = np.asarray(values) if values.dtype.kind == "f" else np.array([_text(word) for word in values])
    return held.dimensions[0], array, {key: _plain(value) for key, value in held.attrs.items()}


def _text(word: str | bytes) -> str:
    return word.decode() if isinstance(word, bytes) else word


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class _Frames(BackendArray):
    """One field over the files of a run: the time in front, each file opened for as long as it is read."""

    def __init__(self, paths: tuple[Path, ...], name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.paths, self.name, self.dtype = paths, name, dtype
        self.shape = (len(paths), *shape)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: Sequence[int | slice]) -> np.ndarray:
        when, where = key[0], tuple(key[1:])
        if not isinstance(when, slice):
            return self._frame(self.paths[when], where)
        frames = [self._frame(path, where) for path in self.paths[when]]
        if frames:
            return np.stack(frames)
        empty = np.empty(self.shape[1:], self.dtype)[where]
        return np.empty((0, *empty.shape), self.dtype)

    def _frame(self, path: Path, where: tuple[int | slice, ...]) -> np.ndarray:
        import h5py

        try:
            with h5py.File(path, "r") as file:
                held = file[self.name]
                if held.shape != self.shape[1:]:
                    allowed = f"the shape {self.shape[1:]} of the first file"
                    raise InvalidInput(str(path), f"{self.name} of {held.shape}", allowed, "Two runs share this folder")
                return np.asarray(held[where])
        except (OSError, KeyError, RuntimeError) as error:
            raise damaged(path, error) from error
