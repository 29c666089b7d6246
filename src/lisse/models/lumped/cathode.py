"""The cathode of a full cell as one lump: lithium, open-circuit voltage, drop and height.

Sign as in the cell: j > 0 charges. With the charge q (C/m2) that has passed since the start, the lithium fraction is

    x = x_0 - q (x_rich - x_poor)/Q

where Q is the areal capacity and x_poor to x_rich the range of the fit to the open-circuit voltage U(x): a cathode that
starts full is empty when Q has passed, as in the closed-form criterion of the analytic model. Linear in the charge, so
that the balance of lithium is exact. The potential against lithium metal under current is

    U(x) + j R + (2 R_g T/F) asinh(j/(2 i_0))

with an area-specific resistance R of electrode and contact, and the exchange current density i_0 per geometric area.
Diffusion in the particles is not resolved. Beyond the ends of the range, where a solver may look but never stays, U
goes on along its slope there; `charge_left` says how far away the end is. Charging changes the height of the active
material by its volume change per mole of lithium removed (negative where it shrinks); taken as a change of the
electrode's height, an upper bound for one with pores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.cell import Cathode, Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.materials.laws import FractionSeries
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["CathodeLaw", "cathode_law"]


@dataclass(frozen=True)
class CathodeLaw:
    """A cathode at one temperature. Charge, fraction and current density may be floats or arrays.

    Attributes
    ----------
    curve : FractionSeries
        U(x) and its range.
    areal_capacity : float, C/m2
    initial_fraction : float, 1
        x_0.
    resistance : float, ohm m2
    exchange_current_density : float, A/m2
        Infinite for kinetics without a drop.
    temperature : float, K
    height_per_charge : float or None, m3/C
        Rise of the electrode per areal charge; ``None`` where the volume change is not known.
    """

    curve: FractionSeries
    areal_capacity: float
    initial_fraction: float
    resistance: float
    exchange_current_density: float
    temperature: float
    height_per_charge: float | None

    @property
    def poor(self) -> float:
        """1. Lithium fraction of the empty cathode."""
        return self.curve.range[0]

    @property
    def rich(self) -> float:
        """1. Lithium fraction of the full cathode."""
        return self.curve.range[1]

    def fraction(self, charge: Any) -> Any:
        """1. Lithium fraction after a charge (C/m2; above zero when charged)."""
        return self.initial_fraction - charge * ((self.rich - self.poor) / self.areal_capacity)

    def lithium(self, charge: Any) -> Any:
        """C/m2. Lithium that is left above the poor end."""
        start = (self.initial_fraction - self.poor) / (self.rich - self.poor) * self.areal_capacity
        return start - charge

    def charge_left(self, charge: float, current_density: float) -> float:
        """C/m2. Charge (magnitude) to the end of the range that the current leads to; without current, infinite.

        It falls through zero where the cathode is empty (charging) or full (discharging).
        """
        if current_density == 0.0:
            return math.inf
        left = float(self.lithium(charge))
        return left if current_density > 0.0 else self.areal_capacity - left

    def open_circuit(self, fraction: Any) -> Any:
        """V. Open-circuit voltage against lithium metal."""
        if isinstance(fraction, float):
            if fraction < self.poor:
                return self.curve.evaluate(self.poor) + (fraction - self.poor) * self._slope(self.poor)
            if fraction > self.rich:
                return self.curve.evaluate(self.rich) + (fraction - self.rich) * self._slope(self.rich)
            return self.curve.evaluate(fraction)
        fraction = np.asarray(fraction, dtype=float)
        inside = np.clip(fraction, self.poor, self.rich)
        curve, beyond = self.curve, fraction - inside
        voltage = curve.constant + curve.slope * inside
        for size, steepness, centre in curve.tanh:
            voltage = voltage + size * np.tanh(steepness * (inside - centre))
        for size, steepness, centre in curve.exponentials:
            voltage = voltage + size * np.exp(steepness * (inside - centre))
        outside = np.where(beyond < 0.0, self._slope(self.poor), self._slope(self.rich))
        return voltage + beyond * outside

    def _slope(self, x: float) -> float:
        """V. dU/dx."""
        bent = sum(a * k / math.cosh(k * (x - x0)) ** 2 for a, k, x0 in self.curve.tanh)
        return self.curve.slope + bent + sum(b * k * math.exp(k * (x - x0)) for b, k, x0 in self.curve.exponentials)

    def drop(self, current_density: Any) -> Any:
        """V. What a current density (A/m2) adds to the open-circuit voltage; same sign."""
        thermal = 2.0 * GAS_CONSTANT * self.temperature / FARADAY
        half = 0.5 * current_density / self.exchange_current_density
        kinetic = math.asinh(half) if isinstance(half, float) else np.arcsinh(half)
        return current_density * self.resistance + thermal * kinetic

    def height_rate(self, current_density: Any) -> Any:
        """m/s. Rate at which the electrode grows in height under a current density (A/m2)."""
        if self.height_per_charge is None:
            raise MissingValue("no active_volume_change of the cathode is known", property="active_volume_change")
        return current_density * self.height_per_charge


def cathode_law(cell: Cell, temperature: float) -> CathodeLaw | None:
    """The cathode of a full cell at one temperature (K); ``None`` in a cell without.

    Raises
    ------
    InvalidInput
        When the open-circuit voltage is not given against the lithium fraction.
    MissingValue
        When the open-circuit voltage of its material is not known.
    """
    cathode = cell.counter
    if not isinstance(cathode, Cathode):
        return None
    material = cathode.material
    curve = material.law("open_circuit_voltage")
    if not isinstance(curve, FractionSeries):
        raise InvalidInput(f"open_circuit_voltage of {material.name}", curve.kind, "a law of the kind 'tanh-series'")
    start, exchange = cathode.initial_lithium_fraction, cathode.exchange_current_density
    known = material.has("active_volume_change")
    return CathodeLaw(
        curve=curve,
        areal_capacity=cathode.areal_capacity,
        initial_fraction=curve.range[1] if start is None else start,
        resistance=cathode.resistance,
        exchange_current_density=math.inf if exchange is None else exchange,
        temperature=temperature,
        height_per_charge=material.value("active_volume_change", temperature) / FARADAY if known else None,
    )
