"""Kinetic Monte Carlo of independent ions on a lattice: tracer diffusion, and conductivity at any frequency.

What belongs here: how long and how many ions walk, when to stop, and what comes out. The walks are compiled in
`lisse.numerics.walk_kernels`, the same transport without chance is in `lisse.lattice.master_equation`, and ions that
get in each other's way are in `lisse.lattice.single_occupancy`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.lattice.checks import number
from lisse.lattice.displacements import Displacements, lag_times, mean_and_error
from lisse.lattice.free_walks import NEGLIGIBLE, FreeWalks, renewal_bound, round_axes, walk_duration
from lisse.lattice.ion_lattice import IonLattice
from lisse.lattice.sampling import Progress, Sample, check_sampling, sampled
from lisse.theory.domain import nonnegative

__all__ = ["TracerDiffusion", "tracer_diffusion"]

Array = np.ndarray[Any, np.dtype[Any]]
_LEAST_WALKERS = 16  # of a block


@dataclass(frozen=True, eq=False)
class TracerDiffusion:
    """What the walks gave; every error is one standard error, from blocks of independent walks.

    Attributes
    ----------
    diffusivity : float, m2/s. Of an ion in equilibrium on the sites, mean over `axes`.
    error : float, m2/s.
    tensor : (3, 3) array, m2/s. 0 along axes of one site; along closed walls it falls to 0 with the duration.
    tensor_error : (3, 3) array, m2/s.
    conductivity : float, S/m. By Nernst and Einstein, ``F^2 c D/(R T)`` (exact for independent ions).
    conductivity_error : float, S/m.
    start : (3,) array, m2/s. Diffusivities at time 0 (high frequency), exact.
    times : (n,) array, s. Four per octave.
    squares : (n, 3) array, m2. Mean-square displacement along x, y and z.
    squares_error : (n, 3) array, m2.
    drift : float, m2/s. Diffusivity over the last octave but one minus that over the last: far above its error, the
        duration is too short.
    drift_error : float, m2/s.
    axes : tuple of int. Axes along which the lattice goes round and has more than one site.
    walkers, hops : int. Walks and hops in the result.
    tries : int. Times that an ion looked at a bond; as many as hops where no bond is ever closed.
    converged : bool. Whether the wanted error was reached.
    seed : int. Of the random numbers.
    warnings : tuple of str. What to know before using the numbers.
    """

    diffusivity: float
    error: float
    tensor: Array
    tensor_error: Array
    conductivity: float
    conductivity_error: float
    start: Array
    times: Array
    squares: Array
    squares_error: Array
    drift: float
    drift_error: float
    axes: tuple[int, ...]
    walkers: int
    hops: int
    tries: int
    converged: bool
    seed: int
    warnings: tuple[str, ...]
    _walks: Displacements = field(repr=False)
    _nernst_einstein: float = field(repr=False)

    def ac_conductivity(self, frequencies: Sequence[float] | Array) -> tuple[Array, Array]:
        """Complex conductivity of the hops, without the capacitance of the medium.

        ::

            sigma(f) = F^2 c/(R T) D(s),   D(s) = s^2/2 integral exp(-s t) <x^2> dt,   s = 2 pi i f

        Parameters
        ----------
        frequencies : (n,) array, Hz. At least 0.

        Returns
        -------
        two (n,) complex arrays, S/m
            Conductivity; standard errors of its real and of its imaginary part.
        """
        given = nonnegative("frequencies", frequencies)
        found = [self._walks.transformed(2j * math.pi * f, self.axes) for f in given.ravel()]
        values = np.array(found, dtype=complex).reshape(*given.shape, 2) * self._nernst_einstein
        return values[..., 0], values[..., 1]

    def laplace_diffusivity(self, s: float) -> tuple[float, float]:
        """Diffusivity of ions that live for a time drawn from ``s exp(-s t)``, and its standard error.

        Parameters
        ----------
        s : float, 1/s. At least 0.

        Returns
        -------
        tuple of float, m2/s
        """
        value, error = self._walks.transformed(number("s", s), self.axes)
        return value.real, error.real


def tracer_diffusion(
    lattice: IonLattice,
    error: float = 0.01,
    *,
    duration: float | None = None,
    seed: int = 0,
    largest_hops: float = 2e9,
    progress: Progress | None = None,
) -> TracerDiffusion:
    """Let ions walk over a lattice until the diffusivity is known well enough.

    ::

        D = lim  d<x^2>/dt / 2,     rate of a hop  k_ij = phi_ij/w_i while the bond is open

    Every ion starts on a site drawn by the weights, with bonds of its own drawn by their open fractions, stays for an
    exponential time and hops: time is continuous and no step is chosen. A bond that is drawn anew now and then is
    drawn when an ion first looks at it, and again when the ion looks after its next renewal, which is exact. The
    diffusivity is taken from the slope of <x^2> over the last factor of two in time. The same seed gives the same
    numbers on any number of threads.

    Parameters
    ----------
    lattice : IonLattice. With at least one axis that goes round.
    error : float, 1. Standard error of the diffusivity at which to stop, over the diffusivity (over a thousandth of the
        diffusivity at time 0 where it is less than that: a lattice that does not conduct).
    duration : float, s, optional. Of each walk; it must outlast every relaxation of the lattice. By default until
        <x^2> is 0.4 of the square of the box, when the slowest spatial mode has died, or 16 renewals where renewal is
        all that disturbs the order.
    seed : int. From 0 to 2^63 - 1.
    largest_hops : float. Tries to hop after which to stop in any case (10^7 to 10^8 a second); the result then says
        that it has not converged.
    progress : callable, optional. Called with the share done (0 to 1) and a few words.

    Returns
    -------
    TracerDiffusion

    Raises
    ------
    InvalidInput
        For bad arguments, and where `largest_hops` is too little for 64 walks.

    Notes
    -----
    Validity: ions that do not meet; errors are those of chance, not of the choice of a random lattice. Confidence: S.
    Source: druger1983

    Examples
    --------
    >>> from lisse.lattice import uniform_lattice
    >>> found = tracer_diffusion(uniform_lattice((8, 8, 8), 3e-10, 1e9, 1000.0, 300.0), 0.05)
    >>> bool(abs(found.diffusivity - 9e-11) < 4 * found.error)
    True
    """
    axes = round_axes(lattice)
    check_sampling(error, duration, seed, largest_hops)
    walks, note = FreeWalks(lattice, int(seed)), ""
    if duration is None and not walks.start[list(axes)].any():
        duration = 1.0 / walks.fastest if walks.fastest > 0.0 else 1.0
    elif duration is None:
        bound = renewal_bound(lattice)
        duration, note = walk_duration(walks.walk, lattice, walks.start, bound, largest_hops, progress)
    times = lag_times(duration, walks.fastest)
    nothing = NEGLIGIBLE * float(walks.start[list(axes)].mean())

    def walk(blocks: int, walkers: int, stream: int) -> tuple[Array, int, int]:
        return walks.walk(times, blocks, walkers, stream)

    def error_of(blocks: Array) -> float:
        value, uncertain = mean_and_error(_diffusivities(Displacements(times, blocks, walks.start), axes))
        return float(uncertain) / max(float(value), nothing) if nothing > 0.0 else 0.0

    sample = sampled(walk, error_of, error, largest_hops, _LEAST_WALKERS, progress)
    found = Displacements(times, sample.blocks, walks.start)
    return _result(lattice, axes, found, sample, error, int(seed), note)


def _diffusivities(walks: Displacements, axes: tuple[int, ...], before: int = 0) -> Array:
    """(blocks,) array, m2/s: diffusivity of each block, mean over the axes."""
    means: Array = walks.slopes(before)[:, list(axes)].mean(axis=1)
    return means


def _result(
    lattice: IonLattice,
    axes: tuple[int, ...],
    walks: Displacements,
    sample: Sample,
    wanted: float,
    seed: int,
    note: str,
) -> TracerDiffusion:
    """Everything that follows from the blocks."""
    last = _diffusivities(walks, axes)
    value, error = (float(one) for one in mean_and_error(last))
    drift, drift_error = (float(one) for one in mean_and_error(_diffusivities(walks, axes, 1) - last))
    warnings = [note] if note else []
    if sample.error > wanted:
        warnings.append(f"stopped at a relative error of {sample.error:.2g}, not {wanted:.2g}: raise largest_hops")
    if drift > 4.0 * drift_error and drift > 2.0 * error:
        text = f"the diffusivity still falls with time, by {drift:.2g} m2/s over the last octaves"
        warnings.append(f"{text}: give a longer duration")
    factor = lattice.nernst_einstein
    return TracerDiffusion(
        value,
        error,
        *walks.tensor(),
        factor * value,
        factor * error,
        walks.start,
        walks.times,
        *walks.squares(),
        drift,
        drift_error,
        axes,
        sample.walks,
        sample.hops,
        sample.tries,
        sample.error <= wanted,
        seed,
        tuple(warnings),
        walks,
        factor,
    )
