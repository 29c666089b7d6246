"""Inside the electrolyte: lithium in its pores, salt that runs out, interphases that grow through it."""

from __future__ import annotations

import numpy as np

from lisse import theory
from lisse.models.criteria.criterion import (
    Finding,
    Notes,
    chosen,
    current_at_drop,
    current_limit,
    everywhere,
    series_resistance,
)
from lisse.models.inputs import Inputs
from lisse.units import FARADAY

__all__ = ["internal_plating", "interphase", "salt"]


def internal_plating(inputs: Inputs) -> Finding:
    """Lithium in pores inside the electrolyte (Mode 2): the potential allows it, and electrons suffice for it.

    Behind the plated interface mu/F = j r_i, the drop of the interface, when electrons cross it freely (the profile of
    `theory.lithium_potential_profile` is highest there). A pore fills where that exceeds V p/F + 2 gamma V/(F r), and
    when the leak, I_e = U sigma_e/L, has brought as much lithium within the protocol as one pore radius of metal. U is
    the voltage of the cell as formed, with that of the cathode at mid-range in a full cell. The limit is the larger
    of the two current densities.
    """
    threshold = theory.internal_plating_threshold(
        confining_pressure=inputs["stack_pressure"],
        surface_energy=inputs["surface_energy"],
        nucleus_radius=inputs["pore_radius"],
        molar_volume=inputs["molar_volume"],
    )
    allowed = current_at_drop(inputs, threshold, 1.0, 0.0)
    needed = inputs["pore_radius"] * FARADAY / inputs["molar_volume"]
    with np.errstate(divide="ignore"):
        voltage = needed * inputs["electrolyte_thickness"] / (inputs["electronic_conductivity"] * inputs["duration"])
    drops = np.maximum(voltage - inputs["open_circuit_voltage"], 0.0)
    supplied = current_at_drop(inputs, drops, 2.0, series_resistance(inputs))
    numbers = {
        **chosen(inputs, "electronic_conductivity", "interface_resistance", "pore_radius", "duration"),
        "threshold": threshold,
        "current_density_of_threshold": allowed,
        "current_density_of_supply": supplied,
    }
    doubt = "electrons are taken to cross the plated interface freely and to fill the pores alone (upper estimate)"
    excluded: Notes = (
        (np.asarray(inputs.polymer), "does not apply, because a polymer has no pores that lithium could fill"),
    )
    return current_limit(inputs, np.maximum(allowed, supplied), numbers, excluded, ((everywhere(allowed), doubt),))


def salt(inputs: Inputs) -> Finding | str:
    """Salt of a binary polymer electrolyte runs out at the plated face within the longest half-cycle.

    c(L, t = Q/j) = 0 for the largest half-cycle charge Q: Sand's time of the finite cell, which becomes the limiting
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
    charge = inputs["half_cycle_charge"]
    low, high = np.zeros(np.broadcast_shapes(steady.shape, charge.shape)), np.full((), 60.0)  # ln(j/steady)
    high = np.broadcast_to(high, low.shape)
    with np.errstate(divide="ignore"):
        for _ in range(60):
            middle = 0.5 * (low + high)
            current = steady * np.exp(middle)
            left = theory.polarisation_profile(
                position=salt["thickness"], time=charge / current, current_density=current, **salt
            )
            low, high = np.where(left > 0.0, middle, low), np.where(left > 0.0, high, middle)
    limit = steady * np.exp(0.5 * (low + high))
    return current_limit(
        inputs, limit, {**salt, "half_cycle_charge": charge, "steady_limiting_current_density": steady}
    )


def interphase(inputs: Inputs) -> Finding:
    """Interphase grown in the time of the protocol, L = sqrt(2 k t), against the thickness of the electrolyte."""
    rate, time = inputs["interphase_rate_constant"], inputs["duration"]
    grown = np.asarray(theory.interphase_thickness_parabolic(time=time, rate_constant=rate))
    with np.errstate(divide="ignore"):
        margin = inputs["electrolyte_thickness"] / (2.0 * grown)  # it grows from both electrodes
    numbers = {
        "interphase_rate_constant": rate,
        "interphase_thickness": grown,
        "time_to_span": (0.5 * inputs["electrolyte_thickness"]) ** 2 / (2.0 * rate),
    }
    return Finding(None, margin, numbers)
