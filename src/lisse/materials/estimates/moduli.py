"""Elastic moduli of a dense, isotropic, ionic solid, all four together so that they agree.

A line in logarithms on the columns of `bonding.py`, for the bulk and for the shear modulus; Young's modulus and
Poisson's ratio follow. Known moduli are kept: two give the others exactly, one leaves only Poisson's ratio to be
estimated.
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
from lisse.materials.estimates.bonding import bonding_columns
from lisse.materials.estimates.composition import Composition, composition
from lisse.materials.estimates.elastic_pair import (
    MODULI,
    bulk_and_shear,
    poisson_of_ratio,
    ratio_of_poisson,
    youngs_modulus,
)
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.stored import linear_model, stored
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.volume import AtomicVolume, VolumeModel, atomic_volume, volume_model
from lisse.materials.property import definition
from lisse.numerics.linear_model import LinearModel

__all__ = [
    "ModuliModel",
    "Stiffness",
    "bulk_modulus",
    "moduli_model",
    "moduli_model_of",
    "poisson_ratio",
    "shear_modulus",
    "stiffness",
    "youngs",
]

_TRAINED = "{solids} cubic solids with calculated tensors (Materials Project, CC BY 4.0) and {minerals} minerals"
_REFERENCES = ("ahmad2018", "stixrude2011", "shannon1976")
_USED = (*MODULI, "density", "molar_volume")
_LARGEST_RATIO = 1.45  # G/K; above 1.5 Poisson's ratio is negative, which no known electrolyte has
_IN_GROUPS = 4.0  # charge of a cation that holds its anions in a group such as PS4
_SOFT_GROUPS = (
    "published shear moduli of thiophosphates are 0.4 to 1.2 times those estimated in this way, most of them "
    "below 1: the lower half of the interval is the likelier"
)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class ModuliModel:
    """The trained lines.

    Attributes
    ----------
    centre, scale : (5,) array
        Of the columns.
    bulk, shear : LinearModel
        ln of the modulus in GPa against 1 and the five scaled columns.
    half_widths : mapping of str to float
        1. Of 90 % intervals at a leverage of zero: ln of each modulus, for ``"poisson_ratio"`` of ln(G/K), and for
        ``"geometric"`` of ln sqrt(K G).
    scatter : float
        1. The same of one published modulus about the mean of all that are published of its composition.
    inside : float
        1. Leverage up to which a solid counts as inside the training data.
    anions : tuple of str
        Those of the training data.
    trained_on : str
    """

    centre: Array
    scale: Array
    bulk: LinearModel
    shear: LinearModel
    half_widths: Mapping[str, float]
    scatter: float
    inside: float
    anions: tuple[str, ...]
    trained_on: str = ""

    def scaled(self, said: Composition, volume: float) -> Array:
        """(6,) 1 and the scaled columns; volume per atom, m3."""
        return np.concatenate([[1.0], (bonding_columns(said, volume) - self.centre) / self.scale])

    def logarithms(self, said: Composition, volume: float) -> Array:
        """(2,) ln K and ln G of moduli in GPa."""
        columns = self.scaled(said, volume)
        return np.array([float(self.bulk.predict(columns)), float(self.shear.predict(columns))])


@dataclass(frozen=True)
class Stiffness:
    """Moduli that agree with each other, and how well each is known.

    Attributes
    ----------
    bulk, shear : float
        Pa.
    half_widths : mapping of str to float
        1. Of the 90 % intervals of the logarithms, by the names of `MODULI` (for Poisson's ratio of ln(G/K)) and
        ``"geometric"`` for sqrt(K G).
    applicability : float
    method : str
    trained_on : str
    references, warnings : tuple of str
    volume : AtomicVolume
        The volume per atom behind it.
    """

    bulk: float
    shear: float
    half_widths: Mapping[str, float]
    applicability: float
    method: str
    trained_on: str
    references: tuple[str, ...]
    warnings: tuple[str, ...]
    volume: AtomicVolume

    @property
    def youngs(self) -> float:
        """Pa. Young's modulus."""
        return youngs_modulus(self.bulk, self.shear)

    @property
    def poisson(self) -> float:
        """1. Poisson's ratio."""
        return poisson_of_ratio(self.shear / self.bulk)

    def value(self, name: str) -> float:
        """One of `MODULI`, SI."""
        return {
            "bulk_modulus": self.bulk,
            "shear_modulus": self.shear,
            "youngs_modulus": self.youngs,
            "poisson_ratio": self.poisson,
        }[name]

    def interval(self, name: str) -> tuple[float, float]:
        """90 % interval of one of `MODULI`, SI."""
        factor = math.exp(self.half_widths[name])
        if name != "poisson_ratio":
            return self.value(name) / factor, self.value(name) * factor
        ratio = self.shear / self.bulk
        return max(poisson_of_ratio(ratio * factor), 0.0), poisson_of_ratio(ratio / factor)


def stiffness(substance: Substance, model: ModuliModel | None = None, volumes: VolumeModel | None = None) -> Stiffness:
    """Moduli of a candidate.

    Parameters
    ----------
    substance : Substance. Known moduli are kept; a unit cell or a known density narrows the rest.
    model, volumes : trained models or None. Those of the package when `None`.
    """
    if model is None and volumes is None:
        used = tuple((name, value) for name, value in substance.known.items() if name in _USED)
        return _stiffness_once(substance.composition.formula, substance.lattice, used)
    return _stiffness(substance, model or moduli_model(), volumes or volume_model())


@functools.lru_cache(maxsize=64)
def _stiffness_once(formula: str, lattice: Lattice | None, known: tuple[tuple[str, float], ...]) -> Stiffness:
    """All properties of one candidate ask for the same stiffness: it is kept."""
    return _stiffness(Substance(composition(formula), lattice, dict(known)), moduli_model(), volume_model())


def _stiffness(substance: Substance, model: ModuliModel, volumes: VolumeModel) -> Stiffness:
    volume = atomic_volume(substance, volumes)
    known = {name: substance.known[name] for name in MODULI if name in substance.known}
    if known.get("poisson_ratio", 0.0) >= 0.5:
        raise InvalidInput("poisson_ratio", known["poisson_ratio"], "below 0.5", "A fluid has no shear modulus")
    pair = bulk_and_shear(known)
    if pair is not None:
        none = dict.fromkeys((*MODULI, "geometric"), 0.0)
        warnings = (*substance.composition.warnings, *volume.warnings)
        return Stiffness(*pair, none, 1.0, "isotropic elasticity", "the known moduli", (), warnings, volume)
    estimated = _estimated(model, substance.composition, volume)
    if not known:
        return estimated
    (name, value), ratio = next(iter(known.items())), estimated.shear / estimated.bulk
    return _with_one(estimated, name, value, ratio)


def _estimated(model: ModuliModel, said: Composition, volume: AtomicVolume) -> Stiffness:
    """All from composition and volume."""
    columns = model.scaled(said, volume.value)
    leverage = float(model.bulk.leverage(columns))
    ln_bulk, ln_shear = model.logarithms(said, volume.value)
    wide = np.exp(volume.half_width)
    change = 0.5 * (model.logarithms(said, volume.value * wide) - model.logarithms(said, volume.value / wide))
    part = 1.0 / (1.0 + 3.0 * math.exp(ln_bulk - ln_shear))  # d ln E/d ln K = G/(3K + G)
    moved = {
        "bulk_modulus": change[0],
        "shear_modulus": change[1],
        "youngs_modulus": part * change[0] + (1.0 - part) * change[1],
        "poisson_ratio": change[1] - change[0],
        "geometric": 0.5 * (change[0] + change[1]),
    }
    further = math.sqrt(1.0 + leverage)
    widths = {
        name: math.hypot(model.half_widths[name] * further, float(shift), 0.0 if name == "geometric" else model.scatter)
        for name, shift in moved.items()
    }
    warnings = [*said.warnings, *volume.warnings]
    ratio = math.exp(ln_shear - ln_bulk)
    if ratio > _LARGEST_RATIO:
        warnings.append("Poisson's ratio came out below 0 and was set to about 0")
        middle = 0.5 * (ln_bulk + ln_shear)
        ln_bulk, ln_shear = middle - 0.5 * math.log(_LARGEST_RATIO), middle + 0.5 * math.log(_LARGEST_RATIO)
    new = [symbol for symbol in said.anions if symbol not in model.anions]
    if new:
        warnings.append(f"no compound with {', '.join(new)} as anion in the training data of the moduli")
    if set(said.anions) & {"S", "Se"} and max(said.states.values()) >= _IN_GROUPS:
        warnings.append(_SOFT_GROUPS)
    applicability = min(1.0, model.inside / leverage) * volume.applicability * (0.0 if new else 1.0)
    return Stiffness(
        1e9 * math.exp(ln_bulk),
        1e9 * math.exp(ln_shear),
        widths,
        applicability,
        "line in logarithms on volume, charges, packing and electronegativity",
        model.trained_on,
        tuple(dict.fromkeys((*_REFERENCES, *volume.references))),
        (*warnings, "for a dense, isotropic solid: pores and microcracks lower it"),
        volume,
    )


def _with_one(estimated: Stiffness, name: str, value: float, ratio: float) -> Stiffness:
    """Keep one known number of `MODULI`; the ratio G/K is estimated, or known with the size estimated."""
    spread = estimated.half_widths["poisson_ratio"]
    if name == "poisson_ratio":
        ratio, size, spread = ratio_of_poisson(value), math.sqrt(estimated.bulk * estimated.shear), 0.0
        bulk, width = size / math.sqrt(ratio), estimated.half_widths["geometric"]
        widths = dict.fromkeys((*MODULI, "geometric"), width) | {"poisson_ratio": 0.0}
    else:
        bulk = value * {"bulk_modulus": 1.0, "shear_modulus": 1.0 / ratio}.get(name, (3.0 + ratio) / (9.0 * ratio))
        part = ratio / (3.0 + ratio)  # d ln E/d ln K at a given G
        widths = {
            "bulk_modulus": {"youngs_modulus": 1.0 - part}.get(name, 1.0) * spread,
            "shear_modulus": {"youngs_modulus": part}.get(name, 1.0) * spread,
            "youngs_modulus": {"bulk_modulus": 1.0 - part, "shear_modulus": part}.get(name, 0.0) * spread,
            "poisson_ratio": spread,
        }
        widths["geometric"] = {"youngs_modulus": abs(0.5 - part)}.get(name, 0.5) * spread
        widths[name] = 0.0
    return Stiffness(
        bulk,
        bulk * ratio,
        widths,
        estimated.applicability,
        f"known {name.replace('_', ' ')}, the rest by a {estimated.method}",
        estimated.trained_on,
        estimated.references,
        estimated.warnings,
        estimated.volume,
    )


def _one(substance: Substance, name: str) -> Estimate:
    found = stiffness(substance)
    low, high = found.interval(name)
    return Estimate(
        property=name,
        value=found.value(name),
        lower=low,
        upper=high,
        unit=definition(name).unit,
        applicability=found.applicability,
        method=found.method,
        trained_on=found.trained_on,
        references=found.references,
        warnings=found.warnings,
        short_method="elastic",
    )


def bulk_modulus(substance: Substance) -> Estimate:
    """Bulk modulus, Pa."""
    return _one(substance, "bulk_modulus")


def shear_modulus(substance: Substance) -> Estimate:
    """Shear modulus, Pa."""
    return _one(substance, "shear_modulus")


def youngs(substance: Substance) -> Estimate:
    """Young's modulus, Pa."""
    return _one(substance, "youngs_modulus")


def poisson_ratio(substance: Substance) -> Estimate:
    """Poisson's ratio, 1."""
    return _one(substance, "poisson_ratio")


@functools.cache
def moduli_model() -> ModuliModel:
    """The model that ships with the package."""
    return moduli_model_of(stored("moduli"))


def moduli_model_of(plain: Mapping[str, Any]) -> ModuliModel:
    """A model from its stored form."""
    return ModuliModel(
        np.array(plain["centre"]),
        np.array(plain["scale"]),
        linear_model({"coefficients": plain["bulk"], "spread": plain["spread"]}),
        linear_model({"coefficients": plain["shear"], "spread": plain["spread"]}),
        plain["half_widths"],
        plain["scatter"],
        plain["inside"],
        tuple(plain["anions"]),
        _TRAINED.format(**plain["validation"]),
    )
