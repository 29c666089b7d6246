"""An interlayer as a case file gives it: ``[cell.interface.interlayer]`` beside the contact that the cell has without.

The keys of ``[cell.interface]`` describe metal and electrolyte; those of this table take their place. What the material
of the layer does not tell is taken from there, and said to be assumed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lisse.cell import BareContact, Cathode, Interface, Interlayer, LithiumElectrode
from lisse.keys import quantity_text
from lisse.materials import Material
from lisse.models.lumped.alloy import lithium_fraction_of
from lisse.study.case_materials import read_material
from lisse.study.case_tables import CaseTables, entry_text
from lisse.study.schema import TABLES
from lisse.theory import contact_angle_from_adhesion

__all__ = ["read_interlayer"]

_PATH = "cell.interface.interlayer"
_KINDS = ("interlayer", "electrolyte", "polymer", "metal", "compound")
_OF_IONS = ("electrolyte", "polymer")
_LEAST_ANGLE = 0.0175  # rad; a metal that spreads


def read_interlayer(tables: CaseTables, bare: Interface, electrodes: Sequence[LithiumElectrode | Cathode]) -> Interface:
    """The interface with the layer of the case, if it has one.

    Parameters
    ----------
    tables : CaseTables
    bare : Interface
        Of metal and electrolyte.
    electrodes : sequence of LithiumElectrode or Cathode

    Raises
    ------
    InvalidInput
        Naming the key.
    """
    if "interlayer" not in tables.table("cell.interface"):
        return bare
    given = dict(tables.table(_PATH))
    material = read_material(tables, f"{_PATH}.material", "interlayer")
    if material.kind not in _KINDS:
        allowed = f"a material of the kind {', '.join(_KINDS[:-1])} or {_KINDS[-1]}, and not {material.kind}"
        raise tables.error(f"{_PATH}.material", material.name, allowed)
    tables.owners["interlayer"] = material
    for key, (value, note) in _told_by(tables, material, given).items():
        given[key] = value
        tables.notes[f"{_PATH}.{key}"] = note
    values = tables.values(_PATH, given, TABLES[_PATH], ("material",))
    alloys = [
        e.material.name for e in electrodes if isinstance(e, LithiumElectrode) and lithium_fraction_of(e.material)
    ]
    if values["carries"] == "lithium" and material.kind in _OF_IONS:
        raise tables.error(f"{_PATH}.carries", "lithium", f"'ions' with {material.name}, which is no alloy")
    if values["carries"] == "lithium" and alloys:
        raise tables.error(
            f"{_PATH}.carries", "lithium", f"'ions' with an electrode of {alloys[0]}: one alloy, not two"
        )
    names = [field.name for field in dataclasses.fields(BareContact)]
    layer = {name: values[name] for name in ("thickness", "carries", "flaw_length") if name in values}
    kept = BareContact(**{name: getattr(bare, name) for name in names})
    interlayer = tables.build(_PATH, partial(Interlayer, material, bare=kept, **layer))
    contact = {name: values[name] for name in names}
    return tables.build(_PATH, partial(dataclasses.replace, bare, interlayer=interlayer, **contact))


_Told = dict[str, tuple[Any, str]]
"""Values for keys that the case leaves out, with where they come from."""


def _told_by(tables: CaseTables, material: Material, given: Mapping[str, Any]) -> _Told:
    """What follows from the material of the layer."""
    found: _Told = {}
    if "carries" not in given:
        carries = _carried_by(material)
        if carries is None:
            advice = f"The key is missing, and the numbers of {material.name} do not tell"
            raise tables.error(f"{_PATH}.carries", None, "'ions' or 'lithium'", advice)
        found["carries"] = (carries, f"default: told by the numbers of {material.name}")
    if "injection" not in given and found.get("carries", (given.get("carries"), ""))[0] == "ions":
        found |= _injection(tables, material)
    if "contact_angle" not in given:
        found |= _angle(tables, material)
    return found


def _injection(tables: CaseTables, material: Material) -> _Told:
    """Whether voids gather on a layer of ions, where that differs from the electrolyte."""
    below = tables.owners["electrolyte"]
    if material.kind == "polymer":
        return {"injection": (0.0, f"default: {material.name} is a polymer and yields to the metal")}
    if below.kind == "polymer" and "injection" not in tables.table("cell.interface"):
        return {"injection": (1.0, f"default: {material.name} does not yield to the metal, as {below.name} does")}
    return {}


def _angle(tables: CaseTables, material: Material) -> _Told:
    """The contact angle by Young and Dupre, where the work of adhesion alone is known."""
    metal = tables.owners["metal"]
    if material.has("contact_angle") or not (material.has("work_of_adhesion") and metal.has("surface_energy")):
        return {}
    work, gamma = material.value("work_of_adhesion", tables.temperature), metal.value("surface_energy")
    angle = max(float(contact_angle_from_adhesion(work, gamma)), _LEAST_ANGLE)
    entry = entry_text(material.entry("work_of_adhesion"))
    source = f"default: from the work of adhesion of {material.name}, {entry}"
    return {"contact_angle": (quantity_text(angle, "rad"), source)}


def _carried_by(material: Material) -> str | None:
    """What crosses a layer of a material: ions through an electrolyte, lithium through a metal; else by its numbers."""
    if material.kind in _OF_IONS:
        return "ions"
    ions, lithium = material.has("ionic_conductivity"), material.has("solid_diffusivity") or material.kind == "metal"
    return None if ions == lithium else "ions" if ions else "lithium"
