"""Inside the electrolyte: lithium in its pores, salt that runs out, interphases that grow through it."""

from __future__ import annotations

import numpy as np

from lisse import theory
from lisse.models.criteria.criterion import (
    Array,
    Finding,
    Notes,
    chosen,
    current_at_drop,
    current_limit,
    drop_at_current,
    everywhere,
    not_plated,
    series_resistance,
)
from lisse.models.criteria.layer import electron_path
from lisse.models.inputs import Inputs
from lisse.units import FARADAY, format_quantity

__all__ = ["internal_plating", "interphase", "salt"]


def internal_plating(inputs: Inputs) -> Finding:
    """Lithium in pores inside the electrolyte (Mode 2): the potential allows it, and electrons suffice for it.

    Behind the plated interface mu/F = j r_i, the drop of the interface, when electrons cross it freely (the profile of
    `theory.lithium_potential_profile` is highest there). A pore may fill where that exceeds V p/F + 2 gamma V/(F r). It
    does fill when the leak, I_e = U sigma_e/L, brings as much lithium as one pore radius of metal before the current
    turns round and takes it back: in a half-cycle of a symmetric cell, in the whole protocol of a full cell, whose
    voltage does not change its sign. U is the voltage of the cell as formed, with the cathode at mid-range.

    Electrons that have to cross interlayers too leave the electrolyte the share s of their resistance: the leak is
    s U sigma_e/L, and behind a layer mu/F <= s j r_i, because at each it falls by U (1 - s)/n and U >= n j r_i.
    """
    threshold = theory.internal_plating_threshold(
        confining_pressure=inputs["stack_pressure"],
        surface_energy=inputs["surface_energy"],
        nucleus_radius=inputs["pore_radius"],
        molar_volume=inputs["molar_volume"],
    )
    per_volt, share, behind = electron_path(inputs)  # A/m2/V
    allowed = current_at_drop(inputs, threshold if not inputs.interlayer else threshold / share, 1.0, 0.0)
    needed = inputs["pore_radius"] * FARADAY / inputs["molar_volume"]
    supplied, brought = _supply(inputs, allowed, needed, per_volt)
    limit = np.maximum(allowed, supplied)
    numbers = {
        **chosen(inputs, "electronic_conductivity", "interface_resistance", "pore_radius", "plated_charge"),
        "threshold": threshold,
        "current_density_of_threshold": allowed,
        "deposit": np.asarray(brought * inputs["molar_volume"] / FARADAY),
    }

    def too_few_electrons() -> str:
        thick, radius = (format_quantity("length", float(x)) for x in (numbers["deposit"], inputs["pore_radius"]))
        return f"does not apply, because the electronic leak deposits {thick}, less than a pore radius ({radius})"

    doubt = "electrons are taken to cross the plated interface freely and to fill the pores alone (upper estimate)"
    excluded: Notes = (
        not_plated(inputs),
        (np.asarray(inputs.polymer), "does not apply, because a polymer has no pores that lithium could fill"),
        (~np.isfinite(limit), too_few_electrons),
    )
    doubts: Notes = (*behind, (everywhere(limit), doubt))
    return current_limit(inputs, limit, numbers, excluded, doubts, "plating_current_density")


def _supply(inputs: Inputs, allowed: Array, needed: Array, per_volt: Array) -> tuple[Array, Array]:
    """Current density (A/m2) from which the leak suffices, and the charge (C/m2) that it brings at `allowed`.

    With half-cycles that end by charge, a larger current leaves less time in proportion to its voltage or faster, so
    that the leak suffices at `allowed` or nowhere above it.
    """
    series = series_resistance(inputs)
    finite = np.where(np.isfinite(allowed), allowed, 1.0)
    voltage = drop_at_current(inputs, finite, 2.0, series)
    if not inputs.metal_counter:
        brought = per_volt * (inputs["open_circuit_voltage"] + voltage) * inputs["duration"]
        return np.where(brought >= needed, 0.0, np.inf), np.asarray(brought)
    charge, largest = inputs["plated_charge"], inputs["plating_current_density"]
    timed = inputs["timed_half_cycles"] > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        time = np.where(timed, charge / largest, charge / finite)
        brought = np.asarray(per_volt * voltage * time)
        wanted = np.where(timed & (time > 0.0), needed / (per_volt * time), 1.0)
    by_charge = np.where(brought >= needed, 0.0, np.inf)
    if not timed.any():
        return by_charge, brought
    by_time = current_at_drop(inputs, wanted, 2.0, series)
    return np.where(timed, by_time, by_charge), brought


