"""Both metal electrodes: how plating, stripping and voids move the metal, and how hard it presses where.

A viscous electrode is a `LithiumBody`: it flows under its own stress. A fluid electrode presses with the stack pressure
everywhere: it stands for thick, soft metal, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.models.resolved.lithium_body import LithiumBody
from lisse.models.resolved.lithium_state import LithiumState, Yielding
from lisse.models.resolved.voxel_nodes import mean_at_nodes

__all__ = ["Electrodes", "FlowFailed", "Pressed"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
States = tuple[LithiumState | None, LithiumState | None]


class FlowFailed(Exception):
    """A metal body that came to no balance; the message says why. The step that asked for it is retried."""


@dataclass(frozen=True, eq=False)
class Pressed:
    """What a metal body does to the electrolyte.

    Attributes
    ----------
    state : LithiumState or None
        ``None`` for a fluid.
    contact_pressure : lateral array, Pa
        Compression positive, on every face; 0 where pores meet the metal.
    traction : (d, lateral) array, Pa
        On the electrolyte, at the nodes of its end plane, each for one face area; in the grid's frame.
    own : lateral array, Pa
        Pressure on every face, before what would press into pores is given to the solid ones.
    """

    state: LithiumState | None
    contact_pressure: Floats
    traction: Floats
    own: Floats


class Electrodes:
    """The metal of both sides.

    Parameters
    ----------
    solid : (2, lateral) mask
        Faces of both end planes that are not pores.
    bodies : sequence of two LithiumBody or None
        ``None`` is a fluid, or a cathode: it presses with the stack pressure on what is solid.
    pore_depth : (2, lateral) array, m
        Of the pores that open to the metal; 0 where there is none.
    """

    def __init__(
        self,
        solid: Mask,
        bodies: Sequence[LithiumBody | None] = (None, None),
        pore_depth: Floats | None = None,
    ) -> None:
        if not solid[0].any() or not solid[1].any():
            raise InvalidInput("microstructure", "an end plane of pores only", "some electrolyte at both electrodes")
        self.solid, self.bodies = solid, tuple(bodies)
        self.pore_depth = np.zeros(solid.shape) if pore_depth is None else pore_depth
        self._last: dict[int, tuple[LithiumState, float, LithiumState]] = {}  # begin, length and end of the last step

    def start(self, pressure: float) -> States:
        """States of both at rest under a pressure (Pa)."""
        first, second = (
            None if body is None else body.start(pressure, self.pore_depth[place])
            for place, body in enumerate(self.bodies)
        )
        return first, second

    def even(self, pressure: float) -> Floats:
        """Pa. (2, lateral) contact pressure of a mean pressure (Pa) that all solid faces bear alike."""
        share = self.solid.reshape(2, -1).mean(axis=1).reshape(2, *[1] * (self.solid.ndim - 1))
        return np.asarray(np.where(self.solid, pressure / share, 0.0))

    def kept(self, states: States, contact_pressure: Floats) -> tuple[Pressed, Pressed]:
        """Both as they are, with the contact pressures (2, lateral) of the moment (Pa)."""
        first, second = (self._even(place, states[place], contact_pressure[place]) for place in (0, 1))
        return first, second

    def _even(self, place: int, state: LithiumState | None, pressure: Floats) -> Pressed:
        """Under a pressure on the faces, without shear."""
        normal = np.zeros((pressure.ndim + 1, *pressure.shape))
        normal[0] = (1.0, -1.0)[place] * pressure
        return Pressed(state, pressure, _at_nodes(normal), pressure)

    def press(
        self, states: States, growth: Floats, pressure: float, dt: float, own: Floats, compliance: Floats
    ) -> tuple[Pressed, Pressed]:
        """Both a time `dt` (s) later. The electrolyte counts as rigid for the metal, which flows thousands of times
        more easily.

        Parameters
        ----------
        states : tuple of two
        growth : (2, lateral) array, m
            Metal added at the faces, without what becomes void, at the pressures `own`.
        pressure : float, Pa
            Mean, on the collectors.
        dt : float, s
        own : (2, lateral) array, Pa
            See `Pressed`.
        compliance : (2, lateral) array, m/Pa
            How much less is added at a face for each Pa more.

        Raises
        ------
        FlowFailed
            When the metal comes to no balance.
        """
        first, second = (
            self._pressed(place, states[place], growth[place], pressure, dt, Yielding(own[place], compliance[place]))
            for place in (0, 1)
        )
        return first, second

    def _pressed(
        self, place: int, state: LithiumState | None, growth: Floats, pressure: float, dt: float, yielding: Yielding
    ) -> Pressed:
        body = self.bodies[place]
        if body is None or state is None:
            return self._even(place, None, self.even(pressure)[place])
        still = np.zeros((body.dimension, *growth.shape))
        begun, length, ended = self._last.get(place, (None, 0.0, None))
        again = begun is state and length == dt  # the same step, under the growth of another pass
        step = body.step(state, growth, still, pressure, dt, self.solid[place], ended if again else None, yielding)
        if step.converged:
            self._last[place] = state, dt, step.state
        else:
            raise FlowFailed(f"metal of the {('working', 'counter')[place]} electrode: {step.status}")
        borne, traction = self._on_solid(place, step.contact_pressure, step.traction)
        return Pressed(step.state, borne, _at_nodes(traction), step.contact_pressure)

    def _on_solid(self, place: int, pressure: Floats, traction: Floats) -> tuple[Floats, Floats]:
        """Pa and Pa. The metal rests on what is solid: what it would press into pores goes to all solid faces alike."""
        there = self.solid[place]
        if there.all():
            return pressure, traction
        shares = there / np.count_nonzero(there)
        lost = traction[:, ~there].sum(axis=1).reshape(-1, *[1] * there.ndim)
        borne = np.where(there, pressure, 0.0) + shares * pressure[~there].sum()
        return borne, np.where(there, traction, 0.0) + shares * lost


def _at_nodes(traction: Floats) -> Floats:
    """(d, lateral) tractions at the nodes of a plane, each for one face area, of those on its faces."""
    return np.stack([mean_at_nodes(component) for component in traction])
