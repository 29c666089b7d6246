"""The cell: the stack of layers, its interfaces, its fixture and its temperature, as frozen data.

Descriptions only: nothing here solves, reads files or draws. Defaults are chosen where a case is read
(`lisse.study.case`), never here, so that every number of a cell has been chosen by someone.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.materials import Material

__all__ = [
    "CELL_KINDS",
    "FIXTURES",
    "FLAW_GEOMETRIES",
    "Cathode",
    "Cell",
    "Electrolyte",
    "FlawPopulation",
    "Interface",
    "LithiumElectrode",
    "Stack",
]

CELL_KINDS = ("symmetric", "full", "anode-free")
FIXTURES = ("constant-pressure", "constant-gap", "schedule")
FLAW_GEOMETRIES = ("edge", "through")


@dataclass(frozen=True)
class FlawPopulation:
    """Surface flaws of the electrolyte: log-normal lengths at a number density.

    Attributes
    ----------
    mean_length : float
        m. Mean flaw length (depth into the electrolyte).
    spread : float
        1. Standard deviation of ln(length); 0 makes all flaws equal.
    density : float
        1/m2. Flaws per area of one interface.
    geometry : str
        ``"edge"`` (a surface crack) or ``"through"`` (half of a crack in the bulk, without the free-surface factor).
    focusing : float
        1. Local current over mean current at the mouth of a flaw (edges, hot spots); 1 or more.
    """

    mean_length: float
    spread: float
    density: float
    geometry: str = "edge"
    focusing: float = 1.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(self, mean_length=_above_zero, spread=_zero_or_more, density=_above_zero, focusing=_one_or_more)
        _check_choice("geometry", self.geometry, FLAW_GEOMETRIES)

    def longest(self, area: float) -> float:
        """m. Median length of the longest flaw of an interface of that area (m2)."""
        return float(self.longest_at(area, 0.5))

    def longest_at(self, area: float, quantile: Any) -> Any:
        """m. Length of the longest flaw of an interface at a quantile (array, 0 to 1) of its distribution."""
        _check_number("area", area, _above_zero)
        return self._length(self._share_beyond_longest(area, quantile))

    def _share_beyond_longest(self, area: float, quantile: Any) -> np.ndarray:
        """1. Share of all flaws that are at least as long as the longest of an interface, at a quantile."""
        total = max(self.density * area, 1.0)
        return np.asarray(-np.expm1(np.log(np.maximum(quantile, 1e-300)) / total))

    def _length(self, longer: np.ndarray) -> np.ndarray:
        """m. Length that a share of the flaws reaches."""
        from scipy.special import ndtri

        median = self.mean_length * math.exp(-0.5 * self.spread**2)
        return np.asarray(median * np.exp(-self.spread * ndtri(np.clip(longer, 1e-300, 1 - 1e-12))))

    def classes(
        self, area: float, count: int, seed: int | Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Represent the flaws of one interface by a few classes, from the longest flaw downwards.

        Class 0 is the single longest flaw, at the median of its distribution, or drawn from it when a seed is given.
        The others share the flaws shorter than that, spaced evenly in the logarithm of rank, because only the long
        tail decides when a cell shorts.

        Parameters
        ----------
        area : float
            m2. Area of the interface.
        count : int
            Number of classes, 1 or more; with 1 all flaws are taken to be as long as the longest.
        seed : int, sequence of int or None
            Seed for the longest flaw.

        Returns
        -------
        lengths : (n,) array, m
            Longest first. n is `count`, or 1 where the interface has no more than one flaw.
        numbers : (n,) array, 1
            Flaws in each class; they add up to ``density x area``, or to 1 where that is less.
        """
        _check_number("area", area, _above_zero)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InvalidInput("count", count, "a whole number, 1 or more")
        total = max(self.density * area, 1.0)
        quantile = 0.5 if seed is None else float(np.random.default_rng(seed).uniform())
        longer = self._share_beyond_longest(area, np.array([quantile]))
        shares = np.array([total])
        if count > 1 and total > 1.0:
            edges = np.geomspace(1.0, total, count)
            shares = np.concatenate([[1.0], np.diff(edges)])
            rank = np.sqrt(edges[:-1] * edges[1:]) / total
            longer = np.concatenate([longer, longer + (1.0 - longer) * rank])
        return self._length(longer), shares


