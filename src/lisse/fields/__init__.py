"""Fields on voxels over time: what a resolved run leaves in ``fields/``, one netCDF file for each saved time.

`FieldStore` writes, `load_fields` reads lazily, `crack_history` and the stresses derive, `write_paraview` exports.
Nothing here solves anything or draws; the names, units and shapes are in `FIELDS`.
"""

from __future__ import annotations

from lisse.fields.cracks import crack_history, when_broken
from lisse.fields.derived import hydrostatic_stress, largest_principal_stress, magnitude
from lisse.fields.loading import load_fields, phases_of
from lisse.fields.paraview import write_paraview
from lisse.fields.schema import FIELDS, Field
from lisse.fields.store import FieldStore

__all__ = [
    "FIELDS",
    "Field",
    "FieldStore",
    "crack_history",
    "hydrostatic_stress",
    "largest_principal_stress",
    "load_fields",
    "magnitude",
    "phases_of",
    "when_broken",
    "write_paraview",
]
