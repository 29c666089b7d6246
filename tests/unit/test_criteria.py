"""Criteria of the closed forms: what each takes from the cell and the protocol, and when it does not apply."""

import math

import numpy as np
import pytest

from cells import llzo_case
from lisse import theory
from lisse.errors import InvalidInput
from lisse.models import Analytic, Lumped, sample_limits, solve
from lisse.models.base import cell_numbers
from lisse.models.charge_transfer import charge_transfer
from lisse.models.contact import contact_law
from lisse.models.criteria import CRITERIA, evaluate
from lisse.models.doubts import validity_warnings
from lisse.models.inputs import read_inputs
from lisse.models.limits import formed_contact, limits
from lisse.records import Limit
from lisse.report.summary import summary
from lisse.report.verdict import headline
from lisse.study.case import Case
from lisse.units import format_quantity

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


def test_voids_carried_over_limit_at_twice_the_closure_over_what_stays_in_all_cycles() -> None:
    """Summed by hand over the half-cycles: what is injected less what is refilled and closed just reaches the limit."""
    cycle = {"name": "cycle", "current_density": "0.3 mA/cm^2", "half_cycle": "0.25 mAh/cm^2", "cycles": 40}
    case = llzo_case(cell__interface__refill=0.5, protocol=cycle)
    found = limit(case, "contact-loss", "void closure")
    assert "carried over" in found.reason
    closed = found.inputs["closure_current_density"] / found.current_density  # share of a half-cycle's charge
    kept = found.inputs["stripped_charge"] * (1.0 - 0.5 - 2.0 * closed)
    assert 40 * kept == pytest.approx(found.inputs["charge_to_lose_contact"], rel=1e-9)
    once = llzo_case(cell__interface__refill=0.5, protocol={**cycle, "cycles": 1})
    assert not limit(once, "contact-loss", "void closure").applies


def test_void_closure_is_the_integral_of_the_contact_law() -> None:
    """Against an independent quadrature, where capillarity and creep make the closure vary on the way."""
    for pressure, forming in (("20 MPa", "400 MPa"), ("0 MPa", "30 MPa"), ("0.1 MPa", "30 MPa")):
        case = llzo_case(
            cell__stack__pressure=pressure, cell__stack__forming_pressure=forming, protocol__half_cycle="1 mAh/cm^2"
        )
        inputs = read_inputs(case.cell, case.protocol)
        law = contact_law(case.cell.interface, cell_numbers(case.cell))
        first, last = law.height(formed_contact(case.cell)), law.height(case.cell.interface.contact_limit)
        heights = np.linspace(first, last, 200_001)
        closure = law.closure(heights, case.cell.stack.pressure)

        def late(current: float, h=heights, c=closure, law=law) -> bool:
            net = law.injection * law.volume_per_charge * current - c
            return bool((net <= 0).any() or current * np.trapezoid(1 / net, h) > 36_000.0)

        low, high = 1e-12, 1e8
        for _ in range(80):
            middle = math.sqrt(low * high)
            low, high = (middle, high) if late(middle) else (low, middle)
        found = evaluate(next(c for c in CRITERIA if c.name.startswith("void closure")), inputs)
        assert not isinstance(found, str)
        assert float(found.current_density) == pytest.approx(low, rel=5e-3), pressure


def test_half_cycles_that_end_by_time_strip_what_their_current_gives() -> None:
    """The limit of a timed ramp is the current whose own half-cycle loses contact, as the lumped model finds it."""
    ramp = {
        "name": "ccd-ramp",
        "start": "0.1 mA/cm^2",
        "step": "0.02 mA/cm^2",
        "stop": "1 mA/cm^2",
        "half_cycle": "2 h",
    }
    case = llzo_case(protocol=ramp, cell__electrolyte__flaws=None)
    found = limit(case, "contact-loss", "void closure")
    analytic = solve(Analytic(samples=0), case.cell, case.protocol).verdict
    lumped = solve(Lumped(), case.cell, case.protocol).verdict
    assert analytic.mode == lumped.mode == "contact-loss"
    assert analytic.critical_current_density == pytest.approx(lumped.critical_current_density)
    assert found.current_density < lumped.critical_current_density < found.current_density + 0.2
    assert analytic.time == pytest.approx(lumped.time, rel=2e-3)


