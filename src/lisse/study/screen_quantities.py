"""What candidates can be ranked by: each quantity with its unit and words, and whether more or less of it is better."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.errors import InvalidInput, suggest
from lisse.materials import PROPERTIES
from lisse.models.inputs import ELECTROLYTE_PROPERTIES, INTERFACE_SOURCES
from lisse.study.axes import AXES
from lisse.units import Quantity

__all__ = ["CANDIDATE_INPUTS", "LESS_IS_BETTER", "SCORES", "ranked_quantity"]

CANDIDATE_INPUTS = (
    *ELECTROLYTE_PROPERTIES,
    "shear_modulus",
    *(name for name, (owner, _) in INTERFACE_SOURCES.items() if owner == "electrolyte"),
)
"""Inputs of the criteria that belong to the electrolyte: a candidate brings its own."""

SCORES: Mapping[str, Quantity] = MappingProxyType(
    {
        each.name: each
        for each in (
            Quantity("critical_current_density", "A/m2", "Critical current density", "mA/cm2", 0.1),
            Quantity("margin", "1", "Margin over the protocol", ""),
            Quantity("stability_parameter", "J/mol", "Stability parameter", "kJ/mol", 1e-3),
        )
    }
)
"""What is calculated for each candidate and can rank it, besides its properties.

The critical current density is the smallest limit of all deciding criteria; the margin is the smallest margin, which
counts limits of charge and time as well; the stability parameter is the elastic part of the shift of the potential at
the peak of a wave over its slope (amplitude times wavenumber).
"""

LESS_IS_BETTER = frozenset(
    {
        "electronic_conductivity",
        "interface_resistance",
        "interphase_rate_constant",
        "contact_angle",
        "density",
        "reduction_potential",
    }
)
"""Properties of which less is better; of all others, more. Of the stability parameter less is better in the published
convention, and more in the thermodynamic one."""


def ranked_quantity(name: str) -> Quantity:
    """The quantity of that name: unit, words and display unit.

    Parameters
    ----------
    name : str
        A name of `SCORES` or of `lisse.materials.PROPERTIES`.

    Raises
    ------
    InvalidInput
        For any other name.
    """
    if name in SCORES:
        return SCORES[name]
    if name in AXES and name in PROPERTIES:
        return AXES[name].quantity
    if name in PROPERTIES:
        meant = PROPERTIES[name]
        return Quantity(name, meant.unit, name.replace("_", " ").capitalize(), "" if meant.unit == "1" else meant.unit)
    known = (*SCORES, *PROPERTIES)
    raise InvalidInput("quantity", name, f"{', '.join(SCORES)}, or a property", suggest(str(name)[:80], known))
