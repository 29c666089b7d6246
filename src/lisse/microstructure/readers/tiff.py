"""TIFF: single images, stacks of pages, folders of numbered slices; OME and ImageJ metadata where present.

Pages are z, rows are y and columns are x. Uncompressed stacks are memory-mapped, also those with a header between
their pages; 1-bit and compressed ones are read. tifffile does the decoding. Values are those that are stored, also
where the file asks for 0 to be shown white.
"""

from __future__ import annotations

import contextlib
import logging
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, MissingExtra
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.readers.found import Found, in_order
from lisse.microstructure.readers.tiff_sizes import sizes_of

__all__ = ["natural_order", "read_folder", "read_tiff"]

_SUFFIXES = {".tif", ".tiff"}
_DAMAGED = "It is cut short or damaged. Copy it again"


def read_tiff(path: Path, axes: str | None = None) -> Found:
    """Open one TIFF file.

    Raises
    ------
    InvalidInput
        For a file that is cut short, is in colour, or has several channels or times.
    MissingExtra
        Without tifffile.
    """
    tifffile = _tifffile()
    with _complaints(path) as complaints:
        try:
            with tifffile.TiffFile(path) as file:
                series = _one_series(file, path)
                _whole(series, path)
                array = _mapped_pages(series, path)
                if array is None:
                    array = _decoded(series, path)
                order, array = _letters(series, array, axes, path)
                told = sizes_of(file, series)
                depth = int(series.keyframe.bitspersample)
        except (tifffile.TiffFileError, ValueError, IndexError, KeyError, OSError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise _broken(path, str(error)) from error
        except struct.error as error:
            raise _broken(path, _DAMAGED) from error
    if complaints:
        raise _broken(path, complaints[0])
    return Found(array, order, told.voxel_size, told.spacing, depth, None, told.hint)


def read_folder(path: Path, axes: str | None = None, progress: Callable[[float, str], None] | None = None) -> Found:
    """Read the numbered TIFF slices of a folder as one stack, in the order a person would count them.

    Raises
    ------
    InvalidInput
        When the slices differ in shape or type, one is broken, or they do not fit into memory.
    """
    files = natural_order(
        file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".")
    )
    if not files:
        raise InvalidInput("folder", str(path), "a folder of slices named .tif or .tiff", "It holds none")
    first = read_tiff(files[0])
    if first.array.ndim != 2:
        raise InvalidInput("folder", f"{files[0].name} has {first.array.shape}", "one slice per file", "", str(path))
    _no_gap(files, path)
    shape = (len(files), *first.array.shape)
    size = float(np.prod(shape)) * first.array.dtype.itemsize
    require(str(path), Cost(size), "Join the slices into one uncompressed TIFF file, which is mapped and not read")
    stack = np.empty(shape, dtype=first.array.dtype)
    for index, file in enumerate(files):
        found = first if index == 0 else read_tiff(file)
        if found.array.shape != shape[1:] or found.array.dtype != stack.dtype:
            got, allowed = f"{found.array.shape} {found.array.dtype}", f"{shape[1:]} {stack.dtype} as {files[0].name}"
            raise InvalidInput("slice", got, allowed, "All slices of a folder are alike", str(file))
        stack[index] = found.array
        if progress is not None:
            progress((index + 1) / len(files), f"slice {index + 1} of {len(files)}")
    sizes = first.voxel_size if first.voxel_size and "z" in first.voxel_size else None
    hint = first.hint or ("The slices tell the pixel size, not their distance: say both" if first.voxel_size else "")
    return Found(stack, in_order(axes, "zyx", 3, str(path)), sizes, None, first.bit_depth, None, hint)


