"""Laplace transform, AC conductivity and renewing bonds against exact answers on small lattices."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice import (
    IonLattice,
    ac_conductivity,
    laplace_diffusivity,
    random_barrier_lattice,
    random_bond_lattice,
    renewing_conductivity,
    uniform_lattice,
    zero_field_conductivity,
)
from lisse.theory import frozen_bond_diffusivity
from lisse.units import FARADAY, GAS_CONSTANT

HOP, RATE = 3e-10, 1e9
IONS = (1000.0, 300.0)
ROUGH = random_barrier_lattice((6, 5, 4), HOP, RATE, *IONS, seed=11, barrier_spread=7e3, site_spread=4e3)


def generator(lattice: IonLattice) -> tuple[np.ndarray, np.ndarray]:
    """Dense generator (rows sum to 0), and the mean drift from each site along x, hop lengths per second."""
    count = lattice.weight.size
    number = np.arange(count).reshape(lattice.shape)
    rates, drift = np.zeros((count, count)), np.zeros(count)
    for axis in range(3):
        up, down = (rate.ravel() for rate in lattice.hop_rates(axis))
        here, there = number.ravel(), np.roll(number, -1, axis).ravel()
        np.add.at(rates, (here, there), up)
        np.add.at(rates, (there, here), down)
        if axis == 0:
            np.add.at(drift, here, up)
            np.add.at(drift, there, -down)
    return rates - np.diag(rates.sum(axis=1)), drift


def squared_displacement(lattice: IonLattice, times: np.ndarray) -> np.ndarray:
    """<x^2>(t) over a^2, by following the whole probability in time.

    ``d<x^2>/dt = <k+ + k-> - 2 int_0^t <v P(t') v>``: P from the eigenvectors of the generator.
    """
    matrix, drift = generator(lattice)
    weight = lattice.weight.ravel() / lattice.weight.sum()
    root = np.sqrt(weight)
    values, vectors = np.linalg.eigh((matrix * root[:, None] / root[None, :] + (matrix * root[:, None] / root).T) / 2)
    # v P(t) v with P = exp(Q t); a hop's displacement is odd in time, hence the sign
    shares = (vectors.T @ (root * drift)) ** 2
    jumps = 2.0 * lattice.exchange[0].sum() / lattice.weight.sum()
    decay = -np.minimum(values, 0.0)
    out = []
    for t in times:
        x = decay * t
        slow = x < 1e-6
        twice = np.where(slow, 0.5 * t**2, (x - 1.0 + np.exp(-x)) / np.where(slow, 1.0, decay) ** 2)
        out.append(jumps * t - 2.0 * float(shares @ twice))
    return np.array(out)


@pytest.mark.parametrize("s", [1e7, 1e9, 1e11])
def test_the_laplace_diffusivity_is_that_of_the_squared_displacement(s: float) -> None:
    """s^2/2 times the Laplace integral of <x^2>(t), by quadrature in time."""
    nodes, weights = np.polynomial.laguerre.laggauss(60)
    integral = squared_displacement(ROUGH, nodes / s) @ weights / s
    # tolerance: that of the quadrature, coarsest where s is far below the rates
    assert laplace_diffusivity(ROUGH, s) == pytest.approx(0.5 * s**2 * integral * HOP**2, rel=2e-4, abs=0)


@pytest.mark.parametrize("frequency", [1e3, 1e7, 1e9, 1e12])
@pytest.mark.parametrize("extra", [0.0, 3e8])
def test_complex_rates_against_a_dense_solution(frequency: float, extra: float) -> None:
    s = complex(extra, 2.0 * np.pi * frequency)
    matrix, drift = generator(ROUGH)
    weight = ROUGH.weight.ravel() / ROUGH.weight.sum()
    back = weight * drift @ np.linalg.solve(s * np.eye(len(weight)) - matrix, drift)
    exact = HOP**2 * (ROUGH.exchange[0].sum() / ROUGH.weight.sum() - back)
    found = laplace_diffusivity(ROUGH, s)
    assert abs(found - exact) <= 1e-11 * abs(exact)
    assert laplace_diffusivity(ROUGH, s, tolerance=1e-4) == pytest.approx(exact, rel=1e-5, abs=0)


@pytest.mark.parametrize("s", [1e-3, 1e-7, 1e-3j, 1e-7j, 1e-5 + 1e-7j])
@pytest.mark.parametrize("share", [0.15, 0.27])
@pytest.mark.parametrize("size", [4, 7])
def test_pieces_that_lead_nowhere_answer_slow_fields(s: complex, share: float, size: int) -> None:
    """Closed pieces of a frozen network at rates far below the hops': each has a mean that s alone holds."""
    lattice = random_bond_lattice((size,) * 3, 1.0, 1.0, share, *IONS, renewal=0.0).frozen(3)
    matrix, drift = generator(lattice)
    back = drift @ np.linalg.solve(s * np.eye(len(drift)) - matrix, drift)
    exact = (lattice.exchange[0].sum() - back) / len(drift)
    # tolerance: what 16 digits leave of a difference of two flows of 1
    assert abs(laplace_diffusivity(lattice, s) - exact) <= 1e-8 * abs(exact) + 1e-15


def test_the_spectrum_climbs_from_the_field_at_rest_to_free_hops() -> None:
    frequencies = np.logspace(2, 14, 9)
    found = ac_conductivity(ROUGH, frequencies)
    assert found[0].real == pytest.approx(zero_field_conductivity(ROUGH).value, rel=1e-9)
    free = ROUGH.nernst_einstein * HOP**2 * ROUGH.exchange[0].sum() / ROUGH.weight.sum()
    assert found[-1].real == pytest.approx(free, rel=1e-3)  # a rate over 1e14/s
    assert (np.diff(found.real) > 0.0).all()
    assert (found.imag > 0.0).all()
    shuffled = ac_conductivity(ROUGH, frequencies[[3, 0, 7]])
    np.testing.assert_allclose(shuffled, found[[3, 0, 7]], rtol=1e-9)


def test_a_uniform_lattice_answers_alike_at_all_frequencies() -> None:
    lattice = uniform_lattice((6, 6, 6), HOP, RATE, *IONS)
    expected = FARADAY**2 * 1000.0 / (GAS_CONSTANT * 300.0) * HOP**2 * RATE
    np.testing.assert_allclose(ac_conductivity(lattice, [1.0, 1e9, 1e15]), expected, rtol=1e-13)


# -- renewing bonds -------------------------------------------------------------------------------------------------


def ring(share: float, renewal: float, together: bool, count: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Occupation, generator and drift of an ion on a ring together with all its bonds, rates over that of a hop."""
    networks = np.array(list(itertools.product((0, 1), repeat=count)))
    chance = np.prod(np.where(networks, share, 1.0 - share), axis=1)
    number = np.arange(len(networks) * count).reshape(len(networks), count)
    rates, drift = np.zeros((number.size, number.size)), np.zeros(number.size)
    for n, bonds in enumerate(networks):
        for x in range(count):
            here = number[n, x]
            rates[here, number[n, (x + 1) % count]] += bonds[x]
            rates[here, number[n, (x - 1) % count]] += bonds[x - 1]
            drift[here] = bonds[x] - bonds[x - 1]
            if together:
                rates[here, number[:, x]] += renewal * chance
                continue
            for bond in range(count):
                for state in (0, 1):
                    after = bonds.copy()
                    after[bond] = state
                    place = int(after @ (1 << np.arange(count)[::-1]))
                    rates[here, number[place, x]] += renewal * (share if state else 1.0 - share)
    weight = np.repeat(chance, count) / count
    return weight, rates - np.diag(rates.sum(axis=1)), drift


def exact_on_the_ring(share: float, renewal: float, together: bool, s: complex) -> complex:
    weight, matrix, drift = ring(share, renewal, together)
    move = s * np.eye(len(weight)) - matrix
    if s == 0:  # the constant is no part of the answer
        move = move + np.outer(np.ones(len(weight)), weight)
    return complex(share - (weight * drift) @ np.linalg.solve(move, drift))


def frozen_mean(share: float, s: complex, count: int = 5) -> complex:
    """Mean of D0(s) over all frozen rings."""
    total = 0j
    for bonds in itertools.product((0.0, 1.0), repeat=count):
        chance = np.prod(np.where(bonds, share, 1.0 - share))
        exchange = np.array(bonds).reshape(count, 1, 1), np.zeros((count, 1, 1)), np.zeros((count, 1, 1))
        lattice = IonLattice(1.0, np.ones((count, 1, 1)), exchange, (True, False, False), 300.0, 1000.0)
        total += chance * laplace_diffusivity(lattice, s)
    return total


@pytest.mark.parametrize("renewal", [0.01, 0.5, 20.0])
@pytest.mark.parametrize("omega", [0.0, 0.3])
def test_renewal_shifts_the_frequency_exactly(renewal: float, omega: float) -> None:
    """D(omega) of the renewing network = D0(omega - i lambda) of the frozen ones: ion and bonds as one Markov chain."""
    s = complex(renewal, omega)
    whole = exact_on_the_ring(0.4, renewal, True, 1j * omega)
    assert abs(frozen_mean(0.4, s) - whole) <= 1e-11 * abs(whole)


def test_bonds_with_moments_of_their_own_are_another_matter() -> None:
    """The relation is not exact for them: ions get further. At fast renewal the difference goes."""
    for renewal, low, high in ((0.1, 1.1, 1.11), (100.0, 1.0, 1.00001)):
        apart = exact_on_the_ring(0.4, renewal, False, 0.0).real
        together = exact_on_the_ring(0.4, renewal, True, 0.0).real
        assert low < apart / together < high


def test_drawings_have_the_mean_over_all_networks() -> None:
    moving = random_bond_lattice((5, 1, 1), 1.0, 1.0, 0.4, *IONS, renewal=0.5, together=True)
    for frequency in (0.0, 0.1):
        exact = exact_on_the_ring(0.4, 0.5, True, 2j * np.pi * frequency)
        found = renewing_conductivity(moving, 300, seed=2, frequency=frequency)
        assert abs(found.diffusivity.real - exact.real) < 3.0 * found.error / moving.nernst_einstein
        assert found.error < 0.09 * found.value.real
    few = [renewing_conductivity(moving, 4, seed=2) for _ in range(2)]
    assert few[0] == few[1]


@pytest.mark.parametrize("share", [0.15, 0.6])
def test_fast_renewal_is_the_mean_field(share: float) -> None:
    moving = random_bond_lattice((12, 12, 12), 1.0, 1.0, share, *IONS, renewal=1e4, together=True)
    found = renewing_conductivity(moving, 20, seed=3)
    mean = zero_field_conductivity(moving.averaged()).diffusivity
    assert mean == pytest.approx(share)
    # a hop in 1e4 renewals is turned back, and what the drawings leave open
    assert found.diffusivity == pytest.approx(share, rel=1e-3, abs=3.0 * found.error / moving.nernst_einstein)


def test_slow_renewal_below_the_threshold_stops_everything() -> None:
    values = []
    for renewal in (1e-2, 1e-4, 1e-6):
        moving = random_bond_lattice((12, 12, 12), 1.0, 1.0, 0.15, *IONS, renewal=renewal, together=True)
        values.append(renewing_conductivity(moving, 3, seed=4).diffusivity / renewal)
        assert zero_field_conductivity(moving.frozen(4)).value == 0.0
    # D -> lambda <R^2>/6, with R the extent of the frozen clusters
    assert values[2] == pytest.approx(values[1], rel=1e-2)
    assert values[0] < values[1]


def test_drawings_meet_the_effective_medium_where_it_is_exact() -> None:
    """Few closed bonds, or renewal faster than hops: the formula of single bonds holds to first order."""
    for share, renewal, tolerance in ((0.97, 0.1, 2e-3), (0.3, 30.0, 2e-3)):
        moving = random_bond_lattice((16, 16, 16), 1.0, 1.0, share, *IONS, renewal=renewal, together=True)
        found = renewing_conductivity(moving, 8, seed=5)
        theory = float(frozen_bond_diffusivity(renewal, share, 1.0, 1.0))
        assert found.diffusivity == pytest.approx(
            theory, abs=tolerance * theory + 3.0 * found.error / moving.nernst_einstein
        )


# -- refusals -------------------------------------------------------------------------------------------------------


def test_what_cannot_be_answered_is_refused() -> None:
    ended = uniform_lattice((4, 4, 4), HOP, RATE, *IONS, periodic=(False, True, True))
    moving = random_bond_lattice((4, 4, 4), HOP, RATE, 0.5, *IONS, renewal=1.0)
    with pytest.raises(InvalidInput, match="axis: got 'x'; allowed: a periodic axis"):
        laplace_diffusivity(ended, 1.0)
    with pytest.raises(InvalidInput, match="axis: got 'x'; allowed: a periodic axis"):
        ac_conductivity(ended, [1.0])
    with pytest.raises(InvalidInput, match="The conjugate has the conjugate answer"):
        laplace_diffusivity(ROUGH, -1j)
    for frequency in (1e-9, 1e30):
        with pytest.raises(InvalidInput, match="Lower rates are a field at rest, higher ones free hops"):
            ac_conductivity(ROUGH, [frequency])
    with pytest.raises(InvalidInput, match="frequencies: got"):
        ac_conductivity(ROUGH, [0.0, 1.0])
    with pytest.raises(InvalidInput, match=re.escape("renewal_together, and every bond along an axis alike")):
        renewing_conductivity(moving, 4, seed=1)
    with pytest.raises(InvalidInput, match="a lattice with renewing bonds"):
        renewing_conductivity(ROUGH, 4, seed=1)
    with pytest.raises(InvalidInput, match="guess: got 'shape \\(3, 3, 3\\)'; allowed: the shape of the lattice"):
        laplace_diffusivity(ROUGH, 1.0, guess=np.ones((3, 3, 3)))
    with pytest.raises(InvalidInput, match="s: got 'fast'"):
        laplace_diffusivity(ROUGH, "fast")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"frequencies: got \['a'\]"):
        ac_conductivity(ROUGH, ["a"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drawings": 1}, "drawings: got 1; allowed: a whole number of at least 2"),
        ({"drawings": 2.5}, "drawings: got 2.5"),
        ({"seed": -1}, "seed: got -1"),
        ({"frequency": -1.0}, "frequency: got -1.0"),
    ],
)
def test_drawings_that_cannot_be_made_are_refused(change: dict[str, Any], message: str) -> None:
    moving = random_bond_lattice((4, 4, 4), HOP, RATE, 0.5, *IONS, renewal=1.0, together=True)
    with pytest.raises(InvalidInput, match=message):
        renewing_conductivity(moving, **({"drawings": 2, "seed": 1} | change))
