"""Volume per atom of a candidate: from its unit cell, from a known density, or estimated from its composition.

In an ionic solid each element takes about the same room in every compound: V = sum of amount times volume of the ion.
The volumes follow the cube of the ionic radius, with a correction for each ion that the training data know.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials.estimates.composition import Composition, composition
from lisse.materials.estimates.elements import element
from lisse.materials.estimates.stored import linear_model, stored
from lisse.materials.estimates.substance import Substance
from lisse.numerics.linear_model import LinearModel
from lisse.units import BOLTZMANN, GAS_CONSTANT

__all__ = [
    "ANGSTROM3",
    "AVOGADRO",
    "REFERENCES",
    "AtomicVolume",
    "VolumeModel",
    "atomic_volume",
    "ion_columns",
    "ions_of",
    "volume_model",
    "volume_model_of",
]

ANGSTROM3 = 1e-30
REFERENCES = ("therrien2025", "shannon1976")
_MEASURED = 0.005  # half-width of ln V of a measured cell or density: rounding, temperature
_FAR_OFF = 0.35  # difference of ln V from the estimate beyond which formula and cell do not belong together
_POSSIBLE = (1.0, 1000.0)  # cubic angstrom an atom
_OF_RADII = 4  # columns that do not belong to one ion
AVOGADRO = GAS_CONSTANT / BOLTZMANN
Array = NDArray[np.float64]


@dataclass(frozen=True)
class AtomicVolume:
    """Volume per atom and how well it is known.

    Attributes
    ----------
    value : float
        m3.
    half_width : float
        1. Of the 90 % interval of its logarithm.
    applicability : float
        1. 1 inside the training data, 0 far from them; 1 for a measured one.
    method : str
    references : tuple of str
    warnings : tuple of str
    """

    value: float
    half_width: float
    applicability: float = 1.0
    method: str = "unit cell"
    references: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def estimated(self) -> bool:
        """Whether it is an estimate from the composition."""
        return bool(self.references)


@dataclass(frozen=True)
class VolumeModel:
    """Volumes of ions.

    Attributes
    ----------
    ions : tuple of (symbol, sign of the charge)
        Those that the training data hold.
    line : LinearModel
        Coefficients in cubic angstrom.
    half_width : float
        1. Of the 90 % interval of ln V at a leverage of zero.
    inside : float
        1. Leverage up to which a composition counts as inside the training data.
    """

    ions: tuple[tuple[str, int], ...]
    line: LinearModel
    half_width: float
    inside: float

    def predict(self, said: Composition) -> AtomicVolume:
        """Volume per atom of a composition."""
        columns = ion_columns(said, self.ions)
        volume = float(self.line.predict(columns))
        least = _least_volume(said)
        crushed = volume < least
        volume = max(volume, least)
        leverage = float(self.line.leverage(columns / volume))
        unseen = [symbol for symbol, sign in ions_of(said) if (symbol, sign) not in self.ions]
        warnings = [f"no compound of {', '.join(unseen)} in the training data of the volume"] if unseen else []
        applicability = 0.0 if unseen else min(1.0, self.inside / leverage)
        if crushed:
            applicability = 0.0
            warnings.append("the ions would fill more than all space: the volume is their own")
        return AtomicVolume(
            volume * ANGSTROM3,
            self.half_width * math.sqrt(1.0 + leverage),
            applicability,
            "volumes of the ions",
            REFERENCES,
            tuple(warnings),
        )


def atomic_volume(substance: Substance, model: VolumeModel | None = None) -> AtomicVolume:
    """Volume per atom: of the unit cell, else from a known density or molar volume, else estimated.

    Parameters
    ----------
    substance : Substance
    model : VolumeModel or None
        That of the package when `None`.

    Raises
    ------
    InvalidInput
        For a cell or a density that no solid has.
    """
    said, known = substance.composition, substance.known
    expected = _expected(said.formula) if model is None else model.predict(said)
    if substance.lattice is not None:
        return _checked(AtomicVolume(substance.lattice.formula_volume / said.atoms, _MEASURED), expected)
    if "density" in known:
        of_density = said.molar_mass / known["density"] / AVOGADRO / said.atoms
        return _checked(AtomicVolume(of_density, _MEASURED, method="known density"), expected)
    if "molar_volume" in known:
        of_mole = known["molar_volume"] / AVOGADRO / said.atoms
        return _checked(AtomicVolume(of_mole, _MEASURED, method="known molar volume"), expected)
    return expected


@functools.lru_cache(maxsize=64)
def _expected(formula: str) -> AtomicVolume:
    """Several properties of one candidate ask for the same volume: it is kept."""
    return volume_model().predict(composition(formula))


def _checked(measured: AtomicVolume, expected: AtomicVolume) -> AtomicVolume:
    """With a warning where the composition says something quite different; no solid is outside of the limits."""
    if not _POSSIBLE[0] <= measured.value / ANGSTROM3 <= _POSSIBLE[1]:
        allowed = f"one of {_POSSIBLE[0]:g} to {_POSSIBLE[1]:g} cubic angstrom an atom"
        advice = "Check the units, the formula and the number of formula units"
        raise InvalidInput(f"volume by the {measured.method}", f"{measured.value / ANGSTROM3:.3g}", allowed, advice)
    ratio = measured.value / expected.value
    if abs(math.log(ratio)) <= max(_FAR_OFF, 1.5 * expected.half_width):
        return measured
    warning = (
        f"{measured.value / ANGSTROM3:.3g} cubic angstrom an atom by the {measured.method} is {ratio:.2g} times what "
        "the ions take: check the number of formula units, and that the formula is that of the cell"
    )
    return AtomicVolume(measured.value, measured.half_width, 0.0, measured.method, (), (warning,))


def ion_columns(said: Composition, ions: tuple[tuple[str, int], ...]) -> Array:
    """Columns of the model.

    Returns
    -------
    (4 + ions,) array. Share of the cations, cube of their radii in cubic angstrom, the same two of the anions, and the
    share of each ion.
    """
    found = np.zeros(_OF_RADII + len(ions))
    place = _places(ions)
    for (symbol, sign), share in ions_of(said).items():
        radius = element(symbol).radius(said.states[symbol]) * 1e10
        start = 0 if sign > 0 else 2
        found[start] += share
        found[start + 1] += share * radius**3
        if (symbol, sign) in place:
            found[place[symbol, sign]] += share
    return found


@functools.lru_cache(maxsize=8)
def _places(ions: tuple[tuple[str, int], ...]) -> dict[tuple[str, int], int]:
    """Column of each ion."""
    return {ion: _OF_RADII + number for number, ion in enumerate(ions)}


def ions_of(said: Composition) -> dict[tuple[str, int], float]:
    """Share of each ion (symbol and sign of its charge) in the atoms."""
    return {(s, 1 if said.states[s] > 0.0 else -1): share for s, share in said.fractions.items()}


def _least_volume(said: Composition) -> float:
    """Cubic angstrom an atom. Of the ions as balls, as if they filled all space."""
    radii = {s: element(s).radius(said.states[s]) * 1e10 for s in said.amounts}
    return 4.0 / 3.0 * math.pi * sum(share * max(radii[s], 0.0) ** 3 for s, share in said.fractions.items())


@functools.cache
def volume_model() -> VolumeModel:
    """The model that ships with the package."""
    return volume_model_of(stored("volume"))


def volume_model_of(plain: Mapping[str, Any]) -> VolumeModel:
    """A model from its stored form."""
    ions = tuple((symbol, int(sign)) for symbol, sign in plain["ions"])
    return VolumeModel(ions, linear_model(plain), plain["half_width"], plain["inside"])
