"""What composition and volume say about the stiffness of an ionic solid: five columns, each with a physical reading.

The bulk modulus is energy per volume: ionic bonds of one structure give K ~ z+ z- / V^(4/3). How tightly the ions are
packed, how the charge is spread over the cations (groups such as PS4 leave the bonds between them weak) and how ionic
the bonds are make the rest.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.elements import element

__all__ = ["COLUMNS", "bonding_columns"]

COLUMNS = (
    "logarithm of the volume per atom in cubic angstrom",
    "logarithm of the mean size of the charges",
    "logarithm of the share of the volume that the ions fill as balls",
    "mean charge of the cations, each weighted with its charge",
    "electronegativity of the anions less that of the cations, weighted with their charge",
)
"""What `bonding_columns` gives."""
_LEAST_FILLED = 0.05


def bonding_columns(composition: Composition, volume: float) -> NDArray[np.float64]:
    """The columns that the moduli are estimated from.

    Parameters
    ----------
    composition : Composition
    volume : float, m3. Per atom.

    Returns
    -------
    (5,) array, see `COLUMNS`.
    """
    shares, states = composition.fractions, composition.states
    angstrom3 = volume * 1e30
    size = sum(share * abs(states[s]) for s, share in shares.items())
    balls = sum(share * max(element(s).radius(states[s]) * 1e10, 0.0) ** 3 for s, share in shares.items())
    filled = max(4.0 / 3.0 * math.pi * balls / angstrom3, _LEAST_FILLED)
    positive = {s: share * states[s] for s, share in shares.items() if states[s] > 0.0}
    negative = {s: share for s, share in shares.items() if states[s] < 0.0}
    charge = sum(positive.values())
    weighted = sum(amount * states[s] for s, amount in positive.items()) / charge
    cations = sum(amount * element(s).electronegativity for s, amount in positive.items()) / charge
    anions = sum(share * element(s).electronegativity for s, share in negative.items()) / sum(negative.values())
    return np.array([math.log(angstrom3), math.log(size), math.log(filled), weighted, anions - cations])
