"""Cell book-keeping and current focusing: exact answers and limits."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.references import all_references
from lisse.theory import (
    ALBERTUS_TARGETS,
    boss_focusing,
    cell_energy_density,
    edge_focusing,
    fixture_pressure_change,
    fraction_passed,
    lithium_thickness,
    patch_focusing,
    sphere_focusing,
)
from lisse.units import FARADAY


def test_one_milliampere_hour_is_4_85_um():
    assert lithium_thickness(36000.0) == pytest.approx(4.85e-6, rel=1e-3)
    assert fraction_passed(3.0, 0.0) == 1.0


def test_energy_of_a_cell_that_is_all_cathode():
    e = cell_energy_density(1e5, 4.0, 5e5, 0.8, 4000.0, 0.0, 1.0, 0.0, 0.0, 0.0, lithium_density=1e30)
    assert e.gravimetric == pytest.approx(4.0 * 5e5 * 0.8, rel=1e-14)
    assert e.volumetric == pytest.approx(e.gravimetric * 4000.0, rel=1e-12)


def test_foils_count_half_and_plated_lithium_counts_in_volume_only():
    base = {"areal_charge": 1e5, "voltage": 4.0, "cathode_specific_charge": 5e5, "active_fraction": 0.8}
    rest = {"cathode_density": 4000.0, "electrolyte_thickness": 2e-5, "electrolyte_density": 5000.0}
    e = cell_energy_density(
        **base, **rest, excess_lithium_thickness=1e-5, copper_thickness=1e-5, aluminium_thickness=2e-5
    )
    cathode = 1e5 / 4e5
    mass = cathode + 0.1 + 1e-5 * 534 + 0.5e-5 * 8960 + 1e-5 * 2700
    length = cathode / 4000 + 2e-5 + 1e-5 + 1e5 / FARADAY * 6.94e-3 / 534 + 0.5e-5 + 1e-5
    assert e.gravimetric == pytest.approx(4e5 / mass, rel=1e-13)
    assert e.volumetric == pytest.approx(4e5 / length, rel=1e-13)


def test_fixture():
    call = {"areal_charge": 36000.0, "layer_thicknesses": [5e-5, 3e-4], "layer_moduli": [1e10, 2e11]}
    rigid = fixture_pressure_change(**call, fixture_stiffness=math.inf)
    assert rigid == pytest.approx(lithium_thickness(36000.0) / (5e-15 + 1.5e-15), rel=1e-13)
    assert fixture_pressure_change(**call, fixture_stiffness=0.0) == 0.0
    assert fixture_pressure_change(**call, fixture_stiffness=1e11, cathode_molar_volume_change=-13e-6) == 0.0
    stiffness = np.array([0.0, 1e9, 1e12, math.inf])
    assert (np.diff(fixture_pressure_change(**call, fixture_stiffness=stiffness)) > 0).all()


def test_fixture_refusals():
    with pytest.raises(InvalidInput, match="layer_moduli: got .*shape that fits layer_thicknesses"):
        fixture_pressure_change(1.0, [1e-5, 1e-5], [1e9, 1e9, 1e9], 1e9)
    with pytest.raises(InvalidInput, match="fixture_stiffness: got inf"):
        fixture_pressure_change(1.0, [0.0], [1e9], math.inf)
    with pytest.raises(InvalidInput, match="active_fraction: got 0.0"):
        cell_energy_density(1e5, 4.0, 5e5, 0.0, 4000.0, 0.0, 1.0, 0.0, 0.0, 0.0)


def test_targets_are_data():
    values = {name: (target.value, target.unit) for name, target in ALBERTUS_TARGETS.items()}
    assert values == {
        "cumulative_charge": (360e3, "C/m^2"),
        "current_density": (30.0, "A/m^2"),
        "cycled_charge": (108e3, "C/m^2"),
        "fraction_passed": (0.8, "1"),
    }
    target = ALBERTUS_TARGETS["current_density"]
    assert not target.met(30.0)
    assert target.met(30.1)
    assert target.reference in all_references()
    with pytest.raises(TypeError):
        ALBERTUS_TARGETS["current_density"] = target


def test_edge():
    assert edge_focusing(0.0, 1e-4) == math.inf
    assert edge_focusing(1.0, 1e-4) == 1.0
    assert edge_focusing(1e-4 * math.log(2) / math.pi, 1e-4) == pytest.approx(math.sqrt(2), rel=1e-14)


def test_bosses():
    assert boss_focusing(1.0) == pytest.approx(3.0, rel=1e-12)
    assert boss_focusing(1.0, dimension=2) == 2.0
    assert boss_focusing([0.0, 1e-8], dimension=3) == pytest.approx([1.0, 1.0], abs=1e-7)
    e = math.sqrt(1 - 1 / 25)
    assert boss_focusing(5.0) == pytest.approx(e**3 / ((1 - e**2) * (math.atanh(e) - e)), rel=1e-12)
    with pytest.raises(InvalidInput, match="dimension: got 4; allowed: 2 or 3"):
        boss_focusing(1.0, dimension=4)


@pytest.mark.parametrize(("shape", "rim"), [("disc", math.inf), ("strip", math.inf), ("hemisphere", 1.5)])
def test_patches(shape, rim):
    factor = patch_focusing([0.0, 0.5, 1.0, 1e9], shape)
    assert factor[:3].tolist() == [0.0, 0.0, rim]
    assert factor[3] == pytest.approx(1.0, rel=1e-8)


def test_current_blocked_by_a_patch_passes_beside_it():
    edges = 1 + np.concatenate([[0], np.geomspace(1e-12, 1e4, 40001)])
    x = np.sqrt(edges[:-1] * edges[1:])
    disc = ((patch_focusing(x, "disc") - 1) * np.pi * np.diff(edges**2)).sum()
    assert disc == pytest.approx(math.pi, rel=3e-3)
    hemisphere = ((patch_focusing(x, "hemisphere") - 1) * np.pi * np.diff(edges**2)).sum()
    assert hemisphere == pytest.approx(math.pi, rel=3e-3)


def test_sphere():
    assert sphere_focusing([0.0, 1.0, math.inf]).tolist() == [1.5, 1.0, 3.0]