def natural_order(files: Any) -> list[Path]:
    """Sorted as people count: ``slice_9`` before ``slice_10``."""

    def key(file: Path) -> list[tuple[int, Any]]:
        return [(1, int(part)) if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", file.name.lower())]

    return sorted(files, key=key)


def _no_gap(files: Sequence[Path], path: Path) -> None:
    """Refuse a folder in which a number is missing: the stack would be shorter than the sample."""
    numbers = [re.findall(r"\d+", file.stem) for file in files]
    if not all(numbers) or len({re.sub(r"\d+(?=\D*$)", "", file.stem.lower()) for file in files}) != 1:
        return
    last = [int(found[-1]) for found in numbers]
    step = min(np.diff(last), default=1)
    gap = next((here for here, there in zip(last[:-1], last[1:], strict=True) if there - here != step), None)
    if gap is not None and step > 0:
        raise InvalidInput("folder", f"no slice {gap + step} after {gap}", "numbers without a gap", "", str(path))


def _tifffile() -> Any:
    try:
        import tifffile
    except ImportError:
        raise MissingExtra("tifffile", "image", "Reading TIFF") from None
    return tifffile


def _broken(path: Path, words: str) -> InvalidInput:
    if "imagecodecs" in words:
        advice = "Install imagecodecs (pip install imagecodecs), or save the image without compression"
        return InvalidInput("image file", path.name, "a compression that is built in", advice, str(path))
    told = _DAMAGED if "tifffile" in words else words  # the library names its own objects
    return InvalidInput("image file", path.name, "a whole TIFF file", told, str(path))


@contextlib.contextmanager
def _complaints(path: Path) -> Iterator[list[str]]:
    """What tifffile logs while it reads: it goes on where a file is broken, and we do not."""
    found: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    listener = Listener(level=logging.ERROR)
    logger = logging.getLogger("tifffile")
    passing, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield found
    finally:
        logger.removeHandler(listener)
        logger.propagate = passing


def _one_series(file: Any, path: Path) -> Any:
    images = [one for one in file.series if len(one.shape) >= 2 and one.dtype is not None]
    if not images:
        raise _broken(path, "It holds no image")
    if len(images) > 1 and len({(one.shape, str(one.dtype)) for one in images}) > 1:
        listed = ", ".join(str(one.shape) for one in images[:6])
        raise InvalidInput(
            "image file", f"{len(images)} images of shapes {listed}", "one image or stack", "", str(path)
        )
    if len(images) > 1:
        raise InvalidInput("image file", f"{len(images)} images of {images[0].shape}", "one stack", "", str(path))
    return images[0]


def _whole(series: Any, path: Path) -> None:
    """Compare the place of every page's data with the length of the file."""
    if series.is_multifile:  # tifffile complains itself of a part that is missing
        return
    have = path.stat().st_size
    if series.dataoffset is not None:  # one piece, often with a header for its first page only
        count = int(np.prod(series.shape[:-2], dtype=np.int64))
        page = int(np.prod(series.shape, dtype=np.int64)) // count * np.dtype(series.dtype).itemsize
        needed = series.dataoffset + count * page
        whole = max(0, have - series.dataoffset) // max(1, page)
    else:
        ends = [_end_of(page) for page in series.pages]
        count, needed, whole = len(ends), max(ends), sum(end <= have for end in ends)
    if needed > have:
        advice = f"It is cut short: {whole} of {count} pages are whole. Copy it again"
        raise InvalidInput("image file", f"{have} bytes", f"{needed} bytes", advice, str(path))


def _end_of(page: Any) -> int:
    """Where the data of a page end, byte."""
    if page is None:
        return 0
    return max((start + size for start, size in zip(page.dataoffsets, page.databytecounts, strict=False)), default=0)


def _mapped_pages(series: Any, path: Path) -> np.ndarray[Any, np.dtype[Any]] | None:
    """The stack without reading it, when its pages are uncompressed and equally far apart."""
    if not series.keyframe.is_final or series.is_multifile:
        return None
    dtype = np.dtype(series.dtype).newbyteorder(series.keyframe.parent.byteorder)
    if series.dataoffset is not None:
        return np.memmap(path, dtype=dtype, mode="r", offset=series.dataoffset, shape=tuple(series.shape))
    pages = list(series.pages)
    if any(page is None or not page.is_final for page in pages):
        return None
    starts = np.array([page.dataoffsets[0] for page in pages], dtype=np.int64)
    steps = np.diff(starts)
    page_shape = tuple(series.keyframe.shape)
    if steps.size and (steps != steps[0]).any() or len(page_shape) + 1 != len(series.shape):
        return None
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    inner = np.empty(page_shape, dtype=dtype).strides
    found = np.ndarray(tuple(series.shape), dtype, buffer=raw, offset=int(starts[0]), strides=(int(steps[0]), *inner))
    return found


def _decoded(series: Any, path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    size = float(np.prod(series.shape, dtype=np.int64)) * np.dtype(series.dtype).itemsize
    require(str(path), Cost(1.2 * size), "Save it uncompressed: then it is mapped and not read")
    found: np.ndarray[Any, np.dtype[Any]] = series.asarray()
    return found


def _letters(
    series: Any, array: np.ndarray[Any, np.dtype[Any]], axes: str | None, path: Path
) -> tuple[str, np.ndarray[Any, np.dtype[Any]]]:
    """Drop axes of one; what tifffile calls a sequence of pages (I, Q) or a time is z when there is no other."""
    if "S" in series.axes:
        raise InvalidInput(
            "image file", f"colour ({series.axes} {series.shape})", "one grey value per voxel", "", str(path)
        )
    kept = [index for index, count in enumerate(array.shape) if count > 1 or series.axes[index] in "YX"]
    names = "".join(series.axes[index] for index in kept)
    if len(kept) > 3 or (len(kept) == 3 and names[0] == "C"):
        got = f"axes {series.axes} of {series.shape}"
        raise InvalidInput("image file", got, "one stack of slices", "Save one channel and one time", str(path))
    array = array.reshape([array.shape[index] for index in kept]) if len(kept) < array.ndim else array
    return in_order(axes, "zyx", array.ndim, str(path)), array
