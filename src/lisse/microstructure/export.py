"""Volumes and fields for other programs: VTI and XDMF + HDF5 (ParaView), TIFF stacks (ImageJ), or our own files.

`write` chooses by the end of the name. Every file is written whole or not at all, slab by slab, so that a mapped scan
never has to fit into memory. Nothing is computed here.
"""

from __future__ import annotations

import base64
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from lisse.errors import InvalidInput, MissingExtra, suggest
from lisse.files import atomic_path
from lisse.microstructure.volume import Volume

__all__ = ["write", "write_tiff", "write_vti", "write_xdmf"]

Array = np.ndarray[Any, np.dtype[Any]]

_BLOCK = 1 << 20  # bytes that are compressed together in a VTI file
_MICROMETRE = 1e6
_VTK_TYPES = {
    "int8": "Int8", "uint8": "UInt8", "int16": "Int16", "uint16": "UInt16", "int32": "Int32", "uint32": "UInt32",
    "int64": "Int64", "uint64": "UInt64", "float32": "Float32", "float64": "Float64",
}  # fmt: skip
_XDMF_TYPES = {"i": "Int", "u": "UInt", "f": "Float"}
_XDMF_BYTES = {"i": "Char", "u": "UChar"}


def write(volume: Volume, path: str | os.PathLike[str], fields: Mapping[str, Any] | None = None) -> Path:
    """Write a volume, and fields on it, in the format that the end of the name says.

    Parameters
    ----------
    volume : Volume
    path : str or path. Ends in ``.vti``, ``.xdmf``, ``.tif`` or ``.tiff``, ``.npz`` or ``.h5``.
    fields : mapping of name to (nx, ny[, nz]) or (nx, ny[, nz], 2 or 3) array. Scalars and vectors in the voxels; only
        for ``.vti`` and ``.xdmf``.

    Returns
    -------
    Path
        The file.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind in _WITH_FIELDS:
        return _WITH_FIELDS[kind](volume, target, fields)
    if kind not in (".tif", ".tiff", ".npz", ".h5", ".hdf5"):
        known = (".vti", ".xdmf", ".tif", ".npz", ".h5")
        raise InvalidInput("output", target.name, f"a name that ends in {', '.join(known)}", suggest(kind, known))
    if fields:
        raise InvalidInput("fields", ", ".join(fields), "fields in .vti and .xdmf files only", "Choose one of these")
    return write_tiff(volume, target) if kind in (".tif", ".tiff") else volume.save(target)


def write_vti(volume: Volume, path: str | os.PathLike[str], fields: Mapping[str, Any] | None = None) -> Path:
    """Write VTK ImageData (``.vti``): cells are voxels, lengths are in um, arrays are compressed.

    Parameters
    ----------
    volume : Volume
    path : str or path
    fields : mapping of name to (nx, ny[, nz]) or (nx, ny[, nz], 2 or 3) array
    """
    arrays = _cell_arrays(volume, fields)
    counts = (*volume.shape, 1)[:3]
    edges = [edge * _MICROMETRE for edge in _three(volume)]
    extent = " ".join(f"0 {count}" for count in counts)
    with atomic_path(Path(path)) as temporary, temporary.open("w+b") as file:
        file.write(_HEAD)
        spacing = " ".join(f"{edge:.12g}" for edge in edges)
        file.write(f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="{spacing}">\n'.encode())
        file.write(_field_data(volume).encode())
        file.write(f'<Piece Extent="{extent}">\n<CellData Scalars="phase">\n'.encode())
        for name, array in arrays.items():
            _vti_array(file, name, array, volume.dimensions)
        file.write(b"</CellData>\n</Piece>\n</ImageData>\n</VTKFile>\n")
    return Path(path)


def write_xdmf(volume: Volume, path: str | os.PathLike[str], fields: Mapping[str, Any] | None = None) -> Path:
    """Write XDMF (``.xdmf``) with its arrays in a file beside it, ``NAME.xdmf.h5``; lengths are in um.

    Parameters
    ----------
    volume : Volume
    path : str or path
    fields : mapping of name to (nx, ny[, nz]) or (nx, ny[, nz], 2 or 3) array
    """
    import h5py

    target = Path(path)
    arrays = _cell_arrays(volume, fields)
    data = target.with_name(f"{target.name}.h5")
    with atomic_path(data) as temporary, h5py.File(temporary, "w") as file:
        for name, array in arrays.items():
            _hdf5_array(file, name, array, volume.dimensions)
        file.attrs["phases"] = [f"{label} = {name}" for label, name in volume.phases.items()]
    with atomic_path(target) as temporary:
        temporary.write_text(_xdmf(volume, arrays, data.name), encoding="utf-8")
    return target


def write_tiff(volume: Volume, path: str | os.PathLike[str]) -> Path:
    """Write the labels as an uncompressed TIFF stack that ImageJ opens with the size of its voxels.

    Parameters
    ----------
    volume : Volume. Labels from 0 to 65535.
    path : str or path

    Raises
    ------
    InvalidInput
        For labels below 0 or above 65535.
    MissingExtra
        Without tifffile.
    """
    try:
        import tifffile
    except ImportError:
        raise MissingExtra("tifffile", "image", "Writing TIFF") from None
    volume.check()
    low, high = min(volume.phases), max(volume.phases)
    if low < 0 or high > np.iinfo(np.uint16).max:
        raise InvalidInput("labels", f"{low} to {high}", "0 to 65535 in a TIFF stack", "Number the phases anew")
    dtype = np.uint8 if high < 256 else np.uint16
    x, y, z = (edge * _MICROMETRE for edge in _three(volume))
    sizes = {"axes": "ZYX"[3 - volume.dimensions :], "unit": "um"} | ({"spacing": z} if volume.dimensions == 3 else {})
    pages = (np.ascontiguousarray(page.T, dtype=dtype) for page in _pages(volume.labels, volume.dimensions))
    with atomic_path(Path(path)) as temporary, temporary.open("wb") as file:
        shape = volume.shape[::-1]
        tifffile.imwrite(
            file, pages, shape=shape, dtype=dtype, imagej=True, resolution=(1.0 / x, 1.0 / y), metadata=sizes
        )
    return Path(path)


_WITH_FIELDS = {".vti": write_vti, ".xdmf": write_xdmf}
_HEAD = (
    b'<?xml version="1.0"?>\n<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64" '
    b'compressor="vtkZLibDataCompressor">\n'
)


def _three(volume: Volume) -> tuple[float, ...]:
    """Edges along x, y and z; a flat volume is as thick as its voxels are wide."""
    return (*volume.voxel_size, min(volume.voxel_size))[:3]


def _cell_arrays(volume: Volume, fields: Mapping[str, Any] | None) -> dict[str, Array]:
    volume.check()
    found: dict[str, Array] = {"phase": volume.labels}
    if volume.grains is not None:
        found["grain"] = volume.grains
    for name, values in (fields or {}).items():
        if name in found or not name or any(not c.isprintable() or c == "/" for c in name):
            raise InvalidInput("fields", name, f"a printed name other than {', '.join(found)}")
        array = np.asarray(values)
        shape, rest = array.shape[: volume.dimensions], array.shape[volume.dimensions :]
        if shape != volume.shape or rest not in ((), (2,), (3,)):
            allowed = f"{volume.shape} (scalars) or {volume.shape} + (2 or 3,) (vectors)"
            raise InvalidInput(f"field {name!r}", f"shape {array.shape}", allowed)
        array = array.view(np.uint8) if array.dtype.kind == "b" else array
        if array.dtype.name not in _VTK_TYPES:
            raise InvalidInput(f"field {name!r}", f"an array of {array.dtype}", ", ".join(_VTK_TYPES))
        found[name] = array
    return found


def _pages(array: Array, dimensions: int) -> Iterator[Array]:
    """One (nx, ny[, components]) page per z."""
    if dimensions == 2:
        yield array
    else:
        yield from (array[:, :, index] for index in range(array.shape[2]))


def _rows(array: Array, dimensions: int) -> Iterator[Array]:
    """Each page as other programs want it: (ny, nx[, 3]), little-endian, vectors with three components."""
    dtype = array.dtype.newbyteorder("<")
    for page in _pages(array, dimensions):
        rows = np.asarray(page.swapaxes(0, 1), dtype=dtype)
        if array.ndim > dimensions and array.shape[-1] == 2:
            rows = np.concatenate([rows, np.zeros_like(rows[..., :1])], axis=-1)
        yield np.ascontiguousarray(rows)


def _vti_array(file: IO[bytes], name: str, array: Array, dimensions: int) -> None:
    """One DataArray: base64 of a table of block sizes, then base64 of the compressed blocks one after another."""
    components = 3 if array.ndim > dimensions else 1
    total = math.prod(array.shape[:dimensions]) * components * array.dtype.itemsize
    count = -(-total // _BLOCK)
    file.write(
        f'<DataArray type="{_VTK_TYPES[array.dtype.name]}" Name={quoteattr(name)} NumberOfComponents="{components}" '
        'format="binary">\n'.encode()
    )
    table_at = file.tell()
    table = np.zeros(3 + count, dtype="<u8")
    file.write(base64.b64encode(table.tobytes()))
    sizes, carried = [], b""
    for block in _blocks(_rows(array, dimensions)):
        packed = zlib.compress(block, 1)
        sizes.append(len(packed))
        whole = carried + packed
        cut = len(whole) - len(whole) % 3
        file.write(base64.b64encode(whole[:cut]))
        carried = whole[cut:]
    file.write(base64.b64encode(carried) + b"\n</DataArray>\n")
    end = file.tell()
    table[:] = [count, _BLOCK, total % _BLOCK, *sizes]
    file.seek(table_at)
    file.write(base64.b64encode(table.tobytes()))
    file.seek(end)


def _blocks(pages: Iterator[Array]) -> Iterator[bytes]:
    """The bytes of all pages in blocks of one size; the last may be shorter."""
    held = bytearray()
    for page in pages:
        held += page.tobytes()
        while len(held) >= _BLOCK:
            yield bytes(held[:_BLOCK])
            del held[:_BLOCK]
    if held:
        yield bytes(held)


def _field_data(volume: Volume) -> str:
    """The phase table and the unit of length as text that ParaView shows with the data."""
    words = [f"{label} = {name}" for label, name in volume.phases.items()]
    rows = {"phases": words, "length unit": ["um"]}
    text = "<FieldData>\n"
    for name, values in rows.items():
        codes = " ".join(" ".join(map(str, [*value.encode("utf-8"), 0])) for value in values)
        text += f'<Array type="String" Name="{name}" NumberOfTuples="{len(values)}" format="ascii">{codes}</Array>\n'
    return text + "</FieldData>\n"


def _hdf5_array(file: Any, name: str, array: Array, dimensions: int) -> None:
    pages = _rows(array, dimensions)
    first = next(pages)
    depth = array.shape[2] if dimensions == 3 else 1
    shape = (depth, *first.shape)
    held = file.create_dataset(
        name, shape, first.dtype, chunks=(1, *first.shape), compression="gzip", compression_opts=1
    )
    held[0] = first
    for index, page in enumerate(pages, start=1):
        held[index] = page


def _xdmf(volume: Volume, arrays: Mapping[str, Array], data: str) -> str:
    counts = (*volume.shape, 1)[:3][::-1]
    nodes = " ".join(str(count + 1) for count in counts)
    spacing = " ".join(f"{edge * _MICROMETRE:.12g}" for edge in _three(volume)[::-1])
    table = ", ".join(f"{label} = {name}" for label, name in volume.phases.items())
    parts = [
        '<?xml version="1.0"?>\n<Xdmf Version="3.0">\n<Domain>\n<Grid Name="microstructure" GridType="Uniform">\n'
        f'<Information Name="phases" Value={quoteattr(table)}/>\n<Information Name="length unit" Value="um"/>\n'
        f'<Topology TopologyType="3DCoRectMesh" Dimensions="{nodes}"/>\n<Geometry GeometryType="ORIGIN_DXDYDZ">\n'
        '<DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">0 0 0</DataItem>\n'
        f'<DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">{spacing}</DataItem>\n</Geometry>\n'
    ]
    for name, array in arrays.items():
        vector = array.ndim > volume.dimensions
        shape = " ".join(map(str, (*counts, 3) if vector else counts))
        size = array.dtype.itemsize
        kind = _XDMF_BYTES[array.dtype.kind] if size == 1 else _XDMF_TYPES[array.dtype.kind]
        parts.append(
            f'<Attribute Name={quoteattr(name)} AttributeType="{"Vector" if vector else "Scalar"}" Center="Cell">\n'
            f'<DataItem Dimensions="{shape}" NumberType="{kind}" Precision="{size}" Format="HDF">'
            f"{escape(data)}:/{escape(name)}</DataItem>\n</Attribute>\n"
        )
    return "".join(parts) + "</Grid>\n</Domain>\n</Xdmf>\n"
