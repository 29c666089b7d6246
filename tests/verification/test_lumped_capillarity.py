"""Capillarity in the potential of the metal: pore walls, the meniscus in a scratch, short waves. Limits and by hand."""

import dataclasses
import math

import numpy as np
import pytest

from lisse import theory
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law
from lisse.models.flaws import flaw_law
from lisse.models.lumped.roughening import roughening_law
from lisse.protocol import Step
from lisse.units import FARADAY
from lumped_cases import FULL, bare, cell_of, run

V, GAMMA = 13.0e-6, 0.556


@pytest.fixture
def law() -> ContactLaw:
    cell = cell_of(cell__interface__contact_angle="90 deg")
    return contact_law(cell.interface, cell_numbers(cell))


def test_without_pores_there_is_no_curvature(law: ContactLaw) -> None:
    assert law.pressed(3e6, 1.0) == 3e6


def test_one_ligament_bears_its_circumference(law: ContactLaw) -> None:
    """A pore site of area 1/N: force of the rim, gamma 2 pi r, on what is left of the site; hardness out of the way."""
    law = dataclasses.replace(law, hardness=1e12)
    for contact in (0.99, 0.5, 0.1):
        radius = math.sqrt((1.0 - contact) / (math.pi * 1e10))
        force = GAMMA * 2.0 * math.pi * radius + 3e6 * 1e-10
        assert law.pressed(3e6, contact) == pytest.approx(force / (contact * 1e-10), rel=1e-9)


def test_small_pores_pull_more_and_soft_metal_bears_no_more_than_its_hardness(law: ContactLaw) -> None:
    hard = dataclasses.replace(law, hardness=1e12)
    one, hundred = (hard.nucleated(ratio).pressed(0.0, 0.5) for ratio in (1.0, 100.0))
    assert hundred == pytest.approx(10.0 * one, rel=1e-9)
    assert law.pressed(3e6, 1e-3) == pytest.approx(law.hardness)


def test_a_full_cell_at_rest_shows_it() -> None:
    """Two wettings of one contact: a difference of the voltage, V gamma (sin a - sin b) rim/(F a)."""
    found = {}
    for angle in ("90 deg", "150 deg"):
        changes = FULL | bare(injection=0.0, contact_angle=angle, small_scale_strength_factor=100.0)
        stack = {"pressure": "1 MPa", "forming_pressure": "25 MPa"}
        rest = run(Step(current_density=0.0, duration=1e-3), **changes | {"cell__stack": stack})
        found[angle] = rest["voltage"].values[0]
    rim = 2.0 * math.sqrt(math.pi * 1e10 * 0.5) / 0.5
    shift = V * GAMMA * (1.0 - math.sin(math.radians(150.0))) * rim / FARADAY
    assert found["90 deg"] - found["150 deg"] == pytest.approx(shift, rel=1e-6)


@pytest.mark.parametrize(("angle", "sign"), [(60.0, 1.0), (90.0, 0.0), (120.0, -1.0)])
def test_the_meniscus_draws_wetting_metal_into_a_scratch(angle: float, sign: float) -> None:
    """Without any drop the pressure that stops the filling is that of the meniscus, gamma cos(theta)/h."""
    half = 0.5e-6
    changes = {"cell__electrolyte__flaws__mouth_half_width": f"{half} m"}
    cell = cell_of(**changes, cell__interface__contact_angle=f"{angle} deg")
    found = flaw_law(cell, cell_numbers(cell), 1e-3, 3, None)
    assert found is not None
    stiff = dataclasses.replace(found, extrusion=None)  # it does not creep out again
    pressure = stiff.drive(np.ones(3), 0.0, 0.0) * stiff.critical_pressure
    assert pressure == pytest.approx(np.full(3, GAMMA * math.cos(math.radians(angle)) / half), rel=1e-9, abs=1e-3)
    assert (np.sign(pressure.round(3)) == sign).all()


def test_a_crack_has_no_meniscus_and_a_wide_scratch_hardly_one() -> None:
    shifts = []
    for width in ("0 um", "0.1 um", "100 um"):
        cell = cell_of(cell__electrolyte__flaws__mouth_half_width=width, cell__interface__contact_angle="120 deg")
        found = flaw_law(cell, cell_numbers(cell), 1e-3, 1, None)
        assert found is not None
        shifts.append(found.mouth_shift)
    assert shifts[0] == 0.0
    assert shifts[1] == pytest.approx(1000.0 * shifts[2])


@pytest.mark.parametrize("convention", ["published", "thermodynamic"])
def test_short_waves_are_held_flat_by_their_curvature(convention: str) -> None:
    """kappa = k^2 per amplitude; the last part of the shift is V gamma k^2/F, and it wins at short waves."""
    cell = cell_of()
    found = roughening_law(cell, 0, convention, 298.15)
    stiff, soft = (
        roughening_law(
            cell.replace(working__material=cell.working.material.with_value("surface_energy", energy)),
            0,
            convention,
            298.15,
        )
        for energy in (1.0, 2.0)
    )
    added = soft.shift - stiff.shift
    parts = theory.interface_stability(
        wavenumber=found.wavenumber[-1],
        shear_modulus_electrolyte=60e9,
        poisson_ratio_electrolyte=0.26,
        shear_modulus_metal=3.4e9,
        poisson_ratio_metal=0.42,
        molar_volume_ratio=cell.electrolyte.material.value("molar_volume_ratio"),
        surface_energy=1.0,
        molar_volume=V,
        convention=convention,
    )
    assert np.abs(added[-1]) == pytest.approx(abs(parts.surface) / FARADAY, rel=1e-6)
    assert added[-1] < 0.0
    assert np.log(added[-1] / added[0]) / np.log(found.wavenumber[-1] / found.wavenumber[0]) == pytest.approx(2.0)
