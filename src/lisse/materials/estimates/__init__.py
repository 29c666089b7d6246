"""Materials nobody measured: estimates of their properties, with intervals, applicability and provenance.

An estimate is one more source of a property, marked ``estimated``. Models are trained by ``train.py`` and ship as plain
arrays; the data that they were trained on do not ship.
"""

from __future__ import annotations

from lisse.materials.estimates.cif import CifCrystal, read_cif
from lisse.materials.estimates.composition import Composition, composition
from lisse.materials.estimates.estimate import estimate, estimated_material, estimates
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.estimates.methods import METHODS
from lisse.materials.estimates.result import Estimate

__all__ = [
    "METHODS",
    "CifCrystal",
    "Composition",
    "Estimate",
    "Lattice",
    "composition",
    "estimate",
    "estimated_material",
    "estimates",
    "read_cif",
]
