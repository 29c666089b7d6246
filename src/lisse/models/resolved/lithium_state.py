"""What lithium remembers from step to step, and what one step of it did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LithiumState", "LithiumStep", "Yielding"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LithiumState:
    """What the metal remembers.

    Attributes
    ----------
    deviator : (voxels, points, components) array, Pa
        Deviatoric stress at the Gauss points, Mandel order (shear times sqrt 2).
    mean_stress : (voxels,) array, Pa
        Tension positive.
    gap : lateral array, m
        Between metal and electrolyte in each column; 0 where closed.
    velocity : (d, layers + 1, lateral) array, m/s
        Of the last step, axis 0 away from the electrolyte; the first guess for the next.
    """

    deviator: Floats
    mean_stress: Floats
    gap: Floats
    velocity: Floats


@dataclass(frozen=True, eq=False)
class Yielding:
    """How the metal added at the interface depends on its pressure, as where voids take what presses into them.

    Attributes
    ----------
    pressure : lateral array, Pa
        With which the growth of the step was found.
    compliance : lateral array, m/Pa
        How much less a column gains for each Pa more; 0 where the growth is what it is.
    """

    pressure: Floats
    compliance: Floats


@dataclass(frozen=True, eq=False)
class LithiumStep:
    """What a step of the metal did.

    Attributes
    ----------
    state : LithiumState
        At its end; the one at its start when the step failed.
    contact_pressure : lateral array, Pa
        On the faces, compression positive; its mean is the stack pressure.
    traction : (d, lateral) array, Pa
        On the faces of the electrolyte, in the grid's frame.
    gap : lateral array, m
    lift : float, m
        Mean displacement of the collector away from the electrolyte.
    iterations : int
        Newton's, in all.
    steps : int
        Parts into which the step was split.
    status : str
        ``"converged"``, or why not; then the arrays are those at the start or zero, never NaN.
    """

    state: LithiumState
    contact_pressure: Floats
    traction: Floats
    gap: Floats
    lift: float
    iterations: int
    steps: int
    status: str

    @property
    def converged(self) -> bool:
        """Whether the step was found."""
        return self.status == "converged"
