"""The interphase at one interface: how it grows, what it costs, and when it cracks.

Thickness L. Growth in time by kind (exact over time in `lisse.theory.interphase`), and with the charge that passes:

    mixed-conducting    dL/dt = 1/(L/k + 1/k_l)               transport through the layer, and reaction (Deal, Grove)
    passivating         dL/dt = k_0 exp(-L/lam)               electrons tunnel (Cabrera, Mott)
    resistive           as mixed-conducting; no growth without k
    all of them         + c abs(j) V/F                        cycling

Every electrolyte of which growth was followed for long grows as the square root of time (aktekin2023); no source that
we know backs a law for cycling. Taken here is the simplest, proportional to the charge as the loss that a coulombic
efficiency counts, with c = 0 unless the user says otherwise.

Costs: resistance L/sigma; lithium metal of the thickness m L (m = 0.54 follows from 9 nm of interphase per uAh/cm2,
which is 4.9 nm of lithium; aktekin2023); and the height v/(1 + v) L, because lithium and electrolyte of the volume
L/(1 + v) became interphase of the volume L, with the relative change of volume v of the reaction.

Mechanics, if stiffness and toughness are given: the layer is bonded to an electrolyte that is much thicker, so that
its own strain e is suppressed in the plane,

    e = (1 + v)^(1/3) - 1,   s = -E e/(1 - nu),   stored energy U = (1 - nu) s^2 L/E,
    energy release rate G = Z s^2 L (1 - nu^2)/E,   cracking where G = K_IC^2 (1 - nu^2)/E, that is s^2 Z L = K_IC^2.

Z = 1.976 for a layer in tension (v < 0), cracked through by channels: half of pi 1.1215^2, the mean over the depth of
an edge crack. Z = 0.5 for one in compression (v > 0), spalling off with a sliver of electrolyte: the energy that the
layer sets free behind a long crack below it (hutchinson1992). Beyond the critical thickness L_c all further stored
energy is taken to make crack surface, so that the crack area per area of interface is

    A = (U(L) - U(L_c))/(2 gamma) = (L/L_c - 1)/(Z (1 + nu)),   2 gamma = K_IC^2 (1 - nu^2)/E,

and the resistance follows the crack area, by the factor 1 + A: what cracks cut off carries no current (seen on LAGP;
tippens2019). Both are upper bounds: a porous or flowing interphase stores less.

Behind an interlayer that carries ions the growth rate of the bare surface is also that of the electrons which the layer
lets through (`lisse.models.interlayer`), in series with k_l; a passivating interphase starts no faster than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse import theory
from lisse.cell import Cell, Interphase, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.models.interlayer import growth_rate_allowed
from lisse.units import FARADAY

__all__ = ["InterphaseLaw", "Misfit", "interphase_law"]

_CHANNEL = 0.5 * math.pi * 1.1215**2
_SPALL = 0.5


@dataclass(frozen=True)
class Misfit:
    """Stress and fracture of an interphase whose change of volume is suppressed by the electrolyte below.

    Attributes
    ----------
    stress : float, Pa
        In the plane of the layer, tension positive.
    youngs_modulus : float, Pa
    poisson_ratio : float, 1
    geometry_factor : float, 1
        Z in G = Z s^2 L (1 - nu^2)/E.
    critical_thickness : float, m
        At which it cracks; infinite without stress.
    electrolyte_thickness : float, m
    """

    stress: float
    youngs_modulus: float
    poisson_ratio: float
    geometry_factor: float
    critical_thickness: float
    electrolyte_thickness: float

    def stored_energy(self, thickness: Any) -> Any:
        """J/m2. Elastic energy of an uncracked layer of a thickness (m)."""
        return (1.0 - self.poisson_ratio) * self.stress**2 * thickness / self.youngs_modulus

    def electrolyte_stress(self, thickness: Any) -> Any:
        """Pa. Mean stress in the plane of an electrolyte held flat, in balance with one uncracked layer of it (m)."""
        return -self.stress * thickness / self.electrolyte_thickness

    def crack_area(self, thickness: Any) -> Any:
        """1. Crack area per area of interface."""
        beyond = np.maximum(thickness / self.critical_thickness - 1.0, 0.0)
        return beyond / (self.geometry_factor * (1.0 + self.poisson_ratio))


@dataclass(frozen=True)
class InterphaseLaw:
    """The interphase of one metal side at one temperature. Thicknesses may be floats or arrays, except for the rate.

    Attributes
    ----------
    kind : str
        One of `lisse.cell.INTERPHASE_KINDS`.
    initial_thickness : float, m
    conductivity : float, S/m
    rate_constant : float, m2/s
        k; 0 without growth by transport.
    reaction_rate : float, m/s
        k_l, or k_0 of a passivating one; infinite where reaction does not limit.
    decay_length : float, m
        lam; 0 unless passivating.
    growth_per_charge : float, m3/C
        c V/F.
    lithium_ratio : float, 1
        Thickness of lithium consumed per thickness grown.
    height_ratio : float, 1
        v/(1 + v): rise of the height of the stack per thickness grown.
    misfit : Misfit or None
        ``None`` without stiffness and toughness.
    """

    kind: str
    initial_thickness: float
    conductivity: float
    rate_constant: float
    reaction_rate: float
    decay_length: float
    growth_per_charge: float
    lithium_ratio: float
    height_ratio: float
    misfit: Misfit | None = None

    def growth_rate(self, thickness: float, current_density: float = 0.0) -> float:
        """m/s. Growth of a layer of a thickness (m, above zero) while a current density of any sign (A/m2) passes."""
        cycled = self.growth_per_charge * abs(current_density)
        if self.decay_length > 0.0:
            return cycled + self.reaction_rate * math.exp(-thickness / self.decay_length)
        if self.rate_constant == 0.0:
            return cycled
        return cycled + 1.0 / (thickness / self.rate_constant + 1.0 / self.reaction_rate)

    def thickness_after(self, thickness: float, time: Any) -> Any:
        """m. Thickness of a layer of a thickness (m) after a time (s, float or array) without current, exact."""
        if self.decay_length > 0.0:
            return theory.interphase_thickness_passivating(
                time=time, rate=self.reaction_rate, decay_length=self.decay_length, initial_thickness=thickness
            )
        if self.rate_constant == 0.0:
            return thickness + 0.0 * time
        return theory.interphase_thickness_mixed(
            time=time,
            rate_constant=self.rate_constant,
            reaction_rate=self.reaction_rate,
            initial_thickness=thickness,
        )

    def resistance(self, thickness: Any) -> Any:
        """ohm m2. Of the layer in true contact, its cracks included."""
        return thickness / self.conductivity * self.crack_factor(thickness)

    def lithium_consumed(self, grown: Any) -> Any:
        """m. Thickness of lithium metal that growth by a thickness (m) has taken."""
        return self.lithium_ratio * grown

    def height_change(self, grown: Any) -> Any:
        """m. Rise of the height of lithium, interphase and electrolyte together, after growth by a thickness (m)."""
        return self.height_ratio * grown

    @property
    def critical_thickness(self) -> float:
        """m. Thickness at which it cracks; infinite for one that does not."""
        return math.inf if self.misfit is None else self.misfit.critical_thickness

    def cracked(self, thickness: Any) -> Any:
        """Whether a layer of a thickness (m) has cracked."""
        return thickness > self.critical_thickness

    def crack_factor(self, thickness: Any) -> Any:
        """1. Resistance over that without cracks, 1 + crack area; 1 below the critical thickness."""
        return 1.0 if self.misfit is None else 1.0 + self.misfit.crack_area(thickness)


def interphase_law(cell: Cell, side: int, temperature: float) -> InterphaseLaw | None:
    """The interphase law of a metal side, or ``None`` in a cell without interphase.

    Parameters
    ----------
    cell : Cell
    side : int
        0 for the working, 1 for the counter electrode.
    temperature : float, K
        At which the molar volume of the metal is taken; the numbers of the interphase are those of the cell.

    Raises
    ------
    InvalidInput
        For the side of a cathode.
    """
    interphase = cell.interface.interphase
    electrode = (cell.working, cell.counter)[side]
    if not isinstance(electrode, LithiumElectrode):
        raise InvalidInput("side", side, "the side of a metal electrode; that of a cathode has no interphase law")
    if interphase is None:
        return None
    per_charge = electrode.material.value("molar_volume", temperature) / FARADAY
    reaction_rate = math.inf if interphase.reaction_rate is None else interphase.reaction_rate
    allowed = growth_rate_allowed(cell, interphase.lithium_ratio, per_charge, temperature)
    if math.isfinite(allowed):
        passivating = interphase.kind == "passivating"
        reaction_rate = min(reaction_rate, allowed) if passivating else 1.0 / (1.0 / reaction_rate + 1.0 / allowed)
    return InterphaseLaw(
        kind=interphase.kind,
        initial_thickness=interphase.initial_thickness,
        conductivity=interphase.conductivity,
        rate_constant=interphase.rate_constant or 0.0,
        reaction_rate=reaction_rate,
        decay_length=interphase.decay_length or 0.0,
        growth_per_charge=interphase.cycling_acceleration * per_charge,
        lithium_ratio=interphase.lithium_ratio,
        height_ratio=interphase.volume_change / (1.0 + interphase.volume_change),
        misfit=_misfit(interphase, cell.electrolyte.thickness),
    )


def _misfit(interphase: Interphase, electrolyte_thickness: float) -> Misfit | None:
    modulus, toughness = interphase.youngs_modulus, interphase.fracture_toughness
    if modulus is None or toughness is None:
        return None
    strain = math.cbrt(1.0 + interphase.volume_change) - 1.0
    stress = -modulus * strain / (1.0 - interphase.poisson_ratio)
    factor = _CHANNEL if stress > 0.0 else _SPALL
    critical = math.inf if stress == 0.0 else toughness**2 / (factor * stress**2)
    return Misfit(stress, modulus, interphase.poisson_ratio, factor, critical, electrolyte_thickness)
