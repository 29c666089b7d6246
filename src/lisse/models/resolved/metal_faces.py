"""Where metal meets electrolyte: the faces of both electrodes, of lithium in the grid, and of lithium-filled cracks.

A face at an electrode belongs to a lateral column, whose contact, voids and pressure it shares. A face in a crack
belongs to a cluster, whose pressure it feels. Cracks that no electrode feeds have no faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.clusters import Cluster
from lisse.models.resolved.domain import Domain

__all__ = ["FacePlaces", "face_places"]

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FacePlaces:
    """Where the faces are; all arrays have one entry per face.

    Attributes
    ----------
    cell : (m,) array of int
        Flat voxel of electrolyte.
    electrode : (m,) array of int
        0 working, 1 counter.
    column : (m,) array of int
        Flat lateral column; of a face in a crack too, where it has no meaning for contact.
    cluster : (m,) array of int
        Number of the cluster; -1 at an electrode.
    normal : (m,) array of int
        Axis of the face's normal.
    """

    cell: Integers
    electrode: Integers
    column: Integers
    cluster: Integers
    normal: Integers

    @property
    def count(self) -> int:
        """Faces."""
        return len(self.cell)

    @property
    def planar(self) -> Mask:
        """Faces of the electrodes themselves."""
        return self.cluster < 0


def face_places(
    domain: Domain, conducting: Mask, clusters: Sequence[Cluster], filled: Sequence[Integers]
) -> FacePlaces:
    """Every face between metal and conducting electrolyte.

    Parameters
    ----------
    domain : Domain
    conducting : (nx, ny[, nz]) mask
        Electrolyte that carries current: without the voxels that filled cracks take.
    clusters : sequence of Cluster
    filled : sequence of (m,) array of int
        Flat pore voxels of each cluster that are full of lithium.
    """
    parts: list[tuple[Integers, ...]] = []
    for side, plane in enumerate((0, -1)):
        end = np.zeros(domain.shape, dtype=bool)
        end[plane] = True
        parts.append(_described(domain, np.flatnonzero(end & conducting), side, -1, 0))
        if domain.metal[side].any():
            parts += _around(domain, domain.metal[side], conducting, side, -1)
    for number, (cluster, pores) in enumerate(zip(clusters, filled, strict=True)):
        body = cluster.crack.copy()
        body.reshape(-1)[pores] = True
        parts += _around(domain, body, conducting, cluster.side, number)
    cell, electrode, cluster_of, normal = (np.concatenate(each) for each in zip(*parts, strict=True))
    lateral = int(np.prod(domain.lateral))
    return FacePlaces(cell, electrode, cell % lateral, cluster_of, normal)


def _described(domain: Domain, cells: Integers, side: int, cluster: int, normal: int) -> tuple[Integers, ...]:
    n = len(cells)
    full = [np.full(n, value, dtype=np.int64) for value in (side, cluster, normal)]
    return cells.astype(np.int64), full[0], full[1], full[2]


def _around(domain: Domain, body: Mask, conducting: Mask, side: int, cluster: int) -> list[tuple[Integers, ...]]:
    """Faces of a body of metal with conducting voxels, one entry per face."""
    found = []
    for axis in range(domain.dimension):
        for shift in (1, -1):
            beside = np.roll(body, shift, axis)
            if axis == 0:
                beside[0 if shift == 1 else -1] = False
            found.append(_described(domain, np.flatnonzero(beside & conducting), side, cluster, axis))
    return found
