"""What an interlayer is to the models: its numbers at one temperature, and what each mechanism reads of them.

Two kinds, by what crosses the layer:

- ``"ions"`` (polymer, glass, lithiated oxide): metal forms and is stripped on the layer. Kinetics and voids are of
  metal and layer; the layer adds L/sigma to the film; flaws of the electrolyte are shielded as long as the layer is not
  pierced and its own toughness holds; electrons have to cross L/sigma_e at each face; salt in it can run out.
- ``"lithium"`` (alloy): ions become atoms where the layer touches the electrolyte, and lithium diffuses through it to
  the metal behind. Stripping takes what diffusion brings, F D c/L in the end. Next to lithium the alloy is saturated:
  nothing keeps metal from forming at the electrolyte when it is plated, so that flaws count as without the layer.

A number that is not known is named, and the mechanism that needs it goes on without the layer where it can, or does not
apply. Nothing is estimated here. docs/howto/interlayers.md tells the whole of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from lisse import theory
from lisse.cell import Cell, Interface, Interlayer, LithiumElectrode
from lisse.errors import MissingValue
from lisse.materials import Material

__all__ = [
    "LAYER_INPUTS",
    "electronic_share",
    "film_resistance",
    "growth_rate_allowed",
    "has_toughness",
    "is_pierced",
    "layer_lithium",
    "layer_moduli",
    "layer_number",
    "layer_resistance",
    "layer_threshold",
    "layer_toughness",
    "layered_stability",
    "resistance_behind_flaws",
    "touches_polymer",
]

LAYER_INPUTS = {
    "interlayer_conductivity": "ionic_conductivity",
    "interlayer_electronic_conductivity": "electronic_conductivity",
    "interlayer_diffusivity": "solid_diffusivity",
    "interlayer_lithium": "maximum_concentration",
    "interlayer_toughness": "fracture_toughness",
    "interlayer_shear_modulus": "shear_modulus",
    "interlayer_poisson_ratio": "poisson_ratio",
    "interlayer_molar_volume_ratio": "molar_volume_ratio",
    "interlayer_salt_concentration": "salt_concentration",
    "interlayer_salt_diffusivity": "salt_diffusivity",
    "interlayer_transference_number": "transference_number",
}
"""Inputs of the criteria that are numbers of the layer's material, by the property behind them."""


def layer_resistance(layer: Interlayer, temperature: float) -> float:
    """ohm m2. Of the layer itself, L/sigma for ions; an alloy conducts electrons and adds none.

    Raises
    ------
    MissingValue
        When the ionic conductivity of a layer that carries ions is not known.
    """
    if layer.carries == "lithium":
        return 0.0
    return layer.thickness / layer.material.value("ionic_conductivity", temperature)


def film_resistance(interface: Interface, temperature: float) -> float:
    """ohm m2. Films and interlayer in true contact."""
    layer = interface.interlayer
    return interface.resistance if layer is None else interface.resistance + layer_resistance(layer, temperature)


def is_pierced(layer: Interlayer) -> bool:
    """Whether its flaws go through the layer, or may do so because nothing is known of them."""
    return layer.flaw_length is None or layer.flaw_length >= layer.thickness


def touches_polymer(cell: Cell) -> bool:
    """Whether the metal touches a polymer, which yields to it and leaves no voids."""
    layer = cell.interface.interlayer
    neighbour = cell.electrolyte.material if layer is None or layer.carries == "lithium" else layer.material
    return neighbour.kind == "polymer"


def layer_number(material: Material, name: str, temperature: float) -> float:
    """One of `LAYER_INPUTS` (SI) at a temperature (K); MissingValue where it neither is known nor follows."""
    if name == "interlayer_lithium":
        return layer_lithium(material, temperature)
    if name == "interlayer_toughness":
        return layer_toughness(material, temperature)
    if name == "interlayer_shear_modulus" and not material.has("shear_modulus"):
        modulus, ratio = (material.value(each, temperature) for each in ("youngs_modulus", "poisson_ratio"))
        return modulus / (2.0 * (1.0 + ratio))
    return material.value(LAYER_INPUTS[name], temperature)


def layered_stability(
    wavenumber: ArrayLike, solids: Mapping[str, Any], carries: str, layer: Mapping[str, Any]
) -> theory.Stability:
    """Stability of the interface between the neighbours that a layer makes of metal and electrolyte.

    Parameters
    ----------
    wavenumber : array_like, 1/m
    solids : mapping
        The other arguments of `theory.interface_stability`; the molar volume ratio is that of what the metal touches.
    carries : str
        What crosses the layer: ``"ions"``, so that it lies between; ``"lithium"``, an alloy in place of metal; empty
        without one.
    layer : mapping
        Thickness (m), shear_modulus (Pa) and poisson_ratio of the layer, if there is one.
    """
    if carries == "ions":
        own = {"shear_modulus_layer": layer["shear_modulus"], "poisson_ratio_layer": layer["poisson_ratio"]}
        return theory.interlayer_stability(wavenumber, layer["thickness"], **own, **solids)
    if carries == "lithium":
        alloy = {"shear_modulus_metal": layer["shear_modulus"], "poisson_ratio_metal": layer["poisson_ratio"]}
        solids = {**solids, **alloy}
    return theory.interface_stability(wavenumber, **solids)


