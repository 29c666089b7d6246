"""A network that closes on itself under a uniform field: its current, at rest or oscillating, by one solve.

::

    sum over faces g (e + x - x_neighbour) + ground x = 0        e: 1 on the faces along the field, 0 on the others

The flow is ``sum g (e + x - x_neighbour)^2 + sum ground x^2``, which is stationary at the solution: its error is the
square of that of the potentials. The ground may be complex, such as i times a frequency times a capacity. What does not
belong here: what flows, units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.numerics.complex_conduction import raised_ground, solve_complex
from lisse.numerics.conduction import FaceOperator, checked_tolerance, solve
from lisse.numerics.conduction_kernels import reduction
from lisse.numerics.even_grid import EvenGrid
from lisse.numerics.pieces import Pieces
from lisse.numerics.threads import share

__all__ = ["FieldResponse", "mixed_flow", "uniform_field_response", "uniform_field_sources"]

Array = np.ndarray[Any, np.dtype[Any]]
_ROUNDING = 16 * np.finfo(float).eps  # of power and current over the free flow: where the solver stops in any case
_LEAST_DIFFERENCE = 512 * np.finfo(float).eps  # and what is let pass where it could not come nearer


@dataclass(frozen=True, eq=False)
class FieldResponse:
    """What one solve under a uniform field found.

    Attributes
    ----------
    flow : float or complex. Sum of the currents along the field, from the power.
    x : (nx, ny, nz) array. Potentials beside the uniform field.
    iterations : int
    residual : float, 1. Norm of the residual over that of the sources.
    imbalance : float, 1. Difference of the currents and the power, over the power.
    converged : bool
    """

    flow: complex
    x: Array
    iterations: int
    residual: float
    imbalance: float
    converged: bool


def uniform_field_response(
    operator: FaceOperator,
    axis: int,
    tolerance: float = 1e-8,
    imaginary_ground: Array | None = None,
    guess: Array | None = None,
) -> FieldResponse:
    """Currents of a periodic network under a field of 1 per face along an axis.

    Parameters
    ----------
    operator : FaceOperator. Faces, with those that close the grid, and the real part of the ground, which may be 0.
    axis : int. Direction of the field.
    tolerance : float, 1. For the residual and for the imbalance.
    imaginary_ground : (nx, ny, nz) array, optional. Imaginary part of the ground, at least 0.
    guess : (nx, ny, nz) array, optional. Potentials to start from.

    Returns
    -------
    FieldResponse

    Examples
    --------
    >>> faces = np.zeros((2, 1, 1)), np.zeros((2, 1, 1)), np.zeros((2, 1, 1))
    >>> faces[0][:] = [[[1.0]], [[3.0]]]
    >>> ring = FaceOperator(faces, np.zeros((2, 1, 1)))
    >>> round(uniform_field_response(ring, 0).flow / 2, 12)
    1.5
    """
    tolerance = checked_tolerance(tolerance)
    even = EvenGrid(operator)
    sources = even.with_zeros(uniform_field_sources(operator.faces, axis))
    start = None if guess is None else even.with_zeros(guess)
    free = float(operator.faces[axis].sum())

    def flows(x: Array) -> tuple[complex, float]:
        power, current = _power_and_current(operator, imaginary_ground, x, axis)
        return power, abs(power - current)

    ground = operator.ground if imaginary_ground is None else operator.ground + 1j * imaginary_ground
    pieces = Pieces(operator.faces, ground)

    def inside(x: Array) -> Array:  # what the field piles up on a piece adds up to 0, and so does its way to ground
        given = even.inside(x)
        return np.ascontiguousarray(given - pieces.constants(ground * given))

    def accepted(x: Array) -> bool:
        power, difference = flows(inside(x))
        return bool(difference <= max(tolerance * abs(power), _ROUNDING * free))

    if imaginary_ground is None:
        network = _behind_a_floor(even.operator)
        found = solve(network, sources, tolerance, start, accepted=accepted)
    else:
        capacities = even.with_zeros(imaginary_ground)
        found = solve_complex(even.operator, capacities, sources, tolerance, start, accepted=accepted)
    x = inside(found.x)
    power, difference = flows(x)
    imbalance = difference / abs(power) if power else 0.0
    near = bool(found.residual <= tolerance and difference <= _LEAST_DIFFERENCE * free)
    return FieldResponse(power, x, found.iterations, found.residual, imbalance, found.converged or near)


def _behind_a_floor(operator: FaceOperator) -> FaceOperator:
    """The network behind the multigrid of one whose ground single precision does not lose."""
    if not operator.ground.any():
        return operator
    raised = FaceOperator(operator.faces, raised_ground(operator))
    return FaceOperator(operator.faces, operator.ground, raised.preconditioner)


def uniform_field_sources(faces: Sequence[Array], axis: int) -> Array:
    """What the uniform field alone would pile up on each node: the right-hand side of the potentials."""
    sources: Array = np.roll(faces[axis], 1, axis) - faces[axis]
    return sources


def mixed_flow(operator: FaceOperator, axis: int, x: Array, other_axis: int, other_x: Array) -> float:
    """Current along one axis under a field along another, symmetric in both and with an error of second order.

    Parameters
    ----------
    operator : FaceOperator
    axis, other_axis : int. Of the two fields, different.
    x, other_x : (nx, ny, nz) arrays. Potentials under each.
    """
    along = operator.power(x)[1][other_axis] + operator.power(other_x)[1][axis]
    return along + float(np.vdot(other_x, operator.apply(x)))


def _power_and_current(operator: FaceOperator, imaginary: Array | None, x: Array, axis: int) -> tuple[Any, Any]:
    """Power, and current along the field; complex where the ground is."""
    field = np.zeros(3)
    field[axis] = 1.0
    sums = np.empty((operator.shape[0], 2), dtype=x.dtype)
    share(_dissipation, operator.shape[0], x.size, *operator.faces, x, field, sums)
    power, current = sums.sum(axis=0)
    if operator.ground.any():
        power += np.sum(operator.ground * x * x)
    if imaginary is None:
        return float(power), float(current)
    return complex(power + 1j * np.sum(imaginary * x * x)), complex(current)


@reduction
def _dissipation(start, stop, gx, gy, gz, x, field, sums):  # type: ignore[no-untyped-def]
    """Per plane across the first axis: sum of g (field + difference)^2, and of g (field + difference) along the field.

    `field` is 1 along one axis and 0 along the others.
    """
    nx, ny, nz = x.shape
    ex, ey, ez = field
    zero = x[0, 0, 0] * 0.0
    for i in range(start, stop):
        after = i + 1 if i < nx - 1 else 0
        power, current = zero, zero
        for j in range(ny):
            right = j + 1 if j < ny - 1 else 0
            for k in range(nz):
                up = k + 1 if k < nz - 1 else 0
                here = x[i, j, k]
                dx, dy, dz = ex + here - x[after, j, k], ey + here - x[i, right, k], ez + here - x[i, j, up]
                ax, ay, az = gx[i, j, k] * dx, gy[i, j, k] * dy, gz[i, j, k] * dz
                power += ax * dx + ay * dy + az * dz
                current += ex * ax + ey * ay + ez * az
        sums[i, 0], sums[i, 1] = power, current
