"""Interphase growth and the Mode 2 profile against integrated differential equations."""

import numpy as np
import pytest
from scipy import integrate

from lisse.theory import (
    interphase_thickness_mixed,
    interphase_thickness_passivating,
    leakage_current,
    lithium_potential_n_type,
)
from lisse.units import FARADAY, GAS_CONSTANT

THERMAL = GAS_CONSTANT * 298.15 / FARADAY
TIGHT = {"rtol": 1e-11, "atol": 1e-14, "method": "LSODA"}


def test_mixed_growth():
    run = integrate.solve_ivp(lambda t, x: 1 / (x / 0.7 + 1 / 0.3), (0, 50.0), [0.2], **TIGHT)
    assert interphase_thickness_mixed(50.0, 0.7, 0.3, 0.2) == pytest.approx(run.y[0, -1], rel=1e-8)


def test_passivating_growth():
    run = integrate.solve_ivp(lambda t, x: 2.0 * np.exp(-x / 0.4), (0, 50.0), [0.1], **TIGHT)
    assert interphase_thickness_passivating(50.0, 2.0, 0.4, 0.1) == pytest.approx(run.y[0, -1], rel=1e-8)


def test_n_type_profile():
    """Integrate d(mu/F)/dx = I_i/sig_i - I_e/(s0 y) with the electronic current that the far face asks for."""
    length, sigma, resistance, voltage, s0 = 1e-4, 0.1, 1e-3, 0.25, 1e-6
    current = voltage / (2 * resistance + length / sigma)
    growth = np.exp(current * length / (sigma * THERMAL))
    y0, yl = np.exp(np.array([1, -1]) * current * resistance / THERMAL)
    electronic = (y0 * growth - yl) / (growth - 1) * s0 * current / sigma
    run = integrate.solve_ivp(
        lambda x, mu: current / sigma - electronic / (s0 * np.exp(mu / THERMAL)),
        (0, length),
        [current * resistance],
        dense_output=True,
        **TIGHT,
    )
    x = np.linspace(0, length, 7)
    np.testing.assert_allclose(
        lithium_potential_n_type(x, voltage, length, sigma, resistance), run.sol(x)[0], atol=1e-6 * voltage
    )


def test_n_type_leak_is_the_integral_of_the_conductivity():
    """Wagner: I L = int sig_e sig_i/(sig_e + sig_i) dE with sig_e = s0 exp(-F E/(R T))."""
    ionic, s0 = 0.1, 0.3
    total = integrate.quad(lambda e: 1 / (1 / ionic + np.exp(e / THERMAL) / s0), 0, 0.5, epsrel=1e-12)[0]
    assert leakage_current(0.5, 1e-4, ionic, s0, "n-type") == pytest.approx(total / 1e-4, rel=1e-9)
