"""Patches on an interface: contamination, residual carbonate, or gaps, as a map or as a thin phase in a volume.

Gaps that follow from roughness are in `surfaces`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.generated import (
    Generated,
    Statistic,
    above,
    checked_seed,
    length_text,
    one_of,
    opened,
    recipe_of,
    share,
    stream,
    with_phase,
)
from lisse.microstructure.generate.random_field import gaussian_field, top_share
from lisse.microstructure.generate.surfaces import InterfaceMap
from lisse.microstructure.volume import Volume

__all__ = ["SIDES", "first_voxels", "patch_map", "patches"]

SIDES = ("low", "high")
"""The interface seen first from x = 0, or from the far end."""


def patch_map(
    shape: Sequence[int],
    spacing: float | Sequence[float],
    area_fraction: float,
    patch_size: float,
    *,
    periodic: bool = True,
    seed: int = 0,
) -> InterfaceMap:
    """Irregular patches on a plane: where a smooth random field is high.

    The length of the field follows from Rice's formula, so that straight lines cross the patches in pieces of mean
    length `patch_size`; the area fraction is exact to one point.

    Parameters
    ----------
    shape : (n,) or (ny, nz) ints. Points.
    spacing : float or one per axis, m.
    area_fraction : float, 1. Covered part, 0 to 1.
    patch_size : float, m. Mean chord of a patch; at least 2 points.
    """
    steps = tuple(float(s) for s in np.broadcast_to(np.asarray(spacing, float), (len(shape),)))
    fraction, chord = share("area_fraction", area_fraction), above("patch_size", patch_size)
    values = _highest(_field(shape, steps, fraction, chord, periodic, seed), np.ones(tuple(shape), bool), fraction)
    found = {
        "area_fraction": Statistic(float(values.mean()), fraction),
        "patch_size": Statistic(_mean_chord(values, steps), chord, "m"),
    }
    return InterfaceMap(values, steps, found)


def patches(
    of: Generated | Volume,
    area_fraction: float,
    patch_size: float,
    thickness: float,
    *,
    phase: str = "contamination",
    host: str = "electrolyte",
    beneath: str = "lithium",
    side: str = "low",
    periodic: bool = True,
    seed: int = 0,
) -> Generated:
    """Turn part of an interface into a thin layer of another phase.

    Parameters
    ----------
    of : Generated or Volume. With the interface across x.
    area_fraction : float, 1. Part of the columns in contact that gets a patch, exact to one column.
    patch_size : float, m. Mean chord of a patch.
    thickness : float, m. Of the layer, at least one voxel; it replaces `host`.
    phase : str. ``"contamination"``, or ``"pore"`` for contact that is lost.
    host, beneath : str. The phase that is replaced, and the one it touches. A column counts where the two touch, or
        where the host begins at the face of the box.
    side : str. ``"low"``: the host seen first from x = 0; ``"high"``: from the far end.
    """
    volume, statistics, recipe = opened(of)
    box, side, seed = Box.around(volume), one_of("side", side, SIDES), checked_seed(seed)
    h = box.voxel_size[0]
    layers = round(above("thickness", thickness) / h)
    if layers < 1:
        raise InvalidInput("thickness", thickness, f"at least one voxel, {h:.3g} m", "Take smaller voxels")
    label, table = volume.label_of(host), dict(volume.phases)
    first, touching = _contact(volume, label, beneath, side)
    if not touching.any():
        raise InvalidInput("beneath", beneath, f"a phase that touches {host}", "Look at the order of the phases in x")
    fraction, chord = share("area_fraction", area_fraction), above("patch_size", patch_size)
    field = _field(box.shape[1:], box.voxel_size[1:], fraction, chord, periodic, seed)
    covered = _highest(field, touching, fraction)
    x = np.arange(box.shape[0]).reshape(-1, *[1] * (box.dimensions - 1))
    depth = x - first if side == "low" else first - x
    table, new = with_phase(volume, phase)
    chosen = covered & (depth >= 0) & (depth < layers) & (volume.labels == label)
    labels = np.where(chosen, np.int32(new), volume.labels).astype(np.min_scalar_type(max(table)))
    grains = None if volume.grains is None else np.where(chosen, 0, volume.grains)
    found = {
        f"{phase}_area_fraction": Statistic(float(covered.sum() / touching.sum()), fraction),
        f"{phase}_patch_size": Statistic(_mean_chord(covered, box.voxel_size[1:]), float(patch_size), "m"),
        f"{phase}_thickness": Statistic(layers * h, float(thickness), "m"),
    }
    made = recipe_of(
        "patches",
        recipe or {"generate": "given volume"},
        area_fraction=fraction,
        patch_size=length_text(patch_size),
        thickness=length_text(thickness),
        phase=phase,
        host=host,
        beneath=beneath,
        side=side,
        periodic=bool(periodic),
        seed=seed,
    )
    return Generated(volume.replace(labels=labels, phases=table, grains=grains), {**statistics, **found}, made, seed)


def _field(
    shape: Sequence[int], steps: Sequence[float], fraction: float, chord: float, periodic: bool, seed: int
) -> Any:
    """A random field whose part above its threshold is cut by lines into pieces of mean length `chord`."""
    if chord < 2.0 * max(steps):
        advice = "Take smaller voxels"
        raise InvalidInput("patch_size", chord, f"at least 2 voxels, {2 * max(steps):.3g} m", advice)
    inner = min(max(fraction, 1e-3), 1.0 - 1e-3)
    length = chord * math.exp(-0.5 * float(ndtri(inner)) ** 2) / (math.sqrt(2.0) * math.pi * inner)
    return gaussian_field(shape, steps, length, stream(seed, "patches"), periodic)


def _highest(field: Any, among: Any, fraction: float) -> Any:
    """The given share of the chosen points that have the highest values."""
    chosen = np.zeros(field.shape, bool)
    chosen[among] = top_share(field[among], fraction)
    return chosen


def first_voxels(mask: Any, side: str) -> Any:
    """Index along x of the first voxel of a phase in every column, seen from one side; -1 where there is none."""
    found = mask.argmax(axis=0) if side == "low" else mask.shape[0] - 1 - mask[::-1].argmax(axis=0)
    return np.where(mask.any(axis=0), found, -1)


def _contact(volume: Volume, label: int, beneath: str, side: str) -> tuple[Any, Any]:
    """First host voxel of every column, and whether it touches the phase beneath (or the face of the box)."""
    first = first_voxels(volume.labels == label, side)
    before = first - 1 if side == "low" else first + 1
    at_face = (before < 0) | (before >= volume.shape[0])
    neighbour = np.take_along_axis(volume.labels, np.clip(before, 0, volume.shape[0] - 1)[None], axis=0)[0]
    known = beneath in volume.phases.values()
    metal = (neighbour == volume.label_of(beneath)) if known else np.zeros(first.shape, bool)
    return first, (first >= 0) & (at_face | metal)


def _mean_chord(covered: Any, spacing: Sequence[float]) -> float:
    """Mean length of the pieces in which lines along the axes cross the covered part, m."""
    lengths = []
    for axis, step in enumerate(spacing):
        ends = int((covered != np.roll(covered, 1, axis)).sum())
        if ends:
            lengths.append(2.0 * int(covered.sum()) * step / ends)
    return float(np.mean(lengths)) if lengths else 0.0
