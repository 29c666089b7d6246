"""Checks of what a user hands to the lattices and the walks: one number, one count, one seed, three booleans."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["generator", "number", "require_memory", "three_booleans", "whole"]


def number(name: str, value: Any, above: bool = False, most: float = math.inf) -> float:
    """A finite number of at least 0, or above 0, and at most `most`."""
    is_one = isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.complexfloating))
    if not is_one or not math.isfinite(value) or not (value > 0.0 if above else value >= 0.0) or value > most:
        bounds = "a finite number above 0" if above else "a finite number, at least 0"
        bounds = bounds if most == math.inf else f"a number {'above 0, up to' if above else 'from 0 to'} {most:g}"
        raise InvalidInput(name, value, bounds)
    return float(value)


def whole(name: str, value: Any, least: int) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidInput(name, value, f"a whole number of at least {least}")
    return int(value)


def generator(seed: Any) -> np.random.Generator:
    """The random numbers of a seed, or the generator given."""
    return seed if isinstance(seed, np.random.Generator) else np.random.default_rng(whole("seed", seed, 0))


def three_booleans(given: Any) -> tuple[bool, bool, bool]:
    """One for each axis."""
    some = isinstance(given, (list, tuple)) and len(given) == 3
    if not some or not all(isinstance(one, (bool, np.bool_)) for one in given):
        raise InvalidInput("periodic", given, "three booleans, one per axis")
    x, y, z = (bool(one) for one in given)
    return x, y, z


def require_memory(what: str, count: float, each: float) -> None:
    """Refuse what the free memory does not hold: `count` sites or bonds of `each` bytes."""
    from lisse.microstructure.cost import Cost, require

    require(what, Cost(each * count), "Take fewer sites")
