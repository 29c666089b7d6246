"""Mode 2 and interphase growth: exact answers, limits, refusals."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    internal_plating_threshold,
    interphase_thickness_mixed,
    interphase_thickness_parabolic,
    interphase_thickness_passivating,
    leakage_current,
    lithium_potential_n_type,
    lithium_potential_profile,
    parabolic_rate_constant,
)
from lisse.units import FARADAY, GAS_CONSTANT

THERMAL = GAS_CONSTANT * 298.15 / FARADAY


def test_two_layers_by_hand():
    mu = lithium_potential_profile([0.0, 1.0, 2.0], 6.0, [1.0, 1.0], [1.0, 1.0], [1.0, 0.5])
    np.testing.assert_allclose(mu, [0.0, 6 * (1 / 2 - 1 / 3), 0.0], atol=1e-14)


def test_interfaces_may_differ():
    mu = lithium_potential_profile([0.0, 1.0], 5.0, [1.0], [1.0], [1.0], ionic_interface_resistance=[1.0, 3.0])
    np.testing.assert_allclose(mu, [1.0, -3.0], atol=1e-14)


def test_layer_refusals():
    with pytest.raises(InvalidInput, match="ionic_conductivities: got .*one number for each"):
        lithium_potential_profile(0.0, 1.0, [1.0, 1.0], [1.0], [1.0, 1.0])
    with pytest.raises(InvalidInput, match="position: got 3.0.*total thickness, 2 m"):
        lithium_potential_profile([0.5, 3.0], 1.0, [1.0, 1.0], [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(InvalidInput, match="electronic_interface_resistance: got .*plating and stripping"):
        lithium_potential_profile(0.0, 1.0, [1.0], [1.0], [1.0], 0.0, [1.0, 1.0, 1.0])
    with pytest.raises(InvalidInput, match="position: got 2.0; allowed: from 0 to the thickness"):
        lithium_potential_n_type(2.0, 1.0, 1.0, 1.0)


def test_n_type_faces_carry_the_interface_drop():
    mu = lithium_potential_n_type([0.0, 1e-4], 0.2, 1e-4, 0.1, 1e-3)
    np.testing.assert_allclose(mu, [0.2 / 3, -0.2 / 3], rtol=1e-12)
    back = lithium_potential_n_type([0.0, 1e-4], -0.2, 1e-4, 0.1, 1e-3)
    np.testing.assert_allclose(back, [-0.2 / 3, 0.2 / 3], rtol=1e-12)


def test_n_type_is_linear_at_small_voltage_and_finite_at_large():
    x = np.linspace(0, 1e-4, 5)
    small = lithium_potential_n_type(x, 1e-7, 1e-4, 0.1, 1e-3)
    np.testing.assert_allclose(small, 1e-7 / 3 * (1 - 2 * x / 1e-4), atol=1e-13)
    assert np.isfinite(lithium_potential_n_type(x, 500.0, 1e-4, 0.1, 1e-3)).all()
    np.testing.assert_allclose(lithium_potential_n_type(x, 0.0, 1e-4, 0.1, 1e-3), 0.0, atol=1e-16)


def test_leak_forms_meet_at_small_voltage():
    call = {"thickness": 1e-4, "ionic_conductivity": 0.1, "electronic_conductivity": 0.03}
    constant = leakage_current(1e-6, **call)
    assert constant == pytest.approx(1e-6 / 1e-4 * 0.003 / 0.13, rel=1e-14)
    assert leakage_current(1e-6, **call, model="n-type") == pytest.approx(constant, rel=1e-4)


def test_both_ways_of_writing_the_n_type_leak_meet():
    half = 0.1 * np.array([1 - 1e-12, 1 + 1e-12])  # s0 = sig_i, E -> inf: the sum is halved
    joint = leakage_current(10.0, 1e-4, 0.1, half, "n-type")
    assert joint[0] == pytest.approx(joint[1], rel=1e-11)


@pytest.mark.parametrize("voltage", [0.01, 0.1, 4.0])
def test_n_type_leak_of_a_very_poor_electron_conductor_keeps_its_digits(voltage):
    s0 = 1e-13
    exact = s0 * THERMAL / 1e-4 * -math.expm1(-voltage / THERMAL)  # first order in s0/sig_i = 1e-12
    assert leakage_current(voltage, 1e-4, 0.1, s0, "n-type") == pytest.approx(exact, rel=2e-12)


def test_n_type_leak_saturates():
    leak = leakage_current(10.0, 1e-4, 0.1, 1e-7, "n-type")
    assert leak == pytest.approx(0.1 * THERMAL / 1e-4 * math.log1p(1e-6), rel=1e-9)


def test_threshold():
    assert internal_plating_threshold(0.0, 0.5, 1e-8) == pytest.approx(13e-6 * 1e8 / FARADAY, rel=1e-14)


def test_interphase_limits():
    assert parabolic_rate_constant(1e-5, 1.0, 0.0, 1.0) == 0.0
    assert parabolic_rate_constant(FARADAY, 2.0, 2.0, 3.0) == pytest.approx(3.0, rel=1e-14)
    assert interphase_thickness_parabolic(8.0, 1.0, 3.0) == 5.0
    assert interphase_thickness_mixed(0.0, 1.0, math.inf) == 0.0
    assert interphase_thickness_mixed(8.0, 1.0, math.inf, 3.0) == pytest.approx(5.0, rel=1e-14)
    assert interphase_thickness_mixed(1.0, 1e20, 2.0) == pytest.approx(2.0, rel=1e-9)
    assert interphase_thickness_passivating(math.e - 1, 1.0, 1.0) == pytest.approx(1.0, rel=1e-14)
    assert interphase_thickness_passivating(0.0, 1.0, 1e-10, 1.0) == 1.0


@pytest.mark.parametrize("start", [0.0, 2.0])
def test_mixed_growth_solves_its_balance(start):
    t = np.geomspace(1e-6, 1e6, 13)
    thickness = interphase_thickness_mixed(t, 0.7, 0.3, start)
    left = thickness**2 / 1.4 + thickness / 0.3
    np.testing.assert_allclose(left, t + start**2 / 1.4 + start / 0.3, rtol=1e-13)
