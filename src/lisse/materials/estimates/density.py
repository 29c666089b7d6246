"""Density and what follows from it with the formula: molar mass, molar volume, lithium concentration."""

from __future__ import annotations

import math

from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.volume import AVOGADRO, AtomicVolume, atomic_volume
from lisse.materials.property import definition

__all__ = ["density", "lithium_concentration", "molar_mass", "molar_volume"]


def density(substance: Substance) -> Estimate:
    """Density without pores, kg/m3: mass of the formula over the room that its ions take.

    ::

        rho = M / (N_A n V_atom)

    Parameters
    ----------
    substance : Substance. With a unit cell, or a known molar volume, it is exact.
    """
    return _over_volume(substance, "density", substance.composition.molar_mass)


def lithium_concentration(substance: Substance) -> Estimate:
    """Lithium per volume, mol/m3, of all lithium of the formula."""
    return _over_volume(substance, "lithium_concentration", substance.composition.amounts["Li"])


def molar_volume(substance: Substance) -> Estimate:
    """Volume of a mole of the formula as it is written, m3/mol."""
    room = atomic_volume(substance)
    return _estimate("molar_volume", AVOGADRO * substance.composition.atoms * room.value, room, substance)


def molar_mass(substance: Substance) -> Estimate:
    """Molar mass of the formula as it is written, kg/mol: no estimate, but with the mark of one like the rest."""
    mass = substance.composition.molar_mass
    return Estimate(
        property="molar_mass",
        value=mass,
        lower=mass,
        upper=mass,
        unit=definition("molar_mass").unit,
        applicability=1.0,
        method="sum over the formula",
        trained_on="standard atomic weights",
        references=("meija2016",),
        warnings=substance.composition.warnings,
        short_method="formula",
    )


def _over_volume(substance: Substance, name: str, per_formula: float) -> Estimate:
    room = atomic_volume(substance)
    return _estimate(name, per_formula / (AVOGADRO * substance.composition.atoms * room.value), room, substance)


def _estimate(name: str, value: float, room: AtomicVolume, substance: Substance) -> Estimate:
    factor = math.exp(room.half_width)
    checked = stored("volume")["validation"]
    trained = f"OBELiX, {checked['entries']} unit cells, {checked['families']} families (CC BY 4.0)"
    return Estimate(
        property=name,
        value=value,
        lower=value / factor,
        upper=value * factor,
        unit=definition(name).unit,
        applicability=room.applicability,
        method=room.method,
        trained_on=trained if room.estimated else f"the {room.method}",
        references=room.references,
        warnings=(*substance.composition.warnings, *room.warnings),
        short_method="volume" if room.estimated else "cell",
    )
