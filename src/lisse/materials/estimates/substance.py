"""What an estimator is given: composition, lattice where known, and the numbers that the user has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from types import MappingProxyType

from lisse.errors import InvalidInput
from lisse.materials.estimates.composition import Composition, lithium_composition
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.property import definition

__all__ = ["Substance", "substance"]


@dataclass(frozen=True)
class Substance:
    """A candidate.

    Attributes
    ----------
    composition : Composition
    lattice : Lattice or None
    known : mapping of str to float
        SI. Measured numbers by property, which other estimates may use.
    """

    composition: Composition
    lattice: Lattice | None = None
    known: Mapping[str, float] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Substance], tuple[Composition, Lattice | None, dict[str, float]]]:
        """Travel to worker processes as plain data."""
        return Substance, (self.composition, self.lattice, dict(self.known))


def substance(formula: str, *, lattice: Lattice | None = None, known: Mapping[str, float] | None = None) -> Substance:
    """Read and check what the user says about a candidate.

    Parameters
    ----------
    formula : str. For example ``"Li6.4La3Zr1.4Ta0.6O12"``.
    lattice : Lattice or None.
    known : mapping of str to float, SI. Property to number.

    Raises
    ------
    InvalidInput
        For a formula that does not parse, is not charge-neutral under common oxidation states or has no lithium, and
        for a known number that is physically impossible.
    """
    if lattice is not None and not isinstance(lattice, Lattice):
        raise InvalidInput("lattice", lattice, "a lisse.materials.Lattice, or nothing")
    if known is not None and not isinstance(known, Mapping):
        raise InvalidInput("known", known, "a mapping of property to number, such as {'density': 1850.0}")
    for name, value in (known or {}).items():
        meant = definition(name)
        if isinstance(value, bool) or not isinstance(value, Real):
            raise InvalidInput(name, value, f"a number [{meant.unit}]")
        meant.check(float(value))
    return Substance(lithium_composition(formula), lattice, MappingProxyType(dict(known or {})))
