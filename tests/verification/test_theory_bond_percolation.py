"""Effective medium of frozen and renewing bonds against exact results: chains, one closed bond, rings of all states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, sparse, special
from scipy.sparse.linalg import splu, spsolve

from lisse.errors import InvalidInput
from lisse.theory import dynamic_bond_diffusivity, frozen_bond_diffusivity
from lisse.theory.bond_percolation import _bond_share

# -- the lattice Green function ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("x", [1e-3, 0.5, 7.0, 999.0, 1001.0, 0.3 + 0.4j, 50.0 + 80.0j])
def test_green_function_against_its_integral(dimension: int, x: complex) -> None:
    """G(x) = int e^(-x t) [e^(-2 t) I0(2 t)]^d dt, without elliptic integrals or Joyce's closed form."""
    edges = [0.0, *np.logspace(-6, math.log10(60 / complex(x).real), 300)]
    green = sum(
        integrate.fixed_quad(lambda t: np.exp(-x * t) * special.ive(0, 2 * t) ** dimension, a, b, n=12)[0]
        for a, b in zip(edges, edges[1:], strict=False)
    )
    expected = (1 - x * green) / dimension
    assert abs(_bond_share(np.asarray(x), dimension) - expected) < 2e-12 * abs(expected) + 3e-16 * abs(x * green)


def test_watson() -> None:
    """1 - s G = s G's complement at s -> 0; the cube returns with Watson's 1.516386 visits."""
    x = 1e-9
    visits = (1 - 3 * _bond_share(np.asarray(x), 3)) * (6 + x) / x
    assert visits == pytest.approx(1.5163860591519780, rel=1e-4)


# -- frozen -----------------------------------------------------------------------------------------------------------


def exact_chain(s: float, f: float) -> float:
    """Mean over the pieces of a broken chain: a piece of n sites, share n f^(n-1) (1-f)^2, has a closed form."""
    n = np.arange(1, int(60 / -math.log(f)) + 2)
    kappa = 2 * math.asinh(math.sqrt(s) / 2)
    piece = 1 - np.tanh(kappa * n / 2) / math.tanh(kappa / 2) / n
    return float((n * f ** (n - 1.0) * (1 - f) ** 2 * piece).sum())


@pytest.mark.parametrize("sites", [1, 2, 5])
def test_the_closed_form_of_a_piece_is_the_solution_of_its_master_equation(sites: int) -> None:
    s = 0.37
    master = np.zeros((sites, sites))
    drift = np.zeros(sites)
    for i in range(sites - 1):
        master[[i, i + 1], [i, i + 1]] -= 1.0
        master[[i, i + 1], [i + 1, i]] += 1.0
        drift[i] += 1.0
        drift[i + 1] -= 1.0
    solved = ((sites - 1) - drift @ np.linalg.solve(s * np.eye(sites) - master, drift)) / sites
    kappa = 2 * math.asinh(math.sqrt(s) / 2)
    assert 1 - math.tanh(kappa * sites / 2) / math.tanh(kappa / 2) / sites == pytest.approx(solved, abs=1e-13)


@pytest.mark.parametrize("f", [0.1, 0.5, 0.9])
def test_a_broken_chain_and_its_effective_medium(f: float) -> None:
    """Exact at large s to two orders, (2 - f)/2 of the exact value at small s, between them within that."""
    slow = 1e-7
    exact = exact_chain(slow, f)
    assert exact == pytest.approx(slow * f / (2 * (1 - f) ** 2), rel=1e-4)
    assert frozen_bond_diffusivity(slow, f, 1.0, 1.0, 1) == pytest.approx((2 - f) / 2 * exact, rel=1e-4)
    fast = 1e4
    lag = [f - value for value in (frozen_bond_diffusivity(fast, f, 1.0, 1.0, 1), exact_chain(fast, f))]
    assert lag[0] == pytest.approx(lag[1], rel=1e-3)
    for s in np.logspace(-5, 2, 8):
        assert (2 - f) / 2 < frozen_bond_diffusivity(s, f, 1.0, 1.0, 1) / exact_chain(s, f) < 1.0


