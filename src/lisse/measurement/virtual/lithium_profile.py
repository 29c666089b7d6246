"""How much lithium is where across a cell: means over planes, apart for metal, plated lithium and electrolyte."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.measurement.virtual.scene import Scene
from lisse.measurement.virtual.substances import LITHIUM, substance_of
from lisse.records import Solution

__all__ = ["concentrations", "lateral_mean"]

Floats = NDArray[np.float64]


def concentrations(truth: Scene, solution: Solution, given: Mapping[str, float]) -> dict[str, float]:
    """mol/m3. Lithium in the metal and in every solid phase."""
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
    """mol/m3. Means over each plane, (nx,): ``metal``, ``plated``, ``electrolyte`` and their ``total``."""

    def mean(share: Floats) -> Floats:
        return np.asarray(share.reshape(len(share), -1).mean(axis=1))

    solid = np.zeros(len(truth.metal))
    for phase, share in truth.solids.items():
        solid = solid + table[phase] * mean(share)
    found = {
        "metal": table["lithium"] * mean(truth.metal),
        "plated": table["lithium"] * mean(truth.plated),
        "electrolyte": solid,
    }
    return {**found, "total": found["metal"] + found["plated"] + found["electrolyte"]}
