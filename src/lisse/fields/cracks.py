"""Cracks in saved fields: how much is broken, how deep it reaches, how much of it follows grain boundaries, and when.

A crack that runs into a pore and out of it on the other side is one crack: pores and lithium join what touches them.
It is one row of voxels with damage near 1, so its length (area in 3-D) is the number of its voxels times an edge
(a face): on a path that runs diagonally up to sqrt(2) (sqrt(3)) too long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, NotResolved
from lisse.fields.loading import phases_of
from lisse.fields.schema import is_empty, is_metal
from lisse.numerics.components import label_components

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["BROKEN", "boundary_band", "crack_history", "when_broken"]

BROKEN = 0.9
"""Damage from which a voxel counts as broken."""

Mask = NDArray[np.bool_]


def crack_history(fields: xr.Dataset, threshold: float = BROKEN) -> Mapping[str, np.ndarray]:
    """Cracks of every saved time.

    Parameters
    ----------
    fields : xarray.Dataset. From `load_fields`; needs ``damage``.
    threshold : float, 1. Damage from which a voxel counts as broken.

    Returns
    -------
    mapping of str to (n,) array
        ``time`` (s); ``size``: crack length (m; area in m2 in 3-D); ``working_depth``, ``counter_depth``: how far from
        the electrode (m) cracks that start at it reach, where one that joins both belongs to the electrode whose cracks
        were deeper before (to both if neither's were); ``pieces``: cracks that hang apart; ``on_boundaries``: share of
        the broken voxels next to a face between two grains (NaN without cracks or grains).
    """
    damage = _damage(fields, threshold)
    edge = float(fields.attrs["voxel_size"])
    band = boundary_band(fields["grain"].values) if "grain" in fields else None
    rows = []
    open_phases = _open_phases(fields)
    for k in range(damage.sizes["time"]):
        joining = np.isin(fields["phase"][k].values, open_phases)
        rows.append(_one(np.asarray(damage[k].values) >= threshold, joining, band, edge))
    _give_to_one_electrode(rows)
    found = {name: np.array([row[name] for row in rows]) for name in rows[0] if not name.startswith("own_")}
    return {"time": np.asarray(fields["time"].values, dtype=float), **found}


def when_broken(fields: xr.Dataset, threshold: float = BROKEN) -> np.ndarray:
    """(nx, ny[, nz]) array, s: the first saved time at which each voxel is broken; NaN where it never is."""
    damage = _damage(fields, threshold)
    first = np.full(damage.shape[1:], np.nan)
    for k, time in enumerate(fields["time"].values):
        first[(np.asarray(damage[k].values) >= threshold) & np.isnan(first)] = time
    return first


def boundary_band(grains: Any) -> Mask:
    """Voxels that share a face with a voxel of another grain; lateral axes are periodic, grain 0 is none."""
    numbers = np.asarray(grains)
    band = np.zeros(numbers.shape, dtype=bool)
    for axis in range(numbers.ndim):
        other = np.roll(numbers, -1, axis)
        meets = (numbers != other) & (numbers > 0) & (other > 0)
        if axis == 0:
            meets[-1] = False
        band |= meets | np.roll(meets, 1, axis)
    return band


def _damage(fields: xr.Dataset, threshold: float) -> xr.DataArray:
    if "damage" not in fields:
        raise NotResolved("damage: not among the fields of this run")
    if not 0.0 < threshold <= 1.0:
        raise InvalidInput("threshold", threshold, "above 0, up to 1")
    return fields["damage"]


def _open_phases(fields: xr.Dataset) -> list[int]:
    """Labels of the phases that are no solid electrolyte: empty space and metal."""
    return [label for label, name in phases_of(fields).items() if is_empty(name) or is_metal(name)]


def _one(broken: Mask, joining: Mask, band: Mask | None, edge: float) -> dict[str, float]:
    labels, _ = label_components(broken | joining, (False, *(True for _ in broken.shape[1:])))
    labels[~broken] = 0
    count = np.unique(labels[broken]).size
    total = int(broken.sum())
    share = float((broken & band).sum()) / total if band is not None and total else np.nan
    return {
        "size": total * edge ** (broken.ndim - 1),
        "working_depth": _depth(labels) * edge,
        "counter_depth": _depth(labels[::-1]) * edge,
        "own_working_depth": _depth(_without_spanning(labels)) * edge,
        "own_counter_depth": _depth(_without_spanning(labels)[::-1]) * edge,
        "pieces": float(count),
        "on_boundaries": share,
    }


def _without_spanning(labels: np.ndarray) -> np.ndarray:
    """The pieces without those that join both electrodes."""
    return np.where(np.isin(labels, np.intersect1d(labels[0], labels[-1])), 0, labels)


def _give_to_one_electrode(rows: list[dict[str, float]]) -> None:
    """From when a crack joins both electrodes, the one whose cracks were less deep keeps the depth of its own."""
    for k, row in enumerate(rows[1:]):
        before = rows[k]
        if before["working_depth"] == before["counter_depth"]:
            continue
        other = "counter" if before["working_depth"] > before["counter_depth"] else "working"
        if row[f"{other}_depth"] > row[f"own_{other}_depth"]:
            row[f"{other}_depth"] = max(before[f"{other}_depth"], row[f"own_{other}_depth"])


def _depth(labels: np.ndarray) -> int:
    """Voxels from the low end to the farthest one of the pieces that start there."""
    started = np.unique(labels[0][labels[0] > 0])
    if not started.size:
        return 0
    rows = np.isin(labels, started).reshape(len(labels), -1).any(axis=1)
    return int(np.flatnonzero(rows)[-1]) + 1
