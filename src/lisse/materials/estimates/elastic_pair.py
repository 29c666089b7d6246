"""Elastic moduli of an isotropic body: any two give the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from types import MappingProxyType

from lisse.errors import InvalidInput

__all__ = ["MODULI", "bulk_and_shear", "poisson_of_ratio", "ratio_of_poisson", "youngs_modulus"]

MODULI = ("bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio")
"""Names in the vocabulary of properties."""


def youngs_modulus(bulk: float, shear: float) -> float:
    """Pa. E = 9 K G/(3 K + G); both Pa."""
    return 9.0 * bulk * shear / (3.0 * bulk + shear)


def poisson_of_ratio(ratio: float) -> float:
    """1. nu = (3 - 2 q)/(6 + 2 q) with q = G/K."""
    return (3.0 - 2.0 * ratio) / (6.0 + 2.0 * ratio)


def ratio_of_poisson(poisson: float) -> float:
    """1. q = G/K = 3 (1 - 2 nu)/(2 (1 + nu))."""
    return 1.5 * (1.0 - 2.0 * poisson) / (1.0 + poisson)


_PAIRS: Mapping[tuple[str, str], Callable[[float, float], tuple[float, float]]] = MappingProxyType(
    {
        ("bulk_modulus", "shear_modulus"): lambda k, g: (k, g),
        ("bulk_modulus", "youngs_modulus"): lambda k, e: (k, 3.0 * k * e / (9.0 * k - e)),
        ("bulk_modulus", "poisson_ratio"): lambda k, nu: (k, k * ratio_of_poisson(nu)),
        ("shear_modulus", "youngs_modulus"): lambda g, e: (e * g / (3.0 * (3.0 * g - e)), g),
        ("shear_modulus", "poisson_ratio"): lambda g, nu: (g / ratio_of_poisson(nu), g),
        ("youngs_modulus", "poisson_ratio"): lambda e, nu: (e / (3.0 * (1.0 - 2.0 * nu)), e / (2.0 * (1.0 + nu))),
    }
)


def bulk_and_shear(known: Mapping[str, float]) -> tuple[float, float] | None:
    """Bulk and shear modulus, Pa, from the first two of `MODULI` that are known; `None` where fewer are.

    Raises
    ------
    InvalidInput
        For two numbers that no stable body with a Poisson ratio from 0 to 0.5 has.

    Examples
    --------
    >>> bulk_and_shear({"youngs_modulus": 150e9, "poisson_ratio": 0.25})
    (100000000000.0, 60000000000.0)
    """
    given = [name for name in MODULI if name in known]
    if len(given) < 2:
        return None
    pair = next(combinations(given, 2))
    first, second = (known[name] for name in pair)
    try:
        bulk, shear = _PAIRS[pair](first, second)
    except ZeroDivisionError:
        bulk = shear = -1.0
    if bulk <= 0.0 or shear <= 0.0 or not -1e-9 <= poisson_of_ratio(shear / bulk) < 0.5:
        allowed = "two that belong to one body with a Poisson ratio from 0 to below 0.5"
        raise InvalidInput(" and ".join(pair), (first, second), allowed, "Check the units, which are Pa and 1")
    return bulk, shear
