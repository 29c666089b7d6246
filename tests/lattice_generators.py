"""Exact transport of small lattices by listing every state: bonds that renew, and ions that exclude each other.

Each state of a Markov process has a probability p, and each transition a rate and a displacement x. With the drift
v = sum of rate * x,  D = 1/2 <sum of rate * x^2> + <left v, G^-1 v>, for processes that obey detailed balance
D = 1/2 <rate x^2> - <v, (-G)^-1 v>. Written apart from the package on purpose.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def _diffusivity(generator: Array, probability: Array, drift: Array, spread: Array) -> float:
    """D of a reversible process from its generator ``G[a, b]``: rate from a to b."""
    symmetric = probability[:, None] * generator
    assert np.allclose(symmetric, symmetric.T, atol=1e-12 * np.abs(symmetric).max())
    np.fill_diagonal(generator, generator.diagonal() - generator.sum(axis=1))
    memory = np.linalg.lstsq(-generator, drift, rcond=1e-12)[0]
    return float(0.5 * probability @ spread - probability @ (drift * memory))


def renewing_plane(shape: tuple[int, int], share: float, hop_rate: float, renewal: float, together: bool) -> float:
    """D along x, in squared steps, of an ion on a torus of bonds that renew; states: all bonds as seen by the ion."""
    count = 2 * shape[0] * shape[1]
    states = [np.array(bits).reshape(2, *shape) for bits in itertools.product((0, 1), repeat=count)]
    places = 2 ** np.arange(count)[::-1]
    of = [int(state.ravel() @ places) for state in states]
    assert of == list(range(len(states)))
    bits = np.array([state.ravel() for state in states])
    probability = np.prod(np.where(bits == 1, share, 1.0 - share), axis=1)
    generator = np.zeros((len(states), len(states)))
    drift, spread = np.zeros(len(states)), np.zeros(len(states))
    for a, state in enumerate(states):
        for axis, sign in itertools.product((0, 1), (1, -1)):
            bond = state[axis, 0, 0] if sign == 1 else state[axis][(-1, 0) if axis == 0 else (0, -1)]
            if bond:
                generator[a, int(np.roll(state, -sign, axis + 1).ravel() @ places)] += hop_rate
                if axis == 0:
                    drift[a] += sign * hop_rate
                    spread[a] += hop_rate
        if together:
            generator[a] += renewal * probability
        else:
            for n in range(count):
                chance = 1.0 - share if bits[a, n] else share
                generator[a, a ^ int(places[n])] += renewal * chance
    return _diffusivity(generator, probability, drift, spread)


def renewing_ring(weight: Array, exchange: Array, share: Array, renewal: Array) -> float:
    """D, in squared steps, on a ring of unlike sites whose unlike bonds renew; states: site and all bonds."""
    sites = weight.size
    states = list(itertools.product(range(sites), itertools.product((0, 1), repeat=sites)))
    number = {state: n for n, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    drift, spread, probability = (np.zeros(len(states)) for _ in range(3))
    for n, (site, bonds) in enumerate(states):
        probability[n] = weight[site] * np.prod(np.where(bonds, share, 1.0 - share))
        for sign, bond in ((1, site), (-1, (site - 1) % sites)):
            if bonds[bond]:
                rate = exchange[bond] / weight[site]
                generator[n, number[(site + sign) % sites, bonds]] += rate
                drift[n] += sign * rate
                spread[n] += rate
        for bond in range(sites):
            other = (*bonds[:bond], 1 - bonds[bond], *bonds[bond + 1 :])
            generator[n, number[site, other]] += renewal[bond] * (1.0 - share[bond] if bonds[bond] else share[bond])
    return _diffusivity(generator, probability / probability.sum(), drift, spread)


def excluding_ions(weight: Array, exchange: tuple[Array, Array], ions: int, axis: int, charge: bool) -> float:
    """D along an axis, in squared steps, of ions on a torus (nx, ny) that exclude each other: of tracers or charge.

    States: the site of the tracer and the set of all taken sites; for charge the set alone counts.
    """
    sites = weight.size
    index = np.arange(sites).reshape(weight.shape)
    moves = []
    for direction, bonds in enumerate(exchange):
        there = np.roll(index, -1, direction)
        for i, j, flow in zip(index.ravel(), there.ravel(), bonds.ravel(), strict=True):
            moves += [(int(i), int(j), flow / weight.ravel()[i], 1 if direction == axis else 0)]
            moves += [(int(j), int(i), flow / weight.ravel()[j], -1 if direction == axis else 0)]
    states = [
        (tracer, taken)
        for taken in itertools.combinations(range(sites), ions)
        for tracer in (taken if not charge else taken[:1])
    ]
    number = {state: n for n, state in enumerate(states)}
    probability = np.array([np.prod(weight.ravel()[list(taken)]) for _, taken in states])
    probability /= probability.sum()
    generator = np.zeros((len(states), len(states)))
    drift, spread = np.zeros(len(states)), np.zeros(len(states))
    for n, (tracer, taken) in enumerate(states):
        for start, end, rate, step in moves:
            if start in taken and end not in taken:
                after = tuple(sorted({*taken, end} - {start}))
                marked = after[0] if charge else (end if start == tracer else tracer)
                generator[n, number[marked, after]] += rate
                if charge or start == tracer:
                    drift[n] += rate * step
                    spread[n] += rate * step**2
    return _diffusivity(generator, probability, drift, spread) / (ions if charge else 1)


def one_hole(size: int) -> float:
    """Correlation factor of tracers with one hole on a simple cubic torus: from the hole as seen by the tracer."""
    shape = (size,) * 3
    index = np.arange(size**3).reshape(shape)
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    rows, columns, rates = [], [], []
    drift = np.zeros(size**3)
    for axis, sign in itertools.product(range(3), (1, -1)):
        target = np.roll(index, -sign, axis).ravel().copy()  # the hole goes one step along the axis
        beside = int(np.roll(index, sign, axis)[0, 0, 0])  # where that step meets the tracer, which goes to the hole
        target[beside] = int(np.roll(index, -sign, axis)[0, 0, 0])
        if axis == 0:
            drift[beside] -= sign
        rows.append(index.ravel()), columns.append(target), rates.append(np.ones(size**3))
    generator = coo_matrix((np.concatenate(rates), (np.concatenate(rows), np.concatenate(columns)))).tocsc()
    keep = np.arange(1, size**3)  # the hole is never on the tracer
    inside = generator[keep][:, keep]
    assert abs(inside - inside.T).max() == 0.0
    from scipy.sparse import diags

    laplacian = (diags(np.asarray(inside.sum(axis=1)).ravel()) - inside).tocsc()
    memory = np.zeros(len(keep))
    memory[:-1] = splu(laplacian[:-1, :-1]).solve(drift[keep][:-1])
    start = 0.5 * 2.0 / len(keep)
    return float((start - drift[keep] @ memory / len(keep)) / start)
