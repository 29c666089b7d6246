"""What is really there: shares of metal, plated lithium, empty space and solids in every voxel of a saved state.

The grid of a resolved run holds the electrolyte. Its electrodes are put on both sides as layers of lithium with the
voids of each column between them and the face. A broken voxel is as open as its nodes have moved apart (the trace of
the strain), and at least as its lithium takes; without displacements, just so much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import NotResolved
from lisse.fields import phases_of
from lisse.fields.cracks import BROKEN
from lisse.fields.schema import is_empty, is_metal
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Scene", "needs_fields", "scene"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """One moment on a grid (nx, ny[, nz]); shares of a voxel that add up to 1 (less outside of the cell).

    Attributes
    ----------
    metal : array, 1
        Lithium of the electrodes and of phases that are lithium.
    plated : array, 1
        Lithium in cracks, in pores and inside the electrolyte.
    empty : array, 1
    solids : mapping of phase to array, 1
    broken : array, 1
        Damage where it is above the limit, else 0.
    edge : float, m
    start : float, m
        Where the grid begins along x; 0 is the face of the working electrode.
    """

    metal: Floats
    plated: Floats
    empty: Floats
    solids: Mapping[str, Floats]
    broken: Floats
    edge: float
    start: float
    shown: tuple[int, int] = field(default=(0, 0))


def needs_fields(fields: xr.Dataset | None, what: str) -> xr.Dataset:
    """The fields, or the error that says which model has them."""
    if fields is None:
        raise NotResolved(
            f"{what}: this solution has no fields, so there is nothing to look at. The resolved model saves them "
            '(model.name = "resolved" in the case file); give the folder of its run'
        )
    missing = [name for name in ("phase", "lithium_fraction") if name not in fields]
    if missing:
        raise NotResolved(f"{what}: {', '.join(missing)} is not among the fields of this run")
    return fields


def scene(fields: xr.Dataset, index: int, solution: Solution, electrode: float) -> Scene:
    """The truth at one saved time.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    index : int. Of the saved time.
    solution : Solution. Of the same run: how thick the electrodes are.
    electrode : float, m. How much of each electrode is put beside the electrolyte, at most.
    """
    now, edge = fields.isel(time=index), float(fields.attrs["voxel_size"])
    phase, lithium = now["phase"].values, np.nan_to_num(np.asarray(now["lithium_fraction"].values, dtype=float))
    broken = np.nan_to_num(np.asarray(now["damage"].values, dtype=float)) if "damage" in now else np.zeros(phase.shape)
    broken = np.where(broken >= BROKEN, broken, 0.0)
    names = phases_of(fields)
    metallic = np.isin(phase, [label for label, name in names.items() if is_metal(name)])
    hollow = np.isin(phase, [label for label, name in names.items() if is_empty(name)])
    plated = np.where(metallic, 0.0, lithium)
    gap = np.maximum(plated, np.where(broken > 0.0, _opening(now, edge), 0.0))
    gap = np.where(hollow, 1.0, np.where(metallic, 0.0, gap))
    solids = {name: np.where(own, 1.0 - gap, 0.0) for name, own in _solid_phases(phase, names).items()}
    layers = [_electrode(now, side, solution, electrode, edge) for side in (0, 1)]
    parts = {"metal": metallic.astype(float), "plated": plated, "empty": gap - plated, "broken": broken, **solids}
    whole = {name: _joined(name, part, layers) for name, part in parts.items()}
    own = {name: whole.pop(name) for name in ("metal", "plated", "empty", "broken")}
    shown = (len(layers[0][0]), len(layers[1][0]))
    return Scene(**own, solids=whole, edge=edge, start=-shown[0] * edge, shown=shown)


def _solid_phases(phase: Any, names: Mapping[int, str]) -> dict[str, NDArray[np.bool_]]:
    """Where each solid is. A crack that was there from the start cuts through the solid that there is most of."""
    solid = {
        name: phase == label
        for label, name in names.items()
        if not (is_metal(name) or is_empty(name) or name.lower().startswith("crack"))
    }
    if solid:
        most = max(solid, key=lambda name: int(solid[name].sum()))
        cut = [label for label, name in names.items() if name.lower().startswith("crack")]
        solid[most] = solid[most] | np.isin(phase, cut)
    return solid


def _joined(name: str, part: Floats, layers: list[tuple[Floats, Floats]]) -> Floats:
    """The grid with its electrodes: what lies there is metal or empty."""
    (low_metal, low_empty), (high_metal, high_empty) = layers
    low, high = np.zeros_like(low_metal), np.zeros_like(high_metal)
    if name == "metal":
        low, high = low_metal, high_metal
    elif name == "empty":
        low, high = low_empty, high_empty
    return np.concatenate([low[::-1], part, high])


def _electrode(now: xr.Dataset, side: int, solution: Solution, shown: float, edge: float) -> tuple[Floats, Floats]:
    """Shares of metal and of empty space in the voxels beside one face, nearest first; none where there is no metal."""
    lateral = tuple(now.sizes[axis] for axis in ("y", "z") if axis in now.sizes)
    void = (
        np.asarray(now["void_height"].values[side], dtype=float) if "void_height" in now else np.full(lateral, np.nan)
    )
    nothing = np.zeros((0, *lateral))
    if shown <= 0.0 or np.isnan(void).all():
        return nothing, nothing
    thick = _thickness(solution, side, float(now["time"]))
    reach = min(shown, thick + float(void.max()))
    count = math.ceil(reach / edge - 1e-9)
    if count == 0:
        return nothing, nothing
    near = (np.arange(count) * edge).reshape(-1, *(1,) * len(lateral))
    empty = np.clip((void - near) / edge, 0.0, 1.0)
    metal = np.clip((void + thick - near) / edge, 0.0, 1.0) - empty
    return metal, empty


def _thickness(solution: Solution, side: int, time: float) -> float:
    """m. Of the lithium of one electrode; infinite where the solution does not tell."""
    if "lithium_thickness" not in solution:
        return math.inf
    values = np.asarray(solution["lithium_thickness"].values, dtype=float)[:, side]
    found = float(np.interp(time, solution["time"].values, values))
    return found if math.isfinite(found) else math.inf


def _opening(now: xr.Dataset, edge: float) -> Floats:
    """(nx, ny[, nz]), 1. Trace of the strain, from the nodes; 0 where it is negative or not saved."""
    if "displacement" not in now:
        return np.zeros(now["phase"].shape)
    moved = np.nan_to_num(np.asarray(now["displacement"].values, dtype=float))
    total: Any = 0.0
    for axis in range(moved.shape[0]):
        part = moved[axis]
        for other in range(part.ndim):
            ahead = part[1:] if other == 0 else np.roll(part, -1, other)
            here = part[:-1] if other == 0 else part
            part = ahead - here if other == axis else 0.5 * (ahead + here)
        total = total + part / edge
    return np.asarray(np.clip(total, 0.0, 1.0))
