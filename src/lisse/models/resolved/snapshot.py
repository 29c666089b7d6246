"""The fields of one instant, as `lisse.fields` keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.cell_step import CellStep, Outcome
from lisse.models.resolved.domain import Domain
from lisse.units import FARADAY

__all__ = ["snapshot"]

Floats = NDArray[np.float64]


def snapshot(outcome: Outcome, physics: CellStep) -> dict[str, Any]:
    """Every field of an instant by name; stress and displacement only where fracture is followed."""
    state, domain = outcome.state, physics.domain
    lithium, pressure = _in_cracks(outcome, domain)
    found: dict[str, Any] = {
        "electrolyte_potential": outcome.charge.potential,
        "current_density": _current_density(outcome, physics),
        "damage": state.damage,
        "lithium_fraction": lithium,
        "plating_pressure": pressure,
        "local_current_density": _whole(outcome.column_current),
        "contact_fraction": _whole(outcome.contact, physics.columns.there),
        "void_height": state.void_height,
        "contact_pressure": state.contact_pressure,
    }
    if outcome.inside is not None and physics.internal is not None and state.deposit is not None:
        found["lithium_chemical_potential"] = FARADAY * outcome.inside.potential
        found["lithium_fraction"] = np.maximum(lithium, physics.internal.fraction(state.deposit))
    response = physics.response(outcome)
    if response is not None:
        pressures = outcome.state.cluster_pressure if outcome.cracks is None else outcome.cracks.pressure
        found["stress"] = response.stress(pressures)
        found["displacement"] = response.displacement(pressures)
    return found


def _whole(field: Floats, there: NDArray[np.bool_] | None = None) -> Floats:
    """Zero instead of NaN at columns without metal, unless the whole electrode has none."""
    if there is None:
        return field
    filled = np.where(there, field, 0.0)
    for place in (0, 1):
        if not there[place].any():
            filled[place] = np.nan
    return filled


def _in_cracks(outcome: Outcome, domain: Domain) -> tuple[Floats, Floats]:
    """1 and Pa. Share of each voxel that lithium fills, and its pressure in cracks and pores; NaN without."""
    state, voxel = outcome.state, domain.cell_volume
    share, pressure = np.zeros(domain.shape), np.full(domain.shape, np.nan)
    for piece in domain.metal:
        share[piece] = 1.0
    for cluster, value in zip(state.clusters, state.cluster_pressure, strict=True):
        full = cluster.filled(voxel)
        rest = max(cluster.lithium - len(full) * voxel, 0.0)
        share[cluster.crack] = rest / voxel / int(np.count_nonzero(cluster.crack))
        pressure[cluster.crack] = value
        share.reshape(-1)[full] = 1.0
        pressure.reshape(-1)[full] = value
    return share, pressure


def _current_density(outcome: Outcome, physics: CellStep) -> Floats:
    """(d, nx, ny[, nz]) A/m2. Mean of the currents through both faces of every voxel; NaN outside the conductor."""
    domain, charge = physics.domain, outcome.charge
    potential, area = charge.potential, domain.face_area
    through = np.zeros((domain.dimension, *domain.shape))
    for axis, conductance in enumerate(physics.conductances):
        drop = np.where(conductance > 0.0, potential - np.roll(potential, -1, axis), 0.0)
        flux = np.where(conductance > 0.0, conductance * drop, 0.0) / area
        through[axis] = 0.5 * (flux + np.roll(flux, 1, axis))
    ends = np.zeros(domain.shape)
    places = outcome.places
    plane = places.planar & (places.normal == 0)
    outward = np.where(places.electrode[plane] == 0, -1.0, 1.0)  # along x: ions that leave at the high end
    np.add.at(ends.reshape(-1), places.cell[plane], charge.current_density[plane] * outward)
    through[0] += 0.5 * ends
    return np.where(np.isnan(potential), np.nan, through)
