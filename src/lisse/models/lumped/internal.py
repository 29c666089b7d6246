"""The lithium potential inside the electrolyte (Mode 2) along a lumped run.

A single-ion electrolyte with one electronic conductivity everywhere carries the ionic current j and the electronic
current U sigma_e/L, both uniform. Then the lithium potential changes in a straight line from the plated face to the
stripped one,

    mu(x)/F = d_plated + j x/sigma - U x/L,

with x from the plated face, where it stands above lithium metal by the drop d_plated of that interface; at the
stripped face it lies below by the drop there. Electrons are taken to cross both interfaces freely, except where
interlayers hold the share 1 - s of all resistance to them: each takes U (1 - s)/2 off. Lithium may form
inside where mu/F exceeds V p/F + 2 gamma V/(F r) (theory.internal_plating_threshold).
Source: wagner1975, dejonghe1981, han2019
"""

from __future__ import annotations

import numpy as np

from lisse.models.lumped.equations import Equations
from lisse.models.lumped.states import Record
from lisse.units import FARADAY

__all__ = ["POINTS", "lithium_potential"]

POINTS = np.linspace(0.0, 1.0, 11)
"""Places across the electrolyte over its thickness, from the working electrode."""


def lithium_potential(equations: Equations, record: Record) -> np.ndarray | None:
    """J/mol. Lithium chemical potential against lithium metal at `POINTS`, (n, 11).

    ``None`` in a cell with a cathode, whose other end is not lithium, and where salt carries the current.
    """
    if equations.salt is not None or len(equations.metal) < 2:
        return None
    drops = equations.interface_drops(record)
    working, counter = (sum(parts) for parts in drops)  # of the sign of the current, on both sides
    found = np.outer(working, 1.0 - POINTS) - np.outer(counter, POINTS)
    if equations.electronic_share < 1.0:
        voltage = working + counter + record.current_density * equations.series_resistance
        found -= (1.0 - equations.electronic_share) * np.outer(voltage, 0.5 - POINTS)
    return np.asarray(FARADAY * found)
