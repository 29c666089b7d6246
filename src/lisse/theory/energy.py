"""Cell-level book-keeping: lithium thickness, energy, fixture pressure, device targets.

What belongs here: conversions between charge, length, mass and pressure of a whole cell. What does not: anything that
depends on time or current (models).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Values, fraction, nonnegative, plain, positive, real, together
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

__all__ = [
    "ALBERTUS_TARGETS",
    "EnergyDensity",
    "Target",
    "cell_energy_density",
    "fixture_pressure_change",
    "fraction_passed",
    "lithium_thickness",
]

LITHIUM_MOLAR_MASS = 6.94e-3
"""kg/mol."""
COPPER_DENSITY = 8960.0
"""kg/m3."""
ALUMINIUM_DENSITY = 2700.0
"""kg/m3."""


@dataclass(frozen=True)
class EnergyDensity:
    """Energy of a repeating unit: `gravimetric` [J/kg] and `volumetric` [J/m3]."""

    gravimetric: Values
    volumetric: Values


@dataclass(frozen=True)
class Target:
    """One device target: `value` in `unit`, to be exceeded."""

    name: str
    value: float
    unit: str
    text: str
    note: str
    reference: str

    def met(self, value: float) -> bool:
        """Whether a value exceeds the target."""
        return value > self.value


def lithium_thickness(areal_charge: ArrayLike, molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME) -> Values:
    """Thickness of dense lithium that an areal charge plates.

    ::

        h = Q V / F

    Parameters
    ----------
    areal_charge : array_like, C/m^2. Charge for each area, Q.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, m
        4.85 um for each mAh/cm2.

    Notes
    -----
    Validity: dense lithium, no losses (Faraday's law). Confidence: S.
    Source: newman2004

    Examples
    --------
    >>> round(lithium_thickness(3 * 36000.0) * 1e6, 2)
    14.55
    """
    return plain(real("areal_charge", areal_charge) * positive("molar_volume", molar_volume) / FARADAY)


def fraction_passed(cycled_charge: ArrayLike, excess_charge: ArrayLike) -> Values:
    """Part of all the lithium that moves in each cycle.

    ::

        f = Q_cycled / (Q_cycled + Q_excess)

    Parameters
    ----------
    cycled_charge : array_like, C/m^2. Charge that is plated and stripped in a cycle.
    excess_charge : array_like, C/m^2. Charge held by lithium that stays.

    Returns
    -------
    float or array, 1
        Fraction of lithium passed.

    Notes
    -----
    Validity: definition. Confidence: S.
    Source: albertus2018

    Examples
    --------
    >>> fraction_passed(3 * 36000.0, 1 * 36000.0)
    0.75
    """
    cycled = positive("cycled_charge", cycled_charge)
    return plain(cycled / (cycled + nonnegative("excess_charge", excess_charge)))


def cell_energy_density(
    areal_charge: ArrayLike,
    voltage: ArrayLike,
    cathode_specific_charge: ArrayLike,
    active_fraction: ArrayLike,
    cathode_density: ArrayLike,
    electrolyte_thickness: ArrayLike,
    electrolyte_density: ArrayLike,
    excess_lithium_thickness: ArrayLike,
    copper_thickness: ArrayLike,
    aluminium_thickness: ArrayLike,
    lithium_density: ArrayLike = 534.0,
) -> EnergyDensity:
    """Energy for each mass and volume of a repeating unit of a full cell, charged, with half of each foil.

    ::

        mass/area   = Q/(q f) + rho_e h_e + rho_Li h_excess + (rho_Cu h_Cu + rho_Al h_Al)/2
        volume/area = Q/(q f rho_c) + h_e + h_excess + Q M_Li/(F rho_Li) + (h_Cu + h_Al)/2

    Parameters
    ----------
    areal_charge : array_like, C/m^2. Areal capacity Q.
    voltage : array_like, V. Mean discharge voltage.
    cathode_specific_charge : array_like, C/kg. Specific capacity of the active material, q.
    active_fraction : array_like, 1. Mass fraction of active material in the cathode layer, f.
    cathode_density : array_like, kg/m^3. Density of the whole cathode layer.
    electrolyte_thickness : array_like, m. Thickness of the separating electrolyte.
    electrolyte_density : array_like, kg/m^3. Density of the separating electrolyte.
    excess_lithium_thickness : array_like, m. Lithium in the discharged cell; 0 is anode-free.
    copper_thickness : array_like, m. Thickness of the anode foil, shared by two units.
    aluminium_thickness : array_like, m. Thickness of the cathode foil, shared by two units.
    lithium_density : array_like, kg/m^3. Density of lithium.

    Returns
    -------
    EnergyDensity: gravimetric J/kg; volumetric J/m^3
        Energy over mass and over volume of the charged unit.

    Notes
    -----
    Plated lithium comes from the cathode, whose mass already holds it; it adds volume only.
    Validity: repeating unit without tabs, case and fixture. Confidence: S.
    Source: albertus2018

    Examples
    --------
    >>> e = cell_energy_density(108e3, 3.8, 200 * 3600, 0.8, 3400.0, 20e-6, 5100.0, 0.0, 6e-6, 10e-6)
    >>> round(e.gravimetric / 3600), round(e.volumetric / 3.6e6)
    (346, 1167)
    """
    q, volts = positive("areal_charge", areal_charge), positive("voltage", voltage)
    active = fraction("active_fraction", active_fraction)
    specific = positive("cathode_specific_charge", cathode_specific_charge) * positive("active_fraction", active)
    separator = nonnegative("electrolyte_thickness", electrolyte_thickness)
    excess = nonnegative("excess_lithium_thickness", excess_lithium_thickness)
    copper = nonnegative("copper_thickness", copper_thickness) / 2
    aluminium = nonnegative("aluminium_thickness", aluminium_thickness) / 2
    rho = positive("lithium_density", lithium_density)
    cathode = q / specific
    mass = cathode + separator * positive("electrolyte_density", electrolyte_density) + excess * rho
    mass = mass + copper * COPPER_DENSITY + aluminium * ALUMINIUM_DENSITY
    plated = q * LITHIUM_MOLAR_MASS / (FARADAY * rho)
    length = cathode / positive("cathode_density", cathode_density) + separator + excess + plated + copper + aluminium
    return EnergyDensity(gravimetric=plain(q * volts / mass), volumetric=plain(q * volts / length))


def fixture_pressure_change(
    areal_charge: ArrayLike,
    layer_thicknesses: ArrayLike,
    layer_moduli: ArrayLike,
    fixture_stiffness: ArrayLike,
    cathode_molar_volume_change: ArrayLike = 0.0,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Rise of the stack pressure when a charge is plated in an elastic fixture.

    ::

        dP = dh / (1/k_f + sum h/M),   dh = (Q/F) (V_Li + dV_cat)

    Parameters
    ----------
    areal_charge : array_like, C/m^2. Charge plated on the anode, Q.
    layer_thicknesses : (n,) array, m. Thickness of each layer of the stack, along the last axis.
    layer_moduli : (n,) array, Pa. Uniaxial-strain modulus M of each layer.
    fixture_stiffness : array_like, Pa/m. Stiffness k_f of the fixture for each area of cell; 0 is a constant
        pressure, inf a rigid frame.
    cathode_molar_volume_change : array_like, m^3/mol. Volume change of the cathode for each mole of lithium it gives.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, Pa
        Change of pressure, positive in compression.

    Notes
    -----
    Validity: elastic stack; creep of lithium lets pressure go, so this is an upper bound. Confidence: S.
    Source: koerver2018

    Examples
    --------
    >>> round(fixture_pressure_change(108e3, [50e-6, 300e-6], [11e9, 200e9], 1e10) / 1e6, 3)
    0.146
    """
    thicknesses, moduli = together(
        "layer_thicknesses",
        nonnegative("layer_thicknesses", layer_thicknesses),
        "layer_moduli",
        positive("layer_moduli", layer_moduli),
    )
    stiffness = nonnegative("fixture_stiffness", fixture_stiffness, infinite=True)
    growth = real("cathode_molar_volume_change", cathode_molar_volume_change)
    swelling = real("areal_charge", areal_charge) / FARADAY * (positive("molar_volume", molar_volume) + growth)
    layers = np.atleast_1d(thicknesses / moduli).sum(axis=-1)
    if ((layers == 0) & np.isinf(stiffness)).any():
        raise InvalidInput(
            "fixture_stiffness", np.inf, "a finite stiffness when the stack has no compliance of its own"
        )
    with np.errstate(divide="ignore"):
        compliance = 1 / stiffness + layers
    return plain(swelling / compliance)


def _load_targets() -> Mapping[str, Target]:
    table = tomllib.loads(resources.files("lisse.theory").joinpath("targets.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Target(name=name, **row) for name, row in table.items()})


ALBERTUS_TARGETS: Mapping[str, Target] = _load_targets()
"""Device targets by name, as printed in the perspective; the data are in ``targets.toml``."""
