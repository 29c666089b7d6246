"""Writing fields: one whole netCDF file for each saved time, or none.

A file is made in memory and reaches the disk in one go, under another name until it is complete: neither a full disk
nor a killed process leaves half a file or harms an earlier one.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.fields.schema import (
    AXES,
    ELECTRODES,
    FIELDS,
    FOLDER,
    VERSION,
    VOIGT,
    Field,
    dims_of,
    saved_files,
    shape_of,
)
from lisse.files import output_folder, write_atomically
from lisse.microstructure.volume import Volume
from lisse.units import QUANTITIES

__all__ = ["FieldStore"]

Array = NDArray[Any]

_CHUNK = 1 << 20  # numbers that are compressed together, at most
_MOST = 999_999  # files: six digits


class FieldStore:
    """Where a run puts its fields.

    Parameters
    ----------
    directory : str or path
        The folder of the run; files go to ``fields/`` in it, made when the first is written.
    volume : Volume
        The grid: its shape, voxels and phase names; its labels and grains are saved where none are given.

    Examples
    --------
    >>> store = FieldStore("results/run", volume)  # doctest: +SKIP
    >>> store.save(0.0, {"damage": np.zeros(volume.shape)}, event="start")  # doctest: +SKIP
    """

    def __init__(self, directory: str | os.PathLike[str], volume: Volume) -> None:
        if not volume.cubic:
            raise InvalidInput("voxel size", volume.voxel_size, "cubes, of one edge length")
        self.directory = Path(directory)
        self.volume = volume
        self._times: dict[Path, float] | None = None  # of the files that are there
        self._names: frozenset[str] | None = None  # of the fields in them
        self._empty: tuple[tuple[str, ...], bytes] | None = None  # names of fields, and a file without numbers

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.directory / FOLDER

    def save(self, time: float, fields: Mapping[str, Any], event: str = "") -> Path:
        """Write the fields of one time; a second save at the same time replaces the first and keeps its event.

        Parameters
        ----------
        time : float, s
            Not before the last one saved.
        fields : mapping of name to array, SI
            Names and shapes of `FIELDS`, for a grid (nx, ny[, nz]): voxels (nx, ny[, nz]); vectors (d, nx, ny[, nz]);
            Voigt (6, nx, ny[, nz]); nodes (d, nx + 1, ny[, nz]); electrodes (2, ny[, nz]). The same names every time.
        event : str
            What happened, in a few words, such as ``"first crack"``.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InvalidInput
            For a wrong name, shape or number, a time that goes back, and a folder without room.
        """
        now = _checked_time(time)
        arrays = self._checked(fields)
        path, before = self._place(now, frozenset(arrays))
        words = "; ".join(dict.fromkeys(word for word in (before, event) if word))
        content = self._file(now, arrays, words)
        output_folder(self.folder, "fields folder")
        write_atomically(path, content)
        self._there[path] = now
        self._names = frozenset(arrays)
        return path

    def rewind(self, time: float = -math.inf) -> int:
        """Remove what was saved after `time` (s), everything by default; returns how many files.

        For a run that starts anew, or goes on from a checkpoint. What a killed writer left goes too.
        """
        if time == -math.inf:  # what goes anyway need not be readable
            self._times = dict.fromkeys(saved_files(self.folder), math.inf)
        late = [path for path, saved in self._there.items() if saved > time]
        for path in late:
            path.unlink(missing_ok=True)
            del self._there[path]
        for scrap in self.folder.glob(".*.part") if self.folder.is_dir() else ():
            scrap.unlink(missing_ok=True)
        if not self._there:
            self._names = None
        return len(late)

    @property
    def times(self) -> tuple[float, ...]:
        """s. The times saved so far, in order."""
        return tuple(self._there.values())

    @property
    def _there(self) -> dict[Path, float]:
        if self._times is None:
            from lisse.fields.loading import read_head

            heads = {path: read_head(path) for path in saved_files(self.folder)}
            self._times = {path: head.time for path, head in heads.items()}
            for head in heads.values():
                self._names = head.names
        return self._times

    def _place(self, now: float, names: frozenset[str]) -> tuple[Path, str]:
        """The file for that time, and the event that it told before."""
        from lisse.fields.loading import read_head

        last = next(reversed(self._there.items()), None)
        if last is None:
            return self.folder / f"{0:06d}.nc", ""
        if now < last[1]:
            advice = f"{last[0]} is of {last[1]:g} s. Call rewind() to start anew or to go back to a checkpoint"
            raise InvalidInput("time", now, f"{last[1]:g} s or later", advice)
        if self._names is not None and names != self._names:
            changed = ", ".join(sorted(names ^ self._names))
            raise InvalidInput("fields", changed, "the same names at every time of a run", f"See {last[0]}")
        if now == last[1]:
            return last[0], read_head(last[0]).event
        index = int(last[0].stem) + 1
        if index > _MOST:
            raise InvalidInput("fields folder", f"{index} files", f"up to {_MOST + 1}", "Save less often")
        return self.folder / f"{index:06d}.nc", ""

    def _checked(self, fields: Mapping[str, Any]) -> dict[str, Array]:
        volume = self.volume
        given: dict[str, Any] = {"phase": volume.labels, **fields}
        if volume.grains is not None:
            given.setdefault("grain", volume.grains)
        unknown = [name for name in given if name not in FIELDS]
        if unknown:
            raise InvalidInput("field", unknown[0], ", ".join(FIELDS), suggest(unknown[0], FIELDS))
        return {name: _stored(field, given[name], volume) for name, field in FIELDS.items() if name in given}

    def _file(self, now: float, arrays: Mapping[str, Array], event: str) -> bytes:
        """The bytes of one netCDF-4 file: the empty one, filled."""
        import h5py

        names = tuple(arrays)
        if self._empty is None or self._empty[0] != names:
            self._empty = (names, _empty_file(names, self.volume))
        stream = io.BytesIO(self._empty[1])
        with h5py.File(stream, "r+") as file:
            file.attrs["event"] = event
            file["time"][()] = now
            for name, array in arrays.items():
                file[name][...] = array
        return stream.getvalue()


def _empty_file(names: tuple[str, ...], volume: Volume) -> bytes:
    """A file with everything but the numbers; made once, because that takes longer than to write the numbers."""
    import h5netcdf

    stream = io.BytesIO()
    with h5netcdf.File(stream, "w") as file:
        file.attrs["lisse_kind"] = "fields"
        file.attrs["lisse_fields_version"] = np.int32(VERSION)
        file.attrs["voxel_size"] = float(volume.voxel_size[0])
        file.attrs["phases"] = json.dumps({str(label): name for label, name in volume.phases.items()})
        _coordinates(file, volume)
        held = file.create_variable("time", (), "f8", data=0.0)
        held.attrs["units"] = "s"
        for name in names:
            _variable(file, FIELDS[name], volume)
    return stream.getvalue()


def _checked_time(time: float) -> float:
    try:
        now = float(time)
    except (TypeError, ValueError):
        raise InvalidInput("time", time, "a number of seconds") from None
    if not math.isfinite(now):
        raise InvalidInput("time", time, "a finite number of seconds")
    return now


def _stored(field: Field, values: Any, volume: Volume) -> Array:
    """The array as it goes into the file.

    Raises
    ------
    InvalidInput
        For a wrong shape, and for NaN and infinity where there should be a number.
    """
    array = np.asarray(values)
    shape, what = shape_of(field, volume.shape), f"field {field.name!r}"
    if array.shape != shape:
        raise InvalidInput(what, f"shape {array.shape}", f"{shape}: {', '.join(dims_of(field, volume.dimensions))}")
    kind = np.dtype(field.dtype)
    if kind.kind == "i":
        if array.dtype.kind not in "iub":
            raise InvalidInput(what, f"an array of {array.dtype}", "whole numbers")
        return _labels(array, what, volume if field.name == "phase" else None)
    if array.dtype.kind not in "fiub":
        raise InvalidInput(what, f"an array of {array.dtype}", "real numbers")
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, and is refused below
        stored = array.astype(kind)
    bad = ~np.isfinite(stored)
    if bad.any():
        _refuse_gaps(field, what, stored, bad)
    return stored


def _labels(array: Array, what: str, volume: Volume | None) -> Array:
    low, high = int(array.min()), int(array.max())
    if not -(2**31) <= low <= high < 2**31:
        raise InvalidInput(what, f"{low} to {high}", "numbers of 32 bits")
    if volume is not None:
        nameless = sorted(set(np.unique(array).tolist()) - set(volume.phases))
        if nameless:
            known = ", ".join(f"{label} = {name}" for label, name in volume.phases.items())
            raise InvalidInput(what, nameless, known, "Name every phase in the phase table of the volume")
    return array.astype(np.int32)


def _refuse_gaps(field: Field, what: str, stored: Array, bad: Array) -> None:
    place = tuple(int(index) for index in np.argwhere(bad)[0])
    got = f"{stored[place]} at {place} and {int(bad.sum()) - 1} more"
    if not field.gaps:
        raise InvalidInput(what, got, "finite numbers everywhere")
    if np.isinf(stored).any():
        raise InvalidInput(what, got, "finite numbers, and NaN where there is none")
    whole = bad.reshape(len(bad), -1)
    if field.place == "electrode" and not (whole.all(axis=1) | ~whole.any(axis=1)).all():
        raise InvalidInput(what, got, "finite numbers; NaN only for a whole electrode that does not have it")


def _coordinates(file: Any, volume: Volume) -> None:
    """Dimensions, and where voxels and nodes are."""
    edge = volume.voxel_size[0]
    for axis, count in zip(AXES, volume.shape, strict=False):
        nodes = count + 1 if axis == "x" else count
        for name, places in ((axis, np.arange(count) + 0.5), (f"{axis}_node", np.arange(nodes))):
            file.dimensions[name] = len(places)
            held = file.create_variable(name, (name,), "f8", data=places * edge)
            held.attrs["units"] = "m"
    for name, words in (("component", AXES[: volume.dimensions]), ("voigt", VOIGT), ("electrode", ELECTRODES)):
        file.dimensions[name] = len(words)
        held = file.create_variable(name, (name,), _text_type())
        held[:] = np.array(words, dtype=object)


def _text_type() -> Any:
    import h5py

    return h5py.string_dtype()


def _variable(file: Any, field: Field, volume: Volume) -> None:
    dims = dims_of(field, volume.dimensions)
    shape = shape_of(field, volume.shape)
    held = file.create_variable(
        field.name,
        dims,
        np.dtype(field.dtype),
        chunks=_chunks(shape, field.place not in ("voxel", "electrode")),
        compression="gzip",
        compression_opts=1,
        shuffle=True,
        fletcher32=True,  # a damaged block is an error, not a wrong number
    )
    held.attrs["units"] = field.unit
    held.attrs["long_name"] = QUANTITIES[field.name].long_name if field.name in QUANTITIES else field.name.capitalize()
    held.attrs["comment"] = field.meaning
    if field.name == "phase":
        held.attrs["flag_values"] = np.array(list(volume.phases), dtype=np.int32)
        held.attrs["flag_meanings"] = " ".join(name.replace(" ", "_") for name in volume.phases.values())


def _chunks(shape: tuple[int, ...], components: bool) -> tuple[int, ...]:
    """One component at a time, in slabs along the first axis of the grid."""
    leading, grid = ((1,), shape[1:]) if components else ((), shape)
    row = math.prod(grid[1:])
    return (*leading, max(1, min(grid[0], _CHUNK // max(row, 1))), *grid[1:])
