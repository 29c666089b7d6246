"""Hopping laws: known lattices, a bias route to Nernst and Einstein, an exact lattice gas, the two laws of polymers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    hop_rate,
    lattice_diffusivity,
    nernst_einstein_conductivity,
    renewal_rate_vtf,
    renewal_rate_wlf,
    vacancy_conductivity,
)
from lisse.units import FARADAY, GAS_CONSTANT


@pytest.mark.parametrize(("dimension", "coordination"), [(1, 2.0), (2, 4.0), (3, 6.0)])
def test_simple_lattices_give_w_a_squared(dimension: int, coordination: float) -> None:
    assert lattice_diffusivity(2e9, 3e-10, coordination, dimension) == pytest.approx(2e9 * 9e-20, rel=1e-14)


def test_a_lattice_of_several_hops_is_the_mean_of_their_squares() -> None:
    """Route by definition, D = half the rate of x^2: the twelve hops of the face-centred lattice."""
    edge = 4e-10
    hops = [np.array(h) * edge / 2 for h in itertools.product((-1, 0, 1), repeat=3) if sum(map(abs, h)) == 2]
    assert len(hops) == 12
    along = 0.5 * 1e8 * sum(h[0] ** 2 for h in hops)
    assert lattice_diffusivity(1e8, float(np.linalg.norm(hops[0])), 12.0) == pytest.approx(along, rel=1e-13)


def test_nernst_einstein_is_the_drift_of_biased_hops() -> None:
    """Hops with the field w exp(+u/2), against it w exp(-u/2), u = F E a/(R T): current over field for a weak field."""
    w, a, c, temperature, field = 1e9, 3e-10, 1500.0, 330.0, 1e-3
    u = FARADAY * field * a / (GAS_CONSTANT * temperature)
    current = FARADAY * c * a * w * 2 * math.sinh(u / 2)
    found = nernst_einstein_conductivity(lattice_diffusivity(w, a), c, temperature)
    assert found == pytest.approx(current / field, rel=1e-9)


def test_the_lattice_gas_has_no_correlation_of_the_charge() -> None:
    """Exact: the response of an exclusion ring, from all its states, is w x (1 - x) N/(N - 1) at every filling."""
    n, w = 8, 1.3
    for ions in (1, 3, 4, 7):
        states = [s for s in itertools.product((0, 1), repeat=n) if sum(s) == ions]
        number = {s: k for k, s in enumerate(states)}
        generator, current = np.zeros((len(states),) * 2), np.zeros(len(states))
        mobile = 0.0
        for s, k in number.items():
            for i in range(n):
                j = (i + 1) % n
                if s[i] != s[j]:
                    other = list(s)
                    other[i], other[j] = s[j], s[i]
                    generator[number[tuple(other)], k] += w
                    generator[k, k] -= w
                    current[k] += w * (s[i] - s[j])
                    mobile += w
        p = 1.0 / len(states)
        memory = current @ np.linalg.lstsq(-generator, current * p, rcond=None)[0]
        response = (mobile * p - 2 * memory) / (2 * n)  # of the current per bond to a bias of every bond
        x = ions / n
        assert response == pytest.approx(w * x * (1 - x) * n / (n - 1) / 1.0, rel=1e-10)
    lone = nernst_einstein_conductivity(lattice_diffusivity(w, 1e-10), 1.0, 300.0)
    assert vacancy_conductivity(w, 1e-10, 4.0, 0.25, 300.0) == pytest.approx(lone * 4.0 * 0.25 * 0.75, rel=1e-13)


def test_vacancies_and_interstitials_mirror_each_other() -> None:
    x = np.linspace(0.0, 1.0, 21)
    found = vacancy_conductivity(1e9, 3e-10, 3e4, x, 300.0)
    np.testing.assert_allclose(found, found[::-1], rtol=1e-12, atol=1e-30)
    assert found[0] == found[-1] == 0.0
    assert found.argmax() == 10


def test_a_hop_is_arrhenius() -> None:
    rates = hop_rate(1e13, 40e3, np.array([250.0, 500.0]))
    assert math.log(rates[1] / rates[0]) == pytest.approx(40e3 / GAS_CONSTANT * (1 / 250 - 1 / 500), rel=1e-12)
    assert hop_rate(1e13, 0.0, 300.0) == 1e13


def test_the_two_laws_of_polymers_are_one() -> None:
    """B/R = ln(10) C1 C2, T0 = T_ref - C2, and lambda_0 the limit of high temperature."""
    c1, c2, reference = 12.0, 60.0, 230.0
    temperature = np.array([100.0, 170.0, 171.0, 230.0, 300.0, 400.0])
    wlf = renewal_rate_wlf(temperature, 0.03, reference, c1, c2)
    barrier = math.log(10.0) * c1 * c2 * GAS_CONSTANT
    vtf = renewal_rate_vtf(temperature, 0.03 * 10.0**c1, barrier, reference - c2)
    np.testing.assert_allclose(wlf, vtf, rtol=1e-11)
    assert (wlf[:2] == 0.0).all()
    assert wlf[3] == pytest.approx(0.03, rel=1e-14)


def test_without_a_glass_vtf_is_a_hop() -> None:
    assert renewal_rate_vtf(320.0, 1e12, 30e3, 0.0) == pytest.approx(hop_rate(1e12, 30e3, 320.0), rel=1e-14)


@pytest.mark.parametrize("dimension", [0, 4, 2.5, "3"])
def test_the_dimension_is_one_of_three(dimension: object) -> None:
    with pytest.raises(InvalidInput, match="dimension: got .*allowed: 1, 2 or 3"):
        lattice_diffusivity(1.0, 1.0, dimension=dimension)  # type: ignore[arg-type]
