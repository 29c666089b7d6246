"""How large a voxel of a TIFF file is: OME-XML, ImageJ's description, or the resolution tags, with their traps.

Resolution tags are about printing on paper. A pixel "at 72 per inch" is what programs write who know nothing, and
nothing in a plain TIFF tells the distance between pages.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput
from lisse.units import convert

__all__ = ["Sizes", "sizes_of"]

_PRINTING = (72.0, 90.0, 96.0, 100.0, 120.0, 150.0, 180.0, 200.0, 300.0, 360.0, 400.0, 600.0, 1200.0, 2400.0)
_METRE_PER_UNIT = {2: 0.0254, 3: 0.01}  # tag ResolutionUnit: inch, centimetre


@dataclass(frozen=True)
class Sizes:
    """Edges in m by axis, or only their ratio, or a hint."""

    voxel_size: Mapping[str, float] | None = None
    spacing: Mapping[str, float] | None = None
    hint: str = ""


def sizes_of(file: Any, series: Any) -> Sizes:
    """What an open tifffile.TiffFile tells of the edges of a voxel."""
    if file.is_ome and file.ome_metadata:
        return _ome(file.ome_metadata)
    pixel = _resolution(series.keyframe)
    if file.is_imagej:
        return _imagej(file.imagej_metadata or {}, pixel)
    return _plain(series, pixel)


def _ome(text: str) -> Sizes:
    """PhysicalSizeX, Y, Z of the first image; micrometre where no unit is said (the schema's default)."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return Sizes(hint="The OME metadata of the file cannot be read")
    pixels = next((one for one in root.iter() if one.tag.rpartition("}")[2] == "Pixels"), None)
    found: dict[str, float] = {}
    for axis in "xyz" if pixels is not None else "":
        size = pixels.get(f"PhysicalSize{axis.upper()}")  # type: ignore[union-attr]
        if size is None:
            continue
        unit = pixels.get(f"PhysicalSize{axis.upper()}Unit", "um")  # type: ignore[union-attr]
        if unit in ("pixel", "reference frame"):
            continue
        try:
            edge = convert(float(size), unit, "m")
        except (InvalidInput, ValueError):
            return Sizes(hint=f"The OME metadata says PhysicalSize{axis.upper()} = {size!r} {unit!r}")
        found[axis] = edge
    return _complete(found) if all(edge > 0.0 for edge in found.values()) else Sizes()


def _imagej(described: Mapping[str, Any], pixel: Mapping[str, float] | None) -> Sizes:
    """The tags hold pixels per `unit`, and `spacing` is the distance of slices in it."""
    if pixel is None:
        return Sizes()
    edges = dict(pixel)
    if "spacing" in described:
        edges["z"] = abs(float(described["spacing"]))
    unit = str(described.get("unit", "")).replace("\\u00B5", "u").replace("\xb5", "u")
    if unit in ("", "pixel", "pixels", "voxel"):
        known = "z" in edges and min(edges.values()) > 0.0
        return Sizes(None, edges if known else None)
    unit = {"micron": "um", "microns": "um", "inch": "in"}.get(unit, unit)
    try:
        return _complete({axis: convert(edge, unit, "m") for axis, edge in edges.items()})
    except InvalidInput:
        return Sizes(hint=f"ImageJ's description names the unit {unit!r}, which is not known")


def _plain(series: Any, pixel: Mapping[str, float] | None) -> Sizes:
    tags = series.keyframe.tags
    unit = _METRE_PER_UNIT.get(int(tags["ResolutionUnit"].value) if "ResolutionUnit" in tags else 2)
    if pixel is None or unit is None:
        return Sizes()
    metres = {axis: edge * unit for axis, edge in pixel.items()}
    if any(abs(0.0254 / edge - dots) < 0.02 * dots for edge in metres.values() for dots in _PRINTING):
        return Sizes()
    return _complete(metres)


def _resolution(page: Any) -> dict[str, float] | None:
    """Edges of a pixel in the unit of the tags."""
    found = {}
    for axis, name in (("x", "XResolution"), ("y", "YResolution")):
        if name not in page.tags:
            return None
        above, below = page.tags[name].value
        if not above or not below:
            return None
        found[axis] = below / above
    return found


def _complete(edges: dict[str, float]) -> Sizes:
    """Edges along every axis; without z, only a hint for stacks."""
    if not {"x", "y"} <= edges.keys():
        return Sizes()
    if "z" in edges:
        return Sizes(edges)
    shown = f"{edges['x'] * 1e6:.6g} um" if edges["x"] == edges["y"] else "their own size"
    return Sizes(edges, None, f"The file says that pixels are {shown} but not how far apart slices are: say all edges")
