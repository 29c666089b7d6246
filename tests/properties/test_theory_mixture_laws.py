"""Exact facts of effective media, at contrasts up to 1e12, by routes that share no arithmetic with the library."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse import theory as t
from lisse.errors import InvalidInput

few = settings(max_examples=40)
fraction = st.floats(0.0, 1.0)


def span(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


sigma = span(1e-12, 1.0)
phases = st.lists(st.tuples(sigma, st.floats(0.01, 1.0)), min_size=2, max_size=5)


def unzip(pairs):
    conductivities, weights = np.array(pairs).T
    return conductivities, weights / weights.sum()


def excess(s, conductivities, fractions, dimension):
    """Bruggeman's sum in rational numbers: above zero below the root, below zero above it."""
    total = sum(map(Fraction, fractions))
    return sum(
        Fraction(f) / total * (Fraction(c) - s) / (Fraction(c) + (dimension - 1) * s)
        for c, f in zip(conductivities, fractions, strict=True)
    )


# rounding of the fractions is amplified by 1/sqrt(contrast) = 1e6 at the percolation threshold, hence 1e-9
CLOSE = Fraction(1, 10**9)


@few
@given(phases, st.sampled_from([2, 3]))
def test_bruggeman_is_the_root_in_exact_arithmetic(pairs, dimension):
    conductivities, fractions = unzip(pairs)
    s = Fraction(t.bruggeman(conductivities, fractions, dimension))
    assert excess(s * (1 - CLOSE), conductivities, fractions, dimension) > 0
    assert excess(s * (1 + CLOSE), conductivities, fractions, dimension) < 0


@few
@given(sigma, st.integers(-10, 10), st.sampled_from([2, 3]))
def test_bruggeman_at_the_threshold_is_the_root_and_not_the_spurious_one(contrast, steps, dimension):
    """Next to phi = 1/d the polynomial's other root is nearly as large and negative: neither it nor 0 comes out."""
    phi = 1 / dimension + steps * 2.0**-40
    s = t.bruggeman([1.0, contrast], [phi, 1 - phi], dimension)
    exact = Fraction(s)
    assert excess(exact * (1 - CLOSE), [1.0, contrast], [phi, 1 - phi], dimension) > 0
    assert excess(exact * (1 + CLOSE), [1.0, contrast], [phi, 1 - phi], dimension) < 0
    assert s == pytest.approx(math.sqrt(contrast / (dimension - 1)), rel=0.6)  # its value at the threshold


@few
@given(phases)
def test_a_phase_split_in_two_is_still_one_phase(pairs):
    """Two phases take the quadratic, three the climb: the same mixture must give the same."""
    (one, a), (two, b) = pairs[:2]
    total = a + b
    whole = t.bruggeman([one, two], [a / total, b / total])
    split = t.bruggeman([one, two, two], [a / total, 0.3 * b / total, 0.7 * b / total])
    assert split == pytest.approx(whole, rel=1e-9)
    absent = t.bruggeman([one, two, 1e6], [a / total, b / total, 0.0])
    assert absent == pytest.approx(whole, rel=1e-9)


@few
@given(span(1e-12, 1e12), fraction)
def test_hanai_is_the_root_in_exact_arithmetic(inclusion, f):
    """(s - si)^3 sm = (1 - f)^3 (sm - si)^3 s with sm = 1, whose sides cross once between the phases."""
    s, si, rest = Fraction(t.hanai(1.0, inclusion, f)), Fraction(inclusion), 1 - Fraction(f)
    near = Fraction(1, 10**12)

    def gap(x):
        return ((x - si) / (1 - si)) ** 3 - rest**3 * x if si != 1 else x - 1

    falls_below, is_above = gap(s * (1 - near)), gap(s * (1 + near))
    assert falls_below * is_above <= 0
    assert min(si, Fraction(1)) * (1 - near) <= s <= max(si, Fraction(1)) * (1 + near)


exponents = st.floats(0.7, 4.0)


@few
@given(sigma, fraction, st.floats(0.02, 0.98), exponents, exponents)
def test_general_effective_media_is_the_root_in_sixty_digits(low, phi, critical, s, z):
    x = t.general_effective_media(low, 1.0, phi, critical, s, z)
    with localcontext() as context:
        context.prec = 60
        share, threshold = Decimal(phi), Decimal(critical)
        a = (1 - threshold) / threshold
        poor = Decimal(low) ** (1 / Decimal(s))

        def residual(value):
            y, w = value ** (1 / Decimal(s)), value ** (1 / Decimal(z))
            return (1 - share) * (poor - y) / (poor + a * y) + share * (1 - w) / (1 + a * w)

        # at the threshold 1e-16 of phi is amplified by contrast^(1/2 s) = 4e8 (s = t = 0.7, the worst drawn here)
        assert residual(Decimal(x) * (1 - Decimal("1e-6"))) > 0
        assert residual(Decimal(x) * (1 + Decimal("1e-6"))) < 0
    assert low * (1 - 1e-12) <= x <= 1 + 1e-12


@few
@given(sigma, fraction)
def test_general_effective_media_becomes_bruggeman(low, phi):
    general = t.general_effective_media(low, 1.0, phi, 1 / 3, 1.0, 1.0)
    assert general == pytest.approx(t.bruggeman([low, 1.0], [1 - phi, phi]), rel=1e-8)  # 1/3 rounds, as above


