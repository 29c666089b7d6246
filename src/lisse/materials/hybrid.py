"""Hybrid electrolytes: a continuous matrix with fillers and pores, as one material of effective numbers.

The result is a `Material` like any other, so that every model takes it as it is. Its numbers are marked ``estimated``,
with the method in the row and the conditions; what touches the metal (interface resistance, exchange current, contact
angle, interphase) is that of the matrix, which covers the faces.

Transport follows the matrix. In a ceramic matrix one ion moves. In a polymer with salt each ion is mixed alone:

    s+ = mix(t s, s_i)      cations, in matrix and fillers
    s- = mix((1 - t) s, 0)  anions, which cannot enter a filler
    kappa = s+ + s-,  t_eff = s+/kappa,  D_eff = D [s+ s-/(s+ + s-)]/[s t (1 - t)]/phi_m

with the conductivity s, the cation number t and the salt diffusivity D of the polymer, and its share of the volume
phi_m; the salt concentration is counted per volume of the whole. That is exact for ions that do not drag one another,
where the salt around a filler has settled (r^2/D, 0.1 s for a micrometre). With fillers that insulate it is the
obstruction of the polymer, whatever drags what.

An interface resistance R between matrix and filler acts on particles of radius r as a lower conductivity of the filler,
s_i/(1 + R s_i/r) (theory.interface_resistance_inclusion); in a microstructure it acts on the faces of the voxels,
scaled to their true area.
Mixing by formula is here; by microstructure, in `lisse.models.hybrid_voxels`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lisse import theory
from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.materials.laws import Constant, Law, Table
from lisse.materials.material import Material
from lisse.materials.property import PROPERTIES, Entry, Property

__all__ = ["DEFAULT_RULE", "MIXING_RULES", "Filler", "FormulaMixing", "Mixing", "hybrid_electrolyte"]

DEFAULT_RULE = "hanai"
"""Its matrix stays continuous at any fraction, as that of a cast composite does; it is exact for few fillers, and
between the Hashin-Shtrikman bounds for many."""

MIXING_RULES = {
    "hanai": "hanai1960",
    "maxwell-garnett": "maxwellgarnett1904",
    "bruggeman": "bruggeman1935",
    "hashin-shtrikman-lower": "hashin1962",
    "hashin-shtrikman-upper": "hashin1962",
    "general-effective-media": "mclachlan1990",
}
"""Names of the formulas, each with its source."""

_ONE_BY_ONE = ("hanai", "maxwell-garnett", "general-effective-media")
_LOWEST, _HIGHEST, _APART = 150.0, 600.0, 2.5  # K: where the effective numbers are tabulated
_OF_THE_FACE = (
    "interface_resistance",
    "exchange_current_density",
    "interface_capacitance",
    "contact_angle",
    "work_of_adhesion",
    "adhesion_strength",
    "reduction_potential",
    "oxidation_potential",
    "interphase_rate_constant",
    "interphase_thickness",
    "interphase_volume_change",
    "molar_volume_ratio",
    "thermodynamic_factor",
)
"""Properties that stay those of the matrix."""
_OF_THE_MATRIX = ("fracture_toughness", "fracture_surface_energy")
"""Properties of the continuous phase that stand for the whole, because a crack can stay in it: estimates."""
_LARGEST_POISSON = 0.4999
_MODULI = ("youngs_modulus", "shear_modulus", "poisson_ratio")
_BEHIND = dict.fromkeys(_MODULI, _MODULI) | {
    "transference_number": ("ionic_conductivity", "transference_number"),
    "salt_diffusivity": ("ionic_conductivity", "transference_number", "salt_diffusivity"),
}
"""Properties of the phases from which one of the whole follows, where that is not the same one."""


@dataclass(frozen=True)
class Filler:
    """A phase inside the matrix.

    Attributes
    ----------
    material : Material or None
        ``None`` for pores.
    fraction : float
        1. Of the whole volume.
    radius : float
        m. Of its particles; matters with an interface resistance only.
    interface_resistance : float
        ohm m2. Between matrix and filler.
    """

    material: Material | None
    fraction: float
    radius: float = 1e-6
    interface_resistance: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, good, allowed in (
            ("fraction", 0.0 <= self.fraction < 1.0, "a number from 0 to less than 1"),
            ("radius", self.radius > 0.0, "a length above zero"),
            ("interface_resistance", self.interface_resistance >= 0.0, "zero or more"),
        ):
            if not (good and np.isfinite(getattr(self, name))):
                raise InvalidInput(name, getattr(self, name), allowed)

    def behind_interface(self, conductivity: float) -> float:
        """S/m. Conductivity of a sphere that does as the filler behind its interface resistance."""
        return conductivity / (1.0 + self.interface_resistance * conductivity / self.radius)


class Mixing(Protocol):
    """How conductivities of the phases become one."""

    @property
    def row(self) -> str:
        """Name of the method, for tables."""

    @property
    def source(self) -> str:
        """Citation key, or a few words."""

    def ions(self, matrix: float, fillers: Sequence[float]) -> float:
        """S/m. From the matrix and the fillers in their order (0 insulates), behind the interface resistances."""

    def anions(self, matrix: float) -> float:
        """S/m. From the matrix alone."""


@dataclass(frozen=True)
class FormulaMixing:
    """Mixing by a formula of `lisse.theory`.

    Attributes
    ----------
    fillers : tuple of Filler
        Where a formula takes one filler at a time, each goes into the mixture of those before it: smallest first.
    rule : str
        A name of `MIXING_RULES`.
    threshold, exponent_low, exponent_high : float
        Of general effective media: percolation threshold of the better phase, and the exponents below and above it.
    """

    fillers: tuple[Filler, ...]
    rule: str = DEFAULT_RULE
    threshold: float = 0.16
    exponent_low: float = 0.87
    exponent_high: float = 2.0

    def __post_init__(self) -> None:
        """Check the name."""
        if self.rule not in MIXING_RULES:
            raise InvalidInput("rule", self.rule, ", ".join(MIXING_RULES), suggest(str(self.rule), MIXING_RULES))

    @property
    def row(self) -> str:
        """Name of the formula."""
        return self.rule

    @property
    def source(self) -> str:
        """Citation key of the formula."""
        return MIXING_RULES[self.rule]

    def ions(self, matrix: float, fillers: Sequence[float]) -> float:
        """S/m. See `Mixing`."""
        behind = [filler.behind_interface(value) for filler, value in zip(self.fillers, fillers, strict=True)]
        return self.plain(matrix, behind)

    def anions(self, matrix: float) -> float:
        """S/m. See `Mixing`."""
        return self.plain(matrix, [0.0] * len(self.fillers))

    def plain(self, matrix: float, fillers: Sequence[float]) -> float:
        """S/m. Without interface resistances."""
        shares = [filler.fraction for filler in self.fillers]
        if self.rule in _ONE_BY_ONE:
            return self._one_by_one(matrix, fillers, shares)
        values, fractions = [matrix, *fillers], [1.0 - sum(shares), *shares]
        if self.rule == "bruggeman":
            return float(theory.bruggeman(values, fractions))
        bounds = theory.hashin_shtrikman(values, fractions)
        return float(bounds.lower if self.rule.endswith("lower") else bounds.upper)

    def _one_by_one(self, matrix: float, fillers: Sequence[float], shares: Sequence[float]) -> float:
        mixed, filled = matrix, 1.0 - sum(shares)
        for value, share in zip(fillers, shares, strict=True):
            filled += share
            if mixed > 0.0:
                mixed = self._with(mixed, value, share / filled)
        return mixed

    def _with(self, matrix: float, filler: float, fraction: float) -> float:
        if self.rule == "hanai":
            return float(theory.hanai(matrix, filler, fraction))
        if self.rule == "maxwell-garnett":
            return float(theory.maxwell_garnett(matrix, filler, fraction))
        better = fraction if filler > matrix else 1.0 - fraction
        low, high = min(matrix, filler), max(matrix, filler)
        exponents = self.exponent_low, self.exponent_high
        return float(theory.general_effective_media(low, high, better, self.threshold, *exponents))


def hybrid_electrolyte(
    matrix: Material, fillers: Sequence[Filler], temperature: float, mixing: Mixing | None = None
) -> Material:
    """A matrix with fillers as one material.

    Parameters
    ----------
    matrix : Material
        The continuous phase: an electrolyte, or a polymer with salt.
    fillers : sequence of Filler
        Other solids, and pores, with their shares of the whole volume.
    temperature : float, K
        Of the cell: there the numbers are exact, elsewhere they are interpolated in a table.
    mixing : Mixing or None
        ``None`` for `DEFAULT_RULE`.

    Raises
    ------
    InvalidInput
        When nothing of the volume is left to the matrix, or it conducts nowhere.
    MissingValue
        When a conductivity is not known.
    """
    mixing = FormulaMixing(tuple(fillers)) if mixing is None else mixing
    left = 1.0 - sum(filler.fraction for filler in fillers)
    if not left > 1e-9:
        raise InvalidInput("fraction", 1.0 - left, "fillers and pores that leave some of the volume to the matrix")
    if matrix.kind not in ("electrolyte", "polymer"):
        raise InvalidInput(f"matrix {matrix.name}", matrix.kind, "an electrolyte or a polymer")
    of = _Estimates(matrix, tuple(fillers), temperature, mixing, left)
    kept = {name: matrix.properties[name] for name in _OF_THE_FACE if name in matrix.properties}
    return dataclasses.replace(
        matrix,
        name=_name(matrix, fillers),
        description=f"Estimated by {mixing.row} from its phases; the faces are those of {matrix.name}.",
        properties={**kept, **of.properties()},
        notes=(),
    )


def _name(matrix: Material, fillers: Sequence[Filler]) -> str:
    parts = [
        f"{100.0 * f.fraction:.3g} % {'pores' if f.material is None else f.material.name}"
        for f in fillers
        if f.fraction
    ]
    return f"{matrix.name} with {', '.join(parts)}" if parts else f"{matrix.name}, hybrid"


@dataclass(frozen=True)
class _Estimates:
    """The effective numbers of one hybrid."""

    matrix: Material
    fillers: tuple[Filler, ...]
    temperature: float
    mixing: Mixing
    left: float

    def properties(self) -> dict[str, Property]:
        """All that can be estimated."""
        found = self._ions()
        entries = {name: self._entry(name, value, self.mixing.row, self.mixing.source) for name, value in found.items()}
        if self._all_have("electronic_conductivity"):
            bare = tuple(dataclasses.replace(f, interface_resistance=0.0) for f in self.fillers)
            formula = self.mixing if isinstance(self.mixing, FormulaMixing) else FormulaMixing(bare)
            plain = dataclasses.replace(formula, fillers=bare)
            entries["electronic_conductivity"] = self._entry(
                "electronic_conductivity",
                lambda at: plain.ions(*self._values("electronic_conductivity", at)),
                plain.row,
                plain.source,
            )
        if self._all_have("density"):
            entries["density"] = self._entry("density", self._density, "volume mean", "volume mean of the phases")
        if all(_has_moduli(material) for material in self._solids):
            for number, name in enumerate(_MODULI):
                entries[name] = self._entry(name, self._modulus(number), "hashin-shtrikman", "hashin1963")
        for name in _OF_THE_MATRIX:
            if self.matrix.has(name):
                whole = f"that of {self.matrix.name}"
                entries[name] = self._entry(name, functools.partial(self.matrix.value, name), "matrix", whole)
        return {name: Property(name, entry.unit, (entry,), entry.row) for name, entry in entries.items()}

    # -- transport ----------------------------------------------------------------------------------------------------

    def _ions(self) -> dict[str, Callable[[float], float]]:
        """Conductivity, and what a polymer needs besides: its salt, which rests where cations alone move."""
        if self.matrix.kind != "polymer":
            return {"ionic_conductivity": self._ceramic}
        if self.matrix.value("transference_number", self.temperature) == 1.0:
            salt = [name for name in ("salt_diffusivity", "salt_concentration") if self.matrix.has(name)]
            return {
                "ionic_conductivity": self._ceramic,
                "transference_number": lambda at: 1.0,
                **{name: functools.partial(self.matrix.value, name) for name in salt},
            }
        return self._salt()

    def _ceramic(self, at: float) -> float:
        return self.mixing.ions(*self._values("ionic_conductivity", at))

    def _salt(self) -> dict[str, Callable[[float], float]]:
        cation = self.matrix.value("transference_number", self.temperature)
        if not 0.0 < cation < 1.0:
            allowed = "above 0 and up to 1 in a hybrid, whose ions are mixed each alone"
            raise InvalidInput(f"transference_number of {self.matrix.name}", cation, allowed)
        if not self.mixing.anions(1.0) > 0.0:
            advice = "Take the ceramic as the matrix, or another rule"
            raise InvalidInput(
                f"matrix {self.matrix.name}", "not continuous", "a polymer that the salt can cross", advice
            )

        @functools.cache
        def both(at: float) -> tuple[float, float, float, float]:
            total, fillers = self._values("ionic_conductivity", at)
            t = self.matrix.value("transference_number", at)
            return self.mixing.ions(t * total, fillers), self.mixing.anions((1.0 - t) * total), total, t

        def conductivity(at: float) -> float:
            plus, minus, *_ = both(at)
            return plus + minus

        def transference(at: float) -> float:
            plus, minus, *_ = both(at)
            return plus / (plus + minus)

        def diffusivity(at: float) -> float:
            plus, minus, total, t = both(at)
            share = plus * minus / (plus + minus) / (total * t * (1.0 - t))
            return self.matrix.value("salt_diffusivity", at) * share / self.left

        return {
            "ionic_conductivity": conductivity,
            "transference_number": transference,
            "salt_diffusivity": diffusivity,
            "salt_concentration": lambda at: self.left * self.matrix.value("salt_concentration", at),
        }

    def _values(self, name: str, at: float) -> tuple[float, list[float]]:
        """Of the matrix and of each filler; pores conduct nothing."""
        others = [0.0 if f.material is None else f.material.value(name, at) for f in self.fillers]
        return self.matrix.value(name, at), others

    # -- the rest -----------------------------------------------------------------------------------------------------

    @property
    def _solids(self) -> list[Material]:
        return [self.matrix, *(f.material for f in self.fillers if f.material is not None)]

    def _all_have(self, name: str) -> bool:
        return all(material.has(name) for material in self._solids)

    def _density(self, at: float) -> float:
        matrix, others = self._values("density", at)
        return self.left * matrix + sum(f.fraction * value for f, value in zip(self.fillers, others, strict=True))

    def _modulus(self, number: int) -> Callable[[float], float]:
        """One of the numbers of `_elastic` against temperature."""
        return lambda at: self._elastic(at)[number]

    def _elastic(self, at: float) -> tuple[float, float, float]:
        """Young's and shear modulus (Pa) and Poisson's ratio of spheres in the matrix."""
        pairs = [(0.0, 0.0) if f.material is None else _moduli(f.material, at) for f in self.fillers]
        bulk, shear = zip(_moduli(self.matrix, at), *pairs, strict=True)
        found = theory.composite_moduli(bulk, shear, [self.left, *(f.fraction for f in self.fillers)])
        k, g = float(found.bulk), float(found.shear)
        return 9.0 * k * g / (3.0 * k + g), g, (3.0 * k - 2.0 * g) / (2.0 * (3.0 * k + g))

    # -- laws ---------------------------------------------------------------------------------------------------------

    def _entry(self, name: str, value: Callable[[float], float], row: str, source: str) -> Entry:
        unit, shown, factor = PROPERTIES[name].unit, PROPERTIES[name].unit, 1.0
        if unit in _PRINTED:
            shown, factor = _PRINTED[unit]
        here = value(self.temperature)
        PROPERTIES[name].check(here, f"{name} of the hybrid")
        parts = ", ".join(
            f"{100.0 * f.fraction:.3g} % {f.material.name if f.material else 'pores'}" for f in self.fillers
        )
        return Entry(
            row=row,
            law=self._law(name, value, here),
            unit=unit,
            source=source,
            mark="estimated",
            quoted_value=here * factor,
            quoted_unit=shown,
            conditions=f"{self.matrix.name} with {parts}",
            temperature=self.temperature,
            note=self._rests_on(name),
        )

    def _rests_on(self, name: str) -> str:
        """Which numbers of the phases are estimates themselves; their intervals end here."""
        guessed = [
            f"{each.replace('_', ' ')} of {material.name} ({material.entry(each).quoted})"
            for material in self._solids
            for each in _BEHIND.get(name, (name,))
            if material.has(each) and material.entry(each).mark == "estimated"
        ]
        return f"rests on estimates whose intervals are not carried on: {', '.join(guessed)}" if guessed else ""

    def _law(self, name: str, value: Callable[[float], float], here: float) -> Law:
        """A table over the temperatures at which all phases are known; one number where nothing changes."""
        behind = _BEHIND.get(name, (name,))
        laws = [material.law(each) for material in self._solids for each in behind if material.has(each)]
        if all(isinstance(law, Constant) for law in laws):
            return Constant(here)
        grid = np.union1d(np.arange(_LOWEST, _HIGHEST + 1e-9, _APART), [self.temperature]).tolist()
        points = {
            at: number for at in grid if (number := _known(value, at)) is not None and PROPERTIES[name].minimum < number
        }
        points[self.temperature] = here
        numbers = list(points.values())
        if len(points) < 2 or max(numbers) - min(numbers) <= 1e-12 * abs(here):
            return Constant(here)
        ordered = sorted(points)
        straight = min(numbers) <= 0.0 or name in ("poisson_ratio", "transference_number")
        return Table(tuple(ordered), tuple(points[at] for at in ordered), "linear" if straight else "arrhenius")


_PRINTED = {"S/m": ("mS/cm", 10.0), "Pa": ("GPa", 1e-9)}


def _known(value: Callable[[float], float], at: float) -> float | None:
    """A number, or none outside of the tables and laws of the phases."""
    try:
        found = value(at)
    except (InvalidInput, MissingValue, ArithmeticError):
        return None
    return found if np.isfinite(found) else None


def _has_moduli(material: Material) -> bool:
    return material.has("poisson_ratio") and (material.has("youngs_modulus") or material.has("shear_modulus"))


def _moduli(material: Material, at: float) -> tuple[float, float]:
    """Pa. Bulk and shear modulus."""
    poisson = min(material.value("poisson_ratio", at), _LARGEST_POISSON)
    if material.has("shear_modulus"):
        shear = material.value("shear_modulus", at)
    else:
        shear = material.value("youngs_modulus", at) / (2.0 * (1.0 + poisson))
    return 2.0 * shear * (1.0 + poisson) / (3.0 * (1.0 - 2.0 * poisson)), shear