def test_one_way_contact_is_lost_when_the_charge_has_gathered() -> None:
    ramp = {"name": "one-way", "start": "0.5 mA/cm^2", "step": "0.5 mA/cm^2", "stop": "2 mA/cm^2"}
    case = llzo_case(protocol={**ramp, "half_cycle": "1 mAh/cm^2"}, cell__electrolyte__flaws=None)
    analytic = solve(Analytic(samples=0), case.cell, case.protocol).verdict
    lumped = solve(Lumped(), case.cell, case.protocol).verdict
    assert analytic.mode == lumped.mode == "contact-loss"
    assert analytic.time == pytest.approx(lumped.time, rel=2e-3)
    assert analytic.cumulative_charge == pytest.approx(lumped.cumulative_charge, rel=2e-3)


def test_criteria_look_at_the_direction_of_the_current() -> None:
    """A full cell that is only charged strips no metal, one that is only discharged plates none."""
    full = {
        "cell__kind": "full",
        "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
    }

    def asked(current: str) -> Case:
        step = {"current_density": current, "charge": "2 mAh/cm^2"}
        return llzo_case(**full, protocol={"name": "steps", "steps": [step]})

    charge, discharge = asked("2 mA/cm^2"), asked("-5 mA/cm^2")
    assert "no metal electrode is stripped" in limit(charge, "contact-loss", "void closure").reason
    assert limit(charge, "filament-short", "crack").applies
    assert "no metal electrode is plated" in limit(discharge, "filament-short", "crack").reason
    assert limit(discharge, "contact-loss", "void closure").applies
    assert solve(Analytic(samples=0), charge.cell, charge.protocol).verdict.mode == "none"
    assert "lithium of the cathode" in [c.criterion for c in limits(charge.cell, charge.protocol) if c.applies]
    much = llzo_case(
        **full, protocol={"name": "steps", "steps": [{"current_density": "0.2 mA/cm^2", "charge": "5 mAh/cm^2"}]}
    )
    verdict = solve(Analytic(samples=0), much.cell, much.protocol).verdict
    assert (verdict.mode, verdict.time) == ("lithium-exhausted", pytest.approx(15 * 3600))


def test_salt_that_does_not_move_has_no_limit() -> None:
    own = {"material": "PEO-LiTFSI", "override": {"transference_number": 1.0}}
    case = llzo_case(
        cell__electrolyte={"material": own, "thickness": "50 um"},
        cell__interface__exchange_current_density="10 A/m^2",
        cell__temperature="90 degC",
    )
    assert limit(case, "salt-depletion").current_density == math.inf
    assert sample_limits(case.cell, case.protocol, 50).samples == 50


def test_salt_is_superposed_over_the_steps_of_a_ramp() -> None:
    """Two steps without a rest deplete earlier than the second alone, and a long rest lets the salt recover."""
    polymer = {
        "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "50 um"},
        "cell__temperature": "90 degC",
        "cell__interface": {"exchange_current_density": "1 A/cm^2", "injection": 0.0},
        "cell__anode__thickness": "1 mm",
    }

    def depleted_after(*steps: tuple[float, float]) -> float:
        given = [{"current_density": f"{j} mA/cm^2", "duration": f"{t} s"} for j, t in steps]
        case = llzo_case(**polymer, protocol={"name": "steps", "steps": given})
        verdict = solve(Analytic(samples=0), case.cell, case.protocol).verdict
        assert verdict.mode == "salt-depletion"
        return verdict.time - sum(t for _, t in steps[:-1])

    alone = depleted_after((10, 1000))
    case = llzo_case(**polymer)
    salt = limit(case, "salt-depletion").inputs
    names = ("salt_concentration", "diffusivity", "transference_number", "thickness")
    assert alone == pytest.approx(theory.sand_time(100.0, **{k: salt[k] for k in names}), rel=1e-6)
    assert depleted_after((4, 500), (10, 1000)) < 0.8 * alone
    assert depleted_after((4, 500), (0, 5000), (10, 1000)) == pytest.approx(alone, rel=1e-3)
    assert depleted_after((-4, 500), (10, 1000)) > 1.2 * alone


