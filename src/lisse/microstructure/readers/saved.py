"""A volume in one file of ours: ``.npz`` (compressed) or ``.h5`` (in one piece, so that it opens memory-mapped).

Both hold the same names: labels, voxel_size (m), phase_labels, phase_names, and where present grains and orientations.
Axes are x, y, z.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.files import atomic_path
from lisse.microstructure.readers.found import mapped
from lisse.microstructure.volume import Volume

__all__ = ["is_saved", "load_volume", "save_volume"]

_MARK = "lisse_volume"
_VERSION = 1
_HDF5 = (".h5", ".hdf5")


def save_volume(volume: Volume, path: str | os.PathLike[str]) -> Path:
    """Write a volume; the old file or the new one is there, whole, whatever happens."""
    target = Path(path)
    if target.suffix.lower() not in (".npz", *_HDF5):
        raise InvalidInput("path", str(path), "a name that ends in .npz or .h5", "Other formats: microstructure.export")
    volume.check()
    content = _content(volume)
    with atomic_path(target) as temporary:
        if target.suffix.lower() == ".npz":
            with temporary.open("wb") as file:
                np.savez_compressed(file, **content)
        else:
            _write_hdf5(temporary, content)
    return target


def load_volume(path: str | os.PathLike[str]) -> Volume:
    """Open a saved volume.

    Raises
    ------
    InvalidInput
        For a file that is absent, damaged, or not one of ours.
    """
    file = Path(path)
    if not file.is_file():
        raise InvalidInput("volume file", str(path), "a file that exists", "Check the path")
    if not is_saved(file):
        advice = "lisse.microstructure.read opens images of other programs"
        raise InvalidInput("volume file", file.name, "an .npz or .h5 file of Volume.save", advice, str(path))
    held = _read_hdf5(file) if file.suffix.lower() in _HDF5 else _read_npz(file)
    if int(held[_MARK]) > _VERSION:
        raise InvalidInput("format of the volume", int(held[_MARK]), f"up to {_VERSION}", "Update lisse", str(path))
    names = [str(name) for name in held["phase_names"]]
    table = dict(zip((int(label) for label in held["phase_labels"]), names, strict=True))
    edges = tuple(float(edge) for edge in held["voxel_size"])
    return Volume(held["labels"], edges, table, held.get("grains"), held.get("orientations"))


def is_saved(path: Path) -> bool:
    """Whether a file is one that `save_volume` has written."""
    kind = path.suffix.lower()
    if not path.is_file():
        return False
    if kind == ".npz":
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as held:
            return f"{_MARK}.npy" in held.namelist()
    if kind in _HDF5:
        import h5py

        if not h5py.is_hdf5(path):
            return False
        try:
            with h5py.File(path, "r") as file:
                return _MARK in file
        except OSError:  # cut short: the reader of HDF5 files says so
            return False
    return False


def _content(volume: Volume) -> dict[str, Any]:
    content: dict[str, Any] = {
        _MARK: np.array(_VERSION),
        "labels": volume.labels,
        "voxel_size": np.array(volume.voxel_size),
        "phase_labels": np.array(list(volume.phases), dtype=np.int64),
        "phase_names": np.array(list(volume.phases.values())),
    }
    if volume.grains is not None:
        content["grains"] = volume.grains
    if volume.orientations is not None:
        content["orientations"] = volume.orientations
    return content


def _write_hdf5(path: Path, content: dict[str, Any]) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        for name, values in content.items():
            if values.dtype.kind == "U":
                file.create_dataset(name, data=values.astype(object), dtype=h5py.string_dtype())
            else:
                file.create_dataset(name, data=values)
        file["voxel_size"].attrs["units"] = "m"


def _read_hdf5(path: Path) -> dict[str, Any]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            held = {name: item[()] for name, item in file.items() if name not in ("labels", "grains")}
            held["phase_names"] = file["phase_names"].asstr()[()]
            for name in ("labels", "grains"):
                if name in file:
                    item = file[name]
                    offset = item.id.get_offset()
                    held[name] = item[()] if offset is None else mapped(path, item.dtype, item.shape, offset)
    except (OSError, KeyError) as error:
        raise InvalidInput("volume file", path.name, "a whole file of Volume.save", str(error), str(path)) from error
    return held


def _read_npz(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InvalidInput("volume file", path.name, "a whole file of Volume.save", str(error), str(path)) from error
