"""What a resolved run carries from one step to the next, and nothing that can be worked out from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.clusters import Cluster

__all__ = ["State"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class State:
    """A cell at one time.

    Attributes
    ----------
    time : float, s
    charge : float, C/m2
        Passed so far, signed: above zero plates the working electrode.
    stack_pressure : float, Pa
    void_height : (2, lateral) array, m
        Void volume per area in each column of both interfaces.
    contact_pressure : (2, lateral) array, Pa
        That the metal exerts on the electrolyte, compression positive.
    metal : tuple of lithium-body states, or None where the metal is a fluid
        Stress and shape of both electrodes.
    damage : (nx, ny[, nz]) array, 1
    clusters : tuple of Cluster
    cluster_pressure : (k,) array, Pa
    metal_height : (2,) array, m
        Metal of each electrode per area, without what is in cracks; NaN at a cathode.
    film : (2,) array, m
        Thickness of the interphases.
    loose : (nx, ny[, nz]) mask
        Blocks that cracks have cut off.
    current_density : float or None, A/m2
        Of the cell, under the drive of the moment; ``None`` before the first.
    column_current : (2, lateral) array or None, A/m2
        Into each column, reduction positive.
    deposit : (nx, ny[, nz]) array or None, 1
        Lithium inside the electrolyte by the voxel that it formed from, in voxels; ``None`` where it is not followed.
    """

    time: float
    charge: float
    stack_pressure: float
    void_height: Floats
    contact_pressure: Floats
    metal: tuple[Any, Any]
    damage: Floats
    clusters: tuple[Cluster, ...]
    cluster_pressure: Floats
    metal_height: Floats
    film: Floats
    loose: NDArray[np.bool_]
    current_density: float | None = None
    column_current: Floats | None = None
    deposit: Floats | None = None
