"""Exact facts of stability, kinetics and cracks, for any admissible numbers."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lisse import theory as t
from lisse.units import FARADAY

few = settings(max_examples=40)
poisson = st.floats(-0.95, 0.5)
ratio = st.floats(0.0, 0.99) | st.floats(1.01, 100.0)
modulus = st.floats(1e6, 1e12)
wave = st.floats(1e3, 1e9)
geometry = st.sampled_from(["through", "edge", "penny"])


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


@few
@given(modulus, modulus, poisson, poisson, st.floats(0.0, 100.0), wave)
def test_coupling_of_the_deviatoric_part_is_fixed_by_the_poisson_ratios(g_s, g_e, nu_s, nu_e, v, k):
    """B as read off the deviatoric part is (a b - 1)/4."""
    a, b = 3 - 4 * nu_e, 3 - 4 * nu_s
    scale = g_s * a * (1 - nu_s) + g_e * b * (1 - nu_e)
    deviatoric = t.interface_stability(k, g_s, nu_s, g_e, nu_e, v, 0.0, molar_volume=1.0).deviatoric
    coupling = deviatoric * scale / (2 * g_e * g_s * (1 + v) * k)
    assert 4 * coupling == pytest.approx(a * b - 1, rel=1e-12, abs=1e-13)  # a b - 1 itself cancels near nu = 1/2


@few
@given(ratio, poisson, poisson, modulus, wave, st.floats(0.1, 10.0))
def test_conventions_share_the_boundary_and_swap_the_labels(v, nu_s, nu_e, g_e, k, factor):
    critical = t.critical_shear_ratio(v, nu_s, nu_e)
    assume(abs(factor - 1) > 0.01)
    assume(math.isfinite(critical))
    call = (k, factor * critical * g_e, nu_s, g_e, nu_e, v, 0.0)
    published = t.interface_stability(*call)
    thermodynamic = t.interface_stability(*call, convention="thermodynamic")
    assert published.stable is not thermodynamic.stable
    assert published.stable is ((factor < 1) if v < 1 else (factor > 1))


@few
@given(ratio, poisson, poisson, modulus, modulus, span(1e-3, 10.0), st.sampled_from(["published", "thermodynamic"]))
def test_capillarity_keeps_short_waves_flat_in_both_conventions(v, nu_s, nu_e, g_s, g_e, gamma, convention):
    solids = (g_s, nu_s, g_e, nu_e, v, gamma)
    k = t.critical_wavenumber(*solids, convention=convention)
    assert t.interface_stability(1.01 * k + 1.0, *solids, convention=convention).stable
    assume(k > 1e-3)
    assert not t.interface_stability(0.99 * k, *solids, convention=convention).stable


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
@given(span(1e3, 1e7), span(1e-9, 1e-2), geometry)
def test_flaw_length_and_overpotential_are_inverse(toughness, length, shape):
    eta = t.crack_overpotential(toughness, length, shape)
    assert t.critical_flaw_length(eta, toughness, shape) == pytest.approx(length, rel=1e-12)


@few
@given(st.floats(-5.0, 5.0), span(1e-8, 1e4), st.floats(250.0, 500.0), st.floats(0.02, 0.98))
def test_overpotential_inverts_butler_volmer(eta, i0, temperature, alpha):
    current = t.butler_volmer(eta, i0, temperature, alpha)
    assert t.overpotential(current, i0, temperature, alpha) == pytest.approx(eta, rel=1e-9, abs=1e-15)


@few
@given(span(1e-10, 1e10), span(1e-8, 1e4), st.floats(0.02, 0.98))
def test_reversal_swaps_the_transfer_coefficients(current, i0, alpha):
    assert t.overpotential(-current, i0, 300.0, alpha) == pytest.approx(-t.overpotential(current, i0, 300.0, 1 - alpha))


@few
@given(span(1e3, 1e7), span(1e-9, 1e-2), geometry, span(1e-6, 1.0))
def test_grain_boundary_limit_times_its_resistance_is_the_crack_overpotential(toughness, length, shape, resistance):
    limit = t.grain_boundary_current_limit(t.fracture_stress(toughness, length, shape), resistance)
    assert limit * resistance == pytest.approx(t.crack_overpotential(toughness, length, shape), rel=1e-13)
    assert t.plating_pressure(limit * resistance) == pytest.approx(
        t.fracture_stress(toughness, length, shape), rel=1e-13
    )


@few
@given(span(1e-8, 1e-4), st.floats(1.1, 10.0))
def test_ansell_grows_with_the_square_of_width_and_falls_with_the_cube_of_length(width, factor):
    def limit(gamma, c, length, viscosity):
        return t.ansell_critical_current(gamma, c, length, 1e11, 0.2, viscosity)

    base = limit(1.0, width, 1e-5, 1e3)
    assert limit(1.0, factor * width, 1e-5, 1e3) == pytest.approx(factor**2 * base, rel=1e-12)
    assert limit(factor, width, 1e-5, 1e3) == pytest.approx(factor**2 * base, rel=1e-12)
    assert limit(1.0, width, factor * 1e-5, 1e3) == pytest.approx(base / factor**3, rel=1e-12)
    assert limit(1.0, width, 1e-5, factor * 1e3) == pytest.approx(base / factor, rel=1e-12)


@few
@given(span(1e-3, 1e4), span(1e-8, 1e-5), st.floats(2.0, 50.0))
def test_newtonian_extrusion_is_the_power_law_at_one(i, h, aspect):
    viscosity = 1e10
    newton = 3 * viscosity * (2 * i * 13e-6 / FARADAY) * (aspect * h) ** 2 / (4 * h**3)
    assert t.extrusion_pressure(i, h, aspect * h, 1 / (3 * viscosity), 1.0) == pytest.approx(newton, rel=1e-11)


@few
@given(span(1e-3, 1e4), st.floats(1.0, 10.0), st.floats(1.1, 10.0))
def test_extrusion_follows_its_powers(i, n, factor):
    def pressure(current, h, depth):
        return t.extrusion_pressure(current, h, depth, 1e6**-n, n)

    base = pressure(i, 1e-6, 1e-5)
    assert pressure(factor * i, 1e-6, 1e-5) == pytest.approx(base * factor ** (1 / n), rel=1e-11)
    assert pressure(i, factor * 1e-6, 1e-5) == pytest.approx(base * factor ** -(1 + 2 / n), rel=1e-11)
    assert pressure(i, 1e-6, factor * 1e-5) == pytest.approx(base * factor ** (1 + 1 / n), rel=1e-11)


tip = st.fixed_dictionaries(
    {
        "overpotential": span(1e-3, 1.0),
        "exchange_current_density": span(1e-3, 1e3),
        "diffusivity": span(1e-14, 1e-9),
        "concentration": span(1.0, 1e4),
        "surface_energy": span(1e-2, 10.0),
        "temperature": st.floats(250.0, 400.0),
    }
)


@few
@given(tip, st.floats(1.01, 100.0))
def test_no_tip_is_faster_than_the_optimal_one(call, factor):
    best = t.tip_radius_optimal(**call)
    fastest = t.tip_current(best, **call)
    assert t.tip_current(best * factor, **call) < fastest
    assert t.tip_current(best / factor, **call) < fastest


@few
@given(tip)
def test_a_tip_at_the_capillary_radius_neither_grows_nor_dissolves(call):
    still = 2 * call["surface_energy"] * 13e-6 / (FARADAY * call["overpotential"])
    assert t.tip_current(0.99 * still, **call) < 0 < t.tip_current(1.01 * still, **call)


@few
@given(st.floats(-1e9, 1e9), st.floats(0.01, 0.99), st.floats(250.0, 400.0))
def test_a_stress_shifts_kinetics_as_its_potential_would(pressure, alpha, temperature):
    """exp[(1 - alpha_a) V p/(R T)] is the Tafel factor of the potential shift V p/F."""
    shift = t.stress_potential(pressure)
    ratio_of_currents = t.kinetics_ratio(FARADAY * shift, alpha, temperature)
    assert t.kinetics_ratio(-FARADAY * shift, alpha, temperature) == pytest.approx(1 / ratio_of_currents, rel=1e-12)
    thermal = 8.314462618 * temperature / FARADAY
    assert math.log(ratio_of_currents) == pytest.approx((1 - alpha) * shift / thermal, rel=1e-9, abs=1e-12)
