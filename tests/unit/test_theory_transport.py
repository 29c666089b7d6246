"""Depletion and polarisation of a polymer electrolyte: exact answers and limits."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import limiting_current, newman_number, polarisation_profile, polarisation_voltage, sand_time
from lisse.units import FARADAY

SALT = {"salt_concentration": 1000.0, "diffusivity": 1e-12, "transference_number": 0.2}
L = 50e-6


def test_semi_infinite_number_by_hand():
    assert sand_time(FARADAY, 2000.0, 1.0, 0.0) == pytest.approx(math.pi * 1e6, rel=1e-14)


def test_steady_profile_is_a_line_and_touches_zero_at_the_limit():
    i = limiting_current(**SALT, thickness=L)
    c = polarisation_profile([0.0, L / 4, L], math.inf, i, **SALT, thickness=L)
    np.testing.assert_allclose(c, [2000.0, 1500.0, 0.0], atol=1e-9)
    assert polarisation_profile(L / 3, 0.0, i, **SALT, thickness=L) == 1000.0


def test_plated_side_swaps_with_the_sign():
    forward = polarisation_profile(0.1 * L, 100.0, 3.0, **SALT, thickness=L)
    assert polarisation_profile(0.9 * L, 100.0, -3.0, **SALT, thickness=L) == pytest.approx(forward, rel=1e-13)


@pytest.mark.parametrize("r", [1 + 1e-12, 1.001, 1.5, 3.0, 5.999, 6.001, 50.0])
def test_finite_sand_time_is_the_root_of_the_profile(r):
    i = r * limiting_current(**SALT, thickness=L)
    t = sand_time(i, **SALT, thickness=L)
    assert polarisation_profile(L, t, i, **SALT, thickness=L) == pytest.approx(0.0, abs=1e-9)


def test_sand_time_is_infinite_where_diffusion_keeps_up():
    limit = limiting_current(**SALT, thickness=L)
    assert np.isinf(sand_time([0.0, 0.5 * limit, limit], **SALT, thickness=L)).all()
    assert sand_time(0.0, **SALT) == math.inf
    assert sand_time(10.0, 1000.0, 1e-12, 1.0, L) == math.inf


def test_images_and_cosines_agree_where_they_meet():
    x, tau = np.linspace(0, L, 9), 0.05 * L**2 / 1e-12
    below = polarisation_profile(x, tau * (1 - 1e-12), 4.0, **SALT, thickness=L)
    above = polarisation_profile(x, tau * (1 + 1e-12), 4.0, **SALT, thickness=L)
    np.testing.assert_allclose(below, above, rtol=1e-10)


def test_single_ion_conductor_does_not_polarise():
    assert limiting_current(1000.0, 1e-12, 1.0, L) == math.inf
    assert polarisation_profile(L, 100.0, 50.0, 1000.0, 1e-12, 1.0, L) == 1000.0
    assert polarisation_voltage(50.0, 0.05, 350.0, 1000.0, 1e-12, 1.0, L) == pytest.approx(50.0 * L / 0.05, rel=1e-14)


def test_small_current_voltage_gives_the_newman_number():
    u = polarisation_voltage(1e-4, 0.05, 350.0, **SALT, thickness=L, thermodynamic_factor=1.3)
    ne = newman_number(0.05, 350.0, **SALT, thermodynamic_factor=1.3)
    assert u / (1e-4 * L / 0.05) == pytest.approx(1 + ne, rel=1e-8)


def test_voltage_is_infinite_at_the_limit_with_the_sign_of_the_current():
    limit = limiting_current(**SALT, thickness=L)
    u = polarisation_voltage([-2 * limit, limit], 0.05, 350.0, **SALT, thickness=L)
    assert u.tolist() == [-math.inf, math.inf]


@pytest.mark.parametrize("number", [1.0000001, 2.0, -math.inf])
def test_transference_number_ends_at_one(number):
    with pytest.raises(InvalidInput, match="transference_number: got .*; allowed: a finite number not above 1"):
        sand_time(10.0, 1000.0, 1e-12, number)


def test_negative_transference_number_is_measured_and_allowed():
    """Salt then runs out sooner than with immobile cations."""
    negative, none = (limiting_current(1000.0, 1e-12, number, L) for number in (-0.38, 0.0))
    assert negative == pytest.approx(none / 1.38, rel=1e-14)


def test_position_outside_the_cell():
    with pytest.raises(InvalidInput, match="position: got .*from 0 to the thickness"):
        polarisation_profile(2 * L, 1.0, 1.0, **SALT, thickness=L)
