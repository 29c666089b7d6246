"""Where they must agree, the lumped model reproduces the closed forms."""

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Analytic, solve
from lisse.models.limits import limits
from lisse.units import FARADAY

V = 13.0e-6
DIFFUSION_ONLY = {
    "cell__interface__small_scale_strength_factor": 100.0,
    "cell__electrolyte__flaws": None,
}


def test_without_voids_the_voltage_is_that_of_the_analytic_model() -> None:
    case = llzo_case(
        cell__interface__injection=0.0, cell__electrolyte__flaws=None, cell__interface__anodic_transfer_coefficient=0.3
    )
    lumped, analytic = (solve(model, case.cell, case.protocol) for model in (case.model, Analytic()))
    for name in ("voltage", "ohmic_drop", "charge_transfer_drop", "film_drop"):
        for current in np.unique(analytic["current_density"].values):
            mine = lumped[name].values[lumped["current_density"].values == current]
            theirs = analytic[name].values[analytic["current_density"].values == current]
            assert len(mine) >= 2
            assert mine == pytest.approx(theirs[0], rel=1e-9), (name, current)


def test_without_voids_a_flaw_shorts_at_the_first_current_above_the_crack_limit() -> None:
    case = llzo_case(cell__interface__injection=0.0, protocol__half_cycle="3 mAh/cm^2", cell__anode__thickness="100 um")
    crack = next(c for c in limits(case.cell, case.protocol) if c.criterion.startswith("crack overpotential"))
    found = solve(case.model, case.cell, case.protocol).verdict
    assert found.mode == "filament-short"
    assert found.highest_current_density_passed < crack.current_density < found.critical_current_density + 1e-9
    assert found.critical_current_density - found.highest_current_density_passed == pytest.approx(2.0)


def test_contact_is_lost_at_the_time_of_the_linear_balance() -> None:
    """With diffusional closure only, w = (j - k p)(V/F) t, so contact is lost at t = w_l F/(V (j - k p))."""
    case = llzo_case(
        **DIFFUSION_ONLY,
        protocol={
            "name": "one-way",
            "start": "1 mA/cm^2",
            "step": "1 mA/cm^2",
            "stop": "1 mA/cm^2",
            "half_cycle": "5 h",
        },
    )
    from lisse.models.base import cell_numbers
    from lisse.models.contact import contact_law

    law = contact_law(case.cell.interface, cell_numbers(case.cell))
    closure = case.cell.interface.void_closure_coefficient * case.cell.stack.pressure
    expected = law.height(case.cell.interface.contact_limit) * FARADAY / (V * (10.0 - closure))
    found = solve(case.model, case.cell, case.protocol).verdict
    assert (found.mode, found.where) == ("contact-loss", "counter")
    assert found.time == pytest.approx(expected, rel=1e-4)


def test_the_analytic_contact_limit_separates_loss_from_no_loss() -> None:
    protocol = {"name": "cycle", "current_density": "1 mA/cm^2", "half_cycle": "1.5 mAh/cm^2", "cycles": 2}
    case = llzo_case(**DIFFUSION_ONLY, protocol=protocol)
    limit = next(c for c in limits(case.cell, case.protocol) if c.mechanism == "contact-loss" and c.applies)
    assert limit.current_density is not None
    for factor, mode in ((0.98, "none"), (1.02, "contact-loss")):
        current = f"{factor * limit.current_density / 10} mA/cm^2"
        again = llzo_case(**DIFFUSION_ONLY, protocol={**protocol, "current_density": current})
        assert solve(again.model, again.cell, again.protocol).verdict.mode == mode


def test_voltage_limit_agrees_with_the_closed_form() -> None:
    case = llzo_case(
        cell__interface__injection=0.0,
        cell__electrolyte__flaws=None,
        protocol__voltage_limit="20 mV",
        protocol__step="0.01 mA/cm^2",
    )
    limit = next(c for c in limits(case.cell, case.protocol) if c.mechanism == "voltage-limit")
    found = solve(case.model, case.cell, case.protocol).verdict
    assert found.mode == "voltage-limit"
    assert limit.current_density is not None
    assert found.highest_current_density_passed <= limit.current_density <= found.critical_current_density
