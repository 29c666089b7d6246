"""Contact area, constriction, creep: exact answers and limits."""

import math

import numpy as np
import pytest

from lisse.theory import (
    confined_pressure,
    constriction_factor,
    constriction_resistance,
    contact_fraction_elastic,
    contact_fraction_plastic,
    creep_rate,
    creep_stress,
    pillar_strength,
)


def test_elastic_contact_starts_with_the_known_slope():
    assert contact_fraction_elastic(1.0, 1e9, 0.1) == pytest.approx(math.sqrt(8 / math.pi) * 1e-8, rel=1e-12)
    assert contact_fraction_elastic(1e12, 1e9, 0.1) == 1.0


def test_plastic_contact_is_full_above_the_hardness():
    assert contact_fraction_plastic([0.0, 1e6, 4e6], 2e6).tolist() == [0.0, 0.5, 1.0]


def test_constriction_ends():
    assert constriction_factor(0.0) == pytest.approx(1.0, abs=1e-8)
    assert constriction_factor(1.0) == 0.0
    assert constriction_factor(1 - 1e-6) / 1e-12 == pytest.approx(2.0, rel=1e-4)
    assert constriction_factor(0.75, method="power") == 0.125


def test_power_form_is_17_percent_off_at_seven_tenths():
    error = constriction_factor(0.7, "power") / constriction_factor(0.7) - 1
    assert error == pytest.approx(0.17, abs=0.005)


def test_constriction_resistance_of_few_spots_is_the_disc_on_a_half_space():
    radius, conductivity, density = 1e-6, 0.05, 1e6
    alone = 1 / (4 * conductivity * radius) / density
    got = constriction_resistance(radius, math.pi * radius**2 * density, conductivity)
    assert got == pytest.approx(alone, rel=3e-3)
    assert constriction_resistance(radius, 0.0, conductivity) == math.inf
    assert constriction_resistance(radius, 1.0, conductivity) == 0.0


def test_creep_of_lithium_as_published():
    prefactor = 3e5**-6.55
    assert creep_stress(1e-3, 298.15, prefactor, 6.55, 37e3) == pytest.approx(1.02e6, rel=5e-3)
    stress = np.geomspace(1e4, 1e7, 5)
    rate = creep_rate(stress, 330.0, prefactor, 6.55, 37e3)
    np.testing.assert_allclose(creep_stress(rate, 330.0, prefactor, 6.55, 37e3), stress, rtol=1e-12)
    assert creep_rate(0.0, 330.0, prefactor, 6.55, 37e3) == 0.0


def test_the_unsure_number_of_the_creep_law_is_marked():
    for function in (creep_rate, creep_stress):
        assert "Confidence: S (n, Q), U (prefactor)" in function.__doc__
    assert "keep it editable" in creep_rate.__doc__


def test_friction_hill_and_pillars():
    assert confined_pressure(1e6, 0.0, 1e-5) == 1e6
    assert confined_pressure(1e6, 3 * math.sqrt(3), 2.0) == pytest.approx(2e6, rel=1e-14)
    assert pillar_strength(0.98e-6, 105e6, 0.98e-6, -0.68) == 105e6
    assert pillar_strength(9.8e-6, 105e6, 0.98e-6, -0.68) == pytest.approx(105e6 * 10**-0.68, rel=1e-13)
