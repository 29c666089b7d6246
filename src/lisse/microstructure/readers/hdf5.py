"""HDF5 files: the array that is named, or the only one with two or three axes, mapped where it lies in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.readers.found import Found, in_order, mapped

__all__ = ["read_hdf5"]

_SIZES = ("voxel_size", "element_size_um", "spacing", "resolution")
"""Attributes that programs write for the edges of a voxel, in the order of the axes of the array."""


def read_hdf5(path: Path, dataset: str | None = None, axes: str | None = None) -> Found:
    """Open one dataset.

    Edges of a voxel come from the attributes ``element_size_um``, or ``voxel_size`` or ``spacing`` with a ``unit``, of
    the dataset; without a unit they only say how the edges relate.

    Raises
    ------
    InvalidInput
        For a file that is no HDF5, is cut short, or holds several images and none is named.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            held = _chosen(file, dataset, path)
            array = _array(held, path)
            attributes = {name: held.attrs[name] for name in (*_SIZES, "unit", "units") if name in held.attrs}
    except OSError as error:
        raise InvalidInput("image file", path.name, "a whole HDF5 file", str(error), str(path)) from error
    kept = tuple(index for index, count in enumerate(array.shape) if count > 1)
    long = array.ndim > 3
    array = array.squeeze() if long else array
    order = in_order(axes, "zyx", array.ndim, f"{path}: dataset")
    sizes, spacing = _sizes(attributes, order, kept if long else tuple(range(array.ndim)), path)
    return Found(array, order, sizes, spacing, 8 * array.dtype.itemsize)


def _chosen(file: Any, name: str | None, path: Path) -> Any:
    import h5py

    images: list[str] = []

    def look(key: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biuf" and sum(n > 1 for n in item.shape) in (2, 3):
            images.append(key)

    file.visititems(look)
    wanted = name.strip("/") if name else None
    if wanted is None and len(images) == 1:
        return file[images[0]]
    if wanted in images:
        return file[wanted]
    listed = (
        ", ".join(f"{key} {file[key].shape}" for key in images[:12]) or "none here: it holds no array of 2 or 3 axes"
    )
    advice = suggest(wanted, images) if wanted else "" if not images else "The file holds several images: choose one"
    raise InvalidInput("dataset", name, listed, advice, str(path))


def _array(held: Any, path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """Mapped when it lies in one piece and uncompressed, else read."""
    offset = held.id.get_offset()
    if held.chunks is None and offset is not None and held.external is None:
        return mapped(path, held.dtype, held.shape, offset)
    require(str(path), Cost(float(held.size) * held.dtype.itemsize), "Store it contiguously, or take a part of it")
    found: np.ndarray[Any, np.dtype[Any]] = held[()]
    return found


def _sizes(
    attributes: dict[str, Any], order: str, kept: tuple[int, ...], path: Path
) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    name = next((name for name in _SIZES if name in attributes), None)
    if name is None:
        return None, None
    edges = np.atleast_1d(np.asarray(attributes[name], dtype=float))
    if edges.size == 1:
        edges = np.repeat(edges, len(order))
    elif edges.size != len(order) and edges.size > max(kept):
        edges = edges[list(kept)]
    if edges.size != len(order) or not np.all(edges > 0.0):
        raise InvalidInput(f"attribute {name}", edges.tolist(), f"{len(order)} lengths above 0", "", str(path))
    unit = "um" if name == "element_size_um" else _text(attributes.get("unit", attributes.get("units")))
    table = dict(zip(order, edges.tolist(), strict=True))
    if not unit:
        return None, table
    from lisse.units import convert

    return {axis: convert(edge, unit, "m", what=f"{path}: attribute unit") for axis, edge in table.items()}, None


def _text(value: Any) -> str:
    found = np.atleast_1d(value)[0] if value is not None else ""
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
