"""Which common oxidation states make a formula neutral.

Whole states of each element are tried first; of those that cancel, the most common win. Where none cancel, one element
that can be of mixed valence may take a mean state between two of its own. Measured compositions are rarely neutral to
the last digit, so a small remainder is allowed, and reported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.estimates.elements import Element, element

__all__ = ["LARGEST_IMBALANCE", "ROUNDING", "Charges", "assign_charges"]

ROUNDING = 0.01
"""Remainder, of the positive charge, that the rounding of a formula explains."""
LARGEST_IMBALANCE = 0.05
"""Remainder up to which a measured composition is still taken as neutral; the worst of the training data has 4.4 %."""
_MOST_ELEMENTS = 15
_MOST_CHOICES = 1_000_000


@dataclass(frozen=True)
class Charges:
    """Oxidation states of one formula.

    Attributes
    ----------
    states : mapping of str to float
        1. Mean oxidation state of each element.
    imbalance : float
        1. Remaining charge over the sum of the positive charges.
    mixed : str
        The element of mixed valence, or empty.
    """

    states: Mapping[str, float]
    imbalance: float
    mixed: str = ""

    def text(self) -> str:
        """For messages: ``"Li+1 P+5 S-2 Cl-1"``."""
        return " ".join(f"{symbol}{state:+.3g}" for symbol, state in self.states.items())


def assign_charges(amounts: Mapping[str, float], formula: str) -> Charges:
    """The most common oxidation states that make the amounts neutral.

    Parameters
    ----------
    amounts : mapping of str to float. Atoms of each element.
    formula : str. As the user wrote it, for messages.

    Raises
    ------
    InvalidInput
        When no common states cancel to within `LARGEST_IMBALANCE`.
    """
    found = [element(symbol) for symbol in amounts]
    choices = math.prod(len(each.states) for each in found)
    if len(found) > _MOST_ELEMENTS or choices > _MOST_CHOICES:
        raise InvalidInput("formula", formula, f"at most {_MOST_ELEMENTS} elements")
    number = np.array(list(amounts.values()))
    whole = _best_whole(found, number)
    if abs(whole.imbalance) > ROUNDING:
        mixed = [case for each in found if each.mixed_valence for case in _with_mixed(each, found, number)]
        if mixed:
            return min(mixed, key=lambda case: case[0])[1]
    if abs(whole.imbalance) > LARGEST_IMBALANCE:
        nearest = f"the nearest is {whole.text()}"
        advice = "Check the amounts; peroxides, alloys and cluster ions such as B12H12 are not covered"
        raise InvalidInput("formula", formula, f"charge-neutral under common oxidation states; {nearest}", advice)
    return whole


def _best_whole(found: Sequence[Element], number: np.ndarray) -> Charges:
    """The most common states among those within the rounding; where there are none, the nearest to neutral."""
    total, positive, rank = _all_sums(found, number)
    with np.errstate(divide="ignore", invalid="ignore"):
        imbalance = np.where(positive > 0.0, total / positive, -np.inf)
    miss = np.abs(imbalance)
    inside = miss <= ROUNDING
    best = int(np.argmin(np.where(inside, rank, np.inf))) if inside.any() else int(np.argmin(miss))
    places = np.unravel_index(best, [len(each.states) for each in found])
    states = {each.symbol: float(each.states[place]) for each, place in zip(found, places, strict=True)}
    return Charges(states, float(imbalance[best]))


def _all_sums(found: Sequence[Element], number: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Charge, positive charge and rarity of every choice of one state for each element, in C order."""
    total = positive = rank = np.zeros(1)
    for each, amount in zip(found, number, strict=True):
        charge = amount * np.array(each.states, dtype=float)
        total = np.add.outer(total, charge).ravel()
        positive = np.add.outer(positive, np.maximum(charge, 0.0)).ravel()
        rank = np.add.outer(rank, amount * np.arange(len(charge))).ravel()
    return total, positive, rank


def _with_mixed(mixed: Element, found: Sequence[Element], number: np.ndarray) -> list[tuple[float, Charges]]:
    """The most common choice of the others that `mixed` can balance with a mean of its positive states."""
    positive = [state for state in mixed.states if state > 0]
    others = [each for each in found if each is not mixed]
    amount = float(number[list(found).index(mixed)])
    rest = np.array([value for each, value in zip(found, number, strict=True) if each is not mixed])
    total, _, rank = _all_sums(others, rest)
    needed = -total / amount
    fits = (needed >= min(positive)) & (needed <= max(positive))
    if not fits.any():
        return []
    away = amount * np.abs(needed - mixed.states[0])
    best = int(np.argmin(np.where(fits, rank + away, np.inf)))
    places = np.unravel_index(best, [len(each.states) for each in others])
    chosen = {each.symbol: float(each.states[place]) for each, place in zip(others, places, strict=True)}
    chosen[mixed.symbol] = float(needed[best])
    states = {each.symbol: chosen[each.symbol] for each in found}
    return [(float((rank + away)[best]), Charges(states, 0.0, mixed.symbol))]
