"""Charge transfer and tips: inverse pairs, limits, no overflow."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    butler_volmer,
    kinetics_ratio,
    overpotential,
    stress_potential,
    tip_current,
    tip_radius_optimal,
)
from lisse.units import FARADAY, GAS_CONSTANT

THERMAL = GAS_CONSTANT * 300.0 / FARADAY
TIP = {"exchange_current_density": 10.0, "diffusivity": 1e-12, "concentration": 1000.0, "surface_energy": 0.5}


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.5, 0.9])
def test_overpotential_inverts_over_all_floats(alpha):
    current = np.array([-1e250, -1e3, -1.0, -1e-9, -1e-290, 0.0, 1e-290, 1e-9, 1.0, 1e3, 1e250])
    eta = overpotential(current, 1e-4, 300.0, alpha)
    np.testing.assert_allclose(butler_volmer(eta, 1e-4, 300.0, alpha), current, rtol=3e-12)


def test_mixed_transfer_coefficients_and_tiny_exchange_current():
    eta = overpotential(1.0, 1e-300, 300.0, [0.5, 0.25])
    np.testing.assert_allclose(eta, THERMAL * math.log(1e300) * np.array([2, 4]), rtol=1e-12)
    assert overpotential(1.0, 1e-300, 300.0) == pytest.approx(eta[0], rel=1e-14)


def test_linear_and_unbounded_ends():
    assert butler_volmer(1e-9, 10.0, 300.0, 0.3) == pytest.approx(10.0 * 1e-9 / THERMAL, rel=1e-7)
    assert butler_volmer([-1e6, 1e6], 10.0, 300.0, 0.3).tolist() == [-math.inf, math.inf]


def test_stress():
    assert stress_potential(100e6) == pytest.approx(13.5e-3, rel=3e-3)
    assert kinetics_ratio(0.0, 0.5, 300.0) == 1.0
    assert kinetics_ratio(2 * GAS_CONSTANT * 300.0, 0.5, 300.0) == pytest.approx(math.e, rel=1e-14)
    assert kinetics_ratio(1e9, 0.5, 300.0) == math.inf


def test_tip_grows_fastest_at_its_optimal_radius():
    best = tip_radius_optimal(0.05, **TIP, temperature=350.0)
    around = tip_current(best * np.array([0.99, 1.0, 1.01]), 0.05, **TIP, temperature=350.0)
    assert around.argmax() == 1
    critical = 2 * 0.5 * 13e-6 / (FARADAY * 0.05)
    assert tip_current(critical, 0.05, **TIP, temperature=350.0) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_transfer_coefficient_excludes_its_ends(alpha):
    with pytest.raises(InvalidInput, match="anodic_transfer_coefficient.*both excluded"):
        butler_volmer(0.1, 1.0, 300.0, alpha)
