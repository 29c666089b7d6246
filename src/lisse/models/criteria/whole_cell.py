"""The cell as a whole: its lithium and its voltage."""

from __future__ import annotations

import numpy as np

from lisse.models.criteria.criterion import Finding, Notes, current_at_drop, current_limit, outside, series_resistance
from lisse.models.inputs import Inputs
from lisse.units import FARADAY

__all__ = ["cathode", "lithium", "voltage"]


def lithium(inputs: Inputs) -> Finding:
    """Charge stripped from each metal electrode, net of what was plated on it, against the lithium that it has."""
    per_charge = inputs["molar_volume"] / FARADAY
    sides = [("working_stripped_charge", "lithium_thickness", -1.0)]
    if inputs.metal_counter:
        sides.append(("counter_stripped_charge", "counter_lithium_thickness", 1.0))
    margins, numbers = [], []
    for charge_name, thickness, sign in sides:
        charge, capacity = inputs[charge_name], inputs[thickness] / per_charge
        with np.errstate(divide="ignore", invalid="ignore"):
            margins.append(np.where(charge > 0.0, capacity / charge, np.inf))
        numbers.append({"capacity": capacity, "charge": charge, "sign": np.asarray(sign)})
    margin = np.minimum.reduce(np.broadcast_arrays(*margins))
    first = margins[0] <= margins[-1]
    shown = {name: np.where(first, numbers[0][name], numbers[-1][name]) for name in numbers[0]}
    excluded: Notes = ((np.isinf(margin), "does not apply, because no metal electrode is stripped by a set current"),)
    return Finding(None, outside(margin, excluded), shown, excluded)


def cathode(inputs: Inputs) -> Finding | str:
    """Net charge taken from the cathode against its areal capacity; it starts full of lithium."""
    if inputs.metal_counter:
        return "does not apply, because the cell has no cathode"
    charge, capacity = inputs["counter_stripped_charge"], inputs["cathode_capacity"]
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.where(charge > 0.0, capacity / charge, np.inf)
    excluded: Notes = (
        (np.isinf(margin), "does not apply, because no set current charges the cell"),
        (
            inputs["ended_by_voltage"] > 0.0,
            "does not apply, because a voltage ends the charge before the cathode is empty",
        ),
    )
    numbers = {"capacity": capacity, "charge": charge, "sign": np.asarray(1.0)}
    return Finding(None, outside(margin, excluded), numbers, excluded)


def voltage(inputs: Inputs) -> Finding | str:
    """Ohmic and interface drops of the cell as formed reach the voltage limit."""
    if not inputs.metal_counter:
        return "does not apply, because a full cell's voltage is not that of its drops"
    ohmic = series_resistance(inputs)
    limit = current_at_drop(inputs, inputs["voltage_limit"], 2.0, ohmic)
    return current_limit(inputs, limit, {"voltage_limit": inputs["voltage_limit"], "series_resistance": ohmic})
