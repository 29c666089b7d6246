"""Which stiffness each voxel around a rank's nodes has, from labels, grains and orientations read from their files.

Runs under any interpreter with NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.numerics.elasticity_tensor import is_isotropic, rotated_stiffness

__all__ = ["Material", "Surroundings", "materials_around"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Material:
    """What voxels are made of: phases, turned by the orientation of the grain, soft beside grain boundaries.

    Parameters
    ----------
    stiffnesses : mapping of label to (6, 6) array, Pa. All zeros is a void.
    orientations : (n_grains + 1, 4) array, 1, or None. Quaternions (w, x, y, z); row 0 is not used.
    boundary_softening : float, 1. Factor on voxels beside a grain boundary; above 0.
    """

    stiffnesses: Mapping[int, Array]
    orientations: Array | None
    boundary_softening: float

    @property
    def largest(self) -> float:
        """Largest entry of all stiffnesses, Pa."""
        return max(float(np.abs(matrix).max()) for matrix in self.stiffnesses.values()) * max(
            1.0, self.boundary_softening
        )

    def matrix(self, label: int, grain: int, soft: bool) -> Array:
        """(6, 6) stiffness of a voxel, Pa; grain 0 is not turned."""
        matrix = self.stiffnesses[label]
        if grain > 0 and self.orientations is not None:
            matrix = rotated_stiffness(matrix, self.orientations[grain])
        return matrix * self.boundary_softening if soft else matrix


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The voxels that touch a rank's nodes.

    Parameters
    ----------
    rows : (n + 1, ...) array of ints. Row of the table for each voxel; entry 0 along an axis lies below the first node.
    table : (m, 6, 6) array, Pa. Row 0 is the void, also beyond the ends of the grid.
    own : (m,) array of ints. How many voxels of each row have a node of this rank as their low corner.
    stranger : float. Largest label without a stiffness, or -inf.
    """

    rows: Array
    table: Array
    own: Array
    stranger: float


def materials_around(
    material: Material,
    labels: Array,
    grains: Array | None,
    start: tuple[int, ...],
    count: tuple[int, ...],
    periodic: tuple[bool, ...],
) -> Surroundings:
    """Read the voxels around the nodes from `start` on, `count` of them along each axis.

    Grain boundaries are looked for one voxel further out, and not across the seam of a periodic axis.

    Parameters
    ----------
    material : Material
    labels, grains : (nx, ny[, nz]) arrays of ints. Mapped from files, only the part that is needed is read.
    start, count : (d,) ints. First node and number of nodes.
    periodic : (d,) booleans
    """
    lines, inside = _windows(labels.shape, start, count, periodic)
    phase, stranger = _phases(material, _read(labels, lines), inside)
    keys = list(material.stiffnesses)
    numbers = None if grains is None else _read(grains, lines).astype(np.int64)
    soft = np.zeros(phase.shape, bool)
    if material.boundary_softening != 1.0 and numbers is not None:
        soft = _beside_boundary(np.where(inside, numbers, 0), lines)
    turned = np.zeros(phase.shape, np.int64)
    if numbers is not None and material.orientations is not None:
        oriented = np.array([not is_isotropic(material.stiffnesses[key]) for key in keys])
        turned = np.where(inside & oriented[np.maximum(phase, 0)], np.maximum(numbers, 0), 0)
        if turned.size and int(turned.max()) >= len(material.orientations):
            allowed = f"one row per grain and one for no grain: {int(turned.max()) + 1}"
            raise InvalidInput("orientations", f"{len(material.orientations)} rows", allowed)
    most = int(turned.max(initial=0)) + 1
    code = np.where(phase >= 0, (phase * most + turned) * 2 + soft, -1)[(slice(1, -1),) * phase.ndim]
    found, rows = np.unique(code, return_inverse=True)
    matrices = [
        np.zeros((6, 6)) if one < 0 else material.matrix(keys[one // 2 // most], one // 2 % most, bool(one % 2))
        for one in found.tolist()
    ]
    table = np.stack([np.zeros((6, 6)), *matrices])
    rows = rows.reshape(code.shape) + 1
    rows[~np.abs(table).max(axis=(1, 2)).astype(bool)[rows]] = 0  # a phase without stiffness is the void
    owned = (rows * _within(inside))[(slice(1, None),) * rows.ndim]
    return Surroundings(rows, table, np.bincount(owned.reshape(-1), minlength=len(table)), stranger)


def _windows(
    shape: tuple[int, ...], start: tuple[int, ...], count: tuple[int, ...], periodic: tuple[bool, ...]
) -> tuple[list[Array], Array]:
    """Voxel numbers along each axis, from two below the first node to one above the last; and which are in the grid."""
    lines, there = [], []
    for voxels, first, nodes, around in zip(shape, start, count, periodic, strict=True):
        line = np.arange(first - 2, first + nodes + 1)
        there.append(np.ones(line.size, bool) if around else (line >= 0) & (line < voxels))
        lines.append(line % voxels if around else line.clip(0, voxels - 1))
    inside = np.ones((), bool)
    for one in there:
        inside = inside[..., None] & one
    return lines, inside


def _within(inside: Array) -> Array:
    return inside[(slice(1, -1),) * inside.ndim]


def _read(source: Array, lines: list[Array]) -> Array:
    """The box of an array on disk, one plane after another."""
    out = np.empty([line.size for line in lines], source.dtype)
    across = np.ix_(*lines[1:])
    for place, plane in enumerate(lines[0]):
        out[place] = source[plane][across]
    return out


def _phases(material: Material, labels: Array, inside: Array) -> tuple[Array, float]:
    """Place of each label among the stiffnesses, -1 beyond the grid; and the largest label without one."""
    keys = np.array(list(material.stiffnesses), np.int64)
    place = np.minimum(np.searchsorted(keys, labels), keys.size - 1)
    strangers = labels[inside & (keys[place] != labels)]
    return np.where(inside, place, -1), float(strangers.max()) if strangers.size else -math.inf


def _beside_boundary(grains: Array, lines: list[Array]) -> Array:
    """Voxels with a face to a voxel of another grain; 0, no grain, bounds nothing."""
    out = np.zeros(grains.shape, bool)
    for axis, line in enumerate(lines):
        turned, soft = np.moveaxis(grains, axis, -1), np.moveaxis(out, axis, -1)
        differs = (turned[..., 1:] != turned[..., :-1]) & (turned[..., 1:] > 0) & (turned[..., :-1] > 0)
        differs &= line[1:] == line[:-1] + 1
        soft[..., 1:] |= differs
        soft[..., :-1] |= differs
    return out
