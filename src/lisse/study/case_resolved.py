"""The resolved model as a case file gives it: ``[model.resolved]`` with its microstructure, phases and flaws.

What a microstructure is made from is checked and kept here; the voxels themselves are made or opened when the model
runs, because that can take a while. What they are then made of is said in `lisse.models.resolved.structure`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lisse.errors import suggest
from lisse.materials import Material, names
from lisse.study.case_materials import read_material
from lisse.study.case_tables import CaseTables
from lisse.study.schema import CRACKS, PHASE_ROLES, SCAN, TABLES

__all__ = ["read_resolved", "resolved_key_of"]

_PATH = "model.resolved"
_VOXELS, _PHASES, _FLAWS = f"{_PATH}.microstructure", f"{_PATH}.phases", f"{_PATH}.flaws"
_NAME = re.compile(r"[A-Za-z0-9_ -]{1,60}")


def read_resolved(tables: CaseTables, used: bool) -> dict[str, Any]:
    """The settings of the model, by the names that `lisse.models.Resolved` has.

    Parameters
    ----------
    tables : CaseTables
    used : bool
        Whether the case runs this model: a file that another model does not read need not be there.

    Raises
    ------
    InvalidInput
        Naming the key.
    """
    given = tables.table(_PATH)
    values = tables.values(_PATH, given, TABLES[_PATH], ("microstructure", "phases", "flaws"))
    defaults = []
    if "microstructure" in given:
        values["microstructure"] = _microstructure(tables, used)
    else:
        defaults.append("no microstructure is given, so the electrolyte is one homogeneous crystal")
    if "phases" in given:
        values["phases"] = {name: _phase(tables, name, value) for name, value in tables.table(_PHASES).items()}
    if "flaws" in given:
        values["flaws"] = tables.values(_FLAWS, tables.table(_FLAWS), CRACKS)
    else:
        defaults.append("flaws as in cell.electrolyte.flaws, none without that table")
    if defaults:
        tables.notes[_PATH] = f"default: {'; '.join(defaults)}"
    return values


def resolved_key_of(phases: Mapping[str, str | Material], as_run: Mapping[str, Any], material: str) -> str | None:
    """Dotted key below which the case gives properties of a material of a phase, or ``None`` for another material.

    Parameters
    ----------
    phases : mapping of str to str or Material
        Of the model.
    as_run : mapping
        ``[model.resolved.phases]`` as it was run.
    material : str
        Its name.
    """
    for name, made in phases.items():
        if isinstance(made, Material) and made.name == material:
            return f"{_PHASES}.{name}{'.override' if 'material' in as_run[name] else ''}"
    return None


# -- voxels ------------------------------------------------------------------------------------------------------------


def _microstructure(tables: CaseTables, used: bool) -> dict[str, Any]:
    given = tables.table(_VOXELS)
    allowed = 'either {generate = "polycrystal", ...} or {file = "scan.tif", phases = {...}}'
    if "file" in given and "generate" in given:
        raise tables.error(f"{_VOXELS}.file", given["file"], allowed)
    if "file" not in given and "generate" not in given:
        for key in given:
            if near := suggest(key[:80], ("file", "generate")):
                raise tables.error(f"{_VOXELS}.{key}", None, allowed, near)
        raise tables.error(f"{_VOXELS}.file", None, allowed, "The key is missing")
    if "generate" in given:
        _check_recipe(tables, _VOXELS, given)
        tables.put(_VOXELS, given)
        return given
    return _scan(tables, given, used)


def _check_recipe(tables: CaseTables, path: str, recipe: Any) -> None:
    """The generator and its keys; their values are checked when it is called."""
    from lisse.microstructure.generate import GENERATORS

    if not isinstance(recipe, Mapping):
        raise tables.error(path, recipe, 'a recipe, such as {generate = "polycrystal", ...}')
    name = recipe.get("generate")
    if not isinstance(name, str) or name not in GENERATORS:
        advice = suggest(name, GENERATORS) if isinstance(name, str) else ""
        raise tables.error(f"{path}.generate", name, ", ".join(GENERATORS), advice)
    if "voxel_size" in recipe:
        allowed = "no voxel size in a recipe of this model"
        raise tables.error(f"{path}.voxel_size", recipe["voxel_size"], allowed, f"{_PATH}.voxel says it")
    keys = [key for key in GENERATORS[name][1] if key != "voxel_size"]
    tables.known(path, recipe, ("generate", *keys))
    if "of" in recipe:
        _check_recipe(tables, f"{path}.of", recipe["of"])


def _scan(tables: CaseTables, given: Mapping[str, Any], used: bool) -> dict[str, Any]:
    values = tables.values(_VOXELS, given, SCAN, ("phases", "crop"))
    file = tables.folder.absolute() / values["file"]
    tables.put(f"{_VOXELS}.file", str(file))
    if used and not file.exists():
        raise tables.error(f"{_VOXELS}.file", values["file"], "a file, looked for from the folder of the case")
    if "voxel" not in tables.table(_PATH):
        allowed = TABLES[_PATH]["voxel"].allowed()
        raise tables.error(f"{_PATH}.voxel", None, allowed, "The key is missing: say how large a voxel of the file is")
    found: dict[str, Any] = {**values, "file": str(file)}
    if "phases" in given:
        found["phases"] = tables.labels(f"{_VOXELS}.phases", '{0 = "pore", 1 = "electrolyte"}')
    if "crop" in given:
        found["crop"] = _crop(tables, given["crop"])
    return found


def _crop(tables: CaseTables, given: Any) -> list[list[int]]:
    """First voxel and the one after the last, along each axis."""
    key = f"{_VOXELS}.crop"
    pairs = given if isinstance(given, list) else []
    fits = len(pairs) in (2, 3) and all(
        isinstance(pair, list) and len(pair) == 2 and all(type(end) is int for end in pair) and 0 <= pair[0] < pair[1]
        for pair in pairs
    )
    if not fits:
        raise tables.error(key, given, "first voxel and the one after the last of each axis, as [[0, 64], [0, 64]]")
    tables.put(key, given)
    return pairs


# -- phases ------------------------------------------------------------------------------------------------------------


def _phase(tables: CaseTables, name: str, value: Any) -> str | Material:
    key = f"{_PHASES}.{name}"
    if not _NAME.fullmatch(name):
        raise tables.error(_PHASES, name, "names of phases with letters, digits, spaces, - and _")
    if isinstance(value, str):
        if value in PHASE_ROLES:
            tables.put(key, value)
            return value
        if value not in names() and not value.endswith(".toml"):
            allowed = f"{', '.join(PHASE_ROLES)}, or a material"
            raise tables.error(key, value, allowed, suggest(value, (*PHASE_ROLES, *names())))
    material = read_material(tables, key, "electrolyte")
    if material.kind != "electrolyte":
        raise tables.error(key, material.name, "an inorganic electrolyte, or a table of your own")
    return material
