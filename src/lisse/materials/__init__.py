"""What a substance is, and who says so.

Every number carries its source, its conditions, its spread and a mark of trust; several sources of one property stand
side by side and are never averaged. Closed-form physics that uses the numbers lives in ``theory``.
"""

from __future__ import annotations

from lisse.materials.catalogue import load, load_file, names
from lisse.materials.estimates.estimate import estimate, estimated_material
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.estimates.result import Estimate
from lisse.materials.material import KINDS, Material
from lisse.materials.observed import OBSERVED_QUANTITIES, Observation, observations
from lisse.materials.property import MARKS, PROPERTIES, Entry, Property

__all__ = [
    "KINDS",
    "MARKS",
    "OBSERVED_QUANTITIES",
    "PROPERTIES",
    "Entry",
    "Estimate",
    "Lattice",
    "Material",
    "Observation",
    "Property",
    "estimate",
    "estimated_material",
    "load",
    "load_file",
    "names",
    "observations",
]
