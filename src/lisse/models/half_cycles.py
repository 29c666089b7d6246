"""Charge without reversal: what a half-cycle has passed, from the charges of the steps in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["since_reversal"]


def since_reversal(changes: Iterable[float]) -> Iterator[float]:
    """C/m2. Charge passed since the last reversal, after each of some signed changes of the charge (C/m2).

    No charge, as in a rest, does not end a half-cycle.

    Examples
    --------
    >>> list(since_reversal([2.0, 0.0, 1.0, -4.0]))
    [2.0, 2.0, 3.0, 4.0]
    """
    half_cycle = sign = 0.0
    for change in changes:
        if change != 0.0:
            half_cycle = half_cycle + abs(change) if change * sign > 0.0 else abs(change)
            sign = change
        yield half_cycle
