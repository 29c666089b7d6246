"""Substances of the library that have a given composition: what is measured there stands above any estimate."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lisse.errors import InvalidInput
from lisse.materials.catalogue import load, names
from lisse.materials.estimates.formula import parse_formula
from lisse.materials.material import Material

__all__ = ["formula_of", "measured_substances"]

_SAME = 0.002  # share of an element of the atoms
_FORM = re.compile(r"(?:alpha|beta|gamma|delta)-(?P<rest>.+)")
_IN_BRACKETS = re.compile(r".*\((?P<rest>[^()]+(?:\([^()]+\)[^()]*)*)\)")


def formula_of(material: Material) -> str | None:
    """The formula of a substance as `parse_formula` reads it; None of a mixture that has none.

    Parameters
    ----------
    material : Material. Its formula may name a crystal form (``"beta-Li3PS4"``) or stand in brackets behind a recipe.
    """
    return next((text for text in _spellings(material.formula) if _amounts(text)), None)


def measured_substances(formula: str) -> tuple[Material, ...]:
    """Substances of the library with the composition of a formula, in whatever form or structure.

    Parameters
    ----------
    formula : str. Amounts may be multiples of those in the library.
    """
    wanted = _shares(parse_formula(formula))
    same = (name for name, shares in _library().items() if _agree(shares, wanted))
    return tuple(load(name) for name in same)


def _spellings(text: str) -> Iterator[str]:
    yield text
    for pattern in (_FORM, _IN_BRACKETS):
        found = pattern.fullmatch(text)
        if found is not None:
            yield found["rest"]


def _amounts(text: str) -> Mapping[str, float] | None:
    try:
        return parse_formula(text)
    except InvalidInput:  # a recipe or a name
        return None


@functools.cache
def _library() -> Mapping[str, Mapping[str, float]]:
    """Share of each element, by name of the substance."""
    found = {}
    for name in names():
        formula = formula_of(load(name))
        if formula is not None:
            found[name] = _shares(parse_formula(formula))
    return MappingProxyType(found)


def _shares(amounts: Mapping[str, float]) -> Mapping[str, float]:
    atoms = sum(amounts.values())
    return {symbol: amount / atoms for symbol, amount in amounts.items()}


def _agree(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(abs(one[symbol] - other[symbol]) <= _SAME for symbol in one)
