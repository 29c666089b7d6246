"""The interphase law: growth against the closed forms, costs against balances, cracks against fracture mechanics."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from cells import llzo_case
from lisse import theory
from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.materials import load
from lisse.models.lumped.interphase import InterphaseLaw, interphase_law
from lisse.units import FARADAY

WEEK = 7 * 86400.0
MICROAMPERE_HOUR = 36.0  # C/m2, of 1 uAh/cm2
MIXED = {"kind": "mixed-conducting", "conductivity": "0.1 mS/cm", "rate_constant": "1e-19 m^2/s"}
SLOW = {**MIXED, "reaction_rate": "1e-3 nm/s"}
PASSIVE = {"kind": "passivating", "conductivity": "1e-5 mS/cm", "reaction_rate": "1 nm/s", "decay_length": "2 nm"}
STILL = {"kind": "resistive", "conductivity": "1e-8 S/cm", "initial_thickness": "20 nm"}
CRACKING = {**MIXED, "youngs_modulus": "100 GPa", "fracture_toughness": "0.3 MPa m^0.5", "poisson_ratio": 0.25}


def cell(interphase: dict[str, Any] | None, **changes: Any) -> Cell:
    return llzo_case(cell__interface__interphase=interphase, **changes).cell


def law(interphase: dict[str, Any], **changes: Any) -> InterphaseLaw:
    made = interphase_law(cell(interphase, **changes), 0, 298.15)
    assert made is not None
    return made


def sulfide(material: str = "Li6PS5Cl", **changes: Any) -> InterphaseLaw:
    """With the growth that the library has for a material."""
    known = {key: value for key, value in MIXED.items() if key != "rate_constant"}
    return law(
        {**known, **changes},
        cell__electrolyte__material=material,
        cell__interface__exchange_current_density="1 mA/cm^2",
        cell__interface__resistance="10 ohm cm^2",
    )


# -- growth ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interphase", [MIXED, SLOW, PASSIVE, STILL])
def test_the_rate_integrates_to_the_closed_form(interphase: dict[str, Any]) -> None:
    here = law(interphase)
    times = np.geomspace(1.0, WEEK, 9)
    found = solve_ivp(
        lambda _, y: [here.growth_rate(float(y[0]))],
        (0.0, WEEK),
        [here.initial_thickness],
        t_eval=times,
        method="LSODA",
        rtol=1e-9,
        atol=1e-15,
    )
    assert found.y[0] == pytest.approx(np.asarray(here.thickness_after(here.initial_thickness, times)), rel=1e-6)


@pytest.mark.parametrize("interphase", [MIXED, SLOW, PASSIVE])
def test_growth_forgets_all_but_the_thickness(interphase: dict[str, Any]) -> None:
    here = law(interphase)
    halfway = here.thickness_after(1e-9, 3600.0)
    assert here.thickness_after(halfway, 7200.0) == pytest.approx(here.thickness_after(1e-9, 10800.0), rel=1e-12)
    assert here.growth_rate(2e-9) < here.growth_rate(1e-9)


def test_without_reaction_control_growth_is_parabolic_and_with_it_linear_at_first() -> None:
    assert law(MIXED).thickness_after(1e-9, WEEK) == pytest.approx(math.sqrt(1e-18 + 2e-19 * WEEK), rel=1e-12)
    assert law(SLOW).growth_rate(1e-10) == pytest.approx(1e-12, rel=1e-3)


def test_a_passivating_layer_all_but_stops_and_a_mixed_conductor_does_not() -> None:
    def gained(here: InterphaseLaw) -> float:
        return float(here.thickness_after(1e-9, 100 * WEEK) / here.thickness_after(1e-9, WEEK))

    assert gained(law(PASSIVE)) < 1.8
    assert gained(law(MIXED)) == pytest.approx(10.0, rel=1e-3)


def test_a_resistive_layer_without_a_rate_constant_stays_as_it_is() -> None:
    here = law(STILL)
    assert here.growth_rate(2e-8) == 0.0
    assert np.array_equal(here.thickness_after(2e-8, np.array([0.0, WEEK])), [2e-8, 2e-8])
    assert here.resistance(2e-8) == pytest.approx(2e-2)  # 20 nm of Li2CO3-like 1e-6 S/m: 200 ohm cm2


def test_cycling_adds_growth_in_proportion_to_the_charge_of_any_sign() -> None:
    here = law({**STILL, "cycling_acceleration": 0.01})
    per_charge = load("lithium").value("molar_volume", 298.15) / FARADAY
    assert here.growth_rate(2e-8, 10.0) == pytest.approx(0.1 * per_charge)
    assert here.growth_rate(2e-8, -10.0) == here.growth_rate(2e-8, 10.0)
    assert law(MIXED).growth_rate(1e-8, 10.0) == law(MIXED).growth_rate(1e-8)


# -- published growth (aktekin2023; experiments G1 and G2) -----------------------------------------------------------


def test_argyrodite_grows_as_it_was_measured() -> None:
    """315 nm after a week and 540 nm after 400 h; the library has the middle of the two constants."""
    here = sulfide()
    assert here.thickness_after(1e-9, WEEK) == pytest.approx(315e-9, rel=0.1)
    assert here.thickness_after(1e-9, 400 * 3600.0) == pytest.approx(540e-9, rel=0.1)


def test_the_charge_that_growth_costs_is_that_of_the_titration() -> None:
    """9 nm per uAh/cm2: 35 uAh/cm2 in a week in Li6PS5Cl, 0.7 mAh/cm2 in Li10GeP2S12."""
    for material, charge in (("Li6PS5Cl", 35.0), ("Li10GeP2S12", 700.0)):
        here = sulfide(material)
        metal = here.lithium_consumed(here.thickness_after(1e-9, WEEK) - 1e-9)
        spent = metal * FARADAY / load("lithium").value("molar_volume", 298.15)
        assert spent / MICROAMPERE_HOUR == pytest.approx(charge, rel=0.12)


def test_the_default_ratio_is_that_of_nine_nanometres_per_microampere_hour() -> None:
    metal = MICROAMPERE_HOUR * load("lithium").value("molar_volume", 298.15) / FARADAY
    assert law(MIXED).lithium_ratio == pytest.approx(metal / 9e-9, rel=0.01)


# -- costs -----------------------------------------------------------------------------------------------------------


def test_volume_is_conserved_up_to_that_of_the_reaction() -> None:
    """Lithium and electrolyte that go, times 1 + v, are the interphase that comes; the rest moves the platens."""
    here = law({**MIXED, "volume_change": -0.27})
    grown = 1e-7
    gone = grown / (1.0 - 0.27)
    electrolyte = gone - here.lithium_consumed(grown)
    assert here.height_change(grown) == pytest.approx(grown - here.lithium_consumed(grown) - electrolyte)
    assert law(MIXED).height_change(grown) == 0.0


def test_resistance_is_thickness_over_conductivity() -> None:
    assert law(MIXED).resistance(1e-6) == pytest.approx(1e-4)
    assert law(MIXED).resistance(np.array([1e-6, 2e-6])) == pytest.approx([1e-4, 2e-4])


# -- stress and cracks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [-0.05, 0.05])
def test_a_layer_that_shrinks_is_in_tension_and_the_electrolyte_balances_it(change: float) -> None:
    misfit = law({**CRACKING, "volume_change": change}).misfit
    assert misfit is not None
    assert misfit.stress == pytest.approx(-100e9 * change / 3.0 / 0.75, rel=0.05)  # e is near v/3
    force = misfit.stress * 1e-7 + misfit.electrolyte_stress(1e-7) * 3e-4
    assert force == pytest.approx(0.0, abs=1e-9 * abs(misfit.stress * 1e-7))


def test_stored_energy_is_that_of_equal_stress_in_both_directions() -> None:
    misfit = law({**CRACKING, "volume_change": 0.03}).misfit
    assert misfit is not None
    strain = 0.75 * misfit.stress / 100e9  # (1 - nu) s/E in each direction
    assert misfit.stored_energy(1e-7) == pytest.approx(2 * 0.5 * misfit.stress * strain * 1e-7)


def test_a_channel_releases_the_mean_of_an_edge_crack_over_the_depth() -> None:
    """K of an edge crack (theory) through the thickness, averaged as energy, is critical at the critical thickness."""
    here = law({**CRACKING, "volume_change": -0.05})
    misfit, thickness = here.misfit, here.critical_thickness
    assert misfit is not None

    def release(depth: float) -> float:
        intensity = misfit.stress * 1.0 / float(theory.fracture_stress(1.0, depth, "edge"))
        return intensity**2 * (1 - 0.25**2) / 100e9

    mean = quad(release, 0.0, thickness)[0] / thickness
    assert mean == pytest.approx(0.3e6**2 * (1 - 0.25**2) / 100e9, rel=1e-4)


def test_an_expanding_layer_stands_more_before_it_spalls() -> None:
    shrinking, expanding = (law({**CRACKING, "volume_change": v}) for v in (-0.05, 0.05))
    assert expanding.critical_thickness > 3.0 * shrinking.critical_thickness
    assert law(CRACKING).critical_thickness == math.inf  # no volume change
    assert law({**MIXED, "volume_change": 0.05}).critical_thickness == math.inf  # no stiffness
    assert not law(MIXED).cracked(1e-3)


@pytest.mark.parametrize("change", [-0.05, 0.05])
def test_cracks_take_up_the_energy_beyond_the_critical_thickness(change: float) -> None:
    here = law({**CRACKING, "volume_change": change})
    misfit, critical = here.misfit, here.critical_thickness
    assert misfit is not None
    twice_gamma = 0.3e6**2 * (1 - 0.25**2) / 100e9
    spent = (misfit.stored_energy(5 * critical) - misfit.stored_energy(critical)) / twice_gamma
    assert here.crack_factor(5 * critical) == pytest.approx(1.0 + spent, rel=1e-9)
    assert here.crack_factor(critical) == 1.0
    assert list(here.cracked(np.array([0.9, 1.1]) * critical)) == [False, True]


def test_resistance_rises_faster_once_cracked_and_never_jumps() -> None:
    here = law({**CRACKING, "volume_change": 0.05})
    critical = here.critical_thickness
    assert here.resistance(critical * (1 + 1e-9)) == pytest.approx(here.resistance(critical), rel=1e-8)
    assert here.resistance(3 * critical) > 3.0 * here.resistance(critical)
    assert here.resistance(0.5 * critical) == pytest.approx(0.5 * here.resistance(critical))


# -- which cells have one --------------------------------------------------------------------------------------------


def test_a_cell_without_interphase_has_no_law() -> None:
    assert interphase_law(cell(None), 0, 298.15) is None
    assert interphase_law(cell(None), 1, 298.15) is None


def test_a_cathode_has_none() -> None:
    full = cell(MIXED, cell__kind="full", cell__counter={"material": "NMC811", "areal_capacity": "3 mAh/cm^2"})
    assert interphase_law(full, 0, 298.15) is not None
    with pytest.raises(InvalidInput, match="side: got 1; allowed: the side of a metal electrode"):
        interphase_law(full, 1, 298.15)
