"""Hybrid electrolytes as a case file gives them: ``[cell.electrolyte.hybrid]`` beside the material of the matrix.

Fillers stand in tables by name, ``[cell.electrolyte.hybrid.fillers.NAME]``. Their shares, or a microstructure with
phases of these names, and a formula or the voxels turn them into one material, once, when the case is read.
"""

from __future__ import annotations

import dataclasses
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from lisse.errors import MissingValue
from lisse.materials import Material
from lisse.materials.hybrid import Filler, FormulaMixing, Mixing, hybrid_electrolyte
from lisse.models.hybrid_voxels import VoxelMixing, fractions_in
from lisse.study.case_materials import read_material, with_own_numbers
from lisse.study.case_tables import CaseTables
from lisse.study.schema import FILLER, MICROSTRUCTURE, TABLES

if TYPE_CHECKING:
    from lisse.microstructure import Volume

__all__ = ["read_hybrid"]

_PATH = "cell.electrolyte.hybrid"
_VOXELS = f"{_PATH}.microstructure"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


def read_hybrid(tables: CaseTables, matrix: Material) -> Material:
    """The electrolyte that a matrix becomes with the fillers and pores of the case.

    Raises
    ------
    InvalidInput
        Naming the key.
    """
    given = tables.table(_PATH)
    values = tables.values(_PATH, given, TABLES[_PATH], ("fillers", "microstructure", "override"))
    named = {name: _filler(tables, name, table) for name, table in tables.table(f"{_PATH}.fillers").items()}
    porosity = values.pop("porosity")
    voxels = "microstructure" in given
    mixing: Mixing
    if not named and not porosity and not voxels:
        raise tables.error(f"{_PATH}.fillers", None, "a table [cell.electrolyte.hybrid.fillers.NAME], or a porosity")
    if voxels:
        if porosity:
            raise tables.error(f"{_PATH}.porosity", porosity, "zero: a microstructure brings its own pores")
        named, porosity, mixing = _from_voxels(tables, named)
    else:
        for name, filler in named.items():
            if filler.fraction == 0.0 and "fraction" not in given["fillers"][name]:
                advice = "The key is missing, and there is no microstructure"
                raise tables.error(f"{_PATH}.fillers.{name}.fraction", None, FILLER["fraction"].allowed(), advice)
    fillers = [*named.values(), *([Filler(None, porosity)] if porosity else [])]
    if not voxels:
        mixing = tables.build(_PATH, partial(FormulaMixing, tuple(fillers), **values))
    material = _estimated(tables, matrix, fillers, mixing)
    override = tables.table(f"{_PATH}.override")
    for property, number in override.items():
        tables.put(f"{_PATH}.override.{property}", number)
    material = with_own_numbers(tables, f"{_PATH}.override", material, override)
    for property in material.properties:
        entry = material.entry(property)
        if entry.mark == "estimated":
            tables.notes.setdefault(_PATH, "")
            words = f"{property} {entry.quoted} ({entry.row})".replace(" ()", "")
            tables.notes[_PATH] = "; ".join(part for part in (tables.notes[_PATH], words) if part)
    tables.notes[_PATH] = f"estimated: {tables.notes[_PATH]}"
    return material


def _estimated(tables: CaseTables, matrix: Material, fillers: list[Filler], mixing: Mixing) -> Material:
    try:
        return tables.at(_PATH, partial(hybrid_electrolyte, matrix, fillers, tables.temperature, mixing))
    except MissingValue as error:
        part = next((f for f in fillers if f.material is not None and f.material.name == error.material), None)
        where = "cell.electrolyte.material" if part is None else f"{_PATH}.fillers"
        advice = f"No {error.property} of {error.material} is known; give it as an override of that material"
        raise tables.error(where, error.material, f"a material with {error.property}", advice) from None


def _filler(tables: CaseTables, name: str, table: Any) -> Filler:
    path = f"{_PATH}.fillers.{name}"
    if not _NAME.fullmatch(name) or not isinstance(table, dict):
        raise tables.error(path, table, "a table whose name has letters, digits, - and _")
    material = read_material(tables, f"{path}.material", "electrolyte")
    if material.kind != "electrolyte":
        raise tables.error(f"{path}.material", material.name, "an inorganic electrolyte, or a table of your own")
    values = tables.values(path, table, FILLER, ("material",))
    area, fraction = values.pop("interface_area", None), values.get("fraction", 0.0)
    if area is not None and "radius" in values:
        raise tables.error(f"{path}.interface_area", table["interface_area"], "either a radius or an area, not both")
    if area is not None and not fraction:
        raise tables.error(f"{path}.interface_area", table["interface_area"], "an area with a fraction of the filler")
    voxels = "microstructure" in tables.table(_PATH)  # whose faces are the area
    if values["interface_resistance"] and area is None and "radius" not in values and not voxels:
        allowed = "a radius, or an interface_area, where there is an interface resistance"
        raise tables.error(f"{path}.radius", None, allowed, "The key is missing")
    if area is not None:
        values["radius"] = 3.0 * fraction / area
    return tables.build(path, partial(Filler, material, **{"fraction": 0.0} | values))


# -- microstructure ----------------------------------------------------------------------------------------------------


def _from_voxels(tables: CaseTables, named: dict[str, Filler]) -> tuple[dict[str, Filler], float, VoxelMixing]:
    given = tables.table(_VOXELS)
    values = tables.values(_VOXELS, given, MICROSTRUCTURE, ("phases", "recipe"))
    for name in named:
        if "fraction" in tables.table(f"{_PATH}.fillers.{name}"):
            allowed = "no number beside a microstructure, which knows the share"
            raise tables.error(f"{_PATH}.fillers.{name}.fraction", named[name].fraction, allowed)
    volume, told = _volume(tables, values)
    axis = "xyz".index(values["axis"])
    if axis >= volume.dimensions:
        raise tables.error(f"{_VOXELS}.axis", values["axis"], "x or y in a plane")
    shares, pores = tables.at(_VOXELS, partial(fractions_in, volume, values["matrix"], list(named)))
    filled = {name: dataclasses.replace(filler, fraction=shares[name]) for name, filler in named.items()}
    return filled, pores, VoxelMixing(volume, values["matrix"], filled, axis, told)


def _volume(tables: CaseTables, values: dict[str, Any]) -> tuple[Volume, str]:
    """The volume, and where it comes from."""
    given = tables.table(_VOXELS)
    if ("file" in given) == ("recipe" in given):
        raise tables.error(f"{_VOXELS}.file", given.get("file"), "either a file or a recipe")
    if "recipe" in given:
        from lisse.microstructure.generate import from_recipe

        recipe = tables.table(f"{_VOXELS}.recipe")
        tables.put(f"{_VOXELS}.recipe", recipe)
        made = tables.at(f"{_VOXELS}.recipe", partial(from_recipe, recipe, values.get("voxel_size")))
        return made.volume, f"microstructure made by {recipe['generate']}"
    from lisse.microstructure import read

    path = tables.folder.absolute() / values["file"]
    tables.put(f"{_VOXELS}.file", str(path))
    options: dict[str, Any] = {}
    if "phases" in given:
        options["phases"] = tables.labels(f"{_VOXELS}.phases", '{0 = "matrix", 1 = "filler"}')
    volume = tables.at(f"{_VOXELS}.file", partial(read, path, values.get("voxel_size"), **options))
    return volume, f"microstructure {path.name}"
