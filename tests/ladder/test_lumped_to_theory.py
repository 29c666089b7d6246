"""A whole lumped run in the limits where one closed form of `lisse.theory` is all that is left of it."""

import math

import numpy as np
import pytest

from lisse import theory
from lisse.protocol import Step
from lisse.units import FARADAY, GAS_CONSTANT
from lumped_cases import bare, cell_of, run

THERMAL = GAS_CONSTANT * 298.15 / FARADAY
STEADY = bare(injection=0.0)


@pytest.mark.parametrize("current", [-8.0, 3.0])
@pytest.mark.parametrize("film", ["0 ohm cm^2", "30 ohm cm^2"])
def test_the_lithium_potential_inside_is_that_of_the_mixed_conductor(current: float, film: str) -> None:
    """With linear kinetics an interface is an ionic resistance, whatever the electrons conduct."""
    changes = STEADY | {"cell__interface__kinetics": "linear", "cell__interface__resistance": film}
    found = run(Step(current_density=current, duration=60.0), **changes)
    cell = cell_of(**changes)
    interface = THERMAL / cell.interface.exchange_current_density + cell.interface.resistance
    place, length = found.data["position"].values, cell.electrolyte.thickness
    ionic = cell.electrolyte.material.value("ionic_conductivity", 298.15)
    for electronic in (1e-9, 1e-5):
        expected = theory.lithium_potential_profile(
            position=place if current > 0 else length - place,
            voltage=abs(found["voltage"].values[-1]),
            thicknesses=[length],
            ionic_conductivities=[ionic],
            electronic_conductivities=[electronic],
            ionic_interface_resistance=interface,
        )
        profile = found["lithium_chemical_potential"].values[-1] / FARADAY
        assert profile == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert (place[0], place[-1]) == (0.0, pytest.approx(length))
    stripped, plated = sorted([profile[0], profile[-1]])
    assert (stripped, plated) == pytest.approx((-abs(current) * interface, abs(current) * interface), rel=1e-9)


def test_reversible_electrodes_hold_no_lithium_above_metal_inside() -> None:
    changes = STEADY | {
        "cell__interface__resistance": "0 ohm cm^2",
        "cell__interface__exchange_current_density": "1e6 mA/cm^2",
    }
    found = run(Step(current_density=5.0, duration=60.0), **changes)
    assert np.abs(found["lithium_chemical_potential"].values).max() < 2.0 * FARADAY * THERMAL * 5.0 / 1e7


def test_kinetics_of_a_whole_run_is_linear_at_small_and_tafels_at_large_currents() -> None:
    i0 = {"cell__interface__exchange_current_density": "0.1 mA/cm^2", "cell__interface__resistance": "0 ohm cm^2"}
    drops = {
        (kinetics, current): run(
            Step(current_density=current, duration=1.0), **STEADY, **i0, cell__interface__kinetics=kinetics
        )["charge_transfer_drop"].values[-1]
        for kinetics in ("butler-volmer", "linear", "tafel")
        for current in (1e-3, 300.0)
    }
    assert drops["butler-volmer", 1e-3] == pytest.approx(drops["linear", 1e-3], rel=1e-6)
    assert drops["butler-volmer", 300.0] == pytest.approx(drops["tafel", 300.0], rel=1e-5)
    assert drops["linear", 1e-3] == pytest.approx(2.0 * THERMAL * 1e-3, rel=1e-12)
    assert drops["tafel", 300.0] == pytest.approx(2.0 * 2.0 * THERMAL * math.log(300.0), rel=1e-12)


def test_contamination_drives_the_current_through_the_clean_part() -> None:
    clean, dirty = (
        run(Step(current_density=j, duration=1.0), **STEADY, cell__interface__contamination=share)
        for j, share in ((10.0, 0.0), (7.5, 0.25))
    )
    for name in ("charge_transfer_drop", "film_drop", "largest_local_current_density"):
        assert dirty[name].values == pytest.approx(clean[name].values, rel=1e-12)
    assert dirty["ohmic_drop"].values == pytest.approx(0.75 * clean["ohmic_drop"].values, rel=1e-12)


def test_lost_contact_raises_every_drop_of_the_interface_by_its_own_law() -> None:
    """Formed to 0.4: local current density j/0.4, and the constriction of spots around every pore site."""
    stack = {"pressure": "0 MPa", "forming_pressure": "20 MPa"}
    changes = STEADY | {"cell__stack": stack, "cell__interface__void_closure_coefficient": "0 mA/cm^2/MPa"}
    changes |= {"cell__interface__small_scale_strength_factor": 100.0}
    found = run(Step(current_density=5.0, duration=1e-3), **changes)
    cell = cell_of(**changes)
    eta = theory.overpotential(
        current_density=12.5, exchange_current_density=cell.interface.exchange_current_density, temperature=298.15
    )
    assert found["charge_transfer_drop"].values[0] == pytest.approx(2.0 * eta, rel=1e-9)
    assert found["film_drop"].values[0] == pytest.approx(2.0 * 12.5 * cell.interface.resistance, rel=1e-9)
    narrow = theory.constriction_resistance(
        spot_radius=math.sqrt(0.4 / (math.pi * cell.interface.void_density)),
        contact_fraction=0.4,
        conductivity=cell.electrolyte.material.value("ionic_conductivity", 298.15),
    )
    assert found["constriction_drop"].values[0] == pytest.approx(2.0 * 5.0 * narrow, rel=1e-5)
