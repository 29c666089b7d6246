"""Headers of raw voxels: what TOML, MetaImage and NRRD say, in the words of `raw`.

Of MetaImage and NRRD only what a scalar image without compression needs. Both leave the unit of length open (a
MetaImage of a hospital means mm, one of a laboratory often um), so their spacings are ratios unless a unit is there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lisse.errors import InvalidInput
from lisse.units import convert, parse_quantity

__all__ = ["read_metaimage", "read_nrrd", "read_toml"]

_META_TYPES = {
    "MET_CHAR": "int8", "MET_UCHAR": "uint8", "MET_SHORT": "int16", "MET_USHORT": "uint16", "MET_INT": "int32",
    "MET_UINT": "uint32", "MET_LONG_LONG": "int64", "MET_ULONG_LONG": "uint64", "MET_FLOAT": "float32",
    "MET_DOUBLE": "float64",
}  # fmt: skip
_NRRD_TYPES = {
    "signed char": "int8", "int8": "int8", "int8_t": "int8", "uchar": "uint8", "unsigned char": "uint8",
    "uint8": "uint8", "uint8_t": "uint8", "short": "int16", "int16": "int16", "int16_t": "int16", "ushort": "uint16",
    "unsigned short": "uint16", "uint16": "uint16", "uint16_t": "uint16", "int": "int32", "int32": "int32",
    "int32_t": "int32", "uint": "uint32", "unsigned int": "uint32", "uint32": "uint32", "uint32_t": "uint32",
    "float": "float32", "double": "float64",
}  # fmt: skip
_LONGEST = 1_000_000  # bytes; a header is short


def read_toml(path: Path) -> dict[str, Any]:
    """A header of ours: see `raw`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("header", path.name, "TOML", str(error), str(path)) from error
    if "voxel_size" in table:
        given = table["voxel_size"]
        edges = given if isinstance(given, list) else [given] * len(table.get("shape", (0, 0, 0)))
        table["voxel_size"] = [parse_quantity(edge, "m", f"{path}: voxel_size") for edge in edges]
    if "phases" in table:
        table["phases"] = _phases(table["phases"], path)
    return table


def _phases(table: Any, path: Path) -> dict[int, str]:
    try:
        return {int(label): str(name) for label, name in table.items()}
    except (AttributeError, ValueError):
        allowed = '{0 = "pore", 1 = "electrolyte"}'
        raise InvalidInput("phases", table, allowed, "", str(path)) from None


def read_metaimage(path: Path) -> dict[str, Any]:
    """MetaImage: ``.mhd`` with its data in another file, or ``.mha`` with the data behind the header."""
    fields, end = _fields(path, "=", "ElementDataFile")
    _uncompressed(fields.get("CompressedData", "False").lower() != "true", path)
    found: dict[str, Any] = {"shape": _whole_numbers(fields, "DimSize", path)}
    found["dtype"] = _type(fields, "ElementType", _META_TYPES, path)
    if fields.get("ElementNumberOfChannels", "1") != "1":
        raise InvalidInput("ElementNumberOfChannels", fields["ElementNumberOfChannels"], "1", "", str(path))
    big = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False"))
    found["byte_order"] = "big" if big.lower() == "true" else "little"
    found["offset"] = int(fields.get("HeaderSize", "0"))
    if "ElementSpacing" in fields:
        found["spacing"] = _floats(fields["ElementSpacing"], path)
    data = fields.get("ElementDataFile", "")
    if data.upper() == "LOCAL":
        data, found["offset"] = path.name, end
    if not data or data.upper() == "LIST" or "%" in data:
        raise InvalidInput("ElementDataFile", data, "the name of one raw file, or LOCAL", "", str(path))
    return found | {"data": data}


def read_nrrd(path: Path) -> dict[str, Any]:
    """NRRD: ``.nhdr`` with its data in another file, or ``.nrrd`` with the data behind the header."""
    fields, end = _fields(path, ":", "")
    if not any(key.startswith("NRRD") for key in fields):
        raise InvalidInput("header", path.name, "NRRD, which begins with the line NRRD0004", "", str(path))
    _uncompressed(fields.get("encoding", "raw") == "raw", path)
    found: dict[str, Any] = {"shape": _whole_numbers(fields, "sizes", path)}
    found["dtype"] = _type(fields, "type", _NRRD_TYPES, path)
    found["byte_order"] = fields.get("endian", "little")
    found["offset"] = int(fields.get("byte skip", fields.get("byteskip", "0")))
    edges = _nrrd_edges(fields, path)
    unit = fields.get("space units", fields.get("units", "")).replace('"', " ").split()
    if edges and unit and len(set(unit)) == 1:
        found["voxel_size"] = [convert(edge, unit[0], "m", what=f"{path}: units") for edge in edges]
    elif edges:
        found["spacing"] = edges
    data = fields.get("data file", fields.get("datafile", ""))
    if data:
        return found | {"data": data}
    return found | {"data": path.name, "offset": end if found["offset"] == 0 else found["offset"]}


def _nrrd_edges(fields: Mapping[str, str], path: Path) -> list[float] | None:
    if "spacings" in fields:
        return _floats(fields["spacings"], path)
    if "space directions" not in fields:
        return None
    vectors = [part.strip("() ") for part in fields["space directions"].split(") (")]
    return [sum(one**2 for one in _floats(vector.replace(",", " "), path)) ** 0.5 for vector in vectors]


def _fields(path: Path, mark: str, last: str) -> tuple[dict[str, str], int]:
    """``key mark value`` lines up to an empty line or the key `last`; and where the data begin."""
    with path.open("rb") as file:
        head = file.read(_LONGEST)
    found: dict[str, str] = {}
    place = 0
    while place < len(head):
        end = head.find(b"\n", place)
        end = len(head) if end < 0 else end
        line = head[place:end].decode("utf-8", "replace").strip()
        place = end + 1
        if not line:
            break
        if line.startswith("#"):
            continue
        key, _, value = line.partition(mark)
        found[key.strip()] = value.lstrip("=").strip()
        if last and key.strip() == last:
            break
    return found, place


def _whole_numbers(fields: Mapping[str, str], key: str, path: Path) -> list[int]:
    text = fields.get(key, "")
    if not text or not all(part.isdecimal() for part in text.split()):
        raise InvalidInput(key, text or None, "numbers of voxels along x, y, z", "", str(path))
    return [int(part) for part in text.split()]


def _floats(text: str, path: Path) -> list[float]:
    try:
        return [float(part) for part in text.split()]
    except ValueError:
        raise InvalidInput("spacing", text, "numbers", "", str(path)) from None


def _type(fields: Mapping[str, str], key: str, types: Mapping[str, str], path: Path) -> str:
    name = fields.get(key, "")
    if name not in types:
        raise InvalidInput(key, name or None, ", ".join(types), "", str(path))
    return types[name]


def _uncompressed(plain: bool, path: Path) -> None:
    if not plain:
        raise InvalidInput("encoding", "compressed data", "raw data", "Save it without compression", str(path))
