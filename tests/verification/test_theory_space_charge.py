"""Space charge against the equations it solves: Poisson-Boltzmann integrated numerically, depletion by quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from lisse.theory import (
    debye_length,
    gouy_chapman_charge,
    gouy_chapman_potential,
    mott_schottky_resistance,
    mott_schottky_width,
    space_charge_conductance,
    space_charge_resistance,
)
from lisse.units import FARADAY, GAS_CONSTANT

VACUUM = 8.8541878128e-12
EPS, SALT, TEMPERATURE = 7.5, 50.0, 333.0
THERMAL = GAS_CONSTANT * TEMPERATURE / FARADAY
LENGTH = debye_length(EPS, SALT, TEMPERATURE)


@pytest.mark.parametrize("surface", [-0.25, -0.02, 0.05, 0.25])
def test_poisson_boltzmann_solved_numerically(surface: float) -> None:
    """A boundary value problem over 12 Debye lengths, in SI: eps phi'' = 2 F c sinh(F phi/RT); potential and charge."""

    def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        charge = FARADAY * SALT * (np.exp(-y[0] / THERMAL) - np.exp(y[0] / THERMAL))
        return np.vstack((y[1] * LENGTH, -charge * LENGTH / (EPS * VACUUM)))

    def ends(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.array([low[0] - surface, high[0] + high[1] * LENGTH])  # beyond the end it falls as exp(-x/l)

    x = np.concatenate((np.linspace(0, 1, 200), np.linspace(1, 12, 200)[1:]))
    guess = np.vstack((surface * np.exp(-2 * x), -2 * surface / LENGTH * np.exp(-2 * x)))
    found = integrate.solve_bvp(slopes, ends, x, guess, tol=1e-9, max_nodes=50_000)
    assert found.success
    at = np.linspace(0.0, 8.0, 60)
    exact = gouy_chapman_potential(at * LENGTH, surface, LENGTH, TEMPERATURE)
    np.testing.assert_allclose(found.sol(at)[0], exact, rtol=1e-5, atol=1e-6 * abs(surface))
    charge = -EPS * VACUUM * found.sol(0.0)[1]
    assert charge == pytest.approx(gouy_chapman_charge(surface, EPS, SALT, TEMPERATURE), rel=1e-7)


@pytest.mark.parametrize("surface", [-0.3, -0.01, 0.01, 0.1, 0.3])
def test_resistance_and_conductance_are_integrals_over_the_profile(surface: float) -> None:
    conductivity = 2e-3

    def ions(x: float) -> float:
        return math.exp(-gouy_chapman_potential(x * LENGTH, surface, LENGTH, TEMPERATURE) / THERMAL)

    def over(what: object) -> float:
        pieces = [0.0, *np.logspace(-4, np.log10(45.0), 30)]
        return sum(integrate.quad(what, a, b, epsrel=1e-11)[0] for a, b in zip(pieces, pieces[1:], strict=False))

    across = over(lambda x: 1 / ions(x) - 1) * LENGTH / conductivity
    along = over(lambda x: ions(x) - 1) * LENGTH * conductivity
    assert space_charge_resistance(surface, LENGTH, conductivity, TEMPERATURE) == pytest.approx(across, rel=1e-8)
    assert space_charge_conductance(surface, LENGTH, conductivity, TEMPERATURE) == pytest.approx(along, rel=1e-8)


def test_limits_of_the_diffuse_layer() -> None:
    expected = math.sqrt(EPS * VACUUM * THERMAL / (2 * FARADAY * SALT))
    assert debye_length(EPS, SALT, TEMPERATURE) == pytest.approx(expected, rel=1e-14)
    small = 1e-6
    plate = EPS * VACUUM * small / LENGTH
    assert gouy_chapman_charge(small, EPS, SALT, TEMPERATURE) == pytest.approx(plate, rel=1e-9)
    x = np.linspace(0, 5, 9)
    linear = small * np.exp(-x)
    np.testing.assert_allclose(gouy_chapman_potential(x * LENGTH, small, LENGTH, TEMPERATURE), linear, rtol=1e-9)
    far = gouy_chapman_potential(20 * LENGTH, 5.0, LENGTH, TEMPERATURE)
    assert far == pytest.approx(4 * THERMAL * math.exp(-20), rel=1e-8), "any large charge looks the same from afar"
    assert space_charge_resistance(-5.0, LENGTH, 1.0, TEMPERATURE) == pytest.approx(-2 * LENGTH, rel=1e-12)


def test_charge_and_profile_change_sign_together() -> None:
    phi = np.array([0.02, 0.2])
    for formula in (
        lambda p: gouy_chapman_charge(p, EPS, SALT, TEMPERATURE),
        lambda p: gouy_chapman_potential(1e-9, p, LENGTH, TEMPERATURE),
    ):
        np.testing.assert_allclose(formula(-phi), -formula(phi), rtol=1e-14)


def test_a_depleted_layer_integrates_its_fixed_charge() -> None:
    """eps phi'' = F N with no field at the far end of the layer brings phi0 at the near one."""
    step, eps, fixed = 0.4, 20.0, 3000.0
    width = mott_schottky_width(step, eps, fixed)
    curvature = FARADAY * fixed / (eps * VACUUM)
    run = integrate.solve_ivp(lambda _, y: [y[1], curvature], (0.0, width), [0.0, 0.0], rtol=1e-10, atol=1e-14)
    assert run.y[0, -1] == pytest.approx(step, rel=1e-8)


@pytest.mark.parametrize("step", [1e-9, 1e-4, 0.003, 0.1, 0.6])
def test_resistance_of_a_depleted_layer_is_an_integral(step: float) -> None:
    u = step / THERMAL
    integral = integrate.quad(lambda y: math.expm1(u * y * y), 0.0, 1.0, epsrel=1e-12)[0]
    found = mott_schottky_resistance(step, 2e-9, 0.05, TEMPERATURE)
    assert found == pytest.approx(2e-9 / 0.05 * integral, rel=1e-7)


def test_a_large_step_resists_exponentially() -> None:
    step = 1.2
    u = step / THERMAL
    found = mott_schottky_resistance(step, 2e-9, 0.05, TEMPERATURE)
    assert found == pytest.approx(2e-9 / 0.05 * math.exp(u) / (2 * u) * (1 + 1 / (2 * u)), rel=2e-3)
