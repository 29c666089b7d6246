"""Lattices of textbooks: uniform, with bonds or sites left out at random, with random barriers.

Lattices of composites, from the voxels of a microstructure, are made in `lisse.lattice.composite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import generator, number, require_memory, three_booleans
from lisse.lattice.ion_lattice import IonLattice
from lisse.units import GAS_CONSTANT

__all__ = ["random_barrier_lattice", "random_bond_lattice", "random_site_lattice", "uniform_lattice"]

Array = np.ndarray[Any, np.dtype[Any]]
_BYTES = 80.0  # of a site while a lattice is made
_WIDEST = 100.0  # standard deviation of energies over R T, beyond which no number holds the rates


def uniform_lattice(
    shape: Sequence[int],
    spacing: float,
    hop_rate: float,
    concentration: float,
    temperature: float,
    periodic: Sequence[bool] = (True, True, True),
) -> IonLattice:
    """Every site and every bond alike: diffusivity ``spacing^2 hop_rate``, conductivity by Nernst and Einstein.

    Parameters
    ----------
    shape : three integers. Sites along x, y and z; 1 leaves an axis out (a chain is ``(n, 1, 1)``).
    spacing : float, m. Hop length.
    hop_rate : float, 1/s. From a site to one of its neighbours.
    concentration : float, mol/m3. Ions over the whole volume.
    temperature : float, K.
    periodic : three booleans. Axes along which the grid closes on itself; those of one site never do.

    Returns
    -------
    IonLattice

    Examples
    --------
    >>> uniform_lattice((4, 1, 1), 3e-10, 1e9, 1000.0, 300.0).periodic
    (True, False, False)
    """
    size, closed = _box(shape, periodic)
    return IonLattice(
        spacing,
        np.ones(size),
        _bonds_between(np.full(size, True), closed, hop_rate),
        closed,
        temperature,
        concentration,
    )


def random_bond_lattice(
    shape: Sequence[int],
    spacing: float,
    hop_rate: float,
    open_fraction: float,
    concentration: float,
    temperature: float,
    periodic: Sequence[bool] = (True, True, True),
    *,
    renewal: float,
    together: bool = False,
) -> IonLattice:
    """Dynamic bond percolation (Druger, Nitzan and Ratner): a fraction of the bonds is open, and all are drawn anew.

    Parameters
    ----------
    shape, spacing, hop_rate, concentration, temperature, periodic : see `uniform_lattice`.
    open_fraction : float, 1. Probability f that a bond is open.
    renewal : float, 1/s. Rate at which a bond is drawn anew; 0 for a network that keeps its first drawing.
    together : bool. Whether all bonds are drawn anew at the same moments; otherwise each at its own.

    Returns
    -------
    IonLattice
        With probabilities; its `frozen(seed)` is one drawing, ordinary bond percolation.

    Examples
    --------
    >>> renewing = random_bond_lattice((32, 32, 32), 3e-10, 1e9, 0.2, 1000.0, 300.0, renewal=1e7)
    >>> frozen = renewing.frozen(seed=1)
    >>> round(float(np.mean([bonds > 0 for bonds in frozen.exchange])), 2)
    0.2
    """
    whole = uniform_lattice(shape, spacing, hop_rate, concentration, temperature, periodic)
    share, rate = number("open_fraction", open_fraction, most=1.0), number("renewal", renewal)
    shares, rates = ([np.full(whole.shape, value) for _ in range(3)] for value in (share, rate))
    return IonLattice(
        whole.spacing,
        whole.weight,
        whole.exchange,
        whole.periodic,
        whole.temperature,
        whole.concentration,
        (shares[0], shares[1], shares[2]),
        (rates[0], rates[1], rates[2]),
        together,
    )


def random_site_lattice(
    shape: Sequence[int],
    spacing: float,
    hop_rate: float,
    site_fraction: float,
    concentration: float,
    temperature: float,
    seed: int | np.random.Generator,
    periodic: Sequence[bool] = (True, True, True),
) -> IonLattice:
    """Site percolation: every place has a site with probability `site_fraction`, and neighbouring sites a bond.

    Parameters
    ----------
    shape, spacing, hop_rate, concentration, temperature, periodic : see `uniform_lattice`.
    site_fraction : float, 1. Above 0.
    seed : int or numpy Generator.

    Returns
    -------
    IonLattice

    Examples
    --------
    >>> some = random_site_lattice((32, 32, 32), 3e-10, 1e9, 0.5, 1000.0, 300.0, seed=1)
    >>> round(some.mean_weight, 2)
    0.5
    """
    size, closed = _box(shape, periodic)
    share = number("site_fraction", site_fraction, above=True, most=1.0)
    sites = generator(seed).random(size) < share
    if not sites.any():
        raise InvalidInput("site_fraction", site_fraction, "a fraction that leaves some sites")
    bonds = _bonds_between(sites, closed, hop_rate)
    return IonLattice(spacing, sites.astype(float), bonds, closed, temperature, concentration)


def random_barrier_lattice(
    shape: Sequence[int],
    spacing: float,
    hop_rate: float,
    concentration: float,
    temperature: float,
    seed: int | np.random.Generator,
    barrier_spread: float,
    site_spread: float = 0.0,
    periodic: Sequence[bool] = (True, True, True),
) -> IonLattice:
    """Barriers and site energies drawn from normal distributions.

    ::

        phi_ij = k0 exp(-B_ij/(R T)),   w_i = exp(-E_i/(R T)),   k_ij = k0 exp(-(B_ij - E_i)/(R T))

    with the barrier tops B and the site energies E of mean 0. A chain has the harmonic mean of the bonds:
    ``D = spacing^2 / (<w> <1/phi>)``.

    Parameters
    ----------
    shape, spacing, concentration, temperature, periodic : see `uniform_lattice`.
    hop_rate : float, 1/s. k0, from a mean site over a mean barrier.
    seed : int or numpy Generator.
    barrier_spread : float, J/mol. Standard deviation of the barrier tops.
    site_spread : float, J/mol. Standard deviation of the site energies.

    Returns
    -------
    IonLattice

    Examples
    --------
    >>> chain = random_barrier_lattice((100, 1, 1), 3e-10, 1e9, 1000.0, 300.0, 1, barrier_spread=2e3)
    >>> bool(chain.exchange[0].min() < 1e9 < chain.exchange[0].max())
    True
    """
    size, closed = _box(shape, periodic)
    random, heat = generator(seed), GAS_CONSTANT * number("temperature", temperature, above=True)
    wide, deep = number("barrier_spread", barrier_spread) / heat, number("site_spread", site_spread) / heat
    if max(wide, deep) > _WIDEST:
        name = "barrier_spread" if wide >= deep else "site_spread"
        raise InvalidInput(name, heat * max(wide, deep), f"at most {_WIDEST:g} R T, {_WIDEST * heat:.3g} J/mol")
    bonds = _bonds_between(np.full(size, True), closed, hop_rate)
    a, b, c = (bond * np.exp(-wide * random.standard_normal(size)) for bond in bonds)
    weight = np.exp(-deep * random.standard_normal(size))
    return IonLattice(spacing, weight, (a, b, c), closed, temperature, concentration)


def _bonds_between(sites: Array, closed: Sequence[bool], hop_rate: float) -> tuple[Array, Array, Array]:
    """`hop_rate` on the bonds between neighbouring sites, 0 elsewhere."""
    rate = number("hop_rate", hop_rate)
    bonds = []
    for axis, around in enumerate(closed):
        both = sites & np.roll(sites, -1, axis)
        if not around:
            np.moveaxis(both, axis, 0)[-1] = False
        bonds.append(np.where(both, rate, 0.0))
    return bonds[0], bonds[1], bonds[2]


def _box(shape: Sequence[int], periodic: Sequence[bool]) -> tuple[tuple[int, int, int], tuple[bool, bool, bool]]:
    """The shape and the axes that close on themselves, of which those of one site do not."""
    sizes = tuple(shape) if isinstance(shape, (tuple, list, np.ndarray)) else ()
    if len(sizes) != 3 or not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
        raise InvalidInput("shape", shape, "three whole numbers above 0", "A chain is (n, 1, 1)")
    around = three_booleans(periodic)
    nx, ny, nz = (int(n) for n in sizes)
    require_memory(f"a lattice of {nx} x {ny} x {nz} sites", float(nx) * ny * nz, _BYTES)
    x, y, z = (closes and n > 1 for closes, n in zip(around, sizes, strict=True))
    return (nx, ny, nz), (x, y, z)