@pytest.mark.parametrize(("dimension", "edge"), [(1, 200), (2, 40), (3, 16)])
@pytest.mark.parametrize("s", [0.5, 3.0])
def test_exact_to_first_order_in_closed_bonds(dimension: int, edge: int, s: float) -> None:
    """One closed bond in a periodic lattice, solved; bonds across the field change nothing to first order."""
    count = edge**dimension
    index = np.arange(count).reshape((edge,) * dimension)
    laplacian = sparse.lil_matrix((count, count))
    for axis in range(dimension):
        for i, j in zip(index.ravel(), np.roll(index, -1, axis).ravel(), strict=True):
            if axis == 0 and i == 0:
                start, end = i, j
                continue
            for a, b in ((i, j), (j, i)):
                laplacian[a, a] += 1.0
                laplacian[a, b] -= 1.0
    drift = np.zeros(count)  # the closed bond leaves a drift of its two sites
    drift[start], drift[end] = -1.0, 1.0
    lost = 1.0 + drift @ spsolve((s * sparse.eye(count) + laplacian).tocsc(), drift)
    closed = 1e-6
    found = (1 - frozen_bond_diffusivity(s, 1 - closed, 1.0, 1.0, dimension)) / closed
    assert found == pytest.approx(lost, rel=1e-5)


@pytest.mark.parametrize("dimension", [2, 3])
def test_steady_state_and_threshold(dimension: int) -> None:
    f = np.array([0.0, 0.1, 1 / dimension - 1e-6, 0.6, 1.0])
    expected = np.maximum(f * dimension - 1, 0) / (dimension - 1)
    np.testing.assert_allclose(frozen_bond_diffusivity(0.0, f, 2.0, 3.0, dimension), 18 * expected, rtol=1e-13)
    below = frozen_bond_diffusivity(np.array([1e-6, 1e-8]), 0.2, 1.0, 1.0, dimension)
    assert below[0] / below[1] == pytest.approx(100.0, rel=1e-2), "confined ions: D falls as s"


def test_all_bonds_open_or_none() -> None:
    s = np.array([0.0, 1e-6, 1.0, 1e6])
    for dimension in (1, 2, 3):
        np.testing.assert_allclose(frozen_bond_diffusivity(s, 1.0, 5.0, 2.0, dimension), 20.0, rtol=1e-9)
        assert (frozen_bond_diffusivity(s, 0.0, 5.0, 2.0, dimension) == 0.0).all()


# -- renewing ---------------------------------------------------------------------------------------------------------


class Ring:
    """A ring of `sites` with all states of its bonds: the whole master equation of ion and bonds."""

    def __init__(self, sites: int, f: float) -> None:
        self.sites, self.f, self.states = sites, f, 2**sites
        self.open = (np.arange(self.states)[:, None] >> np.arange(sites)) & 1
        self.weight = np.prod(np.where(self.open == 1, f, 1 - f), axis=1)
        self.drift = (self.open - np.roll(self.open, 1, axis=1)).astype(float)
        parts = []
        for b in range(sites):
            here, there = np.arange(self.states) * sites + b, np.arange(self.states) * sites + (b + 1) % sites
            rate = self.open[:, b].astype(float)
            parts += [(here, here, -rate), (there, there, -rate), (here, there, rate), (there, here, rate)]
        self.hops = self._matrix(parts)

    def _matrix(self, parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> sparse.csc_matrix:
        rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True))
        size = self.states * self.sites
        return sparse.csc_matrix((values, (rows, columns)), shape=(size, size))

    def frozen(self, s: complex) -> complex:
        """Mean over the states of what each gives for good."""
        return self._diffusivity(s, self.hops)

    def apart(self, s: complex, renewal: float) -> complex:
        """Each bond closes at renewal (1 - f) and opens at renewal f."""
        parts = []
        states = np.arange(self.states)
        for b in range(self.sites):
            rate = np.where(self.open[:, b] == 1, renewal * (1 - self.f), renewal * self.f)
            for i in range(self.sites):
                here, there = states * self.sites + i, (states ^ (1 << b)) * self.sites + i
                parts += [(there, here, rate), (here, here, -rate)]
        return self._diffusivity(s, self.hops + self._matrix(parts))

    def together(self, s: complex, renewal: float) -> complex:
        """All bonds are drawn anew at once; the sum over the states is solved for, of size `sites`."""
        factors = splu(((s + renewal) * sparse.eye(self.states * self.sites) - self.hops).astype(complex).tocsc())
        drawn = np.zeros((self.states, self.sites, self.sites), dtype=complex)
        drawn[:, np.arange(self.sites), np.arange(self.sites)] = self.weight[:, None]
        answers = factors.solve(drawn.reshape(-1, self.sites))
        alone = factors.solve(self._start().astype(complex))
        summed = [a.reshape(self.states, self.sites, -1).sum(axis=0) for a in (answers, alone)]
        sums = np.linalg.solve(np.eye(self.sites) - renewal * summed[0], summed[1][:, 0])
        return self.f - self.drift.ravel() @ (alone + renewal * answers @ sums)

    def _start(self) -> np.ndarray:
        return (self.drift * self.weight[:, None] / self.sites).ravel()

    def _diffusivity(self, s: complex, master: sparse.csc_matrix) -> complex:
        matrix = (s * sparse.eye(self.states * self.sites) - master).astype(complex).tocsc()
        return self.f - self.drift.ravel() @ spsolve(matrix, self._start().astype(complex))


