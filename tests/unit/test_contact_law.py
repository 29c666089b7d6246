"""The contact law: geometry, closure, and where voids settle or run away."""

import numpy as np
import pytest

from cells import llzo_case
from lisse import theory
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law
from lisse.units import FARADAY


def law(**changes: object) -> ContactLaw:
    case = llzo_case(**changes)
    return contact_law(case.cell.interface, cell_numbers(case.cell))


def test_contact_fraction_is_that_of_the_theory_room() -> None:
    here = law()
    interface = llzo_case().cell.interface
    for height in (1e-10, 1e-8, 1e-6, 3e-6):
        expected = theory.void_contact_fraction(
            void_height=height, void_density=interface.void_density, contact_angle=interface.contact_angle
        )
        assert here.fraction(height) == pytest.approx(expected, rel=1e-12)
        assert here.height(here.fraction(height)) == pytest.approx(height, rel=1e-9)


def test_creep_closure_is_that_of_a_sphere_of_that_radius() -> None:
    case = llzo_case(
        cell__interface__void_closure_coefficient="0 mA/cm^2/MPa", cell__interface__nucleus_radius="1e-9 m"
    )
    numbers, here = cell_numbers(case.cell), contact_law(case.cell.interface, cell_numbers(case.cell))
    height = 1e-6
    radius = here.radius_coefficient * height ** (1 / 3)
    strength = case.cell.interface.small_scale_strength_factor
    rate = theory.void_closure_rate(
        pressure=20e6,
        creep_rate_prefactor=numbers.creep_prefactor * strength**-numbers.creep_exponent,
        creep_exponent=numbers.creep_exponent,
        radius=radius,
        surface_energy=numbers.surface_energy,
    )
    assert here.closure(height, 20e6) == pytest.approx(-3.0 * height * rate, rel=1e-6)


def test_trial_values_of_the_critical_stripping_current() -> None:
    """Far-field law, strength x3: 0.066, 0.20 and 0.89 mA/cm2 at 1, 3 and 7 MPa (shared trial, no capillarity)."""
    here = law(
        cell__interface__contact_angle="90 deg",
        cell__anode__material={"material": "lithium", "override": {"surface_energy": "1e-9 J/m^2"}},
    )
    found = [here.critical_stripping_current(p * 1e6, 0.05) / 10 for p in (1, 3, 7)]
    assert found == pytest.approx([0.066, 0.20, 0.89], rel=0.03)


def test_critical_current_rises_with_pressure_and_temperature() -> None:
    case = llzo_case()
    by_pressure = [law().critical_stripping_current(p, 0.05) for p in np.linspace(0, 2e7, 9)]
    assert by_pressure == sorted(by_pressure)
    warm = contact_law(case.cell.interface, cell_numbers(case.cell, 353.15))
    assert warm.critical_stripping_current(7e6, 0.05) > 2 * law().critical_stripping_current(7e6, 0.05)


def test_voids_stay_closed_below_the_critical_current_and_open_above() -> None:
    here = law()
    critical = here.closure(0.0, 3e6) * FARADAY / 13.0e-6
    assert here.rate(0.0, 0.99 * critical, 3e6) == 0.0
    assert here.rate(0.0, 1.01 * critical, 3e6) > 0.0


def test_plating_closes_voids_at_the_rate_of_the_plated_volume() -> None:
    here = law()
    difference = here.rate(1e-6, -10.0, 3e6) - here.rate(1e-6, 0.0, 3e6)
    assert difference == pytest.approx(-10.0 * 13.0e-6 / FARADAY, rel=1e-9)


def test_capillarity_closes_small_voids_faster_than_large_ones() -> None:
    here = law(cell__interface__nucleus_radius="1 nm", cell__interface__small_scale_strength_factor=1.0)
    small, large = (here.closure(w, 0.0) / w for w in (1e-10, 1e-6))
    assert small > 10 * large
