"""What a criterion is, and what criteria share: the contact as formed, and the current that makes a given drop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse import theory
from lisse.errors import MissingValue
from lisse.models.contact import contact_as_formed
from lisse.models.inputs import Inputs
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "Array",
    "Criterion",
    "Finding",
    "Notes",
    "chosen",
    "current_at_drop",
    "current_limit",
    "drop_at_current",
    "evaluate",
    "everywhere",
    "formed_contact",
    "is_molten",
    "not_plated",
    "not_stripped",
    "outside",
    "series_resistance",
]

Array: TypeAlias = NDArray[np.float64]
Text: TypeAlias = str | Callable[[], str]
Notes: TypeAlias = tuple[tuple[NDArray[np.bool_], Text], ...]
"""Where something holds, and what it is in words."""


@dataclass(frozen=True)
class Finding:
    """What one criterion says of every point.

    Attributes
    ----------
    current_density : array or None, A/m2
        The limit; NaN where the criterion does not apply; ``None`` for a limit that is no current density.
    margin : array, 1
        Limit over the largest current density of the protocol, or what takes its place; NaN where it does not apply.
    numbers : mapping of str to array
        What went in and what came out on the way (SI).
    excluded, doubts : tuple of (mask, text)
        Where and why the criterion does not apply, or leaves its range of validity.
    sign : array or None
        For a limit that is either zero or without bound: above zero where it is zero, below where it has no bound.
    """

    current_density: Array | None
    margin: Array
    numbers: Mapping[str, Array] = field(default_factory=dict)
    excluded: Notes = ()
    doubts: Notes = ()
    sign: Array | None = None


@dataclass(frozen=True)
class Criterion:
    """One criterion: the verdict mode it belongs to, its name, source, range of validity, and the law.

    The law returns a `Finding`, or a sentence where the criterion does not apply to this cell at all.
    """

    mechanism: str
    name: str
    reference: str
    validity: str
    law: Callable[[Inputs], Finding | str]
    decides: bool = True


def evaluate(criterion: Criterion, inputs: Inputs) -> Finding | str:
    """Ask one criterion; a missing number is a reason why it does not apply."""
    try:
        return criterion.law(inputs)
    except MissingValue as error:
        return str(error)


def formed_contact(inputs: Inputs) -> Array:
    """1. Contact fraction that the forming pressure leaves, a0 = min(1, p/H)."""
    names = ("forming_pressure", "stack_pressure", "contact_hardness")
    return np.asarray(contact_as_formed(*(inputs[name] for name in names)))


def current_limit(
    inputs: Inputs,
    limit: ArrayLike,
    numbers: Mapping[str, Array],
    excluded: Notes = (),
    doubts: Notes = (),
    concerns: str = "current_density",
) -> Finding:
    """A limiting current density; its margin is that over the largest current that it concerns.

    Parameters
    ----------
    concerns : str
        The input that holds that current; where it is zero, the protocol sets no such current and there is no margin.
    """
    limit = outside(np.asarray(limit, dtype=float), excluded)
    current = inputs[concerns]
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.where(current > 0.0, limit / current, np.nan)
    return Finding(limit, margin, numbers, excluded, doubts)


def not_plated(inputs: Inputs) -> tuple[NDArray[np.bool_], str]:
    """Where the protocol plates no metal electrode, as a note."""
    mask = (inputs["plating_current_density"] == 0.0) & (inputs["current_density"] > 0.0)
    return mask, "does not apply, because no metal electrode is plated by a set current"


def not_stripped(inputs: Inputs) -> tuple[NDArray[np.bool_], str]:
    """Where the protocol strips no metal electrode, as a note."""
    mask = (inputs["stripping_current_density"] == 0.0) & (inputs["current_density"] > 0.0)
    return mask, "does not apply, because no metal electrode is stripped by a set current"


def is_molten(inputs: Inputs) -> NDArray[np.bool_]:
    """Where the metal is above its melting point; a metal whose melting point is not known counts as solid."""
    return np.asarray(inputs["temperature"] >= inputs.values.get("melting_point", np.asarray(np.inf)))


def everywhere(values: Array) -> NDArray[np.bool_]:
    """True at every point."""
    return np.ones(np.shape(values), dtype=bool)


def outside(values: Array, excluded: Notes) -> Array:
    """The values, NaN where one of the notes holds."""
    for mask, _ in excluded:
        values = np.where(mask, np.nan, values)
    return values


def chosen(inputs: Inputs, *names: str) -> dict[str, Array]:
    """Some of the inputs, by name."""
    return {name: inputs[name] for name in names}


def current_at_drop(
    inputs: Inputs, total: Array, interfaces: float, series: Array | float, focusing: Array | float = 1.0
) -> Array:
    """A/m2. Mean current density at which kinetics, film and series resistance together reach a drop in volt.

    With u the kinetic drop of one interface, the local current density is j_l = i0 (e^(c u F/RT) - e^(-(1-c) u F/RT)),
    c the cathodic transfer coefficient, the mean is j = j_l a0/focusing, and

        total = interfaces (u + R_film j_l) + series j

    rises with u between 0 and total/interfaces: Newton on its logarithm, halving where a step leaves the bracket.
    """
    i0, film = inputs["exchange_current_density"], inputs["interface_resistance"]
    thermal = GAS_CONSTANT * inputs["temperature"] / FARADAY
    forward = (1.0 - inputs["anodic_transfer_coefficient"]) / thermal
    backward = forward - 1.0 / thermal
    share = formed_contact(inputs) / focusing
    resistance = interfaces * film + series * share  # of the local current density
    numbers = np.broadcast_arrays(np.asarray(total, dtype=float), i0, forward, backward, resistance)
    target, i0, forward, backward, resistance = (np.ravel(number) for number in numbers)
    u = _kinetic_drop(interfaces, target, i0, forward, backward, resistance)
    local = i0 * (np.expm1(forward * u) - np.expm1(backward * u))
    highest = (1.0 - 1e-9) * _LARGEST_EXPONENT / forward
    unbounded = (target > interfaces * u + resistance * local) & (u >= highest)
    return np.asarray(np.where(unbounded, np.inf, local).reshape(numbers[0].shape) * share)


_LARGEST_EXPONENT = 600.0


def _kinetic_drop(
    interfaces: float, target: Array, i0: Array, forward: Array, backward: Array, resistance: Array
) -> Array:
    """V, (n,). The drop u of `current_at_drop`; each point is left alone once it has arrived."""
    low, high = np.zeros(target.shape), np.minimum(target / interfaces, _LARGEST_EXPONENT / forward)
    u = np.minimum(high, target / (interfaces + resistance * i0 * (forward - backward)))  # exact for small drops
    found, left = u.copy(), np.arange(u.size)
    for _ in range(100):
        up, down = i0 * np.expm1(forward * u), i0 * np.expm1(backward * u)
        drop = interfaces * u + resistance * (up - down)
        low, high = np.where(drop < target, u, low), np.where(drop < target, high, u)
        slope = interfaces + resistance * (forward * (i0 + up) - backward * (i0 + down))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = u + np.log(target / drop) * drop / slope
        following = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        found[left] = following
        moving = np.abs(following - u) > 1e-14 * u
        if not moving.any():
            break
        u, left = following[moving], left[moving]
        low, high, target, i0 = low[moving], high[moving], target[moving], i0[moving]
        forward, backward, resistance = forward[moving], backward[moving], resistance[moving]
    return found


def drop_at_current(inputs: Inputs, current: Array, interfaces: float, series: Array | float) -> Array:
    """V. The inverse of `current_at_drop`: the drop that a mean current density (A/m2) makes."""
    local = current / formed_contact(inputs)
    kinetic = theory.overpotential(
        current_density=local,
        exchange_current_density=inputs["exchange_current_density"],
        temperature=inputs["temperature"],
        anodic_transfer_coefficient=1.0 - inputs["anodic_transfer_coefficient"],
    )
    return np.asarray(interfaces * (kinetic + inputs["interface_resistance"] * local) + series * current)


def series_resistance(inputs: Inputs) -> Array:
    """ohm m2. Electrolyte and grain boundaries, L/sigma + R_gb."""
    ohmic: Array = inputs["electrolyte_thickness"] / inputs["ionic_conductivity"] + inputs["grain_boundary_resistance"]
    return ohmic