def layer_moduli(layer: Interlayer, temperature: float) -> tuple[float, float]:
    """Pa and 1. Shear modulus and Poisson's ratio of a layer.

    Raises
    ------
    MissingValue
        When one of the two is not known.
    """
    names = ("interlayer_shear_modulus", "interlayer_poisson_ratio")
    shear, ratio = (layer_number(layer.material, name, temperature) for name in names)
    return shear, ratio


def layer_lithium(material: Material, temperature: float) -> float:
    """mol/m3. Lithium in an alloy next to lithium metal: as given, or x/V of a solid solution such as Li0.9Mg0.1."""
    from lisse.models.lumped.alloy import lithium_fraction_of  # its room reads this file

    if material.has("maximum_concentration"):
        return material.value("maximum_concentration", temperature)
    fraction = lithium_fraction_of(material) if material.formula and material.has("molar_volume") else None
    if fraction is None:
        text = f"{material.name} has no maximum_concentration, and its lithium does not follow from its formula"
        raise MissingValue(text, material.name, "maximum_concentration")
    return fraction / material.value("molar_volume", temperature)


def layer_toughness(material: Material, temperature: float) -> float:
    """Pa m^0.5. As given, or K_IC = sqrt(2 gamma E/(1 - nu^2)) of a brittle layer whose surface energy is known."""
    if material.has("fracture_toughness") or not has_toughness(material):
        return material.value("fracture_toughness", temperature)
    gamma, modulus, ratio = (material.value(name, temperature) for name in _OF_TOUGHNESS)
    return float((2.0 * gamma * modulus / (1.0 - ratio**2)) ** 0.5)


def has_toughness(material: Material) -> bool:
    """Whether the toughness of a layer is given, or follows from its surface energy and stiffness."""
    return material.has("fracture_toughness") or all(material.has(name) for name in _OF_TOUGHNESS)


_OF_TOUGHNESS = ("fracture_surface_energy", "youngs_modulus", "poisson_ratio")


def layer_threshold(layer: Interlayer | None, temperature: float, molar_volume: float) -> float:
    """V. Drop at which a layer breaks at its own flaws, V K/(1.12 F sqrt(pi h)); 0 for one that shields nothing."""
    if layer is None or layer.carries == "lithium" or is_pierced(layer) or layer.flaw_length is None:
        return 0.0
    try:
        toughness = layer_toughness(layer.material, temperature)
    except MissingValue:
        return 0.0  # which the criterion of cracks says, beside the limit without the shield
    found = theory.crack_overpotential(toughness, layer.flaw_length, "edge", molar_volume)
    return float(found)


def resistance_behind_flaws(layer: Interlayer | None, temperature: float) -> float:
    """ohm m2. Of a layer that shields, (L - h/2)/sigma that the mean of a flaw of depth h does not see; else 0."""
    if layer is None or layer.flaw_length is None or is_pierced(layer):
        return 0.0
    return layer_resistance(layer, temperature) * (1.0 - 0.5 * layer.flaw_length / layer.thickness)


def electronic_share(cell: Cell, temperature: float) -> float:
    """1. Resistance of the electrolyte to electrons over that from metal to metal; 1 where the layers' is not known."""
    layer, ceramic = cell.interface.interlayer, cell.electrolyte.material
    known = "electronic_conductivity"
    if layer is None or layer.carries == "lithium" or not (layer.material.has(known) and ceramic.has(known)):
        return 1.0
    sides = 2.0 if isinstance(cell.counter, LithiumElectrode) else 1.0
    own = sides * layer.thickness / layer.material.value(known, temperature)
    return 1.0 / (1.0 + own * ceramic.value(known, temperature) / cell.electrolyte.thickness)


def growth_rate_allowed(cell: Cell, lithium_ratio: float, volume_per_charge: float, temperature: float) -> float:
    """m/s. Growth of an interphase by the electrons that a layer lets through, sigma_e E V/(F l m); inf without one.

    E is the potential below which the electrolyte is reduced, and m the lithium consumed per thickness grown.
    """
    layer, ceramic = cell.interface.interlayer, cell.electrolyte.material
    if layer is None or layer.carries == "lithium" or lithium_ratio == 0.0:
        return math.inf
    if not layer.material.has("electronic_conductivity") or not ceramic.has("reduction_potential"):
        return math.inf
    potential = ceramic.value("reduction_potential", temperature)
    if potential <= 0.0:
        return math.inf
    leak = layer.material.value("electronic_conductivity", temperature)
    return leak * potential * volume_per_charge / (layer.thickness * lithium_ratio)
