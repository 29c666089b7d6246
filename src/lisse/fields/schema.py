"""Names, places, units and numbers of the fields of a resolved run: the format, said once.

Axis 0 (x) runs through the electrolyte from the working to the counter electrode; y and z are lateral and periodic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lisse.units import quantity

__all__ = [
    "AXES",
    "ELECTRODES",
    "FIELDS",
    "FOLDER",
    "VERSION",
    "VOIGT",
    "Field",
    "dims_of",
    "is_empty",
    "is_metal",
    "saved_files",
    "shape_of",
]

VERSION = 1
"""Of the format; a reader refuses a later one."""
FOLDER = "fields"
AXES = ("x", "y", "z")
VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")
ELECTRODES = ("working", "counter")

_FILE = re.compile(r"\d{6}\.nc")
_LEADING = {"vector": "component", "node vector": "component", "voigt": "voigt", "electrode": "electrode"}


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes
    ----------
    name : str
    place : str
        ``"voxel"``, ``"vector"`` (of voxels), ``"voigt"`` (of voxels), ``"node vector"`` or ``"electrode"``.
    dtype : str
        How numbers are stored; double where sums over the field must close.
    meaning : str
    gaps : bool
        Whether NaN may stand where the quantity does not exist. For fields of the electrodes: for a whole electrode.
    fixed : bool
        The same at all times.
    """

    name: str
    place: str
    dtype: str
    meaning: str
    gaps: bool = False
    fixed: bool = False

    @property
    def unit(self) -> str:
        """SI unit."""
        return "1" if self.name in ("phase", "grain") else quantity(self.name).unit


_ROWS = (
    Field("phase", "voxel", "int32", "label of the phase; the attributes flag_values and flag_meanings name them"),
    Field("grain", "voxel", "int32", "number of the grain, from 1; 0 is no grain", fixed=True),
    Field("electrolyte_potential", "voxel", "float32", "potential of the ion conductor; NaN outside of it", True),
    Field("current_density", "vector", "float32", "ionic; along -x where the working electrode is plated", True),
    Field("stress", "voigt", "float32", "at the centre of the voxel, tension positive; NaN where unsolved", True),
    Field("displacement", "node vector", "float32", "displacement of the nodes"),
    Field("damage", "voxel", "float32", "0 sound, 1 broken"),
    Field("lithium_fraction", "voxel", "float64", "share of the voxel that plated lithium fills, cracks included"),
    Field("plating_pressure", "voxel", "float32", "pressure of the lithium in cracks and pores; NaN without", True),
    Field("lithium_chemical_potential", "voxel", "float32", "against lithium metal; NaN outside the conductor", True),
    Field("local_current_density", "electrode", "float64", "at the faces of an electrode; positive: metal grows", True),
    Field("contact_fraction", "electrode", "float64", "share of the face in contact", True),
    Field("void_height", "electrode", "float64", "void volume over the face, per area", True),
    Field("contact_pressure", "electrode", "float64", "pressure of the metal on the face, compression positive", True),
)

FIELDS: Mapping[str, Field] = MappingProxyType({row.name: row for row in _ROWS})
"""Every field that a file may hold, by name."""


def dims_of(field: Field, dimensions: int) -> tuple[str, ...]:
    """Names of the axes of the array in one file: leading components, then the axes of the grid."""
    axes = AXES[:dimensions]
    if field.place == "node vector":
        axes = tuple(f"{axis}_node" for axis in axes)
    elif field.place == "electrode":
        axes = axes[1:]
    leading = _LEADING.get(field.place)
    return (leading, *axes) if leading else axes


def shape_of(field: Field, shape: Sequence[int]) -> tuple[int, ...]:
    """Shape of the array in one file, for a grid of that shape."""
    lateral = tuple(shape[1:])
    return {
        "voxel": tuple(shape),
        "vector": (len(shape), *shape),
        "voigt": (len(VOIGT), *shape),
        "node vector": (len(shape), shape[0] + 1, *lateral),  # lateral axes are periodic: as many nodes as voxels
        "electrode": (len(ELECTRODES), *lateral),
    }[field.place]


def is_metal(phase: str) -> bool:
    """Whether a phase of that name is the metal of the electrodes, and no compound of it."""
    return phase.lower() in ("li", "lithium", "lithium metal")


def is_empty(phase: str) -> bool:
    """Whether a phase of that name is empty space."""
    words = re.findall("[a-z]+", phase.lower())
    return any(word.startswith(("pore", "void", "scratch")) or word in ("gas", "air") for word in words)


def saved_files(folder: Path) -> list[Path]:
    """The files of a ``fields`` folder in order of time; what an interrupted writer left is not among them."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _FILE.fullmatch(path.name))
