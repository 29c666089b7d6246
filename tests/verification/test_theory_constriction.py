"""Constriction of a disc in a tube: the exact factor against a Galerkin solution in Bessel modes and known series."""

import math

import numpy as np
import pytest
from scipy import special

from lisse.theory import constriction_factor
from lisse.theory.contact import solve_constriction


def galerkin(eps, functions=8, modes=20000):
    """Minimum of the dissipation over fluxes sum c_k (1 - (r/eps)^2)^(k - 1/2): an upper bound that converges fast."""
    zero = (np.arange(1, modes + 1) + 0.25) * math.pi
    for _ in range(4):
        zero -= special.j1(zero) / (special.j0(zero) - special.j1(zero) / zero)
    mu, k = zero * eps, np.arange(functions)[:, None]
    transform = 2.0 ** (k - 0.5) * special.gamma(k + 0.5) * mu ** -(k + 0.5) * special.jv(k + 0.5, mu)
    matrix = (transform * (4 * math.pi * eps**4 / (zero * special.j0(zero) ** 2))) @ transform.T
    matrix[0, 0] += eps**2 / (modes + 0.75)  # modes left out, where sin^2 averages to 1/2
    current = 2 * math.pi * eps**2 / (2 * np.arange(functions) + 1)
    return 4 * eps / (current @ np.linalg.solve(matrix, current))


@pytest.mark.parametrize("eps", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_galerkin_in_bessel_modes(eps):
    # the modes left out cost about 1e-6 of the half-space value
    assert constriction_factor(eps) == pytest.approx(galerkin(eps), abs=3e-6)


@pytest.mark.parametrize("eps", [0.02, 0.1, 0.2, 0.3])
def test_series_of_gibson(eps):
    series = 1 - 1.40925 * eps + 0.33801 * eps**3 + 0.06790 * eps**5
    assert constriction_factor(eps) == pytest.approx(series, abs=1e-5 * eps + 0.1 * eps**7)


def test_nearly_full_contact_is_a_thin_insulating_ring():
    # a ring of width d on the wall disturbs a strip of width 2 d in a plane: the excess falls as d^2
    gap = np.array([1e-2, 1e-3])
    curvature = constriction_factor(1 - gap) / gap**2
    assert curvature[1] == pytest.approx(2.0, rel=3e-3)
    assert (2 - curvature[1]) / (2 - curvature[0]) == pytest.approx(0.1, rel=0.05)


def test_the_stored_solution_is_the_one_that_solving_again_gives():
    ratio = np.linspace(0.0, 0.999, 400)
    fresh = (1.0 - ratio) ** 2 * np.polynomial.chebyshev.chebval(2.0 * ratio - 1.0, solve_constriction())
    assert constriction_factor(ratio) == pytest.approx(fresh, rel=1e-12)
