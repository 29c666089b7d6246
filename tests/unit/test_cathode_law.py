"""The cathode law: lithium and charge in exact balance, voltage against the library, drop and height against theory."""

import math
from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse import theory
from lisse.cell import Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.materials import load
from lisse.materials.laws import FractionSeries
from lisse.models.lumped.cathode import CathodeLaw, cathode_law
from lisse.units import FARADAY

CAPACITY = 1.08e5  # C/m2, 3 mAh/cm2


def cell(material: Any = "NMC811", **changes: Any) -> Cell:
    counter = {"material": material, "areal_capacity": "3 mAh/cm^2", **changes}
    return llzo_case(cell__kind="full", cell__counter=counter).cell


def law(material: Any = "NMC811", **changes: Any) -> CathodeLaw:
    made = cathode_law(cell(material, **changes), 298.15)
    assert made is not None
    return made


# -- lithium ---------------------------------------------------------------------------------------------------------


def test_it_starts_full_and_is_empty_when_its_capacity_has_passed() -> None:
    here = law()
    assert here.fraction(0.0) == here.rich == 0.908
    assert here.fraction(CAPACITY) == pytest.approx(here.poor, rel=1e-12)
    assert here.charge_left(CAPACITY, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert here.charge_left(0.0, 1.0) == pytest.approx(CAPACITY)
    assert here.charge_left(0.0, -1.0) == pytest.approx(0.0, abs=1e-9)
    assert here.charge_left(0.5 * CAPACITY, -1.0) == pytest.approx(0.5 * CAPACITY)
    assert here.charge_left(0.0, 0.0) == math.inf


def test_lithium_and_charge_balance_exactly() -> None:
    here = law(initial_lithium_fraction=0.6)
    for charge in (-3e4, 0.0, 1.0, 4e4):
        assert here.lithium(charge) + charge == pytest.approx(here.lithium(0.0), rel=1e-14)
        share = (here.fraction(charge) - here.poor) / (here.rich - here.poor)
        assert here.lithium(charge) == pytest.approx(share * CAPACITY, rel=1e-12)


def test_a_start_outside_the_range_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidInput, match=r"cell.counter.initial_lithium_fraction: got 0.1; allowed: 0.27 to 0.908"):
        law(initial_lithium_fraction=0.1)


# -- voltage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("material", ["NMC811", "LFP"])
def test_the_voltage_is_that_of_the_library_for_floats_and_arrays(material: str) -> None:
    here, curve = law(material), load(material).law("open_circuit_voltage")
    assert isinstance(curve, FractionSeries)
    inside = np.linspace(*curve.range, 21)
    expected = [curve.evaluate(float(x)) for x in inside]
    assert [here.open_circuit(float(x)) for x in inside] == expected
    assert here.open_circuit(inside) == pytest.approx(np.array(expected), rel=1e-13)
    assert here.open_circuit(inside.reshape(3, 7)).shape == (3, 7)


@pytest.mark.parametrize("material", ["NMC811", "LFP"])
def test_beyond_the_ends_the_voltage_goes_on_straight(material: str) -> None:
    here = law(material)
    for end, step in ((here.poor, -1e-6), (here.rich, 1e-6)):
        inside = here.open_circuit(end) - here.open_circuit(end - step)
        outside = here.open_circuit(end + step) - here.open_circuit(end)
        assert outside == pytest.approx(inside, rel=1e-3)
        assert here.open_circuit(end + 1e4 * step) - here.open_circuit(end) == pytest.approx(1e4 * outside, rel=1e-4)
        assert here.open_circuit(np.array([end + step]))[0] == pytest.approx(here.open_circuit(end + step), rel=1e-14)


def test_charging_raises_the_voltage() -> None:
    here = law()
    charge = np.linspace(0.0, CAPACITY, 50)
    assert np.all(np.diff(here.open_circuit(here.fraction(charge))) > 0.0)
    assert here.open_circuit(here.fraction(CAPACITY)) == pytest.approx(4.27, abs=0.01)


def test_the_drop_is_resistance_and_butler_volmer() -> None:
    here = law(resistance="20 ohm cm^2", exchange_current_density="2 mA/cm^2")
    for j in (-30.0, -0.1, 0.0, 5.0):
        kinetic = theory.overpotential(
            current_density=j, exchange_current_density=20.0, temperature=298.15, anodic_transfer_coefficient=0.5
        )
        assert here.drop(j) == pytest.approx(j * 2e-3 + kinetic, rel=1e-9)
    currents = np.array([-30.0, 0.0, 5.0])
    assert here.drop(currents) == pytest.approx([here.drop(float(j)) for j in currents])


def test_the_default_exchange_current_is_that_of_the_particles_in_a_liquid() -> None:
    """m (c_e c (c_max - c))^0.5 at half filling and 1 mol/L, times the surface of the particles that 3 mAh/cm2 take."""
    nmc, here = load("NMC811"), law()
    full = nmc.value("maximum_concentration", 298.15)
    of_surface = nmc.value("insertion_rate_constant", 298.15) * math.sqrt(1000.0) * 0.5 * full
    solid = CAPACITY / (FARADAY * full * (here.rich - here.poor))  # m3/m2
    surface = 3.0 * solid / nmc.value("particle_radius", 298.15)  # m2/m2
    assert here.exchange_current_density == pytest.approx(of_surface * surface, rel=0.15)


def test_without_an_exchange_current_there_is_no_kinetic_drop() -> None:
    without = cell().replace(counter__exchange_current_density=None, counter__resistance=1e-3)
    here = cathode_law(without, 298.15)
    assert here is not None
    assert here.drop(10.0) == pytest.approx(1e-2)


# -- height ----------------------------------------------------------------------------------------------------------


def test_height_follows_the_volume_per_mole_of_lithium() -> None:
    """The net height of lithium plated and cathode delithiated is that of the fixture in the theory room."""
    here = law()
    per_mole = load("NMC811").value("active_volume_change", 298.15)
    assert per_mole < 0.0
    plated = load("lithium").value("molar_volume", 298.15) / FARADAY * CAPACITY
    net = plated + here.height_rate(10.0) * CAPACITY / 10.0
    stiffness = 1e9
    expected = theory.fixture_pressure_change(
        areal_charge=CAPACITY,
        layer_thicknesses=[1e-12],
        layer_moduli=[1e12],
        fixture_stiffness=stiffness,
        cathode_molar_volume_change=per_mole,
        molar_volume=load("lithium").value("molar_volume", 298.15),
    )
    assert net * stiffness == pytest.approx(expected, rel=1e-9)
    assert here.height_rate(np.array([-10.0, 10.0])) == pytest.approx([-here.height_rate(10.0), here.height_rate(10.0)])


def test_what_is_not_known_is_said() -> None:
    own = {
        "name": "my oxide",
        "open_circuit_voltage": {
            "law": {"kind": "tanh-series", "constant": 4.0, "slope": -0.5, "tanh": [], "range": [0.2, 0.9]}
        },
    }
    here = law(own)
    assert here.fraction(0.0) == 0.9
    with pytest.raises(MissingValue, match="active_volume_change"):
        here.height_rate(1.0)
    with pytest.raises(MissingValue, match="open_circuit_voltage"):
        law("LCO")
    assert cell("LCO").counter.initial_lithium_fraction == 1.0  # type: ignore[union-attr]


def test_a_cell_without_cathode_has_no_law() -> None:
    assert cathode_law(llzo_case().cell, 298.15) is None
