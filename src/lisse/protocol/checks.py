"""Ranges that a number of a protocol must lie in, whatever the protocol."""

from __future__ import annotations

import math

from lisse.errors import InvalidInput

MOST_STEPS = 100_000
MOST_POINTS = 100


def few_enough(number: int) -> None:
    """Complain about more steps than a protocol may have."""
    if number > MOST_STEPS:
        advice = "Use fewer cycles or a larger current step"
        raise InvalidInput("steps", number, f"a protocol of at most {MOST_STEPS} steps", advice)


def count(name: str, value: int, most: int = MOST_STEPS) -> int:
    """The value, if it is a whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidInput(name, value, f"a whole number from 1 to {most}")
    return value


def not_negative(name: str, value: float) -> None:
    """Complain about a number below zero."""
    if not (math.isfinite(value) and value >= 0):
        raise InvalidInput(name, value, "a finite number, zero or more")


def positive(name: str, value: float | None) -> None:
    """Complain about a number that is not above zero; ``None`` passes."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise InvalidInput(name, value, "a finite number above zero")
