"""What the actions of ``lisse image`` share: how an image file is to be read, written as options."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput

if TYPE_CHECKING:
    from lisse.microstructure.readers import Image
    from lisse.microstructure.volume import Volume

__all__ = ["AXES", "add_image_options", "axis_of", "folder_of", "image_of", "numbers_of", "pairs", "volume_of"]

AXES = "xyz"


def add_image_options(parser: argparse.ArgumentParser, grey: bool = False) -> None:
    """The file, and how to read it; `grey` leaves out what belongs to segmented images."""
    parser.add_argument(
        "file", metavar="FILE", help="TIFF, HDF5, raw, MetaImage, NRRD or NumPy file, or a folder of slices"
    )
    edges = 'edge of a voxel, "0.5 um", or one per axis, "0.5 um, 0.5 um, 1 um"; needed where the file does not tell'
    parser.add_argument("--voxel-size", metavar="LENGTH", help=edges)
    parser.add_argument("--crop", metavar="X,Y,Z", help='part of the image in voxels, such as "0:200,0:200,:"')
    if not grey:
        parser.add_argument("--phases", metavar="LABEL=NAME,...", help='name of each label, "0=pore,1=electrolyte"')
        above = "cut a grey image: brighter is label 1, darker 0; several with commas"
        parser.add_argument("--threshold", metavar="GREY", help=above)
    layout = parser.add_argument_group("files that do not say enough about themselves")
    layout.add_argument("--dataset", metavar="NAME", help="which array of an HDF5 or .npz file")
    layout.add_argument("--axes", metavar="ORDER", help="axes of the file, slowest first (default zyx; xyz for .npy)")
    layout.add_argument("--shape", metavar="NX,NY,NZ", help="voxels along x, y, z of a raw file")
    layout.add_argument("--dtype", metavar="TYPE", help="numbers of a raw file, such as uint8")
    layout.add_argument("--byte-order", metavar="ORDER", help="little or big, of a raw file")
    layout.add_argument("--offset", metavar="BYTES", type=int, help="where the voxels of a raw file begin")


def image_of(arguments: argparse.Namespace, progress: Any = None) -> Image:
    """The grey image that the options describe."""
    from lisse.microstructure.readers import read_image

    return read_image(arguments.file, _edges(arguments.voxel_size), progress=progress, **_layout(arguments))


def volume_of(arguments: argparse.Namespace, progress: Any = None) -> Volume:
    """The segmented volume that the options describe."""
    from lisse.microstructure.readers import read

    phases = None if arguments.phases is None else _phases(arguments.phases)
    threshold = None if arguments.threshold is None else numbers_of("--threshold", arguments.threshold)
    edges = _edges(arguments.voxel_size)
    return read(arguments.file, edges, phases, threshold, progress=progress, **_layout(arguments))


def axis_of(letter: str, dimensions: int) -> int:
    """The number of an axis named x, y or z."""
    known = AXES[:dimensions]
    if len(letter) != 1 or letter not in known:
        raise InvalidInput("--axis", letter, ", ".join(known), "The volume is flat" if letter == "z" else "")
    return known.index(letter)


def numbers_of(option: str, text: str) -> list[float]:
    """Numbers separated by commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidInput(option, text, "a number, or several with commas") from None


def pairs(option: str, text: str) -> dict[str, str]:
    """``"a=1,b=2"`` as a table."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, mark, value = (piece.strip() for piece in part.partition("="))
        if not (name and mark and value):
            raise InvalidInput(option, part.strip(), "NAME=VALUE, or several with commas")
        if name in found:
            raise InvalidInput(option, text, "each name once", f"{name!r} is there twice")
        found[name] = value
    return found


def folder_of(arguments: argparse.Namespace, ending: str) -> Path:
    """Where the files of an action go: as said, or ``results/NAME-ending`` beside the image."""
    from lisse.cli.run import output_folder

    path = Path(arguments.file)
    return output_folder(arguments.output, path, f"{path.name.split('.')[0]}-{ending}")


def _edges(text: str | None) -> float | tuple[float, ...] | None:
    from lisse.units import parse_quantity

    if text is None:
        return None
    edges = tuple(parse_quantity(part.strip(), "m", "--voxel-size") for part in text.split(","))
    return edges[0] if len(edges) == 1 else edges


def _phases(text: str) -> dict[int, str]:
    table = pairs("--phases", text)
    if not all(re.fullmatch(r"-?\d+", label) for label in table):
        raise InvalidInput("--phases", text, 'numbers with names, "0=pore,1=electrolyte"')
    return {int(label): name for label, name in table.items()}


def _layout(arguments: argparse.Namespace) -> dict[str, Any]:
    shape = None
    if arguments.shape is not None:
        parts = re.split(r"\s*[x,]\s*", arguments.shape.strip())
        if not all(part.isdecimal() for part in parts):
            raise InvalidInput("--shape", arguments.shape, "numbers of voxels along x, y, z, such as 100,100,50")
        shape = [int(part) for part in parts]
    return {
        "crop": None if arguments.crop is None else _crop(arguments.crop),
        "dataset": arguments.dataset,
        "axes": arguments.axes,
        "shape": shape,
        "dtype": arguments.dtype,
        "byte_order": arguments.byte_order,
        "offset": arguments.offset,
    }


def _crop(text: str) -> tuple[slice, ...]:
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d*)\s*:\s*(\d*)\s*", part)
        if match is None:
            raise InvalidInput("--crop", text, 'FROM:TO along each axis, such as "0:200,0:200,:"')
        found.append(slice(*(int(end) if end else None for end in match.groups())))
    return tuple(found)
