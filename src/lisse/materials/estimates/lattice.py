"""The unit cell of a candidate, where the user knows it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from numbers import Real

from lisse.errors import InvalidInput

__all__ = ["Lattice"]

_LAST_SPACE_GROUP = 230
_ANGSTROM = 1e-10
_LARGEST = 1e-7
_UNITS = "Lengths are in metres and angles in radians: 5.5 angstrom is 5.5e-10"


@dataclass(frozen=True)
class Lattice:
    """Edges, angles and content of a unit cell.

    Parameters
    ----------
    a, b, c : float, m. Edges.
    alpha, beta, gamma : float, rad. Angles between b and c, a and c, a and b.
    formula_units : float. Formula units in the cell, of the formula as it is written beside it.
    space_group : int or None. Number in the International Tables, 1 to 230.

    Raises
    ------
    InvalidInput
        For edges, angles or contents that no crystal has.

    Examples
    --------
    >>> from math import pi
    >>> cell = Lattice(9.85e-10, 9.85e-10, 9.85e-10, pi / 2, pi / 2, pi / 2, formula_units=4, space_group=216)
    >>> round(cell.volume * 1e30, 1)
    955.7
    """

    a: float
    b: float
    c: float
    alpha: float
    beta: float
    gamma: float
    formula_units: float
    space_group: int | None = None

    def __post_init__(self) -> None:
        numbers = dataclasses.asdict(self)
        if self.space_group is None:
            del numbers["space_group"]
        for name, given in numbers.items():
            if isinstance(given, bool) or not isinstance(given, Real) or not math.isfinite(given):
                raise InvalidInput(f"lattice {name}", given, "a finite number", _UNITS)
        for name in ("a", "b", "c"):
            value = getattr(self, name)
            if not 0.5 * _ANGSTROM < value < _LARGEST:
                raise InvalidInput(f"lattice {name}", value, "0.5 angstrom to 100 nm [m]", _UNITS)
        for name in ("alpha", "beta", "gamma"):
            if not 0.0 < getattr(self, name) < math.pi:
                raise InvalidInput(f"lattice {name}", getattr(self, name), "between 0 and pi [rad]", _UNITS)
        if not self._cosines() > 1e-6:
            angles = (self.alpha, self.beta, self.gamma)
            raise InvalidInput("lattice angles", angles, "three angles that span a volume [rad]", _UNITS)
        if not 0.0 < self.formula_units < 1e4:
            raise InvalidInput("formula_units", self.formula_units, "above 0 and below 10000")
        group = self.space_group
        if group is not None and not (group == int(group) and 1 <= group <= _LAST_SPACE_GROUP):
            raise InvalidInput("space_group", group, f"a number from 1 to {_LAST_SPACE_GROUP}, or nothing")

    @property
    def volume(self) -> float:
        """m3. Volume of the cell."""
        return self.a * self.b * self.c * math.sqrt(self._cosines())

    @property
    def formula_volume(self) -> float:
        """m3. Volume of one formula unit."""
        return self.volume / self.formula_units

    def _cosines(self) -> float:
        """The determinant of the metric of unit edges."""
        a, b, c = (math.cos(angle) for angle in (self.alpha, self.beta, self.gamma))
        return 1.0 - a * a - b * b - c * c + 2.0 * a * b * c
