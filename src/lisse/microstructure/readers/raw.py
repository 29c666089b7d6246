"""Raw voxels, described by the user or by a small header: TOML beside the file, MetaImage (.mhd) or NRRD (.nhdr).

A TOML header::

    data = "scan.raw"          # needed where the header has another name than the data
    shape = [500, 500, 200]    # voxels along x, y, z
    dtype = "uint8"
    byte_order = "little"      # or "big"
    axes = "zyx"               # slowest first: x runs fastest
    offset = 0                 # bytes before the first voxel
    voxel_size = "0.5 um"      # or one per axis: ["0.5 um", "0.5 um", "1 um"]
    phases = {0 = "pore", 1 = "electrolyte"}

Always mapped, never read at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.readers.found import Found, in_order, mapped
from lisse.microstructure.readers.raw_headers import read_metaimage, read_nrrd, read_toml

__all__ = ["read_raw"]

_READ = {".toml": read_toml, ".mhd": read_metaimage, ".mha": read_metaimage, ".nhdr": read_nrrd, ".nrrd": read_nrrd}
_DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")
_KEYS = ("data", "shape", "dtype", "byte_order", "axes", "offset", "voxel_size", "spacing", "phases")


@dataclass(frozen=True)
class _Layout:
    """How the bytes are to be read; `shape` is along x, y, z."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    axes: str
    offset: int


def read_raw(path: Path, axes: str | None = None, given: Mapping[str, Any] | None = None) -> Found:
    """Map a raw file, or the data of a header.

    Parameters
    ----------
    path : Path. The raw file (its header is looked for beside it) or the header.
    axes : str. Slowest axis first, ``"zyx"`` by default.
    given : mapping. What the user says: shape, dtype, byte_order, offset. It goes before the header.

    Raises
    ------
    InvalidInput
        Without shape or dtype, or when the file has not as many bytes as they need.
    """
    header, source = _header(path)
    unknown = next((key for key in header if key not in _KEYS), None)
    if unknown is not None:
        raise InvalidInput(unknown, None, ", ".join(_KEYS), suggest(unknown, _KEYS), str(source))
    data = _data_file(path, header, source)
    wanted = {**header, **(given or {}), **({} if axes is None else {"axes": axes})}
    layout = _layout(wanted, data)
    _right_length(layout, data)
    array = mapped(data, layout.dtype, tuple(layout.shape["xyz".index(axis)] for axis in layout.axes), layout.offset)
    sizes, spacing = (_by_axis(header.get(key), layout, key, source) for key in ("voxel_size", "spacing"))
    hint = "The header gives lengths without a unit: say the voxel size" if spacing else ""
    return Found(array, layout.axes, sizes, spacing, 8 * layout.dtype.itemsize, header.get("phases"), hint)


def _header(path: Path) -> tuple[dict[str, Any], Path]:
    """What the header says, and its path; nothing when there is none."""
    if path.suffix.lower() in _READ:
        return _READ[path.suffix.lower()](path), path
    for suffix in (".toml", ".mhd", ".nhdr"):
        for beside in (path.with_suffix(suffix), path.with_name(path.name + suffix)):
            if beside.exists():
                return _READ[suffix](beside), beside
    return {}, path


def _data_file(path: Path, header: Mapping[str, Any], source: Path) -> Path:
    if source != path:
        return path
    if path.suffix.lower() not in _READ:
        return path
    if "data" not in header:
        beside = [path.with_suffix(suffix) for suffix in (".raw", ".bin", ".vol", ".dat", ".img")]
        beside.append(path.with_suffix(""))
        found = next((one for one in beside if one.suffix and one.exists()), None)
        if found is None:
            raise InvalidInput("data", None, "the name of the raw file beside the header", "", str(path))
        return found
    data = Path(path.parent, str(header["data"]))
    if not data.is_file():
        raise InvalidInput("data", header["data"], "a file beside the header that exists", "", str(path))
    return data