@dataclass(frozen=True)
class Electrolyte:
    """The separator between the electrodes.

    Attributes
    ----------
    material : Material
    thickness : float
        m.
    flaws : FlawPopulation or None
        Surface flaws; ``None`` for a flawless surface.
    grain_boundary_resistance : float
        ohm m2. Area-specific resistance of the grain boundaries in series; 0 when the conductivity is a total one.
    pore_radius : float
        m. Radius of the pores inside, in which lithium could be deposited.
    """

    material: Material
    thickness: float
    flaws: FlawPopulation | None = None
    grain_boundary_resistance: float = 0.0
    pore_radius: float = 1e-7

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(self, thickness=_above_zero, grain_boundary_resistance=_zero_or_more, pore_radius=_above_zero)
        if self.flaws is not None and self.flaws.mean_length >= self.thickness:
            allowed = f"less than the electrolyte thickness, {self.thickness:g} m"
            raise InvalidInput("flaws.mean_length", self.flaws.mean_length, allowed)


@dataclass(frozen=True)
class LithiumElectrode:
    """A metal electrode: the material and its thickness (m; 0 in an anode-free cell)."""

    material: Material
    thickness: float

    def __post_init__(self) -> None:
        """Check the range."""
        _check(self, thickness=_zero_or_more)


@dataclass(frozen=True)
class Cathode:
    """The counter electrode of a full cell: its material and areal capacity (C/m2)."""

    material: Material
    areal_capacity: float

    def __post_init__(self) -> None:
        """Check the range."""
        _check(self, areal_capacity=_above_zero)


@dataclass(frozen=True)
class Interface:
    """The contact of metal and electrolyte.

    Attributes
    ----------
    resistance : float
        ohm m2. Films and interlayers in true contact.
    exchange_current_density : float
        A/m2, of true contact.
    anodic_transfer_coefficient : float
        1, between 0 and 1.
    void_density : float
        1/m2. Pores per area.
    contact_angle : float
        rad. Of lithium on the electrolyte; pi/2 makes hemispherical pores.
    void_closure_coefficient : float
        A/m2/Pa. Diffusional closure, as stripping current per stack pressure.
    small_scale_strength_factor : float
        1. Strength of lithium around a pore over its bulk creep strength.
    contact_hardness : float
        Pa. Pressure at which forming makes full contact.
    injection : float
        1. Share of the stripped volume that gathers in voids at the interface.
    refill : float
        1. Share of the plated volume that fills voids while there are any.
    nucleus_radius : float
        m. Radius of the pores that an interface always has; bounds their capillary pressure.
    contact_limit : float
        1. Contact fraction below which contact counts as lost.
    """

    resistance: float
    exchange_current_density: float
    anodic_transfer_coefficient: float
    void_density: float
    contact_angle: float
    void_closure_coefficient: float
    small_scale_strength_factor: float
    contact_hardness: float
    injection: float
    refill: float
    nucleus_radius: float
    contact_limit: float

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(
            self,
            resistance=_zero_or_more,
            exchange_current_density=_above_zero,
            anodic_transfer_coefficient=_inside_unit,
            void_density=_above_zero,
            contact_angle=_angle,
            void_closure_coefficient=_zero_or_more,
            small_scale_strength_factor=_above_zero,
            contact_hardness=_above_zero,
            injection=_fraction,
            refill=_fraction,
            nucleus_radius=_above_zero,
            contact_limit=_contact_limit,
        )


