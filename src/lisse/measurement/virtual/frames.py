"""What an imaging instrument recorded of a cell: one picture, profile or spectral image for each time.

A record like the others: named arrays with units, the settings of the instrument, one netCDF file. It also goes to a
TIFF stack for other programs. Which instrument makes what is not known here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput, MissingExtra
from lisse.files import atomic_path
from lisse.records import Record

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Frames", "frames_dataset", "load_frames", "write_tiff"]

_PLACES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Frames(Record):
    """Pictures over time.

    `data` holds the array `signal` over ``time`` (s, the middle of each exposure) and places (m) or other axes, with
    ``exposure_start`` and ``exposure_end`` (s) beside the time.

    Attributes (besides those of `Record`)
    --------------------------------------
    instrument : str
        Name of the instrument.
    signal : str
        Name of the array that was recorded.
    """

    instrument: str = ""
    signal: str = ""

    kind: ClassVar[str] = "frames"

    def __post_init__(self) -> None:
        """Check that the signal is there."""
        super().__post_init__()
        if self.signal not in self.data.data_vars or "time" not in self.data[self.signal].dims:
            allowed = "an array over time: " + ", ".join(map(str, self.data.data_vars))
            raise InvalidInput("signal", self.signal, allowed)

    @property
    def picture(self) -> xr.DataArray:
        """The recorded array."""
        return self.data[self.signal]

    @property
    def places(self) -> tuple[str, ...]:
        """The axes that are places, in the order of the array."""
        return tuple(str(dim) for dim in self.picture.dims if dim in _PLACES)

    @property
    def voxel_size(self) -> tuple[float, ...]:
        """m, along each of `places`; NaN along an axis of one voxel whose edge was not recorded."""
        return tuple(float(self.data[name].attrs.get("edge", np.nan)) for name in self.places)


def frames_dataset(
    name: str,
    dims: tuple[str, ...],
    values: np.ndarray,
    exposures: np.ndarray,
    axes: dict[str, tuple[np.ndarray, float, str]],
    unit: str,
    long_name: str,
) -> xr.Dataset:
    """The dataset of a `Frames`.

    Parameters
    ----------
    name : str
    dims : tuple of str
        Of the array, without the time in front.
    values : (n, ...) array
    exposures : (n, 2) array, s
        Start and end of each.
    axes : mapping of dim to (centres, edge, unit)
    unit, long_name : str
    """
    import xarray as xr

    names = {"x": "Distance from the working interface", "shift": "Chemical shift", "depth": "Depth from the surface"}
    clock = {"units": "s"}
    coords: dict[str, Any] = {
        "time": ("time", exposures.mean(axis=1), {**clock, "long_name": "Middle of the exposure"}),
        "exposure_start": ("time", exposures[:, 0], {**clock, "long_name": "Start of the exposure"}),
        "exposure_end": ("time", exposures[:, 1], {**clock, "long_name": "End of the exposure"}),
    }
    for dim, (centres, edge, axis_unit) in axes.items():
        coords[dim] = (
            dim,
            centres,
            {"units": axis_unit, "long_name": names.get(dim, f"Place along {dim}"), "edge": edge},
        )
    return xr.Dataset({name: (("time", *dims), values, {"units": unit, "long_name": long_name})}, coords=coords)


def load_frames(path: str | os.PathLike[str]) -> Frames:
    """Read Frames from the netCDF file that `Frames.save` wrote."""
    return Frames.load(path)


def write_tiff(frames: Frames, path: str | os.PathLike[str]) -> Path:
    """Write every frame into one TIFF hyperstack (float32; axes time, z, y, x) that ImageJ opens with its scales.

    Raises
    ------
    MissingExtra
        Without tifffile.
    InvalidInput
        When the record has no two places.
    """
    try:
        import tifffile
    except ImportError:
        raise MissingExtra("tifffile", "image", "Writing TIFF") from None
    if len(frames.places) < 2:
        raise InvalidInput("output", str(path), "a picture with two places or more", "A profile goes to .nc and .csv")
    values = np.asarray(frames.picture.values, dtype=np.float32)
    stack = values.transpose(0, *range(values.ndim - 1, 0, -1))  # time, [z,] y, x
    edges = dict(zip(frames.places, frames.voxel_size, strict=True))
    times = frames.data["time"].values
    told: dict[str, Any] = {"axes": "TYX" if stack.ndim == 3 else "TZYX", "unit": "um"}
    if len(times) > 1:
        told["finterval"] = float(np.mean(np.diff(times)))
    if "z" in edges:
        told["spacing"] = edges["z"] * 1e6
    told["Info"] = json.dumps({"instrument": frames.instrument, "signal": frames.signal, "times": times.tolist()})
    resolution = (1e-6 / edges[frames.places[0]], 1e-6 / edges[frames.places[1]])
    target = Path(path)
    with atomic_path(target) as temporary:
        tifffile.imwrite(temporary, stack, imagej=True, resolution=resolution, metadata=told)
    return target
