"""Exact facts of depletion, Mode 2 and interphase growth, for any admissible numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse import theory as t

few = settings(max_examples=40)


def span(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


# depletion -----------------------------------------------------------------------------------------------------------

salt = {
    "salt_concentration": span(1.0, 1e4),
    "diffusivity": span(1e-16, 1e-8),
    "transference_number": st.floats(-1.0, 0.99),
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


@few
@given(st.fixed_dictionaries(salt), span(1e-6, 1e-3), span(1e-4, 10.0), st.floats(0.0, 1.0), span(1e-6, 1e-2))
def test_polarisation_vanishes_with_the_anion_number(c, thickness, tau, place, anion):
    """c - c0 is proportional to 1 - t+ at a given current, and gone at t+ = 1."""
    time, i = tau * thickness**2 / c["diffusivity"], 0.5 * t.limiting_current(**c, thickness=thickness)

    def shift(number):
        single = {**c, "transference_number": number}
        profile = t.polarisation_profile(place * thickness, time, i, **single, thickness=thickness)
        return profile / c["salt_concentration"] - 1

    whole = shift(0.0)
    assert shift(1 - anion) == pytest.approx(whole * anion, rel=1e-6, abs=1e-15)  # 1 - (1 - anion) rounds
    assert shift(1.0) == 0.0
    voltage = t.polarisation_voltage(i, 0.1, 350.0, **{**c, "transference_number": 1.0}, thickness=thickness)
    assert voltage == pytest.approx(i * thickness / 0.1, rel=1e-14)


@few
@given(st.floats(-0.999, 0.999), st.fixed_dictionaries(salt), span(1e-6, 1e-3), span(1e-3, 1.0), st.floats(0.5, 3.0))
def test_steady_voltage_is_the_concentration_cell_of_the_steady_profile(r, c, thickness, kappa, factor):
    i = r * t.limiting_current(**c, thickness=thickness)
    faces = t.polarisation_profile([0.0, thickness], math.inf, i, **c, thickness=thickness)
    voltage = t.polarisation_voltage(i, kappa, 350.0, **c, thickness=thickness, thermodynamic_factor=factor)
    anion, thermal = 1 - c["transference_number"], 8.314462618 * 350.0 / 96485.33212
    cell = 2 * thermal * anion * factor * math.log(faces[0] / faces[1])
    assert voltage == pytest.approx(i * thickness / kappa + cell, rel=1e-9, abs=1e-15)


# Mode 2 --------------------------------------------------------------------------------------------------------------

layer = st.tuples(span(1e-7, 1e-3), span(1e-6, 1.0), span(1e-12, 1.0))


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
@given(st.lists(layer, min_size=1, max_size=5), span(1e-6, 1e6), st.floats(0.0, 1.0), span(1e-6, 1.0))
def test_only_the_share_of_the_electronic_conductivity_along_the_way_counts(layers, factor, place, resistance):
    thickness, ionic, electronic = np.array(layers).T
    call = (place * thickness.sum(), 1.0, thickness, ionic)
    one = t.lithium_potential_profile(*call, electronic, resistance)
    assert t.lithium_potential_profile(*call, factor * electronic, resistance) == pytest.approx(one, abs=1e-12)


@few
@given(st.lists(st.tuples(span(1e-5, 1e-4), span(1e-2, 1.0), st.floats(1.5, 100.0)), min_size=2, max_size=5))
def test_a_gradient_of_the_shares_is_enough_for_lithium_inside(layers):
    """With reversible faces: above lithium metal inside where sig_e/sig_i falls towards the stripped face."""
    thickness, ionic, drop = np.array(layers).T
    electronic = 1e-6 * ionic / np.cumprod(drop)
    faces = np.concatenate([[0.0], np.cumsum(thickness)])
    falling = t.lithium_potential_profile(faces, 1.0, thickness, ionic, electronic)
    rising = t.lithium_potential_profile(faces, -1.0, thickness, ionic, electronic)
    assert falling[[0, -1]] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert (falling[1:-1] > 0).all()
    assert rising == pytest.approx(-falling, abs=1e-15)


@few
@given(layer, span(1e-6, 1e3), st.floats(0.01, 5.0))
def test_an_ionic_interface_resistance_is_enough_for_lithium_inside(one, resistance, voltage):
    thickness, ionic, electronic = one
    call = (voltage, [thickness], [ionic], [electronic], resistance)
    face = t.lithium_potential_profile(0.0, *call)
    assert face == pytest.approx(voltage * resistance / (2 * resistance + thickness / ionic), rel=1e-12)
    assert t.lithium_potential_profile(thickness / 2, *call) == pytest.approx(0.0, abs=1e-12 * voltage)
    law = t.lithium_potential_n_type(0.0, voltage, thickness, ionic, resistance)
    assert law == pytest.approx(face, rel=1e-9)


conductors = st.tuples(span(1e-6, 1e-2), span(1e-6, 10.0), span(1e-12, 10.0))


@few
@given(conductors, span(1e-8, 10.0))
def test_n_type_leak_begins_as_the_constant_one_and_stays_below_it(conductor, voltage):
    constant, n_type = (t.leakage_current(voltage, *conductor, model) for model in ("constant", "n-type"))
    assert n_type <= constant * (1 + 1e-12)
    small = t.leakage_current(1e-6, *conductor, "n-type")  # F E/(R T) = 4e-5: half of it is the first correction
    assert small == pytest.approx(t.leakage_current(1e-6, *conductor), rel=3e-5)
    thickness, ionic, electronic = conductor
    saturated = ionic / thickness * 8.314462618 * 298.15 / 96485.33212 * math.log1p(electronic / ionic)
    assert n_type <= saturated * (1 + 1e-12)


@few
@given(span(1e3, 1e10), span(1e-2, 10.0), span(1e-10, 1e-3), st.floats(1.1, 10.0))
def test_confinement_and_a_small_nucleus_raise_the_threshold(pressure, gamma, radius, factor):
    base = t.internal_plating_threshold(pressure, gamma, radius)
    assert base > t.internal_plating_threshold(pressure, gamma, factor * radius)
    assert base < t.internal_plating_threshold(factor * pressure, gamma, radius)
    assert t.internal_plating_threshold(pressure, 0.0, radius) == pytest.approx(t.stress_potential(pressure), rel=1e-13)


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


@few
@given(span(1.0, 1e9), span(1e-24, 1e-14), st.floats(0.0, 1e-6))
def test_fast_reaction_is_parabolic_and_fast_diffusion_is_linear(time, rate, start):
    parabolic = t.interphase_thickness_parabolic(time, rate, start)
    assert t.interphase_thickness_mixed(time, rate, math.inf, start) == pytest.approx(parabolic, rel=1e-12)
    speed = 1e-12
    linear = t.interphase_thickness_mixed(time, 1e12 * speed * (start + speed * time), speed, start)
    assert linear == pytest.approx(start + speed * time, rel=1e-9)


@few
@given(span(1.0, 1e9), span(1e-24, 1e-14), span(1e-15, 1e-8), st.floats(0.0, 1e-6))
def test_growth_forgets_all_but_the_thickness(time, k_p, k_l, start):
    """Growing for t and then for t from what is there is growing for 2 t."""
    for grow in (
        lambda duration, begin: t.interphase_thickness_mixed(duration, k_p, k_l, begin),
        lambda duration, begin: t.interphase_thickness_parabolic(duration, k_p, begin),
    ):
        assert grow(time, grow(time, start)) == pytest.approx(grow(2 * time, start), rel=1e-11)
    alone = t.interphase_thickness_parabolic(time, k_p)
    assert t.interphase_thickness_parabolic(4 * time, k_p) == pytest.approx(2 * alone, rel=1e-12)


@few
@given(span(1e-12, 1e3), span(1e-12, 1e3), st.floats(0.01, 5.0))
def test_the_poorer_carrier_sets_the_parabolic_rate(ionic, electronic, drive):
    rate = t.parabolic_rate_constant(2e-5, ionic, electronic, drive)
    assert rate == pytest.approx(t.parabolic_rate_constant(2e-5, electronic, ionic, drive), rel=1e-13)
    poorer = 2e-5 * min(ionic, electronic) * drive / 96485.33212
    assert poorer / 2 * (1 - 1e-12) <= rate <= poorer * (1 + 1e-12)


@few
@given(st.fixed_dictionaries(salt), span(1e-6, 1e-3))
def test_at_the_limiting_current_itself_the_salt_never_runs_out(c, thickness):
    i = t.limiting_current(**c, thickness=thickness)
    assert t.sand_time(i, **c, thickness=thickness) == math.inf
    assert t.sand_time(1.001 * i, **c, thickness=thickness) < math.inf
