"""Vacancies, void closure and contact of caps: exact answers and refusals."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    replenishment_pressure,
    vacancy_depletion_time,
    vacancy_limited_current,
    void_closure_rate,
    void_contact_fraction,
    void_height_from_contact,
)
from lisse.units import FARADAY


def test_vacancy_depletion():
    assert vacancy_depletion_time(-2.0, 1.0, 4.0 / FARADAY) == pytest.approx(math.pi, rel=1e-14)
    assert vacancy_depletion_time(0.0, 1e-15, 1.0) == math.inf
    assert vacancy_limited_current(1e-15, 7e4, 1e-5) == pytest.approx(FARADAY * 7e-6, rel=1e-14)


def test_newtonian_void_closes_at_p_over_four_viscosities():
    viscosity, p = 1e10, 3e6
    assert void_closure_rate(p, 1 / (3 * viscosity), 1.0) == pytest.approx(-p / (4 * viscosity), rel=1e-14)
    assert void_closure_rate(p, 1 / (3 * viscosity), 1.0, "cylinder") == pytest.approx(-p / (2 * viscosity), rel=1e-14)


def test_tension_opens_a_void():
    assert void_closure_rate(-3e6, 1e-43, 6.55) == -void_closure_rate(3e6, 1e-43, 6.55) > 0


@pytest.mark.parametrize(("shape", "share"), [("sphere", 2.0), ("cylinder", 1.0)])
def test_capillarity_is_a_pressure(shape, share):
    with_surface = void_closure_rate(1e6, 1e-43, 6.55, shape, radius=0.5e-6, surface_energy=0.5)
    assert with_surface == pytest.approx(void_closure_rate(1e6 + share * 1e6, 1e-43, 6.55, shape), rel=1e-13)


def test_capillarity_needs_a_radius():
    with pytest.raises(InvalidInput, match="radius: allowed: a radius in m"):
        void_closure_rate(1e6, 1e-43, 6.55, surface_energy=0.5)
    with pytest.raises(InvalidInput, match="radius: got -1"):
        void_closure_rate(1e6, 1e-43, 6.55, radius=-1.0)


def test_radius_alone_changes_only_the_shape():
    rates = void_closure_rate(3e6, 1e-43, 6.55, radius=[1e-6, 2e-6])
    assert rates.tolist() == [void_closure_rate(3e6, 1e-43, 6.55)] * 2


def test_replenishment_balances():
    p = replenishment_pressure(10.0, 50e-6, 1e-43, 6.55)
    assert 1e-43 * p**6.55 * 50e-6 == pytest.approx(10.0 * 13e-6 / FARADAY, rel=1e-12)
    assert replenishment_pressure(40.0, 50e-6, 1e-43, 6.55) / p == pytest.approx(4 ** (1 / 6.55), rel=1e-13)


def test_hemispherical_voids():
    r, density = 2e-6, 1e10
    height = density * 2 / 3 * math.pi * r**3
    assert void_contact_fraction(height, density) == pytest.approx(1 - density * math.pi * r**2, rel=1e-14)
    assert void_height_from_contact(0.0, 1e10) == pytest.approx(3.76e-6, rel=2e-3)  # of the resolved notes, section 7


@pytest.mark.parametrize("angle", [0.4, 1.0, 2.0, 2.9])
def test_cap_volume_by_integration(angle):
    sphere = 1.0 / math.sin(angle)
    height = sphere * (1 + math.cos(angle))
    z, dz = np.linspace(0, height, 20001, retstep=True)
    area = math.pi * np.maximum(sphere**2 - (z - (height - sphere)) ** 2, 0.0)
    volume = (area[:-1] + area[1:]).sum() * dz / 2
    contact = void_contact_fraction(0.01 * volume, 0.01, angle)  # footprint radius 1 m, one void on 100 m2
    assert 1 - contact == pytest.approx(0.01 * math.pi, rel=1e-6)


def test_bad_wetting_costs_contact_and_contact_ends_at_zero():
    contact = void_contact_fraction(0.5e-6, 1e10, np.radians([30, 60, 90, 120, 150]))
    assert (np.diff(contact) < 0).all()
    assert void_contact_fraction(1.0, 1e10) == 0.0
    assert void_contact_fraction(0.0, 1e10) == 1.0


@pytest.mark.parametrize("angle", [0.0, -1.0, math.pi, 90.0])
def test_contact_angle_in_radian(angle):
    with pytest.raises(InvalidInput, match="contact_angle"):
        void_contact_fraction(1e-6, 1e10, angle)
