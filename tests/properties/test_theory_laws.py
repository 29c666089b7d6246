"""Exact facts of the closed forms, for any admissible numbers."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lisse import theory as t

few = settings(max_examples=40)
poisson = st.floats(-0.5, 0.5)
ratio = st.floats(0.0, 0.99) | st.floats(1.01, 100.0)
modulus = st.floats(1e6, 1e12)
wave = st.floats(1e3, 1e9)
fraction = st.floats(0.0, 1.0)
sigma = st.floats(1e-12, 1e3)


def span(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


# stability -----------------------------------------------------------------------------------------------------------


@few
@given(ratio, poisson, poisson)
def test_critical_ratios_of_v_and_its_inverse_multiply_to_a_constant(v, nu_s, nu_e):
    assume(v > 1e-6)
    product = t.critical_shear_ratio(v, nu_s, nu_e) * t.critical_shear_ratio(1 / v, nu_s, nu_e)
    assert product == pytest.approx((3 - 4 * nu_s) / (3 - 4 * nu_e), rel=1e-9)


@few
@given(poisson, poisson)
def test_critical_ratio_at_both_ends(nu_s, nu_e):
    assert t.critical_shear_ratio(0.0, nu_s, nu_e) == pytest.approx(1 / (3 - 4 * nu_e), rel=1e-13)
    assert t.critical_shear_ratio(math.inf, nu_s, nu_e) == pytest.approx(3 - 4 * nu_s, rel=1e-13)


@few
@given(ratio, poisson, poisson, modulus, wave)
def test_elastic_part_vanishes_at_the_critical_ratio(v, nu_s, nu_e, g_e, k):
    g_s = t.critical_shear_ratio(v, nu_s, nu_e) * g_e
    s = t.interface_stability(k, g_s, nu_s, g_e, nu_e, v, 0.0)
    rounding = 1e-13 * 13e-6 * (1 + v) * max(g_s, g_e) * k
    assert s.total == pytest.approx(0.0, abs=1e-9 * (abs(s.hydrostatic) + abs(s.deviatoric)) + rounding)


@few
@given(modulus, modulus, poisson, poisson, ratio, wave)
def test_elastic_grows_with_k_and_capillary_with_its_square(g_s, g_e, nu_s, nu_e, v, k):
    one = t.interface_stability(k, g_s, nu_s, g_e, nu_e, v, 0.5)
    two = t.interface_stability(2 * k, g_s, nu_s, g_e, nu_e, v, 0.5)
    assert two.hydrostatic == pytest.approx(2 * one.hydrostatic, rel=1e-13)
    assert two.deviatoric == pytest.approx(2 * one.deviatoric, rel=1e-13)
    assert two.surface == pytest.approx(4 * one.surface, rel=1e-13)


@few
@given(modulus, poisson, poisson, st.floats(0.0, 0.9), wave)
def test_hydrostatic_part_changes_sign_with_stiffness_and_molar_volume(g_e, nu_s, nu_e, v, k):
    g_flip = g_e * math.sqrt((3 - 4 * nu_s) / (3 - 4 * nu_e))
    above = t.interface_stability(k, 1.01 * g_flip, nu_s, g_e, nu_e, v, 0.0).hydrostatic
    below = t.interface_stability(k, 0.99 * g_flip, nu_s, g_e, nu_e, v, 0.0).hydrostatic
    large_ion = t.interface_stability(k, 1.01 * g_flip, nu_s, g_e, nu_e, 2 - v, 0.0).hydrostatic
    assert below < 0 < above
    assert large_ion == pytest.approx(-above, rel=1e-9)
    assert t.interface_stability(k, g_flip, nu_s, g_e, nu_e, 1.0, 0.0).hydrostatic == 0


@few
@given(modulus, modulus, ratio, wave)
def test_two_incompressible_solids_have_no_deviatoric_part(g_s, g_e, v, k):
    assert t.interface_stability(k, g_s, 0.5, g_e, 0.5, v, 0.0).deviatoric == 0
    assert t.critical_shear_ratio(v, 0.5, 0.5) == 1


# depletion -----------------------------------------------------------------------------------------------------------

salt = {
    "salt_concentration": span(1.0, 1e4),
    "diffusivity": span(1e-16, 1e-8),
    "transference_number": st.floats(0, 0.99),
}


@few
@given(span(1e-3, 1e4), st.fixed_dictionaries(salt), st.floats(0.1, 10.0))
def test_sand_scaling(i, c, factor):
    base = t.sand_time(i, **c)
    assert t.sand_time(factor * i, **c) == pytest.approx(base / factor**2, rel=1e-12)
    more_salt = {**c, "salt_concentration": factor * c["salt_concentration"]}
    assert t.sand_time(i, **more_salt) == pytest.approx(base * factor**2, rel=1e-12)
    anion = 1 - c["transference_number"]
    assert t.sand_time(i, **{**c, "transference_number": 0.0}) == pytest.approx(base * anion**2, rel=1e-12)


@few
@given(st.floats(1.0001, 100.0), st.fixed_dictionaries(salt), span(1e-6, 1e-3))
def test_finite_cell_lasts_longer_than_the_semi_infinite_one(r, c, thickness):
    i = r * t.limiting_current(**c, thickness=thickness)
    assert t.sand_time(i, **c, thickness=thickness) >= t.sand_time(i, **c) * (1 - 1e-12)


@few
@given(st.floats(-1.0, 1.0), st.fixed_dictionaries(salt), span(1e-6, 1e-3), span(1e-6, 10.0))
def test_salt_is_conserved_and_the_middle_stays(r, c, thickness, tau):
    i = r * t.limiting_current(**c, thickness=thickness)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x = thickness * (1 + nodes) / 2
    time = tau * thickness**2 / c["diffusivity"]
    profile = t.polarisation_profile(x, time, i, **c, thickness=thickness)
    assert weights @ profile / 2 == pytest.approx(c["salt_concentration"], rel=1e-9)
    middle = t.polarisation_profile(thickness / 2, time, i, **c, thickness=thickness)
    assert middle == pytest.approx(c["salt_concentration"], rel=1e-12)


# cracks and kinetics -------------------------------------------------------------------------------------------------


@few
@given(modulus, st.floats(1.1, 10.0))
def test_stiffer_electrolyte_lowers_ansell_but_passes_monroe_newman(e, factor):
    soft, stiff = (t.ansell_critical_current(1.0, 1e-6, 1e-5, modulus, 0.3, 1e3) for modulus in (e, factor * e))
    assert stiff < soft
    g_e = 3.4e9
    soft, stiff = (t.interface_stability(1.0, g, 0.3, g_e, 0.42, 10.0, 0.0) for g in (0.1 * g_e, 10 * factor * g_e))
    assert not soft.stable
    assert stiff.stable


@few
@given(span(1e3, 1e7), span(1e-9, 1e-2), st.sampled_from(["through", "edge", "penny"]))
def test_flaw_length_and_overpotential_are_inverse(toughness, length, geometry):
    eta = t.crack_overpotential(toughness, length, geometry)
    assert t.critical_flaw_length(eta, toughness, geometry) == pytest.approx(length, rel=1e-12)


@few
@given(st.floats(-5.0, 5.0), span(1e-8, 1e4), st.floats(250.0, 500.0), st.floats(0.02, 0.98))
def test_overpotential_inverts_butler_volmer(eta, i0, temperature, alpha):
    current = t.butler_volmer(eta, i0, temperature, alpha)
    assert t.overpotential(current, i0, temperature, alpha) == pytest.approx(eta, rel=1e-9, abs=1e-15)


@few
@given(span(1e-10, 1e10), span(1e-8, 1e4), st.floats(0.02, 0.98))
def test_reversal_swaps_the_transfer_coefficients(current, i0, alpha):
    assert t.overpotential(-current, i0, 300.0, alpha) == pytest.approx(-t.overpotential(current, i0, 300.0, 1 - alpha))


# conduction and mixtures ---------------------------------------------------------------------------------------------


@few
@given(
    st.lists(st.tuples(span(1e-7, 1e-3), span(1e-6, 1.0)), min_size=1, max_size=5),
    span(1e-9, 10.0),
    st.floats(0.0, 1.0),
    st.floats(-5.0, 5.0),
)
def test_uniform_transport_numbers_leave_no_lithium_inside(layers, share, place, voltage):
    thickness, ionic = np.array(layers).T
    mu = t.lithium_potential_profile(place * thickness.sum(), voltage, thickness, ionic, share * ionic)
    assert mu == pytest.approx(0.0, abs=1e-13 * abs(voltage) + 1e-300)


@few
@given(st.lists(st.tuples(sigma, st.floats(0.01, 1.0)), min_size=2, max_size=5))
def test_mixtures_stay_within_their_bounds(phases):
    conductivities, weights = np.array(phases).T
    fractions = weights / weights.sum()
    lower, upper = t.hashin_shtrikman(conductivities, fractions)
    middle = t.bruggeman(conductivities, fractions)
    series, parallel = 1 / (fractions / conductivities).sum(), fractions @ conductivities
    bounds = [series, lower, middle, upper, parallel]
    slack = 1e-9 * parallel
    assert all(a <= b * (1 + 1e-9) + slack * 1e-6 for a, b in zip(bounds, bounds[1:], strict=False))


@few
@given(sigma, sigma, fraction, st.floats(1e-3, 1e3))
def test_mixtures_scale_with_their_phases(matrix, inclusion, f, factor):
    for mix in (t.maxwell_garnett, t.hanai):
        scaled = mix(factor * matrix, factor * inclusion, f)
        assert scaled == pytest.approx(factor * mix(matrix, inclusion, f), rel=1e-9)


# voids and contact ---------------------------------------------------------------------------------------------------


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
@given(span(1e-3, 1e4), span(1e-8, 1e-5), st.floats(2.0, 50.0))
def test_newtonian_extrusion_is_the_power_law_at_one(i, h, aspect):
    viscosity = 1e10
    newton = 3 * viscosity * (2 * i * 13e-6 / 96485.33212) * (aspect * h) ** 2 / (4 * h**3)
    assert t.extrusion_pressure(i, h, aspect * h, 1 / (3 * viscosity), 1.0) == pytest.approx(newton, rel=1e-11)


# interphase ----------------------------------------------------------------------------------------------------------


@few
@given(span(1.0, 1e9), span(1e-24, 1e-14), span(1e-15, 1e-8), st.floats(0.0, 1e-6))
def test_growth_goes_on_and_reaction_only_slows_it(time, k_p, k_l, start):
    mixed = t.interphase_thickness_mixed(time, k_p, k_l, start)
    assert start * (1 - 1e-12) <= mixed <= t.interphase_thickness_parabolic(time, k_p, start) * (1 + 1e-12)
    later = t.interphase_thickness_mixed(2 * time, k_p, k_l, start)
    assert later >= mixed


@few
@given(span(1.0, 1e6), span(1e-14, 1e-6), span(1e-11, 1e-8), st.floats(0.0, 1e-8))
def test_growth_in_two_steps_is_growth_in_one(time, rate, decay, start):
    once = t.interphase_thickness_passivating(2 * time, rate, decay, start)
    half = t.interphase_thickness_passivating(time, rate, decay, start)
    assert t.interphase_thickness_passivating(time, rate, decay, half) == pytest.approx(once, rel=1e-9)
