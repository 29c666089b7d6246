"""The small-signal impedance of a lumped cell at rest: what a spectrum taken there would show.

::

    Z = R_series + sum over metal sides of { R_c(a) + 1/[ a/(R_ct + R_film) + i w a C ] } + Z_salt + Z_alloy + Z_cathode

with the contact fraction a (less contamination), the slopes R_ct = R T/(F i0) of the kinetics at rest, the interface
capacitance C per true contact, and for each transport state c with rates dc/dt = f(c, j) the response
(i w - df/dc)^-1 df/dj. Voids, pressure and interphases are taken to stand still during the spectrum. The cathode is a
resistance and the capacitance of its open-circuit voltage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lisse.models.lumped.alloy import AlloyLaw
from lisse.models.lumped.equations import Equations
from lisse.models.lumped.layer import LayerLaw
from lisse.models.lumped.salt import SaltLaw
from lisse.models.lumped.states import Record
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["impedance"]

_STEP = 1e-6  # of the differences: relative for states, A/m2 for the current


def impedance(equations: Equations, state: Record, frequencies: Sequence[float]) -> np.ndarray:
    """ohm m2. Complex impedance (n,) at the last row of a record.

    Parameters
    ----------
    equations : Equations
    state : Record
        Its last row is where the cell is, at rest.
    frequencies : (n,) sequence, Hz
    """
    omega = 2.0 * np.pi * np.asarray(frequencies, dtype=float)
    total = np.full(len(omega), equations.series_resistance, dtype=complex)
    activities = (1.0, 1.0)
    thermal = GAS_CONSTANT * equations.numbers.temperature / FARADAY
    if equations.salt is not None:
        salt, c = equations.salt, state.salt[-1]
        activities = salt.activities(c, 0.0, equations.anodic_transfer_coefficient).tolist()
        total += salt.ohmic(c, 1.0) + _salt(salt, c, omega)
    for place, side in equations.metal:
        fraction = float(side.contact.fraction(float(state.void_height[-1, place])))
        true = fraction * side.clean
        across = thermal / (side.transfer.exchange_current_density * activities[place])
        across += side.film_resistance(float(state.interphase_thickness[-1, place]))
        total += 1.0 / (true / across + 1j * omega * true * side.capacitance)
        total += float(side.constriction(np.array(fraction)))
        if side.alloy is not None:
            total += _alloy(side.alloy, state.alloys[place][-1], omega)
    if equations.cathode is not None:
        cathode, charge = equations.cathode, float(state.charge[-1])
        moved = _STEP * cathode.areal_capacity
        high, low = (float(cathode.open_circuit(cathode.fraction(charge + s * moved))) for s in (1.0, -1.0))
        slow = (high - low) / (2.0 * moved)  # V per C/m2
        total += cathode.resistance + thermal / cathode.exchange_current_density + slow / (1j * omega)
    return total


def _alloy(alloy: AlloyLaw | LayerLaw, state: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """ohm m2. Of the lithium in one alloy electrode or layer; its drop counts for plating, its rates for stripping."""
    if isinstance(alloy, LayerLaw):
        alloy = replace(alloy, both_ways=True)

    def drop(here: np.ndarray, stripping: float) -> float:
        return -float(alloy.drop(alloy.surface(here, stripping)))

    return _transport(alloy.rates, drop, state, omega)


def _salt(salt: SaltLaw, state: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """ohm m2. Of the salt, beside its ohmic resistance."""

    def potential(here: np.ndarray, current: float) -> float:
        return float(salt.diffusion_potential(*salt.at_electrodes(here, current)))

    return _transport(salt.rates, potential, state, omega)


def _transport(
    rates: Callable[[np.ndarray, float], np.ndarray],
    voltage: Callable[[np.ndarray, float], float],
    state: np.ndarray,
    omega: np.ndarray,
) -> np.ndarray:
    """ohm m2. Response of a voltage v(c, j) to the current through a state with rates f(c, j), around j = 0."""
    scale = _STEP * float(np.max(np.abs(state)))
    shifts = np.vstack([np.eye(len(state)), -np.eye(len(state))]) * scale
    moved = state + shifts
    n = len(state)
    slopes = np.array([rates(row, 0.0) for row in moved])
    jacobian = ((slopes[:n] - slopes[n:]) / (2.0 * scale)).T
    levels = np.array([voltage(row, 0.0) for row in moved])
    by_state = (levels[:n] - levels[n:]) / (2.0 * scale)
    by_current = (rates(state, _STEP) - rates(state, -_STEP)) / (2.0 * _STEP)
    direct = (voltage(state, _STEP) - voltage(state, -_STEP)) / (2.0 * _STEP)
    unity = np.eye(n)
    return np.array([direct + by_state @ np.linalg.solve(1j * w * unity - jacobian, by_current) for w in omega])
