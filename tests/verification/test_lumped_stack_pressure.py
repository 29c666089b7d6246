"""The stack pressure of whole lumped cells: soft and rigid fixtures, what a pressure cell would record, relaxation."""

import math
from typing import Any

import numpy as np
import pytest

from lisse import theory
from lisse.models import Lumped, solve
from lisse.models.base import cell_numbers
from lisse.models.lumped.fixture import ConstantGap, fixture_law
from lisse.protocol import Protocol, Step
from lisse.units import FARADAY
from lumped_cases import ALLOY, FLAWLESS, FULL, STIFF, bare, cell_of, run

V = 13.0e-6
STEADY = bare(injection=0.0, void_closure_coefficient="0 mA/cm^2/MPa")


def stiff(stiffness: str, pressure: str = "3 MPa") -> dict[str, Any]:
    return {"cell__stack": {**STIFF["cell__stack"], "stiffness": stiffness, "pressure": pressure}}


def modulus(young: float, poisson: float) -> float:
    return young * (1.0 - poisson) / ((1.0 + poisson) * (1.0 - 2.0 * poisson))


def test_a_very_soft_fixture_is_a_constant_pressure() -> None:
    """Both routes of the integrator: piece by piece with the pressure as a state, and in one piece without."""
    steps = [Step(current_density=j, duration=1800.0) for j in (8.0, -12.0, 0.0)]
    soft = run(*steps, tolerance=1e-8, **FLAWLESS, **stiff("1e-9 MPa/um"))
    constant = run(*steps, tolerance=1e-8, **FLAWLESS)
    assert soft["stack_pressure"].values == pytest.approx(3e6, rel=1e-6)
    ends = np.array([1800.0, 3600.0, 5400.0])
    for name, scale in (("voltage", 1e-2), ("void_height", 1e-6)):
        mine, theirs = (
            np.array([run_[name].values[np.searchsorted(run_["time"].values, ends)]]) for run_ in (soft, constant)
        )
        assert mine == pytest.approx(theirs, rel=1e-5, abs=1e-6 * scale)


def test_a_full_cell_in_a_stiff_fixture_records_the_net_volume_of_its_electrodes() -> None:
    """Charging plates 13 cm3/mol and takes 1.75 from the cathode: p rises with the charge over the compliance."""
    changes = FULL | STEADY | stiff("0.1 MPa/um", "0.1 MPa")
    found = run(Step(current_density=5.0, duration=3600.0), Step(current_density=-5.0, duration=3600.0), **changes)
    charge, pressure = found["charge"].values, found["stack_pressure"].values
    metal, ceramic = cell_of(**changes).working.material, cell_of(**changes).electrolyte.material
    moduli = [modulus(m.value("youngs_modulus", 298.15), m.value("poisson_ratio", 298.15)) for m in (metal, ceramic)]
    rise = theory.fixture_pressure_change(
        areal_charge=charge[charge == charge.max()][0],
        layer_thicknesses=[20e-6, 300e-6],
        layer_moduli=moduli,
        fixture_stiffness=1e11,
        cathode_molar_volume_change=-1.75e-6,
        molar_volume=V,
    )
    assert 1e4 < rise < 1e6
    assert pressure.max() - 0.1e6 == pytest.approx(rise, rel=1e-2)  # creep of the metal and its growing height
    assert pressure[-1] == pytest.approx(0.1e6, rel=1e-2)
    assert np.corrcoef(charge, pressure)[0, 1] > 0.9999
    slope = np.polyfit(charge, pressure, 1)[0]
    assert slope == pytest.approx((V - 1.75e-6) / FARADAY * 1e11, rel=2e-2)


def test_a_rigid_fixture_leaves_the_compliance_of_the_layers() -> None:
    changes = FULL | STEADY
    changes |= {"cell__temperature": "25 degC"}
    found = {}
    for stiffness in ("1e8 MPa/um", "1e6 MPa/um"):
        rigid = changes | stiff(stiffness, "0.1 MPa")
        found[stiffness] = run(Step(current_density=1e-3, duration=100.0), **rigid)["stack_pressure"].values[-1]
    cell = cell_of(**changes)
    moduli = [
        modulus(m.value("youngs_modulus", 298.15), m.value("poisson_ratio", 298.15))
        for m in (cell.working.material, cell.electrolyte.material)
    ]
    layers = 20e-6 / moduli[0] + 300e-6 / moduli[1]
    expected = (V - 1.75e-6) / FARADAY * 0.1 / layers
    assert found["1e6 MPa/um"] - 0.1e6 == pytest.approx(expected, rel=1e-3)
    assert found["1e8 MPa/um"] == pytest.approx(found["1e6 MPa/um"], rel=1e-3)


def test_a_symmetric_cell_without_voids_changes_no_volume() -> None:
    steps = [Step(current_density=j, duration=1800.0) for j in (5.0, -10.0)]
    found = run(*steps, **STEADY, **stiff("1 MPa/um", "0.3 MPa"))
    assert found["stack_pressure"].values == pytest.approx(0.3e6, rel=1e-4)


