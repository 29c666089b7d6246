"""The contact between two phases, such as lithium and electrolyte, and how unevenly a current passes through it.

Looked at along an axis, column by column: the contact map is what an electrode sees. Currents are given by whoever has
solved for them, or replaced by a purely geometric estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.describe_checks import Periodic, checked_axis, closed_axes, phase_mask
from lisse.microstructure.volume import Volume
from lisse.numerics.components import label_components
from lisse.numerics.crofton import interface_density

__all__ = ["HotSpots", "InterfaceContact", "geometric_hot_spots", "hot_spots", "interface_contact"]

_Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
_Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class InterfaceContact:
    """Where two phases touch, seen along an axis.

    Attributes
    ----------
    phases : (str, str). The two phases.
    axis : int. Direction of view.
    contact : (ny[, nz]) array of booleans. Columns with a face between the two phases normal to the axis.
    gap : (ny[, nz]) array, m. Shortest way along the column through other phases from one to the other: 0 in contact,
        NaN in columns that lack one of the two.
    height : (ny[, nz]) array, m. Where along the axis the interface lies (the middle of the gap), NaN without.
    edges : (2,) or (1,) floats, m. Edges of a column across the axis.
    closed : tuple of booleans. Whether the sides across the axis are joined.
    fraction : float, 1. Share of the columns with an interface that are in contact.
    missing : float, 1. Share of all columns that lack one of the phases.
    patch_areas, gap_areas : (m,) arrays, m2 (m in 2-D). Areas of connected patches with and without contact, from
        the largest.
    edge_density : float, 1/m. Length of the rim of the contact per nominal area (in 2-D: ends per length).
    roughness : float, m. Standard deviation of the height.
    area_ratio : float, 1. Area of all voxel faces between the phases, in any direction, per nominal area. Counts steps
        in full, so a slope of 45 degrees gives 2 instead of 1.41.
    """

    phases: tuple[str, str]
    axis: int
    contact: _Mask
    gap: _Floats
    height: _Floats
    edges: tuple[float, ...]
    closed: tuple[bool, ...]
    fraction: float
    missing: float
    patch_areas: _Floats
    gap_areas: _Floats
    edge_density: float
    roughness: float
    area_ratio: float

    UNITS: ClassVar[dict[str, str]] = {
        "fraction": "1",
        "missing": "1",
        "patches": "1",
        "edge_density": "1/m",
        "roughness": "m",
        "area_ratio": "1",
    }

    @property
    def patches(self) -> int:
        """Number of separate patches in contact."""
        return len(self.patch_areas)


def interface_contact(
    volume: Volume, first: str | int, second: str | int, axis: int = 0, periodic: Periodic = False
) -> InterfaceContact:
    """Contact map of two phases along an axis. Passes once through the volume, layer by layer.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    first, second : str or int. Names or labels of the two phases, in any order.
    axis : int. Direction of view, from one electrode to the other.
    periodic : bool or one per axis. Whether the sides across the axis are joined.
    """
    axis = checked_axis(volume, axis)
    one, other = volume.label_of(first), volume.label_of(second)
    if one == other:
        raise InvalidInput("second", second, "a phase other than the first", f"Both are {volume.phases[one]}")
    across = [side for side in range(volume.dimensions) if side != axis]
    closed = tuple(closed_axes(volume, periodic)[side] for side in across)
    edges = tuple(volume.voxel_size[side] for side in across)
    layers = np.moveaxis(volume.labels, axis, 0)
    gap, height = _gaps(layers, one, other)
    there = np.isfinite(gap)
    if not there.any():
        for phase in (first, second):
            phase_mask(volume, phase)
        raise InvalidInput("axis", axis, "one along which a column passes both phases", "Try another axis")
    contact = gap == 0.0
    return InterfaceContact(
        phases=(volume.phases[one], volume.phases[other]),
        axis=axis,
        contact=contact,
        gap=np.where(there, gap, np.nan) * volume.voxel_size[axis],
        height=height * volume.voxel_size[axis],
        edges=edges,
        closed=closed,
        fraction=float(contact.sum() / there.sum()),
        missing=float(1.0 - there.mean()),
        patch_areas=_areas(contact, edges, closed),
        gap_areas=_areas(there & ~contact, edges, closed),
        edge_density=_rim(contact, edges, closed),
        roughness=float(np.std(height[there])) * volume.voxel_size[axis],
        area_ratio=_face_area(volume, one, other, axis, closed_axes(volume, periodic)),
    )


def _gaps(layers: Any, one: int, other: int) -> tuple[_Floats, _Floats]:
    """Voxels between the two phases in each column (inf if it has not both), and the middle of that gap."""
    far = -1
    seen = [np.full(layers.shape[1:], far), np.full(layers.shape[1:], far)]
    gap = np.full(layers.shape[1:], np.inf)
    height = np.full(layers.shape[1:], np.nan)
    for index, layer in enumerate(layers):
        here = [np.equal(layer, one), np.equal(layer, other)]
        for mine, theirs in ((0, 1), (1, 0)):
            between = np.where(here[mine] & (seen[theirs] > far), index - seen[theirs] - 1.0, np.inf)
            nearer = between < gap
            gap[nearer] = between[nearer]
            height[nearer] = index - between[nearer] / 2.0
        for phase in (0, 1):
            seen[phase][here[phase]] = index
            seen[1 - phase][here[phase]] = far
    return gap, height


def _areas(patches: _Mask, edges: tuple[float, ...], closed: tuple[bool, ...]) -> _Floats:
    labels, count = label_components(patches, closed)
    return np.sort(np.bincount(labels.ravel(), minlength=count + 1)[1:])[::-1] * float(np.prod(edges))


def _rim(contact: _Mask, edges: tuple[float, ...], closed: tuple[bool, ...]) -> float:
    if contact.ndim == 2:
        return interface_density([contact], np.not_equal, edges, closed)
    ends = np.count_nonzero(np.diff(contact)) + (closed[0] and contact[0] != contact[-1])
    return float(ends / (len(contact) * edges[0]))


def _face_area(volume: Volume, one: int, other: int, axis: int, closed: tuple[bool, ...]) -> float:
    """Area of all faces between two labels per area of the volume normal to the axis."""
    share = 0.0
    for side, around in enumerate(closed):
        labels = np.moveaxis(volume.labels, side, 0)
        pairs = [(labels[:-1], labels[1:])]
        if around and side != axis:
            pairs.append((labels[-1], labels[0]))
        faces = sum(
            int(np.count_nonzero(((low == one) & (high == other)) | ((low == other) & (high == one))))
            for low, high in pairs
        )
        share += faces * volume.voxel_size[axis] / volume.voxel_size[side]
    return share * volume.shape[axis] / volume.size


@dataclass(frozen=True)
class HotSpots:
    """How unevenly a current is spread.

    Attributes
    ----------
    mean : float, A/m2. Mean over the nominal area (1 for the geometric estimate).
    largest : float, A/m2. Largest local current density.
    percentile : float, A/m2. Local current density that 99.9 % of the nominal area do not exceed.
    focusing : float, 1. Largest over mean.
    gini : float, 1. 0 for an even current, towards 1 if all passes through one spot.
    participation : float, 1. (sum j)^2/(n sum j^2): share of the area that an even current of the same sum and sum of
        squares would use.
    hot_area : float, 1. Share of the nominal area above twice the mean.
    """

    mean: float
    largest: float
    percentile: float
    focusing: float
    gini: float
    participation: float
    hot_area: float

    UNITS: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("mean", "largest", "percentile"), "A/m2"),
        **dict.fromkeys(("focusing", "gini", "participation", "hot_area"), "1"),
    }


def hot_spots(current_density: Any, areas: Any = None) -> HotSpots:
    """Statistics of a local current density.

    Parameters
    ----------
    current_density : array, A/m2. Normal to each face of the interface, for all of the nominal area: 0 where nothing
        touches. Its magnitude counts.
    areas : array of the same shape, m2, optional. Area of each face; all equal if not given.

    Examples
    --------
    >>> hot_spots([0.0, 0.0, 0.0, 4.0]).focusing
    4.0
    """
    current = np.abs(np.asarray(current_density, dtype=float)).ravel()
    weight = np.ones_like(current) if areas is None else np.asarray(areas, dtype=float).ravel()
    if current.size == 0 or not np.isfinite(current).all():
        raise InvalidInput("current_density", "empty or not finite", "finite numbers", "Put 0 where nothing touches")
    if weight.shape != current.shape or not (weight >= 0.0).all() or not weight.sum() > 0.0:
        raise InvalidInput("areas", f"shape {weight.shape}", f"areas above 0 of shape {current.shape}")
    weight = weight / weight.sum()
    mean = float(weight @ current)
    if mean == 0.0:
        raise InvalidInput("current_density", "0 everywhere", "a current that is not 0 everywhere")
    order = np.argsort(current)
    current, weight = current[order], weight[order]
    area = np.cumsum(weight)
    carried = np.cumsum(weight * current) / mean
    lorenz = float(np.sum(weight * (carried + np.concatenate([[0.0], carried[:-1]]))))
    return HotSpots(
        mean=mean,
        largest=float(current[-1]),
        percentile=float(current[min(int(np.searchsorted(area, 0.999 - 1e-12)), len(current) - 1)]),
        focusing=float(current[-1]) / mean,
        gini=max(0.0, 1.0 - lorenz),
        participation=mean**2 / float(weight @ current**2),
        hot_area=float(weight[current > 2.0 * mean].sum()),
    )


def geometric_hot_spots(contact: InterfaceContact) -> HotSpots:
    """Estimate of hot spots from the contact map alone, without solving for a current.

    The unit current of every column without contact is handed to the nearest column in contact. This overrates the rims
    of wide gaps where the electrolyte lets the current spread, and underrates nothing: use it to compare maps.

    Parameters
    ----------
    contact : InterfaceContact. What `interface_contact` returns.

    Returns
    -------
    HotSpots. Relative to the mean current density, so ``mean`` is 1.
    """
    from scipy import ndimage

    there = np.isfinite(contact.gap)
    if not contact.contact.any():
        raise InvalidInput("contact", "no column in contact", "at least one", "No current passes here")
    counts = tuple(3 if around else 1 for around in contact.closed)
    away = ndimage.distance_transform_edt(
        ~np.tile(contact.contact, counts), sampling=contact.edges, return_distances=False, return_indices=True
    )
    middle = tuple(
        slice(length, 2 * length) if around else slice(None)
        for around, length in zip(contact.closed, contact.contact.shape, strict=True)
    )
    nearest = [index[middle][there] % length for index, length in zip(away, contact.contact.shape, strict=True)]
    current = np.zeros(contact.contact.shape)
    np.add.at(current, tuple(nearest), 1.0)
    return hot_spots(current[there])
