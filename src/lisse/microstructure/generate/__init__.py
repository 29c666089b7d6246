"""Make microstructures: seeded, with the statistics that were asked for and those that were reached.

Every generator returns a `Generated`: the volume, its statistics, and the recipe that makes the same bytes again.
Steps such as `pores` take the result of another generator (or any volume). Lengths are m; `from_recipe` reads text with
units. The modules hold one kind of structure each; numbers that describe a volume are in ``descriptors``.
"""

from __future__ import annotations

from lisse.microstructure.generate.contamination import patch_map, patches
from lisse.microstructure.generate.flaws import cracks, scratches
from lisse.microstructure.generate.generated import Generated, Statistic
from lisse.microstructure.generate.grains import polycrystal
from lisse.microstructure.generate.inclusions import fibres, spheres
from lisse.microstructure.generate.interphase import shell
from lisse.microstructure.generate.networks import network
from lisse.microstructure.generate.porosity import pores
from lisse.microstructure.generate.recipes import GENERATORS, from_recipe
from lisse.microstructure.generate.stacks import Layer, cell_stack, layers
from lisse.microstructure.generate.surfaces import InterfaceMap, rough_interface, rough_surface
from lisse.microstructure.generate.texture import FibreTexture, RandomTexture, SpreadTexture

__all__ = [
    "GENERATORS",
    "FibreTexture",
    "Generated",
    "InterfaceMap",
    "Layer",
    "RandomTexture",
    "SpreadTexture",
    "Statistic",
    "cell_stack",
    "cracks",
    "fibres",
    "from_recipe",
    "layers",
    "network",
    "patch_map",
    "patches",
    "polycrystal",
    "pores",
    "rough_interface",
    "rough_surface",
    "scratches",
    "shell",
    "spheres",
]
