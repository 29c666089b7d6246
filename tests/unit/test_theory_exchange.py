"""Exchange between polymer and ceramic: detailed balance, the resistance by three routes, salt, the barrier back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize

from lisse.theory import (
    butler_volmer,
    exchange_barrier,
    exchange_rate,
    exchange_resistance,
    hop_rate,
    interface_exchange_current,
    nernst_einstein_conductivity,
    reverse_exchange_rate,
)
from lisse.units import BOLTZMANN, ELEMENTARY_CHARGE, FARADAY, GAS_CONSTANT

AVOGADRO = 6.02214076e23


def test_detailed_balance_to_machine_precision() -> None:
    random = np.random.default_rng(1)
    sites_p, sites_c = 10 ** random.uniform(1, 5, (2, 1000))
    offset, temperature = random.uniform(-4e4, 4e4, 1000), random.uniform(200, 500, 1000)
    into = exchange_rate(1e12, random.uniform(0, 8e4, 1000), temperature)
    back = reverse_exchange_rate(into, offset, sites_p, sites_c, temperature)
    ions_p, ions_c = sites_p, sites_c * np.exp(-offset / (GAS_CONSTANT * temperature))
    np.testing.assert_allclose(ions_p * into, ions_c * back, rtol=8 * np.finfo(float).eps)


def test_there_and_back_again() -> None:
    back = reverse_exchange_rate(7.0, 3e3, 1e3, 2e4, 300.0)
    assert reverse_exchange_rate(back, -3e3, 2e4, 1e3, 300.0) == pytest.approx(7.0, rel=1e-14)


def test_the_resistance_is_the_same_from_both_sides_and_that_of_one_charge() -> None:
    into, here = 70.0, 5e-7
    back = reverse_exchange_rate(into, 6e3, 1e3, 4e4, 330.0)
    there = here * 4e4 / 1e3 * math.exp(-6e3 / (GAS_CONSTANT * 330.0))
    found = exchange_resistance(into, here, 330.0)
    assert exchange_resistance(back, there, 330.0) == pytest.approx(found, rel=1e-14)
    per_area = here * AVOGADRO
    assert found == pytest.approx(BOLTZMANN * 330.0 / (ELEMENTARY_CHARGE**2 * into * per_area), rel=1e-8)


@pytest.mark.parametrize("anodic", [0.2, 0.5, 0.9])
def test_the_resistance_is_the_slope_of_butler_volmer_at_rest(anodic: float) -> None:
    i0 = interface_exchange_current(70.0, 70.0, 5e-7, 5e-7, anodic)
    small = 1e-6
    slope = butler_volmer(small, i0, 330.0, anodic) / small
    assert 1 / slope == pytest.approx(exchange_resistance(70.0, 5e-7, 330.0), rel=1e-4)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_unequal_flows_meet_at_a_potential_step(share: float) -> None:
    """Route: find the step at which the two flows are equal, and take one of them."""
    into, back, here, there, temperature = 50.0, 400.0, 4e-7, 6e-6, 320.0
    unit = GAS_CONSTANT * temperature / FARADAY

    def flows(step: float) -> tuple[float, float]:
        help_in, help_out = math.exp(share * step / unit), math.exp(-(1 - share) * step / unit)
        return into * here * help_in, back * there * help_out

    step = optimize.brentq(lambda s: flows(s)[0] - flows(s)[1], -1.0, 1.0, xtol=1e-15)
    found = interface_exchange_current(into, back, here, there, share)
    assert found == pytest.approx(FARADAY * flows(step)[0], rel=1e-11)
    assert step == pytest.approx(unit * math.log(back * there / (into * here)), rel=1e-10)


def test_more_salt_lowers_the_resistance_by_its_power() -> None:
    """At a share of one half the resistance halves for four times the salt; where both sides gain, for twice."""
    base = interface_exchange_current(50.0, 400.0, 4e-7, 6e-6)
    assert interface_exchange_current(50.0, 400.0, 16e-7, 6e-6) == pytest.approx(2 * base, rel=1e-13)
    assert interface_exchange_current(50.0, 400.0, 8e-7, 12e-6) == pytest.approx(2 * base, rel=1e-13)


def test_a_chain_of_sites_has_the_resistance_of_its_phases_and_of_the_step() -> None:
    """The master equation of a column of sites across an interface, driven by a small tilt of the two ends.

    Its resistance is polymer length over conductivity, the exchange resistance, and ceramic length over conductivity.
    """
    temperature, a = 310.0, 5e-10
    c_polymer, c_ceramic = 900.0, 14e3
    w_polymer, w_ceramic, step = hop_rate(1e12, 35e3, temperature), hop_rate(1e12, 22e3, temperature), 90.0
    count = (9, 12)
    n = np.repeat([c_polymer * a, c_ceramic * a], count)  # per area, in equilibrium
    offset = -GAS_CONSTANT * temperature * math.log(c_ceramic / c_polymer)
    rates_up = np.array([w_polymer] * (count[0] - 1) + [step] + [w_ceramic] * (count[1] - 1))
    back = reverse_exchange_rate(step, offset, 1.0, 1.0, temperature)
    rates_down = np.array([w_polymer] * (count[0] - 1) + [back] + [w_ceramic] * (count[1] - 1))
    size = sum(count)
    matrix, source = np.zeros((size, size)), np.zeros(size)
    for i in range(size - 1):
        for source_site, target, rate in ((i, i + 1, rates_up[i]), (i + 1, i, rates_down[i])):
            matrix[target, source_site] += rate
            matrix[source_site, source_site] -= rate
    excess = np.array([1e-3, 0.0])  # relative, at the two ends: a difference of chemical potential of R T 1e-3
    fixed = n[[0, -1]] * (1 + excess)
    inner = np.arange(1, size - 1)
    source = -(matrix[np.ix_(inner, [0, size - 1])] @ fixed)
    found = np.empty(size)
    found[[0, -1]], found[inner] = fixed, np.linalg.solve(matrix[np.ix_(inner, inner)], source)
    flux = rates_up[0] * found[0] - rates_down[0] * found[1]
    resistance = GAS_CONSTANT * temperature / FARADAY * 1e-3 / (FARADAY * flux)
    bulk = [
        nernst_einstein_conductivity(w * a**2, c, temperature)
        for w, c in ((w_polymer, c_polymer), (w_ceramic, c_ceramic))
    ]
    expected = sum((k - 1) * a / s for k, s in zip(count, bulk, strict=True))
    expected += exchange_resistance(step, c_polymer * a, temperature)
    assert resistance == pytest.approx(expected, rel=1e-7)


def test_the_barrier_of_a_resistance() -> None:
    area = exchange_resistance(exchange_rate(1e12, 55e3, 330.0), 6e-7, 330.0)
    assert exchange_barrier(area, 6e-7, 1e12, 330.0) == pytest.approx(55e3, rel=1e-13)
    ten = exchange_barrier(np.array([1e-3, 1e-2]), 6e-7, 1e12, 298.15)
    assert np.diff(ten)[0] / FARADAY == pytest.approx(0.0592, abs=1e-4)
    assert exchange_barrier(1e-14, 6e-7, 1e12, 298.15) < 0.0
