"""The limits of one cell under one protocol: every criterion, lowest margin first.

A protocol may change temperature and pressure: each criterion counts at the condition that is worst for it, with the
half-cycles that the protocol has under that condition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lisse.cell import Cell
from lisse.models.contact import contact_as_formed
from lisse.models.criteria import CRITERIA, Criterion, Finding, evaluate
from lisse.models.inputs import Inputs, at_temperature, read_inputs
from lisse.protocol import Condition, Protocol
from lisse.records import Limit

__all__ = ["at_condition", "formed_contact", "limit_at", "limits", "margins", "tables"]


def limits(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion] = CRITERIA) -> tuple[Limit, ...]:
    """All criteria for a cell, lowest margin first; then those that do not decide, and those that do not apply.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
        Gives the largest current density in the direction that a criterion concerns, which its margin is relative to,
        and the charge and time of the half-cycles.
    criteria : sequence of Criterion
    """
    there = tables(cell, protocol)
    found = [_worst([limit_at(criterion, table) for table in there], there) for criterion in criteria]
    return tuple(sorted(found, key=_severity))


def _worst(said: Sequence[Limit], there: Sequence[Inputs]) -> Limit:
    """The most severe of what one criterion says; with its condition among its inputs, if the others say otherwise."""
    place = min(range(len(said)), key=lambda number: _severity(said[number]))
    worst, here = said[place], there[place]
    if not worst.applies or all(_severity(each) == _severity(worst) for each in said):
        return worst
    changing = [name for name in ("temperature", "stack_pressure") if len({float(each[name]) for each in there}) > 1]
    return replace(worst, inputs={**worst.inputs, **{name: float(here[name]) for name in changing}})


def margins(found: Sequence[Limit]) -> dict[str, float]:
    """Smallest margin of each mechanism that a deciding criterion applies to."""
    smallest: dict[str, float] = {}
    for limit in found:
        if limit.applies and limit.decides and limit.margin is not None:
            smallest.setdefault(limit.mechanism, limit.margin)  # lowest margin first
    return smallest


def tables(cell: Cell, protocol: Protocol) -> list[Inputs]:
    """The inputs of the cell at every stack pressure and temperature under which the protocol passes a set current."""
    conditions = list(dict.fromkeys(condition for stretch in protocol.stretches for condition in stretch.largest))
    if not conditions:
        return [read_inputs(cell, protocol)]
    return [read_inputs(at_condition(cell, condition), protocol, condition) for condition in conditions]


def at_condition(cell: Cell, condition: Condition) -> Cell:
    """The cell, formed as it was, at the stack pressure and temperature that a protocol has set."""
    pressure, temperature = condition
    if pressure is None and temperature is None:
        return cell
    formed = max(cell.stack.forming_pressure, cell.stack.pressure)
    there = cell if temperature is None else at_temperature(cell, temperature)
    return there.replace(
        stack__pressure=cell.stack.pressure if pressure is None else pressure,
        stack__forming_pressure=formed,
    )


def formed_contact(cell: Cell) -> float:
    """1. Contact fraction that the forming pressure leaves, a0 = min(1, p/H)."""
    stack = cell.stack
    return float(contact_as_formed(stack.forming_pressure, stack.pressure, cell.interface.contact_hardness))


def _severity(limit: Limit) -> tuple[bool, bool, float]:
    return not limit.applies, not limit.decides, math.inf if limit.margin is None else limit.margin


def limit_at(criterion: Criterion, inputs: Inputs) -> Limit:
    """What a criterion says of one table of single numbers."""
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
