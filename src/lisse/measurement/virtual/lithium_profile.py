"""How much lithium is where across a cell: means over planes, by place or by the matter that lies above."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.measurement.virtual.scene import Scene
from lisse.measurement.virtual.substances import LITHIUM, substance_of
from lisse.records import Solution

__all__ = ["by_matter_above", "concentrations", "lateral_mean"]

Floats = NDArray[np.float64]


def concentrations(truth: Scene, solution: Solution, given: Mapping[str, float]) -> dict[str, float]:
    """mol/m3. Lithium in the metal and in every solid phase: as given, else that of the substance.

    Raises
    ------
    InvalidInput
        For a phase that is not there, a number that is none, or a substance that is not known.
    """
    known = ("lithium", *truth.solids)
    for name, value in given.items():
        if name not in known:
            raise InvalidInput("lithium_concentration", name, ", ".join(known), suggest(name, known))
        if not 0.0 <= value < np.inf:
            raise InvalidInput("lithium_concentration", {name: value}, "numbers in mol/m3, 0 or more")
    found = {"lithium": LITHIUM.lithium_concentration}
    for phase in truth.solids:
        if phase not in given:
            found[phase] = substance_of(phase, solution, "lithium_concentration").lithium_concentration
    return {**found, **given}


def lateral_mean(truth: Scene, table: Mapping[str, float]) -> dict[str, Floats]:
    """mol/m3. Means over each plane, (nx,): ``metal``, ``plated`` and ``electrolyte``."""

    def mean(share: Floats) -> Floats:
        return np.asarray(share.reshape(len(share), -1).mean(axis=1))

    solid = np.zeros(len(truth.metal))
    for phase, share in truth.solids.items():
        solid = solid + table[phase] * mean(share)
    return {
        "metal": table["lithium"] * mean(truth.metal),
        "plated": table["lithium"] * mean(truth.plated),
        "electrolyte": solid,
    }


def by_matter_above(matter: Floats, *amounts: Floats) -> Floats:
    """Lateral means by the thickness of matter above, as a particle that comes out has crossed it: (k, nx).

    In every column empty space is left out, so that what lies behind it moves up. The sum of each amount is kept.

    Parameters
    ----------
    matter : (nx, ny[, nz]) array, 1. Share of each voxel that is not empty; the first plane is the nearest.
    amounts : k arrays like it. Per voxel, 0 where there is no matter.
    """
    planes = len(matter)
    filled = matter.reshape(planes, -1)
    above = np.cumsum(filled, axis=0) - filled
    nearest = np.minimum(above.astype(int), planes - 1)
    farther = np.clip(above + filled - (nearest + 1), 0.0, None)  # of this voxel, what falls into the next plane
    share = np.divide(farther, filled, out=np.zeros_like(filled), where=filled > 0.0)
    rows = []
    for amount in amounts:
        flat = amount.reshape(planes, -1)
        here = np.bincount(nearest.ravel(), (flat * (1.0 - share)).ravel(), planes + 1)
        there = np.bincount(nearest.ravel() + 1, (flat * share).ravel(), planes + 1)
        rows.append((here + there)[:planes] / filled.shape[1])
    return np.stack(rows)
