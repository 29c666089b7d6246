"""The cell: the stack of layers, its interfaces, its fixture and its temperature, as frozen data.

Descriptions only: nothing here solves, reads files or draws. Defaults are chosen where a case is read
(`lisse.study.schema`), never here, so that every number of a cell has been chosen by someone. A mechanism that a cell
does without has the value that switches it off: zero, ``None`` or the plain form of a law.
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
from lisse.materials.laws import FractionSeries
from lisse.units import format_quantity

__all__ = [
    "CELL_KINDS",
    "CLOSURES",
    "FIXTURES",
    "FLAW_GEOMETRIES",
    "INTERLAYER_CARRIERS",
    "INTERPHASE_KINDS",
    "KINETICS",
    "BareContact",
    "Cathode",
    "Cell",
    "Electrolyte",
    "FlawPopulation",
    "Interface",
    "Interlayer",
    "Interphase",
    "LithiumElectrode",
    "Stack",
]

CELL_KINDS = ("symmetric", "full", "anode-free")
FIXTURES = ("constant-pressure", "constant-gap", "schedule")
FLAW_GEOMETRIES = ("edge", "through")
KINETICS = ("butler-volmer", "linear", "tafel")
CLOSURES = ("far-field", "contact-limited", "contact-pressure")
INTERPHASE_KINDS = ("mixed-conducting", "passivating", "resistive")
INTERLAYER_CARRIERS = ("ions", "lithium")
"""What crosses an interlayer: ions, so that metal forms on it; or lithium atoms and electrons, as in an alloy."""


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
    mouth_half_width : float
        m. Half the width of scratches that are open to the electrode, which lithium leaves by creep; 0 for cracks.
    """

    mean_length: float
    spread: float
    density: float
    geometry: str = "edge"
    focusing: float = 1.0
    mouth_half_width: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(self, mean_length=_above_zero, spread=_zero_or_more, density=_above_zero, focusing=_one_or_more)
        _check(self, mouth_half_width=_zero_or_more)
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
            allowed = f"less than the electrolyte thickness, {format_quantity('length', self.thickness)}"
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
    """The counter electrode of a full cell, as one lump.

    Attributes
    ----------
    material : Material
    areal_capacity : float
        C/m2. Charge between the two ends of the lithium range of the open-circuit voltage.
    initial_lithium_fraction : float or None
        1. Lithium fraction x at the start; ``None`` for the lithium-rich end of that range.
    resistance : float
        ohm m2. Area-specific resistance of the cathode, its own contact with the electrolyte included.
    exchange_current_density : float or None
        A/m2, per geometric area; ``None`` for kinetics without a drop.
    """

    material: Material
    areal_capacity: float
    initial_lithium_fraction: float | None = None
    resistance: float = 0.0
    exchange_current_density: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges, and that the start lies within that of the open-circuit voltage."""
        _check(self, areal_capacity=_above_zero, resistance=_zero_or_more)
        _check_if_given(self, initial_lithium_fraction=_fraction, exchange_current_density=_above_zero)
        start, known = self.initial_lithium_fraction, self.material.has("open_circuit_voltage")
        law = self.material.law("open_circuit_voltage") if known else None
        if start is not None and isinstance(law, FractionSeries) and not law.range[0] <= start <= law.range[1]:
            allowed = f"{law.range[0]:g} to {law.range[1]:g}, the range of the open-circuit voltage of the material"
            raise InvalidInput("initial_lithium_fraction", start, allowed)


@dataclass(frozen=True)
class Interphase:
    """What lithium and electrolyte react to, as a layer between them.

    Attributes
    ----------
    kind : str
        ``"mixed-conducting"`` (grows by transport through itself, never stops), ``"passivating"`` (conducts ions only;
        grows as the logarithm of time) or ``"resistive"`` (a poor conductor, with or without growth by transport).
    conductivity : float
        S/m. For lithium ions; the layer adds thickness/conductivity to the resistance.
    initial_thickness : float
        m, above zero.
    lithium_ratio : float
        1. Thickness of lithium metal consumed per thickness of interphase.
    rate_constant : float or None
        m2/s. k of L^2 = 2 k t; a mixed-conducting one has it, a resistive one may (``None``: it does not grow).
    reaction_rate : float or None
        m/s. Growth rate of the bare surface; a passivating one has it, the others may (``None``: transport alone).
    decay_length : float or None
        m. Over which the growth rate of a passivating one falls by e; no other kind has it.
    cycling_acceleration : float
        1. Thickness grown per thickness of lithium that is plated or stripped, beside the growth in time.
    volume_change : float
        1. Of the reaction with the metal, relative.
    poisson_ratio : float
        1.
    youngs_modulus, fracture_toughness : float or None
        Pa and Pa m^0.5; both or none. With them the stress of the volume change can crack the layer.
    activation_energy : float or None
        J/mol. Of the rate constant and the reaction rate, which are those at the temperature of the cell; ``None``
        for the law that the library has for the rate constant, if it is the library's, and none otherwise.
    """

    kind: str
    conductivity: float
    initial_thickness: float
    lithium_ratio: float
    rate_constant: float | None = None
    reaction_rate: float | None = None
    decay_length: float | None = None
    cycling_acceleration: float = 0.0
    volume_change: float = 0.0
    poisson_ratio: float = 0.25
    youngs_modulus: float | None = None
    fracture_toughness: float | None = None
    activation_energy: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges, and that the numbers are those of the kind."""
        _check_choice("kind", self.kind, INTERPHASE_KINDS)
        _check(
            self,
            conductivity=_above_zero,
            initial_thickness=_above_zero,
            lithium_ratio=_zero_or_more,
            cycling_acceleration=_zero_or_more,
            volume_change=_volume_change,
            poisson_ratio=_poisson_ratio,
        )
        _check_if_given(self, activation_energy=_zero_or_more)
        optional = ("rate_constant", "reaction_rate", "decay_length", "youngs_modulus", "fracture_toughness")
        _check_if_given(self, **dict.fromkeys(optional, _above_zero))
        self._check_kind()
        if (self.youngs_modulus is None) != (self.fracture_toughness is None):
            missing = "youngs_modulus" if self.youngs_modulus is None else "fracture_toughness"
            raise InvalidInput(missing, None, "youngs_modulus and fracture_toughness both, or none of the two")

    def _check_kind(self) -> None:
        """Complain about a number that this kind needs and has not, or has and does not use."""
        passivating = self.kind == "passivating"
        needed = ("reaction_rate", "decay_length") if passivating else ("rate_constant",)
        for name in needed:
            if getattr(self, name) is None and self.kind != "resistive":
                raise InvalidInput(name, None, f"a number with kind = {self.kind!r}")
        if self.kind == "resistive" and self.rate_constant is None and self.reaction_rate is not None:
            allowed = "no number without a rate_constant, because the layer does not grow then"
            raise InvalidInput("reaction_rate", self.reaction_rate, allowed)
        for name in ("rate_constant",) if passivating else ("decay_length",):
            if getattr(self, name) is not None:
                raise InvalidInput(name, getattr(self, name), f"no number with kind = {self.kind!r}")