def test_an_interphase_grows_from_every_metal_electrode_and_may_fail_at_rest() -> None:
    lps = {"material": "Li6PS5Cl", "thickness": "20 um"}
    steps = [
        {"current_density": "0.1 mA/cm^2", "charge": "0.01 mAh/cm^2"},
        {"current_density": "0 A/m^2", "duration": "7e8 s"},
    ]
    case = llzo_case(cell__electrolyte=lps, protocol={"name": "steps", "steps": steps})
    full = llzo_case(
        cell__electrolyte=lps,
        protocol={"name": "steps", "steps": steps},
        cell__kind="full",
        cell__counter={"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
    )
    one, two = (limit(c, "interphase-growth").margin for c in (full, case))
    assert one == pytest.approx(2 * two)
    verdict = solve(Analytic(samples=0), case.cell, case.protocol).verdict
    assert (verdict.mode, verdict.critical_current_density) == ("interphase-growth", None)


def test_the_lowest_pressure_of_a_schedule_counts() -> None:
    steps = [{"current_density": "0.1 mA/cm^2", "charge": "2 mAh/cm^2", "stack_pressure": f"{p} MPa"} for p in (3, 0.5)]
    case = llzo_case(cell__stack__fixture="schedule", protocol={"name": "steps", "steps": steps})
    assert limit(case, "contact-loss", "void closure").inputs["stack_pressure"] == 5e5


def test_the_worst_temperature_of_a_protocol_counts_and_is_warned_about() -> None:
    steps = [{"current_density": "0.05 mA/cm^2", "duration": "1 h", "temperature": f"{t} degC"} for t in (25, 250)]
    case = llzo_case(protocol={"name": "steps", "steps": steps})
    texts = validity_warnings(case.cell, case.protocol, limits(case.cell, case.protocol))
    assert any("molten" in text for text in texts)
    assert not any("kept when a step changes the temperature" in text for text in texts)
    own = llzo_case(cell__interface={"resistance": "5 ohm cm^2"}, protocol={"name": "steps", "steps": steps})
    texts = validity_warnings(own.cell, own.protocol, limits(own.cell, own.protocol))
    assert any("interface resistance: given for the cell, kept when a step changes" in text for text in texts)
    voltage = solve(Analytic(), case.cell, case.protocol)["ohmic_drop"].values
    assert abs(voltage[-1]) < 0.2 * abs(voltage[0])


def test_each_step_is_judged_at_its_own_condition() -> None:
    """A pressure too low for its current ends the run in the step that has it, not before."""
    steps = [
        {"current_density": "0.2 mA/cm^2", "charge": "2 mAh/cm^2", "stack_pressure": f"{p} MPa"} for p in (20, 20, 0.2)
    ]
    for step in steps[1::2]:
        step["current_density"] = "-0.2 mA/cm^2"
    case = llzo_case(cell__stack__fixture="schedule", protocol={"name": "steps", "steps": steps})
    solution = solve(Analytic(samples=0), case.cell, case.protocol)
    found = limit(case, "contact-loss", "void closure")
    assert found.margin < 1
    assert solution.verdict.mode == "contact-loss"
    assert 20 * 3600 < solution.verdict.time < 30 * 3600


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


def test_the_analytic_verdict_tells_a_current_and_a_time_of_the_protocol() -> None:
    """The limit itself stands beside it, and in the sentence."""
    case = llzo_case()
    solution = solve(Analytic(samples=0), case.cell, case.protocol)
    verdict, deciding = solution.verdict, next(each for each in solution.limits if each.applies and each.decides)
    levels = sorted({abs(step.current_density) for step in case.protocol.steps})
    assert verdict.critical_current_density in levels
    below = max(level for level in levels if level < verdict.critical_current_density)
    assert below <= deciding.current_density < verdict.critical_current_density
    assert solution["current_density"].values[-1] == pytest.approx(verdict.critical_current_density)
    assert solution["time"].values[-1] == verdict.time
    limit = format_quantity("current_density", deciding.current_density)
    assert headline(solution).startswith(f"Fails by a filament short at 2.4 mA/cm2 (limit: {limit}) after ")


def test_the_analytic_verdict_tells_no_time_behind_a_step_that_may_have_ended_early() -> None:
    early = {"current_density": "0.01 mA/cm^2", "duration": "5 h", "until_voltage": "1 V"}
    steps = [early, {"current_density": "5 mA/cm^2", "duration": "1 h"}]
    for order in (steps, steps[::-1]):
        case = llzo_case(protocol={"name": "steps", "steps": order})
        verdict = solve(Analytic(samples=0), case.cell, case.protocol).verdict
        assert (verdict.mode, verdict.critical_current_density) == ("filament-short", 50.0)
        known = order is not steps
        assert (verdict.time is not None, verdict.cumulative_charge is not None) == (known, known)


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


def test_the_stability_of_the_interface_stands_beside_the_limits_and_decides_only_when_asked() -> None:
    """Stiff LLZO with a small ion: unstable as published, stable in the thermodynamic convention; both say so."""
    case = llzo_case()
    published = limit(case, "filament-short", "published")
    thermodynamic = limit(case, "filament-short", "thermodynamic")
    assert (published.current_density, thermodynamic.current_density) == (0.0, math.inf)
    assert published.inputs["shear_ratio"] > published.inputs["critical_shear_ratio"]
    assert not published.decides
    assert "roughens at any" in published.validity
    verdict = solve(Analytic(), case.cell, case.protocol).verdict
    assert verdict.critical_current_density > 0
    asked = solve(Analytic(stability="published"), case.cell, case.protocol).verdict
    assert (asked.mode, asked.critical_current_density, asked.time) == ("filament-short", 2.0, 0.0)
    same = solve(Analytic(stability="thermodynamic"), case.cell, case.protocol).verdict
    assert same.critical_current_density == verdict.critical_current_density
    with pytest.raises(InvalidInput, match="stability: got 'both'; allowed: reported, published, thermodynamic"):
        Analytic(stability="both")


def test_stability_of_a_material_without_a_molar_volume_ratio_is_not_guessed() -> None:
    found = limit(llzo_case(cell__electrolyte__material="Li6PS5Cl"), "filament-short", "published")
    assert not found.applies
    assert "molar_volume_ratio" in found.reason


def test_internal_plating_needs_the_potential_and_the_electrons() -> None:
    """Two routes: the limit for abundant electrons is where the profile of theory meets the threshold."""
    leaky = {"material": "LLZO", "override": {"electronic_conductivity": "1e-3 S/cm"}}
    case = llzo_case(cell__electrolyte__material=leaky, cell__interface__resistance="50 ohm cm^2")
    found = limit(case, "internal-plating")
    inputs = found.inputs
    assert found.current_density == inputs["current_density_of_threshold"]
    numbers = cell_numbers(case.cell)
    transfer = charge_transfer(case.cell.interface, case.cell.temperature)
    drop = transfer.kinetic_drop(found.current_density) + transfer.film_drop(found.current_density)
    ohmic = found.current_density * case.cell.electrolyte.thickness / numbers.conductivity
    behind_interface = theory.lithium_potential_profile(
        position=0.0,
        voltage=ohmic + 2 * drop,
        thicknesses=[case.cell.electrolyte.thickness],
        ionic_conductivities=[numbers.conductivity],
        electronic_conductivities=[1e-9],
        ionic_interface_resistance=drop / found.current_density,
    )
    assert behind_interface == pytest.approx(inputs["threshold"], rel=1e-6)
    tight = limit(llzo_case(cell__interface__resistance="50 ohm cm^2"), "internal-plating")
    assert not tight.applies
    assert "the electronic leak deposits" in tight.reason


def test_the_leak_counts_until_the_current_turns_round() -> None:
    """Timed half-cycles: the limit is where one half-cycle fills a pore, and the verdict comes when it is full."""
    leaky = {"material": "LLZO", "override": {"electronic_conductivity": "1e-7 S/cm"}}
    case = llzo_case(
        cell__electrolyte={"material": leaky, "thickness": "300 um", "pore_radius": "20 nm"},
        cell__interface={"resistance": "500 ohm cm^2", "injection": 0.0},
        cell__anode__thickness="1 mm",
        protocol={"name": "cycle", "current_density": "0.8 mA/cm^2", "half_cycle": "20 h", "cycles": 2},
    )
    found = limit(case, "internal-plating")
    assert found.margin < 1
    voltage = solve(Analytic(samples=0), case.cell, case.protocol)["voltage"].values[0]
    leak = voltage * 1e-5 / 300e-6
    needed = 20e-9 * 96485.33212 / 13e-6
    verdict = solve(Analytic(samples=0), case.cell, case.protocol).verdict
    assert verdict.mode == "internal-plating"
    assert verdict.time == pytest.approx(needed / leak, rel=1e-6)
    short = case.protocol.with_largest_half_cycle(0.5 * verdict.time * 8.0)
    assert solve(Analytic(samples=0), case.cell, short).verdict.mode == "none"


def test_salt_depletion_is_sands_time_in_short_half_cycles_and_the_limiting_current_in_long_ones() -> None:
    polymer = {
        "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "50 um"},
        "cell__temperature": "90 degC",
        "cell__interface__exchange_current_density": "10 A/m^2",
    }

    def salt(charge: str) -> Limit:
        cycle = {"name": "cycle", "current_density": "1 mA/cm^2", "half_cycle": charge, "cycles": 1}
        return limit(llzo_case(**polymer, protocol=cycle), "salt-depletion")

    for charge in ("0.01 mAh/cm^2", "0.1 mAh/cm^2"):
        found = salt(charge)
        values = {k: found.inputs[k] for k in ("salt_concentration", "diffusivity", "transference_number", "thickness")}
        time = theory.sand_time(found.current_density, **values)
        assert time == pytest.approx(found.inputs["unbroken_charge"] / found.current_density, rel=1e-9)
    steady = salt("50 mAh/cm^2")
    assert steady.current_density == pytest.approx(steady.inputs["steady_limiting_current_density"], rel=1e-3)


def test_creep_alone_is_the_inverse_of_the_replenishment_pressure_and_does_not_decide() -> None:
    case = llzo_case()
    found = limit(case, "contact-loss", "creep")
    pressure = theory.replenishment_pressure(
        current_density=found.current_density,
        thickness=case.cell.working.thickness,
        creep_rate_prefactor=found.inputs["creep_prefactor"],
        creep_exponent=found.inputs["creep_exponent"],
    )
    assert pressure == pytest.approx(case.cell.stack.pressure, rel=1e-9)
    assert not found.decides


def test_an_interphase_that_spans_the_electrolyte_ends_the_test_on_time() -> None:
    long = {"name": "cycle", "current_density": "0.01 mA/cm^2", "half_cycle": "500 h", "cycles": 5}
    thin = {"material": "Li10GeP2S12", "thickness": "10 um"}
    clean = {"resistance": "10 ohm cm^2", "exchange_current_density": "1 mA/cm^2"}
    case = llzo_case(cell__electrolyte=thin, protocol=long, cell__anode__thickness="1 mm", cell__interface=clean)
    found = limit(case, "interphase-growth")
    assert found.current_density is None
    assert found.margin == pytest.approx(5e-6 / found.inputs["interphase_thickness"])
    verdict = solve(Analytic(samples=0), case.cell, case.protocol).verdict
    assert verdict.mode == "interphase-growth"
    grown = theory.interphase_thickness_parabolic(
        time=verdict.time, rate_constant=found.inputs["interphase_rate_constant"]
    )
    assert grown == pytest.approx(5e-6, rel=1e-9)


def test_criteria_take_arrays_point_by_point() -> None:
    """A table of inputs with arrays gives what the single points give: the basis of maps and of sampling."""
    case = llzo_case(protocol__half_cycle="2 mAh/cm^2", cell__interface__anodic_transfer_coefficient=0.3)
    pressure, length = np.geomspace(1e5, 3e7, 5), np.geomspace(1e-6, 1e-4, 4)
    grid = read_inputs(case.cell, case.protocol).with_values(
        {"stack_pressure": pressure[:, None], "flaw_length": length}
    )
    for criterion in CRITERIA:
        found = evaluate(criterion, grid)
        if isinstance(found, str):
            continue
        whole = np.broadcast_to(found.margin, (5, 4))
        for row, p in enumerate(pressure):
            for column, a in enumerate(length):
                point = read_inputs(case.cell, case.protocol).with_values({"stack_pressure": p, "flaw_length": a})
                one = evaluate(criterion, point)
                assert not isinstance(one, str)
                assert whole[row, column] == pytest.approx(float(one.margin), rel=1e-12, nan_ok=True), criterion.name


@pytest.mark.parametrize("coefficient", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("resistance", ["0 ohm cm^2", "300 ohm cm^2"])
def test_crack_limit_meets_its_drop(coefficient: float, resistance: str) -> None:
    """The inverse against the forward law of the lumped model, from the linear range to the exponential one."""
    for toughness in ("1e3 Pa m^0.5", "1 MPa m^0.5", "20 MPa m^0.5"):
        case = llzo_case(
            cell__electrolyte__material={"material": "LLZO", "override": {"fracture_toughness": toughness}},
            cell__interface__anodic_transfer_coefficient=coefficient,
            cell__interface__resistance=resistance,
            cell__interface__exchange_current_density="1 mA/cm^2",
        )
        found = limit(case, "filament-short", "crack overpotential")
        transfer = charge_transfer(case.cell.interface, case.cell.temperature)
        local = found.current_density / found.inputs["contact_fraction"]
        head = found.current_density * found.inputs["flaw_length"] / (2 * cell_numbers(case.cell).conductivity)
        drop = transfer.kinetic_drop(local) + transfer.film_drop(local) + head
        assert drop == pytest.approx(found.inputs["crack_overpotential"], rel=1e-9)


def test_a_full_cell_supplies_electrons_for_internal_plating_by_its_voltage() -> None:
    """At 4 V the leak of a long protocol fills the pores at any current, so that the potential alone decides."""
    full = {
        "cell__kind": "full",
        "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
        "cell__interface__resistance": "50 ohm cm^2",
    }
    found = limit(llzo_case(**full), "internal-plating")
    assert found.applies
    assert found.current_density == found.inputs["current_density_of_threshold"]
    assert found.inputs["deposit"] > 1e-7


def test_molten_sodium_is_limited_by_its_flow_through_the_crack() -> None:
    """Ansell's limit falls with the stiffness although stiffness also narrows the crack: c ~ 1/E, so i ~ E^-3."""

    def molten(modulus: str) -> Limit:
        ceramic = {"material": "Na-beta-alumina", "override": {"youngs_modulus": modulus}}
        case = llzo_case(
            cell__electrolyte__material=ceramic,
            cell__anode={"material": "sodium", "thickness": "50 um"},
            cell__temperature="300 degC",
            cell__interface={"exchange_current_density": "1 A/cm^2"},
        )
        return limit(case, "filament-short", "viscous")

    soft, stiff = molten("100 GPa"), molten("200 GPa")
    assert soft.applies
    assert stiff.current_density == pytest.approx(soft.current_density / 8, rel=1e-9)
    assert soft.inputs["crack_half_width"] < 0.01 * soft.inputs["crack_length"]
    assert "opening when it grows" in soft.reason
    assert not limit(llzo_case(), "filament-short", "viscous").applies


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ({"name": "temperature-steps", "start": "25 degC", "step": "15 K", "stop": "70 degC"}, "temperature"),
        ({"name": "pressure-steps", "start": "5 MPa", "step": "2 MPa", "stop": "1 MPa"}, "stack_pressure"),
    ],
)
def test_a_limit_tells_at_which_condition_of_the_protocol_it_counts(steps: dict[str, str], name: str) -> None:
    """Each limit equals that of a cell kept at the condition told, and no other condition is worse."""
    given = {"current_density": "0.1 mA/cm^2", "duration": "2 h"}
    case = llzo_case(protocol=steps | given)
    found = {limit.criterion: limit for limit in limits(case.cell, case.protocol) if limit.applies}
    levels = {getattr(step, name) for step in case.protocol.steps}
    told = {criterion: limit.inputs[name] for criterion, limit in found.items() if name in limit.inputs}
    assert set(told.values()) <= levels
    assert told["void closure under stack pressure"] == min(levels)
    assert name not in found["lithium of the stripped electrode"].inputs  # the same at all
    content = summary(solve(Analytic(samples=0), case.cell, case.protocol), "steps")["limits"]
    shown = next(row for row in content if row["criterion"] == "void closure under stack pressure")
    assert shown["condition"] == {name: min(levels)}
    usual = summary(solve(Analytic(samples=0), llzo_case().cell, llzo_case().protocol), "ramp")["limits"]
    assert all(row["condition"] == {} for row in usual)
