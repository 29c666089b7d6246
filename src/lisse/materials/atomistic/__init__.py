"""Properties from the atoms up: a structure file, universal potentials whose weights ship in their wheels, forces.

`compute` is the door. One file for each property; what every one of them stands on (reading, symmetry, relaxation,
checkpoints, cost) has a file of its own. Needs the extra ``atomistic``; to import this package lisse alone is enough.
"""

from __future__ import annotations

from lisse.materials.atomistic.compute import TASKS, Task, compute, estimated_time
from lisse.materials.atomistic.computed import ATOMISTIC_PROPERTIES, AtomisticProperty, Computed, Found
from lisse.materials.atomistic.potentials import ALL_POTENTIALS, POTENTIALS, Potential
from lisse.materials.atomistic.structure import crystal
from lisse.materials.atomistic.work import Settings

__all__ = [
    "ALL_POTENTIALS",
    "ATOMISTIC_PROPERTIES",
    "POTENTIALS",
    "TASKS",
    "AtomisticProperty",
    "Computed",
    "Found",
    "Potential",
    "Settings",
    "Task",
    "compute",
    "crystal",
    "estimated_time",
]
