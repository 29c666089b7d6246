"""From the records of a resolved run to named traces and conservation errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.lumped.legs import SIDES
from lisse.models.resolved.cell_step import CellStep, Outcome
from lisse.models.resolved.clusters import CRACKED
from lisse.records import dataset
from lisse.units import FARADAY

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Record", "conservation", "record_of", "traces"]

Floats = NDArray[np.float64]
_ACROSS = ("lithium_chemical_potential",)  # traces with a place in the electrolyte


@dataclass(frozen=True)
class Record:
    """One instant of a run, as numbers only.

    Attributes
    ----------
    step : int
        Of the protocol.
    values : mapping of str to float or tuple of two floats
        Traces by name.
    charge_error : float, A/m2
    lithium : float, m
        All of it, per area.
    """

    step: int
    values: dict[str, Any]
    charge_error: float
    lithium: float


def record_of(index: int, outcome: Outcome, physics: CellStep) -> Record:
    """The numbers of one instant."""
    state, domain, columns = outcome.state, physics.domain, physics.columns
    own = np.abs(outcome.charge.current_density)
    values: dict[str, Any] = {
        "time": state.time,
        "current_density": outcome.current_density,
        "voltage": outcome.voltage,
        "charge": state.charge,
        "stack_pressure": state.stack_pressure,
        "temperature": physics.laws.temperature,
        "largest_local_current_density": float(own.max(initial=0.0)),
        "short_conductance": 0.0,
        **outcome.drops,
        "contact_fraction": _means(outcome.contact, columns.clean),
        "void_height": _means(state.void_height, columns.there),
        "lithium_thickness": tuple(float(h) for h in state.metal_height),
        "interphase_thickness": tuple(float(h) for h in state.film),
        "flaw_length": tuple(_depth(outcome, side, domain.voxel) for side in (0, 1)),
        "plating_pressure": tuple(_pressure(outcome, side) for side in (0, 1)),
        "damage": float(np.mean(state.damage[domain.solid] >= CRACKED)),
    }
    cracks = sum(cluster.lithium for cluster in state.clusters) / domain.area
    lithium = float(np.nansum(state.metal_height)) + cracks + _elsewhere(outcome, physics)
    if outcome.inside is not None:
        values |= _inside(outcome, physics)
        lithium += values["internal_lithium_thickness"]
    return Record(index, values, outcome.charge_error, lithium)


def _inside(outcome: Outcome, physics: CellStep) -> dict[str, Any]:
    """Lithium potential, the largest in each plane of voxels; the leak that leaves the counter electrode; deposits."""
    inside, deposit, domain = outcome.inside, outcome.state.deposit, physics.domain
    assert inside is not None
    assert deposit is not None
    planes = inside.potential.reshape(domain.shape[0], -1)
    largest = FARADAY * np.where(np.isnan(planes), -np.inf, planes).max(axis=1)
    return {
        "lithium_chemical_potential": tuple(float(v) for v in np.where(np.isfinite(largest), largest, np.nan)),
        "electronic_leak": float(inside.leak[1]) / domain.area,
        "internal_lithium_thickness": float(deposit.sum()) * domain.cell_volume / domain.area,
    }


def _means(field: Floats, there: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean over the columns of each interface; NaN where there are none."""
    first, second = (float(field[p][there[p]].mean()) if there[p].any() else float("nan") for p in (0, 1))
    return first, second


def _depth(outcome: Outcome, side: int, voxel: float) -> float:
    """m. How far the clusters of one electrode reach into the electrolyte; NaN without any."""
    found = float("nan")
    for cluster in outcome.state.clusters:
        if cluster.side != side:
            continue
        rows = np.flatnonzero(cluster.crack.any(axis=tuple(range(1, cluster.crack.ndim))))
        reach = rows.max() + 1 if side == 0 else cluster.crack.shape[0] - rows.min()
        found = float(np.fmax(found, reach * voxel))
    return found


def _pressure(outcome: Outcome, side: int) -> float:
    """Pa. Largest pressure in a cluster of one electrode; NaN without any."""
    state = outcome.state
    found = [p for c, p in zip(state.clusters, state.cluster_pressure, strict=True) if c.side == side]
    return float(max(found, default=np.nan))


def _elsewhere(outcome: Outcome, physics: CellStep) -> float:
    """m. Lithium in interphases (beyond none at all) and in a cathode, per area."""
    total, state = 0.0, outcome.state
    for place, surface in physics.laws.metal:
        if surface.side.interphase is not None:
            total += float(surface.side.interphase.lithium_consumed(float(state.film[place])))
    cathode = physics.laws.equations.cathode
    if cathode is not None:
        total += physics.laws.volume_per_charge * float(cathode.lithium(state.charge))
    return total


def traces(records: Sequence[Record], places: Floats) -> xr.Dataset:
    """All records as one Dataset over time; `places` (m) are the planes of voxels, from the working electrode."""
    coords: dict[str, Any] = {"interface": list(SIDES)}
    arrays: dict[str, tuple[tuple[str, ...], Any]] = {}
    for name in records[0].values:
        if name == "time":
            continue
        column = np.array([record.values[name] for record in records], dtype=float)
        if name in _ACROSS:
            arrays[name], coords["position"] = (("time", "position"), column), places
            continue
        if column.ndim == 2 and np.isnan(column).all():
            continue
        if name == "interphase_thickness" and not column.any():
            continue
        if name == "open_circuit_voltage" and not column.any():
            continue
        arrays[name] = (("time",) if column.ndim == 1 else ("time", "interface"), column)
    time = np.array([record.values["time"] for record in records], dtype=float)
    return dataset(arrays, {"time": time, **coords})


def conservation(records: Sequence[Record]) -> dict[str, float | None]:
    """Relative closure errors.

    ``charge``: the largest difference of the currents of both electrodes, over the largest current. ``lithium``: the
    largest change of what there is in electrodes, cracks, interphases and cathode together.
    """
    start, largest = records[0].lithium, max(abs(record.values["current_density"]) for record in records)
    return {
        "charge": max(record.charge_error for record in records) / largest if largest else 0.0,
        "lithium": max(abs(record.lithium - start) for record in records) / start if start else None,
    }
