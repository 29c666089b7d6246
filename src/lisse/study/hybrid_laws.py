"""What the interface and the interphase of a hybrid do at a temperature, and with them all of its transport.

Each can be given by what was measured, a resistance or a ratio, or by hops: a barrier that the ion climbs out of its
solvation shell, and a polymer whose bonds open and close as its segments move. What the voxels make of it is in
`lisse.study.hybrid_chain`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lisse import theory
from lisse.errors import InvalidInput
from lisse.lattice import Hopping
from lisse.materials import Material
from lisse.study.hybrid_chain import Transport
from lisse.units import GAS_CONSTANT

__all__ = ["InterfaceLaw", "InterphaseLaw", "SegmentalMotion", "transport_at"]


@dataclass(frozen=True)
class InterfaceLaw:
    """Resistance between matrix and filler: measured, or from hops.

    Attributes
    ----------
    resistance : float, ohm m2
        At `temperature`; where it is ``None`` it follows from the three numbers below.
    temperature : float or None, K
        ``None``: the same at all temperatures.
    activation_energy : float, J/mol
    desolvation_barrier : float or None, J/mol
    attempt_frequency : float, 1/s
    areal_concentration : float, mol/m2
        Ions of the matrix next to the filler: concentration times hop length.
    """

    resistance: float | None = 0.0
    temperature: float | None = None
    activation_energy: float = 0.0
    desolvation_barrier: float | None = None
    attempt_frequency: float = 1e12
    areal_concentration: float = 5e-7

    def __post_init__(self) -> None:
        """One of the two ways."""
        if (self.resistance is None) == (self.desolvation_barrier is None):
            raise InvalidInput("resistance", self.resistance, "either a resistance or a desolvation_barrier")
        if self.activation_energy and self.temperature is None:
            raise InvalidInput("temperature", None, "that of the resistance, with an activation_energy")

    def at(self, temperature: float) -> float:
        """ohm m2."""
        if self.desolvation_barrier is not None:
            rate = theory.exchange_rate(self.attempt_frequency, self.desolvation_barrier, temperature)
            return float(theory.exchange_resistance(rate, self.areal_concentration, temperature))
        known = self.resistance or 0.0
        if self.temperature is None:
            return known
        change = self.activation_energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / self.temperature)
        return known * math.exp(change)

    def barrier(self, temperature: float) -> float | None:
        """J/mol. The barrier that the resistance stands for; ``None`` without a resistance."""
        found = self.at(temperature)
        if not found > 0.0:
            return None
        return float(theory.exchange_barrier(found, self.areal_concentration, self.attempt_frequency, temperature))


@dataclass(frozen=True)
class SegmentalMotion:
    """The polymer as a lattice of bonds that its segments open and close (dynamic bond percolation).

    Attributes
    ----------
    hop_rate : float, 1/s
        Over an open bond.
    open_fraction : float, 1
    glass_transition : float, K
    reference_rate : float, 1/s
        Renewals of a bond at the glass transition.
    slope, temperature_scale : float, 1 and K
        Of Williams, Landel and Ferry.
    """

    hop_rate: float
    open_fraction: float
    glass_transition: float
    reference_rate: float = 0.01
    slope: float = 17.44
    temperature_scale: float = 51.6

    def renewal(self, temperature: float, shift: float = 0.0) -> float:
        """1/s. With the glass transition shifted (K)."""
        at = self.glass_transition + shift
        return float(theory.renewal_rate_wlf(temperature, self.reference_rate, at, self.slope, self.temperature_scale))

    def ratio(self, temperature: float, renewal_factor: float, shift: float) -> float:
        """1. Mobility with changed segmental motion over that without; every bond renews by itself."""
        bulk = self._hops(temperature, 1.0, 0.0).diffusivity
        if not bulk > 0.0:
            raise InvalidInput("open_fraction", self.open_fraction, "bonds that let ions through the bulk")
        return float(self._hops(temperature, renewal_factor, shift).diffusivity / bulk)

    def caution(self, temperatures: Sequence[float], renewal_factor: float, shift: float) -> str:
        """What is wrong with the effective medium behind `ratio` where bonds renew most slowly; empty if nothing."""
        changes = ((1.0, 0.0), (renewal_factor, shift))
        hops = [self._hops(at, *change) for at in temperatures for change in changes]
        found: str = min(hops, key=lambda each: each.renewal).caution
        return found

    def _hops(self, temperature: float, renewal_factor: float, shift: float) -> Hopping:
        renewal = renewal_factor * self.renewal(temperature, shift)
        return Hopping(self.hop_rate, 1.0, 1.0, open_fraction=self.open_fraction, renewal=renewal)


@dataclass(frozen=True)
class InterphaseLaw:
    """The matrix near the filler.

    Attributes
    ----------
    thickness : float, m
    conductivity_ratio : float or None, 1
        Over the matrix; ``None``: from segmental motion.
    renewal_factor : float, 1
        Of segmental motion near the filler: below 1 where it is slowed.
    glass_transition_shift : float, K
    """

    thickness: float = 0.0
    conductivity_ratio: float | None = 1.0
    renewal_factor: float = 1.0
    glass_transition_shift: float = 0.0

    def ratio_at(self, temperature: float, motion: SegmentalMotion | None) -> float:
        """1. Conductivity over that of the matrix."""
        if self.conductivity_ratio is not None:
            return self.conductivity_ratio
        if motion is None:
            raise InvalidInput("conductivity_ratio", None, "a ratio, or [hops] from which it follows")
        return motion.ratio(temperature, self.renewal_factor, self.glass_transition_shift)


def transport_at(
    matrix: Material,
    filler: Material,
    interface: InterfaceLaw,
    interphase: InterphaseLaw,
    temperature: float,
    motion: SegmentalMotion | None = None,
) -> Transport:
    """All of the transport at one temperature.

    Parameters
    ----------
    matrix : Material
        A polymer with salt, both of whose ions move, or an electrolyte of one.
    filler : Material
    interface : InterfaceLaw
    interphase : InterphaseLaw
    temperature : float, K
    motion : SegmentalMotion or None

    Raises
    ------
    MissingValue
        For a material without conductivity, and for a polymer without transference number.
    """
    total = matrix.value("ionic_conductivity", temperature)
    cation = matrix.value("transference_number", temperature) if matrix.kind == "polymer" else 1.0
    if not 0.0 < cation <= 1.0:
        allowed = "above 0 and up to 1: each ion is mixed alone"
        raise InvalidInput(f"transference_number of {matrix.name}", cation, allowed)
    return Transport(
        temperature,
        cation * total,
        (1.0 - cation) * total,
        filler.value("ionic_conductivity", temperature),
        interface.at(temperature),
        interphase.ratio_at(temperature, motion) if interphase.thickness > 0.0 else 1.0,
        interphase.thickness,
    )
