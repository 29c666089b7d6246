"""Solve: the one door from a description to a result."""

from __future__ import annotations

from lisse.cell import Cell
from lisse.errors import InvalidInput, SolveFailed
from lisse.models.base import Model, Progress
from lisse.protocol import Protocol
from lisse.records import Solution

__all__ = ["solve"]


def solve(
    model: Model,
    cell: Cell,
    protocol: Protocol,
    *,
    throw: bool = True,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Run a model on a cell and a protocol.

    Parameters
    ----------
    model : Model
        For example ``lisse.models.Lumped()``.
    cell : Cell
    protocol : Protocol
    throw : bool
        Raise on numerical failure; ``False`` returns the partial Solution with status ``"failed"``.
    seed : int or None
        Draws the longest flaw of each interface; ``None`` takes the median.
    progress : callable or None
        Called with the share done and a few words.

    Returns
    -------
    Solution

    Raises
    ------
    SolveFailed
        Numerical failure, with the partial Solution, when `throw` is true.
    InvalidInput, MissingValue
        When the model cannot treat the cell or a number is not known.
    """
    if not isinstance(model, Model):
        raise InvalidInput("model", type(model).__name__, "a model object, such as lisse.models.Lumped()")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise InvalidInput("seed", seed, "a whole number, zero or more")
    solution = model.solve(cell, protocol, seed=seed, progress=progress)
    if throw and solution.status == "failed":
        raise SolveFailed(solution.status_text, solution)
    return solution
