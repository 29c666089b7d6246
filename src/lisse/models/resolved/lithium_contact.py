"""Where lithium touches the electrolyte: which columns open and which close.

The metal's nodes stand at the middles of the electrolyte's faces, one to a column. A column is closed (its normal
displacement follows the electrolyte and what is plated, and it sticks) or open (no traction, a gap). A closed one opens
when it is pulled harder than the adhesion strength, an open one closes when its gap would be negative; it then sticks
again, lithium being soft.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Touching"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SLACK = 1e-6
"""Tension over the mean load of a column that does not yet open it: well above the tolerance of the balance."""


@dataclass(frozen=True, eq=False)
class Touching:
    """How the interface opens and closes.

    Attributes
    ----------
    bonded : lateral bool array
        Columns where the metal adheres; the others only push.
    face_area : float, m2 (m in 2-D)
    adhesion_strength : float, Pa
    """

    bonded: Mask
    face_area: float
    adhesion_strength: float

    def changed(self, closed: Mask, force: Floats, gap: Floats, depth: float, clinging: Mask) -> Mask:
        """Closed columns after those in tension opened and those that overlap by more than `depth` (m) closed.

        force : lateral array, N. On the metal, positive in compression; gap : lateral array, m; clinging : lateral
        bool array. Columns that do not open.
        """
        holding = np.where(self.bonded, self.adhesion_strength * self.face_area, 0.0)
        torn = closed & ~clinging & (force < -holding - SLACK * float(np.abs(force).mean()))
        return (closed & ~torn) | (~closed & (gap < -depth))
