"""What adds up: the stress of an interphase and the pressure in a flaw; spots apart from pores; lithium in an alloy."""

import math

import numpy as np
import pytest

from lisse.models.base import cell_numbers
from lisse.models.charge_transfer import charge_transfer
from lisse.models.flaws import FlawLaw, flaw_law
from lisse.models.lumped.equations import build_equations, tension
from lisse.models.lumped.flaw_path import follow_flaws
from lisse.protocol import Step
from lisse.units import FARADAY
from lumped_cases import ALLOY, bare, cell_of, run

V = 13.0e-6
LAYER = {
    "kind": "mixed-conducting",
    "conductivity": "1 mS/cm",
    "rate_constant": "1e-30 m^2/s",
    "initial_thickness": "0.4 um",
    "volume_change": 0.3,
    "youngs_modulus": "100 GPa",
    "fracture_toughness": "10 MPa m^0.5",
}


@pytest.fixture
def law() -> FlawLaw:
    cell = cell_of()
    numbers = cell_numbers(cell)
    found = flaw_law(cell, numbers, charge_transfer(cell.interface, 298.15).small_signal_resistance, 4, None)
    assert found is not None
    return found


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_flaw_grows_where_both_intensities_add_up_to_the_toughness(law: FlawLaw, share: float) -> None:
    """Y (F E/V + s) sqrt(pi a) = K_IC by hand: just below nothing moves, just above the longest flaw does."""
    toughness = cell_numbers(cell_of()).fracture_toughness
    assert toughness is not None
    length = law.initial_depth[0]
    critical = toughness / (1.1215 * math.sqrt(math.pi * length))
    assert law.critical_pressure[0] == pytest.approx(critical, rel=1e-3)
    stress = share * law.critical_pressure[0]
    needed = V / FARADAY * (law.critical_pressure[0] - stress)
    for factor, grows in ((0.999, False), (1.001, True)):
        drop = factor * needed
        time = np.array([0.0, 2e6])

        def mouth(at: np.ndarray, drop: float = drop) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return np.full(len(at), 1e-9), np.full(len(at), drop), np.full(len(at), stress)

        path = follow_flaws(law, time, mouth, np.zeros(4), np.ones(4), 3e-4, 1e-6)
        assert (path.depth[-1, 0] > 1.0) == grows


def test_the_lithium_bears_what_the_tension_leaves(law: FlawLaw) -> None:
    """In balance with a drop E the pressure is F E/V, with or without tension; the opening is that of the sum."""
    drop, stress = 0.3 * law.pressure_drop[-1], 0.2 * law.critical_pressure[-1]
    full = law.drive(np.ones(4), 0.0, float(drop), float(stress))
    pressure = law.pressure(full, np.ones(4)) - stress
    assert pressure == pytest.approx(np.full(4, drop * FARADAY / V), rel=1e-6)
    both = law.intensity(full, np.ones(4))
    alone = law.intensity(law.drive(np.ones(4), 0.0, float(drop)), np.ones(4))
    by_stress = [
        law.intensity_under(np.array(stress), a) / cell_numbers(cell_of()).fracture_toughness for a in law.initial_depth
    ]
    assert both == pytest.approx(alone + np.array(by_stress), rel=1e-3)


def test_a_cell_with_a_stressed_interphase_grows_its_flaws_at_a_lower_current() -> None:
    """Onset of growth in a ramp: drops at the mouth differ by V s/F, with s from the misfit by hand."""
    onset = {}
    ramp = [Step(current_density=0.25 * k, duration=600.0) for k in range(1, 160)]
    for name, table in (("bare", LAYER | {"volume_change": 0.0}), ("stressed", LAYER)):
        changes = {"cell__interface__interphase": table, "cell__interface__injection": 0.0}
        changes |= {"cell__anode__thickness": "5 mm", "cell__stack__pressure": "100 MPa"}
        found = run(*ramp, **changes, tolerance=1e-5)
        length = found["flaw_length"].values[:, 0]
        row = int(np.argmax(length > 1.001 * length[0]))
        assert row > 0
        film = found["film_drop"].values[row] + found["charge_transfer_drop"].values[row]
        current = found["current_density"].values[row]
        head = length[0] / (2.0 * cell_numbers(cell_of()).conductivity)
        onset[name] = film / 2.0 + current * head  # both sides have the same drop
    strain = 1.3 ** (1.0 / 3.0) - 1.0
    poisson = cell_of().electrolyte.material.value("poisson_ratio")
    stress = 2.0 * 100e9 * strain / (1.0 - poisson) * 0.4e-6 / 300e-6
    cell = cell_of(**{"cell__interface__interphase": LAYER})
    assert tension(build_equations(cell, 1, None), np.full((1, 2), 0.4e-6))[0] == pytest.approx(stress, rel=1e-9)
    assert onset["bare"] - onset["stressed"] == pytest.approx(V * stress / FARADAY, rel=0.05)


# -- spots and pores ---------------------------------------------------------------------------------------------------


def test_spots_of_their_own_density_narrow_the_current_and_leave_the_voids_alone() -> None:
    """R_c goes as the distance of the spots, N_s^-1/2 (theory.constriction_resistance); closure as before."""
    found = {}
    for density in (None, "1e10 1/m^2", "1e8 1/m^2"):
        changes = bare(injection=0.0, small_scale_strength_factor=100.0)
        changes |= {"cell__stack__forming_pressure": "25 MPa", "cell__interface__spot_density": density}
        found[density] = run(Step(current_density=1.0, duration=1e-3), **changes)
    base, same, coarse = (one["constriction_drop"].values[0] for one in found.values())
    assert same == base
    assert coarse == pytest.approx(10.0 * base, rel=1e-9)
    assert (found["1e8 1/m^2"]["void_height"].values == found[None]["void_height"].values).all()


def test_nucleated_pores_take_their_spots_along_unless_these_are_given() -> None:
    fraction = np.array([0.4])
    for density, ratio in ((None, 0.5), ("1e10 1/m^2", 1.0)):
        side = build_equations(cell_of(**bare(spot_density=density)), 1, None).sides[0]
        assert side.nucleated(4.0).constriction(fraction) == pytest.approx(ratio * side.constriction(fraction))


# -- alloys ------------------------------------------------------------------------------------------------------------


def test_the_lithium_of_an_alloy_is_its_share_of_the_metal() -> None:
    changes = {"cell__anode": dict(ALLOY["cell__anode"]) | {"thickness": "50 um"}} | bare()
    found = run(Step(current_density=1.0, duration=3600.0), **changes)
    law = build_equations(cell_of(**changes), 1, None).sides[1].alloy
    assert law is not None
    thickness = found["lithium_thickness"].values
    assert thickness[0] == pytest.approx(law.lithium_fraction * 50e-6, rel=1e-12)
    assert thickness[0, 0] == pytest.approx(law.amount(law.initial()) * law.molar_volume, rel=1e-12)
    stripped = law.advance(law.initial(), 1.0, [3600.0])[-1]
    assert thickness[-1, 1] == pytest.approx(law.amount(stripped) * law.molar_volume, rel=1e-6)
    assert found.conservation["lithium"] < 1e-12
