"""Exact facts of lithium mechanics, voids, contact, cell and focusing, for any admissible numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse import theory as t

few = settings(max_examples=40)


def span(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


fraction = st.floats(0.0, 1.0)
exponent = st.floats(1.0, 8.0)

# mechanics -----------------------------------------------------------------------------------------------------------


@few
@given(span(1e3, 1e8), st.floats(250.0, 450.0), exponent, st.floats(0.0, 1e5))
def test_creep_stress_inverts_creep_rate(stress, temperature, n, energy):
    law = (temperature, 1e6**-n, n, energy)
    assert t.creep_stress(t.creep_rate(stress, *law), *law) == pytest.approx(stress, rel=1e-10)


@few
@given(span(1e-8, 1e2), st.floats(250.0, 400.0), exponent, st.floats(1e3, 1e5), st.floats(1.01, 3.0))
def test_creep_follows_power_and_arrhenius(rate, temperature, n, energy, factor):
    base = t.creep_stress(rate, temperature, 1e6**-n, n, energy)
    assert t.creep_stress(factor * rate, temperature, 1e6**-n, n, energy) == pytest.approx(
        base * factor ** (1 / n), rel=1e-11
    )
    assert t.creep_stress(rate, 1.01 * temperature, 1e6**-n, n, energy) < base


@few
@given(span(1e5, 1e8), span(1e-6, 1e-1), span(1e-7, 1e-2))
def test_friction_hill_adds_in_proportion_to_radius_over_thickness(strength, radius, thickness):
    free = t.confined_pressure(strength, 0.0, thickness)
    assert free == strength
    hill = t.confined_pressure(strength, radius, thickness) - free
    twice = t.confined_pressure(strength, 2 * radius, thickness) - free
    assert twice == pytest.approx(2 * hill, rel=1e-6, abs=1e-9 * strength)  # the hill is a difference
    assert t.confined_pressure(strength, radius, 2 * thickness) - free == pytest.approx(
        hill / 2, rel=1e-6, abs=1e-9 * strength
    )


@few
@given(span(1e-7, 1e-4), span(1e-7, 1e-4), st.floats(-1.0, -0.1))
def test_pillar_strength_may_be_quoted_at_any_of_its_points(diameter, other, size):
    there = t.pillar_strength(other, 105e6, 0.98e-6, size)
    assert t.pillar_strength(diameter, there, other, size) == pytest.approx(
        t.pillar_strength(diameter, 105e6, 0.98e-6, size), rel=1e-12
    )


# stripping, voids and contact ----------------------------------------------------------------------------------------


@few
@given(span(1e-3, 1e4), span(1e-18, 1e-8), span(1e-2, 1e5), st.floats(0.1, 10.0))
def test_vacancy_depletion_has_sands_powers(i, diffusivity, change, factor):
    base = t.vacancy_depletion_time(i, diffusivity, change)
    assert t.vacancy_depletion_time(factor * i, diffusivity, change) == pytest.approx(base / factor**2, rel=1e-12)
    assert t.vacancy_depletion_time(i, diffusivity, factor * change) == pytest.approx(base * factor**2, rel=1e-12)
    single = t.sand_time(i, change, diffusivity, 0.0)  # no anion moves in a metal
    assert base == pytest.approx(single, rel=1e-12)


@few
@given(span(1e-2, 1e3), span(1e-7, 1e-3), exponent, st.floats(1.1, 10.0))
def test_pure_creep_asks_for_little_more_pressure_at_more_current(i, thickness, n, factor):
    p = t.replenishment_pressure(i, thickness, 1e6**-n, n)
    more = t.replenishment_pressure(factor * i, thickness, 1e6**-n, n)
    assert more / p == pytest.approx(factor ** (1 / n), rel=1e-12)
    assert t.creep_rate(p, 300.0, 1e6**-n, n, 0.0) * thickness == pytest.approx(t.lithium_thickness(i), rel=1e-10)


@few
@given(fraction, span(1e6, 1e14), st.floats(0.05, 3.1))
def test_void_height_and_contact_are_inverse(contact, density, angle):
    height = t.void_height_from_contact(contact, density, angle)
    assert t.void_contact_fraction(height, density, angle) == pytest.approx(contact, abs=1e-12)


@few
@given(st.lists(fraction, min_size=2, max_size=10))
def test_constriction_falls_with_contact(ratios):
    psi = t.constriction_factor(np.sort(ratios))
    assert (np.diff(psi) <= 1e-9).all()
    assert ((psi >= 0) & (psi <= 1 + 1e-8)).all()


@few
@given(span(1e4, 1e8), st.floats(1.0, 8.0), st.floats(1.01, 3.0), st.sampled_from(["sphere", "cylinder"]))
def test_closure_follows_the_power_of_the_pressure(p, n, factor, shape):
    a = (1e6) ** -n
    slow, fast = (t.void_closure_rate(x, a, n, shape) for x in (p, factor * p))
    assert fast < slow < 0
    assert fast / slow == pytest.approx(factor**n, rel=1e-10)


@few
@given(span(1e4, 1e7), exponent, span(1e-8, 1e-3), span(1e-3, 10.0), st.sampled_from(["sphere", "cylinder"]))
def test_surface_energy_closes_small_voids_faster(p, n, radius, gamma, shape):
    call = {"creep_rate_prefactor": 1e6**-n, "creep_exponent": n, "shape": shape}
    flat = t.void_closure_rate(p, **call)
    curved = t.void_closure_rate(p, **call, radius=radius, surface_energy=gamma)
    assert curved < flat < 0
    share = 2 if shape == "sphere" else 1
    assert curved == pytest.approx(t.void_closure_rate(p + share * gamma / radius, **call), rel=1e-10)
    assert t.void_closure_rate(p, **call, radius=1e9, surface_energy=gamma) == pytest.approx(flat, rel=1e-9)
    balance = -share * gamma / radius
    assert abs(t.void_closure_rate(balance, **call, radius=radius, surface_energy=gamma)) <= 1e-12 * abs(
        t.void_closure_rate(balance, **call)
    )


@few
@given(st.lists(span(1e2, 1e12), min_size=2, max_size=6), span(1e5, 1e12), span(1e-3, 1.0))
def test_pressure_only_adds_contact_and_never_beyond_all_of_it(pressures, stiffness, slope):
    p = np.sort(pressures)
    for contact in (t.contact_fraction_plastic(p, stiffness), t.contact_fraction_elastic(p, stiffness, slope)):
        assert (np.diff(contact) >= 0).all()
        assert ((contact >= 0) & (contact <= 1)).all()


@few
@given(span(1e-8, 1e-3), span(1e-6, 1.0), span(1e-4, 10.0), st.floats(1.1, 10.0))
def test_constriction_scales_with_spot_and_conductivity(radius, contact, conductivity, factor):
    base = t.constriction_resistance(radius, contact, conductivity)
    assert t.constriction_resistance(factor * radius, contact, factor * conductivity) == pytest.approx(base, rel=1e-12)
    power = t.constriction_resistance(radius, contact, conductivity, "power")
    psi = [t.constriction_factor(math.sqrt(contact), method) for method in ("exact", "power")]
    assert power * psi[0] == pytest.approx(base * psi[1], rel=1e-9, abs=1e-300)


# cell and focusing ---------------------------------------------------------------------------------------------------


@few
@given(span(1e2, 1e6), span(1e6, 1e14), st.lists(st.tuples(span(1e-7, 1e-3), span(1e8, 1e12)), min_size=1, max_size=4))
def test_a_rigid_frame_is_the_upper_bound_of_the_pressure(charge, stiffness, layers):
    thicknesses, moduli = np.array(layers).T
    soft = t.fixture_pressure_change(charge, thicknesses, moduli, stiffness)
    rigid = t.fixture_pressure_change(charge, thicknesses, moduli, math.inf)
    assert 0 < soft < rigid * (1 + 1e-12)
    frame_alone = t.lithium_thickness(charge) * stiffness
    assert 1 / soft == pytest.approx(1 / rigid + 1 / frame_alone, rel=1e-11)


@few
@given(span(1e3, 1e6), st.floats(0.0, 1e-3), st.floats(1e-6, 1e-3))
def test_excess_lithium_costs_energy(charge, excess, more):
    def energy(thickness):
        return t.cell_energy_density(charge, 3.8, 7e5, 0.8, 3400.0, 2e-5, 5100.0, thickness, 6e-6, 1e-5)

    thin, thick = energy(excess), energy(excess + more)
    assert thick.gravimetric < thin.gravimetric
    assert thick.volumetric < thin.volumetric
    delivered = charge * 3.8
    assert delivered / thick.volumetric - delivered / thin.volumetric == pytest.approx(more, rel=1e-6)


@few
@given(span(1e-9, 1.0), span(1e-6, 1e-2))
def test_edge_focusing_falls_inward_as_a_root_and_then_to_one(distance, thickness):
    here, further = t.edge_focusing(distance, thickness), t.edge_focusing(2 * distance, thickness)
    assert 1 <= further <= here
    near = t.edge_focusing(1e-8 * thickness, thickness)
    assert near == pytest.approx(math.sqrt(1e8 / math.pi), rel=1e-7)
    assert t.edge_focusing(20 * thickness, thickness) == 1.0


@few
@given(st.floats(1e-3, 1e3), st.floats(1.01, 10.0))
def test_taller_and_rounder_bosses_focus_more(aspect, factor):
    ridge, boss = (t.boss_focusing(aspect, d) for d in (2, 3))
    assert 1 < ridge < boss
    assert t.boss_focusing(factor * aspect) > boss


@few
@given(st.floats(1.001, 1e3), st.floats(1.01, 10.0))
def test_focusing_beside_a_patch_falls_to_the_mean(x, factor):
    for shape in ("disc", "strip", "hemisphere"):
        assert 1 <= t.patch_focusing(factor * x, shape) < t.patch_focusing(x, shape)
    assert t.patch_focusing(x, "disc") < t.patch_focusing(x, "strip")  # current also passes round a disc


@few
@given(span(1e-9, 1e9))
def test_a_sphere_focuses_between_one_and_three(k):
    assert 1 <= t.sphere_focusing(k) <= 3
    if k < 1:
        assert t.sphere_focusing(k) <= 1.5
