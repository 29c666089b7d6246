"""Fracture toughness of a dense, single-phase ceramic, and the energy of its fracture surfaces, from its moduli."""

from __future__ import annotations

import math

from lisse.materials.estimates.moduli import Stiffness, stiffness
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.substance import Substance

__all__ = ["crystal_toughness", "fracture_surface_energy", "fracture_toughness"]

_DENSE = (
    "for a dense single phase without toughening: from 83 to 98 % density that of one garnet rises by a factor of 3.4"
)
_GRIFFITH = "contains all that a crack costs, which is more than the energy of two clean surfaces"


def crystal_toughness(bulk: float, shear: float, volume: float) -> float:
    """Toughness of covalent and ionic crystals.

    ::

        K_IC = V^(1/6) G (B/G)^(1/2) = V^(1/6) (B G)^(1/2)

    Parameters
    ----------
    bulk, shear : float, Pa.
    volume : float, m3. Per atom.

    Returns
    -------
    float, Pa m^0.5.

    References
    ----------
    niu2019.

    Examples
    --------
    >>> round(crystal_toughness(161e9, 131e9, 9.34e-30) / 1e6, 1)  # MgO; measured are about 2
    2.1
    """
    return float(volume ** (1.0 / 6.0) * math.sqrt(bulk * shear))


def fracture_toughness(substance: Substance) -> Estimate:
    """Mode I fracture toughness, Pa m^0.5: `crystal_toughness` times the mean excess of measured ceramics.

    Parameters
    ----------
    substance : Substance. Known moduli or a known density narrow it.
    """
    found, rule = stiffness(substance), stored("relations")["toughness"]
    value = rule["factor"] * crystal_toughness(found.bulk, found.shear, found.volume.value)
    width = math.hypot(rule["half_width"], found.half_widths["geometric"], found.volume.half_width / 6.0)
    return _estimate("fracture_toughness", "Pa m^0.5", value, width, found, _DENSE)


def fracture_surface_energy(substance: Substance) -> Estimate:
    """Energy per area of new crack surface, J/m2, after Griffith and Irwin.

    ::

        gamma = K_IC^2 (1 - nu^2)/(2 E)

    Parameters
    ----------
    substance : Substance. With a known toughness only the moduli are estimated.
    """
    found, rule = stiffness(substance), stored("relations")["toughness"]
    per_square = (1.0 - found.poisson**2) / (2.0 * found.youngs)
    known = substance.known.get("fracture_toughness")
    if known is not None:
        value, width = known**2 * per_square, found.half_widths["youngs_modulus"]
    else:
        toughness = rule["factor"] * crystal_toughness(found.bulk, found.shear, found.volume.value)
        value = toughness**2 * per_square  # goes with the first power of the moduli, so their error counts once
        width = math.hypot(2.0 * rule["half_width"], found.half_widths["geometric"], found.volume.half_width / 3.0)
    return _estimate("fracture_surface_energy", "J/m2", value, width, found, _GRIFFITH)


def _estimate(name: str, unit: str, value: float, width: float, found: Stiffness, warning: str) -> Estimate:
    rule = stored("relations")["toughness"]
    count = rule["validation"]["substances"]
    method = "from moduli and volume per atom" if name == "fracture_toughness" else "after Griffith from toughness"
    return Estimate(
        property=name,
        value=value,
        lower=value * math.exp(-width),
        upper=value * math.exp(width),
        unit=unit,
        applicability=found.applicability,
        method=f"{method}; moduli: {found.method}",
        trained_on=f"{count} ceramics and glasses with measured toughness; moduli: {found.trained_on}",
        references=tuple(dict.fromkeys(("niu2019", *found.references))),
        warnings=tuple(dict.fromkeys((*found.warnings, warning))),
        short_method="toughness" if name == "fracture_toughness" else "griffith",
    )