def _layout(wanted: Mapping[str, Any], data: Path) -> _Layout:
    shape, dtype = wanted.get("shape"), wanted.get("dtype")
    advice = f"It has {data.stat().st_size} bytes: {_guesses(data.stat().st_size)}"
    if shape is None or dtype is None:
        missing = " and ".join(name for name, value in (("shape", shape), ("dtype", dtype)) if value is None)
        raise InvalidInput(f"{missing} of a raw file", None, "said by you or a header beside it", advice, str(data))
    counts = list(shape) if isinstance(shape, (list, tuple, np.ndarray)) else []
    if len(counts) not in (2, 3) or not all(isinstance(n, (int, np.integer)) and n > 0 for n in counts):
        raise InvalidInput("shape", shape, "two or three numbers of voxels, along x, y, z", advice, str(data))
    if dtype not in _DTYPES:
        raise InvalidInput("dtype", dtype, ", ".join(_DTYPES), suggest(str(dtype), _DTYPES), str(data))
    order = wanted.get("byte_order", "little")
    if order not in ("little", "big"):
        raise InvalidInput("byte_order", order, "little or big", "", str(data))
    offset = wanted.get("offset", 0)
    kind = np.dtype(dtype).newbyteorder("<" if order == "little" else ">")
    counts = [int(n) for n in counts]
    if offset == -1:  # NRRD: the data are the end of the file
        offset = data.stat().st_size - math.prod(counts) * kind.itemsize
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        raise InvalidInput("offset", offset, "0 or more bytes", "", str(data))
    return _Layout(tuple(counts), kind, in_order(wanted.get("axes"), "zyx", len(counts), str(data)), offset)


def _right_length(layout: _Layout, data: Path) -> None:
    """The file must hold exactly the voxels: with more or fewer, the shape or the type is wrong."""
    values = math.prod(layout.shape)
    wanted = layout.offset + values * layout.dtype.itemsize
    have = data.stat().st_size
    if have == wanted:
        return
    shown = " x ".join(map(str, layout.shape))
    allowed = f"{wanted} bytes, for {shown} voxels of {layout.dtype.itemsize} bytes after {layout.offset} bytes"
    raise InvalidInput("raw file", f"{have} bytes", allowed, _fits(layout, have).capitalize(), str(data))


def _fits(layout: _Layout, have: int) -> str:
    """Which shapes or types would fit the bytes."""
    values = math.prod(layout.shape)
    found = []
    body = have - layout.offset
    if body > 0 and body % values == 0 and body // values in (1, 2, 4, 8):
        found.append(f"this shape with {body // values} bytes per voxel")
    slice_bytes = values // layout.shape[-1] * layout.dtype.itemsize
    if body > 0 and body % slice_bytes == 0:
        found.append("shape " + " x ".join(map(str, (*layout.shape[:-1], body // slice_bytes))))
    spare = have - values * layout.dtype.itemsize
    if 0 < spare <= 65536:
        found.append(f"offset {spare}")
    found.append(_guesses(have))
    return "what would fit: " + ", or ".join(found)


def _guesses(have: int) -> str:
    """Cubes of one, two or four bytes per voxel that have as many bytes."""
    cubes = []
    for size in (1, 2, 4, 8):
        edge = round((have / size) ** (1 / 3))
        if edge > 1 and edge**3 * size == have:
            cubes.append(f"{edge} x {edge} x {edge} of {size} byte{'s' if size > 1 else ''}")
    return ", or ".join(cubes) + " would fit" if cubes else "no cube of 1, 2, 4 or 8 bytes per voxel"


def _by_axis(edges: Any, layout: _Layout, key: str, source: Path) -> dict[str, float] | None:
    if edges is None:
        return None
    count = len(layout.shape)
    values = [edges] * count if isinstance(edges, float) else list(edges)
    if len(values) != count or not all(math.isfinite(edge) and edge > 0.0 for edge in values):
        raise InvalidInput(key, edges, f"{count} lengths above 0", "", str(source))
    return dict(zip("xyz", values, strict=False))
