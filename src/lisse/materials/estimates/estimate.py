"""Estimate what nobody has measured: one property, all that can be estimated, or a whole material of estimates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.estimates.methods import METHODS
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.substance import Substance, substance
from lisse.materials.estimates.words import FAR
from lisse.materials.material import Material
from lisse.materials.property import Property, definition

__all__ = ["Estimate", "estimate", "estimated_material", "estimates"]


def estimate(
    formula: str,
    property: str = "ionic_conductivity",
    *,
    lattice: Lattice | None = None,
    known: Mapping[str, float] | None = None,
) -> Estimate:
    """Estimate one property of a substance that nobody has measured.

    Parameters
    ----------
    formula : str. For example ``"Li6PS5Cl"`` or ``"Li6.4La3Zr1.4Ta0.6O12"``.
    property : str. A name of `lisse.materials.PROPERTIES` that can be estimated (`METHODS` lists them).
    lattice : Lattice or None. The unit cell, where known: estimates from it are narrower.
    known : mapping of str to float, SI. Measured numbers that the estimate may use.

    Returns
    -------
    Estimate. With a 90 % interval, the applicability and warnings.

    Raises
    ------
    InvalidInput
        For a formula that does not parse, is not charge-neutral under common oxidation states, has no lithium, or
        holds an element without data; and for a property that cannot be estimated. An element that the training data
        lack is no error: the estimate comes with an applicability of zero and a warning.
    MissingValue
        When the estimate needs something that was not given.

    Examples
    --------
    >>> estimate("Li6PS5Cl").unit
    'S/m'
    """
    return _cautioned(_method(property)(substance(formula, lattice=lattice, known=known)))


def estimates(
    formula: str,
    *,
    lattice: Lattice | None = None,
    known: Mapping[str, float] | None = None,
    properties: Iterable[str] | None = None,
) -> dict[str, Estimate]:
    """All that can be estimated with what is given.

    Parameters
    ----------
    formula, lattice, known
        As for `estimate`.
    properties : iterable of str or None. Those wanted, each of which must be possible; without them all that are.

    Returns
    -------
    dict of str to Estimate. What is known is not estimated.
    """
    subject = substance(formula, lattice=lattice, known=known)
    if properties is not None:
        return {name: _cautioned(_method(name)(subject)) for name in properties}
    found = {}
    for name, method in METHODS.items():
        if name in subject.known:
            continue
        try:
            found[name] = _cautioned(method(subject))
        except MissingValue:  # it needs a number that was not given: that property stays unknown
            continue
    return found


def estimated_material(
    formula: str,
    *,
    name: str | None = None,
    lattice: Lattice | None = None,
    known: Mapping[str, float] | None = None,
) -> Material:
    """A solid electrolyte whose properties are known numbers, marked ``given``, and estimates, marked ``estimated``.

    Parameters
    ----------
    formula, lattice, known
        As for `estimate`.
    name : str or None. The formula when `None`.
    """
    found = estimates(formula, lattice=lattice, known=known)
    entries = {key: value.entry() for key, value in found.items()}
    properties = {key: Property(key, entry.unit, (entry,), entry.row) for key, entry in entries.items()}
    material = Material(
        name=name or formula.strip(),
        formula=formula.strip(),
        kind="electrolyte",
        description="Never measured as far as this file knows: properties are estimates unless marked given.",
        properties=properties,
        notes=tuple(dict.fromkeys(warning for value in found.values() for warning in value.warnings)),
    )
    for key, number in (known or {}).items():
        material = material.with_value(key, number)
    return material


def _cautioned(found: Estimate) -> Estimate:
    """With a warning, whatever the method says, where the substance is far from its training data."""
    if found.applicability >= FAR or found.warnings:
        return found
    warning = f"far from the training data (applicability {found.applicability:.2f})"
    return dataclasses.replace(found, warnings=(warning,))


def _method(property: str) -> Callable[[Substance], Estimate]:
    """The estimator of a property."""
    definition(property)
    try:
        return METHODS[property]
    except KeyError:
        advice = suggest(property, METHODS)
        raise InvalidInput("property", property, f"one that can be estimated: {', '.join(METHODS)}", advice) from None