@dataclass(frozen=True)
class Stack:
    """Pressures and fixture.

    Attributes
    ----------
    pressure : float
        Pa. Stack pressure in operation.
    forming_pressure : float
        Pa. Largest pressure before the test.
    fixture : str
        ``"constant-pressure"``, ``"constant-gap"`` or ``"schedule"`` (pressures set by the steps of the protocol).
    stiffness : float or None
        Pa/m. Of a constant-gap fixture.
    """

    pressure: float
    forming_pressure: float
    fixture: str = "constant-pressure"
    stiffness: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges, and that a constant gap has a stiffness."""
        _check(self, pressure=_zero_or_more, forming_pressure=_zero_or_more)
        _check_choice("fixture", self.fixture, FIXTURES)
        if (self.fixture == "constant-gap") != (self.stiffness is not None):
            allowed = "a stiffness (Pa/m) with fixture = 'constant-gap', and with no other"
            raise InvalidInput("stiffness", self.stiffness, allowed)
        if self.stiffness is not None:
            _check(self, stiffness=_above_zero)


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes
    ----------
    kind : str
        ``"symmetric"``, ``"full"`` or ``"anode-free"``.
    area : float
        m2.
    temperature : float
        K, at the start.
    electrolyte : Electrolyte
    working : LithiumElectrode
        Plated by a positive current.
    counter : LithiumElectrode or Cathode
        A cathode in a full cell.
    interface : Interface
        Both interfaces of a symmetric cell.
    stack : Stack
    """

    kind: str
    area: float
    temperature: float
    electrolyte: Electrolyte
    working: LithiumElectrode
    counter: LithiumElectrode | Cathode
    interface: Interface
    stack: Stack

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_choice("kind", self.kind, CELL_KINDS)
        if (self.kind == "full") != isinstance(self.counter, Cathode):
            raise InvalidInput("counter", type(self.counter).__name__, "a Cathode in a full cell, and in no other")
        _check(self, area=_above_zero, temperature=_above_zero)

    def replace(self, **changes: Any) -> Cell:
        """A copy with some fields changed; ``part__field=value`` reaches down.

        Raises
        ------
        InvalidInput
            For a name that is not there, or a value out of range.

        Examples
        --------
        ``cell.replace(area=1e-4, stack__pressure=3e6, electrolyte__flaws__spread=0.2)``
        """
        nested: dict[str, Any] = {}
        for path, value in changes.items():
            *parents, last = path.split("__")
            table = nested
            for part in parents:
                table = table.setdefault(part, {})
                if not isinstance(table, dict):
                    raise InvalidInput(path, value, f"either {part} or fields of {part}, not both")
            table[last] = value
        changed: Cell = _replaced(self, nested)
        return changed

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI): every number, and each material with the sources in use."""
        return {f.name: _as_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


def _replaced(thing: Any, changes: Mapping[str, Any]) -> Any:
    """The same description with some fields changed; a mapping changes the part of that name."""
    names = [part.name for part in dataclasses.fields(thing)]
    fields = {}
    for name, value in changes.items():
        if name not in names:
            raise InvalidInput(
                name, None, f"a field of {type(thing).__name__}: {', '.join(names)}", suggest(name, names)
            )
        if not isinstance(value, Mapping):
            fields[name] = value
            continue
        part = getattr(thing, name)
        if not dataclasses.is_dataclass(part):
            raise InvalidInput(name, part, f"something with the fields {', '.join(value)}")
        fields[name] = _replaced(part, value)
    return dataclasses.replace(thing, **fields)


def _as_plain(value: Any) -> Any:
    if isinstance(value, Material):
        return value.chosen().to_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _as_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


_Rule = tuple[Callable[[float], bool], str]
_above_zero: _Rule = (lambda x: x > 0, "a finite number above zero")
_zero_or_more: _Rule = (lambda x: x >= 0, "a finite number, zero or more")
_one_or_more: _Rule = (lambda x: x >= 1, "a finite number, 1 or more")
_fraction: _Rule = (lambda x: 0 <= x <= 1, "a number from 0 to 1")
_inside_unit: _Rule = (lambda x: 0 < x < 1, "a number between 0 and 1")
_contact_limit: _Rule = (lambda x: 0.01 <= x <= 0.99, "a number from 0.01 to 0.99")
_angle: _Rule = (lambda x: 0 < x < math.pi, "an angle between 0 and 180 degrees (rad inside)")


def _check(thing: Any, **rules: _Rule) -> None:
    for name, rule in rules.items():
        _check_number(name, getattr(thing, name), rule)


def _check_number(name: str, value: Any, rule: _Rule) -> None:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not rule[0](value):
        raise InvalidInput(name, value, rule[1])


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidInput(name, value, ", ".join(choices), suggest(value, choices) if isinstance(value, str) else "")