@dataclass(frozen=True)
class BareContact:
    """What an interlayer takes the place of: the fields of `Interface` of that name without it."""

    resistance: float
    exchange_current_density: float
    contact_angle: float
    injection: float
    adhesion_strength: float


@dataclass(frozen=True)
class Interlayer:
    """A layer between metal and electrolyte, put there on purpose; what it changes is in `lisse.models.interlayer`.

    Its contact with the metal, and its faces, are in the fields of `Interface`, in place of those in `bare`.

    Attributes
    ----------
    material : Material
        Gives conductivities, lithium diffusivity and concentration, moduli and toughness, as far as they are known.
    thickness : float
        m.
    carries : str
        ``"ions"``: an ion conductor, on which the metal forms; ``"lithium"``: an alloy, in which lithium dissolves and
        through which it diffuses to the metal, so that ions become atoms at the electrolyte.
    bare : BareContact
        The interface without the layer.
    flaw_length : float or None
        m. Depth of the deepest flaw or pinhole of a layer that carries ions; ``None`` where that is not known, and as
        deep as the layer or deeper where it goes through.
    """

    material: Material
    thickness: float
    carries: str
    bare: BareContact
    flaw_length: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(self, thickness=_above_zero)
        _check_if_given(self, flaw_length=_above_zero)
        _check_choice("carries", self.carries, INTERLAYER_CARRIERS)
        if self.flaw_length is not None and self.carries == "lithium":
            advice = "An alloy shields no flaws: metal forms behind it"
            raise InvalidInput("flaw_length", self.flaw_length, "no number with carries = 'lithium'", advice)


