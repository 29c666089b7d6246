"""Activation energy of the ionic conductivity from its size at room temperature, with the scatter of that rule.

Conductors of one family follow the rule of Meyer and Neldel, ln sigma_0 = a + Ea/E_MN. Solved for Ea at one temperature
it is a line, Ea = a' - b log10 sigma, and as a line it is fitted here to all families together. The vocabulary has no
activation energy: it belongs to the law of the conductivity, which `conductivity_law` makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lisse.errors import InvalidInput
from lisse.materials.estimates.stored import stored
from lisse.materials.laws import REFERENCE_TEMPERATURE, Arrhenius
from lisse.units import FARADAY

__all__ = ["ActivationEnergy", "activation_energy", "conductivity_law"]

REFERENCES = ("meyer1937", "muy2018")
_LEAST = 0.05 * FARADAY  # J/mol; no solid electrolyte has been seen below


@dataclass(frozen=True)
class ActivationEnergy:
    """Activation energy with its 90 % interval.

    Attributes
    ----------
    value, lower, upper : float
        J/mol, of the conductivity itself (not of conductivity times temperature).
    trained_on : str
    references, warnings : tuple of str
    """

    value: float
    lower: float
    upper: float
    trained_on: str
    references: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For notes: ``"Ea 0.34 eV (0.24 to 0.45)"``."""
        return f"Ea {self.value / FARADAY:.2f} eV ({self.lower / FARADAY:.2f} to {self.upper / FARADAY:.2f})"


def activation_energy(conductivity: float, half_width: float = 0.0) -> ActivationEnergy:
    """Activation energy that goes with a conductivity at 25 degC.

    Parameters
    ----------
    conductivity : float, S/m. Ionic conductivity at 298.15 K.
    half_width : float. Of the 90 % interval of log10 of it, where it is itself an estimate.

    Examples
    --------
    >>> found = activation_energy(0.1)  # 1 mS/cm
    >>> found.lower < 0.31 * 96485 < found.upper
    True
    """
    if not (math.isfinite(conductivity) and conductivity > 0.0):
        raise InvalidInput("conductivity", conductivity, "above 0 [S/m]")
    if not half_width >= 0.0:
        raise InvalidInput("half_width", half_width, "0 or more, in decades")
    rule = stored("relations")["activation"]
    logarithm = math.log10(conductivity)
    value = (rule["intercept"] + rule["slope"] * logarithm) * FARADAY
    width = math.hypot(rule["half_width"], rule["slope"] * half_width) * FARADAY
    low, high = rule["range"]
    outside = not low <= logarithm <= high
    checked = rule["validation"]
    warning = f"no conductor of {conductivity:.2g} S/m in the data of the activation energy"
    return ActivationEnergy(
        max(value, _LEAST),
        max(value - width, _LEAST),
        max(value + width, _LEAST),
        f"{checked['rows']} measured pairs of {checked['substances']} lithium conductors",
        REFERENCES,
        (warning,) if outside else (),
    )


def conductivity_law(conductivity: float) -> Arrhenius:
    """Law of an ionic conductivity of which only the value at 25 degC is known or estimated.

    Parameters
    ----------
    conductivity : float, S/m. At 298.15 K.
    """
    return Arrhenius(conductivity, activation_energy(conductivity).value, REFERENCE_TEMPERATURE)
