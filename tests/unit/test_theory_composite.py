"""Effective conductivity: exact answers, limits, refusals."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    bruggeman,
    general_effective_media,
    hanai,
    hashin_shtrikman,
    interface_resistance_inclusion,
    maxwell_garnett,
    shell_inclusion,
)


def test_pores():
    assert maxwell_garnett(1.0, 0.0, 0.4) == pytest.approx(2 * 0.6 / 2.4, rel=1e-14)
    assert hanai(1.0, 0.0, 0.36) == pytest.approx(0.64**1.5, rel=1e-14)
    assert bruggeman([1.0, 0.0], [0.6, 0.4]) == pytest.approx(1 - 1.5 * 0.4, rel=1e-13)


@pytest.mark.parametrize("mix", [maxwell_garnett, hanai])
def test_ends_of_the_fraction(mix):
    np.testing.assert_allclose(mix(1e-3, [0.0, 1e-3, 5.0], 1.0), [0.0, 1e-3, 5.0], rtol=1e-12)
    np.testing.assert_allclose(mix(1e-3, [0.0, 1e-3, 5.0], 0.0), 1e-3, rtol=1e-14)
    assert mix(2.0, 2.0, 0.3) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("contrast", [1e-18, 1e-6, 0.5, 3.0, 1e9])
@pytest.mark.parametrize("dimension", [2, 3])
def test_bruggeman_of_two_phases_is_a_quadratic(contrast, dimension):
    f = np.array([0.05, 0.3, 0.6, 0.95])
    got = bruggeman([1.0, contrast], np.stack([1 - f, f], axis=-1), dimension)
    q = (dimension * (1 - f) - 1) + (dimension * f - 1) * contrast
    root = np.sqrt(q**2 + 4 * (dimension - 1) * contrast)
    other = 2 * (dimension - 1) * contrast / np.where(q > 0, 1.0, root - q)
    exact = np.where(q > 0, (q + root) / 2, other) / (dimension - 1)
    np.testing.assert_allclose(got, exact, rtol=1e-11)


def test_bruggeman_percolation():
    f = np.array([0.2, 0.32, 1 / 3, 0.35, 1.0])
    got = bruggeman([1.0, 0.0], np.stack([f, 1 - f], axis=-1))
    np.testing.assert_allclose(got, np.maximum(1.5 * f - 0.5, 0.0), atol=1e-15, rtol=1e-12)
    assert bruggeman([0.0, 0.0], [0.5, 0.5]) == 0.0
    assert bruggeman([1e-30, 7.0], [0.0, 1.0]) == pytest.approx(7.0, rel=1e-13)


@pytest.mark.parametrize("inclusion", [1e-9, 0.2, 30.0, 1e9])
def test_hanai_solves_its_equation(inclusion):
    f = np.array([0.01, 0.3, 0.8, 0.99])
    s = hanai(1.0, inclusion, f)
    np.testing.assert_allclose((s - inclusion) / (1 - inclusion) * np.cbrt(1 / s), 1 - f, rtol=1e-9)


def test_bounds_are_maxwell_garnett_either_way_round():
    lower, upper = hashin_shtrikman([1e-3, 0.1], [0.7, 0.3])
    assert lower == pytest.approx(maxwell_garnett(1e-3, 0.1, 0.3), rel=1e-13)
    assert upper == pytest.approx(maxwell_garnett(0.1, 1e-3, 0.7), rel=1e-13)


def test_bounds_with_insulating_and_absent_phases():
    assert hashin_shtrikman([0.0, 1.0], [0.4, 0.6]).lower == 0.0
    bounds = hashin_shtrikman([0.0, 1.0, 1e9], [0.0, 1.0, 0.0])
    assert (bounds.lower, bounds.upper) == (pytest.approx(1.0), pytest.approx(1.0))
    assert hashin_shtrikman([0.0, 0.0], [0.5, 0.5]) == (0.0, 0.0)


def test_general_effective_media_limits():
    phi = np.array([0.1, 0.16, 0.3, 0.9, 1.0])
    percolation = general_effective_media(0.0, 2.0, phi, 0.16, 0.9, 1.7)
    np.testing.assert_allclose(percolation, 2 * (np.maximum(phi - 0.16, 0) / 0.84) ** 1.7, rtol=1e-13)
    one_third = general_effective_media(1e-3, 0.1, phi, 1 / 3, 1.0, 1.0)
    np.testing.assert_allclose(one_third, bruggeman([1e-3, 0.1], np.stack([1 - phi, phi], -1)), rtol=1e-12)
    assert general_effective_media(1e-3, 0.1, 0.0, 0.16, 0.9, 2.0) == pytest.approx(1e-3, rel=1e-13)
    assert general_effective_media(0.1, 0.1, 0.4, 0.16, 0.9, 2.0) == pytest.approx(0.1, rel=1e-13)


def test_general_effective_media_solves_its_equation():
    low, high, phi, critical, s, t = 1e-6, 1.0, np.array([0.05, 0.2, 0.6]), 0.16, 0.87, 2.0
    x, a = general_effective_media(low, high, phi, critical, s, t), (1 - critical) / critical
    first = (low ** (1 / s) - x ** (1 / s)) / (low ** (1 / s) + a * x ** (1 / s))
    second = (high ** (1 / t) - x ** (1 / t)) / (high ** (1 / t) + a * x ** (1 / t))
    np.testing.assert_allclose((1 - phi) * first + phi * second, 0.0, atol=1e-12)


def test_conducting_shells():
    call = {"matrix": 1e-3, "core": 1e-8, "fraction": 0.1, "shell_thickness_ratio": 0.3}
    bare = bruggeman([1e-3, 1e-8], [0.9, 0.1])
    assert shell_inclusion(**{**call, "shell_thickness_ratio": 0.0}, shell=1.0) == pytest.approx(bare, rel=1e-12)
    coated = maxwell_garnett(1e-2, 1e-8, 1.3**-3)
    filled = 0.1 * 1.3**3
    other = shell_inclusion(**call, shell=1e-2, mixing="maxwell-garnett")
    assert other == pytest.approx(maxwell_garnett(1e-3, coated, filled), rel=1e-13)
    assert shell_inclusion(**call, shell=1e-2) > 1e-3


def test_interface_resistance():
    plain = interface_resistance_inclusion(1e-3, 0.1, 0.3, 1e-6, 0.0)
    assert plain == pytest.approx(maxwell_garnett(1e-3, 0.1, 0.3), rel=1e-14)
    break_even = (0.1 / 1e-3 - 1) * 1e-6 / 0.1
    assert interface_resistance_inclusion(1e-3, 0.1, 0.3, 1e-6, break_even) == pytest.approx(1e-3, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bruggeman([1.0, 2.0], [0.5, 0.6]), r"fractions: got .*add up to 1. They add up to 1.1"),
        (lambda: bruggeman([1.0, 2.0], [0.2, 0.3, 0.5]), "fractions: got .*fits conductivities"),
        (lambda: bruggeman([1.0, 2.0], 1.0), "fractions: got 1.0; allowed: a list"),
        (lambda: bruggeman([1.0, 2.0], [0.5, 0.5], 1), "dimension: got 1; allowed: 2 or 3"),
        (lambda: shell_inclusion(1.0, 1.0, 1.0, 0.5, 1.0), "fraction: got 0.5.*would fill 4 of the volume"),
        (lambda: general_effective_media(2.0, 1.0, 0.5, 0.2, 1, 1), "low: got 2.0"),
        (lambda: maxwell_garnett(1.0, 2.0, 1.2), "fraction: got 1.2; allowed: a number from 0 to 1"),
        (lambda: hanai(0.0, math.nan, 0.5), "matrix: got 0.0"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
