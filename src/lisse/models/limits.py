"""The limits of one cell under one protocol: every criterion, lowest margin first.

A protocol may change temperature and pressure: each criterion counts at the condition that is worst for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lisse import theory
from lisse.cell import Cell
from lisse.models.contact import LEAST_CONTACT
from lisse.models.criteria import CRITERIA, Criterion, Finding, evaluate
from lisse.models.inputs import Inputs, read_inputs
from lisse.protocol import Protocol
from lisse.records import Limit

__all__ = ["at_condition", "conditions", "deciding_limits", "formed_contact", "limits", "margins"]


def limits(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion] = CRITERIA) -> tuple[Limit, ...]:
    """All criteria for a cell, lowest margin first; then those that do not decide, and those that do not apply.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
        Gives the largest current density, which margins are relative to, and the largest half-cycle charge.
    criteria : sequence of Criterion
    """
    tables = [read_inputs(there, protocol) for there in conditions(cell, protocol)]
    found = [min((_limit(criterion, table) for table in tables), key=_severity) for criterion in criteria]
    return tuple(sorted(found, key=_severity))


def deciding_limits(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion] = CRITERIA) -> tuple[Limit, ...]:
    """The criteria that apply and decide for a cell at its own pressure and temperature, in no order."""
    table = read_inputs(cell, protocol)
    found = (_limit(criterion, table) for criterion in criteria if criterion.decides)
    return tuple(limit for limit in found if limit.applies and limit.margin is not None)


def margins(found: Sequence[Limit]) -> dict[str, float]:
    """Smallest margin of each mechanism that a deciding criterion applies to."""
    smallest: dict[str, float] = {}
    for limit in found:
        if limit.applies and limit.decides and limit.margin is not None:
            smallest.setdefault(limit.mechanism, limit.margin)  # lowest margin first
    return smallest


def conditions(cell: Cell, protocol: Protocol) -> list[Cell]:
    """The cell at the lowest stack pressure and at every temperature under which current is passed."""
    pressure, temperature = cell.stack.pressure, cell.temperature
    pressures, temperatures = set(), set()
    for step in protocol.steps:
        pressure = pressure if step.stack_pressure is None else step.stack_pressure
        temperature = temperature if step.temperature is None else step.temperature
        if step.current_density != 0.0:
            pressures.add(pressure)
            temperatures.add(temperature)
    lowest = min(pressures, default=cell.stack.pressure)
    if lowest == cell.stack.pressure and temperatures <= {cell.temperature}:
        return [cell]
    return [at_condition(cell, lowest, t) for t in sorted(temperatures or {cell.temperature})]


def at_condition(cell: Cell, pressure: float, temperature: float) -> Cell:
    """The cell, formed as it was, at another stack pressure (Pa) and temperature (K)."""
    formed = max(cell.stack.forming_pressure, cell.stack.pressure)
    return cell.replace(temperature=temperature, stack__pressure=pressure, stack__forming_pressure=formed)


def formed_contact(cell: Cell) -> float:
    """1. Contact fraction that the forming pressure leaves, a0 = min(1, p/H)."""
    pressure = max(cell.stack.forming_pressure, cell.stack.pressure)
    formed = float(theory.contact_fraction_plastic(pressure=pressure, hardness=cell.interface.contact_hardness))
    return max(formed, LEAST_CONTACT)


def _severity(limit: Limit) -> tuple[bool, bool, float]:
    return not limit.applies, not limit.decides, math.inf if limit.margin is None else limit.margin


def _limit(criterion: Criterion, inputs: Inputs) -> Limit:
    said = evaluate(criterion, inputs)
    about: dict[str, Any] = {
        "mechanism": criterion.mechanism,
        "criterion": criterion.name,
        "reference": criterion.reference,
        "validity": criterion.validity,
        "decides": criterion.decides,
    }
    reason = said if isinstance(said, str) else _first(said, "excluded")
    if isinstance(said, str) or reason:
        return Limit(**about, current_density=None, margin=None, applies=False, valid=False, reason=reason)
    doubt = _first(said, "doubts")
    return Limit(
        **about,
        current_density=None if said.current_density is None else float(said.current_density),
        margin=None if math.isnan(float(said.margin)) else float(said.margin),
        valid=not doubt,
        reason=doubt,
        inputs={name: float(value) for name, value in said.numbers.items()},
    )


def _first(finding: Finding, notes: str) -> str:
    """The text of the first note that holds for a single point."""
    for mask, text in getattr(finding, notes):
        if bool(mask):
            return text if isinstance(text, str) else text()
    return ""
