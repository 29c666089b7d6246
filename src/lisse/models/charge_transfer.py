"""The drop between metal and electrolyte at one interface: kinetics in series with a film, on the part in contact.

    j/a = i0 { exp[(1-alpha) F eta/(R T)] - exp[-alpha F eta/(R T)] }     butler-volmer
    j/a = i0 F eta/(R T)                                                linear: its slope at rest
    abs(j)/a = i0 exp[alpha F abs(eta)/(R T)]                           tafel: one direction alone, no drop below i0

    film drop = (j/a) R_film

with a the contact fraction. Drops are counted in the direction of plating: a current density above zero plates and is
driven by the share 1 - alpha_anodic of the drop, one below zero strips and is driven by alpha_anodic; the drop has
the sign of the current. Scalar arithmetic, because it sits in the inner loop; a test holds it to
`lisse.theory.overpotential`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lisse import theory
from lisse.cell import Interface
from lisse.models.interlayer import film_resistance
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["ChargeTransfer", "charge_transfer"]


@dataclass(frozen=True)
class ChargeTransfer:
    """Kinetics and film of true contact.

    Attributes
    ----------
    exchange_current_density : float, A/m2
    transfer_coefficient : float
        Share of the drop that drives plating (the cathodic transfer coefficient); the rest drives stripping.
    film_resistance : float, ohm m2
    temperature : float, K
    kinetics : str
        A name of `lisse.cell.KINETICS`.
    """

    exchange_current_density: float
    transfer_coefficient: float
    film_resistance: float
    temperature: float
    kinetics: str = "butler-volmer"

    def kinetic_drop(self, local_current_density: float) -> float:
        """V. Drop that drives a local current density (A/m2, above zero when it plates), of the same sign."""
        x = local_current_density / self.exchange_current_density
        thermal = GAS_CONSTANT * self.temperature / FARADAY
        alpha = self.transfer_coefficient
        if self.kinetics == "linear":
            return thermal * x
        if self.kinetics == "tafel":
            share = alpha if x > 0.0 else 1.0 - alpha
            return math.copysign(thermal / share * math.log(max(abs(x), 1.0)), x)
        if alpha == 0.5:
            return 2.0 * thermal * math.asinh(0.5 * x)
        return thermal * _invert(x, alpha)

    def kinetic_drops(self, local_current_density: np.ndarray) -> np.ndarray:
        """V. `kinetic_drop` for an array, (n,) A/m2."""
        thermal = GAS_CONSTANT * self.temperature / FARADAY
        if self.kinetics == "linear":
            return np.asarray(thermal / self.exchange_current_density * local_current_density)
        if self.kinetics == "tafel":
            x = np.asarray(local_current_density) / self.exchange_current_density
            share = np.where(x > 0.0, self.transfer_coefficient, 1.0 - self.transfer_coefficient)
            return np.asarray(np.copysign(thermal / share * np.log(np.maximum(np.abs(x), 1.0)), x))
        if self.transfer_coefficient == 0.5:
            return np.asarray(2.0 * thermal * np.arcsinh(0.5 / self.exchange_current_density * local_current_density))
        return np.asarray(
            theory.overpotential(
                current_density=local_current_density,
                exchange_current_density=self.exchange_current_density,
                temperature=self.temperature,
                anodic_transfer_coefficient=self.transfer_coefficient,
            )
        )

    def film_drop(self, local_current_density: float) -> float:
        """V. Drop across the film."""
        return local_current_density * self.film_resistance

    @property
    def small_signal_resistance(self) -> float:
        """ohm m2. Slope of drop against current at zero current: R T/(F i0) + R_film."""
        return GAS_CONSTANT * self.temperature / (FARADAY * self.exchange_current_density) + self.film_resistance


def charge_transfer(interface: Interface, temperature: float) -> ChargeTransfer:
    """The charge transfer of an interface at a temperature (K)."""
    cathodic = 1.0 - interface.anodic_transfer_coefficient
    i0, film = interface.exchange_current_density, film_resistance(interface, temperature)
    return ChargeTransfer(i0, cathodic, film, temperature, interface.kinetics)


def _invert(x: float, alpha: float) -> float:
    """Solve x = exp(alpha u) - exp(-(1-alpha) u) for u by Newton in logarithmic form; it never overflows."""
    if x == 0.0:
        return 0.0
    if x < 0.0:
        return -_invert(-x, 1.0 - alpha)
    # bracket: the reverse term lies between 0 and 1, so ln(x)/alpha < u <= ln(1+x)/alpha
    high = math.log1p(x) / alpha
    low = max(0.0, math.log(x) / alpha) if x > 0 else 0.0
    u = min(high, 2.0 * math.asinh(0.5 * x)) if high > low else high
    u = max(u, low)
    for _ in range(60):
        reverse = math.exp(-(1.0 - alpha) * u)
        target = math.log(x + reverse) / alpha
        slope = -(1.0 - alpha) / alpha * reverse / (x + reverse)
        step = (target - u) / (1.0 - slope)
        u += step
        if abs(step) <= 1e-14 * max(1.0, abs(u)):
            break
    return u