@dataclass(frozen=True)
class Interface:
    """The contact of metal and electrolyte, or of metal and interlayer.

    Attributes
    ----------
    resistance : float
        ohm m2. Films in true contact; an interlayer adds thickness over conductivity.
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
    kinetics : str
        ``"butler-volmer"``, ``"linear"`` or ``"tafel"``.
    closure : str
        Which pressure closes voids: ``"far-field"``, ``"contact-limited"`` (diffusional closure through the contact
        that is left) or ``"contact-pressure"`` (creep at the pressure of that contact).
    void_density_exponent : float
        1. m in N = N_ref (j/j_ref)^m, with the current that nucleates the voids; 0 leaves the void density alone.
    void_density_current : float
        A/m2. j_ref, at which the void density is `void_density`.
    vacancy_current : float
        A/m2. Stripping current density whose vacancies diffuse into the bulk instead of gathering in voids.
    contamination : float
        1. Share of the interface that is covered by contamination.
    contaminated_contact_angle : float or None
        rad. Of the metal on the contamination; needed where there is any.
    adhesion_strength : float
        Pa. Tensile stress that the bond of metal and electrolyte bears.
    dead_share : float
        1. Share of the stripped lithium that is cut off and lost.
    interphase : Interphase or None
        ``None`` for an electrolyte that does not react.
    roughness : float
        m. Amplitude of the waves between flaws at the start.
    spot_density : float or None
        1/m2. Contact spots per area, between which the current spreads; ``None`` for one beside each pore.
    void_closure_activation_energy : float or None
        J/mol. Of the diffusional closure, whose coefficient is that at the temperature of the cell; ``None`` for the
        law that the library has for the coefficient, if it is the library's, and none otherwise.
    interlayer : Interlayer or None
        ``None`` where metal and electrolyte touch.
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
    kinetics: str = "butler-volmer"
    closure: str = "far-field"
    void_density_exponent: float = 0.0
    void_density_current: float = 10.0
    vacancy_current: float = 0.0
    contamination: float = 0.0
    contaminated_contact_angle: float | None = None
    adhesion_strength: float = 0.0
    dead_share: float = 0.0
    interphase: Interphase | None = None
    roughness: float = 1e-8
    spot_density: float | None = None
    void_closure_activation_energy: float | None = None
    interlayer: Interlayer | None = None

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
            void_density_exponent=_any_number,
            void_density_current=_above_zero,
            vacancy_current=_zero_or_more,
            contamination=_below_one,
            adhesion_strength=_zero_or_more,
            dead_share=_fraction,
            roughness=_above_zero,
        )
        _check_choice("kinetics", self.kinetics, KINETICS)
        _check_choice("closure", self.closure, CLOSURES)
        _check_if_given(self, contaminated_contact_angle=_angle, spot_density=_above_zero)
        _check_if_given(self, void_closure_activation_energy=_zero_or_more)
        if self.contamination > 0.0 and self.contaminated_contact_angle is None:
            raise InvalidInput("contaminated_contact_angle", None, "an angle (rad) where there is contamination")


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
        Pa/m. Of a constant-gap fixture: stack pressure per change of the height of the stack.
    forming_temperature : float or None
        K. At which the forming pressure acted; ``None`` for the temperature of the cell.
    forming_time : float
        s. For how long it acted; 0 leaves plastic contact alone, without creep.
    """

    pressure: float
    forming_pressure: float
    fixture: str = "constant-pressure"
    stiffness: float | None = None
    forming_temperature: float | None = None
    forming_time: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges, and that a constant gap has a stiffness."""
        _check(self, pressure=_zero_or_more, forming_pressure=_zero_or_more, forming_time=_zero_or_more)
        _check_if_given(self, forming_temperature=_above_zero)
        _check_choice("fixture", self.fixture, FIXTURES)
        if (self.fixture == "constant-gap") != (self.stiffness is not None):
            allowed = "a stiffness, such as '1 MPa/um', with fixture = 'constant-gap', and with no other"
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

    def without_interlayer(self) -> Cell:
        """The same cell where metal and electrolyte touch, with the numbers of that contact."""
        layer = self.interface.interlayer
        if layer is None:
            return self
        bare = dataclasses.replace(self.interface, interlayer=None, **vars(layer.bare))
        return dataclasses.replace(self, interface=bare)

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI): every number, and each material with the sources in use."""
        plain = {f.name: _as_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
        if self.interface.interlayer is None:
            del plain["interface"]["interlayer"]
        return plain


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
_below_one: _Rule = (lambda x: 0 <= x < 1, "a number from 0 to less than 1")
_any_number: _Rule = (lambda x: True, "a finite number")
_volume_change: _Rule = (lambda x: x > -1, "a finite number above -1")
_poisson_ratio: _Rule = (lambda x: 0 <= x <= 0.5, "a number from 0 to 0.5")
_contact_limit: _Rule = (lambda x: 0.01 <= x <= 0.99, "a number from 0.01 to 0.99")
_angle: _Rule = (lambda x: 0 < x < math.pi, "an angle between 0 and 180 degrees (rad inside)")


def _check(thing: Any, **rules: _Rule) -> None:
    for name, rule in rules.items():
        _check_number(name, getattr(thing, name), rule)


def _check_if_given(thing: Any, **rules: _Rule) -> None:
    _check(thing, **{name: rule for name, rule in rules.items() if getattr(thing, name) is not None})


def _check_number(name: str, value: Any, rule: _Rule) -> None:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not rule[0](value):
        raise InvalidInput(name, value, rule[1])


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidInput(name, value, ", ".join(choices), suggest(value, choices) if isinstance(value, str) else "")
