"""Voids, cracks and anisotropic half-spaces, each by a second route."""

import math

import numpy as np
import pytest
from scipy import integrate

from lisse.theory import (
    confined_pressure,
    crack_opening_area,
    critical_shear_ratio,
    extrusion_pressure,
    fracture_stress,
    void_closure_rate,
)
from lisse.theory.stability import _frame, _rotated, _stiffness, surface_impedance
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

A, N = 1e-40, 6.55


@pytest.mark.parametrize(
    ("shape", "strain", "hoop"), [("sphere", 2.0, 2.0), ("cylinder", 2 / math.sqrt(3), 2 / math.sqrt(3))]
)
def test_void_closure_by_radial_equilibrium(shape, strain, hoop):
    """Incompressible radial flow at a known rate; the pressure that drives it is the integral of the stress."""
    rate, power = 1e-5, 3 if shape == "sphere" else 2

    def gradient(log_r):  # d(radial stress)/d(ln r) with the void's radius 1
        return hoop * (strain * rate * math.exp(-power * log_r) / A) ** (1 / N)

    pressure = integrate.quad(gradient, 0, np.inf, epsrel=1e-12)[0]
    assert void_closure_rate(pressure, A, N, shape) == pytest.approx(-rate, rel=1e-8)


def test_through_crack_opens_as_sneddons_ellipse():
    p, a, e, nu = 1e8, 4e-6, 150e9, 0.26
    opening = integrate.quad(lambda x: 4 * (1 - nu**2) * p / e * math.sqrt(a**2 - x**2), -a, a)[0]
    assert crack_opening_area(p, a, e, nu) == pytest.approx(opening, rel=1e-9)


def test_edge_crack_by_its_singular_integral_equation():
    """Opening slope of an edge crack of depth 1 in a half plane, pressure 1, E/(1 - nu^2) = 1 (Gauss-Chebyshev)."""
    n = 200
    s = np.cos((2 * np.arange(1, n + 1) - 1) * math.pi / (2 * n))
    t, x = (1 + s) / 2, (1 + np.cos(np.arange(1, n) * math.pi / n)[:, None]) / 2
    kernel = 1 / (t - x) - 1 / (t + x) + 6 * x / (t + x) ** 2 - 4 * x**2 / (t + x) ** 3
    chebyshev = np.arange(n)[:, None]
    at_mouth = ((-1.0) ** chebyshev * np.cos(chebyshev * np.arccos(s)) * np.where(chebyshev == 0, 1, 2)).sum(axis=0) / n
    matrix = np.vstack([kernel * 0.5 * math.pi / n / (4 * math.pi), at_mouth])
    density = np.linalg.solve(matrix, np.concatenate([-np.ones(n - 1), [0.0]]))
    area = -(t * density).sum() * 0.5 * math.pi / n
    assert crack_opening_area(1.0, 1.0, 1.0, 0.0, "edge") == pytest.approx(area, rel=1e-4)


@pytest.mark.parametrize("geometry", ["through", "edge"])
def test_opening_area_gives_the_energy_release_rate(geometry):
    p, a, e, nu = 1e8, 4e-6, 150e9, 0.26
    step = 1e-4 * a
    slope = (crack_opening_area(p, a + step, e, nu, geometry) - crack_opening_area(p, a - step, e, nu, geometry)) / (
        2 * step
    )
    stress_intensity = p / fracture_stress(1.0, a, geometry)
    tips = 2 if geometry == "through" else 1
    assert p * slope / 2 == pytest.approx(tips * stress_intensity**2 * (1 - nu**2) / e, rel=1e-8)


@pytest.mark.parametrize("exponent", [1.0, 3.0, 6.55])
def test_extrusion_carries_away_what_is_plated(exponent):
    """Integrate the velocity across the slot, then the pressure along it; the flux must be what both faces plate."""
    rate, h, depth = 2e-6, 1e-6, 2e-5  # growth speed of each face, m/s
    current = rate * FARADAY / LITHIUM_MOLAR_VOLUME
    prefactor = 1e6**-exponent
    shear_law = 3 ** ((exponent + 1) / 2) * prefactor  # von Mises: stress sqrt(3) tau, strain rate gamma/sqrt(3)

    def flux(gradient):  # through both halves, no slip at the walls
        def speed(y):
            return integrate.quad(lambda z: shear_law * (gradient * z) ** exponent, y, h, epsabs=0, epsrel=1e-9)[0]

        return 2 * integrate.quad(speed, 0, h, epsabs=0, epsrel=1e-9)[0]

    def gradient(x):  # flux grows as gradient^n
        return (2 * rate * x / flux(1.0)) ** (1 / exponent)

    pressure = integrate.quad(gradient, 0, depth, epsabs=0, epsrel=1e-9)[0]
    assert extrusion_pressure(current, h, depth, prefactor, exponent) == pytest.approx(pressure, rel=1e-7)


def test_friction_hill_by_radial_equilibrium():
    """dp/dr = -2 tau/h with the shear strength tau = s_y/sqrt(3), and p = s_y at the rim."""
    strength, radius, h = 0.8e6, 5e-3, 50e-6
    hill = integrate.quad(lambda r: (strength + 2 * strength / math.sqrt(3) / h * (radius - r)) * r, 0, radius)[0]
    assert confined_pressure(strength, radius, h) == pytest.approx(2 * hill / radius**2, rel=1e-12)


def stroh_impedance(tensor):
    """The same impedance from the eigenvectors of Stroh's matrix."""
    q, r, t = tensor[:, 0, :, 0], tensor[:, 0, :, 1], tensor[:, 1, :, 1]
    inverse = np.linalg.inv(t)
    matrix = np.block([[-inverse @ r.T, inverse], [r @ inverse @ r.T - q, -r @ inverse]])
    values, vectors = np.linalg.eig(matrix)
    decaying = vectors[:, values.imag > 0]
    return -1j * decaying[3:] @ np.linalg.inv(decaying[:3])


@pytest.mark.parametrize("normal", [(0, 0, 1), (1, 1, 1), (1, 2, 3)])
@pytest.mark.parametrize("constants", [(15.2e9, 13.4e9, 11.0e9), (187e9, 75e9, 71e9)])
def test_barnett_lothe_impedance_is_that_of_stroh(normal, constants):
    c11, c12, c44 = constants
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3)
    stiffness[:3, :3] += c12
    direction = np.cross(normal, (0.3, -1.0, 0.2))
    tensor = _rotated(_stiffness("stiffness", stiffness), _frame(normal, direction))
    got, exact = surface_impedance(tensor), stroh_impedance(tensor)
    np.testing.assert_allclose(got, exact, atol=1e-10 * np.abs(exact).max())
    assert np.linalg.eigvalsh(got)[0] > 0


def test_thresholds_of_the_literature_are_one_formula():
    # Monroe and Newman: about twice lithium (large v, polymer); a small v wants a softer electrolyte than lithium
    assert critical_shear_ratio(12.9, 0.33, 0.42) == pytest.approx(1.9, abs=0.3)
    assert critical_shear_ratio(0.1, 0.33, 0.42) < 1
