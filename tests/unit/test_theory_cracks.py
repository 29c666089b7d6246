"""Cracks filled with lithium: exact answers and refusals."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    ansell_critical_current,
    crack_opening_area,
    crack_overpotential,
    critical_flaw_length,
    extrusion_pressure,
    fracture_stress,
    grain_boundary_current_limit,
    plating_pressure,
)
from lisse.units import FARADAY

GEOMETRIES = ("through", "edge", "penny")


def test_ansell_number_by_hand():
    got = ansell_critical_current(2.0, 1e-6, 1e-5, 1e11, 0.5, 1.0, molar_volume=1e-5)
    assert got == pytest.approx(0.75 * math.pi * FARADAY * 4e-12 / (8 * 1e-5 * 1e11 * 1e-15), rel=1e-14)


def test_millivolt_is_seven_megapascal():
    assert plating_pressure(1e-3) == pytest.approx(7.42e6, rel=1e-3)


@pytest.mark.parametrize(("geometry", "factor"), list(zip(GEOMETRIES, (1.0, 1.1215222, 2 / math.pi), strict=True)))
def test_stress_intensity_at_fracture_is_the_toughness(geometry, factor):
    stress = fracture_stress(1e6, 5e-6, geometry)
    assert factor * stress * math.sqrt(math.pi * 5e-6) == pytest.approx(1e6, rel=1e-14)
    assert plating_pressure(crack_overpotential(1e6, 5e-6, geometry)) == pytest.approx(stress, rel=1e-14)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_flaw_length_inverts_overpotential(geometry):
    lengths = np.geomspace(1e-8, 1e-3, 7)
    eta = crack_overpotential(0.8e6, lengths, geometry)
    np.testing.assert_allclose(critical_flaw_length(eta, 0.8e6, geometry), lengths, rtol=1e-13)


def test_no_overpotential_needs_an_infinite_flaw():
    assert critical_flaw_length(0.0, 1e6) == math.inf
    assert grain_boundary_current_limit(1e8, 0.0) == math.inf


def test_two_theories_one_line():
    limit = grain_boundary_current_limit(fracture_stress(1e6, 5e-6), 2e-3)
    assert limit * 2e-3 == pytest.approx(crack_overpotential(1e6, 5e-6), rel=1e-14)


def test_newtonian_extrusion():
    i, h, depth, eta = 10.0, 0.5e-6, 5e-6, 1e9
    newton = 3 * eta * (2 * i * 13e-6 / FARADAY) * depth**2 / (4 * h**3)
    assert extrusion_pressure(i, h, depth, 1 / (3 * eta), 1.0) == pytest.approx(newton, rel=1e-13)
    assert extrusion_pressure(0.0, h, depth, 1e-40, 6.55) == 0.0


def test_crack_opening_by_hand():
    through = crack_opening_area(1e8, 4e-6, 1e11, 0.3)
    assert through == pytest.approx(2 * math.pi * 0.91 * 16e-12 * 1e-3, rel=1e-14)
    assert crack_opening_area(1e8, 4e-6, 1e11, 0.3, "edge") == pytest.approx(through / 2 * 1.1215222**2, rel=1e-14)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fracture_stress(1e6, -1e-6), "flaw_length: got -1e-06; allowed: a finite number above 0"),
        (lambda: fracture_stress(1e6, [1e-6, 0.0]), "flaw_length: got 0.0.*index 1"),
        (lambda: critical_flaw_length(-0.1, 1e6), "overpotential: got -0.1"),
        (lambda: ansell_critical_current(1, 1e-6, 1e-5, 1e11, 0.6, 1), "poisson_ratio: got 0.6.*up to 0.5"),
        (lambda: crack_opening_area(1e8, 1e-6, 1e11, 0.2, "penny"), "geometry: got 'penny'.*'through' or 'edge'"),
        (lambda: plating_pressure([[0.1, math.inf]]), r"overpotential: got inf.*index 0, 1"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
