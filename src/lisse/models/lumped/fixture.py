"""How the stack pressure answers to what the layers do: the fixture.

Held by a constant force, it does not answer. In a constant gap of stiffness k_f (pressure per height; force balance
through the stack, every layer elastic in the direction of the pressure and held in the plane) it does:

    dp/dt = [sum of height rates - sum of h r(p, h)]/C,     C = 1/k_f + sum over the layers of h/M
    M = E (1 - nu)/[(1 + nu)(1 - 2 nu)]

The first sum is what plating, cathode and interphase add (theory.fixture_pressure_change is its integral without
creep). The second is lithium that creeps out of the gap: a disc of radius R and height h that sticks to both platens
and is thinned at the rate r (1/s) carries the mean pressure

    p = (r/A)^(1/n) [1 + 2 R/((3 + 1/n) sqrt(3) h) ((n + 2) R/(sqrt(3) h))^(1/n)]

with the creep law (rate) = A s^n. The 1 is free compression; the second term is the lubrication flow of a power law
(scott1931): flux r R/2 at the rim through a slot of height h, wall shear rate (n + 2) R r/h, wall shear stress
(shear rate/sqrt(3)/A)^(1/n)/sqrt(3), pressure from the balance of forces. For a large n this is the friction hill of
a plastic solid, s_y (1 + 2 R/(3 sqrt(3) h)) (theory.confined_pressure): thin lithium carries many times its strength.

Not counted: the stiffness of a cathode, whose height is not described (add it to that of the fixture), and creep of a
polymer electrolyte. k_f -> 0 is a constant pressure, k_f -> infinity a rigid gap. Under tension lithium does not creep
here; the bond breaks at the adhesion strength, which is far below any flow stress.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lisse.cell import Cell, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.materials.laws import NortonCreep

__all__ = ["ConfinedMetal", "ConstantGap", "ConstantPressure", "fixture_law"]


@dataclass(frozen=True)
class ConfinedMetal:
    """A metal electrode between its platens.

    Attributes
    ----------
    modulus : float, Pa
        M, for uniaxial strain.
    creep_prefactor : float, 1/s/Pa^n
    creep_exponent : float, 1
    radius : float, m
        Of a disc with the area of the cell.
    """

    modulus: float
    creep_prefactor: float
    creep_exponent: float
    radius: float

    def confinement(self, height: float) -> float:
        """1. Mean pressure on the disc over the stress of free compression at the same rate; height in m."""
        n = self.creep_exponent
        slender = self.radius / height / math.sqrt(3.0)
        return 1.0 + 2.0 * slender / (3.0 + 1.0 / n) * float(((n + 2.0) * slender) ** (1.0 / n))

    def carried(self, rate: float, height: float) -> float:
        """Pa. Mean pressure that thinning at a rate (1/s) takes at a height (m)."""
        return float((rate / self.creep_prefactor) ** (1.0 / self.creep_exponent) * self.confinement(height))

    def thinning(self, pressure: float, height: float) -> float:
        """m/s. Height lost by creep under a pressure (Pa); none without height, or under tension."""
        if pressure <= 0.0 or height <= 0.0:
            return 0.0
        stress = pressure / self.confinement(height)
        return float(height * self.creep_prefactor * stress**self.creep_exponent)


@dataclass(frozen=True)
class ConstantPressure:
    """A fixture whose pressure is given: by a spring, or step by step."""

    def pressure_rate(self, pressure: float, height_rate: float, lithium_heights: Sequence[float]) -> float:
        """Pa/s. Zero, whatever the layers do; arguments as of `ConstantGap.pressure_rate`."""
        return 0.0


@dataclass(frozen=True)
class ConstantGap:
    """A fixture that keeps the height of the stack, as far as it is stiff.

    Attributes
    ----------
    compliance : float, m/Pa
        1/k_f and the electrolyte.
    metals : tuple of ConfinedMetal
        Metal electrodes: working, and counter unless it is a cathode.
    adhesion_strength : float, Pa
        Tension that the contact bears.
    """

    compliance: float
    metals: tuple[ConfinedMetal, ...]
    adhesion_strength: float

    def stack_compliance(self, lithium_heights: Sequence[float]) -> float:
        """m/Pa. C with the heights (m) of the metal electrodes."""
        metal = sum(max(h, 0.0) / part.modulus for part, h in zip(self.metals, lithium_heights, strict=True))
        return self.compliance + metal

    def pressure_rate(self, pressure: float, height_rate: float, lithium_heights: Sequence[float]) -> float:
        """Pa/s. Rate of change of the stack pressure.

        Parameters
        ----------
        pressure : float, Pa
            Stack pressure; below zero where the stack is pulled.
        height_rate : float, m/s
            What all layers together grow, without creep.
        lithium_heights : sequence of float, m
            Of the metal electrodes: working, and counter unless it is a cathode.
        """
        lost = 0.0
        for metal, height in zip(self.metals, lithium_heights, strict=True):
            lost += metal.thinning(pressure, height)
        return (height_rate - lost) / self.stack_compliance(lithium_heights)

    def bond_left(self, pressure: float) -> float:
        """Pa. Tension that the bond still bears; contact is lost where it falls to zero."""
        return pressure + self.adhesion_strength


def fixture_law(cell: Cell, temperature: float) -> ConstantPressure | ConstantGap:
    """The fixture of a cell at one temperature (K).

    Raises
    ------
    MissingValue
        When a constant gap needs a stiffness or a creep law that is not known.
    """
    stiffness = cell.stack.stiffness
    if stiffness is None:
        return ConstantPressure()
    electrolyte = cell.electrolyte
    radius = math.sqrt(cell.area / math.pi)
    electrodes = [part for part in (cell.working, cell.counter) if isinstance(part, LithiumElectrode)]
    return ConstantGap(
        compliance=1.0 / stiffness + electrolyte.thickness / _uniaxial(electrolyte.material, temperature),
        metals=tuple(_confined(part.material, radius, temperature) for part in electrodes),
        adhesion_strength=cell.interface.adhesion_strength,
    )


def _confined(metal: Material, radius: float, temperature: float) -> ConfinedMetal:
    creep = metal.law("creep")
    if not isinstance(creep, NortonCreep):
        raise InvalidInput(f"creep of {metal.name}", creep.kind, "a law of the kind 'norton-creep'")
    return ConfinedMetal(_uniaxial(metal, temperature), creep.prefactor(temperature), creep.exponent, radius)


def _uniaxial(material: Material, temperature: float) -> float:
    """Pa. Modulus M for uniaxial strain, from Poisson's ratio and Young's or the shear modulus."""
    ratio = material.value("poisson_ratio", temperature)
    if material.has("youngs_modulus") or not material.has("shear_modulus"):
        modulus = material.value("youngs_modulus", temperature)
    else:
        modulus = 2.0 * (1.0 + ratio) * material.value("shear_modulus", temperature)
    return math.inf if ratio == 0.5 else modulus * (1.0 - ratio) / ((1.0 + ratio) * (1.0 - 2.0 * ratio))
