"""What a lumped cell is made of, at one temperature: its two sides, its electrolyte and its fixture.

    voltage = E_cathode(x) + j L/sigma + j R_gb + concentration drop + cathode drop
              + sum over the metal sides of [kinetic + film + constriction + stress + alloy drop]

Sign: j > 0 plates the working electrode and strips the counter electrode; the voltage is counter minus working. A part
that a cell does not have is ``None`` and has no state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from lisse import theory
from lisse.cell import Cell, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.models.base import CellNumbers, cell_numbers, series_resistance
from lisse.models.charge_transfer import ChargeTransfer, charge_transfer
from lisse.models.contact import ContactLaw, contact_law
from lisse.models.flaws import FlawLaw, flaw_law
from lisse.models.interlayer import electronic_share, layer_threshold, resistance_behind_flaws
from lisse.models.lumped.alloy import AlloyLaw, alloy_law
from lisse.models.lumped.cathode import CathodeLaw, cathode_law
from lisse.models.lumped.fixture import ConstantGap, ConstantPressure, fixture_law
from lisse.models.lumped.interphase import InterphaseLaw, interphase_law
from lisse.models.lumped.layer import LayerLaw, layer_law
from lisse.models.lumped.salt import SaltLaw, salt_law
from lisse.models.lumped.states import Instant, Layout, Record

__all__ = ["Drops", "Equations", "Side", "build_equations", "tension"]

_TABLE = 2001
_SMALLEST_CONTACT = 1e-4


@dataclass(frozen=True)
class Drops:
    """V. The voltage of a cell, split; arrays of one shape."""

    open_circuit_voltage: np.ndarray
    ohmic_drop: np.ndarray
    concentration_drop: np.ndarray
    charge_transfer_drop: np.ndarray
    film_drop: np.ndarray
    constriction_drop: np.ndarray
    stress_drop: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """V. Cell voltage."""
        return np.asarray(sum(getattr(self, part.name) for part in fields(self)))


@dataclass(frozen=True)
class Side:
    """One interface of metal and electrolyte.

    Attributes
    ----------
    sign : float
        1 at the working electrode, -1 at the counter electrode: ``sign * j`` plates it.
    transfer : ChargeTransfer
        Of true contact.
    clean : float
        1. Share of the surface that is not contaminated.
    contact : ContactLaw
    constriction : callable
        ohm m2 for contact fractions (array).
    flaws : FlawLaw or None
    interphase : InterphaseLaw or None
    alloy : AlloyLaw, LayerLaw or None
        Of the electrode, or of a layer in front of it.
    capacitance : float
        F/m2, of true contact.
    own_spots : bool
        Whether the contact spots have a density of their own, and do not follow the pores.
    shield : float
        V. Drop at which a layer breaks that keeps the metal out of the flaws; 0 where none does.
    behind : float
        ohm m2, of true contact. What that drop leaves out: the layer behind its own flaws.
    """

    sign: float
    transfer: ChargeTransfer
    clean: float
    contact: ContactLaw
    constriction: Callable[[np.ndarray], np.ndarray]
    flaws: FlawLaw | None = None
    interphase: InterphaseLaw | None = None
    alloy: AlloyLaw | LayerLaw | None = None
    capacitance: float = 0.0
    own_spots: bool = False
    shield: float = 0.0
    behind: float = 0.0

    def nucleated(self, density_ratio: float) -> Side:
        """The side with another number density of pores; spots are as far apart as the pores, unless they are not."""
        if self.own_spots:
            return replace(self, contact=self.contact.nucleated(density_ratio))
        narrow, closer = self.constriction, density_ratio**-0.5
        return replace(self, contact=self.contact.nucleated(density_ratio), constriction=lambda a: closer * narrow(a))

    def drop(self, plating: float, void_height: float, film: float, activity: float) -> float:
        """V. Kinetic, film and constriction drops of one current density (A/m2, above zero when plated).

        Parameters
        ----------
        plating : float, A/m2
        void_height : float, m
        film : float, m. Thickness of the interphase.
        activity : float, 1. Exchange current density over that of the fresh electrolyte.
        """
        fraction = self.contact.fraction(void_height)
        local = plating / (fraction * self.clean)
        total: float = self.transfer.kinetic_drop(local / activity) + local * self.film_resistance(film)
        return total + plating * float(self.constriction(np.array(fraction)))

    def drops(
        self, plating: np.ndarray, void_height: np.ndarray, film: np.ndarray, activity: np.ndarray | float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """V. Kinetic and film drop, of the sign of `plating`; arrays of what `drop` takes."""
        return self.drops_at(plating, self.contact.fractions(void_height), film, activity)

    def drops_at(
        self, plating: np.ndarray, fraction: np.ndarray, film: np.ndarray, activity: np.ndarray | float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """V. `drops` for contact fractions that are known."""
        local = plating / (fraction * self.clean)
        return self.transfer.kinetic_drops(local / activity), local * self.film_resistance(film)

    def drop_in_layer(self, plating: np.ndarray, void_height: np.ndarray, film: np.ndarray) -> np.ndarray:
        """V. What drives metal into the flaws of a layer that shields; arrays of what `drop` takes."""
        kinetic, across = self.drops(plating, void_height, film)
        return np.asarray(kinetic + across * (1.0 - self.behind / self.film_resistance(film)))

    def film_resistance(self, film: Any) -> Any:
        """ohm m2. Of the films in true contact: those at the start, and an interphase of a thickness (m)."""
        grown = 0.0 if self.interphase is None else self.interphase.resistance(film)
        return self.transfer.film_resistance + grown

    def stress_drop(self, pressure: float, void_height: float) -> float:
        """V. How much harder the pressure on the metal in contact makes it to plate, V p_n/F, pore walls included."""
        contact = self.contact
        squeezed = float(contact.pressed(pressure, contact.fraction(void_height)))
        return contact.volume_per_charge * squeezed


@dataclass(frozen=True)
class Equations:
    """The laws of one cell at one temperature.

    Attributes
    ----------
    numbers : CellNumbers
    sides : tuple of Side or None
        Working and counter; the counter of a full cell is ``None``.
    series_resistance : float, ohm m2
        Electrolyte and grain boundaries; only the latter where salt carries the current.
    thickness : float, m
        Of the electrolyte.
    area : float, m2
    focusing : float
        Local over mean current density at the mouth of a flaw.
    fixture : ConstantPressure or ConstantGap
    salt : SaltLaw or None
    cathode : CathodeLaw or None
    anodic_transfer_coefficient : float
        1. How the exchange current follows the salt.
    electronic_share : float
        1. Of the resistance to electrons from metal to metal, that of the electrolyte; the rest is that of interlayers.
    """

    numbers: CellNumbers
    sides: tuple[Side, Side | None]
    series_resistance: float
    thickness: float
    area: float
    focusing: float
    fixture: ConstantPressure | ConstantGap
    salt: SaltLaw | None = None
    cathode: CathodeLaw | None = None
    anodic_transfer_coefficient: float = 0.5
    electronic_share: float = 1.0

    @cached_property
    def metal(self) -> tuple[tuple[int, Side], ...]:
        """The sides that are metal, with their place."""
        return tuple((place, side) for place, side in enumerate(self.sides) if side is not None)

    @cached_property
    def layout(self) -> Layout:
        """Which states the cell has."""
        cells = [0, 0]
        for place, side in self.metal:
            cells[place] = 0 if side.alloy is None else side.alloy.line.count
        return Layout(
            pressure=isinstance(self.fixture, ConstantGap),
            films=any(side.interphase is not None for _, side in self.metal),
            salt=0 if self.salt is None else self.salt.line.count,
            mean_salt=1.0 if self.salt is None else self.salt.salt_concentration,
            alloys=(cells[0], cells[1]),
        )

    def without_growth(self) -> Equations:
        """The same cell with an interphase that stands still at the working side."""
        working, counter = self.sides
        if working.interphase is None:
            return self
        still = replace(working.interphase, rate_constant=0.0, decay_length=0.0, growth_per_charge=0.0)
        return replace(self, sides=(replace(working, interphase=still), counter))

    def nucleated(self, density_ratios: np.ndarray) -> Equations:
        """The same cell with other number densities of pores at both interfaces."""
        if (density_ratios == 1.0).all():
            return self
        working, counter = self.sides
        changed = working.nucleated(float(density_ratios[0]))
        return replace(self, sides=(changed, None if counter is None else counter.nucleated(float(density_ratios[1]))))

    # -- arrays over time ---------------------------------------------------------------------------------------------

    def contacts(self, void_height: np.ndarray) -> np.ndarray:
        """1. Contact fractions for void heights (m), (..., 2); NaN where there is no metal."""
        out = np.full(np.shape(void_height), np.nan)
        for place, side in self.metal:
            out[..., place] = side.contact.fractions(void_height[..., place])
        return out

    def interface_drops(self, record: Record) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """V. Kinetic, film and constriction drop of each metal side along a record, with the sign of the current."""
        return self._interface_drops(record, self.contacts(record.void_height))

    def _interface_drops(self, record: Record, contact: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """V. `interface_drops` for contact fractions that are known, (n, 2)."""
        found = []
        j, activities = record.current_density, self._activities(record)
        for place, side in self.metal:
            fraction, film = contact[:, place], record.interphase_thickness[:, place]
            kinetic, across = side.drops_at(side.sign * j, fraction, film, activities[:, place])
            found.append((side.sign * kinetic, side.sign * across, j * side.constriction(fraction)))
        return found

    def drops(self, record: Record) -> Drops:
        """V. Split of the cell voltage along a record."""
        j, contact = record.current_density, self.contacts(record.void_height)
        parts = self._interface_drops(record, contact)
        kinetic, film, narrow = (np.asarray(sum(part)) for part in zip(*parts, strict=True))
        stress = alloy = open_circuit = np.zeros(len(j))
        for place, side in self.metal:
            squeezed = side.contact.pressed(record.stack_pressure, contact[:, place])
            stress = stress + side.sign * side.contact.volume_per_charge * squeezed
            if side.alloy is not None:
                surface = side.alloy.surface(record.alloys[place], -side.sign * j)
                alloy = alloy + side.sign * side.alloy.drop(surface)
        ohmic, salt = self._electrolyte_drops(record)
        if self.cathode is not None:
            kinetic = kinetic + self.cathode.drop(j)
            open_circuit = self.cathode.open_circuit(self.cathode.fraction(record.charge))
        return Drops(open_circuit, ohmic, salt + alloy, kinetic, film, narrow, stress)

    def _electrolyte_drops(self, record: Record) -> tuple[np.ndarray, np.ndarray]:
        """V. Ohmic drop, and what differences of concentration add."""
        j = record.current_density
        if self.salt is None:
            return j * self.series_resistance, np.zeros(len(j))
        ohmic = np.asarray(self.salt.ohmic(record.salt, j))
        return ohmic + j * self.series_resistance, np.asarray(self.salt.drop(record.salt, j) - ohmic)

    def _activities(self, record: Record) -> np.ndarray:
        """1. Exchange current density over that of the fresh electrolyte, (n, 2)."""
        if self.salt is None:
            return np.ones((len(record.current_density), 2))
        return self.salt.activities(record.salt, record.current_density, self.anodic_transfer_coefficient)

    # -- one instant, for the inner loop -------------------------------------------------------------------------------

    def voltage(self, current_density: float, state: Instant) -> float:
        """V. Cell voltage at one current density (A/m2) in one state; rises with the current."""
        total = current_density * self.series_resistance
        activities = (1.0, 1.0)
        if self.salt is not None:
            total += float(self.salt.drop(state.salt, current_density))
            activities = self.salt.activities(state.salt, current_density, self.anodic_transfer_coefficient).tolist()
        if self.cathode is not None:
            total += self.cathode.drop(current_density)
            total += self.cathode.open_circuit(self.cathode.fraction(state.charge))
        for place, side in self.metal:
            plating, height = side.sign * current_density, state.void_height[place]
            drop = side.drop(plating, height, state.interphase_thickness[place], activities[place])
            drop += side.stress_drop(state.stack_pressure, height)
            if side.alloy is not None:
                drop += float(side.alloy.drop(side.alloy.surface(state.alloys[place], -plating)))
            total += side.sign * drop
        return total

    def current_at(self, voltage: float, state: Instant) -> float:
        """A/m2. Current density at a held voltage; the voltage rises with the current, so there is exactly one."""
        from scipy.optimize import brentq

        missing = voltage - self.voltage(0.0, state)
        if missing == 0.0:
            return 0.0
        least = self.series_resistance + (0.0 if self.salt is None else float(self.salt.ohmic(state.salt, 1.0)))
        bound = missing / least
        if (voltage - self.voltage(bound, state)) * missing >= 0.0:  # ohmic to rounding
            return bound
        found: float = brentq(
            lambda j: voltage - self.voltage(j, state), *sorted((0.0, bound)), xtol=1e-14 * abs(bound), rtol=1e-13
        )
        return found


def tension(equations: Equations, films: np.ndarray) -> np.ndarray:
    """Pa. Stress in the plane of the electrolyte that uncracked interphases (m, (n, 2)) put on it, tension positive."""
    stress = np.zeros(len(films))
    for place, side in equations.metal:
        if side.interphase is not None and side.interphase.misfit is not None:
            misfit = side.interphase.misfit
            whole = np.minimum(films[:, place], misfit.critical_thickness)  # cracks let it go
            stress = stress + misfit.electrolyte_stress(whole)
    return stress


def build_equations(cell: Cell, classes: int, seed: int | None) -> Equations:
    """Put the laws of a cell together, at its temperature.

    Raises
    ------
    MissingValue
        When a material property is not known.
    """
    numbers, at = cell_numbers(cell), cell.temperature
    salt = salt_law(cell, at)
    working = _side(cell, 0, classes, None if seed is None else (seed, 0), at)
    metal_counter = isinstance(cell.counter, LithiumElectrode)
    counter = _side(cell, 1, classes, None if seed is None else (seed, 1), at) if metal_counter else None
    boundaries = cell.electrolyte.grain_boundary_resistance
    return Equations(
        numbers=numbers,
        sides=(working, counter),
        series_resistance=series_resistance(cell, numbers) if salt is None else boundaries,
        thickness=cell.electrolyte.thickness,
        area=cell.area,
        focusing=1.0 if cell.electrolyte.flaws is None else cell.electrolyte.flaws.focusing,
        fixture=fixture_law(cell, at),
        salt=salt,
        cathode=cathode_law(cell, at),
        anodic_transfer_coefficient=cell.interface.anodic_transfer_coefficient,
        electronic_share=electronic_share(cell, at),
    )


def _side(cell: Cell, place: int, classes: int, seed: tuple[int, int] | None, temperature: float) -> Side:
    """The laws of one metal side."""
    interface = cell.interface
    numbers, ceramic = cell_numbers(cell, temperature, place), cell.electrolyte.material
    transfer = charge_transfer(interface, temperature)
    known = ceramic.has("interface_capacitance")
    electrode = (cell.working, cell.counter)[place]
    alloy = alloy_law(electrode, temperature) if isinstance(electrode, LithiumElectrode) else None
    layer = layer_law(interface.interlayer, temperature)
    if alloy is not None and layer is not None:
        raise InvalidInput("interlayer", "lithium", "one that carries ions in front of an alloy electrode")
    return Side(
        sign=(1.0, -1.0)[place],
        transfer=transfer,
        clean=1.0 - interface.contamination,
        contact=contact_law(interface, numbers),
        constriction=_constriction_table(interface.spot_density or interface.void_density, numbers.conductivity),
        own_spots=interface.spot_density is not None,
        flaws=flaw_law(cell, numbers, transfer.small_signal_resistance, classes, seed),
        interphase=interphase_law(cell, place, temperature),
        alloy=alloy or layer,
        capacitance=ceramic.value("interface_capacitance", temperature) if known else 0.0,
        shield=layer_threshold(interface.interlayer, temperature, numbers.molar_volume),
        behind=resistance_behind_flaws(interface.interlayer, temperature),
    )


@lru_cache(maxsize=16)  # both interfaces, and every run of a batch on one cell
def _constriction_table(void_density: float, conductivity: float) -> Callable[[np.ndarray], np.ndarray]:
    """ohm m2 against contact fraction: one contact spot around each pore site (theory.constriction_resistance).

    A spot of radius sqrt(a/(pi N)) lies in a cell of radius 1/sqrt(pi N). Tabulated once against sqrt(a).
    """
    ratios = np.linspace(math.sqrt(_SMALLEST_CONTACT), 1.0, _TABLE)
    values = np.asarray(
        theory.constriction_resistance(
            spot_radius=ratios / math.sqrt(math.pi * void_density),
            contact_fraction=ratios**2,
            conductivity=conductivity,
        )
    )
    return lambda fraction: np.interp(np.sqrt(fraction), ratios, values)
