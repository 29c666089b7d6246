"""Transport of independent ions on a lattice in time: at a rate, at a frequency, and through bonds that are drawn anew.

All three are the Laplace transform of the squared displacement, from one solve of the master equation each. What does
not belong here: fields at rest (`lisse.lattice.master_equation`), walks drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import generator, number, whole
from lisse.lattice.ion_lattice import IonLattice
from lisse.lattice.master_equation import (
    flow_scale,
    require_axis,
    require_convergence,
    require_lasting_bonds,
    require_solvable,
    solved_round,
)
from lisse.theory.domain import positive

__all__ = ["RenewingConductivity", "ac_conductivity", "laplace_diffusivity", "renewing_conductivity"]

Array = np.ndarray[Any, np.dtype[Any]]


def laplace_diffusivity(
    lattice: IonLattice, s: complex, axis: int = 0, tolerance: float = 1e-8, guess: Array | None = None
) -> complex:
    """Diffusivity of a lattice for the Laplace variable s of time.

    ::

        D(s) = s^2/2 Laplace(<x^2>)(s) = [<phi a^2> - b^T (s W + L)^-1 b / N] / <w>

    with the matrix L of the fluxes phi, the diagonal W of the weights, and b what a uniform drift piles up on each
    site. ``s = i omega`` is the answer to an oscillation; a network whose bonds are all drawn anew at the rate lambda
    has, on the average over drawings, the diffusivity of frozen ones at ``s + lambda`` (see `renewing_conductivity`).

    Parameters
    ----------
    lattice : IonLattice. Periodic along the axis, without renewing bonds.
    s : float or complex, 1/s. With real and imaginary part at least 0. 0 is a field at rest.
    axis : int
    tolerance : float, 1. As for `zero_field_conductivity`.
    guess : (nx, ny, nz) array, optional. Potentials to start from.

    Returns
    -------
    float or complex, m2/s
        Complex where s is.

    Notes
    -----
    Cost: as one solve at rest for real s; two to three times that for complex s, whatever the frequency.
    Validity: as for `zero_field_conductivity`. Confidence: S.
    Source: druger1985

    Examples
    --------
    >>> from lisse.lattice import random_bond_lattice
    >>> some = random_bond_lattice((16, 16, 16), 3e-10, 1e9, 0.2, 1000.0, 300.0, renewal=0.0).frozen(seed=1)
    >>> at_rest, fast = (laplace_diffusivity(some, s) / 9e-11 for s in (0.0, 1e13))
    >>> at_rest, round(fast, 2)
    (0.0, 0.2)
    """
    require_lasting_bonds(lattice)
    require_axis(lattice, axis)
    if not lattice.periodic[axis]:
        raise InvalidInput("axis", "xyz"[axis], "a periodic axis", "Ends block ions, and at s = 0 nothing moves")
    if isinstance(s, bool) or not isinstance(s, (int, float, complex, np.number)):
        raise InvalidInput("s", s, "a number, 1/s")
    if guess is not None and np.shape(guess) != lattice.shape:
        raise InvalidInput("guess", f"shape {np.shape(guess)}", f"the shape of the lattice, {lattice.shape}")
    rate = complex(s)
    if not (rate.real >= 0.0 and rate.imag >= 0.0 and np.isfinite(rate)):
        raise InvalidInput("s", s, "a rate of which neither part is below 0", "The conjugate has the conjugate answer")
    found = _at_rate(lattice, rate, axis, tolerance, guess)[0]
    return found if isinstance(s, (complex, np.complexfloating)) else found.real


def ac_conductivity(
    lattice: IonLattice, frequencies: Sequence[float] | Array, axis: int = 0, tolerance: float = 1e-8
) -> Array:
    """Conductivity of independent ions in a small oscillating field exp(i omega t).

    ::

        s(omega) = F^2 c / (R T) D(i omega)

    Parameters
    ----------
    lattice : IonLattice. Periodic along the axis, without renewing bonds.
    frequencies : (n,) array, Hz. Above 0.
    axis : int
    tolerance : float, 1. As for `zero_field_conductivity`.

    Returns
    -------
    (n,) complex array, S/m
        The imaginary part, not negative, is omega times the permittivity of the ions.

    Notes
    -----
    Cost: `laplace_diffusivity` for each frequency, each starting from the potentials of the one before.
    Validity: as for `zero_field_conductivity`; the lattice itself polarises at no frequency. Confidence: S.

    Examples
    --------
    >>> from lisse.lattice import random_barrier_lattice
    >>> rough = random_barrier_lattice((8, 8, 8), 3e-10, 1e9, 1000.0, 300.0, seed=1, barrier_spread=5e3)
    >>> slow, fast = ac_conductivity(rough, [1e3, 1e12])
    >>> bool(fast.real > slow.real > 0)
    True
    """
    require_lasting_bonds(lattice)
    require_axis(lattice, axis)
    given = positive("frequencies", frequencies)
    if given.ndim != 1 or not given.size:
        raise InvalidInput("frequencies", frequencies, "a list of finite frequencies above 0")
    if not lattice.periodic[axis]:
        raise InvalidInput("axis", "xyz"[axis], "a periodic axis", "Ends block ions, and at s = 0 nothing moves")
    out, guess = np.empty(given.size, complex), None
    for n in np.argsort(given):
        out[n], guess = _at_rate(lattice, 2j * np.pi * given[n], axis, tolerance, guess)
    return lattice.nernst_einstein * out


@dataclass(frozen=True)
class RenewingConductivity:
    """Conductivity of a network that is drawn anew again and again.

    Attributes
    ----------
    value : float or complex, S/m. Mean over the drawings.
    error : float, S/m. Standard error of the mean (of its real part).
    diffusivity : float or complex, m2/s
    drawings : int
    """

    value: complex
    error: float
    diffusivity: complex
    drawings: int


def renewing_conductivity(
    lattice: IonLattice,
    drawings: int,
    seed: int,
    frequency: float = 0.0,
    axis: int = 0,
    tolerance: float = 1e-8,
) -> RenewingConductivity:
    """Conductivity of a network whose bonds are all drawn anew at the same moments, at the rate lambda.

    ::

        s(omega) = F^2 c / (R T) <D0(i omega + lambda)>      D0: of frozen drawings (`laplace_diffusivity`)

    Exact for bonds that are drawn anew together and have the same statistics everywhere: after a renewal an ion
    remembers nothing. With moments of their own for each bond, and in composites, it is not: walk instead.

    Parameters
    ----------
    lattice : IonLattice. From `lisse.lattice.random_bond_lattice` with ``together=True``, or alike.
    drawings : int. Above 1.
    seed : int. Each drawing has its own stream of it.
    frequency : float, Hz. 0 is a field at rest.
    axis : int
    tolerance : float, 1

    Returns
    -------
    RenewingConductivity

    Notes
    -----
    Validity: as said. Confidence: S.
    Source: druger1985

    Examples
    --------
    >>> from lisse.lattice import random_bond_lattice
    >>> moving = random_bond_lattice((8, 8, 8), 3e-10, 1e9, 0.2, 1000.0, 300.0, renewal=1e13, together=True)
    >>> round(renewing_conductivity(moving, 4, seed=1).diffusivity / 9e-11, 1)
    0.2
    """
    if not isinstance(lattice, IonLattice) or lattice.renewal is None or lattice.open_fraction is None:
        raise InvalidInput("lattice", "no renewing bonds", "a lattice with renewing bonds")
    if not lattice.renewal_together or not lattice.even:
        allowed = "renewal_together, and every bond along an axis alike"
        raise InvalidInput("lattice", "bonds that differ", allowed, "For others, walk: the relation is not exact")
    whole("drawings", drawings, 2)
    number("frequency", frequency)
    rate = float(lattice.renewal[0].flat[0])
    s = complex(rate, 2.0 * np.pi * frequency) if frequency else rate
    streams = generator(seed).spawn(drawings)
    each = np.array([laplace_diffusivity(lattice.frozen(one), s, axis, tolerance) for one in streams])
    error = lattice.nernst_einstein * float(each.real.std(ddof=1)) / np.sqrt(drawings)
    mean = each.mean().item()
    return RenewingConductivity(lattice.nernst_einstein * mean, float(error), mean, drawings)


def _at_rate(
    lattice: IonLattice, s: complex, axis: int, tolerance: float, guess: Array | None
) -> tuple[complex, Array | None]:
    """m2/s, and the potentials (none where nothing percolates at rest)."""
    from lisse.numerics.conduction import FaceOperator
    from lisse.numerics.uniform_field import uniform_field_response

    if s == 0.0:
        found, x = solved_round(lattice, axis, tolerance)
        return complex(found.diffusivity), x
    require_solvable(lattice, s)
    operator = FaceOperator(lattice.exchange, s.real * lattice.weight)
    imaginary = s.imag * lattice.weight if s.imag else None
    if imaginary is None and guess is not None:
        guess = guess.real
    response = uniform_field_response(operator, axis, tolerance, imaginary, guess)
    require_convergence(response.converged, axis, response.residual, response.iterations, tolerance)
    return complex(response.flow) * flow_scale(lattice), response.x
