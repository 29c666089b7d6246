"""From the legs of a lumped run to named traces, a verdict and conservation errors."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.models.half_cycles import since_reversal
from lisse.models.lumped.equations import Equations, tension
from lisse.models.lumped.impedance import impedance
from lisse.models.lumped.internal import POINTS, lithium_potential
from lisse.models.lumped.legs import SIDES, Failure, Leg, March
from lisse.models.lumped.short import AFTER_SHORT, after_short, filament_conductance
from lisse.models.lumped.states import Record
from lisse.records import Verdict, dataset

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "alloy_warnings",
    "conservation",
    "coulombic_efficiency",
    "flaw_share",
    "half_cycle_passed",
    "recorded_end",
    "traces",
    "verdict",
]


def traces(run: March) -> xr.Dataset:
    """Every trace of a run as one Dataset over time; interface quantities have the dimension ``interface``.

    Where the step changes there are two records at one time, before and after. After a short, one minute is
    recorded with the filament in parallel to the cell.
    """
    with_dead = any(leg.dead_lithium.any() for leg in run.legs)
    parts = [
        _group_traces(list(group), with_dead)
        for _, group in itertools.groupby(run.legs, key=lambda leg: id(leg.equations))
    ]
    if run.failure is not None and _filament_stands(run):
        parts.append(after_short(run.legs[-1], run.failure.where, parts[-1]))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    time = joined.pop("time")
    coords: dict[str, Any] = {"time": time, "interface": list(SIDES)}
    equations = run.legs[0].equations
    across = {"salt_concentration": None if equations.salt is None else equations.salt.places}
    across["lithium_chemical_potential"] = POINTS * equations.thickness
    arrays: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for name, values in joined.items():
        dims: tuple[str, ...] = ("time",) if values.ndim == 1 else ("time", "interface")
        if name in across:
            dims, coords["position"] = ("time", "position"), across[name]
        arrays[name] = (dims, values)
    arrays |= _spectra(run, coords)
    return dataset(arrays, coords)


def recorded_end(run: March) -> float:
    """s. Last time in `traces`."""
    last = float(run.legs[-1].record.time[-1])
    return last + float(AFTER_SHORT[-1]) if _filament_stands(run) else last


def _filament_stands(run: March) -> bool:
    """Whether a filament of known shape spans the electrolyte at the end."""
    failure = run.failure
    if failure is None or not failure.mode.endswith("-short"):
        return False
    return filament_conductance(run.legs[-1], failure.where) != 0.0


def _spectra(run: March, coords: dict[str, Any]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """The spectra that steps ask for, on all frequencies of the run; NaN at those that a spectrum does not have."""
    taken = [leg for leg in run.legs if leg.step.frequencies]
    if not taken:
        return {}
    frequencies = np.unique([f for leg in taken for f in leg.step.frequencies])[::-1]
    found = np.full((len(taken), len(frequencies)), np.nan, dtype=complex)
    for row, leg in enumerate(taken):
        here = np.isin(frequencies, leg.step.frequencies)
        alone = impedance(leg.equations, leg.record, frequencies[here].tolist())
        found[row, here] = alone / (1.0 + leg.leak * alone)
    coords["frequency"] = frequencies
    dims = ("spectrum", "frequency")
    return {
        "spectrum_time": (("spectrum",), np.array([leg.record.time[-1] for leg in taken])),
        "impedance_real": (dims, found.real),
        "impedance_imaginary": (dims, found.imag),
    }


def _group_traces(legs: list[Leg], with_dead: bool) -> dict[str, np.ndarray]:
    """Legs with the same equations, put end to end."""
    equations = legs[0].equations
    record = functools.reduce(Record.joined, (leg.record for leg in legs))
    filling, depth, lithium, dead = (
        np.concatenate([getattr(leg, name) for leg in legs])
        for name in ("filling", "depth", "lithium_thickness", "dead_lithium")
    )
    contact = equations.contacts(record.void_height)
    drops = equations.drops(record)
    leak = np.repeat([leg.leak for leg in legs], [len(leg.record.time) for leg in legs])
    found = {
        "time": record.time,
        "current_density": record.current_density + leak * drops.total if leak.any() else record.current_density,
        "voltage": drops.total,
        "charge": np.concatenate([leg.outer_charge for leg in legs]),
        "contact_fraction": contact,
        "void_height": _of_metal(equations, record.void_height),
        "lithium_thickness": lithium,
        "stack_pressure": record.stack_pressure,
        "temperature": np.full(len(record.time), equations.numbers.temperature),
        "largest_local_current_density": equations.focusing
        * np.abs(record.current_density)
        / (np.nanmin(contact, axis=1) * equations.sides[0].clean),
        "short_conductance": leak,
    }
    found |= {part.name: getattr(drops, part.name) for part in dataclasses.fields(drops)}
    for name, there in _parts(equations).items():
        if not there:
            found.pop(name, None)
    if equations.layout.films:
        found["interphase_thickness"] = _of_metal(equations, record.interphase_thickness)
    if with_dead:
        found["dead_lithium_thickness"] = dead
    if equations.salt is not None:
        found["salt_concentration"] = equations.salt.profile(record.salt, record.current_density)
    if any(equations.layout.alloys):
        found["lithium_fraction"] = _surface_fractions(equations, record)
    potential = lithium_potential(equations, record)
    if potential is not None:
        found["lithium_chemical_potential"] = potential
    length = np.full((len(record.time), 2), np.nan)
    pressure = length.copy()
    misfits = any(side.interphase is not None and side.interphase.misfit is not None for _, side in equations.metal)
    pulled = tension(equations, record.interphase_thickness)[:, np.newaxis] if misfits else 0.0
    for place, side in equations.metal:
        if side.flaws is not None:
            length[:, place] = (side.flaws.initial_depth * depth[:, place]).max(axis=-1)
            inside = side.flaws.pressure(filling[:, place], depth[:, place]) - pulled
            pressure[:, place] = inside.max(axis=-1)
    if not np.isnan(length).all():
        found["flaw_length"], found["plating_pressure"] = length, pressure
    return found


def _parts(equations: Equations) -> dict[str, bool]:
    """Which of the drops a cell has."""
    return {
        "open_circuit_voltage": equations.cathode is not None,
        "concentration_drop": equations.salt is not None or any(equations.layout.alloys),
    }


def _of_metal(equations: Equations, values: np.ndarray) -> np.ndarray:
    """NaN where there is no metal."""
    return np.asarray(np.where([side is not None for side in equations.sides], values, np.nan))


def _surface_fractions(equations: Equations, record: Record) -> np.ndarray:
    """1. Lithium fraction at the faces of both electrodes, (n, 2); NaN in a pure metal."""
    out = np.full((len(record.time), 2), np.nan)
    for place, side in equations.metal:
        if side.alloy is not None:
            out[:, place] = side.alloy.surface(record.alloys[place], -side.sign * record.current_density)
    return out


def _charge(leg: Leg) -> float:
    """C/m2. Passed in a leg, signed, as the outer circuit counts it."""
    charge = leg.outer_charge
    return float(charge[-1] - charge[0])


def verdict(run: March) -> Verdict:
    """What failed, at which current, and how much charge had passed."""
    passed = sum(abs(_charge(leg)) for leg in run.legs)
    stands = run.passed if run.soft is None else run.legs[: run.soft.leg]
    stood = [abs(leg.step.current_density) for leg in stands if leg.step.current_density and _charge(leg) != 0.0]
    highest = max(stood, default=None)
    last = len(run.legs) - 1 if run.soft is None else run.soft.leg
    failure = run.failure if run.soft is None else Failure("soft-short", run.soft.time, run.soft.where)
    if failure is None:
        return Verdict("none", highest_current_density_passed=highest, cumulative_charge=passed)
    return Verdict(
        mode=failure.mode,
        time=failure.time,
        critical_current_density=abs(float(run.legs[last].outer_current[-1])),
        highest_current_density_passed=highest,
        cumulative_charge=passed,
        threshold_charge=list(since_reversal(map(_charge, run.legs)))[last],
        where="" if failure.where is None else SIDES[failure.where],
    )


def conservation(run: March) -> dict[str, float | None]:
    """Relative closure errors.

    ``charge``: the charge recorded against the recorded current integrated over the recorded time (trapezoids), step
    by step. ``lithium``: what there is at the end, in both electrodes, flaws, interphases, the cathode and cut off,
    against what was there at the start.
    """
    error = total = 0.0
    for leg in run.legs:
        record = leg.record
        integrated = float(np.trapezoid(record.current_density, record.time))
        error += abs(float(record.charge[-1] - record.charge[0]) - integrated)
        total += abs(integrated)
    start, end = _lithium(run, run.legs[0], 0), _lithium(run, run.legs[-1], -1)
    return {"charge": error / total if total else 0.0, "lithium": abs(end - start) / start if start else None}


def coulombic_efficiency(run: March) -> float | None:
    """1. Charge stripped from the working electrode over the charge plated on it; ``None`` if it was not stripped.

    What was plated last and never stripped does not count, nor does a step in which the cell failed.
    """
    changes = [_charge(leg) for leg in run.passed]
    while changes and changes[-1] >= 0.0:
        changes.pop()
    plated = sum(change for change in changes if change > 0.0)
    return -sum(change for change in changes if change < 0.0) / plated if plated else None


def half_cycle_passed(run: March) -> float | None:
    """C/m2. Largest charge passed without reversal before the failure, rests left out; ``None`` where none was."""
    return max(since_reversal(map(_charge, run.passed)), default=0.0) or None


def alloy_warnings(run: March) -> list[str]:
    """What to tell of the lithium fractions that the faces of alloy electrodes reached."""
    found: dict[str, None] = {}
    for place, side in run.legs[0].equations.metal:
        if side.alloy is not None:
            seen = np.concatenate([_surface_fractions(leg.equations, leg.record)[:, place] for leg in run.legs])
            found |= dict.fromkeys(side.alloy.validity_warnings(seen))
    return list(found)


def flaw_share(run: March) -> float:
    """1. Largest share of all lithium that the flaws held at the end of a step."""
    start = _lithium(run, run.legs[0], 0)
    return max((_in_flaws(leg, -1) for leg in run.legs), default=0.0) / start if start else 0.0


def _lithium(run: March, leg: Leg, row: int) -> float:
    """m. All lithium as metal per area: active, dead, in flaws, interphases (beyond the first) and the cathode."""
    equations, first = leg.equations, run.legs[0].record
    total = float(np.nansum(leg.lithium_thickness[row]) + leg.dead_lithium[row].sum()) + _in_flaws(leg, row)
    for place, side in equations.metal:
        if side.interphase is not None:
            grown = leg.record.interphase_thickness[row, place] - first.interphase_thickness[0, place]
            total += float(side.interphase.lithium_consumed(grown))
    if equations.cathode is not None:
        per_charge = equations.sides[0].contact.volume_per_charge
        total += float(equations.cathode.lithium(float(leg.record.charge[row]))) * per_charge
    return total


def _in_flaws(leg: Leg, row: int) -> float:
    """m. Lithium in all flaws, per area."""
    return sum(
        float(leg.filling[row, place] @ side.flaws.height_per_filling)
        for place, side in leg.equations.metal
        if side.flaws is not None
    )
