"""The elements that the estimates know, and the figures of each; sources and marks stand in ``elements.csv``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import numpy as np

from lisse.errors import InvalidInput, suggest

__all__ = ["Element", "element", "elements"]

_GRAM_PER_MOLE = 1e-3
_PICOMETRE = 1e-12
_CUBIC_BOHR = 0.529177210903e-10**3


@dataclass(frozen=True)
class Element:
    """One element.

    Attributes
    ----------
    symbol : str
    number : int
        Atomic number.
    molar_mass : float
        kg/mol. Standard atomic weight.
    electronegativity : float
        1. Pauling's scale.
    polarisability : float
        m3. Dipole polarisability volume of the free neutral atom.
    radii : mapping of int to float
        m. Effective ionic radius in each common oxidation state, the most common state first.
    mixed_valence : bool
        Whether one compound may hold two of the states at once.
    """

    symbol: str
    number: int
    molar_mass: float
    electronegativity: float
    polarisability: float
    radii: Mapping[int, float]
    mixed_valence: bool

    @property
    def states(self) -> tuple[int, ...]:
        """Common oxidation states, the most common first."""
        return tuple(self.radii)

    def radius(self, state: float) -> float:
        """Effective ionic radius; between two common states of one sign, on the line between them.

        Parameters
        ----------
        state : float. Mean oxidation state.

        Returns
        -------
        float, m.
        """
        if state in self.radii:
            return self.radii[int(state)]
        same = sorted(own for own in self.radii if own * state > 0.0)
        return float(np.interp(state, same, [self.radii[own] for own in same]))


@functools.cache
def elements() -> Mapping[str, Element]:
    """Every element of the table by its symbol, by atomic number."""
    text = (resources.files("lisse.materials.estimates") / "elements.csv").read_text("utf-8")
    _, *rows = (line for line in text.splitlines() if line and not line.startswith("#"))
    return MappingProxyType({found.symbol: found for found in map(_read, rows)})


def element(symbol: str) -> Element:
    """The element of that symbol.

    Raises
    ------
    InvalidInput
        For a symbol that is not in the table.
    """
    try:
        return elements()[symbol]
    except KeyError:
        allowed = "an element of the table (H to U without noble gases and short-lived elements)"
        raise InvalidInput("element", symbol, allowed, suggest(symbol, elements())) from None


def _read(row: str) -> Element:
    symbol, number, mass, electronegativity, polarisability, mixed, states = row.split(",")
    pairs = (state.split(":") for state in states.split())
    return Element(
        symbol,
        int(number),
        float(mass) * _GRAM_PER_MOLE,
        _bracketed(electronegativity),
        float(polarisability) * _CUBIC_BOHR,
        MappingProxyType({int(state): _bracketed(radius) * _PICOMETRE for state, radius in pairs}),
        mixed == "yes",
    )


def _bracketed(text: str) -> float:
    """A figure that may stand in brackets, which say that it is not from the source of its column."""
    return float(text.strip("()"))
