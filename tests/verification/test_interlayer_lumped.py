"""Interlayers in the lumped model: diffusion, resistance, shielding and electrons against closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse import theory
from lisse.models import Lumped, solve
from lisse.models.lumped.layer import layer_law
from lisse.protocol import Protocol, Step
from lisse.records import Solution
from lisse.study.case import Case
from lisse.units import FARADAY, GAS_CONSTANT

SMOOTH: dict[str, Any] = {"cell__electrolyte__flaws": None, "cell__interface__injection": 0.0}
ALLOY = {"material": "Si", "thickness": "100 nm", "resistance": "2 ohm cm^2"}
GLASS = {"material": "LiPON", "thickness": "200 nm"}


def layered(interlayer: dict[str, Any] | None, **changes: Any) -> Case:
    """The LLZO case with a layer."""
    return llzo_case(**changes, **({} if interlayer is None else {"cell__interface__interlayer": interlayer}))


def run(case: Case, *steps: Step, tolerance: float = 1e-8) -> Solution:
    """Steps on the cell of a case."""
    protocol = Protocol("steps", steps, voltage_limit=1e3)
    return solve(Lumped(relative_tolerance=tolerance), case.cell, protocol)


def numbers(case: Case) -> tuple[float, float, float]:
    """Diffusivity, concentration and thickness of the layer."""
    layer = case.cell.interface.interlayer
    assert layer is not None
    known = (layer.material.value(name) for name in ("solid_diffusivity", "maximum_concentration"))
    return *known, layer.thickness


@pytest.mark.parametrize("over", [1.1, 3.0, 20.0])
def test_the_face_is_empty_when_the_closed_form_says(over: float) -> None:
    case = layered(ALLOY, **SMOOTH)
    d, c, thickness = numbers(case)
    j = over * FARADAY * d * c / thickness
    solution = run(case, Step(current_density=j, duration=36000.0))
    expected = theory.interlayer_depletion_time(j, d, c, thickness)
    assert solution.verdict.mode == "lithium-exhausted"
    assert solution.verdict.time == pytest.approx(expected, rel=1e-3)  # 40 cells


def test_a_current_below_the_limit_settles_on_a_straight_profile() -> None:
    case = layered(ALLOY, **SMOOTH)
    d, c, thickness = numbers(case)
    law = layer_law(case.cell.interface.interlayer, 298.15)
    assert law is not None
    j = 0.5 * FARADAY * d * c / thickness
    late = law.advance(law.initial(), j, np.array([30.0 * thickness**2 / d]))[0]
    place = law.line.centres / thickness
    assert late == pytest.approx(1.0 - 0.5 * (1.0 - place), abs=1e-9)  # odd about the metal
    assert law.surface(late, j) == pytest.approx(0.5, abs=1e-9)
    assert law.overpotential(0.5) == pytest.approx(GAS_CONSTANT * 298.15 / FARADAY * math.log(2.0))
    assert law.rates(late, j) == pytest.approx(np.zeros(len(late)), abs=1e-9 * d / thickness**2)


def test_both_routes_through_the_layer_agree() -> None:
    """The exact course and the integrator with all states together (a fixture of constant gap)."""
    changes = SMOOTH | {"cell__stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"}}
    stiff = {"fixture": "constant-gap", "stiffness": "1e-9 MPa/um"}
    steps = (Step(current_density=12.0, duration=60.0), Step(current_density=-6.0, duration=60.0))
    found = [
        run(layered(ALLOY, **changes | {"cell__stack": changes["cell__stack"] | more}), *steps) for more in ({}, stiff)
    ]
    ends = [solution["lithium_fraction"].values[-1] for solution in found]
    assert ends[0] == pytest.approx(ends[1], abs=1e-5)
    assert found[0]["voltage"].values[-1] == pytest.approx(found[1]["voltage"].values[-1], rel=1e-4)


def test_a_full_layer_takes_up_nothing_when_plated() -> None:
    case = layered(ALLOY, **SMOOTH)
    solution = run(case, Step(current_density=8.0, duration=600.0))
    working, counter = solution["lithium_fraction"].values[-1]
    assert working == pytest.approx(1.0, abs=1e-12)
    assert counter < 0.9


def test_a_layer_of_ions_is_a_resistance_at_each_side() -> None:
    bare, glass = (run(layered(each, **SMOOTH), Step(current_density=1.0, duration=60.0)) for each in (None, GLASS))
    sigma = layered(GLASS).cell.interface.interlayer.material.value("ionic_conductivity")  # type: ignore[union-attr]
    added = glass["voltage"].values - bare["voltage"].values[: len(glass["voltage"])]
    assert added[-1] == pytest.approx(2.0 * 200e-9 / sigma, rel=1e-6)


def test_taking_the_layer_away_gives_the_same_run_bit_for_bit() -> None:
    case = llzo_case()
    bare = layered(ALLOY).cell.without_interlayer()
    one, other = (solve(Lumped(), cell, case.protocol) for cell in (case.cell, bare))
    assert set(one.data.variables) == set(other.data.variables)
    for name in one.data.variables:
        assert one.data[name].values.tobytes() == other.data[name].values.tobytes(), name
    assert one.verdict == other.verdict
    assert one.limits == other.limits


def test_diffusion_through_a_layer_makes_its_impedance() -> None:
    """Finite length, open to the metal: Z = R_d tanh(q)/q, q = sqrt(i w L^2/D), R_d = R T L/(F^2 D c)."""
    frequencies = Step(current_density=0.0, duration=60.0, frequency_from=3.0, frequency_to=1e-3, points_per_decade=3)
    case = layered(ALLOY, **SMOOTH)
    bare, alloy = (run(each, frequencies) for each in (layered(None, **SMOOTH), case))
    d, c, thickness = numbers(case)
    f = alloy["frequency"].values
    q = np.sqrt(2j * np.pi * f * thickness**2 / d)
    expected = 2.0 * GAS_CONSTANT * 298.15 * thickness / (FARADAY**2 * d * c) * np.tanh(q) / q
    names = ("impedance_real", "impedance_imaginary")
    found = [np.ravel(alloy[name].values - bare[name].values) for name in names]
    assert found[0] == pytest.approx(expected.real, rel=2e-3, abs=1e-3 * abs(expected[0]))
    assert np.abs(found[1]) == pytest.approx(np.abs(expected.imag), rel=2e-3, abs=1e-3 * abs(expected[0]))


def test_a_whole_layer_keeps_metal_out_of_the_flaws_until_it_breaks() -> None:
    tough = {"material": "LiPON", "override": {"fracture_toughness": "0.1 MPa m^0.5"}}
    interlayer = GLASS | {"flaw_length": "50 nm", "resistance": "2 ohm cm^2"}
    flat: dict[str, Any] = {"cell__interface__injection": 0.0}
    case, open_case = layered(interlayer | {"material": tough}, **flat), layered(interlayer, **flat)
    threshold = theory.crack_overpotential(0.1e6, 50e-9, "edge", case.cell.working.material.value("molar_volume"))
    layer = case.cell.interface.interlayer
    assert layer is not None
    film = case.cell.interface.resistance + 25e-9 / layer.material.value("ionic_conductivity")
    steps = [Step(current_density=share * threshold / film, duration=600.0) for share in (0.7, 1.1)]
    unshielded, kept = (run(each, steps[0], tolerance=1e-4) for each in (open_case, case))
    assert unshielded.verdict.mode in ("filament-short", "soft-short")
    assert kept.verdict.mode == "none"
    assert np.nanmax(kept["plating_pressure"].values) == 0.0
    broken = run(case, *steps, tolerance=1e-4)
    assert broken.verdict.mode in ("filament-short", "soft-short")
    assert broken.verdict.time > 600.0


def test_electrons_lose_their_share_in_the_layers() -> None:
    """mu/F against theory.lithium_potential_profile of the three layers, electrons free at the metal."""
    leaky = {"material": {"material": "LLZO", "override": {"electronic_conductivity": "1e-6 S/cm"}}}
    known = {"material": "LiPON", "override": {"electronic_conductivity": "1e-9 S/cm"}}
    changes = {"cell__electrolyte": leaky | {"thickness": "300 um"}, "cell__interface__injection": 0.0}
    case = layered(GLASS | {"material": known, "resistance": "2 ohm cm^2"}, **changes)
    solution = run(case, Step(current_density=1.0, duration=60.0))
    found = solution["lithium_chemical_potential"].values[-1] / FARADAY
    drop = (solution["film_drop"] + solution["charge_transfer_drop"]).values[-1] / 2.0
    voltage = (
        solution["voltage"].values[-1] - solution["constriction_drop"].values[-1] - solution["stress_drop"].values[-1]
    )
    sigma = case.cell.electrolyte.material.value("ionic_conductivity")
    exact = theory.lithium_potential_profile(
        np.linspace(0.0, 3e-4, 11), voltage, [3e-4], [sigma], [1e-4], drop / 1.0, 200e-9 / 1e-7
    )
    assert found == pytest.approx(exact, abs=2e-3 * abs(voltage))


def test_an_interphase_grows_by_the_electrons_that_pass() -> None:
    interphase = {"kind": "mixed-conducting", "conductivity": "0.1 mS/cm", "rate_constant": "1e-17 m^2/s"}
    changes: dict[str, Any] = SMOOTH | {"cell__electrolyte": {"material": "Li6PS5Cl", "thickness": "300 um"}}
    del changes["cell__electrolyte__flaws"]
    changes |= {"cell__interface__interphase": interphase, "cell__interface__exchange_current_density": "1 mA/cm^2"}
    rest = Step(current_density=0.0, duration=100 * 3600.0)
    bare, glass = (run(layered(each, **changes), rest) for each in (None, GLASS))
    case = layered(GLASS, **changes)
    potential = case.cell.electrolyte.material.value("reduction_potential")
    rate = 1e-13 * potential * case.cell.working.material.value("molar_volume") / FARADAY / (200e-9 * 0.54)
    start = case.cell.interface.interphase.initial_thickness  # type: ignore[union-attr]
    expected = theory.interphase_thickness_mixed(100 * 3600.0, 1e-17, rate, start)
    assert glass["interphase_thickness"].values[-1, 0] == pytest.approx(expected, rel=1e-3)
    assert glass["interphase_thickness"].values[-1, 0] < 0.1 * bare["interphase_thickness"].values[-1, 0]
