"""What a lumped cell is made of, at one temperature: kinetics, contact, flaws and resistances.

    voltage = j L/sigma + j R_gb + sum over both interfaces of [kinetic + film + constriction drop]

Sign: j > 0 plates the working electrode and strips the counter electrode.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lisse import theory
from lisse.cell import Cell
from lisse.models.base import CellNumbers, cell_numbers, series_resistance
from lisse.models.charge_transfer import ChargeTransfer, charge_transfer
from lisse.models.contact import LEAST_CONTACT, ContactLaw, contact_law
from lisse.models.flaws import FlawLaw, flaw_law

__all__ = ["Drops", "Equations", "build_equations"]

_TABLE = 2001
_SMALLEST_CONTACT = 1e-4


@dataclass(frozen=True)
class Drops:
    """V. The voltage of a cell, split; floats or arrays."""

    ohmic: np.ndarray
    charge_transfer: np.ndarray
    film: np.ndarray
    constriction: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """V. Cell voltage."""
        return np.asarray(self.ohmic + self.charge_transfer + self.film + self.constriction)


@dataclass(frozen=True)
class Equations:
    """The laws of one cell at one temperature.

    Attributes
    ----------
    numbers : CellNumbers
    transfer : ChargeTransfer
    contact : ContactLaw
        Of both interfaces.
    flaws : tuple of FlawLaw or None
        Of the working and the counter interface.
    series_resistance : float, ohm m2
        Electrolyte and grain boundaries.
    thickness : float, m
        Of the electrolyte.
    area : float, m2
    focusing : float
        Local over mean current density at the mouth of a flaw.
    constriction : callable
        ohm m2 for contact fractions (array).
    """

    numbers: CellNumbers
    transfer: ChargeTransfer
    contact: ContactLaw
    flaws: tuple[FlawLaw, FlawLaw] | None
    series_resistance: float
    thickness: float
    area: float
    focusing: float
    constriction: Callable[[np.ndarray], np.ndarray]

    def contacts(self, void_height: np.ndarray) -> np.ndarray:
        """1. Contact fractions for void heights (m), any shape."""
        lost = self.contact.contact_coefficient * np.maximum(void_height, 0.0) ** (2.0 / 3.0)
        return np.asarray(np.maximum(1.0 - lost, LEAST_CONTACT))

    def drops(self, current_density: np.ndarray, void_height: np.ndarray) -> Drops:
        """V. Split of the cell voltage.

        Parameters
        ----------
        current_density : (n,) array, A/m2
        void_height : (n, 2) array, m
            At the working and the counter interface.
        """
        contact = self.contacts(void_height)
        kinetic = film = narrow = np.zeros(np.shape(current_density))
        for side, sign in enumerate((1.0, -1.0)):
            drop, across_film = self._interface(sign * current_density / contact[:, side])
            kinetic, film = kinetic + sign * drop, film + sign * across_film
            narrow = narrow + current_density * self.constriction(contact[:, side])
        return Drops(current_density * self.series_resistance, kinetic, film, narrow)

    def voltage(self, current_density: float, void_height: tuple[float, float]) -> float:
        """V. Cell voltage, for one current density (A/m2) and one pair of void heights (m)."""
        total = current_density * self.series_resistance
        for sign, height in ((1.0, void_height[0]), (-1.0, void_height[1])):
            fraction = self.contact.fraction(height)
            local = sign * current_density / fraction
            total += sign * (self.transfer.kinetic_drop(local) + self.transfer.film_drop(local))
            total += current_density * float(self.constriction(np.array(fraction)))
        return total

    def current_at(self, voltage: float, void_height: tuple[float, float]) -> float:
        """A/m2. Current density at a held voltage; the voltage rises with the current, so there is exactly one."""
        if voltage == 0.0:
            return 0.0
        sign = math.copysign(1.0, voltage)
        low, high = 0.0, abs(voltage) / self.series_resistance
        while high - low > 1e-13 * high:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            too_high = sign * self.voltage(sign * middle, void_height) > abs(voltage)
            low, high = (low, middle) if too_high else (middle, high)
        return sign * 0.5 * (low + high)

    def mouth_drop(self, plating: np.ndarray, void_height: np.ndarray) -> np.ndarray:
        """V. Drop between metal and electrolyte at the mouth of a flaw, with focusing; sign of `plating` (A/m2)."""
        drop, across_film = self._interface(self.focusing * plating / self.contacts(void_height))
        return np.asarray(drop + across_film)

    def _interface(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """V. Kinetic and film drops for local current densities (A/m2), above zero where the interface is plated."""
        return self.transfer.kinetic_drops(local), local * self.transfer.film_resistance


def build_equations(cell: Cell, classes: int, seed: int | None, temperature: float | None = None) -> Equations:
    """Put the laws of a symmetric cell together at one temperature (K; the cell's own by default).

    Raises
    ------
    MissingValue
        When a material property is not known.
    """
    numbers = cell_numbers(cell, temperature)
    interface = cell.interface
    transfer = charge_transfer(interface, numbers.temperature)
    seeds = [None, None] if seed is None else [(seed, 0), (seed, 1)]
    flaws = [flaw_law(cell, numbers, transfer.small_signal_resistance, classes, part) for part in seeds]
    return Equations(
        numbers=numbers,
        transfer=transfer,
        contact=contact_law(interface, numbers),
        flaws=None if flaws[0] is None or flaws[1] is None else (flaws[0], flaws[1]),
        series_resistance=series_resistance(cell, numbers),
        thickness=cell.electrolyte.thickness,
        area=cell.area,
        focusing=1.0 if cell.electrolyte.flaws is None else cell.electrolyte.flaws.focusing,
        constriction=_constriction_table(interface.void_density, numbers.conductivity),
    )


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
