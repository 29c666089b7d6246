"""Filaments: flaws that plated lithium opens, grain boundaries, and the stability of the flat interface."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from lisse import theory
from lisse.models.criteria.criterion import (
    Finding,
    Notes,
    chosen,
    current_at_drop,
    current_limit,
    everywhere,
    formed_contact,
    is_molten,
    not_plated,
)
from lisse.models.criteria.layer import shielded
from lisse.models.inputs import Inputs
from lisse.models.interlayer import layered_stability

__all__ = ["crack", "grain_boundary", "molten", "stability"]


def crack(inputs: Inputs) -> Finding | str:
    """Plating pressure in the longest flaw reaches fracture: V p/F = drop + head at K = K_IC, in the contact formed.

    The head is the mean ohmic drop along the flaw, j s/(2 sigma). A whole interlayer has to break first.
    """
    if inputs.flaw_geometry is None:
        return "does not apply, because the case has no flaws"
    length = inputs["flaw_length"]
    threshold = theory.crack_overpotential(
        fracture_toughness=inputs["fracture_toughness"],
        flaw_length=length,
        geometry=inputs.flaw_geometry,
        molar_volume=inputs["molar_volume"],
    )
    head = length / (2.0 * inputs["ionic_conductivity"])
    open_flaws = current_at_drop(inputs, threshold, 1.0, head, inputs["flaw_focusing"])
    limit, of_layer, behind = shielded(inputs, open_flaws)
    numbers = {
        **chosen(inputs, "fracture_toughness", "flaw_length", "interface_resistance", "exchange_current_density"),
        "crack_overpotential": threshold,
        **of_layer,
        "contact_fraction": formed_contact(inputs),
    }
    long = length >= 0.1 * inputs["electrolyte_thickness"]
    doubts: Notes = (
        (is_molten(inputs), "molten metal flows out of the flaw: see viscous flow in a crack"),
        (long, "the longest flaw is not short against the electrolyte thickness"),
        *behind,
    )
    return current_limit(inputs, limit, numbers, (not_plated(inputs),), doubts, "plating_current_density")


def grain_boundary(inputs: Inputs) -> Finding | str:
    """Pressure at one grain boundary reaches fracture (Raj and Wolfenstine).

    The resistance given for the electrolyte is that of all boundaries in series, L/d of them at a grain size d.
    """
    if inputs.flaw_geometry is None:
        return "does not apply, because the case has no flaws"
    total = inputs["grain_boundary_resistance"]
    if not np.any(total > 0.0):
        return "does not apply, because no grain-boundary resistance is given"
    count = np.maximum(inputs["electrolyte_thickness"] / inputs["grain_size"], 1.0)
    stress = theory.fracture_stress(
        fracture_toughness=inputs["fracture_toughness"],
        flaw_length=inputs["flaw_length"],
        geometry=inputs.flaw_geometry,
    )
    one = np.where(total > 0.0, total, 1.0) / count
    limit = theory.grain_boundary_current_limit(
        fracture_stress=stress, grain_boundary_resistance=one, molar_volume=inputs["molar_volume"]
    )
    numbers = {"fracture_stress": stress, "grain_boundary_resistance": total / count, "grain_boundaries": count}
    excluded: Notes = (
        (total <= 0.0, "does not apply, because no grain-boundary resistance is given"),
        not_plated(inputs),
    )
    return current_limit(inputs, limit, numbers, excluded, concerns="plating_current_density")


def molten(inputs: Inputs) -> Finding | str:
    """Molten metal that flows out of a crack too slowly (Ansell), at the width that the crack has when it grows.

    Half the width is the mean opening at K = K_IC, area/(2 m a) with m the number of tips.
    """
    if inputs.flaw_geometry is None:
        return "does not apply, because the case has no flaws"
    solid = ~is_molten(inputs)
    if np.all(solid):
        return "does not apply, because the metal is solid (it creeps, it has no viscosity)"
    length, elastic = inputs["flaw_length"], chosen(inputs, "youngs_modulus", "poisson_ratio")
    pressure = theory.fracture_stress(
        fracture_toughness=inputs["fracture_toughness"], flaw_length=length, geometry=inputs.flaw_geometry
    )
    area = theory.crack_opening_area(pressure=pressure, crack_length=length, geometry=inputs.flaw_geometry, **elastic)
    numbers = {
        "surface_energy": inputs["fracture_surface_energy"],
        "crack_half_width": np.asarray(area / (2.0 * length * (2.0 if inputs.flaw_geometry == "through" else 1.0))),
        "crack_length": length,
        **elastic,
        "viscosity": inputs["melt_viscosity"],
    }
    limit = theory.ansell_critical_current(**numbers, molar_volume=inputs["molar_volume"])
    excluded: Notes = (
        (solid, "does not apply, because the metal is solid (it creeps, it has no viscosity)"),
        not_plated(inputs),
    )
    doubts: Notes = ((everywhere(limit), "the width of the crack is taken to be its opening when it grows"),)
    return current_limit(inputs, limit, numbers, excluded, doubts, "plating_current_density")


def stability(convention: str) -> Callable[[Inputs], Finding]:
    """The law of linear stability in one convention of sign."""

    def law(inputs: Inputs) -> Finding:
        """Long waves of a flat, bonded interface: they grow at any current, or at none.

        With an alloy layer it is the alloy that meets the electrolyte; a layer that carries ions lies between, and the
        molar volume of Li+ in it counts. Waves shorter than its thickness feel the layer alone, but only pierce it, and
        are not asked for. The shear ratios are those of the two that touch.
        """
        elastic = _waves(inputs, convention)
        metal = "interlayer" if inputs.interlayer == "lithium" else "metal"
        own = "interlayer_" if inputs.interlayer == "ions" else ""
        volume, ratio = (f"{own}{name}" for name in ("molar_volume_ratio", "poisson_ratio"))
        numbers = {
            **chosen(inputs, volume, ratio),
            "shear_ratio": inputs[f"{own}shear_modulus"] / inputs[f"{metal}_shear_modulus"],
            "critical_shear_ratio": np.asarray(
                theory.critical_shear_ratio(inputs[volume], inputs[ratio], inputs[f"{metal}_poisson_ratio"])
            ),
        }
        if inputs.interlayer == "ions":
            numbers |= chosen(inputs, "interlayer_thickness")
        excluded: Notes = (not_plated(inputs),)
        doubt = "says whether a flat, bonded interface without flaws roughens, at whatever current: not a failure yet"
        said = current_limit(
            inputs,
            np.where(elastic.stable, np.inf, 0.0),
            numbers,
            excluded,
            ((everywhere(elastic.total), doubt),),
            "plating_current_density",
        )
        grows = elastic.total if convention == "published" else -elastic.total
        return dataclasses.replace(said, sign=np.asarray(grows))

    return law


def _waves(inputs: Inputs, convention: str) -> theory.Stability:
    """The elastic and capillary parts for waves as long as the electrolyte is thick."""
    own = "interlayer_" if inputs.interlayer == "ions" else ""
    solids: dict[str, Any] = {
        "shear_modulus_electrolyte": inputs["shear_modulus"],
        "poisson_ratio_electrolyte": inputs["poisson_ratio"],
        "shear_modulus_metal": inputs["metal_shear_modulus"],
        "poisson_ratio_metal": inputs["metal_poisson_ratio"],
        "molar_volume_ratio": inputs[f"{own}molar_volume_ratio"],
        "surface_energy": inputs["surface_energy"],
        "molar_volume": inputs["molar_volume"],
        "convention": convention,
    }
    names = ("thickness", "shear_modulus", "poisson_ratio") if inputs.interlayer else ()
    layer = {name: inputs[f"interlayer_{name}"] for name in names}
    return layered_stability(2.0 * np.pi / inputs["electrolyte_thickness"], solids, inputs.interlayer, layer)
