"""Energy of the free surface: Young's modulus times the size of an atom, scaled on measured cleavage energies."""

from __future__ import annotations

import math

from lisse.materials.estimates.moduli import stiffness
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.substance import Substance

__all__ = ["surface_energy"]


def surface_energy(substance: Substance) -> Estimate:
    """Energy per area of a clean low-index face, J/m2.

    ::

        gamma = c E V^(1/3)

    The form is that of the energy to part two planes that pull with Young's modulus E over a distance of an atom's size
    V^(1/3); c is the geometric mean of measured cleavage energies.

    Parameters
    ----------
    substance : Substance. Known moduli or a known density narrow it.
    """
    found, rule = stiffness(substance), stored("relations")["surface"]
    value = rule["factor"] * found.youngs * found.volume.value ** (1.0 / 3.0)
    width = math.hypot(rule["half_width"], found.half_widths["youngs_modulus"], found.volume.half_width / 3.0)
    count = rule["validation"]["substances"]
    return Estimate(
        property="surface_energy",
        value=value,
        lower=value * math.exp(-width),
        upper=value * math.exp(width),
        unit="J/m2",
        applicability=found.applicability,
        method=f"modulus times size of an atom; moduli: {found.method}",
        trained_on=f"cleavage energies of {count} salts and oxides; moduli: {found.trained_on}",
        references=tuple(dict.fromkeys(("gilman1960", "gutshall1965", *found.references))),
        warnings=(*found.warnings, "of a clean face as cleaved; air lowers it"),
        short_method="modulus-length",
    )
