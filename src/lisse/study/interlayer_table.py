"""What an interlayer moves: every limit of a cell with the layer and without it, and how a run ends in both.

The cell without the layer is that of the keys of ``[cell.interface]``: the same metal, electrolyte and protocol.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from lisse.cell import Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.models.base import Model, Outcome
from lisse.models.criteria import choose_criteria
from lisse.models.limits import limits
from lisse.protocol import Protocol
from lisse.records import Limit

__all__ = ["InterlayerTable", "Move", "interlayer_table"]


@dataclass(frozen=True)
class Move:
    """One criterion with the layer and without it.

    Attributes
    ----------
    bare, layered : Limit or None
        What it says; ``None`` for a criterion of the layer itself in the cell without one.
    factor : float or None
        1. Margin with the layer over that without; inf where the layer takes the limit away, 0 where it brings a limit
        that was not there; ``None`` where neither cell has one, or nothing can be compared.
    """

    bare: Limit | None
    layered: Limit
    factor: float | None


@dataclass(frozen=True)
class InterlayerTable:
    """What an interlayer moves.

    Attributes
    ----------
    material : str
    thickness : float, m
    carries : str
    moves : tuple of Move
        In the order of `lisse.models.limits.limits` with the layer.
    bare_run, layered_run : Outcome or None
        How the model ends; ``None`` where it was not run twice.
    bare_trouble : str
        Why the cell without the layer could not be run, or an empty string.
    """

    material: str
    thickness: float
    carries: str
    moves: tuple[Move, ...]
    bare_run: Outcome | None = None
    layered_run: Outcome | None = None
    bare_trouble: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI)."""
        return {
            "material": self.material,
            "thickness": self.thickness,
            "carries": self.carries,
            "moves": [_row(move) for move in self.moves],
            "runs": {"bare": _run(self.bare_run), "layered": _run(self.layered_run), "trouble": self.bare_trouble},
        }


def interlayer_table(
    cell: Cell,
    protocol: Protocol,
    model: Model | None = None,
    seed: int | None = None,
    layered_run: Outcome | None = None,
) -> InterlayerTable:
    """Every limit with the interlayer of a cell and without it.

    Parameters
    ----------
    cell : Cell
        With an interlayer.
    protocol : Protocol
    model : Model or None
        Whose runs of both cells are compared too; ``None`` compares the closed forms alone.
    seed : int or None
        Of the runs.
    layered_run : Outcome or None
        How the model ends with the layer, where that is known already.

    Raises
    ------
    InvalidInput
        For a cell without an interlayer.
    """
    layer = cell.interface.interlayer
    if layer is None:
        advice = "Add a table [cell.interface.interlayer] to the case"
        raise InvalidInput("cell.interface.interlayer", None, "a cell with an interlayer", advice)
    stability = getattr(model, "stability", "reported")
    bare = cell.without_interlayer()
    before = {limit.criterion: limit for limit in limits(bare, protocol, choose_criteria(stability))}
    after = limits(cell, protocol, choose_criteria(stability, interlayer=True))
    moves = tuple(Move(found := before.get(limit.criterion), limit, _factor(found, limit)) for limit in after)
    table = InterlayerTable(layer.material.name, layer.thickness, layer.carries, moves)
    if model is None:
        return table
    layered_run = layered_run or model.judge(cell, protocol)(seed)
    try:
        bare_run = model.judge(bare, protocol)(seed)
    except (InvalidInput, MissingValue) as error:
        return dataclasses.replace(table, layered_run=layered_run, bare_trouble=str(error))
    return dataclasses.replace(table, layered_run=layered_run, bare_run=bare_run)


def _factor(bare: Limit | None, layered: Limit) -> float | None:
    """1. How much further the limit lies with the layer."""
    before = bare.margin if bare is not None and bare.applies else None
    after = layered.margin if layered.applies else None
    if before is None and after is None:
        return None
    if before is None:  # no limit of the kind without the layer, unless a number is missing there
        return 0.0 if after is not None and math.isfinite(after) and not _unknown(bare) else None
    if after is None:
        return None if _unknown(layered) else math.inf
    if math.isinf(before) or before == 0.0:
        return 1.0 if before == after else (0.0 if math.isinf(before) else math.inf)
    return after / before


def _unknown(limit: Limit | None) -> bool:
    """Whether a limit is missing because a number is not known, and not because there is none."""
    return limit is not None and not limit.applies and not limit.reason.startswith("does not apply")


def _row(move: Move) -> dict[str, Any]:
    layered = move.layered
    return {
        "mechanism": layered.mechanism,
        "criterion": layered.criterion,
        "decides": layered.decides,
        "bare": _side(move.bare),
        "layered": _side(layered),
        "factor": move.factor,
        "unbounded": move.factor is not None and math.isinf(move.factor),
    }


def _side(limit: Limit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {name: getattr(limit, name) for name in ("applies", "current_density", "margin", "reason", "unbounded")}


def _run(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    verdict = outcome.verdict
    return {
        "status": outcome.status,
        "mode": verdict.mode,
        "critical_current_density": verdict.critical_current_density,
        "highest_current_density_passed": verdict.highest_current_density_passed,
        "time": verdict.time,
    }