def test_a_symmetric_cell_with_voids_is_pushed_apart_by_their_volume() -> None:
    changes = bare(void_closure_coefficient="0 mA/cm^2/MPa") | stiff("0.01 MPa/um", "0.1 MPa")
    found = run(Step(current_density=5.0, duration=3000.0), tolerance=1e-8, **changes)
    cell = cell_of(**changes)
    law = fixture_law(cell, 298.15)
    assert isinstance(law, ConstantGap)
    voids = found["void_height"].values.sum(axis=1)
    assert voids[-1] == pytest.approx(V / FARADAY * 15000.0, rel=2e-3)  # the counter side; creep closes little
    compliance = law.stack_compliance([50e-6, 50e-6])
    assert found["stack_pressure"].values - 0.1e6 == pytest.approx(voids / compliance, rel=1e-3, abs=1.0)


def test_at_rest_the_pressure_relaxes_by_creep_of_the_lithium_that_is_squeezed_out() -> None:
    """dp/dt = -B p^n with both foils: p^(1-n) = p_0^(1-n) + (n - 1) B t, from 12 MPa."""
    cell = cell_of(**STEADY, **stiff("1 MPa/um", "12 MPa")).replace(
        area=1e-6, working__thickness=1e-3, counter__thickness=1e-3
    )
    law, numbers = fixture_law(cell, 298.15), cell_numbers(cell)
    assert isinstance(law, ConstantGap)
    n = numbers.creep_exponent
    factor = 2.0 * 1e-3 * numbers.creep_prefactor / law.metals[0].confinement(1e-3) ** n
    factor /= law.stack_compliance([1e-3, 1e-3])
    half = (2.0 ** (n - 1.0) - 1.0) * 12e6 ** (1.0 - n) / ((n - 1.0) * factor)  # s, to half of the pressure
    protocol = Protocol("rest", (Step(current_density=0.0, duration=4.0 * half),))
    found = solve(Lumped(relative_tolerance=1e-8), cell, protocol)
    time, pressure = found["time"].values, found["stack_pressure"].values
    expected = (12e6 ** (1.0 - n) + (n - 1.0) * factor * time) ** (1.0 / (1.0 - n))
    assert pressure == pytest.approx(expected, rel=1e-6)
    assert 0.2 < pressure[-1] / 12e6 < 0.5


def test_scheduled_pressures_are_recorded_and_move_the_potential_of_the_metal_by_volume_times_pressure() -> None:
    """13.5 mV per 100 MPa: squeezed metal is harder to plate, so that a full cell has the higher voltage."""
    changes = (
        FULL | STEADY | {"cell__stack": {"pressure": "0 MPa", "forming_pressure": "400 MPa", "fixture": "schedule"}}
    )
    steps = [Step(current_density=0.0, duration=10.0, stack_pressure=p) for p in (1e5, 20e6, 100e6, 1e5)]
    found = run(*steps, **changes)
    time, voltage = found["time"].values, found["voltage"].values
    assert np.unique(found["stack_pressure"].values).tolist() == [1e5, 20e6, 100e6]
    middle = [float(voltage[(time > a) & (time < a + 10.0)][0]) for a in (0.0, 10.0, 20.0, 30.0)]
    assert middle[2] - middle[0] == pytest.approx(99.9e6 * V / FARADAY, rel=1e-9)
    assert middle[2] - middle[0] == pytest.approx(13.5e-3, rel=5e-3)
    assert middle[3] == pytest.approx(middle[0], rel=1e-12)
    symmetric = run(*steps, **STEADY, cell__stack=changes["cell__stack"])
    assert symmetric["voltage"].values == pytest.approx(0.0, abs=1e-15)


def test_less_contact_squeezes_what_is_left() -> None:
    """A full cell formed to half of its contact: twice the pressure on it, up to the hardness."""
    drops = {}
    for formed in ("50 MPa", "25 MPa"):
        stack = {"pressure": "10 MPa", "forming_pressure": formed}
        changes = FULL | STEADY | {"cell__stack": stack, "cell__interface__small_scale_strength_factor": 100.0}
        found = run(Step(current_density=0.0, duration=1.0), **changes)
        drops[formed] = found["stress_drop"].values[0]
    assert drops["50 MPa"] == pytest.approx(10e6 * V / FARADAY, rel=1e-9)
    cell = cell_of()  # the rims of the pores pull the metal on, gamma sin(theta) along 2 pi r for each of them
    pull = cell.working.material.value("surface_energy") * math.sin(cell.interface.contact_angle)
    density = cell.interface.void_density
    walls = pull * density * 2.0 * math.pi * math.sqrt(0.5 / (math.pi * density))
    assert drops["25 MPa"] == pytest.approx((10e6 + walls) / 0.5 * V / FARADAY, rel=1e-9)


def test_a_solid_solution_whose_sites_stay_changes_no_height() -> None:
    """Discharged, only the cathode grows, by 1.75 cm3/mol; the compliance is that of the fixture."""
    counter = {**FULL["cell__counter"], "initial_lithium_fraction": 0.5}
    changes = FULL | STEADY | stiff("0.001 MPa/um", "0.1 MPa") | ALLOY | {"cell__counter": counter}
    found = run(Step(current_density=-0.5, duration=7200.0), **changes)
    rise = found["stack_pressure"].values[-1] - 0.1e6
    assert rise == pytest.approx(1.75e-6 / FARADAY * 3600.0 * 1e9, rel=1e-3)
