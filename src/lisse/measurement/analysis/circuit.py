"""A circuit: names, units, impedance and its analytic derivatives over arrays of frequency.

What belongs here: the forward problem. What does not: fitting (``circuit_fit``) and where a fit starts
(``circuit_start``).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput, suggest
from lisse.measurement.analysis.circuit_elements import ELEMENTS, Frequencies, Kind, Quantity, frequencies
from lisse.measurement.analysis.circuit_grammar import Element, Node, Parallel, Series, parse_tree

__all__ = ["Circuit", "parse_circuit"]


@dataclass(frozen=True)
class Circuit:
    """A circuit string, understood.

    Attributes
    ----------
    text : str
        As typed.
    tree : Series
    elements : tuple of Element
        In the order of the text.
    names, units : tuple of str
        Of the parameters: ``R0``, ``CPE1_Q``, ``CPE1_alpha``.
    quantities : tuple of Quantity
        What each parameter is.
    """

    text: str
    tree: Series
    elements: tuple[Element, ...] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    quantities: tuple[Quantity, ...] = field(init=False)
    _first: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the parameters."""
        elements = tuple(_leaves(self.tree))
        names: list[str] = []
        quantities: list[Quantity] = []
        first: dict[str, int] = {}
        for element in elements:
            first[element.name] = len(names)
            for one in ELEMENTS[element.symbol].quantities:
                names.append(f"{element.name}_{one.suffix}" if one.suffix else element.name)
                quantities.append(one)
        for name, value in (("elements", elements), ("names", tuple(names)), ("quantities", tuple(quantities))):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_first", first)

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each parameter, for an impedance in ohm."""
        return tuple(one.unit for one in self.quantities)

    @property
    def positive(self) -> np.ndarray:
        """Whether each parameter is fitted by its logarithm, (p,) booleans."""
        return np.array([one.positive for one in self.quantities])

    def span(self, node: Node) -> tuple[int, int]:
        """First parameter of a part of the tree, and one past its last."""
        leaves = list(_leaves(node))
        last = leaves[-1]
        return self._first[leaves[0].name], self._first[last.name] + len(ELEMENTS[last.symbol].quantities)

    def impedance(self, frequency: ArrayLike, parameters: Mapping[str, float] | Sequence[float]) -> np.ndarray:
        """Impedance at each frequency.

        Parameters
        ----------
        frequency : (n,) array_like, Hz
        parameters : mapping of name to value, or values in the order of `names`

        Returns
        -------
        (n,) complex array, ohm

        Examples
        --------
        >>> parse_circuit("R0-p(R1,C1)").impedance([1.0], {"R0": 1.0, "R1": 2.0, "C1": 1e-9}).real.round(6)
        array([3.])
        """
        at = frequencies(_frequency(frequency))
        return self.evaluate(at, self.values(parameters))[0]

    def jacobian(self, frequency: ArrayLike, parameters: Mapping[str, float] | Sequence[float]) -> np.ndarray:
        """Derivative of the impedance with respect to each parameter, (n, p) complex, ohm over the parameter's unit."""
        values = self.values(parameters)
        slopes = self.evaluate(frequencies(_frequency(frequency)), values)[1]
        return (slopes / np.where(self.positive, values, 1.0)[:, None]).T

    def values(self, parameters: Mapping[str, float] | Sequence[float]) -> np.ndarray:
        """Parameters in the order of `names`, checked."""
        if isinstance(parameters, Mapping):
            self.check_names(parameters)
            missing = [name for name in self.names if name not in parameters]
            if missing:
                given = ", ".join(parameters) or "none"
                advice = f"Give {', '.join(missing)} as well"
                raise InvalidInput("circuit parameters", given, f"all of {', '.join(self.names)}", advice)
            found = [parameters[name] for name in self.names]
        else:
            found = list(parameters)
            if len(found) != len(self.names):
                raise InvalidInput("circuit parameters", len(found), f"{len(self.names)}: {', '.join(self.names)}")
        return np.array([self.check_value(name, value) for name, value in zip(self.names, found, strict=True)])

    def check_names(self, parameters: Mapping[str, float]) -> None:
        """Every name must be one of `names`."""
        for name in parameters:
            if name not in self.names:
                raise InvalidInput("circuit parameter", name, ", ".join(self.names), suggest(str(name), self.names))

    def check_value(self, name: str, value: float) -> float:
        """The value as a number above zero (exponents: not above one)."""
        exponent = not self.quantities[self.names.index(name)].positive
        allowed = "a number above 0 and not above 1" if exponent else "a finite number above 0"
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise InvalidInput(name, value, allowed) from None
        if not (math.isfinite(number) and number > 0 and (number <= 1 or not exponent)):
            raise InvalidInput(name, value, allowed)
        return number

    def evaluate(self, at: Frequencies, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Impedance, (n,), and its derivatives, (p, n), with respect to the inner parameters; nothing is checked."""
        slopes = np.empty((len(self.names), at.omega.size), dtype=complex)
        return _impedance(self._program, at, values, slopes), slopes

    @functools.cached_property
    def _program(self) -> _Step:
        return _compiled(self.tree, self)


@dataclass(frozen=True)
class _Step:
    """A node with its parameters' places; `kind` for an element, `parallel` for the rest."""

    first: int
    last: int
    kind: Kind | None = None
    parallel: bool = False
    parts: tuple[_Step, ...] = ()


@functools.lru_cache(maxsize=128)
def parse_circuit(text: str) -> Circuit:
    """The circuit that a string such as ``"R0-p(R1,CPE1)-p(R2,CPE2)"`` describes.

    Raises
    ------
    InvalidInput
        For a string that is none; the message points at the character.
    """
    return Circuit(text, parse_tree(text))


def _compiled(node: Node, circuit: Circuit) -> _Step:
    first, last = circuit.span(node)
    if isinstance(node, Element):
        return _Step(first, last, ELEMENTS[node.symbol])
    return _Step(first, last, None, isinstance(node, Parallel), tuple(_compiled(part, circuit) for part in node.parts))


def _impedance(step: _Step, at: Frequencies, values: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    if step.kind is not None:
        return step.kind.law(at, values[step.first : step.last], slopes[step.first : step.last])
    parts = [_impedance(part, at, values, slopes) for part in step.parts]
    if not step.parallel:
        return functools.reduce(np.add, parts)
    total = 1 / functools.reduce(np.add, [1 / part for part in parts])
    for part, one in zip(step.parts, parts, strict=True):
        slopes[part.first : part.last] *= (total / one) ** 2
    return total


def _leaves(node: Node) -> list[Element]:
    return [node] if isinstance(node, Element) else [leaf for part in node.parts for leaf in _leaves(part)]


def _frequency(frequency: ArrayLike) -> np.ndarray:
    values = np.asarray(frequency, dtype=float)
    if values.ndim != 1 or not values.size:
        raise InvalidInput("frequency", f"shape {values.shape}", "a one-dimensional array, in Hz")
    wrong = values[~(np.isfinite(values) & (values > 0))]
    if wrong.size:
        raise InvalidInput("frequency", float(wrong[0]), "finite numbers above 0, in Hz")
    return values
