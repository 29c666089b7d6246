"""Saved fields for ParaView: one VTI file for each time, and one ``.pvd`` file that opens them as a series.

Everything stands on the voxels: nodes are averaged to them, the six stresses become scalars of their own, and the
fields of an electrode fill the layer of voxels that touches it, NaN elsewhere. Lengths are in um.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lisse.errors import InvalidInput
from lisse.fields.derived import hydrostatic_stress, largest_principal_stress
from lisse.fields.loading import phases_of
from lisse.fields.schema import FIELDS, VOIGT
from lisse.files import output_folder, write_atomically
from lisse.microstructure.export import write_vti
from lisse.microstructure.volume import Volume

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["cell_arrays", "write_paraview"]

Progress = Callable[[float, str], None]


def write_paraview(
    fields: xr.Dataset, directory: str | os.PathLike[str], progress: Progress | None = None, every: int = 1
) -> Path:
    """Write ``fields_000000.vti`` and so on, then ``fields.pvd``, which names them with their times in s.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    directory : str or path. Made where it is absent.
    progress : callable or None. Called with the share done and a few words.
    every : int. Write every so many times, and always the last.

    Returns
    -------
    Path
        ``fields.pvd``.
    """
    if every < 1:
        raise InvalidInput("every", every, "1 or more")
    folder = output_folder(directory)
    count = fields.sizes["time"]
    chosen = sorted({*range(0, count, every), count - 1})
    rows = []
    for done, index in enumerate(chosen):
        frame = fields.isel(time=index)
        name = f"fields_{index:06d}.vti"
        volume, arrays = cell_arrays(frame)
        write_vti(volume, folder / name, arrays)
        rows.append(f'<DataSet timestep="{float(frame["time"]):.17g}" part="0" file="{name}"/>\n')
        if progress is not None:
            progress((done + 1) / len(chosen), f"{done + 1} of {len(chosen)}")
    head = '<?xml version="1.0"?>\n<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n<Collection>\n'
    return write_atomically(folder / "fields.pvd", f"{head}{''.join(rows)}</Collection>\n</VTKFile>\n")


def cell_arrays(frame: xr.Dataset) -> tuple[Volume, dict[str, np.ndarray]]:
    """One time as a volume and arrays on its voxels, components last.

    Parameters
    ----------
    frame : xarray.Dataset. Without time: ``fields.isel(time=0)``.
    """
    labels = frame["phase"].values
    grains = frame["grain"].values if "grain" in frame else None
    volume = Volume(labels, float(frame.attrs["voxel_size"]), phases_of(frame), grains)
    arrays: dict[str, np.ndarray] = {}
    for name, field in FIELDS.items():
        if name not in frame or name in ("phase", "grain"):
            continue
        values = np.asarray(frame[name].values)
        if field.place == "voigt":
            arrays |= {f"{name}_{pair}": values[k] for k, pair in enumerate(VOIGT)}
            arrays["hydrostatic_stress"] = hydrostatic_stress(values)
            arrays["largest_principal_stress"] = largest_principal_stress(values)
        elif field.place == "vector":
            arrays[name] = np.moveaxis(values, 0, -1)
        elif field.place == "node vector":
            arrays[name] = np.moveaxis(_at_centres(values), 0, -1)
        elif field.place == "electrode":
            arrays[name] = _at_ends(values, labels.shape)
        else:
            arrays[name] = values
    return volume, arrays


def _at_centres(nodes: np.ndarray) -> np.ndarray:
    """(d, nx, ny[, nz]) means of the corners of each voxel; lateral axes are periodic."""
    out: np.ndarray = (nodes[:, :-1] + nodes[:, 1:]) / 2
    for axis in range(2, out.ndim):
        out = (out + np.roll(out, -1, axis)) / 2
    return out


def _at_ends(sides: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    out = np.full(shape, np.nan)
    out[0], out[-1] = sides[0], sides[1]
    return out
