"""The contact law: geometry, closure, and where voids settle or run away."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from cells import llzo_case
from lisse import theory
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_as_formed, contact_law, nucleated_density, wetting_angle
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


# -- which pressure closes voids -----------------------------------------------------------------------------------

DIFFUSION = {"cell__interface__small_scale_strength_factor": 100.0}
CREEP = {"cell__interface__void_closure_coefficient": "0 mA/cm^2/MPa", "cell__interface__nucleus_radius": "1 mm"}


@pytest.mark.parametrize("fraction", [1.0, 0.7, 0.2, 0.06])
def test_the_forms_of_closure_differ_in_their_pressures_alone(fraction: float) -> None:
    """Diffusional closure fades with the contact in one form; creep feels the pressure of that contact in another."""
    far, limited, squeezed = (
        law(cell__interface__closure=form) for form in ("far-field", "contact-limited", "contact-pressure")
    )
    height, pressure = far.height(fraction), 4e6
    creep = replace(far, closure_velocity=0.0)
    diffusion = far.closure_velocity * pressure
    assert limited.closure(height, pressure) == pytest.approx(
        creep.closure(height, pressure) + fraction * diffusion, rel=1e-9
    )
    at_contact = min(pressure / fraction, far.hardness)
    assert squeezed.closure(height, pressure) == pytest.approx(creep.closure(height, at_contact) + diffusion, rel=1e-9)
    if fraction == 1.0:
        assert limited.closure(height, pressure) == squeezed.closure(height, pressure) == far.closure(height, pressure)


def fixed_points(here: ContactLaw, stripping: float, pressure: float) -> list[float]:
    """Contact fractions where open voids neither grow nor close, by bisection between many samples."""
    heights = np.linspace(1e-6, 1.0, 4001) * here.height(0.03)
    balance = np.array([here.balance(w, stripping, pressure) for w in heights])
    roots = [
        brentq(lambda w: here.balance(w, stripping, pressure), heights[k], heights[k + 1], rtol=1e-12)
        for k in np.flatnonzero(balance[:-1] * balance[1:] < 0.0)
    ]
    return [here.fraction(w) for w in roots]


def test_contact_limited_closure_has_a_fold_and_far_field_closure_has_none() -> None:
    """Below k p: closed voids are stable, and so is no contact; the contact j/(k p) divides them. Above: none."""
    limited, far = law(**DIFFUSION, cell__interface__closure="contact-limited"), law(**DIFFUSION)
    at_rest = 6.6e-7 * 3e6
    for share in (0.3, 0.6, 0.9):
        assert fixed_points(limited, share * at_rest, 3e6) == pytest.approx([share], rel=1e-4)
        above, below = limited.height(share * 1.01), limited.height(share * 0.99)
        assert limited.balance(above, share * at_rest, 3e6) < 0.0 < limited.balance(below, share * at_rest, 3e6)
        assert fixed_points(far, share * at_rest, 3e6) == []
    for here in (limited, far):
        assert fixed_points(here, 1.01 * at_rest, 3e6) == []


def test_closure_by_creep_settles_at_one_contact_fraction() -> None:
    """The more voids, the faster they close: the fixed point is stable, w* = beta j (V/F)/(3 K p^n)."""
    here = law(**CREEP)
    pressure, stripping = 20e6, 4.0
    rate = 3.0 * here.creep_coefficient * (pressure + 2.0 * here.surface_energy / 1e-3) ** here.creep_exponent
    expected = here.fraction(stripping * here.volume_per_charge / rate)
    assert 0.05 < expected < 0.99
    assert fixed_points(here, stripping, pressure) == pytest.approx([expected], rel=1e-6)


# -- critical stripping current --------------------------------------------------------------------------------------


def test_the_critical_current_is_linear_in_pressure_where_diffusion_closes_and_a_power_where_creep_does() -> None:
    diffusion, creep = law(**DIFFUSION), law(**CREEP)
    for here, power, rel in ((diffusion, 1.0, 1e-4), (creep, creep.creep_exponent, 1e-3)):
        low, high = (here.critical_stripping_current(p, 0.05) for p in (8e6, 16e6))
        assert math.log2(high / low) == pytest.approx(power, rel=rel)


@pytest.mark.parametrize("form", ["far-field", "contact-limited", "contact-pressure"])
@pytest.mark.parametrize("injection", [1.0, 0.4])
def test_vacancies_shift_the_critical_current_by_what_they_take_away(form: str, injection: float) -> None:
    here = law(cell__interface__closure=form, cell__interface__injection=injection)
    taken = replace(here, vacancy_current=0.7)
    shift = taken.critical_stripping_current(5e6, 0.05) - here.critical_stripping_current(5e6, 0.05)
    assert shift == pytest.approx(0.7 / injection, rel=1e-9)
    assert taken.balance(1e-7, 0.7 / injection, 0.0) == pytest.approx(here.balance(1e-7, 0.0, 0.0), abs=1e-25)
    assert taken.balance(1e-7, -3.0, 5e6) == here.balance(1e-7, -3.0, 5e6)  # plating makes no vacancies


def test_without_injection_no_current_is_critical() -> None:
    assert law(cell__interface__injection=0.0).critical_stripping_current(1e6, 0.05) == math.inf


# -- shape, number and wetting ---------------------------------------------------------------------------------------


def test_more_pores_are_smaller_and_cover_more_area_at_the_same_volume() -> None:
    """At one volume w: area N r^2 ~ N^(1/3), radius ~ N^(-1/3)."""
    here, many = law(), law(cell__interface__void_density="8e10 1/m^2")
    scaled = here.nucleated(8.0)
    for name in ("contact_coefficient", "radius_coefficient"):
        assert getattr(scaled, name) == pytest.approx(getattr(many, name), rel=1e-12)
    assert scaled.contact_coefficient == pytest.approx(2.0 * here.contact_coefficient, rel=1e-12)
    assert scaled.radius_coefficient == pytest.approx(0.5 * here.radius_coefficient, rel=1e-12)


def test_the_number_of_pores_follows_the_current_that_nucleates_them() -> None:
    interface = llzo_case(
        cell__interface__void_density_exponent=1.5, cell__interface__void_density_current="2 mA/cm^2"
    ).cell.interface
    assert nucleated_density(interface, 20.0) == pytest.approx(1.0)
    assert nucleated_density(interface, 80.0) == pytest.approx(8.0)
    assert nucleated_density(interface, -80.0) == 1.0
    assert nucleated_density(llzo_case().cell.interface, 80.0) == 1.0


def test_contamination_raises_the_wetting_angle_as_cassie_says() -> None:
    """And flatter pores of a metal that wets badly cover more area at the same volume."""
    table = {"contact_angle": "60 deg", "contaminated_contact_angle": "142 deg"}
    found = []
    for share in (0.0, 0.25, 0.5):
        case = llzo_case(cell__interface={**table, "contamination": share})
        found.append(math.cos(wetting_angle(case.cell.interface)))
    dirty = math.cos(math.radians(142.0))
    assert found == pytest.approx([0.5, 0.75 * 0.5 + 0.25 * dirty, 0.5 * (0.5 + dirty)], rel=1e-12)


def test_a_hemisphere_has_the_volume_and_area_of_a_hemisphere() -> None:
    here = law(cell__interface__contact_angle="90 deg")
    density, radius = 1e10, 2e-6
    height = density * 2.0 / 3.0 * math.pi * radius**3
    assert 1.0 - here.fraction(height) == pytest.approx(density * math.pi * radius**2, rel=1e-12)
    assert here.radius_coefficient * height ** (1 / 3) == pytest.approx(radius, rel=1e-12)


# -- forming and tension ---------------------------------------------------------------------------------------------


def test_contact_as_formed_is_that_of_the_larger_pressure_up_to_all() -> None:
    assert contact_as_formed(20e6, 3e6, 50e6) == pytest.approx(0.4)
    assert contact_as_formed(0.0, 3e6, 50e6) == pytest.approx(0.06)
    assert contact_as_formed(400e6, 3e6, 50e6) == 1.0
    assert 0.0 < contact_as_formed(0.0, 0.0, 50e6) < 0.01


@pytest.mark.parametrize("form", ["far-field", "contact-limited", "contact-pressure"])
def test_tension_opens_pores_by_the_laws_by_which_pressure_closes_them(form: str) -> None:
    here = replace(law(cell__interface__closure=form), surface_energy=0.0)
    for height in (0.0, 1e-7, 1e-6):
        assert here.closure(height, -5e6) == pytest.approx(-here.closure(height, 5e6), rel=1e-12)
