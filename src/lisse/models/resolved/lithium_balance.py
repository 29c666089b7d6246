"""Force balance of the lithium in one time step, with a given set of closed nodes: Newton's iteration.

Unknown is the displacement increment of every node. The interface nodes that are closed have it given, or follow what
is given by a spring along axis 0: metal is added there, and less of it the harder the node presses. The collector, when
rigid, moves as one. The linear systems are solved by a band factor in 2-D and by conjugate gradients with a layered
Fourier preconditioner in 3-D.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lisse.errors import SolveFailed

if TYPE_CHECKING:
    from lisse.numerics.layered_fourier import LayeredFourier
    from lisse.numerics.periodic_band import PeriodicBand
    from lisse.numerics.power_law_element import Flow, LayeredMesh, PowerLaw

__all__ = ["Balance", "Motion"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_NEWTON = 40
MOST_TRIALS = 8
FARTHEST = 30.0
"""Largest displacement over the thickness and what is given: beyond it a balance means nothing."""
STEEP = 0.5
"""Slope of the energy along a step, over that at its start, that ends a line search."""
ROUNDING = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Motion:
    """A displacement increment and how well it balances.

    Attributes
    ----------
    displacement : (d, layers + 1, lateral) array, m
    flow : Flow
        Stresses and internal forces.
    iterations : int
    error : float, N
        Sum of the magnitudes of the forces that are left.
    trouble : str
        Why it does not balance; empty when it does.
    """

    displacement: Floats
    flow: Flow
    iterations: int
    error: float
    trouble: str


@dataclass(frozen=True, eq=False)
class _Answer:
    displacement: Floats
    flow: Flow
    left: Floats
    error: float


@dataclass(frozen=True, eq=False)
class Balance:
    """The body as the iteration sees it.

    Attributes
    ----------
    mesh : LayeredMesh
    law : PowerLaw
    rigid : bool
        Whether the collector is flat and moves as one.
    route : str
        ``"band"`` or ``"fourier"``: how linear systems are solved.
    """

    mesh: LayeredMesh
    law: PowerLaw
    rigid: bool
    route: str

    @property
    def area(self) -> float:
        """m2 (m in 2-D). Of the interface."""
        return self.mesh.width ** (self.mesh.dimension - 1) * self.mesh.columns

    @cached_property
    def _solver(self) -> PeriodicBand | LayeredFourier:
        if self.route == "band":
            from lisse.numerics.periodic_band import PeriodicBand

            return PeriodicBand(self.mesh, self.rigid)
        from lisse.numerics.layered_fourier import LayeredFourier

        return LayeredFourier(self.mesh, self.rigid)

    def find(
        self,
        stress: tuple[Floats, Floats],
        step: float,
        pressure: float,
        given: Floats,
        closed: Mask,
        start: Floats,
        tolerance: float,
        springs: Floats,
        rest: Floats,
    ) -> Motion:
        """The motion that balances.

        Parameters
        ----------
        stress : (deviator, mean stress) before, Pa
        step : float, s
        pressure : float, Pa
            On the collector.
        given : (d, lateral) array, m
            Displacement increment of the closed nodes.
        closed : lateral bool array
        start : (d, layers + 1, lateral) array, m
            First guess.
        tolerance : float, 1
            Forces left over the force on the interface, as sums of magnitudes.
        springs : lateral array, N/m
            Of closed nodes that follow what is given along axis 0; 0 for those that have it.
        rest : lateral array, N
            Force on such a node, away from the electrolyte, when it is where it is given.
        """
        fixed: Mask = np.zeros(self.mesh.node_shape, dtype=bool)
        fixed[:, 0] = closed
        sprung = closed & (springs > 0.0)
        fixed[0, 0] &= ~sprung
        springs, rest = np.where(sprung, springs, 0.0), np.where(sprung, rest, 0.0)

        def respond(u: Floats) -> _Answer:
            flow = self.mesh.flow(self.law, step, u, *stress)
            left = self._left(flow, pressure, fixed)
            left[0, 0] += rest - springs * (u[0, 0] - given[0])
            return _Answer(u, flow, left, float(np.abs(left).sum()))

        here = respond(start)
        for iteration in range(MOST_NEWTON + 1):
            jump = np.zeros_like(start)
            jump[:, 0] = np.where(fixed[:, 0], given - here.displacement[:, 0], 0.0)
            held = not jump.any()
            if not float(np.abs(here.displacement).max()) <= FARTHEST * (sum(self.mesh.heights) + np.abs(given).max()):
                trouble = "the lithium is not held: it moves by many times its thickness"
                return Motion(here.displacement, here.flow, iteration, here.error, trouble)
            if held and here.error <= self._goal(here, closed, pressure, tolerance):
                return Motion(here.displacement, here.flow, iteration, here.error, "")
            if iteration == MOST_NEWTON:
                break
            try:
                change = self._change(here.flow, fixed, here.left, jump, springs)
            except (SolveFailed, np.linalg.LinAlgError) as failure:
                return Motion(here.displacement, here.flow, iteration, here.error, f"lithium: {failure}")
            if held:
                here = _along(here, change, respond)
                continue
            moved = here.displacement + change
            moved[:, 0] = np.where(fixed[:, 0], given, moved[:, 0])  # not a rounding away from it
            here = respond(moved)
        trouble = f"no force balance of the lithium in {MOST_NEWTON} iterations"
        return Motion(here.displacement, here.flow, MOST_NEWTON, here.error, trouble)

    def _change(self, flow: Flow, fixed: Mask, left: Floats, jump: Floats, springs: Floats) -> Floats:
        """Newton's step: linear response to the forces left and to what closed nodes still have to move."""
        matrices = self.mesh.tangents(self.law, flow)
        if self.route == "fourier":
            ratios = np.log(0.8 * flow.ratio + 0.2 * flow.slope).reshape(self.mesh.layers, -1).mean(axis=1)
            self._solver.prepare(self.law.bulk, self.law.shear * np.exp(ratios))  # type: ignore[union-attr]
        self._solver.factor(matrices, fixed, springs)
        moved = bool(jump.any())
        return jump + self._solver.solve(left - self.mesh.multiply(matrices, jump) if moved else left)

    def _left(self, flow: Flow, pressure: float, fixed: Mask) -> Floats:
        """Forces from outside less internal ones; a rigid end has the mean on each of its nodes."""
        left = np.where(fixed, 0.0, -flow.force)
        left[0, -1] -= pressure * self.area / self.mesh.columns
        if self.rigid:
            left[:, -1] = left[:, -1].mean(axis=tuple(range(1, self.mesh.dimension)), keepdims=True)
        return left

    def _goal(self, here: _Answer, closed: Mask, pressure: float, tolerance: float) -> float:
        held = float(np.abs(here.flow.force[0, 0][closed]).sum())
        strain = float(np.abs(here.displacement).max()) / min(*self.mesh.heights, self.mesh.width)
        return tolerance * max(abs(pressure) * self.area, held) + ROUNDING * self.law.bulk * strain * self.area


def _along(here: _Answer, change: Floats, respond: Callable[[Floats], _Answer]) -> _Answer:
    """Go along Newton's step, and back if that is too far.

    The forces left are minus the gradient of a convex energy, so along the step its slope rises from below zero; the
    place where it is zero is found by false position (Illinois).
    """
    first = -float(np.vdot(here.left, change))
    low, low_slope, high, high_slope, share = 0.0, first, 1.0, math.inf, 1.0
    found = respond(here.displacement + change)
    for _ in range(MOST_TRIALS):
        slope = -float(np.vdot(found.left, change))
        if abs(slope) <= STEEP * abs(first) or (slope < 0.0 and share == 1.0):
            break
        if slope < 0.0:
            low, low_slope, high_slope = share, slope, high_slope / 2.0
        else:
            high, high_slope = share, slope
            low_slope = low_slope / 2.0 if share != 1.0 else low_slope
        share = min(max(low - low_slope * (high - low) / (high_slope - low_slope), low + 0.05 * (high - low)), high)
        found = respond(here.displacement + share * change)
    return found
