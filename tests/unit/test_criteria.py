"""Criteria of the closed forms: what each takes from the cell and the protocol, and when it does not apply."""

import pytest

from cells import llzo_case
from lisse import theory
from lisse.models import Analytic, solve
from lisse.models.base import cell_numbers
from lisse.models.criteria import limits, validity_warnings
from lisse.records import Limit
from lisse.study.case import Case

LONG = {"name": "cycle", "current_density": "0.1 mA/cm^2", "half_cycle": "2 mAh/cm^2", "cycles": 3}


def limit(case: Case, mechanism: str, word: str = "") -> Limit:
    return next(c for c in limits(case.cell, case.protocol) if c.mechanism == mechanism and word in c.criterion)


def test_grain_boundary_limit_is_that_of_one_of_many_boundaries() -> None:
    case = llzo_case(cell__electrolyte__grain_boundary_resistance="10 ohm cm^2")
    found = limit(case, "filament-short", "grain-boundary")
    grains = case.cell.electrolyte.thickness / case.cell.electrolyte.material.value("grain_size")
    numbers = cell_numbers(case.cell)
    length = case.cell.electrolyte.flaws.longest(case.cell.area)
    stress = theory.fracture_stress(fracture_toughness=numbers.fracture_toughness, flaw_length=length, geometry="edge")
    one = theory.grain_boundary_current_limit(fracture_stress=stress, grain_boundary_resistance=10e-4 / grains)
    assert found.current_density == pytest.approx(one, rel=1e-9)
    assert grains > 10


@pytest.mark.parametrize(("injection", "refill"), [(1.0, 1.0), (0.5, 0.9)])
def test_contact_limit_does_not_apply_when_all_voids_are_refilled(injection: float, refill: float) -> None:
    case = llzo_case(cell__interface__injection=injection, cell__interface__refill=refill)
    assert not limit(case, "contact-loss", "void closure").applies


def test_voids_carried_over_limit_at_twice_the_closure_over_the_share_that_stays() -> None:
    case = llzo_case(cell__interface__refill=0.5)
    found = limit(case, "contact-loss", "void closure")
    assert found.current_density == pytest.approx(4.0 * found.inputs["closure_current_density"])
    assert "carried over" in found.reason


def test_the_lowest_pressure_of_a_schedule_counts() -> None:
    steps = [{"current_density": "0.1 mA/cm^2", "charge": "2 mAh/cm^2", "stack_pressure": f"{p} MPa"} for p in (3, 0.5)]
    case = llzo_case(cell__stack__fixture="schedule", protocol={"name": "steps", "steps": steps})
    assert limit(case, "contact-loss", "void closure").inputs["stack_pressure"] == 5e5


def test_the_worst_temperature_of_a_protocol_counts_and_is_warned_about() -> None:
    steps = [{"current_density": "0.1 mA/cm^2", "duration": "1 h", "temperature": f"{t} degC"} for t in (25, 250)]
    case = llzo_case(protocol={"name": "steps", "steps": steps})
    texts = validity_warnings(case.cell, case.protocol, limits(case.cell, case.protocol))
    assert any("molten" in text for text in texts)
    assert any("keep their values when a step changes the temperature" in text for text in texts)
    voltage = solve(Analytic(), case.cell, case.protocol)["ohmic_drop"].values
    assert abs(voltage[-1]) < 0.2 * abs(voltage[0])


def test_only_lithium_that_is_really_stripped_runs_out() -> None:
    """Plated first, a thin working electrode has what was plated on it; the other way round it runs out."""
    thin = {"cell__anode__thickness": "0.5 um", "cell__counter": {"thickness": "100 um"}, "protocol": LONG}
    assert limit(llzo_case(**thin), "lithium-exhausted").margin > 1
    steps = [{"current_density": "-0.1 mA/cm^2", "duration": "20 h"}]
    case = llzo_case(**{**thin, "protocol": {"name": "steps", "steps": steps}})
    verdict = solve(Analytic(), case.cell, case.protocol).verdict
    assert verdict.mode == "lithium-exhausted"
    assert verdict.time == pytest.approx(0.5e-6 / (1.0 * 13e-6 / 96485.33212), rel=1e-6)


def test_a_timed_one_way_ramp_runs_out_when_its_charge_is_passed() -> None:
    ramp = {"name": "one-way", "start": "0.1 mA/cm^2", "step": "0.1 mA/cm^2", "stop": "1 mA/cm^2", "half_cycle": "1 h"}
    case = llzo_case(
        protocol=ramp,
        cell__anode__thickness="4.85 um",
        cell__electrolyte__flaws=None,
        cell__interface__injection=0.0,
    )
    verdict = solve(Analytic(), case.cell, case.protocol).verdict
    assert verdict.time == pytest.approx(4 * 3600, rel=0.01)  # 0.1 + 0.2 + 0.3 + 0.4 mAh/cm2
    assert verdict.critical_current_density == pytest.approx(4.0)


def test_warnings_name_what_is_in_use_and_not_what_was_replaced() -> None:
    def warned(case: Case) -> str:
        return " ".join(validity_warnings(case.cell, case.protocol, limits(case.cell, case.protocol)))

    own = {
        "cell__interface__void_density": "2e10 1/m^2",
        "cell__interface__void_closure_coefficient": "0.1 mA/cm^2/MPa",
        "cell__interface__small_scale_strength_factor": 2.0,
        "cell__interface__contact_hardness": "40 MPa",
    }
    assert "LI-V3" in warned(llzo_case())
    assert "marked U" not in warned(llzo_case(**own))


def test_the_analytic_model_says_that_a_seed_does_nothing() -> None:
    case = llzo_case()
    assert any("seed" in text for text in solve(Analytic(), case.cell, case.protocol, seed=3).warnings)
