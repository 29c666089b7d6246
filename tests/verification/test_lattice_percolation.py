"""Threshold and exponent of percolation on the simple cubic lattice by finite-size scaling.

Reference: p_c = 0.24881182(10) for bonds, 0.3116077(2) for sites, 1/nu = 1.1410(15) (Wang and others 2013); exponent t
of the conductivity about 2.0.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice import (
    WrappingFractions,
    percolates,
    random_bond_lattice,
    random_site_lattice,
    wrapping_fractions,
    zero_field_conductivity,
)

THRESHOLDS = {"bond": 0.24881182, "site": 0.3116077}
ONE_OVER_NU = 1.141


def crossing(small: WrappingFractions, large: WrappingFractions) -> float:
    """Fraction at which both sizes lead round with the same probability: free of the leading finite-size shift.

    The difference of the two probabilities, averaged over a window by fitting a line, changes sign at the threshold.
    """
    middle = large.mean
    half = 0.6 * float(large.fractions.std())
    places = np.linspace(middle - 2.0 * half, middle, 41)
    difference = np.array([large.probability(p) - small.probability(p) for p in places])
    curve = np.polynomial.Polynomial.fit(places, difference, 3)
    roots = curve.roots()
    real = np.real(roots[np.abs(np.imag(roots)) < 1e-12])
    inside = real[(real > places[0] - half) & (real < places[-1])]
    return float(inside[np.argmax(curve.deriv()(inside))]) if inside.size else math.nan


def threshold(kind: str, sizes: tuple[int, int], copies: tuple[int, int], seed: int) -> tuple[float, float]:
    """Crossing and its standard error by drawing the copies anew."""
    small, large = (
        wrapping_fractions(kind, size, count, seed + n)  # type: ignore[arg-type]
        for n, (size, count) in enumerate(zip(sizes, copies, strict=True))
    )
    random = np.random.default_rng(seed)
    again = []
    for _ in range(60):
        drawn = (
            WrappingFractions(one.size, one.fractions[random.integers(len(one.fractions), size=len(one.fractions))])
            for one in (small, large)
        )
        again.append(crossing(*drawn))
    return crossing(small, large), float(np.nanstd(again))


@pytest.mark.parametrize("kind", ["bond", "site"])
def test_the_threshold_of_small_grids(kind: str) -> None:
    found, error = threshold(kind, (6, 16), (1000, 250), seed=7)
    assert error < 2e-3
    assert abs(found - THRESHOLDS[kind]) < 3.0 * error


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bond", "site"])
def test_the_threshold_of_large_grids(kind: str) -> None:
    found, error = threshold(kind, (12, 48), (8000, 700), seed=8)
    assert error < 3e-4
    assert abs(found - THRESHOLDS[kind]) < 3.0 * error


@pytest.mark.parametrize("kind", ["bond", "site"])
def test_the_mean_fraction_shifts_with_the_size_as_it_should(kind: str) -> None:
    """<p_L> - p_c falls as L^(-1/nu): the product with L^(1/nu) is the same for both sizes."""
    products, errors = [], []
    for size, copies in ((8, 500), (18, 150)):
        found = wrapping_fractions(kind, size, copies, seed=3)  # type: ignore[arg-type]
        products.append((found.mean - THRESHOLDS[kind]) * size**ONE_OVER_NU)
        errors.append(found.error * size**ONE_OVER_NU)
    # corrections to scaling, L^-1.2, leave 8 % between these sizes
    assert products[1] == pytest.approx(products[0], abs=0.08 * products[0] + 3.0 * math.hypot(*errors))


def log_conductivity(size: int, copies: int, seed: int) -> tuple[float, float]:
    """Mean of ln D of the grids that lead round at the threshold, with its standard error."""
    random = np.random.default_rng(seed)
    network = random_bond_lattice((size,) * 3, 1.0, 1.0, THRESHOLDS["bond"], 1e3, 300.0, renewal=0.0)
    sums = []
    for _ in range(copies):
        frozen = network.frozen(random)
        axes = [axis for axis, through in enumerate(percolates(frozen)) if through]
        logs = [math.log(zero_field_conductivity(frozen, axis, 1e-4).diffusivity) for axis in axes]
        sums.append((sum(logs), len(logs)))
    total, count = np.array(sums).T
    mean = total.sum() / count.sum()
    return float(mean), float(np.sqrt(np.sum((total - mean * count) ** 2)) / count.sum())


def exponent(sizes: tuple[int, ...], copies: tuple[int, ...], seed: int) -> tuple[float, float]:
    """Exponent t from D ~ L^(-t/nu) at the threshold, by weighted least squares, and its standard error."""
    found = np.array([log_conductivity(size, count, seed + size) for size, count in zip(sizes, copies, strict=True)])
    x, y, weight = np.log(sizes), found[:, 0], found[:, 1] ** -2
    middle = np.average(x, weights=weight)
    spread = np.sum(weight * (x - middle) ** 2)
    slope = np.sum(weight * (x - middle) * y) / spread
    return -slope / ONE_OVER_NU, 1.0 / math.sqrt(spread) / ONE_OVER_NU


def test_the_exponent_of_small_grids() -> None:
    found, error = exponent((5, 12), (240, 90), seed=5)
    assert error < 0.1
    # corrections to scaling raise the slope between such sizes by a few percent
    assert abs(found - 2.0) < 3.0 * error + 0.06


@pytest.mark.slow
def test_the_exponent_of_large_grids() -> None:
    found, error = exponent((12, 20, 32), (1500, 700, 250), seed=6)
    assert error < 0.05
    assert abs(found - 2.0) < 3.0 * error


def test_a_lattice_conducts_where_a_path_leads_round() -> None:
    for seed in range(6):
        bonds = random_bond_lattice((8, 8, 8), 1.0, 1.0, 0.26, 1e3, 300.0, renewal=0.0).frozen(seed)
        sites = random_site_lattice((8, 8, 8), 1.0, 1.0, 0.33, 1e3, 300.0, seed=seed)
        for lattice in (bonds, sites):
            for axis, through in enumerate(percolates(lattice)):
                found = zero_field_conductivity(lattice, axis)
                assert found.percolates is through
                assert (found.value > 0.0) is through


def test_wrapping_fractions_refuse_what_they_cannot_fill() -> None:
    with pytest.raises(InvalidInput, match="kind: got 'face'"):
        wrapping_fractions("face", 8, 4, 1)  # type: ignore[arg-type]
    for copies in (1, 2.5):
        with pytest.raises(InvalidInput, match="copies: got .*; allowed: a whole number of at least 2"):
            wrapping_fractions("bond", 4, copies, 1)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"memory for grids of 40000\^3 sites"):
        wrapping_fractions("bond", 40000, 2, 1)
    with pytest.raises(InvalidInput, match="size: got 1; allowed: a whole number of at least 2"):
        wrapping_fractions("bond", 1, 4, 1)
