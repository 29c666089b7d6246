"""Every formula of `lisse.theory` beside a composite that was solved, each with the same numbers.

Cations and anions are mixed apart and added, as in the voxels. A formula that knows no interface resistance gets the
filler as a sphere that does the same, s_i/(1 + R s_i/r), unless its name says "no interface".
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lisse import theory
from lisse.study.hybrid_chain import Transport
from lisse.study.hybrid_composite import Composite

__all__ = ["formula_conductivities"]

_THRESHOLD, _EXPONENTS = 0.29, (0.87, 2.0)  # of overlapping spheres; of conductors and superconductors in space
_Rule = Callable[[float, float], float]


def formula_conductivities(
    composite: Composite, transport: Transport, loading: float, diameter: float, area: float
) -> dict[str, float]:
    """Conductivity (S/m) by name of the formula; only those that are for the shape.

    Parameters
    ----------
    composite : Composite
    transport : Transport
    loading : float, 1
    diameter : float, m
    area : float, 1/m
        True area of the filler per volume, from which the size of what is no sphere follows, r = 3 f/area.
    """
    if composite.shape == "polymer-in-ceramic":
        return _polymer_inside(transport, loading, diameter)
    if composite.shape == "aligned-fibres":
        return _aligned(composite, transport, loading, diameter)
    round_one = composite.shape == "spheres" or area == 0.0
    radius = 0.5 * diameter if round_one else 3.0 * loading / area
    resistance = transport.interface_resistance
    f = loading

    def behind(filler: float) -> float:
        return filler / (1.0 + resistance * filler / radius)

    rules: dict[str, _Rule] = {
        "Maxwell-Garnett, no interface": lambda m, i: theory.maxwell_garnett(m, i, f),
        "Hasselman-Johnson": lambda m, i: theory.interface_resistance_inclusion(m, i, f, radius, resistance),
        "Hanai": lambda m, i: theory.hanai(m, behind(i), f),
        "Bruggeman": lambda m, i: theory.bruggeman([m, behind(i)], [1.0 - f, f]),
        "general effective media": lambda m, i: _percolating(m, behind(i), f),
        "Hashin-Shtrikman lower, no interface": lambda m, i: theory.hashin_shtrikman([m, i], [1.0 - f, f]).lower,
        "Hashin-Shtrikman upper, no interface": lambda m, i: theory.hashin_shtrikman([m, i], [1.0 - f, f]).upper,
    }
    coated = transport.interphase_ratio != 1.0 and transport.interphase_thickness > 0.0
    share = transport.interphase_thickness / radius
    if coated and f * (1.0 + share) ** 3 <= 1.0:
        ratio = transport.interphase_ratio
        rules["coated spheres"] = lambda m, i: theory.shell_inclusion(
            m, behind(i), ratio * m, f, share, "maxwell-garnett"
        )
    return {name: _both(rule, transport) for name, rule in rules.items()}


def _both(rule: _Rule, transport: Transport) -> float:
    """Cations, which enter the filler, and anions, which do not."""
    plus = float(rule(transport.cation, transport.filler))
    return plus + (float(rule(transport.anion, 0.0)) if transport.anion > 0.0 else 0.0)


def _percolating(matrix: float, filler: float, loading: float) -> float:
    low, high = min(matrix, filler), max(matrix, filler)
    share = loading if filler > matrix else 1.0 - loading
    return float(theory.general_effective_media(low, high, share, _THRESHOLD, *_EXPONENTS))


def _aligned(composite: Composite, transport: Transport, loading: float, diameter: float) -> dict[str, float]:
    """Fibres that do not touch, along or across the current."""
    radius, resistance = 0.5 * diameter, transport.interface_resistance
    length = math.inf if composite.endless else composite.slenderness * diameter
    rules: dict[str, _Rule]
    if composite.direction == "along":
        rules = {
            "fibres along": lambda m, i: theory.fibres_along(m, i, loading, radius, length, resistance),
            "side by side, no ends": lambda m, i: (1.0 - loading) * m + loading * i,
        }
    else:
        rules = {"fibres across": lambda m, i: theory.fibres_across(m, i, loading, radius, resistance)}
    return {name: _both(rule, transport) for name, rule in rules.items()}


def _polymer_inside(transport: Transport, loading: float, diameter: float) -> dict[str, float]:
    """Spheres of polymer in the ceramic: its anions are shut in."""
    inside, m, i, resistance = 1.0 - loading, transport.cation, transport.filler, transport.interface_resistance
    found = {}
    if i > 0.0:
        found["Maxwell-Garnett, no interface"] = float(theory.maxwell_garnett(i, m, inside))
        found["Hasselman-Johnson"] = float(
            theory.interface_resistance_inclusion(i, m, inside, 0.5 * diameter, resistance)
        )
        behind = m / (1.0 + resistance * m / (0.5 * diameter))
        found["Bruggeman"] = float(theory.bruggeman([behind, i], [inside, loading]))
    return found
