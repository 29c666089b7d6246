"""From the legs of a lumped run to named traces, a verdict and conservation errors."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from lisse.models.lumped.march import Failure, Leg, March
from lisse.records import Verdict, dataset

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["conservation", "flaw_share", "traces", "verdict"]

_AFTER_SHORT = np.array([0.0, 1.0, 10.0, 60.0])  # s, recorded with the filament in place
_LITHIUM_RESISTIVITY = 9.3e-8  # ohm m, row LI-5 of the materials library
_SIDES = ("working", "counter")


def traces(run: March) -> xr.Dataset:
    """Every trace of a run as one Dataset over time; interface quantities have the dimension ``interface``.

    Where the step changes there are two records at one time, before and after. After a filament short, one minute is
    recorded with the filament in parallel to the cell.
    """
    parts = [_group_traces(list(group)) for _, group in itertools.groupby(run.legs, key=lambda leg: id(leg.equations))]
    if run.failure is not None and run.failure.mode == "filament-short":
        parts.append(_shorted(run.legs[-1], run.failure, parts[-1]))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    time = joined.pop("time")
    dims = {1: ("time",), 2: ("time", "interface")}
    arrays = {name: (dims[values.ndim], values) for name, values in joined.items()}
    return dataset(arrays, {"time": time, "interface": list(_SIDES)})


def _group_traces(legs: list[Leg]) -> dict[str, np.ndarray]:
    """Legs with the same equations, put end to end."""
    equations = legs[0].equations
    current, void_height, filling, depth = (
        np.concatenate([getattr(leg, name) for leg in legs])
        for name in ("current_density", "void_height", "filling", "depth")
    )
    contact = equations.contacts(void_height)
    drops = equations.drops(current, void_height)
    found = {
        "time": np.concatenate([leg.time for leg in legs]),
        "current_density": current,
        "voltage": drops.total,
        "ohmic_drop": drops.ohmic,
        "charge_transfer_drop": drops.charge_transfer,
        "film_drop": drops.film,
        "constriction_drop": drops.constriction,
        "charge": np.concatenate([leg.charge for leg in legs]),
        "contact_fraction": contact,
        "void_height": void_height,
        "lithium_thickness": np.concatenate([leg.lithium_thickness for leg in legs]),
        "stack_pressure": np.concatenate([np.full(len(leg.time), leg.stack_pressure) for leg in legs]),
        "temperature": np.full(len(current), equations.numbers.temperature),
        "largest_local_current_density": equations.focusing * np.abs(current) / contact.min(axis=1),
        "short_conductance": np.zeros(len(current)),
    }
    if equations.flaws is not None:
        sides = list(enumerate(equations.flaws))
        length = [(law.initial_depth * depth[:, side]).max(axis=-1) for side, law in sides]
        pressure = [law.pressure(filling[:, side], depth[:, side]).max(axis=-1) for side, law in sides]
        found["flaw_length"], found["plating_pressure"] = np.column_stack(length), np.column_stack(pressure)
    return found


def _shorted(leg: Leg, failure: Failure, last: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The minute after the short: a filament of lithium, in parallel, takes nearly all of the current.

    Its cross-section is the lithium in the spanning flaw, (opening area)/(depth) x (width 2 s_0); its length is the
    electrolyte.
    """
    found = {name: np.repeat(values[-1:], len(_AFTER_SHORT), axis=0) for name, values in last.items()}
    found["time"] = failure.time + _AFTER_SHORT
    current, voltage = float(last["current_density"][-1]), float(last["voltage"][-1])
    filament = _filament_conductance(leg, failure)
    found["short_conductance"] = np.full(len(_AFTER_SHORT), filament)
    if leg.step.voltage is not None:  # held: the filament adds its current
        found["current_density"] = found["current_density"] + filament * voltage
        found["charge"] = found["charge"] + found["current_density"] * _AFTER_SHORT
        return found
    share = current / (current + filament * voltage)  # of the current, which still crosses the cell
    drops = ("voltage", "ohmic_drop", "charge_transfer_drop", "film_drop", "constriction_drop")
    for name in (*drops, "largest_local_current_density"):
        found[name] = found[name] * share
    found["charge"] = found["charge"] + current * _AFTER_SHORT
    return found


def _filament_conductance(leg: Leg, failure: Failure) -> float:
    """S/m2. Of the filament that spans the electrolyte, per area of the cell."""
    equations, side = leg.equations, failure.where
    if equations.flaws is None or side is None:
        return 0.0
    law = equations.flaws[side]
    worst = int(np.argmax(leg.depth[-1, side] * law.initial_depth))
    opening = leg.filling[-1, side, worst] * law.critical_area[worst] / equations.thickness
    section = opening * 2.0 * law.initial_depth[worst]
    return float(section / (_LITHIUM_RESISTIVITY * equations.thickness) / equations.area)


def verdict(run: March) -> Verdict:
    """What failed, at which current, and how much charge had passed."""
    passed = half_cycle = sign = 0.0
    highest: float | None = None
    for index, leg in enumerate(run.legs):
        change = float(leg.charge[-1] - leg.charge[0])
        passed += abs(change)
        if change != 0.0:
            half_cycle = half_cycle + abs(change) if change * sign > 0 else abs(change)
            sign = change
        finished = index < len(run.legs) - 1 or (run.failure is None and not run.trouble)
        if finished and leg.step.current_density:
            highest = max(highest or 0.0, abs(leg.step.current_density))
    if run.failure is None:
        return Verdict("none", highest_current_density_passed=highest, cumulative_charge=passed)
    return Verdict(
        mode=run.failure.mode,
        time=run.failure.time,
        critical_current_density=abs(float(run.legs[-1].current_density[-1])),
        highest_current_density_passed=highest,
        cumulative_charge=passed,
        threshold_charge=half_cycle,
        where="" if run.failure.where is None else _SIDES[run.failure.where],
    )


def conservation(run: March) -> dict[str, float | None]:
    """Relative closure errors.

    ``charge``: the charge recorded against the recorded current integrated over the recorded time (trapezoids), step
    by step. ``lithium``: both electrodes and all flaws at the end against what was there at the start; the thickness
    of an electrode follows from the charge and the filling of its flaws, so that this checks the bookkeeping only.
    """
    error = total = 0.0
    for leg in run.legs:
        integrated = float(np.trapezoid(leg.current_density, leg.time))
        error += abs(float(leg.charge[-1] - leg.charge[0]) - integrated)
        total += abs(integrated)
    start, end = _lithium(run.legs[0], 0), _lithium(run.legs[-1], -1)
    return {"charge": error / total if total else 0.0, "lithium": abs(end - start) / start if start else None}


def flaw_share(run: March) -> float:
    """1. Largest share of all lithium that the flaws held at the end of a step."""
    start = _lithium(run.legs[0], 0)
    return max((_in_flaws(leg, -1) for leg in run.legs), default=0.0) / start if start else 0.0


def _lithium(leg: Leg, row: int) -> float:
    """m. Lithium in both electrodes and in all flaws, per area."""
    return float(leg.lithium_thickness[row].sum()) + _in_flaws(leg, row)


def _in_flaws(leg: Leg, row: int) -> float:
    """m. Lithium in all flaws, per area."""
    if leg.equations.flaws is None:
        return 0.0
    return sum(float(leg.filling[row, side] @ law.height_per_filling) for side, law in enumerate(leg.equations.flaws))
