"""Walks of independent ions on a lattice, and how long they must last.

What comes of them is in `lisse.lattice.kinetic_monte_carlo`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.displacements import OCTAVE, lag_times, mean_and_error, record_plan
from lisse.lattice.ion_lattice import IonLattice
from lisse.lattice.sampling import PILOT_STREAM, Progress
from lisse.lattice.site_table import site_table

__all__ = ["NEGLIGIBLE", "FreeWalks", "renewal_bound", "round_axes", "spreading_time", "walk_duration"]

Array = np.ndarray[Any, np.dtype[Any]]
NEGLIGIBLE = 1e-3
"""Share of the diffusivity at time 0 that counts as nothing when a relative error is judged."""
_PILOT_BLOCKS, _PILOT_WALKERS = 16, 16  # that find the duration
_FORGOTTEN = 16.0  # renewals of a bond after which nothing is left of its first state
_SPREAD = 0.4  # mean-square displacement over the square of the box, at which the slowest mode has died
_LONGEST = 4096.0  # the same for a lattice that conducts this many times less than at time 0
_PILOT_SHARE = 0.25  # of the hops allowed


def round_axes(lattice: IonLattice) -> tuple[int, ...]:
    """Axes of several sites along which the lattice goes round; refuses a lattice that has none."""
    if not isinstance(lattice, IonLattice):
        raise InvalidInput("lattice", type(lattice).__name__, "an IonLattice")
    axes = tuple(axis for axis in range(3) if lattice.periodic[axis] and lattice.shape[axis] > 1)
    if not axes:
        advice = "Between walls ions diffuse nowhere in the long run; make an axis periodic"
        raise InvalidInput("lattice.periodic", lattice.periodic, "at least one axis of two sites or more", advice)
    return axes


class FreeWalks:
    """A lattice as arrays of the compiled loops.

    Parameters
    ----------
    lattice : IonLattice
    seed : int. Of the random numbers.
    """

    def __init__(self, lattice: IonLattice, seed: int) -> None:
        table = site_table(lattice)
        self.fastest: float = table.fastest
        self.start: Array = np.array([bonds.sum() for bonds in lattice.averaged().exchange])
        self._rate = 2.0 * float(self.start.sum() / lattice.weight.sum())
        self.start *= lattice.spacing**2 / lattice.weight.sum()
        self._seed, self._spacing, self._shape = seed, lattice.spacing, lattice.shape
        self._table = table.rows, table.kind, table.cumulative
        self._bonds = _bond_arrays(lattice)

    def walk(self, times: Array, blocks: int, walkers: int, stream: int) -> tuple[Array, int, int]:
        """Blocks of walkers that each use a random stream of their own, from `stream` on.

        Returns
        -------
        (blocks, times, 6) array, m2
            Means of xx, yy, zz, yz, xz, xy of the displacements.
        int
            Hops.
        int
            Tries to hop.
        """
        from lisse.numerics import walk_kernels
        from lisse.numerics.threads import SERIAL_BELOW, share

        *plan, often = record_plan(times, self._rate * float(times[-1]))
        squares = np.zeros((blocks, len(times), 6), dtype=np.int64)
        hops = np.zeros(blocks, dtype=np.int64)
        tries = hops if self._bonds is None else np.zeros(blocks, dtype=np.int64)
        streams = *plan, walkers, self._seed, stream, squares, hops
        grid = *self._table, self._shape
        if self._bonds is None:
            share(walk_kernels.frozen_walks, blocks, SERIAL_BELOW, *grid, *streams)
        else:
            share(walk_kernels.renewing_walks, blocks, SERIAL_BELOW, *grid, *self._bonds, *streams, tries)
        return squares * (self._spacing**2 / (walkers * often[:, None])), int(hops.sum()), int(tries.sum())


def walk_duration(
    walk: Callable[[Array, int, int, int], tuple[Array, int, int]],
    lattice: IonLattice,
    start: Array,
    bound: float,
    largest: float,
    progress: Progress | None,
) -> tuple[float, str]:
    """How long ions have to walk, from a few that walk ever longer: until they have spread over the box.

    Parameters
    ----------
    walk : callable. As `FreeWalks.walk`.
    lattice : IonLattice
    start : (3,) array, m2/s. Diffusivities at time 0, some above 0.
    bound : float, s. Time that is long enough anyway.
    largest : float. Tries allowed for the whole work.
    progress : callable or None.

    Returns
    -------
    float, s
    str
        What is wrong with it, empty if nothing is.
    """
    axes = list(round_axes(lattice))
    box = (np.array(lattice.shape)[axes] * lattice.spacing) ** 2
    shortest = spreading_time(lattice, float(start[axes].max()))
    duration, used = shortest, 0
    while duration < min(bound, _LONGEST * shortest):
        found, _, tries = walk(lag_times(duration, 0.0), _PILOT_BLOCKS, _PILOT_WALKERS, PILOT_STREAM)
        used += tries
        if np.all(found[:, -1, axes].mean(axis=0) >= _SPREAD * box):
            return duration, ""
        rise, error = mean_and_error(found[:, -1, axes] - found[:, -1 - OCTAVE, axes])
        if np.all((rise + 2.0 * error) / duration < NEGLIGIBLE * start[axes].max()):
            return duration, ""
        if used + 2 * tries > _PILOT_SHARE * largest:
            text = f"walks of {duration:.3g} s may be shorter than the slowest relaxation of the lattice"
            return duration, f"{text}: raise largest_hops, or give a duration"
        duration *= 2.0
        if progress is not None:
            progress(0.0, f"ions must walk for more than {0.5 * duration:.2g} s")
    return min(duration, bound), ""


def spreading_time(lattice: IonLattice, diffusivity: float) -> float:
    """s. Time after which ions that do not remember have spread over 0.4 of the square of the longest way round."""
    axes = list(round_axes(lattice))
    box = (np.array(lattice.shape)[axes] * lattice.spacing) ** 2
    return float(0.5 * _SPREAD * box.max() / diffusivity)


def renewal_bound(lattice: IonLattice) -> float:
    """Time after which renewal has wiped out all memory, s; inf where something else lasts.

    Where all sites are alike, and all bonds along an axis but for being open or closed, what an ion remembers decays
    at least as fast as the slowest bonds renew: hops can only add to the decay, since both obey detailed balance.
    """
    if lattice.renewal is None or not lattice.even:
        return math.inf
    slowest = min(float(lattice.renewal[axis].min()) for axis in round_axes(lattice))
    return _FORGOTTEN / slowest if slowest > 0.0 else math.inf


def _bond_arrays(lattice: IonLattice) -> tuple[Array, Array, float] | None:
    """Open fractions, rates of renewal one by one, and the rate of renewal of all at once."""
    if lattice.open_fraction is None or lattice.renewal is None:
        return None
    shares = np.concatenate([one.ravel() for one in lattice.open_fraction])
    rates = np.concatenate([one.ravel() for one in lattice.renewal])
    if lattice.renewal_together:
        return shares, np.zeros(rates.size), float(rates[0])
    rates[shares >= 1.0] = 0.0  # an open bond that is drawn anew is open
    return shares, rates, 0.0