@pytest.mark.parametrize("frequency", [0.0, 0.7])
def test_renewal_of_all_bonds_shifts_the_frequency_exactly(frequency: float) -> None:
    """The theorem, D(omega) = D0(omega - i lambda), on the whole master equation of a ring."""
    ring, renewal = Ring(6, 0.4), 0.25
    s = 1e-9 + 1j * frequency
    found = ring.together(s, renewal)
    assert abs(found - ring.frozen(s + renewal)) < 1e-11
    apart = ring.apart(s, renewal)
    assert abs(apart - found) > 2e-3, "bonds that renew each by itself do not obey it"


@pytest.mark.parametrize("f", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("renewal", [1.0, 4.0])
def test_both_kinds_of_renewal_against_exact_rings(f: float, renewal: float) -> None:
    ring = Ring(6, f)
    for kind, exact in (("together", ring.frozen(renewal).real), ("apart", ring.apart(1e-9, renewal).real)):
        found = dynamic_bond_diffusivity(0.0, renewal, f, 1.0, 1.0, 1, kind).real
        assert found == pytest.approx(exact, rel=0.03 / renewal)
    both = [dynamic_bond_diffusivity(0.0, renewal, f, 1.0, 1.0, 1, kind).real for kind in ("together", "apart")]
    assert both[0] < both[1]
    assert abs(both[1] - ring.apart(1e-9, renewal).real) < abs(both[0] - ring.apart(1e-9, renewal).real)


def test_the_kinds_differ_from_the_second_order_on() -> None:
    closed = np.array([1e-3, 1e-4])
    gap = np.subtract(
        *(dynamic_bond_diffusivity(0.0, 0.3, 1 - closed, 1.0, 1.0, 3, kind).real for kind in ("apart", "together"))
    )
    assert gap[0] / gap[1] == pytest.approx(100.0, rel=0.05)


@pytest.mark.parametrize("kind", ["together", "apart"])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_limits_of_fast_and_slow_renewal(kind: str, dimension: int) -> None:
    f = np.array([0.2, 0.7])
    fast = dynamic_bond_diffusivity(0.0, 1e9, f, 2.0, 3.0, dimension, kind).real
    np.testing.assert_allclose(fast, f * 18, rtol=1e-8)
    slow = dynamic_bond_diffusivity(0.0, 1e-7, f, 2.0, 3.0, dimension, kind).real
    frozen = frozen_bond_diffusivity(0.0, f, 2.0, 3.0, dimension)
    np.testing.assert_allclose(slow, frozen, rtol=1e-5, atol=1e-4)
    still = dynamic_bond_diffusivity(0.0, 0.0, f, 2.0, 3.0, dimension, kind)
    np.testing.assert_allclose(still.real, frozen, rtol=1e-12)
    assert (still.imaginary == 0.0).all()


@pytest.mark.parametrize("kind", ["together", "apart"])
def test_the_frequency_continues_what_is_real(kind: str) -> None:
    """D(i omega) is analytic: its slope along the imaginary axis is that along the real one."""
    small, renewal, f = 1e-5, 0.3, 0.25
    turned = dynamic_bond_diffusivity(small, renewal, f, 1.0, 1.0, 3, kind)
    if kind == "together":
        real = frozen_bond_diffusivity(np.array([renewal + small, renewal - small]), f, 1.0, 1.0)
        assert turned.imaginary / small == pytest.approx((real[0] - real[1]) / (2 * small), rel=1e-6)
    omega = np.logspace(-3, 4, 40)
    found = dynamic_bond_diffusivity(omega, renewal, f, 1.0, 1.0, 3, kind)
    assert (np.diff(found.real) > 0).all(), "the faster the field, the less an ion meets closed bonds"
    assert (found.imaginary > 0).all()
    assert found.real[-1] == pytest.approx(f, rel=1e-3)


def test_bonds_apart_at_the_threshold_need_some_renewal() -> None:
    found = dynamic_bond_diffusivity(0.0, 1e-7, 1 / 3, 1.0, 1.0, 3, "apart").real
    assert dynamic_bond_diffusivity(0.0, 1e-7, 1 / 3, 1.0, 1.0, 3).real < found < 0.01
    with pytest.raises(InvalidInput, match="renewal_rate: got '1e-13 of the hop rate'.*threshold"):
        dynamic_bond_diffusivity(0.0, 1e-4, 1 / 3, 1e9, 1.0, 3, "apart")
