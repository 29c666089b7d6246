"""Open any image file: as grey values (`read_image`) or, where it is segmented already, as a `Volume` (`read`)."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.readers.found import Found
from lisse.microstructure.readers.image import Image, box_of
from lisse.microstructure.volume import CHECKED_AT_ONCE, Volume, checked_voxel_size, slab_boxes, slabs

__all__ = ["read", "read_image"]

_TIFF = {".tif", ".tiff", ".btf", ".ome"}
_HDF5 = {".h5", ".hdf5", ".hdf", ".nxs", ".he5"}
_NUMPY = {".npy", ".npz"}
_RAW = {".raw", ".bin", ".vol", ".dat", ".img"}
_HEADERS = {".toml", ".mhd", ".mha", ".nhdr", ".nrrd"}
_KNOWN = (
    "TIFF (.tif, .tiff, a folder of slices), HDF5 (.h5, .hdf5), raw with a header (.raw, .bin, .vol), "
    "MetaImage (.mhd, .mha), NRRD (.nhdr, .nrrd), NumPy (.npy, .npz)"
)
_GREY = "These look like grey values: give thresholds, or use lisse.microstructure.segment"
_MOST_PHASES = 16  # distinct values of an image that is still taken for labels


def read_image(
    path: str | os.PathLike[str],
    voxel_size: float | Sequence[float] | None = None,
    *,
    crop: Any = None,
    dataset: str | None = None,
    axes: str | None = None,
    shape: Sequence[int] | None = None,
    dtype: str | None = None,
    byte_order: str | None = None,
    offset: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Image:
    """Open an image without deciding what is which phase.

    Uncompressed TIFF, raw, ``.npy`` and contiguous HDF5 are memory-mapped: they open at once and are read where they
    are used. Everything else is read into memory, after a check that it fits.

    Parameters
    ----------
    path : str or path. A file, or a folder of numbered TIFF slices.
    voxel_size : float or (2,) or (3,) floats, m. Edges along x, y, z; needed only where the file does not tell.
    crop : slices along x, y, z. Part of the image that is wanted, such as ``np.s_[:100, :100]``.
    dataset : str. Name of the array in an HDF5 or ``.npz`` file that holds several.
    axes : str. Which axis of the file is which, slowest first: ``"zyx"`` for images (default), ``"xyz"`` for ``.npy``.
    shape : (2,) or (3,) ints, 1. Voxels along x, y, z of a raw file without a header.
    dtype : str. Numbers of a raw file, such as ``"uint8"``.
    byte_order : str. ``"little"`` (default) or ``"big"``, raw file.
    offset : int, byte. Where the values of a raw file begin.
    progress : callable. Called with the share done and a few words.

    Raises
    ------
    InvalidInput
        A file that is absent, cut short, of another format, too large for the memory, or that holds NaN.
    MissingExtra
        TIFF without the package tifffile.
    """
    file = Path(path)
    layout = {"shape": shape, "dtype": dtype, "byte_order": byte_order, "offset": offset}
    found = _found(file, dataset, axes, {key: value for key, value in layout.items() if value is not None}, progress)
    return _image(file, found, voxel_size, crop)


def read(
    path: str | os.PathLike[str],
    voxel_size: float | Sequence[float] | None = None,
    phases: Mapping[int, str] | None = None,
    threshold: float | Sequence[float] | None = None,
    **options: Any,
) -> Volume:
    """Open a segmented image, or cut a grey one at fixed thresholds.

    Parameters
    ----------
    path : str or path. As `read_image`; also what `Volume.save` has written.
    voxel_size : float or (2,) or (3,) floats, m. Needed where the file does not tell.
    phases : mapping of int to str. Name of each label. Without it the labels found are called "phase 0", "phase 1"...
    threshold : float or floats, grey values. Voxels above it become label 1, the others 0; n thresholds make n + 1
        labels. See `lisse.microstructure.segment` for thresholds that come from the image itself.
    **options
        As `read_image`: crop, dataset, axes, shape, dtype, byte_order, offset, progress.

    Raises
    ------
    InvalidInput
        As `read_image`; and labels that are not in `phases`, or an image that holds grey values rather than labels.

    Warns
    -----
    UserWarning
        When the whole volume is one phase.
    """
    from lisse.microstructure.readers.saved import is_saved, load_volume

    if is_saved(Path(path)):
        said = {"threshold": threshold, **options}
        superfluous = [key for key, value in said.items() if value is not None and key not in ("crop", "progress")]
        if superfluous:
            raise InvalidInput(", ".join(superfluous), None, "nothing: a saved volume is complete", "", str(path))
        volume = load_volume(path)
        given = {"voxel_size": voxel_size, "phases": phases}
        volume = volume.replace(**{key: value for key, value in given.items() if value is not None})
        return volume if options.get("crop") is None else volume.crop(options["crop"])
    image = read_image(path, voxel_size, **options)
    if image.voxel_size is None:
        advice = image.hint or "The file does not tell how large a voxel is: say it"
        raise InvalidInput("voxel_size", None, "a length in m, or one per axis", advice, str(path))
    named = image.phases if phases is None else phases
    labels = _labels(image) if threshold is None else _cut(image, threshold)
    try:
        volume = Volume(labels, image.voxel_size, named or _unnamed(labels, image.source))
    except InvalidInput as error:
        raise error.at(str(path)) from None
    _warn_of_one_phase(volume, image.source)
    return volume


def _found(
    file: Path,
    dataset: str | None,
    axes: str | None,
    layout: dict[str, Any],
    progress: Callable[[float, str], None] | None,
) -> Found:
    if not file.exists():
        raise InvalidInput("image file", str(file), "a file or folder that exists", "Check the path")
    kind = file.suffix.lower()
    if layout and kind not in _RAW:
        raise InvalidInput(", ".join(layout), None, "only for raw files", f"{file.name} tells this itself")
    if dataset is not None and kind not in _HDF5 | {".npz"}:
        raise InvalidInput("dataset", dataset, "only for HDF5 and .npz files", f"{file.name} holds one image")
    if file.is_dir() or kind in _TIFF:
        from lisse.microstructure.readers.tiff import read_folder, read_tiff

        return read_folder(file, axes, progress) if file.is_dir() else read_tiff(file, axes)
    if kind in _HDF5:
        from lisse.microstructure.readers.hdf5 import read_hdf5

        return read_hdf5(file, dataset, axes)
    if kind in _NUMPY:
        from lisse.microstructure.readers.numpy_file import read_numpy

        return read_numpy(file, dataset, axes)
    if kind in _RAW | _HEADERS:
        from lisse.microstructure.readers.raw import read_raw

        return read_raw(file, axes, layout)
    raise InvalidInput("image file", file.name, _KNOWN, "Save it as TIFF, or rename a raw file to .raw")


def _image(file: Path, found: Found, voxel_size: Any, crop: Any) -> Image:
    """The array with its axes in the order x, y, z, cropped, with sizes."""
    wanted = "xyz"[: found.array.ndim]
    array = found.array.transpose([found.axes.index(letter) for letter in wanted])
    in_file = None if found.voxel_size is None else tuple(found.voxel_size.get(letter, 0.0) for letter in wanted)
    told = in_file if in_file and all(in_file) else None
    spacing = None if found.spacing is None else tuple(found.spacing[letter] for letter in wanted)
    if voxel_size is not None:
        edges = checked_voxel_size(voxel_size, array.ndim)
        _no_cubes(np.ndim(voxel_size) == 0, told or spacing, voxel_size, file)
    else:
        edges = told or ()
    array = array[box_of(crop, array.shape)]
    return Image(array, edges or None, str(file), found.bit_depth, spacing, found.phases, found.hint)


def _no_cubes(single: bool, relative: tuple[float, ...] | None, given: Any, file: Path) -> None:
    if single and relative is not None and max(relative) > 1.001 * min(relative):
        ratio = " : ".join(f"{edge / min(relative):.3g}" for edge in relative)
        allowed = f"{len(relative)} lengths in m, as the voxels of this file are no cubes ({ratio})"
        raise InvalidInput("voxel_size", given, allowed, "", str(file))


def _labels(image: Image) -> np.ndarray[Any, np.dtype[Any]]:
    """The values as labels; floats only where every one of them is a whole number."""
    if image.values.dtype.kind != "f":
        return image.values
    require(image.source, Cost(4.0 * image.size), "Give a box with crop")
    image.check()
    labels = np.empty_like(image.values, dtype=np.int32)
    for box in slab_boxes(image.values):
        slab = image.values[box]
        if not np.array_equal(slab, np.rint(slab)) or np.abs(slab).max() > np.iinfo(np.int32).max:
            low, high = image.range
            raise InvalidInput("labels", f"floats from {low:.6g} to {high:.6g}", "whole numbers", _GREY, image.source)
        labels[box] = slab
    return labels


def _cut(image: Image, threshold: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """0 up to the first threshold, 1 above it, 2 above the second, and so on."""
    steps = np.atleast_1d(np.asarray(threshold, dtype=float))
    if steps.ndim != 1 or not 1 <= len(steps) <= _MOST_PHASES or not np.isfinite(steps).all():
        raise InvalidInput("threshold", threshold, f"1 to {_MOST_PHASES} grey values")
    if np.any(np.diff(steps) <= 0):
        raise InvalidInput("threshold", threshold, "thresholds that rise")
    require(image.source, Cost(1.0 * image.size), "Give a box with crop")
    image.check()
    labels = np.zeros_like(image.values, dtype=np.uint8)
    for box in slab_boxes(image.values):
        for step in steps:
            labels[box] += image.values[box] > step
    return labels


def _unnamed(labels: np.ndarray[Any, np.dtype[Any]], source: str) -> dict[int, str]:
    """A plain name for each label, where they are few enough to be labels."""
    found: set[int] = set()
    for slab in slabs(labels):
        found.update(int(label) for label in np.unique(slab))
        if len(found) > _MOST_PHASES:
            got = f"more than {_MOST_PHASES} different values"
            raise InvalidInput("labels", got, "a label per phase, named in phases", _GREY, source)
    return {label: f"phase {label}" for label in sorted(found)}


def _warn_of_one_phase(volume: Volume, source: str) -> None:
    if volume.size > CHECKED_AT_ONCE:
        return  # the labels are counted when they are first needed
    present = [name for name, share in volume.phase_fractions().items() if share > 0.0]
    if len(present) == 1:
        text = f"{source}: all of it is one phase, {present[0]!r}. Check the threshold, or the labels of the file"
        warnings.warn(text, UserWarning, stacklevel=3)
