"""Checks of the arguments of a formula, and the return convention of the room.

What belongs here: where a number may lie (above zero, a fraction, a Poisson ratio). Each check takes the argument's
name and value, and returns the value as a float array; a value that is physically impossible, NaN included, raises
:class:`lisse.errors.InvalidInput` with the name, the offending entry and what is allowed. What does not: physics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput, suggest

__all__ = [
    "Array",
    "Values",
    "fraction",
    "fractions",
    "nonnegative",
    "one_of",
    "open_fraction",
    "plain",
    "poisson_ratio",
    "positive",
    "real",
    "together",
    "transference",
    "within",
]

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Any
"""What a formula returns: a float for scalar arguments, otherwise an array of the broadcast shape."""


def plain(result: ArrayLike) -> Values:
    """A float when the result is a single number, otherwise the array."""
    array = np.asarray(result)
    return array.item() if array.ndim == 0 else array


def real(name: str, value: ArrayLike) -> Array:
    """Any finite number."""
    array = _numbers(name, value, "a finite number")
    return _checked(name, array, np.isfinite(array), "a finite number")


def positive(name: str, value: ArrayLike, *, infinite: bool = False) -> Array:
    """Above zero; infinity only where the formula has that limit."""
    allowed = "a number above 0, or inf" if infinite else "a finite number above 0"
    array = _numbers(name, value, allowed)
    return _checked(name, array, (array > 0) & ((array < math.inf) | infinite), allowed)


def nonnegative(name: str, value: ArrayLike, *, infinite: bool = False) -> Array:
    """Zero or above; infinity only where the formula has that limit."""
    allowed = "a number not below 0, or inf" if infinite else "a finite number not below 0"
    array = _numbers(name, value, allowed)
    return _checked(name, array, (array >= 0) & ((array < math.inf) | infinite), allowed)


def fraction(name: str, value: ArrayLike) -> Array:
    """From 0 to 1, both included."""
    return within(name, value, 0.0, 1.0)


def open_fraction(name: str, value: ArrayLike) -> Array:
    """Between 0 and 1, both excluded."""
    array = _numbers(name, value, "a number between 0 and 1, both excluded")
    return _checked(name, array, (array > 0) & (array < 1), "a number between 0 and 1, both excluded")


def fractions(name: str, value: ArrayLike, axis: int = -1) -> Array:
    """Fractions that add up to 1 along an axis."""
    array = fraction(name, value)
    if array.ndim == 0:
        raise InvalidInput(name, value, "a list of fractions that add up to 1")
    total = array.sum(axis=axis)
    bad = np.abs(total - 1.0) > 1e-9
    if bad.any():
        raise InvalidInput(
            name, array.tolist(), "fractions that add up to 1", f"They add up to {total[bad].flat[0]:.12g}"
        )
    return array


def within(name: str, value: ArrayLike, low: float, high: float) -> Array:
    """From `low` to `high`, both included."""
    allowed = f"a number from {low:g} to {high:g}"
    array = _numbers(name, value, allowed)
    return _checked(name, array, (array >= low) & (array <= high), allowed)


def transference(name: str, value: ArrayLike) -> Array:
    """Not above 1; below 0 where ions travel in clusters, as measured in concentrated polymer electrolytes."""
    allowed = "a finite number not above 1"
    array = _numbers(name, value, allowed)
    return _checked(name, array, (array > -math.inf) & (array <= 1), allowed)


def poisson_ratio(name: str, value: ArrayLike) -> Array:
    """Above -1, up to and including 0.5 (incompressible)."""
    allowed = "a Poisson ratio above -1 and up to 0.5"
    array = _numbers(name, value, allowed)
    return _checked(name, array, (array > -1) & (array <= 0.5), allowed)


def together(name: str, array: Array, other_name: str, other: Array) -> tuple[Array, Array]:
    """Two arrays brought to one shape; a list of another length is a mistake of the caller."""
    try:
        first, second = np.broadcast_arrays(array, other)
    except ValueError:
        allowed = f"a shape that fits {name}, {array.shape}"
        raise InvalidInput(other_name, f"shape {other.shape}", allowed) from None
    return first, second


def one_of(name: str, value: str, choices: Sequence[str]) -> str:
    """One of the named choices."""
    if value not in choices:
        advice = suggest(value, choices) if isinstance(value, str) else ""
        raise InvalidInput(name, value, " or ".join(repr(choice) for choice in choices), advice)
    return value


def _numbers(name: str, value: ArrayLike, allowed: str) -> Array:
    try:
        array = np.asarray(value)
    except ValueError:
        raise InvalidInput(name, value, f"{allowed}, or an array of them with equal rows") from None
    if array.dtype.kind not in "fiu":
        raise InvalidInput(name, value, allowed)
    return array.astype(np.float64, copy=False)


def _checked(name: str, array: Array, good: NDArray[np.bool_], allowed: str) -> Array:
    if not good.all():
        index = tuple(int(i) for i in np.argwhere(~np.atleast_1d(good))[0])
        advice = f"It stands at index {', '.join(map(str, index))}" if array.ndim else ""
        raise InvalidInput(name, float(np.atleast_1d(array)[index]), allowed, advice)
    return array
