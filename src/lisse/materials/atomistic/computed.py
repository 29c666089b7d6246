"""What the atomistic calculations answer with: the names, and one number from several potentials.

A `Found` is what one potential says; a `Computed` puts the potentials side by side. How numbers are made is in the file
of each property; which file makes which is in ``compute.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.materials.laws import REFERENCE_TEMPERATURE, Constant
from lisse.materials.property import PROPERTIES, Entry

__all__ = ["ATOMISTIC_PROPERTIES", "AtomisticProperty", "Computed", "Found", "combine"]


@dataclass(frozen=True)
class AtomisticProperty:
    """One word of what can be computed from atoms."""

    name: str
    unit: str
    meaning: str

    @property
    def in_library(self) -> bool:
        """Whether the materials library knows the word, so that it can be an `Entry`."""
        return self.name in PROPERTIES


def _known(*names: str) -> tuple[AtomisticProperty, ...]:
    return tuple(AtomisticProperty(name, PROPERTIES[name].unit, PROPERTIES[name].meaning) for name in names)


_WORDS = (
    *_known("density", "lithium_concentration"),
    *_known("bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio"),
    *_known("stiffness_c11", "stiffness_c12", "stiffness_c44"),
    AtomisticProperty("lithium_partial_molar_volume", "m3/mol", "change of volume with lithium content, neutral cells"),
    *_known("molar_volume_ratio", "surface_energy", "work_of_adhesion"),
    AtomisticProperty("migration_barrier", "J", "highest step of the easiest path of a lithium vacancy"),
    AtomisticProperty("lithium_diffusivity", "m2/s", "self-diffusivity of lithium at the temperature of the dynamics"),
)

ATOMISTIC_PROPERTIES: Mapping[str, AtomisticProperty] = MappingProxyType({word.name: word for word in _WORDS})
"""Everything `compute` can be asked for, by name."""


def atomistic_property(name: str) -> AtomisticProperty:
    """The word of that name.

    Raises
    ------
    InvalidInput
        For a name that cannot be computed from atoms.
    """
    try:
        return ATOMISTIC_PROPERTIES[name]
    except (KeyError, TypeError):
        advice = suggest(str(name), ATOMISTIC_PROPERTIES)
        raise InvalidInput("property", name, ", ".join(ATOMISTIC_PROPERTIES), advice) from None


@dataclass(frozen=True)
class Found:
    """What one potential says about one property.

    Parameters
    ----------
    value : float or None, SI unit of the property. None when the calculation gave no trustworthy number.
    error : float, same unit. One standard error of the calculation itself (a fit, a finite run); 0 when it has none.
    warnings : tuple of str
    details : mapping. What lies behind: lattice, tensor, profile, steps. Plain numbers, text and lists.
    """

    value: float | None
    error: float = 0.0
    warnings: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """One property from several potentials.

    Parameters
    ----------
    property : str. A name of `ATOMISTIC_PROPERTIES`.
    unit : str. Its SI unit.
    value : float or None. Mean of the potentials that gave a number; None when none did.
    lower, upper : float or None. Least and largest of the potentials, each moved by its own standard error. None for
        one potential without an error of its own: then nothing is known of the error.
    spread : float or None. Largest minus least of the potentials. The error bar that they offer; both learned from
        much the same PBE calculations, so that what is wrong with those is in neither.
    values : mapping. Number (or None) of each potential.
    status : str. ``"completed"``: every potential gave a number; ``"stopped"``: some did; ``"failed"``: none.
    warnings : tuple of str. What limits the number, each led by the potential that it concerns.
    details : mapping. What lies behind the number of each potential (`Found.details`).
    formula : str. Of the structure.
    conditions : str. What was computed, in a few words.
    references : tuple of str. Keys of ``references.bib``: the potentials.
    """

    property: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    spread: float | None
    values: Mapping[str, float | None]
    status: str
    warnings: tuple[str, ...]
    details: Mapping[str, Mapping[str, Any]]
    formula: str
    conditions: str
    references: tuple[str, ...]

    def entry(self) -> Entry:
        """The number as one more source of a `Property`, marked ``estimated``; its bounds stay where values can be.

        Raises
        ------
        InvalidInput
            When the materials library has no such word (a migration barrier).
        MissingValue
            When no potential gave a number.
        """
        word = atomistic_property(self.property)
        if not word.in_library:
            raise InvalidInput(self.property, None, "a property of lisse.materials.PROPERTIES", "Read .value instead")
        if self.value is None:
            reason = "; ".join(self.warnings) or "no potential gave one"
            raise MissingValue(f"{self.formula}: no computed {self.property}: {reason}", self.formula, self.property)
        each = ", ".join(f"{name} {number:.4g}" for name, number in self.values.items() if number is not None)
        note = f"universal potentials, {self.unit}: {each}; the interval is their disagreement, not the error"
        meant = PROPERTIES[self.property]
        meant.check(self.value, f"computed {self.property} of {self.formula}")
        return Entry(
            row="EST-atomistic",
            law=Constant(self.value),
            unit=self.unit,
            source=self.references[0],
            mark="estimated",
            quoted_value=self.value,
            quoted_unit=self.unit,
            conditions=f"{self.formula}, {self.conditions}",
            low=None if self.lower is None else max(self.lower, meant.minimum),
            high=None if self.upper is None else min(self.upper, meant.maximum),
            temperature=REFERENCE_TEMPERATURE,
            note="; ".join((note, *self.warnings)),
        )


def combine(
    name: str,
    found: Mapping[str, Found],
    formula: str,
    conditions: str,
    references: tuple[str, ...],
    caution: str = "",
) -> Computed:
    """What several potentials say about one property, as one answer.

    Parameters
    ----------
    name : str. A name of `ATOMISTIC_PROPERTIES`.
    found : mapping. Potential to what it says; at least one.
    formula, conditions : str
    references : tuple of str
    caution : str. What is known of the method for this property; a warning where there is a number.
    """
    numbers = {potential: each for potential, each in found.items() if each.value is not None}
    values = [each.value for each in numbers.values() if each.value is not None]
    low = [each.value - each.error for each in numbers.values() if each.value is not None]
    high = [each.value + each.error for each in numbers.values() if each.value is not None]
    status = "completed" if len(values) == len(found) else ("stopped" if values else "failed")
    known = len(values) > 1 or any(each.error > 0 for each in numbers.values())
    warnings = [f"{potential}: {text}" for potential, each in found.items() for text in each.warnings]
    if values and caution:
        warnings.append(caution)
    if len(values) == 1:
        warnings.append("one potential only: its disagreement with others is not known")
    return Computed(
        property=name,
        unit=atomistic_property(name).unit,
        value=sum(values) / len(values) if values else None,
        lower=min(low) if known else None,
        upper=max(high) if known else None,
        spread=max(values) - min(values) if len(values) > 1 else None,
        values={potential: each.value for potential, each in found.items()},
        status=status,
        warnings=tuple(warnings),
        details={potential: dict(each.details) for potential, each in found.items()},
        formula=formula,
        conditions=conditions,
        references=references,
    )
