"""All criteria, with the verdict mode, source and range of validity of each."""

from __future__ import annotations

import dataclasses

from lisse.errors import InvalidInput
from lisse.models.criteria import contact_loss, filament, inside, layer, whole_cell
from lisse.models.criteria.criterion import Criterion

__all__ = ["CRITERIA", "LAYER_CRITERIA", "STABILITY_CHOICES", "choose_criteria"]

STABILITY_CHOICES = ("reported", "published", "thermodynamic")
"""Whether the stability of the interface only stands beside the other limits, or decides in one of its conventions."""


def choose_criteria(stability: str = "reported", interlayer: bool = False) -> tuple[Criterion, ...]:
    """The criteria, with the stability of the interface deciding in one convention if that is wanted.

    Parameters
    ----------
    stability : str
        One of `STABILITY_CHOICES`.
    interlayer : bool
        Whether the cell has one, so that its own criteria are asked too.
    """
    if stability not in STABILITY_CHOICES:
        raise InvalidInput("stability", stability, ", ".join(STABILITY_CHOICES))
    chosen = f"interface stability, {stability} convention"
    asked = (*CRITERIA, *LAYER_CRITERIA) if interlayer else CRITERIA
    return tuple(dataclasses.replace(c, decides=True) if c.name == chosen else c for c in asked)


_LINEAR_STABILITY = (
    "Small waves on a flat, bonded interface without flaws, linear elasticity. The theory has no current in it: an "
    "unstable interface roughens at any, which is not yet a failure, and two conventions of sign swap the verdict. "
    "Reported; it decides only where the case asks for it."
)
CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "contact-loss",
        "void closure under stack pressure",
        "kasemchainan2019",
        "Isolated pores on an interface well in contact, metal thicker than their spacing, half-cycles alike.",
        contact_loss.void_closure,
    ),
    Criterion(
        "contact-loss",
        "vacancy diffusion into the metal alone",
        "krauskopf2019",
        "A steady gradient over the whole thickness of solid metal; tracer diffusivity with all sites. "
        "One sink beside closure, which the laws of contact do without. Reported, it does not decide.",
        contact_loss.vacancy,
        decides=False,
    ),
    Criterion(
        "contact-loss",
        "bulk creep of the lithium layer alone",
        "lepage2019",
        "Uniform flow of the whole layer with the bulk power law. It overrates pressure far above measured critical "
        "stack pressures (j ~ p^n), because voids close locally. Reported, it does not decide.",
        contact_loss.creep_alone,
        decides=False,
    ),
    Criterion(
        "filament-short",
        "crack overpotential of the longest flaw",
        "porz2017",
        "Flaw short against the electrolyte, linear elastic, filled with lithium that does not flow out; contact as "
        "formed.",
        filament.crack,
    ),
    Criterion(
        "filament-short",
        "grain-boundary resistance",
        "raj2017",
        "Boundaries across the current, alike and evenly spaced, each with its share of the resistance.",
        filament.grain_boundary,
    ),
    Criterion(
        "filament-short",
        "viscous flow in a crack",
        "ansell1986",
        "Molten metal flowing through a long crack, whose width is taken to be its opening at K_IC.",
        filament.molten,
    ),
    Criterion(
        "filament-short",
        "interface stability, published convention",
        "ahmad2017",
        _LINEAR_STABILITY,
        filament.stability("published"),
        decides=False,
    ),
    Criterion(
        "filament-short",
        "interface stability, thermodynamic convention",
        "monroe2004",
        _LINEAR_STABILITY,
        filament.stability("thermodynamic"),
        decides=False,
    ),
    Criterion(
        "internal-plating",
        "lithium potential above the threshold in pores",
        "han2019",
        "Uniform electrolyte; electrons cross the plated interface without resistance, and the leak fills only pores, "
        "to one pore radius of lithium before the current turns round: an upper estimate.",
        inside.internal_plating,
    ),
    Criterion(
        "salt-depletion",
        "salt depletion within a half-cycle",
        "brissot1999",
        "Binary salt with constant diffusivity and transference number; smooth electrodes, each half-cycle from rest.",
        inside.salt,
    ),
    Criterion(
        "interphase-growth",
        "interphase through the electrolyte",
        "aktekin2023",
        "Growth by the square root of time at one rate; says nothing of its resistance or of cracking.",
        inside.interphase,
    ),
    Criterion(
        "lithium-exhausted",
        "lithium of the stripped electrode",
        "hatzell2020",
        "All lithium can be stripped; none is lost to an interphase.",
        whole_cell.lithium,
    ),
    Criterion(
        "lithium-exhausted",
        "lithium of the cathode",
        "hatzell2020",
        "The cathode starts full and gives all of its areal capacity.",
        whole_cell.cathode,
    ),
    Criterion(
        "voltage-limit",
        "drops of the cell as formed",
        "hatzell2020",
        "Contact as formed, no polarisation of salt, no interphase.",
        whole_cell.voltage,
    ),
)
"""All criteria of a cell without an interlayer."""
LAYER_CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "lithium-exhausted",
        "lithium diffusion through the interlayer",
        "carslaw1959",
        "An alloy full of lithium at the start, constant diffusivity, lithium metal behind it through the half-cycle.",
        layer.lithium_through,
    ),
    Criterion(
        "salt-depletion",
        "salt depletion in the interlayer",
        "brissot1999",
        "Binary salt with constant diffusivity and transference number; each half-cycle from rest.",
        layer.salt_in,
    ),
)
"""Criteria of the layer between metal and electrolyte."""
