"""Where lithium touches the electrolyte: from faces to nodes and back, and which nodes open or close.

A node of the interface is closed (its normal displacement follows the electrolyte and what is plated, and it sticks) or
open (no traction, a gap). A closed node opens when it is pulled harder than the adhesion strength, an open one closes
when its gap would be negative; it then sticks again, lithium being soft. Node i of a lateral axis is the low corner of
face i; all axes are periodic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.voxel_nodes import mean_at_nodes

__all__ = ["Touching", "gap_over_pores"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SLACK = 1e-6
"""Tension, relative to the mean load of a node, that does not yet open it: well above the tolerance of the balance."""


def _mean_at_faces(values: Floats) -> Floats:
    for axis in range(values.ndim):
        values = (values + np.roll(values, -1, axis)) / 2.0
    return values


def gap_over_pores(depth: Floats) -> Floats:
    """m. Gap at the nodes over pores of these depths (lateral array of faces, m; 0 where there is electrolyte).

    A node at the edge of a pore is in contact, and one between pores has the depth of the shallowest.
    """
    for axis in range(depth.ndim):
        depth = np.minimum(depth, np.roll(depth, 1, axis))
    return depth


@dataclass(frozen=True, eq=False)
class Touching:
    """How the interface opens and closes.

    Attributes
    ----------
    bonded : lateral bool array
        Faces where the metal adheres; the others only push.
    face_area : float, m2 (m in 2-D)
    adhesion_strength : float, Pa
    """

    bonded: Mask
    face_area: float
    adhesion_strength: float

    def pressure(self, force: Floats, closed: Mask) -> Floats:
        """Pa. Pressure on each face from normal forces (N) on its nodes; their total is kept exactly.

        A node gives its force to the faces around it that touch: those that adhere, and others closed all around.
        """
        shut = closed
        for axis in range(closed.ndim):
            shut = shut & np.roll(shut, -1, axis)
        touch = (self.bonded | shut).astype(float)
        shares = mean_at_nodes(touch)
        lone = shares == 0.0
        touching, others = np.where(lone, 0.0, force / np.where(lone, 1.0, shares)), np.where(lone, force, 0.0)
        return (touch * _mean_at_faces(touching) + _mean_at_faces(others)) / self.face_area

    def changed(self, closed: Mask, force: Floats, gap: Floats, depth: float, clinging: Mask) -> Mask:
        """Closed nodes after those in tension opened and those that overlap by more than `depth` (m) closed.

        force : lateral array, N. On the metal, positive in compression; gap : lateral array, m; clinging : lateral
        bool array. Nodes that do not open.
        """
        share = mean_at_nodes(self.bonded.astype(float))
        holding = np.zeros_like(share)
        np.multiply(self.adhesion_strength * self.face_area, share, out=holding, where=share > 0.0)
        torn = closed & ~clinging & (force < -holding - SLACK * float(np.abs(force).mean()))
        return (closed & ~torn) | (~closed & (gap < -depth))
