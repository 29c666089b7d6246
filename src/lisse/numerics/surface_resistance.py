"""Resistance of the surface between two regions of a grid, in the forms in which it may be given.

Needs nothing but NumPy, because the processes of the distributed solver may have nothing else. What the resistance does
to a network is in ``conduction`` and ``distributed_system``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["SurfaceResistance", "resistance_law"]

Array = np.ndarray[Any, np.dtype[Any]]
SurfaceResistance = float | Array | Mapping[tuple[int, int], float] | Callable[[Array, Array], Any]
"""Resistance times area between two regions: one number for all pairs; a symmetric table ``[region, region]``; a
mapping of pairs, all other pairs having none; or a function of two arrays of region numbers, called with the smaller
number first. ``inf`` insulates."""


FORMS = "a number, a symmetric table, a mapping of pairs, or a function of two arrays"


def resistance_law(
    given: SurfaceResistance, name: str = "surface_resistance", forms: str = FORMS
) -> Callable[[Array, Array], Array]:
    """The resistance as a function of two arrays of region numbers (the smaller first), with its answer checked.

    Parameters
    ----------
    given : see `SurfaceResistance`
    name, forms : str. Of the argument, and what it may be, for messages.

    Examples
    --------
    >>> law = resistance_law({(2, 1): 3.0})
    >>> law(np.array([1, 1]), np.array([2, 3])).tolist()
    [3.0, 0.0]
    """
    if callable(given):
        return lambda a, b: _checked(name, np.broadcast_to(np.asarray(given(a, b), dtype=float), a.shape))
    if isinstance(given, Mapping):
        return _of_pairs(given, name)
    try:
        table = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        table = np.empty((0, 0, 0))
    if table.ndim == 0:
        value = _checked(name, table)
        return lambda a, b: np.broadcast_to(value, a.shape)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not np.array_equal(table, table.T, equal_nan=True):
        raise InvalidInput(name, given, forms)

    def look_up(a: Array, b: Array) -> Array:
        if b.size and int(b.max()) >= len(table):
            raise InvalidInput(name, f"a table of {len(table)} rows", f"one row per region, {int(b.max()) + 1} or more")
        return _checked(name, table[a, b])

    return look_up


def _of_pairs(pairs: Mapping[tuple[int, int], float], name: str) -> Callable[[Array, Array], Array]:
    keys = [tuple(sorted(key)) if isinstance(key, tuple) else () for key in pairs]
    if any(len(key) != 2 for key in keys) or len(set(keys)) != len(keys):
        raise InvalidInput(name, dict(pairs), "pairs of two region numbers, each pair once")
    codes = np.array([(int(low) << 32) + int(high) for low, high in keys], dtype=np.int64)
    order = np.argsort(codes)
    codes = codes[order]
    values = _checked(name, np.array(list(pairs.values()), dtype=float))[order]

    def look_up(a: Array, b: Array) -> Array:
        wanted = (a.astype(np.int64) << 32) + b.astype(np.int64)
        if not codes.size:
            return np.zeros(wanted.shape)
        place = np.minimum(np.searchsorted(codes, wanted), codes.size - 1)
        return np.where(codes[place] == wanted, values[place], 0.0)

    return look_up


def _checked(name: str, values: Array) -> Array:
    wrong = ~(values >= 0.0)
    if wrong.any():
        raise InvalidInput(name, float(values[wrong][0]), "at least 0, inf where nothing passes")
    return values
