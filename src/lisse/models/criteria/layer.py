"""The layer between metal and electrolyte: lithium diffusing through it, salt running out in it, what it shields."""

from __future__ import annotations

import dataclasses

import numpy as np

from lisse import theory
from lisse.models.criteria.criterion import Array, Finding, Notes, chosen, current_at_drop, current_limit, not_stripped
from lisse.models.inputs import Inputs

__all__ = ["electron_path", "lithium_through", "salt_in", "shielded"]

_CARRIES_IONS = "does not apply, because the interlayer carries ions, and no lithium has to diffuse through it"


def lithium_through(inputs: Inputs) -> Finding | str:
    """Lithium reaches the electrolyte through an alloy: the current at which its face is empty after a half-cycle.

    `theory.interlayer_limited_current` for half-cycles that end by charge or by time; F D c/L for long ones. Lithium
    that was plated at the electrolyte before is not counted.
    """
    if inputs.interlayer != "lithium":
        return _CARRIES_IONS
    layer = {
        "diffusivity": inputs["interlayer_diffusivity"],
        "concentration": inputs["interlayer_lithium"],
        "thickness": inputs["interlayer_thickness"],
    }
    charge, largest = inputs["stripped_charge"], inputs["stripping_current_density"]
    timed = inputs["timed_half_cycles"] > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        time = np.where(timed & (largest > 0.0), charge / largest, np.inf)
    passed = np.where(timed | (charge <= 0.0), np.inf, charge)
    limit = np.asarray(theory.interlayer_limited_current(**layer, time=time, charge=passed))
    steady = np.asarray(theory.interlayer_limited_current(**layer))
    numbers = {
        **chosen(inputs, "interlayer_diffusivity", "interlayer_lithium", "interlayer_thickness", "stripped_charge"),
        "steady_limiting_current_density": steady,
    }
    return current_limit(inputs, limit, numbers, (not_stripped(inputs),), concerns="stripping_current_density")


def salt_in(inputs: Inputs) -> Finding | str:
    """Salt of a polymer layer runs out where it is plated: the steady limiting current of the layer.

    Both its faces pass lithium ions alone, so that it is a polymer cell of its thickness. It settles within L^2/D,
    seconds for a micrometre, which the limit takes to be past.
    """
    if not inputs.layer_polymer:
        return "does not apply, because the interlayer carries no salt"
    if inputs.polymer:
        return "does not apply, because salt crosses between the interlayer and the polymer behind it"
    names = ("salt_concentration", "salt_diffusivity", "transference_number", "thickness")
    numbers = chosen(inputs, *(f"interlayer_{name}" for name in names))
    concentration, diffusivity, transference, thickness = numbers.values()
    limit = np.asarray(theory.limiting_current(concentration, diffusivity, transference, thickness))
    return current_limit(inputs, limit, numbers)


def shielded(inputs: Inputs, limit: Array) -> tuple[Array, dict[str, Array], Notes]:
    """A/m2. The limit by flaws of the electrolyte behind a layer, what it reads of the layer, and what to say of it.

    Lithium reaches them only through a crack of a layer that carries ions, whose own flaws have the depth h: at
    eta = V K/(1.12 F sqrt(pi h)), with the toughness K of the layer. eta is the drop of kinetics and films and the mean
    ohmic drop along such a flaw, j h/(2 sigma); what the layer takes behind it does not count. Both have to break: the
    larger of the two limits.
    """
    if not inputs.interlayer:
        return limit, {}, ()
    if inputs.interlayer == "lithium":
        text = "the interlayer is saturated with lithium: metal forms at the electrolyte, as without it"
        return limit, {}, ((np.ones(np.shape(limit), dtype=bool), text),)
    missing = [name for name in ("interlayer_flaw_length", "interlayer_toughness") if name not in inputs.values]
    if missing:
        words = "it may have flaws that go through" if "flaw" in missing[0] else "its toughness is not known"
        text = f"the interlayer does not shield the flaws of the electrolyte: {words}"
        return limit, {}, ((np.ones(np.shape(limit), dtype=bool), text),)
    threshold = theory.crack_overpotential(
        fracture_toughness=inputs["interlayer_toughness"],
        flaw_length=inputs["interlayer_flaw_length"],
        geometry="edge",
        molar_volume=inputs["molar_volume"],
    )
    head = inputs["interlayer_flaw_length"] / (2.0 * inputs["interlayer_conductivity"])
    seen = inputs["interface_resistance"] - inputs["interlayer_resistance"] + head
    mouth = dataclasses.replace(inputs, values={**inputs.values, "interface_resistance": seen})
    own = current_at_drop(mouth, np.asarray(threshold), 1.0, 0.0, inputs["flaw_focusing"])
    intact = inputs["interlayer_flaw_length"] < inputs["interlayer_thickness"]
    text = "the interlayer is pierced by its flaws and does not shield those of the electrolyte"
    numbers = chosen(inputs, "interlayer_toughness", "interlayer_flaw_length", "interlayer_thickness")
    return np.where(intact, np.maximum(limit, own), limit), numbers, ((np.asarray(~intact), text),)


def electron_path(inputs: Inputs) -> tuple[Array, Array, Notes]:
    """S/m2 and 1. Electrons across electrolyte and layers: conductance, and the share of it that the electrolyte keeps.

    1/g = L/sigma_e + n l/sigma_e,layer with a layer at each of the n metal electrodes.
    """
    bare = np.asarray(inputs["electronic_conductivity"] / inputs["electrolyte_thickness"])
    if inputs.interlayer != "ions":
        return bare, np.ones(np.shape(bare)), ()
    if "interlayer_electronic_conductivity" not in inputs.values:
        text = "the electronic conductivity of the interlayer is not known: it is taken to block no electrons"
        return bare, np.ones(np.shape(bare)), ((np.ones(np.shape(bare), dtype=bool), text),)
    sides = 2.0 if inputs.metal_counter else 1.0
    layer = inputs["interlayer_thickness"] / inputs["interlayer_electronic_conductivity"]
    share = 1.0 / (1.0 + sides * layer * bare)
    return np.asarray(bare * share), np.asarray(share), ()