@few
@given(fraction, st.floats(0.05, 0.95), exponents, exponents)
def test_general_effective_media_of_an_insulator_is_percolation(phi, critical, s, z):
    exact = max(0.0, (phi - critical) / (1 - critical)) ** z
    assert t.general_effective_media(0.0, 1.0, phi, critical, s, z) == pytest.approx(exact, rel=1e-12)


@few
@given(phases)
def test_bounds_hold_every_isotropic_mixture(pairs):
    conductivities, fractions = unzip(pairs)
    lower, upper = t.hashin_shtrikman(conductivities, fractions)
    series, parallel = 1 / (fractions / conductivities).sum(), fractions @ conductivities
    chain = [series, lower, t.bruggeman(conductivities, fractions), upper, parallel]
    assert all(a <= b * (1 + 1e-9) for a, b in zip(chain, chain[1:], strict=False))


@few
@given(sigma, sigma, fraction)
def test_bounds_hold_the_mixtures_with_a_matrix(matrix, inclusion, f):
    bounds = t.hashin_shtrikman([matrix, inclusion], [1 - f, f])
    separate = t.maxwell_garnett(matrix, inclusion, f)
    on_a_bound = bounds.lower if inclusion > matrix else bounds.upper
    assert separate == pytest.approx(on_a_bound, rel=1e-9)
    assert bounds.lower * (1 - 1e-9) <= t.hanai(matrix, inclusion, f) <= bounds.upper * (1 + 1e-9)


@few
@given(phases)
def test_bounds_in_exact_arithmetic(pairs):
    conductivities, fractions = unzip(pairs)
    total = sum(map(Fraction, fractions))
    for bound, other in zip(
        t.hashin_shtrikman(conductivities, fractions), (min(conductivities), max(conductivities)), strict=True
    ):
        twice = 2 * Fraction(other)
        terms = (Fraction(f) / total / (Fraction(c) + twice) for c, f in zip(conductivities, fractions, strict=True))
        assert bound == pytest.approx(float(1 / sum(terms) - twice), rel=1e-13)


@few
@given(sigma, sigma, fraction, st.floats(1e-3, 1e3))
def test_mixtures_scale_with_their_phases(matrix, inclusion, f, factor):
    for mix in (t.maxwell_garnett, t.hanai, lambda *call: t.bruggeman(call[:2], [1 - call[2], call[2]])):
        scaled = mix(factor * matrix, factor * inclusion, f)
        # bruggeman: 1e-16 of the fractions times the 1e6 of the threshold
        assert scaled == pytest.approx(factor * mix(matrix, inclusion, f), rel=1e-9)


@few
@given(sigma, sigma, st.lists(fraction, min_size=2, max_size=6))
def test_more_of_the_better_phase_conducts_better(one, other, shares):
    poor, rich = sorted((one, other))
    f = np.sort(shares)
    stacked = np.stack([1 - f, f], axis=-1)
    for values in (
        t.maxwell_garnett(poor, rich, f),
        t.hanai(poor, rich, f),
        t.bruggeman([poor, rich], stacked),
        t.general_effective_media(poor, rich, f, 0.16, 0.9, 2.0),
        *t.hashin_shtrikman([poor, rich], stacked),
    ):
        assert (np.diff(values) >= -1e-9 * values[1:]).all()
        assert ((values >= poor * (1 - 1e-9)) & (values <= rich * (1 + 1e-9))).all()


@few
@given(sigma, sigma, sigma, st.floats(0.0, 0.3), st.floats(0.0, 0.4))
def test_a_shell_of_matrix_is_no_shell(matrix, core, shell, f, ratio):
    none = t.shell_inclusion(matrix, core, matrix, f, ratio, "maxwell-garnett")
    assert none == pytest.approx(t.maxwell_garnett(matrix, core, f), rel=1e-9)
    same = t.shell_inclusion(matrix, core, core, f, ratio, "maxwell-garnett")
    assert same == pytest.approx(t.maxwell_garnett(matrix, core, f * (1 + ratio) ** 3), rel=1e-9)
    bare = t.shell_inclusion(matrix, core, shell, f, 0.0)
    assert bare == pytest.approx(t.bruggeman([matrix, core], [1 - f, f]), rel=1e-8)


@few
@given(st.floats(0.01, 1.0), st.floats(0.0, 5.0))
def test_shells_that_do_not_fit_are_refused(f, ratio):
    filled = f * (1 + ratio) ** 3
    if filled > 1 + 1e-9:
        with pytest.raises(InvalidInput, match="fraction: got .*would fill"):
            t.shell_inclusion(1.0, 1.0, 2.0, f, ratio)
    elif filled < 1 - 1e-9:
        assert t.shell_inclusion(1.0, 1.0, 2.0, f, ratio) >= 1 - 1e-12


@few
@given(sigma, st.floats(1.1, 1e6), st.floats(0.01, 0.99), span(1e-9, 1e-3), st.floats(1.01, 100.0))
def test_filler_behind_too_much_interface_resistance_harms(matrix, contrast, f, radius, factor):
    inclusion = contrast * matrix
    even = radius * (contrast - 1) / inclusion
    mixed = [t.interface_resistance_inclusion(matrix, inclusion, f, radius, r) for r in (even, factor * even, 0.0)]
    assert mixed[0] == pytest.approx(matrix, rel=1e-9)
    assert mixed[1] < matrix < mixed[2]
    assert mixed[2] == pytest.approx(t.maxwell_garnett(matrix, inclusion, f), rel=1e-13)
