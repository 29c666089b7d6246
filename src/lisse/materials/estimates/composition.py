"""What a formula says: amounts, oxidation states, masses. What models are trained on is in ``features.py``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lisse.errors import InvalidInput
from lisse.materials.estimates.elements import element
from lisse.materials.estimates.formula import parse_formula
from lisse.materials.estimates.oxidation import ROUNDING, assign_charges

__all__ = ["Composition", "composition", "lithium_composition"]


@dataclass(frozen=True)
class Composition:
    """A charge-neutral formula.

    Attributes
    ----------
    formula : str
        As it was written.
    amounts : mapping of str to float
        Atoms of each element in the formula unit as written.
    states : mapping of str to float
        1. Mean oxidation state of each element.
    imbalance : float
        1. Remaining charge over the sum of the positive charges.
    """

    formula: str
    amounts: Mapping[str, float]
    states: Mapping[str, float]
    imbalance: float

    def __reduce__(self) -> tuple[Callable[[str], Composition], tuple[str]]:
        """Travel to worker processes as text."""
        return composition, (self.formula,)

    @property
    def atoms(self) -> float:
        """Atoms of the formula unit."""
        return sum(self.amounts.values())

    @property
    def molar_mass(self) -> float:
        """kg/mol. Mass of the formula unit as written."""
        return sum(amount * element(symbol).molar_mass for symbol, amount in self.amounts.items())

    @property
    def fractions(self) -> dict[str, float]:
        """1. Share of each element in the atoms."""
        atoms = self.atoms
        return {symbol: amount / atoms for symbol, amount in self.amounts.items()}

    @property
    def anions(self) -> tuple[str, ...]:
        """Elements with a negative oxidation state, the most abundant first."""
        found = [symbol for symbol, state in self.states.items() if state < 0.0]
        return tuple(sorted(found, key=lambda symbol: (-self.amounts[symbol], symbol)))

    @property
    def framework(self) -> tuple[str, ...]:
        """Elements with a positive oxidation state other than lithium, the most abundant first."""
        found = [symbol for symbol, state in self.states.items() if state > 0.0 and symbol != "Li"]
        return tuple(sorted(found, key=lambda symbol: (-self.amounts[symbol], symbol)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to tell the user about the charges."""
        if abs(self.imbalance) <= ROUNDING:
            return ()
        return (
            f"{self.formula} is charge-neutral only to {100.0 * abs(self.imbalance):.2g} % of the positive charge "
            "under common oxidation states",
        )


def composition(formula: str) -> Composition:
    """Read a formula and find oxidation states that make it neutral.

    Parameters
    ----------
    formula : str. For example ``"Li6PS5Cl"``.

    Raises
    ------
    InvalidInput
        When it does not parse, holds an element without data, or is not charge-neutral under common oxidation states.

    Examples
    --------
    >>> composition("Li6PS5Cl").states["P"]
    5.0
    """
    if not isinstance(formula, str):
        raise InvalidInput("formula", formula, "text such as 'Li6PS5Cl'")
    return _composition(formula)


@functools.lru_cache(maxsize=4096)
def _composition(formula: str) -> Composition:
    amounts = parse_formula(formula)
    charges = assign_charges(amounts, formula)
    return Composition(formula.strip(), amounts, MappingProxyType(dict(charges.states)), charges.imbalance)


def lithium_composition(formula: str) -> Composition:
    """As `composition`, for a substance that holds lithium.

    Raises
    ------
    InvalidInput
        Also when there is no lithium in it.
    """
    found = composition(formula)
    if "Li" not in found.amounts:
        raise InvalidInput("formula", formula, "one with lithium", "The training data hold lithium conductors only")
    return found