def salt(inputs: Inputs) -> Finding | str:
    """Salt of a binary polymer electrolyte runs out at the plated face within the longest half-cycle.

    c(L, t) = 0 at t = Q/j for the largest charge Q that is passed without a rest or a reversal (at its time, for
    half-cycles that end by time): Sand's time of the finite cell from an even start, which becomes the limiting
    current for long half-cycles.
    """
    if not inputs.polymer:
        return "does not apply, because the electrolyte conducts one ion only"
    salt = {
        "salt_concentration": inputs["salt_concentration"],
        "diffusivity": inputs["salt_diffusivity"],
        "transference_number": inputs["transference_number"],
        "thickness": inputs["electrolyte_thickness"],
    }
    steady = np.asarray(theory.limiting_current(**salt))
    bounded = np.isfinite(steady)  # a transference number of 1 leaves the salt where it is
    start = np.where(bounded, steady, 1.0)
    charge, largest = inputs["unbroken_charge"], inputs["current_density"]
    timed = inputs["timed_half_cycles"] > 0.0
    shape = np.broadcast_shapes(start.shape, charge.shape, largest.shape)
    low, high = np.zeros(shape), np.full(shape, 60.0)  # ln(j/steady)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(60):
            middle = 0.5 * (low + high)
            current = start * np.exp(middle)
            time = np.where(timed, charge / largest, charge / current)
            left = theory.polarisation_profile(
                position=salt["thickness"], time=np.nan_to_num(time), current_density=current, **salt
            )
            low, high = np.where(left > 0.0, middle, low), np.where(left > 0.0, high, middle)
    found = np.where(charge > 0.0, start * np.exp(0.5 * (low + high)), start)  # without a charge: the steady one
    limit = np.where(bounded, found, np.inf)
    return current_limit(inputs, limit, {**salt, "unbroken_charge": charge, "steady_limiting_current_density": steady})


def interphase(inputs: Inputs) -> Finding:
    """Interphase grown in the time of the protocol, L = sqrt(2 k t), against the thickness of the electrolyte.

    It grows from every metal electrode: from both sides of a symmetric cell. Behind an interlayer that carries ions it
    gets the electrons that the layer lets through: L^2/(2 k) + L/k_l = t with k_l = sigma_e E V/(F l m), where E is the
    potential below which the electrolyte is reduced and V/m the interphase that a mole of lithium makes.
    """
    sides = 2.0 if inputs.metal_counter else 1.0
    rate, time = inputs["interphase_rate_constant"], inputs["duration"]
    slowed, doubts = _electron_supply(inputs)
    span = inputs["electrolyte_thickness"] / sides
    if slowed is None:
        grown = np.asarray(theory.interphase_thickness_parabolic(time=time, rate_constant=rate))
        until = span**2 / (2.0 * rate)
    else:
        grown = np.asarray(theory.interphase_thickness_mixed(time=time, rate_constant=rate, reaction_rate=slowed))
        until = span**2 / (2.0 * rate) + span / slowed
    with np.errstate(divide="ignore"):
        margin = inputs["electrolyte_thickness"] / (sides * grown)
    numbers = {"interphase_rate_constant": rate, "interphase_thickness": grown, "time_to_span": until}
    return Finding(None, margin, numbers, doubts=doubts)


def _electron_supply(inputs: Inputs) -> tuple[Array | None, Notes]:
    """m/s. Growth rate that the electrons through an interlayer allow; ``None`` where it does not hold them back."""
    if inputs.interlayer != "ions":
        return None, ()
    names = ("interlayer_electronic_conductivity", "reduction_potential", "interphase_lithium_ratio")
    missing = [name.replace("_", " ") for name in names if name not in inputs.values]
    if missing:
        text = f"as without the interlayer, because no {missing[0]} is known"
        return None, ((everywhere(inputs["interlayer_thickness"]), text),)
    leak, potential, ratio = (inputs[name] for name in names)
    if not np.all((potential > 0.0) & (ratio > 0.0)):
        return None, ()
    per_charge = inputs["molar_volume"] / FARADAY
    return np.asarray(leak * potential * per_charge / (inputs["interlayer_thickness"] * ratio)), ()
