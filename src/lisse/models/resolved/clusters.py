"""Lithium-filled cracks: which voxels hang together with an electrode, and how much lithium they hold.

A cluster is a set of cracked voxels, and of pores that they open, that hangs together through faces of voxels and
meets one of the electrodes. Its state is the volume of lithium in it. Its identity is its voxels: clusters that meet
become one and add their lithium, and a crack that reaches a pore owns all of that pore. Pore voxels fill nearest to the
crack first, because the lithium comes through it; until a cluster's pores are full it bears no pressure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.domain import PORE, Domain
from lisse.numerics.components import label_components

__all__ = [
    "CRACKED",
    "DRAINED",
    "Cluster",
    "bridges",
    "find_clusters",
    "in_one_piece",
    "loose_blocks",
]

Mask = NDArray[np.bool_]
CRACKED = 0.95
"""Damage from which a voxel counts as crack."""
DRAINED = 1e-3
"""Voxels of lithium in a cluster below which it counts as empty."""
_LOOSE = 0.9  # damage below which a voxel still holds its neighbours
_SMALLEST_BLOCK = 9  # voxels; fewer are debris of a crack, not a block


@dataclass(frozen=True, eq=False)
class Cluster:
    """One lithium-filled crack with its pores.

    Attributes
    ----------
    crack : (nx, ny[, nz]) mask
        Cracked voxels.
    pores : (m,) array of int
        Flat voxels of the pores that it opens, in the order in which they fill.
    side : int
        The electrode that it hangs together with: 0 working, 1 counter.
    lithium : float
        m3, or m2 per metre of depth. Lithium in it.
    spans : bool
        Whether it also meets the other electrode by cracks alone.
    """

    crack: Mask
    pores: NDArray[np.int64]
    side: int
    lithium: float = 0.0
    spans: bool = False

    def filled(self, voxel_volume: float) -> NDArray[np.int64]:
        """Flat pore voxels that are full; the crack itself holds next to nothing beside a pore."""
        return self.pores[: int(max(self.lithium, 0.0) / voxel_volume + 1e-9)]

    def pore_volume(self, voxel_volume: float) -> float:
        """m3, or m2. Of all pores that it owns."""
        return len(self.pores) * voxel_volume

    def holding(self, lithium: float) -> Cluster:
        """The same crack with another volume of lithium."""
        return replace(self, lithium=lithium)


def find_clusters(domain: Domain, damage: NDArray[np.float64], before: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """The clusters of a damage field, with the lithium of those that were there before.

    Parameters
    ----------
    domain : Domain
    damage : (nx, ny[, nz]) array, 1
    before : sequence of Cluster
        Their lithium goes to the cluster that holds most of their voxels.

    Returns
    -------
    tuple of Cluster
        Those of the working electrode first. A pore that cracks of both electrodes open belongs to the one that reached
        it first, with the lithium in it; to the working electrode's of two that do so at once.
    """
    cracked = (damage >= CRACKED) & domain.solid
    touching = _at_electrodes(domain, cracked)
    spanning = touching[0] & touching[1]
    found: list[Cluster] = []
    taken = np.zeros_like(cracked)
    earlier = np.zeros((2, *cracked.shape), dtype=bool)
    for cluster in before:
        if not (cluster.crack & spanning).any():
            earlier[cluster.side].reshape(-1)[cluster.pores] = True
    for side in (0, 1):
        open_space = (cracked & ~(touching[1 - side] & ~spanning) | (domain.role == PORE)) & ~taken & ~earlier[1 - side]
        labels, _ = label_components(open_space, domain.periodic)
        for name in np.unique(labels[touching[side] & open_space]):
            inside = labels == name
            crack = inside & cracked
            order = _filling_order(domain, crack, inside & ~cracked)
            found.append(Cluster(crack, order, side, spans=bool((crack & spanning).any())))
            taken |= inside
    return tuple(_with_lithium(found, before, domain.cell_volume))


def _at_electrodes(domain: Domain, cracked: Mask) -> tuple[Mask, Mask]:
    """Cracked voxels that hang together, by cracks alone, with the working and with the counter electrode."""
    labels, _ = label_components(cracked, domain.periodic)
    pieces = []
    for side, plane in enumerate((0, -1)):
        beside = _next_to(domain.metal[side])
        beside[plane] = True
        pieces.append(np.isin(labels, np.unique(labels[cracked & beside])) & cracked)
    return pieces[0], pieces[1]


def bridges(domain: Domain, cluster: Cluster, clusters: Sequence[Cluster]) -> bool:
    """Whether lithium joins both electrodes: in a crack alone, or by pores that it has filled.

    Parameters
    ----------
    domain : Domain
    cluster : Cluster
    clusters : sequence of Cluster
        All of them; a filled pore may meet the crack of the other electrode.
    """
    full = cluster.filled(domain.cell_volume)
    if cluster.spans or not full.size:
        return cluster.spans and cluster.lithium > DRAINED * domain.cell_volume
    far = _next_to(domain.metal[1 - cluster.side])
    far[-1 if cluster.side == 0 else 0] = True
    for other in clusters:
        if other.side != cluster.side:
            far |= _next_to(other.crack)
    return bool(far.reshape(-1)[full].any())


def _next_to(mask: Mask) -> Mask:
    """Voxels that share a face with the mask; lateral axes are periodic."""
    out = np.zeros_like(mask)
    if not mask.any():
        return out
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    for axis in range(1, mask.ndim):
        out |= np.roll(mask, 1, axis) | np.roll(mask, -1, axis)
    return out


def _filling_order(domain: Domain, crack: Mask, pores: Mask) -> NDArray[np.int64]:
    """Flat voxels of the pores, nearest to the crack first, by steps through faces."""
    if not pores.any():
        return np.zeros(0, dtype=np.int64)
    steps = np.full(crack.shape, -1)
    front, count = crack, 0
    while True:
        front = _next_to(front) & pores & (steps < 0)
        if not front.any():
            break
        steps[front] = count
        count += 1
    reached = np.flatnonzero(steps.reshape(-1) >= 0)
    return reached[np.argsort(steps.reshape(-1)[reached], kind="stable")]


def _with_lithium(found: list[Cluster], before: Sequence[Cluster], voxel_volume: float) -> list[Cluster]:
    """The clusters with the lithium that was in them; pores that were full stay the first in order."""
    lithium, full = [0.0] * len(found), [np.zeros(0, dtype=np.int64)] * len(found)
    for cluster in before:
        shared = [int(np.count_nonzero(new.crack & cluster.crack)) for new in found]
        if shared and max(shared) > 0:
            heir = int(np.argmax(shared))
            lithium[heir] += cluster.lithium
            full[heir] = np.append(full[heir], cluster.filled(voxel_volume))
    return [
        replace(cluster, lithium=volume, pores=_first(first, cluster.pores))
        for cluster, volume, first in zip(found, lithium, full, strict=True)
    ]


def _first(some: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """An order in which some of its entries come first, as they stand."""
    return np.append(some[np.isin(some, order)], order[~np.isin(order, some)])


def in_one_piece(domain: Domain, damage: NDArray[np.float64]) -> bool:
    """Whether solid that cracks have not broken still reaches from one electrode to the other."""
    labels, _ = label_components(domain.solid & (damage < _LOOSE), domain.periodic)
    return bool(_from_end_to_end(labels).size)


def _from_end_to_end(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Names of the pieces that meet both end planes."""
    ends = np.intersect1d(labels[0], labels[-1])
    return np.asarray(ends[ends > 0])


def loose_blocks(domain: Domain, damage: NDArray[np.float64], loose_before: Mask) -> Mask:
    """Solid voxels of blocks that cracks have cut off from the electrolyte (spalled), beyond those that are known.

    The electrolyte is every piece of voxels with a damage below 0.9 that meets both end planes, or the largest piece
    where none does.
    """
    whole = domain.solid & (damage < _LOOSE)
    labels, count = label_components(whole, domain.periodic)
    if count <= 1:
        return np.zeros_like(whole)
    sizes = np.bincount(labels.reshape(-1))
    sizes[0] = 0
    kept = set(_from_end_to_end(labels).tolist()) or {int(sizes.argmax())}
    found = np.zeros_like(whole)
    cut = damage >= _LOOSE
    for name in range(1, count + 1):
        if name in kept or sizes[name] < _SMALLEST_BLOCK:
            continue
        block = labels == name
        touching = _next_to(block) & domain.solid
        if (touching & cut).any() and not loose_before[block].all():  # cut off by cracks, not a loose grain
            found |= block
    return found | (_next_to(found) & domain.solid)
