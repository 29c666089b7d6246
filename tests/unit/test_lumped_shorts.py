"""What a filament across the electrolyte does: hard and soft shorts, and scratches that never become one."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from cells import llzo_case
from lisse import theory
from lisse.models import Lumped
from lisse.models.base import cell_numbers
from lisse.models.charge_transfer import charge_transfer
from lisse.models.flaws import flaw_law
from lisse.models.lumped.short import melting_voltage
from lisse.records import Solution
from lisse.units import FARADAY

ONE_WAY = {
    "name": "one-way",
    "start": "0.2 mA/cm^2",
    "step": "0.2 mA/cm^2",
    "stop": "6 mA/cm^2",
    "half_cycle": "0.5 h",
}


def run(**changes: Any) -> Solution:
    case = llzo_case(cell__anode__thickness="500 um", cell__stack__pressure="50 MPa", protocol=ONE_WAY, **changes)
    return Lumped().solve(case.cell, case.protocol)


@pytest.mark.parametrize(("area", "mode"), [("1 cm^2", "filament-short"), ("100 cm^2", "soft-short")])
def test_one_filament_shorts_a_small_cell_and_leaks_in_a_large_one(area: str, mode: str) -> None:
    """The same filament: its conductance per area falls with the area; soft where over half of the drop is left."""
    found = run(cell__area=area)
    voltage, leak = found["voltage"].values, found["short_conductance"].values
    before, after = voltage[-5], voltage[-1]
    current = found["current_density"].values[-1]
    assert found.verdict.mode == mode
    assert (after / before > 0.5) == (mode == "soft-short")
    assert after / before == pytest.approx(1.0 / (1.0 + leak[-1] * before / current), rel=1e-9)
    assert (leak[:-4] == 0.0).all()
    parts = [name for name in found.data.data_vars if str(name).endswith("_drop")]
    assert after == pytest.approx(sum(float(found[name].values[-1]) for name in parts), rel=1e-9)


def test_a_held_cell_is_softly_shorted_while_it_carries_most_of_the_current() -> None:
    for area, mode in (("1 cm^2", "filament-short"), ("100 cm^2", "soft-short")):
        case = llzo_case(
            cell__area=area,
            cell__anode__thickness="500 um",
            protocol={"name": "hold", "voltage": "0.2 V", "duration": "9 h"},
        )
        found = Lumped().solve(case.cell, case.protocol)
        assert found.verdict.mode == mode
        current = np.abs(found["current_density"].values)
        assert (current[-1] < 2.0 * current[-5]) == (mode == "soft-short")


def test_contact_melts_at_the_kohlrausch_voltage() -> None:
    assert melting_voltage(298.15, 453.65) == pytest.approx(0.107, abs=1e-3)
    assert melting_voltage(460.0, 453.65) == 0.0


@pytest.mark.parametrize("width", [0.3e-6, 1e-6, 5e-6])
def test_a_scratch_is_squeezed_out_at_the_pressure_of_the_theory_room(width: float) -> None:
    """p = p_ext((E - V p/F)/R) by a root finder on the closed form."""
    case = llzo_case(cell__electrolyte__flaws__mouth_half_width=f"{width} m")
    numbers = cell_numbers(case.cell)
    resistance = charge_transfer(case.cell.interface, numbers.temperature).small_signal_resistance
    law = flaw_law(case.cell, numbers, resistance, 4, None)
    assert law is not None
    drop = 0.02
    scaled = law.drive(np.ones(4), 0.0, drop + law.mouth_shift)  # the meniscus is another test
    for place, depth in enumerate(law.initial_depth):

        def excess(pressure: float, depth: float = depth) -> float:
            flank = (drop - pressure * numbers.molar_volume / FARADAY) / resistance
            pressed = theory.extrusion_pressure(
                current_density=max(flank, 0.0),
                slot_half_width=width,
                slot_depth=depth,
                creep_prefactor=numbers.creep_prefactor,
                creep_exponent=numbers.creep_exponent,
                molar_volume=numbers.molar_volume,
            )
            return float(pressed) - pressure

        expected = brentq(excess, 0.0, drop * FARADAY / numbers.molar_volume)
        assert scaled[place] * law.critical_pressure[place] == pytest.approx(expected, rel=1e-6)


def test_a_wide_scratch_never_cracks_and_a_narrow_one_does() -> None:
    changes = {"cell__electrolyte__flaws__mouth_half_width": "0.05 um"}
    crack, narrow = run(), run(**changes)
    assert narrow.verdict.time == pytest.approx(crack.verdict.time, rel=1e-3)
    wide = run(cell__electrolyte__flaws__mouth_half_width="2 um")
    assert wide.verdict.mode == "none"
    assert wide["plating_pressure"].values.max() < 0.5 * crack["plating_pressure"].values.max()
