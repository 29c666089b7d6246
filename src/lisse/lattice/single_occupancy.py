"""Kinetic Monte Carlo of ions of which no two share a site: tracer against charge diffusion, the Haven ratio.

What belongs here: how many ions, how long, when to stop, and what comes out. The hops are compiled in
`lisse.numerics.exclusion_kernels`. What does not: ions that do not feel each other (`kinetic_monte_carlo`), forces
between ions beyond the one that keeps them apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import number
from lisse.lattice.displacements import Displacements, mean_and_error, octave_times
from lisse.lattice.free_walks import NEGLIGIBLE, round_axes, spreading_time, walk_duration
from lisse.lattice.ion_lattice import IonLattice
from lisse.lattice.sampling import Progress, check_sampling, sampled
from lisse.lattice.site_table import site_table

__all__ = ["LatticeGas", "lattice_gas"]

Array = np.ndarray[Any, np.dtype[Any]]
_LEAST_COPIES = 2  # of a block


@dataclass(frozen=True, eq=False)
class LatticeGas:
    """What the hops of ions that keep apart gave; errors are standard errors, from independent copies.

    Attributes
    ----------
    tracer_diffusivity : float, m2/s. Of single ions: ``d<x^2>/dt / 2``, mean over `axes`.
    tracer_error : float, m2/s.
    charge_diffusivity : float, m2/s. Of all ions together: ``d<(sum x)^2>/dt / (2 ions)``.
    charge_error : float, m2/s.
    haven_ratio : float, 1. Tracer over charge diffusivity; NaN where no charge moves.
    haven_error : float, 1.
    conductivity : float, S/m. ``F^2 c D/(R T)`` with the charge diffusivity and the concentration of the lattice.
    conductivity_error : float, S/m.
    ions, sites : int. In a copy.
    times : (n,) array, s.
    tracer_squares : (n, 3) array, m2. Mean-square displacement of single ions along x, y and z.
    charge_squares : (n, 3) array, m2. That of the sum over the ions, divided by their number.
    axes : tuple of int. Axes along which the lattice goes round and has more than one site.
    copies, hops, tries : int. Independent copies; hops, and tries of which some found the target taken.
    converged : bool. Whether the wanted error was reached.
    seed : int.
    warnings : tuple of str. What to know before using the numbers.
    """

    tracer_diffusivity: float
    tracer_error: float
    charge_diffusivity: float
    charge_error: float
    haven_ratio: float
    haven_error: float
    conductivity: float
    conductivity_error: float
    ions: int
    sites: int
    times: Array
    tracer_squares: Array
    charge_squares: Array
    axes: tuple[int, ...]
    copies: int
    hops: int
    tries: int
    converged: bool
    seed: int
    warnings: tuple[str, ...]


def lattice_gas(
    lattice: IonLattice,
    filling: float,
    error: float = 0.03,
    *,
    duration: float | None = None,
    seed: int = 0,
    largest_hops: float = 2e9,
    progress: Progress | None = None,
) -> LatticeGas:
    """Let ions that exclude each other from their sites hop until both diffusivities are known well enough.

    ::

        rate from site i to j:  phi_ij/w_i  if j is empty, 0 otherwise
        occupation in equilibrium:  c_i/(1 - c_i) = z w_i,  sum c_i = ions

    The weights of the lattice are those of a lone ion; detailed balance holds at any filling. Where more than half of
    the sites are taken the holes are followed, which cost the same hops and no more. All sites alike: the charge
    diffusivity is ``(1 - c) a^2 k``, times N/(N - 1) on N sites because the number of ions is fixed, and the Haven
    ratio the correlation factor of tracers, 1 for few ions and 0.6531 for few holes on a simple cubic lattice.

    Parameters
    ----------
    lattice : IonLattice. Without bonds that are drawn anew, with at least one axis that goes round.
    filling : float, 1. Share of the sites that ions take, above 0 and below 1; rounded to whole ions, at least one ion
        and one hole.
    error : float, 1. Relative standard error of both diffusivities at which to stop. That of charge takes longer: a
        copy has one, and many tracers.
    duration : float, s, optional. Of each copy. By default until the density has relaxed; where sites or bonds differ,
        until tracers have spread over the box.
    seed : int. From 0 to 2^63 - 1.
    largest_hops : float. Tries to hop after which to stop in any case; the result then says so.
    progress : callable, optional. Called with the share done (0 to 1) and a few words.

    Returns
    -------
    LatticeGas

    Raises
    ------
    InvalidInput
        For bad arguments, and where `largest_hops` is too little for 64 copies.

    Notes
    -----
    Validity: ions that only keep off each other's sites. Confidence: S.
    Source: murch1982

    Examples
    --------
    >>> from lisse.lattice import uniform_lattice
    >>> found = lattice_gas(uniform_lattice((6, 6, 6), 3e-10, 1e9, 1000.0, 300.0), 0.5, 0.1)
    >>> bool(abs(found.charge_diffusivity - 4.5e-11) < 4 * found.charge_error), found.ions
    (True, 108)
    """
    axes = round_axes(lattice)
    check_sampling(error, duration, seed, largest_hops)
    if lattice.renews:
        advice = "Take lattice.frozen(seed) or lattice.averaged()"
        raise InvalidInput("lattice", "bonds that are drawn anew", "bonds that stay as they are", advice)
    copies, note = _Copies(lattice, filling, int(seed)), ""
    if duration is None:
        duration, note = copies.duration(lattice, largest_hops, progress)
    times = octave_times(duration, copies.fastest)
    nothing = NEGLIGIBLE * float(copies.start[list(axes)].mean())

    def walk(blocks: int, count: int, stream: int) -> tuple[Array, int, int]:
        return copies.walk(times, blocks, count, stream)

    def error_of(blocks: Array) -> float:
        mean, uncertain = mean_and_error(_both(times, blocks, axes))
        return float(np.max(uncertain / np.maximum(mean, nothing))) if nothing > 0.0 else 0.0

    sample = sampled(walk, error_of, error, largest_hops, _LEAST_COPIES, progress)
    warnings = [note] if note else []
    if sample.error > error:
        warnings.append(f"stopped at a relative error of {sample.error:.2g}, not {error:.2g}: raise largest_hops")
    both = _both(times, sample.blocks, axes)
    (tracer, charge), (tracer_error, charge_error) = mean_and_error(both)
    haven, haven_error = _ratio(both)
    squares = sample.blocks[..., :3].mean(axis=0)
    return LatticeGas(
        float(tracer),
        float(tracer_error),
        float(charge),
        float(charge_error),
        haven,
        haven_error,
        lattice.nernst_einstein * float(charge),
        lattice.nernst_einstein * float(charge_error),
        copies.ions,
        copies.sites,
        times,
        squares[0],
        squares[1],
        axes,
        sample.walks,
        sample.hops,
        sample.tries,
        sample.error <= error,
        int(seed),
        tuple(warnings),
    )


class _Copies:
    """A lattice, the number of its ions, and their equilibrium, as arrays of the compiled loop."""

    def __init__(self, lattice: IonLattice, filling: float, seed: int) -> None:
        weight = lattice.weight.ravel()
        self._places = np.nonzero(weight > 0.0)[0]
        self.sites = len(self._places)
        if not 0.0 < number("filling", filling) < 1.0 or self.sites < 2:
            raise InvalidInput("filling", filling, "a share of two sites or more, above 0 and below 1")
        self.ions = min(max(round(filling * self.sites), 1), self.sites - 1)
        self._holes = self.ions > self.sites / 2
        table = site_table(lattice, arriving=self._holes)
        self.fastest, self._rows, self._kind = table.fastest, table.rows, table.kind
        self._alike = bool(weight[self._places].min() == weight.max())
        self._chance = _occupation(weight, self.ions)
        free = self._chance.reshape(lattice.shape)
        flows = [
            float(np.sum(bonds * _flow(lattice.weight, free, axis))) for axis, bonds in enumerate(lattice.exchange)
        ]
        self.start = np.array(flows) * lattice.spacing**2 / self.ions
        self._shape, self._spacing, self._seed = lattice.shape, lattice.spacing, seed

    def duration(self, lattice: IonLattice, largest: float, progress: Progress | None) -> tuple[float, str]:
        """How long copies have to live, s, and what is wrong with it.

        Where all sites are alike, until the density has relaxed, which it does as a lone ion diffuses. Otherwise an ion
        must also have seen the sites that differ: tracers walk until they have spread over the box.
        """
        axes = list(round_axes(lattice))
        if not self.start[axes].any():
            return (1.0 / self.fastest if self.fastest > 0.0 else 1.0), ""
        lone = np.array([lattice.exchange[axis].sum() for axis in axes]) * lattice.spacing**2 / lattice.weight.sum()
        if self._alike and lone.all() and all(np.ptp(lattice.exchange[axis]) == 0.0 for axis in axes):
            return spreading_time(lattice, float(lone.min())), ""

        def tracers(times: Array, blocks: int, count: int, stream: int) -> tuple[Array, int, int]:
            found, hops, tries = self.walk(times, blocks, count, stream)
            return found[:, 0], hops, tries

        return walk_duration(tracers, lattice, self.start, math.inf, largest, progress)

    def walk(self, times: Array, blocks: int, copies: int, stream: int) -> tuple[Array, int, int]:
        """(blocks, 2, times, 6) array, m2: mean products of tracers and of all ions together; hops, twice."""
        from lisse.numerics.exclusion_kernels import exclusion_walks
        from lisse.numerics.threads import SERIAL_BELOW, share

        single, collective = (np.zeros((blocks, len(times), 6), dtype=np.int64) for _ in range(2))
        hops, tries = np.zeros(blocks, dtype=np.int64), np.zeros(blocks, dtype=np.int64)
        if self.fastest > 0.0:
            moving = self._rows, self._kind, self.fastest, int(self._holes), self._places
            filled = self._chance, self._alike, self.ions, self._shape
            streams = times, copies, self._seed, stream, single, collective, hops, tries
            share(exclusion_walks, blocks, SERIAL_BELOW, *moving, *filled, *streams)
        found = np.stack([single, collective], axis=1) * (self._spacing**2 / (copies * self.ions))
        return found, int(hops.sum()), int(tries.sum())


def _occupation(weight: Array, ions: int) -> Array:
    """(sites,) array: chance ``z w/(1 + z w)`` that a site is taken, with z such that they add up to the ions."""
    from scipy.optimize import brentq

    logs = np.log(weight[weight > 0.0])
    chances = np.zeros(len(weight))

    def of(log_z: float) -> Array:
        taken: Array = 0.5 * (1.0 + np.tanh(0.5 * (logs + log_z)))
        return taken

    reach = math.log(len(logs)) + 1.0
    low, high = -float(logs.max()) - reach, -float(logs.min()) + reach
    found = brentq(lambda log_z: float(of(log_z).sum()) - ions, low, high, xtol=1e-12)
    chances[weight > 0.0] = of(float(found))
    return chances


def _flow(weight: Array, chance: Array, axis: int) -> Array:
    """``c_i (1 - c_j)/w_i``: flow through the bonds along an axis over that of lone ions with the weights."""
    there = np.roll(chance, -1, axis)
    flow: Array = np.divide(chance * (1.0 - there), weight, out=np.zeros_like(weight), where=weight > 0.0)
    return flow


def _both(times: Array, blocks: Array, axes: tuple[int, ...]) -> Array:
    """(blocks, 2) array, m2/s: tracer and charge diffusivity of each block, mean over the axes."""
    found = [
        Displacements(times, blocks[:, kind], np.zeros(3), 1).slopes()[:, list(axes)].mean(axis=1) for kind in (0, 1)
    ]
    return np.stack(found, axis=1)


def _ratio(both: Array) -> tuple[float, float]:
    """Tracer over charge diffusivity and its standard error, from what is left when a block is left out."""
    tracer, charge = both.mean(axis=0)
    if not charge > 0.0:
        return math.nan, math.nan
    count = len(both)
    without = (count * np.array([tracer, charge]) - both) / (count - 1)
    ratios = without[:, 0] / without[:, 1]
    return float(tracer / charge), float(math.sqrt((count - 1) * ratios.var()))
